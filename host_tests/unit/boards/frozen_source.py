"""Text in the form of MicroPython's frozen_content.c, of a few instructions a body."""

_NAMED = {
    "LOAD_NAME", "STORE_NAME", "STORE_GLOBAL", "LOAD_CONST_STRING", "IMPORT_NAME", "IMPORT_FROM",
    "LOAD_ATTR",
}  # fmt: skip
_TOP = "_lt_module_gt_"


def identifier(word):
    return "MP_QSTR_" + word.replace("<module>", "_lt_module_gt_").replace(".", "_dot_")


def hash_of(word):
    """As py/qstr.c has it, in 16 bits."""
    value = 5381
    for byte in word.encode():
        value = value * 33 ^ byte
    return value & 0xFFFF or 1


class Frozen:
    """Frozen files. `add` takes bodies by name, "" being the module's own, as lists of
    (instruction, operand): the word for those that name one, a number or nothing for others."""

    def __init__(self):
        self.words = ["<module>"]
        self._out = []

    def add(self, file, bodies, objects=(), generators=()):
        prefix = file.removesuffix(".py").replace("/", "_")
        names = []
        for name, body in bodies.items():
            scope = f"{prefix}_{name or _TOP}"
            lines = [self._line(names, *(i if isinstance(i, tuple) else (i,))) for i in body]
            self._out.append(
                f"// frozen bytecode for file {file}, scope {scope}\n"
                f"static const byte fun_data_{scope}[9] = {{\n"
                "    0x00, // prelude\n    0x01, // names: x\n    0x88, // code info\n"
                + "".join(lines)
                + "};\n"
            )
            generator = int(name in generators)
            self._out.append(
                f"static const mp_raw_code_truncated_t proto_fun_{scope} = {{\n"
                f"    .is_generator = {generator},\n}};\n"
            )
        self._children(prefix, bodies)
        rows = "".join(f"    {identifier(word)},\n" for word in names)
        self._out.append(
            f"static const qstr_short_t const_qstr_table_data_{prefix}[9] = {{\n{rows}}};\n"
        )
        if objects:
            rows = "".join(f"    {c},\n" for c in objects)
            self._out.append(
                f"static const mp_rom_obj_t const_obj_table_data_{prefix}[9] = {{\n{rows}}};\n"
            )
        self.words += [word for word in names if word not in self.words]

    def _children(self, prefix, bodies):
        # "Lamp_on" is a child of "Lamp", "Lamp" of the module.
        for name in bodies:
            inner = [
                child
                for child in bodies
                if child and child.rpartition("_")[0] == name and child != name
            ]
            if inner:
                scope = f"{prefix}_{name or _TOP}"
                rows = "".join(
                    f"    (const mp_raw_code_t *)&proto_fun_{prefix}_{child},\n" for child in inner
                )
                self._out.append(
                    f"static const mp_raw_code_t *const children_{scope}[] = {{\n{rows}}};\n"
                )

    def _line(self, names, instruction, operand=None):
        if operand is None:
            return f"    0x00, // {instruction}\n"
        text, number = str(operand), operand
        if instruction in _NAMED:
            if operand not in names:
                names.append(operand)
            text, number = repr(operand), names.index(operand)
        if instruction == "LOAD_CONST_SMALL_INT":
            number = 0
        return f"    0x00,0x{number:02x}, // {instruction} {text}\n"

    def text(self):
        return "\n".join(self._out)

    def strings(self):
        """qstrdefs.generated.h."""
        return "".join(
            f'QDEF1({identifier(word)}, {hash_of(word)}, {len(word)}, "{word}")\n'
            for word in self.words
        )
