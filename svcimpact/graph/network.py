"""The portfolio as a graph, and the forward walk through it from a failure."""

from __future__ import annotations

import networkx as nx
import pandas as pd

from svcimpact.graph.blast import check_id, heaviest_paths
from svcimpact.portfolio import Portfolio

Key = tuple[str, str]


def build_graph(portfolio: Portfolio) -> nx.MultiDiGraph:
    """Return the portfolio as a graph; an edge points from what is needed to what needs it.

    A node is a pair (kind, id), such as ``("task", "T1")``, of the kinds service, project,
    task, resource and stakeholder, with the attributes `kind`, `id`, `label` (the name) and,
    where the tables have them, `team`, `capacity_fte`, `stage`, `priority`, `tier`, `role`
    and `side`. An edge has a `relation`:

    ========== ======================= =======================================
    relation   from → to               further attributes
    ========== ======================= =======================================
    needs      service → service       impact (0 to 1)
    changes    service → task
    uses       service → task
    supports   resource → service      bau_fte, incident_fte
    assigned   resource → task         units_fte, skill where one is named
    precedes   task → task             type (FS, SS, FF, SF), lag_days
    belongs    task → project
    interest   stakeholder → service,  interest (owns, sponsors, ...), stage
               project or resource     where one is named
    ========== ======================= =======================================

    An interest in a team is an interest in each of its resources.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.

    Returns
    -------
    networkx.MultiDiGraph
        The graph, nodes and edges in the order of the tables.
    """
    graph = nx.MultiDiGraph(name=portfolio.settings.name)
    for kind, table, attributes in NODES:
        for row in getattr(portfolio, table).to_dict("records"):
            told = {key: row[key] for key in attributes if pd.notna(row[key])}
            graph.add_node((kind, row[kind]), kind=kind, id=row[kind], label=row["name"], **told)
    for relation, table, source, target, kept in EDGES:
        for row in getattr(portfolio, table).to_dict("records"):
            ends = (source[0], row[source[1]]), (target[0], row[target[1]])
            if pd.notna(ends[0][1]) and pd.notna(ends[1][1]):
                told = {key: row[key] for key in kept if pd.notna(row[key])}
                graph.add_edge(*ends, relation=relation or row["effect"], **told)
    _add_interests(graph, portfolio)
    return graph


NODES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("service", "services", ("tier",)),
    ("project", "projects", ("priority",)),
    ("task", "tasks", ("stage",)),
    ("resource", "resources", ("team", "capacity_fte")),
    ("stakeholder", "stakeholders", ("role", "side")),
)
EDGES: tuple[tuple[str, str, tuple[str, str], tuple[str, str], tuple[str, ...]], ...] = (
    ("needs", "service_links", ("service", "needs"), ("service", "service"), ("impact",)),
    ("", "changes", ("service", "service"), ("task", "task"), ()),
    (
        "supports",
        "support",
        ("resource", "resource"),
        ("service", "service"),
        ("bau_fte", "incident_fte"),
    ),
    ("assigned", "assignments", ("resource", "resource"), ("task", "task"), ("units_fte", "skill")),
    ("precedes", "links", ("task", "predecessor"), ("task", "successor"), ("type", "lag_days")),
    ("belongs", "tasks", ("task", "task"), ("project", "project"), ()),
)


def _add_interests(graph: nx.MultiDiGraph, portfolio: Portfolio) -> None:
    """Add the edges from stakeholders to what they own, sponsor or hold an interest in."""
    for kind, table, column, interest in (
        ("service", portfolio.services, "owner", "owns"),
        ("project", portfolio.projects, "sponsor", "sponsors"),
    ):
        for item, holder in zip(table[kind], table[column], strict=True):
            if pd.notna(holder):
                graph.add_edge(
                    ("stakeholder", holder), (kind, item), relation="interest", interest=interest
                )
    teams = portfolio.resources.groupby("team", sort=False)["resource"].agg(list).to_dict()
    for row in portfolio.interests.to_dict("records"):
        item, told = row["item"], {"relation": "interest", "interest": row["interest"]}
        if pd.notna(row["stage"]):
            told["stage"] = row["stage"]
        ends = [(kind, item) for kind in ("service", "project") if (kind, item) in graph]
        ends += [("resource", member) for member in teams.get(item, [])]
        for end in ends:
            graph.add_edge(("stakeholder", row["stakeholder"]), end, **told)


