"""The pictures of the graph: labels there, apart, safe; titles that say what is found."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from crowds import crowd, portfolio_of
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from paper import paper, people, staff
from test_graph import real_systems, services_only, shop

from svcimpact.charts.boxes import blend, fit, ink_on
from svcimpact.charts.graph import graph
from svcimpact.charts.layered import crossings, untangled
from svcimpact.charts.letters import text_width
from svcimpact.charts.service_map import layers, service_map
from svcimpact.errors import InputError
from svcimpact.portfolio import Portfolio


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Draw without a screen and close what was drawn."""
    with mpl.rc_context({"backend": "Agg"}):
        yield
    plt.close("all")


def texts(ax: Axes) -> list[Text]:
    """Return every text drawn on the axes: labels, titles, legend."""
    legend = ax.get_legend()
    found = [child for child in ax.get_children() if isinstance(child, Text)]
    found += legend.get_texts() if legend else []
    return [t for t in found if t.get_text().strip()]


def drawn(ax: Axes) -> list[str]:
    """Return what the texts read, without escapes."""
    return [t.get_text().replace(r"\$", "$") for t in texts(ax)]


def title(ax: Axes) -> str:
    """Return the finding as one line."""
    return ax.get_title(loc="left").replace("\n", " ").replace("\N{NO-BREAK SPACE}", " ")


def assert_apart(ax: Axes) -> None:
    """Fail if two texts overlap, or one stands out of its box or of the figure."""
    figure = ax.figure
    figure.canvas.draw()
    extents = [(t.get_text(), t.get_window_extent()) for t in texts(ax)]
    page = figure.bbox
    for label, one in extents:
        assert one.x0 >= page.x0 - 1, label
        assert one.x1 <= page.x1 + 1, label
        assert one.y0 >= page.y0 - 1, label
        assert one.y1 <= page.y1 + 1, label
    for (label, one), (other_label, other) in combinations(extents, 2):
        wide = min(one.x1, other.x1) - max(one.x0, other.x0)
        high = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert wide <= 0.5 or high <= 1.5, (label, other_label)
    boxes = [p.get_window_extent() for p in ax.patches if isinstance(p, FancyBboxPatch)]
    for label, one in extents:
        middle = (one.x0 + one.x1) / 2, (one.y0 + one.y1) / 2
        for box in boxes:
            if box.contains(*middle):
                assert one.x0 >= box.x0, label
                assert one.x1 <= box.x1 + 0.5, label
                assert one.height <= box.height + 1, label


@pytest.mark.parametrize("size", [(3, 4, 6), (10, 8, 20), (10, 20, 40), (30, 45, 120)])
@pytest.mark.parametrize("service", [None, "s0", "s3"])
def test_no_text_overlaps(size: tuple[int, int, int], service: str | None) -> None:
    """From a handful to far too many, every text stands alone and inside its box."""
    portfolio = crowd(*size)
    assert_apart(graph(portfolio, service=service))
    assert_apart(service_map(portfolio, service=service))


def test_every_service_and_project_is_labelled() -> None:
    """At committee size all 20 services and 10 projects are named, and every team."""
    portfolio = crowd(10, 20, 40)
    for service in (None, "s3"):
        labels = drawn(graph(portfolio, service=service))
        joined = " ".join(labels)
        for name in [*portfolio.services["name"], *portfolio.projects["name"]]:
            assert name in joined
        for team in portfolio.resources["team"].unique():
            assert any(label.startswith(team) for label in labels)
        assert {"20 services", "40 people", "10 projects"} <= set(labels)


def test_more_than_fits_is_gathered() -> None:
    """Of 45 services and 30 projects the biggest are named and the others counted."""
    labels = drawn(graph(crowd(30, 45, 120)))
    assert "22 other services" in labels
    assert "7 other projects" in labels


