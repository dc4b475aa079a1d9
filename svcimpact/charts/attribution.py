"""Why projects are late: the parts of the delay, and what each driver adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from svcimpact.charts.bars import AROUND, ROW, bars, key, stacked
from svcimpact.charts.drawn import Bars, Part, record
from svcimpact.charts.letters import LABEL, text_width
from svcimpact.charts.style import (
    BETWEEN,
    HELD,
    INCIDENT,
    INK,
    LEVELLED,
    MUTED,
    PALETTE,
    SHORT_HANDED,
    canvas,
    finding,
    legend_below,
    nothing,
    room,
    styled,
)
from svcimpact.wording import counted, money, number, with_error

if TYPE_CHECKING:
    from svcimpact.incident.attribution import Attribution

_PARTS = ("pull", "cascade", "cover", "freeze", "aftermath")
_COLOURS = (INCIDENT, BETWEEN, LEVELLED, HELD, SHORT_HANDED)
# In grey, the first three differ in lightness; the other two have lines.
_HATCHES = ("", "", "", "xx", "\\\\")
_CASCADE = ". Cascade: pull by services that depend on the one that failed"
_LEAST_DAYS = 0.05
_MOST_DRIVERS = 12


@styled
def causes(attribution: Attribution, *, ax: Axes | None = None) -> Axes:
    """Draw the parts that add up to each project's delay.

    Parameters
    ----------
    attribution : Attribution
        What `attribute` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: a stacked bar for each delayed project, the most delayed first, with the mean
        and how much of it is knock-on.
    """
    table = attribution.projects
    table = table[table["delay_mean_days"].abs() >= _LEAST_DAYS]
    table = table.sort_values("delay_mean_days", ascending=False, kind="stable")
    ax = canvas(ax, AROUND + 0.5 * max(len(table), 2))
    if table.empty:
        return nothing(ax, "No project is later on average: there is nothing to explain")
    shown = table.head(room(ax, 0.5, AROUND))
    parts = shown[[f"{m}_days" for m in _PARTS]].to_numpy()
    used = [k for k in range(len(_PARTS)) if np.abs(parts[:, k]).max() >= 0.01]
    colours, hatches = [_COLOURS[k] for k in used], [_HATCHES[k] for k in used]
    beside = []
    for row in shown.to_dict("records"):
        text = with_error(row["delay_mean_days"], row["delay_mean_days_se"])
        knock = row["knock_on_days"]
        beside.append(
            f"{text}, {number(knock, 1)} of it knock-on" if knock >= _LEAST_DAYS else text
        )
    labels = ["change freeze" if _PARTS[k] == "freeze" else _PARTS[k] for k in used]
    left = stacked(
        ax, list(shown["name"]), parts[:, used], labels=labels, colours=colours, hatches=hatches,
        beside=beside, inches=2.8,
    )  # fmt: skip
    whole = np.maximum(parts, 0.0).sum(axis=1)
    for place, text in enumerate(beside):
        ax.annotate(
            text, (whole[place], place), xytext=(5, 0), textcoords="offset points", va="center",
            fontsize=LABEL, color=INK,
        )  # fmt: skip
    low, high = ax.get_xlim()
    ax.set_xlim(low, max(high, float(whole.max()) * 1.45))
    ax.set_xlabel("Mean delay, working days", color=INK)
    legend_below(ax, key(labels, colours, hatches), columns=5, left=left)
    total = attribution.portfolio["days"].sum()
    top = attribution.portfolio.sort_values("days", ascending=False, kind="stable").iloc[0]
    share = number(100 * top["days"] / total)
    finding(
        ax,
        f"{_begin(top['name'])} makes {share} % of the {number(total, 1)} project days lost",
        "Parts by Shapley value; they add up to the mean delay in every run. Left of 0: brings it "
        f"forward{_CASCADE if 'cascade' in labels else ''}",
        left=left,
    )
    return ax


@styled
def waterfall(
    attribution: Attribution, *, project: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw how the parts add up to a delay, one after another.

    Parameters
    ----------
    attribution : Attribution
        What `attribute` returned.
    project : str, optional
        Id of a project; all of them together where not given.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: a step for each mechanism with its 95 % interval, and the delay at the end.

    Raises
    ------
    KeyError
        If there is no such project.
    """
    names = attribution.portfolio.set_index("mechanism")["name"]
    if project is None:
        table = attribution.portfolio.set_index("mechanism")
        days, errors = (table[c].reindex(list(_PARTS)).to_numpy() for c in ("days", "days_se"))
        name, unit = "All projects", "Project days"
        total, error = float(days.sum()), float("nan")
    else:
        row = attribution.projects.set_index("project").loc[project].to_dict()
        days = np.array([row[f"{m}_days"] for m in _PARTS])
        errors = np.array([row[f"{m}_days_se"] for m in _PARTS])
        name, unit = str(row["name"]), "Working days"
        total, error = float(row["delay_mean_days"]), float(row["delay_mean_days_se"])
    ax = canvas(ax)
    if not abs(total) >= _LEAST_DAYS:
        return nothing(ax, f"{name}: no delay on average, nothing to explain")
    start = np.concatenate([[0.0], np.cumsum(days)[:-1]])
    where = np.arange(len(days) + 1)
    ax.bar(
        where[:-1], days, bottom=start, width=0.62, color=list(_COLOURS), edgecolor=INK,
        linewidth=0.4, hatch=list(_HATCHES), zorder=3,
    )  # fmt: skip
    ax.bar(where[-1], total, width=0.62, color=INK, zorder=3)
    reach = 1.96 * np.nan_to_num(errors)
    ax.errorbar(
        where[:-1], start + days, yerr=reach, fmt="none", ecolor=INK, elinewidth=1.0, capsize=3,
        zorder=4,
    )  # fmt: skip
    ends = np.append(start + days, total)
    ax.hlines(ends[:-1], where[:-1] + 0.31, where[1:] - 0.31, color=MUTED, linewidth=0.8, zorder=2)
    high = max(float((np.maximum(start, start + days) + reach).max()), total)
    for k, value in enumerate([*days, total]):
        text = with_error(value, error if k == len(days) else float(errors[k]))
        at = max(ends[k], start[k] if k < len(days) else 0.0) + (reach[k] if k < len(days) else 0.0)
        ax.annotate(
            text, (k, at), xytext=(0, 4), textcoords="offset points", ha="center", va="bottom",
            fontsize=LABEL, color=INK, zorder=5,
        )  # fmt: skip
    if (days >= 0.0).all():
        steps = tuple(_begin(str(names[m])) for m in _PARTS)
        record(ax, _steps((*steps, "Mean delay"), start, days, reach, total))
    labels = [_begin(str(names[m])) for m in _PARTS]
    ax.set_xticks(list(where), [*labels, "Mean delay"], fontsize=LABEL)
    ax.set_ylim(min(0.0, float(ends.min()) * 1.1), high * 1.15)
    ax.set_ylabel(unit)
    ax.grid(visible=True, axis="y")
    top = _PARTS[int(np.argmax(days))]
    left = text_width("00") + 20 / 72
    finding(
        ax,
        f"{name}: {number(total, 1)} days late on average, {number(float(days.max()), 1)} of it "
        f"by the {names[top]}",
        "Parts by Shapley value over the same futures; they add up in every one. 95 % intervals"
        + _CASCADE,
        left=left,
    )
    return ax


