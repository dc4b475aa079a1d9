"""The example portfolios: readable, complete, reproducible, and as their READMEs say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.io import read
from svcimpact.portfolio import Portfolio
from svcimpact.schema import SETTINGS, load_schema

DATA = Path(__file__).parents[1] / "data"
TABLES = [table for table in load_schema() if table != SETTINGS]


@pytest.fixture(scope="module")
def tiny() -> Portfolio:
    return read(DATA / "tiny")


@pytest.fixture(scope="module")
def meridian() -> Portfolio:
    return read(DATA / "meridian")


@pytest.fixture(scope="module")
def tiny_outcome(tiny: Portfolio) -> Outcome:
    return simulate(tiny, Scenario.read(DATA / "tiny" / "incident.toml"), keep="tasks")


@pytest.fixture(scope="module")
def payments_down(meridian: Portfolio) -> Outcome:
    return simulate(meridian, Scenario.read(DATA / "meridian" / "payments-down.toml"), runs=300)


def test_tiny_has_five_tasks_two_projects_three_people(tiny: Portfolio) -> None:
    """The sizes that the README of tiny states."""
    sizes = [len(getattr(tiny, table)) for table in ("tasks", "projects", "resources")]
    assert sizes == [5, 2, 3]


def test_tiny_task_times_against_paper(tiny_outcome: Outcome) -> None:
    """Every start and finish is the one worked out by hand, to 1e-9 h."""
    expected = pd.read_csv(DATA / "tiny" / "expected.txt").set_index("task")
    calm, late = tiny_outcome.levelled, tiny_outcome.with_incident
    for column, frame in {
        "levelled_start_hours": calm.task_start,
        "levelled_finish_hours": calm.task_finish,
        "incident_start_hours": late.task_start,
        "incident_finish_hours": late.task_finish,
    }.items():
        assert frame is not None
        np.testing.assert_allclose(frame[expected.index].iloc[0], expected[column], atol=1e-9)


def test_tiny_delay_and_cost_against_paper(tiny_outcome: Outcome) -> None:
    """The checkout is 1.75 days late, which costs 700; the staff pages are not late."""
    projects = tiny_outcome.projects.set_index("project")
    assert projects["delay_mean_days"].to_dict() == {"pages": 0.0, "checkout": 1.75}
    assert projects["cost_mean"].to_dict() == {"pages": 0.0, "checkout": 700.0}
    assert projects.loc["checkout", "chance_late"] == 1.0
    assert projects.loc["checkout", "chance_late_levelled"] == 0.0


def test_tiny_people_against_paper(tiny_outcome: Outcome) -> None:
    """Pull, relief and cover in FTE-hours, and what projects lose, are those of the README."""
    people = tiny_outcome.resources.set_index("resource")
    columns = ["pull_hours", "relief_hours", "cover_hours", "lost_hours"]
    assert people.loc["ana", columns].tolist() == pytest.approx([12, 6, 0, 6])
    assert people.loc["ben", columns].tolist() == pytest.approx([0, 0, 3, 3])
    assert people.loc["cy", columns].tolist() == pytest.approx([0, 0, 0, 0])
    assert tiny_outcome.services["outage_cost"].tolist() == [26_000.0, 0.0]


@pytest.mark.parametrize(
    ("without", "finish"),
    [("pull", 74), ("cover", 74), ("freeze", 70), ("aftermath", 74)],
)
def test_tiny_without_a_mechanism_against_paper(
    tiny: Portfolio, without: str, finish: float
) -> None:
    """The last table of the README: when the checkout finishes with one mechanism off."""
    scenario = Scenario.read(DATA / "tiny" / "incident.toml")
    outcome = simulate(tiny, Scenario(**{**vars(scenario), "without": (without,)}))
    assert outcome.project_finish["checkout"].iloc[0] == pytest.approx(finish, abs=1e-9)


def test_meridian_reads_without_a_fault_or_a_warning(meridian: Portfolio) -> None:
    """A reader's first portfolio must not greet them with complaints."""
    assert meridian.warnings.empty


def test_generator_reproduces_meridian_byte_for_byte(tmp_path: Path) -> None:
    """What is committed is what the generator writes."""
    script = DATA / "generate_meridian.py"
    subprocess.run([sys.executable, script, "--out", tmp_path], check=True, capture_output=True)  # noqa: S603
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == sorted([*(f"{table}.csv" for table in TABLES), "portfolio.toml"])
    for name in written:
        assert (tmp_path / name).read_bytes() == (DATA / "meridian" / name).read_bytes(), name


def test_readme_states_the_row_counts(meridian: Portfolio) -> None:
    """The table of tables in the README is true, and complete."""
    text = (DATA / "meridian" / "README.md").read_text(encoding="utf-8")
    stated = {name: int(rows) for name, rows in re.findall(r"\| (\w+) \| (\d+) (?=\|)", text)}
    assert {table: stated.get(table) for table in TABLES} == {
        table: len(getattr(meridian, table)) for table in TABLES
    }


