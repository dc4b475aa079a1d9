"""The portfolio in one picture: services, the people in between, and projects."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.typing import LineStyleType

from svcimpact.charts.boxes import FADED, Spot, blend, box, connect, fit, surface, text_size
from svcimpact.charts.crowd import Crowd, Failure, Ties, gather, gather_failure, project_work
from svcimpact.charts.layered import untangled
from svcimpact.charts.letters import plain
from svcimpact.charts.style import (
    ALARM,
    INCIDENT,
    INK,
    LEVELLED,
    MUTED,
    OUTAGE,
    PALETTE,
    PAPER,
    SHORT_HANDED,
    canvas,
    finding,
    room,
    styled,
)
from svcimpact.graph import is_down, shared_resources
from svcimpact.portfolio import Portfolio
from svcimpact.wording import GAP, chance, counted, number

MOST_ROWS = 24
ROW = 0.23
AROUND = 1.8
WORK = PALETTE[3]
QUIET = "#eceff2"
PALE = "#ccd4dc"
TOUCH = "#87919c"
# Left and right edge of each column, as shares of the width.
SHARES = ((0.045, 0.255), (0.405, 0.62), (0.77, 0.995))


@styled
def graph(portfolio: Portfolio, *, service: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw who stands between the live services and the projects.

    Services on the left, people in the middle, projects on the right; the wider a line, the
    more FTE. Those who both support services and work on projects are drawn one by one, the
    others as one box per team. With `service`, the failure of that service is followed: the
    services it takes along, the people it pulls away, their projects, and the tasks held;
    all else fades. What does not fit is gathered in one box that says how many it stands for.

    Parameters
    ----------
    portfolio : Portfolio
        The portfolio.
    service : str, optional
        Id of a service whose failure is shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure of slide width otherwise.

    Returns
    -------
    matplotlib.axes.Axes
        The axes with the picture; its title states the finding.

    Raises
    ------
    InputError
        If there is no such service.
    """
    failure = gather_failure(portfolio, service)
    rows = MOST_ROWS if ax is None else min(room(ax, 0.2, AROUND), MOST_ROWS)
    crowd = gather(portfolio, failure, rows)
    lit = _lit(crowd, failure)
    flow = {**crowd.everyday, **crowd.support, **crowd.work}
    if failure:
        flow = {ends: fte for ends, fte in flow.items() if lit.issuperset(ends)}
    columns = untangled(crowd.columns, flow, crowd.teams)
    if failure:
        columns = [_lit_first(column, crowd, lit, failure) for column in columns]
    ax = canvas(ax, max(map(len, columns)) * ROW + AROUND)
    spots = _spots(ax, columns)
    strong = [
        fte
        for ties in (crowd.support, crowd.work)
        for ends, fte in ties.items()
        if lit.issuperset(ends)
    ]
    scale = min(2.2, 6.0 / max([1.0, *strong]))
    _lines(ax, crowd, spots, lit, failure, scale)
    for column in columns:
        for node in column:
            _box(ax, node, spots[node], crowd, lit, failure)
    for (left, _), kind, table in zip(
        SHARES,
        (("service", "services"), ("person", "people"), ("project", "projects")),
        (portfolio.services, portfolio.resources, portfolio.projects),
        strict=True,
    ):
        told = counted(len(table), *kind) if len(table) else f"no {kind[1]}"
        ax.text(
            left * ax.get_xlim()[1], 0.12, told,
            ha="left", va="center", fontsize=9, fontweight="bold", color=MUTED,
        )  # fmt: skip
    _legend(ax, failure, scale)
    finding(ax, *_said(portfolio, failure))
    return ax


def _lit(crowd: Crowd, failure: Failure | None) -> set[str]:
    """Return the boxes that the picture is about."""
    if failure is None:
        return crowd.shared | {end for ends in _both(crowd) for end in ends}
    lit = {crowd.service_box[s] for s in failure.weights}
    lit |= {crowd.person_box[r] for r in failure.pulls}
    return lit | {crowd.project_box[p] for p in failure.projects}


def _both(crowd: Crowd) -> list[tuple[str, str]]:
    """Return the ties of the shared people."""
    ties = [*crowd.support, *crowd.work]
    return [ends for ends in ties if crowd.shared.intersection(ends)]


