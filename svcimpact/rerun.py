"""Run notebooks again with other parameters, and keep a record that reproduces them."""

from __future__ import annotations

import ast
import hashlib
import json
import logging
import platform
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

from svcimpact import __version__
from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.io.place import to_place
from svcimpact.io.replace import replace_file
from svcimpact.nearest import Nearest

MANIFEST = "manifest.json"
_FORMAT = 1
_PACKAGES = ("numpy", "numba", "pandas", "scipy", "matplotlib", "networkx")
_SHORT = 300


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
    """

    name: str
    title: str
    notebook: Path
    page: Path
    parameters: dict[str, Any]


def home() -> Path:
    """Return the folder of the notebooks: in the working directory, or beside the package.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    InputError
        When neither is there.
    """
    beside = Path(__file__).resolve().parents[1] / "notebooks"
    for folder in (Path.cwd() / "notebooks", Path.cwd(), beside):
        if any(folder.glob("[0-9][0-9]-*.ipynb")):
            return folder
    row = fault(
        "notebooks",
        found="no notebooks",
        expected="a folder notebooks here, or a clone of the project",
        cure="Run this in a clone of the project, or copy its notebooks here.",
    )
    raise InputError("There is nothing to run.", fault_frame([row]))


def chosen(which: str, folder: Path) -> list[Path]:
    """Return the notebooks that a word names.

    Parameters
    ----------
    which : str
        A number such as ``05``, the beginning of a name, or ``all``.
    folder : pathlib.Path
        Where they are.

    Returns
    -------
    list of pathlib.Path
        One or more.

    Raises
    ------
    InputError
        When none is named so.
    """
    known = sorted(folder.glob("[0-9][0-9]-*.ipynb"))
    if which == "all":
        return known
    found = [path for path in known if path.stem == which or path.stem.startswith(f"{which}-")]
    found = found or [path for path in known if path.stem.startswith(which)]
    if len(found) == 1:
        return found
    names = [path.stem for path in known]
    near = Nearest(names)(which)
    row = fault("notebook", found=repr(which), expected=f"all, or one of {', '.join(names)}")
    row = {**row, "nearest": repr(near) if near else ""}
    raise InputError("There is no such notebook.", fault_frame([row]))


def parameters_of(path: Path) -> dict[str, Any]:
    """Return the parameters of a notebook and their values, from its tagged cell.

    Parameters
    ----------
    path : pathlib.Path
        The notebook.

    Returns
    -------
    dict
        By name; literals only.
    """
    held = nbformat.read(path, as_version=4)
    told: dict[str, Any] = {}
    for cell in held.cells:
        if "parameters" in cell.metadata.get("tags", []):
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    told[node.targets[0].id] = ast.literal_eval(node.value)
    return told


def typed(settings: Iterable[str], paths: Iterable[Path]) -> dict[str, Any]:
    """Return settings as values of the kind that the notebooks have.

    Parameters
    ----------
    settings : iterable of str
        Each ``NAME=VALUE``.
    paths : iterable of pathlib.Path
        The notebooks; a name has to be a parameter of at least one.

    Returns
    -------
    dict
        By name.

    Raises
    ------
    InputError
        With every setting that is none.
    """
    known: dict[str, Any] = {}
    for path in paths:
        known = {**parameters_of(path), **known}
    values: dict[str, Any] = {}
    faults = []
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip().upper()
        if not equals:
            faults.append(fault("--set", found=repr(setting), expected="NAME=VALUE"))
        elif name not in known:
            near = Nearest(known)(name)
            row = fault("--set", found=repr(name), expected=f"one of {', '.join(known)}")
            faults.append({**row, "nearest": repr(near) if near else ""})
        else:
            value = _as(known[name], text.strip())
            if value is None:
                kind = {"int": "a whole number", "float": "a number", "bool": "True or False"}
                expected = kind.get(type(known[name]).__name__, f"such as {known[name]!r}")
                faults.append(fault("--set", column=name, found=repr(text), expected=expected))
            else:
                values[name] = value
    if faults:
        raise InputError("Some settings cannot be used.", fault_frame(faults))
    return values


def _as(like: Any, text: str) -> Any:
    """Return a text as a value of the kind of another; None where it is not."""
    if isinstance(like, str):
        return text
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    if isinstance(like, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value if type(value) is type(like) else None


def run_notebook(
    path: Path,
    out: str | Path,
    *,
    values: Mapping[str, Any] | None = None,
    hide_code: bool = False,
    progress: bool = False,
) -> Ran:
    """Run a notebook with other parameters; leave it executed, and as a page.

    Parameters
    ----------
    path : pathlib.Path
        The notebook.
    out : str or pathlib.Path
        The folder for what comes out; made where it is not there.
    values : mapping of str to object, optional
        Parameters in place of the notebook's own; those that it does not have are left out.
    hide_code : bool
        Whether the page leaves the code out.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Ran
        The files, each written whole.

    Raises
    ------
    InputError
        When a cell fails, with the cell and what it said.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    own = parameters_of(path)
    given = {name: value for name, value in (values or {}).items() if name in own}
    place = to_place(out)
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / path.name
        try:
            papermill.execute_notebook(
                str(path), str(made), parameters=given, cwd=str(path.parent), progress_bar=progress,
                log_output=False,
            )  # fmt: skip
        except PapermillExecutionError as error:
            said = " ".join(f"{error.ename}: {error.evalue}".split())
            said = said if len(said) <= _SHORT else f"{said[:_SHORT]}…"
            row = fault(
                path.stem,
                f"cell {error.exec_count}",
                found=said,
                expected="a cell that runs through",
                cure="Look at its parameters; the notebook itself is as it was.",
            )
            raise InputError("The notebook could not be run.", fault_frame([row])) from None
        notebook = replace_file(place / path.name, partial(_copy, made), overwrite=True)
        text = _page(made, hide_code)
    page = replace_file(place / f"{path.stem}.html", partial(_put, text=text), overwrite=True)
    title = _title(path)
    return Ran(path.stem, title, notebook, page, {**own, **given})


