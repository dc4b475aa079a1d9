"""The plan over time: without the incident above, with it below, held stretches marked."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from svcimpact.charts.choice import rows_of
from svcimpact.charts.dates import date_axis, position, positions
from svcimpact.charts.letters import LABEL, plain, shorten
from svcimpact.charts.stretches import caused, merged
from svcimpact.charts.style import (
    ALARM,
    GRID,
    HELD,
    INCIDENT,
    INK,
    LEVELLED,
    MUTED,
    OUTAGE,
    PAPER,
    SHORT_HANDED,
    canvas,
    finding,
    legend_below,
    nothing,
    room,
    row_labels,
    styled,
)
from svcimpact.wording import counted, day, listed, number

if TYPE_CHECKING:
    from svcimpact.incident.outcome import Outcome

_ROW = 0.36
_AROUND = 2.1
# Share of the axis below which a hatch cannot be seen.
_NARROW = 0.012
_DAY = pd.Timedelta(days=1)
# Lanes within a row, as (top, height) in rows.
_TOP = (-0.38, 0.26)
_MIDDLE = (-0.08, 0.26)
_STRIP = (0.2, 0.17)
_LOOKS: dict[str, dict[str, Any]] = {
    "short-handed": {"facecolor": SHORT_HANDED, "edgecolor": INCIDENT, "linewidth": 0.5},
    "held": {"facecolor": PAPER, "edgecolor": HELD, "hatch": "//////", "linewidth": 0.8},
}


@styled
def gantt(outcome: Outcome, *, project: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw one typical run over time: without the incident above, with it below.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.
    project : str, optional
        A project id, to see its tasks; all projects, one row each, where not given.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart. Where not all rows find room, those hit or moved most are shown.

    Raises
    ------
    InputError
        If the project id is unknown.
    """
    if project is None:
        rows = outcome.projects.rename(columns={"project": "row"})
        of_task = outcome.portfolio.tasks.set_index("task")["project"]
    else:
        rows_of(outcome.projects, "project", [project])
        own = outcome.tasks[outcome.tasks["project"] == project]
        rows = own.rename(columns={"task": "row"})
        of_task = pd.Series(own["task"].to_numpy(), index=own["task"].to_numpy())
    segments, trouble = (
        frame.assign(row=frame["task"].map(of_task)).dropna(subset="row")
        for frame in (outcome.segments, caused(outcome))
    )
    rows = _measured(rows, segments, trouble, outcome.hours_per_day)
    cut, struck = _cut(outcome, segments)
    count = len(rows)
    rows = rows[rows["row"].isin(segments.loc[segments["finish"] > struck, "row"])]
    if project is not None:
        rows = rows.sort_values("begin", kind="stable")
    rows = rows.reset_index(drop=True)
    ax = canvas(ax, _AROUND + _ROW * len(rows))
    if rows.empty:
        return nothing(ax, "There is no task to draw")
    shown = _most_moved(rows, room(ax, _ROW, _AROUND))
    drawn = segments[segments["row"].isin(shown["row"])]
    place = dict(zip(shown["row"], range(len(shown)), strict=True))
    waits = _draw_lanes(ax, drawn, place)
    left = row_labels(ax, list(shown["name"]), lines=2)
    dues = _draw_dues(ax, outcome, shown, project)
    last = max([drawn["finish"].max(), *dues])
    margin = (last - cut) * 0.015
    outages = _draw_outages(ax, outcome, last + margin)
    date_axis(ax, cut - margin, last + margin)
    strip = _STRIP if project is None else _MIDDLE
    states = _draw_trouble(ax, trouble[trouble["row"].isin(shown["row"])], place, strip)
    states |= {"waiting"} if waits else set()
    _draw_moves(ax, shown)
    ax.spines["left"].set_visible(False)
    ax.hlines(
        np.arange(len(shown)) + 0.5, 0.0, 1.0, transform=ax.get_yaxis_transform(), color=GRID,
        linewidth=0.5, zorder=0,
    )  # fmt: skip
    legend_below(
        ax, _key(states, dues, outages, one=project is not None), columns=3, points=38, left=left
    )
    finding(ax, *_words(outcome, rows, (len(shown), count), project), left=left)
    return ax


