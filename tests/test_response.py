"""The practices, worked out on paper: what to decide, whom to ask, what to tell."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from paper import assigned, paper, people, staff, tasks
from scipy import stats
from test_levers import DECIDED, STRIKE, one_task

from svcimpact.charts import escalate, redeploy
from svcimpact.errors import InputError, InvalidScenarioError, describe
from svcimpact.incident.actions import Action
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Incident, RandomIncidents, Scenario
from svcimpact.incident.simulate import futures, simulate
from svcimpact.io import read
from svcimpact.portfolio import Portfolio
from svcimpact.response import search as searching
from svcimpact.response.apply import applied, unwritten
from svcimpact.response.choices import choices
from svcimpact.response.contingency import _confirmed, contingency_plan
from svcimpact.response.escalate import escalation
from svcimpact.response.inform import read_told, stakeholder_notes, write_told
from svcimpact.response.judge import Judge, Levers, Verdict
from svcimpact.response.last import read_last, write_last
from svcimpact.response.live import PRACTICES, live_picture
from svcimpact.response.morale import StuckPeople, stuck_people
from svcimpact.response.practice import Practice, at
from svcimpact.response.recover import hand_back
from svcimpact.response.redeploy import redeployment
from svcimpact.response.search import Judged, Search, search
from svcimpact.response.watch import watch_list

P = [{"project": "P", "cost_of_delay_per_day": 800}]
NOTHING = (
    "Since 5 January 2026 at 15:00 no restoration moved by an hour or more, no P80 to another "
    "day, no chance by 2 points or more; the plan and the verdicts are the same."
)
WRITING = [{**row, "skill": "writing"} for row in assigned(A="ana")]


def outcome_of(portfolio: Portfolio, incident: Incident = STRIKE, **rules: Any) -> Outcome:
    """Return what the strike does, decided in hour 6."""
    told: dict[str, Any] = {"runs": 2, "decision_time": DECIDED, **rules}
    return simulate(portfolio, Scenario("Paper", (incident,), **told))


def test_the_best_lever_on_paper() -> None:
    """Ben takes over twelve hours at once: six hours earlier is 600, and costs nothing."""
    portfolio = one_task(
        projects=P, assignments=WRITING, skills=[{"resource": "ben", "skill": "writing"}]
    )
    plan = contingency_plan(outcome_of(portfolio), runs=2)
    assert plan.levers == Levers((Action("reassign", task="A", from_="ana", to="ben"),))
    fresh = plan.totals.set_index("draws").loc["fresh"]
    assert (fresh["saved_days"], fresh["net"], fresh["cost"]) == pytest.approx((0.75, 600, 0))
    assert fresh["net_se"] == 0
    assert plan.projects["saved_money"].tolist() == [600]
    assert plan.sentences()[0] == (
        "1 lever, decided on 5 January 2026 at 15:00, would save £600, at no cost: 0.8 project "
        "days in all."
    ).replace("£", "€")
    assert plan.plan["worth_until"].iloc[0] == pd.Timestamp(DECIDED)


def test_bringing_somebody_in_on_paper() -> None:
    """A second one until Wednesday costs 125 and saves 600; nobody else has the skill."""
    resources = [{"resource": "ana", "capacity_fte": 1, "cost_per_day": 100},
                 {"resource": "ben", "capacity_fte": 1}]  # fmt: skip
    plan = contingency_plan(outcome_of(one_task(projects=P, resources=resources)), runs=2)
    fresh = plan.totals.set_index("draws").loc["fresh"]
    assert plan.plan["kind"].tolist() == ["bring_in"]
    assert (fresh["saved_money"], fresh["cost"], fresh["net"]) == pytest.approx((600, 125, 475))
    # A starts before the decision: no start moves.
    assert fresh["disturbance"] == 0


def test_where_no_lever_helps_it_says_so() -> None:
    """Nobody else can, nobody can come for less than it is worth: do nothing."""
    resources = [{"resource": "ana", "capacity_fte": 1, "cost_per_day": 10_000}]
    portfolio = one_task(projects=P, resources=resources)
    plan = contingency_plan(outcome_of(portfolio), runs=2)
    assert plan.levers == Levers()
    assert plan.sentences()[0].startswith("No lever helps: of 4 levers")
    assert plan.plan.empty
    assert plan.totals["net"].tolist() == [0, 0]
    assert plan.apply().tables["tasks"].equals(portfolio.tasks)


def test_without_money_days_are_sought() -> None:
    """No project has a cost of delay: the lever that saves days is found all the same."""
    portfolio = one_task(assignments=WRITING, skills=[{"resource": "ben", "skill": "writing"}])
    plan = contingency_plan(outcome_of(portfolio), runs=2)
    assert plan.objective == "days"
    # Somebody beside ana comes free where no rate is given, and saves as much.
    assert plan.totals["saved_days"].tolist() == pytest.approx([0.75, 0.75])
    assert "days are sought" in " ".join(plan.assumptions)


@pytest.fixture(scope="module")
def crowd() -> tuple[Portfolio, Scenario]:
    """Return three projects that want the same two people, and an outage of uncertain length."""
    rows = [
        *tasks(("A1", 12), ("A2", 10), project="P"),
        *tasks(("B1", 10), ("B2", 14), project="Q"),
        *tasks(("C1", 8), ("C2", 12), project="R"),
    ]
    portfolio = paper(
        projects=[{"project": "P", "priority": 1, "cost_of_delay_per_day": 400},
                  {"project": "Q", "priority": 2, "cost_of_delay_per_day": 900},
                  {"project": "R", "priority": 3, "cost_of_delay_per_day": 100}],
        tasks=rows,
        resources=[{"resource": "ana", "cost_per_day": 300}, {"resource": "ben"},
                   {"resource": "eve", "cost_per_day": 900}],
        assignments=assigned(A1="ana", A2="ben", B1="ana", B2="ben", C1="ben", C2="eve"),
        services=[{"service": "S", "outage_cost_per_hour": 20}],
        support=staff(("S", "ana", 0, 1), ("S", "ben", 0.2, 0.5)),
        skills=[{"resource": "eve", "skill": "x"}],
    )  # fmt: skip
    chance = Incident("S", start="2026-01-05 11:00", median_hours=20, p90_hours=60)
    return portfolio, Scenario("Crowd", (chance,), runs=80, decision_time=DECIDED)


LEVERS = [
    Action("prioritise", project="Q", priority=1),
    Action("prioritise", project="R", priority=1),
    Action("reassign", task="B1", from_="ana", to="eve"),
    Action("reassign", task="A1", from_="ana", to="eve", handover_hours=4),
    Action("reassign", task="C1", from_="ben", to="eve", speed=0.8),
    Action("bring_in", resource="ana", fte=1, until="2026-01-09"),
    Action("bring_in", resource="ben", fte=0.5, until="2026-01-08"),
    Action("pause", project="R", until="2026-01-08"),
    Action("pause", task="C1", until="2026-01-07"),
    Action("pause", project="P", until="2026-01-07"),
    Action("keep_responder", resource="ana", alpha=0.5),
    Action("keep_responder", resource="ben", alpha=0.5),
]
RATES = {"ana": 300.0, "eve": 900.0}


def brute_force(
    portfolio: Portfolio, scenario: Scenario, most: int
) -> dict[tuple[int, ...], float]:
    """Return the mean net of every set, each simulated anew and reckoned from the tables."""
    idle = futures(portfolio, scenario)
    rate = portfolio.projects["cost_of_delay_per_day"].to_numpy()
    found: dict[tuple[int, ...], float] = {(): 0.0}
    for size in range(1, most + 1):
        for members in combinations(range(len(LEVERS)), size):
            told = replace(scenario, actions=tuple(LEVERS[k] for k in members))
            try:
                acted = futures(portfolio, told)
            except InputError:
                continue
            saved = (idle.found.late - acted.found.late) / 8 @ rate
            assert acted.decided is not None
            cost = 20 * (acted.decided.arrivals.hours - idle.arrivals.hours).mean()
            for lever in told.actions:
                if lever.kind == "bring_in":
                    end = float(portfolio.calendar.hours(lever.until))
                    cost += lever.fte * RATES.get(str(lever.resource), 0.0) * (end - 6) / 8
            found[members] = float(saved.mean() - cost)
    return found


def test_search_against_brute_force(
    crowd: tuple[Portfolio, Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All sets of up to 3 of 12, each by a simulation of its own: the same best, the same net."""
    portfolio, scenario = crowd[0], replace(crowd[1], runs=25)
    expected = brute_force(portfolio, scenario, 3)
    judge = Judge(portfolio, scenario, pd.Timestamp(DECIDED))
    single = [Levers((lever,)) for lever in LEVERS]
    found = search(judge, single, 3, objective="money")
    assert found.exact
    assert len(found.sets) > 200
    told = {one.members: float(one.verdict.net.mean()) for one in found.sets}
    assert told.keys() == expected.keys()
    assert told == pytest.approx(expected, abs=1e-6)
    assert found.best.members == max(expected, key=lambda m: (expected[m], -len(m)))
    assert len(found.best.members) > 1
    monkeypatch.setattr(searching, "EXHAUSTIVE", 0)
    beam = search(judge, single, 3, objective="money")
    assert not beam.exact
    assert float(beam.best.verdict.net.mean()) >= expected[found.best.members] - 1e-6


