"""Scope impact: by hand, against counting quarters of an hour, and against networkx."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import replace

import networkx as nx
import pandas as pd
import pytest
from involved import involved
from quarter_hours import build, with_others
from slots import slots, touching, touching_tables
from test_conflicts import Tags
from test_graph import real_systems

from svcimpact.errors import InputError
from svcimpact.io import read
from svcimpact.planning import scope
from svcimpact.planning.scope import ScopeImpact, scope_impact
from svcimpact.portfolio import Portfolio, Settings, build_portfolio
from svcimpact.report import findings
from svcimpact.report.html import render

BAD = "<script>alert('x')</script>&"


def tables(**changed: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return two projects that meet at Ana, who supports Payments; Bo tests in two months."""
    frames = {
        "projects": pd.DataFrame(
            {
                "project": ["TILL", "PORTAL", "ROOF"],
                "name": ["New till", "Portal", "Roof"],
                "priority": [1, 2, 3],
                "sponsor": ["cfo", None, None],
            }
        ),
        "tasks": pd.DataFrame(
            {
                "task": ["a", "b", "c"],
                "project": ["TILL", "PORTAL", "TILL"],
                "stage": ["design", "delivery", "test"],
                "duration_days": [3.0, 2.0, 4.0],
                "planned_start": pd.to_datetime(["2026-03-09", "2026-03-10", "2026-03-30"]),
            }
        ),
        "resources": pd.DataFrame(
            {"resource": ["ana", "bo"], "name": ["Ana", "Bo"], "team": ["Ops", "Ops"]}
        ),
        "assignments": pd.DataFrame(
            {"task": ["a", "b", "c"], "resource": ["ana", "ana", "bo"], "units_fte": [1, 0.5, 0.5]}
        ),
        "services": pd.DataFrame(
            {
                "service": ["web", "shop", "pay"],
                "name": ["Web", "Shop", "Payments"],
                "owner": [None, None, "own"],
            }
        ),
        "service_links": pd.DataFrame(
            {"service": ["shop", "web"], "needs": ["pay", "shop"], "impact": [0.8, 0.5]}
        ),
        "support": pd.DataFrame(
            {
                "service": ["pay", "pay"],
                "resource": ["ana", "bo"],
                "bau_fte": [0.2, 0.1],
                "incident_fte": [1.0, 0.5],
            }
        ),
        "changes": pd.DataFrame(
            {
                "task": ["a", "c", "b"],
                "service": ["pay", "pay", "shop"],
                "effect": ["uses", "changes", "changes"],
            }
        ),
        "stakeholders": pd.DataFrame(
            {
                "stakeholder": ["cfo", "own", "head", "lab"],
                "name": ["Cleo", "Owen", "Hedda", "Lab"],
                "role": ["Finance", None, "Head of operations", None],
                "side": ["senior", "service", "service", "service"],
            }
        ),
        "interests": pd.DataFrame(
            {
                "stakeholder": ["cfo", "head", "lab", "own"],
                "item": ["TILL", "Ops", "TILL", "PORTAL"],
                "interest": ["decides", "decides", "tests", "informed"],
                "stage": [None, None, "test", None],
            }
        ),
    }
    return frames | changed


def portfolio_of(**changed: pd.DataFrame) -> Portfolio:
    settings = Settings(name="Hand", start=pd.Timestamp("2026-03-09"))
    return build_portfolio(settings, tables(**changed))


def found() -> ScopeImpact:
    return scope_impact(portfolio_of())


