"""Commands on why projects are late, and on what to do during an incident and after it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcimpact.cli.app import Out, Where, app, load, tell
from svcimpact.cli.during import (
    P90,
    Hours,
    Median,
    Runs,
    ScenarioFile,
    Seed,
    Service,
    Severity,
    Start,
    scenario_of,
    simulated,
)

if TYPE_CHECKING:
    from svcimpact.incident.outcome import Outcome
    from svcimpact.response.practice import Answer

Now = Annotated[
    str | None,
    typer.Option(
        help="The moment, as '2026-03-09 12:00'; the decision time of the scenario, or when the "
        "incident strikes, if not given."
    ),
]
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
    out: Out = None,
) -> None:
    """Say why projects are late: mechanisms, drivers, causes."""
    from textwrap import fill

    from svcimpact.incident.attribution import attribute

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    found = attribute(_outcome(portfolio, told, runs, seed))
    typer.echo("\n".join(fill(line, 100) for line in found.sentences()))
    typer.echo("\nSaved if one driver is taken away, in project days and money:")
    typer.echo(found.drivers.head(10).round(2).to_string(index=False))
    typer.echo("\nThis rests on:\n" + "\n".join(fill(f"- {x}", 100) for x in found.assumptions))
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
    out: Out = None,
) -> None:
    """Say which projects to watch, and when to look again."""
    from svcimpact.response.watch import watch_list

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    _answer(watch_list(_outcome(portfolio, told, runs, seed), now=now), out)


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
    out: Out = None,
) -> None:
    """Say who responds, covers, waits or is free."""
    from svcimpact.response.redeploy import redeployment

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    _answer(redeployment(_outcome(portfolio, told, runs, seed), now=now), out)


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
    """Find the best few levers to pull."""
    from svcimpact.response.contingency import contingency_plan

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    plan = contingency_plan(_outcome(portfolio, told, runs, seed), now=now, most=most)
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
    alpha: Alpha = 1.0,
    threshold: Annotated[
        float, typer.Option(help="Likelihood from which senior management sides with a project.")
    ] = 0.8,
    out: Out = None,
) -> None:
    """Say for each delayed project: escalate, or hold."""
    from svcimpact.response.escalate import escalation

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    outcome = _outcome(portfolio, told, runs, seed)
    _answer(escalation(outcome, now=now, alpha=alpha, threshold=threshold), out)


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
    out: Out = None,
) -> None:
    """Say who is stuck, and what work is in reach."""
    from svcimpact.response.morale import stuck_people

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    _answer(stuck_people(_outcome(portfolio, told, runs, seed), now=now), out)


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
    out: Out = None,
) -> None:
    """Compare the orders in which people are handed back."""
    from svcimpact.response.recover import hand_back

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    _answer(hand_back(_outcome(portfolio, told, runs, seed), now=now), out)


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
    out: Annotated[
        Path | None,
        typer.Option(help="A folder for the notes; what was told before is remembered in it."),
    ] = None,
) -> None:
    """Write notes to those whose dates moved."""
    from svcimpact.response.inform import SENT, read_told, stakeholder_notes, write_told
    from svcimpact.response.watch import watch_list

    told = (scenario, service, start, severity, hours, median_hours, p90_hours)
    outcome = _outcome(portfolio, told, runs, seed)
    record = None if out is None else out / "told.json"
    notes = stakeholder_notes(
        outcome,
        now=now,
        told=None if record is None else read_told(record),
        watch=watch_list(outcome, now=now),
    )
    for row in notes.table.to_dict("records"):
        typer.echo(f"To: {row['name']}\nSubject: {row['subject']}\n\n{row['text']}\n")
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
    runs: int | None,
    seed: int | None,
) -> Outcome:
    """Read, and simulate what is told in options or a file."""
    scenario = scenario_of(*told)
    found = load(portfolio)
    outcome = simulated(found, scenario, runs, seed)
    tell(found.warnings, outcome.warnings)
    return outcome


def _answer(answer: Answer, out: Path | None) -> None:
    """Print an answer, what it rests on, and write its tables."""
    typer.echo(answer.text())
    if out is not None:
        from svcimpact.io.results import write_results

        typer.echo(f"Written: {write_results(answer.tables, out)}")
