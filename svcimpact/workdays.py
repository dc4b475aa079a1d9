"""Which days are worked: weekdays less holidays, as a table of days that is made once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Integers: TypeAlias = npt.NDArray[np.int64]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# The first and the last day, since 1970, of the decades that a date can name.
_FIRST, _LAST = (
    int(np.datetime64(text, "D").astype(np.int64)) for text in ("0001-01-01", "9989-12-31")
)


def check_span(days: npt.NDArray[Any]) -> None:
    """Refuse days since 1970 that no date can name."""
    if days.size and (days.min() < _FIRST or days.max() > _LAST):
        raise ValueError(
            "a time lies outside the years 1 to 9989; "
            "look for a date or a duration that is out by thousands of years"
        )


@dataclass(frozen=True)
class DayTable:
    """Every day of some decades: whether it works, and how many working days came before."""

    first: int
    works: npt.NDArray[np.bool_]
    before: Integers
    days: Integers


@lru_cache(maxsize=64)
def day_table(
    mask: tuple[bool, ...], holidays: str | tuple[date, ...], decade: int, last_decade: int
) -> DayTable:
    """Return the table of every day from one decade to another, both included.

    Parameters
    ----------
    mask : tuple of bool
        For Monday to Sunday, whether the day is worked.
    holidays : str or tuple of date
        A region code, or the days themselves.
    decade, last_decade : int
        The first and the last decade, as years without their last digit.

    Returns
    -------
    DayTable
        The days; the same arguments give the very same table again.
    """
    first, end = (
        int(np.datetime64(10 * number - 1970, "Y").astype("datetime64[D]").astype(np.int64))
        for number in (decade, last_decade + 1)
    )
    days = np.arange(first, end)
    works = np.array(mask)[(days + 3) % 7]  # 1 January 1970 was a Thursday
    if isinstance(holidays, str):
        free = [day for ten in range(decade, last_decade + 1) for day in _free(holidays, ten)]
    else:
        free = list(holidays)
    closed = np.array(free, dtype="datetime64[D]").astype(np.int64) - first
    works[closed[(closed >= 0) & (closed < works.size)]] = False
    before = np.concatenate(([0], np.cumsum(works)))[:-1]
    return DayTable(first=first, works=works, before=before, days=days[works])


@lru_cache(maxsize=4096)
def _free(region: str, decade: int) -> tuple[date, ...]:
    """Return the public holidays of a region in ten years."""
    if not region:
        return ()
    import holidays  # here, because most of the package never needs it

    country, _, subdivision = region.partition("-")
    years = range(max(10 * decade, 1), 10 * decade + 10)
    found = holidays.country_holidays(country, subdiv=subdivision or None, years=years)
    return tuple(sorted(found))


def check_region(region: str) -> None:
    """Refuse a region code that the `holidays` library does not know."""
    if not region:
        return
    import holidays

    known = holidays.list_supported_countries()
    country, dash, subdivision = region.partition("-")
    if country not in known:
        near = get_close_matches(country.upper(), known, n=1)
        hint = f"; did you mean {near[0] + dash + subdivision!r}?" if near else ""
        raise ValueError(
            f"holidays: found {region!r}, expected a region code such as 'GB-ENG' or a list of "
            f"dates{hint}"
        )
    if dash and subdivision not in known[country]:
        near = get_close_matches(subdivision.upper(), known[country], n=1)
        hint = f"; did you mean {country + dash + near[0]!r}?" if near else ""
        choice = ", ".join(f"{country}-{part}" for part in known[country]) or country
        raise ValueError(f"holidays: found {region!r}, expected one of {choice}{hint}")


def decade_of(day: int) -> int:
    """Return the decade (the year without its last digit) of a day since 1970."""
    return (int(np.datetime64(day, "D").astype("datetime64[Y]").astype(np.int64)) + 1970) // 10
