"""The record of a folder: what was run into it, what from, and what is otherwise by now."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

from svcimpact import __version__
from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.io.place import to_place
from svcimpact.io.replace import replace_file
from svcimpact.rerun.folder import INDEX, LOCK, MADE_HERE, manifest_of
from svcimpact.rerun.hashes import code_digest, digest, inputs_of
from svcimpact.rerun.settings import MANIFEST, home

_FORMAT = 2
_PACKAGES = ("numpy", "numba", "pandas", "scipy", "matplotlib", "networkx")
_ENDINGS = (".html", ".ipynb")


@dataclass(frozen=True)
class Ran:
    """A notebook that was run.

    Attributes
    ----------
    name : str
        Its file name without the ending.
    title : str
        The question it answers.
    notebook, page : pathlib.Path
        The executed notebook, and the same as a page.
    parameters : dict
        What it was run with, those of the notebook itself among them.
    sha256 : str
        The hash of the notebook that was run.
    inputs : dict of str to str
        The hashes of what its portfolio was read from, as it was before.
    """

    name: str
    title: str
    notebook: Path
    page: Path
    parameters: dict[str, Any]
    sha256: str
    inputs: dict[str, str]


class Record:
    """The manifest and the index of a folder, on disk as notebooks are run into it.

    Whatever ends a run, the manifest tells of pages that are finished, and of no other.

    Parameters
    ----------
    out : str or pathlib.Path
        The folder. Of what its manifest has of earlier runs, that whose pages are gone, or
        that was made with other versions, is left out.
    """

    def __init__(self, out: str | Path) -> None:
        self.place = to_place(out)
        self._with = _made_with()
        self._entries = {one["name"]: one for one in _before(self.place, self._with)}

    @property
    def index(self) -> Path:
        """The page that leads to what was run."""
        return self.place / INDEX

    def leave(self, name: str) -> None:
        """Take a notebook out, before its page is replaced.

        Parameters
        ----------
        name : str
            Its file name without the ending.
        """
        self._entries.pop(name, None)
        self._write()

    def add(self, ran: Ran) -> None:
        """Keep what is needed to trace a figure of a notebook, and to make it again.

        Parameters
        ----------
        ran : Ran
            What was run: its parameters, seed, inputs and itself, and what came out.
        """
        self._entries[ran.name] = {
            "name": ran.name,
            "title": ran.title,
            "parameters": ran.parameters,
            "seed": ran.parameters.get("SEED"),
            "sha256": ran.sha256,
            "inputs": ran.inputs,
            "outputs": {path.name: digest(path) for path in (ran.page, ran.notebook)},
        }
        self._write()

    def _write(self) -> None:
        entries = [self._entries[name] for name in sorted(self._entries)]
        held = {**self._with, "notebooks": entries}
        text = json.dumps(held, indent=1, ensure_ascii=False, default=str) + "\n"
        for name, told in ((MANIFEST, text), (INDEX, _index(entries))):
            replace_file(self.place / name, partial(put, text=told), overwrite=True)


def put(new: Path, text: str) -> None:
    """Write a text as it is.

    Parameters
    ----------
    new : pathlib.Path
        The file.
    text : str
        Its lines end as they do.
    """
    new.write_text(text, encoding="utf-8", newline="\n")


def _made_with() -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "svcimpact": __version__,
        "code": code_digest(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
    }


def _before(place: Path, now: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the folder's manifest has of earlier runs with the same versions."""
    held = manifest_of(place) or {}
    if {name: held.get(name) for name in now} != now:
        return []
    return [one for one in held["notebooks"] if (place / f"{_name_of(one)}.html").is_file()]


def _name_of(one: Any) -> str:
    """Return the name of an entry; blank where somebody changed it by hand into something else."""
    whole = isinstance(one, dict) and {"name", "title", "outputs"} <= one.keys()
    return str(one["name"]) if whole else ""


def differences(out: str | Path) -> list[str]:
    """Say what is otherwise than when a folder was made.

    Parameters
    ----------
    out : str or pathlib.Path
        A folder with a manifest.

    Returns
    -------
    list of str
        Code, versions, notebooks, inputs and pages that changed, and what no run finished;
        empty when all is as it was.

    Raises
    ------
    InputError
        When there is no manifest, or it is something else.
    """
    place = to_place(out)
    held = manifest_of(place)
    try:
        if held is None or held["format"] != _FORMAT:
            raise ValueError("another manifest")  # noqa: TRY301
        said = _other_versions(held)
        for one in held["notebooks"]:
            said += _other_sources(one, home()) + _other_pages(one["outputs"], place)
    except (ValueError, KeyError, TypeError, AttributeError):
        row = fault(
            MANIFEST,
            found="no manifest, or something else" if held is None else "one of another svcimpact",
            expected="the folder of an earlier run",
            cure="Name the folder that svcimpact run wrote to."
            if held is None
            else "Run the notebooks into it again.",
        )
        raise InputError("Nothing can be compared.", fault_frame([row])) from None
    names = {one["name"] for one in held["notebooks"]}
    said += [
        f"{path.name} is of no run that was finished"
        for path in sorted(place.glob("[0-9][0-9]-*"))
        if path.suffix in _ENDINGS and path.stem not in names
    ]
    if (place / LOCK).exists():
        said.append("a run into the folder is under way, or was broken off")
    return list(dict.fromkeys(said))


def _other_versions(held: dict[str, Any]) -> list[str]:
    now = _made_with()
    said = [
        f"{name} is {after}, and was {before}"
        for name, before, after in (
            ("svcimpact", held["svcimpact"], now["svcimpact"]),
            ("Python", held["python"], now["python"]),
            *((p, held["packages"].get(p), now["packages"][p]) for p in _PACKAGES),
        )
        if before != after
    ]
    if held["code"] != now["code"] and held["svcimpact"] == now["svcimpact"]:
        said.insert(0, "the code of svcimpact changed, though its version did not")
    return said


def _other_sources(one: dict[str, Any], folder: Path) -> list[str]:
    name, inputs = one["name"], one["inputs"]
    path = folder / f"{name}.ipynb"
    said = []
    if not path.is_file() or digest(path) != one["sha256"]:
        said.append(f"the notebook {name} changed")
    now = inputs_of(folder / str(one["parameters"].get("PORTFOLIO", "")))
    said += [
        f"{name}: the input {file} changed"
        for file in sorted({*inputs, *now})
        if inputs.get(file) != now.get(file)
    ]
    return said


def _other_pages(outputs: dict[str, str], place: Path) -> list[str]:
    said = []
    for file, before in outputs.items():
        path = place / file
        if not path.is_file():
            said.append(f"{file} is gone")
        elif digest(path) != before:
            said.append(f"{file} is not as it was written")
    return said


def _index(entries: Iterable[dict[str, Any]]) -> str:
    """Return a page that leads to what was run."""
    rows = "\n".join(
        f'<li><a href="{escape(one["name"])}.html">{escape(one["title"])}</a></li>'
        for one in entries
    )
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>svcimpact</title>\n'
        "<style>body{font:17px/1.6 sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem;"
        f"color:#1b1f24}}a{{color:#12406b}}</style>\n{MADE_HERE}\n<ol>\n"
        f"{rows}\n</ol>\n<p>{MANIFEST} has the parameters, inputs and versions.</p></html>\n"
    )
