"""The conflict register: every kind worked out by hand, person-days against plain counting."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conflict_cases import MONDAY, built, many, tables_by_hand
from quarter_hours import build, counted, random_tables, uneven, with_others
from test_load import crowd
from test_overload import Tags

from svcimpact.errors import InputError
from svcimpact.io import read
from svcimpact.planning.communication import LEVELS, Communication, owners_of
from svcimpact.planning.conflicts import conflict_register
from svcimpact.planning.overload import over_allocation
from svcimpact.portfolio import Portfolio, Settings, build_portfolio

SHARED = ["people", "support", "absence", "alone"]


@pytest.fixture(scope="module")
def by_hand() -> Portfolio:
    return built(tables_by_hand())


def found(portfolio: Portfolio, kind: str, **options: float) -> list[tuple[object, ...]]:
    """Return the conflicts of one kind: sides, via, first and last moment, days met, days over."""
    rows = conflict_register(portfolio, **options).conflicts
    rows = rows[rows["kind"] == kind].sort_values(["project", "other", "via"])
    return [
        (
            row["project"],
            row["other"],
            row["via"],
            f"{row['start']:%d %H}-{row['finish']:%d %H}",
            round(row["overlap_days"], 9),
            round(row["over_days"], 9),
        )
        for row in rows.to_dict("records")
    ]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("people", [("A", "B", "ana", "11 09-13 17", 3.0, 1.5)]),
        ("support", [
            ("A", "ledger", "eve", "16 09-16 17", 1.0, 0.25),
            ("C", "ledger", "fay", "16 09-16 17", 1.0, 0.25),
            ("C", "till", "bo", "09 09-10 17", 2.0, 0.5),
        ]),
        ("absence", [("B", "cem", "cem", "13 09-13 17", 1.0, 1.0)]),
        ("alone", [("C", "", "dee", "09 09-10 17", 2.0, 1.0)]),
        ("team", [("A", "C", "ledger", "16 09-16 17", 1.0, 0.5)]),
        ("service", [("A", "B", "till", "11 09-12 17", 2.0, 0.0)]),
        ("use", [("A", "C", "till", "09 09-10 17", 2.0, 0.0)]),
        ("dependency", [
            ("A", "C", "till", "11 09-11 17", 1.0, 0.0),
            ("B", "C", "till", "11 09-11 17", 1.0, 0.0),
        ]),
        ("freeze", [("B", "ledger", "ledger", "18 09-19 17", 2.0, 0.0)]),
        ("tester", [("A", "B", "una", "18 09-18 17", 1.0, 0.0)]),
        ("decider", [("A", "C", "dov", "13 09-18 17", 4.0, 0.0)]),
    ],
)  # fmt: skip
def test_every_kind_by_hand(by_hand: Portfolio, kind: str, expected: list[object]) -> None:
    """Who, over what, from when until when, and how much: as the docstring of the case says."""
    assert found(by_hand, kind) == expected


def test_every_kind_is_there_and_no_conflict_besides(by_hand: Portfolio) -> None:
    """The case has 14 conflicts in 9 pairs, of 11 kinds."""
    register = conflict_register(by_hand)
    assert len(register.conflicts) == 14
    assert len(register.pairs) == 9
    assert register.conflicts["kind"].nunique() == 11


def test_the_lead_of_decisions_is_the_users(by_hand: Portfolio) -> None:
    """With a lead of one day the two decisions, needed a day apart, do not meet."""
    assert found(by_hand, "decider", lead_days=1.0) == []
    assert found(by_hand, "decider", lead_days=2.0)[0][4] == 1.0


def test_the_share_of_a_team_is_the_users() -> None:
    """Two people of three with 0.6 days each are 40 % of the team: in the way from 0.4 on only."""
    tables = tables_by_hand()
    tables["assignments"].loc[tables["assignments"]["task"].isin(["A5", "C6"]), "units_fte"] = 0.4
    tables["resources"].loc[6] = ["gil", "Gil", "Ops"]
    tables["support"] = pd.DataFrame(
        {"service": "ledger", "resource": ["eve", "fay", "gil"], "bau_fte": 1 / 3}
    )
    portfolio = built(tables)  # 3 x 2/3 = 2 FTE for projects, of which 0.8 are asked for
    assert found(portfolio, "team", team_share=0.41) == []
    assert found(portfolio, "team", team_share=0.4)[0][5] == 0.0


def test_sharing_somebody_of_a_team_is_not_unseen() -> None:
    """Once C takes Eve too, while A has her, the two meet over her in the plan for all to see."""
    tables = tables_by_hand()
    tables["assignments"].loc[7] = ["C6", "eve", 0.1, None]
    assert found(built(tables), "team") == []


def test_a_colleague_with_time_covers() -> None:
    """With a third supporter who has half a day to spare nothing of the support is uncovered."""
    tables = tables_by_hand()
    tables["resources"].loc[6] = ["gil", "Gil", "Ops"]
    tables["support"].loc[3] = ["ledger", "gil", 0.5]
    assert [row[5] for row in found(built(tables), "team")] == [0.0]


def test_a_freeze_of_everything_holds_for_every_service() -> None:
    """A freeze without a service meets all that changes anything, and what only uses nothing."""
    tables = tables_by_hand()
    tables["freezes"] = pd.DataFrame(
        {"service": [None], "start": [MONDAY], "end": [MONDAY + pd.Timedelta(days=1, hours=9)]}
    )
    assert found(built(tables), "freeze") == [("A", "till", "till", "09 09-09 17", 1.0, 0.0)]


def test_what_is_done_or_past_is_no_conflict() -> None:
    """On Thursday finished tasks are gone; of B1's three days one and a half are left."""
    tables = tables_by_hand()
    tables["tasks"]["actual_start"] = tables["tasks"]["planned_start"].where(
        tables["tasks"]["task"].isin(["A1", "B1", "C1", "C2", "A2", "B3", "C3", "C4"])
    )
    done = tables["tasks"]["task"].isin(["C1", "C2", "C3", "C4"])
    ends = tables["tasks"]["planned_start"] + pd.to_timedelta(
        tables["tasks"]["duration_days"], unit="D"
    )
    tables["tasks"]["actual_finish"] = ends.where(done)
    tables["tasks"]["done_fraction"] = np.where(done, 1.0, 0.5)
    portfolio = built(tables, status_date=pd.Timestamp("2026-03-12 09:00"))
    assert found(portfolio, "people") == [("A", "B", "ana", "12 09-13 13", 1.5, 0.75)]
    assert found(portfolio, "alone") == []
    assert found(portfolio, "use") == []


