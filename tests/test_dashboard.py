"""The explorer without a browser: what controls say is what is simulated and shown."""

from __future__ import annotations

import base64
import io
import re
import tempfile
import threading
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from lxml import etree
from matplotlib.backends.backend_svg import FigureCanvasSVG
from small_tables import built, table

import svcimpact as si
from svcimpact.dashboard import Explorer, explore, long, views
from svcimpact.dashboard.controls import Controls
from svcimpact.dashboard.serve import PORTFOLIO, SCENARIO, notebook, page
from svcimpact.dashboard.work import Work
from svcimpact.incident.actions import Action
from svcimpact.incident.attribution import attribute
from svcimpact.portfolio import Portfolio

ROOT = Path(__file__).resolve().parents[1]
MERIDIAN = ROOT / "data" / "meridian"
PATIENCE = 120.0


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    """Our example."""
    return si.read(MERIDIAN)


@pytest.fixture
def explorer(portfolio: Portfolio) -> Explorer:
    """Open the explorer."""
    return explore(portfolio)


def text(html: str) -> str:
    """Return HTML as text, one line a piece."""
    return unescape(re.sub(r"\s*<[^>]+>\s*", "\n", html))


def upload(explorer: Explorer, name: str, content: bytes) -> None:
    """Hand in a file as the browser does."""
    file = {"name": name, "type": "", "size": len(content), "content": memoryview(content)}
    explorer.upload.value = ({**file, "last_modified": datetime.now(UTC)},)


def test_it_shows_what_simulate_returns(explorer: Explorer, portfolio: Portfolio) -> None:
    """The table has the delays of the same call made by hand."""
    assert explorer.controls is not None
    by_hand = si.simulate(portfolio, explorer.controls.scenario())
    assert explorer.outcome is not None
    assert explorer.outcome.projects.equals(by_hand.projects)
    shown = text(explorer.figures.value)
    for row in by_hand.projects.itertuples():
        assert row.name in shown
        assert f"{row.delay_mean_days:.1f}" in shown
    assert "200 futures, seed 1" in shown


def test_a_control_changes_figures_picture_and_scenario(explorer: Explorer) -> None:
    """Longer restoration, and everything follows."""
    assert explorer.controls is not None
    before = explorer.figures.value, explorer.picture.value
    explorer.controls.median.value = 60
    assert explorer.outcome is not None
    assert explorer.outcome.scenario.incidents[0].median_hours == 60
    now = explorer.figures.value, explorer.picture.value
    assert all(one != other for one, other in zip(before, now, strict=True))


def test_the_picture_is_one_and_says_its_finding(explorer: Explorer) -> None:
    """An image of slide width with letters as letters, its title as alternative text as well."""
    found = re.search(r'svg\+xml;base64,([^"]+)" alt="([^"]+)"', explorer.picture.value)
    assert found
    image = etree.fromstring(base64.b64decode(found[1]))
    assert image.get("width") == "720pt"
    said = " ".join(text for text in image.itertext() if text.strip())
    assert "Card processor switch" in said
    assert "loses most" in said
    assert "loses most" in unescape(found[2])
    assert b"<image" not in base64.b64decode(found[1])


def test_the_p90_stays_above_the_median(explorer: Explorer) -> None:
    """Where both are alike, the length is known."""
    controls = explorer.controls
    assert controls is not None
    controls.median.value = 100
    assert controls.p90.value == 100
    assert controls.scenario().incidents[0].hours == 100
    controls.lasts.value = "known"
    controls.median.value = 30
    assert controls.scenario().incidents[0].hours == 30
    controls.lasts.value = "as logged"
    assert controls.scenario().incidents[0].from_log


def test_a_scenario_file_comes_back(portfolio: Portfolio, tmp_path: Path) -> None:
    """What is offered to download sets the controls to the same again."""
    given = si.Scenario(
        "Two days",
        (
            si.Incident(
                "ledger", "2026-03-11 14:00", severity=2, median_hours=20, p90_hours=90,
                aftermath_hours=24, aftermath_share=0.25, freeze_after_hours=48,
            ),
        ),
        runs=2000, without=("cover",), sampling="latin-hypercube", seed=7, min_share=0.25,
        resume_hours=2, order="least_float",
        actions=(Action("prioritise", project="CRD", priority=1),),
    )  # fmt: skip
    explorer = Explorer(portfolio, given, served=True)
    assert explorer.controls is not None
    assert explorer.controls.scenario() == replace(given, runs=200)
    assert text(explorer.message.value).strip() == "Pulled: give Card processor switch priority 1."
    link = re.search(r"application/toml;base64,([^\"]+)", explorer.away.links.value)
    assert link
    path = tmp_path / "back.toml"
    path.write_bytes(base64.b64decode(link[1]))
    assert si.Scenario.read(path) == given


