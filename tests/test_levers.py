"""What is decided while an incident lasts, worked out on paper; and that the past stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from paper import assigned, paper, people, staff, tasks

from svcimpact.errors import InvalidScenarioError, describe
from svcimpact.incident.actions import Action
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.io import read
from svcimpact.portfolio import Portfolio

# Strikes in hour 4, is restored in hour 12; it is decided in hour 6.
STRIKE = Incident("S", start="2026-01-05 13:00", hours=24)
DECIDED = "2026-01-05 15:00"


def one_task(**more: Any) -> Portfolio:
    """Ana works 16 hours on A; the incident pulls her, and ben has nothing to do."""
    tables: dict[str, Any] = {
        "projects": [{"project": "P"}],
        "tasks": tasks(("A", 16)),
        "resources": people(ana=1, ben=1),
        "assignments": assigned(A="ana"),
        "services": [{"service": "S"}],
        "support": staff(("S", "ana", 0, 1)),
    }
    return paper(**{**tables, **more})


def after(portfolio: Portfolio, *actions: Action, **rules: Any) -> Outcome:
    """Return the one future in which these actions are decided in hour 6."""
    told = Scenario("Paper", (STRIKE,), runs=1, decision_time=DECIDED, actions=actions)
    return simulate(portfolio, replace(told, **rules), keep="tasks")


def finishes(outcome: Outcome) -> dict[str, float]:
    """Return when tasks finish, in working hours."""
    assert outcome.task_finish is not None
    return {str(k): float(v) for k, v in outcome.task_finish.iloc[0].items()}


CASES = [
    ("nothing", [], 24),
    ("another", [Action("reassign", task="A", from_="ana", to="ben", handover_hours=2)], 20),
    ("slower", [Action("reassign", task="A", from_="ana", to="ben", speed=0.5)], 30),
    ("one more", [Action("bring_in", resource="ana", fte=1)], 18),
    ("half of one, for a while",
     [Action("bring_in", resource="ana", fte=0.5, until="2026-01-06 11:00")], 22),
    ("one more, but later",
     [Action("bring_in", resource="ana", fte=1, start="2026-01-06 10:00")], 21),
    ("a task rests", [Action("pause", task="A", until="2026-01-07 09:00")], 28),
    ("a project rests", [Action("pause", project="P", until="2026-01-07 09:00")], 28),
    ("it rests later, when it works again",
     [Action("pause", task="A", start="2026-01-06 15:00", until="2026-01-07 09:00")], 26),
    ("what began before is no cause to reach back",
     [Action("pause", task="A", start="2026-01-05 09:00", until="2026-01-07 09:00")], 28),
]  # fmt: skip


@pytest.mark.parametrize(("actions", "finish"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_levers_on_paper(actions: list[Action], finish: float) -> None:
    """Four hours are done when she is pulled, twelve are left when it is decided."""
    outcome = after(one_task(), *actions)
    assert finishes(outcome) == pytest.approx({"A": finish})
    assert outcome.undecided.project_finish.loc[0, "P"] == 24
    assert outcome.levelled.project_finish.loc[0, "P"] == 16
    assert outcome.projects.loc[0, "delay_mean_days"] == pytest.approx((finish - 16) / 8)
    mine = outcome.segments[outcome.segments["case"] == "incident"]
    work = (mine["finish_hours"] - mine["start_hours"]) * mine["share"]
    assert mine["finish_hours"].max() == pytest.approx(finish)
    assert work.sum() == pytest.approx({"another": 18, "slower": 28}.get(_name(actions), 16))


def _name(actions: list[Action]) -> str:
    return next(name for name, done, _ in CASES if done == actions)


def test_the_skill_table_tells_how_fast_another_works() -> None:
    """Ben writes at half the speed: twelve hours left become twenty-four."""
    portfolio = one_task(
        assignments=[{**row, "skill": "writing"} for row in assigned(A="ana")],
        skills=[{"resource": "ben", "skill": "writing", "speed": 0.5},
                {"resource": "ben", "skill": "reading", "speed": 1}],
    )  # fmt: skip
    lever = Action("reassign", task="A", from_="ana", to="ben")
    assert finishes(after(portfolio, lever)) == {"A": 30}
    assert finishes(after(portfolio, replace(lever, speed=1.0))) == {"A": 18}


def test_what_is_left_is_slower_and_handing_over_is_not() -> None:
    """Twelve hours left become twenty-four; two hours of handing over stay two."""
    lever = Action("reassign", task="A", from_="ana", to="ben", speed=0.5, handover_hours=2)
    assert finishes(after(one_task(), lever)) == {"A": 32}


def test_what_happened_before_the_decision_is_kept() -> None:
    """A was interrupted when ana was pulled; it goes on with somebody more, after an hour."""
    more = Action("bring_in", resource="ana", fte=1)
    outcome = after(one_task(), more, resume_hours=1.0)
    assert finishes(outcome) == {"A": 19}
    assert outcome.tasks["interruptions_mean"].tolist() == [1]


def test_a_lead_that_has_passed_stays_passed() -> None:
    """B may start once A has 14 hours left, in hour 2; that A then grows to 32 holds nothing up."""
    portfolio = one_task(
        tasks=[*tasks(("A", 16)), *tasks(("B", 8), planned_start="2026-01-06")],
        resources=people(ana=1, ben=1, joe=1),
        assignments=assigned(A="ana", B="ben"),
        links=[{"predecessor": "A", "successor": "B", "lag_days": -1.75}],
    )
    lever = Action("reassign", task="A", from_="ana", to="joe", handover_hours=20)
    assert finishes(after(portfolio, lever)) == {"A": 38, "B": 16}


def test_a_task_joins_another_part_of_the_plan() -> None:
    """Ana takes C over, with 34 hours left, and does it once A is done; B has nothing to do."""
    portfolio = one_task(
        tasks=tasks(("A", 16), ("B", 16), ("C", 40)),
        resources=people(ana=1, ben=1, joe=1),
        assignments=assigned(A="ana", B="ben", C="joe"),
    )
    lever = Action("reassign", task="C", from_="joe", to="ana")
    assert finishes(after(portfolio, lever)) == {"A": 24, "B": 16, "C": 58}


def test_of_two_who_take_over_the_slower_sets_the_pace() -> None:
    """A needs two; one new at the plan's speed, the other at half of it."""
    portfolio = one_task(
        resources=people(ana=1, ben=1, eve=1, joe=1), assignments=assigned(A="ana eve")
    )
    first = Action("reassign", task="A", from_="ana", to="ben")
    second = Action("reassign", task="A", from_="eve", to="joe", speed=0.5)
    assert finishes(after(portfolio, first, second)) == {"A": 30}
    assert finishes(after(portfolio, second, first)) == {"A": 30}
    assert finishes(after(portfolio, first)) == {"A": 18}


