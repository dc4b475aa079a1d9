"""Which service needs which, in layers from what is needed to what needs it."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.typing import LineStyleType

from svcimpact.charts.boxes import FADED, Spot, blend, box, connect, surface
from svcimpact.charts.layered import Edge, untangled
from svcimpact.charts.letters import plain, wrap
from svcimpact.charts.style import (
    ALARM,
    INCIDENT,
    INK,
    MUTED,
    OUTAGE,
    PAPER,
    canvas,
    finding,
    styled,
)
from svcimpact.graph import blast_radius, is_down
from svcimpact.portfolio import Portfolio
from svcimpact.wording import chance, counted, listed

AROUND = 1.5
ROW = 0.42
PALE = "#ccd4dc"
BEND = "bend:"
MOST_LAYERS = 6


@styled
def service_map(
    portfolio: Portfolio, *, service: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw which service needs which; a failure spreads from left to right.

    A line goes from a service to one that needs it. Where services need each other in a
    circle, the lines that close the circle are dashed. Without `service` each box tells how
    many other services its failure takes down; with it, the share of that failure each service
    suffers, all else fades.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.
    service : str, optional
        Id of a service whose failure is shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure of slide width otherwise.

    Returns
    -------
    matplotlib.axes.Axes
        The axes with the picture; its title states the finding.

    Raises
    ------
    InputError
        If there is no such service.
    """
    struck = blast_radius(portfolio, service) if service is not None else {}
    ids = list(portfolio.services["service"])
    names = dict(zip(ids, portfolio.services["name"], strict=True))
    links = portfolio.service_links[portfolio.service_links["impact"] > 0]
    pairs = list(dict.fromkeys(zip(links["needs"], links["service"], strict=True)))
    layer, closing = layers(ids, pairs)
    tied = {end for pair in pairs for end in pair}
    columns, routes = _bends([s for s in ids if s in tied], pairs, layer)
    steps: dict[Edge, float] = {step: 1.0 for route in routes.values() for step in pairwise(route)}
    columns = untangled(columns, steps)
    alone = [names[s] for s in ids if s not in tied]
    ax = canvas(ax, max([1, *map(len, columns)]) * ROW + AROUND + (0.5 if alone else 0.0))
    spots = _spots(ax, columns, alone)
    down = {s: sum(map(is_down, blast_radius(portfolio, s).values())) - 1 for s in ids}
    for pair, route in routes.items():
        lit = struck.keys() >= set(pair)
        _line(
            ax,
            [spots[node] for node in route],
            lit=lit,
            quiet=service is not None and not lit,
            backwards=pair in closing,
        )
    for node, spot in spots.items():
        if node in names:
            if service is None:
                share = down[node] / max([1, *down.values()])
                fill = blend(PAPER, INCIDENT, share * 0.9)
                box(ax, spot, names[node], note=str(down[node] or ""), fill=fill, edge=MUTED)
            elif node in struck:
                fill = blend(OUTAGE, ALARM, struck[node] ** 1.5)
                first = node == service
                box(
                    ax,
                    spot,
                    names[node],
                    note=chance(struck[node]) if struck[node] < 1 else "",
                    fill=fill,
                    edge=INK if first else MUTED,
                    bold=first,
                )
            else:
                box(ax, spot, names[node], edge=PALE, ink=FADED)
    if closing:
        handles = [
            Line2D([], [], color=MUTED, label="needs what is left of it"),
            Line2D([], [], color=MUTED, linestyle="--", label="closes a circle: needed by it too"),
        ]
        ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, 0), ncols=2)
    finding(ax, *_said(names, down, struck, service))
    return ax


