"""How much longer an incident lasts that has lasted so long."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.incident.goodness import Fitted, limits
from svcimpact.incident.restoration import Restoration
from svcimpact.wording import chance

Floats = NDArray[np.float64]

LEFT = {"p50_hours": 0.5, "p80_hours": 0.8, "p95_hours": 0.95}
_POINTS = 200
# The curve is drawn until so few incidents are left.
_LAST = 0.01


@dataclass(frozen=True, eq=False, repr=False)
class Forecast:
    """How much longer an incident lasts that has lasted so long.

    Attributes
    ----------
    elapsed_hours : float
        How long it has lasted, hours around the clock.
    distribution : str
        The one the sentences and the curve's first rows are of.
    remaining : pandas.DataFrame
        One row per distribution, the chosen first: `distribution`, `chosen`, `lasts_as_long`
        (share of all incidents that last longer than the elapsed time), and the hours still to
        come, `p50_hours`, `p80_hours`, `p95_hours`, each with `_low` and `_high`, between which
        it lies for a log like this one with the stated confidence. NaN where the log holds
        nothing as long.
    curve : pandas.DataFrame
        One row per distribution and moment: `distribution`, `hours` (from the strike),
        `more_hours` (from now), `survival` (chance that it is still not restored then),
        `survival_low`, `survival_high`.
    confidence : float
        Of the limits.
    longest_hours : float
        The longest restored incident among those fitted to.
    source : str
        What the fit rests on.
    """

    elapsed_hours: float
    distribution: str
    remaining: pd.DataFrame
    curve: pd.DataFrame
    confidence: float
    longest_hours: float
    source: str

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, as they are written."""
        return {"remaining": self.remaining, "curve": self.curve}

    def sentences(self) -> list[str]:
        """Return the forecast in words.

        Returns
        -------
        list of str
            Plain text, unescaped.
        """
        row = self.remaining.iloc[0]
        if np.isnan(row["p50_hours"]):
            return [
                f"Nothing in the log lasted longer than {span(self.longest_hours)}, so the log "
                f"itself says nothing about an incident that has lasted {span(self.elapsed_hours)}."
            ]
        more = [span(float(row[column])) for column in LEFT]
        band = ""
        if np.isfinite(row["p80_hours_low"]):
            low, high = span(float(row["p80_hours_low"])), span(float(row["p80_hours_high"]))
            band = (
                f" For want of more incidents, the second of these may lie from {low} to {high} "
                f"({chance(self.confidence)} confidence)."
            )
        begin = "When it strikes," if self.elapsed_hours == 0 else (
            f"After {span(self.elapsed_hours)},"
        )  # fmt: skip
        word = "" if self.elapsed_hours == 0 else " more"
        said = [
            f"{begin} half are over within {more[0]}{word}, four in five within {more[1]}, "
            f"nineteen in twenty within {more[2]} ({self.distribution}, {self.source}).{band}"
        ]
        if self.elapsed_hours >= self.longest_hours:
            said.append(
                f"No restored incident in the log lasted longer than {span(self.longest_hours)}: "
                "this is the tail of the fitted curve, with nothing behind it that was seen."
            )
        return said

    def __repr__(self) -> str:
        return "\n  ".join([f"Forecast after {self.elapsed_hours:g} h", *self.sentences()])

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(line)}</p>" for line in self.sentences())
        columns = ["distribution", "lasts_as_long", *LEFT]
        return f"<div>{said}{self.remaining[columns].round(2).to_html(index=False)}</div>"


def span(hours: float) -> str:
    """Return a length of time as people say it.

    Parameters
    ----------
    hours : float
        Hours around the clock.

    Returns
    -------
    str
        Minutes under two hours, hours under three days, days beyond.

    Examples
    --------
    >>> [span(x) for x in (0.25, 1.0, 6, 7.62, 30.2, 100)]
    ['15 minutes', '60 minutes', '6 hours', '7.6 hours', '30 hours', '4.2 days']
    """
    if hours < 1.95:
        count = max(round(hours * 60), 1)
        return f"{count} minute{'s' * (count != 1)}"
    if hours < 72:
        return f"{_two_digits(hours)} hours"
    return f"{_two_digits(hours / 24)} days"


