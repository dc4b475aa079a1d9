"""Why it is late, worked out on paper, and against an enumeration of all orders."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from paper import assigned, people, staff, tasks
from shaken_portfolios import portfolio_and_scenario
from test_levers import STRIKE, one_task

from svcimpact.errors import InvalidScenarioError
from svcimpact.incident.actions import Action
from svcimpact.incident.attribution import Attribution, attribute
from svcimpact.incident.disruption import MECHANISMS
from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.io import read
from svcimpact.portfolio import Portfolio

TINY = Path(__file__).parents[1] / "data" / "tiny"
TYPICAL = "In a typical future, with every restoration at its median, "


def explained(portfolio: Portfolio, incident: Incident = STRIKE) -> Attribution:
    """Explain the one future of an incident."""
    return attribute(simulate(portfolio, Scenario("Paper", (incident,), runs=1)))


def parts(found: Attribution) -> dict[str, float]:
    """Return what each mechanism adds to the delay of the first project, in hours."""
    row = found.projects.iloc[0]
    return {m: round(8 * float(row[f"{m}_days"]), 6) for m in MECHANISMS if row[f"{m}_days"]}


CHANGES = [{"task": "A", "service": "S", "effect": "changes"}]
CASES = [
    ("pull alone", {}, {"pull": 8}),
    ("freeze alone", {"support": staff(("S", "ben", 0, 1)), "changes": CHANGES}, {"freeze": 8}),
    ("either alone is enough: half each", {"changes": CHANGES}, {"pull": 4, "freeze": 4}),
    ("each of three alone is enough: a third each",
     {"services": [{"service": "S"}, {"service": "T"}],
      "service_links": [{"service": "T", "needs": "S", "impact": 1}],
      "support": staff(("S", "ana", 0, 1), ("T", "ana", 0, 1)), "changes": CHANGES},
     {"pull": 2.666667, "freeze": 2.666667, "cascade": 2.666667}),
    ("a service that depends on it pulls",
     {"services": [{"service": "S"}, {"service": "T"}],
      "service_links": [{"service": "T", "needs": "S", "impact": 1}],
      "support": staff(("T", "ana", 0, 1))}, {"cascade": 8}),
    # Ana covers half a day of eve's, who is pulled: for eight hours she works at half speed.
    ("cover for a colleague",
     {"services": [{"service": "S"}, {"service": "T"}],
      "resources": people(ana=1, ben=1, eve=1),
      "support": staff(("S", "eve", 0, 1), ("T", "eve", 0.5, 0), ("T", "ana", 0, 0))},
     {"pull": 2, "cover": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("more", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_parts_on_paper(more: dict, expected: dict[str, float]) -> None:
    """A is under way for four hours when S fails for a working day."""
    found = explained(one_task(**more))
    assert parts(found) == expected
    row = found.projects.iloc[0]
    assert row["direct_days"] == pytest.approx(row["delay_mean_days"])
    assert row["knock_on_days"] == pytest.approx(0)


def test_the_aftermath_on_paper() -> None:
    """Half of the pull for eight hours more costs four: after the pull, so it is its own doing."""
    found = explained(
        one_task(), Incident("S", start="2026-01-05 13:00", hours=24, aftermath_hours=24,
                             aftermath_share=0.5)
    )  # fmt: skip
    told = parts(found)
    assert sum(told.values()) == pytest.approx(12)
    # Alone the pull costs 8; the aftermath needs it, and so shares the 4 between them.
    assert told == pytest.approx({"pull": 10, "aftermath": 2})


def test_what_came_through_a_link_from_another_project_is_knock_on() -> None:
    """B of Q waits for A of P, whose ana is pulled: a day for each, Q's own people untouched."""
    portfolio = one_task(
        projects=[{"project": "P"}, {"project": "Q"}],
        tasks=[*tasks(("A", 16)), *tasks(("B", 8), project="Q")],
        assignments=assigned(A="ana", B="ben"),
        links=[{"predecessor": "A", "successor": "B"}],
    )
    found = explained(portfolio)
    rows = found.projects.set_index("project")
    assert rows.loc["P", ["direct_days", "knock_on_days"]].tolist() == pytest.approx([1, 0])
    assert rows.loc["Q", ["direct_days", "knock_on_days"]].tolist() == pytest.approx([0, 1])
    of_tasks = found.tasks.set_index("task")
    assert of_tasks.loc["B", ["direct_days", "knock_on_days"]].tolist() == pytest.approx([0, 1])
    assert of_tasks["criticality"].tolist() == [1, 1]
    assert found.causes == {
        "P": TYPICAL + "P ends 1.0 working days late: ana is pulled to S, 1.0.",
        "Q": TYPICAL + "Q ends 1.0 working days late: ana is pulled to S, 1.0.",
    }


