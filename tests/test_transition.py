"""Go/no-go sheets: worked out by hand, against brute force, and every message."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawn import assert_readable
from plan_examples import REAL, need_java
from transition_cases import SETTINGS, changed, many, shop, shop_of, without

from svcimpact import charts
from svcimpact.engine.plan import compile_plan
from svcimpact.engine.runs import Run, run_once
from svcimpact.errors import InputError
from svcimpact.exchange import read_plans
from svcimpact.io import read
from svcimpact.planning.go_no_go import CHECKS
from svcimpact.planning.replay import draw, project_finish, replay, with_taken, without_needs
from svcimpact.planning.transition import VERDICTS, Transition, transition
from svcimpact.planning.transition_rules import TransitionRules
from svcimpact.portfolio import Portfolio

mpl.use("Agg")

Tables = dict[str, pd.DataFrame]


def judged(tables: Tables, **options: object) -> Transition:
    return transition(shop_of(tables), **options)  # type: ignore[arg-type]


def status(found: Transition) -> dict[str, str]:
    return dict(zip(found.checks["check"], found.checks["status"], strict=True))


def said(found: Transition, check: str) -> str:
    return str(found.checks.set_index("check")["found"][check])


def test_the_shop_by_hand() -> None:
    """One open criterion and a training without own people: it can go, if these are settled.

    Payments goes live on Monday 19 January, when its test (own people), training and business
    change are over; early-life support of ten days follows the two days of going live.
    """
    found = judged(shop())
    assert status(found) == {
        "criteria": "open",
        "service_test": "ok",
        "training": "weak",
        "business_change": "ok",
        "handover": "ok",
        "early_life_support": "ok",
        "freeze": "ok",
        "delivered": "ok",
    }
    row = found.sheet.iloc[0]
    assert row["verdict"] == "go, if"
    assert row[["criteria", "met", "open", "unproven", "failed"]].tolist() == [2, 1, 1, 0, 0]
    assert row["go_live_task"] == "G"
    assert row["go_live"] == pd.Timestamp("2026-01-19 09:00")
    assert row["safe_from"] == pd.Timestamp("2026-01-19 09:00")
    assert (row["wait_days"], row["waits_for"]) == (0.0, "nothing")
    assert (row["chance_delivered"], row["chance_delivered_se"]) == (1.0, 0.0)


def test_early_life_load_of_the_shop_by_hand() -> None:
    """What Cal was to do is put on Ana and Ben; OLD loses four days by it.

    Levelled, H takes Ana's first day (h 96 to 104) and leaves E three quarters of what it wants:
    E lasts from h 96 to 178, 82 hours. Ana gives 0.4 FTE as planned; Cal's 0.4 fall on Ana and
    Ben in halves. With 0.2 FTE less of Ana, E waits for H and then leaves O only half of what it
    wants: its 32 hours take 64, from h 104 to 168. Without E's load it takes them to h 136.
    """
    found = judged(shop())
    load = found.early_life.set_index(["resource", "source"])
    assert load["days"].to_dict() == pytest.approx(
        {("ana", "planned"): 4.1, ("ana", "put back"): 2.05, ("ben", "put back"): 2.05}
    )
    assert load["start"].unique().tolist() == [pd.Timestamp("2026-01-21 09:00")]
    assert load["finish"].unique().tolist() == [pd.Timestamp("2026-02-04 11:00")]
    delay = found.delays.iloc[0]
    assert (delay["delayed"], delay["delay_days"], delay["delay_cost"]) == ("OLD", 4.0, 4000.0)
    row = found.sheet.iloc[0]
    assert row[["early_life_days", "delayed", "delay_days"]].tolist() == [
        pytest.approx(8.2), 1, 4.0,
    ]  # fmt: skip


def test_tiny_by_hand() -> None:
    """C3 changes payments before any transition: live when it is built, and nobody tests it.

    C3 is planned to end at h 32, Thursday 8 January 17:00, and ends at h 44 when levelled. The
    five days of a service test that the plan lacks end at h 84, which is 6.5 days after the plan.
    """
    row = transition(read("data/tiny")).sheet.iloc[0]
    assert row["role"] == "changed"
    assert row["go_live"] == pd.Timestamp("2026-01-08 17:00")
    assert row["go_live_levelled"] == pd.Timestamp("2026-01-12 13:00")
    assert row["safe_from"] == pd.Timestamp("2026-01-19 13:00")
    assert (row["wait_days"], row["waits_for"]) == (6.5, "service test, missing in the plan")
    assert (row["verdict"], row["gaps"], row["weak"]) == ("no-go", 2, 4)


def staff(tables: Tables, task: str, resource: str) -> None:
    """Have somebody else do a task."""
    tables["assignments"].loc[tables["assignments"]["task"] == task, "resource"] = resource


CHANGES: dict[str, tuple[Callable[[Tables], object], str, str, str]] = {
    "test too late": (
        lambda t: changed(t, "T", duration_days=6), "service_test", "gap", "ends after go-live",
    ),
    "training too late": (
        lambda t: changed(t, "R", duration_days=3), "training", "gap", "ends after go-live",
    ),
    "change too late": (
        lambda t: changed(t, "U", planned_start="2026-01-20"),
        "business_change", "gap", "begins after go-live",
    ),
    "test of what is not built": (
        lambda t: changed(t, "T", planned_start="2026-01-05"),
        "service_test", "gap", "ends before the last change is built",
    ),
    "handover too late": (
        lambda t: changed(t, "H", planned_start="2026-02-05"),
        "handover", "gap", "ends after early-life support",
    ),
    "support too early": (
        lambda t: changed(t, "E", planned_start="2026-01-16"),
        "early_life_support", "gap", "begins before go-live",
    ),
    "support too late": (
        lambda t: changed(t, "E", planned_start="2026-01-22"),
        "early_life_support", "gap", "begins only some time after the last change",
    ),
    "support too short": (
        lambda t: changed(t, "E", duration_days=9),
        "early_life_support", "gap", "lasts 9.0 of 10 working days",
    ),
    "no test": (lambda t: without(t, "T"), "service_test", "gap", "no such task"),
    "no training": (lambda t: without(t, "R"), "training", "gap", "no such task"),
    "no change": (lambda t: without(t, "U"), "business_change", "gap", "no such task"),
    "no handover": (lambda t: without(t, "H"), "handover", "gap", "no such task"),
    "no support": (lambda t: without(t, "E"), "early_life_support", "gap", "no such task"),
    "test by others": (
        lambda t: t.update(assignments=t["assignments"].replace({"task": {"T": "B"}})),
        "service_test", "gap", "nobody is assigned",
    ),
    "handover by others": (
        lambda t: staff(t, "H", "cal"),
        "handover", "gap", "none of the service's own people, only Cal",
    ),
    "a failed criterion": (
        lambda t: t["acceptance"].loc.__setitem__((1, "status"), "failed"),
        "criteria", "gap", "of 2: 1 failed, 1 met with evidence",
    ),
    "met without evidence": (
        lambda t: t["acceptance"].loc.__setitem__((0, "achieved"), None),
        "criteria", "weak", "of 2: 1 said to be met with nothing to show for it, 1 open",
    ),
    "no criterion": (
        lambda t: t.pop("acceptance"), "criteria", "gap", "no criterion agreed with the service",
    ),
    "a freeze": (
        lambda t: t.update(
            freezes=pd.DataFrame(
                {"service": ["pay"], "start": ["2026-01-20 09:00"], "end": ["2026-01-23 17:00"]}
            )
        ),
        "freeze", "gap", "G in the freeze until 23 January",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGES)
def test_one_fault_is_one_fault(case: str) -> None:
    """Each thing that can be wrong turns its own check, in its own words, and no other."""
    change, check, expected, words = CHANGES[case]
    tables = shop()
    tables["acceptance"]["achieved"] = tables["acceptance"]["achieved"].astype("object")
    if case == "test by others":
        tables["assignments"] = tables["assignments"][tables["assignments"]["task"] != "B"]
    change(tables)
    found = judged(tables)
    before = status(judged(shop()))
    after = status(found)
    assert after[check] == expected
    assert words in said(found, check)
    assert {k for k in after if after[k] != before[k]} <= {check}
    if expected == "gap":
        assert found.sheet["verdict"].iloc[0] == "no-go"


def test_a_freeze_that_only_touches_is_none() -> None:
    """Going live until the freeze begins, or from when it ends on, is outside of it."""
    for start, end in (("2026-01-21 09:00", "2026-01-30"), ("2026-01-12", "2026-01-19 09:00")):
        tables = shop()
        tables["freezes"] = pd.DataFrame({"service": [None], "start": [start], "end": [end]})
        found = judged(tables)
        assert status(found)["freeze"] == "ok"


@pytest.mark.parametrize("hour", ["09:00", "13:00"])
def test_a_milestone_is_frozen_when_the_freeze_begins(hour: str) -> None:
    """A freeze over [a, b) holds a change of no length at a, in the check and in the plan."""
    tables = shop()
    changed(tables, "G", duration_days=0, planned_start=f"2026-01-19 {hour}")
    until = pd.Timestamp("2026-01-23 12:00")
    tables["freezes"] = pd.DataFrame(
        {"service": ["pay"], "start": [f"2026-01-19 {hour}"], "end": [until]}
    )
    found = judged(tables)
    assert status(found)["freeze"] == "gap"
    assert "G in the freeze until 23 January" in said(found, "freeze")
    assert found.sheet["go_live_levelled"].iloc[0] == found.sheet["safe_from"].iloc[0] == until


def test_the_four_quadrants() -> None:
    """In time or not, acceptable or not: four verdicts, and go where nothing is open."""
    tables = shop()
    tables["acceptance"] = tables["acceptance"].head(1)
    changed(tables, "R", project="NEW")
    tables["assignments"].loc[tables["assignments"]["task"] == "R", "resource"] = "ana"
    assert judged(tables).sheet["verdict"].iloc[0] == "go"
    late = {**tables, "projects": tables["projects"].assign(due="2026-01-16")}
    assert judged(late).sheet["verdict"].iloc[0] == "late"
    without(tables, "U")
    assert judged(tables).sheet["verdict"].iloc[0] == "no-go"
    late = {**tables, "projects": tables["projects"].assign(due="2026-01-16")}
    found = judged(late)
    assert found.sheet["verdict"].iloc[0] == "not ready"
    assert found.sheet["because"].iloc[0] == (
        "only 0\N{NO-BREAK SPACE}% of the runs end by 16 January 2026; no business change"
    )


def test_a_failed_criterion_takes_rework_and_a_new_test() -> None:
    """Ten days to put right and five to test from when it was built, h 40: safe from h 160."""
    tables = shop()
    tables["acceptance"].loc[1, "status"] = "failed"
    row = judged(tables).sheet.iloc[0]
    assert row["safe_from"] == pd.Timestamp("2026-02-02 09:00")
    assert (row["wait_days"], row["waits_for"]) == (
        10.0, "a failed criterion to be put right and tested again",
    )  # fmt: skip


def test_a_go_live_waits_until_the_freeze_is_over() -> None:
    """Two days do not fit before a freeze that begins on their second: from its end on."""
    tables = shop()
    tables["freezes"] = pd.DataFrame(
        {"service": ["pay"], "start": ["2026-01-20 09:00"], "end": ["2026-01-26 09:00"]}
    )
    row = judged(tables).sheet.iloc[0]
    assert row["safe_from"] == pd.Timestamp("2026-01-26 09:00")
    assert (row["wait_days"], row["waits_for"]) == (5.0, "the change freeze")


def test_a_go_live_waits_for_the_time_of_its_people() -> None:
    """With Ana away from 22 to 30 January, early-life support has its people only later.

    Asked for are 0.6 FTE of Ana and 0.2 of Ben; nine tenths of that is not there as long as
    more than a fraction of the absence falls into it.
    """
    tables = shop()
    tables["absences"] = pd.DataFrame(
        {"resource": ["ana"], "start": ["2026-01-22"], "end": ["2026-01-30"]}
    )
    row = judged(tables).sheet.iloc[0]
    assert "people free for early-life support" in row["waits_for"]
    assert row["safe_from"] > pd.Timestamp("2026-01-26")
    free = judged(tables, rules=TransitionRules(early_life_cover=0.0)).sheet.iloc[0]
    assert free["safe_from"] == pd.Timestamp("2026-01-19 09:00")


def test_assumed_early_life_support_is_half_of_everyday_support() -> None:
    """Where there is none: 0.1 FTE of each for ten days from the end of going live."""
    tables = shop()
    without(tables, "E")
    load = judged(tables).early_life
    assert load["source"].tolist() == ["assumed", "assumed"]
    assert load["fte"].tolist() == pytest.approx([0.1, 0.1])
    assert load["days"].tolist() == pytest.approx([1.0, 1.0])
    assert load["start"].iloc[0] == pd.Timestamp("2026-01-21 09:00")
    spared = judged(tables, waived={"NEW": ["early_life_support"]})
    assert spared.early_life.empty
    assert status(spared)["early_life_support"] == "ok"


def test_a_go_live_task_can_be_named() -> None:
    """Live with the build: every test and training then ends too late."""
    found = judged(shop(), go_live={("NEW", "pay"): "B"})
    assert found.sheet["go_live"].iloc[0] == pd.Timestamp("2026-01-05 09:00")
    assert status(found)["service_test"] == "gap"


def test_a_service_that_only_accepts_has_to_agree_alone() -> None:
    """Web is not changed but has a criterion: what the project lacks there is weak, no gap."""
    tables = shop()
    more = tables["acceptance"].head(1).assign(service="web")
    tables["acceptance"] = pd.concat([tables["acceptance"], more], ignore_index=True)
    web = judged(tables).sheet.set_index("service").loc["web"]
    assert (web["role"], web["gaps"], web["criteria"]) == ("accepts", 0, 1)
    assert web["go_live_task"] == "G"


def test_tasks_for_one_service_do_not_count_for_another() -> None:
    """A test that names payments is none of web, a training that names nothing is of both."""
    tables = shop()
    tables["changes"] = pd.concat(
        [
            tables["changes"],
            pd.DataFrame({"task": ["G"], "service": ["web"], "effect": ["changes"]}),
        ]
    )
    checks = judged(tables).checks.set_index(["service", "check"])
    assert checks.loc[("web", "service_test"), "found"] == "no such task"
    assert checks.loc[("web", "training"), "tasks"] == "R"
    assert checks.loc[("web", "training"), "status"] == "ok"  # Cal supports web


@pytest.mark.parametrize("seed", range(6))
def test_leaving_load_out_is_the_plan_without_those_assignments(seed: int) -> None:
    """Needs taken off and capacity taken are what other tables, and the kernel's takes, give."""
    random = np.random.default_rng(seed)
    portfolio = many(6, seed=seed)
    drawn = draw(portfolio, runs=3, seed=seed, min_share=0.5)
    plan = drawn.plan
    gone = random.random(len(plan.need_resource)) < 0.4
    holder = np.repeat(np.arange(len(plan.hours)), np.diff(plan.need_ptr))
    left = pd.DataFrame(
        {
            "task": portfolio.tasks["task"].to_numpy()[holder[~gone]],
            "resource": portfolio.resources["resource"].to_numpy()[plan.need_resource[~gone]],
            "units_fte": plan.need_units[~gone],
        }
    )
    takes = [
        (int(k), float(a), float(a) + 100, 0.3) for k, a in enumerate(random.uniform(0, 800, 6))
    ]
    takes.append((0, takes[0][1] + 20, takes[0][2] + 50, 0.2))
    finish = replay(drawn, with_taken(without_needs(plan, gone), takes))
    other = compile_plan(portfolio.with_tables(assignments=left))
    for run in range(drawn.runs):
        hours = plan.hours.copy()
        hours[drawn.task] = drawn.hours[run]
        again = run_once(other, takes, hours=hours)
        np.testing.assert_array_equal(finish[run], again.finish)


