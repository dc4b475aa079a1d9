"""Plans as records become a portfolio: what is kept, converted, told; no Java needed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from plan_examples import WEEK_OF_75, day, plan

from svcimpact.calendar import Calendar
from svcimpact.errors import InputError, InvalidPortfolioError
from svcimpact.exchange.assemble import assemble
from svcimpact.exchange.clock import PlanClock
from svcimpact.exchange.records import (
    AssignmentRecord,
    CalendarRecord,
    ExceptionRecord,
    LinkRecord,
    PlanRecord,
    ResourceRecord,
    TaskRecord,
    count_records,
)
from svcimpact.exchange.stages import STAGE_WORDS, guess_stage
from svcimpact.portfolio import Portfolio

BUILD = TaskRecord(1, "Build", start=day(5), finish=day(6, 17), duration=16)
CHECK = TaskRecord(2, "Check", start=day(7), finish=day(7, 17), duration=8)
ANA = ResourceRecord(1, "Ana", max_units=100)


def told(portfolio: Portfolio, column: str, table: str = "plan.mpp") -> str:
    """Return the only warning of a plan in a column, as one text."""
    rows = portfolio.warnings
    rows = rows[(rows["table"] == table) & (rows["column"] == column)]
    assert len(rows) == 1, rows
    return " | ".join(rows.iloc[0][["row", "found", "expected", "cure"]])


def untold(portfolio: Portfolio, column: str) -> bool:
    """Return whether there is no warning in a column."""
    return column not in set(portfolio.warnings["column"])


def test_one_plan_is_one_project_and_every_leaf_a_task() -> None:
    """A summary task goes, its name stays before those under it; ids come from file and row."""
    phase = TaskRecord(3, "Testing", summary=True)
    leaf = TaskRecord(4, "Unit", parent=3, start=day(8), finish=day(8, 17), duration=8)
    made = assemble([plan(BUILD, phase, leaf, file="My plan_2.mpp", title="Payments")])
    assert made.projects["project"].tolist() == ["my-plan-2"]
    assert made.projects["name"].tolist() == ["Payments"]
    assert made.tasks["task"].tolist() == ["my-plan-2-1", "my-plan-2-4"]
    assert made.tasks["name"].tolist() == ["Build", "Testing / Unit"]
    assert made.tasks["stage"].tolist() == ["delivery", "test"]
    assert made.tasks["duration_days"].tolist() == [2, 1]
    assert not made.tasks["can_start_early"].any()
    assert made.settings.name == "Payments"
    assert made.settings.start == day(5, 0)


def test_summary_over_the_whole_plan_is_in_no_name() -> None:
    """A summary task that holds every task says nothing about any of them."""
    root = TaskRecord(9, "Software Development", level=0, summary=True)
    made = assemble([plan(root, TaskRecord(1, "Design it", parent=9, start=day(5), duration=8))])
    assert made.tasks["name"].tolist() == ["Design it"]
    assert made.tasks["stage"].tolist() == ["design"]


@pytest.mark.parametrize(
    ("name", "above", "stage"),
    [
        ("Modify code", ["Unit Testing", "Development"], "test"),
        ("Write user manuals", ["Documentation", "Design"], "design"),
        ("Review", ["Post Implementation Review"], "transition"),
        ("Roll out to branches", [], "transition"),
        ("Obtain the business case", [], "scope"),
        ("Electricity", ["Ground floor"], None),
        ("Contest the bill", [], None),
    ],
)
def test_stage_is_guessed_from_the_nearest_name_with_a_word(
    name: str, above: list[str], stage: str | None
) -> None:
    """Summaries speak before the task, the nearest first; only whole words count."""
    assert guess_stage(name, above)[0] == stage


def test_no_word_stands_for_two_stages() -> None:
    """The table of words is unambiguous."""
    words = [word for each in STAGE_WORDS.values() for word in each]
    assert len(words) == len(set(words))


def test_guessed_stages_are_listed() -> None:
    """One warning tells how many tasks got each stage, and from which names."""
    made = assemble([plan(BUILD, TaskRecord(2, "Paint", start=day(5), duration=8))])
    assert told(made, "stage") == (
        " | no stages in the plan | a stage for every task; guessed from names: "
        "delivery 2 ('Build'; 1 for want of a word) | Correct stage in tasks where the guess is "
        "wrong."
    )


def test_break_is_closed_up_and_shares_of_days_are_kept() -> None:
    """With a break from 12:30 to 13:30 the day of 7.5 h is one stretch from 08:30 to 16:00."""
    calendar = Calendar(day(5), day_start="08:30", hours_per_day=7.5)
    clock = PlanClock(WEEK_OF_75, calendar)
    moved = [clock.move(day(6, *time)) for time in ((8, 30), (13, 0), (13, 30), (17, 0), (19, 0))]
    assert moved == [day(6, *t) for t in ((8, 30), (12, 30), (12, 30), (16, 0), (16, 0))]
    assert clock.move(day(10, 12)) == day(10, 8, 30), "a Saturday has no share of work"
    assert clock.days(day(5, 13, 30), day(7, 17)) == pytest.approx(2 + 3.5 / 7.5)


def test_minutes_per_day_are_those_of_the_calendar() -> None:
    """Fifteen hours are two days of 7.5 h, and the portfolio's day is 7.5 h from 08:30."""
    task = TaskRecord(1, "Build", start=day(5, 8, 30), finish=day(6, 17), duration=15)
    made = assemble([plan(task, calendar=WEEK_OF_75, minutes_per_day=450)])
    assert made.settings.hours_per_day == 7.5
    assert made.settings.day_start == "08:30"
    assert made.tasks["duration_days"].tolist() == [2]
    assert untold(made, "duration")
    assert untold(made, "planned finish")
    assert "closed up" in told(made, "calendar")


