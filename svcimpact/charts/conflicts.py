"""Which projects are in each other's way: how much, over what, and in which weeks."""

from __future__ import annotations

from collections.abc import Hashable

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from svcimpact.charts.boxes import (
    PAD,
    Spot,
    blend,
    box,
    connect,
    fit,
    surface,
    text_size,
)
from svcimpact.charts.drawn import Bars, Part, record
from svcimpact.charts.grid import record_cells
from svcimpact.charts.letters import LABEL, clean, plain, shorten, text_width
from svcimpact.charts.style import (
    ALARM,
    GRID,
    INCIDENT,
    INK,
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
from svcimpact.charts.weeks import inches_across, week_axis, week_names
from svcimpact.planning.network import conflict_network as network_of
from svcimpact.planning.register import ConflictRegister
from svcimpact.wording import MONTHS, counted, listed, number, with_error

_ROW = 0.44
_AROUND = 2.2
_CELL = 0.36
_SHEET = 1.9
_LINES = 40  # more make a tangle
_SLACK = 0.93  # what a long title takes from the width of the boxes
_LABELS = 2.7  # inches that a name may take
_PALE = "#c3ccd5"
_REDS = LinearSegmentedColormap.from_list("over", ["#fbe3dc", ALARM])
# Person-days; less is the rounding of a plan, not a conflict.
_VISIBLE = 0.05


@styled
def conflict_pairs(register: ConflictRegister, *, ax: Axes | None = None) -> Axes:
    """Draw how many person-days each pair asks for too many, and how much it has to talk.

    Parameters
    ----------
    register : ConflictRegister
        What `conflict_register` or `weigh_conflicts` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart, the pairs with most to settle first; those that find no room are counted.
        Delays because of the other side are printed where they were simulated.
    """
    pairs = register.pairs
    ax = canvas(ax, _AROUND + _ROW * (len(pairs) + 1))
    if pairs.empty:
        return nothing(ax, "No two sides of the plan want the same at the same time")
    shown = pairs.head(room(ax, _ROW, _AROUND) - 1)
    left = _pair_labels(ax, shown)
    days = shown["over_days"].to_numpy()
    order = [level.level for level in register.levels]
    shades = [
        blend(_PALE, INCIDENT, order.index(x) / max(len(order) - 1, 1)) for x in shown["level"]
    ]
    ax.barh(range(len(shown)), days, height=0.55, color=shades, zorder=2)
    parts = []
    for level in dict.fromkeys(shown["level"]):
        own = (shown["level"] == level).to_numpy()
        values = (float(d) if mine else None for d, mine in zip(days, own, strict=True))
        parts.append(Part(clean(level), tuple(values), shades[int(own.argmax())]))
    names = tuple(" ".join(_sides(row)) for row in shown.to_dict("records"))
    beside = [_delay(row) for row in shown.to_dict("records")] if register.runs else []
    beside = [f"delay {x} days" if x else "" for x in beside]
    record(ax, Bars(names, tuple(parts), tuple(beside), "alone"))
    high = max(float(days.max(initial=0.0)), 0.1)
    ax.set_xlim(0, high * 1.14)
    for row, value in enumerate(days):
        text = number(value, 1) if value >= _VISIBLE else "none"
        ax.text(value + high * 0.012, row, text, va="center", fontsize=LABEL, color=INK)
    ax.grid(visible=True, axis="x")
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("Person-days asked for beyond what there is, at the planned dates")
    ax.set_ylim(len(shown) - 0.5, -1.3)
    columns = [("communication", list(shown["level"]), 1.15)]
    if register.runs:
        columns.append(("mean delay, days", [_delay(row) for row in shown.to_dict("records")], 1.2))
    offset = 10.0
    for header, texts, inches in columns:
        for at, text in [(-0.9, header), *enumerate(texts)]:
            ax.annotate(
                plain(text), xy=(1, at), xycoords=("axes fraction", "data"), xytext=(offset, 0),
                textcoords="offset points", va="center", ha="left", fontsize=LABEL,
                color=MUTED if at < 0 else INK, annotation_clip=False,
            )  # fmt: skip
        offset += inches * 72
    finding(ax, *_said_pairs(register, len(shown)), left=left)
    return ax


@styled
def conflict_weeks(register: ConflictRegister, *, ax: Axes | None = None) -> Axes:
    """Draw in which weeks pairs are in each other's way, as a heat map.

    Parameters
    ----------
    register : ConflictRegister
        What `conflict_register` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: pairs by weeks; red is person-days over, a dot a conflict without any, over a
        service or a decision. Pairs that find no room are counted.
    """
    pairs, weeks = register.pairs, register.weeks
    ax = canvas(ax, _AROUND + _CELL * len(pairs))
    if pairs.empty:
        return nothing(ax, "No two sides of the plan want the same at the same time")
    shown = pairs.head(room(ax, _CELL, _AROUND))
    mondays = pd.date_range(weeks["week"].min(), weeks["week"].max(), freq="7D")
    over = np.zeros((len(shown), len(mondays)))
    meet = np.zeros_like(over)
    drawn = weeks[weeks["pair"] <= len(shown)]
    at = drawn["pair"].to_numpy() - 1, mondays.get_indexer(pd.DatetimeIndex(drawn["week"]))
    over[at], meet[at] = drawn["over_days"], drawn["conflicts"]
    most = max(float(over.max(initial=0.0)), _VISIBLE)
    colours = _REDS(over / most)
    colours[over <= _VISIBLE] = (1.0, 1.0, 1.0, 1.0)
    edges = np.arange(len(mondays) + 1) - 0.5, np.arange(len(shown) + 1) - 0.5
    ax.pcolormesh(*edges, colours, edgecolors=GRID, linewidth=0.4)
    quiet = np.nonzero((meet > 0) & (over <= _VISIBLE))
    ax.scatter(quiet[1], quiet[0], s=7, color=MUTED, zorder=3)
    figures = [[_days(v) if v > _VISIBLE else "•" if m else "" for v, m in zip(*pair, strict=True)]
               for pair in zip(over, meet, strict=True)]  # fmt: skip
    names = [" ".join(_sides(row)) for row in shown.to_dict("records")]
    record_cells(ax, names, week_names(mondays), figures, colours)
    left = _pair_labels(ax, shown)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    week_axis(ax, mondays)
    wide = (inches_across(ax) - left) / len(mondays)
    for row, column in zip(*np.nonzero(over > _VISIBLE), strict=True):
        value = over[row, column]
        text = _days(value)
        if text_width(text, 8.0) <= wide:
            ink = PAPER if value > 0.55 * most else INK
            ax.text(column, row, text, ha="center", va="center", fontsize=8, color=ink)
    few, many = f"{number(_VISIBLE * 2, 1)} person-days over", f"{number(most, 1)}"
    legend_below(
        ax,
        [
            Patch(facecolor=_REDS(0.05), edgecolor=GRID, label=few),
            Patch(facecolor=_REDS(1.0), edgecolor=GRID, label=many),
            Line2D([], [], color=MUTED, marker="o", markersize=3, linestyle="none",
                   label="in conflict over a service, a test or a decision"),
        ],
        columns=3,
        left=left,
    )  # fmt: skip
    finding(ax, *_said_weeks(register, len(shown)), left=left)
    return ax


@styled
def conflict_network(register: ConflictRegister, *, ax: Axes | None = None) -> Axes:
    """Draw projects and their conflicts as a network, grouped by who should meet as one.

    Parameters
    ----------
    register : ConflictRegister
        What `conflict_register` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: a box per project, in groups; the thicker and darker a line, the more the two
        have to talk. Projects that find no room, those with least to settle, are counted.
    """
    graph = network_of(register)
    strength = dict(graph.degree(weight="weight"))
    tied = sorted((p for p in graph if strength[p] > 0), key=lambda p: -strength[p])
    groups = len({graph.nodes[p]["group"] for p in tied})
    ax = canvas(ax, _SHEET + _rows(len(tied), groups) * _ROW)
    width, height = surface(ax, _SHEET)
    if not tied:
        finding(ax, "No project is in conflict with another")
        return ax
    count = len(tied)
    while count > 2 and _rows(count, groups) * _ROW > height + 1e-6:
        count -= 1
    kept = tied[:count]
    spots = _spots(ax, graph, kept, width, height)
    order = [level.level for level in register.levels]
    ties = [tie for tie in graph.edges(data=True) if tie[0] in spots and tie[1] in spots]
    ties.sort(key=lambda tie: (tie[2]["weight"], round(tie[2]["over_days"], 6)))
    for one, other, told in ties[-_LINES:]:
        _tie(ax, spots[one], spots[other], order.index(told["level"]), len(order), width)
    most = max(graph.nodes[p]["over_days"] for p in kept) or 1.0
    for project, spot in spots.items():
        told = graph.nodes[project]
        fill = blend(PAPER, "#f0b8a8", told["over_days"] / most)
        note = number(told["over_days"], 1) if told["over_days"] >= _VISIBLE else ""
        label = told["label"]
        if note:
            inches = (spot.right - spot.left - 2 * PAD) * _SLACK
            label = fit(label, inches, text_size(spot.height))
        box(ax, spot, label, note=note, fill=fill, edge=MUTED)
    looks = [_look(number, len(order)) for number in range(len(order))]
    handles = [
        Line2D([], [], label=plain(level, 24), color=colour, linewidth=wide)
        for level, (colour, wide) in zip(order, looks, strict=True)
    ]
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, 0), ncols=min(len(order), 4))
    finding(ax, *_said_network(register, graph, (len(tied), len(kept), len(ties))))
    return ax


