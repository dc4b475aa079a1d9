"""The conflict register: who wants the same, when, how much of it, and how they should talk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.engine.plan import positions
from svcimpact.planning.ahead import work_ahead
from svcimpact.planning.claims import over_between
from svcimpact.planning.communication import (
    KINDS,
    LEVELS,
    Communication,
    check_levels,
    owners_of,
)
from svcimpact.planning.meetings import Meetings, joined, meet
from svcimpact.planning.register import WEIGHED, ConflictRegister, fix_table, groups_of, ranked
from svcimpact.planning.steps import Integers, load_steps, planned_segments
from svcimpact.planning.support_teams import team_meetings
from svcimpact.planning.touches import (
    dependency_meetings,
    freeze_meetings,
    on_services,
    on_stakeholders,
    service_meetings,
)
from svcimpact.portfolio import Portfolio

LEAD_DAYS = 5.0
TEAM_SHARE = 0.5
_NEGLIGIBLE = 1e-6  # hours
_WIDTH = 1 << 32  # more than any table has rows
_FIRST_TOUCH = KINDS.index("team")  # from here on meeting is enough, person-days or not


def conflict_register(
    portfolio: Portfolio,
    *,
    levels: Sequence[Communication] = LEVELS,
    lead_days: float = LEAD_DAYS,
    team_share: float = TEAM_SHARE,
) -> ConflictRegister:
    """Find everything that two sides of the plan want at the same time, worst pair first.

    All windows are those of the planned dates; at a status date what is left is moved to where
    there still is time for it (`svcimpact.planning.ahead.work_ahead`). The kinds of conflict:

    ========== ============================================================================
    people     two projects ask one person or team for more than it has
    support    a project asks a person for time that everyday support of a service takes
    absence    a project asks a person for time in which they are away
    alone      a project alone asks for more than the whole of a resource
    team       two projects take different supporters of one service, and leave so little of the
               team that nobody can step in (see `svcimpact.planning.support_teams`)
    service    two projects change one service in overlapping windows
    use        one project changes a service while the other uses it
    dependency one project changes a service while the other changes one that it directly needs
    freeze     a task changes a service during a planned change freeze
    tester     two projects want one tester at once
    decider    two projects want decisions of one person at once
    ========== ============================================================================

    The over-allocation of every resource is shared out over the pairs of claims on it (see
    `svcimpact.planning.claims.over_between`), so that the person-days of the kinds people,
    support, absence and alone add up to those of `over_allocation`. Those of the kind team are
    everyday support that nobody covers, and come on top.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    levels : sequence of Communication
        From which person-days, delay and number of conflicts on two sides have to talk, and how.
    lead_days : float
        Working days for which a decision lies on a decider's desk before the tasks that wait for
        it start.
    team_share : float
        Share of a support team's project capacity from which on two projects that take different
        people of it are in each other's way.

    Returns
    -------
    ConflictRegister
        Conflicts, pairs and weeks. Delays and fixes are not known yet; `weigh_conflicts` finds
        them by simulation.

    Raises
    ------
    InputError
        If the levels, `lead_days` or `team_share` have faults.

    Examples
    --------
    >>> from svcimpact.io import read
    >>> register = conflict_register(read("data/tiny"))
    >>> register.conflicts[["kind", "project", "other", "via", "over_days"]]
         kind project     other via  over_days
    0  people   pages  checkout  cy       0.75
    """
    check_levels(levels, lead_days, team_share)
    day = portfolio.settings.hours_per_day
    met, mondays = _meetings(portfolio, lead_days * day, team_share)
    of_row, total = met.summed("thing", "one", "other")
    shared = total.thing // _WIDTH < _FIRST_TOUCH
    keep = np.where(shared, total.over, total.hours) > _NEGLIGIBLE
    conflicts, code = _conflict_table(portfolio, total.where(keep))
    _, first, pair = np.unique(code, return_index=True, return_inverse=True)
    pairs = _pair_table(conflicts, first, pair)
    number = np.cumsum(keep) - 1
    kept = keep[of_row]
    weeks = _week_table(met.where(kept), pair[number[of_row[kept]]], mondays, day)
    return ranked(
        ConflictRegister(
            portfolio=portfolio,
            levels=tuple(levels),
            lead_days=float(lead_days),
            team_share=float(team_share),
            conflicts=conflicts.assign(pair=pair),
            pairs=pairs,
            weeks=weeks,
            fixes=fix_table([]),
            remedies=(),
            runs=0,
            seed=0,
        )
    )


def _meetings(
    portfolio: Portfolio, lead_hours: float, team_share: float
) -> tuple[Meetings, npt.NDArray[Any]]:
    """Return all meetings, coded, and the Mondays of the weeks.

    The thing is the kind times `_WIDTH` plus the row of what both want; the other is the row of a
    project, or beyond these of a service, then of the resource that is away, then nobody.
    """
    segments = work_ahead(portfolio)
    steps = load_steps(portfolio, segments)
    windows = on_services(portfolio, segments)
    decided = on_stakeholders(portfolio, planned_segments(portfolio), "decides", lead_hours)
    status = portfolio.settings.status_date
    if status is not None:
        # What stages that have begun waited for is decided.
        now = float(portfolio.calendar.hours(status))
        decided = replace(decided, begin=np.maximum(decided.begin, now))
    asked = {
        "tester": on_stakeholders(portfolio, segments, "tests", lead_hours),
        "decider": decided,
    }
    spans = [windows, *asked.values()]
    ends = [segments["start_hours"], segments["finish_hours"]]
    every = np.concatenate([*ends, *(w.begin for w in spans), [0.0]])
    mondays, edges = portfolio.calendar.weeks(float(every.min()), float(every.max()))
    shift = int(np.searchsorted(mondays, steps.mondays[0])) if steps.mondays.size else 0
    parts = {
        **_over_by_kind(portfolio, over_between(portfolio, steps), shift),
        "team": _moved(team_meetings(portfolio, steps, team_share), shift),
        **service_meetings(windows, edges),
        "dependency": dependency_meetings(portfolio, windows, edges),
        "freeze": freeze_meetings(portfolio, windows, edges),
        **{
            kind: meet(w.thing, w.project, w.begin, w.end, w.role, edges)[0]
            for kind, w in asked.items()
        },
    }
    projects = len(portfolio.projects)
    frozen = parts["freeze"]
    parts["freeze"] = replace(frozen, other=projects + frozen.thing)
    coded = [
        replace(parts[kind], thing=number * _WIDTH + parts[kind].thing)
        for number, kind in enumerate(KINDS)
    ]
    return joined(coded), mondays


def _moved(met: Meetings, shift: int) -> Meetings:
    return replace(met, week=met.week + shift)


def _over_by_kind(portfolio: Portfolio, met: Meetings, shift: int) -> dict[str, Meetings]:
    """Tell over-allocation apart by who is on the other side."""
    projects, services = len(portfolio.projects), len(portfolio.services)
    met = _moved(met, shift)
    away = projects + services
    alone = met.one == met.other
    nobody = np.full(met.one.size, away + len(portfolio.resources))
    other = np.where(met.other == away, away + met.thing, met.other)
    met = replace(met, other=np.where(alone, nobody, other))
    return {
        "people": met.where(met.other < projects),
        "support": met.where((met.other >= projects) & (met.other < away)),
        "absence": met.where((met.other >= away) & ~alone),
        "alone": met.where(alone),
    }


def _conflict_table(portfolio: Portfolio, met: Meetings) -> tuple[pd.DataFrame, Integers]:
    """Write conflicts out with ids, names, dates and owners; and a code of each pair."""
    projects, services = portfolio.projects, portfolio.services
    resources, people = portfolio.resources, portfolio.stakeholders
    owners = owners_of(portfolio)
    other = _Names(
        ("project", projects["project"], projects["name"], owners.projects),
        ("service", services["service"], services["name"], owners.services),
        ("absence", resources["resource"], resources["name"], owners.resources),
        ("", pd.Series([""]), pd.Series([""]), [""]),
    )
    kind, via = np.divmod(met.thing, _WIDTH)
    on_people = kind < KINDS.index("team")
    on_stakeholder = kind >= KINDS.index("tester")
    link = np.where(kind == KINDS.index("dependency"), via // 2, -1)
    needed = positions(portfolio.service_links["needs"], services["service"])
    needing = positions(portfolio.service_links["service"], services["service"])
    service = np.where(link >= 0, np.append(needed, 0)[link], via)
    names = _Names(
        ("resource", resources["resource"], resources["name"], owners.resources),
        ("service", services["service"], services["name"], owners.services),
        ("stakeholder", people["stakeholder"], people["name"], list(people["name"])),
    )
    at = np.where(
        on_people,
        via,
        np.where(on_stakeholder, len(resources) + len(services) + via, len(resources) + service),
    )
    via_name = names.name[at]
    needs = link >= 0
    above = services["name"].to_numpy(object)[needing[link[needs]]]
    via_name[needs] = [f"{n}, which {s} needs" for n, s in zip(via_name[needs], above, strict=True)]
    calendar, day = portfolio.calendar, portfolio.settings.hours_per_day
    frame = pd.DataFrame(
        {
            "kind": np.array(KINDS, dtype=object)[kind],
            "project": projects["project"].to_numpy(object)[met.one],
            "project_name": projects["name"].to_numpy(object)[met.one],
            "other_kind": other.kind[met.other],
            "other": other.id[met.other],
            "other_name": other.name[met.other],
            "via_kind": names.kind[at],
            "via": names.id[at],
            "via_name": via_name,
            "start": calendar.when(met.begin),
            "finish": calendar.when(met.end, side="finish"),
            "overlap_days": met.hours / day,
            "over_days": met.over / day,
            "owner": np.array(owners.projects, dtype=object)[met.one],
            "other_owner": other.owner[met.other],
        }
    )
    texts = [c for c in frame if c not in ("start", "finish", "overlap_days", "over_days")]
    return frame.astype(dict.fromkeys(texts, "str")), met.one * other.id.size + met.other


class _Names:
    """Kind, id, name and owner of things of several tables, one after the other."""

    def __init__(self, *tables: tuple[str, pd.Series, pd.Series, list[str]]) -> None:
        self.kind, self.id, self.name, self.owner = (
            np.concatenate([np.array(list(part), dtype=object) for part in parts])
            for parts in zip(
                *(([kind] * len(ids), ids, names, who) for kind, ids, names, who in tables),
                strict=True,
            )
        )


def _pair_table(conflicts: pd.DataFrame, first: Integers, pair: Integers) -> pd.DataFrame:
    """Return one row per pair, in the order of their codes; levels come later."""
    ends = ["project", "project_name", "other_kind", "other", "other_name"]
    pairs = conflicts[ends].take(first).reset_index(drop=True)
    count = len(pairs)
    pairs["conflicts"] = np.bincount(pair, minlength=count)
    groups = conflicts.groupby(pair, sort=True)
    kinds = [groups_of(conflicts["kind"] == kind, pair, count) for kind in KINDS]
    pairs["kinds"] = [
        ", ".join(kind for kind, there in zip(KINDS, row, strict=True) if there)
        for row in np.column_stack(kinds)
    ]
    pairs["start"] = groups["start"].min().array
    pairs["finish"] = groups["finish"].max().array
    pairs["over_days"] = np.bincount(pair, conflicts["over_days"], count).astype(np.float64)
    for column in ("owner", "other_owner"):
        pairs[column] = conflicts[column].take(first).array
    for column in WEIGHED:
        pairs[column] = np.nan
    pairs["fix"] = ""
    return pairs.astype({"kinds": "str", "fix": "str"})


def _week_table(
    met: Meetings, pair: Integers, mondays: npt.NDArray[Any], day: float
) -> pd.DataFrame:
    """Return one row per pair and week in which they meet."""
    week = np.clip(met.week, 0, max(mondays.size - 1, 0))
    code, row = np.unique(pair * max(mondays.size, 1) + week, return_inverse=True)
    which, at = np.divmod(code, max(mondays.size, 1))
    return pd.DataFrame(
        {
            "pair": which,
            "week": mondays[at],
            "over_days": np.bincount(row, met.over, code.size) / day,
            "conflicts": np.bincount(row, minlength=code.size),
        }
    )
