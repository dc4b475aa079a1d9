"""What PowerPoint draws itself: read back, figure by figure, against the tables it stands for."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from paper import staff, tasks
from pptx import Presentation
from pptx.enum.dml import MSO_FILL_TYPE
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt
from test_levers import STRIKE, one_task

from svcimpact import charts
from svcimpact.charts import attribution, standing
from svcimpact.charts.bars import bars, stacked
from svcimpact.charts.drawn import Bars, Cells, Line, Lines, Part, drawn
from svcimpact.charts.fonts import FONT, fonts
from svcimpact.charts.grid import grid, shades
from svcimpact.charts.letters import text_width
from svcimpact.charts.style import canvas, page
from svcimpact.incident.attribution import Attribution, attribute
from svcimpact.incident.exposure import exposure
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.io import read
from svcimpact.planning.conflicts import conflict_register
from svcimpact.planning.load import weekly_load
from svcimpact.planning.scope import scope_impact
from svcimpact.planning.stages import stage_involvement
from svcimpact.planning.transition import transition
from svcimpact.portfolio import Portfolio
from svcimpact.report import write_findings
from svcimpact.report.page import Chart, Findings, Section
from svcimpact.report.shaded import cell_table, fitted
from svcimpact.report.shapes import bar_chart, line_chart
from svcimpact.response.contingency import contingency_plan
from svcimpact.response.recover import hand_back

ROOT = Path(__file__).resolve().parents[1]
NAME = "=SUM(A1) $\\alpha$ <b> 支払 Ω"
AREA = (int(Inches(0.5)), int(Inches(2)), int(Inches(11.9)), int(Inches(5)))
pytestmark = pytest.mark.xdist_group("present")


def deck_of(folder: Path, *drawings: Callable[[], Any], template: Path | None = None) -> list[Any]:
    """Return the slides of a deck with these charts, one each, read again."""
    sections = tuple(
        Section(f"Question {k}", charts=(Chart(f"c{k}", draw),)) for k, draw in enumerate(drawings)
    )
    found = Findings("Title", "Subtitle", (), ("Finding.",), sections, ("Basis.",), ())
    made = Presentation(str(write_findings(found, folder / "deck.pptx", template=template)))
    return list(made.slides)[2 : 2 + len(drawings)]


def shown(slide: Any) -> tuple[Any, Any]:
    """Return the chart and the table of a slide; it holds no picture."""
    assert not [s for s in slide.shapes if s.shape_type == 13]
    frames = [s for s in slide.shapes if s.has_chart or s.has_table]
    assert len(frames) == 1
    assert frames[0]._element.xpath(".//p:cNvPr")[0].get("descr") == slide.shapes.title.text
    return (frames[0].chart, None) if frames[0].has_chart else (None, frames[0].table)


def bars_of(chart: Any) -> dict[str, list[float | None]]:
    """Return the values of each series."""
    return {s.name: list(s.values) for s in chart.plots[0].series}


def rows_of(table: Any) -> dict[str, list[str]]:
    """Return the cells of each row, by what stands first; the head has the empty name."""
    rows = [[cell.text_frame.text for cell in row.cells] for row in table.rows]
    return {row[0]: row[1:] for row in rows}


def reach(series: Any) -> list[float]:
    """Return the lengths of the error bars of a series, up and down alike."""
    sides = [
        [float(v.text) for v in series._element.iterfind(f".//{qn(side)}//{qn('c:v')}")]
        for side in ("c:plus", "c:minus")
    ]
    assert sides[0] == sides[1]
    return sides[0]


@pytest.fixture(scope="module")
def meridian() -> Portfolio:
    """Return the example."""
    return read(ROOT / "data/meridian")


@pytest.fixture(scope="module")
def outcome(meridian: Portfolio) -> Outcome:
    """Return the example, simulated."""
    scenario = replace(Scenario.read(ROOT / "data/meridian/payments-down.toml"), runs=60)
    return simulate(meridian, scenario)


@pytest.fixture(scope="module")
def small() -> Outcome:
    """Return two projects with names that are formula, mathematics and markup."""
    portfolio = one_task(
        projects=[{"project": "P", "name": NAME, "cost_of_delay_per_day": 800, "due": "2026-01-06"},
                  {"project": "Q", "name": "Other", "cost_of_delay_per_day": 90}],
        tasks=[*tasks(("A", 16), ("C", 8), name=NAME), *tasks(("B", 24), project="Q")],
        assignments=[{"task": "A", "resource": "ana"}, {"task": "C", "resource": "ana"},
                     {"task": "B", "resource": "ben"}],
        resources=[{"resource": "ana", "name": NAME, "cost_per_day": 10}, {"resource": "ben"}],
        services=[{"service": "S", "name": NAME, "outage_cost_per_hour": 5}],
        support=staff(("S", "ana", 0, 1), ("S", "ben", 0, 0.5)),
    )  # fmt: skip
    return simulate(portfolio, Scenario(NAME, (STRIKE,), runs=20, decision_time="2026-01-05 15:00"))


@pytest.fixture(scope="module")
def why(small: Outcome) -> Attribution:
    """Return why it is late."""
    return attribute(small)


def test_delays_and_curves_hold_the_outcome(outcome: Outcome, tmp_path: Path) -> None:
    """Every delay and its error; the curves end at one and pass the chances at the due date."""
    first, second = deck_of(
        tmp_path, partial(charts.delays, outcome), partial(charts.finish_curves, outcome)
    )
    chart, _ = shown(first)
    late = outcome.projects[outcome.projects["delay_p95_days"] >= 0.05]
    late = late.sort_values("delay_mean_days", ascending=False, kind="stable")
    values = bars_of(chart)
    assert list(values) == ["Mean, ± 2 standard errors", "P80", "P95"]
    for found, column in zip(values.values(), ("mean", "p80", "p95"), strict=True):
        assert found == pytest.approx(list(late[f"delay_{column}_days"]))
    assert reach(chart.plots[0].series[0]) == pytest.approx(list(2 * late["delay_mean_days_se"]))
    names = [str(c) for c in chart.plots[0].categories]
    assert all(said.startswith(name) for said, name in zip(names, late["name"], strict=True))
    assert chart.category_axis.reverse_order
    assert chart.value_axis.axis_title.text_frame.text.endswith("working days")
    assert late["name"].iloc[0] in first.notes_slide.notes_text_frame.text

    chart, _ = shown(second)
    assert [s.name for s in chart.plots[0].series if "without incident" in s.name]
    for row in late.head(4).to_dict("records"):
        curves = [s for s in chart.plots[0].series if s.name.startswith(row["name"])]
        assert len(curves) == 3
        marks = next(s for s in curves if ": due" in s.name)
        assert list(marks.values) == pytest.approx(
            [1 - row["chance_late_levelled"], 1 - row["chance_late"]]
        )
        with_it = next(s for s in curves if s.name.endswith("with the incident"))
        x = [float(v.text) for v in with_it._element.iterfind(f"{qn('c:xVal')}//{qn('c:v')}")]
        # Steps: flat until the end of a day, then straight up.
        heights = list(with_it.values)
        assert heights[::2] == [*heights[1::2], 1.0]
        assert x[1::2] == x[2::2]
        due = (row["due"] - pd.Timestamp("1899-12-30")).days + 1
        passed = [y for at, y in zip(x, with_it.values, strict=True) if at <= due + 1e-9]
        assert passed[-1] == pytest.approx(1 - row["chance_late"])
        assert list(with_it.values)[-1] == pytest.approx(1.0)


def test_parts_and_drivers_hold_the_attribution(why: Attribution, tmp_path: Path) -> None:
    """Stacked parts add up to the mean; steps stand on each other; every driver has its error."""
    stacked, steps, tornado = deck_of(
        tmp_path, partial(charts.causes, why), partial(charts.waterfall, why),
        partial(charts.drivers, why),
    )  # fmt: skip
    chart, _ = shown(stacked)
    late = why.projects.sort_values("delay_mean_days", ascending=False, kind="stable")
    sums = np.sum([np.array(v, dtype=float) for v in bars_of(chart).values()], axis=0)
    assert sums == pytest.approx(late["delay_mean_days"].to_numpy())
    assert chart.plots[0].overlap == 100
    chart, _ = shown(steps)
    values = bars_of(chart)
    ends = np.add(values["before"], values["adds"])[:-1]
    assert list(values["before"])[1:-1] == pytest.approx(list(ends)[:-1])
    assert values["together"][-1] == pytest.approx(ends[-1])
    assert ends[-1] == pytest.approx(float(why.portfolio["days"].sum()))
    assert not chart.has_legend
    chart, _ = shown(tornado)
    table = why.drivers[why.drivers["days"].abs() >= 0.005]
    together = [sum(v or 0.0 for v in row) for row in zip(*bars_of(chart).values(), strict=True)]
    assert together == pytest.approx(list(table["days"])[: len(together)])


def test_the_practices_can_be_edited(outcome: Outcome, tmp_path: Path) -> None:
    """Hand-back bars are the table's days and errors by rule; levers are points with theirs."""
    back, plan = hand_back(outcome, runs=20), contingency_plan(outcome, runs=10, most=1)
    assert len(plan.pareto) > 1
    first, second = deck_of(
        tmp_path, partial(charts.recover, back), partial(charts.contingency, plan)
    )
    chart, _ = shown(first)
    titles = back.table.set_index("rule")["name"]
    for series in chart.plots[0].series:
        (rule,) = [r for r, name in titles.items() if series.name == f"in order of {name}"]
        table = back.projects[back.projects["rule"] == rule].set_index("name")
        rows = table.loc[[str(c) for c in chart.plots[0].categories]]
        assert list(series.values) == pytest.approx(list(rows["saved_days"]))
        assert reach(series) == pytest.approx(list(1.96 * rows["saved_days_se"]))
    assert len(chart.plots[0].series) == len(titles) - 1
    chart, _ = shown(second)
    points, wanted = [], plan.pareto
    for series in (s for s in chart.plots[0].series if s.name != "the plan"):
        x = series._element.iterfind(f"{qn('c:xVal')}//{qn('c:v')}")
        points += list(zip((float(v.text) for v in x), series.values, strict=True))
    unit = 1000.0 if "thousand" in chart.value_axis.axis_title.text_frame.text else 1.0
    column = "saved_days" if plan.objective == "days" else "net"
    pairs = zip(wanted["disturbance"], wanted[column] / unit, strict=True)
    assert np.array(sorted(points)) == pytest.approx(np.array(sorted(pairs)))
    top = (wanted[column] + 1.96 * wanted[f"{column}_se"]).max() / unit
    assert chart.value_axis.maximum_scale >= top


