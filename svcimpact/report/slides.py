"""Which slides a report makes: a title, the findings, what shows them, what they rest on."""

from __future__ import annotations

import io
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from svcimpact.charts.drawn import Bars, Cells, Drawn, Lines, drawn
from svcimpact.charts.fonts import missing_glyphs_silent
from svcimpact.charts.letters import TEXT, TITLE
from svcimpact.charts.style import page
from svcimpact.report.page import Chart, Findings
from svcimpact.report.shaded import fitted

# Slides that show something, between the findings and what they rest on.
MOST = 8
# Inches of a chart whose rows PowerPoint draws, and of a picture, which a slide shows a third
# larger: the smallest text is to be read from the back of a room.
_NATIVE = (11.6, 5.6)
_HEIGHTS = (7.2, 5.6, 4.6)
_PICTURE = (9.1, 5.0)


@dataclass(frozen=True)
class Slide:
    """One slide that shows a finding.

    Attributes
    ----------
    title, note : str
        The finding, and what is shown.
    drawn : Bars, Lines, Cells or None
        What PowerPoint can draw itself, so that it can be edited.
    chart : Chart
        What to draw a picture of, where it does not.
    """

    title: str
    note: str
    drawn: Drawn | None
    chart: Chart


def slides(findings: Findings, *, room: tuple[float, float]) -> tuple[list[Slide], list[str]]:
    """Return the slides that show findings: the first chart of each section, in turn.

    Parameters
    ----------
    findings : Findings
        What to say.
    room : tuple of float
        Width and height that a table has on a slide, inches.

    Returns
    -------
    shown : list of Slide
        At most eight; sections that have more charts come again where there is room.
    quiet : list of str
        The findings of charts that have nothing to show; one slide less where there are any.
    """
    rounds: list[Chart] = []
    depth = max((len(s.charts) for s in findings.sections), default=0)
    for nth in range(depth):
        rounds += [s.charts[nth] for s in findings.sections if len(s.charts) > nth]
    made: dict[str, Slide] = {}
    quiet: list[str] = []
    for chart in rounds:
        if len(made) + bool(quiet) >= MOST:
            break
        with page(*_NATIVE):
            ax = chart.draw()
        if _empty(ax):
            quiet.append(told(ax)[0])
        else:
            made[chart.name] = _slide(chart, ax, room)
    order = [c.name for s in findings.sections for c in s.charts if c.name in made]
    return [made[name] for name in order][: MOST - bool(quiet)], quiet


def _empty(ax: Axes) -> bool:
    """Tell whether a chart has nothing but its finding."""
    texts = [text for text in ax.texts if text.get_gid() != "subtitle"]
    return not ax.axison and not [*ax.patches, *ax.lines, *ax.collections, *texts]


def _slide(chart: Chart, ax: Axes, room: tuple[float, float]) -> Slide:
    what = drawn(ax)
    if isinstance(what, Cells):
        # As many rows as find room: names of columns take less of a slide than of a picture, or
        # more where they stand upright.
        for height in _HEIGHTS:
            with page(_NATIVE[0], height):
                tried = chart.draw()
            cells = drawn(tried)
            if isinstance(cells, Cells) and fitted(cells, *room):
                ax, what = tried, cells
                break
    title, note = told(ax)
    if isinstance(what, Lines) and what.note:
        note = f"{note}. {what.note}"
    return Slide(title, note, what, chart)


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


def picture(chart: Chart, *, face: str = "", dpi: int = 200) -> tuple[str, bytes]:
    """Draw a chart for a slide, without its finding, which stands on the slide.

    Parameters
    ----------
    chart : Chart
        The chart.
    face : str
        The font of the deck; used where it is installed.
    dpi : int
        Dots an inch.

    Returns
    -------
    note : str
        What is shown.
    png : bytes
        The file.
    """
    with page(*_PICTURE, face):
        ax = chart.draw()
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    note = told(ax)[1]
    lines = ax.get_title(loc="left").count("\n") + 1
    taken = (lines * TITLE * 1.2 + 12.0) / 72
    ax.set_title("", loc="left")
    for text in list(ax.texts):
        if text.get_gid() == "subtitle":
            taken += (text.get_text().count("\n") + 1) * TEXT * 1.3 / 72
            text.remove()
    # The chart keeps its size, as only what stood above it goes.
    figure.set_figheight(figure.get_figheight() - taken)
    out = io.BytesIO()
    with missing_glyphs_silent():
        figure.savefig(out, format="png", dpi=dpi)
    return note, out.getvalue()


def spoken(slide: Slide) -> str:
    """Return the notes of a slide: the figures that its chart prints beside the bars.

    Parameters
    ----------
    slide : Slide
        The slide.

    Returns
    -------
    str
        A line for each row; empty where there are none.
    """
    what = slide.drawn
    if not isinstance(what, Bars) or not any(what.labels):
        return ""
    rows = zip(what.rows, what.labels, strict=True)
    return "\n".join(f"{row}: {label}" for row, label in rows if label)
