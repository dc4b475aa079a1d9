"""Crossed scenarios: every combination once, and every fault of any of them at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from paper import assigned, paper, people, staff, tasks
from small_tables import built

from svcimpact.errors import InvalidScenarioError, describe
from svcimpact.incident.crossing import cross, ready
from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.portfolio import Portfolio

START = "2026-01-06 10:00"
MONDAY = "2026-01-05 10:00"
FIXED = Incident("orders", start="2020-01-01", hours=4, aftermath_hours=8, aftermath_share=0.5)
TWO = (Incident("payments", start=START, hours=4), Incident("orders", start=START, hours=9))


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    return built()


def crossed_faults(portfolio: Portfolio, **given: Any) -> list[str]:
    with pytest.raises(InvalidScenarioError, match=r"^The scenarios cannot be made\.") as caught:
        cross(portfolio, **{"starts": START, "template": FIXED, **given})
    return describe(caught.value.faults)


def ready_faults(portfolio: Portfolio, scenarios: object, **given: Any) -> list[str]:
    with pytest.raises(InvalidScenarioError, match=r"^The sweep cannot be run\.") as caught:
        ready(portfolio, scenarios, **{"runs": None, "seed": None, **given})
    return describe(caught.value.faults)


def test_every_combination_comes_once(portfolio: Portfolio) -> None:
    """Services x severities x starts x templates, in that order, named so."""
    starts = pd.date_range(START, periods=2, freq="7D")
    levers = {"as is": FIXED, "no freeze": Scenario(incidents=(FIXED,), without=("freeze",))}
    made = cross(portfolio, starts=starts, severities=[1, 3], template=levers)
    assert len(made) == 2 * 2 * 2 * 2
    assert [s.name for s in made[:3]] == [
        "payments, severity 1, 2026-01-06 10:00, as is",
        "payments, severity 1, 2026-01-06 10:00, no freeze",
        "payments, severity 1, 2026-01-13 10:00, as is",
    ]
    assert len({s.name for s in made}) == len(made)
    assert {s.incidents[0].service for s in made} == {"payments", "orders"}
    assert {s.incidents[0].severity for s in made} == {1, 3}
    assert {s.incidents[0].start for s in made} == set(starts)
    assert [s.without for s in made[:2]] == [(), ("freeze",)]


def test_a_template_keeps_the_rest() -> None:
    """Only service, severity and start vary; aftermath, rules and other incidents stay."""
    portfolio = built()
    made = cross(portfolio, services="payments", starts=START, severities=2, template=FIXED)
    assert made[0].incidents == (
        replace(FIXED, service="payments", severity=2, start=pd.Timestamp(START)),
    )
    base = Scenario("Base", TWO, runs=7, seed=3, min_share=0.7, resume_hours=2)
    (one,) = cross(portfolio, services="orders", starts=date(2026, 1, 8), template=base)
    first = replace(TWO[0], service="orders", start=pd.Timestamp("2026-01-08"))
    title = "orders, severity 1, 2026-01-08 00:00"
    assert one == replace(base, name=title, incidents=(first, TWO[1]))


def test_one_alone_and_repeats_are_welcome(portfolio: Portfolio) -> None:
    """One service, severity or start need not stand in a list; repeats count once."""
    alone = cross(portfolio, services="orders", severities=1, starts=START, template=FIXED)
    listed = cross(
        portfolio,
        services=["orders", "orders"],
        severities=np.array([1, 1]),
        starts=[START, START],
        template=FIXED,
    )
    assert alone == listed
    assert type(listed[0].incidents[0].severity) is int


def test_by_default_the_log_tells_how_long(portfolio: Portfolio) -> None:
    """Without a template the restoration time is fitted to the incident log."""
    made = cross(portfolio, starts=START)
    assert all(s.incidents[0].from_log for s in made)
    assert "at least 8" in ready_faults(portfolio, made)[0]


def test_names_tell_the_portfolio_s_wall_clock() -> None:
    """A start with an offset is named as the portfolio's people see it."""
    berlin = built({"timezone": "Europe/Berlin"})
    made = cross(berlin, services="orders", starts="2026-07-01T23:30Z", template=FIXED)
    assert made[0].name == "orders, severity 1, 2026-07-02 01:30"


def test_every_wrong_choice_is_told_at_once(portfolio: Portfolio) -> None:
    """Unknown services, levels, starts and templates come together, with their cures."""
    assert crossed_faults(
        portfolio,
        services=["paymets", 5],
        severities=[4, "high"],
        starts=["03/04/2026", None],
        template={"a": FIXED, "b": "x", "c": Scenario("empty")},
    ) == [
        "services: found 'paymets', expected the id of a service; did you mean 'payments'?",
        "services: found 5, expected the id of a service.",
        "severities: found 4, expected one of 1, 2, 3.",
        "severities: found 'high', expected one of 1, 2, 3.",
        "starts: found '03/04/2026', expected a date and time. Write it as 2026-03-09 10:00.",
        "starts: found None, expected a date and time. Write it as 2026-03-09 10:00.",
        "template 'b': found 'x', expected an Incident, or a Scenario with at least one.",
        "template 'c': found a scenario without incidents, expected an Incident, or a Scenario "
        "with at least one.",
    ]
    assert crossed_faults(portfolio, template=3) == [
        "template: found 3, expected an Incident, or a Scenario with at least one."
    ]


