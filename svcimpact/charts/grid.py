"""A table of shaded cells with a figure in each, as heat maps of two kinds of things need it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex

from svcimpact.charts.dates import FloatArray
from svcimpact.charts.drawn import Cells, record
from svcimpact.charts.letters import LABEL, clean, plain, shorten, text_width
from svcimpact.charts.style import GRID, INK, PAPER, WIDTH, row_labels

FIGURE = 8.0  # points; the smallest text of all charts
_DARK = 0.55  # from this shade on white figures read better than black ones


def shades(name: str, light: str, dark: str) -> LinearSegmentedColormap:
    """Return a scale of shades that stays in order on a grey printer.

    Parameters
    ----------
    name : str
        Name of the scale.
    light, dark : str
        Its ends; the first clearly lighter than the second.

    Returns
    -------
    matplotlib.colors.LinearSegmentedColormap
        The scale from 0 to 1.
    """
    return LinearSegmentedColormap.from_list(name, [light, dark])


def grid(
    ax: Axes,
    shade: FloatArray,
    figures: Sequence[Sequence[str]],
    rows: Sequence[object],
    columns: Sequence[object],
    scale: LinearSegmentedColormap,
    *,
    upright: bool = False,
) -> float:
    """Draw shaded cells with their figures, rows downwards, columns named below.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    shade : ndarray of float, shape (rows, columns)
        From 0 to 1; NaN stays white.
    figures : sequence of sequence of str
        What stands in each cell, where it finds room.
    rows, columns : sequence
        Their names.
    scale : matplotlib.colors.LinearSegmentedColormap
        The shades.
    upright : bool
        Whether column names stand upright; they are cut to 22 characters then.

    Returns
    -------
    float
        Inches that the row labels take left of the axes, for `finding`.
    """
    count = len(rows), len(columns)
    blank = np.isnan(shade)
    colours = scale(np.clip(np.where(blank, 0.0, shade), 0.0, 1.0))
    colours[blank] = (1.0, 1.0, 1.0, 1.0)
    edges = (np.arange(n + 1) - 0.5 for n in reversed(count))
    ax.pcolormesh(*edges, colours, edgecolors=GRID, linewidth=0.4)
    left = row_labels(ax, list(rows))
    inches = (_inches(ax) - left) / max(count[1], 1)
    for r, c in np.argwhere(~blank):
        text = figures[r][c]
        if text and text_width(text, FIGURE, "bold") <= inches:
            dark = shade[r, c] > _DARK
            ax.text(
                c, r, plain(text), ha="center", va="center", fontsize=FIGURE, fontweight="bold",
                color=PAPER if dark else INK,
            )  # fmt: skip
    names = [shorten(name, 22) for name in columns]
    record_cells(ax, rows, columns, figures, colours)
    # Names that would run into each other are left out one by one.
    need = LABEL * 1.3 / 72 if upright else max((text_width(n) for n in names), default=0) + 0.1
    every = max(1, int(np.ceil(need / max(inches, 1e-3))))
    at = range(0, count[1], every)
    ax.set_xticks(
        list(at), [plain(names[c]) for c in at], fontsize=LABEL, rotation=90 if upright else 0
    )
    ax.set_xlim(-0.5, count[1] - 0.5)
    ax.tick_params(axis="x", length=0, pad=4)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    return left


def record_cells(
    ax: Axes,
    rows: Sequence[object],
    columns: Sequence[object],
    figures: Sequence[Sequence[str]],
    colours: FloatArray,
) -> None:
    """Keep the figures and shades of a table of cells.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    rows, columns : sequence
        Their names.
    figures : sequence of sequence of str
        What stands in each cell.
    colours : ndarray of float, shape (rows, columns, 4)
        The shade of each cell: red, green, blue, opacity.
    """
    record(
        ax,
        Cells(
            tuple(map(clean, rows)),
            tuple(map(clean, columns)),
            tuple(tuple(line) for line in figures),
            tuple(tuple(to_hex(cell) for cell in line) for line in colours),
        ),
    )


def label_height(columns: Sequence[object]) -> float:
    """Return the inches that upright column names take.

    Parameters
    ----------
    columns : sequence
        The names.

    Returns
    -------
    float
        Inches.
    """
    return max((text_width(shorten(name, 22)) for name in columns), default=0.0) + 0.1


def _inches(ax: Axes) -> float:
    """Return the width the axes can use, row labels included, inches."""
    figure = ax.get_figure(root=True)
    whole = WIDTH if figure is None else figure.get_figwidth()
    return whole * (0.95 if figure and len(figure.axes) == 1 else ax.get_position().width)
