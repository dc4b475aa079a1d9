"""A levelling in words: what it costs each project, and how the rules compare."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from svcimpact.wording import money

RULE_NAMES = {
    "plan": "plan order",
    "lst": "latest start time (LST)",
    "lft": "latest finish time (LFT)",
    "least_float": "least float",
    "cost_of_delay": "cost of delay per remaining hour",
    "shortest_project": "shortest project first",
}
# To whom people are given first, by rule.
_FIRST = {
    "lst": "the work that has to start soonest",
    "lft": "the work that has to end soonest",
    "least_float": "the work with least slack",
    "cost_of_delay": "the work whose delay costs most for each hour of it left",
    "shortest_project": "the project with least left to do",
}
NEGLIGIBLE = 0.05  # days; shown as 0.0
_NAMED = 5  # projects that a sentence each is given to

Row = dict[Hashable, Any]


def levelling_sentences(
    projects: pd.DataFrame, rules: pd.DataFrame, *, currency: str, improved: bool
) -> list[str]:
    """Say what levelling costs, the hardest hit projects first, then how the rules compare.

    Parameters
    ----------
    projects : pandas.DataFrame
        The projects under the rule that is told of.
    rules : pandas.DataFrame
        The rules, that one first.
    currency : str
        ISO 4217 code.
    improved : bool
        Whether an improvement was tried.

    Returns
    -------
    list of str
        Plain text, unescaped.
    """
    told = rules.to_dict("records")[0]
    if pd.isna(told["finish_days"]):
        return ["There is no task to level."]
    hit = projects[projects["levelling_days"] >= NEGLIGIBLE]
    hit = hit.sort_values("levelling_days", ascending=False, kind="stable")
    gains = bool((projects["levelling_days"] <= -NEGLIGIBLE).any())
    said = [_headline(told, len(hit), len(projects), currency, gains=gains)]
    said += [_project(row, currency) for row in hit.head(_NAMED).to_dict("records")]
    if len(hit) > _NAMED:
        said.append(f"… and {_counted(len(hit) - _NAMED, 'more project')}.")
    said += [compared(rules)] if len(rules) > 1 else []
    return [*said, _gained(rules)] if improved else said


def first_served(rule: str) -> str:
    """Say to whom a dispatch rule gives people first.

    Parameters
    ----------
    rule : str
        The rule.

    Returns
    -------
    str
        Text such as ``the work with least slack``.

    Examples
    --------
    >>> first_served("least_float")
    'the work with least slack'
    """
    return _FIRST.get(rule, "the work that the plan has first")


def compared(rules: pd.DataFrame) -> str:
    """Say which rule ends the portfolio first, and which delays projects least.

    Parameters
    ----------
    rules : pandas.DataFrame
        Two rules or more, the one that is told of first.

    Returns
    -------
    str
        One sentence.
    """
    rows = rules.to_dict("records")
    figures = {row["rule"]: [round(row["finish_days"], 6)] for row in rows}
    for row in rows:
        figures[row["rule"]].append(round(row["mean_delay_days"], 6))
    first = min(rows, key=lambda row: figures[row["rule"]])
    least = min(rows, key=lambda row: figures[row["rule"]][::-1])
    if figures[first["rule"]] == figures[least["rule"]]:
        said = f"Of {len(rows)} rules {_told(first)} is best: {_figures(first)}"
    else:
        said = (
            f"Of {len(rows)} rules {_told(first)} ends the last project first: "
            f"{_figures(first)}; {_told(least)} has the least mean delay: {_figures(least)}"
        )
    if rows[0] is first or rows[0] is least:
        return f"{said}."
    return f"{said}; {rows[0]['name']}: {_figures(rows[0])}."


def _told(row: Row) -> str:
    """Return a rule's name with what it means, where the name alone does not tell."""
    if row["rule"] not in _FIRST:
        return str(row["name"])
    return f"{row['name']}, which gives people first to {first_served(row['rule'])},"


def _headline(told: Row, hit: int, count: int, currency: str, *, gains: bool) -> str:
    if not hit and gains:
        return (
            f"Levelling by {told['name']} makes no project end later than if there were always "
            "enough people: who waits until a freeze is over is not interrupted by it."
        )
    if not hit:
        return f"Levelling by {told['name']} costs no project a day: there are people enough."
    cost = told["levelling_cost"]
    worth = f", {money(cost, currency)} in all" if cost > 0 else ""
    return (
        f"Levelling alone, by {told['name']}, makes {hit} of {_counted(count, 'project')} end "
        f"later than if there were always enough people: by {told['mean_delay_days']:z.1f} "
        f"working days on average over all{worth}."
    )


def _project(row: Row, currency: str) -> str:
    cost = row["levelling_cost"]
    worth = f" ({money(cost, currency)})" if cost > 0 else ""
    late = ""
    if row["late_days"] >= NEGLIGIBLE:
        late = f", {row['late_days']:.1f} days after its due date"
    days = f"{row['levelling_days']:.1f} working days"
    return f"{row['name']}: {days}{worth}, to {_day(row['levelled_finish'])}{late}."


def _gained(rules: pd.DataFrame) -> str:
    kept = rules.loc[rules["improved"], "name"]
    if kept.empty:
        return "The forward-backward pass improves no schedule."
    return (
        f"The forward-backward pass improves {len(kept)} of {_counted(len(rules), 'schedule')}: "
        f"{', '.join(kept)}."
    )


def _figures(row: Row) -> str:
    return f"{_day(row['finish'])}, mean project delay {row['mean_delay_days']:z.1f} working days"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _day(when: pd.Timestamp) -> str:
    return f"{when.day} {when.month_name()} {when.year}"
