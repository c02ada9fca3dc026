"""What a simulated heater answers: the result of a step, and of a console request."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from nuanbu.errors import UserError
from nuanbu.sim.process import Report


class Refused(UserError):
    """The firmware refused a request. The text is its own reason; `code` its error number."""


@dataclass
class Step:
    """What the heater did during one `Device.step`.

    power_w  mean electrical power at the element in W
    contactor  True while the safety contactor is closed (at the end of the step)
    switchings, contactor_switchings  operations during the step, each on or off counts one
    mode  "off", "heat" or "plan"
    faults  active and latched faults, a dict each (code, measured, expected ...)
    snapshot  every field of the firmware's own Snapshot, as integers
    trace  output pins' edges: (ms since power-up, pin, level)
    """

    seconds: float
    power_w: float
    contactor: bool
    switchings: int
    contactor_switchings: int
    mode: str
    faults: list[dict]
    snapshot: dict
    trace: list[tuple[int, int, int]] = field(default_factory=list)
    resets: list[int] = field(default_factory=list)


@dataclass
class Sum:
    """What has been reported since the last step was answered."""

    ms: int = 0
    energy_j: float = 0.0
    switchings: int = 0
    contactor_switchings: int = 0
    trace: list = field(default_factory=list)
    resets: list = field(default_factory=list)

    def add(self, span_ms: int, report: Report) -> None:
        """Take in one exchange of `span_ms`."""
        self.ms += span_ms
        self.energy_j += report.energy_j
        self.switchings += report.switchings
        self.contactor_switchings += report.contactor_switchings
        self.trace += report.trace
        if report.reset_cause is not None:
            self.resets.append(report.reset_cause)


def result(line: bytes, request_id: int):
    """Result of the answer in `line`, or None if it is no answer to this request.

    Raises Refused when the firmware refused it.
    """
    try:
        message = json.loads(line)
    except ValueError:
        return None
    if not isinstance(message, dict) or message.get("id") != request_id:
        return None
    if message.get("ok"):
        return message.get("r") or {}
    error = message.get("e", {})
    raise Refused(error.get("text") or json.dumps(error), error.get("next", ""))
