"""Commands on where projects lean on service delivery: scope, stages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from svcimpact.cli.app import Out, Where, app, load
from svcimpact.errors import InputError, fault, fault_frame

Project = Annotated[str | None, typer.Option(help="Id of one project; all if not given.")]


@app.command()
def scope(
    portfolio: Where,
    project: Project = None,
    lead_days: Annotated[
        float,
        typer.Option(
            help="Working days before the first task that touches a service by which a decision "
            "on it is needed."
        ),
    ] = 10.0,
    page: Annotated[
        Path | None, typer.Option(help="The .html file to write on the project of --project.")
    ] = None,
    out: Out = None,
) -> None:
    """Tell what each project touches, and who has to agree."""
    from svcimpact.planning import scope as planning

    if page is not None and project is None:
        expected = "both, as a page is on one project"
        row = fault("command line", found="--page without --project", expected=expected)
        raise InputError("The page to write is not clear.", fault_frame([row]))
    found = load(portfolio)
    impact = planning.scope_impact(found, lead_days=lead_days)
    for sentence in [*impact.sentences(project), *impact.assumptions]:
        typer.echo(sentence)
    if page is not None and project is not None:
        written = planning.page(found, project, lead_days=lead_days).save(page)
        typer.echo(f"Written: {written}")
    if out is not None:
        from svcimpact.io.results import write_results

        typer.echo(f"Written: {write_results(impact.tables, out)}")


@app.command()
def stages(
    portfolio: Where,
    project: Project = None,
    least_fte: Annotated[
        float,
        typer.Option(
            help="FTE of a service's support staff that a task touching it needs at least; 0.2 is "
            "one day a week."
        ),
    ] = 0.2,
    within_days: Annotated[
        int, typer.Option(help="How many working days from its plan another window may lie.")
    ] = 60,
    out: Out = None,
) -> None:
    """Tell whom of service delivery each stage needs."""
    from svcimpact.planning import stage_involvement

    found = stage_involvement(load(portfolio), least_fte=least_fte, within_days=within_days)
    for sentence in [*found.sentences(project), *found.assumptions]:
        typer.echo(sentence)
    if out is not None:
        from svcimpact.io.results import write_results

        typer.echo(f"Written: {write_results(found.tables, out)}")
