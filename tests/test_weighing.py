"""What conflicts cost when levelled, and the fixes tried: by hand and against closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conflict_cases import MONDAY, built, many, tables_by_hand

from svcimpact.errors import InputError, InvalidScenarioError
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.io import read
from svcimpact.planning.conflicts import conflict_register
from svcimpact.planning.register import ConflictRegister
from svcimpact.planning.weighing import weigh_conflicts
from svcimpact.portfolio import Portfolio, Settings, build_portfolio


def weighed(portfolio: Portfolio, **options: int) -> ConflictRegister:
    return weigh_conflicts(conflict_register(portfolio), **options)


def test_tiny_by_hand() -> None:
    """The pages cost the checkout half a day: it works at half pace for three days at first.

    Alone, "Connect" takes 4 days and the test can finish 2 days later, on day 7 by its own start;
    with the pages it ends on day 5.5, and the checkout on day 7.5. First in the queue, it would
    cost the pages 1.33 days at 100 a day and save the checkout 0.5 at 400. A day later, it would
    end on day 6, and the checkout on day 8.
    """
    register = weighed(read("data/tiny"), runs=500)
    assert register.runs == 1
    row = register.pairs.iloc[0]
    assert row["delay_days"] == pytest.approx(0.0)
    assert row["other_delay_days"] == pytest.approx(0.5)
    assert row["delay_cost"] == pytest.approx(200.0)
    assert row["delay_cost_se"] == 0.0
    fixes = register.fixes.set_index("kind")
    assert fixes.loc["later", "saves_days"] == pytest.approx(-0.5)
    assert fixes.loc["later", "saves_cost"] == pytest.approx(-200.0)
    assert fixes.loc["later", "clears_over_days"] == pytest.approx(0.25)
    assert fixes.loc["reorder", "saves_days"] == pytest.approx(0.5 - 4 / 3)
    assert fixes.loc["reorder", "saves_cost"] == pytest.approx(200 - 400 / 3)
    assert fixes["cheapest"].to_dict() == {"later": False, "reorder": True}
    assert row["fix"] == "give New checkout for the shop priority over Move the staff pages"
    assert row["level"] == "coordinate"  # half a day of delay; the register alone said inform
    assert register.sentences()[0].endswith(
        "New checkout for the shop ends 0.5 ± 0.0 working days later because of it. Cheapest fix "
        "tried: give New checkout for the shop priority over Move the staff pages (costs 0.8 ± 0.0 "
        "project days, €67 saved)."
    )
    assert "Delay: mean over runs" in register.assumptions[-1]


@pytest.fixture(scope="module")
def by_hand() -> ConflictRegister:
    return weighed(built(tables_by_hand()), top=9)


def queue(count: int = 2) -> Portfolio:
    """Return projects that all want Ana at once, in order; the first one's length is uncertain."""
    names = [f"Q{n}" for n in range(count)]
    return build_portfolio(
        Settings(name="Queue", start=MONDAY, hours_per_day=8.0),
        {
            "projects": pd.DataFrame(
                {"project": names, "priority": range(1, count + 1), "cost_of_delay_per_day": 50.0}
            ),
            "tasks": pd.DataFrame(
                {
                    "task": names,
                    "project": names,
                    "duration_days": [4.0, *[1.0] * (count - 1)],
                    "optimistic_days": [2.0, *[None] * (count - 1)],
                    "pessimistic_days": [12.0, *[None] * (count - 1)],
                    "planned_start": MONDAY,
                }
            ),
            "resources": pd.DataFrame({"resource": ["ana"], "name": ["Ana"]}),
            "assignments": pd.DataFrame({"task": names, "resource": "ana", "units_fte": 1.0}),
            "services": pd.DataFrame(columns=["service"]),
            "support": pd.DataFrame(columns=["service", "resource"]),
        },
    )


def test_waiting_for_somebody_costs_as_long_as_they_are_busy() -> None:
    """B waits for A's PERT(2, 4, 12) days: mean 5 and sd √(3·7/7) days; the error is sd / √runs."""
    runs = 2000
    row = weighed(queue(), runs=runs).pairs.iloc[0]
    spread = np.sqrt((5 - 2) * (12 - 5) / 7)
    assert row["other_delay_days_se"] == pytest.approx(spread / runs**0.5, rel=0.1)
    assert abs(row["other_delay_days"] - 5) < 4 * row["other_delay_days_se"]
    assert row["delay_days"] == row["delay_days_se"] == 0.0
    assert row["delay_cost"] == pytest.approx(50 * row["other_delay_days"])
    fix = row["fix"]
    assert fix == "give Q1 priority over Q0"  # A then waits one day for B, B none for A
    assert abs(row["fix_saves_days"] - (5 - 1)) < 4 * row["fix_saves_days_se"]


def test_the_same_seed_gives_the_same_bits() -> None:
    """Twice the same, and another seed something else."""
    portfolio = read("data/meridian")
    one, two = (weighed(portfolio, top=1, runs=10) for _ in range(2))
    for name, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, two.tables[name], check_exact=True)
    other = weigh_conflicts(conflict_register(portfolio), top=1, runs=10, seed=2)
    assert other.pairs["delay_cost"].iloc[0] != one.pairs["delay_cost"].iloc[0]


