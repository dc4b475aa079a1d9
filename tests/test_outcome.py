"""Outcomes: the columns that are promised, hand figures, and text that cannot inject markup."""

from __future__ import annotations

import pickle
from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from paper import assigned, paper, people, staff, tasks

from svcimpact.engine.plan import compile_plan
from svcimpact.engine.program import lay_out
from svcimpact.incident.assumptions import assumptions
from svcimpact.incident.blocks import estimators
from svcimpact.incident.draws import draw_incidents
from svcimpact.incident.estimates import Asked
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.project_table import project_table
from svcimpact.incident.scenario import Incident, RandomIncidents, Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.incident.strikes import strike
from svcimpact.incident.tables import LATE, dates, due_hours, incident_table, to_minute
from svcimpact.incident.typical import at_medians, takes_and_holds, typical_run
from svcimpact.io import read
from svcimpact.portfolio import Portfolio

TINY = Path(__file__).parents[1] / "data" / "tiny"
COLUMNS = {
    "projects": """project name priority due cost_of_delay_per_day planned_finish levelled_finish
        levelled_finish_se_days levelled_delay_days finish_p50 finish_p50_se_days finish_p80
        finish_p80_se_days finish_p95 finish_p95_se_days delay_mean_days delay_mean_days_se
        delay_p50_days delay_p50_days_se delay_p80_days delay_p80_days_se delay_p95_days
        delay_p95_days_se chance_delayed chance_delayed_se chance_late chance_late_se
        chance_late_levelled chance_late_levelled_se cost_mean cost_mean_se cost_p80 cost_p80_se
        cost_p95 cost_p95_se""",
    "tasks": """task project name stage planned_start planned_finish levelled_start
        levelled_start_se_days levelled_finish levelled_finish_se_days start_p50
        start_p50_se_days finish_p50 finish_p50_se_days finish_p80 finish_p80_se_days
        delay_mean_days delay_mean_days_se
        delay_p80_days delay_p80_days_se chance_delayed chance_delayed_se interruptions_mean
        interruptions_mean_se""",
    "resources": """resource name team capacity_fte everyday_fte pull_fte cover_fte relief_fte
        pull_hours pull_hours_se cover_hours cover_hours_se relief_hours relief_hours_se
        lost_hours lost_hours_se""",
    "services": """service name weight down outage_hours outage_hours_se outage_cost
        outage_cost_se held_tasks uncovered_fte uncovered_hours uncovered_hours_se""",
    "segments": "case task start finish start_hours finish_hours share state",
    "takes": "resource start finish start_hours finish_hours fte",
    "incidents": """service name severity start restoration restored_p50 restored_p80
        restoration_hours_mean restoration_hours_mean_se""",
}
ERRORS = ("_se", "_se_days")
DATES = {"due", "start", "finish", "restored_p50", "restored_p80"}


@pytest.fixture(scope="module")
def tiny() -> Portfolio:
    return read(TINY)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.read(TINY / "incident.toml")


@pytest.fixture(scope="module")
def certain(tiny: Portfolio, scenario: Scenario) -> Outcome:
    return simulate(tiny, scenario)


@pytest.fixture(scope="module")
def random(tiny: Portfolio) -> Outcome:
    """Return tiny with a random restoration, and a second incident at `reports`."""
    one = Incident("payments", start="2026-01-06 13:00", median_hours=16, p90_hours=72,
                   aftermath_hours=20, aftermath_share=0.5, freeze_after_hours=24)  # fmt: skip
    two = Incident("reports", start="2026-01-07 09:00", hours=24, severity=2)
    return simulate(tiny, Scenario("Two", (one, two), runs=400), keep="tasks")


@pytest.mark.parametrize("table", COLUMNS)
def test_columns_are_those_documented(certain: Outcome, random: Outcome, table: str) -> None:
    """Every table has its columns and a plain index; dates are microseconds, errors numbers."""
    for outcome in (certain, random):
        frame = getattr(outcome, table)
        documented = COLUMNS[table].split()
        assert list(frame.columns) == documented
        assert isinstance(frame.index, pd.RangeIndex)
        for column in documented:
            kind = frame[column].dtype
            if column in DATES or column.endswith(("_start", "_finish", "_p50", "_p80", "_p95")):
                if column.startswith("cost"):
                    continue
                assert str(kind) == "datetime64[us]", column
            elif column.endswith(ERRORS):
                assert kind == np.float64, column


