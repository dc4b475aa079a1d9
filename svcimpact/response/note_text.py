"""The wording of a note: what happened, its effect as dates, what we do, whom to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from svcimpact.portfolio import Portfolio
from svcimpact.response.contingency import ContingencyPlan
from svcimpact.response.lever_words import names_of
from svcimpact.response.situation import EXPECTED, OPEN, OVER, Stands
from svcimpact.response.watch import WatchList
from svcimpact.wording import chance_with_error, counted, day, in_futures

# A project that is back on its dates: id, name, P80.
Gone = tuple[str, str, pd.Timestamp]


def one_line(text: str) -> str:
    """Return a name on one line: a subject is a header of a letter.

    Parameters
    ----------
    text : str
        A name from a table.

    Returns
    -------
    str
        Without line breaks.
    """
    return " ".join(str(text).split())


@dataclass(frozen=True)
class NoteText:
    """What all notes of one moment have in common.

    Attributes
    ----------
    portfolio : Portfolio
        Where names come from.
    stands : list of Stands
        The stated incidents, the one that matters most first.
    watch : WatchList or None
        Where the next update and whom to ask come from.
    plan : ContingencyPlan or None
        What is done about it.
    """

    portfolio: Portfolio
    stands: list[Stands]
    watch: WatchList | None
    plan: ContingencyPlan | None

    def subject(self, new: Sequence[Mapping[str, Any]], gone: Sequence[Gone]) -> str:
        """Return the subject of a note.

        Parameters
        ----------
        new : sequence of mapping
            Projects with new dates.
        gone : sequence of tuple
            Projects that are back on their dates.

        Returns
        -------
        str
            The first project, and the gravest incident; the others are counted.
        """
        names = [one_line(row["name"]) for row in new] + [one_line(name) for _, name, _ in gone]
        more = f" and {counted(len(names) - 1, 'more project')}" if len(names) > 1 else ""
        first = self.stands[0]
        same = [one for one in self.stands if one.state == first.state]
        at = self._service(first)
        at += f" and {len(same) - 1} more" if len(same) > 1 else ""
        what = "incidents" if len(same) > 1 else "incident"
        when = f"with the {what} expected" if first.state == EXPECTED else f"after the {what}"
        return f"{names[0]}{more}: dates {when} at {at}"

    def text(
        self,
        new: Sequence[Mapping[str, Any]],
        gone: Sequence[Gone],
        before: Mapping[str, Any],
        reader: str,
    ) -> str:
        """Return a note: what, effect, what we do, when we look again, whom to ask.

        Parameters
        ----------
        new, gone : sequence
            As in `subject`.
        before : mapping
            The dates last told to the reader, by project.
        reader : str
            Id of the stakeholder who reads it; nobody is sent to themselves with questions.

        Returns
        -------
        str
            The paragraphs.
        """
        said = [self._happened()]
        said += [_effect(row, before.get(row["project"])) for row in new]
        said += [
            f"{one_line(name)} is back on its dates: in four of five futures it finishes by "
            f"{day(ends)}."
            for _, name, ends in gone
        ]
        said.append(self._doing(new))
        watch, open_ = self.watch, any(one.state == OPEN for one in self.stands)
        again = None if watch is None or pd.isna(watch.next_look) else watch.next_look
        sooner = ", or as soon as the service is back" if open_ else ""
        said.append(
            f"We look again on {day(again, time=True)}{sooner}, and write if your dates change."
            if again is not None
            else "We write again if your dates change."
        )
        if watch is not None and watch.liaison and watch.liaison_id != reader:
            spared = ", rather than the people restoring" if open_ else ""
            said.append(f"Questions: {one_line(watch.liaison)}, please{spared}.")
        return "\n\n".join(line for line in said if line)

    def _service(self, one: Stands) -> str:
        return one_line(names_of(self.portfolio, "services")[one.incident.service])

    def _happened(self) -> str:
        """Return what failed, what is over, and what is expected."""
        said = []
        for state in (OPEN, OVER, EXPECTED):
            mine = [one for one in self.stands if one.state == state]
            for one in mine:
                name, grave = self._service(one), f"(severity {one.incident.severity})"
                on = day(one.incident.start, time=True)
                if state == EXPECTED:
                    said.append(f"{name} is expected to fail on {on} {grave}.")
                    continue
                over = f"; by what was told, it was back on {day(one.restored, time=True)}"  # type: ignore[arg-type]
                said.append(f"{name} failed on {on} {grave}{over if state == OVER else ''}.")
            if state == OPEN and mine:
                what = "it" if len(mine) == 1 else "these services"
                said.append(
                    f"People who work on projects are restoring {what}; that comes first, and "
                    "projects wait."
                )
        return " ".join(said)

    def _doing(self, new: Sequence[Mapping[str, Any]]) -> str:
        """Return what is done about it."""
        if self.plan is None or not len(self.plan.levers):
            return "There is nothing to decide for you now." if new else ""
        steps = [str(lever) for lever in self.plan.plan["lever"]]
        return f"What we propose: {'; '.join(steps)}."


def _effect(row: Mapping[str, Any], before: Mapping[str, str] | None) -> str:
    """Return what happens to one project, as dates and how likely they are."""
    name = one_line(row["name"])
    text = f"{name}: we now expect it to finish {in_futures(row['p50'], row['p80'])}. Without the "
    text += f"incident it was {in_futures(row['p50_before'], row['p80_before'])}."
    if pd.notna(row["chance_late"]) and pd.notna(row["due"]):
        was, is_ = (
            chance_with_error(float(row[c]), float(row[f"{c}_se"]))
            for c in ("chance_late_before", "chance_late")
        )
        text += (
            f" The chance of missing its due date, {day(row['due'])}, is {is_} (it was {was})."
            if was != is_
            else f" The chance of missing its due date, {day(row['due'])}, is still {is_}."
        )
    if before:
        text += f" Our last note said {in_futures(before['p50'], before['p80'])}."
    return text
