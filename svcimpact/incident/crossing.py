"""Many scenarios: every service at every severity and start, and what is wrong with any of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from numbers import Integral
from typing import Any

import pandas as pd

from svcimpact.engine.plan import compile_plan, impossible_tasks
from svcimpact.errors import InvalidScenarioError, fault, fault_frame, listed
from svcimpact.incident.scenario import Incident, Scenario, in_zone, scenario_faults
from svcimpact.incident.scenario_values import moment, value_fault
from svcimpact.nearest import Nearest
from svcimpact.portfolio import Portfolio

Template = Incident | Scenario
Faults = list[dict[str, str]]


def cross(
    portfolio: Portfolio,
    *,
    starts: str | date | Iterable[Any],
    services: str | Iterable[str] | None = None,
    severities: int | Iterable[int] = 1,
    template: Template | Mapping[str, Template] | None = None,
) -> tuple[Scenario, ...]:
    """Return one scenario for every service, severity, start and template.

    Parameters
    ----------
    portfolio : Portfolio
        Its services and severity levels are what there is to choose from.
    starts : date, date-time or ISO text, or several
        When the incident strikes; ``pd.date_range("2026-03-02 10:00", periods=12, freq="7D")``
        gives twelve Mondays.
    services : str or iterable of str, optional
        Ids of the services struck, one at a time; all of them if not given.
    severities : int or iterable of int
        Severity levels.
    template : Incident, Scenario or mapping of str to either, optional
        Everything else: restoration, aftermath, rules. In a scenario the first incident is the
        one that varies, the others stay. Several templates by name stand beside each other,
        which compares levers. By default the restoration time is fitted to the incident log.

    Returns
    -------
    tuple of Scenario
        Named like ``payments, severity 1, 2026-03-09 10:00``, then the template's name.

    Raises
    ------
    InvalidScenarioError
        With every service, severity, start and template that will not do.

    Examples
    --------
    >>> from svcimpact.io import read
    >>> portfolio = read("data/tiny")
    >>> half_a_day = Incident("payments", start="2026-01-05", hours=12)
    >>> for scenario in cross(portfolio, starts=["2026-01-06 13:00"], template=half_a_day):
    ...     print(scenario.name)
    payments, severity 1, 2026-01-06 13:00
    reports, severity 1, 2026-01-06 13:00
    """
    known = list(portfolio.services["service"])
    chosen = known if services is None else _several(services)
    levels, when = _several(severities), _several(starts)
    templates = dict(template) if isinstance(template, Mapping) else {"": template}
    faults = _choice_faults(portfolio, chosen, levels, when)
    bases = {str(name): _base(str(name), given, faults) for name, given in templates.items()}
    choices = {"services": chosen, "severities": levels, "starts": when, "templates": bases}
    faults += [
        fault(what, found="none", expected="at least one")
        for what, there in choices.items()
        if not there
    ]
    if faults:
        raise InvalidScenarioError("The scenarios cannot be made.", fault_frame(faults))
    made = []
    for service in chosen:
        for severity in levels:
            for start in when:
                for name, base in bases.items():
                    assert base is not None
                    first, *others = base.incidents
                    level = int(severity)
                    struck = replace(first, service=service, severity=level, start=start)
                    scenario = replace(base, incidents=(struck, *others))
                    local = in_zone(scenario, portfolio.settings.timezone).incidents[0].start
                    title = f"{service}, severity {severity}, {local:%Y-%m-%d %H:%M}"
                    made.append(replace(scenario, name=f"{title}, {name}" if name else title))
    return tuple(made)


def ready(
    portfolio: Portfolio, scenarios: object, *, runs: int | None, seed: int | None
) -> tuple[Scenario, ...]:
    """Return scenarios that can all be run, or raise everything that is wrong with any.

    Parameters
    ----------
    portfolio : Portfolio
        What they are to be run on.
    scenarios : sequence or mapping of Scenario
        A mapping gives them its keys as names.
    runs, seed : int, optional
        For all of them; each scenario's own if not given.

    Returns
    -------
    tuple of Scenario
        With names of their own, on the portfolio's wall clock.

    Raises
    ------
    InvalidScenarioError
        With every fault, each under the name of its scenario.
    """
    same: dict[str, Any] = {k: v for k, v in (("runs", runs), ("seed", seed)) if v is not None}
    # What is wrong with these is told once, not for every scenario.
    replace(Scenario(), **same)
    found = _named(scenarios)
    faults = [
        fault(
            f"scenario {name!r}",
            found=f"{count} scenarios of this name",
            expected="names of their own",
            cure="Rename them, or give a mapping of names to scenarios.",
        )
        for name, count in Counter(name for name, _ in found).items()
        if count > 1
    ]
    plan = compile_plan(portfolio)
    stuck: dict[float, Faults] = {}
    made = []
    for name, given in found:
        if not isinstance(given, Scenario):
            faults.append(
                fault(
                    f"scenario {name!r}",
                    found=repr(given),
                    expected="a Scenario",
                    cure="Write Scenario('name', (incident,)).",
                )
            )
            continue
        scenario = in_zone(replace(given, name=name, **same), portfolio.settings.timezone)
        made.append(scenario)
        share = scenario.min_share
        if share not in stuck:
            ids = portfolio.tasks["task"].iloc[impossible_tasks(plan, share)]
            stuck[share] = [_stuck(list(ids), share)] if len(ids) else []
        rows = [*scenario_faults(scenario, portfolio), *stuck[share]]
        faults += [under(name, row) for row in rows]
    if faults:
        raise InvalidScenarioError("The sweep cannot be run.", fault_frame(faults))
    return tuple(made)


def under(name: str, row: dict[str, str]) -> dict[str, str]:
    """Return a fault or warning with the name of its scenario before it.

    Parameters
    ----------
    name : str
        The scenario's name.
    row : dict
        As made by `svcimpact.errors.fault`.

    Returns
    -------
    dict of str to str
        The row.
    """
    place = "" if row["table"] == "scenario" else f", {row['table']}"
    return {**row, "table": f"scenario {name!r}{place}"}


def _named(scenarios: object) -> list[tuple[str, object]]:
    """Return names and what stands under them."""
    if isinstance(scenarios, Mapping):
        found = [(str(name), given) for name, given in scenarios.items()]
    elif isinstance(scenarios, Iterable) and not isinstance(scenarios, str):
        rows = enumerate(scenarios, 1)
        found = [(x.name if isinstance(x, Scenario) else str(n), x) for n, x in rows]
    else:
        row = fault("scenarios", found=repr(scenarios), expected="a list or mapping of scenarios")
        raise InvalidScenarioError("The sweep cannot be run.", fault_frame([row]))
    if not found:
        row = fault("scenarios", found="none", expected="at least one")
        raise InvalidScenarioError("The sweep cannot be run.", fault_frame([row]))
    return found


def _several(given: Any) -> list[Any]:
    """Return what was given as a list without repeats; one alone is welcome."""
    alone = isinstance(given, str) or not isinstance(given, Iterable)
    return list(dict.fromkeys([given] if alone else given))


def _choice_faults(
    portfolio: Portfolio, services: list[Any], severities: list[Any], starts: list[Any]
) -> Faults:
    known = list(portfolio.services["service"])
    nearest = Nearest(known)
    levels = sorted(level for level, _ in portfolio.settings.severity)
    faults = []
    for service in services:
        if service not in known:
            near = nearest(str(service))
            expected = "the id of a service" if known else "a service, but the portfolio has none"
            row = fault("services", found=repr(service), expected=expected)
            faults.append({**row, "nearest": repr(near) if near else ""})
    for level in severities:
        if not isinstance(level, Integral) or level not in levels:
            expected = f"one of {', '.join(map(str, levels))}"
            faults.append(fault("severities", found=repr(level), expected=expected))
    for start in starts:
        if moment(start) is None:
            cure = "Write it as 2026-03-09 10:00."
            expected = "a date and time"
            faults.append(fault("starts", found=repr(start), expected=expected, cure=cure))
    return faults


def _base(name: str, template: object, faults: Faults) -> Scenario | None:
    """Return the scenario that a template stands for, or note why there is none."""
    if template is None:
        anything = Incident("any", start=pd.Timestamp("2000-01-01"), from_log=True)
        return Scenario(incidents=(anything,))
    if isinstance(template, Incident):
        return Scenario(incidents=(template,))
    if isinstance(template, Scenario) and template.incidents:
        return template
    where = f"template {name!r}" if name else "template"
    empty = isinstance(template, Scenario)
    found = "a scenario without incidents" if empty else repr(template)
    expected = "an Incident, or a Scenario with at least one"
    faults.append(fault(where, found=found, expected=expected))
    return None


def _stuck(tasks: list[str], share: float) -> dict[str, str]:
    cure = "Lower units_fte, raise capacity_fte, or lower min_share."
    found = f"{listed([repr(task) for task in tasks])}, which can never start or go on"
    expected = f"{share:g} of its units within its resources' project capacity"
    return {**value_fault("min_share", share, expected, cure), "found": found}
