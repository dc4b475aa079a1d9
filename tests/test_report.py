"""The report says what the tables say, stands alone, and lets no name become markup."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from fake_outcome import fake_outcome, fake_portfolio
from small_tables import built, table

from svcimpact.errors import InputError
from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.incident.totals import delay_costs
from svcimpact.io import read
from svcimpact.planning import level
from svcimpact.planning.conflicts import conflict_register
from svcimpact.planning.weighing import weigh_conflicts
from svcimpact.portfolio import build_portfolio
from svcimpact.report import findings, write_html, write_report
from svcimpact.report import picture as pictures
from svcimpact.report.html import render
from svcimpact.report.levelling import levelling_section
from svcimpact.report.page import Chart, Findings, Section, Table
from svcimpact.report.sentences import incident_sentences
from svcimpact.wording import DASH, GAP

VOID = {"meta", "img", "br", "hr", "link", "input"}
ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "{{7*7}} {% raw %} {#",
    "%s %(name)s {0}",
    "]]> <!-- --> &amp; </style></title>",
]


class Page(HTMLParser):
    """Collect tags and text, and complain about tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        # Where a word may break is no part of it.
        self.feed(text.replace("<wbr>", ""))
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attrs):
        """Open a tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Note a tag that closes itself."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        """Close the tag opened last."""
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        """Keep what a reader sees."""
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self):
        """Return all words, blanks collapsed."""
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def outcome():
    """Return a made-up outcome."""
    return fake_outcome(8)


@pytest.fixture(scope="module")
def html(outcome):
    """Return its report."""
    return render(findings(outcome.portfolio, outcome))


def said(found: Findings) -> list[str]:
    """Return the headlines with plain blanks."""
    return [sentence.replace(GAP, " ") for sentence in found.headlines]


def test_headlines_state_the_figures_of_the_tables(outcome):
    """Every number in the first sentences is the one in the tables, with its error."""
    lines = said(findings(outcome.portfolio, outcome))
    top = outcome.projects.iloc[0]
    assert lines[0] == (
        "Payments fails on Monday 9 March 2026 at 10:00 (severity 1). In half of the runs it is "
        "back by Wednesday 11 March at 02:00, in 8 of 10 by Thursday 12 March at 02:00; on average "
        "after 31 ± 1 hours. It weakens 1 more service."
    )
    days = f"{top['delay_mean_days']:.1f} ± {top['delay_mean_days_se']:.1f}"
    assert lines[1] == (
        f"4 of 8 projects end later on average. Ledger move loses most: {days} working days on "
        f"average, {top['delay_p80_days']:.1f} at P80, {top['delay_p95_days']:.1f} at P95."
    )
    assert lines[2].startswith(
        f"The chance of missing the due date rises from {100 * top['chance_late_levelled']:.0f} ± 1"
        f" % to {100 * top['chance_late']:.0f} ± 2 % for Ledger move (21 March 2026), from "
    )


def test_money_is_summed_run_by_run(outcome):
    """The total is the sum of the projects' means; its error comes from the runs' totals."""
    total = delay_costs(outcome)
    assert total.mean() == pytest.approx(outcome.projects["cost_mean"].sum())
    line = next(x for x in said(findings(outcome.portfolio, outcome)) if x.startswith("The delays"))
    error = total.std(ddof=1) / np.sqrt(len(total))
    assert line == (
        f"The delays cost £{total.mean() / 1e3:.0f}k ± {error / 1e3:.0f}k on average, "
        f"£{np.quantile(total, 0.8) / 1e3:.0f}k or more in 1 of 5 runs; "
        "the outage itself £372k ± 13k."
    )


def test_people_and_uncovered_support(outcome):
    """Who is pulled, who covers, and what nobody covers are told as a risk."""
    lines = said(findings(outcome.portfolio, outcome))
    assert (
        "2 people and teams are pulled to restore service, Ana Ruiz most: 90 ± 2 working hours. "
        "Projects lose 134 hours in all. 1 colleague covers the everyday support that responders "
        "drop (Ben Ode) and is not free for projects meanwhile."
    ) in lines
    assert "Risk: nobody covers 6.2 hours of everyday support for Customer portal." in lines


def test_plan_without_incident():
    """The plan's own lateness and lost due dates are told apart from the incident's."""
    changed = fake_outcome(8)
    changed.projects.loc[1, ["chance_late_levelled", "chance_late"]] = [0.97, 0.98]
    changed.projects.loc[0, "levelled_delay_days"] = 12.0
    lines = said(findings(changed.portfolio, changed))
    assert (
        "Incident or not, Branch telephony misses its due date in at least 95 % of the runs: the "
        "plan is late without it."
    ) in lines
    assert (
        "Without any incident 8 of 8 projects already end later than planned, because people are "
        "wanted twice or work takes longer: Ledger move by 12 working days (P50)."
    ) in lines
    begun = replace(changed.portfolio.settings, status_date=pd.Timestamp("2026-03-02"))
    later = fake_outcome(8)
    later.projects.loc[0, "levelled_delay_days"] = 12.0
    later.portfolio = replace(later.portfolio, settings=begun)
    assert (
        "because people are wanted twice or work takes longer, or had not begun by the status "
        "date: Ledger move by 12"
    ) in " ".join(said(findings(later.portfolio, later)))
    changed.projects["levelled_delay_days"] = 0.0
    assert (
        "Without an incident the plan holds: its people can do it by the planned dates."
    ) in said(findings(changed.portfolio, changed))


def test_an_incident_that_misses_the_plan_is_told_before_anything_else():
    """A slip in the year makes every figure 0; the first sentence says so, not the appendix."""
    portfolio = read("data/tiny")
    service = portfolio.services["service"].iloc[0]
    for start, amiss in (("2031-03-09 10:00", True), ("2026-01-12 10:00", False)):
        outcome = simulate(portfolio, Incident(service, start=start, hours=3), runs=1)
        first = findings(portfolio, outcome).headlines[0]
        told = (
            "Careful: Payments fails on 9 March 2031 at 10:00, when all projects are over. It "
            "delays nothing; correct the start if it is a slip."
        )
        assert (first == told) is amiss
    early = Incident(service, start="2025-12-30 10:00", hours=3)
    first = findings(portfolio, simulate(portfolio, early, runs=1)).headlines[0]
    assert "30 December 2025 at 10:00, before the simulation begins. What of it lies" in first


def test_what_a_failure_could_reach_is_left_out_where_it_pulls_nobody():
    """The map would tell of people pulled away beside a sentence that nobody is."""
    portfolio = read("data/tiny")
    for start, drawn in (("2031-03-09 10:00", False), ("2026-01-06 13:00", True)):
        outcome = simulate(portfolio, Incident("payments", start=start, hours=8), runs=1)
        names = [c.name for s in findings(portfolio, outcome).sections for c in s.charts]
        assert ("graph-0" in names) is drawn


def test_levelling_names_its_rules():
    """Two reports of one plan by other rules say by which."""
    portfolio = read("data/tiny")
    scenario = Scenario.read("data/tiny/incident.toml")
    told = " ".join(findings(portfolio, simulate(portfolio, scenario)).assumptions)
    alone = " ".join(findings(portfolio).assumptions)
    assert "back into an interrupted one costs 2 hours." in told
    assert "back into an interrupted one costs 0 hours." in alone


def test_lateness_of_a_part_of_a_day_has_a_decimal():
    """One project that ends half a day later ends, and not by 0 days."""
    outcome = simulate(read("data/tiny"), Scenario.read("data/tiny/incident.toml"))
    line = next(s for s in findings(outcome.portfolio, outcome).headlines if "Without any" in s)
    assert "1 of 2 projects already ends later than planned" in line
    assert "New checkout for the shop by 0.5 working days (P50)." in line


def test_no_delay_nobody_pulled_nothing_lost():
    """An incident that changes nothing is told in three plain sentences."""
    calm = fake_outcome(3, delay=False)
    for column in ("pull_hours", "cover_hours", "lost_hours"):
        calm.resources[column] = 0.0
    calm.services[["outage_cost", "uncovered_hours"]] = 0.0
    lines = said(findings(calm.portfolio, calm))
    assert "No project ends later because of it." in lines
    assert "Nobody is pulled away from projects." in lines
    assert not any("cost" in line for line in lines)
    captions = [t.caption for s in findings(calm.portfolio, calm).sections for t in s.tables]
    assert "Services hit" in captions
    assert "Who restores, who covers, what projects lose" not in captions
    Page(render(findings(calm.portfolio, calm)))


def test_earlier_finishes_are_no_promise():
    """A project that ends earlier on average is named with a warning."""
    odd = fake_outcome(3)
    odd.projects.loc[1, "delay_mean_days"] = -0.4
    assert (
        "Branch telephony ends slightly earlier on average: when others wait, shared people come "
        "free sooner. Do not count on it."
    ) in said(findings(odd.portfolio, odd))


def test_fixed_restoration_has_one_moment():
    """Without uncertainty there is one moment, and no error is invented."""
    sure = fake_outcome(3)
    sure.incidents["restored_p80"] = sure.incidents["restored_p50"]
    sure.incidents["restoration_hours_mean"] = 40.0
    sure.incidents["restoration_hours_mean_se"] = 0.0
    assert said(findings(sure.portfolio, sure))[0].startswith(
        "Payments fails on Monday 9 March 2026 at 10:00 (severity 1). It is back on Wednesday "
        "11 March at 02:00, after 40 hours."
    )


def test_a_single_run_shows_no_error():
    """One run has no error to give; the report is written all the same."""
    single = fake_outcome(3, runs=1)
    errors = [c for c in single.projects if "_se" in c]
    single.projects[errors] = np.nan
    text = render(findings(single.portfolio, single))
    assert not re.search(r"\bnan\b", Page(text).text.lower())


def test_the_page_stands_alone(html):
    """Nothing is fetched: no link, script, font or picture from elsewhere, and nothing may be."""
    page = Page(html)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "iframe", "object", "embed", "base", "form"}
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            if name in ("src", "href", "xlink:href", "srcset", "data"):
                assert str(value).startswith(("data:", "#")), (tag, name, value)
    assert "@import" not in html
    assert set(re.findall(r"url\(([^)]*)\)", html)) <= {
        f"#{attributes['id']}" for _, attributes in page.tags if "id" in attributes
    }
    addresses = set(re.findall(r"https?://[^\s\"'<]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    policy = next(a["content"] for _, a in page.tags if "http-equiv" in a)
    assert policy.startswith("default-src 'none'")


def test_the_page_is_well_formed_and_accessible(html):
    """Tags match, ids are unique, pictures have their finding as text, tables have headings."""
    page = Page(html)
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert ("html", {"lang": "en"}) in page.tags
    figures = [a for tag, a in page.tags if tag in ("svg", "img")]
    assert len(figures) == 11
    for attributes in figures:
        assert attributes.get("aria-label") or attributes.get("alt")
    assert any("Ledger move loses most" in str(a.get("aria-label")) for a in figures)
    headings = [a for tag, a in page.tags if tag == "th"]
    assert headings
    assert all(a.get("scope") in ("col", "row") for a in headings)
    labels = [a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a]
    assert set(labels) <= set(ids)


def test_the_page_prints_on_a4(html):
    """Print rules set the paper, keep charts and rows whole, and repeat table headings."""
    css = html[html.index("<style>") : html.index("</style>")]
    printed = css[css.index("@media print") :]
    assert "size: A4" in printed
    assert re.search(r"figure, tr, li \{ break-inside: avoid", printed)
    assert "table-header-group" in printed


def test_the_page_is_light(html):
    """Eight projects and seven charts stay below 1.5 MB; sixty projects too."""
    assert len(html.encode()) < 1_500_000
    many = fake_outcome(60, each=1)
    assert len(render(findings(many.portfolio, many)).encode()) < 1_500_000


def test_names_cannot_become_markup():
    """Every name field may hold an attack; the page has the same tags as with harmless names."""
    attack = " ".join(ATTACKS)
    bad = fake_outcome(6, names=[f"{n} {a}" for n, a in enumerate(ATTACKS)], text=f" {attack}")
    good = fake_outcome(6, names=[f"{n} " + "w" * len(a) for n, a in enumerate(ATTACKS)])
    text = render(findings(bad.portfolio, bad))
    page, calm = Page(text), Page(render(findings(good.portfolio, good)))
    assert {tag for tag, _ in page.tags} == {tag for tag, _ in calm.tags}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
    assert "<script" not in text.lower()
    assert "onload=alert(1)>" not in text.replace("&gt;", "")
    assert "{{7*7}}" in page.text
    assert "49" not in page.text.split("{{7*7}}")[0][-4:]
    for name in bad.portfolio.projects["name"]:
        assert " ".join(name.split()) in page.text
    assert text.count("</style>") == calm_styles(text)
    assert not plt.get_fignums()


def calm_styles(text: str) -> int:
    """Return how many style elements the template itself opens."""
    return text.count("<style>")


def test_alt_texts_and_titles_are_escaped():
    """A chart title with markup stays text in the SVG, in its label, and in a PNG's alt."""
    outcome = fake_outcome(2, names=['<b>"x"</b> & $y$', "Plain"])
    found = findings(outcome.portfolio, outcome)
    chart = found.sections[0].charts[0]
    drawn = pictures.draw(chart)
    assert drawn.alt.startswith('<b>"x"</b> & $y$ loses most')
    assert "<b>" not in drawn.svg
    assert "&lt;b&gt;" in drawn.svg
    page = Page(render(found))
    assert any(a.get("aria-label") == drawn.alt for _, a in page.tags)


