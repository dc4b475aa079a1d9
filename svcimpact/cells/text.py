"""One cell of text: cleaned alike wherever it comes from, so that files and tables agree."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time

from svcimpact.cells.doubt import Doubt, show
from svcimpact.nearest import Nearest, plain

# Control characters (tab and line feed may stay), soft hyphens, invisible spaces and byte order
# marks, marks that turn the direction of writing (Windows and browsers copy them along), halves of
# surrogate pairs and non-characters: what a file format may refuse or nobody can see.
_STRAY = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069"
    "\ufeff\ud800-\udfff\ufffe\uffff]"
)
_EXCEL_ERRORS = frozenset(
    ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"]
)
_MOST_EXACT_INTEGER = 2**53


def clean(text: str) -> str:
    r"""Return text without stray characters, outer white space and two ways of writing it.

    Line ends become ``\n``, letters with accents their composed form (Unicode NFC).

    Parameters
    ----------
    text : str
        As found.

    Returns
    -------
    str
        The text; cleaning it again changes nothing.

    Examples
    --------
    >>> clean("\ufeff T1 ")
    'T1'
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _STRAY.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", text).strip()


def read_text(raw: object) -> str | Doubt:
    """Read a cell of text.

    Parameters
    ----------
    raw : object
        What stands in the cell; not blank.

    Returns
    -------
    str or Doubt
        The text; "" where nothing visible stands there. A whole number is written without ``.0``,
        a date as ISO, a flag as a spreadsheet shows it.
    """
    if isinstance(raw, str):
        text = clean(raw)
        if text in _EXCEL_ERRORS:
            return spreadsheet_error("text")
        if not raw.isprintable() and _STRAY.search(raw.strip("\ufeff").replace("\r", "")):
            return Doubt("no control or invisible characters", value=text) if text else ""
        return text
    if isinstance(raw, (bool, int, date, time)):
        return show(raw)
    if isinstance(raw, float) and abs(raw) < _MOST_EXACT_INTEGER:
        return show(raw)
    return Doubt("text", cure="Write it as text.")


def read_id(raw: object) -> str | Doubt:
    """Read a cell that holds an id.

    Parameters
    ----------
    raw : object
        What stands in the cell; not blank.

    Returns
    -------
    str or Doubt
        The id; 101.0 from a spreadsheet is ``'101'``.
    """
    if isinstance(raw, (bool, date, time)):
        return Doubt("an id", cure="Format the column as text and type the id again.")
    text = read_text(raw)
    if isinstance(raw, float) and not raw.is_integer() and isinstance(text, str):
        # Excel turns the text 1.10 into the number 1.1.
        return Doubt("an id as text, so that 1.10 stays 1.10", value=text)
    return text


def read_choice(raw: object, choices: tuple[str, ...]) -> str | Doubt:
    """Read a cell that holds one of a few words.

    Parameters
    ----------
    raw : object
        What stands in the cell; not blank.
    choices : tuple of str
        The words, as the schema writes them.

    Returns
    -------
    str or Doubt
        The word; one that differs in case, spaces or hyphens only is read as it.
    """
    text = read_text(raw)
    if isinstance(text, Doubt) and text.is_fault:
        return text
    word = str(text.value) if isinstance(text, Doubt) else text
    if word in choices or not word:
        return text
    expected = f"one of {', '.join(choices)}"
    variants = {plain(choice): choice for choice in choices}
    if plain(word) in variants:
        return Doubt(expected, value=variants[plain(word)])
    return Doubt(expected, nearest=quoted(Nearest(choices)(word)), cure="Choose one of them.")


def read_flag(raw: object) -> bool | str | Doubt:
    """Read a cell that says yes or no.

    Parameters
    ----------
    raw : object
        What stands in the cell; not blank.

    Returns
    -------
    bool, str or Doubt
        True or False; "" where nothing visible stands there.
    """
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, (int, float)) and raw in (0, 1):
        return bool(raw)
    if isinstance(raw, str):
        word = clean(raw).casefold()
        if word in ("yes", "true", "1"):
            return True
        if word in ("no", "false", "0"):
            return False
        if not word:
            return word
        if clean(raw) in _EXCEL_ERRORS:
            return spreadsheet_error("yes or no")
    return Doubt("yes or no", cure="Write yes or no.")


def spreadsheet_error(expected: str) -> Doubt:
    """Return the fault of a formula that failed.

    Parameters
    ----------
    expected : str
        What should stand in the cell.

    Returns
    -------
    Doubt
        The fault.
    """
    return Doubt(
        f"{expected}, not the error of a formula", cure="Mend the formula, or write the value."
    )


def is_spreadsheet_error(text: str) -> bool:
    """Return whether a text is what a spreadsheet shows for a formula that failed.

    Parameters
    ----------
    text : str
        Clean text.

    Returns
    -------
    bool
        True for ``#N/A`` and the like.
    """
    return text in _EXCEL_ERRORS


def quoted(text: str) -> str:
    """Return text in quotes, or nothing for no text.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text in quotes, or "".
    """
    return f"'{text}'" if text else ""
