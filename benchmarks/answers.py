"""How long one has to wait: for one what-if, the import, and the first answer of all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from networks import START, drawn_projects, shared_portfolio
from ours import Runs
from section import Against, Section, comparison
from timing import Entrant, interleave

import svcimpact as si
from svcimpact.engine.plan import compile_plan
from svcimpact.engine.runs import run_once

ANSWER = """
import svcimpact as si, sys
incident = si.Incident("S0", start="2026-03-02 10:00", hours=26)
si.simulate(si.read(sys.argv[1]), incident, runs=100).summed()
"""


def whatif(*, quick: bool) -> list[Section]:
    """Time one what-if on 1,500 tasks, after a first one."""
    portfolio = shared_portfolio(drawn_projects(25, 60))
    plan = compile_plan(portfolio)
    lengths, drawn = cycle(range(8, 40)), deque[pd.DataFrame](maxlen=1)
    strike = START + pd.Timedelta(days=57, hours=10)
    takes = [(k, 330.0, 352.0, 1.0) for k in range(8)]
    prepared = Runs(plan, plan.hours[None], 0.5)

    def whole() -> None:
        incident = si.Incident("S0", start=strike, hours=next(lengths))
        drawn.append(si.simulate(portfolio, incident, runs=1).projects)

    ours = Entrant("`si.simulate`, runs=1, and its table of projects", whole)
    entrants = [
        ours,
        Entrant(
            "plan compiled, laid out and run once",
            lambda: run_once(compile_plan(replace(portfolio)), takes),
        ),
        Entrant("laid out and run once", lambda: run_once(replace(plan), takes)),
        Entrant("run once", lambda: run_once(plan, takes)),
        Entrant("kernel alone", prepared.run),
    ]
    interleave(entrants, 5 if quick else 30)
    return [
        comparison(
            f"whatif: one what-if on {len(plan.hours):,} tasks",
            "The same portfolio again and again with another restoration time, as a slider asks: "
            "what hangs on the portfolio alone is worked out the first time only.",
            entrants,
            [Against(ours, "wall")],
            unit="what-if",
        )
    ]


def python(script: str, *arguments: str, cache: Path | None = None) -> None:
    """Run a script in a new Python, with compiled code kept in a folder of its own."""
    environment = dict(os.environ)
    if cache:
        environment["NUMBA_CACHE_DIR"] = str(cache)
    command = [sys.executable, "-c", script, *arguments]
    subprocess.run(command, check=True, capture_output=True, env=environment)


def first(*, quick: bool) -> list[Section]:
    """Time imports, and the first answer in a new process."""
    nothing = Entrant("Python alone", lambda: python("pass"))
    ours = Entrant("`import svcimpact`", lambda: python("import svcimpact"))
    numpy = Entrant("`import numpy, pandas`", lambda: python("import numpy, pandas"))
    entrants = [ours, nothing, numpy]
    interleave(entrants, 3 if quick else 10)
    sections = [
        comparison(
            "import: a new process that imports the package",
            "Wall time of the whole process.",
            entrants,
            [Against(ours, "wall")],
            unit="process",
        )
    ]
    with TemporaryDirectory() as name:
        room = Path(name)
        folder = room / "portfolio"
        si.write(shared_portfolio(drawn_projects(5, 60)), folder)
        caches = iter(range(1000))
        kept = room / "kept"
        python(ANSWER, str(folder), cache=kept)
        warm = Entrant("compiled before", lambda: python(ANSWER, str(folder), cache=kept))
        cold = Entrant(
            "nothing compiled yet",
            lambda: python(ANSWER, str(folder), cache=room / f"cache-{next(caches)}"),
        )
        interleave([warm], 2 if quick else 5, warm=False)
        if not quick:
            interleave([cold], 2, warm=False)
    sections.append(
        comparison(
            "cold: first answer in a new process",
            "300 tasks read from files, an incident, 100 futures; wall time of the whole process.",
            [warm] if quick else [warm, cold],
            [],
            unit="process",
            scale="s",
        )
    )
    return sections