def test_services_touched_and_reached_by_hand() -> None:
    """Till changes Payments, which Shop needs by 0.8 and Web through it by 0.4."""
    rows = found().services
    columns = ["project", "service", "effect", "weight", "change_weight", "down", "path", "tasks"]
    assert rows[columns].to_numpy().tolist() == [
        ["TILL", "pay", "changes", 1.0, 1.0, True, "Payments", 2],
        ["TILL", "shop", "reached", 0.8, 0.8, True, "Payments → Shop", 0],
        ["TILL", "web", "reached", 0.4, 0.4, False, "Payments → Shop → Web", 0],
        ["PORTAL", "shop", "changes", 1.0, 1.0, True, "Shop", 1],
        ["PORTAL", "web", "reached", 0.5, 0.5, True, "Shop → Web", 0],
    ]
    first = rows.iloc[0]
    assert first["stages"] == "design, test"
    assert first["first_start"] == pd.Timestamp("2026-03-09 09:00")
    assert first["last_finish"] == pd.Timestamp("2026-04-02 16:30")
    assert first["decide_by"] == pd.Timestamp("2026-02-23")
    assert rows["overdue"].tolist() == [True, False, False, True, False]


def test_what_is_only_used_leads_on_without_change_weight() -> None:
    """A used service reaches as far, but no weight comes from a change."""
    uses = tables()["changes"].assign(effect="uses")
    rows = scope_impact(portfolio_of(changes=uses)).services
    assert rows["effect"].tolist() == ["uses", "reached", "reached", "uses", "reached"]
    assert rows["weight"].tolist() == [1.0, 0.8, 0.4, 1.0, 0.5]
    assert (rows["change_weight"] == 0).all()


def test_a_touched_service_stays_touched_where_another_reaches_it() -> None:
    """Till uses Shop and changes Payments, which Shop needs: Shop counts as used, weight 1."""
    changes = pd.DataFrame(
        {"task": ["a", "c"], "service": ["shop", "pay"], "effect": ["uses", "changes"]}
    )
    rows = scope_impact(portfolio_of(changes=changes)).services.set_index("service")
    assert rows.loc["shop", ["effect", "weight", "change_weight", "via"]].tolist() == [
        "uses", 1.0, 0.8, "shop",
    ]  # fmt: skip
    # The used service leads to Web by 0.5, the changed one by 0.4.
    assert rows.loc["web", ["weight", "change_weight", "via"]].tolist() == [0.5, 0.4, "shop"]


def test_the_heaviest_way_counts_whichever_is_looked_at_last() -> None:
    """Shop, changed, leads to Web by 0.5; Payments, used, by 0.4 through it."""
    changes = pd.DataFrame(
        {"task": ["a", "c"], "service": ["shop", "pay"], "effect": ["changes", "uses"]}
    )
    rows = scope_impact(portfolio_of(changes=changes)).services.set_index("service")
    assert rows.loc["web", ["weight", "change_weight", "via", "path"]].tolist() == [
        0.5, 0.5, "shop", "Shop → Web",
    ]  # fmt: skip


def test_hours_by_hand() -> None:
    """Three days of Ana in March; Bo's four half days fall into two months."""
    rows = found().hours
    assert rows.drop(columns="hours").to_numpy().tolist() == [
        ["TILL", "Ops", pd.Timestamp("2026-03-01"), "design", 3.0],
        ["TILL", "Ops", pd.Timestamp("2026-03-01"), "test", 1.0],
        ["TILL", "Ops", pd.Timestamp("2026-04-01"), "test", 1.0],
        ["PORTAL", "Ops", pd.Timestamp("2026-03-01"), "delivery", 1.0],
    ]
    assert rows["hours"].tolist() == pytest.approx([22.5, 7.5, 7.5, 7.5])


def test_displaced_work_by_hand() -> None:
    """Till takes all of Ana: Portal loses its half for two days, Payments its fifth for three."""
    rows = found().displaced
    assert rows[["project", "resource", "kind", "other", "yields"]].to_numpy().tolist() == [
        ["TILL", "ana", "project", "PORTAL", True],
        ["TILL", "ana", "service", "pay", False],
        ["PORTAL", "ana", "project", "TILL", False],
        ["PORTAL", "ana", "service", "pay", False],
    ]
    # Portal asks for 0.5 of Ana's 1 FTE, the others for 1.2: what they lose is 0.5, in
    # proportion 1 to 0.2, over 15 hours.
    assert rows["hours"].tolist() == pytest.approx([7.5, 4.5, 6.25, 1.25])
    assert rows["first"].tolist()[:2] == [
        pd.Timestamp("2026-03-10 09:00"), pd.Timestamp("2026-03-09 09:00"),
    ]  # fmt: skip
    assert (rows["last"] == pd.Timestamp("2026-03-11 16:30")).all()


