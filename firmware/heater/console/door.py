# The console as long as nobody has spoken: it reads lines and holds nothing else. Most heaters are
# never spoken to after their first day, so all that answers is brought in by the first line.

from heater.console.frames import LineReader


class Door:
    """`port` as in LineReader. `admit(lines)` makes the server.Console that reads on from `lines`,
    puts it in the door's place, and returns it."""

    def __init__(self, port, admit):
        self._lines = LineReader(port)
        self._admit = admit

    def poll(self):
        """Once a tick. True when there was a first line, which the console has then answered."""
        frame = self._lines.poll()
        if frame is None:
            return False
        return self._admit(self._lines).serve(frame)
