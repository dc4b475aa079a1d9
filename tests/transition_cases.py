"""A project that goes live on a service, solved by hand; and many of them for charts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from svcimpact.portfolio import Portfolio, Settings, build_portfolio

SETTINGS = Settings(name="Shop", start=pd.Timestamp("2026-01-05"), hours_per_day=8.0)


def shop() -> dict[str, pd.DataFrame]:
    """Return NEW, which goes live on payments, and OLD, which wants Ana meanwhile."""
    tasks = [
        ("B", "NEW", "delivery", "work", 5, "2026-01-05"),
        ("T", "NEW", "test", "service_test", 3, "2026-01-12"),
        ("R", "NEW", "transition", "training", 2, "2026-01-15"),
        ("U", "NEW", "transition", "business_change", 2, "2026-01-15"),
        ("G", "NEW", "transition", "work", 2, "2026-01-19"),
        ("H", "NEW", "transition", "handover", 1, "2026-01-21"),
        ("E", "NEW", "transition", "early_life_support", 10, "2026-01-21"),
        ("O", "OLD", "delivery", "work", 4, "2026-01-22"),
    ]
    assignments = [
        ("B", "cal", 0.5), ("T", "ana", 0.5), ("R", "cal", 0.2), ("U", "ben", 0.2),
        ("G", "ben", 0.5), ("H", "ana", 0.5), ("E", "ana", 0.4), ("E", "cal", 0.4),
        ("O", "ana", 0.4),
    ]  # fmt: skip
    columns = ["task", "project", "stage", "activity", "duration_days", "planned_start"]
    return {
        "projects": pd.DataFrame(
            {
                "project": ["NEW", "OLD"],
                "priority": [1, 2],
                "due": ["2026-02-27", "2026-03-31"],
                "cost_of_delay_per_day": [500, 1000],
            }
        ),
        "tasks": pd.DataFrame(tasks, columns=columns),
        "resources": pd.DataFrame(
            {"resource": ["ana", "ben", "cal"], "name": ["Ana", "Ben", "Cal"]}
        ),
        "assignments": pd.DataFrame(assignments, columns=["task", "resource", "units_fte"]),
        "services": pd.DataFrame({"service": ["pay", "web"], "name": ["Payments", "Web"]}),
        "support": pd.DataFrame(
            {
                "service": ["pay", "pay", "web"],
                "resource": ["ana", "ben", "cal"],
                "bau_fte": [0.2, 0.2, 0.3],
            }
        ),
        "changes": pd.DataFrame(
            {
                "task": ["B", "T", "G", "E"],
                "service": "pay",
                "effect": ["changes", "uses", "changes", "uses"],
            }
        ),
        "acceptance": pd.DataFrame(
            {
                "project": "NEW",
                "service": "pay",
                "criterion": ["No payment is lost", "Quick enough"],
                "achieved": ["0", None],
                "status": ["met", "open"],
            }
        ),
    }


def changed(tables: dict[str, pd.DataFrame], task: str, **values: object) -> None:
    """Change a task."""
    for column, value in values.items():
        frame = tables["tasks"]
        frame.loc[frame["task"] == task, column] = value


def without(tables: dict[str, pd.DataFrame], *tasks: str) -> None:
    """Take tasks out, with what hangs on them."""
    for name in ("tasks", "assignments", "changes"):
        tables[name] = tables[name][~tables[name]["task"].isin(tasks)]


def shop_of(tables: dict[str, pd.DataFrame]) -> Portfolio:
    """Return the portfolio of such tables."""
    return build_portfolio(SETTINGS, tables)


def many(projects: int, names: Sequence[str] = (), seed: int = 1) -> Portfolio:
    """Return projects that go live on services, each with some activity missing."""
    random = np.random.default_rng(seed)
    tasks, assignments, changes, acceptance = [], [], [], []
    labels = [names[p % len(names)] if names else f"Project {p}" for p in range(projects)]
    services = max(projects // 2, 2)
    for p in range(projects):
        day = pd.Timestamp("2026-01-05") + pd.Timedelta(days=int(random.integers(0, 200)))
        mine = [f"s{int(s)}" for s in random.permutation(services)[: 1 + p % 2]]
        kinds = [
            ("delivery", "work", 10, 0), ("test", "service_test", 5, 15),
            ("transition", "training", 3, 15), ("transition", "business_change", 4, 15),
            ("transition", "work", 2, 25), ("transition", "handover", 2, 28),
            ("transition", "early_life_support", 12, 28),
        ]  # fmt: skip
        for number, (stage, activity, days, shift) in enumerate(kinds):
            if activity != "work" and random.random() < 0.15:
                continue
            task = f"p{p}-{number}"
            start = day + pd.Timedelta(days=shift)
            tasks.append((task, f"p{p}", stage, activity, days, start, days * 1.5))
            assignments.append((task, f"r{int(random.integers(0, projects))}", 0.3))
            effect = "changes" if activity == "work" else "uses"
            changes += [(task, service, effect) for service in mine]
        for service in mine:
            status = ["met", "open", "failed"][int(random.integers(0, 3))]
            acceptance.append((f"p{p}", service, f"criterion {p}", "1", status))
    columns = [
        "task", "project", "stage", "activity", "duration_days", "planned_start",
        "pessimistic_days",
    ]  # fmt: skip
    frame = pd.DataFrame(tasks, columns=columns)
    dues = pd.Timestamp("2026-01-05") + pd.to_timedelta(random.integers(60, 300, projects), "D")
    supporters = [
        (f"s{s}", f"r{r}", 0.2) for s in range(services) for r in {s % projects, (s + 1) % projects}
    ]
    people = [f"r{r}" for r in range(projects)]
    named = [names[r % len(names)] if names else f"Person {r}" for r in range(projects)]
    return build_portfolio(
        SETTINGS,
        {
            "projects": pd.DataFrame(
                {"project": [f"p{p}" for p in range(projects)], "name": labels, "due": dues}
            ),
            "tasks": frame.assign(optimistic_days=frame["duration_days"]),
            "resources": pd.DataFrame({"resource": people, "name": named}),
            "assignments": pd.DataFrame(assignments, columns=["task", "resource", "units_fte"]),
            "services": pd.DataFrame(
                {
                    "service": [f"s{s}" for s in range(services)],
                    "name": [
                        names[s % len(names)] if names else f"Service {s}" for s in range(services)
                    ],
                    "tier": 1 + np.arange(services) % 3,
                }
            ),
            "support": pd.DataFrame(supporters, columns=["service", "resource", "bau_fte"]),
            "changes": pd.DataFrame(changes, columns=["task", "service", "effect"]),
            "acceptance": pd.DataFrame(
                acceptance, columns=["project", "service", "criterion", "achieved", "status"]
            ),
        },
    )
