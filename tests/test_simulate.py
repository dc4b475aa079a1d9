"""Simulations: against paper and closed forms, and what must hold to the last bit."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from paper import Rows, assigned, paper, people, staff, tasks
from scipy import stats

from svcimpact.engine.plan import compile_plan
from svcimpact.errors import InvalidScenarioError, describe
from svcimpact.incident import estimates
from svcimpact.incident.batches import Found
from svcimpact.incident.disruption import MECHANISMS
from svcimpact.incident.draws import draw_hours, draw_incidents
from svcimpact.incident.outcome import Futures, Outcome
from svcimpact.incident.project_table import project_table
from svcimpact.incident.restoration import from_quantiles
from svcimpact.incident.scenario import Incident, RandomIncidents, Scenario
from svcimpact.incident.simulate import shortfall, simulate
from svcimpact.io import read
from svcimpact.portfolio import Portfolio

TINY = Path(__file__).parents[1] / "data" / "tiny"
P = [{"project": "P"}]
CORE = [{"service": "core"}]
FRAMES = ("projects", "tasks", "resources", "services", "incidents", "segments")


@pytest.fixture(scope="module")
def tiny() -> Portfolio:
    return read(TINY)


@pytest.fixture(scope="module")
def incident() -> Scenario:
    return Scenario.read(TINY / "incident.toml")


def ana(hours: float = 40, settings: dict[str, Any] | None = None) -> Portfolio:
    """Return a portfolio of one task by Ana, who is pulled wholly when `core` fails."""
    return paper(
        settings,
        projects=[{"project": "P", "cost_of_delay_per_day": 100}],
        tasks=tasks(("A", hours)),
        resources=people(ana=1),
        assignments=assigned(A="ana"),
        services=CORE,
        support=staff(("core", "ana", 0, 1)),
    )


def strike(start: str = "2026-01-06 09:00", hours: float = 24, **more: Any) -> Incident:
    return Incident("core", start=start, hours=hours, **more)


def finish(outcome: Outcome, project: str = "P") -> float:
    return float(outcome.project_finish[project].iloc[0])


def assert_same_bits(one: Outcome, other: Outcome) -> None:
    """Hold every table and run of two outcomes against each other, to the last bit."""
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    for a, b in ((one.with_incident, other.with_incident), (one.levelled, other.levelled)):
        for name in ("project_finish", "task_start", "task_finish"):
            left, right = getattr(a, name), getattr(b, name)
            if left is not None:
                pd.testing.assert_frame_equal(left, right, check_exact=True)


def test_tiny_is_its_expected_file(tiny: Portfolio, incident: Scenario) -> None:
    """Tiny comes out as its expected.txt says, exactly."""
    outcome = simulate(tiny, incident, keep="tasks")
    expected = pd.read_csv(TINY / "expected.txt").set_index("task")
    for case, held in (("levelled", outcome.levelled), ("incident", outcome.with_incident)):
        assert held.task_start is not None
        assert held.task_finish is not None
        for what, frame in (("start", held.task_start), ("finish", held.task_finish)):
            found = frame.iloc[0][expected.index].tolist()
            assert found == expected[f"{case}_{what}_hours"].tolist()


@pytest.mark.parametrize(
    ("without", "ends", "delay"),
    [
        ((), (54, 30, 58, 74), 14),
        (("pull",), (40, 24, 58, 74), 14),
        (("cover",), (54, 24, 58, 74), 14),
        (("freeze",), (54, 30, 44, 70), 10),
        (("aftermath",), (52, 29, 58, 74), 14),
        (("cascade",), (54, 30, 58, 74), 14),
        (MECHANISMS, (40, 24, 44, 60), 0),
    ],
    ids=str,
)
def test_mechanisms_switched_off_against_paper(
    tiny: Portfolio, incident: Scenario, without: tuple[str, ...], ends: tuple[int], delay: float
) -> None:
    """The table of tiny's README: each mechanism left out, and all of them."""
    outcome = simulate(tiny, replace(incident, without=without), keep="tasks")
    assert outcome.task_finish is not None
    assert outcome.task_finish[["C1", "C2", "C3", "C4"]].iloc[0].tolist() == list(ends)
    assert outcome.projects["delay_mean_days"][1] * 8 == delay


def test_an_incident_takes_its_working_hours() -> None:
    """Ana's task stands still for as many working hours as she is away."""
    # Struck Tuesday 09:00, h 8, for 24 h: eight working hours of 40.
    outcome = simulate(ana(), strike(), runs=3)
    assert outcome.project_finish["P"].tolist() == [48.0] * 3
    assert outcome.levelled.project_finish["P"].tolist() == [40.0] * 3


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-01-05 17:00", 16, 40),  # a night costs no working hour
        ("2026-01-09 17:00", 64, 40),  # nor a weekend
        ("2026-01-05 16:00", 18, 42),  # an hour of the evening and two of the morning
        ("2026-01-01 09:00", 100, 44),  # began before time does: Monday 13:00 is left of it
        ("2026-02-05 09:00", 100, 40),  # when all is done
        ("2026-01-06 09:00", 0, 40),  # over at once
    ],
)
def test_working_hours_lost_against_paper(start: str, hours: float, end: float) -> None:
    """Only working hours between strike and restoration are lost."""
    assert finish(simulate(ana(), strike(start, hours), runs=1)) == end


