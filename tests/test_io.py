"""Reading and writing portfolios: nothing is lost, and everything that is wrong is told."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from python_calamine import CalamineWorkbook
from strategies import portfolios

from svcimpact.errors import InputError, InvalidPortfolioError, MissingRequirementError
from svcimpact.io import read, write
from svcimpact.io.replace import replace_file
from svcimpact.portfolio import Portfolio
from svcimpact.schema import load_schema
from svcimpact.template import example

FORMATS = ("csv", "xlsx", "parquet")


def place(folder: Path, form: str) -> Path:
    """Return a path that suits a format."""
    return folder / ("portfolio.xlsx" if form == "xlsx" else form)


def faults(path: Path) -> list[str]:
    """Return what is told of a portfolio that cannot be read, without the first line."""
    with pytest.raises(InvalidPortfolioError) as caught:
        read(path)
    return str(caught.value).splitlines()[1:]


def warnings(path: Path) -> list[str]:
    """Return what is told of a portfolio that was read with an assumption."""
    return [
        f"{row.table}, {row.row}, {row.column}: {row.found} / {row.expected} / {row.cure}"
        for row in read(path).warnings.itertuples()
    ]


def book(path: Path, sheets: dict[str, list[list[object]]], **options: str) -> Path:
    """Write a workbook from rows of cells; options hide sheets by name."""
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
            if options.get(name) == "hidden":
                sheet.hide()
    return path


def example_sheets() -> dict[str, list[list[object]]]:
    """Return the cells of the example as they stand in a workbook."""
    sheets: dict[str, list[list[object]]] = {
        "portfolio": [["setting", "value"], ["name", "Example"], ["start", "2026-02-02"]]
    }
    for name, frame in example().tables.items():
        cells = frame.astype("object").where(frame.notna(), "")
        rows = [[_cell(value) for value in row] for row in cells.to_numpy()]
        sheets[name] = [list(frame.columns), *rows]
    return sheets


def _cell(value: object) -> object:
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return ("yes" if value else "no") if isinstance(value, bool) else value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a CSV folder with the example in it."""
    return write(example(), tmp_path / "plan")


