"""Morale: who is stuck, since when and for how long, and what worthwhile work is in reach."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.incident.chains import SAME
from svcimpact.incident.estimates import quantile
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.tables import to_minute
from svcimpact.portfolio import Portfolio
from svcimpact.response.holds import Holds
from svcimpact.response.judge import Judge
from svcimpact.response.lever_words import names_of
from svcimpact.response.practice import OPEN, Answer, asked
from svcimpact.wording import counted, day, in_futures, listed, number

Floats = NDArray[np.float64]

RUNS = 400
WITHIN_DAYS = 90.0
OFTEN = 3
# Tasks in reach that are named for each person.
_MOST = 3


@dataclass(frozen=True, eq=False, repr=False)
class StuckPeople(Answer):
    """Who is stuck, and what they could do meanwhile.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per person or team with a task that stands still, those first who wait longest:
        `resource`, `name`, `team`, `responds` (they restore the service themselves), `tasks`
        (that stand still), `project`, `since`, `until_p50`, `until_p80` (when the first of them
        goes on), `planned` (what was planned and ends then: a change freeze, a colleague's
        absence; empty where it is the incident), `waiting_days_p50` (working days since it
        stopped) and `could_do` (ready work in reach of their skills, the most urgent first).
    in_reach : pandas.DataFrame
        One row per person and task that is ready: `resource`, `name`, `task`, `task_name`,
        `project`, `theirs` (already assigned to them) and `skill`.
    repeated : pandas.DataFrame
        Who was called to incidents often: `resource`, `name`, `team`, `incidents` (within the
        days looked at, of services for which they are on call) and `last`.
    within_days : float
        Days before now for which incidents are counted.
    """

    in_reach: pd.DataFrame
    repeated: pd.DataFrame
    within_days: float

    name: ClassVar[str] = "morale"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {
            "morale": self.table,
            "morale_in_reach": self.in_reach,
            "morale_repeated": self.repeated,
        }

    def sentences(self) -> list[str]:
        """Return who is stuck and what is in reach, then who was called often.

        Returns
        -------
        list of str
            One or two sentences a person.
        """
        said = []
        if self.table.empty:
            said.append("Nobody is stuck: no task under way is held while its people are there.")
        for row in self.table.head(5).to_dict("records"):
            text = (
                f"Stuck since {day(row['since'], time=True)}: {row['name']}, on {row['tasks']}; "
                f"{_until(row)}."
            )
            if row["responds"]:
                text += " Restoring the service meanwhile."
            elif row["could_do"]:
                text += f" In reach: {row['could_do']}."
            else:
                text += " Nothing ready is in reach of their skills."
            said.append(text)
        if len(self.table) > 5:
            said.append(f"{counted(len(self.table) - 5, 'more is', 'more are')} stuck.")
        if len(self.repeated):
            rows = self.repeated.head(5)
            each = [f"{r['name']} ({number(r['incidents'])})" for r in rows.to_dict("records")]
            said.append(
                f"Called to incidents again and again in {number(self.within_days)} days: "
                f"{listed(each)}. They may need relief first."
            )
        return said


def stuck_people(
    outcome: Outcome,
    *,
    now: object = None,
    within_days: float = WITHIN_DAYS,
    often: int = OFTEN,
    runs: int = RUNS,
    threads: int | None = None,
) -> StuckPeople:
    """Say who is stuck at a moment, and what they could do meanwhile.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.
    now : date, date-time or ISO text, optional
        The moment; the scenario's decision time where not given. Whoever is held from then on
        counts too.
    within_days : float
        Days before now for which incidents of the log are counted.
    often : int
        Incidents from which somebody was called often.
    runs : int
        How many futures to look at.
    threads : int, optional
        How many threads to run on.

    Returns
    -------
    StuckPeople
        People whose tasks under way stand still in the typical run because of an incident, a
        planned freeze or somebody's absence, when those go on, and tasks that are ready: not
        begun, all predecessors finished, not held, and theirs or in reach of a skill of theirs.
        Whoever is away is left out.

    Raises
    ------
    InputError
        When there is no incident, or an argument is out of its range.

    Examples
    --------
    >>> import svcimpact as si
    >>> from svcimpact.response.morale import stuck_people
    >>> outcome = si.simulate(si.read("data/tiny"), si.Scenario.read("data/tiny/incident.toml"))
    >>> stuck_people(outcome, now="2026-01-06 14:00", runs=20).table["resource"].tolist()
    ['cy', 'ana']
    """
    _check(within_days, often)
    when, scenario = asked(outcome, now, runs)
    portfolio = outcome.portfolio
    judge = Judge(portfolio, scenario, when, threads=threads)
    holds = Holds(judge)
    still = _still(judge, holds)
    reach = _in_reach(portfolio, outcome, judge, set(still["resource"]))
    table = _people(judge, holds, still, reach)
    return StuckPeople(
        outcome=outcome,
        now=when,
        table=table,
        assumptions=(
            "Who is stuck is seen in the typical run: every restoration at its median, durations "
            f"as planned; until when, in {number(runs)} futures. People who are away are left out.",
            OPEN,
            "In reach: tasks not begun whose predecessors are finished and that nothing holds, "
            "theirs or asking for a skill that they have.",
            f"Called often: {often} or more incidents of services they are on call for in "
            f"{number(within_days)} days, by the incident log.",
        ),
        in_reach=reach,
        repeated=_repeated(portfolio, when, within_days, often),
        within_days=within_days,
    )


def _check(within_days: float, often: int) -> None:
    faults = []
    if not isinstance(within_days, int | float) or not 0 < within_days < 36_500:
        row = fault("within_days", found=repr(within_days), expected="days, above 0")
        faults.append(row)
    if not isinstance(often, int) or isinstance(often, bool) or often < 1:
        faults.append(fault("often", found=repr(often), expected="a whole number, 1 or more"))
    if faults:
        raise InputError("It cannot be said who is stuck.", fault_frame(faults))


def _until(row: Mapping[Hashable, Any]) -> str:
    """Return in words until when somebody is stuck, and what was planned to end then."""
    half, most = row["until_p50"], row["until_p80"]
    if not row["planned"]:
        return in_futures(half, most, word="until", time=True)
    text = f"until {day(half, time=True)}, when {row['planned']}"
    if most == half:
        return text
    return f"{text}, in half of the futures, until {day(most, time=True)} in four of five"


def _still(judge: Judge, holds: Holds) -> pd.DataFrame:
    """Return the tasks that stand still at the moment, with those of their people who are there."""
    mine = judge.segments[judge.segments["case"] == "incident"]
    at = judge.when
    mine = mine[
        (mine["state"] == "held")
        & (mine["start_hours"] <= at + 1e-9)
        & (mine["finish_hours"] > at + 1e-9)
    ]
    portfolio = judge.portfolio
    tasks = portfolio.tasks[["task", "project", "name"]].assign(row=range(len(portfolio.tasks)))
    mine = mine[["task", "start_hours"]].merge(tasks, on="task")
    mine = mine[np.array([holds.is_known(row) for row in mine["row"]], bool)]
    stopped = zip(mine["row"], mine["start_hours"], strict=True)
    mine = mine.assign(since=[holds.since(row, start) for row, start in stopped])
    there = [not holds.is_away(k) for k in range(len(portfolio.resources))]
    people = portfolio.assignments[["task", "resource"]]
    people = people[people["resource"].isin(portfolio.resources.loc[there, "resource"])]
    return mine.merge(people, on="task")


def _people(judge: Judge, holds: Holds, still: pd.DataFrame, reach: pd.DataFrame) -> pd.DataFrame:
    portfolio = judge.portfolio
    columns = [
        "resource", "name", "team", "responds", "tasks", "project", "since", "until_p50",
        "until_p80", "planned", "waiting_days_p50", "could_do",
    ]  # fmt: skip
    pull = np.array([e.pull for e in judge.futures.struck.effects]).max(axis=0, initial=0.0)
    rows: list[dict[str, Any]] = []
    for k, person in enumerate(portfolio.resources.to_dict("records")):
        mine = still[still["resource"] == person["resource"]]
        if mine.empty:
            continue
        first = mine.sort_values("since", kind="stable").iloc[0]
        ends = np.column_stack([holds.until(row) for row in mine["row"]])
        until = ends.min(axis=1)[:, None]
        p50, p80 = (quantile(until, q)[0] for q in (0.5, 0.8))
        due = [s for row in mine["row"] for s in holds.planned(row) if abs(s[1] - p50[0]) < SAME]
        near = reach[reach["resource"] == person["resource"]].head(_MOST)
        rows.append(
            {
                "resource": person["resource"],
                "name": person["name"],
                "team": person["team"],
                "responds": bool(pull[k] > 1e-9),
                "tasks": listed(list(mine["name"])),
                "project": first["project"],
                "since": _dates(portfolio, np.array([first["since"]])),
                "until_p50": _dates(portfolio, p50),
                "until_p80": _dates(portfolio, p80),
                "planned": due[0][2] if due else "",
                "waiting_days_p50": float(p50[0] - first["since"]) / judge.day,
                "could_do": listed(list(near["task_name"])),
            }
        )
    table = pd.DataFrame(rows, columns=columns)
    table = table.astype(dict.fromkeys(("since", "until_p50", "until_p80"), "datetime64[us]"))
    return table.sort_values(
        ["responds", "waiting_days_p50"], ascending=[True, False], kind="stable", ignore_index=True
    )


def _dates(portfolio: Portfolio, hours: Floats) -> pd.Timestamp:
    return pd.Timestamp(to_minute(np.asarray(portfolio.calendar.when(hours, side="start")))[0])


def _in_reach(
    portfolio: Portfolio, outcome: Outcome, judge: Judge, stuck: set[str]
) -> pd.DataFrame:
    """Return ready tasks in reach of the people who are stuck, the most urgent first."""
    columns = ["resource", "name", "task", "task_name", "project", "theirs", "skill"]
    ready = _ready(judge)
    held = _held(judge)
    tasks = portfolio.tasks[ready & ~held]
    stake = outcome.projects.set_index("project")["cost_of_delay_per_day"].fillna(0.0)
    tasks = tasks.assign(stake=tasks["project"].map(stake))
    tasks = tasks.sort_values("stake", ascending=False, kind="stable")
    work = portfolio.assignments.merge(
        tasks[["task", "project", "name", "stake"]], on="task", how="inner"
    )
    work = work.sort_values("stake", ascending=False, kind="stable")
    skills = portfolio.skills.groupby("resource")["skill"].agg(set).to_dict()
    names = names_of(portfolio, "resources")
    rows = []
    for who in portfolio.resources["resource"]:
        if who not in stuck:
            continue
        seen: set[str] = set()
        for row in work.to_dict("records"):
            theirs = row["resource"] == who
            fits = isinstance(row["skill"], str) and row["skill"] in skills.get(who, set())
            if row["task"] in seen or not (theirs or fits):
                continue
            seen.add(row["task"])
            rows.append(
                {
                    "resource": who,
                    "name": names[who],
                    "task": row["task"],
                    "task_name": row["name"],
                    "project": row["project"],
                    "theirs": theirs,
                    "skill": row["skill"] if isinstance(row["skill"], str) else "",
                }
            )
    return pd.DataFrame(rows, columns=columns)


def _ready(judge: Judge) -> NDArray[np.bool_]:
    """Tell which tasks could begin now: not begun, predecessors done, release past."""
    plan, standing = judge.futures.plan, judge.standing
    ready = (
        np.isnan(standing.began) & np.isnan(standing.ended) & (plan.release <= judge.when + 1e-9)
    )
    for before, after, kind, lag in zip(
        plan.link_predecessor, plan.link_successor, plan.link_type, plan.link_lag, strict=True
    ):
        if kind > 1:
            continue
        time = standing.ended[before] if kind == 0 else standing.began[before]
        if np.isnan(time) or time + lag > judge.when + 1e-9:
            ready[after] = False
    return ready


def _held(judge: Judge) -> NDArray[np.bool_]:
    """Tell which tasks an incident or a planned freeze holds now."""
    f = judge.futures
    held = np.zeros(len(f.plan.hours), bool)
    for k, effect in enumerate(f.struck.effects):
        starts = f.struck.strikes.begin[f.struck.strikes.kind == k]
        if len(starts) and starts.min() <= judge.when + 1e-9:
            ids = judge.portfolio.tasks["task"]
            held |= ids.isin((*effect.changing, *effect.using)).to_numpy()
    now = (f.plan.hold_from <= judge.when + 1e-9) & (f.plan.hold_until > judge.when + 1e-9)
    held[f.plan.hold_task[now]] = True
    return held


def _repeated(
    portfolio: Portfolio, when: pd.Timestamp, within_days: float, often: int
) -> pd.DataFrame:
    """Return who was called to incidents often, by the log."""
    log = portfolio.incidents
    recent = log[(log["opened"] <= when) & (log["opened"] > when - pd.Timedelta(days=within_days))]
    called = portfolio.support[portfolio.support["incident_fte"] > 0]
    each = called[["service", "resource"]].merge(recent[["service", "opened"]], on="service")
    count = each.groupby("resource")["opened"].agg(["size", "max"])
    table = portfolio.resources[["resource", "name", "team"]].copy()
    count = count.reindex(table["resource"])
    table["incidents"] = count["size"].fillna(0).to_numpy().astype("int64")
    table["last"] = count["max"].to_numpy()
    table = table[table["incidents"] >= often]
    return table.sort_values("incidents", ascending=False, kind="stable", ignore_index=True)