def test_title_states_the_finding() -> None:
    """By hand: Ana and Crew are shared; Payments takes Shop, pulls three, hits both projects."""
    assert title(graph(shop())) == (
        "2 of 4 people keep services running and work on projects: "
        "92 % of all project work rests on them"
    )
    assert title(graph(shop(), service="pay")) == (
        "If Payments fails, 1 other service goes down, 3 people are pulled away (3.8 FTE), "
        "and 2 of 2 projects lose people or have tasks that can be held"
    )
    alone = paper(
        services=[{"service": "pay", "name": "Payments"}],
        support=staff(("pay", "ana", 0.1, 0)),
        resources=people(ana=1),
    )
    assert title(graph(alone, service="pay")) == (
        "If Payments fails, no other service goes down, nobody is pulled away, and no project "
        "loses people or has tasks that can be held"
    )
    assert title(service_map(shop())) == (
        "A failure of Payments takes 1 of 3 other services down, as does Shop"
    )
    assert title(service_map(shop(), service="pay")) == (
        "If Payments fails, 1 of 3 other services goes down and 1 more feels it"
    )


def test_failure_is_told_in_the_boxes() -> None:
    """Shares, FTE and held tasks stand in the boxes that the failure of Payments reaches."""
    labels = [t.replace("\N{NO-BREAK SPACE}", " ") for t in drawn(graph(shop(), service="pay"))]
    shares = {"80 %", "40 %", "1.0 FTE", "2.4 FTE", "0.4 FTE"}
    assert shares | {"1 task"} <= set(labels)
    assert "Neither need others nor are needed: HR" in drawn(service_map(shop(), service="pay"))


@pytest.mark.parametrize(
    "portfolio",
    [portfolio_of(), crowd(0, 4, 5), crowd(3, 0, 5), crowd(2, 3, 0), crowd(1, 1, 1)],
    ids=["nothing", "no projects", "no services", "no people", "one of each"],
)
def test_little_or_nothing_to_draw(portfolio: Portfolio) -> None:
    """Without services, projects or people there is still a picture with a sentence."""
    assert_apart(graph(portfolio))
    assert_apart(service_map(portfolio))
    for service in portfolio.services["service"]:
        assert_apart(graph(portfolio, service=service))
        assert_apart(service_map(portfolio, service=service))
    assert title(graph(portfolio))
    assert title(service_map(portfolio))


def test_nobody_shared() -> None:
    """Where nobody is shared, that is the finding."""
    assert title(graph(crowd(3, 0, 5))) == "Nobody both supports services and works on projects"
    assert title(service_map(crowd(3, 0, 5))) == "No service takes another one down"


NAMES = [
    "Pay $5 & $6",
    "Überweisung · été <b>",
    "Δοκιμή_{x}^2 \\alpha",
    "A name that goes on and on because somebody pasted the whole business case into it",
    "Onelongwordwithoutanyspaceatallthatcannotbewrapped",
    "line\nbreak\tand tab",
]


def test_names_are_data() -> None:
    """Dollar signs, other scripts, markup, line breaks and endless names are drawn as they are."""
    portfolio = portfolio_of(
        services=[{"service": f"s{i}", "name": name} for i, name in enumerate(NAMES)],
        service_links=[{"service": f"s{i}", "needs": "s0"} for i in range(1, 6)],
        projects=[{"project": f"p{i}", "name": name} for i, name in enumerate(NAMES)],
        tasks=[
            {"task": f"t{i}", "project": f"p{i}", "duration_days": 1.0} for i in range(len(NAMES))
        ],
        resources=[
            {"resource": f"r{i}", "name": name, "team": name} for i, name in enumerate(NAMES)
        ],
        assignments=[
            {"task": f"t{i}", "resource": f"r{i}", "units_fte": 0.5} for i in range(len(NAMES))
        ],
        support=[
            {"service": f"s{i}", "resource": f"r{i}", "incident_fte": 1.0}
            for i in range(len(NAMES))
        ],
        changes=[
            {"task": f"t{i}", "service": f"s{i}", "effect": "changes"} for i in range(len(NAMES))
        ],
    )
    for ax in (graph(portfolio), graph(portfolio, service="s0"), service_map(portfolio)):
        assert_apart(ax)
        labels = drawn(ax)
        assert "Pay $5 & $6" in labels
        assert "Überweisung · été <b>" in labels
        assert any(label.startswith("A name that goes on") for label in labels)
    assert any("Pay $5 & $6" in label for label in drawn(graph(portfolio, service="s0")))


