"""Sweeps: each scenario's figures are those of simulate, and nothing finished is lost."""

from __future__ import annotations

import doctest
import os
import signal
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_tables import built, table

import svcimpact
from svcimpact.errors import InputError, InvalidScenarioError, describe, fault, fault_frame
from svcimpact.incident import workers
from svcimpact.incident.crossing import cross
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Incident, RandomIncidents, Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.incident.sweep import Sweep, sweep
from svcimpact.portfolio import Portfolio

ROOT = Path(__file__).parents[1]
ONE = Incident("payments", start="2026-01-05 10:00", median_hours=6, p90_hours=40)
OTHER = Incident("orders", start="2026-01-06 10:00", severity=2, hours=5)
STARTS = ("2026-01-05 10:00", "2026-01-06 10:00", "2026-01-07 10:00")


@pytest.fixture(autouse=True)
def _interruptible():
    """Let an interrupt be heard, also where whoever started the tests ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    rows = (("payments", "ana", 1), ("orders", "ben", 1))
    return built(support=table("service resource incident_fte", *rows))


@pytest.fixture(scope="module")
def scenarios(portfolio: Portfolio) -> tuple[Scenario, ...]:
    return cross(portfolio, starts=STARTS, template=Scenario(incidents=(ONE,), runs=80, seed=3))


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of what is simulated from now on."""
    names: list[str] = []

    def noted(portfolio: Portfolio, scenario: Scenario, **options: Any) -> Outcome:
        names.append(scenario.name)
        return simulate(portfolio, scenario, **options)

    monkeypatch.setattr(workers, "simulate", noted)
    return names


def same(one: Sweep, other: Sweep) -> bool:
    for name, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, other.tables[name], check_exact=True)
    return True


def test_the_figures_are_those_of_simulate(
    portfolio: Portfolio, scenarios: tuple[Scenario, ...]
) -> None:
    """Every table is that of each outcome, to the bit, below the name of its scenario."""
    found = sweep(portfolio, scenarios)
    assert found.projects["delay_mean_days"].gt(0).any()
    for scenario in scenarios:
        outcome, incident = simulate(portfolio, scenario), scenario.incidents[0]
        for name in ("projects", "resources", "services"):
            rows = found.tables[name]
            rows = rows[rows["scenario"] == scenario.name].reset_index(drop=True)
            frame = getattr(outcome, name)
            pd.testing.assert_frame_equal(rows[frame.columns], frame, check_exact=True)
            struck = "struck" if name == "services" else "service"
            assert list(rows.columns) == [
                "scenario", struck, "severity", "start", *frame.columns
            ]  # fmt: skip
            assert set(rows[struck]) == {incident.service}
            assert set(rows["severity"]) == {incident.severity}
            assert set(rows["start"]) == {incident.start}


def test_the_scenarios_are_listed(portfolio: Portfolio) -> None:
    """One row each, in order; the incident is blank where none or several are stated."""
    given = {
        "one": Scenario(incidents=(OTHER,), without=("freeze", "cover"), min_share=0.75),
        "two": Scenario(incidents=(ONE, OTHER), resume_hours=1, seed=5),
        "none": Scenario(
            random_incidents=RandomIncidents(20, rates={"orders": 40}, median_hours=3, p90_hours=9),
        ),
    }
    found = sweep(portfolio, given, runs=30)
    rows = found.scenarios.drop(columns="piece")
    assert " ".join(rows.columns) == (
        "scenario service severity start incidents random_incidents runs seed min_share "
        "resume_hours order without"
    )
    assert rows.astype(object).where(rows.notna(), None).to_numpy().tolist() == [
        ["one", "orders", 2, OTHER.start, 1, False, 30, 1, 0.75, 0.0, "plan", "freeze, cover"],
        ["two", None, None, None, 2, False, 30, 5, 0.5, 1.0, "plan", ""],
        ["none", None, None, None, 0, True, 30, 1, 0.5, 0.0, "plan", ""],
    ]
    kinds = {"service": "str", "severity": "Int64", "start": "datetime64[us]"}
    for name, kind in kinds.items():
        assert found.scenarios[name].dtype == kind
        assert found.projects[name].dtype == kind
    assert found.projects["scenario"].tolist() == ["one"] * 2 + ["two"] * 2 + ["none"] * 2


