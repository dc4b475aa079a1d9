"""How the kernel is compiled: once, kept on disk, free of Python and of reference counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])

_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}


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
    made: Function = njit(**_OPTIONS)(function)
    return made


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
    made: Function = njit(forceinline=True, **_OPTIONS)(function)
    return made
