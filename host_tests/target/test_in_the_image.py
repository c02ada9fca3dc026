"""The application used where it lies in the image is what an import would have made of it."""

import json
import zlib

import order
import qemu

NAMES = """
import binascii, gc, json, romcode
{before}
def say(thing):
    text = json.dumps(thing)
    print(binascii.crc32(text.encode()), text)
def told(thing):
    if type(thing) is type:
        return [told(thing.__bases__), sorted(thing.__dict__)]
    if type(thing) in (tuple, list):
        return [told(item) for item in thing]
    if type(thing) is dict:
        return sorted([repr(key), told(value)] for key, value in thing.items())
    if type(thing) in (int, str, bytes, bool, float):
        return repr(thing)
    return type(thing).__name__
gc.collect()
used = gc.mem_alloc()
from heater import app
gc.collect()
used = gc.mem_alloc() - used
say(used)
for name in {order}:
    try:
        module = __import__(name, None, None, ("",))
    except ImportError as error:
        say([name, str(error), {{}}])
        continue
    words = [word for word in dir(module) if not word.startswith("__")]
    found = {{word: told(getattr(module, word)) for word in words}}
    say([name, hasattr(module, "__path__"), found])
"""


_TRIES = 3


def heard(elf, image, script):
    """What the target said, line by line. The emulated UART of a starved machine was once taken to
    have lost a byte of some 100 kB: then it is asked again.
    """
    for _ in range(_TRIES):
        lines = [line.partition(" ") for line in qemu.run(elf, image(), script, 120).splitlines()]
        if all(crc == str(zlib.crc32(text.encode())) for crc, _, text in lines):
            return [json.loads(text) for _, _, text in lines]
    raise AssertionError(f"not as it was sent, {_TRIES} times: {lines[-5:]}")


def test_modules_in_the_image_are_what_imports_would_have_made(repo, elf, image):
    found = []
    every = sorted({*order.imported(repo), *order.all_names(repo)})
    for before in ("", "romcode.stand_aside()"):
        script = NAMES.format(before=before, order=every)
        used, *modules = heard(elf, image, script)
        assert len(modules) == len(every)
        found.append((used, {name: rest for name, *rest in modules}))
    (kept, here), (made, there) = found
    assert len([1 for package, _ in here.values() if type(package) is bool]) > 120
    for name, (package, names) in there.items():
        assert here[name][0] == package
        own = here[name][1]
        if package is True:  # which of its modules are names of it depends on what was imported
            own, names = ({w: t for w, t in n.items() if t != "module"} for n in (own, names))
        assert own == names, name
    assert kept < made // 10


DERIVED = """
from heater.limits.lease import Lease
from heater.link.topics import BadPlace
try:
    class Mine(Lease):
        pass
except TypeError as error:
    print(error)
class Own(Exception):
    pass
class Further(Own):
    pass
try:
    raise BadPlace("nowhere")
except ValueError as error:
    print(repr(error), issubclass(BadPlace, ValueError), Further.__bases__)
"""


def test_a_class_in_the_image_is_no_base_for_others(elf, image):
    said = qemu.run(elf, image(), DERIVED, 60).splitlines()
    assert said[0] == "base class lies in flash"
    assert said[1] == "BadPlace('nowhere',) True (<class 'Own'>,)"
