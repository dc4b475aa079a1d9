"""Write findings as one self-contained page."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from svcimpact.charts.letters import clean
from svcimpact.io.place import to_place
from svcimpact.io.replace import refuse, replace_file
from svcimpact.report.page import Findings
from svcimpact.report.picture import draw

# As many signs of a word as a column of a table always has room for, where more follow.
_LONG = re.compile(r"\S{18}(?=\S)")


def write_html(findings: Findings, path: str | Path) -> Path:
    """Write the report as one HTML file that needs nothing else: no network, font or script.

    Parameters
    ----------
    findings : Findings
        What to say.
    path : str or pathlib.Path
        The file; replaced whole.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        If nothing can be written there.
    """
    return write_page(render(findings), path)


def write_page(text: str, path: str | Path) -> Path:
    """Write a page that is rendered already.

    Parameters
    ----------
    text : str
        The page.
    path : str or pathlib.Path
        The file; replaced whole.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        If nothing can be written there.
    """
    place = to_place(path)
    if not place.is_dir() and place.suffix.lower() not in {".html", ".htm"}:
        raise refuse(
            place,
            found=f"a name that ends in {place.suffix!r}",
            expected="a name that ends in .html",
            cure="A report can be .html, .pptx, .xlsx or .pdf; choose another name.",
        )

    def fill(new: Path) -> None:
        new.write_text(text, encoding="utf-8")

    return replace_file(place, fill, overwrite=True)


def render(findings: Findings) -> str:
    """Return the report as HTML.

    Parameters
    ----------
    findings : Findings
        What to say; every text in it is data and cannot become markup.

    Returns
    -------
    str
        The page.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup, escape

    here = files("svcimpact.report")
    template = here.joinpath("report.html").read_text(encoding="utf-8")
    style = here.joinpath("report.css").read_text(encoding="utf-8")
    pictures = {c.name: draw(c) for section in findings.sections for c in section.charts}

    def breakable(text: str) -> Markup:
        """Let a browser break words that would push all other columns out of sight."""
        return Markup("<wbr>").join(escape(part) for part in _pieces(text))

    made = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["breakable"] = breakable
    page = made.from_string(template)
    return page.render(
        findings=findings,
        pictures=pictures,
        # Ours, and drawn by us with every name escaped: the only texts that are markup.
        style=Markup(style),  # noqa: S704
        drawn={name: Markup(picture.svg) for name, picture in pictures.items()},  # noqa: S704
    )


def _pieces(text: str) -> list[str]:
    """Cut a text inside its long words, so that a column needs no more room than a piece."""
    return _LONG.sub("\\g<0>\n", clean(text)).split("\n")
