"""Run a notebook with other parameters: executed, and as a page."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nbformat

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.io.place import to_place
from svcimpact.io.replace import make_folder, refuse, replace_file
from svcimpact.rerun.settings import parameters_of

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
    if place.resolve() == path.parent.resolve():
        raise refuse(
            place,
            found="the folder of the notebooks themselves",
            expected="a folder for what comes out",
            cure="Choose another with --out.",
        )
    make_folder(place)
    with tempfile.TemporaryDirectory() as folder:
        made, asked = Path(folder) / path.name, Path(folder) / "asked.ipynb"
        changed = {name: value for name, value in given.items() if value != own[name]}
        asked.write_text(_without_example(path, changed), encoding="utf-8")
        try:
            papermill.execute_notebook(
                str(asked), str(made), parameters=given, cwd=str(path.parent),
                progress_bar=progress, log_output=False,
                # The kernel is this machine's own; its warnings about networks are not for users.
                extra_arguments=["--log-level=ERROR"],
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
    page = replace_file(place / f"{path.stem}.html", partial(put, text=text), overwrite=True)
    title = _title(path)
    return Ran(path.stem, title, notebook, page, {**own, **given})


def _without_example(path: Path, changed: Mapping[str, Any]) -> str:
    """Return a notebook without what it says of the example, where it is run on something else.

    Cells tagged ``example`` keep their headings; their sentences are true of the example alone.
    """
    held = nbformat.read(path, as_version=4)
    # What an earlier run put in is no part of the notebook.
    held.cells = [c for c in held.cells if "injected-parameters" not in c.metadata.get("tags", [])]
    if changed:
        for cell in held.cells:
            if "example" in cell.metadata.get("tags", []):
                heads = [line for line in cell.source.splitlines() if line.startswith("#")]
                cell.source = "\n\n".join(heads)
        told = ", ".join(f"{name} = {value!r}" for name, value in changed.items())
        said = f"Run with `{told.replace('`', '')}`; what it says of the example is left out."
        held.cells[0].source = f"{held.cells[0].source}\n\n{said}"
        held.cells = [c for c in held.cells if c.cell_type != "markdown" or c.source.strip()]
    return str(nbformat.writes(held))


def _copy(made: Path, new: Path) -> None:
    shutil.copy(made, new)


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
