"""Where the actions of a scenario do not fit a portfolio."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from svcimpact.errors import fault, listed
from svcimpact.incident.actions import Action, plain
from svcimpact.incident.disruption import effect_of
from svcimpact.incident.scenario_values import value_fault
from svcimpact.nearest import Nearest
from svcimpact.portfolio import Portfolio

if TYPE_CHECKING:
    from svcimpact.incident.scenario import Scenario

Faults = Iterator[dict[str, str]]

_TABLE = {"task": "tasks", "project": "projects", "resource": "resources"}
_TABLE |= {"from_": "resources", "to": "resources"}


def decision_time(scenario: Scenario, portfolio: Portfolio) -> pd.Timestamp:
    """Return when the actions of a scenario are decided.

    Parameters
    ----------
    scenario : Scenario
        Its `decision_time`, or the first incident's start and the time elapsed since.
    portfolio : Portfolio
        Nothing is decided before its clock starts, or before its status date.

    Returns
    -------
    pandas.Timestamp
        On the portfolio's wall clock.
    """
    settings, clock = portfolio.settings, portfolio.calendar
    begin = settings.status_date if settings.status_date is not None else settings.start
    when = scenario.decision_time
    if when is None and scenario.incidents:
        first = min(scenario.incidents, key=lambda item: item.start)
        when = pd.Timestamp(clock.later(np.datetime64(first.start), first.elapsed_hours)[()])
    return pd.Timestamp(begin) if when is None else max(when, pd.Timestamp(begin))


def action_faults(scenario: Scenario, portfolio: Portfolio) -> list[dict[str, str]]:
    """Return what of a scenario's actions cannot be done.

    Parameters
    ----------
    scenario : Scenario
        Its incidents fit the portfolio.
    portfolio : Portfolio
        The portfolio it is to be run on.

    Returns
    -------
    list of dict
        Faults: unknown ids, people who lack the skill or are not there to be reassigned, times
        past, responders who are not pulled or whom the service cannot do without, and the same
        thing done twice.
    """
    if not scenario.actions:
        return []
    faults: list[dict[str, str]] = []
    near = {name: Nearest(list(getattr(portfolio, name).iloc[:, 0])) for name in _TABLE.values()}
    sound = []
    for number, action in enumerate(scenario.actions, 1):
        found = list(_id_faults(action, portfolio, near)) or list(
            _one_faults(action, scenario, portfolio)
        )
        if not found:
            sound.append(action)
        faults += [{**row, "table": f"action {number}"} for row in found]
    return faults + list(_twice(sound)) + list(_kept_faults(sound, scenario, portfolio))


def _id_faults(action: Action, portfolio: Portfolio, near: dict[str, Nearest]) -> Faults:
    for name, table in _TABLE.items():
        value = getattr(action, name)
        if value is not None and value not in set(getattr(portfolio, table).iloc[:, 0]):
            row = value_fault(plain(name), value, f"an id in the table {table}")
            yield {**row, "nearest": repr(near[table](value)) if near[table](value) else ""}


def _one_faults(action: Action, scenario: Scenario, portfolio: Portfolio) -> Faults:
    """Yield what is wrong with an action whose ids are known."""
    now = decision_time(scenario, portfolio)
    if action.until is not None and action.until <= now:
        expected = f"a time after the decision at {now:%Y-%m-%d %H:%M}"
        yield value_fault("until", f"{action.until:%Y-%m-%d %H:%M}", expected)
    if action.task is not None and portfolio.settings.status_date is not None:
        tasks = portfolio.tasks
        if tasks.loc[tasks["task"] == action.task, "actual_finish"].notna().any():
            yield value_fault("task", action.task, "a task that is not finished")
    if action.kind == "reassign":
        yield from _reassign_faults(action, portfolio)


def _reassign_faults(action: Action, portfolio: Portfolio) -> Faults:
    mine = portfolio.assignments[portfolio.assignments["task"] == action.task]
    people = list(mine["resource"])
    if action.from_ not in people:
        expected = f"somebody assigned to {action.task!r}"
        cure = f"That is {listed(people)}." if people else "Nobody is assigned to it."
        yield value_fault("from", action.from_, expected, cure)
        return
    if action.to in people:
        yield value_fault("to", action.to, f"somebody not assigned to {action.task!r} already")
    skill = mine.loc[mine["resource"] == action.from_, "skill"].iloc[0]
    able = portfolio.skills.loc[portfolio.skills["skill"] == skill, "resource"]
    if pd.notna(skill) and action.to not in set(able) and action.speed is None:
        others = [who for who in able if who != action.from_ and who not in people]
        cure = f"Able are {listed(others)}; or give the speed." if others else "Or give the speed."
        yield value_fault("to", action.to, f"somebody with the skill {skill!r}", cure)


def _twice(actions: Iterable[Action]) -> Faults:
    """Yield what is done more than once, where it can be done but once."""
    for what, count in Counter(map(_done_once, actions)).items():
        if what and count > 1:
            yield fault("action", found=f"{what} {count} times", expected="once")


def _done_once(action: Action) -> str:
    """Say what an action does that can be done but once; nothing if it can be repeated."""
    if action.kind == "reassign":
        return f"task {action.task!r} taken from {action.from_!r}"
    if action.kind == "prioritise":
        return f"a priority for project {action.project!r}"
    if action.kind == "start_early":
        return f"task {action.task!r} started early"
    return f"{action.resource!r} kept" if action.kind == "keep_responder" else ""


def _kept_faults(actions: Iterable[Action], scenario: Scenario, portfolio: Portfolio) -> Faults:
    """Yield whom nobody pulls, and what nobody could restore any more."""
    kept = [a for a in actions if a.kind == "keep_responder"]
    if not kept:
        return
    alphas = sorted({a.alpha for a in kept})
    if len(alphas) > 1:
        cure = "It is a property of the restoration, not of a person."
        yield fault("action", column="alpha", found=listed(alphas), expected="one alpha", cure=cure)
    ids = list(portfolio.resources["resource"])
    shares = dict(portfolio.settings.severity)
    names = tuple(str(a.resource) for a in kept)
    protected = dict(
        zip(portfolio.services["service"], portfolio.services["protected"], strict=True)
    )
    pulled: set[str] = set()
    for incident in scenario.incidents:
        before = effect_of(portfolio, incident.service, shares[incident.severity])
        mine = {name for name in names if before.pull[ids.index(name)] > 0}
        pulled |= mine
        after = effect_of(portfolio, incident.service, shares[incident.severity], kept=names)
        guarded = [service for service in before.down if protected[service]]
        if mine and guarded:
            found = f"{listed(sorted(mine))}, who restores {incident.service!r}"
            others = [service for service in guarded if service != incident.service]
            found += f", without which {listed(others)} is down" if others else ""
            expected = "nobody kept from a protected service"
            yield fault("action", column="resource", found=found, expected=expected)
        elif mine and not after.pull.sum() > 0:
            found = f"nobody left to restore {incident.service!r}"
            yield fault("action", column="resource", found=found, expected="a responder left")
    for name in names:
        if name not in pulled:
            expected = "somebody whom a stated incident pulls"
            row = value_fault("resource", name, expected, "There is nothing to keep them from.")
            yield {**row, "table": "action"}
