"""Shaded tables that PowerPoint draws itself, so that they can be edited there."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from svcimpact.charts.drawn import Cells
from svcimpact.charts.letters import shorten, text_width
from svcimpact.charts.style import GRID, INK, MUTED, PAPER
from svcimpact.report.shapes import SMALL, Area, colour, light

# Inches.
_ROW, _KEY, _AIR = 0.3, 0.36, 0.12
_NAME, _LEAST = 2.8, 0.3
_NAMED = 24  # characters of a column that stands upright
_PLAIN = "{5940675A-B579-460E-94D1-54222C63F5DA}"  # PowerPoint's table style without shades


def fitted(cells: Cells, width: float, height: float) -> tuple[Cells, str] | None:
    """Return the cells that a slide holds at a size that can be read.

    Parameters
    ----------
    cells : Cells
        What was drawn.
    width, height : float
        Inches of the slide that are free.

    Returns
    -------
    cells : Cells
        Without the columns that hold no figure, where not all find room.
    note : str
        How many those are, in words; empty where there are none.
    None
        Where even so not all figures find room.
    """
    kept, note = cells, ""
    if not _fits(cells, width):
        full = [c for c in range(len(cells.columns)) if any(row[c] for row in cells.figures)]
        kept = _columns(cells, full)
        note = f"Columns without a figure ({len(cells.columns) - len(full)}) are left out."
    if not kept.columns or not _fits(kept, width) or _height(kept, width) > height:
        return None
    return kept, note


def _columns(cells: Cells, kept: list[int]) -> Cells:
    return Cells(
        cells.rows,
        tuple(cells.columns[c] for c in kept),
        tuple(tuple(row[c] for c in kept) for row in cells.figures),
        tuple(tuple(row[c] for c in kept) for row in cells.fills),
        cells.key,
    )


def _wide(text: str, *, bold: bool = False) -> float:
    return text_width(text, SMALL, "bold" if bold else "normal") + _AIR


def _needs(cells: Cells, *, heads: bool) -> list[float]:
    """Return the inches that each column needs for its figures, and for the words of its name."""
    return [
        max(
            _LEAST,
            *(_wide(row[c], bold=True) for row in cells.figures),
            *(_wide(word, bold=True) for word in name.split() if heads),
        )
        for c, name in enumerate(cells.columns)
    ]


def _names(cells: Cells, width: float) -> float:
    """Return the inches of the names of rows; more where columns leave some."""
    spare = width - sum(_needs(cells, heads=True))
    return min(max(_wide(row) for row in cells.rows) + 0.02, max(_NAME, spare))


def _widths(cells: Cells, width: float) -> list[float]:
    """Return the inches of each column, what is left over shared out alike."""
    free = width - _names(cells, width)
    for needs in (_needs(cells, heads=True), _needs(cells, heads=False)):
        if sum(needs) <= free + 1e-6:
            even = free / len(needs)
            if max(needs) <= even:
                return [even] * len(needs)
            return [need + (free - sum(needs)) / len(needs) for need in needs]
    return [free / len(cells.columns)] * len(cells.columns)


def _fits(cells: Cells, width: float) -> bool:
    """Tell whether all figures find room in their columns."""
    least = min(max(_wide(row) for row in cells.rows) + 0.02, _NAME)
    return sum(_needs(cells, heads=False)) + least <= width


def _upright(cells: Cells, width: float) -> bool:
    """Tell whether columns are too narrow for the words of their names."""
    return sum(_needs(cells, heads=True)) > width - _names(cells, width) + 1e-6


def _head(cells: Cells, width: float) -> float:
    if _upright(cells, width):
        return max(_wide(shorten(name, _NAMED), bold=True) for name in cells.columns) + _AIR
    widths = _widths(cells, width)
    lines = (_lines(name, each) for name, each in zip(cells.columns, widths, strict=True))
    return max(lines) * SMALL * 1.2 / 72 + _AIR


def _lines(text: str, inches: float) -> int:
    """Return how many lines a text takes, word by word."""
    lines, line = 1, ""
    for word in text.split():
        trial = f"{line} {word}".strip()
        if line and _wide(trial, bold=True) > inches:
            lines, trial = lines + 1, word
        line = trial
    return lines


def _height(cells: Cells, width: float) -> float:
    key = _KEY * (1 + (len(cells.key) > 3)) if cells.key else 0.0
    return _head(cells, width) + _ROW * len(cells.rows) + key


def cell_table(slide: Any, cells: Cells, area: Area) -> Any:
    """Add a table of shaded cells, and what the shades mean below it.

    Parameters
    ----------
    slide : pptx.slide.Slide
        Where to.
    cells : Cells
        What was drawn, and `fitted` to the area.
    area : tuple of int
        Left, top, width and height, EMU.

    Returns
    -------
    pptx.shapes.graphfrm.GraphicFrame
        The shape.
    """
    left, top, width, height = area
    inches = width / Inches(1)
    key = (_height(cells, inches) - _head(cells, inches) - _ROW * len(cells.rows)) * Inches(1)
    head = int(Inches(_head(cells, inches)))
    each = min(int((height - key - head) / len(cells.rows)), int(Inches(_ROW * 1.35)))
    frame = slide.shapes.add_table(
        len(cells.rows) + 1, len(cells.columns) + 1, Emu(left), Emu(top), Emu(width),
        Emu(head + each * len(cells.rows)),
    )  # fmt: skip
    table = frame.table
    table._tbl.tblPr.find(qn("a:tableStyleId")).text = _PLAIN
    table.horz_banding = table.first_row = False
    names = int(Inches(_names(cells, inches)))
    table.columns[0].width = Emu(names)
    for c, each_wide in enumerate(_widths(cells, inches), 1):
        table.columns[c].width = Inches(each_wide)
    table.rows[0].height = Emu(head)
    upright = _upright(cells, inches)
    _fill(table.cell(0, 0), "", PAPER)
    for c, name in enumerate(cells.columns, 1):
        cell = table.cell(0, c)
        _fill(cell, shorten(name, _NAMED) if upright else name, PAPER, bold=True, middle=True)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE if upright else MSO_ANCHOR.BOTTOM
        if upright:
            cell._tc.get_or_add_tcPr().set("vert", "vert270")
            cell.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    for r, (name, figures, fills) in enumerate(
        zip(cells.rows, cells.figures, cells.fills, strict=True), 1
    ):
        table.rows[r].height = Emu(each)
        _fill(table.cell(r, 0), _cut(name, names / Inches(1)), PAPER)
        for c, (text, fill) in enumerate(zip(figures, fills, strict=True), 1):
            _fill(table.cell(r, c), text, fill, bold=True, middle=True)
    _key(slide, cells.key, (left, top + head + each * len(cells.rows), width))
    return frame


def _cut(name: str, inches: float) -> str:
    """Cut a name to one line; of two sides the longer one first."""
    sides = re.split(r" (?=[→×] )", name)  # noqa: RUF001 (the sign between two projects)
    lengths = [len(side) for side in sides]
    while max(lengths) > 4 and _wide(" ".join(map(shorten, sides, lengths))) > inches:
        lengths[lengths.index(max(lengths))] -= 1
    return " ".join(map(shorten, sides, lengths))


def _fill(cell: Any, text: str, fill: str, *, bold: bool = False, middle: bool = False) -> None:
    cell.text = text
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.font.size = Pt(SMALL)
    paragraph.font.bold = bold
    paragraph.font.color.rgb = colour(INK if light(fill) else PAPER)
    paragraph.alignment = PP_ALIGN.CENTER if middle else PP_ALIGN.LEFT
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_left = cell.margin_right = Inches(0.02)
    cell.margin_top = cell.margin_bottom = Inches(0.01)
    cell.fill.solid()
    cell.fill.fore_color.rgb = colour(fill)
    shades = cell._tc.get_or_add_tcPr()
    for place, side in enumerate(("a:lnL", "a:lnR", "a:lnT", "a:lnB")):
        # Lines come before the fill.
        line = etree.Element(qn(side), w="6350")
        solid = etree.SubElement(line, qn("a:solidFill"))
        etree.SubElement(solid, qn("a:srgbClr"), val=GRID.lstrip("#").upper())
        shades.insert(place, line)


def _key(slide: Any, key: tuple[tuple[str, str], ...], area: tuple[int, int, int]) -> None:
    """Add what shades mean, in a line or two."""
    left, top, width = area
    at, line = float(left), top + int(Inches(0.1))
    for fill, text in key:
        inches = _wide(text) + 0.25
        if at > left and at + Inches(inches + 0.25) > left + width:
            at, line = float(left), line + int(Inches(_KEY - 0.04))
        if fill:
            box = slide.shapes.add_shape(
                MSO_SHAPE.RECTANGLE, Emu(int(at)), Emu(line + int(Inches(0.05))),
                Inches(0.18), Inches(0.18),
            )  # fmt: skip
            box.fill.solid()
            box.fill.fore_color.rgb = colour(fill)
            box.line.color.rgb = colour(MUTED)
            box.shadow.inherit = False
            at += Inches(0.2)
        told = slide.shapes.add_textbox(Emu(int(at)), Emu(line), Inches(inches), Inches(0.28))
        frame = told.text_frame
        frame.word_wrap = False
        frame.margin_left = frame.margin_right = Inches(0.04)
        frame.margin_top = frame.margin_bottom = Emu(0)
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        frame.text = text
        frame.paragraphs[0].font.size = Pt(SMALL)
        frame.paragraphs[0].font.color.rgb = colour(INK)
        at += Inches(inches + 0.1)
