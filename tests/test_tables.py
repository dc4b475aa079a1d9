"""Names of tables and columns, blank rows and required cells, with the words for each fault."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_tables import SETTINGS, built, clean_tables, faults, table, warnings

from svcimpact.errors import InvalidPortfolioError, describe
from svcimpact.portfolio import build_portfolio
from svcimpact.schema import REQUIRED_TABLES, load_schema

ALL_TABLES = ", ".join(name for name in load_schema() if name != "portfolio")


def told(tables):
    """Return what is said of the faults in exactly these tables."""
    with pytest.raises(InvalidPortfolioError) as caught:
        build_portfolio(SETTINGS, tables)
    return describe(caught.value.faults)


@pytest.mark.parametrize("name", REQUIRED_TABLES)
def test_missing_table(name):
    """Each of the six required tables is missed, with the columns it needs."""
    tables = clean_tables()
    del tables[name]
    required = [column.name for column in load_schema()[name].values() if column.required]
    assert told(tables) == [
        f"{name}: found no such table, expected a table '{name}'. "
        f"Add it, with the columns {', '.join(required)}."
    ]


def test_nothing_at_all():
    """Without any table all six are missed at once."""
    assert len(told({})) == 6


def test_table_with_a_slip_in_its_name():
    """A name close to a table that is not there is a fault, told once."""
    tables = clean_tables()
    tables["taks"] = tables.pop("tasks")
    assert told(tables) == [
        f"taks: found an unknown table, expected one of {ALL_TABLES}; did you mean 'tasks'? "
        "Rename the table."
    ]


def test_table_written_another_way():
    """Case, spaces and hyphens in a table's name are forgiven with a warning."""
    tables = clean_tables()
    tables["Tasks "] = tables.pop("tasks")
    tables["Service-Links"] = table("service needs", ("orders", "payments"))
    portfolio = build_portfolio(SETTINGS, tables)
    assert len(portfolio.tasks) == 3
    assert describe(portfolio.warnings) == [
        "tasks: found the name 'Tasks ', expected 'tasks'. Read as 'tasks'.",
        "service_links: found the name 'Service-Links', expected 'service_links'. "
        "Read as 'service_links'.",
    ]


def test_table_twice():
    """Two tables of one name cannot both be read."""
    assert faults(Tasks=table("task", ("T9",))) == [
        "Tasks: found a second table 'tasks', expected one. Rename or remove one of the two."
    ]


def test_table_of_the_users_own():
    """A sheet of notes is left out with a warning, an empty sheet without."""
    assert warnings(Notes=table("note", ("x",)), Sheet1=pd.DataFrame()) == [
        "Notes: found an unknown table, expected the tables of a portfolio. It was left out."
    ]


def test_required_table_without_rows():
    """A required table may be empty, but hardly ever is meant to be."""
    assert warnings(services=table("service"), support=table("service resource")) == [
        "services: found no rows, expected at least one. The table stays empty.",
        "support: found no rows, expected at least one. The table stays empty.",
    ]


def test_missing_column():
    """A required column is missed once, not once a row."""
    assert faults(tasks=table("task project", ("T1", "P1"), ("T2", "P1"), ("T3", "P2"))) == [
        "tasks, duration_days: found no such column, expected a column 'duration_days': Duration "
        "at full staffing; 0 is a milestone. Add or rename it."
    ]


def test_missing_column_under_another_name():
    """The column that may be meant is named."""
    given = table("task project length_days", ("T1", "P1", 1), ("T2", "P1", 1), ("T3", "P2", 1))
    assert faults(tasks=given) == [
        "tasks, duration_days: found no such column, expected a column 'duration_days': Duration "
        "at full staffing; 0 is a milestone; did you mean 'length_days'? Add or rename it."
    ]


def test_column_with_a_slip_in_its_name():
    """A name close to a column that is not there is a fault, required or not."""
    rows = (("T1", "P1", 1, 0), ("T2", "P1", 1, 0), ("T3", "P2", 1, 0))
    columns = ", ".join(load_schema()["tasks"])
    assert faults(tasks=table("task project duration_day done_fractions", *rows)) == [
        f"tasks, {name}: found an unknown column, expected one of {columns}; did you mean "
        f"'{right}'? Rename the column."
        for name, right in (("duration_day", "duration_days"), ("done_fractions", "done_fraction"))
    ]


def test_column_written_another_way():
    """Case, spaces and hyphens in a heading are forgiven with a warning."""
    given = clean_tables()["tasks"].rename(columns={"duration_days": "Duration Days"})
    assert warnings(tasks=given) == [
        "tasks, duration_days: found the name 'Duration Days', expected 'duration_days'. "
        "Read as 'duration_days'."
    ]


@pytest.mark.parametrize("name", ["project", "Project", " project"])
def test_column_twice(name):
    """Two columns of one name cannot both be read."""
    given = clean_tables()["tasks"]
    given.insert(3, name, "P2", allow_duplicates=True)
    assert faults(tasks=given) == [
        f"tasks, {name.strip()}: found a second column 'project', expected one. "
        "Rename or remove one of the two."
    ]


