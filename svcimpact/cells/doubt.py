"""What a cell reader answers when a cell is not plainly right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

_SHOWN = 60
_LONGEST_INTEGER = 199  # bits


@dataclass(frozen=True, slots=True)
class Doubt:
    """A cell that is wrong, or that was read with an assumption.

    Parameters
    ----------
    expected : str
        What should stand there.
    value : object
        What the cell was read as; None for a fault.
    nearest : str
        The nearest right value, for a fault.
    cure : str
        What to do about it.
    """

    expected: str
    value: object = None
    nearest: str = ""
    cure: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether the cell could not be read."""
        return self.value is None


def show(raw: object) -> str:
    """Return a cell as the user would know it again.

    Parameters
    ----------
    raw : object
        What stands in the cell.

    Returns
    -------
    str
        Text in quotes, shortened where long; numbers, dates and flags without.

    Examples
    --------
    >>> show("T1"), show(-1.0), show(True)
    ("'T1'", '-1', 'TRUE')
    """
    if isinstance(raw, str):
        text = " ".join(raw.split()) if any(mark in raw for mark in "\r\n\t") else raw
        text = text if text.isprintable() else text.encode("unicode_escape").decode()
        return f"'{text}'" if len(text) <= _SHOWN else f"'{text[: _SHOWN - 1]}…'"
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, int):
        return str(raw) if raw.bit_length() <= _LONGEST_INTEGER else "a number of 60 digits or more"
    if isinstance(raw, float):
        return repr(raw).removesuffix(".0")
    if isinstance(raw, datetime):
        whole = raw.second == 0 and raw.microsecond == 0
        text = raw.isoformat(timespec="minutes" if whole else "auto")
        return text.removesuffix("T00:00")
    if isinstance(raw, date):
        return raw.isoformat()
    if isinstance(raw, time):
        return raw.isoformat("minutes")
    text = str(raw)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
