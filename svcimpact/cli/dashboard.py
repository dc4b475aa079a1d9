"""The command that serves the explorer as a page."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer

from svcimpact.cli.app import Where, app, load


@app.command()
def dashboard(
    portfolio: Where,
    scenario: Annotated[Path | None, typer.Option(help="A scenario .toml to begin with.")] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the browser finds it.")] = 8866,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
) -> None:
    """Explore in a browser, without JupyterLab.

    The page is served to this machine only. Ctrl+C ends it.
    """
    from svcimpact.dashboard.serve import serve
    from svcimpact.errors import InputError, fault, fault_frame
    from svcimpact.incident.scenario import Scenario

    load(portfolio)
    if scenario is not None:
        Scenario.read(scenario)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            row = fault(
                "--port",
                found=f"{port}, which is taken or not allowed",
                expected="a free port",
                cure=f"Choose another: --port {port + 1 if port < 65535 else 8866}.",
            )
            raise InputError("The page cannot be served.", fault_frame([row])) from error
    typer.echo(f"Open http://127.0.0.1:{port} in a browser; Ctrl+C ends it.")
    serve(portfolio, scenario=scenario, port=port, browser=browser)
