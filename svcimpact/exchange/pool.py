"""One pool of resources out of several plans: the same name is the same resource."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from svcimpact.exchange.clock import PlanClock, days_off, differences, spans
from svcimpact.exchange.links import Key
from svcimpact.exchange.names import same_name, slug, unique
from svcimpact.exchange.notes import Notes, count
from svcimpact.exchange.records import AssignmentRecord, CalendarRecord, PlanRecord, ResourceRecord

# Absences are looked up this long after a plan's finish: a late plan runs on.
_RUN_ON = timedelta(days=365)


@dataclass
class Pool:
    """Rows of `resources` by id, the resource behind each of the plans' own, and who is away."""

    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: dict[Key, str] = field(default_factory=dict)
    absences: list[dict[str, Any]] = field(default_factory=list)


def pool_resources(
    plans: Sequence[PlanRecord],
    clocks: Sequence[PlanClock],
    notes: Sequence[Notes],
    shared: Notes,
) -> Pool:
    """Merge the people of several plans into one pool, matched by name.

    The capacity of a pooled resource is the largest that any plan gives it, for it is the same
    resource in all of them; its group and cost are those of the first plan that has them.

    Parameters
    ----------
    plans : sequence of PlanRecord
        The plans.
    clocks : sequence of PlanClock
        The clock of each.
    notes : sequence of Notes
        The warnings of each.
    shared : Notes
        Takes what concerns several plans.

    Returns
    -------
    Pool
        Material, cost and nameless resources are left out, and told.
    """
    pool = Pool()
    by_name: dict[str, str] = {}
    sources: dict[str, dict[str, None]] = defaultdict(dict)
    differing: dict[str, None] = {}
    for number, (plan, clock, told) in enumerate(zip(plans, clocks, notes, strict=True)):
        people = [each for each in plan.resources if each.name and each.type == "WORK"]
        _tell_left_out(plan, told)
        _tell_people(people, clock, told)
        for each in people:
            row = _row(each, clock)
            name = same_name(each.name)
            if name not in by_name:
                by_name[name] = unique(slug(each.name) or "resource", pool.resources)
                pool.resources[by_name[name]] = {"resource": by_name[name], **row}
            else:
                _merge(pool.resources[by_name[name]], row, differing)
            pool.ids[number, each.uid] = by_name[name]
            sources[by_name[name]][plan.file.name] = None
    _tell_pooled(pool, sources, differing, shared)
    for row in pool.resources.values():
        row["kind"] = "team" if row["capacity_fte"] > 1 else "person"
    _add_absences(pool, plans, clocks, notes)
    return pool


def _row(resource: ResourceRecord, clock: PlanClock) -> dict[str, Any]:
    cost = resource.cost_per_hour
    return {
        "name": resource.name,
        "team": resource.group or None,
        "capacity_fte": (resource.max_units or 100.0) / 100,
        # To the cent: files round the rate of an hour, so that a third of 640 is not 639.9998.
        "cost_per_day": None if cost is None else round(cost * clock.hours, 2),
    }


def _merge(row: dict[str, Any], other: dict[str, Any], differing: dict[str, None]) -> None:
    for column in ("team", "cost_per_day"):
        if row[column] is None:
            row[column] = other[column]
        elif other[column] is not None and other[column] != row[column]:
            differing[f"{row['name']} ({column})"] = None
    if other["capacity_fte"] != row["capacity_fte"]:
        differing[f"{row['name']} (capacity_fte)"] = None
        row["capacity_fte"] = max(row["capacity_fte"], other["capacity_fte"])


def _tell_left_out(plan: PlanRecord, notes: Notes) -> None:
    """Warn of resources that are no people, and of assignments that name nobody."""
    kinds = {
        "material resource": [r for r in plan.resources if r.name and r.type == "MATERIAL"],
        "cost resource": [r for r in plan.resources if r.name and r.type == "COST"],
        "nameless resource": [r for r in plan.resources if not r.name],
    }
    for topic, resources in kinds.items():
        uids = {resource.uid for resource in resources}
        lost = [each for each in plan.assignments if each.resource in uids]
        # A nameless row nobody is assigned to is an empty row of the sheet.
        if resources and (lost or topic != "nameless resource"):
            notes.add(
                "resources", [each.name or f"resource {each.uid}" for each in resources],
                found=f"{count(len(resources), topic)} with {_assigned(lost)}",
                expected="people and teams; left out with their assignments",
                cure="Name them in the plan, as work resources, if they are people.",
            )  # fmt: skip
    placeholders = [each for each in plan.assignments if each.resource is None]
    if placeholders:
        names = {task.uid: f"{task.code or task.uid} '{task.name}'" for task in plan.tasks}
        notes.add(
            "placeholders", dict.fromkeys(names.get(each.task, "?") for each in placeholders),
            found=f"{_assigned(placeholders)} without a resource",
            expected="a resource; left out", cure="Assign somebody in the plan if work is meant.",
        )  # fmt: skip


