"""Plans written back: read again they are the same, ours and real ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from paper import assigned, paper, people, tasks
from plan_examples import REAL, need_java
from typer.testing import CliRunner

from svcimpact.cli import app
from svcimpact.errors import InputError, describe
from svcimpact.exchange.plan_losses import losses
from svcimpact.exchange.plan_write import write_plans
from svcimpact.io import read as read_tables
from svcimpact.portfolio import Portfolio
from svcimpact.reading import read

ROOT = Path(__file__).resolve().parents[1]
FILES = REAL / "plans" / "files"
PLANS = ["customer_feedback.mpp", "commercial_construction.mpp", "ozbuild_16.mpp",
         "new_product.mspdi.xml", "aspose_sample_new_business.mpp"]  # fmt: skip


@pytest.fixture(autouse=True)
def _java() -> None:
    """Every test here writes with a Java library."""
    need_java()


def hold_against(before: Portfolio, project: str, after: Portfolio) -> None:
    """Hold one project read again against what was written: tasks, links, people."""
    one = before.tasks[before.tasks["project"] == project].reset_index(drop=True)
    order = {task: k for k, task in enumerate(one["task"])}
    place = [
        next((order[t] for t in order if str(x).endswith(str(t))), None)
        for x in after.tasks["task"]
    ]
    if None in place:
        place = list(range(len(after.tasks)))
    other = after.tasks.assign(place=place).sort_values("place").reset_index(drop=True)
    assert other["name"].tolist() == one["name"].tolist()
    for column in ("duration_days", "done_fraction"):
        np.testing.assert_allclose(other[column], one[column], atol=0.01)
    for column in ("planned_start", "actual_start", "actual_finish"):
        known = one[column].notna()
        hours = [before.calendar.hours(t.loc[known, column].to_numpy()) for t in (one, other)]
        np.testing.assert_allclose(hours[1], hours[0], atol=0.05)
    again = dict(zip(after.tasks["task"], place, strict=True))

    def links(portfolio: Portfolio, rows: dict) -> set:
        return {
            (rows[link.predecessor], rows[link.successor], link.type, round(link.lag_days, 2))
            for link in portfolio.links.itertuples()
            if link.predecessor in rows and link.successor in rows
        }

    def people(portfolio: Portfolio, rows: dict) -> list:
        names = portfolio.resources.set_index("resource")["name"]
        return sorted(
            (rows[row.task], names[row.resource], round(row.units_fte, 3))
            for row in portfolio.assignments.itertuples()
            if row.task in rows
        )

    assert links(after, again) == links(before, order)
    assert people(after, again) == people(before, order)


@pytest.mark.parametrize("kind", ["xml", "xer"])
def test_the_example_comes_back(kind: str, tmp_path: Path) -> None:
    """Two of its projects, through Microsoft Project's format and Primavera's."""
    portfolio = read_tables(ROOT / "data" / "meridian")
    files, lost = write_plans(portfolio, tmp_path, kind=kind)
    assert [path.stem for path in files] == list(portfolio.projects["project"])
    assert "3 links between projects: each project is its own file." in lost
    for project in ("LED", "CRD"):
        hold_against(portfolio, project, read(tmp_path / f"{project}.{kind}"))


@pytest.mark.parametrize("kind", ["xml", "xer"])
@pytest.mark.parametrize("name", PLANS)
def test_real_plans_come_back(name: str, kind: str, tmp_path: Path) -> None:
    """Tasks, links, lags, dates and people of plans that no one here wrote."""
    if not (FILES / name).is_file():
        pytest.skip("needs the published plans in SVCIMPACT_REAL_DATA")
    portfolio = read(FILES / name)
    files, _ = write_plans(portfolio, tmp_path, kind=kind)
    for path, project in zip(files, portfolio.projects["project"], strict=True):
        hold_against(portfolio, project, read(path))


def test_progress_comes_back(tmp_path: Path) -> None:
    """A task done, one under way, one to come, and the status date."""
    portfolio = read_tables(ROOT / "data" / "tiny")
    tasks = portfolio.tasks.copy()
    tasks.loc[1, ["actual_start", "actual_finish", "done_fraction"]] = [
        pd.Timestamp("2026-01-05 09:00"), pd.Timestamp("2026-01-06 17:00"), 1.0,
    ]  # fmt: skip
    files, _ = write_plans(portfolio.with_tables(tasks=tasks), tmp_path)
    again = read(files[1]).tasks
    assert again["done_fraction"].tolist()[0] == 1
    assert again["actual_finish"].iloc[0] == pd.Timestamp("2026-01-06 17:00")


def test_the_command_tells_what_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files, and what has no place in them; a format that is none is told."""
    monkeypatch.chdir(ROOT)
    words = ["export", "data/tiny", "--out", str(tmp_path / "plans")]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.output.count("Written:") == 2
    assert "Not in them: The tables services, support and changes" in result.output
    with pytest.raises(InputError, match="Nothing was written") as caught:
        CliRunner().invoke(app, words, catch_exceptions=False)
    assert len(caught.value.faults) == 2
    with pytest.raises(InputError) as caught:
        CliRunner().invoke(app, [*words, "--format", "mpp"], catch_exceptions=False)
    assert describe(caught.value.faults) == ["format: found 'mpp', expected one of xml, xer."]


