"""What is shown: figures as a table, charts as pictures with their finding as text."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from html import escape
from typing import NamedTuple

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.typing import RcKeyType

from svcimpact import charts
from svcimpact.charts.style import TALLEST, WIDTH, page
from svcimpact.errors import InputError, SvcimpactError, describe
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.totals import delay_days, mean_of_total
from svcimpact.planning.conflicts import conflict_register
from svcimpact.report.sentences import astray_sentences
from svcimpact.wording import chance, counted, day, with_error

_SMALL = 0.05  # working days that are told as none
_ROWS = 15  # projects that are shown without scrolling

STYLE = """<style>
.svci { font-family: 'DejaVu Sans', Verdana, sans-serif; color: #1b1f24; font-size: 13px;
  line-height: 1.35; }
.svci h1 { font-size: 20px; margin: 4px 0; }
.svci h2 { font-size: 16px; margin: 4px 0; }
.svci table { border-collapse: collapse; width: 100%; }
.svci th { text-align: right; font-weight: 600; padding: 2px 8px;
  border-bottom: 2px solid #57606a; }
.svci td { text-align: right; padding: 2px 8px; border-bottom: 1px solid #d8dee4; }
.svci th:first-child, .svci td:first-child { text-align: left; }
.svci td { white-space: nowrap; }
.svci td:first-child { white-space: normal; min-width: 140px; }
.svci .long { max-height: 380px; overflow-y: auto; }
.svci .long th { position: sticky; top: 0; background: #ffffff; }
.svci tr.late td { font-weight: 600; }
.svci img { width: 100%; height: auto; }
.svci .muted { color: #57606a; }
.svci .faults { border-left: 5px solid #a3271b; background: #fdf3f1; padding: 8px 14px; }
.svci a.load { display: inline-block; margin: 0 14px 6px 0; }
.svci-page button:focus-visible, .svci-page select:focus-visible, .svci-page input:focus-visible,
.svci-page a:focus-visible, .svci-page .long:focus-visible, .svci-page .noUi-handle:focus {
  outline: 3px solid #1b1f24 !important; outline-offset: 2px; }
.svci-page button.mod-active { font-weight: 600; }
</style>"""


# Quick enough to be drawn at once, each from an outcome.
VIEWS: dict[str, Callable[[Outcome], Axes]] = {
    "Delays": charts.delays,
    "Timeline": charts.gantt,
    "Service map": lambda outcome: charts.graph(
        outcome.portfolio, service=outcome.scenario.incidents[0].service
    ),
    "Conflicts": lambda outcome: charts.conflict_network(conflict_register(outcome.portfolio)),
}
# What a chart shows of a scenario, where that is little: the same is not drawn again.
SHOWS: dict[str, Callable[[Outcome], object]] = {
    "Service map": lambda outcome: outcome.scenario.incidents[0].service,
    "Conflicts": lambda _: None,
}


Span = tuple[float, float] | None


class Picture(NamedTuple):
    """A chart as HTML, and how far its horizontal axis reaches by itself, if it has one."""

    html: str
    span: Span


def picture(chart: Callable[[], Axes], beside: Span = None) -> Picture:
    """Draw a chart, and return it as HTML.

    Parameters
    ----------
    chart : callable
        Draws it, on a figure of its own.
    beside : tuple of float, optional
        How far the axis of a chart beside it reaches: that is shown as well.

    Returns
    -------
    Picture
        An image whose alternative text is the chart's finding.
    """
    # The browser draws the letters itself: sharp on any screen, and a third of the time less.
    look: dict[RcKeyType, object] = {
        "svg.fonttype": "none", "svg.hashsalt": "svcimpact", "text.hinting": "no_hinting",
    }  # fmt: skip
    held = io.BytesIO()
    with page(WIDTH, TALLEST), mpl.rc_context(look):
        ax = chart()
        span = ax.get_xlim() if ax.axison else None
        if span is not None and beside is not None:
            ax.set_xlim(min(span[0], beside[0]), max(span[1], beside[1]))
        figure = ax.get_figure(root=True)
        assert isinstance(figure, Figure)
        # Saving a figure the usual way would lay everything out a second time.
        FigureCanvasSVG(figure).print_svg(held, metadata={"Date": None})
    finding = ax.get_title(loc="left").replace("\n", " ").replace(r"\$", "$")
    data = base64.b64encode(held.getvalue()).decode()
    shown = f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(finding, quote=True)}">'
    return Picture(f'<div class="svci">{shown}</div>', span)


def figures(outcome: Outcome) -> str:
    """Return the delays as a table.

    Parameters
    ----------
    outcome : Outcome
        What was simulated.

    Returns
    -------
    str
        HTML; the latest project first.
    """
    rows = outcome.projects.sort_values("delay_mean_days", ascending=False, kind="stable")
    late = rows["delay_mean_days"] >= _SMALL
    body = "".join(
        f'<tr class="{"late" if is_late else ""}"><td>{escape(str(row["name"]))}</td>'
        f"<td>{with_error(row['delay_mean_days'], row['delay_mean_days_se'])}</td>"
        f"<td>{_date(row['levelled_finish'])}</td><td>{_date(row['finish_p50'])}</td>"
        f"<td>{_date(row['finish_p80'])}</td>"
        f"<td>{_share(row['chance_late'])}</td></tr>"
        for row, is_late in zip(rows.to_dict("records"), late, strict=True)
    )
    head = "".join(
        f'<th scope="col">{words}</th>'
        for words in (
            "Project",
            "Delay, working days ± error",
            "P50 finish without",
            "P50 with",
            "P80 with",
            "Chance to miss due date",
        )
    )
    said = "No project ends later on average"
    if late.any():
        of_all = f"of {counted(len(rows), 'project')} later"
        said = f"{int(late.sum())} {of_all}: {_together(outcome, rows[late])} working days in all"
    early = rows["delay_mean_days"] <= -_SMALL
    if early.any():
        said += f"; {int(early.sum())} earlier: {_together(outcome, rows[early])}"
    runs = f"{outcome.scenario.runs:,} futures, seed {outcome.scenario.seed}"
    # A long table scrolls by itself; a keyboard reaches it then.
    scrolls = ' class="long" tabindex="0"' if len(rows) > _ROWS else ""
    return (
        f'<div class="svci" aria-live="polite"><h2>{said}</h2><div{scrolls}><table><thead><tr>'
        f"{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f'<p class="muted">{runs}, each against the same future without the incident.</p></div>'
    )


def difference(table: pd.DataFrame, first: str, second: str) -> str:
    """Return two scenarios side by side, as a table.

    Parameters
    ----------
    table : pandas.DataFrame
        What `svcimpact.incident.comparison.compare` returned.
    first, second : str
        What the two are called.

    Returns
    -------
    str
        HTML.
    """
    rows = "".join(
        f"<tr><td>{escape(str(row['name']))}</td><td>{row['first_days']:.1f}</td>"
        f"<td>{row['second_days']:.1f}</td>"
        f"<td>{with_error(row['later_days'], row['later_days_se'])}</td></tr>"
        for row in table.to_dict("records")
    )
    return (
        '<div class="svci"><h2>A against B: mean delay in working days</h2><table><thead><tr>'
        f'<th scope="col">Project</th><th scope="col">A: {escape(first)}</th>'
        f'<th scope="col">B: {escape(second)}</th><th scope="col">B less A ± error</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def faults(error: SvcimpactError) -> str:
    """Return what is wrong with the input, every fault a line.

    Parameters
    ----------
    error : SvcimpactError
        What was raised.

    Returns
    -------
    str
        HTML.
    """
    lines = describe(error.faults) if isinstance(error, InputError) else []
    head = str(error).splitlines()[0]
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return (
        f'<div class="svci"><div class="faults" role="alert"><h2>{escape(head)}</h2>'
        f"<ul>{items}</ul></div></div>"
    )


def note(lines: list[str]) -> str:
    """Return a few sentences.

    Parameters
    ----------
    lines : list of str
        Plain text.

    Returns
    -------
    str
        HTML; nothing for none.
    """
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<div class="svci muted" role="status">{said}</div>' if lines else ""


def download(name: str, data: bytes, words: str, kind: str) -> str:
    """Return a link that saves a file from within the page.

    Parameters
    ----------
    name : str
        The file's name.
    data : bytes
        What is in it.
    words : str
        The link's text.
    kind : str
        Its media type.

    Returns
    -------
    str
        HTML.
    """
    held = base64.b64encode(data).decode()
    return (
        f'<a class="load" download="{escape(name, quote=True)}" '
        f'href="data:{kind};base64,{held}">{escape(words)}</a>'
    )


def _together(outcome: Outcome, rows: pd.DataFrame) -> str:
    """Return the delay of some projects together, as a length, with its error."""
    at = outcome.projects["project"].isin(rows["project"]).to_numpy()
    mean, error = mean_of_total(delay_days(outcome, at), outcome.scenario.sampling)
    return with_error(abs(mean), error)


def standing(outcome: Outcome, pulled: str) -> str:
    """Return what has to be known beside the figures, as long as they are shown.

    Parameters
    ----------
    outcome : Outcome
        What is shown.
    pulled : str
        The levers that are pulled, in words.

    Returns
    -------
    str
        HTML; nothing where all is plain.
    """
    said = astray_sentences(outcome)
    scenario = outcome.scenario
    if len(scenario.incidents) > 1 or scenario.random_incidents is not None:
        said.append("The controls move its first incident; the others stay as they are.")
    if pulled:
        said.append(f"Pulled: {pulled}.")
    return note(said)


def _date(when: pd.Timestamp) -> str:
    return "none" if pd.isna(when) else day(when, brief=True)


def _share(value: float) -> str:
    return "no due date" if pd.isna(value) else chance(value)
