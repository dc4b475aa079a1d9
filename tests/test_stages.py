"""Stage involvement: by hand, and against counting quarters of an hour and days."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from involved import involved
from quarter_hours import SLOTS
from slots import STAGES, slots, task_slots, touching
from test_conflicts import Tags
from test_scope import BAD, tables

from svcimpact.engine.runs import StuckError
from svcimpact.errors import InputError
from svcimpact.io import read
from svcimpact.planning.levelled import levelled_segments
from svcimpact.planning.stages import StageInvolvement, stage_involvement
from svcimpact.portfolio import Portfolio, Settings, build_portfolio

DASH = "\N{EN DASH}"


def hand(**changed: pd.DataFrame) -> Portfolio:
    """Return the hand-sized portfolio of the scope tests."""
    settings = Settings(name="Hand", start=pd.Timestamp("2026-03-09"))
    return build_portfolio(settings, tables(**changed))


def rows_of(frame: pd.DataFrame) -> list[list[object]]:
    columns = ["project", "stage", "service", "team", "needed_days", "planned_days", "free_days"]
    return frame[columns].to_numpy().tolist()


def test_involvement_by_hand() -> None:
    """Ana's three days and Bo's two of four are planned; Shop has nobody to support it."""
    found = stage_involvement(hand())
    rows = found.involvement
    # Design, 9 to 11 March: Ana gives 3 days; free are Ana 1.1 (0.8 and, with Portal's half day
    # twice, 0.3) and Bo's 0.9 three times. Test, 30 March to 2 April: Bo gives 2; both are
    # free of all but support, 4 times 1.7.
    assert rows_of(rows) == [
        ["TILL", "design", "pay", "Ops", 3.0, 3.0, pytest.approx(0.8 + 2 * 0.3 + 3 * 0.9)],
        ["TILL", "test", "pay", "Ops", 2.0, 2.0, pytest.approx(4 * 1.7)],
        ["PORTAL", "delivery", "shop", pytest.approx(math.nan, nan_ok=True), 0.4, 0.0,
         pytest.approx(math.nan, nan_ok=True)],
    ]  # fmt: skip
    assert rows["part"].tolist() == ["gives input", "tests", "does work"]
    assert rows["start"].tolist()[1] == pd.Timestamp("2026-03-30 09:00")
    assert rows["finish"].tolist()[1] == pd.Timestamp("2026-04-02 16:30")
    people = found.people[["name", "planned_days", "free_days", "short_days"]]
    assert people.to_numpy().tolist() == [
        ["Ana", 3.0, pytest.approx(1.4), pytest.approx(1.6)],
        ["Bo", 2.0, pytest.approx(3.6), 0.0],
    ]


def test_gaps_by_hand() -> None:
    """Ana is short by 1.6 days and Bo has not the 3; levelled, the time comes from 12 March on."""
    gaps = stage_involvement(hand()).gaps
    assert gaps[["kind", "stage"]].to_numpy().tolist() == [
        ["no supporter", "delivery"], ["person short", "design"],
    ]  # fmt: skip
    assert gaps["who"].tolist()[1] == "Ana"
    assert gaps["stand_in"].isna().all()
    # Ana has 0.8 a day, so nowhere 3 days in 3.
    assert gaps["later_start"].isna().all()
    assert gaps["earlier_start"].isna().all()


def test_sentences_by_hand() -> None:
    """The stage, who, the days needed and free, and the nearest windows."""
    assert stage_involvement(hand()).sentences() == [
        f"delivery: 0.4 days needed 10{DASH}11 March, but nobody supports Shop (Portal, Shop).",
        f"design, Ana: 3 days needed 9{DASH}11 March, 1.4 free; no window near has the time "
        "(New till, Payments).",
    ]
    half = tables()["assignments"].assign(units_fte=[0.5, 0.5, 0.5])
    # Levelled, Portal's task goes slower: 0.3 of Ana from 10 March on.
    assert stage_involvement(hand(assignments=half)).sentences()[1] == (
        f"design, Ana: 1.5 days needed 9{DASH}11 March, 1.4 free; Bo has the time; the levelled "
        "plan has the time in that window (New till, Payments)."
    )
    away = pd.DataFrame({"resource": ["ana"], "start": ["2026-03-09"], "end": ["2026-03-11"]})
    assert stage_involvement(hand(assignments=half, absences=away)).sentences()[1] == (
        f"design, Ana: 1.5 days needed 9{DASH}11 March, 0 free; Bo has the time; nearest window: "
        f"12{DASH}16 March (New till, Payments)."
    )


def test_one_project_by_hand() -> None:
    """Sums and gaps of each project; a project without is told so, an unknown one too."""
    found = stage_involvement(hand())
    rows = found.projects.drop(columns=["name", "short_days"])
    assert rows.to_numpy().tolist() == [
        ["TILL", 2, 5.0, 5.0, 0.0, 1],
        ["PORTAL", 1, pytest.approx(0.4), 0.0, pytest.approx(0.4), 1],
        ["ROOF", 0, 0.0, 0.0, 0.0, 0],
    ]
    # Ana is short, not her team: Bo has time, though not enough to stand in for her.
    assert (found.projects["short_days"] == 0).all()
    assert [line.split(":")[0] for line in found.sentences("TILL")] == ["design, Ana"]
    assert found.sentences("ROOF") == [
        "What the stages need of service delivery is planned, and the time is there."
    ]
    with pytest.raises(InputError, match="did you mean 'TILL'"):
        found.sentences("TIL")


def test_what_nobody_is_assigned_to_falls_to_the_lead_team() -> None:
    """With Ana and Bo in two teams, Ana's carries most of the support and takes what is missing."""
    resources = tables()["resources"].assign(team=["Ops", "Night"])
    nobody = tables()["assignments"].iloc[[1]]
    found = stage_involvement(hand(resources=resources, assignments=nobody), least_fte=0.5)
    till = found.involvement[found.involvement["project"] == "TILL"]
    assert till[["team", "needed_days", "planned_days", "missing_days"]].to_numpy().tolist() == [
        ["Ops", 1.5, 0.0, 1.5],
        ["Ops", 2.0, 0.0, 2.0],
    ]
    assert found.gaps["kind"].tolist() == ["no supporter", "no time", "not planned"]
    assert found.sentences()[1].startswith(
        f"design, Ops: 1.5 days needed 9{DASH}11 March, 1.4 free; none of it planned; nearest"
    )
    assert stage_involvement(hand(), least_fte=0).gaps["kind"].tolist() == ["person short"]


