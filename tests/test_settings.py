"""Settings from TOML, from a sheet of keys and values, and ready made."""

from __future__ import annotations

from datetime import date, datetime, time

import pandas as pd
import pytest

from svcimpact.errors import Ledger, describe, fault_frame
from svcimpact.settings import Settings, read_settings

FIRST = {"name": "Small", "start": "2026-01-05"}


def read(raw):
    """Return the settings, what is said of the faults, and of the warnings."""
    ledger = Ledger()
    settings = read_settings(raw, ledger)
    told = [describe(fault_frame(found)) for found in (ledger.faults, ledger.warnings)]
    return settings, *told


FULL = Settings(
    name="Small",
    start=pd.Timestamp("2026-01-05"),
    currency="GBP",
    status_date=pd.Timestamp("2026-02-02T12:00"),
    timezone="Europe/London",
    working_days=("Mon", "Wed", "Sun"),
    day_start="08:30",
    hours_per_day=7.0,
    holidays="GB-ENG",
    severity=((1, 1.0), (2, 0.25)),
)
DAYS = (date(2026, 4, 3), date(2026, 12, 25))


def test_from_toml():
    """The sections and values of a TOML file."""
    raw = {
        "name": "Small",
        "start": date(2026, 1, 5),
        "currency": "GBP",
        "status_date": datetime(2026, 2, 2, 12),
        "timezone": "Europe/London",
        "calendar": {
            "working_days": ["Mon", "Wed", "Sun"],
            "day_start": time(8, 30),
            "hours_per_day": 7,
            "holidays": "GB-ENG",
        },
        "severity": {"1": 1, "2": 0.25},
    }
    assert read(raw) == (FULL, [], [])


def test_from_a_sheet():
    """Keys and values of a sheet, all as text or as a spreadsheet's numbers and dates."""
    raw = {
        "name": " Small ",
        "start": datetime(2026, 1, 5),
        "currency": "GBP",
        "status_date": "2026-02-02T12:00",
        "timezone": "Europe/London",
        "working_days": "Mon, wednesday Sun",
        "day_start": "8:30",
        "hours_per_day": 7.0,
        "holidays": "GB-ENG",
        "severity": "1=1 2=0.25",
        "empty": None,
    }
    assert read(raw) == (FULL, [], [])


def test_ready_made():
    """Settings read from settings are the same."""
    assert read(FULL) == (FULL, [], [])
    listed = Settings(**{**FULL.__dict__, "holidays": DAYS})
    assert read(listed) == (listed, [], [])


def test_defaults():
    """A name and a start are enough."""
    settings, faults, warnings = read(FIRST)
    assert (faults, warnings) == ([], [])
    assert settings == Settings(name="Small", start=pd.Timestamp("2026-01-05"))


def test_day_start_as_a_date_cell():
    """A spreadsheet's time may come as a date-time; an unread zone falls back without another."""
    settings, faults, _ = read(
        {**FIRST, "day_start": datetime(1899, 12, 31, 8, 30), "timezone": [1]}
    )
    assert settings.day_start == "08:30"
    assert faults == [
        "portfolio, timezone: found '1', expected text. Write it as text.",
    ]


def test_missing():
    """A portfolio needs a name and a start."""
    settings, faults, _ = read({"name": " "})
    assert faults == [
        "portfolio, name: found nothing, expected a text: what the portfolio is called on charts "
        "and reports. Add it.",
        "portfolio, start: found nothing, expected a date: the day the portfolio's clock starts; "
        "working hours are counted from here. Add it.",
    ]
    assert settings.start is pd.NaT


def test_not_read_at_all():
    """None stands for settings whose fault a reader has told."""
    assert read(None)[1:] == ([], [])


@pytest.mark.parametrize(
    "raw",
    [
        ["2026-12-25", "2026-04-03"],
        "2026-04-03 2026-12-25",
        "2026-04-03, 2026-12-25",
        list(DAYS),
        [datetime(2026, 4, 3), "2026-12-25", date(2026, 12, 25)],
    ],
)
def test_lists_of_holidays(raw):
    """Days come as text or dates, in any order, and once each."""
    settings, faults, warnings = read({**FIRST, "holidays": raw})
    assert (settings.holidays, faults, warnings) == (DAYS, [], [])


@pytest.mark.parametrize(
    ("raw", "days"), [(date(2026, 4, 3), DAYS[:1]), ("2026-04-03", DAYS[:1]), ([], ()), ("", ())]
)
def test_one_holiday_or_none(raw, days):
    """A single day needs no list."""
    assert read({**FIRST, "holidays": raw})[0].holidays == days


