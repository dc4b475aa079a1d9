"""Inform: a short note to whoever's dates moved, and only what changed since the last one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.incident.estimates import chance, quantile
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.tables import to_minute
from svcimpact.io.place import to_place
from svcimpact.io.replace import make_folder, replace_file
from svcimpact.response.contingency import ContingencyPlan
from svcimpact.response.judge import Judge
from svcimpact.response.lever_words import names_of
from svcimpact.response.note_text import NoteText, one_line
from svcimpact.response.practice import OPEN, Answer, asked
from svcimpact.response.situation import situation
from svcimpact.response.watch import WatchList, later_day
from svcimpact.wording import counted, listed, number

Floats = NDArray[np.float64]

RUNS = 400
SENT = "sent-before"
_FORMAT = 1
# Who of those with an interest is written to; sponsors always are.
_WRITTEN_TO = ("owns", "decides", "informed")
_NOTE = re.compile(r"note-[a-z0-9_-]+\.txt")
# By stakeholder and project: the dates last told.
Told = dict[str, dict[str, dict[str, str]]]


@dataclass(frozen=True, eq=False, repr=False)
class StakeholderNotes(Answer):
    """A note to each stakeholder whose dates moved since the last one.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per note: `stakeholder`, `name`, `role`, `side`, `projects` (how many it tells
        of), `subject` and `text`.
    dates : pandas.DataFrame
        One row per project whose P80 falls on a later day with the incident: `project`, `name`,
        `due`, `p50_before`, `p80_before`, `p50`, `p80`, `delay_p80_days`, and the chances
        `chance_late_before` and `chance_late`, each with its `_se`.
    told : dict
        By stakeholder and project the dates told by now: what `write_told` keeps.
    """

    dates: pd.DataFrame
    told: Told

    name: ClassVar[str] = "inform"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {"inform": self.table, "inform_dates": self.dates}

    def sentences(self) -> list[str]:
        """Return to whom there is something to write.

        Returns
        -------
        list of str
            A sentence, and one more for projects of which the tables name nobody to tell.
        """
        said = []
        unnamed = self.unnamed
        if not self.table.empty:
            names = ", ".join(one_line(name) for name in self.table["name"])
            said.append(f"{counted(len(self.table), 'note')} to send: {names}.")
        elif len(unnamed) < len(self.dates) or not unnamed:
            said.append("There is nothing new to tell anybody.")
        if unnamed:
            names = listed([one_line(name) for name in unnamed], what="projects")
            said.append(
                f"Dates moved for {names}, but the tables name nobody to tell of that. Fill in the "
                "tables stakeholders and interests, or the sponsor in projects."
            )
        return said

    @property
    def unnamed(self) -> list[str]:
        """The names of the projects whose dates moved, and of which nobody is to be told."""
        told = {project for mine in _readers(self.outcome).values() for project in mine}
        return [str(r["name"]) for r in _records(self.dates) if r["project"] not in told]

    def write(self, folder: str | Path) -> list[Path]:
        """Write each note as a text file; the folder then holds only what is to be sent now.

        Notes of earlier runs are moved to a folder ``sent-before`` within; other files stay.

        Parameters
        ----------
        folder : str or pathlib.Path
            Made where it is not there.

        Returns
        -------
        list of pathlib.Path
            The files, ``note-<stakeholder>.txt``, each replaced whole.
        """
        place = to_place(folder)
        make_folder(place)
        _set_aside(place)
        written, used = [], set()
        for row in self.table.to_dict("records"):
            stem = _file_name(str(row["stakeholder"]))
            while stem in used:
                stem += "_"
            used.add(stem)
            text = f"To: {one_line(row['name'])}\nSubject: {row['subject']}\n\n{row['text']}\n"
            path = place / f"note-{stem}.txt"
            written.append(replace_file(path, partial(_put, text=text), overwrite=True))
        return written


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _set_aside(place: Path) -> None:
    """Move the notes of earlier runs out of the way; none is lost."""
    for path in sorted(place.iterdir()):
        if not _is_note(path):
            continue
        aside = make_folder(place / SENT)
        again, count = aside / path.name, 1
        while again.exists():
            count += 1
            again = aside / f"{path.stem}-{count}.txt"
        path.rename(again)


def _is_note(path: Path) -> bool:
    """Return whether a file is a note that was written here, and not somebody's own."""
    if not _NOTE.fullmatch(path.name) or path.is_symlink() or not path.is_file():
        return False
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline().startswith("To: ") and file.readline().startswith("Subject: ")
    except (OSError, UnicodeDecodeError):
        return False


