"""What projects touch in service delivery, and what they take of its people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from svcimpact.charts.choice import rows_of
from svcimpact.charts.dates import FloatArray
from svcimpact.charts.grid import grid, label_height, shades
from svcimpact.charts.letters import shorten
from svcimpact.charts.style import GRID, canvas, finding, legend_below, nothing, room, styled
from svcimpact.wording import MONTHS, counted, number

if TYPE_CHECKING:
    from svcimpact.planning.scope import ScopeImpact

_ROW = 0.27
_AROUND = 1.9
_MOST_SERVICES = 24
_BLUES = shades("taken", "#e3edf6", "#12406b")
_TOUCH = {"changes": 1.0, "uses": 0.6}
_REACHED = 0.32  # shade of a reached service of weight 1


@styled
def scope_map(impact: ScopeImpact, *, ax: Axes | None = None) -> Axes:
    """Draw which services each project changes, uses and reaches.

    Parameters
    ----------
    impact : ScopeImpact
        What `planning.scope_impact` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        Projects by services, the project that touches and reaches most first; figures are the
        weight with which a service is reached, in percent. What finds no room is counted.
    """
    services = impact.services
    touching = impact.projects[impact.projects[["changes", "uses"]].sum(axis=1) > 0]
    ranked = touching.assign(all=touching[["changes", "uses", "reaches"]].sum(axis=1))
    ranked = ranked.sort_values(["all", "changes"], ascending=False, kind="stable")
    weight = services.groupby("service", sort=False)["weight"].agg(["sum", "size"])
    columns = list(weight.sort_values("sum", ascending=False, kind="stable").index)
    names = dict(zip(services["service"], services["name"], strict=True))
    shown_columns = columns[:_MOST_SERVICES]
    labels = [names[s] for s in shown_columns]
    around = _AROUND + label_height(labels)
    ax = canvas(ax, around + _ROW * len(ranked))
    if ranked.empty:
        return nothing(ax, "No project changes or uses a service")
    shown = ranked.head(room(ax, _ROW, around))
    mine = services[services["service"].isin(shown_columns)]
    shade = np.full((len(shown), len(shown_columns)), np.nan)
    figures = [[""] * len(shown_columns) for _ in range(len(shown))]
    row = {project: at for at, project in enumerate(shown["project"])}
    place = {service: at for at, service in enumerate(shown_columns)}
    for project, service, effect, value in zip(
        mine["project"], mine["service"], mine["effect"], mine["weight"], strict=True
    ):
        if project in row:
            at = row[project], place[service]
            shade[at] = _TOUCH.get(effect, _REACHED * value)
            figures[at[0]][at[1]] = {"changes": "C", "uses": "U"}.get(
                effect
            ) or f"{100 * value:.0f}"
    left = grid(ax, shade, figures, list(shown["name"]), labels, _BLUES, upright=True)
    legend_below(
        ax,
        [
            Patch(facecolor=_BLUES(1.0), edgecolor=GRID, label="C  changes"),
            Patch(facecolor=_BLUES(_TOUCH["uses"]), edgecolor=GRID, label="U  uses"),
            Patch(facecolor=_BLUES(_REACHED), edgecolor=GRID,
                  label="reached by their failure: % of it that gets there"),
        ],
        points=72 * label_height(labels) + 16,
        left=left,
    )  # fmt: skip
    finding(ax, _map_title(ranked), _left_out(ranked, shown, columns), left=left)
    return ax


def _map_title(ranked: pd.DataFrame) -> str:
    """Return the finding: who touches and reaches most."""
    top = ranked.iloc[0]
    parts = [f"changes {counted(int(top['changes']), 'service')}"] if top["changes"] else []
    parts += [f"uses {top['uses']}{' more' if parts else ''}"] if top["uses"] else []
    told = " and ".join(parts)
    reached = counted(int(top["reaches"]), "other")
    needs = "needs" if top["reaches"] == 1 else "need"
    ending = f", and {reached} {needs} them" if top["reaches"] else ""
    return f"{shorten(top['name'], 48)} goes furthest: it {told}{ending}"


def _left_out(ranked: pd.DataFrame, shown: pd.DataFrame, columns: list[str]) -> str:
    """Return how to read the map and what it leaves out."""
    text = "Services that tasks of each project change or use, and services that need those"
    if len(ranked) > len(shown):
        text += f"; … and {counted(len(ranked) - len(shown), 'more project')}"
    if len(columns) > _MOST_SERVICES:
        text += f"; … and {counted(len(columns) - _MOST_SERVICES, 'more service')}"
    return text


@styled
def support_taken(
    impact: ScopeImpact, *, project: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the person-days that projects take of support staff, by team and month.

    Parameters
    ----------
    impact : ScopeImpact
        What `planning.scope_impact` returned.
    project : str, optional
        Id of one project; all together where not given.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        Teams by months, person-days, the team of which most is taken first. What finds no room
        is counted.

    Raises
    ------
    InputError
        If there is no such project.
    """
    who, hours = "The projects together", impact.hours
    if project is not None:
        who = shorten(rows_of(impact.projects, "project", [project])["name"].iloc[0], 48)
        hours = hours[hours["project"] == project]
    teams = hours.groupby("team", sort=False)["days"].sum()
    teams = teams.sort_values(ascending=False, kind="stable")
    ax = canvas(ax, _AROUND + _ROW * len(teams))
    if teams.empty:
        taken = "takes" if project is not None else "take"
        return nothing(ax, f"{who} {taken} no time of support staff")
    shown = teams.head(room(ax, _ROW, _AROUND))
    months = pd.date_range(hours["month"].min(), hours["month"].max(), freq="MS")
    table = hours.pivot_table(index="team", columns="month", values="days", aggfunc="sum")
    days: FloatArray = table.reindex(index=shown.index, columns=months).to_numpy(dtype=float)
    figures = [["" if np.isnan(d) else _days(d) for d in row] for row in days]
    labels = [
        f"{MONTHS[m.month - 1][:3]}{'' if at and m.month > 1 else f' {m.year}'}"
        for at, m in enumerate(months)
    ]
    left = grid(ax, days / np.nanmax(days), figures, list(shown.index), labels, _BLUES)
    peak = hours.groupby(["team", "month"], sort=False)["days"].sum()
    most = peak[peak == peak.max()].reset_index().iloc[0]
    taken = "takes" if project is not None else "take"
    title = (
        f"{who} {taken} {number(float(teams.sum()))} person-days of support staff, most of "
        f"{shorten(most['team'], 36)} in {MONTHS[most['month'].month - 1]}: "
        f"{_days(float(peak.max()))}"
    )
    subtitle = "Person-days of people who support services, taken by project tasks as planned"
    if len(teams) > len(shown):
        rest = number(float(teams.iloc[len(shown) :].sum()), 1)
        subtitle += f"; … and {rest} of {counted(len(teams) - len(shown), 'more team')}"
    finding(ax, title, subtitle, left=left)
    return ax


def _days(days: float) -> str:
    """Write person-days short enough for a cell."""
    return "<0.1" if 0 < days < 0.05 else number(days, 1 if days < 10 else 0)
