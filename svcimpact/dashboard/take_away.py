"""What leaves the page: the scenario, and the pack."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import ipywidgets as w

from svcimpact.dashboard import views
from svcimpact.dashboard.pack import pack
from svcimpact.dashboard.work import Work
from svcimpact.incident.scenario import Scenario
from svcimpact.portfolio import Portfolio


class TakeAway:
    """Links in a page for somebody elsewhere, files beside the notebook in JupyterLab.

    Parameters
    ----------
    work : Work
        For what takes long.
    say : callable
        Is given what is to be said.
    served : bool
        Whether files are offered to download; JupyterLab lets none through.
    """

    def __init__(self, work: Work, say: Callable[[list[str]], None], *, served: bool) -> None:
        self._work, self._say, self._served = work, say, served
        self.links = w.HTML()

    def offer(self, scenario: Scenario) -> None:
        """Offer the scenario to download.

        Parameters
        ----------
        scenario : Scenario
            What is shown.
        """
        data, name = _toml(scenario), f"{_file_name(scenario.name)}.toml"
        link = views.download(name, data, "Download the scenario (.toml)", "application/toml")
        self.links.value = f'<div class="svci">{link}</div>'

    def save(self, scenario: Scenario) -> None:
        """Write the scenario beside the notebook.

        Parameters
        ----------
        scenario : Scenario
            What is shown.
        """
        self._put(f"{_file_name(scenario.name)}.toml", _toml(scenario))

    def pack(self, portfolio: Portfolio, scenario: Scenario, is_shown: Callable[[], bool]) -> None:
        """Make the pack, and offer or write it.

        Parameters
        ----------
        portfolio : Portfolio
            Validated tables.
        scenario : Scenario
            What happens in it.
        is_shown : callable
            Tells whether the page still shows that scenario.
        """

        def done(data: bytes) -> None:
            name = f"{_file_name(scenario.name)}.zip"
            if not self._served:
                self._put(name, data)
                return
            words = "Download the pack (.zip)"
            if not is_shown():
                words += " of the scenario as it was when the pack was asked for"
            link = views.download(name, data, words, "application/zip")
            self.links.value = self.links.value.replace("</div>", f"{link}</div>")

        self._work.start(
            "Making report, deck and tables", lambda step: pack(portfolio, scenario, step), done
        )

    def _put(self, name: str, data: bytes) -> None:
        """Write a file beside the notebook, and never over another."""
        try:
            with Path(name).open("xb") as file:
                file.write(data)
        except FileExistsError:
            said = f"{name} is there already: give the scenario another name. Nothing was written."
        except OSError as error:
            said = f"{name} cannot be written here: {error.strerror}. Nothing was written."
        else:
            said = f"Saved: {Path(name).resolve()}"
        self._say([said])


def _file_name(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name).strip("-")[:60].lower() or "scenario"


def _toml(scenario: Scenario) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return scenario.write(Path(folder) / "scenario.toml").read_bytes()
