"""The portfolio graph: the reach of a failure, and on whom all hangs."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from itertools import pairwise
from math import prod
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest
from crowds import crowd, portfolio_of
from hypothesis import given, settings
from hypothesis import strategies as st

from svcimpact.errors import InputError
from svcimpact.graph import (
    blast_radius,
    blast_radius_table,
    build_graph,
    is_down,
    reach,
    shared_resources,
    single_points_of_failure,
)
from svcimpact.portfolio import Portfolio

REAL = Path(
    os.environ.get("SVCIMPACT_REAL_DATA", Path(__file__).parents[1] / ".." / "shared" / "data")
)
SOURCES = ("services_microdepgraph", "services_online_boutique", "services_otel_demo")


def real_systems() -> dict[str, list[tuple[str, str]]]:
    """Return (service, needed service) pairs by real system; empty where the data is absent."""
    systems: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    for source in SOURCES:
        path = REAL / source / "edges.csv"
        if path.exists():
            with path.open(encoding="utf-8") as lines:
                for row in csv.DictReader(lines):
                    pair = (row["service"], row["depends_on"])
                    systems[row.get("system", source)][pair] = None
    return {system: list(pairs) for system, pairs in systems.items()}


def services_only(pairs: list[tuple[str, str]], impact: float = 1.0) -> Portfolio:
    """Return a portfolio of nothing but services that need each other."""
    ids = sorted({end for pair in pairs for end in pair})
    return portfolio_of(
        services=[{"service": i} for i in ids],
        service_links=[{"service": a, "needs": b, "impact": impact} for a, b in pairs],
    )


def shop() -> Portfolio:
    """Return a hand-sized portfolio: Web needs Shop (0.5), Shop needs Payments (0.8)."""
    return portfolio_of(
        services=[
            {"service": "pay", "name": "Payments", "outage_cost_per_hour": 100.0, "owner": "own"},
            {"service": "shop", "name": "Shop", "outage_cost_per_hour": 50.0},
            {"service": "web", "name": "Web", "outage_cost_per_hour": 10.0},
            {"service": "hr", "name": "HR"},
        ],
        service_links=[
            {"service": "shop", "needs": "pay", "impact": 0.8},
            {"service": "web", "needs": "shop", "impact": 0.5},
        ],
        projects=[{"project": "P1", "name": "Till", "sponsor": "cfo"}, {"project": "P2"}],
        tasks=[
            {"task": "T1", "project": "P1", "duration_days": 10.0, "name": "Build"},
            {"task": "T2", "project": "P1", "duration_days": 2.0, "name": "Test"},
            {"task": "T3", "project": "P2", "duration_days": 4.0, "done_fraction": 0.25,
             "actual_start": pd.Timestamp("2026-01-06")},
            {"task": "T0", "project": "P2", "duration_days": 4.0,
             "actual_start": pd.Timestamp("2026-01-05"),
             "actual_finish": pd.Timestamp("2026-01-06")},
            {"task": "T4", "project": "P2", "duration_days": 1.0, "name": "Close"},
        ],
        links=[
            {"predecessor": "T0", "successor": "T3"},
            {"predecessor": "T2", "successor": "T4", "type": "SS", "lag_days": 1.0},
        ],
        resources=[
            {"resource": "ana", "name": "Ana", "team": "ops"},
            {"resource": "ben", "name": "Ben", "team": "ops"},
            {"resource": "cem", "name": "Cem", "team": "dev"},
            {"resource": "crew", "name": "Crew", "team": "dev", "kind": "team",
             "capacity_fte": 4.0},
        ],
        skills=[{"resource": "crew", "skill": "web"}],
        assignments=[
            {"task": "T1", "resource": "ana", "units_fte": 0.5, "skill": "cobol"},
            {"task": "T2", "resource": "cem", "units_fte": 0.5, "skill": "web"},
            {"task": "T3", "resource": "crew", "units_fte": 2.0},
            {"task": "T0", "resource": "ben", "units_fte": 0.5, "skill": "plumbing"},
        ],
        support=[
            {"service": "pay", "resource": "ana", "bau_fte": 0.2, "incident_fte": 1.0},
            {"service": "pay", "resource": "ben", "bau_fte": 0.2},
            {"service": "shop", "resource": "ben", "bau_fte": 0.2, "incident_fte": 0.5},
            {"service": "shop", "resource": "crew", "bau_fte": 0.2, "incident_fte": 3.0},
            {"service": "web", "resource": "crew", "bau_fte": 0.1},
        ],
        changes=[
            {"task": "T2", "service": "shop", "effect": "uses"},
            {"task": "T0", "service": "pay", "effect": "changes"},
        ],
        stakeholders=[{"stakeholder": "own", "name": "Owner"}, {"stakeholder": "cfo"}],
        interests=[
            {"stakeholder": "cfo", "item": "dev", "interest": "informed"},
            {"stakeholder": "own", "item": "P1", "interest": "decides", "stage": "test"},
        ],
    )  # fmt: skip


@pytest.mark.parametrize("system", real_systems() or [pytest.param("", marks=pytest.mark.skip)])
def test_reach_on_real_systems_against_networkx_descendants(system: str) -> None:
    """On every real system a failure reaches what networkx finds on the reversed graph."""
    pairs = real_systems()[system]
    portfolio = services_only(pairs)
    reversed_graph = nx.DiGraph(pairs).reverse()
    for service in portfolio.services["service"]:
        expected = nx.descendants(reversed_graph, service) | {service}
        assert set(blast_radius(portfolio, service)) == expected
        assert set(reach(portfolio, service)["id"]) == expected


@pytest.mark.skipif(not real_systems(), reason="the real service graphs are not here")
def test_a_real_system_has_a_cycle() -> None:
    """The OpenTelemetry demo needs itself in a circle, so cycles are tested above for real."""
    assert not nx.is_directed_acyclic_graph(nx.DiGraph(real_systems()["services_otel_demo"]))


EDGES = st.dictionaries(
    st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda ends: ends[0] != ends[1]),
    st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.8, 1.0]),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(edges=EDGES, start=st.integers(0, 5))
def test_weights_against_all_simple_paths(edges: dict[tuple[int, int], float], start: int) -> None:
    """The weight is the largest product over all simple paths, enumerated one by one."""
    portfolio = portfolio_of(
        services=[{"service": f"s{i}"} for i in range(6)],
        service_links=[
            {"service": f"s{b}", "needs": f"s{a}", "impact": impact}
            for (a, b), impact in edges.items()
        ],
    )
    graph = nx.DiGraph(list(edges))
    expected = {start: 1.0}
    for target in set(graph) - {start}:
        paths = nx.all_simple_paths(graph, start, target) if start in graph else []
        best = max((prod(edges[step] for step in pairwise(path)) for path in paths), default=0.0)
        if best > 0:
            expected[target] = best
    order = sorted(expected, key=lambda i: (-expected[i], i))
    got = blast_radius(portfolio, f"s{start}")
    assert got == pytest.approx({f"s{i}": expected[i] for i in expected}, rel=1e-14)
    assert sorted(got) == sorted(f"s{i}" for i in order)
    assert list(got) == sorted(got, key=lambda s: (-got[s], s))


@settings(max_examples=30, deadline=None)
@given(edges=EDGES, order=st.permutations(range(6)))
def test_weights_do_not_hang_on_row_order(
    edges: dict[tuple[int, int], float], order: list[int]
) -> None:
    """Shuffled rows give the same weights, bit for bit."""
    rows = [
        {"service": f"s{b}", "needs": f"s{a}", "impact": impact} for (a, b), impact in edges.items()
    ]
    plain = portfolio_of(services=[{"service": f"s{i}"} for i in range(6)], service_links=rows)
    mixed = portfolio_of(services=[{"service": f"s{i}"} for i in order], service_links=rows[::-1])
    assert blast_radius(plain, "s0") == blast_radius(mixed, "s0")


def test_blast_radius_by_hand() -> None:
    """Payments reaches Shop at 0.8 and through it Web at 0.8 x 0.5; HR stays out."""
    table = blast_radius_table(shop(), "pay")
    assert table["service"].tolist() == ["pay", "shop", "web"]
    assert table["weight"].tolist() == [1.0, 0.8, 0.4]
    assert table["down"].tolist() == [True, True, False]
    assert table["steps"].tolist() == [0, 1, 2]
    assert table["via"].fillna("").tolist() == ["", "pay", "shop"]
    assert table["path"].tolist() == ["Payments", "Payments → Shop", "Payments → Shop → Web"]


def test_down_from_half_on_despite_rounding() -> None:
    """A product that should be 0.5 but for rounding still counts as down."""
    assert is_down(0.5 - 1e-13)
    assert not is_down(0.5 - 1e-9)


@pytest.mark.parametrize("call", [blast_radius, blast_radius_table, reach])
def test_unknown_service_tells_the_nearest(call: object) -> None:
    """A misspelt id is answered with the id that was probably meant."""
    with pytest.raises(InputError) as raised:
        call(shop(), "shopp")  # type: ignore[operator]
    assert str(raised.value) == (
        "there is no service 'shopp'\n"
        "services, service: found 'shopp', expected a service id; did you mean 'shop'?"
    )


def test_unknown_service_like_no_other() -> None:
    """An id like no other is answered with where to look."""
    with pytest.raises(InputError, match="Use one of the ids in the table services"):
        blast_radius(shop(), "zzzzzz")


def test_graph_by_hand() -> None:
    """Every tie of the tables is an edge from what is needed to what needs it."""
    graph = build_graph(shop())
    assert graph.nodes["task", "T1"] == {
        "kind": "task", "id": "T1", "label": "Build", "stage": "delivery",
    }  # fmt: skip
    kinds = pd.Series([kind for kind, _ in graph]).value_counts().to_dict()
    assert kinds == {"service": 4, "project": 2, "task": 5, "resource": 4, "stakeholder": 2}
    edges = [(a[1], b[1], told.pop("relation"), told) for a, b, told in graph.edges(data=True)]
    assert ("pay", "shop", "needs", {"impact": 0.8}) in edges
    assert ("shop", "T2", "uses", {}) in edges
    assert ("pay", "T0", "changes", {}) in edges
    assert ("T2", "T4", "precedes", {"type": "SS", "lag_days": 1.0}) in edges
    assert ("T1", "P1", "belongs", {}) in edges
    assert ("ana", "T1", "assigned", {"units_fte": 0.5, "skill": "cobol"}) in edges
    assert ("crew", "T3", "assigned", {"units_fte": 2.0}) in edges
    assert ("ana", "pay", "supports", {"bau_fte": 0.2, "incident_fte": 1.0}) in edges
    assert ("own", "pay", "interest", {"interest": "owns"}) in edges
    assert ("cfo", "P1", "interest", {"interest": "sponsors"}) in edges
    assert ("own", "P1", "interest", {"interest": "decides", "stage": "test"}) in edges
    assert ("cfo", "cem", "interest", {"interest": "informed"}) in edges
    assert ("cfo", "crew", "interest", {"interest": "informed"}) in edges
    assert len(edges) == 2 + 2 + 5 + 4 + 2 + 5 + 2 + 2 + 1


def test_reach_by_hand() -> None:
    """Payments reaches the test through Shop, and the build through Ana, who is pulled."""
    found = reach(shop(), "pay").set_index("id")
    assert found.index.tolist() == [
        "pay", "shop", "web", "T1", "T2", "T3", "T4", "P1", "P2", "ana", "ben", "cem", "crew",
        "own", "cfo",
    ]  # fmt: skip
    assert found.loc["T2", ["weight", "route", "relation", "path"]].tolist() == [
        0.8, "services", "uses", "Payments → Shop → Test",
    ]  # fmt: skip
    assert found.loc["T4", "path"] == "Payments → Shop → Test → Close"
    assert found.loc["T1", ["weight", "route", "path"]].tolist() == [
        1.0, "people", "Payments → Ana → Build",
    ]  # fmt: skip
    assert found.loc["cem", ["route", "relation"]].tolist() == ["services", "assigned"]
    assert found.loc["ben", ["route", "relation", "path"]].tolist() == [
        "people", "supports", "Payments → Shop → Ben",
    ]  # fmt: skip
    assert found.loc["own", "path"] == "Payments → Owner"
    assert "T0" not in found.index


def test_forward_walk_against_networkx_descendants() -> None:
    """By the route of services, reach finds what networkx finds in the graph without people."""
    portfolio = crowd(4, 12, 20)
    graph = build_graph(portfolio)
    kept = {"needs", "changes", "uses", "precedes", "belongs"}
    walk = nx.MultiDiGraph(
        [(a, b) for a, b, told in graph.edges(data=True) if told["relation"] in kept]
    )
    for service in portfolio.services["service"]:
        found = reach(portfolio, service)
        plain = found[
            (found["route"] == "services") & found["kind"].isin(["service", "task", "project"])
        ]
        expected = nx.descendants(walk, ("service", service)) | {("service", service)}
        assert set(zip(plain["kind"], plain["id"], strict=True)) == expected


def test_shared_resources_by_hand() -> None:
    """Ana loses all of 37.5 hours to Payments, Crew 3 of 4 FTE of 45 hours to Shop."""
    shared = shared_resources(shop())
    assert shared["resource"].tolist() == ["ana", "crew"]
    ana, crew = shared.to_dict("records")
    assert (ana["project_hours"], ana["incident_fte"], ana["worst_service"]) == (37.5, 1.0, "pay")
    assert crew["project_hours"] == 4 * 0.75 * 7.5 * 2.0
    assert crew["exposed_hours"] == 45.0 * 3.0 / 4.0
    assert (crew["services"], crew["projects"], crew["tasks"]) == (2, 1, 1)
    assert crew["everyday_fte"] == pytest.approx(0.3)
    assert crew["finding"] == (
        "Crew supports 2 services and works on 1 project. "
        "A failure of Shop takes 3 of 4 FTE away from 45 hours of project work."
    )


def test_shared_but_never_pulled() -> None:
    """Who only runs a service every day is shared, but no incident takes them."""
    portfolio = portfolio_of(
        services=[{"service": "s"}], projects=[{"project": "P"}],
        tasks=[{"task": "T", "project": "P", "duration_days": 1.0}],
        resources=[{"resource": "r", "name": "Rita"}],
        assignments=[{"task": "T", "resource": "r", "units_fte": 0.5}],
        support=[{"service": "s", "resource": "r", "bau_fte": 0.1}],
    )  # fmt: skip
    (row,) = shared_resources(portfolio).to_dict("records")
    assert row["finding"] == (
        "Rita supports 1 service and works on 1 project. "
        "No incident takes anything, everyday support does."
    )
    assert row["exposed_hours"] == 0.0
    kinds = single_points_of_failure(portfolio)["kind"].tolist()
    assert kinds == ["nobody", "only supporter, on projects"]


def test_single_points_of_failure_by_hand() -> None:
    """Found on paper: two services without a restorer, Ana alone on Payments and on COBOL."""
    points = single_points_of_failure(shop())
    assert points[["kind", "service", "resource", "skill"]].fillna("").to_numpy().tolist() == [
        ["nobody", "web", "", ""],
        ["nobody", "hr", "", ""],
        ["only supporter, on projects", "pay", "ana", ""],
        ["only skill", "", "ana", "cobol"],
    ]
    assert points["finding"].tolist() == [
        "Nobody is named to restore Web in an incident; every day it is run by Crew.",
        "Nobody is named to restore HR in an incident.",
        "Only Ana is named to restore Payments, and also has 1 open task in 1 project.",
        "Only Ana has the skill cobol: 1 open task in 1 project.",
    ]
    assert points["services_down"].tolist() == [1, 1, 2, 0]
    assert points["outage_cost_per_hour"].tolist() == [10.0, 0.0, 150.0, 0.0]
    assert points["project_hours"].tolist() == [0.0, 0.0, 37.5, 37.5]


def test_hub_and_only_everyday_supporter() -> None:
    """A service that takes both others down is a hub; one alone on everyday support is told."""
    portfolio = portfolio_of(
        services=[{"service": "net", "name": "Network"}, {"service": "a"}, {"service": "b"}],
        service_links=[{"service": "a", "needs": "net"}, {"service": "b", "needs": "a"}],
        resources=[{"resource": "x", "name": "Xi"}, {"resource": "y"}, {"resource": "z"}],
        support=[
            {"service": s, "resource": r, "bau_fte": 0.1 if (s, r) == ("net", "x") else 0.0,
             "incident_fte": 0.5}
            for s in ("net", "a", "b") for r in ("x", "y")
        ],
    )  # fmt: skip
    points = single_points_of_failure(portfolio)
    assert points["kind"].tolist() == ["only supporter", "hub"]
    assert points["finding"].tolist() == [
        "Only Xi runs Network every day.",
        "A failure of Network takes 2 of 2 other services down.",
    ]


def test_a_team_is_no_single_point() -> None:
    """A resource of several FTE has a fallback of its own."""
    portfolio = portfolio_of(
        services=[{"service": "s"}],
        resources=[{"resource": "crew", "kind": "team", "capacity_fte": 3.0}],
        support=[{"service": "s", "resource": "crew", "bau_fte": 0.5, "incident_fte": 2.0}],
    )
    assert single_points_of_failure(portfolio).empty


def test_empty_portfolio() -> None:
    """Nothing in, nothing out, in the same columns and types as ever."""
    empty, full = portfolio_of(), shop()
    assert len(build_graph(empty)) == 0
    for call in (shared_resources, single_points_of_failure):
        nothing, something = call(empty), call(full)
        assert nothing.empty
        assert nothing.dtypes.equals(something.dtypes)
