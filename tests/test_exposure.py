"""Exposure, key people and reserves against closed forms and cases on paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from paper import assigned, people, staff, tasks
from scipy import stats
from test_levers import one_task
from typer.testing import CliRunner

from svcimpact.cli import app
from svcimpact.errors import InputError, InvalidScenarioError, describe
from svcimpact.incident.disruption import effect_of
from svcimpact.incident.exposure import exposure
from svcimpact.incident.rates import poisson_limits
from svcimpact.incident.reserves import reserves
from svcimpact.incident.scenario import RandomIncidents, Scenario
from svcimpact.io import read
from svcimpact.portfolio import Portfolio
from svcimpact.report.exposure import exposure_findings
from svcimpact.report.html import render
from svcimpact.wording import GAP

# A day around the clock, almost exactly, is a working day wherever it begins.
A_DAY = {"median_hours": 24.0, "p90_hours": 24.0001}


def shown(portfolio: Portfolio, **more: Any) -> Any:
    """Let every service fail for a day."""
    return exposure(portfolio, **{**A_DAY, "runs": 40, **more})


def test_a_day_of_outage_costs_a_day_of_the_task_it_takes_from() -> None:
    """Whenever S fails while A runs, A ends a day later; T takes nobody."""
    portfolio = one_task(
        projects=[{"project": "P", "cost_of_delay_per_day": 500}, {"project": "Q"}],
        tasks=[*tasks(("A", 16)), *tasks(("B", 8), project="Q")],
        assignments=assigned(A="ana", B="ben"),
        services=[{"service": "S"}, {"service": "T"}],
    )
    found = shown(portfolio)
    assert found.matrix().loc["S"].tolist() == pytest.approx([1, 0], abs=1e-3)
    assert found.matrix("cost").loc["S", "P"] == pytest.approx(500, rel=1e-3)
    assert found.matrix("delay_p80_days").loc["S", "P"] == pytest.approx(1, abs=1e-3)
    assert found.matrix().loc["T"].tolist() == [0, 0]
    assert found.services["incidents_a_year"].isna().all()
    assert "nothing is said of a year" in found.assumptions[-1]
    assert found.sentences()[0] == (
        f"S hurts most: a severity 1 incident costs projects 1.00{GAP}±{GAP}0.01 days in all, €500."
    )


def logged(count: int, years: int = 2) -> list[dict[str, Any]]:
    """Return a log of incidents of S at equal distances, the last of them open."""
    opened = pd.date_range("2024-01-01", periods=count, freq=f"{365 * years // (count - 1)}D")
    return [
        {"incident": f"I{k}", "service": "S", "severity": 1, "opened": str(when),
         "restored": str(when + pd.Timedelta(hours=24)) if k < count - 1 else None}
        for k, when in enumerate(opened)
    ]  # fmt: skip


def test_a_year_is_the_rate_times_an_incident_and_holds_its_error() -> None:
    """Ten incidents in the span of the log, each a day: the error is that of the count."""
    portfolio = one_task(incidents=logged(10))
    years = (len(range(9)) * (730 // 9)) / 365.25
    row = shown(portfolio).services.iloc[0]
    assert row["incidents_a_year"] == pytest.approx(10 / years)
    assert row["incidents_a_year_low"] == pytest.approx(4.795 / years, rel=1e-3)
    assert row["incidents_a_year_high"] == pytest.approx(18.390 / years, rel=1e-3)
    assert row["delay_days_a_year"] == pytest.approx(10 / years, rel=1e-3)
    assert row["delay_days_a_year_se"] == pytest.approx(np.sqrt(10) / years, rel=1e-3)


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (20, 12.217, 30.888)]
)
def test_limits_against_a_published_table(count: int, low: float, high: float) -> None:
    """Exact 95 % limits for a Poisson count, as tables of epidemiology have them."""
    assert poisson_limits(count) == pytest.approx((low, high), abs=1e-3)


def test_limits_hold_the_truth_often_enough() -> None:
    """Over all counts of a Poisson variable, by its own probabilities: 95 of 100 at least."""
    for mean in (0.5, 3.0, 12.0):
        counts = np.arange(60)
        holds = [low <= mean <= high for low, high in map(poisson_limits, counts.tolist())]
        assert stats.poisson.pmf(counts, mean)[holds].sum() >= 0.95


def test_the_absent_are_missed_on_paper() -> None:
    """Of two who restore one is away: two days instead of one; alone, nobody restores S."""
    portfolio = one_task(
        tasks=tasks(("A", 80)), support=staff(("S", "ana", 0, 1), ("S", "ben", 0, 1))
    )
    table = shown(portfolio).people.set_index("resource")
    assert table["delay_days"].to_dict() == pytest.approx({"ana": 0.9, "ben": 0.9}, abs=0.2)
    assert table["outage_hours"].tolist() == pytest.approx([24, 24], abs=1e-2)
    assert set(table["sole"]) == {""}
    alone = shown(one_task())
    row = alone.people.iloc[0]
    assert (row["resource"], row["sole"], row["outage_hours"]) == ("ana", "S", 0)
    assert "Nobody else restores: ana (S)." in alone.sentences()


def test_the_absent_are_missed_by_projects_too() -> None:
    """Half of ana and of ben restore S: without her two days of A are lost, not a half."""
    portfolio = one_task(
        tasks=tasks(("A", 80)), support=staff(("S", "ana", 0, 0.5), ("S", "ben", 0, 0.5))
    )
    table = shown(portfolio).people.set_index("resource")["delay_days"]
    # A half more than before without ben; less where the outage outlasts A.
    assert table.to_dict() == pytest.approx({"ana": 1.35, "ben": 0.45}, abs=0.2)


def test_who_is_away_neither_restores_nor_covers() -> None:
    """Ana is away: her everyday half of T falls on eve, and projects lose all of ana."""
    portfolio = one_task(
        services=[{"service": "S"}, {"service": "T"}],
        resources=people(ana=1, ben=1, eve=1),
        support=staff(("S", "ana", 0, 1), ("S", "ben", 0, 0.5), ("T", "ana", 0.5, 0),
                      ("T", "eve", 0, 0)),
    )  # fmt: skip
    effect = effect_of(portfolio, "S", 1.0, away=("ana",))
    assert effect.pull.tolist() == [0, 0.5, 0]
    assert effect.cover.tolist() == [0, 0, 0.5]
    assert effect.taken.tolist() == [1, 0.5, 0.5]
    # Away themselves, eve cannot cover: nobody does.
    assert effect_of(portfolio, "S", 1.0, away=("eve",)).uncovered.tolist() == [0, 0.5]


def test_a_reserve_against_the_poisson_distribution() -> None:
    """Incidents of a day, at any moment of a week, over a hundred working days of A."""
    portfolio = one_task(
        projects=[{"project": "P", "due": "2026-10-30"}, {"project": "Q"}],
        tasks=[*tasks(("A", 1800)), *tasks(("B", 8), project="Q")],
        assignments=assigned(A="ana", B="ben"),
    )
    chance = RandomIncidents(100, rates={"S": 6.0}, **A_DAY)
    found = reserves(portfolio, chance, runs=1500)
    row = found.projects.set_index("project").loc["P"]
    # What a day around the clock from any moment of the week takes of the working day, 9 to 17:
    # all of it from Monday to Thursday, what is left of Friday, the first of Monday on Sunday.
    random = np.random.default_rng(7)
    moment = random.uniform(0, 7, 200_000)
    gone = np.clip((moment % 1 * 24 - 9) / 8, 0, 1)
    lost = np.select([moment < 4, moment < 5, moment < 6], [1.0, 1 - gone, 0.0], gone)
    count = random.poisson(6.0 * 140 / 365.25, 20_000)
    ends = np.cumsum(count)
    total = np.add.reduceat(np.append(lost[: ends[-1]], 0.0), ends - count) * (count > 0)
    # Two on one day cost less than two days.
    assert row["mean_days"] == pytest.approx(total.mean(), abs=0.12)
    for q in (50, 80, 95):
        assert abs(row[f"reserve_p{q}_days"] - np.quantile(total, q / 100)) <= 0.3
    assert found.projects.set_index("project").loc["Q", "reserve_p95_days"] == 0
    # Only one project is ever late: a pool needs what it needs.
    assert found.pooled["pooled_days"].tolist() == pytest.approx(found.pooled["sum_days"].tolist())
    # 225 working days from 5 January end on 13 November.
    assert row["past_due_p80_days"] == pytest.approx(10 + row["reserve_p80_days"], abs=0.1)
    assert found.sentences()[0].startswith("P needs ")
    quiet = reserves(portfolio, RandomIncidents(5, rates={"S": 0.01}, **A_DAY), runs=100)
    assert quiet.sentences()[0].startswith("Incidents ask for no reserve at P80")


def test_one_reserve_for_two_that_are_late_together() -> None:
    """Every incident takes ana and ben alike: a pool has to hold as much as both reserves."""
    portfolio = one_task(
        projects=[{"project": "P"}, {"project": "Q"}],
        tasks=[*tasks(("A", 80)), *tasks(("B", 80), project="Q")],
        assignments=assigned(A="ana", B="ben"),
        support=staff(("S", "ana", 0, 1), ("S", "ben", 0, 1)),
    )
    found = reserves(portfolio, RandomIncidents(10, rates={"S": 200.0}, **A_DAY), runs=60)
    assert found.projects["reserve_p50_days"].min() > 0.5
    assert found.pooled["pooled_days"].tolist() == pytest.approx(found.pooled["sum_days"].tolist())
    ends = pd.Timestamp("2026-01-16 17:00")
    assert found.projects["levelled_finish"].tolist() == [ends, ends]


def test_a_plan_that_gains_by_incidents_needs_no_reserve() -> None:
    """Whenever B waits for S ben goes on with C, which is never late."""
    portfolio = one_task(
        projects=[{"project": "P", "priority": 1}, {"project": "Q", "priority": 2}],
        tasks=[*tasks(("B", 16)), *tasks(("C", 8), project="Q")],
        assignments=assigned(B="ben", C="ben"),
        changes=[{"task": "B", "service": "S", "effect": "uses"}],
    )
    chance = RandomIncidents(3, rates={"S": 200.0}, **A_DAY)
    found = reserves(portfolio, chance, runs=60).projects.set_index("project")["mean_days"]
    assert found["P"] > 0
    assert found["Q"] == 0


def test_what_is_wrong_is_told_at_once() -> None:
    """Severity, runs, alpha and restoration; no services; no log to fit to."""
    with pytest.raises(InputError) as caught:
        exposure(one_task(), severity=9, runs=1, alpha=-1, median_hours=5)
    assert describe(caught.value.faults) == [
        "severity: found 9, expected one of 1, 2, 3.",
        "runs: found 1, expected a whole number, 2 or more.",
        "alpha: found -1, expected a number from 0 to 10.",
        "p90_hours: found median 5 h and P90 None h, expected 0 < median < P90, or neither.",
    ]
    with pytest.raises(InputError) as caught:
        exposure(one_task())
    assert describe(caught.value.faults) == [
        "incidents: found 0 closed incidents in the log, expected enough to fit how long "
        "restorations take. Give median_hours and p90_hours instead."
    ]
    with pytest.raises(InputError) as caught:
        exposure(one_task(services=[], support=[]), **A_DAY)
    assert describe(caught.value.faults) == [
        "services: found no service, expected the services that projects touch. Fill in the "
        "tables services and support."
    ]
    with pytest.raises(InputError, match="Reserves cannot be reckoned") as caught:
        reserves(one_task(), Scenario("None"))
    assert "expected random incidents, or a scenario with some" in describe(caught.value.faults)[0]
    with pytest.raises(InvalidScenarioError):
        reserves(one_task())


def test_a_page_and_the_commands(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are data on the page; the commands say what they found and leave their tables."""
    hostile = "<b>S</b> $x$"
    portfolio = one_task(
        projects=[{"project": "P", "name": hostile}], services=[{"service": "S", "name": hostile}]
    )
    chance = RandomIncidents(50, rates={"S": 20.0}, **A_DAY)
    text = render(exposure_findings(shown(portfolio), reserves(portfolio, chance, runs=60)))
    assert "<b>S</b>" not in text
    assert "&lt;b&gt;S&lt;/b&gt;" in text
    monkeypatch.chdir(__import__("pathlib").Path(__file__).resolve().parents[1])
    call = CliRunner().invoke
    page, out = tmp_path / "page.html", tmp_path / "out"
    words = ["exposure", "data/tiny", "--median-hours", "8", "--p90-hours", "30", "--runs", "20"]
    result = call(app, [*words, "--page", str(page), "--out", str(out)], catch_exceptions=False)
    assert "hurts most" in result.output
    assert page.is_file()
    assert (out / "key_people.csv").is_file()
    words = ["reserves", "data/meridian", "--runs", "20", "--out", str(out)]
    result = call(app, words, catch_exceptions=False)
    assert "in reserve for P80" in result.output
    assert (out / "reserves.csv").is_file()


def test_reserves_at_rates_given_on_the_command_line() -> None:
    """They are those of the library; every rate that is not clear is told."""
    words = ["reserves", "data/tiny", "--days", "20", "--runs", "50", "--median-hours", "8"]
    words += ["--p90-hours", "30"]
    told = CliRunner().invoke(app, [*words, "--rate", "payments=30"], catch_exceptions=False)
    often = RandomIncidents(20, rates={"payments": 30}, median_hours=8, p90_hours=30)
    assert repr(reserves(read("data/tiny"), often, runs=50)) in told.output
    with pytest.raises(InputError) as caught:
        CliRunner().invoke(
            app, [*words, "--rate", "payments", "--rate", "=3", "--rate", "x=y"],
            catch_exceptions=False,
        )  # fmt: skip
    assert describe(caught.value.faults) == [
        f"command line, --rate: found {found!r}, expected a service and a number, such as "
        "payments=2."
        for found in ("payments", "=3", "x=y")
    ]
