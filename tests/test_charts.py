"""Charts say the right thing, collide nowhere, and survive any name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawn import assert_readable, labels, texts_of, title
from fake_outcome import RESTORED, STRUCK, fake_outcome, fake_weekly
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from svcimpact import charts
from svcimpact.charts import letters, style
from svcimpact.charts.dates import date_axis
from svcimpact.charts.stretches import caused, merged, windows
from svcimpact.errors import InputError
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.io import read
from svcimpact.wording import GAP, MINUS, chance, money, number, with_error

mpl.use("Agg")

TINY = Path(__file__).parents[1] / "data" / "tiny"

HOSTILE = [
    "Cost $5 and $6 <script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}} %s ]]> & 'quoted'",
    "Проект обновления платежей",
    "Ανανέωση ταυτότητας",
    "A" * 120,
    "word " * 30,
    "two\nlines\tand a \x07 bell",
]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def drawings(outcome):
    """Return every chart of an outcome."""
    first = outcome.projects["project"].iloc[0]
    return [
        charts.delays(outcome),
        charts.finish_curves(outcome),
        charts.gantt(outcome),
        charts.gantt(outcome, project=first),
    ]


@pytest.mark.parametrize("count", [1, 3, 8, 60])
def test_nothing_collides_at_any_size(count):
    """One project or sixty: every text stands free, inside the picture, at 8 points or more."""
    for ax in drawings(fake_outcome(count)):
        assert_readable(ax)


def test_nothing_collides_with_hostile_names():
    """Markup, dollars, other scripts and 120 characters are drawn as they are, and fit."""
    outcome = fake_outcome(names=HOSTILE, each=1, text=" <b>$x$</b>")
    for ax in drawings(outcome):
        assert_readable(ax)
    names = labels(charts.delays(outcome))
    assert any("$5 and $6 <script>" in name.replace(r"\$", "$") for name in names)
    assert any(name.endswith("…") for name in names)


def test_nothing_collides_without_delay_or_due_dates():
    """No delay and no due date are told in words; nothing is drawn empty."""
    outcome = fake_outcome(5, delay=False, due=False)
    for ax in drawings(outcome):
        assert_readable(ax)
    assert title(charts.delays(outcome)) == "No project is delayed"
    assert title(charts.finish_curves(outcome)) == "None of these projects has a due date to miss"
    assert title(charts.gantt(outcome)) == "In a typical run the incident moves no project"


@pytest.mark.parametrize(("people", "weeks"), [(1, 1), (4, 6), (12, 20), (60, 60), (40, 120)])
def test_load_collides_nowhere(people, weeks):
    """A heat map of one cell or of thousands keeps its labels apart."""
    assert_readable(charts.load(fake_weekly(people, weeks)))


def test_load_names_the_tightest_with_its_figures():
    """The title gives the resource, share, week and hours that the rows of the frame give."""
    weekly = fake_weekly()
    most = weekly.groupby("name")["over_hours"].sum().idxmax()
    assert most == "Ana Ruiz"
    row = weekly.loc[weekly["over_hours"].where(weekly["name"] == most).idxmax()]
    said = title(charts.load(weekly))
    share = round(100 * row["load_hours"] / row["capacity_hours"])
    assert said.startswith(
        f"Ana Ruiz is the tightest: {share} % of capacity in the week of 9 March"
    )
    assert said.endswith(f"{row['over_hours']:.0f} hours too many")


def test_load_prints_hours_or_hatches():
    """Cells over capacity carry their hours where they fit, a hatch where they do not."""
    wide = charts.load(fake_weekly(12, 20))
    printed = {t.get_text() for t in wide.texts if t.get_fontsize() == 8}
    assert "16" in printed
    narrow = charts.load(fake_weekly(12, 60))
    hatched = [c for c in narrow.collections if c.get_hatch()]
    weekly = fake_weekly(12, 60)
    printed = [t for t in narrow.texts if t.get_fontsize() == 8]
    assert len(hatched) >= 8
    assert len(hatched) + len(printed) == int((weekly["over_hours"] > 0.05).sum())


def test_load_counts_whom_it_leaves_out():
    """Resources without room are counted, with how many of them are over capacity."""
    ax = charts.load(fake_weekly(60, 10))
    left = 60 - len(labels(ax))
    said = " ".join(t.get_text().replace("\n", " ") for t in ax.texts if t.get_gid() == "subtitle")
    assert left > 0
    assert f"… and {left} more, none of them over capacity" in said


def test_load_overloaded_within_the_week_only():
    """Hours over within a week that is not full on the whole are told without a percentage."""
    weekly = fake_weekly(2, 3, over=False)
    weekly.loc[0, ["load_hours", "capacity_hours", "over_hours"]] = [20.0, 30.0, 4.0]
    said = title(charts.load(weekly))
    assert (
        said == "Ana Ruiz is the tightest: 4 hours beyond capacity in the week of 12 January 2026"
    )


def test_load_when_nobody_is_over_or_nothing_is_planned():
    """No conflict names the fullest; no work says so."""
    weekly = fake_weekly(over=False)
    share = weekly["load_hours"] / weekly["capacity_hours"].where(weekly["capacity_hours"] > 0)
    top = weekly.loc[share.idxmax(), "name"]
    assert title(charts.load(weekly)).startswith(
        f"Nobody is over capacity; {top} is fullest: {100 * share.max():.0f} % in the week of"
    )
    nothing = fake_weekly(2, 2).assign(load_hours=0.0, over_hours=0.0)
    assert title(charts.load(nothing)) == "Nobody is loaded: there is no work in these weeks"


def test_delays_are_sorted_and_the_others_named():
    """The longest mean delay is on top; projects without delay are named, not drawn."""
    outcome = fake_outcome(8)
    ax = charts.delays(outcome)
    frame = outcome.projects
    moved = frame[frame["delay_mean_days"] > 0.05]
    expected = moved.sort_values("delay_mean_days", ascending=False)["name"]
    assert labels(ax) == list(expected)
    note = next(t.get_text().replace("\n", " ") for t in ax.texts if t.get_gid() == "subtitle")
    for name in frame.loc[frame["delay_mean_days"] == 0, "name"]:
        assert name in note
    assert ax.get_xlabel() == "Delay because of the incident, working days"


def test_delays_draws_the_quantiles_and_prints_the_money():
    """Bars reach from P50 to P80 and lines on to P95; cost and chance stand beside them."""
    outcome = fake_outcome(8)
    ax = charts.delays(outcome)
    top = outcome.projects.sort_values("delay_mean_days", ascending=False).iloc[0]
    thin, thick = (c.get_segments() for c in ax.collections[:2])
    assert thick[0][:, 0] == pytest.approx([top["delay_p50_days"], top["delay_p80_days"]])
    assert thin[0][:, 0] == pytest.approx([top["delay_p80_days"], top["delay_p95_days"]])
    shown = [t.get_text() for t in ax.texts]
    assert money(top["cost_mean"], "GBP", error=top["cost_mean_se"]) in shown
    assert f"{chance(top['chance_late_levelled'])} → {chance(top['chance_late'])}" in shown
    days = with_error(top["delay_mean_days"], top["delay_mean_days_se"]).replace(GAP, " ")
    assert f"{top['name']} loses most: {days} working days on average" in title(ax)


def test_delays_says_how_many_find_no_room():
    """Where not all delayed projects fit, the rest is counted with a bound."""
    ax = charts.delays(fake_outcome(60, each=1))
    note = next(t.get_text().replace("\n", " ") for t in ax.texts if t.get_gid() == "subtitle")
    assert f"… and {60 - len(labels(ax))} more delayed by" in note


def test_finish_curves_are_the_cumulated_runs():
    """At each due date the curve stands at the share of runs finished by then."""
    outcome = fake_outcome(4, each=1)
    ax = charts.finish_curves(outcome, projects=["P1"])
    row = outcome.projects.iloc[0]
    due = mpl.dates.date2num(row["due"] + pd.Timedelta(days=1))
    curve = ax.lines[1]
    assert curve.get_drawstyle() == "steps-post"
    x, y = curve.get_xdata(), curve.get_ydata()
    assert y[np.searchsorted(x, due, side="right") - 1] == pytest.approx(1 - row["chance_late"])
    assert (np.diff(y) >= 0).all()
    assert (y[0], y[-1]) == (0.0, 1.0)
    marks = [line.get_ydata()[0] for line in ax.lines if line.get_marker() == "o"]
    assert marks == pytest.approx([1 - row["chance_late_levelled"], 1 - row["chance_late"]])


def test_a_project_without_tasks_has_no_curve(tmp_path):
    """Where no run ends there is nothing to draw: the others are drawn, and it is named."""
    tiny = read(TINY)
    more = pd.concat([tiny.projects, pd.DataFrame({"project": ["idea"], "due": ["2026-02-02"]})])
    portfolio = tiny.with_tables(projects=more)
    outcome = simulate(portfolio, Scenario.read(TINY / "incident.toml"))

    assert "nan" not in repr(outcome)

    def curves(ax):
        return sum(line.get_drawstyle() == "steps-post" for line in ax.lines)

    assert curves(charts.finish_curves(outcome)) == 4
    ax = charts.finish_curves(outcome, projects=["pages", "idea"])
    assert curves(ax) == 2
    assert "idea: no tasks" in [text.get_text() for text in ax.get_legend().get_texts()]
    nothing = title(charts.finish_curves(outcome, projects=["idea"]))
    assert nothing == "No project here has a task to finish"
    assert "idea" in outcome.report(tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("years", [150, 700, 7000])
def test_an_axis_of_centuries_has_few_ticks(years):
    """Plans that run on for centuries are drawn all the same."""
    ax = plt.figure().subplots()
    first = pd.Timestamp("2026-01-05").as_unit("s")
    date_axis(ax, first, first + pd.Timedelta(days=365 * years).as_unit("s"))
    assert 1 <= len(ax.get_xticks()) <= 11


def test_finish_curves_names_the_fall():
    """The title names the due date that loses most, with both chances."""
    outcome = fake_outcome(8)
    said = title(charts.finish_curves(outcome))
    row = outcome.projects.iloc[0]
    assert said.startswith("Ledger move: the chance of making 21 March 2026 falls from")
    assert said.endswith(f"to {100 * (1 - row['chance_late']):.0f} %")


def key(ax):
    """Return the texts of the key."""
    return [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.mark.parametrize(("late", "does"), [(0.0, "makes"), (1.0, "misses")])
def test_finish_curves_without_a_fall(late, does):
    """What is certain is told as such, not as a chance of 0 %; years where there are several."""
    outcome = fake_outcome(2)
    outcome.projects[["chance_late", "chance_late_levelled"]] = late
    ax = charts.finish_curves(outcome)
    assert (
        title(ax)
        == f"No due date becomes less likely; Ledger move {does} 21 March 2026 in every run"
    )
    assert "due 21 Mar, " in " ".join(key(ax))
    outcome.projects.loc[1, "due"] = pd.Timestamp("2031-03-21")
    assert "due 21 Mar 2026, " in " ".join(key(charts.finish_curves(outcome)))


def test_gantt_marks_what_the_incident_holds():
    """The hatched bar spans the held stretch, the shade the outage, the dashes the due date."""
    outcome = fake_outcome(8)
    ax = charts.gantt(outcome, project="P1")
    held = outcome.segments[
        (outcome.segments["state"] == "held") & outcome.segments["task"].str.startswith("P1-")
    ].iloc[0]
    bars = [c for c in ax.collections if c.get_hatch()]
    assert len(bars) == 1
    x = bars[0].get_paths()[0].vertices[:, 0]
    assert x.min() == pytest.approx(mpl.dates.date2num(held["start"]))
    assert x.max() == pytest.approx(mpl.dates.date2num(held["finish"]))
    shades = [p for p in ax.patches if isinstance(p, Rectangle)]
    assert shades[0].get_x() == pytest.approx(mpl.dates.date2num(STRUCK))
    assert shades[0].get_x() + shades[0].get_width() == pytest.approx(mpl.dates.date2num(RESTORED))
    due = outcome.projects["due"].iloc[0] + pd.Timedelta(days=1)
    dashed = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert dashed[0].get_xdata()[0] == pytest.approx(mpl.dates.date2num(due))


def test_no_money_is_told_where_no_delay_has_a_cost():
    """A cost that nobody gave is unknown, not 0."""
    outcome = simulate(read("data/tiny"), Scenario.read("data/tiny/incident.toml"))
    said = [text.get_text() for text in charts.delays(outcome).texts]
    assert "mean cost" in said
    free = outcome.portfolio.projects.assign(cost_of_delay_per_day=0.0)
    unpriced = simulate(
        replace(outcome.portfolio, projects=free), Scenario.read("data/tiny/incident.toml")
    )
    said = [text.get_text() for text in charts.delays(unpriced).texts]
    assert "misses due date" in said
    assert "mean cost" not in said
    assert not [text for text in said if text.startswith(("0 ", "$0", "€0", "EUR"))]


def test_gantt_waits_for_the_link_that_holds_a_finish_back():
    """On paper the test is worked on until 15 January and may not end before the 16th, 11:00."""
    scenario = Scenario.read("data/tiny/incident.toml")
    outcome = simulate(read("data/tiny"), scenario, runs=1)
    said = title(charts.gantt(outcome, project="checkout"))
    assert "ends 1.8 working days later, on 16 January 2026" in said
    for ax in (charts.gantt(outcome, project="checkout"), charts.gantt(outcome)):
        assert "done, but a link holds the finish" in key(ax)
        thin = [line.get_xdata() for line in ax.lines if line.get_linewidth() == 1.4]
        assert len(thin) == 2
        assert list(mpl.dates.num2date(thin[1])) == [
            pd.Timestamp("2026-01-15 15:00", tz="UTC"), pd.Timestamp("2026-01-16 11:00", tz="UTC"),
        ]  # fmt: skip


def test_gantt_of_all_projects_has_a_row_each():
    """Every project still at work when the incident strikes has a row, and how far it moves."""
    outcome = fake_outcome(8)
    ax = charts.gantt(outcome)
    assert labels(ax) == list(outcome.projects["name"])
    ends = outcome.segments.groupby(["case", "task"])["finish_hours"].max()
    moves = (ends["incident"] - ends["levelled"]) / 7.5
    assert f"+{number(moves.max(), 1)} d" in {t.get_text() for t in ax.texts}
    assert title(ax).startswith(
        "In a typical run the incident holds 4 tasks and moves 4 of 8 projects; Ledger move"
    )


def test_gantt_keeps_those_that_move_most():
    """Of sixty projects those that move are shown, and the rest counted."""
    outcome = fake_outcome(60, each=6)
    ax = charts.gantt(outcome)
    moved = set(outcome.projects["name"].iloc[::6])
    assert moved <= set(labels(ax))
    note = next(t.get_text().replace("\n", " ") for t in ax.texts if t.get_gid() == "subtitle")
    assert f"… and {60 - len(labels(ax))} more projects" in note


def test_gantt_says_when_a_project_ends_earlier():
    """A finish before the levelled one is told as earlier, not as a negative delay."""
    outcome = fake_outcome(2)
    swap = {"levelled": "incident", "incident": "levelled"}
    outcome.segments["case"] = outcome.segments["case"].map(swap)
    said = title(charts.gantt(outcome, project="P1"))
    assert "working days earlier, on" in said
    assert title(charts.gantt(outcome)).endswith("none of them later")


def test_only_what_the_incident_causes_is_marked():
    """A task held alike without the incident, or long before it, is not laid at its door."""
    outcome = fake_outcome(2)
    extra = pd.DataFrame(
        {
            "case": ["levelled", "incident", "incident"],
            "task": ["P2-1", "P2-1", "P2-2"],
            "start": pd.to_datetime(["2026-03-09 10:00", "2026-03-09 10:00", "2026-01-12 09:00"]),
            "finish": pd.to_datetime(["2026-03-10 10:00", "2026-03-10 10:00", "2026-01-13 09:00"]),
            "start_hours": [338.5, 338.5, 37.5],
            "finish_hours": [346.0, 346.0, 45.0],
            "share": 0.0,
            "state": "held",
        }
    )
    before = caused(outcome)
    outcome.segments = pd.concat([outcome.segments, extra], ignore_index=True)
    after = caused(outcome)
    assert list(before["task"].unique()) == ["P1-5"]
    pd.testing.assert_frame_equal(before, after)
    assert windows(outcome) == [(STRUCK, RESTORED)]


def test_stretches_merge_over_nights_only():
    """Segments that touch in working hours are one bar; a working hour between makes two."""
    segments = pd.DataFrame(
        {
            "start": pd.to_datetime(["2026-01-05 09:00", "2026-01-06 09:00", "2026-01-07 10:00"]),
            "finish": pd.to_datetime(["2026-01-05 16:30", "2026-01-06 16:30", "2026-01-07 16:30"]),
            "start_hours": [0.0, 7.5, 16.0],
            "finish_hours": [7.5, 15.0, 22.5],
        }
    )
    bars = merged(
        pd.concat([segments.assign(task="A"), segments.tail(1).assign(task="B")]), ["task"]
    )
    assert [round(width * 24, 6) for _, width in bars["A",]] == [31.5, 6.5]
    assert [round(width * 24, 6) for _, width in bars["B",]] == [6.5]


@pytest.mark.parametrize("draw", [charts.gantt, charts.finish_curves])
def test_unknown_project_is_told_with_the_nearest(draw):
    """A wrong id is one error with the nearest right id."""
    outcome = fake_outcome(3)
    wanted = {"project": "P11"} if draw is charts.gantt else {"projects": ["P1", "P11"]}
    with pytest.raises(InputError) as told:
        draw(outcome, **wanted)
    assert str(told.value) == (
        "The chart cannot be drawn.\n"
        "chart, project: found 'P11', expected one of 3 project ids; did you mean 'P1'? "
        "Correct the id."
    )


def test_axes_given_are_the_axes_used():
    """A chart draws on the axes it gets and makes no other figure."""
    outcome = fake_outcome(8)
    figure, axes = plt.subplots(2, 2, figsize=(20, 12), layout="constrained")
    got = [
        charts.delays(outcome, ax=axes[0, 0]),
        charts.finish_curves(outcome, ax=axes[0, 1]),
        charts.gantt(outcome, ax=axes[1, 0]),
        charts.load(fake_weekly(), ax=axes[1, 1]),
    ]
    assert got == list(axes.flat)
    assert plt.get_fignums() == [figure.number]
    figure.canvas.draw()


def test_settings_of_the_user_survive():
    """The shared look leaves matplotlib as it was, and the user's look out of the charts."""
    with mpl.rc_context({"font.size": 3, "axes.titlesize": 3, "text.usetex": False}):
        ax = charts.delays(fake_outcome(3))
        assert mpl.rcParams["font.size"] == 3
        assert min(size for _, _, size in texts_of(ax)) >= 8


