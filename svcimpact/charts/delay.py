"""How much later each project ends because of the incident, and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from svcimpact.charts.drawn import Bars, Part, record
from svcimpact.charts.letters import LABEL, clean, plain, shorten
from svcimpact.charts.style import (
    BETWEEN,
    GRID,
    INCIDENT,
    INK,
    LEVELLED,
    MUTED,
    PAPER,
    canvas,
    finding,
    legend_below,
    nothing,
    room,
    row_labels,
    styled,
)
from svcimpact.incident.totals import delay_costs, mean_of_total
from svcimpact.wording import chance, counted, listed, money, number, with_error

if TYPE_CHECKING:
    from svcimpact.incident.outcome import Outcome

_ROW = 0.34
_AROUND = 2.3
# Below this a delay rounds to 0.0 days, so it is named with those that have none.
_NONE_DAYS = 0.05


@styled
def delays(outcome: Outcome, *, ax: Axes | None = None) -> Axes:
    """Draw the delay of every project with its spread, and what it costs beside it.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart, longest mean delay first, in working days; a project without delay is
        named below the title, not drawn.
    """
    frame = outcome.projects
    moved = (frame["delay_mean_days"].abs() >= _NONE_DAYS) | (
        frame["delay_p95_days"].abs() >= _NONE_DAYS
    )
    rows = frame[moved].sort_values("delay_mean_days", ascending=False, kind="stable")
    ax = canvas(ax, _AROUND + _ROW * (len(rows) + 1))
    still = frame[~moved]
    if rows.empty:
        return nothing(ax, "No project is delayed", _method(outcome, rows))
    shown = rows.head(room(ax, _ROW, _AROUND) - 1)
    left = row_labels(ax, list(shown["name"]), lines=2)
    _intervals(ax, shown, left)
    _columns(ax, shown, outcome.portfolio.settings.currency)
    notes = [_method(outcome, rows)]
    if len(rows) > len(shown):
        rest = rows.iloc[len(shown) :]
        most = number(float(rest["delay_mean_days"].max()), 1)
        notes.append(f"… and {len(rest)} more delayed by {most} days on average or less.")
    if len(still):
        names = listed([shorten(n, 28) for n in still["name"]], 4, what="projects")
        notes.append(f"No delay: {names}.")
    finding(ax, _title(rows, outcome), " ".join(notes), left=left)
    return ax


def _intervals(ax: Axes, rows: pd.DataFrame, left: float) -> None:
    """Draw P50 to P80 to P95 and the mean with its error."""
    y = np.arange(len(rows))
    p50, p80, p95 = (rows[f"delay_p{level}_days"].to_numpy() for level in (50, 80, 95))
    mean, error = rows["delay_mean_days"].to_numpy(), rows["delay_mean_days_se"].to_numpy()
    ax.hlines(y, p80, p95, color=INCIDENT, linewidth=1.6, zorder=2)
    ax.hlines(y, p50, p80, color=INCIDENT, linewidth=7, zorder=3)
    ax.plot(p95, y, "|", color=INCIDENT, markersize=9, markeredgewidth=1.8, zorder=3)
    ax.errorbar(
        mean, y, xerr=2 * np.nan_to_num(error), fmt="D", color=INK, markerfacecolor=PAPER,
        markersize=6, elinewidth=1.4, capsize=3, zorder=4,
    )  # fmt: skip
    low = min(0.0, float(np.nanmin([p50, mean])))
    high = max(float(np.nanmax([p95, mean + 2 * np.nan_to_num(error)])), 0.1)
    ax.set_xlim(low - 0.025 * (high - low), high + 0.04 * (high - low))
    ax.axvline(0, color=MUTED, linewidth=1)
    ax.grid(visible=True, axis="x")
    ax.set_xlabel("Delay because of the incident, working days")
    legend_below(
        ax,
        [
            Line2D([], [], color=INCIDENT, linewidth=7, label="P50 to P80"),
            Line2D([], [], color=INCIDENT, linewidth=1.6, marker="|", label="to P95"),
            Line2D(
                [], [], color=INK, marker="D", markerfacecolor=PAPER, markersize=6,
                linestyle="none", label="mean ± 2 standard errors",
            ),
        ],
        points=42,
        left=left,
    )  # fmt: skip


def _columns(ax: Axes, rows: pd.DataFrame, currency: str) -> None:
    """Print cost and chance of missing the due date beside the rows."""
    ax.set_ylim(len(rows) - 0.5, -1.3)
    ax.spines["left"].set_visible(False)
    costs = [
        money(float(c), currency, error=float(e))
        for c, e in zip(rows["cost_mean"], rows["cost_mean_se"], strict=True)
    ]
    # Where no project has a cost of delay, nothing is told of money rather than 0.
    priced = bool((rows["cost_of_delay_per_day"] > 0).any())
    means = [
        f"{with_error(float(d), float(e))} days" + (f", {cost}" if priced else "")
        for d, e, cost in zip(
            rows["delay_mean_days"], rows["delay_mean_days_se"], costs, strict=True
        )
    ]
    record(ax, _bars(rows, means))
    late = [
        "no due date" if pd.isna(now) else f"{chance(before)} → {chance(now)}"
        for now, before in zip(rows["chance_late"], rows["chance_late_levelled"], strict=True)
    ]
    offset = 12.0
    columns = [("mean cost", costs, 1.25)] if priced else []
    for header, texts, inches in (*columns, ("misses due date", late, 1.35)):
        for row, text in [(-0.9, header), *enumerate(texts)]:
            ax.annotate(
                plain(text), xy=(1, row), xycoords=("axes fraction", "data"),
                xytext=(offset, 0), textcoords="offset points", va="center", ha="left",
                fontsize=LABEL, color=MUTED if row < 0 else INK, annotation_clip=False,
            )  # fmt: skip
        offset += inches * 72
    ax.hlines(
        np.arange(len(rows)) + 0.5, 0.0, 1.0, transform=ax.get_yaxis_transform(), color=GRID,
        linewidth=0.5, zorder=0,
    )  # fmt: skip


def _bars(rows: pd.DataFrame, means: list[str]) -> Bars:
    """Return the delays as bars: the mean with its error, P80 and P95."""
    error = tuple(2 * float(e) for e in rows["delay_mean_days_se"].fillna(0.0))
    parts = tuple(
        Part(name, tuple(map(float, rows[f"delay_{column}_days"])), colour, reach)
        for name, column, colour, reach in (
            ("Mean, ± 2 standard errors", "mean", INCIDENT, error),
            ("P80", "p80", BETWEEN, ()),
            ("P95", "p95", LEVELLED, ()),
        )
    )
    return Bars(tuple(map(clean, rows["name"])), parts, tuple(means))


def _title(rows: pd.DataFrame, outcome: Outcome) -> str:
    """Return the finding: who loses most, and the total in money."""
    top = rows.iloc[0]
    days = with_error(float(top["delay_mean_days"]), float(top["delay_mean_days_se"]))
    text = (
        f"{shorten(top['name'], 48)} loses most: {days} working days on average, "
        f"{number(float(top['delay_p80_days']), 1)} at P80"
    )
    total, error = mean_of_total(delay_costs(outcome), outcome.scenario.sampling)
    if total > 0.5:
        cost = money(total, outcome.portfolio.settings.currency, error=error)
        text += f"; all delays together cost {cost}"
    return text


def _method(outcome: Outcome, rows: pd.DataFrame) -> str:
    """Return how many runs this rests on, and how sure P80 is."""
    text = f"With the incident against without it, {counted(outcome.runs, 'run')}"
    errors = rows["delay_p80_days_se"].dropna()
    if len(errors) and errors.max() >= _NONE_DAYS:
        text += f"; P80 is sure to ± {number(float(errors.max()), 1)} days or better"
    return f"{text}."