def test_what_the_controls_do_not_reach_is_told(portfolio: Portfolio) -> None:
    """Nothing of a scenario is dropped in silence."""
    first = si.Incident("payments", "2026-03-08 10:30", hours=16.5)
    explorer = explore(portfolio, si.Scenario(incidents=(first, first)))
    said = text(explorer.message.value)
    assert "The controls move its first incident; the others stay as they are." in said
    assert "It strikes at 2026-03-08 10:30:00: the nearest there is was taken." in said
    assert explorer.controls is not None
    assert len(explorer.controls.scenario().incidents) == 2
    assert "hours: 16.5 is shown as 16." in said
    assert explore(portfolio, si.Scenario()).message.value.count("no stated incident") == 1
    other = si.Scenario(incidents=(si.Incident("nope", "2026-03-09", hours=3),))
    assert "expected a service, such as" in explore(portfolio, other).message.value


def test_faults_of_a_file_are_shown(tmp_path: Path) -> None:
    """Every fault a line, no traceback, and only a file to open."""
    folder = tmp_path / "bad"
    folder.mkdir()
    for path in (ROOT / "data" / "tiny").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "links.csv").write_text("predecessor,successor\nT1,<b>nobody</b>\nT1,T99\n")
    explorer = explore(folder)
    said = explorer.message.value
    assert "&lt;b&gt;nobody&lt;/b&gt;" in said
    assert "<b>" not in said
    assert said.count("<li>") >= 2
    assert explorer.outcome is None
    assert explorer.left.children == (explorer.upload,)


def test_files_are_opened_in_the_page(explorer: Explorer, tmp_path: Path) -> None:
    """Another portfolio, a scenario, and one with faults, which leaves all as it was."""
    book = si.write(si.read(ROOT / "data" / "tiny"), tmp_path / "tiny.xlsx")
    upload(explorer, "tiny.xlsx", book.read_bytes())
    assert explorer.portfolio.settings.name in unescape(explorer.head.value)
    upload(explorer, "s.toml", (ROOT / "data" / "tiny" / "incident.toml").read_bytes())
    assert explorer.outcome is not None
    assert explorer.outcome.scenario.incidents[0].service == "payments"
    kept = explorer.outcome
    upload(explorer, "bad.toml", b"runs = 'many'")
    assert 'role="alert"' in explorer.message.value
    upload(explorer, "bad.xlsx", b"no workbook")
    assert 'role="alert"' in explorer.message.value
    assert "bad.xlsx" in explorer.message.value
    assert tempfile.gettempdir() not in explorer.message.value
    upload(explorer, "notes.txt", b"hello")
    assert (
        "notes.txt: found another kind of file, expected a file whose name ends in .xlsx, .mpp, "
        ".xml, .xer, .toml."
    ) in text(explorer.message.value)
    assert explorer.outcome is kept


def test_many_futures_are_long_work(explorer: Explorer) -> None:
    """They come by themselves, and can be cancelled: then what was shown stays."""
    assert explorer.controls is not None
    explorer.controls.runs.value = 2000
    assert explorer.work.wait(PATIENCE)
    assert explorer.outcome is not None
    assert explorer.outcome.runs == 2000
    explorer.controls.runs.value = 10_000
    explorer.controls.median.value = 30
    explorer.work.cancel_button.click()
    assert explorer.work.wait(PATIENCE)
    assert explorer.outcome.runs == 2000
    # Controls and figures tell of the same scenario.
    assert explorer.controls.scenario() == explorer.outcome.scenario
    assert explorer.controls.median.value == 16
    explorer.controls.runs.value = 10_000
    explorer.controls.runs.value = 500
    assert explorer.work.wait(PATIENCE)
    assert explorer.outcome.runs == 500


