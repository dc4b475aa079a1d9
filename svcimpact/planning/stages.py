"""Who of service delivery each stage of a project needs, and whether they have the time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from svcimpact.engine.plan import positions
from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.graph.network import finished
from svcimpact.planning.free_time import FreeTime
from svcimpact.planning.involvement import Crew, Window, gather_crew, stage_windows
from svcimpact.planning.levelled import levelled_segments
from svcimpact.planning.stage_result import StageInvolvement
from svcimpact.planning.steps import Floats, planned_segments
from svcimpact.planning.touch import STAGES
from svcimpact.portfolio import Portfolio

PARTS = {
    "scope": "gives input",
    "design": "gives input",
    "delivery": "does work",
    "test": "tests",
    "transition": "takes over",
}
_ASKED = {"owns", "decides", "advises", "tests", "does"}
_NEGLIGIBLE = 1e-6  # hours


def stage_involvement(
    portfolio: Portfolio, *, least_fte: float = 0.2, within_days: int = 60
) -> StageInvolvement:
    """Compare what each stage needs of service delivery with what is planned, and with free time.

    A *window* is a stretch in which tasks of one stage of a project touch one service (change
    or use it) without a break. In it, of the service's support staff,

    - *planned* is what its assignments take: ``Σ units × work``, over those of the tasks'
      assignments that name somebody who supports the service; on a task that touches several
      services supported by the same person, it is split evenly over them;
    - *needed* is the same, but at least `least_fte` per task while it runs; what is needed beyond
      the plan falls to the team that carries most of the service's support;
    - *free* is what absences, everyday support and all other planned work leave of the team's
      supporters of the service: ``Σ ∫ max(0, project capacity - other load) dt`` over the
      window, at the planned dates.

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
    >>> print(found.sentences()[0])
    delivery, Ana: 1 day needed 5–8 January, 0 free; none of it planned; nearest window: 12–15
    January (New checkout for the shop, Payments).
    """
    _check(least_fte, within_days)
    segments = planned_segments(portfolio)[~finished(portfolio).to_numpy()]
    crew = gather_crew(portfolio)
    windows = stage_windows(portfolio, crew, float(least_fte))
    planned = FreeTime(portfolio, segments)
    try:
        levelled = FreeTime(portfolio, levelled_segments(portfolio))
    except InputError:
        levelled = None
    rows = [row for window in windows for row in _team_rows(portfolio, crew, planned, window)]
    people = [row for window in windows for row in _people_rows(crew, planned, window)]
    asked = _asked(portfolio, crew, windows, planned)
    search = Search(portfolio, levelled, within_days)
    day = portfolio.settings.hours_per_day
    gaps = [_gap(need, search, planned) for need in _needs(rows, people, asked, day)]
    return StageInvolvement(
        involvement=_involvement_frame(portfolio, rows),
        people=_people_frame(portfolio, people),
        asked=_asked_frame(portfolio, asked),
        gaps=_gap_frame(portfolio, gaps),
        least_fte=float(least_fte),
        within_days=int(within_days),
        start=portfolio.settings.start,
        assumptions=_assumptions(
            portfolio, float(least_fte), within_days, asked, levelled is not None
        ),
    )


@dataclass
class Row:
    """What one team, person or stakeholder is needed for in one window, in FTE-hours."""

    window: Window
    who: str
    members: list[int]
    planned: float
    missing: float
    free: float
    lead: bool = False
    kind: str = ""

    @property
    def needed(self) -> float:
        """FTE-hours needed."""
        return self.planned + self.missing

    @property
    def short(self) -> float:
        """FTE-hours needed beyond what is free."""
        return max(0.0, self.needed - self.free) if not math.isnan(self.free) else math.nan


@dataclass
class Asked:
    """What a named stakeholder of the service side holds in a stage."""

    row: Row
    stakeholder: str
    interest: str
    on_service: bool


def _team_rows(
    portfolio: Portfolio, crew: Crew, planned: FreeTime, window: Window
) -> Iterable[Row]:
    """Yield what is needed of each team in a window."""
    supporters = crew.of_service[window.service]
    lead = crew.lead[window.service]
    if not supporters:
        if window.missing > _NEGLIGIBLE:
            yield Row(window, "", [], 0.0, window.missing, math.nan, kind="no supporter")
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


def _people_rows(crew: Crew, planned: FreeTime, window: Window) -> Iterable[Row]:
    """Yield what is planned of each supporter in a window."""
    for k in crew.of_service[window.service]:
        given = window.planned.get(k, 0.0)
        if given > _NEGLIGIBLE:
            yield Row(window, crew.team[k], [k], given, 0.0, _free(planned, k, window))


def _asked(
    portfolio: Portfolio, crew: Crew, windows: list[Window], planned: FreeTime
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
                whole = _together(crew, parts, row_of.get(stakeholder))
                row = Row(whole, stakeholder, [], math.nan, 0.0, math.nan)
                if stakeholder in row_of:
                    k = row_of[stakeholder]
                    row = Row(whole, stakeholder, [k], whole.planned.get(k, 0.0), 0.0,
                              _free(planned, k, whole))  # fmt: skip
                found.append(Asked(row, stakeholder, interest, bool(service)))
    return found


def _together(crew: Crew, parts: list[Window], k: int | None) -> Window:
    """Return several windows of a stage as one, with what is planned of one resource."""
    hours = {task: left for part in parts for task, left in part.hours.items()}
    whole = Window(
        parts[0].project, parts[0].stage, parts[0].service,
        min(p.begin for p in parts), max(p.until for p in parts), list(hours), hours,
    )  # fmt: skip
    for task, left in hours.items():
        for who, units in crew.assigned.get(task, []):
            if who == k:
                whole.planned[who] += units * left
                whole.own[who][task] = 1.0
    return whole


def _needs(
    rows: list[Row], people: list[Row], asked: list[Asked], day: float
) -> Iterable[tuple[Row, str, list[Row]]]:
    """Yield what is a gap: the row, its kind, and who of the window's people is planned."""
    by_window: dict[int, list[Row]] = {}
    for person in people:
        by_window.setdefault(id(person.window), []).append(person)
    for row in rows:
        mine = by_window.get(id(row.window), [])
        if row.kind:
            yield row, row.kind, mine
        elif row.short > _NEGLIGIBLE:
            yield row, "no time", mine
        else:
            if row.missing > _NEGLIGIBLE:
                yield row, "not planned", mine
            for person in mine:
                if person.members[0] in row.members and person.short > _NEGLIGIBLE:
                    yield person, "person short", [p for p in mine if p.who == row.who] + [row]
    told = {(id(p.window), k) for p in people for k in p.members}
    for one in asked:
        known = (id(one.row.window), *one.row.members) in told
        if one.row.members and one.row.short > _NEGLIGIBLE and not known:
            yield one.row, "person short", []


