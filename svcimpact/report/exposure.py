"""A page on exposure: services against projects, reserves, people."""

from __future__ import annotations

from functools import partial

from svcimpact import charts
from svcimpact.incident.exposure import Exposure
from svcimpact.incident.reserves import Reserves
from svcimpact.report.contents import full
from svcimpact.report.page import Chart, Findings, Section, Table
from svcimpact.wording import day, money, number, with_error

_MOST = 15


def exposure_findings(found: Exposure, reserves: Reserves | None = None) -> Findings:
    """Gather what there is to say on exposure.

    Parameters
    ----------
    found : Exposure
        What `exposure` returned.
    reserves : Reserves, optional
        What `reserves` returned; left out where not given.

    Returns
    -------
    Findings
        For `write_html`.
    """
    portfolio = found.portfolio
    sections = [
        Section(
            "Which service's failure hurts which project",
            sentences=tuple(found.sentences()[:3]),
            charts=(Chart("exposure", partial(charts.exposure, found)),),
            tables=(_services(found),),
        )
    ]
    headlines = list(found.sentences())
    assumptions = found.assumptions
    if reserves is not None:
        headlines += reserves.sentences()
        assumptions += reserves.assumptions
        sections.append(
            Section(
                "What to hold in reserve against incidents",
                sentences=tuple(reserves.sentences()),
                charts=(Chart("reserves", partial(charts.reserves, reserves)),),
                tables=(_reserves(reserves),),
            )
        )
    if len(found.people):
        sections.append(
            Section(
                "Whose absence hurts most",
                sentences=tuple(found.sentences()[3:]),
                charts=(Chart("key-people", partial(charts.key_people, found)),),
            )
        )
    return Findings(
        title=portfolio.settings.name,
        subtitle="Exposure to incidents, and what to hold in reserve",
        facts=(
            ("Services", number(len(portfolio.services))),
            ("Projects", number(len(portfolio.projects))),
        ),
        headlines=tuple(headlines),
        sections=tuple(sections),
        assumptions=assumptions,
        warnings=(),
    )


def _services(found: Exposure) -> Table:
    currency = found.portfolio.settings.currency
    rows = found.services.sort_values("delay_days", ascending=False, kind="stable").head(_MOST)
    return Table(
        "Services, the worst first",
        ("Service", "#Days an incident", "#Money an incident", "#Incidents a year", "#Days a year"),
        tuple(
            (
                str(row["name"]),
                with_error(row["delay_days"], row["delay_days_se"]),
                money(row["cost"], currency, error=row["cost_se"]),
                number(row["incidents_a_year"], 1),
                with_error(row["delay_days_a_year"], row["delay_days_a_year_se"]),
            )
            for row in rows.to_dict("records")
        ),
        f"Severity {found.severity} an incident; all severities a year, at the rates of the log.",
        (
            full("services", "Exposure: what each service's failure does", found.services),
            full("exposure_people", "Exposure: whose absence hurts most", found.people),
        ),
    )


def _reserves(found: Reserves) -> Table:
    rows = found.projects.sort_values("reserve_p80_days", ascending=False, kind="stable")
    return Table(
        "Reserve against incidents, working days",
        ("Project", "#P50", "#P80", "#P90", "#P95", "#P80 finish"),
        tuple(
            (
                str(row["name"]),
                *(
                    with_error(row[f"reserve_p{q}_days"], row[f"reserve_p{q}_days_se"])
                    for q in (50, 80, 90, 95)
                ),
                day(row["finish_p80"], brief=True),
            )
            for row in rows.head(_MOST).to_dict("records")
        ),
        sheets=(full("reserves", "Reserves against incidents, by project", found.projects),),
    )
