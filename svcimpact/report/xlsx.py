"""Write an outcome as a workbook for a spreadsheet: contents, findings, tidy tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from svcimpact.charts.fonts import FONT
from svcimpact.charts.style import GRID, INCIDENT, PAPER
from svcimpact.io.place import to_place
from svcimpact.io.replace import refuse, replace_file
from svcimpact.io.results import spare_portfolio
from svcimpact.report.contents import sheets_of
from svcimpact.report.page import Findings, Sheet
from svcimpact.wording import counted

_SHEET = 31  # characters of a sheet's name
_WIDEST = 60
_MONEY = {"cost", "money", "net", "gain", "loss"}
_PAPER = 200  # characters that stand side by side on a page


def write_xlsx(findings: Findings, tables: Mapping[str, pd.DataFrame], path: str | Path) -> Path:
    """Write findings as tidy sheets behind a page of contents.

    Parameters
    ----------
    findings : Findings
        Title, headlines, what sections show, assumptions.
    tables : mapping of str to pandas.DataFrame
        Tables by name; they come before those of the sections.
    path : str or pathlib.Path
        An ``.xlsx`` file; replaced whole.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        If nothing can be written there, or the workbook of a portfolio is there.

    Notes
    -----
    Every sheet has its headings frozen and a filter; dates are dates, chances per cent; delays
    and costs shade from white to orange. Texts stay texts, whatever they begin with.
    """
    place = to_place(path)
    if place.suffix.lower() != ".xlsx":
        raise refuse(
            place,
            found=f"a name that ends in {place.suffix!r}",
            expected="a name that ends in .xlsx",
            cure="Choose another name.",
        )
    spare_portfolio(place)
    sheets = sheets_of(findings, tables)
    return replace_file(place, partial(_fill, findings, sheets), overwrite=True)


def _fill(findings: Findings, sheets: list[Sheet], new: Path) -> None:
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
        "default_date_format": "yyyy-mm-dd hh:mm",
        "default_format_properties": {"font_name": FONT, "font_size": 10},
    }
    with xlsxwriter.Workbook(str(new), options) as book:
        looks = {
            "title": book.add_format({"bold": True, "font_size": 16, "font_color": INCIDENT}),
            "head": book.add_format(
                {"bold": True, "bg_color": INCIDENT, "font_color": PAPER, "text_wrap": True,
                 "valign": "top", "border": 1, "border_color": GRID, "indent": 1}
            ),
            # What follows a figure keeps its distance.
            "date": book.add_format(
                {"num_format": "yyyy-mm-dd hh:mm", "align": "left", "indent": 1}
            ),
            "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "indent": 1}),
            "text": book.add_format({"indent": 1}),
            "number": book.add_format({"num_format": "#,##0.00"}),
            "money": book.add_format({"num_format": "#,##0"}),
            "chance": book.add_format({"num_format": "0 %"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top", "indent": 1}),
            "link": book.add_format({"font_color": INCIDENT, "underline": 1}),
            "bold": book.add_format({"bold": True, "valign": "top"}),
        }  # fmt: skip
        names = _names([sheet.name for sheet in sheets])
        _contents(book, looks, findings, sheets, names)
        for name, sheet in zip(names, sheets, strict=True):
            _sheet(book, looks, name, sheet.table)


def _names(wanted: list[str]) -> list[str]:
    """Return the names of sheets: short, and each once."""
    names: list[str] = []
    # Excel has no case in names, no such marks in them, and a sheet of its own called History.
    used = {"contents", "history"}
    for name in wanted:
        short = re.sub(r"[\[\]:*?/\\']+", " ", name)[:_SHEET].strip() or "table"
        number = 1
        while short.lower() in used:
            number += 1
            short = f"{short[: _SHEET - 3].rstrip()} {number}"
        used.add(short.lower())
        names.append(short)
    return names


def _contents(
    book: Any,
    looks: dict[str, Any],
    findings: Findings,
    sheets: list[Sheet],
    names: list[str],
) -> None:
    sheet = book.add_worksheet("contents")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, findings.title, looks["title"])
    sheet.write_string(1, 0, findings.subtitle)
    row = 3
    for name, value in findings.facts:
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, value)
        row += 1
    row += 1
    sheet.write_string(row, 0, "Findings", looks["bold"])
    for line in findings.headlines:
        sheet.write_string(row, 1, line, looks["wrap"])
        sheet.set_row(row, _height(len(line), 110))
        row += 1
    row += 1
    sheet.write_string(row, 0, "Sheets", looks["bold"])
    for name, what in zip(names, sheets, strict=True):
        row += 1
        sheet.write_url(row, 0, f"internal:'{name}'!A1", looks["link"], name)
        sheet.write_string(row, 1, f"{what.title} ({counted(len(what.table), 'row')})")
    sheet.freeze_panes(3, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _sheet(book: Any, looks: dict[str, Any], name: str, table: pd.DataFrame) -> None:
    sheet = book.add_worksheet(name)
    columns = [str(c) for c in table.columns]
    longest = [0] * len(table)
    widths: list[float] = []
    heads = 1
    for c, column in enumerate(columns):
        sheet.write_string(0, c, column.replace("_", " "), looks["head"])
        values = table.iloc[:, c]
        look = _look(looks, column, values)
        width = len(column) * 0.7 + 3
        for r, value in enumerate(values.tolist(), 1):
            shown = _write(sheet, r, c, value, look, looks)
            longest[r - 1] = max(longest[r - 1], shown)
            width = max(width, min(shown, _WIDEST) + 2)
        widths.append(min(width, _WIDEST))
        heads = max(heads, -(-len(column) // int(widths[-1])))
        sheet.set_column(c, c, widths[-1])
        if len(table) and _shaded(column, values):
            sheet.conditional_format(
                1, c, len(table), c,
                {"type": "2_color_scale", "min_color": "#ffffff", "max_color": "#f0b35c"},
            )  # fmt: skip
    for r, shown in enumerate(longest, 1):
        if shown > _WIDEST:
            sheet.set_row(r, _height(shown, _WIDEST))
    sheet.set_row(0, 14.0 * heads)
    sheet.freeze_panes(1, min(2, len(columns)))
    if len(columns):
        sheet.autofilter(0, 0, max(len(table), 1), len(columns) - 1)
    # On paper, more pages side by side rather than letters that nobody can read.
    pages = -(-int(sum(widths)) // _PAPER)
    sheet.set_landscape()
    sheet.fit_to_pages(max(pages, 1), 0)
    sheet.repeat_rows(0)
    if pages > 1:
        sheet.repeat_columns(0, 1)


def _height(characters: int, wide: int) -> float:
    """Return the points of a row whose text takes several lines, as not every program finds out."""
    return 14.0 * min(-(-characters // wide), 20)


def _look(looks: dict[str, Any], column: str, values: pd.Series) -> Any:
    if pd.api.types.is_datetime64_any_dtype(values):
        whole = bool((values.dropna() == values.dropna().dt.normalize()).all())
        return looks["day" if whole else "date"]
    if not pd.api.types.is_float_dtype(values):
        return None
    if column.startswith(("chance", "likelihood")) and not column.endswith("_se"):
        return looks["chance"]
    return looks["money" if _MONEY & set(column.split("_")) else "number"]


def _write(sheet: Any, row: int, column: int, value: Any, look: Any, looks: dict[str, Any]) -> int:
    """Write one cell; return how many characters it shows."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return 0
    if isinstance(value, bool):
        sheet.write_string(row, column, "yes" if value else "no", looks["text"])
        return 3
    if isinstance(value, pd.Timestamp):
        sheet.write_datetime(row, column, value.to_pydatetime(), look)
        return 16
    if isinstance(value, int | float):
        sheet.write_number(row, column, value, look)
        return 10
    text = str(value)[:32_000]
    sheet.write_string(row, column, text, looks["wrap" if len(text) > _WIDEST else "text"])
    return len(text)


def _shaded(column: str, values: pd.Series) -> bool:
    """Tell whether a column is one that people look for the worst in."""
    wanted = ("delay_", "chance_late", "cost_", "lost_hours", "uncovered")
    told = column.startswith(wanted) and not column.endswith("_se")
    return told and pd.api.types.is_float_dtype(values)