def test_other_scripts_are_drawn_as_text():
    """Names in scripts without an installed font stay in the SVG as they are, without warnings."""
    name = "支付系统 마이그레이션 перенос"
    outcome = fake_outcome(2, names=[name, "Plain"])
    drawn = pictures.draw(findings(outcome.portfolio, outcome).sections[0].charts[0])
    assert name in drawn.svg


def test_heavy_pictures_become_png(monkeypatch):
    """Where SVG would be heavy and PNG is lighter, the page carries the PNG with its alt text."""

    def draw():
        ax = pictures.Figure().subplots()
        ax.scatter(np.arange(4000) % 97, np.arange(4000) % 89, s=np.arange(4000) / 900 + 0.1)
        ax.set_title("Four thousand points", loc="left")
        return ax

    picture = pictures.draw(Chart("points", draw))
    assert picture.svg == ""
    assert picture.png.startswith("data:image/png;base64,")
    found = Findings("A", "B", (), (), (Section("C", charts=(Chart("points", draw),)),), (), ())
    images = [a for tag, a in Page(render(found)).tags if tag == "img"]
    assert images[0]["alt"] == "Four thousand points"
    monkeypatch.setattr(pictures, "_HEAVY", 10**9)
    assert pictures.draw(Chart("points", draw)).png == ""


