"""The command on conflicts between plans."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from svcimpact.cli.app import Out, Where, app, load


@app.command()
def conflicts(
    portfolio: Where,
    top: Annotated[
        int,
        typer.Option(min=0, help="For how many pairs to simulate delays and fixes; 0 for none."),
    ] = 5,
    runs: Annotated[int, typer.Option(min=1, help="Runs of each simulation.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all randomness.")] = 1,
    lead_days: Annotated[
        float, typer.Option(min=0, help="Working days that a decision needs before a stage.")
    ] = 5.0,
    show: Annotated[int, typer.Option(min=1, help="How many pairs to print.")] = 10,
    out: Out = None,
    report: Annotated[
        Path | None, typer.Option(help="A .html, .pptx, .xlsx or .pdf for the report.")
    ] = None,
) -> None:
    """Find who wants the same at once, and who has to talk.

    People and teams asked for more than they have, services changed by two projects at once or in
    a freeze, testers and deciders wanted by several. The register itself takes about a second; the
    simulations take longer.
    """
    from svcimpact.planning import conflict_register, over_allocation, weigh_conflicts

    found = load(portfolio)
    register = conflict_register(found, lead_days=lead_days)
    if top:
        register = weigh_conflicts(register, top=top, runs=runs, seed=seed)
    said = register.sentences(most=show)
    for sentence in said:
        typer.echo(sentence)
    if len(register.pairs) > len(said):
        typer.echo(
            f"… and {len(register.pairs) - len(said)} more pairs; --show or --out gives them."
        )
    for assumption in register.assumptions:
        typer.echo(f"- {assumption}")
    if out is not None:
        from svcimpact.io.results import write_results

        over = over_allocation(found)
        weekly = {
            f"over-{n}": getattr(over, n) for n in ("summary", "weeks", "competitors", "intervals")
        }
        typer.echo(f"Written: {write_results({**register.tables, **weekly}, out)}")
    if report is not None:
        from svcimpact.report import findings, write_findings

        typer.echo(f"Written: {write_findings(findings(found, register=register), report)}")