def _lit_first(column: list[str], crowd: Crowd, lit: set[str], failure: Failure) -> list[str]:
    """Return a column with what the failure hits on top, teams still together."""
    weight: dict[str, float] = {}
    for service, share in failure.weights.items():
        node = crowd.service_box[service]
        weight[node] = max(share, weight.get(node, 0.0))
    weight[crowd.service_box[failure.service]] = 2.0
    hit = {crowd.teams.get(node, node) for node in column if node in lit}
    return sorted(
        column,
        key=lambda n: (
            (crowd.teams.get(n, n) not in hit, n not in lit, -weight.get(n, 0.0))
            if n not in crowd.teams
            else (crowd.teams[n] not in hit, False, 0.0)
        ),
    )


def _spots(ax: Axes, columns: list[list[str]]) -> dict[str, Spot]:
    """Return where each box stands: columns spread over the height, boxes of one size."""
    width, height = surface(ax, AROUND)
    top = 0.28
    pitch = (height - top) / max([1, *map(len, columns)])
    tall = min(pitch * 0.8, 0.24)
    spots = {}
    for (left, right), column in zip(SHARES, columns, strict=True):
        step = (height - top) / max(len(column), 1)
        # Columns with room to spare write in two lines; people stay slim, to look like one crowd.
        own = 0.36 if step > 0.42 and column is not columns[1] else tall
        for i, node in enumerate(column):
            spots[node] = Spot(left * width, right * width, top + (i + 0.5) * step, own)
    return spots


def _lines(
    ax: Axes,
    crowd: Crowd,
    spots: dict[str, Spot],
    lit: set[str],
    failure: Failure | None,
    scale: float,
) -> None:
    """Draw the ties, the quiet ones below."""
    loud = ALARM if failure else INCIDENT
    faint = QUIET if failure else PALE
    kinds: tuple[tuple[Ties, str, LineStyleType], ...] = (
        (crowd.everyday, faint if failure else LEVELLED, (0, (1, 1.2))),
        (crowd.support, loud, "-"),
        (crowd.work, WORK, "-"),
        (crowd.other_work, faint, "-"),
    )
    for ties, color, style in kinds:
        for ends, fte in ties.items():
            shown = lit.issuperset(ends) and color != faint
            a, b = spots[ends[0]], spots[ends[1]]
            width = fte * scale if shown else min(fte * scale, 2.0)
            connect(
                ax, [(a.right, a.y), (b.left, b.y)], color=color if shown else faint,
                width=max(width, 0.5), style=style, order=2.0 if shown else 1.0,
            )  # fmt: skip
    for ends in crowd.touches:
        shown = failure is not None and lit.issuperset(ends)
        a, b = spots[ends[0]], spots[ends[1]]
        connect(
            ax, [(a.right, a.y), (b.left, b.y)], color=TOUCH if shown else faint,
            width=1.0 if shown else 0.6, style=(0, (4, 2)), order=1.5 if shown else 0.5,
        )  # fmt: skip
    for target, source in failure.via.items() if failure else ():
        a, b = spots[crowd.service_box[source]], spots[crowd.service_box[target]]
        if a is not b:
            connect(
                ax, [(a.left, a.y), (b.left, b.y)], color=ALARM, width=1.0, order=2.0,
                bow=-min(0.12 + abs(a.y - b.y) * 0.2, 0.5),
            )  # fmt: skip


def _box(
    ax: Axes, node: str, spot: Spot, crowd: Crowd, lit: set[str], failure: Failure | None
) -> None:
    """Draw one box in the colours of what happens to it."""
    label = crowd.labels[node]
    if node in crowd.headings:
        size = text_size(spot.height)
        ax.text(
            spot.left, spot.y, plain(fit(label, spot.right - spot.left, size)),
            va="center_baseline", fontsize=size, color=MUTED, fontstyle="italic",
        )  # fmt: skip
    elif node not in lit:
        ink = FADED if failure else INK
        box(ax, spot, label, fill=QUIET if node in crowd.gathered else PAPER, edge=PALE, ink=ink)
    elif failure is None:
        fill, edge = (INCIDENT, INCIDENT) if node in crowd.shared else (PAPER, MUTED)
        box(ax, spot, label, fill=fill, edge=edge)
    else:
        fill, note = _hit(node, crowd, failure)
        first = node == crowd.service_box[failure.service]
        box(ax, spot, label, note=note, fill=fill, edge=INK if first else MUTED, bold=first)


