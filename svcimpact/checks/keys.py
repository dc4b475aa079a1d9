"""Rows that name the same thing twice, and ids that name nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.cells.text import quoted
from svcimpact.checks.lookup import among
from svcimpact.errors import Ledger, listed
from svcimpact.nearest import Nearest
from svcimpact.schema import SETTINGS, load_schema
from svcimpact.tables import Draft

# What may stand in a table only once. Absences and freezes may overlap.
KEYS = {
    "projects": ("project",),
    "tasks": ("task",),
    "links": ("predecessor", "successor", "type"),
    "resources": ("resource",),
    "skills": ("resource", "skill"),
    "assignments": ("task", "resource"),
    "services": ("service",),
    "service_links": ("service", "needs"),
    "support": ("service", "resource"),
    "changes": ("task", "service"),
    "stakeholders": ("stakeholder",),
    "interests": ("stakeholder", "item", "interest", "stage"),
    "acceptance": ("project", "service", "criterion"),
    "incidents": ("incident",),
}
TEAMS = "teams"


def check_duplicates(draft: Draft, ledger: Ledger) -> None:
    """Find rows with the key of an earlier row.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the faults.
    """
    for table, key in KEYS.items():
        frame, rows = draft.frames[table], draft.rows[table]
        if len(frame) < 2:
            continue
        repeated = frame.duplicated(list(key))
        if not repeated.any():
            continue
        # A blank stage is a value of its own; a missing id has its fault already.
        whole = frame[[column for column in key if column != "stage"]].notna().all(axis=1)
        again = np.flatnonzero(repeated & whole)
        cells = list(frame[list(key)].fillna("").itertuples(index=False, name=None))
        first: dict[tuple[str, ...], int] = {}
        for held, row in zip(cells, rows.tolist(), strict=True):
            first.setdefault(held, row)
        for at in again:
            ledger.fault(
                table,
                rows[at],
                " + ".join(key),
                found=f"{' + '.join(quoted(part) for part in cells[at] if part)} again",
                expected=f"it once, and it stands in row {first[cells[at]]}",
                cure="Give this one another id." if len(key) == 1 else "Remove one of the two.",
            )


def check_references(draft: Draft, ledger: Ledger) -> None:
    """Find ids that stand in none of the tables they refer to.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the faults.
    """
    known = _known(draft)
    for table, columns in load_schema().items():
        for column in columns.values() if table != SETTINGS else ():
            targets = column.refers_to
            # Where the ids themselves are not there, one fault has told so.
            if not targets or any(known[target] is None for target in targets):
                continue
            if draft.frames[table].empty:
                continue
            right = pd.concat([known[target] for target in targets], ignore_index=True)
            cells = draft.frames[table][column.name]
            unknown = np.flatnonzero(cells.notna() & ~among(cells, right))
            near = Nearest(
                right if unknown.size else (),
                names=_names(draft, targets) if unknown.size else (),
            )
            for at in unknown:
                ledger.fault(
                    table,
                    draft.rows[table][at],
                    column.name,
                    found=quoted(cells[at]),
                    expected=_expected(targets, right),
                    nearest=quoted(near(cells[at])),
                    cure=_cure(cells[at], targets),
                )


def _known(draft: Draft) -> dict[str, pd.Series | None]:
    """Return the ids of each table that has any to refer to; None if its column is missing."""
    known: dict[str, pd.Series | None] = {}
    for table, key in KEYS.items():
        if len(key) == 1:
            ids = draft.frames[table][key[0]].dropna()
            known[table] = None if (table, key[0]) in draft.absent else ids
    teams = draft.frames["resources"]["team"].dropna().drop_duplicates()
    known[TEAMS] = None if ("resources", "resource") in draft.absent else teams
    return known


def _names(draft: Draft, targets: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return what the ids of some tables are called, with the ids."""
    pairs: list[tuple[str, str]] = []
    for target in targets:
        if target in KEYS and "name" in draft.frames[target]:
            called = draft.frames[target][["name", *KEYS[target]]].dropna()
            pairs += called.itertuples(index=False, name=None)
    return pairs


def _expected(targets: tuple[str, ...], right: pd.Series) -> str:
    if len(targets) > 1:
        return "a service, a project or a team of resources"
    if right.empty:
        return f"an id from {targets[0]}, which is empty"
    return f"an id from {targets[0]}"


def _cure(found: str, targets: tuple[str, ...]) -> str:
    if len(targets) > 1:
        return "Correct the id."
    return f"Correct the id, or add '{found}' to {targets[0]}."


def check_items(draft: Draft, ledger: Ledger) -> None:
    """Warn of interests whose item may be more than one thing.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the warnings.
    """
    frames = draft.frames
    kinds = {
        "service": frames["services"]["service"],
        "project": frames["projects"]["project"],
        "team": frames["resources"]["team"],
    }
    items = frames["interests"]["item"]
    if items.empty:
        return
    known = np.array([among(items, ids) for ids in kinds.values()])
    several: npt.NDArray[np.bool_] = known.sum(axis=0) > 1
    if several.any():
        ledger.warn(
            "interests",
            draft.rows["interests"][several],
            "item",
            found=listed(quoted(item) for item in items[several].drop_duplicates()),
            expected=f"the id of one {' or '.join(kinds)}",
            cure="It counts for each that has this id.",
        )