def test_a_pack_goes_on_while_controls_move(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moving a slider stops work for the view before, and no other."""
    goes_on = threading.Event()

    def slow(_: object, scenario: si.Scenario, step: Any) -> bytes:
        goes_on.wait(PATIENCE)
        step(0.9)
        return scenario.name.encode()

    monkeypatch.setattr("svcimpact.dashboard.take_away.pack", slow)
    explorer = Explorer(ROOT / "data" / "tiny", served=True)
    assert explorer.controls is not None
    explorer.pack_button.click()
    explorer.controls.median.value = 20
    goes_on.set()
    assert explorer.work.wait(PATIENCE)
    words = "Download the pack (.zip) of the scenario as it was when the pack was asked for"
    assert words in explorer.away.links.value


def test_levers_found_for_another_scenario_are_not_pulled(
    monkeypatch: pytest.MonkeyPatch, portfolio: Portfolio
) -> None:
    """A slider that moves meanwhile stops the search, and says so."""
    goes_on = threading.Event()
    searched = long.planned

    def slow(outcome: Any, step: Any) -> Any:
        goes_on.wait(PATIENCE)
        return searched(outcome, step)

    monkeypatch.setattr(long, "planned", slow)
    explorer = explore(portfolio)
    assert explorer.controls is not None
    explorer.levers.best_button.click()
    explorer.controls.service.value = "hr-payroll"
    assert "Stopped: looking for the best 3 levers." in text(explorer.message.value)
    goes_on.set()
    assert explorer.work.wait(PATIENCE)
    assert explorer.controls.levers.options == ()
    assert "Pulled" not in explorer.message.value


@pytest.mark.parametrize("quick", [True, False])
def test_levers_that_fit_no_more_are_let_go(
    quick: bool, portfolio: Portfolio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An incident after the lever ends: the figures are those without, and that stays said."""
    lever = Action("pause", project="LED", start="2026-03-09", until="2026-03-13")
    incident = si.Incident("payments", "2026-03-09 10:00", hours=24)
    explorer = explore(portfolio, si.Scenario("", (incident,), actions=(lever,)))
    assert explorer.controls is not None
    assert explorer.levers.fold.button.description.endswith("; 1 pulled")
    days = dict(explorer.controls.day.options)
    later = next(when for when in days.values() if str(when)[:10] == "2026-03-16")
    monkeypatch.setattr(long, "is_quick", lambda *_: quick)
    explorer.controls.day.value = later
    assert explorer.work.wait(PATIENCE)
    assert "Not pulled any more, as it does not fit this incident: " in explorer.message.value
    assert explorer.outcome is not None
    assert explorer.outcome.scenario.actions == ()
    assert explorer.levers.fold.button.description.endswith("could be done")


def test_projects_that_end_earlier_do_not_lessen_those_that_end_later(portfolio: Portfolio) -> None:
    """Each kind has a total of its own, equal to the sum of its rows."""
    given = si.Scenario.read(MERIDIAN / "payments-down.toml")
    outcome = si.simulate(portfolio, replace(given, order="least_float"), runs=200)
    means = outcome.projects["delay_mean_days"]
    late, early = means[means >= 0.05], means[means <= -0.05]
    assert len(late)
    assert len(early)
    (told,) = re.findall(r"<h2>(.*?)</h2>", views.figures(outcome))
    said = re.fullmatch(
        r"(\d+) of 8 projects later: ([\d.]+)\s±.* in all; (\d+) earlier: ([\d.]+)\s±.*",
        told,
    )
    assert said
    assert (int(said[1]), int(said[3])) == (len(late), len(early))
    assert float(said[2]) == pytest.approx(late.sum(), abs=0.5)
    assert float(said[4]) == pytest.approx(-early.sum(), abs=0.5)


def test_an_incident_outside_the_plan_is_warned_of(explorer: Explorer) -> None:
    """The page says it as long as the figures are shown."""
    tiny = si.read(ROOT / "data" / "tiny")
    late = si.Scenario("", (si.Incident("payments", "2026-02-03 10:00", hours=5),))
    assert "Careful: " in explore(tiny, late).message.value
    assert "Careful: " not in explorer.message.value


def test_the_first_incident_falls_on_a_working_day_of_the_plan(portfolio: Portfolio) -> None:
    """Also where the plan is over within days."""
    for plan in (portfolio, si.read(ROOT / "data" / "tiny")):
        at = Controls(plan, lambda: None).day.value
        assert at.day_name()[:3] in plan.settings.working_days
        assert plan.tasks["planned_start"].min().normalize() <= at
        assert at <= plan.tasks["planned_start"].max()


def test_nothing_can_be_pressed_where_nothing_is_shown(tmp_path: Path) -> None:
    """Buttons wake with the first figures."""
    explorer = explore(tmp_path / "nowhere.xlsx")
    assert explorer.levers.best_button.disabled
    assert explorer.view.disabled
    upload(explorer, "s.toml", (ROOT / "data" / "tiny" / "incident.toml").read_bytes())
    assert "Open a portfolio first" in explorer.message.value
    book = si.write(si.read(ROOT / "data" / "tiny"), tmp_path / "tiny.xlsx")
    upload(explorer, "tiny.xlsx", book.read_bytes())
    assert not explorer.levers.best_button.disabled
    assert not explorer.view.disabled


def test_long_views_come_by_themselves() -> None:
    """Causes and levers are worked out beside the controls, once for a scenario."""
    explorer = explore(ROOT / "data" / "tiny")
    for name in ("Why late", "What helps"):
        explorer.view.value = name
        assert explorer.work.wait(PATIENCE)
        assert "<img" in explorer.picture.value
        held = explorer.picture.value
        explorer.view.value = "Delays"
        explorer.view.value = name
        assert explorer.picture.value == held


def test_levers_are_pulled(explorer: Explorer) -> None:
    """The best three are found, offered and pulled, and the delay falls."""
    assert explorer.controls is not None
    assert explorer.outcome is not None
    before = explorer.outcome.projects["delay_mean_days"].sum()
    explorer.levers.best_button.click()
    assert explorer.work.wait(PATIENCE)
    assert len(explorer.controls.levers.value) in (1, 2, 3)
    assert explorer.outcome.scenario.decides
    assert explorer.outcome.projects["delay_mean_days"].sum() < before
    explorer.levers.clear_button.click()
    assert not explorer.outcome.scenario.decides
    explorer.levers.list_button.click()
    assert explorer.work.wait(PATIENCE)
    assert len(explorer.controls.levers.options) > 10


def test_two_scenarios_side_by_side(explorer: Explorer) -> None:
    """A is held while B changes; dropping it leaves one."""
    assert explorer.controls is not None
    explorer.keep_button.click()
    explorer.controls.median.value = 60
    assert "<img" in explorer.before.value
    assert "<img" in explorer.picture.value
    assert "A against B" in explorer.compared.value
    assert "A: lognormal, median 16 h, P90 72 h" in unescape(explorer.compared.value)
    assert "B: lognormal, median 60 h, P90 72 h" in unescape(explorer.compared.value)
    explorer.view.value = "People"
    assert "A: its delays, as “People” was not open when it was kept" in explorer.before.value
    explorer.view.value = "Delays"
    explorer.drop_button.click()
    assert explorer.compared.value == explorer.before.value == ""


def test_pictures_side_by_side_have_one_scale(
    monkeypatch: pytest.MonkeyPatch, explorer: Explorer
) -> None:
    """Both axes reach as far as the longer of the two, whichever it is."""
    reached: list[tuple[float, float]] = []

    def canvas(figure: Any) -> Any:
        reached.append(figure.axes[0].get_xlim())
        return FigureCanvasSVG(figure)

    monkeypatch.setattr(views, "FigureCanvasSVG", canvas)
    assert explorer.controls is not None
    explorer.keep_button.click()
    alone = reached[-1]
    reached.clear()
    explorer.controls.p90.value = 300
    later, before = reached
    assert later == before
    assert later[1] > alone[1]
    reached.clear()
    explorer.controls.p90.value = 30
    # The picture of the one that is kept is as it was at first.
    assert reached == [alone]


def test_a_scenario_that_does_not_fit_changes_nothing(explorer: Explorer, tmp_path: Path) -> None:
    """Its faults are shown; figures, picture and controls stay."""
    lever = Action("keep_responder", resource="NOBODY")
    wrong = si.Scenario(incidents=(si.Incident("ledger", "2026-03-09", hours=3),), actions=(lever,))
    before = explorer.figures.value, explorer.picture.value
    upload(explorer, "wrong.toml", wrong.write(tmp_path / "wrong.toml").read_bytes())
    assert "NOBODY" in explorer.message.value
    assert (explorer.figures.value, explorer.picture.value) == before
    assert explorer.controls is not None
    assert explorer.controls.service.value == "payments"


def test_another_service_forgets_the_name(portfolio: Portfolio) -> None:
    """A scenario is not called by a service that is up."""
    explorer = explore(portfolio, si.Scenario.read(MERIDIAN / "payments-down.toml"))
    assert explorer.controls is not None
    assert explorer.controls.scenario().name.startswith("Payments is down")
    explorer.controls.service.value = "ledger"
    assert explorer.outcome is not None
    assert "Payments" not in explorer.outcome.scenario.name
    assert explorer.title.value == ""


def test_what_comes_too_late_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chart of the scenario before is neither put up nor kept."""
    goes_on = threading.Event()
    explorer = explore(ROOT / "data" / "tiny")

    def slow(outcome: Any, _: Any) -> Any:
        goes_on.wait(PATIENCE)
        return attribute(outcome)

    title, _, chart = long.VIEWS["Why late"]
    monkeypatch.setitem(long.VIEWS, "Why late", (title, slow, chart))
    explorer.view.value = "Why late"
    explorer.view.value = "Delays"
    assert explorer.controls is not None
    explorer.controls.median.value = 60
    shown = explorer.picture.value
    goes_on.set()
    assert explorer.work.wait(PATIENCE)
    assert explorer.picture.value == shown


def test_an_unexpected_error_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug of ours is said on the page, and the thread still ends with it."""
    said: list[str] = []
    ended: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: ended.append(told.exc_type))
    work = Work(lambda error: said.append(str(error)), said.append)

    def broken(_: object) -> None:
        raise KeyError("levelled")

    work.start("Broken", broken, lambda _: None)
    assert work.wait(PATIENCE)
    assert said == ["A bug of ours: KeyError: 'levelled'."]
    assert ended == [KeyError]


