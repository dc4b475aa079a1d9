"""Kaplan-Meier and draws from it, against a textbook and figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from svcimpact.incident.survival import OBSERVED, Steps, kaplan_meier

# Weeks in remission under 6-MP, + still in remission: Freireich and others (1963), as tabled by
# Cox and Oakes, Analysis of Survival Data (1984), p. 8; their Kaplan-Meier estimate beside it.
REMISSION = [
    "6", "6", "6", "6+", "7", "9+", "10", "10+", "11+", "13", "16", "17+", "19+", "20+", "22",
    "23", "25+", "32+", "32+", "34+", "35+",
]  # fmt: skip
WEEKS = np.array([float(text.rstrip("+")) for text in REMISSION])
STILL = np.array([text.endswith("+") for text in REMISSION])
TABLED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


def test_kaplan_meier_against_the_remission_times() -> None:
    """The estimate is the tabled one to its three decimals, with the tabled numbers at risk."""
    found = kaplan_meier(WEEKS, STILL)
    assert found["hours"].tolist() == list(TABLED)
    assert found["survival"].round(3).tolist() == list(TABLED.values())
    assert found["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert found["closed"].tolist() == [3, 1, 1, 1, 1, 1, 1]


def test_band_against_greenwood_by_hand() -> None:
    """The band is Greenwood's on the scale of log(-log S), worked out with its own formula."""
    found = kaplan_meier(WEEKS, STILL, confidence=0.95)
    share, risk, closed = (found[c].to_numpy() for c in ("survival", "at_risk", "closed"))
    variance = np.cumsum(closed / (risk * (risk - closed)))
    reach = 1.959963984540054 * np.sqrt(variance) / np.abs(np.log(share))
    np.testing.assert_allclose(found["survival_low"], share ** np.exp(reach), rtol=1e-9)
    np.testing.assert_allclose(found["survival_high"], share ** np.exp(-reach), rtol=1e-9)


def test_nothing_restored_is_nothing_seen() -> None:
    """A log of open incidents alone has no row."""
    found = kaplan_meier(np.array([3.0, 4]), np.array([True, True]))
    assert found.empty
    assert tuple(found.columns) == OBSERVED


def test_steps_are_kaplan_meier_with_the_rest_at_the_longest() -> None:
    """Shares left over when the log ends are put at its longest length, open or not."""
    law = Steps.of(WEEKS, STILL)
    np.testing.assert_allclose(law.sf(np.array(list(TABLED))), list(TABLED.values()), atol=5e-4)
    assert law.hours[-1] == 35
    assert law.sf(34.9) == pytest.approx(0.448, abs=5e-4)
    assert law.sf(35.0) == 0
    assert law.sf(5.99) == 1


def test_draws_from_steps_by_hand() -> None:
    """Of 1, 2, 2+ and 5 hours: S is 3/4, then 1/2, then 0; quantiles are the steps' lengths."""
    law = Steps.of(np.array([1.0, 2, 2, 5]), np.array([False, False, True, False]))
    assert law.survival == (0.75, 0.5, 0.0)
    share = np.array([0, 0.25, 0.26, 0.5, 0.51, 0.999])
    assert law.ppf(share).tolist() == [1, 1, 2, 2, 5, 5]
    assert law.isf(1 - share).tolist() == [1, 1, 2, 2, 5, 5]
    assert law.isf(np.array([0.0])).tolist() == [5]


def test_a_log_still_open_throughout_is_its_longest() -> None:
    """With nothing restored, the only length there is is the longest seen so far."""
    law = Steps.of(np.array([3.0, 4]), np.array([True, True]))
    assert law == Steps((4.0,), (0.0,))


def test_draws_without_open_incidents_are_the_log_again() -> None:
    """Each length of a fully restored log is drawn as often as it stands there."""
    hours = np.array([4.0, 1, 1, 9, 30])
    law = Steps.of(hours, np.zeros(5, bool))
    drawn = law.ppf((np.arange(1000) + 0.5) / 1000)
    lengths, counts = np.unique(drawn, return_counts=True)
    assert lengths.tolist() == [1, 4, 9, 30]
    assert counts.tolist() == [400, 200, 200, 200]
