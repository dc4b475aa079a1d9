"""Simulations that no memory can hold are told before they begin."""

from __future__ import annotations

from pathlib import Path

import pytest

from svcimpact.errors import InvalidScenarioError
from svcimpact.incident.memory import bytes_per_run, machine_memory, memory_faults
from svcimpact.incident.scenario import Incident, RandomIncidents, Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.io import read

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
    assert row["found"] == f"1,000,000, which take {each * 1e6 / 2**30:,.0f} GB of memory"


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
