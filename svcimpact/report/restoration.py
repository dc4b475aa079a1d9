"""The part of a report on how long incidents last."""

from __future__ import annotations

from functools import partial

import numpy as np

from svcimpact import charts
from svcimpact.errors import describe
from svcimpact.incident.forecast import Forecast, span
from svcimpact.incident.log_fit import LEAST_CLOSED
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.restoration_times import RestorationTimes, restoration_times
from svcimpact.report.contents import full
from svcimpact.report.page import Chart, Findings, Section, Table
from svcimpact.wording import chance, counted, day, number

_READING = (
    "Restoration times are fitted by maximum likelihood; incidents still open count as longer than "
    "they have lasted so far, until the last date in the log.",
    "Which distribution is best goes by AIC, the log-likelihood less what parameters are worth. "
    "The distance to what was seen is judged against logs drawn from the fit and fitted anew, as "
    "the usual tables flatter a fit.",
    "Limits say how far a figure may be off for want of incidents; they suppose that the "
    "distribution is right and that future incidents are like past ones.",
)


def restoration_section(times: RestorationTimes, ahead: Forecast | None = None) -> Section:
    """Return the section on restoration times.

    Parameters
    ----------
    times : RestorationTimes
        What `restoration_times` returned.
    ahead : Forecast, optional
        What is left of an incident.

    Returns
    -------
    Section
        Findings, charts and tables.
    """
    said = [*times.sentences(), *(ahead.sentences() if ahead is not None else [])]
    drawn = [
        Chart("restoration", partial(charts.restoration, times)),
        Chart("restoration-fit", partial(charts.restoration_fit, times)),
        Chart("restoration-quantiles", partial(charts.restoration_quantiles, times)),
    ]
    if ahead is not None:
        chart = Chart("restoration-forecast", partial(charts.restoration_forecast, ahead))
        drawn.insert(0, chart)
    tables = [_fits(times), *([_ahead(ahead)] if ahead is not None else [])]
    return Section(
        "How long do our incidents last?",
        sentences=tuple(said),
        charts=tuple(drawn),
        tables=tuple(tables),
    )


def log_section(outcome: Outcome) -> Section | None:
    """Return the section on what the log says of the incident at hand.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.

    Returns
    -------
    Section or None
        None where the log has too few closed incidents, or the scenario states no incident.
    """
    log = outcome.portfolio.incidents
    if not outcome.scenario.incidents or int(log["restored"].notna().sum()) < LEAST_CLOSED:
        return None
    incident = outcome.scenario.incidents[0]
    times = restoration_times(
        outcome.portfolio,
        service=incident.service if incident.service in set(log["service"]) else None,
        severity=incident.severity if incident.severity in set(log["severity"]) else None,
        least_closed=incident.least_closed,
        resamples=0,
    )
    ahead = times.forecast(incident.elapsed_hours) if incident.elapsed_hours else None
    section = restoration_section(times, ahead)
    supposed = outcome.incidents["restoration"].iloc[0]
    return Section(
        "What the incident log says of such incidents",
        sentences=(f"The simulation supposes: {supposed}.", *section.sentences),
        charts=section.charts[: 1 if ahead is not None else 2],
        tables=section.tables,
    )


def restoration_findings(
    title: str, times: RestorationTimes, ahead: Forecast | None = None
) -> Findings:
    """Return a report on restoration times alone.

    Parameters
    ----------
    title : str
        The portfolio's name, or the file's.
    times : RestorationTimes
        What `restoration_times` returned.
    ahead : Forecast, optional
        What is left of an incident.

    Returns
    -------
    Findings
        Of one section.
    """
    section = restoration_section(times, ahead)
    headlines = [*(ahead.sentences()[:1] if ahead is not None else []), times.sentences()[0]]
    facts = [
        ("Closed incidents", number(times.closed)),
        ("Still open", number(times.still_open)),
        ("Log ends", day(times.until)),
        ("A fit needs", counted(times.least_closed, "closed incident")),
    ]
    return Findings(
        title=title,
        subtitle="How long our incidents last",
        facts=tuple(facts),
        headlines=tuple(headlines),
        sections=(section,),
        assumptions=_READING,
        warnings=tuple(describe(times.warnings)),
    )


def _fits(times: RestorationTimes) -> Table:
    """Return the distributions side by side."""
    rows = []
    for row in times.fits.to_dict("records"):
        aic = "–" if np.isnan(row["aic"]) else number(row["aic"], 1)  # noqa: RUF001 (a dash)
        more = "" if np.isnan(row["aic"]) or row["best"] else f" (+{row['aic_difference']:.1f})"
        far = "–" if np.isnan(row["ks_distance"]) else number(row["ks_distance"], 2)  # noqa: RUF001
        rows.append(
            (
                row["distribution"],
                f"{aic}{more}",
                far,
                chance(row["ks_p"]),
                *(_limited(row, c) for c in ("median_hours", "p80_hours", "p95_hours")),
            )
        )
    note = "Empirical: the lengths in the log themselves; it holds nothing beyond the longest."
    if times.resamples:
        note = (
            f"In brackets: {chance(times.confidence)} limits, from {times.resamples} logs drawn "
            f"from each fit. {note}"
        )
    return Table(
        "Distributions fitted to the log",
        (
            "Distribution", "#AIC", "#Distance to the log", "#Logs as far from their fit",
            "#Median, hours", "#P80, hours", "#P95, hours",
        ),
        tuple(rows),
        note,
        (
            full("restoration", "Restoration times: distributions fitted to the log", times.fits),
            full(
                "restoration_log",
                "Restoration times: what the log holds, by service and severity",
                times.groups,
            ),
        ),
    )  # fmt: skip


def _limited(row: dict[object, object], column: str) -> str:
    value, low, high = (float(str(row[f"{column}{end}"])) for end in ("", "_low", "_high"))
    return _figure(value) if np.isnan(low) else f"{_figure(value)} ({_figure(low)}–{_figure(high)})"  # noqa: RUF001


def _figure(hours: float) -> str:
    return number(hours, 1 if hours < 10 else 0)


def _ahead(ahead: Forecast) -> Table:
    """Return what is left by every distribution."""
    columns = ("p50_hours", "p80_hours", "p95_hours")
    rows = [
        (
            row["distribution"],
            chance(row["lasts_as_long"]),
            *(_limited(row, column) for column in columns),
        )
        for row in ahead.remaining.to_dict("records")
    ]
    return Table(
        f"What is left after {span(ahead.elapsed_hours)}",
        (
            "Distribution", "#Incidents that last as long",
            "#P50, hours more", "#P80, hours more", "#P95, hours more",
        ),
        tuple(rows),
        sheets=(
            full("restoration_left", "Restoration times: what is left of it", ahead.remaining),
        ),
    )  # fmt: skip
