"""The command on go-lives: which of them the services can accept."""

from __future__ import annotations

from typing import Annotated

import typer

from svcimpact.cli.app import Out, Where, app, load


@app.command()
def transition(
    portfolio: Where,
    runs: Annotated[int, typer.Option(help="How many futures of the durations to run.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the durations.")] = 1,
    out: Out = None,
) -> None:
    """Judge which go-lives the services can accept."""
    from svcimpact.planning import transition as judge

    found = judge(load(portfolio), runs=runs, seed=seed)
    for sentence in found.sentences():
        typer.echo(sentence)
    typer.echo("Assumed:")
    for assumption in found.assumptions:
        typer.echo(f"  {assumption}")
    if out is not None:
        from svcimpact.io.results import write_results

        typer.echo(f"Written: {write_results(found.tables, out)}")
