"""Commands on a serious incident: simulate, report, demo."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from svcimpact.cli.app import Out, Where, app, load, tell
from svcimpact.errors import InputError, fault, fault_frame

if TYPE_CHECKING:
    import pandas as pd

    from svcimpact.incident.outcome import Outcome
    from svcimpact.incident.scenario import Incident, Scenario
    from svcimpact.portfolio import Portfolio

ScenarioFile = Annotated[
    Path | None, typer.Option("--scenario", help="A scenario file (TOML), instead of --service.")
]
Service = Annotated[str | None, typer.Option(help="Id of the service that fails.")]
Start = Annotated[str | None, typer.Option(help="When it fails, as '2026-03-09 10:00'.")]
Severity = Annotated[int | None, typer.Option(help="Severity level; 1 if not given.")]
Hours = Annotated[float | None, typer.Option(help="Restoration time in hours, fixed.")]
Median = Annotated[float | None, typer.Option(help="Median restoration time in hours.")]
P90 = Annotated[float | None, typer.Option(help="P90 of the restoration time in hours.")]
Runs = Annotated[
    int | None,
    typer.Option(help="How many futures to simulate; as the scenario file says, else 1000."),
]
Seed = Annotated[
    int | None, typer.Option(help="Seed of all randomness; as the scenario file says, else 1.")
]
Now = Annotated[
    str | None,
    typer.Option(
        help="The moment, as '2026-03-09 12:00'; the decision time of the scenario, or when the "
        "incident strikes, if not given."
    ),
]
Elapsed = Annotated[
    float | None,
    typer.Option(help="Hours that it has lasted so far, instead of --now."),
]
OpenAt = Annotated[
    str | None,
    typer.Option(help="Given that it is still open then, as '2026-03-09 12:00'."),
]

_LONGEST = 100_000  # hours
_EXPECTED = "--scenario FILE, or --service with --start"


@app.command()
def simulate(
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
    sampling: Annotated[
        str | None,
        typer.Option(help="random or latin-hypercube; as the scenario file says, else random."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(help="p50, p80 or p95: stop once it is known; --runs is the most."),
    ] = None,
    within_days: Annotated[
        float | None,
        typer.Option(help="With --until: how well, in working days; 0.25 if not given."),
    ] = None,
    out: Out = None,
) -> None:
    """Simulate what an incident does to every project."""
    told = scenario_of(scenario, service, start, severity, hours, median_hours, p90_hours)
    if within_days is not None and until is None:
        raise _unclear("--within-days without --until", "both, or neither")
    accuracy: dict[str, Any] = {"sampling": sampling, "until": until}
    if within_days is not None:
        accuracy["within_days"] = within_days
    found = load(portfolio)
    outcome = simulated(found, told, runs, seed, **accuracy)
    typer.echo(repr(outcome))
    tell(found.warnings, outcome.warnings)
    if out is not None:
        from svcimpact.io.results import write_results

        typer.echo(f"Written: {write_results(outcome.tables, out)}")


@app.command()
def report(
    portfolio: Where,
    out: Annotated[
        Path, typer.Option(help="The file to write: .html, .pptx, .xlsx or .pdf.")
    ] = Path("report.html"),
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
    practices: Annotated[
        bool,
        typer.Option(
            "--practices",
            help="Tell what to do as well: levers, people. Levers are sought on 400 of the "
            "futures at most.",
        ),
    ] = False,
    format_: Annotated[
        str | None, typer.Option("--format", help="html, pptx, xlsx or pdf; else as --out ends.")
    ] = None,
    template: Annotated[
        Path | None, typer.Option(help="A .pptx or .potx whose masters and fonts the deck uses.")
    ] = None,
    charts: Annotated[
        Path | None, typer.Option(help="A folder for the charts as PNG and SVG.")
    ] = None,
) -> None:
    """Write the report of an incident, or of the conflicts alone.

    A page to mail or print, a PowerPoint deck, a workbook or a PDF. Without --scenario or
    --service it tells of the conflicts in the plan.
    """
    from svcimpact.report import findings, write_findings, write_report
    from svcimpact.report.formats import FORMATS, known_format, spare_template
    from svcimpact.report.practices import practice_answers

    if format_ is not None and format_ not in FORMATS:
        row = fault("--format", found=repr(format_), expected=f"one of {', '.join(FORMATS)}")
        raise InputError("The report cannot be written.", fault_frame([row]))
    if format_ is not None:
        # What follows the last dot of july.2026 is no format.
        stem = out.with_suffix("") if out.suffix.lower().lstrip(".") in FORMATS else out
        out = stem.with_name(f"{stem.name}.{format_}")
    known_format(out)
    spare_template(out, template)
    options = (service, start, severity, hours, median_hours, p90_hours)
    alone = all(told is None for told in (scenario, *options, runs, seed, now, elapsed))
    if practices and alone:
        raise _unclear("--practices without an incident", _EXPECTED)
    found = load(portfolio)
    if alone:
        written = write_findings(findings(found), out, template=template, pictures=charts)
    else:
        given = scenario_of(scenario, *options)
        told, when = given_open(found, given, now, elapsed, always=practices)
        outcome = simulated(found, told, runs, seed)
        tell(outcome.warnings)
        answers = practice_answers(outcome, now=when) if practices else False
        written = write_report(outcome, out, practices=answers, template=template, pictures=charts)
    typer.echo(f"Written: {written}")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("demo"),
    runs: Runs = None,
    seed: Seed = None,
) -> None:
    """Simulate the embedded example and leave a report to open."""
    from svcimpact.incident.scenario import Scenario
    from svcimpact.io import read
    from svcimpact.io.results import write_results
    from svcimpact.report import write_report

    example = _example()
    outcome = simulated(read(example), Scenario.read(example / "payments-down.toml"), runs, seed)
    typer.echo(repr(outcome))
    write_results(outcome.tables, out / "tables")
    written = write_report(outcome, out / "report.html", practices=True)
    typer.echo(f"\nOpen the report: {written.resolve().as_uri()}")


def scenario_of(
    file: Path | None,
    service: str | None,
    start: str | None,
    severity: int | None,
    hours: float | None,
    median_hours: float | None,
    p90_hours: float | None,
) -> Scenario | Incident:
    """Return the scenario of a file, or the one incident told in options."""
    from svcimpact.incident.scenario import Incident, Scenario

    options = (service, start, severity, hours, median_hours, p90_hours)
    if file is not None:
        if any(option is not None for option in options):
            raise _unclear("both --scenario and an incident told in options", "one of them")
        return Scenario.read(file)
    if service is None or start is None:
        raise _unclear("no incident", _EXPECTED)
    return Incident(
        service,
        start=start,  # type: ignore[arg-type]
        severity=1 if severity is None else severity,
        hours=hours,
        median_hours=median_hours,
        p90_hours=p90_hours,
    )


def moment_told(
    portfolio: Portfolio, scenario: Scenario, now: str | None, elapsed: float | None
) -> pd.Timestamp:
    """Return the moment spoken of: as told, or so long after the first strike."""
    import numpy as np
    import pandas as pd

    from svcimpact.response.practice import moment_of

    if elapsed is None:
        return moment_of(scenario, portfolio, now)
    faults = []
    if now is not None:
        faults.append(fault("command line", found="both --elapsed and --now", expected="one"))
    if not 0 <= elapsed <= _LONGEST:
        expected = f"hours from 0 to {_LONGEST}"
        faults.append(fault("--elapsed", found=f"{elapsed:g}", expected=expected))
    if faults:
        raise InputError("The moment is not clear.", fault_frame(faults))
    first = min((item.start for item in scenario.incidents), default=pd.Timestamp(0))
    when = pd.Timestamp(portfolio.calendar.later(np.datetime64(first), elapsed)[()])
    return moment_of(scenario, portfolio, when)


def given_open(
    portfolio: Portfolio,
    told: Scenario | Incident,
    now: str | None,
    elapsed: float | None,
    *,
    always: bool = False,
) -> tuple[Scenario, pd.Timestamp | None]:
    """Return what is told, given that it is open at a moment, and the moment.

    Where no moment is told it is left as it is, unless `always`; what was decided at a time of
    its own stays decided then.
    """
    from svcimpact.incident.simulate import as_scenario
    from svcimpact.response.practice import still_open

    scenario = as_scenario(portfolio, told)
    if now is None and elapsed is None and not (always and scenario.incidents):
        return scenario, None
    when = moment_told(portfolio, scenario, now, elapsed)
    if not (scenario.decides and scenario.decision_time is not None):
        scenario = replace(scenario, decision_time=when)
    return still_open(scenario, portfolio, when), when


def _unclear(found: str, expected: str) -> InputError:
    row = fault("command line", found=found, expected=expected)
    return InputError("What is to be simulated is not clear.", fault_frame([row]))


def simulated(
    portfolio: Portfolio,
    scenario: Scenario | Incident,
    runs: int | None,
    seed: int | None,
    **accuracy: Any,
) -> Outcome:
    """Simulate, with a progress bar where somebody looks; `accuracy` as `simulate` has it."""
    from svcimpact.incident.simulate import simulate

    shown = sys.stderr.isatty()
    return simulate(portfolio, scenario, runs=runs, seed=seed, progress=shown, **accuracy)


def _example() -> Path:
    """Return the folder of the embedded example."""
    for root in (Path.cwd(), Path(__file__).resolve().parents[2]):
        if (root / "data" / "meridian" / "portfolio.toml").is_file():
            return root / "data" / "meridian"
    row = fault(
        "data/meridian",
        found="no such folder",
        expected="the example that comes with the project",
        cure="Run this in a clone of the project.",
    )
    raise InputError("The example is not there.", fault_frame([row]))
