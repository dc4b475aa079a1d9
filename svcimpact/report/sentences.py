"""The findings of an outcome in sentences, numbers first, each with its error."""

from __future__ import annotations

import numpy as np
import pandas as pd

from svcimpact.incident.outcome import Outcome
from svcimpact.incident.totals import delay_costs, mean_of_total
from svcimpact.wording import (
    GAP,
    chance_with_error,
    counted,
    day,
    listed,
    money,
    number,
    with_error,
)

_NONE_DAYS = 0.05
_NONE_HOURS = 0.05
# Points by which a chance has to change before a sentence is worth it.
_NOTABLE = 0.005
# Incidents that get a sentence each; of more, the worst ones do.
_MOST_TOLD = 4
_TOLD = 3
_WHOLE_DAYS = 10  # from which on a decimal is no news


def incident_sentences(outcome: Outcome) -> list[str]:
    """Say what fails, when, for how long, and what goes down with it.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.

    Returns
    -------
    list of str
        One sentence per incident, of many only the worst: the most severe, and of those the
        longest. Then one on the services that follow.
    """
    said = []
    incidents = outcome.incidents
    more = 0 if len(incidents) <= _MOST_TOLD else len(incidents) - _TOLD
    if more:
        worst = incidents.sort_values(
            ["severity", "restoration_hours_mean"], ascending=[True, False], kind="stable"
        )
        incidents = worst.head(_TOLD).sort_index()
    for row in incidents.itertuples():
        start, half, most = (
            pd.Timestamp(str(when)) for when in (row.start, row.restored_p50, row.restored_p80)
        )
        hours = with_error(
            float(str(row.restoration_hours_mean)),
            float(str(row.restoration_hours_mean_se)),
            most=0,
        )
        text = (
            f"{row.name} fails on {day(start, weekday=True, time=True)} (severity {row.severity}). "
        )
        if half == most:
            said.append(f"{text}It is back on {_moment(half)}, after {hours} hours.")
            continue
        elapsed = outcome.scenario.incidents[int(str(row.Index))].elapsed_hours
        given = f"Given that it has lasted {number(elapsed, 1)} hours, in" if elapsed else "In"
        said.append(
            f"{text}{given} half of the runs it is back by {_moment(half)}, in 8 of 10 by "
            f"{_moment(most)}; on average after {hours} hours."
        )
    if more:
        said.append(f"… and {counted(more, 'more incident')}; the assumptions name them all.")
    if outcome.scenario.random_incidents is not None:
        drawn = "Random incidents strike besides." if said else "Incidents strike at random."
        said.append(drawn)
    struck = set(outcome.incidents["service"])
    others = outcome.services[~outcome.services["service"].isin(struck)]
    down = list(others.loc[others["down"], "name"])
    weakened = int(((others["weight"] > 0) & ~others["down"]).sum())
    if down or weakened:
        parts = [f"it takes {listed(down, 6, what='services')} down with it"] if down else []
        parts += [f"it weakens {counted(weakened, 'more service')}"] if weakened else []
        said.append(_sentence(" and ".join(parts)))
        if len(said) == 2:
            said = [" ".join(said)]
    return said


def delay_sentences(outcome: Outcome) -> list[str]:
    """Say which projects end later, by how much, and what that costs.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.

    Returns
    -------
    list of str
        The sentences.
    """
    frame = outcome.projects
    late = frame[frame["delay_mean_days"] >= _NONE_DAYS]
    late = late.sort_values("delay_mean_days", ascending=False, kind="stable")
    if late.empty:
        said = ["No project ends later because of it."]
    else:
        top = late.iloc[0]
        days = with_error(float(top["delay_mean_days"]), float(top["delay_mean_days_se"]))
        said = [
            f"{len(late)} of {counted(len(frame), 'project')} "
            f"{'ends' if len(late) == 1 else 'end'} later on average. {top['name']} loses most: "
            f"{days} working days on average, {number(float(top['delay_p80_days']), 1)} at P80, "
            f"{number(float(top['delay_p95_days']), 1)} at P95."
        ]
    early = frame[frame["delay_mean_days"] <= -_NONE_DAYS]
    if len(early):
        said.append(
            f"{listed(list(early['name']), 3, what='projects')} "
            f"{'ends' if len(early) == 1 else 'end'} slightly earlier on average: when others "
            "wait, shared people come free sooner. Do not count on it."
        )
    return said + _due_sentences(frame)


def _due_sentences(frame: pd.DataFrame) -> list[str]:
    """Say whose due date is at risk, and which were lost before."""
    said = []
    rising = frame.assign(rise=frame["chance_late"] - frame["chance_late_levelled"])
    rising = rising[rising["rise"] >= _NOTABLE]
    rising = rising.sort_values("rise", ascending=False, kind="stable")
    parts = []
    for row in rising.head(3).to_dict("records"):
        before, now = (
            chance_with_error(float(row[c]), float(row[f"{c}_se"]))
            for c in ("chance_late_levelled", "chance_late")
        )
        parts.append(f"from {before} to {now} for {row['name']} ({day(row['due'])})")
    if parts:
        more = len(rising) - len(parts)
        parts += [f"and for {counted(more, 'more project')}"] if more else []
        said.append(f"The chance of missing the due date rises {', '.join(parts)}.")
    lost = frame[frame["chance_late_levelled"] >= 0.95]
    if len(lost):
        names = listed(list(lost["name"]), 4, what="projects")
        said.append(
            f"Incident or not, {names} {'misses its' if len(lost) == 1 else 'miss their'} due "
            f"{'date' if len(lost) == 1 else 'dates'} in at least 95{GAP}% of the runs: the plan "
            "is late without it."
        )
    return said


