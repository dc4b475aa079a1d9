"""Made-up portfolios of any size in which projects touch services, for scope and stages."""

from __future__ import annotations

import numpy as np
import pandas as pd
from crowds import FIRST, LAST, PROJECTS, SERVICES, TEAMS, name

from svcimpact.portfolio import Portfolio, Settings, build_portfolio

STAGES = ("scope", "design", "delivery", "test", "transition")
START = pd.Timestamp("2026-03-09")


def involved(
    tasks: int,
    people: int,
    services: int,
    projects: int,
    *,
    seed: int = 1,
    days: int = 700,
    text: str = "",
) -> Portfolio:
    """Return a portfolio in which half of the tasks touch a service; `text` ends every name."""
    draw = np.random.default_rng(seed)
    task = np.array([f"t{i}" for i in range(tasks)])
    person = np.array([f"r{i}" for i in range(people)])
    service = np.array([f"s{i}" for i in range(services)])
    project = np.array([f"p{i}" for i in range(projects)])
    of = draw.integers(0, projects, tasks)
    home = (draw.integers(0, people, projects)[of] + draw.integers(0, 12, tasks)) % people
    touching = np.flatnonzero(draw.random(tasks) < 0.5)
    supporters = np.unique(
        np.stack([np.repeat(np.arange(services), 3), draw.integers(0, people, 3 * services)]),
        axis=1,
    )
    links = np.unique(draw.integers(0, services, (2, 2 * services)), axis=1)
    links = links[:, links[0] < links[1]]
    owners = [f"o{i % 7}" for i in range(services)]
    return build_portfolio(
        Settings(name=f"Involved{text}", start=START, holidays="GB-ENG"),
        {
            "projects": pd.DataFrame(
                {
                    "project": project,
                    "name": [f"{name(PROJECTS, i)}{text}" for i in range(projects)],
                    "priority": np.arange(projects) % 9 + 1,
                }
            ),
            "tasks": pd.DataFrame(
                {
                    "task": task,
                    "project": project[of],
                    "stage": np.array(STAGES)[draw.integers(0, 5, tasks)],
                    "duration_days": draw.integers(1, 15, tasks).astype(float),
                    "planned_start": START + pd.to_timedelta(draw.integers(0, days, tasks), "D"),
                }
            ),
            "resources": pd.DataFrame(
                {
                    "resource": person,
                    "name": [
                        f"{FIRST[i % 10]} {LAST[i // 10 % 4]} {i}{text}" for i in range(people)
                    ],
                    "team": [f"{TEAMS[i % len(TEAMS)]}{text}" for i in range(people)],
                }
            ),
            "assignments": pd.DataFrame(
                {
                    "task": np.repeat(task, 2),
                    "resource": person[(np.repeat(home, 2) + np.tile([0, 1], tasks)) % people],
                    "units_fte": draw.choice([0.1, 0.3, 0.5], 2 * tasks),
                }
            ),
            "services": pd.DataFrame(
                {
                    "service": service,
                    "name": [f"{name(SERVICES, i)}{text}" for i in range(services)],
                    "owner": owners,
                }
            ),
            "service_links": pd.DataFrame(
                {
                    "service": service[links[1]],
                    "needs": service[links[0]],
                    "impact": draw.choice([0.4, 0.8, 1.0], links.shape[1]),
                }
            ),
            "support": pd.DataFrame(
                {
                    "service": service[supporters[0]],
                    "resource": person[supporters[1]],
                    "bau_fte": 0.05,
                    "incident_fte": 0.5,
                }
            ),
            "changes": pd.DataFrame(
                {
                    "task": task[touching],
                    "service": service[draw.integers(0, services, touching.size)],
                    "effect": draw.choice(["changes", "uses"], touching.size),
                }
            ),
            "stakeholders": pd.DataFrame(
                {"stakeholder": [f"o{i}" for i in range(7)], "side": "service"}
            ),
            "interests": pd.DataFrame(
                {
                    "stakeholder": [f"o{i % 7}" for i in range(projects)],
                    "item": project,
                    "interest": draw.choice(["decides", "advises", "tests"], projects),
                }
            ),
        },
    )
