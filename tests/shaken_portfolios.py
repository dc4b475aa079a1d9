"""Random small portfolios and fixed incidents in which everything that the model knows comes up."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pandas as pd

from svcimpact.incident.disruption import MECHANISMS
from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.portfolio import Portfolio, build_portfolio
from svcimpact.schema import REQUIRED_TABLES, SETTINGS, load_schema

# The clocks of Europe change in the night before the second Monday.
FIRST_DAY = datetime(2026, 3, 23)
CALENDARS: tuple[dict[str, Any], ...] = (
    {"hours_per_day": 7.5, "timezone": "Europe/Berlin"},
    {"hours_per_day": 8, "day_start": "08:30", "holidays": ["2026-04-03", "2026-04-06"]},
    {
        "hours_per_day": 10,
        "day_start": "06:00",
        "working_days": ["Mon", "Tue", "Wed", "Thu", "Sat", "Sun"],
        "timezone": "Europe/London",
        "holidays": ["2026-03-26"],
    },
    {
        "hours_per_day": 24,
        "day_start": "00:00",
        "working_days": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        "timezone": "Europe/Berlin",
    },
)


def portfolio_and_scenario(seed: int) -> tuple[Portfolio, Scenario]:
    """Return a portfolio of up to a dozen tasks, and up to four incidents that strike it."""
    random = Random(seed)  # noqa: S311 (numbers for a test)
    settings: dict[str, Any] = {"name": "Shaken", "start": FIRST_DAY.date().isoformat()}
    settings |= random.choice(CALENDARS)
    status = moment(random, 4, 9) if random.random() < 0.4 else None
    if status is not None:
        settings["status_date"] = status.isoformat()
    min_share = random.choice([0.25, 0.5, 0.5, 0.75, 1.0])
    services = [f"s{i}" for i in range(random.randint(1, 5))]
    people, support, room = staff(random, services)
    tables: dict[str, list[dict[str, Any]]] = {
        "projects": [
            {
                "project": f"p{i}",
                "priority": random.choice([None, 1, 2, 2]),
                "due": moment(random, 5, 40).date() if random.random() < 0.7 else None,
                "cost_of_delay_per_day": random.choice([0, 250, 1000]),
            }
            for i in range(random.randint(1, 3))
        ],
        "resources": people,
        "services": [
            {"service": s, "outage_cost_per_hour": random.choice([0, 500])} for s in services
        ],
        "support": support,
        "service_links": [
            {"service": a, "needs": b, "impact": random.choice([1, 0.9, 0.8, 0.625, 0.4, 0.3])}
            for a in services
            for b in services
            if a != b and random.random() < 0.3
        ],
        "absences": [away(random, person["resource"]) for person in people if random.random() < 0.5]
        + [away(random, random.choice(people)["resource"])],
        "freezes": [
            {"service": random.choice([None, *services]), "start": start, "end": end}
            for start, end in [span(random, 30) for _ in range(random.randint(0, 2))]
        ],
    }
    tables |= work(random, [row["project"] for row in tables["projects"]], status)
    for task in tables["tasks"]:
        # A task that its people could never give their least share would be refused.
        able = [who for who, free in room.items() if free >= 0.1]
        for who in random.sample(able, random.choice([0, 1, 1, 1, 2, 2, min(3, len(able))])):
            most = min(room[who] / max(min_share, 0.5), 2 * room[who])
            units = random.choice([0.2, 0.3, 0.5, 0.8, 1, 1, 1.5])
            while units > most + 1e-12:
                units = round(units / 2, 4)
            tables["assignments"].append(
                {"task": task["task"], "resource": who, "units_fte": units}
            )
        for service in services:
            if random.random() < 0.25:
                effect = random.choice(["changes", "changes", "uses"])
                tables["changes"].append(
                    {"task": task["task"], "service": service, "effect": effect}
                )
    incidents = tuple(incident(random, services) for _ in range(random.choice([1, 1, 2, 3, 4])))
    without = tuple(m for m in MECHANISMS if random.random() < 0.15)
    scenario = Scenario(
        "Shaken",
        incidents,
        runs=1,
        min_share=min_share,
        resume_hours=random.choice([0, 0, 0.5, 3]),
        without=without,
    )
    frames = {
        name: pd.DataFrame(tables.get(name, []), columns=list(columns), dtype="object")
        for name, columns in load_schema().items()
        if name != SETTINGS and (name in tables or name in REQUIRED_TABLES)
    }
    return build_portfolio(settings, frames), scenario


def moment(random: Random, first: int, last: int) -> datetime:
    """Return some minute of some day, nights and weekends among them."""
    return FIRST_DAY + timedelta(
        days=random.randint(first, last), minutes=random.choice([540, random.randrange(180, 1440)])
    )


def span(random: Random, most_hours: int) -> tuple[datetime, datetime]:
    start = moment(random, -1, 15)
    return start, start + timedelta(hours=random.randint(1, most_hours))


def away(random: Random, who: str) -> dict[str, Any]:
    start = (FIRST_DAY + timedelta(days=random.randint(-3, 20))).date()
    end = start + timedelta(days=random.randint(0, 6))
    return {"resource": who, "start": start, "end": end, "fte": random.choice([None, 0.3, 0.5])}


def staff(
    random: Random, services: list[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, float]]:
    """Return people, what they support, and what they have left for projects."""
    people = [
        {"resource": f"k{i}", "capacity_fte": random.choice([0.6, 1, 1, 1, 2, 3.5])}
        for i in range(random.randint(2, 5))
    ]
    room = {p["resource"]: float(p["capacity_fte"]) for p in people}
    support = []
    for service in services:
        for who in random.sample(sorted(room), random.randint(1, len(room))):
            everyday = random.choice([0, 0, 0.1, 0.2, 0.4])
            if everyday > room[who] - 0.1:
                everyday = 0
            room[who] = round(room[who] - everyday, 6)
            pulled = random.choice([0, 0, 0.3, 0.5, 1, 1])
            row = {"service": service, "resource": who}
            support.append({**row, "bau_fte": everyday, "incident_fte": pulled})
    return people, support, room


def work(
    random: Random, projects: list[str], status: datetime | None
) -> dict[str, list[dict[str, Any]]]:
    """Return tasks, with what is known of them at the status date, and links between them."""
    tasks = []
    for i in range(random.randint(1, 12)):
        planned = moment(random, -1, 9) if random.random() < 0.4 else None
        task: dict[str, Any] = {
            "task": f"t{i}",
            "project": random.choice(projects),
            "duration_days": random.choice([0, 0.25, 0.5, 1, 1.2, 2, 3.75]),
            "planned_start": planned,
            "can_start_early": random.random() < 0.3,
        }
        fate = random.random()
        if status is not None and fate < 0.4:
            begun = moment(random, 0, 3)
            task |= {"actual_start": begun, "done_fraction": random.choice([0, 0.3, 0.75, 1])}
            if fate < 0.15:
                over = begun + timedelta(hours=random.randint(0, 30))
                task |= {"actual_finish": min(over, status), "done_fraction": 1}
        tasks.append(task)
    lags = [0, 0, 0, 0.2, 1, -0.5, -1.25, -4]
    links = [
        {
            "predecessor": f"t{a}",
            "successor": f"t{b}",
            "type": random.choice(["FS", "FS", "SS", "FF", "SF"]),
            "lag_days": random.choice(lags),
        }
        for b in range(len(tasks))
        for a in range(b)
        if random.random() < 0.18
    ]
    # Rows in any order: a successor may come before its predecessor in dispatch.
    random.shuffle(tasks)
    return {"tasks": tasks, "links": links, "assignments": [], "changes": []}


def incident(random: Random, services: list[str]) -> Incident:
    return Incident(
        random.choice(services),
        start=moment(random, -1, 10),  # type: ignore[arg-type]
        severity=random.choice([1, 1, 2, 3]),
        hours=random.choice([0, 0.75, 4, 9.5, 16, 30, 72, 150]),
        aftermath_hours=random.choice([0, 6, 40]),
        aftermath_share=random.choice([0, 0.25, 0.6, 1]),
        freeze_after_hours=random.choice([0, 8, 24, 70]),
    )