def test_days_of_options_and_calendar_that_differ_are_told() -> None:
    """Days of 7.5 h in durations and of 8 h in the calendar: hours count, so dates stay right."""
    task = TaskRecord(1, "Build", start=day(5), finish=day(6, 16), duration=15)
    made = assemble([plan(task, minutes_per_day=450)])
    assert made.tasks["duration_days"].tolist() == [1.875]
    assert "days of 7.5 h in durations, but 8 h a day in the calendar" in told(made, "duration")
    assert untold(made, "planned finish")


def test_days_of_different_plans_stay_days() -> None:
    """The hours a day of most plans are taken, and two days stay two days in every plan."""
    other = TaskRecord(1, "Build", start=day(5, 8, 30), finish=day(6, 17), duration=15)
    made = assemble([
        plan(BUILD, file="a.mpp"),
        plan(other, file="b.mpp", calendar=WEEK_OF_75, minutes_per_day=450),
        plan(CHECK, file="c.mpp"),
    ])  # fmt: skip
    assert made.settings.hours_per_day == 8
    assert made.tasks["duration_days"].tolist() == [2, 2, 1]
    rows = made.warnings[made.warnings["table"] == "b.mpp"]
    assert rows["found"].str.contains("a plan that works 7.5 h a day").any()


def test_elapsed_duration_is_the_working_time_between_its_dates() -> None:
    """Three elapsed days from Friday morning to Monday morning are one working day."""
    cure = TaskRecord(3, "Cure", start=day(9), finish=day(12), duration=72, elapsed=True)
    made = assemble([plan(cure, BUILD)])
    assert made.tasks["duration_days"].tolist() == [1, 2]
    assert told(made, "duration").startswith("3 'Cure' | an elapsed duration, nights and weekends")


def test_tasks_without_dates_or_durations_are_kept_and_told() -> None:
    """Nothing at all gives 0 days, dates alone give the days between them."""
    made = assemble([
        plan(
            BUILD,
            TaskRecord(2, "Idea"),
            TaskRecord(3, "Span", start=day(5), finish=day(7, 17)),
            TaskRecord(4, "Float", duration=8),
        )
    ])  # fmt: skip
    assert made.tasks["duration_days"].tolist() == [2, 0, 3, 1]
    assert made.tasks["planned_start"].isna().tolist() == [False, True, False, True]
    found = set(made.warnings.loc[made.warnings["table"] == "plan.mpp", "found"])
    assert "no duration on 1 task" in found
    assert "neither duration nor dates on 1 task" in found
    assert "no planned start on 1 task" in found