def test_nobody_is_displaced_by_more_than_there_is() -> None:
    """Who is away displaces nothing; who is asked for twice their time displaces what there is."""
    absences = pd.DataFrame(
        {"resource": ["ana"], "start": pd.to_datetime(["2026-03-09"]),
         "end": pd.to_datetime(["2026-03-11"])}
    )  # fmt: skip
    assert scope_impact(portfolio_of(absences=absences)).displaced.empty
    twice = tables()["assignments"].assign(units_fte=[1.6, 0.5, 0.5])
    rows = scope_impact(portfolio_of(assignments=twice)).displaced
    till = rows[rows["project"] == "TILL"]
    # The others ask for 0.7 and had it all; with the project they have nothing.
    assert till["hours"].tolist() == pytest.approx([7.5, 4.5])


def test_stakeholders_and_dates_by_hand() -> None:
    """Who owns, decides and tests; the tester by the first task of their stage."""
    rows = found().stakeholders
    columns = ["project", "kind", "item", "stakeholder", "interest", "first_task", "needed_by"]
    assert rows[columns].to_numpy().tolist() == [
        ["TILL", "project", "TILL", "cfo", "sponsors", "a", pd.Timestamp("2026-02-23")],
        ["TILL", "project", "TILL", "cfo", "decides", "a", pd.Timestamp("2026-02-23")],
        ["TILL", "project", "TILL", "lab", "tests", "c", pd.Timestamp("2026-03-16")],
        ["TILL", "service", "pay", "own", "owns", "a", pd.Timestamp("2026-02-23")],
        ["TILL", "team", "Ops", "head", "decides", "a", pd.Timestamp("2026-02-23")],
        ["PORTAL", "project", "PORTAL", "own", "informed", "b", pd.Timestamp("2026-02-24")],
        ["PORTAL", "team", "Ops", "head", "decides", "b", pd.Timestamp("2026-02-24")],
    ]
    assert rows["overdue"].tolist() == [True, True, False, True, True, True, True]


def test_lead_time_counts_working_days() -> None:
    """No lead time is the day of the task itself; five days before a Monday is a Monday."""
    none = scope_impact(portfolio_of(), lead_days=0)
    assert none.services["decide_by"].iloc[0] == pd.Timestamp("2026-03-09")
    assert not none.services["overdue"].any()
    week = scope_impact(portfolio_of(), lead_days=5)
    assert week.services["decide_by"].iloc[0] == pd.Timestamp("2026-03-02")


def kinds(impact: ScopeImpact) -> list[list[str]]:
    return impact.gaps[["project", "service", "kind", "stages"]].to_numpy().tolist()


