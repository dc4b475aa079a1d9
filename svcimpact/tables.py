"""Raw tables become typed tables: their names, columns, blank rows and cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.cells import ReadColumn, empty_column, read_column
from svcimpact.cells.doubt import show
from svcimpact.cells.text import clean, quoted
from svcimpact.errors import Ledger
from svcimpact.nearest import Nearest, plain
from svcimpact.schema import REQUIRED_TABLES, SETTINGS, Column, load_schema
from svcimpact.settings import Settings

# A name as near as this to one that is not there is a slip, not a column of the user's own.
_SLIP = 0.75


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
    unreadable = [name for name, frame in given.items() if frame is None]
    absent = {
        (table, column.name)
        for table in [*missing, *unreadable]
        for column in schema[table].values()
        if column.required
    }
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
        if table in REQUIRED_TABLES and table in placed and frames[table].empty:
            ledger.warn(
                table, found="no rows", expected="at least one", cure="The table stays empty."
            )
    return Draft(settings, frames, numbers, frozenset(absent), unread)


def _place_tables(
    given: Mapping[str, pd.DataFrame], tables: list[str], ledger: Ledger
) -> tuple[dict[str, str], list[str]]:
    """Return the given name of each table, and the required tables that are missing."""
    placed = {name: name for name in given if name in tables}
    slips = set()
    for name in given:
        if name in tables:
            continue
        if plain(name) in tables and plain(name) not in placed:
            placed[plain(name)] = name
            ledger.warn(
                name, found="another way of writing a table's name", expected=f"'{plain(name)}'",
                cure=f"Read as '{plain(name)}'.",
            )
            continue
        near = Nearest([table for table in tables if table not in given], cutoff=_SLIP)(name)
        if near:
            slips.add(near)
            ledger.fault(
                name, found="an unknown table", expected=f"one of {', '.join(tables)}",
                nearest=quoted(near), cure="Rename the table.",
            )
        elif not given[name].empty:
            ledger.warn(
                name, found="an unknown table", expected=f"one of {', '.join(tables)}",
                cure="It was left out.",
            )
    missing = [table for table in REQUIRED_TABLES if table not in placed]
    for table in missing:
        if table not in slips:
            ledger.fault(
                table, found="no such table", expected=f"a table '{table}'",
                cure=f"Add it, with the columns {', '.join(_required(table))}.",
            )
    return placed, missing


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
    raw = raw.reset_index(drop=True)
    filled = ~_blank_cells(raw)
    kept = np.asarray(filled.any(axis=1))
    raw = raw[kept].reset_index(drop=True)
    rows, filled = rows[kept], filled[kept]
    placed = _place_columns(table, columns, raw, filled, ledger)
    gone: list[str] = []
    if len(raw.columns):
        gone = _missing_columns(table, columns, raw, placed, ledger)
    typed: dict[str, pd.Series] = {}
    unread: dict[str, npt.NDArray[np.bool_]] = {}
    for name, column in columns.items():
        if name in placed:
            cells = raw.iloc[:, placed[name]]
            read = read_column(cells, column, rows, zone, ledger)
        else:
            read = empty_column(column, len(raw))
        if column.required and name not in gone:
            _tell_blanks(column, rows[read.blank], ledger)
        typed[name] = _fill(read, column, typed, table)
        wrong = read.cells.isna().to_numpy() & ~read.blank
        unread |= {name: wrong} if wrong.any() else {}
    return _Table(pd.DataFrame(typed, index=pd.RangeIndex(len(raw))), rows, gone, unread)


def _blank_cells(raw: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which cells hold nothing, or nothing but white space."""
    blank = raw.isna().to_numpy(dtype=bool, copy=True)
    for at in range(raw.shape[1]):
        cells = raw.iloc[:, at]
        if pd.api.types.is_string_dtype(cells.dtype) or cells.dtype == object:
            hollow = (isinstance(cell, str) and not clean(cell) for cell in cells)
            blank[:, at] |= np.fromiter(hollow, dtype=bool, count=len(cells))
    return blank


def _place_columns(
    table: str,
    columns: dict[str, Column],
    raw: pd.DataFrame,
    filled: npt.NDArray[np.bool_],
    ledger: Ledger,
) -> dict[str, int]:
    """Return the position of each column of the schema; tell of names that are none."""
    headings = ["" if _no_heading(name) else clean(str(name)) for name in raw.columns]
    placed: dict[str, int] = {}
    twice = set()
    for at, heading in enumerate(headings):
        if heading in columns and heading in placed:
            twice.add(heading)
        elif heading in columns:
            placed[heading] = at
    for heading in sorted(twice):
        ledger.fault(
            table, "", heading, found=f"{headings.count(heading)} columns of this name",
            expected="one", cure="Rename or remove the others.",
        )
    for at, heading in enumerate(headings):
        right = plain(heading)
        if heading in columns:
            continue
        if right in columns and right not in placed:
            placed[right] = at
            ledger.warn(
                table, (), right, found=f"the column {show(heading)}", expected=f"'{right}'",
                cure=f"Read as '{right}'.",
            )
        elif heading or filled[:, at].any():
            _unknown_column(table, heading, columns, placed, bool(filled[:, at].any()), ledger)
    return placed


def _no_heading(name: object) -> bool:
    return name is None or (isinstance(name, float) and np.isnan(name))


def _unknown_column(
    table: str,
    heading: str,
    columns: dict[str, Column],
    placed: dict[str, int],
    filled: bool,
    ledger: Ledger,
) -> None:
    near = Nearest([name for name in columns if name not in placed], cutoff=_SLIP)(heading)
    expected = f"one of {', '.join(columns)}"
    if near:
        ledger.fault(
            table, "", heading, found="an unknown column", expected=expected,
            nearest=quoted(near), cure="Rename the column.",
        )
    elif filled:
        ledger.warn(
            table, (), heading or "a column without a name",
            found="an unknown column" if heading else "cells that are not blank",
            expected=expected, cure="The column was left out.",
        )


def _missing_columns(
    table: str,
    columns: dict[str, Column],
    raw: pd.DataFrame,
    placed: dict[str, int],
    ledger: Ledger,
) -> list[str]:
    """Return the required columns that are missing, and tell of those no slip accounts for."""
    gone = [name for name, column in columns.items() if column.required and name not in placed]
    strangers = [clean(str(name)) for name in raw.columns if plain(str(name)) not in columns]
    missing = [name for name in columns if name not in placed]
    slips = {Nearest(missing, cutoff=_SLIP)(stranger) for stranger in strangers}
    for name in gone:
        if name not in slips:
            ledger.fault(
                table, "", name, found="no such column", expected=f"a column '{name}'",
                nearest=quoted(Nearest(strangers, cutoff=0.5)(name)),
                cure=f"Add it: {columns[name].description}.",
            )
    return gone


def _tell_blanks(column: Column, rows: npt.NDArray[np.int64], ledger: Ledger) -> None:
    what = {
        "id": "an id",
        "text": "text",
        "choice": f"one of {', '.join(column.choices)}",
        "number": "a number",
        "date": "a date",
        "datetime": "a date or date-time",
    }[column.type]
    for row in rows:
        ledger.fault(
            column.table, row, column.name, found="a blank cell", expected=what,
            cure="Fill it in.",
        )


def _fill(
    read: ReadColumn, column: Column, typed: dict[str, pd.Series], table: str
) -> pd.Series:
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