@pytest.mark.parametrize("system", real_systems() or [pytest.param("", marks=pytest.mark.skip)])
def test_service_map_of_real_systems(system: str) -> None:
    """Every real system, cycles included, is drawn with every service, nothing overlapping."""
    portfolio = services_only(real_systems()[system])
    ax = service_map(portfolio)
    assert_apart(ax)
    boxes = [p for p in ax.patches if isinstance(p, FancyBboxPatch)]
    assert len(boxes) == len(portfolio.services)


def test_a_long_chain_becomes_few_columns() -> None:
    """Forty services in a row, closed to a circle, still fit a slide."""
    pairs = [(f"s{i:02}", f"s{i + 1:02}") for i in range(39)] + [("s39", "s00")]
    ax = service_map(services_only(pairs))
    assert_apart(ax)
    assert any("circle" in label for label in drawn(ax))
    assert len({round(p.get_x(), 6) for p in ax.patches if isinstance(p, FancyBboxPatch)}) == 6


def test_unknown_service_is_told() -> None:
    """Both pictures answer a misspelt service with the nearest."""
    for chart in (graph, service_map):
        with pytest.raises(InputError, match="did you mean 'pay'"):
            chart(shop(), service="payy")


def test_given_axes_are_used_and_settings_left_alone() -> None:
    """The picture goes where it is told, and the user's matplotlib settings stay."""
    before = dict(mpl.rcParams)
    figure, axes = plt.subplots(1, 2, figsize=(20, 7), layout="constrained")
    assert graph(crowd(3, 5, 9), ax=axes[0]) is axes[0]
    assert service_map(crowd(3, 5, 9), ax=axes[1]) is axes[1]
    assert dict(mpl.rcParams) == before
    assert_apart(axes[0])
    assert_apart(axes[1])
    assert plt.get_fignums() == [figure.number]


def test_the_same_twice() -> None:
    """The same portfolio gives the same picture, pixel for pixel."""
    shots = []
    for _ in range(2):
        figure = graph(crowd(5, 8, 12), service="s0").figure
        figure.canvas.draw()
        shots.append(np.asarray(figure.canvas.buffer_rgba()))
    assert np.array_equal(*shots)


def test_untangling_a_swapped_pair() -> None:
    """Two crossed lines are uncrossed; groups stay together with their heading first."""
    edges = {("a", "y"): 1.0, ("b", "x"): 1.0}
    assert crossings([["a", "b"], ["x", "y"]], edges) == 1
    assert crossings(untangled([["a", "b"], ["x", "y"]], edges), edges) == 0
    edges = {("a", "m2"): 1.0, ("b", "n1"): 1.0, ("c", "m1"): 1.0}
    groups = {"m": "m", "m1": "m", "m2": "m", "n": "n", "n1": "n"}
    _, column = untangled([["a", "b", "c"], ["m", "m1", "m2", "n", "n1"]], edges, groups)
    assert sorted(column) == ["m", "m1", "m2", "n", "n1"]
    assert column.index("m") + 1 in (column.index("m1"), column.index("m2"))
    assert abs(column.index("m1") - column.index("m2")) == 1
    assert column.index("n1") == column.index("n") + 1


def test_layers_lead_from_needed_to_needing() -> None:
    """Every pair climbs, but the one that closes the circle."""
    pairs = [("a", "b"), ("b", "c"), ("c", "b"), ("a", "c"), ("c", "d")]
    layer, closing = layers(["d", "c", "b", "a"], pairs)
    assert len(closing) == 1
    assert closing <= {("b", "c"), ("c", "b")}
    assert all(layer[x] < layer[y] for x, y in pairs if (x, y) not in closing)
    assert all(layer[x] > layer[y] for x, y in closing)


def test_fit_measures() -> None:
    """A cut text ends in an ellipsis and is no wider than asked; a short one is left alone."""
    cut = fit("Customer identity renewal", 1.0)
    assert cut.endswith("…")
    assert text_width(cut) <= 1.0
    assert fit("Web", 1.0) == "Web"
    assert fit("Web", 0.0) == "…"


def test_ink_reads_on_every_fill() -> None:
    """White text on dark boxes, dark text on light ones."""
    assert ink_on("#12406b") == "#ffffff"
    assert ink_on("#f7dcd3") != "#ffffff"
    assert blend("#000000", "#ffffff", 0.5) == "#808080"
