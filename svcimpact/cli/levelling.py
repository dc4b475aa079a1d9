"""The command on what levelling alone costs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from svcimpact.cli.app import Out, Where, app, load


@app.command("level")
def level_plan(
    portfolio: Where,
    rule: Annotated[
        list[str] | None,
        typer.Option(
            help="A dispatch rule: plan, lst, lft, least_float, cost_of_delay or "
            "shortest_project. The first is told of project by project; more of them stand "
            "beside it. All, plan order first, if not given."
        ),
    ] = None,
    improve: Annotated[
        bool, typer.Option("--improve", help="Try a forward-backward pass after each rule.")
    ] = False,
    min_share: Annotated[
        float, typer.Option(help="Least share of its needs with which a task starts.")
    ] = 0.5,
    out: Out = None,
    write: Annotated[
        Path | None,
        typer.Option(help="A new folder or .xlsx for the portfolio with levelled dates."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the portfolio that is there.")
    ] = False,
) -> None:
    """Say what levelling alone costs, by dispatch rule."""
    from svcimpact.engine.dispatch import RULES
    from svcimpact.planning import level

    found = level(
        load(portfolio),
        rules=rule or tuple(RULES),
        improve="forward_backward" if improve else None,
        min_share=min_share,
    )
    typer.echo(repr(found))
    typer.echo("\n".join(["", *found.sentences()]))
    if out is not None:
        from svcimpact.io.results import write_results

        typer.echo(f"Written: {write_results(found.tables, out)}")
    if write is not None:
        from svcimpact import io

        typer.echo(f"Written: {io.write(found.apply(), write, overwrite=overwrite)}")
        typer.echo(found.kept())