def test_a_queue_for_a_shared_person_is_knock_on() -> None:
    """C of Q needs ben, who does B of P, which waits for S to be back."""
    portfolio = one_task(
        projects=[{"project": "P", "priority": 1}, {"project": "Q", "priority": 2}],
        tasks=[*tasks(("B", 16)), *tasks(("C", 8), project="Q")],
        assignments=assigned(B="ben", C="ben"),
        changes=[{"task": "B", "service": "S", "effect": "uses"}],
    )
    found = explained(portfolio)
    rows = found.projects.set_index("project")
    assert rows.loc["P", "direct_days"] == pytest.approx(1)
    # Ben is free while B is held, so C ends sooner than it would have: no part of it is direct.
    assert rows.loc["Q", "direct_days"] == 0


def test_chains_tell_the_freeze_and_the_pull_in_order() -> None:
    """Ana is pulled for a day; her task then waits for the freeze to lift for another."""
    incident = Incident("S", start="2026-01-05 13:00", hours=24, freeze_after_hours=24)
    found = explained(one_task(changes=CHANGES), incident)
    said = found.causes["P"]
    assert (
        said == TYPICAL + "P ends 2.0 working days late: A waits for the freeze on S to lift, 2.0."
    )
    assert found.sentences()[0] == (
        "Of 2.0 project days lost on average: change freeze 1.5 and pull of responders 0.5."
    )


def by_orders(portfolio: Portfolio, scenario: Scenario) -> dict[str, np.ndarray]:
    """Return Shapley values run by run, by every order in which mechanisms are switched on."""
    known: dict[frozenset[str], np.ndarray] = {}

    def delay(on: frozenset[str]) -> np.ndarray:
        if on not in known:
            off = tuple(m for m in MECHANISMS if m not in on)
            told = simulate(portfolio, Scenario(**{**scenario.__dict__, "without": off}))
            hours = (told.project_finish - told.levelled.project_finish).to_numpy()
            known[on] = np.nan_to_num(hours) / told.hours_per_day
        return known[on]

    total: dict[str, np.ndarray] = {}
    orders = list(permutations(MECHANISMS))
    for order in orders:
        for k, m in enumerate(order):
            step = delay(frozenset(order[: k + 1])) - delay(frozenset(order[:k]))
            total[m] = total.get(m, 0.0) + step / len(orders)
    return total


def test_parts_against_every_order_of_switching_on() -> None:
    """On random portfolios: the mean of what each adds over all 120 orders, and a sum that fits."""
    told = 0
    for seed in range(40):
        portfolio, scenario = portfolio_and_scenario(seed)
        if scenario.without or told == 3:
            continue
        scenario = Scenario(**{**scenario.__dict__, "runs": 3})
        try:
            outcome = simulate(portfolio, scenario)
        except InvalidScenarioError:
            continue
        if not (outcome.projects["delay_mean_days"].abs() > 0.01).any():
            continue
        told += 1
        found = attribute(outcome).projects
        for m, values in by_orders(portfolio, scenario).items():
            mean = values.mean(axis=0)
            assert found[f"{m}_days"].fillna(0.0).to_numpy() == pytest.approx(mean, abs=1e-9), (
                seed,
                m,
            )
        whole = found[[f"{m}_days" for m in MECHANISMS]].sum(axis=1)
        known = found["delay_mean_days"].fillna(0.0)
        assert whole.to_numpy() == pytest.approx(known.to_numpy(), abs=1e-9)
        both = (found["direct_days"] + found["knock_on_days"]).fillna(0.0)
        assert both.to_numpy() == pytest.approx(known.to_numpy(), abs=1e-9)
    assert told == 3


