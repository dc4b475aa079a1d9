"""Simulations that no memory can hold are told before they begin."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from crowds import portfolio_of

from svcimpact.errors import InvalidScenarioError
from svcimpact.incident import memory as module
from svcimpact.incident.actions import Action
from svcimpact.incident.memory import CHANGE, Room, bytes_per_run, machine_memory
from svcimpact.incident.scenario import Incident, RandomIncidents, Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.io import read
from svcimpact.portfolio import Portfolio

TINY = read(Path(__file__).parents[1] / "data" / "tiny")
INCIDENT = Incident("payments", start="2026-01-06 13:00", hours=26)


@pytest.mark.parametrize("runs", [10**10, 10**30, 10**400])
def test_too_many_runs_are_refused_at_once(runs: int) -> None:
    """A billion runs end in a sentence that says how many would fit, not in a crash."""
    with pytest.raises(InvalidScenarioError) as caught:
        simulate(TINY, INCIDENT, runs=runs)
    told = str(caught.value).splitlines()[1]
    assert told.startswith("scenario, runs: found 10,000,000,000" if runs == 10**10 else "scenario")
    assert "on this machine. Lower runs (10,000 are plenty)" in told


def test_the_number_of_runs_that_fit_fits() -> None:
    """The most runs that the message names take no more than there is, and little less."""
    scenario = Scenario(incidents=(INCIDENT,), runs=10**6)
    each = bytes_per_run(TINY, scenario)
    (row,) = Room(1e8, each).faults(scenario.runs)
    most = int(row["expected"].split()[2].replace(",", ""))
    assert 0.9e8 < most * each <= 1e8
    assert row["found"] == f"1,000,000, which take {each * 1e6 / 2**20:,.0f} MB of memory"


@pytest.mark.parametrize("rate", [1e9, 1e300])
def test_too_many_random_incidents_are_refused_at_once(rate: float) -> None:
    """A rate out by a million asks for more incidents than memory holds, even in one run."""
    chance = RandomIncidents(
        horizon_days=2500, rates={"payments": rate}, median_hours=1, p90_hours=2
    )
    (row,) = Room(2e9, bytes_per_run(TINY, Scenario(random_incidents=chance))).faults(1)
    assert row["expected"] == "fewer random incidents"
    told = "1, which take more than there is" if rate == 1e300 else "GB of memory"
    assert told in row["found"]


def test_usual_simulations_fit() -> None:
    """A portfolio of thousands of tasks takes less than a laptop has, for 10,000 runs."""
    assert not Room(2**30, bytes_per_run(TINY, Scenario(incidents=(INCIDENT,)))).faults(10_000)
    assert machine_memory() > 2**28


def one_by_one(tasks: int, struck: int) -> Portfolio:
    """Return tasks of one hour; the person who does the last ones supports the service."""
    ids = [f"T{i}" for i in range(tasks)]
    who = ["calm"] * (tasks - struck) + ["Ana"] * struck
    return portfolio_of(
        projects=[{"project": "P", "name": "P"}],
        tasks=[{"task": i, "project": "P", "duration_days": 0.125} for i in ids],
        resources=[{"resource": r, "capacity_fte": 1.0} for r in ("calm", "Ana")],
        assignments=[
            {"task": i, "resource": r, "units_fte": 1.0} for i, r in zip(ids, who, strict=True)
        ],
        services=[{"service": "S"}],
        support=[{"service": "S", "resource": "Ana", "incident_fte": 1.0}],
    )


BLOW = Incident("S", start=pd.Timestamp("2026-01-05 09:00"), hours=2)


def test_only_what_incidents_change_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 400 tasks an incident moves two in every run: that fits where 400 would not."""
    portfolio = one_by_one(400, 2)
    fixed = bytes_per_run(portfolio, Scenario(incidents=(BLOW,)))
    room = 10 * (fixed + 10 * CHANGE)
    assert room < 10 * 400 * CHANGE
    monkeypatch.setattr(module, "machine_memory", lambda: 2 * room)
    outcome = simulate(portfolio, BLOW, runs=10)
    assert (outcome.tasks["delay_mean_days"] > 0).sum() == 2