def test_several_incidents_add_up_to_no_more_than_all() -> None:
    """Two at half severity take all of Ana while both last, and nobody is taken twice."""
    half = {"severity": 2, "hours": 24}
    two = Scenario(
        incidents=(strike("2026-01-06 09:00", **half), strike("2026-01-06 13:00", **half)), runs=1
    )
    # Half speed over h 8-12 and h 16-20, stopped over h 12-16.
    assert finish(simulate(ana(), two)) == 40 + 2 + 4 + 2
    same = Scenario(incidents=(strike(), strike(), strike()), runs=1)
    assert finish(simulate(ana(), same)) == 48


def test_resume_hours_and_min_share_come_from_the_scenario() -> None:
    """Getting back costs its hours; a task starts only with its least share."""
    resumed = Scenario(incidents=(strike(),), runs=1, resume_hours=3)
    assert finish(simulate(ana(), resumed)) == 51
    early = strike("2026-01-05 09:00", 24, severity=2)
    # With half of Ana from h 0 to h 8, the task starts at half speed, or waits for all of her.
    assert finish(simulate(ana(), Scenario(incidents=(early,), runs=1))) == 44
    assert finish(simulate(ana(), Scenario(incidents=(early,), runs=1, min_share=0.6))) == 48


@pytest.mark.parametrize("what", ["nobody supports it", "nothing is left of it", "no incident"])
def test_no_effect_is_the_baseline_to_the_bit(what: str) -> None:
    """Without any effect on projects, the runs with the incident are those without."""
    rows = [{"optimistic_days": 1, "pessimistic_days": 9, **row} for row in tasks(("A", 24))]
    portfolio = ana().with_tables(
        tasks=pd.DataFrame(rows),
        services=pd.DataFrame({"service": ["core", "idle"]}),
    )
    if what == "nobody supports it":
        scenario = Scenario(incidents=(Incident("idle", start="2026-01-06", hours=99),))
    elif what == "no incident":
        scenario = Scenario()
    else:
        portfolio = portfolio.with_tables(
            support=pd.DataFrame(staff(("core", "ana", 0, 1e-13))),
        )
        scenario = Scenario(incidents=(strike(),))
    outcome = simulate(portfolio, scenario, runs=300, keep="tasks")
    for name in ("project_finish", "task_start", "task_finish"):
        pd.testing.assert_frame_equal(
            getattr(outcome.with_incident, name),
            getattr(outcome.levelled, name),
            check_exact=True,
        )
    assert outcome.projects["delay_mean_days"].tolist() == [0.0]
    assert outcome.projects["chance_delayed"].tolist() == [0.0]


def part(prefix: str, seed: int) -> dict[str, list[dict[str, Any]]]:
    """Return the tables of a project with people, services and randomness of its own."""
    draw = np.random.default_rng(seed)
    names = [f"{prefix}r{i}" for i in range(5)]
    ids = [f"{prefix}t{i}" for i in range(8)]
    core, shop = f"{prefix}core", f"{prefix}shop"
    span = [float(draw.integers(1, 9)) for _ in ids]
    return {
        "projects": [{"project": prefix, "priority": int(draw.integers(1, 4)),
                      "due": "2026-02-02", "cost_of_delay_per_day": 100 / 3}],
        "tasks": [{"task": t, "project": prefix, "duration_days": d, "optimistic_days": d / 2,
                   "pessimistic_days": d * 3} for t, d in zip(ids, span, strict=True)],
        "links": [{"predecessor": ids[a], "successor": ids[b], "type": kind, "lag_days": 0.3}
                  for a, b, kind in ((0, 3, "FS"), (1, 3, "SS"), (2, 4, "FF"), (3, 7, "FS"))],
        "resources": [{"resource": k, "capacity_fte": 1 + i / 7} for i, k in enumerate(names)],
        "absences": [{"resource": names[0], "start": "2026-01-13", "end": "2026-01-15",
                      "fte": 0.3}],
        "assignments": [{"task": t, "resource": names[(i + j) % 5], "units_fte": 0.3 + i / 20}
                        for i, t in enumerate(ids) for j in range(2)],
        "services": [{"service": core, "outage_cost_per_hour": 10 / 3}, {"service": shop},
                     {"service": f"{prefix}mail"}],
        "service_links": [{"service": shop, "needs": core, "impact": 0.7}],
        "support": [
            *staff(*[(core, k, 0.01 * i, 0.4) for i, k in enumerate(names[:3])]),
            *staff(*[(f"{prefix}mail", k, 0.1 / 3, 0.1) for k in names]),
            *staff((shop, names[3], 0.1, 0.6)),
        ],
        "changes": [{"task": ids[3], "service": core, "effect": "changes"},
                    {"task": ids[4], "service": shop, "effect": "uses"}],
        "freezes": [{"service": core, "start": "2026-01-19", "end": "2026-01-21"}],
    }  # fmt: skip


def together(*parts: dict[str, list[dict[str, Any]]]) -> Portfolio:
    """Return the portfolio of several projects, the rows of the second among the first's."""
    tables: dict[str, Rows] = {}
    for name in parts[0]:
        first, *others = (p[name] for p in parts)
        middle = len(first) // 2
        tables[name] = [*first[:middle], *[row for p in others for row in p], *first[middle:]]
    return paper(**tables)


