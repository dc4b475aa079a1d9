"""Charts of scope and stages: the finding with its number, readable at any size, any name."""

from __future__ import annotations

from dataclasses import replace

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from drawn import assert_readable, labels, title
from involved import involved
from test_charts import HOSTILE

from svcimpact import charts
from svcimpact.errors import InputError
from svcimpact.io import read
from svcimpact.planning.scope import scope_impact
from svcimpact.planning.stages import stage_involvement
from svcimpact.portfolio import Portfolio
from svcimpact.wording import GAP

mpl.use("Agg")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def meridian() -> Portfolio:
    """Return the example."""
    return read("data/meridian")


def said(ax) -> str:
    """Return the title with plain blanks."""
    return title(ax).replace(GAP, " ")


def drawings(portfolio: Portfolio) -> list:
    """Return every chart of scope and stages, of all projects and of one."""
    impact, found = scope_impact(portfolio), stage_involvement(portfolio, least_fte=0.6)
    one = found.involvement["project"].iloc[0]
    return [
        charts.scope_map(impact),
        charts.support_taken(impact),
        charts.support_taken(impact, project=one),
        charts.stage_matrix(found),
        charts.stage_matrix(found, project=one),
        charts.stage_gaps(found),
        charts.stage_gaps(found, project=one),
    ]


@pytest.mark.parametrize("size", [(20, 6, 3, 1), (60, 12, 6, 3), (900, 60, 40, 60)])
def test_nothing_collides_at_any_size(size) -> None:
    """One project, three or sixty: every text stands free, inside the picture, at 8 points."""
    for ax in drawings(involved(*size, days=200)):
        assert_readable(ax)


@pytest.mark.parametrize("text", [f" {HOSTILE[0]}", f" {HOSTILE[6]}", f" {HOSTILE[3]}", "A" * 120])
def test_nothing_collides_with_hostile_names(text: str) -> None:
    """Markup, dollars, other scripts and very long names are drawn as they are, and fit."""
    for ax in drawings(involved(60, 12, 6, 3, days=100, text=text)):
        assert_readable(ax)


def test_scope_map_names_who_goes_furthest(meridian) -> None:
    """The title has the counts of the project that touches and reaches most, checked by hand."""
    impact = scope_impact(meridian)
    ax = charts.scope_map(impact)
    assert said(ax) == (
        "Instant payments on two data centres goes furthest: it changes 3 services, and 11 others "
        "need them"
    )
    assert len(labels(ax)) == 8
    cells = [t.get_text() for t in ax.texts]
    assert cells.count("C") == impact.projects["changes"].sum()
    assert cells.count("U") == impact.projects["uses"].sum()


def test_support_taken_gives_the_sum_and_the_peak(meridian) -> None:
    """Total and peak are those of the table; an unknown project is told."""
    impact = scope_impact(meridian)
    hours = impact.hours[impact.hours["project"] == "LED"]
    peak = hours.groupby(["team", "month"])["days"].sum()
    assert said(charts.support_taken(impact, project="LED")) == (
        f"Ledger migration to the new core takes {hours['days'].sum():.0f} person-days of support "
        f"staff, most of {peak.idxmax()[0]} in {peak.idxmax()[1].month_name()}: {peak.max():.0f}"
    )
    with pytest.raises(InputError, match="did you mean 'LED'"):
        charts.support_taken(impact, project="LEDG")


def test_stage_matrix_prints_what_is_needed_and_lacking(meridian) -> None:
    """Every cell has the sums of its windows; the title those of all."""
    found = stage_involvement(meridian)
    rows = found.involvement
    lacking = rows[["missing_days", "short_days"]].max(axis=1)
    ax = charts.stage_matrix(found)
    assert said(ax).startswith(
        f"{lacking.sum():.1f} of {rows['needed_days'].sum():.0f} person-days that stages need"
    )
    cell = (rows["team"] == "Digital") & (rows["stage"] == "delivery")
    expected = f"{rows.loc[cell, 'needed_days'].sum():.1f} ({lacking[cell].sum():.1f})"
    assert expected in [t.get_text() for t in ax.texts]


def test_stage_gaps_draws_planned_and_nearest_windows(meridian) -> None:
    """One dark bar per gap without the time, one light bar per window found."""
    found = stage_involvement(meridian)
    short = found.gaps[found.gaps["short_days"] > 1e-6]
    ax = charts.stage_gaps(found, project="SCA")
    mine = short[short["project"] == "SCA"]
    windows = mine[["earlier_start", "later_start"]].notna().sum().sum()
    assert len(ax.patches) == len(mine) + windows
    top = mine.iloc[0]
    assert said(ax).endswith(
        f"{top['needed_days']:.1f} person-days needed, {top['free_days']:.1f} free"
    )


def test_charts_of_one_project_name_it(meridian) -> None:
    """The title says whose stages they are, also where there is nothing to draw."""
    found = stage_involvement(meridian)
    name = "Strong customer authentication"
    assert f"that stages of {name} need" in said(charts.stage_matrix(found, project="SCA"))
    assert f"a stage of {name} needs" in said(charts.stage_gaps(found, project="SCA"))
    idle = replace(found, projects=found.projects.iloc[:1].assign(project="NEW", name="Newcomer"))
    drawn = [said(chart(idle, project="NEW")) for chart in (charts.stage_matrix, charts.stage_gaps)]
    assert drawn == [
        "No stage of Newcomer touches a service",
        "Everybody whom a stage of Newcomer needs has the time",
    ]


def test_nothing_to_draw_is_said_so(meridian) -> None:
    """Empty results are told in words; nothing is drawn empty."""
    impact, found = scope_impact(meridian), stage_involvement(meridian)
    none = replace(
        impact,
        projects=impact.projects.assign(changes=0, uses=0),
        hours=impact.hours.iloc[:0],
    )
    assert said(charts.scope_map(none)) == "No project changes or uses a service"
    assert said(charts.support_taken(none)) == "The projects together take no time of support staff"
    enough = replace(found, gaps=found.gaps.iloc[:0], involvement=found.involvement.iloc[:0])
    assert said(charts.stage_gaps(enough)) == "Everybody whom a stage needs has the time"
    assert said(charts.stage_matrix(enough)) == "No stage of any project touches a service"
    calm = replace(found, involvement=found.involvement.assign(missing_days=0.0, short_days=0.0))
    assert "are planned and free" in said(charts.stage_matrix(calm))
    for chart in (charts.stage_matrix, charts.stage_gaps):
        with pytest.raises(InputError, match="did you mean 'SCA'"):
            chart(found, project="SCAN")