def test_nothing_to_cross_is_told(portfolio: Portfolio) -> None:
    """An empty choice is a slip; so is a portfolio without services."""
    assert crossed_faults(portfolio, starts=[]) == ["starts: found none, expected at least one."]
    bare = paper(projects=[{"project": "P"}])
    assert crossed_faults(bare, severities=[], template={}) == [
        "services: found none, expected at least one.",
        "severities: found none, expected at least one.",
        "templates: found none, expected at least one.",
    ]
    assert crossed_faults(bare, services="payments")[0] == (
        "services: found 'payments', expected a service, but the portfolio has none."
    )


def test_scenarios_are_made_ready(portfolio: Portfolio) -> None:
    """Names come from keys, runs and seed from the call, starts to the wall clock."""
    local = Incident("orders", start="2026-01-06T10:00+02:00", hours=1)
    given = {"a": Scenario("x", (local,), seed=9), "b": Scenario("x", TWO)}
    found = ready(portfolio, given, runs=5, seed=None)
    assert [(s.name, s.runs, s.seed) for s in found] == [("a", 5, 9), ("b", 5, 1)]
    assert found[0].incidents[0].start == pd.Timestamp("2026-01-06 08:00")
    assert ready(portfolio, iter([given["a"]]), runs=None, seed=4)[0].seed == 4


def test_faults_of_all_scenarios_come_at_once(portfolio: Portfolio) -> None:
    """Every fault stands under the name of its scenario."""
    bad = Scenario("bad", (TWO[0], Incident("order", start=START, severity=9, from_log=True)))
    twice = Scenario("twice", TWO)
    assert ready_faults(portfolio, [bad, twice, twice, FIXED]) == [
        "scenario 'twice': found 2 scenarios of this name, expected names of their own. Rename "
        "them, or give a mapping of names to scenarios.",
        "scenario 'bad', incident 2, service: found 'order', expected the id of a service; did "
        "you mean 'orders'?",
        "scenario 'bad', incident 2, severity: found 9, expected one of 1, 2, 3. Give it a share "
        "in the severity setting of the portfolio.",
        "scenario 'bad', incident 2, from_log: found 0 closed incidents in the log, expected at "
        "least 8. Give median_hours and p90_hours instead.",
        f"scenario '4': found {FIXED!r}, expected a Scenario. Write Scenario('name', (incident,)).",
    ]


def test_tasks_that_can_never_start_are_told_per_scenario() -> None:
    """A rule that no task can meet is found before anything runs, under each scenario."""
    portfolio = paper(
        projects=[{"project": "P"}],
        tasks=tasks(("a", 8), ("b", 8)),
        resources=people(ana=0.6),
        assignments=assigned(a="ana", b="ana:0.5"),
        services=[{"service": "S"}],
        support=staff(("S", "ana", 0, 0.5)),
    )
    strict = Scenario("strict", (Incident("S", start=MONDAY, hours=1),), min_share=1.0)
    assert ready(portfolio, [replace(strict, min_share=0.5)], runs=None, seed=None)
    given = {"x": strict, "y": strict, "z": replace(strict, min_share=0.5)}
    assert ready_faults(portfolio, given) == [
        f"scenario '{name}', min_share: found 'a', which can never start or go on, expected 1 of "
        "its units within its resources' project capacity. Lower units_fte, raise capacity_fte, "
        "or lower min_share."
        for name in ("x", "y")
    ]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ([], "scenarios: found none, expected at least one."),
        ({}, "scenarios: found none, expected at least one."),
        ("all", "scenarios: found 'all', expected a list or mapping of scenarios."),
        (7, "scenarios: found 7, expected a list or mapping of scenarios."),
    ],
)
def test_no_scenarios_is_told(portfolio: Portfolio, given: object, line: str) -> None:
    """Nothing to run, or something else than scenarios, is said in a line."""
    assert ready_faults(portfolio, given) == [line]


def test_runs_that_cannot_be_are_told_once(portfolio: Portfolio) -> None:
    """What is wrong for all scenarios is not repeated for each."""
    many = {str(n): Scenario("x", TWO) for n in range(30)}
    with pytest.raises(InvalidScenarioError) as caught:
        ready(portfolio, many, runs=0, seed=-1)
    assert describe(caught.value.faults) == [
        "scenario, runs: found 0, expected a whole number, 1 or more.",
        "scenario, seed: found -1, expected a whole number, 0 or more.",
    ]
