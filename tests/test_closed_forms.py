"""The engine against closed forms: breakdowns, queues, critical paths and PERT.

What is random is held to 4 standard errors with fixed seeds: were an estimate normal, it would
lie that near the truth with a probability of 99.994 %. The error is below 1 % of a mean, or 2-5 %
in queues, whose waits hang together. Variances carry the error of a sample variance, from the
sample's own fourth moment.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from paper import assigned, paper, people, staff
from plan_arrays import plan_arrays
from scipy import integrate, special, stats

from svcimpact.engine.plan import Plan, compile_plan, planned_times
from svcimpact.engine.runs import run_once
from svcimpact.incident.draws import draw_hours
from svcimpact.incident.scenario import RandomIncidents, Scenario
from svcimpact.incident.simulate import simulate

ERRORS = 4
HOURS_PER_YEAR = 365.25 * 24


def as_plan(fields: dict[str, Any]) -> Plan:
    tasks = len(fields["hours"])
    return Plan(planned=np.full(tasks, np.nan), project=np.zeros(tasks, np.int64), **fields)


def assert_moments(values: np.ndarray, mean: float, variance: float) -> None:
    """Hold a sample to the mean and the variance that it should have."""
    n, off = len(values), values - values.mean()
    assert abs(values.mean() - mean) < ERRORS * np.sqrt(variance / n)
    error = np.sqrt(np.mean(off**4) - np.mean(off**2) ** 2) / np.sqrt(n)
    assert abs(values.var(ddof=1) - variance) < ERRORS * error


# One task under a Poisson stream of interruptions.

WORK, RATE, REPAIR = 60.0, 0.04, 6.0  # hours, breakdowns per hour, mean hours of a repair
RUNS = 10_000
LAWS = {
    "uniform": stats.uniform(REPAIR / 2, REPAIR),
    "exponential": stats.expon(scale=REPAIR),
    "gamma": stats.gamma(4, scale=REPAIR / 4),
}


def completions(law: str, *, overlap: bool, resume: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Run `RUNS` tasks of `WORK` hours, each with a person of its own who breaks down.

    Returns when each finished and how often it was interrupted. With `overlap` breakdowns
    arrive all the time, also while an earlier one is under repair; else the next can only come
    when the last is repaired.
    """
    random = np.random.default_rng([7, overlap, *map(ord, law)])
    gaps = random.exponential(1 / RATE, (RUNS, 40))
    repairs = LAWS[law].rvs((RUNS, 40), random_state=random)
    begin = gaps.cumsum(axis=1)
    if not overlap:
        begin[:, 1:] += repairs[:, :-1].cumsum(axis=1)
    person = np.repeat(np.arange(RUNS), 40)
    takes = np.column_stack([person, begin.ravel(), (begin + repairs).ravel(), np.ones(begin.size)])
    fields = plan_arrays([WORK] * RUNS, needs=[{k: 1} for k in range(RUNS)], capacity=[1] * RUNS)
    result = run_once(as_plan(fields), takes, resume_hours=resume)
    assert (result.finish < begin[:, -1]).all()
    return result.finish, result.interruptions.astype(float)


@pytest.mark.parametrize("law", LAWS)
def test_breakdowns_one_at_a_time(law: str) -> None:
    """Preempt-resume: E T = x (1 + a E R), Var T = x a E R^2, 10,000 runs, 4 standard errors.

    Gaver (1962), Journal of the Royal Statistical Society B 24, 73-90; Avi-Itzhak and Naor
    (1963), Operations Research 11, 303-320. During x hours of work breakdowns are Poisson with
    mean and variance a x, and each adds an independent repair R.
    """
    finish, stops = completions(law, overlap=False)
    second = REPAIR**2 + LAWS[law].var()
    assert_moments(finish, WORK * (1 + RATE * REPAIR), WORK * RATE * second)
    assert_moments(stops, RATE * WORK, RATE * WORK)


@pytest.mark.parametrize("law", LAWS)
def test_breakdowns_with_getting_back_into_it(law: str) -> None:
    """With r more hours of work after each: E N = a x / (1 - a r), Var N = a x / (1 - a r)^3.

    Breakdowns during the added work add more of it, as customers of a busy period bring
    customers: their number N has the Borel-Tanner law with a first generation of mean a x
    (Consul and Jain 1973, Technometrics 15, 791-799). T = x + N r + R_1 + ... + R_N, so
    E T = x + E N (r + E R) and Var T = Var N (r + E R)^2 + E N Var R.
    """
    resume = 2.5
    finish, stops = completions(law, overlap=False, resume=resume)
    load = RATE * resume
    number, spread = RATE * WORK / (1 - load), RATE * WORK / (1 - load) ** 3
    each = resume + REPAIR
    assert_moments(finish, WORK + number * each, spread * each**2 + number * LAWS[law].var())
    assert_moments(stops, number, spread)


