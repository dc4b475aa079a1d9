"""What must hold for every portfolio whatever the figures: properties of `simulate`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
import shaken_portfolios
from hypothesis import given, settings
from hypothesis import strategies as st
from shaken_portfolios import FIRST_DAY, portfolio_and_scenario
from test_simulate import assert_same_bits

import svcimpact.incident.batches as module
from svcimpact.incident.disruption import MECHANISMS
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import RandomIncidents, Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.portfolio import Portfolio, build_portfolio

few = settings(max_examples=12, deadline=None)
SEEDS = st.integers(0, 10**6)
# Every hour of the wall clock is a working hour, so that time has a unit to change.
ALWAYS = {
    "hours_per_day": 24,
    "day_start": "00:00",
    "working_days": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    "timezone": "UTC",
}
IDS = {
    "project": ("projects", "tasks"),
    "task": ("tasks", "assignments", "changes"),
    "predecessor": ("links",),
    "successor": ("links",),
    "resource": ("resources", "assignments", "absences", "support"),
    "service": ("services", "support", "service_links", "changes", "freezes"),
    "needs": ("service_links",),
}
DATES = {
    "tasks": ("planned_start", "actual_start", "actual_finish"),
    "freezes": ("start", "end"),
}


def doubtful(portfolio: Portfolio) -> Portfolio:
    """Return the portfolio with the duration of every task uncertain."""
    days = portfolio.tasks["duration_days"]
    tasks = portfolio.tasks.assign(optimistic_days=days / 2, pessimistic_days=days * 3)
    return portfolio.with_tables(tasks=tasks)


def ends(outcome: Outcome) -> np.ndarray:
    """Return start and finish of every task with and without the incident."""
    held = [outcome.with_incident, outcome.levelled]
    frames = [frame for h in held for frame in (h.task_start, h.task_finish)]
    return np.array([frame.to_numpy() for frame in frames if frame is not None])


def same_runs(outcome: Outcome) -> None:
    """Hold the runs with the incident against those without, to the last bit."""
    late, calm = outcome.with_incident, outcome.levelled
    for name in ("project_finish", "task_start", "task_finish"):
        pd.testing.assert_frame_equal(getattr(late, name), getattr(calm, name), check_exact=True)


@few
@given(SEEDS)
def test_no_incident_is_the_baseline(seed: int) -> None:
    """Without an incident, or with all of its mechanisms off, both runs are one, to the bit."""
    portfolio, scenario = portfolio_and_scenario(seed)
    portfolio = doubtful(portfolio)
    for quiet in (
        replace(scenario, incidents=(), runs=5),
        replace(scenario, without=MECHANISMS, runs=5),
    ):
        outcome = simulate(portfolio, quiet, keep="tasks")
        same_runs(outcome)
        assert (outcome.projects["delay_mean_days"].dropna() == 0).all()
        assert (outcome.projects["chance_delayed"].dropna() == 0).all()


@few
@given(SEEDS)
def test_work_is_conserved(seed: int) -> None:
    """Hours worked = hours left at the status date + resume hours for every interruption."""
    portfolio, scenario = portfolio_and_scenario(seed)
    outcome = simulate(portfolio, scenario, keep="tasks")
    tasks = portfolio.tasks.set_index("task")
    left = tasks["duration_days"] * portfolio.settings.hours_per_day
    if portfolio.settings.status_date is not None:
        begun = tasks["actual_start"].notna()
        left = left.where(~begun, left * (1 - tasks["done_fraction"].fillna(0)))
        left = left.where(tasks["actual_finish"].isna(), 0)
    stops = outcome.tasks.set_index("task")["interruptions_mean"]
    parts = outcome.segments.assign(
        hours=lambda s: s["share"] * (s["finish_hours"] - s["start_hours"])
    )
    now = (
        0.0
        if portfolio.settings.status_date is None
        else portfolio.calendar.hours(portfolio.settings.status_date)
    )
    parts = parts[parts["finish_hours"] > now + 1e-9]
    parts = parts.assign(
        hours=parts["share"] * (parts["finish_hours"] - np.maximum(parts["start_hours"], now))
    )
    worked = parts[parts["case"] == "incident"].groupby("task")["hours"].sum()
    owed = left + scenario.resume_hours * stops
    pd.testing.assert_series_equal(
        worked.reindex(owed.index, fill_value=0.0), owed, check_names=False, rtol=0, atol=1e-6
    )


@few
@given(SEEDS, st.randoms(use_true_random=False))
def test_relabelling(seed: int, random: Any) -> None:
    """Other ids change no bit; other rows, where they break no tie, none that anybody sees."""
    portfolio, scenario = portfolio_and_scenario(seed)
    plain = simulate(portfolio, scenario, keep="tasks")
    tables = {name: frame.copy() for name, frame in portfolio.tables.items()}
    known = sorted({i for n in ("projects", "tasks", "resources", "services")
                    for i in tables[n].iloc[:, 0]})  # fmt: skip
    fresh = [f"id-{n}" for n in range(len(known))]
    random.shuffle(fresh)
    names = dict(zip(known, fresh, strict=True))
    for column, among in IDS.items():
        for table in among:
            tables[table][column] = tables[table][column].map(names, na_action="ignore")
    incidents = tuple(replace(i, service=names[i.service]) for i in scenario.incidents)
    other = replace(scenario, incidents=incidents)
    moved = simulate(build_portfolio(portfolio.settings, tables), other, keep="tasks")
    np.testing.assert_array_equal(ends(moved), ends(plain))
    for table in ("resources", "services"):
        one, two = (getattr(o, table).select_dtypes("number") for o in (plain, moved))
        pd.testing.assert_frame_equal(two, one, check_exact=True)
    for name in set(tables) - {"tasks"}:
        order = list(range(len(tables[name])))
        random.shuffle(order)
        tables[name] = tables[name].iloc[order].reset_index(drop=True)
    mixed = simulate(build_portfolio(portfolio.settings, tables), other, keep="tasks")
    np.testing.assert_allclose(ends(mixed), ends(plain), rtol=0, atol=1e-6)


@few
@given(SEEDS, st.sampled_from((2, 3, 5)))
def test_unit_of_time(seed: int, factor: int) -> None:
    """With all that has a length or a date stretched, so are all starts and finishes."""
    with patch.object(shaken_portfolios, "CALENDARS", (ALWAYS,)):
        portfolio, scenario = portfolio_and_scenario(seed)
    plain = simulate(portfolio, scenario, keep="tasks")

    def later(when: Any) -> Any:
        return FIRST_DAY + factor * (when - FIRST_DAY)

    tables = {name: frame.copy() for name, frame in portfolio.tables.items()}
    for table, columns in DATES.items():
        for column in columns:
            tables[table][column] = later(tables[table][column])
    day, away = pd.Timedelta(days=1), tables["absences"]
    tables["absences"] = away.assign(start=later(away["start"]), end=later(away["end"] + day) - day)
    tables["tasks"]["duration_days"] *= factor
    tables["links"]["lag_days"] *= factor
    incidents = tuple(
        replace(
            i,
            start=later(i.start),
            hours=factor * (i.hours or 0),
            aftermath_hours=factor * i.aftermath_hours,
            freeze_after_hours=factor * i.freeze_after_hours,
        )
        for i in scenario.incidents
    )
    status = portfolio.settings.status_date
    told = replace(portfolio.settings, status_date=None if status is None else later(status))
    longer = replace(scenario, incidents=incidents, resume_hours=factor * scenario.resume_hours)
    moved = simulate(build_portfolio(told, tables), longer, keep="tasks")
    np.testing.assert_allclose(ends(moved), factor * ends(plain), rtol=0, atol=1e-6)
    stops = "interruptions_mean"
    np.testing.assert_array_equal(moved.tasks[stops], plain.tasks[stops])


@pytest.mark.parametrize("sampling", ["random", "latin-hypercube"])
@few
@given(SEEDS, st.sampled_from((1, 7, 64, 1000)), st.integers(1, 4))
def test_threads_and_batches(sampling: str, seed: int, batch: int, threads: int) -> None:
    """However the runs are cut and whoever does them, no figure moves by a bit."""
    portfolio, scenario = portfolio_and_scenario(seed)
    portfolio = doubtful(portfolio)
    service = str(portfolio.services["service"][0])
    chance = RandomIncidents(30, rates={service: 40.0}, median_hours=9, p90_hours=40)
    shaken = Scenario(
        "Shaken", scenario.incidents, chance, 90, min_share=scenario.min_share, sampling=sampling
    )
    plain = simulate(portfolio, shaken, keep="tasks")
    with patch.object(module, "BATCH", batch):
        assert_same_bits(simulate(portfolio, shaken, keep="tasks", threads=threads), plain)
