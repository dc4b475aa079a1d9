"""One typical run, told as stretches of work: for Gantt charts and load."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from svcimpact.engine.plan import Plan
from svcimpact.engine.program import Program
from svcimpact.engine.runs import Run, run_once
from svcimpact.incident.draws import Arrivals
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.strikes import Struck, strike
from svcimpact.portfolio import Portfolio


def typical_run(
    portfolio: Portfolio, scenario: Scenario, plan: Plan, program: Program, arrivals: Arrivals
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one run without and one with the stated incidents, as stretches of work.

    Every restoration is at its median, durations are as planned, and random incidents are
    left out.

    Parameters
    ----------
    portfolio : Portfolio
        What was simulated.
    scenario : Scenario
        What was supposed to happen.
    plan : Plan
        The portfolio, compiled.
    program : Program
        The same, laid out.
    arrivals : Arrivals
        The incidents drawn.

    Returns
    -------
    segments : pandas.DataFrame
        Columns `case` (levelled, incident), `task`, `start`, `finish`, `start_hours`,
        `finish_hours`, `share` and `state` (working, short-handed, held).
    takes : pandas.DataFrame
        What the incidents take from project capacity: columns `resource`, `start`, `finish`,
        `start_hours`, `finish_hours` and `fte` (pull and cover less relief).
    """
    single = at_medians(arrivals, len(scenario.incidents))
    struck = strike(portfolio, program, single, scenario.without)
    takes, holds = takes_and_holds(struck, program)
    run = partial(
        run_once,
        plan,
        min_share=scenario.min_share,
        resume_hours=scenario.resume_hours,
        trace=True,
    )
    cases = {"levelled": run(), "incident": run(takes, holds)}
    stretches = [_stretches(portfolio, name, run) for name, run in cases.items()]
    return pd.concat(stretches, ignore_index=True), _taken(portfolio, takes)


def at_medians(arrivals: Arrivals, stated: int) -> Arrivals:
    """Return one run with the stated incidents only, each restored at its median.

    Parameters
    ----------
    arrivals : Arrivals
        The incidents drawn; stated ones are the first sources.
    stated : int
        How many incidents the scenario states.

    Returns
    -------
    Arrivals
        The single run.
    """
    first = [int(np.flatnonzero(arrivals.source == k)[0]) for k in range(stated)]
    half = [float(s.restoration.draw(np.array([0.5]))[0]) for s in arrivals.sources[:stated]]
    return Arrivals(
        arrivals.sources,
        np.array([0, stated], np.int64),
        np.arange(stated, dtype=np.int64),
        arrivals.start[first],
        np.array(half, float),
    )


def takes_and_holds(
    struck: Struck, program: Program
) -> tuple[list[tuple[int, float, float, float]], list[tuple[int, float, float]]]:
    """Return what the incidents of the first run take and hold, by row of the tables.

    Parameters
    ----------
    struck : Struck
        The incidents.
    program : Program
        The plan, laid out.

    Returns
    -------
    takes : list of (resource, from, until, fte)
        What they take from project capacity.
    holds : list of (task, from, until)
        What they hold.
    """
    s = struck.strikes
    takes: list[tuple[int, float, float, float]] = []
    holds: list[tuple[int, float, float]] = []
    for e in range(int(s.ptr[0]), int(s.ptr[1])):
        k = int(s.kind[e])
        begin, restored, over = float(s.begin[e]), float(s.restored[e]), float(s.over[e])
        for x in range(s.take_ptr[k], s.take_ptr[k + 1]):
            resource, fte = int(s.take_resource[x]), float(s.take_fte[x])
            takes.append((resource, begin, restored, fte))
            takes.append((resource, restored, over, fte * float(s.aftermath[k])))
        changing = program.task[s.change_task[s.change_ptr[k] : s.change_ptr[k + 1]]]
        using = program.task[s.use_task[s.use_ptr[k] : s.use_ptr[k + 1]]]
        holds.extend((int(i), begin, float(s.thawed[e])) for i in changing)
        holds.extend((int(i), begin, restored) for i in using)
    return takes, holds


def _taken(portfolio: Portfolio, takes: list[tuple[int, float, float, float]]) -> pd.DataFrame:
    rows = [take for take in takes if take[2] > take[1] and take[3] != 0]
    begin = np.array([take[1] for take in rows], float)
    end = np.array([take[2] for take in rows], float)
    ids = portfolio.resources["resource"].to_numpy()
    clock = portfolio.calendar
    return pd.DataFrame(
        {
            "resource": pd.Series([ids[take[0]] for take in rows], dtype="str"),
            "start": clock.when(begin, side="start"),
            "finish": clock.when(end, side="finish"),
            "start_hours": begin,
            "finish_hours": end,
            "fte": np.array([take[3] for take in rows], float),
        }
    )


def _stretches(portfolio: Portfolio, case: str, run: Run) -> pd.DataFrame:
    rows = np.array([s[0] for s in run.segments], np.int64)
    begin = np.array([s[1] for s in run.segments], float)
    end = np.array([s[2] for s in run.segments], float)
    share = np.array([s[3] for s in run.segments], float)
    clock = portfolio.calendar
    return pd.DataFrame(
        {
            "case": pd.Series([case] * len(rows), dtype="str"),
            "task": portfolio.tasks["task"].to_numpy()[rows],
            "start": clock.when(begin, side="start"),
            "finish": clock.when(end, side="finish"),
            "start_hours": begin,
            "finish_hours": end,
            "share": share,
            "state": np.select([share <= 0, share < 1], ["held", "short-handed"], "working"),
        }
    ).astype({"task": "str", "state": "str"})
