"""Tables of results to a folder of CSV files or a workbook, safe to open in a spreadsheet."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from svcimpact.io.folder import TOML
from svcimpact.io.place import to_place
from svcimpact.io.replace import refuse, replace_file, replace_folder
from svcimpact.io.sheets import Looks, new_workbook
from svcimpact.nearest import plain
from svcimpact.schema import SETTINGS

# What a spreadsheet takes for the beginning of a formula when it opens a CSV file.
_FORMULA = ("=", "+", "-", "@", "\t")


def write_results(tables: Mapping[str, pd.DataFrame], path: str | os.PathLike[str]) -> Path:
    """Write tables of results, replacing those of an earlier run.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The tables by name.
    path : str or path
        An ``.xlsx`` file, or a folder for one CSV file per table; other files in it stay.

    Returns
    -------
    pathlib.Path
        Where they were written.

    Raises
    ------
    InputError
        The place cannot be written to, or holds a portfolio.

    Notes
    -----
    In CSV files a text that a spreadsheet would take for a formula has an apostrophe put
    before it.
    """
    place = to_place(path)
    spare_portfolio(place)
    if place.suffix.lower() == ".xlsx":
        return replace_file(place, partial(_fill_workbook, tables), overwrite=True)
    names = [f"{name}.csv" for name in tables]
    return replace_folder(place, partial(_fill_folder, tables), ours=names, overwrite=True)


def spare_portfolio(place: Path) -> None:
    """Refuse a place from which a portfolio is read: results have the names of its tables.

    Parameters
    ----------
    place : pathlib.Path
        Where results are to be written.

    Raises
    ------
    InputError
        When a portfolio is there.
    """
    if (place / TOML).exists():
        raise refuse(
            place,
            found="the folder of a portfolio",
            expected="another place, as tables of results have the names of its own",
            cure=f"Choose another, such as {place / 'results'}.",
        )
    if place.suffix.lower() == ".xlsx" and place.is_file():
        try:
            with CalamineWorkbook.from_path(place) as book:
                sheets = book.sheet_names
        except CalamineError:
            return  # no workbook that anything could be read from
        if SETTINGS in map(plain, sheets):
            raise refuse(
                place,
                found="the workbook of a portfolio",
                expected="another name",
                cure=f"Choose another, such as {place.with_stem(place.stem + '-results')}.",
            )


def write_lines(lines: Sequence[str], path: Path) -> Path:
    """Write a text of lines, replacing that of an earlier run.

    Parameters
    ----------
    lines : sequence of str
        The lines.
    path : pathlib.Path
        A text file.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        The place cannot be written to.
    """

    def fill(new: Path) -> None:
        new.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")

    return replace_file(path, fill, overwrite=True)


def _fill_folder(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    for name, table in tables.items():
        texts = table.select_dtypes(["str", "object"]).columns
        safe = table.assign(**{str(c): table[c].map(_safe) for c in texts})
        safe.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def _safe(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _fill_workbook(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    with new_workbook(path) as workbook:
        looks = Looks(workbook)
        for name, table in tables.items():
            sheet = workbook.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for column, title in enumerate(table.columns):
                values = [_cell(value) for value in table[title]]
                widest = max([len(str(title)), *(len(str(v)) for v in values[:200])])
                sheet.set_column(column, column, min(widest + 2, 50))
                sheet.write_string(0, column, str(title), looks.required)
                for row, value in enumerate(values, 1):
                    if isinstance(value, pd.Timestamp):
                        sheet.write_datetime(
                            row, column, value.to_pydatetime(), looks.by_type["datetime"]
                        )
                    elif isinstance(value, bool | int | float):
                        sheet.write(row, column, value)
                    elif value is not None:
                        sheet.write_string(row, column, str(value))
            sheet.autofilter(0, 0, len(table), max(len(table.columns) - 1, 0))


def _cell(value: object) -> object:
    """Return a value that a cell can hold; blank where there is none."""
    if pd.isna(value):  # type: ignore[call-overload]
        return None
    return value.item() if hasattr(value, "item") else value
