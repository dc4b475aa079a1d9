"""A folder of CSV files with `portfolio.toml` beside them."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import tomllib
import zlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import tomli_w

from svcimpact.errors import fault
from svcimpact.io.replace import refuse
from svcimpact.io.rows import Raw, add_table, place_names
from svcimpact.io.settings import to_document
from svcimpact.io.texts import as_text
from svcimpact.nearest import plain
from svcimpact.portfolio import Portfolio
from svcimpact.schema import REQUIRED_TABLES, SETTINGS, load_schema

TOML = "portfolio.toml"
_CELL_LIMIT = 131_072  # the csv module reads no longer cell
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_folder(path: Path, ending: str, read_table: Callable[[Raw, str, Path], None]) -> Raw:
    """Read the tables and settings in a folder, without checking their content.

    Parameters
    ----------
    path : Path
        The folder.
    ending : str
        The ending of the tables' files, ``".csv"`` or ``".parquet"``.
    read_table : callable
        Adds the table in a file to what was read so far.

    Returns
    -------
    Raw
        Tables, settings, faults and warnings.
    """
    raw = Raw()
    files = {
        file.stem: file
        for file in sorted(path.iterdir())
        if file.suffix.lower() == ending and not file.name.startswith((".", "~"))
    }
    placed = place_names(files, "file", raw, ending=ending)
    if SETTINGS in placed:
        name = files[placed.pop(SETTINGS)].name
        raw.faults.append(
            fault(
                name,
                found="settings in a table",
                expected=f"them in {TOML}",
                cure=f"Move them to {TOML} and remove this file.",
            )
        )
    for table, name in placed.items():
        raw.tables[table] = None
        if files[name].is_file() or files[name].is_dir() or not files[name].exists():
            read_table(raw, table, files[name])
        else:
            raw.faults.append(
                fault(
                    files[name].name,
                    found="a pipe or a device",
                    expected="a file",
                    cure="Put the table there as a file.",
                )
            )
    _read_settings(raw, path)
    return raw


def read_csv(raw: Raw, table: str, path: Path) -> None:
    """Read one CSV file.

    Parameters
    ----------
    raw : Raw
        Takes the table, its faults and warnings.
    table : str
        The table that the file holds.
    path : Path
        The file.
    """
    text = read_text(raw, path)
    if text is None:
        return
    told = re.match(r"sep=(.)(\r\n|\r|\n)", text)  # Excel's own way to name the separator
    separator = told[1] if told else _separator(text, table)
    if separator != ",":
        named = {";": "semicolons", "\t": "tabs"}.get(separator, repr(separator))
        raw.notes.append(
            fault(
                path.name,
                found=f"{named} between the columns",
                expected="commas",
                cure=f"It was read with {named}.",
            )
        )
    records: list[list[str]] = [[]] if told else []
    body = text[told.end() :] if told else text
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    try:
        records.extend(reader)
    except csv.Error as error:
        raw.faults.append(
            fault(
                path.name,
                str(len(records) + 1),
                found=f"text that cannot be taken apart ({error})",
                expected="cells with a comma between them",
                cure='Look for a double quote (") that is not closed or not doubled.',
            )
        )
        return
    add_table(raw, table, records, ragged=True, file=path.name)


def _separator(text: str, table: str) -> str:
    """Return the separator that finds most of the table's columns; commas where in doubt."""
    columns = set(load_schema()[table])
    lines = text[:10_000].splitlines()[:10]

    def found(mark: str) -> int:
        cells = [{plain(cell.strip('" ')) for cell in line.split(mark)} for line in lines]
        return max((len(names & columns) for names in cells), default=0)

    return max(",;\t", key=found)


