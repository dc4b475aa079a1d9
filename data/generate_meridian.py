"""Write the Meridian example portfolio: `python data/generate_meridian.py [--out FOLDER]`.

What a reader looks at is written by hand in `meridian_plan.py` and `meridian_operations.py`. This
script plans the dates, draws the optimistic and pessimistic durations and the incident log, and
writes the tables. The same seed gives the same files, byte for byte.
"""

from __future__ import annotations

import argparse
import csv
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp
from pathlib import Path

import meridian_operations as operations
import numpy as np
from meridian_plan import PLAN

SEED = 2026
START = np.datetime64("2026-01-05")
# Bank holidays in England and Wales while the portfolio runs.
HOLIDAYS = ["2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31"]
CALENDAR = np.busdaycalendar(holidays=HOLIDAYS)

ESTIMATED = 0.6  # share of tasks with an optimistic and a pessimistic duration
OPTIMISTIC, PESSIMISTIC = (0.75, 0.92), (1.2, 1.7)  # as a multiple of the planned duration

LOG_START, LOG_DAYS = datetime(2024, 7, 1), 548
# Severity: share of all incidents, and median restoration time as a multiple of severity 2's.
SEVERITIES = {1: (0.1, 2.4), 2: (0.35, 1.0), 3: (0.55, 1.5)}
SPREAD = 1.15  # standard deviation of the logarithm of a restoration time
OPENED_IN_THE_DAY = 0.7  # share of incidents that begin between 08:00 and 18:00
STILL_OPEN = [("document-store", 3, "2025-12-19T10:40"), ("data-warehouse", 2, "2025-12-30T15:05")]

SETTINGS = """\
name = "Meridian Payments & Savings: change portfolio 2026"
start = 2026-01-05
currency = "GBP"
timezone = "Europe/London"

[calendar]
working_days = ["Mon", "Tue", "Wed", "Thu", "Fri"]
day_start = "09:00"
hours_per_day = 7.5
holidays = "GB-ENG"
"""

HEADERS = {
    "projects": "project name sponsor priority due cost_of_delay_per_day",
    "tasks": "task project name stage activity duration_days optimistic_days pessimistic_days "
    "planned_start",
    "links": "predecessor successor type lag_days",
    "resources": "resource name team kind capacity_fte cost_per_day",
    "absences": "resource start end fte",
    "skills": "resource skill speed",
    "assignments": "task resource units_fte skill",
    "services": "service name owner tier outage_cost_per_hour protected",
    "service_links": "service needs impact",
    "support": "service resource bau_fte incident_fte",
    "changes": "task service effect",
    "freezes": "service start end",
    "stakeholders": "stakeholder name role side",
    "interests": "stakeholder item interest stage",
    "acceptance": "project service criterion measure target achieved status",
    "incidents": "incident service severity opened restored",
}

HEAD = re.compile(r"(\d\d) (\w+)(?:/(\w+))? (\d+): (.+)")
LINK = re.compile(r"(?:([A-Z]{3})-)?(\d\d)(?: (SS|FF|SF))?([+-]\d+)?")


@dataclass
class Task:
    """One task as the plan states it, and the working day on which it is planned to start."""

    project: str
    name: str
    stage: str
    activity: str
    days: int
    links: list[tuple[str, str, int]] = field(default_factory=list)
    needs: list[tuple[str, float]] = field(default_factory=list)
    effects: list[tuple[str, str]] = field(default_factory=list)
    not_before: int = 0
    start: int = 0


def split_rows(block: str) -> list[list[str]]:
    """Return the cells of lines whose cells are set apart by `|`."""
    return [[cell.strip() for cell in line.split("|")] for line in block.strip("\n").split("\n")]


def split_lists(block: str) -> list[tuple[str, list[str]]]:
    """Return the key and the items of lines such as `key: item, item`."""
    pairs = (line.split(": ") for line in block.strip().split("\n"))
    return [(key, items.split(", ")) for key, items in pairs]


def working_day(date: str | np.datetime64) -> int:
    """Return how many working days lie between the portfolio's start and a date."""
    return int(np.busday_count(START, np.datetime64(date, "D"), busdaycal=CALENDAR))


