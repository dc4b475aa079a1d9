"""Load and capacity of every resource as steps: exact between any two changes, in arrays."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.checks.lookup import totals
from svcimpact.engine.plan import compile_plan, planned_times, positions
from svcimpact.portfolio import Portfolio

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Pieces: TypeAlias = tuple[Integers, Floats, Floats, Floats]  # resource, from, until, FTE

SEGMENT_COLUMNS = ("task", "start_hours", "finish_hours", "share")
NEGLIGIBLE = 1e-9  # FTE; what floating-point sums leave over


@dataclass(frozen=True, eq=False)
class Steps:
    """What each resource has and is asked for, between any two times at which that changes.

    A step lasts from one event (a task starts or ends, an absence begins or is over, a week
    begins) to the next of the same resource; many have no length. Steps are ordered by
    resource, then time. `Pieces` are the stretches of work behind the load.

    Attributes
    ----------
    mondays : numpy.ndarray of datetime64[us], shape (w,)
        The Monday of every week from the first to the last with work.
    edges : numpy.ndarray of float, shape (w + 1,)
        Working hours at which each week begins, and the last one ends.
    resource, week : numpy.ndarray of int, shape (s,)
        Row of the resource, and position of the week, of each step.
    time, length : numpy.ndarray of float, shape (s,)
        Working hours at which each step begins, and that it lasts; 0 before the first week
        and after the last.
    load, absent, everyday, incident, capacity : numpy.ndarray of float, shape (s,)
        FTE asked for by tasks; away; taken by everyday support; taken by incidents; and left
        for projects. The last four add up to the resource's capacity.
    task, piece_resource, piece_first, piece_end : numpy.ndarray of int, shape (p,)
        Per piece, the row of its task and resource, and the steps with which it begins and,
        not included, ends.
    fte : numpy.ndarray of float, shape (p,)
        FTE that each piece asks for.
    week_first : numpy.ndarray of int, shape (r, w + 1)
        For each resource the step with which each week begins, and the last one ends.
    """

    mondays: npt.NDArray[np.datetime64]
    edges: Floats
    resource: Integers
    week: Integers
    time: Floats
    length: Floats
    load: Floats
    absent: Floats
    everyday: Floats
    incident: Floats
    capacity: Floats
    task: Integers
    piece_resource: Integers
    piece_first: Integers
    piece_end: Integers
    fte: Floats
    week_first: Integers

    @property
    def over(self) -> Floats:
        """FTE asked for beyond the project capacity, shape (s,)."""
        beyond = self.load - self.capacity
        return np.where(beyond > NEGLIGIBLE, beyond, 0.0)

    def weekly(self, fte: Floats) -> Floats:
        """Return hours per resource and week of what is given in FTE per step.

        Parameters
        ----------
        fte : numpy.ndarray of float, shape (s,)
            FTE over each step.

        Returns
        -------
        numpy.ndarray of float, shape (r, w)
            Working hours times FTE.
        """
        resources, weeks = self.week_first.shape[0], self.mondays.size
        cell = self.resource * weeks + self.week
        total = np.bincount(cell, weights=fte * self.length, minlength=resources * weeks)
        return total[: resources * weeks].reshape(resources, weeks).astype(np.float64)

    def between(self, hours: Floats, first: Integers, end: Integers) -> Floats:
        """Return sums over stretches of steps, each added up by itself.

        Parameters
        ----------
        hours : numpy.ndarray of float, shape (s,)
            A figure per step.
        first, end : numpy.ndarray of int, shape (p,)
            The step with which each stretch begins and, not included, ends.

        Returns
        -------
        numpy.ndarray of float, shape (p,)
            What comes together in each stretch.
        """
        order = np.argsort(first, kind="stable")
        bounds = np.column_stack([first[order], end[order]]).ravel()
        total = np.empty(first.size)
        total[order] = np.add.reduceat(np.append(hours, 0.0), bounds)[::2]
        return np.where(first < end, total, 0.0)

    def during(self, wanted: npt.NDArray[np.bool_]) -> tuple[Integers, Integers]:
        """Return every piece of work at every step that is wanted.

        Parameters
        ----------
        wanted : numpy.ndarray of bool, shape (s,)
            The steps to look at.

        Returns
        -------
        step, piece : numpy.ndarray of int, same shape
            By piece, then step.
        """
        steps = np.flatnonzero(wanted)
        before = np.concatenate([[0], np.cumsum(wanted)])
        first, end = before[self.piece_first], before[self.piece_end]
        piece, at = stretches(first, end)
        return steps[at], piece


def stretches(first: Integers, end: Integers) -> tuple[Integers, Integers]:
    """Return the whole numbers of each stretch [first, end), one after the other.

    Parameters
    ----------
    first, end : numpy.ndarray of int, shape (p,)
        Where each stretch begins and, not included, ends.

    Returns
    -------
    stretch, number : numpy.ndarray of int
        Which stretch, and the number.

    Examples
    --------
    >>> stretches(np.array([5, 2, 7]), np.array([7, 2, 8]))
    (array([0, 0, 2]), array([5, 6, 7]))
    """
    many = np.maximum(end - first, 0)
    which = np.repeat(np.arange(many.size), many)
    within = np.arange(which.size) - np.repeat(np.cumsum(many) - many, many)
    return which, first[which] + within


def planned_segments(portfolio: Portfolio) -> pd.DataFrame:
    """Return the stretches in which the tables plan each task to be worked on.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.

    Returns
    -------
    pandas.DataFrame
        One row per task: `task`, `start_hours` and `finish_hours` (working hours since the
        portfolio's start) and `share` (1: full staffing).
    """
    plan = compile_plan(portfolio)
    start, _ = planned_times(plan)
    return pd.DataFrame(
        {
            "task": portfolio.tasks["task"],
            "start_hours": start,
            "finish_hours": start + plan.hours,
            "share": 1.0,
        }
    )


def load_steps(
    portfolio: Portfolio, segments: pd.DataFrame, takes: pd.DataFrame | None = None
) -> Steps:
    """Sweep over everything that changes what a resource has or is asked for.

    Every resource is summed up by itself, so that no other can change its figures by a bit.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    segments : pandas.DataFrame
        Stretches of work: `task`, `start_hours`, `finish_hours`, `share`.
    takes : pandas.DataFrame, optional
        What incidents take from project capacity: `resource`, `start_hours`, `finish_hours`,
        `fte`.

    Returns
    -------
    Steps
        The steps, from the first to the last week with work.

    Raises
    ------
    ValueError
        If `segments` or `takes` name something that the portfolio does not have.
    """
    resources = portfolio.resources
    nominal = resources["capacity_fte"].to_numpy(np.float64)
    task, work = work_pieces(portfolio, segments)
    mondays, edges = _weeks(portfolio, work)
    count = len(resources)
    kinds = [work, _lasting(_absences(portfolio, nominal)), _lasting(_takes(portfolio, takes))]
    sizes = [len(kind[0]) for kind in kinds]
    grid = count * edges.size
    who = np.concatenate([k[0] for k in kinds] * 2 + [np.repeat(np.arange(count), edges.size)])
    time = np.concatenate([k[1] for k in kinds] + [k[2] for k in kinds] + [np.tile(edges, count)])
    order = np.lexsort((time, who))
    place = np.empty_like(order)
    place[order] = np.arange(order.size)

    resource, time = who[order], time[order]
    levels = []
    for number, (_, _, _, fte) in enumerate(kinds):
        change = np.zeros(order.size)
        before = sum(sizes[:number])
        change[before : before + sizes[number]] = fte
        change[sum(sizes) + before : sum(sizes) + before + sizes[number]] = -fte
        level = _per_resource(change[order], count, resource)
        # What adding and taking away again leaves over is no load.
        levels.append(np.where(np.abs(level) > NEGLIGIBLE, level, 0.0))
    load, away, taken = levels

    length = np.zeros(order.size)
    same = resource[1:] == resource[:-1]
    # Only the weeks with work are looked at, but what came before them is added up all the same:
    # an earlier week, with the work of others, then moves no bit.
    length[:-1][same] = np.diff(np.clip(time, edges[0], edges[-1]))[same]
    everyday = everyday_load(portfolio)[resource]
    whole = nominal[resource]
    absent = np.clip(away, 0.0, whole)
    everyday = np.minimum(everyday, whole - absent)
    incident = np.clip(taken, 0.0, whole - absent - everyday)
    # The last edge of all ends the last week and begins none.
    week = np.searchsorted(edges, time, side="right") - 1
    week = np.clip(week, 0, max(mondays.size - 1, 0))
    return Steps(
        mondays=mondays,
        edges=edges,
        resource=resource,
        week=week.astype(np.int64),
        time=time,
        length=length,
        load=load,
        absent=absent,
        everyday=everyday,
        incident=incident,
        capacity=whole - absent - everyday - incident,
        task=task,
        piece_resource=work[0],
        piece_first=place[: sizes[0]],
        piece_end=place[sum(sizes) : sum(sizes) + sizes[0]],
        fte=work[3],
        week_first=place[order.size - grid :].reshape(count, edges.size),
    )


def everyday_load(portfolio: Portfolio) -> Floats:
    """Return the everyday support load of every resource.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.

    Returns
    -------
    numpy.ndarray of float, shape (r,)
        FTE, in the row order of `resources`.
    """
    support = portfolio.support
    return totals(support["bau_fte"], support["resource"], portfolio.resources["resource"])


def work_pieces(portfolio: Portfolio, segments: pd.DataFrame) -> tuple[Integers, Pieces]:
    """Return every piece of work: a segment of one resource.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    segments : pandas.DataFrame
        Stretches of work: `task`, `start_hours`, `finish_hours`, `share`.

    Returns
    -------
    task : numpy.ndarray of int, shape (p,)
        Row of the task of each piece.
    pieces : tuple of numpy.ndarray, shape (p,) each
        Row of the resource, from and until (working hours), FTE.

    Raises
    ------
    ValueError
        If `segments` name a task that the portfolio does not have.
    """
    row = positions(segments["task"], portfolio.tasks["task"])
    _known(segments["task"], row, "segments name a task")
    begin, until, share = (
        segments[name].to_numpy(np.float64) for name in ("start_hours", "finish_hours", "share")
    )
    assignments = portfolio.assignments
    holder = positions(assignments["task"], portfolio.tasks["task"])
    order = np.argsort(holder, kind="stable")
    first = np.searchsorted(holder[order], row)
    segment, at = stretches(first, np.searchsorted(holder[order], row, side="right"))
    held = order[at]
    fte = share[segment] * assignments["units_fte"].to_numpy(np.float64)[held]
    who = positions(assignments["resource"], portfolio.resources["resource"])[held]
    real = (fte > 0) & (until[segment] > begin[segment])
    segment = segment[real]
    return row[segment], (who[real], begin[segment], until[segment], fte[real])


def _absences(portfolio: Portfolio, nominal: Floats) -> Pieces:
    absences = portfolio.absences
    who = positions(absences["resource"], portfolio.resources["resource"])
    begin, until = portfolio.calendar.span(absences["start"], absences["end"])
    fte = absences["fte"].to_numpy(np.float64)
    return who, begin, until, np.where(np.isnan(fte), nominal[who], fte)


def _takes(portfolio: Portfolio, takes: pd.DataFrame | None) -> Pieces:
    if takes is None:
        return np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0)
    who = positions(takes["resource"], portfolio.resources["resource"])
    _known(takes["resource"], who, "takes name a resource")
    begin, until, fte = (
        takes[name].to_numpy(np.float64) for name in ("start_hours", "finish_hours", "fte")
    )
    return who, begin, until, fte


def _known(ids: pd.Series, found: Integers, what: str) -> None:
    if (found < 0).any():
        missing = ids.to_numpy()[found < 0][0]
        raise ValueError(f"{what} that the portfolio does not have: {missing!r}")


def _weeks(portfolio: Portfolio, work: Pieces) -> tuple[npt.NDArray[np.datetime64], Floats]:
    if not len(work[0]):
        return np.zeros(0, "datetime64[us]"), np.zeros(1)
    return portfolio.calendar.weeks(float(work[1].min()), float(work[2].max()))


def _lasting(pieces: Pieces) -> Pieces:
    """Return the pieces that last for some time."""
    who, begin, until, fte = pieces
    real = until > begin
    return who[real], begin[real], until[real], fte[real]


def _per_resource(values: Floats, count: int, resource: Integers) -> Floats:
    """Return running sums that start afresh with every resource."""
    bounds = np.searchsorted(resource, np.arange(count + 1))
    total = np.empty_like(values)
    for first, end in pairwise(bounds):
        np.cumsum(values[first:end], out=total[first:end])
    return total
