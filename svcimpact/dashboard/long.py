"""What takes seconds: it is worked out beside the controls, and tells how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matplotlib.axes import Axes

from svcimpact import charts
from svcimpact.incident.attribution import attribute
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.portfolio import Portfolio
from svcimpact.progress import Step
from svcimpact.response.choices import choices
from svcimpact.response.contingency import RUNS, ContingencyPlan, contingency_plan
from svcimpact.response.judge import Judge, Levers
from svcimpact.response.practice import asked
from svcimpact.response.redeploy import redeployment

QUICK = 1000  # futures that are simulated at once; more are long work
_QUICK_TASKS = 200  # of a portfolio with so many tasks, and fewer of a larger one
_LIST_RUNS = 50  # futures to list levers from; what they save is judged on more


def is_quick(portfolio: Portfolio, runs: int) -> bool:
    """Return whether so many futures are simulated before anybody waits.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    runs : int
        The futures.

    Returns
    -------
    bool
        False for long work.
    """
    return runs * max(len(portfolio.tasks) / _QUICK_TASKS, 1.0) <= QUICK


def simulated(portfolio: Portfolio, scenario: Scenario, step: Step) -> Outcome:
    """Simulate many futures; first fewer of them, so that it can be stopped early.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    scenario : Scenario
        With its runs.
    step : callable
        Is told how far it is.

    Returns
    -------
    Outcome
        Of all of them.
    """
    for part in (0.1, 0.3):
        simulate(portfolio, scenario, runs=int(scenario.runs * part))
        step(part)
    return simulate(portfolio, scenario).summed()


def planned(outcome: Outcome, step: Step) -> ContingencyPlan:
    """Look for the best three levers.

    Parameters
    ----------
    outcome : Outcome
        What is shown.
    step : callable
        Is told how far it is.

    Returns
    -------
    ContingencyPlan
        For the chart, and to be pulled.
    """
    return contingency_plan(outcome, runs=min(RUNS, outcome.scenario.runs), step=step)


def levers(outcome: Outcome, step: Step) -> list[Levers]:
    """Return every single lever that could matter.

    Parameters
    ----------
    outcome : Outcome
        What is shown.
    step : callable
        Is told how far it is.

    Returns
    -------
    list of Levers
        To choose from.
    """
    when, base = asked(outcome, None, _LIST_RUNS)
    judge = Judge(outcome.portfolio, base, when)
    step(0.5)
    return list(choices(outcome, judge).levers)


# What is said meanwhile, the work, and the chart of what comes out.
VIEWS: dict[str, tuple[str, Callable[[Outcome, Step], Any], Callable[[Any], Axes]]] = {
    "People": (
        "Asking who could do what",
        lambda o, step: redeployment(o, step=step),
        charts.redeploy,
    ),
    "Why late": (
        "Splitting the delay over its causes",
        lambda o, step: attribute(o, step=step),
        charts.causes,
    ),
    "What helps": ("Judging levers by simulation", planned, charts.contingency),
}
TITLES = {title for title, _, _ in VIEWS.values()}
