"""Who of service delivery each stage of a project needs, and whether they have the time."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.planning.ahead import FROM_STATUS_DATE, work_ahead
from svcimpact.planning.free_time import FreeTime
from svcimpact.planning.involvement import (
    Asked,
    Crew,
    Gap,
    Row,
    Window,
    gather_crew,
    stage_windows,
)
from svcimpact.planning.levelled import levelled_segments
from svcimpact.planning.nearest_windows import Search
from svcimpact.planning.stage_result import StageInvolvement
from svcimpact.planning.stage_tables import (
    asked_frame,
    gap_frame,
    involvement_frame,
    people_frame,
    project_frame,
)
from svcimpact.portfolio import Portfolio

__all__ = ["StageInvolvement", "stage_involvement"]

_ASKED = {"owns", "decides", "advises", "tests", "does"}
_WORKING = {"tests", "does"}
_NEGLIGIBLE = 1e-6  # hours


def stage_involvement(
    portfolio: Portfolio, *, least_fte: float = 0.2, within_days: int = 60
) -> StageInvolvement:
    """Compare what each stage needs of service delivery with what is planned, and with free time.

    A *window* is a stretch in which tasks of one stage of a project touch one service (change
    or use it) without a break. In it, of the service's support staff,

    - *planned* is what its assignments take: ``Σ units * work``, over those of the tasks'
      assignments that name somebody who supports the service; on a task that touches several
      services supported by the same person, it is split evenly over them;
    - *needed* is the same, but at least `least_fte` per task while it runs; what is needed beyond
      the plan falls to the team that carries most of the service's support; a stakeholder of
      the service side who is named to do or test in the stage is needed for `least_fte` per task
      as well;
    - *free* is what absences, everyday support and all other planned work leave of the team's
      supporters of the service: ``Σ ∫ max(0, project capacity - other load) dt`` over the
      window, at the planned dates.

    With a status date only what is left of tasks counts: a running task goes on at that date, and
    one that should have begun earlier begins at it, the others' tasks as well.

    A *gap* is a window in which more is needed than is free or planned. For it the nearest windows
    of as many working days are looked for, day by day, in which the time exists on the levelled
    plan (one run with no incident), the gap's own tasks left aside.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    least_fte : float
        FTE of a service's support staff that a task touching it needs at least, as the tables
        give no effort for input, advice and testing that nobody is assigned to. An assumption
        to set: 0.2 is one day a week; 0 counts assignments alone.
    within_days : int
        How many working days before and after the planned window to look.

    Returns
    -------
    StageInvolvement
        Windows by team and by person, the matrix of stages and teams, named stakeholders, gaps.

    Raises
    ------
    InputError
        If an option is not what it should be.

    Examples
    --------
    The checkout's delivery changes payments for 4 days and plans nobody who supports it:

    >>> import svcimpact as si
    >>> found = stage_involvement(si.read("data/tiny"), least_fte=0.25)
    >>> print(found.sentences()[0].replace(chr(0x2013), "-"))
    delivery, Ana: 1 day needed 5-8 January, 0 free; none of it planned; nearest window: 12-15
    January (New checkout for the shop, Payments).
    """
    _check(least_fte, within_days)
    crew = gather_crew(portfolio)
    windows = stage_windows(portfolio, crew, float(least_fte))
    planned = FreeTime(portfolio, work_ahead(portfolio))
    try:
        levelled = FreeTime(portfolio, levelled_segments(portfolio))
    except InputError:
        levelled = None
    rows = [row for window in windows for row in _team_rows(crew, planned, window)]
    people = [row for window in windows for row in _people_rows(crew, planned, window)]
    asked = _asked(portfolio, crew, windows, planned, float(least_fte))
    search = Search(portfolio, levelled, within_days)
    involvement = involvement_frame(portfolio, rows)
    gaps = gap_frame(portfolio, list(_gaps(rows, people, asked, search, planned)))
    return StageInvolvement(
        projects=project_frame(portfolio, involvement, gaps),
        involvement=involvement,
        people=people_frame(portfolio, people),
        asked=asked_frame(portfolio, asked),
        gaps=gaps,
        least_fte=float(least_fte),
        within_days=int(within_days),
        start=portfolio.settings.start,
        assumptions=_assumptions(
            portfolio, float(least_fte), within_days, asked, levelled is not None
        ),
    )


def _team_rows(crew: Crew, planned: FreeTime, window: Window) -> Iterator[Row]:
    """Yield what is needed of each team in a window."""
    supporters = crew.of_service[window.service]
    lead = crew.lead[window.service]
    if not supporters:
        if window.missing > _NEGLIGIBLE:
            yield Row(window, "", [], 0.0, window.missing, math.nan)
        return
    for team in dict.fromkeys(crew.team[k] for k in supporters):
        members = [k for k in supporters if crew.team[k] == team]
        given = sum(window.planned.get(k, 0.0) for k in members)
        missing = window.missing / len(lead) if team in lead else 0.0
        if given + missing > _NEGLIGIBLE:
            free = sum(_free(planned, k, window) for k in members)
            yield Row(window, team, members, given, missing, free, team in lead)


def _free(planned: FreeTime, k: int, window: Window) -> float:
    """Return the hours that one resource has free in a window, its tasks left aside."""
    return float(planned.hours(k, [window.begin, window.until], window.own.get(k))[0])


def _people_rows(crew: Crew, planned: FreeTime, window: Window) -> Iterator[Row]:
    """Yield what is planned of each supporter in a window."""
    for k in crew.of_service[window.service]:
        given = window.planned.get(k, 0.0)
        if given > _NEGLIGIBLE:
            yield Row(window, crew.team[k], [k], given, 0.0, _free(planned, k, window))


def _asked(
    portfolio: Portfolio, crew: Crew, windows: list[Window], planned: FreeTime, least_fte: float
) -> list[Asked]:
    """Return which stakeholders of the service side have a part in which stage."""
    sides = portfolio.stakeholders
    service_side = set(sides.loc[sides["side"] == "service", "stakeholder"])
    row_of = {str(r): at for at, r in enumerate(portfolio.resources["resource"])}
    held = [
        (str(r["stakeholder"]), str(r["item"]), str(r["interest"]), r["stage"])
        for r in portfolio.interests.to_dict("records")
        if r["stakeholder"] in service_side and r["interest"] in _ASKED
    ]
    owned = [
        (str(o), str(s), "owns", None)
        for s, o in zip(portfolio.services["service"], portfolio.services["owner"], strict=True)
        if o in service_side
    ]
    holders: dict[str, dict[tuple[str, str, str], None]] = {}
    for stakeholder, item, interest, stage in [*owned, *held]:
        told = (stakeholder, interest, "" if stage is None or pd.isna(stage) else str(stage))
        holders.setdefault(item, {})[told] = None
    groups: dict[tuple[str, str, str], list[Window]] = {}
    for window in windows:
        groups.setdefault((window.project, window.stage, ""), []).append(window)
        groups.setdefault((window.project, window.stage, window.service), []).append(window)
    found = []
    for (project, stage, service), parts in groups.items():
        for stakeholder, interest, when in holders.get(service or project, {}):
            if when in ("", stage):
                whole = _together(crew, parts, service, row_of.get(stakeholder))
                least = least_fte * sum(whole.hours.values()) if interest in _WORKING else 0.0
                row = Row(whole, stakeholder, [], math.nan, least, math.nan)
                if stakeholder in row_of:
                    k = row_of[stakeholder]
                    given = whole.planned.get(k, 0.0)
                    row = Row(whole, stakeholder, [k], given, max(0.0, least - given),
                              _free(planned, k, whole))  # fmt: skip
                found.append(Asked(row, stakeholder, interest))
    return found


def _together(crew: Crew, parts: list[Window], service: str, k: int | None) -> Window:
    """Return several windows of a stage as one, with what is planned of one resource."""
    hours = {task: left for part in parts for task, left in part.hours.items()}
    whole = Window(
        parts[0].project, parts[0].stage, service,
        min(p.begin for p in parts), max(p.until for p in parts), list(hours), hours,
    )  # fmt: skip
    for task, left in hours.items():
        for who, units in crew.assigned.get(task, []):
            if who == k:
                whole.planned[who] += units * left
                whole.own[who][task] = 1.0
    return whole


def _gaps(
    rows: list[Row], people: list[Row], asked: list[Asked], search: Search, planned: FreeTime
) -> Iterator[Gap]:
    """Yield what is needed and not there."""
    by_window: dict[int, list[Row]] = {}
    for person in people:
        by_window.setdefault(id(person.window), []).append(person)
    for row in rows:
        if not row.members:
            yield Gap(row, "no supporter", {}, None)
            continue
        if row.short > _NEGLIGIBLE:
            yield Gap(row, "no time", search.nearest(row), None)
            continue
        if row.missing > _NEGLIGIBLE:
            yield Gap(row, "not planned", {}, None)
        for person in by_window.get(id(row.window), []):
            if person.who == row.who and person.short > _NEGLIGIBLE:
                stand_in = _stand_in(person, row.members, planned)
                yield Gap(person, "person short", search.nearest(person), stand_in)
    told = {
        (person.window.project, person.window.stage, person.members[0])
        for person in people
        if person.short > _NEGLIGIBLE
    }
    counted = [one.row for one in asked if one.row.members]
    # Who holds several interests is told once, of the one that lacks most.
    for row in sorted(counted, key=lambda r: (-round(r.short, 6), -round(r.missing, 6))):
        key = (row.window.project, row.window.stage, row.members[0])
        if key in told:
            continue
        if row.short > _NEGLIGIBLE:
            told.add(key)
            yield Gap(row, "person short", search.nearest(row), None)
        elif row.missing > _NEGLIGIBLE:
            told.add(key)
            yield Gap(row, "person not planned", {}, None)


def _stand_in(person: Row, members: list[int], planned: FreeTime) -> int | None:
    """Return who of the team has most time left, where that is enough to stand in."""
    window, able = person.window, {}
    for k in members:
        spare = _free(planned, k, window) - window.planned.get(k, 0.0)
        if k != person.members[0] and spare >= person.needed - _NEGLIGIBLE:
            able[k] = spare
    return max(able, key=lambda k: able[k]) if able else None


def _assumptions(
    portfolio: Portfolio, least_fte: float, within: int, asked: list[Asked], levelled: bool
) -> tuple[str, ...]:
    said = [
        f"A task that touches a service needs at least {least_fte:g} FTE of its support staff "
        "while it runs; the tables give no effort for input, advice and testing that nobody is "
        "assigned to.",
        "What is needed beyond the plan falls to the team that carries most of the service's "
        "support; a stakeholder named to do or test is needed for that least as well. Who owns, "
        "decides or advises is needed as planned: no effort is assumed for it.",
        "Needed and free are compared over the whole window, at the planned dates: within it, "
        "work can be moved.",
        "Free time is counted for every gap by itself: two gaps may count on the same hours.",
    ]
    if portfolio.settings.status_date is not None:
        said.append(FROM_STATUS_DATE)
    if levelled:
        said.append(
            f"Nearest windows are looked for {within} working days to both sides, day by day on "
            "the levelled plan, with half of the staffing enough to start a task. They say that "
            "people have the time; whether links let the task move there is for its plan."
        )
    else:
        said.append("The plan cannot be levelled, so no other windows are looked for.")
    unknown = len({one.stakeholder for one in asked if not one.row.members})
    if unknown:
        said.append(
            f"{unknown} named stakeholder{'s are' if unknown > 1 else ' is'} no resource of the "
            "tables: their time is not counted."
        )
    return tuple(said)


def _check(least_fte: object, within_days: object) -> None:
    rows = []
    number = isinstance(least_fte, int | float | np.number) and not isinstance(least_fte, bool)
    if not number or not 0 <= float(least_fte) <= 1000:  # type: ignore[arg-type]
        rows.append(
            fault(
                "stages",
                column="least_fte",
                found=repr(least_fte),
                expected="a number of FTE from 0 to 1000",
                cure="Say how much of its people a service gives to a task that touches it; 0.2 "
                "is one day a week.",
            )
        )
    whole = isinstance(within_days, int | np.integer) and not isinstance(within_days, bool)
    if not whole or not 0 <= int(within_days) <= 10_000:  # type: ignore[call-overload]
        rows.append(
            fault(
                "stages",
                column="within_days",
                found=repr(within_days),
                expected="a whole number of working days from 0 to 10000",
                cure="Say how far from its plan a window may lie.",
            )
        )
    if rows:
        raise InputError("What is needed is not clear.", fault_frame(rows))
