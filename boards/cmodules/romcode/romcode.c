// `import romcode`: from then on the application is used where it lies in the image. Its modules,
// classes, functions and constants are objects there already, made by boards/frozen of the frozen
// code, so that importing them fills no heap.
//
// A module that is not in the table is imported as ever, and so are all of them where the tables
// do not fit this interpreter.

#include <string.h>

#include "romcode.h"

#include "py/builtin.h"
#include "py/objlist.h"
#include "py/objtype.h"
#include "py/runtime.h"

// Both end with an empty entry; absent where the image was frozen without boards/frozen.
extern const romcode_module_t romcode_modules[] __attribute__((weak));
extern const mp_obj_dict_t *const romcode_dicts[] __attribute__((weak));

#define MOST_MODULES (192)  // as in boards/frozen/rom_tables.py
#define LONGEST_NAME (64)
static bool loaded[MOST_MODULES];

// Modules with late names have their dicts on the heap; this keeps them there.
MP_REGISTER_ROOT_POINTER(mp_obj_t romcode_kept);

// What instances do: py/objtype.c keeps it to itself, so it is taken from a class made there.
static struct {
    mp_make_new_fun_t make_new;
    mp_print_fun_t print;
    mp_unary_op_fun_t unary_op;
    mp_binary_op_fun_t binary_op;
    mp_attr_fun_t attr;
    mp_subscr_fun_t subscr;
    mp_buffer_fun_t buffer;
} instance;

static void know_instances(void) {
    const mp_obj_type_t *type = MP_OBJ_TO_PTR(
        mp_obj_new_type(MP_QSTR_object, mp_const_empty_tuple, mp_obj_new_dict(0)));
    instance.make_new = MP_OBJ_TYPE_GET_SLOT(type, make_new);
    instance.print = MP_OBJ_TYPE_GET_SLOT(type, print);
    instance.unary_op = MP_OBJ_TYPE_GET_SLOT(type, unary_op);
    instance.binary_op = MP_OBJ_TYPE_GET_SLOT(type, binary_op);
    instance.attr = MP_OBJ_TYPE_GET_SLOT(type, attr);
    instance.subscr = MP_OBJ_TYPE_GET_SLOT(type, subscr);
    instance.buffer = MP_OBJ_TYPE_GET_SLOT(type, buffer);
}

mp_obj_t romcode_make_new(const mp_obj_type_t *type, size_t n, size_t n_kw, const mp_obj_t *args) {
    return instance.make_new(type, n, n_kw, args);
}

void romcode_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    instance.print(print, self, kind);
}

mp_obj_t romcode_unary_op(mp_unary_op_t op, mp_obj_t self) {
    return instance.unary_op(op, self);
}

mp_obj_t romcode_binary_op(mp_binary_op_t op, mp_obj_t left, mp_obj_t right) {
    return instance.binary_op(op, left, right);
}

void romcode_attr(mp_obj_t self, qstr attr, mp_obj_t *dest) {
    instance.attr(self, attr, dest);
}

mp_obj_t romcode_subscr(mp_obj_t self, mp_obj_t index, mp_obj_t value) {
    return instance.subscr(self, index, value);
}

mp_int_t romcode_buffer(mp_obj_t self, mp_buffer_info_t *info, mp_uint_t flags) {
    return instance.buffer(self, info, flags);
}

static const romcode_module_t *find(const char *name, size_t length) {
    for (const romcode_module_t *m = romcode_modules; m->name != NULL; ++m) {
        if (m->name->len == length && memcmp(m->name->data, name, length) == 0) {
            return m;
        }
    }
    return NULL;
}

static mp_obj_t by_name(qstr name) {
    // Anything true as the list of names gives the module itself instead of its first package.
    return mp_import_name(name, mp_const_true, MP_OBJ_NEW_SMALL_INT(0));
}

// What running the body of `m` would do.
static void load(const romcode_module_t *m) {
    bool *done = &loaded[m - romcode_modules];
    if (*done) {
        return;
    }
    for (const mp_rom_obj_t *i = m->imports; *i != MP_ROM_PTR(NULL); ++i) {
        mp_obj_t import = (mp_obj_t)*i;
        if (mp_obj_is_qstr(import)) {
            by_name(MP_OBJ_QSTR_VALUE(import));
        } else {
            const romcode_module_t *other = romcode_modules;
            while (MP_OBJ_FROM_PTR(other->context) != import) {
                ++other;
            }
            load(other);
        }
    }
    if (m->late != NULL) {
        mp_obj_t globals = mp_obj_dict_copy(MP_OBJ_FROM_PTR(m->globals));
        mp_obj_list_append(MP_STATE_VM(romcode_kept), globals);
        m->context->module.globals = MP_OBJ_TO_PTR(globals);
        for (const romcode_late_t *l = m->late; l->name != MP_QSTRnull; ++l) {
            mp_obj_t value = by_name(l->module);
            if (l->attr != MP_QSTRnull) {
                value = mp_import_from(value, l->attr);
            }
            mp_obj_dict_store(globals, MP_OBJ_NEW_QSTR(l->name), value);
        }
    }
    *done = true;
}

