"""Fixes: float against plain iteration, moves, swaps and orders by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conflict_cases import MONDAY, built, tables_by_hand

from svcimpact.engine.plan import compile_plan, planned_times
from svcimpact.io import read
from svcimpact.planning.ahead import work_ahead
from svcimpact.planning.remedies import Bench, Remedy, reorder, room_ahead, shift, swap, total_float
from svcimpact.planning.steps import load_steps
from svcimpact.portfolio import Portfolio, Settings, build_portfolio


def linked(seed: int) -> Portfolio:
    """Return a dozen tasks of two projects, planned with slack, with links of every type."""
    random = np.random.default_rng(seed)
    count = 12
    names = [f"T{n}" for n in range(count)]
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count) if random.random() < 0.25]
    frame = pd.DataFrame(pairs, columns=["predecessor", "successor"])
    links = frame.map(lambda n: names[n])
    links["type"] = random.choice(["FS", "SS", "FF", "SF"], len(links))
    links["lag_days"] = random.integers(-2, 4, len(links)).astype(float)
    hours = random.integers(1, 6, count) * 8.0
    start = pushed(random.integers(0, 10, count) * 8.0, hours, links, names)
    days = MONDAY + pd.to_timedelta(start / 8 // 5 * 7 + start / 8 % 5, unit="D")
    return build_portfolio(
        Settings(name="Linked", start=MONDAY, hours_per_day=8.0),
        {
            "projects": pd.DataFrame({"project": ["P", "Q"]}),
            "tasks": pd.DataFrame(
                {
                    "task": names,
                    "project": random.choice(["P", "Q"], count),
                    "duration_days": hours / 8,
                    "planned_start": days,
                }
            ),
            "links": links,
            "resources": pd.DataFrame(columns=["resource"]),
            "assignments": pd.DataFrame(columns=["task", "resource"]),
            "services": pd.DataFrame(columns=["service"]),
            "support": pd.DataFrame(columns=["service", "resource"]),
        },
    )


def ends_of(start: np.ndarray, portfolio: Portfolio) -> list[float]:
    """Return when projects end, by plain iteration: links hold starts, and finishes apart."""
    names, hours = list(portfolio.tasks["task"]), portfolio.tasks["duration_days"].to_numpy() * 8
    at, to = start.astype(float).copy(), start + hours
    for _ in range(3 * len(names)):
        for before, after, kind, lag in portfolio.links.itertuples(index=False):
            a, b = names.index(before), names.index(after)
            gate = (to[a] if kind in ("FS", "FF") else at[a]) + lag * 8
            if kind in ("FS", "SS"):
                at[b] = max(at[b], gate)
            else:
                to[b] = max(to[b], gate)
            to[b] = max(to[b], at[b] + hours[b])
    of = portfolio.tasks["project"].to_numpy()
    return [to[of == project].max() for project in sorted(set(of))]


def pushed(
    start: np.ndarray, hours: np.ndarray, links: pd.DataFrame, names: list[str]
) -> np.ndarray:
    """Push starts until every link holds: plain iteration, a task works in one go."""
    start = start.astype(float).copy()
    moved = True
    while moved:
        moved = False
        for before, after, kind, lag in links.itertuples(index=False):
            a, b = names.index(before), names.index(after)
            gate = start[a] + (hours[a] if kind in ("FS", "FF") else 0.0) + lag * 8
            gate -= hours[b] if kind in ("FF", "SF") else 0.0
            if gate > start[b] + 1e-9:
                start[b], moved = gate, True
    return start


@pytest.mark.parametrize("seed", range(20))
def test_total_float_against_pushing_along_links(seed: int) -> None:
    """Moved by its float a task moves no project's end; moved by an hour more it moves one."""
    portfolio = linked(seed)
    plan = compile_plan(portfolio)
    start, _ = planned_times(plan)
    ends = ends_of(start, portfolio)

    def after(task: int, hours: float) -> list[float]:
        trial = start.copy()
        trial[task] += hours
        return ends_of(trial, portfolio)

    for task, room in enumerate(total_float(plan)):
        assert after(task, room) == pytest.approx(ends)
        assert max(np.subtract(after(task, room + 1.0), ends)) == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(20))
def test_room_ahead_against_links(seed: int) -> None:
    """A task moved ahead by all its room breaks no link; an hour more breaks one, or time."""
    portfolio = linked(seed)
    plan = compile_plan(portfolio)
    names = list(portfolio.tasks["task"])
    start, _ = planned_times(plan)
    to = portfolio.links["successor"]
    for task, room in enumerate(room_ahead(plan)):
        mine = portfolio.links[to == names[task]]
        trial = start.copy()
        trial[task] -= room
        assert pushed(trial, plan.hours, mine, names)[task] == pytest.approx(trial[task])
        trial[task] -= 1.0
        held = pushed(trial, plan.hours, mine, names)[task]
        assert trial[task] < 0 or held == pytest.approx(trial[task] + 1.0)


def test_float_of_tiny_by_hand() -> None:
    """Connect may end a day later; design and build as far as the test's start on day 5 lets."""
    plan = compile_plan(read("data/tiny"))
    assert (total_float(plan) / 8).tolist() == pytest.approx([0, 0, 2, 1, 0])


@pytest.fixture
def bench() -> Bench:
    portfolio = built(tables_by_hand())
    return Bench.of(portfolio, load_steps(portfolio, work_ahead(portfolio)))


def row(bench: Bench, task: str) -> int:
    return bench.portfolio.tasks["task"].tolist().index(task)