@pytest.mark.parametrize("code", ["DE", "GB", "GB-ENG", "US-NY", "DE-BY", "UK"])
def test_regions(code):
    """Codes of countries and their parts, as ISO 3166 has them."""
    assert read({**FIRST, "holidays": code}) == (
        Settings(name="Small", start=pd.Timestamp("2026-01-05"), holidays=code),
        [],
        [],
    )


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (
            "start",
            "05/01/2026",
            "start: found '05/01/2026', expected an ISO date such as "
            "2026-03-31; did you mean 2026-01-05 or 2026-05-01? Write year, month and day "
            "in order.",
        ),
        (
            "status_date",
            "soon",
            "status_date: found 'soon', expected an ISO date or date-time such "
            "as 2026-03-31T09:00. Write year, month and day in order.",
        ),
        (
            "status_date",
            "2026-01-04",
            "status_date: found 2026-01-04, expected a date on or after "
            "the start, 2026-01-05. Correct one of the two.",
        ),
        (
            "timezone",
            "Europe/Berln",
            "timezone: found 'Europe/Berln', expected an IANA time zone "
            "such as Europe/London; did you mean 'Europe/Berlin'? Correct the name.",
        ),
        (
            "timezone",
            "Berlin",
            "timezone: found 'Berlin', expected an IANA time zone such as "
            "Europe/London; did you mean 'Europe/Berlin'? Correct the name.",
        ),
        (
            "timezone",
            1,
            "timezone: found 1, expected an IANA time zone such as Europe/London. "
            "Correct the name.",
        ),
        (
            "working_days",
            ["Mon", "Tusday"],
            "working_days: found 'Mon Tusday', expected days of "
            "the week from Mon, Tue, Wed, Thu, Fri, Sat, Sun; did you mean 'Tue'? "
            "Correct 'Tusday'.",
        ),
        (
            "working_days",
            "Mon-Fri",
            "working_days: found 'Mon-Fri', expected days of the week from Mon, Tue, Wed, Thu, "
            "Fri, Sat, Sun; did you mean 'Mon Tue Wed Thu Fri'? Name every day.",
        ),
        (
            "working_days",
            "sunday to Thursday",
            "working_days: found 'sunday to Thursday', expected days of the week from Mon, Tue, "
            "Wed, Thu, Fri, Sat, Sun; did you mean 'Sun Mon Tue Wed Thu'? Name every day.",
        ),
        (
            "working_days",
            [],
            "working_days: found '', expected at least one working day. "
            "Name the days that are worked.",
        ),
        (
            "working_days",
            5,
            "working_days: found 5, expected days of the week from Mon, Tue, Wed, "
            "Thu, Fri, Sat, Sun. Correct 5.",
        ),
        (
            "day_start",
            "9am",
            "day_start: found '9am', expected a time of day such as 09:00; "
            "did you mean '09:00'? Write hours and minutes.",
        ),
        (
            "day_start",
            "2.30 pm",
            "day_start: found '2.30 pm', expected a time of day such as "
            "09:00; did you mean '14:30'? Write hours and minutes.",
        ),
        (
            "day_start",
            "25:00",
            "day_start: found '25:00', expected a time of day such as 09:00. "
            "Write hours and minutes.",
        ),
        (
            "day_start",
            "09:00:30",
            "day_start: found '09:00:30', expected a time of day such as "
            "09:00. Write hours and minutes.",
        ),
        (
            "day_start",
            0.375,
            "day_start: found 0.375, expected a time of day such as 09:00; "
            "did you mean '09:00'? Write it as text.",
        ),
        (
            "day_start",
            9,
            "day_start: found 9, expected a time of day such as 09:00. Write it as text.",
        ),
        (
            "hours_per_day",
            0,
            "hours_per_day: found 0, expected more than 0 and up to 24. "
            "Write the working hours in a day.",
        ),
        (
            "hours_per_day",
            1e-9,
            "hours_per_day: found 1e-09, expected hours, 0.1 or more; did you mean 0? "
            "Write the working hours in a day.",
        ),
        (
            "hours_per_day",
            "eight",
            "hours_per_day: found 'eight', expected a number. Write the number alone.",
        ),
        (
            "hours_per_day",
            16,
            "hours_per_day: found 16 hours from 09:00, expected at most 15, so "
            "that the day ends by midnight. Start the day earlier, or shorten it.",
        ),
        (
            "holidays",
            "GB-EGN",
            "holidays: found 'GB-EGN', expected a region code such as GB-ENG, "
            "or ISO dates; did you mean 'GB-ENG'? Correct the code, or list the days.",
        ),
        (
            "holidays",
            "Bavaria!",
            "holidays: found 'Bavaria!', expected a region code such as "
            "GB-ENG, or ISO dates. Correct the code, or list the days.",
        ),
        (
            "holidays",
            ["2026-12-25", "26.12.2026"],
            "holidays: found '2026-12-25 26.12.2026', "
            "expected a region code such as GB-ENG, or ISO dates; did you mean 2026-12-26? "
            "Correct '26.12.2026'.",
        ),
        (
            "holidays",
            ["GB-ENG", "DE"],
            "holidays: found 'GB-ENG DE', expected a region code such "
            "as GB-ENG, or ISO dates. Correct 'GB-ENG'.",
        ),
        (
            "severity",
            {"1": 2},
            "severity: found '1=2', expected a share from 0 to 1 for each "
            "level, such as 1=1 2=0.5 3=0.2. Correct the share 2.",
        ),
        (
            "severity",
            {"high": 1},
            "severity: found 'high=1', expected a share from 0 to 1 for each "
            "level, such as 1=1 2=0.5 3=0.2. Correct the level 'high'.",
        ),
        (
            "severity",
            "1=1 1=0.5",
            "severity: found '1=1 1=0.5', expected a share from 0 to 1 for "
            "each level, such as 1=1 2=0.5 3=0.2. Give level 1 one share.",
        ),
        (
            "severity",
            "1",
            "severity: found '1', expected a share from 0 to 1 for each level, such "
            "as 1=1 2=0.5 3=0.2. Correct '1'.",
        ),
        (
            "severity",
            {},
            "severity: found '', expected a share from 0 to 1 for each level, such as "
            "1=1 2=0.5 3=0.2. Name at least one level.",
        ),
        (
            "name",
            "#N/A",
            "name: found '#N/A', expected text, not the error of a formula. "
            "Mend the formula, or write the value.",
        ),
    ],
)
def test_faults(key, value, said):
    """Every wrong value says what is right."""
    assert read({**FIRST, key: value})[1] == [f"portfolio, {said}"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (
            "start",
            "2026-01-05T09:00",
            "start: found '2026-01-05T09:00', expected a date without a "
            "time of day. Read as 2026-01-05.",
        ),
        (
            "timezone",
            "europe/berlin",
            "timezone: found 'europe/berlin', expected the time zone as "
            "'Europe/Berlin'. Read as 'Europe/Berlin'.",
        ),
        (
            "holidays",
            "gb_eng",
            "holidays: found 'gb_eng', expected the region as 'GB-ENG'. Read as 'GB-ENG'.",
        ),
        (
            "hours_per_day",
            "7,5",
            "hours_per_day: found '7,5', expected a decimal point and no "
            "thousands marks. Read as 7.5.",
        ),
        (
            "hours_per_day",
            0.3125,
            "hours_per_day: found 0.3125, expected hours (as a share of the day it would be 7.5 "
            "hours). Read as 0.3125.",
        ),
        (
            "currency",
            "€",
            "currency: found '€', expected an ISO 4217 code such as EUR. Shown as it stands.",
        ),
        (
            "severity",
            "1=0.5 2=1",
            "severity: found '1=0.5 2=1', expected shares that fall from "
            "level to level, as 1 is the most severe. Taken as they stand.",
        ),
        (
            "colour",
            "red",
            "colour: found an unknown key, expected one of name, start, currency, "
            "status_date, timezone, working_days, day_start, hours_per_day, holidays, severity. "
            "It was left out.",
        ),
        (
            "Day start",
            "10:00",
            "day_start: found the key 'Day start', expected 'day_start'. Read as 'day_start'.",
        ),
    ],
)
def test_warnings(key, value, said):
    """Every assumption is told."""
    _, faults, warnings = read({**FIRST, key: value})
    assert (faults, warnings) == ([], [f"portfolio, {said}"])


def test_slip_in_a_key():
    """A key close to one that is not there is a fault, also inside the calendar section."""
    keys = (
        "name, start, currency, status_date, timezone, working_days, day_start, "
        "hours_per_day, holidays, severity"
    )
    assert read(
        {"nme": "Small", "start": "2026-01-05", "calendar": {"hours_a_day": 8, "holiday": "DE"}}
    )[1] == [
        f"portfolio, {key}: found an unknown key, expected one of {keys}; did you mean '{right}'? "
        "Rename the key."
        for key, right in (
            ("nme", "name"),
            ("hours_a_day", "hours_per_day"),
            ("holiday", "holidays"),
        )
    ]


def test_key_twice():
    """A key may stand once, in whatever case."""
    assert read({**FIRST, "Name": "Large"})[1] == [
        "portfolio, Name: found a second key 'name', expected one. Rename or remove one of the two."
    ]


def test_a_section_of_another_kind():
    """A calendar that is no section is not left aside in silence."""
    _, faults, warnings = read({**FIRST, "calendar": "five days"})
    assert faults == []
    assert warnings[0].startswith("portfolio, calendar: found an unknown key, ")
