"""Which notebooks there are, and the settings that each of them takes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd

from svcimpact.engine.plan import compile_plan
from svcimpact.errors import InputError, fault, fault_frame, listed
from svcimpact.nearest import Nearest
from svcimpact.planning.levelled import levelled_segments
from svcimpact.portfolio import Portfolio

MANIFEST = "manifest.json"


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
    beside = Path(__file__).resolve().parents[2] / "notebooks"
    for folder in (Path.cwd() / "notebooks", Path.cwd(), beside):
        # A folder with a manifest holds what came out of a run, not what is to be run.
        if any(folder.glob("[0-9][0-9]-*.ipynb")) and not (folder / MANIFEST).exists():
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


def check_asked(paths: Iterable[Path], values: Mapping[str, Any], portfolio: Portfolio) -> None:
    """Raise where notebooks ask for a service, or a time, that the portfolio does not have.

    Parameters
    ----------
    paths : iterable of pathlib.Path
        The notebooks.
    values : mapping of str to object
        What is set.
    portfolio : Portfolio
        What they are to be run on.

    Raises
    ------
    InputError
        Naming the services that there are, and the time that the plan takes.
    """
    asked = {path.stem: {**parameters_of(path)} for path in paths}
    services = list(portfolio.services["service"])
    expected = f"a service of the portfolio, such as {listed(services)}"
    cure = "Say --set SERVICE=ID."
    if not services:
        expected = "a service, but the portfolio has none"
        cure = "Fill in the tables services and support."
    rows = [
        fault(
            where,
            column="SERVICE",
            found=repr(service),
            expected=expected,
            cure=cure,
        )
        for where, service in _wanted("SERVICE", asked, values)
        if service not in services
    ]
    rows += _starts(_wanted("START", asked, values), portfolio)
    if rows:
        raise InputError("The notebooks ask for what the portfolio has not.", fault_frame(rows))


def _wanted(
    name: str, asked: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]
) -> list[tuple[str, Any]]:
    """Return what a parameter is, for each notebook that has it, or as it is set for all."""
    own = [(stem, told[name]) for stem, told in asked.items() if name in told]
    return [("--set", values[name])] if own and name in values else own


def _starts(wanted: list[tuple[str, Any]], portfolio: Portfolio) -> list[dict[str, str]]:
    """Return a fault for each start that is no time, or at which no project is at work."""
    if not wanted:
        return []
    plan, clock = compile_plan(portfolio), portfolio.calendar
    work = levelled_segments(portfolio)["finish_hours"]
    last = max(float(work.max()), plan.now) if len(work) else plan.now
    begin, middle, end = pd.DatetimeIndex(
        [*clock.when(np.array([plan.now, (plan.now + last) / 2])), clock.when(last, side="finish")]
    ).strftime("%Y-%m-%d")
    rows = []
    for where, text in wanted:
        when = pd.to_datetime(text, errors="coerce")
        if pd.isna(when) or when.tzinfo is not None:
            expected, cure = "a date and time such as 2026-03-09 10:00, without a time zone", ""
        elif not plan.now <= clock.hours(when) < last:
            expected = f"a time at which projects are at work, {begin} to {end}"
            cure = f"Say --set START='{middle} 10:00', or so."
        else:
            continue
        rows.append(fault(where, column="START", found=repr(text), expected=expected, cure=cure))
    return rows


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