def shaken(prefix: str, chance: dict[str, float]) -> Scenario:
    """Return a scenario with an incident at a part's service, and random ones at others."""
    stated = Incident(
        f"{prefix}core", start="2026-01-08 11:00", median_hours=30, p90_hours=150,
        aftermath_hours=40, aftermath_share=0.3, freeze_after_hours=24,
    )  # fmt: skip
    rates = RandomIncidents(60, rates=chance, median_hours=9, p90_hours=40, aftermath_hours=5,
                            aftermath_share=0.5)  # fmt: skip
    return Scenario("shaken", (stated,), rates, runs=130, resume_hours=1)


@pytest.mark.parametrize("sampling", ["random", "latin-hypercube"])
def test_locality_to_the_last_bit(sampling: Any) -> None:
    """An unrelated project anywhere in the tables moves no figure of the others by a bit."""
    rates, how = {"acore": 6.0, "amail": 3.0}, {"sampling": sampling, "runs": 600}
    alone = simulate(together(part("a", 1)), shaken("a", rates), keep="tasks", **how)
    assert alone.projects["chance_delayed"][0] > 0.5
    stranger = replace(shaken("a", {"bmail": 4.0, **rates, "bcore": 9.0}))
    stranger = replace(
        stranger, incidents=(replace(stranger.incidents[0], service="bcore"), *stranger.incidents)
    )
    both = simulate(together(part("a", 1), part("b", 2)), stranger, keep="tasks", **how)
    assert both.projects["chance_delayed"][1] > 0.5
    for name, key in (
        ("projects", "project"), ("tasks", "task"), ("resources", "resource"),
        ("services", "service"), ("segments", "task"), ("incidents", "service"),
    ):  # fmt: skip
        mine, theirs = getattr(alone, name), getattr(both, name)
        theirs = theirs[theirs[key].isin(mine[key])].reset_index(drop=True)
        pd.testing.assert_frame_equal(theirs, mine, check_exact=True)
    for one, other in ((alone.with_incident, both.with_incident), (alone.levelled, both.levelled)):
        for name in ("project_finish", "task_start", "task_finish"):
            left, right = getattr(one, name), getattr(other, name)
            np.testing.assert_array_equal(right[left.columns], left)


@pytest.mark.parametrize("sampling", ["random", "latin-hypercube"])
def test_threads_and_batches_change_no_bit(sampling: str) -> None:
    """One, two and four threads give the same figures to the last bit."""
    portfolio, scenario = together(part("a", 1)), shaken("a", {"acore": 6.0})
    scenario = replace(scenario, sampling=sampling)
    one = simulate(portfolio, scenario, threads=1, keep="tasks")
    for threads in (2, 4, None):
        assert_same_bits(simulate(portfolio, scenario, threads=threads, keep="tasks"), one)


@pytest.mark.parametrize("sampling", ["random", "latin-hypercube"])
def test_the_first_runs_of_many_are_the_runs_of_few(sampling: str) -> None:
    """Runs 1 to 20 of 130 are the runs of a simulation of 20, to the last bit."""
    portfolio, scenario = together(part("a", 1)), shaken("a", {"acore": 6.0})
    scenario = replace(scenario, sampling=sampling)
    many = simulate(portfolio, scenario)
    few = simulate(portfolio, scenario, runs=20)
    np.testing.assert_array_equal(many.project_finish[:20], few.project_finish)
    np.testing.assert_array_equal(many.levelled.project_finish[:20], few.levelled.project_finish)


def test_seed_and_runs_given_here_come_before_the_scenario() -> None:
    """The seed decides the figures; runs and seed of the call stand in the outcome."""
    portfolio, scenario = together(part("a", 1)), shaken("a", {"acore": 6.0})
    one, same = (simulate(portfolio, replace(scenario, seed=5)) for _ in range(2))
    other = simulate(portfolio, scenario, seed=5, runs=130)
    assert_same_bits(one, same)
    assert_same_bits(one, other)
    assert (other.seed, other.runs, len(other.project_finish)) == (5, 130, 130)
    assert not simulate(portfolio, scenario).project_finish.equals(one.project_finish)


def test_shuffled_rows_change_only_their_order() -> None:
    """With no ties in dispatch order, rows of any table may be in any order."""
    rows = part("a", 3)
    for i, task in enumerate(rows["tasks"]):
        task["planned_start"] = pd.Timestamp("2026-01-05 09:00") + pd.Timedelta(minutes=10 * i)
        del task["optimistic_days"], task["pessimistic_days"]
    scenario = replace(shaken("a", {"acore": 1.0}), random_incidents=None)
    plain = simulate(paper(**rows), scenario, keep="tasks")
    draw = np.random.default_rng(1)
    mixed = {name: [table[i] for i in draw.permutation(len(table))] for name, table in rows.items()}
    moved = simulate(paper(**mixed), scenario, keep="tasks")
    assert moved.task_finish is not None
    assert plain.task_finish is not None
    np.testing.assert_allclose(moved.task_finish[plain.task_finish.columns], plain.task_finish)
    one, other = plain.resources, moved.resources.set_index("resource")
    other = other.loc[one["resource"]].reset_index()
    pd.testing.assert_frame_equal(other[one.columns], one)


