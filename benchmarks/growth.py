"""How cost grows: with tasks, runs, incidents and threads, and with what an incident touches."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from networks import START, drawn_projects, incidents, shared_portfolio, wide
from section import Section, ranged, short
from timing import Entrant, Spread, interleave, spread

import svcimpact as si
from svcimpact.portfolio import Portfolio

# Far enough in that the first team is at work; it touches about 30 tasks.
STRUCK = START + pd.Timedelta(weeks=40, hours=10)


def local(service: str = "S0") -> si.Incident:
    """Give the incident of the wide portfolios: S0 has one team, S1 everybody."""
    return si.Incident(service, start=STRUCK, median_hours=16, p90_hours=40)


def curve(
    title: str, text: str, by: str, points: list[tuple[str, Entrant]], repeats: int
) -> Section:
    """Time the same at several sizes."""
    interleave([entrant for _, entrant in points], repeats)
    lines = []
    for label, entrant in points:
        wall, cpu = (spread(entrant.each(clock)) for clock in ("wall", "cpu"))
        whole = spread(sample.wall for sample in entrant.samples)
        lines.append([label, ranged(wall, 1e3), ranged(cpu, 1e3), ranged(whole)])
    head = [by, "wall, ms a future", "CPU, ms a future", "wall in all, s"]
    return Section(title, text, head, lines)


def simulation(
    portfolio: Portfolio, what: si.Incident | si.Scenario, runs: int, threads: int
) -> Entrant:
    """Time a simulation."""

    def turn() -> None:
        si.simulate(portfolio, what, runs=runs, threads=threads).summed()

    return Entrant("", turn, runs)


def over_tasks(*, quick: bool) -> Section:
    """Grow the portfolio, with an incident that takes everybody."""
    sizes = [1000, 4000] if quick else [1000, 10_000, 100_000]
    runs = {1000: 100, 4000: 20, 10_000: 20, 100_000: 5}
    points = [(f"{n:,}", simulation(wide(n, chained=True), local("S1"), runs[n], 1)) for n in sizes]
    return curve(
        "growth: tasks",
        "An incident that takes everybody, so that everything moves; one component; one thread; "
        f"{', '.join(str(runs[n]) for n in sizes)} futures.",
        "tasks",
        points,
        1 if quick else 3,
    )


def over_runs(portfolio: Portfolio, *, quick: bool) -> Section:
    """Grow the number of futures."""
    sizes = [10, 100] if quick else [10, 100, 1000, 10_000]
    points = [(f"{n:,}", simulation(portfolio, incidents(4), n, 1)) for n in sizes]
    text = "24 projects, 1,488 tasks, 40 people, 4 incidents; one thread."
    return curve("growth: futures", text, "futures", points, 1 if quick else 3)


def over_incidents(portfolio: Portfolio, *, quick: bool) -> Section:
    """Grow the number of incidents."""
    runs = 50 if quick else 500
    points = [
        (str(n), simulation(portfolio, incidents(n, every_days=max(3, 240 // n)), runs, 1))
        for n in (1, 4, 16, 64)
    ]
    text = f"The same with more incidents, spread over the same months; {runs} futures; one thread."
    return curve("growth: incidents", text, "incidents", points, 1 if quick else 3)


def over_threads(portfolio: Portfolio, *, quick: bool) -> Section:
    """Grow the number of threads."""
    runs = 500 if quick else 5000
    points = [(str(n), simulation(portfolio, incidents(4), runs, n)) for n in (1, 2)]
    text = f"The same with 4 incidents; {runs:,} futures."
    return curve("growth: threads", text, "threads", points, 1 if quick else 5)


def growth(*, quick: bool) -> list[Section]:
    """Measure all curves."""
    portfolio = shared_portfolio(drawn_projects())
    by: list[Callable[..., Section]] = [over_runs, over_incidents, over_threads]
    return [over_tasks(quick=quick), *(each(portfolio, quick=quick) for each in by)]


def alone(tasks: int, chained: bool, more: int) -> dict[str, float]:
    """Measure one disturbance in this process, which should do nothing else.

    The cost of a future is that of `more` futures less that of one, before tables are made.
    """
    portfolio = wide(tasks, chained=chained)
    before = peak_memory()

    def made(runs: int) -> Entrant:
        return Entrant("", lambda: si.simulate(portfolio, local(), runs=runs, threads=1))

    def told(runs: int) -> Entrant:
        return Entrant("", lambda: si.simulate(portfolio, local(), runs=runs, threads=1).summed())

    few, many, one, whole = entrants = made(1), made(1 + more), told(1), told(1 + more)
    interleave(entrants, 5)
    outcome = si.simulate(portfolio, local(), runs=1 + more, threads=1)
    each = [(b.cpu - a.cpu) / more for a, b in zip(few.samples, many.samples, strict=True)]
    return {
        "touched": float((outcome.tasks["chance_delayed"] > 0).sum()),
        "each": spread(each).median,
        "least": min(each),
        "most": max(each),
        "one": spread(one.each("cpu")).median,
        "whole": spread(whole.each("cpu")).median,
        "before": before,
        "peak": peak_memory(),
    }


def peak_memory() -> float:
    """Most memory that this process has had so far, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def of_its_own(tasks: int, *, chained: bool, more: int) -> dict[str, float]:
    """Measure one disturbance in a process of its own."""
    command = [sys.executable, __file__, str(tasks), str(int(chained)), str(more)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def disturbance(*, quick: bool) -> list[Section]:
    """Grow the portfolio around an incident that touches about 30 tasks."""
    sizes, more = ([1000, 4000], 20) if quick else ([1000, 10_000, 100_000], 1500)
    sections = []
    for chained in (False, True):
        lines = []
        for tasks in sizes:
            found = of_its_own(tasks, chained=chained, more=more)
            each = Spread(found["each"], found["least"], found["most"])
            answers = [short(found[name] * 1e3) for name in ("one", "whole")]
            memory = [short(found["before"]), short(found["peak"])]
            delayed = f"{found['touched']:.0f}"
            lines.append([f"{tasks:,}", delayed, ranged(each, 1e3), *answers, *memory])
        kind = "one component: teams lend each other people" if chained else "a component a team"
        sections.append(
            Section(
                f"disturbance: one team's incident, {kind}",
                f"{more + 1} futures through `si.simulate` in a process of its own, one thread. A "
                "future costs what many cost less what one costs, divided by how many more, before "
                "tables are made; the tables are of all tasks, whatever the incident touches.",
                [
                    "tasks",
                    "tasks it delays",
                    "CPU, ms a future more",
                    "CPU, ms for one with tables",
                    f"CPU, ms for {more + 1:,} with tables",
                    "MB before",
                    "MB at the peak",
                ],
                lines,
            )
        )
    return sections


def memory(*, quick: bool) -> list[Section]:
    """Do many futures of many tasks, and look at the memory it takes."""
    tasks, runs = (4000, 50) if quick else (100_000, 1000)
    began = time.perf_counter()
    found = of_its_own(tasks, chained=True, more=runs - 1)
    line = [f"{tasks:,}", f"{runs:,}", short(time.perf_counter() - began)]
    return [
        Section(
            "memory: one component, one team's incident",
            "Wall time of the whole process, which draws the portfolio and simulates once.",
            ["tasks", "futures", "wall, s", "MB before", "MB at the peak"],
            [[*line, short(found["before"]), short(found["peak"])]],
        )
    ]


if __name__ == "__main__":
    print(json.dumps(alone(int(sys.argv[1]), sys.argv[2] == "1", int(sys.argv[3]))))
