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


def random_case(
    seed: int, *, most_tasks: int = 25
) -> tuple[dict[str, Any], Takes, Holds, dict[str, Any]]:
    """Draw one plan and what befalls it.

    Parameters
    ----------
    seed
        The same seed gives the same case.
    most_tasks
        The largest number of tasks; two draws in three are far smaller.

    Returns
    -------
    tuple
        The fields of a plan by name, takes (resource, from, until, FTE), holds (task, from,
        until) and the options of a run: `hours`, `min_share`, `resume_hours`. There are 0-6
        resources; every task can start in the end, whatever befalls it.
    """
    draw = Draw(seed)
    tasks = draw.count(1, draw.one_of((3, 8, most_tasks)))
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


def relabelled(
    fields: dict[str, Any],
    takes: Takes,
    holds: Holds,
    options: dict[str, Any],
    tasks: np.ndarray,
    resources: np.ndarray,
) -> tuple[dict[str, Any], Takes, Holds, dict[str, Any]]:
    """Give the same case with its tasks and resources in another row order.

    Row `i` of the new plan is row `tasks[i]` of the old one; likewise for resources.
    """
    task, resource = np.argsort(tasks), np.argsort(resources)

    def groups(pointer: str, order: np.ndarray, values: np.ndarray) -> np.ndarray:
        parts = np.split(values, fields[pointer][1:-1]) if len(order) else []
        return np.concatenate([values[:0], *(parts[i] for i in order)])

    per_task = ("hours", "release", "began", "ended", "done")
    task_rows = ("dispatch", "link_predecessor", "link_successor", "hold_task")
    of_tasks, of_resources = np.diff(fields["need_ptr"]), np.diff(fields["capacity_ptr"])
    need_resource = np.array([resource[k] for k in fields["need_resource"]], dtype=np.int64)
    moved = {
        **{name: fields[name][tasks] for name in per_task},
        **{name: task[fields[name]] for name in task_rows},
        "need_ptr": np.cumsum([0, *of_tasks[tasks]]),
        "need_resource": groups("need_ptr", tasks, need_resource),
        "need_units": groups("need_ptr", tasks, fields["need_units"]),
        "capacity_ptr": np.cumsum([0, *of_resources[resources]]),
        "capacity_time": groups("capacity_ptr", resources, fields["capacity_time"]),
        "capacity_value": groups("capacity_ptr", resources, fields["capacity_value"]),
    }
    hours = options["hours"]
    return (
        fields | moved,
        [(int(resource[k]), begin, end, fte) for k, begin, end, fte in takes],
        [(int(task[row]), begin, end) for row, begin, end in holds],
        options | {"hours": None if hours is None else hours[tasks]},
    )


def side_by_side(
    one: dict[str, Any],
    takes_one: Takes,
    holds_one: Holds,
    other: dict[str, Any],
    takes_other: Takes,
    holds_other: Holds,
) -> tuple[dict[str, Any], Takes, Holds]:
    """Put two cases that share nothing into one; the other's tasks and resources come after."""
    tasks, resources = len(one["hours"]), len(one["capacity_ptr"]) - 1
    shift = {
        **dict.fromkeys(("dispatch", "link_predecessor", "link_successor", "hold_task"), tasks),
        "need_resource": resources,
    }
    both = {
        name: np.concatenate([one[name], other[name] + shift.get(name, 0)])
        for name in one.keys() - {"now", "need_ptr", "capacity_ptr"}
    }
    for name in ("need_ptr", "capacity_ptr"):
        both[name] = np.concatenate([one[name], one[name][-1] + other[name][1:]])
    return (
        both | {"now": one["now"]},
        [*takes_one, *((k + resources, begin, end, fte) for k, begin, end, fte in takes_other)],
        [*holds_one, *((row + tasks, begin, end) for row, begin, end in holds_other)],
    )
