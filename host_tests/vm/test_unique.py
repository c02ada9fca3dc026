"""Simulated heaters are different chips."""

from nuanbu.sim.device import Device


def test_every_seed_is_another_chip():
    told = []
    for seed in (0, 1, 259):
        with Device(seed=seed) as device:
            told.append(device.request("hello")["uid"])
    assert told == ["240ac4000001", "240ac4000002", "240ac4000104"]
