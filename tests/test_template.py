"""The workbook to fill in: it reads as it is, and guides whoever fills it in."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from svcimpact.errors import InputError
from svcimpact.io import read
from svcimpact.schema import SETTINGS, load_schema
from svcimpact.template import example, write_template

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the template."""
    return write_template(tmp_path_factory.mktemp("template") / "new.xlsx")


@pytest.fixture(scope="module")
def sheets(template: Path) -> dict[str, ElementTree.Element]:
    """Return the XML of every sheet by its name."""
    with zipfile.ZipFile(template) as parts:
        book = ElementTree.fromstring(parts.read("xl/workbook.xml"))  # noqa: S314
        names = [sheet.get("name", "") for sheet in book.iter(f"{_MAIN}sheet")]
        return {
            name: ElementTree.fromstring(parts.read(f"xl/worksheets/sheet{at}.xml"))  # noqa: S314
            for at, name in enumerate(names, start=1)
        }


@pytest.fixture(scope="module")
def rule(sheets: dict[str, ElementTree.Element]) -> Callable[[str, str], ElementTree.Element]:
    """Return a function that finds the rule for the cells below a heading."""

    def find(table: str, column: str) -> ElementTree.Element:
        at = list(load_schema()[table]).index(column)
        cells = f"{chr(ord('A') + at)}2:{chr(ord('A') + at)}1048576"
        if table == SETTINGS:
            cells = f"B{at + 2}"
        found = [v for v in sheets[table].iter(f"{_MAIN}dataValidation") if v.get("sqref") == cells]
        assert len(found) == 1
        return found[0]

    return find


def formula(rule: ElementTree.Element, number: int = 1) -> str:
    """Return the first or second formula of a rule."""
    return rule.findtext(f"{_MAIN}formula{number}", "")


def test_the_template_reads_back_without_fault_or_warning(template: Path) -> None:
    """What it shows is a valid portfolio as it stands."""
    portfolio = read(template)
    assert portfolio.equals(example())
    assert portfolio.warnings.empty


def test_every_table_has_an_example_and_columns_in_order(template: Path) -> None:
    """There is a sheet per table, in the order of the schema, with its columns and an example."""
    book = CalamineWorkbook.from_path(template)
    assert book.sheet_names == ["Read me", *load_schema()]
    for table, columns in load_schema().items():
        rows = book.get_sheet_by_name(table).to_python()
        if table == SETTINGS:
            assert [row[0] for row in rows[1:]] == list(columns)
        else:
            assert rows[0] == list(columns)
            assert len(rows) == (3 if table in {"tasks", "services", "support"} else 2)


def test_choices_and_flags_are_drop_downs(rule: Callable[[str, str], ElementTree.Element]) -> None:
    """Columns with choices offer exactly those of the schema."""
    assert formula(rule("links", "type")) == '"FS,SS,FF,SF"'
    assert formula(rule("tasks", "can_start_early")) == '"yes,no"'
    for table, columns in load_schema().items():
        for column in columns.values():
            if column.type == "choice":
                found = rule(table, column.name)
                assert found.get("type") == "list"
                assert formula(found) == f'"{",".join(column.choices)}"'


def test_references_offer_the_ids_of_the_other_sheet(
    rule: Callable[[str, str], ElementTree.Element],
) -> None:
    """The list is as long as the other sheet's ids, and a new id is only warned of."""
    found = rule("assignments", "resource")
    assert formula(found) == "resources!$A$2:INDEX(resources!$A:$A,MAX(2,COUNTA(resources!$A:$A)))"
    assert found.get("errorStyle") == "warning"
    assert found.get("error") == "The sheet resources has no such id. Add it there."
    for table, columns in load_schema().items():
        for column in columns.values():
            if len(column.refers_to) == 1:
                target = column.refers_to[0]
                assert next(iter(load_schema()[target])) == target[:-1]
                assert formula(rule(table, column.name)).startswith(f"{target}!$A$2:")


