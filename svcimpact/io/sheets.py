"""A workbook with a sheet per table and a key/value sheet for the settings: writing it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from svcimpact.cells.doubt import show
from svcimpact.errors import InputError
from svcimpact.io.replace import refuse
from svcimpact.io.settings import to_cells
from svcimpact.portfolio import Portfolio
from svcimpact.schema import SETTINGS, Column, load_schema

DARK, LIGHT = "#1F3A5F", "#5F7694"
ROW_LIMIT = 1_048_576
CELL_LIMIT = 32_767
# Workbooks write a control character as _x0007_; two of these that share an underscore come back
# as something else.
_UNSPELLABLE = re.compile("_x[0-9A-Fa-f]{4}(?=_x[0-9A-Fa-f]{4}_)")


class _Exact(float):
    """A float that a workbook keeps to the last bit.

    xlsxwriter formats numbers to 16 digits; a 64-bit float may need 17.
    """

    def __format__(self, spec: str) -> str:
        return repr(float(self))


@contextmanager
def new_workbook(path: Path) -> Iterator[xlsxwriter.Workbook]:
    """Open a new workbook in which a text is a text, whatever it begins with.

    Parameters
    ----------
    path : Path
        Where it is saved, once it is full.

    Yields
    ------
    xlsxwriter.Workbook
        To be filled.
    """
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, options) as workbook:
        yield workbook
    path.write_bytes(buffer.getvalue())


class Looks:
    """The formats of a workbook of tables.

    Parameters
    ----------
    workbook : xlsxwriter.Workbook
        The workbook that they are for.
    """

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        add = workbook.add_format
        # Everything but numbers keeps a little distance from the number on its left.
        left = {"align": "left", "indent": 1}
        head = {**left, "font_color": "#FFFFFF", "valign": "vcenter", "border": 1}
        head["border_color"] = "#FFFFFF"
        self.required = add({**head, "bg_color": DARK, "bold": True})
        self.optional = add({**head, "bg_color": LIGHT})
        self.title = add({"bold": True, "font_size": 16, "font_color": DARK, "valign": "vcenter"})
        self.strong = add({**left, "bold": True})
        self.plain = add(left)
        self.wrapped = add({"text_wrap": True, "valign": "top"})
        self.quiet = add({**left, "font_color": LIGHT})
        self.link = add({**left, "font_color": DARK, "underline": 1})
        self.strong_link = add({**left, "font_color": DARK, "underline": 1, "bold": True})
        self.seconds = add({**left, "num_format": "yyyy-mm-dd hh:mm:ss"})
        self.text = add({**left, "num_format": "@"})
        self.by_type = {
            **dict.fromkeys(("id", "text", "list"), self.text),
            **dict.fromkeys(("choice", "flag"), self.plain),
            "number": None,
            "integer": add({"num_format": "0"}),
            "date": add({**left, "num_format": "yyyy-mm-dd"}),
            "datetime": add({**left, "num_format": "yyyy-mm-dd hh:mm"}),
        }


def _write_cell(sheet: Any, row: int, at: int, value: Any, column: Column, looks: Looks) -> None:
    """Write one typed value so that it reads back exactly.

    Parameters
    ----------
    sheet : xlsxwriter worksheet
        Where to.
    row, at : int
        Row and column, from 0.
    value : object
        A text, number, flag or date; nothing is written where it is missing.
    column : Column
        Its definition.
    looks : Looks
        The workbook's formats.

    Raises
    ------
    InputError
        A workbook cannot hold the text.
    """
    look = looks.by_type[column.type]
    if value is None or pd.isna(value):
        return
    if isinstance(value, pd.Timestamp):
        if value.microsecond:  # Excel's own dates are exact to the millisecond only
            sheet.write_string(row, at, value.isoformat(), looks.text)
        else:
            seconds = looks.seconds if value.second else look
            sheet.write_datetime(row, at, value.to_pydatetime(), seconds)
    elif column.type == "flag":
        sheet.write_string(row, at, "yes" if value else "no", look)
    elif column.type in {"number", "integer"}:
        sheet.write_number(row, at, _Exact(value), look)
    else:
        _check_text(value, f"{column.table}, row {row + 1}, {column.name}")
        sheet.write_string(row, at, value, look)


def _check_text(text: str, where: str) -> None:
    length = len(text.encode("utf-16-le")) // 2
    if length > CELL_LIMIT:
        raise _cannot_hold(
            where,
            f"a text of {length:,} characters",
            f"{CELL_LIMIT:,} at most, which is what Excel can hold",
        )
    if _UNSPELLABLE.search(text):
        raise _cannot_hold(
            where, f"{show(text)}, of which Excel makes something else", "text for people"
        )


def _cannot_hold(where: str, found: str, expected: str) -> InputError:
    return refuse(
        Path(where),
        found=found,
        expected=expected,
        cure="Shorten or correct it, or write a folder of CSV files instead.",
    )


def fill_workbook(portfolio: Portfolio, path: Path) -> None:
    """Write a portfolio's settings and tables as a workbook.

    Parameters
    ----------
    portfolio : Portfolio
        What to write.
    path : Path
        The file.

    Raises
    ------
    InputError
        A workbook cannot hold it: too many rows, or too long a text.
    """
    for table in load_schema():
        rows = 0 if table == SETTINGS else len(getattr(portfolio, table))
        if rows >= ROW_LIMIT:
            raise _cannot_hold(
                table, f"{rows:,} rows", f"{ROW_LIMIT - 1:,} at most, which is what Excel can hold"
            )
    with new_workbook(path) as workbook:
        add_sheets(workbook, portfolio)


def add_sheets(workbook: xlsxwriter.Workbook, portfolio: Portfolio) -> dict[str, Any]:
    """Add the sheets of a portfolio: its settings, and every table with what is in it.

    Parameters
    ----------
    workbook : xlsxwriter.Workbook
        Where to.
    portfolio : Portfolio
        What to write.

    Returns
    -------
    dict of str to xlsxwriter worksheet
        The sheets by table.
    """
    looks = Looks(workbook)
    sheets = {}
    for table, columns in load_schema().items():
        if table == SETTINGS:
            sheets[table] = _add_settings_sheet(workbook, to_cells(portfolio.settings), looks)
            continue
        sheet = sheets[table] = _add_table_sheet(workbook, table, looks)
        frame = getattr(portfolio, table)
        for at, column in enumerate(columns.values()):
            longest = max(map(len, map(str, frame[column.name].head(200).dropna())), default=0)
            if column.type in {"id", "text"} and longest > _width(column):
                sheet.set_column(at, at, min(longest + 2, 60), looks.text)
            for row, value in enumerate(frame[column.name], start=1):
                _write_cell(sheet, row, at, value, column, looks)
        sheet.autofilter(0, 0, max(1, len(frame)), len(columns) - 1)
    return sheets


def _add_settings_sheet(
    workbook: xlsxwriter.Workbook, cells: dict[str, object], looks: Looks
) -> Any:
    """Add the key/value sheet, with a note of what each key means.

    Parameters
    ----------
    workbook : xlsxwriter.Workbook
        Where to.
    cells : dict of str to object
        The values by key.
    looks : Looks
        The workbook's formats.

    Returns
    -------
    xlsxwriter worksheet
        The sheet.
    """
    sheet = workbook.add_worksheet(SETTINGS)
    for at, heading in enumerate(("setting", "value", "unit", "description")):
        sheet.write_string(0, at, heading, looks.required if at < 2 else looks.optional)
    for row, (key, column) in enumerate(load_schema()[SETTINGS].items(), start=1):
        sheet.write_string(row, 0, key, looks.strong if column.required else looks.plain)
        sheet.write_blank(row, 1, None, looks.by_type[column.type])
        _write_cell(sheet, row, 1, cells[key], column, looks)
        sheet.write_string(row, 2, column.unit, looks.quiet)
        sheet.write_string(row, 3, _explained(column), looks.quiet)
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 30)
    sheet.set_column(2, 2, 18)
    sheet.set_column(3, 3, 90)
    sheet.set_row(0, 22)
    sheet.freeze_panes(1, 1)
    _print_on_one_width(sheet)
    return sheet


def _add_table_sheet(workbook: xlsxwriter.Workbook, table: str, looks: Looks) -> Any:
    """Add an empty sheet for a table: headings, notes, column formats and widths.

    Parameters
    ----------
    workbook : xlsxwriter.Workbook
        Where to.
    table : str
        The table.
    looks : Looks
        The workbook's formats.

    Returns
    -------
    xlsxwriter worksheet
        The sheet.
    """
    sheet = workbook.add_worksheet(table)
    for at, column in enumerate(load_schema()[table].values()):
        sheet.set_column(at, at, _width(column), looks.by_type[column.type])
        sheet.write_string(
            0, at, column.name, looks.required if column.required else looks.optional
        )
        text = note(column)
        lines = sum(1 + len(line) // 44 for line in text.splitlines())
        sheet.write_comment(0, at, text, {"width": 290, "height": 15 * lines + 12})
    sheet.set_row(0, 22)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    _print_on_one_width(sheet)
    return sheet


def _print_on_one_width(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _explained(column: Column) -> str:
    text = column.description + (f"; {column.default} where blank" if column.default else "")
    return f"{text} (required)" if column.required else text


def note(column: Column) -> str:
    """Return what a heading's note says: meaning, unit, choices, what blank means.

    Parameters
    ----------
    column : Column
        The column.

    Returns
    -------
    str
        A few short lines.

    Examples
    --------
    >>> print(note(load_schema()["links"]["lag_days"]))
    Time between the two; negative is a lead
    Unit: working days
    Blank means 0
    """
    kind = {"date": "Date", "datetime": "Date, or date and time"}.get(column.type, "")
    lines = [
        column.description,
        "Required" if column.required else "",
        kind,
        f"Unit: {column.unit}" if column.unit else "",
        f"One of: {', '.join(column.choices)}" if column.choices else "",
        f"Refers to: {', '.join(column.refers_to)}" if column.refers_to else "",
        f"Blank means {column.default}" if column.default else "",
    ]
    return "\n".join(line for line in lines if line)


def _width(column: Column) -> float:
    wide = {"date": 12, "datetime": 17, "text": 26, "id": 14, "choice": 15}
    return max(wide.get(column.type, 10), 1.15 * len(column.name) + 4)
