"""Runs that change their plan on the way, against the plain twin and against runs that do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from naive import Turn as PlainTurn
from naive import run
from random_plans import Draw, Holds, Takes, random_case
from test_kernel import as_plan, assert_agrees

from svcimpact.engine.midway import Turn, run_first_half, run_second_half
from svcimpact.engine.plan import Plan
from svcimpact.engine.runs import Run, run_once
from svcimpact.engine.state import Disruption

SEEDS = range(600)


def disruption(takes: Takes, holds: Holds) -> Disruption:
    """Lay takes and holds out as arrays, tasks by row."""
    taken = np.array(takes, float).reshape(-1, 4)
    held = np.array(holds, float).reshape(-1, 3)
    return Disruption(
        taken[:, 0].astype(np.int64),
        *(taken[:, column].copy() for column in (1, 2, 3)),
        held[:, 0].astype(np.int64),
        *(held[:, column].copy() for column in (1, 2)),
    )


def run_in_two(
    plan: Plan,
    then: Plan,
    turn: Turn,
    befalls: tuple[Disruption, Disruption],
    *,
    min_share: float,
    resume_hours: float,
) -> Run:
    """Make both halves of a run."""
    rules = {"min_share": min_share, "resume_hours": resume_hours}
    first = run_first_half(plan, then.now, befalls[0], **rules)
    return run_second_half(then, turn, first, befalls[1], **rules)


def other_plan(draw: Draw, plan: Plan, when: float) -> Plan:
    """Draw another plan for the same tasks: other people, order, releases, holds, more of all."""
    n, r = len(plan.hours), len(plan.capacity_ptr) - 1
    resource = plan.need_resource.copy()
    for e in range(len(resource)):
        task = int(np.searchsorted(plan.need_ptr, e, side="right")) - 1
        mine = resource[plan.need_ptr[task] : plan.need_ptr[task + 1]]
        other = draw.count(0, r - 1)
        if draw.chance(0.3) and other not in mine:
            resource[e] = other
    value = plan.capacity_value.copy()
    value[plan.capacity_ptr[1:] - 1] += 3.0
    release = np.where(draw.random.random(n) < 0.2, when + draw.hours(0, 5), plan.release)
    held = [(draw.count(0, n - 1), *draw.stretch(when - 2, when + 10, 8)) for _ in range(2)]
    return replace(
        plan,
        need_resource=resource,
        capacity_value=value,
        release=release,
        dispatch=draw.random.permutation(n).astype(np.int64),
        hold_task=np.append(plan.hold_task, [h[0] for h in held]).astype(np.int64),
        hold_from=np.append(plan.hold_from, [h[1] for h in held]),
        hold_until=np.append(plan.hold_until, [h[2] for h in held]),
        now=when,
    )


def test_a_change_of_plan_against_naive() -> None:
    """Start, finish, interruptions and stretches are the plain twin's, whatever changes when."""
    turned = 0
    for seed in SEEDS:
        fields, takes, holds, options = random_case(seed, most_tasks=14)
        hours = options.pop("hours")
        plan = as_plan(fields)
        plan = plan if hours is None else replace(plan, hours=hours)
        draw = Draw(10_000 + seed)
        when = plan.now + draw.hours(0, 20)
        then = other_plan(draw, plan, when)
        later = [take for take in takes if draw.chance(0.7)]
        held = [hold for hold in holds if draw.chance(0.7)]
        n = len(plan.hours)
        factor = draw.random.choice([1.0, 1.0, 2.0, 0.5], n)
        extra = draw.random.choice([0.0, 0.0, 1.0], n)
        told = PlainTurn(when, then, later, held, list(factor), list(extra))
        befalls = (disruption(takes, holds), disruption(later, held))
        found = run_in_two(plan, then, Turn(factor, extra), befalls, **options)
        twin = run(plan, takes, holds, turn=told, **options)
        assert_agrees(found, twin, f"seed {seed}")
        turned += max(twin.finish) > when
    assert turned > len(SEEDS) / 2


def test_no_change_is_the_run_itself() -> None:
    """A plan that goes on as it was gives what it gives in one piece, to a millionth of an hour."""
    for seed in SEEDS:
        fields, takes, holds, options = random_case(seed, most_tasks=14)
        hours = options.pop("hours")
        plan = as_plan(fields)
        plan = plan if hours is None else replace(plan, hours=hours)
        when = plan.now + Draw(20_000 + seed).hours(0, 20)
        n, both = len(plan.hours), disruption(takes, holds)
        turn = Turn(np.ones(n), np.zeros(n))
        found = run_in_two(plan, replace(plan, now=when), turn, (both, both), **options)
        assert_agrees(found, run_once(plan, takes, holds, trace=True, **options), f"seed {seed}")