def test_palette_holds_in_grey():
    """Colours that stand side by side differ in lightness by a tenth or more."""

    def lightness(colour):
        light = np.array(to_rgb(colour)) ** 2.2 @ [0.2126, 0.7152, 0.0722]
        return light ** (1 / 3)

    pairs = [
        (style.LEVELLED, style.INCIDENT),
        (style.HELD, style.PAPER),
        (style.HELD, style.SHORT_HANDED),
        (style.SHORT_HANDED, style.INCIDENT),
        *zip(style.PALETTE[:-1], style.PALETTE[1:], strict=True),
    ]
    for one, other in pairs:
        assert abs(lightness(one) - lightness(other)) >= 0.1, (one, other)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (5, ["5 Jan 2026", "6 Jan", "7 Jan", "8 Jan", "9 Jan", "10 Jan"]),
        (40, ["5 Jan 2026", "12 Jan", "19 Jan", "26 Jan", "2 Feb", "9 Feb"]),
        (400, ["Mar 2026", "May", "Jul", "Sep", "Nov", "Jan 2027"]),
        (4000, ["Jan 2028", "Jan 2030", "Jan 2032", "Jan 2034", "Jan 2036"]),
    ],
)
def test_date_axes_name_days_weeks_or_months(days, expected):
    """Ticks are few and round, and name the year where it is new."""
    from svcimpact.charts.dates import date_axis

    _, ax = plt.subplots()
    first = pd.Timestamp("2026-01-05")
    date_axis(ax, first, first + pd.Timedelta(days=days))
    shown = [" ".join(t.get_text().split()) for t in ax.get_xticklabels()]
    assert shown == expected