def _file_name(who: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "_", who).strip("_")[:60].lower() or "stakeholder"


def stakeholder_notes(
    outcome: Outcome,
    *,
    now: object = None,
    told: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None,
    watch: WatchList | None = None,
    plan: ContingencyPlan | None = None,
    runs: int = RUNS,
    threads: int | None = None,
) -> StakeholderNotes:
    """Write a note to every stakeholder of a project whose dates moved since the last one.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.
    now : date, date-time or ISO text, optional
        The moment; the scenario's decision time where not given.
    told : mapping, optional
        What was told before, as `read_told` returns it; nothing where not given. Dates that are
        the same to the day are not told again.
    watch : WatchList, optional
        Where the next update and whom to ask come from.
    plan : ContingencyPlan, optional
        What is done about it.
    runs : int
        How many futures to look at.
    threads : int, optional
        How many threads to run on.

    Returns
    -------
    StakeholderNotes
        To sponsors, and to those who own, decide on, or are informed of a project.

    Raises
    ------
    InputError
        When there is no incident, or an argument is out of its range.

    Examples
    --------
    >>> import svcimpact as si
    >>> from svcimpact.response.inform import stakeholder_notes
    >>> outcome = si.simulate(si.read("data/tiny"), si.Scenario.read("data/tiny/incident.toml"))
    >>> print(stakeholder_notes(outcome, runs=20).sentences()[0][:44])
    Dates moved for New checkout for the shop, b
    """
    when, scenario = asked(outcome, now, runs)
    judge = Judge(outcome.portfolio, scenario, when, threads=threads)
    dates = _dates(outcome, judge)
    before = {who: dict(rows) for who, rows in (told or {}).items()}
    after: Told = {who: {p: dict(d) for p, d in rows.items()} for who, rows in before.items()}
    rows = []
    note = NoteText(outcome.portfolio, situation(scenario, outcome.portfolio, when), watch, plan)
    people = outcome.portfolio.stakeholders.set_index("stakeholder")
    for who, projects in _readers(outcome).items():
        mine = dates[dates["project"].isin(projects)]
        new = [row for row in _records(mine) if _as_told(row) != _same(before, who, row)]
        gone = _gone(outcome, judge, before.get(who, {}), dates)
        if not new and not gone:
            continue
        person = people.loc[who].to_dict()
        rows.append(
            {
                "stakeholder": who,
                "name": person["name"],
                "role": person["role"],
                "side": person["side"],
                "projects": len(new) + len(gone),
                "subject": note.subject(new, gone),
                "text": note.text(new, gone, before.get(who, {}), who),
            }
        )
        for row in new:
            after.setdefault(who, {})[row["project"]] = _as_told(row)
        for project, _, _ in gone:
            after[who].pop(project)
    columns = ["stakeholder", "name", "role", "side", "projects", "subject", "text"]
    return StakeholderNotes(
        outcome=outcome,
        now=when,
        table=pd.DataFrame(rows, columns=columns),
        assumptions=(
            f"Dates are from {number(runs)} futures: half of them is P50, four of five is "
            f"P80{_known(dates)}.",
            OPEN,
            "Only projects whose P80 falls on a later day than without the incident are told of, "
            "and only dates that are not the same, to the day, as in the last note.",
        ),
        dates=dates,
        told=after,
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _dates(outcome: Outcome, judge: Judge) -> pd.DataFrame:
    """Return the projects whose P80 falls on a later day, with their dates."""
    portfolio, found = outcome.portfolio, judge.futures.found
    clock, projects = portfolio.calendar, portfolio.projects
    due = clock.span(projects["due"], projects["due"])[1]
    calm = np.broadcast_to(found.calm, found.late.shape)
    table = projects[["project", "name", "due"]].copy()
    for name, values, q in (
        ("p50_before", calm, 0.5),
        ("p80_before", calm, 0.8),
        ("p50", found.late, 0.5),
        ("p80", found.late, 0.8),
    ):
        table[name] = to_minute(np.asarray(clock.when(quantile(values, q)[0], side="finish")))
    table["delay_p80_days"] = quantile((found.late - calm) / judge.day, 0.8)[0]
    known = ~np.isnan(due + found.late[0])
    for name, values in (("chance_late_before", calm), ("chance_late", found.late)):
        share, error = chance(values > due + 1e-6)
        table[name] = np.where(known, share, np.nan)
        table[f"{name}_se"] = np.where(known, error, np.nan)
    return table[later_day(table["p80_before"], table["p80"])].reset_index(drop=True)


def _known(dates: pd.DataFrame) -> str:
    """Return how well the chances are known, the worst of them; nothing where nothing is due."""
    error = dates[["chance_late_before_se", "chance_late_se"]].max().max()
    if not error > 0:
        return ""
    return f"; a chance has a standard error of up to {number(100 * error, 1)} points"


def _readers(outcome: Outcome) -> dict[str, list[str]]:
    """Return of which projects each stakeholder is told, in the order of the table."""
    portfolio = outcome.portfolio
    wanted: dict[str, set[str]] = {}
    for row in portfolio.projects.to_dict("records"):
        if isinstance(row["sponsor"], str):
            wanted.setdefault(row["sponsor"], set()).add(row["project"])
    interests = portfolio.interests[portfolio.interests["interest"].isin(_WRITTEN_TO)]
    known = set(portfolio.projects["project"])
    for row in interests.to_dict("records"):
        if row["item"] in known:
            wanted.setdefault(row["stakeholder"], set()).add(row["item"])
    order = list(portfolio.stakeholders["stakeholder"])
    return {who: sorted(wanted[who]) for who in order if who in wanted}


def _as_told(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: f"{row[name]:%Y-%m-%d}" for name in ("p50", "p80")}


def _same(before: Mapping[str, Any], who: str, row: Mapping[str, Any]) -> Any:
    return before.get(who, {}).get(row["project"])


def _gone(
    outcome: Outcome, judge: Judge, before: Mapping[str, Any], dates: pd.DataFrame
) -> list[tuple[str, str, pd.Timestamp]]:
    """Return the projects of which something was told, and that are back on their dates."""
    names = names_of(outcome.portfolio, "projects")
    moved = set(dates["project"])
    late = quantile(judge.futures.found.late, 0.8)[0]
    ends = to_minute(np.asarray(outcome.portfolio.calendar.when(late, side="finish")))
    rows = {p: k for k, p in enumerate(outcome.portfolio.projects["project"])}
    return [
        (project, names[project], pd.Timestamp(ends[rows[project]]))
        for project in before
        if project not in moved and project in rows
    ]


def read_told(path: str | Path) -> Told:
    """Read what was told before.

    Parameters
    ----------
    path : str or pathlib.Path
        A file that `write_told` wrote; nothing was told where there is none.

    Returns
    -------
    dict
        By stakeholder and project the dates told.

    Raises
    ------
    InputError
        When the file is something else.
    """
    place = to_place(path)
    if not place.exists():
        return {}
    found = "a file that is not what was written"
    try:
        held = json.loads(place.read_text(encoding="utf-8"))
        if held["format"] == _FORMAT and _is_told(held["told"]):
            return dict(held["told"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        found = "a file that cannot be read"
    row = fault(
        place.name,
        found=found,
        expected="the record of what was told",
        cure="Put it back, or delete it: everything is then told anew.",
    )
    raise InputError("What was told before is not clear.", fault_frame([row]))


def _is_told(held: Any) -> bool:
    if not isinstance(held, dict):
        return False
    dates = [d for rows in held.values() if isinstance(rows, dict) for d in rows.values()]
    whole = all(isinstance(rows, dict) for rows in held.values())
    return whole and all(
        isinstance(d, dict)
        and set(d) == {"p50", "p80"}
        and all(isinstance(v, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", v) for v in d.values())
        for d in dates
    )


def write_told(told: Told, path: str | Path) -> Path:
    """Keep what was told, for the next time.

    Parameters
    ----------
    told : dict
        As `StakeholderNotes.told`.
    path : str or pathlib.Path
        The file; replaced whole.

    Returns
    -------
    pathlib.Path
        The file.
    """
    text = json.dumps({"format": _FORMAT, "told": told}, indent=1, ensure_ascii=False)
    return replace_file(to_place(path), lambda new: _put(new, text + "\n"), overwrite=True)