def test_runs_and_seed_can_be_given(portfolio: Portfolio, scenarios: tuple[Scenario, ...]) -> None:
    """Given runs and seed hold for all scenarios, as if each had them."""
    found = sweep(portfolio, scenarios, runs=20, seed=9)
    assert same(found, sweep(portfolio, [replace(s, runs=20, seed=9) for s in scenarios]))
    assert set(found.scenarios["runs"]) == {20}
    assert set(found.scenarios["seed"]) == {9}
    few = "scenario 'payments, severity 1, 2026-01-05 10:00', runs: found 20, expected 73 or more"
    assert describe(found.warnings)[0].startswith(few)


def test_scenarios_that_differ_in_name_alone_run_once(portfolio: Portfolio, ran: list[str]) -> None:
    """The same incidents, rules, runs and seed under two names are simulated once."""
    other = Scenario("x", (OTHER,), runs=30)
    found = sweep(portfolio, {"a": other, "b": other, "c": replace(other, seed=2), "d": other})
    assert ran == ["a", "c"]
    assert found.scenarios["scenario"].tolist() == ["a", "b", "c", "d"]
    assert found.scenarios["piece"].nunique() == 2
    assert len(found.projects) == 8


def test_a_second_sweep_runs_only_what_is_new(
    portfolio: Portfolio, scenarios: tuple[Scenario, ...], tmp_path: Path, ran: list[str]
) -> None:
    """What the folder holds is taken to the bit; other runs or scenarios are made."""
    first = sweep(portfolio, scenarios[:4], folder=tmp_path)
    assert len(ran) == 4
    assert same(first, sweep(portfolio, scenarios[:4], folder=str(tmp_path)))
    assert len(ran) == 4
    whole = sweep(portfolio, scenarios, folder=tmp_path)
    assert ran[4:] == [s.name for s in scenarios[4:]]
    assert same(whole, sweep(portfolio, scenarios))
    del ran[:]
    renamed = {f"n{k}": s for k, s in enumerate(scenarios)}
    sweep(portfolio, renamed, folder=tmp_path)
    assert ran == []
    sweep(portfolio, scenarios[:1], folder=tmp_path, seed=99)
    other = portfolio.with_tables(resources=table("resource capacity_fte", ("ana", 2), ("ben", 1)))
    sweep(other, scenarios[:1], folder=tmp_path)
    assert ran == [scenarios[0].name] * 2


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
from test_sweep import ONE, STARTS
from small_tables import built, table
from svcimpact.incident import workers
from svcimpact.incident.crossing import cross
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.incident.sweep import sweep

def simulate_until_killed(portfolio, scenario, *, left=[3], **options):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return simulate(portfolio, scenario, **options)

