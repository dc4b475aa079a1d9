"""Notes, watch list and picture at moments that are easily told wrongly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from paper import assigned, people, staff, tasks
from test_levers import STRIKE, one_task

from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.io import read
from svcimpact.portfolio import Portfolio
from svcimpact.response.inform import stakeholder_notes
from svcimpact.response.live import live_picture
from svcimpact.response.redeploy import redeployment
from svcimpact.response.watch import watch_list

ROOT = Path(__file__).resolve().parents[1]
NOW = "2026-01-05 15:00"


def told(**more: Any) -> Portfolio:
    """Return the one task, a sponsor, and two services."""
    tables: dict[str, Any] = {
        "projects": [{"project": "P", "name": "Payroll", "sponsor": "sam", "due": "2026-01-07"}],
        "stakeholders": [{"stakeholder": "sam", "name": "Sam Oduya"},
                         {"stakeholder": "max", "name": "Max Ode", "side": "service"}],
        "interests": [{"stakeholder": "max", "item": "S", "interest": "advises"}],
        "services": [{"service": "S", "name": "Shop"}, {"service": "T", "name": "Tills"}],
        "resources": people(ana=1, ben=1),
        "support": staff(("S", "ana", 0, 1), ("T", "ben", 0, 1)),
    }  # fmt: skip
    return one_task(**(tables | more))


def outcome_of(portfolio: Portfolio, *incidents: Incident, runs: int = 2) -> Outcome:
    """Simulate incidents."""
    return simulate(portfolio, Scenario("Paper", incidents or (STRIKE,), runs=runs))


def test_an_incident_of_tomorrow_has_not_failed() -> None:
    """Told first in the file, it is expected; what is open today is what is spoken of."""
    tomorrow = Incident("T", start="2026-01-06 10:00", hours=8, severity=2)
    outcome = outcome_of(told(), tomorrow, STRIKE)
    watch = watch_list(outcome, now=NOW, runs=2)
    assert watch.forecast["state"].tolist() == ["open", "expected"]
    assert watch.do_not_disturb["resource"].tolist() == ["ana"]
    assert watch.liaison == "Max Ode"
    assert "Tills, expected to fail on 6 January 2026 at 10:00," in watch.sentences()[1]
    (row,) = stakeholder_notes(outcome, now=NOW, runs=2, watch=watch).table.to_dict("records")
    assert row["subject"] == "Payroll: dates after the incident at Shop"
    assert row["text"].startswith("Shop failed on 5 January 2026 at 13:00 (severity 1). People")
    assert "Tills is expected to fail on 6 January 2026 at 10:00 (severity 2)." in row["text"]
    screen = live_picture(outcome, now=NOW).screen()
    assert screen.startswith("SHOP, severity 1, failed on 5 January 2026 at 13:00.\nTILLS")
    assert "TILLS, severity 2, is expected to fail on 6 January 2026 at 10:00." in screen
    assert "Shop: 2.0 hours so far; back by" in screen
    assert "Tills: not begun; back by" in screen


def test_an_incident_that_is_only_expected() -> None:
    """Before anything has failed, nothing is said to have failed, and nobody restores."""
    outcome = outcome_of(told(), STRIKE)
    watch = watch_list(outcome, now="2026-01-05 09:00", runs=2)
    assert watch.do_not_disturb.empty
    (row,) = stakeholder_notes(outcome, now="2026-01-05 09:00", runs=2).table.to_dict("records")
    assert row["subject"] == "Payroll: dates with the incident expected at Shop"
    assert "failed" not in row["text"]
    assert "restoring" not in row["text"]
    people_ = redeployment(outcome, now="2026-01-05 09:00", runs=2)
    assert "Restoring, once it has failed: ana." in people_.sentences()


def test_of_two_open_incidents_the_gravest_is_in_the_subject() -> None:
    """The other is counted there, and both are named in the text."""
    second = Incident("T", start="2026-01-05 12:00", hours=30, severity=2)
    outcome = outcome_of(told(), second, STRIKE)
    (row,) = stakeholder_notes(outcome, now=NOW, runs=2).table.to_dict("records")
    assert row["subject"] == "Payroll: dates after the incidents at Shop and 1 more"
    assert row["text"].index("Shop failed on") < row["text"].index("Tills failed on")
    assert "are restoring these services" in row["text"]


def test_a_date_that_stays_on_its_day_is_not_told() -> None:
    """An hour is lost within the sixth of January: nobody's date moved."""
    portfolio = told(tasks=tasks(("A", 10)))
    outcome = outcome_of(portfolio, replace(STRIKE, hours=1))
    assert outcome.projects["delay_p80_days"].iloc[0] == pytest.approx(1 / 8)
    assert watch_list(outcome, now="2026-01-05 13:30", runs=2).table.empty
    found = stakeholder_notes(outcome, now="2026-01-05 13:30", runs=2)
    assert found.dates.empty
    assert found.sentences() == ["There is nothing new to tell anybody."]


