"""The choice between dispatch rules: the portfolio's finish against the mean project delay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from svcimpact.charts.bars import AROUND, bars
from svcimpact.charts.dates import date_axis, moment, positions
from svcimpact.charts.drawn import Line, Lines, record
from svcimpact.charts.letters import clean, plain, text_width
from svcimpact.charts.style import (
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
    styled,
)
from svcimpact.planning.level_words import first_served
from svcimpact.wording import counted, day, listed, number

if TYPE_CHECKING:
    from svcimpact.planning.levelling import Levelling

_SHAPES = "osD^vP"
_SHORT = {
    "lst": "LST",
    "lft": "LFT",
    "cost_of_delay": "cost of delay",
    "shortest_project": "shortest project",
}


@styled
def dispatch_rules(levelling: Levelling, *, ax: Axes | None = None) -> Axes:
    """Draw when each dispatch rule ends the portfolio against how late it makes projects.

    Parameters
    ----------
    levelling : Levelling
        What `planning.level` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: a mark per rule, one for rules that come to the same; early and low is good.
        A small open mark is the single pass where an improvement was kept. Bars of the delay
        where all rules end the portfolio on the same day.
    """
    table = levelling.rules.dropna(subset=["finish"])
    days = table["finish"].dt.normalize()
    if len(table) > 1 and (days == days.iloc[0]).all():
        return _delays(levelling, table, canvas(ax, AROUND + 0.5 * len(table)))
    ax = canvas(ax)
    if table.empty:
        return nothing(ax, "There is no task to level")
    table = table.assign(x=positions(table["finish"]), y=table["mean_delay_days"])
    spans = _marks(ax, table, levelling)
    margin = max((max(spans) - min(spans)) * 0.08, 3.0)
    date_axis(ax, moment(min(spans) - margin), moment(max(spans) + margin))
    low, high = ax.dataLim.y0, ax.dataLim.y1
    air = max(0.12 * (high - low), 0.02 * high, 0.1)
    ax.set_ylim(0.0 if 0.0 <= low < 0.6 * high else low - air, high + air)
    ax.grid(visible=True, axis="y")
    ax.set_xlabel("Finish of the last project", color=INK)
    ax.set_ylabel("Mean project delay, working days")
    finding(ax, _title(table), _subtitle(levelling), left=text_width("0000") + 24 / 72)
    return ax


def _delays(levelling: Levelling, table: pd.DataFrame, ax: Axes) -> Axes:
    """Draw the mean delay by each rule, the least on top, where the finish tells nothing."""
    rows = table.sort_values("mean_delay_days", kind="stable")
    least = rows["mean_delay_days"].round(1) == round(float(rows["mean_delay_days"].iloc[0]), 1)
    left = bars(
        ax, list(rows["name"]), rows["mean_delay_days"].to_numpy(), np.zeros(len(rows)),
        [f"{number(days, 1)} days" for days in rows["mean_delay_days"]],
        colours=[INCIDENT if best else LEVELLED for best in least],
    )  # fmt: skip
    ax.set_xlabel("Mean project delay, working days", color=INK)
    note = _subtitle(levelling)
    if rows["improved"].any():
        which = listed(list(rows.loc[rows["improved"], "name"]), 6)
        note += f". Improved by the forward-backward pass: {which}"
    finding(ax, _least(rows, int(least.sum())), note, left=left)
    return ax


def _least(rows: pd.DataFrame, alike: int) -> str:
    """Return the finding of the bars: which rule delays projects least, in plain words."""
    best, last = rows.iloc[0], rows.iloc[-1]
    end = f"all rules end the portfolio on {day(best['finish'])}"
    delay = f"{number(best['mean_delay_days'], 1)} working days on average"
    if alike == len(rows):
        return f"It makes no difference who goes first: {end} and delay projects by {delay}"
    # Against the plan's own order, unless that is among the best.
    plan = rows.iloc[alike:].query("rule == 'plan'")
    other = last if plan.empty else plan.iloc[0]
    against = f"{number(other['mean_delay_days'], 1)} by {other['name']}"
    return f"{_giving(best)} delays projects least: {delay}, against {against}; {end}"


def _giving(row: pd.Series) -> str:
    """Say what following a rule means, and its name."""
    if row["rule"] == "plan":
        return "Keeping to plan order"
    name = _SHORT.get(row["rule"], row["name"])
    return f"Giving people first to {first_served(row['rule'])} ({name})"


def _marks(ax: Axes, table: pd.DataFrame, levelling: Levelling) -> list[float]:
    """Draw the marks, the front and the key; return where marks stand along the axis."""
    front = table[table["undominated"]].sort_values(["x", "y"]).drop_duplicates(["x", "y"])
    ax.plot(
        front["x"], front["y"], color=MUTED, linewidth=1.2, drawstyle="steps-post", zorder=2
    )  # fmt: skip
    spans, key = list(table["x"]), []
    lines: list[Line] = []
    same = table.assign(at=table["y"].round(1)).groupby(["finish", "at"], sort=False)
    for place, (_, rows) in enumerate(same):
        colour, shape = PALETTE[place % len(PALETTE)], _SHAPES[place % len(_SHAPES)]
        top = rows.iloc[0]
        before = _before(rows, levelling)
        for x, y in before:
            spans.append(x)
            ax.annotate(
                "", xy=(top["x"], top["y"]), xytext=(x, y),
                arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 1.2}, zorder=2,
            )  # fmt: skip
            ax.plot([x], [y], shape, color=colour, markerfacecolor=PAPER, markersize=5, zorder=3)
        ax.plot([top["x"]], [top["y"]], shape, color=colour, markersize=9, zorder=4)
        names = listed(
            [_SHORT.get(r, n) for r, n in zip(rows["rule"], rows["name"], strict=True)], 6
        )
        label = f"{names}: {day(top['finish'], brief=True)}, {number(top['y'], 1)} days"
        lines.append(Line(clean(label), (float(top["x"]),), (float(top["y"]),), colour, "", shape))
        key.append(
            Line2D([], [], color=colour, marker=shape, markersize=7, linestyle="none",
                   label=plain(label))
        )  # fmt: skip
    record(ax, Lines(tuple(lines), "date"))
    if len(front) > 1:
        label = "no rule beats these in one without losing in the other"
        key.append(Line2D([], [], color=MUTED, linewidth=1.2, label=label))
    if levelling.rules["improved"].any():
        key.append(
            Line2D([], [], color=MUTED, marker="o", markersize=5, markerfacecolor=PAPER,
                   linestyle="none", label="before the forward-backward pass")
        )  # fmt: skip
    legend_below(ax, key, columns=2, left=text_width("0000") + 24 / 72)
    return spans


def _before(rows: pd.DataFrame, levelling: Levelling) -> list[tuple[float, float]]:
    """Return where the single passes stand whose improvement was kept."""
    kept = rows[rows["improved"]]
    clock = levelling.portfolio.calendar
    hours = kept["single_pass_finish_days"] * levelling.portfolio.settings.hours_per_day
    when = positions(pd.Series(clock.when(hours.to_numpy(), side="finish")))
    return list(zip(when, kept["single_pass_mean_delay_days"], strict=True))


def _title(table: pd.DataFrame) -> str:
    """Return the finding: who ends first, who delays least, and what one costs the other."""
    both = table.assign(y=table["y"].round(6))
    first = both.sort_values(["finish", "y"], kind="stable").iloc[0]
    least = both.sort_values(["y", "finish"], kind="stable").iloc[0]
    if len(table) == 1:
        return (
            f"By {first['name']} the portfolio ends on {day(first['finish'])}; its projects lose "
            f"{number(first['y'], 1)} working days on average"
        )
    if first["y"] <= least["y"]:
        return (
            f"{_giving(first)} is best: the portfolio ends on {day(first['finish'])}, "
            f"mean project delay {number(first['y'], 1)} working days"
        )
    less = f"{number(first['y'] - least['y'], 1)} working days"
    if least["y"] >= 0.0:
        less = f"{number(100 * (1 - least['y'] / first['y']))} %"
    gap = least["finish_days"] - first["finish_days"]
    later = number(gap, 1 if gap < 10 else 0)
    return (
        f"{_begin(first['name'])} ends the portfolio first, on {day(first['finish'])}; "
        f"{least['name']} delays projects {less} less on average and ends it "
        f"{later} working days later"
    )


def _begin(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _subtitle(levelling: Levelling) -> str:
    """Return what is shown."""
    count = len(levelling.of())
    return (
        f"Levelling alone, no incident; delay: levelled finish less the finish if there were "
        f"always enough people, mean over {counted(count, 'project')}. LST, LFT, least float: what "
        "has to start soonest, has to end soonest, or has least slack goes first"
    )
