"""The server process is killed at random moments and two are started in its place, with a real
broker: no limit is exceeded, and the journal bears out everything that was sent."""

import sys
from pathlib import Path

import pytest

from nuanbu.group import trial_crash
from nuanbu.group.trial import Trial

sys.path.insert(0, str(Path(__file__).parent))
from witness import Witness


def figures(folder, kills, heaters, broker_part, speed, seed):
    with Trial(folder, heaters, 0.6, seed, speed) as trial:
        witness = Witness(trial.broker.port)
        result = trial_crash.run(trial, kills, broker_part, seed, lambda line: None)
        witness.close()
    assert witness.heard["limit"] and witness.heard["ack"]
    return result


def check(result):
    assert result.over_s == 0 and result.worst <= 1.0
    assert result.second_acted == 0
    found = result.found
    assert found.clean, (found.broken, found.differences)
    assert found.orders > 0 and found.answers > 0


def test_no_limit_is_exceeded_by_a_server_that_is_killed(tmp_path):
    result = figures(tmp_path, kills=2, heaters=10, broker_part=0.0, speed=8, seed=49)
    check(result)
    assert result.servers_killed == 2 and result.pairs >= 1


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nor_by_many_kills_of_server_and_broker(tmp_path, seed):
    result = figures(tmp_path, kills=30, heaters=40, broker_part=0.3, speed=4, seed=seed)
    check(result)
    assert result.brokers_killed > 0 and result.servers_killed > 0 and result.pairs > 0
