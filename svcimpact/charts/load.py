"""Who is loaded beyond their capacity, and in which week."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch

from svcimpact.charts.dates import FloatArray
from svcimpact.charts.grid import record_cells
from svcimpact.charts.letters import shorten, text_width
from svcimpact.charts.style import (
    ALARM,
    GRID,
    INK,
    PAPER,
    canvas,
    finding,
    legend_below,
    nothing,
    room,
    row_labels,
    styled,
)
from svcimpact.charts.weeks import inches_across, week_axis, week_names
from svcimpact.wording import GAP, counted, day, number

_ROW = 0.27
_AROUND = 2.0
# Below this share of the red scale dark figures read better than white ones.
_PALE = 0.4
# Grey tells them apart: the lightest red is darker than the darkest blue.
_REDS = LinearSegmentedColormap.from_list("over", ["#dd8375", ALARM])
_BLUES = LinearSegmentedColormap.from_list("load", ["#f6f9fb", "#bdd3e6"])
# Hours; less is the rounding of a plan, not a conflict.
_VISIBLE = 0.05
_AWAY = "#e9ecef"


@styled
def load(weekly: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw load against capacity as a heat map of resources by week.

    Parameters
    ----------
    weekly : pandas.DataFrame
        One row per resource and week with the columns `resource`, `name`, `week` (its
        Monday), `load_hours`, `capacity_hours` and `over_hours`, as `planning.load` makes it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart. The tightest resource comes first; those that find no room are counted.
    """
    worst = _worst_first(weekly)
    ax = canvas(ax, _AROUND + _ROW * len(worst))
    if worst.empty:
        return nothing(ax, "Nobody is loaded: there is no work in these weeks")
    shown = worst.head(room(ax, _ROW, _AROUND))
    busy = weekly[weekly["load_hours"] > 0]
    weeks = pd.date_range(busy["week"].min(), busy["week"].max(), freq="7D")
    hours = [_grid(weekly, shown.index, weeks, c) for c in ("load_hours", "capacity_hours")]
    over = _grid(weekly, shown.index, weeks, "over_hours")
    colours = _cells(ax, hours[0], hours[1], over)
    figures = [[_hours(value) for value in row] for row in over]
    record_cells(ax, list(shown["name"]), week_names(weeks), figures, colours)
    left = row_labels(ax, list(shown["name"]))
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    week_axis(ax, weeks)
    inches = inches_across(ax) - left
    fits = _mark_over(ax, over, _beyond(over, hours[1]), inches / len(weeks))
    legend_below(
        ax,
        [
            Patch(facecolor=_BLUES(0.15), edgecolor=GRID, label="lightly loaded"),
            Patch(facecolor=_BLUES(1.0), edgecolor=GRID, label="fully loaded"),
            Patch(facecolor=_REDS(0.0), edgecolor=INK, label="over capacity"),
            Patch(facecolor=ALARM, edgecolor=INK, label="by half or more"),
            *([] if fits else [_hatched()]),
            Patch(facecolor=_AWAY, edgecolor=GRID, label="away, or all taken by support"),
        ],
        columns=6,
        left=left,
    )
    finding(ax, _title(weekly, worst), _subtitle(worst, len(shown)), left=left)
    return ax


def _worst_first(weekly: pd.DataFrame) -> pd.DataFrame:
    """Return one row per loaded resource, most hours over capacity first, then the fullest."""
    busy = weekly[weekly["load_hours"] > 0]
    ratio = busy["load_hours"] / busy["capacity_hours"].where(busy["capacity_hours"] > 0)
    per = busy.assign(ratio=ratio.fillna(0.0)).groupby("resource", sort=False)
    rows = per.agg(name=("name", "first"), over=("over_hours", "sum"), ratio=("ratio", "max"))
    return rows.sort_values(["over", "ratio"], ascending=False, kind="stable")


def _grid(weekly: pd.DataFrame, rows: pd.Index, weeks: pd.DatetimeIndex, column: str) -> FloatArray:
    """Return one column as an array of resources by weeks."""
    table = weekly.pivot_table(index="resource", columns="week", values=column, aggfunc="sum")
    return table.reindex(index=rows, columns=weeks).fillna(0.0).to_numpy(dtype=float)


