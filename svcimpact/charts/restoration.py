"""How long incidents last: by service and severity, the fit, and what is left of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator, PercentFormatter
from numpy.typing import ArrayLike

from svcimpact.charts.drawn import Line, Lines, record
from svcimpact.charts.letters import LABEL, plain, shorten, text_width
from svcimpact.charts.style import (
    GRID,
    HELD,
    INCIDENT,
    INK,
    LEVELLED,
    MUTED,
    PALETTE,
    PAPER,
    canvas,
    finding,
    legend_below,
    nothing,
    room,
    row_labels,
    styled,
)
from svcimpact.wording import chance, counted, number

if TYPE_CHECKING:
    from svcimpact.incident.forecast import Forecast
    from svcimpact.incident.restoration_times import RestorationTimes

_ROW = 0.34
_AROUND = 2.3
_Dashes = tuple[float, tuple[float, ...]]
_LINES: dict[str, Literal["-"] | _Dashes] = {
    "lognormal": "-",
    "weibull": (0, (5, 2)),
    "gamma": (0, (1.2, 1.6)),
}
_STYLES = {"lognormal": "solid", "weibull": "dashed", "gamma": "dotted"}
_COLOURS = dict(zip(_LINES, PALETTE[:3], strict=True))
_MARKS = {"lognormal": "o", "weibull": "s", "gamma": "^"}
# Hours of the marks on an axis of lengths, and how people call them.
_TICKS = {
    1 / 60: "1 min", 1 / 12: "5 min", 1 / 4: "15 min", 1 / 2: "30 min", 1.0: "1 h", 2.0: "2 h",
    4.0: "4 h", 8.0: "8 h", 12.0: "12 h", 24.0: "1 day", 48.0: "2 days", 96.0: "4 days",
    168.0: "1 week", 720.0: "30 days", 2160.0: "90 days",
    8766.0: "1 year", 87660.0: "10 years", 876600.0: "100 years",
}  # fmt: skip


@styled
def restoration(times: RestorationTimes, *, ax: Axes | None = None) -> Axes:
    """Draw how long incidents last, by service and severity.

    Parameters
    ----------
    times : RestorationTimes
        What `restoration_times` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart, on a logarithmic axis of hours: all incidents, every severity, then the
        services that have enough closed incidents of their own, longest P80 first.
    """
    groups = times.groups
    pooled = groups[(groups["service"] == "") & (groups["fitted_to"] != "all")]
    whole = groups[(groups["service"] == "") & groups["severity"].isna()]
    own = groups[(groups["service"] != "") & (groups["fitted_to"] == "service")]
    own = own.sort_values("p80_hours", ascending=False, kind="stable")
    rows = pd.concat([whole, pooled, own], ignore_index=True)
    ax = canvas(ax, _AROUND + _ROW * len(rows))
    shown = rows.head(room(ax, _ROW, _AROUND))
    left = row_labels(ax, [_group(row) for row in shown.to_dict("records")], lines=1, inches=3.2)
    y = np.arange(len(shown))
    p50, p80, p95 = (shown[c].to_numpy(float) for c in ("median_hours", "p80_hours", "p95_hours"))
    ax.hlines(y, p80, p95, color=INCIDENT, linewidth=1.6, zorder=2)
    ax.hlines(y, p50, p80, color=INCIDENT, linewidth=7, zorder=3)
    ax.plot(p95, y, "|", color=INCIDENT, markersize=9, markeredgewidth=1.8, zorder=3)
    seen = shown["observed_median_hours"].to_numpy(float)
    ax.plot(seen, y, "D", color=INK, markerfacecolor=PAPER, markersize=6, zorder=4)
    _length_axis(ax, np.r_[p50, p95, seen[np.isfinite(seen)]])
    ax.set_xlabel("From the strike to the restoration (logarithmic)")
    ax.grid(visible=True, axis="x")
    legend_below(
        ax,
        [
            Line2D([], [], color=INCIDENT, linewidth=7, label="P50 to P80 of the best fit"),
            Line2D([], [], color=INCIDENT, linewidth=1.6, marker="|", label="to P95"),
            Line2D(
                [], [], color=INK, marker="D", markerfacecolor=PAPER, markersize=6,
                linestyle="none", label="median seen (Kaplan–Meier)",  # noqa: RUF001 (two names)
            ),
        ],
        left=left,
    )  # fmt: skip
    notes = []
    if len(rows) > len(shown):
        rest = len(rows) - len(shown)
        notes.append(f"… and {counted(rest, 'group')} more with a shorter P80.")
    few = int(((groups["service"] != "") & (groups["fitted_to"] != "service")).sum())
    if few:
        which = counted(few, "pair of service and severity", "pairs of service and severity")
        has = "has" if few == 1 else "have"
        notes.append(
            f"{which} {has} fewer than {times.least_closed} closed incidents and "
            "borrow from others."
        )
    finding(ax, _range_title(whole.iloc[0], pooled), " ".join(notes), left=left)
    return ax


def _group(row: dict[object, object]) -> str:
    """Return a row's label, with how many incidents it rests on."""
    level = "" if pd.isna(row["severity"]) else f"severity {row['severity']}"  # type: ignore[call-overload]
    if row["service"]:
        name = f"{shorten(row['name'], 26)}, {level}"
    else:
        name = f"All services, {level}" if level else "All incidents"
    still = f" + {row['open']} open" if row["open"] else ""
    return f"{name}: {row['closed']}{still}"


