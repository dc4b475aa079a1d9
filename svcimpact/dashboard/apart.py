"""What tells two scenarios apart, in few words."""

from __future__ import annotations

from svcimpact.incident.scenario import Scenario
from svcimpact.portfolio import Portfolio
from svcimpact.response.judge import Levers
from svcimpact.response.lever_words import ORDERS, in_words, names_of
from svcimpact.wording import chance, counted, day


def apart(portfolio: Portfolio, first: Scenario, second: Scenario) -> tuple[str, str]:
    """Return what two scenarios are called where they stand side by side.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    first, second : Scenario
        Both made by the controls.

    Returns
    -------
    tuple of str
        What each has that the other has not, and its name where that is its own.

    Examples
    --------
    >>> import svcimpact as si
    >>> from dataclasses import replace
    >>> one = si.Scenario.read("data/tiny/incident.toml")
    >>> apart(si.read("data/tiny"), one, replace(one, seed=2, resume_hours=4.0))
    ('resume cost 2 h, seed 1', 'resume cost 4 h, seed 2')
    """
    said: tuple[list[str], list[str]] = ([], [])
    for one, other in zip(_traits(portfolio, first), _traits(portfolio, second), strict=True):
        if one != other:
            said[0].append(one)
            said[1].append(other)
    names = first.name, second.name
    told = [", ".join(words) for words in said]
    if names[0] != names[1] or not said[0]:
        told = [
            f"{name}: {words}" if words else name for name, words in zip(names, told, strict=True)
        ]
    return told[0], told[1]


def _traits(portfolio: Portfolio, scenario: Scenario) -> list[str]:
    """Return what the controls set, piece by piece and in the same order for every scenario."""
    incident = scenario.incidents[0]
    lasts = incident.restoration(portfolio)
    done = in_words(portfolio, Levers(scenario.actions)) if scenario.actions else "no lever"
    return [
        names_of(portfolio, "services")[incident.service],
        f"severity {incident.severity}",
        f"from {day(incident.start, time=True)}",
        "" if lasts is None else lasts.describe(),
        f"freeze after {incident.freeze_after_hours:g} h",
        f"aftermath {incident.aftermath_hours:g} h of {chance(incident.aftermath_share)}",
        f"resume cost {scenario.resume_hours:g} h",
        f"least share {chance(scenario.min_share)}",
        f"hand back by {ORDERS.get(scenario.order, 'plan')}",
        done,
        counted(scenario.runs, "future"),
        f"seed {scenario.seed}",
    ]
