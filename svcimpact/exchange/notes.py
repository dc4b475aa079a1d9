"""What an import changed, assumed or left out: one warning per plan and kind, with its cure."""

from __future__ import annotations

from collections.abc import Iterable

from svcimpact.errors import fault, listed
from svcimpact.exchange.records import TaskRecord

# Enough to find them in the plan; the rest is counted, never dropped in silence.
_NAMED = 12


class Notes:
    """Warnings about one plan, in the order they are found.

    Parameters
    ----------
    label : str
        What the plan is called; the `table` of each warning.
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self.rows: list[dict[str, str]] = []

    def add(
        self,
        topic: str,
        where: Iterable[str] = (),
        *,
        found: str,
        expected: str = "",
        cure: str = "",
    ) -> None:
        """Add one warning; the parameters are those of `svcimpact.errors.fault`."""
        row = listed(where, limit=_NAMED)
        self.rows.append(fault(self.label, row, topic, found=found, expected=expected, cure=cure))


def called(task: TaskRecord) -> str:
    """Return what a warning calls a task: its id in the plan, and its name.

    Parameters
    ----------
    task : TaskRecord
        The task.

    Returns
    -------
    str
        Such as ``A1010 'Lay the cable'``.
    """
    name = task.name or "no name"
    return f"{task.code or task.uid} '{name}'"


def count(number: int, noun: str) -> str:
    """Return a number with its noun.

    Parameters
    ----------
    number : int
        How many.
    noun : str
        Singular, with a regular plural.

    Returns
    -------
    str
        The words.

    Examples
    --------
    >>> count(1, "task"), count(2, "task"), count(1200, "link")
    ('1 task', '2 tasks', '1,200 links')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
