"""What is left of an incident, against closed forms, a numeric integral and by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from svcimpact.incident.forecast import Forecast, forecast, left, span
from svcimpact.incident.goodness import Fitted
from svcimpact.incident.restoration import Restoration
from svcimpact.incident.survival import Steps

SHARES = np.array([0.5, 0.8, 0.95])


def alone(law: Restoration, *again: Restoration) -> dict[str, Fitted]:
    return {law.distribution: Fitted(law, again, 0.1, np.zeros(0))}


def ahead(law: Restoration, elapsed: float, *again: Restoration, longest: float = 99) -> Forecast:
    return forecast(
        alone(law, *again), elapsed, distribution=law.distribution, confidence=0.9,
        longest_hours=longest,
    )  # fmt: skip


@pytest.mark.parametrize("elapsed", [0.0, 6.0, 500.0])
def test_the_exponential_forgets(elapsed: float) -> None:
    """A Weibull of shape 1 has the same time left whenever it is asked: -mean ln(1 - share)."""
    law = Restoration("weibull", 1.0, 10.0)
    row = ahead(law, elapsed).remaining.iloc[0]
    told = row[["p50_hours", "p80_hours", "p95_hours"]].tolist()
    assert told == pytest.approx((-10 * np.log(1 - SHARES)).tolist(), rel=1e-9)
    assert row["lasts_as_long"] == pytest.approx(np.exp(-elapsed / 10))


@pytest.mark.parametrize("elapsed", [1.0, 6.0, 60.0])
def test_the_weibull_against_its_closed_form(elapsed: float) -> None:
    """``(x^k - s^k ln(1 - p))^(1/k) - x`` is left, by solving ``S(x + r) = (1 - p) S(x)``."""
    shape, scale = 0.6, 12.0
    law = Restoration("weibull", shape, scale)
    expected = (elapsed**shape - scale**shape * np.log(1 - SHARES)) ** (1 / shape) - elapsed
    np.testing.assert_allclose(left(replace(law, elapsed_hours=elapsed), SHARES), expected)


def test_the_lognormal_against_a_numeric_integral() -> None:
    """The density is integrated beyond six hours; the root of the share is where P80 is left."""
    law = Restoration("lognormal", 1.3, 5.0)
    density = stats.lognorm(1.3, scale=5.0).pdf

    def over(hours: float) -> float:
        return 1 - integrate.quad(density, 0, hours, limit=500, epsabs=1e-12)[0]

    found = ahead(law, 6.0).remaining.iloc[0]
    for column, share in zip(("p50_hours", "p80_hours", "p95_hours"), SHARES, strict=True):
        root = optimize.brentq(lambda r, s=share: over(6 + r) - (1 - s) * over(6), 0, 500)
        assert found[column] == pytest.approx(root, rel=1e-6)


def test_the_curve_is_the_conditional_survival() -> None:
    """At every moment of the curve ``S(x + r) / S(x)``, from 1 at once to a hundredth."""
    law = Restoration("gamma", 0.7, 20.0)
    curve = ahead(law, 8.0).curve
    model = stats.gamma(0.7, scale=20.0)
    np.testing.assert_allclose(curve["survival"], model.sf(curve["hours"]) / model.sf(8.0))
    assert (curve["hours"] - curve["more_hours"]).tolist() == pytest.approx([8.0] * 201)
    assert curve["survival"].iloc[0] == 1
    assert curve["survival"].iloc[-1] == pytest.approx(0.01, rel=1e-6)


def test_the_empirical_one_by_hand() -> None:
    """Of 1, 3, 5, 9 and 20 hours, after 4: 5, 9 and 20 are left, a third each."""
    steps = Steps.of(np.array([1.0, 3, 5, 9, 20]), np.zeros(5, bool))
    law = Restoration("empirical", 0.0, 5.0, steps=steps)
    found = ahead(law, 4.0, longest=20).remaining.iloc[0]
    assert found["lasts_as_long"] == pytest.approx(0.6)
    assert [found[c] for c in ("p50_hours", "p80_hours", "p95_hours")] == [5, 16, 16]
    assert left(replace(law, elapsed_hours=4.0), np.array([0.3])).tolist() == [1]


def test_beyond_the_longest_the_log_says_nothing() -> None:
    """An empirical forecast of what lasts longer than everything is not a number, and says so."""
    steps = Steps.of(np.array([1.0, 3, 20]), np.zeros(3, bool))
    law = Restoration("empirical", 0.0, 3.0, steps=steps)
    fitted = {**alone(law), **alone(Restoration("lognormal", 1.0, 3.0))}
    found = forecast(fitted, 20.0, distribution="empirical", confidence=0.9, longest_hours=20)
    assert np.isnan(found.remaining["p50_hours"].iloc[0])
    assert found.remaining["p50_hours"].iloc[1] > 0
    assert found.sentences() == [
        "Nothing in the log lasted longer than 20 hours, so the log itself says nothing about an "
        "incident that has lasted 20 hours."
    ]


def test_limits_are_those_of_the_refits() -> None:
    """Nine refits of means 1 to 9: their middle 90 % by linear interpolation."""
    again = [Restoration("weibull", 1.0, float(mean)) for mean in range(1, 10)]
    found = ahead(Restoration("weibull", 1.0, 5.0), 3.0, *again).remaining.iloc[0]
    assert found["p50_hours_low"] == pytest.approx(1.4 * np.log(2))
    assert found["p50_hours_high"] == pytest.approx(8.6 * np.log(2))


def test_words() -> None:
    """Begin, forecast, limits and the warning of a tail that nobody has seen."""
    law = replace(Restoration("weibull", 1.0, 10.0), source="fitted to 12 closed and 1 open: all")
    assert ahead(law, 0.0).sentences() == [
        "When it strikes, half are over within 6.9 hours, four in five within 16 hours, nineteen "
        "in twenty within 30 hours (weibull, fitted to 12 closed and 1 open: all)."
    ]
    again = [Restoration("weibull", 1.0, mean) for mean in (8.0, 12.0)]
    assert ahead(law, 120.0, *again).sentences() == [
        "After 5 days, half are over within 6.9 hours more, four in five within 16 hours, nineteen "
        "in twenty within 30 hours (weibull, fitted to 12 closed and 1 open: all). For want of "
        "more incidents, the second of these may lie from 13 hours to 19 hours "
        "(90\N{NO-BREAK SPACE}% confidence).",
        "No restored incident in the log lasted longer than 4.1 days: this is the tail of the "
        "fitted curve, with nothing behind it that was seen.",
    ]
    assert repr(ahead(law, 6.0)).splitlines()[0] == "Forecast after 6 h"
    assert "within 6.9 hours more" in ahead(law, 6.0)._repr_html_()


@pytest.mark.parametrize(
    ("hours", "text"),
    [(0.001, "1 minute"), (1.5, "90 minutes"), (1.96, "2 hours"), (9.96, "10 hours"),
     (71.9, "72 hours"), (72, "3 days"), (2400, "100 days"), (24 * 1234, "1,234 days")],
)  # fmt: skip
def test_lengths_as_people_say_them(hours: float, text: str) -> None:
    """Minutes, hours and days, with two digits."""
    assert span(hours) == text
