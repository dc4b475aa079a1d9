"""Settings: what holds for the whole portfolio, read with the same care as the tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from functools import partial
from itertools import pairwise
from typing import Any, cast
from zoneinfo import ZoneInfo, available_timezones

import pandas as pd

from svcimpact.cells.doubt import Doubt, show
from svcimpact.cells.moment import read_day, read_moment
from svcimpact.cells.number import read_number
from svcimpact.cells.text import clean, quoted, read_text
from svcimpact.errors import Ledger
from svcimpact.nearest import Nearest, place, plain
from svcimpact.schema import SETTINGS, load_schema

UTC = ZoneInfo("UTC")
SECTION = "calendar"
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Reader = Callable[[object], object]
_WEEK = tuple(name[:3] for name in _DAY_NAMES)
_NO_DAY = cast("pd.Timestamp", pd.NaT)
_DAY_START = "a time of day such as 09:00"
_HOLIDAYS = "a region code such as GB-ENG, or ISO dates"
_SEVERITY = "a share from 0 to 1 for each level, such as 1=1 2=0.5 3=0.2"


@dataclass(frozen=True)
class Settings:
    """What holds for the whole portfolio.

    Parameters
    ----------
    name : str
        What the portfolio is called on charts and reports.
    start : pandas.Timestamp
        The day the clock starts, at midnight.
    currency : str
        ISO 4217 code of every amount of money.
    status_date : pandas.Timestamp or None
        When the actual dates were taken; the simulation begins here.
    timezone : str
        IANA name of the time zone in which the working day is lived.
    working_days : tuple of str
        Days of the week that are worked, ``"Mon"`` to ``"Sun"``.
    day_start : str
        When the working day starts, ``"HH:MM"``.
    hours_per_day : float
        Working hours in a working day.
    holidays : str or tuple of datetime.date
        A region code such as ``"GB-ENG"``, or the days themselves.
    severity : tuple of (int, float)
        Share of the incident staffing that an incident pulls, by severity level.
    """

    name: str
    start: pd.Timestamp
    currency: str = "EUR"
    status_date: pd.Timestamp | None = None
    timezone: str = "UTC"
    working_days: tuple[str, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri")
    day_start: str = "09:00"
    hours_per_day: float = 7.5
    holidays: str | tuple[date, ...] = ()
    severity: tuple[tuple[int, float], ...] = ((1, 1.0), (2, 0.5), (3, 0.2))


def read_settings(raw: Settings | Mapping[str, object] | None, ledger: Ledger) -> Settings:
    """Turn raw settings into `Settings`.

    Parameters
    ----------
    raw : Settings, mapping or None
        The settings by key, as from TOML (with the section ``calendar``) or from a sheet of keys
        and values; None if a reader could not read them at all and has said so.
    ledger : Ledger
        Takes the faults and the warnings.

    Returns
    -------
    Settings
        The settings; where a value is wrong its default, a start that is wrong is NaT.
    """
    if raw is None:
        return Settings(name="", start=_NO_DAY)
    given = _by_key(asdict(raw) if isinstance(raw, Settings) else raw, ledger)
    zone = _read(given, "timezone", _timezone, ledger) or "UTC"
    local = ZoneInfo(zone)
    start = _read(given, "start", partial(read_day, timezone=local), ledger)
    status = _read(given, "status_date", partial(read_moment, timezone=local), ledger)
    hours = _read(given, "hours_per_day", _hours_per_day, ledger) or 7.5
    opening = _read(given, "day_start", _day_start, ledger) or "09:00"
    settings = Settings(
        name=_read(given, "name", read_text, ledger) or "",
        start=_NO_DAY if start is None else pd.Timestamp(start),
        currency=_read(given, "currency", read_text, ledger) or "EUR",
        status_date=None if status is None else pd.Timestamp(status),
        timezone=zone,
        working_days=_read(given, "working_days", _working_days, ledger) or _WEEK[:5],
        day_start=opening,
        hours_per_day=hours,
        holidays=_read(given, "holidays", _holidays, ledger) or (),
        severity=_read(given, "severity", _severity, ledger) or Settings.severity,
    )
    _check_together(settings, ledger)
    return settings


def _by_key(raw: Mapping[str, object], ledger: Ledger) -> dict[str, object]:
    """Return the values by the schema's keys; tell of keys that are missing or unknown."""
    flat: dict[str, object] = {}
    for key, value in raw.items():
        if plain(str(key)) == SECTION and isinstance(value, Mapping):
            flat |= {str(inner): held for inner, held in value.items()}
        else:
            flat[str(key)] = value
    columns = load_schema()[SETTINGS]
    keys = list(flat)
    placed = place(keys, columns)
    given = {right: flat[keys[at]] for right, at in placed.at.items()}
    for at, right in placed.variants.items():
        ledger.warn(
            SETTINGS,
            (),
            right,
            found=f"the key {show(keys[at])}",
            expected=f"'{right}'",
            cure=f"Read as '{right}'.",
        )
    for at, right in placed.twice.items():
        ledger.fault(
            SETTINGS,
            "",
            keys[at],
            found=f"a second key '{right}'",
            expected="one",
            cure="Rename or remove one of the two.",
        )
    for at, right in placed.slips.items():
        ledger.fault(
            SETTINGS,
            "",
            keys[at],
            found="an unknown key",
            expected=f"one of {', '.join(columns)}",
            nearest=quoted(right),
            cure="Rename the key.",
        )
    for at in placed.strangers:
        if not _is_blank(flat[keys[at]]):
            ledger.warn(
                SETTINGS,
                (),
                keys[at],
                found="an unknown key",
                expected=f"one of {', '.join(columns)}",
                cure="It was left out.",
            )
    for column in columns.values():
        told = column.name in placed.slips.values()
        if column.required and not told and _is_blank(given.get(column.name)):
            ledger.fault(
                SETTINGS,
                "",
                column.name,
                found="nothing",
                expected=f"a {column.type}: {column.description[0].lower()}"
                f"{column.description[1:]}",
                cure="Add it.",
            )
    return {key: value for key, value in given.items() if not _is_blank(value)}