def _range_title(whole: pd.Series, pooled: pd.DataFrame) -> str:
    row, whose = whole, "our incidents"
    if len(pooled):
        row = pooled.sort_values("severity").iloc[0]
        whose = f"our severity {row['severity']} incidents"
    half, tail = (_span(row[c]) for c in ("median_hours", "p95_hours"))
    return f"Half of {whose} are over within {half}; one in twenty lasts longer than {tail}"


@styled
def restoration_fit(times: RestorationTimes, *, ax: Axes | None = None) -> Axes:
    """Draw the share of incidents that last longer: as seen, and as fitted.

    Parameters
    ----------
    times : RestorationTimes
        What `restoration_times` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: Kaplan-Meier as steps with its band, the fitted distributions as lines.
    """
    ax = canvas(ax)
    seen = times.observed
    ends = np.r_[seen["hours"], times.quantiles["observed_hours"]]
    left = 36 / 72 + text_width("100 %")
    hours = seen["hours"].to_numpy(float)
    x = np.r_[hours[0] / 3, hours, hours[-1]]
    alive, low, high = (
        np.r_[1.0, seen[c], seen[c].iloc[-1]] for c in ("survival", "survival_low", "survival_high")
    )
    ax.fill_between(x, low, high, step="post", color=GRID, linewidth=0, zorder=1)
    ax.plot(
        x, alive, drawstyle="steps-post", color=INK, linewidth=1.6, zorder=3,
    )  # fmt: skip
    steps = np.repeat(x, 2)[1:], np.repeat(alive, 2)[:-1]
    lines = [Line("as seen (Kaplan–Meier)", *_points(*steps), INK)]  # noqa: RUF001 (two names)
    lines += [
        Line(f"its band{end}", *_points(x, edge), MUTED, "dotted", told=not end)
        for end, edge in (("", high), (", lower end", low))
    ]
    grid = np.geomspace(ends.min() / 3, ends.max() * 3, 300)
    for name, style in _LINES.items():
        ax.plot(
            grid, times.survival(grid, name), linestyle=style, color=_COLOURS[name],
            linewidth=2.6 if name == times.best else 1.6, zorder=4,
        )  # fmt: skip
        few = grid[::10]
        curve = _points(few, np.asarray(times.survival(few, name)))
        lines.append(Line(_aic(times, name), *curve, _COLOURS[name], _STYLES[name]))
    record(ax, Lines(tuple(lines), "log", y_share=True))
    _length_axis(ax, grid)
    ax.set_ylim(-0.02, 1.04)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    ax.grid(visible=True)
    ax.set_ylabel("Share that lasts longer")
    ax.set_xlabel("Hours since the strike (logarithmic)")
    sure = chance(times.confidence)
    key = [
        Line2D([], [], color=INK, linewidth=1.6, label="as seen (Kaplan–Meier)"),  # noqa: RUF001
        Patch(facecolor=GRID, label=f"its {sure} band"),
        *(
            Line2D([], [], color=_COLOURS[n], linestyle=_LINES[n],
                   linewidth=2.6 if n == times.best else 1.6, label=_aic(times, n))
            for n in times.fits["distribution"] if n in _LINES
        ),
    ]  # fmt: skip
    legend_below(ax, key, columns=3, left=left)
    finding(ax, _fit_title(times), _basis(times), left=left)
    return ax


def _aic(times: RestorationTimes, name: str) -> str:
    row = next(r for r in times.fits.to_dict("records") if r["distribution"] == name)
    if row["best"]:
        return f"{name}: best, AIC {number(row['aic'], 0)}"
    return f"{name}: AIC +{number(row['aic_difference'], 1)}"