def test_the_load_is_a_table_of_its_weeks(meridian: Portfolio, tmp_path: Path) -> None:
    """Every hour beyond capacity stands in its row and week, and nothing else does."""
    weekly = weekly_load(meridian)
    (slide,) = deck_of(tmp_path, partial(charts.load, weekly))
    _, table = shown(slide)
    rows = rows_of(table)
    heads = [" ".join(head.split()[:2]) for head in rows.pop("")]
    over = weekly[weekly["over_hours"] > 0.05]
    for name, cells in rows.items():
        mine = over[over["name"] == name]
        wanted = {
            f"{week.day} {week:%b}": hours
            for week, hours in zip(mine["week"], mine["over_hours"], strict=True)
        }
        there = {head: cell for head, cell in zip(heads, cells, strict=True) if cell}
        assert there.keys() == wanted.keys()
        for head, cell in there.items():
            assert wanted[head] < 0.5 if cell == "<1" else abs(float(cell) - wanted[head]) <= 0.51
    assert len(rows) >= 8
    note = " ".join(s.text_frame.text for s in slide.shapes if s.has_text_frame)
    assert "Columns without a figure" in note


def test_matrices_are_tables_cell_by_cell(meridian: Portfolio, tmp_path: Path) -> None:
    """Stages, scope and go-lives: what stands in a cell is what the table says."""
    stages, impact = stage_involvement(meridian), scope_impact(meridian)
    judged = transition(meridian, runs=20)
    first, second, third = deck_of(
        tmp_path, partial(charts.stage_matrix, stages), partial(charts.scope_map, impact),
        partial(charts.go_no_go, judged),
    )  # fmt: skip
    _, table = shown(first)
    rows = rows_of(table)
    head = rows.pop("")
    needed = stages.involvement.groupby(["team", "stage"])["needed_days"].sum()
    for team, cells in rows.items():
        for stage, cell in zip(head, cells, strict=True):
            wanted = needed.get((team, stage))
            said = float(cell.split(" (")[0]) if cell else None
            assert said == (None if wanted is None else pytest.approx(wanted, abs=0.051))
    _, table = shown(second)
    rows = rows_of(table)
    head = rows.pop("")
    called = dict(zip(meridian.projects["project"], meridian.projects["name"], strict=True))
    services = impact.services.assign(of=impact.services["project"].map(called))
    effect = services.set_index(["of", "name"])["effect"]
    weight = services.set_index(["of", "name"])["weight"]
    seen = 0
    for project in called.values():
        for service, cell in zip(head, rows.get(project, [""] * len(head)), strict=True):
            if (project, service) not in effect.index:
                assert project not in rows or not cell or service.endswith("…")
                continue
            if project not in rows:
                continue
            seen += 1
            sign = {"changes": "C", "uses": "U"}.get(effect[project, service])
            assert cell == (sign or f"{100 * weight[project, service]:.0f}")
    assert seen > 20
    _, table = shown(third)
    rows = rows_of(table)
    assert rows.pop("")[-1] == "verdict"
    worst = judged.sheet["verdict"].value_counts()
    assert [cells[-1] for cells in rows.values()] == ["no-go"] * min(len(rows), worst["no-go"])
    # On a narrow slide the names of columns stand upright, and fewer rows find room.
    Presentation().save(str(tmp_path / "narrow.pptx"))
    sheet = partial(charts.go_no_go, judged)
    (narrow,) = deck_of(tmp_path, sheet, template=tmp_path / "narrow.pptx")
    _, table = shown(narrow)
    assert 3 <= len(rows_of(table)) - 1 < len(rows)
    assert table.cell(0, 1)._tc.tcPr.get("vert") == "vert270"