def test_report_without_an_incident(outcome):
    """Without an outcome the report tells of conflicts only, with its own assumptions."""
    found = findings(outcome.portfolio)
    text = Page(render(found)).text
    assert found.subtitle == "Where projects want the same people at the same time"
    assert [s.title for s in found.sections] == [
        "Conflicts in the plan, incident or not",
        "Who has to talk to whom, and how much",
        "Who stands between services and projects",
        "What levelling alone costs, by dispatch rule",
        "What projects touch in service delivery",
        "Who of service delivery each stage needs, and have they the time",
    ]
    assert found.headlines[-1].startswith("Levelling alone, by plan order, ")
    assert "Seed" not in text
    assert "Over-allocation is counted at the planned dates" in text


def test_report_tells_of_weighed_conflicts():
    """Who has to talk, the delay that a pair costs, and the cheapest fix stand on the page."""
    portfolio = read("data/tiny")
    register = weigh_conflicts(conflict_register(portfolio))
    text = Page(render(findings(portfolio, register=register))).text
    assert "1 conflict of projects with each other or with the support of services, in 1 p" in text
    assert "The cheapest fix tried for each" in text
    assert "give New checkout for the shop priority over Move the staff pages" in text
    assert "nobody named / nobody named" in text
    assert "Of 2 fixes tried one at a time on the levelled plan, 1 run" in text


