"""How far the failure of a service reaches other services, and how hard."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import pandas as pd

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.nearest import Nearest
from svcimpact.portfolio import Portfolio

Node = TypeVar("Node", bound=Hashable)

DOWN_WEIGHT = 0.5


def is_down(weight: float) -> bool:
    """Return whether a service of this blast radius weight counts as down.

    Parameters
    ----------
    weight : float
        Weight in the blast radius, 0 to 1.

    Returns
    -------
    bool
        True from a weight of 0.5 on (1e-12 is allowed for rounding in the product).
    """
    return weight >= DOWN_WEIGHT - 1e-12


def blast_radius(portfolio: Portfolio, service: str) -> dict[str, float]:
    """Return every service that a failure of one service reaches, with its weight.

    The failed service weighs 1. A service that needs it, directly or through others, weighs
    the product of `impact` along the path, the largest where there are several. Cycles are
    allowed; what is reached with weight 0 only is left out.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.
    service : str
        Id of the service that fails.

    Returns
    -------
    dict of str to float
        Weight by service id, from the heaviest down, ties in the order of `services`.

    Raises
    ------
    InputError
        If there is no such service.
    """
    check_id(service, portfolio.services["service"].tolist(), "services", "service")
    weights, _ = heaviest_paths(dependents(portfolio), service)
    row = {name: i for i, name in enumerate(portfolio.services["service"])}
    order = sorted(weights, key=lambda name: (-weights[name], row[name]))
    return {name: weights[name] for name in order}


def dependents(portfolio: Portfolio) -> dict[str, list[tuple[str, float]]]:
    """Return, for every service, the services that need it and the impact on each."""
    needed_by: dict[str, list[tuple[str, float]]] = {s: [] for s in portfolio.services["service"]}
    links = portfolio.service_links
    for service, needs, impact in zip(
        links["service"], links["needs"], links["impact"], strict=True
    ):
        needed_by[needs].append((service, float(impact)))
    return needed_by


def heaviest_paths(
    needed_by: Mapping[Node, list[tuple[Node, float]]], start: Node
) -> tuple[dict[Node, float], dict[Node, tuple[Node, ...]]]:
    """Return the largest product of impacts to every node reached, and one path with it.

    Dijkstra's algorithm on products: an impact is at most 1, so a path never gets heavier,
    and multiplying keeps the weights exact where logarithms would round them.
    """
    weights: dict[Node, float] = {}
    paths: dict[Node, tuple[Node, ...]] = {}
    queue: list[tuple[float, int, int, Node, tuple[Node, ...]]] = [(-1.0, 1, 0, start, (start,))]
    pushed = 0
    while queue:
        negative, _, _, reached, path = heapq.heappop(queue)
        if reached in weights:
            continue
        weights[reached] = -negative
        paths[reached] = path
        for dependent, impact in needed_by.get(reached, []):
            weight = weights[reached] * impact
            if weight > 0 and dependent not in weights:
                pushed += 1
                longer = (*path, dependent)
                heapq.heappush(queue, (-weight, len(longer), pushed, dependent, longer))
    return weights, paths


def check_id(found: str, known: Sequence[str], table: str, column: str) -> None:
    """Raise InputError with the nearest id if `found` is not among those known."""
    if found in known:
        return
    nearest = Nearest(known)(str(found))
    problem = fault(
        table,
        column=column,
        found=repr(found),
        expected=f"a {column} id",
        nearest=repr(nearest) if nearest else "",
        cure="" if nearest else f"Use one of the ids in the table {table}.",
    )
    raise InputError(f"there is no {column} {found!r}", fault_frame([problem]))


def blast_radius_table(portfolio: Portfolio, service: str) -> pd.DataFrame:
    """Return the blast radius of a service as a table, with the path of each weight.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.
    service : str
        Id of the service that fails.

    Returns
    -------
    pandas.DataFrame
        One row per service reached, in the order of `blast_radius`: `service`, `name`,
        `weight` (0 to 1), `down` (whether it counts as down), `steps` (services away from
        the failed one), `via` (id of the service that passes it on; empty for the failed one)
        and `path` (names from the failed service on).

    Raises
    ------
    InputError
        If there is no such service.
    """
    weights = blast_radius(portfolio, service)
    _, paths = heaviest_paths(dependents(portfolio), service)
    names = dict(zip(portfolio.services["service"], portfolio.services["name"], strict=True))
    frame = pd.DataFrame(
        {
            "service": list(weights),
            "name": [names[s] for s in weights],
            "weight": list(weights.values()),
            "down": [is_down(weight) for weight in weights.values()],
            "steps": [len(paths[s]) - 1 for s in weights],
            "via": [paths[s][-2] if s != service else None for s in weights],
            "path": [" → ".join(names[step] for step in paths[s]) for s in weights],
        }
    )
    return frame.astype({"service": "str", "name": "str", "via": "str", "path": "str"})
