"""The tables of a contingency plan: what levers save and cost, alone and together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.incident.action_checks import action_faults
from svcimpact.incident.estimates import Z95, mean
from svcimpact.portfolio import Portfolio
from svcimpact.response.judge import Judge, Levers, Verdict
from svcimpact.response.lever_words import in_words
from svcimpact.response.search import Judged, Search, score, undominated

Floats = NDArray[np.float64]

LATER_DAYS = (1.0, 2.0, 3.0, 5.0, 8.0)  # working days after the decision


def mean_of(values: Floats) -> tuple[float, float]:
    """Return the mean over runs of one figure.

    Parameters
    ----------
    values : ndarray of float, shape (runs,)
        Run by run.

    Returns
    -------
    estimate, error : float
        The mean and its standard error.
    """
    estimate, error = mean(values[:, None])
    return float(estimate[0]), float(error[0])


def figures(verdict: Verdict) -> dict[str, float]:
    """Return what a set of levers comes to, with errors.

    Parameters
    ----------
    verdict : Verdict
        Run by run.

    Returns
    -------
    dict of str to float
        `saved_days`, `saved_money`, `cost`, `net`, `disturbance`, each with its `_se`.
    """
    told: dict[str, float] = {}
    for name, values in (
        ("saved_days", verdict.days.sum(axis=1)),
        ("saved_money", verdict.money),
        ("cost", verdict.cost),
        ("net", verdict.net),
        ("disturbance", verdict.disturbance),
    ):
        told[name], told[f"{name}_se"] = mean_of(values)
    return told


FIGURES = [
    name + error
    for name in ("saved_days", "saved_money", "cost", "net", "disturbance")
    for error in ("", "_se")
]


def kind_of(levers: Levers) -> str:
    """Return the kind of a single lever.

    Parameters
    ----------
    levers : Levers
        A set of one.

    Returns
    -------
    str
        As in an action, or ``order``.
    """
    return levers.actions[0].kind if levers.actions else "order"


def lever_table(portfolio: Portfolio, singles: Sequence[Judged]) -> pd.DataFrame:
    """Return what each single lever comes to.

    Parameters
    ----------
    portfolio : Portfolio
        With the names.
    singles : sequence of Judged
        The levers, in the order wanted.

    Returns
    -------
    pandas.DataFrame
        One row per lever.
    """
    told = [
        {
            "lever": in_words(portfolio, one.levers),
            "kind": kind_of(one.levers),
            **figures(one.verdict),
        }
        for one in singles
    ]
    return pd.DataFrame(told, columns=["lever", "kind", *FIGURES])


def totals_table(searched: Verdict, fresh: Verdict) -> pd.DataFrame:
    """Return what a plan comes to on the draws of the search and on fresh ones.

    Parameters
    ----------
    searched, fresh : Verdict
        Run by run.

    Returns
    -------
    pandas.DataFrame
        Two rows; the fresh draws are those to tell.
    """
    rows = [{"draws": "search", **figures(searched)}, {"draws": "fresh", **figures(fresh)}]
    return pd.DataFrame(rows, columns=["draws", *FIGURES])


def plan_table(best: Judged, searched: Search, again: Judge, objective: str) -> pd.DataFrame:
    """Return the levers of a plan: alone, as part of it, and until when.

    Parameters
    ----------
    best : Judged
        The plan.
    searched : Search
        With the single levers.
    again : Judge
        Fresh draws.
    objective : {"money", "days"}
        What is sought.

    Returns
    -------
    pandas.DataFrame
        One row per lever, the one that the plan would miss most first.
    """
    single = {one.members[0]: one.levers for one in searched.singles}
    mine = [single[k] for k in best.members]
    columns = ["lever", "kind", "alone_net", "alone_net_se", "share_net", "share_net_se"]
    if not mine:
        return pd.DataFrame(columns=[*columns, "worth_until"])
    whole = again.judge(best.levers)
    assert whole is not None
    until = _worth_until(again, mine, objective)
    rows: list[dict[str, Any]] = []
    ranks: list[float] = []
    for k, lever in enumerate(mine):
        rest = Levers()
        for other in mine[:k] + mine[k + 1 :]:
            rest = rest.with_(other)
        alone, others = again.judge(lever), again.judge(rest)
        row: dict[str, Any] = {"lever": in_words(again.portfolio, lever), "kind": kind_of(lever)}
        missed = 0.0 if others is None else score(whole, objective) - score(others, objective)
        ranks.append(-missed)
        if alone is not None:
            row["alone_net"], row["alone_net_se"] = mean_of(alone.net)
        if others is not None:
            row["share_net"], row["share_net_se"] = mean_of(whole.net - others.net)
        rows.append({**row, "worth_until": until[k]})
    rows = [rows[k] for k in np.argsort(ranks, kind="stable")]
    table = pd.DataFrame(rows, columns=[*columns, "worth_until"])
    return table.astype({"worth_until": "datetime64[us]"})


def _worth_until(again: Judge, levers: Sequence[Levers], objective: str) -> list[Any]:
    """Return the latest moment looked at from which each lever is still worth pulling."""
    until: list[Any] = [pd.NaT for _ in levers]
    clock = again.portfolio.calendar
    last = again.last
    for days in (0.0, *LATER_DAYS):
        hours = again.when + days * again.day
        if hours >= last:
            break
        when = pd.Timestamp(clock.when(hours, side="start"))
        judge = (
            again
            if days == 0
            else Judge(again.portfolio, again.scenario, when, threads=again.threads)
        )
        fitting = [
            k
            for k, one in enumerate(levers)
            if not action_faults(judge.scenario_with(one), judge.portfolio)
        ]
        for k, verdict in zip(fitting, judge.judge_all([levers[k] for k in fitting]), strict=True):
            if verdict is None:
                continue
            values = verdict.net if objective == "money" else verdict.days.sum(axis=1)
            estimate, error = mean_of(values)
            if estimate > Z95 * error:
                until[k] = when
    return until


def project_gains(portfolio: Portfolio, again: Judge, fresh: Verdict) -> pd.DataFrame:
    """Return what a plan does to each project.

    Parameters
    ----------
    portfolio : Portfolio
        What was simulated.
    again : Judge
        Fresh draws.
    fresh : Verdict
        What the plan comes to on them.

    Returns
    -------
    pandas.DataFrame
        One row per project.
    """
    projects = portfolio.projects
    idle = again.futures.found.late
    due = portfolio.calendar.span(projects["due"], projects["due"])[1]
    late = idle - fresh.days * again.day
    table = projects[["project", "name"]].copy()
    for name, values in (("saved_days", fresh.days), ("saved_money", fresh.days * again.rate)):
        table[name], table[f"{name}_se"] = mean(values)
    for name, finish in (("before", idle), ("after", late)):
        share = (finish > due + 1e-6).mean(axis=0)
        table[f"chance_late_{name}"] = np.where(np.isnan(due + finish[0]), np.nan, share)
    return table


def pareto_table(
    front: Sequence[Judged], again: Judge, best: Judged, objective: str
) -> pd.DataFrame:
    """Return the undominated sets whose savings fresh draws bear out, as those tell them.

    Parameters
    ----------
    front : sequence of Judged
        Undominated on the draws of the search.
    again : Judge
        Fresh draws.
    best : Judged
        The plan.
    objective : {"money", "days"}
        What is sought.

    Returns
    -------
    pandas.DataFrame
        One row per set, by what it saves.
    """
    verdicts = again.judge_all([one.levers for one in front])
    fresh = [
        replace(one, verdict=verdict)
        for one, verdict in zip(front, verdicts, strict=True)
        if verdict is not None
    ]
    told = [one for one in fresh if one.levers in (Levers(), best.levers) or _saves(one, objective)]
    kept = undominated(told, objective)
    # Chosen before these draws, the plan is told whether or not they would choose it again.
    kept += [one for one in told if one.levers == best.levers and one not in kept]
    rows = [
        {
            "levers": in_words(again.portfolio, one.levers),
            "size": len(one.levers),
            **figures(one.verdict),
            "best": one.levers == best.levers,
        }
        for one in kept
    ]
    return pd.DataFrame(rows, columns=["levers", "size", *FIGURES, "best"])


def _saves(one: Judged, objective: str) -> bool:
    """Tell whether a set saves anything beyond the error of the simulation."""
    verdict = one.verdict
    saved = verdict.money if objective == "money" else verdict.days.sum(axis=1)
    estimate, error = mean_of(saved)
    return estimate > Z95 * error
