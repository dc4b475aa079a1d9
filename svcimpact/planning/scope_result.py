"""What each project touches, takes, displaces and has to agree, as tables and sentences."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

import pandas as pd

from svcimpact.graph.blast import check_id
from svcimpact.planning.reached import EFFECTS
from svcimpact.planning.words import in_days, in_words, many, on, person_days

_SHOWN = 10  # projects that a printout shows


@dataclass(frozen=True, eq=False, repr=False)
class ScopeImpact:
    """What each project touches, takes and displaces, and who has to agree.

    All at the planned dates, finished tasks left out. With a status date, hours and displaced work
    are of what is left: a running task goes on at that date, and one that should have begun
    earlier begins at it. *Support staff* are the resources that
    support a service, every day or in an incident. A person-day is a working day of one FTE.

    Attributes
    ----------
    projects : pandas.DataFrame
        One row per project: `project`, `name`, `priority`, `changes`, `uses`, `reaches` (how many
        services; one that is changed and used counts as changed), `support_staff` (how many of
        them it takes), `support_days` (person-days), `displaced_days`, `displaced_project_days`
        and `displaced_service_days` (person-days of others' work, see `displaced`), `decide_by`
        (the first date by which a touched service needs a decision; NaT where none is touched)
        and `gaps` (how many).
    services : pandas.DataFrame
        One row per project and service that it touches or reaches, changes first, then by weight:
        `project`, `service`, `name`, `tier`, `protected`, `effect` (changes, uses, reached),
        `weight` (of the blast radius, 0 to 1: 1 for what is touched, otherwise the largest
        product of `impact` on the way from something touched), `change_weight` (the same from
        what is changed alone; 0 where only something used leads there), `down` (weight of 0.5
        and more), `via` (the touched service that leads there), `path` (names), `tasks` (how
        many touch it), `stages`, `first_start`, `last_finish`, `decide_by` (`first_start` less
        the lead time, a working day) and `overdue` (before `as_of`). Tasks, stages and dates are
        empty where it is only reached.
    hours : pandas.DataFrame
        What the plan takes of support staff: `project`, `team` (the name of a resource that has
        none), `month` (its first day), `stage`, `hours` (working hours times FTE) and `days`
        (person-days), by project, then month, team and stage.
    displaced : pandas.DataFrame
        Others' work on the same support staff that gives way if the project runs as planned:
        `project`, `resource`, `name`, `team`, `kind` (project, service), `other` and `other_name`
        (whose work), `yields` (whether the other project has the lower priority and so gives way
        by the plan's own rule; False for everyday support), `hours`, `days`, `first` and `last`
        (when). Of somebody who is there for *H* FTE, asked for *u* by the project and *o* by all
        others, ``min(o, H) - min(o, max(0, H - u))`` is displaced, shared out over the others in
        proportion to what each asks for at that moment.
    stakeholders : pandas.DataFrame
        Who has a say: `project`, `kind` (service, project, team), `item`, `item_name`,
        `stakeholder`, `name`, `role`, `side`, `interest` (owns, sponsors, decides, advises,
        tests, does, informed), `stage` (missing for all), `first_task` and `first_start` (of that
        stage, touching the service, or taking the team's support staff), `needed_by` (a
        working day: `first_start` less the lead time) and `overdue` (before `as_of`). The teams
        are those whose support staff the project takes, and those that carry most of the support
        of a touched service.
    gaps : pandas.DataFrame
        Who is missing, per project and touched service: `project`, `service`, `service_name`,
        `kind`, `stages`, `stakeholder` and `stakeholder_name` (whom to involve; missing where the
        tables name nobody), `needed_by`, `overdue`. Kinds are *no decider* (nobody decides on the
        service, on the team that carries most of its support or, from the service side, on the
        project in these stages), *no owner*, *owner never involved* (the owner has no interest in
        the project and does not sponsor it) and *owner only informed* (of a service that the
        project changes).
    lead_days : float
        Working days before the first task by which a decision is needed.
    as_of : pandas.Timestamp
        The status date, or the portfolio's start where there is none: what is due before it is
        overdue.
    assumptions : tuple of str
        What the figures rest on.
    """

    projects: pd.DataFrame
    services: pd.DataFrame
    hours: pd.DataFrame
    displaced: pd.DataFrame
    stakeholders: pd.DataFrame
    gaps: pd.DataFrame
    lead_days: float
    as_of: pd.Timestamp
    assumptions: tuple[str, ...]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, the assumptions among them."""
        names = ("projects", "services", "hours", "displaced", "stakeholders", "gaps")
        found: dict[str, pd.DataFrame] = {name: getattr(self, name) for name in names}
        found["assumptions"] = pd.DataFrame({"assumption": list(self.assumptions)})
        return found

    def sentences(self, project: str | None = None) -> list[str]:
        """Return the findings as text.

        Parameters
        ----------
        project : str, optional
            Id of a project; one sentence per project where not given.

        Returns
        -------
        list of str
            Plain text, unescaped: on one project what it touches, takes, displaces, whose
            decision is needed first, and who is missing.

        Raises
        ------
        InputError
            If there is no such project.
        """
        if project is None:
            rows = self.projects.to_dict("records")
            return [self._line(row) for row in rows] or ["The portfolio has no project."]
        check_id(project, self.projects["project"].tolist(), "projects", "project")
        row = self.projects[self.projects["project"] == project].to_dict("records")[0]
        said = [self._touched(row), self._taken(row), self._displaced(row), self._first_word(row)]
        return [*(sentence for sentence in said if sentence), *self._missing(row)]

    def _line(self, row: Mapping[Hashable, Any]) -> str:
        """Return one project in one sentence."""
        if not row["changes"] + row["uses"]:
            taken = (
                f"; it takes {person_days(row['support_days'])} of support staff"
                if row["support_days"] > 0
                else ""
            )
            return f"{row['name']} touches no service{taken}."
        parts = [
            f"{row['name']} changes {many(row['changes'], 'service')}, uses {row['uses'] or 'no'} "
            f"more and reaches {many(row['reaches'], 'other')}",
            f"takes {person_days(row['support_days'])} of support staff",
            f"displaces {in_days(row['displaced_days'])} of others' work",
            f"needs its first decision by {on(row['decide_by'])}{self._past(row)}",
        ]
        return f"{'; '.join(parts)}; {many(row['gaps'], 'gap')}."

    def _past(self, row: Mapping[Hashable, Any]) -> str:
        """Mark a first decision that should have been there already."""
        mine = self.services[self.services["project"] == row["project"]]
        return f" (past on {on(self.as_of)})" if mine["overdue"].any() else ""

    def _touched(self, row: Mapping[Hashable, Any]) -> str:
        mine = self.services[self.services["project"] == row["project"]]
        if not row["changes"] + row["uses"]:
            return f"{row['name']} changes and uses no service."
        named = {e: list(mine.loc[mine["effect"] == e, "name"]) for e in EFFECTS}
        parts = [
            f"{effect} {many(len(names), 'service')} ({in_words(names)})"
            for effect, names in named.items()
            if names and effect != "reached"
        ]
        text = f"{row['name']} {' and '.join(parts)}"
        reached = mine[mine["effect"] == "reached"]
        if reached.empty:
            return f"{text}; no other service needs them."
        down = list(reached.loc[reached["down"], "name"])
        others = f"would go down with them: {in_words(down)}" if down else "would go down with them"
        return (
            f"{text}; {many(len(reached), 'other service')} "
            f"{'needs' if len(reached) == 1 else 'need'} them, "
            f"{len(down) or 'none'} of which {others}."
        )

    def _taken(self, row: Mapping[Hashable, Any]) -> str:
        if row["support_days"] <= 0:
            return "It takes no time of support staff."
        mine = self.hours[self.hours["project"] == row["project"]]
        team = mine.groupby("team", sort=False)["days"].sum()
        month = mine.groupby("month")["days"].sum()
        stage = mine.groupby("stage", sort=False)["days"].sum()
        when = month.idxmax()
        return (
            f"It takes {person_days(row['support_days'])} of "
            f"{row['support_staff']} of the support staff: most of {team.idxmax()} "
            f"({in_days(team.max())}), in {when.month_name()} {when.year} "
            f"({in_days(month.max())}) and in {stage.idxmax()} ({in_days(stage.max())})."
        )

    def _displaced(self, row: Mapping[Hashable, Any]) -> str:
        if row["support_days"] <= 0:
            return ""
        if row["displaced_days"] <= 0:
            return "Its people have the time: run as planned, it displaces nobody's work."
        mine = self.displaced[self.displaced["project"] == row["project"]]
        ranked = mine.groupby(["kind", "other_name", "yields"], sort=False)["days"].sum()
        ranked = ranked.sort_values(ascending=False, kind="stable")
        told = []
        for (kind, name, yields), days in list(ranked.items())[:4]:
            who = f"the everyday support of {name}" if kind == "service" else str(name)
            ahead = kind == "project" and not yields
            told.append(f"{who} ({in_days(days)}{', not of lower priority' if ahead else ''})")
        more = len(ranked) - len(told)
        told += [f"{more} more"] if more else []
        listed = f"{', '.join(told[:-1])} and {told[-1]}" if len(told) > 1 else told[0]
        return (
            f"Run as planned, it displaces {person_days(row['displaced_days'])} of "
            f"others' work on the same people: {listed}."
        )

    def _first_word(self, row: Mapping[Hashable, Any]) -> str:
        mine = self.stakeholders[self.stakeholders["project"] == row["project"]]
        mine = mine[mine["interest"] == "decides"].sort_values("needed_by", kind="stable")
        if mine.empty:
            return "" if not row["changes"] + row["uses"] else "The tables name nobody who decides."
        first = mine.iloc[0]
        late = int(mine["overdue"].sum())
        told = (
            f"The first of {many(len(mine), 'decision')} is needed by "
            f"{on(first['needed_by'])}, of {first['name']} on {first['item_name']}"
        )
        if not late:
            return f"{told}."
        return f"{told}; {late} of them {'is' if late == 1 else 'are'} past on {on(self.as_of)}."

    def _missing(self, row: Mapping[Hashable, Any]) -> list[str]:
        mine = self.gaps[self.gaps["project"] == row["project"]].to_dict("records")
        return [gap_text(gap, self.as_of) for gap in mine]

    @cached_property
    def _headline(self) -> str:
        days = self.projects["support_days"].sum()
        return (
            f"{many(len(self.projects), 'project')}, {person_days(days)} of support staff, "
            f"{in_days(self.projects['displaced_days'].sum())} displaced, "
            f"{many(len(self.gaps), 'gap')}"
        )

    def __repr__(self) -> str:
        lines = [f"ScopeImpact: {self._headline}", *self.sentences()[:_SHOWN]]
        more = len(self.projects) - _SHOWN
        return "\n  ".join([*lines, f"and {more} more"] if more > 0 else lines)

    def _repr_html_(self) -> str:
        columns = {
            "name": "Project",
            "changes": "Changes",
            "uses": "Uses",
            "reaches": "Reaches",
            "support_days": "Support staff, person-days",
            "displaced_days": "Displaces, person-days",
            "decide_by": "First decision by",
            "gaps": "Gaps",
        }
        head = "".join(f"<th>{title}</th>" for title in columns.values())
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(_cell(row[column]))}</td>' for column in columns)}</tr>"
            for row in self.projects.head(_SHOWN).to_dict("records")
        )
        more = len(self.projects) - _SHOWN
        tail = f"<p>and {more} more</p>" if more > 0 else ""
        return (
            f"<p><b>Scope impact</b>: {escape(self._headline)}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{tail}"
        )


