"""The state of a run, and what disrupts it: arrays that the kernel works on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import Program

N_RUNNING, N_READY, N_WORKED, N_LOG = 0, 1, 2, 3


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
    """The state of a run; one is made for many runs."""

    status: Integers
    hours: Floats
    left: Floats
    since: Floats
    rate: Floats
    share: Floats
    gate: Floats
    gates_left: Integers
    end_gate: Floats
    end_gates_left: Integers
    frozen: Integers
    stopped: NDArray[np.bool_]
    passed: NDArray[np.bool_]
    free: Floats
    capacity: Floats
    take_head: Integers
    take_next: Integers
    running: Integers
    ready: Integers
    worked: Integers
    counts: Integers
    event_ptr: Integers
    event_time: Floats
    event_kind: Integers
    event_index: Integers
    log_task: Integers
    log_time: Floats
    log_share: Floats


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
    n, r, links = len(program.hours), len(program.resource_component), len(program.out_task)
    events = 2 * (takes + holds)
    floats = [np.zeros(n) for _ in range(7)]
    return Work(
        status=np.zeros(n, np.int64),
        hours=floats[0],
        left=floats[1],
        since=floats[2],
        rate=floats[3],
        share=floats[4],
        gate=floats[5],
        gates_left=np.zeros(n, np.int64),
        end_gate=floats[6],
        end_gates_left=np.zeros(n, np.int64),
        frozen=np.zeros(n, np.int64),
        stopped=np.zeros(n, np.bool_),
        passed=np.zeros(links, np.bool_),
        free=np.zeros(r),
        capacity=np.zeros(r),
        take_head=np.full(r, -1, np.int64),
        take_next=np.full(max(takes, 1), -1, np.int64),
        running=np.zeros(n, np.int64),
        ready=np.zeros(n, np.int64),
        worked=np.zeros(n, np.int64),
        counts=np.zeros(4, np.int64),
        event_ptr=np.zeros(len(program.component_ptr), np.int64),
        event_time=np.zeros(events),
        event_kind=np.zeros(events, np.int64),
        event_index=np.zeros(events, np.int64),
        log_task=np.zeros(log, np.int64),
        log_time=np.zeros(log),
        log_share=np.zeros(log),
    )
