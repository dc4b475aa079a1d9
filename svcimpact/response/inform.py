"""Inform: a short note to whoever's dates moved, and only what changed since the last one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.incident.estimates import Z95, chance, quantile
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.tables import to_minute
from svcimpact.io.place import to_place
from svcimpact.io.replace import replace_file
from svcimpact.response.contingency import ContingencyPlan
from svcimpact.response.judge import Judge
from svcimpact.response.lever_words import names_of
from svcimpact.response.practice import OPEN, Answer, asked
from svcimpact.response.watch import WatchList
from svcimpact.wording import chance as percent
from svcimpact.wording import counted, day, number

Floats = NDArray[np.float64]

RUNS = 400
_LEAST_DAYS = 0.05
_FORMAT = 1
# Who of those with an interest is written to; sponsors always are.
_WRITTEN_TO = ("owns", "decides", "informed")
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
        One row per project whose dates moved with the incident: `project`, `name`, `due`,
        `p50_before`, `p80_before`, `p50`, `p80`, `delay_p80_days`, `chance_late_before`,
        `chance_late`.
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
            A sentence, or none of them.
        """
        if self.table.empty:
            return ["There is nothing new to tell anybody."]
        names = ", ".join(self.table["name"])
        return [f"{counted(len(self.table), 'note')} to send: {names}."]

    def write(self, folder: str | Path) -> list[Path]:
        """Write each note as a text file.

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
        place.mkdir(parents=True, exist_ok=True)
        written, used = [], set()
        for row in self.table.to_dict("records"):
            stem = _file_name(str(row["stakeholder"]))
            while stem in used:
                stem += "_"
            used.add(stem)
            text = f"To: {_clean(row['name'])}\nSubject: {row['subject']}\n\n{row['text']}\n"
            path = place / f"note-{stem}.txt"
            written.append(replace_file(path, partial(_put, text=text), overwrite=True))
        return written


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


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
    >>> stakeholder_notes(outcome, runs=20).sentences()
    ['There is nothing new to tell anybody.']
    """
    when, scenario = asked(outcome, now, runs)
    judge = Judge(outcome.portfolio, scenario, when, threads=threads)
    dates = _dates(outcome, judge)
    before = {who: dict(rows) for who, rows in (told or {}).items()}
    after: Told = {who: {p: dict(d) for p, d in rows.items()} for who, rows in before.items()}
    rows = []
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
                "subject": _subject(outcome, new, gone),
                "text": _text(outcome, new, gone, before.get(who, {}), watch, plan, person["name"]),
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
            f"Dates are from {number(runs)} futures; a range is from P50 to P80.",
            OPEN,
            "Only projects whose P80 moves beyond the error of the simulation are told of, and "
            "only dates that are not the same, to the day, as in the last note.",
        ),
        dates=dates,
        told=after,
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _dates(outcome: Outcome, judge: Judge) -> pd.DataFrame:
    """Return the projects whose P80 moves, with their dates."""
    portfolio, found = outcome.portfolio, judge.futures.found
    clock, projects = portfolio.calendar, portfolio.projects
    due = clock.span(projects["due"], projects["due"])[1]
    calm = np.broadcast_to(found.calm, found.late.shape)
    delay, error = quantile((found.late - calm) / judge.day, 0.8)
    table = projects[["project", "name", "due"]].copy()
    for name, values, q in (
        ("p50_before", calm, 0.5),
        ("p80_before", calm, 0.8),
        ("p50", found.late, 0.5),
        ("p80", found.late, 0.8),
    ):
        table[name] = to_minute(np.asarray(clock.when(quantile(values, q)[0], side="finish")))
    table["delay_p80_days"] = delay
    known = ~np.isnan(due + found.late[0])
    for name, values in (("chance_late_before", calm), ("chance_late", found.late)):
        table[name] = np.where(known, chance(values > due + 1e-6)[0], np.nan)
    moved = (delay >= _LEAST_DAYS) & (delay > Z95 * np.nan_to_num(error))
    return table[moved].reset_index(drop=True)


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


def _clean(text: str) -> str:
    """Return a name on one line: a subject is a header of a letter."""
    return " ".join(str(text).split())


def _subject(
    outcome: Outcome, new: Sequence[Mapping[str, Any]], gone: Sequence[tuple[str, str, Any]]
) -> str:
    names = [_clean(row["name"]) for row in new] + [_clean(name) for _, name, _ in gone]
    service = _clean(_service(outcome))
    more = f" and {counted(len(names) - 1, 'more project')}" if len(names) > 1 else ""
    return f"{names[0]}{more}: dates after the incident at {service}"


def _service(outcome: Outcome) -> str:
    names = names_of(outcome.portfolio, "services")
    return names[outcome.scenario.incidents[0].service]


def _text(
    outcome: Outcome,
    new: Sequence[Mapping[str, Any]],
    gone: Sequence[tuple[str, str, pd.Timestamp]],
    before: Mapping[str, Any],
    watch: WatchList | None,
    plan: ContingencyPlan | None,
    reader: str,
) -> str:
    """Return the note: what, effect, what we do, when we write again, whom to ask."""
    incident = outcome.scenario.incidents[0]
    service = _clean(_service(outcome))
    said = [
        f"{service} failed on {day(incident.start, time=True)} (severity {incident.severity}). "
        "People who work on projects are restoring it; that comes first, and projects wait."
    ]
    said += [_effect(row, before.get(row["project"])) for row in new]
    said += [
        f"{_clean(name)} is back on its dates: we expect it by {day(ends)}."
        for _, name, ends in gone
    ]
    said.append(_doing(plan, new))
    again = None if watch is None or pd.isna(watch.next_look) else watch.next_look
    said.append(
        f"We write again on {day(again, time=True)}, or sooner if the service is back."
        if again is not None
        else "We write again when something changes."
    )
    if watch is not None and watch.liaison and not watch.liaison.startswith(reader):
        said.append(
            f"Questions: {_clean(watch.liaison)}, please, rather than the people restoring."
        )
    return "\n\n".join(line for line in said if line)


def _effect(row: Mapping[str, Any], before: Mapping[str, str] | None) -> str:
    """Return what happens to one project, as a range."""
    name = _clean(row["name"])
    text = f"{name}: we now expect it to finish {_span(row['p50'], row['p80'])}; without the "
    text += f"incident it was {_span(row['p50_before'], row['p80_before'])}."
    if pd.notna(row["chance_late"]) and pd.notna(row["due"]):
        was, is_ = percent(row["chance_late_before"]), percent(row["chance_late"])
        text += (
            f" The chance of missing its due date, {day(row['due'])}, is {is_} (it was {was})."
            if was != is_
            else f" The chance of missing its due date, {day(row['due'])}, is still {is_}."
        )
    if before:
        text += f" Our last note said {_span(before['p50'], before['p80'])}."
    return text


def _span(first: Any, last: Any) -> str:
    """Return a range of dates; a single one where both ends are the same."""
    one, other = day(first), day(last)
    return f"on {one}" if one == other else f"between {one} and {other}"


def _doing(plan: ContingencyPlan | None, new: Sequence[Mapping[str, Any]]) -> str:
    """Return what is done about it."""
    if plan is None or not len(plan.levers):
        return "There is nothing to decide for you now." if new else ""
    steps = [str(lever) for lever in plan.plan["lever"]]
    return f"What we propose: {'; '.join(steps)}."


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
