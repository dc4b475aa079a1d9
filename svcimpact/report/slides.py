"""Which slides a report makes: a title, the findings, what shows them, what they rest on."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from svcimpact import charts
from svcimpact.charts.style import page
from svcimpact.incident.attribution import Attribution
from svcimpact.incident.outcome import Outcome
from svcimpact.report.page import Chart, Findings

# Slides that show something, between the findings and what they rest on.
MOST = 8
# Inches of a chart on a slide.
WIDTH, TALLEST = 11.6, 5.2
_LEAST_DAYS = 0.05
_MOST_ROWS = 10


@dataclass(frozen=True)
class Bars:
    """Figures for a chart that PowerPoint draws itself.

    Attributes
    ----------
    rows : tuple of str
        What each bar is of, from the top.
    series : tuple of (str, tuple of float)
        What is drawn, by name; several are stacked.
    unit : str
        What the axis says.
    """

    rows: tuple[str, ...]
    series: tuple[tuple[str, tuple[float, ...]], ...]
    unit: str


@dataclass(frozen=True)
class Slide:
    """One slide that shows a finding.

    Attributes
    ----------
    title, note : str
        The finding, and what is shown.
    bars : Bars or None
        What PowerPoint draws itself, so that it can be edited.
    picture : bytes
        A PNG, where it does not.
    """

    title: str
    note: str
    bars: Bars | None
    picture: bytes


def slides(findings: Findings) -> list[Slide]:
    """Return the slides that show findings: the first chart of each section, in turn.

    Parameters
    ----------
    findings : Findings
        What to say.

    Returns
    -------
    list of Slide
        At most eight; sections that have more charts come again where there is room.
    """
    rounds: list[Chart] = []
    depth = max((len(s.charts) for s in findings.sections), default=0)
    for nth in range(depth):
        rounds += [s.charts[nth] for s in findings.sections if len(s.charts) > nth]
    kept = {chart.name for chart in rounds[:MOST]}
    order = [c for s in findings.sections for c in s.charts if c.name in kept]
    return [_slide(chart) for chart in order]


def _slide(chart: Chart) -> Slide:
    with page(WIDTH, TALLEST):
        ax = chart.draw()
    title, note = told(ax)
    native = _native(chart)
    picture = b"" if native is not None else bare_png(ax)
    return Slide(title, note, native, picture)


def told(ax: Axes) -> tuple[str, str]:
    """Return the finding of a chart and the line below it, as they read.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        A chart of ours.

    Returns
    -------
    title, note : str
        Each on one line.
    """
    title = " ".join(ax.get_title(loc="left").replace(r"\$", "$").split())
    notes = [text.get_text() for text in ax.texts if text.get_gid() == "subtitle"]
    note = " ".join(" ".join(notes).replace(r"\$", "$").split())
    return title, note


def bare_png(ax: Axes, dpi: int = 170) -> bytes:
    """Return a chart as PNG without its finding, which stands on the slide.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        A chart of ours; its title is taken off.
    dpi : int
        Dots an inch.

    Returns
    -------
    bytes
        The file.
    """
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    ax.set_title("", loc="left")
    for text in list(ax.texts):
        if text.get_gid() == "subtitle":
            text.remove()
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=dpi)
    return out.getvalue()


def _native(chart: Chart) -> Bars | None:
    """Return the figures of a chart of which PowerPoint can draw the kind."""
    if not isinstance(chart.draw, partial) or not chart.draw.args:
        return None
    drawn, what = chart.draw.func, chart.draw.args[0]
    if drawn is charts.delays and isinstance(what, Outcome):
        return _delays(what)
    if drawn is charts.causes and isinstance(what, Attribution):
        return _causes(what)
    if drawn is charts.drivers and isinstance(what, Attribution):
        return _drivers(what)
    return None


def _records(table: Any) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _delays(outcome: Outcome) -> Bars | None:
    table = outcome.projects[outcome.projects["delay_p95_days"] >= _LEAST_DAYS]
    table = table.sort_values("delay_mean_days", ascending=False, kind="stable").head(_MOST_ROWS)
    if table.empty:
        return None
    names = {"mean": "Mean", "p80": "P80", "p95": "P95"}
    series = tuple(
        (title, tuple(round(float(v), 2) for v in table[f"delay_{key}_days"]))
        for key, title in names.items()
    )
    return Bars(tuple(table["name"]), series, "Delay, working days")


def _causes(found: Attribution) -> Bars | None:
    table = found.projects[found.projects["delay_mean_days"] >= _LEAST_DAYS]
    table = table.sort_values("delay_mean_days", ascending=False, kind="stable").head(_MOST_ROWS)
    if table.empty:
        return None
    series = tuple(
        (str(row["name"]), tuple(round(float(v), 2) for v in table[f"{row['mechanism']}_days"]))
        for row in _records(found.portfolio)
    )
    return Bars(tuple(table["name"]), series, "Mean delay, working days")


def _drivers(found: Attribution) -> Bars | None:
    table = found.drivers[found.drivers["days"].abs() >= _LEAST_DAYS].head(_MOST_ROWS)
    if table.empty:
        return None
    values = tuple(round(float(v), 2) for v in table["days"])
    return Bars(tuple(table["name"]), (("Saved without it", values),), "Project days saved")
