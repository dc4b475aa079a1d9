"""The look all charts share: colours, sizes, the finding as title, safe text."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ParamSpec

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation
from matplotlib.typing import RcKeyType

from svcimpact.charts.fonts import FACE, fonts
from svcimpact.charts.letters import (
    LABEL,
    TEXT,
    TITLE,
    fitted,
    plain,
    text_width,
)

# Chosen for colour-blind readers and grey printers: neighbours differ in lightness, not only hue.
INK = "#1b1f24"
MUTED = "#57606a"
GRID = "#d8dee4"
PAPER = "#ffffff"
LEVELLED = "#9db2c6"
BETWEEN = "#5b7fa6"
INCIDENT = "#12406b"
HELD = "#d1560a"
SHORT_HANDED = "#f0b35c"
OUTAGE = "#f7dcd3"
ALARM = "#a3271b"
PALETTE = ("#12406b", "#d1560a", "#5fb0e5", "#3d7a4f", "#e8cf6a", "#7a2f63")

# Inches. A 16:9 slide; dropped into a bigger one, the text only grows.
WIDTH = 10.0
HEIGHT = 5.625
TALLEST = 9.0

P = ParamSpec("P")
_page: ContextVar[tuple[float, float] | None] = ContextVar("page", default=None)


def styled(chart: Callable[P, Axes]) -> Callable[P, Axes]:
    """Run a chart function under the shared look, whatever the user's own settings are.

    Parameters
    ----------
    chart : callable
        A function that returns Axes.

    Returns
    -------
    callable
        The same function; the user's settings are back when it returns.
    """

    @functools.wraps(chart)
    def run(*args: P.args, **kwargs: P.kwargs) -> Axes:
        look: dict[RcKeyType, object] = {
            "font.family": list(fonts()),
            "font.size": TEXT,
            "axes.titlesize": TITLE,
            "axes.titleweight": "bold",
            "axes.titlecolor": INK,
            "axes.labelsize": TEXT,
            "axes.labelcolor": INK,
            "axes.edgecolor": MUTED,
            "axes.facecolor": PAPER,
            "figure.facecolor": PAPER,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "grid.color": GRID,
            "grid.linewidth": 0.8,
            "xtick.labelsize": LABEL,
            "ytick.labelsize": LABEL,
            "xtick.color": INK,
            "ytick.color": INK,
            "text.color": INK,
            "text.usetex": False,
            "legend.fontsize": LABEL,
            "legend.frameon": False,
            "hatch.linewidth": 1.2,
        }
        with mpl.rc_context(look):
            drawn = chart(*args, **kwargs)
            interactive = mpl.is_interactive()
        # The first figure in a notebook makes pyplot interactive; the context would undo it.
        mpl.interactive(interactive)
        return drawn

    return run


def canvas(ax: Axes | None, height: float = HEIGHT) -> Axes:
    """Return the axes to draw on, on a new figure of slide width where none is given.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
        The user's axes.
    height : float
        Height wished for, inches; a new figure is never taller than `TALLEST`.

    Returns
    -------
    matplotlib.axes.Axes
        Where to draw.
    """
    if ax is not None:
        return ax
    width, tallest = _page.get() or (WIDTH, TALLEST)
    size = (width, min(max(height, 2.5), tallest))
    if _page.get() is not None:
        return Figure(figsize=size, layout="constrained").subplots()
    return plt.subplots(figsize=size, layout="constrained")[1]


@contextmanager
def page(width: float, tallest: float, face: str = "") -> Iterator[None]:
    """Make new figures this wide and keep pyplot out of it, as a report wants them.

    Parameters
    ----------
    width, tallest : float
        Width of a figure, and the most height it may take, inches.
    face : str
        The font family of what the figure will stand in; used where it is installed.

    Yields
    ------
    None
        Nothing; figures are as before when it ends.
    """
    size, family = _page.set((width, tallest)), FACE.set(face)
    try:
        yield
    finally:
        _page.reset(size)
        FACE.reset(family)


def room(ax: Axes, inches_per_row: float, around: float) -> int:
    """Tell how many rows can be read on these axes.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    inches_per_row : float
        What a row needs.
    around : float
        Inches taken by title, axis and legend, where the axes fill their figure.

    Returns
    -------
    int
        Rows, at least 3.
    """
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("expected axes that stand on a figure")
    inches = ax.get_position().height * figure.get_figheight()
    if len(figure.axes) == 1:
        inches = figure.get_figheight() - around
    return max(int(inches / inches_per_row + 1e-6), 3)


def finding(ax: Axes, text: str, subtitle: str = "", *, left: float = 0.0) -> None:
    """Set the finding as a title that starts at the left and wraps, a subtitle below it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    text : str
        The finding, a sentence with its number; not escaped (this does it).
    subtitle : str
        What is shown, in which unit, and how to read it; not escaped.
    left : float
        Inches to start left of the axes, usually the width of the row labels.
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    alone = len(figure.axes) == 1
    share = 0.97 if alone else ax.get_position().width
    inches = figure.get_figwidth() * share + (0.0 if alone else left)
    small = fitted(subtitle, inches, 4, TEXT)
    pad = 12.0 + len(small) * TEXT * 1.3
    lines = [plain(line) for line in fitted(text, inches, 3, TITLE, "bold")]
    title = ax.set_title("\n".join(lines), loc="left", pad=pad, fontsize=TITLE, linespacing=1.2)
    shift = ScaledTranslation(-left, 0, figure.dpi_scale_trans)
    title.set_transform(title.get_transform() + shift)
    if small:
        below = ax.annotate(
            "\n".join(plain(line) for line in small),
            xy=(0, 1), xycoords="axes fraction", xytext=(-left * 72, 6), textcoords="offset points",
            ha="left", va="bottom", fontsize=TEXT, color=MUTED, linespacing=1.2,
            annotation_clip=False,
        )  # fmt: skip
        # The title above it already keeps the room.
        below.set_in_layout(False)
        below.set_gid("subtitle")


