"""A live incident: one set of figures given the time elapsed, and what changed since last time."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from test_levers import STRIKE, one_task
from test_response import NOTHING, outcome_of, with_sponsor
from typer.testing import CliRunner

from svcimpact import cli
from svcimpact.cli.during import given_open
from svcimpact.cli.response import as_open
from svcimpact.errors import InputError, describe
from svcimpact.incident.actions import Action
from svcimpact.incident.attribution import Attribution, attribute
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.io import read, write
from svcimpact.response.inform import stakeholder_notes
from svcimpact.response.last import changes, read_last, write_last
from svcimpact.response.live import Picture, live_picture
from svcimpact.wording import chance_with_error, day, with_error

ROOT = Path(__file__).resolve().parents[1]
PAYMENTS = ["data/tiny", "--service", "payments", "--start", "2026-01-06 13:00",
            "--median-hours", "20", "--p90-hours", "60"]  # fmt: skip


def said(*words: str) -> str:
    """Run a command at home, and return what it says."""
    result = CliRunner().invoke(cli.app, words, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


@pytest.fixture(scope="module")
def picture() -> Picture:
    """Return the picture of an incident of uncertain length."""
    strike = replace(STRIKE, hours=None, median_hours=30, p90_hours=60)
    return live_picture(outcome_of(with_sponsor(), strike, runs=200))


def test_what_is_less_than_notable_is_no_news(picture: Picture, tmp_path: Path) -> None:
    """Under an hour and under 2 points nothing is told, and the sentence says so."""
    last = read_last(write_last(picture, tmp_path / "last.json"))
    assert last["projects"]["P"]["chance_late_se"] > 0
    last["projects"]["P"]["chance_late"] += 0.019
    (dates,) = last["restoration"].values()
    dates["p50"] = f"{pd.Timestamp(dates['p50']) - pd.Timedelta(minutes=59)}"
    assert changes(picture, last) == (NOTHING,)
    assert changes(picture, {}) == ()


def test_restoration_plan_and_verdicts_are_compared_too(picture: Picture) -> None:
    """An hour, 2 points with their errors, a lever dropped, a verdict: each is told."""
    last = deepcopy({"when": "2026-01-05 15:00", **picture.figures})
    row, verdicts = last["projects"]["P"], last["verdicts"]
    b = row["chance_late"]
    row["chance_late"] = b - 0.02
    ((key, dates),) = last["restoration"].items()
    new = pd.Timestamp(dates["p80"])
    dates["p80"] = f"{new - pd.Timedelta(hours=1)}"
    last["plan"] = [*last["plan"], "bring in 9 FTE"]
    assert verdicts == {"P": "hold"}
    verdicts["P"] = "escalate"
    said = [line.replace("\u00a0", " ") for line in changes(picture, last)]
    points = round(100 * row["chance_late_se"])
    assert points >= 1
    assert said == [
        f"S back by {day(dates['p80'], time=True)} → {day(new, time=True)} (P80).",
        f"Payroll: misses its due date {100 * b - 2:.0f} ± {points} % → "
        f"{100 * b:.0f} ± {points} %.",
        "What helps: no longer bring in 9 FTE.",
        "Verdict on Payroll: escalate → hold.",
    ]
    last["restoration"] = {key.replace("05", "04", 1): dates}
    assert changes(picture, last)[:2] == (
        "S: an incident that was not told of.",
        "S: its incident is not told of any more.",
    )


def test_notes_say_how_well_their_chances_are_known(picture: Picture) -> None:
    """Each chance has its error, and the largest is told; none where nothing is due."""
    dates = picture.notes.dates.iloc[0]
    points = 100 * max(dates["chance_late_se"], dates["chance_late_before_se"])
    assert points >= 1
    assert (
        f"a chance has a standard error of up to {points:.1f} points."
        in (picture.notes.assumptions[0])
    )
    undated = one_task(projects=[{"project": "P", "name": "Payroll", "sponsor": "sam"}],
                       stakeholders=[{"stakeholder": "sam", "name": "Sam Oduya"}])  # fmt: skip
    notes = stakeholder_notes(outcome_of(undated), runs=2)
    assert len(notes.dates) == 1
    assert notes.assumptions[0].endswith("four of five is P80.")


def test_a_picture_is_of_the_incident_as_it_stands(picture: Picture) -> None:
    """From an outcome that knows nothing of the time elapsed, all figures are given it."""
    told = picture.outcome.scenario
    now = "2026-01-06 19:00"
    later = live_picture(outcome_of(with_sponsor(), told.incidents[0], runs=200), now=now)
    (incident,) = later.outcome.scenario.incidents
    assert incident.elapsed_hours == 30
    assert later.outcome.incidents["restored_p50"].iloc[0] > pd.Timestamp(now)
    row = later.outcome.projects.iloc[0]
    watched, noted = later.watch.table.iloc[0], later.notes.dates.iloc[0]
    for name in ("chance_late", "chance_late_se"):
        assert row[name] == watched[name] == noted[name] > 0
    assert row["finish_p80"] == watched["finish_p80"] == noted["p80"]
    unconditional = picture.outcome.projects.iloc[0]
    assert row["chance_late"] > unconditional["chance_late"]


def test_a_name_with_a_line_break_stays_on_its_line(picture: Picture) -> None:
    """Neither the table of late projects nor the readers of notes fall apart."""
    portfolio = one_task(
        projects=[{"project": "P", "name": "Pay\nroll", "sponsor": "sam", "due": "2026-01-07"}],
        stakeholders=[{"stakeholder": "sam", "name": "Sam\nOduya"}],
    )
    broken = live_picture(outcome_of(portfolio, picture.outcome.scenario.incidents[0], runs=20))
    assert any(line.startswith("Pay roll  ") for line in broken.screen().splitlines())
    assert broken.notes.sentences()[0] == "1 note to send: Sam Oduya."


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the pack of an incident that has lasted 30 hours, half of which last 20."""
    out = tmp_path_factory.mktemp("pack")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        said("incident", *PAYMENTS, "--runs", "80", "--elapsed", "30", "--out", str(out))
    return out