def _rows(projects: int, groups: int) -> int:
    """Return the rows of two columns of boxes with headings, one group running on."""
    return (projects + groups + 2) // 2 + 1


def _look(level: int, levels: int) -> tuple[str, float]:
    """Return the colour and width of a line of some level."""
    share = level / max(levels - 1, 1)
    return blend(_PALE, INK, share), 0.7 + 3.8 * share


def _tie(ax: Axes, one: Spot, other: Spot, level: int, levels: int, width: float) -> None:
    """Draw a line between two boxes, in a bow where both stand on one side."""
    colour, wide = _look(level, levels)
    ends = []
    for spot in (one, other):
        right = spot.left < width / 2
        ends.append((spot.right if right else spot.left, spot.y))
    bow = 0.0
    if (one.left < width / 2) == (other.left < width / 2):
        bow = 0.25 + 0.16 * abs(one.y - other.y)
        bow = min(bow, width * 0.16) * (1 if one.left < width / 2 else -1)
    elif ends[0][0] > ends[1][0]:
        ends.reverse()
    connect(
        ax, ends, color=colour, width=wide,
        order=1.0 + level / 10, bow=bow,
    )  # fmt: skip


def _spots(
    ax: Axes, graph: nx.Graph, kept: list[str], width: float, height: float
) -> dict[str, Spot]:
    """Place the boxes in two columns, group by group, each under its heading."""
    members: dict[int, list[str]] = {}
    for project in (p for p in graph if p in set(kept)):
        members.setdefault(graph.nodes[project]["group"], []).append(project)
    columns: list[list[tuple[str, str]]] = [[], []]
    total = len(kept) + len(members)
    for group in sorted(members):
        for part, project in enumerate(members[group]):
            side = int(len(columns[0]) >= total / 2)
            if part == 0 or (side == 1 and not columns[1]):
                more = "" if part == 0 else ", continued"
                columns[side].append(("", f"Group {group}{more}"))
            columns[side].append((project, ""))
    step = min(height / max(len(column) for column in columns), _ROW * 1.25)
    spots = {}
    wide = width * 0.33
    for side, column in enumerate(columns):
        left = 0.0 if side == 0 else width - wide
        for row, (project, heading) in enumerate(column):
            y = (row + 0.5) * step
            if project:
                spots[project] = Spot(left, left + wide, y, step * 0.74)
            else:
                ax.text(
                    left, y + step * 0.22, heading, fontsize=LABEL, color=MUTED,
                    fontweight="bold", va="center",
                )  # fmt: skip
    return spots


