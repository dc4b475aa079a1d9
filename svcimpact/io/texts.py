"""Typed cells of a portfolio as the text that stands in a CSV file."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from svcimpact.schema import Column


def number_text(value: float) -> str:
    """Return the shortest text that reads back as exactly this number.

    Parameters
    ----------
    value : float
        A finite number.

    Returns
    -------
    str
        Its text, without a needless ``.0``.

    Examples
    --------
    >>> number_text(5.0), number_text(0.1 + 0.2)
    ('5', '0.30000000000000004')
    """
    return repr(float(value)).removesuffix(".0")


def date_text(value: pd.Timestamp) -> str:
    """Return an ISO date, or date and time where the time is not midnight.

    Parameters
    ----------
    value : pandas.Timestamp
        A local date or date-time.

    Returns
    -------
    str
        Its text, no longer than it needs to be.

    Examples
    --------
    >>> date_text(pd.Timestamp("2026-03-09 10:00"))
    '2026-03-09T10:00'
    """
    if value == value.normalize():
        return value.date().isoformat()
    return value.isoformat(timespec="auto" if value.second or value.microsecond else "minutes")


_TEXT: dict[str, Callable[..., str]] = {
    "number": number_text,
    "integer": str,
    "flag": lambda value: "yes" if value else "no",
    "date": date_text,
    "datetime": date_text,
}


def as_text(values: pd.Series, column: Column) -> list[str]:
    """Return the texts of one typed column.

    Parameters
    ----------
    values : pandas.Series
        A column of a portfolio.
    column : Column
        Its definition.

    Returns
    -------
    list of str
        One text per value; "" where it is missing.
    """
    text = _TEXT.get(column.type, str)
    return [
        "" if missing else text(value) for value, missing in zip(values, values.isna(), strict=True)
    ]