def test_a_task_starts_early() -> None:
    """B waits for Wednesday without need: now it starts at the decision, or when it is told."""
    rows = [*tasks(("A", 16)), *tasks(("B", 8), planned_start="2026-01-07")]
    portfolio = one_task(tasks=rows, assignments=assigned(A="ana", B="ben"))
    early = Action("start_early", task="B")
    assert finishes(after(portfolio)) == {"A": 24, "B": 24}
    assert finishes(after(portfolio, early)) == {"A": 24, "B": 14}
    assert finishes(after(portfolio, replace(early, start="2026-01-06 09:00"))) == {
        "A": 24,
        "B": 16,
    }
    late = replace(early, start="2026-02-06 09:00")
    assert finishes(after(portfolio, late)) == {"A": 24, "B": 24}


def two_projects(**of_q: Any) -> Portfolio:
    """Ana has A of P under way, then C of P and B of Q, each of eight hours."""
    return one_task(
        projects=[{"project": "P", "priority": 2, "cost_of_delay_per_day": 10},
                  {"project": "Q", "priority": 3, "cost_of_delay_per_day": 20, **of_q}],
        tasks=[*tasks(("A", 8), ("C", 8)), *tasks(("B", 8), project="Q")],
        assignments=assigned(A="ana", B="ana", C="ana"),
    )  # fmt: skip