def test_gaps_by_hand() -> None:
    """Owen is left out of Till; nobody owns Shop, supports it or decides on it."""
    impact = found()
    assert kinds(impact) == [
        ["TILL", "pay", "owner never involved", "design, test"],
        ["PORTAL", "shop", "no decider", "delivery"],
        ["PORTAL", "shop", "no owner", "delivery"],
    ]
    assert impact.gaps["stakeholder_name"].tolist()[0] == "Owen"
    assert impact.gaps["stakeholder_name"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("interest", "expected"),
    [
        # Informed is not judging, where the service is changed.
        (("own", "TILL", "informed", None), "owner only informed"),
        (("own", "TILL", "advises", "test"), None),
    ],
)
def test_an_owner_is_involved_by_an_interest_in_the_project(interest, expected) -> None:
    """Any interest but being informed makes the owner of a changed service involved."""
    interests = pd.concat(
        [tables()["interests"], pd.DataFrame([interest], columns=tables()["interests"].columns)]
    )
    told = [kind for project, _, kind, _ in kinds(scope_impact(portfolio_of(interests=interests)))
            if project == "TILL"]  # fmt: skip
    assert told == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("interest", "missing"),
    [
        (None, "design, test"),
        (("head", "pay", "decides", None), None),
        (("head", "pay", "decides", "test"), "design"),
        (("head", "Ops", "decides", "design"), "test"),
        (("lab", "TILL", "decides", "test"), "design"),  # from the service side
        (("cfo", "TILL", "decides", None), "design, test"),  # not from the senior side
        (("head", "Ops", "advises", None), "design, test"),
    ],
)
def test_who_counts_as_decider(interest, missing) -> None:
    """On the service, on its lead team or, from the service side, on the project, by stage."""
    columns = list(tables()["interests"].columns)
    interests = pd.DataFrame([interest] if interest else [], columns=columns)
    impact = scope_impact(portfolio_of(interests=interests))
    told = [s for p, service, kind, s in kinds(impact) if (p, kind) == ("TILL", "no decider")]
    assert told == ([missing] if missing else [])


def test_the_sponsor_who_owns_the_service_is_involved() -> None:
    """Who sponsors the project and owns the service has a part in it."""
    projects = tables()["projects"].assign(sponsor=["own", None, None])
    assert "owner never involved" not in [
        k[2] for k in kinds(scope_impact(portfolio_of(projects=projects)))
    ]


def test_finished_tasks_are_left_out() -> None:
    """With the design done, Till touches Payments from the test on, and takes Bo alone."""
    tasks = tables()["tasks"].assign(
        actual_start=pd.to_datetime(["2026-03-09", None, None]),
        actual_finish=pd.to_datetime(["2026-03-12", None, None]),
    )
    settings = Settings(
        name="Hand", start=pd.Timestamp("2026-03-09"), status_date=pd.Timestamp("2026-03-23")
    )
    impact = scope_impact(build_portfolio(settings, tables(tasks=tasks)))
    till = impact.services.iloc[0]
    assert (till["stages"], till["tasks"]) == ("test", 1)
    assert till["decide_by"] == pd.Timestamp("2026-03-16")
    assert till["overdue"]
    assert impact.projects["support_days"].tolist() == pytest.approx([2.0, 1.0, 0.0])
    assert "past on 23 March 2026" in impact.sentences()[0]


def test_from_the_status_date_on_what_is_left_is_taken_and_displaced() -> None:
    """Half of the design is left; Portal, late, begins with it on 23 March and loses Ana to it."""
    tasks = tables()["tasks"].assign(
        actual_start=pd.to_datetime(["2026-03-09", None, None]), done_fraction=[0.5, 0.0, 0.0]
    )
    settings = Settings(
        name="Hand", start=pd.Timestamp("2026-03-09"), status_date=pd.Timestamp("2026-03-23")
    )
    impact = scope_impact(build_portfolio(settings, tables(tasks=tasks)))
    hours = impact.hours.set_index(["project", "stage", "month"])["hours"]
    march = pd.Timestamp("2026-03-01")
    assert hours["TILL", "design", march] == pytest.approx(11.25)
    assert hours["PORTAL", "delivery", march] == pytest.approx(7.5)
    rows = impact.displaced.set_index(["project", "other"])
    # Till takes all of Ana for 11.25 h: Portal's half and Payments' fifth of them.
    assert rows["hours"]["TILL"].tolist() == pytest.approx([5.625, 2.25])
    assert (rows["first"] == pd.Timestamp("2026-03-23 09:00")).all()
    assert rows.loc[("TILL", "PORTAL"), "last"] == pd.Timestamp("2026-03-24 12:45")
    # A decision was due before the design began, whatever is left of it.
    assert impact.services["decide_by"].iloc[0] == pd.Timestamp("2026-02-23")
    assert any("what is left is counted" in line for line in impact.assumptions)
    assert not any("what is left is counted" in line for line in found().assumptions)


