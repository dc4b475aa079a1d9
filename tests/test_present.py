"""Decks, workbooks and PDFs, read again by the libraries of those who read them."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from paper import assigned
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.util import Pt
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from test_levers import STRIKE, one_task
from typer.testing import CliRunner

from svcimpact import report as reports
from svcimpact.charts.fonts import FONT
from svcimpact.cli import app
from svcimpact.errors import InputError, MissingRequirementError, describe
from svcimpact.incident.attribution import attribute
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.io import read, write
from svcimpact.planning import level
from svcimpact.planning.conflicts import conflict_register
from svcimpact.planning.overload import over_allocation
from svcimpact.report import findings, write_findings, write_report
from svcimpact.report import pdf as pdfs
from svcimpact.report.formats import write_pictures
from svcimpact.report.page import Chart, Findings, Section
from svcimpact.report.practices import practice_answers
from svcimpact.response.live import PRACTICES
from svcimpact.response.watch import watch_list
from svcimpact.wording import counted

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.xdist_group("present")
HOSTILE = '=HYPERLINK("http://x") <b>&$\\alpha$ ' + "very long name " * 20


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Return the example, simulated."""
    scenario = replace(Scenario.read(ROOT / "data/meridian/payments-down.toml"), runs=100)
    return simulate(read(ROOT / "data/meridian"), scenario)


@pytest.fixture(scope="module")
def found(outcome: Outcome) -> Findings:
    """Return what its report says."""
    return findings(outcome.portfolio, outcome)


