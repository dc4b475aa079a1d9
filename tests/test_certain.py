"""What nothing random reaches: errors of zero that no stranger's randomness can change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from paper import assigned, paper, people, staff, tasks

from svcimpact.incident.outcome import Outcome
from svcimpact.incident.scenario import Incident, RandomIncidents, Scenario
from svcimpact.incident.simulate import simulate

FIXED = Incident("core", start="2026-01-06 09:00", hours=24)
UNCERTAIN = Incident("core", start="2026-01-06 09:00", median_hours=16, p90_hours=72)
SPREAD = {"optimistic_days": 0.5, "pessimistic_days": 9}


def outcome(
    scenario: Scenario, links: tuple[tuple[str, str], ...] = (), **changed: dict[str, Any]
) -> Outcome:
    """Simulate P (task A, Ana), Q (B, Ben) and R (C, Cy); Ana supports core, Ben mail."""
    rows = [tasks((t, 8), project=p)[0] for t, p in zip("ABC", "PQR", strict=True)]
    portfolio = paper(
        projects=[{"project": p, "due": "2026-01-30"} for p in "PQR"],
        tasks=[{**row, **changed.get(str(row["task"]), {})} for row in rows],
        links=[{"predecessor": a, "successor": b} for a, b in links],
        resources=people(ana=1, ben=1, cy=1),
        assignments=assigned(A="ana", B="ben", C="cy"),
        services=[{"service": "core"}, {"service": "mail"}],
        support=staff(("core", "ana", 0, 1), ("mail", "ben", 0.2, 1)),
        changes=[{"task": "C", "service": "mail"}],
    )
    return simulate(portfolio, scenario)


def unsure(found: Outcome, column: str = "chance_late_se") -> str:
    """Return the projects with an error in a figure."""
    return "".join(found.projects.loc[found.projects[column] > 0, "project"])


def stated(*incidents: Incident) -> Scenario:
    return Scenario(incidents=incidents, runs=40)


@pytest.mark.parametrize(
    ("scenario", "links", "changed", "late", "levelled"),
    [
        (stated(FIXED), (), {}, "", ""),
        (stated(UNCERTAIN), (), {}, "P", ""),
        (stated(UNCERTAIN), (("A", "B"),), {}, "PQ", ""),
        (stated(FIXED), (), {"B": SPREAD}, "Q", "Q"),
        (stated(FIXED), (("B", "C"),), {"B": SPREAD}, "QR", "QR"),
        # Ben is pulled to mail, which C changes.
        (stated(FIXED, replace(UNCERTAIN, service="mail")), (), {}, "QR", ""),
        (replace(stated(UNCERTAIN), without=("pull",)), (), {}, "", ""),
    ],
    ids=str,
)
def test_randomness_reaches_as_far_as_people_links_and_freezes(
    scenario: Scenario,
    links: tuple[tuple[str, str], ...],
    changed: dict[str, Any],
    late: str,
    levelled: str,
) -> None:
    """Only projects that something random can reach have an error, levelled ones by durations."""
    found = outcome(scenario, links, **changed)
    assert unsure(found) == unsure(found, "chance_delayed_se") == late
    assert unsure(found, "chance_late_levelled_se") == levelled
    tasks_unsure = found.tasks.loc[found.tasks["chance_delayed_se"] > 0, "project"]
    assert "".join(tasks_unsure) == late


def test_random_incidents_leave_others_certain() -> None:
    """Incidents that arrive at random at mail are no doubt about core and Ana."""
    chance = RandomIncidents(250, rates={"mail": 9.0}, median_hours=9, p90_hours=40)
    found = outcome(Scenario(incidents=(FIXED,), random_incidents=chance, runs=40))
    assert unsure(found) == "QR"
    assert (found.services["outage_hours_se"] > 0).tolist() == [False, True]
    assert (found.resources["pull_hours_se"] > 0).tolist() == [False, True, False]


@pytest.mark.parametrize("runs", [1, 20, 300])
def test_a_random_stranger_leaves_no_error_behind(runs: int) -> None:
    """A certain project has the same figures and errors, to the bit, beside an uncertain one."""
    alone = outcome(replace(stated(FIXED), runs=runs))
    mail = replace(UNCERTAIN, service="mail")
    beside = outcome(replace(stated(FIXED, mail), runs=runs), B=SPREAD)
    for name, key, mine in (
        ("projects", "project", "P"),
        ("tasks", "task", "A"),
        ("resources", "resource", "ana"),
        ("services", "service", "core"),
        ("incidents", "service", "core"),
    ):
        one, other = (getattr(o, name).set_index(key).loc[[mine]] for o in (alone, beside))
        pd.testing.assert_frame_equal(one, other, check_exact=True)
