"""Which column of an export holds what: ServiceNow, Jira, and the table `incidents` itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from svcimpact.errors import fault
from svcimpact.exchange.log_text import LogText
from svcimpact.nearest import Nearest, plain

Columns = dict[str, tuple[str, ...]]

# What is looked for, and whether nothing can be done without it.
NEEDED = ("incident", "opened", "service")
ROLES = (*NEEDED, "restored", "closed", "severity", "state", "category", "resolution", "reopened")


@dataclass(frozen=True)
class Tool:
    """A program and the headings it writes, the preferred one first.

    Attributes
    ----------
    name : str
        Of the program.
    marks : tuple of tuple of str
        Headings that tell it: all of one of them.
    columns : dict of str to tuple of str
        Headings by what the column holds. ServiceNow writes names of fields (`opened_at`) or
        labels (``Opened``), Jira labels, its own fields as ``Custom field (…)``.
    """

    name: str
    marks: tuple[tuple[str, ...], ...]
    columns: Columns


_SERVICENOW: Columns = {
    "incident": ("number",),
    "opened": ("opened_at", "opened", "sys_created_on", "created"),
    "restored": ("resolved_at", "resolved"),
    "closed": ("closed_at", "closed"),
    "severity": ("priority", "severity"),
    "service": (
        "business_service", "business_service.name", "service", "business service",
        "service_offering", "cmdb_ci", "cmdb_ci.name", "configuration item",
    ),
    "state": ("state", "incident_state", "incident state"),
    "reopened": ("reopen_count", "reopen count"),
}  # fmt: skip
_JIRA: Columns = {
    "incident": ("issue key", "work item key", "key"),
    "opened": ("created", "created date"),
    "restored": ("resolved", "resolution date"),
    "severity": ("priority", "custom field (severity)", "severity"),
    "service": (
        "custom field (affected services)", "affected services", "custom field (affected service)",
        "component/s", "components", "component",
    ),
    "state": ("status",),
    "category": ("status category",),
    "resolution": ("resolution",),
}  # fmt: skip
_OURS: Columns = {name: (name,) for name in (*NEEDED, "restored", "severity")}

TOOLS = {
    "svcimpact": Tool("svcimpact", (("incident", "service", "opened"),), _OURS),
    "jira": Tool("Jira", (("issue key",), ("work item key",), ("key", "created", "status")), _JIRA),
    "servicenow": Tool(
        "ServiceNow",
        (("number", "opened_at"), ("number", "opened"), ("number", "sys_created_on")),
        _SERVICENOW,
    ),
}
_OTHER = Tool("another program", (), {})


@dataclass(frozen=True)
class Placement:
    """Where each thing stands in an export.

    Attributes
    ----------
    tool : str
        The program's name.
    at : dict of str to list of int
        Positions by what the column holds; several where its heading is repeated.
    headings : dict of str to str
        The heading of each.
    """

    tool: str
    at: dict[str, list[int]]
    headings: dict[str, str]


def place_columns(
    text: LogText,
    file: str,
    chosen: Mapping[str, str],
    faults: list[dict[str, str]],
    *,
    needed: tuple[str, ...] = NEEDED,
) -> Placement:
    """Find out which program wrote an export, and what its columns hold.

    Parameters
    ----------
    text : LogText
        The export.
    file : str
        Its name, for the messages.
    chosen : mapping of str to str
        Headings that the user names for one of `ROLES`; they go before those of the program.
    faults : list of dict
        Takes what is wrong.
    needed : tuple of str
        What has to be there.

    Returns
    -------
    Placement
        Where each thing stands. Of several columns that may hold the service, the first that is
        not blank throughout.
    """
    names = {plain(name) for name in text.headings}
    marks = {
        key: any(all(plain(m) in names for m in mark) for mark in tool.marks)
        for key, tool in TOOLS.items()
    }
    tool = next((TOOLS[key] for key, met in marks.items() if met), _OTHER)
    at: dict[str, list[int]] = {}
    for role, heading in chosen.items():
        if role not in ROLES:
            near = Nearest(ROLES)(role)
            faults.append(
                fault(
                    "--column",
                    found=repr(role),
                    expected=f"one of {', '.join(ROLES)}",
                    nearest=repr(near) if near else "",
                )
            )
        elif not (found := text.at(heading)):
            near = Nearest(text.headings)(heading)
            faults.append(
                fault(
                    file,
                    column=role,
                    found=f"no column {heading!r}",
                    expected="the heading of a column in the file",
                    nearest=repr(near) if near else "",
                )
            )
        else:
            at[role] = found
    for role, headings in tool.columns.items():
        if role in chosen:
            continue
        there = [found for heading in headings if (found := text.at(heading))]
        filled = [found for found in there if _filled(text, found)]
        if there:
            at[role] = (filled or there)[0]
    missing = [role for role in needed if role not in at and role not in chosen]
    if missing:
        faults.append(_missing(text, file, tool, missing))
    return Placement(tool.name, at, {role: text.headings[found[0]] for role, found in at.items()})


def _filled(text: LogText, at: list[int]) -> bool:
    return any(record[i].strip() for record in text.records for i in at)


def _missing(text: LogText, file: str, tool: Tool, missing: list[str]) -> dict[str, str]:
    """Return the fault of columns that are not there."""
    shown = ", ".join(repr(name) for name in text.headings[:12])
    more = f" and {len(text.headings) - 12} more" if len(text.headings) > 12 else ""
    known = [name for role in missing for name in tool.columns.get(role, ())]
    expected = " or ".join(dict.fromkeys(known)) if known else (
        "an export of ServiceNow (number, opened_at, …) or Jira (Issue key, Created, …)"
    )  # fmt: skip
    named = " ".join(f"--column {role}=HEADING" for role in missing)
    return fault(
        file,
        found=f"no column for {' and '.join(missing)} among {shown}{more}",
        expected=expected,
        cure=f"Export it with them, or say which they are: {named}.",
    )