def test_every_estimate_has_its_error(random: Outcome) -> None:
    """With random restorations every error is there, and none is negative."""
    for table in ("projects", "tasks", "resources", "services", "incidents"):
        frame = getattr(random, table)
        errors = [c for c in frame.columns if c.endswith(ERRORS)]
        assert errors
        assert frame[errors].notna().all().all()
        assert (frame[errors] >= 0).all().all()


def test_nothing_random_leaves_no_error(certain: Outcome) -> None:
    """When nothing is random a single run is the truth, and every error is 0."""
    for table in ("projects", "tasks", "resources", "services", "incidents"):
        frame = getattr(certain, table)
        errors = [c for c in frame.columns if c.endswith(ERRORS)]
        assert (frame[errors] == 0).all().all()


def test_projects_of_tiny_against_paper(certain: Outcome) -> None:
    """Dates, delay, chances and money of the README's table for the steering committee."""
    pages, checkout = (row for _, row in certain.projects.iterrows())
    assert pages["planned_finish"] == pages["finish_p95"] == pd.Timestamp("2026-01-07 17:00")
    assert checkout["planned_finish"] == pd.Timestamp("2026-01-13 17:00")
    assert checkout["levelled_finish"] == pd.Timestamp("2026-01-14 13:00")
    assert checkout["levelled_delay_days"] == 0.5
    finishes = checkout[["finish_p50", "finish_p80", "finish_p95"]]
    assert set(finishes) == {pd.Timestamp("2026-01-16 11:00")}
    delays = checkout[["delay_mean_days", "delay_p50_days", "delay_p80_days", "delay_p95_days"]]
    assert set(delays) == {1.75}
    assert set(checkout[["cost_mean", "cost_p80", "cost_p95"]]) == {700.0}
    chances = ["chance_delayed", "chance_late", "chance_late_levelled"]
    assert checkout[chances].tolist() == [1, 1, 0]
    assert pages[chances].tolist() == [0, 0, 0]
    assert pages[["delay_mean_days", "cost_mean"]].tolist() == [0, 0]


def test_tasks_of_tiny_against_paper(certain: Outcome) -> None:
    """Planned, levelled and with-incident dates, delays and interruptions by task."""
    found = certain.tasks.set_index("task")
    assert found["delay_mean_days"].mul(8).tolist() == [0, 14, 6, 14, 14]
    assert found["interruptions_mean"].tolist() == [0, 1, 0, 1, 0]
    assert found["chance_delayed"].tolist() == [0, 1, 1, 1, 1]
    last = found.loc["C4"]
    assert last["planned_start"] == last["levelled_start"] == pd.Timestamp("2026-01-12 09:00")
    assert last["planned_finish"] == pd.Timestamp("2026-01-13 17:00")
    assert last["levelled_finish"] == pd.Timestamp("2026-01-14 13:00")
    assert last["start_p50"] == pd.Timestamp("2026-01-13 15:00")
    assert last["finish_p50"] == last["finish_p80"] == pd.Timestamp("2026-01-16 11:00")


def test_people_of_tiny_against_paper(certain: Outcome) -> None:
    """Peaks in FTE and hours of pull, relief and cover, aftermath by its share."""
    found = certain.resources.set_index("resource")
    columns = ["everyday_fte", "pull_fte", "relief_fte", "cover_fte"]
    assert found.loc["ana", columns].tolist() == [0.5, 1, 0.5, 0]
    assert found.loc["ben", columns].tolist() == [0.5, 0, 0, 0.25]
    columns = ["pull_hours", "relief_hours", "cover_hours", "lost_hours"]
    assert found.loc["ana", columns].tolist() == [12, 6, 0, 6]
    assert found.loc["ben", columns].tolist() == [0, 0, 3, 3]
    assert found.loc["cy", columns].tolist() == [0, 0, 0, 0]


def test_services_of_tiny_against_paper(certain: Outcome) -> None:
    """Payments is down for 26 hours of the day's round, at 1,000 an hour, and holds two tasks."""
    payments, reports = (row for _, row in certain.services.iterrows())
    columns = ["weight", "down", "outage_hours", "outage_cost", "held_tasks", "uncovered_hours"]
    assert payments[columns].tolist() == [1.0, True, 26.0, 26_000.0, 2, 0.0]
    assert reports[columns].tolist() == [0.0, False, 0.0, 0.0, 0, 0.0]


