"""Figures, dates and lists in the sentences of planning; rounding happens here only."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def in_days(days: float) -> str:
    """Write person-days to one decimal.

    Parameters
    ----------
    days : float
        Person-days.

    Returns
    -------
    str
        Text such as ``6.5``, ``1,204`` from a hundred on, or ``less than 0.1``.

    Examples
    --------
    >>> in_days(6.25), in_days(0.01), in_days(0.0), in_days(1204.4)
    ('6.2', 'less than 0.1', '0', '1,204')
    """
    if days == 0:
        return "0"
    if days >= 100:
        return f"{days:,.0f}"
    shown = f"{days:.1f}"
    return "less than 0.1" if shown == "0.0" else shown.removesuffix(".0")


def person_days(days: float) -> str:
    """Write person-days with their noun.

    Parameters
    ----------
    days : float
        Person-days.

    Returns
    -------
    str
        Text such as ``6.5 person-days`` or ``1 person-day``.

    Examples
    --------
    >>> person_days(1.0), person_days(0.0)
    ('1 person-day', '0 person-days')
    """
    shown = in_days(days)
    return f"{shown} {'person-day' if shown == '1' else 'person-days'}"


def many(count: int, one: str) -> str:
    """Write a count with its noun.

    Parameters
    ----------
    count : int
        How many.
    one : str
        The noun in the singular; it takes an s.

    Returns
    -------
    str
        Text such as ``1 service`` or ``3 services``.

    Examples
    --------
    >>> many(1, "service"), many(0, "gap")
    ('1 service', 'no gaps')
    """
    return f"{count:,} {one}" if count == 1 else f"{count or 'no'} {one}s"


def in_words(names: Sequence[str], most: int = 4) -> str:
    """Join names as people say them, and count those left out.

    Parameters
    ----------
    names : sequence of str
        The names.
    most : int
        Most names to spell out.

    Returns
    -------
    str
        Text such as ``A, B and 3 more``.

    Examples
    --------
    >>> in_words(["A", "B", "C"]), in_words(["A", "B", "C"], 1)
    ('A, B and C', 'A and 2 more')
    """
    named = list(names[:most])
    if len(names) > most:
        named.append(f"{len(names) - most} more")
    return " and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else "".join(named)


def on(when: pd.Timestamp, *, year: bool = True) -> str:
    """Write a day.

    Parameters
    ----------
    when : pandas.Timestamp
        The day.
    year : bool
        Whether to name the year.

    Returns
    -------
    str
        Text such as ``9 March 2026``.

    Examples
    --------
    >>> on(pd.Timestamp("2026-03-09 10:00"))
    '9 March 2026'
    """
    return f"{when.day} {when.month_name()}{f' {when.year}' if year else ''}"


def span(first: pd.Timestamp, last: pd.Timestamp, *, year: bool = True) -> str:
    """Write the days from one to another, month and year once where they are the same.

    Parameters
    ----------
    first, last : pandas.Timestamp
        The first and the last day.
    year : bool
        Whether to name the year; both are named where they differ.

    Returns
    -------
    str
        Text such as ``4 to 15 May 2026``, with a dash for the *to*.

    Examples
    --------
    >>> may = span(pd.Timestamp("2026-05-04"), pd.Timestamp("2026-05-15"))
    >>> months = span(pd.Timestamp("2026-04-30"), pd.Timestamp("2026-05-15"), year=False)
    >>> may.replace(chr(0x2013), "-"), months.replace(chr(0x2013), "-")
    ('4-15 May 2026', '30 April - 15 May')
    """
    if first.year != last.year:
        return f"{on(first)} \N{EN DASH} {on(last)}"
    if first.date() == last.date():
        return on(first, year=year)
    if first.month != last.month:
        return f"{on(first, year=False)} \N{EN DASH} {on(last, year=year)}"
    return f"{first.day}\N{EN DASH}{on(last, year=year)}"
