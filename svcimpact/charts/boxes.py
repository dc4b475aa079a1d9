"""Labelled boxes and the lines between them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path
from matplotlib.typing import LineStyleType

from svcimpact.charts.letters import LABEL, clean, plain, text_width, wrap
from svcimpact.charts.style import INK, PAPER

FADED = "#98a2ad"
"""Ink of what is not being talked about."""
SMALLEST = 6.0
PAD = 0.06
TWO_LINES = 0.34
"""Inches of height from which on a box takes two lines of text."""


@dataclass(frozen=True)
class Spot:
    """Where a box stands; all in inches of the axes, y downwards to its middle."""

    left: float
    right: float
    y: float
    height: float


def surface(ax: Axes, around: float) -> tuple[float, float]:
    """Turn axes into a blank sheet measured in inches from its upper left corner.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    around : float
        Inches of height taken by title and legend, where the axes fill their figure.

    Returns
    -------
    tuple of float
        Width and height of the sheet, inches.
    """
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("expected axes that stand on a figure")
    width, height = figure.get_size_inches()
    if len(figure.axes) == 1:
        width, height = width * 0.97, max(height - around, 0.5)
    else:
        width, height = width * ax.get_position().width, height * ax.get_position().height
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    ax.set_axis_off()
    return float(width), float(height)


def fit(text: object, inches: float, size: float = LABEL, weight: str = "normal") -> str:
    """Cut a text to a measured width, with an ellipsis where something is missing.

    Parameters
    ----------
    text : object
        Any text.
    inches : float
        Width there is.
    size : float
        Font size, points.
    weight : str
        Font weight.

    Returns
    -------
    str
        The text, cleaned, not escaped.

    Examples
    --------
    >>> fit("Customer identity renewal", 1.0)
    'Customer ide…'
    """
    line = clean(text)
    if text_width(line, size, weight) <= inches:
        return line
    low, high = 0, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        cut = f"{line[:middle].rstrip()}…"
        low, high = (middle, high) if text_width(cut, size, weight) <= inches else (low, middle - 1)
    return f"{line[:low].rstrip()}…"


def blend(light: str, dark: str, share: float) -> str:
    """Return a colour between two.

    Parameters
    ----------
    light, dark : str
        Colours.
    share : float
        0 gives the first, 1 the second.

    Returns
    -------
    str
        The colour as a hex code.
    """
    pairs = zip(to_rgb(light), to_rgb(dark), strict=True)
    red, green, blue = (a + (b - a) * min(max(share, 0.0), 1.0) for a, b in pairs)
    return to_hex((red, green, blue))


def ink_on(fill: str) -> str:
    """Return the ink, dark or white, that reads best on a fill.

    Parameters
    ----------
    fill : str
        Colour of the ground.

    Returns
    -------
    str
        A colour.
    """
    red, green, blue = to_rgb(fill)
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else PAPER


def box(
    ax: Axes,
    spot: Spot,
    label: str,
    *,
    note: str = "",
    fill: str = PAPER,
    edge: str = "none",
    ink: str | None = None,
    bold: bool = False,
    thick: float = 0.8,
) -> None:
    """Draw a box with a label and a note, side by side or in two lines, both cut to fit.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        A sheet made by `surface`.
    spot : Spot
        Where.
    label, note : str
        Texts, not escaped.
    fill, edge : str
        Colours.
    ink : str, optional
        Colour of the label; what reads best on the fill otherwise.
    bold : bool
        Whether the label is bold.
    thick : float
        Width of the edge, points.
    """
    size = text_size(spot.height)
    weight = "bold" if bold else "normal"
    ink = ink or ink_on(fill)
    rounding = min(0.05, spot.height / 3)
    ax.add_patch(
        FancyBboxPatch(
            (spot.left, spot.y - spot.height / 2),
            spot.right - spot.left,
            spot.height,
            boxstyle=f"round,pad=0,rounding_size={rounding}",
            facecolor=fill,
            edgecolor=edge,
            linewidth=thick,
            zorder=3,
        )
    )
    lines = 2 if spot.height >= TWO_LINES else 1
    room = (spot.right - spot.left - 2 * PAD) * 0.97
    if lines == 2:
        said = wrap(label, room, size, weight)
        first = said[0] if said else ""
        second = note or " ".join(said[1:])
        first = fit(label, room, size, weight) if note else first
        said = [first, fit(second, room, size)] if second else [first]
        for i, text in enumerate(said):
            y = spot.y + (i - (len(said) - 1) / 2) * size * 1.25 / 72
            _write(
                ax, spot.left + PAD, y, text, size, ink, weight if i == 0 or not note else "normal"
            )
        return
    note = fit(note, room * 0.65, size)
    if note:
        _write(ax, spot.right - PAD, spot.y, note, size, ink, right=True)
        room -= text_width(note, size) + 2 * PAD
    _write(ax, spot.left + PAD, spot.y, fit(label, room, size, weight), size, ink, weight)


def _write(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    size: float,
    ink: str,
    weight: str = "normal",
    *,
    right: bool = False,
) -> None:
    """Write one line in a box."""
    ax.text(
        x, y, plain(text), ha="right" if right else "left", va="center_baseline",
        fontsize=size, fontweight=weight, color=ink, zorder=4,
    )  # fmt: skip


def text_size(height: float) -> float:
    """Return the font size that fits a box.

    Parameters
    ----------
    height : float
        Height of the box, inches.

    Returns
    -------
    float
        Points, never above the size of labels.
    """
    lines = 2 if height >= TWO_LINES else 1
    return max(min(LABEL, height / lines * 72 * 0.68), SMALLEST)


def connect(
    ax: Axes,
    points: list[tuple[float, float]],
    *,
    color: str,
    width: float,
    style: LineStyleType = "-",
    order: float = 1.0,
    bow: float = 0.0,
) -> None:
    """Draw a smooth line through points that leaves and enters each of them level.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        A sheet made by `surface`.
    points : list of (float, float)
        Points on the way, at least two.
    color : str
        Colour.
    width : float
        Width, points.
    style : matplotlib line style
        Line style.
    order : float
        Drawn above what has a lower order.
    bow : float
        Inches by which the line swings out sideways (negative: to the left), for points one
        above the other.
    """
    path, codes = [points[0]], [Path.MOVETO]
    for (x0, y0), (x1, y1) in pairwise(points):
        swing = bow or (x1 - x0) * 0.5
        path += [(x0 + swing, y0), (x1 + bow if bow else x1 - swing, y1), (x1, y1)]
        codes += [Path.CURVE4] * 3
    ax.add_patch(
        PathPatch(
            Path(path, codes),
            facecolor="none",
            edgecolor=color,
            linewidth=width,
            linestyle=style,
            capstyle="butt",
            zorder=order,
        )
    )