def read_text(raw: Raw, path: Path) -> str | None:
    """Read a text file whatever its encoding; say so if that had to be assumed.

    Parameters
    ----------
    raw : Raw
        Takes faults and warnings.
    path : Path
        The file.

    Returns
    -------
    str or None
        The text with its own line ends; None if the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raw.faults.append(unreadable(path, error))
        return None
    if path.suffix.lower() == ".gz":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            raw.faults.append(
                fault(
                    path.name,
                    found="a file that gzip cannot unpack",
                    expected="a whole .gz file",
                    cure="Fetch or pack it again.",
                )
            )
            return None
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = str(data[: error.start].count(b"\n") + 1)
        try:
            text = data.decode("cp1252" if encoding == "utf-8" else encoding)
        except UnicodeDecodeError:
            text = "\0"
        else:
            raw.notes.append(
                fault(
                    path.name,
                    line,
                    found=f"the byte 0x{data[error.start]:02X}, which is not UTF-8",
                    expected="a file saved as UTF-8",
                    cure="It was read as Windows-1252; look at its accented letters, and save "
                    "it as 'CSV UTF-8'.",
                )
            )
    if "\0" in text:
        # What a workbook begins with: a ZIP archive, or an OLE document before 2007.
        is_book = data.startswith((b"PK\3\4", b"\xd0\xcf\x11\xe0"))
        found = "bytes that are neither UTF-8 nor Windows-1252 text"
        raw.faults.append(
            fault(
                path.name,
                found="a workbook" if is_book else found,
                expected="a text file saved as UTF-8",
                cure=f"Save {'its sheet' if is_book else 'it'} as 'CSV UTF-8'.",
            )
        )
        return None
    return text


def unreadable(path: Path, error: OSError) -> dict[str, str]:
    """Return the fault for a file that the system does not let us read.

    Parameters
    ----------
    path : Path
        The file.
    error : OSError
        What the system said.

    Returns
    -------
    dict of str to str
        The fault.
    """
    return fault(
        path.name,
        found=(error.strerror or str(error)).lower(),
        expected="a file that can be read",
        cure="Close it in other programs and check your rights to it.",
    )


def _read_settings(raw: Raw, path: Path) -> None:
    file = path / TOML
    if not file.is_file():
        raw.faults.append(
            fault(
                TOML,
                found="no such file in the folder",
                expected="the portfolio's settings",
                cure='Write it with at least two lines such as: name = "Our portfolio" and '
                "start = 2026-01-05",
            )
        )
        return
    text = read_text(raw, file)
    if text is None:
        return
    try:
        raw.settings = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also numbers and nesting beyond reason
        said = str(error)
        line = re.search(r"at line (\d+)", said)
        raw.faults.append(
            fault(
                TOML,
                line[1] if line else "",
                found=f"a line that is not TOML: {said}",
                expected='lines such as: name = "Our portfolio"',
                cure="Put texts in double quotes, dates without quotes as 2026-01-05.",
            )
        )


def fill_csv(portfolio: Portfolio, folder: Path) -> None:
    """Write a portfolio's settings and tables into an empty folder.

    Parameters
    ----------
    portfolio : Portfolio
        What to write.
    folder : Path
        The folder.
    """
    fill_settings(portfolio, folder)
    for table, frame in written_tables(portfolio).items():
        fill_table(table, frame, folder / f"{table}.csv")


def fill_table(table: str, frame: pd.DataFrame, file: Path) -> None:
    """Write one table of a portfolio as CSV.

    Parameters
    ----------
    table : str
        Its name.
    frame : pandas.DataFrame
        Its rows, typed.
    file : Path
        The file.
    """
    columns = load_schema()[table]
    texts = [as_text(frame[name], column) for name, column in columns.items()]
    for name, column in zip(columns, texts, strict=True):
        _check_lengths(f"{table}, row {{}}, {name}", column)
    rows = [list(columns), *map(list, zip(*texts, strict=True))]
    lines = (",".join(map(_quoted, row)) + "\n" for row in rows)
    file.write_text("".join(lines), encoding="utf-8", newline="")


def _check_lengths(where: str, texts: list[str]) -> None:
    for row, text in enumerate(texts, start=2):
        if len(text) > _CELL_LIMIT:
            raise refuse(
                Path(where.format(row)),
                found=f"a text of {len(text):,} characters",
                expected=f"{_CELL_LIMIT:,} at most",
                cure="Shorten it.",
            )


def _quoted(text: str) -> str:
    # csv.writer leaves a lone \r bare when lines end in \n, and it would come back as a line end.
    return '"' + text.replace('"', '""') + '"' if re.search(r'[",\r\n]', text) else text


def fill_settings(portfolio: Portfolio, folder: Path) -> None:
    """Write `portfolio.toml`.

    Parameters
    ----------
    portfolio : Portfolio
        Whose settings to write.
    folder : Path
        Where.
    """
    text = tomli_w.dumps(to_document(portfolio.settings))
    (folder / TOML).write_text(text, encoding="utf-8", newline="")


def written_tables(portfolio: Portfolio) -> dict[str, pd.DataFrame]:
    """Return the tables that a folder holds: the required ones, and the others unless empty.

    Parameters
    ----------
    portfolio : Portfolio
        What to write.

    Returns
    -------
    dict of str to pandas.DataFrame
        The tables by name, in the schema's order.
    """
    tables = {name: getattr(portfolio, name) for name in load_schema() if name != SETTINGS}
    return {name: frame for name, frame in tables.items() if len(frame) or name in REQUIRED_TABLES}
