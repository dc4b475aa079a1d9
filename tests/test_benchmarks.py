"""The benchmarks at toy size: peers and ourselves give the same schedule, and tables come out."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.append(str(BENCHMARKS))

import against_loops  # noqa: E402
import against_programs  # noqa: E402
import against_simpy  # noqa: E402
import growth  # noqa: E402
import intervals  # noqa: E402
import networks  # noqa: E402
import ours  # noqa: E402
import run as command  # noqa: E402
import samplings  # noqa: E402
import statistics_page  # noqa: E402
from lean_simpy import Portfolio as LeanSimpy  # noqa: E402
from loops import ForwardPass, Scheme  # noqa: E402
from section import Against, Section, comparison, short  # noqa: E402
from timing import Entrant, Sample, interleave, ratio  # noqa: E402

import svcimpact as si  # noqa: E402
from svcimpact.engine.plan import compile_plan  # noqa: E402
from svcimpact.engine.runs import run_once  # noqa: E402
from svcimpact.incident.draws import stream  # noqa: E402


def small(**how: float) -> si.Portfolio:
    """Draw 4 projects of 30 tasks that share 8 people."""
    return networks.shared_portfolio(networks.drawn_projects(4, 30), people=8, **how)


@pytest.mark.parametrize("seed", range(5))
def test_networks_are_projects(seed: int) -> None:
    """Links go upwards, every task lies between source and sink, and there are 1.8 arcs a task."""
    network = networks.network(np.random.default_rng(seed), 122)
    assert all(before < after for before, after in network.links)
    assert {after for _, after in network.links} == set(range(1, 122))
    assert {before for before, _ in network.links} == set(range(121))
    assert 1.7 < len(network.links) / 122 < 1.95
    assert network.days[0] == network.days[-1] == 0
    assert set(network.days[1:-1]) == set(range(1, 11))


def test_wide_portfolios_begin_alike() -> None:
    """A wider portfolio has the narrower one's tasks first; a chain makes it one component."""
    narrow, more = (networks.wide(n, chained=False) for n in (200, 400))
    assert narrow.tasks.equals(more.tasks.head(200))
    components = [
        len(ours.lay_out(compile_plan(networks.wide(400, chained=chained))).component_ptr) - 1
        for chained in (False, True)
    ]
    assert components == [4, 1]


def test_lean_simpy_gives_the_same_schedule() -> None:
    """Start and finish of every task in 20 futures with pull and freezes."""
    portfolio = small()
    plan = compile_plan(portfolio)
    model = LeanSimpy(plan)
    moved = 0
    for takes, holds in ours.futures(portfolio, networks.incidents(4, 20, every_days=10)):
        start, finish = model.run(takes, holds)
        run = run_once(plan, takes, holds)
        np.testing.assert_allclose(start, run.start, rtol=0, atol=1e-6)
        np.testing.assert_allclose(finish, run.finish, rtol=0, atol=1e-6)
        moved += int(run.interruptions.sum())
    assert moved > 20


def test_lean_simpy_refuses_what_it_does_not_model() -> None:
    """Release times are told, not passed over."""
    with pytest.raises(ValueError, match="no release times"):
        LeanSimpy(compile_plan(networks.wide(100, chained=False)))


def test_futures_are_those_of_simulate() -> None:
    """Both SimPy models on the futures given find the finishes that `simulate` keeps."""
    portfolio = small()
    apart = against_simpy.check(portfolio, networks.incidents(2, 3), compile_plan(portfolio))
    assert apart < 1e-6


@pytest.mark.parametrize("needed", [1, 2, 4])
def test_scheme_gives_the_same_schedule(needed: int) -> None:
    """The bound is the kernel's schedule to the bit, with durations of every run's own."""
    plan = compile_plan(networks.one_project(60, needed=needed, capacity=12.0))
    hours = against_loops.drawn_hours(plan, 20)
    runs, bound = ours.Runs(plan, hours, min_share=1.0), Scheme(plan, hours)
    assert against_loops.apart(runs, bound, plan.dispatch) == 0
    once = run_once(plan, hours=hours[7], min_share=1.0)
    assert once.finish.tolist() == runs.finish[7].tolist()


