"""The plain twin of the kernel against paper, textbooks and what its rules promise."""

import csv
import os
import zipfile
from pathlib import Path
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
from feasible import violations
from naive import Result, run
from plan_arrays import LINK_TYPES, plan_arrays
from random_plans import random_case, relabelled, side_by_side
from solved_cases import CASES, Case

REAL_DATA = Path(
    os.environ.get("SVCIMPACT_REAL_DATA", Path(__file__).parents[1] / ".." / "shared" / "data")
)
SEEDS = range(300)
MECHANISMS = (
    "status", "resume", "takes", "relief", "hold", "planned hold", "milestone", "no resource",
    "interrupted", "short-handed", "below no capacity", "several needs", "uncertain hours", "ties",
    "min_share 0.3", "min_share 0.5", "min_share 1.0",
)  # fmt: skip
TIMES = (
    "hours",
    "release",
    "link_lag",
    "capacity_time",
    "hold_from",
    "hold_until",
    "began",
    "ended",
    "now",
)


def run_fields(fields, takes=(), holds=(), **options) -> Result:
    return run(SimpleNamespace(**fields), takes, holds, **options)


def assert_same(one: Result, other: Result, *, within: float = 0.0, seed: int = -1) -> None:
    assert one.start == pytest.approx(other.start, abs=within, rel=0), f"seed {seed}"
    assert one.finish == pytest.approx(other.finish, abs=within, rel=0), f"seed {seed}"
    assert one.interruptions == other.interruptions, f"seed {seed}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_naive_against_paper(case: Case):
    """The twin gives the answer worked out by hand, and the checker finds no fault in it."""
    result = run_fields(case.plan, case.takes, case.holds, **case.options)
    assert result.start == pytest.approx(list(case.start), abs=1e-9)
    assert result.finish == pytest.approx(list(case.finish), abs=1e-9)
    assert result.interruptions == list(case.interruptions or [0] * len(case.start))
    plan = SimpleNamespace(**case.plan)
    assert violations(plan, result, case.takes, case.holds, **case.options) == []


def test_a_longer_outage_can_end_earlier():
    """Graham's anomaly: 2 h without k0 end the work 5 h sooner than 1 h without it."""
    ends = {case.name: max(case.finish) for case in CASES if case.name.startswith("anomaly")}
    assert ends == {
        "anomaly: no outage": 15,
        "anomaly: an outage of 1 h ends at 16": 16,
        "anomaly: an outage of 2 h ends at 11": 11,
    }


def test_segments_of_a_short_handed_and_held_task():
    """Stretches of constant share join up, and a held stretch has a share of 0."""
    fields = plan_arrays([5], needs=[{0: 1}], capacity=[1])
    result = run_fields(fields, [(0, 2, 6, 0.75), (0, 4, 8, 0.75), (0, 9, 9, 1)])
    assert result.segments == [
        (0, 0, 2, 1),
        (0, 2, 4, 0.25),
        (0, 4, 6, 0),
        (0, 6, 8, 0.25),
        (0, 8, 10, 1),
    ]


def test_what_can_never_start_is_named():
    """A run that cannot go on says so, with the tasks, in place of an endless loop."""
    fields = plan_arrays([1, 2, 3], needs=[{}, {0: 1}, {}], capacity=[0.4], links=[(1, 2, "FS", 0)])
    with pytest.raises(
        RuntimeError, match=r"no event remains after hour 1, unfinished tasks: 1, 2"
    ):
        run_fields(fields)


def test_random_cases_cover_every_mechanism():
    """Each mechanism comes up often enough in the random cases to be tested by them."""
    links = [f"{link_type} {sign}" for link_type in LINK_TYPES for sign in "+0-"]
    seen = dict.fromkeys([*MECHANISMS, *links], 0)
    for seed in SEEDS:
        fields, takes, holds, options = random_case(seed)
        result = run_fields(fields, takes, holds, **options)
        found = {
            "status": fields["now"] > 0,
            "resume": options["resume_hours"] > 0 and sum(result.interruptions) > 0,
            "takes": len(takes) > 0,
            "relief": any(take[3] < 0 for take in takes),
            "hold": len(holds) > 0,
            "planned hold": len(fields["hold_task"]) > 0,
            "milestone": (fields["hours"] == 0).any(),
            "no resource": len(fields["capacity_ptr"]) == 1,
            "interrupted": sum(result.interruptions) > 0,
            "short-handed": any(0 < segment[3] < 1 for segment in result.segments),
            "below no capacity": (fields["capacity_value"] < 0).any(),
            "several needs": (np.diff(fields["need_ptr"]) > 1).any(),
            "uncertain hours": options["hours"] is not None,
            "ties": len(set(result.finish)) < len(result.finish),
            f"min_share {options['min_share']}": True,
        }
        found |= {
            f"{LINK_TYPES[kind]} {'-0+'[int(np.sign(lag)) + 1]}": True
            for kind, lag in zip(fields["link_type"], fields["link_lag"], strict=True)
        }
        for name in seen.keys() & found.keys():
            seen[name] += bool(found[name])
    assert min(seen.values()) >= 10, seen


