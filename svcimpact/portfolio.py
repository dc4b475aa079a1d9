"""Portfolio: a frozen set of validated tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import pandas as pd

from svcimpact.calendar import Calendar
from svcimpact.schema import SETTINGS, load_schema


@dataclass(frozen=True)
class Settings:
    """What holds for the whole portfolio."""

    name: str
    start: pd.Timestamp
    currency: str = "EUR"
    status_date: pd.Timestamp | None = None
    timezone: str = "UTC"
    working_days: tuple[str, ...] = ("Mon", "Tue", "Wed", "Thu", "Fri")
    day_start: str = "09:00"
    hours_per_day: float = 7.5
    holidays: str | tuple[date, ...] = ()
    severity: tuple[tuple[int, float], ...] = ((1, 1.0), (2, 0.5), (3, 0.2))


@dataclass(frozen=True, eq=False)
class Portfolio:
    """Validated tables of one portfolio (see `schema.csv` for every column and unit)."""

    settings: Settings
    projects: pd.DataFrame
    tasks: pd.DataFrame
    links: pd.DataFrame
    resources: pd.DataFrame
    absences: pd.DataFrame
    skills: pd.DataFrame
    assignments: pd.DataFrame
    services: pd.DataFrame
    service_links: pd.DataFrame
    support: pd.DataFrame
    changes: pd.DataFrame
    freezes: pd.DataFrame
    stakeholders: pd.DataFrame
    interests: pd.DataFrame
    acceptance: pd.DataFrame
    incidents: pd.DataFrame
    warnings: pd.DataFrame = field(default_factory=pd.DataFrame)

    @cached_property
    def calendar(self) -> Calendar:
        """The working-hours clock of this portfolio."""
        s = self.settings
        return Calendar(
            start=s.start,
            working_days=s.working_days,
            day_start=s.day_start,
            hours_per_day=s.hours_per_day,
            holidays=s.holidays,
            timezone=s.timezone,
        )


DTYPES = {
    "id": "str",
    "text": "str",
    "choice": "str",
    "number": "float64",
    "integer": "Int64",
    "flag": "bool",
    "date": "datetime64[us]",
    "datetime": "datetime64[us]",
}


def build_portfolio(settings: Settings, tables: dict[str, pd.DataFrame]) -> Portfolio:
    """PROVISIONAL: normalise typed tables without checking them."""
    frames = {}
    for table, columns in load_schema().items():
        if table == SETTINGS:
            continue
        given = tables.get(table, pd.DataFrame())
        frame = pd.DataFrame(index=range(len(given)))
        for column in columns.values():
            dtype = DTYPES[column.type]
            values = given[column.name] if column.name in given else pd.Series([None] * len(given))
            values = values.reset_index(drop=True)
            if column.type == "flag":
                values = values.map(lambda v: v in (True, "yes"))
            elif column.default:
                values = values.where(values.notna(), column.default)
            frame[column.name] = pd.Series(values, dtype="object").astype(dtype)
        frames[table] = frame
    return Portfolio(settings=settings, **frames)
