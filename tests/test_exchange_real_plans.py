"""Real plans of other people: counts against an independent count, starts against the plans'."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from plan_examples import REAL, need_java

from svcimpact.exchange import read_plans
from svcimpact.exchange.plan_file import read_records
from svcimpact.exchange.records import LINK_TYPES, PlanRecord, count_records
from svcimpact.portfolio import Portfolio

PLANS = REAL / "plans"
FILES = PLANS / "files"
MULTI = REAL / "mpsplib_mpp"
COUNTED = (
    "tasks", "leaf_tasks", "milestones", "links", *LINK_TYPES, "links_with_lag", "resources",
    "work_resources", "assignments", "assigned_work_h",
)  # fmt: skip

# What the tables hold against what the plans hold: the reason for every difference.
REASONS = {
    ("aspose_sample_new_business.mpp", "resources"): (58, "one name stands on two rows"),
    ("customer_feedback.mpp", "assignments"): (40, "one on a summary task is spread over three"),
    ("house_building.gan", "links"): (12, "three links on summary tasks are expanded"),
    ("ms_office_project_2003_deployment.mpp", "links"): (
        937, "75 links on summary tasks are expanded",
    ),
    ("mpxj_resource_rates.xer", "assignments"): (1, "five of one resource on one task are added"),
    ("multiproject_with_external.xer", "links"): (1, "a link between the projects is kept"),
    ("new_product.mpp", "links"): (40, "three links on summary tasks are expanded"),
    ("new_product.mspdi.xml", "links"): (40, "three links on summary tasks are expanded"),
    ("ozbuild_16.mpp", "resources"): (5, "two material resources"),
    ("ozbuild_16.mpp", "assignments"): (24, "two on material resources"),
    ("primavera_project.pmxml.xml", "links"): (26, "two links between the projects are kept"),
    ("redhat_dates_changed.mspdi.xml", "assignments"): (0, "ten on resources without a name"),
    ("redhat_reference.mspdi.xml", "assignments"): (0, "ten on resources without a name"),
    ("terminal_building_airport.xer", "resources"): (1, "six material resources"),
    ("terminal_building_airport.xer", "assignments"): (0, "all 62 on material resources"),
}  # fmt: skip

pytestmark = pytest.mark.skipif(
    not FILES.is_dir(), reason="the real plans are not on this machine (SVCIMPACT_REAL_DATA)"
)


def expected() -> dict[str, list[dict[str, str]]]:
    """Return the independent counts by file, one row per project in it."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (PLANS / "expected_counts.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows[row["file"]].append(row)
    return dict(rows)


NAMES = sorted(expected()) if FILES.is_dir() else []
MULTI_NAMES = sorted(path.name for path in (MULTI / "files").glob("*.mpp"))


@cache
def records(name: str) -> list[PlanRecord]:
    """Read one plan file, once."""
    need_java()
    return read_records([FILES / name])


@cache
def portfolio(path: Path) -> Portfolio:
    """Import one plan file, once."""
    need_java()
    return read_plans([path])


@pytest.mark.parametrize("name", NAMES)
def test_counts_against_an_independent_count(name: str) -> None:
    """Tasks, links by type and lag, resources, assignments and work of every project agree."""
    plans = records(name)
    assert len(plans) == len(expected()[name])
    for plan, row in zip(plans, expected()[name], strict=True):
        counts = count_records(plan)
        got = {column: counts[column] for column in COUNTED}
        assert got == pytest.approx({column: float(row[column]) for column in COUNTED}, abs=0.06)


def test_every_difference_between_plan_and_tables_has_a_reason() -> None:
    """Print plan against tables; what differs is listed above with its number and its reason."""
    differing = set()
    told = [f"{'plan':40}{'':13}{'plan':>6}{'tables':>8}  why"]
    for name, rows in expected().items():
        made = portfolio(FILES / name)
        held = {
            "leaf_tasks": (sum(int(row["leaf_tasks"]) for row in rows), len(made.tasks)),
            "links": (sum(int(row["links"]) for row in rows), len(made.links)),
            "resources": (int(rows[0]["resources"]), len(made.resources)),
            "assignments": (sum(int(row["assignments"]) for row in rows), len(made.assignments)),
        }
        for what, (plan, tables) in held.items():
            number, why = REASONS.get((name, what), (plan, ""))
            told.append(f"{name:40}{what:13}{plan:6}{tables:8}  {why}")
            assert tables == number, f"{name}: {tables} {what}, expected {number}"
            differing |= {(name, what)} if plan != tables else set()
    sys.stdout.write("\n".join(["", *told, ""]))
    assert differing == set(REASONS)


@pytest.mark.parametrize("name", NAMES)
def test_records_against_an_independent_extract(name: str) -> None:
    """Every task, link, resource and assignment of a plan is the one another reader found."""
    with (PLANS / "mpxj_extract" / f"{name}.json").open(encoding="utf-8") as file:
        extracts = json.load(file)
    for plan, other in zip(records(name), extracts, strict=True):
        tasks = {task.uid: task for task in plan.tasks if not task.blank}
        assert sorted(tasks) == sorted(row["uid"] for row in other["tasks"])
        for row in other["tasks"]:
            task = tasks[row["uid"]]
            assert task.name == " ".join((row["name"] or "").split())
            assert task.summary == row["summary"]
            if row["duration_h"] is not None:
                assert task.duration == pytest.approx(row["duration_h"], abs=1e-3)
        links = Counter(
            (link.predecessor, link.successor, link.type)
            for link in plan.links
            if link.from_plan is None
        )
        assert links == Counter((row["pred"], row["succ"], row["type"]) for row in other["links"])
        people = Counter(each.name for each in plan.resources if each.name)
        assert people == Counter(" ".join(row["name"].split()) for row in other["resources"])
        work: Counter[tuple[int, int | None]] = Counter()
        for each in plan.assignments:
            if each.resource is not None:
                work[each.task, each.resource] += each.work or 0
        for row in other["assignments"]:
            work[row["task"], row["resource"]] -= row["work_h"] or 0
        assert all(abs(left) < 0.1 for left in work.values())


