"""When services are back, and people with them: by the restorations themselves, not by draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.calendar import Calendar
from svcimpact.incident.draws import Arrivals
from svcimpact.incident.tables import to_minute

Floats = NDArray[np.float64]

_HOUR = np.timedelta64(1, "h")
# Hours to which the moment is found at which the last of several is back.
_FINE = 1e-3


def restored(
    clock: Calendar,
    arrivals: Arrivals,
    rows: Sequence[int],
    q: float,
    more: Sequence[float] | None = None,
) -> pd.Timestamp:
    """Return when all of some stated incidents are restored in a share of the futures.

    Parameters
    ----------
    clock : Calendar
        The portfolio's clock.
    arrivals : Arrivals
        The incidents drawn; stated ones are the first sources.
    rows : sequence of int
        Which of the stated incidents; one or more.
    q : float
        The share of the futures, between 0 and 1.
    more : sequence of float, optional
        Hours around the clock that follow each restoration, such as an aftermath.

    Returns
    -------
    pandas.Timestamp
        On the wall clock, to the minute.

    Notes
    -----
    One incident is back at the quantile of its restoration, given the time elapsed. Several are
    independent: all are back by `t` with the product of their chances, and `t` is found between
    the latest quantile at `q` and the latest at ``q ** (1 / n)`` by halving.
    """
    laws = [arrivals.sources[row].restoration for row in rows]
    starts = arrivals.start[[int(np.flatnonzero(arrivals.source == row)[0]) for row in rows]]
    begin: Floats = (clock.utc(starts) - clock.utc(starts[0])) / _HOUR
    begin = begin + np.zeros(len(rows)) + (0.0 if more is None else np.asarray(more, np.float64))
    pairs = list(zip(begin, laws, strict=True))

    def latest(share: float) -> float:
        return float(max(b + law.draw(np.array([share]))[0] for b, law in pairs))

    def back(at: float) -> float:
        left = [float(law.survival(at - b + 1e-9)) for b, law in pairs]
        return float(np.prod(1.0 - np.nan_to_num(left)))

    low, high = latest(q), latest(q ** (1 / len(rows)))
    if len(rows) > 1 and back(low) < q:
        while high - low > _FINE:
            middle = (low + high) / 2
            low, high = (low, middle) if back(middle) >= q else (middle, high)
        low = high
    return pd.Timestamp(to_minute(np.array([clock.later(starts[0], low)]))[0])


def at_work(clock: Calendar, when: pd.Timestamp, now: float) -> pd.Timestamp:
    """Return the first working moment from when somebody is given back.

    Parameters
    ----------
    clock : Calendar
        The portfolio's clock.
    when : pandas.Timestamp
        When they are given back, on the wall clock.
    now : float
        The moment before which nobody comes back, in working hours.

    Returns
    -------
    pandas.Timestamp
        On the wall clock: the next working morning where it is given back at night.
    """
    hours = max(float(clock.hours(np.datetime64(when))), now)
    return pd.Timestamp(to_minute(np.array([clock.when(hours, side="start")]))[0])
