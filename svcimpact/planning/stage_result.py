"""What the stages need of service delivery, as tables and sentences."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

import pandas as pd

from svcimpact.graph.blast import check_id
from svcimpact.planning.touch import STAGES
from svcimpact.planning.words import in_days, in_words, many, person_days, span

_SHOWN = 10  # gaps that a printout shows


@dataclass(frozen=True, eq=False, repr=False)
class StageInvolvement:
    """Who of service delivery each stage needs, whether it is planned, and whether time is there.

    A window is a stretch in which tasks of one stage of a project touch one service without a
    break; `svcimpact.planning.stage_involvement` defines what is needed, planned and free in
    it. All days are person-days, at the planned dates unless said otherwise.

    Attributes
    ----------
    projects : pandas.DataFrame
        One row per project: `project`, `name`, `windows` (how many), `needed_days`,
        `planned_days`, `missing_days` and `short_days` (sums over `involvement`) and `gaps` (how
        many).
    involvement : pandas.DataFrame
        One row per window and team of the service's support staff that is needed in it, by
        project and stage: `project`, `project_name`, `stage`, `service`, `service_name`, `team`
        (missing where nobody supports the service), `part` (gives input, does work, tests,
        takes over), `lead` (whether it carries most of the service's support), `people` (how many
        of it support the service), `tasks` (how many touch it), `start`, `finish`, `needed_days`,
        `planned_days`, `missing_days` (needed, not planned), `free_days` and `short_days` (needed
        beyond what is free).
    people : pandas.DataFrame
        One row per window and person or team resource planned in it: the columns of the window,
        `resource`, `name`, `team`, `planned_days`, `free_days` and `short_days`.
    asked : pandas.DataFrame
        Named stakeholders of the service side with a part in a stage (they own, decide, advise,
        test or do): the columns of the window (from the stage's first to its last touching task;
        service is missing for an interest in the project), `stakeholder`, `name`, `role`,
        `interest`, `needed_days` (what is planned of them; who tests or does is needed for at
        least `least_fte` per task), `planned_days`, `free_days` and `short_days`, and `counted`:
        whether the tables have them as a resource; where they do not, only `needed_days` is
        known.
    gaps : pandas.DataFrame
        What is needed and not there, the most person-days short first: the columns of the
        window, `who` (a team, a person or a stakeholder; missing where nobody supports the
        service), `kind`, `needed_days`, `planned_days`, `missing_days`, `free_days`,
        `short_days`, `earlier_start`, `earlier_finish`, `later_start`, `later_finish` (first and
        last day of the nearest windows as long as this one in which the time exists on the
        levelled plan; missing where there is none within `within_days`, or the earlier one where
        the levelled plan has the time in the window itself) and `stand_in` (who of the team has
        the time for what a person has not). Kinds are *no supporter* (nobody supports the
        service), *no time* (the team has less free than is needed), *person short* (the team has
        the time, the person planned has not), *not planned* (time is there, but less is planned
        than needed) and *person not planned* (the same of a stakeholder named to do or test).
    least_fte : float
        FTE of a service's support staff that a task touching it needs at least.
    within_days : int
        Working days to both sides in which windows were looked for.
    start : pandas.Timestamp
        The portfolio's start; where all windows are of its year, no sentence names the year.
    assumptions : tuple of str
        What the figures rest on.
    """

    projects: pd.DataFrame
    involvement: pd.DataFrame
    people: pd.DataFrame
    asked: pd.DataFrame
    gaps: pd.DataFrame
    least_fte: float
    within_days: int
    start: pd.Timestamp
    assumptions: tuple[str, ...]

    @cached_property
    def matrix(self) -> pd.DataFrame:
        """Stages and service teams, all projects together.

        One row per team and stage, teams with most needed first: `team`, `stage`, `projects` and
        `services` (how many), `needed_days`, `planned_days`, `missing_days`, `short_days` and
        `gaps` (windows of *no time*, *no supporter* or *not planned*). Free time is no column,
        as two windows may count on the same hours.
        """
        return matrix_of(self.involvement)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, the matrix and the assumptions among them."""
        names = ("projects", "matrix", "involvement", "people", "asked", "gaps")
        found: dict[str, pd.DataFrame] = {name: getattr(self, name) for name in names}
        found["assumptions"] = pd.DataFrame({"assumption": list(self.assumptions)})
        return found

    def sentences(self, project: str | None = None) -> list[str]:
        """Return the gaps as text, one sentence each, the most person-days short first.

        Parameters
        ----------
        project : str, optional
            Id of a project; the gaps of all where not given.

        Returns
        -------
        list of str
            Plain text, unescaped; one sentence that says so where there is no gap.

        Raises
        ------
        InputError
            If there is no such project.
        """
        gaps = self.gaps
        if project is not None:
            check_id(project, self.projects["project"].tolist(), "projects", "project")
            gaps = gaps[gaps["project"] == project]
        if gaps.empty:
            return ["What the stages need of service delivery is planned, and the time is there."]
        last = gaps[["finish", "later_finish"]].max().max()
        first = gaps[["start", "earlier_start"]].min().min()
        year = not first.year == last.year == self.start.year
        return [gap_text(gap, year=year) for gap in gaps.to_dict("records")]

    @cached_property
    def _headline(self) -> str:
        needed, short = (self.involvement[c].sum() for c in ("needed_days", "short_days"))
        missing = self.involvement["missing_days"].sum()
        return (
            f"{person_days(needed)} of service delivery needed, {in_days(missing)} of "
            f"them not planned, {in_days(short)} without the time; {many(len(self.gaps), 'gap')}"
        )

    def __repr__(self) -> str:
        lines = [f"StageInvolvement: {self._headline}", *self.sentences()[:_SHOWN]]
        more = len(self.gaps) - _SHOWN
        return "\n  ".join([*lines, f"and {more} more"] if more > 0 else lines)

    def _repr_html_(self) -> str:
        columns = {
            "stage": "Stage",
            "who": "Who",
            "project_name": "Project",
            "service_name": "Service",
            "needed_days": "Needed, person-days",
            "planned_days": "Planned",
            "free_days": "Free",
            "start": "From",
            "finish": "To",
        }
        head = "".join(f"<th>{title}</th>" for title in columns.values())
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(_cell(row[column]))}</td>' for column in columns)}</tr>"
            for row in self.gaps.head(_SHOWN).to_dict("records")
        )
        more = len(self.gaps) - _SHOWN
        tail = f"<p>and {more} more</p>" if more > 0 else ""
        return (
            f"<p><b>Stage involvement</b>: {escape(self._headline)}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{tail}"
        )


