"""The portfolio benchmark: futures with their paired baseline, against SimPy."""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import lean_simpy
import numpy as np
import psplib
from networks import Network, drawn_projects, incidents, shared_portfolio
from ours import futures
from section import Against, Section, comparison
from timing import Entrant, interleave

import svcimpact as si
from svcimpact.engine.plan import Plan, compile_plan

sys.path.append(str(Path(__file__).parents[1] / "tests"))
import simpy_model

Times = tuple[list[float], list[float]]


def mplib_projects(archive: Path) -> list[Network]:
    """Read the first portfolio of MPLIB1 set 3 from its archive."""
    with zipfile.ZipFile(archive) as packed, TemporaryDirectory() as room:
        name = min(name for name in packed.namelist() if name.endswith(".txt"))
        instance = psplib.parse(packed.extract(name, room), "mplib")
    projects = []
    for project in instance.projects:
        rows = {a: i for i, a in enumerate(project.activities)}
        activities = [instance.activities[a] for a in project.activities]
        days = [activity.modes[0].duration for activity in activities]
        links = [(i, rows[s]) for i, a in enumerate(activities) for s in a.successors]
        projects.append(Network(days, links))
    return projects


class General:
    """The model that the tests hold the engine against: every rule, a process per task."""

    def __init__(self, plan: Plan) -> None:
        self.model = simpy_model.Model(plan)

    def run(self, takes: object, holds: object) -> Times:
        """Run once."""
        times = self.model.run(takes, holds)
        return times.start, times.finish


def check(portfolio: si.Portfolio, scenario: si.Scenario, plan: Plan) -> float:
    """Return the largest difference in hours of any project's finish, ours against both."""
    ours = si.simulate(portfolio, scenario).project_finish.to_numpy()
    worst = 0.0
    models = (lean_simpy.Portfolio(plan), General(plan))
    for run, future in enumerate(futures(portfolio, scenario)):
        for model in models:
            finish = np.zeros(ours.shape[1])
            np.maximum.at(finish, plan.project, model.run(*future)[1])
            worst = max(worst, float(np.abs(finish - ours[run]).max()))
    return worst


def measure(projects: list[Network], people: int, *, runs: int, few: int, repeats: int) -> Section:
    """Time futures of a portfolio, ours on one and two threads against two SimPy models."""
    portfolio = shared_portfolio(projects, people)
    plan = compile_plan(portfolio)
    scenario = incidents(4, runs)
    apart = check(portfolio, incidents(4, few), plan)
    if apart > 1e-6:
        raise RuntimeError(f"SimPy and the engine disagree by {apart} h")

    def peer(model: lean_simpy.Portfolio | General) -> Callable[[], None]:
        endless = cycle(list(futures(portfolio, incidents(4, 10 * few))))

        def turn() -> None:
            for _ in range(few):
                model.run(*next(endless))

        return turn

    one = Entrant("1 thread", lambda: si.simulate(portfolio, scenario, threads=1).summed(), runs)
    two = Entrant("2 threads", lambda: si.simulate(portfolio, scenario, threads=2).summed(), runs)
    lean = Entrant("SimPy, lean model", peer(lean_simpy.Portfolio(plan)), few)
    general = Entrant("SimPy, general model", peer(General(plan)), few)
    entrants = [one, lean, two, general]
    interleave(entrants, repeats)
    tasks = len(plan.hours)
    return comparison(
        f"portfolio: {len(projects)} projects, {tasks:,} tasks, {people} people, 4 incidents",
        f"{runs:,} futures a turn through `si.simulate`, each paired with its baseline, drawing, "
        f"summaries and tables of results included; {few} futures a turn in SimPy, runs only.",
        [one, two, lean, general],
        [Against(one, "cpu"), Against(two, "wall")],
        unit="future",
        notes=[
            f"Finishes of all projects agree within {max(apart, 1e-9):.0e} h in {few} futures.",
            "The lean model knows only what this portfolio needs (FS links, capacity, freezes); "
            "the general one is the peer that the tests use and knows every rule of a run.",
        ],
    )


def portfolio(*, quick: bool) -> list[Section]:
    """Measure on drawn networks; on MPLIB's too where SVCIMPACT_REAL_DATA names a folder."""
    if quick:
        return [measure(drawn_projects(), 40, runs=500, few=5, repeats=3)]
    sections = [measure(drawn_projects(), 40, runs=10_000, few=15, repeats=3)]
    archives = sorted(Path(os.environ.get("SVCIMPACT_REAL_DATA", "")).glob("mplib/*.zip"))
    for archive in archives[:1]:
        projects = mplib_projects(archive)
        found = measure(projects, 40, runs=2000, few=10, repeats=3)
        sections.append(replace(found, title=found.title + ", networks of MPLIB1 set 3"))
    return sections
