"""The command for a live incident: the whole picture on one screen, and the pack."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcimpact.cli.app import Where, app, load, tell
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
from svcimpact.cli.response import Now

if TYPE_CHECKING:
    from svcimpact.incident.scenario import Incident, Scenario
    from svcimpact.portfolio import Portfolio
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
    elapsed: Annotated[
        float | None, typer.Option(help="Hours that it has lasted so far; sets the moment.")
    ] = None,
    now: Now = None,
    runs: Runs = None,
    seed: Seed = None,
) -> None:
    """Walk through a live incident, and write the pack.

    Run again later into the same folder, it shows what changed, and writes only the notes whose
    dates moved. Without hours, the restoration time is fitted to the incident log.
    """
    from svcimpact.response.inform import read_told, write_told
    from svcimpact.response.live import live_picture, read_last, write_last

    found = load(portfolio)
    told = _scenario(scenario, service, start, severity, hours, median_hours, p90_hours)
    when = _moment(found, told, elapsed, now)
    last, before = read_last(out / "last.json"), read_told(out / "told.json")
    outcome = simulated(found, told, runs, seed)
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


def _moment(
    portfolio: Portfolio, told: Scenario | Incident, elapsed: float | None, now: str | None
) -> object:
    """Return the moment spoken of: as told, or so long after the first strike."""
    import numpy as np
    import pandas as pd

    from svcimpact.errors import InputError, fault, fault_frame
    from svcimpact.incident.scenario import Incident, Scenario, in_zone

    if elapsed is None:
        return now
    faults = []
    if now is not None:
        faults.append(fault("command line", found="both --elapsed and --now", expected="one"))
    if not 0 <= elapsed <= 100_000:
        faults.append(fault("--elapsed", found=f"{elapsed:g}", expected="hours from 0 to 100000"))
    if faults:
        raise InputError("The moment is not clear.", fault_frame(faults))
    scenario = Scenario(incidents=(told,)) if isinstance(told, Incident) else told
    scenario = in_zone(scenario, portfolio.settings.timezone)
    if not scenario.incidents:
        return None
    first = min(item.start for item in scenario.incidents)
    return pd.Timestamp(portfolio.calendar.later(np.datetime64(first), elapsed)[()])


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