def test_a_person_who_supports_two_touched_services_counts_half_for_each() -> None:
    """Half of Ana's three days are for Payments, half for Shop, and so is her free time."""
    more = pd.DataFrame({"service": ["shop"], "resource": ["ana"]}).assign(
        bau_fte=0.0, incident_fte=1.0
    )
    support = pd.concat([tables()["support"], more], ignore_index=True)
    changes = pd.DataFrame({"task": ["a", "a"], "service": ["pay", "shop"], "effect": "uses"})
    people = stage_involvement(hand(support=support, changes=changes), least_fte=0).people
    assert people["planned_days"].tolist() == [1.5, 1.5]
    # Of 0.8 FTE the other half and Portal's half are taken.
    assert people["free_days"].tolist() == pytest.approx([0.3, 0.3])


def test_windows_end_where_work_breaks_off() -> None:
    """Two tasks back to back are one window, a third after a day's break another."""
    tasks = pd.DataFrame(
        {
            "task": ["a", "b", "c"],
            "project": "TILL",
            "stage": "test",
            "duration_days": [1.0, 2.0, 1.0],
            "planned_start": pd.to_datetime(["2026-03-09", "2026-03-10", "2026-03-13"]),
        }
    )
    changes = pd.DataFrame({"task": ["c", "b", "a"], "service": "pay"})
    rows = stage_involvement(hand(tasks=tasks, changes=changes)).involvement
    assert rows["tasks"].tolist() == [2, 1]
    assert rows["start"].dt.day.tolist() == [9, 13]
    assert rows["finish"].dt.day.tolist() == [11, 13]


