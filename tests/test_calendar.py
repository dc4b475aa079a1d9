"""The clock, against plain counting, published holidays and the time-zone database."""

from __future__ import annotations

import pickle
import time
from dataclasses import FrozenInstanceError
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svcimpact.calendar import Calendar
from svcimpact.workdays import WEEKDAYS

MONDAY = pd.Timestamp("2026-03-09")
# www.gov.uk/bank-holidays, England and Wales, 2026
ENGLAND_2026 = [
    "2026-01-01",
    "2026-04-03",
    "2026-04-06",
    "2026-05-04",
    "2026-05-25",
    "2026-08-31",
    "2026-12-25",
    "2026-12-28",
]
# Nationwide public holidays of Germany, 2026, that fall on a weekday
GERMANY_2026 = [
    "2026-01-01",
    "2026-04-03",
    "2026-04-06",
    "2026-05-01",
    "2026-05-14",
    "2026-05-25",
    "2026-12-25",
]


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Draw a calendar with any week, day and holidays that fit."""
    opens = draw(st.integers(0, 23 * 60))
    quarters = draw(st.integers(1, (24 * 60 - opens) // 15))
    start = draw(st.dates(date(1995, 1, 1), date(2060, 1, 1)))
    near = st.integers(-20, 20).map(lambda days: start + timedelta(days=days))
    week = draw(st.sets(st.sampled_from(WEEKDAYS), min_size=1))
    return Calendar(
        start=pd.Timestamp(start),
        working_days=tuple(day for day in WEEKDAYS if day in week),
        day_start=f"{opens // 60:02d}:{opens % 60:02d}",
        hours_per_day=quarters / 4,
        holidays=draw(st.one_of(st.sampled_from(["", "GB-ENG", "DE"]), st.tuples(near, near))),
    )


def count_minutes(calendar: Calendar, when: datetime, closed: set[date]) -> float:
    """Count the working hours from the start to a time one minute at a time."""
    opens = int(calendar.day_start[:2]) * 60 + int(calendar.day_start[3:])
    start = calendar.start.to_pydatetime()
    low, high = sorted((start, when))
    minutes = 0
    while low < high:
        if WEEKDAYS[low.weekday()] in calendar.working_days and low.date() not in closed:
            minute = low.hour * 60 + low.minute
            minutes += opens <= minute < opens + calendar.hours_per_day * 60
        low += timedelta(minutes=1)
    return (minutes if when >= start else -minutes) / 60


@settings(max_examples=60, deadline=None)
@given(calendars(), st.integers(-12 * 1440, 12 * 1440))
def test_hours_agree_with_counting_minutes(calendar: Calendar, minute: int) -> None:
    """The clock reads what counting every single minute gives, before the start and after."""
    import holidays

    if isinstance(calendar.holidays, str):
        country, _, subdivision = calendar.holidays.partition("-")
        years = [calendar.start.year + shift for shift in (-1, 0, 1)]
        region = country and holidays.country_holidays(
            country, subdiv=subdivision or None, years=years
        )
        closed = set(region or ())
    else:
        closed = set(calendar.holidays)
    when = calendar.start.to_pydatetime() + timedelta(minutes=minute)
    assert calendar.hours(when) == pytest.approx(count_minutes(calendar, when, closed), abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(
    calendars(),
    st.lists(st.floats(-4e3, 2e4), min_size=1, max_size=20),
    st.sampled_from(["start", "finish"]),
)
def test_hours_to_wall_clock_and_back(calendar: Calendar, days: list[float], side: str) -> None:
    """Going to the wall clock and back returns the same hours, on either side of the night."""
    hours = np.array(days) * calendar.hours_per_day
    back = calendar.hours(calendar.when(hours, side=side))
    assert np.abs(back - hours).max() <= 1e-6


@settings(max_examples=200, deadline=None)
@given(calendars(), st.lists(st.integers(-(10**7), 10**8), min_size=2, max_size=40))
def test_the_clock_never_runs_backwards(calendar: Calendar, minutes: list[int]) -> None:
    """A later wall-clock time never reads fewer working hours."""
    base = np.datetime64(calendar.start, "us").astype("datetime64[us]")
    found = calendar.hours(base + np.sort(np.array(minutes)) * np.timedelta64(1, "m"))
    assert (np.diff(found) >= 0).all()


@settings(max_examples=200, deadline=None)
@given(calendars(), st.integers(-3000, 9000))
def test_the_clock_stands_still_overnight(calendar: Calendar, day: int) -> None:
    """Evening, midnight and the next working morning are one number, to the last bit."""
    evening = calendar.when(day * calendar.hours_per_day, side="finish")
    morning = calendar.when(day * calendar.hours_per_day, side="start")
    between = evening + np.linspace(0, 1, 50) * (morning - evening)
    assert set(calendar.hours(between)) == {day * calendar.hours_per_day}


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(
        ["Europe/London", "America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "UTC"]
    ),
    st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)),
    st.integers(0, 10**6),
)
def test_elapsed_time_agrees_with_the_time_zone_database(
    zone: str, when: datetime, minutes: int
) -> None:
    """Local to UTC, plus the hours, and back is what the standard library makes of it."""
    tz = ZoneInfo(zone)
    begin = when.replace(tzinfo=tz).astimezone(ZoneInfo("UTC"))
    if begin.astimezone(tz).replace(tzinfo=None) != when:
        return  # a time the clocks skip: a case of its own below
    expected = (begin + timedelta(minutes=minutes)).astimezone(tz).replace(tzinfo=None)
    calendar = Calendar(MONDAY, timezone=zone)
    assert calendar.later(when, minutes / 60).astype(datetime) == expected


@pytest.mark.parametrize(
    ("zone", "when", "elapsed", "expected"),
    [
        ("Europe/London", "2026-03-28 18:00", 14, "2026-03-29 09:00"),
        ("Europe/London", "2026-10-24 18:00", 14, "2026-10-25 07:00"),
        ("Europe/London", "2026-03-29 01:30", 1, "2026-03-29 03:00"),
        ("Europe/London", "2026-10-25 01:30", 1, "2026-10-25 01:30"),
        ("Europe/London", "2026-10-25 01:30", 2, "2026-10-25 02:30"),
        ("America/New_York", "2026-03-07 20:00", 12, "2026-03-08 09:00"),
        ("America/New_York", "2026-10-31 20:00", 12, "2026-11-01 07:00"),
        ("America/New_York", "2026-03-09 10:00", 24, "2026-03-10 10:00"),
        ("UTC", "2026-03-28 18:00", 14, "2026-03-29 08:00"),
    ],
)
def test_nights_on_which_the_clocks_change(
    zone: str, when: str, elapsed: float, expected: str
) -> None:
    """Such a night is 23 or 25 hours long, a skipped time moves on, of a double one the first."""
    calendar = Calendar(
        MONDAY, working_days=WEEKDAYS, day_start="00:00", hours_per_day=24, timezone=zone
    )
    assert calendar.later(when, elapsed) == np.datetime64(expected)
    assert calendar.after(when, elapsed) == calendar.hours(expected)


def test_outage_overnight_costs_no_working_hour() -> None:
    """An outage from 18:00 to 08:00 passes outside working hours; one until 10:30 costs 1.5."""
    calendar = Calendar(MONDAY, timezone="Europe/London")
    begin = calendar.hours("2026-03-10 18:00")
    assert calendar.after("2026-03-10 18:00", 14.0) - begin == 0
    assert calendar.after("2026-03-10 18:00", 16.5) - begin == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("region", "listed", "worked"), [("GB-ENG", ENGLAND_2026, 253), ("DE", GERMANY_2026, 254)]
)
def test_bank_holidays_against_published_lists(region: str, listed: list[str], worked: int) -> None:
    """No hour is worked on a published holiday of 2026, and every other weekday is worked."""
    calendar = Calendar(pd.Timestamp("2026-01-01"), holidays=region)
    days = pd.bdate_range("2026-01-01", "2026-12-31")
    begin, end = calendar.span(days, days)
    free = days[end - begin == 0].strftime("%Y-%m-%d")
    assert free.tolist() == listed
    assert calendar.hours("2027-01-01") == worked * 7.5


def test_easter_week_by_hand() -> None:
    """In England the working day after Thursday 2 April 2026 is Tuesday 7 April."""
    calendar = Calendar(pd.Timestamp("2026-04-02"), holidays="GB-ENG")
    assert calendar.when(7.5) == np.datetime64("2026-04-07 09:00")
    assert calendar.when(7.5, side="finish") == np.datetime64("2026-04-02 16:30")
    assert calendar.hours("2026-04-07 10:00") == 8.5
    assert calendar.day(7.5) == np.datetime64("2026-04-07")
    assert calendar.day(7.5, side="finish") == np.datetime64("2026-04-02")


def test_holidays_listed_are_those_of_the_region() -> None:
    """A list of dates and the region code that stands for it make the same clock."""
    listed = Calendar(MONDAY, holidays=tuple(date.fromisoformat(day) for day in ENGLAND_2026))
    region = Calendar(MONDAY, holidays="GB-ENG")
    days = pd.date_range("2026-01-01", "2026-12-31", freq="5h")
    np.testing.assert_array_equal(listed.hours(days), region.hours(days))


def test_clock_reads_the_same_however_far_it_is_asked() -> None:
    """Asking fifty years ahead or back changes no earlier answer."""
    calendar = Calendar(MONDAY, holidays="GB-ENG")
    near = pd.date_range("2025-06-01", "2027-06-01", freq="7h").to_numpy()
    alone = calendar.hours(near)
    far = np.concatenate((near, pd.to_datetime(["1976-03-09", "2076-03-09"]).to_numpy()))
    np.testing.assert_array_equal(calendar.hours(far)[:-2], alone)
    assert calendar.hours("2076-03-09") > 90_000
    assert calendar.hours("1976-03-09") < -90_000


def test_the_first_day_need_not_be_worked() -> None:
    """From a Saturday on, hour zero is Monday morning, and the evening before it is Friday's."""
    calendar = Calendar(pd.Timestamp("2026-03-07 15:00"))
    assert calendar.hours("2026-03-07") == 0 == calendar.hours("2026-03-09 09:00")
    assert calendar.when(0.0) == np.datetime64("2026-03-09 09:00")
    assert calendar.when(0.0, side="finish") == np.datetime64("2026-03-06 16:30")
    assert calendar.when(-7.5) == np.datetime64("2026-03-06 09:00")


