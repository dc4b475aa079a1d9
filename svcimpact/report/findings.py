"""Gather all a report says from a portfolio, an outcome and the conflicts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from svcimpact import charts
from svcimpact.errors import InputError, describe
from svcimpact.incident.attribution import attribute
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Scenario
from svcimpact.planning.conflicts import conflict_register
from svcimpact.planning.load import weekly_load
from svcimpact.planning.overload import OverAllocation, over_allocation
from svcimpact.planning.register import ConflictRegister
from svcimpact.planning.scope import scope_impact
from svcimpact.planning.stages import stage_involvement
from svcimpact.planning.transition import Transition
from svcimpact.planning.transition import transition as judge_transition
from svcimpact.portfolio import Portfolio
from svcimpact.report import sentences, tables
from svcimpact.report.conflicts import register_headline, register_section
from svcimpact.report.levelling import levelling_section
from svcimpact.report.page import Chart, Findings, Section
from svcimpact.report.practices import (
    attribution_section,
    practice_basis,
    practice_headline,
    practice_sections,
)
from svcimpact.report.restoration import log_section
from svcimpact.report.scope import scope_section
from svcimpact.report.stages import stages_section
from svcimpact.report.transition import transition_headline, transition_section
from svcimpact.response.practice import Answer
from svcimpact.wording import chance, counted, day, number

_NAMED_CONFLICTS = 5
_GANTTS = 2
_TRANSITION_RUNS = 100
_READING = (
    "Dates are ends of working days; delays are working days; ± is one standard error of the "
    "simulation (Monte Carlo), which more runs make smaller. It says nothing about how sure the "
    "input is.",
    "P50, P80, P95: in 50, 80, 95 of 100 runs the figure is no higher.",
    "A due date is met by finishing on that day.",
    "The same portfolio, scenario, runs and seed give the same figures, to the last digit.",
)
_CONFLICT_READING = (
    "Over-allocation is counted at the planned dates, from the status date on: what tasks ask for "
    "beyond what absences and everyday support leave, at the same time.",
)


def findings(
    portfolio: Portfolio,
    outcome: Outcome | None = None,
    conflicts: OverAllocation | None = None,
    register: ConflictRegister | None = None,
    transition: Transition | None = None,
    practices: Mapping[str, Answer] | None = None,
) -> Findings:
    """Gather what there is to say.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.
    outcome : Outcome, optional
        What `simulate` returned; a report on conflicts only where not given.
    conflicts : OverAllocation, optional
        What `over_allocation` returned; computed where not given.
    register : ConflictRegister, optional
        What `conflict_register` or `weigh_conflicts` returned; computed where not given.
    transition : Transition, optional
        What `planning.transition` returned; without an outcome it is computed where not given.
    practices : mapping of str to Answer, optional
        What the practices answered; they, and why projects are late, are left out where not given.

    Returns
    -------
    Findings
        Sentences, sections, assumptions and warnings; nothing is drawn yet.
    """
    found = over_allocation(portfolio) if conflicts is None else conflicts
    between = conflict_register(portfolio) if register is None else register
    conflict = [_conflict_section(portfolio, found), register_section(between)]
    headlines = [_conflict_headline(found), register_headline(between)]
    sections = [*conflict]
    reading = (*_CONFLICT_READING, *between.assumptions)
    assumptions: tuple[str, ...] = reading
    doubts: list[str] = []
    subtitle = "Where projects want the same people at the same time"
    if outcome is None:
        chart = Chart("graph", partial(charts.graph, portfolio))
        sections.append(Section("Who stands between services and projects", charts=(chart,)))
        levelled = levelling_section(portfolio)
        sections.append(levelled)
        assumptions += (_levelling_rules(Scenario()),)
        headlines += levelled.sentences[:1]
        impact = scope_impact(portfolio)
        sections += [scope_section(impact), stages_section(stage_involvement(portfolio))]
        assumptions += impact.assumptions
        judged, doubts = _judged(portfolio, transition)
        if judged is not None and len(judged.sheet):
            headlines.append(transition_headline(judged))
            sections.append(transition_section(judged))
            assumptions = (*assumptions, *judged.assumptions)
    else:
        subtitle = outcome.scenario.name
        answers = practices or {}
        # First of all what makes the rest of it moot.
        headlines = [
            *sentences.astray_sentences(outcome),
            *sentences.incident_sentences(outcome),
            *sentences.delay_sentences(outcome),
            *sentences.cost_sentences(outcome),
            *practice_headline(answers),
            *sentences.people_sentences(outcome),
            *sentences.levelling_sentences(outcome),
            *headlines,
        ]
        logged = log_section(outcome)
        scenario = outcome.scenario
        rules = {"min_share": scenario.min_share, "resume_hours": scenario.resume_hours}
        reading = (_levelling_rules(scenario), *reading)
        levelled = levelling_section(portfolio, **rules)
        reasons = attribute(outcome) if answers else None
        sections = [
            *_incident_sections(outcome),
            *([attribution_section(reasons)] if reasons else []),
            *practice_sections(answers),
            *([logged] if logged else []),
            *conflict,
            levelled,
        ]
        told = reasons.assumptions if reasons else ()
        assumptions = (*outcome.assumptions, *told, *practice_basis(answers), *_READING, *reading)
    return Findings(
        title=portfolio.settings.name,
        subtitle=subtitle,
        facts=_facts(portfolio, outcome),
        headlines=tuple(headlines),
        sections=tuple(sections),
        assumptions=assumptions,
        warnings=(*_warnings(portfolio, outcome), *doubts),
    )


def _judged(portfolio: Portfolio, given: Transition | None) -> tuple[Transition | None, list[str]]:
    """Return the judgement on go-lives, or why there is none."""
    if given is not None or (portfolio.changes.empty and portfolio.acceptance.empty):
        return given, []
    try:
        return judge_transition(portfolio, runs=_TRANSITION_RUNS), []
    except InputError as error:
        # The rest of the report stands without it.
        return None, [f"Go-lives were not judged. {line}" for line in describe(error.faults)]


def _facts(portfolio: Portfolio, outcome: Outcome | None) -> tuple[tuple[str, str], ...]:
    """Return what was computed from what."""
    settings = portfolio.settings
    status = settings.status_date
    facts = [] if status is None or pd.isna(status) else [("Status date", day(status))]
    facts += [
        ("Portfolio starts", day(settings.start)),
        ("Projects", number(len(portfolio.projects))),
        ("Tasks", number(len(portfolio.tasks))),
        ("People and teams", number(len(portfolio.resources))),
        ("Services", number(len(portfolio.services))),
    ]
    if outcome is not None:
        facts += [("Runs", number(outcome.runs)), ("Seed", str(outcome.seed))]
    return tuple(facts)


def _incident_sections(outcome: Outcome) -> list[Section]:
    """Return the sections on what the incident does."""
    worst = outcome.projects[outcome.projects["delay_mean_days"] >= 0.05]
    worst = worst.sort_values("delay_mean_days", ascending=False, kind="stable").head(_GANTTS)
    struck = list(dict.fromkeys(outcome.incidents["service"]))
    plans = [
        Chart(f"gantt-{n}", partial(charts.gantt, outcome, project=str(project)))
        for n, project in enumerate(worst["project"])
    ]
    # What a failure could reach would belie an incident that pulls nobody.
    told = struck[:2] if (outcome.resources["pull_hours"] > 0).any() else []
    spread = [
        Chart(f"graph-{n}", partial(charts.graph, outcome.portfolio, service=str(service)))
        for n, service in enumerate(told)
    ]
    tasks, people = tables.task_table(outcome), tables.people_table(outcome)
    return [
        Section(
            "How late, and what it costs",
            charts=(Chart("delays", partial(charts.delays, outcome)),),
            tables=tables.project_tables(outcome),
        ),
        Section(
            "The chance of making the due dates",
            charts=(Chart("finish", partial(charts.finish_curves, outcome)),),
        ),
        Section(
            "The plan without and with the incident",
            charts=(Chart("gantt", partial(charts.gantt, outcome)), *plans),
            tables=(tasks,) if tasks.rows else (),
        ),
        Section(
            "Who restores, who covers, who is missing",
            charts=tuple(spread),
            tables=(tables.service_table(outcome), *([people] if people.rows else [])),
        ),
    ]


def _conflict_headline(conflicts: OverAllocation) -> str:
    """Return the conflicts in one sentence."""
    if conflicts.weeks.empty:
        return "The plan asks nobody for more than they have."
    weeks = counted(len(conflicts.weeks), "resource-week")
    days = number(float(conflicts.weeks["over_days"].sum()))
    who = counted(len(conflicts.summary), "person or team", "people and teams")
    return (
        f"The plan itself asks {who} for more than they have, in {weeks}: {days} person-days over."
    )


def _conflict_section(portfolio: Portfolio, conflicts: OverAllocation) -> Section:
    """Return the section on conflicts."""
    said = conflicts.sentences()
    if len(said) > _NAMED_CONFLICTS:
        rest = counted(len(said) - _NAMED_CONFLICTS, "more person or team", "more people and teams")
        said = [*said[:_NAMED_CONFLICTS], f"… and {rest}."]
    weekly = weekly_load(portfolio)
    return Section(
        "Conflicts in the plan, incident or not",
        sentences=tuple(said),
        charts=(Chart("load", partial(charts.load, weekly)),),
        tables=() if conflicts.weeks.empty else (tables.conflict_table(conflicts),),
    )


def _warnings(portfolio: Portfolio, outcome: Outcome | None) -> tuple[str, ...]:
    """Return what to be careful with, one line each."""
    lines = describe(portfolio.warnings) if len(portfolio.warnings) else []
    if outcome is not None and len(outcome.warnings):
        lines += describe(outcome.warnings)
    return tuple(dict.fromkeys(lines))


def _levelling_rules(scenario: Scenario) -> str:
    """Say by which rules the plan is levelled: other rules give other dates."""
    return (
        f"Levelled without an incident, a task starts with at least {chance(scenario.min_share)} "
        "of the people it needs, and getting back into an interrupted one costs "
        f"{scenario.resume_hours:g} hours."
    )
