"""Who of service delivery each stage needs, and where the time is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from svcimpact.charts.choice import rows_of
from svcimpact.charts.dates import date_axis, positions
from svcimpact.charts.grid import grid, shades
from svcimpact.charts.letters import LABEL, plain, shorten
from svcimpact.charts.style import (
    ALARM,
    GRID,
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
from svcimpact.wording import counted, number

if TYPE_CHECKING:
    from svcimpact.planning.stages import StageInvolvement

STAGES = ("scope", "design", "delivery", "test", "transition")
_ROW = 0.3
_AROUND = 2.4
_GAP_ROW = 0.36
_REDS = shades("lacking", "#f3f6f9", ALARM)


@styled
def stage_matrix(
    found: StageInvolvement, *, project: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how much of each service team each stage needs, and how much of it is not there.

    Parameters
    ----------
    found : StageInvolvement
        What `planning.stage_involvement` returned.
    project : str, optional
        Id of one project; all together where not given.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        Teams by stages: person-days needed, and of those the days not planned or without the
        time, which give the shade. The team needed most comes first; those without room are
        counted.

    Raises
    ------
    InputError
        If there is no such project.
    """
    rows, whose = found.involvement, ""
    if project is not None:
        whose = _of(found, project)
        rows = rows[rows["project"] == project]
    rows = rows.assign(
        team=rows["team"].fillna("nobody supports it"),
        lacking=rows[["missing_days", "short_days"]].max(axis=1),
    )
    teams = rows.groupby("team", sort=False)["needed_days"].sum()
    teams = teams.sort_values(ascending=False, kind="stable")
    ax = canvas(ax, _AROUND + _ROW * len(teams))
    if teams.empty:
        return nothing(ax, f"No stage{whose or ' of any project'} touches a service")
    shown = teams.head(room(ax, _ROW, _AROUND))
    needed, lacking = (
        rows.pivot_table(index="team", columns="stage", values=column, aggfunc="sum")
        .reindex(index=shown.index, columns=list(STAGES))
        .to_numpy(dtype=float)
        for column in ("needed_days", "lacking")
    )
    share = lacking / np.where(needed > 0, needed, 1.0)
    figures = [
        [_cell(n, x) if not np.isnan(n) else "" for n, x in zip(*pair, strict=True)]
        for pair in zip(needed, lacking, strict=True)
    ]
    left = grid(ax, share, figures, list(shown.index), STAGES, _REDS)
    legend_below(
        ax,
        [
            Patch(facecolor=_REDS(0.0), edgecolor=GRID, label="all planned, and the time is there"),
            Patch(facecolor=_REDS(0.5), edgecolor=GRID, label="half of it lacking"),
            Patch(facecolor=_REDS(1.0), edgecolor=GRID, label="all of it lacking"),
        ],
        points=36,
        left=left,
    )
    subtitle = "Person-days of support staff needed; in brackets those not planned, or not free"
    if len(teams) > len(shown):
        rest = number(float(teams.iloc[len(shown) :].sum()), 1)
        subtitle += f"; … and {rest} needed of {counted(len(teams) - len(shown), 'more team')}"
    finding(ax, _matrix_title(rows, whose), subtitle, left=left)
    return ax


def _cell(needed: float, lacking: float) -> str:
    """Write what is needed and what of it is lacking."""
    return f"{number(needed, 1)} ({number(lacking, 1)})" if lacking >= 0.05 else number(needed, 1)


def _of(found: StageInvolvement, project: str) -> str:
    """Return whose stages are drawn, for a title."""
    name = rows_of(found.projects, "project", [project])["name"].iloc[0]
    return f" of {shorten(name, 48)}"


def _matrix_title(rows: pd.DataFrame, whose: str) -> str:
    """Return the finding: how much is lacking, and where most."""
    needed = number(float(rows["needed_days"].sum()))
    cells = rows.groupby(["team", "stage"], sort=False)["lacking"].sum()
    if cells.max() < 0.05:
        return (
            f"All {needed} person-days that stages{whose} need of service delivery are planned "
            "and free"
        )
    most = cells[cells == cells.max()].reset_index().iloc[0]
    return (
        f"{number(float(cells.sum()), 1)} of {needed} person-days that stages{whose} need of "
        "service delivery are not planned or not free, most of "
        f"{shorten(most['team'], 36)} in {most['stage']}: {number(float(cells.max()), 1)}"
    )


