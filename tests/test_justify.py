"""Double justification: a gain found by hand, and right shifts that keep to their projects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from feasible import violations
from plan_arrays import plan_arrays
from test_critical import plan_of
from test_dispatch import drawn

from svcimpact.engine.critical import latest
from svcimpact.engine.dispatch import RULES, dispatch_order
from svcimpact.engine.justify import justified_order
from svcimpact.engine.plan import Plan
from svcimpact.engine.runs import run_once


def greedy(project: list[int]) -> Plan:
    """Return x and y1 of Ana, and y2 of Ben after y1; x comes first, 8 h each."""
    fields = plan_arrays(
        [8.0, 8.0, 8.0],
        needs=[{0: 1.0}, {0: 1.0}, {1: 1.0}],
        capacity=[1, 1],
        links=[(1, 2, "FS", 0.0)],
    )
    return plan_of(fields, project)


def test_a_gain_by_hand() -> None:
    """24 h become 16: shifted right x is last at Ana, so that y1 goes first and Ben need not wait.

    Right of it: y2 16-24, y1 8-16, x 16-24.
    """
    plan = greedy([0, 0, 0])
    first = run_once(plan)
    assert first.finish.tolist() == [8.0, 16.0, 24.0]
    order = justified_order(plan, first)
    assert order.tolist() == [1, 0, 2]
    assert run_once(replace(plan, dispatch=order)).finish.tolist() == [16.0, 8.0, 16.0]


def test_no_task_is_shifted_past_its_own_project() -> None:
    """With x a project of its own, done after 8 h, it stays first."""
    plan = greedy([0, 1, 1])
    assert justified_order(plan, run_once(plan)).tolist() == [0, 1, 2]


def test_absences_are_seen_from_behind() -> None:
    """Ana is away from 8 to 16: what is shifted right goes around it, and starts in order.

    Forward x 0-4, y 4-8, z 16-20. From behind z 16-20, y 4-8 since Ana is away, x 0-4.
    """
    fields = plan_arrays(
        [4.0, 4.0, 4.0],
        needs=[{0: 1.0}] * 3,
        capacity=[[(-np.inf, 1.0), (8.0, 0.0), (16.0, 1.0)]],
    )
    plan = plan_of(fields)
    run = run_once(plan)
    assert run.start.tolist() == [0.0, 4.0, 16.0]
    assert justified_order(plan, run).tolist() == [0, 1, 2]
    again = run_once(replace(plan, dispatch=justified_order(plan, run)))
    assert again.start.tolist() == [0.0, 4.0, 16.0]


def test_freezes_are_seen_from_behind() -> None:
    """Task y is frozen from 8 to 12, where w ends: seen from behind Ana does x then, y before.

    Forward x 0-4, y 4-8, w 0-12; from behind w 0-12, x 8-12, y 4-8.
    """
    fields = plan_arrays(
        [4.0, 4.0, 12.0],
        needs=[{0: 1.0}, {0: 1.0}, {1: 1.0}],
        capacity=[1, 1],
        holds=[(1, 8.0, 12.0)],
    )
    plan = plan_of(fields)
    assert justified_order(plan, run_once(plan)).tolist() == [2, 1, 0]


@pytest.mark.parametrize("seed", range(60))
def test_every_pass_is_feasible(seed: int) -> None:
    """With releases, freezes, absences and a status date the improved run breaks no rule."""
    stakes, share = drawn(seed)
    for rule in RULES:
        plan = replace(stakes.plan, dispatch=dispatch_order(stakes, rule))
        order = justified_order(plan, run_once(plan, min_share=share), min_share=share)
        assert sorted(order.tolist()) == list(range(len(order)))
        other = replace(plan, dispatch=order)
        run = run_once(other, min_share=share, trace=True)
        assert violations(other, run, min_share=share) == []


def test_one_pass_gains_on_average() -> None:
    """Over random plans a pass moves project finishes forward more often than back."""
    gains = []
    for seed in range(200):
        stakes, share = drawn(seed)
        first = run_once(stakes.plan, min_share=share)
        order = justified_order(stakes.plan, first, min_share=share)
        second = run_once(replace(stakes.plan, dispatch=order), min_share=share)
        ends = [latest(run.finish, stakes.plan.project, 3) for run in (first, second)]
        gains.append(np.nansum(ends[0] - ends[1]))
    assert np.mean(gains) > 0
    assert sum(gain > 1e-6 for gain in gains) > sum(gain < -1e-6 for gain in gains)


def test_nothing_to_shift() -> None:
    """A plan without tasks stays one."""
    plan = plan_of(plan_arrays([]))
    assert justified_order(plan, run_once(plan)).tolist() == []
