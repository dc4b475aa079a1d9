"""Whether services will accept what projects deliver, and from when."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from svcimpact.charts.boxes import fit
from svcimpact.charts.dates import date_axis, position
from svcimpact.charts.drawn import Cells, record
from svcimpact.charts.letters import LABEL, TEXT, plain, shorten, text_width
from svcimpact.charts.style import (
    ALARM,
    GRID,
    HEIGHT,
    HELD,
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
from svcimpact.planning.transition import Transition
from svcimpact.wording import counted, day, number

ROW = 0.27
AROUND = 2.3
_NO_CHANGES = "No project changes a service: nothing goes live"
_LINE = 0.19  # inches from one name in a quadrant to the next
_WORST = ("no-go", "not ready", "late", "go, if", "go")
# Fill, sign and what it says; the sign tells them apart in grey.
_STATUS = {
    "ok": ("#ffffff", "✓", "in place"),
    "open": ("#dbe7f1", "?", "open: not known yet"),
    "weak": (LEVELLED, "–", "weak: talk about it"),  # noqa: RUF001 (a dash)
    "gap": (ALARM, "✗", "gap: not acceptable"),
}
_COLUMNS = {
    "criteria": "criteria",
    "service_test": "service\ntest",
    "training": "training",
    "business_change": "business\nchange",
    "handover": "handover",
    "early_life_support": "early-life\nsupport",
    "freeze": "outside\nfreezes",
    "delivered": "delivered\nin time",
}


@styled
def go_no_go(transition: Transition, *, ax: Axes | None = None) -> Axes:
    """Draw the go/no-go sheet: a row for each project on a service, a column for each check.

    Parameters
    ----------
    transition : Transition
        What `planning.transition` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart. The worst verdicts come first; rows that find no room are counted.
    """
    sheet = _ranked(transition.sheet)
    ax = canvas(ax, AROUND + ROW * len(sheet))
    if sheet.empty:
        return nothing(ax, _NO_CHANGES)
    shown = sheet.head(room(ax, ROW, AROUND))
    left = row_labels(ax, _names(shown, _label(ax)), inches=3.6)
    found = transition.checks.set_index(["project", "service", "check"])["status"]
    used = set()
    figures, fills = [], []
    for row, (project, service) in enumerate(zip(shown["project"], shown["service"], strict=True)):
        for column, check in enumerate(_COLUMNS):
            status = found[project, service, check]
            used.add(status)
            fill, sign, _ = _STATUS[status]
            ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=fill, edgecolor=GRID))
            ink = PAPER if status == "gap" else INK
            ax.text(column, row, sign, ha="center", va="center", fontsize=LABEL, color=ink)
        looks = [_STATUS[found[project, service, check]] for check in _COLUMNS]
        verdict = str(shown["verdict"].iloc[row])
        figures.append((*(sign for _, sign, _ in looks), verdict))
        fills.append((*(fill for fill, _, _ in looks), PAPER))
        ax.text(
            len(_COLUMNS) - 0.35, row, verdict, ha="left", va="center", fontsize=LABEL,
            fontweight="bold" if verdict == "no-go" else "normal",
            color=ALARM if verdict == "no-go" else INK,
        )  # fmt: skip
    pairs = zip(shown["project_name"], shown["service_name"], strict=True)
    heads = (*(" ".join(head.split()) for head in _COLUMNS.values()), "verdict")
    record(
        ax,
        Cells(
            tuple(f"{shorten(p, 30)} → {shorten(s, 26)}" for p, s in pairs),
            heads,
            tuple(figures),
            tuple(fills),
        ),
    )
    ax.set_xlim(-0.5, len(_COLUMNS) + 0.7)
    _heads(ax, left)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    legend_below(
        ax,
        [
            Line2D([], [], linestyle="", marker="s", markersize=9, markerfacecolor=fill,
                   markeredgecolor=MUTED, label=f"{sign}  {text}")
            for status, (fill, sign, text) in _STATUS.items()
            if status in used
        ],
        points=76.0 if ax.get_xticklabels()[0].get_rotation() else 54.0,
        left=left,
    )  # fmt: skip
    finding(ax, _verdict_title(transition.sheet), left_out(sheet, shown), left=left)
    return ax


def _heads(ax: Axes, left: float) -> None:
    """Name the columns below them, at a slant where they would run into each other."""
    heads = list(_COLUMNS.values())
    figure = ax.get_figure(root=True)
    assert figure is not None
    wide = figure.get_figwidth() * ax.get_position().width
    if len(figure.axes) == 1:
        wide = figure.get_figwidth() * 0.97 - left
    widest = max(text_width(line) for head in heads for line in head.split("\n"))
    ax.tick_params(axis="x", length=0)
    if widest < 0.95 * wide / (len(heads) + 1.2):
        ax.set_xticks(range(len(heads)), heads, fontsize=LABEL)
        return
    flat = [head.replace("\n", " ") for head in heads]
    ax.set_xticks(
        range(len(heads)), flat, fontsize=LABEL, rotation=40, ha="right", rotation_mode="anchor"
    )


@styled
def acceptance(transition: Transition, *, ax: Axes | None = None) -> Axes:
    """Draw the quadrant: delivered as documented against acceptable in service.

    Parameters
    ----------
    transition : Transition
        What `planning.transition` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart: the names in each quadrant, as many as find room; the others are counted. The
        quadrant of what is delivered but not acceptable is red.
    """
    sheet = _ranked(transition.sheet)
    most = int(sheet["verdict"].replace("go, if", "go").value_counts().max()) if len(sheet) else 0
    ax = canvas(ax, max(HEIGHT, 2.9 + 2 * _LINE * most))
    if sheet.empty:
        return nothing(ax, _NO_CHANGES)
    ax.set_xlim(0, 2)
    ax.set_ylim(0, 2)
    figure = ax.get_figure(root=True)
    assert figure is not None
    alone = len(figure.axes) == 1
    wide = figure.get_figwidth() * (0.85 if alone else ax.get_position().width) / 2
    high = (figure.get_figheight() - 1.7 if alone else ax.get_position().height) / 2
    if not alone:
        high *= figure.get_figheight()
    for x, y, verdicts, title in (
        (1, 0, ("no-go",), "delivered, not acceptable: no-go"),
        (0, 0, ("not ready",), "neither: not ready"),
        (0, 1, ("late",), "acceptable, but late"),
        (1, 1, ("go, if", "go"), "delivered and acceptable"),
    ):
        red = verdicts == ("no-go",)
        rows = sheet[sheet["verdict"].isin(verdicts)]
        fill = "#fbe9e6" if red and len(rows) else PAPER
        ax.add_patch(
            Rectangle(
                (x, y), 1, 1, facecolor=fill, edgecolor=ALARM if red else MUTED,
                linewidth=2.0 if red else 0.8, zorder=2 if red else 1,
            )
        )  # fmt: skip
        _list(ax, (x, y), (wide, high), f"{len(rows)} {title}", rows, red=red)
    ax.set_xticks([0.5, 1.5], ["no", "yes"], fontsize=LABEL)
    ax.set_yticks([0.5, 1.5], ["no", "yes"], fontsize=LABEL)
    ax.tick_params(length=0)
    ax.set_xlabel("Delivered as documented, by the due date")
    ax.set_ylabel("Acceptable in service")
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    finding(
        ax,
        _verdict_title(transition.sheet),
        "Project → service; (!) something open or weak",
        left=0.5,
    )
    return ax


@styled
def go_live(transition: Transition, *, ax: Axes | None = None) -> Axes:
    """Draw the planned go-live of each project on a service against the earliest safe one.

    Parameters
    ----------
    transition : Transition
        What `planning.transition` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    matplotlib.axes.Axes
        The chart. The longest wait comes first; rows that find no room are counted.
    """
    sheet = transition.sheet[transition.sheet["go_live"].notna()]
    wait = sheet["wait_days"].where(sheet["safe_from"].notna(), float("inf"))
    sheet = sheet.assign(wait=wait).sort_values("wait", ascending=False, kind="stable")
    ax = canvas(ax, AROUND + ROW * len(sheet))
    if sheet.empty:
        return nothing(ax, _NO_CHANGES)
    shown = sheet.head(room(ax, ROW, AROUND))
    left = row_labels(ax, _names(shown, _label(ax)), inches=3.6)
    dates = pd.concat([shown["go_live"], shown["safe_from"].dropna()])
    first, last = dates.min(), dates.max()
    # Room at the right for what each waits for.
    span = max(last - first, pd.Timedelta(days=14))
    figure = ax.get_figure(root=True)
    assert figure is not None
    wide = figure.get_figwidth() * 0.97 - left
    if len(figure.axes) > 1:
        wide = figure.get_figwidth() * ax.get_position().width
    share = min(3.1 / wide, 0.6)
    date_axis(ax, first - span * 0.03, last + span * share / (1 - share), most=6)
    low, high = ax.get_xlim()
    for row, each in enumerate(shown.to_dict("records")):
        begin, never = position(each["go_live"]), pd.isna(each["safe_from"])
        end = begin if never else position(each["safe_from"])
        ax.plot([begin, end], [row, row], color=HELD, linewidth=2.5, zorder=2)
        ax.plot(begin, row, "o", color=PAPER, markeredgecolor=INK, markersize=6, zorder=3)
        if not never:
            ax.plot(end, row, "D", color=INCIDENT, markersize=5, zorder=4)
        beside = wide * (high - end) / (high - low) - 0.3
        ax.annotate(
            plain(fit(_waits(each, never=never), beside)), xy=(end, row), xytext=(9, 0),
            textcoords="offset points", va="center", fontsize=LABEL, color=MUTED,
        )  # fmt: skip
    ax.grid(axis="x")
    ax.spines["left"].set_visible(False)
    legend_below(
        ax,
        [
            Line2D([], [], linestyle="", marker="o", color=PAPER, markeredgecolor=INK,
                   label="planned go-live"),
            Line2D([], [], linestyle="", marker="D", color=INCIDENT,
                   label="earliest safe go-live, once gaps are closed"),
        ],
        left=left,
    )  # fmt: skip
    finding(ax, _wait_title(sheet), left_out(sheet, shown, "longest wait first"), left=left)
    return ax


def _ranked(sheet: pd.DataFrame) -> pd.DataFrame:
    """Return the sheet, the worst verdict first, then the tier, then the most gaps."""
    place = sheet["verdict"].map(dict(zip(_WORST, range(len(_WORST)), strict=True)))
    tier = sheet["tier"].astype("Float64").fillna(99.0).astype("float64")
    ranked = sheet.assign(place=place, rank=tier, most=-sheet["gaps"])
    return ranked.sort_values(["place", "rank", "most"], kind="stable")


def _label(ax: Axes) -> float:
    """Return how wide the label of a row may be, inches."""
    figure = ax.get_figure(root=True)
    return 3.4 if figure is None else min(3.4, 0.36 * figure.get_figwidth())


def _names(sheet: pd.DataFrame, inches: float) -> list[str]:
    """Return who goes live on what in a line each; the service is cut last."""
    lines = []
    for project, service in zip(sheet["project_name"], sheet["service_name"], strict=True):
        last = fit(service, inches * 0.48)
        lines.append(f"{fit(project, inches - text_width(f' → {last}') - 0.05)} → {last}")
    return lines


def _verdict_title(sheet: pd.DataFrame) -> str:
    """Return the finding: how many are delivered and not acceptable."""
    red = int((sheet["verdict"] == "no-go").sum())
    whole = counted(len(sheet), "go-live on a service", "go-lives on services")
    if not red:
        able = int(sheet["verdict"].isin(["go", "go, if"]).sum())
        return f"Nothing is delivered that a service cannot accept: {able} of {whole} can go"
    return f"{red} of {whole} would be delivered as documented, but not be acceptable in service"


def _wait_title(sheet: pd.DataFrame) -> str:
    """Return the finding: who waits longest."""
    top = sheet.iloc[0]
    name = f"{shorten(top['project_name'], 40)} on {shorten(top['service_name'], 30)}"
    if pd.isna(top["safe_from"]):
        return f"{name} has no safe go-live within a year"
    if top["wait_days"] < 0.05:
        return (
            f"All {counted(len(sheet), 'planned go-live')} are safe in time, once gaps are closed"
        )
    late = int((sheet["wait_days"] >= 0.05).sum())
    return (
        f"{late} of {counted(len(sheet), 'planned go-live')} come too early; {name} most: safe "
        f"{number(top['wait_days'], 1)} working days later, on {day(top['safe_from'])}"
    )


def _waits(row: dict[Any, Any], *, never: bool) -> str:
    """Return what a go-live waits for."""
    if never:
        return f"never: {row['waits_for']}"
    if row["wait_days"] < 0.05:
        return ""
    return f"+{number(row['wait_days'], 1)} days: {row['waits_for']}"


def left_out(
    whole: pd.DataFrame, shown: pd.DataFrame, order: str = "worst first", what: str = "go-lives"
) -> str:
    """Say how rows are sorted, and how many are left out.

    Parameters
    ----------
    whole, shown : pandas.DataFrame
        All rows, and those that find room.
    order : str
        How they are sorted.
    what : str
        What the rows are, in the plural.

    Returns
    -------
    str
        A note.
    """
    text = f"{order[0].upper()}{order[1:]}"
    more = len(whole) - len(shown)
    return f"{text}; … and {more} more {what}" if more else text


def _list(
    ax: Axes,
    corner: tuple[float, float],
    inches: tuple[float, float],
    title: str,
    rows: pd.DataFrame,
    *,
    red: bool,
) -> None:
    """Write a heading and names into a quadrant, as many as find room."""
    x, y = corner
    step = _LINE / inches[1]
    ax.text(
        x + 0.1 / inches[0], y + 1 - 0.6 * step, plain(title), ha="left", va="top", fontsize=TEXT,
        fontweight="bold", color=ALARM if red else INK, zorder=3,
    )  # fmt: skip
    marks = [" (!)" if verdict == "go, if" else "" for verdict in rows["verdict"]]
    names = _names(rows, inches[0] - 0.45)
    lines = [f"{name}{mark}" for name, mark in zip(names, marks, strict=True)]
    most = max(int((inches[1] - 0.4) / _LINE), 1)
    if len(lines) > most:
        lines = [*lines[: most - 1], f"… and {len(lines) - most + 1} more"]
    for number_, line in enumerate(lines):
        ax.text(
            x + 0.1 / inches[0], y + 1 - (number_ + 2.1) * step,
            plain(line), ha="left", va="top", fontsize=LABEL, zorder=3,
        )  # fmt: skip
