"""Redeploy: who responds, who covers, who waits, who is free, and what the free could take over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.incident.estimates import Z95, mean
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.strikes import moments
from svcimpact.incident.typical import at_medians
from svcimpact.progress import Step, silent
from svcimpact.response.choices import choices
from svcimpact.response.judge import Judge
from svcimpact.response.lever_words import in_words, names_of
from svcimpact.response.practice import OPEN, Answer, asked
from svcimpact.response.restored import restored
from svcimpact.response.situation import EXPECTED, OVER, situation
from svcimpact.response.situation import OPEN as OPEN_NOW
from svcimpact.wording import chance, counted, day, listed, number, with_error

Floats = NDArray[np.float64]

RESTORING = "Restoring the service: "
STATES = ("responding", "covering", "waiting", "free", "at work")
# Hours that are worth speaking of, and the share of the time from which somebody counts as free.
_LEAST_HOURS = 1.0
_FREE_SHARE = 0.25
RUNS = 400


@dataclass(frozen=True, eq=False, repr=False)
class Redeployment(Answer):
    """Who does what until the service is expected back, and what the free could take over.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per person or team: `resource`, `name`, `team`, `state` (responding, covering,
        waiting, free, at work), `responding_hours`, `covering_hours`, `working_hours`,
        `waiting_hours` (of tasks of theirs that stand still), `free_hours` (project time with no
        work, that of waiting included) and `has_hours` (project time there would be without the
        incident), all in working hours times FTE over the window, and `could_take` (how many
        tasks they could take over with a gain beyond doubt).
    moves : pandas.DataFrame
        What somebody free could take over, the best first: `resource`, `name`, `task`,
        `task_name`, `project`, `from_resource`, `from_name`, `move` (in words), `saved_days`
        (over all projects) and `saved_money`, each with its `_se`, and `helps` (beyond doubt).
    until : pandas.Timestamp
        The end of the window, on the wall clock: when the services are back in half of the
        futures; a working day from now where no working time is left until then. Waiting and
        covering of a person may end before it or after.
    back : pandas.Timestamp
        When the services are back in half of the futures; expected incidents are left out while
        one is open.
    """

    moves: pd.DataFrame
    until: pd.Timestamp
    back: pd.Timestamp

    name: ClassVar[str] = "redeploy"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {"people": self.table, "moves": self.moves}

    @property
    def idle_hours(self) -> float:
        """Hours times FTE that are free or spent waiting, of those who are not needed inside."""
        mine = self.table["state"].isin(("waiting", "free"))
        return float(self.table.loc[mine, "free_hours"].sum())

    def sentences(self) -> list[str]:
        """Return who is where, and the best moves.

        Returns
        -------
        list of str
            The states, then the moves.
        """
        half = day(self.back, year=False, time=True)
        stands = situation(self.outcome.scenario, self.outcome.portfolio, self.now)
        some = {one.state for one in stands}
        over = some == {OVER}
        said = [
            f"Looked at until the services are back in half of the futures: {half}. Waiting and "
            "covering may end sooner or later than that."
            if self.until == self.back
            else f"Looked at for a working day, until {day(self.until, year=False, time=True)}: "
            f"the services {'were back, by what was told' if over else 'are back in half of the'}"
            f"{'' if over else ' futures'}, on {half}."
        ]
        restoring = RESTORING if OPEN_NOW in some else "Restoring, once it has failed: "
        if {OPEN_NOW, EXPECTED} <= some:
            restoring = "Restoring a service, or expected to: "
        for state, text in (
            ("responding", "Clearing up after the incident: " if over else restoring),
            ("covering", "Covering for colleagues, and not free for projects: "),
            ("waiting", "Waiting on work that stands still: "),
            ("free", "Free: "),
        ):
            rows = self.table[self.table["state"] == state]
            if len(rows):
                said.append(f"{text}{listed(list(rows['name']))}.")
        free = self.idle_hours
        helping = self.moves[self.moves["helps"]]
        if not len(helping):
            said.append(
                f"{number(free)} hours of theirs are free, and there is no task that any of them "
                "could take over with a gain beyond doubt."
                if free >= _LEAST_HOURS
                else "Nobody outside the incident is free."
            )
            return said
        for row in helping.head(3).to_dict("records"):
            days = with_error(row["saved_days"], row["saved_days_se"])
            said.append(
                f"{row['name']} could take {row['task_name']} ({row['task']}) from "
                f"{row['from_name']}: {days} project days saved."
            )
        if len(helping) > 3:
            said.append(f"{counted(len(helping) - 3, 'more move')} would help, each by itself.")
        return said


def redeployment(
    outcome: Outcome,
    *,
    now: object = None,
    runs: int = RUNS,
    threads: int | None = None,
    step: Step = silent,
) -> Redeployment:
    """Return who could do what until the service is back.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.
    now : date, date-time or ISO text, optional
        From when on; the scenario's decision time where not given.
    runs : int
        How many futures a move is judged on.
    threads : int, optional
        How many threads to run on.
    step : callable, optional
        Is given the part that is done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    Redeployment
        People and moves. States are those of the typical run: every restoration at its median,
        durations as planned. Whoever covers for colleagues inside the incident is not free.

    Raises
    ------
    InputError
        When there is no incident, or an argument is out of its range.

    Examples
    --------
    >>> import svcimpact as si
    >>> from svcimpact.response.redeploy import redeployment
    >>> outcome = si.simulate(si.read("data/tiny"), si.Scenario.read("data/tiny/incident.toml"))
    >>> redeployment(outcome, runs=20).table[["resource", "state"]].values.tolist()
    [['ana', 'responding'], ['ben', 'covering'], ['cy', 'waiting']]
    """
    when, scenario = asked(outcome, now, runs)
    judge = Judge(outcome.portfolio, scenario, when, threads=threads)
    begin, end, until, back = _window(outcome, judge)
    people = _people(outcome, judge, begin, end)
    moves = _moves(outcome, judge, people, step)
    could = moves[moves["helps"]].groupby("resource")["task"].nunique()
    people["could_take"] = people["resource"].map(could).fillna(0).astype("int64")
    assumptions = (
        f"From {day(when, time=True)} until {day(until, time=True)}; the services are back in half "
        f"of the futures by {day(back, time=True)}. Hours are working hours times FTE in the "
        "typical run.",
        OPEN,
        "Whoever covers for colleagues inside the incident is not free for projects.",
        f"Somebody is free with {chance(_FREE_SHARE)} or more of their project time left over.",
        f"Moves are judged one by one on {number(runs)} futures; two together may save less or "
        "more.",
    )
    return Redeployment(outcome, when, people, assumptions, moves, until, back)


def _window(outcome: Outcome, judge: Judge) -> tuple[float, float, pd.Timestamp, pd.Timestamp]:
    """Return from when until when people are looked at, its end on the wall clock, and the half.

    The half is when all services are back in half of the futures.
    """
    clock = outcome.portfolio.calendar
    now = judge.scenario.decision_time
    assert now is not None
    stands = situation(judge.scenario, outcome.portfolio, now)
    rows = [one.row for one in stands if one.state == OPEN_NOW] or [one.row for one in stands]
    back = restored(clock, judge.futures.arrivals, rows, 0.5)
    end = float(clock.hours(np.datetime64(back)))
    if end > judge.when + 1e-9:
        return judge.when, end, back, back
    # Once all is restored, the next day is what there is to speak of.
    end = judge.when + judge.day
    return judge.when, end, pd.Timestamp(clock.when(end, side="finish")), back


def _people(outcome: Outcome, judge: Judge, begin: float, end: float) -> pd.DataFrame:
    portfolio, plan = outcome.portfolio, judge.futures.plan
    resources = portfolio.resources
    count = len(resources)
    has = np.array([_integral(plan, k, begin, end) for k in range(count)])
    parts = _taken(outcome, judge, begin, end)
    working, waiting = _work(outcome, judge, begin, end)
    free = np.maximum(has - parts["pull"] - parts["cover"] + parts["relief"] - working, 0.0)
    free[free < 1e-6] = 0.0
    waiting = np.minimum(waiting, free)
    # A window that is short itself lets nobody idle for long.
    least = np.minimum(_LEAST_HOURS, np.maximum(0.5 * has, 1e-6))
    state = np.select(
        [
            parts["pull"] > 1e-9,
            parts["cover"] >= 0.1,
            waiting >= least,
            (free >= least) & (free >= _FREE_SHARE * has),
        ],
        STATES[:4],
        STATES[4],
    )
    table = resources[["resource", "name", "team"]].copy()
    table["state"] = pd.Series(state, dtype="str", index=table.index)
    for name, values in (
        ("responding", parts["pull"]),
        ("covering", parts["cover"]),
        ("working", working),
        ("waiting", waiting),
        ("free", free),
        ("has", has),
    ):
        table[f"{name}_hours"] = values
    return table


def _integral(plan: Any, k: int, begin: float, end: float) -> float:
    """Return what a resource has for projects over a window, in hours times FTE."""
    a, b = plan.capacity_ptr[k], plan.capacity_ptr[k + 1]
    time = np.clip(np.append(plan.capacity_time[a:b], np.inf), begin, end)
    return float((np.diff(time) * np.maximum(plan.capacity_value[a:b], 0.0)).sum())


def _taken(outcome: Outcome, judge: Judge, begin: float, end: float) -> dict[str, Floats]:
    """Return hours of pull, cover and relief by resource over a window of the typical run."""
    stated = len(outcome.scenario.incidents)
    arrivals = at_medians(judge.futures.arrivals, stated)
    strikes, ends, _, over = moments(outcome.portfolio, arrivals)
    count = len(outcome.portfolio.resources)
    parts = {name: np.zeros(count) for name in ("pull", "cover", "relief")}
    for number_, effect in enumerate(judge.futures.struck.effects[:stated]):
        share = arrivals.sources[number_].aftermath_share
        share = 0.0 if "aftermath" in outcome.scenario.without else share
        lasts = _overlap(strikes[number_], ends[number_], begin, end)
        lasts += share * _overlap(ends[number_], over[number_], begin, end)
        for name in parts:
            parts[name] += lasts * getattr(effect, name)
    return parts


def _overlap(a: float, b: float, begin: float, end: float) -> float:
    return max(min(b, end) - max(a, begin), 0.0)


def _work(outcome: Outcome, judge: Judge, begin: float, end: float) -> tuple[Floats, Floats]:
    """Return hours worked, and hours of tasks that stand still, by resource."""
    mine = judge.segments[judge.segments["case"] == "incident"]
    lasts = np.minimum(mine["finish_hours"], end) - np.maximum(mine["start_hours"], begin)
    mine = mine.assign(lasts=np.maximum(lasts, 0.0))
    mine = mine[mine["lasts"] > 0].merge(
        outcome.portfolio.assignments[["task", "resource", "units_fte"]], on="task"
    )
    order = outcome.portfolio.resources["resource"]
    hours = mine["lasts"] * mine["units_fte"]

    def by_resource(values: pd.Series) -> Floats:
        total = values.groupby(mine["resource"]).sum()
        return order.map(total).fillna(0.0).to_numpy(np.float64)

    still = mine["state"] == "held"
    return by_resource(hours * mine["share"]), by_resource(hours * still)


def _moves(outcome: Outcome, judge: Judge, people: pd.DataFrame, step: Step) -> pd.DataFrame:
    """Return what somebody free could take over, judged by simulation."""
    portfolio = outcome.portfolio
    able = people["state"].isin(("waiting", "free"))
    able |= (people["state"] == "at work") & (people["free_hours"] >= _LEAST_HOURS)
    free = set(people.loc[able, "resource"])
    found = [
        one
        for one in choices(outcome, judge, most=len(portfolio.assignments) + 1).levers
        if one.actions and one.actions[0].kind == "reassign" and one.actions[0].to in free
    ]
    names, titles = names_of(portfolio, "resources"), names_of(portfolio, "tasks")
    project = portfolio.tasks.set_index("task")["project"]
    rows = []
    for one, verdict in zip(found, judge.judge_all(found, step), strict=True):
        if verdict is None:
            continue
        action = one.actions[0]
        estimates = mean(np.column_stack([verdict.days.sum(axis=1), verdict.money]))
        (days, money), (days_se, money_se) = estimates
        rows.append(
            {
                "resource": action.to,
                "name": names[str(action.to)],
                "task": action.task,
                "task_name": titles[str(action.task)],
                "project": project[str(action.task)],
                "from_resource": action.from_,
                "from_name": names[str(action.from_)],
                "move": in_words(portfolio, one),
                "saved_days": days,
                "saved_days_se": days_se,
                "saved_money": money,
                "saved_money_se": money_se,
                "helps": bool(days > Z95 * days_se and days > 0),
            }
        )
    columns = [
        "resource", "name", "task", "task_name", "project", "from_resource", "from_name", "move",
        "saved_days", "saved_days_se", "saved_money", "saved_money_se", "helps",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns).astype({"helps": "bool"})
    return table.sort_values("saved_days", ascending=False, kind="stable", ignore_index=True)
