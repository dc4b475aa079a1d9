"""Every class of fault and warning between cells, with the words a PMO gets to read."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import built, clean_tables, faults, table, warnings

from svcimpact.checks import check
from svcimpact.checks.links import check_cycles
from svcimpact.errors import InvalidPortfolioError, Ledger
from svcimpact.portfolio import build_portfolio
from svcimpact.tables import Draft

STATUS = {"status_date": "2026-02-02T12:00"}


def test_a_clean_portfolio_says_nothing():
    """There is neither fault nor warning without a reason."""
    assert warnings() == []


# Keys and references


def test_duplicate_id():
    """A second row with an id is told with the row of the first."""
    assert faults(projects=table("project name", ("P1", "a"), ("P2", "b"), ("P1", "c"))) == [
        "projects, row 4, project: found 'P1' again, expected it once, and it stands in row 2. "
        "Give this one another id."
    ]


@pytest.mark.parametrize(
    ("name", "columns", "row", "key", "said"),
    [
        (
            "assignments",
            "task resource units_fte",
            ("T1", "ana", 0.25),
            "task + resource",
            "'T1' + 'ana'",
        ),
        (
            "links",
            "predecessor successor lag_days",
            ("T1", "T2", 1),
            "predecessor + successor + type",
            "'T1' + 'T2' + 'FS'",
        ),
        ("skills", "resource skill speed", ("ana", "sql", 1), "resource + skill", "'ana' + 'sql'"),
        (
            "support",
            "service resource bau_fte",
            ("payments", "ana", 0.1),
            "service + resource",
            "'payments' + 'ana'",
        ),
        (
            "service_links",
            "service needs impact",
            ("orders", "payments", 1),
            "service + needs",
            "'orders' + 'payments'",
        ),
        (
            "changes",
            "task service effect",
            ("T1", "payments", "uses"),
            "task + service",
            "'T1' + 'payments'",
        ),
        (
            "acceptance",
            "project service criterion",
            ("P1", "orders", "restore"),
            "project + service + criterion",
            "'P1' + 'orders' + 'restore'",
        ),
    ],
)
def test_duplicate_key(name, columns, row, key, said):
    """The same pair twice is a fault, whatever else stands in the two rows."""
    assert (
        f"{name}, row 3, {key}: found {said} again, expected it once, and it stands in row 2. "
        "Remove one of the two." in faults(**{name: table(columns, row, row)})
    )


def test_an_interest_may_be_held_in_several_stages():
    """The stage is part of the key, and a blank one is a value of its own."""
    holders = table("stakeholder", ("cfo",))
    held = [("cfo", "P1", "decides", stage) for stage in (None, "test", "design")]
    columns = "stakeholder item interest stage"
    assert warnings(stakeholders=holders, interests=table(columns, *held)) == []
    assert faults(stakeholders=holders, interests=table(columns, *held, held[0])) == [
        "interests, row 5, stakeholder + item + interest + stage: found 'cfo' + 'P1' + 'decides' "
        "again, expected it once, and it stands in row 2. Remove one of the two."
    ]


def test_unknown_id():
    """An id that is nowhere is told with the nearest that is."""
    assert faults(
        tasks=table(
            "task project duration_days", ("T1", "P1", 1), ("T2", "p2", 1), ("T3", "Zebra", 1)
        )
    ) == [
        "tasks, row 3, project: found 'p2', expected an id from projects; did you mean 'P2'? "
        "Correct the id, or add 'p2' to projects.",
        "tasks, row 4, project: found 'Zebra', expected an id from projects. "
        "Correct the id, or add 'Zebra' to projects.",
    ]


def test_a_name_instead_of_an_id():
    """Who writes a name where the id belongs is told the id; a name of two leads to neither."""
    people = table(
        "resource name", ("r-1", "Ana Silva"), ("r-2", "Ben Ito"), ("r-3", "Kim"), ("r-4", "Kim")
    )
    work = table("task resource", ("T1", "ben ito"), ("T2", "Kim"))
    support = table("service resource", ("payments", "r-1"), ("orders", "r-3"), ("orders", "r-4"))
    assert faults(resources=people, assignments=work, support=support) == [
        "assignments, row 2, resource: found 'ben ito', expected an id from resources; did you "
        "mean 'r-2'? Correct the id, or add 'ben ito' to resources.",
        "assignments, row 3, resource: found 'Kim', expected an id from resources. "
        "Correct the id, or add 'Kim' to resources.",
    ]


def test_unknown_id_where_there_are_none():
    """An id cannot be right while the table it refers to is empty."""
    assert faults(projects=table("project sponsor", ("P1", "cfo"), ("P2", None))) == [
        "projects, row 2, sponsor: found 'cfo', expected an id from stakeholders, which is empty. "
        "Correct the id, or add 'cfo' to stakeholders."
    ]


def test_unknown_ids_of_a_missing_table_are_told_once():
    """If a table is missing, the ids that point to it are no further faults."""
    tables = clean_tables()
    del tables["projects"]
    with pytest.raises(InvalidPortfolioError) as caught:
        build_portfolio({"name": "Small", "start": "2026-01-05"}, tables)
    assert str(caught.value) == (
        "The portfolio has 1 fault.\n"
        "projects: found no such table, expected a table 'projects'. "
        "Add it, with the columns project."
    )


def test_interest_in_nothing():
    """An interest is in a service, a project or a team."""
    people = table("resource team", ("ana", "Payments squad"), ("ben", None))
    held = table(
        "stakeholder item interest",
        ("cfo", "Payments sqad", "owns"),
        ("cfo", "Payments squad", "owns"),
    )
    assert faults(
        resources=people, stakeholders=table("stakeholder", ("cfo",)), interests=held
    ) == [
        "interests, row 2, item: found 'Payments sqad', expected a service, a project or a team of "
        "resources; did you mean 'Payments squad'? Correct the id."
    ]


def test_interest_in_two_things():
    """An item that is a service and a team is taken for both, with a warning."""
    people = table("resource team", ("ana", "orders"), ("ben", None))
    held = table("stakeholder item interest", ("cfo", "orders", "owns"))
    assert warnings(
        resources=people, stakeholders=table("stakeholder", ("cfo",)), interests=held
    ) == [
        "interests, row 2, item: found 'orders', expected the id of one service or project or "
        "team. It counts for each that has this id."
    ]


# Links


def links(*rows):
    """Return a table of links with a lag of 0."""
    return table("predecessor successor type", *rows)


def test_cycle_spelled_out():
    """A cycle is told with its tasks, its links and their rows."""
    assert faults(links=links(("T1", "T2", "FS"), ("T2", "T3", "FS"), ("T3", "T1", "FS"))) == [
        "links, rows 2, 3 and 4: found 'T1 -FS-> T2 -FS-> T3 -FS-> T1', expected links without a "
        "cycle. Remove or correct one of these links."
    ]


def test_cycle_between_ends_of_tasks():
    """T2 cannot start before T1 does, nor T1 before T2 has finished."""
    assert faults(links=links(("T1", "T2", "SS"), ("T2", "T1", "FS"))) == [
        "links, rows 2 and 3: found 'T1 -SS-> T2 -FS-> T1', expected links without a cycle. "
        "Remove or correct one of these links."
    ]


def test_start_to_start_there_and_finish_to_finish_back_is_no_cycle():
    """The start of B waits for A, the finish of A for B: that is a hammock, not a cycle."""
    assert warnings(links=links(("T1", "T2", "SS"), ("T2", "T1", "FF"))) == []


def test_each_knot_is_one_fault():
    """Of many cycles that hang together one is spelled; another knot is another fault."""
    rows = [(f"T{k}", "P1", 1) for k in range(1, 8)]
    work = table("task resource units_fte", *((task, "ana", 0.1) for task, _, _ in rows))
    said = faults(
        tasks=table("task project duration_days", *rows, ("T9", "P2", 1)),
        assignments=pd.concat([work, table("task resource units_fte", ("T9", "ben", 0.1))]),
        links=links(
            ("T1", "T2", "FS"),
            ("T2", "T1", "SS"),
            ("T2", "T3", "FS"),
            ("T3", "T1", "FS"),
            ("T4", "T5", "FF"),
            ("T5", "T4", "FF"),
            ("T5", "T6", "FS"),
        ),
    )
    assert said == [
        "links, rows 2 and 3: found 'T1 -FS-> T2 -SS-> T1', expected links without a cycle. "
        "Remove or correct one of these links. 1 more task hangs in the same knot.",
        "links, rows 6 and 7: found 'T4 -FF-> T5 -FF-> T4', expected links without a cycle. "
        "Remove or correct one of these links.",
    ]


def test_a_long_cycle_is_shortened():
    """A cycle through thirty tasks is told by its first and last links."""
    names = [f"T{k}" for k in range(30)]
    said = faults(
        tasks=table("task project duration_days", *((name, "P1", 1) for name in names)),
        projects=table("project", ("P1",)),
        assignments=table("task resource units_fte", *((name, "ana", 0.1) for name in names)),
        links=links(*((a, b, "FS") for a, b in zip(names, names[1:] + names[:1], strict=True))),
    )
    assert said == [
        "links, rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 and 18 more: found 'T0 -FS-> T1 -FS-> "
        "T2 -FS-> T3 -FS-> T4 -FS-> T5 -FS-> … 18 more … T24 -FS-> T25 -FS-> T26 -FS-> T27 -FS-> "
        "T28 -FS-> T29 -FS-> T0', expected links without a cycle. Remove or correct one of these "
        "links."
    ]


_ENDS = {
    "FS": ("finish", "start"),
    "SS": ("start", "start"),
    "FF": ("finish", "finish"),
    "SF": ("start", "finish"),
}
_LINKS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from(sorted(_ENDS))),
    max_size=14,
    unique=True,
)


@settings(max_examples=300, deadline=None)
@given(_LINKS)
def test_cycles_against_networkx(drawn):
    """There is a fault for every strongly connected part, and what it spells is a cycle of it."""
    drawn = [row for row in drawn if row[0] != row[1]]
    graph = nx.DiGraph((("start", k), ("finish", k)) for k in range(6))
    for before, after, kind in drawn:
        one, other = _ENDS[kind]
        graph.add_edge((one, before), (other, after))
    parts = [part for part in nx.strongly_connected_components(graph) if len(part) > 1]

    frames = {
        "tasks": pd.DataFrame({"task": [str(k) for k in range(6)]}, dtype="str"),
        "links": pd.DataFrame(
            [(str(before), str(after), kind) for before, after, kind in drawn],
            columns=["predecessor", "successor", "type"],
            dtype="str",
        ),
    }
    ledger = Ledger()
    rows = {"links": np.arange(len(drawn))}
    check_cycles(Draft(None, frames, rows), ledger)
    assert len(ledger.faults) == len(parts)
    for told in ledger.faults:
        words = told["found"].strip("'").split()
        steps = [
            (int(a), int(b), arrow.strip("->"))
            for a, arrow, b in zip(words[::2], words[1::2], words[2::2], strict=False)
        ]
        assert words[0] == words[-1]
        assert set(steps) <= set(drawn)
        for (_, here, kind), (_, _, onward) in zip(steps, steps[1:] + steps[:1], strict=True):
            arrives, leaves = _ENDS[kind][1], _ENDS[onward][0]
            assert (arrives, leaves) != ("finish", "start"), f"nothing leads back in {here}"
        assert any({(_ENDS[kind][0], a) for a, _, kind in steps} <= part for part in parts)


def test_self_link():
    """A task cannot wait for itself, whatever the type of link."""
    assert faults(links=links(("T1", "T1", "SS"))) == [
        "links, row 2, successor: found 'T1' on both sides, expected two different tasks. "
        "Remove the row, or correct one of the two."
    ]


def test_service_that_needs_itself():
    """Nor does a service need itself; services that need each other are fine."""
    needs = "service needs"
    assert faults(service_links=table(needs, ("orders", "orders"))) == [
        "service_links, row 2, needs: found 'orders' on both sides, expected two different "
        "services. Remove the row, or correct one of the two."
    ]
    assert (
        warnings(service_links=table(needs, ("orders", "payments"), ("payments", "orders"))) == []
    )


def test_leads_on_starts():
    """Nobody sees a start coming, so a lead on it is told; on a finish it is fine."""
    lags = "predecessor successor type lag_days"
    said = (
        "Nobody knows a start before it comes, so the successor may go on as soon as the "
        "predecessor starts."
    )
    assert warnings(links=table(lags, ("T1", "T2", "SS", -1), ("T1", "T3", "FS", -1))) == [
        "links, row 2, lag_days: found a lead, expected a lag of 0 or more on SS and SF links. "
        + said
    ]
    assert warnings(links=table(lags, ("T1", "T2", "SS", -1), ("T1", "T3", "SF", -1))) == [
        "links, rows 2 and 3, lag_days: found 2 with a lead, expected a lag of 0 or more on SS and "
        "SF links. " + said
    ]


# Tasks


def tasks(columns, *cells):
    """Return three tasks, the first with more columns."""
    rest = [(None,) * len(cells)] * 2
    return table(
        f"task project duration_days {columns}",
        *((f"T{k}", f"P{1 + k // 3}", k, *more) for k, more in enumerate([cells, *rest], start=1)),
    )


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (
            0.5,
            None,
            [
                "pessimistic_days: found a blank cell beside optimistic_days 0.5, expected "
                "both or neither. Fill it in, or clear the other."
            ],
        ),
        (
            None,
            2,
            [
                "optimistic_days: found a blank cell beside pessimistic_days 2, expected both "
                "or neither. Fill it in, or clear the other."
            ],
        ),
        (
            1.5,
            2,
            [
                "optimistic_days: found 1.5, expected at most duration_days, 1. "
                "Correct one of the two."
            ],
        ),
        (
            0.5,
            0.75,
            [
                "pessimistic_days: found 0.75, expected at least duration_days, 1. "
                "Correct one of the two."
            ],
        ),
        (
            "soon",
            2,
            [
                "optimistic_days: found 'soon', expected a number of working days. "
                "Write the number alone."
            ],
        ),
    ],
)
def test_estimates(low, high, said):
    """Optimistic, planned and pessimistic go up, and the outer two go together."""
    told = faults(tasks=tasks("optimistic_days pessimistic_days", low, high))
    assert told == [f"tasks, row 2, {words}" for words in said]


def test_equal_estimates_are_fine():
    """An estimate without spread is an estimate."""
    assert warnings(tasks=tasks("optimistic_days pessimistic_days", 1, 1)) == []


def test_finished_before_started():
    """Actual dates run forwards."""
    dates = tasks("actual_start actual_finish", "2026-02-01T09:00", "2026-01-31T17:00")
    assert faults(STATUS, tasks=dates) == [
        "tasks, row 2, actual_finish: found 2026-01-31T17:00, expected a date on or after "
        "actual_start, 2026-02-01T09:00. Correct one of the two."
    ]


def test_actual_dates_after_the_status_date():
    """What has happened, happened before the status date."""
    dates = tasks("actual_start actual_finish", "2026-02-02T13:00", "2026-02-03T17:00")
    assert faults(STATUS, tasks=dates) == [
        f"tasks, row 2, {column}: found {date}, expected a date up to the status date, "
        "2026-02-02T12:00. Correct it, or the status_date of the portfolio."
        for column, date in (
            ("actual_start", "2026-02-02T13:00"),
            ("actual_finish", "2026-02-03T17:00"),
        )
    ]


def test_actual_dates_without_a_status_date():
    """Without a status date nothing has happened yet."""
    dates = tasks("actual_start", "2026-01-06T09:00")
    assert warnings(tasks=dates) == [
        "tasks, row 2, actual_start: found actual dates of 'T1', expected a status_date among the "
        "settings. They are left aside: the simulation begins at the portfolio's start."
    ]


@pytest.mark.parametrize(
    ("columns", "cells", "said"),
    [
        (
            "done_fraction",
            (0.5,),
            "done_fraction: found work done on 'T1', expected an actual start with it. "
            "It is left aside: nothing is done yet.",
        ),
        (
            "actual_finish",
            ("2026-01-06T17:00",),
            "actual_start: found an actual finish alone for 'T1', expected an actual start with "
            "it. The start is taken to be the finish.",
        ),
        (
            "actual_start done_fraction",
            ("2026-01-06T09:00", 1),
            "actual_finish: found all work done on 'T1' and no finish, expected an actual finish. "
            "The finish is taken to be the status date, or when the links allow it.",
        ),
        (
            "actual_start actual_finish done_fraction",
            ("2026-01-06T09:00", "2026-01-06T17:00", 0.5),
            "done_fraction: found work left on 'T1', expected 1 with an actual finish. "
            "Taken as done.",
        ),
        (
            "actual_start actual_finish",
            ("2026-01-06T09:00", "2026-01-07"),
            "actual_finish: found 2026-01-07, expected a time of day with it, if any of that day "
            "is meant. Taken as the moment that day begins.",
        ),
    ],
)
def test_progress_that_says_too_little(columns, cells, said):
    """What is taken from half a statement is told."""
    assert warnings(STATUS, tasks=tasks(columns, *cells)) == [f"tasks, row 2, {said}"]


def test_planned_before_the_portfolio_starts():
    """The clock starts with the portfolio."""
    assert warnings(tasks=tasks("planned_start", "2025-12-01")) == [
        "tasks, row 2, planned_start: found 2025-12-01, expected a date from the portfolio's start "
        "on, 2026-01-05. It can start when the portfolio starts."
    ]


def test_due_before_the_portfolio_starts():
    """A due date of last year is a slip more often than a promise."""
    due = table("project due", ("P1", "2025-06-30"), ("P2", "2026-06-30"))
    assert warnings(projects=due) == [
        "projects, row 2, due: found 2025-06-30, expected a date from the portfolio's start on, "
        "2026-01-05. Nothing before the start is simulated; correct the year if it is a slip."
    ]


def test_planned_early_and_begun():
    """The planned start of a task that has begun no longer matters."""
    begun = tasks("planned_start actual_start", "2025-12-01", "2025-12-01T09:00")
    assert warnings(STATUS, tasks=begun) == []


# Other dates


def test_absence_that_ends_before_it_starts():
    """Absences may last a day, not less."""
    away = "resource start end"
    assert warnings(absences=table(away, ("ana", "2026-03-05", "2026-03-05"))) == []
    assert faults(absences=table(away, ("ana", "2026-03-05", "2026-03-01"))) == [
        "absences, row 2, end: found 2026-03-01, expected a date on or after start, 2026-03-05. "
        "Correct one of the two."
    ]


def test_freeze_that_lasts_no_time():
    """A freeze over [a, a) holds nobody."""
    assert faults(freezes=table("start end", ("2026-03-05T09:00", "2026-03-05T09:00"))) == [
        "freezes, row 2, end: found 2026-03-05T09:00, expected a date after start, "
        "2026-03-05T09:00. Correct one of the two."
    ]


def test_freeze_until_a_day():
    """A freeze until a day ends as that day begins, and that is told."""
    assert warnings(freezes=table("start end", ("2026-12-20", "2026-12-31"))) == [
        "freezes, row 2, end: found 2026-12-31, expected a time of day with it, if any of that day "
        "is meant. Taken as the moment that day begins."
    ]


def test_incident_restored_before_it_opened():
    """An incident cannot be over before it began."""
    log = "incident service opened restored"
    row = ("I1", "orders", "2026-01-02T10:00", "2026-01-02T09:00")
    assert faults(incidents=table(log, row)) == [
        "incidents, row 2, restored: found 2026-01-02T09:00, expected a date on or after opened, "
        "2026-01-02T10:00. Correct one of the two."
    ]


def test_incident_restored_at_once():
    """An incident of no length is likely a missing time of day."""
    log = "incident service opened restored"
    assert warnings(incidents=table(log, ("I1", "orders", "2026-01-02", "2026-01-02"))) == [
        "incidents, row 2, restored: found 2026-01-02, expected a time after opened. "
        "The incident counts as over at once."
    ]


def test_a_time_the_clocks_leapt_over():
    """02:30 on the last Sunday of March does not exist in Berlin, and does in UTC."""
    early = tasks("planned_start", "2026-03-29T02:30")
    assert warnings(tasks=early) == []
    assert warnings({"timezone": "Europe/Berlin"}, tasks=early) == [
        "tasks, row 2, planned_start: found 2026-03-29T02:30, expected a time that exists in "
        "Europe/Berlin; the clocks were put forward over it. Taken as it stands."
    ]


def test_severity_without_a_share():
    """Every severity in the log has a share in the settings."""
    log = "incident service opened severity"
    rows = [("I1", "orders", "2026-01-02", 5), ("I2", "orders", "2026-01-02", 3)]
    assert faults(incidents=table(log, *rows)) == [
        "incidents, row 2, severity: found 5, expected one of the levels 1, 2 and 3; "
        "did you mean 3? Correct it, or give level 5 a share in the severity setting."
    ]
    assert warnings({"severity": {"1": 1, "3": 0.5, "5": 0.1}}, incidents=table(log, *rows)) == []


# People


def assigned(units, who="ana"):
    """Return assignments in which T1 takes so much of somebody."""
    return table(
        "task resource units_fte", ("T1", who, units), ("T2", "ben", 0.5), ("T3", "ben", 0.5)
    )


def supported(ana=0.0, ben=0.0, incident=0.0):
    """Return everyday support of the two services."""
    return table(
        "service resource bau_fte incident_fte",
        ("payments", "ana", ana, incident),
        ("orders", "ben", ben, 0),
    )


@pytest.mark.parametrize(("units", "share"), [(2.5, "0.4"), (3, "0.33"), (97, "0.01"), (8, "0.12")])
def test_a_task_that_starts_only_with_little_of_what_it_needs(units, share):
    """Half of what a task needs has to be there at some time; exactly half is enough."""
    assert warnings(assignments=assigned(units)) == [
        f"assignments, row 2, units_fte: found {units} FTE of 'ana', expected at most 2 FTE, "
        "because 'ana' has 1 FTE for projects and a task starts when half of what it needs is "
        "free. Lower it, or raise the capacity; 'T1' starts only in a scenario whose min_share is "
        f"{share} or less."
    ]
    assert warnings(assignments=assigned(2)) == [
        "assignments, row 2, units_fte: found 2 FTE of 'ana' (1 free for projects), expected no "
        "more than the resource has for projects. The task goes on short-handed, and slower."
    ]


def test_a_task_that_starts_with_little_beside_everyday_support():
    """Everyday support comes first."""
    assert warnings(assignments=assigned(1), support=supported(ana=0.75)) == [
        "assignments, row 2, units_fte: found 1 FTE of 'ana', expected at most 0.5 FTE, because "
        "'ana' has 0.25 FTE for projects (1 less 0.75 of everyday support) and a task starts when "
        "half of what it needs is free. Lower it, or raise the capacity; 'T1' starts only in a "
        "scenario whose min_share is 0.25 or less."
    ]


def test_a_task_for_somebody_without_time():
    """Somebody whose support takes all their time can start nothing."""
    assert faults(assignments=assigned(0.1), support=supported(ana=1)) == [
        "assignments, row 2, units_fte: found 0.1 FTE of 'ana', expected somebody who has time for "
        "it: 'ana' has 0 FTE for projects (1 less 1 of everyday support). Lower it, or raise the "
        "capacity: 'T1' could never start."
    ]


def test_a_running_task_that_could_never_go_on():
    """A running task goes on with any share at all, but not with none; a done one needs nothing."""
    begun = tasks("actual_start", "2026-01-06T09:00")
    assert faults(STATUS, tasks=begun, assignments=assigned(3), support=supported(ana=1)) == [
        "assignments, row 2, units_fte: found 3 FTE of 'ana', expected somebody who has time for "
        "it: 'ana' has 0 FTE for projects (1 less 1 of everyday support). Lower it, or raise the "
        "capacity: 'T1' is running and could never go on."
    ]
    assert len(warnings(STATUS, tasks=begun, assignments=assigned(3))) == 1
    done = tasks("actual_start actual_finish", "2026-01-06T09:00", "2026-01-07T16:00")
    assert warnings(STATUS, tasks=done, assignments=assigned(3), support=supported(ana=1)) == []


def test_nothing_needed_is_never_too_much():
    """Zero units take nothing, even of somebody without time."""
    assert warnings(assignments=assigned(0), support=supported(ana=1)) == []


def test_everyday_support_above_capacity():
    """All everyday support of one person counts together."""
    support = table(
        "service resource bau_fte",
        ("payments", "ana", 0.75),
        ("orders", "ana", 0.5),
        ("orders", "ben", 0),
    )
    assert warnings(support=support, assignments=assigned(0)) == [
        "support, rows 2 and 3, bau_fte: found 1.25 FTE of 'ana' (capacity 1), expected no more "
        "everyday support than capacity_fte. Nothing is left for projects."
    ]


def test_incident_support_above_capacity():
    """An incident pulls at most the whole of a resource."""
    assert warnings(support=supported(incident=3)) == [
        "support, row 2, incident_fte: found 3 FTE of 'ana' (capacity 1), expected no more than "
        "capacity_fte. An incident pulls all there is."
    ]


def test_absence_above_capacity():
    """More than the whole of somebody cannot be away."""
    away = table("resource start end fte", ("ana", "2026-03-05", "2026-03-05", 2))
    assert warnings(absences=away) == [
        "absences, row 2, fte: found 2 FTE of 'ana' (capacity 1), expected no more than "
        "capacity_fte. All of the resource is away."
    ]


def test_speed_of_nothing():
    """With a skill at speed 0 no work would end."""
    assert faults(skills=table("resource skill speed", ("ana", "sql", 0))) == [
        "skills, row 2, speed: found 0, expected more than 0. "
        "Remove the row if they do not have the skill."
    ]


# What is tied to nothing


def test_project_without_tasks():
    """A project without tasks has no finish."""
    assert warnings(projects=table("project", ("P1",), ("P2",), ("P3",))) == [
        "projects, row 4, project: found 'P3', expected a task in tasks. "
        "Taken as they stand: without tasks there is no finish."
    ]


def test_task_without_assignment():
    """Work that waits for nobody is told, a milestone is not."""
    more = table(
        "task project duration_days",
        ("T1", "P1", 1),
        ("T2", "P1", 1),
        ("T3", "P2", 1),
        ("T4", "P2", 2),
        ("M1", "P2", 0),
    )
    assert warnings(tasks=more) == [
        "tasks, row 5, task: found 'T4', expected somebody in assignments. "
        "Taken as work that waits for nobody."
    ]


def test_resource_never_used():
    """Somebody with nothing to do changes no figure."""
    assert warnings(resources=table("resource", ("ana",), ("ben",), ("cy",))) == [
        "resources, row 4, resource: found 'cy', expected work in assignments or support. "
        "Taken as they stand: no figure depends on them."
    ]


def test_service_without_support():
    """An incident of a service nobody supports pulls nobody."""
    assert warnings(services=table("service", ("payments",), ("orders",), ("mail",))) == [
        "services, row 4, service: found 'mail', expected somebody in support. "
        "Taken as they stand: their incidents pull nobody."
    ]


def test_skill_that_nobody_has():
    """A need for a skill that is not in skills finds nobody else."""
    needs = table(
        "task resource units_fte skill",
        ("T1", "ana", 0.5, "sql"),
        ("T2", "ben", 0.5, "cobol"),
        ("T3", "ben", 0.5, None),
    )
    assert warnings(assignments=needs, skills=table("resource skill", ("ana", "sql"))) == [
        "assignments, row 3, skill: found 'cobol', expected a skill that somebody has in skills. "
        "Nobody could take over."
    ]


def test_many_of_one_kind_are_one_warning():
    """A warning for twenty resources names a few and counts the rest."""
    people = [(f"R{k:02}",) for k in range(20)]
    said = warnings(resources=table("resource", ("ana",), ("ben",), *people))
    assert said == [
        "resources, rows 4, 5, 6, 7, 8 and 15 more, resource: found 'R00', 'R01', 'R02' and 17 "
        "more, expected work in assignments or support. "
        "Taken as they stand: no figure depends on them."
    ]


# All at once


def test_check_tells_faults_and_warnings_apart():
    """Typed tables can be checked without building, rows counted below the headings."""
    small = built(projects=table("project", ("P1",), ("P2",), ("P3",)))
    bad = {
        **small.tables,
        "links": small.links.reindex([0]).assign(
            predecessor="T1", successor="T1", type="FS", lag_days=0.0
        ),
    }
    found = check(small.settings, bad)
    assert found[["severity", "table", "row"]].to_numpy().tolist() == [
        ["fault", "links", "2"],
        ["warning", "projects", "4"],
    ]
    assert small.check()["severity"].tolist() == ["warning"]


def test_a_wrong_cell_is_told_once():
    """A cell that cannot be read does not count as blank, unknown or too large as well."""
    assert faults(
        resources=table("resource capacity_fte", ("ana", "one"), ("ben", -1)),
        support=supported(ana="x"),
    ) == [
        "resources, row 2, capacity_fte: found 'one', expected a number. Write the number alone.",
        "resources, row 3, capacity_fte: found -1, expected at least 0. Correct the number.",
        "support, row 2, bau_fte: found 'x', expected a number. Write the number alone.",
    ]