def judged(portfolio: Portfolio) -> Judge:
    """Return the moment in hour 6 at which levers are judged."""
    return Judge(portfolio, Scenario("Paper", (STRIKE,), runs=2), pd.Timestamp(DECIDED))


def test_disturbance_counts_people_and_tasks_without_any() -> None:
    """B needs nobody, D half of ben: each starts ten hours earlier, 1.25 days times 1.5."""
    portfolio = one_task(
        tasks=[*tasks(("A", 16)), *tasks(("B", 8), ("D", 8), planned_start="2026-01-07")],
        assignments=assigned(A="ana", D="ben:0.5"),
    )
    early = Levers(tuple(Action("start_early", task=task) for task in ("B", "D")))
    verdict = judged(portfolio).judge(early)
    assert verdict is not None
    assert verdict.disturbance.tolist() == pytest.approx([1.875, 1.875])


def test_who_is_brought_in_is_paid_from_the_decision_on() -> None:
    """Told to come from hour 0 to hour 8, decided in hour 6: a quarter of a day at 100."""
    lever = Action("bring_in", resource="ana", fte=1, start="2026-01-05", until="2026-01-06 09:00",
                   cost_per_day=100)  # fmt: skip
    verdict = judged(one_task()).judge(Levers((lever,)))
    assert verdict is not None
    assert verdict.cost.tolist() == pytest.approx([25, 25])


def test_sets_keep_their_order_of_work() -> None:
    """A lever without an order changes none; the order of one that has it counts."""
    lever, order = Levers((LEVERS[0],)), Levers((), "least_float")
    assert order.with_(lever) == lever.with_(order) == Levers((LEVERS[0],), "least_float")
    assert order.with_(Levers((), "cost_of_delay")).order == "cost_of_delay"


def test_of_equal_sets_the_smaller_is_told_and_once() -> None:
    """Ben takes over; priority for the only project adds nothing to that, or to nothing."""
    levers = [
        Levers((Action("reassign", task="A", from_="ana", to="ben"),)),
        Levers((Action("prioritise", project="P", priority=1),)),
    ]
    found = search(judged(one_task(projects=P)), levers, 2, objective="money")
    assert [one.members for one in found.sets] == [(), (0,), (1,), (0, 1)]
    assert found.best.members == (0,)
    # Ben costs nothing and moves no start, so not even doing nothing is better in anything.
    told = searching.undominated(found.sets, "money")
    assert [one.members for one in told] == [(0,)]


def test_doing_nothing_is_never_beaten_by_a_plan(crowd: tuple[Portfolio, Scenario]) -> None:
    """Whatever is chosen from, the plan told saves something on fresh draws, or is none."""
    portfolio, scenario = crowd
    outcome = simulate(portfolio, scenario)
    for size in range(1, len(LEVERS), 4):
        plan = contingency_plan(outcome, levers=LEVERS[size:], most=2, runs=60)
        fresh = plan.totals.iloc[-1]
        assert fresh["net"] > 1.96 * fresh["net_se"] if len(plan.levers) else fresh["net"] == 0
        assert plan.pareto["best"].sum() == 1


def test_the_winner_is_told_on_fresh_draws(crowd: tuple[Portfolio, Scenario]) -> None:
    """The figures to tell are those of another seed, and agree with a simulation under it."""
    portfolio, scenario = crowd
    plan = contingency_plan(simulate(portfolio, scenario), levers=LEVERS, most=2, runs=60)
    search_draws, fresh = plan.totals["net"]
    assert search_draws != fresh
    told = replace(plan.scenario, runs=60, seed=scenario.seed + 7919)
    told = replace(told, incidents=(replace(told.incidents[0], elapsed_hours=4.0),))
    acted = simulate(portfolio, told)
    saved = (acted.undecided.project_finish - acted.project_finish).mean() / 8
    assert plan.projects["saved_days"].tolist() == pytest.approx(saved.tolist(), abs=1e-6)


