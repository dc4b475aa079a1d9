"""How the kernel is compiled: once, kept on disk, free of Python and of reference counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}


def compiled(function: Function) -> Function:
    """Compile a part of the kernel that may be called from outside.

    Parameters
    ----------
    function : callable
        Allocates nothing, so that nothing has to be counted: counting references to the arrays
        of a run's state at every call takes ten times as long as the work itself.

    Returns
    -------
    callable
        The same, compiled when it is first called.
    """
    return _made(function, **_OPTIONS)


def allocating(function: Function) -> Function:
    """Compile a function that makes arrays.

    Parameters
    ----------
    function : callable
        Anything that numba takes.

    Returns
    -------
    callable
        The same, compiled when it is first called.
    """
    return _made(function, nogil=True)


def inlined(function: Function) -> Function:
    """Compile a small step, to disappear into what calls it.

    Parameters
    ----------
    function : callable
        As for `compiled`.

    Returns
    -------
    callable
        The same, compiled when it is first called.
    """
    return _made(function, forceinline=True, **_OPTIONS)


def _made(function: Function, **options: Any) -> Function:
    try:
        made: Function = njit(cache=True, **options)(function)
    except RuntimeError:
        # Neither beside the code nor in a home can anything be kept, as in a locked-down
        # container: it is compiled anew each time.
        made = njit(**options)(function)
    return made


@inlined
def signed(value: int) -> int:
    """Return an unsigned number as a signed one, with which others can be reckoned."""
    return np.int64(value)  # type: ignore[return-value]
