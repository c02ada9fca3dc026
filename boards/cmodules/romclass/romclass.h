// A class of frozen code whose methods lie in the image. frozen_classes.py writes one for each class body
// that does nothing but define methods and constants.

#include "py/bc.h"
#include "py/obj.h"

typedef struct {
    const byte *body;              // bytecode of the class body that this stands for
    const mp_obj_dict_t *members;  // what running the body would have left
    mp_module_context_t *context;  // of its module; filled in when the class is made
    size_t module;                 // index into the root pointers that keep the module's names
} romclass_t;

#define ROMCLASS_MODULES (128)
