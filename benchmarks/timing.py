"""Timing that survives a busy machine: the same turns for all, over and over."""

from __future__ import annotations

import gc
import resource
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


class Sample(NamedTuple):
    """What one turn took, in seconds."""

    wall: float
    cpu: float


class Spread(NamedTuple):
    """A figure over the turns: its median, least and most."""

    median: float
    least: float
    most: float


@dataclass
class Entrant:
    """One that is timed: what it is called, what a turn does, how many units of work that is.

    `cpu` tells whether to compare by processor time (alone on one thread, in this process or a
    child) or by the clock on the wall (several threads, or waiting).
    """

    name: str
    turn: Callable[[], object]
    units: int = 1
    samples: list[Sample] = field(default_factory=list)

    def each(self, clock: str) -> list[float]:
        """Seconds per unit of work in every turn, by the clock ``"wall"`` or ``"cpu"``."""
        return [getattr(sample, clock) / self.units for sample in self.samples]


def processor_seconds() -> float:
    """Processor time of this process, all its threads and its finished children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def once(turn: Callable[[], object]) -> Sample:
    """Time one turn with the garbage collector off."""
    gc.collect()
    gc.disable()
    try:
        wall, cpu = time.perf_counter(), processor_seconds()
        turn()
        return Sample(time.perf_counter() - wall, processor_seconds() - cpu)
    finally:
        gc.enable()


def interleave(entrants: Iterable[Entrant], repeats: int, *, warm: bool = True) -> None:
    """Let every entrant have its turn, `repeats` times over: A B C A B C ..."""
    entrants = list(entrants)
    if warm:
        for entrant in entrants:
            entrant.turn()
    for _ in range(repeats):
        for entrant in entrants:
            entrant.samples.append(once(entrant.turn))


def spread(figures: Iterable[float]) -> Spread:
    """Median, least and most."""
    figures = list(figures)
    return Spread(statistics.median(figures), min(figures), max(figures))


def ratio(of: Entrant, to: Entrant, clock: str) -> Spread:
    """How many times as long as `to` does `of` take for a unit of work, turn by turn."""
    return spread(a / b for a, b in zip(of.each(clock), to.each(clock), strict=True))
