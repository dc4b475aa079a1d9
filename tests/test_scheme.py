"""The plain scheme gives what the general kernel gives, to the bit, and knows when it cannot."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from plan_arrays import plan_arrays
from solved_cases import CASES
from test_kernel import as_plan

from svcimpact.engine import baseline, scheme
from svcimpact.engine.baseline import CHANGES, make_baseline
from svcimpact.engine.compiled import compiled
from svcimpact.engine.gates import FINISHED
from svcimpact.engine.plan import Plan
from svcimpact.engine.program import lay_out
from svcimpact.engine.runs import StuckError, run_once, run_parts_of
from svcimpact.engine.scheme import SHORT, may_be_plain
from svcimpact.engine.state import Disruption, make_work

# Only compiled code calls these steps, but for here.
run_baseline = compiled(baseline.run_baseline)
run_plainly = compiled(scheme.run_plainly)

SEEDS = range(1500)
FTE = (
    (1.0,),
    (0.5, 1.0),
    (0.1, 0.2, 0.3, 0.7, 1.0),
    (0.25, 0.6, 0.85, 2.0),
    (1.0, 2.0, 5.0, 10.0),
)
# Sums of tenths meet within a rounding error; the second is short of what counts as no work.
HOURS = ((8.0, 16.0, 40.0), (0.1, 0.2, 0.3, 0.7), (4.0, 0.0, 1e-10, 12.0))


def plain_case(seed: int) -> tuple[Plan, float]:
    """Draw a plan in which nothing is frozen or away, and the least share for a start."""
    random = Random(seed)  # noqa: S311 (numbers for a test)
    n, r = random.randint(1, 40), random.randint(1, 6)
    units, hours = random.choice(FTE), random.choice(HOURS)
    lags = random.choice(((0.0,), (0.0, 0.3, 8.0)))
    many = random.choice((0.0, 0.5, 2.0))
    links = {(random.randrange(b), b): random.choice(lags) for b in range(1, n) for _ in range(2)}
    links = {pair: lag for pair, lag in links.items() if random.random() < many / 2}
    share = random.choice((1.0, 1.0, 0.9, 0.5))
    capacity = [random.choice((max(units), 2 * max(units), 3 * min(units))) for _ in range(r)]
    needs = []
    for _ in range(n):
        who = random.sample(range(r), random.randint(0, min(3, r)))
        fit = {k: [u for u in units if share * u <= capacity[k]] for k in who}
        needs.append({k: random.choice(some) for k, some in fit.items() if some})
    drawn = [random.choice(hours) if random.random() < 0.7 else random.random() for _ in range(n)]
    fields = plan_arrays(
        drawn,
        needs=needs,
        links=[(a, b, "FS", lag) for (a, b), lag in links.items()],
        capacity=capacity,
        dispatch=random.sample(range(n), n),
        release=[random.choice((0.0, 0.0, 0.3, 8.0)) for _ in range(n)],
    )
    return as_plan(fields), share


def both_ways(plan: Plan, share: float) -> tuple[bool, list, list]:
    """Run a plan recorded by the scheme and without it; tell whether the scheme did all."""
    program, n = lay_out(plan), len(plan.hours)
    rows, times = np.zeros(0, np.int64), np.zeros(0)
    nothing = Disruption(rows, times, times, times, rows, times, times)
    found = []
    plain = bool(program.plain.all())
    for laid in (program, replace(program, plain=np.zeros_like(program.plain))):
        work = make_work(laid, 0, 0, entries=CHANGES * n + 64)
        work.tasks.hours = laid.hours
        room = make_baseline(laid, CHANGES * n + 64)
        assert run_baseline(laid, nothing, work, (share, 0.0), room, 1) == -1
        assert not work.tasks.awake.any()
        found.append([np.array(getattr(room, field.name)) for field in fields(room)])
        plain &= not work.pauses.any()
    return plain, *found


def test_scheme_against_the_general_kernel():
    """Start, finish and all that is recorded of 1,500 random plans is the same, to the bit."""
    done = 0
    for seed in SEEDS:
        plan, share = plain_case(seed)
        plain, ours, general = both_ways(plan, share)
        for one, other in zip(ours, general, strict=True):
            np.testing.assert_array_equal(one, other, f"seed {seed}")
        done += plain
    assert 0.5 * len(SEEDS) < done < len(SEEDS)


def test_a_run_without_trace_is_that_with_one():
    """The scheme, which keeps no trace, gives the figures of the run that does."""
    for seed in SEEDS[::10]:
        plan, share = plain_case(seed)
        plain = run_once(plan, min_share=share)
        traced = run_once(plan, min_share=share, trace=True)
        for name in ("start", "finish", "interruptions"):
            one, other = getattr(plain, name), getattr(traced, name)
            np.testing.assert_array_equal(one, other, f"seed {seed}")


def befalls(seed: int, plan: Plan) -> tuple[list, list]:
    """Draw what is taken from people and which tasks are held, early enough to be over."""
    random = Random(seed)  # noqa: S311 (numbers for a test)
    people, tasks = len(plan.capacity_ptr) - 1, len(plan.hours)
    whole = random.random() < 0.5
    times = [round(t) if whole else t for t in (random.uniform(0, 30) for _ in range(12))]
    spans = [tuple(sorted(times[x : x + 2])) for x in range(0, 12, 2)]
    takes = [(random.randrange(people), *span, random.choice((0.5, 1, 9))) for span in spans[:4]]
    return takes[: random.randint(0, 4)], [(random.randrange(tasks), *span) for span in spans[4:]]


def ended(plan: Plan, takes: list, holds: list, share: float) -> tuple[bool, list]:
    """Run a plan that is disturbed; tell whether the scheme brought it to its end."""
    program, n = lay_out(plan), len(plan.hours)
    place = np.argsort(program.task)
    taken, held = (np.array(rows, float).reshape(-1, m) for rows, m in ((takes, 4), (holds, 3)))
    work = make_work(program, len(taken), len(held))
    disruption = Disruption(
        taken[:, 0].astype(np.int64),
        *(taken[:, x].copy() for x in (1, 2, 3)),
        place[held[:, 0].astype(np.int64)],
        *(held[:, x].copy() for x in (1, 2)),
    )
    out = np.empty(n), np.empty(n), np.zeros(n, np.int64)
    parts = np.arange(len(program.component_ptr) - 1)
    assert run_parts_of(program, disruption, work, (share, 1.0), np.inf, parts, *out) == -1
    assert not work.tasks.place.any()
    return bool((work.tasks.status < FINISHED).any()), [column[place] for column in out]


def test_a_disturbed_run_ends_by_the_scheme_to_the_bit():
    """What follows the last blow is the same by the scheme, which leaves no trace, and without."""
    done = 0
    for seed in SEEDS:
        plan, share = plain_case(seed)
        takes, holds = befalls(seed, plan)
        traced = run_once(plan, takes, holds, min_share=share, resume_hours=1.0, trace=True)
        plain, found = ended(plan, takes, holds, share)
        for name, ours in zip(("start", "finish", "interruptions"), found, strict=True):
            np.testing.assert_array_equal(ours, getattr(traced, name), f"seed {seed}: {name}")
        done += plain
    assert 0.3 * len(SEEDS) < done < len(SEEDS)


def test_what_began_too_early_begins_once():
    """By the status date a successor runs already; the end of its predecessor starts nothing."""
    fields = {"needs": [{0: 1.0}, {1: 1.0}, {1: 1.0}], "capacity": [1.0, 1.0]}
    plan = as_plan(plan_arrays([8.0, 8.0, 4.0], links=[(0, 1, "FS", 0), (1, 2, "FS", 0)], **fields))
    underway = replace(
        plan,
        now=4.0,
        began=np.array([2.0, 1.0, np.nan]),
        done=np.array([0.25, 0.75, 0.0]),
        ended=np.full(3, np.nan),
    )
    plain, (start, finish, _) = ended(underway, [(0, 4.0, 5.0, 1.0)], [], 1.0)
    assert plain
    assert start.tolist() == [2.0, 1.0, 6.0]
    assert finish.tolist() == [12.0, 6.0, 10.0]


def test_who_works_short_handed_keeps_the_scheme_out():
    """Until the task that began with half of its person is done, shares are dealt."""
    fields = {"needs": [{0: 1.0}, {0: 1.0}, {0: 1.0}], "capacity": [1.0]}
    plan = as_plan(plan_arrays([8.0, 8.0, 8.0], **fields))
    plain, (start, finish, _) = ended(plan, [(0, 0.0, 2.0, 0.5)], [], 0.5)
    assert plain
    assert start.tolist() == [0.0, 9.0, 17.0]
    assert finish.tolist() == [9.0, 17.0, 25.0]


def test_the_scheme_gives_back_what_it_cannot_end():
    """A later start short-handed leaves the run where it stood, and the figures right."""
    fields = {"needs": [{0: 1.0}, {0: 0.5}, {0: 1.0}], "capacity": [1.0]}
    plan = as_plan(plan_arrays([8.0, 16.0, 8.0], links=[(0, 1, "FS", 0)], **fields))
    plain, (start, finish, _) = ended(plan, [(0, 0.0, 1.0, 1.0)], [], 0.5)
    assert not plain
    assert start.tolist() == [1.0, 9.0, 9.0]
    assert finish.tolist() == [9.0, 25.0, 25.0]


def test_scheme_against_paper():
    """Solved cases without incident come out as on paper by the way without a trace, too."""
    tried = 0
    for case in CASES:
        if len(case.takes) or len(case.holds):
            continue
        options = dict(case.options)
        if "hours" in options:
            options["hours"] = np.array(options["hours"])
        run = run_once(as_plan(case.plan), **options)
        assert list(run.start) == pytest.approx(list(case.start), abs=1e-9), case.name
        assert list(run.finish) == pytest.approx(list(case.finish), abs=1e-9), case.name
        tried += int(lay_out(as_plan(case.plan)).plain.any())
    assert tried > 3


TWO = {"needs": [{0: 1.0}, {0: 1.0}], "capacity": [1.0]}


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("a link of another type", {**TWO, "links": [(0, 1, "SS", 0)]}),
        ("a lead", {**TWO, "links": [(0, 1, "FS", -2)]}),
        ("needs in thirds of a person", {**TWO, "needs": [{0: 1 / 3}, {0: 1.0}]}),
        ("capacity in thirds of a person", {**TWO, "capacity": [4 / 3]}),
        (
            "needs too small for so large a team",
            {**TWO, "needs": [{0: 0.001}] * 2, "capacity": [9e4]},
        ),
    ],
)
def test_what_is_not_plain(what: str, fields: dict):
    """Nothing else may happen, and people have to be whole numbers for the scheme."""
    assert not lay_out(as_plan(plan_arrays([8.0, 8.0], **fields))).plain.any(), what


def test_what_happens_beforehand_known_is_not_plain():
    """Nor where somebody is away or a freeze is planned; other components stay plain."""
    plan = as_plan(plan_arrays([8.0, 8.0], needs=[{0: 1.0}, {1: 1.0}], capacity=[1.0, 1.0]))
    assert lay_out(plan).plain.tolist() == [1, 1]
    held = replace(
        plan, hold_task=np.array([1]), hold_from=np.array([2.0]), hold_until=np.array([3.0])
    )
    assert lay_out(held).plain.tolist() == [1, 0]
    away = replace(
        plan,
        capacity_ptr=np.array([0, 2, 3]),
        capacity_time=np.array([-np.inf, 4.0, -np.inf]),
        capacity_value=np.array([1.0, 0.0, 1.0]),
    )
    assert lay_out(away).plain.tolist() == [0, 1]


def tried(plan: Plan, share: float) -> tuple[bool, list[int]]:
    """Try the scheme on the first component; give what it says, and the pauses then."""
    program, n = lay_out(plan), len(plan.hours)
    work = make_work(program, 0, 0)
    work.tasks.hours = program.hours
    assert may_be_plain(program, work, 0)
    out = np.zeros(n), np.zeros(n), np.zeros(n, np.int64)
    return bool(run_plainly(program, work, 0, share, *out)), work.pauses.tolist()


@pytest.mark.parametrize(("share", "done"), [(1.0, True), (0.9, True), (0.5, False), (0.4, False)])
def test_a_start_short_handed_ends_the_scheme(share: float, done: bool):
    """A task that could start with half of its need makes the scheme give up, and pause."""
    plan = as_plan(plan_arrays([8.0, 8.0], needs=[{0: 1.0}, {0: 1.0}], capacity=[1.5]))
    told, pauses = tried(plan, share)
    assert told is done
    assert (pauses[0] == 0) is done
    if not done:
        assert run_once(plan, min_share=share).start.tolist() == [0.0, 0.0]


def test_a_crowd_ends_the_scheme():
    """More tasks that wait than a short list is good for are left to the general kernel."""
    for n, done in ((SHORT, True), (SHORT + 1, False)):
        told, _ = tried(as_plan(plan_arrays([1.0] * n, needs=[{0: 1.0}] * n, capacity=[1.0])), 1.0)
        assert told is done


def test_a_pause_ends():
    """After some runs without it the scheme is tried again."""
    program = lay_out(as_plan(plan_arrays([8.0], needs=[{0: 1.0}], capacity=[1.0])))
    work = make_work(program, 0, 0)
    work.pauses[0] = 2
    assert [bool(may_be_plain(program, work, 0)) for _ in range(4)] == [False, False, True, True]


def test_a_recording_without_room_is_left_to_the_general_kernel():
    """Where entries could run out, the scheme does not begin."""
    program = lay_out(as_plan(plan_arrays([8.0, 8.0], links=[(0, 1, "FS", 0)])))
    for entries, fits in ((5, False), (6, True)):
        work = make_work(program, 0, 0, entries=entries)
        work.count.recording = 1
        assert bool(may_be_plain(program, work, 0)) is fits


def test_what_can_never_start_is_told_all_the_same():
    """The scheme leaves it to the general kernel to name the task."""
    fields = plan_arrays([8.0, 8.0], needs=[{}, {0: 2.0}], capacity=[1.0])
    with pytest.raises(StuckError, match="task in row 1 can never start"):
        run_once(as_plan(fields), min_share=1.0)


def test_a_status_date_is_left_to_the_general_kernel():
    """Work underway is taken over as ever."""
    plan = as_plan(plan_arrays([8.0, 8.0], needs=[{0: 1.0}, {0: 1.0}], capacity=[1.0]))
    underway = replace(
        plan,
        now=4.0,
        began=np.array([2.0, np.nan]),
        done=np.array([0.25, 0.0]),
        ended=np.array([np.nan, np.nan]),
    )
    assert run_once(underway).finish.tolist() == [10.0, 18.0]


def test_pairs_of_starts_keep_dispatch_order():
    """Of equal tasks that wait for one person, the first in dispatch order is always next."""
    plan = as_plan(
        plan_arrays([1.0] * 5, needs=[{0: 1.0}] * 5, capacity=[1.0], dispatch=[3, 1, 4, 0, 2])
    )
    start = run_once(plan).start
    assert all(start[a] < start[b] for a, b in pairwise([3, 1, 4, 0, 2]))
