"""Numbers, dates and money as people read them; rounding happens here and nowhere before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SYMBOLS = {"EUR": "€", "GBP": "£", "INR": "₹", "JPY": "¥", "USD": "$"}
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
GAP = "\N{NO-BREAK SPACE}"


Moment = pd.Timestamp | np.datetime64 | datetime | str


def number(value: float, decimals: int = 0) -> str:
    """Write a number with thousands separators and a true minus sign.

    Parameters
    ----------
    value : float
        The number; NaN becomes a dash.
    decimals : int
        Decimals to show.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> number(12345.678, 1)
    '12,345.7'
    """
    if not math.isfinite(value):
        return DASH if math.isnan(value) else ("∞" if value > 0 else f"{MINUS}∞")
    # Dust from a sum must not tell 1.75 from 1.75.
    text = f"{round(abs(value), max(decimals, 0) + 9):,.{max(decimals, 0)}f}"
    return f"{MINUS}{text}" if value < 0 and any(c in "123456789" for c in text) else text


def rounded(table: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Round the figures of a table, none of them to a zero with a minus sign.

    Parameters
    ----------
    table : pandas.DataFrame
        Any columns; those that are no floats stay.
    decimals : int
        Decimals to show.

    Returns
    -------
    pandas.DataFrame
        A new table.

    Examples
    --------
    >>> rounded(pd.DataFrame({"project": ["A"], "days": [-0.001]}), 2)
      project  days
    0       A   0.0
    """
    figures = table.select_dtypes("float")
    # Minus zero and zero add up to zero.
    return table.assign(**{str(name): figures[name].round(decimals) + 0.0 for name in figures})


def adding_up(parts: Sequence[float], total: float, decimals: int = 0) -> list[float]:
    """Round parts so that they add up to their total as it is shown.

    Parameters
    ----------
    parts : sequence of float
        What adds up to the total.
    total : float
        Their sum, which `number` shows with as many decimals.
    decimals : int
        Decimals to show.

    Returns
    -------
    list of float
        The parts, each rounded down or up: up those that lose most by rounding down.

    Examples
    --------
    >>> adding_up([1.5, 0.25], 1.75, 1)
    [1.5, 0.3]
    >>> adding_up([1.25, 0.25, 0.25], 1.75, 1)
    [1.3, 0.3, 0.2]
    """
    unit = 10.0**decimals
    scaled = [round(part * unit, 9) for part in parts]
    whole = [math.floor(part) for part in scaled]
    shown = round(float(f"{round(total, decimals + 9):.{decimals}f}") * unit)
    order = sorted(range(len(scaled)), key=lambda k: round(whole[k] - scaled[k], 6))
    for k in order[: max(shown - sum(whole), 0)]:
        whole[k] += 1
    return [part / unit for part in whole]


def decimals_of(error: float, most: int = 3) -> int:
    """Tell how many decimals a figure with this error deserves (one digit of the error).

    Parameters
    ----------
    error : float
        The standard error, in the unit of the figure.
    most : int
        Never more decimals than this.

    Returns
    -------
    int
        Decimals, 0 to `most`; 1 where there is no error to go by.

    Examples
    --------
    >>> decimals_of(0.034), decimals_of(12.0)
    (2, 0)
    """
    if not math.isfinite(error) or error <= 0:
        return min(1, most)
    return min(max(-math.floor(math.log10(float(f"{error:.0e}"))), 0), most)


def with_error(value: float, error: float, *, most: int = 2) -> str:
    """Write a figure with its Monte Carlo standard error, both rounded alike.

    Parameters
    ----------
    value, error : float
        The figure and its standard error.
    most : int
        Most decimals to show.

    Returns
    -------
    str
        Text such as ``4.2 ± 0.1``; an error below the last decimal shown is told as one of that
        decimal. A figure without error, such as one that cannot vary, is written alone.

    Examples
    --------
    >>> [with_error(4.234, error).replace(GAP, " ") for error in (0.11, 0.01, 0.001, 0.0)]
    ['4.2 ± 0.1', '4.23 ± 0.01', '4.23 ± 0.01', '4.2']
    """
    if not math.isfinite(error) or error <= 0:
        return number(value, min(most, 1))
    decimals = decimals_of(error, most)
    shown = number(max(error, 10.0**-decimals), decimals)
    return f"{number(value, decimals)}{GAP}±{GAP}{shown}"


def chance(value: float) -> str:
    """Write a chance in whole percent; never 0 % or 100 % unless it is exactly that.

    Parameters
    ----------
    value : float
        The chance, 0 to 1.

    Returns
    -------
    str
        Text such as ``12 %``.

    Examples
    --------
    >>> chance(0.0004).replace(GAP, " "), chance(1.0).replace(GAP, " ")
    ('under 1 %', '100 %')
    """
    if math.isnan(value):
        return DASH
    if 0 < value < 0.01:
        return f"under 1{GAP}%"
    if 0.99 < value < 1:
        return f"over 99{GAP}%"
    return f"{value * 100:.0f}{GAP}%"


def chance_with_error(value: float, error: float) -> str:
    """Write a chance with its standard error, both in whole percent.

    Parameters
    ----------
    value, error : float
        The chance, 0 to 1, and its error.

    Returns
    -------
    str
        Text such as ``12 ± 3 %``; an error below half a percent is left out.

    Examples
    --------
    >>> chance_with_error(0.58, 0.034).replace(GAP, " "), chance_with_error(1.0, 0.0)[:3]
    ('58 ± 3 %', '100')
    """
    text = chance(value)
    points = round(100 * error) if math.isfinite(error) else 0
    if points < 1 or "under" in text or "over" in text or value in (0.0, 1.0):
        return text
    return text.replace(f"{GAP}%", f"{GAP}±{GAP}{points}{GAP}%")


