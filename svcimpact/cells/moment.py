"""One cell that holds a date, or a date and a time of day."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from svcimpact.cells.doubt import Doubt, show
from svcimpact.cells.text import clean, is_spreadsheet_error, spreadsheet_error

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_THREE_NUMBERS = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{4}|\d\d)(?:[ T].*)?", re.ASCII)
_WITH_MONTH_NAME = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d %b %y")
# Outside these years a date is a slip of the pen, and spreadsheets cannot hold it.
_YEARS = range(1901, 2200)
_EXCEL_EPOCH = datetime(1899, 12, 30)
_EXCEL_DAYS = range(15_000, 110_000)
_DAY = "an ISO date such as 2026-03-31"
_MOMENT = "an ISO date or date-time such as 2026-03-31T09:00"


def read_moment(raw: object, timezone: ZoneInfo) -> datetime | str | Doubt:
    """Read a cell that holds a date-time; a date alone means the moment the day begins.

    Parameters
    ----------
    raw : object
        What stands in the cell; not blank.
    timezone : zoneinfo.ZoneInfo
        The portfolio's time zone. A date-time with a UTC offset is turned into its local time.

    Returns
    -------
    datetime, str or Doubt
        Naive local time; "" where nothing visible stands there. Text has to be ISO, because
        ``03/04/2026`` is March in one country and April in the next.

    Examples
    --------
    >>> read_moment("2026-07-01T08:00Z", ZoneInfo("Europe/Berlin"))
    datetime.datetime(2026, 7, 1, 10, 0)
    """
    return _read(raw, timezone, _MOMENT)


def read_day(raw: object, timezone: ZoneInfo) -> datetime | str | Doubt:
    """Read a cell that holds a date.

    Parameters
    ----------
    raw : object
        What stands in the cell; not blank.
    timezone : zoneinfo.ZoneInfo
        The portfolio's time zone.

    Returns
    -------
    datetime, str or Doubt
        The day's midnight; "" where nothing visible stands there. A time of day is left out with
        a warning.
    """
    value = _read(raw, timezone, _DAY)
    if isinstance(value, datetime) and value.time() != time.min:
        return Doubt("a date without a time of day", value=datetime.combine(value, time.min))
    return value


def _read(raw: object, timezone: ZoneInfo, expected: str) -> datetime | str | Doubt:
    if isinstance(raw, datetime):
        return _local(raw, timezone, expected)
    if isinstance(raw, date):
        return _local(datetime.combine(raw, time.min), timezone, expected)
    if isinstance(raw, str):
        return _from_text(clean(raw), timezone, expected)
    cure = "Write it as text in this form, or as a date cell."
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and int(raw) in _EXCEL_DAYS:
        # A spreadsheet's date that lost its format shows as days since 1899-12-30.
        seconds = round((raw - int(raw)) * 86_400)
        near = _EXCEL_EPOCH + timedelta(days=int(raw), seconds=seconds)
        return Doubt(expected, nearest=show(near), cure="Format the column as a date.")
    return Doubt(expected, cure=cure)


def _from_text(text: str, timezone: ZoneInfo, expected: str) -> datetime | str | Doubt:
    if not text:
        return text
    if is_spreadsheet_error(text):
        return spreadsheet_error(expected)
    if iso := _ISO.fullmatch(text):
        try:
            return _local(datetime.fromisoformat(text), timezone, expected)
        except ValueError:
            return _no_such_day(int(iso[1]), int(iso[2]), int(iso[3]), expected)
    near = _numbers_meant(text) or _words_meant(text)
    return Doubt(expected, nearest=" or ".join(near), cure="Write year, month and day in order.")


def _local(when: datetime, timezone: ZoneInfo, expected: str) -> datetime | Doubt:
    if when.year not in _YEARS:
        return Doubt(f"{expected}, from 1901 to 2199", cure="Correct the year.")
    if when.tzinfo is not None:
        when = when.astimezone(timezone)
    return when.replace(tzinfo=None, fold=0)


def _no_such_day(year: int, month: int, day: int, expected: str) -> Doubt:
    near = ""
    if month in range(1, 13) and year in _YEARS:
        last = calendar.monthrange(year, month)[1]
        near = date(year, month, min(max(day, 1), last)).isoformat() if day != last else ""
    return Doubt(
        f"{expected} that exists", nearest=near if day > 0 else "", cure="Correct the date."
    )


def _numbers_meant(text: str) -> list[str]:
    """Return what 03/04/2026 and the like may mean: the day first, then the month first."""
    parts = _THREE_NUMBERS.fullmatch(text)
    if not parts:
        year_first = re.fullmatch(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})(?:[ T].*)?", text, re.ASCII)
        orders = [tuple(map(int, year_first.groups()))] if year_first else []
    else:
        first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
        year += 2000 if len(parts[4]) == 2 else 0
        # Dots are written with the day first everywhere.
        orders = [(year, second, first)]
        orders += [(year, first, second)] if parts[2] != "." else []
    meant = []
    for year, month, day in orders:
        known = month in range(1, 13) and year in _YEARS
        if known and 1 <= day <= calendar.monthrange(year, month)[1]:
            meant.append(date(year, month, day).isoformat())
    return list(dict.fromkeys(meant))


def _words_meant(text: str) -> list[str]:
    """Return what '3 April 2026' and the like mean."""
    words = " ".join(re.split(r"[\s,.-]+", text))
    for pattern in _WITH_MONTH_NAME:
        try:
            when = datetime.strptime(words, pattern)
        except ValueError:
            continue
        return [when.date().isoformat()]
    return []
