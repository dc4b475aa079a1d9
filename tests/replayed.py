"""One disturbed run, made from the recorded run without the disturbance."""

from __future__ import annotations

from collections import Counter

import numpy as np

from svcimpact.engine import baseline as recorded
from svcimpact.engine import events, replay
from svcimpact.engine.baseline import CHANGES, make_baseline
from svcimpact.engine.compiled import compiled
from svcimpact.engine.plan import Plan
from svcimpact.engine.program import lay_out
from svcimpact.engine.replay import GIVEN_UP
from svcimpact.engine.runs import Run
from svcimpact.engine.state import Disruption, make_work

# Only compiled code calls these steps, but for here.
sort_disruption = compiled(events.sort_disruption)
run_baseline = compiled(recorded.run_baseline)
replay_component = compiled(replay.replay_component)

Takes = list[tuple[int, float, float, float]]
Holds = list[tuple[int, float, float]]


def replayed(
    plan: Plan,
    takes: Takes,
    holds: Holds,
    *,
    hours: np.ndarray | None = None,
    min_share: float = 0.5,
    resume_hours: float = 0.0,
    whole: bool = False,
) -> tuple[Run | None, Counter[int], int]:
    """Return the run (None where a replay gives up), what components came to, and who woke."""
    program = lay_out(plan)
    n = len(program.task)
    place = np.empty(n, np.int64)
    place[program.task] = np.arange(n)
    taken = np.array(takes, float).reshape(-1, 4)
    held = np.array(holds, float).reshape(-1, 3)

    def disruption(rows: slice) -> Disruption:
        return Disruption(
            taken[rows, 0].astype(np.int64),
            *(taken[rows, column].copy() for column in (1, 2, 3)),
            place[held[rows, 0].astype(np.int64)],
            *(held[rows, column].copy() for column in (1, 2)),
        )

    work = make_work(program, len(taken), len(held), entries=CHANGES * n + 64)
    work.tasks.hours = (plan.hours if hours is None else hours)[program.task]
    baseline = make_baseline(program, CHANGES * n + 64)
    rules = (float(min_share), float(resume_hours))
    nothing = disruption(slice(0))
    sort_disruption(program, nothing, work)
    assert run_baseline(program, nothing, work, rules, baseline, 1) == -1
    now = disruption(slice(None))
    sort_disruption(program, now, work)
    start, finish, stops = np.empty(n), np.empty(n), np.zeros(n, np.int64)
    out = [baseline.start.copy(), baseline.finish.copy(), baseline.stops.copy()]
    found: Counter[int] = Counter()
    woken = 0
    for h in range(int(work.count.hit[0])):
        c = int(work.hit[h])
        if baseline.replays[c] == 0:
            return None, Counter([GIVEN_UP]), 0
        struck = (int(work.hit_ptr[h]), int(work.hit_ptr[h + 1]))
        result = replay_component(
            program, now, work, baseline, c, struck, rules, int(whole), start, finish, stops
        )
        found[int(result)] += 1
        assert not work.tasks.awake.any()
        assert not work.tasks.place.any()
        assert not work.people.inside.any()
        if result == GIVEN_UP:
            return None, found, 0
        for i in work.ever[: int(work.count.ever[0])]:
            woken += 1
            if not np.isnan(start[i]):
                out[0][i] = start[i]
            if not np.isnan(finish[i]):
                out[1][i] = finish[i]
            out[2][i] += work.extra[i]
        work.tasks.ever = 0
    return Run(out[0][place], out[1][place], out[2][place], []), found, woken
