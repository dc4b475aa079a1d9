"""How often intervals of 1.96 standard errors hold the truth, in repeated experiments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from section import Section

from svcimpact.incident.blocks import estimators, latin
from svcimpact.incident.estimates import Z95, Asked, chance, mean, next_runs, quantile

Floats = NDArray[np.float64]
QUANTILES = (0.5, 0.8, 0.95)
FIRST, MOST = 500, 20_000


@dataclass(frozen=True)
class Law:
    """A distribution by the inverse of its distribution function, with its mean."""

    name: str
    mean: float
    ppf: Callable[[Any], Any]


def seldom(share: float) -> Law:
    """Give a delay that is nothing in most runs and lognormal in a share of them."""
    hit = stats.lognorm(0.8, scale=2)

    def ppf(q: Any) -> Any:
        return np.where(q > 1 - share, hit.ppf(np.maximum(0, (q - 1 + share) / share)), 0.0)

    return Law(f"a delay in {share:.0%} of runs, lognormal", share * float(hit.mean()), ppf)


def laws() -> list[Law]:
    """Smooth ones, whole days, and delays that most runs have none of."""
    tail = stats.lognorm(np.log(72 / 16) / stats.norm.ppf(0.9), scale=16)
    plain = {
        "normal": stats.norm(5, 2),
        "exponential": stats.expon(),
        "restoration, median 16 h, P90 72 h": tail,
        "whole days, Poisson of mean 3": stats.poisson(3),
    }
    named = [Law(name, float(law.mean()), law.ppf) for name, law in plain.items()]
    return [*named, *(seldom(share) for share in (0.5, 0.22, 0.06))]


def held(pair: tuple[Floats, Floats], truth: float) -> str:
    """In how many of 100 experiments the interval holds the truth."""
    estimate, error = pair
    return f"{100 * np.mean(np.abs(estimate - truth) <= Z95 * error + 1e-9):.1f}"


def draws(law: Law, shape: tuple[int, int], sampling: str) -> Floats:
    """One column per experiment."""
    random = np.random.default_rng(42)
    if sampling == "random":
        return np.asarray(law.ppf(random.random(shape)), float)
    cubes = [latin(random, shape[0]) for _ in range(shape[1])]
    return np.ascontiguousarray(np.asarray(law.ppf(np.array(cubes)), float).T)


def coverage(*, quick: bool = False) -> list[Section]:
    """Intervals of runs as many as asked for."""
    trials = 300 if quick else 5000
    sections = []
    for sampling, sizes in (("random", (100, 200, 1000)), ("latin-hypercube", (512, 1000, 2000))):
        by = estimators(sampling)
        lines = [
            [
                law.name,
                f"{runs:,}",
                held(by.mean(values), law.mean),
                *(
                    held(found, float(law.ppf(q)))
                    for q, found in zip(
                        QUANTILES, by.quantiles(values, [Asked(q) for q in QUANTILES]), strict=True
                    )
                ),
            ]
            for law in laws()
            for runs in sizes
            for values in (draws(law, (runs, trials), sampling),)
        ]
        text = (
            f"Runs drawn by `{sampling}` from distributions whose mean and quantiles are known, "
            f"{trials:,} experiments each: in how many of 100 the interval of 1.96 standard "
            "errors holds the truth. Nominal is 95; figures here are good to "
            f"{196 * np.sqrt(0.95 * 0.05 / trials):.1f}."
        )
        if sampling != "random":
            text += " Each law is a single source by itself, the hardest case for a long tail."
        head = ["what is drawn", "runs", "mean", "P50", "P80", "P95"]
        sections.append(Section(f"Means and quantiles, {sampling}", text, head, lines))
    random = np.random.default_rng(3)
    shares = (0.002, 0.02, 0.1, 0.5, 0.9)
    lines = [
        [
            f"{runs:,}",
            *(held(chance(random.random((runs, trials)) < share), share) for share in shares),
        ]
        for runs in (25, 100, 1000)
    ]
    text = "The same for the chance of something, by how large it truly is."
    sections.append(
        Section("Chances", text, ["runs", *(f"{100 * share:g} %" for share in shares)], lines)
    )
    return sections


def paired(*, quick: bool = False) -> list[Section]:
    """Errors of a difference on the same random numbers, and on others."""
    trials = 300 if quick else 5000
    random, shape = np.random.default_rng(8), (500, trials)
    shared = random.normal(100, 10, shape)
    late = shared + random.exponential(2, shape)
    other = random.normal(100, 10, shape)
    same, apart = mean(late - shared), mean(late - other)
    lines = [
        ["same numbers, error of the differences", held(same, 2.0), f"{same[1].mean():.3f}"],
        ["same numbers, as if they were others",
         held((same[0], np.hypot(mean(late)[1], mean(shared)[1])), 2.0),
         f"{np.hypot(mean(late)[1], mean(shared)[1]).mean():.3f}"],
        ["other numbers", held(apart, 2.0), f"{apart[1].mean():.3f}"],
    ]  # fmt: skip
    text = (
        "A finish that varies by 10 days, an incident that adds 2 on average, 500 runs: how often "
        "the interval of the mean delay holds the truth, and its standard error in days."
    )
    return [Section("Paired differences", text, ["runs on", "held", "error"], lines)]


def stopped(column: Floats, q: float, within: float) -> tuple[int, float, float]:
    """Add runs by the rule of `simulate` until the interval is narrow."""
    runs = FIRST
    while True:
        estimate, error = quantile(column[:runs, None], q)
        short = Z95 * error[0] / within
        if short <= 1 or runs == len(column):
            return runs, float(estimate[0]), float(error[0])
        runs = next_runs(runs, short, len(column))


def stopping(*, quick: bool = False) -> list[Section]:
    """Intervals of runs that were added until P80 was known well enough."""
    trials = 50 if quick else 1000
    lines = []
    for law in laws():
        values = draws(law, (MOST, trials), "random")
        truth = float(law.ppf(0.8))
        for want in (700, 1500, 5000):
            within = Z95 * float(np.median(quantile(values[:want], 0.8)[1]))
            if within == 0:
                continue
            found = np.array([stopped(column, 0.8, within) for column in values.T])
            off = np.abs(found[:, 1] - truth)
            lines.append(
                [
                    law.name,
                    f"{want:,}",
                    f"{np.median(found[:, 0]):,.0f}",
                    f"{100 * np.mean(off <= Z95 * found[:, 2] + 1e-9):.1f}",
                    f"{100 * np.mean(off <= within + 1e-9):.1f}",
                ]
            )
    text = (
        f'`until="p80"`: {FIRST} runs, then more until the interval of P80 reaches no further '
        "than a tolerance to either side. The tolerance is what the runs in the second column "
        f"give at the median; at most {MOST:,} runs; {trials:,} experiments each. Looking again "
        "and again could spoil the coverage; errors that are rather too large, and few looks far "
        "apart, keep it."
    )
    head = ["what is drawn", "runs that suffice", "runs made", "held", "within the tolerance"]
    return [Section("Stopping when P80 is known", text, head, lines)]
