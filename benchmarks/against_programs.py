"""One project, and the portfolio, through programs that people could pick instead.

Each gets the same tasks, links and people in its own format. A program that is not installed is
left out; `SVCIMPACT_MCPROJSIM` names mcprojsim's command where it has a Python of its own.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from networks import drawn_projects, shared_portfolio
from section import Against, Section, comparison, short
from timing import Entrant, interleave

import svcimpact as si
from svcimpact.engine.plan import compile_plan
from svcimpact.engine.runs import run_once
from svcimpact.portfolio import Portfolio

HOURS = 8.0
Links = dict[str, list[str]]


def mcprojsim() -> str | None:
    """Find mcprojsim's command."""
    beside = Path(sys.executable).with_name("mcprojsim")
    named = os.environ.get("SVCIMPACT_MCPROJSIM") or shutil.which("mcprojsim")
    return named or (str(beside) if beside.exists() else None)


def process(*command: str | Path) -> None:
    """Run a program, its output thrown away, and insist that it did well."""
    subprocess.run([*map(str, command)], check=True, capture_output=True)


def predecessors(portfolio: Portfolio) -> Links:
    """Predecessors by task."""
    links: Links = {task: [] for task in portfolio.tasks["task"]}
    for before, after in zip(
        portfolio.links["predecessor"], portfolio.links["successor"], strict=True
    ):
        links[after].append(before)
    return links


def staff(portfolio: Portfolio) -> Links:
    """People by task."""
    people: Links = {task: [] for task in portfolio.tasks["task"]}
    for task, who in zip(
        portfolio.assignments["task"], portfolio.assignments["resource"], strict=True
    ):
        people[task].append(who)
    return people


def as_mcprojsim(portfolio: Portfolio, path: Path) -> None:
    """Write a project for mcprojsim (YAML, of which JSON is a part): a clock without nights.

    It has no tasks of no duration: their predecessors become those of what follows.
    """
    before, people = predecessors(portfolio), staff(portfolio)
    days = dict(zip(portfolio.tasks["task"], portfolio.tasks["duration_days"], strict=True))

    def real(task: str) -> list[str]:
        found = [p if days[p] else None for p in before[task]]
        deeper = [q for p in before[task] if not days[p] for q in real(p)]
        return [*dict.fromkeys([p for p in found if p] + deeper)]

    tasks = []
    for row in portfolio.tasks.to_dict("records"):
        if not row["duration_days"]:
            continue
        # It refuses a distribution without any width.
        low = row["duration_days"] * (1 - 1e-12)
        low = low if pd.isna(row["optimistic_days"]) else row["optimistic_days"]
        high = row["duration_days"] * (1 + 1e-12)
        high = high if pd.isna(row["pessimistic_days"]) else row["pessimistic_days"]
        estimate = {"low": low, "expected": row["duration_days"], "high": high, "unit": "days"}
        tasks.append(
            {
                "id": row["task"],
                "name": row["task"],
                "estimate": {"distribution": "triangular", **estimate},
                "dependencies": real(row["task"]),
                "resources": people[row["task"]],
            }
        )
    project = {
        "project": {"name": "P", "start_date": "2026-01-05", "hours_per_day": HOURS},
        "calendars": [{"id": "default", "work_hours_per_day": 24, "work_days": [*range(1, 8)]}],
        "resources": [{"name": name} for name in portfolio.resources["resource"]],
        "tasks": tasks,
    }
    path.write_text(json.dumps(project), encoding="utf-8")


def as_taskjuggler(portfolio: Portfolio, path: Path) -> None:
    """Write a portfolio for TaskJuggler, to be scheduled to the hour."""
    before, people = predecessors(portfolio), staff(portfolio)
    inside = {
        task: f"{project}.{task.replace('-', '_')}"
        for task, project in zip(portfolio.tasks["task"], portfolio.tasks["project"], strict=True)
    }
    lines = [
        'project portfolio "P" 2026-01-05 +8y {',
        '  timezone "UTC"',
        "  timingresolution 60min",
        '  timeformat "%Y-%m-%dT%H:%M"',
        "}",
        *(f'resource {name} "{name}"' for name in portfolio.resources["resource"]),
    ]
    ranks = np.linspace(1000, 1, len(portfolio.projects)).astype(int).tolist()
    groups = portfolio.tasks.groupby("project", sort=False)
    for project, rank in zip(portfolio.projects["project"], ranks, strict=True):
        lines.append(f'task {project} "{project}" {{ priority {rank}')
        for row in groups.get_group(project).to_dict("records"):
            task = row["task"]
            what = ""
            if row["duration_days"]:
                everyone = ", ".join(f"{name} {{ mandatory }}" for name in people[task])
                effort = row["duration_days"] * len(people[task])
                what = f"effort {effort:g}d allocate {everyone} "
            if before[task]:
                what += "depends " + ", ".join(inside[p] for p in before[task])
            else:
                what += "start ${projectstart}"
            lines.append(f'  task {inside[task].split(".")[1]} "{task}" {{ {what} }}')
        lines.append("}")
    lines.append('taskreport out "out" { formats csv columns id, end }')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def taskjuggler_days(folder: Path, portfolio: Portfolio) -> float:
    """Makespan in working days, from TaskJuggler's report."""
    with (folder / "out.csv").open(encoding="utf-8") as file:
        ends = [row["End"] for row in csv.DictReader(file, delimiter=";")]
    # Its working day ends at 18:00 with an hour off; ours at 17:00.
    end = pd.Timestamp(max(ends)).normalize() + pd.Timedelta(hours=17)
    return float(portfolio.calendar.hours(end)) / HOURS