def layers(nodes: list[str], pairs: list[Edge]) -> tuple[dict[str, int], set[Edge]]:
    """Return the layer of every node, and the pairs that close a circle.

    Without the pairs that close a circle, every pair leads to a higher layer (longest path
    from what needs nothing; nodes that are needed more than they need move up to those).

    Parameters
    ----------
    nodes : list of str
        The nodes.
    pairs : list of (str, str)
        What is needed, and what needs it.

    Returns
    -------
    dict of str to int
        Layer from 0 on.
    set of (str, str)
        Pairs that lead back.

    Examples
    --------
    >>> layers(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a")])
    ({'a': 0, 'b': 1, 'c': 2}, {('c', 'a')})
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(pairs)
    closing = _closing(graph)
    graph.remove_edges_from(closing)
    order = list(nx.topological_sort(graph))
    layer: dict[str, int] = {}
    for node in order:
        layer[node] = max((layer[p] + 1 for p in graph.predecessors(node)), default=0)
    for node in reversed(order):
        if 0 < graph.out_degree(node) >= graph.in_degree(node):
            layer[node] = min(layer[s] for s in graph.successors(node)) - 1
    return {node: layer[node] for node in nodes}, closing


def _closing(graph: nx.DiGraph) -> set[Edge]:
    """Return few edges without which there is no circle (Eades, Lin and Smyth, 1993).

    Nodes are lined up: what nothing is needed by goes last, what needs nothing goes first,
    then what is needed more than it needs. Edges that lead back in that line and do close a
    circle are the ones.
    """
    left = graph.copy()
    first: list[str] = []
    last: list[str] = []
    while left:
        ends = [n for n in left if left.out_degree(n) == 0]
        starts = [n for n in left if left.in_degree(n) == 0 and n not in ends]
        if not ends and not starts:
            starts = [max(left, key=lambda n: left.out_degree(n) - left.in_degree(n))]
        first, last = first + starts, ends + last
        left.remove_nodes_from(starts + ends)
    place = {node: i for i, node in enumerate(first + last)}
    back = [(a, b) for a, b in graph.edges if place[a] >= place[b]]
    rest = graph.copy()
    rest.remove_edges_from(back)
    closing = set()
    for a, b in back:
        if nx.has_path(rest, b, a):
            closing.add((a, b))
        else:
            rest.add_edge(a, b)
    return closing


def _bends(
    nodes: list[str], pairs: list[Edge], layer: dict[str, int]
) -> tuple[list[list[str]], dict[Edge, list[str]]]:
    """Return the columns and, for each pair, its way through them, left to right.

    Lines that skip a column pass it at a bend, shared by all lines from the same node. More
    layers than fit become fewer columns.
    """
    deepest = max((layer[n] for n in nodes), default=0)
    many = min(deepest + 1, MOST_LAYERS)
    column = {n: layer[n] * many // (deepest + 1) for n in nodes}
    columns: list[list[str]] = [[n for n in nodes if column[n] == i] for i in range(many)]
    routes = {}
    for pair in pairs:
        left, right = sorted(pair, key=lambda n: column[n])
        bends = [f"{BEND}{left}:{i}" for i in range(column[left] + 1, column[right])]
        for i, bend in enumerate(bends, start=column[left] + 1):
            if bend not in columns[i]:
                columns[i].append(bend)
        routes[pair] = [left, *bends, right]
    return columns, routes


def _spots(ax: Axes, columns: list[list[str]], alone: list[str]) -> dict[str, Spot]:
    """Return where each box and bend stands; write those without any tie at the bottom."""
    width, height = surface(ax, AROUND)
    if alone:
        text = f"Neither need others nor are needed: {listed(alone, 12, what='services')}"
        lines = wrap(text, width, 9.0)[:2]
        height -= 0.15 + 0.17 * len(lines)
        ax.text(
            0.0, height + 0.12, "\n".join(plain(line) for line in lines),
            ha="left", va="top", fontsize=9.0, color=MUTED,
        )  # fmt: skip
    gap = min(1.0, 0.24 * width / len(columns)) if len(columns) > 1 else 0.0
    wide = min((width - gap * (len(columns) - 1)) / max(len(columns), 1), 2.4)
    gap = (width - wide * len(columns)) / max(len(columns) - 1, 1)
    sizes = [[0.45 if n.startswith(BEND) else 1.0 for n in column] for column in columns]
    pitch = min(height / max([1.0, *map(sum, sizes)]), 0.55)
    tall = min(pitch * 0.75, 0.38)
    spots = {}
    for i, (column, size) in enumerate(zip(columns, sizes, strict=True)):
        y = (height - sum(size) * pitch) / 2
        for node, share in zip(column, size, strict=True):
            left = i * (wide + gap)
            spots[node] = Spot(left, left + wide, y + share * pitch / 2, tall)
            y += share * pitch
    return spots


def _line(ax: Axes, way: list[Spot], *, lit: bool, quiet: bool, backwards: bool) -> None:
    """Draw the line of one pair along its way."""
    color = ALARM if lit else PALE if quiet else MUTED
    width, order = (1.4, 2.0) if lit else (0.6 if quiet else 0.9, 1.0)
    first, *bends, last = way
    style: LineStyleType = (0, (3, 2)) if backwards else "-"
    if first.left == last.left:
        points, bow = [(first.right, first.y), (last.right, last.y)], 0.25
    else:
        passed = [(x, spot.y) for spot in bends for x in (spot.left, spot.right)]
        points, bow = [(first.right, first.y), *passed, (last.left, last.y)], 0.0
    connect(ax, points, color=color, width=width, style=style, order=order, bow=bow)


def _said(
    names: dict[str, str], down: dict[str, int], struck: dict[str, float], service: str | None
) -> tuple[str, str]:
    """Return the finding and how to read the picture."""
    others = len(names) - 1
    how = "A line leads from a service on the left to one on the right that needs it"
    if service is not None:
        hit = [s for s, weight in struck.items() if s != service and weight > 0]
        lost = sum(is_down(struck[s]) for s in hit)
        text = f"If {names[service]} fails, {lost} of {counted(others, 'other service')} "
        text += f"{'goes' if lost == 1 else 'go'} down"
        if len(hit) > lost:
            text += f" and {len(hit) - lost} more {'feels' if len(hit) - lost == 1 else 'feel'} it"
        return text, f"{how}; in the box, the share of the failure that reaches it, where not all"
    most = max(down.values(), default=0)
    if not most:
        return "No service takes another one down", how
    worst = [names[s] for s in names if down[s] == most]
    text = f"A failure of {worst[0]} takes {most} of {counted(others, 'other service')} down"
    text += (
        ", more than any other"
        if len(worst) == 1
        else f", as {'does' if len(worst) == 2 else 'do'} {listed(worst[1:], 2)}"
    )
    return text, f"{how}; in the box, how many others its failure takes down"
