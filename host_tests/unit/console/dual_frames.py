from heater.console.frames import FRAME_BYTES, IMPROV, LineReader


class Port:
    """A port that is handed its bytes at once, like the ring of the ESP32."""

    def __init__(self, data=b""):
        self.data = data

    def any(self):
        return len(self.data)

    def readinto(self, buf):
        n = min(len(buf), len(self.data))
        buf[:n] = self.data[:n]
        self.data = self.data[n:]
        return n


def frames(data, polls=50):
    reader = LineReader(Port(data))
    found = [reader.poll() for _ in range(polls)]
    return [frame for frame in found if frame is not None], reader


def packet(kind, payload):
    head = IMPROV + bytes([kind, len(payload)]) + payload
    return head + bytes([sum(head) & 0xFF])


def test_lines_come_one_a_poll_whatever_ends_them():
    assert frames(b"one\r\ntwo\n\n \nthree\n")[0] == [b"one", b"two", b"three"]


def test_the_longest_frame_comes_in_one_poll():
    line = b"x" * FRAME_BYTES
    assert frames(line + b"\n", polls=1)[0] == [line]


def test_a_longer_line_is_dropped_whole_and_the_next_one_is_whole():
    found, reader = frames(b"x" * (FRAME_BYTES + 1) + b"\nhelp\n")
    assert found == [b"", b"help"]
    assert reader.overlong == 1


def test_interrupt_characters_at_the_ends_mean_nothing():
    assert frames(b"\x03\x03help\x03\r\n")[0] == [b"help"]


def test_an_improv_packet_holds_line_feeds_and_interrupts():
    data = packet(3, b'\x01\x0c\x03a\nb\x08{"m":"x"}\n')
    assert frames(data + b"\nstatus\n")[0] == [data, b"status"]


def test_an_improv_packet_in_many_pieces():
    data = packet(3, b"\x02\x00")
    reader = LineReader(Port())
    found = []
    for at in range(len(data)):
        reader.port.data = data[at : at + 1]
        found.append(reader.poll())
    assert found == [None] * (len(data) - 1) + [data]


def test_a_packet_that_is_never_finished_does_not_swallow_what_follows():
    reader = LineReader(Port(IMPROV + b"\x03\x60abc"))
    for _ in range(12):
        assert reader.poll() is None
    reader.port.data = b"status\n"
    assert reader.poll() == b"status"


def test_a_packet_too_long_for_a_frame_is_a_line_too_long():
    found, reader = frames(packet(3, b"a" * 255) + b"\nhelp\n")
    assert found == [b"", b"help"]
    assert reader.overlong == 1


def test_improv_inside_a_line_is_no_packet():
    assert frames(b"x" + packet(3, b"ab") + b"\n")[0] == [b"x" + packet(3, b"ab")]
