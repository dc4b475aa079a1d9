"""The people of plans: one pool, who takes how much, who is away; no Java needed."""

from __future__ import annotations

from datetime import date

import pytest
from plan_examples import ANA, BUILD, CHECK, PHASES, day, plan, told, untold

from svcimpact.exchange.assemble import assemble
from svcimpact.exchange.records import (
    AssignmentRecord,
    CalendarRecord,
    ExceptionRecord,
    ResourceRecord,
    TaskRecord,
)


def test_people_of_the_same_name_are_one_resource() -> None:
    """Case and white space do not matter; the largest capacity counts, and all is told."""
    other = ResourceRecord(7, " ANA ", max_units=200, group="IT", cost_per_hour=50)
    made = assemble([
        plan(BUILD, file="a.mpp", resources=(ANA,), assignments=(AssignmentRecord(1, 1, 100, 16),)),
        plan(CHECK, file="b.mpp", resources=(other,), assignments=(AssignmentRecord(2, 7, 50, 4),)),
    ])  # fmt: skip
    assert made.resources["resource"].tolist() == ["ana"]
    row = made.resources.iloc[0]
    assert (row["capacity_fte"], row["team"], row["cost_per_day"], row["kind"]) == (
        2, "IT", 400, "team",
    )  # fmt: skip
    assert made.assignments["units_fte"].tolist() == [1, 0.5]
    pooled = made.warnings[made.warnings["column"] == "shared pool"]
    assert pooled["found"].tolist() == [
        "1 name in each of a.mpp, b.mpp", "figures that differ between rows of the same name",
    ]  # fmt: skip
    assert pooled["row"].tolist() == ["Ana", "Ana (capacity_fte)"]


def test_names_that_are_nearly_the_same_stay_apart_and_are_told() -> None:
    """One plan says Project Manager, the other Project Managers: the user has to say."""
    made = assemble([
        plan(BUILD, file="a.mpp", resources=(ResourceRecord(1, "Project Manager"),)),
        plan(CHECK, file="b.mpp", resources=(ResourceRecord(1, "Project-Managers"),)),
    ])  # fmt: skip
    assert len(made.resources) == 2
    assert told(made, "shared pool", "plans").startswith(
        "Project Manager (a.mpp) and Project-Managers (b.mpp) | 1 pair of names that differ only"
    )


def test_same_name_twice_in_one_plan_is_told() -> None:
    """Two rows of one plan become one resource, not in silence."""
    made = assemble([plan(BUILD, resources=(ANA, ResourceRecord(2, "ana", max_units=100)))])
    assert len(made.resources) == 1
    assert told(made, "resources").startswith("Ana | 1 name on several rows")


def test_different_names_with_one_slug_get_different_ids() -> None:
    """C and C++ are two resources."""
    people = (ResourceRecord(1, "C", max_units=100), ResourceRecord(2, "C++", max_units=100))
    made = assemble([plan(BUILD, resources=people)])
    assert made.resources["resource"].tolist() == ["c", "c-2"]


def test_material_cost_nameless_and_placeholders_are_left_out_and_told() -> None:
    """Nobody who is not a person is taken, and each kind is counted."""
    people = (
        ANA, ResourceRecord(2, "Cable", "MATERIAL"), ResourceRecord(3, "Travel", "COST"),
        ResourceRecord(4, ""), ResourceRecord(5, ""),
    )  # fmt: skip
    work = tuple(AssignmentRecord(1, who, 100, 16) for who in (1, 2, 2, 3, 4, None))
    made = assemble([plan(BUILD, resources=people, assignments=work)])
    assert made.resources["name"].tolist() == ["Ana"]
    assert len(made.assignments) == 1
    rows = made.warnings[made.warnings["column"].isin(["resources", "placeholders"])]
    assert rows["found"].tolist()[:4] == [
        "1 material resource with 2 assignments (32 h of work)",
        "1 cost resource with 1 assignment (16 h of work)",
        "2 nameless resources with 1 assignment (16 h of work)",
        "1 assignment (16 h of work) without a resource",
    ]


@pytest.mark.parametrize(
    ("given", "fte", "word"),
    [
        (AssignmentRecord(1, 1, 100, 16), 1, ""),
        (AssignmentRecord(1, 1, 100, 15), 1, ""),
        (AssignmentRecord(1, 1, 100, 8), 0.5, "whose work over the duration differs"),
        (AssignmentRecord(1, 1, None, 4), 0.25, "whose work over the duration differs"),
        (AssignmentRecord(1, 1, 0, 16), 1, "whose work over the duration differs"),
        (AssignmentRecord(1, 1, 50, None), 0.5, ""),
        (AssignmentRecord(1, 1, None, None), 1, "with neither units nor work"),
        (AssignmentRecord(1, 1, 100, 0), 0, "without work on a task that takes time"),
        (AssignmentRecord(2, 1, 100, 0), 0, "on a task without a duration"),
    ],
)
def test_units_follow_the_work(given: AssignmentRecord, fte: float, word: str) -> None:
    """Units hold if the work agrees with them; else the work over the duration counts."""
    milestone = TaskRecord(2, "Done", start=day(7), finish=day(7), duration=0)
    more = AssignmentRecord(1, 2, 100, 16)
    people = (ANA, ResourceRecord(2, "Ben", max_units=100))
    made = assemble([plan(BUILD, milestone, resources=people, assignments=(given, more))])
    own = made.assignments[made.assignments["resource"] == "ana"]
    assert own["units_fte"].tolist() == [fte]
    assert (word in told(made, "units_fte")) if word else untold(made, "units_fte")


