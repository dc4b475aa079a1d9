"""Incidents and scenarios: reading and writing TOML, limits, and every fault there can be."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper import paper

from svcimpact.errors import InvalidScenarioError
from svcimpact.incident.disruption import MECHANISMS
from svcimpact.incident.log_fit import FITTED
from svcimpact.incident.restoration import DISTRIBUTIONS
from svcimpact.incident.scenario import (
    Incident,
    RandomIncidents,
    Scenario,
    field_names,
    in_zone,
    scenario_faults,
)

START = pd.Timestamp("2026-03-09 10:00")
DESIGN = """
name = "Payments fails in the test window"
runs = 10_000
seed = 7
[[incident]]
service = "payments"
start = 2026-03-09T10:00
severity = 2
restoration = { median_hours = 16, p90_hours = 72 }     # or { hours = 72 } or { from_log = true }
aftermath_hours = 40
aftermath_share = 0.25
freeze_after_hours = 24
[[incident]]
service = "mail"
start = 2026-03-10          # a day: its midnight
restoration = { hours = 72, elapsed_hours = 3 }
[[incident]]
service = "orders"
start = "2026-03-10 11:30"
restoration = { from_log = true, distribution = "lognormal" }
[[incident]]
service = "till"
start = 2026-03-10 11:30:15
restoration = { median_hours = 3, p90_hours = 9.5, distribution = "gamma" }
[random_incidents]
horizon_days = 250
from_log = true
aftermath_hours = 1
aftermath_share = 0.5
freeze_after_hours = 2
[rules]
min_share = 0.75
resume_hours = 2
order = "plan"
without = ["pull", "cover", "cascade", "freeze", "aftermath"]
"""


def put(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


def said(action: Any) -> list[str]:
    """Return the lines of the InvalidScenarioError that this raises."""
    with pytest.raises(InvalidScenarioError) as caught:
        action()
    return str(caught.value).splitlines()


def test_every_key_of_the_design_is_read(tmp_path: Path) -> None:
    """The scenario of the design text, with every key there is, comes out as it says."""
    assert Scenario.read(put(tmp_path, DESIGN)) == Scenario(
        name="Payments fails in the test window",
        incidents=(
            Incident("payments", start=START, severity=2, median_hours=16, p90_hours=72,
                     aftermath_hours=40, aftermath_share=0.25, freeze_after_hours=24),
            Incident("mail", start="2026-03-10", hours=72, elapsed_hours=3),
            Incident("orders", start="2026-03-10 11:30", from_log=True),
            Incident("till", start="2026-03-10 11:30:15", median_hours=3, p90_hours=9.5,
                     distribution="gamma"),
        ),
        random_incidents=RandomIncidents(250, from_log=True, aftermath_hours=1,
                                         aftermath_share=0.5, freeze_after_hours=2),
        runs=10_000, seed=7, min_share=0.75, resume_hours=2, order="plan",
        without=("pull", "cover", "cascade", "freeze", "aftermath"),
    )  # fmt: skip


def test_random_incidents_with_rates_are_read(tmp_path: Path) -> None:
    """Rates per service, with a restoration of their own."""
    text = """
    [random_incidents]
    horizon_days = 20
    rates = { payments = 12, mail = 0.5 }
    restoration = { median_hours = 4, p90_hours = 20 }
    """
    assert Scenario.read(put(tmp_path, text)).random_incidents == RandomIncidents(
        20, rates={"payments": 12, "mail": 0.5}, median_hours=4, p90_hours=20
    )


def test_an_empty_file_is_a_scenario_of_defaults(tmp_path: Path) -> None:
    """What is left out takes its default."""
    assert Scenario.read(put(tmp_path, "")) == Scenario(
        "Scenario", (), None, 1000, 1, 0.5, 0.0, "plan", ()
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-09T10:00", START),
        ("2026-03-09 10:00   # a comment", START),
        ("2026-03-09T10:00:00", START),
        ("2026-03-09", pd.Timestamp("2026-03-09")),
        ('"2026-03-09 10:00"', START),
        ("2026-03-09T10:00Z", pd.Timestamp("2026-03-09 10:00", tz="UTC")),
        ("2026-03-09T10:00+01:00 # Berlin", pd.Timestamp("2026-03-09 09:00", tz="UTC")),
        ("2026-03-09T10:00:00-05:00", pd.Timestamp("2026-03-09 15:00", tz="UTC")),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_ways_to_write_a_start(
    tmp_path: Path, written: str, meant: pd.Timestamp, newline: str
) -> None:
    """Starts with and without seconds, time of day, offset or quotes are the moments they say."""
    lines = ["[[incident]]", 'service = "s"', f"start = {written}", "restoration = { hours = 1 }"]
    path = tmp_path / "scenario.toml"
    path.write_bytes(newline.join(lines).encode("utf-8-sig"))
    found = Scenario.read(path).incidents[0].start
    assert (found, found.tz is None) == (meant, meant.tz is None)


@pytest.mark.parametrize(
    "start",
    [
        "2026-03-09 10:00",
        datetime(2026, 3, 9, 10),
        np.datetime64("2026-03-09T10:00"),
        START,
        " 2026-03-09T10:00 ",
    ],
)
def test_starts_in_python(start: Any) -> None:
    """A start may be text, a date-time of Python, numpy or pandas."""
    assert Incident("s", start=start, hours=1).start == START
    assert Incident("s", start=date(2026, 3, 9), hours=1).start == pd.Timestamp("2026-03-09")


@pytest.mark.parametrize(
    "start",
    ["soon", "10:00", "09/03/2026", "", None, pd.NaT, 20260309, 46090.5, "0026-03-09",
     datetime(2200, 1, 1), True],
)  # fmt: skip
def test_what_is_no_start(start: Any) -> None:
    """What is no clear date is refused, rather than taken for today, 1970 or the wrong month."""
    lines = said(lambda: Incident("s", start=start, hours=1))
    assert lines == [
        "The incident has faults.",
        f"scenario, start: found {start!r}, expected a date and time from 1901 to 2199. "
        "Write it as 2026-03-09 10:00.",
    ]


def test_a_start_with_an_offset_is_brought_to_the_portfolio() -> None:
    """A moment told with an offset is that moment on the portfolio's wall clock, in summer too."""
    told = Scenario(
        incidents=(
            Incident("s", start="2026-01-09T10:00Z", hours=1),
            Incident("s", start="2026-07-09T10:00+00:00", hours=1),
            Incident("s", start="2026-07-09T10:00", hours=1),
        )
    )
    found = [item.start for item in in_zone(told, "Europe/Berlin").incidents]
    assert found == [
        pd.Timestamp("2026-01-09 11:00"),
        pd.Timestamp("2026-07-09 12:00"),
        pd.Timestamp("2026-07-09 10:00"),
    ]
    assert told.incidents[0].start.tz is not None


