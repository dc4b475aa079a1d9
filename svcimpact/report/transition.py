"""What a report says of go-lives: which ones the services can accept, and from when."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from svcimpact import charts
from svcimpact.planning.transition import VERDICTS, Transition
from svcimpact.planning.transition_tables import TOLD_DAYS
from svcimpact.report.contents import full
from svcimpact.report.page import Chart, Section, Table
from svcimpact.wording import counted, day, number, with_error

_NAMED = 5
_ROWS = 15


def transition_headline(found: Transition) -> str:
    """Return the go-lives in one sentence.

    Parameters
    ----------
    found : Transition
        What `planning.transition` returned.

    Returns
    -------
    str
        Plain text.
    """
    return found.sentences()[0]


def transition_section(found: Transition) -> Section:
    """Return the section on go-lives.

    Parameters
    ----------
    found : Transition
        What `planning.transition` returned.

    Returns
    -------
    Section
        Sentences, the sheet, the quadrant, safe dates and early-life load.
    """
    said = found.sentences()
    if len(said) > _NAMED + 1:
        rest = counted(len(said) - _NAMED - 1, "more finding")
        said = [*said[: _NAMED + 1], f"… and {rest}."]
    sure = np.maximum(TOLD_DAYS, 2 * found.delays["delay_days_se"])
    moved = found.delays[found.delays["delay_days"] >= sure]
    moved = moved.sort_values("delay_days", ascending=False, kind="stable")
    pictures = [charts.go_no_go, charts.acceptance, charts.go_live]
    if len(found.early_life):
        pictures.append(charts.early_life)
    return Section(
        "Will the services accept what the projects deliver?",
        sentences=tuple(said),
        charts=tuple(
            Chart(f"transition-{n}", partial(draw, found)) for n, draw in enumerate(pictures)
        ),
        tables=(_sheet(found), *([_delays(found, moved)] if len(moved) else [])),
    )


def _sheet(found: Transition) -> Table:
    """Return the go/no-go sheet."""
    place = {verdict: rank for rank, verdict in enumerate(VERDICTS)}
    sheet = found.sheet.assign(place=found.sheet["verdict"].map(place))
    sheet = sheet.sort_values(
        ["place", "tier", "gaps"], ascending=[True, True, False], kind="stable"
    )
    rows = tuple(
        (
            str(row["project_name"]),
            str(row["service_name"]),
            str(row["verdict"]),
            f"{row['met']} of {row['criteria']}",
            day(row["go_live"], brief=True),
            "none within a year"
            if pd.isna(row["safe_from"])
            else day(row["safe_from"], brief=True),
            str(row["because"]),
        )
        for row in sheet.head(_ROWS).to_dict("records")
    )
    more = len(sheet) - len(rows)
    return Table(
        "Go/no-go: each project on each service that it changes",
        (
            "Project", "Service", "Verdict", "#Criteria met", "#Planned go-live", "#Safe from",
            "Because",
        ),
        rows,
        (f"… and {counted(more, 'more row')}. " if more > 0 else "")
        + "Safe from: once what is missing is put right.",
        (
            full("go_lives", "Go-lives: each project on each service that it changes", found.sheet),
            full("go_live_checks", "Go-lives: every check of each of them", found.checks),
            full(
                "early_life",
                "Go-lives: early-life support, and who carries it",
                found.early_life,
            ),
        ),
    )  # fmt: skip


def _delays(found: Transition, moved: pd.DataFrame) -> Table:
    """Return which projects early-life support delays."""
    return Table(
        "Early-life support: what it takes from other projects",
        ("Project delayed", "By early-life support of", "After", "#Mean delay, working days"),
        tuple(
            (
                str(row["delayed_name"]),
                str(row["service_name"]),
                str(row["project_name"]),
                with_error(row["delay_days"], row["delay_days_se"], most=2),
            )
            for row in moved.head(_ROWS).to_dict("records")
        ),
        f"Against the same plan without it, {counted(found.runs, 'run')} on the same durations, "
        f"seed {number(found.seed)}; shorter ones than {TOLD_DAYS:g} days, or than twice their "
        "error, are left out.",
        (
            full(
                "early_life_delays",
                "Go-lives: which projects early-life support delays",
                found.delays,
            ),
        ),
    )