def test_units_count_where_a_plan_has_no_work_at_all() -> None:
    """A plan without work values is not a plan in which nobody works."""
    made = assemble([plan(BUILD, resources=(ANA,), assignments=(AssignmentRecord(1, 1, 50, 0),))])
    assert made.assignments["units_fte"].tolist() == [0.5]


def test_assignments_on_summary_tasks_are_spread() -> None:
    """Sixteen hours over tasks of 8 h and 24 h are half a person on each, none on a milestone."""
    done = TaskRecord(13, "e", parent=10, start=day(8), finish=day(8), duration=0)
    work = (AssignmentRecord(10, 1, 100, 16), AssignmentRecord(11, 1, 25, 2))
    made = assemble([plan(*PHASES, done, resources=(ANA,), assignments=work)])
    assert made.assignments.set_index("task")["units_fte"].to_dict() == {
        "plan-11": 0.75, "plan-12": 0.5, "plan-13": 0,
    }  # fmt: skip
    found = set(made.warnings.loc[made.warnings["column"] == "units_fte", "found"])
    assert "1 assignment on a summary task" in found
    assert "1 assignment of a resource that the task has already" in found


def test_capacity_is_raised_to_the_largest_single_need() -> None:
    """A task that takes 150 % of somebody can run; it is told."""
    work = (AssignmentRecord(1, 1, 150, 24),)
    made = assemble([plan(BUILD, resources=(ANA,), assignments=work)])
    assert made.resources["capacity_fte"].tolist() == [1.5]
    assert told(made, "capacity_fte", "plans").startswith("Ana (1 to 1.5: plan-1) | 1 resource of")


def test_capacity_that_is_not_known_is_one() -> None:
    """No maximum units, or none at all, count as one person; changing ones as the most."""
    people = (
        ResourceRecord(1, "Ana"), ResourceRecord(2, "Ben", max_units=0),
        ResourceRecord(3, "Cy", max_units=300, changing_units=True),
    )  # fmt: skip
    made = assemble([plan(BUILD, resources=people)])
    assert made.resources["capacity_fte"].tolist() == [1, 1, 3]
    found = made.warnings.loc[made.warnings["column"] == "capacity_fte", "found"].tolist()
    assert found == [
        "no maximum units on 2 resources", "maximum units that change over time on 1 resource",
    ]  # fmt: skip


def test_days_off_of_a_resource_are_absences() -> None:
    """Own exceptions become absences; shorter days and half days are told."""
    half = CalendarRecord(
        week=(((480, 720),),) * 5 + ((),) * 2,
        exceptions=(
            ExceptionRecord(date(2026, 1, 6), date(2026, 1, 11)),
            ExceptionRecord(date(2026, 1, 13), date(2026, 1, 13), ((480, 540),)),
            ExceptionRecord(date(2025, 6, 1), date(2025, 6, 9)),
        ),
    )
    people = (ResourceRecord(1, "Ana", max_units=100, calendar=half),)
    made = assemble([plan(BUILD, resources=people)])
    assert made.absences[["start", "end"]].to_numpy(dtype="object").tolist() == [
        [day(6, 0), day(9, 0)]
    ]
    found = made.warnings.loc[made.warnings["column"] == "resource calendar", "found"].tolist()
    assert found == [
        "working times of their own on 1 resource",
        "days worked in part or on a day off by 1 resource",
    ]


def test_currencies_that_differ_are_told() -> None:
    """The first currency counts for all."""
    paid = ResourceRecord(1, "Ana", max_units=100, cost_per_hour=50)
    made = assemble([
        plan(BUILD, file="a.mpp", resources=(paid,), currency="GBP"),
        plan(CHECK, file="b.mpp", resources=(ResourceRecord(1, "Ben", cost_per_hour=9),),
             currency="USD"),
        plan(CHECK, file="c.mpp", resources=(ResourceRecord(1, "Cy", cost_per_hour=9),)),
    ])  # fmt: skip
    assert made.settings.currency == "GBP"
    text = told(made, "currency", "plans")
    assert text.startswith("c.mpp | GBP and USD and costs without a currency | one currency; GBP")
