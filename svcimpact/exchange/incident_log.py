"""Incident logs of ServiceNow and Jira, or any CSV, as the table `incidents`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pandas as pd

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.exchange.log_columns import NEEDED, place_columns
from svcimpact.exchange.log_rows import RowReader
from svcimpact.exchange.log_text import LogText, read_log_text
from svcimpact.exchange.log_values import Services, bare
from svcimpact.io.place import to_place
from svcimpact.nearest import Nearest
from svcimpact.portfolio import Portfolio


@dataclass(frozen=True, eq=False, repr=False)
class ImportedLog:
    """An incident log read from an export.

    Attributes
    ----------
    incidents : pandas.DataFrame
        The table `incidents`, in the order of the file: `incident`, `service`, `severity`,
        `opened`, `restored` (missing while it is open), on the portfolio's wall clock.
    tool : str
        The program that wrote the export.
    columns : dict of str to str
        The heading that each thing was read from.
    severities : pandas.DataFrame
        One row per priority in the file: `found`, `severity` (missing where it was left out),
        `rows`.
    services : pandas.DataFrame
        One row per name of a service in the file: `found`, `service` (blank where it was left
        out), `rows`.
    rows : int
        Rows in the file.
    warnings : pandas.DataFrame
        What was assumed and left out; columns as in `svcimpact.errors.FAULT_COLUMNS`.
    """

    incidents: pd.DataFrame
    tool: str
    columns: dict[str, str]
    severities: pd.DataFrame
    services: pd.DataFrame
    rows: int
    warnings: pd.DataFrame

    def sentences(self) -> list[str]:
        """Return what was read, in words.

        Returns
        -------
        list of str
            Plain text, unescaped.
        """
        kept, still = len(self.incidents), int(self.incidents["restored"].isna().sum())
        read = ", ".join(f"{role} from {name!r}" for role, name in self.columns.items())
        levels = self.severities.dropna()
        named = [f"{row.found!r} is {row.severity}" for row in levels.itertuples()]
        return [
            f"{self.rows} rows of {self.tool}: {kept} incidents, {still} of them still open; "
            f"{self.rows - kept} left out.",
            f"Columns: {read}.",
            *([f"Severity: {', '.join(named)}."] if named else []),
        ]

    def __repr__(self) -> str:
        return "\n  ".join(["Incident log", *self.sentences()])


def read_incident_log(
    path: str | PathLike[str],
    portfolio: Portfolio | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    severities: Mapping[str, int | None] | None = None,
    services: Mapping[str, str] | None = None,
    skip_unknown: bool = False,
    day_first: bool | None = None,
    timezone: str | None = None,
) -> ImportedLog:
    """Read an incident log: a CSV export of ServiceNow or Jira, or any other with such columns.

    Parameters
    ----------
    path : str or path
        The file: UTF-8, UTF-16 or Windows-1252; commas, semicolons or tabs.
    portfolio : Portfolio, optional
        Its services are what names are matched to, its severity levels are what there is, its
        time zone is that of the result. Where not given, names are taken as ids.
    columns : mapping of str to str, optional
        Headings for `incident`, `service`, `severity`, `opened`, `restored` and more
        (`svcimpact.exchange.log_columns.ROLES`), where they are not those of the program.
    severities : mapping of str to int or None, optional
        Severity by priority, such as ``{"4 - Low": 3}``; None leaves its rows out. For others
        `svcimpact.exchange.log_values.SEVERITIES` holds: critical 1, high 2, moderate 3, lower
        ones are left out.
    services : mapping of str to str, optional
        Service ids by the name in the file; blank leaves its rows out.
    skip_unknown : bool
        Whether to leave out rows of services that the portfolio does not have, instead of
        telling them as faults.
    day_first : bool, optional
        Whether 03/04/2026 is 3 April. Where not given, the file has to show it by another date.
    timezone : str, optional
        IANA name of the time zone that the program wrote times in; the portfolio's where not
        given. A written offset goes first.

    Returns
    -------
    ImportedLog
        The incidents, with what was assumed.

    Raises
    ------
    InputError
        With every fault of the file: unknown services and priorities with the nearest, dates
        that are none or ambiguous, restorations before the strike, the same number twice.

    Notes
    -----
    The end of an outage is `resolved_at` or ``Resolved``; where that is blank and the ticket is
    closed, the time it was closed, with a warning. A ticket that is open again though it was
    resolved once counts as still open, with a warning. Nothing else is changed.
    """
    place = to_place(path)
    text = _readable(place)
    faults = list(text.faults)
    zone = _zone(timezone, portfolio, faults)
    placement = None
    if text.headings:
        # A log by itself may do without services; a portfolio has to know which was struck.
        needed = NEEDED if portfolio is not None else ("incident", "opened")
        placement = place_columns(text, place.name, columns or {}, faults, needed=needed)
    pairs = [] if portfolio is None else zip(
        portfolio.services["service"], portfolio.services["name"], strict=True
    )  # fmt: skip
    finder = Services.of(pairs, services or {})
    faults += _choice_faults(portfolio, finder, severities or {})
    if faults or placement is None:
        raise InputError(f"{place} cannot be imported.", fault_frame(faults))
    target = zone if portfolio is None else ZoneInfo(portfolio.settings.timezone)
    reader = RowReader(
        file=place.name,
        text=text,
        placement=placement,
        services=finder,
        severities={bare(name): level for name, level in (severities or {}).items()},
        levels=frozenset(
            level for level, _ in (portfolio.settings.severity if portfolio is not None else ())
        ),
        skip_unknown=skip_unknown,
        day_first=day_first,
        source=zone,
        target=target,
    )
    incidents = reader.read()
    if timezone is None and portfolio is not None and reader.naive:
        reader.warn(
            found="times without a time zone",
            expected="the zone of the program's user",
            cure=f"They were read as {portfolio.settings.timezone}; say --timezone otherwise.",
        )
    warnings = fault_frame([*text.notes, *reader.notes])
    if reader.faults:
        count = len(reader.faults)
        message = f"{place} has {count} fault{'s' * (count != 1)}."
        raise InputError(message, fault_frame(reader.faults), warnings)
    return ImportedLog(
        incidents=incidents,
        tool=placement.tool,
        columns=placement.headings,
        severities=_counts(reader.priorities, "severity").astype({"severity": "Int64"}),
        services=_counts(reader.named, "service"),
        rows=len(text.records),
        warnings=warnings,
    )


def _readable(place: Path) -> LogText:
    """Return the text of the file, or say why there is none."""
    if place.is_file():
        return read_log_text(place)
    found = "a folder" if place.is_dir() else "no such file"
    near = ""
    if not place.exists() and place.parent.is_dir():
        near = Nearest(sibling.name for sibling in sorted(place.parent.iterdir()))(place.name)
    row = fault(
        str(place),
        found=found,
        expected="a CSV export of ServiceNow or Jira",
        nearest=repr(str(place.parent / near)) if near else "",
    )
    raise InputError(f"{place} cannot be imported.", fault_frame([row]))


def _zone(name: str | None, portfolio: Portfolio | None, faults: list[dict[str, str]]) -> ZoneInfo:
    """Return the zone of the times in the file."""
    if name is None:
        return ZoneInfo("UTC" if portfolio is None else portfolio.settings.timezone)
    if name not in available_timezones():
        near = Nearest(sorted(available_timezones()))(name)
        faults.append(
            fault(
                "--timezone",
                found=repr(name),
                expected="an IANA name such as Europe/London",
                nearest=repr(near) if near else "",
            )
        )
        return ZoneInfo("UTC")
    return ZoneInfo(name)


def _choice_faults(
    portfolio: Portfolio | None, services: Services, severities: Mapping[str, int | None]
) -> list[dict[str, str]]:
    """Return what is wrong with the user's own maps."""
    faults = []
    for name, service in services.chosen.items():
        if portfolio is not None and service and service not in services.ids:
            near = services.nearest(service)
            faults.append(
                fault(
                    "--service",
                    column=name,
                    found=repr(service),
                    expected="the id of a service of the portfolio, or nothing to leave it out",
                    nearest=repr(near) if near else "",
                )
            )
    if portfolio is None:
        return faults
    levels = [level for level, _ in portfolio.settings.severity]
    for name, level in severities.items():
        if level is not None and level not in levels:
            faults.append(
                fault(
                    "--severity",
                    column=name,
                    found=repr(level),
                    expected=f"one of {', '.join(map(str, levels))}, or nothing to leave it out",
                    cure="Give it a share in the severity setting of the portfolio.",
                )
            )
    return faults


def _counts(found: Counter[tuple[str, object]], column: str) -> pd.DataFrame:
    rows = [(name, meant, count) for (name, meant), count in found.most_common()]
    return pd.DataFrame(rows, columns=["found", column, "rows"])


def merge_log(portfolio: Portfolio, log: ImportedLog) -> tuple[Portfolio, int, int]:
    """Put imported incidents into a portfolio's log.

    Parameters
    ----------
    portfolio : Portfolio
        With or without a log of its own.
    log : ImportedLog
        Read with this portfolio.

    Returns
    -------
    portfolio : Portfolio
        A new one. An incident of the same number is replaced, so that one that was open last
        time can close; others stay.
    added, replaced : int
        How many are new, and how many were there.

    Raises
    ------
    InvalidPortfolioError
        The log does not fit the portfolio.
    """
    new = log.incidents
    kept = portfolio.incidents[~portfolio.incidents["incident"].isin(new["incident"])]
    replaced = len(portfolio.incidents) - len(kept)
    whole = pd.concat([kept, new], ignore_index=True) if len(kept) else new
    merged = portfolio.with_tables(incidents=whole.reset_index(drop=True))
    return merged, len(new) - replaced, replaced