HOURS = st.one_of(st.integers(0, 500), st.floats(0, 1e5))
MOMENTS = st.one_of(
    st.datetimes(datetime(1901, 1, 1), datetime(2199, 12, 31)),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()),
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9)
QUANTILES = st.tuples(st.floats(0.01, 500), st.floats(1.01, 100)).map(
    lambda pair: {"median_hours": pair[0], "p90_hours": pair[0] * pair[1]}
)
AFTER = {
    "aftermath_hours": HOURS, "aftermath_share": st.floats(0, 1), "freeze_after_hours": HOURS,
}  # fmt: skip
WAYS = st.one_of(
    HOURS.map(lambda hours: {"hours": hours}),
    st.tuples(st.sampled_from(FITTED), st.integers(3, 50)).map(
        lambda pair: {"from_log": True, "distribution": pair[0], "least_closed": pair[1]}
    ),
    st.tuples(QUANTILES, st.sampled_from(DISTRIBUTIONS)).map(
        lambda pair: {**pair[0], "distribution": pair[1]}
    ),
)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Draw scenarios of every kind that there is."""
    plain = st.builds(dict, severity=st.integers(1, 5), elapsed_hours=HOURS, **AFTER)
    incidents = tuple(
        Incident(draw(TEXTS), draw(MOMENTS), **draw(plain), **draw(WAYS))  # type: ignore[arg-type]
        for _ in range(draw(st.integers(0, 3)))
    )
    chance = None
    if draw(st.booleans()):
        rates = draw(st.dictionaries(TEXTS, HOURS, max_size=3))
        quantiles = draw(st.one_of(st.just({}), QUANTILES))
        chance = RandomIncidents(
            draw(st.floats(0, 1000)),
            from_log=not rates,
            rates=rates,
            **quantiles,
            distribution=draw(st.sampled_from(DISTRIBUTIONS if quantiles else FITTED)),
            least_closed=draw(st.integers(3, 50)),
            **{name: draw(values) for name, values in AFTER.items()},
        )
    return Scenario(
        draw(TEXTS),
        incidents,
        chance,
        runs=draw(st.integers(1, 10**6)),
        seed=draw(st.integers(0, 2**62)),
        min_share=draw(st.floats(0, 1, exclude_min=True)),
        resume_hours=draw(HOURS),
        without=tuple(draw(st.lists(st.sampled_from(MECHANISMS), unique=True))),
        sampling=draw(st.sampled_from(("random", "latin-hypercube"))),
    )


@settings(max_examples=100, deadline=None)
@given(scenarios())
def test_write_and_read_gives_the_same(
    tmp_path_factory: pytest.TempPathFactory, scenario: Scenario
) -> None:
    """Any scenario comes back from its file as it was."""
    path = tmp_path_factory.getbasetemp() / "round.toml"
    assert scenario.write(path) == path
    assert Scenario.read(path) == scenario


def test_writing_replaces_the_file_and_nothing_else(tmp_path: Path) -> None:
    """An older scenario is replaced whole, and no other file is left."""
    path = put(tmp_path, DESIGN)
    Scenario("new").write(str(path))
    assert Scenario.read(str(path)) == Scenario("new")
    assert [item.name for item in tmp_path.iterdir()] == ["scenario.toml"]


INCIDENT_FAULTS = [
    ({"service": ""}, "service: found '', expected the id of a service."),
    ({"service": 5}, "service: found 5, expected the id of a service."),
    ({"severity": 1.5}, "severity: found 1.5, expected a whole number."),
    ({"severity": True}, "severity: found True, expected a whole number."),
    ({"hours": -1}, "hours: found -1, expected a number from 0 to 876600."),
    ({"hours": 10**400},
     "hours: found a number of 60 digits or more, expected a number from 0 to 876600."),
    ({"hours": None, "median_hours": 1e-9, "p90_hours": 5},
     "p90_hours: found median 1e-09 h and P90 5 h, expected a P90 of at most 1,000,000 times the "
     "median."),
    ({"hours": float("nan")}, "hours: found nan, expected a number from 0 to 876600."),
    ({"hours": float("inf")}, "hours: found inf, expected a number from 0 to 876600."),
    ({"hours": "ten"}, "hours: found 'ten', expected a number from 0 to 876600."),
    ({"hours": True}, "hours: found True, expected a number from 0 to 876600."),
    ({"elapsed_hours": -2}, "elapsed_hours: found -2, expected a number from 0 to 876600."),
    ({"elapsed_hours": None}, "elapsed_hours: found None, expected a number from 0 to 876600."),
    ({"aftermath_hours": 1e9},
     "aftermath_hours: found 1000000000.0, expected a number from 0 to 876600."),
    ({"aftermath_share": 1.1}, "aftermath_share: found 1.1, expected a number from 0 to 1."),
    ({"freeze_after_hours": -1},
     "freeze_after_hours: found -1, expected a number from 0 to 876600."),
    ({"hours": None},
     "restoration: found nothing, expected one of: hours; median_hours with p90_hours; "
     "from_log = true."),
    ({"from_log": True},
     "restoration: found hours and from_log, expected one of: hours; median_hours with "
     "p90_hours; from_log = true."),
    ({"hours": None, "median_hours": 5},
     "p90_hours: found nothing, expected median_hours and p90_hours together."),
    ({"hours": None, "p90_hours": 5},
     "median_hours: found nothing, expected median_hours and p90_hours together."),
    ({"hours": None, "median_hours": 9, "p90_hours": 9},
     "p90_hours: found median 9 h and P90 9 h, expected 0 < median < P90."),
    ({"hours": None, "median_hours": 0, "p90_hours": 9},
     "p90_hours: found median 0 h and P90 9 h, expected 0 < median < P90."),
    ({"from_log": "yes", "hours": None}, "from_log: found 'yes', expected true or false."),
    ({"distribution": "normal"},
     "distribution: found 'normal', expected one of lognormal, weibull, gamma."),
    ({"distribution": "best"},
     "distribution: found 'best', expected one of lognormal, weibull, gamma. It is fitted to a "
     "log: say from_log = true."),
    ({"distribution": "normal", "from_log": True, "hours": None},
     "distribution: found 'normal', expected one of lognormal, weibull, gamma, empirical, best."),
    ({"least_closed": 2}, "least_closed: found 2, expected a whole number, 3 or more."),
    ({"least_closed": True}, "least_closed: found True, expected a whole number, 3 or more."),
]  # fmt: skip


@pytest.mark.parametrize(("values", "line"), INCIDENT_FAULTS, ids=str)
def test_faults_of_an_incident(values: dict[str, Any], line: str) -> None:
    """Each wrong value is told with what was found and what was expected."""
    base: dict[str, Any] = {"service": "s", "start": START, "hours": 1}
    lines = said(lambda: Incident(**{**base, **values}))
    assert lines == ["The incident has faults.", f"scenario, {line}"]


RANDOM_FAULTS = [
    ({"horizon_days": -1}, "horizon_days: found -1, expected a number from 0 to 36525."),
    ({"horizon_days": None}, "horizon_days: found None, expected a number from 0 to 36525."),
    ({"aftermath_share": 2}, "aftermath_share: found 2, expected a number from 0 to 1."),
    ({"median_hours": 5},
     "p90_hours: found nothing, expected median_hours and p90_hours together."),
    ({"median_hours": "x", "p90_hours": 5},
     "median_hours: found 'x', expected a number from 0 to 876600."),
    ({"median_hours": 6, "p90_hours": 5},
     "p90_hours: found median 6 h and P90 5 h, expected 0 < median < P90."),
    ({"from_log": False}, "rates: found neither, expected rates, or from_log = true."),
    ({"rates": {"s": 1}}, "rates: found both, expected rates, or from_log = true."),
    ({"from_log": "yes"}, "from_log: found 'yes', expected true or false."),
    ({"distribution": "empirical", "median_hours": 4, "p90_hours": 5},
     "distribution: found 'empirical', expected one of lognormal, weibull, gamma. It is fitted "
     "to a log: say from_log = true."),
    ({"distribution": "normal"},
     "distribution: found 'normal', expected one of lognormal, weibull, gamma, empirical, best."),
    ({"least_closed": 0}, "least_closed: found 0, expected a whole number, 3 or more."),
    ({"from_log": False, "rates": {"s": -1}},
     "rates.s: found -1, expected incidents per year, 0 or more."),
    ({"from_log": False, "rates": {"s": "often"}},
     "rates.s: found 'often', expected incidents per year, 0 or more."),
    ({"from_log": False, "rates": 12},
     "rates: found 12, expected a table of services and their incidents per year."),
]  # fmt: skip


@pytest.mark.parametrize(("values", "line"), RANDOM_FAULTS, ids=str)
def test_faults_of_random_incidents(values: dict[str, Any], line: str) -> None:
    """Each wrong value of random incidents is told."""
    base: dict[str, Any] = {"horizon_days": 250, "from_log": True}
    lines = said(lambda: RandomIncidents(**{**base, **values}))
    assert lines == ["The random incidents have faults.", f"scenario, {line}"]


RULE_FAULTS = [
    ({"name": 5}, "name: found 5, expected a text."),
    ({"runs": 0}, "runs: found 0, expected a whole number, 1 or more."),
    ({"runs": 10.0}, "runs: found 10.0, expected a whole number, 1 or more."),
    ({"runs": True}, "runs: found True, expected a whole number, 1 or more."),
    ({"seed": -1}, "seed: found -1, expected a whole number, 0 or more."),
    ({"seed": "1"}, "seed: found '1', expected a whole number, 0 or more."),
    ({"min_share": 0}, "min_share: found 0, expected a number above 0 and up to 1."),
    ({"min_share": 1.01}, "min_share: found 1.01, expected a number above 0 and up to 1."),
    ({"min_share": None}, "min_share: found None, expected a number above 0 and up to 1."),
    ({"resume_hours": -1}, "resume_hours: found -1, expected a number from 0 to 876600."),
    ({"sampling": "sobol"}, "sampling: found 'sobol', expected 'random' or 'latin-hypercube'."),
    ({"order": "least_flaot"},
     "order: found 'least_flaot', expected one of plan, cost_of_delay, least_float; did you mean "
     "'least_float'?"),
    ({"without": ("pul",)},
     "without: found 'pul', expected one of pull, cover, cascade, freeze, aftermath; did you mean "
     "pull?"),
    ({"without": "pull"}, "without: found 'pull', expected a list of mechanisms."),
    ({"incidents": "payments"}, "incidents: found 'payments', expected a list of incidents."),
    ({"incidents": ["payments"]}, "incidents: found ('payments',), expected a list of incidents."),
    ({"random_incidents": 5}, "random_incidents: found 5, expected random incidents or none."),
]  # fmt: skip


@pytest.mark.parametrize(("values", "line"), RULE_FAULTS, ids=str)
def test_faults_of_a_scenario(values: dict[str, Any], line: str) -> None:
    """Each wrong rule is told."""
    assert said(lambda: Scenario(**values)) == ["The scenario has faults.", f"scenario, {line}"]


@pytest.mark.parametrize(
    "values", [{"runs": 1}, {"seed": 0}, {"min_share": 1}, {"min_share": 1e-9}]
)
def test_limits_are_within(values: dict[str, Any]) -> None:
    """The least and the most that is allowed are allowed."""
    assert Scenario(**values)


def test_lists_become_tuples() -> None:
    """A list of incidents or mechanisms will do."""
    one = Incident("s", start=START, hours=1)
    assert Scenario(incidents=[one], without=["pull"]) == Scenario(  # type: ignore[arg-type]
        incidents=(one,), without=("pull",)
    )


FILE_FAULTS = [
    ("nmae = 'x'",
     "scenario.toml, nmae: found an unknown key, expected one of name, runs, seed, sampling, "
     "decision_time, incident, random_incidents, rules, action; did you mean 'name'?"),
    ("zzz = 1",
     "scenario.toml, zzz: found an unknown key, expected one of name, runs, seed, sampling, "
     "decision_time, incident, random_incidents, rules, action."),
    ("[rules]\nmin_shares = 0.5",
     "rules, min_shares: found an unknown key, expected one of min_share, resume_hours, order, "
     "without; did you mean 'min_share'?"),
    ("rules = 5", "rules: found 5, expected a table [rules]."),
    ("[rules]\nwithout = 'pull'", "rules, without: found 'pull', expected a list."),
    ("[rules]\nwithout = 5", "rules, without: found 5, expected a list."),
    ("runs = 0", "scenario, runs: found 0, expected a whole number, 1 or more."),
    ("incident = 5", "incident: found 5, expected tables headed [[incident]]."),
    ("[incident]\nservice = 's'",
     "incident: found {'service': 's'}, expected tables headed [[incident]]."),
    ("random_incidents = 5",
     "random_incidents: found 5, expected a table."),
    ("[[incident]]\nstart = 2026-03-09\nrestoration = { hours = 1 }",
     "incident 1, service: found nothing, expected a value. Add service = …."),
    ("[[incident]]\nservice = 's'\nrestoration = { hours = 1 }",
     "incident 1, start: found nothing, expected a value. Add start = …."),
    ("[[incident]]\nservice = 's'\nstart = 2026-03-09\nrestoration = 72",
     "incident 1, restoration: found 72, expected a table such as { hours = 72 }."),
    ("[[incident]]\nservice = 's'\nstart = 2026-03-09\nhours = 72",
     "incident 1, hours: found an unknown key, expected one of service, start, severity, "
     "aftermath_hours, aftermath_share, freeze_after_hours, restoration."),
    ("[[incident]]\nservice = 's'\nstart = 2026-03-09\nrestoration = { hour = 72 }",
     "incident 1, restoration, hour: found an unknown key, expected one of hours, median_hours, "
     "p90_hours, distribution, from_log, least_closed, elapsed_hours; did you mean 'hours'?"),
    ("[[incident]]\nservice = 's'\nstart = 10:00:00\nrestoration = { hours = 1 }",
     "incident 1, start: found datetime.time(10, 0), expected a date and time from 1901 "
     "to 2199. Write it as 2026-03-09 10:00."),
    ("[random_incidents]\nfrom_log = true",
     "random_incidents, horizon_days: found nothing, expected a value. Add horizon_days = …."),
    ("[random_incidents]\nhorizon_days = 5\nfrom_log = true\nrestoration = { hours = 5 }",
     "random_incidents, restoration, hours: found an unknown key, expected one of median_hours, "
     "p90_hours, distribution, least_closed; did you mean 'p90_hours'?"),
    ("[[action]]\nkind = 'reassign'\ntask = 'T1'\nfrom = 'ann'",
     "action 1, to: found nothing, expected a value. reassign needs task, from, to."),
    ("[[action]]\nkind = 'reassign'\nform = 'ann'",
     "action 1, form: found an unknown key, expected one of kind, task, project, resource, from, "
     "to, fte, start, until, priority, speed, handover_hours, cost_per_day, alpha; did you mean "
     "'from'?"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line"), FILE_FAULTS, ids=[line for _, line in FILE_FAULTS])
def test_faults_of_a_file(tmp_path: Path, text: str, line: str) -> None:
    """Each fault of a file is told with its place, and the nearest right key."""
    lines = said(lambda: Scenario.read(put(tmp_path, text)))
    assert lines[0] == "scenario.toml has faults."
    assert line in lines[1:]


def test_all_faults_of_a_file_at_once(tmp_path: Path) -> None:
    """One answer has every fault: of the rules, of each incident and of random ones."""
    text = """
    runs = 0
    sede = 3
    [[incident]]
    service = "s"
    start = "soon"
    restoration = { hours = -1, p90 = 3 }
    [[incident]]
    aftermath_share = 2
    [random_incidents]
    horizon_days = -1
    [rules]
    min_share = 7
    without = ["freez"]
    [[action]]
    kind = "pause"
    """
    with pytest.raises(InvalidScenarioError) as caught:
        Scenario.read(put(tmp_path, text))
    faults = caught.value.faults
    assert set(zip(faults["table"], faults["column"], strict=True)) == {
        ("scenario.toml", "sede"),
        ("action 1", "until"),
        ("action 1", "task"),
        ("incident 1, restoration", "p90"),
        ("incident 1", "hours"),
        ("incident 1", "start"),
        ("incident 2", "service"),
        ("incident 2", "start"),
        ("random_incidents", "horizon_days"),
        ("random_incidents", "rates"),
        ("scenario", "runs"),
        ("scenario", "min_share"),
        ("scenario", "without"),
    }


def unreadable(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / "scenario.toml"
    if kind == "folder":
        path.mkdir()
    elif kind == "latin":
        path.write_bytes("name = 'Störung'".encode("latin-1"))
    elif kind == "broken":
        path.write_text("name = ")
    return path


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("missing", "found no such file, expected a scenario in TOML. Check the path."),
        ("folder", "found a folder, expected a scenario in TOML. Name the scenario file in it."),
        ("latin",
         "found a file that is not UTF-8 text, expected a scenario in TOML. Save it as UTF-8."),
        ("broken",
         r"found broken TOML: .+ \(at .+\), expected a scenario in TOML. Mend that line."),
    ],
)  # fmt: skip
def test_files_that_cannot_be_read(tmp_path: Path, kind: str, line: str) -> None:
    """A file that is missing, a folder, not UTF-8 or not TOML is told in one sentence."""
    path = unreadable(tmp_path, kind)
    lines = said(lambda: Scenario.read(path))
    assert lines[0] == "The scenario cannot be read."
    assert re.fullmatch(f"{re.escape(str(path))}: {line}", lines[1])


def test_a_file_that_may_not_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without leave to read it is told in one sentence."""

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError

    path = put(tmp_path, "")
    monkeypatch.setattr(Path, "read_text", refuse)
    lines = said(lambda: Scenario.read(path))
    assert lines[1] == (
        f"{path}: found a file that cannot be opened, expected a scenario in TOML. "
        "Check who may read it."
    )