@pytest.mark.parametrize(
    ("link", "days"),
    [
        (LinkRecord(1, 2, lag=-4), -0.5),
        (LinkRecord(1, 2, lag=-75, unit="%"), -1.5),
        (LinkRecord(1, 2, lag=24, unit="elapsed h"), 1),
        (LinkRecord(1, 2, "SS", lag=48, unit="elapsed h"), 2),
        (LinkRecord(1, 2, lag=150, unit="elapsed %"), 1),
    ],
)
def test_lags_become_working_days(link: LinkRecord, days: float) -> None:
    """Leads stay leads, percentages are of the predecessor, elapsed time runs from its date."""
    later = TaskRecord(2, "Check", start=day(14), finish=day(14, 17), duration=8)
    made = assemble([plan(BUILD, later, links=(link,))])
    assert made.links["lag_days"].tolist() == [pytest.approx(days)]
    converted = made.warnings.loc[made.warnings["column"] == "lag", "found"].tolist()
    assert any("percent" in found for found in converted) == ("%" in link.unit)
    assert any("elapsed" in found for found in converted) == ("elapsed" in link.unit)


def test_elapsed_lag_over_a_weekend_takes_no_working_time() -> None:
    """Two elapsed days from Friday evening end on Sunday."""
    friday = TaskRecord(1, "Pour", start=day(9), finish=day(9, 17), duration=8)
    monday = TaskRecord(2, "Walk", start=day(12), finish=day(12, 17), duration=8)
    made = assemble([plan(friday, monday, links=(LinkRecord(1, 2, lag=48, unit="elapsed h"),))])
    assert made.links["lag_days"].tolist() == [0]


PHASES = (
    TaskRecord(10, "One", summary=True),
    TaskRecord(11, "a", parent=10, start=day(5), finish=day(5, 17), duration=8),
    TaskRecord(12, "b", parent=10, start=day(6), finish=day(8, 17), duration=24),
    TaskRecord(20, "Two", summary=True),
    TaskRecord(21, "c", parent=20, start=day(9), finish=day(9, 17), duration=8),
    TaskRecord(22, "d", parent=20, start=day(12), finish=day(13, 17), duration=16),
)


@pytest.mark.parametrize(
    ("kind", "pairs"),
    [
        ("FS", ["11-21", "11-22", "12-21", "12-22"]),
        ("SS", ["11-21", "11-22"]),
        ("FF", ["11-22", "12-22"]),
        ("SF", ["11-22"]),
    ],
)
def test_links_on_summary_tasks_become_links_between_tasks(kind: str, pairs: list[str]) -> None:
    """The end of a summary is all of its tasks, its start the first, by type of link."""
    made = assemble([plan(*PHASES, links=(LinkRecord(10, 20, kind, lag=8),))])
    got = made.links["predecessor"].str[5:] + "-" + made.links["successor"].str[5:]
    assert sorted(got) == pairs
    assert set(made.links["type"]) == {kind}
    assert set(made.links["lag_days"]) == {1}
    assert told(made, "links on summary tasks").startswith(
        f"10 'One' | 1 link from or to a summary task | links between tasks; {len(pairs)} link"
    )


def test_summary_links_leave_out_what_follows_from_links_inside() -> None:
    """With a before b and c before d, one link from b to c says it all."""
    inner = (LinkRecord(11, 12), LinkRecord(21, 22))
    made = assemble([plan(*PHASES, links=(*inner, LinkRecord(10, 20)))])
    pairs = set(zip(made.links["predecessor"], made.links["successor"], strict=True))
    assert ("plan-12", "plan-21") in pairs
    assert len(made.links) == 3


def test_summary_links_are_kept_where_work_under_way_broke_the_order() -> None:
    """The second began before the first was done, so the end of both is asked for."""
    begun = TaskRecord(
        12, "b", parent=10, start=day(5), finish=day(8, 17), duration=24, actual_start=day(5)
    )
    tasks = (*PHASES[:2], begun, *PHASES[3:])
    made = assemble([plan(*tasks, links=(LinkRecord(11, 12), LinkRecord(10, 21)))])
    assert sorted(made.links["predecessor"] + made.links["successor"]) == [
        "plan-11plan-12", "plan-11plan-21", "plan-12plan-21",
    ]  # fmt: skip