def down_time(law: stats.rv_frozen, rate: float) -> tuple[float, float]:
    """Mean and second moment of a stretch without capacity when outages may overlap.

    Such a stretch is the busy period B of the queue M/G/infinity. With a outages per hour of
    length R and m = a E R its transform is (Takacs 1962, Introduction to the Theory of Queues,
    chapter 3; Stadje 1985, Journal of Applied Probability 22, 697-704)

        E e^(-sB) = 1 + s/a - 1 / (a integral of e^(-st) p(t) dt),
        p(t) = exp(-a E min(R, t)),

    and its expansion at s = 0 gives E B = (e^m - 1) / a and
    E B^2 = 2 e^m / a times the integral of exp(a E max(R - t, 0)) - 1 over t from 0 on.
    """
    load = rate * law.mean()
    t = np.linspace(0, law.ppf(1 - 1e-12), 200_001)
    beyond = law.mean() - integrate.cumulative_simpson(law.sf(t), x=t, initial=0.0)
    area = integrate.simpson(np.expm1(rate * beyond), x=t)
    return np.expm1(load) / rate, 2 * np.exp(load) / rate * area


def test_down_time_in_closed_form() -> None:
    """For R fixed at d: E B^2 = 2 e^m / a ((e^m - 1) / a - d); for R exponential a series.

    The integral of exp(m e^(-t / r)) - 1 is r times the sum of m^k / (k k!), which is
    r (Ei(m) - ln m - Euler's constant).
    """
    load = RATE * REPAIR
    second = down_time(LAWS["exponential"], RATE)[1]
    series = REPAIR * (special.expi(load) - np.log(load) - np.euler_gamma)
    assert second == pytest.approx(2 * np.exp(load) / RATE * series, rel=1e-6)
    almost_fixed = stats.gamma(1e6, scale=REPAIR / 1e6)
    by_hand = 2 * np.exp(load) / RATE * (np.expm1(load) / RATE - REPAIR)
    assert down_time(almost_fixed, RATE)[1] == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize("law", ["exponential", "gamma"])
def test_outages_that_overlap(law: str) -> None:
    """E T = x e^(a E R), Var T = a x E B^2 with B as in `down_time`; 10,000 runs, 4 errors.

    After each stretch B without capacity the stream of outages begins anew, so the task meets
    a Poisson number of such stretches, of mean a x, one at a time: the case above with R = B.
    """
    finish, stops = completions(law, overlap=True)
    first, second = down_time(LAWS[law], RATE)
    assert WORK * (1 + RATE * first) == pytest.approx(WORK * np.exp(RATE * REPAIR))
    assert_moments(finish, WORK * np.exp(RATE * REPAIR), WORK * RATE * second)
    assert_moments(stops, RATE * WORK, RATE * WORK)


def test_random_incidents_from_end_to_end() -> None:
    """The same law through tables, calendar, drawn incidents and 20,000 futures; 4 errors."""
    median, p90, rate = 8.0, 20.0, 0.02
    law = stats.lognorm(np.log(p90 / median) / stats.norm.ppf(0.9), scale=median)
    portfolio = paper(
        {
            "calendar": {
                "working_days": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
                "day_start": "00:00",
                "hours_per_day": 24,
            }
        },
        projects=[{"project": "P"}],
        tasks=[{"task": "A", "project": "P", "duration_days": WORK / 24}],
        resources=people(ana=1),
        assignments=assigned(A="ana"),
        services=[{"service": "core"}],
        support=staff(("core", "ana", 0, 1)),
    )
    chance = RandomIncidents(
        60, rates={"core": rate * HOURS_PER_YEAR}, median_hours=median, p90_hours=p90
    )
    outcome = simulate(portfolio, Scenario("x", (), chance, runs=20_000, seed=5))
    finish = outcome.project_finish["P"].to_numpy()
    assert finish.max() < 60 * 24
    assert_moments(finish, WORK * np.exp(rate * law.mean()), WORK * rate * down_time(law, rate)[1])


# One person and a queue of tasks.


def poisson(random: np.random.Generator, rate: float, until: float) -> np.ndarray:
    return np.sort(random.uniform(0, until, random.poisson(rate * until)))