def test_other_ids_change_only_the_labels() -> None:
    """With fixed durations, other names for everything give the same figures to the bit."""
    one, other = part("a", 3), part("zz", 3)
    for rows in (one, other):
        for task in rows["tasks"]:
            del task["optimistic_days"], task["pessimistic_days"]
    fixed = Incident("acore", start="2026-01-08 11:00", hours=30, freeze_after_hours=9)
    plain = simulate(paper(**one), fixed, runs=1, keep="tasks")
    moved = simulate(paper(**other), replace(fixed, service="zzcore"), runs=1, keep="tasks")
    assert plain.task_finish is not None
    assert moved.task_finish is not None
    np.testing.assert_array_equal(moved.task_finish, plain.task_finish)
    numbers = plain.resources.select_dtypes("number").columns
    np.testing.assert_array_equal(moved.resources[numbers], plain.resources[numbers])


def night_out(hours: np.ndarray) -> np.ndarray:
    """Return the working hours of an outage from a Monday 09:00, by counting days and weekends."""
    week, rest = np.divmod(hours, 168.0)
    day, time = np.divmod(rest, 24.0)
    return week * 40 + np.minimum(day, 5) * 8 + np.where(day < 5, np.minimum(time, 8.0), 0.0)


def expected_delay() -> tuple[float, float]:
    """Return mean and standard deviation of `night_out` of lognormal hours, by integration."""
    law = stats.lognorm(np.log(72 / 16) / stats.norm.ppf(0.9), scale=16)
    # An ever rising step or slope: E f = integral of f' S; f' is 1 in working hours, 0 else.
    edges = np.array([w * 168 + d * 24 for w in range(60) for d in range(5)], float)
    grid = np.linspace(0, 8, 401)
    survival = law.sf(edges[:, None] + grid)
    value = (np.arange(len(edges)) * 8.0)[:, None] + grid
    mean = np.trapezoid(survival, grid, axis=1).sum()
    square = np.trapezoid(2 * value * survival, grid, axis=1).sum()
    return float(mean), float(np.sqrt(square - mean**2))


def test_mean_delay_against_integration() -> None:
    """One person, one task: the mean delay is the expected working hours of the outage."""
    runs = 4000
    incident = Incident("core", start="2026-01-05 09:00", median_hours=16, p90_hours=72)
    outcome = simulate(ana(), incident, runs=runs)
    mean, spread = expected_delay()
    row = outcome.projects.iloc[0]
    error = spread / np.sqrt(runs)
    assert abs(row["delay_mean_days"] * 8 - mean) < 4 * error
    assert row["delay_mean_days_se"] * 8 == pytest.approx(error, rel=0.2)
    assert row["cost_mean"] == pytest.approx(row["delay_mean_days"] * 100)
    delay = outcome.project_finish["P"] - 40
    drawn = np.quantile(delay, [0.5, 0.8, 0.95])
    truth = night_out(np.exp(np.log(16) + np.log(72 / 16) / 1.2815515655 * np.array(
        [0.0, 0.8416212336, 1.6448536270])))  # fmt: skip
    for name, found, exact in zip(("p50", "p80", "p95"), drawn, truth, strict=True):
        assert row[f"delay_{name}_days"] * 8 == pytest.approx(found)
        assert abs(found - exact) <= 4 * row[f"delay_{name}_days_se"] * 8


def test_the_error_is_the_spread_of_repeated_simulations() -> None:
    """Over 60 seeds the mean delay spreads as its standard error says."""
    incident = Incident("core", start="2026-01-05 09:00", median_hours=16, p90_hours=72)
    portfolio = ana()
    rows = [simulate(portfolio, incident, runs=100, seed=s).projects.iloc[0] for s in range(60)]
    means = np.array([row["delay_mean_days"] for row in rows])
    errors = np.array([row["delay_mean_days_se"] for row in rows])
    # The standard deviation of 60 figures is known to a tenth.
    assert means.std(ddof=1) == pytest.approx(np.sqrt(np.mean(errors**2)), rel=0.3)
    assert abs(means.mean() * 8 - expected_delay()[0]) < 4 * errors.mean() * 8 / np.sqrt(60)


@pytest.mark.parametrize(("sampling", "runs"), [("random", 200), ("latin-hypercube", 512)])
def test_intervals_of_the_table_cover_the_truth(sampling: Any, runs: int) -> None:
    """Over 300 repeated simulations every figure's interval holds the closed form 95 in 100."""
    trials = 300
    incident = Incident("core", start="2026-01-05 09:00", median_hours=16, p90_hours=72)
    portfolio = ana().with_tables(
        projects=pd.DataFrame(
            {"project": ["P"], "due": ["2026-01-13"], "cost_of_delay_per_day": 100}
        )
    )
    found = simulate(portfolio, incident, runs=runs * trials, sampling=sampling)
    late, calm = found.project_finish.to_numpy(), found.levelled.project_finish.to_numpy()
    plan, never = compile_plan(portfolio), np.zeros(1, bool)
    rows = pd.concat(
        project_table(
            portfolio, plan, late[first : first + runs], calm[first : first + runs],
            certain=never, certain_levelled=never, sampling=sampling,
        )
        for first in range(0, runs * trials, runs)
    )  # fmt: skip
    law = stats.lognorm(np.log(72 / 16) / stats.norm.ppf(0.9), scale=16)
    # In time are 16 working hours of delay: until Wednesday 09:00, for nights cost none.
    truths = {
        "delay_mean_days": expected_delay()[0] / 8,
        "cost_mean": expected_delay()[0] / 8 * 100,
        "chance_late": law.sf(48),
        "chance_delayed": 1.0,
    }
    for name, q in (("p50", 0.5), ("p80", 0.8), ("p95", 0.95)):
        truths[f"delay_{name}_days"] = night_out(law.ppf(np.array([q])))[0] / 8
    for name, truth in truths.items():
        held = (rows[name] - truth).abs() <= 1.96 * rows[f"{name}_se"] + 1e-9
        # Of the long tail's mean 200 random runs tell too little; see docs/statistics.md.
        nominal = 0.92 if sampling == "random" and "mean" in name else 0.95
        assert held.mean() > nominal - 3.3 * np.sqrt(0.95 * 0.05 / trials), name
    finish = truths["delay_p80_days"] * 8 + 40
    off = (portfolio.calendar.hours(rows["finish_p80"].to_numpy()) - finish) / 8
    assert (np.abs(off) <= 1.96 * rows["finish_p80_se_days"] + 1 / 480).mean() > 0.9


