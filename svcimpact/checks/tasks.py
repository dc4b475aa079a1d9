"""Estimates and progress of single tasks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from svcimpact.cells.doubt import show
from svcimpact.cells.text import quoted
from svcimpact.errors import Ledger, listed
from svcimpact.tables import Draft


def check_estimates(draft: Draft, ledger: Ledger) -> None:
    """Find estimates that are not in the order optimistic, planned, pessimistic, or stand alone.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the faults.
    """
    tasks, rows = draft.frames["tasks"], draft.rows["tasks"]
    planned = tasks["duration_days"]
    low, high = tasks["optimistic_days"], tasks["pessimistic_days"]
    for one, other in (
        ("optimistic_days", "pessimistic_days"),
        ("pessimistic_days", "optimistic_days"),
    ):
        alone = tasks[one].isna() & tasks[other].notna() & ~draft.wrong("tasks", one)
        for at in np.flatnonzero(alone):
            ledger.fault(
                "tasks",
                rows[at],
                one,
                found=f"a blank cell beside {other} {show(float(tasks[other][at]))}",
                expected="both or neither",
                cure="Fill it in, or clear the other.",
            )
    for column, bound, wrong in (
        ("optimistic_days", "at most", low > planned),
        ("pessimistic_days", "at least", high < planned),
    ):
        for at in np.flatnonzero(wrong):
            ledger.fault(
                "tasks",
                rows[at],
                column,
                found=show(float(tasks[column][at])),
                expected=f"{bound} duration_days, {show(float(planned[at]))}",
                cure="Correct one of the two.",
            )


def check_progress(draft: Draft, ledger: Ledger) -> None:
    """Warn of progress that is left aside, or taken for something else than it says.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the warnings.
    """
    tasks = draft.frames["tasks"]
    done = tasks["done_fraction"].to_numpy()
    started = tasks["actual_start"].notna().to_numpy()
    finished = tasks["actual_finish"].notna().to_numpy()
    if draft.settings.status_date is None:
        _warn(
            draft,
            ledger,
            started | finished,
            "actual_start",
            "actual dates of {}",
            "a status_date among the settings",
            "They are left aside: the simulation begins at the portfolio's start.",
        )
    else:
        _warn(
            draft,
            ledger,
            finished & ~started,
            "actual_start",
            "an actual finish alone for {}",
            "an actual start with it",
            "The start is taken to be the finish.",
        )
        _warn(
            draft,
            ledger,
            started & ~finished & (done == 1),
            "actual_finish",
            "all work done on {} and no finish",
            "an actual finish",
            "The finish is taken to be the status date, or when the links allow it.",
        )
    _warn(
        draft,
        ledger,
        (done > 0) & ~started & ~finished,
        "done_fraction",
        "work done on {}",
        "an actual start with it",
        "It is left aside: nothing is done yet.",
    )
    _warn(
        draft,
        ledger,
        (done > 0) & (done < 1) & finished,
        "done_fraction",
        "work left on {}",
        "1 with an actual finish",
        "Taken as done.",
    )


def _warn(
    draft: Draft,
    ledger: Ledger,
    which: npt.NDArray[np.bool_],
    column: str,
    found: str,
    expected: str,
    cure: str,
) -> None:
    if which.any():
        ids = draft.frames["tasks"]["task"][which].dropna()
        ledger.warn(
            "tasks",
            draft.rows["tasks"][which],
            column,
            found=found.format(listed(map(quoted, ids))),
            expected=expected,
            cure=cure,
        )
