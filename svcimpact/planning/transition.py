"""Tell whether the result will be an acceptable service, not only what the document said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from svcimpact.engine.plan import Floats
from svcimpact.engine.runs import run_once
from svcimpact.incident.estimates import chance
from svcimpact.incident.tables import due_hours
from svcimpact.planning.early_life import Load, delays_by, load_of, takes_of
from svcimpact.planning.go_no_go import CHECKS, checks_of, criteria_of
from svcimpact.planning.readiness import GoLive, Look, Pair, Waived, look, pairs_of
from svcimpact.planning.replay import draw, with_taken
from svcimpact.planning.safe_date import SafeDate, safe_date
from svcimpact.planning.steps import SEGMENT_COLUMNS, load_steps
from svcimpact.planning.transition_rules import TransitionRules
from svcimpact.planning.transition_tables import (
    TOLD_DAYS,
    check_table,
    delay_table,
    delivery_check,
    early_table,
    sheet_row,
    sheet_table,
)
from svcimpact.portfolio import Portfolio
from svcimpact.wording import chance as percent

#: Verdicts, the worst first, by (delivered as documented, acceptable in service).
VERDICTS = {
    "no-go": "delivered as documented, not acceptable in service",
    "not ready": "neither delivered in time nor acceptable in service",
    "late": "acceptable in service, not delivered in time",
    "go, if": "delivered as documented, acceptable once what is open or weak is settled",
    "go": "delivered as documented and acceptable in service",
}
_SHOWN = 12
_TOLERANCE = 1e-6  # hours


@dataclass(frozen=True, eq=False, repr=False)
class Transition:
    """A go/no-go sheet for every project and service that it changes.

    Attributes
    ----------
    portfolio : Portfolio
        The portfolio.
    rules : TransitionRules
        By which it was judged.
    sheet : pandas.DataFrame
        One row per project and service that the project changes or that has to accept it, by
        row of projects, then services: `project`, `project_name`, `service`, `service_name`,
        `tier`, `role` (what the
        service is to the project, as in `TransitionRules.needed`); `go_live_task`, `go_live`
        (planned) and `go_live_levelled`; `safe_from` (earliest safe go-live; NaT where there is
        none), `wait_days` (working days from the planned go-live to it) and `waits_for` (what
        sets it); `criteria`, `met`, `unproven`, `open`,
        `failed` (how many); `gaps`, `weak`, `conditions` (how many checks are of status gap,
        weak, open); `chance_delivered` and `chance_delivered_se`, `delivered`, `acceptable`,
        `verdict` (one of `VERDICTS`) and `because`; `early_life_days` (person-days of its own
        people), `delayed` (how many other projects it delays by 0.05 working days or more, beyond
        twice the Monte Carlo error), `delay_days` and `delay_days_se`
        (the longest mean delay among them, working days), `delay_cost` (all of them).
    checks : pandas.DataFrame
        Eight rows per row of the sheet (see `CHECKS`, and ``delivered``): `project`, `service`,
        `check`, `name`, `status` (``ok``, ``open``, ``weak``, ``gap``), `found` and `tasks`.
    criteria : pandas.DataFrame
        The acceptance table with `evidence`: ``met``, ``unproven`` (said to be met, nothing
        achieved), ``open`` or ``failed``.
    early_life : pandas.DataFrame
        The load of early-life support on the service's own people: `project`, `service`,
        `resource`, `name`, `start`, `finish`, `fte`, `days` (person-days), `source`
        (``planned``, ``put back`` or ``assumed``), `task`.
    delays : pandas.DataFrame
        What that load does to other projects: `project`, `service`, `delayed`, `delayed_name`,
        `delay_days`, `delay_days_se` (working days, mean and Monte Carlo error) and `delay_cost`.
    runs, seed : int
        How many futures were run, and the seed of their durations.
    """

    portfolio: Portfolio
    rules: TransitionRules
    sheet: pd.DataFrame
    checks: pd.DataFrame
    criteria: pd.DataFrame
    early_life: pd.DataFrame
    delays: pd.DataFrame
    runs: int
    seed: int

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table of the result by name."""
        names = ("sheet", "checks", "criteria", "early_life", "delays")
        return {name: getattr(self, name) for name in names}

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the tables do not say and was assumed, one sentence each."""
        rules = self.rules
        days = ", ".join(
            f"{CHECKS[name]} {length:g}" for name, length in rules.assumed_days.items()
        )
        return (
            "A project goes live on a service with its first transition task that changes the "
            "service; without one, that changes any service; without one, with its first work "
            "of the transition; without one, when its last change is built.",
            "A task of an activity counts for the services it touches; one that touches none of "
            "the project's services counts for all of them.",
            "Service test has to end after the last change is built (scope, design or delivery "
            "work) and before go-live, training to end before go-live, business change to begin "
            "before it, early-life support to begin between go-live and the end of the last "
            f"change and to last {rules.early_life_days:g} working days, handover to end with it.",
            "Delivered as documented: every task that changes the service ends by the project's "
            f"due date in at least {percent(rules.delivered_chance)} of the runs; a project "
            "without a due date counts as delivered.",
            "What is missing is a gap only where the service needs it: all of it where the "
            "project goes live, criteria and a service test where it is changed on the way.",
            "Where early-life support is missing but needed, each supporter is assumed to give "
            f"{percent(rules.early_life_uplift)} of their everyday support of the service on top "
            f"for {rules.early_life_days:g} working days; what others do of it in the plan is "
            "asked of the service's own people as well.",
            f"What is missing is assumed to take (working days): {days}; a failed criterion "
            f"{rules.rework_days:g} to put right, and a new service test. Open criteria are taken "
            "to be met in time.",
        )

    def sentences(self) -> list[str]:
        """Return the findings as text: the count, then every red verdict, the worst tier first.

        Returns
        -------
        list of str
            Plain text, unescaped.
        """
        sheet = self.sheet
        if sheet.empty:
            return ["No project changes a service, and none has to accept one."]
        red = sheet[sheet["verdict"] == "no-go"]
        go = sheet["verdict"].isin(["go", "go, if"]).sum()
        whole = f"{len(sheet)} go-live{'' if len(sheet) == 1 else 's'}"
        said = [
            f"Of {whole} on services, {len(red)} would be delivered as documented but not be "
            f"acceptable in service; {go} can go, or can go once what is open is settled."
        ]
        order = red.sort_values(["tier", "gaps"], ascending=[True, False], kind="stable")
        said += [self._sentence(row) for row in order.to_dict("records")]
        most = self.delays.sort_values("delay_days", ascending=False, kind="stable").head(1)
        for row in most.to_dict("records"):
            if row["delay_days"] >= max(TOLD_DAYS, 2 * row["delay_days_se"]):
                said.append(
                    f"Early-life support of {row['service_name']} after {row['project_name']} "
                    f"delays {row['delayed_name']} by {row['delay_days']:.1f} working days "
                    "on average."
                )
        return said

    def _sentence(self, row: dict[Hashable, Any]) -> str:
        day, when = row["safe_from"], "no safe date within a year"
        if not pd.isna(day):
            when = f"safe from {day.day} {day.month_name()} {day.year} once put right"
        told = f"{row['service_name']} cannot accept {row['project_name']}: {row['because']}"
        return f"{told} ({when})."

    def _headline(self) -> str:
        counts = self.sheet["verdict"].value_counts()
        parts = [f"{counts[name]} {name}" for name in VERDICTS if counts.get(name)]
        whole = len(self.sheet)
        return (
            f"{whole} go-live{'' if whole == 1 else 's'} on services: {', '.join(parts) or 'none'}"
        )

    def __repr__(self) -> str:
        rows = self.sheet.head(_SHOWN).to_dict("records")
        lines = [f"Transition: {self._headline()}"]
        lines += [
            f"{row['project']} on {row['service']}: {row['verdict']}"
            + (f" ({row['because']})" if row["because"] else "")
            for row in rows
        ]
        more = len(self.sheet) - _SHOWN
        return "\n  ".join([*lines, f"and {more} more"] if more > 0 else lines)

    def _repr_html_(self) -> str:
        columns = {
            "project_name": "Project",
            "service_name": "Service",
            "verdict": "Verdict",
            "go_live": "Planned go-live",
            "safe_from": "Safe from",
            "because": "Because",
        }
        head = "".join(f"<th>{title}</th>" for title in columns.values())
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(_cell(row[column]))}</td>' for column in columns)}</tr>"
            for row in self.sheet.head(_SHOWN).to_dict("records")
        )
        more = len(self.sheet) - _SHOWN
        tail = f"<p>and {more} more</p>" if more > 0 else ""
        return (
            f"<p><b>Transition</b>: {self._headline()}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{tail}"
        )


def transition(
    portfolio: Portfolio,
    *,
    rules: TransitionRules | None = None,
    go_live: GoLive | None = None,
    waived: Waived | None = None,
    runs: int = 200,
    seed: int = 1,
) -> Transition:
    """Judge every project on every service that it changes: will the service be acceptable.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    rules : TransitionRules, optional
        What an acceptable service needs, and what is assumed where the plan is silent.
    go_live : mapping, optional
        Ids of the tasks with which projects go live, by project or by (project, service), where
        they are not the first transition tasks that change the service.
    waived : mapping, optional
        Activities that are not needed, by project or by (project, service), such as
        ``{"INS": ["business_change"]}``.
    runs : int
        How many futures of the durations to run; one where no duration is uncertain.
    seed : int
        Seed of the durations.

    Returns
    -------
    Transition
        The sheet, its checks, and what early-life support costs other projects.

    Raises
    ------
    InputError
        If `go_live` or `waived` name what is not there, `runs` is not above 0, or a task can
        never start.

    Notes
    -----
    Order and freezes are checked at the planned dates, so that they can be followed by hand;
    safe dates are found on the levelled plan. A delay is the mean over runs of the finish with
    all early-life load less that without the load of one project on one service, on the same
    durations.

    Examples
    --------
    >>> from svcimpact.io import read
    >>> found = transition(read("data/tiny"))
    >>> found.sheet[["project", "service", "verdict", "gaps"]]
        project   service verdict  gaps
    0  checkout  payments    no-go     2
    """
    rules = TransitionRules() if rules is None else rules
    drawn = draw(portfolio, runs=runs, seed=seed, min_share=rules.min_share)
    known = look(portfolio, drawn.plan)
    pairs = pairs_of(known, go_live or {}, waived or {})
    criteria = criteria_of(known)
    keys = zip(criteria["project"], criteria["service"], criteria["evidence"], strict=True)
    counts: dict[tuple[str, str], Counter[str]] = {}
    for project, service, evidence in keys:
        counts.setdefault((project, service), Counter())[evidence] += 1
    levelled = run_once(drawn.plan, min_share=rules.min_share)
    times = levelled.start, levelled.finish
    loads = [load_of(known, pair, *times, rules) for pair in pairs]
    delays, finish = delays_by(drawn, loads)
    sure = _delivered(known, pairs, finish)
    ids = portfolio.projects["project"].tolist(), portfolio.services["service"].tolist()
    each_count = [counts.get((ids[0][p.project], ids[1][p.service]), Counter()) for p in pairs]
    safe = _safe_dates(known, pairs, each_count, loads, rules)
    checks, rows = [], []
    for pair, count, chances, date in zip(pairs, each_count, sure, safe, strict=True):
        told = checks_of(known, pair, count, rules)
        late = delivery_check(known, pair, chances, rules)
        checks += [(pair, check) for check in (*told, late)]
        live = float(times[pair.at_finish][pair.go_live]) if pair.go_live >= 0 else float("nan")
        rows.append(sheet_row(known, pair, told, late, count, chances, date, live))
    early, moved = early_table(known, pairs, loads), delay_table(known, pairs, delays)
    return Transition(
        portfolio=portfolio,
        rules=rules,
        sheet=sheet_table(rows, early, moved),
        checks=check_table(known, checks),
        criteria=criteria,
        early_life=early,
        delays=moved,
        runs=drawn.runs,
        seed=seed,
    )


def _delivered(known: Look, pairs: list[Pair], finish: Floats) -> list[tuple[float, float]]:
    """Return the chance that each pair's changes end by the due date, and its error."""
    due = due_hours(known.portfolio.calendar, known.portfolio.projects["due"])
    found = []
    for pair in pairs:
        if pair.go_live < 0 or np.isnan(due[pair.project]):
            found.append((float("nan"), float("nan")))
            continue
        last = finish[:, list(pair.changes or (pair.go_live,))].max(axis=1)
        estimate, error = chance((last <= due[pair.project] + _TOLERANCE)[:, None])
        found.append((float(estimate[0]), float(error[0]) if len(finish) > 1 else 0.0))
    return found


