"""Write findings as a PowerPoint deck: findings as titles, charts that can be edited."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from lxml.etree import XMLSyntaxError
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import PP_ALIGN
from pptx.exc import PackageNotFoundError
from pptx.util import Emu, Inches, Pt

from svcimpact.charts.style import HELD, INCIDENT, INK, LEVELLED, MUTED, SHORT_HANDED
from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.io.place import to_place
from svcimpact.io.replace import refuse, replace_file
from svcimpact.report.page import Findings
from svcimpact.report.slides import Bars, Slide, slides

_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
_COLOURS = (INCIDENT, "#5b7fa6", LEVELLED, HELD, SHORT_HANDED)
_HEADLINES = 6
# Characters of what a page of small text holds.
_PAGE_OF_TEXT = 1500
_WIDE = (Inches(13.333), Inches(7.5))


def write_pptx(findings: Findings, path: str | Path, *, template: str | Path | None = None) -> Path:
    """Write the report as a deck that stands on its own.

    Parameters
    ----------
    findings : Findings
        What to say.
    path : str or pathlib.Path
        A ``.pptx`` file; replaced whole.
    template : str or pathlib.Path, optional
        A deck whose masters, layouts and fonts are used; its own slides are left out.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        If nothing can be written there, or the template is none.
    """
    place = to_place(path)
    if place.suffix.lower() != ".pptx":
        raise refuse(
            place,
            found=f"a name that ends in {place.suffix!r}",
            expected="a name that ends in .pptx",
            cure="Choose another name.",
        )
    deck = _opened(template)
    _title(deck, findings)
    _bullets(deck, "What the figures say", findings.headlines[:_HEADLINES], 18)
    for slide in slides(findings):
        _content(deck, slide)
    for number_, part in enumerate(_pages((*findings.assumptions, *findings.warnings))):
        title = "Appendix: what the figures rest on"
        _bullets(deck, title if not number_ else f"{title} ({number_ + 1})", part, 11)
    return replace_file(place, partial(_save, deck), overwrite=True)


def _save(deck: Any, new: Path) -> None:
    deck.save(str(new))


def _opened(template: str | Path | None) -> Any:
    """Return an empty deck, from a template where there is one."""
    if template is None:
        deck = Presentation()
        deck.slide_width, deck.slide_height = _WIDE
        return deck
    place = to_place(template)
    found = ""
    try:
        deck = Presentation(str(place))
        if not len(deck.slide_layouts):
            found = "a deck without layouts"
    except (PackageNotFoundError, BadZipFile, XMLSyntaxError, KeyError, ValueError, OSError):
        found = "no such file" if not place.exists() else "a file that is no PowerPoint deck"
    if found:
        row = fault(
            place.name,
            found=found,
            expected="a template in PowerPoint format (.pptx)",
            cure="Save it as .pptx with at least one layout.",
        )
        raise InputError("The template cannot be used.", fault_frame([row]))
    ids = deck.slides._sldIdLst
    for slide in list(ids):
        deck.part.drop_rel(slide.rId)
        ids.remove(slide)
    return deck


def _layout(deck: Any, *, cover: bool) -> Any:
    """Return the layout that suits: a cover, or a title over nothing else."""
    best, least = deck.slide_layouts[0], 99
    for layout in deck.slide_layouts:
        kinds = [p.placeholder_format.type for p in layout.placeholders]
        titles = sum(kind in _TITLES for kind in kinds)
        if not titles:
            continue
        others = sum(
            kind
            not in (*_TITLES, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER,
                    PP_PLACEHOLDER.SLIDE_NUMBER)
            for kind in kinds
        )  # fmt: skip
        off = others
        if cover:
            off = 0 if PP_PLACEHOLDER.SUBTITLE in kinds else 10 + others
        if off < least:
            best, least = layout, off
    return best


def _new(deck: Any, title: str, *, cover: bool = False) -> Any:
    """Return a new slide with its title; other placeholders are taken off, but for a subtitle."""
    slide = deck.slides.add_slide(_layout(deck, cover=cover))
    for shape in list(slide.placeholders):
        kind = shape.placeholder_format.type
        if kind not in _TITLES and not (cover and kind == PP_PLACEHOLDER.SUBTITLE):
            shape._element.getparent().remove(shape._element)
    if slide.shapes.title is None:
        _box(slide, _area(deck, 0.35, 0.9), [title], 26, bold=True)
        return slide
    holder = slide.shapes.title
    if not cover:
        holder.left, holder.top, holder.width, holder.height = _area(deck, 0.35, 1.05)
    elif deck.slide_width == _WIDE[0] and holder.left + holder.width < deck.slide_width * 0.8:
        # The library's own cover is made for a narrower slide.
        holder.left, holder.top, holder.width, holder.height = _area(deck, 1.7, 1.6)
    frame = holder.text_frame
    frame.word_wrap = True
    frame.text = title
    size = 24 if len(title) < 90 else 20 if len(title) < 150 else 16
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.font.size = Pt(36 if cover and len(title) < 60 else size)
        paragraph.font.bold = True
    return slide


def _area(deck: Any, top: float, height: float) -> tuple[int, int, int, int]:
    """Return left, top, width and height of a strip across a slide; inches from the top."""
    side = int(deck.slide_width * 0.045)
    return side, int(Inches(top)), int(deck.slide_width) - 2 * side, int(Inches(height))


def _box(
    slide: Any,
    area: tuple[int, int, int, int],
    lines: Sequence[str],
    size: float,
    *,
    bold: bool = False,
    colour: str = INK,
) -> None:
    box = slide.shapes.add_textbox(*(Emu(x) for x in area))
    frame = box.text_frame
    frame.word_wrap = True
    for k, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if k == 0 else frame.add_paragraph()
        paragraph.text = line
        paragraph.font.size = Pt(size)
        paragraph.font.bold = bold
        paragraph.font.color.rgb = RGBColor.from_string(colour.lstrip("#"))
        paragraph.space_after = Pt(size * 0.45)


def _title(deck: Any, findings: Findings) -> None:
    slide = _new(deck, findings.title, cover=True)
    facts = ", ".join(f"{name.lower()} {value}" for name, value in findings.facts)
    told = [p for p in slide.placeholders if p.placeholder_format.type == PP_PLACEHOLDER.SUBTITLE]
    if told:
        told[0].text_frame.text = findings.subtitle
        if deck.slide_width == _WIDE[0]:
            told[0].left, told[0].top, told[0].width, told[0].height = _area(deck, 3.5, 1.2)
        for paragraph in told[0].text_frame.paragraphs:
            paragraph.alignment = PP_ALIGN.LEFT
    else:
        _box(slide, _area(deck, 3.2, 1.0), [findings.subtitle], 20)
    height = deck.slide_height / 914_400
    _box(slide, _area(deck, height - 0.8, 0.5), [_begin(facts)], 11, colour=MUTED)


def _begin(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bullets(deck: Any, title: str, lines: Sequence[str], size: float) -> None:
    slide = _new(deck, title)
    height = deck.slide_height / 914_400 - 1.7
    width = deck.slide_width * 0.91 / 914_400
    while size > 8 and _lines(lines, size, width) * size * 1.65 / 72 > height:
        size -= 1
    _box(slide, _area(deck, 1.5, height), [f"• {line}" for line in lines], size)


def _lines(texts: Sequence[str], size: float, inches: float) -> int:
    """Return how many lines texts take, by a wide guess of a letter's width."""
    letters = max(int(inches * 72 / (size * 0.52)), 1)
    return sum(-(-len(text) // letters) for text in texts)


def _content(deck: Any, slide: Slide) -> None:
    made = _new(deck, slide.title)
    top = 1.5
    if slide.note:
        _box(made, _area(deck, 1.38, 0.5), [slide.note], 11, colour=MUTED)
        top = 1.95
    left, at, width, height = _area(deck, top, deck.slide_height / 914_400 - top - 0.35)
    if slide.bars is not None:
        _chart(made, slide.bars, (left, at, width, height))
        return
    picture = made.shapes.add_picture(io.BytesIO(slide.picture), Emu(left), Emu(at))
    scale = min(width / picture.width, height / picture.height)
    picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
    picture.left = left + (width - picture.width) // 2
    picture._element.nvPicPr.cNvPr.set("descr", slide.title)


def _chart(slide: Any, bars: Bars, area: tuple[int, int, int, int]) -> None:
    """Add a bar chart that PowerPoint draws, and that can be edited there."""
    data = CategoryChartData(number_format="0.0")
    # PowerPoint draws the first at the bottom.
    data.categories = [name if len(name) <= 42 else f"{name[:41]}…" for name in bars.rows[::-1]]
    stacked = len(bars.series) > 3
    for name, values in bars.series:
        data.add_series(name, values[::-1])
    kind = XL_CHART_TYPE.BAR_STACKED if stacked else XL_CHART_TYPE.BAR_CLUSTERED
    chart = slide.shapes.add_chart(kind, *(Emu(x) for x in area), data).chart
    chart.has_legend = len(bars.series) > 1
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.BOTTOM
        chart.legend.include_in_layout = False
        chart.legend.font.size = Pt(12)
    chart.category_axis.tick_labels.font.size = Pt(12)
    chart.category_axis.format.line.color.rgb = RGBColor.from_string(MUTED.lstrip("#"))
    chart.value_axis.tick_labels.font.size = Pt(11)
    chart.value_axis.has_title = True
    chart.value_axis.axis_title.text_frame.text = bars.unit
    chart.value_axis.axis_title.text_frame.paragraphs[0].font.size = Pt(12)
    chart.value_axis.major_gridlines.format.line.color.rgb = RGBColor(0xD8, 0xDE, 0xE4)
    plot = chart.plots[0]
    plot.gap_width = 45
    if stacked:
        plot.overlap = 100
    else:
        plot.has_data_labels = True
        plot.data_labels.font.size = Pt(10)
        plot.data_labels.number_format = "0.0"
        plot.data_labels.number_format_is_linked = False
    for k, series in enumerate(plot.series):
        series.format.fill.solid()
        colour = _COLOURS[k % len(_COLOURS)].lstrip("#").upper()
        series.format.fill.fore_color.rgb = RGBColor.from_string(colour)


def _pages(lines: Sequence[str]) -> list[list[str]]:
    """Return lines in pages that a slide holds, two at most; what is over is counted."""
    pages: list[list[str]] = [[]]
    for k, line in enumerate(lines):
        if sum(map(len, pages[-1])) + len(line) > _PAGE_OF_TEXT:
            if len(pages) == 2:
                pages[-1].append(f"… and {len(lines) - k} more, in the report.")
                break
            pages.append([])
        pages[-1].append(line)
    return [part for part in pages if part]