def _hit(node: str, crowd: Crowd, failure: Failure) -> tuple[str, str]:
    """Return the colour of a box that the failure hits, and what happens to it in short."""
    weights = [w for s, w in failure.weights.items() if crowd.service_box[s] == node]
    if weights:
        return blend(OUTAGE, ALARM, max(weights) ** 1.5), chance(max(weights))
    pull = sum(p for r, p in failure.pulls.items() if crowd.person_box[r] == node)
    if pull > 0:
        return INCIDENT, f"{number(pull, 1)} FTE"
    held = sum(n for p, n in failure.held.items() if crowd.project_box[p] == node)
    return (SHORT_HANDED, counted(held, "task")) if held else (PAPER, "")


def _legend(ax: Axes, failure: Failure | None, scale: float) -> None:
    """Explain lines and boxes below the picture."""
    one = f"(this wide: 1{GAP}FTE)"
    handles: list[Line2D | Patch] = []
    if failure is None:
        handles += [
            Patch(facecolor=INCIDENT, label="supports services and works on projects"),
            Patch(facecolor=QUIET, edgecolor=PALE, label="others, by team"),
            Line2D([], [], color=INCIDENT, linewidth=scale, label=f"pulled to incidents {one}"),
            Line2D([], [], color=LEVELLED, linestyle=":", label="everyday support only"),
            Line2D([], [], color=WORK, linewidth=scale, label=f"project work {one}"),
            Line2D([], [], color=PALE, linestyle="--", label="project changes or uses service"),
        ]
    else:
        handles += [
            Patch(facecolor=ALARM, label="fails, or is hit (share of it)"),
            Patch(facecolor=INCIDENT, label="pulled away"),
            Patch(facecolor=SHORT_HANDED, label="has tasks that can be held"),
            Line2D([], [], color=ALARM, linewidth=scale, label=f"pulled to restore {one}"),
            Line2D(
                [], [], color=WORK, linewidth=scale, label="project work they leave (same scale)"
            ),
            Line2D([], [], color=TOUCH, linestyle="--", label="can be held: changes or uses it"),
        ]
    ax.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.005), ncols=3,
        columnspacing=1.5, handlelength=1.8, borderaxespad=0.2,
    )  # fmt: skip


def _said(portfolio: Portfolio, failure: Failure | None) -> tuple[str, str]:
    """Return the finding and how to read the picture."""
    people = len(portfolio.resources)
    if failure is None:
        shared = shared_resources(portfolio)
        hours = sum(project_work(portfolio)["hours"])
        if shared.empty:
            text = "Nobody both supports services and works on projects"
        else:
            does = (
                "keeps services running and works"
                if len(shared) == 1
                else ("keep services running and work")
            )
            text = f"{len(shared)} of {counted(people, 'person', 'people')} {does} on projects"
            if hours > 0:
                share = shared["project_hours"].sum() / hours
                text += f": {chance(share)} of all project work rests on them"
        return (
            text,
            "When a service fails, the people tied to it leave the projects they are tied to",
        )
    names = dict(zip(portfolio.services["service"], portfolio.services["name"], strict=True))
    down = sum(is_down(weight) for weight in failure.weights.values()) - 1
    pulled, hit = len(failure.pulls), len(failure.projects)
    fte = number(sum(failure.pulls.values()), 1)
    follow = counted(down, "other service goes", "other services go")
    away = f"{counted(pulled, 'person is', 'people are')} pulled away ({fte}{GAP}FTE)"
    projects = (
        f"{hit} of {counted(len(portfolio.projects), 'project')} "
        f"{'loses people or has' if hit == 1 else 'lose people or have'} tasks that can be held"
        if hit
        else "no project loses people or has tasks that can be held"
    )
    text = (
        f"If {names[failure.service]} fails, {follow if down else 'no other service goes'} down, "
        f"{away if pulled else 'nobody is pulled away'}, and {projects}"
    )
    return text, "What the failure reaches is on top; all else is faded"
