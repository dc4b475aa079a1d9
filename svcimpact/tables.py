"""Raw tables become typed tables: their names, columns, blank rows and cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.cells import DTYPES, ReadColumn, empty_column, read_column
from svcimpact.cells.doubt import show
from svcimpact.cells.text import clean, quoted
from svcimpact.errors import Ledger
from svcimpact.nearest import Nearest, place
from svcimpact.schema import REQUIRED_TABLES, SETTINGS, Column, load_schema
from svcimpact.settings import Settings


@dataclass(frozen=True)
class Draft:
    """Typed tables that have yet to be checked against each other.

    Parameters
    ----------
    settings : Settings
        The settings.
    frames : dict of str to pandas.DataFrame
        Every table of the schema with all its columns. A wrong cell is missing.
    rows : dict of str to ndarray of int
        For every table the row number of each of its rows, as the user sees it.
    absent : frozenset of (str, str)
        Required columns that were not given, as table and column; a fault tells of each.
    unread : dict of (str, str) to ndarray of bool
        Which cells were wrong, for every column with any; they are missing in the frame.
    """

    settings: Settings
    frames: dict[str, pd.DataFrame]
    rows: dict[str, npt.NDArray[np.int64]]
    absent: frozenset[tuple[str, str]] = frozenset()
    unread: Mapping[tuple[str, str], npt.NDArray[np.bool_]] = field(default_factory=dict)

    def wrong(self, table: str, column: str) -> npt.NDArray[np.bool_]:
        """Return which cells of a column were wrong, and have their fault.

        Parameters
        ----------
        table, column : str
            The column.

        Returns
        -------
        ndarray of bool
            One for each row.
        """
        none = np.zeros(len(self.frames[table]), dtype=bool)
        return self.unread.get((table, column), none)


def read_tables(
    settings: Settings,
    given: Mapping[str, pd.DataFrame | None],
    rows: Mapping[str, Sequence[int]],
    ledger: Ledger,
) -> Draft:
    """Turn raw tables into typed ones.

    Parameters
    ----------
    settings : Settings
        The settings, for the time zone.
    given : mapping of str to pandas.DataFrame or None
        Raw cells by table; None for a table that could not be read, which has been told.
    rows : mapping of str to sequence of int
        Row numbers as the user sees them; counted from 2 where a table has none.
    ledger : Ledger
        Takes the faults and the warnings.

    Returns
    -------
    Draft
        The tables.
    """
    schema = {table: columns for table, columns in load_schema().items() if table != SETTINGS}
    frames_given = {
        name: pd.DataFrame() if frame is None else frame for name, frame in given.items()
    }
    placed, missing = _place_tables(frames_given, list(schema), ledger)
    unreadable = [table for table, name in placed.items() if given[name] is None]
    absent = {(table, name) for table in [*missing, *unreadable] for name in _required(table)}
    zone = ZoneInfo(settings.timezone)
    frames: dict[str, pd.DataFrame] = {}
    numbers: dict[str, npt.NDArray[np.int64]] = {}
    unread: dict[tuple[str, str], npt.NDArray[np.bool_]] = {}
    for table, columns in schema.items():
        raw = frames_given[placed[table]] if table in placed else pd.DataFrame()
        at = rows.get(table, rows.get(placed.get(table, ""), range(2, len(raw) + 2)))
        read = _read_table(table, columns, raw, np.asarray(at, dtype=np.int64), zone, ledger)
        frames[table], numbers[table] = read.frame, read.rows
        absent |= {(table, column) for column in read.gone}
        unread |= {(table, column): wrong for column, wrong in read.unread.items()}
        given_empty = frames[table].empty and table not in [*missing, *unreadable]
        if table in REQUIRED_TABLES and given_empty:
            ledger.warn(
                table, found="no rows", expected="at least one", cure="The table stays empty."
            )
    return Draft(settings, frames, numbers, frozenset(absent), unread)


def _place_tables(
    given: Mapping[str, pd.DataFrame], tables: list[str], ledger: Ledger
) -> tuple[dict[str, str], list[str]]:
    """Return the given name of each table, and the required tables that are missing."""
    names = list(given)
    placed = place(names, tables)
    for at, right in placed.variants.items():
        ledger.warn(
            right,
            found=f"the name {show(names[at])}",
            expected=f"'{right}'",
            cure=f"Read as '{right}'.",
        )
    for at, right in placed.twice.items():
        ledger.fault(
            names[at],
            found=f"a second table '{right}'",
            expected="one",
            cure="Rename or remove one of the two.",
        )
    for at, right in placed.slips.items():
        ledger.fault(
            names[at],
            found="an unknown table",
            expected=f"one of {', '.join(tables)}",
            nearest=quoted(right),
            cure="Rename the table.",
        )
    for at in placed.strangers:
        if not given[names[at]].empty:
            ledger.warn(
                names[at],
                found="an unknown table",
                expected="the tables of a portfolio",
                cure="It was left out.",
            )
    missing = [table for table in REQUIRED_TABLES if table not in placed.at]
    for table in missing:
        if table not in placed.slips.values():
            ledger.fault(
                table,
                found="no such table",
                expected=f"a table '{table}'",
                cure=f"Add it, with the columns {', '.join(_required(table))}.",
            )
    return {right: names[at] for right, at in placed.at.items()}, missing


def _required(table: str) -> list[str]:
    return [column.name for column in load_schema()[table].values() if column.required]


@dataclass(frozen=True)
class _Table:
    """A typed table, its row numbers, the required columns missing, and the cells unread."""

    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    gone: list[str]
    unread: dict[str, npt.NDArray[np.bool_]]


def _read_table(
    table: str,
    columns: dict[str, Column],
    raw: pd.DataFrame,
    rows: npt.NDArray[np.int64],
    zone: ZoneInfo,
    ledger: Ledger,
) -> _Table:
    if not len(raw) and list(raw.columns) in ([], list(columns)):
        return _Table(_no_rows(table).copy(), np.zeros(0, dtype=np.int64), [], {})
    raw = raw.reset_index(drop=True)
    filled = ~_blank_cells(raw)
    kept = np.asarray(filled.any(axis=1))
    raw = raw[kept].reset_index(drop=True)
    rows, filled = rows[kept], filled[kept]
    placed, gone = _place_columns(table, columns, raw, filled, ledger)
    typed: dict[str, pd.Series] = {}
    unread: dict[str, npt.NDArray[np.bool_]] = {}
    for name, column in columns.items():
        if name in placed:
            read = read_column(raw.iloc[:, placed[name]], column, rows, zone, ledger)
        else:
            read = empty_column(column, len(raw))
        if column.required and name not in gone:
            _tell_blanks(column, rows[read.blank], ledger)
        typed[name] = _fill(read, column, typed, table)
        wrong = read.cells.isna().to_numpy() & ~read.blank
        unread |= {name: wrong} if wrong.any() else {}
    return _Table(pd.DataFrame(typed, index=pd.RangeIndex(len(raw))), rows, gone, unread)


@cache
def _no_rows(table: str) -> pd.DataFrame:
    columns = load_schema()[table].values()
    return pd.DataFrame({c.name: pd.Series([], dtype=DTYPES[c.type]) for c in columns})


def _blank_cells(raw: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which cells hold nothing, or nothing but white space."""
    blank = raw.isna().to_numpy(dtype=bool, copy=True)
    for at in range(raw.shape[1]):
        cells = raw.iloc[:, at]
        if pd.api.types.is_string_dtype(cells.dtype) or cells.dtype == object:
            hollow = (
                isinstance(cell, str) and not cell[:1].isalnum() and not clean(cell)
                for cell in cells
            )
            blank[:, at] |= np.fromiter(hollow, dtype=bool, count=len(cells))
    return blank