def test_forward_pass_gives_the_same_dates() -> None:
    """So does the forward pass where there are links alone."""
    plan = against_loops.links_only(100)
    hours = against_loops.drawn_hours(plan, 5)
    assert against_loops.apart(ours.Runs(plan, hours), ForwardPass(plan, hours), slice(None)) == 0


def test_pyjobshop_finds_no_more_than_plan_order() -> None:
    """CP-SAT's proven least makespan is a bound; where a single person works both are the sum."""
    pytest.importorskip("pyjobshop")
    one = networks.shared_portfolio(networks.drawn_projects(1, 12), people=1, pairs=0.0)
    total = one.tasks["duration_days"].sum()
    assert against_programs.by_pyjobshop(one, 10) == (total, True)
    assert against_programs.our_days(one) == total
    some = networks.shared_portfolio(networks.drawn_projects(2, 20), people=6)
    least, proven = against_programs.by_pyjobshop(some, 10)
    assert least <= against_programs.our_days(some)
    assert proven


@pytest.mark.skipif(not shutil.which("tj3"), reason="TaskJuggler is not installed")
def test_taskjuggler_agrees_where_nothing_is_to_be_chosen(tmp_path: Path) -> None:
    """One person after the other: both take the sum of all durations."""
    one = networks.shared_portfolio(networks.drawn_projects(1, 12), people=1, pairs=0.0)
    against_programs.as_taskjuggler(one, tmp_path / "one.tjp")
    against_programs.process(
        "tj3", "--silent", "--no-color", "--output-dir", tmp_path, tmp_path / "one.tjp"
    )
    assert against_programs.taskjuggler_days(tmp_path, one) == against_programs.our_days(one)


def test_mcprojsim_gives_the_same_finish(tmp_path: Path) -> None:
    """Without uncertainty it is the same rule: tasks in order, whoever is free.

    It wants some width of every distribution, so no two moments may hang on the last digits.
    """
    mcprojsim = against_programs.mcprojsim()
    if mcprojsim is None:
        pytest.skip("mcprojsim is not installed; it needs Python 3.13 or newer")
    whole = networks.shared_portfolio(networks.drawn_projects(1, 42), people=4, pairs=0.0)
    odd = whole.tasks["duration_days"] * np.random.default_rng(1).uniform(0.9, 1.1, 42)
    portfolio = replace(whole, tasks=whole.tasks.assign(duration_days=odd))
    against_programs.as_mcprojsim(portfolio, tmp_path / "p.yaml")
    against_programs.process(
        mcprojsim, "simulate", tmp_path / "p.yaml", "-n", "5", "-qq", "-f", "json", "-o",
        tmp_path / "out",
    )  # fmt: skip
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    hours = found["statistics"]["mean_hours"]
    assert hours / 8 == pytest.approx(against_programs.our_days(portfolio), abs=1e-6)


def test_mcprojsim_is_told_what_waits_for_a_task_of_no_duration(tmp_path: Path) -> None:
    """Sources and sinks are left out, and what hangs on them hangs together."""
    portfolio = networks.shared_portfolio(networks.drawn_projects(1, 12), people=4, spread=0.25)
    against_programs.as_mcprojsim(portfolio, tmp_path / "p.yaml")
    tasks = json.loads((tmp_path / "p.yaml").read_text(encoding="utf-8"))["tasks"]
    assert [task["id"] for task in tasks] == [f"P0-{i:03}" for i in range(1, 11)]
    assert not any("P0-000" in task["dependencies"] for task in tasks)
    days = portfolio.tasks["duration_days"][1]
    assert tasks[0]["estimate"]["low"] == 0.75 * days
    assert tasks[0]["estimate"]["high"] == 1.5 * days


def test_turns_are_taken_in_turn() -> None:
    """Warm-up first, then A B A B, and as many samples as repeats."""
    turns: list[str] = []
    entrants = [Entrant(name, lambda name=name: turns.append(name)) for name in "AB"]
    interleave(entrants, 3)
    assert "".join(turns) == "AB" + 3 * "AB"
    assert [len(entrant.samples) for entrant in entrants] == [3, 3]


