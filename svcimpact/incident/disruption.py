"""Incidents to disruption: who is pulled, who covers, what is held (part 3 of the model)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.engine.plan import positions
from svcimpact.graph import blast_radius, is_down
from svcimpact.portfolio import Portfolio
from svcimpact.remembered import remembered

Floats = NDArray[np.float64]

MECHANISMS = ("pull", "cover", "cascade", "freeze", "aftermath")


@dataclass(frozen=True, eq=False)
class Effect:
    """What one incident does while it lasts.

    Attributes
    ----------
    weights : dict of str to float
        Services in the blast radius, with their weight.
    down : tuple of str
        Those that count as down.
    own, cascade, relief, cover : ndarray of float, shape (resources,)
        FTE pulled by the service itself, pulled by what depends on it, everyday load
        dropped, and load covered for colleagues.
    uncovered : ndarray of float, shape (services,)
        Everyday support that nobody can cover, in FTE.
    changing, using : tuple of str
        Tasks held until the thaw, and tasks held until restoration.
    gone : ndarray of float, shape (resources,)
        FTE of whoever is absent.
    """

    weights: dict[str, float]
    down: tuple[str, ...]
    own: Floats
    cascade: Floats
    relief: Floats
    cover: Floats
    uncovered: Floats
    changing: tuple[str, ...]
    using: tuple[str, ...]
    gone: Floats

    @property
    def pull(self) -> Floats:
        """FTE pulled in all."""
        return self.own + self.cascade

    @property
    def taken(self) -> Floats:
        """FTE that projects lose: pull, cover and absence, less relief."""
        return self.own + self.cascade + self.cover + self.gone - self.relief


@remembered
def effect_of(
    portfolio: Portfolio,
    service: str,
    share: float,
    *,
    without: tuple[str, ...] = (),
    kept: tuple[str, ...] = (),
    away: tuple[str, ...] = (),
) -> Effect:
    """Return what an incident at a service does to people and tasks while it lasts.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    service : str
        The service struck.
    share : float
        The severity's share of the incident staffing.
    without : tuple of str
        Mechanisms switched off: ``pull``, ``cover``, ``cascade``, ``freeze`` (``aftermath``
        has no part in this).
    kept : tuple of str
        Ids of resources that are not pulled, because they are kept on the projects.
    away : tuple of str
        Ids of resources that are absent: they neither restore nor cover nor work on projects,
        and their everyday load falls on colleagues.

    Returns
    -------
    Effect
        The figures of part 3 of the model.

    Notes
    -----
    Each puller's dropped load on a service falls on the service's *other* supporters, in
    proportion to what the pull leaves of their capacity; nobody covers more than that in
    all. What a full one cannot take is offered again, in the same proportion, to the
    colleagues who can.
    """
    weights = blast_radius(portfolio, service)
    down = tuple(x for x, weight in weights.items() if is_down(weight))
    absent = portfolio.resources["resource"].isin(away).to_numpy()
    whole = portfolio.resources["capacity_fte"].to_numpy(np.float64)
    capacity = np.where(absent, 0.0, whole)
    services = pd.Index(portfolio.services["service"])
    staff = portfolio.support
    who = positions(staff["resource"], portfolio.resources["resource"])
    what = positions(staff["service"], portfolio.services["service"])
    weight = staff["service"].map(weights).fillna(0.0).to_numpy(np.float64)
    wanted = staff["incident_fte"].to_numpy(np.float64) * share * weight
    wanted = np.where(staff["resource"].isin(kept), 0.0, wanted)
    itself = (staff["service"] == service).to_numpy()
    own = _sums(who, np.where(itself, wanted, 0.0), minlength=len(capacity))
    cascade = _sums(who, np.where(itself, 0.0, wanted), minlength=len(capacity))
    own = np.zeros_like(own) if "pull" in without else np.minimum(own, capacity)
    cascade = (
        np.zeros_like(cascade) if "cascade" in without else np.minimum(cascade, capacity - own)
    )
    pull = own + cascade
    busy = np.divide(pull, capacity, out=np.zeros_like(pull), where=capacity > 0)
    busy[absent] = 1.0
    bau = staff["bau_fte"].to_numpy(np.float64)
    relief = np.where(absent, 0.0, _sums(who, bau * busy[who], minlength=len(capacity)))
    up = ~staff["service"].isin(down).to_numpy()
    cover, left = _cover(who[up], what[up], bau[up] * busy[who[up]], capacity - pull)
    uncovered = _sums(what[up], left, minlength=len(services))
    if "cover" in without:
        cover = np.zeros_like(capacity)
    changing, using = _held(portfolio, down) if "freeze" not in without else ((), ())
    gone = np.where(absent, whole, 0.0)
    return Effect(weights, down, own, cascade, relief, cover, uncovered, changing, using, gone)


def _sums(where: NDArray[np.int64], values: Floats, *, minlength: int) -> Floats:
    """Add values up by position."""
    return np.asarray(np.bincount(where, values, minlength=minlength), dtype=np.float64)


def _cover(
    who: NDArray[np.int64], what: NDArray[np.int64], dropped: Floats, free: Floats
) -> tuple[Floats, Floats]:
    """Return what each resource covers, and what is left of each row's dropped load."""
    spare = free.copy()
    left = dropped.copy()
    total = np.zeros_like(free)
    mates = [who[(what == y) & (who != k)] for k, y in zip(who, what, strict=True)]
    while True:
        given = np.zeros_like(free)
        moves: list[tuple[int, NDArray[np.int64], Floats]] = []
        for row in np.flatnonzero(left > 1e-12).tolist():
            # Summed over the colleagues alone: strangers in the table move no bit of it.
            able = mates[row][spare[mates[row]] > 1e-12]
            if len(able):
                offer = left[row] * free[able] / free[able].sum()
                moves.append((row, able, offer))
                given[able] += offer
        if not moves:
            return total, np.where(left > 1e-12, left, 0.0)
        fits = np.divide(spare, given, out=np.ones_like(given), where=given > spare)
        for row, able, offer in moves:
            left[row] -= float((offer * fits[able]).sum())
        taken = given * fits
        total += taken
        spare = np.maximum(spare - taken, 0.0)
        spare[fits < 1.0] = 0.0


def _held(portfolio: Portfolio, down: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the tasks that change, and that use, a service that is down."""
    touched = portfolio.changes[portfolio.changes["service"].isin(down)]
    changing = touched.loc[touched["effect"] == "changes", "task"]
    using = touched.loc[touched["effect"] == "uses", "task"]
    return tuple(dict.fromkeys(changing)), tuple(dict.fromkeys(using))