def test_incidents_of_tiny_against_paper(certain: Outcome) -> None:
    """The incident is restored 26 hours later on the wall clock."""
    row = certain.incidents.iloc[0]
    assert row["start"] == pd.Timestamp("2026-01-06 13:00")
    assert row["restored_p50"] == row["restored_p80"] == pd.Timestamp("2026-01-07 15:00")
    told = row[["service", "name", "severity", "restoration", "restoration_hours_mean"]]
    assert told.tolist() == ["payments", "Payments", 1, "fixed at 26 h", 26.0]


def test_figures_are_those_of_the_runs(random: Outcome) -> None:
    """Means, quantiles, chances and money, counted again from the kept runs by hand."""
    late, calm = random.project_finish, random.levelled.project_finish
    row = random.projects.iloc[1]
    finish, delay = late["checkout"], (late["checkout"] - calm["checkout"]) / 8
    assert row["delay_mean_days"] == pytest.approx(delay.mean())
    assert row["delay_mean_days_se"] == pytest.approx(delay.std() / 20)
    for q in (50, 80, 95):
        assert row[f"delay_p{q}_days"] == pytest.approx(delay.quantile(q / 100))
        exact = random.portfolio.calendar.when(finish.quantile(q / 100), side="finish")
        assert abs(row[f"finish_p{q}"] - pd.Timestamp(exact)) <= pd.Timedelta(seconds=30)
    # Due by the end of Thursday 15 January, h 72.
    assert row["chance_late"] == sum(finish > 72 + 1e-6) / 400
    assert 0.1 < row["chance_late"] < 0.9
    assert row["chance_delayed"] == sum(delay > 1e-6) / 400
    assert row["cost_mean"] == pytest.approx(400 * delay.mean())
    assert row["cost_p80"] == pytest.approx(400 * delay.quantile(0.8))
    assert row["cost_p95"] == pytest.approx(400 * delay.quantile(0.95))
    assert random.task_finish is not None
    assert random.levelled.task_finish is not None
    lag = (random.task_finish - random.levelled.task_finish) / 8
    np.testing.assert_allclose(random.tasks["delay_mean_days"], lag.mean(), atol=1e-12)
    np.testing.assert_allclose(random.tasks["delay_p80_days"], lag.quantile(0.8), atol=1e-12)
    latest = random.task_finish[["C1", "C2", "C3", "C4"]].max(axis=1)
    np.testing.assert_array_equal(latest, late["checkout"])


def test_dates_of_tasks_have_errors_by_order_statistics(random: Outcome) -> None:
    """A date's error is how far 1.96 binomial deviations reach, over 1.96, in days."""
    assert random.task_start is not None
    assert random.task_finish is not None
    # Of 400 runs the P50 lies between the 180th and the 220th, the P80 the 304th and the 336th.
    for name, frame, q, low, high in (
        ("start_p50", random.task_start, 0.5, 180, 220),
        ("finish_p50", random.task_finish, 0.5, 180, 220),
        ("finish_p80", random.task_finish, 0.8, 304, 336),
    ):
        ordered, middle = np.sort(frame.to_numpy(), axis=0), frame.quantile(q).to_numpy()
        errors = np.maximum(ordered[high - 1] - middle, middle - ordered[low - 1]) / 1.96 / 8
        np.testing.assert_allclose(random.tasks[f"{name}_se_days"], errors, atol=1e-12)
        side = "start" if name.startswith("start") else "finish"
        told = random.portfolio.calendar.when(frame.quantile(q).to_numpy(), side=side)
        off = np.abs(random.tasks[name].to_numpy() - told)
        assert (off <= np.timedelta64(30, "s")).all()
    assert (random.tasks["finish_p80_se_days"] > 0).any()
    assert (random.tasks[["levelled_start_se_days", "levelled_finish_se_days"]] == 0).all().all()


@pytest.fixture(scope="module")
def doubtful(tiny: Portfolio) -> Outcome:
    """Return tiny with uncertain durations and a random restoration."""
    days = tiny.tasks["duration_days"]
    tasks_ = tiny.tasks.assign(optimistic_days=days / 2, pessimistic_days=days * 3)
    incident = Incident("payments", start="2026-01-06 13:00", median_hours=16, p90_hours=72)
    return simulate(tiny.with_tables(tasks=tasks_), incident, runs=400, keep="tasks")


