"""A workbook with a sheet per table and a key/value sheet for the settings: reading it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum
from xlsxwriter.utility import xl_col_to_name

from svcimpact.errors import fault
from svcimpact.io.folder import unreadable
from svcimpact.io.formulas import Inside, look_inside
from svcimpact.io.rows import Raw, add_table, is_blank, place_names
from svcimpact.nearest import plain
from svcimpact.schema import SETTINGS

NOTES = ("read_me", "readme", "lists", "notes")  # sheets that explain, in our template and others
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MOST_CELLS = 30_000_000  # all rows of a sheet, up to column Z
_SAVE = "Open it in Excel and save it as an Excel workbook (.xlsx)."


def read_workbook(path: Path) -> Raw:
    """Read the tables and settings in a workbook, without checking their content.

    Parameters
    ----------
    path : Path
        The `.xlsx` or `.xlsm` file.

    Returns
    -------
    Raw
        Tables, settings, faults and warnings.
    """
    raw = Raw()
    workbook = _open(raw, path)
    if workbook is None:
        return raw
    with workbook:
        sheets = {sheet.name: sheet for sheet in workbook.sheets_metadata}
        placed = place_names([n for n in sheets if plain(n) not in NOTES], "sheet", raw)
        try:
            inside = look_inside(path)
        except (BadZipFile, ParseError, KeyError, ValueError) as error:
            inside = {}
            raw.faults.append(
                fault(
                    path.name,
                    found=f"a damaged workbook ({error})",
                    expected="an .xlsx workbook",
                    cure=_SAVE,
                )
            )
        for table, name in placed.items():
            if sheets[name].visible != SheetVisibleEnum.Visible:
                raw.notes.append(
                    fault(
                        name,
                        found="a hidden sheet",
                        expected="sheets that can be seen",
                        cure="It was read; unhide it to see what is in it.",
                    )
                )
            rows = _rows(raw, workbook, name, inside.get(name, Inside({}, (0, 0))))
            if table == SETTINGS:
                if rows is not None:
                    _add_settings(raw, rows, name)
            elif rows is None:
                raw.tables[table] = None
            else:
                add_table(raw, table, rows, ragged=False, file=name)
    if SETTINGS not in placed:
        cure = "Add it: names in column A (name, start, ...), values in column B."
        if not placed:
            # A list of somebody's own, not a portfolio that lacks a sheet.
            cure = "svcimpact new my.xlsx makes a workbook with every sheet: paste the list there."
        raw.faults.append(
            fault(
                SETTINGS,
                found="no such sheet",
                expected="a sheet with the settings",
                cure=cure,
            )
        )
    return raw


def _open(raw: Raw, path: Path) -> CalamineWorkbook | None:
    cure = _SAVE
    try:
        data = path.read_bytes()
        if data.startswith(_OLE) and _ENCRYPTED in data:
            found, cure = "a workbook with a password", "Save a copy of it without the password."
        elif data.startswith(_OLE):
            found = "a workbook in the old .xls format, whatever its name"
        elif not data.startswith(b"PK"):
            found = "an empty file" if not data else "a file that is no workbook"
        else:
            return CalamineWorkbook.from_path(path)
    except OSError as error:
        raw.faults.append(unreadable(path, error))
        return None
    except CalamineError as error:
        found = f"a damaged workbook ({error})"
    raw.faults.append(fault(path.name, found=found, expected="an .xlsx workbook", cure=cure))
    return None


def _rows(
    raw: Raw, workbook: CalamineWorkbook, name: str, inside: Inside
) -> list[list[Any]] | None:
    """Return the cells of a sheet; the errors of formulas as text, so that they are told."""
    last_row, last_column = inside.last
    if (last_row + 1) * (last_column + 1) > _MOST_CELLS:
        # Reading it would take every cell up to there, and more memory than there is.
        raw.faults.append(
            fault(
                name,
                str(last_row + 1),
                f"column {xl_col_to_name(last_column)}",
                found="values as far out as this",
                expected="a table at the top left, and nothing far from it",
                cure="Delete the rows below the table and the columns right of it, and save.",
            )
        )
        return None
    try:
        sheet = workbook.get_sheet_by_name(name)
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    except CalamineError as error:
        raw.faults.append(
            fault(name, found=f"a damaged sheet ({error})", expected="rows of cells", cure=_SAVE)
        )
        return None
    for (row, column), error_text in inside.failures.items():
        if error_text:
            rows[row][column] = error_text
        else:
            raw.faults.append(
                fault(
                    name,
                    str(row + 1),
                    f"column {xl_col_to_name(column)}",
                    found="a formula that was never worked out",
                    expected="its result",
                    cure="Open the workbook in Excel and save it.",
                )
            )
    for (first, _), (last, _) in sheet.merged_cell_ranges or ():
        if last > first:
            raw.notes.append(
                fault(
                    name,
                    f"{first + 1} to {last + 1}",
                    found="merged cells",
                    expected="a value in every row",
                    cure="Only the first of their rows has the value; it is blank in the others.",
                )
            )
    return rows


def _add_settings(raw: Raw, rows: Sequence[Sequence[object]], sheet: str) -> None:
    """Read names from the first column and values from the second."""
    settings: dict[str, object] = {}
    for at, row in enumerate(rows):
        key, value = [*row, "", ""][:2]
        if is_blank(key) or (at == 0 and plain(str(value)) == "value"):
            continue
        name = str(key).strip()
        if name in settings:
            raw.faults.append(
                fault(
                    sheet,
                    str(at + 1),
                    name,
                    found="this setting a second time",
                    expected="each setting once",
                    cure="Remove one of the rows.",
                )
            )
        settings.setdefault(name, None if is_blank(value) else value)
    raw.settings = settings