def date_of(day: int) -> np.datetime64:
    """Return the date of a working day, counted from the portfolio's start."""
    return np.busday_offset(START, day, busdaycal=CALENDAR)


def read_task(project: str, head: str, body: str) -> tuple[str, Task]:
    """Return the id of a task and the task, from its two lines in the plan."""
    number, stage, activity, days, name = HEAD.fullmatch(head).groups()
    task = Task(project, name, stage, activity or "work", int(days))
    for part in body.strip().split("; "):
        verb, said = part.split(" ", 1)
        if verb == "after":
            for item in said.split(", "):
                other, predecessor, kind, lag = LINK.fullmatch(item).groups()
                link = (f"{other or project}-{predecessor}", kind or "FS", int(lag or 0))
                task.links.append(link)
        elif verb == "by":
            pairs = (item.rsplit(" ", 1) for item in said.split(", "))
            task.needs += [(who, float(units)) for who, units in pairs]
        elif verb == "from":
            task.not_before = working_day(said)
        else:
            effects = [item.rsplit(" ", 1) for item in f"{verb} {said}".split(", ")]
            task.effects += [(service, effect) for effect, service in effects]
    return f"{project}-{number}", task


def read_plan() -> dict[str, Task]:
    """Return every task of the plan by its id, in order."""
    tasks = {}
    for project, block in PLAN.items():
        lines = block.strip().split("\n")
        for head, body in zip(lines[::2], lines[1::2], strict=True):
            name, task = read_task(project, head, body)
            tasks[name] = task
    return tasks


def plan_dates(tasks: dict[str, Task]) -> None:
    """Plan every task as early as its links allow, and around the change freezes.

    This is how the project managers planned: each with an eye on the links, none on who else
    wants the same people.
    """
    freezes = [
        (service, working_day(start), working_day(end))
        for service, start, end in split_rows(operations.FREEZES)
    ]
    waiting = list(tasks)
    planned: set[str] = set()
    while waiting:
        ready = [t for t in waiting if all(p in planned for p, _, _ in tasks[t].links)]
        if not ready:
            raise SystemExit(f"The links of these tasks go round in a circle: {waiting}")
        for name in ready:
            task = tasks[name]
            task.start = earliest(task, tasks)
            changed = {service for service, effect in task.effects if effect == "changes"}
            for service, start, end in sorted(freezes, key=lambda row: row[1]):
                hit = changed if not service else changed & {service}
                if hit and task.start < end and task.start + task.days > start:
                    task.start = end
        planned.update(ready)
        waiting = [name for name in waiting if name not in planned]


def earliest(task: Task, tasks: dict[str, Task]) -> int:
    """Return the first working day on which the links of a task let it start."""
    days = [task.not_before]
    for name, kind, lag in task.links:
        other = tasks[name]
        begins = other.start if kind[0] == "S" else other.start + other.days
        days.append(begins + lag - (task.days if kind[1] == "F" else 0))
    return max(days)


def estimates(days: int, rng: np.random.Generator) -> tuple[float | None, float | None]:
    """Return optimistic and pessimistic days to the half day, or neither."""
    given, low, high = rng.random(), rng.uniform(*OPTIMISTIC), rng.uniform(*PESSIMISTIC)
    if given > ESTIMATED:
        return None, None
    return round(days * low * 2) / 2, round(days * high * 2) / 2


def draw_incidents(rng: np.random.Generator) -> list[list[object]]:
    """Return the rows of the incident log, oldest first."""
    shares = [share for share, _ in SEVERITIES.values()]
    log = [(datetime.fromisoformat(at), service, level, "") for service, level, at in STILL_OPEN]
    for service, number, median in split_rows(operations.INCIDENT_LOG):
        for _ in range(int(number)):
            level = int(rng.choice(list(SEVERITIES), p=shares))
            in_the_day = rng.random() < OPENED_IN_THE_DAY
            minutes = rng.integers(480, 1080) if in_the_day else rng.integers(0, 1440)
            opened = LOG_START + timedelta(
                days=int(rng.integers(0, LOG_DAYS)), minutes=int(minutes)
            )
            hours = float(median) * SEVERITIES[level][1] * exp(SPREAD * rng.standard_normal())
            restored = opened + timedelta(minutes=max(10, round(hours * 60)))
            log.append((opened, service, level, minute(restored)))
    log.sort(key=lambda row: row[0])
    return [
        [f"INC-{number:04}", service, level, minute(opened), restored]
        for number, (opened, service, level, restored) in enumerate(log, 1)
    ]


