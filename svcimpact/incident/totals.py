"""What all delays together come to, with the error of the sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from svcimpact.incident.blocks import estimators

if TYPE_CHECKING:
    from svcimpact.incident.outcome import Outcome

Floats = NDArray[np.float64]


def delay_days(outcome: Outcome, which: ArrayLike = True) -> Floats:
    """Return the delay of all projects together, run by run.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.
    which : array_like of bool, shape (projects,), optional
        The projects that count; all of them where not given.

    Returns
    -------
    ndarray of float, shape (runs,)
        Working days; earlier finishes count against it, as they do per project.
    """
    return np.asarray(np.nansum(_delays(outcome) * np.asarray(which), axis=1))


def delay_costs(outcome: Outcome) -> Floats:
    """Return what all delays together cost, run by run.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.

    Returns
    -------
    ndarray of float, shape (runs,)
        Money; earlier finishes count against it, as they do per project.
    """
    rate = outcome.projects["cost_of_delay_per_day"].to_numpy(dtype=np.float64)
    return np.asarray(np.nansum(_delays(outcome) * rate, axis=1))


def mean_of_total(values: Floats, sampling: str) -> tuple[float, float]:
    """Return the mean of a sum, and its error: projects of one run hang together.

    Parameters
    ----------
    values : ndarray of float, shape (runs,)
        As `delay_days` or `delay_costs` returns them.
    sampling : str
        How the runs were drawn, as in `Scenario`.

    Returns
    -------
    mean, error : float
        The error is NaN from a single run.

    Examples
    --------
    >>> mean, error = mean_of_total(np.array([1.0, 2.0, 3.0]), "random")
    >>> round(mean, 3), round(error, 3)
    (2.0, 0.577)
    """
    mean, error = estimators(sampling).mean(values[:, None])
    return float(mean[0]), float(error[0])


def _delays(outcome: Outcome) -> Floats:
    late = outcome.project_finish.to_numpy(dtype=np.float64)
    calm = outcome.levelled.project_finish.to_numpy(dtype=np.float64)
    return np.asarray((late - calm) / outcome.hours_per_day)