def test_a_window_lasts_until_its_last_task_ends() -> None:
    """A short task within a long one ends nothing: five days, all three tasks."""
    tasks = pd.DataFrame(
        {
            "task": ["a", "b", "c"],
            "project": "TILL",
            "stage": "test",
            "duration_days": [5.0, 1.0, 1.0],
            "planned_start": pd.to_datetime(["2026-03-09", "2026-03-10", "2026-03-12"]),
        }
    )
    changes = pd.DataFrame({"task": ["a", "b", "c"], "service": "pay"})
    rows = stage_involvement(hand(tasks=tasks, changes=changes)).involvement
    assert rows["tasks"].tolist() == [3]
    assert rows["finish"].tolist() == [pd.Timestamp("2026-03-13 16:30")]


def test_from_the_status_date_on_what_is_left_counts() -> None:
    """A finished design needs nobody; a test half done needs half, from the status date on."""
    tasks = tables()["tasks"].assign(
        actual_start=pd.to_datetime(["2026-03-09", None, "2026-03-30"]),
        actual_finish=pd.to_datetime(["2026-03-12", None, None]),
        done_fraction=[1.0, 0.0, 0.5],
    )
    settings = Settings(
        name="Hand", start=pd.Timestamp("2026-03-09"), status_date=pd.Timestamp("2026-04-01")
    )
    found = stage_involvement(build_portfolio(settings, tables(tasks=tasks)))
    row = found.involvement.iloc[0]
    assert (row["stage"], row["needed_days"]) == ("test", 1.0)
    assert row["start"] == pd.Timestamp("2026-04-01 09:00")
    assert row["finish"] == pd.Timestamp("2026-04-02 16:30")
    late = found.involvement.iloc[1]  # planned for 10 March, still to do
    assert late["start"] == pd.Timestamp("2026-04-01 09:00")
    assert late["finish"] == pd.Timestamp("2026-04-02 16:30")


def test_late_work_of_others_still_takes_its_people() -> None:
    """Nothing has begun by 23 March: Till's design and Portal's task both want Ana from then on."""
    settings = Settings(
        name="Hand", start=pd.Timestamp("2026-03-09"), status_date=pd.Timestamp("2026-03-23")
    )
    found = stage_involvement(build_portfolio(settings, tables()))
    ana = found.people.iloc[0]
    assert ana["start"] == pd.Timestamp("2026-03-23 09:00")
    # Two days of 0.3 with Portal's half gone, and one of 0.8: as on the dates first planned.
    assert ana["free_days"] == pytest.approx(2 * 0.3 + 0.8)
    assert any("what is left is counted" in line for line in found.assumptions)


def test_who_is_named_to_test_is_needed_for_the_least() -> None:
    """The lab tests Till for four days: 0.4 needed, unknown where it is no resource."""
    asked = stage_involvement(hand(), least_fte=0.1).asked
    tester = asked[asked["stakeholder"] == "lab"].iloc[0]
    assert tester["needed_days"] == pytest.approx(0.4)
    assert asked.loc[asked["interest"] == "owns", "needed_days"].tolist() == [0.0, 0.0]
    assert asked[["planned_days", "free_days", "short_days"]].isna().all(axis=None)
    lab = pd.DataFrame({"resource": ["lab"], "name": ["Lab"]})
    people = pd.concat([tables()["resources"], lab])
    found = stage_involvement(hand(resources=people), least_fte=0.1)
    gap = found.gaps[found.gaps["who"] == "Lab"].iloc[0]
    assert gap["kind"] == "person not planned"
    assert gap[["needed_days", "planned_days", "free_days"]].tolist() == pytest.approx([0.4, 0, 4])
    assert (
        f"test, Lab: 0.4 days needed 30 March {DASH} 2 April, 4 free; none of it planned "
        "(New till)." in found.sentences()
    )
    away = pd.DataFrame({"resource": ["lab"], "start": ["2026-03-30"], "end": ["2026-04-02"]})
    found = stage_involvement(hand(resources=people, absences=away), least_fte=0.1)
    gap = found.gaps[found.gaps["who"] == "Lab"].iloc[0]
    assert gap["kind"] == "person short"
    # Good Friday and Easter Monday are no holidays here: back on 3 April.
    assert gap["later_finish"] == pd.Timestamp("2026-04-03")
    enough = stage_involvement(hand(resources=people), least_fte=0)
    assert "Lab" not in set(enough.gaps["who"])