def minute(when: datetime) -> str:
    """Return a moment as text, to the minute."""
    return when.isoformat(sep=" ", timespec="minutes")


def cell(value: object) -> str:
    """Return a value as it stands in a table."""
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def project_tables(tasks: dict[str, Task], rng: np.random.Generator) -> dict[str, list[list]]:
    """Return what the plans say: tasks, links, assignments and changes."""
    best = {row[0]: split_skills(row[-1])[0][0] for row in resource_rows()}
    tables: dict[str, list[list]] = {"tasks": [], "links": [], "assignments": [], "changes": []}
    for name, task in tasks.items():
        what = [task.project, task.name, task.stage, task.activity, task.days]
        tables["tasks"].append([name, *what, *estimates(task.days, rng), date_of(task.start)])
        tables["links"] += [[other, name, kind, lag] for other, kind, lag in task.links]
        tables["assignments"] += [[name, who, units, best[who]] for who, units in task.needs]
        tables["changes"] += [[name, service, effect] for service, effect in task.effects]
    return tables


def resource_rows() -> list[list[str]]:
    """Return resource, name, team, kind, FTE, cost per day and skills, people first."""
    people = [[*row[:3], "person", "1", *row[3:]] for row in split_rows(operations.PEOPLE)]
    teams = [[*row[:3], "team", *row[3:]] for row in split_rows(operations.TEAMS)]
    return people + teams


def split_skills(skills: str) -> list[list[str]]:
    """Return skill and speed of each item of `skill speed, skill speed`."""
    return [item.rsplit(" ", 1) for item in skills.split(", ")]


def operations_tables() -> dict[str, list[list]]:
    """Return people, services and everybody who has a say."""
    support = [
        [service, who, *map(float, load.split("/"))]
        for service, items in split_lists(operations.SUPPORT)
        for who, load in (item.split(" ") for item in items)
    ]
    skills = [
        [row[0], skill, float(speed)]
        for row in resource_rows()
        for skill, speed in split_skills(row[-1])
    ]
    interests = []
    for who, items in split_lists(operations.INTERESTS):
        for item in items:
            interest, held = item.split(" ", 1)
            what, _, stage = held.partition("@")
            interests.append([who, what, interest, stage])
    acceptance = []
    lines = operations.ACCEPTANCE.strip().split("\n")
    for head, body in zip(lines[::2], lines[1::2], strict=True):
        keys, criterion = head.split(": ")
        project, service, status = keys.replace(",", "").split(" ")
        measure, target, achieved = [*map(str.strip, body.split("|")), ""][:3]
        acceptance.append([project, service, criterion, measure, target, achieved, status])
    return {
        "projects": split_rows(operations.PROJECTS),
        "resources": [row[:-1] for row in resource_rows()],
        "absences": split_rows(operations.ABSENCES),
        "skills": skills,
        "services": split_rows(operations.SERVICES),
        "service_links": split_rows(operations.SERVICE_LINKS),
        "support": support,
        "freezes": split_rows(operations.FREEZES),
        "stakeholders": split_rows(operations.STAKEHOLDERS),
        "interests": interests,
        "acceptance": acceptance,
    }


def main() -> None:
    """Write every table of the portfolio."""
    parser = argparse.ArgumentParser(description="Write the Meridian example portfolio.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "meridian")
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    estimate_rng, incident_rng = np.random.default_rng(SEED).spawn(2)
    tasks = read_plan()
    plan_dates(tasks)
    tables = operations_tables() | project_tables(tasks, estimate_rng)
    tables["incidents"] = draw_incidents(incident_rng)
    (folder / "portfolio.toml").write_text(SETTINGS, encoding="utf-8", newline="\n")
    for table, header in HEADERS.items():
        rows = [[cell(value) for value in row] for row in tables[table]]
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header.split(), *rows])
    print(f"{len(HEADERS)} tables written to {folder}")


if __name__ == "__main__":
    main()
