"""Portfolios for the conflict register: one to work out by hand, others of any size."""

from __future__ import annotations

import numpy as np
import pandas as pd

from svcimpact.portfolio import Portfolio, Settings, build_portfolio

MONDAY = pd.Timestamp("2026-03-09")


def tables_by_hand() -> dict[str, pd.DataFrame]:
    """Return three projects over two weeks, 8 hours a day, with one conflict of every kind.

    Week 1 (9 to 13 March) unless told otherwise:

    - A1 (A, Ana 1.0, Mon-Fri) and B1 (B, Ana 0.5, Wed-Fri) want Ana: 0.5 x 3 = 1.5 days over.
    - C1 (C, Bo 1.0, Mon-Tue) against Bo's 0.25 for the till: 0.5 days.
    - B2 (B, Cem 1.0, Thu-Fri) while Cem is away on Friday: 1 day.
    - C2 (C, Dee 1.5, Mon-Tue) is more than the whole of Dee: 1 day.
    - A2 changes the till Mon-Thu, B3 changes it Wed-Fri: 2 days; C3 uses it on Monday and
      Tuesday: with A 2 days. C4 changes the web shop, which needs the till, on Wednesday: with A
      and with B 1 day each.
    - B4 changes the ledger Mon-Fri of week 2, frozen from Wednesday 09:00 to Thursday 17:00:
      2 days.
    - Una tests A and B; A3 (Mon-Wed of week 2) and B5 (Wed-Fri of week 2) meet on Wednesday.
    - Dov decides C and A: their design tasks A4 and C5 begin on Thursday and Friday of week 2,
      with a lead of 5 days they share Fri of week 1 to Wed of week 2, that is 4 days.
    - Eve and Fay support the ledger, a whole day of everyday support together; A5 takes 0.75 of
      Eve, C6 0.75 of Fay on Monday of week 2: 0.5 days of support that nobody covers.
    """
    task = [
        ("A1", "A", 5.0, 0, "delivery"), ("B1", "B", 3.0, 2, "delivery"),
        ("C1", "C", 2.0, 0, "delivery"), ("B2", "B", 2.0, 3, "delivery"),
        ("C2", "C", 2.0, 0, "delivery"), ("A2", "A", 4.0, 0, "delivery"),
        ("B3", "B", 3.0, 2, "delivery"), ("C3", "C", 2.0, 0, "delivery"),
        ("C4", "C", 1.0, 2, "delivery"), ("B4", "B", 5.0, 7, "delivery"),
        ("A3", "A", 3.0, 7, "test"), ("B5", "B", 3.0, 9, "test"),
        ("A4", "A", 1.0, 10, "design"), ("C5", "C", 1.0, 11, "design"),
        ("A5", "A", 1.0, 7, "delivery"), ("C6", "C", 1.0, 7, "delivery"),
    ]  # fmt: skip
    tasks = pd.DataFrame(task, columns=["task", "project", "duration_days", "day", "stage"])
    tasks["planned_start"] = MONDAY + pd.to_timedelta(tasks.pop("day"), unit="D")
    names = ["Ana", "Bo", "Cem", "Dee", "Eve", "Fay"]
    people = [name.lower() for name in names]
    return {
        "projects": pd.DataFrame(
            {
                "project": ["A", "B", "C"],
                "name": ["Alpha", "Beta", "Gamma"],
                "sponsor": ["sue", None, None],
                "priority": [1, 2, 3],
                "cost_of_delay_per_day": [100.0, 1000.0, 10.0],
            }
        ),
        "tasks": tasks,
        "resources": pd.DataFrame(
            {"resource": people, "name": names, "team": ["Dev"] * 2 + ["Ops"] * 4}
        ),
        "absences": pd.DataFrame(
            {
                "resource": ["cem"],
                "start": [pd.Timestamp("2026-03-13")],
                "end": [pd.Timestamp("2026-03-13")],
            }
        ),
        "assignments": pd.DataFrame(
            [
                ("A1", "ana", 1.0, "java"), ("B1", "ana", 0.5, "java"), ("C1", "bo", 1.0, None),
                ("B2", "cem", 1.0, None), ("C2", "dee", 1.5, None), ("A5", "eve", 0.75, None),
                ("C6", "fay", 0.75, None),
            ],
            columns=["task", "resource", "units_fte", "skill"],
        ),
        "skills": pd.DataFrame(
            [("ana", "java", 1.0), ("dee", "java", 0.5), ("fay", "java", 1.0)],
            columns=["resource", "skill", "speed"],
        ),
        "services": pd.DataFrame(
            {
                "service": ["till", "web", "ledger"],
                "name": ["Till", "Web shop", "Ledger"],
                "owner": ["olga", None, None],
            }
        ),
        "service_links": pd.DataFrame({"service": ["web"], "needs": ["till"], "impact": [0.5]}),
        "support": pd.DataFrame(
            [("till", "bo", 0.25), ("ledger", "eve", 0.5), ("ledger", "fay", 0.5)],
            columns=["service", "resource", "bau_fte"],
        ),
        "changes": pd.DataFrame(
            [
                ("A2", "till", "changes"), ("B3", "till", "changes"), ("C3", "till", "uses"),
                ("C4", "web", "changes"), ("B4", "ledger", "changes"),
            ],
            columns=["task", "service", "effect"],
        ),
        "freezes": pd.DataFrame(
            {
                "service": ["ledger"],
                "start": [pd.Timestamp("2026-03-18 09:00")],
                "end": [pd.Timestamp("2026-03-19 17:00")],
            }
        ),
        "stakeholders": pd.DataFrame(
            [
                ("una", "Una", "service"), ("dov", "Dov", "senior"), ("sue", "Sue", "project"),
                ("pam", "Pam", "project"), ("olga", "Olga", "service"), ("lea", "Lea", "service"),
            ],
            columns=["stakeholder", "name", "side"],
        ),
        "interests": pd.DataFrame(
            [
                ("una", "A", "tests", None), ("una", "B", "tests", None),
                ("dov", "A", "decides", "design"), ("dov", "C", "decides", "design"),
                ("pam", "B", "does", None), ("una", "B", "does", None),
                ("lea", "Ops", "owns", None),
            ],
            columns=["stakeholder", "item", "interest", "stage"],
        ),
    }  # fmt: skip