def test_named_stakeholders() -> None:
    """Owen and the lab have a part; the lab is a resource too, so its time is counted."""
    found = stage_involvement(hand())
    asked = found.asked[["stage", "service", "stakeholder", "interest", "counted"]]
    assert asked.fillna("").to_numpy().tolist() == [
        ["design", "pay", "own", "owns", False],
        ["test", "", "lab", "tests", False],
        ["test", "pay", "own", "owns", False],
    ]
    assert "2 named stakeholders are no resource of the tables" in found.assumptions[-1]
    lab = pd.DataFrame({"resource": ["lab"], "name": ["Lab"], "capacity_fte": [1.0]})
    work = pd.DataFrame({"task": ["c", "b"], "resource": ["lab", "lab"], "units_fte": [0.8, 0.5]})
    tasks = tables()["tasks"].assign(
        planned_start=pd.to_datetime(["2026-03-09", "2026-03-30", "2026-03-30"])
    )
    found = stage_involvement(
        hand(
            tasks=tasks,
            resources=pd.concat([tables()["resources"], lab]),
            assignments=pd.concat([tables()["assignments"], work]),
        )
    )
    row = found.asked[found.asked["counted"]].iloc[0]
    # Portal takes half of the lab on two of the four days.
    assert [row["planned_days"], row["free_days"]] == pytest.approx([3.2, 3.0])
    gap = found.gaps[found.gaps["who"] == "Lab"].iloc[0]
    assert gap["short_days"] == pytest.approx(0.2)
    assert found.sentences()[list(found.gaps["who"]).index("Lab")].endswith("(New till).")


def test_tiny_by_hand() -> None:
    """Connecting the checkout needs Ana for 0.8 days while designing takes all that she has."""
    found = stage_involvement(read("data/tiny"))
    rows = found.involvement[["stage", "team", "needed_days", "planned_days", "free_days"]]
    # C3: 0.2 FTE for 4 days, Ana's half FTE is with C1. C4: half of Ana for 2 days, all hers.
    assert rows.to_numpy().tolist() == [
        ["delivery", "Ana", pytest.approx(0.8), 0.0, 0.0],
        ["test", "Ana", 1.0, 1.0, pytest.approx(1.0)],
    ]
    # C4 runs levelled on 12 and 13 January; two free days with half an FTE are in 12 to 15.
    gap = found.gaps.iloc[0]
    assert gap["later_start"] == pd.Timestamp("2026-01-12")
    assert gap["later_finish"] == pd.Timestamp("2026-01-15")
    assert pd.isna(gap["earlier_start"])


