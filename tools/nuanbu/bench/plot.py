"""The table as a picture: every figure in every house, beside its target and what is possible."""

from __future__ import annotations

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nuanbu.bench.figures import FIGURES, ORACLE

_COLOURS = ("#d1495b", "#edae49", "#66a182", "#8d96a3", "#2e4057")


def write(results: dict, path: Path) -> None:
    """Draw `results` (law -> house -> key -> value) as PNG at `path`, whole or not at all."""
    keys = [
        row for row in FIGURES if any(row[0] in f for by in results.values() for f in by.values())
    ]
    figure = Figure(figsize=(14, 2.2 * len(keys) + 1.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(keys), 1, sharex=True, squeeze=False)[:, 0]
    names = sorted({name for by in results.values() for name in by}, key=_order)
    for axis, (key, text, unit, target) in zip(axes, keys, strict=True):
        for colour, (law, by_house) in zip(_COLOURS, results.items(), strict=False):
            at = [i for i, name in enumerate(names) if key in by_house.get(name, {})]
            values = [by_house[names[i]][key] for i in at]
            marker = "_" if law == ORACLE else "o"
            axis.scatter(at, values, s=160 if law == ORACLE else 28, marker=marker, color=colour,
                         label=law, zorder=3)  # fmt: skip
        axis.axhline(target, color="black", linewidth=0.8, linestyle="--")
        axis.set_ylabel(unit)
        axis.set_title(f"{text} (target {target:g} {unit}, dashed)", loc="left", fontsize=10)
        axis.set_ylim(0, min(axis.get_ylim()[1], 5 * target))
        axis.grid(axis="y", alpha=0.3)
    axes[-1].set_xticks(range(len(names)), names, rotation=60, ha="right")
    axes[0].legend(ncols=len(results), fontsize=9, loc="upper right")
    figure.suptitle("Room control, simulated; points beyond five times the target are cut off")
    part = path.with_suffix(".part")
    figure.savefig(part, format="png", dpi=90)
    part.replace(path)


def _order(name):
    head, _, number = name.partition(" ")
    return (bool(number), int(number) if number else 0, head)