@dataclass(frozen=True)
class Search:
    """Where windows are looked for: on the levelled plan, from the status date on."""

    portfolio: Portfolio
    levelled: FreeTime | None
    within: int

    def nearest(self, row: Row) -> dict[str, Any]:
        """Return the nearest earlier and later windows that have the time, as days."""
        window, day = row.window, self.portfolio.settings.hours_per_day
        first = math.floor(window.begin / day + 1e-9)
        long = max(math.ceil(window.until / day - 1e-9) - first, 1)
        if self.levelled is None or not row.members:
            return {}
        status = self.portfolio.settings.status_date
        now = 0.0 if status is None else float(self.portfolio.calendar.hours(status))
        low = max(math.ceil(now / day - 1e-9), first - self.within)
        low = min(low, first)
        end = first + self.within + long
        free: Floats = np.zeros(end - low)
        for k in row.members:
            free = free + self.levelled.daily(k, low, end, window.own.get(k))
        total = np.concatenate([[0.0], np.cumsum(free)])
        fits = np.flatnonzero(total[long:] - total[:-long] >= row.needed - _NEGLIGIBLE) + low
        found: dict[str, Any] = {}
        for name, days in (("earlier", fits[fits < first][-1:]), ("later", fits[fits >= first][:1])):
            for begin in days:
                found[name] = (int(begin), int(begin) + long - 1)
        if found.get("later", (None,))[0] == first:
            found.pop("earlier", None)
        return found


def _gap(
    need: tuple[Row, str, list[Row]], search: Search, planned: FreeTime
) -> tuple[Row, str, dict[str, Any], int | None]:
    """Return a gap with its nearest windows and, for a person, who could stand in."""
    row, kind, others = need
    windows = search.nearest(row) if kind in ("no time", "person short") else {}
    stand_in = None
    if kind == "person short" and others:
        team = others[-1]
        spare = {
            k: _free(planned, k, row.window) - row.window.planned.get(k, 0.0)
            for k in team.members
            if k != row.members[0]
        }
        able = {k: hours for k, hours in spare.items() if hours >= row.needed - _NEGLIGIBLE}
        stand_in = max(able, key=lambda k: able[k]) if able else None
    return row, kind, windows, stand_in


def _assumptions(
    portfolio: Portfolio, least_fte: float, within: int, asked: list[Asked], levelled: bool
) -> tuple[str, ...]:
    said = [
        f"A task that touches a service needs at least {least_fte:g} FTE of its support staff "
        "while it runs; the tables give no effort for input, advice and testing that nobody is "
        "assigned to.",
        "What is needed beyond the plan falls to the team that carries most of the service's "
        "support.",
        "Needed and free are compared over the whole window, at the planned dates: within it, "
        "work can be moved.",
        "Free time is counted for every gap by itself: two gaps may count on the same hours.",
    ]
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


