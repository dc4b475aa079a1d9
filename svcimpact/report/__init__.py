"""Reports: one set of findings, written as a page that can be mailed and printed."""

from pathlib import Path

from svcimpact.incident.outcome import Outcome
from svcimpact.report.findings import findings
from svcimpact.report.html import write_html
from svcimpact.report.page import Findings

__all__ = ["Findings", "findings", "write_html", "write_report"]


def write_report(outcome: Outcome, path: str | Path) -> Path:
    """Write the report of an outcome.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.
    path : str or pathlib.Path
        An ``.html`` file; replaced whole.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        If nothing can be written there.
    """
    return write_html(findings(outcome.portfolio, outcome), path)
