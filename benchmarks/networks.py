"""Portfolios drawn from a seed, so that everybody measures on the same ones.

Projects are activity networks in the manner of ProGen (Kolisch, Sprecher & Drexl 1995,
Management Science 41, 1693-1703): a source, a sink, 1.8 arcs a task, durations of 1 to 10
days; portfolios have the shape of MPLIB's (Van Eynde & Vanhoucke 2020, Journal of Scheduling).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

import svcimpact as si
from svcimpact.portfolio import Portfolio, Settings, build_portfolio

START = pd.Timestamp("2026-01-05")
REACH = 12  # a task's successors are among the next few
MOST_ARCS = 3


@dataclass(frozen=True)
class Network:
    """Durations in days and links (predecessor, successor), tasks numbered topologically."""

    days: list[int]
    links: list[tuple[int, int]]


def network(random: np.random.Generator, tasks: int, arcs_per_task: float = 1.8) -> Network:
    """Draw a project with a source and a sink of no duration."""
    last = tasks - 1
    days = [0, *random.integers(1, 11, tasks - 2).tolist(), 0]
    arcs: dict[tuple[int, int], None] = {}
    outgoing, incoming = [0] * tasks, [0] * tasks

    def add(before: int, after: int) -> None:
        if (before, after) not in arcs:
            arcs[before, after] = None
            outgoing[before] += 1
            incoming[after] += 1

    for after in range(1, last):
        earlier = [i for i in range(max(0, after - REACH), after) if outgoing[i] < MOST_ARCS]
        add(int(random.choice(earlier or [after - 1])) if after > 3 else 0, after)
    for before in range(1, last):
        if not outgoing[before]:
            later = range(before + 1, min(before + REACH, last) + 1)
            open_to = [j for j in later if incoming[j] < MOST_ARCS or j == last]
            add(before, int(random.choice(open_to or [last])))
    for _ in range(20 * tasks):
        if len(arcs) >= arcs_per_task * tasks:
            break
        before = int(random.integers(1, last - 1))
        after = int(random.integers(before + 1, min(before + REACH, last - 1) + 1))
        if outgoing[before] < MOST_ARCS and incoming[after] < MOST_ARCS:
            add(before, after)
    return Network(days, sorted(arcs))


def drawn_projects(projects: int = 24, tasks: int = 62, seed: int = 1) -> list[Network]:
    """Draw projects, each from a stream of its own: more of them change none before."""
    streams = np.random.SeedSequence(seed).spawn(projects)
    return [network(np.random.default_rng(stream), tasks) for stream in streams]


def shared_portfolio(
    projects: Sequence[Network],
    people: int = 40,
    *,
    pairs: float = 1 / 3,
    spread: float = 0.0,
    seed: int = 1,
) -> Portfolio:
    """Staff projects with people that they share, and support four services with the same.

    Every project has a team of 6; every task takes one of them in full, a share of the tasks
    (`pairs`) two. Each service has up to 8 people who drop everything when it fails, and 10
    tasks that change it. Durations go from ``1 - spread`` to ``1 + 2 spread`` of the planned.
    """
    random = np.random.default_rng(seed)
    tasks, links, assignments = [], [], []
    for p, project in enumerate(projects):
        team = random.choice(people, min(6, people), replace=False)
        for i, days in enumerate(project.days):
            tasks.append((f"P{p}-{i:03}", f"P{p}", float(days)))
            if days:
                able = random.choice(team, 1 + int(random.random() < pairs), replace=False)
                assignments += [(f"P{p}-{i:03}", f"R{k}", 1.0) for k in able]
        links += [(f"P{p}-{a:03}", f"P{p}-{b:03}") for a, b in project.links]
    services = [f"S{j}" for j in range(4)]
    each = people // len(services)
    support = [
        (service, f"R{each * j + k}", 0.0, 1.0)
        for j, service in enumerate(services)
        for k in range(min(8, each))
    ]
    working = [task for task, _, days in tasks if days]
    changes = [
        (str(task), service, "changes")
        for service in services
        for task in random.choice(working, 10, replace=False)
    ]
    table = pd.DataFrame(tasks, columns=["task", "project", "duration_days"])
    if spread:
        table["optimistic_days"] = (1 - spread) * table["duration_days"]
        table["pessimistic_days"] = (1 + 2 * spread) * table["duration_days"]
    return build_portfolio(
        Settings(name="Shared people", start=START, hours_per_day=8.0),
        {
            "projects": pd.DataFrame(
                {
                    "project": [f"P{p}" for p in range(len(projects))],
                    "priority": range(1, len(projects) + 1),
                }
            ),
            "tasks": table,
            "links": pd.DataFrame(links, columns=["predecessor", "successor"]),
            "resources": pd.DataFrame({"resource": [f"R{k}" for k in range(people)]}),
            "assignments": pd.DataFrame(assignments, columns=["task", "resource", "units_fte"]),
            "services": pd.DataFrame({"service": services}),
            "support": pd.DataFrame(
                support, columns=["service", "resource", "bau_fte", "incident_fte"]
            ),
            "changes": pd.DataFrame(changes, columns=["task", "service", "effect"]),
        },
    )


def incidents(count: int = 4, runs: int = 1000, every_days: int = 35) -> si.Scenario:
    """Let the services fail in turn, each time for a lognormal while of 16 h at the median."""
    first = START + pd.Timedelta(days=56, hours=10)
    return si.Scenario(
        "Services fail in turn",
        tuple(
            si.Incident(
                f"S{j % 4}",
                start=first + pd.Timedelta(days=every_days * j),
                median_hours=16,
                p90_hours=72,
            )
            for j in range(count)
        ),
        runs=runs,
    )


def one_project(
    tasks: int = 120, *, needed: int = 2, capacity: float = 20.0, seed: int = 1
) -> Portfolio:
    """Draw a project of the J120 kind: 4 resources, of which each task needs some, 1-10 units."""
    random = np.random.default_rng(seed)
    project = network(random, tasks + 2)
    links = [(a - 1, b - 1) for a, b in project.links if a > 0 and b < tasks + 1]
    needs = [
        (f"T{i:03}", f"R{k}", float(random.integers(1, 11)))
        for i in range(tasks)
        for k in random.choice(4, needed, replace=False)
    ]
    return build_portfolio(
        Settings(name="One project", start=START, hours_per_day=8.0),
        {
            "projects": pd.DataFrame({"project": ["P"]}),
            "tasks": pd.DataFrame(
                {
                    "task": [f"T{i:03}" for i in range(tasks)],
                    "project": "P",
                    "duration_days": np.array(project.days[1:-1], float),
                }
            ),
            "links": pd.DataFrame(
                [(f"T{a:03}", f"T{b:03}") for a, b in links], columns=["predecessor", "successor"]
            ),
            "resources": pd.DataFrame(
                {"resource": [f"R{k}" for k in range(4)], "capacity_fte": capacity}
            ),
            "assignments": pd.DataFrame(needs, columns=["task", "resource", "units_fte"]),
            "services": pd.DataFrame({"service": ["S"]}),
            "support": pd.DataFrame({"service": ["S"], "resource": ["R0"]}),
        },
    )


def wide(tasks: int, *, chained: bool, seed: int = 1) -> Portfolio:
    """Draw a portfolio that is wide: projects of 50 tasks, teams of 6, starts over two years.

    Two projects share a team; when `chained`, each team also lends one of its people to the
    next, so that everything hangs together. The first thousand tasks are the same however many
    come after them, and take precedence. The people of the first team support service S0,
    which 10 of the tasks of the first two projects change; everybody supports S1.
    """
    projects = tasks // 50
    drawn = drawn_projects(projects, 50, seed)
    streams = np.random.SeedSequence([seed, 2]).spawn(projects)
    rows, links, assignments = [], [], []
    teams = (projects + 1) // 2
    for p, project in enumerate(drawn):
        random = np.random.default_rng(streams[p])
        team = [6 * (p // 2) + k for k in range(6)]
        if chained and p // 2 + 1 < teams:
            team.append(6 * (p // 2 + 1))
        start = START + pd.Timedelta(days=int(random.integers(0, 104)) * 7)
        for i, days in enumerate(project.days):
            rows.append((f"P{p}-{i:02}", f"P{p}", float(days), start))
            if days:
                assignments.append((f"P{p}-{i:02}", f"R{random.choice(team)}", 1.0))
        links += [(f"P{p}-{a:02}", f"P{p}-{b:02}") for a, b in project.links]
    people = [f"R{k}" for k in range(6 * teams)]
    support = [("S0", name, 0.0, 1.0) for name in people[:6]]
    support += [("S1", name, 0.0, 1.0) for name in people]
    changes = [(f"P{p}-{i:02}", "S0", "changes") for p in (0, 1) for i in range(1, 49, 10)]
    return build_portfolio(
        Settings(name="Wide", start=START, hours_per_day=8.0),
        {
            "projects": pd.DataFrame(
                {
                    "project": [f"P{p}" for p in range(projects)],
                    "priority": range(1, projects + 1),
                }
            ),
            "tasks": pd.DataFrame(
                rows, columns=["task", "project", "duration_days", "planned_start"]
            ),
            "links": pd.DataFrame(links, columns=["predecessor", "successor"]),
            "resources": pd.DataFrame({"resource": people}),
            "assignments": pd.DataFrame(assignments, columns=["task", "resource", "units_fte"]),
            "services": pd.DataFrame({"service": ["S0", "S1"]}),
            "support": pd.DataFrame(
                support, columns=["service", "resource", "bau_fte", "incident_fte"]
            ),
            "changes": pd.DataFrame(changes, columns=["task", "service", "effect"]),
        },
    )
