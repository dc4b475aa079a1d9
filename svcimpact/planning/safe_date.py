"""The earliest date on which a project can go live on a service safely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from svcimpact.engine.plan import Floats
from svcimpact.planning.early_life import Load
from svcimpact.planning.go_no_go import go_live_hours
from svcimpact.planning.readiness import ACTIVITIES, Look, Pair, freezes_on
from svcimpact.planning.steps import Steps
from svcimpact.planning.transition_rules import TransitionRules

HORIZON_DAYS = 250
_TOLERANCE = 1e-6  # hours


@dataclass(frozen=True)
class SafeDate:
    """When a go-live is safe, and what it waits for.

    Attributes
    ----------
    hours : float
        Working hours; NaN where there is no such time within `HORIZON_DAYS`.
    waits_for : str
        What sets the date, in words.
    """

    hours: float
    waits_for: str


def safe_date(
    known: Look,
    pair: Pair,
    failed: bool,
    loads: list[Load],
    steps: Steps,
    start: Floats,
    finish: Floats,
    rules: TransitionRules,
) -> SafeDate:
    """Find the earliest safe go-live.

    The earliest time, not before the levelled start of the go-live task, at which

    1. every service test and training that counts for the service has finished and business
       change has begun, at levelled dates; one that is needed and missing takes `assumed_days`
       from when the last change outside the transition is built (from the status date, or the
       portfolio's start, where there is none), and what failed acceptance takes `rework_days`
       and a new service test from then;
    2. the go-live task runs to its end outside the freezes of the service; and
    3. for as long as early-life support lasts from then on, its people have
       ``Σ_k ∫ min(spare_k, fte_k) dt >= early_life_cover * Σ_k fte_k * hours``, spare being the
       project capacity that all other levelled work leaves them.

    Open criteria are taken to be met by then.

    Parameters
    ----------
    known : Look
        The tables.
    pair : Pair
        The project and service.
    failed : bool
        Whether an acceptance criterion has failed.
    loads : list of Load
        Its early-life load.
    steps : Steps
        Levelled load and capacity, the early-life load of this pair left out.
    start, finish : ndarray of float, shape (n,)
        Levelled dates, working hours.
    rules : TransitionRules
        What is assumed.

    Returns
    -------
    SafeDate
        The date and what it waits for.
    """
    if pair.go_live < 0:
        return SafeDate(float("nan"), "the project has no tasks")
    ready, why = _ready(known, pair, failed, start, finish, rules)
    day = known.portfolio.settings.hours_per_day
    length = 0.0 if pair.at_finish else float(finish[pair.go_live] - start[pair.go_live])
    morning = np.ceil((ready + _TOLERANCE) / day) * day
    tried = np.concatenate([[ready], morning + day * np.arange(HORIZON_DAYS)])
    freezes = freezes_on(known.portfolio, pair.service)
    open_ = np.ones(tried.size, bool)
    for begin, end, _ in freezes:
        # A go-live of no length is caught by the freeze that it falls into.
        margin = _TOLERANCE if length > 0 else -_TOLERANCE
        open_ &= (tried >= end - _TOLERANCE) | (tried + length <= begin + margin)
    staffed = _staffed(known, loads, steps, tried + length, rules)
    fits = np.flatnonzero(open_ & staffed)
    if not fits.size:
        return SafeDate(float("nan"), "its people never have the time for early-life support")
    at = int(fits[0])
    planned = go_live_hours(known, pair)
    if not at and tried[0] <= planned + _TOLERANCE:
        why = "nothing"
    elif at and staffed[:at].all():
        why = "the change freeze"
    elif at:
        why = "people free for early-life support"
        if not open_[:at].all():
            why += ", and the change freeze"
    return SafeDate(float(tried[at]), why)


def _ready(
    known: Look,
    pair: Pair,
    failed: bool,
    start: Floats,
    finish: Floats,
    rules: TransitionRules,
) -> tuple[float, str]:
    """Return when everything that has to come before is done, and what comes last."""
    day = known.portfolio.settings.hours_per_day
    stage = known.portfolio.tasks["stage"].to_numpy()
    built = [float(finish[i]) for i in pair.changes if stage[i] != "transition"]
    base = max([known.plan.now, *built])
    live = float((finish if pair.at_finish else start)[pair.go_live])
    wanted = [(live, "its own work and people, levelled")]
    for name in ("service_test", "training", "business_change"):
        tasks = list(pair.tasks[name])
        if tasks and name == "business_change":
            wanted.append((float(start[tasks].min()), f"{ACTIVITIES[name]} to begin"))
        elif tasks:
            wanted.append((float(finish[tasks].max()), ACTIVITIES[name]))
        elif name in rules.needed.get(pair.role, ()) and name not in pair.waived:
            days = rules.assumed_days.get(name, 0.0)
            wanted.append((base + days * day, f"{ACTIVITIES[name]}, missing in the plan"))
    if failed:
        days = rules.rework_days + rules.assumed_days.get("service_test", 0.0)
        wanted.append((base + days * day, "a failed criterion to be put right and tested again"))
    latest = max(when for when, _ in wanted)
    # Where several come last together, the plan itself is named before what it waits for.
    return latest, next(why for when, why in wanted if when >= latest - _TOLERANCE)


def _staffed(
    known: Look, loads: list[Load], steps: Steps, begin: Floats, rules: TransitionRules
) -> np.ndarray:
    """Tell from which times on the people of early-life support are free for it."""
    if not loads:
        return np.ones(begin.size, bool)
    length = max(each.end for each in loads) - min(each.begin for each in loads)
    wanted: dict[int, float] = {}
    for each in loads:
        # Tasks one after the other do not ask for more at once than the largest of them.
        part = each.fte * (each.end - each.begin) / length
        wanted[each.resource] = wanted.get(each.resource, 0.0) + part
    given = np.zeros(begin.size)
    for k, fte in wanted.items():
        mine = np.flatnonzero((steps.resource == k) & (steps.length > 0))
        spare = steps.capacity[mine] - steps.load[mine]
        time = steps.edges[0] + np.concatenate([[0.0], np.cumsum(steps.length[mine])])
        use = np.clip(spare, 0.0, fte)
        total = np.concatenate([[0.0], np.cumsum(use * np.diff(time))])
        resource = known.portfolio.resources["capacity_fte"].iloc[k]
        idle = max(float(resource) - _everyday(known, k), 0.0)
        # After the last week with work everybody is free but for everyday support.
        far = time[-1] + 10 * HORIZON_DAYS * known.portfolio.settings.hours_per_day
        time = np.append(time, far)
        total = np.append(total, total[-1] + min(idle, fte) * (far - time[-2]))
        given += np.interp(begin + length, time, total) - np.interp(begin, time, total)
    asked = sum(wanted.values()) * length
    return given >= rules.early_life_cover * asked - _TOLERANCE


def _everyday(known: Look, resource: int) -> float:
    return sum(of.get(resource, 0.0) for of in known.support.values())