def test_the_pack_has_everything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Report, deck, tables and the scenario that they are of: as a link, or saved beside."""
    explorer = Explorer(ROOT / "data" / "tiny", served=True)
    explorer.pack_button.click()
    assert explorer.work.wait(PATIENCE)
    link = re.search(r"application/zip;base64,([^\"]+)", explorer.away.links.value)
    assert link
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(link[1]))) as archive:
        assert sorted(archive.namelist()) == [
            "report.html", "scenario.toml", "steering.pptx", "tables.xlsx",
        ]  # fmt: skip
        assert archive.testzip() is None
    monkeypatch.setattr("svcimpact.dashboard.take_away.pack", lambda *_: b"the pack")
    beside = explore(ROOT / "data" / "tiny")
    monkeypatch.chdir(tmp_path)
    beside.pack_button.click()
    assert beside.work.wait(PATIENCE)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"the pack"]


def test_saving_never_replaces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A second time needs another name; a served page offers no saving at all."""
    explorer = explore(ROOT / "data" / "tiny")
    monkeypatch.chdir(tmp_path)
    explorer.title.value = "../../My incident!"
    explorer.save_button.click()
    assert [path.name for path in tmp_path.iterdir()] == ["my-incident.toml"]
    assert si.Scenario.read("my-incident.toml").name == "../../My incident!"
    kept = (tmp_path / "my-incident.toml").read_bytes()
    explorer.save_button.click()
    assert "Nothing was written" in explorer.message.value
    assert (tmp_path / "my-incident.toml").read_bytes() == kept
    served = Explorer(ROOT / "data" / "tiny", served=True)
    assert served.save_button not in _below(served.page)
    assert explorer.save_button in _below(explorer.page)


