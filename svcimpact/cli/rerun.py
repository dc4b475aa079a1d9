"""The command that runs notebooks again with other parameters."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

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
    if portfolio is None and "PORTFOLIO" in values and Path(values["PORTFOLIO"]).exists():
        # Seen from here, not from the notebooks' folder.
        portfolio = Path(values["PORTFOLIO"])
    if portfolio is not None:
        from svcimpact.cli.app import load

        rerun.check_asked(paths, values, load(portfolio))
        values["PORTFOLIO"] = str(portfolio.resolve())
    ran, failed = [], []
    for path in paths:
        typer.echo(f"Running {path.stem}")
        shown = sys.stderr.isatty()
        try:
            ran.append(
                rerun.run_notebook(path, out, values=values, hide_code=hide_code, progress=shown)
            )
        except InputError as error:
            # The others are of use without it.
            failed.append(error.faults)
            typer.echo("It could not be run; see below.")
        else:
            typer.echo(f"Written: {ran[-1].page}")
    if ran:
        rerun.write_manifest(ran, out, portfolio=portfolio)
        typer.echo(f"Open: {rerun.write_index(ran, out).resolve().as_uri()}")
    if failed:
        what = "The notebook" if len(paths) == 1 else f"{len(failed)} of {len(paths)} notebooks"
        raise InputError(f"{what} could not be run.", pd.concat(failed, ignore_index=True))
