"""Assignments of plans to rows of `assignments`: who a task takes, in FTE."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from svcimpact.exchange.links import Key
from svcimpact.exchange.notes import Notes, called, count
from svcimpact.exchange.pool import Pool
from svcimpact.exchange.records import AssignmentRecord, PlanRecord

# Units and work may differ by this share before the work is taken: contours round.
_AGREES = 0.1


def plan_assignments(
    number: int,
    plan: PlanRecord,
    leaves: Mapping[int, tuple[int, ...]],
    hours: Mapping[Key, float],
    pool: Pool,
    notes: Notes,
) -> dict[tuple[Key, str], float]:
    """Return how much of whom each task of a plan takes while it runs.

    Units come from the plan, but where its work spread over the duration says something else by
    more than a tenth, the work counts: it is what somebody has to do. A milestone takes nobody.

    Parameters
    ----------
    number : int
        Which plan this is.
    plan : PlanRecord
        The plan.
    leaves : mapping of int to tuple of int
        As made by `svcimpact.exchange.tables.kept_tasks`.
    hours : mapping of Key to float
        Duration of each task that stays, in hours of the plan.
    pool : Pool
        The people.
    notes : Notes
        Takes what was changed.

    Returns
    -------
    dict of (Key, str) to float
        Units in FTE by task and resource; several assignments of one resource are added up.
    """
    names = {task.uid: called(task) for task in plan.tasks}
    any_work = any(each.work for each in plan.assignments)
    units: dict[tuple[Key, str], float] = {}
    told: dict[str, list[str]] = defaultdict(list)
    for each in plan.assignments:
        if each.resource is None or (number, each.resource) not in pool.ids:
            continue
        resource = pool.ids[number, each.resource]
        tasks = [(number, leaf) for leaf in leaves.get(each.task, ())]
        if not tasks:
            told["left out"].append(names.get(each.task, "?"))
            continue
        if tasks != [(number, each.task)]:
            told["summary"].append(names[each.task])
        span = sum(hours[task] for task in tasks)
        taken = _units(each, span, told, names, any_work=any_work)
        for task in tasks:
            told["twice"] += [names[task[1]]] if (task, resource) in units else []
            fte = taken if hours[task] else 0.0
            units[task, resource] = round(units.get((task, resource), 0.0) + fte, 6)
    _tell(told, notes)
    return units


def _units(
    each: AssignmentRecord,
    span: float,
    told: dict[str, list[str]],
    names: Mapping[int, str],
    *,
    any_work: bool,
) -> float:
    """Return the FTE of one assignment over a number of hours."""
    given = None if each.units is None else max(0.0, each.units / 100)
    if not span:
        told["milestone"].append(names[each.task])
        return 0.0
    if each.work is None or not any_work:
        if given is None:
            told["unknown"].append(names[each.task])
        return 1.0 if given is None else given
    needed = max(0.0, each.work / span)
    if given is not None and abs(needed - given) <= _AGREES * max(needed, given):
        return given
    told["no work" if not needed else "work"].append(names[each.task])
    return needed


_TOLD = {
    "left out": (
        "on a task that is left out", "a task that stays; left out with it", "Nothing to do.",
    ),
    "summary": (
        "on a summary task", "people on tasks; its work is spread evenly over the tasks under it",
        "Assign the people to the tasks themselves.",
    ),
    "twice": (
        "of a resource that the task has already", "one per resource; their units are added up",
        "Correct units_fte in assignments.",
    ),
    "milestone": (
        "on a task without a duration", "time to work in; kept with 0 FTE", "Nothing to do.",
    ),
    "unknown": (
        "with neither units nor work", "units; 1 FTE is taken",
        "Correct units_fte in assignments.",
    ),
    "work": (
        "whose work over the duration differs from the units by more than a tenth",
        "units that give the work; units_fte is the work divided by the duration",
        "Correct units_fte in assignments where the units were meant.",
    ),
    "no work": (
        "without work on a task that takes time", "work; kept with 0 FTE",
        "Give units_fte in assignments if they are needed.",
    ),
}  # fmt: skip


def _tell(told: Mapping[str, list[str]], notes: Notes) -> None:
    for kind, (what, expected, cure) in _TOLD.items():
        if where := told.get(kind):
            found = f"{count(len(where), 'assignment')} {what}"
            notes.add("units_fte", dict.fromkeys(where), found=found, expected=expected, cure=cure)


def raise_capacities(
    pool: Pool, units: Mapping[tuple[Key, str], float], names: Mapping[Key, str], notes: Notes
) -> None:
    """Raise the capacity of resources that one task alone takes more of than there is.

    Without it the task could never be fully staffed, and a plan that its own program accepts
    could not be run.

    Parameters
    ----------
    pool : Pool
        The people; capacities are changed in place.
    units : mapping of (Key, str) to float
        Units in FTE by task and resource.
    names : mapping of Key to str
        What warnings call each task.
    notes : Notes
        Takes what was raised.
    """
    told = []
    most: dict[str, tuple[float, Any]] = {}
    for (task, resource), fte in units.items():
        most[resource] = max(most.get(resource, (0.0, task)), (fte, task), key=lambda pair: pair[0])
    for resource, (fte, task) in most.items():
        row = pool.resources[resource]
        if fte > row["capacity_fte"] + 1e-9:
            told.append(f"{row['name']} ({row['capacity_fte']:g} to {fte:g}: {names[task]})")
            row["capacity_fte"] = fte
    if told:
        notes.add(
            "capacity_fte", told,
            found=f"{count(len(told), 'resource')} of which one task takes more than there is",
            expected="units up to the capacity; the capacity is raised to the units",
            cure="Correct capacity_fte in resources or units_fte in assignments.",
        )  # fmt: skip