def test_tasks_of_uncertain_durations_against_their_runs(doubtful: Outcome) -> None:
    """A task's P80 of delay is that of differences run by run; one may be touched in no run."""
    kept, calm = doubtful.task_finish, doubtful.levelled.task_finish
    starts = doubtful.levelled.task_start
    assert kept is not None
    assert calm is not None
    assert starts is not None
    lag, found = (kept - calm) / 8, doubtful.tasks
    np.testing.assert_allclose(found["delay_p80_days"], lag.quantile(0.8), atol=1e-12)
    np.testing.assert_allclose(found["delay_mean_days"], lag.mean(), atol=1e-12)
    assert ((kept == calm).all() & (calm != calm.iloc[0]).any()).any()
    when = doubtful.portfolio.calendar.when
    for column, hours, side in (
        ("levelled_start", starts.quantile(0.5), "start"),
        ("levelled_finish", calm.quantile(0.5), "finish"),
        ("finish_p80", kept.quantile(0.8), "finish"),
    ):
        off = np.abs(found[column].to_numpy() - when(hours.to_numpy(), side=side))
        assert (off <= np.timedelta64(30, "s")).all()


def test_projects_of_uncertain_durations_against_their_runs(doubtful: Outcome) -> None:
    """Delays are differences run by run, and so are their errors; errors of dates are days."""
    outcome = doubtful
    found = outcome.projects.set_index("project").loc["checkout"]
    late, calm = (
        held.project_finish["checkout"].to_numpy() / 8
        for held in (outcome.with_incident, outcome.levelled)
    )
    delay = late - calm
    assert found["delay_mean_days"] == pytest.approx(delay.mean())
    assert found["delay_mean_days_se"] == pytest.approx(delay.std(ddof=1) / 20)
    assert found["delay_mean_days_se"] < 0.6 * np.hypot(late.std(), calm.std()) / 20
    for values, q, column in (
        (late, 0.8, "finish_p80_se_days"),
        (calm, 0.5, "levelled_finish_se_days"),
        (delay, 0.8, "delay_p80_days_se"),
    ):
        ordered, middle = np.sort(values), np.quantile(values, q)
        reach = 1.96 * np.sqrt(400 * q * (1 - q))
        low, high = (ordered[end - 1] for end in (int(400 * q - reach), int(400 * q + reach) + 1))
        assert found[column] == pytest.approx(max(high - middle, middle - low) / 1.96)
    assert found["delay_p80_days"] == pytest.approx(np.quantile(delay, 0.8))
    apart = np.quantile(late, 0.8) - np.quantile(calm, 0.8)
    assert abs(found["delay_p80_days"] - apart) > 0.1


def test_a_gain_is_a_negative_cost() -> None:
    """A task that an incident happens to speed up costs less: anomalies are told as they come."""
    rate = paper(projects=[{"project": "P", "cost_of_delay_per_day": 80}], tasks=tasks(("A", 8)))
    plan = compile_plan(rate)
    late, calm = np.full((3, 1), 8.0), np.full((3, 1), 16.0)
    sure = np.array([True])
    row = project_table(rate, plan, late, calm, certain=sure, certain_levelled=sure).iloc[0]
    assert (row["delay_mean_days"], row["cost_mean"], row["chance_delayed"]) == (-1, -80, 0)


