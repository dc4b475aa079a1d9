"""Write findings as a PowerPoint deck: findings as titles, charts that can be edited."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from lxml import etree
from lxml.etree import XMLSyntaxError
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import PP_ALIGN
from pptx.exc import PackageNotFoundError
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from svcimpact.charts.drawn import Bars, Cells, Lines
from svcimpact.charts.fonts import FONT
from svcimpact.charts.letters import clean, wrap
from svcimpact.charts.style import INK, MUTED, PALETTE
from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.io.place import to_place
from svcimpact.io.replace import refuse, replace_file
from svcimpact.report.page import Findings
from svcimpact.report.shaded import cell_table, fitted
from svcimpact.report.shapes import SMALL, bar_chart, colour, line_chart
from svcimpact.report.slides import Slide, picture, slides, spoken

_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
_HEADLINES = 6
_FEW = 2
# Characters of what a page of small text holds.
_PAGE_OF_TEXT = 1700
_WIDE = (Inches(13.333), Inches(7.5))
_INSET = Inches(0.1)


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
    _title(deck, findings, template)
    shown, quiet = slides(findings, room=_room(deck))
    # One line or two are not worth a slide.
    told = [*findings.headlines[:_HEADLINES], *(quiet if len(quiet) <= _FEW else [])]
    _bullets(deck, "What the figures say", told, 18)
    for slide in shown:
        _content(deck, slide)
    if len(quiet) > _FEW:
        _bullets(deck, "Where nothing stands out", quiet, 18)
    basis = (*findings.assumptions, *findings.warnings)
    for number_, part in enumerate(_pages(basis)):
        title = "Appendix: what the figures rest on"
        slide = _bullets(deck, title if not number_ else f"{title} ({number_ + 1})", part, SMALL)
        slide.notes_slide.notes_text_frame.text = "\n".join(map(clean, basis))
    return replace_file(place, partial(_save, deck), overwrite=True)


class _MacrosError(Exception):
    """A template holds macros."""


def _save(deck: Any, new: Path) -> None:
    deck.save(str(new))


def _opened(template: str | Path | None) -> Any:
    """Return an empty deck, from a template where there is one."""
    if template is None:
        deck = Presentation()
        deck.slide_width, deck.slide_height = _WIDE
        _dress(deck)
        return deck
    place = to_place(template)
    found = ""
    try:
        deck = Presentation(_as_deck(place))
        if not len(deck.slide_layouts):
            found = "a deck without layouts"
    except _MacrosError:
        found = "a deck with macros, which a .pptx must not have"
    except (PackageNotFoundError, BadZipFile, XMLSyntaxError, KeyError, ValueError, OSError):
        found = "no such file" if not place.exists() else "a file that is no PowerPoint deck"
    if found:
        row = fault(
            place.name,
            found=found,
            expected="a deck or template of PowerPoint (.pptx, .potx)",
            cure="Save it from PowerPoint as .pptx or .potx with at least one layout.",
        )
        raise InputError("The template cannot be used.", fault_frame([row]))
    ids = deck.slides._sldIdLst
    for slide in list(ids):
        deck.part.drop_rel(slide.rId)
        ids.remove(slide)
    return deck


def _as_deck(place: Path) -> io.BytesIO:
    """Return a deck; a template or a show is told to be one, as python-pptx reads no others."""
    kind = "application/vnd.openxmlformats-officedocument.presentationml.{}.main+xml"
    found = io.BytesIO(place.read_bytes())
    with ZipFile(found) as parts:
        types = parts.read("[Content_Types].xml").decode()
        if "macroEnabled.main+xml" in types:
            raise _MacrosError
        told = types
        for name in ("template", "slideshow"):
            told = told.replace(kind.format(name), kind.format("presentation"))
        if told == types:
            return found
        new = io.BytesIO()
        with ZipFile(new, "w", ZIP_DEFLATED) as copy:
            for name in parts.namelist():
                same = name != "[Content_Types].xml"
                copy.writestr(name, parts.read(name) if same else told)
    return new


def _theme(deck: Any) -> tuple[Any, Any]:
    """Return the fonts and colours of a deck: the part that holds them, and what it says."""
    part = deck.slide_masters[0].part.part_related_by(RELATIONSHIP_TYPE.THEME)
    return part, etree.fromstring(part.blob)


def _dress(deck: Any) -> None:
    """Give our own deck one font for all, and the colours of the charts for what is added."""
    part, theme = _theme(deck)
    for font in theme.iterfind(".//{*}fontScheme/*/{*}latin"):
        font.set("typeface", FONT)
    for place, wanted in enumerate(PALETTE, 1):
        accent = theme.find(f".//{{*}}accent{place}")
        for old in list(accent):
            accent.remove(old)
        etree.SubElement(accent, qn("a:srgbClr"), val=wanted.lstrip("#").upper())
    part._blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)


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
    # The library's own cover is made for a narrower slide; the cover of a template stays.
    moved = deck.slide_width == _WIDE[0] and holder.left + holder.width < deck.slide_width * 0.8
    if not cover:
        holder.left, holder.top, holder.width, holder.height = _area(deck, 0.35, 1.05)
    elif moved:
        holder.left, holder.top, holder.width, holder.height = _area(deck, 1.7, 1.6)
    frame = holder.text_frame
    frame.word_wrap = True
    frame.text = clean(title)
    wide = holder.width / 914_400 - 0.25
    sizes = (36, 28, 24, 20, 16) if cover else (24, 20, 18, 16, 14)
    fits = [size for size in sizes if len(wrap(title, wide, size, "bold")) <= 2]
    for paragraph in frame.paragraphs:
        if not cover or moved:
            paragraph.alignment = PP_ALIGN.LEFT
        paragraph.font.size = Pt(fits[0] if fits else sizes[-1])
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
    colour_: str = INK,
) -> None:
    box = slide.shapes.add_textbox(*(Emu(x) for x in area))
    frame = box.text_frame
    frame.word_wrap = True
    for k, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if k == 0 else frame.add_paragraph()
        # A name of two lines must not look like two bullets.
        paragraph.text = clean(line)
        paragraph.font.size = Pt(size)
        paragraph.font.bold = bold
        paragraph.font.color.rgb = colour(colour_)
        paragraph.space_after = Pt(size * 0.45)


def _title(deck: Any, findings: Findings, template: str | Path | None) -> None:
    slide = _new(deck, findings.title, cover=True)
    facts = ", ".join(f"{name.lower()} {value}" for name, value in findings.facts)
    told = [p for p in slide.placeholders if p.placeholder_format.type == PP_PLACEHOLDER.SUBTITLE]
    if told:
        told[0].text_frame.text = clean(findings.subtitle)
        if template is None:
            told[0].left, told[0].top, told[0].width, told[0].height = _area(deck, 3.5, 1.2)
            for paragraph in told[0].text_frame.paragraphs:
                paragraph.alignment = PP_ALIGN.LEFT
                paragraph.font.color.rgb = colour(MUTED)
    else:
        _box(slide, _area(deck, 3.2, 1.0), [findings.subtitle], 20)
    height = deck.slide_height / 914_400
    _box(slide, _area(deck, height - 0.8, 0.5), [_begin(facts)], SMALL, colour_=MUTED)


def _begin(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bullets(deck: Any, title: str, lines: Sequence[str], size: float) -> Any:
    slide = _new(deck, title)
    height = deck.slide_height / 914_400 - 1.7
    width = deck.slide_width * 0.91 / 914_400
    while size > SMALL and _lines(lines, size, width) * size * 1.65 / 72 > height:
        size -= 1
    _box(slide, _area(deck, 1.5, height), [f"• {line}" for line in lines], size)
    return slide


def _lines(texts: Sequence[str], size: float, inches: float) -> int:
    """Return how many lines texts take, by a wide guess of a letter's width."""
    letters = max(int(inches * 72 / (size * 0.52)), 1)
    return sum(-(-len(text) // letters) for text in texts)


def _top(deck: Any) -> float:
    """Return the inches above a chart: a title, and a note of two lines, or three where narrow."""
    return 1.98 if deck.slide_width > Inches(12) else 2.18


def _room(deck: Any) -> tuple[float, float]:
    """Return the inches that a table has on a slide: width and height."""
    return deck.slide_width * 0.91 / 914_400 - 0.2, deck.slide_height / 914_400 - _top(deck) - 0.25


def _content(deck: Any, slide: Slide) -> None:
    made = _new(deck, slide.title)
    note, what = slide.note, slide.drawn
    across = deck.slide_width * 0.91 / 914_400
    if isinstance(what, Cells):
        kept = fitted(what, *_room(deck))
        what = None if kept is None else kept[0]
        note = note if kept is None or not kept[1] else f"{note}. {kept[1]}"
    png = b""
    if what is None:
        face = next(_theme(deck)[1].iterfind(".//{*}minorFont/{*}latin")).get("typeface")
        note, png = picture(slide.chart, face=face)
    if note:
        _box(made, _area(deck, 1.38, 0.5), [note], SMALL, colour_=MUTED)
    top = 1.5 if not note else _top(deck) if _lines([note], SMALL, across) > 1 else 1.78
    left, at, width, height = _area(deck, top, deck.slide_height / 914_400 - top - 0.25)
    # In line with the text above, which stands a little inside its box.
    area = left + int(_INSET), at, width - 2 * int(_INSET), height
    if isinstance(what, Bars):
        shape = bar_chart(made, what, area)
    elif isinstance(what, Lines):
        shape = line_chart(made, what, area)
    elif what is not None:
        shape = cell_table(made, what, area)
    else:
        shape = _picture(made, png, area)
    shape._element.xpath(".//p:cNvPr")[0].set("descr", slide.title)
    notes = spoken(slide)
    if notes:
        made.notes_slide.notes_text_frame.text = notes


def _picture(made: Any, png: bytes, area: tuple[int, int, int, int]) -> Any:
    """Add a picture as large as the area allows."""
    left, at, width, height = area
    shape = made.shapes.add_picture(io.BytesIO(png), Emu(left), Emu(at))
    scale = min(width / shape.width, height / shape.height)
    shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
    shape.left = left + (width - shape.width) // 2
    return shape


def _pages(lines: Sequence[str]) -> list[list[str]]:
    """Return lines in pages that a slide holds, two at most; what is over is counted."""
    pages: list[list[str]] = [[]]
    for k, line in enumerate(lines):
        if sum(map(len, pages[-1])) + len(line) > _PAGE_OF_TEXT:
            if len(pages) == 2:
                pages[-1].append(f"… and {len(lines) - k} more, in the notes of this slide.")
                break
            pages.append([])
        pages[-1].append(line)
    return [part for part in pages if part]
