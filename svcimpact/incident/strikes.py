"""Incidents of many runs, from services and dates to the kernel's arrays."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from svcimpact.engine.many import Strikes
from svcimpact.engine.program import Program
from svcimpact.incident.disruption import Effect, effect_of
from svcimpact.incident.draws import Arrivals
from svcimpact.portfolio import Portfolio
from svcimpact.remembered import remembered

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Struck:
    """What the incidents of every run do, in working hours.

    Attributes
    ----------
    strikes : Strikes
        For the kernel.
    effects : tuple of Effect
        What each source does while it lasts.
    most_takes, most_holds : int
        The most entries that one run needs.
    """

    strikes: Strikes
    effects: tuple[Effect, ...]
    most_takes: int
    most_holds: int


def strike(
    portfolio: Portfolio,
    program: Program,
    arrivals: Arrivals,
    without: tuple[str, ...],
    kept: tuple[str, ...] = (),
    away: tuple[str, ...] = (),
) -> Struck:
    """Compile the incidents of every run.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    program : Program
        The same, laid out.
    arrivals : Arrivals
        The incidents drawn.
    without : tuple of str
        Mechanisms switched off.
    kept : tuple of str
        Ids of resources kept on the projects.
    away : tuple of str
        Ids of resources that are absent while an incident lasts.

    Returns
    -------
    Struck
        Arrays for the kernel, and the effects they come from.
    """
    shares = dict(portfolio.settings.severity)
    sources = arrivals.sources
    effects = tuple(
        effect_of(portfolio, s.service, shares[s.severity], without=without, kept=kept, away=away)
        for s in sources
    )
    taken = [np.flatnonzero(np.abs(e.taken) > 1e-12) for e in effects]
    place = np.empty(len(program.task), np.int64)
    place[program.task] = np.arange(len(program.task))
    changing = [place[_rows(portfolio, e.changing)] for e in effects]
    using = [place[_rows(portfolio, e.using)] for e in effects]
    shares_after = [0.0 if "aftermath" in without else s.aftermath_share for s in sources]
    aftermath = np.array(shares_after, np.float64)
    begin, restored, thawed, over = moments(portfolio, arrivals)
    strikes = Strikes(
        ptr=arrivals.ptr,
        kind=arrivals.source,
        begin=begin,
        restored=restored,
        thawed=thawed,
        over=over,
        take_ptr=_pointers(taken),
        take_resource=_joined(taken),
        take_fte=np.concatenate(
            [np.zeros(0), *(e.taken[k] for e, k in zip(effects, taken, strict=True))]
        ),
        aftermath=aftermath,
        change_ptr=_pointers(changing),
        change_task=_joined(changing),
        use_ptr=_pointers(using),
        use_task=_joined(using),
    )
    takes = np.array([len(k) for k in taken], np.int64) * np.where(aftermath > 0, 2, 1)
    holds = np.array([len(c) + len(u) for c, u in zip(changing, using, strict=True)], np.int64)
    return Struck(
        strikes,
        effects,
        _most(takes, arrivals),
        _most(holds, arrivals),
    )


def moments(portfolio: Portfolio, arrivals: Arrivals) -> tuple[Floats, Floats, Floats, Floats]:
    """Return when each incident strikes, is restored, thaws and is over.

    Parameters
    ----------
    portfolio : Portfolio
        With its calendar.
    arrivals : Arrivals
        The incidents drawn.

    Returns
    -------
    begin, restored, thawed, over : ndarray of float
        Working hours; elapsed times are added on the wall clock first.
    """
    clock, kind = portfolio.calendar, arrivals.source
    if not len(kind):
        none = np.zeros(0)
        return none, none, none, none

    sources = arrivals.sources
    more = np.array([(0.0, s.freeze_after_hours, s.aftermath_hours) for s in sources])
    after = clock.after(arrivals.start, arrivals.hours + more[kind].T)
    restored, thawed, over = (np.ascontiguousarray(hours) for hours in after)
    return np.asarray(clock.hours(arrivals.start), float), restored, thawed, over


@remembered
def _rows(portfolio: Portfolio, ids: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the rows of some tasks."""
    return np.flatnonzero(portfolio.tasks["task"].isin(ids))


def _pointers(lists: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.array([0, *accumulate(len(x) for x in lists)], np.int64)


def _joined(lists: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(0, np.int64), *lists]).astype(np.int64)


def _most(size: NDArray[np.int64], arrivals: Arrivals) -> int:
    """Return the largest total of `size` over the incidents of one run."""
    if not len(arrivals.source):
        return 0
    total = np.concatenate([[0], np.cumsum(size[arrivals.source])])
    return int((total[arrivals.ptr[1:]] - total[arrivals.ptr[:-1]]).max())