def test_warnings_and_assumptions_are_listed_once(outcome):
    """What was assumed and what to be careful with closes the report."""
    text = Page(render(findings(outcome.portfolio, outcome))).text
    assert "Tasks start with at least half of their people." in text
    assert text.count("scenario, aftermath: found none given.") == 1
    quiet = replace(findings(outcome.portfolio, outcome), warnings=())
    assert "None: nothing in the tables had to be guessed." in Page(render(quiet)).text


def test_tables_state_what_they_leave_out():
    """A table cut short says by how many rows."""
    outcome = fake_outcome(8)
    people = pd.concat([outcome.resources] * 6, ignore_index=True)
    outcome.resources = people
    tables = [t for s in findings(outcome.portfolio, outcome).sections for t in s.tables]
    hit = int(((people["pull_hours"] > 0) | (people["cover_hours"] > 0)).sum())
    who = next(t for t in tables if t.caption.startswith("Who restores"))
    assert len(who.rows) == 15
    assert who.note.startswith(f"… and {hit - 15} more rows.")


def test_a_long_word_leaves_room_for_other_columns():
    """A browser may break it every 18 letters, and nowhere where words are usual; it is escaped."""
    name = "W" * 40 + "<b>"
    table = Table("Dates", ("Project", "Of"), ((name, "telecommunications"),))
    found = Findings("A", "B", (), (), (Section("C", tables=(table,)),), (), ())
    told = f"{'W' * 18}<wbr>{'W' * 18}<wbr>WWWW&lt;b&gt;"
    html = render(found)
    assert f'<th scope="row">{told}</th>' in html
    assert "<td>telecommunications</td>" in html


