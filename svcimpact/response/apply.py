"""A plan of levers written into the tables of a portfolio."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from svcimpact.engine.midway import run_first_half, stands
from svcimpact.engine.plan import compile_plan
from svcimpact.engine.state import Disruption
from svcimpact.incident.actions import Action
from svcimpact.incident.levers import takeover_speed
from svcimpact.portfolio import Portfolio
from svcimpact.response.judge import Levers
from svcimpact.response.lever_words import ORDERS, in_words
from svcimpact.wording import counted

# The last day for which somebody brought in for a while can be away again.
_FOR_GOOD = pd.Timestamp("2199-12-31")
_DAY = pd.Timedelta(days=1)

Tables = dict[str, pd.DataFrame]


def applied(portfolio: Portfolio, levers: Levers, now: pd.Timestamp) -> Portfolio:
    """Return a portfolio with levers written into its tables.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    levers : Levers
        They fit the portfolio.
    now : pandas.Timestamp
        When they are decided: how far tasks are by then is taken from the levelled plan.

    Returns
    -------
    Portfolio
        Validated anew. Reassign: another resource, and the duration that goes with it. Bring
        in: more capacity, with absences outside its days, which are whole days. Pause: tasks
        not begun are planned for when the pause ends; one under way stays as it is, since no
        table can hold it. Start early: the task may. Prioritise: another priority. The order of
        work and responders kept are in no table.

    Raises
    ------
    InvalidPortfolioError
        When the tables do not hold together any more.
    """
    tables: Tables = {name: table.copy() for name, table in portfolio.tables.items()}
    done = _done_hours(portfolio, now) / portfolio.settings.hours_per_day
    writers: dict[str, Callable[[Portfolio, Tables, Action, pd.Timestamp, pd.Series], None]] = {
        "reassign": _reassign,
        "bring_in": _bring_in,
        "pause": _pause,
        "start_early": _start_early,
        "prioritise": _prioritise,
    }
    for action in levers.actions:
        if action.kind in writers:
            writers[action.kind](portfolio, tables, action, now, done)
    return portfolio.with_tables(**tables)


def unwritten(portfolio: Portfolio, levers: Levers, now: pd.Timestamp) -> list[str]:
    """Return what of a plan no table can hold, in words.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    levers : Levers
        The plan.
    now : pandas.Timestamp
        When it is decided.

    Returns
    -------
    list of str
        A sentence each; the saved scenario holds all of it.
    """
    said = []
    if levers.order != "plan":
        said.append(f"The order in which people are handed back: {ORDERS[levers.order]}.")
    done = _done_hours(portfolio, now)
    of = portfolio.tasks.set_index("task")["project"]
    for action in levers.actions:
        what = in_words(portfolio, Levers((action,)))
        if action.kind == "keep_responder":
            said.append(f"To {what}: who responds is decided by the incident.")
        if action.kind == "pause":
            mine = (
                [action.task] if action.task is not None else list(of.index[of == action.project])
            )
            begun = [task for task in mine if pd.notna(done[str(task)])]
            if begun:
                said.append(
                    f"To {what}, as far as {counted(len(begun), 'task')} under way or done by then "
                    "is concerned; those to come are planned for later."
                )
        if action.kind == "bring_in":
            said.append(
                f"To {what}, as somebody apart: the tables have it as more of the same person, and "
                "pull, cover and relief are reckoned on that."
            )
    return said


def _done_hours(portfolio: Portfolio, now: pd.Timestamp) -> pd.Series:
    """Return the work done by then in the levelled plan, by task; NaN for what has not begun."""
    plan = compile_plan(portfolio)
    when = max(float(portfolio.calendar.hours(np.datetime64(now))), plan.now)
    none, whole = np.zeros(0), np.zeros(0, np.int64)
    nothing = Disruption(whole, none, none, none, whole, none, none)
    half = run_first_half(plan, when, nothing, min_share=0.5, resume_hours=0.0)
    standing = stands(plan, half, when)
    done = np.where(np.isnan(standing.began), np.nan, plan.hours * standing.done)
    return pd.Series(done, index=portfolio.tasks["task"].to_numpy())


def _reassign(
    portfolio: Portfolio, tables: Tables, action: Action, _: pd.Timestamp, done: pd.Series
) -> None:
    work, tasks = tables["assignments"], tables["tasks"]
    mine = (work["task"] == action.task) & (work["resource"] == action.from_)
    work.loc[mine, "resource"] = action.to
    factor = 1.0 / takeover_speed(portfolio, action)
    more = action.handover_hours / portfolio.settings.hours_per_day
    so_far = float(done.fillna(0.0)[str(action.task)])
    row = tasks["task"] == action.task
    for column in ("duration_days", "optimistic_days", "pessimistic_days"):
        before = tasks.loc[row, column]
        tasks.loc[row, column] = so_far + (before - so_far).clip(lower=0.0) * factor + more
    known = tables["tasks"].loc[row, "done_fraction"] > 0
    if known.any():
        old = float(portfolio.tasks.loc[row, "duration_days"].iloc[0])
        new = float(tasks.loc[row, "duration_days"].iloc[0])
        tasks.loc[row, "done_fraction"] *= old / new


def _bring_in(
    portfolio: Portfolio, tables: Tables, action: Action, now: pd.Timestamp, _: pd.Series
) -> None:
    assert action.fte is not None
    people, absences = tables["resources"], tables["absences"]
    row = people["resource"] == action.resource
    before = float(people.loc[row, "capacity_fte"].iloc[0])
    people.loc[row, "capacity_fte"] = before + action.fte
    # Who was away altogether stays away, and nobody who comes instead.
    blank = (absences["resource"] == action.resource) & absences["fte"].isna()
    absences.loc[blank, "fte"] = before
    begin = max(now, action.start) if action.start is not None else now
    first = begin.normalize() if begin <= _morning(portfolio, begin) else begin.normalize() + _DAY
    spans = [(pd.Timestamp(portfolio.settings.start), first - _DAY)]
    if action.until is not None:
        spans.append((action.until.normalize(), _FOR_GOOD))
    rows: list[dict[str, Any]] = [
        {"resource": action.resource, "start": a, "end": b, "fte": action.fte}
        for a, b in spans
        if a <= b
    ]
    if rows:
        tables["absences"] = pd.concat([absences, pd.DataFrame(rows)], ignore_index=True)


def _morning(portfolio: Portfolio, when: pd.Timestamp) -> pd.Timestamp:
    hour, minute = map(int, portfolio.settings.day_start.split(":"))
    return when.normalize() + pd.Timedelta(hours=hour, minutes=minute)


def _pause(_: Portfolio, tables: Tables, action: Action, __: pd.Timestamp, done: pd.Series) -> None:
    tasks = tables["tasks"]
    column, value = (
        ("task", action.task) if action.task is not None else ("project", action.project)
    )
    waits = (tasks[column] == value) & tasks["task"].map(done).isna()
    start = tasks["planned_start"]
    early = waits & (start.isna() | (start < action.until))
    tasks.loc[early, "planned_start"] = action.until
    tasks.loc[early, "can_start_early"] = False


def _start_early(
    _: Portfolio, tables: Tables, action: Action, now: pd.Timestamp, __: pd.Series
) -> None:
    tasks = tables["tasks"]
    row = tasks["task"] == action.task
    if action.start is not None and action.start > now:
        later = row & (tasks["planned_start"] > action.start)
        tasks.loc[later, "planned_start"] = action.start
    else:
        tasks.loc[row, "can_start_early"] = True


def _prioritise(
    _: Portfolio, tables: Tables, action: Action, __: pd.Timestamp, ___: pd.Series
) -> None:
    projects = tables["projects"]
    projects.loc[projects["project"] == action.project, "priority"] = action.priority