def counted_windows(portfolio: Portfolio) -> dict[tuple[str, str, str, int], tuple[range, set]]:
    """Return by project, stage, service and first quarter the runs of quarters that touch."""
    when = task_slots(portfolio)
    touch: dict[tuple[str, str, str], dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in portfolio.changes.merge(portfolio.tasks, on="task").to_dict("records"):
        for slot in when[row["task"]]:
            touch[row["project"], row["stage"], row["service"]][slot].add(row["task"])
    found = {}
    for key, at in touch.items():
        edges = sorted(at)
        breaks = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(edges)) if b > a + 1), len(edges)]
        for first, end in pairwise(breaks):
            run = edges[first:end]
            found[*key, run[0]] = (range(run[0], run[-1] + 1), set().union(*(at[s] for s in run)))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_needed_and_free_agree_with_counting_quarters_of_an_hour(seed: int) -> None:
    """Windows, person-days needed and planned, and free time are as counted."""
    portfolio = touching(seed)
    least = 0.4
    found = stage_involvement(portfolio, least_fte=least)
    support = portfolio.support
    support = support[support["bau_fte"] + support["incident_fte"] > 0]
    supporters = {s: list(support.loc[support["service"] == s, "resource"]) for s in ("S0", "S1")}
    touched = portfolio.changes.groupby("task")["service"].agg(list).to_dict()
    units = {(r["task"], r["resource"]): r["units_fte"]
             for r in portfolio.assignments.to_dict("records")}  # fmt: skip
    length = {task: len(at) / SLOTS for task, at in task_slots(portfolio).items()}
    team = portfolio.resources.set_index("resource")["team"].to_dict()
    by_person = defaultdict(dict)
    for slot in slots(portfolio):
        by_person[slot.person][slot.number] = slot
    expected = {}
    for (project, stage, service, first), (run, tasks) in counted_windows(portfolio).items():
        planned, own = defaultdict(float), defaultdict(dict)
        missing = 0.0
        for task in tasks:
            sure = 0.0
            for k in supporters[service]:
                fte = units.get((task, k), 0.0)
                share = 1 / max(sum(k in supporters[s] for s in touched[task]), 1)
                planned[k] += fte * share * length[task]
                own[k][task] = share
                sure += fte * share
            missing += max(0.0, least - sure) * length[task]
        members = defaultdict(list)
        for k in supporters[service]:
            members[team[k]].append(k)
        for name, of in members.items():
            free = 0.0
            for k in of:
                for number in run:
                    slot = by_person[k][number]
                    load = sum(f * (1 - own[k].get(t, 0.0)) for t, f in slot.tasks.items())
                    free += max(0.0, slot.there - slot.supporting - load) / SLOTS
            expected[project, stage, service, first, name] = (
                sum(planned[k] for k in of), missing, free,
            )  # fmt: skip
    rows = found.involvement.dropna(subset="team")
    days = list(pd.bdate_range("2026-03-09", "2026-06-30").difference(
        pd.to_datetime(["2026-04-03", "2026-04-06"])))  # fmt: skip
    for row in rows.to_dict("records"):
        at = days.index(row["start"].normalize()) * SLOTS
        at += round((row["start"] - row["start"].normalize()).total_seconds() / 900) - 36
        key = (row["project"], row["stage"], row["service"], at, row["team"])
        planned, missing, free = expected[key]
        assert row["planned_days"] == pytest.approx(planned)
        assert row["free_days"] == pytest.approx(free, abs=1e-9)
        share = 1 if row["lead"] else 0
        if row["lead"] and row["missing_days"] < missing - 1e-9:  # two teams carry the same
            share = 0.5
        assert row["missing_days"] == pytest.approx(share * missing, abs=1e-9)
    told = set(zip(rows["project"], rows["stage"], rows["service"], strict=True))
    needed = {key[:3] for key, (p, m, _) in expected.items() if p + m > 1e-9}
    assert told == needed


def free_by_day(portfolio: Portfolio, person: str, own: dict[str, float], days: int) -> list[float]:
    """Return the free hours of one person on each working day of the levelled plan, plainly."""
    units = portfolio.assignments[portfolio.assignments["resource"] == person]
    fte = dict(zip(units["task"], units["units_fte"], strict=True))
    pieces = [
        (row["start_hours"], row["finish_hours"],
         row["share"] * fte[row["task"]] * (1 - own.get(row["task"], 0.0)))
        for row in levelled_segments(portfolio).to_dict("records")
        if row["task"] in fte
    ]  # fmt: skip
    whole = portfolio.resources.set_index("resource")["capacity_fte"][person]
    support = portfolio.support[portfolio.support["resource"] == person]["bau_fte"].sum()
    away = portfolio.absences[portfolio.absences["resource"] == person].to_dict("records")
    found = []
    for day in range(days):
        date = pd.Timestamp(portfolio.calendar.day(day * 7.5))
        absent = sum(whole if pd.isna(a["fte"]) else a["fte"]
                     for a in away if a["start"] <= date <= a["end"])  # fmt: skip
        room = max(0.0, whole - min(absent, whole) - support)
        low, high = day * 7.5, (day + 1) * 7.5
        cuts = sorted({low, high, *(t for p in pieces for t in p[:2] if low < t < high)})
        found.append(sum(
            max(0.0, room - sum(f for a, b, f in pieces if a <= (x + y) / 2 < b)) * (y - x)
            for x, y in pairwise(cuts)
        ))  # fmt: skip
    return found