def test_ratios_are_taken_turn_by_turn() -> None:
    """A unit of work of one against the same turn's of the other, by the clock asked for."""
    ours_, peer = Entrant("ours", print, 10), Entrant("peer", print, 1)
    ours_.samples = [Sample(1.0, 0.5), Sample(2.0, 1.0), Sample(1.0, 0.5)]
    peer.samples = [Sample(1.0, 1.0), Sample(1.0, 1.0), Sample(3.0, 1.0)]
    assert ratio(peer, ours_, "wall") == (10.0, 5.0, 30.0)
    assert ratio(peer, ours_, "cpu") == (20.0, 10.0, 20.0)
    table = comparison("t", "x", [ours_, peer], [Against(ours_, "wall")], unit="run", scale="s")
    assert table.head[3] == "ratio to ours, wall"
    assert [line[3] for line in table.lines] == ["1", "10 (5 to 30)"]


def test_a_disturbance_costs_and_touches_something() -> None:
    """The child's figures: tasks touched, and memory that only grows."""
    found = growth.alone(1000, chained=False, more=2)
    assert found["touched"] == 31
    assert 0 < found["before"] <= found["peak"]


def test_figures_are_short() -> None:
    """Three digits and no exponents."""
    assert [short(x) for x in (0, 12345.6, 99.94, 0.01234, 0.000012)] == [
        "0", "12,346", "99.9", "0.0123", "0.00001",
    ]  # fmt: skip


def test_page_names_no_machine() -> None:
    """The page says when, on how many cores and with which versions; no paths."""
    text = command.page([Section("A", "b.", ["x", "y"], [["1", "2"]])], date(2026, 1, 5), 5.0)
    assert "Measured on 2026-01-05 on " in text
    assert "numba " in text
    assert "## A\n\nb.\n\n| x | y |\n| --- | ---: |\n| 1 | 2 |\n" in text
    assert str(Path.home()) not in text
    assert "What each peer does not model" in text
    assert "TaskJuggler not installed" in text or shutil.which("tj3")


def test_the_page_of_statistics_has_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of coverage and of gains stand on the page, as on the committed one."""
    monkeypatch.setattr(samplings, "RUNS", 32)
    monkeypatch.setattr(samplings, "WAYS", dict(list(samplings.WAYS.items())[:2]))
    text = statistics_page.page(intervals.paired(quick=True), samplings.gains(quick=True))
    assert "| same numbers, error of the differences | 9" in text
    assert text.count("| antithetic pairs | ") == 2
    kept = statistics_page.PAGE.read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert set(headings) <= set(kept.splitlines())
    assert statistics_page.INTRODUCTION in kept
    assert statistics_page.DECISION in kept


def test_stand_ins_of_a_stream_are_what_they_say() -> None:
    """Antithetic uniforms add up to one in pairs; Sobol points fill every stratum of a source."""
    drawn = samplings.antithetic(stream, 1)(1, "a").random(100)
    np.testing.assert_allclose(drawn[::2] + drawn[1::2], 1.0)
    named = samplings.sobol(stream, 1)
    one, other = named(1, "a").random(samplings.RUNS), named(1, "b").random(samplings.RUNS)
    for points in (one, other):
        strata = np.floor(samplings.RUNS * points).astype(int)
        assert sorted(strata) == list(range(samplings.RUNS))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1


def test_one_benchmark_from_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--only` prints one benchmark, and writes a page only where it is told to."""

    def toy(*, quick: bool) -> list[Section]:
        return [Section("toy", "", ["a"], [[f"quick {quick}"]])]

    monkeypatch.setitem(command.BENCHMARKS, "schedules", toy)
    command.main(["--quick", "--only", "schedules"])
    assert "quick True" in capsys.readouterr().out
    command.main(["--only", "schedules", "--out", str(tmp_path / "page.md")])
    assert "quick False" in (tmp_path / "page.md").read_text(encoding="utf-8")