def test_huge_expansions_meet_in_a_milestone() -> None:
    """Eleven tasks before eleven others: one milestone and 22 links in place of 121."""
    one = [TaskRecord(100 + n, f"a{n}", parent=1, start=day(5), finish=day(5, 17), duration=8)
           for n in range(11)]  # fmt: skip
    two = [TaskRecord(200 + n, f"b{n}", parent=2, start=day(6), finish=day(6, 17), duration=8)
           for n in range(11)]  # fmt: skip
    heads = [TaskRecord(1, "First", summary=True), TaskRecord(2, "Second", summary=True)]
    made = assemble([plan(*heads, *one, *two, links=(LinkRecord(1, 2, lag=4),))])
    gate = made.tasks.set_index("task").loc["plan-end-1"]
    assert (gate["name"], gate["duration_days"], gate["planned_start"]) == (
        "End of First", 0, day(5, 16),
    )  # fmt: skip
    before = made.links[made.links["successor"] == "plan-end-1"]
    after = made.links[made.links["predecessor"] == "plan-end-1"]
    assert (len(before), len(after), len(made.links)) == (11, 11, 22)
    assert set(before["lag_days"]) == {0}
    assert set(after["lag_days"]) == {0.5}


def test_links_that_cannot_stay_are_told() -> None:
    """To a task left out, within a summary, and twice between the same tasks."""
    idle = TaskRecord(30, "Dropped", active=False, start=day(5), duration=8)
    links = (
        LinkRecord(11, 30), LinkRecord(10, 12), LinkRecord(11, 21), LinkRecord(11, 21, lag=8),
        LinkRecord(99, 21, from_plan=-1),
    )  # fmt: skip
    made = assemble([plan(*PHASES, idle, links=links)])
    assert made.links[["predecessor", "successor", "lag_days"]].to_numpy(
        dtype="object"
    ).tolist() == [["plan-11", "plan-21", 1.0]]
    found = " ".join(made.warnings.loc[made.warnings["column"] == "links", "found"])
    assert "2 links from or to a task that is left out" in found
    assert "1 link between a summary task and a task in it" in found
    assert "1 repeated link between the same tasks" in found
    assert told(made, "tasks").startswith("30 'Dropped' | 1 inactive task | ")


def test_rows_that_are_no_tasks_are_left_out_and_told() -> None:
    """Blank rows, tasks of other plans, and summaries with nothing under them."""
    made = assemble([
        plan(
            BUILD,
            TaskRecord(2, "", blank=True),
            TaskRecord(3, "Elsewhere", external=True),
            TaskRecord(4, "Later", summary=True),
        )
    ])  # fmt: skip
    assert len(made.tasks) == 1
    found = made.warnings.loc[made.warnings["table"] == "plan.mpp", "found"].tolist()
    assert "1 row without a task" in found
    assert "1 external task" in found
    assert "1 empty summary task" in found


def test_links_cross_the_projects_of_one_file() -> None:
    """The second project of a file waits for the first."""
    one = plan(BUILD, file="two.xer", code="NET")
    two = plan(CHECK, file="two.xer", code="APP", index=1, links=(LinkRecord(1, 2, from_plan=0),))
    made = assemble([plan(BUILD, file="other.mpp"), one, two])
    assert made.links[["predecessor", "successor"]].to_numpy(dtype="object").tolist() == [
        ["net-1", "app-2"]
    ]
    assert (made.warnings["column"] == "links between plans").sum() == 1
    assert count_records(two)["links"] == 0
    assert count_records(two)["links_between_plans"] == 1


def test_cycle_of_links_is_a_fault_told_by_the_check() -> None:
    """A plan that contradicts itself is refused with the cycle spelled out."""
    with pytest.raises(InvalidPortfolioError, match="plan-1 -FS-> plan-2 -FS-> plan-1"):
        assemble([plan(BUILD, CHECK, links=(LinkRecord(1, 2), LinkRecord(2, 1)))])


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