def test_pairs_in_conflict_are_bars(meridian: Portfolio, tmp_path: Path) -> None:
    """A bar for each pair, in the colour of how much it has to talk."""
    register = conflict_register(meridian)
    (slide,) = deck_of(tmp_path, partial(charts.conflict_pairs, register))
    chart, _ = shown(slide)
    values = bars_of(chart)
    count = len(chart.plots[0].categories)
    top = register.pairs.head(count)
    for level, days in values.items():
        wanted = [d if at == level else None for d, at in zip(top["over_days"], top["level"])]  # noqa: B905
        assert days == [None if d is None else pytest.approx(d) for d in wanted]


def test_exposure_is_a_table(small: Outcome, tmp_path: Path) -> None:
    """Services by projects, mean delay; a name that is a formula stays a text."""
    found = exposure(small.portfolio, median_hours=24.0, p90_hours=24.0001, runs=30)
    (slide,) = deck_of(tmp_path, partial(charts.exposure, found))
    _, table = shown(slide)
    rows = rows_of(table)
    head = rows.pop("")
    matrix = found.matrix()
    names = found.services.set_index("service")["name"]
    assert [name[:10] for name in rows] == [str(names[s])[:10] for s in matrix.index]
    figures = [[float(c or 0.0) for c in cells] for cells in rows.values()]
    assert np.array(figures) == pytest.approx(np.clip(matrix.to_numpy(), 0, None), abs=0.051)
    assert head[0].startswith("=SUM(A1)")