def cost_sentences(outcome: Outcome) -> list[str]:
    """Say what the delays and the outage cost.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.

    Returns
    -------
    list of str
        The sentences; none where no cost is given.
    """
    currency = outcome.portfolio.settings.currency
    parts = []
    total = delay_costs(outcome)
    mean, error = mean_of_total(total, outcome.scenario.sampling)
    if abs(mean) > 0.5:
        text = f"the delays cost {money(mean, currency, error=error)}"
        if np.ptp(total) > 0.5:
            high = money(float(np.quantile(total, 0.8)), currency)
            text += f" on average, {high} or more in 1 of 5 runs"
        parts.append(text)
    outage = float(outcome.services["outage_cost"].sum())
    if outage > 0.5:
        # The services fall with one incident, so their errors add up rather than cancel.
        error = float(outcome.services["outage_cost_se"].sum())
        costs = "" if parts else "costs "
        parts.append(f"the outage itself {costs}{money(outage, currency, error=error)}")
    return [_sentence("; ".join(parts))] if parts else []


def people_sentences(outcome: Outcome) -> list[str]:
    """Say who is pulled, who covers, and what nobody covers.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.

    Returns
    -------
    list of str
        The sentences.
    """
    frame = outcome.resources
    pulled = frame[frame["pull_hours"] >= _NONE_HOURS]
    if pulled.empty:
        return ["Nobody is pulled away from projects."]
    lost = float(frame["lost_hours"].clip(lower=0).sum())
    top = pulled.sort_values("pull_hours", ascending=False, kind="stable").iloc[0]
    hours = with_error(float(top["pull_hours"]), float(top["pull_hours_se"]), most=0)
    said = [
        f"{counted(len(pulled), 'person or team is', 'people and teams are')} pulled to restore "
        f"service, {top['name']} most: {hours} working hours. "
        f"Projects lose {number(lost)} hours in all."
    ]
    cover = frame[frame["cover_hours"] >= _NONE_HOURS]
    if len(cover):
        names = cover.sort_values("cover_hours", ascending=False, kind="stable")["name"]
        said[0] += (
            f" {counted(len(cover), 'colleague covers', 'colleagues cover')} the everyday support "
            f"that responders drop ({listed(list(names), 3)}) and {_are(len(cover))} not free for "
            "projects meanwhile."
        )
    bare = outcome.services[outcome.services["uncovered_hours"] >= _NONE_HOURS]
    bare = bare.sort_values("uncovered_hours", ascending=False, kind="stable")
    if len(bare):
        said.append(
            f"Risk: nobody covers {number(float(bare['uncovered_hours'].sum()), 1)} hours of "
            f"everyday support for {listed(list(bare['name']), 4, what='services')}."
        )
    elif len(cover):
        said[0] += " No everyday support goes without."
    return said


def levelling_sentences(outcome: Outcome) -> list[str]:
    """Say how late the plan runs without any incident.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.

    Returns
    -------
    list of str
        One sentence.
    """
    frame = outcome.projects
    late = frame[frame["levelled_delay_days"] >= 0.5]
    late = late.sort_values("levelled_delay_days", ascending=False, kind="stable")
    if late.empty:
        return ["Without an incident the plan holds: its people can do it by the planned dates."]
    top = late.iloc[0]
    status = outcome.portfolio.settings.status_date
    begun = "" if status is None or pd.isna(status) else ", or had not begun by the status date"
    worst = float(top["levelled_delay_days"])
    days = f"{number(worst, 0 if worst >= _WHOLE_DAYS else 1)} working days (P50)"
    return [
        f"Without any incident {len(late)} of {counted(len(frame), 'project')} already "
        f"{'ends' if len(late) == 1 else 'end'} later than planned, because people are wanted "
        f"twice or work takes longer{begun}: {top['name']} by {days}."
    ]


def astray_sentences(outcome: Outcome) -> list[str]:
    """Say which incidents miss the plan, which makes all the rest moot.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.

    Returns
    -------
    list of str
        One sentence for each such incident.
    """
    portfolio = outcome.portfolio
    names = portfolio.services.set_index("service")["name"]
    amiss = outcome.warnings[outcome.warnings["column"] == "start"]
    settings, clock = portfolio.settings, portfolio.calendar
    begin = clock.hours(settings.start if pd.isna(settings.status_date) else settings.status_date)
    said = []
    for row in amiss.to_dict("records"):
        incident = outcome.scenario.incidents[int(row["table"].split()[-1]) - 1]
        early = clock.hours(incident.start) < begin
        where = "before the simulation begins" if early else "when all projects are over"
        said.append(
            f"Careful: {names[incident.service]} fails on {day(incident.start, time=True)}, "
            f"{where}. {row['cure']}"
        )
    return said


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _moment(when: pd.Timestamp) -> str:
    """Write a moment of an outage to the minute."""
    return day(when.round("min"), weekday=True, time=True, year=False)


def _sentence(text: str) -> str:
    """Begin with a capital, end with a full stop."""
    return f"{text[0].upper()}{text[1:]}."