def test_the_same_durations_with_and_without() -> None:
    """A pair whose early-life people work on nothing else delays nobody, in any run."""
    tables = shop()
    staff(tables, "O", "cal")
    work = tables["assignments"]
    tables["assignments"] = work[(work["task"] != "E") | (work["resource"] != "cal")]
    tables["tasks"]["optimistic_days"] = tables["tasks"]["duration_days"] * 0.9
    tables["tasks"]["pessimistic_days"] = tables["tasks"]["duration_days"] * 2.0
    found = judged(tables, runs=50)
    assert found.runs == 50
    assert found.delays.empty
    assert 0 < found.sheet["chance_delivered"].iloc[0] <= 1


def test_project_finishes_are_those_of_their_last_tasks() -> None:
    """A project without tasks has none."""
    plan = compile_plan(shop_of(shop()))
    finish = np.arange(8.0)[None, :]
    np.testing.assert_array_equal(project_finish(plan, finish, 3), [[6.0, 7.0, np.nan]])


@pytest.mark.parametrize("seed", range(4))
def test_what_holds_for_every_sheet(seed: int) -> None:
    """Verdicts follow from the checks, load put back is the load of others, safe is not early."""
    found = transition(many(12, seed=seed), runs=10)
    sheet = found.sheet
    grouped = found.checks.groupby(["project", "service"], sort=False)
    assert (grouped.size() == len(CHECKS) + 1).all()
    gaps = found.checks[(found.checks["status"] == "gap") & (found.checks["check"] != "delivered")]
    count = gaps.groupby(["project", "service"]).size()
    for row in sheet.to_dict("records"):
        assert count.get((row["project"], row["service"]), 0) == row["gaps"]
        assert row["acceptable"] == (row["gaps"] == 0)
        assert row["verdict"] in VERDICTS
        assert pd.isna(row["safe_from"]) or row["wait_days"] >= -1e-9
        parts = row["met"] + row["unproven"] + row["open"] + row["failed"]
        assert parts == row["criteria"]
    load = found.early_life.groupby(["project", "service"])["days"].sum()
    for key, days in load.items():
        assert sheet.set_index(["project", "service"]).loc[key, "early_life_days"] == (
            pytest.approx(days)
        )


