"""One cell that holds a number."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from decimal import Decimal

from svcimpact.cells.doubt import Doubt, show
from svcimpact.cells.text import clean, is_spreadsheet_error, spreadsheet_error

_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
# 1,234 or 1.234: a thousand, or one and a bit. With a leading 0 it can only be a bit.
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)
_THOUSANDS_COMMAS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_THOUSANDS_DOTS = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?", re.ASCII)
_THOUSANDS_SPACES = re.compile(
    r"[+-]?[1-9]\d{0,2}(?:[ '\u2019\xa0\u2009\u202f]\d{3})+(?:[.,]\d+)?", re.ASCII
)
_WITHIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)
# Beside these words a number means itself; '1 week' is no 1, and '5k' no 5.
_PLAIN_UNITS = {"d", "day", "days", "fte", "eur", "usd", "gbp", "chf"}
_WORD = re.compile(r"[^\W\d_]+")
_MARKS = "a decimal point and no thousands marks"
_MOST_EXACT_INTEGER = 2**53
# More than all the money there is; products of larger numbers overflow.
MOST = 1e15


def read_number(raw: object) -> float | str | Doubt:
    """Read a cell that holds a number.

    Parameters
    ----------
    raw : object
        What stands in the cell; not blank.

    Returns
    -------
    float, str or Doubt
        A finite number; "" where nothing visible stands there. A decimal comma that can be nothing
        else is read with a warning; ``1,500`` is a fault, because it has two readings.

    Examples
    --------
    >>> read_number("2.5")
    2.5
    >>> read_number("2,5").value, read_number("1,500").nearest
    (2.5, '1.5 or 1500')
    """
    if isinstance(raw, str):
        return _from_text(clean(raw))
    if isinstance(raw, bool) or not isinstance(raw, (int, float, Decimal)):
        return Doubt("a number", cure="Write a number.")
    try:
        value = float(raw)
    except OverflowError:
        value = math.inf
    return value if math.isfinite(value) else _not_finite()


def read_integer(raw: object) -> int | str | Doubt:
    """Read a cell that holds a whole number.

    Parameters
    ----------
    raw : object
        What stands in the cell; not blank.

    Returns
    -------
    int, str or Doubt
        The number; "" where nothing visible stands there.
    """
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < _MOST_EXACT_INTEGER:
        return raw
    number = read_number(raw)
    if isinstance(number, str):
        return number
    if isinstance(number, Doubt) and number.is_fault:
        return replace(number, expected=number.expected.replace("a number", "a whole number"))
    doubt = number if isinstance(number, Doubt) else None
    value = number if isinstance(number, float) else float(str(doubt.value if doubt else ""))
    if not value.is_integer() or abs(value) >= _MOST_EXACT_INTEGER:
        near = str(math.floor(value + 0.5)) if abs(value) < _MOST_EXACT_INTEGER else ""
        return Doubt("a whole number", nearest=near, cure="Write a whole number.")
    return Doubt(doubt.expected, value=int(value)) if doubt else int(value)


def _from_text(text: str) -> float | str | Doubt:
    if _PLAIN.fullmatch(text):
        value = float(text)
        return value if math.isfinite(value) else _not_finite()
    if not text:
        return text
    if is_spreadsheet_error(text):
        return spreadsheet_error("a number")
    if text.casefold().lstrip("+-") in ("nan", "inf", "infinity"):
        return _not_finite()
    if _EITHER.fullmatch(text):
        readings = (float(text.replace(",", mark)) for mark in (".", ""))
        return Doubt(
            "a number with one reading",
            nearest=" or ".join(show(reading) for reading in readings),
            cure="Write a decimal point and no thousands marks.",
        )
    if _DECIMAL_COMMA.fullmatch(text):
        return Doubt(_MARKS, value=float(text.replace(",", ".")))
    if _THOUSANDS_COMMAS.fullmatch(text):
        return Doubt(_MARKS, value=float(text.replace(",", "")))
    if _THOUSANDS_DOTS.fullmatch(text):
        return Doubt(_MARKS, value=float(text.replace(".", "").replace(",", ".")))
    if _THOUSANDS_SPACES.fullmatch(text):
        digits = re.sub(r"[^\d.,+-]", "", text, flags=re.ASCII)
        return Doubt(_MARKS, value=float(digits.replace(",", ".")))
    return Doubt("a number", nearest=_number_within(text), cure="Write the number alone.")


def _number_within(text: str) -> str:
    """Return the one number that a text such as '5 days' or '50%' means, else ''."""
    if not {word.casefold() for word in _WORD.findall(text)} <= _PLAIN_UNITS:
        return ""
    within = _WITHIN.findall(text)
    if len(within) != 1 or _EITHER.fullmatch(within[0]):
        return ""
    value = Decimal(within[0].replace(",", "."))
    return show(float(value / 100 if "%" in text else value))


def _not_finite() -> Doubt:
    return Doubt("a finite number", cure="Write a number, or leave the cell blank.")


def limits(value: float, minimum: float | None, maximum: float | None) -> Doubt | None:
    """Return the fault of a number outside its limits.

    Parameters
    ----------
    value : float
        A number.
    minimum, maximum : float or None
        The limits, both allowed values themselves.

    Returns
    -------
    Doubt or None
        The fault, or None where the number is within and no larger than anybody means.
    """
    low = minimum is not None and value < minimum
    high = maximum is not None and value > maximum
    if not low and not high:
        if abs(value) <= MOST:
            return None
        return Doubt("a number of at most 1e15", cure="Correct the number.")
    if minimum is None:
        expected = f"at most {show(maximum)}"
    elif maximum is None:
        expected = f"at least {show(minimum)}"
    else:
        expected = f"a number from {show(minimum)} to {show(maximum)}"
    return Doubt(expected, cure="Correct the number.")