def _fit_title(times: RestorationTimes) -> str:
    row = times.fits.iloc[0]
    badly = np.isfinite(row["ks_p"]) and row["ks_p"] < 0.05
    near = times.fits["aic_difference"].between(0, 2, inclusive="neither").sum()
    verdict = "fits best"
    if badly:
        verdict = "fits best, and badly"
    elif near:
        verdict = "fits best, by a whisker"
    return (
        f"{times.best.capitalize()} {verdict}: it misses what was seen by at most "
        f"{100 * row['ks_distance']:.0f} points"
    )


def _basis(times: RestorationTimes) -> str:
    """Return what a chart rests on, in words."""
    text = f"{counted(times.closed, 'closed incident')}, {times.still_open} still open: "
    text += f"{shorten(times.pool, 60)}."
    p = times.fits["ks_p"].iloc[0]
    if np.isfinite(p):
        text += f" Of logs drawn from the fit, {chance(p)} lie as far from a fit of their own."
    return text


@styled
def restoration_quantiles(times: RestorationTimes, *, ax: Axes | None = None) -> Axes:
    """Draw seen against fitted lengths at the same share (Q-Q).

    Parameters
    ----------
    times : RestorationTimes
        What `restoration_times` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: on the line, fit and log agree; above it, incidents last longer than the fit
        says.
    """
    ax = canvas(ax, 6.6)
    table = times.quantiles
    seen = table["observed_hours"].to_numpy(float)
    for name in ("gamma", "weibull", "lognormal"):
        best = name == times.best
        ax.plot(
            table[f"{name}_hours"], seen, linestyle="none", marker=_MARKS[name],
            color=_COLOURS[name], markerfacecolor=_COLOURS[name] if best else PAPER,
            markersize=6 if best else 5, zorder=4 if best else 3,
        )  # fmt: skip
    ends = np.array([seen.min() / 2, seen.max() * 2])
    ax.plot(ends, ends, color=MUTED, linewidth=1.2, zorder=2)
    fitted = table[[f"{name}_hours" for name in _MARKS]].to_numpy(float)
    _length_axis(ax, np.clip(np.r_[ends, fitted.ravel()], ends[0] / 4, ends[1] * 4))
    _length_axis(ax, ends, axis="y")
    ax.grid(visible=True)
    ax.set_xlabel("Fitted length at the same share (logarithmic)")
    ax.set_ylabel("Length seen (logarithmic)")
    left = 36 / 72 + text_width("30 days")
    key = [
        Line2D([], [], linestyle="none", marker=_MARKS[n], color=_COLOURS[n],
               markerfacecolor=_COLOURS[n] if n == times.best else PAPER, label=_aic(times, n))
        for n in times.fits["distribution"] if n in _MARKS
    ]  # fmt: skip
    key.append(Line2D([], [], color=MUTED, linewidth=1.2, label="fit and log agree"))
    legend_below(ax, key, columns=4, left=left)
    off = table[f"{times.best}_hours"].iloc[-1]
    longest = seen[-1]
    finding(
        ax,
        f"The longest lasted {_span(longest)}, where {times.best} expects {_span(off)}",
        f"{_basis(times)} Above the line incidents last longer than the fit says.",
        left=left,
    )
    return ax


