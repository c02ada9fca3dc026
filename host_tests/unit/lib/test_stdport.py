"""The REPL's port under MicroPython, with a pipe in the place of the cable."""

import os
import subprocess
import time

ECHO = """
import stdport, time
port = stdport.StdPort()
buf = bytearray(8)
port.write(b"ready\\n")
seen = b""
while not seen.endswith(b"!"):
    n = port.readinto(buf)
    assert n is None or 0 < n <= 8
    if n is None:
        assert port.any() == 0
        port.write(b".")
        time.sleep(0.01)
    else:
        seen += bytes(buf[:n])
port.write(b"\\n" + seen)
"""


def test_reads_what_is_there_and_never_waits(repo, micropython):
    with subprocess.Popen(
        [micropython, "-c", ECHO],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "MICROPYPATH": f"{repo}/lib"},
    ) as run:
        sent = bytes(range(4, 33)) + "暖补".encode() + b"0123456789!"
        assert run.stdout.readline() == b"ready\n"
        for at in range(0, len(sent), 20):
            run.stdin.write(sent[at : at + 20])
            run.stdin.flush()
            time.sleep(0.05)
        out, _ = run.communicate(timeout=20)
    waited, _, seen = out.partition(b"\n")
    assert set(waited) == {ord(".")} and seen == sent
