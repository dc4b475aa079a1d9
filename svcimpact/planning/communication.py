"""How much two sides have to talk, by rules to read and change, and who talks for either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.planning.steps import Floats, Integers
from svcimpact.portfolio import Portfolio

KINDS = (
    "people", "support", "absence", "alone", "team", "service", "use", "dependency", "freeze",
    "tester", "decider",
)  # fmt: skip


@dataclass(frozen=True)
class Communication:
    """One level of communication, and from where on it applies.

    The highest level of which any one condition is met applies.

    Attributes
    ----------
    level : str
        What it is called.
    cadence : str
        How often the two sides talk.
    over_days : float
        From so many person-days of over-allocation between the two.
    delay_days : float
        From so many working days of mean delay of either because of the other.
    conflicts : int
        From so many conflicts between the two.
    kinds : tuple of str
        Kinds of conflict for which it applies in any case.
    """

    level: str
    cadence: str
    over_days: float
    delay_days: float
    conflicts: int
    kinds: tuple[str, ...] = ()


#: Where levels begin is a judgement, not a finding; pass your own.
LEVELS = (
    Communication("inform", "once, and when a date moves", 0.0, 0.0, 1),
    Communication("coordinate", "every two weeks", 1.0, 0.5, 3, ("use", "freeze")),
    Communication("weekly sync", "every week", 5.0, 2.0, 8, ("service",)),
    Communication("joint plan", "every week, on one plan", 15.0, 5.0, 16),
)


def check_levels(levels: Sequence[Communication], lead_days: float, team_share: float) -> None:
    """Raise everything that is wrong with levels of communication and the lead of decisions.

    Parameters
    ----------
    levels : sequence of Communication
        From the lowest to the highest.
    lead_days : float
        Working days before a decision is needed.
    team_share : float
        Share of a support team.

    Raises
    ------
    InputError
        If the lead is no number from 0 on, the share is none, there are no levels, two have one
        name, a threshold falls from one level to the next, is negative or not a number, or a kind
        is unknown.
    """
    faults = []
    if not 0 <= lead_days < float("inf"):
        faults.append(fault("lead_days", found=f"{lead_days:g}", expected="a number from 0 on"))
    if not 0 < team_share <= 1:
        faults.append(
            fault("team_share", found=f"{team_share:g}", expected="a share above 0, at most 1")
        )
    if not levels:
        faults.append(fault("levels", found="none", expected="at least one level"))
    names = [each.level for each in levels]
    for row, each in enumerate(levels):
        if each.level in names[:row]:
            faults.append(
                fault(
                    "levels",
                    str(row + 1),
                    "level",
                    found=f"{each.level!r} twice",
                    expected="names of their own",
                )
            )
        for column in ("over_days", "delay_days", "conflicts"):
            value = getattr(each, column)
            least = getattr(levels[row - 1], column) if row else 0
            if not value >= least:
                expected = f"at least {least:g}" + (", as in the level below" if row else "")
                faults.append(
                    fault("levels", str(row + 1), column, found=f"{value:g}", expected=expected)
                )
        faults += [
            fault(
                "levels",
                str(row + 1),
                "kinds",
                found=repr(kind),
                expected=f"one of {', '.join(KINDS)}",
            )
            for kind in each.kinds
            if kind not in KINDS
        ]
    if faults:
        raise InputError("The levels of communication have faults.", fault_frame(faults))


def level_of(
    levels: Sequence[Communication],
    over_days: Floats,
    delay_days: Floats,
    conflicts: Integers,
    kinds: Sequence[npt.NDArray[np.bool_]],
) -> Integers:
    """Return the level that applies.

    Parameters
    ----------
    levels : sequence of Communication
        From the lowest to the highest.
    over_days, delay_days : numpy.ndarray of float, shape (n,)
        Person-days over, and the longer mean delay of the two; NaN where it is not known.
    conflicts : numpy.ndarray of int, shape (n,)
        How many.
    kinds : sequence of numpy.ndarray of bool, shape (n,)
        For each of `KINDS`, whether there is a conflict of that kind.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Position among the levels.
    """
    found = np.zeros(over_days.size, np.int64)
    for number, each in enumerate(levels):
        applies = over_days >= each.over_days
        # A delay of nothing is no reason to talk more.
        applies |= (delay_days >= each.delay_days) & (delay_days > 0)
        applies |= conflicts >= each.conflicts
        for kind in each.kinds:
            applies |= kinds[KINDS.index(kind)]
        found[applies] = number
    return found


@dataclass(frozen=True, eq=False)
class Owners:
    """Who speaks for each project, service and resource: names by row, empty for nobody named."""

    projects: list[str]
    services: list[str]
    resources: list[str]


def owners_of(portfolio: Portfolio) -> Owners:
    """Return who speaks for projects, services and people.

    For a project: who owns it, else who does it on the project side in every stage, else its
    sponsor. For a service: its owner, else who owns it among the interests. For a person or team:
    who owns their team, else who decides over it.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.

    Returns
    -------
    Owners
        Names of stakeholders.
    """
    people = portfolio.stakeholders
    names = dict(zip(people["stakeholder"], people["name"], strict=True))
    interests = portfolio.interests
    on_side = set(people.loc[people["side"] == "project", "stakeholder"])
    does = (interests["interest"] == "does") & interests["stage"].isna()
    does &= interests["stakeholder"].isin(on_side)

    def first(rows: pd.Series) -> dict[str, str]:
        held = interests[rows].drop_duplicates("item")
        return dict(zip(held["item"], held["stakeholder"].map(names), strict=True))

    owns, doing = first(interests["interest"] == "owns"), first(does)
    decides = first(interests["interest"] == "decides")
    projects, services = portfolio.projects, portfolio.services
    sponsor, owner = projects["sponsor"].map(names), services["owner"].map(names)
    return Owners(
        [
            owns.get(p) or doing.get(p) or ("" if pd.isna(s) else str(s))
            for p, s in zip(projects["project"], sponsor, strict=True)
        ],
        [
            owns.get(s, "") if pd.isna(o) else str(o)
            for s, o in zip(services["service"], owner, strict=True)
        ],
        [
            "" if pd.isna(team) else owns.get(team) or decides.get(team, "")
            for team in portfolio.resources["team"]
        ],
    )