def test_random_runs_are_feasible():
    """Links, capacity, freezes, shares and conservation hold in every random run."""
    for seed in SEEDS:
        fields, takes, holds, options = random_case(seed)
        result = run_fields(fields, takes, holds, **options)
        told = violations(SimpleNamespace(**fields), result, takes, holds, **options)
        assert told == [], f"seed {seed}"


def test_interrupted_work_is_never_lost():
    """Hours worked per task = hours to do + resume hours x interruptions."""
    for seed in SEEDS:
        fields, takes, holds, options = random_case(seed)
        result = run_fields(fields, takes, holds, **options)
        worked = np.zeros(len(fields["hours"]))
        for task, begin, end, share in result.segments:
            worked[task] += (end - begin) * share
        hours = fields["hours"] if options["hours"] is None else options["hours"]
        to_do = np.where(np.isnan(fields["began"]), hours, hours * (1 - fields["done"]))
        to_do[~np.isnan(fields["ended"])] = 0
        owed = to_do + options["resume_hours"] * np.array(result.interruptions)
        assert worked == pytest.approx(owed, abs=1e-6), f"seed {seed}"


def test_no_incident_gives_the_baseline():
    """Takes of nothing, freezes of no length, and whatever lies before or after, change nothing."""
    for seed in SEEDS:
        fields, _, _, options = random_case(seed)
        now, tasks, resources = fields["now"], len(fields["hours"]), len(fields["capacity_ptr"]) - 1
        baseline = run_fields(fields, **options)
        end = max(baseline.finish) + 1
        takes = [
            take
            for k in range(resources)
            for take in [
                (k, now + 1, now + 9, 0.0),
                (k, now + 2, now + 2, 1.0),
                (k, end, end + 9, 1.0),
            ]
        ]
        holds = [
            hold
            for row in range(tasks)
            for hold in [(row, now + 3, now + 3), (row, now - 9, now), (row, end, end + 9)]
        ]
        assert_same(run_fields(fields, takes, holds, **options), baseline, within=1e-9, seed=seed)


def test_relabelling_changes_only_the_labels():
    """Tasks and resources in another row order give the same times, bit for bit."""
    for seed in SEEDS:
        fields, takes, holds, options = random_case(seed)
        random = np.random.default_rng(seed)
        tasks = random.permutation(len(fields["hours"]))
        resources = random.permutation(len(fields["capacity_ptr"]) - 1)
        plain = run_fields(fields, takes, holds, **options)
        *case, moved_options = relabelled(fields, takes, holds, options, tasks, resources)
        moved = run_fields(*case, **moved_options)
        row = np.argsort(tasks)
        back = Result(
            [moved.start[i] for i in row],
            [moved.finish[i] for i in row],
            [moved.interruptions[i] for i in row],
            [],
        )
        assert_same(back, plain, seed=seed)


def test_unit_of_time_does_not_matter():
    """All times in quarter hours in place of hours give four times the figures."""
    for seed in SEEDS:
        fields, takes, holds, options = random_case(seed)
        plain = run_fields(fields, takes, holds, **options)
        scaled = run_fields(
            fields | {name: 4 * fields[name] for name in TIMES},
            [(k, 4 * a, 4 * b, fte) for k, a, b, fte in takes],
            [(row, 4 * a, 4 * b) for row, a, b in holds],
            hours=None if options["hours"] is None else 4 * options["hours"],
            min_share=options["min_share"],
            resume_hours=4 * options["resume_hours"],
        )
        times = Result(
            [t / 4 for t in scaled.start], [t / 4 for t in scaled.finish], scaled.interruptions, []
        )
        assert_same(times, plain, within=1e-9, seed=seed)


