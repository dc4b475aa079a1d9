"""The command for a live incident: the whole picture on one screen, and the pack."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcimpact.cli.app import Where, app, load, tell
from svcimpact.cli.during import (
    P90,
    Elapsed,
    Hours,
    Median,
    Now,
    Runs,
    ScenarioFile,
    Seed,
    Service,
    Severity,
    Start,
    scenario_of,
    simulated,
)
from svcimpact.cli.response import as_open

if TYPE_CHECKING:
    from svcimpact.incident.scenario import Incident, Scenario
    from svcimpact.response.live import Picture


@app.command()
def incident(
    portfolio: Where,
    out: Annotated[
        Path, typer.Option(help="The folder of the pack; run it again into the same folder.")
    ] = Path("incident"),
    scenario: ScenarioFile = None,
    service: Service = None,
    start: Start = None,
    severity: Severity = None,
    hours: Hours = None,
    median_hours: Median = None,
    p90_hours: P90 = None,
    elapsed: Elapsed = None,
    now: Now = None,
    runs: Runs = None,
    seed: Seed = None,
) -> None:
    """Walk through a live incident, and write the pack.

    Run again later into the same folder, it shows what changed, and writes only the notes whose
    dates moved. Without hours, the restoration time is fitted to the incident log. All figures
    are given that the incident is still open at the moment told, and nothing decided yet; plans
    are sought on 400 of the futures at most.
    """
    from svcimpact.response.inform import read_told, write_told
    from svcimpact.response.last import read_last, write_last
    from svcimpact.response.live import live_picture

    found = load(portfolio)
    told = _scenario(scenario, service, start, severity, hours, median_hours, p90_hours)
    stood, when = as_open(found, told, now, elapsed)
    last, before = read_last(out / "last.json"), read_told(out / "told.json")
    outcome = simulated(found, stood, runs, seed)
    picture = live_picture(outcome, now=when, last=last, told=before)
    typer.echo(picture.screen())
    tell(found.warnings, outcome.warnings)
    _pack(picture, out)
    write_last(picture, out / "last.json")
    write_told(picture.notes.told, out / "told.json")
    typer.echo(f"\nThe pack: {out.resolve()}")


def _scenario(
    file: Path | None,
    service: str | None,
    start: str | None,
    severity: int | None,
    hours: float | None,
    median_hours: float | None,
    p90_hours: float | None,
) -> Scenario | Incident:
    """Return what is told; fitted to the log where no length is."""
    from svcimpact.incident.scenario import Incident

    lengths = (hours, median_hours, p90_hours)
    if file is None and service and start and all(x is None for x in lengths):
        return Incident(
            service,
            start=start,  # type: ignore[arg-type]
            severity=1 if severity is None else severity,
            from_log=True,
        )
    return scenario_of(file, service, start, severity, hours, median_hours, p90_hours)


def _pack(picture: Picture, out: Path) -> None:
    """Write the pack: notes, tables, report, scenario, screen."""
    from svcimpact.io.replace import make_folder, replace_file
    from svcimpact.io.results import write_results
    from svcimpact.report import write_report

    make_folder(out)
    picture.notes.write(out / "notes")
    write_results(picture.tables, out / "tables.xlsx")
    write_report(picture.outcome, out / "report.html", practices=picture.answers)
    plan = picture.answers["contingency"]
    scenario = getattr(plan, "scenario", picture.outcome.scenario)
    picture.outcome.scenario.write(out / "scenario.toml")
    replace(scenario, name=f"{scenario.name}, with the contingency plan").write(
        out / "scenario-with-plan.toml"
    )
    text = picture.screen() + "\n"

    def put(new: Path) -> None:
        new.write_text(text, encoding="utf-8", newline="\n")

    replace_file(out / "picture.txt", put, overwrite=True)