def row(text: dict[str, str]) -> str:
    return " | ".join(text[k] for k in ("table", "column", "found", "expected", "nearest", "cure"))


def test_what_does_not_fit_the_portfolio() -> None:
    """Unknown services, severities without a share and logs too short are told together."""
    portfolio = paper(
        {"severity": {"2": 0.5}},
        services=[{"service": "payments"}],
        incidents=[{"incident": "I", "service": "payments", "severity": 2,
                    "opened": "2025-01-01", "restored": "2025-01-02"}],
    )  # fmt: skip
    scenario = Scenario(
        incidents=(
            Incident("paymnets", start=START, severity=3, hours=1),
            Incident("payments", start=START, severity=2, from_log=True),
            Incident("payments", start=START, severity=2, hours=1),
        ),
        random_incidents=RandomIncidents(250, rates={"mail": 1}),
    )
    assert [row(found) for found in scenario_faults(scenario, portfolio)] == [
        "incident 1 | service | 'paymnets' | the id of a service | 'payments' | ",
        "incident 1 | severity | 3 | one of 2 |  | "
        "Give it a share in the severity setting of the portfolio.",
        "incident 2 | from_log | 1 closed incidents in the log | at least 8 |  | "
        "Give median_hours and p90_hours instead.",
        "random_incidents | service | 'mail' | a service, such as payments |  | ",
        "random_incidents | from_log | 1 closed incidents in the log | at least 8 |  | "
        "Give median_hours and p90_hours instead.",
        "random_incidents | severity | 1 | one of 2 |  | "
        "Give it a share in the severity setting of the portfolio.",
    ]