def test_numbers_and_dates_are_held_to_their_limits(
    rule: Callable[[str, str], ElementTree.Element],
) -> None:
    """Limits come from the schema, and the message names column, limits and unit."""
    found = rule("tasks", "done_fraction")
    assert (found.get("type"), formula(found, 1), formula(found, 2)) == ("decimal", "0", "1")
    assert found.get("error") == "done_fraction is a number from 0 to 1 (share)."
    found = rule("services", "tier")
    assert (found.get("type"), formula(found)) == ("whole", "1")
    assert found.get("error") == "tier is a whole number of 1 or more (rank)."
    assert formula(rule("projects", "priority"), 2) == "1000000000000000"
    found = rule("incidents", "opened")
    assert found.get("type") == "date"
    assert found.get("error") == (
        "opened is a date, such as 2026-03-09, or a date and time, such as 2026-03-09 14:30."
    )
    assert rule("portfolio", "status_date").get("type") == "date"
    assert formula(rule("portfolio", "hours_per_day"), 2) == "24"


def test_headings_are_frozen_filtered_and_explained(
    template: Path, sheets: dict[str, ElementTree.Element]
) -> None:
    """Headings stay in sight, filter, and carry a note with meaning, unit and default."""
    for table, columns in load_schema().items():
        pane = sheets[table].find(f".//{_MAIN}pane")
        assert pane is not None
        assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
        if table != SETTINGS:
            found = sheets[table].find(f"{_MAIN}autoFilter")
            assert found is not None
            assert found.get("ref", "").startswith("A1:")
            assert len(list(sheets[table].iter(f"{_MAIN}col"))) >= 1
            assert columns
    with zipfile.ZipFile(template) as parts:
        notes = [html.unescape(parts.read(n).decode()) for n in parts.namelist() if "comments" in n]
    told = re.sub(r"<[^>]+>", "", "".join(notes))
    for table, columns in load_schema().items():
        if table != SETTINGS:
            assert all(column.description in told for column in columns.values())
    assert "Unit: working days\nBlank means 0" in told


def test_required_headings_are_bold(template: Path, sheets: dict[str, ElementTree.Element]) -> None:
    """Headings that have to be filled in are bold, the others are not."""
    with zipfile.ZipFile(template) as parts:
        styles = ElementTree.fromstring(parts.read("xl/styles.xml"))  # noqa: S314
    fonts = [font.find(f"{_MAIN}b") is not None for font in styles.iter(f"{_MAIN}font")]
    formats = styles.find(f"{_MAIN}cellXfs")
    assert formats is not None
    bold = [fonts[int(form.get("fontId", "0"))] for form in formats]
    for table, columns in load_schema().items():
        if table != SETTINGS:
            first = next(sheets[table].iter(f"{_MAIN}row"))
            found = [bold[int(cell.get("s", "0"))] for cell in first]
            assert found == [column.required for column in columns.values()]


def test_the_first_sheet_explains_and_leads_to_the_others(template: Path) -> None:
    """The sheet `Read me` names every table and the command to run."""
    rows = CalamineWorkbook.from_path(template).get_sheet_by_name("Read me").to_python()
    cells = [str(cell) for row in rows for cell in row]
    assert set(load_schema()) <= set(cells)
    assert any("svcimpact check FILE.xlsx" in cell for cell in cells)


def test_no_message_is_longer_than_excel_shows(sheets: dict[str, ElementTree.Element]) -> None:
    """Excel refuses a workbook whose messages are too long: 32 for titles, 255 for texts."""
    for sheet in sheets.values():
        for found in sheet.iter(f"{_MAIN}dataValidation"):
            assert 0 < len(found.get("errorTitle", "")) <= 32
            assert 0 < len(found.get("error", "")) <= 255


def test_a_template_is_not_written_over_another_file(template: Path) -> None:
    """What is there stays, unless overwriting is asked for."""
    before = template.read_bytes()
    with pytest.raises(InputError) as caught:
        write_template(template)
    assert str(caught.value).splitlines()[1] == (
        f"{template}: found a file that exists, expected a new name. Choose another name, or say "
        "--overwrite (in Python overwrite=True) to replace it."
    )
    assert template.read_bytes() == before
    assert read(write_template(template, overwrite=True)).equals(example())


def test_a_template_is_a_workbook(tmp_path: Path) -> None:
    """Another ending gets the right name, and nothing is written."""
    with pytest.raises(InputError) as caught:
        write_template(tmp_path / "new.csv")
    assert str(caught.value).splitlines()[1] == (
        f"{tmp_path / 'new.csv'}: found a name that ends in '.csv', expected a name that ends in "
        f".xlsx; did you mean '{tmp_path / 'new.xlsx'}'? The template is an Excel workbook."
    )
    assert not list(tmp_path.iterdir())