def test_column_of_the_users_own():
    """A column that is none is left out with a warning, an empty one without."""
    assert warnings(
        projects=table("project colour empty", ("P1", "red", None), ("P2", None, " "))
    ) == [
        "projects, colour: found an unknown column, expected the columns project, name, sponsor, "
        "priority, due, cost_of_delay_per_day. The column was left out."
    ]


@pytest.mark.parametrize("heading", [None, np.nan, ""])
def test_column_without_a_heading(heading):
    """Cells without a heading are told, an empty column is not."""
    given = clean_tables()["resources"]
    given[heading] = [None, "stray"]
    assert warnings(resources=given) == [
        "resources: found cells in a column without a name, expected the columns resource, name, "
        "team, kind, capacity_fte, cost_per_day. The column was left out."
    ]
    given[heading] = None
    assert warnings(resources=given) == []


def test_blank_rows_are_dropped_and_row_numbers_stay():
    """Rows of nothing but white space are no rows, and faults keep the numbers of the file."""
    given = table(
        "task project duration_days",
        (" ", None, np.nan),
        ("T1", "P1", 1),
        (None, "\xa0", ""),
        ("T2", "P1", "x"),
        ("T3", "P2", 1),
    )
    assert faults(tasks=given) == [
        "tasks, row 5, duration_days: found 'x', expected a number of working days. "
        "Write the number alone."
    ]
    with pytest.raises(InvalidPortfolioError, match="tasks, row 70, duration_days"):
        build_portfolio(
            SETTINGS, {**clean_tables(), "tasks": given}, rows={"tasks": [10, 20, 60, 70, 80]}
        )


def test_required_cells():
    """A blank cell in a required column is told in the words of its type."""
    log = table("incident service opened", ("I1", "orders", None))
    held = table("stakeholder item interest", ("cfo", "P1", " "))
    accepted = table("project service criterion", ("P1", "orders", None))
    away = table("resource start end", ("ana", "2026-02-01", None))
    work = table("task project duration_days", ("T1", "P1", 1), ("T2", None, 1), ("T3", "P2", None))
    assert faults(
        tasks=work,
        incidents=log,
        interests=held,
        acceptance=accepted,
        absences=away,
        stakeholders=table("stakeholder", ("cfo",)),
    ) == [
        "tasks, row 3, project: found a blank cell, expected an id. Fill it in.",
        "tasks, row 4, duration_days: found a blank cell, expected a number. Fill it in.",
        "absences, row 2, end: found a blank cell, expected a date. Fill it in.",
        "interests, row 2, interest: found a blank cell, expected one of owns, decides, advises, "
        "does, tests, informed. Fill it in.",
        "acceptance, row 2, criterion: found a blank cell, expected a text. Fill it in.",
        "incidents, row 2, opened: found a blank cell, expected a date or date-time. Fill it in.",
    ]


def test_defaults():
    """Blank cells and absent columns take the defaults of the schema; names take the id."""
    people = table("resource name capacity_fte", ("ana", "Ana", None), ("ben", " ", 2))
    small = built(resources=people)
    assert small.resources["name"].tolist() == ["Ana", "ben"]
    assert small.resources["capacity_fte"].tolist() == [1, 2]
    assert small.resources["kind"].tolist() == ["person", "person"]
    assert small.tasks["stage"].tolist() == ["delivery"] * 3
    assert small.tasks["can_start_early"].tolist() == [False] * 3
    assert small.resources["cost_per_day"].isna().all()


def test_every_frame_has_the_columns_and_types_of_the_schema():
    """Also those tables that were not given."""
    dtypes = {
        "id": "str",
        "text": "str",
        "choice": "str",
        "number": "float64",
        "integer": "Int64",
        "flag": "bool",
        "date": "datetime64[us]",
        "datetime": "datetime64[us]",
    }
    for name, frame in built().tables.items():
        columns = load_schema()[name]
        assert list(frame.columns) == list(columns)
        assert [str(kind) for kind in frame.dtypes] == [dtypes[c.type] for c in columns.values()]
        assert isinstance(frame.index, pd.RangeIndex)


def test_a_table_that_could_not_be_read_is_not_missed_again():
    """None stands for a table whose fault a reader has told."""
    with pytest.raises(InvalidPortfolioError) as caught:
        build_portfolio(
            SETTINGS,
            {**clean_tables(), "projects": None},
            faults=[
                {
                    "table": "projects.csv",
                    "row": "",
                    "column": "",
                    "found": "no text",
                    "expected": "a CSV file",
                    "nearest": "",
                    "cure": "Save it as CSV.",
                }
            ],
        )
    assert describe(caught.value.faults) == [
        "projects.csv: found no text, expected a CSV file. Save it as CSV."
    ]
    assert caught.value.warnings.empty
