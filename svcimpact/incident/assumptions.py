"""What the figures rest on, in words."""

from __future__ import annotations

from svcimpact.incident.action_checks import decision_time
from svcimpact.incident.blocks import BLOCK
from svcimpact.incident.draws import Arrivals, horizon, random_sources
from svcimpact.incident.scenario import Scenario
from svcimpact.portfolio import Portfolio
from svcimpact.wording import chance, day


def assumptions(
    portfolio: Portfolio, scenario: Scenario, arrivals: Arrivals, *, uncertain_tasks: int
) -> tuple[str, ...]:
    """Return what a simulation rests on.

    Parameters
    ----------
    portfolio : Portfolio
        What was simulated.
    scenario : Scenario
        What was supposed to happen.
    arrivals : Arrivals
        The incidents drawn.
    uncertain_tasks : int
        How many tasks have an uncertain duration.

    Returns
    -------
    tuple of str
        One sentence each.
    """
    s = portfolio.settings
    said = [
        f"A working day has {s.hours_per_day:g} hours from {s.day_start} on "
        f"{', '.join(s.working_days)}; dates are {s.timezone} time.",
        "Projects get what support leaves: capacity less absence, everyday support and what "
        "incidents pull or ask to be covered. Restoring a service comes first.",
        "Work goes to tasks by project priority, then planned start, then row. A task starts "
        f"with at least {chance(scenario.min_share)} of the people it needs; short-handed work "
        "goes proportionally slower.",
        f"Getting back into an interrupted task costs {scenario.resume_hours:g} hours.",
        "Delay is the finish with the incident less the levelled finish, run by run on the same "
        "random numbers. Cost of delay is delay in working days times the project's daily rate.",
        "A service counts as down when at least half of a failure reaches it; its outage is "
        "costed for the whole restoration time.",
    ]
    if uncertain_tasks:
        said.append(
            f"{uncertain_tasks} of {len(portfolio.tasks)} tasks have an uncertain duration: PERT "
            "(beta) between optimistic and pessimistic, its peak at the planned duration."
        )
    else:
        said.append("Durations are as planned.")
    names = portfolio.services.set_index("service")["name"]
    for incident, source in zip(scenario.incidents, arrivals.sources, strict=False):
        after = (
            f"{chance(source.aftermath_share)} of the pull goes on for {source.aftermath_hours:g} h"
            if source.aftermath_share and source.aftermath_hours
            else "nobody stays pulled afterwards"
        )
        said.append(
            f"{names[source.service]}, severity {source.severity}, from "
            f"{day(incident.start, time=True)}: restoration {source.restoration.describe()}; "
            f"{after}; changes stay frozen for {source.freeze_after_hours:g} h."
        )
    if scenario.random_incidents is not None:
        begin, end = horizon(portfolio, scenario.random_incidents)
        rates = sum(rate for _, rate in random_sources(portfolio, scenario.random_incidents))
        said.append(
            f"Random incidents arrive from {day(begin)} to {day(end)} at {rates:.1f} a "
            "year over all services, independently of each other."
        )
    if scenario.sampling == "latin-hypercube":
        said.append(
            f"Runs are drawn by Latin hypercube in blocks of {BLOCK}; errors come from what "
            "differs from block to block."
        )
    if scenario.decides:
        said += _decisions(portfolio, scenario)
    if scenario.without:
        said.append(f"Switched off: {', '.join(scenario.without)}.")
    return tuple(said)


def _decisions(portfolio: Portfolio, scenario: Scenario) -> list[str]:
    """Say what is decided, when, and what that rests on."""
    when = decision_time(scenario, portfolio)
    done = [str(action) for action in scenario.actions]
    if scenario.order != "plan":
        by = {"cost_of_delay": "cost of delay per hour of work left", "least_float": "least float"}
        done.append(f"give people out by {by[scenario.order]}")
    said = [f"Decided on {day(when, time=True)}, and acting from then on: {'; '.join(done)}."]
    kept = [action for action in scenario.actions if action.kind == "keep_responder"]
    if kept:
        said.append(
            "Whoever is kept on the projects is missed by the restoration: what is left of it "
            "takes (responders / responders left) ^ alpha as long, responders counted in FTE "
            f"pulled; alpha is {kept[0].alpha:g}, a judgement and not a measurement."
        )
    return said
