"""What can go wrong, told once and whole."""

from __future__ import annotations

import pandas as pd

FAULT_COLUMNS = ("table", "row", "column", "found", "expected", "nearest", "cure")


class SvcimpactError(Exception):
    """Anything svcimpact raises on purpose; the message is meant for the user."""


class InputError(SvcimpactError, ValueError):
    """Faults in what the user handed in, all of them at once.

    Parameters
    ----------
    message : str
        One line that says what was being read.
    faults : pandas.DataFrame
        One row per fault; columns `table`, `row`, `column`, `found`, `expected`,
        `nearest` and `cure`, all text.
    """

    def __init__(self, message: str, faults: pd.DataFrame) -> None:
        super().__init__(message)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join([str(self.args[0]), *describe(self.faults)])


class InvalidPortfolioError(InputError):
    """The tables of a portfolio have faults."""


class InvalidScenarioError(InputError):
    """A scenario or an incident has faults."""


class MissingRequirementError(SvcimpactError):
    """Something outside Python, or an optional package, is not installed."""


def fault(
    table: str,
    row: str = "",
    column: str = "",
    *,
    found: str = "",
    expected: str = "",
    nearest: str = "",
    cure: str = "",
) -> dict[str, str]:
    """Return one fault as a row for `InputError.faults`.

    Parameters
    ----------
    table : str
        The table, file or section in which the fault stands.
    row : str
        The row as the user sees it (a line or sheet row number), or its id.
    column : str
        The column or key.
    found : str
        What stands there now.
    expected : str
        What should stand there.
    nearest : str
        The nearest right value, where there is one.
    cure : str
        What to do about it.

    Returns
    -------
    dict of str to str
        The row, keyed by the columns of `InputError.faults`.
    """
    return {
        "table": table,
        "row": row,
        "column": column,
        "found": found,
        "expected": expected,
        "nearest": nearest,
        "cure": cure,
    }


def fault_frame(rows: list[dict[str, str]]) -> pd.DataFrame:
    """Return faults (or warnings) as a DataFrame with the standard columns.

    Parameters
    ----------
    rows : list of dict
        Rows made by `fault`.

    Returns
    -------
    pandas.DataFrame
        One row per fault, all columns text.
    """
    return pd.DataFrame(rows, columns=list(FAULT_COLUMNS)).astype("str")


def describe(faults: pd.DataFrame) -> list[str]:
    """Return one line of text per fault.

    Parameters
    ----------
    faults : pandas.DataFrame
        Faults as made by `fault_frame`.

    Returns
    -------
    list of str
        Lines such as ``tasks, row 5, project: found 'P9', expected a project id; did you
        mean 'P8'? Correct the id.``
    """
    lines = []
    for row in faults.to_dict("records"):
        where = row["table"]
        where += f", row {row['row']}" if row["row"] else ""
        where += f", {row['column']}" if row["column"] else ""
        parts = [f"found {row['found']}" if row["found"] else ""]
        parts.append(f"expected {row['expected']}" if row["expected"] else "")
        said = ", ".join(part for part in parts if part)
        said += f"; did you mean {row['nearest']}?" if row["nearest"] else ""
        line = f"{where}: {said}"
        line = line if line.endswith(("?", ".")) else f"{line}."
        lines.append(f"{line} {row['cure']}".rstrip())
    return lines
