"""Portfolios small enough to be worked out on paper: a Monday, eight hours a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from svcimpact.portfolio import Portfolio, build_portfolio
from svcimpact.schema import REQUIRED_TABLES, SETTINGS, load_schema

MONDAY = "2026-01-05"
Rows = Sequence[Mapping[str, Any]]


def paper(settings: Mapping[str, Any] | None = None, **tables: Rows) -> Portfolio:
    """Return a portfolio of a few rows; tables not given are empty.

    Working hour 0 is Monday 2026-01-05 09:00, hour 8 Tuesday 09:00, hour 40 the next Monday.

    Examples
    --------
    >>> paper(projects=[{"project": "P"}]).projects["name"].tolist()
    ['P']
    """
    calendar = {"hours_per_day": 8, "day_start": "09:00"}
    given = dict(settings or {})
    frames = {
        table: pd.DataFrame(tables.get(table, []), columns=list(columns), dtype="object")
        for table, columns in load_schema().items()
        if table != SETTINGS and (table in tables or table in REQUIRED_TABLES)
    }
    calendar |= given.pop("calendar", {})
    whole = {"name": "Paper", "start": MONDAY, "calendar": calendar, **given}
    return build_portfolio(whole, frames)


def tasks(*rows: tuple[str, float], project: str = "P", **more: Any) -> list[dict[str, Any]]:
    """Return rows of `tasks` from ids and hours; `more` holds for all of them."""
    return [
        {"task": task, "project": project, "duration_days": hours / 8, **more}
        for task, hours in rows
    ]


def assigned(**who: str) -> list[dict[str, Any]]:
    """Return rows of `assignments` from ``task="ana:0.5 ben"``."""
    rows = []
    for task, people in who.items():
        for one in people.split():
            resource, _, units = one.partition(":")
            rows.append({"task": task, "resource": resource, "units_fte": float(units or 1)})
    return rows


def people(**capacity: float) -> list[dict[str, Any]]:
    """Return rows of `resources` from ``ana=1``."""
    return [{"resource": name, "capacity_fte": fte} for name, fte in capacity.items()]


def staff(*rows: tuple[str, str, float, float]) -> list[dict[str, Any]]:
    """Return rows of `support` from (service, resource, everyday FTE, incident FTE)."""
    return [
        {"service": s, "resource": k, "bau_fte": bau, "incident_fte": pulled}
        for s, k, bau, pulled in rows
    ]