@pytest.mark.parametrize("runs", [1, 30, 600])
@pytest.mark.parametrize("sampling", ["random", "latin-hypercube"])
@pytest.mark.parametrize("varies", [True, False])
def test_projects_that_never_move_are_told_as_if_every_run_were_looked_at(
    runs: int, sampling: str, varies: bool
) -> None:
    """Figures of many projects, most of them the same in every run, are those of each by itself."""
    random = np.random.default_rng(runs)
    count = 9
    portfolio = paper(
        projects=[
            {"project": f"P{k}", "cost_of_delay_per_day": 10.0 * k, "due": "2026-01-07"}
            for k in range(count)
        ],
        tasks=[{"task": f"T{k}", "project": f"P{k}", "duration_days": 1} for k in range(count - 1)],
    )
    plan = compile_plan(portfolio)
    calm = np.repeat([[8.0, 30.0, 8.0, 30.0, 8.0, 30.0, 8.0, 30.0, np.nan]], runs, axis=0)
    late = calm.copy()
    late[:, 2:4] += 8.0
    late[:, 4:6] += random.choice([0.0, 40.0], (runs, 2))
    # One that an incident makes certain: it moves only without.
    calm[:, 6] -= random.random(runs)
    late[:, 7], calm[:, 7] = 8.0 * random.random((2, runs))
    if not varies:
        calm = calm[:1]
    sure = np.zeros(count, bool)
    found = project_table(
        portfolio, plan, late, calm, certain=sure, certain_levelled=sure, sampling=sampling
    )
    mean, quantiles, chance = estimators(sampling)

    def quantile(values: np.ndarray, q: float) -> tuple[np.ndarray, np.ndarray]:
        return quantiles(values, [Asked(q)])[0]

    calm = np.broadcast_to(calm, late.shape)
    delay, due = (late - calm) / 8.0, 24.0 + LATE
    rate = 10.0 * np.arange(count)
    expected = {
        "delay_mean_days": mean(delay),
        "delay_p50_days": quantile(delay, 0.5),
        "delay_p95_days": quantile(delay, 0.95),
        "cost_mean": mean(delay * rate),
        "cost_p80": quantile(delay * rate, 0.8),
        "chance_delayed": chance(delay > LATE),
        "chance_late": chance(late > due),
        "chance_late_levelled": chance(calm > due),
    }
    for name, (estimate, error) in expected.items():
        for column, values in ((name, estimate), (name + "_se", error)):
            of_tasks = np.append(values[:-1], np.nan)
            np.testing.assert_array_equal(found[column], of_tasks, column)
    for name, values, q in (("finish_p80", late, 0.8), ("levelled_finish", calm, 0.5)):
        hours, error = quantile(values, q)
        np.testing.assert_array_equal(found[name], dates(portfolio.calendar, hours, "finish"))
        error = np.where(np.isnan(hours), np.nan, error) / 8.0
        np.testing.assert_array_equal(found[name + "_se_days"], error)


def test_tables_are_summed_up_when_they_are_asked_for(tiny: Portfolio, scenario: Scenario) -> None:
    """Nothing is before; a second look gives the same object; when all is, the runs go."""
    outcome, other = simulate(tiny, scenario), simulate(tiny, scenario)
    assert set(vars(outcome)) == {"portfolio", "scenario", "_sums"}
    assert outcome.projects is outcome.projects
    assert "tasks" not in vars(outcome)
    assert outcome.summed() is outcome
    assert "_sums" not in vars(outcome)
    for name, table in replace(other, warnings=outcome.warnings).tables.items():
        pd.testing.assert_frame_equal(table, outcome.tables[name])
    assert outcome.undecided is outcome.with_incident


def test_an_outcome_can_be_kept_and_has_no_other_attributes(
    tiny: Portfolio, scenario: Scenario
) -> None:
    """It can be pickled and copied before it is summed up; a slip in a name is told."""
    outcome = simulate(tiny, scenario)
    for again in (pickle.loads(pickle.dumps(outcome)), copy(outcome)):  # noqa: S301
        pd.testing.assert_frame_equal(again.projects, outcome.projects)
    with pytest.raises(AttributeError, match="'Outcome' has no attribute 'project'"):
        _ = outcome.project  # type: ignore[attr-defined]


def outages(*incidents: Incident, timezone: str = "UTC") -> pd.DataFrame:
    """Return the services of a portfolio in which `shop` needs `core` wholly, `mail` a little."""
    portfolio = paper(
        {"timezone": timezone},
        resources=people(ana=1),
        services=[
            {"service": "core", "outage_cost_per_hour": 10},
            {"service": "shop", "outage_cost_per_hour": 100},
            {"service": "mail", "outage_cost_per_hour": 1000},
        ],
        service_links=[
            {"service": "shop", "needs": "core", "impact": 0.5},
            {"service": "mail", "needs": "core", "impact": 0.4},
        ],
        support=staff(("core", "ana", 0.0, 1), ("mail", "ana", 0.5, 0)),
    )
    return simulate(portfolio, Scenario("x", incidents, runs=1)).services.set_index("service")


