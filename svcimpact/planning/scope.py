"""What each project touches in service delivery: services, people, others' work, decisions."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.graph.blast import check_id
from svcimpact.planning.ahead import FROM_STATUS_DATE, work_ahead
from svcimpact.planning.displaced import displaced_work
from svcimpact.planning.reached import service_table
from svcimpact.planning.scope_result import ScopeImpact
from svcimpact.planning.stakes import gap_table, gather_stakes, stakeholder_table
from svcimpact.planning.steps import Integers, load_steps
from svcimpact.planning.support_taken import support_taken
from svcimpact.portfolio import Portfolio

__all__ = ["Page", "ScopeImpact", "page", "scope_impact"]


@dataclass(frozen=True, repr=False)
class Page:
    """One page as HTML that needs nothing else: no network, font or script.

    Attributes
    ----------
    title : str
        What it is about.
    html : str
        The whole page.
    """

    title: str
    html: str

    def __repr__(self) -> str:
        return f"<Page {self.title!r}: {len(self.html):,} characters>"

    def __str__(self) -> str:
        return self.html

    def _repr_html_(self) -> str:
        # A frame keeps the page's looks from the notebook's, and the notebook's from the page's.
        return (
            f'<iframe srcdoc="{escape(self.html)}" title="{escape(self.title)}" '
            'style="width: 100%; height: 900px; border: 1px solid #d8dee4"></iframe>'
        )

    def save(self, path: str | Path) -> Path:
        """Write the page.

        Parameters
        ----------
        path : str or pathlib.Path
            An ``.html`` file; replaced whole.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        InputError
            If nothing can be written there.
        """
        # The report stands above planning; it is asked for by name, not built upon.
        written: Path = import_module("svcimpact.report.html").write_page(self.html, path)
        return written


def page(portfolio: Portfolio, project: str, *, lead_days: float = 10.0) -> Page:
    """Return one page on one project: what it touches, takes and displaces, and who agrees.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    project : str
        Id of the project.
    lead_days : float
        Working days before the first task that touches a service by which a decision on it is
        needed.

    Returns
    -------
    Page
        It shows itself in Jupyter, `str` gives the HTML and `save` writes it; every name in it
        is escaped.

    Raises
    ------
    InputError
        If there is no such project, or the lead time is no number from 0 on.

    Examples
    --------
    >>> import svcimpact as si
    >>> portfolio = si.read("data/tiny")
    >>> page(portfolio, "checkout").title
    'New checkout for the shop'
    """
    impact = scope_impact(portfolio, lead_days=lead_days)
    check_id(project, portfolio.projects["project"].tolist(), "projects", "project")
    names = dict(zip(portfolio.projects["project"], portfolio.projects["name"], strict=True))
    # The report stands above planning; it is asked for by name, not built upon.
    html = import_module("svcimpact.report.scope").project_page(portfolio, impact, project)
    return Page(str(names[project]), html)


def scope_impact(portfolio: Portfolio, *, lead_days: float = 10.0) -> ScopeImpact:
    """Find what each project touches in service delivery, takes of it, and has to agree with it.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    lead_days : float
        Working days before the first task that touches a service by which a decision on it is
        needed.

    Returns
    -------
    ScopeImpact
        Services with their weight, hours of support staff, displaced work, stakeholders with
        dates, and gaps.

    Raises
    ------
    InputError
        If the lead time is no number from 0 on.

    Examples
    --------
    The checkout of the tiny portfolio changes payments and takes 6 person-days of support staff:

    >>> import svcimpact as si
    >>> found = scope_impact(si.read("data/tiny"))
    >>> row = found.projects.set_index("project").loc["checkout"]
    >>> int(row["changes"]), float(row["support_days"])
    (1, 6.0)
    """
    _check_lead(lead_days)
    stakes = gather_stakes(portfolio)
    lead_hours = float(lead_days) * portfolio.settings.hours_per_day
    segments = work_ahead(portfolio)
    services = service_table(portfolio, stakes, lead_hours)
    hours, staff = support_taken(portfolio, segments)
    displaced = displaced_work(portfolio, load_steps(portfolio, segments))
    gaps = gap_table(portfolio, stakes, lead_hours)
    return ScopeImpact(
        projects=_summary(portfolio, services, hours, staff, displaced, gaps),
        services=services,
        hours=hours,
        displaced=displaced,
        stakeholders=stakeholder_table(portfolio, stakes, lead_hours),
        gaps=gaps,
        lead_days=float(lead_days),
        as_of=portfolio.settings.status_date or portfolio.settings.start,
        assumptions=_assumptions(portfolio, float(lead_days)),
    )


def _check_lead(lead_days: object) -> None:
    right = isinstance(lead_days, int | float | np.number) and not isinstance(lead_days, bool)
    if right and 0 <= float(lead_days) <= 36_500:  # type: ignore[arg-type]
        return
    row = fault(
        "scope",
        column="lead_days",
        found=repr(lead_days),
        expected="a number of working days from 0 to 36500",
        cure="Say how long before the first task a decision is needed; 10 is two weeks.",
    )
    raise InputError("The lead time is not clear.", fault_frame([row]))


def _assumptions(portfolio: Portfolio, lead_days: float) -> tuple[str, ...]:
    day = "day" if lead_days == 1 else "days"
    said = [
        "All at the planned dates; finished tasks are left out.",
        f"A decision is needed {lead_days:g} working {day} before the first task of its stage "
        "that touches the service.",
        "Displaced is what others would have got of a person, and do not get if the project is "
        "done as planned; who gives way is a decision, so it is shared out in proportion to what "
        "each asks for at that moment.",
        "A service counts as decided on by whoever decides on it, on the team that carries most "
        "of its support or, from the service side, on the project.",
        "An owner counts as involved where the tables give them an interest in the project, or "
        "as its sponsor; what no table names is not seen.",
    ]
    if portfolio.settings.status_date is not None:
        said.insert(1, FROM_STATUS_DATE)
    if portfolio.stakeholders.empty:
        said.append("The tables name no stakeholders: every touched service is a gap.")
    return tuple(said)


def _summary(
    portfolio: Portfolio,
    services: pd.DataFrame,
    hours: pd.DataFrame,
    staff: Integers,
    displaced: pd.DataFrame,
    gaps: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row per project."""
    frame = portfolio.projects[["project", "name", "priority"]].copy()
    ids = pd.Index(frame["project"])

    def per_project(values: pd.Series[Any]) -> pd.Series[Any]:
        return values.reindex(ids).reset_index(drop=True)

    for column, effect in (("changes", "changes"), ("uses", "uses"), ("reaches", "reached")):
        count = services[services["effect"] == effect].groupby("project").size()
        frame[column] = per_project(count).fillna(0).astype("int64")
    frame["support_staff"] = staff
    frame["support_days"] = per_project(hours.groupby("project")["days"].sum()).fillna(0.0)
    moved = {kind: displaced[displaced["kind"] == kind] for kind in ("project", "service")}
    moved_days = {
        kind: per_project(rows.groupby("project")["days"].sum()).fillna(0.0)
        for kind, rows in moved.items()
    }
    frame["displaced_days"] = moved_days["project"] + moved_days["service"]
    frame["displaced_project_days"] = moved_days["project"]
    frame["displaced_service_days"] = moved_days["service"]
    frame["decide_by"] = per_project(services.groupby("project")["decide_by"].min())
    frame["gaps"] = per_project(gaps.groupby("project").size()).fillna(0).astype("int64")
    return frame
