"""A CSV export as rows of text, whatever wrote it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from svcimpact.errors import fault
from svcimpact.io.folder import read_text
from svcimpact.io.rows import Raw
from svcimpact.nearest import plain


@dataclass
class LogText:
    """The cells of an export.

    Attributes
    ----------
    headings : list of str
        Of the columns, in order; some programs write one several times.
    records : list of list of str
        The rows, each as long as the headings.
    rows : list of int
        The line each begins in, as an editor counts.
    faults, notes : list of dict
        What is wrong with the file, and what was assumed.
    """

    headings: list[str] = field(default_factory=list)
    records: list[list[str]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    faults: list[dict[str, str]] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)

    def at(self, heading: str) -> list[int]:
        """Return the positions of the columns with this heading.

        Parameters
        ----------
        heading : str
            Case, spaces and hyphens do not matter.

        Returns
        -------
        list of int
            One, or several where the heading is repeated.
        """
        return [i for i, name in enumerate(self.headings) if plain(name) == plain(heading)]


def read_log_text(path: Path) -> LogText:
    """Read an export: UTF-8 or UTF-16 or Windows-1252; commas, semicolons or tabs.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    LogText
        Its cells; blank lines are left out.
    """
    found = LogText()
    raw = Raw()
    text = read_text(raw, path)
    found.faults, found.notes = raw.faults, raw.notes
    if text is None:
        return found
    told = re.match(r"sep=(.)(\r\n|\r|\n)", text)  # Excel's own way to name the separator
    body = text[told.end() :] if told else text
    reader = csv.reader(
        io.StringIO(body, newline=""), delimiter=told[1] if told else _separator(body), strict=True
    )
    begin = before = 1 if told else 0
    try:
        for record in reader:
            line, before = before + 1, reader.line_num + begin
            if not any(cell.strip() for cell in record):
                continue
            if not found.headings:
                found.headings = [cell.strip() for cell in record]
                continue
            found.records.append(record)
            found.rows.append(line)
    except csv.Error as error:
        found.faults.append(
            fault(
                path.name,
                str(before + 1),
                found=f"text that cannot be taken apart ({error})",
                expected="cells with a comma, a semicolon or a tab between them",
                cure='Look for a double quote (") that is not closed, or export it again.',
            )
        )
    if not found.headings and not found.faults:
        found.faults.append(
            fault(
                path.name,
                found="nothing",
                expected="a row of column headings",
                cure="Export it again, as CSV.",
            )
        )
    _even_out(found, path.name)
    return found


def _separator(text: str) -> str:
    """Return the mark that parts most of the headings."""
    line = next((line for line in text[:200_000].splitlines() if line.strip()), "")
    # What stands in quotes may hold any of them.
    bare = re.sub(r'"[^"]*"', "", line)
    return max(",;\t|", key=bare.count)


def _even_out(found: LogText, file: str) -> None:
    """Make every row as long as the headings, and tell of those that are longer."""
    width = len(found.headings)
    for at, record in enumerate(found.records):
        if len(record) < width:
            # Blank cells at the end are left out by some programs.
            found.records[at] = [*record, *[""] * (width - len(record))]
        elif len(record) > width:
            if any(cell.strip() for cell in record[width:]):
                found.faults.append(
                    fault(
                        file,
                        str(found.rows[at]),
                        found=f"{len(record)} values",
                        expected=f"{width}, one for each heading",
                        cure='Put text that holds a separator or a quote in "double quotes".',
                    )
                )
            found.records[at] = record[:width]