def _place_columns(
    table: str,
    columns: dict[str, Column],
    raw: pd.DataFrame,
    filled: npt.NDArray[np.bool_],
    ledger: Ledger,
) -> tuple[dict[str, int], list[str]]:
    """Return the position of each column, and the required columns that are missing."""
    headings = ["" if _no_heading(name) else clean(str(name)) for name in raw.columns]
    placed = place(headings, columns)
    for at, right in placed.variants.items():
        ledger.warn(
            table,
            (),
            right,
            found=f"the name {show(headings[at])}",
            expected=f"'{right}'",
            cure=f"Read as '{right}'.",
        )
    for at, right in placed.twice.items():
        ledger.fault(
            table,
            "",
            headings[at],
            found=f"a second column '{right}'",
            expected="one",
            cure="Rename or remove one of the two.",
        )
    for at, right in placed.slips.items():
        ledger.fault(
            table,
            "",
            headings[at],
            found="an unknown column",
            expected=f"one of {', '.join(columns)}",
            nearest=quoted(right),
            cure="Rename the column.",
        )
    for at in placed.strangers:
        if filled[:, at].any():
            ledger.warn(
                table,
                (),
                headings[at],
                found="an unknown column" if headings[at] else "cells in a column without a name",
                expected=f"the columns {', '.join(columns)}",
                cure="The column was left out.",
            )
    if not headings:
        return placed.at, []
    gone = [name for name, column in columns.items() if column.required and name not in placed.at]
    near = Nearest((headings[at] for at in placed.strangers), cutoff=0.5)
    for name in gone:
        if name not in placed.slips.values():
            ledger.fault(
                table,
                "",
                name,
                found="no such column",
                expected=f"a column '{name}': {columns[name].description}",
                nearest=quoted(near(name)),
                cure="Add or rename it.",
            )
    return placed.at, gone


def _no_heading(name: object) -> bool:
    return name is None or (isinstance(name, float) and np.isnan(name))


def _tell_blanks(column: Column, rows: npt.NDArray[np.int64], ledger: Ledger) -> None:
    what = {
        "id": "an id",
        "choice": f"one of {', '.join(column.choices)}",
        "flag": "yes or no",
        "integer": "a whole number",
        "datetime": "a date or date-time",
    }.get(column.type, f"a {column.type}")
    for row in rows:
        ledger.fault(
            column.table,
            row,
            column.name,
            found="a blank cell",
            expected=what,
            cure="Fill it in.",
        )


def _fill(read: ReadColumn, column: Column, typed: dict[str, pd.Series], table: str) -> pd.Series:
    """Return the values with the default where nothing was given; wrong cells stay missing."""
    values = read.cells
    if column.type == "flag":
        return values.fillna(column.default == "yes").astype("bool")
    if column.name == "name":
        key = next(iter(load_schema()[table]))
        return values.where(~read.blank, typed[key])
    if column.default:
        default = column.default if column.type == "choice" else float(column.default)
        return values.where(~read.blank, default)
    return values
