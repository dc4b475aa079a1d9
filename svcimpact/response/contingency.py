"""Contingency: which few levers to pull, what they save and cost, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.incident.action_checks import action_faults
from svcimpact.incident.actions import Action
from svcimpact.incident.estimates import Z95, mean
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.incident.totals import delay_days, mean_of_total
from svcimpact.portfolio import Portfolio
from svcimpact.progress import Step, silent
from svcimpact.response.apply import applied, unwritten
from svcimpact.response.choices import choices
from svcimpact.response.contingency_tables import (
    lever_table,
    mean_of,
    pareto_table,
    plan_table,
    project_gains,
    totals_table,
)
from svcimpact.response.escalate import THRESHOLD
from svcimpact.response.judge import Judge, Levers
from svcimpact.response.lever_words import names_of
from svcimpact.response.practice import OPEN, Answer, asked
from svcimpact.response.search import Judged, Search, score, search, undominated
from svcimpact.wording import counted, day, listed, money, number, with_error

Floats = NDArray[np.float64]

RUNS = 400
FRESH = 7919  # what is added to the seed for the draws on which the winner is told


@dataclass(frozen=True, eq=False, repr=False)
class ContingencyPlan(Answer):
    """The best few levers, and all that were weighed.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per single lever, the best first: `lever`, `kind`, `saved_days` (working days
        over all projects), `saved_money` (cost of delay), `cost` (people brought in, longer
        outage), `net` (money saved less cost), `disturbance` (working days by which starts move,
        times FTE), each with its `_se`. On the draws of the search.
    plan : pandas.DataFrame
        The levers of the best plan: `lever`, `kind`, `alone_net` (saved less cost when it is
        pulled alone), `share_net` (what the plan loses without it), each with its `_se`, and
        `worth_until` (the latest of the moments looked at from which pulling it alone still
        saves more than it costs beyond doubt; blank if none). On fresh draws.
    totals : pandas.DataFrame
        A row for the draws of the search and one for fresh draws: `draws`, and the figures of
        `table` for the whole plan. The fresh ones are those to tell.
    projects : pandas.DataFrame
        What the plan does to each project, on fresh draws: `project`, `name`, `saved_days` and
        `saved_money` with their `_se`, `chance_late_before` and `chance_late_after`.
    pareto : pandas.DataFrame
        The sets that no other beats in money (or days) saved, cost and disturbance at once, on
        fresh draws: `levers`, `size`, and the figures of `table`; `best` marks the plan.
    levers : Levers
        The plan.
    searched : Search
        All that was judged.
    objective : str
        ``money`` or ``days``: what was sought.
    """

    plan: pd.DataFrame
    totals: pd.DataFrame
    projects: pd.DataFrame
    pareto: pd.DataFrame
    levers: Levers
    searched: Search
    objective: str

    name: ClassVar[str] = "contingency"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {
            "levers": self.table,
            "plan": self.plan,
            "totals": self.totals,
            "plan_projects": self.projects,
            "pareto": self.pareto,
        }

    @property
    def scenario(self) -> Scenario:
        """The scenario with the plan in it: to be simulated, or written to a file."""
        told = self.outcome.scenario
        return replace(
            told, actions=self.levers.actions, order=self.levers.order, decision_time=self.now
        )

    def apply(self, portfolio: Portfolio | None = None) -> Portfolio:
        """Return the portfolio with the plan written into its tables.

        Parameters
        ----------
        portfolio : Portfolio, optional
            The one that was simulated, where not given.

        Returns
        -------
        Portfolio
            Validated anew; `svcimpact.write` writes it. The order of work, and responders kept,
            are no part of any table: they stay in `scenario`.

        Raises
        ------
        InvalidPortfolioError
            When the tables do not hold together any more.
        """
        return applied(portfolio or self.outcome.portfolio, self.levers, self.now)

    @property
    def unwritten(self) -> list[str]:
        """What of the plan `apply` cannot write into any table, in words."""
        return unwritten(self.outcome.portfolio, self.levers, self.now)

    def saved_by_tables(self) -> tuple[float, float]:
        """Simulate the portfolio of `apply`, and hold it against doing nothing.

        Returns
        -------
        days, error : float
            Working days by which projects end earlier, all together, with its standard error.
        """
        base = replace(self.outcome.scenario, actions=(), order="plan", decision_time=None)
        finish = [
            simulate(portfolio, base).with_incident.project_finish.to_numpy()
            for portfolio in (self.outcome.portfolio, self.apply())
        ]
        days = np.nan_to_num(finish[0] - finish[1]).sum(axis=1, keepdims=True)
        estimate, error = mean(days / self.outcome.portfolio.settings.hours_per_day)
        return float(estimate[0]), float(error[0])

    def sentences(self) -> list[str]:
        """Return what to do, what it saves, and how sure that is.

        Returns
        -------
        list of str
            The plan first.
        """
        weighed = counted(len(self.searched.singles), "lever")
        sets = counted(len(self.searched.sets) - 1, "combination")
        if not len(self.levers):
            return [
                f"No lever helps: of {weighed}, alone or together, none saves more than it costs "
                f"beyond the error of the simulation ({sets} weighed). Do nothing, and look "
                "again when something changes."
            ]
        fresh = self.totals.iloc[-1]
        said = [self._headline(fresh)]
        said += [f"{number(k + 1)}. {self._lever(row)}" for k, row in enumerate(_rows(self.plan))]
        lost, lost_se = mean_of_total(delay_days(self.outcome), self.outcome.scenario.sampling)
        more, more_se = fresh["saved_days"] - lost, float(np.hypot(fresh["saved_days_se"], lost_se))
        if more > Z95 * more_se:
            cost = f"{with_error(lost, lost_se)} project days" if lost >= 0.05 else "no project day"
            said.append(f"The incident costs {cost}: some of this would help without it, too.")
        gains = [row for row in _rows(self.projects) if abs(row["saved_days"]) >= 0.05]
        gains.sort(key=lambda row: -row["saved_days"])
        for row in gains[:4]:
            days = with_error(abs(row["saved_days"]), row["saved_days_se"])
            way = "earlier" if row["saved_days"] > 0 else "later"
            said.append(f"{row['name']} ends {days} working days {way}.")
        how = (
            "all that there are"
            if self.searched.exact
            else "not all that there are, so that a better one may have been missed"
        )
        said.append(
            f"Weighed were {sets} of {weighed}: {how}. The figures are from fresh random numbers, "
            "not from those on which the plan was chosen."
        )
        return said

    def _headline(self, fresh: pd.Series) -> str:
        days = with_error(fresh["saved_days"], fresh["saved_days_se"])
        levers = counted(len(self.levers), "lever")
        paid = self._paid(fresh)
        if self.objective == "days":
            return (
                f"{levers.capitalize()}, decided {self._when()}: {days} project days saved{paid}."
            )
        net = money(fresh["net"], self.currency, error=fresh["net_se"])
        return (
            f"{levers.capitalize()}, decided {self._when()}, would save {net}{paid}: {days} "
            "project days in all."
        )

    def _paid(self, fresh: pd.Series) -> str:
        """Say what the plan costs, and what of that no table tells."""
        unknown = _without_rate(self.outcome.portfolio, self.levers.actions)
        if not fresh["cost"] > 0 and not unknown:
            return ", at no cost"
        cost = money(fresh["cost"], self.currency, error=fresh["cost_se"])
        spent = f"at a cost of {cost}" if self.objective == "days" else f"after {cost} of costs"
        parts = [spent] if fresh["cost"] > 0 else []
        if unknown:
            parts.append(f"before the cost of bringing in {listed(unknown)}, which no table tells")
        return f", {' and '.join(parts)}"

    def _when(self) -> str:
        return f"on {day(self.now, time=True)}"

    def _lever(self, row: dict[str, Any]) -> str:
        text = str(row["lever"])
        text = text[:1].upper() + text[1:]
        until = row["worth_until"]
        if pd.isna(until):
            return f"{text}. {self._beside(row)}"
        return f"{text}. By itself it is still worth it when decided on {day(until, time=True)}."

    def _beside(self, row: dict[str, Any]) -> str:
        """Say why a lever that does not pay alone is in the plan."""
        adds, error = row["share_net"], row["share_net_se"]
        if self.objective == "days" or not adds > Z95 * error:
            return "Alone it does not pay for certain; it is here for what it does to the others."
        return (
            "Alone it does not pay for certain; beside the others it adds "
            f"{money(adds, self.currency, error=error)}."
        )


def contingency_plan(
    outcome: Outcome,
    *,
    now: object = None,
    most: int = 3,
    levers: Sequence[Action] | None = None,
    objective: Literal["money", "days"] | None = None,
    runs: int = RUNS,
    seed: int | None = None,
    threads: int | None = None,
    step: Step = silent,
) -> ContingencyPlan:
    """Find the best few levers to pull while an incident lasts.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned; its scenario's own actions are left aside.
    now : date, date-time or ISO text, optional
        When it is decided; the scenario's decision time where not given.
    most : int
        Most levers in the plan, from 1 to 6.
    levers : sequence of Action, optional
        The levers to choose from; all that `choices` finds where not given.
    objective : {"money", "days"}, optional
        What is sought: money saved less costs, or working days saved over all projects. Money
        where any project has a cost of delay.
    runs : int
        How many futures a set is judged on; as many fresh ones tell of the winner.
    seed : int, optional
        Seed of the search; that of the outcome where not given.
    threads : int, optional
        How many threads to run on.
    step : callable, optional
        Is given the part that is done, from 0 to 1; an exception that it raises ends the work.

    Returns
    -------
    ContingencyPlan
        The best plan, every single lever, and the trade-off. The best plan is to do nothing
        where no set saves more on fresh draws than 1.96 standard errors; levers of the best set
        without which it saves as much, within the error, are left out.

    Raises
    ------
    InputError
        When there is no incident, or an argument is out of its range.
    InvalidScenarioError
        When a lever given does not fit the portfolio.

    Examples
    --------
    >>> import svcimpact as si
    >>> from svcimpact.response.contingency import contingency_plan
    >>> outcome = si.simulate(si.read("data/tiny"), si.Scenario.read("data/tiny/incident.toml"))
    >>> contingency_plan(outcome, runs=50).objective
    'money'
    """
    _check(most, objective)
    when, base = asked(outcome, now, runs)
    portfolio = outcome.portfolio
    base = replace(base, seed=outcome.seed if seed is None else seed)
    judge = Judge(portfolio, base, when, threads=threads)
    left_out: tuple[str, ...] = ()
    if levers is None:
        found = choices(outcome, judge)
        single, held = _worth_asking(judge, found.levers)
        left_out = (*found.left_out, *held)
    else:
        single = [Levers((action,)) for action in levers]
        _check_levers(judge, single)
    rates = portfolio.projects["cost_of_delay_per_day"].fillna(0.0)
    sought = objective or ("money" if (rates > 0).any() else "days")
    searched = search(judge, single, most, objective=sought, step=step)
    again = Judge(portfolio, replace(base, seed=base.seed + FRESH), when, threads=threads)
    best = _confirmed(searched, again, sought)
    fresh = again.judge(best.levers)
    assert fresh is not None
    ranked = sorted(searched.singles, key=lambda one: -score(one.verdict, sought))
    front = undominated(searched.sets, sought)
    front += [best] if all(one is not best for one in front) else []
    return ContingencyPlan(
        outcome=outcome,
        now=when,
        table=lever_table(portfolio, ranked),
        assumptions=_assumptions(portfolio, judge, sought, left_out, searched),
        plan=plan_table(best, searched, again, sought),
        totals=totals_table(best.verdict, fresh),
        projects=project_gains(portfolio, again, fresh),
        pareto=pareto_table(front, again, best, sought),
        levers=best.levers,
        searched=searched,
        objective=sought,
    )


def _worth_asking(judge: Judge, levers: Sequence[Levers]) -> tuple[list[Levers], list[str]]:
    """Leave out responders whom senior management would not let go, as `escalation` has it."""
    keeps = [one for one in levers if any(a.kind == "keep_responder" for a in one.actions)]
    held = [
        one
        for one, verdict in zip(keeps, judge.judge_all(keeps), strict=True)
        if verdict is None or verdict.net.mean() <= 0 or (verdict.net > 1e-9).mean() < THRESHOLD
    ]
    told = [f"{counted(len(held), 'responder')} to keep, for whom it is not worth asking"]
    return [one for one in levers if one not in held], told if held else []


def _without_rate(portfolio: Portfolio, actions: Sequence[Action]) -> list[str]:
    """Name those brought in for whom the tables have no cost."""
    rate = portfolio.resources.set_index("resource")["cost_per_day"]
    who = {str(a.resource) for a in actions if a.kind == "bring_in"}
    names = names_of(portfolio, "resources")
    return sorted(names[one] for one in who if pd.isna(rate.get(one)))


def _check(most: int, objective: str | None) -> None:
    faults = []
    if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= 6:
        faults.append(fault("most", found=repr(most), expected="a whole number from 1 to 6"))
    if objective not in (None, "money", "days"):
        faults.append(fault("objective", found=repr(objective), expected="'money' or 'days'"))
    if faults:
        raise InputError("The contingency plan cannot be looked for.", fault_frame(faults))


def _check_levers(judge: Judge, levers: Sequence[Levers]) -> None:
    """Raise which of the levers given cannot be pulled."""
    rows = []
    for place, one in enumerate(levers, 1):
        found = action_faults(judge.scenario_with(one), judge.portfolio)
        rows += [{**row, "table": f"lever {place}"} for row in found]
    if rows:
        raise InputError("Some levers cannot be pulled.", fault_frame(rows))


def _confirmed(searched: Search, again: Judge, objective: str) -> Judged:
    """Return the winner without what adds nothing, as fresh draws have it, or doing nothing."""
    idle, best = searched.sets[0], searched.best
    inside = [one for one in searched.sets if one.members and set(one.members) <= set(best.members)]
    verdicts = again.judge_all([one.levers for one in inside])
    told = [
        (one, v.net if objective == "money" else v.days.sum(axis=1))
        for one, v in zip(inside, verdicts, strict=True)
        if v is not None
    ]
    values = next((found for one, found in told if one is best), None)
    if values is None or not _beyond_doubt(values):
        return idle
    # Of those that fall short of it by no more than the error, the one with the fewest levers.
    as_good = [(o, v) for o, v in told if _beyond_doubt(v) and not _beyond_doubt(values - v)]
    return min(as_good, key=lambda one: (len(one[0].members), -float(one[1].mean())))[0]


def _beyond_doubt(values: Floats) -> bool:
    estimate, error = mean_of(values)
    return bool(estimate > Z95 * error)


def _assumptions(
    portfolio: Portfolio,
    judge: Judge,
    objective: str,
    left_out: Sequence[str],
    searched: Search,
) -> tuple[str, ...]:
    """Return what the plan rests on."""
    said = [
        f"Levers are judged on {number(judge.runs)} futures, each against the same future in which "
        "nothing is decided; none reaches into the past.",
        OPEN,
        "A lever costs what people brought in cost, and what a longer outage costs. Handing over "
        "costs the hours that it adds to the task, and nothing else.",
        "Disturbance is how far starts of tasks move, either way, in working days, each times the "
        "FTE that the task needs.",
        "A lever is part of the plan where the plan without it saves less, beyond the error.",
    ]
    if objective == "days":
        said.append("No project has a cost of delay: days are sought, each project's alike.")
    if left_out:
        said.append(f"Not looked at: {'; '.join(left_out)}.")
    if searched.impossible:
        said.append(
            f"{counted(len(searched.impossible), 'lever')} would leave a task without anybody who "
            "could ever do it."
        )
    free = _without_rate(portfolio, [a for one in searched.singles for a in one.levers.actions])
    if free:
        said.append(
            f"No cost per day is given for {listed(free)}: bringing them in costs nothing here."
        )
    alphas = {
        a.alpha
        for one in searched.singles
        for a in one.levers.actions
        if a.kind == "keep_responder"
    }
    said += [
        "Whoever is kept from the incident is missed there: what is left of the restoration "
        f"takes (responders / responders left) ^ {alpha:g} as long, a judgement."
        for alpha in sorted(alphas)
    ]
    return tuple(said)


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]
