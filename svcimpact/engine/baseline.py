"""A run without incidents, recorded so that others can begin in the middle of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from svcimpact.engine.compiled import inner, signed
from svcimpact.engine.gates import OPEN
from svcimpact.engine.handed import Handed
from svcimpact.engine.kernel import run_component
from svcimpact.engine.plan import Floats, Integers
from svcimpact.engine.program import Program
from svcimpact.engine.scheme import may_be_plain, run_plainly
from svcimpact.engine.state import ENTRY, Disruption, Records, Work, records

# Changes of state that a task has on average, more than enough; a run with more of them cannot
# be begun in the middle.
CHANGES = 10


@dataclass(frozen=True, eq=False)
class Baseline(Handed):
    """The recorded run; tasks are numbered as in `Program`, times are working hours.

    Attributes
    ----------
    start, finish : ndarray of float, shape (n,)
        When each task starts and finishes.
    stops : ndarray of int, shape (n,)
        How often it is interrupted.
    opens : ndarray of float, shape (n,)
        When its start gates have passed.
    ptr, entries : ndarray
        Task `i` changed its state as ``entries[ptr[i]:ptr[i + 1]]`` tell, in order of time.
    moment_ptr, moments : ndarray
        When anything happened in each component.
    ragged : ndarray of uint8, shape (n,)
        Tasks whose events rounding put off another's at the same moment.
    replays : ndarray of uint8, shape (components,)
        Whether a run of the component can begin in the middle of this one.
    made : ndarray of uint8, shape (1,)
        Whether the run was made.
    """

    start: Floats
    finish: Floats
    stops: Integers
    opens: Floats
    ptr: Integers
    entries: Annotated[Records, ENTRY]
    moment_ptr: Integers
    moments: Floats
    ragged: NDArray[np.uint8]
    replays: NDArray[np.uint8]
    made: NDArray[np.uint8]


def make_baseline(program: Program, entries: int) -> Baseline:
    """Return room for a recorded run.

    Parameters
    ----------
    program : Program
        What will be run.
    entries : int
        The most changes of state that are recorded.

    Returns
    -------
    Baseline
        Not made; `run_baseline` does.
    """
    n, parts = len(program.task), len(program.component_ptr) - 1
    return Baseline(
        start=np.zeros(n),
        finish=np.zeros(n),
        stops=np.zeros(n, np.int64),
        opens=np.zeros(n),
        ptr=np.zeros(n + 1, np.int64),
        entries=records(entries, ENTRY),
        moment_ptr=np.zeros(parts + 1, np.int64),
        moments=np.zeros(entries),
        ragged=np.zeros(n, np.uint8),
        replays=np.zeros(parts, np.uint8),
        made=np.zeros(1, np.uint8),
    )


@inner
def run_baseline(
    p: Program,
    nothing: Disruption,
    w: Work,
    rules: tuple[float, float],
    b: Baseline,
    recording: int,
) -> int:
    """Run all components without incidents, recorded or not, and let all tasks sleep.

    Return -1, or a task that can never go on.
    """
    count = w.count[0]
    count.entries = count.moments = 0
    count.recording = recording
    for i in range(len(w.ragged)):
        w.ragged[i] = 0
    for c in range(len(p.component_ptr) - 1):
        count.spoilt = 0
        plain = may_be_plain(p, w, c) and run_plainly(p, w, c, rules[0], b.start, b.finish, b.stops)
        if not plain:
            stuck = run_component(
                p, nothing, w, c, (0, 0), rules, np.inf, b.start, b.finish, b.stops
            )
            if stuck >= 0:
                return stuck
            lay_down(p, w, c)
        b.moment_ptr[c + 1] = count.moments
        b.replays[c] = recording * (1 - count.spoilt)
        if recording == 0:
            continue
        for i in range(p.component_ptr[c], p.component_ptr[c + 1]):
            if p.leads[i] == 1:
                # Its successors hang on the work it has left: not worth the trouble.
                b.replays[c] = 0
    count.recording = 0
    b.made[0] = 1
    if recording == 1:
        fold(p, w, b)
    return -1


@inner
def lay_down(p: Program, w: Work, c: int) -> None:
    """Let all of component `c` sleep, as it does when nothing is simulated."""
    for i in range(p.component_ptr[c], p.component_ptr[c + 1]):
        w.tasks[i].awake = 0
    for m in range(p.member_ptr[c], p.member_ptr[c + 1]):
        w.people[p.member[m]].inside = 0


@inner
def fold(p: Program, w: Work, b: Baseline) -> None:
    """Sort what was recorded by task."""
    count = w.count[0]
    for x in range(count.moments):
        b.moments[x] = w.moments[x]
    b.ptr[0] = 0
    for i in range(len(p.task)):
        b.ragged[i] = w.ragged[i]
        b.ptr[i + 1] = 0
    for x in range(count.entries):
        b.ptr[signed(w.entries[x].task) + 1] += 1
    for i in range(len(p.task)):
        b.ptr[i + 1] += b.ptr[i]
        b.opens[i] = np.inf
    for x in range(count.entries):
        entry = w.entries[x]
        i = entry.task
        kept = b.entries[b.ptr[i]]
        b.ptr[i] += 1
        kept.time, kept.left, kept.since, kept.rate = (
            entry.time,
            entry.left,
            entry.since,
            entry.rate,
        )
        kept.status, kept.stopped = entry.status, entry.stopped
        kept.frozen, kept.stops = entry.frozen, entry.stops
        if entry.status >= OPEN and b.opens[i] == np.inf:
            b.opens[i] = entry.time
    for i in range(len(p.task), 0, -1):
        b.ptr[i] = b.ptr[i - 1]
    b.ptr[0] = 0
