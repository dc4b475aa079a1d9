"""Who carries early-life support, and how much of it nobody planned."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from svcimpact.charts.drawn import Bars, Part, record
from svcimpact.charts.letters import LABEL, clean, shorten
from svcimpact.charts.style import (
    HELD,
    INCIDENT,
    INK,
    PAPER,
    canvas,
    finding,
    legend_below,
    nothing,
    room,
    row_labels,
    styled,
)
from svcimpact.charts.transition import AROUND, ROW, left_out
from svcimpact.planning.transition import Transition
from svcimpact.wording import number


@styled
def early_life(transition: Transition, *, ax: Axes | None = None) -> Axes:
    """Draw who carries early-life support, in person-days by where the load comes from.

    Parameters
    ----------
    transition : Transition
        What `planning.transition` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart. The most loaded come first; rows that find no room are counted.
    """
    load = transition.early_life
    by = load.pivot_table(index="resource", columns="source", values="days", aggfunc="sum")
    by = by.reindex(columns=["planned", "put back", "assumed"]).fillna(0.0)
    by = by.assign(whole=by.sum(axis=1)).sort_values("whole", ascending=False, kind="stable")
    ax = canvas(ax, AROUND + ROW * len(by))
    if by.empty:
        return nothing(ax, "No early-life support: no service has people, or none goes live")
    shown = by.head(room(ax, ROW, AROUND))
    names = load.drop_duplicates("resource").set_index("resource")["name"]
    left = row_labels(ax, list(names[shown.index]))
    kinds = {
        "planned": (INCIDENT, "", "planned for them"),
        "put back": (HELD, "////", "planned for others, put on them"),
        "assumed": (PAPER, "....", "not planned, assumed"),
    }
    used = [kind for kind in kinds if by[kind].sum() > 0]
    parts = tuple(
        Part(kinds[k][2], tuple(map(float, shown[k])), kinds[k][0], hatch=kinds[k][1]) for k in used
    )
    record(ax, Bars(tuple(clean(names[r]) for r in shown.index), parts, joined="stacked"))
    start = shown["whole"] * 0
    for kind, (colour, hatch, _) in kinds.items():
        ax.barh(
            range(len(shown)), shown[kind], left=start, height=0.62, color=colour, hatch=hatch,
            edgecolor=INK, linewidth=0.6,
        )  # fmt: skip
        start = start + shown[kind]
    for row, days in enumerate(shown["whole"]):
        ax.annotate(
            number(days, 1), xy=(days, row), xytext=(5, 0), textcoords="offset points",
            va="center", fontsize=LABEL,
        )  # fmt: skip
    ax.set_xlim(0, float(by["whole"].max()) * 1.1)
    ax.set_xlabel("Early-life support, person-days")
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    legend_below(
        ax,
        [Patch(facecolor=kinds[k][0], hatch=kinds[k][1], edgecolor=INK, label=kinds[k][2])
         for k in used],
        left=left,
    )  # fmt: skip
    top = by.iloc[0]
    text = (
        f"{shorten(names[by.index[0]], 48)} carries most early-life support: "
        f"{number(top['whole'], 1)} of {number(by['whole'].sum(), 1)} person-days"
    )
    beyond = float(by["put back"].sum() + by["assumed"].sum())
    if beyond >= 0.05:
        text += f"; {number(beyond, 1)} of all are not in their plan"
    finding(ax, text, left_out(by, shown, "most loaded first", "people and teams"), left=left)
    return ax