def test_who_is_told_has_a_later_date() -> None:
    """On the example every note is of a project whose P80 is shown a day later or more."""
    outcome = simulate(
        read(ROOT / "data/meridian"),
        replace(Scenario.read(ROOT / "data/meridian/payments-down.toml"), runs=60),
    )
    dates = stakeholder_notes(outcome, runs=60).dates
    assert len(dates)
    assert (dates["p80"].dt.normalize() > dates["p80_before"].dt.normalize()).all()
    watched = watch_list(outcome, runs=60).table
    assert set(watched["project"]) == set(dates["project"])


def test_notes_of_before_are_set_aside_and_own_files_stay(tmp_path: Path) -> None:
    """The folder holds only what is to be sent now; nothing of before is lost."""
    folder = tmp_path / "notes"
    folder.mkdir()
    own = {"note-mine.txt": "Buy milk\n", "notes.txt": "To: x\nSubject: y\n", "told.json": "{}"}
    for name, text in own.items():
        (folder / name).write_text(text)
    found = stakeholder_notes(outcome_of(told()), runs=2)
    (first,) = found.write(folder)
    text = first.read_text(encoding="utf-8")
    found.write(folder)
    aside = folder / "sent-before"
    assert {path.name for path in folder.iterdir()} == {*own, first.name, "sent-before"}
    nothing = replace(found, table=found.table.iloc[:0])
    assert nothing.write(folder) == []
    assert {path.name for path in folder.iterdir()} == {*own, "sent-before"}
    assert {path.name for path in aside.iterdir()} == {"note-sam.txt", "note-sam-2.txt"}
    assert all(path.read_text(encoding="utf-8") == text for path in aside.iterdir())
    assert {name: (folder / name).read_text() for name in own} == own


def test_dates_are_told_as_what_they_are() -> None:
    """P50 and P80 are not the ends of a range."""
    chance = Incident("S", start="2026-01-05 13:00", median_hours=16, p90_hours=72)
    found = stakeholder_notes(outcome_of(told(), chance, runs=60), now=NOW, runs=60)
    text = found.table["text"].iloc[0]
    assert "we now expect it to finish by " in text
    assert " in half of the futures, by " in text
    assert "between" not in text


def test_a_note_promises_a_look_and_no_letter() -> None:
    """Where the dates stay, the moment told comes and nothing is written."""
    chance = Incident("S", start="2026-01-05 13:00", median_hours=16, p90_hours=72)
    outcome = outcome_of(told(), chance, runs=60)
    watch = watch_list(outcome, now=NOW, runs=60)
    assert pd.notna(watch.next_look)
    text = stakeholder_notes(outcome, now=NOW, runs=60, watch=watch).table["text"].iloc[0]
    when = f"{watch.next_look.day} January 2026 at {watch.next_look:%H:%M}"
    assert (
        f"We look again on {when}, or as soon as the service is back, and write if your dates "
        "change."
    ) in text
    none = replace(watch, next_look=pd.NaT)
    text = stakeholder_notes(outcome, now=NOW, runs=60, watch=none).table["text"].iloc[0]
    assert "We write again if your dates change." in text


