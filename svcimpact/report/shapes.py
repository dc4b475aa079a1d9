"""Charts and tables that PowerPoint draws itself, so that they can be edited there."""

from __future__ import annotations

import math
from typing import Any

from lxml import etree
from matplotlib.ticker import MaxNLocator
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE_DASH_STYLE, MSO_PATTERN_TYPE
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from svcimpact.charts.drawn import Bars, Line, Lines, Part
from svcimpact.charts.letters import clean, text_width
from svcimpact.charts.style import GRID, INK, MUTED, PAPER
from svcimpact.report.sheets import BarData, LineData

Area = tuple[int, int, int, int]
# Points; the least that is read from the back of a room.
SMALL = 12
# Inches of what stands beside a bar: of all of it, of its figures, and of one word of it.
_LABEL, _FIGURES, _WORD = 7.5, 3.0, 3.2
_DASHES = {
    "dashed": MSO_LINE_DASH_STYLE.DASH,
    "dotted": MSO_LINE_DASH_STYLE.ROUND_DOT,
}
_MARKS = {
    "o": XL_MARKER_STYLE.CIRCLE,
    "x": XL_MARKER_STYLE.X,
    "s": XL_MARKER_STYLE.SQUARE,
    "D": XL_MARKER_STYLE.DIAMOND,
    "^": XL_MARKER_STYLE.TRIANGLE,
    "v": XL_MARKER_STYLE.STAR,
    "P": XL_MARKER_STYLE.PLUS,
}
# By the first sign of a hatch of matplotlib.
_PATTERNS = {
    "/": MSO_PATTERN_TYPE.WIDE_UPWARD_DIAGONAL,
    "\\": MSO_PATTERN_TYPE.WIDE_DOWNWARD_DIAGONAL,
    "x": MSO_PATTERN_TYPE.DIAGONAL_CROSS,
    ".": MSO_PATTERN_TYPE.PERCENT_20,
}
# Marks of strokes only, which have no inside.
_STROKES = "xvP"
# Days between marks of an axis of dates, and days from Excel's first day to 1970.
_SPANS = (1, 2, 7, 14, 28, 56, 91, 182, 364)
_EXCEL = 25_569
_THOUSAND = 1000.0  # from which on figures at an axis are marked off by thousands
_MONDAY = 4  # the first Monday of 1970 was the fifth of January


def colour(text: str) -> RGBColor:
    """Return a colour as python-pptx has it.

    Parameters
    ----------
    text : str
        As ``#rrggbb``.

    Returns
    -------
    pptx.dml.color.RGBColor
        The colour.
    """
    found: RGBColor = RGBColor.from_string(text.lstrip("#").upper())
    return found


def bar_chart(slide: Any, bars: Bars, area: Area) -> Any:
    """Add bars, the first row on top, with error bars where there are errors.

    Parameters
    ----------
    slide : pptx.slide.Slide
        Where to.
    bars : Bars
        What was drawn.
    area : tuple of int
        Left, top, width and height, EMU.

    Returns
    -------
    pptx.shapes.graphfrm.GraphicFrame
        The shape.
    """
    data = BarData(number_format="0.0")
    labels = bars.labels or ("",) * len(bars.rows)
    data.categories = [_beside(*pair) for pair in zip(bars.rows, labels, strict=True)]
    for part in bars.parts:
        data.add_series(part.name or bars.unit, part.values)
    stacked = bars.joined == "stacked"
    kind = XL_CHART_TYPE.BAR_STACKED if stacked else XL_CHART_TYPE.BAR_CLUSTERED
    frame = slide.shapes.add_chart(kind, *(Emu(x) for x in area), data)
    chart = frame.chart
    # Where a part is not seen, rows tell what the others are.
    several = all(part.colour and part.name for part in bars.parts) and len(bars.parts) > 1
    _look(chart, [True for _ in bars.parts] if several else [])
    rows, values = chart.category_axis, chart.value_axis
    # The first row on top, its figures below all rows.
    rows.reverse_order = True
    values._element.find(qn("c:crosses")).set("val", "max")
    rows.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    _axis(values, bars.unit)
    _number_axis(values, _ends(bars))
    plot = chart.plots[0]
    plot.gap_width = 45
    plot.overlap = 0 if bars.joined == "beside" else 100
    for part, series in zip(bars.parts, plot.series, strict=True):
        if not part.colour:
            series.format.fill.background()
            continue
        _shade(series.format.fill, part)
        series.format.line.color.rgb = colour(INK)
        series.format.line.width = Pt(0.5)
        series.invert_if_negative = False
        if any(part.errors):
            _errors(series, part.errors)
        elif not stacked and not (bars.joined == "alone" and any(labels)):
            # Unless what stands beside the only bar of a row tells it already.
            told = series.data_labels
            told.show_value = True
            told.number_format, told.number_format_is_linked = "0.0", False
            told.font.size = Pt(SMALL)
            told.position = XL_LABEL_POSITION.OUTSIDE_END
    return frame


