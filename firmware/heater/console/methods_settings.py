# Many settings in few frames, long texts in several: what cfg.get and cfg.set cannot do with 240
# bytes. Answers keep to the same size, so that sending one never holds up a tick (21 ms).

import json

from heater.console.server import BAD_PARAMETERS, RequestError, integer

_ROOM = 170  # bytes of an answer for names and values
_PART_CHARS = 40  # of a text: 120 bytes of Chinese at most
_TEXT_CHARS = 1024


def methods(settings, role, accept):
    """The methods by name.

    settings: with `names`, `row`, `get`, `stage`, `hash`, `revision`, `trial_left_s`, `diff`.
    role(): who speaks. accept(refusal): raises RequestError unless the refusal is None.
    """
    text = []  # parts of a long value on its way in

    def cfg_hash(p):
        return {
            "rev": settings.revision,
            "sha256": settings.hash(),
            "trial_s": settings.trial_left_s(),
            "restart": settings.restart_needed,
        }

    def cfg_dump(p):
        """As many settings from position `at` on as fit: {"v": {name: value}, "next", "of"}.

        A text that does not fit comes in parts: {"k": name, "part": text, "from": where the next
        part begins, 0 after the last}; ask for it with `from`.
        """
        names = settings.names()
        at = integer(p, "at", 0, len(names), 0)
        start = integer(p, "from", 0, _TEXT_CHARS, 0)
        found = {}
        size = 0
        while at < len(names):
            name = names[at]
            value = _shown(settings, name)
            size += len(json.dumps(value).encode()) + len(name) + 6
            if size > _ROOM:
                break
            found[name] = value
            at += 1
        if found or at == len(names):
            return {"v": found, "next": at, "of": len(names)}
        value = settings.get(names[at])
        after = start + _PART_CHARS
        last = after >= len(value)
        return {
            "k": names[at],
            "part": value[start:after],
            "from": 0 if last else after,
            "next": at + 1 if last else at,
            "of": len(names),
        }

    def cfg_part(p):
        """One part `v` of the long value of `k`, the first with `at` 0; `end` stages the whole."""
        name, part = p.get("k"), p.get("v")
        at = integer(p, "at", 0, _TEXT_CHARS, None)
        if not isinstance(name, str) or not isinstance(part, str):
            raise RequestError(BAD_PARAMETERS, "k and v must be texts", "correct it")
        if at == 0:
            text.clear()
        if at != sum([len(piece) for piece in text]) or at + len(part) > _TEXT_CHARS:
            text.clear()
            raise RequestError(BAD_PARAMETERS, "not the next part", "begin with at 0")
        text.append(part)
        if p.get("end") is True:
            whole = "".join(text)
            text.clear()
            accept(settings.stage(name, whole, role()))
        return {"at": at + len(part)}

    return {"cfg.hash": cfg_hash, "cfg.dump": cfg_dump, "cfg.part": cfg_part}


def _shown(settings, name):
    value = settings.get(name)
    return "***" if settings.row(name)[2] == "secret" and value else value