# ---------------------------------------------------------------- nothing is lost


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(original=portfolios())
def test_every_format_returns_what_was_written(
    original: Portfolio, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """CSV, workbook and Parquet give back every setting, text, number and date to the last bit."""
    base = tmp_path_factory.mktemp("trip")
    for form in FORMATS:
        copy = read(write(original, place(base, form), format=form))  # type: ignore[arg-type]
        assert copy.settings == original.settings
        for name, frame in original.tables.items():
            pd.testing.assert_frame_equal(copy.tables[name], frame, check_exact=True)


@pytest.mark.parametrize("form", FORMATS)
def test_writing_twice_gives_the_same_portfolio(form: str, tmp_path: Path) -> None:
    """A copy of a copy is the original."""
    once = read(write(example(), place(tmp_path / "1", form), format=form))  # type: ignore[arg-type]
    again = read(write(once, place(tmp_path / "2", form), format=form))  # type: ignore[arg-type]
    assert again.equals(example())


def test_csv_is_plain_utf8_with_line_feeds(folder: Path) -> None:
    """Tables are UTF-8 without a byte-order mark, with line feeds, and blanks are nothing."""
    data = (folder / "links.csv").read_bytes()
    assert data == b"predecessor,successor,type,lag_days\nshop-pay,shop-live,FS,2\n"
    assert (folder / "absences.csv").read_text() == (
        "resource,start,end,fte\nana,2026-02-16,2026-02-18,\n"
    )


def test_settings_are_written_as_toml_people_can_read(folder: Path) -> None:
    """`portfolio.toml` has dates as dates and the calendar and severity as sections."""
    found = tomllib.loads((folder / "portfolio.toml").read_text(encoding="utf-8"))
    assert found["start"] == date(2026, 2, 2)
    assert found["calendar"]["working_days"] == ["Mon", "Tue", "Wed", "Thu", "Fri"]
    assert found["calendar"]["holidays"] == "GB-ENG"
    assert found["severity"] == {"1": 1.0, "2": 0.5, "3": 0.2}
    assert "status_date" not in found


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_empty_optional_tables_get_no_file(form: str, tmp_path: Path) -> None:
    """A folder holds the six required tables and those with rows, and reads back the same."""
    names = [
        "links",
        "service_links",
        "freezes",
        "incidents",
        "acceptance",
        "interests",
        "absences",
    ]
    bare = example().with_tables(**{name: example().tables[name].head(0) for name in names})
    path = write(bare, tmp_path / form, format=form)  # type: ignore[arg-type]
    files = {file.stem for file in path.iterdir()}
    assert files == set(load_schema()) - set(names)
    assert read(path).equals(bare)


def test_text_that_looks_like_a_formula_stays_text_in_excel(tmp_path: Path) -> None:
    """A name that begins with =, +, - or @ is stored as text, not as a formula or a link."""
    names = ["=1+1", "+49 30", "-x", "@SUM(A1)", "https://example.org", "007"]
    frame = pd.DataFrame({"project": names, "name": names})
    path = write(example().with_tables(projects=_with(frame)), tmp_path / "p.xlsx")
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("projects").to_python()
    assert [row[1] for row in rows[2:]] == names
    assert read(path).projects["project"].tolist()[1:] == names


def _with(extra: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([example().projects, extra], ignore_index=True)


def test_workbook_numbers_keep_seventeen_digits(tmp_path: Path) -> None:
    """0.1 + 0.2 is not rounded to 0.3 on its way through Excel's format."""
    frame = pd.DataFrame({"project": ["a"], "cost_of_delay_per_day": [0.1 + 0.2]})
    path = write(example().with_tables(projects=_with(frame)), tmp_path / "p.xlsx")
    assert read(path).projects["cost_of_delay_per_day"].iloc[1] == 0.30000000000000004


def test_workbook_dates_are_dates(tmp_path: Path) -> None:
    """Dates are real Excel dates; only those with microseconds, which Excel rounds, are text."""
    frame = example().incidents
    frame = pd.concat([frame] * 2, ignore_index=True)
    frame["incident"] = ["a", "b"]
    frame["opened"] = [datetime(2025, 11, 12, 9, 20, 31), datetime(2025, 11, 12, 9, 20, 31, 7)]
    path = write(example().with_tables(incidents=frame), tmp_path / "p.xlsx")
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("incidents").to_python()
    assert rows[1][3] == datetime(2025, 11, 12, 9, 20, 31)
    assert rows[2][3] == "2025-11-12T09:20:31.000007"
    assert read(path).incidents["opened"].tolist() == frame["opened"].tolist()


# ---------------------------------------------------------------- folders of CSV


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom", "utf-8"]
)
def test_marked_encodings_are_read_without_a_word(encoding: str, folder: Path) -> None:
    """UTF-8 with and without a byte-order mark and UTF-16 with one are no guess."""
    text = "project,name\nweb-shop,Zürich 日本\n"
    data = (
        ("\ufeff" + text).encode(encoding.removesuffix("-bom"))
        if encoding.endswith("-bom")
        else text.encode(encoding)
    )
    (folder / "projects.csv").write_bytes(data)
    portfolio = read(folder)
    assert portfolio.projects["name"].tolist() == ["Zürich 日本"]
    assert portfolio.warnings.empty


def test_windows_1252_is_read_with_a_warning(folder: Path) -> None:
    """A file that is not UTF-8 is read as Windows-1252, and named."""
    (folder / "projects.csv").write_bytes("project,name\nweb-shop,Café €\n".encode("cp1252"))
    assert read(folder).projects["name"].tolist() == ["Café €"]
    assert warnings(folder) == [
        "projects.csv, 2, : the byte 0xE9, which is not UTF-8 / a file saved as UTF-8 / It was "
        "read as Windows-1252; look at its accented letters, and save it as 'CSV UTF-8'."
    ]


@pytest.mark.parametrize("data", [b"project\n\x81\x8d", b"project\0name", b"\xff\xfea"])
def test_bytes_that_are_no_text_are_told(data: bytes, folder: Path) -> None:
    """What is neither UTF-8 nor Windows-1252 is one fault, and nothing else is told of it."""
    (folder / "projects.csv").write_bytes(data)
    assert faults(folder) == [
        "projects.csv: found bytes that are neither UTF-8 nor Windows-1252 text, expected a text "
        "file saved as UTF-8. Save it as 'CSV UTF-8'."
    ]


@pytest.mark.parametrize("data", [b"PK\x03\x04\0\0", b"\xd0\xcf\x11\xe0\0\0"])
def test_a_workbook_in_place_of_a_text_file_is_told_as_one(data: bytes, folder: Path) -> None:
    """Renaming an Excel file makes no CSV of it; Excel has to save one."""
    (folder / "projects.csv").write_bytes(data)
    assert faults(folder) == [
        "projects.csv: found a workbook, expected a text file saved as UTF-8. Save its sheet as "
        "'CSV UTF-8'."
    ]


def test_a_list_that_is_no_portfolio_says_where_to_paste_it(tmp_path: Path) -> None:
    """A workbook of somebody's own has none of the sheets; one sheet more would not help."""
    book = xlsxwriter.Workbook(tmp_path / "list.xlsx")
    book.add_worksheet("Sheet1").write_row(0, 0, ["Service name", "Who"])
    book.close()
    assert faults(tmp_path / "list.xlsx") == [
        "portfolio: found no such sheet, expected a sheet with the settings. svcimpact new my.xlsx "
        "makes a workbook with every sheet: paste the list there."
    ]


@pytest.mark.parametrize(("mark", "named"), [(";", "semicolons"), ("\t", "tabs")])
def test_other_separators_are_read_with_a_warning(mark: str, named: str, folder: Path) -> None:
    """European Excel writes semicolons; they and tabs are recognised by the headings."""
    file = folder / "resources.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",", mark), encoding="utf-8")
    assert read(folder).equals(example())
    assert warnings(folder) == [
        f"resources.csv, , : {named} between the columns / commas / It was read with {named}."
    ]


def test_a_line_that_names_the_separator_is_heeded(folder: Path) -> None:
    """Excel's first line `sep=;` counts as a row but is no data."""
    (folder / "projects.csv").write_text("sep=|\nproject|name|priority\nweb-shop|a, b|x\n")
    assert faults(folder)[0].startswith("projects, row 3, priority: found 'x'")


def test_ragged_rows_are_told_with_their_row(folder: Path) -> None:
    """Rows with too few or too many values are told each, counted as a spreadsheet shows them."""
    (folder / "projects.csv").write_text(
        'project,name\nweb-shop,"two\nlines"\n\nx,a,b\ny\nz,ok,,\n'
    )
    cure = 'Put text that holds a separator or a quote in "double quotes".'
    assert faults(folder) == [
        f"projects.csv, row 4: found 3 values, expected 2, one for each heading. {cure}",
        f"projects.csv, row 5: found 1 values, expected 2, one for each heading. {cure}",
    ]


def test_an_open_quote_is_told_with_the_row_where_it_opens(folder: Path) -> None:
    """A quote that is never closed does not swallow the rest of the file in silence."""
    (folder / "projects.csv").write_text('project,name\nweb-shop,ok\nx,"open\ny,ok\n')
    assert faults(folder) == [
        "projects.csv, row 3: found text that cannot be taken apart (unexpected end of data), "
        "expected cells with a comma between them. "
        'Look for a double quote (") that is not closed or not doubled.'
    ]


def test_blank_lines_and_spaces_are_nothing(folder: Path) -> None:
    """Blank lines, rows of separators and spaces around cells change nothing."""
    file = folder / "links.csv"
    file.write_text(
        "\n predecessor ,successor,type,lag_days\n\n, ,,\n shop-pay ,shop-live  ,FS, 2 \n\n\n"
    )
    assert read(folder).links.equals(example().links)


def test_lines_of_every_system_are_read(folder: Path) -> None:
    """Lines may end the way of Windows, of Unix or of the old Macintosh."""
    for ending in ("\r\n", "\r", "\n"):
        (folder / "projects.csv").write_bytes(f"project,name{ending}web-shop,a{ending}".encode())
        assert read(folder).projects["name"].tolist() == ["a"]


def test_ids_stay_as_they_are_written(folder: Path) -> None:
    """NA, 007, 1e5 and TRUE are texts, never missing values, numbers or flags."""
    ids = ["NA", "007", "1e5", "TRUE", "nan", "None", "null", "1.10"]
    (folder / "projects.csv").write_text("project\nweb-shop\n" + "\n".join(ids) + "\n")
    assert read(folder).projects["project"].tolist() == ["web-shop", *ids]


def test_headings_that_differ_in_case_or_spaces_are_read(folder: Path) -> None:
    """`Project ` and `NAME` are taken for what they are, with a warning for each."""
    (folder / "projects.csv").write_text("Project ,NAME\nweb-shop,a\n")
    assert read(folder).projects["name"].tolist() == ["a"]
    assert [line for line in warnings(folder) if "NAME" in line]


def test_twice_the_same_heading_is_told(folder: Path) -> None:
    """Two columns of one name are a fault, not a silent choice."""
    (folder / "projects.csv").write_text("project,name,name\nweb-shop,a,b\n")
    assert faults(folder) == [
        "projects, name: found a second column 'name', expected one. Rename or remove one of the "
        "two."
    ]


def test_rows_above_the_headings_are_left_aside_with_a_warning(folder: Path) -> None:
    """A title above the headings is recognised, and row numbers stay those of the file."""
    (folder / "links.csv").write_text(
        "Our links,,,\n\npredecessor,successor,type,lag_days\nshop-pay,shop-live,XX,2\n"
    )
    assert faults(folder)[0].startswith("links, row 4, type: found 'XX'")
    (folder / "links.csv").write_text(
        "Our links,,,\n\npredecessor,successor,type,lag_days\nshop-pay,shop-live,FS,2\n"
    )
    assert warnings(folder) == [
        "links.csv, 3, : the column headings in this row / them in row 1 / The rows above were "
        "left aside."
    ]


def test_an_empty_file_is_told_if_the_table_is_required(folder: Path) -> None:
    """An empty optional file is an empty table; an empty required one is a fault."""
    (folder / "links.csv").write_text("")
    assert read(folder).links.empty
    (folder / "support.csv").write_text("\n\n")
    assert faults(folder) == [
        "support.csv: found nothing, expected a row of column headings. The columns of support "
        "are service, resource, bau_fte, incident_fte."
    ]


def test_a_misspelt_file_is_told_and_its_content_checked(folder: Path) -> None:
    """`task.csv` is a fault with the right name, and no fault is made of what refers to it."""
    (folder / "tasks.csv").rename(folder / "task.csv")
    assert faults(folder) == [
        "task.csv: found a file that is no table, expected the name of a table; did you mean "
        "'tasks.csv'? Rename the file."
    ]


def test_a_file_name_in_another_case_is_read_with_a_warning(folder: Path) -> None:
    """`Service Links.CSV` is taken for service_links.csv."""
    (folder / "service_links.csv").rename(folder / "Service Links.CSV")
    assert read(folder).equals(example())
    assert warnings(folder) == [
        "service_links, , : the file 'Service Links.csv' / the name 'service_links.csv' / It was "
        "read as service_links."
    ]


def test_two_files_for_one_table_are_told(folder: Path) -> None:
    """Nobody is asked to guess which of two files counts."""
    (folder / "Links.csv").write_bytes((folder / "links.csv").read_bytes())
    assert faults(folder) == [
        "links: found the file 'Links.csv' beside 'links.csv', expected one file for each table. "
        "Remove or merge one of the two files."
    ]


def test_a_file_that_is_no_table_is_left_aside_with_a_warning(folder: Path) -> None:
    """Files of other kinds are nobody's business; a strange CSV file is told."""
    (folder / "README.md").write_text("ours")
    (folder / "budget.csv").write_text("a,b\n")
    assert warnings(folder) == [
        "budget.csv, , : a file that is no table / the names of tables / It was left aside."
    ]


def test_settings_in_a_csv_file_are_told(folder: Path) -> None:
    """The settings of a folder stand in TOML."""
    (folder / "portfolio.toml").rename(folder / "portfolio.csv")
    assert faults(folder) == [
        "portfolio.csv: found settings in a table, expected them in portfolio.toml. Move them to "
        "portfolio.toml and remove this file.",
        "portfolio.toml: found no such file in the folder, expected the portfolio's settings. "
        'Write it with at least two lines such as: name = "Our portfolio" and start = 2026-01-05',
    ]


def test_missing_settings_and_faults_in_tables_are_told_at_once(folder: Path) -> None:
    """One error holds what is wrong with the files and what is wrong in them."""
    (folder / "portfolio.toml").unlink()
    (folder / "links.csv").write_text("predecessor,successor\nshop-pay,shop-liv\n")
    told = faults(folder)
    assert told[0].startswith("portfolio.toml: found no such file in the folder")
    assert told[1].startswith("links, row 2, successor: found 'shop-liv'")
    assert len(told) == 2


def test_broken_toml_is_told_with_its_line(folder: Path) -> None:
    """The line of a slip in portfolio.toml is given."""
    (folder / "portfolio.toml").write_text('name = "A"\nstart = 2026-02-30\n')
    told = faults(folder)
    assert len(told) == 1
    assert re.fullmatch(
        r"portfolio.toml, row 2: found a line that is not TOML: .*line 2.*, expected lines such "
        r'as: name = "Our portfolio". Put texts in double quotes, dates without quotes as '
        r"2026-01-05.",
        told[0],
    )


@pytest.mark.parametrize("text", ["name = " + "[" * 5000, "name = " + "9" * 5000])
def test_toml_beyond_reason_is_told(text: str, folder: Path) -> None:
    """Nesting without end and a number of thousands of digits are faults of the file."""
    (folder / "portfolio.toml").write_text(text, encoding="utf-8")
    (told,) = faults(folder)
    assert told.startswith("portfolio.toml: found a line that is not TOML: ")


def test_thousands_of_blank_columns_are_nothing(folder: Path) -> None:
    """Excel may write a comma for every column it has; they take neither memory nor time."""
    for name in ("tasks", "links"):
        lines = (folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        wide = "".join(f"{line}{',' * 16_000}\n" for line in [*lines, *[""] * 300])
        (folder / f"{name}.csv").write_text(wide, encoding="utf-8")
    assert read(folder).equals(example())


def test_settings_with_a_byte_order_mark_are_read(folder: Path) -> None:
    """Notepad's byte-order mark in portfolio.toml does no harm."""
    file = folder / "portfolio.toml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert read(folder).equals(example())


# ---------------------------------------------------------------- workbooks


def test_a_workbook_made_by_hand_is_read(tmp_path: Path) -> None:
    """Plain cells, without any formats of ours, make the same tables as the example."""
    portfolio = read(book(tmp_path / "p.xlsx", example_sheets()))
    assert all(frame.equals(portfolio.tables[n]) for n, frame in example().tables.items())
    assert portfolio.warnings.empty


def test_numbers_in_id_columns_of_a_workbook_are_ids(tmp_path: Path) -> None:
    """Excel stores 101 as 101.0; the id is '101'."""
    sheets = example_sheets()
    for name in ("tasks", "links", "assignments", "changes"):
        sheets[name] = [[101 if v == "shop-pay" else v for v in row] for row in sheets[name]]
    portfolio = read(book(tmp_path / "p.xlsx", sheets))
    assert portfolio.tasks["task"].tolist() == ["101", "shop-live"]
    assert portfolio.links["predecessor"].tolist() == ["101"]


def test_faults_in_a_workbook_are_told_by_sheet_row(tmp_path: Path) -> None:
    """Blank rows count: the row told is the one Excel shows."""
    sheets = example_sheets()
    sheets["links"].insert(1, ["", "", "", ""])
    sheets["links"][2][2] = "XX"
    assert faults(book(tmp_path / "p.xlsx", sheets))[0].startswith("links, row 3, type: found 'XX'")


def test_a_sheet_with_another_name_is_told(tmp_path: Path) -> None:
    """A name close to a missing table is a fault; the settings are needed too."""
    sheets = example_sheets()
    sheets["Resourcs"] = sheets.pop("resources")
    del sheets["portfolio"]
    assert faults(book(tmp_path / "p.xlsx", sheets)) == [
        "Resourcs: found a sheet that is no table, expected the name of a table; did you mean "
        "'resources'? Rename the sheet.",
        "portfolio: found no such sheet, expected a sheet with the settings. Add it: names in "
        "column A (name, start, ...), values in column B.",
    ]


def test_extra_and_hidden_sheets_are_told(tmp_path: Path) -> None:
    """Sheets that explain are silent, others are left aside, hidden tables are read; all told."""
    sheets = {"Read me": [["hello"]], **example_sheets(), "Budget": [["x"]], "tasks (2)": [["y"]]}
    path = book(tmp_path / "p.xlsx", sheets, links="hidden")
    assert warnings(path) == [
        "Budget, , : a sheet that is no table / the names of tables / It was left aside.",
        "tasks (2), , : a sheet that is no table / the names of tables / It was left aside.",
        "links, , : a hidden sheet / sheets that can be seen / It was read; unhide it to see what "
        "is in it.",
    ]


def test_merged_headings_leave_a_column_without_a_name(tmp_path: Path) -> None:
    """A merged heading counts for its first column; the values beside it are told, not lost."""
    sheets = example_sheets()
    sheets["links"][0][3] = ""
    told = warnings(book(tmp_path / "p.xlsx", sheets))
    assert told == [
        "links, , : cells in a column without a name / the columns predecessor, successor, type, "
        "lag_days / The column was left out."
    ]


def rewrite(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Write a copy of a workbook with one part of it changed."""
    copy = path.with_name(f"{path.stem}-changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == part else data)
    return copy


def test_errors_of_formulas_are_told_not_read_as_blanks(tmp_path: Path) -> None:
    """#N/A and #DIV/0! are faults, in optional columns too, and results of formulas are values."""
    path = tmp_path / "p.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in example_sheets().items():
            sheet = workbook.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
            if name == "projects":
                sheet.write_formula("C2", '="oper"&"ations"', None, "operations")
                sheet.write_formula("D2", "=1/0", None, "#DIV/0!")
                sheet.write_formula("F2", "=1000+1", None, 1001)
            if name == "resources":
                sheet.write_formula("B4", "=NA()", None, "#N/A")
    assert [line.split(", expected")[0] for line in faults(path)] == [
        "projects, row 2, priority: found '#DIV/0!'",
        "resources, row 4, resource: found a blank cell",
        "resources, row 4, name: found '#N/A'",
    ]


def test_formulas_that_were_never_worked_out_are_told(tmp_path: Path) -> None:
    """A workbook made by a program may hold formulas without results."""
    path = tmp_path / "p.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in example_sheets().items():
            sheet = workbook.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
            if name == "projects":
                sheet.write_formula("D2", "=4-3", None, 1)
                sheet.write_formula("B2", '=""', None, "gone")
    part = "xl/worksheets/sheet2.xml"
    path = rewrite(path, part, lambda xml: xml.replace(b"<v>gone</v>", b"<v></v>"))
    assert read(path).projects["priority"].tolist() == [1]
    path = rewrite(path, part, lambda xml: xml.replace(b"<v>1</v></c>", b"</c>"))
    assert faults(path) == [
        "projects, row 2, column D: found a formula that was never worked out, expected its "
        "result. Open the workbook in Excel and save it."
    ]


def test_cells_merged_over_rows_are_told(tmp_path: Path) -> None:
    """Of merged cells only the first holds the value; the blanks below it are told."""
    path = tmp_path / "p.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in example_sheets().items():
            sheet = workbook.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
            if name == "services":
                sheet.merge_range("C2:C3", "operations", workbook.add_format())
    assert read(path).services["owner"].isna().tolist() == [False, True]
    assert warnings(path) == [
        "services, 2 to 3, : merged cells / a value in every row / Only the first of their rows "
        "has the value; it is blank in the others."
    ]


def test_settings_of_a_workbook_may_be_dates_times_and_numbers(tmp_path: Path) -> None:
    """Excel turns 09:00 into a time and a day into a date; both are understood."""
    path = tmp_path / "p.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in example_sheets().items():
            sheet = workbook.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
            if name == "portfolio":
                day = workbook.add_format({"num_format": "dd.mm.yyyy"})
                clock = workbook.add_format({"num_format": "hh:mm"})
                sheet.write_datetime(2, 1, datetime(2026, 2, 2), day)
                sheet.write_row(3, 0, ["Day Start"])
                sheet.write_datetime(3, 1, time(8, 30), clock)
                sheet.write_row(4, 0, ["holidays"])
                sheet.write_datetime(4, 1, datetime(2026, 4, 3), day)
                sheet.write_row(5, 0, ["hours_per_day", 8])
    found = read(path).settings
    assert (found.start, found.day_start) == (pd.Timestamp("2026-02-02"), "08:30")
    assert (found.holidays, found.hours_per_day) == ((date(2026, 4, 3),), 8.0)


def test_a_setting_given_twice_is_told(tmp_path: Path) -> None:
    """Two rows with one name are a fault."""
    sheets = example_sheets()
    sheets["portfolio"].append(["name", "Another"])
    assert faults(book(tmp_path / "p.xlsx", sheets)) == [
        "portfolio, row 4, name: found this setting a second time, expected each setting once. "
        "Remove one of the rows."
    ]


_SAVE = "Open it in Excel and save it as an Excel workbook (.xlsx)."


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", f"found an empty file, expected an .xlsx workbook. {_SAVE}"),
        (b"hello", f"found a file that is no workbook, expected an .xlsx workbook. {_SAVE}"),
        (
            bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600),
            "found a workbook in the old .xls format, whatever its name, expected an .xlsx "
            f"workbook. {_SAVE}",
        ),
        (
            bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "found a workbook with a password, expected an .xlsx workbook. Save a copy of it "
            "without the password.",
        ),
    ],
)
def test_a_file_that_is_no_workbook_is_told(data: bytes, told: str, tmp_path: Path) -> None:
    """Empty, foreign, old and encrypted files get a sentence each."""
    path = tmp_path / "p.xlsx"
    path.write_bytes(data)
    assert faults(path) == [f"p.xlsx: {told}"]


