"""10^5 random settings: none outside its bounds takes effect, each refusal says why."""

import math
import random

from flash_in_ram import StoreInRam

from heater.record import messages, table
from heater.record.settings import Settings

COUNT = 100_000
ROLES = ("resident", "installer", "company", "factory")
ROW = {row[0]: row for row in table.ROWS}
HOSTILE = (
    None,
    True,
    False,
    0,
    -1,
    1,
    -0.0,
    0.5,
    22_000.0,
    math.nan,
    math.inf,
    -math.inf,
    2**31,
    -(2**31),
    2**63,
    10**30,
    "",
    "22000",
    "NaN",
    "plan",
    "heat ",
    "a\nb",
    "\x00",
    "暖" * 40,
    "x" * 5000,
    "=",
    b"heat",
    [],
    [22_000],
    {"v": 1},
    (1,),
)


def limits(settings, staged, row):
    """Bounds in force, by the rule in table.py and not by way of Settings."""
    low, high = row[3], row[4]
    names, pairs = table.NARROWED
    if row[0] in names:
        for low_name, high_name in pairs:
            low = max(low, staged.get(low_name, settings.get(low_name)))
            high = min(high, staged.get(high_name, settings.get(high_name)))
    return low, high


def acceptable(row, value, low, high):
    """Whether the table allows the value, said without the code under test."""
    if row[1] == "int":
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    if row[1] == "bool":
        return isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if isinstance(row[3], tuple):
        return value in row[3]
    octets = value.encode()
    return low <= len(octets) <= high and not any(octet < 32 or octet == 127 for octet in octets)


def some_value(chance, row):
    if chance.random() < 0.3:
        return chance.choice(HOSTILE)
    if row[1] == "bool":
        return chance.random() < 0.5
    if row[1] == "int":
        edge = chance.choice((row[3], row[4], row[5]))
        near = (edge + chance.randint(-2, 2), chance.randint(row[3], row[4]))
        return chance.choice((*near, chance.randint(-(2**33), 2**33)))
    if isinstance(row[3], tuple):
        return chance.choice(row[3])
    return "n" * chance.choice((row[3], row[4], row[4] + 1, max(0, row[3] - 1), 5))


def assert_refusal(refusal, row, value, low, high):
    assert refusal["code"] in messages.REFUSALS and refusal["next"] in messages.NEXT
    assert refusal["name"] == row[0] and refusal["who"] == row[6]
    assert (refusal["low"], refusal["high"]) == (low, high)
    if row[2] == "secret":
        assert refusal["value"] == ""
    elif isinstance(value, (int, float)) and abs(value) < 10**18:
        assert refusal["value"] == str(value)
    elif isinstance(value, str):
        assert value.startswith(refusal["value"].removesuffix("..."))


def assert_sound(settings):
    for row in table.ROWS:
        low, high = limits(settings, {}, row)
        assert acceptable(row, settings.get(row[0]), low, high), row[0]


def test_none_outside_bounds_takes_effect():
    chance = random.Random(20261123)
    store = StoreInRam()
    settings = Settings(store)
    settings.load()
    refused = taken = commits = 0
    staged = {who: {} for who in ROLES}
    for number in range(COUNT):
        who = chance.choice(ROLES)
        row = chance.choice(table.ROWS)
        value = some_value(chance, row)
        low, high = limits(settings, staged[who], row)
        before = settings.get(row[0])
        refusal = settings.stage(row[0], value, who)
        allowed = ROLES.index(who) >= ROLES.index(row[6])
        assert (refusal is None) == (allowed and acceptable(row, value, low, high)), (row, value)
        assert settings.get(row[0]) is before or settings.get(row[0]) == before
        if refusal is None:
            taken += 1
            staged[who][row[0]] = value
        else:
            refused += 1
            assert_refusal(refusal, row, value, low, high)
        if chance.random() < 0.02:
            done = settings.commit(who, chance.choice((0, 0, 30)))
            commits += isinstance(done, tuple)
            if isinstance(done, tuple):
                staged[who] = {}
            elif chance.random() < 0.5:
                settings.discard(who)
                staged[who] = {}
            assert_sound(settings)
        settings.poll(number // 20)
        if number % 5000 == 0:
            if settings.trial_left_s():
                settings.confirm()
            again = Settings(store)
            again.load()
            assert again.hash() == settings.hash() and again.revision == settings.revision
    assert_sound(settings)
    assert min(refused, taken) > COUNT // 5 and commits > 500