def test_a_priority_changes_who_comes_next_and_stops_nobody() -> None:
    """A goes on, being under way; B is then before C."""
    portfolio = two_projects()
    lever = Action("prioritise", project="Q", priority=1)
    assert finishes(after(portfolio)) == {"A": 16, "C": 24, "B": 32}
    assert finishes(after(portfolio, lever)) == {"A": 16, "B": 24, "C": 32}


def test_orders_of_handing_back() -> None:
    """Q loses more per hour of work left; its float is the lesser once its due date is near."""
    assert finishes(after(two_projects(), order="cost_of_delay")) == {"A": 16, "B": 24, "C": 32}
    due = two_projects(due="2026-03-02")
    assert finishes(after(due, order="least_float")) == {"A": 16, "C": 24, "B": 32}
    due = two_projects(due="2026-01-05")
    assert finishes(after(due, order="least_float")) == {"A": 16, "B": 24, "C": 32}


@pytest.mark.parametrize(("alpha", "late"), [(1.0, 30), (0.0, 24), (2.0, 44)])
def test_a_responder_who_is_kept_is_missed(alpha: float, late: float) -> None:
    """Of two, one stays: of 22 hours left the restoration takes 44, with alpha 2 it takes 88."""
    portfolio = one_task(
        tasks=tasks(("A", 16), ("B", 16)),
        assignments=assigned(A="ana", B="ben"),
        support=staff(("S", "ana", 0, 1), ("S", "ben", 0, 1)),
    )
    outcome = after(portfolio, Action("keep_responder", resource="ana", alpha=alpha))
    assert finishes(outcome) == {"A": 18, "B": late}
    lost = outcome.resources.set_index("resource")["pull_hours"]
    assert lost["ana"] == pytest.approx(2)
    assert lost["ben"] == pytest.approx(late - 16)
    hours = {1.0: 2 + 44, 0.0: 24, 2.0: 2 + 88}[alpha]
    assert outcome.services.loc[0, "outage_hours"] == pytest.approx(hours)
    assert any(f"alpha is {alpha:g}" in line for line in outcome.assumptions)


def test_cover_is_told_anew_for_who_is_kept() -> None:
    """Ana's everyday work falls on eve while she is pulled, and back on her when she is kept."""
    portfolio = one_task(
        services=[{"service": "S"}, {"service": "T"}],
        resources=people(ana=1, ben=1, eve=1),
        support=staff(("S", "ana", 0, 1), ("S", "ben", 0, 1), ("T", "ana", 0.5, 0),
                      ("T", "eve", 0, 0)),
        tasks=tasks(("A", 16), ("E", 16)),
        assignments=assigned(A="ana:0.5", E="eve"),
    )  # fmt: skip
    outcome = after(portfolio, Action("keep_responder", resource="ana", alpha=0.0))
    # Eve covers half of her time from hour 4 to hour 6.
    assert finishes(outcome) == {"A": 18, "E": 17}
    assert finishes(after(portfolio)) == {"A": 24, "E": 20}


@pytest.fixture(scope="module")
def meridian() -> tuple[Portfolio, Scenario]:
    """Return the example, its restoration and durations uncertain."""
    return read("data/meridian"), Scenario.read("data/meridian/payments-down.toml")


PAUSE = Action("pause", project="CRD", until="2026-03-20")


def test_what_no_lever_touches_stays_to_the_bit(meridian: tuple[Portfolio, Scenario]) -> None:
    """Only projects that share something with the one that rests can change, if any."""
    portfolio, scenario = meridian
    idle = simulate(portfolio, scenario, runs=150, keep="tasks")
    acted = simulate(portfolio, replace(scenario, actions=(PAUSE,)), runs=150, keep="tasks")
    pd.testing.assert_frame_equal(
        acted.undecided.project_finish, idle.project_finish, check_exact=True
    )
    pd.testing.assert_frame_equal(
        acted.levelled.project_finish, idle.levelled.project_finish, check_exact=True
    )
    same = (acted.project_finish == idle.project_finish).all()
    assert not same["CRD"]
    assert 0 < same.sum() < len(same)
    assert acted.task_finish is not None
    assert idle.task_finish is not None
    before = float(portfolio.calendar.hours("2026-03-09 10:00"))
    past = idle.task_finish.to_numpy() < before
    assert past.any()
    assert (acted.task_finish.to_numpy()[past] == idle.task_finish.to_numpy()[past]).all()