def built(tables: dict[str, pd.DataFrame], **settings: object) -> Portfolio:
    """Return the portfolio of such tables."""
    made = Settings(name="By hand", start=MONDAY, hours_per_day=8.0, **settings)
    return build_portfolio(made, tables)


def many(count: int, *, long: bool = False, seed: int = 1) -> Portfolio:
    """Return some projects that share a dozen people, six services and two deciders."""
    random = np.random.default_rng(seed)
    projects = [f"P{number:02}" for number in range(count)]
    names = [
        f"Programme {p} for the renewal of $everything$ <b>that</b> customers & staff see"
        if long
        else f"Project {p}"
        for p in projects
    ]
    tasks = [f"{p}-{number}" for p in projects for number in range(6)]
    people = [f"r{number}" for number in range(12)]
    services = [f"s{number}" for number in range(6)]
    half = tasks[::2]
    titles = names[:1] * 6 if long else services
    stages = ["scope", "design", "delivery", "delivery", "test", "transition"]
    starts = MONDAY + pd.to_timedelta(random.integers(0, 200, len(tasks)), unit="D")
    owner = [
        f"Head of a department with a name that goes on, number {n}" if long else f"Head {n}"
        for n in range(2)
    ]
    return build_portfolio(
        Settings(name="Many", start=MONDAY),
        {
            "projects": pd.DataFrame({"project": projects, "name": names}),
            "tasks": pd.DataFrame(
                {
                    "task": tasks,
                    "project": np.repeat(projects, 6),
                    "stage": np.tile(stages, count),
                    "duration_days": random.integers(2, 15, len(tasks)).astype(float),
                    "planned_start": starts,
                }
            ),
            "resources": pd.DataFrame({"resource": people, "capacity_fte": 2.0}),
            "assignments": pd.DataFrame(
                {
                    "task": tasks,
                    "resource": random.choice(people, len(tasks)),
                    "units_fte": random.choice([0.5, 1.0], len(tasks)),
                }
            ),
            "services": pd.DataFrame({"service": services, "name": titles}),
            "support": pd.DataFrame(
                {"service": np.repeat(services, 2), "resource": people, "bau_fte": 0.3}
            ),
            "changes": pd.DataFrame({"task": half, "service": random.choice(services, len(half))}),
            "stakeholders": pd.DataFrame({"stakeholder": ["d0", "d1"], "name": owner}),
            "interests": pd.DataFrame(
                {
                    "stakeholder": random.choice(["d0", "d1"], count),
                    "item": projects,
                    "interest": "decides",
                }
            ),
        },
    )  # fmt: skip
