"""How much faster than the clock the whole firmware and a house run together."""

import os
import time

from rich.console import Console

from nuanbu.bench import scenarios
from nuanbu.sim.device import Device
from nuanbu.sim.lockstep import LockStep

TARGET = 2000


def measure(seconds: int = 7200) -> int:
    """Run `seconds` of virtual time and print the figure; 1 when it is under the target, else 0.

    Wall time counts. Processor time stands beside it, because it does not depend on what else
    the machine does: house and firmware run at the same time, so the slower of the two tells the
    speed on two idle cores.
    """
    house = scenarios.make_house("corner-convector")
    with Device(settings={"heater.rated_w": int(house.rated_w)}) as device:
        pair = LockStep(device, house)
        pair.run(600)
        wall_s, host_s, firmware_s = time.monotonic(), time.process_time(), device.processor_s()
        pair.run(seconds)
        wall_s = time.monotonic() - wall_s
        host_s = time.process_time() - host_s
        firmware_s = device.processor_s() - firmware_s
    ratio = seconds / wall_s
    idle = seconds / max(host_s, firmware_s)
    load = os.getloadavg()[0]
    word = "pass" if ratio >= TARGET else "miss"
    say = Console().print
    say(
        f"virtual over real time, whole firmware in MicroPython with a house: {ratio:,.0f} x "
        f"(target {TARGET:,} x, {word}; {os.cpu_count()} cores, load {load:.1f})"
    )
    say(
        f"  processor time for a virtual second: firmware {firmware_s / seconds * 1e6:.0f} us, "
        f"house {host_s / seconds * 1e6:.0f} us; with a core for each: {idle:,.0f} x"
    )
    if word == "miss":
        busy = "other work takes the cores" if idle >= TARGET else "a tick takes too long here"
        say(f"  missed because {busy}")
    return int(ratio < TARGET)
