"""The engine's inner entrances: undisturbed runs in one call, and what futures consist of."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from svcimpact.engine.baseline import make_baseline
from svcimpact.engine.many import empty_changes, expand, run_many
from svcimpact.engine.plan import Plan, compile_plan
from svcimpact.engine.program import lay_out
from svcimpact.engine.state import Disruption, make_work
from svcimpact.engine.undisturbed import no_disruption, no_strikes
from svcimpact.incident.draws import draw_incidents
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.strikes import strike
from svcimpact.portfolio import Portfolio

Floats = NDArray[np.float64]


class Runs:
    """Runs of a plan through the kernel, each with its own work of every task."""

    def __init__(self, plan: Plan, hours: Floats, min_share: float = 0.5) -> None:
        runs, n = hours.shape
        self.program = lay_out(plan)
        place = np.empty(n, np.int64)
        place[self.program.task] = np.arange(n)
        self.var_task, self.var_hours = place, np.ascontiguousarray(hours)
        self.rules = (min_share, 0.0)
        self.work = make_work(self.program, 0, 0)
        self.baseline = make_baseline(self.program, 0)
        self.runs = runs
        self.strikes, self.nothing = no_strikes(runs), no_disruption()
        self.out = (np.empty((runs, n)), np.empty((runs, n)), np.empty((runs, n), np.int32))
        projects = int(plan.project.max()) + 1
        self.calm, self.late = np.empty((runs, projects)), np.empty((runs, projects))
        self.changes = empty_changes(runs, 0)

    def run(self) -> None:
        """Fill `start` and `finish`, by run and row."""
        stuck = run_many(
            self.program,
            self.strikes,
            self.work,
            self.nothing,
            self.rules,
            (0, self.runs),
            self.var_task,
            self.var_hours,
            self.baseline,
            0,
            self.out,
            self.calm,
            self.late,
            self.changes,
        )
        if stuck >= 0:
            raise RuntimeError(f"task in row {self.program.task[stuck]} can never start")

    @property
    def start(self) -> Floats:
        """Start, working hours."""
        return self.out[0]

    @property
    def finish(self) -> Floats:
        """Finish, working hours."""
        return self.out[1]


def futures(
    portfolio: Portfolio, scenario: Scenario
) -> Iterator[tuple[list[tuple[int, float, float, float]], list[tuple[int, float, float]]]]:
    """Give what is taken and held in every run that `si.simulate` would do, by plan rows."""
    program = lay_out(compile_plan(portfolio))
    struck = strike(portfolio, program, draw_incidents(portfolio, scenario), scenario.without)
    times = [np.zeros(struck.most_takes) for _ in range(3)]
    room = Disruption(
        np.zeros(struck.most_takes, np.int64),
        times[0],
        times[1],
        times[2],
        np.zeros(struck.most_holds, np.int64),
        np.zeros(struck.most_holds),
        np.zeros(struck.most_holds),
    )
    for run in range(scenario.runs):
        expand(struck.strikes, run, room)
        takes, holds = room.filled.tolist()
        yield (
            list(
                zip(
                    room.take_resource[:takes].tolist(),
                    room.take_from[:takes].tolist(),
                    room.take_until[:takes].tolist(),
                    room.take_fte[:takes].tolist(),
                    strict=True,
                )
            ),
            list(
                zip(
                    program.task[room.hold_task[:holds]].tolist(),
                    room.hold_from[:holds].tolist(),
                    room.hold_until[:holds].tolist(),
                    strict=True,
                )
            ),
        )
