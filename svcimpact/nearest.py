"""The right value that somebody may have meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

# Comparing every unknown id with every known one is quadratic; beyond this only spelling variants
# (case, spaces, hyphens, leading zeros) are looked for.
_COMPARISONS = 200_000


def plain(name: str) -> str:
    """Return a name without the differences nobody means: case, spaces, hyphens.

    Parameters
    ----------
    name : str
        A heading, a key, a table's name or a choice.

    Returns
    -------
    str
        The name as the schema would write it.

    Examples
    --------
    >>> plain(" Service-Links ")
    'service_links'
    """
    return re.sub(r"[\s_-]+", "_", name.strip().casefold())


class Nearest:
    """Finds the known value nearest to one that is not known.

    Parameters
    ----------
    known : iterable of str
        The right values, the preferred ones first.
    cutoff : float
        How alike two values must be, from 0 to 1.

    Examples
    --------
    >>> Nearest(["payments", "orders"])("paymnets")
    'payments'
    """

    def __init__(self, known: Iterable[str], *, cutoff: float = 0.6) -> None:
        self._known = list(dict.fromkeys(known))
        self._variants: dict[str, str] = {}
        for value in self._known:
            self._variants.setdefault(_bare(value), value)
        self._cutoff = cutoff
        self._comparisons = 0

    def __call__(self, found: str) -> str:
        """Return the nearest known value, or an empty text where none is near."""
        if variant := self._variants.get(_bare(found)):
            return variant
        # At least one search is made, however long the list.
        if self._comparisons > _COMPARISONS:
            return ""
        self._comparisons += len(self._known)
        close = get_close_matches(found, self._known, n=1, cutoff=self._cutoff)
        return close[0] if close else ""


def _bare(value: str) -> str:
    """Return a value without case, punctuation and leading zeros."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[\W_]+", "", value.casefold()))