def test_same_seed_same_bits() -> None:
    """Twice the same; another seed moves delays, not dates."""
    portfolio = many(8)
    one, two = (transition(portfolio, runs=20, seed=3) for _ in range(2))
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, two.tables[name], check_exact=True)
    other = transition(portfolio, runs=20, seed=4)
    pd.testing.assert_series_equal(one.sheet["safe_from"], other.sheet["safe_from"])


def test_nothing_to_judge_is_told() -> None:
    """Without changes and criteria the sheet is empty, with all its columns."""
    tables = shop()
    del tables["changes"], tables["acceptance"]
    found = judged(tables)
    assert found.sentences() == ["No project changes a service, and none has to accept one."]
    assert list(found.sheet.columns) == list(judged(shop()).sheet.columns)
    assert repr(found) == "Transition: 0 go-lives on services: none"


def test_printouts() -> None:
    """The verdict with its reason; names of a file are never markup."""
    tables = shop()
    tables["projects"]["name"] = "<b>New</b>"
    without(tables, "U")
    found = judged(tables)
    assert repr(found) == (
        "Transition: 1 go-live on services: 1 no-go\n  NEW on pay: no-go (no business change)"
    )
    assert "&lt;b&gt;New&lt;/b&gt;" in found._repr_html_()
    assert "<b>New" not in found._repr_html_()
    assert found.sentences()[:2] == [
        "Of 1 go-live on services, 1 would be delivered as documented but not be acceptable in "
        "service; 0 can go, or can go once what is open is settled.",
        "Payments cannot accept <b>New</b>: no business change (safe from 19 January 2026 once "
        "put right).",
    ]


