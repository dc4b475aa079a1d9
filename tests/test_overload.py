"""Over-allocated resource-weeks and who competes, by hand and against plain counting."""

from __future__ import annotations

import time
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest
from quarter_hours import build, counted, random_tables, uneven, with_others
from test_load import crowd, portfolio_of, two_people

from svcimpact.planning.overload import OverAllocation, over_allocation


def test_two_conflicts_by_hand() -> None:
    """Ana is asked for 19.5 hours too many by two projects and a service, Bo for a day off."""
    found = over_allocation(portfolio_of(two_people()))
    weeks = found.weeks
    assert list(weeks.columns) == [
        "resource",
        "name",
        "team",
        "week",
        "capacity_hours",
        "load_hours",
        "over_hours",
        "over_days",
        "projects",
        "services",
    ]
    assert weeks["resource"].tolist() == ["ana", "bo"]
    assert weeks["week"].tolist() == [pd.Timestamp("2026-03-09"), pd.Timestamp("2026-03-16")]
    assert weeks["over_hours"].tolist() == pytest.approx([19.5, 7.5])
    assert weeks["over_days"].tolist() == pytest.approx([2.6, 1.0])
    assert weeks["projects"].tolist() == ["LEDGER, PORTAL", "PORTAL"]
    assert weeks["services"].tolist() == ["pay", ""]
    who = found.competitors[["resource", "kind", "competitor", "name"]].to_numpy().tolist()
    assert who[0][:3] == ["ana", "project", "LEDGER"]
    assert who[1][:3] == ["ana", "project", "PORTAL"]
    assert who[2] == ["ana", "service", "pay", "Payments"]
    assert who[3][:3] == ["bo", "project", "PORTAL"]
    assert who[4] == ["bo", "absence", "bo", "absence"]
    assert found.competitors["hours"].tolist() == pytest.approx([22.5, 15.0, 7.5, 7.5, 7.5])
    assert found.competitors["clash_hours"].tolist() == pytest.approx([22.5, 15.0, 4.5, 7.5, 7.5])


def named(tables: dict[str, pd.DataFrame], **names: list[str]) -> dict[str, pd.DataFrame]:
    """Return the tables with names given to their rows."""
    return {
        table: frame.assign(name=names[table]) if table in names else frame
        for table, frame in tables.items()
    }


def test_sentences_by_hand() -> None:
    """One sentence per resource: how much, when most, and between whom."""
    tables = named(two_people(), projects=["LEDGER", "PORTAL"])
    assert over_allocation(portfolio_of(tables)).sentences() == [
        "Ana Ruiz is over-allocated by 2.6 person-days in the week of 9 March, between LEDGER, "
        "PORTAL and the everyday support of Payments.",
        "Bo Lind is over-allocated by 1.0 person-days in the week of 16 March, between PORTAL and "
        "planned absence.",
    ]


def test_sentences_over_several_weeks_and_years() -> None:
    """Several weeks name the worst one, a later year is told, and nobody else is nobody else."""
    tables = named(two_people(), projects=["LEDGER", "PORTAL"])
    tables["tasks"]["duration_days"] = [8.0, 0.0, 0.0]
    tables["tasks"]["planned_start"] = pd.Timestamp("2027-01-06")
    tables["assignments"]["units_fte"] = 1.5
    tables["support"] = tables["support"].iloc[:0]
    found = over_allocation(portfolio_of(tables))
    assert found.sentences() == [
        "Ana Ruiz is over-allocated by 4.0 person-days in 2 weeks, most in the week of 11 January "
        "2027 (2.5), all for LEDGER."
    ]
    assert found.summary.to_dict("records") == [
        {
            "resource": "ana",
            "name": "Ana Ruiz",
            "team": "Ops",
            "weeks": 2,
            "over_hours": pytest.approx(30.0),
            "over_days": pytest.approx(4.0),
            "worst_week": pd.Timestamp("2027-01-11"),
            "worst_days": pytest.approx(2.5),
            "projects": "LEDGER",
            "services": "",
        }
    ]