@pytest.mark.parametrize("seed", range(12))
def test_nearest_windows_agree_with_trying_every_day(seed: int) -> None:
    """No nearer window has the time, tried day by day on the levelled plan."""
    portfolio = touching(seed)
    found = stage_involvement(portfolio, least_fte=0.6, within_days=15)
    gaps = found.gaps[found.gaps["kind"].isin(["no time", "person short"])]
    support = portfolio.support
    support = support[support["bau_fte"] + support["incident_fte"] > 0]
    team = portfolio.resources.set_index("resource")["team"].to_dict()
    name = portfolio.resources.set_index("name")["resource"].to_dict()
    touch = portfolio.changes.merge(portfolio.tasks, on="task")
    touched = portfolio.changes.groupby("task")["service"].agg(list).to_dict()
    hours = portfolio.calendar.hours
    for gap in gaps.to_dict("records"):
        supporters = list(support.loc[support["service"] == gap["service"], "resource"])
        members = [k for k in supporters if team[k] == gap["who"]] or [name[gap["who"]]]
        rows = touch[(touch["project"] == gap["project"]) & (touch["stage"] == gap["stage"])
                     & (touch["service"] == gap["service"])]  # fmt: skip
        inside = (rows["planned_start"] >= gap["start"]) & (rows["planned_start"] < gap["finish"])
        tasks = rows.loc[inside & (rows["duration_days"] > 0), "task"]
        first = math.floor(hours(gap["start"]) / 7.5 + 1e-9)
        long = max(math.ceil(hours(gap["finish"]) / 7.5 - 1e-9) - first, 1)
        days = first + 15 + long
        free = [0.0] * days
        for k in members:
            serves = set(support.loc[support["resource"] == k, "service"])
            own = {t: 1 / max(sum(s in serves for s in touched[t]), 1) for t in tasks}
            free = [a + b for a, b in zip(free, free_by_day(portfolio, k, own, days), strict=True)]
        fits = [d for d in range(max(0, first - 15), first + 16)
                if sum(free[d : d + long]) >= gap["needed_days"] * 7.5 - 1e-6]  # fmt: skip
        later = next((d for d in fits if d >= first), None)
        earlier = next((d for d in reversed(fits) if d < first), None)
        day = portfolio.calendar.day
        told = gap["later_start"]
        assert (None if pd.isna(told) else told) == (
            None if later is None else pd.Timestamp(day(later * 7.5))
        )
        if later != first:
            told = gap["earlier_finish"]
            assert (None if pd.isna(told) else told) == (
                None if earlier is None else pd.Timestamp(day((earlier + long - 1) * 7.5))
            )


def test_matrix_adds_up() -> None:
    """The matrix has the sums of the windows, teams with most needed first, stages in order."""
    found = stage_involvement(read("data/meridian"))
    matrix, rows = found.matrix, found.involvement
    for column in ("needed_days", "planned_days", "missing_days", "short_days"):
        assert matrix[column].sum() == pytest.approx(rows[column].sum())
    by_team = matrix.groupby("team", sort=False)["needed_days"].sum()
    assert by_team.round(6).is_monotonic_decreasing
    for _, stages in matrix.groupby("team")["stage"]:
        order = [STAGES.index(stage) for stage in stages]
        assert order == sorted(order)
    assert (rows["needed_days"] >= rows["planned_days"] - 1e-9).all()


