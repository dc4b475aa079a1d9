"""Which figures nothing random can reach, so that one run tells them and their error is zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from svcimpact.engine.plan import Integers, Plan
from svcimpact.engine.program import Program
from svcimpact.incident.draws import Arrivals
from svcimpact.incident.strikes import Struck
from svcimpact.portfolio import Portfolio

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Certain:
    """What is the same in every run, whatever is drawn elsewhere in the portfolio.

    Attributes
    ----------
    calm_tasks, calm_projects : ndarray of bool
        Whose dates without incidents are certain, by row of `tasks` and `projects`.
    tasks, projects : ndarray of bool
        Whose dates with the incident are.
    resources, services : ndarray of bool
        Whose part in the incidents is.
    """

    calm_tasks: Flags
    calm_projects: Flags
    tasks: Flags
    projects: Flags
    resources: Flags
    services: Flags


def certainty(
    portfolio: Portfolio,
    sides: Iterable[tuple[Plan, Program, Arrivals, Struck]],
    varies: Integers,
    stated: int,
) -> Certain:
    """Return what nothing random can reach.

    Randomness spreads as far as people and links do: to the whole component of a task with an
    uncertain duration, and of every person and task that an incident of uncertain length takes
    or holds. A project without tasks has no certain date.

    Parameters
    ----------
    portfolio : Portfolio
        What was simulated.
    sides : iterable of (Plan, Program, Arrivals, Struck)
        The portfolio compiled and laid out, the incidents (stated ones are the first sources)
        and what they do: as planned first, and after a decision where there is one. What is
        with the incident is certain where it is on every side.
    varies : ndarray of int
        Rows of the tasks whose duration is uncertain.
    stated : int
        How many incidents the scenario states; those of fixed length are certain.

    Returns
    -------
    Certain
        By row of the tables.
    """
    first, *others = (_certainty(portfolio, *side, varies=varies, stated=stated) for side in sides)
    for other in others:
        first = replace(
            first,
            tasks=first.tasks & other.tasks,
            projects=first.projects & other.projects,
            resources=first.resources & other.resources,
            services=first.services & other.services,
        )
    return first


def _certainty(
    portfolio: Portfolio,
    plan: Plan,
    program: Program,
    arrivals: Arrivals,
    struck: Struck,
    *,
    varies: Integers,
    stated: int,
) -> Certain:
    """Return what nothing random can reach on one side."""
    strikes, names = struck.strikes, portfolio.services["service"]
    component = np.empty(len(program.task), np.int64)
    component[program.task] = program.task_component
    parts = len(program.component_ptr) - 1
    calm = np.ones(parts, bool)
    calm[component[varies]] = False
    late = calm.copy()
    resources = np.ones(len(portfolio.resources), bool)
    services = np.ones(len(names), bool)
    for k, (source, effect) in enumerate(zip(arrivals.sources, struck.effects, strict=True)):
        if k < stated and source.restoration.distribution == "fixed":
            continue
        taken = strikes.take_resource[strikes.take_ptr[k] : strikes.take_ptr[k + 1]]
        reached = program.resource_component[taken]
        late[reached[reached >= 0]] = False
        for pointer, held in (
            (strikes.change_ptr, strikes.change_task),
            (strikes.use_ptr, strikes.use_task),
        ):
            late[program.task_component[held[pointer[k] : pointer[k + 1]]]] = False
        resources &= (effect.pull == 0) & (effect.cover == 0)
        services &= ~names.isin(effect.down).to_numpy() & (effect.uncovered == 0)
    calm_tasks, tasks = calm[component], late[component]
    projects = [
        np.bincount(plan.project, ~found, len(portfolio.projects)) == 0
        for found in (calm_tasks, tasks)
    ]
    known = np.bincount(plan.project, minlength=len(portfolio.projects)) > 0
    return Certain(calm_tasks, projects[0] & known, tasks, projects[1] & known, resources, services)