def test_drivers_are_what_is_saved_without_them() -> None:
    """Two incidents, two people: each taken away by a simulation of its own."""
    portfolio = one_task(
        tasks=tasks(("A", 30), ("B", 30)),
        assignments=assigned(A="ana", B="ben"),
        services=[{"service": "S"}, {"service": "T"}],
        support=staff(("S", "ana", 0, 1), ("T", "ben", 0, 1)),
    )
    second = Incident("T", start="2026-01-06 13:00", hours=48)
    told = Scenario("Two", (STRIKE, second), runs=1)
    found = attribute(simulate(portfolio, told)).drivers.set_index(["kind", "name"])["days"]
    # A ends in hour 38, B in hour 46 and sets the date; without T it is A's.
    assert found["person", "ben"] == pytest.approx(1)
    assert found["person", "ana"] == 0
    assert found["incident", "T, 6 Jan 2026 13:00"] == pytest.approx(1)
    assert found["mechanism", "pull of responders"] == pytest.approx(2)


def test_an_incident_taken_away_freezes_nothing() -> None:
    """A changes S, frozen for two days; T takes nobody. Without S both days are saved."""
    portfolio = one_task(
        services=[{"service": "S"}, {"service": "T"}],
        support=staff(("S", "ben", 0, 1)),
        changes=CHANGES,
    )
    first = Incident("S", start="2026-01-05 13:00", hours=24, freeze_after_hours=24)
    second = Incident("T", start="2026-01-06 13:00", hours=24)
    told = Scenario("Two", (first, second), runs=1)
    found = attribute(simulate(portfolio, told)).drivers.set_index(["kind", "name"])["days"]
    assert found["incident", "S, 5 Jan 2026 13:00"] == pytest.approx(2)
    assert found["incident", "T, 6 Jan 2026 13:00"] == 0


def test_what_is_decided_explains_nothing() -> None:
    """Ben takes over, and A is less late; what the incident does is told without him."""
    lever = Action("reassign", task="A", from_="ana", to="ben")
    told = Scenario("Paper", (STRIKE,), runs=1, decision_time="2026-01-05 15:00", actions=(lever,))
    outcome = simulate(one_task(), told)
    assert outcome.projects["delay_mean_days"].tolist() == [0.25]
    found = attribute(outcome)
    assert parts(found) == {"pull": 8}
    assert found.projects["direct_days"].tolist() == pytest.approx([1])
    assert found.causes == {"P": TYPICAL + "P ends 1.0 working days late: ana is pulled to S, 1.0."}


@pytest.mark.parametrize("pulled", ["2026-01-05 13:00", "2026-01-07 13:00"])
def test_what_is_lost_anyway_is_no_cause(pulled: str) -> None:
    """A waits a day for a planned freeze, incident or not; before or after, ana is pulled for 4."""
    portfolio = one_task(
        services=[{"service": "S"}, {"service": "T"}, {"service": "U"}],
        support=staff(("T", "ana", 0, 1)),
        changes=CHANGES,
        freezes=[{"service": "S", "start": "2026-01-06 09:00", "end": "2026-01-06 17:00"}],
    )
    # The first takes nobody, but what is lost is looked at from then on.
    first = Incident("U", start="2026-01-05 13:00", hours=1)
    second = Incident("T", start=pulled, hours=4)
    found = attribute(simulate(portfolio, Scenario("Two", (first, second), runs=1)))
    assert found.causes == {"P": TYPICAL + "P ends 0.5 working days late: ana is pulled to T, 0.5."}


def tiny(without: tuple[str, ...] = (), **tables: pd.DataFrame) -> Attribution:
    """Explain the example that is solved on paper, or what is made of it."""
    scenario = replace(Scenario.read(TINY / "incident.toml"), without=without)
    portfolio = read(TINY)
    return attribute(simulate(replace(portfolio, **tables), scenario))


FREEZE_IN_TINY = (
    "New checkout for the shop ends 1.8 working days late: Connect the checkout to payments waits "
    "for the freeze on Payments to lift, 1.5; then getting back into interrupted work, 0.3."
)


def test_the_chain_goes_through_a_finish_gate() -> None:
    """Tiny: C3's freeze sets the date, as C4 may end two days after C3 at the soonest.

    C3 is held for 18 hours, in 6 of which it loses nothing that it would not have lost to P1, and
    takes 2 to get back into: 14.
    """
    found = tiny()
    assert found.causes == {"checkout": TYPICAL + FREEZE_IN_TINY}
    assert found.sentences()[:2] == [
        "Of 1.8 project days lost on average: change freeze 1.2 and pull of responders 0.6.",
        "All of it hit the projects' own tasks: none is knock-on.",
    ]


