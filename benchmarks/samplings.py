"""What ways of drawing runs other than at random gain on the embedded example."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats
from scipy.stats import qmc
from section import Section

import svcimpact as si
from svcimpact.incident import draws
from svcimpact.incident.scenario import RandomIncidents

Floats = NDArray[np.float64]
EXAMPLE = Path(__file__).parents[1] / "data" / "meridian"
FIGURES = ("mean delay", "P80 of delay", "mean finish", "P80 of finish", "chance late")
RUNS = 512
# Less than that, in days, is nothing.
LEAST = 1e-6


class Inverse:
    """Stands in for a stream: whatever is drawn is the inverse of given uniforms."""

    def __init__(self, uniforms: Callable[[int], Floats]) -> None:
        self.random = uniforms

    def beta(self, a: float, b: float, runs: int) -> Floats:
        """As `numpy.random.Generator.beta`."""
        at = np.linspace(0.0, 1.0, 1025)
        return np.interp(self.random(runs), special.betainc(a, b, at), at)

    def poisson(self, expected: float, runs: int) -> NDArray[np.int64]:
        """As `numpy.random.Generator.poisson`."""
        return np.asarray(stats.poisson.ppf(self.random(runs), expected)).astype(np.int64)


def antithetic(stream: Callable[..., np.random.Generator], _seed: int) -> Callable[..., Inverse]:
    """Every second run has 1 - u where the one before has u."""

    def named(seed: int, *names: object) -> Inverse:
        random = stream(seed, *names)

        def uniforms(runs: int) -> Floats:
            half = random.random(-(-runs // 2))
            both = np.stack([half, 1 - half], axis=1).ravel()[:runs]
            return np.clip(both, 1e-16, 1 - 1e-16)

        return Inverse(uniforms)

    return named


def sobol(stream: Callable[..., np.random.Generator], seed: int) -> Callable[..., Inverse]:
    """One scrambled Sobol sequence, a dimension for every source that draws once a run."""
    points = qmc.Sobol(256, rng=np.random.default_rng(seed)).random(RUNS)
    columns = itertools.count()

    def named(seed: int, *names: object) -> Inverse:
        random = stream(seed, *names)

        def uniforms(runs: int) -> Floats:
            # When and how long random incidents are is drawn as often as they come.
            return points[:, next(columns)] if runs == RUNS else random.random(runs)

        return Inverse(uniforms)

    return named


WAYS: dict[str, tuple[str, Any]] = {
    "random": ("random", None),
    "antithetic pairs": ("random", antithetic),
    "Latin hypercube in blocks of 64": ("latin-hypercube", None),
    "scrambled Sobol": ("random", sobol),
}


def figures(portfolio: si.Portfolio, scenario: si.Scenario, way: str, seed: int) -> pd.Series:
    """Simulate once; give every figure of every project."""
    sampling, stand_in = WAYS[way]
    told: dict[str, Any] = {"runs": RUNS, "seed": seed, "sampling": sampling}
    if stand_in is None:
        outcome = si.simulate(portfolio, scenario, **told)
    else:
        with patch.object(draws, "stream", stand_in(draws.stream, seed)):
            outcome = si.simulate(portfolio, scenario, **told)
    late = outcome.project_finish / outcome.hours_per_day
    delay = late - outcome.levelled.project_finish / outcome.hours_per_day
    found = pd.DataFrame(
        {
            "mean delay": delay.mean(),
            "P80 of delay": delay.quantile(0.8),
            "mean finish": late.mean(),
            "P80 of finish": late.quantile(0.8),
            "chance late": outcome.projects.set_index("project")["chance_late"],
        }
    )
    return found.melt(ignore_index=False).set_index("variable", append=True)["value"]


def scenarios() -> dict[str, si.Scenario]:
    """Payments fails; and a year of random incidents."""
    stated = si.Scenario.read(EXAMPLE / "payments-down.toml")
    rates = {"payments": 2.0, "card-processing": 3.0, "mobile-app": 4.0, "identity": 1.0}
    year = RandomIncidents(
        250, rates=rates, median_hours=16, p90_hours=72, aftermath_hours=40, aftermath_share=0.25
    )
    return {
        "Payments fails for an uncertain time": stated,
        "A year of random incidents": replace(stated, incidents=(), random_incidents=year),
    }


def gains(*, quick: bool = False) -> list[Section]:
    """How many times as many random runs give the same variance."""
    portfolio = si.read(EXAMPLE)
    seeds = range(6 if quick else 200)
    sections = []
    for title, scenario in scenarios().items():
        spread, seconds = {}, {}
        for way in WAYS:
            figures(portfolio, scenario, way, 0)
            began = time.process_time()
            found = [figures(portfolio, scenario, way, seed) for seed in seeds]
            seconds[way] = time.process_time() - began
            spread[way] = pd.concat(found, axis=1).var(axis=1)
        lines = []
        for way in WAYS:
            line = [way]
            for figure in FIGURES:
                random, this = (spread[w].xs(figure, level=1) for w in ("random", way))
                known = random > LEAST
                ratio = (random / this)[known]
                low, middle, high = ratio.quantile([0.25, 0.5, 0.75])
                line.append("1" if way == "random" else f"{middle:.1f} ({low:.1f} to {high:.1f})")
            lines.append([*line, f"{seconds[way] / seconds['random']:.2f}"])
        uncertain = int(portfolio.tasks["optimistic_days"].notna().sum())
        text = (
            f"The variance over {len(seeds)} seeds of {RUNS} random runs, over that of as many "
            f"runs drawn otherwise: the median over projects, with quartiles. {uncertain} of "
            f"{len(portfolio.tasks)} tasks have an uncertain duration. A ratio of 2 is worth "
            "twice as many runs. A single ratio is good to about "
            f"{100 * 1.96 * 2 / np.sqrt(len(seeds) - 1):.0f} %."
        )
        sections.append(Section(title, text, ["drawn", *FIGURES, "CPU"], lines))
    return sections
