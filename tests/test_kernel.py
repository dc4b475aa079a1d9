"""The kernel against its plain twin, paper and what the rules of a run promise."""

import os
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from feasible import violations
from naive import run
from plan_arrays import plan_arrays
from random_plans import random_case, relabelled, side_by_side
from solved_cases import CASES, Case

from svcimpact.engine.plan import Plan
from svcimpact.engine.runs import Run, StuckError, run_once

SEEDS = range(1000)
LARGE = range(40)


def as_plan(fields) -> Plan:
    tasks = len(fields["hours"])
    return Plan(planned=np.full(tasks, np.nan), project=np.arange(tasks), **fields)


def by_task(segments) -> dict[int, list[tuple[float, float, float]]]:
    """Sort stretches of work by task and time; held stretches are what lies between."""
    found: dict[int, list[tuple[float, float, float]]] = {}
    for task, begin, end, share in sorted(segments):
        if share > 0:
            found.setdefault(int(task), []).append((begin, end, share))
    return found


def assert_agrees(kernel: Run, twin, where: str) -> None:
    """Hold a kernel's run against the twin's, to a millionth of an hour."""
    assert list(kernel.start) == pytest.approx(twin.start, abs=1e-6, rel=0), where
    assert list(kernel.finish) == pytest.approx(twin.finish, abs=1e-6, rel=0), where
    assert list(kernel.interruptions) == list(twin.interruptions), where
    stretches, expected = by_task(kernel.segments), by_task(twin.segments)
    assert stretches.keys() == expected.keys(), where
    for task, worked in expected.items():
        assert np.array(stretches[task]) == pytest.approx(np.array(worked), abs=1e-6), where


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_kernel_against_paper(case: Case):
    """The kernel gives the answer worked out by hand, and the checker finds no fault in it."""
    plan, options = as_plan(case.plan), dict(case.options)
    if "hours" in options:
        options["hours"] = np.array(options["hours"])
    result = run_once(plan, case.takes, case.holds, trace=True, **options)
    assert list(result.start) == pytest.approx(list(case.start), abs=1e-9)
    assert list(result.finish) == pytest.approx(list(case.finish), abs=1e-9)
    assert list(result.interruptions) == list(case.interruptions or [0] * len(case.start))
    assert violations(plan, result, case.takes, case.holds, **options) == []


def hold_against_naive(seeds, most_tasks: int = 25) -> None:
    """Compare kernel and twin on the random cases of these seeds."""
    for seed in seeds:
        fields, takes, holds, options = random_case(seed, most_tasks=most_tasks)
        plan = as_plan(fields)
        kernel = run_once(plan, takes, holds, trace=True, **options)
        assert_agrees(kernel, run(plan, takes, holds, **options), f"seed {seed}")


def test_kernel_against_naive():
    """The kernel agrees with its plain twin on 1,000 random plans of up to 25 tasks."""
    hold_against_naive(SEEDS)


def test_kernel_against_naive_on_large_plans():
    """The kernel agrees with its plain twin on random plans of up to 150 tasks."""
    hold_against_naive(LARGE, most_tasks=150)


