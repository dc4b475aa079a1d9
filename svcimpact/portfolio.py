"""Portfolio: a frozen set of validated tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape

import pandas as pd

from svcimpact.calendar import Calendar
from svcimpact.checks import check, check_draft
from svcimpact.errors import (
    InvalidPortfolioError,
    Ledger,
    fault_frame,
)
from svcimpact.nearest import Nearest
from svcimpact.schema import SETTINGS, load_schema
from svcimpact.settings import Settings, read_settings
from svcimpact.tables import Draft, read_tables

__all__ = ["Portfolio", "Settings", "build_portfolio"]


@dataclass(frozen=True, eq=False, repr=False)
class Portfolio:
    """Validated tables of one portfolio; `schema.csv` tells of every column and unit.

    Portfolios are made by `build_portfolio` or by reading a file. Every table has all the columns
    of the schema, in its order, and a RangeIndex.

    A portfolio never changes, and what was worked out of it is kept: a change made in a table in
    place is not noticed. Give changed tables to `build_portfolio`, or write and read them.

    Parameters
    ----------
    settings : Settings
        What holds for the whole portfolio.
    projects, tasks, links, resources, absences, skills, assignments : pandas.DataFrame
        The planned work and who does it.
    services, service_links, support, changes, freezes : pandas.DataFrame
        The services, who supports them and which tasks touch them.
    stakeholders, interests, acceptance, incidents : pandas.DataFrame
        Who has a say in what, what has to hold at handover, and the incident log.
    warnings : pandas.DataFrame
        What was assumed when the tables were read and checked; columns as in
        `svcimpact.errors.FAULT_COLUMNS`.
    """

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
    warnings: pd.DataFrame = field(default_factory=lambda: fault_frame([]))

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

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by its name, in the order of the schema."""
        return {name: getattr(self, name) for name in load_schema() if name != SETTINGS}

    def with_tables(self, **tables: pd.DataFrame) -> Portfolio:
        """Return a new portfolio with some tables replaced.

        Parameters
        ----------
        **tables : pandas.DataFrame
            The new tables by name, raw or typed.

        Returns
        -------
        Portfolio
            Validated anew.

        Raises
        ------
        InvalidPortfolioError
            The tables have faults.
        TypeError
            There is no table of that name.
        """
        for name in tables:
            if name not in self.tables:
                near = Nearest(self.tables)(name)
                raise TypeError(
                    f"there is no table {name!r}" + (f"; did you mean {near!r}?" if near else "")
                )
        return build_portfolio(self.settings, {**self.tables, **tables})

    def check(self) -> pd.DataFrame:
        """Return every fault and warning of the tables, as `svcimpact.checks.check` does.

        Returns
        -------
        pandas.DataFrame
            Columns `severity` (``"fault"`` or ``"warning"``) and those of
            `svcimpact.errors.FAULT_COLUMNS`.
        """
        return check(self.settings, self.tables)

    def equals(self, other: object) -> bool:
        """Return whether another portfolio has the same settings and tables.

        Parameters
        ----------
        other : object
            The other.

        Returns
        -------
        bool
            True if all values are the same; warnings do not count.
        """
        return (
            isinstance(other, Portfolio)
            and self.settings == other.settings
            and all(frame.equals(other.tables[name]) for name, frame in self.tables.items())
        )

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{len(frame)} {name.removesuffix('s') if len(frame) == 1 else name}"
            for name, frame in self.tables.items()
            if name in ("projects", "tasks", "resources", "services")
        )
        return f"<Portfolio {self.settings.name!r} from {self.settings.start:%Y-%m-%d}: {counts}>"

    def _repr_html_(self) -> str:
        s = self.settings
        rows = "".join(
            f"<tr><td>{name}</td><td style='text-align:right'>{len(frame):,}</td></tr>"
            for name, frame in self.tables.items()
            if len(frame)
        )
        status = "" if s.status_date is None else f", status {s.status_date:%Y-%m-%d %H:%M}"
        noted = len(self.warnings)
        warned = f"<p>{noted} warning{'s' * (noted != 1)}, see <code>.warnings</code></p>"
        return (
            f"<div><p><b>{escape(s.name)}</b> from {s.start:%Y-%m-%d}{status}, "
            f"{escape(s.timezone)}, {s.hours_per_day:g} h a day, {escape(s.currency)}</p>"
            f"<table><thead><tr><th>table</th><th>rows</th></tr></thead><tbody>{rows}</tbody>"
            f"</table>{warned if noted else ''}</div>"
        )


def build_portfolio(
    settings: Settings | Mapping[str, object] | None,
    tables: Mapping[str, pd.DataFrame | None],
    *,
    rows: Mapping[str, Sequence[int]] | None = None,
    source: str = "The portfolio",
    faults: Iterable[dict[str, str]] = (),
    notes: Iterable[dict[str, str]] = (),
) -> Portfolio:
    """Return a portfolio of settings and tables, or raise every fault in them at once.

    Parameters
    ----------
    settings : Settings, mapping or None
        The settings, ready or by key as in `portfolio.toml` or on a sheet of keys and values.
        None if they could not be read, with the reason among `faults`.
    tables : mapping of str to pandas.DataFrame or None
        Tables by name. Cells may be raw (text, numbers, flags, dates in any mixture) or typed.
        Blank rows are left out; blank cells take the defaults of the schema. None for a table
        that could not be read, with the reason among `faults`.
    rows : mapping of str to sequence of int, optional
        For every table the row number of each row as the user sees it; by default the first row
        is row 2, below the headings.
    source : str
        What was read, for the message of the error.
    faults, notes : iterable of dict
        Faults and warnings found by a reader before, made by `svcimpact.errors.fault`.

    Returns
    -------
    Portfolio
        With what was assumed in `Portfolio.warnings`.

    Raises
    ------
    InvalidPortfolioError
        There are faults; `.faults` has one row for each.

    Examples
    --------
    >>> columns = {"projects": ["project"], "tasks": ["task", "project", "duration_days"],
    ...            "resources": ["resource"], "assignments": ["task", "resource"],
    ...            "services": ["service"], "support": ["service", "resource"]}
    >>> tables = {name: pd.DataFrame(columns=names) for name, names in columns.items()}
    >>> tables["projects"] = pd.DataFrame({"project": ["P1"], "priority": ["high"]})
    >>> build_portfolio({"name": "Meridian", "start": "2026-01-05"}, tables)
    Traceback (most recent call last):
    svcimpact.errors.InvalidPortfolioError: The portfolio has 1 fault.
    projects, row 2, priority: found 'high', expected a whole number. Write the number alone.
    """
    ledger = Ledger(faults, notes)
    ready = read_settings(settings, ledger)
    draft = read_tables(ready, tables, rows or {}, ledger)
    check_draft(draft, ledger)
    warnings = fault_frame(ledger.warnings)
    if ledger.faults:
        count = len(ledger.faults)
        message = f"{source} has {count} fault{'s' * (count != 1)}."
        raise InvalidPortfolioError(message, _in_order(ledger.faults, draft), warnings)
    return Portfolio(settings=ready, warnings=warnings, **draft.frames)


def _in_order(faults: list[dict[str, str]], draft: Draft) -> pd.DataFrame:
    """Return faults as the user walks through the tables: by table, then by row."""
    order = {name: at for at, name in enumerate([SETTINGS, *draft.frames], start=1)}

    def place(row: dict[str, str]) -> tuple[int, int]:
        first = row["row"].split(",")[0].split(" ")[0]
        return order.get(row["table"], 0), int(first) if first.isdigit() else 0

    return fault_frame(sorted(faults, key=place))