def test_stopping_early_keeps_the_coverage() -> None:
    """Simulations that stop when P80 is known to a quarter day are that close 95 times in 100."""
    incident = Incident("core", start="2026-01-05 13:00", median_hours=16, p90_hours=72)
    law, portfolio, seeds = from_quantiles(16, 72), ana(), 80
    # From Monday 13:00: until hour 4 of the clock less what lies before it.
    truth = float(night_out(law.draw(np.array([0.8])) + 4)[0]) - 4 + 40
    runs, off = [], []
    for seed in range(seeds):
        found = simulate(portfolio, incident, runs=20_000, seed=seed, until="p80", within_days=0.25)
        row = found.projects.iloc[0]
        runs.append(found.runs)
        off.append(abs(np.quantile(found.project_finish["P"], 0.8) - truth) / 8)
        assert 1.96 * row["finish_p80_se_days"] <= 0.25
    assert len(set(runs)) > 2
    assert np.mean(np.array(off) <= 0.25) > 0.95 - 3.3 * np.sqrt(0.95 * 0.05 / seeds)


def test_every_run_has_numbers_of_its_own() -> None:
    """No two of 150 runs, nor their baselines, end alike; each has the durations drawn for it."""
    rows = [{"optimistic_days": 4, "pessimistic_days": 12, **row} for row in tasks(("A", 40))]
    portfolio = ana().with_tables(tasks=pd.DataFrame(rows))
    around = Incident("core", start="2026-01-06 09:00", median_hours=100, p90_hours=200)
    outcome = simulate(portfolio, around, runs=150)
    calm = outcome.levelled.project_finish["P"].to_numpy()
    np.testing.assert_allclose(
        calm, draw_hours(portfolio, compile_plan(portfolio), 150, 1)[1][:, 0]
    )
    drawn = draw_incidents(portfolio, Scenario(incidents=(around,), runs=150))
    lost = portfolio.calendar.after(drawn.start, drawn.hours) - 8
    np.testing.assert_allclose(outcome.project_finish["P"] - calm, lost)
    # Many incidents end at night or on the weekend: no working hour tells these apart.
    assert len(np.unique(lost)) > 30
    assert len(np.unique(calm)) == len(np.unique(outcome.project_finish["P"])) == 150


def test_a_project_ends_with_the_last_of_its_tasks_in_every_run() -> None:
    """Every outage hits B, long ones A as well; after a long one a short one leaves A alone."""
    portfolio = paper(
        projects=[{"project": "P"}],
        tasks=[*tasks(("A", 8), planned_start="2026-01-07"), *tasks(("B", 8))],
        resources=people(ana=1, ben=1),
        assignments=assigned(A="ana", B="ben"),
        services=[{"service": "core"}],
        support=staff(("core", "ana", 0, 1), ("core", "ben", 0, 1)),
    )
    around = Incident("core", start="2026-01-05 11:00", median_hours=40, p90_hours=200)
    outcome = simulate(portfolio, around, runs=50, keep="tasks")
    assert outcome.task_finish is not None
    ends = outcome.project_finish["P"].to_numpy()
    np.testing.assert_array_equal(ends, outcome.task_finish.max(axis=1))
    spared = outcome.task_finish["A"].to_numpy() == 24
    assert (outcome.task_finish["B"] > 8).all()
    assert spared[int((~spared).argmax()) :].any()


def test_delay_is_taken_run_by_run_on_the_same_numbers() -> None:
    """Uncertain durations do not blur a fixed loss: its spread is nothing."""
    rows = [{"optimistic_days": 4, "pessimistic_days": 12, **row} for row in tasks(("A", 40))]
    outcome = simulate(ana().with_tables(tasks=pd.DataFrame(rows)), strike(), runs=200)
    delay = outcome.project_finish["P"] - outcome.levelled.project_finish["P"]
    np.testing.assert_allclose(delay, 8.0)
    assert outcome.levelled.project_finish["P"].std() > 4
    assert outcome.projects["delay_mean_days_se"][0] < 1e-12


