"""An empty workbook to fill in: a sheet per table, with drop-downs, notes and an example."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from svcimpact.io.place import to_place
from svcimpact.io.replace import refuse, replace_file
from svcimpact.io.sheets import DARK, LIGHT, ROW_LIMIT, Looks, add_sheets, new_workbook
from svcimpact.portfolio import Portfolio, build_portfolio
from svcimpact.schema import REQUIRED_TABLES, SETTINGS, Column, load_schema

_PURPOSE = {
    "portfolio": "Settings that hold for the whole portfolio: name, start, currency, calendar",
    "projects": "The projects, their priority, due date and what a day of delay costs",
    "tasks": "The work in the projects, from scope to transition, with durations",
    "links": "Which task waits for which, within a project and across projects",
    "resources": "People and teams, and how much there is of them",
    "absences": "Who is away, and when",
    "skills": "Who can do what, and how fast",
    "assignments": "Who works on which task, with how much of their time",
    "services": "The services in operation, what an outage costs, who owns them",
    "service_links": "Which service needs which other service",
    "support": "Who supports which service, every day and in a serious incident",
    "changes": "Which task changes or uses which service",
    "freezes": "When services must not be changed",
    "stakeholders": "People and bodies with a say",
    "interests": "Who owns, decides, advises, does, tests or is informed of what",
    "acceptance": "What has to hold before a service is accepted from a project",
    "incidents": "The log of past incidents, from which restoration times are learnt",
}
_ADVICE = (
    "Row 1 of every sheet names the columns; point at a heading to read what it means and in "
    "which unit. Headings in bold on dark blue have to be filled in, the others may stay blank.",
    "The rows below the headings are examples. Overwrite or delete them.",
    "An id, such as a task's or a person's, is a short text of your choice that no other row of "
    "its table has. Other sheets refer to it by this id; their cells offer those there are.",
    "Durations are working days, effort is FTE (1 = one person full time), money is in the "
    "currency of the sheet portfolio. Write dates as 2026-03-09, times as 2026-03-09 14:30.",
    "Only projects, tasks, resources, assignments, services and support are needed. Leave the "
    "others empty, or delete their sheets, if you have no such data.",
    "When it is filled in, run: svcimpact check FILE.xlsx. It lists every fault, with its row and "
    "how to cure it.",
)
_SETTINGS: dict[str, object] = {
    "name": "Example portfolio",
    "start": "2026-02-02",
    "currency": "EUR",
    "timezone": "Europe/London",
    "holidays": "GB-ENG",
}
# One row per table; two where a link needs two tasks, or two services with somebody behind each.
_EXAMPLE: dict[str, list[dict[str, object]]] = {
    "projects": [
        {
            "project": "web-shop",
            "name": "Web shop renewal",
            "sponsor": "operations",
            "priority": 1,
            "due": "2026-04-30",
            "cost_of_delay_per_day": 2500,
        }
    ],
    "tasks": [
        {
            "task": "shop-pay",
            "project": "web-shop",
            "name": "Build the payment page",
            "stage": "delivery",
            "activity": "work",
            "duration_days": 15,
            "optimistic_days": 12,
            "pessimistic_days": 25,
            "planned_start": "2026-02-09",
        },
        {
            "task": "shop-live",
            "project": "web-shop",
            "name": "Shop is live",
            "stage": "transition",
            "activity": "handover",
            "duration_days": 0,
        },
    ],
    "links": [{"predecessor": "shop-pay", "successor": "shop-live", "type": "FS", "lag_days": 2}],
    "resources": [
        {
            "resource": "ana",
            "name": "Ana Silva",
            "team": "Web team",
            "kind": "person",
            "capacity_fte": 1,
            "cost_per_day": 480,
        }
    ],
    "absences": [{"resource": "ana", "start": "2026-02-16", "end": "2026-02-18"}],
    "skills": [{"resource": "ana", "skill": "web development", "speed": 1}],
    "assignments": [
        {"task": "shop-pay", "resource": "ana", "units_fte": 0.5, "skill": "web development"}
    ],
    "services": [
        {
            "service": "payments",
            "name": "Payments",
            "owner": "operations",
            "tier": 1,
            "outage_cost_per_hour": 4000,
            "protected": "yes",
        },
        {
            "service": "customer-data",
            "name": "Customer data",
            "owner": "operations",
            "tier": 2,
            "outage_cost_per_hour": 1500,
        },
    ],
    "service_links": [{"service": "payments", "needs": "customer-data", "impact": 0.8}],
    "support": [
        {"service": "payments", "resource": "ana", "bau_fte": 0.2, "incident_fte": 0.5},
        {"service": "customer-data", "resource": "ana", "bau_fte": 0.1, "incident_fte": 0.25},
    ],
    "changes": [{"task": "shop-pay", "service": "payments", "effect": "changes"}],
    "freezes": [
        {"service": "payments", "start": "2026-12-18T17:00", "end": "2027-01-04T08:00"},
    ],
    "stakeholders": [
        {
            "stakeholder": "operations",
            "name": "M. Okafor",
            "role": "Head of Operations",
            "side": "service",
        }
    ],
    "interests": [{"stakeholder": "operations", "item": "payments", "interest": "owns"}],
    "acceptance": [
        {
            "project": "web-shop",
            "service": "payments",
            "criterion": "A payment takes no longer than two seconds",
            "measure": "95th percentile in the load test",
            "target": "2 s",
            "status": "open",
        }
    ],
    "incidents": [
        {
            "incident": "INC-1",
            "service": "payments",
            "severity": 1,
            "opened": "2025-11-12T09:20",
            "restored": "2025-11-12T15:45",
        }
    ],
}


def write_template(path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write a workbook to fill in, with one example row in every table.

    The tables `tasks`, `services` and `support` have a second one, for the example links.

    Parameters
    ----------
    path : str or path
        A file that ends in ``.xlsx``.
    overwrite : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    Path
        Where it was written. `svcimpact.io.read` reads it as it is.

    Raises
    ------
    InputError
        The place is taken or cannot be written to.
    """
    place = to_place(path).resolve()
    if place.suffix.lower() != ".xlsx":
        raise refuse(
            place,
            found=f"a name that ends in {place.suffix!r}",
            expected="a name that ends in .xlsx",
            nearest=repr(str(place.with_suffix(".xlsx"))),
            cure="The template is an Excel workbook.",
        )
    return replace_file(place, _fill, overwrite=overwrite)


