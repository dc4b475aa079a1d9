"""The packaged `schema.csv`: every table, column, type, unit and default, read once."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SETTINGS = "portfolio"


@dataclass(frozen=True)
class Column:
    """One column of one table, as `schema.csv` defines it."""

    table: str
    name: str
    type: str
    unit: str
    required: bool
    default: str
    refers_to: tuple[str, ...]
    choices: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    description: str


@cache
def load_schema() -> dict[str, dict[str, Column]]:
    """Read the packaged schema.

    Returns
    -------
    dict of str to dict of str to Column
        For every table, in the schema's order, its columns by name. The table
        ``portfolio`` holds the settings.

    Examples
    --------
    >>> load_schema()["links"]["type"].choices
    ('FS', 'SS', 'FF', 'SF')
    """
    tables: dict[str, dict[str, Column]] = {}
    text = files("svcimpact").joinpath("schema.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        column = Column(
            table=row["table"],
            name=row["column"],
            type=row["type"],
            unit=row["unit"],
            required=row["required"] == "yes",
            default=row["default"],
            refers_to=tuple(part for part in row["refers_to"].split("|") if part),
            choices=tuple(row["choices"].split()),
            minimum=float(row["minimum"]) if row["minimum"] else None,
            maximum=float(row["maximum"]) if row["maximum"] else None,
            description=row["description"],
        )
        tables.setdefault(column.table, {})[column.name] = column
    return tables


#: The tables that no portfolio can do without.
REQUIRED_TABLES = ("projects", "tasks", "resources", "assignments", "services", "support")