def test_sentences_by_hand() -> None:
    """What is touched, taken, displaced, decided first, and missing, each with its number."""
    assert found().sentences("TILL") == [
        "New till changes 1 service (Payments); 2 other services need them, 1 of which would go "
        "down with them: Shop.",
        "It takes 5 person-days of 2 of the support staff: most of Ops (5), in March 2026 (4) and "
        "in design (3).",
        "Run as planned, it displaces 1.6 person-days of others' work on the same people: Portal "
        "(1) and the everyday support of Payments (0.6).",
        "The first of 2 decisions is needed by 23 February 2026, of Cleo on New till; 2 of them "
        "are past on 9 March 2026.",
        "Owen, who owns Payments, has no part in the project: agree what the project needs of "
        "Payments, by 23 February 2026 (past on 9 March 2026).",
    ]
    assert found().sentences() == [
        "New till changes 1 service, uses no more and reaches 2 others; takes 5 person-days of "
        "support staff; displaces 1.6 of others' work; needs its first decision by 23 February "
        "2026 (past on 9 March 2026); 1 gap.",
        "Portal changes 1 service, uses no more and reaches 1 other; takes 1 person-day of "
        "support staff; displaces 1 of others' work; needs its first decision by 24 February 2026 "
        "(past on 9 March 2026); 2 gaps.",
        "Roof touches no service.",
    ]
    assert "Portal (0.8, not of lower priority)" not in found().sentences("PORTAL")[2]
    assert "New till (0.8, not of lower priority)" in found().sentences("PORTAL")[2]


def test_tiny_by_hand() -> None:
    """The checkout takes 28 hours of Ana and 20 of Ben in January, and displaces nobody."""
    impact = scope_impact(read("data/tiny"))
    rows = impact.hours.set_index(["team", "stage"])["hours"]
    # Ana: 40 h and 16 h at 0.5 FTE; Ben: 24 h and 16 h at 0.5; Cy supports nothing.
    assert rows.to_dict() == {
        ("Ana", "design"): 20.0, ("Ana", "test"): 8.0,
        ("Ben", "delivery"): 12.0, ("Ben", "test"): 8.0,
    }  # fmt: skip
    assert impact.displaced.empty
    assert impact.services[["project", "service", "effect", "tasks"]].to_numpy().tolist() == [
        ["checkout", "payments", "changes", 2]
    ]
    assert impact.gaps["kind"].tolist() == ["no decider", "no owner"]
    assert "The tables name no stakeholders" in impact.assumptions[-1]


@pytest.mark.parametrize("seed", range(12))
def test_hours_agree_with_counting_quarters_of_an_hour(seed: int) -> None:
    """Hours of support staff per project, team, month and stage are as counted."""
    portfolio = touching(seed)
    tasks = portfolio.tasks.set_index("task")[["project", "stage"]].to_dict()
    team = portfolio.resources.set_index("resource")["team"].to_dict()
    support = portfolio.support.assign(fte=lambda t: t["bau_fte"] + t["incident_fte"])
    staff = set(support.loc[support["fte"] > 0, "resource"])
    expected: dict[tuple[object, ...], float] = defaultdict(float)
    for slot in slots(portfolio):
        for task, fte in slot.tasks.items():
            if slot.person in staff and fte > 0:
                key = (tasks["project"][task], team[slot.person], slot.day.replace(day=1),
                       tasks["stage"][task])  # fmt: skip
                expected[key] += fte / 4
    rows = scope_impact(portfolio).hours
    keys = zip(rows["project"], rows["team"], rows["month"].dt.date, rows["stage"], strict=True)
    assert dict(zip(keys, rows["hours"], strict=True)) == pytest.approx(dict(expected))


