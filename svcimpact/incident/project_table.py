"""The table of projects, summed up from runs: work only for what differs between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.engine.critical import latest
from svcimpact.engine.plan import Floats, Plan, planned_times
from svcimpact.incident.blocks import Pair, estimators
from svcimpact.incident.estimates import Asked
from svcimpact.incident.tables import LATE, Flags, dates, due_hours
from svcimpact.portfolio import Portfolio


def project_table(
    portfolio: Portfolio,
    plan: Plan,
    late: Floats,
    calm: Floats,
    *,
    certain: Flags,
    certain_levelled: Flags,
    sampling: str = "random",
) -> pd.DataFrame:
    """Return planned, levelled and with-incident dates, delays and money per project.

    Parameters
    ----------
    portfolio : Portfolio
        What was simulated.
    plan : Plan
        The same, compiled.
    late, calm : ndarray of float, shape (runs, projects)
        Finish in working hours with the incident and without it; one row of the latter where
        it is the same in every run.
    certain, certain_levelled : ndarray of bool, shape (projects,)
        Whether nothing random reaches a project, so that its errors are zero; in the runs
        without the incident.
    sampling : {"random", "latin-hypercube"}
        How the runs were drawn.

    Returns
    -------
    pandas.DataFrame
        One row per project, in the order of the table `projects`. `levelled_finish` is the
        P50 without the incident; `chance_late` is the chance of missing the due date.
    """
    projects, clock = portfolio.projects, portfolio.calendar
    day = portfolio.settings.hours_per_day
    planned = latest(planned_times(plan)[1], plan.project, len(projects))
    limit = due_hours(clock, projects["due"])
    rate = projects["cost_of_delay_per_day"].to_numpy(np.float64)
    found = _project_figures(late, calm, day, limit, rate, sampling)
    given = ("project", "name", "priority", "due", "cost_of_delay_per_day")
    # A frame made of its columns takes a tenth of the time of one that gets them one by one.
    table: dict[str, Any] = {name: projects[name] for name in given}

    def add(name: str, known: Flags | bool = True, sure: Flags = certain) -> None:
        estimate, error = found[name]
        table[name] = np.where(known, estimate, np.nan)
        table[name + "_se"] = np.where(known, np.where(sure, 0.0, error), np.nan)

    def add_date(name: str, sure: Flags = certain) -> None:
        estimate, error = found[name]
        table[name] = dates(clock, estimate, "finish")
        table[name + "_se_days"] = np.where(sure, 0.0, error / day)

    table["planned_finish"] = dates(clock, planned, "finish")
    add_date("levelled_finish", certain_levelled)
    table["levelled_delay_days"] = (found["levelled_finish"][0] - planned) / day
    for name in ("p50", "p80", "p95"):
        add_date(f"finish_{name}")
    for name in ("mean", "p50", "p80", "p95"):
        add(f"delay_{name}_days")
    due_known = ~np.isnan(limit + planned)
    add("chance_delayed", ~np.isnan(planned))
    add("chance_late", due_known)
    add("chance_late_levelled", due_known, certain_levelled)
    for name in ("mean", "p80", "p95"):
        add(f"cost_{name}")
    return pd.DataFrame(table, index=projects.index)


def _project_figures(
    late: Floats, calm: Floats, day: float, limit: Floats, rate: Floats, sampling: str
) -> dict[str, Pair]:
    """Return the figures of every project; those that are the same in every run are told of one.

    Of a large portfolio most projects are.
    """
    moves = (late != late[0]).any(axis=0)
    if len(calm) > 1:
        moves |= (calm != calm[0]).any(axis=0)
    found: dict[str, Pair] = {}
    for mine, rows in ((moves, slice(None)), (~moves, slice(1))):
        part = _figures(
            (late[rows, mine], calm[rows, mine]), day, limit[mine], rate[mine], len(late), sampling
        )
        for name, pair in part.items():
            whole = found.setdefault(name, (np.empty(len(mine)), np.empty(len(mine))))
            whole[0][mine], whole[1][mine] = pair
    return found


def _figures(
    finishes: tuple[Floats, Floats],
    day: float,
    limit: Floats,
    rate: Floats,
    runs: int,
    sampling: str,
) -> dict[str, Pair]:
    """Return the figures of some projects from their finishes in all runs, or in one for all."""
    mean, quantiles, chance = estimators(sampling)
    shape = (runs, len(limit))

    def over(values: NDArray[Any]) -> NDArray[Any]:
        return np.broadcast_to(values, shape)

    def share(happened: NDArray[np.bool_]) -> Pair:
        if len(happened) == runs:
            return chance(happened)
        never_always = chance(np.broadcast_to(np.array([False, True]), (runs, 2)))
        which = happened[0].astype(np.int64)
        return never_always[0][which], never_always[1][which]

    late, calm = finishes
    delay = (late - calm) / day
    asked = {"p50": Asked(0.5), "p80": Asked(0.8), "p95": Asked(0.95)}
    ((middle, error),) = quantiles(over(calm), [Asked(0.5)])
    found = {"levelled_finish": (middle, np.where(np.isnan(middle), np.nan, error))}
    for name, pair in zip(asked, quantiles(over(late), list(asked.values())), strict=True):
        found[f"finish_{name}"] = pair
    found["delay_mean_days"] = mean(over(delay))
    for name, pair in zip(asked, quantiles(over(delay), list(asked.values())), strict=True):
        found[f"delay_{name}_days"] = pair
    for name, happened in (
        ("chance_delayed", late - calm > LATE),
        ("chance_late", late > limit + LATE),
        ("chance_late_levelled", calm > limit + LATE),
    ):
        found[name] = share(happened)
    found["cost_mean"] = mean(over(delay * rate))
    high = [asked["p80"], asked["p95"]]
    found["cost_p80"], found["cost_p95"] = quantiles(over(delay * rate), high)
    return found