def _is_blank(value: object) -> bool:
    if isinstance(value, str):
        return not clean(value)
    return value is None or value is pd.NaT or (isinstance(value, float) and value != value)


def _read(given: dict[str, object], key: str, read: Reader, ledger: Ledger) -> Any:
    """Read one value and tell of what is wrong; None where it is blank or wrong."""
    if key not in given:
        return None
    value = read(given[key])
    if not isinstance(value, Doubt):
        return value
    found = show(_simple(given[key]))
    if value.is_fault:
        ledger.fault(
            SETTINGS,
            "",
            key,
            found=found,
            expected=value.expected,
            nearest=value.nearest,
            cure=value.cure,
        )
    else:
        ledger.warn(
            SETTINGS,
            (),
            key,
            found=found,
            expected=value.expected,
            cure=f"Read as {show(_simple(value.value))}.",
        )
    return value.value


def _simple(value: object) -> object:
    """Return a list or section as the text that a sheet of keys and values holds."""
    if isinstance(value, Mapping):
        return " ".join(f"{key}={show(held).strip(chr(39))}" for key, held in value.items())
    if isinstance(value, (list, tuple)):
        return " ".join(show(part).strip("'") for part in value)
    return value


def _timezone(raw: object) -> str | Doubt:
    text = read_text(raw)
    if not isinstance(text, str):
        return text
    zones = available_timezones()
    if text in zones:
        return text
    near = Nearest(sorted(zones))(text)
    if near.casefold() == text.casefold():
        return Doubt(f"the time zone as '{near}'", value=near)
    if not near:
        # 'Berlin' is enough to find 'Europe/Berlin'.
        cities = {zone.rpartition("/")[2]: zone for zone in sorted(zones, reverse=True)}
        near = cities.get(Nearest(sorted(cities))(text), "")
    return Doubt(
        "an IANA time zone such as Europe/London", nearest=quoted(near), cure="Correct the name."
    )


def _hours_per_day(raw: object) -> float | str | Doubt:
    value = read_number(raw)
    hours = value.value if isinstance(value, Doubt) else value
    if isinstance(hours, float):
        return (
            value
            if 0 < hours <= 24
            else Doubt("more than 0 and up to 24", cure="Write the working hours in a day.")
        )
    return value


def _day_start(raw: object) -> str | Doubt:
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