def test_a_project_without_tasks_delivers_nothing() -> None:
    """It has criteria, but nothing to deliver them."""
    tables = shop()
    more = pd.DataFrame({"project": ["NIL"], "priority": 3, "due": "2026-03-31"})
    tables["projects"] = pd.concat([tables["projects"], more], ignore_index=True)
    extra = tables["acceptance"].head(1).assign(project="NIL")
    tables["acceptance"] = pd.concat([tables["acceptance"], extra], ignore_index=True)
    row = judged(tables).sheet.set_index("project").loc["NIL"]
    assert (row["verdict"], row["waits_for"]) == ("late", "the project has no tasks")
    assert pd.isna(row["go_live"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"go_live": {"NEWW": "G"}}, "found 'NEWW', expected one of 2 project ids"),
        ({"go_live": {("NEW", "pai"): "G"}}, "found 'pai', expected one of 2 service ids"),
        ({"go_live": {"NEW": "O"}}, "found 'O', expected one of 7 task ids"),
        ({"waived": {"NEW": ["trainin"]}}, "found 'trainin', expected one of service_test"),
        ({"waived": {"NEW": 1}}, "found 1, expected a list of activities. Write {'NEW': ['tr"),
        ({"waived": {"NEW": "training"}}, "found 'training', expected a list of activities"),
        ({"waived": 7}, "waived: found 7, expected one entry a project. Write {'INS': ['training"),
        (
            {"go_live": ["G"]},
            "go_live: found ['G'], expected one entry a project. Write {'INS': 'I",
        ),
        ({"runs": 0}, "found 0, expected a whole number, at least 1"),
    ],
)
def test_what_is_not_there_is_told(options: dict[str, object], words: str) -> None:
    """One message with what was found and what there is."""
    with pytest.raises(InputError, match=r"transition|simulate") as raised:
        judged(shop(), **options)
    assert words in str(raised.value)


