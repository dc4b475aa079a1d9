"""Watch: which projects to keep an eye on, whom to ask, whom to leave alone, when to look again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.incident.estimates import Z95, chance, quantile
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.tables import to_minute
from svcimpact.portfolio import Portfolio
from svcimpact.response.judge import Judge
from svcimpact.response.lever_words import names_of
from svcimpact.response.looks import RUNS as LOOK_RUNS
from svcimpact.response.looks import THRESHOLD, looks_ahead, why
from svcimpact.response.practice import OPEN, Answer, asked
from svcimpact.response.restored import at_work, restored
from svcimpact.response.situation import EXPECTED, OVER, Stands, situation
from svcimpact.response.situation import OPEN as STILL
from svcimpact.wording import chance as percent
from svcimpact.wording import counted, day, in_futures, listed, number

Floats = NDArray[np.float64]

RUNS = 400
_LEAST_DAYS = 0.05
# Who speaks for a service, the first of these that is no responder.
_SPEAKS = ("advises", "informed", "does", "decides", "owns")


@dataclass(frozen=True, eq=False, repr=False)
class WatchList(Answer):
    """Which projects to watch, and when news could change a decision.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per project whose P80 falls on a later day, the most delayed first: `project`,
        `name`, `due`, `finish_p80_before`, `finish_p80`, `delay_p80_days` with its `_se`,
        `chance_late_before`, `chance_late` with its `_se`, `look_at` (its task that is delayed
        most among those next to begin or end), `look_on` (when that ends in half of the futures)
        and `ask` (who works on it and does not restore).
    forecast : pandas.DataFrame
        One row per stated incident, those open first, the most severe first: `service`, `name`,
        `state` (open, over, expected), `start`, `elapsed_hours`, `p50`, `p80`, `p95` (when it is
        restored: quantiles of the restoration itself, given the time elapsed).
    do_not_disturb : pandas.DataFrame
        Who restores what is open: `resource`, `name`, `team`, `until_p50`, `until_p80` (the
        first working moment from when they are given back).
    looks : pandas.DataFrame
        What would be known if the incident were still open later: `when`, `project`, `name`,
        `chance_late` with its `_se`, `finish_p80` and `changes` (whether a decision could then
        be another, beyond the error).
    next_look : pandas.Timestamp or NaT
        The first of these moments that could change a decision, to the hour.
    why : str
        What it would change.
    liaison : str
        Whom to ask, instead of the responders.
    liaison_id : str
        Their id in the table stakeholders; empty where there is nobody.
    """

    forecast: pd.DataFrame
    do_not_disturb: pd.DataFrame
    looks: pd.DataFrame
    next_look: Any
    why: str
    liaison: str
    liaison_id: str

    name: ClassVar[str] = "watch"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {
            "watch": self.table,
            "watch_forecast": self.forecast,
            "do_not_disturb": self.do_not_disturb,
            "watch_looks": self.looks,
        }

    def sentences(self) -> list[str]:
        """Return whom to watch, whom to ask, and when to look again.

        Returns
        -------
        list of str
            The forecast first.
        """
        said = [_ahead(row) for row in self.forecast.to_dict("records")]
        if self.table.empty:
            said.append("No project's P80 falls on a later day: there is nothing to watch.")
        else:
            names = listed(list(self.table["name"]))
            whose = "its" if len(self.table) == 1 else "their"
            said.append(f"Watch {names}: only {whose} P80 falls on a later day.")
        if len(self.do_not_disturb):
            count = len(self.do_not_disturb)
            who = "responder" if count == 1 else counted(count, "responder")
            ask = f" Ask {self.liaison}." if self.liaison else ""
            said.append(f"Leave the {who} alone until they are back.{ask}")
        if pd.isna(self.next_look):
            said.append(f"No news would change a decision: {self.why}")
        else:
            said.append(f"Look again on {_moment(self.next_look)}: {self.why}")
        return said


def _ahead(row: Mapping[Any, Any]) -> str:
    """Return when a service is back."""
    name = row["name"]
    if row["state"] == OVER:
        return f"{name} was back on {_moment(row['p50'])}, by what was told."
    hours = row["elapsed_hours"]
    down = f", down for {number(hours, 1)} hours," if hours else ", which has just failed,"
    if row["state"] == EXPECTED:
        down = f", expected to fail on {_moment(row['start'])},"
    if row["p50"] == row["p95"]:
        return f"{name}{down} is back on {_moment(row['p50'])}, by what was told."
    return f"{name}{down} is back {in_futures(row['p50'], row['p80'], time=True)}."


def later_day(before: pd.Series, after: pd.Series) -> pd.Series:
    """Return where a date has moved to a later day: what people are told shows days.

    Parameters
    ----------
    before, after : pandas.Series
        Dates, row by row.

    Returns
    -------
    pandas.Series
        Whether the second is at least a day later; never where either is missing.
    """
    moved: pd.Series = after.dt.normalize() > before.dt.normalize()
    return moved


def _moment(when: Any) -> str:
    return day(when, time=True)


def watch_list(
    outcome: Outcome,
    *,
    now: object = None,
    threshold: float = THRESHOLD,
    runs: int = RUNS,
    threads: int | None = None,
) -> WatchList:
    """Say which projects to watch, and the next moment at which news could change a decision.

    News changes a decision when a project's chance of missing its due date comes to the threshold
    from below, or its P80 passes its due date, either by more than its error: the first hour from
    now on for which that is so given that the incident is then still open.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.
    now : date, date-time or ISO text, optional
        The moment; the scenario's decision time where not given.
    threshold : float
        Chance of missing a due date at which somebody would decide otherwise.
    runs : int
        How many futures to look at.
    threads : int, optional
        How many threads to run on.

    Returns
    -------
    WatchList
        Projects, forecast, responders to leave alone, and the next look.

    Raises
    ------
    InputError
        When there is no incident, or an argument is out of its range.

    Examples
    --------
    >>> import svcimpact as si
    >>> from svcimpact.response.watch import watch_list
    >>> outcome = si.simulate(si.read("data/tiny"), si.Scenario.read("data/tiny/incident.toml"))
    >>> watch_list(outcome, runs=20).table["project"].tolist()
    ['checkout']
    """
    when, scenario = asked(outcome, now, runs)
    portfolio = outcome.portfolio
    judge = Judge(portfolio, scenario, when, threads=threads)
    stands = situation(scenario, portfolio, when)
    responders = _responders(portfolio, judge, stands)
    table = _projects(outcome, judge, set(responders["resource"]))
    looks = looks_ahead(judge, when, stands, set(table["project"]), threshold)
    ahead = looks[looks["changes"]]
    next_look = ahead["when"].iloc[0] if len(ahead) else pd.NaT
    liaison_id, liaison = _liaison(portfolio, stands, set(responders["name"]))
    return WatchList(
        outcome=outcome,
        now=when,
        table=table,
        assumptions=(
            "Restorations are judged by how long the services have been down, and by nothing else "
            f"that is known of them, on {number(runs)} futures.",
            OPEN,
            f"A decision could be another when the chance of missing a due date comes to "
            f"{percent(threshold)}, or P80 passes the due date, by more than {Z95} standard errors "
            f"of {number(min(runs, LOOK_RUNS))} futures in which the incident is then still open; "
            "the next look is the first hour from now at which that is so.",
            "The liaison is whoever advises on, or is informed of, the service that failed, and "
            "does not restore it; its owner where there is nobody else.",
        ),
        forecast=_forecast(portfolio, judge, when, stands),
        do_not_disturb=responders,
        looks=looks,
        next_look=next_look,
        why=why(judge, stands, table, looks, threshold),
        liaison=liaison,
        liaison_id=liaison_id,
    )


def _projects(outcome: Outcome, judge: Judge, pulled: set[str]) -> pd.DataFrame:
    portfolio = outcome.portfolio
    found, clock = judge.futures.found, portfolio.calendar
    projects = portfolio.projects
    due = clock.span(projects["due"], projects["due"])[1]
    calm = np.broadcast_to(found.calm, found.late.shape)
    table = projects[["project", "name", "due"]].copy()
    table["finish_p80_before"] = to_minute(clock.when(quantile(calm, 0.8)[0], side="finish"))
    table["finish_p80"] = to_minute(clock.when(quantile(found.late, 0.8)[0], side="finish"))
    delay, error = quantile((found.late - calm) / judge.day, 0.8)
    table["delay_p80_days"], table["delay_p80_days_se"] = delay, error
    known = ~np.isnan(due + found.late[0])
    for name, finish in (("chance_late_before", calm), ("chance_late", found.late)):
        share, error = chance(finish > due + 1e-6)
        table[name] = np.where(known, share, np.nan)
        if name == "chance_late":
            table["chance_late_se"] = np.where(known, error, np.nan)
    moves = later_day(table["finish_p80_before"], table["finish_p80"])
    table = table[moves].sort_values("delay_p80_days", ascending=False, kind="stable")
    places = [_look_at(outcome, judge, str(project), pulled) for project in table["project"]]
    table["look_at"] = pd.Series([p[0] for p in places], dtype="str", index=table.index)
    table["look_on"] = pd.Series([p[1] for p in places], dtype="datetime64[us]", index=table.index)
    table["ask"] = pd.Series([p[2] for p in places], dtype="str", index=table.index)
    return table.reset_index(drop=True)


def _look_at(
    outcome: Outcome, judge: Judge, project: str, pulled: set[str]
) -> tuple[str, Any, str]:
    """Return the task that tells most, when it ends, and who can be asked about it."""
    portfolio, tasks = outcome.portfolio, outcome.tasks
    open_ = np.isnan(judge.standing.ended)
    mine = tasks[open_ & (tasks["project"] == project).to_numpy()]
    mine = mine[mine["delay_mean_days"] >= _LEAST_DAYS]
    if mine.empty:
        return "", pd.NaT, ""
    soon = mine.sort_values("finish_p50", kind="stable").head(3)
    row = soon.sort_values("delay_mean_days", ascending=False, kind="stable").iloc[0]
    people = portfolio.assignments[portfolio.assignments["task"] == row["task"]]["resource"]
    names = names_of(portfolio, "resources")
    ask = listed([names[who] for who in people if who not in pulled])
    return f"{row['name']} ({row['task']})", row["finish_p50"], ask


def _forecast(
    portfolio: Portfolio, judge: Judge, when: pd.Timestamp, stands: list[Stands]
) -> pd.DataFrame:
    arrivals, clock = judge.futures.arrivals, portfolio.calendar
    names = names_of(portfolio, "services")
    rows = []
    for one in stands:
        incident = one.incident
        since = clock.utc(np.datetime64(when)) - clock.utc(np.datetime64(incident.start))
        row: dict[str, Any] = {
            "service": incident.service,
            "name": names[incident.service],
            "state": one.state,
            "start": pd.Timestamp(incident.start),
            "elapsed_hours": max(float(since / np.timedelta64(1, "h")), 0.0),
        }
        row |= {f"p{q}": restored(clock, arrivals, [one.row], q / 100) for q in (50, 80, 95)}
        rows.append(row)
    columns = ["service", "name", "state", "start", "elapsed_hours", "p50", "p80", "p95"]
    return pd.DataFrame(rows, columns=columns)


def _responders(portfolio: Portfolio, judge: Judge, stands: list[Stands]) -> pd.DataFrame:
    """Return who restores what is open, and until when the incidents need them."""
    clock, f = portfolio.calendar, judge.futures
    pulls = {one.row: f.struck.effects[one.row].pull for one in stands if one.state == STILL}
    needed = np.array([*pulls.values(), np.zeros(len(portfolio.resources))]) > 1e-9
    rows = np.flatnonzero(needed.any(axis=0))
    table = portfolio.resources[["resource", "name", "team"]].iloc[rows].reset_index(drop=True)
    by = [[row for row, pull in pulls.items() if pull[k] > 1e-9] for k in rows]
    for name, q in (("until_p50", 0.5), ("until_p80", 0.8)):
        until = [at_work(clock, restored(clock, f.arrivals, mine, q), judge.when) for mine in by]
        table[name] = pd.Series(until, dtype="datetime64[us]")
    return table


def _liaison(portfolio: Portfolio, stands: list[Stands], responders: set[str]) -> tuple[str, str]:
    """Return who speaks for the service that matters most now, and does not restore it."""
    service = stands[0].incident.service
    people = portfolio.stakeholders.set_index("stakeholder")
    interests = portfolio.interests[portfolio.interests["item"] == service]
    for wanted in _SPEAKS:
        for who in interests.loc[interests["interest"] == wanted, "stakeholder"]:
            row = people.loc[who]
            if row["side"] == "service" and row["name"] not in responders:
                role = row["role"]
                name = f"{row['name']} ({role})" if isinstance(role, str) else str(row["name"])
                return str(who), name
    owner = portfolio.services.set_index("service").loc[service, "owner"]
    if isinstance(owner, str) and owner in people.index:
        return owner, str(people.loc[owner, "name"])
    return "", ""
