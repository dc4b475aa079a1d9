"""How a case solved on paper is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from plan_arrays import plan_arrays

ONE: Mapping[int, float] = {0: 1.0}
NOBODY: Mapping[int, float] = {}
NEVER = -np.inf


@dataclass
class Case:
    """A small plan, what befalls it, and the answer."""

    name: str
    plan: dict[str, Any]
    start: Sequence[float]
    finish: Sequence[float]
    interruptions: Sequence[int] = ()
    takes: Sequence[tuple[int, float, float, float]] = ()
    holds: Sequence[tuple[int, float, float]] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


def alone(hours: Sequence[float], **fields: Any) -> dict[str, Any]:
    """Tasks that need nobody, so that only their links matter."""
    return plan_arrays(hours, **fields)


def shared(hours: Sequence[float], **fields: Any) -> dict[str, Any]:
    """Tasks that all need one full k0."""
    fields.setdefault("needs", [ONE] * len(hours))
    fields.setdefault("capacity", [1])
    return plan_arrays(hours, **fields)