def test_threads_and_pieces_change_no_bit(meridian: tuple[Portfolio, Scenario]) -> None:
    """The same figures on one thread, on three, and where runs are added on the way."""
    portfolio, scenario = meridian
    scenario = replace(scenario, actions=(PAUSE,), order="least_float")
    one = simulate(portfolio, scenario, runs=600, threads=1)
    three = simulate(portfolio, scenario, runs=600, threads=3)
    grown = simulate(portfolio, scenario, runs=600, until="p80", within_days=1e-6)
    for other in (three, grown):
        pd.testing.assert_frame_equal(one.tasks, other.tasks, check_exact=True)
        pd.testing.assert_frame_equal(one.projects, other.projects, check_exact=True)
    assert (one.projects["delay_mean_days_se"] > 0).any()


def test_decided_once_all_is_over_nothing_changes(meridian: tuple[Portfolio, Scenario]) -> None:
    """A decision after the last finish finds nothing left to decide."""
    portfolio, scenario = meridian
    late = replace(PAUSE, until="2031-01-01")
    told = replace(scenario, actions=(late,), decision_time="2030-01-01")
    outcome = simulate(portfolio, told, runs=70)
    pd.testing.assert_frame_equal(
        outcome.project_finish, outcome.undecided.project_finish, check_exact=True
    )


def test_nothing_is_decided_before_time_begins() -> None:
    """A decision last year acts from the first hour on."""
    told = {"decision_time": "2025-01-05 15:00"}
    lever = Action("reassign", task="A", from_="ana", to="ben")
    assert finishes(after(one_task(), lever, **told)) == {"A": 16}


def test_it_is_decided_when_the_incident_has_lasted_so_long() -> None:
    """Without a time of its own, the decision falls on the time elapsed since the strike."""
    lever = Action("reassign", task="A", from_="ana", to="ben")
    elapsed = replace(STRIKE, elapsed_hours=2)
    told = Scenario("Paper", (elapsed,), runs=1, actions=(lever,))
    assert finishes(simulate(one_task(), told, keep="tasks")) == {"A": 18}
    told = replace(told, incidents=(STRIKE,))
    assert finishes(simulate(one_task(), told, keep="tasks")) == {"A": 16}


def test_what_is_certain_stays_so_only_while_no_lever_ties_it_to_chance() -> None:
    """Ben's own task is certain, until he takes over from her who is away for a random time."""
    portfolio = one_task(tasks=tasks(("A", 16), ("B", 24)), assignments=assigned(A="ana", B="ben"))
    chance = Incident("S", start="2026-01-05 13:00", median_hours=24, p90_hours=60)
    told = Scenario("Paper", (chance,), runs=100, decision_time=DECIDED)
    errors = simulate(portfolio, told).tasks.set_index("task")["finish_p80_se_days"]
    assert errors["B"] == 0 < errors["A"]
    lever = Action("reassign", task="B", from_="ben", to="ana")
    tied = simulate(portfolio, replace(told, actions=(lever,))).tasks.set_index("task")
    assert tied.loc["B", "finish_p80_se_days"] > 0


