"""What the words of other programs mean: priorities, states, names of services."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from svcimpact.nearest import Nearest

# Severity by priority; None is left out: nobody is pulled off a project for those.
SEVERITIES: dict[str, int | None] = {
    "critical": 1, "highest": 1, "blocker": 1,
    "high": 2, "major": 2,
    "moderate": 3, "medium": 3, "minor": 3,
    "low": None, "lowest": None, "trivial": None, "planning": None,
}  # fmt: skip
_NUMBERED: dict[int, int | None] = {1: 1, 2: 2, 3: 3, 4: None, 5: None}
_NUMBER = re.compile(r"(?:p|s|sev|severity|priority)?[\s-]*([1-5])\b(?:\s*[-–:].*)?", re.IGNORECASE)  # noqa: RUF001 (a dash)

_CANCELLED = {"canceled", "cancelled", "8", "duplicate", "declined", "rejected"}
_CLOSED = {"resolved", "closed", "closed complete", "done", "complete", "completed", "6", "7"}
_OPEN = {
    "new", "open", "reopened", "in progress", "on hold", "work in progress", "active", "assigned",
    "pending", "to do", "waiting for support", "waiting for customer", "escalated", "1", "2", "3",
}  # fmt: skip


def bare(text: str) -> str:
    """Return a word without the differences nobody means.

    Parameters
    ----------
    text : str
        A priority, a state, a name.

    Returns
    -------
    str
        Lower case, single spaces, no punctuation around or between words.

    Examples
    --------
    >>> bare(" Closed/Complete "), bare("In-Progress")
    ('closed complete', 'in progress')
    """
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


def severity_of(text: str, chosen: Mapping[str, int | None]) -> int | str | None:
    """Return the severity that a priority stands for.

    Parameters
    ----------
    text : str
        Such as ``1 - Critical``, ``P2`` or ``Highest``.
    chosen : mapping of str to int or None
        What the user says of some of them, by `bare` text; goes first.

    Returns
    -------
    int, None or str
        The level; None where it is left out; a blank text where it is not known.

    Examples
    --------
    >>> severity_of("1 - Critical", {}), severity_of("4 - Low", {"4 low": 3})
    (1, 3)
    >>> severity_of("4 - Low", {}) is None, severity_of("Urgent", {})
    (True, '')
    """
    word = bare(text)
    if word in chosen:
        return chosen[word]
    if word in SEVERITIES:
        return SEVERITIES[word]
    number = _NUMBER.fullmatch(text.strip())
    return _NUMBERED[int(number[1])] if number else ""


def state_of(state: str, category: str, resolution: str) -> str:
    """Return what a ticket's state says.

    Parameters
    ----------
    state, category, resolution : str
        Blank where the export has none.

    Returns
    -------
    str
        ``cancelled``, ``closed``, ``open``, or blank where the words are the user's own.

    Examples
    --------
    >>> state_of("Waiting for vendor", "In Progress", ""), state_of("Done", "", "Duplicate")
    ('open', 'cancelled')
    """
    words = [bare(text) for text in (resolution, category, state)]
    if _CANCELLED & set(words):
        return "cancelled"
    # The category of a state is one of three in every Jira; the state itself has any name.
    for word in (words[1], words[2]):
        if word in _CLOSED:
            return "closed"
        if word in _OPEN:
            return "open"
    return ""


@dataclass(frozen=True)
class Services:
    """Finds the service that a ticket names.

    Attributes
    ----------
    ids : frozenset of str
        The portfolio's services; every name is an id where empty.
    by_name : dict of str to str
        Ids by `bare` id or name; a name that two services have leads to none.
    chosen : mapping of str to str
        What the user says of some names, by `bare` name; blank leaves the tickets out.
    nearest : Nearest
        Suggests.
    """

    ids: frozenset[str]
    by_name: dict[str, str]
    chosen: Mapping[str, str]
    nearest: Nearest

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]], chosen: Mapping[str, str]) -> Services:
        """Return the finder for a portfolio.

        Parameters
        ----------
        pairs : iterable of (str, str)
            Id and name of every service.
        chosen : mapping of str to str
            As above, by any spelling.

        Returns
        -------
        Services
            The finder.
        """
        pairs = list(pairs)
        called: dict[str, set[str]] = {}
        for service, name in pairs:
            called.setdefault(bare(name), set()).add(service)
        by_name = {name: min(ids) for name, ids in called.items() if len(ids) == 1}
        by_name |= {bare(service): service for service, _ in pairs}
        near = Nearest([s for s, _ in pairs], names=[(name, s) for s, name in pairs])
        said = {bare(name): service for name, service in chosen.items()}
        return cls(frozenset(s for s, _ in pairs), by_name, said, near)

    def find(self, name: str) -> str | None:
        """Return the id of the service of this name.

        Parameters
        ----------
        name : str
            As the ticket has it.

        Returns
        -------
        str or None
            Blank where its tickets are left out; None where there is no such service.
        """
        if bare(name) in self.chosen:
            return self.chosen[bare(name)]
        if not self.ids:
            return name
        return name if name in self.ids else self.by_name.get(bare(name))