def test_every_fault_of_rules_is_told_at_once() -> None:
    """Activities, roles and shares that are none."""
    with pytest.raises(InputError) as raised:
        TransitionRules(
            needed={"lives": ("tests",)},
            own_people=("cooking",),
            assumed_days={"training": -1.0},
            delivered_chance=1.5,
            rework_days=float("nan"),
        )
    text = str(raised.value)
    for words in ("'lives'", "'tests'", "'cooking'", "-1.0", "1.5", "nan"):
        assert words in text
    assert len(raised.value.faults) == 6


def test_a_task_that_can_never_start_is_told() -> None:
    """More of Ana than there is, even by half."""
    tables = shop()
    tables["assignments"].loc[0, "units_fte"] = 1.5
    portfolio = shop_of(tables)
    rules = dataclasses.replace(TransitionRules(), min_share=1.0)
    with pytest.raises(InputError, match="'B', which can never start"):
        transition(portfolio, rules=rules)


def certain(seed: int) -> Portfolio:
    """Return ten busy projects without uncertain durations, as every run is then the same."""
    tables = many(10, seed=seed).tables
    tasks = tables["tasks"].drop(columns=["optimistic_days", "pessimistic_days"])
    after = (tasks["planned_start"] - SETTINGS.start) / 4
    tasks["planned_start"] = (SETTINGS.start + after).dt.normalize()
    work = tables["assignments"].assign(units_fte=0.6)
    return shop_of({**tables, "tasks": tasks, "assignments": work})


