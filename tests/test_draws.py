"""Random inputs: streams that no other moves, and laws against their closed forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from paper import paper
from scipy import stats

from svcimpact.engine.plan import compile_plan
from svcimpact.incident.blocks import latin
from svcimpact.incident.draws import (
    Arrivals,
    draw_hours,
    draw_incidents,
    fixed_source,
    horizon,
    random_sources,
    stream,
)
from svcimpact.incident.scenario import Incident, RandomIncidents, Scenario
from svcimpact.portfolio import Portfolio

SAMPLINGS = ("random", "latin-hypercube")
YEAR = 365.25 * 24
SERVICES = [{"service": s} for s in ("core", "mail", "shop")]
CORE = Incident("core", start="2026-03-09 10:00", median_hours=16, p90_hours=72)
MAIL = Incident("mail", start="2026-03-10 10:00", median_hours=4, p90_hours=9)


def uncertain(*rows: tuple[str, float, float, float], **more: object) -> list[dict[str, object]]:
    """Return rows of `tasks` from (id, optimistic, planned, pessimistic) in days."""
    return [
        {"task": t, "project": "P", "optimistic_days": a, "duration_days": m,
         "pessimistic_days": b, **more}
        for t, a, m, b in rows
    ]  # fmt: skip


def hours_of(
    rows: list[dict[str, object]], runs: int, seed: int = 1, sampling: str = "random"
) -> dict[str, np.ndarray]:
    """Draw the hours of tasks, by id."""
    portfolio = paper(projects=[{"project": "P"}], tasks=rows)
    task, hours = draw_hours(portfolio, compile_plan(portfolio), runs, seed, sampling)
    return {portfolio.tasks["task"][i]: hours[:, v] for v, i in enumerate(task)}


def of_service(arrivals: Arrivals, service: str) -> list[tuple[int, object, float]]:
    """Return run, start and length of the incidents of one service."""
    run = np.repeat(np.arange(len(arrivals.ptr) - 1), np.diff(arrivals.ptr))
    mine = [arrivals.sources[k].service == service for k in arrivals.source]
    return list(
        zip(run[mine].tolist(), arrivals.start[mine].tolist(), arrivals.hours[mine], strict=True)
    )


def test_a_stream_is_its_seed_and_its_name() -> None:
    """The same seed and names give the same bits; another seed or name gives others."""
    first = stream(1, "task", "A").random(5)
    np.testing.assert_array_equal(first, stream(1, "task", "A").random(5))
    for other in (stream(2, "task", "A"), stream(1, "task", "B"), stream(1, "taskA")):
        assert not np.isin(other.random(5), first).any()
    assert stream(1, "a", "bc").random() != stream(1, "ab", "c").random()


def test_streams_are_pinned() -> None:
    """The figures of a seed stay the same from version to version."""
    assert stream(1, "task", "A").integers(0, 10**9, 3).tolist() == [
        184117565,
        824586871,
        495216413,
    ]


def test_streams_are_independent_and_uniform() -> None:
    """Four hundred streams of one seed look like uniforms without correlation."""
    drawn = np.array([stream(5, "task", f"T{i}").random(50) for i in range(400)])
    assert stats.kstest(drawn.ravel(), "uniform").pvalue > 1e-3
    neighbours = np.corrcoef(drawn[:-1].ravel(), drawn[1:].ravel())[0, 1]
    assert abs(neighbours) < 4 / np.sqrt(drawn[:-1].size)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_durations_against_the_closed_form(sampling: str) -> None:
    """PERT has mean (a + 4m + b) / 6 and variance (mean - a)(b - mean) / 7, being a beta."""
    low, mode, high, runs = 2.0, 3.0, 9.0, 20_000
    drawn = hours_of(uncertain(("A", low, mode, high)), runs, sampling=sampling)["A"] / 8
    mean = (low + 4 * mode + high) / 6
    variance = (mean - low) * (high - mean) / 7
    assert drawn.min() >= low
    assert drawn.max() <= high
    assert abs(drawn.mean() - mean) < 4 * np.sqrt(variance / runs)
    law = stats.beta(1 + 4 / 7, 1 + 24 / 7, loc=low, scale=high - low)
    assert law.var() == pytest.approx(variance)
    error = np.sqrt((law.stats(moments="k") + 2) / runs) * variance
    assert abs(drawn.var() - variance) < 4 * error
    assert stats.kstest(drawn, law.cdf).pvalue > 1e-3


@pytest.mark.parametrize("mode", [2.0, 9.0])
def test_durations_may_peak_at_an_end(mode: float) -> None:
    """The planned duration may be the optimistic or the pessimistic one."""
    drawn = hours_of(uncertain(("A", 2, mode, 9)), 4000)["A"] / 8
    mean = (2 + 4 * mode + 9) / 6
    assert abs(drawn.mean() - mean) < 4 * drawn.std() / np.sqrt(4000)


def test_what_is_certain_is_not_drawn() -> None:
    """No estimates, estimates without a spread, and finished tasks are not drawn."""
    done = {"actual_start": "2026-01-05", "actual_finish": "2026-01-05T12:00"}
    rows = [
        {"task": "plain", "project": "P", "duration_days": 2},
        *uncertain(("flat", 2, 2, 2)),
        *uncertain(("done", 1, 2, 3), **done),
        *uncertain(("open", 1, 2, 3)),
    ]
    portfolio = paper({"status_date": "2026-01-06"}, projects=[{"project": "P"}], tasks=rows)
    task, hours = draw_hours(portfolio, compile_plan(portfolio), 7, 1)
    assert (task.tolist(), hours.shape) == ([3], (7, 1))


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_a_task_keeps_its_draws_whoever_stands_beside_it(sampling: str) -> None:
    """Adding, removing and sorting tasks moves no bit of another's durations."""
    alone = hours_of(uncertain(("A", 1, 2, 4)), 50, sampling=sampling)["A"]
    beside = uncertain(("B", 1, 3, 4), ("A", 1, 2, 4), ("C", 0, 0, 1))
    crowd = hours_of(beside, 50, sampling=sampling)
    np.testing.assert_array_equal(crowd["A"], alone)
    assert not np.isin(crowd["B"], alone).any()


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_more_runs_begin_with_the_same(sampling: str) -> None:
    """The first runs of many are the runs of few, in every kind of randomness."""
    rows = uncertain(("A", 1, 2, 4))
    few, many = (hours_of(rows, runs, sampling=sampling)["A"] for runs in (10, 1000))
    np.testing.assert_array_equal(many[:10], few)
    chance = RandomIncidents(250, rates={"shop": 9, "mail": 2}, median_hours=4, p90_hours=20)
    portfolio = paper(services=SERVICES)
    few, many = (
        draw_incidents(portfolio, Scenario("x", (CORE, MAIL), chance, runs, sampling=sampling))
        for runs in (10, 1000)
    )
    end = few.ptr[-1]
    np.testing.assert_array_equal(many.ptr[:11], few.ptr)
    for name in ("source", "start", "hours"):
        np.testing.assert_array_equal(getattr(many, name)[:end], getattr(few, name))


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_adding_a_source_moves_no_other(sampling: str) -> None:
    """An incident at another service, or random ones, move no draw of those there before."""
    portfolio, how = paper(services=SERVICES), {"runs": 200, "sampling": sampling}
    alone = draw_incidents(portfolio, Scenario("x", (CORE,), **how))
    chance = RandomIncidents(250, rates={"shop": 9}, median_hours=4, p90_hours=20)
    both = draw_incidents(portfolio, Scenario("x", (MAIL, CORE), chance, **how))
    assert of_service(both, "core") == of_service(alone, "core")
    more = replace(chance, rates={"mail": 3, "shop": 9})
    again = draw_incidents(portfolio, Scenario("x", (), more, **how))
    assert of_service(again, "shop") == of_service(both, "shop")


