"""The conflict network of projects, and the groups that should meet as one."""

from __future__ import annotations

import networkx as nx
import pandas as pd

from svcimpact.planning.communication import owners_of
from svcimpact.planning.register import ConflictRegister

_SEED = 1


def conflict_network(register: ConflictRegister) -> nx.Graph:
    """Return projects as nodes and their conflicts as edges.

    Parameters
    ----------
    register : ConflictRegister
        What `conflict_register` returned.

    Returns
    -------
    networkx.Graph
        Every project is a node, by id, with `label` (its name), `over_days` (person-days over in
        all its conflicts, those with services and absences included) and `group` (the number of
        its community, from 1). An edge joins two projects in conflict, with `conflicts`,
        `over_days`, `level`, `delay_days` (the longer of both; NaN where not weighed) and
        `weight`, the position of its level of communication, from 1.

    Notes
    -----
    Communities by the Louvain method on the weights, from a fixed seed (Blondel, Guillaume,
    Lambiotte and Lefebvre, 2008): groups that have more to settle among themselves than with
    others. Number 1 has the most projects; a project without conflicts is a group of its own.

    Examples
    --------
    >>> from svcimpact.io import read
    >>> from svcimpact.planning.conflicts import conflict_register
    >>> network = conflict_network(conflict_register(read("data/tiny")))
    >>> list(network.edges(data="over_days"))
    [('pages', 'checkout', 0.75)]
    """
    projects, pairs = register.portfolio.projects, register.pairs
    order = {level.level: number for number, level in enumerate(register.levels, 1)}
    graph = nx.Graph(name=register.portfolio.settings.name)
    for project, name in zip(projects["project"], projects["name"], strict=True):
        graph.add_node(project, label=name, over_days=0.0)
    for row in pairs.to_dict("records"):
        both = [row["project"], *([row["other"]] if row["other_kind"] == "project" else [])]
        for project in both:
            graph.nodes[project]["over_days"] += row["over_days"]
        if len(both) == 2:
            told = [row["delay_days"], row["other_delay_days"]]
            graph.add_edge(
                *both,
                conflicts=row["conflicts"],
                over_days=row["over_days"],
                level=row["level"],
                delay_days=pd.Series(told, dtype="float64").max(),
                weight=order[row["level"]],
            )
    place = {project: number for number, project in enumerate(graph)}
    groups = nx.community.louvain_communities(graph, weight="weight", seed=_SEED)
    groups = sorted(
        (sorted(g, key=place.__getitem__) for g in groups), key=lambda g: (-len(g), place[g[0]])
    )
    for number, group in enumerate(groups, 1):
        for project in group:
            graph.nodes[project]["group"] = number
    return graph


def conflict_groups(register: ConflictRegister) -> pd.DataFrame:
    """Return which projects should settle their conflicts together.

    Parameters
    ----------
    register : ConflictRegister
        What `conflict_register` returned.

    Returns
    -------
    pandas.DataFrame
        One row per project, group by group: `group` (1 has the most projects), `project`, `name`,
        `others` (projects that it is in conflict with), `others_in_group`, `over_days` and
        `owner`. See `conflict_network`.
    """
    graph = conflict_network(register)
    owner = dict(zip(graph, owners_of(register.portfolio).projects, strict=True))
    rows = [
        {
            "group": told["group"],
            "project": project,
            "name": told["label"],
            "others": graph.degree(project),
            "others_in_group": sum(
                graph.nodes[o]["group"] == told["group"] for o in graph[project]
            ),
            "over_days": told["over_days"],
            "owner": owner[project],
        }
        for project, told in graph.nodes(data=True)
    ]
    columns = ["group", "project", "name", "others", "others_in_group", "over_days", "owner"]
    found = pd.DataFrame(rows, columns=columns).astype(
        dict.fromkeys(["project", "name", "owner"], "str")
    )
    return found.sort_values("group", kind="stable", ignore_index=True)
