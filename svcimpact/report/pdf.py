"""Write findings as a PDF, from the same page as the HTML."""

from __future__ import annotations

from pathlib import Path

from svcimpact.errors import MissingRequirementError
from svcimpact.io.place import to_place
from svcimpact.io.replace import refuse, replace_file
from svcimpact.report.html import render
from svcimpact.report.page import Findings

_CURE = (
    "Writing PDF needs WeasyPrint and the Pango library. Install both: pip install svcimpact[pdf], "
    "and apt install libpango-1.0-0 libpangoft2-1.0-0 or brew install pango; or write .html and "
    "print it from a browser."
)


def write_pdf(findings: Findings, path: str | Path) -> Path:
    """Write the report as PDF.

    Parameters
    ----------
    findings : Findings
        What to say.
    path : str or pathlib.Path
        A ``.pdf`` file; replaced whole.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError
        If nothing can be written there.
    MissingRequirementError
        When WeasyPrint or what it needs is not installed.
    """
    place = to_place(path)
    if place.suffix.lower() != ".pdf":
        raise refuse(
            place,
            found=f"a name that ends in {place.suffix!r}",
            expected="a name that ends in .pdf",
            cure="Choose another name.",
        )
    try:
        from weasyprint import HTML, URLFetcher
    except (ImportError, OSError):
        raise MissingRequirementError(_CURE) from None
    text = render(findings)

    def fill(new: Path) -> None:
        # Nothing is fetched: the page holds all that it shows, pictures as data.
        HTML(string=text, url_fetcher=URLFetcher(allowed_protocols=("data",))).write_pdf(str(new))

    return replace_file(place, fill, overwrite=True)
