"""When two want one thing at the same time: exact, by sweeping over every beginning and end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from svcimpact.planning.steps import Floats, Integers, stretches

# So many pairs are worked on at once; more would only take memory.
_AT_ONCE = 4_000_000


@dataclass(frozen=True, eq=False)
class Meetings:
    """Who meets whom over what and in which week, one row for each.

    Attributes
    ----------
    thing, one, other, week : numpy.ndarray of int, shape (m,)
        What both want, the two who want it (`one` < `other`), and the week, all by position.
    over : numpy.ndarray of float, shape (m,)
        Working hours times FTE asked for beyond what there is.
    hours : numpy.ndarray of float, shape (m,)
        Working hours in which they meet.
    begin, end : numpy.ndarray of float, shape (m,)
        From when, and until when, in working hours.
    """

    thing: Integers
    one: Integers
    other: Integers
    week: Integers
    over: Floats
    hours: Floats
    begin: Floats
    end: Floats

    def where(self, wanted: npt.NDArray[np.bool_]) -> Meetings:
        """Return some of the rows.

        Parameters
        ----------
        wanted : numpy.ndarray of bool, shape (m,)
            Which.

        Returns
        -------
        Meetings
            These.
        """
        return replace(
            self, **{part.name: getattr(self, part.name)[wanted] for part in fields(self)}
        )

    def summed(self, *keys: str) -> tuple[Integers, Meetings]:
        """Add up the rows that agree in some of their positions.

        Parameters
        ----------
        *keys : str
            Names of the positions that have to agree.

        Returns
        -------
        row : numpy.ndarray of int, shape (m,)
            The row of the result that each row has gone into.
        total : Meetings
            One row per group, sorted by the keys; every sum in row order by itself. A position
            that is no key is that of the first row.
        """
        columns = [getattr(self, key) for key in keys]
        order = np.lexsort(columns[::-1])
        new = np.zeros(order.size, bool)
        for column in columns:
            new[1:] |= column[order][1:] != column[order][:-1]
        new[:1] = True
        first = np.flatnonzero(new)
        row = np.empty(order.size, np.int64)
        row[order] = np.cumsum(new) - 1
        if not first.size:
            return row, self
        at = order[first]
        sums = [np.bincount(row, part).astype(np.float64) for part in (self.over, self.hours)]
        begin = np.minimum.reduceat(self.begin[order], first)
        end = np.maximum.reduceat(self.end[order], first)
        positions = (self.thing[at], self.one[at], self.other[at], self.week[at])
        return row, Meetings(*positions, sums[0], sums[1], begin, end)


def joined(parts: list[Meetings]) -> Meetings:
    """Put meetings one below the other.

    Parameters
    ----------
    parts : list of Meetings
        At least one.

    Returns
    -------
    Meetings
        All rows.
    """
    columns = {name.name: [getattr(part, name.name) for part in parts] for name in fields(Meetings)}
    return replace(parts[0], **{name: np.concatenate(each) for name, each in columns.items()})


def no_meetings() -> Meetings:
    """Return no rows at all.

    Returns
    -------
    Meetings
        Empty.
    """
    whole, real = np.zeros(0, np.int64), np.zeros(0)
    return Meetings(whole, whole, whole, whole, real, real, real, real)


def pairs_within(cell: Integers, group: Integers) -> Iterator[tuple[Integers, Integers]]:
    """Yield every pair of entries that stand in the same cell, many at a time.

    Parameters
    ----------
    cell : numpy.ndarray of int, shape (e,)
        The cell of each entry, sorted.
    group : numpy.ndarray of int, shape (e,)
        The group of each entry, sorted; cells lie within groups, and no group is divided.

    Yields
    ------
    one, other : numpy.ndarray of int
        Entry numbers, one < other, by cell.

    Examples
    --------
    >>> cell = np.array([0, 0, 0, 1])
    >>> [pair.tolist() for pair in next(pairs_within(cell, np.zeros(4, np.int64)))]
    [[0, 0, 1], [1, 2, 2]]
    """
    ends = np.searchsorted(cell, cell, side="right")
    later = ends - np.arange(cell.size) - 1
    bounds = np.concatenate([np.flatnonzero(np.diff(group, prepend=group[:1] - 1)), [cell.size]])
    before = np.concatenate([[0], np.cumsum(later)])
    first = 0
    while first < bounds.size - 1:
        room = before[bounds[first]] + _AT_ONCE
        last = max(int(np.searchsorted(before[bounds], room, side="right")) - 1, first + 1)
        entries = np.arange(bounds[first], bounds[last])
        which, other = stretches(entries + 1, ends[entries])
        yield entries[which], other
        first = last


def meet(
    thing: Integers, who: Integers, begin: Floats, end: Floats, role: Integers, edges: Floats
) -> tuple[Meetings, Integers, Integers]:
    """Find when two want the same thing at once.

    Parameters
    ----------
    thing, who : numpy.ndarray of int, shape (n,)
        What is wanted, and by whom.
    begin, end : numpy.ndarray of float, shape (n,)
        From when until when, in working hours.
    role : numpy.ndarray of int, shape (n,)
        How; where somebody wants a thing in several ways at once, the highest counts.
    edges : numpy.ndarray of float, shape (w + 1,)
        Working hours at which each week begins, and the last one ends; sorted.

    Returns
    -------
    meetings : Meetings
        One row per thing, pair, both roles and week; `over` is 0.
    one_role, other_role : numpy.ndarray of int
        The role of either, row by row.
    """
    real = end > begin
    thing, who, role = thing[real], who[real], role[real]
    begin, end = begin[real], end[real]
    wanted, spot = np.unique(thing, return_inverse=True)
    count = thing.size
    owner = np.concatenate([spot, spot, np.repeat(np.arange(wanted.size), edges.size)])
    time = np.concatenate([begin, end, np.tile(edges, wanted.size)])
    order = np.lexsort((time, owner))
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    owner, time = owner[order], time[order]
    length = np.zeros(order.size)
    same = owner[1:] == owner[:-1]
    length[:-1][same] = np.diff(time)[same]
    lasting = np.flatnonzero(length > 0)
    before = np.concatenate([[0], np.cumsum(length > 0)])
    piece, at = stretches(before[place[:count]], before[place[count : 2 * count]])
    step = lasting[at]
    keep = np.lexsort((-role[piece], who[piece], step))
    step, name, kind = step[keep], who[piece][keep], role[piece][keep]
    single = np.ones(step.size, bool)
    single[1:] = (step[1:] != step[:-1]) | (name[1:] != name[:-1])
    step, name, kind = step[single], name[single], kind[single]
    week = np.searchsorted(edges, time, side="right") - 1
    top = int(role.max(initial=0)) + 1
    found = []
    for one, other in pairs_within(step, owner[step]):
        at = step[one]
        # Roles ride along with the thing, so that pairs with other roles stay apart.
        code = (wanted[owner[at]] * top + kind[one]) * top + kind[other]
        nothing = np.zeros(at.size)
        ends = time[at] + length[at]
        pairs = Meetings(
            code, name[one], name[other], week[at], nothing, length[at], time[at], ends
        )
        found.append(pairs.summed("thing", "one", "other", "week")[1])
    total = joined([no_meetings(), *found])
    code, other_role = np.divmod(total.thing, top)
    things, one_role = np.divmod(code, top)
    parts = (total.one, total.other, total.week, total.over, total.hours, total.begin, total.end)
    return Meetings(things, *parts), one_role, other_role
