"""Sums over projects, whose errors are those of the sum and not of its parts."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from svcimpact.incident.totals import delay_costs, delay_days, mean_of_total

RUNS = np.array([8.0, 16.0, 24.0])


def outcome_of(first: np.ndarray, second: np.ndarray) -> SimpleNamespace:
    """Return two projects that would end at hour 80; the second costs 10 a day, a third nothing."""
    late = pd.DataFrame({"A": 80 + first, "B": 80 + second, "C": np.nan})
    calm = pd.DataFrame({"A": [80.0] * 3, "B": [80.0] * 3, "C": [np.nan] * 3})
    return SimpleNamespace(
        project_finish=late,
        levelled=SimpleNamespace(project_finish=calm),
        projects=pd.DataFrame({"cost_of_delay_per_day": [100.0, 10.0, 5.0]}),
        hours_per_day=8.0,
    )


def test_the_error_of_a_sum_is_that_of_its_runs() -> None:
    """Delays of one, two and three days: alike they vary twice as much, opposed not at all."""
    alike, opposed = outcome_of(RUNS, RUNS), outcome_of(RUNS, RUNS[::-1])
    assert delay_days(alike).tolist() == [2, 4, 6]
    assert mean_of_total(delay_days(alike), "random") == pytest.approx((4, 2 / np.sqrt(3)))
    assert mean_of_total(delay_days(opposed), "random") == (4, 0)
    assert delay_costs(opposed).tolist() == [130, 220, 310]


def test_a_single_run_has_no_error() -> None:
    """One draw says nothing of how much they vary."""
    assert np.isnan(mean_of_total(np.array([3.0]), "random")[1])
