"""The nearest windows in which people have the time, on the levelled plan."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from svcimpact.planning.free_time import FreeTime
from svcimpact.planning.involvement import Row
from svcimpact.planning.steps import Floats
from svcimpact.planning.touch import hours_now
from svcimpact.portfolio import Portfolio

_NEGLIGIBLE = 1e-6  # hours


@dataclass(frozen=True)
class Search:
    """Where windows are looked for: on the levelled plan, from the status date on.

    Attributes
    ----------
    portfolio : Portfolio
        Validated tables.
    levelled : FreeTime or None
        Free time on the levelled plan; None where there is no such plan.
    within : int
        Working days to both sides of the planned window.
    """

    portfolio: Portfolio
    levelled: FreeTime | None
    within: int

    def nearest(self, row: Row) -> dict[str, tuple[int, int]]:
        """Return the nearest windows of as many working days that have the time needed.

        Parameters
        ----------
        row : Row
            What is needed, of whom, and when it is planned.

        Returns
        -------
        dict of str to (int, int)
            First and last working day (counted from the start): *later* begins on the first
            planned day or after it, *earlier* before; each is left out where there is none, and
            *earlier* where the planned window itself has the time.
        """
        if self.levelled is None or not row.members:
            return {}
        day = self.portfolio.settings.hours_per_day
        first = math.floor(row.window.begin / day + 1e-9)
        long = max(math.ceil(row.window.until / day - 1e-9) - first, 1)
        today = math.ceil(hours_now(self.portfolio) / day - 1e-9)
        low = min(max(today, first - self.within), first)
        end = first + self.within + long
        free: Floats = np.zeros(end - low)
        for k in row.members:
            free = free + self.levelled.daily(k, low, end, row.window.own.get(k))
        total = np.concatenate([[0.0], np.cumsum(free)])
        begins = np.flatnonzero(total[long:] - total[:-long] >= row.needed - _NEGLIGIBLE) + low
        found = {
            name: (int(begin), int(begin) + long - 1)
            for name, near in (
                ("earlier", begins[begins < first][-1:]),
                ("later", begins[begins >= first][:1]),
            )
            for begin in near
        }
        if "later" in found and found["later"][0] == first:
            found.pop("earlier", None)
        return found