@pytest.mark.parametrize(("sponsor", "asks"), [("sam", True), ("max", False)])
def test_only_the_liaison_is_not_sent_to_themselves(sponsor: str, asks: bool) -> None:
    """Max, the sponsor, is not Max Ode of the service, whom he asks; Max Ode asks nobody."""
    portfolio = told(
        projects=[{"project": "P", "name": "Payroll", "sponsor": sponsor}],
        stakeholders=[{"stakeholder": "sam", "name": "Max"},
                      {"stakeholder": "max", "name": "Max Ode", "side": "service"}],
    )  # fmt: skip
    outcome = outcome_of(portfolio)
    watch = watch_list(outcome, now=NOW, runs=2)
    assert watch.liaison_id == "max"
    (text,) = stakeholder_notes(outcome, now=NOW, runs=2, watch=watch).table["text"]
    assert ("Questions: Max Ode, please" in text) == asks


def test_the_window_is_on_the_wall_clock_and_nobodys_own_end() -> None:
    """It goes on past closing time, and who waits for a freeze is not said to wait until then."""
    outcome = simulate(read(ROOT / "data/tiny"), Scenario.read(ROOT / "data/tiny/incident.toml"))
    found = redeployment(outcome, now="2026-01-06 14:00", runs=2)
    assert found.until == pd.Timestamp("2026-01-07 15:00")
    assert found.sentences()[0] == (
        "Looked at until the services are back in half of the futures: 7 January at 15:00. "
        "Waiting and covering may end sooner or later than that."
    )
    assert "Restoring the service: Ana." in found.sentences()
    assert "Waiting on work that stands still: Cy." in found.sentences()
    night = redeployment(outcome_of(told(), replace(STRIKE, hours=9)), now=NOW, runs=2)
    assert night.until == pd.Timestamp("2026-01-05 22:00")


def test_what_is_over_by_what_was_told_is_restored_by_nobody() -> None:
    """Nobody to leave alone, and no note of people who restore."""
    outcome = outcome_of(told(tasks=tasks(("A", 18))), replace(STRIKE, hours=5))
    now = "2026-01-06 13:00"
    watch = watch_list(outcome, now=now, runs=2)
    assert watch.do_not_disturb.empty
    assert watch.sentences()[0] == "Shop was back on 5 January 2026 at 18:00, by what was told."
    assert watch.sentences()[-1].endswith("by what was told, the incident is over.")
    found = stakeholder_notes(outcome, now=now, runs=2, watch=watch)
    assert not found.table["text"].str.contains("restoring").any()
    people_ = redeployment(outcome, now=now, runs=2)
    assert "were back, by what was told, on 5 January at 18:00" in people_.sentences()[0]
    assert not any("Restoring" in line for line in people_.sentences())
    screen = live_picture(outcome, now=now).screen()
    assert "Shop: over by what was told, on 5 January 2026 at 18:00." in screen
    assert "responder" not in screen.split("LATE")[0]
    longer = outcome_of(told(), replace(STRIKE, hours=16))
    (row,) = stakeholder_notes(longer, now=now, runs=2).table.to_dict("records")
    assert "by what was told, it was back on 6 January 2026 at 05:00." in row["text"]
    assert "restoring" not in row["text"]


def test_where_the_tables_name_nobody_to_tell_it_says_so() -> None:
    """A project moved: that is news, though nobody is named to hear of it."""
    portfolio = told(projects=[{"project": "P", "name": "Payroll"}])
    assert stakeholder_notes(outcome_of(portfolio), runs=2).sentences() == [
        "Dates moved for Payroll, but the tables name nobody to tell of that. Fill in the tables "
        "stakeholders and interests, or the sponsor in projects."
    ]
    both = told(
        projects=[{"project": "P", "name": "Payroll", "sponsor": "sam"},
                  {"project": "Q", "name": "Quay"}],
        tasks=[*tasks(("A", 16)), *tasks(("B", 16), project="Q")],
        assignments=assigned(A="ana:0.5", B="ana:0.5"),
    )  # fmt: skip
    said = stakeholder_notes(outcome_of(both), runs=2).sentences()
    assert said[0] == "1 note to send: Sam Oduya."
    assert said[1].startswith("Dates moved for Quay, but")