@pytest.mark.parametrize(("stage", "when"), [("test", "18 09-18 17"), ("design", "19 09-19 17")])
def test_a_tester_is_wanted_in_the_stage_of_the_interest(stage: str, when: str) -> None:
    """Una's interest in A names a stage: its test meets B's on Wednesday, its design later."""
    tables = tables_by_hand()
    tables["interests"].loc[0, "stage"] = stage
    assert found(built(tables), "tester") == [("A", "B", "una", when, 1.0, 0.0)]


def test_interests_in_services_and_teams_are_followed() -> None:
    """Who decides over a service or a team is asked before tasks that touch or take them."""
    tables = tables_by_hand()
    tables["interests"] = pd.DataFrame(
        [("dov", "till", "decides", None), ("una", "Dev", "decides", None)],
        columns=["stakeholder", "item", "interest", "stage"],
    )
    # A2 on Monday, B3 on Wednesday, both in delivery: 5 days before each, 3 in common. A1 on
    # Monday, B1 on Wednesday, C1 on Monday.
    met = {row[:3]: row[4] for row in found(built(tables), "decider")}
    assert met == {
        ("A", "B", "dov"): 3.0, ("A", "C", "dov"): 5.0, ("B", "C", "dov"): 3.0,
        ("A", "B", "una"): 3.0, ("A", "C", "una"): 5.0, ("B", "C", "una"): 3.0,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_person_days_agree_with_counting_quarters_of_an_hour(seed: int) -> None:
    """Over all pairs, the person-days of every resource are those counted slot by slot."""
    portfolio, expected = counted(seed)
    conflicts = conflict_register(portfolio).conflicts
    over = conflicts[conflicts["kind"].isin(SHARED)].groupby("via")["over_days"].sum()
    days = dict.fromkeys(portfolio.resources["resource"], 0.0)
    for (name, _), hours in expected.items():
        days[name] += hours["over_hours"] / 7.5
    assert over.to_dict() == pytest.approx({k: v for k, v in days.items() if v > 1e-6})


def shares_by_slot(portfolio: Portfolio) -> dict[tuple[str, str, str], float]:
    """Share over-allocation out an hour at a time, in plain Python; whole hours only."""
    calendar, total = portfolio.calendar, {}
    start = calendar.hours(portfolio.tasks["planned_start"].to_numpy())
    rows = [
        (who, project, s, s + days * 8, fte)
        for project, s, days, task in zip(
            portfolio.tasks["project"], start, portfolio.tasks["duration_days"],
            portfolio.tasks["task"], strict=True,
        )
        for t, who, fte, _ in portfolio.assignments.itertuples(index=False)
        if t == task
    ]  # fmt: skip
    support = {}
    for service, who, bau, _ in portfolio.support.itertuples(index=False):
        support.setdefault(who, {})[service] = bau
    for who, whole in portfolio.resources[["resource", "capacity_fte"]].itertuples(index=False):
        for hour in range(200):
            claims: dict[str, float] = {}
            for name, project, a, b, fte in rows:
                if name == who and a <= hour < b:
                    claims[project] = claims.get(project, 0.0) + fte
            everyday = support.get(who, {})
            over = sum(claims.values()) + sum(everyday.values()) - whole
            if over <= 1e-12 or not claims:
                continue
            for project in list(claims):
                own = max(0.0, claims[project] - whole)
                if own:
                    key = (who, project, "")
                    total[key] = total.get(key, 0.0) + own / 8
                    over -= own
                    claims[project] = whole
            names = [*claims, *everyday]
            parts = {**claims, **everyday}
            pairs = [(p, q) for i, p in enumerate(names) for q in names[i + 1 :] if p in claims]
            weight = sum(parts[p] * parts[q] for p, q in pairs)
            for p, q in pairs:
                key = (who, *((p, q) if q not in claims or p < q else (q, p)))
                total[key] = total.get(key, 0.0) + over * parts[p] * parts[q] / weight / 8
    return {key: value for key, value in total.items() if value > 1e-9}


@pytest.mark.parametrize("seed", range(8))
def test_shares_of_pairs_agree_with_sharing_out_hour_by_hour(seed: int) -> None:
    """Three projects, two people, two services: every pair's person-days are those by the hour."""
    random = np.random.default_rng(seed)
    count = 9
    names = [f"T{n}" for n in range(count)]
    portfolio = build_portfolio(
        Settings(name="Shares", start=MONDAY, hours_per_day=8.0),
        {
            "projects": pd.DataFrame({"project": ["P", "Q", "R"]}),
            "tasks": pd.DataFrame({
                "task": names,
                "project": random.choice(["P", "Q", "R"], count),
                "duration_days": random.integers(1, 6, count).astype(float),
                "planned_start": MONDAY + pd.to_timedelta(random.integers(0, 5, count), unit="D"),
            }),
            "resources": pd.DataFrame({"resource": ["x", "y"], "capacity_fte": [1.0, 2.0]}),
            "assignments": pd.DataFrame({
                "task": names,
                "resource": random.choice(["x", "y"], count),
                "units_fte": random.choice([0.25, 0.5, 1.0, 1.25], count),
            }),
            "services": pd.DataFrame({"service": ["s", "t"]}),
            "support": pd.DataFrame({
                "service": ["s", "t", "t"], "resource": ["x", "x", "y"], "bau_fte": [0.1, 0.2, 0.5],
            }),
        },
    )  # fmt: skip
    rows = conflict_register(portfolio).conflicts
    rows = rows[rows["kind"].isin(SHARED)]
    got = {
        (row["via"], row["project"], row["other"]): row["over_days"]
        for row in rows.to_dict("records")
    }
    assert got == pytest.approx(shares_by_slot(portfolio))


@pytest.mark.parametrize("seed", range(6))
def test_an_unrelated_project_changes_no_conflict(seed: int) -> None:
    """With a project of other people added, every other row stays the same to the bit."""
    tables = uneven(random_tables(seed))
    alone = conflict_register(build(tables))
    together = conflict_register(build(with_others(tables, seed + 1000)))
    keys = ["kind", "project", "other", "via"]
    one, two = (
        r.conflicts.drop(columns=["pair"]).set_index(keys).sort_index() for r in (alone, together)
    )
    two = two[~two.index.get_level_values("project").str.startswith("other-")]
    pd.testing.assert_frame_equal(one, two, check_exact=True)


@pytest.mark.parametrize("seed", range(4))
def test_tables_hang_together(seed: int) -> None:
    """Pairs, conflicts and weeks agree in number, person-days, order and span."""
    register = conflict_register(many(6, seed=seed))
    pairs, conflicts, weeks = register.pairs, register.conflicts, register.weeks
    assert pairs["pair"].tolist() == list(range(1, len(pairs) + 1))
    assert conflicts["pair"].is_monotonic_increasing
    by_pair = conflicts.groupby("pair")
    assert by_pair.size().tolist() == pairs["conflicts"].tolist()
    assert by_pair["over_days"].sum().tolist() == pytest.approx(pairs["over_days"].tolist())
    assert by_pair["start"].min().tolist() == pairs["start"].tolist()
    assert by_pair["finish"].max().tolist() == pairs["finish"].tolist()
    by_week = weeks.groupby("pair")["over_days"].sum()
    assert by_week.tolist() == pytest.approx(pairs["over_days"].tolist())
    assert (weeks["week"].dt.day_of_week == 0).all()
    order = [level.level for level in LEVELS]
    ranks = pairs["level"].map(order.index)
    assert ranks.is_monotonic_decreasing
    over = over_allocation(register.portfolio).weeks["over_days"].sum()
    assert conflicts.loc[conflicts["kind"].isin(SHARED), "over_days"].sum() == pytest.approx(over)


def test_tiny_by_hand() -> None:
    """Cy is wanted for 0.75 and 0.5 for three days: a quarter too much, 0.75 person-days."""
    register = conflict_register(read("data/tiny"))
    row = register.pairs.iloc[0]
    assert (row["project"], row["other"], row["kinds"]) == ("pages", "checkout", "people")
    assert row["over_days"] == pytest.approx(0.75)
    assert register.weeks["week"].tolist() == [pd.Timestamp("2026-01-05")]
    assert len(register.pairs) == 1


def test_levels_follow_the_rules(by_hand: Portfolio) -> None:
    """Each condition raises a pair by itself: person-days, a kind, a number of conflicts."""
    register = conflict_register(by_hand)
    level = {(r["project"], r["other"]): r["level"] for r in register.pairs.to_dict("records")}
    assert level["A", "B"] == "weekly sync"  # both change the till
    assert level["A", "C"] == "coordinate"  # one uses what the other changes
    assert level["B", "ledger"] == "coordinate"  # in a freeze
    assert level["C", "till"] == "inform"  # half a day
    assert level["B", "cem"] == "coordinate"  # one day
    own = (
        Communication("mail", "when it moves", 0.0, 0.0, 1),
        Communication("call", "daily", 100.0, 100.0, 4),
    )
    again = conflict_register(by_hand, levels=own).pairs
    many_ = {(r["project"], r["other"]): r["level"] for r in again.to_dict("records")}
    assert many_["A", "C"] == "call"  # team, use, dependency, decider
    assert many_["A", "B"] == "mail"  # people, service, tester


def test_owners_are_those_the_tables_name(by_hand: Portfolio) -> None:
    """A project speaks by owner, doer or sponsor, a service by its owner, a team by its head."""
    owners = owners_of(by_hand)
    assert owners.projects == ["Sue", "Pam", ""]
    assert owners.services == ["Olga", "", ""]
    assert owners.resources == ["", "", "Lea", "Lea", "Lea", "Lea"]
    tables = tables_by_hand()
    tables["interests"] = pd.DataFrame(
        [("una", "A", "owns", None), ("lea", "web", "owns", None), ("sue", "Dev", "decides", None),
         ("pam", "B", "does", "test")],
        columns=["stakeholder", "item", "interest", "stage"],
    )  # fmt: skip
    owners = owners_of(built(tables))
    assert owners.projects == ["Una", "", ""]
    assert owners.services == ["Olga", "Lea", ""]
    assert owners.resources == ["Sue", "Sue", "", "", "", ""]


def test_sentences_by_hand(by_hand: Portfolio) -> None:
    """The worst pairs in words: level, cadence, owners, over what, from when until when."""
    said = conflict_register(by_hand).sentences()
    assert said[0] == (
        "Alpha and Beta: weekly sync, every week (Sue and Pam). 1.5 person-days over with Ana; "
        "both change Till; both want Una to test, 11 March to 18 March 2026."
    )
    assert any(
        text == "Beta and the absence of Cem: coordinate, every two weeks (Pam and Lea). "
        "1.0 person-days planned while Cem is away, 13 March 2026."
        for text in said
    )
    assert any(
        text
        == "Gamma by itself: inform, once, and when a date moves (nobody named). 1.0 person-days "
        "more than the whole of Dee, 9 March to 10 March 2026."
        for text in said
    )
    assert "Gamma and the service Till: inform" in " ".join(said)
    assert "(Olga and nobody named for one side)" in " ".join(said)
    assert len(conflict_register(by_hand).sentences(most=2)) == 2


def test_no_conflict_is_said_so() -> None:
    """A plan in which nobody meets has empty tables with all columns, and says so."""
    busy = conflict_register(built(tables_by_hand()))
    tables = tables_by_hand()
    for name in ("assignments", "changes", "interests"):
        tables[name] = tables[name].iloc[:0]
    quiet = conflict_register(built(tables))
    assert quiet.sentences() == ["No two sides of the plan want the same at the same time."]
    for name, frame in quiet.tables.items():
        assert frame.empty
        pd.testing.assert_series_equal(frame.dtypes, busy.tables[name].dtypes)
    assert "0 conflicts in 0 pairs, 0.0 person-days over" in repr(quiet)
    assert "<table>" in quiet._repr_html_()


def test_printouts_are_the_same_every_time_and_escaped(by_hand: Portfolio) -> None:
    """Text and HTML hang on no display option; names are text in the HTML."""
    one = conflict_register(by_hand)
    with pd.option_context("display.max_colwidth", 3, "display.precision", 1):
        two = conflict_register(by_hand)
        assert (repr(two), two._repr_html_()) == (repr(one), one._repr_html_())
    bad = "<script>alert('x')</script>&"
    tables = tables_by_hand()
    for name in ("projects", "resources", "services", "stakeholders"):
        tables[name]["name"] = bad
    html = conflict_register(built(tables))._repr_html_()
    tags = Tags()
    tags.feed(html)
    assert tags.tags == {"p", "b", "table", "thead", "tbody", "tr", "th", "td"}
    assert "&lt;script&gt;" in html
    assert repr(conflict_register(many(12))).count("\n") == 11


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"levels": ()}, "levels: found none, expected at least one level"),
        ({"lead_days": -1.0}, "lead_days: found -1, expected a number from 0 on"),
        ({"lead_days": float("nan")}, "lead_days: found nan"),
        ({"team_share": 0.0}, "team_share: found 0, expected a share above 0, at most 1"),
        ({"levels": (LEVELS[1], LEVELS[0])}, "over_days: found 0, expected at least 1, as in"),
        ({"levels": (LEVELS[0], LEVELS[0])}, "level: found 'inform' twice, expected names of"),
        ({"levels": (replace(LEVELS[0], over_days=-2.0),)}, "found -2, expected at least 0"),
        ({"levels": (replace(LEVELS[0], kinds=("peple",)),)}, "found 'peple', expected one of"),
    ],
)
def test_faults_of_the_rules_are_told(
    by_hand: Portfolio, options: dict[str, object], words: str
) -> None:
    """Wrong thresholds, names, kinds and leads are refused in words."""
    with pytest.raises(InputError) as caught:
        conflict_register(by_hand, **options)  # type: ignore[arg-type]
    assert words in str(caught.value)


def test_a_large_portfolio_takes_under_a_second() -> None:
    """2,000 tasks of 200 people (limit several times what it takes)."""
    portfolio = crowd(2_000, 200)
    begin = time.process_time()
    register = conflict_register(portfolio)
    assert time.process_time() - begin < 1.0
    assert len(register.conflicts) > 1000


def test_assumptions_stand_beside_the_result(by_hand: Portfolio) -> None:
    """What the tables do not say, and every threshold in use, is told."""
    told = " ".join(conflict_register(by_hand, lead_days=3.0, team_share=0.7).assumptions)
    assert "in the 3 working days before" in told
    assert "70\N{NO-BREAK SPACE}% or more" in told
    assert "weekly sync (every week) from 5 person-days over, 2 days of delay, 8 conflicts" in told
