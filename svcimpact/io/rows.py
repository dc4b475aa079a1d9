"""From the rows of a file or sheet to a table of raw cells, with what is wrong with its shape."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from svcimpact.errors import fault
from svcimpact.nearest import Nearest, plain
from svcimpact.schema import REQUIRED_TABLES, load_schema

# A title or a blank line above the headings is common in workbooks; further down it is data.
_HEADING_WITHIN = 10


@dataclass
class Raw:
    """What was found in a file or folder, before its content is checked.

    Parameters
    ----------
    settings : dict of str to object or None
        The settings by name, or None where they could not be read at all.
    tables : dict of str to pandas.DataFrame or None
        Raw cells by table; None where they could not be read, with the reason among the faults.
    rows : dict of str to list of int
        For every table the row number of each of its rows, as the user sees it.
    faults, notes : list of dict
        Faults and warnings, as made by `svcimpact.errors.fault`.
    """

    settings: dict[str, object] | None = None
    tables: dict[str, pd.DataFrame | None] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)
    faults: list[dict[str, str]] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)


def place_names(names: Iterable[str], kind: str, raw: Raw, *, ending: str = "") -> dict[str, str]:
    """Find out which sheet or file holds which table.

    A name that differs in case or spaces only is taken, with a warning. A name close to a table
    that is otherwise absent is a fault, and still taken, so that its content is checked as well.
    Everything else is left aside with a warning.

    Parameters
    ----------
    names : iterable of str
        The names of the sheets, or of the files without their ending.
    kind : str
        ``"sheet"`` or ``"file"``, for the messages.
    raw : Raw
        Takes the faults and warnings.
    ending : str
        The files' ending, for the messages.

    Returns
    -------
    dict of str to str
        The name that holds it, by table (and ``"portfolio"`` for the settings).
    """
    tables = list(load_schema())
    nearest = Nearest(tables, cutoff=0.75)
    names = list(names)
    placed = {name: name for name in names if name in tables}
    odd = [name for name in names if name not in tables]
    for name in odd:
        table = plain(name)
        known = table in tables
        near = table if known else nearest(plain(name))
        said = f"the {kind} {name + ending!r}"
        if known and table not in placed:
            placed[table] = name
            raw.notes.append(
                fault(
                    table,
                    found=said,
                    expected=f"the name {table + ending!r}",
                    cure=f"It was read as {table}.",
                )
            )
        elif known:
            raw.faults.append(
                fault(
                    table,
                    found=f"{said} beside {placed[table] + ending!r}",
                    expected=f"one {kind} for each table",
                    cure=f"Remove or merge one of the two {kind}s.",
                )
            )
        elif near and near not in names and near not in placed:
            placed[near] = name
            raw.faults.append(
                fault(
                    name + ending,
                    found=f"a {kind} that is no table",
                    expected="the name of a table",
                    nearest=repr(near + ending),
                    cure=f"Rename the {kind}.",
                )
            )
        else:
            raw.notes.append(
                fault(
                    name + ending,
                    found=f"a {kind} that is no table",
                    expected="the names of tables",
                    cure="It was left aside.",
                )
            )
    return placed


def add_table(
    raw: Raw, table: str, records: Sequence[Sequence[object]], *, ragged: bool, file: str
) -> None:
    """Turn the rows of one file or sheet into a table of raw cells.

    Parameters
    ----------
    raw : Raw
        Takes the table, its row numbers, the faults and warnings.
    table : str
        Name of the table.
    records : sequence of sequences
        Every row from the top, blank ones too; "" or None is a blank cell.
    ragged : bool
        Whether a row that is shorter or longer than the headings is a fault (CSV).
    file : str
        The file or sheet, for the messages.
    """
    columns = load_schema()[table]
    top = _heading_row(records, columns)
    if top is None:
        raw.tables[table] = pd.DataFrame()
        if table in REQUIRED_TABLES:
            raw.tables[table] = None  # told here; without this each missing column would be told
            raw.faults.append(
                fault(
                    file,
                    found="nothing",
                    expected="a row of column headings",
                    cure=f"The columns of {table} are {', '.join(columns)}.",
                )
            )
        return
    if any(not is_blank(cell) for record in records[:top] for cell in record):
        raw.notes.append(
            fault(
                file,
                str(top + 1),
                found="the column headings in this row",
                expected="them in row 1",
                cure="The rows above were left aside.",
            )
        )
    numbers = [at for at in range(top + 1, len(records)) if not all(map(is_blank, records[at]))]
    if ragged:
        _check_lengths(raw, file, records, top, numbers)
    # Blanks to the right, of which a spreadsheet may write thousands, are no columns.
    width = max(_filled(records[at]) for at in (top, *numbers))
    headings = [*map(_heading, records[top][:width]), *[""] * (width - len(records[top]))]
    body = [[*records[at][:width], *[None] * (width - len(records[at]))] for at in numbers]
    raw.tables[table] = pd.DataFrame(body, columns=headings, dtype="object")
    raw.rows[table] = [at + 1 for at in numbers]


def _heading(cell: object) -> str:
    return "" if is_blank(cell) else str(cell)


def is_blank(cell: object) -> bool:
    """Whether there is nothing in a cell but white space.

    Parameters
    ----------
    cell : object
        What stands in it.

    Returns
    -------
    bool
        True for None, an empty text and spaces.
    """
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _heading_row(records: Sequence[Sequence[object]], columns: Iterable[str]) -> int | None:
    known = set(columns)
    filled = [at for at, record in enumerate(records) if not all(map(is_blank, record))]
    for at in filled:
        if at >= _HEADING_WITHIN:
            break
        if len({plain(str(cell)) for cell in records[at]} & known) > min(1, len(known) - 1):
            return at
    return filled[0] if filled else None


def _check_lengths(
    raw: Raw, file: str, records: Sequence[Sequence[object]], top: int, numbers: list[int]
) -> None:
    """Find rows that are shorter or longer than the headings, which CSV is prone to."""
    width = _filled(records[top])
    for at in numbers:
        if len(records[at]) < width or _filled(records[at]) > len(records[top]):
            raw.faults.append(
                fault(
                    file,
                    str(at + 1),
                    found=f"{len(records[at])} values",
                    expected=f"{width}, one for each heading",
                    cure='Put text that holds a separator or a quote in "double quotes".',
                )
            )


def _filled(record: Sequence[object]) -> int:
    """Return how long a row is without the blank cells at its end."""
    return next((at for at in range(len(record), 0, -1) if not is_blank(record[at - 1])), 0)
