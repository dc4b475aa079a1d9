"""Simulations that no memory can hold are told before they begin."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from crowds import portfolio_of

from svcimpact.errors import InvalidScenarioError
from svcimpact.incident import simulate as module
from svcimpact.incident.memory import CHANGE, bytes_per_run, machine_memory, memory_faults
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
    (row,) = memory_faults(TINY, scenario, room=1e8)
    most = int(row["expected"].split()[2].replace(",", ""))
    each = bytes_per_run(TINY, scenario)
    assert 0.9e8 < most * each <= 1.05e8
    assert row["found"] == f"1,000,000, which take {each * 1e6 / 2**30:.1f} GB of memory"


@pytest.mark.parametrize("rate", [1e9, 1e300])
def test_too_many_random_incidents_are_refused_at_once(rate: float) -> None:
    """A rate out by a million asks for more incidents than memory holds, even in one run."""
    chance = RandomIncidents(
        horizon_days=2500, rates={"payments": rate}, median_hours=1, p90_hours=2
    )
    (row,) = memory_faults(TINY, Scenario(random_incidents=chance, runs=1), room=2e9)
    assert row["expected"] == "fewer random incidents"
    told = "1, which take more than there is" if rate == 1e300 else "GB of memory"
    assert told in row["found"]


def test_usual_simulations_fit() -> None:
    """A portfolio of thousands of tasks takes less than a laptop has, for 10,000 runs."""
    assert not memory_faults(TINY, Scenario(incidents=(INCIDENT,), runs=10_000), room=2**30)
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
    room = 10 * 400 * CHANGE
    assert not memory_faults(portfolio, scenario, room=room)
    monkeypatch.setattr(module, "machine_memory", lambda: 2 * room)
    with pytest.raises(InvalidScenarioError) as caught:
        simulate(portfolio, scenario)
    told = str(caught.value).splitlines()[1]
    assert told.startswith("scenario, runs: found 100, which take 0.0 GB of memory, expected at")
    assert "at most 10 on this machine" in told
    assert len(simulate(portfolio, scenario, runs=10).projects) == 1


def test_what_is_kept_of_every_task_is_known_before() -> None:
    """Start and finish of every task in every run take room, whatever incidents change."""
    scenario, portfolio = Scenario(incidents=(BLOW,), runs=10_000), one_by_one(400, 2)
    assert not memory_faults(portfolio, scenario, room=2e7)
    assert memory_faults(portfolio, scenario, "tasks", room=2e7)
