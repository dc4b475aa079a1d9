"""What the documentation shows is what comes out."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from svcimpact import charts
from svcimpact.cli import app

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


@pytest.mark.parametrize("page", ["tutorial.md", "model.md"])
def test_examples_on_a_page_come_out_as_shown(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every example of a page, in order."""
    monkeypatch.chdir(ROOT)
    text = (DOCS / page).read_text(encoding="utf-8")
    examples = doctest.DocTestParser().get_doctest(text, {}, page, None, 0)
    report: list[str] = []
    assert len(examples.examples) > 3
    failed = doctest.DocTestRunner(optionflags=OPTIONS).run(examples, out=report.append).failed
    assert failed == 0, "".join(report)


def test_commands_of_the_tutorial_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line of its shell blocks, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(ROOT / "data")
    text = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    lines = [x for block in re.findall(r"```sh\n(.*?)```", text, re.S) for x in block.splitlines()]
    assert len(lines) > 5
    for line in lines:
        words = shlex.split(line)
        assert words[0] == "svcimpact"
        result = CliRunner().invoke(app, words[1:], catch_exceptions=False)
        assert result.exit_code == 0, line
    assert (tmp_path / "steering.pptx").is_file()


def test_the_gallery_has_every_chart_it_shows() -> None:
    """Each picture is drawn by the code above it, by a chart that there is."""
    text = (DOCS / "gallery.md").read_text(encoding="utf-8")
    drawn = re.findall(r"ax = si\.charts\.(\w+)\(", text)
    shown = re.findall(r"\(_made/(\w+)\.png\)", text)
    assert drawn == shown
    assert set(drawn) <= set(charts.__all__)
    assert len(drawn) > 15


def test_every_page_is_reached_from_the_first() -> None:
    """No page is lost, and none is named that is not there."""
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    named = {
        line.strip()
        for block in re.findall(r"```\{toctree\}(.*?)```", index, re.S)
        for line in block.splitlines()
        if line.strip() and not line.startswith(":")
    } - {"notebooks/*"}
    pages = {path.stem for path in DOCS.glob("*.md")} - {"index"}
    assert named == pages


def test_the_page_of_tables_is_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is as its script writes it today, and has every table and column."""
    monkeypatch.syspath_prepend(str(DOCS))
    page = (DOCS / "tables.md").read_text(encoding="utf-8")
    import tables

    assert page == tables.tables()
    schema = pd.read_csv(ROOT / "svcimpact" / "schema.csv")
    assert set(re.findall(r"^## (\w+)$", page, re.M)) == set(schema["table"])
    assert page.count("| `") == len(schema)
