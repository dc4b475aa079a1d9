"""Early-life support, put on the people who have to give it, and what that costs other projects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from svcimpact.engine.plan import Floats, Plan
from svcimpact.planning.readiness import Look, Pair
from svcimpact.planning.replay import (
    Drawn,
    project_finish,
    replay,
    with_taken,
    without_needs,
)
from svcimpact.planning.transition_rules import TransitionRules

PLANNED, PUT_BACK, ASSUMED = "planned", "put back", "assumed"


@dataclass(frozen=True)
class Load:
    """What one of the service's own people gives to early-life support.

    Attributes
    ----------
    resource : int
        Row.
    begin, end : float
        Working hours.
    fte : float
        How much of them.
    source : str
        ``planned``: a task of the plan has them on it; ``put back``: the plan has others do it;
        ``assumed``: the plan has none.
    task : int
        The task, -1 where the plan has none.
    """

    resource: int
    begin: float
    end: float
    fte: float
    source: str
    task: int


def load_of(
    known: Look, pair: Pair, start: Floats, finish: Floats, rules: TransitionRules
) -> list[Load]:
    """Return the early-life load of a service's own people.

    Where early-life tasks name them, that is their load. What these tasks ask of others is asked
    of the service's own people as well, in proportion to their everyday support of the service:
    they are who users will call. Where the plan has none of the early-life support that the
    service needs, each is assumed to give `early_life_uplift` of their everyday support of the
    service for `early_life_days` from the last change on.

    Parameters
    ----------
    known : Look
        The tables.
    pair : Pair
        The project and service.
    start, finish : ndarray of float, shape (n,)
        Levelled dates, working hours.
    rules : TransitionRules
        What is assumed.

    Returns
    -------
    list of Load
        Empty where nobody supports the service, or the project has no tasks.
    """
    everyday = known.support.get(pair.service, {})
    if not everyday or pair.go_live < 0:
        return []
    whole = sum(everyday.values())
    parts = {k: fte / whole if whole > 0 else 1 / len(everyday) for k, fte in everyday.items()}
    found = []
    for i in pair.tasks["early_life_support"]:
        begin, end, others = float(start[i]), float(finish[i]), 0.0
        for k, fte in known.staff.get(i, []):
            if k in everyday:
                found.append(Load(k, begin, end, fte, PLANNED, i))
            else:
                others += fte
        found += [
            Load(k, begin, end, others * part, PUT_BACK, i)
            for k, part in parts.items()
            if others * part > 0
        ]
    if pair.tasks["early_life_support"]:
        return [each for each in found if each.end > each.begin]
    if "early_life_support" in pair.waived or (
        "early_life_support" not in rules.needed.get(pair.role, ())
    ):
        return []
    begin = float(finish[[pair.go_live, *pair.changes]].max())
    end = begin + rules.early_life_days * known.portfolio.settings.hours_per_day
    share = rules.early_life_uplift
    return [
        Load(k, begin, end, share * fte, ASSUMED, -1)
        for k, fte in everyday.items()
        if share * fte > 0 and end > begin
    ]


def takes_of(loads: list[Load]) -> list[tuple[int, float, float, float]]:
    """Return what comes on top of the plan, as time taken from project capacity.

    Parameters
    ----------
    loads : list of Load
        Early-life load.

    Returns
    -------
    list of (resource, from, until, FTE)
        Those put back or assumed.
    """
    return [(e.resource, e.begin, e.end, e.fte) for e in loads if e.source != PLANNED]


def delays_by(
    drawn: Drawn, loads: list[list[Load]]
) -> tuple[list[tuple[Floats, Floats] | None], Floats]:
    """Run the plan with all early-life load, and with all but that of one pair.

    Parameters
    ----------
    drawn : Drawn
        The futures.
    loads : list of list of Load
        Early-life load of each pair.

    Returns
    -------
    delays : list of (mean, error) or None
        For each pair how much later each project finishes because of its load, working hours,
        and the standard error (0 from a single run that stands for all); None where the pair
        has no load.
    finish : ndarray of float, shape (runs, n)
        When tasks finish with all load.
    """
    plan = drawn.plan
    projects = len(drawn.portfolio.projects)
    everything = [take for each in loads for take in takes_of(each)]
    finish = replay(drawn, with_taken(plan, everything))
    with_all = project_finish(plan, finish, projects)
    holder = np.repeat(np.arange(len(plan.hours)), np.diff(plan.need_ptr))
    out: list[tuple[Floats, Floats] | None] = []
    for number, mine in enumerate(loads):
        if not mine:
            out.append(None)
            continue
        others = [t for at, each in enumerate(loads) if at != number for t in takes_of(each)]
        less = with_taken(_without(plan, holder, mine), others)
        difference = with_all - project_finish(plan, replay(drawn, less), projects)
        error = np.zeros(projects)
        if drawn.runs > 1:
            error = difference.std(axis=0, ddof=1) / np.sqrt(drawn.runs)
        out.append((difference.mean(axis=0), error))
    return out, finish


def _without(plan: Plan, holder: np.ndarray, loads: list[Load]) -> Plan:
    """Return the plan without what early-life tasks ask of these people."""
    gone = np.zeros(len(plan.need_resource), bool)
    for each in loads:
        if each.source == PLANNED:
            gone |= (holder == each.task) & (plan.need_resource == each.resource)
    return without_needs(plan, gone)
