"""Rule 3 of a run: what runs gets its share of every resource, in dispatch order."""

from __future__ import annotations

from svcimpact.engine.compiled import inlined, inner, signed
from svcimpact.engine.gates import DIRTY, EPS, soil, touch
from svcimpact.engine.state import Work


@inlined
def free_before(w: Work, k: int, e: int) -> float:
    """Return what is free of resource `k` for entry `e`, after all that come before it."""
    person = w.people[k]
    free: float = person.capacity
    for x in range(signed(person.room), signed(person.room) + signed(person.runs)):
        other = w.runner[x]
        if other >= e:
            break
        free -= w.tasks[w.needs[other].task].share * w.needs[other].units
    return free


@inlined
def rounded(share: float) -> float:
    """Return a share without rounding dust at 0 and 1."""
    if share >= 1.0 - EPS:
        return 1.0
    return share if share > EPS else 0.0


@inlined
def all_served(w: Work, k: int) -> bool:
    """Tell whether all that run on `k` have all that they need, and tally what is left of it."""
    person = w.people[k]
    free = person.capacity
    for x in range(signed(person.room), signed(person.room) + signed(person.runs)):
        need = w.needs[w.runner[x]]
        task = w.tasks[need.task]
        if task.share != 1.0 or task.frozen > 0 or free < need.units:
            return False
        free -= need.units
    person.free = free
    return True


@inlined
def share_out(w: Work) -> None:
    """Rule 3 on the dirty resources, and on those that a changed share makes dirty."""
    count = w.count[0]
    served = True
    for x in range(signed(count.dirty)):
        if not all_served(w, w.dirties[x]):
            served = False
            break
    if not served:
        deal(w)


@inner
def deal(w: Work) -> None:
    """Deal the dirty resources out, task by task in dispatch order."""
    count = w.count[0]
    for x in range(signed(count.dirty)):
        person = w.people[w.dirties[x]]
        person.free = person.capacity
        person.at_runs = 0
        person.dirty = DIRTY
    while True:
        found = False
        first = w.due[0]
        for x in range(signed(count.dirty)):
            person = w.people[w.dirties[x]]
            if person.at_runs < person.runs:
                e = w.runner[person.room + person.at_runs]
                if not found or e < first:
                    found = True
                    first = e
        if not found:
            return
        i = w.needs[first].task
        task = w.tasks[i]
        share = 0.0
        if task.frozen == 0:
            share = 1.0
            for e in range(signed(task.needs), signed(task.needs_end)):
                need = w.needs[e]
                person = w.people[need.resource]
                free = person.free if person.dirty > 0 else free_before(w, need.resource, e)
                share = min(share, max(free, 0.0) / need.units)
            share = rounded(share)
        if share != task.share:
            for e in range(signed(task.needs), signed(task.needs_end)):
                k = w.needs[e].resource
                person = w.people[k]
                if person.dirty == 0:
                    person.free = free_before(w, k, e)
                    person.at_runs = 0
                    while w.runner[person.room + person.at_runs] != e:
                        person.at_runs += 1
                    soil(w, k)
            task.share = share
            touch(w, i)
        for e in range(signed(task.needs), signed(task.needs_end)):
            need = w.needs[e]
            person = w.people[need.resource]
            if person.dirty > 0:
                person.free -= share * need.units
                person.at_runs += 1
