"""Check the outcome of one run against the model's rules, without running anything.

`violations` looks at what a run reported (starts, finishes, stretches of constant share) and says
in words whatever breaks a rule. It knows nothing of events or of the order in which an engine
works things out, so it can be held against any of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

TOLERANCE = 1e-6  # hours of time or work, and FTE
FS, SS, FF, SF = 0, 1, 2, 3
NAMES = ("FS", "SS", "FF", "SF")


@dataclass
class Stretch:
    """A stretch of work at one share, and the work left when it begins."""

    begin: float
    end: float
    share: float
    left: float

    @property
    def worked(self) -> float:
        """Hours of work done."""
        return self.share * (self.end - self.begin)


@dataclass
class Trail:
    """One task as the run reported it."""

    row: int
    start: float
    finish: float
    begun_before: bool
    ended_before: bool
    first_left: float
    work_begin: float
    needs: dict[int, float]
    freezes: list[tuple[float, float]]
    stretches: list[Stretch] = field(default_factory=list)
    gaps: int = 0

    @property
    def work_end(self) -> float:
        """When the last of the work is done."""
        return self.stretches[-1].end if self.stretches else self.work_begin

    def share_at(self, moment: float) -> float:
        """Give the share reported at a moment, 0 outside the stretches of work."""
        return next((s.share for s in self.stretches if s.begin < moment < s.end), 0.0)

    def frozen_at(self, moment: float) -> bool:
        """Tell whether a freeze holds at a moment."""
        return any(begin <= moment < end for begin, end in self.freezes)

    def time_with_left(self, lead: float) -> float:
        """Find the first time at which no more work than the lead is left."""
        if self.first_left > lead + 1e-9:
            for s in self.stretches:
                if s.left - s.worked <= lead + 1e-9:
                    return s.begin + max(0.0, s.left - lead) / s.share
        return self.start


def trail_of(
    plan: Any,
    row: int,
    start: Any,
    finish: Any,
    segments: Any,
    holds: Any,
    hours: Any,
    resume_hours: float,
) -> Trail:
    """Collect what was reported of one task and follow the work left along it."""
    ended_before = not math.isnan(plan.ended[row])
    begun_before = ended_before or not math.isnan(plan.began[row])
    first_left = float(plan.hours[row] if hours is None else hours[row])
    if begun_before:
        first_left *= 0.0 if ended_before else 1 - float(plan.done[row])
    needs = range(plan.need_ptr[row], plan.need_ptr[row + 1])
    planned = zip(plan.hold_task, plan.hold_from, plan.hold_until, strict=True)
    trail = Trail(
        row=row,
        start=float(start[row]),
        finish=float(finish[row]),
        begun_before=begun_before,
        ended_before=ended_before,
        first_left=first_left,
        work_begin=max(float(start[row]), float(plan.now)),
        needs={
            int(plan.need_resource[i]): float(plan.need_units[i])
            for i in needs
            if plan.need_units[i] > 0
        },
        freezes=[(float(a), float(b)) for task, a, b in [*planned, *holds] if task == row],
    )
    left = first_left
    for task, begin, end, share in sorted(segments, key=lambda segment: segment[1]):
        if task == row and share > 0:
            if begin > trail.work_end + 1e-9:
                trail.gaps += 1
                left += resume_hours
            trail.stretches.append(Stretch(float(begin), float(end), float(share), left))
            left -= trail.stretches[-1].worked
    return trail


def capacity_at(plan: Any, takes: Any, resource: int, moment: float) -> float:
    """Project capacity of a resource at a moment, in FTE."""
    steps = range(plan.capacity_ptr[resource], plan.capacity_ptr[resource + 1])
    capacity = [float(plan.capacity_value[i]) for i in steps if plan.capacity_time[i] <= moment][-1]
    capacity -= sum(fte for taken, a, b, fte in takes if taken == resource and a <= moment < b)
    return max(0.0, capacity)


def gates_of(plan: Any, found: list[Trail]) -> list[tuple[int, int, float]]:
    """(successor, link type, time at which the gate passed) of every link."""
    gates = []
    for p, s, kind, lag in zip(
        plan.link_predecessor, plan.link_successor, plan.link_type, plan.link_lag, strict=True
    ):
        if kind in (SS, SF):
            passed = found[p].start + max(float(lag), 0.0)
        elif lag >= 0:
            passed = found[p].finish + float(lag)
        else:
            passed = found[p].time_with_left(-float(lag))
        gates.append((int(s), int(kind), passed))
    return gates


def check_dates(plan: Any, trail: Trail, gates: list[tuple[int, float]]) -> Iterator[str]:
    """Start and finish against release, links, freezes and the status date."""
    name, now = f"task {trail.row}", float(plan.now)
    if trail.start > trail.finish + TOLERANCE:
        yield f"{name} finishes at {trail.finish} before it starts at {trail.start}"
    if trail.begun_before:
        began, ended = float(plan.began[trail.row]), float(plan.ended[trail.row])
        if trail.start != (ended if math.isnan(began) else began):
            yield f"{name} does not start at its actual start"
        if trail.ended_before and trail.finish != ended:
            yield f"{name} does not finish at its actual finish"
    else:
        if trail.start < max(now, float(plan.release[trail.row])) - TOLERANCE:
            yield f"{name} starts at {trail.start} before its release or the status date"
        if trail.frozen_at(trail.start + TOLERANCE) and trail.frozen_at(trail.start - TOLERANCE):
            yield f"{name} starts at {trail.start} inside a freeze"
        for kind, passed in gates:
            if kind in (FS, SS) and trail.start < passed - TOLERANCE:
                yield f"{name} starts at {trail.start} before its {NAMES[kind]} gate at {passed}"
    if not trail.ended_before:
        may_finish = max([now, trail.work_end, *(t for kind, t in gates if kind in (FF, SF))])
        if abs(trail.finish - may_finish) > TOLERANCE:
            yield f"{name} finishes at {trail.finish}, its work and gates at {may_finish}"


def check_work(trail: Trail, interruptions: Any, resume_hours: float) -> Iterator[str]:
    """Conservation: hours worked = hours left + resume hours x interruptions."""
    name = f"task {trail.row}"
    worked = sum(s.worked for s in trail.stretches)
    owed = trail.first_left + resume_hours * trail.gaps
    if abs(worked - owed) > TOLERANCE:
        yield f"{name} worked {worked} h of {owed}"
    if trail.gaps != interruptions[trail.row]:
        yield f"{name} halts {trail.gaps} times, {interruptions[trail.row]} interruptions reported"
    for s in trail.stretches:
        if s.begin < trail.work_begin - TOLERANCE or s.end > trail.finish + TOLERANCE:
            yield f"{name} works over {s.begin}-{s.end}, outside its start and finish"
        if s.share > 1:
            yield f"{name} has a share of {s.share}"
        for begin, end in trail.freezes:
            if min(s.end, end) - max(s.begin, begin) > TOLERANCE:
                yield f"{name} works over {s.begin}-{s.end} in its freeze {begin}-{end}"
    for one, other in pairwise(trail.stretches):
        if one.end > other.begin + TOLERANCE:
            yield f"{name} works twice over {other.begin}-{one.end}"


def check_first_share(
    plan: Any, takes: Any, trail: Trail, found: list[Trail], min_share: float
) -> Iterator[str]:
    """Share at the start: `min_share` or more, unless one that starts with it comes first."""
    if trail.begun_before:
        return
    name = f"task {trail.row}"
    just_after = trail.start + TOLERANCE
    for resource, units in trail.needs.items():
        capacity = capacity_at(plan, takes, resource, just_after)
        if capacity < min_share * units - TOLERANCE:
            yield f"{name} starts at {trail.start}, resource {resource} at {capacity} of {units}"
    order = list(plan.dispatch)
    ahead = order[: order.index(trail.row)]
    excused = any(
        abs(found[row].start - trail.start) < TOLERANCE and found[row].first_left > 0
        for row in ahead
    )
    if (
        trail.first_left > 1e-9
        and trail.share_at(just_after) < min_share - TOLERANCE
        and not excused
    ):
        yield f"{name} starts at {trail.start} on a share of {trail.share_at(just_after)}"


def check_moment(
    plan: Any,
    takes: Any,
    found: list[Trail],
    ready: list[float],
    min_share: float,
    moment: float,
) -> Iterator[str]:
    """Capacity, shares in dispatch order, and nobody waiting who could have started."""
    resources = range(len(plan.capacity_ptr) - 1)
    free = {k: capacity_at(plan, takes, k, moment) for k in resources}
    used = dict.fromkeys(resources, 0.0)
    for trail in found:
        for k, units in trail.needs.items():
            used[k] += trail.share_at(moment) * units
    for k in resources:
        if used[k] > free[k] + TOLERANCE:
            yield f"resource {k} gives {used[k]} FTE of {free[k]} at {moment}"

    def share_left(trail: Trail) -> float:
        if trail.frozen_at(moment):
            return 0.0
        return min([1.0, *(max(0.0, free[k]) / units for k, units in trail.needs.items())])

    in_order = [found[row] for row in plan.dispatch]
    for trail in in_order:
        if trail.start < moment < trail.work_end:
            share, reported = share_left(trail), trail.share_at(moment)
            if abs(share - reported) > TOLERANCE:
                yield f"task {trail.row} has a share of {reported}, not {share}, at {moment}"
            for k, units in trail.needs.items():
                free[k] -= reported * units
    for trail in in_order:
        if ready[trail.row] < moment < trail.start and not trail.frozen_at(moment):
            share = share_left(trail)
            if share >= min_share - 5e-10:
                yield f"task {trail.row} waits with a share of {share} free at {moment}"


def moments(
    plan: Any, takes: Any, holds: Any, found: list[Trail], others: Iterable[float]
) -> Iterator[float]:
    """One moment inside every stretch of time over which nothing changes."""
    times = {float(plan.now), *map(float, plan.capacity_time), *others}
    times |= {*map(float, plan.hold_from), *map(float, plan.hold_until)}
    times |= {float(t) for take in takes for t in take[1:3]}
    times |= {float(t) for hold in holds for t in hold[1:3]}
    for trail in found:
        times |= {trail.start, trail.finish}
        times |= {t for s in trail.stretches for t in (s.begin, s.end)}
    last = max((trail.finish for trail in found), default=0.0)
    for begin, end in pairwise(sorted(t for t in times if plan.now <= t <= last)):
        if end - begin > TOLERANCE:
            yield (begin + end) / 2


def violations(
    plan: Any,
    result: Any,
    takes: Any = (),
    holds: Any = (),
    *,
    hours: Any = None,
    min_share: float = 0.5,
    resume_hours: float = 0.0,
) -> list[str]:
    """Tell every rule that a run's outcome breaks.

    Parameters
    ----------
    plan
        Anything with the array fields of the package's `Plan`; times in working hours.
    result
        Anything with `start`, `finish`, `interruptions` (one entry per task) and `segments`
        (task, from, until, share); stretches with a share of 0 may be left out.
    takes, holds, hours, min_share, resume_hours
        As given to the run.

    Returns
    -------
    list of str
        One sentence per breach; empty when there is none.
    """
    found = [
        trail_of(
            plan, row, result.start, result.finish, result.segments, holds, hours, resume_hours
        )
        for row in range(len(plan.hours))
    ]
    gates = gates_of(plan, found)
    ready = [
        max(
            [
                float(plan.release[row]),
                *(t for s, kind, t in gates if s == row and kind in (FS, SS)),
            ]
        )
        for row in range(len(found))
    ]
    missing = [t.row for t in found if not (math.isfinite(t.start) and math.isfinite(t.finish))]
    if missing:
        return [f"task {row} has no start or finish" for row in missing]
    told: list[str] = []
    for trail in found:
        told += check_dates(plan, trail, [(kind, t) for s, kind, t in gates if s == trail.row])
        told += check_work(trail, result.interruptions, resume_hours)
        told += check_first_share(plan, takes, trail, found, min_share)
    for moment in moments(plan, takes, holds, found, ready):
        told += check_moment(plan, takes, found, ready, min_share, moment)
    return told
