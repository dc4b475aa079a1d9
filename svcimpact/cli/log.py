"""Commands on the incident log: import-log, restoration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcimpact.cli.app import app, load, tell
from svcimpact.errors import InputError, fault, fault_frame

if TYPE_CHECKING:
    import pandas as pd

    from svcimpact.exchange import ImportedLog
    from svcimpact.portfolio import Portfolio

Log = Annotated[Path, typer.Argument(help="A CSV export of ServiceNow, Jira or the like.")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="WHAT=HEADING",
        help="Which column holds incident, service, severity, opened, restored, closed or state.",
    ),
]
Priorities = Annotated[
    list[str] | None,
    typer.Option(
        "--severity", metavar="PRIORITY=LEVEL", help="Severity of a priority; 'Low=' leaves it out."
    ),
]
Named = Annotated[
    list[str] | None,
    typer.Option(
        "--service", metavar="NAME=ID", help="Service of a name; 'Intranet=' leaves it out."
    ),
]
Skip = Annotated[
    bool, typer.Option("--skip-unknown", help="Leave out services the portfolio does not have.")
]
DayFirst = Annotated[
    bool | None,
    typer.Option("--day-first/--month-first", help="Whether 03/04/2026 is 3 April or 4 March."),
]
Timezone = Annotated[
    str | None,
    typer.Option(help="IANA time zone of the times in the file; the portfolio's if not given."),
]


@app.command("import-log")
def import_log(
    log: Log,
    into: Annotated[Path, typer.Option(help="The portfolio that the log is put into.")],
    out: Annotated[
        Path | None,
        typer.Option(help="A new folder or .xlsx for the whole portfolio, instead of changing it."),
    ] = None,
    columns: Columns = None,
    severities: Priorities = None,
    services: Named = None,
    skip_unknown: Skip = False,
    day_first: DayFirst = None,
    timezone: Timezone = None,
) -> None:
    """Put incidents of ServiceNow or Jira into a portfolio.

    An incident of the same number is replaced, so a log can be imported again every week.
    """
    from svcimpact.exchange import merge_log, read_incident_log
    from svcimpact.io import write, write_table

    portfolio = load(into)
    found = read_incident_log(
        log,
        portfolio,
        columns=_pairs("--column", columns),
        severities=_levels(severities),
        services=_pairs("--service", services, blank=True),
        skip_unknown=skip_unknown,
        day_first=day_first,
        timezone=timezone,
    )
    merged, added, replaced = merge_log(portfolio, found)
    _show(found)
    tell(_doubts(found, merged))
    typer.echo(f"{added} incidents added, {replaced} replaced; {len(merged.incidents)} in the log.")
    written = write_table(merged, "incidents", into) if out is None else write(merged, out)
    typer.echo(f"Written: {written}")
    typer.echo(f"Next: svcimpact restoration {into if out is None else out}")


@app.command()
def restoration(
    log: Annotated[
        Path,
        typer.Argument(
            metavar="LOG", help="A portfolio, or a CSV: an export, or the table incidents alone."
        ),
    ],
    service: Annotated[
        str | None, typer.Option(help="Id of a service; all of them if not given.")
    ] = None,
    severity: Annotated[
        int | None, typer.Option(help="Severity level; all of them if not given.")
    ] = None,
    elapsed: Annotated[
        float | None, typer.Option(help="Hours that an incident has lasted: how much longer?")
    ] = None,
    distribution: Annotated[
        str, typer.Option(help="Of the forecast: lognormal, weibull, gamma, empirical or best.")
    ] = "best",
    least_closed: Annotated[
        int, typer.Option(help="Closed incidents that a fit needs; with fewer, others help out.")
    ] = 8,
    out: Annotated[
        Path | None,
        typer.Option(help="A folder or .xlsx for the tables; .html, .pptx or .pdf for a report."),
    ] = None,
) -> None:
    """Tell how long incidents last, and how much longer."""
    from svcimpact.incident.log_fit import FITTED
    from svcimpact.incident.restoration_times import restoration_times

    if distribution not in FITTED:
        expected = f"one of {', '.join(FITTED)}"
        row = fault("--distribution", found=repr(distribution), expected=expected)
        raise InputError("The forecast is not clear.", fault_frame([row]))
    portfolio = None
    if log.name.lower().endswith((".csv", ".csv.gz")):
        from svcimpact.exchange import read_incident_log

        read = read_incident_log(log)
        _show(read)
        tell(read.warnings)
        table = read.incidents
    else:
        portfolio = load(log)
        table = portfolio.incidents
    times = restoration_times(
        table if portfolio is None else portfolio,
        service=service,
        severity=severity,
        least_closed=least_closed,
    )
    ahead = None if elapsed is None else times.forecast(elapsed, distribution=distribution)
    typer.echo(repr(times))
    if ahead is not None:
        typer.echo(repr(ahead))
    tell(times.warnings)
    if out is None:
        return
    if out.suffix.lower() in (".html", ".pptx", ".pdf"):
        from svcimpact.report.formats import write_findings
        from svcimpact.report.restoration import restoration_findings

        name = log.name if portfolio is None else portfolio.settings.name
        written = write_findings(restoration_findings(name, times, ahead), out)
    else:
        from svcimpact.io.results import write_results

        tables = times.tables if ahead is None else {**times.tables, **ahead.tables}
        written = write_results(tables, out)
    typer.echo(f"Written: {written}")


def _show(found: ImportedLog) -> None:
    for line in found.sentences():
        typer.echo(line)


def _doubts(found: ImportedLog, merged: Portfolio) -> pd.DataFrame:
    """Return what was assumed, and whether tickets were timed instead of outages."""
    import pandas as pd

    from svcimpact.incident.ticket_times import ticket_time_warnings

    told = [found.warnings, ticket_time_warnings(merged.incidents)]
    return pd.concat(told, ignore_index=True)


def _pairs(option: str, given: list[str] | None, *, blank: bool = False) -> dict[str, str]:
    """Return options such as NAME=ID by their left side."""
    pairs = {}
    faults = []
    for text in given or []:
        left, mark, right = text.rpartition("=")
        if not mark or (not right.strip() and not blank):
            expected = "two texts with = between them"
            faults.append(fault("command line", column=option, found=repr(text), expected=expected))
        pairs[left.strip()] = right.strip()
    if faults:
        raise InputError("An option is not clear.", fault_frame(faults))
    return pairs


def _levels(given: list[str] | None) -> dict[str, int | None]:
    pairs = _pairs("--severity", given, blank=True)
    faults = [
        fault(
            "command line",
            column="--severity",
            found=repr(f"{name}={level}"),
            expected="a whole number after the =, or nothing to leave it out",
        )
        for name, level in pairs.items()
        if level and not level.isdecimal()
    ]
    if faults:
        raise InputError("An option is not clear.", fault_frame(faults))
    return {name: int(level) if level else None for name, level in pairs.items()}
