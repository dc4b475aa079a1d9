"""Columns of nodes in an order that keeps the lines between them from crossing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

SWEEPS = 12

Edge = tuple[str, str]


def untangled(
    columns: Sequence[Sequence[str]],
    edges: Mapping[Edge, float],
    groups: Mapping[str, str] | None = None,
) -> list[list[str]]:
    """Order the nodes of every column so that few lines cross.

    Barycentre heuristic (Sugiyama, Tagawa and Toda, 1981): every node moves to the weighted
    mean position of its neighbours, column by column, to and fro; the best order met is kept.

    Parameters
    ----------
    columns : sequence of sequences of str
        Node keys, unique over all columns, from left to right.
    edges : mapping of (str, str) to float
        Weight by pair of nodes in neighbouring columns, the left one first.
    groups : mapping of str to str, optional
        Group of a node; a group stays together, its first node stays first.

    Returns
    -------
    list of list of str
        The columns, reordered. The same input gives the same order.
    """
    order = [list(column) for column in columns]
    groups = groups or {}
    neighbours: dict[str, list[tuple[str, float]]] = {n: [] for column in order for n in column}
    for (left, right), weight in edges.items():
        neighbours[left].append((right, weight))
        neighbours[right].append((left, weight))
    best, fewest = [list(column) for column in order], crossings(order, edges)
    for sweep in range(SWEEPS):
        forth = list(range(len(order)))
        for i in forth if sweep % 2 == 0 else reversed(forth):
            order[i] = _by_barycentre(order[i], neighbours, _places(order), groups)
        count = crossings(order, edges)
        if count < fewest:
            best, fewest = [list(column) for column in order], count
    return best


def crossings(columns: Sequence[Sequence[str]], edges: Mapping[Edge, float]) -> int:
    """Count the pairs of lines that cross.

    Parameters
    ----------
    columns : sequence of sequences of str
        Node keys in drawing order.
    edges : mapping of (str, str) to float
        Pairs of nodes in neighbouring columns, the left one first.

    Returns
    -------
    int
        Crossings, over all gaps between columns.

    Examples
    --------
    >>> crossings([["a", "b"], ["x", "y"]], {("a", "y"): 1, ("b", "x"): 1})
    1
    """
    column = {node: i for i, nodes in enumerate(columns) for node in nodes}
    place = {node: i for nodes in columns for i, node in enumerate(nodes)}
    total = 0
    for gap in range(len(columns) - 1):
        ends = [(place[a], place[b]) for a, b in edges if column[a] == gap]
        if ends:
            left, right = np.array(ends).T
            turned = (left[:, None] - left) * (right[:, None] - right) < 0
            total += int(turned.sum()) // 2
    return total


def _places(columns: Sequence[Sequence[str]]) -> dict[str, float]:
    """Return the relative height, 0 to 1, of every node in its column."""
    return {n: (i + 0.5) / len(nodes) for nodes in columns for i, n in enumerate(nodes)}


def _by_barycentre(
    nodes: Sequence[str],
    neighbours: Mapping[str, Sequence[tuple[str, float]]],
    places: Mapping[str, float],
    groups: Mapping[str, str],
) -> list[str]:
    """Return the nodes of one column sorted by where their neighbours are, groups together."""
    centre = {}
    for node in nodes:
        weight = sum(w for _, w in neighbours[node])
        pull = sum(w * places[other] for other, w in neighbours[node])
        centre[node] = pull / weight if weight > 0 else places[node]
    members: dict[str, list[str]] = {}
    for node in nodes:
        members.setdefault(groups.get(node, node), []).append(node)
    middle = {g: float(np.mean([centre[n] for n in inside])) for g, inside in members.items()}
    ordered: list[str] = []
    for group in sorted(members, key=lambda g: middle[g]):
        first, *rest = members[group]
        ordered += [first, *sorted(rest, key=lambda n: centre[n])]
    return ordered
