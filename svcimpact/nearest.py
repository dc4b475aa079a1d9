"""The right value or name that somebody may have meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
    names : iterable of (str, str)
        What else a right value is called, with the value: people write names for ids. A name of
        several values leads to none.

    Examples
    --------
    >>> Nearest(["payments", "orders"])("paymnets")
    'payments'
    >>> Nearest(["r-1", "r-2"], names=[("Ana Silva", "r-1"), ("Ben Ito", "r-2")])("Ben Ito")
    'r-2'
    """

    def __init__(
        self,
        known: Iterable[str],
        *,
        cutoff: float = 0.6,
        names: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._known = list(dict.fromkeys(known))
        self._variants: dict[str, str] = {}
        for value in self._known:
            self._variants.setdefault(_bare(value), value)
        called: dict[str, set[str]] = {}
        for name, value in names:
            called.setdefault(_bare(name), set()).add(value)
        for name, values in called.items():
            if len(values) == 1:
                self._variants.setdefault(name, *values)
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


# A name as near as this to one that is not there is a slip, not a name of the user's own.
_SLIP = 0.75


@dataclass(frozen=True)
class Placed:
    """Given names held against the right ones; the names are told by their position.

    Parameters
    ----------
    at : dict of str to int
        Position of the given name that stands for each right name.
    variants : dict of int to str
        Names taken for a right one though case, spaces or hyphens differ.
    twice : dict of int to str
        Names that stand for a right one that is placed already.
    slips : dict of int to str
        Names that are none, but near to a right one that is not there.
    strangers : list of int
        Names that are none.
    """

    at: dict[str, int]
    variants: dict[int, str]
    twice: dict[int, str]
    slips: dict[int, str]
    strangers: list[int]


def place(given: Sequence[str], right: Iterable[str]) -> Placed:
    """Hold given names of tables, columns or keys against the right ones.

    Parameters
    ----------
    given : sequence of str
        The names as found.
    right : iterable of str
        The names as the schema writes them.

    Returns
    -------
    Placed
        What each given name stands for.

    Examples
    --------
    >>> found = place(["task", "Duration Days", "projct", "colour"],
    ...               ["task", "project", "duration_days"])
    >>> found.at, found.slips, found.strangers
    ({'task': 0, 'duration_days': 1}, {2: 'project'}, [3])
    """
    right = list(right)
    at: dict[str, int] = {}
    variants, twice, slips = {}, {}, {}
    strangers = []
    for position, name in enumerate(given):
        if name in right:
            if name in at:
                twice[position] = name
            at.setdefault(name, position)
    for position, name in enumerate(given):
        if name not in right and plain(name) in right:
            if plain(name) in at:
                twice[position] = plain(name)
            else:
                at[plain(name)] = position
                variants[position] = plain(name)
    near = Nearest([name for name in right if name not in at], cutoff=_SLIP)
    for position, name in enumerate(given):
        if name in right or plain(name) in right:
            continue
        if meant := near(name):
            slips[position] = meant
        else:
            strangers.append(position)
    return Placed(at, variants, twice, slips, strangers)