def _scaled(amount: float, digits: int) -> tuple[str, float, int]:
    """Return suffix, divisor and decimals that show `digits` significant digits."""
    size = float(f"{abs(amount):.{max(digits, 3) - 1}e}")
    for suffix, divisor in (("bn", 1e9), ("m", 1e6), ("k", 1e3), ("", 1.0)):
        if size >= divisor:
            before = math.floor(math.log10(size / divisor)) + 1
            return suffix, divisor, 0 if suffix == "" else max(digits - before, 0)
    return "", 1.0, 0


def money(amount: float, currency: str = "", *, digits: int = 2, error: float = 0.0) -> str:
    """Write an amount of money short enough for a chart or a sentence.

    Parameters
    ----------
    amount : float
        The amount; NaN becomes a dash.
    currency : str
        ISO 4217 code; a well-known one is shown by its symbol, another by its code.
    digits : int
        Significant digits to show.
    error : float
        Standard error of the amount, shown after it in the same scale where it is visible.

    Returns
    -------
    str
        Text such as ``£12k`` or ``CHF 1.2m``.

    Examples
    --------
    >>> money(12_345, "GBP"), money(1_240_000, "EUR", error=31_000).replace(GAP, " ")
    ('£12k', '€1.24m ± 0.03m')
    """
    if math.isnan(amount):
        return DASH
    suffix, divisor, decimals = _scaled(amount, digits)
    if error > 0 and math.isfinite(error):
        if not suffix and error >= 1000:
            suffix, divisor = "k", 1e3
        decimals = decimals_of(error / divisor, 2 if suffix else 0)
    text = number(abs(amount) / divisor, decimals)
    if decimals and not error and text.endswith("." + "0" * decimals):
        text = text[: -decimals - 1]
    symbol = SYMBOLS.get(currency, f"{currency}{GAP}" if currency else "")
    negative = amount < 0 and any(c in "123456789" for c in text)
    written = f"{MINUS if negative else ''}{symbol}{text}{suffix}"
    margin = number(error / divisor, decimals)
    if error > 0 and any(c in "123456789" for c in margin):
        written += f"{GAP}±{GAP}{margin}{suffix}"
    return written


def day(
    when: Moment,
    *,
    year: bool = True,
    weekday: bool = False,
    time: bool = False,
    brief: bool = False,
) -> str:
    """Write a date in words, the same in every locale.

    Parameters
    ----------
    when : datetime-like
        The date; a missing one becomes a dash.
    year, weekday, time : bool
        What to show beside day and month.
    brief : bool
        Three letters for month and weekday.

    Returns
    -------
    str
        Text such as ``Monday 9 March 2026 at 10:00``.

    Examples
    --------
    >>> day("2026-03-09 10:00", weekday=True, time=True)
    'Monday 9 March 2026 at 10:00'
    >>> day("2026-03-09", brief=True, year=False)
    '9 Mar'
    """
    if pd.isna(when):
        return DASH
    stamp = pd.Timestamp(when)
    cut = 3 if brief else None
    text = f"{stamp.day} {MONTHS[stamp.month - 1][:cut]}"
    text = f"{WEEKDAYS[stamp.day_of_week][:cut]} {text}" if weekday else text
    text = f"{text} {stamp.year}" if year else text
    return f"{text}{' ' if brief else ' at '}{stamp:%H:%M}" if time else text


def in_futures(half: Moment, most: Moment, *, word: str = "by", time: bool = False) -> str:
    """Write a P50 and a P80 as what they are; one of them where both read the same.

    Parameters
    ----------
    half, most : datetime-like
        What comes first in half of the futures, and in four of five.
    word : str
        What stands before a date, such as ``until``.
    time : bool
        Whether to show the time of day.

    Returns
    -------
    str
        Text such as ``by 9 March 2026 in half of the futures, by 12 March 2026 in four of five``.

    Examples
    --------
    >>> in_futures("2026-03-09 10:00", "2026-03-09 16:00", word="until")
    'until 9 March 2026 in four of five futures'
    """
    one, other = day(half, time=time), day(most, time=time)
    if one == other:
        return f"{word} {other} in four of five futures"
    return f"{word} {one} in half of the futures, {word} {other} in four of five"


def listed(names: Sequence[str], most: int = 5, *, what: str = "") -> str:
    """Join names into a list that says how many it leaves out.

    Parameters
    ----------
    names : sequence of str
        The names.
    most : int
        Most names to spell out.
    what : str
        What the names left out are, in the plural.

    Returns
    -------
    str
        Text such as ``A, B and 3 more projects``.

    Examples
    --------
    >>> listed(["A", "B", "C", "D"], 2, what="projects")
    'A, B and 2 more projects'
    >>> listed(["A", "B"])
    'A and B'
    """
    names = list(names)
    if len(names) > most:
        left = len(names) - most
        noun = what.removesuffix("s") if left == 1 else what
        more = f"{left} more {noun}".rstrip()
        return f"{', '.join(names[:most])} and {more}"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def counted(count: int, one: str, many: str = "") -> str:
    """Write a count with its noun.

    Parameters
    ----------
    count : int
        How many.
    one, many : str
        The noun in the singular, and in the plural where it does not just take an s.

    Returns
    -------
    str
        Text such as ``1 project`` or ``1,200 runs``.

    Examples
    --------
    >>> counted(1200, "run")
    '1,200 runs'
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