def test_fits_and_thresholds_that_the_log_cannot_bear() -> None:
    """A threshold of one's own is told; an empirical forecast ends with the longest of the log."""
    opened = pd.Timestamp("2025-01-01")
    rows = [
        {"incident": f"I{i}", "service": "s", "opened": opened,
         "restored": opened + pd.Timedelta(hours=i + 1)}
        for i in range(8)
    ]  # fmt: skip
    portfolio = paper(services=[{"service": "s"}], incidents=rows)
    log = {"start": START, "from_log": True}
    scenario = Scenario(
        incidents=(
            Incident("s", **log, least_closed=9),
            Incident("s", **log, distribution="empirical", elapsed_hours=8),
            Incident("s", **log, distribution="empirical", elapsed_hours=7.9),
            Incident("s", **log, distribution="best", elapsed_hours=80),
        ),
        random_incidents=RandomIncidents(250, from_log=True, least_closed=12),
    )
    assert [row(found) for found in scenario_faults(scenario, portfolio)] == [
        "incident 1 | from_log | 8 closed incidents in the log | at least 9 |  | "
        "Give median_hours and p90_hours instead.",
        "incident 2 | elapsed_hours | 8 h, and nothing in the log lasted longer than 8 h | "
        "less than that for an empirical forecast |  | "
        "Choose lognormal, weibull, gamma or best.",
        "random_incidents | from_log | 8 closed incidents in the log | at least 12 |  | "
        "Give rates a year with median_hours and p90_hours instead.",
    ]


