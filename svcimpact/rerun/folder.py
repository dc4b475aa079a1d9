"""The folder that notebooks are run into: a place of its own, with one run at a time."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from svcimpact.errors import InputError
from svcimpact.io.folder import TOML
from svcimpact.io.place import to_place
from svcimpact.io.replace import make_folder, refuse
from svcimpact.rerun.settings import MANIFEST

INDEX = "index.html"
LOCK = "run.lock"
# What tells our index from one of somebody else.
MADE_HERE = "<h1>What was run</h1>"
_ANOTHER = "Choose another with --out."


@contextmanager
def folder_for(out: str | Path, paths: Sequence[Path]) -> Iterator[Path]:
    """Have a folder to run notebooks into, with nobody else running into it.

    Parameters
    ----------
    out : str or pathlib.Path
        The folder; made where it is not there, and gone again if nothing came into it.
    paths : sequence of pathlib.Path
        The notebooks.

    Yields
    ------
    pathlib.Path
        The folder.

    Raises
    ------
    InputError
        When it holds something else that would be lost, cannot be written to, or another run
        into it is under way.
    """
    place = to_place(out)
    spare_notebooks(place, paths)
    _spare_others(place, paths)
    with new_folder(place):
        lock = place / LOCK
        held = _take(lock)
        try:
            yield place
        finally:
            os.close(held)
            lock.unlink(missing_ok=True)


@contextmanager
def new_folder(place: Path) -> Iterator[None]:
    """Make a folder, where it is not there; and take it away if nothing comes into it.

    Parameters
    ----------
    place : pathlib.Path
        The folder.

    Yields
    ------
    None
        While it is there.
    """
    made = [folder for folder in (place, *place.parents) if not folder.exists()]
    make_folder(place)
    try:
        yield
    finally:
        with suppress(OSError):
            for folder in made:
                folder.rmdir()


def manifest_of(place: Path) -> dict[str, Any] | None:
    """Return the manifest of a folder, where it has one of ours.

    Parameters
    ----------
    place : pathlib.Path
        The folder.

    Returns
    -------
    dict or None
        As it stands there, of whichever format.
    """
    try:
        held = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        ours = isinstance(held["notebooks"], list) and {"svcimpact", "format"} <= held.keys()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return held if ours else None


def spare_notebooks(place: Path, paths: Sequence[Path]) -> None:
    """Refuse the folder that the notebooks themselves are in.

    Parameters
    ----------
    place : pathlib.Path
        Where they are to be run into.
    paths : sequence of pathlib.Path
        The notebooks.

    Raises
    ------
    InputError
        When it is theirs.
    """
    if any(place.resolve() == path.parent.resolve() for path in paths):
        raise refuse(
            place,
            found="the folder of the notebooks themselves",
            expected="a folder for what comes out",
            cure=_ANOTHER,
        )


def _spare_others(place: Path, paths: Sequence[Path]) -> None:
    """Refuse a folder in which files of somebody else would be lost."""
    if (place / TOML).exists():
        raise refuse(
            place,
            found="the folder of a portfolio",
            expected="a folder for what comes out",
            cure=f"Choose another with --out, such as {place / 'run'}.",
        )
    if manifest_of(place) is None:
        names = [MANIFEST, INDEX, *(f"{p.stem}{end}" for p in paths for end in (".html", ".ipynb"))]
    else:
        names = [] if _ours(place / INDEX) else [INDEX]
    there = [name for name in names if (place / name).exists()]
    if there:
        raise refuse(
            place,
            found=f"{there[0]}, which is not of svcimpact run",
            expected="a new folder, or that of an earlier run",
            cure=f"{_ANOTHER[:-1]}, or move the file out of the way.",
        )


def _ours(index: Path) -> bool:
    try:
        return MADE_HERE in index.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False


def _take(lock: Path) -> int:
    """Return a lock that nobody else has, as an open file with this process's number in it."""
    try:
        for _ in range(2):
            with suppress(FileExistsError):
                held = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
                os.write(held, f"{os.getpid()} {platform.node()}\n".encode())
                return held
            _clear(lock)
    except OSError as error:
        raise refuse(
            lock.parent,
            found=(error.strerror or str(error)).lower(),
            expected="a folder that can be written to",
            cure=_ANOTHER,
        ) from error
    raise _busy(lock)


def _clear(lock: Path) -> None:
    """Take a lock away whose process is gone; raise where it is not."""
    with suppress(FileNotFoundError):  # given back in between
        told = lock.read_text(encoding="utf-8", errors="replace")
        if not _gone(told):
            raise _busy(lock, told)
        aside = lock.with_name(f"{LOCK}.{os.getpid()}")
        try:
            lock.rename(aside)
        except PermissionError:  # on Windows a file that a process has open stays where it is
            raise _busy(lock, told) from None
        if aside.read_text(encoding="utf-8", errors="replace") != told:
            # Another run was as quick, and has it by now.
            aside.replace(lock)
            raise _busy(lock)
        aside.unlink()


def _gone(told: str) -> bool:
    """Tell whether the process that a lock names is no more."""
    number, _, node = told.strip().partition(" ")
    if not number.isdecimal() or node != platform.node():
        return False
    if os.name == "nt" or int(number) == os.getpid():
        # There asking ends the process; and our own number is from before the machine restarted.
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _busy(lock: Path, told: str = "") -> InputError:
    number = told.strip().partition(" ")[0]
    return refuse(
        lock.parent,
        found="another run into it" + (f", process {number}" if number else ""),
        expected="one run at a time",
        cure=f"Wait for its end, or choose another with --out; if there is none, delete {lock}.",
    )
