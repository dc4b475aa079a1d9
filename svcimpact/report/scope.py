"""What projects touch in service delivery: a section of the report, and a page per project."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from svcimpact import charts
from svcimpact.errors import describe
from svcimpact.planning.scope_result import ScopeImpact
from svcimpact.planning.touch import STAGES
from svcimpact.portfolio import Portfolio
from svcimpact.report.contents import full
from svcimpact.report.html import render
from svcimpact.report.page import Chart, Findings, Section, Table
from svcimpact.wording import DASH, chance, day, listed, number

_MOST = 15
_SAY = {
    "owns": "owns",
    "sponsors": "sponsors",
    "decides": "decides on",
    "advises": "judges (advises)",
    "tests": "judges (tests)",
    "does": "does work for",
}


def scope_section(impact: ScopeImpact) -> Section:
    """Return the section on what all projects touch, take and displace.

    Parameters
    ----------
    impact : ScopeImpact
        What `planning.scope_impact` returned.

    Returns
    -------
    Section
        Two sentences, a map, and a row per project.
    """
    rows = impact.projects
    taken, moved = rows["support_days"].sum(), rows["displaced_days"].sum()
    sentences = [
        f"Projects take {number(taken)} person-days of the people who support services. Run as "
        f"planned, they displace {number(moved, 1)} person-days of other work on them."
    ]
    if len(impact.gaps):
        kinds = impact.gaps["kind"].value_counts()
        told = listed([f"{kind} ({n})" for kind, n in kinds.items()])
        sentences.append(f"Who has to agree is not settled in {len(impact.gaps)} cases: {told}.")
    table = Table(
        "What each project touches, takes and has to agree",
        (
            "Project", "#Changes", "#Uses", "#Reaches", "#Support staff, person-days",
            "#Displaces, person-days", "#First decision by", "#Gaps",
        ),
        tuple(
            (
                str(row["name"]), str(row["changes"]), str(row["uses"]), str(row["reaches"]),
                number(row["support_days"], 1), number(row["displaced_days"], 1),
                day(row["decide_by"], brief=True), str(row["gaps"]),
            )
            for row in rows.to_dict("records")
        ),
        f"Services; at the planned dates. Decisions are needed {impact.lead_days:g} working days "
        "before the first task that touches the service.",
        (
            full("scope", "Scope: what each project touches, takes and displaces", rows),
            full("scope_services", "Scope: the services each project reaches", impact.services),
            full("scope_gaps", "Scope: who has to agree and is not settled", impact.gaps),
        ),
    )  # fmt: skip
    return Section(
        "What projects touch in service delivery",
        sentences=tuple(sentences),
        charts=(Chart("scope-map", partial(charts.scope_map, impact)),),
        tables=(table,),
    )


def project_page(portfolio: Portfolio, impact: ScopeImpact, project: str) -> str:
    """Return one page on one project as HTML.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.
    impact : ScopeImpact
        What `planning.scope_impact` returned for it.
    project : str
        Id of the project.

    Returns
    -------
    str
        The page; every name in it is data and cannot become markup.

    Raises
    ------
    InputError
        If there is no such project.
    """
    return render(project_findings(portfolio, impact, project))


def project_findings(portfolio: Portfolio, impact: ScopeImpact, project: str) -> Findings:
    """Gather what there is to say on one project.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.
    impact : ScopeImpact
        What `planning.scope_impact` returned for it.
    project : str
        Id of the project.

    Returns
    -------
    Findings
        Nothing is drawn yet.

    Raises
    ------
    InputError
        If there is no such project.
    """
    said = impact.sentences(project)
    gaps = int((impact.gaps["project"] == project).sum())
    row = portfolio.projects[portfolio.projects["project"] == project].to_dict("records")[0]
    sections = [
        Section("What is missing", sentences=tuple(said[len(said) - gaps :])) if gaps else None,
        _services(portfolio, impact, project),
        _stakeholders(impact, project),
        _taken(impact, project),
    ]
    sponsors = dict(
        zip(portfolio.stakeholders["stakeholder"], portfolio.stakeholders["name"], strict=True)
    )
    rank = DASH if pd.isna(row["priority"]) else str(row["priority"])
    return Findings(
        title=f"{portfolio.settings.name}: scope impact",
        subtitle=str(row["name"]),
        facts=(
            ("Priority", rank),
            ("Due", day(row["due"], brief=True)),
            ("Sponsor", str(sponsors.get(row["sponsor"], DASH))),
            ("Seen on", day(impact.as_of, brief=True)),
        ),
        headlines=tuple(said[: len(said) - gaps]),
        sections=tuple(section for section in sections if section is not None),
        assumptions=impact.assumptions,
        warnings=tuple(describe(portfolio.warnings)) if len(portfolio.warnings) else (),
    )


def _services(portfolio: Portfolio, impact: ScopeImpact, project: str) -> Section | None:
    """Return which services the project touches and reaches."""
    mine = impact.services[impact.services["project"] == project]
    touched, reached = mine[mine["effect"] != "reached"], mine[mine["effect"] == "reached"]
    if touched.empty:
        return None
    people = portfolio.stakeholders
    names = dict(zip(people["stakeholder"], people["name"], strict=True))
    owners = dict(zip(portfolio.services["service"], portfolio.services["owner"], strict=True))
    cells = tuple(
        (
            str(row["name"]),
            str(row["effect"]),
            str(names.get(owners[row["service"]], DASH)),
            str(row["stages"]),
            str(row["tasks"]),
            day(row["first_start"], brief=True),
            day(row["decide_by"], brief=True) + _past(row["overdue"]),
        )
        for row in touched.to_dict("records")
    )
    columns = (
        "Service", "The project", "Owner", "In stages", "#Tasks", "#First task", "#Decision by"
    )  # fmt: skip
    sentences: tuple[str, ...] = ()
    if len(reached):
        told = [f"{row['name']} {chance(row['weight'])}" for row in reached.to_dict("records")]
        sentences = (
            f"What a failure of these would reach, and how much of it: {listed(told, _MOST)}.",
        )
    table = Table("Services that its tasks change or use", columns, cells)
    return Section("Which services", sentences=sentences, tables=(table,))


def _past(overdue: bool) -> str:
    return " (past)" if overdue else ""


def _stakeholders(impact: ScopeImpact, project: str) -> Section | None:
    """Return who owns, decides and judges, and by when the first word of each is needed."""
    rows = impact.stakeholders[impact.stakeholders["project"] == project]
    told = listed(list(dict.fromkeys(rows.loc[rows["interest"] == "informed", "name"])), 8)
    rows = rows[rows["interest"].isin(list(_SAY))]
    if rows.empty:
        return None
    cells = []
    rows = rows.sort_values("needed_by", kind="stable")
    for _, held in rows.groupby("stakeholder", sort=False):
        first = held.iloc[0]
        cells.append(
            (
                day(first["needed_by"], brief=True) + _past(first["overdue"]),
                first["name"] + ("" if pd.isna(first["role"]) else f", {first['role']}"),
                str(first["side"]),
                "; ".join(_parts(held)),
            )
        )
    note = f"To be told: {told}." if told else ""
    columns = ("First word by", "Who", "Side", "Part")
    table = Table("Who owns, decides and judges", columns, tuple(cells), note)
    return Section("Who has to agree", tables=(table,))


def _parts(held: pd.DataFrame) -> Iterator[str]:
    """Yield what one stakeholder holds in words: interest by interest, items together."""
    stage = held["stage"].fillna("")
    for interest, say in _SAY.items():
        mine = held[held["interest"] == interest]
        for when, rows in mine.groupby(stage.loc[mine.index], sort=False):
            items = [
                "the project" if kind == "project" else f"team {name}" if kind == "team" else name
                for kind, name in zip(rows["kind"], rows["item_name"], strict=True)
            ]
            yield f"{say} {listed(items, 5)}{f' in {when}' if when else ''}"


def _taken(impact: ScopeImpact, project: str) -> Section | None:
    """Return what the project takes of support staff, and whose work gives way."""
    hours = impact.hours[impact.hours["project"] == project]
    if hours.empty:
        return None
    stages = hours.groupby("stage", sort=False)["days"].sum()
    by_stage = listed([f"{s} {number(stages[s], 1)}" for s in STAGES if s in stages.index], 5)
    moved = impact.displaced[impact.displaced["project"] == project]
    tables: tuple[Table, ...] = ()
    if len(moved):
        groups = moved.groupby(["kind", "other", "other_name", "yields"], sort=False)
        lines = groups.agg(
            days=("days", "sum"),
            people=("name", lambda names: listed(list(names), 4)),
            first=("first", "min"),
            last=("last", "max"),
        ).reset_index()
        lines = lines.sort_values("days", ascending=False, kind="stable")
        cells = [
            (
                row["other_name"] if row["kind"] == "project"
                else f"Everyday support of {row['other_name']}",
                number(row["days"], 1) if row["days"] >= 0.05 else "under 0.1",
                row["people"],
                f"{day(row['first'], brief=True, year=False)} {DASH} "
                f"{day(row['last'], brief=True)}",
                "yes" if row["yields"] else "no: decide",
            )
            for row in lines.to_dict("records")
        ]  # fmt: skip
        more = len(cells) - _MOST
        note = f"… and {more} more. " if more > 0 else ""
        note += "By priority: whether the other project has the lower priority in the portfolio."
        columns = ("Whose work", "#Person-days", "Of whom", "#Between", "Gives way by priority")
        tables = (Table("Work displaced", columns, tuple(cells[:_MOST]), note),)
    return Section(
        "What it takes of service delivery, and whose work gives way",
        sentences=(f"Person-days of support staff by stage: {by_stage}.",),
        charts=(Chart("taken", partial(charts.support_taken, impact, project=project)),),
        tables=tables,
    )