def test_the_freeze_alone_in_tiny() -> None:
    """Nobody supports payments, so nobody is pulled: C3 is held all the same, for 1.75 days."""
    support = read(TINY).support
    found = tiny(support=support[support["service"] != "payments"].reset_index(drop=True))
    assert found.causes == {"checkout": TYPICAL + FREEZE_IN_TINY}
    assert found.sentences()[0] == "Of 1.8 project days lost on average: change freeze 1.8."


def test_float_takes_up_what_is_lost_first() -> None:
    """Tiny without its freeze: C1 is late by 14 hours, but C4 waits 4 for its gate anyway."""
    assert tiny(("freeze",)).causes == {
        "checkout": TYPICAL + "New checkout for the shop ends 1.2 working days late: Ana is pulled "
        "to Payments, 0.8; then getting back into interrupted work, 0.2; then Ana is needed at "
        "Payments for longer, 0.2."
    }


AT_SIX = "2026-01-05 15:00"


def led(work: float = 8, who: str = "ben", start: str | None = None, **link: object) -> Attribution:
    """Explain A, which eve could start in hour 6 and does in 12, and B of Q, linked to it."""
    more = {name: link.pop(name) for name in ("absences",) if name in link}
    planned = {} if start is None else {"planned_start": start}
    return explained(
        one_task(
            projects=[{"project": "P"}, {"project": "Q"}],
            tasks=[*tasks(("A", 16), planned_start=AT_SIX),
                   *tasks(("B", work), project="Q", **planned)],
            assignments=assigned(A="eve", B=who),
            resources=people(ana=1, ben=1, eve=1),
            links=[{"predecessor": "A", "successor": "B", **link}],
            changes=[{"task": "A", "service": "S", "effect": "uses"}],
            **more,
        )
    )  # fmt: skip


def test_a_start_gate_passes_on_the_start_alone() -> None:
    """B may start as A starts, which waits for S to be back; what A loses later is not B's."""
    assert led(type="SS").causes["Q"] == (
        TYPICAL + "Q ends 0.8 working days late: A waits for S to be back, 0.8."
    )


LEADS = [
    ("longer than its work: B may start as A starts", -3, {}, "A waits for S to be back"),
    # Eve is there for half a day each day, so the day of work that A still has then takes two.
    ("in work that goes slower: where it opens is not in A's dates", -1,
     {"absences": [{"resource": "eve", "start": "2026-01-05", "end": "2026-01-30", "fte": 0.5}]},
     "B waits to start"),
]  # fmt: skip


@pytest.mark.parametrize(("lag", "more", "said"), [x[1:] for x in LEADS], ids=[x[0] for x in LEADS])
def test_a_lead_passes_on_what_its_predecessor_lost(lag: float, more: dict, said: str) -> None:
    """B's people are free all the time."""
    found = led(lag_days=lag, **more)
    assert found.causes["Q"] == f"{TYPICAL}Q ends 0.8 working days late: {said}, 0.8."


def test_a_lead_on_a_finish_goes_by_the_predecessors_start() -> None:
    """B is worked off in hour 8, and may finish as A starts: in hour 12, not in hour 6."""
    assert led(2, start=AT_SIX, type="FF", lag_days=-3).causes["Q"] == (
        TYPICAL + "Q ends 0.5 working days late: A waits for S to be back, 0.5."
    )


def test_nobody_is_hit_who_could_not_start_before_its_predecessor() -> None:
    """Ana is pulled until hour 12, but till then A is held, as which B may start at the soonest."""
    row = led(who="ana", lag_days=-3).projects.set_index("project").loc["Q"]
    assert (row["direct_days"], row["knock_on_days"]) == (0.0, 0.75)


def test_busy_elsewhere_is_said_where_it_is_so() -> None:
    """D is late, so B has ben in hour 8 and C in hour 24, not in hour 6."""
    portfolio = one_task(
        projects=[{"project": "P", "priority": 1}, {"project": "Q", "priority": 2}],
        tasks=[*tasks(("A", 8), ("B", 16)), *tasks(("D", 6), ("C", 16), project="Q")],
        resources=people(ana=1, ben=1, eve=1),
        assignments=assigned(A="eve", B="ben", D="ana", C="ben"),
        links=[{"predecessor": "A", "successor": "B"}, {"predecessor": "D", "successor": "C"}],
    )
    assert explained(portfolio).causes == {
        "Q": TYPICAL + "Q ends 2.2 working days late: C waits for people who are busy elsewhere, "
        "2.2."
    }


