"""Real firmware beside heaters of numpy, a real broker and the server's process on one feeder,
in scaled time."""

import sys
from pathlib import Path

from nuanbu.fleet.feeder import CUT, FAILSAFE, Feeder

sys.path.insert(0, str(Path(__file__).parent))
from witness import Witness


def test_heaters_share_a_feeder_and_obey_a_cut():
    with Feeder(3, 8.0, virtual=20) as one:
        witness = Witness(one.broker.port)
        record = one.run(200, (130, 400))
        witness.close()
        bridge = one._bridge
        assert bridge
        limits_w = bridge.heaters.leases.limit_w
        assert (limits_w < bridge.heaters.rated_w).all()
    assert {"limit", "heartbeat", "hello", "welcome", "ack", "state"} <= set(witness.heard)
    assert record.ordered[-1] == 3 + 20
    # More than the fail-safe share before the cut, and as much as is allowed after it.
    assert max(record.granted_w[:130]) > 0.5 * one.rated_w > FAILSAFE * one.rated_w
    assert record.limit_w[-1] == int((1 - CUT) * one.firm_w)
    assert 0.8 * record.limit_w[-1] < record.granted_w[-1] <= record.limit_w[-1]
    # In the mean of three windows: what one of them lacked, the next makes good.
    assert sum(record.power_w[-30:]) / 30 <= 1.1 * record.limit_w[-1]
