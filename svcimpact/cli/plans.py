"""Commands on the tables themselves: new, import, check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from svcimpact.cli.app import Where, app, load, tell
from svcimpact.errors import describe


@app.command()
def check(portfolio: Where) -> None:
    """Check a portfolio and tell every fault and warning in it."""
    found = load(portfolio)
    typer.echo(repr(found))
    tell(found.warnings)
    typer.echo("No faults.")


@app.command("import")
def import_plans(
    plans: Annotated[
        list[Path],
        typer.Argument(metavar="PLAN", help="Plans: .mpp, MSPDI .xml, .xer, PMXML."),
    ],
    out: Annotated[Path, typer.Option(help="The folder or .xlsx to write.")],
    overwrite: Annotated[
        bool,
        typer.Option(
            help="Replace the whole portfolio that is there, services and support included."
        ),
    ] = False,
) -> None:
    """Turn Microsoft Project or Primavera plans into one portfolio."""
    from svcimpact.exchange import read_plans
    from svcimpact.io import write
    from svcimpact.io.results import write_lines

    found = read_plans(plans)
    typer.echo(repr(found))
    tell(found.warnings)
    written = write(found, out, overwrite=overwrite)
    typer.echo(f"Written: {written}")
    if len(found.warnings):
        beside = written if written.is_dir() else written.parent
        kept = beside / f"{written.stem}-import-warnings.txt"
        typer.echo(f"Written: {write_lines(describe(found.warnings), kept)}")
    typer.echo("Next: fill in services, support and changes, then run svcimpact check.")


@app.command()
def new(
    file: Annotated[Path, typer.Argument(help="The .xlsx workbook to make.")],
    overwrite: Annotated[bool, typer.Option(help="Replace the file if it is there.")] = False,
) -> None:
    """Make a template workbook with a sheet for every table."""
    from svcimpact.template import write_template

    typer.echo(f"Written: {write_template(file, overwrite=overwrite)}")


@app.command()
def export(
    portfolio: Where,
    out: Annotated[Path, typer.Option(help="The folder for the plan files.")] = Path("plans"),
    kind: Annotated[
        str, typer.Option("--format", help="xml for Microsoft Project, xer for Primavera.")
    ] = "xml",
    overwrite: Annotated[bool, typer.Option(help="Replace plans that are there.")] = False,
) -> None:
    """Write each project back to a plan file.

    Microsoft Project and Primavera open it. What such a file cannot hold is told.
    """
    from svcimpact.exchange.plan_write import write_plans

    files, lost = write_plans(load(portfolio), out, kind=kind, overwrite=overwrite)
    for path in files:
        typer.echo(f"Written: {path}")
    for line in lost:
        typer.echo(f"Not in them: {line}")
