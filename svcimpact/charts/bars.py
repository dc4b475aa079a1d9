"""Rows of horizontal bars, single or stacked, as several charts have them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import NDArray

from svcimpact.charts.drawn import Bars, Part, record
from svcimpact.charts.letters import LABEL, clean, plain
from svcimpact.charts.style import GRID, INK, MUTED, PAPER, row_labels

Floats = NDArray[np.float64]

# Inches of a row, and of what stands above and below the rows.
ROW = 0.36
AROUND = 2.1


def bars(
    ax: Axes,
    names: Sequence[object],
    values: Floats,
    errors: Floats,
    labels: Sequence[str],
    *,
    colours: Sequence[str],
    kinds: Sequence[str] = (),
    inches: float = 3.4,
) -> float:
    """Draw one bar a row, with its 95 % confidence interval and its figure at the end.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    names : sequence
        One per row, from the top.
    values, errors : ndarray of float, shape (rows,)
        The bars, and their standard errors.
    labels : sequence of str
        The figure of each row, in words.
    colours : sequence of str
        Of each bar.
    kinds : sequence of str, optional
        What the colour of each bar means.
    inches : float
        Widest a name may be.

    Returns
    -------
    float
        Inches that the names take left of the axes, for `finding`.
    """
    rows = np.arange(len(values))
    reach = 1.96 * np.nan_to_num(errors)
    ax.barh(rows, values, height=0.62, color=list(colours), edgecolor=INK, linewidth=0.4, zorder=3)
    some = reach > 0
    ax.errorbar(
        values[some], rows[some], xerr=reach[some], fmt="none", ecolor=INK, elinewidth=1.0,
        capsize=2.5, zorder=4,
    )  # fmt: skip
    low = float(np.minimum(values - reach, 0.0).min(initial=0.0))
    high = float(np.maximum(values + reach, 0.0).max(initial=0.0))
    span = max(high - low, 1e-9)
    for row, value, text in zip(rows, values, labels, strict=True):
        # Right of the bar, or of zero: names stand on the left.
        end = max(value + reach[row], 0.0)
        ax.annotate(
            plain(text), (end, float(row)), xytext=(5, 0), textcoords="offset points", ha="left",
            va="center", fontsize=LABEL, color=INK, zorder=5,
        )  # fmt: skip
    _record(ax, names, values, reach, labels, colours, kinds)
    ax.axvline(0.0, color=INK, linewidth=0.8, zorder=2)
    ax.set_xlim(low - 0.03 * span * (low < 0), high + 0.32 * span)
    ax.grid(visible=True, axis="x", color=GRID)
    ax.spines["left"].set_visible(False)
    return row_labels(ax, names, inches=inches, lines=2)


def _record(
    ax: Axes,
    names: Sequence[object],
    values: Floats,
    reach: Floats,
    labels: Sequence[str],
    colours: Sequence[str],
    kinds: Sequence[str],
) -> None:
    """Keep bars, a part for each colour."""
    told = list(kinds) or [""] * len(values)
    parts = []
    for kind, colour in dict.fromkeys(zip(told, colours, strict=True)):
        own = [(k, c) == (kind, colour) for k, c in zip(told, colours, strict=True)]
        parts.append(
            Part(
                clean(kind),
                tuple(float(v) if mine else None for v, mine in zip(values, own, strict=True)),
                colour,
                tuple(float(r) if mine else 0.0 for r, mine in zip(reach, own, strict=True)),
            )
        )
    rows, beside = tuple(map(clean, names)), tuple(map(clean, labels))
    record(ax, Bars(rows, tuple(parts), beside, "alone"))


def stacked(
    ax: Axes,
    names: Sequence[object],
    parts: Floats,
    *,
    labels: Sequence[str],
    colours: Sequence[str],
    hatches: Sequence[str] | None = None,
    beside: Sequence[str] = (),
    inches: float = 2.6,
) -> float:
    """Draw a row of parts that add up, those below zero to the left.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    names : sequence
        One per row, from the top.
    parts : ndarray of float, shape (rows, parts)
        What adds up.
    labels, colours : sequence of str
        Of each part.
    hatches : sequence of str, optional
        Of each part, so that grey tells them apart.
    beside : sequence of str, optional
        What stands beside each row; the chart prints it.
    inches : float
        Widest a name may be.

    Returns
    -------
    float
        Inches that the names take left of the axes, for `finding`.
    """
    rows = np.arange(len(parts))
    right, left = np.zeros(len(parts)), np.zeros(len(parts))
    for k in range(parts.shape[1]):
        width = parts[:, k]
        start = np.where(width >= 0, right, left)
        ax.barh(
            rows, width, left=start, height=0.66, color=colours[k], edgecolor=PAPER,
            linewidth=0.5, hatch=hatches[k] if hatches else None, zorder=3,
        )  # fmt: skip
        right += np.maximum(width, 0.0)
        left += np.minimum(width, 0.0)
    kept = tuple(
        Part(
            clean(label),
            tuple(map(float, parts[:, k])),
            colours[k],
            hatch=hatches[k] if hatches else "",
        )
        for k, label in enumerate(labels)
    )
    record(ax, Bars(tuple(map(clean, names)), kept, tuple(map(clean, beside)), "stacked"))
    ax.axvline(0.0, color=MUTED, linewidth=0.8, zorder=2)
    ax.grid(visible=True, axis="x", color=GRID)
    ax.spines["left"].set_visible(False)
    return row_labels(ax, names, inches=inches, lines=2)


def key(
    labels: Sequence[str], colours: Sequence[str], hatches: Sequence[str] | None = None
) -> list[Patch]:
    """Return the key of stacked bars.

    Parameters
    ----------
    labels, colours : sequence of str
        Of each part.
    hatches : sequence of str, optional
        Of each part.

    Returns
    -------
    list of matplotlib.patches.Patch
        For `legend_below`.
    """
    return [
        Patch(facecolor=c, edgecolor=PAPER, hatch=hatches[k] if hatches else None, label=label)
        for k, (label, c) in enumerate(zip(labels, colours, strict=True))
    ]
