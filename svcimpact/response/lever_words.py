"""Levers as people say them, with names and dates."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from svcimpact.incident.actions import Action
from svcimpact.portfolio import Portfolio
from svcimpact.response.judge import Levers
from svcimpact.wording import day

ORDERS = {"cost_of_delay": "cost of delay per hour of work left", "least_float": "least float"}


def names_of(portfolio: Portfolio, table: str) -> dict[str, str]:
    """Return names by id.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    table : {"projects", "tasks", "resources", "services"}
        Which of them.

    Returns
    -------
    dict of str to str
        The id where a name is blank.
    """
    rows = getattr(portfolio, table)
    ids = rows.iloc[:, 0]
    return dict(zip(ids, rows["name"].where(rows["name"].notna(), ids), strict=True))


def in_words(portfolio: Portfolio, levers: Levers) -> str:
    """Return a set of levers in words.

    Parameters
    ----------
    portfolio : Portfolio
        With the names.
    levers : Levers
        The set.

    Returns
    -------
    str
        Clauses, in the order of the set; ``do nothing`` for none.

    Examples
    --------
    >>> from svcimpact.io import read
    >>> in_words(read("data/meridian"), Levers((Action("prioritise", project="CRD", priority=1),)))
    'give Card processor switch priority 1'
    """
    tables = ("projects", "tasks", "resources")
    names = {table: names_of(portfolio, table) for table in tables}
    said = [_action(action, names) for action in levers.actions]
    if levers.order != "plan":
        said.append(f"hand people back in order of {ORDERS[levers.order]}")
    return "; ".join(said) or "do nothing"


def _action(action: Action, names: Mapping[str, Mapping[str, str]]) -> str:
    people, projects = names["resources"], names["projects"]
    task = f"{names['tasks'].get(str(action.task), '')} ({action.task})"
    if action.kind == "reassign":
        hours = f", with {action.handover_hours:g} h of handover" if action.handover_hours else ""
        one, other = people[str(action.from_)], people[str(action.to)]
        return f"hand {task} from {one} to {other}{hours}"
    if action.kind == "bring_in":
        until = f" until {_when(action.until)}" if action.until is not None else ""
        begin = f" from {_when(action.start)}" if action.start is not None else ""
        return f"bring in {action.fte:g} FTE beside {people[str(action.resource)]}{begin}{until}"
    if action.kind == "pause":
        what = task if action.task is not None else projects[str(action.project)]
        assert action.until is not None
        return f"let {what} rest until {_when(action.until)}"
    if action.kind == "start_early":
        begin = f", from {_when(action.start)}" if action.start is not None else ""
        return f"start {task} before its planned date{begin}"
    if action.kind == "prioritise":
        return f"give {projects[str(action.project)]} priority {action.priority}"
    who = people[str(action.resource)]
    return f"keep {who} on the projects, if senior management agrees (alpha {action.alpha:g})"


def _when(moment: pd.Timestamp | None) -> str:
    assert moment is not None
    return day(moment, year=False, time=moment != moment.normalize())