@styled
def drivers(attribution: Attribution, *, ax: Axes | None = None) -> Axes:
    """Draw what would be saved without one driver at a time: a tornado.

    Parameters
    ----------
    attribution : Attribution
        What `attribute` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: project days saved without it, with 95 % intervals, the largest first.
    """
    table = attribution.drivers
    table = table[table["days"].abs() >= 0.005].head(_MOST_DRIVERS)
    ax = canvas(ax, AROUND + ROW * max(len(table), 3))
    if table.empty:
        return nothing(ax, "No single driver makes a difference")
    shown = table.head(room(ax, ROW, AROUND))
    colour = {"mechanism": INCIDENT, "person": SHORT_HANDED, "incident": PALETTE[3]}
    kinds = {"mechanism": "mechanism", "person": "pull of one person", "incident": "incident"}
    currency = attribution.outcome.portfolio.settings.currency
    labels = [
        f"{with_error(row['days'], row['days_se'])} ({money(row['money'], currency)})"
        for row in shown.to_dict("records")
    ]
    left = bars(
        ax, list(shown["name"]), shown["days"].to_numpy(), shown["days_se"].to_numpy(), labels,
        colours=[colour[kind] for kind in shown["kind"]],
        kinds=[kinds[kind] for kind in shown["kind"]], inches=2.8,
    )  # fmt: skip
    ax.set_xlabel("Project days saved without it", color=INK)
    there = [kind for kind in colour if kind in set(shown["kind"])]
    legend_below(
        ax, key([kinds[k] for k in there], [colour[k] for k in there]), columns=3, left=left
    )
    top = shown.iloc[0]
    finding(
        ax,
        f"Without the {top['name']} alone, {number(top['days'], 1)} project days would be saved"
        if top["kind"] == "mechanism"
        else f"Without {top['name']} alone, {number(top['days'], 1)} project days would be saved",
        f"{counted(len(attribution.drivers), 'driver')}, each taken away by itself; they do not "
        "add up. 95 % intervals",
        left=left,
    )
    return ax


def _steps(
    rows: tuple[str, ...],
    start: NDArray[np.float64],
    days: NDArray[np.float64],
    reach: NDArray[np.float64],
    total: float,
) -> Bars:
    """Return steps as bars on a part that is not seen, the whole at the end."""
    told = (*(with_error(float(d), float(r) / 1.96) for d, r in zip(days, reach, strict=True)),
            number(total, 1))  # fmt: skip
    parts = (
        Part("before", (*map(float, start), 0.0), ""),
        Part("adds", (*map(float, days), 0.0), INCIDENT, (*map(float, reach), 0.0)),
        Part("together", (*[0.0] * len(days), total), INK),
    )
    return Bars(rows, parts, told, "stacked")


def _begin(text: object) -> str:
    said = str(text)
    return said[:1].upper() + said[1:]
