"""A plan's calendar put on the portfolio's clock, whose days are one unbroken stretch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from svcimpact.calendar import Calendar
from svcimpact.exchange.records import CalendarRecord, Shifts

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ONE_DAY = timedelta(days=1)


def _worked(shifts: Shifts) -> int:
    return sum(end - start for start, end in shifts)


def day_hours(calendar: CalendarRecord) -> float:
    """Return how long a working day of a calendar is, in hours: the most common of its week.

    Parameters
    ----------
    calendar : CalendarRecord
        A plan's calendar.

    Returns
    -------
    float
        Hours, breaks left out; 8 where no day is worked.

    Examples
    --------
    >>> day_hours(CalendarRecord())
    8.0
    """
    lengths = Counter(_worked(day) for day in calendar.week if _worked(day))
    return lengths.most_common(1)[0][0] / 60 if lengths else 8.0


def working_days(calendar: CalendarRecord) -> tuple[str, ...]:
    """Return the days of the week that a calendar works, as Mon ... Sun.

    Parameters
    ----------
    calendar : CalendarRecord
        A plan's calendar.

    Returns
    -------
    tuple of str
        The days; Monday to Friday where none is worked.
    """
    days = tuple(name for name, day in zip(_WEEKDAYS, calendar.week, strict=True) if _worked(day))
    return days or _WEEKDAYS[:5]


def day_start(calendar: CalendarRecord, hours: float) -> int:
    """Return when a working day of so many hours starts, in minutes after midnight.

    Parameters
    ----------
    calendar : CalendarRecord
        A plan's calendar.
    hours : float
        Length of the working day; it has to end by midnight.

    Returns
    -------
    int
        The most common first start of its week, earlier if the day would pass midnight.
    """
    starts = Counter(day[0][0] for day in calendar.week if day)
    first = starts.most_common(1)[0][0] if starts else 480
    return min(first, 1440 - round(hours * 60))


def holidays(calendar: CalendarRecord, first: date, last: date) -> tuple[date, ...]:
    """Return the dates off that fall on working days.

    Parameters
    ----------
    calendar : CalendarRecord
        A plan's calendar.
    first, last : date
        The span to look at, both included.

    Returns
    -------
    tuple of date
        In order.
    """
    off = {
        day
        for each in calendar.exceptions
        if not each.shifts
        for day in days_between(max(each.start, first), min(each.end, last))
    }
    return tuple(sorted(day for day in off if calendar.week[day.weekday()]))


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield every date from one to another, both included.

    Parameters
    ----------
    first, last : date
        The span; empty where it ends before it starts.

    Yields
    ------
    date
        Each day.
    """
    while first <= last:
        yield first
        first += _ONE_DAY


def differences(calendar: CalendarRecord, other: CalendarRecord) -> list[str]:
    """Say in which ways a calendar's week differs from another's.

    Parameters
    ----------
    calendar, other : CalendarRecord
        The calendars, the second one being what is taken.

    Returns
    -------
    list of str
        Such as ``works Mon to Sat``; empty where days and hours agree.

    Examples
    --------
    >>> short = CalendarRecord(week=(((480, 720),),) * 5 + ((),) * 2)
    >>> differences(short, CalendarRecord())
    ['works 4 h a day']
    """
    told = []
    if working_days(calendar) != working_days(other):
        told.append(f"works {' '.join(working_days(calendar))}")
    if day_hours(calendar) != day_hours(other):
        told.append(f"works {day_hours(calendar):g} h a day")
    return told


@dataclass(frozen=True)
class PlanClock:
    """Moves a plan's wall-clock times to the portfolio's, breaks closed up.

    A time is kept as the share of its day's working time that has passed: with a break from
    12:00 to 13:00 in a day of eight hours from 08:00, 13:00 becomes 12:00 and 17:00 becomes
    16:00, so that no working hour is counted twice.

    Parameters
    ----------
    own : CalendarRecord
        The plan's default calendar.
    portfolio : Calendar
        The portfolio's clock.

    Examples
    --------
    >>> clock = PlanClock(CalendarRecord(), Calendar("2026-01-05", day_start="08:00",
    ...                                              hours_per_day=8))
    >>> str(clock.move(datetime(2026, 1, 6, 13)))
    '2026-01-06 12:00:00'
    """

    own: CalendarRecord
    portfolio: Calendar
    _shifts: dict[date, Shifts] = field(default_factory=dict, init=False, compare=False)

    @property
    def hours(self) -> float:
        """Length of the plan's own working day, in hours."""
        return day_hours(self.own)

    def move(self, when: datetime) -> datetime:
        """Return a plan's wall-clock time as the portfolio's."""
        day = when.date()
        hour, minute = map(int, self.portfolio.day_start.split(":"))
        start = datetime.combine(day, time(hour, minute))
        return start + timedelta(hours=self._share(when) * self.portfolio.hours_per_day)

    def days(self, start: datetime, finish: datetime) -> float:
        """Return the working days between two wall-clock times of the plan."""
        first, last = (float(self.portfolio.hours(self.move(when))) for when in (start, finish))
        return (last - first) / self.portfolio.hours_per_day

    def _share(self, when: datetime) -> float:
        day = when.date()
        if day not in self._shifts:
            self._shifts[day] = shifts_on(self.own, day)
        shifts = self._shifts[day]
        minute = when.hour * 60 + when.minute + when.second / 60
        passed = sum(max(0.0, min(minute, end) - start) for start, end in shifts)
        return passed / _worked(shifts) if shifts else 0.0


def shifts_on(calendar: CalendarRecord, day: date) -> Shifts:
    """Return the shifts that a calendar works on a date.

    Parameters
    ----------
    calendar : CalendarRecord
        A calendar; of its exceptions the first that holds the date counts.
    day : date
        The date.

    Returns
    -------
    tuple of (int, int)
        Minutes after midnight, from and to.
    """
    for each in calendar.exceptions:
        if each.start <= day <= each.end:
            return each.shifts
    return calendar.week[day.weekday()]


def days_off(
    calendar: CalendarRecord, standard: CalendarRecord, first: date, last: date
) -> tuple[list[tuple[date, date]], int]:
    """Return when somebody is away although the plan works, as spans of dates.

    Parameters
    ----------
    calendar : CalendarRecord
        The calendar of a resource.
    standard : CalendarRecord
        The plan's own.
    first, last : date
        The span to look at.

    Returns
    -------
    spans : list of (date, date)
        First and last day away, both included.
    other : int
        How many more days of exceptions differ: worked in part, or on a day off.
    """
    special = sorted(
        {
        day
        for each in calendar.exceptions
        for day in days_between(max(each.start, first), min(each.end, last))
    })  # fmt: skip
    away = []
    other = 0
    for day in special:
        shifts, usual = shifts_on(calendar, day), shifts_on(standard, day)
        if usual and not shifts:
            away.append(day)
        elif shifts != usual and calendar.week[day.weekday()] != shifts:
            other += 1
    return spans(away), other


def spans(days: Sequence[date]) -> list[tuple[date, date]]:
    """Join dates that follow one another.

    Parameters
    ----------
    days : sequence of date
        In order.

    Returns
    -------
    list of (date, date)
        First and last of each run.

    Examples
    --------
    >>> spans([date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 8)])[0][1]
    datetime.date(2026, 1, 6)
    """
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == _ONE_DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