def driven_starts(made: Portfolio, *, by_links_alone: bool) -> Iterator[tuple[str, float]]:
    """Yield how many days after its planned start the links let each task start, if not then.

    People count for nothing here. By links alone, a task with a predecessor has no earliest
    start of its own; otherwise its planned start is the earliest.
    """
    day = made.settings.hours_per_day
    tasks = made.tasks
    place = {task: n for n, task in enumerate(tasks["task"])}
    planned = np.nan_to_num(made.calendar.hours(tasks["planned_start"].to_numpy()))
    hours = tasks["duration_days"].to_numpy() * day
    bound = tasks["task"].isin(made.links["successor"]).to_numpy()
    start = np.where(bound & by_links_alone, 0.0, planned)
    links = [
        (place[before], place[after], kind, lag * day)
        for before, after, kind, lag in made.links.itertuples(index=False)
    ]
    moved = True
    while moved:
        moved = False
        for before, after, kind, lag in links:
            gate = start[before] + (hours[before] if kind in {"FS", "FF"} else 0) + lag
            gate -= hours[after] if kind in {"FF", "SF"} else 0
            if gate > start[after] + 1e-7:
                start[after], moved = gate, True
    for task, late in zip(tasks["task"], (start - planned) / day, strict=True):
        if abs(late) > 0.01:
            yield task, float(late)


# A plan made to show a conflict, and one with a task that was never scheduled.
PUSHED = {
    "schedule_conflict.mpp": {"schedule-conflict-2", "schedule-conflict-4"},
    "primavera_project.pmxml.xml": {"prod00266-PD1060"},
}
# Constraints, levelling delays or progress hold some of these tasks where no link does.
HELD = {"customer_feedback.mpp", "house_building.gan", "multiproject_with_external.xer",
        "ozbuild_16.mpp", *PUSHED}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_link_pushes_a_task_beyond_its_planned_start(name: str) -> None:
    """Durations, lags and calendars fit together: the plan is feasible as it stands."""
    pushed = dict(driven_starts(portfolio(FILES / name), by_links_alone=False))
    assert set(pushed) == PUSHED.get(name, set())


@pytest.mark.parametrize("name", [name for name in NAMES if name not in HELD])
def test_links_alone_give_back_the_planned_starts(name: str) -> None:
    """No link is lost: without planned starts every task starts when the plan says."""
    assert dict(driven_starts(portfolio(FILES / name), by_links_alone=True)) == {}


# Its second project has units but no work, so there the units count.
@pytest.mark.parametrize("name", [name for name in NAMES if name != "primavera_project.pmxml.xml"])
def test_work_is_kept(name: str) -> None:
    """Units times durations give the plan's assigned hours."""
    made = portfolio(FILES / name)
    days = made.tasks.set_index("task")["duration_days"]
    hours = made.settings.hours_per_day * sum(
        fte * days[task] for task, _, fte, _ in made.assignments.itertuples(index=False)
    )
    plans = records(name)
    kept = {
        (n, each.uid) for n, plan in enumerate(plans) for each in plan.resources
        if each.name and each.type == "WORK"
    }  # fmt: skip
    given = sum(
        each.work or 0 for n, plan in enumerate(plans) for each in plan.assignments
        if (n, each.resource) in kept
    )  # fmt: skip
    # Units are taken as given where work agrees with them to a tenth.
    if given:
        assert hours == pytest.approx(given, rel=0.02)


def test_all_plans_together_are_one_portfolio() -> None:
    """Twenty files, 24 projects, one pool of people; shared names are pooled and told."""
    need_java()
    made = read_plans(sorted(FILES.iterdir()), name="All")
    assert len(made.projects) == 24
    alone = [portfolio(path) for path in sorted(FILES.iterdir())]
    assert len(made.tasks) == sum(len(each.tasks) for each in alone)
    assert len(made.links) == sum(len(each.links) for each in alone)
    assert len(made.assignments) == sum(len(each.assignments) for each in alone)
    assert len(made.resources) == 211 < sum(len(each.resources) for each in alone)
    pooled = made.warnings[made.warnings["column"] == "shared pool"]
    assert pooled["row"].str.contains("Plumbing Contractor").any()


@pytest.mark.parametrize("name", MULTI_NAMES)
def test_multi_project_plans_import(name: str) -> None:
    """Plans of the MPSPLIB: tasks, links and assignments as their index counts them."""
    with (MULTI / "index.csv").open(encoding="utf-8") as file:
        rows = {row["instance"]: row for row in csv.DictReader(file)}
    row = rows[name.removesuffix(".mpp").split("_", 1)[1]]
    made = portfolio(MULTI / "files" / name)
    got = (len(made.tasks), len(made.resources), len(made.assignments), len(made.links))
    columns = ("level1", "resources", "assignments", "links")
    assert got == tuple(int(row[column]) for column in columns)
    assert dict(driven_starts(made, by_links_alone=False)) == {}