def test_columns_without_anything_are_left_out():
    """A column of blanks or dashes goes, with its heading; the first one stays, and any other."""
    rows = (("A", "", DASH, "1"), ("B", "", DASH, ""))
    table = Table("T", ("Name", "Empty", "#Dashes", "#Full"), rows)
    found = Findings("A", "B", (), (), (Section("C", tables=(table,)),), (), ())
    page = Page(render(found))
    assert [a for tag, a in page.tags if tag == "th"].count({"scope": "row"}) == 2
    assert "Full" in page.text
    assert "Empty" not in page.text
    assert "Dashes" not in page.text
    nobody = Table("T", ("Name", "Of"), (("", ""),))
    assert nobody.filled.columns == ("Name",)


def test_figures_are_set_flush_right():
    """Headings that hold figures are marked, and so are their cells."""
    table = Table("T", ("Name", "#Days"), (("A", "1.0"),), "Note.")
    found = Findings("A", "B", (), (), (Section("C", tables=(table,)),), (), ())
    page = Page(render(found))
    assert ("th", {"scope": "col", "class": "figure"}) in page.tags
    assert ("td", {"class": "figure"}) in page.tags
    assert "#Days" not in page.text


def test_the_same_findings_give_the_same_bytes(outcome, tmp_path):
    """Nothing of the clock or of chance gets into the file."""
    one = write_report(outcome, tmp_path / "one.html").read_bytes()
    two = write_html(findings(outcome.portfolio, outcome), tmp_path / "two.html").read_bytes()
    assert one == two
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.html", "two.html"]


def test_a_place_that_cannot_be_written_is_told(outcome, tmp_path):
    """A folder instead of a file is an error with its cure, and nothing is left behind."""
    with pytest.raises(InputError) as told:
        write_report(outcome, tmp_path)
    assert "found a folder, expected the name of a file. Choose another." in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_a_report_replaces_nothing_else(outcome, tmp_path):
    """A name that ends otherwise is refused, so no table or document is written over."""
    book = tmp_path / "plan.docx"
    book.write_bytes(b"ours")
    with pytest.raises(InputError) as told:
        write_report(outcome, book)
    assert str(told.value).splitlines()[1] == (
        f"{book}: found a name that ends in '.docx', expected a name that ends in .html. "
        "A report can be .html, .pptx, .xlsx or .pdf; choose another name."
    )
    assert book.read_bytes() == b"ours"


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium on the path")
def test_a_browser_runs_nothing_and_prints_all_pages(tmp_path):
    """Chromium opens the page with attacks in every name, alerts nothing, and prints it whole."""
    outcome = fake_outcome(6, names=[f"{n} {a}" for n, a in enumerate(ATTACKS)])
    page = write_report(outcome, tmp_path / "report.html")
    flags = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
        "--disable-background-networking --disable-component-update --disable-sync "
        f"--user-data-dir={tmp_path / 'profile'}"
    ).split()
    browser = [str(shutil.which("chromium")), *flags]
    dumped = subprocess.run(  # noqa: S603 (a fixed command on our own file)
        [*browser, "--dump-dom", page.as_uri()],
        check=True,
        capture_output=True,
        timeout=120,
        text=True,
    )
    seen = dumped.stdout
    assert "<script" not in seen.lower()
    assert "<img" not in seen.lower()
    pdf = Path(tmp_path / "report.pdf")
    subprocess.run(  # noqa: S603 (a fixed command on our own file)
        [*browser, f"--print-to-pdf={pdf}", page.as_uri()],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert pdf.read_bytes().count(b"/Type /Page\n") >= 4


@pytest.mark.parametrize(("count", "told"), [(4, [1, 2, 3, 4]), (5, [2, 3, 5]), (60, [2, 3, 60])])
def test_of_many_incidents_the_worst_are_told(count: int, told: list[int]) -> None:
    """Up to four have a sentence each; of more, the most severe and longest three, in order."""
    incidents = [
        Incident(
            "payments" if n % 2 else "reports", start=f"2026-01-06 09:{n % 60:02}",
            hours=float(n), severity=1 if n in (2, 3, count) else 2,
        )
        for n in range(1, count + 1)
    ]  # fmt: skip
    outcome = simulate(read("data/tiny"), Scenario(incidents=tuple(incidents), runs=2))
    said = incident_sentences(outcome)
    hours = [int(found[1]) for text in said if (found := re.search(r"after (\d+) hours", text))]
    assert hours == told
    rest = [text for text in said if text.startswith("…")]
    more = count - 3
    if count == 4:
        assert rest == []
    else:
        plural = "s" * (more > 1)
        assert rest == [f"… and {more} more incident{plural}; the assumptions name them all."]
    assert sum("severity" in text for text in outcome.assumptions) == count


def test_the_report_tells_what_levelling_costs():
    """Sentences, chart and both tables of the levelling stand in the report, names as text."""
    portfolio = fake_portfolio([*ATTACKS, "Quiet"])
    section = next(s for s in findings(portfolio).sections if "levelling" in s.title)
    found = level(portfolio)
    assert section.sentences == tuple(found.sentences())
    rules, projects = section.tables
    assert [row[0] for row in rules.rows] == list(found.rules["name"])
    worst = found.of().sort_values("levelling_days", ascending=False, kind="stable").iloc[0]
    assert projects.rows[0][0] == worst["name"]
    assert projects.rows[0][5] == f"{worst['levelling_days']:.1f}"
    page = Page(render(findings(portfolio)))
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "iframe"})
    assert any("Dispatch rules side by side" in word for word in page.words)


