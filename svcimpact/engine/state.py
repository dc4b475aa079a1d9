"""The state of a run, and what disrupts it: arrays that the kernel works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from svcimpact.engine.handed import Handed
from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import Program

# Records, by attribute: their types are known to the compiler only.
Records: TypeAlias = Any
Indices: TypeAlias = NDArray[np.uint32]

# Numbers that serve as indices are unsigned: of a signed one the compiler has to ask, every
# time, whether it counts from the end. What is read together lies together, in one or two
# lines of the processor's cache.
TASK = np.dtype(
    [
        *((name, "f8") for name in ("left", "since", "rate", "share")),
        *((name, "f8") for name in ("gate", "end_gate", "key", "hours")),
        # Where its needs and links stand, and how many links hold it.
        *((name, "u4") for name in ("needs", "needs_end", "links", "links_end")),
        *((name, "u4") for name in ("start_gates", "finish_gates", "gates", "end_gates")),
        # `place` is 1 for the first place in the heap, 0 for none.
        *((name, "u4") for name in ("frozen", "place", "touched")),
        *((name, "u1") for name in ("status", "stopped", "queued", "leads")),
        # What a replay knows of it: it is simulated, or wanted to be, or was; its successors
        # are, or have to be; an incident of this run holds it.
        *((name, "u1") for name in ("awake", "wanted", "ever", "suspect", "spread", "held")),
        # Whether anybody waits for its start; room to fill the line.
        *((name, "u1") for name in ("tells", "spare")),
        ("spare_four", "u4"),
        ("spare_more", "u4"),
    ]
)
NEED = np.dtype([("units", "f8"), ("resource", "u4"), ("task", "u4")])
LINK = np.dtype([("lag", "f8"), ("successor", "u4"), ("kind", "u2"), ("passed", "u2")])
PERSON = np.dtype(
    [
        *((name, "f8") for name in ("capacity", "free", "least", "enough")),
        # Where its rows in `Work.runner` and `Work.waiter` begin, and how many are in use.
        *((name, "u4") for name in ("room", "runs", "waits", "dirty", "at_runs", "at_waits")),
        # Whether a replay simulates it.
        *((name, "u4") for name in ("inside", "spare")),
    ]
)
COUNT = np.dtype(
    [(name, "u4") for name in ("due", "dirty", "fresh", "tries", "touched", "opening", "closing")]
    + [
        (name, "u4")
        for name in ("stamp", "alarms", "todo", "woken", "joined", "ever", "taken", "hit")
    ]
    + [(name, "u4") for name in ("ragged", "spoilt", "manned", "recording", "laid")]
    + [(name, "i8") for name in ("left_to_do", "log", "entries", "moments")]
)
ENTRY = np.dtype(
    [
        *((name, "f8") for name in ("time", "left", "since", "rate")),
        *((name, "u4") for name in ("task", "status", "stopped", "frozen", "stops", "spare")),
    ]
)
# The plain scheme has less to know, and it is short enough to stay in the cache.
LEAN = np.dtype(
    [("gate", "f8")]
    + [(name, "u4") for name in ("needs", "needs_end", "links", "links_end")]
    + [(name, "u4") for name in ("start_gates", "gates")]
)
ASK = np.dtype([("resource", "u4"), ("quanta", "i4")])
CREW = np.dtype([("capacity", "i4"), ("free", "i4"), ("freed", "u4"), ("spare", "u4")])
WAITER = np.dtype([("task", "u4"), ("person", "u4")])
DUE = np.dtype([("time", "f8"), ("task", "u4"), ("runs", "u4")])
EVENT = np.dtype([("time", "f8"), *((name, "i8") for name in ("part", "kind", "index"))])
ALARM = np.dtype([("time", "f8"), ("task", "u4"), ("spare", "u4")])


@dataclass(frozen=True, eq=False)
class Disruption(Handed):
    """What incidents take away in one run; times in working hours.

    Attributes
    ----------
    take_resource, take_from, take_until, take_fte : ndarray
        FTE taken from a resource's project capacity over ``[from, until)``.
    hold_task, hold_from, hold_until : ndarray
        Tasks (numbered as in `Program`) held over ``[from, until)``.
    filled : ndarray of int, shape (2,)
        How many of these takes, and of these holds, there are; at first all.
    """

    take_resource: Integers
    take_from: Floats
    take_until: Floats
    take_fte: Floats
    hold_task: Integers
    hold_from: Floats
    hold_until: Floats
    filled: Integers = field(init=False)

    def __post_init__(self) -> None:
        """Count what there is."""
        filled = np.array([len(self.take_resource), len(self.hold_task)], np.int64)
        object.__setattr__(self, "filled", filled)
        super().__post_init__()


@dataclass(frozen=True, eq=False)
class Work(Handed):
    """The state of a run; one is made for many runs.

    Attributes
    ----------
    tasks, needs, links, people : records, shape (n,), (needs,), (links,) and (r,)
        Tasks, what they need of resources, links by predecessor, and resources.
    runner, waiter : ndarray of uint, shape (needs,)
        Who runs on each resource and who waits for it: needs, sorted, from its `room` on.
    count : records, shape (1,)
        How long the lists below are, and other counters.
    due : ndarray of uint, shape (n,)
        The heap of tasks that have a next event.
    dirties, offers : ndarray of uint, shape (r,)
        Resources to share out anew, and those with something left for who waits.
    fresh, tries, touches, opening, closing : ndarray of uint, shape (n,)
        Tasks to try, tasks to try in this pass, tasks whose state may have changed, tasks
        whose start gates are known, tasks whose work is done.
    start, finish, stops : ndarray, shape (n,)
        Room for what a run comes to: it is made anew for none.
    seen : ndarray of int, shape (projects,)
        The last run in which each project was reckoned anew.
    latest : ndarray of float, shape (n,)
        When each task finishes in the run that is made, once ``count.laid`` tells that it holds
        the finishes of the run without incidents.
    alarms, todo, woken, joined, ever, extra
        What a replay has to look at and when, tasks to wake, tasks awake, resources simulated,
        tasks that ever were awake, and how much more often than in the baseline each of them
        was interrupted.
    take_head, take_next, taken : ndarray of int
        The takes of each resource, as linked lists, and the resources that have any.
    hit, hit_ptr : ndarray of int
        The components that the disruption touches; `j`-th has the events
        ``hit_ptr[j]:hit_ptr[j + 1]``.
    events, merged : records
        The disruption's events by component and time, and room to sort them.
    trace : ndarray of float, shape (m, 3)
        Task, time and share of every change of share, where a trace is wanted.
    entries, moments, ragged
        Every change of a task's state in the order of time, when anything happened, and which
        tasks had an event that rounding put off another's: where a recording is wanted.
    lean, asks, crew : records, shape (n,), (needs,) and (r + 1,)
        Tasks, needs and resources for the plain scheme, people in thousandths of an FTE; the
        last of `crew` is nobody.
    queue, agenda : records, shape (n,)
        Who waits in dispatch order, each with whom for; what is due, the latest first.
    pauses : ndarray of int, shape (components,)
        For how many runs the plain scheme is not tried.
    """

    tasks: Annotated[Records, TASK]
    needs: Annotated[Records, NEED]
    links: Annotated[Records, LINK]
    people: Annotated[Records, PERSON]
    runner: Indices
    waiter: Indices
    count: Annotated[Records, COUNT]
    due: Indices
    dirties: Indices
    offers: Indices
    fresh: Indices
    tries: Indices
    touches: Indices
    opening: Indices
    closing: Indices
    start: Floats
    finish: Floats
    stops: Integers
    latest: Floats
    seen: Integers
    alarms: Annotated[Records, ALARM]
    todo: Indices
    woken: Indices
    joined: Indices
    ever: Indices
    extra: Integers
    take_head: Integers
    take_next: Integers
    taken: Integers
    hit: Integers
    hit_ptr: Integers
    events: Annotated[Records, EVENT]
    merged: Annotated[Records, EVENT]
    trace: Annotated[Floats, 2]
    entries: Annotated[Records, ENTRY]
    moments: Floats
    ragged: NDArray[np.uint8]
    lean: Annotated[Records, LEAN]
    asks: Annotated[Records, ASK]
    crew: Annotated[Records, CREW]
    queue: Annotated[Records, WAITER]
    agenda: Annotated[Records, DUE]
    pauses: Integers


def make_work(program: Program, takes: int, holds: int, log: int = 0, entries: int = 0) -> Work:
    """Return room for runs of `program`.

    Parameters
    ----------
    program : Program
        What will be run.
    takes, holds : int
        The most entries of each kind that a disruption will have.
    log : int
        How many changes of a task's share to keep; 0 keeps none.
    entries : int
        How many changes of a task's state to record; 0 records nothing.

    Returns
    -------
    Work
        The arrays that a run needs, to be used again by the next one.
    """
    n, r = len(program.hours), len(program.resource_component)
    events = 2 * (takes + holds)

    tasks = records(n, TASK)
    tasks.needs, tasks.needs_end = program.need_ptr[:-1], program.need_ptr[1:]
    tasks.links, tasks.links_end = program.out_ptr[:-1], program.out_ptr[1:]
    tasks.start_gates, tasks.finish_gates = program.start_gates, program.finish_gates
    tasks.leads = program.leads
    tasks.hours = program.hours
    tasks.tells[program.link_task[(program.out_type == 1) | (program.out_type == 3)]] = 1
    needs = records(len(program.need_resource), NEED)
    needs.units, needs.resource = program.need_units, program.need_resource
    needs.task = program.need_task
    links = records(len(program.out_task), LINK)
    links.lag, links.successor, links.kind = program.out_lag, program.out_task, program.out_type
    people = records(r, PERSON)
    people.least, people.room = program.least_units, program.staff_ptr[:-1]

    lean = records(n, LEAN)
    for name in ("needs", "needs_end", "links", "links_end", "start_gates"):
        lean[name] = tasks[name]
    asks = records(len(needs), ASK)
    asks.resource, asks.quanta = program.need_resource, program.need_quanta
    crew = records(r + 1, CREW)
    crew.capacity[:r] = program.capacity_quanta

    def indices(size: int) -> Indices:
        return np.zeros(size, np.uint32)

    return Work(
        tasks=tasks,
        needs=needs,
        links=links,
        people=people,
        runner=indices(len(needs)),
        waiter=indices(len(needs)),
        count=records(1, COUNT),
        due=indices(n),
        dirties=indices(r),
        offers=indices(r),
        fresh=indices(n),
        tries=indices(n),
        touches=indices(n),
        opening=indices(n),
        closing=indices(n),
        start=np.zeros(n),
        finish=np.zeros(n),
        stops=np.zeros(n, np.int64),
        latest=np.zeros(n),
        seen=np.zeros(len(program.project_ptr), np.int64),
        alarms=records(n + len(needs) + holds, ALARM),
        todo=indices(n),
        woken=indices(n),
        joined=indices(r),
        ever=indices(n),
        extra=np.zeros(n, np.int64),
        take_head=np.full(r, -1, np.int64),
        take_next=np.full(max(takes, 1), -1, np.int64),
        taken=np.zeros(takes, np.int64),
        hit=np.zeros(events, np.int64),
        hit_ptr=np.zeros(events + 1, np.int64),
        events=records(events, EVENT),
        merged=records(events, EVENT),
        trace=np.zeros((log, 3)),
        entries=records(entries, ENTRY),
        moments=np.zeros(entries),
        ragged=np.zeros(n if entries else 0, np.uint8),
        lean=lean,
        asks=asks,
        crew=crew,
        queue=records(n, WAITER),
        agenda=records(n, DUE),
        pauses=np.zeros(len(program.component_ptr) - 1, np.int64),
    )


def records(size: int, kind: DTypeLike) -> Records:
    """Return records of zeros whose fields are attributes, in Python as in compiled code.

    Parameters
    ----------
    size : int
        How many.
    kind : dtype
        Their fields.

    Returns
    -------
    recarray
        Shape ``(size,)``.
    """
    return np.zeros(size, kind).view(np.recarray)
