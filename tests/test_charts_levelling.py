"""The chart of dispatch rules says which ends first and which delays least, and is readable."""

from __future__ import annotations

from dataclasses import replace

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from drawn import assert_readable, texts_of, title
from fake_outcome import fake_portfolio, project_names
from paper import paper
from test_dispatch import three_projects

from svcimpact import charts
from svcimpact.charts.dates import position
from svcimpact.charts.drawn import Bars, drawn
from svcimpact.planning import Levelling, level

mpl.use("Agg")


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def spread(found: Levelling, finish: list[float], delay: list[float]) -> Levelling:
    """Return the levelling with other figures, each rule's finish that many days in."""
    rules = found.rules.assign(finish_days=finish, mean_delay_days=delay)
    rules["finish"] = pd.Timestamp("2026-01-05") + pd.to_timedelta(finish, unit="D")
    best = [
        not any(f <= x and d <= y and (f, d) != (x, y) for f, d in zip(finish, delay, strict=True))
        for x, y in zip(finish, delay, strict=True)
    ]
    return replace(found, rules=rules.assign(undominated=best))


@pytest.mark.parametrize("count", [1, 3, 60])
@pytest.mark.parametrize("improve", [None, "forward_backward"])
def test_the_chart_is_readable_at_any_size(count: int, improve: str | None) -> None:
    """One project or sixty: nothing collides, leaves the picture or is too small."""
    found = level(fake_portfolio(project_names(count)), improve=improve)
    assert_readable(charts.dispatch_rules(found))


def test_marks_stand_where_the_figures_are() -> None:
    """Six rules far apart are six marks at their dates and delays, the front a staircase."""
    finish, delay = [60.0, 40.0, 42.0, 50.0, 55.0, 70.0], [30.0, 50.0, 45.0, 33.0, 34.0, 20.0]
    ax = charts.dispatch_rules(spread(level(three_projects()), finish, delay))
    assert_readable(ax)
    front, *marks = ax.get_lines()
    start = position(pd.Timestamp("2026-01-05"))
    found = [(line.get_xdata()[0] - start, line.get_ydata()[0]) for line in marks]
    assert [x for x, _ in found] == pytest.approx(finish)
    assert [y for _, y in found] == delay
    assert front.get_drawstyle() == "steps-post"
    assert list(front.get_ydata()) == [50.0, 45.0, 33.0, 30.0, 20.0]
    assert len({line.get_marker() for line in marks}) == 6
    assert title(ax) == (
        "Latest start time (LST) ends the portfolio first, on 14 February 2026; shortest project "
        "first delays projects 60 % less on average and ends it 30 working days later"
    )
    assert ax.get_ylabel() == "Mean project delay, working days"


def test_delays_below_zero_are_drawn_and_told_in_days() -> None:
    """Where levelling spares interruptions no mark is cut off, and no percentage is made up."""
    finish, delay = [60.0, 40.0, 42.0, 50.0, 55.0, 70.0], [0.0, 1.0, 0.8, 0.2, 0.1, -0.5]
    ax = charts.dispatch_rules(spread(level(three_projects()), finish, delay))
    assert_readable(ax)
    assert ax.get_ylim()[0] < -0.5
    assert "shortest project first delays projects 1.5 working days less" in title(ax)


def test_rules_that_come_to_the_same_share_a_mark() -> None:
    """Plan order and least float agree; the key names both, the title the best of all."""
    finish, delay = [7.0, 8.0, 7.0, 7.0, 8.0, 6.0], [2.5, 3.0, 2.5, 2.5, 3.0, 1.5]
    ax = charts.dispatch_rules(spread(level(three_projects()), finish, delay))
    texts = [text for text, _, _ in texts_of(ax)]
    assert any(text.startswith("plan order, LFT and least float: 12 Jan 2026") for text in texts)
    assert title(ax) == (
        "Giving people first to the project with least left to do (shortest project) is best: the "
        "portfolio ends on 11 January 2026, mean project delay 1.5 working days"
    )


def test_bars_of_the_delay_where_the_finish_tells_nothing() -> None:
    """One person does all: every rule ends on the same day, and the delays are told in words."""
    found = level(three_projects())
    ax = charts.dispatch_rules(found)
    assert_readable(ax)
    what = drawn(ax)
    assert isinstance(what, Bars)
    # Those that delay least have a colour of their own.
    lengths = [
        next(part.values[row] for part in what.parts if part.values[row] is not None)  # noqa: PD011
        for row in range(len(what.rows))
    ]
    by_rule = found.rules.sort_values("mean_delay_days", kind="stable")
    assert list(what.rows) == list(by_rule["name"])
    assert lengths == pytest.approx(by_rule["mean_delay_days"].tolist())
    assert title(ax) == (
        "Giving people first to the project with least left to do (shortest project) delays "
        "projects least: 1.5 working days on average, against 2.5 by plan order; all rules end the "
        "portfolio on 12 January 2026"
    )


def test_bars_against_the_worst_where_the_plan_is_among_the_best() -> None:
    """Plan order is not held against itself; where all are alike it makes no difference."""
    found = level(three_projects())
    one = spread(found, [7.0] * 6, [1.0, 2.0, 3.0, 1.0, 1.0, 1.0])
    assert title(charts.dispatch_rules(one)) == (
        "Keeping to plan order delays projects least: 1.0 working days on average, against 3.0 by "
        "latest finish time (LFT); all rules end the portfolio on 12 January 2026"
    )
    alike = spread(found, [7.0] * 6, [1.0] * 6)
    assert title(charts.dispatch_rules(alike)).startswith("It makes no difference who goes first")


def test_an_improvement_is_drawn_from_where_it_began() -> None:
    """The single pass stays as a small open mark where an improvement was kept."""
    found = level(three_projects(), rules="lst")
    gained = found.rules.assign(
        improved=True, single_pass_finish_days=8.0, single_pass_mean_delay_days=5.0
    )
    ax = charts.dispatch_rules(replace(found, rules=gained))
    assert_readable(ax)
    opened = [line for line in ax.get_lines() if line.get_markersize() == 5]
    assert [line.get_ydata()[0] for line in opened] == [5.0]
    assert "before the forward-backward pass" in [text for text, _, _ in texts_of(ax)]


def test_one_rule_and_none() -> None:
    """A single rule is told by itself; a portfolio without tasks draws nothing but that."""
    ax = charts.dispatch_rules(level(three_projects(), rules="lft"))
    assert title(ax) == (
        "By latest finish time (LFT) the portfolio ends on 12 January 2026; its projects lose 2.5 "
        "working days on average"
    )
    empty = charts.dispatch_rules(level(paper(projects=[{"project": "P"}])))
    assert title(empty) == "There is no task to level"
