"""The heap of next events against a plain dictionary of times."""

import numpy as np
import pytest
from numba import njit
from plan_arrays import plan_arrays
from test_kernel import as_plan

from svcimpact.engine.heap import schedule
from svcimpact.engine.program import lay_out
from svcimpact.engine.state import Work, make_work


def room(tasks: int) -> Work:
    """Return room for a heap of so many tasks, none of them in it."""
    return make_work(lay_out(as_plan(plan_arrays([1.0] * tasks))), 0, 0)


@njit
def give(work, tasks, times):
    for x in range(len(tasks)):
        schedule(work, tasks[x], times[x])


def assert_heap(work: Work, times: dict[int, float]) -> None:
    """Hold who is in the heap, with what time and in what place, against what was asked for."""
    count = int(work.count.due[0])
    heap = work.due[:count].tolist()
    assert {i: work.tasks[i].key for i in heap} == times
    assert count == len(times)
    for place, i in enumerate(heap):
        assert work.tasks[i].place == place + 1
        assert work.tasks[heap[(place - 1) // 2 if place else 0]].key <= work.tasks[i].key


@pytest.mark.parametrize("tasks", [1, 2, 3, 7, 20, 50])
def test_heap_against_a_dictionary(tasks: int):
    """Whatever comes, moves or goes, the earliest is on top and every task knows its place."""
    random = np.random.default_rng(tasks)
    work, times = room(tasks), {}
    for _ in range(40 * tasks):
        i = int(random.integers(tasks))
        time = float(random.integers(3 * tasks)) if random.random() < 0.7 else np.inf
        give(work, np.array([i]), np.array([time]))
        times.pop(i, None)
        if time < np.inf:
            times[i] = time
        assert_heap(work, times)


def test_heap_hands_out_times_in_order():
    """Taking the earliest out until none is left gives the times sorted."""
    random = np.random.default_rng(0)
    times = random.random(200)
    work = room(200)
    give(work, np.arange(200), times)
    handed = []
    while work.count.due[0] > 0:
        first = int(work.due[0])
        handed.append(work.tasks[first].key)
        give(work, np.array([first]), np.array([np.inf]))
    assert handed == sorted(times.tolist())
    assert not work.tasks.place.any()


def test_taking_out_what_is_not_in_changes_nothing():
    """A task without a next event may be told so again."""
    work = room(2)
    give(work, np.array([1, 0]), np.array([3.0, np.inf]))
    assert_heap(work, {1: 3.0})