def test_too_many_changes_are_refused_by_the_first_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known before fits, what incidents turn out to change does not."""
    portfolio = one_by_one(400, 400)
    scenario = Scenario(incidents=(BLOW,), runs=100)
    fixed = bytes_per_run(portfolio, scenario)
    room = 10.5 * (fixed + 400 * CHANGE)
    assert not Room(room, fixed).faults(scenario.runs)
    monkeypatch.setattr(module, "machine_memory", lambda: 2 * room)
    with pytest.raises(InvalidScenarioError) as caught:
        simulate(portfolio, scenario)
    told = str(caught.value).splitlines()[1]
    assert told.startswith("scenario, runs: found 100, which take 3 MB of memory, expected at")
    assert "expected at most 10 on this machine" in told
    assert len(simulate(portfolio, scenario, runs=10).projects) == 1


def test_what_is_kept_of_every_task_is_known_before() -> None:
    """Start and finish of every task in every run take room, whatever incidents change."""
    scenario, portfolio = Scenario(incidents=(BLOW,)), one_by_one(400, 2)
    assert not Room(2e7, bytes_per_run(portfolio, scenario)).faults(10_000)
    assert Room(2e7, bytes_per_run(portfolio, scenario, "tasks")).faults(10_000)


def test_what_is_kept_of_every_task_counts_beside_what_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Room for either alone is too little for both."""
    portfolio = one_by_one(400, 400)
    scenario = Scenario(incidents=(BLOW,), runs=100)
    kept = bytes_per_run(portfolio, scenario, "tasks")
    room = 100.5 * max(kept, bytes_per_run(portfolio, scenario) + 400 * CHANGE)
    monkeypatch.setattr(module, "machine_memory", lambda: 2 * room)
    assert len(simulate(portfolio, scenario).projects) == 1
    assert Room.of(portfolio, scenario, "tasks").faults(100) == []
    with pytest.raises(InvalidScenarioError, match="on this machine"):
        simulate(portfolio, scenario, keep="tasks")


def test_what_a_decision_changes_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs with an action keep what they change beside what the same runs change without."""
    portfolio = one_by_one(400, 400)
    lever = Action("bring_in", resource="Ana", fte=0.5, start="2026-01-05 12:00")
    idle = Scenario(incidents=(BLOW,), runs=64)
    acted = replace(idle, actions=(lever,), decision_time="2026-01-05 12:00")
    room = 64 * (bytes_per_run(portfolio, idle) + 600 * CHANGE)
    monkeypatch.setattr(module, "machine_memory", lambda: 2 * room)
    simulate(portfolio, idle)
    with pytest.raises(InvalidScenarioError, match="on this machine"):
        simulate(portfolio, acted)


@pytest.mark.parametrize("made", [64, 1024])
def test_few_runs_do_not_tell_of_all(made: int) -> None:
    """Incidents that are rare and large are many in some 64 runs; what is held is sure."""
    room = Room(size=1e6 * CHANGE, each=0.0)
    room.check(100 * made, made, 10_000)
    room.check(190 * made, made, 10_000)
    if made > 1000:
        with pytest.raises(InvalidScenarioError, match="at most 4,700 on this machine"):
            room.check(210 * made, made, 10_000)
    else:
        room.check(210 * made, made, 10_000)
    with pytest.raises(InvalidScenarioError, match="MB of memory"):
        room.check(1_000_001, made, made)


@pytest.mark.parametrize(
    ("size", "told"),
    [(3e6, "3 MB"), (1.5e9, "1.4 GB"), (5e12, "4,657 GB"), (1e30, "more than there is")],
)
def test_memory_in_words(size: float, told: str) -> None:
    """A number that says something, whatever its size."""
    with pytest.raises(InvalidScenarioError, match=re.escape(told)):
        Room(size=1.0, each=size).check(0, 1, 1)
