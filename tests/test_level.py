"""Levelling: figures worked out by hand, promises over random portfolios, and the way back."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from naive import run as naive_run
from paper import assigned, paper, people, tasks
from shaken_portfolios import portfolio_and_scenario
from small_tables import built, table
from test_dispatch import three_projects

from svcimpact.engine.dispatch import RULES, Stakes, dispatch_order
from svcimpact.engine.plan import compile_plan
from svcimpact.engine.runs import run_once
from svcimpact.errors import InputError
from svcimpact.incident.simulate import simulate
from svcimpact.io import read, write
from svcimpact.planning import Levelling, level
from svcimpact.portfolio import Portfolio

ROOT = Path(__file__).parents[1]

# Ana works off the five tasks one by one, in the orders of test_dispatch: hours at which
# A (24 h if she were always free), B (8 h) and C (12 h) end.
ENDS = {
    "plan": (24, 32, 48),
    "lst": (44, 24, 48),
    "lft": (32, 24, 48),
    "least_float": (24, 32, 48),
    "cost_of_delay": (48, 24, 16),
    "shortest_project": (48, 8, 24),
}
FREE = (24, 8, 12)


@pytest.mark.parametrize("rule", RULES)
def test_three_projects_by_hand(rule: str) -> None:
    """Finishes, what levelling costs in days and money, and who is late, as on paper."""
    found = level(three_projects(), rules=rule)
    hours = found.tasks.groupby("project")["finish_hours"].max()
    assert tuple(hours) == ENDS[rule]
    days = [(end - free) / 8 for end, free in zip(ENDS[rule], FREE, strict=True)]
    assert found.projects["levelling_days"].tolist() == days
    cost = [d * rate for d, rate in zip(days, (100, 40, 96), strict=True)]
    assert found.projects["levelling_cost"].tolist() == cost
    late = max(ENDS[rule][1] - 16, 0) / 8
    np.testing.assert_array_equal(found.projects["late_days"], [np.nan, late, np.nan])
    row = found.rules.iloc[0]
    assert row["mean_delay_days"] == pytest.approx(sum(days) / 3)
    assert row["levelling_cost"] == pytest.approx(sum(cost))
    assert row["finish_days"] == 48 / 8
    assert row["levelling_days"] == (48 - 24) / 8
    assert row["projects_late"] == (late > 0)
    assert row["finish"] == pd.Timestamp("2026-01-12 17:00")


def test_rules_stand_side_by_side() -> None:
    """All rules by default, plan order first; the front is what no other beats in both."""
    found = level(three_projects())
    assert found.rules["rule"].tolist() == list(RULES)
    assert found.rule == "plan"
    # All end with the 48th hour, so the least mean delay alone is on the front.
    best = found.rules.loc[found.rules["undominated"], "rule"]
    assert best.tolist() == ["shortest_project"]
    assert found.projects.groupby("rule").size().tolist() == [3] * 6
    assert found.tasks.groupby("rule").size().tolist() == [5] * 6
    assert level(three_projects(), rules=["lst", "plan", "lst"]).rules["rule"].tolist() == [
        "lst",
        "plan",
    ]


def test_planned_and_unlevelled_are_told_apart() -> None:
    """What links cost against the plan is no cost of levelling.

    Planned in parallel, b follows a by its link: 8 h late with any number of people. Ana is
    wanted by c as well, which comes first: 8 h more.
    """
    portfolio = paper(
        projects=[{"project": "P", "priority": 2}, {"project": "Q", "priority": 1}],
        tasks=[
            *tasks(("a", 8), ("b", 8), planned_start="2026-01-05"),
            *tasks(("c", 8), project="Q", planned_start="2026-01-05"),
        ],
        links=[{"predecessor": "a", "successor": "b"}],
        resources=people(ana=1),
        assignments=assigned(a="ana", c="ana"),
    )
    row = level(portfolio, rules="plan").projects.iloc[0]
    assert row["planned_finish"] == pd.Timestamp("2026-01-05 17:00")
    assert row["unlevelled_finish"] == pd.Timestamp("2026-01-06 17:00")
    assert row["levelled_finish"] == pd.Timestamp("2026-01-07 17:00")
    assert row["levelled_delay_days"] == 2.0
    assert row["levelling_days"] == 1.0


def test_a_forward_backward_gain_by_hand() -> None:
    """24 h become 16 when y goes first; in two projects nothing is gained and nothing kept."""
    rows = [*tasks(("x", 8), ("y1", 8), ("y2", 8))]
    tables = {
        "links": [{"predecessor": "y1", "successor": "y2"}],
        "resources": people(ana=1, ben=1),
        "assignments": assigned(x="ana", y1="ana", y2="ben"),
    }
    one = paper(projects=[{"project": "P"}], tasks=rows, **tables)
    row = level(one, rules="plan", improve="forward_backward").rules.iloc[0]
    assert (row["single_pass_finish_days"], row["finish_days"]) == (3.0, 2.0)
    assert (row["single_pass_mean_delay_days"], row["mean_delay_days"]) == (1.0, 0.0)
    assert row["improved"]
    apart = [{**rows[0], "project": "X"}, *rows[1:]]
    two = paper(projects=[{"project": "P"}, {"project": "X"}], tasks=apart, **tables)
    row = level(two, rules="plan", improve="forward_backward").rules.iloc[0]
    assert row["finish_days"] == row["single_pass_finish_days"] == 3.0
    assert not row["improved"]


def test_each_group_of_projects_keeps_what_is_better_for_it() -> None:
    """A gain in one group is kept though another group, with other people, gains nothing."""
    gains = tasks(("x", 8), ("y1", 8), ("y2", 8), project="P")
    none = tasks(("v", 8), ("w", 80), project="Q")
    portfolio = paper(
        projects=[{"project": "P"}, {"project": "Q"}],
        tasks=[*gains, *none],
        links=[{"predecessor": "y1", "successor": "y2"}],
        resources=people(ana=1, ben=1, cy=1),
        assignments=assigned(x="ana", y1="ana", y2="ben", v="cy", w="cy"),
    )
    found = level(portfolio, rules="plan", improve="forward_backward")
    assert found.projects["levelling_days"].tolist() == [0.0, 1.0]


@pytest.mark.parametrize("seed", range(16))
def test_promises_over_random_portfolios(seed: int) -> None:
    """Levelling never gains, planned and levelled agree with `simulate`, improving never hurts."""
    portfolio, scenario = portfolio_and_scenario(seed)
    rules = {"min_share": scenario.min_share, "resume_hours": scenario.resume_hours}
    found = level(portfolio, **rules)
    assert (found.tasks["levelling_days"] >= -1e-9).all()
    delays = found.projects["levelling_days"].dropna()
    assert (delays >= -1e-9).all()
    table = simulate(portfolio, replace(scenario, runs=1)).projects
    mine = found.of("plan")
    for column in ("planned_finish", "levelled_finish"):
        pd.testing.assert_series_equal(mine[column], table[column])
    np.testing.assert_allclose(mine["levelled_delay_days"], table["levelled_delay_days"])
    late = (mine["late_days"] > 0).astype(float).where(mine["late_days"].notna())
    np.testing.assert_array_equal(late, table["chance_late_levelled"])
    better = level(portfolio, improve="forward_backward", **rules).rules
    for column in ("finish_days", "mean_delay_days"):
        single = found.rules[column]
        np.testing.assert_array_equal(better[f"single_pass_{column}"], single)
        assert not (better[column] > single + 1e-6).any()
    moved = (
        better[["finish_days", "mean_delay_days"]]
        != found.rules[["finish_days", "mean_delay_days"]]
    )
    assert (moved.any(axis=1) <= better["improved"]).all()


@pytest.mark.parametrize("seed", range(40, 48))
def test_the_dates_are_those_of_plain_python(seed: int) -> None:
    """The slow twin of the engine, given the same order, starts and ends every task alike."""
    portfolio, scenario = portfolio_and_scenario(seed)
    found = level(portfolio, min_share=scenario.min_share)
    plan = compile_plan(portfolio)
    for rule, mine in found.tasks.groupby("rule"):
        order = dispatch_order(Stakes.of(portfolio, plan), str(rule))
        twin = naive_run(replace(plan, dispatch=order), min_share=scenario.min_share)
        np.testing.assert_allclose(mine["start_hours"], twin.start, atol=1e-6)
        np.testing.assert_allclose(mine["finish_hours"], twin.finish, atol=1e-6)


def in_full(portfolio: Portfolio, rule: str, min_share: float) -> bool:
    """Tell whether no task of a levelled run works short-handed, is held, or is done at once."""
    plan = compile_plan(portfolio)
    if ((plan.hours == 0) & (np.diff(plan.need_ptr) > 0)).any():
        return False
    order = dispatch_order(Stakes.of(portfolio, plan), rule)
    run = run_once(replace(plan, dispatch=order), min_share=min_share, trace=True)
    return all(share == 1.0 for *_, share in run.segments)


def test_levelled_dates_hold_wherever_people_are_there_in_full() -> None:
    """Applied and levelled again in plan order, no task moves unless one was short-handed."""
    full = told = 0
    for seed in range(12):
        portfolio, scenario = portfolio_and_scenario(seed)
        share = scenario.min_share
        found = level(portfolio, rules=["lst", "shortest_project"], min_share=share)
        for rule, mine in found.tasks.groupby("rule"):
            moved = found.moved(str(rule))
            if in_full(portfolio, str(rule), share):
                full += 1
                assert moved.empty, (seed, rule)
            again = level(found.apply(str(rule)), rules="plan", min_share=share).tasks
            hours = ["start_hours", "finish_hours"]
            apart = np.abs(again[hours].to_numpy() - mine[hours].to_numpy()).max(axis=1)
            assert moved["task"].tolist() == again["task"][apart > 1 / 60].tolist()
            told += len(moved)
    assert full >= 6
    assert told > 0


def test_a_short_handed_plan_is_told_to_move() -> None:
    """Two tasks share Ana's 1.5 FTE; who has the full share is plan order's to say again.

    By cost of delay q goes first and has all it needs, p has half; in plan order p has all.
    """
    portfolio = paper(
        projects=[{"project": "P", "priority": 1}, {"project": "Q", "cost_of_delay_per_day": 9}],
        tasks=[*tasks(("p", 8)), *tasks(("q", 8), project="Q")],
        resources=people(ana=1.5),
        assignments=assigned(p="ana", q="ana"),
    )
    found = level(portfolio, rules="cost_of_delay")
    assert found.tasks["finish_hours"].tolist() == [12.0, 8.0]
    moved = found.moved()
    assert moved["task"].tolist() == ["p", "q"]
    assert moved["moved_days"].tolist() == [-0.5, 0.5]
    assert found.kept() == (
        "Levelled again in plan order, 2 of 2 tasks of the new plan move, at their finish by 0.5 "
        "working days at most: where people are short, plan order gives them to other tasks "
        "first. With a min_share of 1 nothing starts short-handed, and dates hold better."
    )
    whole = level(portfolio, rules="cost_of_delay", min_share=1.0)
    assert whole.kept() == "Levelled again in plan order, the new plan keeps every date."
    assert whole.tasks["start_hours"].tolist() == [8.0, 0.0]


@pytest.mark.parametrize("place", ["plan", "plan.xlsx"])
def test_the_levelled_plan_survives_the_disk(place: str, tmp_path: Path) -> None:
    """Written, read and levelled in plan order, the example ends when and as it was levelled."""
    portfolio = read(ROOT / "data" / "meridian")
    found = level(portfolio, rules="lst", min_share=1.0)
    back = read(write(found.apply(), tmp_path / place))
    assert back.equals(found.apply())
    again = level(back, rules="plan", min_share=1.0)
    dates = ["levelled_start", "levelled_finish"]
    pd.testing.assert_frame_equal(again.tasks[dates], found.tasks[dates])
    # The dates are the plan now.
    assert (again.tasks["planned_start"] == found.tasks["levelled_start"]).all()
    # Nobody is short-handed, so the rule of a simulation, a half, changes nothing.
    pd.testing.assert_frame_equal(level(back, rules="plan").tasks[dates], found.tasks[dates])


def test_what_has_begun_keeps_its_planned_start() -> None:
    """At a status date only what lies ahead is planned anew; nothing ahead may start early."""
    rows = [
        *tasks(("a", 8), planned_start="2026-01-05"),
        *tasks(("b", 16), planned_start="2026-01-07"),
        *tasks(("c", 8), planned_start="2026-01-12"),
    ]
    statuses = (
        {"actual_start": "2026-01-05T13:00", "actual_finish": "2026-01-05T15:00"},
        {"actual_start": "2026-01-05T09:00", "done_fraction": 0.5},
        {"can_start_early": True},
    )
    portfolio = paper(
        {"status_date": "2026-01-06T09:00"},
        projects=[{"project": "P"}],
        tasks=[row | status for row, status in zip(rows, statuses, strict=True)],
        resources=people(ana=1),
        assignments=assigned(a="ana", b="ana", c="ana"),
    )
    found = level(portfolio, rules="plan")
    assert found.tasks["start_hours"].tolist() == [4.0, 0.0, 16.0]
    assert found.tasks["finish_hours"].tolist() == [6.0, 16.0, 24.0]
    assert found.tasks["levelling_days"].tolist() == [0.0, 0.0, 1.0]
    new = found.apply().tasks
    planned = ("2026-01-05", "2026-01-07", "2026-01-07 09:00")
    assert new["planned_start"].tolist() == [pd.Timestamp(day) for day in planned]
    assert new["can_start_early"].tolist() == [False, False, False]
    assert found.moved().empty
    assert portfolio.tasks["can_start_early"].tolist() == [False, False, True]


def test_projects_without_tasks_have_no_dates() -> None:
    """An empty project is blank everywhere, and no part of any mean."""
    portfolio = paper(
        projects=[{"project": "P"}, {"project": "E", "due": "2026-01-09"}],
        tasks=tasks(("a", 8), ("b", 8)),
        resources=people(ana=1),
        assignments=assigned(a="ana", b="ana"),
    )
    found = level(portfolio, improve="forward_backward")
    empty = found.of("plan").iloc[1]
    assert empty[["planned_finish", "unlevelled_finish", "levelled_finish"]].isna().all()
    assert np.isnan([empty["levelling_days"], empty["late_days"]]).all()
    assert (found.rules["mean_delay_days"] == 1.0).all()
    assert (found.rules["projects_late"] == 0).all()


def test_a_portfolio_without_tasks_says_so() -> None:
    """No task, no date, no error."""
    found = level(paper(projects=[{"project": "P"}]), improve="forward_backward")
    assert found.sentences() == ["There is no task to level."]
    assert found.rules["finish"].isna().all()
    assert found.rules["mean_delay_days"].isna().all()
    assert found.tasks.empty
    assert found.apply().tasks.empty
    assert found.moved().empty
    assert "Levelling by plan order" in repr(found)


def test_people_enough_are_said_so() -> None:
    """Where nobody waits, levelling costs nothing."""
    found = level(built(), rules="plan")
    assert found.sentences() == [
        "Levelling by plan order costs no project a day: there are people enough."
    ]


@pytest.mark.parametrize(("resume", "days"), [(0.0, 0.125), (6.0, -0.625)])
def test_waiting_may_spare_an_interruption(resume: float, days: float) -> None:
    """Frozen from 1 to 8, a ends at 23 h, or 29 with 6 to resume; after b at 24, uninterrupted."""
    portfolio = paper(
        projects=[{"project": "P"}, {"project": "Q", "priority": 1}],
        tasks=[*tasks(("a", 16)), *tasks(("b", 8), project="Q")],
        resources=people(ana=1),
        assignments=assigned(a="ana", b="ana"),
        services=[{"service": "s"}],
        changes=[{"task": "a", "service": "s", "effect": "changes"}],
        freezes=[{"service": "s", "start": "2026-01-05T10:00", "end": "2026-01-05T17:00"}],
    )
    found = level(portfolio, rules="plan", resume_hours=resume)
    assert found.tasks["finish_hours"].tolist() == [24.0, 8.0]
    assert found.projects["levelling_days"].tolist() == [days, 0.0]
    gained = (
        "Levelling by plan order makes no project end later than if there were always enough "
        "people: who waits until a freeze is over is not interrupted by it."
    )
    assert (found.sentences() == [gained]) == (days < 0)


def test_sentences_by_hand() -> None:
    """What levelling costs, project by project, then the rules against each other."""
    assert level(three_projects(), rules=["lft", "lst", "shortest_project"]).sentences() == [
        "Levelling alone, by latest finish time (LFT), makes 3 of 3 projects end later than if "
        "there were always enough people: by 2.5 working days on average over all, €612 in all.",
        "C: 4.5 working days (€432), to 12 January 2026.",
        "B: 2.0 working days (€80), to 7 January 2026, 1.0 days after its due date.",
        "A: 1.0 working days (€100), to 8 January 2026.",
        "Of 3 rules shortest project first, which gives people first to the project with least "
        "left to do, is best: 12 January 2026, mean project delay 1.5 working days; latest finish "
        "time (LFT): 12 January 2026, mean project delay 2.5 working days.",
    ]
    assert "no schedule" in level(three_projects(), improve="forward_backward").sentences()[-1]


def test_printouts_are_plain_and_the_same_every_time() -> None:
    """Names are text in the HTML; pandas' options change neither printout."""
    bad = "<script>alert('x')</script>&"
    projects = table("project name", ("P1", bad), ("P2", bad))
    found = level(built(projects=projects))
    with pd.option_context("display.max_colwidth", 3, "display.precision", 1):
        again = level(built(projects=projects))
        html, text = again._repr_html_(), repr(again)
    assert (html, text) == (found._repr_html_(), repr(found))
    tags = set()

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
            tags.add(tag)

    Tags().feed(html)
    assert tags <= {"div", "p", "b", "table", "thead", "tbody", "tr", "th", "td"}
    assert "&lt;script&gt;" in html


