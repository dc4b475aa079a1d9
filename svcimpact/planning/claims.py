"""Who competes for people that are over-allocated, and how much of it is between which two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcimpact.engine.plan import positions
from svcimpact.planning.meetings import Meetings, joined, pairs_within
from svcimpact.planning.steps import NEGLIGIBLE, Floats, Integers, Steps, everyday_load, stretches
from svcimpact.portfolio import Portfolio

Picked = Integers | npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Claims:
    """What is asked of over-allocated resources, one row per step and claimant.

    Attributes
    ----------
    step : numpy.ndarray of int, shape (c,)
        The step, sorted.
    claimant : numpy.ndarray of int, shape (c,)
        Row of the project; the number of projects plus the row of the service for everyday
        support; one beyond the last service for an absence. Sorted within a step.
    fte : numpy.ndarray of float, shape (c,)
        What is asked for.
    """

    step: Integers
    claimant: Integers
    fte: Floats


def claims_on(portfolio: Portfolio, steps: Steps) -> Claims:
    """Return every claim on resources at the steps at which they are over-allocated.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    steps : Steps
        Its load and capacity.

    Returns
    -------
    Claims
        By step, then claimant.
    """
    hot = (steps.over > 0) & (steps.length > 0)
    project = positions(portfolio.tasks["project"], portfolio.projects["project"])
    projects, services = len(portfolio.projects), len(portfolio.services)
    step, piece = steps.during(hot)
    parts = [(step, project[steps.task[piece]], steps.fte[piece])]
    support = portfolio.support[portfolio.support["bau_fte"] > 0]
    who = positions(support["resource"], portfolio.resources["resource"])
    share = support["bau_fte"].to_numpy(np.float64) / everyday_load(portfolio)[who]
    what = positions(support["service"], portfolio.services["service"])
    at = np.flatnonzero(hot & (steps.everyday > NEGLIGIBLE))
    order = np.argsort(who, kind="stable")
    low, high = (
        np.searchsorted(who[order], steps.resource[at], side) for side in ("left", "right")
    )
    which, row = stretches(low, high)
    at, row = at[which], order[row]
    parts.append((at, projects + what[row], share[row] * steps.everyday[at]))
    at = np.flatnonzero(hot & (steps.absent > NEGLIGIBLE))
    parts.append((at, np.full(at.size, projects + services), steps.absent[at]))
    step, claimant, fte = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((claimant, step))
    step, claimant, fte = step[order], claimant[order], fte[order]
    first = np.ones(step.size, bool)
    first[1:] = (step[1:] != step[:-1]) | (claimant[1:] != claimant[:-1])
    total = np.bincount(np.cumsum(first) - 1, fte, int(first.sum())).astype(np.float64)
    return Claims(step[first], claimant[first], total)


def over_between(portfolio: Portfolio, steps: Steps) -> Meetings:
    """Share out all over-allocation over the pairs that cause it.

    What a project alone asks for beyond the whole of a resource is its own: a pair of the project
    with itself. The rest, at any time, goes to the pairs of claims of which at least one is a
    project's, in proportion to the product of their FTE (a claim counts for no more than the
    whole resource). So the parts add up to the over-allocation, and no order of projects has a
    say in it.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    steps : Steps
        Its load and capacity.

    Returns
    -------
    Meetings
        Over what: the row of the resource. Who: as in `Claims`.
    """
    claims = claims_on(portfolio, steps)
    projects = len(portfolio.projects)
    whole = portfolio.resources["capacity_fte"].to_numpy(np.float64)[steps.resource[claims.step]]
    asks = claims.claimant < projects
    beyond = np.where(asks, np.maximum(claims.fte - whole, 0.0), 0.0)
    beyond[beyond <= NEGLIGIBLE] = 0.0
    own = np.bincount(claims.step, beyond, steps.length.size)
    rest = np.maximum(steps.over - own, 0.0)
    part = claims.fte - beyond
    alone = beyond > 0
    own_part = _at(steps, claims, alone, alone, beyond[alone])
    found = [own_part.summed("thing", "one", "other", "week")[1]]
    for first, second in pairs_within(claims.step, steps.resource[claims.step]):
        # Claims of projects come first within a step: the first of a pair tells.
        one, other = first[asks[first]], second[asks[first]]
        weight = part[one] * part[other]
        sums = np.bincount(claims.step[one], weight, steps.length.size)[claims.step[one]]
        share = np.divide(weight, sums, out=np.zeros_like(weight), where=sums > 0)
        pairs = _at(steps, claims, one, other, share * rest[claims.step[one]])
        found.append(pairs.where(pairs.over > 0).summed("thing", "one", "other", "week")[1])
    return joined(found)


def _at(steps: Steps, claims: Claims, one: Picked, other: Picked, fte: Floats) -> Meetings:
    """Return meetings of some claims, so many FTE beyond at each."""
    at = claims.step[one]
    return Meetings(
        steps.resource[at],
        claims.claimant[one],
        claims.claimant[other],
        steps.week[at],
        fte * steps.length[at],
        steps.length[at],
        steps.time[at],
        steps.time[at] + steps.length[at],
    )
