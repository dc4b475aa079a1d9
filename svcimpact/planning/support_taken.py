"""How many hours of support staff each project takes, by team, month and stage."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.engine.plan import positions
from svcimpact.planning.steps import Floats, Integers, work_pieces
from svcimpact.planning.touch import STAGES, support_staff, team_of
from svcimpact.portfolio import Portfolio

_NEGLIGIBLE = 1e-9  # hours


def support_taken(portfolio: Portfolio, segments: pd.DataFrame) -> tuple[pd.DataFrame, Integers]:
    """Return what each project takes of support staff, cut at the months.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    segments : pandas.DataFrame
        Stretches of work: `task`, `start_hours`, `finish_hours`, `share`.

    Returns
    -------
    hours : pandas.DataFrame
        The table `ScopeImpact.hours`.
    staff : numpy.ndarray of int
        How many of the support staff each project takes, in the row order of `projects`.
    """
    task, (who, begin, until, fte) = work_pieces(portfolio, segments)
    kept = support_staff(portfolio)[who]
    task, who = task[kept], who[kept]
    begin, until, fte = begin[kept], until[kept], fte[kept]
    tasks = portfolio.tasks
    piece, month, length = _by_month(portfolio, begin, until)
    project = positions(tasks["project"], portfolio.projects["project"])[task]
    team = team_of(portfolio)
    stage = np.array([STAGES.index(name) for name in tasks["stage"]], np.int64)
    keys = pd.DataFrame(
        {
            "row": project[piece],
            "month": month.astype("datetime64[us]"),
            "team": team.take(who[piece]).to_numpy(),
            "stage": stage[task[piece]],
        }
    )
    hours = fte[piece] * length
    some = hours > _NEGLIGIBLE
    keys, hours = keys[some], hours[some]
    group = keys.groupby(list(keys.columns), sort=False).ngroup().to_numpy()
    total = keys.drop_duplicates(ignore_index=True)
    # Each sum is added up by itself: no other project changes it by a bit.
    total["hours"] = np.bincount(group, hours, len(total)).astype(np.float64)
    total = total.sort_values(list(keys.columns), ignore_index=True)
    total.insert(
        0, "project", portfolio.projects["project"].to_numpy()[total.pop("row").to_numpy()]
    )
    total["stage"] = [STAGES[at] for at in total["stage"]]
    total["days"] = total["hours"] / portfolio.settings.hours_per_day
    pairs = pd.DataFrame({"project": project, "who": who}).drop_duplicates()
    staff = np.bincount(pairs["project"], minlength=len(portfolio.projects))
    columns = ["project", "team", "month", "stage", "hours", "days"]
    texts = dict.fromkeys(["project", "team", "stage"], "str")
    return total[columns].astype(texts), staff.astype(np.int64)


def _by_month(
    portfolio: Portfolio, begin: Floats, until: Floats
) -> tuple[Integers, npt.NDArray[np.datetime64], Floats]:
    """Return which piece of work falls into which month, for how many working hours."""
    calendar = portfolio.calendar
    first = calendar.day(begin).astype("datetime64[M]")
    last = calendar.day(until, side="finish").astype("datetime64[M]")
    months = np.maximum((last - first).astype(np.int64) + 1, 1)
    piece = np.repeat(np.arange(begin.size), months)
    within = np.arange(piece.size) - np.repeat(np.cumsum(months) - months, months)
    month = first[piece] + within
    known, at = np.unique(month, return_inverse=True)
    opens, closes = (np.asarray(calendar.hours(known + shift)) for shift in (0, 1))
    length = np.minimum(until[piece], closes[at]) - np.maximum(begin[piece], opens[at])
    return piece, month, length
