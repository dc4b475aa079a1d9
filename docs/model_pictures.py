"""Draw the pictures of ``model.md``, each from a call on an example; part of ``make docs``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter, DayLocator

import svcimpact as si
from svcimpact.charts.style import (
    ALARM,
    GRID,
    HELD,
    INCIDENT,
    LEVELLED,
    MUTED,
    OUTAGE,
    SHORT_HANDED,
    canvas,
    finding,
    legend_below,
    styled,
)
from svcimpact.incident.actions import Action
from svcimpact.incident.attribution import attribute
from svcimpact.incident.comparison import compare
from svcimpact.incident.disruption import effect_of
from svcimpact.incident.outcome import Outcome

DATA = Path(__file__).parents[1] / "data"
RUNS = 1000
GIVES, TAKES = "Rafael Moura", "Nkechi Obi"


def _tiny() -> Outcome:
    """Return the incident that the example tiny solves on paper."""
    scenario = si.Scenario.read(DATA / "tiny" / "incident.toml")
    return si.simulate(si.read(DATA / "tiny"), scenario, runs=1)


def _meridian(runs: int) -> Outcome:
    """Return the incident of the larger example."""
    scenario = si.Scenario.read(DATA / "meridian" / "payments-down.toml")
    return si.simulate(si.read(DATA / "meridian"), scenario, runs=runs)


@styled
def _clock(ax: Axes | None = None) -> Axes:
    """Draw working hours against the clock on the wall, with the outage on both."""
    outcome = _tiny()
    calendar = outcome.portfolio.calendar
    down = outcome.scenario.incidents[0].start
    back = down + pd.Timedelta(hours=float(outcome.services["outage_hours"].max()))
    wall = pd.date_range("2026-01-05", "2026-01-13", freq="30min")
    hours = calendar.hours(wall.to_numpy())
    lost = [calendar.hours(np.datetime64(x)) for x in (down, back)]
    ax = canvas(ax, 4.2)
    ax.axvspan(down, back, color=OUTAGE)
    ax.axhspan(*lost, color=OUTAGE)
    ax.plot(wall, hours, color=INCIDENT, linewidth=2)
    passed = (back - down) / pd.Timedelta(hours=1)
    ax.annotate(f"{passed:g} h on the wall", (down, hours[-1]), xytext=(4, -4),
                textcoords="offset points", va="top", color=ALARM)  # fmt: skip
    ax.annotate(f"{lost[1] - lost[0]:g} working hours", (wall[-1], lost[1]), xytext=(-4, 3),
                textcoords="offset points", ha="right", color=ALARM)  # fmt: skip
    ax.xaxis.set_major_locator(DayLocator())
    ax.xaxis.set_major_formatter(ConciseDateFormatter(ax.xaxis.get_major_locator()))
    ax.set_xlim(wall[0], wall[-1])
    ax.set_ylabel("working hours since the start")
    ax.grid(visible=True)
    finding(ax, f"An outage of {passed:g} hours costs {lost[1] - lost[0]:g} working hours",
            "Nights and the weekend are flat: nobody works, nothing is lost")  # fmt: skip
    return ax


@styled
def _people(ax: Axes | None = None) -> Axes:
    """Draw what each person's time goes to, before, during and after the incident."""
    outcome = _tiny()
    portfolio, incident = outcome.portfolio, outcome.scenario.incidents[0]
    effect = effect_of(portfolio, incident.service, 1.0)
    back = incident.start + pd.Timedelta(hours=float(outcome.services["outage_hours"].max()))
    after = back + pd.Timedelta(hours=incident.aftermath_hours)
    strike, restored, over = portfolio.calendar.hours(
        np.array([incident.start, back, after], dtype="datetime64[us]")
    )
    edges = np.array([0.0, strike, restored, over, over + 10])
    part = np.array([0.0, 1.0, incident.aftermath_share, 0.0])
    everyday = portfolio.support.groupby("resource")["bau_fte"].sum()
    capacity = portfolio.resources.set_index("resource")["capacity_fte"]
    ax = canvas(ax, 4.6)
    gap = 1.25
    names = list(portfolio.resources["name"])
    for row, who in enumerate(portfolio.resources["resource"]):
        floor = (len(names) - 1 - row) * gap
        pull = part * (effect.own + effect.cascade)[row]
        own = everyday.get(who, 0.0) - part * effect.relief[row]
        cover = part * effect.cover[row]
        left = capacity[who] - pull - own - cover
        low = np.full(len(part), floor)
        for label, high, colour in (
            ("restoring the service (pull)", pull, ALARM),
            ("everyday support", own, LEVELLED),
            ("covering for a colleague", cover, SHORT_HANDED),
            ("left for projects", left, INCIDENT),
        ):
            ax.bar(edges[:-1], high, np.diff(edges), bottom=low, align="edge", color=colour,
                   label=label if row == 0 else None, linewidth=0)  # fmt: skip
            low = low + high
    ax.set_yticks([(len(names) - 1 - k) * gap + 0.5 for k in range(len(names))], names)
    for edge, text in ((strike, "down"), (restored, "back"), (over, "aftermath\nover")):
        ax.axvline(edge, color=MUTED, linewidth=1, linestyle=":")
        ax.annotate(text, (edge, len(names) * gap - 0.2), xytext=(3, 0), color=MUTED,
                    textcoords="offset points", va="bottom", fontsize=8)  # fmt: skip
    ax.set_xlim(0, edges[-1])
    ax.set_xlabel("working hours since the start; the height of a row is one FTE")
    ax.set_ylim(-0.1, len(names) * gap + 0.35)
    finding(ax, "Ana restores the service, Ben covers for her, Cy goes on")
    legend_below(ax, ax.get_legend_handles_labels()[0])
    return ax


