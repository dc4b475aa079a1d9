"""The levelled baseline against the parallel schedule-generation scheme, on all of J30 and J60.

PSPLIB: Kolisch & Sprecher (1996), European Journal of Operational Research 96, 205-216. The
scheme and the rules: Kolisch (1996), European Journal of Operational Research 90, 320-333. With
`min_share` 1, FS links, release 0 and nothing that disrupts, a run has to be that scheme.
"""

from __future__ import annotations

import csv
import os
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from plan_arrays import plan_arrays

from svcimpact.engine.plan import Plan
from svcimpact.engine.runs import run_once

REAL_DATA = Path(
    os.environ.get("SVCIMPACT_REAL_DATA", Path(__file__).parents[1] / ".." / "shared" / "data")
)
SETS = ("j30", "j60")
# Read once, by one worker.
pytestmark = pytest.mark.xdist_group("psplib")


@dataclass(frozen=True)
class Network:
    """One instance: durations, needs and successors by activity, capacity by resource."""

    name: str
    durations: list[int]
    needs: list[list[int]]
    after: list[list[int]]
    capacity: list[int]

    @property
    def before(self) -> list[list[int]]:
        """Predecessors by activity."""
        return [[i for i, js in enumerate(self.after) if j in js] for j in range(len(self.after))]

    def earliest_finish(self) -> list[int]:
        """Give the forward pass; activities are numbered so that links go upwards."""
        finish: list[int] = []
        for mine, before in zip(self.durations, self.before, strict=True):
            finish.append(mine + max((finish[i] for i in before), default=0))
        return finish

    def latest_finish(self) -> list[int]:
        """Give the backward pass from the length of the critical path."""
        latest = [max(self.earliest_finish())] * len(self.after)
        for i in reversed(range(len(self.after))):
            latest[i] = min([latest[i], *(latest[j] - self.durations[j] for j in self.after[i])])
        return latest

    def all_successors(self) -> list[set[int]]:
        """Everything that comes after each activity, directly or through others."""
        found: list[set[int]] = [set() for _ in self.after]
        for i in reversed(range(len(self.after))):
            for j in self.after[i]:
                found[i] |= {j} | found[j]
        return found


def read_sm(name: str, text: str) -> Network:
    """Read a PSPLIB file with one mode per activity."""
    links = text.split("successors\n")[1].split("***")[0].splitlines()
    work = re.split(r"-{5,}\n", text)[1].split("***")[0].splitlines()
    rows = [[int(cell) for cell in line.split()] for line in links]
    jobs = [[int(cell) for cell in line.split()] for line in work]
    assert [row[0] for row in rows] == [job[0] for job in jobs] == list(range(1, len(jobs) + 1))
    assert all(row[2] == len(row[3:]) for row in rows)
    capacity = text.split("RESOURCEAVAILABILITIES:\n")[1].splitlines()[1]
    return Network(
        name,
        [job[2] for job in jobs],
        [job[3:] for job in jobs],
        [[j - 1 for j in row[3:]] for row in rows],
        [int(cell) for cell in capacity.split()],
    )


@cache
def networks(which: str) -> tuple[Network, ...]:
    """Read every instance of a set, or skip."""
    archive = REAL_DATA / "psplib" / f"{which}.zip"
    if not archive.exists():
        pytest.skip(f"no PSPLIB data at {archive}")
    with zipfile.ZipFile(archive) as packed:
        names = [name for name in packed.namelist() if name.endswith(".sm")]
        found = tuple(read_sm(name, packed.read(name).decode()) for name in sorted(names))
    assert len(found) == 480
    return found


def latest_start(network: Network) -> list[float]:
    return [f - d for f, d in zip(network.latest_finish(), network.durations, strict=True)]


def most_successors(network: Network) -> list[float]:
    return [-len(after) for after in network.all_successors()]


def rank_positional_weight(network: Network) -> list[float]:
    return [
        -(mine + sum(network.durations[j] for j in after))
        for mine, after in zip(network.durations, network.after, strict=True)
    ]


def at_random(network: Network) -> list[float]:
    seed = [ord(letter) for letter in network.name]
    return [float(x) for x in np.random.default_rng(seed).permutation(len(network.after))]


# The activity with the least value goes first, ties by number.
RULES: dict[str, Callable[[Network], list[float]]] = {
    "LFT": lambda network: [*map(float, network.latest_finish())],
    "LST": latest_start,
    "MTS": most_successors,
    "GRPW": rank_positional_weight,
    "SPT": lambda network: [*map(float, network.durations)],
    "random": at_random,
}


def in_order(network: Network, rule: str) -> list[int]:
    """Activities in the order of a rule."""
    values = RULES[rule](network)
    return sorted(range(len(values)), key=lambda i: (values[i], i))


def parallel_scheme(network: Network, order: list[int]) -> list[int]:
    """Start, at each decision time and in order, every activity that may start and that fits."""
    waits_for = [len(before) for before in network.before]
    free = list(network.capacity)
    start = [-1] * len(order)
    active: list[int] = []
    time = 0
    while -1 in start:
        for i in [i for i in active if start[i] + network.durations[i] == time]:
            active.remove(i)
            free = [left + need for left, need in zip(free, network.needs[i], strict=True)]
            for j in network.after[i]:
                waits_for[j] -= 1
        for i in order:
            if start[i] < 0 and not waits_for[i]:
                left = [have - need for have, need in zip(free, network.needs[i], strict=True)]
                if min(left) >= 0:
                    start[i], free = time, left
                    active.append(i)
        time = min(start[i] + network.durations[i] for i in active)
    return start


def levelled(network: Network, order: list[int]) -> np.ndarray:
    """Give the engine's starts."""
    n = len(order)
    fields = plan_arrays(
        network.durations,
        needs=[{k: u for k, u in enumerate(map(float, needs)) if u} for needs in network.needs],
        links=[(i, j, "FS", 0.0) for i, after in enumerate(network.after) for j in after],
        capacity=[float(c) for c in network.capacity],
        dispatch=order,
    )
    plan = Plan(planned=np.full(n, np.nan), project=np.zeros(n, np.int64), **fields)
    return run_once(plan, min_share=1.0).start


@pytest.mark.parametrize("which", SETS)
@pytest.mark.parametrize("rule", RULES)
def test_baseline_is_the_parallel_scheme(which: str, rule: str) -> None:
    """Every activity of all 480 instances starts exactly when the textbook's scheme starts it."""
    for network in networks(which):
        order = in_order(network, rule)
        expected = parallel_scheme(network, order)
        np.testing.assert_array_equal(levelled(network, order), expected, network.name)


@pytest.mark.parametrize(("which", "above"), [("j30", 19.05), ("j60", 17.46)])
def test_one_pass_by_latest_finish_averages_what_is_known(which: str, above: float) -> None:
    """Per cent above the critical path by LFT, as a separate program measured it.

    No schedule beats the best known lower bound, and the bounds' critical paths are ours.
    """
    found, instances = [], networks(which)
    with (REAL_DATA / "psplib" / "best_known.csv").open() as file:
        known = {row["instance"]: row for row in csv.DictReader(file)}
    for network in instances:
        end = levelled(network, in_order(network, "LFT"))[-1]
        path = max(network.earliest_finish())
        assert path == int(known[network.name]["cpm"])
        assert end >= int(known[network.name]["lb_ugent2024"])
        found.append(100 * (end / path - 1))
    assert np.mean(found) == pytest.approx(above, abs=0.005)
