"""When projects touch the same service at once, or change it in a freeze; and who is asked by both.

All windows are those of the planned dates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.engine.plan import positions
from svcimpact.planning.meetings import Meetings, meet
from svcimpact.planning.steps import Floats, Integers, stretches
from svcimpact.portfolio import Portfolio

USES, CHANGES = 0, 1
STAGES = ("scope", "design", "delivery", "test", "transition")


@dataclass(frozen=True, eq=False)
class Windows:
    """Stretches of time in which projects want something, by row of the tables.

    Attributes
    ----------
    thing, project, role : numpy.ndarray of int, shape (n,)
        What, who and how.
    begin, end : numpy.ndarray of float, shape (n,)
        From when until when, in working hours.
    """

    thing: Integers
    project: Integers
    role: Integers
    begin: Floats
    end: Floats


def on_services(portfolio: Portfolio, segments: pd.DataFrame) -> Windows:
    """Return when each project changes or uses each service.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    segments : pandas.DataFrame
        When tasks are worked on, as `planned_segments` gives it.

    Returns
    -------
    Windows
        Things are services; roles are `USES` and `CHANGES`.
    """
    changes = portfolio.changes
    row, segment = _segments_of(changes["task"], segments)
    role = (changes["effect"] == "changes").to_numpy().astype(np.int64)
    return Windows(
        positions(changes["service"], portfolio.services["service"])[row],
        _project_of(portfolio, segments)[segment],
        role[row],
        segments["start_hours"].to_numpy(np.float64)[segment],
        segments["finish_hours"].to_numpy(np.float64)[segment],
    )


def service_meetings(windows: Windows, edges: Floats) -> dict[str, Meetings]:
    """Find two projects at one service at once, at least one of them changing it.

    Parameters
    ----------
    windows : Windows
        As `on_services` gives it.
    edges : numpy.ndarray of float
        Working hours at which weeks begin, and the last one ends.

    Returns
    -------
    dict of str to Meetings
        ``service``: both change it. ``use``: one changes what the other uses (a test, say).
        Over what: the row of the service.
    """
    w = windows
    met, one, other = meet(w.thing, w.project, w.begin, w.end, w.role, edges)
    both = (one == CHANGES) & (other == CHANGES)
    either = (one == CHANGES) ^ (other == CHANGES)
    return {"service": met.where(both), "use": met.where(either)}


def dependency_meetings(portfolio: Portfolio, windows: Windows, edges: Floats) -> Meetings:
    """Find a project that changes a service while another changes one it directly needs.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    windows : Windows
        As `on_services` gives it.
    edges : numpy.ndarray of float
        Working hours at which weeks begin, and the last one ends.

    Returns
    -------
    Meetings
        Over what: twice the row of `service_links`, plus 1 where it is the second of the pair
        who changes the service that needs the other.
    """
    links = portfolio.service_links
    changing = np.flatnonzero(windows.role == CHANGES)
    order = changing[np.argsort(windows.thing[changing], kind="stable")]
    tied, ats, sides = [], [], []
    for number, column in enumerate(("service", "needs")):
        ends = positions(links[column], portfolio.services["service"])
        low, high = (
            np.searchsorted(windows.thing[order], ends, where) for where in ("left", "right")
        )
        row, place = stretches(low, high)
        tied.append(row)
        ats.append(order[place])
        sides.append(np.full(place.size, number))
    link, at, side = np.concatenate(tied), np.concatenate(ats), np.concatenate(sides)
    # A project at both ends is two parties here.
    party = 2 * windows.project[at] + side
    met, one, other = meet(link, party, windows.begin[at], windows.end[at], side, edges)
    apart = (one != other) & (met.one // 2 != met.other // 2)
    thing = 2 * met.thing + one
    return replace(met, thing=thing, one=met.one // 2, other=met.other // 2).where(apart)


def freeze_meetings(portfolio: Portfolio, windows: Windows, edges: Floats) -> Meetings:
    """Find changes planned while the service is frozen.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    windows : Windows
        As `on_services` gives it.
    edges : numpy.ndarray of float
        Working hours at which weeks begin, and the last one ends.

    Returns
    -------
    Meetings
        Over what: the row of the service. Who: the row of the project, and the number of
        projects, which stands for the freeze.
    """
    freezes = portfolio.freezes
    services = len(portfolio.services)
    begin, end = (portfolio.calendar.hours(freezes[c].to_numpy()) for c in ("start", "end"))
    row = positions(freezes["service"], portfolio.services["service"])
    whole = freezes["service"].isna().to_numpy()
    each = np.concatenate([np.flatnonzero(~whole), np.repeat(np.flatnonzero(whole), services)])
    thing = np.concatenate([row[~whole], np.tile(np.arange(services), int(whole.sum()))])
    changing = windows.role == CHANGES
    met, one, other = meet(
        np.concatenate([windows.thing[changing], thing]),
        np.concatenate([windows.project[changing], np.full(each.size, len(portfolio.projects))]),
        np.concatenate([windows.begin[changing], begin[each]]),
        np.concatenate([windows.end[changing], end[each]]),
        np.concatenate([np.zeros(int(changing.sum()), np.int64), np.ones(each.size, np.int64)]),
        edges,
    )
    return met.where(one != other)


def on_stakeholders(
    portfolio: Portfolio, segments: pd.DataFrame, interest: str, lead_hours: float
) -> Windows:
    """Return when each project wants each tester, or each decider.

    The tables say who tests and decides what, not when. Assumed is, for an interest in a
    project, in a service (the tasks that touch it) or in a team (the tasks that its members work
    on): a *tester* is wanted as long as such a task of the interest's stage runs; where the
    interest names no stage, in the stage test and in service tests. A *decider* is wanted during
    the `lead_hours` before the first such task of the stage; where the interest names none,
    before the first such task of every stage (a stage gate).

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    segments : pandas.DataFrame
        When tasks are worked on.
    interest : {"tests", "decides"}
        Which kind.
    lead_hours : float
        Working hours for which a decision lies on a decider's desk.

    Returns
    -------
    Windows
        Things are stakeholders.
    """
    held = portfolio.interests[portfolio.interests["interest"] == interest].reset_index(drop=True)
    wanted = _wanted_tasks(portfolio, held)
    row, segment = _segments_of(wanted["task"], segments)
    wanted = wanted.take(row).reset_index(drop=True)
    tasks = portfolio.tasks
    at = positions(wanted["task"], tasks["task"])
    stage = positions(tasks["stage"].take(at), pd.Series(STAGES))
    asked = positions(wanted["stage"], pd.Series(STAGES))
    if interest == "tests":
        service_test = (tasks["activity"].take(at) == "service_test").to_numpy()
        right = np.where(asked < 0, (stage == STAGES.index("test")) | service_test, stage == asked)
    else:
        right = (asked < 0) | (stage == asked)
    thing = positions(wanted["stakeholder"], portfolio.stakeholders["stakeholder"])[right]
    project = _project_of(portfolio, segments)[segment][right]
    begin = segments["start_hours"].to_numpy(np.float64)[segment][right]
    end = segments["finish_hours"].to_numpy(np.float64)[segment][right]
    if interest == "decides":
        gates = pd.DataFrame(
            {
                "row": wanted["row"].to_numpy()[right],
                "thing": thing,
                "project": project,
                "stage": stage[right],
                "begin": begin,
            }
        )
        first = (
            gates.groupby(["row", "thing", "project", "stage"], sort=False)["begin"]
            .min()
            .reset_index()
        )
        thing, project = first["thing"].to_numpy(), first["project"].to_numpy()
        end = first["begin"].to_numpy(np.float64)
        begin = end - lead_hours
    return Windows(thing, project, np.zeros(thing.size, np.int64), begin, end)


def _wanted_tasks(portfolio: Portfolio, held: pd.DataFrame) -> pd.DataFrame:
    """Return the tasks that each interest is about: `row`, `stakeholder`, `stage`, `task`."""
    tasks, resources = portfolio.tasks, portfolio.resources
    team = resources.set_index("resource")["team"]
    worked = portfolio.assignments[["task", "resource"]]
    by_team = worked.assign(item=worked["resource"].map(team)).dropna(subset="item")
    about = pd.concat(
        [
            tasks.rename(columns={"project": "item"})[["item", "task"]],
            portfolio.changes.rename(columns={"service": "item"})[["item", "task"]],
            by_team[["item", "task"]],
        ]
    ).drop_duplicates()
    found = held.assign(row=np.arange(len(held))).merge(about, on="item")
    return found[["row", "stakeholder", "stage", "task"]]


def _segments_of(tasks: pd.Series, segments: pd.DataFrame) -> tuple[Integers, Integers]:
    """Return every segment of each task: the row of the task here, and the segment."""
    names = pd.Series(segments["task"].unique())
    code = positions(segments["task"], names)
    order = np.argsort(code, kind="stable")
    wanted = positions(tasks, names) if len(names) else np.full(len(tasks), -1)
    low, high = (np.searchsorted(code[order], wanted, side) for side in ("left", "right"))
    row, at = stretches(low, high)
    return row, order[at]


def _project_of(portfolio: Portfolio, segments: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the row of the project of every segment."""
    project = positions(portfolio.tasks["project"], portfolio.projects["project"])
    return project[positions(segments["task"], portfolio.tasks["task"])]
