"""Who of service delivery the stages need: a section of the report."""

from __future__ import annotations

from functools import partial

import pandas as pd

from svcimpact import charts
from svcimpact.planning.stage_result import StageInvolvement
from svcimpact.report.contents import full
from svcimpact.report.page import Chart, Section, Table
from svcimpact.wording import DASH, day, number

_NAMED = 5
_MOST = 15


def stages_section(found: StageInvolvement) -> Section:
    """Return the section on what stages need of service delivery.

    Parameters
    ----------
    found : StageInvolvement
        What `planning.stage_involvement` returned.

    Returns
    -------
    Section
        The worst gaps in words, the matrix, the windows, and a row per gap.
    """
    said = found.sentences()
    rest = len(said) - _NAMED
    sentences = said[:_NAMED] + ([f"… and {rest} more, in the table."] if rest > 0 else [])
    gaps = found.gaps.to_dict("records")
    cells = tuple(
        (
            f"{gap['stage']}: {gap['who'] if isinstance(gap['who'], str) else 'nobody'}",
            str(gap["project_name"]),
            DASH if pd.isna(gap["service_name"]) else str(gap["service_name"]),
            f"{day(gap['start'], brief=True, year=False)} {DASH} {day(gap['finish'], brief=True)}",
            number(gap["needed_days"], 1),
            number(gap["planned_days"], 1),
            number(gap["free_days"], 1),
            _window(gap["later_start"], gap["later_finish"]),
        )
        for gap in gaps[:_MOST]
    )
    note = f"… and {len(gaps) - _MOST} more. " if len(gaps) > _MOST else ""
    note += "Person-days. " + " ".join(found.assumptions)
    columns = (
        "Stage and who", "Project", "Service", "#When", "#Needed", "#Planned", "#Free",
        "#Next window with the time",
    )  # fmt: skip
    sheets = (
        full("stages", "Stages: what each needs of service delivery", found.involvement),
        full("stage_gaps", "Stages: what is needed and not planned or not free", found.gaps),
    )
    caption = "Needed of service delivery, and not planned or not free"
    table = Table(caption, columns, cells, note, sheets)
    drawn = [Chart("stage-matrix", partial(charts.stage_matrix, found))]
    if (found.gaps["short_days"] > 1e-6).any():
        drawn.append(Chart("stage-gaps", partial(charts.stage_gaps, found)))
    return Section(
        "Who of service delivery each stage needs, and have they the time",
        sentences=tuple(sentences),
        charts=tuple(drawn),
        tables=(table,) if gaps else (),
    )


def _window(first: object, last: object) -> str:
    """Return the days of a window."""
    start, end = day(first, brief=True, year=False), day(last, brief=True)  # type: ignore[arg-type]
    return DASH if end == DASH else f"{start} {DASH} {end}"