def test_a_task_moves_behind_the_other_side(bench: Bench) -> None:
    """B1 (Wed-Fri) moves to Monday, when A1 is over: 3 days, of the 4 of float B's end gives it."""
    found = shift(bench, np.array([row(bench, "B1")]), [(0.0, 40.0)], late=True)
    assert found is not None
    assert found.tasks == ("B1",)
    assert found.hours == (24.0,)
    assert found.text == "start “B1” 3.0 working days later, within float"
    moved = found.apply(bench.portfolio).tasks.set_index("task")["planned_start"]
    assert moved["B1"] == pd.Timestamp("2026-03-16 09:00")
    assert (
        moved.drop("B1") == bench.portfolio.tasks.set_index("task")["planned_start"].drop("B1")
    ).all()


def test_a_task_moves_ahead_of_the_other_side(bench: Bench) -> None:
    """B1 ahead of Friday's need: back from Wednesday by a day, to end on Thursday evening."""
    found = shift(bench, np.array([row(bench, "B1")]), [(32.0, 40.0)], late=False)
    assert found is not None
    assert found.hours == (-8.0,)
    moved = found.apply(bench.portfolio).tasks.set_index("task")["planned_start"]
    assert moved["B1"] == pd.Timestamp("2026-03-10 09:00")


def test_nothing_moves_that_does_not_meet_or_has_begun(bench: Bench) -> None:
    """Nothing to get out of the way of, no float, or underway already: no fix."""
    task = np.array([row(bench, "B1")])
    assert shift(bench, task, [(40.0, 48.0)], late=True) is None
    last = np.array([row(bench, "B5")])  # B ends with it
    assert shift(bench, last, [(40.0, 80.0)], late=True) is None
    first = np.array([row(bench, "A1")])  # it starts with time itself
    assert shift(bench, first, [(16.0, 40.0)], late=False) is None


def test_tasks_that_links_push_move_along() -> None:
    """A successor is planned later with its predecessor, by as much as the link asks for."""
    tables = tables_by_hand()
    tables["links"] = pd.DataFrame({"predecessor": ["B1"], "successor": ["B2"], "type": ["SS"]})
    portfolio = built(tables)
    moved = Remedy("later", "", ("B1",), (16.0,)).apply(portfolio).tasks.set_index("task")
    assert moved.loc["B1", "planned_start"] == pd.Timestamp("2026-03-13 09:00")
    assert moved.loc["B2", "planned_start"] == pd.Timestamp("2026-03-13 09:00")  # a day later


def test_somebody_as_skilled_and_free_takes_over(bench: Bench) -> None:
    """Fay has Java and half her time: B1 asks for that, A1 for all of it; Dee is half as fast."""
    tasks = np.array([row(bench, "A1"), row(bench, "B1")])
    found = swap(bench, tasks, 0)
    assert found is not None
    assert (found.tasks, found.others) == (("B1",), ("fay",))
    assert found.text == "let Fay do “B1” in place of Ana"
    given = found.apply(bench.portfolio).assignments
    assert given.loc[given["task"] == "B1", "resource"].tolist() == ["fay"]
    assert given.loc[given["task"] == "A1", "resource"].tolist() == ["ana"]


@pytest.mark.parametrize("change", ["busy", "slower", "without skill", "on it already"])
def test_nobody_takes_over_who_is_not_able(change: str) -> None:
    """Busy on one of the days, slower, without the skill or on the task already: no swap."""
    tables = tables_by_hand()
    if change == "busy":
        tables["assignments"].loc[7] = ["B2", "fay", 0.1, None]
    elif change == "slower":
        tables["skills"].loc[2, "speed"] = 0.9
    elif change == "without skill":
        tables["assignments"]["skill"] = None
    else:
        tables["assignments"].loc[7] = ["B1", "fay", 0.0, None]
    portfolio = built(tables)
    bench = Bench.of(portfolio, load_steps(portfolio, work_ahead(portfolio)))
    assert swap(bench, np.array([row(bench, "B1")]), 0) is None


def test_one_person_does_not_take_over_twice() -> None:
    """Two tasks at once that each fit Fay's half day do not both go to her."""
    tables = tables_by_hand()
    tables["assignments"].loc[0, "units_fte"] = 0.5
    portfolio = built(tables)
    bench = Bench.of(portfolio, load_steps(portfolio, work_ahead(portfolio)))
    found = swap(bench, np.array([row(bench, "A1"), row(bench, "B1")]), 0)
    assert found is not None
    assert found.tasks == ("A1",)


@pytest.mark.parametrize(
    ("priority", "expected"),
    [([1, 2, 3], [2, 3, 1]), ([1, 1, 1], [2, 2, 1]), ([None, None, None], [2, 2, 1]),
     ([1, None, None], [2, 3, 1]), ([4, 2, None], [3, 1, 2])],
)  # fmt: skip
def test_priorities_are_numbered_anew(priority: list[object], expected: list[int]) -> None:
    """C comes right ahead of A, all others keep their order; blank ones come last."""
    tables = tables_by_hand()
    tables["projects"]["priority"] = pd.array(priority, dtype="Int64")
    portfolio = built(tables)
    found = reorder(portfolio, 2, 0)
    assert found is not None
    assert found.text == "give Gamma priority over Alpha"
    assert found.apply(portfolio).projects["priority"].tolist() == expected


def test_who_comes_first_need_not_be_moved_up() -> None:
    """Alpha has priority over Gamma already."""
    assert reorder(built(tables_by_hand()), 0, 2) is None