def _safe_dates(
    known: Look,
    pairs: list[Pair],
    counts: list[Counter[str]],
    loads: list[list[Load]],
    rules: TransitionRules,
) -> list[SafeDate]:
    """Return the earliest safe go-live of each pair, all early-life load being there."""
    portfolio = known.portfolio
    everything = [take for mine in loads for take in takes_of(mine)]
    plan = with_taken(known.plan, everything)
    run = run_once(plan, min_share=rules.min_share, trace=True)
    segments = pd.DataFrame(run.segments, columns=["row", *SEGMENT_COLUMNS[1:]])
    segments.insert(
        0, "task", portfolio.tasks["task"].take(segments["row"].to_numpy(np.int64)).array
    )
    ids = portfolio.resources["resource"]
    found = []
    for at, pair in enumerate(pairs):
        own = [each.task for each in loads[at]]
        left = segments[~segments["row"].isin(own)].drop(columns="row")
        others = [t for to, mine in enumerate(loads) if to != at for t in takes_of(mine)]
        takes = pd.DataFrame(others, columns=["resource", "start_hours", "finish_hours", "fte"])
        takes["resource"] = ids.take(takes["resource"].to_numpy(np.int64)).array
        steps = load_steps(portfolio, left, takes if others else None)
        failed = counts[at].get("failed", 0) > 0
        found.append(safe_date(known, pair, failed, loads[at], steps, run.start, run.finish, rules))
    return found


def _cell(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return "" if pd.isna(value) else str(value)