def _cut(outcome: Outcome, segments: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return when the picture begins, and when the incident: all that is before is the same."""
    first = pd.Timestamp(segments["start"].min())
    last = pd.Timestamp(segments["finish"].max())
    if outcome.incidents.empty:
        return first, first
    struck = pd.Timestamp(outcome.incidents["start"].min())
    if not first < struck < last:
        return first, first
    return max(first, struck - 0.2 * (last - struck)), struck


def _measured(
    rows: pd.DataFrame, segments: pd.DataFrame, trouble: pd.DataFrame, per_day: float
) -> pd.DataFrame:
    """Add how far each row moves and whether it is held; drop rows without work."""
    # Plain loops: grouping by text costs more than all the rest of the chart's reckoning.
    begins: dict[str, float] = {}
    ends: dict[str, dict[str, float]] = {"levelled": {}, "incident": {}}
    columns = ("row", "case", "start_hours", "finish_hours")
    for row, case, begin, end in zip(*(segments[c].tolist() for c in columns), strict=True):
        begins[row] = min(begins.get(row, begin), begin)
        ends[case][row] = max(ends[case].get(row, end), end)
    tasks = trouble.loc[trouble["state"] == "held", ["row", "task"]]
    held = Counter(row for row, _ in set(zip(tasks["row"], tasks["task"], strict=True)))
    calm, late = ends["levelled"], ends["incident"]
    known = rows["row"].tolist()
    out = rows.assign(
        move=[(late[r] - calm[r]) / per_day if r in late and r in calm else 0.0 for r in known],
        begin=[begins.get(r, np.nan) for r in known],
        held=[held[r] for r in known],
        hit=rows["row"].isin(trouble["row"]),
    )
    return out[out["begin"].notna()].reset_index(drop=True)


def _most_moved(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the rows that are held or move most, in their own order."""
    if len(rows) <= most:
        return rows
    ranked = rows.assign(size=rows["move"].abs().round(6))
    # Of equal ones the later, so that the row on which a project ends is among them.
    keep = (
        ranked.sort_values(["hit", "size", "begin"], ascending=False, kind="stable")
        .head(most)
        .index
    )
    return rows.loc[sorted(keep)].reset_index(drop=True)


def _draw_lanes(ax: Axes, segments: pd.DataFrame, place: dict[str, int]) -> bool:
    """Draw the bars of all rows, without the incident and with it; say if a finish waits."""
    # Picking rows costs by the column.
    segments = segments[
        ["row", "case", "state", "share", "start", "finish", "start_hours", "finish_hours"]
    ]
    busy = (segments["finish_hours"] > segments["start_hours"] + 1e-9) & (segments["share"] > 0)
    worked, waiting = segments[busy], segments[segments["state"] == "waiting"]
    bars = merged(worked, ["row", "case"])
    ended, waits_until = _ends(worked), _ends(waiting)
    boxes: dict[str, list[list[tuple[float, float]]]] = {LEVELLED: [], INCIDENT: []}
    waits = False
    for key in dict.fromkeys(zip(segments["row"], segments["case"], strict=True)):
        calm = key[1] == "levelled"
        (top, height), colour = (_TOP, LEVELLED) if calm else (_MIDDLE, INCIDENT)
        low = place[str(key[0])] + top
        if key not in bars:
            mine = (segments["row"] == key[0]) & (segments["case"] == key[1])
            x = position(segments.loc[mine, "start"].min())
            ax.plot(x, low + height / 2, "D", color=colour, markersize=5, zorder=3)
            continue
        high = low + height
        boxes[colour] += [
            [(x, low), (x, high), (x + width, high), (x + width, low)] for x, width in bars[key]
        ]
        if key in waits_until and waits_until[key][0] > ended[key][0]:
            # From the end of the work, so that a night leaves no gap.
            span = [position(ended[key][1]), position(waits_until[key][1])]
            ax.plot(span, [low + height / 2] * 2, color=colour, linewidth=1.4, zorder=2)
            waits = True
    for colour, drawn in boxes.items():
        lanes = PolyCollection(drawn, facecolor=colour, edgecolor="none", zorder=2)
        ax.add_collection(lanes, autolim=False)
    return waits


def _ends(segments: pd.DataFrame) -> dict[tuple[str, str], tuple[float, pd.Timestamp]]:
    """Return when the last of the segments of each row and case ends, in hours and as a moment."""
    last: dict[tuple[str, str], tuple[float, pd.Timestamp]] = {}
    columns = ("row", "case", "finish_hours", "finish")
    for row, case, *end in zip(*(segments[c].tolist() for c in columns), strict=True):
        last[row, case] = max(last.get((row, case), tuple(end)), tuple(end))
    return last


def _draw_trouble(
    ax: Axes, trouble: pd.DataFrame, place: dict[str, int], lane: tuple[float, float]
) -> set[str]:
    """Mark held and short-handed stretches; return the states that occur."""
    begin, end = ax.get_xlim()
    least = (end - begin) * _NARROW
    for level, state in enumerate(("short-handed", "held")):
        for (name,), own in merged(trouble[trouble["state"] == state], ["row"]).items():
            y = place[name] + lane[0]
            for begin, width in own:
                look = _LOOKS[state]
                if width < least:
                    # A solid mark, just wide enough to be seen.
                    look = {"facecolor": HELD if state == "held" else SHORT_HANDED}
                bar = (begin, max(width, least / 2))
                ax.broken_barh([bar], (y, lane[1]), zorder=3 + level, **look)
    return set(trouble["state"])


def _draw_dues(
    ax: Axes, outcome: Outcome, shown: pd.DataFrame, project: str | None
) -> list[pd.Timestamp]:
    """Mark due dates (the end of the day); return them."""
    if project is not None:
        due = rows_of(outcome.projects, "project", [project])["due"].iloc[0]
        if pd.isna(due):
            return []
        ax.axvline(position(due + _DAY), color=INK, linewidth=1.6, linestyle=(0, (5, 2)), zorder=5)
        return [due + _DAY]
    dues = shown["due"].dropna() + _DAY
    rows = dues.index.to_numpy(float)
    ax.vlines(positions(dues), rows - 0.42, rows + 0.42, color=INK, linewidth=1.8, zorder=5)
    return list(dues)


def _draw_outages(ax: Axes, outcome: Outcome, last: pd.Timestamp) -> list[str]:
    """Shade each outage until its median restoration; return how to name them."""
    names = []
    for row in outcome.incidents.itertuples():
        begin, end = pd.Timestamp(str(row.start)), pd.Timestamp(str(row.restored_p50))
        if begin > last:
            continue
        ax.axvspan(position(begin), position(end), facecolor=OUTAGE, edgecolor="none", zorder=0.5)
        ax.axvline(position(begin), color=ALARM, linewidth=1.3, zorder=0.6)
        year = begin.year != outcome.portfolio.settings.start.year
        names.append(
            f"{shorten(row.name, 26)} down, {day(begin, year=year, brief=True, time=True)} "
            f"to {day(end, year=False, brief=True, time=True)}"
        )
    return names


def _draw_moves(ax: Axes, shown: pd.DataFrame) -> None:
    """Print how far each row moves, beside it."""
    for y, move in enumerate(shown["move"]):
        text = "no change" if abs(move) < 0.05 else f"{'+' if move > 0 else ''}{number(move, 1)} d"
        ax.annotate(
            text, xy=(1, y), xycoords=("axes fraction", "data"), xytext=(8, 0),
            textcoords="offset points", va="center", ha="left", fontsize=LABEL,
            color=MUTED if abs(move) < 0.05 else INK, annotation_clip=False,
        )  # fmt: skip


def _key(
    states: set[str], dues: list[pd.Timestamp], outages: list[str], *, one: bool
) -> list[Artist]:
    """Return the entries of the key that occur in the chart."""
    key: list[Artist] = [
        Patch(facecolor=LEVELLED, label="without the incident"),
        Patch(facecolor=INCIDENT, label="with the incident"),
    ]
    for state, task in (("held", "held: no work possible"), ("short-handed", "short-handed")):
        if state in states:
            label = task if one else f"some task {state}"
            key.append(Patch(label=label, **_LOOKS[state]))
    if "waiting" in states:
        text = "done, but a link holds the finish"
        key.append(Line2D([], [], color=INCIDENT, linewidth=1.4, label=text))
    if dues:
        due = f"due {day(dues[0] - _DAY)}, end of day" if one else "due date"
        line = Line2D([], [], color=INK, linewidth=1.8, label=due)
        if one:
            line.set_linestyle((0, (5, 2)))
        key.append(line)
    if outages:
        label = outages[0] if len(outages) == 1 else counted(len(outages), "outage")
        key.append(Patch(facecolor=OUTAGE, edgecolor=ALARM, label=plain(label)))
    return key


def _words(
    outcome: Outcome, rows: pd.DataFrame, counts: tuple[int, int], project: str | None
) -> tuple[str, str]:
    """Return the finding and how to read the chart."""
    moved = rows[rows["move"].abs() >= 0.05]
    note = (
        "One typical run: durations as planned, services restored after their median time; "
        "marked where the incident leaves tasks held or short-handed; right: working days later."
    )
    noun, (shown, count) = "project" if project is None else "task", counts
    if count > len(rows):
        note += f" {counted(count - len(rows), noun)} done before it left out."
    if len(rows) > shown:
        more = counted(len(rows) - shown, f"more {noun}")
        note += f" The {shown} hit or moved most are shown; … and {more}."
    if project is None:
        if moved.empty:
            return "In a typical run the incident moves no project", note
        held = int(rows["held"].sum())
        stand = counted(held, "task")
        text = (
            f"In a typical run the incident {f'holds {stand} and ' if held else ''}moves "
            f"{len(moved)} of {counted(count, 'project')}"
        )
        top = moved.iloc[int(moved["move"].argmax())]
        if top["move"] < 0:
            return f"{text}, none of them later", note
        days = number(top["move"], 1)
        return f"{text}; {shorten(top['name'], 40)} most, by {days} working days", note
    name = shorten(rows_of(outcome.projects, "project", [project])["name"].iloc[0], 48)
    ends = outcome.segments[outcome.segments["task"].isin(rows["row"])]
    last = ends.groupby("case")["finish_hours"].max()
    shift = (last.get("incident", 0.0) - last.get("levelled", 0.0)) / outcome.hours_per_day
    stopped = [str(n) for n in rows[rows["held"] > 0]["name"]]
    if abs(shift) < 0.05:
        held_text = f", though {counted(len(stopped), 'task is', 'tasks are')} held"
        return f"{name} ends no later in a typical run{held_text if stopped else ''}", note
    finish = day(ends[ends["case"] == "incident"]["finish"].max())
    sooner = "later" if shift > 0 else "earlier"
    text = f"{name} ends {number(abs(shift), 1)} working days {sooner}, on {finish}"
    if stopped:
        text += f"; held: {listed([shorten(s, 32) for s in stopped], 2, what='tasks')}"
    return text, note
