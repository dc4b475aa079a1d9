"""Finished pieces of a sweep: named by what they are made from, and kept on disk as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from functools import cache, partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from svcimpact.errors import fault
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Scenario
from svcimpact.io.replace import refuse, replace_file
from svcimpact.portfolio import Portfolio

FORMAT = 1
KEPT = ("projects", "resources", "services")
# Every program that can move the last bit of a figure.
_MADE_WITH = ("svcimpact", "numpy", "pandas", "scipy", "numba")
_MOMENT = "datetime64[us]"


@dataclass(frozen=True, eq=False)
class Piece:
    """What is kept of one simulation.

    Attributes
    ----------
    tables : dict of str to pandas.DataFrame
        The tables `projects`, `resources` and `services` of its outcome.
    warnings : list of dict
        Rows as `svcimpact.errors.fault` makes them.
    """

    tables: dict[str, pd.DataFrame]
    warnings: list[dict[str, str]]


@cache
def versions() -> str:
    """Return the programs on which the bits of a result hang.

    Returns
    -------
    str
        Names and versions.
    """
    return ", ".join(f"{name} {version(name)}" for name in _MADE_WITH)


def digest(value: Any) -> str:
    """Return a hash of what a value holds, the same in every process.

    Parameters
    ----------
    value : object
        Dataclasses, tables, mappings, sequences, dates, numbers and texts.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits.
    """
    text = json.dumps(_content(value), separators=(",", ":"))
    return sha256(text.encode("ascii")).hexdigest()


def portfolio_digest(portfolio: Portfolio) -> str:
    """Return a hash of the settings and tables of a portfolio.

    Parameters
    ----------
    portfolio : Portfolio
        Its warnings do not count.

    Returns
    -------
    str
        As from `digest`.
    """
    return digest([portfolio.settings, portfolio.tables])


def piece_key(portfolio: str, scenario: Scenario) -> str:
    """Return what a piece is called: a hash of all that its figures come from.

    Parameters
    ----------
    portfolio : str
        The portfolio's digest.
    scenario : Scenario
        Its runs and seed count, its name does not.

    Returns
    -------
    str
        As from `digest`.
    """
    rules = {f.name: getattr(scenario, f.name) for f in fields(scenario) if f.name != "name"}
    return digest([FORMAT, versions(), portfolio, rules])


def pack(outcome: Outcome) -> str:
    """Return what is kept of an outcome, as text that loses no bit.

    Parameters
    ----------
    outcome : Outcome
        The result of a simulation.

    Returns
    -------
    str
        JSON in ASCII; numbers as Python writes them, which read back as the same.
    """
    tables = {name: _content(getattr(outcome, name)) for name in KEPT}
    warnings = outcome.warnings.to_dict("records")
    return json.dumps({"tables": tables, "warnings": warnings}, separators=(",", ":"))


def unpack(text: str) -> Piece:
    """Return what `pack` has written.

    Parameters
    ----------
    text : str
        JSON.

    Returns
    -------
    Piece
        Tables and warnings, to the bit and the type.
    """
    held = json.loads(text)
    tables = {name: _frame(held["tables"][name]) for name in KEPT}
    return Piece(tables, held["warnings"])


class Shelf:
    """A folder of finished pieces; without a folder it keeps nothing.

    A piece is two lines: what it is and a checksum, then the JSON of `pack`. Reading one runs
    nothing that stands in it.

    Parameters
    ----------
    folder : pathlib.Path or None
        Made where it is missing; several sweeps may share it.

    Raises
    ------
    InputError
        The folder cannot be made.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        if folder is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise refuse(
                folder,
                found=(error.strerror or str(error)).lower(),
                expected="a folder for the finished pieces",
                cure="Choose another.",
            ) from error

    def path(self, key: str) -> Path:
        """Return where a piece stands."""
        assert self.folder is not None
        return self.folder / f"{key[:32]}.piece"

    def take(self, key: str, warnings: list[dict[str, str]]) -> Piece | None:
        """Return a piece if it is there and sound; note why a file is of no use.

        Parameters
        ----------
        key : str
            What it is called.
        warnings : list of dict
            Takes a row for a file that is not the piece.

        Returns
        -------
        Piece or None
            None where it has to be made.
        """
        if self.folder is None:
            return None
        path = self.path(key)
        try:
            head, _, body = path.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        except OSError as error:
            warnings.append(_useless(path, (error.strerror or str(error)).lower()))
            return None
        if head != _head(key, body):
            named = f'"piece":"{key}"'.encode()
            found = "a damaged piece" if named in head else "a file that is not this piece"
            warnings.append(_useless(path, found))
            return None
        try:
            return unpack(body.decode("ascii"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            warnings.append(_useless(path, "a piece that cannot be read"))
            return None

    def put(self, key: str, text: str) -> None:
        """Keep a piece, whole or not at all.

        Parameters
        ----------
        key : str
            What it is called.
        text : str
            What `pack` has written.

        Raises
        ------
        InputError
            The folder cannot be written to.
        """
        if self.folder is not None:
            body = text.encode("ascii")
            data = _head(key, body) + b"\n" + body
            replace_file(self.path(key), partial(_write, data), overwrite=True)


def _write(data: bytes, path: Path) -> None:
    path.write_bytes(data)


def _head(key: str, body: bytes) -> bytes:
    line = {"svcimpact sweep": FORMAT, "piece": key, "sha256": sha256(body).hexdigest()}
    return json.dumps(line, separators=(",", ":")).encode("ascii")


def _useless(path: Path, found: str) -> dict[str, str]:
    expected = "a finished piece of a sweep"
    return fault(str(path), found=found, expected=expected, cure="It was made anew.")


def _content(value: Any) -> Any:
    """Return a value as JSON holds it, nothing lost that could move a figure."""
    if value is None or isinstance(value, bool | int | str | float):
        return value
    if isinstance(value, pd.DataFrame):
        return [[str(name), str(column.dtype), _cells(column)] for name, column in value.items()]
    if isinstance(value, date | datetime):
        return [type(value).__name__, value.isoformat()]
    if is_dataclass(value):
        held = {f.name: _content(getattr(value, f.name)) for f in fields(value)}
        return [type(value).__name__, held]
    if isinstance(value, Mapping):
        return [[_content(key), _content(held)] for key, held in value.items()]
    if isinstance(value, tuple | list):
        return [_content(item) for item in value]
    raise TypeError(f"cannot write a {type(value).__name__} down")


def _cells(column: pd.Series) -> list[Any]:
    """Return the cells of a column: moments as microseconds, missing texts as None."""
    if str(column.dtype) == _MOMENT:
        ticks: list[Any] = column.to_numpy().view(np.int64).tolist()
        return ticks
    cells: list[Any] = column.tolist()
    return cells if column.dtype.kind == "f" else [None if pd.isna(x) else x for x in cells]


def _frame(columns: list[list[Any]]) -> pd.DataFrame:
    """Return a table that `_content` has written."""
    held: dict[str, Any] = {}
    for name, kind, cells in columns:
        if kind == _MOMENT:
            held[name] = np.array(cells, np.int64).view(_MOMENT)
        else:
            held[name] = pd.Series(cells, dtype=kind)
    return pd.DataFrame(held)
