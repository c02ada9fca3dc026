// What the tests need of the target and the port does not have: the number of instructions
// executed so far, and the clock that LittleFS stamps its files with.

#include "py/mphal.h"
#include "py/obj.h"

// icount.now(): instructions retired, modulo 2**30, so that it is always a small integer.
// Exact under QEMU's -icount; anything that grows with time without it.
static mp_obj_t icount_now(void) {
    mp_uint_t n;
    __asm volatile ("csrr %0, minstret" : "=r" (n));
    return MP_OBJ_NEW_SMALL_INT(n & 0x3fffffff);
}
static MP_DEFINE_CONST_FUN_OBJ_0(icount_now_obj, icount_now);

static const mp_rom_map_elem_t icount_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_icount) },
    { MP_ROM_QSTR(MP_QSTR_now), MP_ROM_PTR(&icount_now_obj) },
};
static MP_DEFINE_CONST_DICT(icount_globals, icount_globals_table);

const mp_obj_module_t icount_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&icount_globals,
};
MP_REGISTER_MODULE(MP_QSTR_icount, icount_module);

// The port keeps no time.
uint64_t mp_hal_time_ns(void) {
    return 0;
}