def told(portfolio: Portfolio, **options: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        level(portfolio, **options)
    return str(caught.value).splitlines()


def test_every_wrong_option_is_told_at_once() -> None:
    """Unknown names with the nearest right one, numbers out of range, and something else."""
    lines = told(
        three_projects(), rules=["plan", "lsd"], improve="backward", min_share=0, resume_hours=-1
    )
    assert lines == [
        "The plan cannot be levelled.",
        "level, rules: found 'lsd', expected one of plan, lst, lft, least_float, cost_of_delay, "
        "shortest_project; did you mean 'lst'?",
        "level, improve: found 'backward', expected 'forward_backward' or None; did you mean "
        "'forward_backward'?",
        "level, min_share: found 0, expected a number above 0 and up to 1.",
        "level, resume_hours: found -1, expected a number of hours, 0 or more.",
    ]
    assert told("data/tiny", rules=[])[1:] == [  # type: ignore[arg-type]
        "level, portfolio: found 'data/tiny', expected a portfolio. Read one first: "
        "si.read('my-portfolio').",
        "level, rules: found [], expected at least one of plan, lst, lft, least_float, "
        "cost_of_delay, shortest_project.",
    ]
    assert told(three_projects(), min_share=float("nan"))[1].startswith("level, min_share")


def test_a_task_that_can_never_start_is_named() -> None:
    """More units than there will ever be is an error with its cure, not an endless run."""
    portfolio = built(assignments=table("task resource units_fte", ("T1", "ana", 2)))
    assert told(portfolio, min_share=1.0) == [
        "The plan cannot be levelled.",
        "tasks, task: found 'T1', which can never start or go on, expected 1 of its units within "
        "its resources' project capacity. Lower units_fte, raise capacity_fte, or lower "
        "min_share.",
    ]


def test_an_end_beyond_all_calendars_is_told() -> None:
    """A plan that would go on for thousands of years is no plan."""
    rows = tasks(*((f"t{i}", 36500 * 8) for i in range(60)))
    portfolio = paper(
        projects=[{"project": "P"}],
        tasks=rows,
        resources=people(ana=1),
        assignments=assigned(**{row["task"]: "ana" for row in rows}),
    )
    lines = told(portfolio, rules="plan")
    assert lines[1] == (
        "tasks, task: found 't49', which ends after 9000, expected an end that a calendar has a "
        "date for. Lower duration_days, or give its people more time for it."
    )


def test_a_rule_not_levelled_by_is_told() -> None:
    """Asking for another rule names those there are."""
    found: Levelling = level(three_projects(), rules=["lst", "plan"])
    for ask in (found.of, found.apply, found.moved, found.kept):
        with pytest.raises(InputError) as caught:
            ask("lft")
        assert str(caught.value).splitlines()[1] == (
            "levelling, rule: found 'lft', expected one of lst, plan; did you mean 'lst'? Level "
            "by it first, or choose one of these."
        )