FAULTS = [
    ({"kind": "pose"},
     "action, kind: found 'pose', expected one of reassign, bring_in, pause, start_early, "
     "prioritise, keep_responder; did you mean 'pause'?"),
    ({"kind": "zzz"},
     "action, kind: found 'zzz', expected one of reassign, bring_in, pause, start_early, "
     "prioritise, keep_responder."),
    ({"kind": "pause", "task": "A"},
     "action, until: found nothing, expected a value. pause needs until."),
    ({"kind": "pause", "until": "2026-01-07"},
     "action, task: found neither, expected either a task or a project."),
    ({"kind": "pause", "until": "2026-01-07", "task": "A", "project": "P"},
     "action, task: found both, expected either a task or a project."),
    ({"kind": "pause", "until": "2026-01-07", "task": ""},
     "action, task: found '', expected an id."),
    ({"kind": "pause", "until": "soon", "task": "A"},
     "action, until: found 'soon', expected a date and time from 1901 to 2199. Write it as "
     "2026-03-09 10:00."),
    ({"kind": "pause", "task": "A", "start": "2026-01-08", "until": "2026-01-07"},
     "action, until: found '2026-01-07 00:00:00', expected a time after the start."),
    ({"kind": "pause", "task": "A", "start": "2026-01-08", "until": "2026-01-08"},
     "action, until: found '2026-01-08 00:00:00', expected a time after the start."),
    ({"kind": "bring_in", "resource": "ana", "fte": 0},
     "action, fte: found 0, expected a number above 0 to 1000000."),
    ({"kind": "bring_in", "resource": "ana", "fte": 1, "cost_per_day": -1},
     "action, cost_per_day: found -1, expected a number from 0 to 1000000000."),
    ({"kind": "bring_in", "resource": "ana", "fte": 1, "task": "A"},
     "action, task: found 'A', expected nothing. bring_in takes resource, fte, start, until, "
     "cost_per_day."),
    ({"kind": "reassign", "task": "A", "from_": "ana", "to": "ana"},
     "action, to: found 'ana', expected somebody other than 'ana'."),
    ({"kind": "reassign", "task": "A", "from_": "ana", "to": "ben", "speed": 0},
     "action, speed: found 0, expected a number from 0.01 to 100."),
    ({"kind": "reassign", "task": "A", "to": "ben"},
     "action, from: found nothing, expected a value. reassign needs task, from, to."),
    ({"kind": "prioritise", "project": "P", "priority": 0},
     "action, priority: found 0, expected a whole number, 1 or more."),
    ({"kind": "keep_responder", "resource": "ana", "alpha": "big"},
     "action, alpha: found 'big', expected a number from 0 to 10."),
]  # fmt: skip


@pytest.mark.parametrize(("values", "line"), FAULTS, ids=[line for _, line in FAULTS])
def test_faults_of_an_action(values: dict[str, Any], line: str) -> None:
    """Each value that will not do is told with what would."""
    with pytest.raises(InvalidScenarioError) as caught:
        Action(**values)
    assert describe(caught.value.faults) == [line]


MISFITS = [
    ((Action("reassign", task="X", from_="anna", to="ben"),),
     ["action 1, task: found 'X', expected an id in the table tasks.",
      "action 1, from: found 'anna', expected an id in the table resources; did you mean 'ana'?"]),
    ((Action("reassign", task="A", from_="ben", to="ana"),),
     ["action 1, from: found 'ben', expected somebody assigned to 'A'. That is ana."]),
    ((Action("reassign", task="N", from_="ben", to="ana"),),
     ["action 1, from: found 'ben', expected somebody assigned to 'N'. Nobody is assigned to it."]),
    ((Action("reassign", task="B", from_="ben", to="eve"),),
     ["action 1, to: found 'eve', expected somebody not assigned to 'B' already."]),
    ((Action("reassign", task="A", from_="ana", to="ben"),),
     ["action 1, to: found 'ben', expected somebody with the skill 'writing'. Able are eve; or "
      "give the speed."]),
    ((Action("pause", task="A", until="2026-01-05 14:00"),),
     ["action 1, until: found '2026-01-05 14:00', expected a time after the decision at "
      "2026-01-05 15:00."]),
    ((Action("prioritise", project="P", priority=1), Action("prioritise", project="P", priority=2)),
     ["action: found a priority for project 'P' 2 times, expected once."]),
    ((Action("start_early", task="A"), Action("start_early", task="A")),
     ["action: found task 'A' started early 2 times, expected once."]),
    ((Action("keep_responder", resource="eve"),),
     ["action, resource: found 'eve', expected somebody whom a stated incident pulls. There is "
      "nothing to keep them from."]),
    ((Action("keep_responder", resource="ana"),),
     ["action, resource: found nobody left to restore 'S', expected a responder left."]),
    ((Action("keep_responder", resource="ana", alpha=1.5),
      Action("keep_responder", resource="eve", alpha=1)),
     ["action, alpha: found 1 and 1.5, expected one alpha. It is a property of the restoration, "
      "not of a person.",
      "action, resource: found nobody left to restore 'S', expected a responder left.",
      "action, resource: found 'eve', expected somebody whom a stated incident pulls. There is "
      "nothing to keep them from."]),
]  # fmt: skip


