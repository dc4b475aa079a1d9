"""A live incident in one picture: what happened, what it does, what to do, what changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

import pandas as pd

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.incident.outcome import Outcome
from svcimpact.io.place import to_place
from svcimpact.io.replace import replace_file
from svcimpact.response.contingency import ContingencyPlan, contingency_plan
from svcimpact.response.escalate import escalation
from svcimpact.response.inform import StakeholderNotes, stakeholder_notes
from svcimpact.response.morale import stuck_people
from svcimpact.response.practice import Answer, at
from svcimpact.response.recover import hand_back
from svcimpact.response.redeploy import RESTORING, redeployment
from svcimpact.response.situation import EXPECTED, OVER, situation
from svcimpact.response.watch import WatchList, watch_list
from svcimpact.wording import chance, counted, day, listed, number

WIDTH = 80
# Every practice but inform, which writes of what the others found.
PRACTICES: dict[str, Callable[..., Answer]] = {
    "watch": watch_list,
    "redeploy": redeployment,
    "contingency": contingency_plan,
    "escalate": escalation,
    "morale": stuck_people,
    "recover": hand_back,
}
# Futures that each practice looks at, or as many as were simulated where those are fewer.
RUNS = 400
_FORMAT = 1
_MOST_PROJECTS = 8


@dataclass(frozen=True, eq=False, repr=False)
class Picture:
    """All seven answers at one moment of a live incident.

    Attributes
    ----------
    outcome : Outcome
        What was simulated.
    now : pandas.Timestamp
        The moment.
    answers : dict of str to Answer
        By practice, inform among them.
    changes : tuple of str
        What changed since the last picture, in words; none where there was none.
    """

    outcome: Outcome
    now: pd.Timestamp
    answers: dict[str, Answer]
    changes: tuple[str, ...]

    @property
    def notes(self) -> StakeholderNotes:
        """The notes to stakeholders."""
        found = self.answers["inform"]
        assert isinstance(found, StakeholderNotes)
        return found

    @property
    def watch(self) -> WatchList:
        """The watch list."""
        found = self.answers["watch"]
        assert isinstance(found, WatchList)
        return found

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables of all answers, by name."""
        return {name: t for answer in self.answers.values() for name, t in answer.tables.items()}

    def screen(self) -> str:
        """Return the picture as one screen of text.

        Returns
        -------
        str
            Lines of at most 80 characters: what happened, who is late, what to do, what changed.
        """
        blocks = [
            self._happened(),
            self._late(),
            "WHAT HELPS\n" + _few(self.answers["contingency"], 4),
            "ESCALATE OR HOLD\n" + _few(self.answers["escalate"], 2),
            "PEOPLE\n" + self._people(),
            "STUCK\n" + _few(self.answers["morale"], 2),
            "NEXT\n" + "\n".join(_lines(s) for s in self._next()),
        ]
        if self.changes:
            blocks.append("SINCE THE LAST TIME\n" + "\n".join(_lines(s) for s in self.changes))
        return "\n\n".join(blocks)

    def __repr__(self) -> str:
        return self.screen()

    def _happened(self) -> str:
        names = self.outcome.portfolio.services.set_index("service")["name"]
        first, ahead = [], []
        rows = self.watch.forecast.to_dict("records")
        stands = situation(self.outcome.scenario, self.outcome.portfolio, self.now)
        for one, row in zip(stands, rows, strict=True):
            item, name = one.incident, names[one.incident.service]
            verb = "is expected to fail" if one.state == EXPECTED else "failed"
            first.append(
                f"{name.upper()}, severity {item.severity}, {verb} on {day(item.start, time=True)}."
            )
            half, most = day(row["p50"], time=True), day(row["p80"], time=True)
            ahead.append(
                f"{name}: over by what was told, on {half}."
                if one.state == OVER
                else f"{name}: not begun; back by {half} (P50), {most} (P80)."
                if one.state == EXPECTED
                else f"{name}: {number(row['elapsed_hours'], 1)} hours so far; back by {half} "
                f"(P50), {most} (P80)."
            )
        who = self.watch.do_not_disturb
        respond = (
            f"{counted(len(who), 'responder')}: {listed(list(who['name']))}." if len(who) else ""
        )
        return "\n".join(_lines(line) for line in [*first, *ahead, respond] if line)

    def _late(self) -> str:
        table = self.watch.table
        if table.empty:
            return "LATE\nNo project's P80 falls on a later day."
        head = f"{'LATE':<34}{'due':>9}{'P80':>9}{'days':>7}{'misses due':>21}"
        rows = [head]
        for row in _records(table.head(_MOST_PROJECTS)):
            name = str(row["name"])
            name = name if len(name) <= 33 else f"{name[:32]}…"
            before, after = row["chance_late_before"], row["chance_late"]
            misses = "" if pd.isna(after) else f"{chance(before)} → {chance(after)}"
            rows.append(
                f"{name:<34}{_short(row['due']):>9}{_short(row['finish_p80']):>9}"
                f"{number(row['delay_p80_days'], 1):>7}{misses:>21}"
            )
        if len(table) > _MOST_PROJECTS:
            rows.append(f"… and {len(table) - _MOST_PROJECTS} more")
        return "\n".join(rows)

    def _people(self) -> str:
        """Return who is where; those who restore are named above already."""
        found = self.answers["redeploy"]
        said = [line for line in found.sentences() if not line.startswith(RESTORING)]
        return "\n".join(_lines(line) for line in said[:3])

    def _next(self) -> list[str]:
        said = [self.watch.sentences()[-1], *self.notes.sentences()]
        if self.watch.liaison:
            spared = ", not the responders" if len(self.watch.do_not_disturb) else ""
            said.append(f"Ask {self.watch.liaison}{spared}.")
        return said

    @property
    def figures(self) -> dict[str, dict[str, Any]]:
        """What is remembered for the next picture: by project, P80 and the chance of missing it."""
        watched = {row["project"]: row for row in _records(self.watch.table)}
        told = {}
        for row in _records(self.outcome.projects):
            held = watched.get(row["project"], row)
            end, misses = held["finish_p80"], held["chance_late"]
            told[str(row["project"])] = {
                "p80": "" if pd.isna(end) else f"{end:%Y-%m-%d}",
                "chance_late": None if pd.isna(misses) else round(float(misses), 4),
            }
        return told


