"""Scenarios as TOML files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pandas as pd
import tomli_w

from svcimpact.errors import InputError, InvalidScenarioError, fault, fault_frame
from svcimpact.incident.actions import Action, plain
from svcimpact.incident.scenario import Incident, RandomIncidents, Scenario, field_names
from svcimpact.io.replace import replace_file
from svcimpact.nearest import Nearest

RESTORATION = (
    "hours", "median_hours", "p90_hours", "distribution", "from_log", "least_closed",
    "elapsed_hours",
)  # fmt: skip
RULES = ("min_share", "resume_hours", "order", "without")
FIRST = ("name", "runs", "seed", "sampling", "decision_time")
TOP = (*FIRST, "incident", "random_incidents", "rules", "action")
# TOML 1.0 wants seconds in a date-time; people leave them out.
NO_SECONDS = re.compile(
    r"(?m)^([ \t]*(?:start|until|decision_time)[ \t]*=[ \t]*\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d)"
    r"(?=(?:[Zz]|[+-]\d\d:\d\d)?[ \t]*(?:#.*)?\r?$)"
)


def read_scenario(path: Path) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    path : pathlib.Path
        A TOML file.

    Returns
    -------
    Scenario
        The scenario.

    Raises
    ------
    InvalidScenarioError
        With every fault found.
    """
    document = _load(path)
    faults: list[dict[str, str]] = []
    _known(document, TOP, str(path.name), faults)
    incidents = [
        _make(Incident, _flat(item, f"incident {number}", faults), f"incident {number}", faults)
        for number, item in enumerate(_tables(document, "incident", faults), 1)
    ]
    actions = [
        _make(Action, _plain(item, f"action {number}", faults), f"action {number}", faults)
        for number, item in enumerate(_tables(document, "action", faults), 1)
    ]
    chance = None
    if "random_incidents" in document:
        values = _flat(document["random_incidents"], "random_incidents", faults)
        chance = _make(RandomIncidents, values, "random_incidents", faults)
    rules = document.get("rules", {})
    if not isinstance(rules, dict):
        faults.append(fault("rules", found=repr(rules), expected="a table [rules]"))
        rules = {}
    values = {k: document[k] for k in FIRST if k in document}
    values |= {k: rules[k] for k in _known(rules, RULES, "rules", faults)}
    without = values.get("without", [])
    if isinstance(without, str) or not isinstance(without, Iterable):
        faults.append(fault("rules", column="without", found=repr(without), expected="a list"))
        without = []
    values["without"] = tuple(without)
    scenario = _make(Scenario, values, "scenario", faults)
    if faults or scenario is None:
        raise InvalidScenarioError(f"{path.name} has faults.", fault_frame(faults))
    values["incidents"] = tuple(item for item in incidents if item is not None)
    values["actions"] = tuple(item for item in actions if item is not None)
    return Scenario(**values, random_incidents=chance)


def write_scenario(scenario: Scenario, path: Path) -> Path:
    """Write a scenario as TOML.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    path : pathlib.Path
        The file; replaced whole.

    Returns
    -------
    pathlib.Path
        The file.
    """
    document: dict[str, Any] = {k: getattr(scenario, k) for k in FIRST}
    if scenario.decision_time is None:
        del document["decision_time"]
    else:
        document["decision_time"] = scenario.decision_time.to_pydatetime()
    document["rules"] = {k: getattr(scenario, k) for k in RULES}
    document["rules"]["without"] = list(scenario.without)
    if scenario.random_incidents is not None:
        document["random_incidents"] = _nested(scenario.random_incidents)
    if scenario.incidents:
        document["incident"] = [_nested(item) for item in scenario.incidents]
    if scenario.actions:
        document["action"] = [
            {plain(name): value for name, value in _nested(item).items()}
            for item in scenario.actions
        ]
    text = tomli_w.dumps(document)
    return replace_file(path, lambda new: _write(new, text), overwrite=True)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _nested(item: Incident | RandomIncidents | Action) -> dict[str, Any]:
    """Return an incident or an action as the file has it, defaults left out."""
    values: dict[str, Any] = {}
    restoration: dict[str, Any] = {}
    for f in fields(item):
        value = getattr(item, f.name)
        default = f.default_factory() if f.default_factory is not MISSING else f.default
        if value is None or value == default:
            continue
        if isinstance(value, pd.Timestamp):
            value = value.to_pydatetime()
        if f.name in RESTORATION and (isinstance(item, Incident) or f.name != "from_log"):
            restoration[f.name] = value
        else:
            values[f.name] = dict(value) if f.name == "rates" else value
    return {**values, "restoration": restoration} if restoration else values