def nothing(ax: Axes, text: str, subtitle: str = "") -> Axes:
    """Say that there is nothing to draw, and why.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes; they show nothing else.
    text : str
        The finding; not escaped.
    subtitle : str
        More of it; not escaped.

    Returns
    -------
    matplotlib.axes.Axes
        The same.
    """
    ax.set_axis_off()
    finding(ax, text, subtitle)
    return ax


def row_labels(ax: Axes, names: Sequence[object], *, inches: float = 2.5, lines: int = 1) -> float:
    """Label rows 0, 1, 2 … downwards with names, as much of them as finds room.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    names : sequence
        One name per row.
    inches : float
        Widest a label may be.
    lines : int
        Most lines of a label.

    Returns
    -------
    float
        Inches the labels take left of the axes, for `finding`.
    """
    shown = [fitted(str(name), inches, lines) for name in names]
    texts = ["\n".join(plain(line) for line in label) for label in shown]
    ax.set_yticks(range(len(shown)), texts, fontsize=LABEL, linespacing=1.05, ma="right")
    ax.tick_params(axis="y", length=0, pad=6)
    ax.set_ylim(len(shown) - 0.5, -0.5)
    widths = [text_width(line) for label in shown for line in label]
    return max(widths, default=0.0) + 6 / 72


def legend_below(
    ax: Axes,
    handles: Sequence[Artist],
    *,
    columns: int = 4,
    points: float = 54.0,
    left: float = 0.0,
) -> None:
    """Put the key under the axes, where it covers nothing, in as many columns as fit.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    handles : sequence of matplotlib.artist.Artist
        What to explain, each with its label.
    columns : int
        Most entries side by side.
    points : float
        How far below, leaving room for tick labels and the axis label.
    left : float
        Inches to start left of the axes.
    """
    figure = ax.get_figure(root=True)
    if figure is None or not handles:
        return
    labels = [str(handle.get_label()).replace(r"\$", "$") for handle in handles]
    whole = figure.get_figwidth() * 0.97
    inches = whole if len(figure.axes) == 1 else ax.get_position().width * whole + left
    while columns > 1 and _key_width(labels, columns) > inches:
        columns -= 1
    shift = ScaledTranslation(-left, -points / 72, figure.dpi_scale_trans)
    ax.legend(
        handles=list(handles),
        loc="upper left",
        bbox_to_anchor=(0.0, 0.0),
        bbox_transform=ax.transAxes + shift,
        ncols=columns,
        borderpad=0.0,
        borderaxespad=0.0,
        columnspacing=1.6,
        handlelength=1.8,
    )


def _key_width(labels: list[str], columns: int) -> float:
    """Return the width of a key that is filled column by column, inches."""
    rows, longer = divmod(len(labels), columns)
    widths, at = 0.0, 0
    for column in range(columns):
        count = rows + (column < longer)
        part = labels[at : at + count]
        at += count
        widths += max((text_width(label) for label in part), default=0.0)
    return widths + columns * LABEL * (1.8 + 0.8 + 1.6) / 72
