"""The rules by which a transition is judged: to read, and to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.planning.readiness import ACTIVITIES, ROLES


def _needed() -> dict[str, tuple[str, ...]]:
    return {
        "goes live": ("criteria", *ACTIVITIES),
        "changed": ("criteria", "service_test"),
        "accepts": ("criteria",),
    }


def _assumed() -> dict[str, float]:
    return {"service_test": 5.0, "training": 3.0, "business_change": 5.0, "handover": 3.0}


@dataclass(frozen=True)
class TransitionRules:
    """What an acceptable service needs, and what is assumed where the plan is silent.

    The figures are judgements, not findings; pass your own.

    Attributes
    ----------
    needed : mapping of str to tuple of str
        By what the service is to the project (``goes live``: a transition task changes it;
        ``changed``: only earlier tasks do; ``accepts``: it only has criteria), the checks that
        must not fail: what is wrong with one of these is a gap, with another a weakness.
    own_people : tuple of str
        Activities that the service's own people have to work on; where they do not, it is a
        gap. For the other activities it is a weakness.
    early_life_days : float
        Working days for which early-life support has to last; what is assumed where there is
        none.
    early_life_uplift : float
        Assumed early-life load of each supporter where the plan has none, as a share of their
        everyday support of the service, on top of it.
    early_life_cover : float
        The share of the early-life load that its people must have free time for, 0 to 1.
    assumed_days : mapping of str to float
        Working days that a missing activity is assumed to take, from when the last change to the
        service is built.
    rework_days : float
        Working days assumed to put right what a failed criterion found, before a new test.
    delivered_chance : float
        A project counts as delivered as documented from this chance on, 0 to 1.
    min_share : float
        Least share of its needs with which a task starts in the levelled plan.
    """

    needed: Mapping[str, tuple[str, ...]] = field(default_factory=_needed)
    own_people: tuple[str, ...] = ("service_test", "handover", "early_life_support")
    early_life_days: float = 10.0
    early_life_uplift: float = 0.5
    early_life_cover: float = 0.9
    assumed_days: Mapping[str, float] = field(default_factory=_assumed)
    rework_days: float = 10.0
    delivered_chance: float = 0.8
    min_share: float = 0.5

    def __post_init__(self) -> None:
        faults = []
        for role, checks in self.needed.items():
            if role not in ROLES:
                faults.append(_wrong("needed", role, f"one of {', '.join(ROLES)}"))
            known = ("criteria", *ACTIVITIES)
            faults += [
                _wrong(f"needed, {role}", check, f"one of {', '.join(known)}")
                for check in checks
                if check not in known
            ]
        for name in ("own_people", "assumed_days"):
            faults += [
                _wrong(name, value, f"one of {', '.join(ACTIVITIES)}")
                for value in getattr(self, name)
                if value not in ACTIVITIES
            ]
        for name, days in self.assumed_days.items():
            if not _within(days, 0.0, float("inf")):
                faults.append(_wrong(f"assumed_days of {name}", days, "a number, 0 or more"))
        for each in fields(self):
            value = getattr(self, each.name)
            share = each.name in ("early_life_cover", "delivered_chance", "min_share")
            if each.type == "float" and not _within(value, 0.0, 1.0 if share else float("inf")):
                expected = "a number from 0 to 1" if share else "a number, 0 or more"
                faults.append(_wrong(each.name, value, expected))
        if faults:
            raise InputError("The rules of the transition have faults.", fault_frame(faults))


def _wrong(name: str, value: object, expected: str) -> dict[str, str]:
    return fault("rules", column=name, found=repr(value), expected=expected)


def _within(value: Any, least: float, most: float) -> bool:
    real = isinstance(value, int | float) and not isinstance(value, bool)
    return real and least <= value <= most and value != float("inf")
