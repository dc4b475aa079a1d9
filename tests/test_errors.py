"""Faults as tables and as sentences; names and values that were nearly right."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcimpact.errors import (
    FAULT_COLUMNS,
    InputError,
    Ledger,
    MissingRequirementError,
    SvcimpactError,
    describe,
    fault,
    fault_frame,
    listed,
)
from svcimpact.nearest import Nearest, place, plain


def test_sentence_of_a_whole_fault():
    """Every part of a fault has its place in the sentence."""
    row = fault(
        "tasks",
        "5",
        "project",
        found="'P9'",
        expected="a project id",
        nearest="'P8'",
        cure="Correct the id.",
    )
    assert describe(fault_frame([row])) == [
        "tasks, row 5, project: found 'P9', expected a project id; did you mean 'P8'? "
        "Correct the id."
    ]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (fault("tasks", found="nothing"), "tasks: found nothing."),
        (fault("tasks", expected="rows"), "tasks: expected rows."),
        (fault("tasks", cure="Add it."), "tasks: Add it."),
        (fault("tasks", "2 and 3", found="x"), "tasks, rows 2 and 3: found x."),
        (fault("tasks", "2, 3 and 7 more", found="x"), "tasks, rows 2, 3 and 7 more: found x."),
        (fault("incident", "I-1 and I-2", found="x"), "incident, row I-1 and I-2: found x."),
    ],
)
def test_sentences_of_parts(row, sentence):
    """A fault without all its parts still reads as a sentence."""
    assert describe(fault_frame([row])) == [sentence]


def test_many_faults_of_one_kind():
    """Twenty are told in full, the others counted; the table keeps every one."""
    rows = [fault("tasks", str(k), "due", found=str(k), expected="a date") for k in range(2, 102)]
    other = fault("tasks", "5", "task", found="'T1'", expected="an id")
    error = InputError("It has faults.", fault_frame([*rows, other]))
    said = str(error).splitlines()
    assert len(error.faults) == 101
    assert len(said) == 1 + 20 + 1 + 1
    assert said[1] == "tasks, row 2, due: found 2, expected a date."
    assert said[-2:] == [
        "tasks, row 5, task: found 'T1', expected an id.",
        "tasks, rows 22 to 101, due: 80 more of the same kind, expected a date.",
    ]


def test_error_is_a_value_error_of_ours():
    """Callers may catch it as either, and read faults and warnings as tables."""
    error = InputError("It has faults.", fault_frame([fault("tasks")]))
    assert isinstance(error, SvcimpactError)
    assert isinstance(error, ValueError)
    assert tuple(error.faults.columns) == FAULT_COLUMNS
    assert error.warnings.empty
    assert tuple(error.warnings.columns) == FAULT_COLUMNS
    assert not issubclass(MissingRequirementError, InputError)


def test_ledger_keeps_what_was_found_before():
    """A ledger adds to the faults and warnings it is given, not to the lists themselves."""
    before = [fault("a")]
    ledger = Ledger(before, before)
    ledger.fault("b", 3, "c", found="x", expected="y")
    ledger.warn("b", [2, 3, 4], "c", found="x", expected="y", cure="z.")
    assert len(before) == 1
    assert describe(fault_frame(ledger.faults))[1] == "b, row 3, c: found x, expected y."
    assert describe(fault_frame(ledger.warnings))[1] == (
        "b, rows 2, 3 and 4, c: found x, expected y. z."
    )


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], ""),
        ([1], "1"),
        ([1, 2], "1 and 2"),
        ([1, 2, 3, 4], "1, 2, 3 and 4"),
        ([1, 2, 3, 4, 5], "1, 2, 3 and 2 more"),
    ],
)
def test_lists(values, text):
    """One more than the limit is named rather than counted."""
    assert listed(values) == text


@pytest.mark.parametrize(
    ("found", "near"),
    [
        ("t-1", "T1"),
        ("T01", "T1"),
        ("T 1", "T1"),
        ("T001", "T1"),
        ("paymnets", "payments"),
        ("Payments", "payments"),
        ("zzz", ""),
        ("", ""),
    ],
)
def test_nearest_id(found, near):
    """Variants of writing come first, then likeness; nothing is near to nothing."""
    assert Nearest(["T1", "T2", "payments"])(found) == near


def test_nearest_among_many_stays_quick():
    """After some thousand comparisons only variants of writing are looked for."""
    nearest = Nearest(f"T{k:06}" for k in range(120_000))
    assert [nearest("T_119999") for _ in range(1000)] == ["T119999"] * 1000
    nearest("Q")
    nearest("Q")
    assert nearest("T00000x") == ""


@given(st.lists(st.text("abAB _-", max_size=4), max_size=6), st.lists(st.text("ab_", min_size=1)))
def test_every_name_has_one_place(given_names, right):
    """A name is taken, a variant, a repeat, a slip or a stranger, and only one of them."""
    right = list(dict.fromkeys(plain(name) for name in right))
    placed = place(given_names, right)
    exact = set(placed.at.values()) - set(placed.variants)
    groups = [
        exact,
        set(placed.variants),
        set(placed.twice),
        set(placed.slips),
        set(placed.strangers),
    ]
    assert sorted(at for group in groups for at in group) == list(range(len(given_names)))
    assert all(plain(given_names[at]) == name for name, at in placed.at.items())
    assert not set(placed.slips.values()) & set(placed.at)


def test_no_faults_are_no_lines():
    """An empty table of faults says nothing."""
    assert describe(fault_frame([])) == []
    assert isinstance(fault_frame([]), pd.DataFrame)


def test_a_fault_is_one_line_whatever_the_names():
    """Line ends, escapes and turned writing in a name are spelled out; letters stay."""
    row = fault("a\nb", "1", "c\x1b[31m", found="'\u202ex'", expected="é 中 👩\u200d👧 5\xa0h")
    said = describe(fault_frame([row]))
    assert said == ["a\\nb, row 1, c\\x1b[31m: found '\\u202ex', expected é 中 👩\u200d👧 5\xa0h."]
    error = InputError("x\x1b[2J has faults.", fault_frame([row]))
    assert str(error).splitlines() == ["x\\x1b[2J has faults.", *said]
