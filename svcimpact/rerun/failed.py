"""What a cell that failed has to say to whoever ran the notebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from svcimpact import errors
from svcimpact.errors import SvcimpactError, fault

_SHORT = 300
_LINES = 15
_OURS = [
    name
    for name, held in vars(errors).items()
    if isinstance(held, type) and issubclass(held, SvcimpactError)
]


def failure(name: str, error: Any, settings: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return faults for a cell that failed.

    Parameters
    ----------
    name : str
        The notebook.
    error : papermill.exceptions.PapermillExecutionError
        With the cell, and what was raised in it.
    settings : mapping of str to object
        What the notebook was run with that is not its own.

    Returns
    -------
    list of dict
        What svcimpact itself raised line by line, under the setting that it is about where it
        is about one; anything else as what the cell came to.
    """
    cell = f"cell {error.exec_count}"
    if error.ename not in _OURS:
        said = " ".join(f"{error.ename}: {error.evalue}".split()).rstrip(":")
        return [
            fault(
                name,
                column=cell,
                found=said if len(said) <= _SHORT else f"{said[:_SHORT]}…",
                expected="a cell that runs through",
                cure="Look at its parameters; the notebook itself is as it was.",
            )
        ]
    told = list(_told(error.ename, str(error.evalue), settings))
    rows = [fault("--set", column=setting, cure=line) for setting, line in told if setting]
    # A setting that is wrong is all there is to know.
    lines = [] if rows else [line for _, line in told]
    rows += [fault(name, column=cell, cure=line) for line in lines[:_LINES]]
    if len(lines) > _LINES:
        rows.append(fault(name, column=cell, cure=f"{len(lines) - _LINES} more lines of that."))
    return rows


def died(name: str) -> dict[str, str]:
    """Return the fault for a notebook whose Python ended in the middle of a cell.

    Parameters
    ----------
    name : str
        The notebook.

    Returns
    -------
    dict of str to str
        What it most often is.
    """
    return fault(
        name,
        found="an end of its Python in the middle of a cell",
        expected="a cell that runs through",
        cure="Most often memory ran out: lower RUNS, or close other programs.",
    )


def _told(ename: str, text: str, settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the lines of a message of ours, each with the setting that it is about, or blank."""
    for line in text.splitlines():
        where, _, said = line.partition(": ")
        # The tables of a portfolio have columns that are called like settings, and rows.
        ours = ename != "InvalidPortfolioError" and where.count(", ") < 2
        named = [part.upper() for part in reversed(where.split(", "))] if said and ours else []
        one = next((name for name in named if name in settings), "")
        yield (one, said) if one else ("", line)
