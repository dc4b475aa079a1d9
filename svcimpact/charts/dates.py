"""Date axes: where moments stand, and few, round, readable ticks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, Formatter

from svcimpact.charts.fonts import fonts
from svcimpact.charts.letters import LABEL
from svcimpact.wording import MONTHS

FloatArray: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def positions(when: pd.Series) -> FloatArray:
    """Return where moments stand on a date axis.

    Parameters
    ----------
    when : pandas.Series
        The moments; NaT becomes NaN.

    Returns
    -------
    numpy.ndarray
        Their coordinates.
    """
    return np.asarray(mdates.date2num(when.to_numpy()), dtype=np.float64)  # type: ignore[no-untyped-call]


def position(when: pd.Timestamp) -> float:
    """Return where one moment stands on a date axis.

    Parameters
    ----------
    when : pandas.Timestamp
        The moment.

    Returns
    -------
    float
        Its coordinate.
    """
    return float(mdates.date2num(when.to_datetime64()))  # type: ignore[no-untyped-call]


def moment(where: float) -> pd.Timestamp:
    """Return the moment at a place on a date axis.

    Parameters
    ----------
    where : float
        The coordinate.

    Returns
    -------
    pandas.Timestamp
        The moment, without a time zone.
    """
    return pd.Timestamp(mdates.num2date(where)).tz_localize(None)  # type: ignore[no-untyped-call]


class DateLabels(Formatter):
    """Label ticks with day and month, and the year where it is new."""

    def __init__(self, *, months: bool) -> None:
        self.months = months

    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002 (matplotlib's signature)
        """Label one position."""
        return self.format_ticks([x])[0]

    def _label(self, when: pd.Timestamp, before: pd.Timestamp | None) -> str:
        month = MONTHS[when.month - 1][:3]
        text = month if self.months else f"{when.day} {month}"
        return text if before is not None and before.year == when.year else f"{text}\n{when.year}"

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Label all ticks, each year named once."""
        days = [pd.Timestamp(day) for day in mdates.num2date(values)]  # type: ignore[no-untyped-call]
        return [self._label(d, b) for d, b in zip(days, [None, *days[:-1]], strict=True)]


def date_axis(ax: Axes, first: pd.Timestamp, last: pd.Timestamp, *, most: int = 10) -> None:
    """Make the x axis one of dates with few, round, readable ticks.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    first, last : pandas.Timestamp
        What the axis spans.
    most : int
        Most ticks.
    """
    first, last = first.normalize(), max(last, first + pd.Timedelta(days=1))
    days = (last - first) / pd.Timedelta(days=1)
    months = days > 14 * most
    if days <= most:
        ticks = pd.date_range(first, last, freq="D")
    elif not months:
        weeks = 1 if days <= 7 * most else 2
        ticks = pd.date_range(first, last, freq=f"{weeks}W-MON")
    else:
        steps = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000)
        step = next((n for n in steps if days / 30.4 / n <= most), 12_000)
        ticks = pd.date_range(first.to_period("M").start_time, last, freq=f"{step}MS")
        ticks = ticks[ticks >= first]
    ax.xaxis_date()
    ax.xaxis.set_major_locator(FixedLocator([position(tick) for tick in ticks]))
    ax.xaxis.set_major_formatter(DateLabels(months=months))
    ax.set_xlim(position(first), position(last))
    ax.tick_params(axis="x", labelsize=LABEL, labelfontfamily=fonts()[0])
    ax.grid(visible=True, axis="x")
