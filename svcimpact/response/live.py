"""A live incident in one picture: what happened, what it does, what to do, what changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from textwrap import fill
from typing import Any

import pandas as pd

from svcimpact.incident.outcome import Outcome
from svcimpact.incident.simulate import simulate
from svcimpact.response.contingency import RUNS as SEARCH_RUNS
from svcimpact.response.contingency import ContingencyPlan, contingency_plan
from svcimpact.response.escalate import escalation
from svcimpact.response.inform import StakeholderNotes, stakeholder_notes
from svcimpact.response.last import changes
from svcimpact.response.morale import stuck_people
from svcimpact.response.note_text import one_line
from svcimpact.response.practice import Answer, as_it_stands, at
from svcimpact.response.recover import hand_back
from svcimpact.response.redeploy import RESTORING, redeployment
from svcimpact.response.situation import EXPECTED, OVER, situation
from svcimpact.response.watch import WatchList, watch_list
from svcimpact.wording import chance_with_error, counted, day, listed, number, with_error

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
        rows = [f"{'LATE':<30}{'due':>8}{'P80':>8}{'days':>12}{'misses due':>22}"]
        calm = self.outcome.projects.set_index("project")["chance_late_levelled_se"]
        for row in _records(table.head(_MOST_PROJECTS)):
            name = one_line(row["name"])
            name = name if len(name) <= 29 else f"{name[:28]}…"
            days = with_error(row["delay_p80_days"], row["delay_p80_days_se"], most=1)
            before = chance_with_error(row["chance_late_before"], calm[row["project"]])
            after = chance_with_error(row["chance_late"], row["chance_late_se"])
            misses = "" if pd.isna(row["chance_late"]) else f"{before} → {after}"
            rows.append(
                f"{name:<30}{_short(row['due']):>8}{_short(row['finish_p80']):>8}"
                f"{days:>12}{misses:>22}"
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
    def figures(self) -> dict[str, Any]:
        """What is remembered for the next picture: dates, chances, restorations, plan, verdicts."""
        watched = {row["project"]: row for row in _records(self.watch.table)}
        projects = {}
        for row in _records(self.outcome.projects):
            held = watched.get(row["project"], row)
            end, misses, error = (held[x] for x in ("finish_p80", "chance_late", "chance_late_se"))
            projects[str(row["project"])] = {
                "p80": "" if pd.isna(end) else f"{end:%Y-%m-%d}",
                "chance_late": None if pd.isna(misses) else round(float(misses), 4),
                "chance_late_se": 0.0 if pd.isna(error) else round(float(error), 4),
            }
        verdicts = self.answers["escalate"].table
        return {
            "projects": projects,
            "restoration": {
                f"{row['service']} {row['start']:%Y-%m-%d %H:%M}": {
                    q: f"{row[q]:%Y-%m-%d %H:%M}" for q in ("p50", "p80")
                }
                for row in _records(self.watch.forecast)
            },
            "plan": self.plan,
            "verdicts": dict(zip(verdicts["project"], verdicts["verdict"], strict=True)),
        }

    @property
    def plan(self) -> list[str]:
        """The levers of the contingency plan, in words."""
        found = self.answers["contingency"]
        assert isinstance(found, ContingencyPlan)
        return [str(lever) for lever in found.plan["lever"]]


def _short(when: Any) -> str:
    return "" if pd.isna(when) else f"{when:%d} {day(when).split()[1][:3]}"


def _lines(text: str) -> str:
    return fill(text, WIDTH)


def _few(answer: Answer, most: int) -> str:
    """Return the first sentences of an answer."""
    return "\n".join(_lines(line) for line in answer.sentences()[:most])


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def answer_all(
    outcome: Outcome,
    *,
    now: object = None,
    runs: int | None = None,
    threads: int | None = None,
) -> dict[str, Answer]:
    """Return the answers of all practices but inform.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.
    now : date, date-time or ISO text, optional
        The moment; the scenario's decision time where not given.
    runs : int, optional
        On how many futures they answer; as many as were simulated where not given. The plan is
        sought on 400 of them at most: many sets of levers are judged on each.
    threads : int, optional
        How many threads to run on.

    Returns
    -------
    dict of str to Answer
        By practice.

    Raises
    ------
    InputError
        When there is no incident, or an argument is out of its range.
    """
    count = max(outcome.runs, 2) if runs is None else runs
    most = {"contingency": min(count, SEARCH_RUNS)}
    return {
        name: practice(outcome, now=now, runs=most.get(name, count), threads=threads)
        for name, practice in PRACTICES.items()
    }


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
        The moment; the scenario's decision time where not given. Unless the outcome is of the
        incident as it stands then, with nothing decided, that is simulated first: all that the
        picture says has the same figures.
    last : mapping, optional
        What `last.read_last` returned: the figures of the last picture.
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
    stood = as_it_stands(outcome.scenario, outcome.portfolio, when)
    if stood != replace(outcome.scenario, decision_time=when):
        outcome = simulate(outcome.portfolio, stood, threads=threads)
    runs = max(outcome.runs, 2)
    answers = answer_all(outcome, now=when, threads=threads)
    watch, plan = answers["watch"], answers["contingency"]
    assert isinstance(watch, WatchList)
    assert isinstance(plan, ContingencyPlan)
    answers["inform"] = stakeholder_notes(
        outcome, now=when, told=told, watch=watch, plan=plan, runs=runs, threads=threads
    )
    picture = Picture(outcome, when, answers, ())
    return Picture(outcome, when, answers, changes(picture, last or {}))
