"""What must hold for every plan whatever the figures: properties of a run, with Hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from plan_arrays import LINK_TYPES, plan_arrays
from random_plans import Holds, Takes, relabelled, side_by_side

from svcimpact.engine.plan import Plan
from svcimpact.engine.runs import Run, run_once

TIMES = ("hours", "release", "link_lag", "capacity_time", "hold_from", "hold_until")
FTE = ("need_units", "capacity_value")
GRID = st.integers(0, 160).map(lambda quarters: quarters / 4)
UNITS = st.sampled_from([0.2, 0.25, 0.3, 0.5, 0.7, 1.0])

many = settings(max_examples=150, deadline=None)


class Story(NamedTuple):
    """A plan's fields, what befalls it, and the rules of the run."""

    fields: dict[str, Any]
    takes: Takes
    holds: Holds
    rules: dict[str, Any]


def tell(fields: Mapping[str, Any], takes: Takes, holds: Holds, **rules: Any) -> Run:
    n = len(fields["hours"])
    plan = Plan(planned=np.full(n, np.nan), project=np.arange(n), **fields)
    return run_once(plan, takes, holds, trace=True, **rules)


def assert_same_bits(one: Run, other: Run) -> None:
    for name in ("start", "finish", "interruptions"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def assert_close(one: Run, other: Run) -> None:
    np.testing.assert_allclose(one.start, other.start, rtol=0, atol=1e-6)
    np.testing.assert_allclose(one.finish, other.finish, rtol=0, atol=1e-6)


@st.composite
def stories(draw: st.DrawFn, *, shared: bool = True, min_share: float | None = None) -> Story:
    """Draw a small plan in which every task can end; without `shared` no two share people."""
    tasks = draw(st.integers(1, 8))
    people = draw(st.integers(1, 3)) if shared else tasks
    order, links = nx.DiGraph([((0, i), (1, i)) for i in range(tasks)]), []
    pairs = st.tuples(st.integers(0, tasks - 1), st.integers(0, tasks - 1))
    for one, other in draw(st.lists(pairs, max_size=2 * tasks)):
        kind = draw(st.sampled_from(("FS", *LINK_TYPES)))
        tail, head = (int(kind[0] == "F"), one), (int(kind[1] == "F"), other)
        if one != other and not order.has_edge(tail, head) and not nx.has_path(order, head, tail):
            order.add_edge(tail, head)
            links.append((one, other, kind, draw(st.integers(-12, 24)) / 4))
    needs = [
        draw(st.dictionaries(st.integers(0, people - 1), UNITS, max_size=2))
        if shared
        else {i: draw(UNITS)}
        for i in range(tasks)
    ]
    # From hour 60 on there is one FTE of everybody: nobody waits for ever.
    capacity = [
        [(-np.inf, draw(UNITS)), (draw(GRID), draw(UNITS) - 0.3), (60.0, 1.0)]
        for _ in range(people)
    ]
    stretch = st.tuples(GRID, GRID)
    takes = [
        (k, a, a + b, fte)
        for k, (a, b), fte in draw(
            st.lists(st.tuples(st.integers(0, people - 1), stretch, UNITS), max_size=5)
        )
    ]
    frozen = st.lists(st.tuples(st.integers(0, tasks - 1), stretch), max_size=3)
    holds, planned = ([(i, a, a + b) for i, (a, b) in draw(frozen)] for _ in range(2))
    fields = plan_arrays(
        draw(st.lists(GRID, min_size=tasks, max_size=tasks)),
        needs=needs,
        links=links,
        capacity=capacity,
        release=draw(st.lists(GRID, min_size=tasks, max_size=tasks)),
        dispatch=draw(st.permutations(range(tasks))),
        holds=planned,
    )
    share = min_share or draw(st.sampled_from((0.3, 0.5, 1.0)))
    resume = draw(st.sampled_from((0.0, 1.5))) if shared else 0.0
    return Story(fields, takes, holds, {"min_share": share, "resume_hours": resume})


def scaled(story: Story, names: tuple[str, ...], factor: float) -> dict[str, Any]:
    return story.fields | {name: factor * story.fields[name] for name in names}


@many
@given(stories(min_share=0.5), stories(min_share=0.5))
def test_locality(one: Story, other: Story) -> None:
    """Two plans that share nothing come out side by side as each alone, to the bit."""
    fields, takes, holds = side_by_side(
        one.fields, one.takes, one.holds, other.fields, other.takes, other.holds
    )
    both = tell(fields, takes, holds, **one.rules)
    parts = [tell(s.fields, s.takes, s.holds, **one.rules) for s in (one, other)]
    for name in ("start", "finish", "interruptions"):
        apart = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_array_equal(getattr(both, name), apart)


@many
@given(stories(), st.randoms(use_true_random=False))
def test_relabelling(story: Story, random: Any) -> None:
    """Rows of tasks and resources in another order change no bit but the order."""
    fields, takes, holds, rules = story
    tasks = list(range(len(fields["hours"])))
    people = list(range(len(fields["capacity_ptr"]) - 1))
    random.shuffle(tasks)
    random.shuffle(people)
    moved = relabelled(fields, takes, holds, {"hours": None}, np.array(tasks), np.array(people))
    random.shuffle(moved[1])
    random.shuffle(moved[2])
    plain, other = tell(*story[:3], **rules), tell(*moved[:3], **rules)
    for name in ("start", "finish", "interruptions"):
        np.testing.assert_array_equal(getattr(other, name), getattr(plain, name)[tasks])


@many
@given(stories(), st.sampled_from((0.25, 0.5, 2.0, 8.0)))
def test_unit_of_time(story: Story, factor: float) -> None:
    """Other units of time: every figure is multiplied, to the bit where the factor is 2^k."""
    plain = tell(story.fields, story.takes, story.holds, **story.rules)
    takes = [(k, factor * a, factor * b, fte) for k, a, b, fte in story.takes]
    holds = [(i, factor * a, factor * b) for i, a, b in story.holds]
    rules = story.rules | {"resume_hours": factor * story.rules["resume_hours"]}
    other = tell(scaled(story, TIMES, factor), takes, holds, **rules)
    np.testing.assert_array_equal(other.start, factor * plain.start)
    np.testing.assert_array_equal(other.finish, factor * plain.finish)
    np.testing.assert_array_equal(other.interruptions, plain.interruptions)


@many
@given(stories(), st.sampled_from((0.25, 2.0, 16.0)))
def test_unit_of_people(story: Story, factor: float) -> None:
    """Needs, capacity and what is taken in other units than FTE change no bit."""
    plain = tell(story.fields, story.takes, story.holds, **story.rules)
    takes = [(k, a, b, factor * fte) for k, a, b, fte in story.takes]
    other = tell(scaled(story, FTE, factor), takes, story.holds, **story.rules)
    assert_same_bits(other, plain)


@many
@given(stories())
def test_incidents_that_reach_nothing_give_the_baseline(story: Story) -> None:
    """What lies wholly after the last finish, or before the first hour, changes no bit."""
    baseline = tell(story.fields, [], [], **story.rules)
    end = baseline.finish.max() + 1
    takes = [(k, a + shift, b + shift, 2.0) for k, a, b, _ in story.takes for shift in (end, -99)]
    holds = [(i, a + shift, b + shift) for i, a, b in story.holds for shift in (end, -99)]
    assert_same_bits(tell(story.fields, takes, holds, **story.rules), baseline)


@many
@given(stories())
def test_nothing_changes_before_the_first_incident(story: Story) -> None:
    """What starts or ends before anything strikes does so in the baseline, to the bit."""
    strikes = [t[1] for t in (*story.takes, *story.holds)]
    assume(strikes)
    first = min(strikes) - 1e-6
    baseline = tell(story.fields, [], [], **story.rules)
    other = tell(story.fields, story.takes, story.holds, **story.rules)
    for name in ("start", "finish"):
        one, two = getattr(baseline, name), getattr(other, name)
        past = np.minimum(one, two) < first
        np.testing.assert_array_equal(one[past], two[past])


@many
@given(stories())
def test_work_is_conserved(story: Story) -> None:
    """Hours worked per task = its hours + resume hours x interruptions."""
    result = tell(story.fields, story.takes, story.holds, **story.rules)
    worked = np.zeros(len(result.start))
    for task, begin, end, share in result.segments:
        assert 0 <= share <= 1
        assert result.start[task] <= begin <= end <= result.finish[task]
        worked[task] += share * (end - begin)
    owed = story.fields["hours"] + story.rules["resume_hours"] * result.interruptions
    np.testing.assert_allclose(worked, owed, rtol=0, atol=1e-6)


@many
@given(stories(), st.integers(1, 3))
def test_incidents_add_up(story: Story, pieces: int) -> None:
    """Takes in pieces of FTE, and freezes told twice, come to the same as in one."""
    takes = [(k, a, b, fte / pieces) for k, a, b, fte in story.takes for _ in range(pieces)]
    other = tell(story.fields, takes, story.holds * pieces, **story.rules)
    plain = tell(story.fields, story.takes, story.holds, **story.rules)
    assert_close(other, plain)
    np.testing.assert_array_equal(other.interruptions, plain.interruptions)


@many
@given(stories(), st.sampled_from((0.25, 0.5, 0.75)))
def test_incidents_that_follow_on_are_one(story: Story, at: float) -> None:
    """Takes and freezes cut in two at a moment come to the same as in one."""
    takes = [
        part
        for k, a, b, fte in story.takes
        for part in ((k, a, a + at * (b - a), fte), (k, a + at * (b - a), b, fte))
    ]
    holds = [
        part
        for i, a, b in story.holds
        for part in ((i, a, a + at * (b - a)), (i, a + at * (b - a), b))
    ]
    other = tell(story.fields, takes, holds, **story.rules)
    plain = tell(story.fields, story.takes, story.holds, **story.rules)
    assert_close(other, plain)
    np.testing.assert_array_equal(other.interruptions, plain.interruptions)


def harder(fields: dict[str, Any], name: str, by: np.ndarray) -> dict[str, Any]:
    return fields | {name: fields[name] + by[: len(fields[name])]}


WORSE: dict[str, Callable[[Story, np.ndarray], tuple[dict[str, Any], Takes, Holds]]] = {
    "incidents": lambda s, _: (s.fields, s.takes, s.holds),
    "longer takes": lambda s, by: (
        s.fields,
        [(k, a, b + by[0], fte) for k, a, b, fte in s.takes],
        [],
    ),
    "larger takes": lambda s, by: (
        s.fields,
        [(k, a, b, fte + by[0]) for k, a, b, fte in s.takes],
        [],
    ),
    "more work": lambda s, by: (harder(s.fields, "hours", by), [], []),
    "later release": lambda s, by: (harder(s.fields, "release", by), [], []),
}


@pytest.mark.parametrize("what", WORSE)
@many
@given(stories(shared=False), st.lists(GRID, min_size=8, max_size=8))
def test_nobody_gains_where_nobody_competes(what: str, story: Story, by: list[float]) -> None:
    """Without shared people, more trouble makes nothing earlier: no anomaly without a queue."""
    against: tuple[Takes, Holds] = (story.takes, []) if "takes" in what else ([], [])
    plain = tell(story.fields, *against, **story.rules)
    worse = tell(*WORSE[what](story, np.array(by)), **story.rules)
    assert (worse.start >= plain.start - 1e-6).all()
    assert (worse.finish >= plain.finish - 1e-6).all()


@many
@given(stories(shared=False), st.randoms(use_true_random=False))
def test_dispatch_order_needs_a_queue(story: Story, random: Any) -> None:
    """Without shared people the dispatch order changes no bit."""
    order = story.fields["dispatch"].tolist()
    random.shuffle(order)
    fields = story.fields | {"dispatch": np.array(order)}
    plain = tell(story.fields, story.takes, story.holds, **story.rules)
    assert_same_bits(tell(fields, story.takes, story.holds, **story.rules), plain)


@many
@given(GRID, GRID, GRID, st.sampled_from((0.0, 1.5)))
def test_one_task_in_one_outage(work: float, begin: float, length: float, resume: float) -> None:
    """One task, one person, one outage: the work, the outage if it strikes, the way back."""
    fields = plan_arrays([work], needs=[{0: 1}], capacity=[1])
    result = tell(fields, [(0, begin, begin + length, 1.0)], [], resume_hours=resume)
    struck = length > 0 and 0 < begin < work
    assert result.interruptions.tolist() == [int(struck)]
    assert result.start[0] == (length if begin == 0 else 0)
    late = result.start[0] + struck * (length + resume)
    assert result.finish[0] == pytest.approx(work + late, abs=1e-9)