def test_the_pack_has_one_set_of_figures(pack: Path) -> None:
    """Its scenario, simulated again, gives the figures of the screen, tables and report."""
    again = simulate(read(ROOT / "data/tiny"), Scenario.read(pack / "scenario.toml"))
    row = again.incidents.iloc[0]
    assert row["restored_p50"] > pd.Timestamp("2026-01-07 19:00")
    back = day(row["restored_p50"].round("min"), weekday=True, time=True, year=False)
    report = (pack / "report.html").read_text("utf-8")
    assert f"has lasted 30.0 hours, in half of the runs it is back by {back}" in report
    screen = (pack / "picture.txt").read_text("utf-8")
    assert (
        f"30.0 hours so far; back by {day(row['restored_p50'].round('min'), time=True)}" in screen
    )
    late = again.projects.set_index("project")
    watched = pd.read_excel(pack / "tables.xlsx", sheet_name="watch", engine="calamine").set_index(
        "project"
    )
    noted = pd.read_excel(
        pack / "tables.xlsx", sheet_name="inform_dates", engine="calamine"
    ).set_index("project")
    assert list(watched.index) == list(noted.index) == ["checkout"]
    mine = late.loc["checkout"]
    for name in ("chance_late", "chance_late_se"):
        assert watched.loc["checkout", name] == pytest.approx(mine[name])
        assert noted.loc["checkout", name] == pytest.approx(mine[name])
    assert watched.loc["checkout", "finish_p80"] == noted.loc["checkout", "p80"]
    assert watched.loc["checkout", "finish_p80"] == mine["finish_p80"]
    assert 0 < mine["chance_late"] < 1
    errors = mine["delay_p80_days_se"], mine["chance_late_se"]
    assert min(errors) > 0
    (line,) = [x for x in screen.splitlines() if x.startswith("New checkout for the shop  ")]
    assert line.endswith(f"→ {chance_with_error(mine['chance_late'], errors[1])}")
    assert with_error(mine["delay_p80_days"], errors[0], most=1) in line


