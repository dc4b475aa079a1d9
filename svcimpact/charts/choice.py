"""Pick rows by id, and say at once which ids are unknown."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

import pandas as pd

from svcimpact.errors import InputError, fault, fault_frame


def rows_of(frame: pd.DataFrame, column: str, wanted: Sequence[str]) -> pd.DataFrame:
    """Return the rows with these ids, in the order asked for.

    Parameters
    ----------
    frame : pandas.DataFrame
        A table with one row per id.
    column : str
        Its id column.
    wanted : sequence of str
        The ids.

    Returns
    -------
    pandas.DataFrame
        The rows.

    Raises
    ------
    InputError
        If an id is unknown, with the nearest right one.
    """
    known = [str(name) for name in frame[column]]
    faults = []
    for name in wanted:
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            faults.append(
                fault(
                    "chart",
                    column=column,
                    found=repr(name),
                    expected=f"one of {len(known)} {column} ids",
                    nearest=repr(near[0]) if near else "",
                    cure="Correct the id.",
                )
            )
    if faults:
        raise InputError("The chart cannot be drawn.", fault_frame(faults))
    return frame.set_index(column, drop=False).loc[list(wanted)].reset_index(drop=True)
