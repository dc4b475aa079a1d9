"""Dates that run backwards, or that say less than they seem to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from svcimpact.cells.doubt import show
from svcimpact.errors import Ledger, listed
from svcimpact.schema import SETTINGS, load_schema
from svcimpact.tables import Draft

# Table, the earlier column, the later one, and whether the two may be the same.
_ORDER = (
    ("tasks", "actual_start", "actual_finish", True),
    ("absences", "start", "end", True),
    ("freezes", "start", "end", False),
    ("incidents", "opened", "restored", True),
)
# Columns in which a date alone is easily meant as the whole of that day.
_ENDS = (("tasks", "actual_finish"), ("freezes", "end"))


def check_order(draft: Draft, ledger: Ledger) -> None:
    """Find ends that come before their starts.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the faults.
    """
    for table, earlier, later, same in _ORDER:
        frame = draft.frames[table]
        wrong = frame[later] < frame[earlier]
        wrong |= (frame[later] == frame[earlier]) & (not same)
        for at in np.flatnonzero(wrong):
            ledger.fault(
                table,
                draft.rows[table][at],
                later,
                found=show(frame[later][at]),
                expected=f"a date {'on or ' * same}after {earlier}, {show(frame[earlier][at])}",
                cure="Correct one of the two.",
            )


def check_past(draft: Draft, ledger: Ledger) -> None:
    """Find actual dates after the status date, and warn of what is before the start.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the faults and the warnings.
    """
    tasks, rows = draft.frames["tasks"], draft.rows["tasks"]
    status, start = draft.settings.status_date, draft.settings.start
    for column in ("actual_start", "actual_finish") if status is not None else ():
        for at in np.flatnonzero(tasks[column] > status):
            ledger.fault(
                "tasks",
                rows[at],
                column,
                found=show(tasks[column][at]),
                expected=f"a date up to the status date, {show(status)}",
                cure="Correct it, or the status_date of the portfolio.",
            )
    early = (tasks["planned_start"] < start).to_numpy(dtype=bool)
    if status is not None:
        early = early & tasks["actual_start"].isna().to_numpy()
    if early.any():
        ledger.warn(
            "tasks",
            rows[early],
            "planned_start",
            found=listed(map(show, tasks["planned_start"][early].drop_duplicates())),
            expected=f"a date from the portfolio's start on, {show(start)}",
            cure="It can start when the portfolio starts.",
        )
    projects = draft.frames["projects"]
    past = (projects["due"] < start).to_numpy(dtype=bool)
    if past.any():
        ledger.warn(
            "projects",
            draft.rows["projects"][past],
            "due",
            found=listed(map(show, projects["due"][past].drop_duplicates())),
            expected=f"a date from the portfolio's start on, {show(start)}",
            cure="Nothing before the start is simulated; correct the year if it is a slip.",
        )


def check_midnight(draft: Draft, ledger: Ledger) -> None:
    """Warn of ends given as a date alone, which leave that day out.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the warnings.
    """
    for table, column in _ENDS:
        ends = draft.frames[table][column]
        bare = (ends.notna() & (ends == ends.dt.normalize())).to_numpy(dtype=bool)
        if bare.any():
            ledger.warn(
                table,
                draft.rows[table][bare],
                column,
                found=listed(map(show, ends[bare].drop_duplicates())),
                expected="a time of day with it, if any of that day is meant",
                cure="Taken as the moment that day begins.",
            )


def check_clock_changes(draft: Draft, ledger: Ledger) -> None:
    """Warn of local times that the clocks leapt over.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the warnings.
    """
    zone = draft.settings.timezone
    for table, columns in load_schema().items():
        for column in columns.values() if table != SETTINGS else ():
            if column.type != "datetime" or draft.frames[table].empty:
                continue
            local = draft.frames[table][column.name]
            # A bare date is no moment that somebody wrote down.
            local = local[local.notna() & (local != local.dt.normalize())]
            ambiguous = np.ones(len(local), dtype=bool)
            lost = local.dt.tz_localize(zone, ambiguous=ambiguous, nonexistent="NaT").isna()
            if lost.any():
                ledger.warn(
                    table,
                    draft.rows[table][local.index[lost]],
                    column.name,
                    found=listed(map(show, local[lost].drop_duplicates())),
                    expected=f"a time that exists in {zone}; the clocks were put forward over it",
                    cure="Taken as it stands.",
                )


def check_instant(draft: Draft, ledger: Ledger) -> None:
    """Warn of incidents that were restored the moment they opened.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the warnings.
    """
    incidents: pd.DataFrame = draft.frames["incidents"]
    instant = (incidents["opened"] == incidents["restored"]).to_numpy(dtype=bool)
    if instant.any():
        ledger.warn(
            "incidents",
            draft.rows["incidents"][instant],
            "restored",
            found=listed(map(show, incidents["restored"][instant].drop_duplicates())),
            expected="a time after opened",
            cure="The incident counts as over at once.",
        )
