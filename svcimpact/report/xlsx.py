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
from svcimpact.report.page import Findings

_SHEET = 31  # characters of a sheet's name
_WIDEST = 60
_TITLES = {
    "projects": "Projects: dates, delay, chance of missing the due date, cost",
    "tasks": "Tasks: dates and delays",
    "resources": "People and teams: pulled, covering, lost to projects",
    "services": "Services: outage, cost, uncovered support",
    "incidents": "Incidents: when they strike and are restored",
    "segments": "The typical run, stretch by stretch",
    "takes": "What incidents take from whom in it",
    "assumptions": "What the figures rest on",
}


def write_xlsx(findings: Findings, tables: Mapping[str, pd.DataFrame], path: str | Path) -> Path:
    """Write tables as tidy sheets behind a page of contents and findings.

    Parameters
    ----------
    findings : Findings
        Title, headlines, assumptions.
    tables : mapping of str to pandas.DataFrame
        The tables by name.
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
    return replace_file(place, partial(_fill, findings, tables), overwrite=True)


def _fill(findings: Findings, tables: Mapping[str, pd.DataFrame], new: Path) -> None:
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
                 "valign": "top", "border": 1, "border_color": GRID}
            ),
            "date": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            "number": book.add_format({"num_format": "#,##0.00"}),
            "money": book.add_format({"num_format": "#,##0"}),
            "chance": book.add_format({"num_format": "0 %"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "link": book.add_format({"font_color": INCIDENT, "underline": 1}),
            "bold": book.add_format({"bold": True, "valign": "top"}),
        }  # fmt: skip
        names = _names(tables)
        _contents(book, looks, findings, tables, names)
        for name, table in tables.items():
            _sheet(book, looks, names[name], table)


def _names(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return the sheet of each table: short, and each once."""
    names: dict[str, str] = {}
    # Excel has no case in names, no such marks in them, and a sheet of its own called History.
    used = {"contents", "history"}
    for name in tables:
        short = re.sub(r"[\[\]:*?/\\']+", " ", name)[:_SHEET].strip() or "table"
        number = 1
        while short.lower() in used:
            number += 1
            short = f"{short[: _SHEET - 3].rstrip()} {number}"
        used.add(short.lower())
        names[name] = short
    return names


def _contents(
    book: Any,
    looks: dict[str, Any],
    findings: Findings,
    tables: Mapping[str, pd.DataFrame],
    names: dict[str, str],
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
        sheet.set_row(row, _height(len(line), 105))
        row += 1
    row += 1
    sheet.write_string(row, 0, "Sheets", looks["bold"])
    for name, table in tables.items():
        row += 1
        sheet.write_url(row, 0, f"internal:'{names[name]}'!A1", looks["link"], names[name])
        title = _TITLES.get(name, name.replace("_", " "))
        sheet.write_string(row, 1, f"{title} ({len(table):,} rows)")
    sheet.freeze_panes(3, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _sheet(book: Any, looks: dict[str, Any], name: str, table: pd.DataFrame) -> None:
    sheet = book.add_worksheet(name)
    columns = [str(c) for c in table.columns]
    longest = [0] * len(table)
    for c, column in enumerate(columns):
        sheet.write_string(0, c, column.replace("_", " "), looks["head"])
        values = table.iloc[:, c]
        look = _look(looks, column, values)
        width = len(column) * 0.7 + 3
        for r, value in enumerate(values.tolist(), 1):
            shown = _write(sheet, r, c, value, look, looks["wrap"])
            longest[r - 1] = max(longest[r - 1], shown)
            width = max(width, min(shown, _WIDEST) + 2)
        sheet.set_column(c, c, min(width, _WIDEST))
        if len(table) and _shaded(column, values):
            sheet.conditional_format(
                1, c, len(table), c,
                {"type": "2_color_scale", "min_color": "#ffffff", "max_color": "#f0b35c"},
            )  # fmt: skip
    for r, shown in enumerate(longest, 1):
        if shown > _WIDEST:
            sheet.set_row(r, _height(shown, _WIDEST))
    sheet.freeze_panes(1, min(2, len(columns)))
    if len(columns):
        sheet.autofilter(0, 0, max(len(table), 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _height(characters: int, wide: int) -> float:
    """Return the points of a row whose text takes several lines, as not every program finds out."""
    return 14.0 * min(-(-characters // wide), 20)


def _look(looks: dict[str, Any], column: str, values: pd.Series) -> Any:
    if pd.api.types.is_datetime64_any_dtype(values):
        return looks["date"]
    if not pd.api.types.is_float_dtype(values):
        return None
    if column.startswith(("chance", "likelihood")) and not column.endswith("_se"):
        return looks["chance"]
    return looks["money"] if "cost" in column or "money" in column else looks["number"]


def _write(sheet: Any, row: int, column: int, value: Any, look: Any, wrap: Any) -> int:
    """Write one cell; return how many characters it shows."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return 0
    if isinstance(value, bool):
        sheet.write_string(row, column, "yes" if value else "no")
        return 3
    if isinstance(value, pd.Timestamp):
        sheet.write_datetime(row, column, value.to_pydatetime(), look)
        return 16
    if isinstance(value, int | float):
        sheet.write_number(row, column, value, look)
        return 10
    text = str(value)[:32_000]
    sheet.write_string(row, column, text, wrap if len(text) > _WIDEST else None)
    return len(text)


def _shaded(column: str, values: pd.Series) -> bool:
    """Tell whether a column is one that people look for the worst in."""
    wanted = ("delay_", "chance_late", "cost_", "lost_hours", "uncovered")
    told = column.startswith(wanted) and not column.endswith("_se")
    return told and pd.api.types.is_float_dtype(values)
