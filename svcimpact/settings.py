"""Settings: what holds for the whole portfolio, read with the same care as the tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any, cast
from zoneinfo import ZoneInfo

import pandas as pd

from svcimpact.cells.doubt import Doubt, show
from svcimpact.cells.moment import read_day, read_moment
from svcimpact.cells.setting import (
    as_cell,
    read_day_start,
    read_holidays,
    read_hours_per_day,
    read_severity,
    read_timezone,
    read_working_days,
)
from svcimpact.cells.text import clean, quoted, read_text
from svcimpact.errors import Ledger
from svcimpact.nearest import place, plain
from svcimpact.schema import SETTINGS, load_schema

SECTION = "calendar"
Reader = Callable[[object], object]
_NO_DAY = cast("pd.Timestamp", pd.NaT)


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
    zone = _read(given, "timezone", read_timezone, ledger) or "UTC"
    local = ZoneInfo(zone)
    start = _read(given, "start", partial(read_day, timezone=local), ledger)
    status = _read(given, "status_date", partial(read_moment, timezone=local), ledger)
    hours = _read(given, "hours_per_day", read_hours_per_day, ledger) or 7.5
    opening = _read(given, "day_start", read_day_start, ledger) or "09:00"
    settings = Settings(
        name=_read(given, "name", read_text, ledger) or "",
        start=_NO_DAY if start is None else pd.Timestamp(start),
        currency=_read(given, "currency", read_text, ledger) or "EUR",
        status_date=None if status is None else pd.Timestamp(status),
        timezone=zone,
        working_days=_read(given, "working_days", read_working_days, ledger)
        or Settings.working_days,
        day_start=opening,
        hours_per_day=hours,
        holidays=_read(given, "holidays", read_holidays, ledger) or (),
        severity=_read(given, "severity", read_severity, ledger) or Settings.severity,
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
    found = show(as_cell(given[key]))
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
            cure=f"Read as {show(as_cell(value.value))}.",
        )
    return value.value


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
            found=show(as_cell(dict(settings.severity))),
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
