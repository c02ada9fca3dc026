"""What every page's plots share: matplotlib's settings, and SVG that follows the page.

matplotlib draws with one stand-in colour a role; these are then replaced by CSS variables of the
role's name, so that one drawing serves light and dark. Words stay outside (the page has a legend),
so that Chinese needs no font here.
"""

from __future__ import annotations

import io
import re
from typing import Any

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure


def stand_ins(*roles: str) -> dict[str, str]:
    """A colour of its own for each role, at most 255, never used for anything else."""
    return {role: f"#0101{k:02x}" for k, role in enumerate(("ink", "grid", *roles), 1)}


def settings(roles: dict[str, str], font_pt: float) -> dict[Any, Any]:
    """For `matplotlib.rc_context`: quiet axes in the colours of `ink` and `grid`."""
    return {
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": font_pt,
        "axes.edgecolor": roles["grid"],
        "axes.labelcolor": roles["ink"],
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": roles["grid"],
        "grid.linewidth": 0.6,
        "xtick.color": roles["ink"],
        "ytick.color": roles["ink"],
        "ytick.major.size": 0.0,
    }


def drawn(figure: Figure, name: str, roles: dict[str, str], css_class: str = "") -> str:
    """The figure as one <svg> element, scaled by the page, colours and fonts from its style sheet.

    name: unlike that of any other drawing of the page; identifiers are hashed from it, so that no
    two drawings share one and the same data give the same file.
    """
    file = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None, "Creator": None})
    return for_the_page(file.getvalue(), roles, css_class)


def for_the_page(svg: str, roles: dict[str, str], css_class: str = "") -> str:
    """Only the <svg> element of what matplotlib wrote; see `drawn`."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg\b[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg\b[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    shown = f' class="{css_class}"' if css_class else ""
    svg = svg.replace("<svg", f'<svg{shown} aria-hidden="true"', 1)
    svg = re.sub(r"(\d+\.\d)\d+", r"\1", svg)  # a tenth of a point is fine enough
    for role, colour in roles.items():
        svg = svg.replace(colour, f"var(--{role})")
    return re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", svg)