def test_outages_count_what_is_down() -> None:
    """A dependent that is down costs as well; one that is only grazed does not."""
    found = outages(Incident("core", start="2026-01-05 09:00", hours=10))
    assert found["outage_hours"].to_dict() == {"core": 10, "shop": 10, "mail": 0}
    assert found["outage_cost"].to_dict() == {"core": 100, "shop": 1000, "mail": 0}
    assert found["weight"].to_dict() == {"core": 1.0, "shop": 0.5, "mail": 0.4}
    # Ana's 0.5 for mail is dropped whole for eight working hours, and nobody else is there.
    assert found.loc["mail", ["uncovered_fte", "uncovered_hours"]].tolist() == [0.5, 4.0]


def test_overlapping_outages_are_told_once() -> None:
    """A service that two incidents have down at once is down once."""
    found = outages(
        Incident("core", start="2026-01-05 09:00", hours=10),
        Incident("shop", start="2026-01-05 14:00", hours=10),
        Incident("shop", start="2026-01-05 15:00", hours=2),
        Incident("shop", start="2026-01-07 00:00", hours=5),
        Incident("shop", start="2026-01-05 12:00", hours=1),
    )
    assert found["outage_hours"].to_dict() == {"core": 10, "shop": 15 + 5, "mail": 0}


@pytest.mark.parametrize(
    ("start", "then", "hours"),
    [
        # Twelve real hours from 22:00 end at 11:00, the night being an hour short; 10 to 12 adds 1.
        ("2026-03-28 22:00", "2026-03-29 10:00", 13),
        # They end at 09:00 in autumn; 09:30 to 11:30 stands apart.
        ("2026-10-24 22:00", "2026-10-25 09:30", 14),
    ],
)
def test_outages_overlap_in_real_hours(start: str, then: str, hours: float) -> None:
    """In the night in which the clocks change, overlap is counted in the hours that pass."""
    two = (Incident("shop", start=start, hours=12), Incident("shop", start=then, hours=2))
    assert outages(*two, timezone="Europe/Berlin").loc["shop", "outage_hours"] == hours


def test_segments_of_tiny_against_paper(certain: Outcome) -> None:
    """The stretches of work of the README, share by share, held ones among them."""
    rows = certain.segments
    found = {
        (case, task): list(
            zip(part["start_hours"], part["finish_hours"], part["share"], strict=True)
        )
        for (case, task), part in rows.groupby(["case", "task"])
    }
    assert found["levelled", "C3"] == [(0, 24, 0.5), (24, 44, 1)]
    assert found["levelled", "C4"] == [(40, 56, 1), (56, 60, 0)]
    assert found["incident", "P1"] == [(0, 24, 1)]
    assert found["incident", "C1"] == [(0, 12, 1), (12, 22, 0), (22, 26, 0.5), (26, 54, 1)]
    assert found["incident", "C2"] == [(0, 12, 1), (12, 22, 0.5), (22, 26, 0.75), (26, 30, 1)]
    assert found["incident", "C3"] == [(0, 12, 0.5), (12, 30, 0), (30, 58, 1)]
    assert found["incident", "C4"] == [(54, 70, 1), (70, 74, 0)]
    waits = rows[rows["state"] == "waiting"]
    assert waits[["case", "task"]].to_numpy().tolist() == [["levelled", "C4"], ["incident", "C4"]]
    states = rows.groupby("state")["share"].agg(["min", "max"])
    assert states.loc["held"].tolist() == [0, 0]
    assert states.loc["working"].tolist() == [1, 1]
    assert 0 < states.loc["short-handed", "min"] <= states.loc["short-handed", "max"] < 1
    first = rows.iloc[0]
    assert (first["start"], first["finish"]) == (
        pd.Timestamp("2026-01-05 09:00"), pd.Timestamp("2026-01-07 17:00"),
    )  # fmt: skip


def test_takes_of_tiny_against_paper(certain: Outcome) -> None:
    """What the incident takes from Ana and Ben, while it lasts and afterwards."""
    rows = certain.takes[["resource", "start_hours", "finish_hours", "fte"]]
    assert rows.to_numpy().tolist() == [
        ["ana", 12, 22, 0.5],
        ["ana", 22, 26, 0.25],
        ["ben", 12, 22, 0.25],
        ["ben", 22, 26, 0.125],
    ]
    first = certain.takes.iloc[0]
    assert (first["start"], first["finish"]) == (
        pd.Timestamp("2026-01-06 13:00"),
        pd.Timestamp("2026-01-07 15:00"),
    )