@pytest.fixture(scope="module")
def deck(found: Findings, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return its deck, read again."""
    return Presentation(str(write_findings(found, tmp_path_factory.mktemp("deck") / "a.pptx")))


def inside(deck: Any) -> None:
    """Hold every shape of a deck against the edges of its slides."""
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width + 10
            assert shape.top + shape.height <= deck.slide_height + 10


def test_a_deck_stands_on_its_own(deck: Any, found: Findings) -> None:
    """Eight to twelve slides: cover, findings, what shows them with the finding as title, basis."""
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert 8 <= len(titles) <= 12
    assert titles[0] == found.title
    assert titles[1] == "What the figures say"
    assert titles[2].startswith("Card processor switch loses most")
    assert titles[-1].startswith("Appendix: what the figures rest on")
    assert all(titles)
    assert len(set(titles)) == len(titles)
    inside(deck)
    told = [s.text_frame.text for s in deck.slides[1].shapes if s.has_text_frame]
    assert found.headlines[0] in told[-1]


def test_bars_can_be_edited_and_pictures_are_told(deck: Any) -> None:
    """Delays, chances, load and pairs can be edited; what is a picture says what it shows."""
    kinds = [
        "chart" if s.has_chart else "table" if s.has_table else "picture"
        for slide in deck.slides
        for s in slide.shapes
        if s.has_chart or s.has_table or s.shape_type == 13
    ]
    assert kinds.count("chart") >= 3
    assert kinds.count("table") >= 1
    pictures = [s for slide in deck.slides for s in slide.shapes if s.shape_type == 13]
    assert pictures
    assert all(p._element.nvPicPr.cNvPr.get("descr") for p in pictures)


def test_all_text_of_a_deck_is_read_from_the_back(deck: Any, found: Findings) -> None:
    """No text is smaller than 12 points; one font for all; the basis is whole in the notes."""
    for slide in deck.slides:
        for shape in slide.shapes:
            frames = [shape.text_frame] if shape.has_text_frame else []
            for frame in frames:
                sizes = [p.font.size for p in frame.paragraphs if p.font.size is not None]
                assert all(size >= Pt(12) for size in sizes)
            if shape.has_chart:
                assert shape.chart.font.size >= Pt(12)
    theme = deck.slide_masters[0].part.part_related_by(RELATIONSHIP_TYPE.THEME).blob
    assert theme.count(f'<a:latin typeface="{FONT}"'.encode()) == 2
    assert b"Calibri" not in theme
    notes = list(deck.slides)[-1].notes_slide.notes_text_frame.text
    assert notes.splitlines() == [*found.assumptions, *found.warnings]


def test_a_template_keeps_its_masters_and_loses_its_slides(found: Findings, tmp_path: Path) -> None:
    """A narrow deck with a slide of its own: its size and layouts stay, its slide goes."""
    theirs = Presentation()
    theirs.slides.add_slide(theirs.slide_layouts[0]).shapes.title.text = "Their sample"
    theirs.save(str(tmp_path / "theirs.pptx"))
    made = Presentation(
        str(write_findings(found, tmp_path / "a.pptx", template=tmp_path / "theirs.pptx"))
    )
    assert made.slide_width == theirs.slide_width
    assert "Their sample" not in [s.shapes.title.text_frame.text for s in made.slides]
    inside(made)


def retyped(path: Path, old: str, new: str) -> None:
    """Write an empty deck with another content type."""
    deck = io.BytesIO()
    Presentation().save(deck)
    with ZipFile(deck) as parts, ZipFile(path, "w") as copy:
        for name in parts.namelist():
            text = parts.read(name)
            if name == "[Content_Types].xml":
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            copy.writestr(name, text)


def test_a_template_with_macros_is_told(found: Findings, tmp_path: Path) -> None:
    """PowerPoint would not open a .pptx made of it."""
    old = "vnd.openxmlformats-officedocument.presentationml.presentation.main"
    retyped(tmp_path / "m.pptm", old, "vnd.ms-powerpoint.presentation.macroEnabled.main")
    with pytest.raises(InputError) as caught:
        write_findings(found, tmp_path / "a.pptx", template=tmp_path / "m.pptm")
    assert describe(caught.value.faults) == [
        "m.pptm: found a deck with macros, which a .pptx must not have, expected a deck or "
        "template of PowerPoint (.pptx, .potx). Save it from PowerPoint as .pptx or .potx with at "
        "least one layout."
    ]
    assert not (tmp_path / "a.pptx").exists()


def test_a_template_of_powerpoint_is_one(found: Findings, tmp_path: Path) -> None:
    """A .potx differs by its content type only; what is saved is a deck, with its fonts."""
    kind = "presentationml.{}.main+xml"
    retyped(tmp_path / "theirs.potx", kind.format("presentation"), kind.format("template"))
    with pytest.raises(ValueError, match="is not a PowerPoint file"):
        Presentation(str(tmp_path / "theirs.potx"))
    short = replace(found, sections=())
    path = write_findings(short, tmp_path / "a.pptx", template=tmp_path / "theirs.potx")
    made = Presentation(str(path))
    assert len(made.slides) >= 3
    theme = made.slide_masters[0].part.part_related_by(RELATIONSHIP_TYPE.THEME).blob
    assert b"Calibri" in theme


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("none.pptx", None, "none.pptx: found no such file, expected a deck or template of"),
        ("half.pptx", b"PK\x03\x04half", "half.pptx: found a file that is no PowerPoint deck"),
        ("text.pptx", b"hello", "text.pptx: found a file that is no PowerPoint deck, expected a"),
    ],
)
def test_a_template_that_is_none_is_told(
    found: Findings, tmp_path: Path, name: str, content: bytes | None, line: str
) -> None:
    """Nothing is written where the template is no deck."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="The template cannot be used") as caught:
        write_findings(found, tmp_path / "a.pptx", template=tmp_path / name)
    assert describe(caught.value.faults)[0].startswith(line)
    assert not (tmp_path / "a.pptx").exists()


def test_only_decks_have_templates(found: Findings, tmp_path: Path) -> None:
    """A template for a page is a slip."""
    with pytest.raises(InputError) as caught:
        write_findings(found, tmp_path / "a.html", template=tmp_path / "t.pptx")
    assert describe(caught.value.faults) == [
        "template: found a template for a file that ends in '.html', expected a report that ends "
        "in .pptx. Only PowerPoint decks have templates."
    ]
    with pytest.raises(InputError, match=r"can be \.html, \.pptx, \.xlsx or \.pdf"):
        write_findings(found, tmp_path / "a.doc")


@pytest.fixture(scope="module")
def hostile() -> Outcome:
    """Return an outcome with a name that is a formula, markup, mathematics, and too long."""
    portfolio = one_task(
        projects=[{"project": "P", "name": HOSTILE, "cost_of_delay_per_day": 100}],
        tasks=[{"task": "A", "project": "P", "name": HOSTILE, "duration_days": 2}],
        assignments=assigned(A="ana"),
    )
    return simulate(portfolio, Scenario(HOSTILE, (STRIKE,), runs=2))


def test_a_workbook_is_tidy_and_safe(outcome: Outcome, hostile: Outcome, tmp_path: Path) -> None:
    """Contents first, a sheet a table, dates as dates; texts stay texts."""
    path = write_report(outcome, tmp_path / "a.xlsx")
    book = CalamineWorkbook.from_path(path)
    assert set(outcome.tables) < set(book.sheet_names)
    assert book.sheet_names[:2] == ["contents", "projects"]
    rows = book.get_sheet_by_name("projects").to_python()
    assert rows[0][:2] == ["project", "name"]
    assert len(rows) == len(outcome.projects) + 1
    due = rows[0].index("due")
    assert pd.Timestamp(rows[1][due]) == outcome.projects["due"].iloc[0]
    delay = rows[0].index("delay mean days")
    assert rows[3][delay] == pytest.approx(outcome.projects["delay_mean_days"].iloc[2])
    contents = [str(cell) for row in book.get_sheet_by_name("contents").to_python() for cell in row]
    assert "tasks" in contents
    again = write_report(outcome, path)
    assert again == path
    bad = CalamineWorkbook.from_path(write_report(hostile, tmp_path / "b.xlsx"))
    assert HOSTILE.strip() in [row[1] for row in bad.get_sheet_by_name("projects").to_python()]
    with ZipFile(tmp_path / "b.xlsx") as parts:
        sheets = [n for n in parts.namelist() if n.startswith("xl/worksheets/")]
        assert not any(b"<f>" in parts.read(name) for name in sheets)


def sheets_of(path: Path) -> tuple[dict[str, list[list[Any]]], dict[str, str]]:
    """Return the rows of each sheet of a workbook below the headings, and what its contents say."""
    book = CalamineWorkbook.from_path(path)
    rows = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    contents = rows.pop("contents")
    names = [str(row[0]) for row in contents]
    told = {str(row[0]): str(row[1]) for row in contents[names.index("Sheets") + 1 :]}
    return {name: each[1:] for name, each in rows.items()}, told


def test_a_workbook_has_the_findings_of_the_page(
    outcome: Outcome, found: Findings, tmp_path: Path
) -> None:
    """Load, conflicts, levelling and log in full, all assumptions; each sheet told in words."""
    rows, told = sheets_of(write_report(outcome, tmp_path / "a.xlsx"))
    load, register = over_allocation(outcome.portfolio), conflict_register(outcome.portfolio)
    assert len(rows["load"]) == len(load.weeks) > 15
    assert len(rows["conflict_pairs"]) == len(register.pairs)
    assert len(rows["conflicts"]) == len(register.conflicts)
    assert len(rows["levelling_projects"]) == len(level(outcome.portfolio).projects)
    assert len(rows["restoration"]) == 4
    assert [row[0] for row in rows["assumptions"]] == list(found.assumptions)
    assert list(told) == list(rows)
    assert all(rows.values())
    for name, text in told.items():
        assert text.endswith(f" ({counted(len(rows[name]), 'row')})")
        assert text.split(" (")[0].lower() not in (name, name.replace("_", " "))
    assert "incidents" in told
    assert told["incidents"].endswith("(1 row)")


def test_a_workbook_on_a_plan_holds_figures(tmp_path: Path) -> None:
    """Without an incident too: whole tables, figures as figures, no column of which nothing is."""
    portfolio = read(ROOT / "data/meridian")
    path = write_findings(findings(portfolio), tmp_path / "a.xlsx")
    rows, told = sheets_of(path)
    assert {"load", "conflicts", "levelling", "scope", "stages", "go_lives"} <= set(told)
    weeks = over_allocation(portfolio).weeks
    over = list(weeks.columns).index("over_days")
    assert [row[over] for row in rows["load"]] == pytest.approx(list(weeks["over_days"]))
    heads = CalamineWorkbook.from_path(path).get_sheet_by_name("conflict_pairs").to_python()[0]
    assert "over days" in heads
    assert "delay days" not in heads


def test_sheets_of_what_to_do_are_told_in_words(outcome: Outcome, tmp_path: Path) -> None:
    """Every table of every practice has a description; one without rows is left out."""
    answers = practice_answers(outcome, runs=20)
    tables = {name: t for answer in answers.values() for name, t in answer.tables.items()}
    assert any(table.empty for table in tables.values())
    rows, told = sheets_of(write_report(outcome, tmp_path / "a.xlsx", practices=answers))
    assert set(told) & set(tables) == {name for name, t in tables.items() if len(t)}
    assert {"attribution", "drivers"} <= set(told)
    for name in set(told) & set(tables):
        assert ": " in told[name] or told[name].startswith("Notes to")
        assert len(rows[name]) == len(tables[name])


def test_a_workbook_never_replaces_a_portfolio(found: Findings, tmp_path: Path) -> None:
    """The report of a plan in a workbook is not written over the plan."""
    book = write(read(ROOT / "data/tiny"), tmp_path / "mine.xlsx")
    before = book.read_bytes()
    with pytest.raises(InputError, match="the workbook of a portfolio"):
        write_findings(found, book)
    assert book.read_bytes() == before


def test_hostile_names_stay_on_their_slides(hostile: Outcome, tmp_path: Path) -> None:
    """Nothing runs over an edge, and the name is shown as it is."""
    made = Presentation(str(write_report(hostile, tmp_path / "a.pptx")))
    inside(made)
    texts = [s.text_frame.text for slide in made.slides for s in slide.shapes if s.has_text_frame]
    assert any("=HYPERLINK" in text for text in texts)


def test_a_name_of_two_lines_is_one_bullet(found: Findings, tmp_path: Path) -> None:
    """Line breaks in names are blanks, on every slide and in the notes."""
    name = "Instant payments\r\non two\x0bdata centres"
    said = replace(
        found, title=name, subtitle=name, headlines=(name,), assumptions=(name,), sections=()
    )
    made = Presentation(str(write_findings(said, tmp_path / "a.pptx")))
    texts = [s.text_frame.text for slide in made.slides for s in slide.shapes if s.has_text_frame]
    texts += [slide.notes_slide.notes_text_frame.text for slide in made.slides
              if slide.has_notes_slide]  # fmt: skip
    told = [text for text in texts if "Instant" in text]
    assert len(told) == 5
    assert {text.removeprefix("• ") for text in told} == {"Instant payments on two data centres"}


def test_a_pdf_is_the_page(hostile: Outcome, tmp_path: Path) -> None:
    """The title and a finding are on its pages; where what writes it is missing, it says so."""
    reader = PdfReader(write_report(hostile, tmp_path / "a.pdf"))
    text = " ".join(" ".join(p.extract_text().split()) for p in reader.pages)
    assert "Paper" in text
    assert "Why" in text or "How late, and what it costs" in text
    assert len(reader.pages) >= 2


def test_facts_of_a_pdf_are_not_broken(found: Findings, tmp_path: Path) -> None:
    """Each fact stands on one line, as on the page in a browser."""
    first = PdfReader(write_findings(replace(found, sections=()), tmp_path / "a.pdf")).pages[0]
    text = " ".join(first.extract_text().split())
    told = " ".join(f"{name} {value}" for name, value in found.facts)
    assert told.replace(" ", "") in text.replace(" ", "")
    for name, value in found.facts:
        assert name in text
        assert value in text


def test_a_pdf_has_its_heavy_pictures(found: Findings, tmp_path: Path) -> None:
    """A chart that is a PNG in the page is one in the PDF."""

    def draw() -> Axes:
        ax = Figure().subplots()
        at = np.arange(4000)
        ax.scatter(at % 97, at % 89, s=at / 900 + 0.1)
        return ax

    only = replace(found, sections=(Section("Points", charts=(Chart("points", draw),)),))
    reader = PdfReader(write_findings(only, tmp_path / "a.pdf"))
    assert len(reader.pages[0].images) == 1


def test_what_is_missing_for_a_pdf_is_told(
    hostile: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One message with the cure, and no file."""
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    with pytest.raises(MissingRequirementError, match="Install both: pip install"):
        pdfs.write_pdf(findings(hostile.portfolio, hostile), tmp_path / "a.pdf")
    assert not (tmp_path / "a.pdf").exists()


def test_the_command_chooses_format_and_leaves_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--format` sets the ending; every chart is there as PNG and SVG; a wrong one is told."""
    monkeypatch.chdir(ROOT)
    words = ["report", "data/tiny", "--scenario", "data/tiny/incident.toml"]
    where = ["--out", str(tmp_path / "r.html"), "--format", "xlsx", "--charts", str(tmp_path / "c")]
    result = CliRunner().invoke(app, [*words, *where], catch_exceptions=False)
    assert (tmp_path / "r.xlsx").is_file()
    assert "r.xlsx" in result.output
    names = {path.name for path in (tmp_path / "c").iterdir()}
    assert {"delays.png", "delays.svg"} <= names
    with pytest.raises(InputError) as caught:
        CliRunner().invoke(app, [*words, "--format", "doc"], catch_exceptions=False)
    assert describe(caught.value.faults) == [
        "--format: found 'doc', expected one of html, pptx, xlsx, pdf."
    ]


def run(*words: str) -> str:
    """Return what a command says."""
    return CliRunner().invoke(app, ["report", *words], catch_exceptions=False).output


def faults(*words: str) -> list[str]:
    """Return the faults of a command."""
    with pytest.raises(InputError) as caught:
        run(*words)
    return describe(caught.value.faults)


STRIKE_TINY = Incident("payments", start="2026-01-06 13:00", hours=26)
TINY = ("data/tiny", "--scenario", "data/tiny/incident.toml")


@pytest.mark.parametrize(
    ("out", "written"),
    [("july.2026", "july.2026.xlsx"), ("july", "july.xlsx"), ("july.pdf", "july.xlsx"),
     ("v1.2.HTML", "v1.2.xlsx")],
)  # fmt: skip
def test_a_name_with_dots_keeps_them(
    out: str, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the ending of another format is replaced by `--format`."""
    monkeypatch.chdir(ROOT)
    made: list[Path] = []

    def note(_: Any, path: Path, **__: Any) -> Path:
        made.append(path)
        return path

    monkeypatch.setattr(reports, "write_findings", note)
    monkeypatch.setattr(reports, "findings", lambda _: None)
    run("data/tiny", "--out", str(tmp_path / out), "--format", "xlsx")
    assert made == [tmp_path / written]


def test_a_name_of_no_format_is_told_before_anything_is_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a report that cannot be written."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("svcimpact.cli.during.load", lambda _: pytest.fail("the plan was read"))
    (line,) = faults(*TINY, "--out", str(tmp_path / "july.2026"))
    assert line.endswith(
        "july.2026: found a name that ends in '.2026', expected a name that ends in .html. "
        "A report can be .html, .pptx, .xlsx or .pdf; choose another name."
    )


def test_what_to_do_needs_an_incident(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--practices` is not ignored where nothing is simulated."""
    monkeypatch.chdir(ROOT)
    assert faults("data/tiny", "--practices", "--out", str(tmp_path / "a.html")) == [
        "command line: found --practices without an incident, expected --scenario FILE, or "
        "--service with --start."
    ]
    assert not list(tmp_path.iterdir())


def test_practices_look_at_as_many_futures_as_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--runs` holds for them too; only the plan is sought on 400 of them at most."""
    monkeypatch.chdir(ROOT)
    asked: list[int] = []
    for name in set(PRACTICES) - {"watch", "contingency"}:
        monkeypatch.delitem(PRACTICES, name)
    for name in PRACTICES:
        monkeypatch.setitem(PRACTICES, name, lambda _, runs, **__: asked.append(runs))
    monkeypatch.setattr(reports, "findings", lambda *_, **__: None)
    monkeypatch.setattr(reports, "write_findings", lambda *_, **__: None)
    run(*TINY, "--practices", "--runs", "410")
    run(*TINY, "--practices")
    many = simulate(read(ROOT / "data/tiny"), Scenario("two", (STRIKE_TINY,), runs=500))
    write_report(many, tmp_path / "b.html", practices=True)
    assert asked == [410, 400, 2, 2, 500, 400]


def test_a_workbook_needs_no_incident(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of the conflicts, a sheet each, and what they rest on."""
    monkeypatch.chdir(ROOT)
    run("data/tiny", "--out", str(tmp_path / "a.xlsx"))
    book = CalamineWorkbook.from_path(tmp_path / "a.xlsx")
    assert book.sheet_names[0] == "contents"
    assert book.sheet_names[-1] == "assumptions"
    assert len(book.sheet_names) > 3


def test_names_of_sheets_are_short_allowed_and_each_once(tmp_path: Path, found: Findings) -> None:
    """What Excel forbids in a name goes; what is cut to the same gets a number."""
    names = [HOSTILE, HOSTILE + " again", "History", "a[b]:c*d?e/f\\g'", "", "支払 Ω", "CONTENTS"]
    table = pd.DataFrame({"a": [1]})
    bare = replace(found, sections=(), assumptions=())
    path = write_findings(bare, tmp_path / "a.xlsx", tables=dict.fromkeys(names, table))
    sheets = CalamineWorkbook.from_path(path).sheet_names
    assert len(sheets) == len(names) + 1
    assert len({name.lower() for name in sheets}) == len(sheets)
    assert all(0 < len(name) <= 31 for name in sheets)
    assert not any(set(name) & set("[]:*?/\\") for name in sheets)
    assert "支払 Ω" in sheets


def test_a_file_where_the_charts_go_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays as it is, and nothing else is written."""
    monkeypatch.chdir(ROOT)
    (tmp_path / "c").write_text("mine")
    where = ("--out", str(tmp_path / "a.html"), "--charts", str(tmp_path / "c"))
    (line,) = faults("data/tiny", *where)
    assert "found a file where a folder has to be" in line
    assert [path.name for path in tmp_path.iterdir()] == ["c"]
    assert (tmp_path / "c").read_text() == "mine"


def test_a_plan_without_tasks_has_a_report(tmp_path: Path) -> None:
    """With incident and practices or without: plain words, how many futures, no empty slide."""
    whole = read(ROOT / "data/tiny")
    gone = ("tasks", "links", "assignments", "changes")
    portfolio = whole.with_tables(**{name: whole.tables[name].head(0) for name in gone})
    outcome = simulate(portfolio, Scenario.read(ROOT / "data/tiny/incident.toml"))
    struck = findings(portfolio, outcome, practices=practice_answers(outcome, runs=20))
    alone, told = (
        Presentation(str(write_findings(what, tmp_path / "a.pptx")))
        for what in (findings(portfolio), struck)
    )
    for made, said in (
        (alone, "Nobody is loaded: there is no work in these weeks"),
        (told, "No project is delayed"),
    ):
        slides = {s.shapes.title.text_frame.text: s for s in made.slides}
        quiet = slides["Where nothing stands out"]
        texts = [s.text_frame.text for s in quiet.shapes if s.has_text_frame]
        assert f"• {said}" in texts[-1].splitlines()
        assert said not in slides
        assert len(slides) <= 12
    assert "No project ends later because of it." in struck.headlines
    begin = "Contingency plan: Levers are judged on 20 futures"
    assert any(line.startswith(begin) for line in struck.assumptions)
    shared = [line for line in struck.assumptions if "taken to be still open" in line]
    assert len(shared) == 1
    assert shared[0].startswith("An incident that has struck")


def test_one_finding_without_a_picture_gets_no_slide_of_its_own(tmp_path: Path) -> None:
    """It stands among what the figures say."""
    portfolio = read(ROOT / "data/tiny")
    outcome = simulate(portfolio, Scenario.read(ROOT / "data/tiny/incident.toml"))
    struck = findings(portfolio, outcome, practices=practice_answers(outcome, runs=20))
    made = Presentation(str(write_findings(struck, tmp_path / "a.pptx")))
    said = {s.shapes.title.text_frame.text: s for s in made.slides}
    assert "Where nothing stands out" not in said
    text = "\n".join(s.text_frame.text for s in said["What the figures say"].shapes)
    assert "• The order of handing people back makes no difference here" in text.splitlines()


def test_letters_that_no_font_has_are_no_business_of_the_terminal(tmp_path: Path) -> None:
    """A project called 支払 and Ω: every format and picture, and no warning."""
    name = "支払 Ω 🂡"
    portfolio = one_task(
        projects=[{"project": "P", "name": name, "cost_of_delay_per_day": 100}],
        tasks=[{"task": "A", "project": "P", "name": name, "duration_days": 2}],
        assignments=assigned(A="ana"),
    )
    outcome = simulate(portfolio, Scenario(name, (STRIKE,), runs=2))
    whole = findings(portfolio, outcome)
    # Native bars, a picture, and a page: enough to meet every way of drawing.
    few = replace(whole, sections=(whole.sections[0], whole.sections[2]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        deck = write_findings(few, tmp_path / "a.pptx", pictures=tmp_path / "c")
        write_findings(few, tmp_path / "a.html")
    texts = [
        s.text_frame.text
        for slide in Presentation(str(deck)).slides
        for s in slide.shapes
        if s.has_text_frame
    ]
    assert any(name in text for text in texts)
    first = (tmp_path / "c/delays.svg").read_bytes()
    write_pictures(replace(few, sections=few.sections[:1]), tmp_path / "c")
    assert (tmp_path / "c/delays.svg").read_bytes() == first


def test_a_template_is_not_replaced_by_the_report(found: Findings, tmp_path: Path) -> None:
    """By whatever name it is called; the command tells it before it simulates."""
    Presentation().save(str(tmp_path / "corp.pptx"))
    (tmp_path / "link.pptx").symlink_to(tmp_path / "corp.pptx")
    before = (tmp_path / "corp.pptx").read_bytes()
    for name in ("corp.pptx", "link.pptx"):
        with pytest.raises(InputError, match="Nothing was written") as caught:
            write_findings(found, tmp_path / name, template=tmp_path / "corp.pptx")
        (line,) = describe(caught.value.faults)
        assert "found the template itself, expected another name." in line
    words = ["report", "no-portfolio", "--template", str(tmp_path / "corp.pptx"), "--out",
             str(tmp_path / "corp"), "--format", "pptx"]  # fmt: skip
    with pytest.raises(InputError) as caught:
        CliRunner().invoke(app, words, catch_exceptions=False)
    assert describe(caught.value.faults) == [
        f"{tmp_path / 'corp.pptx'}: found the template itself, expected another name. Choose "
        f"another, such as {tmp_path / 'corp-report.pptx'}."
    ]
    assert (tmp_path / "corp.pptx").read_bytes() == before


def test_no_printout_has_a_minus_zero(outcome: Outcome) -> None:
    """What is a trifle below nothing is nothing: tables of the terminal and of notebooks."""
    trifle = -1e-12
    few = outcome.projects.assign(delay_mean_days=trifle, cost_mean=trifle)
    levelled = level(outcome.portfolio, rules="plan")
    by_project = levelled.projects.assign(levelling_days=trifle, levelling_cost=trifle)
    by_rule = levelled.rules.assign(mean_delay_days=trifle, levelling_cost=trifle)
    split = attribute(outcome)
    watched = watch_list(outcome)
    figures = watched.table.select_dtypes("float").columns
    for shown in (
        replace(outcome, projects=few),
        replace(levelled, projects=by_project, rules=by_rule),
        replace(split, projects=split.projects.assign(delay_mean_days=trifle)),
        replace(watched, table=watched.table.assign(**dict.fromkeys(figures, trifle))),
    ):
        for text in (repr(shown).split("\n\n")[0], shown._repr_html_()):
            assert not re.search(r"(?<!\d)-0(\.0*)?(?![\d.])", text), text
            assert "e-12" not in text
    assert "0.00 ±" in repr(replace(outcome, projects=few))


def test_an_outcome_and_its_projects_keep_their_minus_signs(outcome: Outcome) -> None:
    """What is less than nothing by more than that is told so."""
    gained = outcome.projects.assign(delay_mean_days=-0.25, cost_mean=-13.0)
    shown = repr(replace(outcome, projects=gained))
    assert "-0.25 ±" in shown
    assert " -13\n" in shown


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium on the path")
def test_wide_tables_of_the_documentation_scroll_by_themselves(tmp_path: Path) -> None:
    """The page stays as wide as the window; a figure with its range stays on one line."""
    style = (ROOT / "docs/_static/pages.css").read_text(encoding="utf-8")
    wide = "<td>a_name_that_does_not_break_anywhere</td>" * 12
    figures = '<td class="text-right">3,604 (3,491 to 3,741)</td>' * 12
    page = tmp_path / "page.html"
    page.write_text(
        f"""<style>{style}</style><div class="content">
        <div class="cell_output"><div class="output"><table class="dataframe"><tr>{wide}</tr>
        </table></div></div><div class="cell_input"><pre>{"x" * 400}</pre></div>
        <div class="table-wrapper"><table class="docutils"><tr>{figures}</tr></table></div>
        <table class="genindextable"><tr><td>{"x" * 200}</td><td>{"y" * 200}</td></tr></table></div>
        <script>const row = document.querySelector(".docutils tr").getBoundingClientRect();
        document.title = [document.documentElement.scrollWidth <= innerWidth, row.height < 40];
        </script>""",
        encoding="utf-8",
    )
    seen = subprocess.run(  # noqa: S603 (a fixed command on our own file)
        [str(shutil.which("chromium")), "--headless", "--no-sandbox", "--disable-gpu",
         f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()],
        check=True, capture_output=True, timeout=120, text=True,
    )  # fmt: skip
    assert "<title>true,true</title>" in seen.stdout