def by_pyjobshop(portfolio: Portfolio, seconds: float) -> tuple[float, bool]:
    """Let CP-SAT minimise the makespan; return working days, and whether that is proven best."""
    from pyjobshop import Model  # heavy, and an extra

    model = Model()
    people = {name: model.add_renewable(1) for name in portfolio.resources["resource"]}
    tasks = {}
    names = staff(portfolio)
    for task, days in zip(portfolio.tasks["task"], portfolio.tasks["duration_days"], strict=True):
        tasks[task] = model.add_task()
        needs = [people[name] for name in names[task]]
        if needs:
            model.add_mode(tasks[task], needs, int(days), [1] * len(needs))
        else:
            model.add_mode(tasks[task], [], int(days), [])
    for after, befores in predecessors(portfolio).items():
        for before in befores:
            model.add_end_before_start(tasks[before], tasks[after])
    result = model.solve(display=False, time_limit=seconds, num_workers=2)
    return float(result.objective), result.status.name == "OPTIMAL"


def our_days(portfolio: Portfolio) -> float:
    """Makespan of the levelled baseline in working days."""
    return float(run_once(compile_plan(portfolio)).finish.max()) / HOURS


def our_command(folder: Path, runs: int) -> Callable[[], None]:
    """Simulate an incident from the command line: a new process, files read, tables printed."""
    what = ["--service", "S0", "--start", "2026-03-02 10:00", "--median-hours", "16"]
    what += ["--p90-hours", "72", "--runs", str(runs)]
    return lambda: process(sys.executable, "-m", "svcimpact", "simulate", folder, *what)


def one_project(room: Path, *, runs: int, repeats: int) -> Section | None:
    """Time Monte Carlo on one project of 120 tasks with 8 people, in new processes."""
    command = mcprojsim()
    if command is None:
        return None
    portfolio = shared_portfolio(drawn_projects(1, 122), people=8, pairs=0.0, spread=0.25)
    folder, file = room / "project", room / "project.yaml"
    si.write(portfolio, folder)
    as_mcprojsim(portfolio, file)
    ours = Entrant("svcimpact", our_command(folder, runs), runs)
    peer = Entrant(
        "mcprojsim",
        lambda: process(command, "simulate", file, "-n", str(runs), "-s", "1", "-qq"),
        runs,
    )
    interleave([ours, peer], repeats)
    return comparison(
        "project: 120 tasks, 8 people, durations between three points",
        f"{runs} futures from the command line, in a new process: start, files, tables included. "
        "Ours runs every future twice, with an incident and without.",
        [ours, peer],
        [Against(ours, "cpu"), Against(ours, "wall")],
        unit="future",
    )


def one_schedule(room: Path, projects: int, *, seconds: float, repeats: int) -> Section:
    """Time one schedule of the portfolio, and say how long it makes the portfolio."""
    portfolio = shared_portfolio(drawn_projects(projects))
    folder, file = room / "portfolio", room / "portfolio.tjp"
    si.write(portfolio, folder)
    ours = Entrant("svcimpact, read and level", lambda: our_days(si.read(folder)))
    entrants = [ours, Entrant("svcimpact, level", lambda: our_days(portfolio))]
    days = {e.name: short(our_days(portfolio)) for e in entrants}
    if shutil.which("tj3"):
        as_taskjuggler(portfolio, file)
        command = ("tj3", "--silent", "--no-color", "--output-dir", room, file)
        entrants.append(Entrant("TaskJuggler", lambda: process(*command)))
    found: list[tuple[float, bool]] = []
    if find_spec("pyjobshop"):
        entrants.append(
            Entrant("PyJobShop (CP-SAT)", lambda: found.append(by_pyjobshop(portfolio, seconds)))
        )
    interleave(entrants, repeats, warm=False)
    if shutil.which("tj3"):
        days["TaskJuggler"] = short(taskjuggler_days(room, portfolio))
    notes = ["Ours goes by one rule, plan order; it does not look for the shortest portfolio."]
    if found:
        best, proven = min(found)
        days["PyJobShop (CP-SAT)"] = short(best) if isfinite(best) else "none found"
        how = "proven least" if proven else f"not proven least in {seconds:g} s"
        notes.append(f"PyJobShop minimises the makespan on two threads; {how}.")
    return comparison(
        f"schedule: {projects} projects of 62 tasks, 40 people, once and without incidents",
        "TaskJuggler in a new process, to the hour; the others in this process.",
        entrants,
        [Against(ours, "cpu"), Against(ours, "wall")],
        unit="schedule",
        more={"makespan, working days": days},
        notes=notes,
    )


def programs(*, quick: bool) -> list[Section]:
    """Measure against whatever is installed."""
    with TemporaryDirectory() as name:
        room = Path(name)
        found = [
            one_project(room, runs=50 if quick else 1000, repeats=1 if quick else 5),
            one_schedule(
                room, 6 if quick else 24, seconds=3 if quick else 20, repeats=1 if quick else 3
            ),
        ]
    return [section for section in found if section]
