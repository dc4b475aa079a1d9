"""A workbook with a sheet per table and a key/value sheet for the settings: reading it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from svcimpact.errors import fault
from svcimpact.io.folder import unreadable
from svcimpact.io.rows import Raw, add_table, is_blank, place_names
from svcimpact.nearest import plain
from svcimpact.schema import SETTINGS

NOTES = ("read_me", "readme", "lists", "notes")  # sheets that explain, in our template and others
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
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
            raw.tables |= {table: None} if table != SETTINGS else {}
            try:
                rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            except CalamineError as error:
                raw.faults.append(
                    fault(
                        name,
                        found=f"a damaged sheet ({error})",
                        expected="rows of cells",
                        cure=_SAVE,
                    )
                )
                continue
            if table == SETTINGS:
                _add_settings(raw, rows, name)
            else:
                add_table(raw, table, rows, ragged=False, file=name)
    if SETTINGS not in placed:
        raw.faults.append(
            fault(
                SETTINGS,
                found="no such sheet",
                expected="a sheet with the settings",
                cure="Add it: names in column A (name, start, ...), values in column B.",
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