def _plan() -> Axes:
    """Draw the tasks of the project that is hit, without the incident and with it."""
    return si.charts.gantt(_tiny(), project="checkout")


@styled
def _pairs(runs: int, ax: Axes | None = None) -> Axes:
    """Draw finishes without and with the incident, and their differences run by run."""
    outcome = _meridian(runs)
    project = outcome.projects.sort_values("delay_mean_days").iloc[-1]
    per_day = outcome.portfolio.settings.hours_per_day
    before, after = (
        x.project_finish[project["project"]].to_numpy() / per_day
        for x in (outcome.levelled, outcome.with_incident)
    )
    start = before.mean()
    ax = canvas(ax, 5.4)
    figure = ax.figure
    ax.remove()
    above, below = figure.subplots(2, 1, sharex=True)
    bins = np.arange(min(before.min() - start, 0) - 1, (after - start).max() + 2, 1.0)
    above.hist(before - start, bins, color=LEVELLED, label="without the incident")
    above.hist(after - start, bins, histtype="step", linewidth=2, color=INCIDENT,
               label="with it")  # fmt: skip
    above.legend(loc="upper right")
    above.set_ylabel("futures")
    above.set_xlabel("finish, working days from the mean without the incident")
    above.xaxis.set_tick_params(labelbottom=True)
    below.hist(after - before, bins, color=HELD)
    below.set_ylabel("futures")
    below.set_xlabel("delay, working days: each future less its own twin")
    apart = float(np.sqrt((before.var(ddof=1) + after.var(ddof=1)) / runs))
    paired = float((after - before).std(ddof=1) / np.sqrt(runs))
    finding(above, f"{project['name']}: {(after - before).mean():.1f} ± {paired:.1f} days later",
            f"Without twins the same futures would say ± {apart:.1f}")  # fmt: skip
    for one in (above, below):
        one.grid(visible=True, axis="y", color=GRID)
    return above


def _parts(runs: int) -> Axes:
    """Draw how the mechanisms' parts add up to the delay of one project."""
    return si.charts.waterfall(attribute(_meridian(runs)), project="CRD")


@styled
def _levers(runs: int, ax: Axes | None = None) -> Axes:
    """Draw what one lever saves by the moment at which it is decided."""
    outcome = _meridian(runs)
    portfolio, scenario = outcome.portfolio, outcome.scenario
    people = portfolio.resources.set_index("name")["resource"]
    lever = Action("reassign", task="REG-08", from_=people[GIVES], to=people[TAKES])
    decided = [
        scenario.incidents[0].start + pd.Timedelta(days=x) for x in (0, 1, 2, 3, 4, 7, 9, 11)
    ]
    saved = []
    for when in decided:
        other = replace(scenario, actions=(lever,), decision_time=when)
        found = compare(si.simulate(portfolio, other, runs=runs), outcome).set_index("project")
        saved.append(found.loc["REG", ["later_days", "later_days_se"]])
    mean, error = np.array(saved, dtype=float).T
    ax = canvas(ax, 4.2)
    ax.axhline(0, color=MUTED, linewidth=1)
    ax.errorbar(decided, mean, 1.96 * error, color=INCIDENT, marker="o", capsize=3, linewidth=2)
    ax.xaxis.set_major_locator(DayLocator(interval=2))
    ax.xaxis.set_major_formatter(ConciseDateFormatter(ax.xaxis.get_major_locator()))
    ax.set_ylabel("working days saved")
    ax.set_xlabel("when it is decided")
    ax.grid(visible=True, axis="y")
    when = decided[4]
    finding(ax, f"Decided at once it saves {mean[0]:.2f} days, on {when:%A} {mean[4]:.2f}",
            f"{GIVES} hands a task over to {TAKES}; bars are 95 % intervals")  # fmt: skip
    return ax


def pictures(runs: int = RUNS) -> dict[str, Callable[[], Axes]]:
    """Return what draws each picture, by its name.

    Parameters
    ----------
    runs : int
        How many futures of the larger example to simulate.

    Returns
    -------
    dict of str to callable
        In the order of the page.
    """
    return {
        "clock": _clock,
        "people": _people,
        "plan": _plan,
        "pairs": lambda: _pairs(runs),
        "parts": lambda: _parts(runs),
        "levers": lambda: _levers(runs),
    }


def draw_model(out: Path) -> None:
    """Draw every picture of the page and save it.

    Parameters
    ----------
    out : pathlib.Path
        The folder.
    """
    for name, draw in pictures().items():
        draw().figure.savefig(out / f"model-{name}.png", dpi=110)
        plt.close("all")
