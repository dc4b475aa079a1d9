"""What the face reads: folders, workbooks, plans, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from svcimpact.errors import InputError
from svcimpact.reading import read

TINY = Path(__file__).parents[1] / "data" / "tiny"


@pytest.mark.parametrize("path", [None, 3, True, 2.5, {}, [None]])
def test_what_is_no_path_is_told(path: object) -> None:
    """Anything but text and paths is told with what was found, before any file is looked for."""
    found = path[0] if isinstance(path, list) else path
    told = f"path: found {found}, expected a path such as 'my-portfolio' or 'plan.xlsx'."
    with pytest.raises(InputError, match=re.escape(told)):
        read(path)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["~nobody-of-this-name/plan", "C:\\plans\\q3.xlsx", "https://x/y"])
def test_places_that_are_not_there_are_told(path: str) -> None:
    """The home of nobody, another system's path and an address are just not there."""
    with pytest.raises(InputError, match="found nothing there"):
        read(path)


def test_text_and_paths_are_read_alike() -> None:
    """A path may be text, an object, or end in a slash."""
    assert read(str(TINY)).equals(read(TINY))
    assert read(f"{TINY}/").equals(read(TINY))
