"""Levers as data: what may be decided while an incident lasts (part 7 of the model)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from svcimpact.errors import InvalidScenarioError, fault, fault_frame
from svcimpact.incident.restoration import LONGEST
from svcimpact.incident.scenario_values import moment, number, unwrap, value_fault
from svcimpact.nearest import Nearest
from svcimpact.wording import day

# What each kind needs to be told, and what it may be told besides.
KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "reassign": (("task", "from_", "to"), ("speed", "handover_hours")),
    "bring_in": (("resource", "fte"), ("start", "until", "cost_per_day")),
    "pause": (("until",), ("task", "project", "start")),
    "start_early": (("task",), ("start",)),
    "prioritise": (("project", "priority"), ()),
    "keep_responder": (("resource",), ("alpha",)),
}
ALPHA = 1.0
_IDS = ("task", "project", "from_", "to", "resource")
_LIMITS = {
    "fte": (0.0, 1e6),
    "speed": (0.01, 100.0),
    "handover_hours": (0.0, LONGEST),
    "cost_per_day": (0.0, 1e9),
    "alpha": (0.0, 10.0),
}


@dataclass(frozen=True)
class Action:
    """One lever; it acts from the scenario's decision time on, never before.

    Attributes
    ----------
    kind : str
        ``reassign``: another takes over a task. ``bring_in``: extra FTE for a resource.
        ``pause``: a task or a project rests. ``start_early``: a task need not wait for its
        planned start. ``prioritise``: a project's priority is another. ``keep_responder``:
        somebody the incident pulls stays on the projects, and the restoration takes longer.
    task, project, resource : str, optional
        Ids of what it is about.
    from_, to : str, optional
        Who hands the task over, and who takes it (``from`` and ``to`` in a file).
    fte : float, optional
        How much is brought in.
    start, until : pandas.Timestamp, optional
        From when to when; the decision time, and for good, where not given.
    priority : int, optional
        The project's priority from then on; 1 is the highest.
    speed : float, optional
        How fast the one who takes over works: 0.5 takes twice as long. That of the table
        `skills` where not given.
    handover_hours : float
        Work that handing over adds to the task.
    cost_per_day : float, optional
        Money per FTE and working day of what is brought in; that of the table `resources`
        where not given.
    alpha : float
        How strongly the restoration suffers from a responder less:
        ``remaining time * (responders / responders left) ^ alpha``, in FTE.

    Examples
    --------
    >>> Action("pause", project="CRD", until="2026-03-16").until
    Timestamp('2026-03-16 00:00:00')
    >>> print(Action("reassign", task="T1", from_="ana", to="ben", handover_hours=8))
    reassign T1 from ana to ben, 8 h of handover
    """

    kind: str
    task: str | None = None
    project: str | None = None
    resource: str | None = None
    from_: str | None = None
    to: str | None = None
    fte: float | None = None
    start: pd.Timestamp | None = None
    until: pd.Timestamp | None = None
    priority: int | None = None
    speed: float | None = None
    handover_hours: float = 0.0
    cost_per_day: float | None = None
    alpha: float = ALPHA

    def __post_init__(self) -> None:
        """Check the values; dates may be ISO text."""
        unwrap(self)
        faults = list(value_faults(self))
        for name in ("start", "until"):
            given = getattr(self, name)
            found = None if given is None else moment(given)
            if given is not None and found is None:
                cure = "Write it as 2026-03-09 10:00."
                faults.append(value_fault(name, given, "a date and time from 1901 to 2199", cure))
            else:
                object.__setattr__(self, name, found)
        if not faults and not _in_order(self.start, self.until):
            faults.append(value_fault("until", str(self.until), "a time after the start"))
        if faults:
            rows = [{**row, "table": "action"} for row in faults]
            raise InvalidScenarioError("The action has faults.", fault_frame(rows))

    def __str__(self) -> str:
        what = self.task if self.task is not None else self.project
        span = f" from {day(self.start, time=True)}" if self.start is not None else ""
        span += f" until {day(self.until, time=True)}" if self.until is not None else ""
        if self.kind == "reassign":
            hours = f", {self.handover_hours:g} h of handover" if self.handover_hours else ""
            return f"reassign {what} from {self.from_} to {self.to}{hours}"
        if self.kind == "bring_in":
            return f"bring in {self.fte:g} FTE for {self.resource}{span}"
        if self.kind == "pause":
            return f"pause {what}{span}"
        if self.kind == "start_early":
            return f"start {what} early{span}"
        if self.kind == "prioritise":
            return f"give {what} priority {self.priority}"
        return f"keep {self.resource} on the projects"


def _in_order(start: pd.Timestamp | None, until: pd.Timestamp | None) -> bool:
    """Tell whether two dates are in order, as far as they can be compared."""
    if start is None or until is None or (start.tz is None) != (until.tz is None):
        return True
    return bool(start < until)


def plain(name: str) -> str:
    """Return a field's name as files and messages have it.

    Parameters
    ----------
    name : str
        Of a field of `Action`.

    Returns
    -------
    str
        ``from`` for ``from_``.
    """
    return name.rstrip("_")


def value_faults(action: Any) -> Iterator[dict[str, str]]:
    """Yield the faults of an action's values, its dates left aside.

    Parameters
    ----------
    action : Action
        Not checked yet.

    Yields
    ------
    dict of str to str
        A fault.
    """
    if action.kind not in KINDS:
        near = Nearest(KINDS)(str(action.kind))
        row = value_fault("kind", action.kind, f"one of {', '.join(KINDS)}")
        yield {**row, "nearest": repr(near) if near else ""}
        return
    needed, allowed = KINDS[action.kind]
    takes = ", ".join(plain(n) for n in (*needed, *allowed))
    for f in fields(action)[1:]:
        value, name = getattr(action, f.name), plain(f.name)
        if f.name in needed and value is None:
            cure = f"{action.kind} needs {', '.join(map(plain, needed))}."
            yield fault("action", column=name, found="nothing", expected="a value", cure=cure)
        elif value != f.default and f.name not in (*needed, *allowed):
            yield value_fault(name, value, "nothing", f"{action.kind} takes {takes}.")
        elif value != f.default:
            expected = _expected(f.name, value)
            if expected:
                yield value_fault(name, value, expected)
    if action.kind == "pause" and (action.task is None) == (action.project is None):
        found = "both" if action.task is not None else "neither"
        yield fault("action", column="task", found=found, expected="either a task or a project")
    if action.kind == "reassign" and action.from_ == action.to is not None:
        yield value_fault("to", action.to, f"somebody other than {action.from_!r}")


def _expected(name: str, value: Any) -> str:
    """Return what a value has to be, where it is not."""
    if name in _IDS:
        return "" if isinstance(value, str) and value else "an id"
    if name == "priority":
        whole = isinstance(value, int) and not isinstance(value, bool) and value >= 1
        return "" if whole else "a whole number, 1 or more"
    if name not in _LIMITS:
        return ""
    low, high = _LIMITS[name]
    if number(value) and low <= value <= high and (value > 0 or name != "fte"):
        return ""
    return f"a number {'above 0' if name == 'fte' else f'from {low:g}'} to {high:.10g}"