def test_a_day_may_end_at_midnight() -> None:
    """A day of 24 hours, and a shift until midnight, fit; the evening is the next date at 00:00."""
    late = Calendar(MONDAY, day_start="16:00", hours_per_day=8)
    assert late.when(8.0, side="finish") == np.datetime64("2026-03-10 00:00")
    assert late.day(8.0, side="finish") == np.datetime64("2026-03-09")
    assert late.hours("2026-03-10") == 8


def test_absences_cover_both_their_days() -> None:
    """Thursday to Sunday is two working days, a weekend none, and arrays go through at once."""
    calendar = Calendar(MONDAY)
    assert calendar.span("2026-03-12", "2026-03-15") == (22.5, 37.5)
    assert calendar.span("2026-03-14", "2026-03-15") == (37.5, 37.5)
    begin, end = calendar.span(
        pd.Series(pd.to_datetime(["2026-03-09", "2026-03-12"])),
        pd.Series(pd.to_datetime(["2026-03-09", "2026-03-12"])),
    )
    assert (begin.tolist(), end.tolist()) == ([0.0, 22.5], [7.5, 30.0])


def test_weeks_run_from_monday_without_gaps() -> None:
    """Weeks start on Monday, keep the empty ones, and end where the next begins."""
    off = tuple(date(2026, 3, day) for day in range(16, 21))
    calendar = Calendar(pd.Timestamp("2026-03-11"), holidays=off)
    mondays, edges = calendar.weeks(0.0, 30.0)
    assert mondays.astype(str).tolist() == [
        f"2026-03-{day:02d}T00:00:00.000000" for day in (9, 16, 23)
    ]
    assert edges.tolist() == [-15.0, 22.5, 22.5, 60.0]
    assert calendar.weeks(22.5, 22.5)[0].tolist() == [datetime(2026, 3, 23)]
    assert calendar.weeks(0.0, 22.5)[0].tolist() == [datetime(2026, 3, 9)]


