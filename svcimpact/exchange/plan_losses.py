"""What a plan file has no place for, told from the schema, so that nothing goes unsaid."""

from __future__ import annotations

import pandas as pd

from svcimpact.exchange.names import same_name
from svcimpact.portfolio import Portfolio
from svcimpact.schema import SETTINGS, Column, load_schema
from svcimpact.wording import counted, listed

# What a plan file holds; every other column with something in it is told as lost.
_HELD = {
    "projects": {"project", "name", "due"},
    "tasks": {
        "task", "project", "name", "duration_days", "planned_start", "done_fraction",
        "actual_start", "actual_finish",
    },
    "links": {"predecessor", "successor", "type", "lag_days"},
    "resources": {"resource", "name", "team", "capacity_fte", "cost_per_day"},
    "assignments": {"task", "resource", "units_fte"},
}  # fmt: skip
_NOT_IN_PRIMAVERA = {"resources": {"team"}}


def losses(portfolio: Portfolio, kind: str) -> list[str]:
    """Say what plan files cannot hold.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    kind : {"xml", "xer"}
        Microsoft Project or Primavera.

    Returns
    -------
    list of str
        A sentence each.

    Examples
    --------
    >>> from svcimpact.io import read
    >>> losses(read("data/tiny"), "xml")[-1]
    'In the table tasks: stage.'
    """
    said = []
    if kind == "xer" and (strange := sorted(_letters(portfolio))):
        said.append(
            f"The letters {' '.join(strange)} in names: Primavera files have Western European "
            "letters only, and show ? for others."
        )
    of = portfolio.tasks.set_index("task")["project"]
    links = portfolio.links
    across = int((links["predecessor"].map(of) != links["successor"].map(of)).sum())
    if across:
        said.append(f"{counted(across, 'link')} between projects: each project is its own file.")
    said += _namesakes(portfolio)
    idle = portfolio.projects[~portfolio.projects["project"].isin(portfolio.tasks["project"])]
    if len(idle):
        said.append(f"Projects without tasks: {listed(idle['name'].astype(str).tolist())}.")
    schema = load_schema()
    tables = [name for name in schema if name not in _HELD and name != SETTINGS]
    there = [name for name in tables if len(getattr(portfolio, name))]
    if there:
        which = "The tables" if len(there) > 1 else "The table"
        said.append(f"{which} {listed(there, len(there))}: plans have no place for that.")
    for table, held in _HELD.items():
        written = held - (_NOT_IN_PRIMAVERA.get(table, set()) if kind == "xer" else set())
        frame = getattr(portfolio, table)
        lost = [c.name for c in schema[table].values() if c.name not in written and _used(frame, c)]
        if lost:
            said.append(f"In the table {table}: {listed(lost, len(lost))}.")
    if kind == "xer" and portfolio.resources["cost_per_day"].notna().any():
        said.append(f"The currency {portfolio.settings.currency}: rates are numbers without one.")
    return said


def _namesakes(portfolio: Portfolio) -> list[str]:
    """Name the people whom a plan, which knows people by name, takes for one."""
    names = portfolio.resources["name"].astype(str).map(lambda name: " ".join(name.split()))
    # As they are matched when such a plan is read.
    twice = sorted(set(names[names.map(same_name).duplicated()]))
    if not twice:
        return []
    return [f"Who is who of those called {listed(twice)}: plans know people by their names."]


def _used(frame: pd.DataFrame, column: Column) -> bool:
    """Return whether a column says anything that its default does not."""
    values = frame[column.name].dropna()
    if column.type == "flag":
        return bool((values.astype(bool) != (column.default == "yes")).any())
    if column.default and column.type in ("number", "integer"):
        return bool((values.astype(float) != float(column.default)).any())
    return bool((values.astype(str) != column.default).any())


def _letters(portfolio: Portfolio) -> set[str]:
    """Return the letters of names that Primavera's character set lacks."""
    tables = (portfolio.projects, portfolio.tasks, portfolio.resources)
    used = set("".join(name for table in tables for name in table["name"].dropna().astype(str)))
    return {letter for letter in used if not letter.encode("cp1252", "ignore")}