workers.simulate = simulate_until_killed
rows = (("payments", "ana", 1), ("orders", "ben", 1))
portfolio = built(support=table("service resource incident_fte", *rows))
scenarios = cross(portfolio, starts=STARTS, template=Scenario(incidents=(ONE,), runs=80, seed=3))
sweep(portfolio, scenarios, folder={folder!r})
"""


def test_a_killed_sweep_goes_on_where_it_was(
    portfolio: Portfolio, scenarios: tuple[Scenario, ...], tmp_path: Path, ran: list[str]
) -> None:
    """A process killed at its fourth scenario leaves three, which another does not run again."""
    code = KILLED.format(tests=str(Path(__file__).parent), folder=str(tmp_path))
    killed = subprocess.run([sys.executable, "-c", code], check=False, timeout=120)  # noqa: S603
    assert killed.returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob("*.piece"))) == 3
    found = sweep(portfolio, scenarios, folder=tmp_path)
    assert ran == [s.name for s in scenarios[3:]]
    assert len(found.warnings) == 0
    assert same(found, sweep(portfolio, scenarios))


def test_an_interrupted_sweep_keeps_what_is_finished(
    portfolio: Portfolio,
    scenarios: tuple[Scenario, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl-C in the midst of a simulation ends the sweep; the pieces before are kept."""

    def interrupted(portfolio: Portfolio, scenario: Scenario, **options: Any) -> Outcome:
        if scenario is not None and scenario.name == scenarios[2].name:
            os.kill(os.getpid(), signal.SIGINT)
        return simulate(portfolio, scenario, **options)

    monkeypatch.setattr(workers, "simulate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sweep(portfolio, scenarios, folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_damaged_piece_is_made_anew_and_told(
    portfolio: Portfolio, scenarios: tuple[Scenario, ...], tmp_path: Path, ran: list[str]
) -> None:
    """A file that is not what it should be costs its own scenario and a warning, once."""
    first = sweep(portfolio, scenarios, folder=tmp_path)
    files = [tmp_path / f"{key[:32]}.piece" for key in first.scenarios["piece"]]
    files[1].write_bytes(files[1].read_bytes()[:-9])
    files[4].write_bytes(files[2].read_bytes())
    del ran[:]
    found = sweep(portfolio, scenarios, folder=tmp_path)
    assert ran == [scenarios[1].name, scenarios[4].name]
    cure = "expected a finished piece of a sweep. It was made anew."
    assert describe(found.warnings) == [
        f"{files[1]}: found a damaged piece, {cure}",
        f"{files[4]}: found a file that is not this piece, {cure}",
    ]
    assert same(first, found)
    assert len(sweep(portfolio, scenarios, folder=tmp_path).warnings) == 0


def test_nothing_runs_while_a_scenario_has_a_fault(
    portfolio: Portfolio, scenarios: tuple[Scenario, ...], tmp_path: Path, ran: list[str]
) -> None:
    """The last scenario's fault is found before the first is run, or a folder made."""
    wrong = Scenario("wrong", (replace(OTHER, service="order"),))
    with pytest.raises(InvalidScenarioError) as caught:
        sweep(portfolio, [*scenarios, wrong], folder=tmp_path / "new")
    assert str(caught.value) == (
        "The sweep cannot be run.\n"
        "scenario 'wrong', incident 1, service: found 'order', expected the id of a service; "
        "did you mean 'orders'?"
    )
    assert ran == []
    assert list(tmp_path.iterdir()) == []


def test_what_only_running_can_tell_is_told_at_the_end(
    portfolio: Portfolio,
    scenarios: tuple[Scenario, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A scenario that cannot finish does not stop the others, and is named at the end."""
    row = fault("tasks", column="task", found="'T1', which can never start", expected="people")

    def stuck(portfolio: Portfolio, scenario: Scenario, **options: Any) -> Outcome:
        if scenario.name in (scenarios[0].name, scenarios[3].name):
            raise InvalidScenarioError("The simulation cannot finish.", fault_frame([row]))
        return simulate(portfolio, scenario, **options)

    monkeypatch.setattr(workers, "simulate", stuck)
    with pytest.raises(InvalidScenarioError) as caught:
        sweep(portfolio, scenarios, folder=tmp_path)
    assert str(caught.value).splitlines() == [
        "Some scenarios cannot be simulated.",
        "scenario 'payments, severity 1, 2026-01-05 10:00', tasks, task: found 'T1', which can "
        "never start, expected people.",
        "scenario 'orders, severity 1, 2026-01-05 10:00', tasks, task: found 'T1', which can "
        "never start, expected people.",
    ]
    assert len(list(tmp_path.iterdir())) == 4


def test_a_folder_that_cannot_be_is_told_first(
    portfolio: Portfolio, scenarios: tuple[Scenario, ...], tmp_path: Path, ran: list[str]
) -> None:
    """A file in the folder's place is refused before anything runs."""
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="expected a folder for the finished pieces"):
        sweep(portfolio, scenarios, folder=tmp_path / "taken")
    assert ran == []


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"threads": 0}, "threads has to be a whole number, 1 or more, not 0"),
        ({"processes": 1.5}, "processes has to be a whole number, 1 or more, not 1.5"),
        ({"threads": True}, "threads has to be a whole number, 1 or more, not True"),
        (
            {"threads": 1, "processes": 1},
            "a sweep runs in one place: give only one of threads and processes",
        ),
        (
            {"client": "tcp://a:1", "threads": 1},
            "a sweep runs in one place: give only one of client and threads",
        ),
    ],
)
def test_where_to_run_has_to_make_sense(
    portfolio: Portfolio, scenarios: tuple[Scenario, ...], given: dict[str, Any], text: str
) -> None:
    """Numbers below one, and two places at once, are refused in a sentence."""
    with pytest.raises(ValueError, match=r"^(threads|processes|a sweep) ") as caught:
        sweep(portfolio, scenarios, **given)
    assert str(caught.value) == text


