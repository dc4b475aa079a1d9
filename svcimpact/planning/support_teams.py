"""Conflicts that no plan shows: projects that draw on one support team through different people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcimpact.engine.plan import positions
from svcimpact.planning.meetings import Meetings, joined, no_meetings, pairs_within
from svcimpact.planning.steps import NEGLIGIBLE, Floats, Integers, Steps, everyday_load
from svcimpact.portfolio import Portfolio

Flags = npt.NDArray[np.bool_]
_CELLS = 4_000_000  # cells of a table of projects over time that are held at once
_LARGE = 50  # members of a team that two projects on it are looked up at one by one


def team_meetings(portfolio: Portfolio, steps: Steps, team_share: float) -> Meetings:
    """Find projects that meet through a service's support team, though they share none of it.

    Two projects that share none of the service's supporters at the time meet there while

    - together they ask for at least `team_share` of the team's project capacity, so that no
      colleague is left to step in when support or one of them needs more; or
    - the team cannot cover what projects take from its everyday support:

          uncovered(t) = max(0, Σ_k min(over_k, everyday_k) bau_k / everyday_k - Σ_k spare_k)

      over its supporters k: `over` is what tasks ask of k beyond its project capacity,
      `everyday` its support of all services, `bau` that of this one, `spare` the project capacity
      that tasks leave. This is shared out over all pairs of projects on the team in proportion to
      the product of their FTE there. Spare time counts in full for every service that its owner
      supports, so it is the least there can be.

    In a team of more than 50 two projects must not share anybody at any time.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    steps : Steps
        Its load and capacity.
    team_share : float
        The share, 0 to 1.

    Returns
    -------
    Meetings
        Over what: the row of the service. Who: rows of projects. `over` is uncovered support.
    """
    support = portfolio.support
    who = positions(support["resource"], portfolio.resources["resource"])
    what = positions(support["service"], portfolio.services["service"])
    bau = support["bau_fte"].to_numpy(np.float64)
    everyday = everyday_load(portfolio)[who]
    share = np.divide(bau, everyday, out=np.zeros_like(bau), where=everyday > 0)
    project = positions(portfolio.tasks["project"], portfolio.projects["project"])
    lasting = np.flatnonzero(steps.length > 0)
    every = np.arange(len(portfolio.resources) + 1)
    own = np.searchsorted(steps.resource[lasting], every)
    by_owner = np.argsort(steps.piece_resource, kind="stable")
    pieces = np.searchsorted(steps.piece_resource[by_owner], every)
    found = [no_meetings()]
    for service in np.unique(what):
        rows = np.flatnonzero(what == service)
        members = who[rows]
        mine = np.concatenate([by_owner[pieces[k] : pieces[k + 1]] for k in members])
        names, column = np.unique(project[steps.task[mine]], return_inverse=True)
        apart = _apart(steps.piece_resource[mine], column, names.size)
        if names.size < 2 or (rows.size > _LARGE and not apart.any()):
            continue
        at = [lasting[own[k] : own[k + 1]] for k in members]
        supply = _supply(steps, at, share[rows])
        asks = _Asks(
            column,
            np.searchsorted(supply.time, steps.time[steps.piece_first[mine]]),
            np.searchsorted(supply.time, steps.time[steps.piece_end[mine]]),
            steps.fte[mine],
            steps.piece_resource[mine],
        )
        for met in _on_team(supply, asks, apart, team_share):
            week = np.searchsorted(steps.edges, met.begin, side="right") - 1
            thing = np.full(week.size, service)
            over, hours, begin, end = met.over, met.hours, met.begin, met.end
            one, other = names[met.one], names[met.other]
            part = Meetings(thing, one, other, week, over, hours, begin, end)
            found.append(part.summed("thing", "one", "other", "week")[1])
    return joined(found)


@dataclass(frozen=True, eq=False)
class _Supply:
    """What a team has, over its own steps of time."""

    time: Floats
    until: Floats
    capacity: Floats
    lacking: Floats


@dataclass(frozen=True, eq=False)
class _Asks:
    """Pieces of work on a team: the project, the steps from and until, the FTE, and of whom."""

    project: Integers
    first: Integers
    last: Integers
    fte: Floats
    member: Integers

    def over(self, low: int, high: int, start: Floats, of: Flags | None = None) -> Floats:
        """Return the FTE of some pieces by step and project, `start` being that before `low`."""
        change = np.zeros((high - low, start.size))
        change[0] = start
        for at, sign in ((self.first, 1.0), (self.last, -1.0)):
            inside = (at >= low) & (at < high)
            inside &= True if of is None else of
            np.add.at(change, (at[inside] - low, self.project[inside]), sign * self.fte[inside])
        return np.cumsum(change, axis=0)


def _apart(resource: Integers, project: Integers, count: int) -> Flags:
    """Return which projects have no resource in common."""
    _, who = np.unique(resource, return_inverse=True)
    on = np.zeros((int(who.max(initial=-1)) + 1, count), np.float32)
    on[who, project] = 1.0
    apart: Flags = (on.T @ on) == 0
    return apart


def _supply(steps: Steps, at: list[Integers], share: Floats) -> _Supply:
    """Add up what the members of a team have, step by step of any of them."""
    displaced = np.minimum(steps.over, steps.everyday)
    spare = np.maximum(steps.capacity - steps.load, 0.0)
    time, spot = np.unique(steps.time[np.concatenate(at)], return_inverse=True)

    def level(parts: list[Floats]) -> Floats:
        change = np.concatenate([np.diff(part, prepend=0.0) for part in parts])
        return np.cumsum(np.bincount(spot, change))

    capacity = level([steps.capacity[mine] for mine in at])
    lost = level([part * displaced[mine] for part, mine in zip(share, at, strict=True)])
    lacking = lost - level([spare[mine] for mine in at])
    lacking[lacking <= NEGLIGIBLE] = 0.0
    return _Supply(time, np.append(time[1:], steps.edges[-1]), capacity, lacking)


def _on_team(supply: _Supply, asks: _Asks, apart: Flags, team_share: float) -> list[Meetings]:
    """Return the meetings of projects that are apart, by position among those on the team."""
    count, size = apart.shape[0], supply.time.size
    members = np.unique(asks.member)
    level, each = np.zeros(count), dict.fromkeys(members.tolist(), np.zeros(count))
    block = max(_CELLS // count, 1)
    found = []
    for low in range(0, size, block):
        high = min(low + block, size)
        fte = asks.over(low, high, level)
        level = fte[-1].copy()
        fte[fte <= NEGLIGIBLE] = 0.0
        enough = team_share * supply.capacity[low:high] - NEGLIGIBLE
        two = np.partition(fte, count - 2, axis=1)[:, count - 2 :].sum(axis=1)
        lacking = supply.lacking[low:high]
        hot = (two > 0) & ((two >= enough) | (lacking > 0))
        row, column = np.nonzero((fte > 0) & hot[:, None])
        amount = fte[row, column]
        on = (
            {}
            if members.size > _LARGE
            else {k: asks.over(low, high, each[k], asks.member == k) for k in members.tolist()}
        )
        each = {k: part[-1] for k, part in on.items()}
        for one, other in pairs_within(row, row):
            at = row[one]
            weight = amount[one] * amount[other]
            over = lacking[at] * weight / np.bincount(at, weight, high - low)[at]
            keep = (amount[one] + amount[other] >= enough[at]) | (over > 0)
            strangers = apart[column[one], column[other]]
            if on:
                together = np.zeros(at.size, bool)
                for part in on.values():
                    together |= (part[at, column[one]] > NEGLIGIBLE) & (
                        part[at, column[other]] > NEGLIGIBLE
                    )
                strangers = ~together
            keep &= strangers
            at, over, length = at[keep] + low, over[keep], supply.until - supply.time
            nothing = np.zeros(at.size, np.int64)
            found.append(
                Meetings(
                    nothing, column[one[keep]], column[other[keep]], nothing,
                    over * length[at], length[at], supply.time[at], supply.until[at],
                )
            )  # fmt: skip
    return found
