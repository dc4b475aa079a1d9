"""Two outcomes side by side: differences, and errors paired where the draws are shared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import svcimpact as si
from svcimpact.errors import InputError, describe
from svcimpact.incident.comparison import compare

DATA = Path(__file__).resolve().parents[1] / "data"
RUNS = 300


def outcomes(median: float, seed: int = 1) -> si.incident.outcome.Outcome:
    """Simulate an incident of some length."""
    incident = si.Incident(
        "payments", "2026-03-09 10:00", median_hours=median, p90_hours=3 * median
    )
    return si.simulate(si.read(DATA / "meridian"), incident, runs=RUNS, seed=seed)


def test_the_error_is_that_of_paired_differences() -> None:
    """Worked out again from the runs, with NumPy alone."""
    a, b = outcomes(8), outcomes(24)
    found = compare(a, b)
    late = [
        (o.with_incident.project_finish - o.levelled.project_finish).to_numpy() / 7.5
        for o in (a, b)
    ]
    np.testing.assert_allclose(found["later_days"], (late[1] - late[0]).mean(axis=0), atol=1e-12)
    expected = (late[1] - late[0]).std(axis=0, ddof=1) / np.sqrt(RUNS)
    np.testing.assert_allclose(found["later_days_se"], expected, atol=1e-12)
    np.testing.assert_allclose(found["first_days"], a.projects["delay_mean_days"], atol=1e-9)
    np.testing.assert_allclose(found["second_days"], b.projects["delay_mean_days"], atol=1e-9)


def test_other_draws_add_their_errors_in_squares() -> None:
    """Another seed shares no durations: the two errors are added as those of independent ones."""
    a, b = outcomes(16), outcomes(16, seed=2)
    errors = [o.projects["delay_mean_days_se"] for o in (a, b)]
    np.testing.assert_allclose(compare(a, b)["later_days_se"], np.hypot(*errors), atol=1e-9)


def test_an_outcome_differs_from_itself_by_nothing() -> None:
    """No difference, no error."""
    same = outcomes(16)
    assert not compare(same, same)[["later_days", "later_days_se"]].to_numpy().any()


def test_two_portfolios_are_told_apart() -> None:
    """There is nothing to compare between different projects."""
    tiny = si.simulate(
        si.read(DATA / "tiny"), si.Incident("payments", "2026-01-06 13:00", hours=4), runs=5
    )
    with pytest.raises(InputError) as caught:
        compare(outcomes(8), tiny)
    assert describe(caught.value.faults) == [
        "outcomes: found two portfolios with different projects, expected two outcomes of one "
        "portfolio."
    ]
