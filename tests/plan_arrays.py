"""Build the arrays of a plan from short lists, so that a case fits on a few lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

LINK_TYPES = ("FS", "SS", "FF", "SF")


def plan_arrays(
    hours: Sequence[float],
    *,
    needs: Sequence[Mapping[int, float]] = (),
    links: Sequence[tuple[int, int, str, float]] = (),
    capacity: Sequence[float | Sequence[tuple[float, float]]] = (),
    release: Sequence[float] = (),
    dispatch: Sequence[int] = (),
    holds: Sequence[tuple[int, float, float]] = (),
    now: float = 0.0,
    began: Mapping[int, float] | None = None,
    ended: Mapping[int, float] | None = None,
    done: Mapping[int, float] | None = None,
) -> dict[str, Any]:
    """Give every field of a plan, by name.

    `needs` holds one {resource: units} per task; a capacity is one number or its steps
    (time, value), the first at -inf; what is left out is empty, 0 or row order.

    Examples
    --------
    >>> needs = [{0: 1}, {0: 0.5}]
    >>> fields = plan_arrays([8, 4], needs=needs, links=[(0, 1, "SS", 2)], capacity=[1])
    >>> fields["need_ptr"].tolist(), fields["need_units"].tolist(), fields["link_type"].tolist()
    ([0, 1, 2], [1.0, 0.5], [1])
    """
    tasks = len(hours)
    of_tasks = list(needs) or [{} for _ in range(tasks)]
    steps = [
        [(-np.inf, float(item))] if isinstance(item, int | float) else list(item)
        for item in capacity
    ]

    def pointer(groups: Sequence[Any]) -> np.ndarray:
        return np.cumsum([0, *map(len, groups)]).astype(np.int64)

    def reals(values: Any) -> np.ndarray:
        return np.array(list(values), dtype=np.float64)

    def whole(values: Any) -> np.ndarray:
        return np.array(list(values), dtype=np.int64)

    def per_task(values: Mapping[int, float] | None, otherwise: float) -> np.ndarray:
        return reals((values or {}).get(row, otherwise) for row in range(tasks))

    return {
        "hours": reals(hours),
        "release": reals(release) if len(release) else np.zeros(tasks),
        "dispatch": whole(dispatch) if len(dispatch) else np.arange(tasks, dtype=np.int64),
        "need_ptr": pointer(of_tasks),
        "need_resource": whole(k for need in of_tasks for k in need),
        "need_units": reals(u for need in of_tasks for u in need.values()),
        "link_predecessor": whole(link[0] for link in links),
        "link_successor": whole(link[1] for link in links),
        "link_type": np.array([LINK_TYPES.index(link[2]) for link in links], dtype=np.int64),
        "link_lag": reals(link[3] for link in links),
        "capacity_ptr": pointer(steps),
        "capacity_time": reals(time for of_resource in steps for time, _ in of_resource),
        "capacity_value": reals(value for of_resource in steps for _, value in of_resource),
        "hold_task": whole(hold[0] for hold in holds),
        "hold_from": reals(hold[1] for hold in holds),
        "hold_until": reals(hold[2] for hold in holds),
        "now": float(now),
        "began": per_task(began, np.nan),
        "ended": per_task(ended, np.nan),
        "done": per_task(done, 0.0),
    }
