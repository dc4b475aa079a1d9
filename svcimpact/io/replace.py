"""Files are written whole or not at all, and nothing that is there is lost on the way."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from svcimpact.errors import InputError, fault, fault_frame


def refuse(path: Path, *, found: str, expected: str, cure: str, nearest: str = "") -> InputError:
    """Return the error for a place where nothing can be written.

    Parameters
    ----------
    path : Path
        The place.
    found, expected, cure, nearest : str
        As in `svcimpact.errors.fault`.

    Returns
    -------
    InputError
        To be raised.
    """
    row = fault(str(path), found=found, expected=expected, nearest=nearest, cure=cure)
    return InputError(nothing_written(path), fault_frame([row]))


def nothing_written(path: Path) -> str:
    """Say that nothing was written to a place.

    Parameters
    ----------
    path : Path
        The place.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> nothing_written(Path("plans"))
    'Nothing was written to plans.'
    """
    # A bare dot reads as a full stop.
    told = "this folder" if path == Path() else path
    return f"Nothing was written to {told}."


def make_folder(place: Path) -> Path:
    """Make a folder, where it is not there.

    Parameters
    ----------
    place : Path
        The folder.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        The place is taken by something else, or cannot be written to.
    """
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(place, error) from error
    return place


def replace_file(path: Path, fill: Callable[[Path], None], *, overwrite: bool) -> Path:
    """Write one file: beside its place first, then into it in one step.

    Parameters
    ----------
    path : Path
        Where the file goes.
    fill : callable
        Is given the path of a file to write.
    overwrite : bool
        Whether a file that is there may be replaced.

    Returns
    -------
    Path
        The path.

    Raises
    ------
    InputError
        The place is taken or cannot be written to.
    """
    if path.is_dir():
        raise refuse(path, found="a folder", expected="the name of a file", cure="Choose another.")
    if path.exists() and not path.is_file():
        raise refuse(
            path, found="a device or a pipe", expected="the name of a file", cure="Choose another."
        )
    if path.exists() and not overwrite:
        raise refuse(
            path,
            found="a file that exists",
            expected="a new name",
            cure="Choose another name, or say --overwrite (in Python overwrite=True) "
            "to replace it.",
        )
    try:
        # A link stays a link; what it leads to is replaced.
        place = path.resolve()
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".svcimpact-", dir=place.parent) as folder:
            new = Path(folder) / place.name
            fill(new)
            new.replace(place)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def replace_folder(
    path: Path,
    fill: Callable[[Path], None],
    *,
    ours: Iterable[str],
    overwrite: bool,
) -> Path:
    """Write the files of a folder: beside their place first, then into it.

    Other files in the folder stay as they are. If a file cannot be put in place, those that were
    there before are put back.

    Parameters
    ----------
    path : Path
        The folder.
    fill : callable
        Is given the path of an empty folder to write into.
    ours : iterable of str
        Names of the files that are replaced, or removed where there is no new one.
    overwrite : bool
        Whether the folder may hold anything already.

    Returns
    -------
    Path
        The path.

    Raises
    ------
    InputError
        The place is taken or cannot be written to.
    """
    if path.exists() and not path.is_dir():
        raise refuse(
            path,
            found="a file",
            expected="a folder, or the name of a new one",
            cure="Choose another name.",
        )
    if path.is_dir() and not overwrite and any(path.iterdir()):
        raise refuse(
            path,
            found="a folder that is not empty",
            expected="a new or empty folder",
            cure="Choose another, or say --overwrite (in Python overwrite=True) to replace the "
            "tables in it; other files stay.",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path if path.is_dir() else path.parent
        with tempfile.TemporaryDirectory(prefix=".svcimpact-", dir=beside) as folder:
            new, old = Path(folder) / "new", Path(folder) / "old"
            new.mkdir()
            old.mkdir()
            fill(new)
            if path.is_dir():
                _swap(path, new, old, set(ours))
            else:
                new.rename(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def _swap(path: Path, new: Path, old: Path, ours: set[str]) -> None:
    written = {file.name for file in new.iterdir()}
    there = [file.name for file in path.iterdir() if file.name in ours | written]
    try:
        for name in there:
            (path / name).replace(old / name)
        for name in written:
            (new / name).replace(path / name)
    except (OSError, KeyboardInterrupt):
        for file in old.iterdir():
            file.replace(path / file.name)
        for name in written - set(there):
            (path / name).unlink(missing_ok=True)
        raise


def _unwritable(path: Path, error: OSError) -> InputError:
    found = (error.strerror or str(error)).lower()
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        found = "a file where a folder has to be"
    return refuse(
        path,
        found=found,
        expected="a place that can be written to",
        cure="Close it in other programs, check your rights to it and the room on the "
        "disk, or choose another place.",
    )
