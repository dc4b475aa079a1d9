"""Reports: one set of findings, written as a page, a deck, a workbook or a PDF."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from svcimpact.incident.outcome import Outcome
from svcimpact.io.place import to_place
from svcimpact.report.findings import findings
from svcimpact.report.formats import write_findings
from svcimpact.report.html import write_html
from svcimpact.report.page import Findings
from svcimpact.report.practices import practice_answers
from svcimpact.response.practice import Answer

__all__ = ["Findings", "findings", "write_findings", "write_html", "write_report"]


def write_report(
    outcome: Outcome,
    path: str | Path,
    *,
    practices: Mapping[str, Answer] | bool = False,
    practice_runs: int | None = None,
    template: str | Path | None = None,
    pictures: str | Path | None = None,
) -> Path:
    """Write the report of an outcome.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.
    path : str or pathlib.Path
        An ``.html``, ``.pptx``, ``.xlsx`` or ``.pdf`` file; replaced whole.
    practices : bool or mapping of str to Answer
        Whether to tell what to do as well, which takes some seconds more; or what the practices
        answered.
    practice_runs : int, optional
        On how many futures practices answer; as many as were simulated where not given. The
        contingency plan is sought on 400 of them at most.
    template : str or pathlib.Path, optional
        A deck whose masters and layouts a ``.pptx`` uses.
    pictures : str or pathlib.Path, optional
        A folder for the charts, each as PNG and as SVG at the size of a slide.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        If nothing can be written there, or the template is none.
    MissingRequirementError
        When a PDF is asked for and what writes it is not installed.
    """
    answers = (
        practice_answers(outcome, runs=practice_runs) if practices is True else practices or None
    )
    found = findings(outcome.portfolio, outcome, practices=answers)
    tables: dict[str, pd.DataFrame] = {}
    if to_place(path).suffix.lower() == ".xlsx":
        tables |= outcome.tables
        for answer in (answers or {}).values():
            tables |= answer.tables
    return write_findings(found, path, tables=tables, template=template, pictures=pictures)