def test_a_stranger_in_the_portfolio_changes_nothing():
    """Locality: a plan run beside another that shares nothing with it comes out as alone."""
    checked = 0
    for seed in SEEDS:
        one, takes_one, holds_one, options = random_case(seed)
        other, takes_other, holds_other, _ = random_case(seed + 1000)
        if one["now"] or other["now"]:
            continue
        rules = {"min_share": 0.3, "resume_hours": options["resume_hours"]}
        both = run_fields(
            *side_by_side(one, takes_one, holds_one, other, takes_other, holds_other), **rules
        )
        alone = run_fields(one, takes_one, holds_one, **rules)
        stranger = run_fields(other, takes_other, holds_other, **rules)
        apart = Result(
            alone.start + stranger.start,
            alone.finish + stranger.finish,
            alone.interruptions + stranger.interruptions,
            [],
        )
        assert_same(both, apart, within=1e-7, seed=seed)
        checked += 1
    assert checked >= 100


def parallel_scheme(durations, demands, predecessors, capacity, order) -> list[int]:
    """Schedule in parallel: at each decision time start, in priority order, all that fits."""
    starts: dict[int, int] = {}
    time = 0
    while len(starts) < len(durations):
        used = np.zeros(len(capacity))
        for task, begun in starts.items():
            if begun + durations[task] > time:
                used += demands[task]
        for task in order:
            ready = all(
                p in starts and starts[p] + durations[p] <= time for p in predecessors[task]
            )
            if task not in starts and ready and (used + demands[task] <= capacity).all():
                starts[task] = time
                used += demands[task]
        ends = [begun + durations[task] for task, begun in starts.items()]
        time = min((end for end in ends if end > time), default=time)
    return [starts[task] for task in range(len(durations))]


def test_naive_against_parallel_schedule_generation():
    """With min_share 1, FS links and nothing else, the run is the textbook's parallel scheme."""
    for seed in range(200):
        random = np.random.default_rng(seed)
        tasks, resources = int(random.integers(2, 30)), int(random.integers(1, 5))
        capacity = random.integers(3, 8, resources)
        durations = random.integers(1, 9, tasks)
        demands = random.integers(0, 4, (tasks, resources))
        links = [
            (a, b, "FS", 0)
            for a in range(tasks)
            for b in range(a + 1, tasks)
            if random.random() < 0.1
        ]
        order = random.permutation(tasks).tolist()
        fields = plan_arrays(
            durations.tolist(),
            needs=[dict(enumerate(map(float, row))) for row in demands],
            links=links,
            capacity=capacity.astype(float).tolist(),
            dispatch=order,
        )
        predecessors = [[a for a, b, _, _ in links if b == task] for task in range(tasks)]
        expected = parallel_scheme(durations, demands, predecessors, capacity, order)
        result = run_fields(fields, min_share=1.0)
        assert result.start == expected, f"seed {seed}"
        assert result.interruptions == [0] * tasks


def latest_finishes(durations, successors) -> tuple[list[float], float]:
    """Latest finish of every task by the critical path alone, and the path's length."""
    graph = nx.DiGraph([(i, j) for i, after in enumerate(successors) for j in after])
    earliest = {}
    for task in nx.topological_sort(graph):
        earliest[task] = (
            max((earliest[p] for p in graph.predecessors(task)), default=0) + durations[task]
        )
    length = max(earliest.values())
    latest = {}
    for task in reversed(list(nx.topological_sort(graph))):
        latest[task] = min(
            (latest[s] - durations[s] for s in graph.successors(task)), default=length
        )
    return [latest[task] for task in range(len(durations))], length


def test_naive_against_psplib_j30(tmp_path):
    """One pass by latest finish over the J30 set of PSPLIB ends where the literature says."""
    psplib = pytest.importorskip("psplib")
    archive = REAL_DATA / "psplib" / "j30.zip"
    if not archive.exists():
        pytest.skip(f"no PSPLIB data at {archive}")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path)
    with (REAL_DATA / "psplib" / "best_known.csv").open() as file:
        known = {
            row["instance"]: float(row["opt_ugent2024"])
            for row in csv.DictReader(file)
            if row["set"] == "j30"
        }
    above_path = []
    for name in sorted(known):
        instance = psplib.parse(tmp_path / name)
        modes = [activity.modes[0] for activity in instance.activities]
        durations = [mode.duration for mode in modes]
        successors = [activity.successors for activity in instance.activities]
        latest, length = latest_finishes(durations, successors)
        fields = plan_arrays(
            durations,
            needs=[dict(enumerate(map(float, mode.demands))) for mode in modes],
            links=[(i, j, "FS", 0) for i, after in enumerate(successors) for j in after],
            capacity=[float(resource.capacity) for resource in instance.resources],
            dispatch=sorted(range(len(durations)), key=lambda task: (latest[task], task)),
        )
        end = max(run_fields(fields, min_share=1.0).finish)
        assert end >= known[name]
        above_path.append(end / length - 1)
    assert len(above_path) == 480
    assert np.mean(above_path) == pytest.approx(0.1905, abs=5e-5)