def test_a_second_incident_of_a_service_has_a_stream_of_its_own() -> None:
    """Two incidents of one service last differently, and the first as it did alone."""
    portfolio = paper(services=SERVICES)
    alone = draw_incidents(portfolio, Scenario("x", (CORE,), runs=50))
    two = draw_incidents(portfolio, Scenario("x", (CORE, CORE), runs=50))
    np.testing.assert_array_equal(two.hours[two.source == 0], alone.hours)
    assert not np.isin(two.hours[two.source == 1], alone.hours).any()


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_stated_incidents_strike_once_in_every_run(sampling: str) -> None:
    """Each stated incident strikes at its start in each run, restored by its own law."""
    runs = 5000
    scenario = Scenario("x", (CORE, MAIL), runs=runs, sampling=sampling)
    drawn = draw_incidents(paper(services=SERVICES), scenario)
    assert drawn.ptr.tolist() == list(range(0, 2 * runs + 1, 2))
    assert drawn.source.tolist() == [0, 1] * runs
    assert set(drawn.start[::2].tolist()) == {CORE.start.to_pydatetime()}
    hours = drawn.hours[::2]
    sigma = np.log(72 / 16) / stats.norm.ppf(0.9)
    assert stats.kstest(hours, stats.lognorm(sigma, scale=16).cdf).pvalue > 1e-3


