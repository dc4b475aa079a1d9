"""Tables of results: where they may go, and what they never replace."""

from __future__ import annotations

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