@pytest.mark.parametrize(
    "action",
    [
        Action("reassign", task="B1", from_="ana", to="eve", speed=0.5, handover_hours=4),
        Action("bring_in", resource="ana", fte=1, until="2026-01-08"),
        Action("pause", project="P", until="2026-01-07 09:00"),
        Action("prioritise", project="R", priority=1),
    ],
    ids=lambda action: action.kind,
)
def test_a_plan_in_the_tables_is_the_plan_decided_at_the_start(
    crowd: tuple[Portfolio, Scenario], action: Action
) -> None:
    """Decided before anything began, tables and lever come to the same, run by run."""
    portfolio, scenario = crowd
    start = pd.Timestamp("2026-01-05")
    told = replace(scenario, decision_time=start, actions=(action,))
    lever = simulate(portfolio, told).project_finish
    changed = applied(portfolio, Levers((action,)), start)
    tables = simulate(changed, replace(scenario, actions=())).project_finish
    np.testing.assert_allclose(tables, lever, atol=1e-6)
    assert not np.allclose(lever, simulate(portfolio, scenario).project_finish)


def test_an_early_start_in_the_tables() -> None:
    """B need not wait for Wednesday: the table says so, or names the day it may start."""
    rows = [*tasks(("A", 16)), *tasks(("B", 8), planned_start="2026-01-07")]
    portfolio = one_task(tasks=rows, assignments=assigned(A="ana", B="ben"))
    now = pd.Timestamp("2026-01-05")
    early = applied(portfolio, Levers((Action("start_early", task="B"),)), now)
    assert early.tasks["can_start_early"].tolist() == [False, True]
    tuesday = Levers((Action("start_early", task="B", start="2026-01-06"),))
    assert applied(portfolio, tuesday, now).tasks["planned_start"].iloc[1] == pd.Timestamp(
        "2026-01-06"
    )


def both_respond(cost: float, *, more: bool = False) -> Outcome:
    """Return the outcome where ana and bob restore; P needs ana, and R needs bob."""
    rows = [*tasks(("A", 16))]
    projects = [*P]
    if more:
        rows += tasks(("B", 16), project="R")
        projects.append({"project": "R", "cost_of_delay_per_day": 80})
    return outcome_of(
        one_task(
            projects=projects,
            tasks=rows,
            resources=people(ana=1, bob=1),
            assignments=assigned(A="ana", **({"B": "bob"} if more else {})),
            services=[{"service": "S", "outage_cost_per_hour": cost}],
            support=staff(("S", "ana", 0, 1), ("S", "bob", 0, 1)),
        )
    )


def test_escalate_or_hold_on_paper() -> None:
    """Kept, ana saves 600; 22 hours more of outage cost 2,200 at 100 an hour, and 440 at 20."""
    row = escalation(both_respond(100), runs=2).table.iloc[0]
    assert (row["project_gain"], row["service_loss"], row["net"]) == pytest.approx(
        (600, 2200, -1600)
    )
    assert row["extra_outage_hours"] == pytest.approx(22)
    assert row["breakeven_outage_cost_per_hour"] == pytest.approx(600 / 22)
    assert (row["verdict"], row["likelihood"]) == ("hold", 0)
    cheap = escalation(both_respond(20), runs=2)
    row = cheap.table.iloc[0]
    assert (row["verdict"], row["likelihood"], row["net"]) == ("escalate", 1, pytest.approx(160))
    # 600 = 440 (2^alpha - 1): alpha = log2(1 + 600 / 440), found on a grid of halves.
    assert row["breakeven_alpha"] == pytest.approx(np.log2(1 + 600 / 440), abs=0.05)
    assert cheap.sentences() == [
        "P: escalate. Keeping ana would save the project €600; the service loses €440. The gain "
        "outweighs the loss in 100\u00a0% of futures (alpha 1). On average it pays as long as the "
        "outage costs less than €27 an hour; it costs €20.",
        "Before asking, see what helps that needs nobody's leave: contingency.",
    ]


def test_what_others_lose_counts() -> None:
    """R waits for bob from hour 12 to hour 18: 60 more, on the other side of the scale."""
    row = escalation(both_respond(20, more=True), runs=2).table.set_index("project").loc["P"]
    assert (row["others_loss"], row["net"]) == pytest.approx((60, 100))


def test_a_gain_likely_enough_is_not_worth_a_loss_on_average() -> None:
    """Even one who asks whatever the odds holds back where 600 stand against 2,200."""
    row = escalation(both_respond(100), threshold=0.0, runs=2).table.iloc[0]
    assert row["verdict"] == "hold"


def test_alpha_of_nothing_costs_the_service_nothing() -> None:
    """Whoever is kept is not missed: the whole gain is left, whatever an outage costs."""
    row = escalation(both_respond(1e6), alpha=0.0, runs=2).table.iloc[0]
    assert (row["service_loss"], row["net"], row["verdict"]) == (0, pytest.approx(600), "escalate")


def test_dearer_outages_never_make_it_likelier(crowd: tuple[Portfolio, Scenario]) -> None:
    """Likelihood and net fall with what an outage costs."""
    found = escalation(simulate(*crowd), runs=40).sensitivity
    assert len(found)
    dearer = found.sort_values("outage_cost_factor", kind="stable")
    for _, rows in dearer.groupby(["project", "alpha"]):
        assert rows["net"].is_monotonic_decreasing
        assert rows["likelihood"].is_monotonic_decreasing


def test_a_protected_service_never_loses() -> None:
    """Not asked, whatever it is worth."""
    portfolio = one_task(
        projects=P,
        services=[{"service": "S", "protected": "yes"}],
        support=staff(("S", "ana", 0, 1), ("S", "ben", 0, 1)),
    )
    found = escalation(outcome_of(portfolio), runs=2)
    assert found.table["verdict"].tolist() == ["never"]
    assert found.sentences() == ["P: do not escalate. S is protected: it never loses to a project."]


def leaned_on(**more: Any) -> Portfolio:
    """Return the portfolio where a protected service T goes down with S."""
    return one_task(
        projects=P,
        services=[{"service": "S"}, {"service": "T", "protected": "yes"}],
        service_links=[{"service": "T", "needs": "S", "impact": 1.0}],
        support=staff(("S", "ana", 0, 1), ("S", "ben", 0, 1)),
        **more,
    )


def test_a_protected_service_that_goes_down_with_it_never_loses() -> None:
    """Whoever restores S restores T, which is down without it."""
    found = escalation(outcome_of(leaned_on()), runs=2)
    assert found.sentences() == ["P: do not escalate. T is protected: it never loses to a project."]
    with pytest.raises(InvalidScenarioError) as caught:
        outcome_of(leaned_on(), actions=(Action("keep_responder", resource="ana"),))
    assert describe(caught.value.faults) == [
        "action, resource: found ana, who restores 'S', without which T is down, expected nobody "
        "kept from a protected service."
    ]


