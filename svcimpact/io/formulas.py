"""What calamine would not tell of a sheet: formulas without a result, and values far out."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

_FAR_OUT = re.compile(rb"\sr=[\"'](?:[A-Z]{2,}[0-9]|[A-Z][0-9]{8})")
_FILLED = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r=[\"']([A-Z]+)([0-9]+)[\"'](?:[^>]*[^/>])?>")


@dataclass(frozen=True)
class Inside:
    """What there is in a sheet.

    Parameters
    ----------
    failures : dict
        Formulas without a result: the error such as ``"#N/A"`` by row and column (from 0); ""
        for a formula that no spreadsheet program has worked out yet.
    last : tuple of (int, int)
        The last row and the last column (from 0) with a value; (0, 0) where both are near.
    """

    failures: dict[tuple[int, int], str]
    last: tuple[int, int]


def look_inside(path: Path) -> dict[str, Inside]:
    """Find the formulas without a result, and values far out.

    Parameters
    ----------
    path : Path
        The workbook.

    Returns
    -------
    dict of str to Inside
        By sheet.

    Raises
    ------
    zipfile.BadZipFile, xml.etree.ElementTree.ParseError, KeyError, ValueError
        The workbook is damaged.
    """
    with ZipFile(path) as parts:
        (book,) = [
            target for kind, target in _targets(parts, "").values() if kind == "officeDocument"
        ]
        targets = _targets(parts, book)
        found = {}
        for sheet in _parse(parts, book).iter():
            if _tag(sheet) == "sheet":
                # Strict and transitional workbooks have the id in different namespaces.
                (relation,) = [v for key, v in sheet.attrib.items() if key.endswith("}id")]
                kind, part = targets[relation]
                if kind == "worksheet":
                    data = parts.read(part)
                    found[sheet.attrib["name"]] = Inside(dict(_failures(data)), _last(data))
        return found


def _targets(parts: ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return the kind and the name of every part that a part leads to, by the relation's id."""
    folder, name = posixpath.split(part)
    relations = _parse(parts, posixpath.join(folder, "_rels", f"{name}.rels"))
    return {
        relation.attrib["Id"]: (
            relation.attrib["Type"].rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, relation.attrib["Target"])).lstrip("/"),
        )
        for relation in relations
    }


def _parse(parts: ZipFile, name: str) -> ElementTree.Element:
    # The XML parser of every Python we support (expat 2.4.1 and later) refuses entity bombs.
    return ElementTree.fromstring(parts.read(name))  # noqa: S314


def _last(data: bytes) -> tuple[int, int]:
    row = column = 0
    if _FAR_OUT.search(data):  # up to column Z any sheet can be held
        for cell in _FILLED.finditer(data):
            row = max(row, int(cell[2]) - 1)
            column = max(column, _column(cell[1].decode("ascii"), 0))
    return row, column


def _failures(data: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    if not re.search(rb"<(\w+:)?f[ >/]|t=[\"']e[\"']", data):
        return  # most sheets have no formulas at all, and are not taken apart
    row = column = -1
    for element in ElementTree.fromstring(data).iter():  # noqa: S314
        if _tag(element) == "row":
            row, column = int(element.get("r", row + 2)) - 1, -1
        elif _tag(element) == "c":
            column = _column(element.get("r", ""), column)
            inside = {_tag(child): child.text or "" for child in element}
            if element.get("t") == "e":
                yield (row, column), inside.get("v", "#N/A")
            elif "f" in inside and not inside.get("v") and element.get("t") != "str":
                yield (row, column), ""


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _column(reference: str, before: int) -> int:
    """Return the column, from 0, of a cell such as ``AB12``; the next one where it has no name."""
    at = 0
    for letter in re.match("[A-Z]*", reference)[0]:  # type: ignore[index]
        at = 26 * at + ord(letter) - ord("A") + 1
    return at - 1 if at else before + 1
