"""Charts of causes, exposure and the practices: what is drawn is what was found."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from paper import staff, tasks
from test_levers import STRIKE, one_task

from svcimpact import charts
from svcimpact.charts.standing import _of_each
from svcimpact.incident.attribution import Attribution, attribute
from svcimpact.incident.exposure import Exposure, exposure
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.reserves import reserves
from svcimpact.incident.scenario import RandomIncidents, Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.response.contingency import contingency_plan
from svcimpact.response.escalate import escalation
from svcimpact.response.morale import stuck_people
from svcimpact.response.recover import hand_back
from svcimpact.response.redeploy import redeployment
from svcimpact.response.watch import watch_list

NAME = "$\\alpha_{1}$ <b>"
DAY = {"median_hours": 24.0, "p90_hours": 24.0001}


@pytest.fixture(autouse=True)
def _closed() -> Any:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Return two projects with names that are mathematics and markup; ana and ben restore."""
    portfolio = one_task(
        projects=[{"project": "P", "name": NAME, "cost_of_delay_per_day": 800, "due": "2026-01-06"},
                  {"project": "Q", "name": f"{NAME} too", "cost_of_delay_per_day": 90}],
        tasks=[*tasks(("A", 16), ("C", 8), name=NAME), *tasks(("B", 24), project="Q")],
        assignments=[{"task": "A", "resource": "ana"}, {"task": "C", "resource": "ana"},
                     {"task": "B", "resource": "ben"}],
        resources=[{"resource": "ana", "name": NAME, "cost_per_day": 10}, {"resource": "ben"}],
        services=[{"service": "S", "name": NAME, "outage_cost_per_hour": 5}],
        support=staff(("S", "ana", 0, 1), ("S", "ben", 0, 0.5)),
    )  # fmt: skip
    return simulate(portfolio, Scenario(NAME, (STRIKE,), runs=20, decision_time="2026-01-05 15:00"))


@pytest.fixture(scope="module")
def why(outcome: Outcome) -> Attribution:
    """Return why it is late."""
    return attribute(outcome)


@pytest.fixture(scope="module")
def exposed(outcome: Outcome) -> Exposure:
    """Return its exposure."""
    return exposure(outcome.portfolio, **DAY, runs=30)


def title(ax: Any) -> str:
    """Return the finding as it reads."""
    return " ".join(ax.get_title(loc="left").replace(r"\$", "$").split())


def test_parts_are_as_long_as_they_are(why: Attribution) -> None:
    """The bars of a project add up to its mean delay; a name is shown as it is."""
    ax = charts.causes(why)
    late = why.projects.set_index("project")["delay_mean_days"].sort_values(ascending=False)
    widths = np.zeros(len(late))
    for bars in ax.containers:
        widths += [bar.get_width() for bar in bars]
    assert widths == pytest.approx(late.to_numpy())
    labels = [label.get_text().replace(r"\$", "$") for label in ax.get_yticklabels()]
    assert NAME in labels
    ax.figure.canvas.draw()


def test_a_waterfall_ends_at_the_delay(why: Attribution) -> None:
    """Each step begins where the last ended; the end is the mean delay, of one project or all."""
    total = float(why.portfolio["days"].sum())
    for project, end in ((None, total), ("P", float(why.projects["delay_mean_days"].iloc[0]))):
        ax = charts.waterfall(why, project=project)
        bars = [bar for bars in ax.containers if hasattr(bars, "patches") for bar in bars]
        tops = [bar.get_y() + bar.get_height() for bar in bars]
        assert tops[-1] == pytest.approx(end)
        assert tops[-2] == pytest.approx(end)
        assert [bar.get_y() for bar in bars[1:-1]] == pytest.approx(tops[:-2])
    with pytest.raises(KeyError):
        charts.waterfall(why, project="X")


def test_drivers_and_key_people(why: Attribution, exposed: Exposure) -> None:
    """A bar for each, the largest first."""
    ax = charts.drivers(why)
    told = why.drivers[why.drivers["days"].abs() >= 0.005]["days"]
    bars = [bar.get_width() for bars in ax.containers if hasattr(bars, "patches") for bar in bars]
    assert bars == pytest.approx(told.head(12).tolist())
    ax = charts.key_people(exposed)
    bars = [bar.get_width() for bars in ax.containers if hasattr(bars, "patches") for bar in bars]
    assert bars == pytest.approx(exposed.people["delay_days"].tolist())
    assert "is missed most" in title(ax)