def test_a_source_says_what_follows() -> None:
    """What follows an incident, and how long it lasts, comes from the incident."""
    incident = replace(CORE, severity=2, aftermath_hours=5, aftermath_share=0.5)
    source = fixed_source(paper(services=SERVICES), replace(incident, freeze_after_hours=7))
    assert (source.service, source.severity) == ("core", 2)
    assert (source.aftermath_hours, source.aftermath_share) == (5, 0.5)
    assert source.freeze_after_hours == 7
    assert source.restoration.describe() == "lognormal, median 16 h, P90 72 h"


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_arrivals_are_a_poisson_stream(sampling: str) -> None:
    """Counts have the rate's mean and variance and law; strikes are uniform over the horizon."""
    runs, rate = 4000, 5.0
    portfolio = paper(services=SERVICES)
    chance = RandomIncidents(250, rates={"shop": rate}, median_hours=4, p90_hours=20)
    drawn = draw_incidents(portfolio, Scenario("x", (), chance, runs, sampling=sampling))
    begin, end = horizon(portfolio, chance)
    length = (end - begin) / pd.Timedelta(hours=1)
    counts = np.diff(drawn.ptr)
    expected = rate * length / YEAR
    assert abs(counts.mean() - expected) < 4 * np.sqrt(expected / runs)
    assert abs(counts.var() - expected) < 4 * np.sqrt((expected + 2 * expected**2) / runs)
    seen = np.bincount(counts, minlength=12)[:12]
    law = stats.poisson(expected).pmf(np.arange(12)) * runs
    usual = law > 5
    assert (
        stats.chisquare(seen[usual], law[usual] * seen[usual].sum() / law[usual].sum()).pvalue
        > 1e-3
    )
    place = (drawn.start - np.datetime64(begin, "us")) / np.timedelta64(1, "h") / length
    assert stats.kstest(place, "uniform").pvalue > 1e-3
    gaps = np.corrcoef(counts[:-1], counts[1:])[0, 1]
    assert abs(gaps) < 4 / np.sqrt(runs)


def test_when_and_how_long_are_drawn_apart() -> None:
    """How long a random incident lasts tells nothing of when it strikes."""
    portfolio = paper(services=SERVICES)
    chance = RandomIncidents(250, rates={"shop": 20}, median_hours=4, p90_hours=20)
    drawn = draw_incidents(portfolio, Scenario("x", (), chance, runs=300))
    found = stats.spearmanr(drawn.start.astype(np.int64), drawn.hours).statistic
    assert abs(found) < 4 / np.sqrt(len(drawn.hours))


