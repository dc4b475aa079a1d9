"""A column of raw cells becomes a typed column; what is wrong in it is collected, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.cells.doubt import Doubt, show
from svcimpact.cells.moment import read_day, read_moment
from svcimpact.cells.number import MOST, limits, read_integer, read_number
from svcimpact.cells.text import read_choice, read_flag, read_id, read_text
from svcimpact.errors import Ledger, listed
from svcimpact.schema import Column

DTYPES = {
    "id": "str",
    "text": "str",
    "choice": "str",
    "number": "float64",
    "integer": "Int64",
    "flag": "bool",
    "date": "datetime64[us]",
    "datetime": "datetime64[us]",
}

Reader = Callable[[object], object]
_THOUSAND_OR_DECIMAL = re.compile(r"\s*[+-]?[1-9]\d{0,2}\.\d{3}\s*", re.ASCII)


@dataclass(frozen=True)
class ReadColumn:
    """A typed column.

    Parameters
    ----------
    cells : pandas.Series
        The values, typed as `DTYPES` says (a flag as ``boolean`` as long as blanks are open), with
        a missing value where a cell was blank or wrong.
    blank : ndarray of bool
        Whether nothing stood in the cell. A missing value that was not blank was wrong.
    """

    cells: pd.Series
    blank: npt.NDArray[np.bool_]


def empty_column(column: Column, length: int) -> ReadColumn:
    """Return a column of blank cells.

    Parameters
    ----------
    column : Column
        Its definition.
    length : int
        How many cells.

    Returns
    -------
    ReadColumn
        The column.
    """
    cells = _typed(np.full(length, None, dtype=object), column)
    return ReadColumn(cells, np.ones(length, dtype=bool))


def read_column(
    raw: pd.Series,
    column: Column,
    rows: npt.NDArray[np.int64],
    timezone: ZoneInfo,
    ledger: Ledger,
) -> ReadColumn:
    """Turn a column of raw cells into typed values.

    Parameters
    ----------
    raw : pandas.Series
        Text, numbers, dates, flags in any mixture, or a typed column.
    column : Column
        What the schema says of the column.
    rows : ndarray of int
        The row number of each cell as the user sees it.
    timezone : zoneinfo.ZoneInfo
        The portfolio's time zone.
    ledger : Ledger
        Takes the faults and the warnings.

    Returns
    -------
    ReadColumn
        The typed column.
    """
    if column.type == "number" and pd.api.types.is_float_dtype(raw.dtype):
        numbers = raw.to_numpy(dtype="float64", na_value=np.nan)
        if not np.isinf(numbers).any() and not _outside(numbers, column).any():
            return ReadColumn(pd.Series(numbers), np.isnan(numbers))
    cells = _as_objects(raw)
    blank = pd.isna(cells)
    values, doubts = _read_cells(cells, ~blank, _reader(column, timezone))
    blank |= values == ""
    values[blank] = None
    if column.type == "number":
        _doubt_thousands(cells, values, doubts)
    _tell(doubts, cells, values, column, rows, ledger)
    return ReadColumn(_typed(values, column), blank)


def _typed(values: npt.NDArray[np.object_], column: Column) -> pd.Series:
    dtype = "boolean" if column.type == "flag" else DTYPES[column.type]
    return pd.Series(pd.Series(values, dtype="object"), dtype=dtype)


def _outside(numbers: npt.NDArray[np.float64], column: Column) -> npt.NDArray[np.bool_]:
    low = -MOST if column.minimum is None else column.minimum
    high = MOST if column.maximum is None else column.maximum
    return (numbers < low) | (numbers > high)


def _reader(column: Column, timezone: ZoneInfo) -> Reader:
    """Return the function that reads one cell of a column."""
    if column.type in ("number", "integer"):
        return partial(
            _within_limits,
            read=read_number if column.type == "number" else read_integer,
            minimum=column.minimum,
            maximum=column.maximum,
        )
    readers: dict[str, Reader] = {
        "id": read_id,
        "text": read_text,
        "flag": read_flag,
        "choice": partial(read_choice, choices=column.choices),
        "date": partial(read_day, timezone=timezone),
        "datetime": partial(read_moment, timezone=timezone),
    }
    return readers[column.type]


def _within_limits(
    raw: object, read: Reader, minimum: float | None, maximum: float | None
) -> object:
    number = read(raw)
    value = number.value if isinstance(number, Doubt) else number
    if isinstance(value, (int, float)) and (beyond := limits(value, minimum, maximum)):
        return beyond
    return number


def _as_objects(raw: pd.Series) -> npt.NDArray[np.object_]:
    """Return the cells as Python objects, whatever array held them."""
    cells = raw.astype("object").to_numpy(dtype=object, copy=True)
    if any(issubclass(kind, np.generic) for kind in set(map(type, cells))):
        for at, cell in enumerate(cells):
            if isinstance(cell, np.generic):
                cells[at] = pd.Timestamp(cell) if isinstance(cell, np.datetime64) else cell.item()
    return cells


def _read_cells(
    cells: npt.NDArray[np.object_], filled: npt.NDArray[np.bool_], read: Reader
) -> tuple[npt.NDArray[np.object_], dict[int, Doubt]]:
    """Read each different cell once.

    True, 1 and 1.0 are equal and hash alike, so cells of different types are kept apart.
    """
    values = np.full(len(cells), None, dtype=object)
    doubts: dict[int, Doubt] = {}
    places: dict[type, list[int]] = {}
    for at in np.flatnonzero(filled).tolist():
        places.setdefault(type(cells[at]), []).append(at)
    for kind, among in places.items():
        if issubclass(kind, Hashable):
            known = {cell: read(cell) for cell in dict.fromkeys(cells[among])}
            found = [known[cell] for cell in cells[among]]
        else:
            found = [read(cell) for cell in cells[among]]
        for at, value in zip(among, found, strict=True):
            if isinstance(value, Doubt):
                doubts[at] = value
                values[at] = value.value
            else:
                values[at] = value
    return values, doubts


def _doubt_thousands(
    cells: npt.NDArray[np.object_], values: npt.NDArray[np.object_], doubts: dict[int, Doubt]
) -> None:
    """Turn '1.500' into a fault where the cells beside it have decimal commas."""
    if not any("decimal point" in doubt.expected for doubt in doubts.values()):
        return
    for at, cell in enumerate(cells):
        if isinstance(cell, str) and _THOUSAND_OR_DECIMAL.fullmatch(cell) and at not in doubts:
            value = float(cell)
            doubts[at] = Doubt(
                "a number with one reading, in a column with decimal commas",
                nearest=f"{show(value)} or {show(float(cell.replace('.', '')))}",
                cure="Write a decimal point and no thousands marks.",
            )
            values[at] = None


def _tell(
    doubts: dict[int, Doubt],
    cells: npt.NDArray[np.object_],
    values: npt.NDArray[np.object_],
    column: Column,
    rows: npt.NDArray[np.int64],
    ledger: Ledger,
) -> None:
    """Write every fault down, and one warning for all cells read with the same assumption."""
    assumed: dict[str, list[int]] = {}
    for at, doubt in doubts.items():
        if not doubt.is_fault:
            assumed.setdefault(doubt.expected, []).append(at)
            continue
        ledger.fault(
            column.table,
            rows[at],
            column.name,
            found=show(cells[at]),
            expected=_in_days(doubt.expected, column),
            nearest=doubt.nearest,
            cure=doubt.cure,
        )
    for expected, places in assumed.items():
        pairs = dict.fromkeys((show(cells[at]), show(values[at])) for at in places)
        ledger.warn(
            column.table,
            rows[places],
            column.name,
            found=listed(found for found, _ in pairs),
            expected=expected,
            cure=f"Read as {listed(read for _, read in pairs)}.",
        )


def _in_days(expected: str, column: Column) -> str:
    """Say what a number counts where people write weeks or hours instead."""
    days = column.unit == "working days" and expected == "a number"
    return "a number of working days" if days else expected