def test_every_kind_of_date_is_read() -> None:
    """Text, dates, timestamps, arrays, series and missing values all go in, shape kept."""
    calendar = Calendar(MONDAY, timezone="Europe/London")
    for when in (
        "2026-03-10 10:00",
        datetime(2026, 3, 10, 10),
        pd.Timestamp("2026-03-10 10:00"),
        np.datetime64("2026-03-10T10:00"),
        pd.Timestamp("2026-03-10 11:00", tz="Europe/Berlin"),
        "2026-03-10T06:00-04:00",
    ):
        found = calendar.hours(when)
        assert isinstance(found, float)
        assert found == 8.5
    assert calendar.hours(date(2026, 3, 11)) == 15.0
    assert np.isnan([calendar.hours(none) for none in (None, pd.NaT, float("nan"))]).all()
    block = np.array([["2026-03-09", "2026-03-10"], ["NaT", "2026-03-11"]], dtype="datetime64[D]")
    np.testing.assert_array_equal(calendar.hours(block), [[0, 7.5], [np.nan, 15]])
    aware = pd.Series(pd.to_datetime(["2026-06-09 08:00", None])).dt.tz_localize("UTC")
    local = calendar.hours("2026-06-09 09:00")
    np.testing.assert_array_equal(calendar.hours(aware), [local, np.nan])
    mixed = [pd.Timestamp("2026-03-10 10:00"), None, "2026-03-11"]
    np.testing.assert_array_equal(calendar.hours(mixed), [8.5, np.nan, 15.0])
    assert calendar.hours([]).shape == (0,)


