"""The sections of a report on what to do during an incident, and after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from svcimpact import charts
from svcimpact.incident.attribution import Attribution
from svcimpact.incident.disruption import MECHANISMS
from svcimpact.incident.outcome import Outcome
from svcimpact.report.contents import full
from svcimpact.report.page import Chart, Section, Table
from svcimpact.response.live import answer_all
from svcimpact.response.practice import Answer
from svcimpact.wording import chance, day, money, number, with_error

_MOST = 12
_TITLES = {
    "watch": "Which projects to watch, and when to look again",
    "redeploy": "Who responds, who covers, who is free",
    "contingency": "What helps: the contingency plan",
    "escalate": "Escalate or hold",
    "morale": "Who is stuck",
    "recover": "Handing people back",
}
_TOPICS = {
    "watch": "Watch list",
    "redeploy": "Redeployment",
    "contingency": "Contingency plan",
    "escalate": "Escalate or hold",
    "morale": "Who is stuck",
    "inform": "Notes",
    "recover": "Handing back",
}


def practice_answers(
    outcome: Outcome, *, now: object = None, runs: int | None = None
) -> dict[str, Answer]:
    """Return the answers of all practices to an outcome.

    Parameters
    ----------
    outcome : Outcome
        What was simulated.
    now : date, date-time or ISO text, optional
        The moment they speak of; the scenario's decision time where not given.
    runs : int, optional
        On how many futures they answer; as many as were simulated where not given. The
        contingency plan is sought on 400 of them at most.

    Returns
    -------
    dict of str to Answer
        By practice; empty where no incident is stated.
    """
    if not outcome.scenario.incidents:
        return {}
    return answer_all(outcome, now=now, runs=None if runs is None else max(runs, 2))


def practice_sections(answers: Mapping[str, Answer]) -> list[Section]:
    """Return a section for each answer.

    Parameters
    ----------
    answers : mapping of str to Answer
        By practice.

    Returns
    -------
    list of Section
        What helps first.
    """
    order = ("contingency", "escalate", "redeploy", "recover", "watch", "morale")
    return [_section(name, answers[name]) for name in order if name in answers]


def practice_basis(answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """Return what the answers rest on, each line with the question it belongs to.

    Parameters
    ----------
    answers : mapping of str to Answer
        By practice.

    Returns
    -------
    tuple of str
        What several answers rest on comes first, once and without a question.
    """
    held: dict[str, list[str]] = {}
    for name, answer in answers.items():
        for line in answer.assumptions:
            held.setdefault(line, []).append(name)
    shared = [line for line, names in held.items() if len(names) > 1]
    own = [f"{_TOPICS[names[0]]}: {line}" for line, names in held.items() if len(names) == 1]
    return (*shared, *own)


def attribution_section(found: Attribution) -> Section:
    """Return the section on why projects are late.

    Parameters
    ----------
    found : Attribution
        What `attribute` returned.

    Returns
    -------
    Section
        Parts, drivers, and the chain of causes of each project.
    """
    rows = [
        (
            str(row["name"]),
            with_error(row["delay_mean_days"], row["delay_mean_days_se"]),
            *(number(row[f"{m}_days"], 2) for m in MECHANISMS),
            number(row["knock_on_days"], 2),
        )
        for row in _records(found.projects)
        if abs(row["delay_mean_days"]) >= 0.05
    ]
    table = Table(
        "Mean delay by mechanism, working days",
        ("Project", "#Delay", *(f"#{m.capitalize()}" for m in MECHANISMS), "#Knock-on"),
        tuple(rows),
        "The five add up to the delay; cascade is pull by services that depend on the one that "
        "failed; knock-on is how much of the delay came from other projects, queues, and planned "
        "absences and freezes.",
        (
            full("attribution", "Why late: each project's delay by mechanism", found.projects),
            full("drivers", "Why late: what is saved without one driver at a time", found.drivers),
        ),
    )
    drawn = (
        Chart("causes", partial(charts.causes, found)),
        Chart("waterfall", partial(charts.waterfall, found)),
        Chart("drivers", partial(charts.drivers, found)),
    )
    return Section(
        "Why projects are late",
        sentences=tuple(found.sentences()),
        charts=drawn if rows else (),
        tables=(table,) if rows else (),
    )


def practice_headline(answers: Mapping[str, Answer]) -> list[str]:
    """Return what helps, in one sentence.

    Parameters
    ----------
    answers : mapping of str to Answer
        By practice.

    Returns
    -------
    list of str
        One sentence, or none.
    """
    return answers["contingency"].sentences()[:1] if "contingency" in answers else []


def _section(name: str, answer: Answer) -> Section:
    makers: dict[str, Callable[[Any], Table]] = {
        "contingency": _levers,
        "escalate": _verdicts,
        "redeploy": _people,
        "recover": _returns,
        "watch": _watched,
        "morale": _stuck,
    }
    table = makers[name](answer)
    return Section(
        _TITLES[name],
        sentences=tuple(answer.sentences()),
        charts=(Chart(name, partial(getattr(charts, name), answer)),) if _drawn(answer) else (),
        tables=(table,) if table.rows else (),
    )


def _drawn(answer: Any) -> bool:
    """Tell whether an answer has more to show than a sentence."""
    if answer.name == "escalate":
        return bool(answer.table["net"].notna().any())
    return bool(len(answer.pareto) > 1) if answer.name == "contingency" else len(answer.table) > 0


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _levers(answer: Any) -> Table:
    rows = [
        (
            _begin(row["lever"]),
            with_error(row["saved_days"], row["saved_days_se"]),
            money(row["net"], answer.currency, error=row["net_se"]),
            money(row["cost"], answer.currency),
            number(row["disturbance"], 1),
        )
        for row in _records(answer.table.head(_MOST))
        if row["saved_days"] != 0 or row["net"] != 0
    ]
    return Table(
        "Single levers, the best first",
        ("Lever", "#Project days saved", "#Saved after costs", "#Costs", "#Disturbance"),
        tuple(rows),
        "On the random numbers of the search. Disturbance: working days by which starts move, "
        "times FTE.",
    )


def _begin(text: object) -> str:
    said = str(text)
    return said[:1].upper() + said[1:]


def _verdicts(answer: Any) -> Table:
    rows = [
        (
            str(row["name"]),
            str(row["verdict"]),
            "" if pd.isna(row["likelihood"]) else chance(row["likelihood"]),
            "" if pd.isna(row["net"]) else money(row["net"], answer.currency, error=row["net_se"]),
            ""
            if pd.isna(row["breakeven_outage_cost_per_hour"])
            else money(max(row["breakeven_outage_cost_per_hour"], 0.0), answer.currency),
            "" if pd.isna(row["ask_again"]) else day(row["ask_again"], time=True, brief=True),
        )
        for row in _records(answer.table)
    ]
    return Table(
        "Delayed projects",
        (
            "Project",
            "Verdict",
            "#Gain outweighs",
            "#Net",
            "#Break-even, an hour",
            "Ask again",
        ),
        tuple(rows),
        # Nothing that the table does not have is explained.
        "Break-even: what the outage may cost an hour for the gain to outweigh the loss."
        if any(row[4] for row in rows)
        else "",
    )


def _people(answer: Any) -> Table:
    table = answer.table[answer.table["state"].isin(("covering", "waiting", "free"))]
    rows = [
        (
            str(row["name"]),
            str(row["state"]),
            number(row["working_hours"], 1),
            number(row["waiting_hours"], 1),
            number(row["free_hours"], 1),
        )
        for row in _records(table.sort_values("free_hours", ascending=False, kind="stable"))
    ]
    return Table(
        "People outside the incident",
        ("Name", "State", "#At work, hours", "#Waiting, hours", "#Free, hours"),
        tuple(rows[:_MOST]),
        f"Until {day(answer.until, time=True)}. Whoever covers for colleagues is not free.",
    )


def _returns(answer: Any) -> Table:
    rows = [
        (
            str(row["name"]),
            number(row["taken_fte"], 2),
            day(row["back_p50"], brief=True),
            day(row["back_p80"], brief=True),
            ""
            if pd.isna(row["day_saved_days"])
            else with_error(row["day_saved_days"], row["day_saved_days_se"]),
        )
        for row in _records(answer.people.head(_MOST))
    ]
    return Table(
        "Who returns when, and what a day of earlier return is worth",
        ("Name", "#Taken, FTE", "#Back, P50", "#Back, P80", "#Project days a day"),
        tuple(rows),
        "Those first whom the incident takes most from projects.",
    )


def _watched(answer: Any) -> Table:
    rows = [
        (
            str(row["name"]),
            "" if pd.isna(row["due"]) else day(row["due"], brief=True),
            day(row["finish_p80_before"], brief=True),
            day(row["finish_p80"], brief=True),
            str(row["look_at"]),
            str(row["ask"]),
        )
        for row in _records(answer.table.head(_MOST))
    ]
    return Table(
        "Projects to watch",
        ("Project", "#Due", "#P80 before", "#P80", "Look at", "Ask"),
        tuple(rows),
    )


def _stuck(answer: Any) -> Table:
    rows = [
        (
            str(row["name"]),
            str(row["tasks"]),
            day(row["until_p50"], time=True, brief=True),
            day(row["until_p80"], time=True, brief=True),
            "restores the service" if row["responds"] else str(row["could_do"]) or "nothing ready",
        )
        for row in _records(answer.table.head(_MOST))
    ]
    return Table(
        "Who is stuck",
        ("Name", "On", "#Until, P50", "#Until, P80", "Meanwhile"),
        tuple(rows),
    )
