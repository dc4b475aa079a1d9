"""Plans as records become a portfolio: tasks, stages, links; no Java needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from plan_examples import BUILD, CHECK, PHASES, day, plan, told, untold

from svcimpact.errors import InputError, InvalidPortfolioError
from svcimpact.exchange.assemble import assemble
from svcimpact.exchange.records import (
    CalendarRecord,
    LinkRecord,
    PlanRecord,
    TaskRecord,
    count_records,
)
from svcimpact.exchange.stages import STAGE_WORDS, guess_stage


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
