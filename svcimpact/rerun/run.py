"""Run a notebook with other parameters: executed, and as a page."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import nbformat

from svcimpact.errors import InputError, fault_frame
from svcimpact.io.place import to_place
from svcimpact.io.replace import replace_file
from svcimpact.rerun.failed import died, failure
from svcimpact.rerun.folder import new_folder, spare_notebooks
from svcimpact.rerun.hashes import digest, inputs_of
from svcimpact.rerun.manifest import Ran, Record, put
from svcimpact.rerun.settings import parameters_of

_FAILED = "The notebook could not be run."


def run_notebook(
    path: Path,
    out: str | Path,
    *,
    values: Mapping[str, Any] | None = None,
    hide_code: bool = False,
    progress: bool = False,
    record: Record | None = None,
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
    record : Record, optional
        The record of the folder: is without the notebook while its page is replaced.

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
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    own = parameters_of(path)
    given = {name: value for name, value in (values or {}).items() if name in own}
    place = to_place(out)
    spare_notebooks(place, [path])
    parameters = {**own, **given}
    # As they are before it is run: whatever changes meanwhile is told as changed.
    inputs = inputs_of(path.parent / str(parameters.get("PORTFOLIO", "")))
    before, title = digest(path), _title(path)
    with new_folder(place), tempfile.TemporaryDirectory() as folder:
        made, asked = Path(folder) / path.name, Path(folder) / "asked.ipynb"
        changed = {name: value for name, value in given.items() if value != own[name]}
        asked.write_text(_without_example(path, changed), encoding="utf-8")
        try:
            papermill.execute_notebook(
                str(asked), str(made), parameters=given, cwd=str(path.parent),
                progress_bar=progress, log_output=False,
                # The kernel is this machine's own; its warnings about networks are not for users,
                # nor that it is stopped after a cell that failed.
                extra_arguments=["--log-level=CRITICAL"],
            )  # fmt: skip
        except PapermillExecutionError as error:
            rows = failure(path.stem, error, given)
            raise InputError(_FAILED, fault_frame(rows)) from None
        except DeadKernelError:
            raise InputError(_FAILED, fault_frame([died(path.stem)])) from None
        text = _page(made, hide_code)
        if record is not None:
            record.leave(path.stem)
        page = replace_file(place / f"{path.stem}.html", partial(put, text=text), overwrite=True)
        notebook = replace_file(place / path.name, partial(_copy, made), overwrite=True)
    ran = Ran(path.stem, title, notebook, page, parameters, before, inputs)
    if record is not None:
        record.add(ran)
    return ran


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
        if not held.cells or held.cells[0].cell_type != "markdown":
            head = nbformat.v4.new_markdown_cell("")
            if (held.nbformat, held.nbformat_minor) < (4, 5):
                del head["id"]  # notebooks before 4.5 have none
            held.cells.insert(0, head)
        held.cells[0].source = f"{held.cells[0].source}\n\n{said}"
        held.cells = [c for c in held.cells if c.cell_type != "markdown" or c.source.strip()]
    return str(nbformat.writes(held))


def _copy(made: Path, new: Path) -> None:
    shutil.copy(made, new)


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
