"""Raw cells of every kind against the typed value, or the words, they should give."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcimpact.cells import empty_column, read_column
from svcimpact.cells.doubt import Doubt, show
from svcimpact.cells.moment import read_day, read_moment
from svcimpact.cells.number import read_integer, read_number
from svcimpact.cells.text import clean, read_choice, read_flag, read_id, read_text
from svcimpact.errors import Ledger, describe, fault_frame
from svcimpact.schema import load_schema

BERLIN = ZoneInfo("Europe/Berlin")
SCHEMA = load_schema()


def column(cells, table="tasks", name="duration_days", rows=None):
    """Return a column as read, what is said of its faults, and of its warnings."""
    ledger = Ledger()
    raw = cells if isinstance(cells, pd.Series) else pd.Series(cells, dtype=object)
    rows = np.arange(2, len(raw) + 2) if rows is None else np.asarray(rows)
    read = read_column(raw, SCHEMA[table][name], rows, BERLIN, ledger)
    told = [describe(fault_frame(found)) for found in (ledger.faults, ledger.warnings)]
    return read.cells, *told


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("5", 5),
        (" 2.5 ", 2.5),
        ("-3", -3),
        ("+3", 3),
        ("1e3", 1000),
        (".5", 0.5),
        ("5.", 5),
        (7, 7),
        (0.1, 0.1),
        (Decimal("0.25"), 0.25),
        ("\xa04\ufeff", 4),
        ("1.500", 1.5),
    ],
)
def test_plain_numbers_are_read(raw, value):
    """What is a number to everybody is read without a word."""
    assert read_number(raw) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("1,5", 1.5),
        ("-0,25", -0.25),
        ("0,500", 0.5),
        (",5", 0.5),
        ("1234,567", 1234.567),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("1 234", 1234),
        ("1 234,5", 1234.5),
        ("1\xa0234.5", 1234.5),
        ("1'234", 1234),
    ],
)
def test_marks_with_one_reading_are_read_with_a_warning(raw, value):
    """A decimal comma or thousands mark that can be nothing else is read, and said."""
    doubt = read_number(raw)
    assert isinstance(doubt, Doubt)
    assert not doubt.is_fault
    assert doubt.value == value
    assert doubt.expected == "a decimal point and no thousands marks"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            "1,500",
            "found '1,500', expected a number with one reading; did you mean 1.5 or 1500? "
            "Write a decimal point and no thousands marks.",
        ),
        (
            "5 days",
            "found '5 days', expected a number of working days; did you mean 5? "
            "Write the number alone.",
        ),
        (
            "EUR 5",
            "found 'EUR 5', expected a number of working days; did you mean 5? "
            "Write the number alone.",
        ),
        ("1 week", "found '1 week', expected a number of working days. Write the number alone."),
        ("5k", "found '5k', expected a number of working days. Write the number alone."),
        (
            "50%",
            "found '50%', expected a number of working days; did you mean 0.5? "
            "Write the number alone.",
        ),
        ("2 to 3", "found '2 to 3', expected a number of working days. Write the number alone."),
        ("soon", "found 'soon', expected a number of working days. Write the number alone."),
        ("\uff11", "found '\uff11', expected a number of working days. Write the number alone."),
        ("1_000", "found '1_000', expected a number of working days. Write the number alone."),
        (
            "#N/A",
            "found '#N/A', expected a number, not the error of a formula. "
            "Mend the formula, or write the value.",
        ),
        ("NaN", "found 'NaN', expected a finite number. Write a number, or leave the cell blank."),
        (
            "-inf",
            "found '-inf', expected a finite number. Write a number, or leave the cell blank.",
        ),
        (np.inf, "found inf, expected a finite number. Write a number, or leave the cell blank."),
        (
            "1e999",
            "found '1e999', expected a finite number. Write a number, or leave the cell blank.",
        ),
        (
            10**400,
            "found a number of 60 digits or more, expected a finite number. "
            "Write a number, or leave the cell blank.",
        ),
        (True, "found TRUE, expected a number of working days. Write a number."),
        (date(2026, 3, 4), "found 2026-03-04, expected a number of working days. Write a number."),
        (-1, "found -1, expected a number from 0 to 36500. Correct the number."),
        ("36501", "found '36501', expected a number from 0 to 36500. Correct the number."),
    ],
)
def test_wrong_numbers(cell, said):
    """Whatever is no number, or not one within the limits, is a fault with its cure."""
    cells, faults, warnings = column([cell])
    assert faults == [f"tasks, row 2, duration_days: {said}"]
    assert warnings == []
    assert cells.isna().all()


def test_limits_on_one_side():
    """A column with only a least value says so."""
    _, faults, _ = column([-1], "resources", "capacity_fte")
    assert faults == [
        "resources, row 2, capacity_fte: found -1, expected at least 0. Correct the number."
    ]


@pytest.mark.parametrize("typed", [True, False])
def test_no_number_is_larger_than_anybody_means(typed):
    """Products of numbers of 308 digits overflow; 1e15 of any money or people is plenty."""
    cells = pd.Series([1e308, 1e15]) if typed else ["1e308", 1e15]
    _, faults, _ = column(cells, "services", "outage_cost_per_hour")
    found = "1e+308" if typed else "'1e308'"
    assert faults == [
        f"services, row 2, outage_cost_per_hour: found {found}, expected a number of at most "
        "1e15. Correct the number."
    ]


def test_a_typed_column_with_infinity_is_looked_at_cell_by_cell():
    """Infinity in a float column is a fault in its own row, and NaN is a blank."""
    cells, faults, _ = column(pd.Series([1.0, np.inf, np.nan]))
    assert faults == [
        "tasks, row 3, duration_days: found inf, expected a finite number. "
        "Write a number, or leave the cell blank."
    ]
    assert cells.tolist()[0] == 1


def test_a_point_beside_decimal_commas_has_two_readings():
    """1.500 is plain alone, but not in a column that writes 2,5."""
    cells, faults, warnings = column(["2,5", "1.500", "1.25"])
    assert faults == [
        "tasks, row 3, duration_days: found '1.500', expected a number with one reading, in a "
        "column with decimal commas; did you mean 1.5 or 1500? "
        "Write a decimal point and no thousands marks."
    ]
    assert warnings == [
        "tasks, row 2, duration_days: found '2,5', expected a decimal point and "
        "no thousands marks. Read as 2.5."
    ]
    assert cells.tolist()[::2] == [2.5, 1.25]


def test_one_warning_for_many_cells():
    """Cells read with the same assumption share a warning that names the first of them."""
    _, _, warnings = column([f"{k},5" for k in range(9)])
    assert warnings == [
        "tasks, rows 2, 3, 4, 5, 6 and 4 more, duration_days: found '0,5', '1,5', '2,5' and 6 "
        "more, expected a decimal point and no thousands marks. Read as 0.5, 1.5, 2.5 and 6 more."
    ]


def test_rows_are_those_the_user_sees():
    """The row numbers handed in stand in the messages."""
    assert column(["x"], rows=[17])[1][0].startswith("tasks, row 17, duration_days: ")


@pytest.mark.parametrize("raw", [2, 2.0, "2", "2.0", Decimal(2)])
def test_whole_numbers(raw):
    """A whole number is one however it is written."""
    assert read_integer(raw) == 2


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (1.5, "found 1.5, expected a whole number; did you mean 2? Write a whole number."),
        ("2,5", "found '2,5', expected a whole number; did you mean 3? Write a whole number."),
        ("high", "found 'high', expected a whole number. Write the number alone."),
        (0, "found 0, expected at least 1. Correct the number."),
        (1e300, "found 1e+300, expected a whole number. Write a whole number."),
    ],
)
def test_wrong_whole_numbers(cell, said):
    """A rank has to be whole and at least 1."""
    _, faults, _ = column([cell], "projects", "priority")
    assert faults == [f"projects, row 2, priority: {said}"]


def test_whole_number_with_thousands_marks():
    """Marks with one reading are read in whole numbers too."""
    cells, faults, warnings = column(["1,234,567"], "projects", "priority")
    assert (cells.tolist(), faults) == ([1234567], [])
    assert warnings[0].endswith("Read as 1234567.")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (" a ", "a"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\tb", "a\tb"),
        ("\ufeffa", "a"),
        ("e\u0301", "é"),
        (101.0, "101"),
        (4.5, "4.5"),
        (101, "101"),
        (True, "TRUE"),
        (date(2026, 3, 4), "2026-03-04"),
        (datetime(2026, 3, 4, 9, 30), "2026-03-04T09:30"),
        (time(9), "09:00"),
        ("  ", ""),
        ("1.0", "1.0"),
        ("NA", "NA"),
    ],
)
def test_text(raw, text):
    """Text is cleaned, and other cells are written as a spreadsheet shows them."""
    assert read_text(raw) == text


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    """Clean text stays as it is, can be encoded, and is in composed form."""
    once = clean(text)
    assert clean(once) == once == once.strip()
    assert unicodedata.is_normalized("NFC", once)
    assert "\r" not in once
    once.encode("utf-8")


def test_control_characters_are_dropped_with_a_warning():
    """What nobody can see is not kept, and not dropped in silence."""
    cells, faults, warnings = column(["a\x07b", "T\u200b9"], "tasks", "name")
    assert (cells.tolist(), faults) == (["ab", "T9"], [])
    assert warnings == [
        "tasks, rows 2 and 3, name: found 'a\\x07b' and 'T\\u200b9', expected no control or "
        "invisible characters. Read as 'ab' and 'T9'."
    ]


@pytest.mark.parametrize("mark", ["\u202a", "\u202e", "\u200e", "\u2066", "\u00ad"])
def test_marks_that_nobody_sees_do_not_make_another_id(mark):
    """What Windows, browsers and word processors copy along is dropped from ids, and told."""
    cells, faults, warnings = column([f"{mark}T1", "T2"], "tasks", "task")
    assert (cells.tolist(), faults) == (["T1", "T2"], [])
    assert warnings == [
        f"tasks, row 2, task: found '{mark.encode('unicode_escape').decode()}T1', expected no "
        "control or invisible characters. Read as 'T1'."
    ]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            "#REF!",
            "found '#REF!', expected text, not the error of a formula. "
            "Mend the formula, or write the value.",
        ),
        (timedelta(hours=1), "found 1:00:00, expected text. Write it as text."),
        ([1, 2], "found [1, 2], expected text. Write it as text."),
    ],
)
def test_wrong_text(cell, said):
    """The error of a formula is no name."""
    assert column([cell], "tasks", "name")[1] == [f"tasks, row 2, name: {said}"]


def test_ids_from_a_spreadsheet():
    """A number is the id it shows; a number with a point may have lost a zero."""
    cells, faults, warnings = column([101.0, 7, "T1 ", 1.1], "tasks", "task")
    assert (cells.tolist(), faults) == (["101", "7", "T1", "1.1"], [])
    assert warnings == [
        "tasks, row 5, task: found 1.1, expected an id as text, so that 1.10 stays "
        "1.10. Read as '1.1'."
    ]


@pytest.mark.parametrize("cell", [date(2026, 3, 4), datetime(2026, 3, 4), True, time(9)])
def test_an_id_that_became_a_date_is_a_fault(cell):
    """A spreadsheet turns 3-4 into a date; the id is lost."""
    doubt = read_id(cell)
    assert doubt.is_fault
    assert column([cell], "tasks", "task")[1] == [
        f"tasks, row 2, task: found {show(cell)}, expected an id. "
        "Format the column as text and type the id again."
    ]


def test_choices():
    """Case, spaces and hyphens are forgiven with a warning, anything else is a fault."""
    cells, faults, warnings = column(
        ["early_life_support", "Early-life support", "trainning", "x", "#N/A"], "tasks", "activity"
    )
    choices = "work, service_test, training, business_change, handover, early_life_support"
    assert cells.tolist()[:2] == ["early_life_support"] * 2
    assert faults == [
        f"tasks, row 4, activity: found 'trainning', expected one of {choices}; "
        "did you mean 'training'? Choose one of them.",
        f"tasks, row 5, activity: found 'x', expected one of {choices}. Choose one of them.",
        "tasks, row 6, activity: found '#N/A', expected text, not the error of a formula. "
        "Mend the formula, or write the value.",
    ]
    assert warnings == [
        f"tasks, row 3, activity: found 'Early-life support', expected one of {choices}. "
        "Read as 'early_life_support'."
    ]
    assert read_choice("FS", ("FS", "SS")) == "FS"


@pytest.mark.parametrize("raw", [True, 1, 1.0, "yes", "TRUE", " Yes ", "1"])
def test_yes(raw):
    """All that means yes."""
    assert read_flag(raw) is True


@pytest.mark.parametrize("raw", [False, 0, 0.0, "no", "False", "0"])
def test_no(raw):
    """All that means no."""
    assert read_flag(raw) is False


@pytest.mark.parametrize("cell", ["maybe", 2, "x", date(2026, 1, 1)])
def test_neither_yes_nor_no(cell):
    """Anything else is a fault."""
    assert column([cell], "tasks", "can_start_early")[1] == [
        f"tasks, row 2, can_start_early: found {show(cell)}, expected yes or no. Write yes or no."
    ]


def test_failed_formula_in_a_flag():
    """The error of a formula is told as such."""
    assert read_flag("#VALUE!").expected == "yes or no, not the error of a formula"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("2026-03-31", datetime(2026, 3, 31)),
        (" 2026-03-31 ", datetime(2026, 3, 31)),
        ("2026-03-31T09:30", datetime(2026, 3, 31, 9, 30)),
        ("2026-03-31 09:30:15.25", datetime(2026, 3, 31, 9, 30, 15, 250000)),
        (date(2026, 3, 31), datetime(2026, 3, 31)),
        (datetime(2026, 3, 31, 9), datetime(2026, 3, 31, 9)),
        # Published offsets of Europe/Berlin: +1 h until 2026-03-29 01:00 UTC, then +2 h.
        ("2026-03-29T00:59Z", datetime(2026, 3, 29, 1, 59)),
        ("2026-03-29T01:00Z", datetime(2026, 3, 29, 3, 0)),
        ("2026-10-25T00:30+00:00", datetime(2026, 10, 25, 2, 30)),
        ("2026-10-25T01:30+00:00", datetime(2026, 10, 25, 2, 30)),
        ("2026-03-31T09:30-05:00", datetime(2026, 3, 31, 16, 30)),
        (datetime(2026, 1, 1, 0, 30, tzinfo=UTC), datetime(2026, 1, 1, 1, 30)),
    ],
)
def test_dates(raw, value):
    """ISO text, date cells and times with an offset become naive local time."""
    read = read_moment(raw, BERLIN)
    assert read == value
    assert read.tzinfo is None


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            "03/04/2026",
            "did you mean 2026-04-03 or 2026-03-04? Write year, month and day in order.",
        ),
        ("25/12/2026", "did you mean 2026-12-25? Write year, month and day in order."),
        ("31.12.26", "did you mean 2026-12-31? Write year, month and day in order."),
        ("3.4.2026", "did you mean 2026-04-03? Write year, month and day in order."),
        ("2026/3/4", "did you mean 2026-03-04? Write year, month and day in order."),
        ("04/04/2026 10:00", "did you mean 2026-04-04? Write year, month and day in order."),
        ("25 Dec 2026", "did you mean 2026-12-25? Write year, month and day in order."),
        ("December 25, 2026", "did you mean 2026-12-25? Write year, month and day in order."),
        (46023.0, "did you mean 2026-01-01? Format the column as a date."),
        (46023.375, "did you mean 2026-01-01T09:00? Format the column as a date."),
    ],
)
def test_dates_that_can_be_guessed_are_not(cell, said):
    """A date in another order is a fault that shows what it may mean."""
    assert column([cell], "tasks", "planned_start")[1] == [
        f"tasks, row 2, planned_start: found {show(cell)}, expected an ISO date or date-time such "
        f"as 2026-03-31T09:00; {said}"
    ]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("Q3", "expected an ISO date such as 2026-03-31. Write year, month and day in order."),
        (
            "13/13/2026",
            "expected an ISO date such as 2026-03-31. Write year, month and day in order.",
        ),
        (
            "2026-02-30",
            "expected an ISO date such as 2026-03-31 that exists; "
            "did you mean 2026-02-28? Correct the date.",
        ),
        ("2026-13-01", "expected an ISO date such as 2026-03-31 that exists. Correct the date."),
        (
            "2026-03-31T25:00",
            "expected an ISO date such as 2026-03-31 that exists. Correct the date.",
        ),
        (
            "1026-03-31",
            "expected an ISO date such as 2026-03-31, from 1901 to 2199. Correct the year.",
        ),
        (
            "0001-01-01T00:00+14:00",
            "expected an ISO date such as 2026-03-31, from 1901 to 2199. Correct the year.",
        ),
        (
            "#VALUE!",
            "expected an ISO date such as 2026-03-31, not the error of a formula. "
            "Mend the formula, or write the value.",
        ),
        (
            True,
            "expected an ISO date such as 2026-03-31. "
            "Write it as text in this form, or as a date cell.",
        ),
        (
            12,
            "expected an ISO date such as 2026-03-31. "
            "Write it as text in this form, or as a date cell.",
        ),
        (
            time(9),
            "expected an ISO date such as 2026-03-31. "
            "Write it as text in this form, or as a date cell.",
        ),
    ],
)
def test_unreadable_dates(cell, said):
    """What is no date says what one looks like."""
    assert column([cell], "projects", "due")[1] == [
        f"projects, row 2, due: found {show(cell)}, {said}"
    ]


def test_a_day_has_no_time():
    """A time of day in a column of dates is left out with a warning."""
    cells, faults, warnings = column(["2026-03-31T15:00", "2026-03-31"], "projects", "due")
    assert (cells.tolist(), faults) == ([pd.Timestamp("2026-03-31")] * 2, [])
    assert warnings == [
        "projects, row 2, due: found '2026-03-31T15:00', expected a date without a "
        "time of day. Read as 2026-03-31."
    ]
    assert read_day("", BERLIN) == ""


@pytest.mark.parametrize(
    "typed",
    [
        pd.Series(pd.to_datetime(["2026-03-29T01:00Z", None])).astype("datetime64[ns, UTC]"),
        pd.Series(pd.to_datetime(["2026-03-29T03:00", None])).astype("datetime64[s]"),
        pd.Series([np.datetime64("2026-03-29T03:00"), None], dtype=object),
        pd.Series([pd.Timestamp("2026-03-29T03:00:00.000000009"), None], dtype=object),
        pd.Series([pd.Timestamp("2026-03-29T03:00:00.000000009"), None]),
    ],
)
def test_typed_columns_of_dates(typed):
    """Typed date columns of any resolution and zone become local microseconds."""
    cells, faults, _ = column(typed, "tasks", "planned_start")
    assert faults == []
    assert cells.dtype == "datetime64[us]"
    assert cells[0] == pd.Timestamp("2026-03-29 03:00")
    assert cells[1] is pd.NaT


@pytest.mark.parametrize("dtype", ["category", "string", "str", "object"])
def test_typed_columns_of_text(dtype):
    """Text comes in several arrays and is read alike."""
    cells, faults, warnings = column(pd.Series(["T1", " T2", None]).astype(dtype), "tasks", "task")
    assert faults == warnings == []
    assert cells.dtype == "str"
    assert cells.tolist()[:2] == ["T1", "T2"]
    assert cells.isna().tolist() == [False, False, True]


@pytest.mark.parametrize("dtype", ["int8", "Int64", "float32", "Float64", "uint16"])
def test_typed_columns_of_numbers(dtype):
    """Numbers come in several arrays and are read alike."""
    cells, faults, _ = column(pd.Series([1, 2]).astype(dtype), "projects", "priority")
    assert faults == []
    assert cells.dtype == "Int64"
    assert cells.tolist() == [1, 2]


def test_equal_cells_of_different_types_are_kept_apart():
    """True, 1 and 1.0 are equal to Python, and not alike in a table."""
    cells, faults, _ = column([1, True, 1.0])
    assert cells.tolist()[::2] == [1, 1]
    assert len(faults) == 1


def test_blank_cells():
    """None, NaN, NaT, white space and a lone byte order mark are all blank."""
    ledger = Ledger()
    raw = pd.Series([None, np.nan, pd.NaT, pd.NA, " ", "\ufeff", "\xa0", ""], dtype=object)
    for table, name in [
        ("tasks", "name"),
        ("tasks", "duration_days"),
        ("projects", "due"),
        ("projects", "priority"),
        ("tasks", "can_start_early"),
    ]:
        read = read_column(raw, SCHEMA[table][name], np.arange(8), BERLIN, ledger)
        assert read.blank.all()
    assert ledger.faults == ledger.warnings == []
    assert empty_column(SCHEMA["tasks"]["name"], 3).blank.tolist() == [True] * 3


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("x" * 80, "'" + "x" * 59 + "…'"),
        ("a\nb", "'a b'"),
        (1.0, "1"),
        (1e22, "1e+22"),
        (False, "FALSE"),
        (datetime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05"),
        (datetime(2026, 1, 2), "2026-01-02"),
        (Decimal("1.50"), "1.50"),
    ],
)
def test_cells_are_shown_as_the_user_knows_them(raw, text):
    """Messages show a cell short and on one line."""
    assert show(raw) == text


def test_a_number_too_long_to_show():
    """An absurd integer breaks neither the reading nor the message."""
    assert show(10**5000) == "a number of 60 digits or more"
