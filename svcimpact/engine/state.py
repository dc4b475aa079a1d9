"""The state of a run, and what disrupts it: arrays that the kernel works on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import Program

# Tasks, numbers (`Work.real`); what is read together lies together.
HOURS, LEFT, SINCE, RATE, SHARE, GATE, END_GATE, KEY = range(8)
# Tasks, whole numbers (`Work.whole`): where their needs and links stand, then their state.
NEEDS, NEEDS_END, LINKS, LINKS_END, LEADS, START_GATES, FINISH_GATES, STATUS = range(8)
GATES, END_GATES, FROZEN, STOPPED, PLACE, TOUCHED, QUEUED = range(8, 15)
# Needs (`Work.need`); the last two hold who runs and who waits, by resource.
RESOURCE, TASK, RUNNER, WAITER = range(4)
# Links (`Work.link`).
SUCCESSOR, KIND, PASSED = range(3)
# Resources, numbers (`Work.supply`) and whole numbers (`Work.staff`).
CAPACITY, FREE, LEAST = range(3)
ROOM, RUNS, WAITS, DIRTY, AT_RUNS = range(5)
# Lists of tasks and resources (`Work.lists`), their lengths and other counters (`Work.tally`).
DUE, DIRTIES, FRESH, TRIES, TOUCHES, CLOSING = range(6)
N_DUE, N_DIRTY, N_FRESH, N_TOUCHED, N_CLOSING, N_LOG, LEFT_TO_DO, STAMP = range(8)


class Disruption(NamedTuple):
    """What incidents take away in one run; times in working hours.

    Attributes
    ----------
    take_resource, take_from, take_until, take_fte : ndarray
        FTE taken from a resource's project capacity over ``[from, until)``.
    hold_task, hold_from, hold_until : ndarray
        Tasks (numbered as in `Program`) held over ``[from, until)``.
    """

    take_resource: Integers
    take_from: Floats
    take_until: Floats
    take_fte: Floats
    hold_task: Integers
    hold_from: Floats
    hold_until: Floats


class Work(NamedTuple):
    """The state of a run; one is made for many runs.

    The kernel hands these tables to its functions one by one: a call with one table costs
    nothing, a call with a tuple of thirty arrays costs more than the work it does.

    Attributes
    ----------
    real, whole : ndarray, shape (n, 8) and (n, 16)
        Tasks.
    need, units : ndarray, shape (needs, 4) and (needs,)
        What tasks need of resources, by task.
    link, lag : ndarray, shape (links, 3) and (links,)
        Links by predecessor.
    supply, staff : ndarray, shape (r, 3) and (r, 5)
        Resources.
    lists : ndarray of int, shape (6, n or r)
        The heap of tasks that have a next event, and lists of one moment: resources to share
        out anew, tasks to try, tasks tried in this pass, tasks whose share may have changed,
        tasks whose work is done.
    tally : ndarray of int, shape (8,)
        Lengths of these lists, and other counters.
    take_head, take_next : ndarray of int
        The takes of each resource, as linked lists.
    event_ptr, event_time, event_kind, event_index : ndarray
        The disruption's events by component and time.
    trace : ndarray of float, shape (m, 3)
        Task, time and share of every change of share, where a trace is wanted.
    """

    real: Floats
    whole: Integers
    need: Integers
    units: Floats
    link: Integers
    lag: Floats
    supply: Floats
    staff: Integers
    lists: Integers
    tally: Integers
    take_head: Integers
    take_next: Integers
    event_ptr: Integers
    event_time: Floats
    event_kind: Integers
    event_index: Integers
    trace: Floats


def make_work(program: Program, takes: int, holds: int, log: int = 0) -> Work:
    """Return room for runs of `program`.

    Parameters
    ----------
    program : Program
        What will be run.
    takes, holds : int
        The most entries of each kind that a disruption will have.
    log : int
        How many changes of a task's share to keep; 0 keeps none.

    Returns
    -------
    Work
        The arrays that a run needs, to be used again by the next one.
    """
    n, r = len(program.hours), len(program.resource_component)
    needs, links, events = len(program.need_resource), len(program.out_task), 2 * (takes + holds)

    whole = np.zeros((n, 16), np.int64)
    whole[:, NEEDS], whole[:, NEEDS_END] = program.need_ptr[:-1], program.need_ptr[1:]
    whole[:, LINKS], whole[:, LINKS_END] = program.out_ptr[:-1], program.out_ptr[1:]
    whole[:, LEADS] = program.leads
    whole[:, START_GATES], whole[:, FINISH_GATES] = program.start_gates, program.finish_gates
    need = np.zeros((needs, 4), np.int64)
    need[:, RESOURCE], need[:, TASK] = program.need_resource, program.need_task
    link = np.zeros((links, 3), np.int64)
    link[:, SUCCESSOR], link[:, KIND] = program.out_task, program.out_type
    supply = np.zeros((r, 3))
    supply[:, LEAST] = program.least_units
    staff = np.zeros((r, 5), np.int64)
    staff[:, ROOM] = program.staff_ptr[:-1]
    return Work(
        real=np.zeros((n, 8)),
        whole=whole,
        need=need,
        units=program.need_units,
        link=link,
        lag=program.out_lag,
        supply=supply,
        staff=staff,
        lists=np.zeros((6, max(n, r)), np.int64),
        tally=np.zeros(8, np.int64),
        take_head=np.full(r, -1, np.int64),
        take_next=np.full(max(takes, 1), -1, np.int64),
        event_ptr=np.zeros(len(program.component_ptr), np.int64),
        event_time=np.zeros(events),
        event_kind=np.zeros(events, np.int64),
        event_index=np.zeros(events, np.int64),
        trace=np.zeros((log, 3)),
    )
