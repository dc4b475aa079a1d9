"""What levelling a plan comes to, and the plan with the levelled dates in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape

import numpy as np
import pandas as pd

from svcimpact.engine.plan import Plan, compile_plan
from svcimpact.engine.runs import Run, run_once
from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.nearest import Nearest
from svcimpact.planning.level_words import RULE_NAMES, levelling_sentences
from svcimpact.portfolio import Portfolio

_SHOWN = 20  # projects that a printout shows
_MINUTE = 1 / 60  # hours; dates are told to the minute


@dataclass(frozen=True)
class Way:
    """How a plan is levelled.

    Attributes
    ----------
    improve : str or None
        The name of the improvement tried after each rule.
    min_share, resume_hours : float
        The rules of a run, as in a scenario.
    """

    improve: str | None
    min_share: float
    resume_hours: float

    def run(self, plan: Plan) -> Run:
        """Run a plan once, with no incident.

        Parameters
        ----------
        plan : Plan
            The compiled portfolio.

        Returns
        -------
        Run
            Start and finish of every task.
        """
        return run_once(plan, min_share=self.min_share, resume_hours=self.resume_hours)


@dataclass(frozen=True, eq=False, repr=False)
class Levelling:
    """What resource conflicts alone cost, by dispatch rule.

    Dates are wall clock to the minute, `_days` are working days, costs are money in the
    portfolio's currency. Unlevelled is the run in which there are always enough people; the
    project without tasks has blank figures.

    Attributes
    ----------
    portfolio : Portfolio
        What was levelled.
    way : Way
        The improvement, and the rules of a run.
    rules : pandas.DataFrame
        One row per rule, the one that is told of first: `rule`, `name`, `finish` (of the last
        project), `finish_days` (the same since the portfolio's start), `levelling_days` (less
        the unlevelled finish of the last project), `mean_delay_days` (mean project delay:
        `levelling_days` of the projects), `levelling_cost` (their sum), `projects_late`
        (how many miss their due date), `improved` (whether an improvement was kept),
        `single_pass_finish_days` and `single_pass_mean_delay_days` (before it), and
        `undominated` (no other rule is as good in finish and mean delay, and better in one).
    projects : pandas.DataFrame
        One row per rule and project: `rule`, `project`, `name`, `priority`, `due`,
        `cost_of_delay_per_day`, `planned_finish`, `unlevelled_finish`, `levelled_finish`,
        `levelled_delay_days` (levelled less planned), `levelling_days` (levelled less
        unlevelled: what levelling alone costs), `levelling_cost` (that in money) and
        `late_days` (past the due date; 0 in time, blank without one).
    tasks : pandas.DataFrame
        One row per rule and task: `rule`, `task`, `project`, `name`, `stage`,
        `planned_start`, `planned_finish`, `levelled_start`, `levelled_finish`,
        `levelling_days` (levelled less unlevelled finish), `start_hours` and `finish_hours`
        (exact, in working hours since the portfolio's start).
    """

    portfolio: Portfolio
    way: Way
    rules: pd.DataFrame
    projects: pd.DataFrame
    tasks: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {"rules": self.rules, "projects": self.projects, "tasks": self.tasks}

    @property
    def rule(self) -> str:
        """The rule that is told of project by project: the first."""
        return str(self.rules["rule"].iloc[0])

    def of(self, rule: str | None = None) -> pd.DataFrame:
        """Return the projects under one rule.

        Parameters
        ----------
        rule : str, optional
            One of those levelled by; the first where not given.

        Returns
        -------
        pandas.DataFrame
            The rows of `projects`, in the order of the portfolio.

        Raises
        ------
        InputError
            If it was not levelled by that rule.
        """
        wanted = self._known(rule)
        return self.projects[self.projects["rule"] == wanted].reset_index(drop=True)

    def apply(self, rule: str | None = None) -> Portfolio:
        """Return the portfolio with levelled starts in the place of planned ones.

        Tasks that have begun keep their planned start, which is history. No other may start
        early: that is how the levelled dates hold. Priorities stay as they are.

        Parameters
        ----------
        rule : str, optional
            One of those levelled by; the first where not given.

        Returns
        -------
        Portfolio
            A new portfolio. Starts are exact to the microsecond.

        Raises
        ------
        InputError
            If it was not levelled by that rule.

        See Also
        --------
        moved : Whether the new plan keeps these dates when it is levelled itself.
        """
        hours = self._hours(self._known(rule))[0]
        tasks, ahead = self.portfolio.tasks.copy(), self._ahead()
        starts = pd.Series(self.portfolio.calendar.when(hours, side="start"), tasks.index)
        tasks["planned_start"] = starts.where(ahead, tasks["planned_start"])
        tasks["can_start_early"] = tasks["can_start_early"].where(~ahead, other=False)
        return self.portfolio.with_tables(tasks=tasks)

    def moved(self, rule: str | None = None) -> pd.DataFrame:
        """Return the tasks whose dates change when the applied plan is levelled in plan order.

        None does where all people are there in full for whatever runs. Where running tasks
        have to do with less than they need (an absence, a freeze that ends, a start on part
        of the need), or a milestone needs somebody, plan order may give what there is to another
        of them than the rule did.

        Parameters
        ----------
        rule : str, optional
            One of those levelled by; the first where not given.

        Returns
        -------
        pandas.DataFrame
            One row per task that moves by more than a minute: `task`, `project`, `name`,
            `levelled_finish_days` and `again_finish_days` (working days since the portfolio's
            start), and `moved_days` (the second less the first).

        Raises
        ------
        InputError
            If it was not levelled by that rule.
        """
        start, finish = self._hours(self._known(rule))
        again = replace(self.way, improve=None).run(compile_plan(self.apply(rule)))
        apart = np.maximum(np.abs(again.start - start), np.abs(again.finish - finish))
        rows = np.flatnonzero(apart > _MINUTE)
        day = self.portfolio.settings.hours_per_day
        table = self.portfolio.tasks.loc[rows, ["task", "project", "name"]]
        table["levelled_finish_days"] = finish[rows] / day
        table["again_finish_days"] = again.finish[rows] / day
        table["moved_days"] = (again.finish - finish)[rows] / day
        return table.reset_index(drop=True)

    def kept(self, rule: str | None = None) -> str:
        """Say whether the applied plan keeps its dates when it is levelled in plan order.

        Parameters
        ----------
        rule : str, optional
            One of those levelled by; the first where not given.

        Returns
        -------
        str
            One sentence.

        Raises
        ------
        InputError
            If it was not levelled by that rule.
        """
        moved = self.moved(rule)
        if moved.empty:
            return "Levelled again in plan order, the new plan keeps every date."
        most = moved["moved_days"].abs().max()
        said = (
            f"Levelled again in plan order, {len(moved)} of {len(self.portfolio.tasks):,} tasks of "
            f"the new plan move, at their finish by {most:.1f} working days at most: where people "
            "are short, plan order gives them to other tasks first."
        )
        cure = " With a min_share of 1 nothing starts short-handed, and dates hold better."
        return said + (cure if self.way.min_share < 1 else "")

    def sentences(self) -> list[str]:
        """Return the findings as text: what levelling costs, then how the rules compare.

        Returns
        -------
        list of str
            Plain text, unescaped.
        """
        currency = self.portfolio.settings.currency
        improved = self.way.improve is not None
        return levelling_sentences(self.of(), self.rules, currency=currency, improved=improved)

    def _ahead(self) -> pd.Series:
        """Tell which tasks have not begun."""
        tasks, status = self.portfolio.tasks, self.portfolio.settings.status_date
        begun = tasks["actual_start"].notna() | tasks["actual_finish"].notna()
        return ~begun | (status is None)

    def _hours(self, rule: str) -> tuple[np.ndarray, np.ndarray]:
        mine = self.tasks[self.tasks["rule"] == rule]
        return (
            mine["start_hours"].to_numpy(np.float64),
            mine["finish_hours"].to_numpy(np.float64),
        )

    def _known(self, rule: str | None) -> str:
        names = list(self.rules["rule"])
        if rule is None or rule in names:
            return rule or names[0]
        near = Nearest(names)(str(rule))
        row = fault(
            "levelling",
            column="rule",
            found=repr(rule),
            expected=f"one of {', '.join(names)}",
            nearest=repr(near) if near else "",
            cure="Level by it first, or choose one of these.",
        )
        raise InputError("It was not levelled by that rule.", fault_frame([row]))

    def _summary(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return projects and rules as a person reads them."""
        rows, rules = self.of(), self.rules
        projects = pd.DataFrame({"project": rows["project"], "name": rows["name"]})
        for title in ("due", "planned_finish", "unlevelled_finish", "levelled_finish"):
            shown = rows[title].dt.strftime("%Y-%m-%d").fillna("")
            projects[title.removesuffix("_finish")] = shown
        projects["levelling, days"] = [_figure(x) for x in rows["levelling_days"]]
        projects["its cost"] = [_figure(x, 0) for x in rows["levelling_cost"]]
        projects["late, days"] = [_figure(x) for x in rows["late_days"]]
        compared = pd.DataFrame({"rule": rules["rule"]})
        compared["portfolio ends"] = rules["finish"].dt.strftime("%Y-%m-%d").fillna("")
        compared["mean delay, days"] = [_figure(x) for x in rules["mean_delay_days"]]
        compared["cost"] = [_figure(x, 0) for x in rules["levelling_cost"]]
        compared["late"] = [f"{x}" for x in rules["projects_late"]]
        if self.way.improve is not None:
            compared["improved"] = np.where(rules["improved"], "yes", "no")
        return projects, compared

    def __repr__(self) -> str:
        projects, rules = self._summary()
        more = len(projects) - _SHOWN
        text = projects.head(_SHOWN).to_string(index=False, max_colwidth=40)
        text += f"\nand {more} more" if more > 0 else ""
        head = f"Levelling by {RULE_NAMES[self.rule]}"
        return f"{head}\n{text}\n\n{rules.to_string(index=False)}"

    def _repr_html_(self) -> str:
        projects, rules = self._summary()
        more = len(projects) - _SHOWN
        tail = f"<p>and {more} more</p>" if more > 0 else ""
        table, other = (
            frame.to_html(index=False, escape=True, border=0)
            for frame in (projects.head(_SHOWN), rules)
        )
        head = f"<b>Levelling</b> by {escape(RULE_NAMES[self.rule])}"
        return f"<div><p>{head}</p>{table}{tail}{other}</div>"


def _figure(value: float, decimals: int = 1) -> str:
    return "" if np.isnan(value) else f"{value:z,.{decimals}f}"
