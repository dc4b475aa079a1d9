"""A path as it was handed in, to one that can be asked after."""

from __future__ import annotations

import os
from pathlib import Path

from svcimpact.cells.doubt import show
from svcimpact.errors import InputError, fault, fault_frame

_A_PATH = "a path such as 'my-portfolio' or 'plan.xlsx'"


def to_place(path: object) -> Path:
    """Return the path that was handed in, with the home folder for ``~``.

    Parameters
    ----------
    path : object
        Text, or something else that stands for a path.

    Returns
    -------
    Path
        The path; nothing need be there.

    Raises
    ------
    InputError
        It is no path, or one that no file can have.

    Examples
    --------
    >>> to_place("data/tiny").name
    'tiny'
    """
    if not isinstance(path, str | os.PathLike):
        raise _no_path(f"{path!r:.60}")
    text = os.fsdecode(path)
    if "\0" in text:
        raise _no_path(show(text))
    try:
        place = Path(text).expanduser()
    except RuntimeError:  # nobody of that name has a home here
        place = Path(text)
    try:
        place.exists()
        place.resolve()
    except OSError as error:
        raise _no_path(f"{show(text)} ({(error.strerror or str(error)).lower()})") from error
    except RuntimeError as error:
        raise _no_path(f"{show(text)} (a link that leads to itself)") from error
    return place


def _no_path(found: str) -> InputError:
    row = fault("path", found=found, expected=_A_PATH, cure="Correct the path.")
    return InputError("There is no such place.", fault_frame([row]))