def test_status_date_against_paper() -> None:
    """Time begins at the status date: what is done stays, what runs goes on, the rest waits."""
    began = {"actual_start": "2026-01-05T09:00"}
    rows = [
        {**tasks(("done", 8))[0], **began, "actual_finish": "2026-01-05T13:00"},
        {**tasks(("runs", 32))[0], **began, "done_fraction": 0.25},
        {**tasks(("waits", 8))[0]},
    ]
    portfolio = paper(
        {"status_date": "2026-01-07T09:00"},
        projects=P,
        tasks=rows,
        resources=people(ana=1),
        assignments=assigned(done="ana", runs="ana", waits="ana"),
        links=[{"predecessor": "done", "successor": "waits"}],
        services=CORE,
        support=staff(("core", "ana", 0, 1)),
    )
    # Down since Tuesday 13:00 for two days: until Thursday 13:00, h 28. From the status date,
    # h 16, 24 h are left of what runs: to h 40 levelled, to h 52 with the incident.
    outcome = simulate(portfolio, strike("2026-01-06 13:00", 48), runs=1, keep="tasks")
    assert outcome.levelled.task_finish is not None
    assert outcome.task_finish is not None
    assert outcome.task_start is not None
    assert outcome.levelled.task_finish.iloc[0].tolist() == [4, 40, 48]
    assert outcome.task_start.iloc[0].tolist() == [0, 0, 52]
    assert outcome.task_finish.iloc[0].tolist() == [4, 52, 60]
    assert outcome.tasks["interruptions_mean"].tolist() == [0, 1, 0]


def test_a_start_with_an_offset_strikes_at_its_moment() -> None:
    """09:00 in Berlin told as 08:00 UTC strikes at 09:00 on a Berlin portfolio's clock."""
    portfolio = ana(settings={"timezone": "Europe/Berlin"})
    local = simulate(portfolio, strike("2026-01-06 09:00"), runs=1)
    told = simulate(portfolio, strike("2026-01-06T08:00Z"), runs=1)
    assert_same_bits(told, local)
    assert told.incidents["start"].tolist() == [pd.Timestamp("2026-01-06 09:00")]


def test_nothing_mutates_its_argument(tiny: Portfolio, incident: Scenario) -> None:
    """Portfolio and scenario are as they were after a simulation."""
    portfolio, scenario = together(part("a", 1)), shaken("a", {"acore": 6.0})
    before = {name: frame.copy() for name, frame in portfolio.tables.items()}
    told = copy.deepcopy(scenario)
    simulate(portfolio, scenario, runs=5, seed=9)
    assert scenario == told
    for name, frame in before.items():
        pd.testing.assert_frame_equal(portfolio.tables[name], frame)
    simulate(tiny, incident)
    assert tiny.equals(read(TINY))


def test_keep_tasks_keeps_tasks(tiny: Portfolio, incident: Scenario) -> None:
    """Tasks are kept run by run only when asked for, columns by id."""
    plain = simulate(tiny, incident, runs=4)
    assert (plain.task_start, plain.task_finish, plain.levelled.task_start) == (None, None, None)
    kept = simulate(tiny, incident, runs=4, keep="tasks")
    assert kept.task_start is not None
    assert kept.task_start.shape == (4, 5)
    assert list(kept.task_start.columns) == ["P1", "C1", "C2", "C3", "C4"]
    assert kept.project_finish.shape == (4, 2)


