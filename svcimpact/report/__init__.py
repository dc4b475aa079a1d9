"""Reports: one set of findings, written as a page that can be mailed and printed."""

from collections.abc import Mapping
from pathlib import Path

from svcimpact.incident.outcome import Outcome
from svcimpact.report.findings import findings
from svcimpact.report.html import write_html
from svcimpact.report.page import Findings
from svcimpact.report.practices import practice_answers
from svcimpact.response.practice import Answer

__all__ = ["Findings", "findings", "write_html", "write_report"]


def write_report(
    outcome: Outcome, path: str | Path, *, practices: Mapping[str, Answer] | bool = False
) -> Path:
    """Write the report of an outcome.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.
    path : str or pathlib.Path
        An ``.html`` file; replaced whole.
    practices : bool or mapping of str to Answer
        Whether to tell what to do as well, which takes some seconds more; or what the practices
        answered.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        If nothing can be written there.
    """
    answers = practice_answers(outcome) if practices is True else practices or None
    return write_html(findings(outcome.portfolio, outcome, practices=answers), path)