def test_days_off_of_the_plan_are_holidays() -> None:
    """Only those on working days; other exceptions and short days are told."""
    own = CalendarRecord(
        week=(CalendarRecord().week[0],) * 4 + (((480, 720),), (), ()),
        exceptions=(
            ExceptionRecord(date(2026, 1, 6), date(2026, 1, 6)),
            ExceptionRecord(date(2026, 1, 10), date(2026, 1, 10)),
            ExceptionRecord(date(2026, 1, 17), date(2026, 1, 17), ((480, 720),)),
        ),
        passing_weeks=1,
    )
    made = assemble([plan(BUILD, calendar=own)])
    assert made.settings.holidays == (date(2026, 1, 6),)
    rows = made.warnings
    found = rows.loc[(rows["table"] == "plan.mpp") & (rows["column"] == "calendar"), "found"]
    assert found.tolist() == [
        "working days of different lengths",
        "breaks within the working day",
        "2 exceptions with working times of their own",
    ]


def test_first_plan_gives_days_and_holidays_and_others_are_told() -> None:
    """A seven-day plan read second keeps its working days as working days."""
    seven = CalendarRecord(
        week=(((480, 960),),) * 7, exceptions=(ExceptionRecord(date(2026, 1, 7), date(2026, 1, 7)),)
    )
    later = TaskRecord(1, "Dig", start=day(5), finish=day(12, 16), duration=56)
    made = assemble([plan(BUILD, file="a.mpp"), plan(later, file="b.xer", calendar=seven)])
    assert made.settings.working_days == ("Mon", "Tue", "Wed", "Thu", "Fri")
    assert made.settings.holidays == ()
    assert made.tasks["duration_days"].tolist() == [2, 7]
    rows = made.warnings[made.warnings["table"] == "b.xer"].set_index("column")["found"]
    assert rows["calendar"] == "a plan that works Mon Tue Wed Thu Fri Sat Sun"
    assert rows["holidays"] == "1 day off in this plan or in a.mpp, not both"
    assert rows["planned finish"].startswith("1 task whose start and duration give another finish")


def test_plan_without_a_calendar_gets_the_usual_one() -> None:
    """Monday to Friday, 8 h; told."""
    made = assemble([plan(BUILD, calendar=None)])
    assert made.settings.hours_per_day == 8
    rows = made.warnings[made.warnings["column"] == "calendar"]
    assert rows["found"].iloc[0] == "no default calendar that works a day"


def test_round_the_clock_calendar_has_days_of_24_hours() -> None:
    """Three days of 8 h are one day where nobody sleeps."""
    task = TaskRecord(1, "Run", start=day(5, 0), finish=day(6, 0), duration=24)
    made = assemble([plan(task, calendar=CalendarRecord(week=(((0, 1440),),) * 7))])
    assert (made.settings.hours_per_day, made.settings.day_start) == (24, "00:00")
    assert made.tasks["duration_days"].tolist() == [1]
    assert untold(made, "planned finish")


def test_progress_is_kept() -> None:
    """Done, half done and untouched; actual dates on the portfolio's clock."""
    done = TaskRecord(1, "Done", start=day(5), finish=day(6, 17), duration=16, percent=100,
                      actual_start=day(5), actual_finish=day(6, 17), remaining=0)  # fmt: skip
    half = TaskRecord(3, "Half", start=day(7), finish=day(8, 17), duration=16, percent=25,
                      actual_start=day(7, 13), remaining=8)  # fmt: skip
    made = assemble([plan(done, half, CHECK, status_date=day(7, 17))])
    assert made.tasks["done_fraction"].tolist() == [1, 0.5, 0]
    assert made.tasks["actual_start"].tolist()[:2] == [day(5), day(7, 12)]
    assert made.tasks["actual_finish"][0] == day(6, 16)
    assert made.settings.status_date == day(7, 16)
    assert "the remaining duration is taken" in told(made, "done_fraction")
    assert untold(made, "status_date")


def test_progress_without_dates_is_dated_as_planned() -> None:
    """A percentage alone counts from the planned dates, and the status date is the last of it."""
    done = TaskRecord(1, "Done", start=day(5), finish=day(6, 17), duration=16, percent=100)
    half = TaskRecord(2, "Half", start=day(7), finish=day(8, 17), duration=16, percent=50)
    made = assemble([plan(done, half)])
    assert made.tasks["actual_start"].tolist() == [day(5), day(7)]
    assert made.tasks["actual_finish"][0] == day(6, 16)
    assert made.settings.status_date == day(8, 16)
    found = set(made.warnings["found"])
    assert "progress but no actual start on 2 tasks" in found
    assert "all of it done but no actual finish on 1 task" in found
    assert told(made, "status_date", "plans").startswith("plan.mpp | no status date | ")


