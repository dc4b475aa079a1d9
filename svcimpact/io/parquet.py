"""A folder of Parquet files with `portfolio.toml` beside them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pandas as pd

from svcimpact.errors import MissingRequirementError, fault
from svcimpact.io.folder import fill_settings, unreadable, written_tables
from svcimpact.io.rows import Raw, add_table
from svcimpact.portfolio import Portfolio


def load_arrow() -> ModuleType:
    """Import pyarrow's Parquet module, which is an optional package.

    Returns
    -------
    module
        `pyarrow.parquet`.

    Raises
    ------
    MissingRequirementError
        It is not installed.
    """
    try:
        return import_module("pyarrow.parquet")
    except ImportError as error:
        raise MissingRequirementError(
            "Parquet files need the package pyarrow, which is not installed: "
            "run pip install 'svcimpact[parquet]', or use CSV or .xlsx instead."
        ) from error


def read_parquet(raw: Raw, table: str, path: Path) -> None:
    """Read one Parquet file.

    Parameters
    ----------
    raw : Raw
        Takes the table, its faults and warnings.
    table : str
        The table that the file holds.
    path : Path
        The file.
    """
    arrow = load_arrow()
    try:
        with arrow.ParquetFile(path) as file:
            found = file.read()
    except (OSError, ValueError) as error:  # pyarrow's own errors are kinds of these
        if isinstance(error, OSError) and error.errno:
            raw.faults.append(unreadable(path, error))
        else:
            raw.faults.append(
                fault(
                    path.name,
                    found="a file that is not Parquet, or is damaged",
                    expected="a Parquet file",
                    cure="Write it anew.",
                )
            )
        return
    columns = [_plain_values(column.to_pylist()) for column in found.columns]
    records = [found.column_names, *zip(*columns, strict=True)]
    add_table(raw, table, records, ragged=False, file=path.name)


def _plain_values(values: list[object]) -> list[object]:
    # Parquet has a value for "not a number" as well as one for "nothing"; a table has blanks only.
    return [None if isinstance(value, float) and value != value else value for value in values]


def fill_parquet(portfolio: Portfolio, folder: Path) -> None:
    """Write a portfolio's settings and tables into an empty folder.

    Parameters
    ----------
    portfolio : Portfolio
        What to write.
    folder : Path
        The folder.
    """
    load_arrow()
    fill_settings(portfolio, folder)
    for table, frame in written_tables(portfolio).items():
        fill_parquet_table(table, frame, folder / f"{table}.parquet")


def fill_parquet_table(table: str, frame: pd.DataFrame, file: Path) -> None:  # noqa: ARG001
    """Write one table of a portfolio as Parquet.

    Parameters
    ----------
    table : str
        Its name.
    frame : pandas.DataFrame
        Its rows, typed.
    file : Path
        The file.
    """
    load_arrow()
    frame.to_parquet(file, engine="pyarrow", index=False)
