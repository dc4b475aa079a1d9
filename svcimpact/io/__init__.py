"""Read a portfolio from a folder or workbook, and write it, losing nothing either way."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Literal

from svcimpact.errors import InvalidPortfolioError, fault, fault_frame
from svcimpact.io.folder import TOML, fill_csv, fill_table, read_csv, read_folder, unreadable
from svcimpact.io.parquet import fill_parquet, fill_parquet_table, load_arrow, read_parquet
from svcimpact.io.place import to_place
from svcimpact.io.replace import refuse, replace_file, replace_folder
from svcimpact.io.rows import Raw
from svcimpact.io.sheets import fill_workbook
from svcimpact.io.workbook import read_workbook
from svcimpact.nearest import Nearest, plain
from svcimpact.portfolio import Portfolio, build_portfolio
from svcimpact.schema import SETTINGS, load_schema

__all__ = ["read", "write", "write_table"]

_WORKBOOKS = (".xlsx", ".xlsm")
_OTHER_FILES = {
    **dict.fromkeys((".xls", ".xlsb", ".ods"), "Save it as an Excel workbook (.xlsx)."),
    **dict.fromkeys((".csv", ".parquet", ".toml"), "Give the folder that it stands in."),
    **dict.fromkeys((".mpp", ".xml", ".xer"), "Import it: svcimpact import PLAN --out FOLDER."),
}


def read(path: str | os.PathLike[str]) -> Portfolio:
    """Read a portfolio from a folder of CSV or Parquet files, or from a workbook.

    Parameters
    ----------
    path : str or path
        A folder with `portfolio.toml` and a `.csv` (or `.parquet`) file per table, or an `.xlsx`
        file with a sheet per table and the settings in the sheet ``portfolio``.

    Returns
    -------
    Portfolio
        The checked tables; its `warnings` list what had to be assumed.

    Raises
    ------
    InvalidPortfolioError
        With every fault in it.
    MissingRequirementError
        Parquet files, and pyarrow is not installed.

    See Also
    --------
    write : The way back.
    """
    place = to_place(path)
    try:
        raw = _read_raw(place)
    except OSError as error:
        raw = Raw(faults=[unreadable(place, error)])
    if not raw.tables and raw.faults:
        raise InvalidPortfolioError(
            f"{place} cannot be read.", fault_frame(raw.faults), fault_frame(raw.notes)
        )
    return build_portfolio(
        raw.settings,
        raw.tables,
        rows=raw.rows,
        source=str(place),
        faults=raw.faults,
        notes=raw.notes,
    )


def _read_raw(place: Path) -> Raw:
    if place.is_dir():
        return _read_folder(place)
    if place.is_file() and place.suffix.lower() in _WORKBOOKS:
        return read_workbook(place)
    expected = "a folder of CSV or Parquet files, or an .xlsx workbook"
    if place.exists():
        kind = f"a {place.suffix.lower()} file" if place.suffix else "a file without an ending"
        cure = _OTHER_FILES.get(place.suffix.lower(), "Give a folder or a workbook.")
        return Raw(faults=[fault(str(place), found=kind, expected=expected, cure=cure)])
    near = ""
    if place.parent.is_dir():
        near = Nearest(sibling.name for sibling in sorted(place.parent.iterdir()))(place.name)
    row = fault(
        str(place),
        found="nothing there",
        expected=expected,
        nearest=repr(str(place.parent / near)) if near else "",
        cure="" if near else f"Check the spelling; the current folder is {Path.cwd()}.",
    )
    return Raw(faults=[row])


def _read_folder(place: Path) -> Raw:
    names = [file.name for file in sorted(place.iterdir())]
    endings = {Path(name).suffix.lower() for name in names}
    if {".csv", ".parquet"} <= endings:
        row = fault(
            str(place),
            found="CSV and Parquet files side by side",
            expected="one kind",
            cure="Move one of them to another folder.",
        )
        return Raw(faults=[row])
    if not {".csv", ".parquet"} & endings:
        books = [name for name in names if Path(name).suffix.lower() in _WORKBOOKS]
        row = fault(
            str(place),
            found="a folder without tables" if names else "an empty folder",
            expected=f"{TOML} and files such as projects.csv",
            nearest=repr(str(place / books[0])) if books else "",
            cure="" if books else "Give the folder that holds the tables.",
        )
        return Raw(faults=[row])
    if ".csv" in endings:
        return read_folder(place, ".csv", read_csv)
    load_arrow()
    return read_folder(place, ".parquet", read_parquet)


def write(
    portfolio: Portfolio,
    path: str | os.PathLike[str],
    *,
    format: Literal["csv", "xlsx", "parquet"] | None = None,  # noqa: A002
    overwrite: bool = False,
) -> Path:
    """Write a portfolio as a folder of CSV or Parquet files, or as a workbook.

    It is written whole or not at all. Empty tables that are optional get no file in a folder.

    Parameters
    ----------
    portfolio : Portfolio
        What to write.
    path : str or path
        A folder (made if need be), or a file that ends in ``.xlsx``.
    format : {"csv", "xlsx", "parquet"}, optional
        By default ``"xlsx"`` for a path that ends so, else ``"csv"``.
    overwrite : bool
        Whether to replace a file, or the tables in a folder, that is there already. Other files in
        the folder stay.

    Returns
    -------
    Path
        Where it was written.

    Raises
    ------
    InputError
        The place is taken or cannot be written to, or a workbook cannot hold the portfolio.
    MissingRequirementError
        Parquet, and pyarrow is not installed.

    See Also
    --------
    read : The way back.
    """
    place = to_place(path).resolve()
    suffix = place.suffix.lower()
    form = format or ("xlsx" if suffix == ".xlsx" else "csv")
    if form not in {"csv", "xlsx", "parquet"}:
        raise refuse(
            place,
            found=f"the format {form!r}",
            expected="csv, xlsx or parquet",
            nearest=repr(near) if (near := Nearest(["csv", "xlsx", "parquet"])(form)) else "",
            cure="Choose one of them.",
        )
    if (form == "xlsx") != (suffix == ".xlsx") or suffix in {*_OTHER_FILES, ".xlsm"}:
        raise refuse(
            place,
            found=f"a name that ends in {suffix!r} for the format {form}",
            expected="a name that ends in .xlsx" if form == "xlsx" else "the name of a folder",
            cure="Choose another name.",
        )
    if form == "xlsx":
        return replace_file(place, partial(fill_workbook, portfolio), overwrite=overwrite)
    fill = fill_csv if form == "csv" else fill_parquet
    tables = [table for table in load_schema() if table != SETTINGS]
    ours = [TOML, *(f"{table}.{ending}" for table in tables for ending in ("csv", "parquet"))]
    return replace_folder(place, partial(fill, portfolio), ours=ours, overwrite=overwrite)


def write_table(portfolio: Portfolio, table: str, path: str | os.PathLike[str]) -> Path:
    """Write one table of a portfolio into the folder it came from; all else stays as it is.

    Parameters
    ----------
    portfolio : Portfolio
        With the new table.
    table : str
        Its name.
    path : str or path
        The folder.

    Returns
    -------
    Path
        The file, replaced whole.

    Raises
    ------
    InputError
        It is a workbook, whose looks and notes would be lost, or cannot be written to.

    See Also
    --------
    write : The whole portfolio.
    """
    place = to_place(path)
    if not place.is_dir():
        raise refuse(
            place,
            found="a file",
            expected="a folder of tables, of which one file is replaced",
            cure="A workbook would lose its looks and notes: say --out for a new one.",
        )
    files = [file for file in sorted(place.iterdir()) if plain(file.stem) == table]
    endings = [file.suffix.lower() for file in place.iterdir()]
    ending = ".parquet" if ".parquet" in endings else ".csv"
    file = next((f for f in files if f.suffix.lower() == ending), place / f"{table}{ending}")
    frame = portfolio.tables[table]

    def fill(new: Path) -> None:
        (fill_table if ending == ".csv" else fill_parquet_table)(table, frame, new)

    return replace_file(file, fill, overwrite=True)
