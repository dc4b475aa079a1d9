"""Two outcomes side by side: what differs for each project, and how sure that is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.incident.blocks import estimators
from svcimpact.incident.outcome import Outcome


def compare(first: Outcome, second: Outcome) -> pd.DataFrame:
    """Return what the second outcome's delays are more than the first's, project by project.

    Parameters
    ----------
    first, second : Outcome
        Of the same portfolio.

    Returns
    -------
    pandas.DataFrame
        Per project: ``first_days``, ``second_days`` (mean delay, working days), ``later_days``
        (the second less the first) and ``later_days_se``. Where both have the same runs, seed and
        sampling, durations are the same in both, run by run, and the error is that of paired
        differences; otherwise the errors of two independent samples are added in squares.

    Raises
    ------
    InputError
        If the outcomes are of different projects.

    Examples
    --------
    >>> import svcimpact as si
    >>> portfolio = si.read("data/tiny")
    >>> one, other = (si.Incident("payments", "2026-01-06 13:00", hours=h) for h in (4, 26))
    >>> found = compare(si.simulate(portfolio, one), si.simulate(portfolio, other))
    >>> found[["project", "first_days", "second_days", "later_days"]]
        project  first_days  second_days  later_days
    0     pages        0.00         0.00         0.0
    1  checkout        0.25         0.75         0.5
    """
    ids = [list(outcome.projects["project"]) for outcome in (first, second)]
    if ids[0] != ids[1]:
        row = fault(
            "outcomes",
            found="two portfolios with different projects",
            expected="two outcomes of one portfolio",
        )
        raise InputError("The outcomes cannot be compared.", fault_frame([row]))
    a, b = (
        (o.with_incident.project_finish.to_numpy() - o.levelled.project_finish.to_numpy())
        / o.portfolio.settings.hours_per_day
        for o in (first, second)
    )
    alike = [(o.scenario.runs, o.scenario.seed, o.scenario.sampling) for o in (first, second)]
    if alike[0] == alike[1]:
        error = estimators(alike[0][2]).mean(b - a)[1]
    else:
        errors = [
            estimators(o.scenario.sampling).mean(x)[1]
            for o, x in zip((first, second), (a, b), strict=True)
        ]
        error = np.hypot(*errors)
    mine, other = a.mean(axis=0), b.mean(axis=0)
    return pd.DataFrame(
        {
            "project": ids[0],
            "name": list(first.projects["name"]),
            "first_days": mine,
            "second_days": other,
            "later_days": other - mine,
            "later_days_se": error,
        }
    )
