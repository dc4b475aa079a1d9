"""The record of a run: what it was made from, and what is otherwise by now."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from functools import partial
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

from svcimpact import __version__
from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.io.place import to_place
from svcimpact.io.replace import replace_file
from svcimpact.rerun.run import Ran, put
from svcimpact.rerun.settings import MANIFEST, home

_FORMAT = 1
# What a folder of tables is read from.
_TABLES = (".csv", ".parquet", ".toml")
_PACKAGES = ("numpy", "numba", "pandas", "scipy", "matplotlib", "networkx")


def write_manifest(ran: Iterable[Ran], out: str | Path, *, portfolio: Path | None = None) -> Path:
    """Keep what is needed to trace a figure and to make it again.

    Parameters
    ----------
    ran : iterable of Ran
        What was run.
    out : str or pathlib.Path
        The folder it was run into.
    portfolio : pathlib.Path, optional
        What they were run on, where it was given.

    Returns
    -------
    pathlib.Path
        ``manifest.json``: parameters, hashes of the inputs and the notebooks, seeds, versions.
    """
    runs = list(ran)
    folder = home()
    new = {one.name for one in runs}
    held: dict[str, Any] = {
        **_made_with(),
        "notebooks": [
            {
                "name": one.name,
                "title": one.title,
                "parameters": one.parameters,
                "seed": one.parameters.get("SEED"),
                "sha256": digest(folder / f"{one.name}.ipynb"),
                "inputs": inputs_of(_portfolio(one, folder, portfolio)),
            }
            for one in runs
        ]
        + [one for one in _before(to_place(out)) if one["name"] not in new],
    }
    held["notebooks"].sort(key=lambda one: str(one["name"]))
    text = json.dumps(held, indent=1, ensure_ascii=False, default=str) + "\n"
    return replace_file(to_place(out) / MANIFEST, partial(put, text=text), overwrite=True)


def _made_with() -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "svcimpact": __version__,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
    }


def _before(place: Path) -> list[dict[str, Any]]:
    """Return what the folder's manifest has of earlier runs.

    Those whose pages are gone, or that were made with other versions, are left out.
    """
    try:
        held = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        now = _made_with()
        told = held["notebooks"] if {name: held[name] for name in now} == now else []
        return [one for one in told if (place / f"{one['name']}.html").is_file()]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _portfolio(one: Ran, folder: Path, given: Path | None) -> Path:
    return given if given is not None else folder / str(one.parameters.get("PORTFOLIO", ""))


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


def differences(out: str | Path) -> list[str]:
    """Say what is otherwise than when a folder was made.

    Parameters
    ----------
    out : str or pathlib.Path
        A folder with a manifest.

    Returns
    -------
    list of str
        Inputs, notebooks and versions that changed; empty when all is as it was.

    Raises
    ------
    InputError
        When there is no manifest, or it is something else.
    """
    place = to_place(out) / MANIFEST
    try:
        held = json.loads(place.read_text(encoding="utf-8"))
        notebooks: list[Any] = held["notebooks"] if held["format"] == _FORMAT else [None]
        parts = [(n["name"], n["sha256"], n["inputs"], n["parameters"]) for n in notebooks]
    except (OSError, ValueError, KeyError, TypeError):
        row = fault(
            str(place.name),
            found="no manifest, or something else",
            expected="the folder of an earlier run",
            cure="Name the folder that svcimpact run wrote to.",
        )
        raise InputError("Nothing can be compared.", fault_frame([row])) from None
    folder = home()
    said = [
        f"{name} is {now}, and was {before}"
        for name, before, now in (
            ("svcimpact", held["svcimpact"], __version__),
            ("Python", held["python"], platform.python_version()),
            *((p, held["packages"].get(p), version(p)) for p in _PACKAGES),
        )
        if before != now
    ]
    for name, before, inputs, parameters in parts:
        path = folder / f"{name}.ipynb"
        if not path.is_file() or digest(path) != before:
            said.append(f"the notebook {name} changed")
        now = inputs_of(folder / str(parameters.get("PORTFOLIO", "")))
        said += [
            f"{name}: the input {file} changed"
            for file in sorted({*inputs, *now})
            if inputs.get(file) != now.get(file)
        ]
    return list(dict.fromkeys(said))


def write_index(ran: Iterable[Ran], out: str | Path) -> Path:
    """Write a page that leads to what was run.

    Parameters
    ----------
    ran : iterable of Ran
        What was run.
    out : str or pathlib.Path
        The folder it was run into.

    Returns
    -------
    pathlib.Path
        ``index.html``.
    """
    pages = {one.name: one.title for one in ran}
    for one in _before(to_place(out)):
        pages.setdefault(one["name"], one.get("title", one["name"]))
    rows = "\n".join(
        f'<li><a href="{escape(name)}.html">{escape(pages[name])}</a></li>'
        for name in sorted(pages)
    )
    text = (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>svcimpact</title>\n'
        "<style>body{font:17px/1.6 sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem;"
        "color:#1b1f24}a{color:#12406b}</style>\n<h1>What was run</h1>\n<ol>\n"
        f"{rows}\n</ol>\n<p>{MANIFEST} has the parameters, inputs and versions.</p></html>\n"
    )
    return replace_file(to_place(out) / "index.html", partial(put, text=text), overwrite=True)
