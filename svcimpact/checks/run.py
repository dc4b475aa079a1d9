"""All checks, in one pass."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from svcimpact.errors import Ledger, fault_frame
from svcimpact.settings import Settings
from svcimpact.tables import Draft


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