def test_nothing_is_assumed_to_have_happened_after_the_status_date() -> None:
    """A done task without an actual finish ended at the status date at the latest."""
    done = TaskRecord(1, "Done", start=day(5), finish=day(9, 17), duration=40, percent=100)
    made = assemble([plan(done, CHECK, status_date=day(7, 17))])
    assert made.tasks["actual_finish"][0] == day(7, 16)
    assert made.settings.status_date == day(7, 16)


def test_actual_dates_after_the_status_date_move_it() -> None:
    """What was recorded later than the status date has happened."""
    done = TaskRecord(1, "Done", start=day(5), finish=day(6, 17), duration=16, percent=100,
                      actual_start=day(5), actual_finish=day(8, 12))  # fmt: skip
    made = assemble([plan(done, CHECK, status_date=day(6, 17))])
    assert made.settings.status_date == day(8, 16)
    assert "progress after the status date" in told(made, "status_date", "plans")


def test_actual_finish_before_actual_start_is_told() -> None:
    """The finish counts for both."""
    odd = TaskRecord(1, "Odd", start=day(5), finish=day(6, 17), duration=16, percent=100,
                     actual_start=day(7), actual_finish=day(6, 17))  # fmt: skip
    made = assemble([plan(odd, status_date=day(8, 17))])
    assert made.tasks["actual_start"][0] == made.tasks["actual_finish"][0] == day(6, 16)
    assert "an actual finish before the actual start" in told(made, "actual_start")


def test_status_date_at_the_start_without_progress_says_nothing() -> None:
    """A data date on the first day is what Primavera writes into every new plan."""
    assert assemble([plan(BUILD, status_date=day(5, 0))]).settings.status_date is None
    assert assemble([plan(BUILD, status_date=day(6, 0))]).settings.status_date == day(6)


def test_latest_status_date_counts_and_the_others_are_told() -> None:
    """Two plans, one of them with a status date."""
    made = assemble([
        plan(BUILD, file="a.mpp"), plan(CHECK, file="b.mpp", status_date=day(8, 17)),
    ])  # fmt: skip
    assert made.settings.status_date == day(8, 16)
    text = told(made, "status_date", "plans")
    assert text.startswith("a.mpp | 1 plan without a status date or with an earlier one")


def test_finished_summary_gives_a_finished_milestone() -> None:
    """A milestone that gathers links is done when all before it are."""
    one = [TaskRecord(100 + n, f"a{n}", parent=1, start=day(5), finish=day(5, 17), duration=8,
                      percent=100, actual_start=day(5), actual_finish=day(5, 17))
           for n in range(11)]  # fmt: skip
    two = [TaskRecord(200 + n, f"b{n}", parent=2, start=day(6), finish=day(6, 17), duration=8)
           for n in range(11)]  # fmt: skip
    heads = [TaskRecord(1, "First", summary=True), TaskRecord(2, "Second", summary=True)]
    made = assemble([plan(*heads, *one, *two, links=(LinkRecord(1, 2),), status_date=day(5, 17))])
    gate = made.tasks.set_index("task").loc["plan-end-1"]
    assert gate["actual_finish"] == day(5, 16)
    assert gate["done_fraction"] == 1


@pytest.mark.parametrize(
    ("trait", "column", "words"),
    [
        ({"constraint": "MUST_START_ON"}, "constraint", "1 'Odd' (must start on) | a constraint"),
        ({"deadline": day(9)}, "deadline", "a deadline on 1 task | a due date"),
        ({"calendar": "Night"}, "calendar", "1 'Odd' (Night) | a calendar of its own on 1 task"),
        ({"manual": True}, "manual", "manual scheduling on 1 task"),
        ({"split": True}, "split", "a split on 1 task | work in one go"),
        ({"milestone": True}, "milestone", "a duration although it is marked a milestone"),
        ({"recurring": True}, "recurring", "a recurrence on 1 task"),
        ({"inserted_file": "b.mpp"}, "inserted project", "1 'Odd' (b.mpp) | an inserted project"),
        ({"kind": "LEVEL_OF_EFFORT"}, "kind", "(level of effort) | a length that follows"),
        ({"priority": 900}, "priority", "a levelling priority on 1 task"),
    ],
)
def test_what_the_tables_cannot_hold_is_told(
    trait: dict[str, object], column: str, words: str
) -> None:
    """Every trait of a task that is left aside has its warning, with the task and a cure."""
    odd = TaskRecord(1, "Odd", start=day(5), finish=day(6, 16), duration=16, **trait)  # type: ignore[arg-type]
    week = CalendarRecord(week=(((480, 960),),) * 5 + ((),) * 2)
    text = told(assemble([plan(odd, calendar=week)]), column)
    assert words in text
    assert not text.endswith("| ")