def _below(widget: Any) -> list[Any]:
    return [widget, *(x for child in getattr(widget, "children", ()) for x in _below(child))]


def test_work_can_be_cancelled() -> None:
    """It stops at its next step, and nothing comes of it."""
    begun, goes_on = threading.Event(), threading.Event()
    came: list[str] = []

    def endless(step: Any) -> str:
        begun.set()
        goes_on.wait(PATIENCE)
        step(0.5)
        return "all"

    work = Work(lambda _: came.append("failed"), came.append)
    work.start("Endless", endless, came.append)
    assert begun.wait(PATIENCE)
    assert work.box.layout.display == ""
    work.cancel_button.click()
    assert work.box.layout.display == "none"
    goes_on.set()
    assert work.wait(PATIENCE)
    assert came == ["Endless"]


def test_attribution_and_search_stop_when_told() -> None:
    """Both tell how far they are, ever further, and end with what the step raises."""
    explorer = explore(ROOT / "data" / "tiny")
    from svcimpact.response.contingency import contingency_plan

    assert explorer.outcome is not None
    for work in (attribute, contingency_plan):
        parts: list[float] = []
        work(explorer.outcome, step=parts.append)
        assert parts == sorted(parts)
        assert 0 < parts[0] < parts[-1] <= 1

        def stop(_: float) -> None:
            raise KeyError("enough")

        with pytest.raises(KeyError, match="enough"):
            work(explorer.outcome, step=stop)


