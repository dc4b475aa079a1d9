"""Early and late dates and total float, by hand and against longest paths by NetworkX."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from plan_arrays import plan_arrays
from random_plans import random_case

from svcimpact.engine.critical import critical_path, groups, mirrored
from svcimpact.engine.plan import Plan


def plan_of(fields: dict[str, Any], project: list[int] | None = None) -> Plan:
    n = len(fields["hours"])
    fields = fields | {"link_type": fields["link_type"].astype(np.int64)}
    whose = np.zeros(n, np.int64) if project is None else np.array(project, np.int64)
    return Plan(planned=np.full(n, np.nan), project=whose, **fields)


def test_four_links_by_hand() -> None:
    """Each type of link, with a lag or a lead, moves early and late dates as on paper."""
    links = [(0, 1, "FS", 2.0), (0, 2, "SS", 1.0), (1, 3, "FF", 1.0), (2, 3, "SF", 9.0)]
    path = critical_path(plan_of(plan_arrays([4.0, 3.0, 2.0, 1.0], links=links)))
    assert path.early_start.tolist() == [0.0, 6.0, 1.0, 0.0]
    assert path.early_finish.tolist() == [4.0, 9.0, 3.0, 10.0]
    assert path.late_finish.tolist() == [4.0, 9.0, 10.0, 10.0]
    assert path.late_start.tolist() == [0.0, 6.0, 1.0, 9.0]
    assert path.total_float.tolist() == [0.0, 0.0, 0.0, 0.0]


def test_releases_and_due_dates_by_hand() -> None:
    """A due date ends its own project, early or late; a project without takes the last date."""
    fields = plan_arrays([4.0, 4.0, 2.0], release=[0.0, 3.0, 0.0], links=[(0, 1, "FS", 0.0)])
    plan = plan_of(fields | {"need_resource": np.zeros(0, np.int64)}, [0, 0, 1])
    path = critical_path(plan, np.array([6.0, np.nan]))
    assert path.early_finish.tolist() == [4.0, 8.0, 2.0]
    assert path.late_start.tolist() == [-2.0, 2.0, 0.0]
    assert path.total_float.tolist() == [-2.0, -2.0, 0.0]


def test_shared_people_share_the_last_date() -> None:
    """Projects with one person in common end by the later date of the two; strangers do not."""
    fields = plan_arrays([2.0, 9.0, 5.0], needs=[{0: 1.0}, {0: 1.0}, {1: 1.0}], capacity=[1, 1])
    plan = plan_of(fields, [0, 1, 2])
    assert critical_path(plan).late_finish.tolist() == [9.0, 9.0, 5.0]
    due = np.array([np.nan, 12.0, np.nan])
    assert critical_path(plan, due).late_finish.tolist() == [12.0, 12.0, 5.0]
    assert len(set(groups(plan, 4).tolist())) == 3


def test_what_has_happened_by_hand() -> None:
    """At hour 10 one task is done, one half done, one not begun: only what is left counts."""
    fields = plan_arrays(
        [8.0, 8.0, 4.0],
        links=[(0, 1, "FS", 9.0), (1, 2, "FS", 0.0)],
        now=10.0,
        began={0: 1.0, 1: 3.0},
        ended={0: 7.0},
        done={0: 1.0, 1: 0.5},
    )
    path = critical_path(plan_of(fields), np.array([20.0]))
    assert path.left.tolist() == [0.0, 4.0, 4.0]
    assert path.early_start.tolist() == [1.0, 3.0, 14.0]
    assert path.early_finish.tolist() == [7.0, 14.0, 18.0]
    assert path.late_finish[1:].tolist() == [16.0, 20.0]
    assert path.late_start[1:].tolist() == [12.0, 16.0]
    assert np.isnan(path.total_float[0])
    assert path.total_float[1:].tolist() == [2.0, 2.0]


def test_a_start_that_is_past_holds_nothing_back() -> None:
    """SS + 9 from a task that began at 3: what is left of it, 4 h, may begin as late as 16."""
    fields = plan_arrays(
        [8.0, 4.0], links=[(0, 1, "SS", 9.0)], now=10.0, began={0: 3.0}, done={0: 0.5}
    )
    path = critical_path(plan_of(fields), np.array([20.0]))
    assert path.early_start.tolist() == [3.0, 12.0]
    assert path.late_start.tolist() == [16.0, 16.0]
    assert path.total_float.tolist() == [6.0, 4.0]


def by_longest_paths(plan: Plan, due: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give early finish and total float from the longest path between any two moments."""
    n = len(plan.hours)
    begun = ~np.isnan(plan.began) | ~np.isnan(plan.ended)
    ended = ~np.isnan(plan.ended)
    left = np.where(begun, plan.hours * (1 - plan.done), plan.hours)
    graph = nx.DiGraph()
    earliest: dict[tuple[str, int], float] = {}
    for i in range(n):
        graph.add_nodes_from([("start", i), ("finish", i)])
        if ended[i]:
            earliest["finish", i] = plan.ended[i]
            earliest["start", i] = plan.ended[i] if np.isnan(plan.began[i]) else plan.began[i]
        elif begun[i]:
            earliest["start", i], earliest["finish", i] = plan.began[i], plan.now + left[i]
        else:
            earliest["start", i] = max(plan.release[i], plan.now)
            earliest["finish", i] = -np.inf
            graph.add_edge(("start", i), ("finish", i), weight=-left[i])
    fixed = {("start", i) for i in np.flatnonzero(begun)}
    fixed |= {("finish", i) for i in np.flatnonzero(ended)}
    links = zip(
        plan.link_predecessor, plan.link_successor, plan.link_type, plan.link_lag, strict=True
    )
    for p, s, kind, lag in links:
        tail = ("finish" if kind in (0, 2) else "start", int(p))
        head = ("finish" if kind in (2, 3) else "start", int(s))
        if head not in fixed:
            known = graph.get_edge_data(tail, head, {"weight": np.inf})["weight"]
            graph.add_edge(tail, head, weight=min(known, -float(lag)))
    longest = {
        u: {v: -d for v, d in found.items()}
        for u, found in nx.all_pairs_bellman_ford_path_length(graph)
    }
    early = {v: max(earliest[u] + longest[u][v] for u in longest if v in longest[u]) for v in graph}
    ties = nx.Graph([(("task", i), ("project", int(plan.project[i]))) for i in range(n)])
    ties.add_edges_from(
        (("task", int(p)), ("task", int(s)))
        for p, s in zip(plan.link_predecessor, plan.link_successor, strict=True)
    )
    for i in range(n):
        for e in range(plan.need_ptr[i], plan.need_ptr[i + 1]):
            if plan.need_units[e] > 0:
                ties.add_edge(("task", i), ("resource", int(plan.need_resource[e])))
    ends = {}
    for island in nx.connected_components(ties):
        last = max(early["finish", i] for what, i in island if what == "task")
        dues = [due[j] for what, j in island if what == "project" and not np.isnan(due[j])]
        for what, i in island:
            if what == "task":
                mine = due[plan.project[i]]
                ends["finish", i] = max([last, *dues]) if np.isnan(mine) else mine
    # A past moment holds nothing back, so no path leads on through it.
    ahead = graph.subgraph(set(graph) - fixed)
    after = {
        u: {v: -d for v, d in found.items()}
        for u, found in nx.all_pairs_bellman_ford_path_length(ahead)
    }
    late = {u: min(ends[v] - d for v, d in after[u].items() if v in ends) for u in after}
    slack = np.full(n, np.nan)
    for i in np.flatnonzero(~ended):
        moments = [("finish", int(i))] + ([] if begun[i] else [("start", int(i))])
        slack[i] = min(late[m] - early[m] for m in moments)
    return np.array([early["finish", i] for i in range(n)]), slack


