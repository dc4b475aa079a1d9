"""The engine without interruptions, against loops that know nothing of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from loops import ForwardPass, Scheme
from networks import START, network, one_project
from ours import Runs
from section import Against, Section, comparison, ranged
from timing import Entrant, interleave, spread

from svcimpact.engine.plan import Plan, compile_plan, planned_times
from svcimpact.portfolio import Settings, build_portfolio


def drawn_hours(plan: Plan, runs: int, seed: int = 1) -> np.ndarray:
    """Draw whole days for every run, so that no two sums differ by rounding."""
    days = np.random.default_rng(seed).integers(1, 11, (runs, len(plan.hours)))
    return np.where(plan.hours > 0, 8.0 * days, 0.0)


def apart(runs: Runs, bound: Scheme | ForwardPass, order: np.ndarray | slice) -> float:
    """Run both; return the largest difference of any start or finish."""
    runs.run()
    bound.run()
    return max(
        float(np.abs(runs.start[:, order] - bound.start).max()),
        float(np.abs(runs.finish[:, order] - bound.finish).max()),
    )


def schedules(*, quick: bool) -> list[Section]:
    """Time schedules of projects of the J120 kind."""
    each = 20 if quick else 400
    pairs: list[tuple[Runs, Scheme]] = []
    for needed in (1, 2, 3, 4):
        for capacity in (12.0, 20.0, 30.0):
            project = one_project(needed=needed, capacity=capacity, seed=len(pairs))
            plan = compile_plan(project)
            hours = drawn_hours(plan, each)
            pairs.append((Runs(plan, hours, min_share=1.0), Scheme(plan, hours)))
            if apart(*pairs[-1], plan.dispatch) > 0:
                raise RuntimeError("the engine and the parallel scheme disagree")

    def all_ours() -> None:
        for runs, _ in pairs:
            runs.run()

    def all_bounds() -> None:
        for _, bound in pairs:
            bound.run()

    count = each * len(pairs)
    ours = Entrant("kernel", all_ours, count)
    bound = Entrant("bound: parallel scheme", all_bounds, count)
    interleave([ours, bound], 5 if quick else 15)
    starts = {
        e.name: ranged(spread(120 / seconds / 1e6 for seconds in e.each("cpu")))
        for e in (ours, bound)
    }
    return [
        comparison(
            "schedules: 120 tasks, 4 resources, `min_share` 1, nothing interrupts",
            f"{len(pairs)} drawn projects of the J120 kind (1 to 4 resources a task, three "
            f"capacities), {each} schedules of each in one call, every one with durations of its "
            "own; one thread.",
            [ours, bound],
            [Against(ours, "cpu")],
            unit="schedule",
            scale="µs",
            more={"million task starts a second": starts},
            notes=[
                "Start and finish of every task are equal to the bit.",
                "The bound is a Numba loop with exactly four resources and no shares, "
                "interruptions, freezes, releases, lags or other link types.",
                "The kernel sees that nothing can interrupt these projects, and deals no shares; "
                "the same call makes every run without incidents, with any number of resources, "
                "releases and lags.",
            ],
        )
    ]


def links_only(tasks: int = 1000, arcs_per_task: float = 2.5) -> Plan:
    """Draw one project without people."""
    project = network(np.random.default_rng(1), tasks, arcs_per_task)
    names = [f"T{i:04}" for i in range(tasks)]
    return compile_plan(
        build_portfolio(
            Settings(name="Links", start=START, hours_per_day=8.0),
            {
                "projects": pd.DataFrame({"project": ["P"]}),
                "tasks": pd.DataFrame(
                    {"task": names, "project": "P", "duration_days": np.array(project.days, float)}
                ),
                "links": pd.DataFrame(
                    [(names[a], names[b]) for a, b in project.links],
                    columns=["predecessor", "successor"],
                ),
                "resources": pd.DataFrame({"resource": ["R"]}),
                "assignments": pd.DataFrame({"task": names[:0], "resource": names[:0]}),
                "services": pd.DataFrame({"service": ["S"]}),
                "support": pd.DataFrame({"service": ["S"], "resource": ["R"]}),
            },
        )
    )


def critical_path(*, quick: bool) -> list[Section]:
    """Time forward passes over links alone."""
    plan = links_only()
    runs = 50 if quick else 500
    hours = drawn_hours(plan, runs)
    kernel, bound = Runs(plan, hours), ForwardPass(plan, hours)
    if apart(kernel, bound, slice(None)) > 1e-6:
        raise RuntimeError("the engine and the forward pass disagree")
    ours = Entrant("kernel, all rules", kernel.run, runs)
    entrants = [
        ours,
        Entrant("`planned_times`", lambda: planned_times(replace(plan))),
        Entrant("bound: forward pass", bound.run, runs),
    ]
    interleave(entrants, 5 if quick else 15)
    return [
        comparison(
            f"critical_path: {len(plan.hours):,} tasks, {len(plan.link_lag):,} links, no people",
            f"Passes through the kernel ({runs} in one call, durations of their own), by "
            "`planned_times`, which gives the planned dates once a simulation, and by a loop.",
            entrants,
            [Against(ours, "cpu")],
            unit="pass",
            scale="µs",
            notes=[
                "Start and finish of every task are equal.",
                "The bound is a Numba loop over FS links in topological order. The kernel keeps "
                "what is due in the order of time all the same: without people there is nothing "
                "to gain by it.",
            ],
        )
    ]
