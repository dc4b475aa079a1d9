"""Files that are handed in through the page."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from svcimpact.errors import InputError, InvalidScenarioError, fault, fault_frame
from svcimpact.incident.scenario import Scenario, in_zone, scenario_faults
from svcimpact.portfolio import Portfolio
from svcimpact.reading import read

KINDS = ".xlsx,.mpp,.xml,.xer,.toml"


def opened(name: str, content: bytes) -> Portfolio | Scenario:
    """Read a file that was handed in.

    Parameters
    ----------
    name : str
        What it is called.
    content : bytes
        What is in it.

    Returns
    -------
    Portfolio or Scenario
        As its name has it.

    Raises
    ------
    InputError
        With its faults; where the page keeps it meanwhile is not told.
    MissingRequirementError
        If it is a plan, and Java is not installed.

    Examples
    --------
    >>> opened("mine.toml", b"seed = 7").seed
    7
    """
    if Path(name).suffix.lower() not in KINDS.split(","):
        expected = f"a file whose name ends in {KINDS.replace(',', ', ')}"
        row = fault(Path(name).name, found="another kind of file", expected=expected)
        raise InputError("The file cannot be opened here.", fault_frame([row]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        try:
            return Scenario.read(path) if path.suffix.lower() == ".toml" else read(path)
        except InputError as error:
            hidden = f"{folder}{os.sep}"
            faults = error.faults.apply(lambda cells: cells.str.replace(hidden, "", regex=False))
            raise type(error)(str(error.args[0]).replace(hidden, ""), faults) from None


def fitting(scenario: Scenario, portfolio: Portfolio) -> Scenario:
    """Return a scenario that fits a portfolio.

    Parameters
    ----------
    scenario : Scenario
        What was handed in.
    portfolio : Portfolio
        What it is to be run on.

    Returns
    -------
    Scenario
        The same.

    Raises
    ------
    InvalidScenarioError
        With what does not fit.
    """
    found = scenario_faults(in_zone(scenario, portfolio.settings.timezone), portfolio)
    if found:
        raise InvalidScenarioError("The scenario does not fit.", fault_frame(found))
    return scenario