def _pair_labels(ax: Axes, pairs: pd.DataFrame) -> float:
    """Label rows with both sides of a pair, a line each; return the inches they take."""
    texts, widths = [], [0.0]
    for row in pairs.to_dict("records"):
        lines = [fit(part, _LABELS, LABEL) for part in _sides(row)]
        widths += [text_width(line) for line in lines]
        texts.append("\n".join(plain(line) for line in lines))
    left = row_labels(ax, [""] * len(texts))
    ax.set_yticks(range(len(texts)), texts, fontsize=LABEL, linespacing=1.05, ma="right")
    return left + max(widths)


def _sides(row: dict[Hashable, object]) -> tuple[str, str]:
    """Return both sides of a pair, in words."""
    kind = {"service": "service ", "absence": "absence of "}.get(str(row["other_kind"]), "")
    second = f"× {kind}{row['other_name']}" if row["other_kind"] else "by itself"  # noqa: RUF001
    return clean(row["project_name"]), clean(second)


def _days(over: float) -> str:
    """Write person-days short enough for a cell."""
    return number(over, 1 if over < 9.95 else 0)


def _delay(row: dict[object, object] | dict[str, object]) -> str:
    """Return the mean delays of both sides, those there are."""
    said = []
    for column in ("delay_days", "other_delay_days"):
        value, error = float(str(row[column])), float(str(row[f"{column}_se"]))
        if not np.isnan(value):
            said.append(with_error(value, error) if abs(value) >= _VISIBLE else "0")
    return " / ".join(said)