def reach(portfolio: Portfolio, service: str) -> pd.DataFrame:
    """Return everything a failure of one service reaches.

    By the route *services*, the forward walk through the graph: services that need it, tasks
    that change or use those, tasks that wait for these, their projects, and the people whose
    work is held. By the route *people*, what only comes on top because supporters are pulled
    to restore it: those people, their tasks, what waits for them. Stakeholders are those who
    hold an interest in something reached. Finished tasks are out of reach.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.
    service : str
        Id of the service that fails.

    Returns
    -------
    pandas.DataFrame
        One row per thing reached, sorted by kind (service, task, project, resource,
        stakeholder), then `weight` downwards, then row order: `kind`, `id`, `name`, `weight`
        (largest product of impacts on the way, 0 to 1), `route` (services or people),
        `relation` of the last step (empty for the service itself) and `path` (names).

    Raises
    ------
    InputError
        If there is no such service.
    """
    check_id(service, portfolio.services["service"].tolist(), "services", "service")
    graph = build_graph(portfolio)
    done = {("task", task) for task in portfolio.tasks["task"][finished(portfolio)]}
    start = ("service", service)
    plain = _steps(graph, done, people=False)
    weights, paths = heaviest_paths(plain, start)
    routes = dict.fromkeys(weights, "services")
    for route, extra, extra_paths in (
        ("people", *heaviest_paths(_steps(graph, done, people=True), start)),
        ("services", *_one_step_back(graph, weights, paths, "assigned")),
    ):
        for node in extra:
            if node not in weights:
                weights[node], paths[node], routes[node] = extra[node], extra_paths[node], route
    holders, holder_paths = _one_step_back(graph, weights, paths, "interest")
    for node, path in holder_paths.items():
        weights[node], paths[node], routes[node] = holders[node], path, routes[path[-2]]
    place = {node: i for i, node in enumerate(graph)}
    kinds = ["service", "task", "project", "resource", "stakeholder"]
    order = sorted(weights, key=lambda n: (kinds.index(n[0]), -weights[n], place[n]))
    rows = [
        (
            *node,
            graph.nodes[node]["label"],
            weights[node],
            routes[node],
            _last_relation(graph, paths[node]),
            " → ".join(graph.nodes[step]["label"] for step in paths[node]),
        )
        for node in order
    ]
    columns = ["kind", "id", "name", "weight", "route", "relation", "path"]
    texts = dict.fromkeys(["kind", "id", "name", "route", "relation", "path"], "str")
    return pd.DataFrame(rows, columns=columns).astype(texts)


def _steps(
    graph: nx.MultiDiGraph, done: set[Key], *, people: bool
) -> dict[Key, list[tuple[Key, float]]]:
    """Return where a failure goes next from every node, and how much of it.

    With `people` it also goes from a service to those it pulls and on to their tasks.
    """
    steps: dict[Key, list[tuple[Key, float]]] = {node: [] for node in graph}
    for source, target, edge in graph.edges(data=True):
        if source in done or target in done:
            continue
        match edge["relation"]:
            case "needs":
                steps[source].append((target, edge["impact"]))
            case "changes" | "uses" | "precedes" | "belongs":
                steps[source].append((target, 1.0))
            case "supports" if people and edge["incident_fte"] > 0:
                steps[target].append((source, 1.0))
            case "assigned" if people:
                steps[source].append((target, 1.0))
    return steps


def _one_step_back(
    graph: nx.MultiDiGraph,
    weights: dict[Key, float],
    paths: dict[Key, tuple[Key, ...]],
    relation: str,
) -> tuple[dict[Key, float], dict[Key, tuple[Key, ...]]]:
    """Return who is tied by a relation to what was reached, by the heaviest, shortest path."""
    back: dict[Key, float] = {}
    back_paths: dict[Key, tuple[Key, ...]] = {}
    for source, target, edge in graph.edges(data=True):
        if edge["relation"] != relation or target not in weights:
            continue
        path = (*paths[target], source)
        rank = (weights[target], -len(path))
        if source not in back or rank > (back[source], -len(back_paths[source])):
            back[source], back_paths[source] = weights[target], path
    return back, back_paths


def _last_relation(graph: nx.MultiDiGraph, path: tuple[Key, ...]) -> str:
    """Return the relation that the last step of a path follows, forwards or backwards."""
    if len(path) == 1:
        return ""
    *_, before, last = path
    edges = graph.get_edge_data(before, last) or graph.get_edge_data(last, before)
    return str(next(iter(edges.values()))["relation"])


def finished(portfolio: Portfolio) -> pd.Series[bool]:
    """Return which tasks have an actual finish, row by row.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.

    Returns
    -------
    pandas.Series of bool
        One value per row of `tasks`.
    """
    return portfolio.tasks["actual_finish"].notna()
