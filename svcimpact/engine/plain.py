"""Which components may be run by the plain scheme, and people counted in whole numbers for it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from svcimpact.engine.plan import Floats, Integers, Plan

# Thousandths of an FTE: sums of whole numbers do not hang on their order, as those of floats do.
QUANTA = 1000
# Rounding of sums of FTE stays below this part of the least need, of which the rules of a run
# let pass 1e-9.
_DUST = 2.5e-10


class Quanta(NamedTuple):
    """Needs and capacity in thousandths of an FTE.

    Attributes
    ----------
    need : ndarray of int, shape (needs,)
        What each task takes while it runs.
    capacity : ndarray of int, shape (r,)
        What each resource has for projects when time begins.
    whole : ndarray of bool, shape (r,)
        Whether these tell exactly what rounded sums of FTE tell.
    """

    need: Integers
    capacity: Integers
    whole: NDArray[np.bool_]


def quanta(plan: Plan, needed: Integers, units: Floats) -> Quanta:
    """Count people in whole numbers.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.
    needed : ndarray of int, shape (needs,)
        The resource of each need.
    units : ndarray of float, shape (needs,)
        FTE, above 0.

    Returns
    -------
    Quanta
        Whole numbers, and where they can be relied on.
    """
    r = len(plan.capacity_ptr) - 1
    resource = np.repeat(np.arange(r), np.diff(plan.capacity_ptr))
    begun = plan.capacity_time <= plan.now + 1e-9
    capacity = np.zeros(r)
    # Steps are in order of time: the last that has begun stands.
    capacity[resource[begun]] = np.maximum(plan.capacity_value[begun], 0.0)
    least = np.full(r, np.inf)
    np.minimum.at(least, needed, units)
    at_once = np.minimum(np.bincount(needed, minlength=r), capacity / least + 1)
    size = np.maximum(capacity, 1.0)
    whole = (at_once + 1) * size * 2e-15 < _DUST * least
    whole &= (capacity < 1e5) & _is_whole(capacity, size)
    np.logical_and.at(whole, needed, (units < 1e5) & _is_whole(units, size[needed]))
    return Quanta(_counted(units), _counted(capacity), whole)


def plain_components(
    component: Integers,
    of_resource: Integers,
    whole: NDArray[np.bool_],
    hindered: Integers,
    eventful: Integers,
) -> NDArray[np.uint8]:
    """Tell in which components nothing can happen but that tasks start and finish.

    Parameters
    ----------
    component : ndarray of int, shape (n,)
        The component of each task.
    of_resource : ndarray of int, shape (r,)
        The component of each resource; -1 for one that no task needs.
    whole : ndarray of bool, shape (r,)
        Whether its people are counted in whole numbers.
    hindered : ndarray of int
        Tasks with a link that is no FS link, or that leads.
    eventful : ndarray of int, shape (components,)
        How many events are known beforehand in each component.

    Returns
    -------
    ndarray of uint8, shape (components,)
        1 where that is so.
    """
    plain: NDArray[np.uint8] = (eventful == 0).astype(np.uint8)
    plain[component[hindered]] = 0
    plain[of_resource[~whole & (of_resource >= 0)]] = 0
    return plain


def _is_whole(fte: Floats, size: Floats) -> NDArray[np.bool_]:
    """Tell which are thousandths, but for the rounding of numbers of that size."""
    counted = fte * QUANTA
    return np.asarray(np.abs(counted - np.rint(counted)) <= 1e-15 * QUANTA * size)


def _counted(fte: Floats) -> Integers:
    counted: Integers = np.rint(np.minimum(fte, 1e5) * QUANTA).astype(np.int64)
    return counted
