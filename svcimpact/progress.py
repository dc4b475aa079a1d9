"""How long work tells how far it is, and how it is stopped: one call after each step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar

Item = TypeVar("Item")

# Is given how much is done, from 0 to 1; an exception that it raises ends the work.
Step: TypeAlias = Callable[[float], None]


def silent(done: float) -> None:
    """Tell nobody.

    Parameters
    ----------
    done : float
        How much is done.
    """


def told(items: Iterable[Item], step: Step, begin: float, end: float, of: int) -> Iterator[Item]:
    """Yield items, and tell after each how much of a stretch of work is done.

    Parameters
    ----------
    items : iterable
        What comes out of the work, one after the other.
    step : callable
        Whom to tell.
    begin, end : float
        The stretch, as parts of the whole work.
    of : int
        How many items there will be.

    Yields
    ------
    object
        The items.

    Examples
    --------
    >>> list(told("ab", print, 0.5, 1.0, 2))
    0.75
    1.0
    ['a', 'b']
    """
    for number, item in enumerate(items, 1):
        step(begin + (end - begin) * number / of)
        yield item