def test_nobody_is_busy_elsewhere_who_is_away() -> None:
    """B would be done before ben's day off; A is late by a day, and so B starts after it."""
    portfolio = one_task(
        tasks=tasks(("A", 8), ("B", 8)),
        assignments=assigned(A="ana", B="ben"),
        links=[{"predecessor": "A", "successor": "B"}],
        absences=[{"resource": "ben", "start": "2026-01-07", "end": "2026-01-07"}],
    )
    assert explained(portfolio).causes == {
        "P": TYPICAL + "P ends 2.0 working days late: ana is pulled to S, 1.0; then ben is away, "
        "1.0."
    }


FROM_TUESDAY = {"tasks": tasks(("A", 16), planned_start="2026-01-06")}
TWO = {**FROM_TUESDAY, "services": [{"service": "S"}, {"service": "T"}]}
BOTH = {**TWO, "support": staff(("S", "ana", 0, 1), ("T", "ana", 0, 1))}
LEAVE = [{"resource": "ana", "start": "2026-01-08", "end": "2026-01-09"}]


def from_tuesday(service: str = "S", day: int = 6, hours: float = 24, **more: float) -> Incident:
    """Return an incident that strikes at nine, Tuesday if no other day is given."""
    return Incident(service, start=f"2026-01-{day:02} 09:00", hours=hours, **more)


TURNS = [
    ("one incident, then another", BOTH, [from_tuesday(), from_tuesday("T", 7)],
     "ana is pulled to S, 1.0; then ana is pulled to T, 1.0", (2, 0)),
    ("two incidents that overlap", BOTH, [from_tuesday(hours=48), from_tuesday("T", 7, 48)],
     "ana is pulled to S, 2.0; then ana is pulled to T, 1.0", (3, 0)),
    ("one of two people, then the other",
     {**TWO, "assignments": assigned(A="ana ben"),
      "support": staff(("S", "ana", 0, 1), ("T", "ben", 0, 1))},
     [from_tuesday(), from_tuesday("T", 7)],
     "ana is pulled to S, 1.0; then ben is pulled to T, 1.0", (2, 0)),
    ("a hold, then the aftermath",
     {**FROM_TUESDAY, "support": staff(("S", "ana", 0, 0.8)),
      "changes": [{"task": "A", "service": "S", "effect": "uses"}]},
     [from_tuesday(aftermath_hours=24, aftermath_share=0.8)],
     "A waits for S to be back, 1.0; then ana is needed at S for longer, 1.0", (2, 0)),
    ("a pull, and so into leave", {**FROM_TUESDAY, "absences": LEAVE}, [from_tuesday()],
     "ana is pulled to S, 1.0; then ana is away, 2.0", (1, 2)),
    ("two pulls at once, and so into leave", {**BOTH, "absences": LEAVE},
     [from_tuesday(), from_tuesday("T")],
     "ana is pulled to S, 1.0; then ana is away, 2.0", (1, 2)),
    ("a pull, and so into two days at half",
     {**FROM_TUESDAY, "absences": [{**LEAVE[0], "fte": 0.5}]}, [from_tuesday()],
     "ana is pulled to S, 1.0; then ana is away in part, 1.0", (1, 1)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "incidents", "said", "split"), [c[1:] for c in TURNS], ids=[c[0] for c in TURNS]
)
def test_one_thing_after_another_keeps_a_task(
    more: dict, incidents: list[Incident], said: str, split: tuple[float, float]
) -> None:
    """A has two days of work from Tuesday on; each thing is told with its days, and hits A."""
    found = attribute(simulate(one_task(**more), Scenario("Paper", tuple(incidents), runs=1)))
    whole = f"P ends {sum(split)}.0 working days late: "
    assert found.causes == {"P": TYPICAL + whole + said + "."}
    row = found.projects.iloc[0]
    assert row[["direct_days", "knock_on_days"]].tolist() == pytest.approx(split)