def example() -> Portfolio:
    """Return the portfolio that the template shows.

    Returns
    -------
    Portfolio
        One row per table, two in `tasks`, `services` and `support`.

    Examples
    --------
    >>> example().projects["name"].tolist()
    ['Web shop renewal']
    """
    tables = {table: pd.DataFrame(rows, dtype="object") for table, rows in _EXAMPLE.items()}
    return build_portfolio(_SETTINGS, tables, source="the example")


def _fill(path: Path) -> None:
    with new_workbook(path) as workbook:
        _add_read_me(workbook)
        for table, sheet in add_sheets(workbook, example()).items():
            sheet.set_tab_color(DARK if table in (SETTINGS, *REQUIRED_TABLES) else LIGHT)
            columns = load_schema()[table].values()
            for at, column in enumerate(columns):
                # The settings stand below each other, the columns of a table side by side.
                cells = (at + 1, 1, at + 1, 1) if table == SETTINGS else (1, at, ROW_LIMIT - 1, at)
                if rule := _rule(column):
                    sheet.data_validation(*cells, rule)


def _add_read_me(workbook: xlsxwriter.Workbook) -> None:
    looks = Looks(workbook)
    sheet = workbook.add_worksheet("Read me")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 2)
    sheet.set_column(1, 1, 18)
    sheet.set_column(2, 2, 88)
    sheet.write_string(0, 1, "Your portfolio, for svcimpact", looks.title)
    sheet.set_row(0, 30)
    row = 1
    for row, advice in enumerate(_ADVICE, start=1):
        sheet.merge_range(row, 1, row, 2, advice, looks.wrapped)
        sheet.set_row(row, 18 if len(advice) < 115 else 33)
    row += 2
    for at, heading in enumerate(("sheet", "what it holds"), start=1):
        sheet.write_string(row, at, heading, looks.required)
    for table in load_schema():
        row += 1
        needed = table in (SETTINGS, *REQUIRED_TABLES)
        sheet.write_url(
            row,
            1,
            f"internal:'{table}'!A1",
            string=table,
            cell_format=looks.strong_link if needed else looks.link,
        )
        sheet.write_string(row, 2, _PURPOSE[table], looks.plain)
    sheet.fit_to_pages(1, 1)
    sheet.activate()


def _rule(column: Column) -> dict[str, Any] | None:
    """Return the rule that a spreadsheet program holds the cells of a column to."""
    if column.choices and column.type == "choice":
        return _list_rule(column, list(column.choices))
    if column.type == "flag":
        return _list_rule(column, ["yes", "no"])
    if len(column.refers_to) == 1:
        return _reference_rule(column)
    if column.type in {"number", "integer"}:
        return _number_rule(column)
    if column.type in {"date", "datetime"}:
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": date(1901, 1, 1),
            "maximum": date(2199, 12, 31),
            "error_title": "A date, please",
            "error_message": f"{column.name} is a date, such as 2026-03-09"
            + (
                ", or a date and time, such as 2026-03-09 14:30."
                if column.type == "datetime"
                else "."
            ),
        }
    return None


def _list_rule(column: Column, words: list[str]) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": words,
        "error_title": "One of the list, please",
        "error_message": f"{column.name} is one of: {', '.join(words)}.",
    }


def _reference_rule(column: Column) -> dict[str, Any]:
    """Offer the ids there are; only warn of others, for the sheets are filled in any order."""
    table = column.refers_to[0]
    return {
        "validate": "list",
        "source": f"={table}!$A$2:INDEX({table}!$A:$A,MAX(2,COUNTA({table}!$A:$A)))",
        "error_type": "warning",
        "error_title": f"Not yet in {table}",
        "error_message": f"The sheet {table} has no such id. Add it there.",
    }


def _number_rule(column: Column) -> dict[str, Any]:
    low, high = column.minimum, column.maximum
    kind = "a whole number" if column.type == "integer" else "a number"
    limits = {
        "minimum": -(10**15) if low is None else _bare(low),
        "maximum": 10**15 if high is None else _bare(high),
    }
    told = "" if low is None else f" of {low:g} or more"
    told = f" from {low:g} to {high:g}" if low is not None and high is not None else told
    return {
        "validate": "integer" if column.type == "integer" else "decimal",
        "criteria": "between",
        **limits,
        "error_title": f"{kind[2:].capitalize()}, please",
        "error_message": f"{column.name} is {kind}{told}"
        + (f" ({column.unit})." if column.unit else "."),
    }


def _bare(limit: float) -> float:
    return int(limit) if limit.is_integer() else limit