def test_delays_are_those_of_two_simulations_by_hand() -> None:
    """With and without the other's people, run by run on the same numbers: the same mean, error."""
    portfolio = read("data/meridian")
    row = weighed(portfolio, top=1, runs=60).pairs.iloc[0]
    of = portfolio.tasks.loc[portfolio.tasks["project"] == row["other"], "task"]
    kept = portfolio.assignments[~portfolio.assignments["task"].isin(of)]
    rules = Scenario("levelled", (), runs=60, seed=1)
    finish = [
        simulate(each, rules).levelled.project_finish[row["project"]]
        for each in (portfolio, portfolio.with_tables(assignments=kept))
    ]
    delay = (finish[0] - finish[1]) / 7.5
    assert row["delay_days"] == pytest.approx(delay.mean())
    assert row["delay_days_se"] == pytest.approx(delay.std() / 60**0.5)
    # On numbers of their own the two would be told apart many times less surely.
    apart = np.hypot(finish[0].std(), finish[1].std()) / 7.5 / 60**0.5
    assert row["delay_days_se"] < apart / 2


@pytest.mark.parametrize(
    ("kind", "delays"),
    [
        # Support: Bo has 0.75, so C1 takes 2 / 0.75 days; without the till 2, and it is C's last
        # task only if nothing later is planned, so C's own end does not move.
        ("till", 0.0),
        # Absence: B2 on Thursday, then Monday in place of Friday; B ends in week 2 anyway.
        ("cem", 0.0),
        # Freeze: B4 is held for Wednesday and Thursday of week 2, B's last task.
        ("ledger", 2.0),
    ],
)
def test_services_absences_and_freezes_by_hand(
    by_hand: ConflictRegister, kind: str, delays: float
) -> None:
    """Without its support, absence or freeze a project ends as much earlier as the case says."""
    pairs = by_hand.pairs
    row = pairs[(pairs["other"] == kind) & pairs["project"].isin(["B", "C"])]
    row = row[row["project"] == ("C" if kind == "till" else "B")].iloc[0]
    assert row["delay_days"] == pytest.approx(delays)
    assert np.isnan(row["other_delay_days"])


def test_a_project_by_itself_has_no_other_to_do_without(by_hand: ConflictRegister) -> None:
    """Nobody else delays a project that alone asks for too much."""
    pairs = by_hand.pairs
    assert np.isnan(pairs.loc[pairs["other"] == "", "delay_days"].iloc[0])


def test_fixes_can_be_applied_and_do_what_they_say() -> None:
    """A portfolio with a fix, checked anew, has the days and the person-days that were told."""
    portfolio = read("data/meridian")
    register = weighed(portfolio, top=2, runs=3)
    rules = Scenario("levelled", (), runs=3, seed=1)
    base = simulate(portfolio, rules).levelled.project_finish
    over = conflict_register(portfolio).pairs["over_days"].sum()
    seen = set()
    for fix in register.fixes.to_dict("records"):
        if fix["kind"] in seen:
            continue
        seen.add(fix["kind"])
        changed = register.remedies[fix["remedy"]].apply(portfolio)
        again = portfolio.with_tables(**changed.tables)
        saved = ((base - simulate(again, rules).levelled.project_finish) / 7.5).sum(axis=1)
        assert fix["saves_days"] == pytest.approx(saved.mean(), abs=1e-6)
        alike = ["people", "support", "absence", "alone"]
        rows = conflict_register(again).conflicts
        left = rows.loc[rows["kind"].isin(alike), "over_days"].sum()
        assert fix["clears_over_days"] == pytest.approx(over - left)
    assert {"later", "swap", "reorder"} <= seen


def test_pairs_move_up_with_their_delay() -> None:
    """Levels and order count delays in; the numbers in every table follow."""
    register = weighed(many(6), top=5, runs=1)
    pairs, conflicts, weeks = register.pairs, register.conflicts, register.weeks
    assert pairs["pair"].tolist() == list(range(1, len(pairs) + 1))
    by_pair = conflicts.groupby("pair")["over_days"].sum()
    assert by_pair.tolist() == pytest.approx(pairs["over_days"].tolist())
    assert weeks.groupby("pair")["over_days"].sum().tolist() == pytest.approx(by_pair.tolist())
    costs = [
        pairs.loc[pairs["pair"] == fix["pair"], "fix"].iloc[0] == fix["text"]
        for fix in register.fixes[register.fixes["cheapest"]].to_dict("records")
    ]
    assert all(costs)
    ends = ["project", "other", "delay_days"]
    told = conflicts.merge(pairs, on="pair", suffixes=("", "_of_pair"))
    for column in ends:
        pd.testing.assert_series_equal(told[column], told[f"{column}_of_pair"], check_names=False)


def test_nothing_is_simulated_for_nobody() -> None:
    """With top=0, or no conflict, the register stays as it is but for the runs made."""
    register = conflict_register(read("data/tiny"))
    pd.testing.assert_frame_equal(weigh_conflicts(register, top=0).pairs, register.pairs)
    tables = tables_by_hand()
    for name in ("assignments", "changes", "interests"):
        tables[name] = tables[name].iloc[:0]
    assert weighed(built(tables)).pairs.empty


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"top": -1}, "top: found -1, expected a whole number from 0 on"),
        ({"runs": 0, "top": 1.5}, "runs: found 0, expected a whole number from 1 on"),
    ],
)
def test_wrong_numbers_are_told(options: dict[str, int], words: str) -> None:
    """How many pairs and runs are whole numbers, told all at once."""
    with pytest.raises(InputError) as caught:
        weigh_conflicts(conflict_register(read("data/tiny")), **options)
    assert words in str(caught.value)


def test_a_task_that_can_never_start_is_told() -> None:
    """Levelling finds what simulation finds: units beyond what min_share lets start."""
    portfolio = queue()
    units = portfolio.assignments.assign(units_fte=[1.0, 1.5])
    register = conflict_register(replace(portfolio, assignments=units))
    with pytest.raises(InvalidScenarioError, match="'Q1', which can never start"):
        weigh_conflicts(register, min_share=0.9)
