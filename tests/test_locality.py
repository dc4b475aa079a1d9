"""A project with people and services of its own changes no figure of the others by a bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np
import pandas as pd
import pytest
from shaken_portfolios import portfolio_and_scenario

from svcimpact.graph import blast_radius_table, shared_resources, single_points_of_failure
from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.planning.level import level
from svcimpact.planning.load import weekly_load
from svcimpact.planning.overload import over_allocation
from svcimpact.portfolio import Portfolio, build_portfolio

IDS = ("project", "task", "predecessor", "successor", "resource", "service", "needs")
DATES = ["actual_start", "actual_finish", "done_fraction"]


def doubtful(portfolio: Portfolio, seed: int) -> dict[str, pd.DataFrame]:
    """Return the tables, the duration of every other task uncertain; of some portfolios, none."""
    tables = {name: frame.copy() for name, frame in portfolio.tables.items()}
    if seed % 3:
        tasks = tables["tasks"]
        days = tasks["duration_days"].where(tasks.index % 2 == 0)
        tables["tasks"] = tasks.assign(optimistic_days=days / 3, pessimistic_days=days * 7 / 3)
    return tables


def stranger(seed: int) -> tuple[dict[str, pd.DataFrame], tuple[Incident, ...]]:
    """Return tables and incidents of which nothing is shared: other ids, no freeze of all."""
    portfolio, scenario = portfolio_and_scenario(seed)
    tables = doubtful(portfolio, seed)
    tables["tasks"] = tables["tasks"].drop(columns=DATES)
    tables["assignments"] = tables["assignments"].assign(units_fte=lambda t: t["units_fte"] / 2)
    tables["freezes"] = tables["freezes"].dropna(subset=["service"])
    for frame in tables.values():
        for column in set(IDS) & set(frame.columns):
            frame[column] = "other-" + frame[column]
    incidents = tuple(replace(i, service=f"other-{i.service}") for i in scenario.incidents)
    return tables, incidents


def mixed(one: pd.DataFrame, other: pd.DataFrame, random: Random) -> pd.DataFrame:
    """Return the rows of both, each in their order, shuffled into each other."""
    if one.empty or other.empty:
        return one if other.empty else other
    sides = [0] * len(one) + [1] * len(other)
    random.shuffle(sides)
    rows = [iter(frame.to_dict("records")) for frame in (one, other)]
    return pd.DataFrame([next(rows[side]) for side in sides], columns=one.columns, dtype=object)


def uncertain(incidents: tuple[Incident, ...], seed: int) -> tuple[Incident, ...]:
    """Return the incidents, every second one of uncertain length."""
    return tuple(
        replace(i, hours=None, median_hours=5.0 + k, p90_hours=50.0) if (k + seed) % 2 else i
        for k, i in enumerate(incidents)
    )


def both(seed: int) -> tuple[tuple[Portfolio, Scenario], tuple[Portfolio, Scenario]]:
    """Return a portfolio alone and beside a stranger, each with its incidents."""
    random = Random(seed)  # noqa: S311 (numbers for a test)
    portfolio, scenario = portfolio_and_scenario(seed)
    tables = doubtful(portfolio, seed)
    alone = build_portfolio(portfolio.settings, tables)
    others, more = stranger(seed + 500)
    together = build_portfolio(
        portfolio.settings, {name: mixed(tables[name], others[name], random) for name in tables}
    )
    mine, theirs = uncertain(scenario.incidents, seed), uncertain(more, seed + 1)
    few = replace(scenario, incidents=mine, runs=30)
    order = [*mine, *theirs]
    if seed % 2:
        order = [*theirs, *mine]
    return (alone, few), (together, replace(few, incidents=tuple(order)))


def same(alone: pd.DataFrame, together: pd.DataFrame, what: str) -> None:
    """Hold the rows that are there alone against those among others, to the last bit."""
    key = next(column for column in reversed(IDS) if column in alone.columns)
    known = ~together[key].str.startswith("other-")
    kept = together[known].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, alone, check_exact=True, obj=what)


@pytest.mark.parametrize("seed", range(12))
def test_a_stranger_moves_no_bit(seed: int) -> None:
    """Rows, people, services, incidents and doubts of others put anywhere change no figure."""
    (alone, few), (together, many) = both(seed)
    one, two = simulate(alone, few, keep="tasks"), simulate(together, many, keep="tasks")
    for name in ("projects", "tasks", "resources", "services", "incidents", "segments", "takes"):
        same(one.tables[name], two.tables[name], name)
    for left, right in ((one.with_incident, two.with_incident), (one.levelled, two.levelled)):
        for frame in ("project_finish", "task_start", "task_finish"):
            mine, theirs = getattr(left, frame), getattr(right, frame)
            np.testing.assert_array_equal(theirs[mine.columns], mine)


@pytest.mark.parametrize("seed", range(12))
def test_a_stranger_moves_no_bit_of_plans_and_people(seed: int) -> None:
    """Load, conflicts, shared people and blast radius of others are none of ours."""
    (alone, few), (together, _) = both(seed)
    for table in ("weeks", "competitors", "summary"):
        same(
            getattr(over_allocation(alone), table), getattr(over_allocation(together), table), table
        )
    load, more = weekly_load(alone), weekly_load(together)
    kept = load[["resource", "week"]].merge(more, how="left")[load.columns]
    pd.testing.assert_frame_equal(kept, load, check_exact=True)
    struck = few.incidents[0].service
    lookups: tuple[Callable[[Portfolio], pd.DataFrame], ...] = (
        shared_resources,
        lambda p: blast_radius_table(p, struck),
    )
    for lookup in lookups:
        same(lookup(alone), lookup(together), "graph")
    # A hub is one by its share of all services; whatever else is a weak point stays one.
    points = [single_points_of_failure(p) for p in (alone, together)]
    ours = points[0][points[0]["kind"] != "hub"]
    assert len(ours) == len(ours.merge(points[1], how="inner"))


@pytest.mark.parametrize("seed", range(8))
def test_a_stranger_moves_no_bit_of_a_levelled_plan(seed: int) -> None:
    """By every rule, improved or not, dates and costs are those without the others."""
    (alone, few), (together, _) = both(seed)
    for improve in (None, "forward_backward"):
        one, two = (
            level(p, improve=improve, min_share=few.min_share, resume_hours=few.resume_hours)
            for p in (alone, together)
        )
        same(one.projects, two.projects, "projects")
        same(one.tasks, two.tasks, "tasks")
