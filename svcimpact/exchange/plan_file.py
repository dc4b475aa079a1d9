"""Plan files to plain records through MPXJ: Microsoft Project, Primavera and more."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.exchange.intact import cut_short, lost_links
from svcimpact.exchange.jvm import start_java
from svcimpact.exchange.plan_java import has_nameless_rows, plan_record
from svcimpact.exchange.records import PlanRecord
from svcimpact.io.place import to_place

PLAN_SUFFIXES = (
    ".mpp", ".mpt", ".mpx", ".xml", ".xer", ".pmxml", ".planner", ".gan", ".pod", ".pp", ".ppx",
    ".fts", ".cdpx", ".cdpz", ".pep", ".sp",
)  # fmt: skip

_A_PLAN = "a project plan, such as .mpp, MSPDI .xml, .xer or PMXML"
_LONGEST_REASON = 120
_SAVE_AGAIN = "Open it in its own program and save it again, or as MSPDI .xml."


def read_records(paths: Sequence[Path]) -> list[PlanRecord]:
    """Read plan files into records, one per project in them, without converting anything.

    Parameters
    ----------
    paths : sequence of path
        The files, of any kind that MPXJ reads.

    Returns
    -------
    list of PlanRecord
        In the order of the files, and of the projects in each.

    Raises
    ------
    InputError
        If any file is missing, given twice, cut off or no plan; all of them are told at once.
    MissingRequirementError
        If Java or the extra `plans` is not installed.
    """
    faults = []
    good: list[Path] = []
    seen: set[Path] = set()
    for path in map(to_place, paths):
        trouble = _trouble(path, seen)
        if trouble:
            faults.append(trouble)
        else:
            good.append(path)
        seen.add(path.resolve())
    if not seen:
        faults.append(fault("plans", found="no file", expected=_A_PLAN, cure="Name a plan file."))
    plans: list[PlanRecord] = []
    labels = _labels(good)
    jpype = start_java() if good else None
    for path in good:
        found, trouble = _read_one(jpype, path, labels[path])
        plans.extend(found)
        faults.extend([trouble] if trouble else [])
    if faults:
        raise InputError(f"cannot read {_count(len(faults), 'plan file')}:", fault_frame(faults))
    return plans


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _labels(paths: Sequence[Path]) -> dict[Path, str]:
    """Name each file by its name alone where that tells it apart, else with its folder."""
    names = [path.name for path in paths]
    return {
        path: path.name if names.count(path.name) == 1 else f"{path.parent.name}/{path.name}"
        for path in paths
    }


def _trouble(path: Path, seen: set[Path]) -> dict[str, str] | None:
    """Return what is wrong with a file that can be seen without reading it as a plan."""
    found = ""
    cure = "Correct the path."
    if path.resolve() in seen:
        found, cure = "the same file twice", "Name each file once."
    elif not path.exists():
        found = "no such file"
    elif path.is_dir():
        found, cure = "a folder", "Name the plan files in it."
    else:
        try:
            found = "an empty file" if path.stat().st_size == 0 else cut_short(path)
            cure = "Copy or export it again, whole."
        except OSError as error:
            found, cure = f"a file that cannot be opened ({error.strerror})", "Allow reading it."
    return fault(str(path), found=found, expected=_A_PLAN, cure=cure) if found else None


def _read_one(jpype: Any, path: Path, label: str) -> tuple[list[PlanRecord], dict[str, str] | None]:
    try:
        projects = _projects(jpype, path)
        if any(has_nameless_rows(project) for project in projects):
            found = "tasks or resources without a unique id"
            return [], fault(str(path), found=found, expected=_A_PLAN, cure=_SAVE_AGAIN)
        if projects:
            plans = [
                plan_record(projects, index, path, _label(label, project, len(projects)))
                for index, project in enumerate(projects)
            ]
            return lost_links(path, plans), None
    except jpype.JException as error:
        reason = _reason(error)
        if "password" in reason.casefold() or "encrypt" in reason.casefold():
            found, cure = "a file locked by a password", "Save it without its password."
        else:
            found, cure = f"a damaged file{reason and f' ({reason})'}", _SAVE_AGAIN
        return [], fault(str(path), found=found, expected=_A_PLAN, cure=cure)
    except ValueError as error:
        return [], fault(
            str(path), found=f"a damaged file ({error})", expected=_A_PLAN, cure=_SAVE_AGAIN
        )
    return [], fault(
        str(path), found="a file that is no plan, or a damaged one", expected=_A_PLAN,
        cure=_SAVE_AGAIN,
    )  # fmt: skip


def _projects(jpype: Any, path: Path) -> list[Any]:
    reader = jpype.JClass("org.mpxj.reader.UniversalProjectReader")()
    # Java keeps the working directory it was started in.
    file = jpype.JClass("java.io.File")(str(path.resolve()))
    proxy = reader.getProjectReaderProxy(file)
    if proxy is None:
        return []
    try:
        kind = proxy.getProjectReader()
        # Primavera keeps the links between the projects of one file apart unless asked.
        if hasattr(kind, "setLinkCrossProjectRelations"):
            kind.setLinkCrossProjectRelations(True)
        return [project for project in proxy.readAll() or [] if project is not None]
    finally:
        proxy.close()


def _label(label: str, project: Any, count: int) -> str:
    code = project.getProjectProperties().getProjectID()
    return label if count == 1 or code is None else f"{label} [{code}]"


def _reason(error: Any) -> str:
    """Return the innermost cause as one short line; blank where only a programmer would read it."""
    cause = error
    while cause.getCause() is not None:
        cause = cause.getCause()
    line = str(cause.getMessage() or "").strip().partition("\n")[0].strip()
    if (
        " " not in line
        or not line.isprintable()
        or line.startswith("Cannot invoke")
        or "java." in line
    ):
        return ""
    return line if len(line) <= _LONGEST_REASON else f"{line[: _LONGEST_REASON - 3]}..."
