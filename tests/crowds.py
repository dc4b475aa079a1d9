"""Made-up portfolios of any size, for the tests of the graph and its pictures."""

from __future__ import annotations

import numpy as np
import pandas as pd

from svcimpact.portfolio import Portfolio, Settings, build_portfolio
from svcimpact.schema import REQUIRED_TABLES, SETTINGS, load_schema

SERVICES = (
    "Payments", "Customer identity", "Web shop", "Ledger", "Card gateway", "Message bus",
    "Data warehouse", "Contact centre", "Claims", "Document store", "Mobile app", "Pricing",
    "Partner API", "Billing", "Fraud screening", "HR self-service", "Mail and calendar",
    "Network core", "Order handling", "Stock control",
)  # fmt: skip
PROJECTS = (
    "New till system", "Identity renewal", "Cloud move, wave 2", "Claims online",
    "Ledger replacement", "Partner onboarding", "Fraud model 3", "Branch Wi-Fi",
    "Data quality programme", "Contact centre telephony",
)  # fmt: skip
TEAMS = ("Payments operations", "Platform", "Identity and access", "Data", "Delivery", "Testing")
FIRST = ("Ana", "Ben", "Cem", "Dora", "Eli", "Fay", "Gus", "Hana", "Ivo", "Jun")
LAST = ("Silva", "Okafor", "Lindqvist", "Marsh")


def portfolio_of(**tables: list[dict[str, object]]) -> Portfolio:
    """Return a portfolio with these rows; tables not given are empty."""
    frames = {
        table: pd.DataFrame(
            tables.get(table, []), columns=None if tables.get(table) else [*columns]
        )
        for table, columns in load_schema().items()
        if table != SETTINGS and (table in REQUIRED_TABLES or table in tables)
    }
    return build_portfolio(Settings("Crowd", pd.Timestamp("2026-01-05")), frames)


def name(names: tuple[str, ...], i: int) -> str:
    """Return the i-th name, numbered once they run out."""
    return names[i] if i < len(names) else f"{names[i % len(names)]} {i // len(names) + 1}"


def crowd(projects: int, services: int, people: int, seed: int = 1) -> Portfolio:
    """Return a random portfolio; operations people support, delivery people do projects."""
    draw = np.random.default_rng(seed)
    project_ids = [f"P{i}" for i in range(projects)]
    service_ids = [f"s{i}" for i in range(services)]
    resource_ids = [f"r{i}" for i in range(people)]
    full = [f"{first} {last}" for last in LAST for first in FIRST]
    tasks = [(f"{p}-T{i}", p, i) for p in project_ids for i in range(6)]
    links = {(service_ids[i], service_ids[draw.integers(i)]) for i in range(1, services)}
    links |= {(service_ids[i], service_ids[draw.integers(i)]) for i in range(2, services, 3)}
    support = {
        (s, resource_ids[(i * people // max(services, 1) + step) % max(people * 6 // 10, 1)])
        for i, s in enumerate(service_ids)
        for step in range(int(draw.integers(1, 4)))
        if people
    }
    squads = {p: draw.permutation(people)[: 3 + people // 12] for p in project_ids}
    assigned = {
        (task, resource_ids[draw.choice(squads[p])]): draw.choice([0.25, 0.5, 1.0])
        for task, p, _ in tasks
        if people
    }
    changes = {
        (task, service_ids[draw.integers(services)])
        for task, _, i in tasks
        if services and i % 3 == 2
    }
    frames = {
        "projects": [{"project": p, "name": name(PROJECTS, i)} for i, p in enumerate(project_ids)],
        "tasks": [
            {"task": t, "project": p, "name": f"Step {i + 1}", "duration_days": float(5 + 3 * i)}
            for t, p, i in tasks
        ],
        "resources": [
            {"resource": r, "name": name(tuple(full), i), "team": TEAMS[i * 6 // people]}
            for i, r in enumerate(resource_ids)
        ],
        "assignments": [
            {"task": t, "resource": r, "units_fte": float(units)}
            for (t, r), units in sorted(assigned.items())
        ],
        "services": [
            {"service": s, "name": name(SERVICES, i), "outage_cost_per_hour": 100.0 * i}
            for i, s in enumerate(service_ids)
        ],
        "service_links": [
            {"service": a, "needs": b, "impact": float(draw.choice([0.4, 0.8, 1.0]))}
            for a, b in sorted(links)
        ],
        "support": [
            {
                "service": s,
                "resource": r,
                "bau_fte": 0.05,
                "incident_fte": float(draw.choice([0.0, 0.5, 1.0])),
            }
            for s, r in sorted(support)
        ],
        "changes": [{"task": t, "service": s, "effect": "changes"} for t, s in sorted(changes)],
    }
    return portfolio_of(**frames)