def _cells(ax: Axes, load: FloatArray, capacity: FloatArray, over: FloatArray) -> FloatArray:
    """Colour the cells; return their shades."""
    share = np.divide(load, capacity, out=np.zeros_like(load), where=capacity > 0)
    colours = _BLUES(np.clip(share, 0, 1))
    colours[load <= 0] = (1.0, 1.0, 1.0, 1.0)
    colours[(capacity <= 1e-9) & (load <= 0)] = _rgba(_AWAY)
    beyond = _beyond(over, capacity)
    colours[over > _VISIBLE] = _REDS(beyond)[over > _VISIBLE]
    rows, columns = load.shape
    edges_x, edges_y = np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5
    ax.pcolormesh(edges_x, edges_y, colours, edgecolors=GRID, linewidth=0.4)
    return np.asarray(colours, dtype=float)


def _hatched() -> Patch:
    """Return the key to cells too narrow for their figure."""
    return Patch(facecolor=PAPER, edgecolor=INK, hatch="////", label="over, no room for hours")


def _beyond(over: FloatArray, capacity: FloatArray) -> FloatArray:
    """Return how far over capacity, from 0 to 1 at half of the capacity or more."""
    return np.clip(2 * over / np.maximum(capacity, 1e-9), 0, 1)


def _rgba(colour: str) -> tuple[float, float, float, float]:
    """Return a colour as four shares."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return parts[0], parts[1], parts[2], 1.0


def _mark_over(ax: Axes, over: FloatArray, beyond: FloatArray, inches: float) -> bool:
    """Print the hours beyond capacity into their cells; hatch these, and say so, if too narrow."""
    hours = {
        (int(r), int(c)): _hours(over[r, c])
        for r, c in zip(*np.nonzero(over > _VISIBLE), strict=True)
    }
    fits = True
    for (r, c), text in hours.items():
        if text_width(text, 8.0, "bold") <= inches:
            ax.text(
                c, r, text, ha="center", va="center", fontsize=8, fontweight="bold",
                color=PAPER if beyond[r, c] > _PALE else INK,
            )  # fmt: skip
        else:
            fits = False
            ax.fill_between(
                [c - 0.5, c + 0.5], r - 0.5, r + 0.5,
                facecolor="none", edgecolor=INK, hatch="////", linewidth=0,
            )  # fmt: skip
    return fits


def _hours(over: float) -> str:
    """Write hours beyond capacity, where there are any."""
    if over <= _VISIBLE:
        return ""
    return number(over) if over >= 0.5 else "<1"


def _title(weekly: pd.DataFrame, worst: pd.DataFrame) -> str:
    """Return the finding: who is tightest, how much, when."""
    top = worst.iloc[0]
    name = shorten(top["name"], 48)
    mine = weekly[(weekly["resource"] == worst.index[0]) & (weekly["load_hours"] > 0)]
    if top["over"] <= _VISIBLE:
        ratio = mine["load_hours"] / mine["capacity_hours"].where(mine["capacity_hours"] > 0)
        when = day(mine["week"].loc[ratio.idxmax()])
        filled = f"{ratio.max() * 100:.0f}{GAP}%"
        return f"Nobody is over capacity; {name} is fullest: {filled} in the week of {when}"
    peak = mine.loc[mine["over_hours"].idxmax()]
    hours = f"{number(peak['over_hours'])} hours"
    week = f"in the week of {day(peak['week'])}"
    share = 100 * peak["load_hours"] / max(peak["capacity_hours"], 1e-9)
    if share < 101 or peak["capacity_hours"] <= 1e-9:
        return f"{name} is the tightest: {hours} beyond capacity {week}"
    percent = f"{share:.0f}{GAP}%"
    return f"{name} is the tightest: {percent} of capacity {week}, {hours} too many"


def _subtitle(worst: pd.DataFrame, shown: int) -> str:
    """Return how to read the chart and what it leaves out."""
    over = int((worst["over"] > _VISIBLE).sum())
    text = (
        f"Shade: planned work as a share of what each has left for projects that week; "
        f"figure: hours beyond it; {over} of {counted(len(worst), 'resource')} "
        "over capacity at least once, worst first"
    )
    if len(worst) > shown:
        rest = int((worst["over"].iloc[shown:] > _VISIBLE).sum())
        text += f"; … and {len(worst) - shown} more, {rest or 'none'} of them over capacity"
    return text
