"""Which levers there are: all that the tables allow and that could matter, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.incident.action_checks import action_faults
from svcimpact.incident.actions import Action
from svcimpact.incident.outcome import Outcome
from svcimpact.response.judge import Judge, Levers, rows_of

# Working days from which a delay is worth a lever, and working days beyond the incident for which
# an early start still uses the time of those who wait.
_WORTH = 0.05
_REACH_DAYS = 10.0
# Levers of one kind that are judged; the most delayed come first.
MOST_OF_A_KIND = 25
ORDERS = ("cost_of_delay", "least_float")


@dataclass(frozen=True)
class Choices:
    """The levers there are to choose from.

    Attributes
    ----------
    levers : tuple of Levers
        Each a single lever.
    left_out : tuple of str
        What was not looked at, in words.
    """

    levers: tuple[Levers, ...]
    left_out: tuple[str, ...]


def choices(outcome: Outcome, judge: Judge, *, most: int = MOST_OF_A_KIND) -> Choices:
    """Return every single lever that the tables allow and that could matter.

    Parameters
    ----------
    outcome : Outcome
        What was simulated, with nothing decided.
    judge : Judge
        The moment of the decision.
    most : int
        Most levers of one kind, those first whose tasks lose most money or time.

    Returns
    -------
    Choices
        Reassign: unfinished tasks of delayed projects that need somebody whom the incident takes,
        and would start before it is over, to people who have the skill of the assignment and
        most of their time. Bring in: for
        those people, as much as the incident takes, until it is over for four in five futures.
        Pause: projects that lose less per day and share those people, until then. Start early:
        unfinished tasks of delayed projects that wait for their planned start. Prioritise:
        delayed projects. Keep: responders of services that are not protected. And the orders of
        work.
    """
    look = _Look(outcome, judge)
    levers: list[Levers] = []
    left_out: list[str] = []
    for kind, found in (
        ("reassignments", look.reassign()),
        ("people to bring in", look.bring_in()),
        ("projects to pause", look.pause()),
        ("early starts", look.start_early()),
        ("priorities", look.prioritise()),
        ("responders to keep", look.keep()),
    ):
        ranked = sorted(found, key=lambda pair: -pair[0])
        levers += [Levers((action,)) for _, action in ranked[:most]]
        if len(ranked) > most:
            left_out.append(f"{len(ranked) - most} of {len(ranked)} {kind}, those that touch least")
    levers += [Levers((), order) for order in ORDERS]
    return Choices(tuple(levers), tuple(left_out))


class _Look:
    """What the choice of levers looks at."""

    def __init__(self, outcome: Outcome, judge: Judge) -> None:
        self.outcome, self.judge, self.portfolio = outcome, judge, outcome.portfolio
        tasks, projects = outcome.tasks, outcome.projects.set_index("project")
        self.open = np.zeros(len(tasks), bool)
        self.open[rows_of(judge.standing)] = True
        rate = projects["cost_of_delay_per_day"].fillna(0.0)
        late = projects["delay_mean_days"].fillna(0.0)
        # In the order of the table: that of a set is another in every process.
        self.late = list(late.index[late >= _WORTH])
        # What a day of a project's delay weighs: money where there is any, else days.
        self.weight = (rate if (rate > 0).any() else rate + 1.0).to_dict()
        self.stake = (late * pd.Series(self.weight)).to_dict()
        people = outcome.resources.set_index("resource")
        self.lost = people["lost_hours"].to_dict()
        self.taken = (people["pull_fte"] + people["cover_fte"]).to_dict()
        self.spare = (people["capacity_fte"] - people["everyday_fte"]).to_dict()
        clock = self.portfolio.calendar
        over = [self.judge.when]
        struck = judge.futures.struck.strikes
        if len(struck.over):
            latest = np.maximum(struck.over, struck.thawed)
            over.append(float(np.quantile(latest, 0.8)))
        end = pd.Timestamp(clock.when(max(over), side="finish"))
        # Whole days: nobody comes, or rests, for part of one.
        self.over = (end + pd.Timedelta(days=1)).normalize()
        self.reach = float(clock.hours(np.datetime64(self.over))) + _REACH_DAYS * judge.day

    def reassign(self) -> Iterator[tuple[float, Action]]:
        """Yield who else could do what the incident's people cannot."""
        skills = self.portfolio.skills
        able = {skill: list(rows["resource"]) for skill, rows in skills.groupby("skill")}
        on = self.portfolio.assignments.groupby("task")["resource"].agg(set).to_dict()
        for row in self._assignments().to_dict("records"):
            for other in able.get(row["skill"], ()) if isinstance(row["skill"], str) else ():
                room = self.spare[other] - self.taken[other]
                if other in on[row["task"]] or room < 0.5 * row["units_fte"]:
                    continue
                lever = Action("reassign", task=row["task"], from_=row["resource"], to=other)
                yield row["stake"], lever

    def bring_in(self) -> Iterator[tuple[float, Action]]:
        """Yield whom to bring in for people that the incident takes."""
        stake = self._assignments().groupby("resource")["stake"].sum()
        for who, at_stake in stake.items():
            fte = max(np.ceil(2 * self.taken[who]) / 2, 0.5)
            yield at_stake, Action("bring_in", resource=str(who), fte=fte, until=self.over)

    def pause(self) -> Iterator[tuple[float, Action]]:
        """Yield which projects could rest for one that loses more a day."""
        wanted = set(self._assignments()["resource"])
        rows = self.portfolio.assignments.merge(
            self.portfolio.tasks[["task", "project"]][self.open], on="task"
        )
        users = rows[rows["resource"].isin(wanted)].groupby("project")["resource"].agg(set)
        dearest = max((self.weight[p] for p in self.late), default=0.0)
        for project in users.index:
            if self.weight[project] < dearest:
                yield (
                    dearest - self.weight[project],
                    Action("pause", project=project, until=self.over),
                )

    def start_early(self) -> Iterator[tuple[float, Action]]:
        """Yield which tasks wait for nothing but their planned start."""
        plan, when = self.judge.futures.plan, self.judge.when
        tasks = self.portfolio.tasks
        begun, near = ~np.isnan(self.judge.standing.began), plan.release <= self.reach
        for row in np.flatnonzero(self.open & ~begun & (plan.release > when + 1e-9) & near):
            project = tasks["project"].iloc[int(row)]
            if project in self.late:
                soon = 1.0 / (1.0 + plan.release[row] - when)
                yield (
                    self.stake[project] * soon,
                    Action("start_early", task=tasks["task"].iloc[int(row)]),
                )

    def prioritise(self) -> Iterator[tuple[float, Action]]:
        """Yield which delayed projects could come first."""
        rank = self.portfolio.projects.set_index("project")["priority"]
        for project in self.late:
            if pd.isna(rank[project]) or rank[project] > 1:
                yield self.stake[project], Action("prioritise", project=project, priority=1)

    def keep(self) -> Iterator[tuple[float, Action]]:
        """Yield which responders could stay on the projects."""
        wanted = self._assignments().groupby("resource")["stake"].sum()
        for who, at_stake in wanted.items():
            lever = Action("keep_responder", resource=str(who))
            told = self.judge.scenario_with(Levers((lever,)))
            if not action_faults(told, self.portfolio):
                yield at_stake, lever

    def _assignments(self) -> pd.DataFrame:
        """Return who of those the incident takes is needed by unfinished tasks of late projects."""
        tasks = self.outcome.tasks
        near = (tasks["levelled_start"] < self.over).to_numpy()
        tasks = tasks[self.open & near & tasks["project"].isin(self.late).to_numpy()]
        tasks = tasks[["task", "project", "delay_mean_days"]]
        rows = self.portfolio.assignments.merge(tasks, on="task")
        taken: NDArray[np.bool_] = rows["resource"].map(self.lost).to_numpy() > 0
        rows = rows[taken].copy()
        stake = rows["project"].map(self.stake).astype("float64")
        rows["stake"] = stake * (0.1 + rows["delay_mean_days"].fillna(0))
        return rows
