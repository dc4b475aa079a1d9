"""One typical run, told as stretches of work: for Gantt charts and load."""

from __future__ import annotations

from functools import partial
from typing import TypeAlias, TypedDict

import numpy as np
import pandas as pd

from svcimpact.engine.midway import Half, run_first_half, run_second_half
from svcimpact.engine.plan import Plan
from svcimpact.engine.program import Program
from svcimpact.engine.runs import Run, run_once
from svcimpact.engine.state import Disruption
from svcimpact.incident.draws import Arrivals
from svcimpact.incident.levers import Decided, kept_back, lengthened
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.strikes import Struck, strike
from svcimpact.portfolio import Portfolio

# Resource, from, until, FTE; task, from, until.
Take: TypeAlias = tuple[int, float, float, float]
Hold: TypeAlias = tuple[int, float, float]
_TINY = 1e-9


class Rules(TypedDict):
    """How tasks start and are taken up again."""

    min_share: float
    resume_hours: float


def typical_run(
    portfolio: Portfolio,
    scenario: Scenario,
    plan: Plan,
    program: Program,
    arrivals: Arrivals,
    decided: Decided | None = None,
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
    decided : Decided, optional
        The plan as it goes on, where something is decided.

    Returns
    -------
    segments : pandas.DataFrame
        Columns `case` (levelled, incident), `task`, `start`, `finish`, `start_hours`,
        `finish_hours`, `share` and `state` (working, short-handed, held; waiting when the work is
        done and a link holds the finish back, with nobody held).
    takes : pandas.DataFrame
        What the incidents take from project capacity: columns `resource`, `start`, `finish`,
        `start_hours`, `finish_hours` and `fte` (pull and cover less relief).
    """
    rules: Rules = {"min_share": scenario.min_share, "resume_hours": scenario.resume_hours}
    takes, holds = typical_incidents(portfolio, scenario, program, arrivals)
    run = partial(run_once, plan, trace=True, **rules)
    cases = {"levelled": run()}
    if decided is None:
        cases["incident"] = run(takes, holds)
    else:
        half = first_half(portfolio, scenario, plan, program, arrivals, decided.plan.now)
        kept = kept_back(scenario)
        later, held = typical_incidents(portfolio, scenario, decided.program, arrivals, kept)
        befalls = _as_arrays(later, held)
        cases["incident"] = run_second_half(decided.plan, decided.turn, half, befalls, **rules)
        if kept:
            takes = _cut(takes, 0.0, decided.plan.now) + _cut(later, decided.plan.now, np.inf)
    stretches = [_stretches(portfolio, name, run) for name, run in cases.items()]
    return pd.concat(stretches, ignore_index=True), _taken(portfolio, takes)


def first_half(
    portfolio: Portfolio,
    scenario: Scenario,
    plan: Plan,
    program: Program,
    arrivals: Arrivals,
    now: float,
) -> Half:
    """Return the typical run with the stated incidents until some moment.

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
    now : float
        The moment, in working hours.

    Returns
    -------
    Half
        What is done, and how the tasks stand.
    """
    befalls = _as_arrays(*typical_incidents(portfolio, scenario, program, arrivals))
    rules: Rules = {"min_share": scenario.min_share, "resume_hours": scenario.resume_hours}
    return run_first_half(plan, now, befalls, **rules)


def typical_incidents(
    portfolio: Portfolio,
    scenario: Scenario,
    program: Program,
    arrivals: Arrivals,
    kept: tuple[str, ...] = (),
) -> tuple[list[Take], list[Hold]]:
    """Return what the stated incidents take and hold when each is restored at its median.

    Parameters
    ----------
    portfolio : Portfolio
        What was simulated.
    scenario : Scenario
        What was supposed to happen.
    program : Program
        The plan, laid out.
    arrivals : Arrivals
        The incidents drawn.
    kept : tuple of str
        Ids of resources kept on the projects from the decision time on.

    Returns
    -------
    takes, holds : list of tuple
        As `takes_and_holds` gives them.
    """
    single = at_medians(arrivals, len(scenario.incidents))
    single = lengthened(portfolio, scenario, single, kept)
    return takes_and_holds(strike(portfolio, program, single, scenario.without, kept), program)


def _as_arrays(takes: list[Take], holds: list[Hold]) -> Disruption:
    """Lay takes and holds out; tasks stay rows of the table."""
    taken, held = np.array(takes, float).reshape(-1, 4), np.array(holds, float).reshape(-1, 3)
    return Disruption(
        taken[:, 0].astype(np.int64),
        taken[:, 1].copy(),
        taken[:, 2].copy(),
        taken[:, 3].copy(),
        held[:, 0].astype(np.int64),
        held[:, 1].copy(),
        held[:, 2].copy(),
    )


def _cut(takes: list[Take], begin: float, end: float) -> list[Take]:
    """Return what of the takes lies in a stretch of time."""
    return [(k, max(a, begin), min(b, end), fte) for k, a, b, fte in takes]


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
    return at_quantile(arrivals, stated, 0.5)


def at_quantile(arrivals: Arrivals, stated: int, q: float) -> Arrivals:
    """Return one run with the stated incidents only, each restored at a quantile.

    Parameters
    ----------
    arrivals : Arrivals
        The incidents drawn; stated ones are the first sources.
    stated : int
        How many incidents the scenario states.
    q : float
        Between 0 and 1.

    Returns
    -------
    Arrivals
        The single run.
    """
    first = [int(np.flatnonzero(arrivals.source == k)[0]) for k in range(stated)]
    lasts = [float(s.restoration.draw(np.array([q]))[0]) for s in arrivals.sources[:stated]]
    return Arrivals(
        arrivals.sources,
        np.array([0, stated], np.int64),
        np.arange(stated, dtype=np.int64),
        arrivals.start[first],
        np.array(lasts, float),
    )


def takes_and_holds(struck: Struck, program: Program) -> tuple[list[Take], list[Hold]]:
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
    takes: list[Take] = []
    holds: list[Hold] = []
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


def _taken(portfolio: Portfolio, takes: list[Take]) -> pd.DataFrame:
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
    rows, begin, end, share = np.array(run.segments, float).reshape(-1, 4).T
    done = np.full(len(run.finish), np.inf)
    done[rows.astype(np.int64)] = -np.inf
    np.maximum.at(done, rows.astype(np.int64), end)
    late = np.flatnonzero(run.finish > done + _TINY)
    waits = np.concatenate([np.zeros(len(rows), bool), np.ones(len(late), bool)])
    begin, end = np.concatenate([begin, done[late]]), np.concatenate([end, run.finish[late]])
    rows, share = np.concatenate([rows, late]), np.concatenate([share, np.zeros(len(late))])
    order = np.lexsort((begin, rows))
    rows, begin, end, share, waits = (x[order] for x in (rows, begin, end, share, waits))
    clock = portfolio.calendar
    state = np.select(
        [waits, share <= 0, share < 1], ["waiting", "held", "short-handed"], "working"
    )
    return pd.DataFrame(
        {
            "case": pd.Series([case] * len(rows), dtype="str"),
            "task": portfolio.tasks["task"].to_numpy()[rows.astype(np.int64)],
            "start": clock.when(begin, side="start"),
            "finish": clock.when(end, side="finish"),
            "start_hours": begin,
            "finish_hours": end,
            "share": share,
            "state": state,
        }
    ).astype({"task": "str", "state": "str"})