def run_without(
    portfolio: Portfolio, load: pd.DataFrame, project: str | None = None, service: str | None = None
) -> Run:
    """Run the plan with all early-life load but that of one pair, from the tables alone."""
    mine = (load["project"] == project) & (load["service"] == service)
    gone = load[mine & (load["source"] == "planned")]
    pairs = set(zip(gone["task"], gone["resource"], strict=True))
    work = portfolio.assignments
    keep = [key not in pairs for key in zip(work["task"], work["resource"], strict=True)]
    people = list(portfolio.resources["resource"])
    clock = portfolio.calendar
    takes = [
        (
            people.index(row["resource"]),
            float(clock.hours(row["start"])),
            float(clock.hours(row["finish"])),
            row["fte"],
        )
        for row in load[~mine & (load["source"] != "planned")].to_dict("records")
    ]
    return run_once(compile_plan(portfolio.with_tables(assignments=work[keep])), takes, trace=True)


@pytest.mark.parametrize("seed", range(5))
def test_delays_are_those_of_leaving_one_load_out(seed: int) -> None:
    """With all load less without that of the pair, from the tables: the same to a second."""
    portfolio = certain(seed)
    found = transition(portfolio)
    load = found.early_life
    project = portfolio.tasks["project"].to_numpy()
    everything = pd.Series(run_without(portfolio, load).finish).groupby(project).max()
    expected = {}
    for key in zip(found.sheet["project"], found.sheet["service"], strict=True):
        less = pd.Series(run_without(portfolio, load, *key).finish).groupby(project).max()
        moved = (everything - less) / 8
        moved = moved[(moved.abs() > 1e-4) & (moved.index != key[0])]
        expected |= {(*key, name): days for name, days in moved.items()}
    keys = zip(*(found.delays[c] for c in ("project", "service", "delayed")), strict=True)
    told = dict(zip(keys, found.delays["delay_days"], strict=True))
    told = {key: days for key, days in told.items() if abs(days) > 1e-4}
    assert told == pytest.approx(expected, abs=1e-4)
    assert any(abs(days) > 0.1 for days in told.values())