def test_kernel_against_naive_as_plain_python():
    """The kernel's source gives the same without the compiler."""
    code = "from test_kernel import hold_against_naive; hold_against_naive(range(30))"
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(  # noqa: S603
        command,
        cwd=Path(__file__).parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_what_can_never_start_is_told():
    """A run that cannot go on stops with the task's row, as the twin does."""
    fields = plan_arrays([1, 2, 3], needs=[{}, {0: 1}, {}], capacity=[0.4], links=[(1, 2, "FS", 0)])
    with pytest.raises(StuckError, match=r"task in row 1 can never start or go on"):
        run_once(as_plan(fields))


def test_kernel_runs_are_feasible():
    """The checker finds no fault in the traces of random runs."""
    for seed in SEEDS:
        fields, takes, holds, options = random_case(seed)
        plan = as_plan(fields)
        result = run_once(plan, takes, holds, trace=True, **options)
        assert violations(plan, result, takes, holds, **options) == [], f"seed {seed}"


def test_a_trace_changes_nothing():
    """Keeping the segments does not change the figures by a bit."""
    for seed in SEEDS[::10]:
        fields, takes, holds, options = random_case(seed)
        plain = run_once(as_plan(fields), takes, holds, **options)
        traced = run_once(as_plan(fields), takes, holds, trace=True, **options)
        np.testing.assert_array_equal(plain.finish, traced.finish)
        assert not plain.segments


def test_a_stranger_in_the_portfolio_changes_no_bit():
    """Locality: a plan beside another that shares nothing with it comes out as alone."""
    checked = 0
    for seed in SEEDS:
        one, takes_one, holds_one, options = random_case(seed)
        other, takes_other, holds_other, _ = random_case(seed + len(SEEDS))
        if one["now"] or other["now"]:
            continue
        rules = {"min_share": 0.3, "resume_hours": options["resume_hours"]}
        fields, takes, holds = side_by_side(
            one, takes_one, holds_one, other, takes_other, holds_other
        )
        both = run_once(as_plan(fields), takes, holds, **rules)
        alone = run_once(as_plan(one), takes_one, holds_one, **rules)
        stranger = run_once(as_plan(other), takes_other, holds_other, **rules)
        for name in ("start", "finish", "interruptions"):
            apart = np.concatenate([getattr(alone, name), getattr(stranger, name)])
            np.testing.assert_array_equal(getattr(both, name), apart, f"seed {seed}")
        checked += 1
    assert checked >= 300


def test_relabelling_changes_no_bit():
    """Tasks and resources in another row order give the same times, to the bit."""
    for seed in SEEDS:
        fields, takes, holds, options = random_case(seed)
        random = np.random.default_rng(seed)
        tasks = random.permutation(len(fields["hours"]))
        resources = random.permutation(len(fields["capacity_ptr"]) - 1)
        *case, moved_options = relabelled(fields, takes, holds, options, tasks, resources)
        plain = run_once(as_plan(fields), takes, holds, **options)
        moved = run_once(as_plan(case[0]), *case[1:], **moved_options)
        for name in ("start", "finish", "interruptions"):
            expected = getattr(plain, name)[tasks]
            np.testing.assert_array_equal(getattr(moved, name), expected, f"seed {seed}")


@pytest.mark.parametrize("taken", [(0.1, 0.1, 1.0), (0.1, 0.2, 1.0), (0.1, 0.25, 0.7)])
def test_the_order_of_takes_changes_no_bit(taken: tuple[float, ...]) -> None:
    """What three incidents leave of 2 FTE is no round number; it is the same in any order."""
    plan = as_plan(plan_arrays([8.0], needs=[{0: 1.0}], capacity=[[(-np.inf, 2.0)]]))
    finishes = {
        run_once(plan, [(0, 1.0, 50.0, fte) for fte in order]).finish[0]
        for order in permutations(taken)
    }
    assert len({((2.0 - a) - b) - c for a, b, c in permutations(taken)}) > 1
    assert len(finishes) == 1


def test_takes_of_nothing_give_the_baseline():
    """Takes of 0 FTE and freezes of no length are events that change no figure."""
    for seed in SEEDS:
        fields, _, _, options = random_case(seed)
        plan, now = as_plan(fields), fields["now"]
        takes = [(k, now + 1.3, now + 9.7, 0.0) for k in range(len(fields["capacity_ptr"]) - 1)]
        holds = [(row, now + 3, now + 3) for row in range(len(fields["hours"]))]
        baseline, other = run_once(plan, **options), run_once(plan, takes, holds, **options)
        np.testing.assert_allclose(other.start, baseline.start, rtol=0, atol=1e-9)
        np.testing.assert_allclose(other.finish, baseline.finish, rtol=0, atol=1e-9)
        np.testing.assert_array_equal(other.interruptions, baseline.interruptions)