def test_severities_of_a_service_strike_apart(logged: Portfolio) -> None:
    """Random incidents of one service at two severities share neither count, time nor length."""
    chance = RandomIncidents(250, from_log=True, median_hours=4, p90_hours=20)
    drawn = draw_incidents(logged, Scenario("x", (), chance, runs=200))
    kinds = {(s.service, s.severity): k for k, s in enumerate(drawn.sources)}
    one, two = (drawn.source == kinds["core", level] for level in (1, 2))
    assert two.sum() > 100
    assert not np.isin(drawn.start[two], drawn.start[one]).any()
    assert not np.isin(drawn.hours[two], drawn.hours[one]).any()


def test_the_horizon_is_working_days_from_where_time_begins() -> None:
    """Five working days end on Friday evening, or a week after the status date."""
    five = RandomIncidents(5, rates={"core": 1}, median_hours=1, p90_hours=2)
    assert horizon(paper(services=SERVICES), five) == (
        pd.Timestamp("2026-01-05 00:00"),
        pd.Timestamp("2026-01-09 17:00"),
    )
    later = paper({"status_date": "2026-01-14T13:00"}, services=SERVICES)
    assert horizon(later, five) == (
        pd.Timestamp("2026-01-14 13:00"),
        pd.Timestamp("2026-01-21 13:00"),
    )


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_a_rate_of_nothing_and_a_horizon_of_nothing_strike_never(sampling: str) -> None:
    """Rate 0 or horizon 0 draw no incident."""
    portfolio = paper(services=SERVICES)
    for days, rate in ((0, 50), (250, 0)):
        chance = RandomIncidents(days, rates={"core": rate}, median_hours=1, p90_hours=2)
        drawn = draw_incidents(portfolio, Scenario("x", (), chance, runs=20, sampling=sampling))
        assert drawn.ptr.tolist() == [0] * 21


@pytest.fixture(scope="module")
def logged() -> Portfolio:
    """Return a log over exactly 730.5 days: 12 of core at severity 1, 4 at 2, 8 of mail."""
    rows = []
    kinds = [("core", 1, 12), ("core", 2, 4), ("mail", 1, 8)]
    for service, severity, count in kinds:
        for i in range(count):
            opened = pd.Timestamp("2024-01-01") + pd.Timedelta(days=50 * i)
            rows.append(
                {"incident": f"{service}{severity}{i}", "service": service, "severity": severity,
                 "opened": opened, "restored": opened + pd.Timedelta(hours=2 + i)}
            )  # fmt: skip
    rows[0]["restored"] = pd.Timestamp("2024-01-01") + pd.Timedelta(days=730.5)
    return paper(services=SERVICES, incidents=rows)


def test_rates_from_the_log_are_counts_per_year(logged: Portfolio) -> None:
    """Two years of log: half the count a year, by service and severity, each with its fit."""
    chance = RandomIncidents(250, from_log=True, aftermath_hours=3, freeze_after_hours=4)
    found = random_sources(logged, chance)
    rates = {(source.service, source.severity): rate for source, rate in found}
    assert rates == pytest.approx({("core", 1): 6, ("core", 2): 2, ("mail", 1): 4})
    told = {(s.service, s.severity): s.restoration.source for s, _ in found}
    assert told["core", 1].endswith("severity 1 of core")
    assert told["core", 2].endswith("all incidents")
    assert {(s.aftermath_hours, s.freeze_after_hours) for s, _ in found} == {(3, 4)}


def test_rates_from_the_log_with_a_restoration_given(logged: Portfolio) -> None:
    """A median and P90 stand in for the fit; the rates stay those of the log."""
    chance = RandomIncidents(250, from_log=True, median_hours=1, p90_hours=3)
    laws = {s.restoration.describe() for s, _ in random_sources(logged, chance)}
    assert laws == {"lognormal, median 1 h, P90 3 h"}


