// Modules of frozen code that lie in the image whole. boards/frozen writes one for each module of
// the application whose body does nothing but import, define and name.

#include "py/bc.h"
#include "py/obj.h"
#include "py/objmodule.h"
#include "py/objstr.h"

// A name whose value is known only on the device, such as one of a module of the port.
typedef struct {
    qstr_short_t name;
    qstr_short_t module;
    qstr_short_t attr;  // of that module; MP_QSTRnull: the module itself
} romcode_late_t;

typedef struct {
    const mp_obj_str_t *name;      // with its packages
    mp_module_context_t *context;  // the module; in RAM if it has late names
    const mp_obj_dict_t *globals;
    const mp_rom_obj_t *imports;   // what its body imports: contexts, or names; ends with NULL
    const romcode_late_t *late;    // NULL, or what is filled in at import; ends with a null name
} romcode_module_t;

// A class in the image takes the operations of a class made in the ordinary way.
mp_obj_t romcode_make_new(const mp_obj_type_t *type, size_t n, size_t n_kw, const mp_obj_t *args);
void romcode_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind);
mp_obj_t romcode_unary_op(mp_unary_op_t op, mp_obj_t self);
mp_obj_t romcode_binary_op(mp_binary_op_t op, mp_obj_t left, mp_obj_t right);
void romcode_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
mp_obj_t romcode_subscr(mp_obj_t self, mp_obj_t index, mp_obj_t value);
mp_int_t romcode_buffer(mp_obj_t self, mp_buffer_info_t *info, mp_uint_t flags);
