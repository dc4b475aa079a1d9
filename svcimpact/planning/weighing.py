"""What conflicts cost when the plan is levelled, and which fix costs least: tried, not guessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from svcimpact.engine.plan import positions
from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.planning.ahead import times_ahead, work_ahead
from svcimpact.planning.register import ConflictRegister, fix_table, ranked
from svcimpact.planning.remedies import Bench, Remedy, reorder, shift, swap
from svcimpact.planning.steps import Floats, Integers, load_steps
from svcimpact.planning.touches import (
    dependency_meetings,
    freeze_meetings,
    on_services,
    service_meetings,
)
from svcimpact.portfolio import Portfolio

_VIAS = 3  # conflicts of a pair, the largest, that fixes are looked for
_WORTH = 0.05  # days; less is no fix


def weigh_conflicts(
    register: ConflictRegister,
    *,
    top: int = 10,
    runs: int = 200,
    seed: int = 1,
    min_share: float = 0.5,
) -> ConflictRegister:
    """Find by simulation what the worst conflicts cost, and the cheapest fix for each.

    *Delay*: the plan is levelled, which is one simulation without incidents, with the other side
    and without what it asks of people; the delay of a project is the difference of its finish,
    averaged over runs with uncertain task durations drawn alike in both (common random numbers).
    Without another project, its tasks take nobody's time, while its links stay; without a
    service, its everyday support takes none; without an absence, the person is there; without a
    freeze, the project's changes are not held.

    *Fixes*, each tried the same way: move the tasks in conflict behind or ahead of the other
    side's, as far as float and links allow; let somebody as skilled who is free do them; give one
    project priority over the other. The cheapest is the one that saves most cost of delay over
    all projects, less what other people cost (most project days, where no project has a cost of
    delay), among those that clear some of the conflict from the planned dates or save beyond two
    standard errors.

    Parameters
    ----------
    register : ConflictRegister
        What `conflict_register` returned.
    top : int
        How many pairs to look at, the worst first.
    runs : int
        Runs of each simulation; one is enough, and made, where no duration is uncertain.
    seed : int
        Seed of all randomness.
    min_share : float
        Least share of its needs with which a task starts.

    Returns
    -------
    ConflictRegister
        With delays, costs and fixes of these pairs; levels and order take the delays into
        account.

    Raises
    ------
    InputError
        If `top` is negative or `runs` below 1.
    InvalidScenarioError
        If a task can never start.

    Examples
    --------
    >>> from svcimpact.io import read
    >>> from svcimpact.planning.conflicts import conflict_register
    >>> found = weigh_conflicts(conflict_register(read("data/tiny")))
    >>> found.pairs[["project", "other", "delay_days", "other_delay_days", "delay_cost"]]
      project     other  delay_days  other_delay_days  delay_cost
    0   pages  checkout         0.0               0.5       200.0
    """
    _check(top, runs)
    portfolio = register.portfolio
    pairs = register.pairs.copy()
    of_pair = register.conflicts["pair"] - 1
    weigher = _Weigher.of(portfolio, runs, seed, min_share)
    rows: list[dict[str, Any]] = []
    remedies: list[Remedy] = []
    for number in range(min(top, len(pairs))):
        pair = pairs.iloc[number]
        for column, value in weigher.delays(pair).items():
            pairs.loc[number, column] = value
        tried = []
        conflicts = register.conflicts[of_pair == number]
        for remedy in weigher.candidates(pair, conflicts):
            tried.append({"pair": number, "remedy": len(remedies), **weigher.tried(remedy, pair)})
            remedies.append(remedy)
        best = weigher.cheapest(tried)
        if best is not None:
            best["cheapest"] = True
            pairs.loc[number, "fix"] = best["text"]
            for column in ("saves_days", "saves_days_se", "saves_cost", "saves_cost_se"):
                pairs.loc[number, f"fix_{column}"] = best[column]
        rows += tried
    fixes = fix_table(rows)
    # Pairs are ranked anew; their numbers are positions until then.
    old = np.arange(len(pairs))
    again = ranked(
        replace(
            register,
            pairs=pairs.drop(columns=["pair", "level", "cadence"]),
            conflicts=register.conflicts.drop(columns=["level", "cadence"]).assign(pair=of_pair),
            weeks=register.weeks.assign(pair=register.weeks["pair"] - 1),
            remedies=tuple(remedies),
            runs=weigher.runs,
            seed=seed,
        )
    )
    place = _places(pairs, again.pairs)[old]
    fixes["pair"] = place[fixes["pair"].to_numpy(np.int64)]
    return replace(again, fixes=fixes.sort_values(["pair", "remedy"], ignore_index=True))


def _places(before: pd.DataFrame, after: pd.DataFrame) -> Integers:
    """Return the new number of every pair."""
    ends = ["project", "other_kind", "other"]
    found = before[ends].merge(after[[*ends, "pair"]], on=ends, how="left")
    return found["pair"].to_numpy(np.int64)


@dataclass(frozen=True, eq=False)
class _Weigher:
    """A portfolio, levelled once, against which changes of it are measured."""

    portfolio: Portfolio
    bench: Bench
    level: Callable[[Portfolio], Floats]
    base: Floats
    others: dict[tuple[str, str, str], Floats]
    runs: int

    @classmethod
    def of(cls, portfolio: Portfolio, runs: int, seed: int, min_share: float) -> _Weigher:
        tasks = portfolio.tasks
        uncertain = tasks["pessimistic_days"] > tasks["optimistic_days"]
        count = runs if (uncertain & tasks["actual_finish"].isna()).any() else 1
        rules = Scenario("levelled", (), runs=count, seed=seed, min_share=min_share)

        def level(changed: Portfolio) -> Floats:
            finish = simulate(changed, rules).levelled.project_finish.to_numpy(np.float64)
            # A project without tasks has no finish, and no delay.
            days: Floats = np.nan_to_num(finish) / portfolio.settings.hours_per_day
            return days

        steps = load_steps(portfolio, work_ahead(portfolio))
        return cls(portfolio, Bench.of(portfolio, steps), level, level(portfolio), {}, count)

    def delays(self, pair: pd.Series) -> dict[str, float]:
        """Return the delays of both sides because of each other, and what they cost."""
        rate = self.portfolio.projects["cost_of_delay_per_day"].to_numpy(np.float64)
        one = self._row(pair["project"])
        if not pair["other_kind"]:
            return {}
        mine = self._delay(one, pair, pair["project"])
        cost = rate[one] * mine
        found = dict(zip(("delay_days", "delay_days_se"), _mean(mine), strict=True))
        if pair["other_kind"] == "project":
            other = self._row(pair["other"])
            key = ("project", pair["project"], "")
            theirs = self.base[:, other] - self._without(key)[:, other]
            cost = cost + rate[other] * theirs
            found |= dict(
                zip(("other_delay_days", "other_delay_days_se"), _mean(theirs), strict=True)
            )
        return found | dict(zip(("delay_cost", "delay_cost_se"), _mean(cost), strict=True))

    def _delay(self, row: int, pair: pd.Series, project: str) -> Floats:
        kind, frozen = pair["other_kind"], "freeze" in pair["kinds"].split(", ")
        key = (kind, pair["other"], project if frozen else "")
        delay: Floats = self.base[:, row] - self._without(key)[:, row]
        return delay

    def _without(self, key: tuple[str, str, str]) -> Floats:
        if key not in self.others:
            self.others[key] = self.level(_without(self.portfolio, *key))
        return self.others[key]

    def _row(self, project: str) -> int:
        return int(positions(pd.Series([project]), self.portfolio.projects["project"])[0])

    def candidates(self, pair: pd.Series, conflicts: pd.DataFrame) -> list[Remedy]:
        """Return the fixes to try, each once."""
        found: list[Remedy | None] = []
        for conflict in conflicts.head(_VIAS).to_dict("records"):
            mine, theirs = self._wanting(conflict)
            start, finish = times_ahead(self.bench.plan)
            sides = (
                [(mine, theirs)]
                if pair["other_kind"] != "project"
                else [(mine, theirs), (theirs, mine)]
            )
            for tasks, against in sides:
                spans = [(float(start[i]), float(finish[i])) for i in against]
                if pair["other_kind"] in ("service", "absence"):
                    spans = self._spans(conflict)
                if conflict["kind"] not in ("support", "alone", "decider"):
                    found += [shift(self.bench, tasks, spans, late=late) for late in (True, False)]
                if conflict["via_kind"] == "resource":
                    who = positions(
                        pd.Series([conflict["via"]]), self.portfolio.resources["resource"]
                    )
                    at = [i for i in tasks if self._meets(i, conflict)]
                    found.append(swap(self.bench, np.array(at, np.int64), int(who[0])))
        if pair["other_kind"] == "project":
            one, other = self._row(pair["project"]), self._row(pair["other"])
            found += [reorder(self.portfolio, one, other), reorder(self.portfolio, other, one)]
        return list(dict.fromkeys(each for each in found if each is not None))

    def _meets(self, task: int, conflict: dict[Any, Any]) -> bool:
        calendar = self.portfolio.calendar
        start, finish = times_ahead(self.bench.plan)
        begin, end = calendar.hours(
            np.array([conflict["start"], conflict["finish"]], "datetime64[us]")
        )
        return bool(start[task] < end and begin < finish[task])

    def _spans(self, conflict: dict[Any, Any]) -> list[tuple[float, float]]:
        """Return when a freeze holds, or somebody is away, in working hours."""
        portfolio = self.portfolio
        if conflict["kind"] == "absence":
            rows = portfolio.absences[portfolio.absences["resource"] == conflict["via"]]
            begin, end = portfolio.calendar.span(rows["start"], rows["end"])
        elif conflict["kind"] == "freeze":
            freezes = portfolio.freezes
            rows = freezes[freezes["service"].isna() | (freezes["service"] == conflict["via"])]
            begin, end = (portfolio.calendar.hours(rows[c].to_numpy()) for c in ("start", "end"))
        else:
            return []
        return list(zip(begin.tolist(), end.tolist(), strict=True))

    def _wanting(self, conflict: dict[Any, Any]) -> tuple[Integers, Integers]:
        """Return the tasks with which either side wants what the conflict is about."""
        portfolio = self.portfolio
        via, kind = conflict["via"], conflict["kind"]
        if conflict["via_kind"] == "resource":
            wanted = portfolio.assignments.loc[portfolio.assignments["resource"] == via, "task"]
        elif kind == "team":
            team = portfolio.support.loc[portfolio.support["service"] == via, "resource"]
            wanted = portfolio.assignments.loc[portfolio.assignments["resource"].isin(team), "task"]
        elif kind == "tester":
            tasks = portfolio.tasks
            wanted = tasks.loc[
                (tasks["stage"] == "test") | (tasks["activity"] == "service_test"), "task"
            ]
        else:
            services = [via]
            if kind == "dependency":
                links = portfolio.service_links
                services += list(links.loc[links["needs"] == via, "service"])
            changes = portfolio.changes
            touched = changes["service"].isin(services)
            wanted = changes.loc[
                touched & ((changes["effect"] == "changes") | (kind == "use")), "task"
            ]
        rows = np.unique(positions(wanted, portfolio.tasks["task"]))
        of = portfolio.tasks["project"].to_numpy(object)[rows]
        return rows[of == conflict["project"]], rows[of == conflict["other"]]

    def tried(self, remedy: Remedy, pair: pd.Series) -> dict[str, Any]:
        """Return what a fix saves, and how much of the conflict it clears."""
        changed = remedy.apply(self.portfolio)
        saved = self.base - self.level(changed)
        rate = self.portfolio.projects["cost_of_delay_per_day"].to_numpy(np.float64)
        people = _people_cost(self.portfolio, changed)
        days, cost = _mean(saved.sum(axis=1)), _mean((saved * rate).sum(axis=1) - people)
        before, after = _crowding(self.portfolio, pair), _crowding(changed, pair)
        return {
            "kind": remedy.kind, "text": remedy.text,
            "saves_days": days[0], "saves_days_se": days[1],
            "saves_cost": cost[0], "saves_cost_se": cost[1], "people_cost": people,
            "clears_over_days": before[0] - after[0], "clears_overlap_days": before[1] - after[1],
            "cheapest": False,
        }  # fmt: skip

    def cheapest(self, tried: list[dict[str, Any]]) -> dict[str, Any] | None:
        """Return the fix that saves most, None where none does anything."""
        costs = (self.portfolio.projects["cost_of_delay_per_day"] > 0).any()
        gain = "saves_cost" if costs else "saves_days"
        able = [
            fix
            for fix in tried
            if fix["clears_over_days"] > _WORTH
            or fix["clears_overlap_days"] > _WORTH
            or fix[gain] > max(2 * fix[f"{gain}_se"], _WORTH)
        ]

        def rank(fix: dict[str, Any]) -> tuple[float, float]:
            cleared = fix["clears_over_days"] + fix["clears_overlap_days"]
            return round(fix[gain], 6), round(cleared, 6)

        return max(able, key=rank, default=None)


def _without(portfolio: Portfolio, kind: str, other: str, project: str) -> Portfolio:
    """Return the portfolio without what one side asks for."""
    if kind == "project":
        of = portfolio.tasks.loc[portfolio.tasks["project"] == other, "task"]
        kept = ~portfolio.assignments["task"].isin(of)
        return replace(portfolio, assignments=portfolio.assignments[kept].reset_index(drop=True))
    if kind == "absence":
        kept = portfolio.absences["resource"] != other
        return replace(portfolio, absences=portfolio.absences[kept].reset_index(drop=True))
    support = portfolio.support
    bau = support["bau_fte"].where(support["service"] != other, 0.0)
    changed = replace(portfolio, support=support.assign(bau_fte=bau))
    if project:
        # Nothing but freezes hangs on what a task changes while no incident strikes.
        of = portfolio.tasks.loc[portfolio.tasks["project"] == project, "task"]
        kept = ~(portfolio.changes["task"].isin(of) & (portfolio.changes["service"] == other))
        changed = replace(changed, changes=portfolio.changes[kept].reset_index(drop=True))
    return changed


def _crowding(portfolio: Portfolio, pair: pd.Series) -> tuple[float, float]:
    """Return person-days over in the whole plan, and days in which a pair meets at services."""
    day = portfolio.settings.hours_per_day
    segments = work_ahead(portfolio)
    steps = load_steps(portfolio, segments)
    over = float((steps.over * steps.length).sum()) / day
    sides = [pair["project"], *([pair["other"]] if pair["other_kind"] == "project" else [])]
    rows = positions(pd.Series(sides), portfolio.projects["project"])
    windows = on_services(portfolio, segments)
    mine = np.isin(windows.project, rows)
    parts = {
        name: getattr(windows, name)[mine] for name in ("thing", "project", "role", "begin", "end")
    }
    windows = type(windows)(**parts)
    if pair["other_kind"] == "project":
        met = [
            *service_meetings(windows, steps.edges).values(),
            dependency_meetings(portfolio, windows, steps.edges),
        ]
        return over, sum(float(each.hours.sum()) for each in met) / day
    if pair["other_kind"] == "service":
        frozen = freeze_meetings(portfolio, windows, steps.edges)
        row = positions(pd.Series([pair["other"]]), portfolio.services["service"])
        return over, float(frozen.hours[frozen.thing == row].sum()) / day
    return over, 0.0


def _people_cost(before: Portfolio, after: Portfolio) -> float:
    """Return how much more the people of the plan cost after a change of who does what."""
    total = []
    for portfolio in (before, after):
        work = portfolio.assignments.merge(portfolio.tasks[["task", "duration_days"]], on="task")
        rate = work["resource"].map(portfolio.resources.set_index("resource")["cost_per_day"])
        total.append(float((work["units_fte"] * work["duration_days"] * rate.fillna(0.0)).sum()))
    return total[1] - total[0]


def _mean(values: Floats) -> tuple[float, float]:
    """Return the mean and its standard error; a single run of certain things has none."""
    error = float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return float(values.mean()), error


def _check(top: int, runs: int) -> None:
    faults = []
    for name, value, least in (("top", top, 0), ("runs", runs, 1)):
        if not isinstance(value, int | np.integer) or value < least:
            expected = f"a whole number from {least} on"
            faults.append(fault(name, found=repr(value), expected=expected))
    if faults:
        raise InputError("The conflicts cannot be weighed.", fault_frame(faults))