def test_a_portfolio_without_services_says_what_to_do() -> None:
    """A plan alone has nothing that could fail."""
    bare = built(services=table("service"), support=table("service resource"))
    explorer = explore(bare)
    assert "names no services" in explorer.message.value
    assert explorer.outcome is None


def test_names_are_never_markup(portfolio: Portfolio) -> None:
    """What comes from tables and controls is text on the page."""
    projects = portfolio.projects.copy()
    projects.loc[0, "name"] = "<script>alert(1)</script>"
    explorer = explore(portfolio.with_tables(projects=projects))
    projects.loc[:, "name"] = "for $5 and $6"
    paid = explore(portfolio.with_tables(projects=projects)).picture.value
    assert "for $5 and $6" in unescape(re.findall(r'alt="([^"]+)"', paid)[0])
    explorer.title.value = "<img src=x>"
    explorer.keep_button.click()
    whole = "".join(
        held.value
        for held in (explorer.head, explorer.figures, explorer.picture, explorer.compared)
    )
    assert "<script" not in whole
    assert "<img src=x" not in whole
    drawn = base64.b64decode(re.findall(r'base64,([^"]+)"', whole)[0])
    assert b"&lt;script&gt;" in drawn
    assert not etree.fromstring(drawn).findall(".//{*}script")
    assert views.note(["<i>"]) == '<div class="svci muted" role="status"><p>&lt;i&gt;</p></div>'


def test_the_page_is_a_notebook_of_one_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """It shows the portfolio that its process was told of."""
    assert "from svcimpact.dashboard.serve import page" in notebook()
    monkeypatch.setenv(PORTFOLIO, str(ROOT / "data" / "tiny"))
    monkeypatch.setenv(SCENARIO, str(ROOT / "data" / "tiny" / "incident.toml"))
    shown = page()
    assert isinstance(shown, Explorer)
    assert shown.served
    assert isinstance(shown.controls, Controls)


def test_the_larger_the_portfolio_the_sooner_it_is_long_work() -> None:
    """A thousand futures of two hundred tasks, and two hundred of a thousand."""
    tasks = pd.DataFrame({"task": range(1000)})
    for count, runs in ((5, 1000), (200, 1000), (1000, 200)):
        portfolio = SimpleNamespace(tasks=tasks.head(count))
        assert long.is_quick(portfolio, runs)  # type: ignore[arg-type]
        assert not long.is_quick(portfolio, runs + 1)  # type: ignore[arg-type]


def test_a_map_that_shows_the_same_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The conflicts are those of the portfolio, the map is that of the service."""
    drawn = []
    for name, draw in list(views.VIEWS.items()):

        def told(outcome: Any, name: str = name, draw: Any = draw) -> Any:
            drawn.append(name)
            return draw(outcome)

        monkeypatch.setitem(views.VIEWS, name, told)
    explorer = explore(ROOT / "data" / "tiny")
    for name in ("Service map", "Conflicts"):
        explorer.view.value = name
        drawn.clear()
        explorer.controls.median.value = 30
        explorer.refresh()
        assert drawn == [], name
    explorer.view.value = "Delays"
    drawn.clear()
    explorer.refresh()
    assert drawn == ["Delays"]
