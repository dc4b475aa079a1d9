"""The section of a report on what levelling alone costs, and on the dispatch rules."""

from __future__ import annotations

from functools import partial

import pandas as pd

from svcimpact import charts
from svcimpact.errors import InputError, describe
from svcimpact.planning.level import level
from svcimpact.planning.level_words import first_served
from svcimpact.planning.levelling import Levelling
from svcimpact.portfolio import Portfolio
from svcimpact.report.contents import full
from svcimpact.report.page import Chart, Section, Table
from svcimpact.wording import DASH, counted, day, money, number

MOST = 15
TITLE = "What levelling alone costs, by dispatch rule"


def levelling_section(
    portfolio: Portfolio, *, min_share: float = 0.5, resume_hours: float = 0.0
) -> Section:
    """Return the section on levelling; where a task can never start, it says so.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.
    min_share, resume_hours : float
        The rules of a run, as in the scenario.

    Returns
    -------
    Section
        The findings in plan order and by rule, a chart, and two tables.
    """
    try:
        found = level(portfolio, min_share=min_share, resume_hours=resume_hours)
    except InputError as error:
        return Section(TITLE, sentences=("The plan cannot be levelled.", *describe(error.faults)))
    if found.rules["finish"].isna().any():
        return Section(TITLE, sentences=tuple(found.sentences()))
    return Section(
        TITLE,
        sentences=tuple(found.sentences()),
        charts=(Chart("rules", partial(charts.dispatch_rules, found)),),
        tables=(_rules(found), _projects(found)),
    )


def _rules(found: Levelling) -> Table:
    """Return the rules side by side."""
    currency = found.portfolio.settings.currency
    return Table(
        "Dispatch rules side by side",
        (
            "Rule",
            "Who gets people first",
            "#Last project ends",
            "#Mean project delay, working days",
            "#Cost of levelling",
            "#Projects past due",
        ),
        tuple(
            (
                str(row["name"]),
                first_served(str(row["rule"])),
                day(row["finish"], brief=True),
                number(row["mean_delay_days"], 1),
                money(row["levelling_cost"], currency),
                str(row["projects_late"]),
            )
            for row in found.rules.to_dict("records")
        ),
        "Durations as planned, no incident. Delay: later than if there were always enough people.",
        (full("levelling", "Levelling: what each dispatch rule comes to", found.rules),),
    )


def _projects(found: Levelling) -> Table:
    """Return what levelling in plan order costs each project, the hardest hit first."""
    currency = found.portfolio.settings.currency
    rows = found.of().sort_values("levelling_days", ascending=False, kind="stable")
    rest = len(rows) - MOST
    note = "People enough: what links, releases, freezes and the status date allow by themselves."
    return Table(
        f"What levelling costs each project, by {found.rules['name'].iloc[0]}",
        (
            "Project",
            "#Due",
            "#Planned",
            "#With people enough",
            "#Levelled",
            "#Levelling, working days",
            "#Its cost",
            "#Past due, working days",
        ),
        tuple(
            (
                str(row["name"]),
                *(day(row[c], brief=True) for c in ("due", "planned_finish")),
                *(day(row[c], brief=True) for c in ("unlevelled_finish", "levelled_finish")),
                number(row["levelling_days"], 1),
                money(row["levelling_cost"], currency),
                DASH if pd.isna(row["late_days"]) else number(row["late_days"], 1),
            )
            for row in rows.head(MOST).to_dict("records")
        ),
        f"… and {counted(rest, 'more project')}. {note}" if rest > 0 else note,
        (
            full(
                "levelling_projects",
                "Levelling: what each dispatch rule costs each project",
                found.projects,
            ),
        ),
    )
