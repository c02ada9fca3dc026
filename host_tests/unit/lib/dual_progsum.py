# The sums over a program: what is sound, what is damaged, and no step reads more than a piece.

import binascii
import hashlib
import os
import struct

from progsum import Files, Image

PLACE = "progsum-test"


class Flash:
    """A partition: its content, and the largest read so far."""

    def __init__(self, content):
        self.content = bytearray(content)
        self.largest = 0

    def info(self):
        return (0, 0, 0x10000, len(self.content), "app", False)

    def readblocks(self, block, buf, offset=0):
        at = block * 4096 + offset
        self.largest = max(self.largest, len(buf))
        if at + len(buf) > len(self.content):
            raise OSError(5)
        buf[:] = self.content[at : at + len(buf)]


def image(segments=(3001, 16, 5000), digest=True):
    """An application image as esptool makes it."""
    out = bytearray(struct.pack("<BB21xB", 0xE9, len(segments), 1 if digest else 0))
    for n in segments:
        out += struct.pack("<II", 0x3F400020, n) + bytes([i * 7 & 0xFF for i in range(n)])
    while len(out) % 16 != 15:
        out.append(0)
    out.append(0xEF)
    out += hashlib.sha256(out).digest() if digest else b""
    return out + b"\xff" * 5000


def result(source):
    """(sound, steps) of one round."""
    source.begin()
    steps = 1
    while source.step():
        steps += 1
        assert steps < 1000
    return source.sound, steps


def test_a_sound_image():
    flash = Flash(image())
    sound, steps = result(Image(flash, 256))
    assert sound is True and steps == (24 + 3 * 8 + 3001 + 16 + 5000 + 15) // 256 + 2
    assert flash.largest <= 256


def test_any_turned_bit_is_found():
    good = image()
    under_sum = len(good) - 5000
    for at in range(0, under_sum, 97):
        flash = Flash(good)
        flash.content[at] ^= 1 << at % 8
        sound, _ = result(Image(flash))
        # Without its mark a digest is no digest: nothing to compare with, and not sound either.
        assert sound is False or (at == 23 and sound is None), at
    flash = Flash(good)
    flash.content[under_sum] ^= 1  # behind the image
    assert result(Image(flash))[0] is True


def test_an_image_without_a_digest_is_not_judged():
    assert result(Image(Flash(image(digest=False)))) == (None, 1)


def test_an_impossible_image_is_damaged():
    for spoilt in (b"\xff" * 8192, image()[:6000], struct.pack("<BB21xB", 0xE9, 200, 1) * 9):
        try:
            sound, _ = result(Image(Flash(spoilt)))
        except OSError:
            continue
        assert sound is False


def test_a_round_can_be_repeated():
    flash = Flash(image())
    source = Image(flash)
    for turned in (0, 1, 0):
        flash.content[4000] ^= turned
        assert result(source)[0] is not bool(turned)
        flash.content[4000] ^= turned


def written(files):
    """A list and its files; the path of the list."""
    try:
        os.mkdir(PLACE)
    except OSError:
        pass
    whole = hashlib.sha256()
    lines = b""
    for name, content in files:
        path = PLACE + "/" + name
        with open(path, "wb") as file:
            file.write(content)
        line = path.encode() + b"\n"
        lines += line
        whole.update(line)
        whole.update(content)
    with open(PLACE + "/list", "wb") as file:
        file.write(binascii.hexlify(whole.digest()) + b"\n" + lines)
    return PLACE + "/list"


def tidy():
    for name in os.listdir(PLACE):
        os.remove(PLACE + "/" + name)
    os.rmdir(PLACE)


def test_files():
    content = [("a", b"x" * 2000), ("b", b""), ("c", b"z")]
    path = written(content)
    assert result(Files(path, 256))[0] is True
    for name, spoilt in (("a", b"x" * 1999), ("b", b"\n"), ("c", b"y")):
        written(content)
        with open(PLACE + "/" + name, "wb") as file:
            file.write(spoilt)
        assert result(Files(path))[0] is False, name
    written(content)
    os.remove(PLACE + "/b")
    source = Files(path)
    try:
        result(source)
        raise AssertionError("a missing file passed")
    except OSError:
        source.close()
    tidy()


def test_no_list():
    try:
        Files("no-such-list").begin()
        raise AssertionError("a missing list passed")
    except OSError:
        pass