// Takes the place of builtins.__import__: name, globals, locals, list of names, level.
static mp_obj_t import(size_t n_args, const mp_obj_t *args) {
    size_t length;
    const char *name = mp_obj_str_get_data(args[0], &length);
    const romcode_module_t *m = find(name, length);
    if (m == NULL || (n_args > 4 && args[4] != MP_OBJ_NEW_SMALL_INT(0))) {
        return mp_builtin___import__(n_args, args);
    }
    load(m);
    if (n_args < 4 || args[3] == mp_const_none) {
        const char *dot = memchr(name, '.', length);
        return MP_OBJ_FROM_PTR(dot == NULL ? m->context : find(name, dot - name)->context);
    }
    if (mp_obj_is_type(args[3], &mp_type_tuple)) {
        // The package has its modules as names from the start: see that those asked for are loaded.
        size_t n;
        mp_obj_t *items;
        mp_obj_get_array(args[3], &n, &items);
        for (size_t i = 0; i < n; ++i) {
            char whole[LONGEST_NAME];
            size_t more;
            const char *item = mp_obj_str_get_data(items[i], &more);
            if (length + 1 + more <= sizeof(whole)) {
                memcpy(whole, name, length);
                whole[length] = '.';
                memcpy(whole + length + 1, item, more);
                const romcode_module_t *inner = find(whole, length + 1 + more);
                if (inner != NULL) {
                    load(inner);
                }
            }
        }
    }
    return MP_OBJ_FROM_PTR(m->context);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(import_obj, 1, 5, import);

// Takes the place of builtins.__build_class__: body, name, bases. A base notes in itself that it has
// been derived from, which in flash would end in a crash. No application class needs it.
static mp_obj_t build_class(size_t n_args, const mp_obj_t *args) {
    for (size_t i = 2; i < n_args; ++i) {
        const mp_obj_type_t *base = MP_OBJ_TO_PTR(args[i]);
        if (mp_obj_is_type(args[i], &mp_type_type) &&
            MP_OBJ_TYPE_GET_SLOT_OR_NULL(base, make_new) == romcode_make_new) {
            mp_raise_TypeError(MP_ERROR_TEXT("base class lies in flash"));
        }
    }
    return mp_builtin___build_class___obj.fun.var(n_args, args);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR(build_class_obj, 2, build_class);

// Whether every name is found where the tables have it: they were hashed on the host.
static bool fits(void) {
    for (const mp_obj_dict_t *const *d = romcode_dicts; *d != NULL; ++d) {
        mp_map_t *map = (mp_map_t *)&(*d)->map;
        for (size_t i = 0; i < map->alloc; ++i) {
            mp_map_elem_t *slot = &map->table[i];
            if (slot->key != MP_OBJ_NULL && mp_map_lookup(map, slot->key, MP_MAP_LOOKUP) != slot) {
                return false;
            }
        }
    }
    return true;
}

static const mp_obj_module_t *const builtins = &mp_module_builtins;

static void override(qstr name, const void *function) {
    mp_store_attr(MP_OBJ_FROM_PTR(builtins), name, MP_OBJ_FROM_PTR(function));
}

static bool in_place(void) {
    const mp_obj_dict_t *overrides = MP_STATE_VM(mp_module_builtins_override_dict);
    mp_map_elem_t *found = overrides == NULL ? NULL : mp_map_lookup(
        (mp_map_t *)&overrides->map, MP_OBJ_NEW_QSTR(MP_QSTR___import__), MP_MAP_LOOKUP);
    return found != NULL && found->value == MP_OBJ_FROM_PTR(&import_obj);
}

static mp_obj_t romcode_init(void) {
    if (romcode_modules != NULL && !in_place() && fits()) {
        memset(loaded, 0, sizeof(loaded));
        MP_STATE_VM(romcode_kept) = mp_obj_new_list(0, NULL);
        know_instances();
        override(MP_QSTR___import__, &import_obj);
        override(MP_QSTR___build_class__, &build_class_obj);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(romcode_init_obj, romcode_init);

static mp_obj_t romcode_stand_aside(void) {
    if (in_place()) {
        override(MP_QSTR___import__, &mp_builtin___import___obj);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(romcode_stand_aside_obj, romcode_stand_aside);

static const mp_rom_map_elem_t romcode_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_romcode) },
    { MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&romcode_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_stand_aside), MP_ROM_PTR(&romcode_stand_aside_obj) },
};
static MP_DEFINE_CONST_DICT(romcode_module_globals, romcode_globals_table);

const mp_obj_module_t romcode_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&romcode_module_globals,
};
MP_REGISTER_MODULE(MP_QSTR_romcode, romcode_module);
