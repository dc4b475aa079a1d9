"""How the documentation is built: ``make docs``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))
# Pages of the last build, which may be of what is no more.
shutil.rmtree(HERE / "_reference", ignore_errors=True)

project = "svcimpact"
author = "The svcimpact authors"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
exclude_patterns = ["_build", "_templates"]
# The first is that of the pages of the reference.
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb", ".ipynb": "myst-nb"}

# Notebooks are shown as they were run; a page never runs one.
nb_execution_mode = "off"
myst_heading_anchors = 3
autosummary_generate = True
templates_path = ["_templates"]
autodoc_typehints = "none"
numpydoc_show_class_members = False
suppress_warnings = ["mystnb.unknown_mime_type"]

html_theme = "furo"
html_title = "svcimpact"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_copy_source = False


def setup(app: Any) -> None:
    """Draw the pictures and fetch the notebooks before pages are read."""
    app.connect("builder-inited", _prepare)


def _prepare(_: Any) -> None:
    from commands import commands
    from gallery import draw_gallery
    from model_pictures import draw_model
    from tables import tables

    made = HERE / "_made"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    draw_gallery(made)
    draw_model(made)
    (HERE / "tables.md").write_text(tables(), encoding="utf-8")
    (HERE / "commands.md").write_text(commands(), encoding="utf-8")
    notebooks = HERE / "notebooks"
    notebooks.mkdir(exist_ok=True)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        text = path.read_text(encoding="utf-8").replace("](../docs/", "](../")
        (notebooks / path.name).write_text(text, encoding="utf-8")
