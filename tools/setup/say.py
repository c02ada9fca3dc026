"""Lines for the person who waits: one per finished part, one when something is missing."""

import sys
import time

_started_s = time.monotonic()


class Missing(Exception):
    """Something this machine lacks. The text is one line: what it is and how to get it."""


def doing(part, text):
    """Say what is being done to `part`, with the seconds since set-up began."""
    print(f"set-up {time.monotonic() - _started_s:5.1f} s  {part}: {text}", flush=True)


def counted(part, text, lines, starts_with, total):
    """Pass on every tenth of `total` lines of the iterable `lines` that start with `starts_with`.

    Returns all lines, for an error message.
    """
    seen = []
    count = 0
    for line in lines:
        seen.append(line.rstrip())
        if line.startswith(starts_with):
            count += 1
            if count % 10 == 0:
                doing(part, f"{text} {count} of {max(count, total)}")
        elif line.startswith("Installing"):  # the longest step without a word from pip
            doing(part, "unpacking them all")
    return seen


def stop(reason):
    """Print the one line and end with code 1."""
    print(f"set-up: {reason}", file=sys.stderr, flush=True)
    sys.exit(1)
