"""The commands on what to do, each on the smallest example."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from svcimpact.cli import app
from svcimpact.errors import InputError, describe
from svcimpact.io import read

TINY = ["data/tiny", "--scenario", "data/tiny/incident.toml", "--now", "2026-01-06 14:00"]
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def said(*words: str) -> str:
    """Run a command, and return what it says."""
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


@pytest.mark.parametrize(
    ("command", "line", "table"),
    [
        ("watch", "only its P80 falls on a later day.", "watch"),
        ("redeploy", "Restoring the service: Ana.", "people"),
        ("contingency", "No lever helps", "levers"),
        ("escalate", "Checkout", "escalate"),
        ("morale", "Stuck since 6 January 2026", "morale"),
        ("recover", "Hand people back in the order of the plan", "recover"),
    ],
)
def test_each_practice_answers(command: str, line: str, table: str, tmp_path: Path) -> None:
    """It says what it found and what that rests on, and writes its tables."""
    output = said(command, *TINY, "--out", str(tmp_path / "out"))
    assert line.lower() in " ".join(output.lower().split())
    assert "This rests on:" in output
    assert (tmp_path / "out" / f"{table}.csv").is_file()


def test_a_plan_is_written_as_portfolio_and_scenario(tmp_path: Path) -> None:
    """The portfolio reads again, and the scenario has the plan in it."""
    new, told = tmp_path / "new", tmp_path / "plan.toml"
    output = said("contingency", *TINY, "--write", str(new), "--save", str(told))
    assert output.count("Written:") == 2
    assert read(new).check().empty
    assert "decision_time = 2026-01-06" in told.read_text(encoding="utf-8")


def test_inform_remembers_what_it_told(tmp_path: Path) -> None:
    """The second time there is nothing new."""
    meridian = ["data/meridian", "--scenario", "data/meridian/payments-down.toml", "--runs", "100"]
    first = said("inform", *meridian, "--out", str(tmp_path / "notes"))
    assert "Questions: Tessa Winfield" in first
    assert (tmp_path / "notes" / "note-ceo.txt").is_file()
    again = said("inform", *meridian, "--out", str(tmp_path / "notes"))
    assert "There is nothing new to tell anybody." in again
    assert not list((tmp_path / "notes").glob("note-*.txt"))
    assert (tmp_path / "notes" / "sent-before" / "note-ceo.txt").is_file()
    assert "Notes of earlier runs are in" in again


def test_a_live_incident_leaves_a_pack_and_says_what_changed(tmp_path: Path) -> None:
    """One screen, a pack, and the second time what is new; a length that nobody told is fitted."""
    pack = tmp_path / "pack"
    told = ["incident", "data/tiny", "--service", "payments", "--start", "2026-01-06 13:00",
            "--out", str(pack)]  # fmt: skip
    with pytest.raises(InputError) as caught:
        said(*told)
    assert "Give median_hours and p90_hours instead." in describe(caught.value.faults)[0]
    assert not pack.exists()
    told += ["--median-hours", "20", "--p90-hours", "60", "--runs", "60"]
    first = said(*told, "--elapsed", "1")
    assert first.startswith("PAYMENTS, severity 1, failed on 6 January 2026 at 13:00.")
    assert "SINCE THE LAST TIME" not in first
    names = {path.name for path in pack.iterdir()}
    assert names >= {"picture.txt", "report.html", "tables.xlsx", "scenario.toml", "last.json"}
    again = said(*told, "--elapsed", "20")
    assert "SINCE THE LAST TIME" in again
    assert "20.0 hours so far" in again


def test_a_moment_told_twice_is_told() -> None:
    """Elapsed and now say the same thing twice; and hours are not below 0."""
    told = ["incident", *TINY, "--elapsed", "-1"]
    with pytest.raises(InputError) as caught:
        said(*told)
    assert describe(caught.value.faults) == [
        "command line: found both --elapsed and --now, expected one.",
        "--elapsed: found -1, expected hours from 0 to 100000.",
    ]


def test_a_file_where_the_pack_should_go_is_told(tmp_path: Path) -> None:
    """Nothing is written, and no traceback is shown."""
    taken = tmp_path / "pack"
    taken.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        said("incident", *TINY, "--runs", "20", "--out", str(taken))
    assert "pack" in describe(caught.value.faults)[0]
    assert taken.read_text(encoding="utf-8") == "mine"
