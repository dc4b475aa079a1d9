"""Exposure: services against projects, reserves, and the people missed most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from svcimpact.charts.bars import AROUND, ROW, bars
from svcimpact.charts.drawn import Bars, Part, record
from svcimpact.charts.grid import grid, label_height, shades
from svcimpact.charts.letters import clean
from svcimpact.charts.style import (
    ALARM,
    INCIDENT,
    INK,
    LEVELLED,
    SHORT_HANDED,
    canvas,
    finding,
    legend_below,
    nothing,
    room,
    row_labels,
    styled,
)
from svcimpact.wording import counted, money, number, with_error

if TYPE_CHECKING:
    from svcimpact.incident.exposure import Exposure
    from svcimpact.incident.reserves import Reserves

_SHADES = shades("exposure", "#fbf3ee", "#8c2d04")
_LEAST_DAYS = 0.05
_LEVELS = (("p50", "P50", LEVELLED, "o"), ("p80", "P80", INCIDENT, "s"), ("p90", "P90", ALARM, "D"))


@styled
def exposure(found: Exposure, *, ax: Axes | None = None) -> Axes:
    """Draw how many days a failure of each service costs each project.

    Parameters
    ----------
    found : Exposure
        What `exposure` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: a heat map of services by projects with the mean delay in working days; the
        worst service first, those that delay nothing left out.
    """
    wide = found.matrix()
    total = wide.sum(axis=1)
    wide = wide.loc[total[total >= _LEAST_DAYS].sort_values(ascending=False, kind="stable").index]
    names = found.services.set_index("service")["name"]
    columns = found.portfolio.projects.set_index("project")["name"].reindex(wide.columns)
    around = AROUND + label_height(list(columns))
    ax = canvas(ax, around + ROW * max(len(wide), 3))
    if wide.empty:
        return nothing(ax, "No failure of a service delays any project to speak of")
    shown = wide.head(room(ax, ROW, around))
    values = shown.to_numpy()
    top = max(float(np.nanmax(values)), 1e-9)
    figures = [[number(v, 1) if v >= _LEAST_DAYS else "" for v in row] for row in values]
    left = grid(
        ax, np.clip(values, 0.0, None) / top, figures, [names[s] for s in shown.index],
        list(columns), _SHADES, upright=True,
    )  # fmt: skip
    first = shown.index[0]
    row = found.services.set_index("service").loc[first].to_dict()
    days = with_error(row["delay_days"], row["delay_days_se"])
    rest = len(wide) - len(shown)
    more = f"; {counted(rest, 'more service')} not shown" if rest else ""
    finding(
        ax,
        f"A failure of {row['name']} hurts most: {days} project days, "
        f"{money(row['cost'], found.portfolio.settings.currency)} each time",
        f"Mean delay per severity {found.severity} incident, working days, at a random moment of "
        f"the plan{more}",
        left=left,
    )
    return ax


@styled
def reserves(found: Reserves, *, ax: Axes | None = None) -> Axes:
    """Draw the reserve that each plan needs at P50, P80 and P90.

    Parameters
    ----------
    found : Reserves
        What `reserves` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: working days in reserve by project and level, with 95 % intervals, the
        largest first.
    """
    table = found.projects[found.projects["reserve_p90_days"] >= _LEAST_DAYS]
    table = table.sort_values("reserve_p80_days", ascending=False, kind="stable")
    ax = canvas(ax, AROUND + 0.45 * max(len(table), 3))
    if table.empty:
        return nothing(ax, "Incidents ask for no reserve: no plan is late by them at P90")
    shown = table.head(room(ax, 0.45, AROUND))
    rows = np.arange(len(shown))
    left = row_labels(ax, list(shown["name"]), inches=2.8, lines=2)
    ax.hlines(
        rows, shown["reserve_p50_days"], shown["reserve_p90_days"], color=LEVELLED, linewidth=3,
        zorder=2,
    )  # fmt: skip
    handles = []
    for level, label, colour, shape in _LEVELS:
        value, error = shown[f"reserve_{level}_days"], shown[f"reserve_{level}_days_se"].fillna(0.0)
        ax.errorbar(
            value, rows, xerr=1.96 * error, fmt=shape, color=colour, markersize=8, capsize=2.5,
            elinewidth=1.0, markeredgecolor=INK, markeredgewidth=0.4, zorder=4,
        )  # fmt: skip
        handles.append(
            Line2D([], [], color=colour, marker=shape, linestyle="none", markersize=8,
                   markeredgecolor=INK, markeredgewidth=0.4, label=label)
        )  # fmt: skip
    parts = tuple(
        Part(
            label,
            tuple(map(float, shown[f"reserve_{level}_days"])),
            colour,
            tuple(map(float, 1.96 * shown[f"reserve_{level}_days_se"].fillna(0.0))),
        )
        for level, label, colour, _ in _LEVELS
    )
    record(ax, Bars(tuple(map(clean, shown["name"])), parts))
    ax.set_xlim(left=-0.02 * max(float(shown["reserve_p90_days"].max()), 1.0))
    ax.grid(visible=True, axis="x")
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("Reserve against incidents, working days", color=INK)
    legend_below(ax, handles, columns=3, left=left)
    row = shown.iloc[0].to_dict()
    days = with_error(row["reserve_p80_days"], row["reserve_p80_days_se"])
    chance = found.scenario.random_incidents
    assert chance is not None
    finding(
        ax,
        f"{row['name']} needs most: {days} working days in reserve at P80",
        f"{number(chance.horizon_days)} working days of random incidents, "
        f"{number(found.scenario.runs)} futures; with 95 % intervals",
        left=left,
    )
    return ax


@styled
def key_people(found: Exposure, *, ax: Axes | None = None) -> Axes:
    """Draw whose absence during an incident hurts projects most.

    Parameters
    ----------
    found : Exposure
        What `exposure` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: project days more per incident of their services, with 95 % intervals; those
        without whom nobody restores a service stand out.
    """
    table = found.people.sort_values("delay_days", ascending=False, kind="stable").head(15)
    ax = canvas(ax, AROUND + ROW * max(len(table), 3))
    if table.empty:
        return nothing(ax, "Nobody is on call for a service")
    shown = table.head(room(ax, ROW, AROUND))
    labels = [
        f"{with_error(row['delay_days'], row['delay_days_se'])}; outage "
        f"{number(row['outage_hours'], 1)} h longer"
        for row in shown.to_dict("records")
    ]
    colours = [ALARM if sole else SHORT_HANDED for sole in shown["sole"]]
    kinds = ["nobody else restores a service" if s else "others can" for s in shown["sole"]]
    left = bars(
        ax, list(shown["name"]), shown["delay_days"].to_numpy(),
        shown["delay_days_se"].fillna(0.0).to_numpy(), labels, colours=colours, kinds=kinds,
        inches=2.4,
    )  # fmt: skip
    low, high = ax.get_xlim()
    ax.set_xlim(low, high + 0.15 * (high - low))
    ax.set_xlabel("Project days more per incident, if absent", color=INK)
    row = shown.iloc[0].to_dict()
    alone = int((found.people["sole"] != "").sum())
    also = f"; without {counted(alone, 'person', 'people')} a service has nobody" if alone else ""
    finding(
        ax,
        f"{row['name']} is missed most: {with_error(row['delay_days'], row['delay_days_se'])} "
        f"project days more per incident{also}",
        f"Severity {found.severity} incidents of the services they are on call for; 95 % intervals",
        left=left,
    )
    return ax
