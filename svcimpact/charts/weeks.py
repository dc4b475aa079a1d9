"""An axis of weeks under a heat map."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes

from svcimpact.charts.letters import LABEL
from svcimpact.charts.style import INK, WIDTH
from svcimpact.wording import MONTHS


def inches_across(ax: Axes) -> float:
    """Return the width that axes can use.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.

    Returns
    -------
    float
        Inches, row labels included.
    """
    figure = ax.get_figure(root=True)
    whole = WIDTH if figure is None else figure.get_figwidth()
    return whole * (0.97 if figure and len(figure.axes) == 1 else ax.get_position().width)


def week_axis(ax: Axes, weeks: pd.DatetimeIndex) -> None:
    """Label weeks 0, 1, 2 … by their Mondays, the year where it is new.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The axes.
    weeks : pandas.DatetimeIndex
        The Mondays.
    """
    every = max(1, math.ceil(len(weeks) * 0.62 / max(inches_across(ax) - 2.2, 1.0)))
    ax.set_xticks(range(0, len(weeks), every), week_names(weeks[::every]), fontsize=LABEL)
    ax.set_xlim(-0.5, len(weeks) - 0.5)
    ax.set_xlabel("Week beginning", color=INK)


def week_names(weeks: pd.DatetimeIndex) -> list[str]:
    """Return the day and month of Mondays, on a second line the year where it is new.

    Parameters
    ----------
    weeks : pandas.DatetimeIndex
        The Mondays.

    Returns
    -------
    list of str
        One for each.
    """
    names, year = [], 0
    for week in weeks:
        text = f"{week.day} {MONTHS[week.month - 1][:3]}"
        names.append(text if week.year == year else f"{text}\n{week.year}")
        year = week.year
    return names
