"""Charts of what can be decided: contingency, escalate, recover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from svcimpact.charts.bars import AROUND, bars
from svcimpact.charts.drawn import Bars, Line, Lines, Part, record
from svcimpact.charts.letters import clean, plain, text_width
from svcimpact.charts.style import (
    ALARM,
    GRID,
    HELD,
    INCIDENT,
    INK,
    MUTED,
    PALETTE,
    SHORT_HANDED,
    canvas,
    finding,
    legend_below,
    nothing,
    room,
    row_labels,
    styled,
)
from svcimpact.wording import SYMBOLS, chance, counted, day, listed, money, number, with_error

if TYPE_CHECKING:
    from svcimpact.response.contingency import ContingencyPlan
    from svcimpact.response.escalate import Escalation
    from svcimpact.response.recover import HandBack

_WORTHLESS = "#c9d1d9"


@styled
def contingency(plan: ContingencyPlan, *, ax: Axes | None = None) -> Axes:
    """Draw what sets of levers save against how much of the plan they move.

    Parameters
    ----------
    plan : ContingencyPlan
        What `contingency_plan` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: the sets that no other beats in saving, cost and disturbance at once, by size,
        with 95 % intervals; up and left is good. Single levers that save nothing are left out.
    """
    ax = canvas(ax)
    table = plan.pareto
    if len(table) <= 1:
        return nothing(ax, "No lever helps: nothing saves more than it costs")
    in_days = plan.objective == "days"
    column = "saved_days" if in_days else "net"
    scale, unit = (1.0, "Project days saved") if in_days else _scale(table["net"], plan.currency)
    y, error = table[column] / scale, 1.96 * table[f"{column}_se"] / scale
    ax.axhline(0.0, color=INK, linewidth=0.8, zorder=1)
    handles = []
    lines = []
    for size in sorted(set(table["size"])):
        rows = table["size"] == size
        colour = PALETTE[min(int(size), len(PALETTE) - 1)] if size else MUTED
        shape = "osD^vP"[min(int(size), 5)]
        ax.errorbar(
            table.loc[rows, "disturbance"], y[rows], yerr=error[rows], fmt=shape, color=colour,
            ecolor=GRID, markersize=7, elinewidth=1.0, markeredgecolor=INK, markeredgewidth=0.4,
            zorder=3,
        )  # fmt: skip
        name = counted(int(size), "lever") if size else "do nothing"
        lines.append(
            Line(name, tuple(map(float, table.loc[rows, "disturbance"])),
                 tuple(map(float, y[rows])), colour, "", shape,
                 tuple(map(float, error[rows].fillna(0.0))))
        )  # fmt: skip
        handles.append(
            Line2D([], [], color=colour, marker=shape, linestyle="none", markersize=7,
                   markeredgecolor=INK, markeredgewidth=0.4, label=name)
        )  # fmt: skip
    best = table[table["best"]]
    if len(best):
        ax.scatter(
            best["disturbance"], best[column] / scale, s=230, facecolor="none", edgecolor=ALARM,
            linewidth=1.8, zorder=5,
        )  # fmt: skip
        where = tuple(map(float, best["disturbance"])), tuple(map(float, best[column] / scale))
        lines.append(Line("the plan", *where, ALARM, "", "x"))
        handles.append(
            Line2D([], [], color=ALARM, marker="o", markersize=11, markerfacecolor="none",
                   linestyle="none", label="the plan")
        )  # fmt: skip
    record(ax, Lines(tuple(lines)))
    ax.grid(visible=True, axis="y")
    ax.set_xlim(left=-0.03 * max(float(table["disturbance"].max()), 1.0))
    ax.set_xlabel("Disturbance: working days by which starts of tasks move, times FTE", color=INK)
    ax.set_ylabel(unit)
    left = text_width("0000") + 24 / 72
    legend_below(ax, handles, columns=6, left=left)
    finding(ax, _contingency_title(plan), _contingency_subtitle(plan), left=left)
    return ax


def _scale(values: pd.Series, currency: str) -> tuple[float, str]:
    size, unit = float(values.abs().max()), _unit(currency)
    for divisor, word in ((1e6, "million"), (1e3, "thousand")):
        if size >= 2 * divisor:
            return divisor, f"Saved after costs, {unit} {word}"
    return 1.0, f"Saved after costs, {unit}"


def _unit(currency: str) -> str:
    """Return a currency as sentences write it."""
    return plain(SYMBOLS.get(currency, currency))


def _contingency_title(plan: ContingencyPlan) -> str:
    if not len(plan.levers):
        return "No lever saves more than it costs beyond doubt: do nothing"
    fresh = plan.totals.iloc[-1]
    saved = with_error(fresh["saved_days"], fresh["saved_days_se"]) + " project days"
    if plan.objective == "money":
        saved = f"{money(fresh['net'], plan.currency, error=fresh['net_se'])} after costs"
    steps = "; ".join(str(x) for x in plan.plan["lever"])
    return f"{counted(len(plan.levers), 'lever').capitalize()} would save {saved}: {steps}"


def _contingency_subtitle(plan: ContingencyPlan) -> str:
    return (
        "Sets of levers that no other beats in saving, cost and disturbance at once, on fresh "
        f"random numbers, with 95 % intervals; decided on {day(plan.now, time=True)}"
    )


@styled
def escalate(found: Escalation, *, ax: Axes | None = None) -> Axes:
    """Draw what keeping its people is worth to each project, against what it costs elsewhere.

    Parameters
    ----------
    found : Escalation
        What `escalation` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: mean net of each project with its 95 % interval, and the likelihood that the
        gain outweighs the loss.
    """
    table = found.table.dropna(subset=["net"])
    ax = canvas(ax, AROUND + 0.5 * max(len(table), 2))
    if table.empty:
        reason = "no project could keep anybody"
        if found.table.empty:
            reason = "no project loses half a working day or more"
        elif (found.table["verdict"] == "never").any():
            reason = "the services that failed are protected"
        return nothing(ax, f"There is nothing to escalate: {reason}")
    table = table.sort_values("net", ascending=False, kind="stable")
    shown = table.head(room(ax, 0.5, AROUND))
    currency = found.currency
    labels = [
        f"{money(r['net'], currency, error=r['net_se'])}; outweighs in {chance(r['likelihood'])}"
        for r in _records(shown)
    ]
    colours = [HELD if v == "escalate" else _WORTHLESS for v in shown["verdict"]]
    names = [f"{r['name']}: keep {r['responders']}" for r in _records(shown)]
    left = bars(
        ax, names, shown["net"].to_numpy(), shown["net_se"].to_numpy(), labels, colours=colours,
        kinds=list(shown["verdict"]),
    )  # fmt: skip
    low, high = ax.get_xlim()
    span = high - low
    ax.set_xlim(low - 0.25 * span, high + 0.2 * span)
    ax.set_xlabel(
        f"Project's gain less what service and other projects lose, {_unit(currency)}", color=INK
    )
    ax.xaxis.set_major_formatter(lambda x, _: plain(money(x, "")))
    worth = table[table["verdict"] == "escalate"]
    title = (
        f"Escalate for {listed(list(worth['name']))}: the gain outweighs the loss"
        if len(worth)
        else "Hold: no project gains enough by keeping its people"
    )
    finding(
        ax,
        title,
        f"Alpha {number(float(table['alpha'].iloc[0]), 1)}; escalate from "
        f"{chance(found.threshold)} of futures on; decided on {day(found.now, time=True)}; "
        "95 % intervals",
        left=left,
    )
    return ax


@styled
def recover(found: HandBack, *, ax: Axes | None = None) -> Axes:
    """Draw what each order of handing people back saves each project.

    Parameters
    ----------
    found : HandBack
        What `hand_back` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: working days saved against the order of the plan, by project and order, with
        95 % intervals.
    """
    rules = [rule for rule in found.table["rule"] if rule != "plan"]
    table = found.projects[found.projects["rule"].isin(rules)]
    spread = table.groupby("project", sort=False)["saved_days"].agg(lambda x: x.abs().max())
    moved = list(spread.index[spread >= 0.05])
    ax = canvas(ax, AROUND + 0.62 * max(len(moved), 2))
    if not moved:
        return nothing(ax, "The order of handing people back makes no difference here")
    wide = table.pivot_table(index="project", columns="rule", values="saved_days", sort=False)
    order = wide.loc[moved].max(axis=1).sort_values(ascending=False, kind="stable").index
    order = order[: room(ax, 0.62, AROUND)]
    names = table.drop_duplicates("project").set_index("project")["name"]
    left = row_labels(ax, [names[p] for p in order], inches=2.8, lines=2)
    colours = {"least_float": INCIDENT, "cost_of_delay": SHORT_HANDED}
    title_of = found.table.set_index("rule")["name"]
    high = 0.34
    parts = []
    hatches = {rule: "" if k else "//" for k, rule in enumerate(rules)}
    for k, rule in enumerate(rules):
        rows = table[table["rule"] == rule].set_index("project").loc[order]
        where = np.arange(len(order)) + (k - (len(rules) - 1) / 2) * high
        ax.barh(
            where, rows["saved_days"], height=high * 0.92, color=colours[rule], edgecolor=INK,
            linewidth=0.4, hatch=hatches[rule], zorder=3,
        )  # fmt: skip
        reach = tuple(map(float, 1.96 * rows["saved_days_se"].fillna(0.0)))
        days = tuple(map(float, rows["saved_days"]))
        parts.append(
            Part(f"in order of {title_of[rule]}", days, colours[rule], reach, hatches[rule])
        )
        ax.errorbar(
            rows["saved_days"], where, xerr=1.96 * rows["saved_days_se"], fmt="none", ecolor=INK,
            elinewidth=0.9, capsize=2, zorder=4,
        )  # fmt: skip
    ax.axvline(0.0, color=INK, linewidth=0.8, zorder=2)
    ax.grid(visible=True, axis="x")
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("Working days earlier than in the order of the plan; below 0 later", color=INK)
    record(ax, Bars(tuple(clean(names[p]) for p in order), tuple(parts)))
    handles = [
        Patch(facecolor=colours[r], edgecolor=INK, hatch=hatches[r],
              label=f"in order of {title_of[r]}")
        for r in rules
    ]  # fmt: skip
    legend_below(ax, handles, columns=2, left=left)
    best = found.table[found.table["best"]].iloc[0]
    title = "Keep to the order of the plan: no other saves more"
    if best["rule"] != "plan":
        saved = with_error(best["saved_days"], best["saved_days_se"])
        title = f"Handing people back in order of {best['name']} saves {saved} project days"
        if best["saved_money"] > 0:
            gain = money(best["saved_money"], found.currency, error=best["saved_money_se"])
            title += f" and {gain}"
    note = f"From {day(found.now, time=True)} on; 95 % intervals"
    if "least_float" in rules:
        note += ". Least float: those go back first whose work has least slack"
    finding(ax, title, note, left=left)
    return ax


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]
