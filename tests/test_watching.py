"""When services and people are back, and when to look again: by hand, and against closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from paper import assigned, people, staff, tasks
from scipy import stats
from test_informing import outcome_of, told
from test_levers import DECIDED, STRIKE, one_task

from svcimpact.incident.actions import Action
from svcimpact.incident.draws import draw_incidents
from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.response.recover import hand_back
from svcimpact.response.redeploy import redeployment
from svcimpact.response.restored import restored
from svcimpact.response.watch import watch_list

NOW = "2026-01-05 13:00"
HOUR = pd.Timedelta(hours=1)
UNSURE = Incident("S", start=NOW, median_hours=16, p90_hours=72)
LASTS = stats.lognorm(np.log(72 / 16) / stats.norm.ppf(0.9), scale=16)


def test_several_are_back_with_the_product_of_their_chances() -> None:
    """The median of one is its own; of two, five hours apart, their chances multiply to a half."""
    portfolio = told()
    two = (UNSURE, replace(UNSURE, service="T", start="2026-01-05 18:00"))
    drawn = draw_incidents(portfolio, Scenario("Two", two, runs=2))
    clock = portfolio.calendar
    assert restored(clock, drawn, [0], 0.5) == pd.Timestamp("2026-01-06 05:00")
    assert restored(clock, drawn, [1], 0.5) == pd.Timestamp("2026-01-06 10:00")
    both = (restored(clock, drawn, [0, 1], 0.5) - pd.Timestamp(NOW)) / HOUR
    assert LASTS.cdf(both) * LASTS.cdf(both - 5) == pytest.approx(0.5, abs=2e-4)
    after = restored(clock, drawn, [0, 1], 0.5, more=[0.0, 40.0])
    late = (after - pd.Timestamp(NOW)) / HOUR
    assert LASTS.cdf(late) * LASTS.cdf(late - 45) == pytest.approx(0.5, abs=2e-4)
    fixed = replace(STRIKE, service="T", hours=200)
    drawn = draw_incidents(portfolio, Scenario("Two", (UNSURE, fixed), runs=2))
    assert restored(clock, drawn, [0, 1], 0.5) == pd.Timestamp("2026-01-13 21:00")


def test_a_median_is_told_as_it_was_typed() -> None:
    """Sixteen hours from 13:00 is 05:00 in the outcome, on the watch list and until when."""
    outcome = outcome_of(told(), UNSURE, runs=60)
    half, most = pd.Timestamp("2026-01-06 05:00"), pd.Timestamp(NOW) + LASTS.ppf(0.8) * HOUR
    row = outcome.incidents.iloc[0]
    assert (row["restored_p50"], row["restored_p80"]) == (half, most.round("min"))
    ahead = watch_list(outcome, now=NOW, runs=60).forecast.iloc[0]
    assert (ahead["p50"], ahead["p80"]) == (half, most.round("min"))
    assert redeployment(outcome, now=NOW, runs=60).back == half
    later = watch_list(outcome, now="2026-01-05 19:00", runs=60).forecast["p50"].iloc[0]
    given = pd.Timestamp(NOW) + LASTS.isf(LASTS.sf(6) / 2) * HOUR
    assert later == given.round("min")


def test_without_a_responder_the_median_is_as_much_later() -> None:
    """Two hours have passed; half of the responders take twice as long for the other fourteen."""
    portfolio = one_task(
        resources=people(ana=1, bob=1), support=staff(("S", "ana", 0, 1), ("S", "bob", 0, 1))
    )
    kept = Action("keep_responder", resource="ana", alpha=1.0)
    scenario = Scenario("Kept", (UNSURE,), runs=2, decision_time=DECIDED, actions=(kept,))
    back = simulate(portfolio, scenario).incidents["restored_p50"].iloc[0]
    assert back == pd.Timestamp(NOW) + 30 * HOUR


@pytest.mark.parametrize(
    ("hours", "back"),
    [(24, "2026-01-07 09:00"), (120, "2026-01-12 09:00"), (30, "2026-01-07 15:00")],
)
def test_nobody_is_back_before_the_service(hours: float, back: str) -> None:
    """Restored as the day begins, on a Sunday, in working hours: the next working moment."""
    incident = replace(STRIKE, start="2026-01-06 09:00", hours=hours)
    outcome = outcome_of(told(tasks=tasks(("A", 40))), incident)
    found = hand_back(outcome, now="2026-01-06 10:00", runs=2)
    row = found.people.iloc[0]
    assert row["back_p50"] == row["back_p80"] == pd.Timestamp(back)
    day = pd.Timestamp(back).day
    assert f"ana is back by {day} January 2026 in four of five futures." in found.sentences()
    row = watch_list(outcome, now="2026-01-06 10:00", runs=2).do_not_disturb.iloc[0]
    assert row["until_p50"] == row["until_p80"] == pd.Timestamp(back)


def test_only_who_is_still_needed_is_asked_for_and_once() -> None:
    """Shop is open, then over; Tills are expected: ana is asked of one of them at a time."""
    portfolio = told(tasks=tasks(("A", 60)), support=staff(("S", "ana", 0, 1), ("T", "ana", 0, 1)))
    tills = Incident("T", start="2026-01-08 09:00", hours=8)
    outcome = outcome_of(portfolio, tills, STRIKE)
    (open_,) = hand_back(outcome, now="2026-01-05 15:00", runs=2).asks["text"]
    assert open_.startswith("As Shop recovers, please hand back first ana (")
    found = hand_back(outcome, now="2026-01-07 10:00", runs=2)
    (expected,) = found.asks["text"]
    assert expected.startswith("Once Tills has failed and recovers, please hand back first ana (")
    over = hand_back(outcome_of(portfolio, STRIKE), now="2026-01-07 10:00", runs=2)
    assert over.asks.empty
    assert not any("is back by" in line for line in over.sentences())


def test_how_long_it_lasts_is_known_and_what_that_means_is_told() -> None:
    """Down for 72 hours that were told: no news to wait for, and Payroll is late for certain."""
    outcome = outcome_of(told(), replace(STRIKE, hours=72))
    found = watch_list(outcome, now=NOW, runs=2)
    assert found.sentences()[0] == (
        "Shop, which has just failed, is back on 8 January 2026 at 13:00, by what was told."
    )
    assert found.sentences()[1] == "Watch Payroll: only its P80 falls on a later day."
    assert found.sentences()[2].startswith("Leave the responder alone until they are back.")
    assert found.sentences()[-1] == (
        "No news would change a decision: how long it lasts is known; Payroll misses its due date "
        "in 100\N{NO-BREAK SPACE}% of futures."
    )
    assert found.looks.empty
    calm = outcome_of(told(tasks=tasks(("A", 2))), replace(STRIKE, hours=72))
    assert watch_list(calm, now=NOW, runs=2).why == "how long it lasts is known."


def test_no_news_until_it_is_over_in_95_of_100_futures() -> None:
    """The date is the one of the forecast, on the wall clock; what is late as it is, is told."""
    never = told(projects=[{"project": "P", "name": "Payroll", "due": "2027-01-05"}])
    found = watch_list(outcome_of(never, UNSURE), now=NOW, runs=60)
    p95 = (pd.Timestamp(NOW) + LASTS.ppf(0.95) * HOUR).round("min")
    assert found.forecast["p95"].iloc[0] == p95
    assert found.why.startswith(f"until {p95.day} January 2026 at {p95:%H:%M}, by when the inc")
    assert found.why.endswith("comes to miss its due date beyond doubt.")
    assert pd.Timestamp("2026-01-08") < found.looks["when"].max() <= p95
    undated = told(projects=[{"project": "P", "name": "Payroll"}])
    same = watch_list(outcome_of(undated, UNSURE), now=NOW, runs=60)
    assert same.looks.empty
    assert same.why == found.why
    due = told(projects=[{"project": "P", "name": "Payroll", "due": "2026-01-05"}])
    late = watch_list(outcome_of(due, UNSURE), now=NOW, runs=60)
    assert pd.isna(late.next_look)
    assert late.why.endswith(
        "As it is, Payroll misses its due date in 100\N{NO-BREAK SPACE}% of futures."
    )


def test_a_project_that_is_not_watched_yet_is_looked_at_too() -> None:
    """Quay begins in hour 68 from the strike: P80 is in time until that is likelier than 1 in 5."""
    portfolio = told(
        projects=[{"project": "Q", "name": "Quay", "due": "2026-01-08"}],
        tasks=tasks(("A", 8), project="Q", planned_start="2026-01-08"),
        assignments=assigned(A="ana"),
    )
    found = watch_list(outcome_of(portfolio, UNSURE, runs=400), now=NOW, runs=400)
    assert found.table.empty
    assert "Quay would" in found.why
    hours = (found.next_look - pd.Timestamp(NOW)) / HOUR
    at, before = (LASTS.sf(68) / LASTS.sf(h) for h in (hours, hours - 1))
    # Told where it is beyond 1.96 errors of 400 futures, and found to the hour.
    error = 1.96 * np.sqrt(0.2 * 0.8 / 400)
    assert at > 0.2
    assert before < 0.2 + 3 * error
    seen = found.looks.set_index("when")
    assert seen.index.is_monotonic_increasing
    assert not seen.loc[found.next_look - HOUR, "changes"]
    row = seen.loc[found.next_look]
    assert row["chance_late"] - 1.96 * row["chance_late_se"] > 0.2