@pytest.mark.parametrize("keep", [60, 3000])
def test_a_damaged_workbook_is_told(keep: int, tmp_path: Path) -> None:
    """Half a workbook is a fault, not a traceback."""
    path = write(example(), tmp_path / "p.xlsx")
    path.write_bytes(path.read_bytes()[:keep])
    (told,) = faults(path)
    assert told.startswith("p.xlsx: found a damaged workbook (")
    assert told.endswith(f"), expected an .xlsx workbook. {_SAVE}")


def test_a_workbook_with_a_damaged_sheet_is_told(tmp_path: Path) -> None:
    """A sheet whose XML is broken is told like any other damage, and nothing is made of it."""
    path = write(example(), tmp_path / "p.xlsx")
    (told,) = faults(rewrite(path, "xl/worksheets/sheet3.xml", lambda xml: xml[: len(xml) // 2]))
    assert told.startswith("tasks: found a damaged sheet (")
    assert told.endswith(f"), expected rows of cells. {_SAVE}")


@pytest.mark.parametrize(
    ("cell", "row", "column"),
    [("XFD1048576", "1048576", "XFD"), ("XFD5000", "5000", "XFD"), ("B99999999999", "9" * 11, "M")],
)
def test_a_value_far_from_its_table_is_told(
    cell: str, row: str, column: str, tmp_path: Path
) -> None:
    """A space typed into the last cell of a sheet would take more memory than there is."""
    path = write(example(), tmp_path / "p.xlsx")
    stray = f'<row r="{row}"><c r="{cell}" s="1" t="inlineStr"><is><t> </t></is></c></row>'
    path = rewrite(
        path,
        "xl/worksheets/sheet3.xml",
        lambda xml: xml.replace(b"</sheetData>", stray.encode() + b"</sheetData>"),
    )
    assert faults(path) == [
        f"tasks, row {row}, column {column}: found values as far out as this, expected a table "
        "at the top left, and nothing far from it. Delete the rows below the table and the columns "
        "right of it, and save."
    ]


def test_formats_far_from_a_table_are_nothing(tmp_path: Path) -> None:
    """A cell with a format alone, as whole columns with a colour have it, is read past."""
    path = write(example(), tmp_path / "p.xlsx")
    stray = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    path = rewrite(
        path, "xl/worksheets/sheet3.xml", lambda xml: xml.replace(b"</sheetData>", stray)
    )
    assert read(path).equals(example())


def test_a_damaged_sheet_of_settings_is_one_fault(tmp_path: Path) -> None:
    """Settings that could not be read are not told as missing besides."""
    path = write(example(), tmp_path / "p.xlsx")
    told = faults(rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2]))
    assert len(told) == 1
    assert told[0].startswith("portfolio: found a damaged sheet (")


def test_a_workbook_whose_parts_do_not_fit_is_told(tmp_path: Path) -> None:
    """A workbook that names a sheet it does not have is damaged."""
    path = write(example(), tmp_path / "p.xlsx")
    path = rewrite(
        path, "xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b"sheet3", b"sheet99")
    )
    told = faults(path)
    assert told[0].startswith("p-changed.xlsx: found a damaged workbook (")
    assert told[0].endswith(f"), expected an .xlsx workbook. {_SAVE}")
    assert told[1].startswith("tasks: found a damaged sheet (")
    assert len(told) == 2


# ---------------------------------------------------------------- other places


def test_a_path_that_is_not_there_names_its_nearest_neighbour(folder: Path) -> None:
    """A slip in the name of the folder gets the right name."""
    assert faults(folder.parent / "plna") == [
        f"{folder.parent / 'plna'}: found nothing there, expected a folder of CSV or Parquet "
        f"files, or an .xlsx workbook; did you mean '{folder}'?"
    ]


def test_a_path_with_no_neighbours_names_the_current_folder(tmp_path: Path) -> None:
    """Where there is nothing near, the current folder is told."""
    assert faults(tmp_path / "no" / "such") == [
        f"{tmp_path / 'no' / 'such'}: found nothing there, expected a folder of CSV or Parquet "
        f"files, or an .xlsx workbook. Check the spelling; the current folder is {Path.cwd()}."
    ]


@pytest.mark.parametrize(
    ("name", "kind", "cure"),
    [
        ("p.xls", "a .xls file", "Save it as an Excel workbook (.xlsx)."),
        ("p.ods", "a .ods file", "Save it as an Excel workbook (.xlsx)."),
        ("tasks.csv", "a .csv file", "Give the folder that it stands in."),
        ("portfolio.toml", "a .toml file", "Give the folder that it stands in."),
        ("plan.mpp", "a .mpp file", "Import it: svcimpact import PLAN --out FOLDER."),
        ("notes.txt", "a .txt file", "Give a folder or a workbook."),
        ("notes", "a file without an ending", "Give a folder or a workbook."),
    ],
)
def test_other_kinds_of_files_are_told(name: str, kind: str, cure: str, tmp_path: Path) -> None:
    """Every other kind of file gets its own cure."""
    path = tmp_path / name
    path.write_text("x")
    assert faults(path) == [
        f"{path}: found {kind}, expected a folder of CSV or Parquet files, or an .xlsx workbook. "
        f"{cure}"
    ]


def test_a_folder_without_tables_is_told(tmp_path: Path) -> None:
    """Empty folders are told; a folder that holds a workbook names it."""
    expected = "expected portfolio.toml and files such as projects.csv"
    assert faults(tmp_path) == [
        f"{tmp_path}: found an empty folder, {expected}. Give the folder that holds the tables."
    ]
    (tmp_path / "plan.xlsx").write_text("x")
    assert faults(tmp_path) == [
        f"{tmp_path}: found a folder without tables, {expected}; did you mean "
        f"'{tmp_path / 'plan.xlsx'}'?"
    ]


def test_a_folder_with_both_kinds_of_files_is_told(folder: Path) -> None:
    """Which of two tables counts is not guessed."""
    (folder / "tasks.parquet").write_text("x")
    assert faults(folder) == [
        f"{folder}: found CSV and Parquet files side by side, expected one kind. Move one of them "
        "to another folder."
    ]


@pytest.mark.parametrize("name", ["tasks.csv", "portfolio.toml", "p.xlsx"])
def test_a_file_that_may_not_be_read_is_told(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A locked or forbidden file is one fault, and no fault is made of what refers to it."""
    path = write(example(), folder / "p.xlsx") if name == "p.xlsx" else folder
    _forbid(monkeypatch, "read_bytes", lambda file: file.name == name)
    assert faults(path) == [
        f"{name}: found permission denied, expected a file that can be read. Close it in other "
        "programs and check your rights to it."
    ]


def test_a_folder_that_may_not_be_read_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forbidden folder is one fault."""
    _forbid(monkeypatch, "iterdir", lambda _: True)
    assert faults(folder) == [
        "plan: found permission denied, expected a file that can be read. Close it in other "
        "programs and check your rights to it."
    ]


def _forbid(monkeypatch: pytest.MonkeyPatch, method: str, when: Callable[[Path], bool]) -> None:
    """Make a method of Path fail as it does for a locked file."""
    real = getattr(Path, method)

    def forbidden(self: Path, *args: object, **options: object) -> object:
        if when(self):
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **options)

    monkeypatch.setattr(Path, method, forbidden)


# ---------------------------------------------------------------- Parquet


def test_parquet_without_pyarrow_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The optional package is named with the command that installs it."""
    path = write(example(), tmp_path / "plan", format="parquet")
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    told = (
        "Parquet files need the package pyarrow, which is not installed: run pip install "
        "'svcimpact[parquet]', or use CSV or .xlsx instead."
    )
    with pytest.raises(MissingRequirementError, match=re.escape(told)):
        read(path)
    with pytest.raises(MissingRequirementError, match=re.escape(told)):
        write(example(), tmp_path / "other", format="parquet")
    assert not (tmp_path / "other").exists()


def test_parquet_from_elsewhere_is_read(tmp_path: Path) -> None:
    """Integers, categories, dates and not-a-numbers of other programs become our columns."""
    path = write(example(), tmp_path / "plan", format="parquet")
    pd.DataFrame(
        {
            "project": pd.Categorical(["web-shop", "101"]),
            "priority": [2.0, float("nan")],
            "due": [date(2026, 4, 30), None],
            "cost_of_delay_per_day": [1, 2],
        }
    ).to_parquet(path / "projects.parquet")
    found = read(path).projects
    assert found["project"].tolist() == ["web-shop", "101"]
    assert found["priority"].isna().tolist() == [False, True]
    assert found["due"].iloc[0] == pd.Timestamp("2026-04-30")
    assert found["cost_of_delay_per_day"].tolist() == [1.0, 2.0]


def test_a_damaged_parquet_file_is_told(tmp_path: Path) -> None:
    """A file that is not Parquet is one fault."""
    path = write(example(), tmp_path / "plan", format="parquet")
    (path / "tasks.parquet").write_bytes(b"PAR1 not really PAR1")
    assert faults(path) == [
        "tasks.parquet: found a file that is not Parquet, or is damaged, expected a Parquet file. "
        "Write it anew."
    ]


# ---------------------------------------------------------------- whole or not at all


def refusal(path: Path, **options: object) -> str:
    """Return what is told where nothing can be written."""
    with pytest.raises(InputError) as caught:
        write(example(), path, **options)  # type: ignore[arg-type]
    first, told = str(caught.value).splitlines()
    assert first == f"Nothing was written to {caught.value.faults['table'][0]}."
    return told.removeprefix(f"{path}: ")


def test_the_folder_one_is_in_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dot would read as a full stop."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"^Nothing was written to this folder\.\n"):
        replace_file(Path(), Path.touch, overwrite=False)


def test_what_exists_is_not_overwritten_unasked(folder: Path) -> None:
    """Files and folders that hold something are left alone, and how to replace them is told."""
    book = write(example(), folder.parent / "p.xlsx")
    before = book.read_bytes()
    assert refusal(book) == (
        "found a file that exists, expected a new name. Choose another name, or say "
        "--overwrite (in Python overwrite=True) to replace it."
    )
    assert book.read_bytes() == before
    assert refusal(folder) == (
        "found a folder that is not empty, expected a new or empty folder. Choose another, or say "
        "--overwrite (in Python overwrite=True) to replace the tables in it; other files stay."
    )


def test_overwriting_replaces_the_tables_and_keeps_other_files(folder: Path) -> None:
    """Old tables go, also those of the other kind; notes and scenarios beside them stay."""
    (folder / "README.md").write_text("ours")
    (folder / "drafts").mkdir()
    smaller = example().with_tables(links=example().links.head(0))
    write(smaller, folder, format="parquet", overwrite=True)
    assert not list(folder.glob("*.csv"))
    assert not (folder / "links.parquet").exists()
    assert (folder / "README.md").read_text() == "ours"
    assert (folder / "drafts").is_dir()
    assert read(folder).equals(smaller)
    book = write(example(), folder.parent / "p.xlsx")
    write(smaller, book, overwrite=True)
    assert read(book).equals(smaller)


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    """An empty folder, or a new one below new ones, may be written to."""
    (tmp_path / "new").mkdir()
    assert read(write(example(), tmp_path / "new")).equals(example())
    assert read(write(example(), tmp_path / "a" / "b" / "c.2026")).equals(example())


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("failing", [1, 9, 17, 18, 25, 32])
def test_a_failure_half_way_leaves_everything_as_it_was(
    failing: int, form: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever move of a file fails, the folder holds what it held, byte for byte."""
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    real, moves = Path.replace, []

    def failing_replace(self: Path, target: Path) -> Path:
        moves.append(self)
        if len(moves) == failing:
            raise PermissionError(13, "Permission denied")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", failing_replace)
    # 17 files are moved out of the way, and 16 are moved in.
    smaller = example().with_tables(links=example().links.head(0))
    with pytest.raises(InputError, match="permission denied"):
        write(smaller, folder, format=form, overwrite=True)  # type: ignore[arg-type]
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_an_interrupt_half_way_puts_everything_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C between two moves of files loses none of those that were there."""
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    real, moves = Path.replace, []

    def interrupted(self: Path, target: Path) -> Path:
        moves.append(self)
        if len(moves) == 20:
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    smaller = example().with_tables(links=example().links.head(0))
    with pytest.raises(KeyboardInterrupt):
        write(smaller, folder, overwrite=True)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_a_failure_before_the_swap_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk or a bug while writing leaves neither half a file nor a temporary one."""
    old = write(example(), tmp_path / "p.xlsx").read_bytes()
    write(example(), tmp_path / "plan")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    monkeypatch.setattr(Path, "write_bytes", full)
    told = (
        "found no space left on device, expected a place that can be written to. Close it in "
        "other programs, check your rights to it and the room on the disk, or choose another "
        "place."
    )
    assert refusal(tmp_path / "p.xlsx", overwrite=True) == told
    assert refusal(tmp_path / "plan", overwrite=True) == told
    assert refusal(tmp_path / "new") == told
    assert sorted(file.name for file in tmp_path.iterdir()) == ["p.xlsx", "plan"]
    assert (tmp_path / "p.xlsx").read_bytes() == old


def test_places_of_the_wrong_kind_are_told(tmp_path: Path) -> None:
    """A folder where a file should go, a file where a folder should, and names that mislead."""
    (tmp_path / "p.xlsx").mkdir()
    (tmp_path / "plan").write_text("x")
    assert refusal(tmp_path / "p.xlsx", overwrite=True) == (
        "found a folder, expected the name of a file. Choose another."
    )
    assert refusal(tmp_path / "plan", overwrite=True) == (
        "found a file, expected a folder, or the name of a new one. Choose another name."
    )
    assert refusal(tmp_path / "tasks.csv") == (
        "found a name that ends in '.csv' for the format csv, expected the name of a folder. "
        "Choose another name."
    )
    assert refusal(tmp_path / "p", format="xlsx") == (
        "found a name that ends in '' for the format xlsx, expected a name that ends in .xlsx. "
        "Choose another name."
    )
    assert refusal(tmp_path / "p", format="xslx") == (
        "found the format 'xslx', expected csv, xlsx or parquet; did you mean 'xlsx'? Choose one "
        "of them."
    )
    assert refusal(tmp_path / "plan" / "below").startswith("found a file where a folder has to be")


def test_what_a_workbook_cannot_hold_is_told(tmp_path: Path) -> None:
    """Texts and tables beyond Excel's limits are refused, not cut; CSV takes them."""
    cure = "Shorten or correct it, or write a folder of CSV files instead."
    long = example().with_tables(projects=_with(pd.DataFrame({"project": ["x" * 32_768]})))
    with pytest.raises(InputError) as caught:
        write(long, tmp_path / "p.xlsx")
    assert str(caught.value).splitlines()[1] == (
        "projects, row 3, project: found a text of 32,768 characters, expected 32,767 at most, "
        f"which is what Excel can hold. {cure}"
    )
    assert read(write(long, tmp_path / "plan")).equals(long)
    odd = example().with_tables(projects=_with(pd.DataFrame({"project": ["_x0041_x0042_"]})))
    with pytest.raises(InputError) as caught:
        write(odd, tmp_path / "p.xlsx")
    assert str(caught.value).splitlines()[1] == (
        "projects, row 3, project: found '_x0041_x0042_', of which Excel makes something else, "
        f"expected text for people. {cure}"
    )
    assert list(tmp_path.iterdir()) == [tmp_path / "plan"]


def test_more_rows_than_a_sheet_has_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table longer than a sheet is refused (the limit is lowered for the test)."""
    monkeypatch.setattr("svcimpact.io.sheets.ROW_LIMIT", 2)
    with pytest.raises(InputError) as caught:
        write(example(), tmp_path / "p.xlsx")
    assert str(caught.value).splitlines()[1] == (
        "tasks: found 2 rows, expected 1 at most, which is what Excel can hold. Shorten or correct "
        "it, or write a folder of CSV files instead."
    )


def test_a_text_too_long_for_csv_is_told(tmp_path: Path) -> None:
    """The csv module reads no cell beyond 131,072 characters, so none is written."""
    long = example().with_tables(projects=_with(pd.DataFrame({"project": ["x" * 131_073]})))
    with pytest.raises(InputError) as caught:
        write(long, tmp_path / "plan")
    assert str(caught.value).splitlines()[1] == (
        "projects, row 3, project: found a text of 131,073 characters, expected 131,072 at most. "
        "Shorten it."
    )


def test_reading_changes_neither_files_nor_folder(folder: Path) -> None:
    """Reading leaves every byte where it was."""
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    read(folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_a_home_folder_and_text_paths_are_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths may be text and begin with ~."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert write(example(), "~/plan") == tmp_path / "plan"
    assert read("~/plan").equals(example())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders on this system")
@pytest.mark.parametrize("name", ["tasks.csv", "portfolio.toml"])
def test_a_pipe_in_place_of_a_file_is_told(tmp_path, name):
    """A pipe that nobody writes to is a fault, not a wait without end."""
    folder = tmp_path / "tiny"
    shutil.copytree("data/tiny", folder)
    (folder / name).unlink()
    os.mkfifo(folder / name)
    code = f"from svcimpact.io import read; read({str(folder)!r})"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    told = {
        "tasks.csv": "tasks.csv: found a pipe or a device, expected a file. Put the table there as "
        "a file.",
        "portfolio.toml": "portfolio.toml: found no such file in the folder",
    }
    assert told[name] in done.stderr
