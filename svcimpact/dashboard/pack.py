"""The pack to take away: report, deck, tables and scenario in one archive."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import zipfile
from io import BytesIO
from pathlib import Path

from svcimpact.errors import SvcimpactError
from svcimpact.incident.scenario import Scenario
from svcimpact.io import write
from svcimpact.portfolio import Portfolio
from svcimpact.progress import Step

FILES = ("report.html", "steering.pptx", "tables.xlsx")
_LOOK = 0.1  # seconds between two looks at whether it is done


def pack(portfolio: Portfolio, scenario: Scenario, step: Step) -> bytes:
    """Make the archive.

    Charts are drawn by one thread at a time, so each file is made by a process of its own: the
    page stays alive, and cancelling ends the process.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    scenario : Scenario
        What happens in it.
    step : callable
        Is told how far it is; an exception that it raises ends the work.

    Returns
    -------
    bytes
        A zip file.

    Raises
    ------
    SvcimpactError
        If a file could not be made.
    """
    held = BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write(portfolio, place / "portfolio")
        scenario.write(place / "scenario.toml")
        for number, name in enumerate(FILES):
            _make(place, name, number / len(FILES), step)
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in (*FILES, "scenario.toml"):
                archive.write(place / name, name)
    step(1.0)
    return held.getvalue()


def _make(place: Path, name: str, part: float, step: Step) -> None:
    command = [sys.executable, "-m", "svcimpact", "report", str(place / "portfolio")]
    command += ["--scenario", str(place / "scenario.toml"), "--out", str(place / name)]
    with (place / "said.txt").open("w+") as said:
        run = subprocess.Popen(command, stdout=said, stderr=said)  # noqa: S603
        try:
            while run.poll() is None:
                step(part)
                time.sleep(_LOOK)
        finally:
            run.kill()
            run.wait()
        if run.returncode:
            said.seek(0)
            raise SvcimpactError(f"{name} could not be made. {said.read().strip()[-500:]}")
