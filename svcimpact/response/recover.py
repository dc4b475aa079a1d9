"""Recover: in which order people are handed back, when, and what to ask of whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.incident.actions import Action
from svcimpact.incident.estimates import Z95, mean
from svcimpact.incident.outcome import Outcome
from svcimpact.portfolio import Portfolio
from svcimpact.response.judge import Judge, Levers, Verdict
from svcimpact.response.lever_words import ORDERS
from svcimpact.response.practice import OPEN, Answer, asked
from svcimpact.response.restored import at_work, restored
from svcimpact.response.situation import EXPECTED, OVER, situation
from svcimpact.wording import in_futures, listed, money, number, with_error

Floats = NDArray[np.float64]

RUNS = 400
RULES = ("plan", "cost_of_delay", "least_float")
RULE_NAMES = {"plan": "order of the plan", **ORDERS}
# People whose earlier return is judged, those first whom the incident takes most from projects.
MOST_PEOPLE = 10


@dataclass(frozen=True, eq=False, repr=False)
class HandBack(Answer):
    """The orders of handing people back, side by side, and who returns when.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per rule: `rule`, `name`, `saved_days` (working days over all projects, against
        the order of the plan) and `saved_money`, each with its `_se`, and `best` (saves most
        money, or days where no project has a cost of delay, beyond doubt; else the plan).
    projects : pandas.DataFrame
        One row per rule and project: `rule`, `project`, `name`, `saved_days` and `saved_money`
        with their `_se`, and `chance_late`.
    people : pandas.DataFrame
        One row per person or team that the incident takes: `resource`, `name`, `team`,
        `taken_fte`, `back_p50`, `back_p80` (the first working moment from when the incidents have
        given them back whole, the aftermath included: quantiles of the restorations themselves),
        `day_saved_days` and `day_saved_money` (what one working day of earlier return is worth to
        the projects) with their `_se`, blank for those not judged.
    asks : pandas.DataFrame
        One row per request: `stakeholder`, `name`, `role`, `about` and `text`.
    """

    projects: pd.DataFrame
    people: pd.DataFrame
    asks: pd.DataFrame

    name: ClassVar[str] = "recover"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {
            "recover": self.table,
            "recover_projects": self.projects,
            "recover_people": self.people,
            "recover_asks": self.asks,
        }

    @property
    def rule(self) -> str:
        """The rule that is best."""
        return _best(self.table)

    def sentences(self) -> list[str]:
        """Return the order to choose, who returns when, and what to ask.

        Returns
        -------
        list of str
            The order first.
        """
        row = self.table[self.table["best"]].iloc[0]
        if row["rule"] == "plan":
            said = ["Hand people back in the order of the plan: no other order saves more."]
        else:
            days = with_error(row["saved_days"], row["saved_days_se"])
            saved = f"{days} project days"
            if row["saved_money"] > 0:
                gain = money(row["saved_money"], self.currency, error=row["saved_money_se"])
                saved += f" and {gain}"
            said = [
                f"Hand people back in order of {row['name']}: against the order of the plan it "
                f"saves {saved}."
            ]
        away = self.people[self.people["back_p80"] > self.now]
        for one in away.head(3).to_dict("records"):
            said.append(f"{one['name']} is back {in_futures(one['back_p50'], one['back_p80'])}.")
        said += list(self.asks["text"])
        return said


def hand_back(
    outcome: Outcome,
    *,
    now: object = None,
    runs: int = RUNS,
    threads: int | None = None,
) -> HandBack:
    """Compare the orders in which returning people are handed back to projects.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.
    now : date, date-time or ISO text, optional
        From when on the order holds; the scenario's decision time where not given.
    runs : int
        How many futures to look at.
    threads : int, optional
        How many threads to run on.

    Returns
    -------
    HandBack
        Orders by simulation on the same random numbers, return dates, the worth of a day of
        each, and a request to each key stakeholder.

    Raises
    ------
    InputError
        When there is no incident, or an argument is out of its range.

    Examples
    --------
    >>> import svcimpact as si
    >>> from svcimpact.response.recover import hand_back
    >>> outcome = si.simulate(si.read("data/tiny"), si.Scenario.read("data/tiny/incident.toml"))
    >>> hand_back(outcome, runs=20).rule
    'plan'
    """
    when, scenario = asked(outcome, now, runs)
    judge = Judge(outcome.portfolio, scenario, when, threads=threads)
    verdicts = judge.judge_all([Levers((), rule) for rule in RULES])
    table = _rules(judge, verdicts)
    people = _people(outcome, judge)
    projects = _projects(outcome.portfolio, judge, verdicts)
    return HandBack(
        outcome=outcome,
        now=when,
        table=table,
        assumptions=(
            f"Judged on {number(runs)} futures, each against the order of the plan, which is "
            "project priority, then planned start, then row.",
            OPEN,
            "Least float and cost of delay look at the plan as it stands in the typical run at "
            "the decision, and give one order for the rest.",
            "What a day of earlier return is worth: somebody is back at the decision, each by "
            "themselves, and what that saves is divided by the working days that it is earlier; "
            "it says nothing of what the service loses.",
        ),
        projects=projects,
        people=people,
        asks=_asks(outcome, when, people, projects, _best(table)),
    )


def _best(table: pd.DataFrame) -> str:
    return str(table.loc[table["best"], "rule"].iloc[0])


def _figures(verdict: Verdict | None) -> dict[str, float]:
    if verdict is None:
        nothing = float("nan")
        return dict.fromkeys(
            ("saved_days", "saved_days_se", "saved_money", "saved_money_se"), nothing
        )
    values = np.column_stack([verdict.days.sum(axis=1), verdict.money])
    (days, saved), (days_se, saved_se) = mean(values)
    return {
        "saved_days": days,
        "saved_days_se": days_se,
        "saved_money": saved,
        "saved_money_se": saved_se,
    }


def _rules(judge: Judge, verdicts: list[Verdict | None]) -> pd.DataFrame:
    rows = [
        {"rule": rule, "name": RULE_NAMES[rule], **_figures(verdict)}
        for rule, verdict in zip(RULES, verdicts, strict=True)
    ]
    table = pd.DataFrame(rows)
    sought = "saved_money" if (judge.rate > 0).any() else "saved_days"
    sure = table[sought] > Z95 * table[f"{sought}_se"]
    best = int(table[sought].where(sure & (table[sought] > 0)).fillna(0.0).to_numpy().argmax())
    table["best"] = np.arange(len(table)) == best
    return table


def _projects(portfolio: Portfolio, judge: Judge, verdicts: list[Verdict | None]) -> pd.DataFrame:
    projects = portfolio.projects
    due = portfolio.calendar.span(projects["due"], projects["due"])[1]
    idle = judge.futures.found.late
    parts = []
    for rule, verdict in zip(RULES, verdicts, strict=True):
        if verdict is None:
            continue
        part = projects[["project", "name"]].copy()
        part.insert(0, "rule", rule)
        for name, values in (
            ("saved_days", verdict.days),
            ("saved_money", verdict.days * judge.rate),
        ):
            part[name], part[f"{name}_se"] = mean(values)
        late = (idle - verdict.days * judge.day > due + 1e-6).mean(axis=0)
        part["chance_late"] = np.where(np.isnan(due + idle[0]), np.nan, late)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _people(outcome: Outcome, judge: Judge) -> pd.DataFrame:
    """Return who is taken, until when, and what a day of theirs is worth."""
    portfolio = outcome.portfolio
    effects = judge.futures.struck.effects
    taken = np.array([e.taken for e in effects]).max(axis=0, initial=0.0)
    table = portfolio.resources[["resource", "name", "team"]].copy()
    table["taken_fte"] = taken
    lost = outcome.resources["lost_hours"].to_numpy()
    rows = np.flatnonzero(taken > 1e-9)
    rows = rows[np.argsort(-lost[rows], kind="stable")]
    table = table.iloc[rows].reset_index(drop=True)
    back = np.column_stack([_back(judge, int(k)) for k in rows]) if len(rows) else None
    for name, q in (("back_p50", 0.5), ("back_p80", 0.8)):
        ends = [_given_back(judge, int(k), q) for k in rows]
        table[name] = pd.Series(ends, dtype="datetime64[us]")
    pulled = np.array([e.pull for e in effects]).max(axis=0, initial=0.0)[rows]
    told = [k for k in range(len(table)) if pulled[k] > 1e-9][:MOST_PEOPLE]
    levers = [
        Levers((Action("keep_responder", resource=str(table["resource"].iloc[k]), alpha=0.0),))
        for k in told
    ]
    for k, verdict in zip(told, judge.judge_all(levers), strict=True):
        days = float(back[:, k].mean() - judge.when) / judge.day if back is not None else 0.0
        for name, value in _figures(verdict).items():
            table.loc[k, f"day_{name}"] = value / days if days > 0 else 0.0
    for name in ("saved_days", "saved_days_se", "saved_money", "saved_money_se"):
        if f"day_{name}" not in table:
            table[f"day_{name}"] = np.nan
    return table


def _given_back(judge: Judge, k: int, q: float) -> pd.Timestamp:
    """Return from when a resource is at work again in a share of the futures."""
    clock, f = judge.portfolio.calendar, judge.futures
    stated = judge.scenario.incidents
    mine = [row for row in range(len(stated)) if f.struck.effects[row].taken[k] > 1e-9]
    if not mine:
        return at_work(clock, pd.Timestamp(clock.when(judge.when)), judge.when)
    aftermath = f.struck.strikes.aftermath
    more = [stated[row].aftermath_hours if aftermath[row] > 0 else 0.0 for row in mine]
    return at_work(clock, restored(clock, f.arrivals, mine, q, more), judge.when)


def _back(judge: Judge, k: int) -> Floats:
    """Return when the stated incidents have given a resource back, run by run."""
    struck = judge.futures.struck
    strikes, stated = struck.strikes, len(judge.scenario.incidents)
    mine = np.array([e.taken[k] > 1e-9 for e in struck.effects[:stated]] + [False])
    kind = np.minimum(strikes.kind, stated)
    ends = np.where(strikes.aftermath[strikes.kind] > 0, strikes.over, strikes.restored)
    run = np.repeat(np.arange(judge.runs), np.diff(strikes.ptr))
    back = np.full(judge.runs, judge.when)
    np.maximum.at(back, run[mine[kind]], ends[mine[kind]])
    return back


def _asks(
    outcome: Outcome, now: pd.Timestamp, people: pd.DataFrame, projects: pd.DataFrame, rule: str
) -> pd.DataFrame:
    """Return what to ask of service owners, and of sponsors whose projects come first.

    Nobody is asked for from a service that is back, and nobody twice.
    """
    portfolio = outcome.portfolio
    stakeholders = portfolio.stakeholders.set_index("stakeholder")
    rows: list[dict[str, Any]] = []
    worth = people[people["day_saved_days"] > Z95 * people["day_saved_days_se"]]
    worth = worth[worth["day_saved_days"] >= 0.05]
    worth = worth.sort_values("day_saved_days", ascending=False, kind="stable")
    services = portfolio.services.set_index("service")
    stands = [one for one in situation(outcome.scenario, portfolio, now) if one.state != OVER]
    states = {one.incident.service: one.state for one in reversed(stands)}
    for service in dict.fromkeys(one.incident.service for one in stands):
        owner = services.loc[service, "owner"]
        support = portfolio.support[portfolio.support["service"] == service]["resource"]
        mine = worth[worth["resource"].isin(support)].head(3)
        if not len(mine):
            continue
        worth = worth.drop(index=mine.index)
        each = [
            f"{row['name']} ({with_error(row['day_saved_days'], row['day_saved_days_se'])} project "
            "days for each working day)"
            for row in mine.to_dict("records")
        ]
        name = str(services.loc[service, "name"])
        once = f"Once {name} has failed and" if states[service] == EXPECTED else f"As {name}"
        text = f"{once} recovers, please hand back first {listed(each)}."
        rows.append(_ask(stakeholders, owner, name, text))
    if rule != "plan":
        gaining = projects[projects["rule"] == rule].sort_values(
            "saved_days", ascending=False, kind="stable"
        )
        losing = gaining[gaining["saved_days"] < -0.05]
        sponsors = portfolio.projects.set_index("project")["sponsor"]
        for row in losing.to_dict("records"):
            days = with_error(-row["saved_days"], row["saved_days_se"])
            text = (
                f"Please agree that {row['name']} waits {days} working days longer, so that people "
                f"go back in order of {RULE_NAMES[rule]}."
            )
            rows.append(_ask(stakeholders, sponsors[row["project"]], str(row["name"]), text))
    return pd.DataFrame(rows, columns=["stakeholder", "name", "role", "about", "text"])


def _ask(stakeholders: pd.DataFrame, who: Any, about: str, text: str) -> dict[str, Any]:
    """Return one request; to nobody by name where the tables name nobody."""
    known = isinstance(who, str) and who in stakeholders.index
    name = str(stakeholders.loc[who, "name"]) if known else ""
    role = stakeholders.loc[who, "role"] if known else None
    return {
        "stakeholder": who if known else "",
        "name": name,
        "role": role if isinstance(role, str) else "",
        "about": about,
        "text": f"{name}: {text}" if name else text,
    }