def test_an_outage_without_a_price_is_not_weighed() -> None:
    """600 outweigh nothing that is priced: what an hour may cost at most is told instead."""
    outcome = outcome_of(
        one_task(
            projects=P,
            resources=people(ana=1, bob=1),
            services=[{"service": "S"}],
            support=staff(("S", "ana", 0, 1), ("S", "bob", 0, 1)),
        )
    )
    found = escalation(outcome, runs=2)
    row = found.table.iloc[0]
    assert row["verdict"] == "hold"
    assert row["breakeven_outage_cost_per_hour"] == pytest.approx(600 / 22)
    assert found.sentences()[0].endswith("It would pay on average if it cost less than €27.")


def test_what_no_table_holds_is_told() -> None:
    """A table knows neither who is kept from an incident nor an order of handing back."""
    kept = Action("keep_responder", resource="ana")
    portfolio = both_respond(20).portfolio
    now = pd.Timestamp(DECIDED)
    assert unwritten(portfolio, Levers((kept,), "least_float"), now) == [
        "The order in which people are handed back: least float.",
        "To keep ana on the projects, if senior management agrees (alpha 1): who responds is "
        "decided by the incident.",
    ]
    begun = Levers((Action("pause", project="P", until="2026-01-09"),))
    assert unwritten(portfolio, begun, now) == [
        "To let P rest until 9 January, as far as 1 task under way or done by then is concerned; "
        "those to come are planned for later."
    ]
    assert unwritten(portfolio, begun, pd.Timestamp("2026-01-05 09:00")) == []


def test_what_the_tables_save() -> None:
    """Decided in hour 6 ben saves six hours; in the tables A is his from the first, and eight."""
    portfolio = one_task(
        projects=P, assignments=WRITING, skills=[{"resource": "ben", "skill": "writing"}]
    )
    plan = contingency_plan(outcome_of(portfolio), runs=2)
    assert plan.unwritten == []
    assert plan.saved_by_tables() == (pytest.approx(1.0, abs=1e-6), 0.0)


def test_a_plan_for_days_tells_what_it_costs() -> None:
    """A second one until Wednesday saves three quarters of a day, and costs 125."""
    resources = [{"resource": "ana", "capacity_fte": 1, "cost_per_day": 100}]
    plan = contingency_plan(outcome_of(one_task(projects=P, resources=resources)),
                            objective="days", runs=2)  # fmt: skip
    assert plan.sentences()[0] == (
        "1 lever, decided on 5 January 2026 at 15:00: 0.8 project days saved, at a cost of €125."
    )


@pytest.mark.parametrize(
    ("share", "error", "line"),
    [
        (3100.0, 400.0, "beside the others it adds €3.1k\u00a0±\u00a00.4k."),
        (3100.0, 3000.0, "it is here for what it does to the others."),
    ],
)
def test_a_lever_that_does_not_pay_alone_says_why_it_is_there(
    crowd: tuple[Portfolio, Scenario], share: float, error: float, line: str
) -> None:
    """What it adds is told where that is certain."""
    plan = contingency_plan(simulate(*crowd), levers=LEVERS, most=2, runs=60)
    assert len(plan.plan) == 2
    rows = plan.plan.assign(worth_until=pd.NaT, share_net=share, share_net_se=error)
    said = replace(plan, plan=rows, objective="money").sentences()
    assert said[1].endswith(f"Alone it does not pay for certain; {line}")


def test_the_last_responder_is_not_kept() -> None:
    """There is nobody else to restore the service."""
    found = escalation(outcome_of(one_task(projects=P)), runs=2)
    assert found.sentences() == ["P: hold. Nobody would be left to restore the service."]


def test_hand_back_on_paper() -> None:
    """Q first: it ends a day earlier at 20, and P a day later at 10."""
    portfolio = one_task(
        projects=[{"project": "P", "priority": 2, "cost_of_delay_per_day": 10, "sponsor": "sam"},
                  {"project": "Q", "priority": 3, "cost_of_delay_per_day": 20}],
        tasks=[*tasks(("A", 8), ("C", 8)), *tasks(("B", 8), project="Q")],
        assignments=assigned(A="ana", B="ana", C="ana"),
        stakeholders=[{"stakeholder": "sam", "name": "Sam Oduya"}],
    )  # fmt: skip
    found = hand_back(outcome_of(portfolio), runs=2)
    rules = found.table.set_index("rule")
    assert rules.loc["cost_of_delay", "saved_money"] == pytest.approx(10)
    assert rules.loc["cost_of_delay", "saved_days"] == pytest.approx(0)
    assert (rules.loc["plan", ["saved_days", "saved_money"]] == 0).all()
    assert found.rule == "cost_of_delay"
    ana = found.people.set_index("resource").loc["ana"]
    assert ana["back_p50"] == ana["back_p80"] == pd.Timestamp("2026-01-06 13:00")
    # Back six hours earlier, P and Q end six hours earlier each: two days for a day.
    assert ana["day_saved_days"] == pytest.approx(2)
    assert found.asks["text"].tolist() == [
        "As S recovers, please hand back first ana (2.0 project days for each working day).",
        "Sam Oduya: Please agree that P waits 1.0 working days longer, so that people go back in "
        "order of cost of delay per hour of work left.",
    ]


@pytest.mark.parametrize(
    ("share", "back", "worth"), [(0.5, "2026-01-07 13:00", 5 / 7), (0, "2026-01-06 13:00", 1.0)]
)
def test_people_are_back_once_the_aftermath_is_over(share: float, back: str, worth: float) -> None:
    """A day of half the pull after a day of outage; an aftermath of nothing takes nobody.

    Back at once, ana ends in hour 18: ten hours earlier than at half her pace until hour 20, for
    fourteen hours of hers; or six for six.
    """
    incident = replace(STRIKE, aftermath_hours=24, aftermath_share=share)
    people = hand_back(outcome_of(one_task(projects=P), incident), runs=2).people
    assert people["back_p50"].tolist() == [pd.Timestamp(back)]
    assert people["day_saved_days"].tolist() == pytest.approx([worth])


def test_nothing_gained_by_another_order_keeps_the_plan() -> None:
    """One task has no order."""
    found = hand_back(outcome_of(one_task(projects=P)), runs=2)
    assert found.rule == "plan"
    assert found.sentences()[0].startswith("Hand people back in the order of the plan")


