"""A plan laid out for the kernel: independent components, tasks in dispatch order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from svcimpact.engine.handed import Handed
from svcimpact.engine.plain import plain_components, quanta
from svcimpact.engine.plan import Floats, Integers, Plan
from svcimpact.remembered import remembered

CAPACITY_STEP, HELD, LET_GO = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Program(Handed):
    """Arrays of a `Plan`, tasks renumbered by component and then by dispatch order.

    Tasks that share no resource and no link, directly or through others, are in different
    components, and the kernel runs each component on its own: what happens in one cannot
    move another's result by a bit.

    Attributes
    ----------
    task : ndarray of int, shape (n,)
        The row in `Plan` of each task here.
    hours, release, began, ended, done : ndarray of float, shape (n,)
        As in `Plan`.
    stopped : ndarray of int, shape (n,)
        Whether a task that is underway stands still when time begins.
    reached : ndarray of float, shape (n,)
        The least work that a task underway has had left, where that is less than it has now;
        infinity otherwise. A lead that it let pass stays passed.
    need_ptr, need_resource, need_units : ndarray
        As in `Plan`.
    out_ptr, out_task, out_type, out_lag : ndarray
        Links by predecessor.
    link_task : ndarray of int
        The predecessor of each link.
    in_ptr, in_link : ndarray of int
        Links by successor, as places in the above.
    start_gates, finish_gates : ndarray of int, shape (n,)
        How many links hold the start (FS, SS) and the finish (FF, SF) of each task.
    project : ndarray of int, shape (n,)
        The project of each task.
    project_ptr, project_task : ndarray of int
        The tasks of each project.
    component_ptr : ndarray of int, shape (c + 1,)
        Component `j` has the tasks ``component_ptr[j]:component_ptr[j + 1]``.
    leads : ndarray of int, shape (n,)
        Whether a task has a successor that may start or finish ahead of its own finish.
    need_task : ndarray of int
        The task of each need.
    staff_ptr : ndarray of int, shape (r + 1,)
        Room for the tasks of each resource, as many as need it.
    staff_need : ndarray of int
        The needs of each resource, in that room, in dispatch order.
    least_units : ndarray of float, shape (r,)
        The least that any task needs of each resource.
    member_ptr, member : ndarray of int
        The resources of each component.
    capacity_ptr, capacity_time, capacity_value : ndarray
        As in `Plan`.
    event_ptr, event_time, event_kind, event_index : ndarray
        Events known beforehand by component, in time order: a capacity step of a resource,
        a task held, a task let go.
    task_component, resource_component : ndarray of int
        The component of each task, and of each resource (-1 for one that no task needs).
    plain : ndarray of uint8, shape (components,)
        Whether nothing can happen but that tasks start and finish; see `plain_components`.
    need_quanta, capacity_quanta : ndarray of int
        People in thousandths of an FTE, for these components.
    now : float
        When time begins.
    underway : int
        Whether any task began before.
    """

    task: Integers
    hours: Floats
    release: Floats
    began: Floats
    ended: Floats
    done: Floats
    stopped: Integers
    reached: Floats
    need_ptr: Integers
    need_resource: Integers
    need_units: Floats
    out_ptr: Integers
    out_task: Integers
    out_type: Integers
    out_lag: Floats
    link_task: Integers
    in_ptr: Integers
    in_link: Integers
    start_gates: Integers
    finish_gates: Integers
    leads: Integers
    need_task: Integers
    staff_ptr: Integers
    staff_need: Integers
    least_units: Floats
    project: Integers
    project_ptr: Integers
    project_task: Integers
    component_ptr: Integers
    member_ptr: Integers
    member: Integers
    capacity_ptr: Integers
    capacity_time: Floats
    capacity_value: Floats
    event_ptr: Integers
    event_time: Floats
    event_kind: Integers
    event_index: Integers
    task_component: Integers
    resource_component: Integers
    plain: NDArray[np.uint8]
    need_quanta: Integers
    capacity_quanta: Integers
    now: float
    underway: int


@remembered
def lay_out(plan: Plan) -> Program:
    """Lay a plan out for the kernel.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.

    Returns
    -------
    Program
        The same, by component and dispatch order.
    """
    n, r = len(plan.hours), len(plan.capacity_ptr) - 1
    # A need of nothing takes nothing and ties nothing together.
    real = plan.need_units > 0
    needer = np.repeat(np.arange(n), np.diff(plan.need_ptr))[real]
    needed, units = plan.need_resource[real], plan.need_units[real]
    component, of_resource = _components(plan, needer, needed, n, r)
    rank = np.empty(n, np.int64)
    rank[plan.dispatch] = np.arange(n)
    task = np.lexsort((rank, component)).astype(np.int64)
    place = np.empty(n, np.int64)
    place[task] = np.arange(n)
    count = int(component.max()) + 1 if n else 0
    project = plan.project[task]

    entries = np.argsort(place[needer], kind="stable")
    order = np.argsort(place[plan.link_predecessor], kind="stable")
    before = place[plan.link_predecessor][order]
    after = place[plan.link_successor][order]
    kind = plan.link_type[order]
    holds_start = kind <= 1

    members = np.flatnonzero(of_resource >= 0)
    members = members[np.argsort(of_resource[members], kind="stable")]
    events = _known_events(plan, place, component, of_resource, count)
    leads = _has_leads(n, before, kind, plan.link_lag[order])
    counted = quanta(plan, needed, units)
    return Program(
        task=task,
        hours=plan.hours[task],
        release=plan.release[task],
        began=plan.began[task],
        ended=plan.ended[task],
        done=plan.done[task],
        stopped=np.zeros(n, np.int64),
        reached=np.full(n, np.inf),
        need_ptr=np.searchsorted(place[needer][entries], np.arange(n + 1)).astype(np.int64),
        need_resource=needed[entries],
        need_units=units[entries],
        out_ptr=np.searchsorted(before, np.arange(n + 1)).astype(np.int64),
        out_task=after,
        out_type=kind,
        out_lag=plan.link_lag[order],
        link_task=before,
        in_ptr=np.searchsorted(np.sort(after), np.arange(n + 1)).astype(np.int64),
        in_link=np.argsort(after, kind="stable").astype(np.int64),
        start_gates=np.bincount(after[holds_start], minlength=n).astype(np.int64),
        finish_gates=np.bincount(after[~holds_start], minlength=n).astype(np.int64),
        leads=leads,
        need_task=place[needer][entries],
        staff_ptr=np.concatenate([[0], np.cumsum(np.bincount(needed, minlength=r))]).astype(
            np.int64
        ),
        staff_need=np.argsort(needed[entries], kind="stable").astype(np.int64),
        least_units=_least(needed, units, r),
        project=project,
        project_ptr=np.concatenate([[0], np.cumsum(np.bincount(project))]).astype(np.int64),
        project_task=np.argsort(project, kind="stable").astype(np.int64),
        component_ptr=np.searchsorted(component[task], np.arange(count + 1)).astype(np.int64),
        member_ptr=np.searchsorted(of_resource[members], np.arange(count + 1)).astype(np.int64),
        member=members.astype(np.int64),
        capacity_ptr=plan.capacity_ptr,
        capacity_time=plan.capacity_time,
        capacity_value=plan.capacity_value,
        event_ptr=events[0],
        event_time=events[1],
        event_kind=events[2],
        event_index=events[3],
        task_component=component[task],
        resource_component=of_resource,
        plain=plain_components(
            component[task],
            of_resource,
            counted.whole,
            np.concatenate([before[kind != 0], np.flatnonzero(leads)]),
            np.diff(events[0]),
        ),
        need_quanta=counted.need[entries],
        capacity_quanta=counted.capacity,
        now=plan.now,
        underway=int(not (np.isnan(plan.began) & np.isnan(plan.ended)).all()),
    )


def _has_leads(n: int, before: Integers, kind: Integers, lag: Floats) -> Integers:
    """Tell which tasks have FS or FF successors with a negative lag."""
    leads = np.zeros(n, np.int64)
    leads[before[(lag < 0) & ((kind == 0) | (kind == 2))]] = 1
    return leads


def _least(needed: Integers, units: Floats, r: int) -> Floats:
    """Return the least need of each resource."""
    least = np.full(r, np.inf)
    np.minimum.at(least, needed, units)
    return least


def _components(
    plan: Plan, needer: Integers, needed: Integers, n: int, r: int
) -> tuple[Integers, Integers]:
    """Return the component of every task and resource, numbered by first task in row order."""
    one = np.concatenate([plan.link_predecessor, needer])
    other = np.concatenate([plan.link_successor, n + needed])
    pairs = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(n + r, n + r))
    _, label = connected_components(pairs, directed=False)
    _, first, inverse = np.unique(label[:n], return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    component = rank[inverse].astype(np.int64)
    number = dict(zip(label[:n].tolist(), component.tolist(), strict=True))
    of_resource = np.array([number.get(x, -1) for x in label[n:].tolist()], np.int64)
    return component, of_resource


def _known_events(
    plan: Plan, place: Integers, component: Integers, of_resource: Integers, count: int
) -> tuple[Integers, Floats, Integers, Integers]:
    """Sort capacity steps and planned freezes by component and time."""
    resource = np.repeat(np.arange(len(of_resource)), np.diff(plan.capacity_ptr))
    later = np.isfinite(plan.capacity_time) & (of_resource[resource] >= 0)
    held = np.flatnonzero(plan.hold_until - plan.hold_from > 1e-9)
    tasks = plan.hold_task[held]
    times = np.concatenate([plan.capacity_time[later], plan.hold_from[held], plan.hold_until[held]])
    kinds = np.repeat([CAPACITY_STEP, HELD, LET_GO], [int(later.sum()), len(held), len(held)])
    index = np.concatenate([resource[later], place[tasks], place[tasks]])
    where = np.concatenate([of_resource[resource[later]], component[tasks], component[tasks]])
    order = np.lexsort((times, where))
    pointer = np.searchsorted(where[order], np.arange(count + 1)).astype(np.int64)
    return pointer, times[order], kinds[order].astype(np.int64), index[order].astype(np.int64)
