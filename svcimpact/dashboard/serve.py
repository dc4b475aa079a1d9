"""The explorer as a page in a browser, for those without JupyterLab."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from traitlets.config import Config

from svcimpact.errors import MissingRequirementError, SvcimpactError
from svcimpact.io.place import to_place

# Bytes of a file that is handed in; the server alone would break off at 10 MB.
LARGEST = 200 * 1024**2
# How the page's process is told what to show.
PORTFOLIO = "SVCIMPACT_PORTFOLIO"
SCENARIO = "SVCIMPACT_SCENARIO"
_CELL = "from svcimpact.dashboard.serve import page\n\npage()"


def page() -> object:
    """Return the explorer of the portfolio that this process was told of.

    Returns
    -------
    Explorer
        With faults of the input shown in it.
    """
    from svcimpact.dashboard.explorer import Explorer
    from svcimpact.incident.scenario import Scenario

    told = os.environ.get(SCENARIO)
    try:
        scenario = Scenario.read(told) if told else None
    except SvcimpactError as error:
        explorer = Explorer(os.environ[PORTFOLIO], served=True)
        explorer.warn(error)
        return explorer
    return Explorer(os.environ[PORTFOLIO], scenario, served=True)


def notebook() -> str:
    """Return the notebook that is the page.

    Returns
    -------
    str
        One cell; its title is what the browser shows.

    Examples
    --------
    >>> "page()" in notebook()
    True
    """
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(_CELL, id="page")])
    made.metadata["title"] = "svcimpact"
    # Python as it is, less its warnings about networks that this page does not use.
    made.metadata["kernelspec"] = {
        "name": "svcimpact", "display_name": "svcimpact", "language": "python",
    }  # fmt: skip
    return str(nbformat.writes(made))


def serve(
    portfolio: str | Path,
    *,
    scenario: str | Path | None = None,
    port: int = 8866,
    browser: bool = True,
) -> None:
    """Serve the page on this machine until it is interrupted.

    Parameters
    ----------
    portfolio : str or pathlib.Path
        Where the tables are.
    scenario : str or pathlib.Path, optional
        A scenario file to begin with.
    port : int
        Where the browser finds it; only on this machine.
    browser : bool
        Whether to open one.

    Raises
    ------
    MissingRequirementError
        If Voila is not installed.
    """
    try:
        from voila.app import Voila
    except ImportError as error:
        raise MissingRequirementError(
            "Serving the page needs Voila: pip install 'svcimpact[dashboard]'."
        ) from error
    os.environ[PORTFOLIO] = str(to_place(portfolio).resolve())
    os.environ.pop(SCENARIO, None)
    if scenario is not None:
        os.environ[SCENARIO] = str(to_place(scenario).resolve())
    # Where the page's own template lies, beside those that are installed.
    paths = [str(Path(__file__).parent / "jupyter"), os.environ.get("JUPYTER_PATH", "")]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, paths))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "svcimpact.ipynb"
        path.write_text(notebook(), encoding="utf-8")
        options = [
            str(path), f"--port={port}", "--Voila.port_retries=0", "--Voila.ip=127.0.0.1",
            "--template=svcimpact", "--Voila.log_level=ERROR", "--show_tracebacks=False",
            # A page that was lost without a word, as when a browser crashes.
            "--MappingKernelManager.cull_interval=300",
            "--MappingKernelManager.cull_idle_timeout=3600",
        ]  # fmt: skip
        if not browser:
            options.append("--no-browser")
        config = Config({"VoilaConfiguration": {"prelaunch_hook": _let_it_leave}})
        settings = {"websocket_max_message_size": LARGEST}
        Voila.launch_instance(options, config=config, tornado_settings=settings)


def _let_it_leave(visit: Any, **_: object) -> None:
    """Give a page the token with which it ends its process when it is closed."""
    # Reading it sets the cookie; Voila asks for one that it does not give itself.
    visit.xsrf_token  # noqa: B018