def test_who_is_where_on_paper() -> None:
    """Ana restores, eve covers half of her support, ben waits on a task that may not change S."""
    portfolio = one_task(
        services=[{"service": "S"}, {"service": "T"}],
        resources=people(ana=1, ben=1, eve=1, joe=1),
        tasks=tasks(("A", 16), ("B", 16), ("J", 40)),
        assignments=assigned(A="ana:0.5", B="ben", J="joe"),
        support=staff(("S", "ana", 0, 1), ("T", "ana", 0.5, 0), ("T", "eve", 0, 0)),
        changes=[{"task": "B", "service": "S", "effect": "changes"}],
    )
    found = redeployment(outcome_of(portfolio), runs=2)
    table = found.table.set_index("resource")
    assert table["state"].to_dict() == {
        "ana": "responding", "ben": "waiting", "eve": "covering", "joe": "at work",
    }  # fmt: skip
    # From hour 6 to hour 12.
    assert table.loc["ana", "responding_hours"] == pytest.approx(6)
    assert table.loc["eve", "covering_hours"] == pytest.approx(3)
    assert table.loc["eve", "free_hours"] == pytest.approx(3)
    assert table.loc["ben", "waiting_hours"] == pytest.approx(6)
    assert table.loc["joe", ["working_hours", "free_hours"]].tolist() == pytest.approx([6, 0])
    stuck = stuck_people(outcome_of(portfolio), runs=2).table.set_index("resource")
    assert set(stuck.index) == {"ana", "ben"}
    assert stuck.loc["ben", "since"] == pd.Timestamp("2026-01-05 13:00")
    assert stuck.loc["ben", "until_p50"] == pd.Timestamp("2026-01-06 13:00")
    assert stuck.loc["ben", "waiting_days_p50"] == pytest.approx(1)


def test_a_free_person_takes_over_on_paper() -> None:
    """Ben is free and can write: three quarters of a day saved."""
    portfolio = one_task(
        projects=P, assignments=WRITING, skills=[{"resource": "ben", "skill": "writing"}]
    )
    found = redeployment(outcome_of(portfolio), runs=2)
    row = found.moves.iloc[0]
    assert (row["resource"], row["task"], row["saved_days"]) == ("ben", "A", pytest.approx(0.75))
    assert found.table.set_index("resource").loc["ben", "could_take"] == 1
    assert found.sentences()[-1].startswith("ben could take A (A) from ana: 0.8 project days")


def test_work_in_reach_is_ready_and_within_skills() -> None:
    """Ben waits; C is ready and asks for what he can, D for what he cannot, E waits for C."""
    portfolio = one_task(
        tasks=tasks(("B", 16), ("C", 4), ("D", 4), ("E", 4)),
        resources=people(ana=1, ben=1, eve=1),
        absences=[{"resource": "eve", "start": "2026-01-05", "end": "2026-01-09"}],
        links=[{"predecessor": "C", "successor": "E"}],
        assignments=[
            *assigned(B="ben"),
            {"task": "C", "resource": "eve", "skill": "writing"},
            {"task": "D", "resource": "eve", "skill": "law"},
            {"task": "E", "resource": "eve", "skill": "writing"},
        ],
        skills=[{"resource": "ben", "skill": "writing"}],
        changes=[{"task": "B", "service": "S", "effect": "uses"}],
    )
    near = stuck_people(outcome_of(portfolio), runs=2).in_reach
    assert near[["resource", "task"]].to_numpy().tolist() == [["ben", "C"]]


def stuck_at(portfolio: Portfolio, incident: Incident = STRIKE, **rules: Any) -> StuckPeople:
    """Return who is stuck in two futures, in hour 6 if nothing else is said."""
    return stuck_people(outcome_of(portfolio, incident, **rules), runs=2)


def test_who_is_away_is_not_stuck_but_those_who_wait_for_them_are() -> None:
    """Ana and eve are on leave until Monday; joe works with eve, and ben's task is frozen."""
    leave = [
        {"resource": who, "start": "2026-01-05", "end": "2026-01-09"} for who in ("ana", "eve")
    ]
    portfolio = one_task(
        settings={"status_date": "2026-01-05 12:00"},
        tasks=tasks(("A", 16), ("B", 16), ("C", 16), actual_start="2026-01-05 09:00",
                    done_fraction=0.1),
        resources=people(ana=1, ben=1, eve=1, joe=1),
        assignments=assigned(A="ana", B="ben", C="eve joe"),
        support=staff(("S", "joe", 0, 0)),
        absences=leave,
        changes=[{"task": "B", "service": "S", "effect": "changes"}],
    )  # fmt: skip
    found = stuck_at(portfolio)
    assert found.table["resource"].tolist() == ["joe", "ben"]
    joe, ben = found.table.to_dict("records")
    assert (joe["since"], joe["until_p50"], joe["planned"]) == (
        pd.Timestamp("2026-01-05 09:00"), pd.Timestamp("2026-01-12 09:00"), "eve is back",
    )  # fmt: skip
    assert (ben["until_p50"], ben["planned"]) == (pd.Timestamp("2026-01-06 13:00"), "")
    assert found.sentences() == [
        "Stuck since 5 January 2026 at 09:00: joe, on C; until 12 January 2026 at 09:00, when eve "
        "is back. Nothing ready is in reach of their skills.",
        "Stuck since 5 January 2026 at 13:00: ben, on B; until 6 January 2026 at 13:00 in four of "
        "five futures. Nothing ready is in reach of their skills.",
    ]


def test_a_planned_freeze_is_told_with_its_end() -> None:
    """A may not change S from Tuesday to Friday; S fails on Wednesday, for some hours or days."""
    portfolio = one_task(
        tasks=tasks(("A", 32)), support=staff(("S", "ben", 0, 1)),
        changes=[{"task": "A", "service": "S", "effect": "changes"}],
        freezes=[{"service": "S", "start": "2026-01-06 09:00", "end": "2026-01-09 09:00"}],
    )  # fmt: skip
    moment = {"decision_time": "2026-01-07 11:00"}
    found = stuck_at(portfolio, Incident("S", start="2026-01-07 09:00", hours=12), **moment)
    assert found.sentences()[0].startswith(
        "Stuck since 6 January 2026 at 09:00: ana, on A; until 9 January 2026 at 09:00, when the "
        "planned change freeze ends. "
    )
    assert found.table["waiting_days_p50"].tolist() == pytest.approx([3])
    # A thaw on Thursday of the next week: the freeze that was planned is no longer what holds A.
    longer = Incident("S", start="2026-01-07 09:00", hours=8 * 24)
    table = stuck_at(portfolio, longer, **moment).table
    assert table["until_p50"].tolist() == [pd.Timestamp("2026-01-15 09:00")]
    assert table["planned"].tolist() == [""]


def test_who_was_stopped_before_the_status_date() -> None:
    """Ana is pulled at 13:00; the status is of 15:00, when she has stood still for two hours."""
    portfolio = one_task(
        settings={"status_date": DECIDED},
        tasks=tasks(("A", 16), actual_start="2026-01-05 09:00", done_fraction=0.25),
    )
    table = stuck_at(portfolio).table
    assert table["since"].tolist() == [pd.Timestamp("2026-01-05 13:00")]
    assert table["waiting_days_p50"].tolist() == pytest.approx([1])


