"""Escalate or hold: is keeping its people worth more to a project than it costs others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.incident import estimates
from svcimpact.incident.action_checks import action_faults
from svcimpact.incident.actions import ALPHA, Action
from svcimpact.incident.outcome import Outcome
from svcimpact.portfolio import Portfolio
from svcimpact.response.escalate_words import verdict_in_words
from svcimpact.response.judge import Judge, Levers, Verdict, rows_of
from svcimpact.response.lever_words import names_of
from svcimpact.response.practice import OPEN, Answer, asked, still_open
from svcimpact.wording import chance, listed, number

Floats = NDArray[np.float64]

RUNS = 400
THRESHOLD = 0.8
ALPHAS = (0.0, 0.5, 1.0, 1.5, 2.0)
COSTS = (0.5, 1.0, 2.0)
LATER_HOURS = (4.0, 8.0, 16.0, 24.0, 48.0, 96.0)
# Working days from which a delay is worth a word to senior management.
_LEAST_DAYS = 0.5


@dataclass(frozen=True, eq=False, repr=False)
class Escalation(Answer):
    """Escalate or hold, project by project.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per project that loses half a working day or more on average: `project`, `name`,
        `verdict` (escalate, hold, never), `reason`, `responders` (whom it would keep, by name),
        `likelihood` (of futures in which the project's gain outweighs the loss), `project_gain`
        (cost of delay that the project saves), `service_loss` (cost of the longer outage),
        `others_loss` (cost of delay that it brings other projects), `net` (gain less both),
        `breakeven_outage_cost_per_hour` (below it the mean net is a gain), each with its `_se`;
        `extra_outage_hours`, `outage_cost_per_hour` (of all services down), `breakeven_alpha`
        (below it likewise; blank beyond those looked at), `alpha`, and `ask_again` (when the
        verdict would be another if the incident is still open; blank if at none of the moments
        looked at). Money is in the portfolio's currency.
    sensitivity : pandas.DataFrame
        `project`, `alpha`, `outage_cost_factor`, `likelihood` and `net` with their `_se`.
    threshold : float
        Likelihood from which senior management is taken to side with the project.
    """

    sensitivity: pd.DataFrame
    threshold: float

    name: ClassVar[str] = "escalate"

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {"escalate": self.table, "escalate_sensitivity": self.sensitivity}

    def sentences(self) -> list[str]:
        """Return the verdicts, those to escalate first.

        Returns
        -------
        list of str
            One or two sentences per project.
        """
        if self.table.empty:
            return [
                "No project loses half a working day or more on average: there is nothing to "
                "escalate."
            ]
        order = {"escalate": 0, "hold": 1, "never": 2}
        rows = sorted(self.table.to_dict("records"), key=lambda row: order[row["verdict"]])
        said = [
            verdict_in_words({str(k): v for k, v in row.items()}, self.currency, self.threshold)
            for row in rows
        ]
        if any(row["verdict"] == "escalate" for row in rows):
            said.append("Before asking, see what helps that needs nobody's leave: contingency.")
        return said


def escalation(
    outcome: Outcome,
    *,
    now: object = None,
    alpha: float = ALPHA,
    threshold: float = THRESHOLD,
    runs: int = RUNS,
    threads: int | None = None,
) -> Escalation:
    """Say for every delayed project whether keeping its people is worth asking for.

    Run by run, on the same random numbers, what the project saves by keeping the responders it
    needs is held against what the service loses by a longer outage, and other projects by a
    longer absence of theirs. Of each responder alone and all of them together the one with the
    best mean net is told, of those that bring the project forward at all.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.
    now : date, date-time or ISO text, optional
        When it is decided; the scenario's decision time where not given.
    alpha : float
        How strongly the restoration suffers from a responder less; what is left of it takes
        ``(responders / responders left) ^ alpha`` as long, in FTE pulled.
    threshold : float
        Likelihood from which senior management is taken to side with the project; in between
        0 and 1.
    runs : int
        How many futures to look at.
    threads : int, optional
        How many threads to run on.

    Returns
    -------
    Escalation
        Verdicts, break-even figures, and sensitivity to alpha and to the cost of an outage. A
        protected service never loses to a project.

    Raises
    ------
    InputError
        When there is no incident, or an argument is out of its range.

    Examples
    --------
    >>> import svcimpact as si
    >>> from svcimpact.response.escalate import escalation
    >>> outcome = si.simulate(si.read("data/tiny"), si.Scenario.read("data/tiny/incident.toml"))
    >>> escalation(outcome, runs=20).table[["project", "verdict"]].values.tolist()
    [['checkout', 'hold']]
    """
    _check(alpha, threshold)
    when, scenario = asked(outcome, now, runs)
    judge = Judge(outcome.portfolio, scenario, when, threads=threads)
    candidates = _candidates(outcome, judge)
    rows, sensitivity = [], []
    for one in candidates:
        row = {**one.row(), "alpha": alpha}
        if one.people and not one.reason:
            best, verdict = _best(judge, one, alpha)
            row |= _told(outcome.portfolio, judge, one, best, verdict, threshold)
            around = _around(judge, one, best)
            sensitivity += around
            row["breakeven_alpha"] = _zero(around)
        rows.append(row)
    table = pd.DataFrame(rows, columns=_COLUMNS)
    table["ask_again"] = _ask_again(outcome, judge, candidates, table, alpha, threshold)
    return Escalation(
        outcome=outcome,
        now=when,
        table=table,
        assumptions=_assumptions(alpha, threshold, runs),
        sensitivity=pd.DataFrame(sensitivity, columns=_SENSITIVITY),
        threshold=threshold,
    )


_COLUMNS = [
    "project", "name", "verdict", "reason", "responders", "likelihood", "likelihood_se",
    "project_gain", "project_gain_se", "service_loss", "service_loss_se", "others_loss",
    "others_loss_se", "net", "net_se", "extra_outage_hours", "outage_cost_per_hour",
    "breakeven_outage_cost_per_hour", "breakeven_outage_cost_per_hour_se", "breakeven_alpha",
    "alpha",
]  # fmt: skip
_SENSITIVITY = [
    "project", "alpha", "outage_cost_factor", "likelihood", "likelihood_se", "net", "net_se",
]  # fmt: skip


def _check(alpha: float, threshold: float) -> None:
    faults = []
    for name, value, high in (("alpha", alpha, 10.0), ("threshold", threshold, 1.0)):
        sound = isinstance(value, int | float) and not isinstance(value, bool)
        if not sound or not 0.0 <= value <= high:
            faults.append(fault(name, found=repr(value), expected=f"a number from 0 to {high:g}"))
    if faults:
        raise InputError("It cannot be said whether to escalate.", fault_frame(faults))


@dataclass(frozen=True)
class _Candidate:
    """A delayed project and the responders it would keep."""

    row_of_project: int
    project: str
    name: str
    people: tuple[str, ...]
    reason: str
    protected: bool

    def row(self) -> dict[str, Any]:
        verdict = "never" if self.protected else "hold"
        return {
            "project": self.project,
            "name": self.name,
            "verdict": verdict,
            "reason": self.reason,
            "responders": "",
        }


def _candidates(outcome: Outcome, judge: Judge) -> list[_Candidate]:
    """Return every delayed project, with the responders whom its open tasks need."""
    portfolio = outcome.portfolio
    open_ = np.zeros(len(portfolio.tasks), bool)
    open_[rows_of(judge.standing)] = True
    tasks = portfolio.tasks.loc[open_, ["task", "project"]]
    needs = portfolio.assignments.merge(tasks, on="task").groupby("project")["resource"].agg(set)
    effects = judge.futures.struck.effects[: len(outcome.scenario.incidents)]
    ids = list(portfolio.resources["resource"])
    services = portfolio.services.set_index("service")
    pulled = [{ids[k] for k in np.flatnonzero(e.pull > 1e-9)} for e in effects]
    # A service that is down because another is counts as much as the one that failed.
    guarded = [[s for s in e.down if services.loc[s, "protected"]] for e in effects]
    protected = set().union(*(p for p, g in zip(pulled, guarded, strict=True) if g), set())
    kept_free = set().union(*pulled, set()) - protected
    found = []
    for k, row in enumerate(outcome.projects.to_dict("records")):
        if not row["delay_mean_days"] >= _LEAST_DAYS:
            continue
        mine = needs.get(row["project"], set())
        people = tuple(who for who in ids if who in mine & kept_free)
        held = mine & protected
        reason = ""
        if not people and held:
            names = listed([str(services.loc[s, "name"]) for s in dict.fromkeys(chain(*guarded))])
            reason = f"{names} is protected: it never loses to a project."
        elif not people:
            reason = "None of its people restores the service: there is nobody to keep."
        found.append(
            _Candidate(k, row["project"], row["name"], people, reason, bool(held and not people))
        )
    return found


def _kept(people: Sequence[str], alpha: float) -> Levers:
    return Levers(tuple(Action("keep_responder", resource=who, alpha=alpha) for who in people))


def _best(judge: Judge, one: _Candidate, alpha: float) -> tuple[tuple[str, ...], Verdict | None]:
    """Return which of the responders to keep, and what that comes to."""
    sets: list[tuple[str, ...]] = [(who,) for who in one.people]
    if len(one.people) > 1:
        sets.append(one.people)
    sets = [people for people in sets if _somebody_left(judge, people)]
    verdicts = judge.judge_all([_kept(people, alpha) for people in sets])
    told = [(p, v) for p, v in zip(sets, verdicts, strict=True) if v is not None]
    if not told:
        return (), None
    # Those that bring the project forward at all come first.
    helping = [pair for pair in told if float(_split(judge, one, pair[1])[0].mean()) > 0.0]
    return max(helping or told, key=lambda pair: float(pair[1].net.mean()))


def _somebody_left(judge: Judge, people: Sequence[str]) -> bool:
    """Tell whether every incident keeps a responder."""
    return not action_faults(judge.scenario_with(_kept(people, ALPHA)), judge.portfolio)


def _split(judge: Judge, one: _Candidate, verdict: Verdict) -> tuple[Floats, Floats, Floats]:
    """Return the project's gain, the service's loss and other projects' loss, run by run."""
    own = verdict.days[:, one.row_of_project] * judge.rate[one.row_of_project]
    return own, verdict.cost, own - verdict.money


def _mean(values: Floats) -> tuple[float, float]:
    estimate, error = estimates.mean(values[:, None])
    return float(estimate[0]), float(error[0])


def _chance(happened: NDArray[np.bool_]) -> tuple[float, float]:
    estimate, error = estimates.chance(happened[:, None])
    return float(estimate[0]), float(error[0])


def _told(
    portfolio: Portfolio,
    judge: Judge,
    one: _Candidate,
    people: Sequence[str],
    verdict: Verdict | None,
    threshold: float,
) -> dict[str, Any]:
    """Return the figures and the verdict on one project."""
    if verdict is None:
        return {"reason": "Nobody would be left to restore the service."}
    gain, loss, others = _split(judge, one, verdict)
    net = gain - loss - others
    told: dict[str, Any] = {}
    for name, values in (
        ("project_gain", gain), ("service_loss", loss), ("others_loss", others), ("net", net)
    ):  # fmt: skip
        told[name], told[f"{name}_se"] = _mean(values)
    told["likelihood"], told["likelihood_se"] = _chance(net > 1e-9)
    extra = float(verdict.longer.mean())
    told["extra_outage_hours"] = extra
    if extra > 0:
        told["outage_cost_per_hour"] = told["service_loss"] / extra
        room = told["project_gain"] - told["others_loss"]
        told["breakeven_outage_cost_per_hour"] = room / extra
        # Of a ratio of two means of the same runs.
        off = _mean(gain - others - room / extra * verdict.longer)[1]
        told["breakeven_outage_cost_per_hour_se"] = off / extra
    # An outage that no table prices outweighs nothing and is outweighed by nothing.
    priced = told["service_loss"] > 0 or not extra > 0
    wins = told["likelihood"] >= threshold and told["net"] > 0 and priced
    names = names_of(portfolio, "resources")
    told["verdict"] = "escalate" if wins else "hold"
    told["responders"] = listed([names[who] for who in people])
    told["reason"] = (
        f"The gain outweighs the loss in {chance(told['likelihood'])} of futures; from "
        f"{chance(threshold)} on it is worth asking."
    )
    return told


def _around(judge: Judge, one: _Candidate, people: Sequence[str]) -> list[dict[str, Any]]:
    """Return the net at other alphas and other costs of an outage."""
    if not people:
        return []
    verdicts = judge.judge_all([_kept(people, alpha) for alpha in ALPHAS])
    rows = []
    for alpha, verdict in zip(ALPHAS, verdicts, strict=True):
        if verdict is None:
            continue
        gain, loss, others = _split(judge, one, verdict)
        for factor in COSTS:
            net = gain - factor * loss - others
            likelihood, net_mean = _chance(net > 1e-9), _mean(net)
            rows.append(
                {
                    "project": one.project,
                    "alpha": alpha,
                    "outage_cost_factor": factor,
                    "likelihood": likelihood[0],
                    "likelihood_se": likelihood[1],
                    "net": net_mean[0],
                    "net_se": net_mean[1],
                }
            )
    return rows


def _zero(around: Sequence[dict[str, Any]]) -> float:
    """Return the alpha at which the mean net turns into a loss, as outages cost now."""
    points = [(row["alpha"], row["net"]) for row in around if row["outage_cost_factor"] == 1.0]
    for (a, one), (b, other) in pairwise(points):
        if one > 0.0 >= other:
            return float(a + (b - a) * one / (one - other))
    return float("nan")


def _ask_again(
    outcome: Outcome,
    judge: Judge,
    candidates: Sequence[_Candidate],
    table: pd.DataFrame,
    alpha: float,
    threshold: float,
) -> pd.Series:
    """Return when each verdict would be another, given that the incident is still open."""
    again = pd.Series(pd.NaT, index=table.index, dtype="datetime64[us]")
    waiting = [k for k, one in enumerate(candidates) if one.people and not one.reason]
    clock, portfolio = outcome.portfolio.calendar, outcome.portfolio
    now = np.datetime64(judge.scenario.decision_time)
    for hours in LATER_HOURS:
        when = pd.Timestamp(clock.later(now, hours)[()])
        if not waiting or float(clock.hours(np.datetime64(when))) >= judge.last:
            break
        scenario = still_open(judge.scenario, portfolio, when)
        if any(item.hours is not None for item in scenario.incidents):
            # How long it lasts is known: there is no news to wait for.
            break
        later = Judge(portfolio, scenario, when, threads=judge.threads)
        for k in list(waiting):
            best, verdict = _best(later, candidates[k], alpha)
            told = _told(portfolio, later, candidates[k], best, verdict, threshold)
            if told.get("verdict", "hold") != table["verdict"].iloc[k]:
                again[k] = when
                waiting.remove(k)
    return again


def _assumptions(alpha: float, threshold: float, runs: int) -> tuple[str, ...]:
    return (
        f"Judged on {number(runs)} futures, each against the same in which nobody is kept.",
        "Projects that lose less than half a working day on average are not asked about.",
        OPEN,
        "Whoever is kept is missed by the restoration: what is left of it takes (responders / "
        f"responders left) ^ {alpha:g} as long, responders counted in FTE pulled. Alpha is a "
        "judgement, not a measurement.",
        "The service loses the cost of the longer outage of every service that is down; other "
        "projects lose what the longer absence of their people costs them.",
        f"Senior management is taken to side with a project whose gain outweighs the loss in "
        f"{chance(threshold)} of futures or more, and on average. A protected service never "
        "loses to a project.",
        "No alternative within the reach of the project manager is weighed here: see the "
        "contingency plan first.",
    )
