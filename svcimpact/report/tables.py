"""The tables of a report, as text."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import pandas as pd

from svcimpact.incident.outcome import Outcome
from svcimpact.planning.overload import OverAllocation
from svcimpact.report.contents import full
from svcimpact.report.page import Sheet, Table
from svcimpact.wording import chance, counted, day, money, number, with_error

Row = dict[Hashable, Any]
Cell = Callable[[Row], str]
MOST = 15


def table_of(
    caption: str,
    frame: pd.DataFrame,
    cells: dict[str, Cell],
    *,
    most: int = 0,
    note: str = "",
    sheets: tuple[Sheet, ...] = (),
) -> Table:
    """Write a frame out, one function per column.

    Parameters
    ----------
    caption : str
        What it shows.
    frame : pandas.DataFrame
        One row per row.
    cells : dict of str to callable
        For every heading what writes a cell from a row.
    most : int
        Most rows to show; 0 for all.
    note : str
        What to say below.
    sheets : tuple of Sheet
        What it is made of, for a workbook.

    Returns
    -------
    Table
        The table as text.
    """
    shown = frame.head(most) if most else frame
    if len(frame) > len(shown):
        note = f"… and {counted(len(frame) - len(shown), 'more row')}. {note}".strip()
    rows = tuple(tuple(cell(row) for cell in cells.values()) for row in shown.to_dict("records"))
    return Table(caption, tuple(cells), rows, note, sheets)


def _date(column: str) -> Cell:
    return lambda row: day(row[column], brief=True)


def _text(column: str) -> Cell:
    return lambda row: "–" if pd.isna(row[column]) else str(row[column])  # noqa: RUF001 (a dash)


def _plus_minus(column: str, most: int = 2) -> Cell:
    return lambda row: with_error(row[column], row[f"{column}_se"], most=most)


def _plain(column: str, decimals: int = 1) -> Cell:
    return lambda row: number(row[column], decimals)


def project_tables(outcome: Outcome) -> tuple[Table, ...]:
    """Return dates, and delays with their risk and cost, per project.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.

    Returns
    -------
    tuple of Table
        Two tables, projects in the order of the portfolio.
    """
    currency = outcome.portfolio.settings.currency
    dates = table_of(
        "Planned, levelled and with the incident: when projects end",
        outcome.projects,
        {
            "Project": _text("name"),
            "#Due": _date("due"),
            "#Planned": _date("planned_finish"),
            "#Levelled, P50": _date("levelled_finish"),
            "#With incident, P50": _date("finish_p50"),
            "#P80": _date("finish_p80"),
            "#P95": _date("finish_p95"),
        },
        note="Levelled: what the plan comes to when nobody does two things at once, without any "
        "incident. P80: in 8 of 10 runs the project has ended by then.",
    )
    risk = table_of(
        "What the incident does to each project",
        outcome.projects.sort_values("delay_mean_days", ascending=False, kind="stable"),
        {
            "Project": _text("name"),
            "#Mean delay, working days": _plus_minus("delay_mean_days"),
            "#P80": _plain("delay_p80_days"),
            "#P95": _plain("delay_p95_days"),
            "#Chance of a delay": lambda row: chance(row["chance_delayed"]),
            "#Misses due date, without → with": _late,
            "#Mean cost of delay": lambda row: money(
                row["cost_mean"], currency, error=row["cost_mean_se"]
            ),
            "#P80 cost": lambda row: money(row["cost_p80"], currency),
        },
        note="± is one standard error of the simulation.",
    )
    return dates, risk


def _late(row: Row) -> str:
    if pd.isna(row["chance_late"]):
        return "no due date"
    return f"{chance(row['chance_late_levelled'])} → {chance(row['chance_late'])}"


def task_table(outcome: Outcome) -> Table:
    """Return the tasks that lose most.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.

    Returns
    -------
    Table
        Longest mean delay first.
    """
    names = outcome.projects.set_index("project")["name"]
    frame = outcome.tasks[outcome.tasks["delay_mean_days"] >= 0.05]
    frame = frame.sort_values("delay_mean_days", ascending=False, kind="stable")
    frame = frame.groupby("project", sort=False).head(3)
    return table_of(
        "Tasks that lose most, up to three of each project",
        frame.assign(of=frame["project"].map(names)),
        {
            "Task": _text("name"),
            "Project": _text("of"),
            "Stage": _text("stage"),
            "#Levelled finish": _date("levelled_finish"),
            "#With incident, P50": _date("finish_p50"),
            "#P80": _date("finish_p80"),
            "#Mean delay, working days": _plus_minus("delay_mean_days"),
            "#Interrupted, times": _plain("interruptions_mean"),
        },
        most=MOST,
    )


def people_table(outcome: Outcome) -> Table:
    """Return who is pulled, who covers, and what projects lose.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.

    Returns
    -------
    Table
        Those of whom projects lose most first.
    """
    frame = outcome.resources
    hit = frame[(frame["pull_hours"] >= 0.05) | (frame["cover_hours"] >= 0.05)]
    return table_of(
        "Who restores, who covers, what projects lose",
        hit.sort_values("lost_hours", ascending=False, kind="stable"),
        {
            "Person or team": _text("name"),
            "Of": _text("team"),
            "#FTE": _plain("capacity_fte"),
            "#Pulled, FTE": _plain("pull_fte", 2),
            "#Pulled, hours": _plus_minus("pull_hours"),
            "#Covers, hours": _plus_minus("cover_hours"),
            "#Relieved, hours": _plus_minus("relief_hours"),
            "#Projects lose, hours": _plus_minus("lost_hours"),
        },
        most=MOST,
        note="Working hours times FTE, mean over runs. Relieved: everyday support the "
        "responder drops; colleagues cover it.",
    )


def service_table(outcome: Outcome) -> Table:
    """Return the services hit.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.

    Returns
    -------
    Table
        Hardest hit first.
    """
    currency = outcome.portfolio.settings.currency
    frame = outcome.services
    hit = frame[(frame["weight"] > 0) | (frame["uncovered_hours"] >= 0.05)]
    return table_of(
        "Services hit",
        hit.sort_values("weight", ascending=False, kind="stable"),
        {
            "Service": _text("name"),
            "#Reached by the failure": lambda row: chance(row["weight"]),
            "Down": lambda row: "yes" if row["down"] else "no",
            "#Outage, hours": _plus_minus("outage_hours"),
            "#Outage cost": lambda row: money(
                row["outage_cost"], currency, error=row["outage_cost_se"]
            ),
            "#Tasks it can hold": _plain("held_tasks", 0),
            "#Support nobody covers, hours": _plus_minus("uncovered_hours"),
        },
        most=MOST,
        note="Down: half or more of the failure reaches the service.",
    )


def conflict_table(conflicts: OverAllocation) -> Table:
    """Return the worst over-allocated weeks.

    Parameters
    ----------
    conflicts : OverAllocation
        What `over_allocation` returned.

    Returns
    -------
    Table
        The most person-days over capacity first.
    """
    names = conflicts.competitors.drop_duplicates(["kind", "competitor"])
    named = {(r["kind"], r["competitor"]): str(r["name"]) for r in names.to_dict("records")}

    def joined(kind: str, column: str) -> Cell:
        return lambda row: ", ".join(
            named.get((kind, item), item) for item in str(row[column]).split(", ") if item
        )

    return table_of(
        "Weeks in which the plan asks for more than there is",
        conflicts.weeks,
        {
            "Person or team": _text("name"),
            "#Week of": _date("week"),
            "#Has, hours": _plain("capacity_hours"),
            "#Asked for, hours": _plain("load_hours"),
            "#Over, person-days": _plain("over_days"),
            "Projects that compete": joined("project", "projects"),
            "Everyday support of": joined("service", "services"),
        },
        most=MOST,
        note="At the planned dates. Two tasks at once on Monday are too much even if the rest of "
        "the week is free.",
        sheets=(
            full(
                "load", "Load: weeks in which the plan asks for more than there is", conflicts.weeks
            ),
            full(
                "load_competitors",
                "Load: who competes in those weeks, and for how many hours",
                conflicts.competitors,
            ),
        ),
    )
