"""Runs that begin where an incident strikes, against the same runs from the beginning."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from plan_arrays import plan_arrays
from random_plans import Holds, Takes, random_case
from replayed import replayed
from shaken_portfolios import portfolio_and_scenario
from test_kernel import as_plan
from test_simulate_properties import doubtful

from svcimpact.engine.plan import Plan
from svcimpact.engine.replay import DONE, DONE_WHOLE, GIVEN_UP
from svcimpact.engine.runs import Run, run_once
from svcimpact.incident.scenario import RandomIncidents, Scenario
from svcimpact.incident.simulate import simulate

Case = tuple[Plan, Takes, Holds, dict[str, Any]]


def later_case(seed: int, most_tasks: int) -> Case:
    """Draw a plan without leads, and let what befalls it come up to 20 hours later."""
    fields, takes, holds, options = random_case(seed, most_tasks=most_tasks)
    fields["link_lag"] = np.abs(fields["link_lag"])
    later = float(np.random.default_rng(seed).integers(0, 40)) / 2
    takes = [(k, begin + later, end + later, fte) for k, begin, end, fte in takes]
    holds = [(i, begin + later, end + later) for i, begin, end in holds]
    return as_plan(fields), takes, holds, options


def assert_same(one: Run, other: Run, where: str) -> None:
    """Hold start, finish and interruptions of every task against each other, to the bit."""
    for name in ("start", "finish", "interruptions"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), f"{where}: {name}")


def hold_against_full(seeds: Iterable[int], most_tasks: int, *, whole: bool) -> Counter[int]:
    """Compare replays with full runs on the random cases of these seeds; count what came out."""
    outcomes: Counter[int] = Counter()
    for seed in seeds:
        plan, takes, holds, options = later_case(seed, most_tasks)
        run, found, _ = replayed(plan, takes, holds, whole=whole, **options)
        outcomes += found
        if run is not None:
            assert_same(run, run_once(plan, takes, holds, **options), f"seed {seed}")
    return outcomes


def test_replays_against_full_runs() -> None:
    """In 1,500 random plans of up to 25 tasks, following the disturbance gives the same bits."""
    outcomes = hold_against_full(range(1500), 25, whole=False)
    assert outcomes[DONE] > 400
    assert outcomes[DONE_WHOLE] > 300
    # Each that gives up costs a full run.
    assert outcomes[GIVEN_UP] < 0.06 * outcomes.total()


def test_what_few_plans_show_against_full_runs() -> None:
    """Of 12,000 plans these two tell whether those who will finish at another time are foreseen."""
    assert hold_against_full((11528, 21237), 25, whole=False)[GIVEN_UP] == 0


def test_replays_against_full_runs_of_large_plans() -> None:
    """So it does in plans of up to 150 tasks."""
    outcomes = hold_against_full(range(5000, 5300), 150, whole=False)
    assert outcomes[DONE] > 80
    assert outcomes[DONE_WHOLE] > 50


def test_waking_everybody_against_full_runs() -> None:
    """Beginning in the middle with all tasks gives the same bits too."""
    assert hold_against_full(range(2000, 2800), 25, whole=True)[DONE_WHOLE] > 400


def test_replays_as_plain_python() -> None:
    """The replay's source gives the same without the compiler, and without a warning."""
    code = "from test_replay import hold_against_full as h; h(range(60), 25, whole=False)"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "error", "-c", code],
        cwd=Path(__file__).parent,
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def line_of(tasks: int, people: int) -> Plan:
    """Return tasks of 8 hours, each person's one after another, with a day off between any two."""
    needs = [{i % people: 1.0} for i in range(tasks)]
    release = [16.0 * (i // people) for i in range(tasks)]
    fields = plan_arrays([8.0] * tasks, needs=needs, capacity=[1.0] * people, release=release)
    return as_plan(fields)


@pytest.mark.parametrize("people", [2, 50])
def test_only_the_disturbed_wake(people: int) -> None:
    """An hour off one person's work is made up by the next gap: one task wakes, whoever else is.

    The next on the same person wakes too, as it opens before the first has been made up for.
    """
    run, found, woken = replayed(line_of(40 * people, people), [(0, 33.0, 34.0, 1.0)], [])
    assert run is not None
    assert found == {DONE: 1}
    assert run.finish[2 * people] == 41.0
    assert run.finish[3 * people] == 56.0
    assert woken == 1


def test_a_disturbance_before_time_begins_is_not_replayed() -> None:
    """There is nothing recorded before the first moment."""
    assert replayed(line_of(4, 1), [(0, -1.0, 4.0, 1.0)], [])[1] == {GIVEN_UP: 1}


@pytest.mark.parametrize("off", [-1e-10, 1e-10, 2e-9])
def test_a_moment_almost_that_of_another_is_not_replayed(off: float) -> None:
    """Where rounding could put two moments into one, the full run has to say."""
    plan = line_of(20, 1)
    assert replayed(plan, [(0, 8.0 + off, 12.0, 1.0)], [])[1] == {GIVEN_UP: 1}
    assert replayed(plan, [(0, 8.0, 12.0, 1.0)], [])[1] == {DONE: 1}


@pytest.mark.parametrize("uncertain", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_simulate_against_full_runs(seed: int, uncertain: bool) -> None:
    """Every figure is the same, to the bit, with runs made from their beginning."""
    portfolio, scenario = portfolio_and_scenario(seed)
    portfolio = doubtful(portfolio) if uncertain else portfolio
    service = str(portfolio.services["service"][0])
    chance = RandomIncidents(60, rates={service: 20.0}, median_hours=9, p90_hours=40)
    shaken = Scenario("Shaken", scenario.incidents, chance, 130, min_share=scenario.min_share)
    quick = simulate(portfolio, shaken, keep="tasks", threads=2)
    full = simulate(portfolio, shaken, keep="tasks", threads=1, full=True)
    for name, table in quick.tables.items():
        pd.testing.assert_frame_equal(table, full.tables[name], check_exact=True)
    for mine, other in ((quick.task_start, full.task_start), (quick.task_finish, full.task_finish)):
        assert mine is not None
        assert other is not None
        pd.testing.assert_frame_equal(mine, other, check_exact=True)