def test_a_portfolio_without_services() -> None:
    """Without any service the cure says which tables to fill."""
    one = Scenario(incidents=(Incident("payments", start=START, hours=1),))
    assert [row(found) for found in scenario_faults(one, paper())] == [
        "incident 1 | service | 'payments' | a service, but the portfolio has none |  | "
        "Fill in the tables services and support."
    ]


def test_a_log_of_one_moment_gives_no_rates() -> None:
    """Incidents that all opened and closed at one moment span no time to take a rate from."""
    rows = [
        {"incident": f"I{i}", "service": "s", "opened": "2025-01-01", "restored": "2025-01-01"}
        for i in range(8)
    ]
    portfolio = paper(services=[{"service": "s"}], incidents=rows)
    scenario = Scenario(random_incidents=RandomIncidents(250, from_log=True))
    assert [row(found) for found in scenario_faults(scenario, portfolio)] == [
        "random_incidents | from_log | a log in which everything happened at one moment | "
        "a log over some time, to take rates from |  | "
    ]


def test_field_names_are_in_order() -> None:
    """The names of a dataclass's fields, as they are written down."""
    assert field_names(Scenario)[:3] == ("name", "incidents", "random_incidents")


def test_numbers_out_of_a_dataframe_are_numbers() -> None:
    """What pandas and numpy hand out is taken, and is Python's own afterwards."""
    mine = Incident("s", start="2026-03-09", severity=np.int64(2), hours=np.float32(5.5))
    assert (type(mine.severity), type(mine.hours)) == (int, float)
    assert mine == Incident("s", start="2026-03-09", severity=2, hours=5.5)
    assert Scenario(runs=np.int64(5), seed=np.uint8(3)) == Scenario(runs=5, seed=3)
    chance = RandomIncidents(horizon_days=np.int32(9), from_log=np.True_)
    assert chance == RandomIncidents(horizon_days=9, from_log=True)


def test_rates_of_something_without_an_id_are_told() -> None:
    """Services have ids, which are texts."""
    with pytest.raises(InvalidScenarioError, match="rates: found 3, expected ids of services"):
        RandomIncidents(horizon_days=9, rates={3: 1.0}, median_hours=1, p90_hours=2)


def test_long_values_are_cut_in_messages() -> None:
    """A value of thousands of characters does not flood the terminal."""
    with pytest.raises(InvalidScenarioError) as caught:
        Incident("s", start="x" * 5000, hours=1)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("text", ["runs = " + "[" * 5000, "runs = " + "9" * 5000])
def test_toml_beyond_reason_is_told(text: str, tmp_path: Path) -> None:
    """Nesting without end and a number of thousands of digits are faults of the file."""
    path = tmp_path / "s.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidScenarioError, match="found broken TOML: "):
        Scenario.read(path)
