"""Compiling: kept on disk where there is a place for it, and done all the same where not."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from numba import njit

from svcimpact.engine import compiled as module
from svcimpact.engine import steps


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


INNER = """
from svcimpact.engine.compiled import inner


@inner
def step(x):
    return x + {much}
"""
OUTER = """
import sys
from pathlib import Path

from svcimpact.engine import compiled as module
from svcimpact.engine import steps

module._SOURCES = module.sources(Path(sys.argv[1]))
sys.path.insert(0, sys.argv[1])
from within import step


@module.compiled
def outer(x):
    return step(x)


print(outer(1))
"""


def test_a_step_that_changed_is_compiled_anew_with_what_calls_it(tmp_path: Path) -> None:
    """The file that calls it did not change, and a kernel of old and new steps would be wrong."""
    (tmp_path / "outer.py").write_text(OUTER)
    command = [sys.executable, str(tmp_path / "outer.py"), str(tmp_path)]
    said = []
    for much in (1, 10):
        (tmp_path / "within.py").write_text(INNER.format(much=much))
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        said.append(done.stdout.strip())
        assert list((tmp_path / "__pycache__").glob("outer.*.nbi"))
    assert said == ["2", "11"]


def test_no_step_returns_an_array() -> None:
    """Steps count no references; an array that one returned would be let go of once too often."""
    kinds = set()
    for path in Path(module.__file__).parent.glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.returns is not None:
                made = {ast.unparse(name) for name in node.decorator_list}
                if made & {"compiled", "inner", "inlined"}:
                    kinds |= set(re.findall(r"\w+", ast.unparse(node.returns)))
    assert kinds == {"None", "bool", "int", "float", "tuple"}


def test_whoever_waits_for_the_compiler_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that is silent for so long looks as if it hung; others are not told."""
    notice = module.Notice()
    ours = SimpleNamespace(py_func=module.signed)
    theirs = SimpleNamespace(py_func=subprocess.run)
    for terminal in (False, True):
        said = io.StringIO()
        monkeypatch.setattr(said, "isatty", lambda terminal=terminal: terminal)
        monkeypatch.setattr(sys, "stderr", said)
        for dispatcher in (theirs, ours, ours):
            notice.on_start(SimpleNamespace(data={"dispatcher": dispatcher}))
        assert said.getvalue().count("some twenty seconds") == terminal


def test_a_step_is_compiled_once_for_all_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numba would compile it again for every number in the text of a call."""
    made = []
    monkeypatch.setattr(module, "make_known", lambda _, dispatcher: made.append(dispatcher))

    def step(x: int, pair: tuple[int, int]) -> int:
        return x + pair[0] * pair[1]

    module.inner(step)
    monkeypatch.undo()
    steps.make_known(step, made[0])

    def calls(x: int) -> int:
        return step(x, (2, 3)) + step(4, (x, 5)) + step(6, (7, 8))

    assert njit(calls)(10) == calls(10) == 16 + 54 + 62
    assert len(made[0].overloads) == 1
