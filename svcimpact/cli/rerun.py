"""The command that runs notebooks again with other parameters."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from svcimpact.cli.app import app
from svcimpact.errors import InputError


@app.command("run")
def run_notebooks(
    which: Annotated[str, typer.Argument(help="A notebook, such as 05; or all.")] = "all",
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE of its parameters cell.")
    ] = None,
    portfolio: Annotated[
        Path | None, typer.Option(help="A folder of tables, workbook or plan to run it on.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder for what comes out.")] = Path("run"),
    hide_code: Annotated[
        bool, typer.Option("--hide-code", help="Leave the code out of the pages.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only tell what changed since --out was made.")
    ] = False,
) -> None:
    """Run notebooks with other parameters, as pages.

    Leaves each executed notebook, a page of it, an index, and a manifest from which every figure
    can be traced and made again.
    """
    import pandas as pd

    from svcimpact import rerun

    if check:
        said = rerun.differences(out)
        typer.echo("\n".join(said) if said else "Nothing changed: the same figures come out.")
        return
    paths = rerun.chosen(which, rerun.home())
    values = rerun.typed(settings or [], paths)
    for name in values:
        having = [path.stem for path in paths if name in rerun.parameters_of(path)]
        if len(having) < len(paths):
            typer.echo(f"{name} is a parameter of {', '.join(having)} alone.")
    portfolio = portfolio or _set_portfolio(values)
    if portfolio is not None:
        from svcimpact.cli.app import load
        from svcimpact.io.place import to_place

        rerun.check_asked(paths, values, load(portfolio))
        values["PORTFOLIO"] = str(to_place(portfolio).resolve())
    failed = []
    with rerun.folder_for(out, paths) as place:
        record = rerun.Record(place)
        for path in paths:
            typer.echo(f"Running {path.stem}")
            shown = sys.stderr.isatty()
            try:
                ran = rerun.run_notebook(
                    path, place, values=values, hide_code=hide_code, progress=shown, record=record
                )
            except InputError as error:
                # The others are of use without it.
                failed.append(error.faults)
                typer.echo("It could not be run; see below.")
            else:
                typer.echo(f"Written: {ran.page}")
        if len(failed) < len(paths):
            typer.echo(f"Open: {record.index.resolve().as_uri()}")
    if failed:
        what = "The notebook" if len(paths) == 1 else f"{len(failed)} of {len(paths)} notebooks"
        faults = pd.concat(failed, ignore_index=True).drop_duplicates(ignore_index=True)
        raise InputError(f"{what} could not be run.", faults)


def _set_portfolio(values: Mapping[str, Any]) -> Path | None:
    """Return the portfolio that is set, unless it is one seen from the notebooks' folder."""
    if "PORTFOLIO" not in values:
        return None
    from svcimpact.io.place import to_place
    from svcimpact.rerun import home

    told = to_place(values["PORTFOLIO"])
    return told if told.exists() or not (home() / told).exists() else None