def _beside(row: str, label: str) -> str:
    """Return what stands beside a bar: its name, cut where it would take the room of the bars."""
    room = _LABEL - min(text_width(label, SMALL), _FIGURES)
    name = _cut(" ".join(_cut(word, _WORD) for word in clean(row).split(" ")), room)
    return f"{name}: {label}" if label else name


def _cut(text: str, inches: float) -> str:
    if text_width(text, SMALL) <= inches:
        return text
    while text and text_width(f"{text}…", SMALL) > inches:
        text = text[:-1].rstrip()
    return f"{text}…"


def _shade(fill: Any, part: Part) -> None:
    """Fill bars with their colour, and with the lines or dots over it that grey tells apart."""
    if not part.hatch:
        fill.solid()
        fill.fore_color.rgb = colour(part.colour)
        return
    fill.patterned()
    fill.pattern = _PATTERNS[part.hatch[0]]
    fill.fore_color.rgb = colour(INK if light(part.colour) else PAPER)
    fill.back_color.rgb = colour(part.colour)


def light(shade: str) -> bool:
    """Tell whether ink reads better on a shade than white, by lightness as grey printers have it.

    Parameters
    ----------
    shade : str
        As ``#rrggbb``.

    Returns
    -------
    bool
        False for a dark one.
    """
    red, green, blue = (int(shade[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue >= 0.5


def _ends(bars: Bars) -> list[float]:
    """Return how far bars and their errors reach."""
    ends = []
    for row in range(len(bars.rows)):
        below = above = 0.0
        for part in bars.parts:
            value = part.values[row] or 0.0
            reach = part.errors[row] if part.errors else 0.0
            if bars.joined == "stacked":
                below, above = below + min(value, 0.0), above + max(value, 0.0)
                ends += [below - reach * (value < 0), above + reach]
            else:
                ends += [value - reach, value + reach]
    return ends


def line_chart(slide: Any, lines: Lines, area: Area) -> Any:
    """Add lines and points over two axes.

    Parameters
    ----------
    slide : pptx.slide.Slide
        Where to.
    lines : Lines
        What was drawn.
    area : tuple of int
        Left, top, width and height, EMU.

    Returns
    -------
    pptx.shapes.graphfrm.GraphicFrame
        The shape.
    """
    dates = lines.x_kind == "date"
    data = LineData(dates=dates, number_format="0%" if lines.y_share else "General")
    # LibreOffice loses a series that is followed by a longer one.
    drawn = sorted(lines.lines, key=lambda line: -len(line.x))
    for line in drawn:
        series = data.add_series(line.name)
        for x, y in zip(line.x, line.y, strict=True):
            series.add_data_point(x + _EXCEL if dates else x, y)
    frame = slide.shapes.add_chart(
        XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, *(Emu(x) for x in area), data
    )
    chart = frame.chart
    _look(chart, [line.told for line in drawn])
    across, up = chart.category_axis, chart.value_axis
    _axis(across, lines.x_unit)
    _axis(up, lines.y_unit)
    across.has_major_gridlines = False
    if lines.y_share:
        up.minimum_scale, up.maximum_scale, up.major_unit = 0.0, 1.0, 0.2
        up.tick_labels.number_format, up.tick_labels.number_format_is_linked = "0%", False
    if dates:
        _date_axis(across, [x for line in lines.lines for x in line.x])
    if not lines.y_share:
        _number_axis(up, _heights(lines))
        across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if lines.x_kind == "number":
        _number_axis(across, [x for line in lines.lines for x in line.x])
    if lines.x_kind == "log":
        scaling = across._element.find(qn("c:scaling"))
        base = scaling.makeelement(qn("c:logBase"), {"val": "10"})
        scaling.insert(0, base)
        across.tick_labels.number_format = "General"
        across.tick_labels.number_format_is_linked = False
        ends = [math.log10(x) for line in lines.lines for x in line.x]
        across.minimum_scale = 10.0 ** math.floor(min(ends))
        across.maximum_scale = 10.0 ** math.ceil(max(ends))
    for line, series in zip(drawn, chart.plots[0].series, strict=True):
        _line(series, line)
    return frame


def _heights(lines: Lines) -> list[float]:
    """Return how far down and up points and their errors reach."""
    ends = []
    for line in lines.lines:
        errors = line.errors or (0.0,) * len(line.y)
        for y, reach in zip(line.y, errors, strict=True):
            ends += [y - reach, y + reach]
    return ends


def _look(chart: Any, told: list[bool]) -> None:
    """Set the size of all text, and the key below to those series of which it is to tell."""
    chart.font.size = Pt(SMALL)
    chart.font.color.rgb = colour(INK)
    chart.has_title = False
    chart.has_legend = any(told)
    if any(told):
        chart.legend.position = XL_LEGEND_POSITION.BOTTOM
        chart.legend.include_in_layout = False
        chart.legend.font.size = Pt(SMALL)
        place = chart.legend._element.find(qn("c:legendPos"))
        for k in reversed([k for k, shown in enumerate(told) if not shown]):
            entry = etree.Element(qn("c:legendEntry"))
            etree.SubElement(entry, qn("c:idx"), val=str(k))
            etree.SubElement(entry, qn("c:delete"), val="1")
            place.addnext(entry)


def _axis(axis: Any, unit: str) -> None:
    axis.has_title = bool(unit)
    if unit:
        frame = axis.axis_title.text_frame
        frame.text = unit
        frame.paragraphs[0].font.size = Pt(SMALL)
        frame.paragraphs[0].font.bold = False
    axis.has_major_gridlines = True
    axis.major_gridlines.format.line.color.rgb = colour(GRID)
    axis.format.line.color.rgb = colour(MUTED)


def _date_axis(axis: Any, days: list[float]) -> None:
    """Mark an axis at Mondays, as many as find room."""
    first = _MONDAY + (min(days) - _MONDAY) // 7 * 7
    span = max(max(days) - first, 1.0)
    step = next((days for days in _SPANS if span / days <= 9), _SPANS[-1])
    axis.minimum_scale = first + _EXCEL
    axis.maximum_scale = first + _EXCEL + -(-span // step) * step
    axis.major_unit = step
    axis.tick_labels.number_format = "d mmm yyyy"
    axis.tick_labels.number_format_is_linked = False


def _number_axis(axis: Any, values: list[float]) -> None:
    """Mark an axis at round numbers, from the least value to the most; zero is among them."""
    ends = min(0.0, *values), max(0.0, *values)
    marks = MaxNLocator(8, steps=[1, 2, 5, 10]).tick_values(*ends)
    axis.minimum_scale, axis.maximum_scale = float(marks[0]), float(marks[-1])
    axis.major_unit = float(marks[1] - marks[0])
    if max(map(abs, ends)) >= _THOUSAND:
        axis.tick_labels.number_format = "#,##0"
        axis.tick_labels.number_format_is_linked = False


def _line(series: Any, line: Line) -> None:
    series.smooth = False
    if line.style:
        series.format.line.color.rgb = colour(line.colour)
        series.format.line.width = Pt(2.5 if line.style == "solid" else 1.75)
        if line.style in _DASHES:
            series.format.line.dash_style = _DASHES[line.style]
    else:
        series.format.line.fill.background()
    series.marker.style = _MARKS.get(line.mark, XL_MARKER_STYLE.NONE)
    if line.mark:
        cross = line.mark in _STROKES
        series.marker.size = 13 if cross else 9
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = colour(line.colour)
        series.marker.format.line.color.rgb = colour(line.colour if cross else INK)
        if cross:
            series.marker.format.line.width = Pt(3)
    if any(line.errors):
        _errors(series, line.errors, upright=True)


def _errors(series: Any, reach: tuple[float, ...], *, upright: bool = False) -> None:
    """Add error bars, which python-pptx does not know; they can be edited as all others."""
    bars = etree.SubElement(series._element, qn("c:errBars"))
    if upright:
        etree.SubElement(bars, qn("c:errDir"), val="y")
    etree.SubElement(bars, qn("c:errBarType"), val="both")
    etree.SubElement(bars, qn("c:errValType"), val="cust")
    etree.SubElement(bars, qn("c:noEndCap"), val="0")
    for side in ("c:plus", "c:minus"):
        values = etree.SubElement(etree.SubElement(bars, qn(side)), qn("c:numLit"))
        etree.SubElement(values, qn("c:formatCode")).text = "General"
        etree.SubElement(values, qn("c:ptCount"), val=str(len(reach)))
        for place, value in enumerate(reach):
            point = etree.SubElement(values, qn("c:pt"), idx=str(place))
            etree.SubElement(point, qn("c:v")).text = repr(value)
    shape = etree.SubElement(bars, qn("c:spPr"))
    fill = etree.SubElement(etree.SubElement(shape, qn("a:ln"), w="12700"), qn("a:solidFill"))
    etree.SubElement(fill, qn("a:srgbClr"), val=INK.lstrip("#").upper())
    # The order of the parts of a series is set: the values come right after the error bars.
    first = next(
        child
        for child in series._element
        if child.tag in (qn("c:cat"), qn("c:val"), qn("c:xVal"), qn("c:yVal"))
    )
    first.addprevious(bars)
