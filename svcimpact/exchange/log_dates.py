"""Dates as other programs write them: with the day first, the month first, or by name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

_TIME = (
    r"(?:[,T ]\s*(?:at\s)?(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d)"
    r"(?:[.,](?P<part>\d{1,9}))?)?\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?)?"
)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})[-/.](?P<a>\d{1,2})[-/.](?P<b>\d{1,2})" + _TIME, re.ASCII)
_NUMBERS = re.compile(
    r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d\d)" + _TIME, re.ASCII
)
_NAMED = re.compile(
    r"(?P<b>\d{1,2})[-/. ]+(?P<m>[^\W\d_]{3,12})\.?[-/., ]+(?P<y>\d{4}|\d\d)" + _TIME
)
_NAME_FIRST = re.compile(r"(?P<m>[^\W\d_]{3,12})\.?\s+(?P<b>\d{1,2}),?\s+(?P<y>\d{4})" + _TIME)
# The first letters of the months where Jira writes them in the user's language: English, German,
# French, Spanish, Italian, Portuguese, Dutch.
_MONTHS = {
    1: "jan ene gen jän", 2: "feb fév fev", 3: "mar mär mrz maa mrt", 4: "apr avr abr",
    5: "may mai mag mei", 6: "jun juin giu", 7: "jul juil lug", 8: "aug aoû ago aou",
    9: "sep set", 10: "oct okt ott out", 11: "nov", 12: "dec dez dic déc",
}  # fmt: skip
_BY_NAME = {name: month for month, names in _MONTHS.items() for name in names.split()}
_YEARS = range(1901, 2200)

DAY_FIRST, MONTH_FIRST, EITHER = "day", "month", "either"


@dataclass(frozen=True)
class Parts:
    """A date taken apart, before it is known which of two numbers is the day.

    Attributes
    ----------
    year, first, second : int
        The two numbers in the order they stand in; the month and the day where that is sure.
    order : str
        ``day`` or ``month``, whichever is first, ``either`` where it may be both, or blank where
        the writing leaves no doubt.
    clock : datetime.timedelta
        Time since midnight.
    zone : datetime.timezone or None
        The offset, where one is written.
    whole_day : bool
        True where no time of day is written.
    """

    year: int
    first: int
    second: int
    order: str
    clock: timedelta
    zone: timezone | None
    whole_day: bool


def take_apart(text: str) -> Parts | None:
    """Take a date apart.

    Parameters
    ----------
    text : str
        Such as ``2026-03-09 10:00:00``, ``09/03/2026 10:00``, ``09/Mar/26 10:00 AM`` or
        ``2026-03-09T10:00:00.000+0000``.

    Returns
    -------
    Parts or None
        None where it is no date.

    Examples
    --------
    >>> take_apart("09/Mar/26 1:05 PM").clock
    datetime.timedelta(seconds=47100)
    >>> take_apart("09/03/2026").order, take_apart("19/03/2026").order
    ('either', 'day')
    """
    text = " ".join(text.split())
    order = ""
    if match := _YEAR_FIRST.fullmatch(text):
        first, second = int(match["a"]), int(match["b"])
    elif match := _NUMBERS.fullmatch(text):
        first, second = int(match["a"]), int(match["b"])
        # Dots are written with the day first everywhere.
        order = DAY_FIRST if match["sep"] == "." or first > 12 else EITHER
        if order == EITHER and second > 12:
            order = MONTH_FIRST
    elif match := (_NAMED.fullmatch(text) or _NAME_FIRST.fullmatch(text)):
        name = match["m"].casefold()
        month = _BY_NAME.get(name[:4]) or _BY_NAME.get(name[:3])
        if month is None:
            return None
        first, second = month, int(match["b"])
    else:
        return None
    year = int(match["y"]) + (2000 if len(match["y"]) == 2 else 0)
    clock = _clock(match)
    if clock is None or year not in _YEARS:
        return None
    return Parts(year, first, second, order, clock, _zone(match["zone"]), match["hour"] is None)


def _clock(match: re.Match[str]) -> timedelta | None:
    """Return the time of day, or None where there is no such."""
    if match["hour"] is None:
        return timedelta()
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"][0] in "Pp" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    part = int(f"{match['part'] or '0':<06}"[:6])
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=part)


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text in ("Z", "UTC", "GMT"):
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))


def which_first(parts: Iterable[Parts]) -> set[str]:
    """Return what dates say of whether the day or the month comes first.

    Parameters
    ----------
    parts : iterable of Parts
        The dates of a file.

    Returns
    -------
    set of str
        ``day`` or ``month`` or both, from dates that leave no doubt; ``either`` alone where all
        leave one; empty where no date has two numbers to confuse.
    """
    found = {part.order for part in parts} - {""}
    return found - {EITHER} or found


def put_together(
    parts: Parts, *, day_first: bool, source: ZoneInfo, target: ZoneInfo
) -> datetime | None:
    """Return the moment of a date, on the portfolio's wall clock.

    Parameters
    ----------
    parts : Parts
        The date.
    day_first : bool
        Whether the first of two numbers is the day, where that is open.
    source, target : zoneinfo.ZoneInfo
        Where clocks without an offset stand, and the portfolio's time zone.

    Returns
    -------
    datetime or None
        Without a time zone; None where there is no such day. Of an hour that the end of summer
        time repeats, the first.

    Examples
    --------
    >>> put_together(take_apart("03/04/2026 10:00"), day_first=True, source=ZoneInfo("UTC"),
    ...              target=ZoneInfo("Europe/Berlin"))
    datetime.datetime(2026, 4, 3, 12, 0)
    """
    month, day = parts.first, parts.second
    if parts.order == DAY_FIRST or (parts.order == EITHER and day_first):
        month, day = day, month
    try:
        when = datetime(parts.year, month, day) + parts.clock
    except ValueError:
        return None
    zone = parts.zone or source
    if zone == target:
        return when
    return when.replace(tzinfo=zone).astimezone(target).replace(tzinfo=None, fold=0)