def _short(when: Any) -> str:
    return "" if pd.isna(when) else f"{when:%d} {day(when).split()[1][:3]}"


def _lines(text: str) -> str:
    return fill(text, WIDTH)


def _few(answer: Answer, most: int) -> str:
    """Return the first sentences of an answer."""
    return "\n".join(_lines(line) for line in answer.sentences()[:most])


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def live_picture(
    outcome: Outcome,
    *,
    now: object = None,
    last: Mapping[str, Any] | None = None,
    told: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None,
    threads: int | None = None,
) -> Picture:
    """Answer all seven questions at one moment of a live incident.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.
    now : date, date-time or ISO text, optional
        The moment; the scenario's decision time where not given.
    last : mapping, optional
        What `read_last` returned: the figures of the last picture.
    told : mapping, optional
        What stakeholders were told before, as `inform.read_told` returns it.
    threads : int, optional
        How many threads to run on.

    Returns
    -------
    Picture
        All answers, and what changed.

    Raises
    ------
    InputError
        When there is no incident, or the moment is not clear.
    """
    when = at(outcome, now)
    runs = max(min(RUNS, outcome.runs), 2)
    answers = {
        name: practice(outcome, now=when, runs=runs, threads=threads)
        for name, practice in PRACTICES.items()
    }
    watch, plan = answers["watch"], answers["contingency"]
    assert isinstance(watch, WatchList)
    assert isinstance(plan, ContingencyPlan)
    answers["inform"] = stakeholder_notes(
        outcome, now=when, told=told, watch=watch, plan=plan, runs=runs, threads=threads
    )
    picture = Picture(outcome, when, answers, ())
    return Picture(outcome, when, answers, tuple(_changes(picture, last or {})))


def _changes(picture: Picture, last: Mapping[str, Any]) -> list[str]:
    """Say what is otherwise than in the last picture."""
    if not last:
        return []
    names = dict(
        zip(picture.outcome.projects["project"], picture.outcome.projects["name"], strict=True)
    )
    said = []
    for project, now in picture.figures.items():
        before = last["projects"].get(project)
        if before is None or project not in names:
            continue
        moved = before["p80"] != now["p80"] and before["p80"] and now["p80"]
        a, b = before["chance_late"], now["chance_late"]
        likelier = a is not None and b is not None and abs(a - b) >= 0.02
        if not (moved or likelier):
            continue
        text = f"{names[project]}:"
        if moved:
            text += f" P80 {day(before['p80'])} → {day(now['p80'])}"
        if likelier:
            text += f"{',' if moved else ''} misses its due date {chance(a)} → {chance(b)}"
        said.append(text + ".")
    return said or [f"No date moved and no chance changed since {day(last['when'], time=True)}."]


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
        if held["format"] == _FORMAT and pd.Timestamp(held["when"]) and _sound(held["projects"]):
            return dict(held)
        found = "a file that is not what was written"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        found = "a file that cannot be read"
    row = fault(
        place.name,
        found=found,
        expected="the figures of the last picture",
        cure="Put it back, or delete it: nothing is then compared.",
    )
    raise InputError("What changed cannot be told.", fault_frame([row]))


def _sound(projects: Any) -> bool:
    return isinstance(projects, dict) and all(
        isinstance(row, dict)
        and isinstance(row.get("p80"), str)
        and (row["p80"] == "" or pd.Timestamp(row["p80"]) is not None)
        and (row.get("chance_late") is None or isinstance(row["chance_late"], float | int))
        for row in projects.values()
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
    held = {"format": _FORMAT, "when": f"{picture.now:%Y-%m-%d %H:%M}", "projects": picture.figures}
    text = json.dumps(held, indent=1, ensure_ascii=False) + "\n"

    def put(new: Path) -> None:
        new.write_text(text, encoding="utf-8", newline="\n")

    return replace_file(to_place(path), put, overwrite=True)
