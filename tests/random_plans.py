"""Random plans and disruptions from a seed, with every mechanism of the model in play."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
from plan_arrays import LINK_TYPES, plan_arrays

Takes = list[tuple[int, float, float, float]]
Holds = list[tuple[int, float, float]]
UNITS = (0.0, 0.2, 0.25, 0.5, 0.5, 0.75, 1.0, 1.0, 1.0, 1.5)
FTE = (0.25, 0.5, 1.0, 1.0, 1.5, 2.0)


class Draw:
    """Draws from one seed; whole and half hours force ties, the rest have none."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.ties = self.chance(0.6)

    def chance(self, probability: float) -> bool:
        """Toss a coin."""
        return bool(self.random.random() < probability)

    def count(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return int(self.random.integers(low, high + 1))

    def one_of(self, values: Any) -> Any:
        """Pick one."""
        return values[self.count(0, len(values) - 1)]

    def hours(self, low: float, high: float) -> float:
        """Draw a time or a length."""
        value = float(self.random.uniform(low, high))
        return round(value * 2) / 2 if self.ties else value

    def stretch(self, low: float, high: float, longest: float) -> tuple[float, float]:
        """Draw a stretch of time that begins between low and high."""
        begin = self.hours(low, high)
        return begin, begin + self.hours(0, longest)


def random_links(draw: Draw, tasks: int) -> list[tuple[int, int, str, float]]:
    """Links of all types, with lags and leads, whose starts and finishes form no cycle."""
    order = nx.DiGraph([(f"start {row}", f"finish {row}") for row in range(tasks)])
    links = []
    for _ in range(draw.count(0, 2 * tasks) if tasks > 1 else 0):
        one, other = (int(row) for row in draw.random.choice(tasks, size=2, replace=False))
        kind = draw.one_of(("FS", "FS", *LINK_TYPES))
        tail = f"{'finish' if kind[0] == 'F' else 'start'} {one}"
        head = f"{'finish' if kind[1] == 'F' else 'start'} {other}"
        if order.has_edge(tail, head) or nx.has_path(order, head, tail):
            continue
        order.add_edge(tail, head)
        lag = 0.0 if draw.chance(0.4) else draw.hours(-6, 6)
        links.append((one, other, kind, lag))
    return links


def random_capacity(draw: Draw, enough: float, now: float) -> list[tuple[float, float]]:
    """Draw the steps of one resource; the last is for good and the largest, so nobody is stuck."""
    times = sorted({draw.hours(now - 5, now + 30) for _ in range(draw.count(0, 4))})
    values = [float(draw.one_of((-0.5, 0.0, 0.4, 0.5, 1.0, 1.0, 2.0))) for _ in times]
    most = max([enough, float(draw.one_of((0.0, 0.5, 1.0, 1.0, 1.5, 2.0, 3.0))), *values])
    return list(zip([-np.inf, *times], [*values, most], strict=True))


def random_status(draw: Draw, tasks: int, now: float) -> dict[str, dict[int, float]]:
    """Which tasks are done, running or untouched at the status date."""
    began, ended, done = {}, {}, {}
    for row in range(tasks):
        state = draw.one_of(("done", "running", "untouched", "untouched"))
        if state == "untouched":
            continue
        start = draw.hours(0, now)
        if state == "running":
            done[row] = float(draw.one_of((0.0, 0.25, 0.5, 0.9, 1.0)))
            began[row] = start
        else:
            done[row] = 1.0
            ended[row] = start + float(draw.one_of((0.0, 0.5, 1.0))) * (now - start)
            if draw.chance(0.8):
                began[row] = start
    return {"began": began, "ended": ended, "done": done}


def random_case(seed: int) -> tuple[dict[str, Any], Takes, Holds, dict[str, Any]]:
    """Draw one plan and what befalls it.

    Parameters
    ----------
    seed
        The same seed gives the same case.

    Returns
    -------
    tuple
        The fields of a plan by name, takes (resource, from, until, FTE), holds (task, from,
        until) and the options of a run: `hours`, `min_share`, `resume_hours`. 1-25 tasks and 0-6
        resources; every task can start in the end, whatever befalls it.
    """
    draw = Draw(seed)
    tasks = draw.count(1, draw.one_of((3, 8, 25)))
    resources = draw.count(0, draw.one_of((1, 3, 6)))
    min_share = float(draw.one_of((0.5, 0.5, 1.0, 0.3)))
    now = draw.hours(1, 20) if draw.chance(0.3) else 0.0
    needs = []
    for _ in range(tasks):
        several = min(resources, draw.one_of((0, 1, 1, 1, 2, 3)))
        chosen = draw.random.choice(resources, size=several, replace=False) if several else []
        needs.append({int(k): float(draw.one_of(UNITS)) for k in chosen})
    most = [max((need.get(k, 0.0) for need in needs), default=0.0) for k in range(resources)]
    status = random_status(draw, tasks, now) if now > 0 else {}

    def frozen(longest: int) -> Holds:
        return [
            (draw.count(0, tasks - 1), *draw.stretch(now - 5, now + 30, 10))
            for _ in range(draw.count(0, longest))
        ]

    hours = [0.0 if draw.chance(0.1) else draw.hours(0.25, 12) for _ in range(tasks)]
    fields = plan_arrays(
        hours,
        needs=needs,
        links=random_links(draw, tasks),
        capacity=[random_capacity(draw, min_share * most[k], now) for k in range(resources)],
        release=[draw.hours(0, 20) if draw.chance(0.3) else 0.0 for _ in range(tasks)],
        dispatch=draw.random.permutation(tasks).tolist(),
        holds=frozen(3),
        now=now,
        **status,
    )
    takes = [
        (
            draw.count(0, resources - 1),
            *draw.stretch(now - 5, now + 30, 15),
            float(draw.one_of(FTE)),
        )
        for _ in range(draw.count(0, 5) if resources else 0)
    ]
    if takes and draw.chance(0.2):
        # Relief: what an incident gives back counts as a take below 0.
        resource, begin, end, fte = takes[0]
        takes.append((resource, begin, end, -fte / 2))
    options = {
        "hours": fields["hours"] * draw.random.uniform(0.5, 2, tasks) if draw.chance(0.2) else None,
        "min_share": min_share,
        "resume_hours": float(draw.one_of((0.0, 1.5))),
    }
    return fields, takes, frozen(4), options
