"""The monitor's screen: values, and how they went, in the terminal."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from rich.table import Table
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Footer, Static
from textual_plotext import PlotextPlot

from nuanbu.installer.trouble import Trouble
from nuanbu.installer.words import label

_KEPT = 600  # values of a plot: a minute at 10 Hz, ten minutes at 1 Hz
_DRAW_S = 0.25
# label -> (field of the telemetry, divisor, decimals, unit)
SHOWN = {
    "room": ("room", 1000, 2, "°C"),
    "setpoint": ("set", 1000, 1, "°C"),
    "body": ("body", 1000, 1, "°C"),
    "power": ("w", 1, 0, "W"),
    "limit": ("lim", 1, 0, "W"),
    "mains": ("mv", 1000, 1, "V"),
    "leak": ("ua", 1000, 2, "mA"),
    "faults": ("f", 1, 0, ""),
}
# id of a plot -> (its unit, lines in it with their colours)
PLOTS = {
    "rooms": ("°C", (("room", "cyan"), ("setpoint", "green"))),
    "bodies": ("°C", (("body", "red"),)),
    "powers": ("W", (("power", "orange"), ("limit", "gray"))),
}


class History:
    """The last values by label, with the heater's seconds in `times`."""

    def __init__(self, kept: int = _KEPT):
        self.times: deque[float] = deque(maxlen=kept)
        self.values: dict[str, deque[float]] = {key: deque(maxlen=kept) for key in SHOWN}

    def take(self, event: dict[str, Any]) -> None:
        """One telemetry message. A heater that has restarted begins anew."""
        if self.times and event["t"] < self.times[-1]:
            self.times.clear()
            for values in self.values.values():
                values.clear()
        self.times.append(event["t"])
        for key, (name, divisor, _, _) in SHOWN.items():
            self.values[key].append(event[name] / divisor)

    def shown(self, key: str) -> str:
        """The last value with its unit; "" when there is none."""
        _, _, decimals, unit = SHOWN[key]
        values = self.values[key]
        return f"{values[-1]:.{decimals}f} {unit}".rstrip() if values else ""


class Screen(App[Trouble | None]):
    """Shows telemetry until q, Ctrl-C, or the end of `follow`.

    follow(take, ended): runs on a thread of its own, calls take(event) for every message and looks
    at ended() often; it returns when it is over, or raises Trouble, which `run` then returns.
    """

    CSS = """
    #values { height: auto; padding: 0 1; }
    PlotextPlot { height: 1fr; min-height: 8; }
    """
    BINDINGS: ClassVar[list[BindingType]] = []
    ENABLE_COMMAND_PALETTE = False  # nothing in it, and that in English

    def __init__(
        self,
        follow: Callable[[Callable[[dict], None], Callable[[], bool]], None],
        title: str,
        language: str,
    ):
        super().__init__()
        self._follow = follow
        self._language = language
        self._over = False
        self._drawn_s = 0.0
        self.title = title
        self.held = False
        self.history = History()
        for key, action, text in (("q", "leave", "leave"), ("p", "hold", "hold")):
            self._bindings.key_to_bindings.setdefault(key, []).append(
                Binding(key, action, label(text, language))
            )

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(id="values")
            for name in PLOTS:
                yield PlotextPlot(id=name)
        yield Footer()

    def on_mount(self) -> None:
        self.run_worker(self._read, thread=True, exit_on_error=False)

    def on_unmount(self) -> None:
        self._over = True

    def _read(self) -> None:
        trouble = None
        try:
            self._follow(lambda event: self.call_from_thread(self.take, event), lambda: self._over)
        except Trouble as error:
            trouble = error
        if not self._over:
            self.call_from_thread(self.exit, trouble)

    def take(self, event: dict[str, Any]) -> None:
        """One message: kept always, drawn a few times a second unless held."""
        self.history.take(event)
        now_s = time.monotonic()
        if not self.held and now_s - self._drawn_s >= _DRAW_S:
            self._drawn_s = now_s
            self.draw()

    def draw(self) -> None:
        """Everything as it is now."""
        table = Table.grid(padding=(0, 2))
        table.add_row(*[label(key, self._language) for key in SHOWN], style="dim")
        held = [label("held", self._language)] if self.held else []
        table.add_row(*[self.history.shown(key) for key in SHOWN], *held)
        self.query_one("#values", Static).update(table)
        for name, (unit, lines) in PLOTS.items():
            widget = self.query_one(f"#{name}", PlotextPlot)
            plot = widget.plt
            plot.clear_data()
            plot.xlabel("s")
            plot.title(", ".join(label(key, self._language) for key, _ in lines) + f" / {unit}")
            for key, colour in lines:
                plot.plot(
                    list(self.history.times), list(self.history.values[key]), color=colour,
                    marker="braille",
                )  # fmt: skip
            widget.refresh()

    def action_leave(self) -> None:
        self._over = True
        self.exit()

    def action_hold(self) -> None:
        """Stand still to be read, or go on; what comes meanwhile is kept."""
        self.held = not self.held
        self.draw()