def test_the_scenario_of_a_pack_reruns_to_the_same_picture(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing has to be told beside it."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("svcimpact.report.write_report", lambda *_, **__: None)
    told = ["data/tiny", "--scenario", str(pack / "scenario.toml")]
    said("incident", *told, "--out", str(tmp_path / "again"))
    one, other = (path / "picture.txt" for path in (pack, tmp_path / "again"))
    assert one.read_bytes() == other.read_bytes()


def test_explain_and_report_know_the_time_elapsed(
    pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They look at the futures of the pack's scenario, and not at those without the moment."""
    monkeypatch.chdir(ROOT)
    seen: list[Outcome] = []

    def explained(outcome: Outcome) -> Attribution:
        seen.append(outcome)
        return attribute(outcome)

    def reported(outcome: Outcome, *_: Any, **__: Any) -> None:
        seen.append(outcome)

    monkeypatch.setattr("svcimpact.incident.attribution.attribute", explained)
    monkeypatch.setattr("svcimpact.report.write_report", reported)
    pages = [said("explain", *PAYMENTS, "--runs", "80", "--elapsed", "30")]
    said("report", *PAYMENTS, "--runs", "80", "--now", "2026-01-07 19:00")
    told = ["data/tiny", "--scenario", str(pack / "scenario.toml")]
    pages.append(said("explain", *told))
    said("explain", *PAYMENTS, "--runs", "80")
    projects, others, again, without = (outcome.projects for outcome in seen)
    given, rest = pages[0].split("- Seen on 7 January 2026 at 19:00.")
    assert given == pages[1]
    assert "what is left given the time elapsed" in " ".join(rest.split())
    pd.testing.assert_frame_equal(projects, again)
    pd.testing.assert_frame_equal(others, again)
    assert (again["delay_mean_days"] > without["delay_mean_days"]).any()


def test_what_was_decided_before_stays_decided_then() -> None:
    """A lever pulled at 14:00 is not moved to the moment told; where no time is, it is."""
    portfolio = one_task()
    strike = replace(STRIKE, hours=None, median_hours=30, p90_hours=60)
    lever = Action("bring_in", resource="ana", fte=1.0)
    told = Scenario("Paper", (strike,), actions=(lever,), decision_time="2026-01-05 14:00")  # type: ignore[arg-type]
    kept, when = given_open(portfolio, told, None, 10.0)
    assert kept.actions == (lever,)
    assert kept.decision_time == pd.Timestamp("2026-01-05 14:00")
    assert kept.incidents[0].elapsed_hours == 10
    assert when == pd.Timestamp("2026-01-05 23:00")
    moved, _ = given_open(portfolio, replace(told, decision_time=None), None, 10.0)
    assert moved.decision_time == when


def test_a_live_incident_asks_anew_what_to_do(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Levers in the scenario are left aside, and that is said: the figures are without them."""
    planned = Scenario.read(pack / "scenario-with-plan.toml")
    assert planned.decides
    portfolio = read(ROOT / "data/tiny")
    stood, when = as_open(portfolio, planned, None, None)
    assert "What the scenario decides is left aside" in capsys.readouterr().out
    told = Scenario.read(pack / "scenario.toml")
    assert replace(stood, name=told.name) == told
    assert when == told.decision_time
    as_open(portfolio, told, None, None)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("verb", "place", "name", "most"),
    [
        ("watch", "watch", "watch_list", 500),
        ("redeploy", "redeploy", "redeployment", 500),
        ("contingency", "contingency", "contingency_plan", 400),
        ("escalate", "escalate", "escalation", 500),
        ("morale", "morale", "stuck_people", 500),
        ("recover", "recover", "hand_back", 500),
        ("inform", "inform", "stakeholder_notes", 500),
    ],
)
def test_each_practice_answers_on_all_futures(
    verb: str, place: str, name: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--runs` is theirs too, given the time elapsed; only plans are sought on 400 at most."""
    monkeypatch.chdir(ROOT)
    asked: list[Any] = []

    class EnoughError(Exception):
        """Stops the command once it has asked."""

    def stop(outcome: Any, **options: Any) -> None:
        asked.append((outcome.runs, options["runs"], outcome.scenario.incidents[0].elapsed_hours))
        raise EnoughError

    monkeypatch.setattr(f"svcimpact.response.{place}.{name}", stop)
    for runs in ("20", "500"):
        with pytest.raises(EnoughError):
            said(verb, *PAYMENTS, "--runs", runs, "--now", "2026-01-06 16:00")
    assert asked == [(20, 20, 3.0), (500, most, 3.0)]


def test_a_reader_with_a_line_break_in_the_name(tmp_path: Path) -> None:
    """The head of a note on the screen keeps to its line."""
    portfolio = one_task(
        projects=[{"project": "P", "name": "Payroll", "sponsor": "sam"}],
        stakeholders=[{"stakeholder": "sam", "name": "Sam\nOduya"}],
    )
    write(portfolio, tmp_path / "there")
    output = said("inform", str(tmp_path / "there"), "--service", "S", "--hours", "24",
                  "--start", "2026-01-05 13:00", "--runs", "2")  # fmt: skip
    assert "\nTo: Sam Oduya\n" in output


def test_nonsense_in_options_is_told() -> None:
    """An empty path is not the current folder; a distribution is looked at in any case."""
    for words in (["--out", ""], ["--out="]):
        with pytest.raises(InputError) as caught:
            said("incident", str(ROOT / "data/tiny"), *words)
        assert describe(caught.value.faults) == [
            "command line, --out: found an empty text, expected a value. Leave it out, or say "
            "what it is."
        ]
    with pytest.raises(InputError) as caught:
        said("restoration", str(ROOT / "data/meridian"), "--distribution", "foo")
    assert describe(caught.value.faults) == [
        "--distribution: found 'foo', expected one of lognormal, weibull, gamma, empirical, best."
    ]