def cycles(release: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """Tell the busy period of each arrival, for a server who never idles while there is work."""
    number, busy_until = -1, -1.0
    found = np.empty(len(release), np.int64)
    for i in np.argsort(release):
        if release[i] >= busy_until:
            number, busy_until = number + 1, release[i]
        busy_until += hours[i]
        found[i] = number
    return found


def assert_mean_over_cycles(values: np.ndarray, cycle: np.ndarray, expected: float) -> None:
    """Hold the mean of values that come in independent cycles to what it should be.

    The ratio estimate of a regenerative simulation and its error: Crane and Iglehart (1975),
    Operations Research 23, 33-45. The last cycle may be cut short and is left out.
    """
    sums, counts = np.bincount(cycle, values)[:-1], np.bincount(cycle)[:-1]
    mean = sums.sum() / counts.sum()
    error = np.sqrt(np.sum((sums - mean * counts) ** 2)) / counts.sum()
    assert error < 0.06 * expected
    assert abs(mean - expected) < ERRORS * error


def test_a_queue_by_priority() -> None:
    """One person, three priorities: mean waits by Cobham's formula, about 32,000 tasks.

    A task that waits starts on what is left, so it never takes a person from a task that runs:
    with `min_share` 1 a person is an M/G/1 queue with non-preemptive priorities. Waits are
    W_k = W_0 / ((1 - s_(k-1)) (1 - s_k)), s_k the load of priorities 1 to k, W_0 half the sum
    of rate x E S^2 (Cobham 1954, Operations Research 2, 70-76; Kleinrock 1976, Queueing
    Systems 2, section 3.6).
    """
    random = np.random.default_rng(11)
    until = 400_000.0
    rates = (0.02, 0.03, 0.03)
    laws = (stats.expon(scale=8), stats.uniform(4, 12), stats.gamma(3, scale=3))
    release = [poisson(random, rate, until) for rate in rates]
    hours = [law.rvs(len(t), random_state=random) for law, t in zip(laws, release, strict=True)]
    level = np.repeat([0, 1, 2], [len(t) for t in release])
    at, work = np.concatenate(release), np.concatenate(hours)
    fields = plan_arrays(
        work.tolist(),
        needs=[{0: 1}] * len(work),
        capacity=[1],
        release=at.tolist(),
        dispatch=np.lexsort([at, level]).tolist(),
    )
    result = run_once(as_plan(fields), min_share=1.0)
    cycle, wait = cycles(at, work), result.start - at
    loads = np.cumsum([0, *(r * law.mean() for r, law in zip(rates, laws, strict=True))])
    first = sum(r * law.moment(2) for r, law in zip(rates, laws, strict=True)) / 2
    assert loads[-1] == pytest.approx(0.73)
    for k, (higher, own) in enumerate(pairwise(loads)):
        mine = level == k
        assert_mean_over_cycles(wait[mine], cycle[mine], first / ((1 - higher) * (1 - own)))


def test_incidents_preempt_a_queue_of_tasks() -> None:
    """Incidents in line for a person who has tasks: preempt-resume, about 16,000 tasks.

    Incidents, one after another on the same person, are the first priority of an M/G/1 queue
    with preemptive-resume priorities, tasks in order of arrival the second. Their mean time
    from release to finish is E S_2 / (1 - s_1) + (a_1 E S_1^2 + a_2 E S_2^2) / (2 (1 - s_1)
    (1 - s_1 - s_2)) (Conway, Maxwell and Miller 1967, Theory of Scheduling, section 8-7;
    Kleinrock 1976, Queueing Systems 2, section 3.6; Gross and Harris, Fundamentals of Queueing
    Theory, section on preemptive priorities).
    """
    random = np.random.default_rng(12)
    until, rates = 300_000.0, (0.03, 0.05)
    laws = (stats.expon(scale=8), stats.gamma(2, scale=4))
    struck, release = (poisson(random, rate, until) for rate in rates)
    repair = laws[0].rvs(len(struck), random_state=random)
    hours = laws[1].rvs(len(release), random_state=random)
    takes, free = [], 0.0
    for t, length in zip(struck, repair, strict=True):
        begin = max(t, free)
        free = begin + length
        takes.append((0, begin, free, 1.0))
    plan = plan_arrays(hours, needs=[{0: 1}] * len(hours), capacity=[1], release=release.tolist())
    result = run_once(as_plan(plan), takes, min_share=1.0)
    at, work = np.concatenate([struck, release]), np.concatenate([repair, hours])
    cycle = cycles(at, work)
    loads = [r * law.mean() for r, law in zip(rates, laws, strict=True)]
    twice = sum(r * law.moment(2) for r, law in zip(rates, laws, strict=True))
    expected = laws[1].mean() / (1 - loads[0]) + twice / (2 * (1 - loads[0]) * (1 - sum(loads)))
    assert_mean_over_cycles(result.finish - release, cycle[len(struck) :], expected)


# Critical paths.

Row = tuple[str, float, float, float]  # activity, duration, earliest start, earliest finish

# Hillier and Lieberman, Introduction to Operations Research, chapter on PERT/CPM: Reliable
# Construction Co., in weeks, with the book's earliest times. Critical: A B C E F J L N, 44 weeks.
RELIABLE: list[Row] = [
    ("A", 2, 0, 2), ("B", 4, 2, 6), ("C", 10, 6, 16), ("D", 6, 16, 22), ("E", 4, 16, 20),
    ("F", 5, 20, 25), ("G", 7, 22, 29), ("H", 9, 29, 38), ("I", 7, 16, 23), ("J", 8, 25, 33),
    ("K", 4, 33, 37), ("L", 5, 33, 38), ("M", 2, 38, 40), ("N", 6, 38, 44),
]  # fmt: skip
RELIABLE_LINKS = "A-B B-C C-D C-E C-I E-F D-G E-H G-H F-J I-J J-K J-L H-M K-N L-N"

# Teaching slides "Network Construction - Precedence Diagram Method" (slideserve.com): FS and SS.
# Worked by hand: J starts with the later of C's finish (15) and G's start (14), L with the latest
# of E (22), I (23) and K (22), N with the latest of G (24), J (27), L (31) and M (35).
SLIDES: list[Row] = [
    ("A", 2, 0, 2), ("B", 10, 0, 10), ("C", 13, 2, 15), ("D", 12, 2, 14), ("E", 12, 10, 22),
    ("F", 7, 10, 17), ("G", 10, 14, 24), ("H", 16, 14, 30), ("I", 6, 17, 23), ("J", 12, 15, 27),
    ("K", 5, 17, 22), ("L", 8, 23, 31), ("M", 5, 30, 35), ("N", 3, 35, 38),
]  # fmt: skip
SLIDES_LINKS = (
    "A-B:SS A-C A-D B-E B-F D-G D-H F-I C-J G-J:SS I-K:SS E-L I-L K-L H-M G-N J-N L-N M-N"
)

# Engineer4Free, "Difficult network diagram example with lag solved" (video qTErIV6OqLg): all four
# types with lags. Its E is 2-3 and its F 3-5, pulled late so as not to wait for their finish; here
# work starts as soon as it may and then waits, so both start at 0 and finish when the video says.
VIDEO: list[Row] = [
    ("A", 3, 0, 3), ("B", 2, 5, 7), ("C", 2, 0, 2), ("D", 4, 6, 10), ("E", 1, 0, 3),
    ("F", 2, 0, 5), ("G", 4, 7, 11), ("H", 3, 11, 14),
]  # fmt: skip
VIDEO_LINKS = "A-B:FS:2 A-C:SS B-D:SS:1 C-E:SF:3 C-F:FF:3 D-G:SS:1 E-G F-H:SF:2 G-H"

# Worked by hand, with leads. B starts at 4 - 1 = 3. C starts at 3 + 2 = 5 and, its work done at 8,
# may finish at 9 + 2 = 11. D starts at 9 + 1 = 10. E starts at 4 and may finish 2 before D does, at
# 12 - 2 = 10. F starts at 4 and may finish 5 after D has started, at 10 + 5 = 15.
LEADS: list[Row] = [
    ("A", 4, 0, 4), ("B", 6, 3, 9), ("C", 3, 5, 11), ("D", 2, 10, 12), ("E", 1, 4, 10),
    ("F", 3, 4, 15),
]  # fmt: skip
LEADS_LINKS = "A-B:FS:-1 B-C:SS:2 B-C:FF:2 B-D:FS:1 A-E D-E:FF:-2 A-F D-F:SF:5"

NETWORKS = {
    "Reliable": (RELIABLE, RELIABLE_LINKS),
    "slides": (SLIDES, SLIDES_LINKS),
    "video": (VIDEO, VIDEO_LINKS),
    "leads": (LEADS, LEADS_LINKS),
}


def links_of(rows: list[Row], text: str) -> list[tuple[int, int, str, float]]:
    place = {row[0]: i for i, row in enumerate(rows)}
    found = []
    for item in text.split():
        pair, kind, lag = (item + (":FS:0", ":0", "")[item.count(":")]).split(":")
        one, other = pair.split("-")
        found.append((place[one], place[other], kind, float(lag)))
    return found


@pytest.mark.parametrize("name", NETWORKS)
def test_critical_paths_from_books(name: str) -> None:
    """With people enough, a run and the planned times give the earliest times of the source."""
    rows, text = NETWORKS[name]
    fields = plan_arrays(
        [row[1] for row in rows],
        needs=[{0: 1}] * len(rows),
        capacity=[len(rows)],
        links=links_of(rows, text),
    )
    plan = as_plan(fields)
    result = run_once(plan)
    for start, finish in ((result.start, result.finish), planned_times(plan)):
        assert start.tolist() == [row[2] for row in rows]
        assert finish.tolist() == [row[3] for row in rows]
    assert not result.interruptions.any()


# PERT.

# The same book's optimistic, most likely and pessimistic weeks.
ESTIMATES = {
    "A": (1, 2, 3), "B": (2, 3.5, 8), "C": (6, 9, 18), "D": (4, 5.5, 10), "E": (1, 4.5, 5),
    "F": (4, 4, 10), "G": (5, 6.5, 11), "H": (5, 8, 17), "I": (3, 7.5, 9), "J": (3, 9, 9),
    "K": (4, 4, 4), "L": (1, 5.5, 7), "M": (1, 2, 3), "N": (5, 5.5, 9),
}  # fmt: skip
CRITICAL = "ABCEFJLN"


def pert_draws(runs: int) -> tuple[Plan, dict[str, np.ndarray]]:
    """Draw the hours of every activity, a week of the book being a day of one hour."""
    portfolio = paper(
        {"calendar": {"hours_per_day": 1}},
        projects=[{"project": "P"}],
        tasks=[
            {"task": t, "project": "P", "optimistic_days": a, "duration_days": m,
             "pessimistic_days": b}
            for t, (a, m, b) in ESTIMATES.items()
        ],
        links=[
            {"predecessor": item[0], "successor": item[-1]} for item in RELIABLE_LINKS.split()
        ],
    )  # fmt: skip
    plan = compile_plan(portfolio)
    drawn = np.tile(plan.hours, (runs, 1))
    varied, hours = draw_hours(portfolio, plan, runs, seed=3)
    drawn[:, varied] = hours
    return plan, dict(zip(ESTIMATES, drawn.T, strict=True))


def test_pert_of_a_path() -> None:
    """The critical path of the book: mean 44 weeks, 20,000 draws, 4 standard errors.

    The book's variance, 9, takes (b - a) / 6 for every standard deviation. A beta distribution
    with mean (a + 4 m + b) / 6 and alpha + beta = 6 has variance (mean - a) (b - mean) / 7,
    which comes to 9.29 on this path; that is what is drawn.
    """
    low, mode, high = np.array([ESTIMATES[t] for t in CRITICAL]).T
    mean = (low + 4 * mode + high) / 6
    assert mean.sum() == pytest.approx(44)
    assert np.sum((high - low) ** 2) / 36 == pytest.approx(9)
    variance = np.sum((mean - low) * (high - mean)) / 7
    assert variance == pytest.approx(9.29, abs=0.005)
    _, drawn = pert_draws(20_000)
    assert_moments(np.sum([drawn[t] for t in CRITICAL], axis=0), 44, variance)


def test_pert_of_a_network() -> None:
    """Every draw ends with the longest of its paths, later on average than 44 weeks.

    That the mean of the longest path is above the longest mean path: MacCrimmon and Ryavec
    (1964), Operations Research 12, 16-37.
    """
    plan, drawn = pert_draws(400)
    before = {t: [item[0] for item in RELIABLE_LINKS.split() if item[-1] == t] for t in ESTIMATES}
    finish: dict[str, np.ndarray] = {}
    for task, hours in drawn.items():
        finish[task] = hours + np.max([finish[t] for t in before[task]] or [0 * hours], axis=0)
    hours_of_run = np.column_stack([*drawn.values()])
    ends = [run_once(plan, hours=hours).finish for hours in hours_of_run]
    np.testing.assert_allclose(ends, np.column_stack([*finish.values()]), rtol=0, atol=1e-9)
    longest = np.max(ends, axis=1)
    path = np.sum([drawn[t] for t in CRITICAL], axis=0)
    assert (longest >= path - 1e-9).all()
    assert np.mean(longest - path) > 0.2
