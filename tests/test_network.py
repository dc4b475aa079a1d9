"""The conflict network: nodes, edges, weights and groups."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from conflict_cases import built, many, tables_by_hand

from svcimpact.planning.conflicts import conflict_register
from svcimpact.planning.network import conflict_groups, conflict_network


def test_network_by_hand() -> None:
    """Three projects, each in conflict with each; weights are the levels, person-days add up."""
    graph = conflict_network(conflict_register(built(tables_by_hand())))
    assert list(graph) == ["A", "B", "C"]
    weights = {frozenset(e[:2]): e[2] for e in graph.edges(data="weight")}
    assert weights == {frozenset("AB"): 3, frozenset("AC"): 2, frozenset("BC"): 1}
    assert graph.edges["A", "B"]["conflicts"] == 3
    # A: Ana 1.5 with B, uncovered support 0.5 with C, 0.25 from the ledger's own support.
    assert graph.nodes["A"]["over_days"] == pytest.approx(2.25)
    assert graph.nodes["B"]["over_days"] == pytest.approx(2.5)  # Ana 1.5, Cem away 1
    assert graph.nodes["A"]["label"] == "Alpha"


@pytest.mark.parametrize("seed", range(5))
def test_groups_hold_every_project_once_and_the_same_every_time(seed: int) -> None:
    """Groups are a partition, largest first, and better than one group for all."""
    register = conflict_register(many(20, seed=seed))
    groups = conflict_groups(register)
    assert sorted(groups["project"]) == sorted(register.portfolio.projects["project"])
    sizes = groups.groupby("group").size()
    assert sizes.is_monotonic_decreasing
    assert sizes.index.tolist() == list(range(1, len(sizes) + 1))
    graph = conflict_network(register)
    parts = [set(part) for _, part in groups.groupby("group")["project"]]
    found = nx.community.modularity(graph, parts, weight="weight")
    assert found >= nx.community.modularity(graph, [set(graph)], weight="weight")
    again = conflict_groups(register)
    assert groups.equals(again)
    assert np.all(groups["others_in_group"] <= groups["others"])


def test_two_cliques_are_two_groups() -> None:
    """Projects that only share people among themselves are told apart."""
    tables = tables_by_hand()
    for name in ("changes", "interests", "freezes", "support"):
        tables[name] = tables[name].iloc[:0]
    tables["assignments"] = tables["assignments"].iloc[:2]
    groups = conflict_groups(conflict_register(built(tables)))
    assert groups["group"].tolist() == [1, 1, 2]
    assert groups["project"].tolist() == ["A", "B", "C"]
    assert groups["owner"].tolist() == ["Sue", "", ""]
    assert groups["others"].tolist() == [1, 1, 0]
