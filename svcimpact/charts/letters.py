"""Texts in charts: their sizes, measured widths, and what is safe to draw."""

from __future__ import annotations

import functools
import re
import unicodedata

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from svcimpact.charts.fonts import fonts, missing_glyphs_silent

# Points, on a slide.
TITLE = 14.0
TEXT = 10.0
LABEL = 9.0

# No-break spaces stay: they keep a figure and its unit on one line.
_BLANKS = re.compile(r"[^\S\u00a0]+")


def text_width(text: str, size: float = LABEL, weight: str = "normal") -> float:
    """Measure a line of text.

    Parameters
    ----------
    text : str
        One line, not escaped.
    size : float
        Font size, points.
    weight : str
        Font weight.

    Returns
    -------
    float
        Width in inches.
    """
    return _measured(text, size, weight, fonts())


@functools.lru_cache(maxsize=4096)
def _measured(text: str, size: float, weight: str, families: tuple[str, ...]) -> float:
    font = FontProperties(family=list(families), size=size, weight=weight)
    # A script no installed font has is measured by its boxes.
    with missing_glyphs_silent():
        return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) / 72


def clean(text: object) -> str:
    """Return text on one line without characters that XML forbids.

    Parameters
    ----------
    text : object
        Any text; names come from users.

    Returns
    -------
    str
        The text, not escaped.
    """
    kept = (c if unicodedata.category(c) not in ("Cc", "Cs", "Cn") else " " for c in str(text))
    return _BLANKS.sub(" ", "".join(kept)).strip()


def shorten(text: object, length: int) -> str:
    """Cut a text to a length, with an ellipsis where something is missing.

    Parameters
    ----------
    text : object
        Any text.
    length : int
        Most characters.

    Returns
    -------
    str
        The text, cleaned, not escaped.

    Examples
    --------
    >>> shorten("Customer identity renewal", 12)
    'Customer id…'
    """
    line = clean(text)
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


def plain(text: object, length: int | None = None) -> str:
    r"""Make a text safe to draw: no mathtext, one line, and no longer than asked.

    Parameters
    ----------
    text : object
        Any text; names come from users.
    length : int, optional
        Most characters.

    Returns
    -------
    str
        Text to hand to matplotlib once (escaping twice would show the escapes).

    Examples
    --------
    >>> print(plain("cost $5 and $6"))
    cost \$5 and \$6
    """
    return (clean(text) if length is None else shorten(text, length)).replace("$", r"\$")


def wrap(text: str, inches: float, size: float = TEXT, weight: str = "normal") -> list[str]:
    """Break a text into lines by measured width.

    Parameters
    ----------
    text : str
        The text, not escaped.
    inches : float
        Width of a line.
    size : float
        Font size, points.
    weight : str
        Font weight.

    Returns
    -------
    list of str
        Lines; a word wider than a line is broken.
    """
    lines: list[str] = []
    line = ""
    for given in clean(text).split(" "):
        word = given
        trial = f"{line} {word}".strip()
        if text_width(trial, size, weight) <= inches:
            line = trial
            continue
        if line:
            lines.append(line)
        while len(word) > 1 and text_width(word, size, weight) > inches:
            cut = max(int(len(word) * inches / text_width(word, size, weight)) - 1, 1)
            lines.append(word[:cut])
            word = word[cut:]
        line = word
    return [*lines, line] if line else lines


def fitted(
    text: str, inches: float, most: int, size: float = LABEL, weight: str = "normal"
) -> list[str]:
    """Break a text into lines, the last cut with an ellipsis where there would be too many.

    Parameters
    ----------
    text : str
        The text, not escaped.
    inches : float
        Width of a line.
    most : int
        Most lines.
    size : float
        Font size, points.
    weight : str
        Font weight.

    Returns
    -------
    list of str
        Lines.
    """
    lines = wrap(text, inches, size, weight)
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and text_width(f"{last}…", size, weight) > inches:
        last = last[:-1].rstrip()
    return [*lines[: most - 1], f"{last}…"]
