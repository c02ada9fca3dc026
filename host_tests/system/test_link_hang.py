"""A radio driver that never returns: the heater heats on, notices it, and in the end restarts as
planned, switched off before. Minutes of real time, for the driver lives in it."""

import sys
import time
from pathlib import Path

import pytest

from nuanbu.sim import Device

sys.path.insert(0, str(Path(__file__).parent))
from test_whole_heater import link_settings

HARD_RESET = 2  # machine.reset_cause() after an intended reset
STUCK = 91  # event of heater.app
STUCK_S, HUNG_S = 120, 600  # as heater.network has them


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_a_hanging_driver_ends_in_a_planned_restart(tmp_path, figure):
    with Device() as device:
        device.set({**link_settings(1), "heater.serial": "htr-1", "link.ssid": "home"})
        device.power_cycle(1.0)
        device.step(7 * 3600.0, room_c=17.0)  # a hang in the first hours waits for the sixth
        device.inject("wifi_hang", 100_000)
        began, noticed_s, powers = time.monotonic(), None, []
        while True:
            reply = device.step(1.0, room_c=17.0)
            if reply.resets:
                break
            powers.append(reply.power_w)
            late_s = time.monotonic() - began
            assert late_s < HUNG_S + 60, "no restart"
            if noticed_s is None and device.request("net.link")["link"] == "stuck":
                noticed_s = late_s
            time.sleep(1)
        restarted_s = time.monotonic() - began
        device.inject("wifi_hang", 0)
        assert reply.resets == [HARD_RESET]
        assert sum(powers[-30:]) / 30 > 100  # it heated to the last
        after = device.step(30.0, room_c=17.0)
        assert after.contactor and not after.faults
        events, at = [], 0
        while True:
            answer = device.request("log.get", at=at)
            events += answer["ev"]
            at = answer["next"]
            if at >= answer["of"]:
                break
        assert [one[3] for one in events].count(STUCK) == 1
        assert device.request("net.link")["link"] == "trying"
    figure("hanging network thread noticed", f"{noticed_s:.0f} s", f"{STUCK_S} s",
           noticed_s <= STUCK_S + 15)  # fmt: skip
    figure("planned restart, switched off before", f"{restarted_s:.0f} s", f"{HUNG_S} s",
           restarted_s <= HUNG_S + 30)  # fmt: skip
