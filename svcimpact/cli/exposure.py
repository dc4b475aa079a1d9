"""The commands on exposure to incidents, and on what to hold in reserve."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import Annotated

import typer

from svcimpact.cli.app import Out, Where, app, load
from svcimpact.cli.during import P90, Median, Seed
from svcimpact.errors import InputError, fault, fault_frame

Runs = Annotated[int | None, typer.Option(help="How many futures to simulate.")]


@app.command()
def exposure(
    portfolio: Where,
    severity: Annotated[int, typer.Option(help="Severity of the incidents.")] = 1,
    median_hours: Median = None,
    p90_hours: P90 = None,
    alpha: Annotated[
        float, typer.Option(help="How strongly a restoration suffers from a responder less.")
    ] = 1.0,
    runs: Runs = None,
    seed: Seed = None,
    out: Out = None,
    page: Annotated[
        Path | None, typer.Option(help="A .html, .pptx, .xlsx or .pdf for the page.")
    ] = None,
) -> None:
    """Say which service's failure hurts which project.

    Restoration times are fitted to the incident log unless a median and a P90 are given.
    """
    from svcimpact.incident.exposure import RUNS
    from svcimpact.incident.exposure import exposure as expose

    found = expose(
        load(portfolio),
        severity=severity,
        median_hours=median_hours,
        p90_hours=p90_hours,
        alpha=alpha,
        runs=RUNS if runs is None else runs,
        seed=1 if seed is None else seed,
    )
    typer.echo(repr(found))
    typer.echo("\nThis rests on:\n" + "\n".join(fill(f"- {x}", 100) for x in found.assumptions))
    if out is not None:
        from svcimpact.io.results import write_results

        typer.echo(f"Written: {write_results(found.tables, out)}")
    if page is not None:
        from svcimpact.report import write_findings
        from svcimpact.report.exposure import exposure_findings

        typer.echo(f"Written: {write_findings(exposure_findings(found), page)}")


@app.command()
def reserves(
    portfolio: Where,
    days: Annotated[float, typer.Option(help="Working days to look ahead.")] = 250.0,
    rates: Annotated[
        list[str] | None,
        typer.Option(
            "--rate",
            metavar="SERVICE=TIMES",
            help="Severity 1 incidents of a service a year; those of the log if none is given.",
        ),
    ] = None,
    median_hours: Median = None,
    p90_hours: P90 = None,
    runs: Runs = None,
    seed: Seed = None,
    out: Out = None,
) -> None:
    """Say how many days each plan needs in reserve.

    Incidents arrive at the rates of the incident log, and last as long as it tells, unless rates
    are given, and a median and a P90 with them.
    """
    from svcimpact.incident.reserves import reserves as reckon
    from svcimpact.incident.scenario import RandomIncidents

    incidents = RandomIncidents(
        days,
        from_log=not rates,
        rates=_rates(rates),
        median_hours=median_hours,
        p90_hours=p90_hours,
    )
    found = reckon(load(portfolio), incidents, runs=runs, seed=seed)
    typer.echo(repr(found))
    typer.echo("\nThis rests on:\n" + "\n".join(fill(f"- {x}", 100) for x in found.assumptions))
    if out is not None:
        from svcimpact.io.results import write_results

        typer.echo(f"Written: {write_results(found.tables, out)}")


def _rates(given: list[str] | None) -> dict[str, float]:
    """Return rates such as payments=2 by service; raise every one that is not clear."""
    found: dict[str, float] = {}
    faults = []
    for text in given or []:
        service, _, times = text.rpartition("=")
        try:
            found[service.strip()] = float(times)
        except ValueError:
            service = ""
        if not service.strip():
            expected = "a service and a number, such as payments=2"
            faults.append(
                fault("command line", column="--rate", found=repr(text), expected=expected)
            )
    if faults:
        raise InputError("An option is not clear.", fault_frame(faults))
    return found
