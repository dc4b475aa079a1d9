"""Commands for planning, before anything happens."""

from __future__ import annotations

import typer

from svcimpact.cli.app import Out, Where, app, load


@app.command()
def conflicts(
    portfolio: Where,
    out: Out = None,
) -> None:
    """Find who is wanted twice, in which week, and by whom."""
    from svcimpact.planning import over_allocation

    found = over_allocation(load(portfolio))
    for sentence in found.sentences():
        typer.echo(sentence)
    if out is not None:
        from svcimpact.io.results import write_results

        tables = {n: getattr(found, n) for n in ("summary", "weeks", "competitors")}
        typer.echo(f"Written: {write_results(tables, out)}")
