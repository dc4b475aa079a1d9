"""Charts of go-lives: the finding in the title, and nothing collides at any size."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from drawn import assert_readable, labels, title
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from transition_cases import many, shop, shop_of, without

from svcimpact import charts
from svcimpact.charts import style
from svcimpact.planning.transition import Transition, transition

mpl.use("Agg")

LONG = [
    "Harmonisation of the customer master data of all subsidiaries in the north (phase 2)",
    "Cost $5 and $6 <script>alert(1)</script>",
    "Проект обновления платежей",
    "A" * 120,
    "word " * 30,
    "two\nlines\tand a bell",
]
DRAW = [charts.go_no_go, charts.acceptance, charts.go_live, charts.early_life]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@cache
def judged_many(count: int) -> Transition:
    """Judge projects with long names where the count is negative, once."""
    return transition(many(abs(count), LONG if count < 0 else ()), runs=5)


def judged(*gone: str, **more: pd.DataFrame) -> Transition:
    tables = shop() | more
    without(tables, *gone)
    return transition(shop_of(tables))


@pytest.mark.parametrize("count", [1, 3, 60])
@pytest.mark.parametrize("draw", DRAW, ids=lambda draw: draw.__name__)
def test_nothing_collides_at_any_size(draw, count):
    """One project or sixty: every text stands free, inside the picture."""
    assert_readable(draw(judged_many(count)))


@pytest.mark.parametrize("draw", DRAW, ids=lambda draw: draw.__name__)
def test_nothing_collides_with_long_and_hostile_names(draw):
    """Names are cut where they find no room, and drawn as they are."""
    assert_readable(draw(judged_many(-8)))


@pytest.mark.parametrize("draw", DRAW, ids=lambda draw: draw.__name__)
def test_nothing_to_draw_is_told(draw):
    """No change, no go-live: a title says so, on axes without a frame."""
    tables = shop()
    del tables["changes"], tables["acceptance"]
    ax = draw(transition(shop_of(tables)))
    assert title(ax).startswith("No ")
    assert not ax.axison


@pytest.mark.parametrize("draw", DRAW, ids=lambda draw: draw.__name__)
def test_charts_go_where_they_are_told(draw):
    """Axes of the user's own are drawn on and given back."""
    figure, axes = plt.subplots(1, 2, figsize=(20, 6))
    assert draw(judged_many(3), ax=axes[1]) is axes[1]
    assert figure.axes[0].get_title(loc="left") == ""


def test_the_sheet_says_what_the_checks_say():
    """One gap, one weakness, one open: a sign each, and the verdict beside them."""
    ax = charts.go_no_go(judged("U"))
    signs = [text.get_text() for text in ax.texts]
    assert signs[:8] == ["?", "✓", "–", "✗", "✓", "✓", "✓", "✓"]  # noqa: RUF001 (a dash)
    assert signs[8] == "no-go"
    assert title(ax).startswith("1 of 1 go-live on a service would be delivered as documented")
    assert labels(ax) == ["NEW → Payments"]


def test_red_is_delivered_but_not_acceptable():
    """The quadrant at the lower right has the red edge, and the count in it."""
    ax = charts.acceptance(judged("U"))
    red = [p for p in ax.patches if p.get_edgecolor()[:3] == to_rgb("#a3271b")]
    assert [(p.get_x(), p.get_y()) for p in red] == [(1, 0)]
    texts = [text.get_text() for text in ax.texts]
    assert "1 delivered, not acceptable: no-go" in texts
    assert "NEW → Payments" in texts


def test_the_longest_wait_is_the_finding():
    """Five working days behind a freeze."""
    freeze = {"service": ["pay"], "start": ["2026-01-20 09:00"], "end": ["2026-01-26 09:00"]}
    ax = charts.go_live(judged(freezes=pd.DataFrame(freeze)))
    assert title(ax) == (
        "1 of 1 planned go-live come too early; NEW on Payments most: safe 5.0 working days "
        "later, on 26 January 2026"
    )
    assert any("+5.0 days: the change freeze" in text.get_text() for text in ax.texts)


def test_early_life_bars_are_the_person_days():
    """Ana 6.15 person-days, a third of them not in her plan; Ben 2.05, all of them."""
    ax = charts.early_life(judged())
    assert labels(ax) == ["Ana", "Ben"]
    widths = [round(patch.get_width(), 2) for patch in ax.patches]
    assert widths == [4.1, 0.0, 2.05, 2.05, 0.0, 0.0]
    assert "4.1 of all are not in their plan" in title(ax)


def test_grey_still_tells_the_statuses_apart():
    """Neighbouring fills differ by a good step of lightness, and each status has its own sign."""
    from svcimpact.charts.transition import _STATUS

    grey = [
        0.299 * r + 0.587 * g + 0.114 * b for r, g, b in (to_rgb(s[0]) for s in _STATUS.values())
    ]
    assert all(a - b > 0.08 for a, b in pairwise(grey))
    assert len({sign for _, sign, _ in _STATUS.values()}) == 4


@pytest.mark.parametrize("draw", DRAW, ids=lambda draw: draw.__name__)
def test_charts_fit_a_narrow_page(draw):
    """On a report's page nothing collides; the heads of the sheet are set at a slant there."""
    found = judged_many(12)
    with style.page(7.2, 6.5):
        ax = draw(found)
    FigureCanvasAgg(ax.figure)
    if draw is charts.go_no_go:
        heads = ax.get_xticklabels()
        assert {head.get_rotation() for head in heads} == {40.0}
        ax.set_xticks([])
    assert_readable(ax)