@pytest.mark.parametrize(
    ("amount", "currency", "error", "expected"),
    [
        (0, "GBP", 0, "£0"),
        (999, "GBP", 0, "£999"),
        (1234, "EUR", 0, "€1.2k"),
        (12_345, "USD", 0, "$12k"),
        (999_999, "GBP", 0, "£1m"),
        (-1500, "GBP", 0, f"{MINUS}£1.5k"),
        (1_200_000, "CHF", 0, "CHF 1.2m"),
        (3.2e9, "", 0, "3.2bn"),
        (91_234, "GBP", 1800, "£91k ± 2k"),
        (2_203_000, "GBP", 81_000, "£2.20m ± 0.08m"),
        (72, "GBP", 77, "£72 ± 77"),
        (float("nan"), "GBP", 0, "\N{EN DASH}"),
    ],
)
def test_money_is_short_and_rounded_like_its_error(amount, currency, error, expected):
    """Amounts carry symbol or code, a scale, and no more digits than their error allows."""
    assert money(amount, currency, error=error).replace(GAP, " ") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "0 %"), (0.004, "under 1 %"), (0.5, "50 %"), (0.996, "over 99 %"), (1.0, "100 %")],
)
def test_chances_are_never_rounded_to_certainty(value, expected):
    """Only what happened in no run or in every run reads 0 % or 100 %."""
    assert chance(value).replace(GAP, " ") == expected


def test_numbers_have_separators_and_a_true_minus():
    """Thousands are separated, and a value that rounds to zero has no sign."""
    assert number(-1234567.8, 1) == f"{MINUS}1,234,567.8"
    assert number(-0.01, 1) == "0.0"
    assert number(float("nan")) == "\N{EN DASH}"


def test_plain_text_is_safe_to_draw():
    """Dollars are escaped once, control characters dropped, no-break spaces kept."""
    assert letters.plain("a $x$ \x00\nb") == r"a \$x\$ b"
    assert letters.plain(f"5{GAP}%") == f"5{GAP}%"
    assert letters.plain("abcdefgh", 5) == "abcd…"


def test_wrapping_measures():
    """Lines stay within the width asked for, even for a word that is wider."""
    for text in (HOSTILE[5], HOSTILE[6], "short"):
        for line in letters.wrap(text, 2.0, 10):
            assert letters.text_width(line, 10) <= 2.0