@styled
def restoration_forecast(forecast: Forecast, *, ax: Axes | None = None) -> Axes:
    """Draw the chance that an incident still lasts, given how long it has lasted.

    Parameters
    ----------
    forecast : Forecast
        What `RestorationTimes.forecast` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: the chosen distribution with its band, the others thin, P50, P80 and P95
        marked.
    """
    ax = canvas(ax)
    row = forecast.remaining.iloc[0]
    elapsed = _span(forecast.elapsed_hours)
    if np.isnan(row["p50_hours"]):
        longest = _span(forecast.longest_hours)
        return nothing(
            ax, f"The log holds nothing as long as {elapsed}", f"Its longest is {longest}."
        )
    long_ = row["p95_hours"] > 72
    unit = 24.0 if long_ else 1.0
    left = 36 / 72 + text_width("100 %")
    key: list[Artist] = []
    lines: list[Line] = []
    for name, curve in forecast.curve.groupby("distribution", sort=False):
        if curve["survival"].iloc[1:].isna().all():
            continue  # the log itself holds nothing as long
        chosen = name == forecast.distribution
        more = curve["more_hours"] / unit
        if chosen and curve["survival_low"].notna().any():
            ax.fill_between(
                more, curve["survival_low"], curve["survival_high"], color=LEVELLED, alpha=0.45,
                linewidth=0, zorder=1,
            )  # fmt: skip
        style: Literal["-"] | _Dashes = _LINES.get(str(name), (0, (1.0, 1.0)))
        colour = INCIDENT if chosen else MUTED
        width = 2.6 if chosen else 1.2
        ax.plot(
            more, curve["survival"], color=colour, linewidth=width, linestyle="-" if chosen
            else style, zorder=4 if chosen else 2,
            drawstyle="steps-post" if name == "empirical" else "default",
        )  # fmt: skip
        kept = curve["survival"].notna().to_numpy()
        lines.append(
            Line(str(name), *_points(more[kept], curve["survival"][kept]), colour,
                 "solid" if chosen else _STYLES.get(str(name), "dotted"))
        )  # fmt: skip
        if chosen and curve["survival_low"].notna().any():
            lines += [
                Line(
                    f"its band{end}",
                    *_points(more, curve[f"survival_{side}"]),
                    LEVELLED,
                    told=not end,
                )
                for end, side in (("", "high"), (", lower end", "low"))
            ]
        key.append(
            Line2D([], [], color=colour, linewidth=width, linestyle="-" if chosen else style,
                   label=str(name))
        )  # fmt: skip
    if np.isfinite(row["p80_hours_low"]):
        sure = f"its {chance(forecast.confidence)} band, for want of incidents"
        key.insert(1, Patch(facecolor=LEVELLED, alpha=0.45, label=sure))
    for column, share in (("p50_hours", 0.5), ("p80_hours", 0.2), ("p95_hours", 0.05)):
        at = row[column] / unit
        label = f"{column[:3].upper()}: {_span(row[column])}"
        lines.append(Line(label, (float(at),), (share,), HELD, "", "o"))
        ax.plot([at, at], [0, share], color=HELD, linewidth=1.2, linestyle=":", zorder=3)
        ax.plot([at], [share], "o", color=HELD, markersize=6, zorder=5)
        ax.annotate(
            plain(label), (at, share), xytext=(7, 5),
            textcoords="offset points", fontsize=LABEL, color=INK, zorder=6,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.0, "alpha": 0.8},
        )  # fmt: skip
    record(ax, Lines(tuple(lines), y_share=True))
    ax.set_xlim(0, max(row["p95_hours"] / unit * 1.35, 1e-3))
    ax.set_ylim(-0.02, 1.04)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    ax.grid(visible=True, axis="y")
    ax.set_ylabel("Chance that it still lasts")
    now = "the strike" if forecast.elapsed_hours == 0 else "now"
    ax.set_xlabel(f"{'Days' if long_ else 'Hours'} from {now}, around the clock")
    legend_below(ax, key, columns=3, left=left)
    begin = "At the strike:" if forecast.elapsed_hours == 0 else f"After {elapsed}:"
    title = (
        f"{begin} half are over within {_span(row['p50_hours'])}"
        f"{'' if forecast.elapsed_hours == 0 else ' more'}, "
        f"one in five lasts longer than {_span(row['p80_hours'])}"
    )
    source = f"{forecast.distribution.capitalize()}, {shorten(forecast.source, 100)}."
    if forecast.elapsed_hours >= forecast.longest_hours:
        source += " Nothing restored in the log lasted as long: this is the tail of the fit alone."
    finding(ax, title, source, left=left)
    return ax


def _span(hours: float) -> str:
    from svcimpact.incident.forecast import span

    return span(float(hours))


def _points(x: ArrayLike, y: ArrayLike) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return points as plain numbers."""
    return tuple(map(float, np.asarray(x))), tuple(map(float, np.asarray(y)))


def _length_axis(ax: Axes, hours: np.ndarray, *, axis: str = "x") -> None:
    """Set a logarithmic axis of hours, with marks that people know."""
    low, high = float(np.min(hours)) / 1.15, float(np.max(hours)) * 1.15
    side: Axis = ax.xaxis if axis == "x" else ax.yaxis
    (ax.set_xscale if axis == "x" else ax.set_yscale)("log")
    (ax.set_xlim if axis == "x" else ax.set_ylim)(low, high)
    ticks = [hour for hour in _TICKS if low <= hour <= high]
    apart = np.log(high / low) / 12
    kept: list[float] = []
    for hour in ticks:
        if not kept or np.log(hour / kept[-1]) > apart:
            kept.append(hour)
    side.set_major_locator(FixedLocator(kept))
    side.set_minor_locator(NullLocator())
    side.set_major_formatter(FuncFormatter(lambda value, _: _TICKS.get(value, f"{value:g} h")))