def _frame(
    portfolio: Portfolio, rows: list[Row], extra: dict[str, list[Any]], places: dict[str, int]
) -> pd.DataFrame:
    """Return rows as a table: whose window, then `extra`, in person-days."""
    day, calendar = portfolio.settings.hours_per_day, portfolio.calendar
    projects, services = (
        dict(zip(t[k], t["name"], strict=True))
        for t, k in ((portfolio.projects, "project"), (portfolio.services, "service"))
    )
    frame = pd.DataFrame(
        {
            "project": [r.window.project for r in rows],
            "project_name": [projects[r.window.project] for r in rows],
            "stage": [r.window.stage for r in rows],
            "service": [r.window.service for r in rows],
            "service_name": [services[r.window.service] for r in rows],
        }
    ).astype("str")
    for name, values in extra.items():
        frame[name] = pd.Series(values, dtype="str")
    begin = np.array([r.window.begin for r in rows], np.float64)
    until = np.array([r.window.until for r in rows], np.float64)
    frame["tasks"] = pd.Series([len(r.window.tasks) for r in rows], dtype="int64")
    frame["start"] = calendar.when(begin)
    frame["finish"] = calendar.when(until, side="finish")
    for column in ("needed", "planned", "missing", "free", "short"):
        if column in places:
            hours = [getattr(r, column) for r in rows]
            frame[f"{column}_days"] = np.array(hours, np.float64) / day
    return frame


_ALL = dict.fromkeys(("needed", "planned", "missing", "free", "short"), 0)


def _involvement_frame(portfolio: Portfolio, rows: list[Row]) -> pd.DataFrame:
    extra = {"team": [r.who or None for r in rows], "part": [PARTS[r.window.stage] for r in rows]}
    frame = _frame(portfolio, rows, extra, _ALL)
    frame.insert(7, "lead", np.array([r.lead for r in rows], bool))
    frame.insert(8, "people", np.array([len(r.members) for r in rows], np.int64))
    return frame


def _people_frame(portfolio: Portfolio, rows: list[Row]) -> pd.DataFrame:
    table = portfolio.resources
    at = [r.members[0] for r in rows]
    extra = {
        "resource": list(table["resource"].take(at)),
        "name": list(table["name"].take(at)),
        "team": [r.who for r in rows],
    }
    kept = {column: 0 for column in ("planned", "free", "short")}
    return _frame(portfolio, rows, extra, kept)


def _asked_frame(portfolio: Portfolio, asked: list[Asked]) -> pd.DataFrame:
    people = portfolio.stakeholders.set_index("stakeholder")
    extra = {
        "stakeholder": [a.stakeholder for a in asked],
        "name": [people["name"][a.stakeholder] for a in asked],
        "role": [people["role"][a.stakeholder] for a in asked],
        "interest": [a.interest for a in asked],
    }
    kept = {column: 0 for column in ("planned", "free", "short")}
    frame = _frame(portfolio, [a.row for a in asked], extra, kept)
    frame["counted"] = np.array([bool(a.row.members) for a in asked], bool)
    on_service = np.array([a.on_service for a in asked], bool)
    for column in ("service", "service_name"):
        frame[column] = frame[column].where(on_service).astype("str")
    return frame


def _gap_frame(
    portfolio: Portfolio, gaps: list[tuple[Row, str, dict[str, Any], int | None]]
) -> pd.DataFrame:
    """Return the gaps, the most person-days short first."""
    rows = [gap[0] for gap in gaps]
    names = portfolio.resources["name"].to_numpy()
    ids = portfolio.stakeholders
    called = dict(zip(ids["stakeholder"], ids["name"], strict=True))
    who = [
        str(names[r.members[0]]) if kind == "person short" else called.get(r.who, r.who) or None
        for r, kind, _, _ in gaps
    ]
    kinds = [gap[1] for gap in gaps]
    stand_in = [None if gap[3] is None else str(names[gap[3]]) for gap in gaps]
    frame = _frame(portfolio, rows, {"who": who, "kind": kinds}, _ALL)
    day, calendar = portfolio.settings.hours_per_day, portfolio.calendar
    for name in ("earlier", "later"):
        for end, column in enumerate(("start", "finish")):
            days = np.array([gap[2].get(name, (np.nan, np.nan))[end] for gap in gaps], np.float64)
            frame[f"{name}_{column}"] = calendar.day(days * day).astype("datetime64[us]")
    frame["stand_in"] = pd.Series(stand_in, dtype="str")
    kind = [("no supporter", "no time", "person short", "not planned").index(k) for k in kinds]
    short = frame["short_days"].fillna(np.inf).round(6).to_numpy()
    place = [STAGES.index(stage) for stage in frame["stage"]]
    order = np.lexsort((np.arange(len(frame)), place, -frame["missing_days"].round(6), kind, -short))
    return frame.iloc[order].reset_index(drop=True)
