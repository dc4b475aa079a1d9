"""Deliberate faults: one rule of the model broken in each, by a change of one place in the code.

Every fault changes a result; what only changes the speed, or nothing, has no place here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A change of the code that breaks a rule, and the tests that should tell."""

    file: str
    breaks: str
    old: str
    new: str
    tests: tuple[str, ...]


def faults_in(
    file: str, tests: tuple[str, ...], *faults: tuple[str, str, str]
) -> tuple[Fault, ...]:
    """Return the faults of one file of the package from (what breaks, old text, new text)."""
    return tuple(Fault(f"svcimpact/{file}", *fault, tests) for fault in faults)
