"""Rows of horizontal bars, single or stacked, as several charts have them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import NDArray

from svcimpact.charts.style import GRID, INK, LABEL, MUTED, PAPER, plain, row_labels

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
    ax.axvline(0.0, color=INK, linewidth=0.8, zorder=2)
    ax.set_xlim(low - 0.03 * span * (low < 0), high + 0.32 * span)
    ax.grid(visible=True, axis="x", color=GRID)
    ax.spines["left"].set_visible(False)
    return row_labels(ax, names, inches=inches, lines=2)


def stacked(
    ax: Axes,
    names: Sequence[object],
    parts: Floats,
    *,
    colours: Sequence[str],
    hatches: Sequence[str] | None = None,
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
    colours : sequence of str
        Of each part.
    hatches : sequence of str, optional
        Of each part, so that grey tells them apart.
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
