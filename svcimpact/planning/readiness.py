"""What each project brings to each service that has to live with it: tasks, people, go-live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from svcimpact.engine.plan import Floats, Plan, planned_times, positions
from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.portfolio import Portfolio

#: What a service needs of a project before and after it goes live, and how it is called.
ACTIVITIES = {
    "service_test": "service test",
    "training": "training",
    "business_change": "business change",
    "handover": "handover",
    "early_life_support": "early-life support",
}
#: What a service is to a project: it goes live there (a transition task changes it), it is changed
#: on the way (only earlier tasks change it), or it has to accept (it only has criteria).
ROLES = ("goes live", "changed", "accepts")
GoLive = Mapping[str | tuple[str, str], str]
Waived = Mapping[str | tuple[str, str], Sequence[str]]


@dataclass(frozen=True, eq=False)
class Pair:
    """A project and a service that it changes, by row of the tables.

    Attributes
    ----------
    project, service : int
        Rows.
    role : str
        One of `ROLES`.
    waived : frozenset of str
        Activities that were declared not to be needed.
    changes : tuple of int
        Tasks of the project that change the service, by planned start.
    go_live : int
        The task with which the project goes live on the service; -1 where it has no tasks.
    at_finish : bool
        Whether it is live when that task finishes; else as soon as it starts.
    tasks : dict of str to tuple of int
        By activity, the tasks that count for the service, by planned start.
    wide : dict of str to bool
        By activity, whether these touch none of the project's services, and so serve them all.
    own : tuple of int
        Resources that support the service.
    """

    project: int
    service: int
    role: str
    waived: frozenset[str]
    changes: tuple[int, ...]
    go_live: int
    at_finish: bool
    tasks: dict[str, tuple[int, ...]]
    wide: dict[str, bool]
    own: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Look:
    """The tables by row, looked up once.

    Attributes
    ----------
    portfolio : Portfolio
        Validated tables.
    plan : Plan
        The same, compiled.
    start, finish : ndarray of float, shape (n,)
        Planned dates of tasks, working hours.
    staff : dict of int to list of (int, float)
        Resources and FTE by task.
    support : dict of int to dict of int to float
        Everyday FTE by service and resource.
    """

    portfolio: Portfolio
    plan: Plan
    start: Floats
    finish: Floats
    staff: dict[int, list[tuple[int, float]]]
    support: dict[int, dict[int, float]]


def look(portfolio: Portfolio, plan: Plan) -> Look:
    """Look the tables up.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    plan : Plan
        The same, compiled.

    Returns
    -------
    Look
        What is asked for again and again.
    """
    staff: dict[int, list[tuple[int, float]]] = {}
    for task in np.flatnonzero(np.diff(plan.need_ptr)):
        low, high = plan.need_ptr[task], plan.need_ptr[task + 1]
        pairs = zip(plan.need_resource[low:high], plan.need_units[low:high], strict=True)
        staff[int(task)] = [(int(k), float(u)) for k, u in pairs]
    table = portfolio.support
    support: dict[int, dict[int, float]] = {}
    services = positions(table["service"], portfolio.services["service"])
    resources = positions(table["resource"], portfolio.resources["resource"])
    for service, resource, fte in zip(services, resources, table["bau_fte"], strict=True):
        support.setdefault(int(service), {})[int(resource)] = float(fte)
    start, finish = planned_times(plan)
    return Look(portfolio, plan, start, finish, staff, support)


def pairs_of(known: Look, go_live: GoLive, waived: Waived) -> list[Pair]:
    """Return every project and service that it changes, or that has to accept it.

    Parameters
    ----------
    known : Look
        The tables.
    go_live : mapping
        Tasks with which projects go live, by project or by (project, service).
    waived : mapping
        Activities that are not needed, by project or by (project, service).

    Returns
    -------
    list of Pair
        By row of projects, then services.

    Raises
    ------
    InputError
        If `go_live` or `waived` name what is not there.
    """
    portfolio = known.portfolio
    chosen, spared = _chosen(portfolio, go_live, waived)
    changes = portfolio.changes
    task = positions(changes["task"], portfolio.tasks["task"])
    service = positions(changes["service"], portfolio.services["service"])
    changing = (changes["effect"] == "changes").to_numpy()
    touched: dict[int, set[int]] = {}
    changed: dict[tuple[int, int], set[int]] = {}
    for i, s, alters in zip(task.tolist(), service.tolist(), changing.tolist(), strict=True):
        touched.setdefault(i, set()).add(s)
        if alters:
            changed.setdefault((int(known.plan.project[i]), s), set()).add(i)
    judged = portfolio.acceptance[["project", "service"]].drop_duplicates()
    accepting = zip(
        positions(judged["project"], portfolio.projects["project"]).tolist(),
        positions(judged["service"], portfolio.services["service"]).tolist(),
        strict=True,
    )
    wanted = sorted({*changed, *accepting})
    of_project: dict[int, list[int]] = {}
    for i in np.lexsort((np.arange(len(known.start)), known.start)).tolist():
        of_project.setdefault(int(known.plan.project[i]), []).append(i)
    services_of: dict[int, set[int]] = {}
    for p, s in wanted:
        services_of.setdefault(p, set()).add(s)
    activity, stage = (portfolio.tasks[c].to_numpy() for c in ("activity", "stage"))
    found = []
    for p, s in wanted:
        mine = of_project.get(p, [])
        altering = [i for i in mine if i in changed.get((p, s), ())]
        any_of = [i for i in mine if any(i in changed.get((p, x), ()) for x in services_of[p])]
        live = chosen.get((p, s), chosen.get((p, -1), -1))
        at_finish = False
        if live < 0:
            moving = {i for i in mine if stage[i] == "transition" and activity[i] == "work"}
            for among in (altering, any_of, mine):
                live = next((i for i in among if i in moving), -1)
                if live >= 0:
                    break
        if live < 0 and mine:
            live, at_finish = (altering or any_of or mine)[-1], True
        tasks, wide = {}, {}
        for name in ACTIVITIES:
            of = [i for i in mine if activity[i] == name]
            here = tuple(i for i in of if s in touched.get(i, ()))
            everywhere = tuple(i for i in of if not touched.get(i, set()) & services_of[p])
            tasks[name], wide[name] = here or everywhere, not here and bool(everywhere)
        role = "accepts" if not altering else "changed"
        if any(stage[i] == "transition" for i in altering):
            role = "goes live"
        gone = spared.get((p, s), frozenset()) | spared.get((p, -1), frozenset())
        own = tuple(known.support.get(s, {}))
        found.append(Pair(p, s, role, gone, tuple(altering), live, at_finish, tasks, wide, own))
    return found


def _chosen(
    portfolio: Portfolio, go_live: GoLive, waived: Waived
) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], frozenset[str]]]:
    """Return go-live tasks and waived activities by row; -1 stands for every service."""
    projects, services = list(portfolio.projects["project"]), list(portfolio.services["service"])
    tasks = dict(zip(portfolio.tasks["task"], portfolio.tasks["project"], strict=True))
    rows = {task: row for row, task in enumerate(tasks)}
    live, spared, faults = {}, {}, []

    def known(table: str, what: str, value: object, among: Sequence[str]) -> bool:
        if value in among:
            return True
        near = get_close_matches(str(value), among, n=1)
        told = ", ".join(among) if what == "activity" else f"{len(among)} {what} ids"
        faults.append(
            fault(
                table,
                column=what,
                found=repr(value),
                expected=f"one of {told}",
                nearest=repr(near[0]) if near else "",
                cure="Correct the id.",
            )
        )
        return False

    def place(table: str, key: str | tuple[str, str]) -> tuple[int, int] | None:
        project, service = key if isinstance(key, tuple) else (key, None)
        right = known(table, "project", project, projects)
        if service is not None:
            right &= known(table, "service", service, services)
        at = -1 if service is None or not right else services.index(service)
        return (projects.index(project), at) if right else None

    def entries(table: str, what: object, cure: str) -> Iterable[tuple[Any, Any]]:
        if isinstance(what, Mapping):
            return what.items()
        faults.append(fault(table, found=repr(what), expected="one entry a project", cure=cure))
        return ()

    for key, task in entries("go_live", go_live, "Write {'INS': 'INS-12'}."):
        at = place("go_live", key)
        of = [name for name, holder in tasks.items() if at is None or holder == projects[at[0]]]
        if known("go_live", "task", task, of) and at is not None:
            live[at] = rows[task]
    for key, activities in entries("waived", waived, "Write {'INS': ['training']}."):
        at = place("waived", key)
        if isinstance(activities, str) or not isinstance(activities, Iterable):
            found, cure = repr(activities), f"Write {{{key!r}: ['training']}}."
            expected = "a list of activities"
            faults.append(
                fault("waived", column="activity", found=found, expected=expected, cure=cure)
            )
            continue
        right = [known("waived", "activity", name, tuple(ACTIVITIES)) for name in activities]
        if at is not None and all(right):
            spared[at] = frozenset(activities)
    if faults:
        raise InputError("What was said about the transition has faults.", fault_frame(faults))
    return live, spared


def freezes_on(portfolio: Portfolio, service: int) -> list[tuple[float, float, pd.Timestamp]]:
    """Return the planned change freezes of a service, in working hours.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    service : int
        Its row.

    Returns
    -------
    list of (float, float, pandas.Timestamp)
        From when until when, and the date of the end, in order; those that no working hour falls
        into are left out.
    """
    freezes = portfolio.freezes
    mine = freezes["service"].isna() | (
        freezes["service"] == portfolio.services["service"].iloc[service]
    )
    begin, end = (portfolio.calendar.hours(freezes[c][mine].to_numpy()) for c in ("start", "end"))
    spans = zip(np.atleast_1d(begin), np.atleast_1d(end), freezes["end"][mine], strict=True)
    return sorted((float(a), float(b), pd.Timestamp(until)) for a, b, until in spans if b > a)


def own_share(known: Look, pair: Pair, activity: str) -> float:
    """Return how much of an activity's work the service's own people do.

    Parameters
    ----------
    known : Look
        The tables.
    pair : Pair
        The project and service.
    activity : str
        One of `ACTIVITIES`.

    Returns
    -------
    float
        ``Σ hours * FTE`` of the service's supporters over that of all who are assigned; NaN
        where nobody is.
    """
    own = whole = 0.0
    for i in pair.tasks[activity]:
        for resource, fte in known.staff.get(i, []):
            # A milestone has no hours, but it has people all the same.
            work = fte * max(float(known.plan.hours[i]), 1e-9)
            whole += work
            own += work if resource in pair.own else 0.0
    return own / whole if whole > 0 else float("nan")


def names_of(table: pd.DataFrame, rows: tuple[int, ...] | list[int]) -> list[str]:
    """Return the names in some rows of a table.

    Parameters
    ----------
    table : pandas.DataFrame
        With a column `name`.
    rows : sequence of int
        Which.

    Returns
    -------
    list of str
        The names.
    """
    return [str(name) for name in table["name"].iloc[list(rows)]]
