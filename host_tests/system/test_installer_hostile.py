"""Hours at the cable: telemetry at 10 Hz, log and settings, and random bytes with 0x03 in them.

Time is virtual here, so a tick cannot be late for want of processor; what is shown is that no
byte stops, resets or silences the firmware.
"""

import pytest

from nuanbu.installer.figures import attached


@pytest.mark.parametrize("seed", [1, 2])
def test_four_minutes_of_noise(seed):
    found = attached.measure(4, 60_000, seed)
    assert found.noise_bytes >= 57_000
    assert found.missed == found.resets == found.faults == found.unanswered == 0
    assert found.events > 0.98  # a few are counted while requests are answered
    assert found.requests == 16


def test_what_counts_ticks_would_see_one_missed(monkeypatch):
    """The same with a firmware that is held up for a while, by way of the simulated clock."""

    class Held(attached.HeldDevice):
        ticks = 0

        def tick(self, console=b"", span_ms=100):
            self.ticks += 1
            if self.ticks == 300:
                self.world(hang_ms=400)
            return super().tick(console, span_ms)

    monkeypatch.setattr(attached, "HeldDevice", Held)
    assert attached.measure(1, 1_000, 1).missed >= 1
