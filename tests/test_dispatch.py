"""Dispatch rules: orders worked out by hand, and what must hold for every order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from feasible import violations
from paper import assigned, paper, people, tasks
from random_plans import random_case
from test_critical import plan_of

from svcimpact.engine.dispatch import RULES, Stakes, dispatch_order
from svcimpact.engine.plan import compile_plan
from svcimpact.engine.runs import run_once
from svcimpact.portfolio import Portfolio


def three_projects() -> Portfolio:
    """Return three projects that all want Ana: 16 + 8 h, 8 h due on Tuesday, and 12 with 4 h."""
    return paper(
        projects=[
            {"project": "A", "cost_of_delay_per_day": 100},
            {"project": "B", "cost_of_delay_per_day": 40, "due": "2026-01-06"},
            {"project": "C", "cost_of_delay_per_day": 96},
        ],
        tasks=[
            *tasks(("a1", 16), ("a2", 8), project="A"),
            *tasks(("b1", 8), project="B"),
            *tasks(("c1", 12), ("c2", 4), project="C"),
        ],
        links=[{"predecessor": "a1", "successor": "a2"}],
        resources=people(ana=1),
        assignments=assigned(a1="ana", a2="ana", b1="ana", c1="ana", c2="ana"),
    )


# Late starts 0, 16, 8, 12, 20; late finishes 16, 24, 16, 24, 24; floats 0, 0, 8, 12, 20;
# money an hour 100/24, 40/8, 96/16; lengths 24, 8, 12.
BY_HAND = {
    "plan": "a1 a2 b1 c1 c2",
    "lst": "a1 b1 c1 a2 c2",
    "lft": "a1 b1 a2 c1 c2",
    "least_float": "a1 a2 b1 c1 c2",
    "cost_of_delay": "c1 c2 b1 a1 a2",
    "shortest_project": "b1 c1 c2 a1 a2",
}


@pytest.mark.parametrize("rule", RULES)
def test_orders_by_hand(rule: str) -> None:
    """Every rule puts the five tasks in the order found on paper."""
    portfolio = three_projects()
    order = dispatch_order(Stakes.of(portfolio, compile_plan(portfolio)), rule)
    assert " ".join(portfolio.tasks["task"].iloc[order]) == BY_HAND[rule]


def test_due_dates_and_costs_come_from_the_tables() -> None:
    """A project is due at the end of its day; one without a date has none."""
    portfolio = three_projects()
    stakes = Stakes.of(portfolio, compile_plan(portfolio))
    np.testing.assert_array_equal(stakes.due, [np.nan, 16.0, np.nan])
    np.testing.assert_array_equal(stakes.cost_of_delay, [100.0, 40.0, 96.0])


def test_what_is_done_counts_no_more() -> None:
    """On Wednesday the long project is the shortest and the dearest per hour of what is left."""
    portfolio = three_projects()
    frame = portfolio.tasks.copy()
    frame.loc[0, "actual_start"] = "2026-01-05T09:00"
    frame.loc[0, "done_fraction"] = 0.875
    frame.loc[1, "duration_days"] = 0.25
    settings = replace(portfolio.settings, status_date=pd.Timestamp("2026-01-07 09:00"))
    later = replace(portfolio, settings=settings).with_tables(tasks=frame)
    stakes = Stakes.of(later, compile_plan(later))
    # 2 + 2 h of 100 a day are left, against 8 h and 12 h.
    for rule in ("shortest_project", "cost_of_delay"):
        assert dispatch_order(stakes, rule).tolist()[:2] == [0, 1], rule


def test_ties_stay_in_plan_order() -> None:
    """What a rule finds equal goes by priority, planned start and row."""
    portfolio = paper(
        projects=[{"project": "P", "priority": 2}, {"project": "Q", "priority": 1}],
        tasks=[*tasks(("p1", 8), ("p2", 8)), *tasks(("q1", 8), project="Q")],
        resources=people(ana=1),
        assignments=assigned(p1="ana", p2="ana", q1="ana"),
    )
    stakes = Stakes.of(portfolio, compile_plan(portfolio))
    for rule in RULES:
        assert dispatch_order(stakes, rule).tolist() == [2, 0, 1], rule


def drawn(seed: int) -> tuple[Stakes, float]:
    """Draw a plan of three projects, some of them due, and its least share."""
    fields, _, _, options = random_case(seed)
    random = np.random.default_rng(seed)
    plan = plan_of(fields, random.integers(0, 3, len(fields["hours"])).tolist())
    due = np.where(random.random(3) < 0.5, random.uniform(0, 60, 3), np.nan)
    return Stakes(plan, due, random.choice([0.0, 100.0, 250.0], 3)), options["min_share"]


@pytest.mark.parametrize("seed", range(60))
def test_every_order_is_of_all_tasks_and_gives_a_feasible_schedule(seed: int) -> None:
    """Whatever the rule, each task comes once, and the run breaks no rule of the model."""
    stakes, share = drawn(seed)
    for rule in RULES:
        order = dispatch_order(stakes, rule)
        assert sorted(order.tolist()) == list(range(len(stakes.plan.hours)))
        plan = replace(stakes.plan, dispatch=order)
        run = run_once(plan, min_share=share, trace=True)
        assert violations(plan, run, min_share=share) == []


@pytest.mark.parametrize("seed", range(20))
def test_another_unit_of_time_changes_no_order(seed: int) -> None:
    """In minutes the same tasks come first as in hours."""
    stakes, _ = drawn(seed)
    times = ("hours", "release", "link_lag", "began", "ended", "now")
    minutes = {name: getattr(stakes.plan, name) * 60 for name in times}
    scaled = Stakes(replace(stakes.plan, **minutes), stakes.due * 60, stakes.cost_of_delay)
    for rule in RULES:
        assert dispatch_order(stakes, rule).tolist() == dispatch_order(scaled, rule).tolist()


def test_an_unknown_rule_is_a_key_error() -> None:
    """Callers check names; here a wrong one is a bug."""
    stakes, _ = drawn(1)
    with pytest.raises(KeyError, match="fifo"):
        dispatch_order(stakes, "fifo")


def test_nothing_to_order() -> None:
    """A plan without tasks has an empty order by every rule."""
    portfolio = paper(projects=[{"project": "P"}])
    stakes = Stakes.of(portfolio, compile_plan(portfolio))
    for rule in RULES:
        assert dispatch_order(stakes, rule).tolist() == []