def test_progress_is_shown_when_asked_for(
    tiny: Portfolio, incident: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bar says which runs it counts and comes to the end; without it all is quiet."""
    simulate(tiny, incident, runs=70)
    assert capsys.readouterr().err == ""
    simulate(tiny, incident, runs=70, progress=True)
    shown = capsys.readouterr().err
    assert "futures" in shown
    assert "70/70" in shown


def test_one_incident_alone_is_titled_by_its_service(tiny: Portfolio) -> None:
    """An incident without a scenario runs a thousand times from seed 1, and has a name."""
    outcome = simulate(tiny, Incident("payments", start="2026-01-06 13:00", hours=26))
    assert outcome.scenario.name == "Payments fails"
    assert (outcome.runs, outcome.seed) == (1000, 1)


@pytest.mark.parametrize("runs", [1, 2])
def test_empty_portfolios(runs: int) -> None:
    """No tasks, no projects, no services: there is an outcome, of nothing."""
    for portfolio in (paper(), paper(projects=P), paper(projects=P, services=CORE)):
        outcome = simulate(portfolio, Scenario(runs=runs), keep="tasks")
        assert len(outcome.projects) == len(portfolio.projects)
        assert outcome.projects["finish_p50"].isna().all()
        assert outcome.projects["chance_delayed"].isna().all()
        assert repr(outcome)
        assert outcome._repr_html_()


@pytest.mark.parametrize("runs", [1, 40])
def test_a_project_without_tasks_or_due_date(runs: int) -> None:
    """A project without tasks has no finish, one without a due date no chance of missing it."""
    portfolio = ana().with_tables(
        projects=pd.DataFrame(
            {"project": ["P", "empty"], "due": [None, "2026-01-09"], "cost_of_delay_per_day": 9}
        )
    )
    incident = Incident("core", start="2026-01-06", median_hours=16, p90_hours=72)
    found = simulate(portfolio, incident, runs=runs).projects.set_index("project")
    figures = found.drop(columns=["name", "priority", "due", "cost_of_delay_per_day"])
    assert figures.loc["empty"].isna().all()
    late = ["chance_late", "chance_late_se", "chance_late_levelled", "chance_late_levelled_se"]
    assert found.loc["P", late].isna().all()
    assert found.loc["P", ["finish_p50", "delay_mean_days", "chance_delayed"]].notna().all()


def test_due_means_the_end_of_that_day() -> None:
    """A project that finishes at 17:00 on its due date is in time, a minute later it is not."""
    portfolio = ana()
    for due, hours, late in (("2026-01-13", 32, 0.0), ("2026-01-12", 32, 0.0)):
        dated = portfolio.with_tables(projects=pd.DataFrame({"project": ["P"], "due": [due]}))
        # 40 h and an outage of 8 working hours: until the evening of Monday 12 January.
        outcome = simulate(dated, strike("2026-01-06 09:00", 24), runs=1)
        assert outcome.projects["chance_late"].tolist() == [late], hours
    dated = portfolio.with_tables(projects=pd.DataFrame({"project": ["P"], "due": ["2026-01-12"]}))
    over = simulate(dated, strike("2026-01-06 09:00", 24 + 1 / 60), runs=1)
    assert over.projects["chance_late"].tolist() == [1.0]
    weekend = portfolio.with_tables(
        projects=pd.DataFrame({"project": ["P"], "due": ["2026-01-11"]})
    )
    outcome = simulate(weekend, strike(), runs=1)
    assert outcome.projects[["chance_late_levelled", "chance_late"]].iloc[0].tolist() == [0, 1]


def faults(action: Callable[[], object]) -> list[str]:
    with pytest.raises(InvalidScenarioError) as caught:
        action()
    return str(caught.value).splitlines()


def test_a_scenario_that_does_not_fit(tiny: Portfolio, incident: Scenario) -> None:
    """An unknown service is told with the nearest, before anything is run."""
    other = replace(incident.incidents[0], service="payment")
    assert faults(lambda: simulate(tiny, other)) == [
        "The scenario does not fit the portfolio.",
        "incident 1, service: found 'payment', expected the id of a service; did you mean "
        "'payments'?",
    ]


def test_runs_and_seed_are_checked(tiny: Portfolio, incident: Scenario) -> None:
    """Runs and seed given in the call have the limits of the scenario."""
    assert faults(lambda: simulate(tiny, incident, runs=0, seed=-1)) == [
        "The scenario has faults.",
        "scenario, runs: found 0, expected a whole number, 1 or more.",
        "scenario, seed: found -1, expected a whole number, 0 or more.",
    ]


def test_tasks_that_can_never_start_are_named() -> None:
    """Under a stricter min_share than the tables were checked with, every such task is named."""
    portfolio = paper(
        projects=P,
        tasks=tasks(("A", 8), ("B", 8), ("C", 8)),
        resources=people(ana=0.5),
        assignments=assigned(A="ana", B="ana:0.5", C="ana:0.75"),
    )
    assert simulate(portfolio, Scenario(runs=1)).projects["finish_p50"].notna().all()
    assert faults(lambda: simulate(portfolio, Scenario(min_share=0.8))) == [
        "Some tasks can never start.",
        "tasks, task: found 'A', which can never start, expected 0.8 of its units within its "
        "resources' project capacity. Lower units_fte, raise capacity_fte, or lower min_share.",
        "tasks, task: found 'C', which can never start, expected 0.8 of its units within its "
        "resources' project capacity. Lower units_fte, raise capacity_fte, or lower min_share.",
    ]


def test_a_lower_min_share_saves_what_half_would_not() -> None:
    """Tables in which a task needs four times who there is are read; the scenario decides."""
    portfolio = paper(
        projects=P, tasks=tasks(("A", 8)), resources=people(ana=0.25), assignments=assigned(A="ana")
    )
    told = "'A' starts only in a scenario whose min_share is 0.25 or less."
    assert any(line.endswith(told) for line in describe(portfolio.warnings))
    assert faults(lambda: simulate(portfolio, Scenario(runs=1)))[1:] == [
        "tasks, task: found 'A', which can never start, expected 0.5 of its units within its "
        "resources' project capacity. Lower units_fte, raise capacity_fte, or lower min_share.",
    ]
    assert finish(simulate(portfolio, Scenario(runs=1, min_share=0.25))) == 32


def test_what_turns_out_stuck_is_told() -> None:
    """A task that rounding keeps from starting ends the simulation with its name."""
    portfolio = paper(
        projects=P,
        tasks=tasks(("A", 8)),
        resources=people(ana=0.005 - 5e-10),
        assignments=assigned(A="ana:0.01"),
    )
    assert faults(lambda: simulate(portfolio, Scenario(runs=1))) == [
        "The simulation cannot finish.",
        "tasks, task: found 'A', which can never start, expected 0.5 of its units within its "
        "resources' project capacity. Lower units_fte, raise capacity_fte, or lower min_share.",
    ]


def crawling(capacity: float) -> Portfolio:
    """Return a portfolio in which A runs with next to nobody, and a chain waits for it."""
    rows = [{**tasks(("A", 8))[0], "actual_start": "2026-01-05T09:00"}]
    rows += tasks(*((f"B{i}", 7.3 + i / 7) for i in range(9)), project="first")
    chain = ["A", *(f"B{i}" for i in range(9))]
    return paper(
        {"status_date": "2026-01-06T09:00"},
        projects=[{"project": "first", "priority": 1}, {"project": "P", "priority": 2}],
        tasks=rows,
        links=[
            {"predecessor": a, "successor": b, "lag_days": lag}
            for a, b, lag in zip(chain, chain[1:], [0, -0.3] * 5, strict=False)
        ],
        resources=people(ana=capacity),
        assignments=assigned(A="ana"),
    )


def test_an_end_beyond_all_calendars_is_told() -> None:
    """Work that a ten-millionth of a person does ends in error, not in an endless loop."""
    told = faults(lambda: simulate(crawling(1e-8), Scenario(runs=1)))
    assert told[0] == "The simulation ends too late."
    assert told[1] == (
        "tasks, task: found 'A', which ends after 9000, expected an end that a calendar has a "
        "date for. Lower duration_days, or give its people more time for it."
    )
    assert len(told) == 11
    assert len(simulate(crawling(1e-4), Scenario(runs=1)).tasks) == 10


def test_the_one_that_holds_the_others_up_is_named() -> None:
    """Of a chain that cannot go on, the task without people is named, not those behind it."""
    told = faults(lambda: simulate(crawling(1e-10), Scenario(runs=1)))
    assert told[:1] == ["The simulation cannot finish."]
    assert told[1].startswith("tasks, task: found 'A', which can never go on, expected ")
    assert len(told) == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"what": "payments"},
         "simulate, what: found 'payments', expected an incident or a scenario. Make one first: "
         "si.Incident('payments', start='2026-03-09 10:00', hours=26)."),
        ({"what": None}, "simulate, what: found None, expected an incident or a scenario."),
        ({"portfolio": "data/tiny"},
         "simulate, portfolio: found 'data/tiny', expected a portfolio. Read one first: "
         "si.read('my-portfolio')."),
        ({"keep": "all"}, "simulate, keep: found 'all', expected 'projects' or 'tasks'."),
        ({"threads": -1}, "simulate, threads: found -1, expected a whole number, or None for all."),
        ({"threads": "2"}, "simulate, threads: found '2', expected a whole number"),
    ],
)  # fmt: skip
def test_arguments_of_another_kind_are_told(
    tiny: Portfolio, incident: Scenario, arguments: dict[str, Any], told: str
) -> None:
    """What is no portfolio, incident, or number of threads is told with what to do instead."""
    given = {"portfolio": tiny, "what": incident, **arguments}
    with pytest.raises(InvalidScenarioError) as caught:
        simulate(given.pop("portfolio"), given.pop("what"), **given)
    assert str(caught.value).splitlines()[1].startswith(told)


@pytest.mark.parametrize("sampling", ["random", "latin-hypercube"])
def test_it_stops_when_p80_is_known_well_enough(sampling: Any):
    """Runs go on until the widest P80 is within the tolerance; the figures are as if asked for."""
    portfolio, scenario = read("data/meridian"), Scenario.read("data/meridian/payments-down.toml")
    how = {"runs": 20_000, "until": "p80", "sampling": sampling}
    loose = simulate(portfolio, scenario, within_days=1.5, **how)
    tight = simulate(portfolio, scenario, within_days=0.6, **how)
    assert loose.runs < tight.runs < 20_000
    for outcome, within in ((loose, 1.5), (tight, 0.6)):
        assert (1.96 * outcome.projects["finish_p80_se_days"]).max() <= within
    outright = simulate(portfolio, scenario, runs=tight.runs, sampling=sampling)
    pd.testing.assert_frame_equal(tight.projects, outright.projects, check_exact=True)
    pd.testing.assert_frame_equal(tight.tasks, outright.tasks, check_exact=True)


@pytest.mark.parametrize("until", ["p50", "p80", "p95"])
def test_how_far_the_widest_interval_is_from_narrow_enough(until: str):
    """The widest of two projects' intervals, in working days, over what is wanted of it."""
    day, hours = 8.0, np.random.default_rng(1).lognormal(3, 0.5, (400, 2)) * [1.0, 3.0]
    portfolio = paper(
        projects=[*P, {"project": "Q"}], tasks=[*tasks(("A", 8)), *tasks(("B", 8), project="Q")]
    )
    found = Futures(
        portfolio, Scenario(runs=400), compile_plan(portfolio), *[None] * 4,  # type: ignore[arg-type]
        found=Found(None, None, hours, None), threads=1, idle=None, decided=None, batches=None,  # type: ignore[arg-type]
    )  # fmt: skip
    error = estimates.quantile(hours, int(until[1:]) / 100)[1]
    assert shortfall(found, until, 0.5) == pytest.approx(1.96 * error.max() / day / 0.5)
    assert error.max() > 1.5 * error.min()


def test_it_stops_at_the_most_runs_allowed():
    """A tolerance that is out of reach ends at `runs`, with the error that is left."""
    portfolio, scenario = read("data/meridian"), Scenario.read("data/meridian/payments-down.toml")
    outcome = simulate(portfolio, scenario, runs=700, until="p95", within_days=0.001)
    assert outcome.runs == 700


def test_nothing_random_needs_no_further_runs():
    """Where every run is the same, the first ones are enough."""
    portfolio, scenario = read("data/tiny"), Scenario.read("data/tiny/incident.toml")
    assert simulate(portfolio, scenario, runs=5_000, until="p80", within_days=0.01).runs == 500


def test_when_to_stop_is_checked():
    """An unknown quantile and a tolerance of nothing are told at once."""
    portfolio, scenario = read("data/tiny"), Scenario.read("data/tiny/incident.toml")
    with pytest.raises(InvalidScenarioError) as told:
        simulate(portfolio, scenario, until="p99", within_days=0)  # type: ignore[arg-type]
    assert str(told.value) == (
        "There is nothing to simulate.\n"
        "simulate, until: found 'p99', expected 'p50' or 'p80' or 'p95'.\n"
        "simulate, within_days: found 0, expected a number above 0."
    )
