"""What is shown: figures as a table, charts as pictures with their finding as text."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from html import escape

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave

from svcimpact import charts
from svcimpact.charts.style import TALLEST, WIDTH, page
from svcimpact.errors import InputError, SvcimpactError, describe
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.totals import delay_days, mean_of_total
from svcimpact.planning.conflicts import conflict_register
from svcimpact.wording import chance, counted, day, with_error

DPI = 96

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
.svci tr.late td { font-weight: 600; }
.svci img { width: 100%; height: auto; }
.svci .muted { color: #57606a; }
.svci .faults { border-left: 5px solid #a3271b; background: #fdf3f1; padding: 8px 14px; }
.svci a.load { display: inline-block; margin: 0 14px 6px 0; }
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


def picture(chart: Callable[[], Axes]) -> str:
    """Draw a chart, and return it as HTML.

    Parameters
    ----------
    chart : callable
        Draws it, on a figure of its own.

    Returns
    -------
    str
        An image whose alternative text is the chart's finding.
    """
    # A browser scales the picture, so that fitting glyphs to pixels would be time for nothing.
    with page(WIDTH, TALLEST), mpl.rc_context({"text.hinting": "no_hinting"}):
        ax = chart()
        figure = ax.get_figure(root=True)
        assert isinstance(figure, Figure)
        figure.set_dpi(DPI)
        canvas = FigureCanvasAgg(figure)
        # Saving would lay everything out a second time.
        canvas.draw()
    held = io.BytesIO()
    imsave(held, canvas.buffer_rgba(), format="png", pil_kwargs={"compress_level": 1})
    finding = ax.get_title(loc="left").replace("\n", " ")
    data = base64.b64encode(held.getvalue()).decode()
    return f'<img src="data:image/png;base64,{data}" alt="{escape(finding, quote=True)}">'


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
    late = rows["delay_mean_days"] >= 0.05
    body = "".join(
        f'<tr class="{"late" if is_late else ""}"><td>{escape(str(row["name"]))}</td>'
        f"<td>{with_error(row['delay_mean_days'], row['delay_mean_days_se'])}</td>"
        f"<td>{_date(row['levelled_finish'])}</td><td>{_date(row['finish_p80'])}</td>"
        f"<td>{_share(row['chance_late'])}</td></tr>"
        for row, is_late in zip(rows.to_dict("records"), late, strict=True)
    )
    head = "".join(
        f'<th scope="col">{words}</th>'
        for words in (
            "Project",
            "Delay, working days ± error",
            "Finish without",
            "P80 finish with",
            "Chance to miss due date",
        )
    )
    said = "No project ends later on average"
    if late.any():
        total = mean_of_total(delay_days(outcome), outcome.scenario.sampling)
        said = f"{counted(int(late.sum()), 'project')} of {len(rows)} later: {with_error(*total)} "
        said += "working days in all"
    runs = f"{outcome.scenario.runs:,} futures, seed {outcome.scenario.seed}"
    return (
        f'<div class="svci" aria-live="polite"><h2>{said}</h2><table><thead><tr>{head}</tr></thead>'
        f'<tbody>{body}</tbody></table><p class="muted">{runs}, each against the same future '
        "without the incident.</p></div>"
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


def _date(when: pd.Timestamp) -> str:
    return "none" if pd.isna(when) else day(when, brief=True)


def _share(value: float) -> str:
    return "no due date" if pd.isna(value) else chance(value)
