"""The working-hours clock: wall-clock time to working hours since the portfolio's start, and back.

One clock runs through everything computed: working hours since the opening of the portfolio's
first day. It is negative before that day and stands still outside working hours. A working day
is one unbroken stretch from `day_start`, `hours_per_day` long. Time zones and daylight saving
matter only where real hours elapse (`Calendar.later`, `Calendar.after`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import Any, Literal, TypeAlias, overload
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.workdays import WEEKDAYS, DayTable, check_region, check_span, day_table, decade_of

Floats: TypeAlias = npt.NDArray[np.float64]
Dates: TypeAlias = npt.NDArray[np.datetime64]
Integers: TypeAlias = npt.NDArray[np.int64]
Side: TypeAlias = Literal["start", "finish"]

_HOUR = 3_600_000_000  # microseconds, the unit of every wall-clock time here
_DAY = 24 * _HOUR
_NAT = np.iinfo(np.int64).min
_NEAR = 5e-7  # hours; a time this close to the edge of a working day is that edge


@dataclass(frozen=True)
class Calendar:
    """Map wall-clock time to working hours since the portfolio's start, and back.

    Parameters
    ----------
    start : date-like
        The day on which the clock starts; its time of day is ignored.
    working_days : tuple of str
        Days of the week that are worked, out of Mon, Tue, Wed, Thu, Fri, Sat, Sun.
    day_start : str
        When the working day starts, as HH:MM.
    hours_per_day : float
        Length of the working day in hours; the day has to end by midnight.
    holidays : str or tuple of date
        Days not worked: a region code of the `holidays` library (a country, or a country and a
        subdivision: ``DE``, ``GB-ENG``, ``US-CA``) or the dates themselves.
    timezone : str
        IANA name of the time zone in which the working day is lived.

    Raises
    ------
    ValueError
        If one of these is not what it should be; the message says what was found and expected.

    Examples
    --------
    >>> calendar = Calendar(pd.Timestamp("2026-04-01"), holidays="GB-ENG")
    >>> calendar.hours("2026-04-02 10:30")
    9.0
    >>> str(calendar.when(15.0)), str(calendar.when(15.0, side="finish"))
    ('2026-04-07T09:00:00.000000', '2026-04-02T16:30:00.000000')
    """

    start: pd.Timestamp
    working_days: tuple[str, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri")
    day_start: str = "09:00"
    hours_per_day: float = 7.5
    holidays: str | tuple[date, ...] = ()
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        """Refuse what no clock can be made of."""
        start = pd.Timestamp(self.start)
        if pd.isna(start):
            raise ValueError("start: found no date, expected the day on which the clock starts")
        days = tuple(self.working_days)
        unknown = [day for day in days if day not in WEEKDAYS]
        if unknown or not days:
            raise ValueError(
                f"working_days: found {', '.join(map(repr, unknown)) or 'no day'}, "
                f"expected one or more of {', '.join(WEEKDAYS)}"
            )
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", str(self.day_start)):
            raise ValueError(
                f"day_start: found {self.day_start!r}, expected HH:MM between 00:00 and 23:59"
            )
        hours = float(self.hours_per_day)
        if not 0 < hours <= 24:
            raise ValueError(
                f"hours_per_day: found {self.hours_per_day!r}, expected more than 0 and at most 24"
            )
        opens = int(self.day_start[:2]) * 60 + int(self.day_start[3:])
        if opens / 60 + hours > 24 + 1e-9:
            raise ValueError(
                f"hours_per_day: {hours:g} hours from {self.day_start} end after midnight, "
                "expected a working day that ends by 24:00; start it earlier or make it shorter"
            )
        _zone(self.timezone)
        held: str | tuple[date, ...] = self.holidays
        if isinstance(held, str):
            held = held.strip()
            check_region(held)
        else:
            held = tuple(sorted({pd.Timestamp(day).date() for day in held}))
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "working_days", days)
        object.__setattr__(self, "hours_per_day", hours)
        object.__setattr__(self, "holidays", held)

    @overload
    def hours(self, when: str | date | np.datetime64) -> float: ...
    @overload
    def hours(self, when: Any) -> Any: ...
    def hours(self, when: Any) -> Any:
        """Return the working hours from the portfolio's start to a wall-clock time.

        Parameters
        ----------
        when : date-like or array of date-like, any shape
            Local wall-clock times; ISO text is welcome, and times that carry a time zone are
            first brought to the calendar's own.

        Returns
        -------
        float or numpy.ndarray of float64, same shape
            Working hours, negative before the start; NaN for a missing time.

        Raises
        ------
        ValueError
            If a time lies outside the years 1 to 9989, or text is not an ISO date.
        TypeError
            If something is no date at all.
        """
        micros = self._local(when).view(np.int64)
        missing = micros == _NAT
        day, time = np.divmod(np.where(missing, self._first_day * _DAY, micros), _DAY)
        table = self._table(day)
        row = day - table.first
        whole = table.before[row] - table.before[self._first_day - table.first]
        worked = table.works[row]
        part = np.maximum(time - self._opens, 0) / _HOUR
        # The evening is one and the same number as the next morning, to the last bit.
        next_morning = (whole + worked) * self.hours_per_day
        during = np.minimum(whole * self.hours_per_day + part, next_morning)
        found = np.where(worked & (part < self.hours_per_day), during, next_morning)
        return _plain(np.where(missing, np.nan, found))

    def utc(self, when: Any) -> Dates:
        """Return the moments of wall-clock times, between which real hours can be counted.

        Parameters
        ----------
        when : date-like or array of date-like
            Local wall-clock times.

        Returns
        -------
        numpy.ndarray of datetime64[us], same shape
            The same in UTC; NaT where the time is missing.

        Examples
        --------
        >>> calendar = Calendar(pd.Timestamp("2026-03-09"), timezone="Europe/Berlin")
        >>> night = calendar.utc(["2026-03-28 22:00", "2026-03-29 10:00"])
        >>> str(night[1] - night[0])
        '39600000000 microseconds'
        """
        local = self._local(when)
        if self.timezone == "UTC":
            return local
        index = pd.DatetimeIndex(local.ravel())
        first = np.ones(index.size, dtype=np.bool_)
        aware = index.tz_localize(
            _zone(self.timezone), ambiguous=first, nonexistent="shift_forward"
        )
        return np.asarray(aware.tz_convert(None), dtype="datetime64[us]").reshape(local.shape)

    def later(self, when: Any, elapsed_hours: Any) -> Any:
        """Return the wall-clock time some real hours after another.

        The start is taken to UTC, the hours are added there, and the sum is brought back, so a
        night on which the clocks change is 23 or 25 hours long. A local time that the clocks
        skip counts as the first one after the gap; of one that comes twice the first is meant.

        Parameters
        ----------
        when : date-like or array of date-like
            Local wall-clock times.
        elapsed_hours : float or array of float
            Real hours, around the clock; broadcasts against `when`.

        Returns
        -------
        numpy.datetime64 or numpy.ndarray of datetime64[us]
            Local wall-clock times; NaT where either is missing or the hours are infinite.

        Raises
        ------
        ValueError
            If a time lies outside the years 1 to 9989.
        """
        local = self._local(when)
        utc = self.utc(local).view(np.int64)
        elapsed = np.asarray(elapsed_hours, dtype=np.float64)
        utc, elapsed = np.broadcast_arrays(utc, elapsed)
        missing = (utc == _NAT) | ~np.isfinite(elapsed)
        total = np.where(missing, 0.0, utc / _HOUR + elapsed)
        check_span(np.floor(total / 24))
        shift = np.rint(np.where(missing, 0.0, elapsed) * _HOUR).astype(np.int64)
        moved = np.where(missing, _NAT, np.where(missing, 0, utc) + shift)
        found = self._from_utc(moved.view("datetime64[us]"))
        return found if found.ndim else found[()]

    def after(self, when: Any, elapsed_hours: Any) -> Any:
        """Return the working hours at a time some real hours after another.

        Parameters
        ----------
        when : date-like or array of date-like
            Local wall-clock times.
        elapsed_hours : float or array of float
            Real hours, around the clock; broadcasts against `when`. Infinity stays infinite.

        Returns
        -------
        float or numpy.ndarray of float64
            Working hours since the portfolio's start.

        Examples
        --------
        >>> calendar = Calendar(pd.Timestamp("2026-03-09"))
        >>> calendar.after("2026-03-09 16:00", [0.0, 0.5, 16.0, 18.0])
        array([7. , 7.5, 7.5, 8.5])
        """
        elapsed = np.asarray(elapsed_hours, dtype=np.float64)
        found = np.asarray(self.hours(self.later(when, elapsed)))
        return _plain(np.where(np.isinf(elapsed), elapsed, found))

    @overload
    def when(self, hours: float, *, side: Side = "start") -> np.datetime64: ...
    @overload
    def when(self, hours: Any, *, side: Side = "start") -> Any: ...
    def when(self, hours: Any, *, side: Side = "start") -> Any:
        """Return the wall-clock time at which a number of working hours is reached.

        Parameters
        ----------
        hours : float or array of float, any shape
            Working hours since the portfolio's start.
        side : {'start', 'finish'}
            Which end of the night is meant where one working day meets the next: ``finish``
            gives the evening, ``start`` the next working morning.

        Returns
        -------
        numpy.datetime64 or numpy.ndarray of datetime64[us], same shape
            Local wall-clock times, to the microsecond; NaT where the hours are not finite.

        Raises
        ------
        ValueError
            If `side` is neither, or a time lies outside the years 1 to 9989.
        """
        day, within, missing = self._split(hours, side)
        time = self._opens + np.rint(within * _HOUR).astype(np.int64)
        found = np.where(missing, _NAT, day * _DAY + time).view("datetime64[us]")
        return found if found.ndim else found[()]

    def day(self, hours: Any, *, side: Side = "start") -> Any:
        """Return the working day on which a number of working hours is reached.

        Parameters
        ----------
        hours : float or array of float, any shape
            Working hours since the portfolio's start.
        side : {'start', 'finish'}
            Where one working day meets the next, the later day (``start``) or the earlier.

        Returns
        -------
        numpy.datetime64 or numpy.ndarray of datetime64[D], same shape
            Dates; NaT where the hours are not finite.
        """
        day, _, missing = self._split(hours, side)
        found = np.where(missing, _NAT, day).view("datetime64[D]")
        return found if found.ndim else found[()]

    def span(self, first: Any, last: Any) -> tuple[Any, Any]:
        """Return the working hours that whole days cover, both days included.

        Parameters
        ----------
        first, last : date-like or array of date-like
            First and last day, as an absence has them.

        Returns
        -------
        begin, end : float or numpy.ndarray of float64
            The stretch [begin, end) in working hours; empty where no day of it is worked.

        Examples
        --------
        >>> Calendar(pd.Timestamp("2026-03-09")).span("2026-03-12", "2026-03-15")
        (22.5, 37.5)
        """
        begin = self._local(first).astype("datetime64[D]")
        end = self._local(last).astype("datetime64[D]") + np.timedelta64(1, "D")
        return self.hours(begin), self.hours(end)

    def weeks(self, first: float, last: float) -> tuple[Dates, Floats]:
        """Return the calendar weeks that a stretch of working hours touches.

        Parameters
        ----------
        first, last : float
            The stretch [first, last) in working hours since the portfolio's start.

        Returns
        -------
        mondays : numpy.ndarray of datetime64[us], shape (n,)
            The Monday of every week from the first to the last, without gaps.
        edges : numpy.ndarray of float64, shape (n + 1,)
            Working hours at which each week begins, and the last one ends.

        Examples
        --------
        >>> mondays, edges = Calendar(pd.Timestamp("2026-03-11")).weeks(0.0, 30.0)
        >>> mondays.astype("datetime64[D]").tolist(), edges.tolist()
        ([datetime.date(2026, 3, 9), datetime.date(2026, 3, 16)], [-15.0, 22.5, 60.0])
        """
        begin, end = self.day(first), self.day(max(first, last), side="finish")
        monday = [_monday(day.astype(np.int64)) for day in (begin, max(begin, end))]
        starts = np.arange(monday[0], monday[1] + 8, 7).view("datetime64[D]")
        edges: Floats = self.hours(starts)
        return starts[:-1].astype("datetime64[us]"), edges

    @cached_property
    def _first_day(self) -> int:
        return int(self._local(self.start).astype("datetime64[D]").astype(np.int64))

    @cached_property
    def _opens(self) -> int:
        return (int(self.day_start[:2]) * 60 + int(self.day_start[3:])) * 60_000_000

    def _local(self, when: Any) -> Dates:
        """Return local wall-clock times as datetime64[us], whatever they came as."""
        if isinstance(when, pd.Series | pd.Index) and isinstance(when.dtype, pd.DatetimeTZDtype):
            index = pd.DatetimeIndex(when).tz_convert(_zone(self.timezone)).tz_localize(None)
            return np.asarray(index.as_unit("us"), dtype="datetime64[us]")
        if isinstance(when, pd.Series | pd.Index):
            when = when.to_numpy()
        if isinstance(when, np.ndarray | np.datetime64) and when.dtype.kind == "M":
            return np.asarray(when, dtype="datetime64[us]")
        given = np.asarray(when, dtype=object)
        stamps = [self._stamp(item) for item in given.ravel()]
        return np.array(stamps, dtype="datetime64[us]").reshape(given.shape)

    def _stamp(self, when: Any) -> np.datetime64:
        if isinstance(when, str):
            try:
                when = datetime.fromisoformat(when.strip())
            except ValueError:
                raise ValueError(
                    f"found {when!r}, expected an ISO date or date-time such as 2026-03-09 10:00"
                ) from None
        if when is None or when is pd.NaT or (isinstance(when, float) and np.isnan(when)):
            return np.datetime64("NaT", "us")
        if not isinstance(when, date | np.datetime64):
            raise TypeError(f"found {when!r}, expected a date or a date-time")
        stamp = pd.Timestamp(when)
        if stamp.tz is not None:
            stamp = stamp.tz_convert(_zone(self.timezone)).tz_localize(None)
        return np.datetime64(stamp.as_unit("us").to_datetime64())

    def _from_utc(self, utc: Dates) -> Dates:
        if self.timezone == "UTC":
            return utc
        aware = pd.DatetimeIndex(utc.ravel(), tz="UTC").tz_convert(_zone(self.timezone))
        return np.asarray(aware.tz_localize(None), dtype="datetime64[us]").reshape(utc.shape)

    def _split(self, hours: Any, side: Side) -> tuple[Integers, Floats, npt.NDArray[np.bool_]]:
        """Return the day (days since 1970) and the hours into it; and which are missing."""
        if side not in ("start", "finish"):
            raise ValueError(f"side: found {side!r}, expected 'start' or 'finish'")
        given = np.asarray(hours, dtype=np.float64)
        missing = ~np.isfinite(given)
        given = np.where(missing, 0.0, given)
        nearest = np.rint(given / self.hours_per_day)
        at_edge = np.abs(given - nearest * self.hours_per_day) <= _NEAR
        whole = np.where(at_edge, nearest, np.floor(given / self.hours_per_day))
        within = np.where(at_edge, 0.0, given - whole * self.hours_per_day)
        if side == "finish":
            whole = whole - at_edge
            within = np.where(at_edge, self.hours_per_day, within)
        return self._working_day(whole), within, missing

    def _working_day(self, number: Floats) -> Integers:
        """Return the day (since 1970) of the working day with this number, 0 the first."""
        low, high = float(number.min(initial=0.0)), float(number.max(initial=0.0))
        reach = np.array([self._first_day, self._first_day])
        while True:
            table = self._table(reach)
            zero = int(table.before[self._first_day - table.first])
            if zero + low >= 0 and zero + high < table.days.size:
                return table.days[zero + number.astype(np.int64)]
            # A week and a bit per working day asked for; holidays may make it go round again.
            short = np.array([min(zero + low, 0), max(zero + high + 1 - table.days.size, 0)])
            ends = np.array([table.first, table.first + table.works.size - 1])
            reach = ends + np.trunc(short * 8 / len(self.working_days))
            check_span(reach)
            reach = reach.astype(np.int64)

    def _table(self, day: Integers) -> DayTable:
        check_span(day)
        low = int(day.min(initial=self._first_day))
        high = int(day.max(initial=self._first_day))
        mask = tuple(name in self.working_days for name in WEEKDAYS)
        return day_table(mask, self.holidays, decade_of(low), decade_of(high))


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found; not a name; a folder of names
        near = get_close_matches(str(name), available_timezones(), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(
            f"timezone: found {name!r}, expected an IANA name such as 'Europe/London'{hint}"
        ) from None


def _monday(day: int) -> int:
    return day - (day + 3) % 7


def _plain(found: Floats) -> float | Floats:
    return found if found.ndim else float(found)