def _copy(made: Path, new: Path) -> None:
    shutil.copy(made, new)


def _put(new: Path, text: str) -> None:
    new.write_text(text, encoding="utf-8", newline="\n")


def _page(path: Path, hide_code: bool) -> str:
    """Return an executed notebook as a page that fetches nothing."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(exclude_input=hide_code, exclude_input_prompt=True)
    exporter.exclude_output_prompt = True
    exporter.mathjax_url = exporter.require_js_url = exporter.jquery_url = ""
    text: str = exporter.from_filename(str(path))[0]
    return text


def _title(path: Path) -> str:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown" and cell.source.startswith("# "):
            return str(cell.source.splitlines()[0][2:])
    return path.stem


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
    held = {
        "format": _FORMAT,
        "svcimpact": __version__,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "notebooks": [
            {
                "name": one.name,
                "parameters": one.parameters,
                "seed": one.parameters.get("SEED"),
                "sha256": digest(folder / f"{one.name}.ipynb"),
                "inputs": inputs_of(_portfolio(one, folder, portfolio)),
            }
            for one in runs
        ],
    }
    text = json.dumps(held, indent=1, ensure_ascii=False, default=str) + "\n"
    return replace_file(to_place(out) / MANIFEST, partial(_put, text=text), overwrite=True)


def _portfolio(one: Ran, folder: Path, given: Path | None) -> Path:
    return given if given is not None else folder / str(one.parameters.get("PORTFOLIO", ""))


def inputs_of(place: Path) -> dict[str, str]:
    """Return the hash of every file of a portfolio.

    Parameters
    ----------
    place : pathlib.Path
        A file, or a folder of tables.

    Returns
    -------
    dict of str to str
        SHA-256 by file name.
    """
    files = sorted(p for p in place.iterdir() if p.is_file()) if place.is_dir() else [place]
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
    rows = "\n".join(
        f'<li><a href="{escape(one.page.name)}">{escape(one.title)}</a></li>' for one in ran
    )
    text = (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>svcimpact</title>\n'
        "<style>body{font:17px/1.6 sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem;"
        "color:#1b1f24}a{color:#12406b}</style>\n<h1>What was run</h1>\n<ol>\n"
        f"{rows}\n</ol>\n<p>{MANIFEST} has the parameters, inputs and versions.</p></html>\n"
    )
    return replace_file(to_place(out) / "index.html", partial(_put, text=text), overwrite=True)