def test_sentences_stay_readable_with_many_competitors() -> None:
    """Five projects are named, the rest counted; a hair too much is less than 0.1."""
    names = [f"P{number}" for number in range(8)]
    tables = two_people()
    tables["projects"] = pd.DataFrame({"project": names, "name": names})
    tables["tasks"] = pd.DataFrame(
        {
            "task": names,
            "project": names,
            "duration_days": 1.0,
            "planned_start": pd.Timestamp("2026-03-09"),
        }
    )
    tables["assignments"] = pd.DataFrame({"task": names, "resource": "ana", "units_fte": 0.101})
    assert over_allocation(portfolio_of(tables)).sentences() == [
        "Ana Ruiz is over-allocated by less than 0.1 person-days in the week of 9 March, between "
        "P0, P1, P2, P3, P4, the everyday support of Payments and 3 more."
    ]


def test_a_busy_monday_is_a_conflict_in_a_quiet_week() -> None:
    """Two tasks at once on Monday are too much though the week has room; Friday's is no part."""
    tables = two_people()
    tables["support"] = tables["support"].iloc[:0]
    tables["projects"] = pd.DataFrame({"project": ["LEDGER", "PORTAL", "QUIET"]})
    tables["tasks"] = pd.DataFrame(
        {
            "task": ["a", "b", "c"],
            "project": ["LEDGER", "PORTAL", "QUIET"],
            "duration_days": 1.0,
            "planned_start": pd.to_datetime(["2026-03-09", "2026-03-09", "2026-03-13"]),
        }
    )
    tables["assignments"]["resource"] = "ana"
    found = over_allocation(portfolio_of(tables))
    assert found.weeks["load_hours"].tolist() == pytest.approx([22.5])
    assert found.weeks["capacity_hours"].tolist() == pytest.approx([37.5])
    assert found.weeks["over_hours"].tolist() == pytest.approx([7.5])
    assert found.weeks["projects"].tolist() == ["LEDGER, PORTAL"]


@pytest.mark.parametrize("seed", range(50))
def test_conflicts_agree_with_counting_quarters_of_an_hour(seed: int) -> None:
    """The over-allocated weeks, their person-days and every competitor's hours are as counted."""
    portfolio, expected = counted(seed)
    found = over_allocation(portfolio)
    over = {
        (row["resource"], row["week"].date()): row["over_days"]
        for row in found.weeks.to_dict("records")
    }
    days = {key: hours["over_hours"] / 7.5 for key, hours in expected.items()}
    assert over == pytest.approx({key: value for key, value in days.items() if value > 1e-9})
    clashes = {
        (row["resource"], row["week"].date(), row["name"]): row["clash_hours"]
        for row in found.competitors.to_dict("records")
    }
    assert clashes == pytest.approx(
        {
            (*key, column.removeprefix("clash ")): value
            for key, hours in expected.items()
            for column, value in hours.items()
            if column.startswith("clash ") and value > 1e-9
        }
    )


@pytest.mark.parametrize("seed", range(20))
def test_parts_of_a_conflict_hang_together(seed: int) -> None:
    """Order, totals and ids agree between the three tables, and clashes lie within the hours."""
    found = over_allocation(build(random_tables(seed)))
    weeks, competitors, summary = found.weeks, found.competitors, found.summary
    assert weeks["over_hours"].round(6).is_monotonic_decreasing
    assert summary["over_hours"].round(6).is_monotonic_decreasing
    assert summary["over_hours"].sum() == pytest.approx(weeks["over_hours"].sum())
    assert summary["weeks"].sum() == len(weeks)
    assert (competitors["clash_hours"] <= competitors["hours"] + 1e-9).all()
    keys = competitors[["resource", "week"]].drop_duplicates()
    assert keys.to_numpy().tolist() == weeks[["resource", "week"]].to_numpy().tolist()
    asked = competitors[competitors["kind"] == "project"]
    joined = asked.groupby(["resource", "week"], sort=False)["competitor"].agg(", ".join)
    assert joined.tolist() == weeks["projects"].tolist()


@pytest.mark.parametrize("seed", range(20))
def test_an_unrelated_project_changes_no_conflict(seed: int) -> None:
    """With a project of other people added, every other row stays the same to the bit."""
    tables = uneven(random_tables(seed))
    alone, together = (
        over_allocation(build(tables)),
        over_allocation(build(with_others(tables, seed + 1000))),
    )
    for name in ("weeks", "competitors", "summary"):
        kept = getattr(together, name)
        kept = kept[~kept["resource"].str.startswith("other-")].reset_index(drop=True)
        pd.testing.assert_frame_equal(kept, getattr(alone, name), check_exact=True)