def test_leave_that_a_queue_shifts_a_task_into_is_knock_on() -> None:
    """B of Q waits for ana, who does A of P first; a day later it runs into her leave."""
    portfolio = one_task(
        projects=[{"project": "P", "priority": 1}, {"project": "Q", "priority": 2}],
        tasks=[*tasks(("A", 16)), *tasks(("B", 16), project="Q")],
        assignments=assigned(A="ana", B="ana"),
        absences=[{"resource": "ana", "start": "2026-01-09", "end": "2026-01-12"}],
    )
    found = explained(portfolio, Incident("S", start="2026-01-05 09:00", hours=24))
    assert found.causes["Q"] == (
        TYPICAL + "Q ends 3.0 working days late: ana is pulled to S, 1.0; then ana is away, 2.0."
    )
    rows = found.projects.set_index("project")[["direct_days", "knock_on_days"]]
    assert rows.loc["P"].tolist() == pytest.approx([1, 0])
    assert rows.loc["Q"].tolist() == pytest.approx([0, 3])


def test_days_in_a_chain_add_up_as_shown() -> None:
    """On random portfolios: the parts of every sentence come to its total, digit by digit."""
    told = 0
    for seed in range(60):
        portfolio, scenario = portfolio_and_scenario(seed)
        try:
            outcome = simulate(portfolio, replace(scenario, runs=2))
        except InvalidScenarioError:
            continue
        if told > 5:
            break
        for said in attribute(outcome).causes.values():
            whole, *parts = re.findall(r"(?:ends |, )(\d+\.\d)(?= working|;|\.$)", said)
            assert sum(round(10 * float(x)) for x in parts) == round(10 * float(whole)), said
            told += 1
    assert told > 5


@pytest.mark.parametrize(
    ("knock", "said"),
    [
        (0.0, "All of it hit the projects' own tasks: none is knock-on."),
        (0.5, "75 % of it hit the projects' own tasks; the rest is knock-on, from other "
              "projects, queues for people, and planned absences and freezes."),
        (2.0, "None of it hit the projects' own tasks: all is knock-on, from other projects, "
              "queues for people, and planned absences and freezes."),
        (-0.5, "Projects' own tasks lose 2.5; knock-on, from other projects, queues for people, "
               "and planned absences and freezes, takes 0.5 off."),
    ],
)  # fmt: skip
def test_how_much_is_knock_on_in_words(knock: float, said: str) -> None:
    """A day for P and a day for Q, through a link."""
    found = explained(
        one_task(
            projects=[{"project": "P"}, {"project": "Q"}],
            tasks=[*tasks(("A", 16)), *tasks(("B", 8), project="Q")],
            assignments=assigned(A="ana", B="ben"),
            links=[{"predecessor": "A", "successor": "B"}],
        )
    )
    table = found.projects.assign(knock_on_days=[0.0, knock])
    assert replace(found, projects=table).sentences()[1] == said


def test_a_project_without_tasks_is_not_told() -> None:
    """The outcome has no delay for it, and so no part of one."""
    found = explained(one_task(projects=[{"project": "P"}, {"project": "Q"}]))
    row = found.projects.set_index("project").loc["Q"]
    assert np.isnan(found.outcome.projects.set_index("project").loc["Q", "delay_mean_days"])
    assert row[[c for c in row.index if c.endswith("_days")]].isna().all()
    assert found.portfolio["days"].sum() == pytest.approx(1)
    assert found.sentences()[1] == "All of it hit the projects' own tasks: none is knock-on."


def test_only_the_chain_that_sets_the_date_is_critical() -> None:
    """B ends long before A does."""
    portfolio = one_task(tasks=tasks(("A", 16), ("B", 4)), assignments=assigned(A="ana", B="ben"))
    assert explained(portfolio).tasks["criticality"].tolist() == [1, 0]


def test_nothing_late_nothing_to_explain() -> None:
    """The incident takes nobody from A."""
    found = explained(one_task(support=staff(("S", "ben", 0, 1))))
    assert found.sentences() == ["No project is later on average: there is nothing to explain."]
    assert found.causes == {}
    assert (found.portfolio["days"] == 0).all()


def test_a_mechanism_switched_off_has_no_part() -> None:
    """The scenario rules it out; the other has all of it."""
    told = Scenario("Paper", (STRIKE,), runs=1, without=("pull",))
    found = attribute(simulate(one_task(changes=CHANGES), told))
    assert parts(found) == {"freeze": 8}
    assert "pull" not in set(found.drivers["driver"])
    assert isinstance(found.tables["causes"], pd.DataFrame)
    assert "<table" in found._repr_html_()
    assert "checks" not in repr(found)
