"""Links between tasks, and between services, that lead back to where they start."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from svcimpact.cells.text import quoted
from svcimpact.checks.lookup import positions
from svcimpact.errors import Ledger, listed
from svcimpact.tables import Draft

# Which end of the predecessor a link leaves, and which end of the successor it holds: 0 the start,
# 1 the finish.
_ENDS = {"FS": (1, 0), "SS": (0, 0), "FF": (1, 1), "SF": (0, 1)}
_MOST_SPELLED = 12


def check_self_links(draft: Draft, ledger: Ledger) -> None:
    """Find links from a thing to itself.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the faults.
    """
    for table, one, other, what in (
        ("links", "predecessor", "successor", "task"),
        ("service_links", "service", "needs", "service"),
    ):
        frame = draft.frames[table]
        for at in np.flatnonzero(frame[one] == frame[other]):
            ledger.fault(
                table,
                draft.rows[table][at],
                other,
                found=f"{quoted(frame[one][at])} on both sides",
                expected=f"two different {what}s",
                cure="Remove the row, or correct one of the two.",
            )


def check_cycles(draft: Draft, ledger: Ledger) -> None:
    """Find tasks that wait for themselves through links.

    Every task has two ends; its finish waits for its start, and each link makes one end wait for
    another. There is a fault for every strongly connected part of this graph with more than one
    end, told by one of its shortest cycles. So SS from A to B and FF from B to A go together, while
    SS both ways do not.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the faults.
    """
    from scipy.sparse import coo_array  # loading takes long, and many tables have no links
    from scipy.sparse.csgraph import connected_components

    links = draft.frames["links"]
    tasks = draft.frames["tasks"]["task"]
    before = positions(links["predecessor"], tasks)
    after = positions(links["successor"], tasks)
    known = (before >= 0) & (after >= 0) & (before != after)
    use = np.flatnonzero(known & links["type"].notna().to_numpy())
    if not use.size:
        return
    ends = np.array([_ENDS[kind] for kind in links["type"].iloc[use]])
    tail, head = 2 * before[use] + ends[:, 0], 2 * after[use] + ends[:, 1]
    starts = 2 * np.arange(len(tasks))
    source, target = np.concatenate([tail, starts]), np.concatenate([head, starts + 1])
    weights = np.ones(len(source), dtype=np.int32)
    shape = (2 * len(tasks), 2 * len(tasks))
    graph = coo_array((weights, (source, target)), shape=shape).tocsr()
    _, part = connected_components(graph, directed=True, connection="strong")
    caught = np.flatnonzero(part[tail] == part[head])
    for number in dict.fromkeys(part[tail[caught]].tolist()):
        inside = caught[part[tail[caught]] == number]
        members = np.unique(np.concatenate([tail[inside], head[inside]]) // 2)
        cycle = _shortest_cycle(tail[inside], head[inside])
        _tell_cycle(draft, use[inside[cycle]], len(members), ledger)


def _shortest_cycle(tail: npt.NDArray[np.int64], head: npt.NDArray[np.int64]) -> list[int]:
    """Return the links of a shortest cycle through the first link, the first link first."""
    leaving: dict[int, list[int]] = {}
    for link, end in enumerate(tail.tolist()):
        leaving.setdefault(end, []).append(link)
    goal = int(tail[0])
    came: dict[int, tuple[int, int | None]] = {}  # end: (end before, link between or None)
    seen = {int(head[0])}
    queue = deque(seen)
    while queue and goal not in seen:
        end = queue.popleft()
        steps: list[tuple[int, int | None]] = [
            (int(head[link]), link) for link in leaving.get(end, ())
        ]
        # From a task's start to its finish, without a link.
        steps += [(end + 1, None)] if end % 2 == 0 else []
        for onward, between in steps:
            if onward not in seen:
                seen.add(onward)
                came[onward] = (end, between)
                queue.append(onward)
    links: list[int] = []
    end = goal
    while end != head[0]:
        end, between = came[end]
        links += [between] if between is not None else []
    return [0, *reversed(links)]


def _tell_cycle(draft: Draft, cycle: npt.NDArray[np.int64], tasks: int, ledger: Ledger) -> None:
    links, rows = draft.frames["links"].iloc[cycle], draft.rows["links"][cycle]
    words = [
        f"{before} -{kind}->"
        for before, kind in zip(links["predecessor"], links["type"], strict=True)
    ]
    if len(words) > _MOST_SPELLED:
        left_out = len(words) - _MOST_SPELLED
        half = _MOST_SPELLED // 2
        words = [*words[:half], f"… {left_out} more …", *words[-half:]]
    told = f"'{' '.join(words)} {links['predecessor'].iloc[0]}'"
    others = tasks - links["predecessor"].nunique()
    more = f" {others} more task{'s hang' if others > 1 else ' hangs'} in the same knot."
    ledger.fault(
        "links",
        listed(rows, limit=_MOST_SPELLED),
        found=told,
        expected="links without a cycle",
        cure=f"Remove or correct one of these links.{more if others else ''}",
    )


def check_leads(draft: Draft, ledger: Ledger) -> None:
    """Warn of leads that cannot be seen coming.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the warnings.
    """
    links = draft.frames["links"]
    early = ((links["lag_days"] < 0) & links["type"].isin(["SS", "SF"])).to_numpy(dtype=bool)
    if early.any():
        ledger.warn(
            "links",
            draft.rows["links"][early],
            "lag_days",
            found=f"{early.sum()} with a lead" if early.sum() > 1 else "a lead",
            expected="a lag of 0 or more on SS and SF links",
            cure="Nobody knows a start before it comes, so the successor may go on as soon as the "
            "predecessor starts.",
        )
