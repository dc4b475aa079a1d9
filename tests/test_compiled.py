"""Compiling: kept on disk where there is a place for it, and done all the same where not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from svcimpact.engine import compiled as module


@pytest.mark.parametrize("make", [module.compiled, module.allocating])
def test_without_a_place_for_the_cache_it_is_compiled_all_the_same(
    make: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a container that may write nowhere, numba finds no place and says so by an error."""
    asked = []
    real = module.njit

    def locked(**options: Any) -> Any:
        asked.append(options.pop("cache", False))
        if asked[-1]:

            def refuse(function: Callable[..., Any]) -> None:
                raise RuntimeError(f"cannot cache function {function!r}: no locator available")

            return refuse
        return real(**options)

    monkeypatch.setattr(module, "njit", locked)

    def twice(x: float) -> float:
        return 2.0 * x

    assert make(twice)(3.0) == 6.0
    assert asked == [True, False]


@pytest.mark.parametrize("make", [module.inner, module.inlined])
def test_what_only_compiled_code_calls_is_plain_python_from_outside(
    make: Callable[..., Any],
) -> None:
    """It has no door for Python: were it compiled for itself, a call would end the process."""

    def twice(x: float) -> float:
        return 2.0 * x

    step = make(twice)

    def four_times(x: float) -> float:
        return float(step(step(x)))

    assert step is twice
    assert module.compiled(four_times)(3.0) == 12.0