def gap_text(gap: Mapping[Hashable, Any], as_of: pd.Timestamp) -> str:
    """Tell one gap, with what to do about it.

    Parameters
    ----------
    gap : mapping
        A row of `ScopeImpact.gaps`.
    as_of : pandas.Timestamp
        The status date, or the portfolio's start.

    Returns
    -------
    str
        One sentence with its cure, unescaped.
    """
    service, by = gap["service_name"], on(gap["needed_by"])
    who = "" if pd.isna(gap["stakeholder_name"]) else str(gap["stakeholder_name"])
    by += f" (past on {on(as_of)})" if gap["overdue"] else ""
    match gap["kind"]:
        case "no decider":
            cure = f"name one, or {who} who owns it" if who else "name one"
            return f"Nobody decides on {service} in {gap['stages']}: {cure}, by {by}."
        case "no owner":
            return f"{service} has no owner: name one, by {by}."
        case "owner only informed":
            return (
                f"{who}, who owns {service}, is only informed of a project that changes it: "
                f"ask for their judgement, by {by}."
            )
    return (
        f"{who}, who owns {service}, has no part in the project: agree what the project needs of "
        f"{service}, by {by}."
    )


def _cell(value: Any) -> str:
    if value is pd.NaT:
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return f"{value:z.1f}" if isinstance(value, float) else str(value)
