"""What can go wrong, told once and whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from unicodedata import category

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
    warnings : pandas.DataFrame, optional
        What else was noticed on the way; the same columns.
    """

    def __init__(
        self, message: str, faults: pd.DataFrame, warnings: pd.DataFrame | None = None
    ) -> None:
        super().__init__(message)
        self.faults = faults
        self.warnings = fault_frame([]) if warnings is None else warnings

    def __str__(self) -> str:
        return "\n".join([_on_one_line(str(self.args[0])), *describe(self.faults)])


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


# Control characters, halves of pairs and line ends; and marks that turn the direction of writing.
_STEERING = ("Cc", "Cs", "Zl", "Zp")
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# A message is read by a person: of many faults of one kind in one column, this many are told.
_TOLD_IN_FULL = 20


def describe(faults: pd.DataFrame) -> list[str]:
    """Return one line of text per fault.

    Of more than twenty faults of one kind in one column, twenty are told in full, and one line
    counts the others and names their rows from-to; the table of faults still holds each.

    Parameters
    ----------
    faults : pandas.DataFrame
        Faults as made by `fault_frame`.

    Returns
    -------
    list of str
        Lines such as ``tasks, row 5, project: found 'P9', expected a project id; did you
        mean 'P8'? Correct the id.``

    Examples
    --------
    >>> row = fault("tasks", "5", "project", found="'P9'", expected="a project id",
    ...             nearest="'P8'", cure="Correct the id.")
    >>> describe(fault_frame([row]))
    ["tasks, row 5, project: found 'P9', expected a project id; did you mean 'P8'? Correct the id."]
    """
    lines: list[str] = []
    told: Counter[tuple[str, str, str]] = Counter()
    others: dict[tuple[str, str, str], list[str]] = {}
    for row in faults.to_dict("records"):
        kind = (row["table"], row["column"], row["expected"])
        told[kind] += 1
        if told[kind] <= _TOLD_IN_FULL:
            lines.append(_sentence(row))
        else:
            others.setdefault(kind, []).append(row["row"])
    for (table, column, expected), rows in others.items():
        where = table + (f", rows {rows[0]} to {rows[-1]}" if rows[0] else "")
        where += f", {column}" if column else ""
        lines.append(f"{where}: {len(rows)} more of the same kind, expected {expected}.")
    return lines


def _sentence(row: Mapping[Hashable, str]) -> str:
    where = row["table"]
    if row["row"]:
        several = re.fullmatch(r"\d+(, \d+)* and \d+( more)?", row["row"])
        where += f", {'rows' if several else 'row'} {row['row']}"
    where += f", {row['column']}" if row["column"] else ""
    parts = [f"found {row['found']}" if row["found"] else ""]
    parts.append(f"expected {row['expected']}" if row["expected"] else "")
    said = ", ".join(part for part in parts if part)
    said += f"; did you mean {row['nearest']}?" if row["nearest"] else ""
    line = f"{where}: {said}" if said else f"{where}:"
    line = line if line.endswith(("?", ".", ":")) else f"{line}."
    return _on_one_line(f"{line} {row['cure']}".rstrip())


def _on_one_line(text: str) -> str:
    """Spell out what would break the line or steer the terminal: names come from anywhere."""
    if text.isprintable():
        return text
    return "".join(
        c.encode("unicode_escape").decode() if category(c) in _STEERING or c in _TURNING else c
        for c in text
    )


def listed(values: Iterable[object], *, limit: int = 3) -> str:
    """Return values as a person lists them.

    Parameters
    ----------
    values : iterable
        What to list, without repeats.
    limit : int
        How many to name before the rest is counted.

    Returns
    -------
    str
        The list.

    Examples
    --------
    >>> listed([2, 3]), listed([2, 3, 4, 5, 6])
    ('2 and 3', '2, 3, 4 and 2 more')
    """
    texts = [str(value) for value in values]
    if len(texts) > limit + 1:
        texts = [*texts[:limit], f"{len(texts) - limit} more"]
    return " and ".join([*([", ".join(texts[:-1])] if len(texts) > 1 else []), *texts[-1:]])


class Ledger:
    """Faults and warnings as they are found; nothing is raised until all are in.

    Parameters
    ----------
    faults, warnings : iterable of dict
        Rows made by `fault` that were found before.
    """

    def __init__(
        self, faults: Iterable[dict[str, str]] = (), warnings: Iterable[dict[str, str]] = ()
    ) -> None:
        self.faults = list(faults)
        self.warnings = list(warnings)

    def fault(
        self,
        table: str,
        row: object = "",
        column: str = "",
        *,
        found: str,
        expected: str,
        nearest: str = "",
        cure: str = "",
    ) -> None:
        """Add a fault; the parameters are those of `fault`."""
        self.faults.append(
            fault(
                table, str(row), column, found=found, expected=expected, nearest=nearest, cure=cure
            )
        )

    def warn(
        self,
        table: str,
        rows: Iterable[object] = (),
        column: str = "",
        *,
        found: str,
        expected: str,
        nearest: str = "",
        cure: str = "",
    ) -> None:
        """Add one warning for any number of rows; `cure` says what was assumed."""
        self.warnings.append(
            fault(
                table,
                listed(rows, limit=5),
                column,
                found=found,
                expected=expected,
                nearest=nearest,
                cure=cure,
            )
        )