@pytest.mark.parametrize("seed", range(12))
def test_displaced_work_agrees_with_counting_quarters_of_an_hour(seed: int) -> None:
    """What others get without the project, less what they get with it, moment by moment."""
    portfolio = touching(seed)
    of = portfolio.tasks.set_index("task")["project"].to_dict()
    support = portfolio.support.assign(fte=lambda t: t["bau_fte"] + t["incident_fte"])
    staff = set(support.loc[support["fte"] > 0, "resource"])
    bau = {who: dict(zip(t["service"], t["bau_fte"], strict=True))
           for who, t in support.groupby("resource")}  # fmt: skip
    expected: dict[tuple[str, str, str], float] = defaultdict(float)
    for slot in slots(portfolio):
        if not slot.tasks:
            continue
        asked: dict[str, float] = defaultdict(float)
        for task, fte in slot.tasks.items():
            asked[of[task]] += fte
        everyday = sum(bau.get(slot.person, {}).values())
        for service, fte in bau.get(slot.person, {}).items():
            if everyday > 0:
                asked[service] += fte / everyday * slot.supporting
        for project in list(asked) if slot.person in staff else []:
            if project.startswith("S"):
                continue
            own, others = asked[project], sum(asked.values()) - asked[project]
            moved = min(others, slot.there) - min(others, max(0.0, slot.there - own))
            for other, fte in asked.items():
                if other != project and moved > 1e-9:
                    expected[project, slot.person, other] += moved * fte / others / 4
    rows = scope_impact(portfolio).displaced
    keys = zip(rows["project"], rows["resource"], rows["other"], strict=True)
    kept = {key: hours for key, hours in expected.items() if hours > 1e-6}
    assert dict(zip(keys, rows["hours"], strict=True)) == pytest.approx(kept)


@pytest.mark.parametrize("seed", range(8))
def test_an_unrelated_project_changes_nothing(seed: int) -> None:
    """With a project of other people and services added, every other row is the same to the bit."""
    alone = touching_tables(seed)
    both = with_others(alone, seed + 1000)
    both["changes"] = alone["changes"]
    for table in ("tasks", "resources", "support"):
        columns = [c for c in both[table] if c not in ("stage", "team", "incident_fte")]
        kept = both[table][columns].merge(alone[table], how="left")
        both[table] = (
            kept.assign(stage=kept["stage"].fillna("delivery")) if table == "tasks" else kept
        )
    one, two = scope_impact(build(alone)), scope_impact(build(both))
    for name in ("services", "hours", "displaced", "gaps"):
        kept = getattr(two, name)
        kept = kept[~kept["project"].str.startswith("other-")].reset_index(drop=True)
        pd.testing.assert_frame_equal(kept, getattr(one, name), check_exact=True)


@pytest.mark.parametrize("system", real_systems() or [pytest.param("", marks=pytest.mark.skip)])
def test_reach_on_real_systems_against_networkx_descendants(system: str) -> None:
    """A project that changes two services reaches all their descendants, cycles included."""
    pairs = real_systems()[system]
    ids = sorted({end for pair in pairs for end in pair})
    upstream = nx.DiGraph(pairs).reverse()
    touched = [ids[0], ids[-1]]
    portfolio = build_portfolio(
        Settings(name="Real", start=pd.Timestamp("2026-03-09")),
        tables()
        | {
            "services": pd.DataFrame({"service": ids}),
            "service_links": pd.DataFrame(pairs, columns=["service", "needs"]),
            "support": pd.DataFrame(columns=["service", "resource"]),
            "changes": pd.DataFrame({"task": ["a", "c"], "service": touched}),
            "interests": pd.DataFrame(columns=["stakeholder", "item", "interest"]),
        },
    )
    rows = scope_impact(portfolio).services
    reached = set(rows.loc[rows["effect"] == "reached", "service"])
    expected = set().union(*(nx.descendants(upstream, s) for s in touched)) - set(touched)
    assert reached == expected
    assert set(rows.loc[rows["effect"] == "changes", "service"]) == set(touched)


def test_page_tells_everything_and_nothing_else() -> None:
    """The page has every sentence and service on it, and needs no network, font or script."""
    page = scope.page(portfolio_of(), "TILL")
    assert repr(page).startswith("<Page 'New till': ")
    for text in ("takes 5 person-days", "Owen, who owns Payments", "Shop 80", "Web 40", "Hedda"):
        assert text in page.html
    assert "decides on team Ops" in page.html
    assert str(page) == page.html
    assert "http" not in page.html.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert page._repr_html_().startswith("<iframe srcdoc=")