@pytest.mark.parametrize(
    ("start", "until"),
    [("2026-01-06 13:00", "2026-01-07 13:00"), ("2026-01-07 09:00", "2026-01-06 13:00")],
)
def test_only_what_follows_at_once_keeps_somebody_stuck(start: str, until: str) -> None:
    """S is back on Tuesday at 13:00; then T takes ana for a day: at once, or the next morning."""
    portfolio = one_task(
        tasks=tasks(("A", 32)), services=[{"service": "S"}, {"service": "T"}],
        support=staff(("S", "ana", 0, 1), ("T", "ana", 0, 1)),
    )  # fmt: skip
    told = Scenario("Two", (STRIKE, Incident("T", start=start, hours=24)), runs=2,
                    decision_time=DECIDED)  # fmt: skip
    table = stuck_people(simulate(portfolio, told), runs=2).table
    assert table["until_p50"].tolist() == [pd.Timestamp(until)]


@pytest.mark.parametrize(("share", "until"), [(1.0, "2026-01-07 13:00"), (0.5, "2026-01-06 13:00")])
def test_an_aftermath_that_takes_all_keeps_somebody_stuck(share: float, until: str) -> None:
    """Ana is wanted for a day after the restoration: for good, or for half of her time."""
    incident = replace(STRIKE, aftermath_hours=24, aftermath_share=share)
    table = stuck_at(one_task(tasks=tasks(("A", 32))), incident).table
    assert table["until_p50"].tolist() == [pd.Timestamp(until)]


def test_who_works_on_what_comes_first_is_not_stuck() -> None:
    """Ben began B while A stood still; A goes on in hour 12, and B waits for him."""
    portfolio = one_task(
        projects=[{"project": "P", "priority": 1}, {"project": "Q", "priority": 2}],
        tasks=[*tasks(("A", 16)), *tasks(("B", 16), project="Q")],
        assignments=assigned(A="ana ben", B="ben"),
    )
    found = stuck_at(portfolio, decision_time="2026-01-06 14:00")
    assert found.table.empty
    assert found.sentences() == [
        "Nobody is stuck: no task under way is held while its people are there."
    ]


def test_who_was_called_often() -> None:
    """Three incidents of S within ninety days, all of them ana's."""
    opened = ["2025-10-01", "2025-11-01", "2025-12-01", "2025-12-20", "2026-02-01"]
    log = [
        {"incident": f"I{k}", "service": "S", "severity": 1, "opened": o, "restored": f"{o} 05:00"}
        for k, o in enumerate(opened)
    ]
    portfolio = one_task(incidents=log)
    found = stuck_people(outcome_of(portfolio), runs=2)
    assert found.repeated[["resource", "incidents"]].to_numpy().tolist() == [["ana", 3]]
    assert stuck_people(outcome_of(portfolio), often=4, runs=2).repeated.empty


def test_the_next_look_against_the_distribution() -> None:
    """First likelier than not when the distribution's own conditional chance comes to a half."""
    portfolio = one_task(projects=[{"project": "P", "due": "2026-01-08"}])
    chance = Incident("S", start="2026-01-05 13:00", median_hours=16, p90_hours=72)
    outcome = outcome_of(portfolio, chance, runs=400)
    found = watch_list(outcome, now="2026-01-05 13:00", runs=400)
    sigma = np.log(72 / 16) / stats.norm.ppf(0.9)
    lasts = stats.lognorm(sigma, scale=16)
    # Late when A ends after Thursday: restored after hour 20, Wednesday 13:00, 48 hours on.
    begin = pd.Timestamp("2026-01-05 13:00")
    hours = ((found.looks["when"] - begin) / pd.Timedelta(hours=1)).to_numpy()
    told = lasts.sf(48) / lasts.sf(hours)
    assert found.looks["chance_late"].tolist() == pytest.approx(told.tolist(), abs=0.08)
    # In time by P80 as it is: P80 passes the due date where the chance comes to one in five, and
    # is told beyond 1.96 errors, of which one is 0.02.
    assert found.table["chance_late"].iloc[0] < 0.2
    first = (found.next_look - begin) / pd.Timedelta(hours=1)
    assert lasts.sf(48) / lasts.sf(first) > 0.2
    assert lasts.sf(48) / lasts.sf(first - 1) < 0.2 + 3 * 1.96 * 0.02
    assert found.looks["changes"].sum() == (found.looks["when"] >= found.next_look).sum()


def test_nothing_moves_nothing_to_watch() -> None:
    """The incident takes nobody: no row, no look, no note."""
    portfolio = one_task(support=staff(("S", "ben", 0, 1)))
    outcome = outcome_of(portfolio)
    found = watch_list(outcome, runs=2)
    assert found.table.empty
    assert "No project's P80 falls on a later day: there is nothing to watch." in found.sentences()
    assert found.do_not_disturb["resource"].tolist() == ["ben"]
    assert stakeholder_notes(outcome, runs=2).sentences() == [
        "There is nothing new to tell anybody."
    ]
    assert escalation(outcome, runs=2).sentences() == [
        "No project loses half a working day or more on average: there is nothing to escalate."
    ]


def with_sponsor(**more: Any) -> Portfolio:
    """Return the one task, its sponsor and somebody informed."""
    return one_task(
        projects=[{"project": "P", "name": "Payroll", "sponsor": "sam", "due": "2026-01-07"}],
        stakeholders=[{"stakeholder": "sam", "name": "Sam Oduya", "role": "Director"},
                      {"stakeholder": "ivy", "name": "Ivy Chen"},
                      {"stakeholder": "max", "name": "Max Ode", "side": "service"}],
        interests=[{"stakeholder": "ivy", "item": "P", "interest": "informed"},
                   {"stakeholder": "max", "item": "S", "interest": "advises"}],
        **more,
    )  # fmt: skip


