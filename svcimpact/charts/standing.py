"""Charts of where people stand: redeploy, watch, morale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from svcimpact.charts.bars import AROUND, ROW, key, stacked
from svcimpact.charts.dates import date_axis, moment, position, positions
from svcimpact.charts.style import (
    ALARM,
    BETWEEN,
    HELD,
    INCIDENT,
    INK,
    LEVELLED,
    MUTED,
    PAPER,
    canvas,
    finding,
    legend_below,
    nothing,
    room,
    row_labels,
    styled,
)
from svcimpact.wording import counted, day, number

if TYPE_CHECKING:
    from svcimpact.response.morale import StuckPeople
    from svcimpact.response.redeploy import Redeployment
    from svcimpact.response.watch import WatchList

_SOME = 1e-6  # hours
_WORTHLESS = "#c9d1d9"
_STATE_COLOURS = (INCIDENT, BETWEEN, LEVELLED, HELD, "#f4e3c1")
_STATE_HATCHES = ("", "///", "", "xx", "..")


@styled
def redeploy(found: Redeployment, *, ax: Axes | None = None) -> Axes:
    """Draw what everybody does until the service is back.

    Parameters
    ----------
    found : Redeployment
        What `redeployment` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: hours by state, a row for each person or team: who restores, who covers, and
        who has time; those that find no room are counted.
    """
    table = found.table.copy()
    parts = ["responding_hours", "covering_hours", "working_hours", "waiting_hours", "free_hours"]
    table["free_hours"] = table["free_hours"] - table["waiting_hours"]
    table = table[table[parts].sum(axis=1) > _SOME]
    ax = canvas(ax, AROUND + ROW * len(table))
    if table.empty:
        return nothing(ax, "Nobody has time for projects in this window")
    shown = _of_each(table, room(ax, ROW, AROUND))
    labels = ("restoring", "covering", "at work", "waiting on work that stands still", "free")
    left = stacked(
        ax, list(shown["name"]), shown[parts].to_numpy(), labels=labels, colours=_STATE_COLOURS,
        hatches=_STATE_HATCHES,
    )  # fmt: skip
    ax.set_xlabel("Working hours times FTE", color=INK)
    legend_below(ax, key(labels, _STATE_COLOURS, _STATE_HATCHES), columns=5, left=left)
    helping = found.moves[found.moves["helps"]]
    could = (
        f"{counted(helping['task'].nunique(), 'task')} could move to them with a gain"
        if len(helping)
        else "no task could move to them with a gain beyond doubt"
    )
    rest = len(table) - len(shown)
    half = ", when the services are back in half of the futures"
    half = half if found.until == found.back else ""
    more = f"; {counted(rest, 'more person or team', 'more people and teams')} not shown"
    finding(
        ax,
        _who(found),
        f"From {day(found.now, time=True)} until {day(found.until, time=True)}{half}; "
        f"typical run; {could}{more if rest else ''}",
        left=left,
    )
    return ax


def _of_each(table: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return those who restore, cover and have time, each at least a third where there are more."""
    idle = table["waiting_hours"] + table["free_hours"]
    hours = {
        "responding": table["responding_hours"], "covering": table["covering_hours"], "": idle,
    }  # fmt: skip
    kinds = table["state"].where(table["state"].isin(tuple(hours)), "")
    order = [
        list(spent[kinds == kind].sort_values(ascending=False, kind="stable").index)
        for kind, spent in hours.items()
    ]
    third = [rows[: -(-most // 3)] for rows in order]
    spare = most - sum(map(len, third))
    for kept, rows in zip(third, order, strict=True):
        more = rows[len(kept) : len(kept) + max(spare, 0)]
        kept.extend(more)
        spare -= len(more)
    return table.loc[[row for kept in third for row in kept][:most]]


def _who(found: Redeployment) -> str:
    """Say how many restore and cover, and how much time the others have."""
    busy = [
        f"{count} {words}"
        for column, words in (("responding", "restore"), ("covering", "cover for colleagues"))
        if (count := int((found.table[f"{column}_hours"] > _SOME).sum()))
    ]
    whose = " of the others" if busy else ""
    idle = f"{number(found.idle_hours)} hours{whose} are free or spent waiting"
    return "; ".join([", ".join(busy), idle] if busy else [idle]) + (
        f" until {day(found.until, year=False)}"
    )


@styled
def watch(found: WatchList, *, ax: Axes | None = None) -> Axes:
    """Draw how P80 moves against the due date, for the projects to watch.

    Parameters
    ----------
    found : WatchList
        What `watch_list` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: P80 without and with the incident, and the due date, a row for each project.
    """
    table = found.table
    ax = canvas(ax, AROUND + 0.5 * max(len(table), 2))
    if table.empty:
        return nothing(ax, "No project's P80 falls on a later day: there is nothing to watch")
    shown = table.head(room(ax, 0.5, AROUND))
    left = row_labels(ax, list(shown["name"]), inches=2.8, lines=2)
    before, after = positions(shown["finish_p80_before"]), positions(shown["finish_p80"])
    rows = np.arange(len(shown))
    for row, a, b in zip(rows, before, after, strict=True):
        ax.annotate(
            "", xy=(b, row), xytext=(a, row),
            arrowprops={"arrowstyle": "-|>", "color": INCIDENT, "linewidth": 2.0}, zorder=3,
        )  # fmt: skip
    ax.scatter(before, rows, s=46, color=LEVELLED, edgecolor=INK, linewidth=0.5, zorder=4)
    ax.scatter(after, rows, s=46, color=INCIDENT, edgecolor=INK, linewidth=0.5, zorder=4)
    known = shown["due"].notna().to_numpy()
    due = positions(shown["due"][known] + pd.Timedelta(hours=17))
    ax.scatter(due, rows[known], marker="|", s=420, color=ALARM, linewidth=2.2, zorder=5)
    where = [*before, *after, *due]
    margin = max((max(where) - min(where)) * 0.06, 2.0)
    date_axis(ax, moment(min(where) - margin), moment(max(where) + margin))
    ax.spines["left"].set_visible(False)
    ax.grid(visible=True, axis="x")
    handles = [
        Line2D([], [], color=LEVELLED, marker="o", linestyle="none", markeredgecolor=INK,
               label="P80 without the incident"),
        Line2D([], [], color=INCIDENT, marker="o", linestyle="none", markeredgecolor=INK,
               label="P80 with it"),
        Line2D([], [], color=ALARM, marker="|", linestyle="none", markersize=12,
               markeredgewidth=2.2, label="due"),
    ]  # fmt: skip
    legend_below(ax, handles, columns=3, left=left)
    past = int((shown["finish_p80"] > shown["due"] + pd.Timedelta(days=1)).sum())
    title = f"{counted(len(table), 'project')} to watch; P80 of {past} is past the due date"
    again = (
        f"look again on {day(found.next_look, time=True)}"
        if pd.notna(found.next_look)
        else "no news would change a decision"
    )
    finding(ax, title, f"At {day(found.now, time=True)}; {again}", left=left)
    return ax


@styled
def morale(found: StuckPeople, *, ax: Axes | None = None) -> Axes:
    """Draw who is stuck, since when and until when.

    Parameters
    ----------
    found : StuckPeople
        What `stuck_people` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: a bar from when the work stopped until P50, paler until P80.
    """
    table = found.table
    ax = canvas(ax, AROUND + ROW * max(len(table), 3))
    if table.empty:
        return nothing(ax, "Nobody is stuck: no task under way is held while its people are there")
    shown = table.head(room(ax, ROW, AROUND))
    left = row_labels(ax, list(shown["name"]), inches=2.4)
    begin, half, most = (positions(shown[c]) for c in ("since", "until_p50", "until_p80"))
    for row, (a, b, c, responds) in enumerate(
        zip(begin, half, most, shown["responds"], strict=True)
    ):
        colour = INCIDENT if responds else HELD
        ax.barh(row, b - a, left=a, height=0.6, color=colour, zorder=3)
        ax.barh(
            row, c - b, left=b, height=0.6, color=PAPER, edgecolor=colour, hatch="///",
            linewidth=0.8, zorder=3,
        )  # fmt: skip
    ax.axvline(position(found.now), color=INK, linewidth=1.2, zorder=4)
    span = max(most) - min(begin)
    date_axis(ax, moment(min(begin) - 0.03 * span), moment(max(most) + 0.05 * span))
    ax.spines["left"].set_visible(False)
    handles = [
        Patch(facecolor=HELD, label="stuck, until P50"),
        Patch(facecolor=INCIDENT, label="stuck, and restoring the service"),
        Patch(facecolor=PAPER, edgecolor=MUTED, hatch="///", label="until P80"),
        Line2D([], [], color=INK, linewidth=1.2, label="now"),
    ]
    legend_below(ax, handles, columns=4, left=left)
    free = table[~table["responds"]]
    longest = (free if len(free) else table).iloc[0]
    days = number(longest["waiting_days_p50"], 1)
    title = (
        f"{counted(len(table), 'person or team is', 'people and teams are')} stuck; longest "
        f"{longest['name']}, {days} working days by P50"
    )
    idle = int((free["could_do"] == "").sum()) if len(free) else 0
    rest = len(table) - len(shown)
    finding(
        ax,
        title,
        f"Tasks under way that stand still at {day(found.now, time=True)}; {idle} of those who do "
        f"not restore have nothing ready in reach{f'; {rest} more not shown' if rest else ''}",
        left=left,
    )
    return ax