def test_plain_traits_are_not_told() -> None:
    """As soon as possible, not before its planned start, and a usual priority say nothing."""
    usual = TaskRecord(1, "Usual", start=day(5), finish=day(6, 17), duration=16, priority=500,
                       constraint="START_NO_EARLIER_THAN", kind="TASK_DEPENDENT")  # fmt: skip
    made = assemble([plan(usual), plan(CHECK, application="Planner", file="b.planner")])
    assert untold(made, "constraint")
    assert untold(made, "kind")
    assert untold(made, "priority")


@pytest.mark.parametrize(
    ("rest", "root", "due", "words"),
    [
        ({}, {}, day(7, 0), "no due date | a due date; the plan's finish, 2026-01-07, is taken"),
        ({"must_finish_by": day(12)}, {}, day(12, 0), "a must-finish-by date"),
        ({}, {"deadline": day(13)}, day(13, 0), "a deadline"),
    ],
)
def test_due_date_is_the_plans(
    rest: dict[str, object], root: dict[str, object], due: object, words: str
) -> None:
    """Must finish by, else the deadline of the whole plan, else its finish; told which."""
    top = TaskRecord(9, "All", level=0, summary=True, **root)  # type: ignore[arg-type]
    made = assemble([plan(top, BUILD, CHECK, **rest)])
    assert made.projects["due"].tolist() == [due]
    assert words in told(made, "due")


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


def test_missing_services_and_time_zone_are_told() -> None:
    """What no plan holds is asked for."""
    made = assemble([plan(BUILD)])
    assert len(made.services) == len(made.support) == 0
    assert "UTC is taken" in told(made, "timezone", "plans")
    assert "Fill in the tables services and support." in told(made, "services", "plans")


def test_troubles_of_the_reader_are_told() -> None:
    """What MPXJ passed over stands among the warnings."""
    made = assemble([plan(BUILD, troubles=("1 of 2 links that lead to tasks outside the file",))])
    assert told(made, "file").startswith(" | 1 of 2 links that lead to tasks outside the file | ")


def test_plans_without_tasks_or_dates_are_refused_together() -> None:
    """An empty plan makes no portfolio, and every such plan is named."""
    with pytest.raises(InputError) as caught:
        assemble([plan(file="a.mpp"), plan(TaskRecord(1, "Top", summary=True), file="b.mpp")])
    assert str(caught.value).splitlines() == [
        "no portfolio can be made of these plans:",
        "a.mpp: found no active task, expected tasks to simulate. Check that it is the right file.",
        "b.mpp: found no active task, expected tasks to simulate. Check that it is the right file.",
    ]
    with pytest.raises(InputError, match="found no date, expected planned starts"):
        assemble([plan(TaskRecord(1, "Build", duration=8))])
    dated = assemble([plan(TaskRecord(1, "Build", duration=8), start=day(5))])
    assert dated.settings.start == day(5, 0)


def test_projects_of_the_same_file_name_get_different_ids() -> None:
    """Two plans called plan.mpp are two projects; a double ending is dropped."""
    made = assemble([
        PlanRecord(Path("x/plan.mpp"), "x/plan.mpp", tasks=(BUILD,)),
        PlanRecord(Path("y/plan.mspdi.xml"), "y/plan.mspdi.xml", tasks=(BUILD,)),
    ])  # fmt: skip
    assert made.projects["project"].tolist() == ["plan", "plan-2"]
    assert made.settings.name == "2 plans"
    assert assemble([plan(BUILD)], name="Mine").settings.name == "Mine"