def slide_of() -> Any:
    """Return an empty slide."""
    made = Presentation()
    made.slide_width, made.slide_height = Inches(13.333), Inches(7.5)
    return made.slides.add_slide(made.slide_layouts[6])


@pytest.mark.parametrize(
    ("value", "least", "most", "written"),
    [(-8600.0, -10_000.0, 0.0, "#,##0"), (8600.0, 0.0, 10_000.0, "#,##0"), (-8.6, -10.0, 0.0, "")],
)  # fmt: skip
def test_bars_begin_at_zero(value: float, least: float, most: float, written: str) -> None:
    """A bar that begins elsewhere tells nothing by its length."""
    alone = Bars(("a",), (Part("x", (value,), "#112233"),), ("",), "alone", "EUR")
    axis = bar_chart(slide_of(), alone, AREA).chart.value_axis
    assert (axis.minimum_scale, axis.maximum_scale) == (least, most)
    assert (axis.tick_labels.number_format == "#,##0") is bool(written)


def test_bars_without_a_value_or_an_error_have_none() -> None:
    """Rows of different kinds share a chart: each has its own bar, the key tells the colours."""
    bars = Bars(
        ("a", "b"),
        (Part("x", (1.5, None), "#112233", (0.5, 0.0)), Part("y", (None, -2.0), "#445566")),
        ("one", ""), "alone", "Days",
    )  # fmt: skip
    chart = bar_chart(slide_of(), bars, AREA).chart
    assert bars_of(chart) == {"x": [1.5, None], "y": [None, -2.0]}
    assert [str(c) for c in chart.plots[0].categories] == ["a: one", "b"]
    assert reach(chart.plots[0].series[0]) == [0.5, 0.0]
    assert not reach(chart.plots[0].series[1])
    assert chart.has_legend
    assert chart.value_axis.minimum_scale <= -2.0
    assert chart.value_axis.maximum_scale >= 2.0
    order = [child.tag for child in chart.plots[0].series[0]._element]
    assert order.index(qn("c:errBars")) < order.index(qn("c:cat"))


