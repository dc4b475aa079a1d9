"""Commands on why projects are late, and on what to do during an incident and after it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcimpact.cli.app import Out, Where, app, load, tell
from svcimpact.cli.during import (
    P90,
    Elapsed,
    Hours,
    Median,
    Now,
    OpenAt,
    Runs,
    ScenarioFile,
    Seed,
    Service,
    Severity,
    Start,
    given_open,
    moment_told,
    scenario_of,
    simulated,
)

if TYPE_CHECKING:
    import pandas as pd

    from svcimpact.incident.outcome import Outcome
    from svcimpact.incident.scenario import Incident, Scenario
    from svcimpact.portfolio import Portfolio
    from svcimpact.response.practice import Answer

Alpha = Annotated[
    float, typer.Option(help="How strongly a restoration suffers from a responder less.")
]


@app.command()
def explain(
    portfolio: Where,
    scenario: ScenarioFile = None,
    service: Service = None,
    start: Start = None,
    severity: Severity = None,
    hours: Hours = None,
    median_hours: Median = None,
    p90_hours: P90 = None,
    runs: Runs = None,
    seed: Seed = None,
    now: OpenAt = None,
    elapsed: Elapsed = None,
    out: Out = None,
) -> None:
    """Say why projects are late: mechanisms, drivers, causes."""
    from textwrap import fill

    from svcimpact.incident.attribution import attribute
    from svcimpact.response.practice import OPEN
    from svcimpact.wording import day, rounded

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    read = load(portfolio)
    given, when = given_open(read, scenario_of(*told), now, elapsed)
    found = attribute(_run(read, given, runs, seed))
    typer.echo("\n".join(fill(line, 100) for line in found.sentences()))
    typer.echo("\nSaved if one driver is taken away, in project days and money:")
    typer.echo(rounded(found.drivers.head(10), 2).to_string(index=False))
    rests = list(found.assumptions)
    if when is not None:
        rests.append(f"Seen on {day(when, time=True)}. {OPEN}")
    typer.echo("\nThis rests on:\n" + "\n".join(fill(f"- {x}", 100) for x in rests))
    if out is not None:
        from svcimpact.io.results import write_results

        typer.echo(f"Written: {write_results(found.tables, out)}")


@app.command()
def watch(
    portfolio: Where,
    scenario: ScenarioFile = None,
    service: Service = None,
    start: Start = None,
    severity: Severity = None,
    hours: Hours = None,
    median_hours: Median = None,
    p90_hours: P90 = None,
    runs: Runs = None,
    seed: Seed = None,
    now: Now = None,
    elapsed: Elapsed = None,
    out: Out = None,
) -> None:
    """Say which projects to watch, and when to look again."""
    from svcimpact.response.watch import watch_list

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    outcome = _outcome(portfolio, told, now, elapsed, runs, seed)
    _answer(watch_list(outcome, runs=_all(outcome)), out)


@app.command()
def redeploy(
    portfolio: Where,
    scenario: ScenarioFile = None,
    service: Service = None,
    start: Start = None,
    severity: Severity = None,
    hours: Hours = None,
    median_hours: Median = None,
    p90_hours: P90 = None,
    runs: Runs = None,
    seed: Seed = None,
    now: Now = None,
    elapsed: Elapsed = None,
    out: Out = None,
) -> None:
    """Say who responds, covers, waits or is free."""
    from svcimpact.response.redeploy import redeployment

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    outcome = _outcome(portfolio, told, now, elapsed, runs, seed)
    _answer(redeployment(outcome, runs=_all(outcome)), out)


@app.command()
def contingency(
    portfolio: Where,
    scenario: ScenarioFile = None,
    service: Service = None,
    start: Start = None,
    severity: Severity = None,
    hours: Hours = None,
    median_hours: Median = None,
    p90_hours: P90 = None,
    runs: Runs = None,
    seed: Seed = None,
    now: Now = None,
    elapsed: Elapsed = None,
    most: Annotated[int, typer.Option(help="Most levers in the plan.")] = 3,
    out: Out = None,
    write: Annotated[
        Path | None,
        typer.Option(help="A new folder or .xlsx for the portfolio with the plan in its tables."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="A .toml file for the scenario with the plan in it.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the portfolio that is there.")
    ] = False,
) -> None:
    """Find the best few levers to pull.

    They are sought on 400 of the futures at most: many sets of levers are judged on each.
    """
    from svcimpact.response.contingency import RUNS, contingency_plan

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    outcome = _outcome(portfolio, told, now, elapsed, runs, seed)
    plan = contingency_plan(outcome, most=most, runs=min(_all(outcome), RUNS))
    _answer(plan, out)
    if write is not None:
        from textwrap import fill

        from svcimpact import io
        from svcimpact.wording import with_error

        typer.echo(f"Written: {io.write(plan.apply(), write, overwrite=overwrite)}")
        for line in plan.unwritten:
            typer.echo(fill(f"Not in its tables: {line}", 100))
        typer.echo(
            f"Simulated anew, it ends projects {with_error(*plan.saved_by_tables())} working days "
            "earlier, all together; the scenario of --save has the whole plan."
        )
    if save is not None:
        typer.echo(f"Written: {plan.scenario.write(save)}")


@app.command()
def escalate(
    portfolio: Where,
    scenario: ScenarioFile = None,
    service: Service = None,
    start: Start = None,
    severity: Severity = None,
    hours: Hours = None,
    median_hours: Median = None,
    p90_hours: P90 = None,
    runs: Runs = None,
    seed: Seed = None,
    now: Now = None,
    elapsed: Elapsed = None,
    alpha: Alpha = 1.0,
    threshold: Annotated[
        float, typer.Option(help="Likelihood from which senior management sides with a project.")
    ] = 0.8,
    out: Out = None,
) -> None:
    """Say for each delayed project: escalate, or hold."""
    from svcimpact.response.escalate import escalation

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    outcome = _outcome(portfolio, told, now, elapsed, runs, seed)
    found = escalation(outcome, alpha=alpha, threshold=threshold, runs=_all(outcome))
    _answer(found, out)


@app.command()
def morale(
    portfolio: Where,
    scenario: ScenarioFile = None,
    service: Service = None,
    start: Start = None,
    severity: Severity = None,
    hours: Hours = None,
    median_hours: Median = None,
    p90_hours: P90 = None,
    runs: Runs = None,
    seed: Seed = None,
    now: Now = None,
    elapsed: Elapsed = None,
    out: Out = None,
) -> None:
    """Say who is stuck, and what work is in reach."""
    from svcimpact.response.morale import stuck_people

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    outcome = _outcome(portfolio, told, now, elapsed, runs, seed)
    _answer(stuck_people(outcome, runs=_all(outcome)), out)


@app.command()
def recover(
    portfolio: Where,
    scenario: ScenarioFile = None,
    service: Service = None,
    start: Start = None,
    severity: Severity = None,
    hours: Hours = None,
    median_hours: Median = None,
    p90_hours: P90 = None,
    runs: Runs = None,
    seed: Seed = None,
    now: Now = None,
    elapsed: Elapsed = None,
    out: Out = None,
) -> None:
    """Compare the orders in which people are handed back."""
    from svcimpact.response.recover import hand_back

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    outcome = _outcome(portfolio, told, now, elapsed, runs, seed)
    _answer(hand_back(outcome, runs=_all(outcome)), out)


@app.command()
def inform(
    portfolio: Where,
    scenario: ScenarioFile = None,
    service: Service = None,
    start: Start = None,
    severity: Severity = None,
    hours: Hours = None,
    median_hours: Median = None,
    p90_hours: P90 = None,
    runs: Runs = None,
    seed: Seed = None,
    now: Now = None,
    elapsed: Elapsed = None,
    out: Annotated[
        Path | None,
        typer.Option(help="A folder for the notes; what was told before is remembered in it."),
    ] = None,
) -> None:
    """Write notes to those whose dates moved."""
    from svcimpact.response.inform import SENT, read_told, stakeholder_notes, write_told
    from svcimpact.response.note_text import one_line
    from svcimpact.response.watch import watch_list

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    outcome = _outcome(portfolio, told, now, elapsed, runs, seed)
    record = None if out is None else out / "told.json"
    notes = stakeholder_notes(
        outcome,
        told=None if record is None else read_told(record),
        watch=watch_list(outcome, runs=_all(outcome)),
        runs=_all(outcome),
    )
    for row in notes.table.to_dict("records"):
        typer.echo(f"To: {one_line(row['name'])}\nSubject: {row['subject']}\n\n{row['text']}\n")
    typer.echo("\n".join(notes.sentences()))
    if out is not None and record is not None:
        for path in notes.write(out):
            typer.echo(f"Written: {path}")
        if (out / SENT).is_dir():
            typer.echo(f"Notes of earlier runs are in {out / SENT}")
        write_told(notes.told, record)


def _outcome(
    portfolio: Path,
    told: tuple[
        Path | None,
        str | None,
        str | None,
        int | None,
        float | None,
        float | None,
        float | None,
    ],
    now: str | None,
    elapsed: float | None,
    runs: int | None,
    seed: int | None,
) -> Outcome:
    """Read, and simulate what is told in options or a file, as it stands at the moment."""
    given = scenario_of(*told)
    found = load(portfolio)
    return _run(found, as_open(found, given, now, elapsed)[0], runs, seed)


def _run(
    portfolio: Portfolio, given: Scenario | Incident, runs: int | None, seed: int | None
) -> Outcome:
    """Simulate, and tell what to be careful with."""
    outcome = simulated(portfolio, given, runs, seed)
    tell(portfolio.warnings, outcome.warnings)
    return outcome


def as_open(
    portfolio: Portfolio, given: Scenario | Incident, now: str | None, elapsed: float | None
) -> tuple[Scenario, pd.Timestamp]:
    """Return the scenario as it stands at the moment, with nothing decided, and the moment."""
    from svcimpact.incident.simulate import as_scenario
    from svcimpact.response.practice import as_it_stands

    scenario = as_scenario(portfolio, given)
    when = moment_told(portfolio, scenario, now, elapsed)
    if scenario.decides:
        typer.echo("What the scenario decides is left aside: it is asked anew what to do.\n")
    return as_it_stands(scenario, portfolio, when), when


def _all(outcome: Outcome) -> int:
    """Return on how many futures a practice answers: all; none answers on one."""
    return max(outcome.runs, 2)


def _answer(answer: Answer, out: Path | None) -> None:
    """Print an answer, what it rests on, and write its tables."""
    typer.echo(answer.text())
    if out is not None:
        from svcimpact.io.results import write_results

        typer.echo(f"Written: {write_results(answer.tables, out)}")