@pytest.mark.parametrize("resume", [0.0, 2.0])
def test_segments_conserve_work(tiny: Portfolio, scenario: Scenario, resume: float) -> None:
    """Hours worked are hours planned and `resume_hours` for each interruption, task by task."""
    outcome = simulate(tiny, replace(scenario, resume_hours=resume))
    rows = outcome.segments
    rows = rows.assign(worked=(rows["finish_hours"] - rows["start_hours"]) * rows["share"])
    worked = rows.pivot_table(index="task", columns="case", values="worked", aggfunc="sum")
    worked = worked.loc[tiny.tasks["task"]]
    planned = tiny.tasks["duration_days"].to_numpy() * 8
    np.testing.assert_allclose(worked["levelled"], planned)
    stops = outcome.tasks["interruptions_mean"].to_numpy()
    np.testing.assert_allclose(worked["incident"], planned + resume * stops)


def test_segments_are_at_the_median(random: Outcome, tiny: Portfolio) -> None:
    """The typical run has the stated incidents at their medians, and no random ones."""
    told = random.scenario
    again = replace(
        told,
        random_incidents=RandomIncidents(250, rates={"payments": 500.0}, median_hours=9,
                                         p90_hours=40),
        runs=3,
    )  # fmt: skip
    pd.testing.assert_frame_equal(simulate(tiny, again).segments, random.segments)
    plan = compile_plan(tiny)
    single = at_medians(draw_incidents(tiny, told), 2)
    assert single.hours == pytest.approx([16, 24])
    fixed = tuple(
        replace(item, median_hours=None, p90_hours=None, hours=hours)
        for item, hours in zip(told.incidents, (16, 24), strict=True)
    )
    held = replace(told, incidents=fixed)
    segments, takes = typical_run(tiny, held, plan, lay_out(plan), draw_incidents(tiny, held))
    pd.testing.assert_frame_equal(segments, random.segments)
    pd.testing.assert_frame_equal(takes, random.takes)


def test_takes_and_holds_are_by_row(tiny: Portfolio, scenario: Scenario) -> None:
    """What the incident takes and holds in one run, by rows of the tables."""
    program = lay_out(compile_plan(tiny))
    struck = strike(tiny, program, draw_incidents(tiny, scenario), ())
    takes, holds = takes_and_holds(struck, program)
    assert takes == [(0, 12, 22, 0.5), (0, 22, 26, 0.25), (1, 12, 22, 0.25), (1, 22, 26, 0.125)]
    assert holds == [(3, 12, 30), (4, 12, 22)]


def test_dates_are_to_the_minute(tiny: Portfolio) -> None:
    """Dates are rounded to the minute, half up; NaN is no date; evenings stay evenings."""
    hours = np.array([8.0, 1 / 120, 1 / 121, np.nan])
    found = [pd.Timestamp(x) for x in dates(tiny.calendar, hours, "finish")]
    assert found[:3] == [pd.Timestamp(f"2026-01-05 {t}") for t in ("17:00", "09:01", "09:00")]
    assert found[3] is pd.NaT
    morning = dates(tiny.calendar, hours[:1], "start")
    assert pd.Timestamp(morning[0]) == pd.Timestamp("2026-01-06 09:00")
    assert np.isnat(to_minute(np.array(["NaT"], "datetime64[us]"))).all()


def test_due_is_the_end_of_the_day(tiny: Portfolio) -> None:
    """A due date counts to the end of its day, on a weekend to the Friday before."""
    due = pd.to_datetime(pd.Series(["2026-01-05", "2026-01-10", None]))
    np.testing.assert_array_equal(due_hours(tiny.calendar, due), [8.0, 40.0, np.nan])


def test_incident_table_of_random_incidents_is_empty(tiny: Portfolio) -> None:
    """Only stated incidents have a row; the columns are there without any."""
    chance = RandomIncidents(20, rates={"payments": 9}, median_hours=4, p90_hours=9)
    drawn = draw_incidents(tiny, Scenario(random_incidents=chance, runs=5))
    found = incident_table(tiny, drawn, np.zeros(0), np.zeros(0))
    assert list(found.columns) == COLUMNS["incidents"].split()
    assert len(found) == 0


