"""Hashes by which a figure is traced: of inputs, of notebooks, of the code itself."""

from __future__ import annotations

import hashlib
from pathlib import Path

import svcimpact

# What a folder of tables is read from.
_TABLES = (".csv", ".parquet", ".toml")
# What figures come out of: the code, and the table that says what tables there are.
_CODE = (".py", ".csv")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    str
        Hexadecimal.
    """
    return hashlib.sha256(path.read_bytes()).hexdigest()


def inputs_of(place: Path) -> dict[str, str]:
    """Return the hash of every file that a portfolio is read from.

    Parameters
    ----------
    place : pathlib.Path
        A file, or a folder of tables.

    Returns
    -------
    dict of str to str
        SHA-256 by file name.
    """
    files = [place]
    if place.is_dir():
        files = sorted(p for p in place.iterdir() if p.suffix.lower() in _TABLES)
    return {path.name: digest(path) for path in files if path.is_file()}


def code_digest(folder: Path | None = None) -> str:
    """Return one SHA-256 over the code of a package: a version says less than that.

    Parameters
    ----------
    folder : pathlib.Path, optional
        The package; svcimpact itself where not given.

    Returns
    -------
    str
        Hexadecimal; another where a file has another name, place or text.
    """
    top = folder or Path(svcimpact.__file__).parent
    files = {p.relative_to(top).as_posix(): p for p in top.rglob("*") if p.suffix in _CODE}
    lines = [f"{name} {digest(files[name])}\n" for name in sorted(files)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