def _assigned(assignments: Sequence[AssignmentRecord]) -> str:
    hours = sum(each.work or 0.0 for each in assignments)
    return count(len(assignments), "assignment") + (f" ({hours:,.10g} h of work)" if hours else "")


def _tell_people(people: Sequence[ResourceRecord], clock: PlanClock, notes: Notes) -> None:
    unknown = [each.name for each in people if not each.max_units]
    if unknown:
        notes.add(
            "capacity_fte", unknown,
            found=f"no maximum units on {count(len(unknown), 'resource')}",
            expected="how many people it is; 1 is taken", cure="Correct capacity_fte in resources.",
        )  # fmt: skip
    changing = [each.name for each in people if each.changing_units]
    if changing:
        notes.add(
            "capacity_fte", changing,
            found=f"maximum units that change over time on {count(len(changing), 'resource')}",
            expected="one capacity; the largest is taken", cure="Add the difference to absences.",
        )  # fmt: skip
    rows = Counter(same_name(each.name) for each in people)
    names = {same_name(each.name): each.name for each in reversed(people)}
    twice = [names[name] for name, number in rows.items() if number > 1]
    if twice:
        notes.add(
            "resources", twice, found=f"{count(len(twice), 'name')} on several rows",
            expected="one resource per name; made one",
            cure="Rename them in the plan if they are different people.",
        )  # fmt: skip
    other = [
        f"{each.name} ({', '.join(how)})"
        for each in people
        if each.calendar is not None and (how := differences(each.calendar, clock.own))
    ]
    if other:
        notes.add(
            "resource calendar", other,
            found=f"working times of their own on {count(len(other), 'resource')}",
            expected="the plan's calendar; taken instead",
            cure="Lower capacity_fte in resources, or add absences.",
        )  # fmt: skip


def _tell_pooled(
    pool: Pool,
    sources: Mapping[str, Mapping[str, None]],
    differing: Mapping[str, None],
    notes: Notes,
) -> None:
    together: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for resource, files in sources.items():
        if len(files) > 1:
            together[tuple(files)].append(pool.resources[resource]["name"])
    for names_of, names in together.items():
        notes.add(
            "shared pool", names,
            found=f"{count(len(names), 'name')} in each of {', '.join(names_of)}",
            expected="one resource per name; pooled, so these plans compete for them",
            cure="Rename them in one plan if they are different people.",
        )  # fmt: skip
    near: dict[str, list[str]] = defaultdict(list)
    for resource, row in pool.resources.items():
        near[_singular(row["name"])].append(resource)
    alike = [
        " and ".join(f"{pool.resources[each]['name']} ({', '.join(sources[each])})" for each in ids)
        for ids in near.values()
        if len(ids) > 1 and len({file for each in ids for file in sources[each]}) > 1
    ]
    if alike:
        notes.add(
            "shared pool", alike,
            found=f"{count(len(alike), 'pair')} of names that differ only in number or punctuation",
            expected="the same name for the same resource; kept apart",
            cure="Give them one name in the plans if they are the same.",
        )  # fmt: skip
    if differing:
        notes.add(
            "shared pool", differing,
            found="figures that differ between rows of the same name",
            expected="one figure; the largest capacity, and the first group and cost are taken",
            cure="Correct them in resources.",
        )  # fmt: skip


def _singular(name: str) -> str:
    return "".join(word.removesuffix("s") for word in slug(name).split("-"))


def _add_absences(
    pool: Pool, plans: Sequence[PlanRecord], clocks: Sequence[PlanClock], notes: Sequence[Notes]
) -> None:
    away: dict[str, set[date]] = defaultdict(set)
    for number, (plan, clock, told) in enumerate(zip(plans, clocks, notes, strict=True)):
        dates = [day.date() for t in plan.tasks for day in (t.start, t.finish) if day is not None]
        if not dates:
            continue
        partly = []
        for each in plan.resources:
            if (number, each.uid) not in pool.ids or each.calendar is None:
                continue
            off, other = days_off(each.calendar, clock.own, min(dates), max(dates) + _RUN_ON)
            for first, last in off:
                days = (last - first).days + 1
                away[pool.ids[number, each.uid]] |= {first + timedelta(n) for n in range(days)}
            if other:
                partly.append(each.name)
        if partly:
            told.add(
                "resource calendar", partly,
                found=f"days worked in part or on a day off by {count(len(partly), 'resource')}",
                expected="days worked or not; they count as the plan's calendar says",
                cure="Add absences with fte where part of a day is off.",
            )  # fmt: skip
    pool.absences = [
        {"resource": resource, "start": first, "end": last}
        for resource, days in away.items()
        for first, last in spans(sorted(days))
    ]


def default_calendar(plan: PlanRecord) -> CalendarRecord:
    """Return a plan's calendar, or the usual one where it has none that works a day.

    Parameters
    ----------
    plan : PlanRecord
        The plan.

    Returns
    -------
    CalendarRecord
        Monday to Friday from 8 to 17, an hour's break, where the plan has none.
    """
    own = plan.calendar
    return own if own is not None and any(own.week) else CalendarRecord()