def test_the_heat_map_and_the_reserves(exposed: Exposure, outcome: Outcome) -> None:
    """Figures in the cells are those of the table; marks stand at the reserves."""
    ax = charts.exposure(exposed)
    cells = {text.get_text() for text in ax.texts}
    assert f"{exposed.matrix().iloc[0, 0]:.1f}" in cells
    chance = RandomIncidents(30, rates={"S": 40.0}, **DAY)
    held = reserves(outcome.portfolio, chance, runs=80)
    ax = charts.reserves(held)
    top = held.projects.sort_values("reserve_p80_days", ascending=False).iloc[0]
    marks = [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata()) == 2]
    assert any(abs(x - top["reserve_p80_days"]) < 1e-9 for x in marks)
    assert title(ax).startswith(str(top["name"]))


def test_practices_draw_what_they_found(outcome: Outcome) -> None:
    """Titles carry the finding; nothing found is said in a sentence, with no empty axes."""
    plan = contingency_plan(outcome, runs=20, most=1)
    ax = charts.contingency(plan)
    assert title(ax).startswith("1 lever would save")
    verdicts = escalation(outcome, runs=20)
    ax = charts.escalate(verdicts)
    drawn = [bar.get_width() for bars in ax.containers if hasattr(bars, "patches") for bar in bars]
    told = verdicts.table["net"].dropna().sort_values(ascending=False)
    assert drawn == pytest.approx(told.tolist())
    people = redeployment(outcome, runs=20)
    ax = charts.redeploy(people)
    whole = sum(bar.get_width() for bars in ax.containers for bar in bars)
    parts = ["responding_hours", "covering_hours", "working_hours", "free_hours"]
    assert whole == pytest.approx(people.table[parts].to_numpy().sum())
    restore, cover = (people.table[["responding_hours", "covering_hours"]] > 0).sum()
    told = f"{restore} restore" + (f", {cover} cover for colleagues" if cover else "")
    assert title(ax).startswith(f"{told}; ")
    assert f"{people.idle_hours:.0f} hours of the others are free" in title(ax)
    assert "past the due date" in title(charts.watch(watch_list(outcome, runs=20)))
    assert "stuck" in title(charts.morale(stuck_people(outcome, runs=20)))
    back = hand_back(outcome, runs=20)
    assert title(charts.recover(back))


def test_where_not_all_find_room_each_kind_is_shown() -> None:
    """A third for those who restore, cover and have time; what is left goes to the others."""
    table = pd.DataFrame(
        [("responding", 9 - k, 0, 50) for k in range(9)] + [("covering", 0, 4, 0)]
        + [("free", 0, 0, k) for k in range(6)],
        columns=["state", "responding_hours", "covering_hours", "free_hours"],
    ).assign(waiting_hours=0)  # fmt: skip
    shown = _of_each(table, 9)
    assert shown["state"].tolist() == ["responding"] * 5 + ["covering"] + ["free"] * 3
    assert shown.index.tolist() == [0, 1, 2, 3, 4, 9, 15, 14, 13]
    assert len(_of_each(table, 16)) == 16
    assert _of_each(table, 4)["state"].tolist() == ["responding"] * 2 + ["covering"] + ["free"]


def test_where_there_is_nothing_a_sentence_says_so() -> None:
    """An incident that takes nobody: every chart says so, and draws no axes."""
    portfolio = one_task(support=staff(("S", "ben", 0, 1)))
    outcome = simulate(portfolio, Scenario("Calm", (STRIKE,), runs=2))
    quiet = attribute(outcome)
    drawn = [
        charts.causes(quiet), charts.waterfall(quiet), charts.drivers(quiet),
        charts.contingency(contingency_plan(outcome, runs=2)),
        charts.escalate(escalation(outcome, runs=2)),
        charts.watch(watch_list(outcome, runs=2)), charts.morale(stuck_people(outcome, runs=2)),
        charts.recover(hand_back(outcome, runs=2)),
        charts.exposure(exposure(portfolio, **DAY, runs=4)),
    ]  # fmt: skip
    for ax in drawn:
        assert not ax.axison
        assert title(ax)
