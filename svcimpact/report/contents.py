"""Which sheets a workbook has, and what each of them holds, in words."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from svcimpact.report.page import Findings, Sheet

_TITLES = {
    "projects": "Projects: dates, delay, chance of missing the due date, cost",
    "tasks": "Tasks: dates and delays",
    "resources": "People and teams: pulled, covering, lost to projects",
    "services": "Services: outage, cost, uncovered support",
    "incidents": "Incidents: when they strike and are restored",
    "segments": "The typical run, stretch by stretch, without and with the incident",
    "takes": "The typical run: what incidents take from whom",
    "watch": "Watch list: dates before and now, what to look at, whom to ask",
    "watch_forecast": "Watch list: when the incidents are over, given how long they have lasted",
    "do_not_disturb": "Watch list: whom not to disturb, and until when",
    "watch_looks": "Watch list: what would be known if the incident were still open later",
    "people": "Redeployment: who responds, covers, works, waits or is free, in hours",
    "moves": "Redeployment: what the free could take over, and what it saves",
    "levers": "Contingency plan: every lever by itself, the best first",
    "plan": "Contingency plan: its levers, and what each adds",
    "totals": "Contingency plan: what it saves and costs in all",
    "plan_projects": "Contingency plan: what it does to each project",
    "pareto": "Contingency plan: the sets of levers that no other beats in all respects",
    "escalate": "Escalate or hold: the verdict on each delayed project, gain against loss",
    "escalate_sensitivity": "Escalate or hold: the verdict under other assumptions",
    "morale": "Who is stuck: on what, since when and until when",
    "morale_in_reach": "Who is stuck: tasks that are ready and in reach of their skills",
    "morale_repeated": "Who is stuck: who was called to incidents often",
    "inform": "Notes to stakeholders",
    "inform_dates": "Notes to stakeholders: the dates that moved",
    "recover": "Handing people back: what each order saves",
    "recover_projects": "Handing people back: what each order saves each project",
    "recover_people": "Handing people back: who returns when, and what a day earlier is worth",
    "recover_asks": "Handing people back: what to ask of whom",
}


def sheets_of(findings: Findings, tables: Mapping[str, pd.DataFrame]) -> list[Sheet]:
    """Return the sheets of a workbook: tables, what the sections show, what it all rests on.

    Parameters
    ----------
    findings : Findings
        What the workbook says.
    tables : mapping of str to pandas.DataFrame
        Tables by name; they come first.

    Returns
    -------
    list of Sheet
        Those that have rows.
    """
    made = {
        name: Sheet(name, _TITLES.get(name, _begin(name.replace("_", " "))), table)
        for name, table in tables.items()
        if name != "assumptions"
    }
    shown = [table for section in findings.sections for table in section.tables]
    for table in shown:
        for sheet in table.sheets:
            made.setdefault(sheet.name, sheet)
    if not made:
        # Nothing but what the page says.
        for table in shown:
            columns = [column.removeprefix("#") for column in table.columns]
            frame = pd.DataFrame(list(table.rows), columns=columns)
            made[table.caption] = Sheet(table.caption.lower(), table.caption, frame)
    for name, title, lines in (
        ("assumptions", "What the figures rest on", findings.assumptions),
        ("warnings", "What to be careful with", findings.warnings),
    ):
        frame = pd.DataFrame({name.removesuffix("s"): list(lines)}, dtype="str")
        made[name] = Sheet(name, title, frame)
    return [sheet for sheet in made.values() if len(sheet.table)]


def full(name: str, title: str, table: pd.DataFrame) -> Sheet:
    """Return a table as a sheet, without columns in which nothing is known.

    Parameters
    ----------
    name : str
        Of the sheet.
    title : str
        What it holds, in words.
    table : pandas.DataFrame
        All of its rows.

    Returns
    -------
    Sheet
        For `page.Table`.
    """
    known = [bool((table[c].notna() & (table[c].astype("str") != "")).any()) for c in table]
    return Sheet(name, title, table.loc[:, known])


def _begin(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
