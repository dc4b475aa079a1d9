"""The settings with a form of their own: time zone, calendar, shares by severity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from svcimpact.cells.doubt import Doubt, show
from svcimpact.cells.moment import read_day
from svcimpact.cells.number import read_number
from svcimpact.cells.text import clean, quoted, read_text
from svcimpact.nearest import Nearest

_LEAST_HOURS = 0.1  # with less a day is lost in the rounding of its hours
_UTC = ZoneInfo("UTC")
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK = tuple(name[:3] for name in _DAY_NAMES)
_SPAN = re.compile(
    rf"(?P<first>{'|'.join((*_DAY_NAMES, *WEEK))})\s*(?:-|\u2013|To)\s*"
    rf"(?P<last>{'|'.join((*_DAY_NAMES, *WEEK))})"
)
_DAY_START = "a time of day such as 09:00"
_HOLIDAYS = "a region code such as GB-ENG, or ISO dates"
_SEVERITY = "a share from 0 to 1 for each level, such as 1=1 2=0.5 3=0.2"


def as_cell(value: object) -> object:
    """Return a list or section as the text that a sheet of keys and values holds.

    Parameters
    ----------
    value : object
        A setting.

    Returns
    -------
    object
        Text for a list or a section; anything else as it is.

    Examples
    --------
    >>> as_cell({"1": 1.0, "2": 0.5})
    '1=1 2=0.5'
    """
    if isinstance(value, Mapping):
        return " ".join(f"{key}={show(held).strip(chr(39))}" for key, held in value.items())
    if isinstance(value, (list, tuple)):
        return " ".join(show(part).strip("'") for part in value)
    return value


@cache
def _zones() -> dict[str, None]:
    return dict.fromkeys(sorted(available_timezones()))


def read_timezone(raw: object) -> str | Doubt:
    """Read the name of a time zone.

    Parameters
    ----------
    raw : object
        What was given; not blank.

    Returns
    -------
    str or Doubt
        An IANA name.
    """
    text = read_text(raw)
    if not isinstance(text, str):
        return text
    zones = _zones()
    if text in zones:
        return text
    near = Nearest(zones)(text)
    if near.casefold() == text.casefold():
        return Doubt(f"the time zone as '{near}'", value=near)
    if not near:
        # 'Berlin' is enough to find 'Europe/Berlin'.
        cities = {zone.rpartition("/")[2]: zone for zone in reversed(zones)}
        near = cities.get(Nearest(sorted(cities))(text), "")
    return Doubt(
        "an IANA time zone such as Europe/London", nearest=quoted(near), cure="Correct the name."
    )


def read_hours_per_day(raw: object) -> float | str | Doubt:
    """Read the working hours in a working day.

    Parameters
    ----------
    raw : object
        What was given; not blank.

    Returns
    -------
    float, str or Doubt
        Hours; "" where nothing visible was given.
    """
    value = read_number(raw)
    hours = value.value if isinstance(value, Doubt) else value
    if not isinstance(hours, float):
        return value
    cure = "Write the working hours in a day."
    if not 0 < hours <= 24:
        return Doubt("more than 0 and up to 24", cure=cure)
    if hours < 1:
        # A spreadsheet's time of 7:30 that lost its format is 0.3125, a share of the day.
        near = show(round(24 * hours, 2))
        if hours < _LEAST_HOURS:
            return Doubt("hours, 0.1 or more", nearest=near, cure=cure)
        return Doubt(f"hours (as a share of the day it would be {near} hours)", value=hours)
    return value


def read_day_start(raw: object) -> str | Doubt:
    """Read when the working day starts.

    Parameters
    ----------
    raw : object
        What was given; not blank.

    Returns
    -------
    str or Doubt
        ``"HH:MM"``.
    """
    if isinstance(raw, datetime):
        raw = raw.time()
    if isinstance(raw, time):
        text = raw.isoformat()
    elif isinstance(raw, str):
        text = clean(raw)
    elif isinstance(raw, float) and 0 <= raw < 1:
        # A spreadsheet's time that lost its format shows as a share of the day.
        minutes = round(raw * 24 * 60)
        near = f"{minutes // 60:02}:{minutes % 60:02}"
        return Doubt(_DAY_START, nearest=quoted(near), cure="Write it as text.")
    else:
        return Doubt(_DAY_START, cure="Write it as text.")
    parts = re.fullmatch(r"(\d{1,2}):(\d\d)(?::00)?", text, re.ASCII)
    if parts and int(parts[1]) < 24 and int(parts[2]) < 60:
        return f"{int(parts[1]):02}:{parts[2]}"
    loose = re.fullmatch(r"(\d{1,2})(?:[.:h]?(\d\d))?\s*(am|pm|h|uhr)?", text.casefold(), re.ASCII)
    near = ""
    if loose:
        hour = int(loose[1])
        if loose[3] in ("am", "pm"):
            hour = hour % 12 + 12 * (loose[3] == "pm")
        near = f"{hour:02}:{loose[2] or '00'}" if hour < 24 and int(loose[2] or 0) < 60 else ""
    return Doubt(_DAY_START, nearest=quoted(near), cure="Write hours and minutes.")


def _parts(raw: object) -> list[object]:
    """Return what a list holds, or the words of a text."""
    if isinstance(raw, str):
        return [part for part in re.split(r"[\s,;]+", clean(raw)) if part]
    return list(raw) if isinstance(raw, (list, tuple)) else [raw]


def read_working_days(raw: object) -> tuple[str, ...] | Doubt:
    """Read the days of the week that are worked.

    Parameters
    ----------
    raw : object
        What was given; not blank.

    Returns
    -------
    tuple of str or Doubt
        ``"Mon"`` to ``"Sun"``, in the order of the week.
    """
    if isinstance(raw, str) and (span := _SPAN.fullmatch(clean(raw).title())):
        first, last = (WEEK.index(span[end][:3]) for end in ("first", "last"))
        meant = " ".join(WEEK[day % 7] for day in range(first, first + (last - first) % 7 + 1))
        return Doubt(
            f"days of the week from {', '.join(WEEK)}",
            nearest=quoted(meant),
            cure="Name every day.",
        )
    days = set()
    for part in _parts(raw):
        name = part.strip().title() if isinstance(part, str) else ""
        if name not in WEEK and name not in _DAY_NAMES:
            near = Nearest([*WEEK, *_DAY_NAMES])(name)[:3]
            return Doubt(
                f"days of the week from {', '.join(WEEK)}",
                nearest=quoted(near),
                cure=f"Correct {show(part)}.",
            )
        days.add(name[:3])
    if not days:
        return Doubt("at least one working day", cure="Name the days that are worked.")
    return tuple(day for day in WEEK if day in days)


def read_holidays(raw: object) -> str | tuple[date, ...] | Doubt:
    """Read the region whose holidays are kept, or the days themselves.

    Parameters
    ----------
    raw : object
        What was given; not blank.

    Returns
    -------
    str, tuple of datetime.date, or Doubt
        A code known to the holidays library, or the days in order.
    """
    parts = _parts(raw)
    if len(parts) == 1 and isinstance(parts[0], str) and not re.search(r"\d{2}", parts[0]):
        return _region(clean(parts[0]))
    days = set()
    for part in parts:
        day = read_day(part, _UTC)
        if isinstance(day, Doubt) or not isinstance(day, datetime):
            doubt = day if isinstance(day, Doubt) else Doubt(_HOLIDAYS)
            return Doubt(_HOLIDAYS, nearest=doubt.nearest, cure=f"Correct {show(part)}.")
        days.add(day.date())
    return tuple(sorted(days))


@cache
def _regions() -> dict[str, None]:
    """Return the codes of all countries and their parts, short ones before their aliases."""
    import holidays  # takes a while to load, and many portfolios list their days

    regions: dict[str, None] = {}
    for aliases in (False, True):
        for country, parts in holidays.list_supported_countries(include_aliases=aliases).items():
            regions |= dict.fromkeys([country, *(f"{country}-{part}" for part in parts)])
    return regions


def _region(code: str) -> str | Doubt:
    regions = _regions()
    if code in regions:
        return code
    variants = {region.casefold(): region for region in reversed(regions)}
    if right := variants.get(code.casefold().replace("_", "-")):
        return Doubt(f"the region as '{right}'", value=right)
    near = Nearest([region for region in regions if region[:3] == code[:3].upper()])(code)
    near = near or Nearest(regions)(code)
    return Doubt(_HOLIDAYS, nearest=quoted(near), cure="Correct the code, or list the days.")


def read_severity(raw: object) -> tuple[tuple[int, float], ...] | Doubt:
    """Read the share of the incident staffing by severity level.

    Parameters
    ----------
    raw : object
        What was given; not blank.

    Returns
    -------
    tuple of (int, float), or Doubt
        Level and share, in order of the level.
    """
    parts = raw.items() if isinstance(raw, Mapping) else _parts(raw)
    pairs = [part.split("=", 1) if isinstance(part, str) else part for part in parts]
    shares: dict[int, float] = {}
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            return Doubt(_SEVERITY, cure=f"Correct {show(as_cell(pair))}.")
        level, share = (read_number(part) for part in pair)
        if not isinstance(level, float) or not level.is_integer() or level < 1:
            return Doubt(_SEVERITY, cure=f"Correct the level {show(pair[0])}.")
        if not isinstance(share, float) or not 0 <= share <= 1:
            return Doubt(_SEVERITY, cure=f"Correct the share {show(pair[1])}.")
        if int(level) in shares:
            return Doubt(_SEVERITY, cure=f"Give level {int(level)} one share.")
        shares[int(level)] = share
    return tuple(sorted(shares.items())) or Doubt(_SEVERITY, cure="Name at least one level.")
