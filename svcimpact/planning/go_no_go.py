"""The checks of a go/no-go sheet, each with what was found."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from svcimpact.planning.readiness import (
    ACTIVITIES,
    Look,
    Pair,
    freezes_on,
    names_of,
    own_share,
)
from svcimpact.planning.transition_rules import TransitionRules
from svcimpact.wording import chance

OK, OPEN, WEAK, GAP = "ok", "open", "weak", "gap"
#: The checks that make a service acceptable, in the order of the sheet.
CHECKS = {"criteria": "acceptance criteria", **ACTIVITIES, "freeze": "outside freezes"}
_WORST = (OK, OPEN, WEAK, GAP)
_TOLERANCE = 1e-6  # hours


@dataclass(frozen=True)
class Check:
    """One line of the sheet.

    Attributes
    ----------
    check : str
        One of `CHECKS`.
    status : str
        ``ok``; ``open``: not known yet; ``weak``: to be talked about; ``gap``: not acceptable.
    found : str
        What was found, in words.
    tasks : tuple of int
        The tasks that it is about.
    """

    check: str
    status: str
    found: str
    tasks: tuple[int, ...] = ()


def criteria_of(known: Look) -> pd.DataFrame:
    """Return the acceptance criteria with what their evidence comes to.

    Parameters
    ----------
    known : Look
        The tables.

    Returns
    -------
    pandas.DataFrame
        The acceptance table and `evidence`: ``met`` (the status says so and a figure was
        reached), ``unproven`` (the status says met, but `achieved` is blank), ``open`` or
        ``failed``.
    """
    table = known.portfolio.acceptance.copy()
    blank = table["achieved"].isna() | (table["achieved"].astype("str").str.strip() == "")
    met = table["status"] == "met"
    table["evidence"] = table["status"].where(~(met & blank), "unproven").astype("str")
    return table


def checks_of(
    known: Look, pair: Pair, criteria: dict[str, int], rules: TransitionRules
) -> list[Check]:
    """Check one project on one service.

    Parameters
    ----------
    known : Look
        The tables.
    pair : Pair
        The project and service.
    criteria : dict of str to int
        How many criteria there are, by evidence.
    rules : TransitionRules
        What is needed.

    Returns
    -------
    list of Check
        One of each of `CHECKS`.
    """
    needed = rules.needed.get(pair.role, ())
    agreed = _criteria(criteria, needed="criteria" in needed)
    activities = [_activity(known, pair, name, rules) for name in ACTIVITIES]
    # What this service does not need of this project is worth a word, but stops nothing.
    milder = [
        replace(each, status=WEAK) if each.status == GAP and each.check not in needed else each
        for each in activities
    ]
    return [agreed, *milder, _freeze(known, pair)]


def _criteria(count: dict[str, int], *, needed: bool) -> Check:
    """Judge the acceptance criteria; one that has failed always counts."""
    whole = sum(count.values())
    if not whole:
        return Check("criteria", GAP if needed else WEAK, "no criterion agreed with the service")
    words = {
        "failed": "failed",
        "unproven": "said to be met with nothing to show for it",
        "open": "open",
        "met": "met with evidence",
    }
    found = ", ".join(f"{count[e]} {text}" for e, text in words.items() if count.get(e))
    status = {"failed": GAP, "unproven": WEAK, "open": OPEN}
    worst = next((status[e] for e in status if count.get(e)), OK)
    return Check("criteria", worst, f"of {whole}: {found}")


def _activity(known: Look, pair: Pair, name: str, rules: TransitionRules) -> Check:
    """Judge one activity: is it there, who does it, and is it at the right time."""
    tasks = pair.tasks[name]
    if name in pair.waived:
        return Check(name, OK, "declared not to be needed", tasks)
    if not tasks:
        return Check(name, GAP, "no such task")
    status, words = [OK], []
    share = own_share(known, pair, name)
    lacking = GAP if name in rules.own_people else WEAK
    if np.isnan(share):
        status.append(GAP)
        words.append("nobody is assigned")
    elif share <= 0:
        status.append(lacking)
        people = {k for i in tasks for k, _ in known.staff.get(i, [])}
        names = names_of(known.portfolio.resources, sorted(people))
        words.append(f"none of the service's own people, only {_and(names)}")
    else:
        words.append(f"own people do {chance(share)} of the work")
    late = _order(known, pair, name, rules)
    if late:
        status.append(GAP)
        words.append(late)
    if pair.wide[name]:
        words.append("for the project as a whole, not for this service by name")
    return Check(name, max(status, key=_WORST.index), "; ".join(words), tasks)


def _order(known: Look, pair: Pair, name: str, rules: TransitionRules) -> str:
    """Return what is wrong with when an activity is planned, nothing where all is right."""
    tasks = list(pair.tasks[name])
    start, finish = known.start[tasks].min(), known.finish[tasks].max()
    live = go_live_hours(known, pair)
    if np.isnan(live):
        return ""
    if name in ("service_test", "training") and finish > live + _TOLERANCE:
        return "ends after go-live"
    if name == "service_test" and finish < built_by(known, pair) - _TOLERANCE:
        return "ends before the last change is built"
    if name == "business_change" and start > live + _TOLERANCE:
        return "begins after go-live"
    if name == "handover" and pair.tasks["early_life_support"]:
        over = known.finish[list(pair.tasks["early_life_support"])].max()
        return "ends after early-life support" if finish > over + _TOLERANCE else ""
    if name == "early_life_support":
        if start < live - _TOLERANCE:
            return "begins before go-live"
        if start > live_until(known, pair) + _TOLERANCE:
            return "begins only some time after the last change"
        days = (finish - start) / known.portfolio.settings.hours_per_day
        if days < rules.early_life_days - _TOLERANCE:
            return f"lasts {days:.1f} of {rules.early_life_days:g} working days"
    return ""


def go_live_hours(known: Look, pair: Pair) -> float:
    """Return when the plan goes live on the service.

    Parameters
    ----------
    known : Look
        The tables.
    pair : Pair
        The project and service.

    Returns
    -------
    float
        Working hours; NaN where the project has no tasks.
    """
    if pair.go_live < 0:
        return float("nan")
    return float((known.finish if pair.at_finish else known.start)[pair.go_live])


def built_by(known: Look, pair: Pair) -> float:
    """Return when the plan has built what it changes in the service.

    Parameters
    ----------
    known : Look
        The tables.
    pair : Pair
        The project and service.

    Returns
    -------
    float
        Working hours: the latest finish of the scope, design and delivery work that changes the
        service, minus infinity where there is none.
    """
    tasks = known.portfolio.tasks
    build = tasks["stage"].isin(["scope", "design", "delivery"]) & (tasks["activity"] == "work")
    built = [i for i in pair.changes if build.iloc[i]]
    return float(known.finish[built].max()) if built else float("-inf")


def live_until(known: Look, pair: Pair) -> float:
    """Return when the plan has made its last change to the service.

    Parameters
    ----------
    known : Look
        The tables.
    pair : Pair
        The project and service.

    Returns
    -------
    float
        Working hours: the latest finish of the go-live task and of all tasks that change the
        service.
    """
    return float(known.finish[[pair.go_live, *pair.changes]].max())


def _freeze(known: Look, pair: Pair) -> Check:
    """Look for changes planned inside a freeze of the service."""
    caught, words = [], []
    for begin, end, until in freezes_on(known.portfolio, pair.service):
        # A freeze over [a, b) holds at a, also a change of no length.
        inside = [
            i
            for i in pair.changes
            if known.start[i] < end and (known.finish[i] > begin or known.start[i] >= begin)
        ]
        new = [i for i in inside if i not in caught]
        if new:
            names = _and(names_of(known.portfolio.tasks, new))
            words.append(f"{names} in the freeze until {until.day} {until.month_name()}")
            caught += new
    if caught:
        return Check("freeze", GAP, "; ".join(words), tuple(caught))
    return Check("freeze", OK, "no change planned inside a freeze")


def _and(names: list[str], most: int = 3) -> str:
    shown = names[:most] + ([f"{len(names) - most} more"] if len(names) > most else [])
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
