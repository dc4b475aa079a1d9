"""Read whatever a PMO hands in: a folder, a workbook, or plans of other programs."""

from __future__ import annotations

import os
from collections.abc import Sequence

from svcimpact import io
from svcimpact.exchange import PLAN_SUFFIXES, read_plans
from svcimpact.io.place import to_place
from svcimpact.portfolio import Portfolio


def read(path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> Portfolio:
    """Read a portfolio from a folder, a workbook, or one or several plans.

    Parameters
    ----------
    path : path, or sequence of paths
        A folder of CSV or Parquet files, an ``.xlsx`` workbook, or plans of Microsoft Project,
        Primavera and others (``.mpp``, ``.xml``, ``.xer``, ...); several plans become one
        portfolio with a shared pool of people.

    Returns
    -------
    Portfolio
        The checked tables; its `warnings` list what had to be assumed.

    Raises
    ------
    InputError
        With every fault in it.
    MissingRequirementError
        A plan, and Java or the extra `plans` is not installed.

    Examples
    --------
    >>> read("data/tiny").settings.name
    'Tiny'
    """
    if isinstance(path, Sequence) and not isinstance(path, str | bytes):
        return read_plans([to_place(item) for item in path])
    place = to_place(path)
    if place.suffix.lower() in PLAN_SUFFIXES and not place.is_dir():
        return read_plans([place])
    return io.read(place)
