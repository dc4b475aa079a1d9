"""What README and documentation show is what comes out: no block of code is left untried."""

from __future__ import annotations

import doctest
import json
import re
import tomllib
from importlib import import_module
from pathlib import Path
from types import ModuleType

import matplotlib.pyplot as plt
import pandas as pd
import pytest
import typer
from doc_blocks import (
    DOCS,
    OPTIONS,
    PAGES,
    ROOT,
    TELLING,
    Block,
    blocks,
    commands,
    examples,
    fill,
    phrases,
    shown_by,
    small_meridian,
)
from drawn import title
from plan_examples import need_java
from typer.testing import CliRunner

import svcimpact as si
from svcimpact import charts, rerun
from svcimpact.cli import app
from svcimpact.engine.dispatch import RULES
from svcimpact.incident.actions import KINDS
from svcimpact.incident.disruption import MECHANISMS
from svcimpact.incident.scenario_values import ORDERS
from svcimpact.portfolio import Portfolio

# Commands that no page's test runs, only reads as the command line would, and who runs them.
READ_ONLY = {
    "dashboard": "serves a page until it is stopped; test_browser.py runs it",
    "demo": "runs the example in full; test_cli.py runs it with few futures",
    "run": "executes notebooks for minutes; test_rerun.py runs it",
}
# What other programs are called for, and why not here.
NOT_OURS = {
    "make": "installs, or is this very test",
    "py": "makes the environment",
    r".venv\Scripts\pip": "installs",
    r".venv\Scripts\svcimpact": "the same command under Windows",
    r".venv\Scripts\python": "is this very test",
}
# Pages whose examples run elsewhere, and where that is said.
ELSEWHERE = {
    "README.md": "pyproject.toml",
    "gallery.md": "tests/test_docs.py",
    "sweep.md": "tests/test_sweep.py",
}
SHELL = [page for page in PAGES if any(block.language in ("sh", "") for block in blocks(page))]
TOLD = [page for page in PAGES if examples(page).examples]


def words_of(block: Block) -> list[list[str]]:
    """Return the lines of a block that are commands; a picture of folders has none."""
    if block.language not in ("sh", "") or block.text.startswith("svcimpact/\n"):
        return []
    return commands(block)


def lines_to_run() -> list[tuple[str, list[str]]]:
    """Return the lines of all pages that are run: the first to show what it does."""
    run: list[tuple[str, list[str]]] = []
    for page in SHELL:
        for words in (words for block in blocks(page) for words in words_of(block)):
            ours = words[0] == "svcimpact" and words[1] not in READ_ONLY
            if ours and not shown_by(words, [before for _, before in run]):
                run.append((page, words))
    return run


TO_RUN = lines_to_run()


@pytest.fixture(scope="module")
def small() -> Portfolio:
    """Return one project of the example, which commands run on."""
    return small_meridian()


def run_examples(page: str, folder: Path, *, runs: int | None = None) -> None:
    """Run the examples of a page in order, with other runs than it says if need be."""
    shown = examples(page)
    if runs is not None:
        for example in shown.examples:
            example.source = re.sub(r"\bruns=\d+", f"runs={runs}", example.source)
    shown.globs["folder"] = folder
    report: list[str] = []
    with plt.rc_context({"figure.max_open_warning": 0}):
        failed = doctest.DocTestRunner(optionflags=OPTIONS).run(shown, out=report.append).failed
    plt.close("all")
    assert failed == 0, "".join(report)