def test_where_the_plan_cannot_be_levelled_no_window_is_found(monkeypatch) -> None:
    """A task that can never start is told; stages then look for no windows, and say so."""
    module = "svcimpact.planning.levelled"
    with monkeypatch.context() as patch:
        patch.setattr(f"{module}.impossible_tasks", lambda *_: np.array([0]))
        with pytest.raises(InputError, match="'a', which can never start or go on"):
            levelled_segments(hand())
        found = stage_involvement(hand())
    assert any("cannot be levelled" in line for line in found.assumptions)
    assert found.gaps["later_start"].isna().all()
    assert "no window near has the time" in found.sentences()[1]

    def stuck(*_: object, **__: object) -> None:
        raise StuckError(1)

    monkeypatch.setattr(f"{module}.run_once", stuck)
    with pytest.raises(InputError, match="'b', which can never start or go on"):
        levelled_segments(hand())


def test_levelled_segments_hold_all_the_work() -> None:
    """The shares of each task over its stretches add up to its hours; none is held."""
    portfolio = read("data/meridian")
    segments = levelled_segments(portfolio)
    work = (segments["finish_hours"] - segments["start_hours"]) * segments["share"]
    total = work.groupby(segments["task"]).sum()
    assert total.to_dict() == pytest.approx(
        portfolio.tasks.set_index("task")["duration_days"].mul(7.5).to_dict()
    )
    assert (segments["share"] > 0).all()


def test_wrong_options_are_told_together() -> None:
    """Both options are told at once, with what is expected."""
    with pytest.raises(InputError) as caught:
        stage_involvement(hand(), least_fte=-1, within_days=2.5)
    assert "least_fte: found -1, expected a number of FTE from 0 to 1000" in str(caught.value)
    assert "within_days: found 2.5, expected a whole number of working" in str(caught.value)


def test_nothing_needed_is_said_so() -> None:
    """Without touching tasks all tables are there with their types, and the text says so."""
    some = stage_involvement(hand())
    none = stage_involvement(hand(changes=tables()["changes"].iloc[:0]))
    for name in ("involvement", "people", "asked", "gaps", "matrix"):
        assert getattr(none, name).empty
        pd.testing.assert_series_equal(getattr(none, name).dtypes, getattr(some, name).dtypes)
    assert none.sentences() == [
        "What the stages need of service delivery is planned, and the time is there."
    ]


def test_names_cannot_inject_markup() -> None:
    """Names are text in the HTML."""
    frames = tables()
    for table in ("projects", "services", "resources"):
        frames[table]["name"] = BAD
    frames["resources"]["team"] = BAD
    frames["interests"] = frames["interests"].iloc[:1]
    found = stage_involvement(
        build_portfolio(Settings(name=BAD, start=pd.Timestamp("2026-03-09")), frames)
    )
    tags = Tags()
    tags.feed(found._repr_html_())
    assert tags.tags == {"p", "b", "table", "thead", "tbody", "tr", "th", "td"}


def test_printouts_count_what_they_leave_out() -> None:
    """Ten gaps are printed, the others counted; windows of several years name the year."""
    found = stage_involvement(involved(120, 12, 5, 4))
    more = len(found.gaps) - 10
    assert repr(found).endswith(f"and {more} more")
    assert found._repr_html_().endswith(f"<p>and {more} more</p>")
    assert any("2027" in line for line in found.sentences())
    assert isinstance(found, StageInvolvement)


def test_a_large_portfolio_takes_about_a_second() -> None:
    """2,000 tasks of 200 people (limit several times what it takes)."""
    portfolio = involved(2_000, 200, 40, 20)
    stage_involvement(involved(20, 5, 2, 2))  # compiles the kernel
    begin = time.process_time()
    found = stage_involvement(portfolio)
    found.sentences()
    assert time.process_time() - begin < 3
    assert np.isfinite(found.involvement["needed_days"]).all()
