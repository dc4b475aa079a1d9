"""The charts of conflicts: the finding as title, the figures of the tables, no collision."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from conflict_cases import built, many, tables_by_hand
from drawn import assert_readable, labels, title
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, PathPatch

from svcimpact import charts
from svcimpact.charts.conflicts import conflict_network, conflict_pairs, conflict_weeks
from svcimpact.io import read
from svcimpact.planning.conflicts import conflict_register
from svcimpact.planning.register import ConflictRegister
from svcimpact.planning.weighing import weigh_conflicts

CHARTS = [conflict_pairs, conflict_weeks, conflict_network]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with mpl.rc_context({"backend": "Agg"}):
        yield
    plt.close("all")


@pytest.fixture(scope="module")
def by_hand() -> ConflictRegister:
    return weigh_conflicts(conflict_register(built(tables_by_hand())), top=3)


def subtitle(ax: Axes) -> str:
    return " ".join(t.get_text().replace("\n", " ") for t in ax.texts if t.get_gid() == "subtitle")


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.__name__)
@pytest.mark.parametrize(("count", "long"), [(2, False), (3, True), (8, False), (60, True)])
def test_nothing_collides_at_any_size(chart, count, long):
    """Three projects or sixty, short names or endless ones with dollars and tags: all is read."""
    register = conflict_register(many(count, long=long))
    ax = chart(register)
    figure = ax.get_figure(root=True)
    figure.canvas.draw()
    if chart is not conflict_network:
        assert_readable(ax)
        return
    # Boxes cut their labels to fit; what has to hold is that every text stands in the picture.
    for text in [*ax.texts, ax._left_title]:
        box = text.get_window_extent()
        assert box.x0 >= -2, text.get_text()
        assert box.x1 <= figure.bbox.x1 + 2, text.get_text()


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.__name__)
def test_no_conflict_is_said(chart):
    """A plan without conflicts gets a title that says so and no empty axes."""
    tables = tables_by_hand()
    for name in ("assignments", "changes", "interests"):
        tables[name] = tables[name].iloc[:0]
    ax = chart(conflict_register(built(tables)))
    assert title(ax) in (
        "No two sides of the plan want the same at the same time",
        "No project is in conflict with another",
    )
    assert not ax.axison


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.__name__)
def test_axes_given_are_the_axes_used(chart, by_hand):
    """A chart draws where it is told, and returns that."""
    _, ax = plt.subplots(figsize=(10, 6))
    assert chart(by_hand, ax=ax) is ax
    assert getattr(charts, chart.__name__) is chart


def test_pairs_show_the_figures_of_the_register(by_hand):
    """Bars are the person-days, in the register's order; levels and delays stand beside them."""
    ax = conflict_pairs(by_hand)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(by_hand.pairs["over_days"])
    assert labels(ax)[0] == "Alpha × Beta"  # noqa: RUF001
    assert any(name == "Beta × absence of Cem" for name in labels(ax))  # noqa: RUF001
    assert any(name == "Gamma by itself" for name in labels(ax))
    assert any(name == "Gamma × service Till" for name in labels(ax))  # noqa: RUF001
    said = [text.get_text() for text in ax.texts]
    assert said.count("weekly sync") == int((by_hand.pairs["level"] == "weekly sync").sum())
    assert title(ax).startswith("Alpha and Beta have most to settle: weekly sync, 1.5 person-days")
    tiny = weigh_conflicts(conflict_register(read("data/tiny")))
    assert title(conflict_pairs(tiny)) == (
        "Move the staff pages and New checkout for the shop have most to settle: coordinate, 0.8 "
        "person-days over; it costs New checkout for the shop 0.5 days"
    )


def test_pairs_say_how_many_find_no_room():
    """The pairs left out are counted with their person-days."""
    register = conflict_register(many(30))
    ax = conflict_pairs(register)
    left = register.pairs.iloc[len(labels(ax)) :]
    days = f"{left['over_days'].sum():.1f}"
    assert f"… and {len(left)} more pairs with {days} person-days over" in subtitle(ax)


def test_weeks_print_the_person_days_and_dot_what_has_none(by_hand):
    """Ana's 1.5 days stand in week 1, a dot for the tester of week 2; the worst week is told."""
    ax = conflict_weeks(by_hand)
    figures = {(t.get_position(), t.get_text()) for t in ax.texts if t.get_fontsize() == 8}
    assert ((0, 0), "1.5") in figures
    dots = {tuple(at) for collection in ax.collections[1:] for at in collection.get_offsets()}
    assert (1.0, 0.0) in dots
    assert title(ax) == (
        "The week of 9 March 2026 is the tightest: 4.0 person-days over, the largest part between "
        "Alpha and Beta"
    )


def test_weeks_without_person_days_tell_the_conflicts():
    """Where nobody is over-allocated the week with most conflicts is named."""
    tables = tables_by_hand()
    tables["assignments"] = tables["assignments"].iloc[:0]
    tables["absences"] = tables["absences"].iloc[:0]
    said = title(conflict_weeks(conflict_register(built(tables))))
    assert said.startswith("No person-days over; most conflicts meet in the week of 9 March 2026: ")


def test_network_has_a_box_per_project_and_a_line_per_pair(by_hand):
    """Three boxes, three lines, the thickest between those who have most to settle."""
    ax = conflict_network(by_hand)
    assert sum(isinstance(patch, FancyBboxPatch) for patch in ax.patches) == 3
    lines = [p for p in ax.patches if isinstance(p, PathPatch)]
    assert len(lines) == 3
    assert len({line.get_linewidth() for line in lines}) > 1
    assert title(ax).startswith("All 3 projects are in conflict, in 1 group; Alpha and Beta most:")


def test_network_keeps_the_strongest_and_counts_the_rest():
    """Sixty projects: some boxes, forty lines, and what is left out is told."""
    ax = conflict_network(conflict_register(many(60)))
    boxes = sum(isinstance(patch, FancyBboxPatch) for patch in ax.patches)
    assert f"the {boxes} with most to settle, … and {60 - boxes} more" in subtitle(ax)
    assert sum(isinstance(p, PathPatch) for p in ax.patches) == 40
    assert "the 40 strongest of" in subtitle(ax)
