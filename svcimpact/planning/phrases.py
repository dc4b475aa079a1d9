"""Numbers, dates and lists as the findings of planning say them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def listed(words: Sequence[str], most: int = 5) -> str:
    """Join words into a list that counts what it leaves out.

    Parameters
    ----------
    words : sequence of str
        The words.
    most : int
        Most words to spell out.

    Returns
    -------
    str
        Text such as ``a, b and 2 more``.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], 2)
    ('a, b and c', 'a, b and 1 more')
    """
    shown = list(words[:most])
    if len(words) > most:
        shown.append(f"{len(words) - most} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def amount(value: float) -> str:
    """Write a number with one decimal; what would read 0.0 is less than 0.1.

    Parameters
    ----------
    value : float
        The number, not negative.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> amount(2.64), amount(0.01)
    ('2.6', 'less than 0.1')
    """
    shown = f"{value:z,.1f}"
    return "less than 0.1" if shown == "0.0" and value > 0 else shown


def period(start: pd.Timestamp, finish: pd.Timestamp) -> str:
    """Write from when until when.

    Parameters
    ----------
    start, finish : pandas.Timestamp
        First and last moment.

    Returns
    -------
    str
        Text such as ``9 March to 2 April 2026``.

    Examples
    --------
    >>> period(pd.Timestamp("2026-03-09 09:00"), pd.Timestamp("2026-04-02 16:30"))
    '9 March to 2 April 2026'
    """
    last = f"{finish.day} {finish.month_name()} {finish.year}"
    if start.date() >= finish.date():
        return last
    first = f"{start.day} {start.month_name()}"
    return f"{first} to {last}" if start.year == finish.year else f"{first} {start.year} to {last}"
