"""Tables of results: where they may go, and what they never replace."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from svcimpact.errors import InputError
from svcimpact.io import read, write
from svcimpact.io.results import write_results

TINY = Path(__file__).parents[1] / "data" / "tiny"
TABLES = {"projects": pd.DataFrame({"project": ["P"], "name": ["=1+1"]})}


def told(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        write_results(TABLES, path)
    return str(caught.value).splitlines()[1]


def test_results_never_replace_a_portfolio_folder(tmp_path: Path) -> None:
    """Results named like tables do not go into the folder that the portfolio was read from."""
    folder = write(read(TINY), tmp_path / "plan")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert told(folder) == (
        f"{folder}: found the folder of a portfolio, expected another place, as tables of results "
        f"have the names of its own. Choose another, such as {folder / 'results'}."
    )
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert (write_results(TABLES, folder / "results") / "projects.csv").is_file()
    assert read(folder).equals(read(TINY))


def test_results_never_replace_a_portfolio_workbook(tmp_path: Path) -> None:
    """A workbook with a sheet of settings is somebody's portfolio; one of results is replaced."""
    book = write(read(TINY), tmp_path / "plan.xlsx")
    before = book.read_bytes()
    assert told(book) == (
        f"{book}: found the workbook of a portfolio, expected another name. "
        f"Choose another, such as {tmp_path / 'plan-results.xlsx'}."
    )
    assert book.read_bytes() == before
    for _ in range(2):
        assert write_results(TABLES, tmp_path / "plan-results.xlsx").is_file()
    (tmp_path / "broken.xlsx").write_bytes(b"PK")
    assert write_results(TABLES, tmp_path / "broken.xlsx").stat().st_size > 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes that are files")
def test_a_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    """What is no file, such as /dev/null or a pipe, is refused and stays what it is."""
    pipe = tmp_path / "pipe.xlsx"
    os.mkfifo(pipe)
    assert told(pipe) == (
        f"{pipe}: found a device or a pipe, expected the name of a file. Choose another."
    )
    assert pipe.is_fifo()


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    """A workbook behind a link is replaced where it stands."""
    (tmp_path / "shared").mkdir()
    real, link = tmp_path / "shared" / "real.xlsx", tmp_path / "link.xlsx"
    write_results(TABLES, real)
    link.symlink_to(real)
    real.write_bytes(b"old")
    write_results(TABLES, link)
    assert link.is_symlink()
    assert real.read_bytes() != b"old"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["link.xlsx", "shared"]


def test_what_is_no_path_is_told() -> None:
    """None, a number, a text with a null and a name that no disk can hold are told as such."""
    for path, found in (
        (None, "None"),
        (3, "3"),
        ("a\0b", r"'a\x00b'"),
        ("x" * 300, f"'{'x' * 59}…' (file name too long)"),
    ):
        expected = "expected a path such as 'my-portfolio' or 'plan.xlsx'. Correct the path."
        assert told(path) == f"path: found {found}, {expected}"  # type: ignore[arg-type]
