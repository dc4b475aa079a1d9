"""The commands on exposure to incidents, and on what to hold in reserve."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import Annotated

import typer

from svcimpact.cli.app import Out, Where, app, load
from svcimpact.cli.during import P90, Median, Seed

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
    page: Annotated[Path | None, typer.Option(help="An .html file for the page.")] = None,
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
        from svcimpact.report import write_html
        from svcimpact.report.exposure import exposure_findings

        typer.echo(f"Written: {write_html(exposure_findings(found), page)}")


@app.command()
def reserves(
    portfolio: Where,
    days: Annotated[float, typer.Option(help="Working days to look ahead.")] = 250.0,
    runs: Runs = None,
    seed: Seed = None,
    out: Out = None,
) -> None:
    """Say how many days each plan needs in reserve.

    Incidents arrive at the rates of the incident log, and last as long as it tells.
    """
    from svcimpact.incident.reserves import reserves as reckon
    from svcimpact.incident.scenario import RandomIncidents

    found = reckon(load(portfolio), RandomIncidents(days, from_log=True), runs=runs, seed=seed)
    typer.echo(repr(found))
    typer.echo("\nThis rests on:\n" + "\n".join(fill(f"- {x}", 100) for x in found.assumptions))
    if out is not None:
        from svcimpact.io.results import write_results

        typer.echo(f"Written: {write_results(found.tables, out)}")
