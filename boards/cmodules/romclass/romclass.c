// `import romclass`: from then on the classes of frozen code are made of what frozen_classes.py has put
// beside that code, instead of filling the heap with an object for every method. A method takes
// 16 bytes of heap and 8 more of its class's dict, which for the whole application is a third of
// what it holds.
//
// A class that is not in the table, or a table that does not fit this interpreter, is made as ever.

#include "romclass.h"

#include "py/builtin.h"
#include "py/objfun.h"
#include "py/objtuple.h"
#include "py/runtime.h"

// Ends with an entry without a body; absent where the image was frozen without frozen_classes.py.
extern const romclass_t romclass_table[] __attribute__((weak));

// The functions in the image refer to contexts outside the heap; these keep alive what those hold.
MP_REGISTER_ROOT_POINTER(mp_obj_dict_t *romclass_globals[128]);

static const romclass_t *find(mp_obj_t body) {
    if (mp_obj_is_type(body, &mp_type_fun_bc)) {
        const mp_obj_fun_bc_t *fun = MP_OBJ_TO_PTR(body);
        for (const romclass_t *c = romclass_table; c->body != NULL; ++c) {
            if (c->body == fun->bytecode) {
                return c;
            }
        }
    }
    return NULL;
}

// Takes the place of builtins.__build_class__: arguments are body, name and bases.
static mp_obj_t build_class(size_t n_args, const mp_obj_t *args) {
    const romclass_t *c = find(args[0]);
    if (c == NULL) {
        return mp_builtin___build_class___obj.fun.var(n_args, args);
    }
    const mp_obj_fun_bc_t *fun = MP_OBJ_TO_PTR(args[0]);
    *c->context = *fun->context;
    MP_STATE_VM(romclass_globals)[c->module] = fun->context->module.globals;
    mp_obj_t bases = mp_obj_new_tuple(n_args - 2, args + 2);
    return mp_obj_new_type(mp_obj_str_get_qstr(args[1]), bases, MP_OBJ_FROM_PTR(c->members));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR(build_class_obj, 2, build_class);

// Whether every member is found where the table has it: it was hashed on the host.
static bool fits(void) {
    for (const romclass_t *c = romclass_table; c->body != NULL; ++c) {
        mp_map_t *map = (mp_map_t *)&c->members->map;
        for (size_t i = 0; i < map->alloc; ++i) {
            mp_map_elem_t *slot = &map->table[i];
            if (slot->key != MP_OBJ_NULL && mp_map_lookup(map, slot->key, MP_MAP_LOOKUP) != slot) {
                return false;
            }
        }
    }
    return true;
}

static mp_obj_t romclass_init(void) {
    if (romclass_table != NULL && fits()) {
        mp_store_attr(MP_OBJ_FROM_PTR(&mp_module_builtins), MP_QSTR___build_class__,
            MP_OBJ_FROM_PTR(&build_class_obj));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(romclass_init_obj, romclass_init);

static const mp_rom_map_elem_t romclass_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_romclass) },
    { MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&romclass_init_obj) },
};
static MP_DEFINE_CONST_DICT(romclass_module_globals, romclass_globals_table);

const mp_obj_module_t romclass_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&romclass_module_globals,
};
MP_REGISTER_MODULE(MP_QSTR_romclass, romclass_module);