def test_notes_tell_what_changed_and_only_that(tmp_path: Path) -> None:
    """Two notes; none when nothing is new; the moved date and the old one when something is."""
    outcome = outcome_of(with_sponsor())
    watch = watch_list(outcome, runs=2)
    first = stakeholder_notes(outcome, watch=watch, runs=2)
    assert first.table["stakeholder"].tolist() == ["sam", "ivy"]
    text = first.table["text"].iloc[0]
    assert "Payroll: we now expect it to finish by 7 January 2026 in four of five" in text
    assert "Without the incident it was by 6 January 2026 in four of five" in text
    assert "is still 0\u00a0%" in text
    assert "Questions: Max Ode, please" in text
    assert "There is nothing to decide for you now." in text
    record = write_told(first.told, tmp_path / "told.json")
    assert read_told(record) == first.told
    again = stakeholder_notes(outcome, told=read_told(record), watch=watch, runs=2)
    assert again.table.empty
    assert again.told == first.told
    longer = outcome_of(with_sponsor(), replace(STRIKE, hours=72))
    moved = stakeholder_notes(longer, told=first.told, runs=2)
    assert moved.table["stakeholder"].tolist() == ["sam", "ivy"]
    assert (
        "Our last note said by 7 January 2026 in four of five futures."
        in moved.table["text"].iloc[0]
    )
    calm = outcome_of(with_sponsor(support=staff(("S", "ben", 0, 1))))
    back = stakeholder_notes(calm, told=moved.told, runs=2)
    assert (
        "Payroll is back on its dates: in four of five futures it finishes by 6 January 2026."
        in back.table["text"].iloc[0]
    )
    assert back.told == {"sam": {}, "ivy": {}}


def test_names_stay_on_their_line_and_files_in_their_folder(tmp_path: Path) -> None:
    """A name with a line break adds no header; an id with a path leaves the folder to nobody."""
    portfolio = one_task(
        projects=[{"project": "P", "name": "Pay\nBcc: all@x", "sponsor": "../up"}],
        stakeholders=[{"stakeholder": "../up", "name": "Eve\nSubject: yes"}],
    )
    notes = stakeholder_notes(outcome_of(portfolio), runs=2)
    (path,) = notes.write(tmp_path / "notes")
    assert path.parent == tmp_path / "notes"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("To: Eve")
    assert sum(line.startswith(("To:", "Subject:", "Bcc:")) for line in lines) == 2


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"format": 2, "told": {}}', '{"format": 1, "told": {"a": {"b": {"p50": 1}}}}',
     '{"format": 1, "told": {"a": 3}}'],
)  # fmt: skip
def test_a_record_that_is_something_else_is_told(tmp_path: Path, text: str) -> None:
    """Nothing is told anew in silence because a file was broken."""
    (tmp_path / "told.json").write_text(text)
    with pytest.raises(InputError, match="What was told before is not clear") as caught:
        read_told(tmp_path / "told.json")
    assert "delete it: everything is then told anew" in describe(caught.value.faults)[0]
    (tmp_path / "last.json").write_text(text)
    with pytest.raises(InputError, match="What changed cannot be told") as caught:
        read_last(tmp_path / "last.json")
    assert "delete it: nothing is then compared" in describe(caught.value.faults)[0]


def test_a_live_picture_and_what_changed(tmp_path: Path) -> None:
    """All seven answers; run again later it says whose P80 moved, and writes to them alone."""
    portfolio = with_sponsor()
    outcome = outcome_of(portfolio)
    first = live_picture(outcome)
    assert set(first.answers) == {*PRACTICES, "inform"}
    assert all(isinstance(answer, Practice) for answer in first.answers.values())
    assert first.changes == ()
    assert max(map(len, first.screen().splitlines())) <= 80
    last = write_last(first, tmp_path / "last.json")
    same = live_picture(outcome, last=read_last(last), told=first.notes.told)
    assert same.changes == (NOTHING,)
    assert same.notes.table.empty
    later = outcome_of(portfolio, replace(STRIKE, hours=72))
    moved = live_picture(later, last=read_last(last), told=first.notes.told)
    assert moved.changes == (
        "S back by 6 January 2026 at 13:00 → 8 January 2026 at 13:00.",
        "Payroll: P80 7 January 2026 → 9 January 2026, misses its due date 0\u00a0% → 100\u00a0%.",
        "What helps: now also bring in 1 FTE beside ana until 9 January, no longer bring in 1 FTE "
        "beside ana until 7 January.",
    )
    assert len(moved.notes.table) == 2


def test_a_moment_that_is_none_is_told() -> None:
    """No incident, no date, no room for a run: each is said."""
    outcome = outcome_of(one_task(projects=P))
    with pytest.raises(InputError) as caught:
        at(outcome, "soon")
    assert describe(caught.value.faults) == [
        "now: found 'soon', expected a date and time from 1901 to 2199. Write it as 2026-03-09 "
        "10:00."
    ]
    assert at(outcome, "2025-01-01") == pd.Timestamp("2026-01-05")
    assert at(outcome, "2026-01-05T14:00+01:00") == pd.Timestamp("2026-01-05 13:00")
    random = Scenario(random_incidents=RandomIncidents(20, rates={"S": 5.0}, median_hours=5,
                                                       p90_hours=9), runs=2)  # fmt: skip
    with pytest.raises(InputError, match="no incident to respond to") as caught:
        at(simulate(one_task(), random))
    assert "expected a stated incident" in describe(caught.value.faults)[0]
    for practice, wrong, line in (
        (watch_list, {"runs": 1}, "runs: found 1, expected a whole number, 2 or more."),
        (contingency_plan, {"most": 0}, "most: found 0, expected a whole number from 1 to 6."),
        (contingency_plan, {"objective": "fame"},
         "objective: found 'fame', expected 'money' or 'days'."),
        (contingency_plan, {"levers": [Action("pause", task="X", until="2026-01-08")]},
         "lever 1, task: found 'X', expected an id in the table tasks."),
        (escalation, {"alpha": -1}, "alpha: found -1, expected a number from 0 to 10."),
        (escalation, {"threshold": 2}, "threshold: found 2, expected a number from 0 to 1."),
        (stuck_people, {"within_days": 0}, "within_days: found 0, expected days, above 0."),
        (stuck_people, {"often": 0}, "often: found 0, expected a whole number, 1 or more."),
    ):  # fmt: skip
        with pytest.raises(InputError) as caught:
            practice(outcome, **wrong)
        assert describe(caught.value.faults) == [line]


def test_the_example_has_an_answer_to_every_question() -> None:
    """Every practice on the example: a table, sentences, assumptions, the same on two threads."""
    portfolio = read("data/meridian")
    scenario = replace(Scenario.read("data/meridian/payments-down.toml"), runs=200)
    outcome = simulate(portfolio, scenario)
    for name, practice in PRACTICES.items():
        few = {"most": 1} if name == "contingency" else {}
        one, other = (practice(outcome, runs=40, threads=t, **few) for t in (1, 2))
        assert one.sentences() == other.sentences()
        for table in one.tables:
            pd.testing.assert_frame_equal(one.tables[table], other.tables[table], check_exact=True)
        assert one.assumptions
        assert repr(one).startswith(name)
        assert "<table" in one._repr_html_()
        assert "This rests on:" in one.text()