def _said_pairs(register: ConflictRegister, shown: int) -> tuple[str, str]:
    """Return the finding and how to read the chart."""
    pairs = register.pairs
    top = pairs.iloc[0]
    text = f"{_titled(top)}: {top['level']}, {number(top['over_days'], 1)} person-days over"
    delays = [
        (float(top[column]), float(top[f"{column}_se"]), top[name])
        for column, name in (("delay_days", "project_name"), ("other_delay_days", "other_name"))
    ]
    worst = max((each for each in delays if each[0] >= _VISIBLE), default=None)
    if worst:
        text += f"; it costs {shorten(worst[2], 32)} {with_error(worst[0], worst[1])} days"
    total = number(float(pairs["over_days"].sum()), 0)
    note = f"{counted(len(pairs), 'pair')}, {total} person-days over in all; darker: more to talk"
    if register.runs:
        note += (
            f"; delay of the first and second because of the other, ± standard error of "
            f"{counted(register.runs, 'run')}"
        )
    if shown < len(pairs):
        rest = pairs.iloc[shown:]
        days = number(float(rest["over_days"].sum()), 1)
        note += f"; … and {counted(len(rest), 'more pair')} with {days} person-days over"
    return text, note


def _titled(row: pd.Series) -> str:
    """Return a pair as the beginning of a title."""
    one, other = shorten(row["project_name"], 36), shorten(row["other_name"], 36)
    if row["other_kind"] == "":
        return f"{one} asks for more than there is"
    if row["other_kind"] == "absence":
        return f"{one} counts on {other}, who is away"
    return f"{one} and {other} have most to settle"


def _said_weeks(register: ConflictRegister, shown: int) -> tuple[str, str]:
    """Return the finding and how to read the heat map."""
    weeks, pairs = register.weeks, register.pairs
    total = weeks.groupby("week")[["over_days", "conflicts"]].sum()
    days, counts = (total[column].to_numpy(np.float64) for column in total)
    at = int(days.argmax() if days.max() > _VISIBLE else counts.argmax())
    week = pd.Timestamp(total.index[at])
    when = f"the week of {week.day} {MONTHS[week.month - 1]} {week.year}"
    if days.max() > _VISIBLE:
        mine = weeks[weeks["week"] == week]
        first = int(mine["pair"].to_numpy()[mine["over_days"].to_numpy().argmax()]) - 1
        text = (
            f"T{when[1:]} is the tightest: {number(float(days[at]), 1)} person-days over, the "
            f"largest part {_between(pairs.iloc[first])}"
        )
    else:
        met = counted(int(counts[at]), "conflict")
        text = f"No person-days over; most conflicts meet in {when}: {met}"
    note = "Figure: person-days that a pair asks for beyond what there is that week"
    if shown < len(pairs):
        note += f"; the {shown} pairs with most to settle, … and {len(pairs) - shown} more"
    return text, note


def _between(row: pd.Series) -> str:
    one, other = shorten(row["project_name"], 32), shorten(row["other_name"], 32)
    if row["other_kind"] == "":
        return f"asked for by {one} alone"
    return f"between {one} and {'the absence of ' if row['other_kind'] == 'absence' else ''}{other}"


def _said_network(
    register: ConflictRegister, graph: nx.Graph, counts: tuple[int, int, int]
) -> tuple[str, str]:
    """Return the finding and how to read the network."""
    tied, shown, lines = counts
    pairs = register.pairs[register.pairs["other_kind"] == "project"]
    top = pairs.iloc[0]
    groups = len({told["group"] for p, told in graph.nodes(data=True) if graph.degree(p)})
    names = [shorten(top[column], 32) for column in ("project_name", "other_name")]
    everybody = f"{tied} of {len(graph)} projects are"
    if tied == len(graph):
        everybody = f"All {tied} projects are" if tied > 2 else "Both projects are"
    text = (
        f"{everybody} in conflict, in "
        f"{counted(groups, 'group')}; {listed(names)} most: {top['level']}"
    )
    note = (
        "Figure and shade: person-days over in all conflicts of the project; lines: how much two "
        "have to talk; a group has more to settle within than with others"
    )
    if shown < tied:
        note += f"; the {shown} with most to settle, … and {tied - shown} more"
    if lines > _LINES:
        note += f"; the {_LINES} strongest of {lines} lines"
    return text, note
