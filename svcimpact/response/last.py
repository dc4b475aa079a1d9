"""What changed since the last picture of a live incident: figures kept, and compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.io.place import to_place
from svcimpact.io.replace import replace_file
from svcimpact.wording import chance_with_error, day

if TYPE_CHECKING:
    from svcimpact.response.live import Picture

_FORMAT = 2
_NOTABLE = 0.02
_HOUR = pd.Timedelta(hours=1)
_VERDICTS = {"escalate": "escalate", "hold": "hold", "never": "do not escalate"}


def changes(picture: Picture, last: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what is otherwise than in the last picture.

    Parameters
    ----------
    picture : Picture
        What is shown now.
    last : mapping
        What `read_last` returned.

    Returns
    -------
    tuple of str
        Restorations that moved by an hour or more, projects whose P80 moved to another day or
        whose chance of missing the due date changed by 2 points or more, the plan, verdicts; or
        that nothing of this changed. Nothing where there was no last picture.
    """
    if not last:
        return ()
    now, portfolio = picture.figures, picture.outcome.portfolio
    services = dict(zip(portfolio.services["service"], portfolio.services["name"], strict=True))
    projects = dict(zip(portfolio.projects["project"], portfolio.projects["name"], strict=True))
    said = (
        *_restorations(now["restoration"], last["restoration"], services),
        *_projects(now["projects"], last["projects"], projects),
        *_plan(now["plan"], last["plan"]),
        *_verdicts(now["verdicts"], last["verdicts"], projects),
    )
    return said or (
        f"Since {day(last['when'], time=True)} no restoration moved by an hour or more, no P80 to "
        "another day, no chance by 2 points or more; the plan and the verdicts are the same.",
    )


def _restorations(
    now: Mapping[str, Any], before: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[str]:
    for key, dates in now.items():
        name = names[key.rsplit(" ", 2)[0]]
        old = before.get(key)
        if old is None:
            yield f"{name}: an incident that was not told of."
            continue
        moved = {
            q: f"{day(old[q], time=True)} → {day(dates[q], time=True)}"
            for q in ("p50", "p80")
            if abs(pd.Timestamp(dates[q]) - pd.Timestamp(old[q])) >= _HOUR
        }
        parts = [f"{text} ({q.upper()})" for q, text in moved.items()]
        if len(moved) == 2 and len(set(moved.values())) == 1:
            parts = [moved["p80"]]  # its length is known
        if parts:
            yield f"{name} back by {', '.join(parts)}."
    for key in before:
        service = key.rsplit(" ", 2)[0]
        if key not in now:
            yield f"{names.get(service, service)}: its incident is not told of any more."


def _projects(
    now: Mapping[str, Any], before: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[str]:
    for project, row in now.items():
        old = before.get(project)
        if old is None:
            continue
        parts = []
        if old["p80"] and row["p80"] and old["p80"] != row["p80"]:
            parts.append(f"P80 {day(old['p80'])} → {day(row['p80'])}")
        a, b = old["chance_late"], row["chance_late"]
        if a is not None and b is not None and round(abs(a - b), 9) >= _NOTABLE:
            was = chance_with_error(a, old["chance_late_se"])
            parts.append(
                f"misses its due date {was} → {chance_with_error(b, row['chance_late_se'])}"
            )
        if parts:
            yield f"{names[project]}: {', '.join(parts)}."


def _plan(now: list[str], before: list[str]) -> Iterator[str]:
    new, gone = [x for x in now if x not in before], [x for x in before if x not in now]
    parts = [f"now also {'; '.join(new)}"] if new else []
    parts += [f"no longer {'; '.join(gone)}"] if gone else []
    if parts:
        yield f"What helps: {', '.join(parts)}."


def _verdicts(
    now: Mapping[str, str], before: Mapping[str, str], names: Mapping[str, str]
) -> Iterator[str]:
    for project in [*now, *(p for p in before if p not in now)]:
        a, b = (_VERDICTS.get(told.get(project, ""), "nothing to ask") for told in (before, now))
        if a != b and project in names:
            yield f"Verdict on {names[project]}: {a} → {b}."


def read_last(path: str | Path) -> dict[str, Any]:
    """Read the figures of the last picture.

    Parameters
    ----------
    path : str or pathlib.Path
        A file that `write_last` wrote; nothing where there is none.

    Returns
    -------
    dict
        When it was, and figures by project.

    Raises
    ------
    InputError
        When the file is something else.
    """
    place = to_place(path)
    if not place.exists():
        return {}
    try:
        held = json.loads(place.read_text(encoding="utf-8"))
        if held["format"] == _FORMAT and pd.Timestamp(held["when"]) and _sound(held):
            return dict(held)
        found = "a file that is not what was written"
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        found = "a file that cannot be read"
    row = fault(
        place.name,
        found=found,
        expected="the figures of the last picture",
        cure="Put it back, or delete it: nothing is then compared.",
    )
    raise InputError("What changed cannot be told.", fault_frame([row]))


def _sound(held: Mapping[str, Any]) -> bool:
    """Return whether a file holds what is compared; an error where it lacks a part."""
    chances = [
        row[name] for row in held["projects"].values() for name in ("chance_late", "chance_late_se")
    ]
    dates = [row["p80"] for row in held["projects"].values()]
    moments = [row[q] for row in held["restoration"].values() for q in ("p50", "p80")]
    texts = [*dates, *moments, *held["plan"], *held["verdicts"].values()]
    return (
        isinstance(held["plan"], list)
        and all(isinstance(text, str) for text in texts)
        and all(x is None or isinstance(x, float | int) for x in chances)
        and all(pd.notna(pd.Timestamp(text)) for text in [*filter(None, dates), *moments])
    )


def write_last(picture: Picture, path: str | Path) -> Path:
    """Keep the figures of a picture for the next one.

    Parameters
    ----------
    picture : Picture
        What was shown.
    path : str or pathlib.Path
        The file; replaced whole.

    Returns
    -------
    pathlib.Path
        The file.
    """
    held = {"format": _FORMAT, "when": f"{picture.now:%Y-%m-%d %H:%M}", **picture.figures}
    text = json.dumps(held, indent=1, ensure_ascii=False) + "\n"

    def put(new: Path) -> None:
        new.write_text(text, encoding="utf-8", newline="\n")

    return replace_file(to_place(path), put, overwrite=True)
