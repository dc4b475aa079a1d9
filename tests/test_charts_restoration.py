"""Charts of restoration times say what the tables say, and collide nowhere."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawn import assert_readable, labels, title
from scipy import stats

from svcimpact import charts
from svcimpact.incident.restoration_times import RestorationTimes, restoration_times

mpl.use("Agg")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@cache
def found(services: int = 3, name: str = "Service", each: int = 12) -> RestorationTimes:
    """Return restoration times of so many services, each with its own incidents."""
    rng = np.random.default_rng(services)
    count = services * each
    hours = stats.lognorm(1.2, scale=5.0).rvs(count, random_state=rng)
    opened = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(count) * 9, unit="h")
    log = pd.DataFrame(
        {
            "incident": [f"I{i}" for i in range(count)],
            "service": [f"{name} {i // each + 1}" for i in range(count)],
            "severity": [1 + (i // each) % 3 for i in range(count)],
            "opened": opened,
            "restored": opened + pd.to_timedelta(hours, unit="h"),
        }
    )
    log.loc[count - 1, "restored"] = pd.NaT
    return restoration_times(log, resamples=9)


def drawings(times: RestorationTimes, elapsed: float = 6.0) -> list:
    ahead = times.forecast(elapsed)
    return [
        charts.restoration(times),
        charts.restoration_fit(times),
        charts.restoration_quantiles(times),
        charts.restoration_forecast(ahead),
    ]


@pytest.mark.parametrize("services", [1, 3, 60])
def test_nothing_collides_at_any_size(services: int) -> None:
    """One service or sixty: every text stands free and inside the picture."""
    for ax in drawings(found(services)):
        assert_readable(ax)


def test_nothing_collides_with_long_and_hostile_names() -> None:
    """Dollars, markup and a hundred characters are drawn as they are, and fit."""
    times = found(4, "Cost $5 and $6 <script> " + "w" * 90)
    for ax in drawings(times):
        assert_readable(ax)
    assert any(
        "$5 and $6" in text.replace(r"\$", "$") for text in labels(charts.restoration(times))
    )


@pytest.mark.parametrize("elapsed", [0.0, 0.2, 300.0])
def test_nothing_collides_whenever_it_is_asked(elapsed: float) -> None:
    """At the strike, minutes later, and long after anything in the log."""
    for name in ("best", "empirical"):
        ax = charts.restoration_forecast(found().forecast(elapsed, distribution=name))
        assert_readable(ax)


def test_nothing_collides_beside_others() -> None:
    """On axes of the user's own, four to a figure, the charts draw and return those axes."""
    figure, grid = plt.subplots(2, 2, figsize=(16, 12), layout="constrained")
    times = found()
    for ax, draw in zip(
        grid.ravel(),
        (charts.restoration, charts.restoration_fit, charts.restoration_quantiles),
        strict=False,
    ):
        assert draw(times, ax=ax) is ax
    assert charts.restoration_forecast(times.forecast(3), ax=grid[1, 1]) is grid[1, 1]
    assert figure.axes == list(grid.ravel())


def test_groups_are_those_of_the_table() -> None:
    """Bars reach from P50 to P80 to P95 of the table, in its words and numbers."""
    times = found()
    ax = charts.restoration(times)
    groups = times.groups
    assert labels(ax)[0] == "All incidents: 35 + 1 open"
    assert labels(ax)[1] == "All services, severity 1: 12"
    row = groups[(groups["service"] == "") & (groups["severity"] == 1)].iloc[0]
    thick, thin = ax.collections[1], ax.collections[0]
    np.testing.assert_allclose(
        thick.get_segments()[1], [[row["median_hours"], 1], [row["p80_hours"], 1]]
    )
    np.testing.assert_allclose(
        thin.get_segments()[1], [[row["p80_hours"], 1], [row["p95_hours"], 1]]
    )
    assert title(ax).startswith("Half of our severity 1 incidents are over within ")


def test_the_fit_is_drawn_beside_what_was_seen() -> None:
    """Steps are Kaplan-Meier, lines the fitted survival; the title gives the largest distance."""
    times = found()
    ax = charts.restoration_fit(times)
    steps = ax.lines[0]
    np.testing.assert_allclose(steps.get_ydata()[1:-1], times.observed["survival"])
    line = ax.lines[1]
    np.testing.assert_allclose(
        line.get_ydata(), times.survival(np.asarray(line.get_xdata()), "lognormal")
    )
    far = 100 * times.fits["ks_distance"].iloc[0]
    assert title(ax).endswith(f"it misses what was seen by at most {far:.0f} points")


def test_quantiles_are_the_table() -> None:
    """Each mark is one row: fitted across, seen upwards."""
    times = found()
    ax = charts.restoration_quantiles(times)
    drawn = next(line for line in ax.lines if line.get_marker() == "o")
    np.testing.assert_allclose(drawn.get_xdata(), times.quantiles["lognormal_hours"])
    np.testing.assert_allclose(drawn.get_ydata(), times.quantiles["observed_hours"])


def test_the_forecast_marks_its_quantiles() -> None:
    """P50, P80 and P95 stand on the curve at a half, a fifth and a twentieth."""
    ahead = found().forecast(2)
    ax = charts.restoration_forecast(ahead)
    unit = 24.0 if ahead.remaining["p95_hours"].iloc[0] > 72 else 1.0
    marks = [line for line in ax.lines if line.get_marker() == "o"]
    told = [(float(m.get_xdata()[0]) * unit, float(m.get_ydata()[0])) for m in marks]
    row = ahead.remaining.iloc[0]
    assert told == [
        pytest.approx(pair)
        for pair in zip(row[["p50_hours", "p80_hours", "p95_hours"]], (0.5, 0.2, 0.05), strict=True)
    ]
    assert title(ax).startswith("After 2 hours: half are over within ")


def test_a_forecast_of_what_nobody_has_seen_says_so() -> None:
    """Beyond the longest the empirical chart is words alone."""
    ax = charts.restoration_forecast(found().forecast(5000, distribution="empirical"))
    assert title(ax) == "The log holds nothing as long as 208 days"
    assert not ax.lines


def test_what_the_log_does_not_hold_is_not_in_the_key() -> None:
    """After longer than anything in the log, the empirical curve is neither drawn nor named."""
    ax = charts.restoration_forecast(found().forecast(5000))
    named = [text.get_text() for text in ax.get_legend().get_texts()]
    assert "empirical" not in named
    assert {"lognormal", "weibull", "gamma"} < set(named)


def test_verdicts() -> None:
    """A bad fit and a near tie are in the title."""
    times = found()
    for p, apart, verdict in (
        (0.01, 9.0, ", and badly"),
        (0.5, 0.4, ", by a whisker"),
        (0.5, 9.0, ""),
    ):
        fits = times.fits.assign(ks_p=p, aic_difference=[0.0, apart, 20.0, np.nan])
        shown = SimpleNamespace(
            fits=fits, observed=times.observed, quantiles=times.quantiles, best=times.best,
            survival=times.survival, confidence=0.9, closed=35, still_open=1, pool="all incidents",
        )  # fmt: skip
        said = title(charts.restoration_fit(shown))
        assert said.startswith(f"{times.best.capitalize()} fits best{verdict}: ")
