"""The engine against a SimPy model that was written from the rules of a run alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from plan_arrays import plan_arrays
from random_plans import Draw, Holds, Takes, random_case, random_links
from simpy_model import Model, Times
from solved_cases import CASES, Case

from svcimpact.engine.plan import Plan
from svcimpact.engine.runs import run_once


def as_plan(fields: dict[str, Any]) -> Plan:
    tasks = len(fields["hours"])
    return Plan(planned=np.full(tasks, np.nan), project=np.arange(tasks), **fields)


def by_simpy(
    plan: Plan, takes: Takes, holds: Holds, *, hours: Sequence[float] | None = None, **rules: float
) -> Times:
    """Run a plan once, with the arguments of the engine's `run_once`."""
    return Model(plan, **rules).run(takes, holds, hours)


def assert_agree(
    plan: Plan, takes: Takes, holds: Holds, options: dict[str, Any], where: str
) -> Times:
    """Hold the engine against SimPy; return what SimPy found."""
    peer = by_simpy(plan, takes, holds, **options)
    ours = run_once(plan, takes, holds, **options)
    np.testing.assert_allclose(ours.start, peer.start, rtol=0, atol=1e-6, err_msg=where)
    np.testing.assert_allclose(ours.finish, peer.finish, rtol=0, atol=1e-6, err_msg=where)
    assert ours.interruptions.tolist() == peer.interruptions, where
    return peer


def crowded(seed: int) -> tuple[Plan, Takes, Holds, dict[str, Any]]:
    """Draw 4-10 projects of 30 tasks that share 4-8 people, and incidents from first to last."""
    draw = Draw(seed)
    projects, people = draw.count(4, 10), draw.count(4, 8)
    tasks, most = 30 * projects, 40 * projects
    links = [
        (30 * project + one, 30 * project + other, kind, lag)
        for project in range(projects)
        for one, other, kind, lag in random_links(draw, 30)
    ]
    needs = [
        {int(k): float(draw.one_of((0.2, 0.25, 0.5, 1.0))) for k in chosen}
        for chosen in (
            draw.random.permutation(people)[: draw.one_of((1, 1, 2))] for _ in range(tasks)
        )
    ]
    fields = plan_arrays(
        [draw.hours(1, 12) for _ in range(tasks)],
        needs=needs,
        links=links,
        capacity=[float(draw.one_of((1.0, 1.5, 2.0))) for _ in range(people)],
        release=[draw.hours(0, most / 4) if draw.chance(0.5) else 0.0 for _ in range(tasks)],
        dispatch=draw.random.permutation(tasks).tolist(),
    )
    takes, holds = [], []
    for _ in range(draw.count(20, 60)):
        begin, end = draw.stretch(0, most, 40)
        takes += [
            (int(k), begin, end, float(draw.one_of((0.3, 0.5, 1.0, 2.0))))
            for k in draw.random.permutation(people)[: draw.count(1, 4)]
        ]
        holds += [(int(i), begin, end) for i in draw.random.permutation(tasks)[: tasks // 8]]
    rules = {"min_share": float(draw.one_of((0.3, 0.5, 1.0))), "resume_hours": 0.5}
    return as_plan(fields), takes, holds, rules


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_simpy_against_paper(case: Case) -> None:
    """The SimPy model gives the answers worked out by hand."""
    result = by_simpy(as_plan(case.plan), [*case.takes], [*case.holds], **case.options)
    assert result.start == pytest.approx(list(case.start), abs=1e-9)
    assert result.finish == pytest.approx(list(case.finish), abs=1e-9)
    assert result.interruptions == list(case.interruptions or [0] * len(case.start))


def test_simpy_tells_what_can_never_start() -> None:
    """When no event is left the SimPy model names the rows that are not finished."""
    fields = plan_arrays([1, 2, 3], needs=[{}, {0: 1}, {}], capacity=[0.4], links=[(1, 2, "FS", 0)])
    with pytest.raises(RuntimeError, match="unfinished tasks: 1, 2"):
        by_simpy(as_plan(fields), [], [])


@pytest.mark.parametrize(("first", "cases", "most_tasks"), [(0, 2000, 25), (10_000, 200, 150)])
def test_engine_against_simpy(first: int, cases: int, most_tasks: int) -> None:
    """Times within 1e-6 h and equal interruptions on 2,200 plans with every rule in play."""
    interruptions = 0
    for seed in range(first, first + cases):
        fields, takes, holds, options = random_case(seed, most_tasks=most_tasks)
        peer = assert_agree(as_plan(fields), takes, holds, options, f"seed {seed}")
        interruptions += sum(peer.interruptions)
    assert interruptions > cases


def test_engine_against_simpy_in_a_crowd() -> None:
    """The same where 120 to 300 tasks queue for a few people and incidents never cease."""
    interruptions = []
    for seed in range(100):
        plan, takes, holds, rules = crowded(seed)
        peer = assert_agree(plan, takes, holds, rules, f"seed {seed}")
        interruptions.append(sum(peer.interruptions))
    assert np.mean(interruptions) > 50
