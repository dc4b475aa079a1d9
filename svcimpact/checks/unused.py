"""Things that stand in the tables and are tied to nothing."""

from __future__ import annotations

import pandas as pd

from svcimpact.cells.text import quoted
from svcimpact.checks.lookup import among
from svcimpact.errors import Ledger, listed
from svcimpact.tables import Draft


def check_unused(draft: Draft, ledger: Ledger) -> None:
    """Warn of projects, tasks, resources, services and skills that are tied to nothing.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the warnings.
    """
    frames = draft.frames
    assignments, support = frames["assignments"], frames["support"]
    work = frames["tasks"]["duration_days"] > 0
    busy = pd.concat([assignments["resource"], support["resource"]])
    for table, column, tied, where, expected, cure in (
        (
            "projects",
            "project",
            frames["tasks"]["project"],
            None,
            "a task in tasks",
            "Taken as they stand: without tasks there is no finish.",
        ),
        (
            "tasks",
            "task",
            assignments["task"],
            work,
            "somebody in assignments",
            "Taken as work that waits for nobody.",
        ),
        (
            "resources",
            "resource",
            busy,
            None,
            "work in assignments or support",
            "Taken as they stand: no figure depends on them.",
        ),
        (
            "services",
            "service",
            support["service"],
            None,
            "somebody in support",
            "Taken as they stand: their incidents pull nobody.",
        ),
        (
            "assignments",
            "skill",
            frames["skills"]["skill"],
            None,
            "a skill that somebody has in skills",
            "Nobody could take over.",
        ),
    ):
        ids = frames[table][column]
        if ids.empty:
            continue
        loose = ids.notna().to_numpy() & ~among(ids, tied)
        if where is not None:
            loose = loose & where.to_numpy(dtype=bool)
        if loose.any():
            ledger.warn(
                table,
                draft.rows[table][loose],
                column,
                found=listed(quoted(name) for name in ids[loose].drop_duplicates()),
                expected=expected,
                cure=cure,
            )
