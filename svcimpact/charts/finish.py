"""When projects end: the chance of having finished by each day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from svcimpact.charts.choice import rows_of
from svcimpact.charts.dates import FloatArray, date_axis, moment, position, positions
from svcimpact.charts.drawn import Line, Lines, record
from svcimpact.charts.letters import plain, shorten, text_width
from svcimpact.charts.style import (
    INK,
    MUTED,
    PALETTE,
    PAPER,
    canvas,
    finding,
    legend_below,
    nothing,
    styled,
)
from svcimpact.wording import chance, counted, day

if TYPE_CHECKING:
    from svcimpact.incident.outcome import Outcome

_MOST = 4
_SHAPES = "osD^vP"
_READ = "Dashed: without the incident. Marks: the chances of making the due date."
_DAY = pd.Timedelta(days=1)


@styled
def finish_curves(
    outcome: Outcome, *, projects: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the cumulative chance of having finished, without and with the incident.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.
    projects : sequence of str, optional
        Project ids; where not given the four with the longest mean delay, of those that have
        tasks.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: dashed without the incident, solid with it, a mark at the due date.

    Raises
    ------
    InputError
        If a project id is unknown.
    """
    worked = outcome.projects[outcome.project_finish.notna().any().to_numpy()]
    if projects is None:
        ranked = worked.sort_values("delay_mean_days", ascending=False, kind="stable")
        chosen = ranked.head(_MOST)
    else:
        chosen = rows_of(outcome.projects, "project", projects)
    ax = canvas(ax)
    if not chosen["project"].isin(worked["project"]).any():
        return nothing(ax, "No project here has a task to finish")
    key: list[Artist] = []
    spans: list[float] = []
    lines: list[Line] = []
    years = chosen["due"].dropna().dt.year
    several_years = len(years) > 0 and years.min() < years.max()
    for number, (_, row) in enumerate(chosen.iterrows()):
        colour, shape = PALETTE[number % len(PALETTE)], _SHAPES[number % len(_SHAPES)]
        key.append(
            Line2D(
                [], [], color=colour, linewidth=2.4, marker=shape,
                label=plain(_entry(row, year=several_years)),
            )
        )  # fmt: skip
        if row["project"] not in set(worked["project"]):
            continue
        for frame, dashed in ((outcome.levelled.project_finish, True),
                              (outcome.project_finish, False)):  # fmt: skip
            x, share = _curve(outcome, frame[row["project"]].to_numpy(dtype=np.float64))
            spans += [x[0], x[-1]]
            lines.append(_line(row, x, share, colour, dashed=dashed))
            ax.plot(
                x, share, drawstyle="steps-post", color=colour, linewidth=1.4 if dashed else 2.4,
                linestyle=(0, (4, 2)) if dashed else "-", solid_capstyle="butt",
            )  # fmt: skip
        if pd.notna(row["due"]):
            spans.append(_mark_due(ax, row, colour, shape))
            made = [1 - float(row[c]) for c in ("chance_late_levelled", "chance_late")]
            # The key tells of marks, as grey tells colours of lines apart less well.
            due = _entry(row, year=several_years)
            lines.append(Line(due, (spans[-1],) * 2, (made[0], made[1]), colour, "", shape))
    _frame(ax, spans)
    record(ax, Lines(tuple(lines), "date", y_share=True, note=_READ))
    key += [
        Line2D([], [], color=MUTED, linewidth=1.4, linestyle=(0, (4, 2)), label="without incident"),
        Line2D([], [], color=MUTED, linewidth=2.4, label="with the incident"),
        Line2D([], [], color=MUTED, linewidth=1.2, linestyle=":", label="due date, end of day"),
    ]
    # Tick labels, their marks, and the label of the axis beside them.
    left = text_width("100 %") + 24 / 72
    legend_below(ax, key, columns=2, left=left)
    text = f"Chance of having finished by the end of each day, {counted(outcome.runs, 'run')}"
    if projects is None and len(worked) > _MOST:
        text += f"; the {_MOST} longest delays of {len(worked)} projects"
    finding(ax, _title(chosen), text, left=left)
    return ax


def _curve(outcome: Outcome, hours: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the days on which runs finish, and the chance of having finished."""
    known = hours[~np.isnan(hours)]
    when = pd.Series(outcome.portfolio.calendar.when(known, side="finish"))
    ends = (when.dt.normalize() + _DAY).value_counts().sort_index()
    x = positions(ends.index.to_series())
    return np.r_[x[0] - 1, x], np.r_[0.0, ends.cumsum().to_numpy() / len(known)]


def _line(row: pd.Series, x: FloatArray, share: FloatArray, colour: str, *, dashed: bool) -> Line:
    """Return a curve of steps as a line with two points a step."""
    return Line(
        f"{shorten(row['name'], 44)}, {'without incident' if dashed else 'with the incident'}",
        tuple(map(float, np.repeat(x, 2)[1:])),
        tuple(map(float, np.repeat(share, 2)[:-1])),
        colour,
        "dashed" if dashed else "solid",
        told=not dashed and pd.isna(row["due"]),
    )


def _mark_due(ax: Axes, row: pd.Series, colour: str, shape: str) -> float:
    """Mark the end of the due date with the chances of making it; return where it stands."""
    x = position(row["due"] + _DAY)
    made = [1 - row["chance_late_levelled"], 1 - row["chance_late"]]
    ax.plot([x, x], [0, max(made)], color=colour, linewidth=1.2, linestyle=":")
    ax.plot([x], made[:1], shape, color=colour, markerfacecolor=PAPER, markersize=6, zorder=4)
    ax.plot([x], made[1:], shape, color=colour, markersize=6, zorder=4)
    return x


def _frame(ax: Axes, spans: Sequence[float]) -> None:
    """Set limits and labels."""
    first, last = min(spans), max(spans)
    margin = max((last - first) * 0.04, 1.0)
    date_axis(ax, moment(first - margin), moment(last + margin))
    ax.set_ylim(-0.02, 1.04)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    ax.grid(visible=True, axis="y")
    ax.set_ylabel("Chance of having finished")
    ax.set_xlabel("Finish date", color=INK)


def _entry(row: pd.Series, *, year: bool) -> str:
    """Return a project's line in the key."""
    name = shorten(row["name"], 44)
    if pd.isna(row["planned_finish"]):
        return f"{name}: no tasks"
    if pd.isna(row["due"]):
        return f"{name}: no due date"
    before, now = (chance(1 - row[c]) for c in ("chance_late_levelled", "chance_late"))
    return f"{name}: due {day(row['due'], year=year, brief=True)}, {before} → {now}"


def _title(chosen: pd.DataFrame) -> str:
    """Return the finding: whose chance of making the due date falls most."""
    fall = (chosen["chance_late"] - chosen["chance_late_levelled"]).astype(float)
    if fall.isna().all():
        return "None of these projects has a due date to miss"
    row = chosen.iloc[int(fall.fillna(-1.0).argmax())]
    before, now = (chance(1 - row[c]) for c in ("chance_late_levelled", "chance_late"))
    name, due = shorten(row["name"], 48), day(row["due"])
    if fall.max() < 0.005:
        late = float(row["chance_late"])
        if late in (0.0, 1.0):
            does = "misses" if late else "makes"
            return f"No due date becomes less likely; {name} {does} {due} in every run"
        return f"No due date becomes less likely; {name} makes {due} with a chance of {now}"
    return f"{name}: the chance of making {due} falls from {before} to {now}"
