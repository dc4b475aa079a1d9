"""Search for the best few of many levers: exact where they are few, a beam where they are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from svcimpact.incident.action_checks import action_faults
from svcimpact.progress import Step, silent
from svcimpact.response.judge import Judge, Levers, Verdict

Floats = NDArray[np.float64]

# Sets that are all judged where there are no more of them; and how wide a beam is otherwise.
EXHAUSTIVE = 300
BEAM = 6
# Single levers, the best of them first, that a beam adds.
ADDED = 15


@dataclass(frozen=True, eq=False)
class Judged:
    """A set of levers and what it comes to.

    Attributes
    ----------
    levers : Levers
        The set.
    members : tuple of int
        Which of the single levers are in it.
    verdict : Verdict
        Run by run.
    """

    levers: Levers
    members: tuple[int, ...]
    verdict: Verdict


@dataclass(frozen=True, eq=False)
class Search:
    """What was judged.

    Attributes
    ----------
    singles : tuple of Judged
        Every single lever that can be pulled, in the order given.
    sets : tuple of Judged
        Every set, doing nothing and the single levers among them.
    best : Judged
        The one with the largest mean of what is sought.
    exact : bool
        Whether every set of so many levers was judged.
    impossible : tuple of Levers
        Those under which a task could never go on.
    """

    singles: tuple[Judged, ...]
    sets: tuple[Judged, ...]
    best: Judged
    exact: bool
    impossible: tuple[Levers, ...]


def score(verdict: Verdict, objective: str) -> float:
    """Return what is sought, as a mean over runs.

    Parameters
    ----------
    verdict : Verdict
        What a set of levers comes to.
    objective : {"money", "days"}
        Money saved less costs, or working days saved over all projects.

    Returns
    -------
    float
        The larger the better.
    """
    return float((verdict.net if objective == "money" else verdict.days.sum(axis=1)).mean())


def search(
    judge: Judge,
    levers: Sequence[Levers],
    most: int,
    *,
    objective: str,
    step: Step = silent,
) -> Search:
    """Judge single levers and sets of them.

    Parameters
    ----------
    judge : Judge
        The moment of the decision.
    levers : sequence of Levers
        Single levers.
    most : int
        Most levers in a set.
    objective : {"money", "days"}
        What is sought.
    step : callable, optional
        Is given the part that is done, from 0 to 1; an exception that it raises ends the search.

    Returns
    -------
    Search
        Where there are at most 300 sets all of them are judged, so that none is better. Where
        there are more, single levers are judged first; then the six best sets so far are each
        extended by each of the fifteen best single levers, one lever at a time.
    """
    verdicts = judge.judge_all(levers, step, 0.0, 1 / most)
    nothing = judge.judge(Levers())
    assert nothing is not None
    idle = Judged(Levers(), (), nothing)
    singles = [
        Judged(lever, (k,), verdict)
        for k, (lever, verdict) in enumerate(zip(levers, verdicts, strict=True))
        if verdict is not None
    ]
    impossible = [lever for lever, verdict in zip(levers, verdicts, strict=True) if not verdict]
    found = [idle, *singles]
    usable = [one.members[0] for one in singles]
    exact = sum(comb(len(usable), k) for k in range(2, most + 1)) <= EXHAUSTIVE

    def value(one: Judged) -> float:
        return score(one.verdict, objective)

    def extend(members: list[tuple[int, ...]], size: int) -> list[Judged]:
        sets = [(m, _together(judge, [levers[k] for k in m])) for m in members]
        fitting = [(m, together) for m, together in sets if together is not None]
        whole = [together for _, together in fitting]
        answers = judge.judge_all(whole, step, (size - 1) / most, size / most)
        return [
            Judged(together, m, verdict)
            for (m, together), verdict in zip(fitting, answers, strict=True)
            if verdict is not None
        ]

    if exact:
        for size in range(2, most + 1):
            found += extend(list(combinations(usable, size)), size)
    else:
        ranked = sorted(singles, key=value, reverse=True)
        add = [one.members[0] for one in ranked[:ADDED]]
        front = ranked[:BEAM]
        for size in range(2, most + 1):
            wider = {
                tuple(sorted({*one.members, k}))
                for one in front
                for k in add
                if k not in one.members
            }
            grown = extend(sorted(wider), size)
            found += grown
            front = sorted(grown, key=value, reverse=True)[:BEAM]
    # Of equals the one with fewer levers, and doing nothing before all.
    best = min(found, key=lambda one: (-value(one), len(one.members)))
    if value(best) <= 0.0:
        best = idle
    return Search(tuple(singles), tuple(found), best, exact, tuple(impossible))


def _together(judge: Judge, levers: Sequence[Levers]) -> Levers | None:
    """Return single levers as a set, where they can be pulled together."""
    if sum(one.order != "plan" for one in levers) > 1:
        return None
    whole = Levers()
    for one in levers:
        whole = whole.with_(one)
    fits = not action_faults(judge.scenario_with(whole), judge.portfolio)
    return whole if fits else None


def undominated(sets: Sequence[Judged], objective: str) -> list[Judged]:
    """Return the sets of which none is as good in everything and better in something.

    Parameters
    ----------
    sets : sequence of Judged
        What was judged.
    objective : {"money", "days"}
        What is sought; the other two are cost and disturbance, the less the better.

    Returns
    -------
    list of Judged
        By what they save, the least first; doing nothing is among them unless something saves
        more and neither costs nor moves anything.
    """
    rows = []
    for one in sets:
        v = one.verdict
        saved = v.money if objective == "money" else v.days.sum(axis=1)
        rows.append((-float(saved.mean()), float(v.cost.mean()), float(v.disturbance.mean())))
    figures = np.array(rows).round(9)
    kept = []
    for k, mine in enumerate(figures):
        as_good, better = (figures <= mine).all(axis=1), (figures < mine).any(axis=1)
        first = (figures == mine).all(axis=1).argmax() == k
        if first and not (as_good & better).any():
            kept.append(k)
    return [sets[k] for k in sorted(kept, key=lambda k: -figures[k, 0])]