def matrix_of(involvement: pd.DataFrame) -> pd.DataFrame:
    """Add up involvement by team and stage.

    Parameters
    ----------
    involvement : pandas.DataFrame
        Rows of `StageInvolvement.involvement`.

    Returns
    -------
    pandas.DataFrame
        As `StageInvolvement.matrix`.
    """
    rows = involvement.assign(team=involvement["team"].fillna("nobody"))
    lacking = (rows["short_days"] > 1e-6) | (rows["missing_days"] > 1e-6)
    days = ["needed_days", "planned_days", "missing_days", "short_days"]
    groups = rows.assign(gaps=lacking.astype("int64")).groupby(["team", "stage"], sort=False)
    total = groups.agg(
        projects=("project", "nunique"),
        services=("service", "nunique"),
        **{day: (day, "sum") for day in days},
        gaps=("gaps", "sum"),
    ).reset_index()
    needed = rows.groupby("team", sort=False)["needed_days"].sum().round(6)
    ranked = needed.sort_values(ascending=False, kind="stable").index
    rank = {team: at for at, team in enumerate(ranked)}
    order = sorted(
        range(len(total)),
        key=lambda at: (rank[total["team"][at]], STAGES.index(total["stage"][at])),
    )
    return total.iloc[order].reset_index(drop=True)


def gap_text(gap: Mapping[Hashable, Any], *, year: bool = True) -> str:
    """Tell one gap.

    Parameters
    ----------
    gap : mapping
        A row of `StageInvolvement.gaps`.
    year : bool
        Whether to name years.

    Returns
    -------
    str
        One sentence, unescaped: who is needed in which stage, for how many days
        and when, how many are free, and the nearest windows that have the time.
    """
    when = span(gap["start"], gap["finish"], year=year)
    about = f"({gap['project_name']}, {gap['service_name']})"
    if pd.isna(gap["service_name"]):
        about = f"({gap['project_name']})"
    needed = in_days(gap["needed_days"])
    needed = f"{needed} {'day' if needed == '1' else 'days'} needed {when}"
    if gap["kind"] == "no supporter":
        return f"{gap['stage']}: {needed}, but nobody supports {gap['service_name']} {about}."
    parts = [f"{gap['stage']}, {gap['who']}: {needed}, {in_days(gap['free_days'])} free"]
    if gap["missing_days"] > 1e-6:
        planned = in_days(gap["planned_days"])
        parts.append("none of it planned" if planned == "0" else f"{planned} planned")
    if gap["kind"] in ("not planned", "person not planned"):
        return f"{'; '.join(parts)} {about}."
    if pd.notna(gap["stand_in"]):
        parts.append(f"{gap['stand_in']} has the time")
    parts.append(_windows(gap, year=year))
    return f"{'; '.join(parts)} {about}."


def _windows(gap: Mapping[Hashable, Any], *, year: bool) -> str:
    """Return the nearest windows in words."""
    if pd.notna(gap["later_start"]) and gap["later_start"].date() <= gap["start"].date():
        return "the levelled plan has the time in that window"
    found = [
        span(gap[f"{name}_start"], gap[f"{name}_finish"], year=year)
        for name in ("earlier", "later")
        if pd.notna(gap[f"{name}_start"])
    ]
    if not found:
        return "no window near has the time"
    return f"nearest window{'s' * (len(found) > 1)}: {in_words(found)}"


def _cell(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return "" if value != value else f"{value:z.1f}"
    return "" if value is None else str(value)