def _working_days(raw: object) -> tuple[str, ...] | Doubt:
    days = set()
    for part in _parts(raw):
        name = part.strip().title() if isinstance(part, str) else ""
        if name not in _WEEK and name not in _DAY_NAMES:
            near = Nearest([*_WEEK, *_DAY_NAMES])(name)[:3]
            return Doubt(
                f"days of the week from {', '.join(_WEEK)}",
                nearest=quoted(near),
                cure=f"Correct {show(part)}.",
            )
        days.add(name[:3])
    if not days:
        return Doubt("at least one working day", cure="Name the days that are worked.")
    return tuple(day for day in _WEEK if day in days)


def _holidays(raw: object) -> str | tuple[date, ...] | Doubt:
    parts = _parts(raw)
    if len(parts) == 1 and isinstance(parts[0], str) and not re.search(r"\d{2}", parts[0]):
        return _region(clean(parts[0]))
    days = set()
    for part in parts:
        day = read_day(part, UTC)
        if isinstance(day, Doubt) or not isinstance(day, datetime):
            doubt = day if isinstance(day, Doubt) else Doubt(_HOLIDAYS)
            return Doubt(_HOLIDAYS, nearest=doubt.nearest, cure=f"Correct {show(part)}.")
        days.add(day.date())
    return tuple(sorted(days))


def _region(code: str) -> str | Doubt:
    import holidays  # takes a while to load, and many portfolios list their days

    # The short code of each country comes before its aliases.
    regions: dict[str, None] = {}
    for aliases in (False, True):
        for country, parts in holidays.list_supported_countries(include_aliases=aliases).items():
            regions |= dict.fromkeys([country, *(f"{country}-{part}" for part in parts)])
    if code in regions:
        return code
    variants = {region.casefold(): region for region in reversed(regions)}
    if right := variants.get(code.casefold().replace("_", "-")):
        return Doubt(f"the region as '{right}'", value=right)
    near = Nearest([region for region in regions if region[:3] == code[:3].upper()])(code)
    near = near or Nearest(regions)(code)
    return Doubt(_HOLIDAYS, nearest=quoted(near), cure="Correct the code, or list the days.")


def _severity(raw: object) -> tuple[tuple[int, float], ...] | Doubt:
    parts = raw.items() if isinstance(raw, Mapping) else _parts(raw)
    pairs = [part.split("=", 1) if isinstance(part, str) else part for part in parts]
    shares: dict[int, float] = {}
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            return Doubt(_SEVERITY, cure=f"Correct {show(_simple(pair))}.")
        level, share = (read_number(part) for part in pair)
        if not isinstance(level, float) or not level.is_integer() or level < 1:
            return Doubt(_SEVERITY, cure=f"Correct the level {show(pair[0])}.")
        if not isinstance(share, float) or not 0 <= share <= 1:
            return Doubt(_SEVERITY, cure=f"Correct the share {show(pair[1])}.")
        if int(level) in shares:
            return Doubt(_SEVERITY, cure=f"Give level {int(level)} one share.")
        shares[int(level)] = share
    return tuple(sorted(shares.items())) or Doubt(_SEVERITY, cure="Name at least one level.")


def _check_together(settings: Settings, ledger: Ledger) -> None:
    hour, minute = (int(part) for part in settings.day_start.split(":"))
    ends = hour + minute / 60 + settings.hours_per_day
    if ends > 24:
        ledger.fault(
            SETTINGS,
            "",
            "hours_per_day",
            found=f"{show(settings.hours_per_day)} hours from {settings.day_start}",
            expected=f"at most {show(24 - hour - minute / 60)}, so that the day ends by midnight",
            cure="Start the day earlier, or shorten it.",
        )
    shares = [share for _, share in settings.severity]
    if any(later > earlier for earlier, later in pairwise(shares)):
        ledger.warn(
            SETTINGS,
            (),
            "severity",
            found=show(_simple(dict(settings.severity))),
            expected="shares that fall from level to level, as 1 is the most severe",
            cure="Taken as they stand.",
        )
    if settings.status_date is not None and settings.status_date < settings.start:
        ledger.fault(
            SETTINGS,
            "",
            "status_date",
            found=show(settings.status_date),
            expected=f"a date on or after the start, {show(settings.start)}",
            cure="Correct one of the two.",
        )
    if not re.fullmatch("[A-Z]{3}", settings.currency):
        ledger.warn(
            SETTINGS,
            (),
            "currency",
            found=show(settings.currency),
            expected="an ISO 4217 code such as EUR",
            cure="Shown as it stands.",
        )