def _load(path: Path) -> dict[str, Any]:
    """Return the file's content, or say why not."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(NO_SECONDS.sub(r"\1:00", text))
    except FileNotFoundError:
        found, cure = "no such file", "Check the path."
    except IsADirectoryError:
        found, cure = "a folder", "Name the scenario file in it."
    except PermissionError:
        found, cure = "a file that cannot be opened", "Check who may read it."
    except UnicodeDecodeError:
        found, cure = "a file that is not UTF-8 text", "Save it as UTF-8."
    except (ValueError, RecursionError) as error:  # also numbers and nesting beyond reason
        found, cure = f"broken TOML: {error}", "Mend that line."
    row = fault(str(path), found=found, expected="a scenario in TOML", cure=cure)
    raise InvalidScenarioError("The scenario cannot be read.", fault_frame([row])) from None


def _known(
    table: dict[str, Any], names: tuple[str, ...], where: str, faults: list[dict[str, str]]
) -> list[str]:
    """Return the keys that are known, and note the others."""
    near = Nearest(names)
    for key in table:
        if key not in names:
            expected = f"one of {', '.join(names)}"
            row = fault(where, column=key, found="an unknown key", expected=expected)
            faults.append({**row, "nearest": repr(near(key)) if near(key) else ""})
    return [key for key in table if key in names]


def _tables(document: dict[str, Any], key: str, faults: list[dict[str, str]]) -> list[Any]:
    value = document.get(key, [])
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return value
    row = fault(key, found=repr(value), expected=f"tables headed [[{key}]]")
    faults.append(row)
    return []


def _flat(item: Any, where: str, faults: list[dict[str, str]]) -> dict[str, Any]:
    """Return one incident's keys, those of its restoration among them."""
    if not isinstance(item, dict):
        faults.append(fault(where, found=repr(item), expected="a table"))
        return {}
    kind = Incident if where.startswith("incident") else RandomIncidents
    plain = tuple(n for n in field_names(kind) if n not in RESTORATION or n == "from_log")
    plain = tuple(n for n in plain if kind is RandomIncidents or n != "from_log")
    values = {k: item[k] for k in _known(item, (*plain, "restoration"), where, faults)}
    restoration = values.pop("restoration", {})
    if not isinstance(restoration, dict):
        row = fault(where, column="restoration", found=repr(restoration))
        faults.append({**row, "expected": "a table such as { hours = 72 }"})
        return values
    allowed = tuple(n for n in RESTORATION if n in field_names(kind) and n not in plain)
    for key in _known(restoration, allowed, f"{where}, restoration", faults):
        values[key] = restoration[key]
    return values


def _plain(item: dict[str, Any], where: str, faults: list[dict[str, str]]) -> dict[str, Any]:
    """Return an action's keys as its fields."""
    names = {plain(name): name for name in field_names(Action)}
    return {names[k]: item[k] for k in _known(item, tuple(names), where, faults)}


def _make(
    kind: type, values: dict[str, Any], where: str, faults: list[dict[str, str]]
) -> Any | None:
    """Make a dataclass, or note its faults."""
    missing = [
        f.name
        for f in fields(kind)
        if f.default is MISSING and f.default_factory is MISSING and f.name not in values
    ]
    faults += [
        fault(where, column=name, found="nothing", expected="a value", cure=f"Add {name} = ….")
        for name in missing
    ]
    if missing:
        return None
    try:
        return kind(**values)
    except InputError as error:
        rows = error.faults.to_dict("records")
        faults += [{**{str(k): str(v) for k, v in row.items()}, "table": where} for row in rows]
        return None