@styled
def stage_gaps(
    found: StageInvolvement, *, project: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the windows in which the time is missing, and the nearest in which it is there.

    Parameters
    ----------
    found : StageInvolvement
        What `planning.stage_involvement` returned.
    project : str, optional
        Id of one project; all together where not given.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        One row per gap without the time, most person-days short first, over dates. Those without
        room are counted.

    Raises
    ------
    InputError
        If there is no such project.
    """
    gaps, whose = found.gaps[found.gaps["short_days"] > 1e-6], ""
    if project is not None:
        whose = _of(found, project)
        gaps = gaps[gaps["project"] == project]
    ax = canvas(ax, _AROUND + 0.2 + _GAP_ROW * len(gaps))
    if gaps.empty:
        return nothing(ax, f"Everybody whom a stage{whose} needs has the time")
    shown = gaps.head(room(ax, _GAP_ROW, _AROUND + 0.2))
    about = shown["service_name"].fillna("all its services")
    names = [
        f"{stage}: {shorten(who, 24)}, {shorten(service, 24)} ({shorten(of, 36)})"
        for stage, who, service, of in zip(
            shown["stage"], shown["who"], about, shown["project_name"], strict=True
        )
    ]
    left = row_labels(ax, names, inches=3.3, lines=2)
    for name in ("earlier", "later"):
        there = shown[f"{name}_start"].notna().to_numpy()
        x = positions(shown.loc[there, f"{name}_start"])
        # The last day is part of the window.
        width = positions(shown.loc[there, f"{name}_finish"]) + 1 - x
        ax.barh(
            np.flatnonzero(there) + 0.19, width, 0.3, x,
            facecolor=LEVELLED, edgecolor=INK, linewidth=0.8,
        )  # fmt: skip
    x = positions(shown["start"])
    width = positions(shown["finish"]) - x
    ax.barh(np.arange(len(shown)) - 0.17, width, 0.36, x, color=INCIDENT)
    ends = shown[["start", "finish", "earlier_start", "earlier_finish", "later_start"]]
    last = shown[["finish", "later_finish"]].max().max() + pd.Timedelta(days=3)
    date_axis(ax, ends.min().min() - pd.Timedelta(days=2), last)
    for row, (needed, free) in enumerate(
        zip(shown["needed_days"], shown["free_days"], strict=True)
    ):
        ax.annotate(
            plain(f"{number(needed, 1)} needed, {number(free, 1)} free"),
            xy=(1, row), xycoords=("axes fraction", "data"), xytext=(10, 0),
            textcoords="offset points", va="center", ha="left", fontsize=LABEL,
            annotation_clip=False,
        )  # fmt: skip
        ax.axhline(row + 0.5, color=GRID, linewidth=0.5, zorder=0)
    ax.spines["left"].set_color(MUTED)
    legend_below(
        ax,
        [
            Patch(facecolor=INCIDENT, edgecolor=PAPER, label="planned window, without the time"),
            Patch(facecolor=LEVELLED, edgecolor=INK, label="nearest window that has it, levelled"),
        ],
        points=44,
        left=left,
    )
    top = shown.iloc[0]
    title = (
        f"{counted(len(gaps), 'time')} a stage{whose} needs service people who are not free, worst "
        f"{shorten(top['who'], 36)} in {top['stage']}: {number(top['needed_days'], 1)} "
        f"person-days needed, {number(top['free_days'], 1)} free"
    )
    subtitle = "Person-days; free after everyday support, absences and all other planned work"
    if len(gaps) > len(shown):
        subtitle += f"; … and {len(gaps) - len(shown)} more, each {_most(gaps, len(shown))} short"
    finding(ax, title, subtitle, left=left)
    return ax


def _most(gaps: pd.DataFrame, shown: int) -> str:
    """Return how many person-days the gaps left out are short at most."""
    days = float(gaps["short_days"].iloc[shown:].max())
    return "less than 0.1" if days < 0.05 else f"{number(days, 1)} or less"