def test_all_that_has_no_place_is_told(tmp_path: Path) -> None:
    """Every column that says something and is not written; nothing where all is."""
    plain = paper(
        projects=[{"project": "P"}],
        tasks=tasks(("A", 8)),
        assignments=assigned(A="ana"),
        resources=people(ana=1),
    )
    assert losses(plain, "xml") == losses(plain, "xer") == []
    rich = paper(
        projects=[{"project": "CON", "name": "P", "priority": 1, "cost_of_delay_per_day": 5},
                  {"project": "idle", "name": "Idle"}],
        tasks=tasks(("A", 8), project="CON", stage="test", can_start_early="yes"),
        assignments=[{"task": "A", "resource": "ana", "skill": "writing"}],
        resources=[{"resource": "ana", "name": "Ana", "team": "Ops", "cost_per_day": 8},
                   {"resource": "ana2", "name": "Ana", "kind": "team"}],
        absences=[{"resource": "ana", "start": "2026-01-07", "end": "2026-01-07"}],
        skills=[{"resource": "ana", "skill": "writing"}],
    )  # fmt: skip
    files, lost = write_plans(rich, tmp_path, kind="xer")
    assert [path.name for path in files] == ["CON_.xer"]
    assert lost == [
        "Who is who of those called Ana: plans know people by their names.",
        "Projects without tasks: Idle.",
        "The tables absences and skills: plans have no place for that.",
        "In the table projects: priority and cost_of_delay_per_day.",
        "In the table tasks: stage and can_start_early.",
        "In the table resources: team and kind.",
        "In the table assignments: skill.",
        "The currency EUR: rates are numbers without one.",
    ]


def test_a_due_date_comes_back(tmp_path: Path) -> None:
    """It stands on the line of the project."""
    portfolio = read_tables(ROOT / "data" / "tiny")
    files, _ = write_plans(portfolio, tmp_path)
    dues = [read(path).projects["due"].iloc[0] for path in files]
    assert dues == portfolio.projects["due"].tolist()


@pytest.mark.parametrize("kind", ["xml", "xer"])
def test_day_rates_come_back_to_the_cent(kind: str, tmp_path: Path) -> None:
    """Days of 7.5 hours: the rate of an hour has more decimals than files keep."""
    rates = [640.0, 430.0, 333.33, 0.07, 12_345.67]
    names = [f"p{k}" for k in range(len(rates))]
    portfolio = paper(
        {"calendar": {"hours_per_day": 7.5}},
        projects=[{"project": "P"}],
        tasks=tasks(*((name.upper(), 8) for name in names)),
        assignments=assigned(**{name.upper(): name for name in names}),
        resources=[
            {"resource": name, "name": name, "cost_per_day": rate}
            for name, rate in zip(names, rates, strict=True)
        ],
    )
    (path,), _ = write_plans(portfolio, tmp_path, kind=kind)
    after = read(path)
    assert after.resources["cost_per_day"].tolist() == rates
    assert not after.warnings["column"].eq("duration").any()


@pytest.mark.parametrize("kind", ["xml", "xer"])
def test_names_of_several_lines_come_back_on_one(kind: str, tmp_path: Path) -> None:
    """Nothing is glued together; who is one person in a plan then is told."""
    portfolio = paper(
        projects=[{"project": "P", "name": "One\nproject"}],
        tasks=tasks(("A", 8), ("B", 8), name="A\r\ntask"),
        assignments=assigned(A="t", B="u"),
        resources=[{"resource": "t", "name": "+Tomasz\n<b>", "team": "Ops\nNight"},
                   {"resource": "u", "name": "+Tomasz <B>"}],
    )  # fmt: skip
    (path,), lost = write_plans(portfolio, tmp_path, kind=kind)
    assert lost[0].startswith("Who is who of those called +Tomasz <B>:")
    after = read(path)
    assert after.resources["name"].tolist() == ["+Tomasz <b>"]
    assert after.projects["name"].tolist() == ["One project"]
    assert after.tasks["name"].tolist() == ["A task"] * 2
    if kind == "xml":
        assert after.resources["team"].tolist() == ["Ops Night"]