def _two_digits(value: float) -> str:
    text = f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"
    return text.removesuffix(".0")


def forecast(
    fitted: dict[str, Fitted],
    elapsed_hours: float,
    *,
    distribution: str,
    confidence: float,
    longest_hours: float,
) -> Forecast:
    """Return how much longer an incident lasts, given how long it has lasted.

    Parameters
    ----------
    fitted : dict of str to Fitted
        As `svcimpact.incident.goodness.fit_all` returns it.
    elapsed_hours : float
        Hours around the clock since the strike.
    distribution : str
        The one that the finding is told of.
    confidence : float
        Of the limits.
    longest_hours : float
        The longest restored incident.

    Returns
    -------
    Forecast
        Quantiles and curve of what is left.

    Notes
    -----
    The forecast is conditional on having lasted `x` hours: ``P(T > t | T > x) = S(t) / S(x)``.
    What is left at the P80 is the `r` for which ``S(x + r) = 0.2 S(x)``.
    """
    order = [distribution, *(name for name in fitted if name != distribution)]
    given = {
        name: (
            replace(fitted[name].restoration, elapsed_hours=elapsed_hours),
            [replace(law, elapsed_hours=elapsed_hours) for law in fitted[name].refits],
        )
        for name in order
    }
    rows = []
    for name, (law, again) in given.items():
        row: dict[str, object] = {"distribution": name, "chosen": name == distribution}
        row["lasts_as_long"] = float(fitted[name].restoration.survival(elapsed_hours))
        shares = np.array(list(LEFT.values()))
        told = left(law, shares)
        others = np.array([left(other, shares) for other in again]).reshape(-1, len(shares))
        low, high = limits(others[np.isfinite(others).all(axis=1)], confidence)
        for at, column in enumerate(LEFT):
            row[column] = told[at]
            row[f"{column}_low"] = low[at] if np.isfinite(told[at]) else np.nan
            row[f"{column}_high"] = high[at] if np.isfinite(told[at]) else np.nan
        rows.append(row)
    remaining = pd.DataFrame(rows)
    ends = [_end(law, elapsed_hours) for law, _ in given.values()]
    until = max(ends[0], float(np.nanmedian(ends))) if np.isfinite(ends[0]) else np.nanmax(ends)
    more = np.linspace(0.0, until, _POINTS + 1)
    curves = []
    for name, (law, again) in given.items():
        survival = law.survival(elapsed_hours + more)
        spread = np.array([other.survival(elapsed_hours + more) for other in again])
        spread = spread.reshape(-1, len(more))
        low, high = limits(spread[np.isfinite(spread).all(axis=1)], confidence)
        columns = {"hours": elapsed_hours + more, "more_hours": more, "survival": survival}
        curve = pd.DataFrame({**columns, "survival_low": low, "survival_high": high})
        curve.insert(0, "distribution", name)
        curves.append(curve)
    law = fitted[distribution].restoration
    return Forecast(
        elapsed_hours=float(elapsed_hours),
        distribution=distribution,
        remaining=remaining,
        curve=pd.concat(curves, ignore_index=True),
        confidence=confidence,
        longest_hours=longest_hours,
        source=law.source,
    )


def left(law: Restoration, share: Floats) -> Floats:
    """Return the hours still to come that so many of such incidents need at most.

    Parameters
    ----------
    law : Restoration
        With its `elapsed_hours`.
    share : ndarray of float
        From 0 to 1.

    Returns
    -------
    ndarray of float
        Hours from now; NaN where the log says nothing of incidents that lasted as long.

    Examples
    --------
    >>> from svcimpact.incident.restoration import from_quantiles
    >>> memoryless = from_quantiles(10 * np.log(2), 10 * np.log(10), distribution="weibull")
    >>> left(replace(memoryless, elapsed_hours=6.0), np.array([0.5])) / np.log(2)
    array([10.])
    """
    x = law.elapsed_hours
    if law.steps is not None and x >= law.steps.hours[-1]:
        return np.full(len(share), np.nan)
    return law.draw(share) - x


def _end(law: Restoration, elapsed_hours: float) -> float:
    """Return until when a curve is worth drawing, hours from now."""
    return float(left(replace(law, elapsed_hours=elapsed_hours), np.array([1 - _LAST]))[0])
