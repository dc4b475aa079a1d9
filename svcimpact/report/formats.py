"""The formats of a report, chosen by how a file's name ends."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from svcimpact.charts.fonts import missing_glyphs_silent
from svcimpact.charts.style import HEIGHT, WIDTH, page
from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.io.place import to_place
from svcimpact.io.replace import make_folder, refuse, replace_file
from svcimpact.report.html import write_html
from svcimpact.report.page import Findings

FORMATS = ("html", "pptx", "xlsx", "pdf")


def known_format(path: str | Path) -> str:
    """Return the format that a file's name asks for, before anything is computed for it.

    Parameters
    ----------
    path : str or pathlib.Path
        The file.

    Returns
    -------
    str
        One of `FORMATS`.

    Raises
    ------
    InputError
        If the name ends in none of them.

    Examples
    --------
    >>> known_format("july.2026.PPTX")
    'pptx'
    """
    place = to_place(path)
    kind = place.suffix.lower().lstrip(".")
    kind = "html" if kind == "htm" or place.is_dir() else kind
    if kind not in FORMATS:
        raise refuse(
            place,
            found=f"a name that ends in {place.suffix!r}",
            expected="a name that ends in .html",
            cure="A report can be .html, .pptx, .xlsx or .pdf; choose another name.",
        )
    return kind


def spare_template(path: str | Path, template: str | Path | None) -> None:
    """Refuse a place where the template of a deck is, before anything is computed for it.

    Parameters
    ----------
    path : str or pathlib.Path
        The file to be written.
    template : str or pathlib.Path, optional
        The deck whose masters and layouts are used.

    Raises
    ------
    InputError
        If they are the same file, by whatever name.
    """
    if template is None:
        return
    place, held = to_place(path), to_place(template)
    if place.exists() and held.exists() and place.samefile(held):
        raise refuse(
            place,
            found="the template itself",
            expected="another name",
            cure=f"Choose another, such as {place.with_stem(place.stem + '-report')}.",
        )


def write_findings(
    findings: Findings,
    path: str | Path,
    *,
    tables: Mapping[str, pd.DataFrame] | None = None,
    template: str | Path | None = None,
    pictures: str | Path | None = None,
) -> Path:
    """Write findings in the format that a file's name asks for.

    Parameters
    ----------
    findings : Findings
        What to say.
    path : str or pathlib.Path
        An ``.html``, ``.pptx``, ``.xlsx`` or ``.pdf`` file; replaced whole.
    tables : mapping of str to pandas.DataFrame, optional
        Sheets of a workbook, before those of the sections.
    template : str or pathlib.Path, optional
        A deck whose masters and layouts a ``.pptx`` uses.
    pictures : str or pathlib.Path, optional
        A folder for the charts, each as PNG and as SVG at the size of a slide.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        If nothing can be written there, or the template is none, or is what would be replaced.
    MissingRequirementError
        When a PDF is asked for and what writes it is not installed.
    """
    place = to_place(path)
    kind = known_format(place)
    if template is not None and kind != "pptx":
        row = fault(
            "template",
            found=f"a template for a file that ends in {place.suffix!r}",
            expected="a report that ends in .pptx",
            cure="Only PowerPoint decks have templates.",
        )
        raise InputError("The report cannot be written.", fault_frame([row]))
    spare_template(place, template)
    if pictures is not None:
        # A place where they cannot go is told before anything is written.
        make_folder(to_place(pictures))
    # Only what a format needs is loaded.
    if kind == "pptx":
        from svcimpact.report.pptx import write_pptx

        written = write_pptx(findings, place, template=template)
    elif kind == "xlsx":
        from svcimpact.report.xlsx import write_xlsx

        written = write_xlsx(findings, tables or {}, place)
    elif kind == "pdf":
        from svcimpact.report.pdf import write_pdf

        written = write_pdf(findings, place)
    else:
        written = write_html(findings, place)
    if pictures is not None:
        write_pictures(findings, pictures)
    return written


def write_pictures(findings: Findings, folder: str | Path) -> list[Path]:
    """Write every chart as PNG and as SVG, at the size of a slide.

    Parameters
    ----------
    findings : Findings
        With the charts.
    folder : str or pathlib.Path
        Made where it is not there.

    Returns
    -------
    list of pathlib.Path
        The files, each replaced whole.
    """
    place = to_place(folder)
    make_folder(place)
    written = []
    for section in findings.sections:
        for chart in section.charts:
            with page(WIDTH, HEIGHT):
                ax = chart.draw()
            for suffix in ("png", "svg"):
                write = partial(_save, ax, suffix)
                written.append(
                    replace_file(place / f"{chart.name}.{suffix}", write, overwrite=True)
                )
            plt.close(ax.get_figure(root=True))
    return written


def _save(ax: Axes, suffix: str, new: Path) -> None:
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    # The same chart is the same file: neither a date nor names drawn by chance.
    nothing = {"Date": None} if suffix == "svg" else None
    with mpl.rc_context({"svg.hashsalt": "svcimpact"}), missing_glyphs_silent():
        figure.savefig(str(new), format=suffix, dpi=192, metadata=nothing)