def test_missing_and_endless_hours() -> None:
    """NaN hours have no date, and an outage without end is infinitely many working hours."""
    calendar = Calendar(MONDAY, timezone="Europe/London")
    assert np.isnat(calendar.when([np.nan, np.inf, -np.inf])).all()
    assert np.isnat(calendar.day(np.nan))
    assert np.isnat(calendar.later("2026-03-09", np.inf))
    found = calendar.after("2026-03-09 09:00", [np.inf, np.nan, 1.0])
    np.testing.assert_array_equal(found, [np.inf, np.nan, 1.0])
    assert np.isnan(calendar.after(None, 1.0))


def test_starts_and_elapsed_hours_broadcast() -> None:
    """A column of starts and a row of hours make a table, each cell what it is alone."""
    calendar = Calendar(MONDAY, timezone="Europe/London")
    starts = np.array(["2026-03-28T18:00", "2026-03-30T10:00"], dtype="datetime64[us]")[:, None]
    elapsed = np.array([0.0, 14.5, 40.0])
    found = calendar.after(starts, elapsed)
    alone = [[calendar.after(one[0], hours) for hours in elapsed] for one in starts]
    np.testing.assert_array_equal(found, alone)


def test_a_million_restorations_take_no_time() -> None:
    """10,000 runs by 100 incidents are mapped in one go (limit many times what it takes)."""
    calendar = Calendar(MONDAY, timezone="Europe/London", holidays="GB-ENG")
    elapsed = np.random.default_rng(1).lognormal(3, 1, (10_000, 100))
    begin = time.process_time()
    found = calendar.after("2026-03-27 10:00", elapsed)
    assert time.process_time() - begin < 3
    assert found.shape == elapsed.shape
    np.testing.assert_allclose(calendar.hours(calendar.when(found)), found, atol=1e-6)


