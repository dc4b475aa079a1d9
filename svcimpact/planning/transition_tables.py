"""The tables of a transition, from rows and working hours to ids and dates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from svcimpact.calendar import Side
from svcimpact.engine.plan import Floats
from svcimpact.planning.early_life import Load
from svcimpact.planning.go_no_go import CHECKS, GAP, OPEN, WEAK, Check, go_live_hours
from svcimpact.planning.readiness import Look, Pair
from svcimpact.planning.safe_date import SafeDate
from svcimpact.planning.transition_rules import TransitionRules
from svcimpact.wording import chance, day

NEVER = 1e-6  # hours; less is what rounding leaves over
TOLD_DAYS = 0.05  # working days; a shorter delay is not told
_EVIDENCE = ("met", "unproven", "open", "failed")
_SHEET = (
    "project", "project_name", "service", "service_name", "tier", "role", "go_live_task", "go_live",
    "go_live_levelled", "safe_from", "wait_days", "waits_for", "criteria", *_EVIDENCE, "gaps",
    "weak", "conditions", "chance_delivered", "chance_delivered_se", "delivered", "acceptable",
    "verdict", "because",
)  # fmt: skip
_DELAYS = (
    "project", "project_name", "service", "service_name", "delayed", "delayed_name",
    "delay_days", "delay_days_se", "delay_cost",
)  # fmt: skip
_EARLY = (
    "project", "service", "resource", "name", "start", "finish", "fte", "days", "source", "task",
)  # fmt: skip


def delivery_check(
    known: Look, pair: Pair, sure: tuple[float, float], rules: TransitionRules
) -> Check:
    """Judge whether a project delivers as documented.

    Parameters
    ----------
    known : Look
        The tables.
    pair : Pair
        The project and service.
    sure : (float, float)
        The chance that every task that changes the service ends by the due date, and its error;
        NaN without a due date.
    rules : TransitionRules
        From which chance on it counts.

    Returns
    -------
    Check
        ``ok`` or ``gap``.
    """
    if pair.go_live < 0:
        return Check("delivered", GAP, "the project has no tasks")
    tasks = pair.changes or (pair.go_live,)
    if np.isnan(sure[0]):
        return Check("delivered", "ok", "the project has no due date", tasks)
    due = known.portfolio.projects["due"].iloc[pair.project]
    status = "ok" if sure[0] >= rules.delivered_chance else GAP
    words = f"{chance(sure[0])} of the runs end by {day(due)}"
    return Check("delivered", status, words, tasks)


def sheet_row(
    known: Look,
    pair: Pair,
    checks: list[Check],
    delivery: Check,
    count: dict[str, int],
    sure: tuple[float, float],
    safe: SafeDate,
    start: float,
) -> dict[str, Any]:
    """Return one row of the sheet.

    Parameters
    ----------
    known : Look
        The tables.
    pair : Pair
        The project and service.
    checks : list of Check
        What an acceptable service needs.
    delivery : Check
        Whether the project delivers as documented.
    count : dict of str to int
        Criteria by evidence.
    sure : (float, float)
        The chance of delivery, and its error.
    safe : SafeDate
        The earliest safe go-live.
    start : float
        Levelled go-live, working hours; NaN where the project has no tasks.

    Returns
    -------
    dict
        By column.
    """
    portfolio = known.portfolio
    project, service = portfolio.projects.iloc[pair.project], portfolio.services.iloc[pair.service]
    of = {status: [c for c in checks if c.status == status] for status in (GAP, WEAK, OPEN)}
    delivered, acceptable = delivery.status == "ok", not of[GAP]
    live = go_live_hours(known, pair)
    side: Side = "finish" if pair.at_finish else "start"
    verdict = {
        (True, False): "no-go",
        (False, False): "not ready",
        (False, True): "late",
    }.get((delivered, acceptable), "go, if" if of[WEAK] or of[OPEN] else "go")
    reasons = of[GAP] or [*of[WEAK], *of[OPEN]]
    said = [_said(each) for each in ([] if delivered else [delivery]) + reasons]
    return {
        "project": project["project"],
        "project_name": project["name"],
        "service": service["service"],
        "service_name": service["name"],
        "tier": service["tier"],
        "role": pair.role,
        "go_live_task": portfolio.tasks["task"].iloc[pair.go_live] if pair.go_live >= 0 else None,
        "go_live": when(known, live, side),
        "go_live_levelled": when(known, start, side),
        "safe_from": when(known, safe.hours, side),
        "wait_days": (safe.hours - live) / portfolio.settings.hours_per_day,
        "waits_for": safe.waits_for,
        "criteria": sum(count.values()),
        **{name: count.get(name, 0) for name in _EVIDENCE},
        "gaps": len(of[GAP]),
        "weak": len(of[WEAK]),
        "conditions": len(of[OPEN]),
        "chance_delivered": sure[0],
        "chance_delivered_se": sure[1],
        "delivered": delivered,
        "acceptable": acceptable,
        "verdict": verdict,
        "because": "; ".join(said),
    }


def _said(check: Check) -> str:
    """Return a check in a few words."""
    if check.check == "delivered":
        return f"only {check.found}" if check.tasks else check.found
    if check.found.startswith("no "):
        return check.found.replace("no such task", f"no {CHECKS[check.check]}")
    name = "" if check.check == "freeze" else f"{CHECKS[check.check]}: "
    parts = check.found.split("; ")
    bad = [p for p in parts if not p.startswith(("own people do", "for the project as"))]
    return f"{name}{', '.join(bad or parts)}"


def when(known: Look, hours: float, side: Side) -> pd.Timestamp | None:
    """Return the date of a working hour.

    Parameters
    ----------
    known : Look
        The tables.
    hours : float
        Working hours, NaN for none.
    side : {"start", "finish"}
        What happens then.

    Returns
    -------
    pandas.Timestamp or None
        The date.
    """
    if np.isnan(hours):
        return None
    return pd.Timestamp(known.portfolio.calendar.when(hours, side=side))


def sheet_table(
    rows: list[dict[str, Any]], early: pd.DataFrame, moved: pd.DataFrame
) -> pd.DataFrame:
    """Put the sheet together.

    Parameters
    ----------
    rows : list of dict
        As `sheet_row` gives them.
    early, moved : pandas.DataFrame
        The early-life load, and what it delays.

    Returns
    -------
    pandas.DataFrame
        The sheet.
    """
    sheet = pd.DataFrame(rows, columns=list(_SHEET))
    for column in ("go_live", "go_live_levelled", "safe_from"):
        sheet[column] = sheet[column].astype("datetime64[us]")
    keys = ["project", "service"]
    days = early.groupby(keys)["days"].sum().rename("early_life_days").reset_index()
    sure = moved["delay_days"] >= np.maximum(TOLD_DAYS, 2 * moved["delay_days_se"])
    late = moved[sure].sort_values("delay_days", ascending=False, kind="stable")
    first = late.drop_duplicates(keys)[[*keys, "delay_days", "delay_days_se"]]
    count = late.groupby(keys).size().rename("delayed").reset_index()
    cost = moved.groupby(keys)["delay_cost"].sum().reset_index()
    for each in (days, count, first, cost):
        sheet = sheet.merge(each, on=keys, how="left")
    sheet["delayed"] = sheet["delayed"].fillna(0).astype("int64")
    for column in ("early_life_days", "delay_days", "delay_days_se", "delay_cost"):
        sheet[column] = sheet[column].astype("float64").fillna(0.0)
    return sheet


def check_table(known: Look, checks: list[tuple[Pair, Check]]) -> pd.DataFrame:
    """Return the checks by id.

    Parameters
    ----------
    known : Look
        The tables.
    checks : list of (Pair, Check)
        In order.

    Returns
    -------
    pandas.DataFrame
        One row each.
    """
    portfolio = known.portfolio
    ids = portfolio.tasks["task"].tolist()
    projects, services = portfolio.projects["project"], portfolio.services["service"]
    rows = [
        {
            "project": projects.iloc[pair.project],
            "service": services.iloc[pair.service],
            "check": each.check,
            "name": CHECKS.get(each.check, "delivered as documented"),
            "status": each.status,
            "found": each.found,
            "tasks": ", ".join(ids[i] for i in each.tasks),
        }
        for pair, each in checks
    ]
    columns = ["project", "service", "check", "name", "status", "found", "tasks"]
    return pd.DataFrame(rows, columns=columns)


def early_table(known: Look, pairs: list[Pair], loads: list[list[Load]]) -> pd.DataFrame:
    """Return the early-life load by id.

    Parameters
    ----------
    known : Look
        The tables.
    pairs : list of Pair
        Projects and services.
    loads : list of list of Load
        The load of each.

    Returns
    -------
    pandas.DataFrame
        One row per load.
    """
    portfolio = known.portfolio
    day = portfolio.settings.hours_per_day
    ids = portfolio.tasks["task"].tolist()
    rows = [
        {
            "project": portfolio.projects["project"].iloc[pair.project],
            "service": portfolio.services["service"].iloc[pair.service],
            "resource": portfolio.resources["resource"].iloc[each.resource],
            "name": portfolio.resources["name"].iloc[each.resource],
            "start": when(known, each.begin, "start"),
            "finish": when(known, each.end, "finish"),
            "fte": each.fte,
            "days": each.fte * (each.end - each.begin) / day,
            "source": each.source,
            "task": ids[each.task] if each.task >= 0 else None,
        }
        for pair, mine in zip(pairs, loads, strict=True)
        for each in mine
    ]
    found = pd.DataFrame(rows, columns=list(_EARLY))
    for column in ("start", "finish"):
        found[column] = found[column].astype("datetime64[us]")
    return found.astype(dict.fromkeys(("fte", "days"), "float64"))


def delay_table(
    known: Look, pairs: list[Pair], delays: list[tuple[Floats, Floats] | None]
) -> pd.DataFrame:
    """Return what early-life load does to other projects.

    Parameters
    ----------
    known : Look
        The tables.
    pairs : list of Pair
        Projects and services.
    delays : list of (mean, error) or None
        As `delays_by` gives them, working hours.

    Returns
    -------
    pandas.DataFrame
        One row per pair and other project that it moves, in that order.
    """
    portfolio = known.portfolio
    day = portfolio.settings.hours_per_day
    projects, services = portfolio.projects, portfolio.services
    rows = []
    for pair, found in zip(pairs, delays, strict=True):
        if found is None:
            continue
        mean, error = found
        for q in np.flatnonzero(np.abs(np.nan_to_num(mean)) > NEVER).tolist():
            if q == pair.project:
                continue
            cost = float(projects["cost_of_delay_per_day"].iloc[q])
            rows.append(
                {
                    "project": projects["project"].iloc[pair.project],
                    "project_name": projects["name"].iloc[pair.project],
                    "service": services["service"].iloc[pair.service],
                    "service_name": services["name"].iloc[pair.service],
                    "delayed": projects["project"].iloc[q],
                    "delayed_name": projects["name"].iloc[q],
                    "delay_days": mean[q] / day,
                    "delay_days_se": error[q] / day,
                    "delay_cost": cost * mean[q] / day,
                }
            )
    typed = dict.fromkeys(("delay_days", "delay_days_se", "delay_cost"), "float64")
    return pd.DataFrame(rows, columns=list(_DELAYS)).astype(typed)
