"""All checks, in one pass."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from svcimpact.checks.dates import (
    check_clock_changes,
    check_instant,
    check_midnight,
    check_order,
    check_past,
)
from svcimpact.checks.keys import check_duplicates, check_items, check_references
from svcimpact.checks.links import check_cycles, check_leads, check_self_links
from svcimpact.checks.staffing import check_capacity, check_severity, check_speed, check_support
from svcimpact.checks.tasks import check_estimates, check_progress
from svcimpact.checks.unused import check_unused
from svcimpact.errors import Ledger, fault_frame
from svcimpact.settings import Settings
from svcimpact.tables import Draft

CHECKS = (
    check_duplicates,
    check_references,
    check_items,
    check_self_links,
    check_cycles,
    check_leads,
    check_estimates,
    check_progress,
    check_order,
    check_past,
    check_midnight,
    check_clock_changes,
    check_instant,
    check_capacity,
    check_support,
    check_speed,
    check_severity,
    check_unused,
)


def check(settings: Settings, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return every fault and warning of typed tables.

    Parameters
    ----------
    settings : Settings
        The settings of a portfolio.
    tables : mapping of str to pandas.DataFrame
        Its tables, all of them, typed.

    Returns
    -------
    pandas.DataFrame
        Columns `severity` (``"fault"`` or ``"warning"``) and those of
        `svcimpact.errors.FAULT_COLUMNS`. Rows are counted from 2, below the headings.
    """
    ledger = Ledger()
    rows = {name: np.arange(2, len(frame) + 2) for name, frame in tables.items()}
    check_draft(Draft(settings, dict(tables), rows), ledger)
    found = fault_frame([*ledger.faults, *ledger.warnings])
    kinds = ["fault"] * len(ledger.faults) + ["warning"] * len(ledger.warnings)
    found.insert(0, "severity", pd.Series(kinds, dtype="str"))
    return found


def check_draft(draft: Draft, ledger: Ledger) -> None:
    """Run every check.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the faults and the warnings.
    """
    for one in CHECKS:
        one(draft, ledger)