@pytest.mark.parametrize("seed", range(150))
def test_dates_and_float_are_longest_paths(seed: int) -> None:
    """On random plans with all links, statuses and due dates NetworkX finds the same."""
    fields, *_ = random_case(seed, most_tasks=14)
    random = np.random.default_rng(seed)
    n = len(fields["hours"])
    plan = plan_of(fields, random.integers(0, 3, n).tolist())
    due = np.where(random.random(3) < 0.5, random.uniform(0, 60, 3), np.nan)
    early, slack = by_longest_paths(plan, due)
    path = critical_path(plan, due)
    np.testing.assert_allclose(path.early_finish, early, atol=1e-9)
    np.testing.assert_allclose(path.total_float, slack, atol=1e-9)


def test_mirrored_twice_is_the_plan() -> None:
    """Time turned around twice runs forwards."""
    links = [(0, 1, "FS", 2.0), (0, 2, "SS", 1.0), (1, 3, "FF", 1.0), (2, 3, "SF", 9.0)]
    plan = plan_of(plan_arrays([4.0, 3.0, 2.0, 1.0], links=links))
    once, twice = mirrored(plan), mirrored(mirrored(plan))
    assert once.link_type.tolist() == [0, 2, 1, 3]
    assert once.link_predecessor.tolist() == [1, 2, 3, 3]
    np.testing.assert_array_equal(twice.link_type, plan.link_type)
    np.testing.assert_array_equal(twice.link_predecessor, plan.link_predecessor)


def test_no_task_has_no_path() -> None:
    """A plan without tasks has empty dates."""
    path = critical_path(plan_of(plan_arrays([])), np.array([np.nan, 5.0]))
    assert len(path.total_float) == len(path.early_start) == 0
