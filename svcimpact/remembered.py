"""What is worked out of a thing that never changes, kept for as long as the thing is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

Thing = TypeVar("Thing")
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# Of one thing; a sweep over every service at every severity has hundreds.
MOST = 512
_NOTHING = object()


def remembered(
    function: Callable[Concatenate[Thing, Arguments], Result],
) -> Callable[Concatenate[Thing, Arguments], Result]:
    """Let a function of a frozen thing, such as a portfolio, work out nothing twice.

    Parameters
    ----------
    function : callable
        Its first argument is a frozen dataclass compared by identity, its others can be hashed.
        What it returns is never changed, and holds no reference to the first argument.

    Returns
    -------
    callable
        The same. What it gave goes with the thing.

    Examples
    --------
    >>> from svcimpact.io import read
    >>> count = remembered(lambda portfolio: [len(portfolio.tasks)])
    >>> portfolio = read("data/tiny")
    >>> count(portfolio) is count(portfolio), count(portfolio) is count(read("data/tiny"))
    (True, False)
    """
    kept: WeakKeyDictionary[Any, dict[Any, object]] = WeakKeyDictionary()

    def given(thing: Thing, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        of_thing = kept.setdefault(thing, {})
        key = (args, tuple(sorted(kwargs.items())))
        found = of_thing.get(key, _NOTHING)
        if found is _NOTHING:
            found = function(thing, *args, **kwargs)
            if len(of_thing) >= MOST:
                of_thing.clear()
            of_thing[key] = found
        return cast("Result", found)

    given.__doc__, given.__name__ = function.__doc__, function.__name__
    given.__module__, given.__wrapped__ = function.__module__, function  # type: ignore[attr-defined]
    return given