def test_no_conflict_is_said_so() -> None:
    """A plan that asks nobody for too much has empty tables with all columns, and says so."""
    tables = two_people()
    busy = over_allocation(portfolio_of(tables))
    tables["assignments"]["units_fte"] = 0.1
    tables["absences"] = tables["absences"].iloc[:0]
    for quiet in (tables, tables | {"assignments": tables["assignments"].iloc[:0]}):
        found = over_allocation(portfolio_of(quiet))
        assert found.sentences() == ["The plan asks nobody for more than their project capacity."]
        for name in ("weeks", "competitors", "summary"):
            assert getattr(found, name).empty
            pd.testing.assert_series_equal(getattr(found, name).dtypes, getattr(busy, name).dtypes)
        assert "0 over-allocated resource-weeks, 0 resources, 0.0 person-days over" in repr(found)
        assert "<table>" in found._repr_html_()


class Tags(HTMLParser):
    """Collect the tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        """Take the tag down."""
        self.tags.add(tag)


def test_names_cannot_inject_markup() -> None:
    """Names and ids of people, teams, projects and services are text in the HTML."""
    bad = "<script>alert('x')</script>&"
    tables = two_people()
    tables["projects"] = pd.DataFrame({"project": [bad, "PORTAL"], "name": [bad, bad]})
    tables["tasks"].loc[0, "project"] = bad
    tables["resources"][["name", "team"]] = bad
    tables["services"] = pd.DataFrame({"service": [bad], "name": [bad]})
    tables["support"]["service"] = bad
    html = over_allocation(portfolio_of(tables))._repr_html_()
    tags = Tags()
    tags.feed(html)
    assert tags.tags == {"p", "b", "table", "thead", "tbody", "tr", "th", "td"}
    assert "&lt;script&gt;" in html


def test_printouts_are_the_same_every_time() -> None:
    """The text and the HTML of a result do not hang on pandas' display options."""
    tables = named(two_people(), projects=["LEDGER", "PORTAL"])
    one = over_allocation(portfolio_of(tables))
    assert repr(one) == "\n  ".join(
        [
            "Over-allocation: 2 over-allocated resource-weeks, 2 resources, 3.6 person-days over",
            *one.sentences(),
        ]
    )
    with pd.option_context("display.max_colwidth", 3, "display.precision", 1):
        two = over_allocation(portfolio_of(tables))
        assert (repr(two), two._repr_html_()) == (repr(one), one._repr_html_())
    assert "<td>2.6</td><td>2026-03-09</td><td>LEDGER, PORTAL</td><td>pay</td>" in (
        one._repr_html_()
    )
    assert isinstance(one, OverAllocation)


def test_long_printouts_say_how_many_more() -> None:
    """Ten resources are printed and the others counted."""
    found = over_allocation(crowd(300, 30))
    more = len(found.summary) - 10
    assert more > 0
    assert repr(found).endswith(f"and {more} more")
    assert repr(found).count("\n") == 11
    assert found._repr_html_().endswith(f"<p>and {more} more</p>")


def test_a_large_portfolio_takes_about_a_second() -> None:
    """2,000 tasks of 200 people (limit several times what it takes)."""
    portfolio = crowd(2_000, 200)
    begin = time.process_time()
    found = over_allocation(portfolio)
    found.sentences()
    assert time.process_time() - begin < 1.5
    assert len(found.weeks) > 1000


def test_years_are_told_everywhere_where_there_are_several():
    """In a portfolio of years no week goes without its year, those of the first year neither."""
    tables = named(two_people(), projects=["LEDGER", "PORTAL"])
    found = over_allocation(portfolio_of(tables))
    assert not any("2026" in sentence for sentence in found.sentences())
    later = found.summary.copy()
    later.loc[later.index[-1], "worst_week"] = pd.Timestamp("2031-03-17")
    told = replace(found, summary=later).sentences()
    assert "in the week of 9 March 2026" in told[0]
    assert "in the week of 17 March 2031" in told[-1]