def covered(
    portfolio: Portfolio, run: Run, mine: pd.DataFrame, rest: pd.DataFrame, at: float
) -> float:
    """Count each quarter of an hour from `at` on: the share of a load that there is time for."""
    clock, names = portfolio.calendar, portfolio.tasks["task"].tolist()
    own = set(mine["task"].dropna())
    work = portfolio.assignments.set_index(["task", "resource"])["units_fte"].to_dict()
    hours = clock.hours(mine["finish"]) - clock.hours(mine["start"])
    whole = float(clock.hours(mine["finish"].max()) - clock.hours(mine["start"].min()))
    ticks = at + np.arange(0.125, whole, 0.25)
    given = asked = 0.0
    for person, part in mine.assign(hours=hours).groupby("resource"):
        fte = float((part["fte"] * part["hours"]).sum()) / whole
        everyday = portfolio.support.loc[portfolio.support["resource"] == person, "bau_fte"]
        spare = np.full(ticks.size, 1.0 - everyday.sum())
        for task, begin, end, share in run.segments:
            if names[task] not in own:
                units = work.get((names[task], person), 0.0)
                spare[(ticks >= begin) & (ticks < end)] -= share * units
        for other in rest[rest["resource"] == person].to_dict("records"):
            begin, end = clock.hours(other["start"]), clock.hours(other["finish"])
            spare[(ticks >= begin) & (ticks < end)] -= other["fte"]
        given += float(np.clip(spare, 0.0, fte).mean())
        asked += fte
    return given / asked


@pytest.mark.parametrize("seed", range(5))
def test_safe_dates_are_the_first_with_time_for_early_life_support(seed: int) -> None:
    """At the safe date there is nine tenths of the time, and a working day before there is not."""
    portfolio = certain(seed)
    found = transition(portfolio)
    load, tasks = found.early_life, portfolio.tasks["task"].tolist()
    run = run_without(portfolio, load)
    rows, looked = found.sheet.set_index(["project", "service"]), 0
    for key, mine in load.groupby(["project", "service"]):
        row = rows.loc[key]
        rest = load[(load["project"] != key[0]) | (load["service"] != key[1])]
        rest = rest[rest["source"] != "planned"]
        live = tasks.index(row["go_live_task"])
        safe = float(portfolio.calendar.hours(row["safe_from"]))
        until = safe + run.finish[live] - run.start[live]
        assert covered(portfolio, run, mine, rest, until) >= 0.9 - 0.01
        if row["waits_for"] == "people free for early-life support":
            looked += 1
            assert covered(portfolio, run, mine, rest, until - 8.0) < 0.9 + 0.01
    assert looked


def test_nine_real_plans_together_do_not_break_a_chart() -> None:
    """Plans of other people, imported as one portfolio, each made to change two services."""
    names = [
        "aspose_sample_new_business.mpp", "commercial_construction.mpp", "customer_feedback.mpp",
        "house_building.gan", "ms_office_project_2003_deployment.mpp", "new_product.mpp",
        "ozbuild_16.mpp", "residential_construction.mpp", "software_development_plan.mpp",
    ]  # fmt: skip
    folder = REAL / "plans" / "files"
    if not folder.is_dir():
        pytest.skip("the real plans are not on this machine (SVCIMPACT_REAL_DATA)")
    need_java()
    plans = read_plans([folder / name for name in names])
    assert len(plans.projects) == 9
    people = plans.resources["resource"]
    services = pd.DataFrame({"service": ["one", "two"]})
    support = pd.DataFrame(
        {"service": ["one", "two", "two"], "resource": people.iloc[[0, 1, 2]].array, "bau_fte": 0.1}
    )
    last = plans.tasks.groupby("project", sort=False)["task"].last()
    first = plans.tasks.groupby("project", sort=False)["task"].first()
    changes = pd.DataFrame(
        {"task": [*last, *first], "service": ["one"] * 9 + ["two"] * 9, "effect": "changes"}
    )
    found = transition(
        plans.with_tables(services=services, support=support, changes=changes), runs=1
    )
    assert len(found.sheet) == 18
    assert found.sheet["go_live"].notna().all()
    for chart in (charts.go_no_go, charts.acceptance, charts.go_live, charts.early_life):
        assert_readable(chart(found))
    plt.close("all")