def test_it_prints_what_is_hit_hardest(portfolio: Portfolio) -> None:
    """The printout names the project with the longest mean delay, or nobody, always the same."""
    given = {
        "Payments down": Scenario(incidents=(replace(ONE, median_hours=None, p90_hours=None,
                                                      hours=48),)),
        "Nothing": Scenario(),
    }  # fmt: skip
    found = sweep(portfolio, given, runs=30)
    # Ana is away from Monday 10:00 to Wednesday 10:00: T1 ends on Wednesday. P1 would have
    # ended on Tuesday, with Ben's T2.
    lines = [" ".join(line.split()) for line in repr(found).splitlines()]
    assert lines == [
        "Sweep of Small: 2 scenarios, 2 projects",
        "scenario hit hardest delay, days late cost of delay",
        "Payments down P1 1.00 ± 0.00 0",
        "Nothing 0.00 ± 0.00 0",
    ]
    assert repr(found) == repr(sweep(portfolio, given, runs=30, threads=1))
    with pytest.raises(FrozenInstanceError):
        found.projects = found.services  # type: ignore[misc]


def test_a_long_printout_is_cut(portfolio: Portfolio) -> None:
    """More than twenty scenarios print as the first and last ten."""
    many = {f"seed {n}": Scenario(seed=n, runs=1) for n in range(24)}
    found = sweep(portfolio, many)
    for text in (repr(found), found._repr_html_()):
        assert "seed 9" in text
        assert "seed 14" in text
        assert "seed 13" not in text


def test_markup_in_names_stays_text() -> None:
    """Names of portfolio, project and scenario cannot become markup in a notebook."""
    nasty = "<script>alert(1)</script>"
    portfolio = built(
        {"name": nasty},
        projects=table("project", (nasty,), ("P2",)),
        tasks=table("task project duration_days", ("T1", nasty, 1), ("T2", nasty, 2),
                    ("T3", "P2", 3)),
        support=table("service resource incident_fte", ("payments", "ana", 1)),
    )  # fmt: skip
    page = sweep(portfolio, {nasty: Scenario(incidents=(ONE,), runs=30)})._repr_html_()
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 3


def test_progress_counts_what_was_there(
    portfolio: Portfolio,
    scenarios: tuple[Scenario, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The bar counts scenarios, those in the folder from the start; by default there is none."""
    sweep(portfolio, scenarios[:3], folder=tmp_path)
    assert capsys.readouterr().err == ""
    sweep(portfolio, scenarios, folder=tmp_path, progress=True)
    shown = capsys.readouterr().err
    assert "sweep:  50%" in shown
    assert "6/6" in shown


def test_it_stands_in_the_face() -> None:
    """`svcimpact.sweep` is this function, and the face has ten names at most stand on it."""
    assert svcimpact.sweep is sweep
    assert len(svcimpact.__all__) <= 10


@pytest.mark.xdist_group("workers")
def test_the_guide_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the guide shows is what comes out, on threads and on a cluster of this machine."""
    pytest.importorskip("distributed")
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "sweep.md").read_text(encoding="utf-8")
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    guide = doctest.DocTestParser().get_doctest(text, {"folder": tmp_path}, "sweep.md", None, 0)
    runner = doctest.DocTestRunner(optionflags=options)
    report: list[str] = []
    assert len(guide.examples) > 5
    assert runner.run(guide, out=report.append).failed == 0, "".join(report)