def test_a_calendar_is_a_value() -> None:
    """Equal settings are equal calendars, lists are taken as tuples, and nothing can be changed."""
    days = [date(2026, 5, 4), date(2026, 4, 3)]
    one = Calendar(MONDAY, list(WEEKDAYS[:5]), holidays=days)  # type: ignore[arg-type]
    two = Calendar(MONDAY, WEEKDAYS[:5], holidays=tuple(reversed(days)))
    assert one == two
    assert hash(one) == hash(two)
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301
    with pytest.raises(FrozenInstanceError):
        one.day_start = "08:00"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": pd.NaT}, "start: found no date, expected the day on which the clock starts"),
        (
            {"working_days": ("Mon", "Monday")},
            "working_days: found 'Monday', expected one or more of Mon, Tue, Wed, Thu, Fri, Sat, "
            "Sun",
        ),
        (
            {"working_days": ()},
            "working_days: found no day, expected one or more of Mon, Tue, Wed, Thu, Fri, Sat, Sun",
        ),
        (
            {"day_start": "9am"},
            "day_start: found '9am', expected HH:MM between 00:00 and 23:59",
        ),
        (
            {"day_start": "24:00"},
            "day_start: found '24:00', expected HH:MM between 00:00 and 23:59",
        ),
        (
            {"hours_per_day": 0},
            "hours_per_day: found 0, expected more than 0 and at most 24",
        ),
        (
            {"hours_per_day": float("nan")},
            "hours_per_day: found nan, expected more than 0 and at most 24",
        ),
        (
            {"day_start": "20:00"},
            "hours_per_day: 7.5 hours from 20:00 end after midnight, expected a working day that "
            "ends by 24:00; start it earlier or make it shorter",
        ),
        (
            {"timezone": "Europe/Londn"},
            "timezone: found 'Europe/Londn', expected an IANA name such as 'Europe/London'; did "
            "you mean 'Europe/London'?",
        ),
        (
            {"timezone": "../etc"},
            "timezone: found '../etc', expected an IANA name such as 'Europe/London'",
        ),
        (
            {"timezone": "Europe"},
            "timezone: found 'Europe', expected an IANA name such as 'Europe/London'",
        ),
        (
            {"timezone": ""},
            "timezone: found '', expected an IANA name such as 'Europe/London'",
        ),
        (
            {"holidays": "gb-ENG"},
            "holidays: found 'gb-ENG', expected a region code such as 'GB-ENG' or a list of dates; "
            "did you mean 'GB-ENG'?",
        ),
        (
            {"holidays": "?"},
            "holidays: found '?', expected a region code such as 'GB-ENG' or a list of dates",
        ),
        (
            {"holidays": "GB-EN"},
            "holidays: found 'GB-EN', expected one of GB-ENG, GB-NIR, GB-SCT, GB-WLS; did you mean "
            "'GB-ENG'?",
        ),
        ({"holidays": "AD-X"}, "holidays: found 'AD-X', expected one of AD-02, "),
    ],
)
def test_settings_that_make_no_clock(change: dict[str, object], message: str) -> None:
    """Each setting that no calendar can have is refused with what was found and expected."""
    with pytest.raises(ValueError, match=r".*") as error:
        Calendar(**{"start": MONDAY, **change})  # type: ignore[arg-type]
    assert str(error.value).startswith(message)


def test_times_that_are_no_times() -> None:
    """Text that is no ISO date, numbers, and years nobody lives in are refused by name."""
    calendar = Calendar(MONDAY, timezone="Europe/London")
    with pytest.raises(ValueError, match="found '09/03/2026', expected an ISO date or date-time"):
        calendar.hours("09/03/2026")
    with pytest.raises(TypeError, match="found 5, expected a date or a date-time"):
        calendar.hours(5)
    with pytest.raises(ValueError, match="side: found 'end', expected 'start' or 'finish'"):
        calendar.when(1.0, side="end")  # type: ignore[call-overload]
    years = "a time lies outside the years 1 to 9989; look for a date or a duration"
    for call in (
        lambda: calendar.when(1e9),
        lambda: calendar.when(-1e9),
        lambda: calendar.later(MONDAY, 1e9),
        lambda: calendar.after(MONDAY, -1e9),
        lambda: calendar.hours(np.datetime64("9999-01-01")),
    ):
        with pytest.raises(ValueError, match=years):
            call()
