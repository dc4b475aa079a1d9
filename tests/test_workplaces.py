"""What simulations of one plan have in common is made once, and leaves no trace in any of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pytest
from crowds import portfolio_of

from svcimpact.engine.plan import compile_plan
from svcimpact.engine.program import lay_out
from svcimpact.errors import InvalidScenarioError
from svcimpact.incident import batches
from svcimpact.incident import workplaces as module
from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.io import read
from svcimpact.portfolio import Portfolio

DATA = Path(__file__).parents[1] / "data"
SCENARIO = Scenario.read(DATA / "meridian" / "payments-down.toml")


def certain(portfolio: Portfolio) -> Portfolio:
    """Return the portfolio with durations that are certain."""
    tasks = portfolio.tasks.copy()
    tasks["optimistic_days"] = tasks["pessimistic_days"] = tasks["duration_days"]
    return replace(portfolio, tasks=tasks)


def figures(portfolio: Portfolio, scenario: Scenario, threads: int = 1) -> pd.DataFrame:
    """Return all figures of tasks and projects."""
    outcome = simulate(portfolio, scenario, threads=threads)
    return pd.concat([outcome.tasks, outcome.projects])


def scenarios() -> list[Scenario]:
    """Return scenarios that differ in their rules, sizes, seeds, and in what is decided."""
    few = replace(SCENARIO, runs=70)
    other = Incident("identity", severity=1, start="2026-03-11 09:00", hours=60)
    return [
        few,
        replace(few, incidents=(other,)),
        replace(few, min_share=1.0),
        replace(few, resume_hours=0.0, seed=5),
        replace(few, incidents=(*few.incidents, other)),
        few,
    ]


def fresh_starts(portfolios: list[Portfolio], used: Portfolio, asked: list[Scenario]) -> None:
    """Ask one portfolio for all in turn, on two threads, and each of the others for one."""
    for portfolio, scenario in zip(portfolios, asked, strict=True):
        expected = figures(portfolio, scenario)
        for threads in (1, 2):
            found = figures(used, scenario, threads)
            pd.testing.assert_frame_equal(found, expected, check_exact=True)


@pytest.mark.parametrize("uncertain", [True, False])
def test_the_second_answer_is_that_of_a_fresh_start(uncertain: bool) -> None:
    """Whatever was simulated before, figures are those of a portfolio that was just read."""
    asked = scenarios()
    portfolios = [read(DATA / "meridian") for _ in range(len(asked) + 1)]
    if not uncertain:
        portfolios = [certain(portfolio) for portfolio in portfolios]
    fresh_starts(portfolios[1:], portfolios[0], asked)


def two_people() -> Portfolio:
    """Return two tasks at once for Ana, who ends the project, and a short one for Ben."""
    who = {"A": ("Ana", 0.6, 3.0), "B": ("Ana", 0.6, 3.0), "C": ("Ben", 1.0, 1.0)}
    return portfolio_of(
        projects=[{"project": "P", "name": "P"}],
        tasks=[
            {"task": t, "project": "P", "duration_days": days} for t, (_, _, days) in who.items()
        ],
        resources=[{"resource": name, "capacity_fte": 1.0} for name in ("Ana", "Ben")],
        assignments=[
            {"task": task, "resource": name, "units_fte": fte}
            for task, (name, fte, _) in who.items()
        ],
        services=[{"service": "S"}],
        support=[{"service": "S", "resource": "Ben", "incident_fte": 1.0}],
    )


def test_two_people_asked_again_and_again() -> None:
    """With another least share Ana ends at another time, whatever befalls Ben."""
    blow = Incident("S", start="2026-01-05 10:00", hours=5)
    first = Scenario(incidents=(blow,), runs=70)
    more = replace(first, incidents=(blow, replace(blow, start="2026-01-06 10:00")))
    asked = [first, replace(first, min_share=1.0), more, replace(first, min_share=1.0), first]
    fresh_starts([two_people() for _ in asked], two_people(), asked)


def test_room_is_taken_again_by_whom_it_is_large_enough_for() -> None:
    """As it was at first, and by nobody else meanwhile."""
    program = lay_out(compile_plan(read(DATA / "tiny")))
    places = module.workplaces(program)
    first = places.take(program, 1, 2)
    first.work.tasks.hours = 99.0
    places.give_back(program, first)
    assert places.take(program, 1, 1) is first
    assert first.work.tasks.hours.tolist() == program.hours.tolist()
    assert places.take(program, 1, 2) is not first
    places.give_back(program, first)
    assert places.take(program, 2, 2) is not first


def test_room_in_which_a_run_broke_off_is_not_given_back() -> None:
    """Its tasks may be awake, and its lists half full."""
    portfolio = two_people()
    blow = Scenario(incidents=(Incident("S", start="2026-01-05 10:00", hours=5),), runs=10)
    simulate(portfolio, blow)
    places = module.workplaces(lay_out(compile_plan(portfolio)))
    kept = list(places._free)
    assert len(kept) == 1
    with (
        patch.object(batches, "run_many", lambda *_: 0),
        pytest.raises(InvalidScenarioError, match="cannot finish"),
    ):
        simulate(portfolio, blow)
    assert places._free == []


def test_what_all_have_in_common_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slider asks for the same plan again and again; a plan too large is made anew."""
    made = []
    real = module.make_work
    monkeypatch.setattr(
        module, "make_work", lambda *args, **kwargs: made.append(1) or real(*args, **kwargs)
    )
    # A plan too large to be kept has room made for the run without incidents and for the others.
    for up_to, expected in ((20_000, 1), (5, 4)):
        monkeypatch.setattr(module, "KEPT_UP_TO", up_to)
        portfolio = certain(read(DATA / "meridian"))
        made.clear()
        for hours in (20, 30):
            blow = Incident("payments", start="2026-03-09 10:00", hours=hours)
            simulate(portfolio, blow, runs=200, threads=1)
        assert len(made) == expected