def test_names_cannot_inject_markup() -> None:
    """Names of projects, services, teams and stakeholders are text in every HTML."""
    frames = tables()
    for table in ("projects", "services", "resources", "stakeholders", "tasks"):
        frames[table]["name"] = BAD
    frames["resources"]["team"] = BAD
    frames["stakeholders"]["role"] = BAD
    frames["interests"]["item"] = ["TILL", BAD, "TILL", "PORTAL"]
    portfolio = build_portfolio(Settings(name=BAD, start=pd.Timestamp("2026-03-09")), frames)
    page = scope.page(portfolio, "TILL")
    tags = Tags()
    tags.feed(page.html)
    assert "script" not in tags.tags
    report = Tags()
    report.feed(render(findings(portfolio)))
    assert "script" not in report.tags
    frame = Tags()
    frame.feed(page._repr_html_())
    assert frame.tags == {"iframe"}
    table = Tags()
    table.feed(scope_impact(portfolio)._repr_html_())
    assert table.tags == {"p", "b", "table", "thead", "tbody", "tr", "th", "td"}


def test_page_is_written_whole(tmp_path) -> None:
    """The file holds the page; another kind of name is refused."""
    page = scope.page(portfolio_of(), "ROOF")
    assert page.save(tmp_path / "roof.html").read_text(encoding="utf-8") == page.html
    with pytest.raises(InputError, match=r"expected a name that ends in \.html"):
        page.save(tmp_path / "roof.pdf")


@pytest.mark.parametrize("lead", [-1, float("nan"), "ten", True, 1e9, None])
def test_a_wrong_lead_time_is_told(lead: object) -> None:
    """What was found, what is expected, and the cure."""
    with pytest.raises(InputError, match="expected a number of working days from 0 to 36500"):
        scope_impact(portfolio_of(), lead_days=lead)


def test_an_unknown_project_is_told() -> None:
    """The nearest id is offered, by the sentences and by the page."""
    with pytest.raises(InputError, match="did you mean 'TILL'"):
        found().sentences("TIL")
    with pytest.raises(InputError, match="did you mean 'TILL'"):
        scope.page(portfolio_of(), "TIL")


def test_nothing_touched_is_said_so() -> None:
    """Without touching tasks the tables keep their columns and types, and the text says so."""
    some = found()
    empty = {
        "changes": tables()["changes"].iloc[:0],
        "assignments": tables()["assignments"].iloc[:0],
    }
    none = scope_impact(portfolio_of(**empty))
    for name in ("services", "hours", "displaced", "stakeholders", "gaps"):
        assert getattr(none, name).empty
        pd.testing.assert_series_equal(getattr(none, name).dtypes, getattr(some, name).dtypes)
    assert none.sentences() == [f"{n} touches no service." for n in ("New till", "Portal", "Roof")]
    assert none.sentences("TILL") == [
        "New till changes and uses no service.", "It takes no time of support staff.",
    ]  # fmt: skip
    assert "<html" in scope.page(portfolio_of(**empty), "TILL").html


def test_printouts_count_what_they_leave_out() -> None:
    """Ten projects are printed, the others counted; the same every time."""
    impact = scope_impact(involved(60, 12, 5, 14))
    assert repr(impact).endswith("and 4 more")
    assert impact._repr_html_().endswith("<p>and 4 more</p>")
    assert repr(impact) == repr(replace(impact))


def test_a_large_portfolio_takes_about_a_second() -> None:
    """2,000 tasks of 200 people (limit several times what it takes)."""
    portfolio = involved(2_000, 200, 40, 20)
    begin = time.process_time()
    impact = scope_impact(portfolio)
    impact.sentences()
    assert time.process_time() - begin < 2
    assert len(impact.services) > 500
