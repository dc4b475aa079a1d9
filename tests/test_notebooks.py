"""The notebooks as they are kept: run, with outputs, one cell of parameters, charts drawn.

Their outputs are compared by ``pytest --nbval notebooks``.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pytest

import svcimpact as si

NOTEBOOKS = sorted(Path("notebooks").glob("*.ipynb"))


def cells_of(path: Path, kind: str) -> list[dict]:
    """Return the cells of one kind."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == kind]


def source(cell: dict) -> str:
    """Return a cell's text."""
    return "".join(cell["source"])


def test_there_are_notebooks():
    """The two notebooks of the README are there."""
    assert {"00-start-here", "05-serious-incident"} <= {path.stem for path in NOTEBOOKS}


def test_progress_bars_have_their_widgets_in_a_fresh_environment():
    """Whoever gets Jupyter from us gets ipywidgets, without which tqdm warns in every notebook."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {line.split(">=")[0] for line in project["dependencies"]}
    assert {"jupyterlab", "tqdm"} <= names
    assert "ipywidgets" in names


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_was_run_in_order_and_without_noise(path):
    """Cells are numbered 1, 2, 3, and none leaves an error or a warning."""
    code = cells_of(path, "code")
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert all(output["output_type"] != "error" for output in outputs)
    assert all(output.get("name") != "stderr" for output in outputs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_chart_cell_shows_its_chart(path):
    """Every cell that draws ends in an assignment, and a picture stands under it."""
    drawing = [cell for cell in cells_of(path, "code") if "si.charts." in source(cell)]
    assert drawing
    for cell in drawing:
        assert source(cell).startswith("ax = ")
        pictures = [o for o in cell["outputs"] if "image/png" in o.get("data", {})]
        assert len(pictures) == 1, source(cell)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_asks_answers_and_warns(path):
    """A question as title, one parameters cell in capitals, asserts, and where it misleads."""
    texts = [source(cell) for cell in cells_of(path, "markdown")]
    assert texts[0].splitlines()[0].endswith("?")
    assert any("Where this can mislead" in text for text in texts)
    code = cells_of(path, "code")
    tagged = [c for c in code if "parameters" in c["metadata"].get("tags", [])]
    assert len(tagged) == 1
    names = [line.split(" = ")[0] for line in source(tagged[0]).splitlines()]
    assert all(name.isupper() for name in names)
    assert any("assert " in source(cell) for cell in code)
    lines = [line for cell in code for line in source(cell).splitlines()]
    assert not any(line.startswith(("def ", "class ")) for line in lines)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_is_said_of_the_example_is_tagged(path):
    """Names of the example stand only in cells that a run on something else leaves out."""
    told = si.read("data/meridian")
    names = {*told.projects["name"], *told.resources["name"], *told.services["name"]}
    names = {name for name in names if " " in name}
    held = json.loads(path.read_text(encoding="utf-8"))["cells"]
    before = ""
    for cell in held:
        text, kind = source(cell), cell["cell_type"]
        if kind == "markdown" and "example" not in cell["metadata"].get("tags", []):
            lines = [line for line in text.splitlines() if not line.startswith("- ")]
            assert not [name for name in names if name.lower() in " ".join(lines).lower()]
            assert before != "code" or text.startswith("#"), text
        before = kind


@pytest.mark.parametrize(
    ("portfolio", "service", "start"),
    [("data/tiny", "payments", "2026-01-06 13:00"), ("data/meridian", "hr-payroll", "2026-03-09")],
)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_on_other_parameters(path, portfolio, service, start):
    """Another portfolio, service, start and number of runs go through to the last cell."""
    matplotlib.use("Agg")
    known: dict[str, object] = {}
    for cell in cells_of(path, "code"):
        exec(source(cell), known)  # noqa: S102
        if "parameters" in cell["metadata"].get("tags", []):
            known |= {"PORTFOLIO": portfolio, "SERVICE": service, "START": start, "RUNS": 20}
    plt.close("all")
    assert "outcome" not in known or known["outcome"].runs == 20