@pytest.mark.parametrize(
    ("label", "joined", "told"),
    [("1.5 days", "alone", False), ("", "alone", True), ("1.5 days", "beside", True)],
)
def test_a_figure_stands_once_beside_its_bar(label: str, joined: str, told: bool) -> None:
    """It stands at the end of the bar unless the name of the row has it already."""
    what = Bars(("a",), (Part("", (1.5,), "#112233"),), (label,) if label else (), joined)
    series = bar_chart(slide_of(), what, AREA).chart.plots[0].series[0]
    assert (series._element.find(qn("c:dLbls")) is not None) == told


def lightness(shade: str) -> float:
    """Return how light a colour is in grey."""
    red, green, blue = (int(shade.lstrip("#")[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue


@pytest.mark.parametrize("label", ["", "4.1 ± 0.1 days, £26.7k ± 0.6k"])
def test_a_long_name_leaves_room_for_the_bars(label: str) -> None:
    """A name is cut by its width, a word of it sooner; figures beside it stay, and usual names."""
    usual = "Regulatory reporting from the data warehouse"
    rows = ("W" * 180, " ".join(["Wide"] * 60), usual)
    what = Bars(rows, (Part("", (1.0, 2.0, 3.0), "#112233"),), (label,) * 3)
    word, many, same = (
        str(c).removesuffix(f": {label}") if label else str(c)
        for c in bar_chart(slide_of(), what, AREA).chart.plots[0].categories
    )
    assert 2.0 < text_width(word, 12) <= 3.2
    assert 4.0 < text_width(many, 12) <= 7.5
    assert word.endswith("W…")
    assert many.endswith("…")
    assert same == usual


@pytest.mark.parametrize("of", [attribution, standing], ids=["causes", "people"])
def test_stacked_bars_hold_in_grey(of: Any) -> None:
    """Any two parts differ in lightness, or in the lines over them, in the deck as in pictures."""
    named = [name for name in vars(of) if name.endswith(("_COLOURS", "_HATCHES"))]
    colours, hatches = (vars(of)[name] for name in sorted(named))
    ax = Figure().subplots()
    labels = [f"part {k}" for k in range(len(colours))]
    stacked(ax, ["row"], np.ones((1, 5)), labels=labels, colours=colours, hatches=hatches)
    what = drawn(ax)
    assert isinstance(what, Bars)
    looks = []
    for series in bar_chart(slide_of(), what, AREA).chart.plots[0].series:
        fill = series.format.fill
        lined = fill.type == MSO_FILL_TYPE.PATTERNED
        base = fill.back_color.rgb if lined else fill.fore_color.rgb
        if lined:
            assert abs(lightness(str(fill.fore_color.rgb)) - lightness(str(base))) > 0.4
        looks.append((lightness(str(base)), str(fill.pattern) if lined else ""))
    assert any(pattern for _, pattern in looks)
    for one, other in itertools.combinations(looks, 2):
        assert abs(one[0] - other[0]) > 0.15 or one[1] != other[1]


def test_over_capacity_is_darker_than_fully_loaded(meridian: Portfolio) -> None:
    """Grey tells the two apart, as it does the least and the most over capacity."""
    what = drawn(charts.load(weekly_load(meridian)))
    assert isinstance(what, Cells)
    shade = {text: lightness(fill) for fill, text in what.key}
    assert shade["fully loaded"] - shade["over capacity"] > 0.15
    assert shade["over capacity"] - shade["by half or more"] > 0.15


def test_the_key_of_curves_tells_of_their_marks(outcome: Outcome) -> None:
    """Each due date has a mark of its own, which the key shows; grey tells hues apart less well."""
    what = drawn(charts.finish_curves(outcome))
    assert isinstance(what, Lines)
    told = [line for line in what.lines if line.told]
    assert len(told) == 4
    assert len({line.mark for line in told}) == 4
    assert all(": due" in line.name for line in told)


def test_lines_keep_their_points_and_the_key_leaves_out_what_is_not_told() -> None:
    """Dates become Excel's days; a series that the key does not tell has no entry."""
    lines = Lines(
        (
            Line("short", (0.0,), (0.5,), "#112233", "", "o", (0.1,)),
            Line("long", (0.0, 7.0), (0.0, 1.0), "#112233", told=False),
        ),
        "date", y_share=True, x_unit="Date", y_unit="Chance",
    )  # fmt: skip
    chart = line_chart(slide_of(), lines, AREA).chart
    values = bars_of(chart)
    assert values == {"long": [0.0, 1.0], "short": [0.5]}
    series = {s.name: s for s in chart.plots[0].series}
    x = [float(v.text) for v in series["long"]._element.iterfind(f"{qn('c:xVal')}//{qn('c:v')}")]
    assert x == [25569.0, 25576.0]  # 1 and 8 January 1970
    hidden = [e.find(qn("c:idx")).get("val") for e in chart.legend._element.iterfind(
        qn("c:legendEntry"))]  # fmt: skip
    assert hidden == ["0"]
    assert reach(series["short"]) == [0.1]


def test_cells_hold_in_grey_and_are_read_from_the_back() -> None:
    """White figures on dark shades, dark on light; nothing is smaller than 12 points."""
    cells = Cells(("r",), ("a", "b"), (("1", "2"),), (("#ffffff", "#12406b"),), (("#12406b", "k"),))
    slide = slide_of()
    table = cell_table(slide, cells, AREA).table
    light, dark = (table.cell(1, c).text_frame.paragraphs[0].font for c in (1, 2))
    assert str(light.color.rgb) == "1B1F24"
    assert str(dark.color.rgb) == "FFFFFF"
    assert str(table.cell(1, 2).fill.fore_color.rgb) == "12406B"
    assert "k" in [s.text_frame.text for s in slide.shapes if s.has_text_frame]
    sizes = [p.font.size for row in table.rows for cell in row.cells
             for p in cell.text_frame.paragraphs]  # fmt: skip
    assert set(sizes) == {Pt(12)}


def test_cells_that_find_no_room_are_left_to_a_picture() -> None:
    """Columns without a figure go first, and are counted; then the table gives way."""

    def many(full: int, empty: int, rows: int = 1) -> Cells:
        count = full + empty
        figures = tuple(["99.9"] * full + [""] * empty for _ in range(rows))
        return Cells(
            tuple(f"row {r}" for r in range(rows)), tuple(map(str, range(count))),
            tuple(map(tuple, figures)), tuple(("#ffffff",) * count for _ in range(rows)),
        )  # fmt: skip

    kept = fitted(many(10, 0), 12.0, 5.0)
    assert kept is not None
    assert kept[1] == ""
    kept = fitted(many(10, 30), 12.0, 5.0)
    assert kept is not None
    assert len(kept[0].columns) == 10
    assert kept[1] == "Columns without a figure (30) are left out."
    assert fitted(many(40, 0), 12.0, 5.0) is None
    assert fitted(many(10, 0, rows=30), 12.0, 5.0) is None


def test_what_is_no_bars_lines_or_cells_is_a_picture(outcome: Outcome, tmp_path: Path) -> None:
    """A Gantt chart cannot be drawn by PowerPoint; its picture is described."""
    (slide,) = deck_of(tmp_path, partial(charts.gantt, outcome))
    (picture,) = [s for s in slide.shapes if s.shape_type == 13]
    assert picture._element.xpath(".//p:cNvPr")[0].get("descr") == slide.shapes.title.text
    from PIL import Image

    width, _ = Image.open(io.BytesIO(picture.image.blob)).size
    assert width / (picture.width / Inches(1)) > 120  # dots an inch on the slide


def test_pictures_are_in_the_font_of_the_deck(
    small: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the font of a template is installed; measured in it too, and only while asked for."""
    theirs = Presentation()
    part = theirs.slide_masters[0].part.part_related_by(RELATIONSHIP_TYPE.THEME)
    part._blob = part.blob.replace(b"Calibri", b"DejaVu Serif")
    theirs.save(str(tmp_path / "theirs.pptx"))
    faces = []

    def seen() -> Any:
        ax = charts.gantt(small)
        faces.append((ax.yaxis.get_label().get_fontfamily()[0], text_width("supplier")))
        return ax

    deck_of(tmp_path, seen, template=tmp_path / "theirs.pptx")
    deck_of(tmp_path, seen)
    with page(5.0, 3.0, FONT):
        own = fonts()[0]
    wanted = ["DejaVu Sans", "DejaVu Serif", "DejaVu Sans", own]
    assert [family for family, _ in faces] == wanted
    assert faces[0][1] == faces[2][1] != faces[1][1]
    monkeypatch.setattr("svcimpact.charts.fonts._families", lambda: {"Verdana", "Yu Gothic"})
    assert fonts() == ("DejaVu Sans", "Yu Gothic")
    with page(5.0, 3.0, FONT):
        assert fonts() == ("Verdana", "DejaVu Sans", "Yu Gothic")
    with page(5.0, 3.0, "Their Own"):
        assert fonts() == ("DejaVu Sans", "Yu Gothic")


def test_names_stay_data(why: Attribution, small: Outcome, tmp_path: Path) -> None:
    """A formula, mathematics and letters that no font has: shown as they are, without a word."""
    slides = deck_of(
        tmp_path, partial(charts.causes, why), partial(charts.delays, small),
        partial(charts.gantt, small),
    )  # fmt: skip
    chart, _ = shown(slides[0])
    assert any(str(c).startswith(NAME) for c in chart.plots[0].categories)
    book = chart.part.chart_workbook.xlsx_part.blob
    cells = pd.read_excel(io.BytesIO(book), header=None, engine="calamine")
    assert any(str(v).startswith(NAME) for v in cells[0])
    from zipfile import ZipFile

    with ZipFile(io.BytesIO(book)) as parts:
        assert not any(b"<f>" in parts.read(n) for n in parts.namelist() if "worksheets" in n)


def test_axes_forget_nothing_but_the_chart(why: Attribution) -> None:
    """What was drawn is told with the unit that the axis says; other charts tell nothing."""
    with page(11.6, 5.6):
        what = drawn(charts.causes(why))
        assert drawn(charts.graph(why.outcome.portfolio)) is None
    assert isinstance(what, Bars)
    assert what.unit == "Mean delay, working days"


def test_a_bar_keeps_its_interval_and_a_cell_its_shade() -> None:
    """95 % around each bar of its colour, none where there is no error; light, dark and white."""
    with page(8.0, 4.0):
        ax, other = canvas(None), canvas(None)
    bars(
        ax, ["a", "b"], np.array([1.0, -2.0]), np.array([0.5, np.nan]), ["1", "-2"],
        colours=["#111111", "#222222"], kinds=["x", "y"],
    )  # fmt: skip
    what = drawn(ax)
    assert isinstance(what, Bars)
    assert what.parts == (
        Part("x", (1.0, None), "#111111", (0.98, 0.0)),
        Part("y", (None, -2.0), "#222222", (0.0, 0.0)),
    )
    scale = shades("test", "#eeeeee", "#111111")
    grid(other, np.array([[0.0, 1.0, np.nan]]), [["a", "b", ""]], ["r"], ["x", "y", "z"], scale)
    cells = drawn(other)
    assert isinstance(cells, Cells)
    assert cells.fills == (("#eeeeee", "#111111", "#ffffff"),)
    assert cells.figures == (("a", "b", ""),)