def test_the_report_goes_without_levelling_where_a_task_can_never_start():
    """Two of one Ana are told in words; there is nothing to draw."""
    much = built(assignments=table("task resource units_fte", ("T1", "ana", 2)))
    section = levelling_section(much, min_share=1.0)
    assert section.sentences[0] == "The plan cannot be levelled."
    assert "which can never start or go on" in section.sentences[1]
    assert section.charts == section.tables == ()


def test_the_log_is_held_against_what_is_supposed():
    """An incident's report says what the scenario supposes and what the log says of its like."""
    portfolio = read("data/meridian")
    incident = Incident("payments", start="2026-03-09 10:00", severity=2, hours=20, elapsed_hours=6)
    found = findings(portfolio, simulate(portfolio, incident, runs=5, seed=1))
    section = next(s for s in found.sections if s.title.startswith("What the incident log says"))
    assert section.sentences[0] == (
        "The simulation supposes: fixed at 20 h, given that 6 h have passed."
    )
    assert section.sentences[1].startswith("Of severity 2 incidents of payments, half are over")
    assert section.sentences[-1].startswith("After 6 hours, half are over within")
    assert [chart.name for chart in section.charts] == ["restoration-forecast"]
    captions = [table.caption for table in section.tables]
    assert captions == ["Distributions fitted to the log", "What is left after 6 hours"]
    best = section.tables[0].rows[0]
    assert best[0] == "weibull"
    assert best[4] == "7.6"


def test_no_log_no_section(outcome):
    """Where too few incidents are closed, the report is silent about the log."""
    titles = [s.title for s in findings(outcome.portfolio, outcome).sections]
    assert not any("incident log" in title for title in titles)


def test_the_report_on_a_plan_judges_its_go_lives():
    """Without an incident the report has the sheet; what hinders it is told as a warning."""
    found = findings(read("data/tiny"))
    section = found.sections[-1]
    assert section.title == "Will the services accept what the projects deliver?"
    assert section.tables[0].rows[0][:3] == ("New checkout for the shop", "Payments", "no-go")
    assert found.headlines[-1].startswith("Of 1 go-live on services, 1 would be delivered")
    assert any(line.startswith("A project goes live") for line in found.assumptions)
    tables = read("data/tiny").tables
    tables["assignments"].loc[0, "units_fte"] = 9.0
    hindered = findings(build_portfolio(read("data/tiny").settings, tables))
    assert [s.title for s in hindered.sections] == [s.title for s in found.sections[:-1]]
    assert any("Go-lives were not judged" in line and "'P1'" in line for line in hindered.warnings)