def test_readme_names_every_person_and_project(meridian: Portfolio) -> None:
    """Nobody and nothing is missing from who is who."""
    text = (DATA / "meridian" / "README.md").read_text(encoding="utf-8")
    names = [*meridian.resources["name"], *meridian.projects["name"]]
    assert [name for name in names if name not in text] == []


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("tasks", "stage"),
        ("tasks", "activity"),
        ("links", "type"),
        ("changes", "effect"),
        ("resources", "kind"),
        ("stakeholders", "side"),
        ("interests", "interest"),
        ("acceptance", "status"),
    ],
)
def test_every_choice_appears_in_meridian(meridian: Portfolio, table: str, column: str) -> None:
    """The example shows every value that a choice column may take."""
    choices = load_schema()[table][column].choices
    assert set(getattr(meridian, table)[column]) == set(choices)


def test_every_project_goes_through_every_stage(meridian: Portfolio) -> None:
    """No project skips scope, design, delivery, test or transition."""
    stages = meridian.tasks.groupby("project")["stage"].nunique()
    assert (stages == 5).all()


def test_every_id_in_meridian_is_known(meridian: Portfolio) -> None:
    """Each reference of the schema finds its row, independently of the reader's own checks."""
    teams = set(meridian.resources["team"])
    for table, columns in load_schema().items():
        for column in columns.values() if table != SETTINGS else []:
            known = set()
            for target in column.refers_to:
                if target == "teams":
                    known |= teams
                else:
                    known |= set(getattr(meridian, target).iloc[:, 0])
            if column.refers_to:
                given = set(getattr(meridian, table)[column.name].dropna())
                assert given <= known, (table, column.name, given - known)


def test_meridian_shows_lags_leads_and_links_across_projects(meridian: Portfolio) -> None:
    """Mostly finish to start; some lags, a couple of leads, a few ties between projects."""
    project = meridian.tasks.set_index("task")["project"]
    links = meridian.links
    across = links["predecessor"].map(project) != links["successor"].map(project)
    assert across.sum() == 3
    assert (links["lag_days"] < 0).sum() == 2
    assert (links["lag_days"] > 0).sum() >= 20
    assert (links["type"] == "FS").mean() > 0.75


def test_meridian_task_names_are_all_different(meridian: Portfolio) -> None:
    """Names are written for their project, none twice."""
    assert meridian.tasks["name"].is_unique


def test_people_of_meridian_can_do_what_they_are_given(meridian: Portfolio) -> None:
    """No task wants more of anybody than is left after the everyday support."""
    everyday = meridian.support.groupby("resource")["bau_fte"].sum()
    resources = meridian.resources.set_index("resource")
    left = resources["capacity_fte"].sub(everyday, fill_value=0)
    wanted = meridian.assignments.groupby("resource")["units_fte"].max()
    assert (wanted <= left[wanted.index] + 1e-9).all()
    people = resources.index[resources["kind"] == "person"]
    loaded = everyday[[name for name in everyday.index if name in people]]
    assert loaded.between(0.1, 0.6).all()


def test_support_staff_of_meridian_are_on_projects_too(meridian: Portfolio) -> None:
    """Nearly everybody whom an incident can pull also has project work."""
    pulled = set(meridian.support.query("incident_fte > 0")["resource"])
    assert pulled <= set(meridian.assignments["resource"])


def test_meridian_estimates_enclose_the_plan(meridian: Portfolio) -> None:
    """About 60 % of the tasks have estimates, and these lie around the planned duration."""
    tasks = meridian.tasks
    given = tasks["optimistic_days"].notna()
    assert given.mean() == pytest.approx(0.6, abs=0.06)
    assert (given == tasks["pessimistic_days"].notna()).all()
    assert (tasks["optimistic_days"] <= tasks["duration_days"])[given].all()
    assert (tasks["duration_days"] <= tasks["pessimistic_days"])[given].all()


def test_incident_log_spans_eighteen_months(meridian: Portfolio) -> None:
    """From July 2024 to December 2025, every service, every severity, two still open."""
    log = meridian.incidents
    assert log["opened"].min().to_period("M") == pd.Period("2024-07", "M")
    assert log["opened"].max().to_period("M") == pd.Period("2025-12", "M")
    assert log["opened"].dt.to_period("M").nunique() == 18
    assert set(log["service"]) == set(meridian.services["service"])
    assert set(log["severity"]) == {1, 2, 3}
    assert log["restored"].isna().sum() == 2
    assert (log["restored"] > log["opened"])[log["restored"].notna()].all()


def test_incident_log_has_a_long_tail(meridian: Portfolio) -> None:
    """Most incidents are over within a working day, and a few take days."""
    log = meridian.incidents
    hours = (log["restored"] - log["opened"]).dropna() / pd.Timedelta("1h")
    assert hours.median() < 8
    assert hours.max() > 100
    assert hours.mean() > 1.5 * hours.median()


def test_levelling_costs_days_not_months(payments_down: Outcome) -> None:
    """Scarce people alone make every project late by no more than about three weeks."""
    assert payments_down.projects["levelled_delay_days"].between(0, 15).all()


def test_payments_down_hits_some_projects_and_spares_others(payments_down: Outcome) -> None:
    """Four projects lose days, the one on payments up to two weeks, and three lose nothing."""
    projects = payments_down.projects.set_index("project")
    mean, high = projects["delay_mean_days"], projects["delay_p95_days"]
    assert set(mean.index[mean > 1]) == {"INS", "CRD", "SCA", "APP"}
    assert high["INS"] > 7 > 3 > projects.loc["INS", "delay_p50_days"]
    assert high.max() < 15
    assert mean["PAY"] == 0
    assert mean[["LED", "LDS"]].abs().max() < 0.05
