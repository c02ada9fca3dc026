"""What a day costs the flash, measured on LittleFS with both rings full (docs/storage.md)."""

import re

import pytest
from test_powercut import run

from heater.record import wear

CYCLES = 100_000  # erases of one 4 KiB block, by the data sheets of ESP32 modules' flash
DAYS = 2


@pytest.mark.parametrize(
    "load, writes_a_day, block_a_day, erases_a_day",
    [("normal", 155, 13, 75), ("worst", 200, 13, 120)],
)
def test_a_day(micropython, repo, load, writes_a_day, block_a_day, erases_a_day):
    output = run(micropython, repo, "wear.py", str(DAYS), load)
    found = re.fullmatch(
        r"days \d+ writes (\d+) erases (\d+) worst_block (\d+) blocks (\d+) free (\d+)\n", output
    )
    assert found, output
    writes, erases, worst_block, blocks, free = map(int, found.groups())
    assert DAYS * 100 < writes <= DAYS * writes_a_day
    assert 0 < erases <= DAYS * erases_a_day
    assert worst_block <= DAYS * block_a_day
    assert CYCLES * DAYS / worst_block > 15 * 365, "years, even if LittleFS never moved the block"
    assert free > blocks * 4096 // 5, "a fifth of the partition stays free for wear levelling"


def test_the_page_says_what_the_code_does(repo):
    page = (repo / "docs/storage.md").read_text(encoding="utf-8")
    day_s = 86_400
    counters = -(-day_s // wear.COUNTERS_EVERY_S)
    hours = day_s // wear.HOUR_S
    rest = wear._BUCKET + day_s // wear._REFILL_S
    together = counters + 2 * hours + rest
    rows = dict(re.findall(r"^\| ([^|]+?) \| \**(\d+)\** \|$", page, re.MULTILINE))
    assert list(map(int, rows.values())) == [counters, hours, hours, rest, together]
    assert together <= 200
    assert f"every {wear.COUNTERS_EVERY_S} s" in page
    assert f"{wear._BUCKET} at once, one more every {wear._REFILL_S} s" in page