def test_assumptions_say_what_the_figures_rest_on(certain: Outcome) -> None:
    """Every assumption of tiny, word for word where it carries a figure."""
    told = [line.replace("\N{NO-BREAK SPACE}", " ") for line in certain.assumptions]
    said = "\n".join(told)
    assert "A working day has 8 hours from 09:00 on Mon, Tue, Wed, Thu, Fri; dates are UTC" in said
    assert "starts with at least 50 % of the people it needs" in said
    assert "Getting back into an interrupted task costs 2 hours." in said
    assert "Durations are as planned." in said
    assert told[-1] == (
        "Payments, severity 1, from 6 January 2026 at 13:00: restoration fixed at 26 h; 50 % of "
        "the pull goes on for 20 h; changes stay frozen for 24 h."
    )


def test_assumptions_of_chance_and_of_what_is_switched_off(tiny: Portfolio) -> None:
    """Uncertain durations, random arrivals and mechanisms left out are told."""
    chance = RandomIncidents(10, rates={"payments": 9, "reports": 3.5}, median_hours=4, p90_hours=9)
    plain = Incident("payments", start="2026-01-06 13:00", hours=26)
    told = Scenario("x", (plain,), chance, runs=2, without=("pull", "cover"))
    said = assumptions(tiny, told, draw_incidents(tiny, told), uncertain_tasks=3)
    assert "3 of 5 tasks have an uncertain duration: PERT (beta) between optimistic and " in said[6]
    assert said[7].endswith(
        "fixed at 26 h; nobody stays pulled afterwards; changes stay frozen for 0 h."
    )
    assert said[8:] == (
        "Random incidents arrive from 5 January 2026 to 16 January 2026 at 12.5 a year over all "
        "services, independently of each other.",
        "Switched off: pull, cover.",
    )


def test_few_runs_are_warned_of(tiny: Portfolio, scenario: Scenario) -> None:
    """Under 73 runs a warning says that P95 has no error; from 73 on there is none."""
    row = simulate(tiny, scenario, runs=72).warnings.iloc[0]
    assert row[["table", "column", "found"]].tolist() == ["scenario", "runs", "72"]
    assert row["expected"] == "73 or more to give an error for P95"
    assert row["cure"] == "Raise runs unless nothing is random."
    assert len(simulate(tiny, scenario, runs=73).warnings) == 0


def test_tables_by_name(random: Outcome) -> None:
    """All tables can be had by name, the assumptions among them."""
    assert list(random.tables) == [
        "projects", "tasks", "resources", "services", "incidents", "segments", "takes",
        "assumptions",
    ]  # fmt: skip
    assert random.tables["tasks"] is random.tasks
    assert random.tables["assumptions"]["assumption"].tolist() == list(random.assumptions)


def test_repr_is_the_same_every_time(tiny: Portfolio, scenario: Scenario, certain: Outcome) -> None:
    """The repr tells runs, seed, dates and money, the same for the same figures."""
    assert repr(simulate(tiny, scenario)) == repr(certain)
    lines = repr(certain).splitlines()
    assert lines[0] == "Outcome of 'Payments is down for 26 hours': 1 run, seed 1"
    assert lines[-1].split() == [
        "checkout", "New", "checkout", "for", "the", "shop", "2026-01-15", "2026-01-13",
        "2026-01-14", "2026-01-16", "2026-01-16", "1.75", "±", "0.00", "0%", "100%", "700",
    ]  # fmt: skip


def test_names_cannot_inject_markup() -> None:
    """Names of portfolios, projects, services and scenarios are data in every view."""
    nasty = "<script>alert('x')</script>"
    portfolio = paper(
        {"name": nasty},
        projects=[{"project": "<b>P</b>", "name": nasty}],
        tasks=[{**tasks(("A", 8), project="<b>P</b>")[0], "name": nasty}],
        resources=[{"resource": "ana", "name": nasty}],
        assignments=assigned(A="ana"),
        services=[{"service": "s", "name": nasty}],
        support=staff(("s", "ana", 0, 1)),
    )
    incident = Incident("s", start="2026-01-05 10:00", hours=4)
    for what in (incident, Scenario(nasty, (incident,))):
        outcome = simulate(portfolio, what, runs=2)
        page = outcome._repr_html_()
        assert "<script" not in page
        assert "<b>P" not in page
        assert "&lt;script&gt;" in page
        assert "&lt;b&gt;P&lt;/b&gt;" in page
        assert nasty in outcome.projects["name"].tolist()