@pytest.mark.parametrize("page", [page for page in TOLD if page not in ELSEWHERE])
def test_examples_on_a_page_come_out_as_shown(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every example of a page, in order."""
    monkeypatch.chdir(ROOT)
    run_examples(page, tmp_path)


def test_every_block_is_of_a_kind_that_is_tried() -> None:
    """Python has examples or can be compiled, shell is run or read, TOML is read; nothing else."""
    for page in PAGES:
        for block in blocks(page):
            if block.language == "python":
                if ">>>" not in block.text:
                    compile(block.text, block.place, "exec")
            elif block.language == "toml":
                tomllib.loads(block.text)
            elif block.language in ("sh", ""):
                assert page in SHELL
            else:
                assert block.language in ("{toctree}", "{eval-rst}"), block.place
    for page, place in ELSEWHERE.items():
        assert page in TOLD
        assert page in (ROOT / place).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", SHELL)
def test_commands_on_a_page_run(
    page: str, small: Portfolio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every line of its shell blocks, in order and in one folder, with few runs.

    What a line before has shown, with other values, is only read as the command line would.
    """
    lines = [words for block in blocks(page) for words in words_of(block)]
    if any(words[1] in ("import", "export") for words in lines if words[0] == "svcimpact"):
        need_java()
    monkeypatch.chdir(tmp_path)
    group = typer.main.get_command(app)
    context = group.make_context("svcimpact", [], resilient_parsing=True)
    for words in lines:
        told = " ".join(words)
        if words[0] != "svcimpact":
            assert words[0] in NOT_OURS, told
            continue
        name, given = words[1], words[2:]
        fill(tmp_path, small)
        command = group.get_command(context, name)
        assert command is not None, told
        command.make_context(name, list(given))
        if (page, words) not in TO_RUN:
            if name == "run" and "--set" in given:
                chosen = rerun.chosen(given[0], rerun.home())
                rerun.typed([given[k + 1] for k, x in enumerate(given) if x == "--set"], chosen)
            continue
        # A report without an incident makes no runs.
        if any("--runs" in option.opts for option in command.params) and (
            name != "report" or TELLING.intersection(given)
        ):
            given = [*given, "--runs", "20"]
        if name == "import" and "my-portfolio" in given:
            (tmp_path / "my-portfolio").rename(tmp_path / "before")
        result = CliRunner().invoke(app, [name, *given], catch_exceptions=False)
        assert result.exit_code == 0, f"{told}\n{result.output}"
        if (tmp_path / "before").is_dir():
            (tmp_path / "my-portfolio").rename(tmp_path / "made")
            (tmp_path / "before").rename(tmp_path / "my-portfolio")
        for k, word in enumerate(given):
            if word in ("--out", "--write", "--page", "--save"):
                assert Path(given[k + 1]).exists() or name == "import", told


def test_commands_within_sentences_are_commands() -> None:
    """Each names a command that there is and options that it has."""
    group = typer.main.get_command(app)
    context = group.make_context("svcimpact", [], resilient_parsing=True)
    seen = 0
    for page in PAGES:
        for phrase in phrases(page):
            name, *rest = phrase.split()[1:]
            if name == "COMMAND":
                continue
            command = group.get_command(context, name)
            assert command is not None, f"{page}: {phrase}"
            known = {x for option in command.params for x in (*option.opts, *option.secondary_opts)}
            assert {x for x in rest if x.startswith("--")} <= known | {"--help"}, phrase
            seen += 1
    assert seen > 10


def test_make_targets_and_folders_that_the_readme_names_are_there() -> None:
    """Its first commands and its tree of folders."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lines = [words for block in blocks("README.md") for words in words_of(block)]
    targets = [words[1] for words in lines if words[0] == "make"]
    assert targets == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.M) for target in targets)
    tree = next(b.text for b in blocks("README.md") if b.text.startswith("svcimpact/\n"))
    for line in tree.splitlines():
        names = re.findall(r"[\w.]+(?:/|\.py\b|\.csv\b)", line.split("   ")[0])
        inside = ROOT / "svcimpact" if line.startswith("  ") else ROOT
        assert names
        assert all((inside / name).exists() for name in names), line


def test_the_gallery_draws_every_chart_there_is(
    small: Portfolio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each picture is drawn by the code above it, and no public chart is missing."""
    text = PAGES["gallery.md"].read_text(encoding="utf-8")
    drawn = re.findall(r"ax = si\.charts\.(\w+)\(", text)
    assert drawn == re.findall(r"\(_made/(\w+)\.png\)", text)
    assert sorted(drawn) == sorted(charts.__all__)
    assert len(re.findall(r"^### .*\?$", text, re.M)) == len(drawn)
    fill(tmp_path, small)
    monkeypatch.chdir(tmp_path)
    run_examples("gallery.md", tmp_path, runs=40)


def test_the_pictures_of_the_model_are_drawn_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is drawn by its script from the examples, and each stands on the page."""
    monkeypatch.syspath_prepend(str(DOCS))
    import model_pictures

    text = PAGES["model.md"].read_text(encoding="utf-8")
    drawn = model_pictures.pictures(runs=40)
    assert re.findall(r"\(_made/model-(\w+)\.png\)", text) == list(drawn)
    said = {name: title(draw()) for name, draw in drawn.items()}
    plt.close("all")
    # As the README of tiny has them, solved on paper.
    assert said["clock"] == "An outage of 26 hours costs 10 working hours"
    assert "on 16 January 2026" in said["plan"]


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


@pytest.mark.parametrize("page", ["tables", "commands"])
def test_a_page_that_is_written_by_a_script_is_up_to_date(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is as its script writes it today."""
    monkeypatch.syspath_prepend(str(DOCS))
    module = __import__(page)
    text = PAGES[f"{page}.md"].read_text(encoding="utf-8")
    assert text == getattr(module, page)(), f"run python docs/{page}.py"


def test_the_pages_of_tables_and_commands_are_complete() -> None:
    """They have every table and column, every command and option."""
    schema = pd.read_csv(ROOT / "svcimpact" / "schema.csv")
    page = PAGES["tables.md"].read_text(encoding="utf-8")
    assert set(re.findall(r"^## (\w+)$", page, re.M)) == set(schema["table"])
    assert page.count("| `") == len(schema)
    page = PAGES["commands.md"].read_text(encoding="utf-8")
    group = typer.main.get_command(app)
    context = group.make_context("svcimpact", [], resilient_parsing=True)
    names = group.list_commands(context)
    assert re.findall(r"^## svcimpact (\S+)$", page, re.M) == names
    assert page.count("| `") == sum(len(group.get_command(context, x).params) for x in names)


def test_the_reference_has_every_public_name() -> None:
    """What the faces of the packages offer, and what pages and notebooks use."""
    text = PAGES["reference.md"].read_text(encoding="utf-8")
    listed = [_found(name) for name in re.findall(r"^   svcimpact\.([\w.]+)$", text, re.M)]
    faces = {"": si, "planning.": si.planning, "response.": si.response, "charts.": si.charts}
    offered = {f"{at}{name}" for at, face in faces.items() for name in face.__all__}
    written = [path.read_text(encoding="utf-8") for path in PAGES.values()]
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        written += ["".join(cell["source"]) for cell in cells]
    for words in written:
        offered |= set(re.findall(r"\bsi\.((?:[a-z_]+\.)*[a-zA-Z]\w*)", words))
        for module, names in re.findall(r"from svcimpact\.([\w.]+) import ([\w, ]+)", words):
            offered |= {f"{module}.{name.strip()}" for name in names.split(",")}
    missing = {name for name in offered if not any(_found(name) is one for one in listed)}
    assert not {x for x in missing if not isinstance(_found(x), ModuleType)}


def _found(name: str) -> object:
    """Return what a dotted name below `svcimpact` stands for; of a method, what it belongs to."""
    place: object = si
    for part in name.split("."):
        if isinstance(place, type):
            break
        try:
            place = getattr(place, part)
        except AttributeError:
            place = import_module(f"{place.__name__}.{part}")
    return place


def test_the_glossary_has_the_terms_of_the_program() -> None:
    """Mechanisms, levers, rules, orders, levels of communication, stages; in order."""
    text = PAGES["glossary.md"].read_text(encoding="utf-8")
    heads = " ".join(re.findall(r"^\| (.*?) \|", text, re.M))
    told = {*MECHANISMS, "P50", "P80", "total float", "alpha", "disturbance", "break-even"}
    told |= {
        "knock-on",
        "restoration",
        "levelling",
        "cost of delay",
        "exposure",
        "reserve",
        "lever",
    }
    assert {term for term in told if not re.search(rf"\b{term}\b", heads)} == set()
    choices = {*KINDS, *RULES, *ORDERS, *(level.level for level in si.planning.LEVELS)}
    choices |= {"scope", "design", "delivery", "test", "transition"}
    assert {term for term in choices if not re.search(rf"\b{term}\b", text)} == set()
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        listed = re.findall(r"^\| (?!term )([^|-].*?) \|", part, re.M)
        assert listed == sorted(listed, key=lambda x: x.casefold().lstrip("\u00b1")), part[:40]