@pytest.mark.parametrize(("actions", "lines"), MISFITS, ids=[lines[0] for _, lines in MISFITS])
def test_actions_that_cannot_be_done(actions: tuple[Action, ...], lines: list[str]) -> None:
    """Each action that does not fit the portfolio is told with what would."""
    portfolio = one_task(
        tasks=tasks(("A", 16), ("B", 8), ("N", 0)),
        resources=people(ana=1, ben=1, eve=1),
        assignments=[*({**row, "skill": "writing"} for row in assigned(A="ana")),
                     *assigned(B="ben eve")],
        skills=[{"resource": "ana", "skill": "writing"}, {"resource": "eve", "skill": "writing"}],
    )  # fmt: skip
    with pytest.raises(InvalidScenarioError) as caught:
        after(portfolio, *actions)
    assert describe(caught.value.faults) == lines


def test_nobody_is_kept_from_a_protected_service() -> None:
    """A service that never loses to a project does not."""
    portfolio = one_task(
        services=[{"service": "S", "protected": "yes"}],
        support=staff(("S", "ana", 0, 1), ("S", "ben", 0, 1)),
    )
    with pytest.raises(InvalidScenarioError) as caught:
        after(portfolio, Action("keep_responder", resource="ana"))
    assert describe(caught.value.faults) == [
        "action, resource: found ana, who restores 'S', expected nobody kept from a protected "
        "service."
    ]


def test_a_finished_task_is_left_alone() -> None:
    """What is done at the status date cannot be paused."""
    portfolio = one_task(
        settings={"status_date": "2026-01-05 13:00"},
        tasks=tasks(("A", 4), actual_start="2026-01-05 09:00", actual_finish="2026-01-05 13:00",
                    done_fraction=1.0),
    )  # fmt: skip
    with pytest.raises(InvalidScenarioError) as caught:
        after(portfolio, Action("pause", task="A", until="2026-01-07"))
    assert describe(caught.value.faults) == [
        "action 1, task: found 'A', expected a task that is not finished."
    ]


def test_a_reassignment_that_leaves_a_task_without_enough_people_is_told() -> None:
    """Ben has too little of himself for what ana would do whole."""
    portfolio = one_task(resources=people(ana=1, ben=0.25))
    with pytest.raises(InvalidScenarioError, match="can never") as caught:
        after(portfolio, Action("reassign", task="A", from_="ana", to="ben"))
    assert "'A', which can never start" in describe(caught.value.faults)[0]


def test_levers_survive_a_file(tmp_path: Any) -> None:
    """What is written is read back as the same."""
    actions = (
        Action("reassign", task="A", from_="ana", to="ben", speed=0.5, handover_hours=8),
        Action("bring_in", resource="ana", fte=0.5, start="2026-01-06", cost_per_day=700),
        Action("pause", project="P", until="2026-01-07 10:30"),
        Action("keep_responder", resource="ana", alpha=1.25),
    )
    told = Scenario("Paper", (STRIKE,), actions=actions, decision_time=DECIDED, order="least_float")
    assert Scenario.read(told.write(tmp_path / "told.toml")) == told
    text = '[[action]]\nkind = "pause"\ntask = "A"\nuntil = 2026-01-07T10:30\n'
    (tmp_path / "typed.toml").write_text(text)
    assert Scenario.read(tmp_path / "typed.toml").actions == (
        Action("pause", task="A", until="2026-01-07 10:30"),
    )


def test_dates_with_an_offset_are_brought_to_the_portfolio() -> None:
    """Four in the afternoon in Berlin is three in London, for actions and decisions too."""
    portfolio = one_task(settings={"timezone": "Europe/London"})
    lever = Action("pause", task="A", until="2026-01-07T10:00+01:00")
    outcome = after(portfolio, lever, decision_time="2026-01-05T16:00+01:00")
    assert finishes(outcome) == {"A": 28}
    assert outcome.scenario.decision_time == pd.Timestamp(DECIDED)
    assert np.isfinite(outcome.project_finish.to_numpy()).all()
