"""Draw the gallery: the charts of ``gallery.md``, from the code that stands in it."""

from __future__ import annotations

import doctest
import os
import re
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt

HERE = Path(__file__).parent
_CHART = re.compile(r"ax = si\.charts\.(\w+)\(")


class _Drawing(doctest.DocTestRunner):
    """Runs examples, and keeps the chart of each that draws one."""

    def __init__(self, out: Path) -> None:
        super().__init__(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
        self.out = out

    def report_success(self, *told: Any) -> None:
        """Save what was drawn by the example that went well."""
        _, test, example, _ = told
        found = _CHART.match(example.source)
        if found:
            test.globs["ax"].figure.savefig(self.out / f"{found[1]}.png", dpi=110)
            plt.close("all")


def draw_gallery(out: Path) -> list[str]:
    """Run the examples of the gallery and save their charts.

    Parameters
    ----------
    out : pathlib.Path
        The folder for the pictures.

    Returns
    -------
    list of str
        The charts drawn, by name.
    """
    mpl.use("agg")
    text = (HERE / "gallery.md").read_text(encoding="utf-8")
    pages = doctest.DocTestParser().get_doctest(text, {}, "gallery.md", None, 0)
    before = Path.cwd()
    os.chdir(HERE.parent)
    try:
        runner = _Drawing(out)
        report: list[str] = []
        if runner.run(pages, out=report.append, clear_globs=False).failed:
            raise RuntimeError("".join(report))
    finally:
        os.chdir(before)
    return sorted(path.stem for path in out.glob("*.png"))
