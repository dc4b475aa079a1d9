"""Draw a chart as SVG that can stand inside a page, or as PNG where that is lighter."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from xml.etree import ElementTree as Tree

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from svcimpact.charts.fonts import fonts, missing_glyphs_silent
from svcimpact.charts.style import page
from svcimpact.report.page import Chart

# Inches; two charts and their headings go on an A4 page.
WIDTH, TALLEST = 8.6, 6.2
_HEAVY = 250_000
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_FAMILY = re.compile(r"font-family: [^;]*(; ?|$)")


@dataclass(frozen=True)
class Picture:
    """A chart, drawn.

    Attributes
    ----------
    alt : str
        Its finding, in words.
    svg : str
        Markup, empty where `png` is lighter.
    png : str
        A data address, empty where there is SVG.
    """

    alt: str
    svg: str
    png: str


def draw(chart: Chart) -> Picture:
    """Draw a chart at the width of a page.

    Parameters
    ----------
    chart : Chart
        The chart.

    Returns
    -------
    Picture
        SVG with its text as text, or PNG where the SVG would be heavy and the PNG is lighter.
    """
    with page(WIDTH, TALLEST):
        ax = chart.draw()
    figure = ax.get_figure(root=True)
    if not isinstance(figure, Figure):
        raise TypeError("expected axes that stand on a figure")
    alt = _finding(ax)
    svg = _svg(figure, chart.name, alt)
    if len(svg) > _HEAVY:
        png = _png(figure)
        if len(png) < len(svg):
            return Picture(alt, "", png)
    return Picture(alt, svg, "")


def _finding(ax: Axes) -> str:
    """Return the title of a chart on one line, as it reads."""
    return " ".join(ax.get_title(loc="left").replace(r"\$", "$").split())


def _png(figure: Figure) -> str:
    """Return the figure as a PNG data address."""
    out = io.BytesIO()
    with missing_glyphs_silent():
        figure.savefig(out, format="png", dpi=130)
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def _svg(figure: Figure, name: str, alt: str) -> str:
    """Return the figure as an SVG element: no prolog, no metadata, no ids but those in use."""
    out = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    # The browser finds a font for every script; matplotlib only has to place the text.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}), missing_glyphs_silent():
        figure.savefig(out, format="svg", metadata=nothing)
    Tree.register_namespace("", _SVG)
    Tree.register_namespace("xlink", _XLINK)
    root = Tree.fromstring(out.getvalue())  # noqa: S314 (matplotlib wrote it a line ago)
    for parent in root.iter():
        for child in list(parent):
            if child.tag == f"{{{_SVG}}}style":
                parent.remove(child)
        if parent.tag in (f"{{{_SVG}}}g", f"{{{_SVG}}}svg"):
            parent.attrib.pop("id", None)
        style = parent.attrib.get("style")
        if style and parent.tag == f"{{{_SVG}}}text" and fonts()[0] in style:
            parent.attrib["style"] = _FAMILY.sub("", style)
    root.attrib.update({"role": "img", "aria-label": alt})
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    return Tree.tostring(root, encoding="unicode")