def test_a_plan_whose_cost_no_table_tells_says_so() -> None:
    """Ana's second has no rate: what is saved is told before the cost of bringing them in."""
    plan = contingency_plan(outcome_of(one_task(projects=P)), runs=2)
    assert plan.plan["kind"].tolist() == ["bring_in"]
    assert plan.sentences()[0].endswith(
        "would save €600, before the cost of bringing in ana, which no table tells: 0.8 project "
        "days in all."
    )


def test_nobody_is_kept_for_whom_it_is_not_worth_asking() -> None:
    """At 100 an hour keeping ana loses 1,600; at 20 it wins 160, and may be in the plan."""
    dear, cheap = (contingency_plan(both_respond(cost), runs=2) for cost in (100, 20))
    assert "keep_responder" not in set(dear.table["kind"])
    assert "1 responder to keep, for whom it is not worth asking" in " ".join(dear.assumptions)
    assert "keep_responder" in set(cheap.table["kind"])
    kept = cheap.table.set_index("kind").loc["keep_responder", "lever"]
    assert kept == "keep ana on the projects, if senior management agrees (alpha 1)"


def test_small_delays_are_not_escalated() -> None:
    """Three hours are less than half a day: nobody senior is asked."""
    portfolio = both_respond(20).portfolio
    outcome = outcome_of(portfolio, replace(STRIKE, hours=3.0))
    assert 0.05 < outcome.projects["delay_mean_days"].iloc[0] < 0.5
    found = escalation(outcome, runs=2)
    assert found.sentences() == [
        "No project loses half a working day or more on average: there is nothing to escalate."
    ]
    assert escalate(found).get_title(loc="left") == (
        "There is nothing to escalate: no project loses half a working day or more"
    )


def test_hours_to_give_away_are_those_of_the_free(crowd: tuple[Portfolio, Scenario]) -> None:
    """Chart and text count the same hours, and none of those who respond or cover."""
    found = redeployment(simulate(*crowd), runs=40)
    hours = found.table.set_index("resource")["free_hours"]
    inside = found.table.set_index("resource")["state"].isin(("responding", "covering", "at work"))
    assert found.idle_hours == pytest.approx(hours[~inside].sum())
    busy = replace(found, table=found.table.assign(state="covering"))
    assert busy.idle_hours == 0
    assert "; 0 hours of the others are free" in redeploy(busy).get_title(loc="left")


def test_half_an_hour_before_the_end_who_is_free_is_free() -> None:
    """Ben has nothing to do for the half hour that is left; no hour of his is asked for."""
    found = redeployment(outcome_of(one_task()), now="2026-01-06 12:30", runs=2)
    assert found.until == pd.Timestamp("2026-01-06 13:00")
    assert found.table.set_index("resource")["state"].to_dict() == {
        "ana": "responding",
        "ben": "free",
    }


@pytest.mark.parametrize(
    ("gains", "chosen"),
    [
        # What each lever adds to the others, as mean and spread over 400 futures.
        ({"a": (100, 50), "b": (60, 50), "c": (0.5, 50)}, {"a", "b"}),
        ({"a": (100, 50), "b": (60, 50), "c": (40, 50)}, {"a", "b", "c"}),
        ({"a": (100, 50), "b": (0.5, 50), "c": (0.5, 50)}, {"a"}),
        ({"a": (0.5, 50), "b": (0.5, 50), "c": (0.5, 50)}, set()),
        # Neither one nor two are beyond doubt, all three together are.
        ({"a": (3.1, 50), "b": (3.1, 50), "c": (3.1, 50)}, {"a", "b", "c"}),
    ],
)  # fmt: skip
def test_a_lever_that_adds_nothing_is_left_out(
    gains: dict[str, tuple[float, float]], chosen: set[str]
) -> None:
    """Fewer levers that save as much, as far as anybody can tell, are the better plan."""
    rng = np.random.default_rng(5)
    draws = {}
    for name, (mean, spread) in gains.items():
        noise = rng.normal(size=400)
        # The sample has exactly the mean and the spread asked for.
        draws[name] = mean + spread * (noise - noise.mean()) / noise.std()
    names = list(gains)
    pulled = {name: Levers((Action("prioritise", project=name, priority=1),)) for name in names}
    sets: dict[tuple[int, ...], Levers] = {(): Levers()}
    for size in (1, 2, 3):
        for members in combinations(range(3), size):
            actions = tuple(pulled[names[k]].actions[0] for k in members)
            sets[members] = Levers(actions)
    found = {
        members: Judged(levers, members, _saving(draws, levers)) for members, levers in sets.items()
    }
    searched = Search((), tuple(found.values()), found[0, 1, 2], True, ())

    class Again:
        def judge_all(self, levers: list[Levers]) -> list[Verdict]:
            return [_saving(draws, one) for one in levers]

    kept = _confirmed(searched, Again(), "money")  # type: ignore[arg-type]
    assert {action.project for action in kept.levers.actions} == chosen


def _saving(draws: dict[str, Any], levers: Levers) -> Verdict:
    money = sum((draws[str(a.project)] for a in levers.actions), np.zeros(400))
    nothing = np.zeros(400)
    return Verdict(nothing[:, None], money, nothing, nothing, nothing)


def test_what_saves_more_than_is_lost_is_told_to_help_anyway() -> None:
    """The best order of work on the example beats the plan's order without any incident."""
    portfolio = read("data/meridian")
    scenario = Scenario.read("data/meridian/payments-down.toml")
    calm = replace(scenario, incidents=(replace(scenario.incidents[0], service="hr-payroll"),))
    told = "some of this would help without it, too."
    for given, expected in ((calm, True), (scenario, False)):
        outcome = simulate(portfolio, given, runs=100)
        plan = contingency_plan(outcome, runs=100, most=1)
        lost = outcome.projects["delay_mean_days"].sum()
        assert bool(plan.totals.iloc[-1]["saved_days"] > lost) is expected
        assert any(line.endswith(told) for line in plan.sentences()) is expected


def test_levers_of_equal_stake_stand_in_the_order_of_the_tables() -> None:
    """The order of a set of names is another in every process; the plan has to be the same."""
    names = list("PQRSTUVW")
    portfolio = paper(
        projects=[{"project": name} for name in names],
        tasks=[{**tasks((name, 16))[0], "project": name} for name in names],
        resources=[{"resource": "ana", "capacity_fte": len(names)}],
        assignments=[{"task": name, "resource": "ana", "units_fte": 1.0} for name in names],
        services=[{"service": "S"}],
        support=staff(("S", "ana", 0, len(names))),
    )
    scenario = Scenario("Paper", (STRIKE,), runs=2)
    outcome = simulate(portfolio, scenario)
    offered = choices(outcome, Judge(portfolio, scenario, pd.Timestamp(DECIDED))).levers
    kinds = [action for lever in offered for action in lever.actions]
    first = [action.project for action in kinds if action.kind == "prioritise"]
    assert first == names