def test_given_rates_are_severity_1_and_fit_the_log_where_nothing_else_is_said(
    logged: Portfolio,
) -> None:
    """Rates without a restoration of their own take it from the log."""
    found = random_sources(logged, RandomIncidents(250, rates={"mail": 3, "core": 1}))
    assert [(s.service, s.severity, rate) for s, rate in found] == [("mail", 1, 3), ("core", 1, 1)]
    assert found[0][0].restoration.source.endswith("severity 1 of mail")


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_the_streams_are_those_of_the_seed(sampling: str) -> None:
    """Another seed gives other incidents and durations; the same seed the same bits."""
    chance = RandomIncidents(250, rates={"shop": 9}, median_hours=4, p90_hours=20)
    portfolio = paper(services=SERVICES)
    one, same, other = (
        draw_incidents(portfolio, Scenario("x", (CORE,), chance, 50, seed, sampling=sampling))
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.hours, same.hours)
    np.testing.assert_array_equal(one.start, same.start)
    assert not np.isin(one.hours, other.hours).any()
    rows = uncertain(("A", 1, 2, 4))
    first, second = (hours_of(rows, 20, seed, sampling)["A"] for seed in (1, 2))
    assert not np.isin(first, second).any()


@pytest.mark.parametrize("mode", [2.0, 3.0, 5.5, 9.0])
def test_durations_of_a_latin_hypercube_are_the_inverse_of_its_uniforms(mode: float) -> None:
    """Each duration is the beta's quantile at its uniform, to a millionth of the range or so."""
    runs = 6400
    drawn = hours_of(uncertain(("A", 2, mode, 9)), runs, sampling="latin-hypercube")["A"]
    peak = (mode - 2) / 7
    law = stats.beta(1 + 4 * peak, 5 - 4 * peak, loc=16, scale=56)
    exact = law.ppf(latin(stream(1, "task", "A"), runs))
    assert np.abs(drawn - exact).max() < 56e-4
    assert np.abs(drawn - exact).mean() < 56e-6


def test_a_latin_hypercube_fills_every_stratum_of_every_source() -> None:
    """Of 64 runs on end each source has one draw in each 64th of its distribution."""
    runs, how = 640, {"runs": 640, "sampling": "latin-hypercube"}
    drawn = hours_of(uncertain(("A", 2, 3, 9), ("B", 2, 3, 9)), runs, sampling="latin-hypercube")
    law = stats.beta(1 + 4 / 7, 1 + 24 / 7, loc=16, scale=56)
    places = [law.cdf(drawn["A"]), law.cdf(drawn["B"])]
    hours = draw_incidents(paper(services=SERVICES), Scenario("x", (CORE,), **how)).hours
    places.append(stats.norm.cdf(np.log(hours / 16) / np.log(72 / 16) * stats.norm.ppf(0.9)))
    for place in places:
        strata = np.floor(64 * place.reshape(10, 64)).astype(int)
        np.testing.assert_array_equal(np.sort(strata, axis=1), np.tile(np.arange(64), (10, 1)))
    assert abs(np.corrcoef(places)[np.triu_indices(3, 1)]).max() < 4 / np.sqrt(runs)
    chance = RandomIncidents(250, rates={"shop": 3}, median_hours=4, p90_hours=20)
    plenty = draw_incidents(paper(services=SERVICES), Scenario("x", (), chance, **how))
    counts = np.diff(plenty.ptr).reshape(10, 64)
    # Every block has as many runs of each count as there ought to be, to one.
    begin, end = horizon(paper(services=SERVICES), chance)
    expected = 3 * ((end - begin) / pd.Timedelta(hours=1)) / YEAR
    for count in range(5):
        share = 64 * stats.poisson(expected).pmf(count)
        assert (np.abs((counts == count).sum(axis=1) - share) < 1.5).all()
