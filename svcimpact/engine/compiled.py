"""How the kernel is compiled: once, kept on disk, free of Python and of reference counts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numba import njit
from numba.core import event

from svcimpact.engine.steps import StepCompiler, make_known

Function = TypeVar("Function", bound=Callable[..., object])

_ALLOCATING: dict[str, Any] = {"nogil": True, "no_cfunc_wrapper": True}
_OPTIONS: dict[str, Any] = {**_ALLOCATING, "error_model": "numpy", "_nrt": False}
# What only compiled code calls needs no door for Python or C.
_WITHIN: dict[str, Any] = {**_OPTIONS, "no_cpython_wrapper": True, "pipeline_class": StepCompiler}


def compiled(function: Function) -> Function:
    """Compile a part of the kernel that is called from Python.

    Parameters
    ----------
    function : callable
        Allocates nothing, so that nothing has to be counted: counting references to arrays at
        every call takes longer than the work itself.

    Returns
    -------
    callable
        The same, compiled when it is first called.
    """
    return _made(function, **_OPTIONS)


def allocating(function: Function) -> Function:
    """Compile a function that makes arrays, or calls one that does.

    Parameters
    ----------
    function : callable
        Anything that numba takes.

    Returns
    -------
    callable
        The same, compiled when it is first called.
    """
    return _made(function, **_ALLOCATING)


def inner(function: Function) -> Function:
    """Let a part of the kernel be compiled with what calls it, as a function of its own.

    Parameters
    ----------
    function : callable
        As for `compiled`; nor does it return an array, which a caller that counts references
        would let go of once too often. Every whole number that it is given is a signed one.

    Returns
    -------
    callable
        The same; called from Python it is plain Python.
    """
    return _within(function)


def inlined(function: Function) -> Function:
    """Let a small step be compiled with what calls it, to disappear into that.

    Parameters
    ----------
    function : callable
        As for `compiled`.

    Returns
    -------
    callable
        The same; called from Python it is plain Python.
    """
    return _within(function, forceinline=True)


def _within(function: Function, **options: Any) -> Function:
    """Tell the compiler what to make of a function that compiled code calls."""
    dispatcher = njit(**_WITHIN, **options)(function)
    if dispatcher is not function:
        make_known(function, dispatcher)
    return function


def sources(folder: Path) -> tuple[tuple[str, float, int], ...]:
    """Return by what to tell that any part of the kernel has changed.

    Parameters
    ----------
    folder : pathlib.Path
        Where the parts are.

    Returns
    -------
    tuple of (name, modified, size)
        One for each part.
    """
    parts = sorted(folder.glob("*.py"))
    return tuple((part.name, part.stat().st_mtime, part.stat().st_size) for part in parts)


_SOURCES = sources(Path(__file__).parent)


def _made(function: Function, **options: Any) -> Function:
    try:
        made: Function = njit(cache=True, **options)(function)
        # Numba looks at one file only; what is compiled holds the steps of others, too. Where it
        # is told to compile nothing, it keeps nothing.
        if made is not function:
            made._cache._cache_file._source_stamp = _SOURCES  # type: ignore[attr-defined]
    except RuntimeError:
        # Neither beside the code nor in a home can anything be kept, as in a locked-down
        # container: it is compiled anew each time.
        made = njit(**options)(function)
    return made


TAKES_A_WHILE = "The engine is compiled for this machine, once: some twenty seconds.\n"


class Notice(event.Listener):
    """Tell whoever sits at a terminal, once, why the first answer takes a while."""

    said = False

    def on_start(self, event: Any) -> None:
        """Tell it when a part of the kernel begins to be compiled.

        Parameters
        ----------
        event : numba.core.event.Event
            What is compiled.
        """
        ours = event.data["dispatcher"].py_func.__module__.startswith("svcimpact.")
        if ours and not self.said and sys.stderr.isatty():
            self.said = True
            sys.stderr.write(TAKES_A_WHILE)
            sys.stderr.flush()

    def on_end(self, event: Any) -> None:
        """Do nothing when it is compiled.

        Parameters
        ----------
        event : numba.core.event.Event
            What was compiled.
        """


event.register("numba:compile", Notice())  # type: ignore[no-untyped-call]


@inlined
def signed(value: int) -> int:
    """Return an unsigned number as a signed one, with which others can be reckoned."""
    return np.int64(value)  # type: ignore[return-value]
