"""Hypothesis strategies for valid portfolios, with texts, numbers and dates that files stumble on.

`portfolios()` makes whole portfolios; `raw_portfolios()` the settings and tables they are built
from, for tests that want to change something first.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from svcimpact.cells.text import clean
from svcimpact.portfolio import Portfolio, build_portfolio
from svcimpact.schema import load_schema

NASTY_TEXTS = [
    "=1+1", "+49 30 1234", "-x", "@SUM(A1)", "NA", "nan", "None", "null", "007", "1e5", "TRUE",
    "false", "a,b", "a;b", 'say "hi"', '"', "two\nlines", "tab\there", "'quoted", "Zoë Müller",
    "日本語", "مرحبا", "🚀 launch 👩‍👩‍👧", "_x0041_", "<b>&amp;</b>", "https://example.org",
    "2026-03-09", "1,5", "{=A1}", "# no comment", "a  b", "sep=;", "0x1F", "\\n", "C:\\temp",
    "[section]", "key = value", "'''", "½ €", "a\u2028b", "1_000", "inf", "-0", "1.10", "yes",
]  # fmt: skip
NASTY_NUMBERS = [
    0.0, 0.1, 0.1 + 0.2, 1e-300, 5e-324, 1e15 + 0.3, 1 / 3, 2.0**53 + 2, 1e22, 123456.789, 2.5,
]  # fmt: skip
DAY_ZERO = datetime(2026, 1, 5)
_WORKING_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def texts() -> st.SearchStrategy[str]:
    """Draw texts that a cell can hold, half of them known troublemakers."""
    wild = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
    cleaned = st.one_of(st.sampled_from(NASTY_TEXTS), wild).map(clean)
    # '#N/A' and the like are a spreadsheet's errors; two escapes that share an underscore are the
    # one thing a workbook refuses.
    return cleaned.filter(lambda text: text and not text.startswith("#") and "_x" not in text[1:])


def amounts(low: float = 0.0, high: float = 1e15) -> st.SearchStrategy[float]:
    """Draw finite numbers from low to high, some with all 17 digits."""
    nasty = [number for number in NASTY_NUMBERS if low <= number <= high]
    drawn = st.floats(low, high, allow_nan=False, allow_infinity=False)
    # -0.0 equals 0.0 and no table means it.
    return (st.one_of(st.sampled_from(nasty), drawn) if nasty else drawn).map(lambda x: x + 0.0)


def days(first: int = -400, last: int = 800) -> st.SearchStrategy[str]:
    """Draw ISO dates, counted in days from the first Monday of 2026."""
    return st.integers(first, last).map(lambda n: (DAY_ZERO + timedelta(days=n)).date().isoformat())


def moments(first: int = -400, last: int = 800) -> st.SearchStrategy[datetime]:
    """Draw date-times down to the microsecond, often on the hour or at midnight."""
    parts = st.one_of(
        st.just(time()),
        st.integers(0, 23).map(time),
        st.times(),
        st.times().map(lambda t: t.replace(microsecond=0)),
    )
    return st.builds(
        lambda n, part: datetime.combine((DAY_ZERO + timedelta(days=n)).date(), part),
        st.integers(first, last),
        parts,
    )


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw the same, or a blank."""
    return st.one_of(st.none(), strategy)


@st.composite
def raw_settings(draw: st.DrawFn) -> dict[str, object]:
    """Draw settings by key, as a `portfolio.toml` holds them."""
    holidays = st.one_of(
        st.sampled_from(["", "GB-ENG", "DE", "US"]),
        st.lists(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=3, unique=True),
    )
    return {
        "name": draw(texts()),
        "start": draw(days(0, 30)),
        "currency": draw(st.sampled_from(["EUR", "GBP", "JPY"])),
        "status_date": draw(maybe(moments(35, 60))),
        "timezone": draw(st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"])),
        "calendar": {
            "working_days": draw(
                st.lists(st.sampled_from(_WORKING_DAYS), min_size=1, unique=True).map(
                    lambda found: sorted(found, key=_WORKING_DAYS.index)
                )
            ),
            "day_start": draw(st.sampled_from(["09:00", "07:30", "00:00"])),
            "hours_per_day": draw(st.sampled_from([7.5, 8.0, 7.7, 1 / 3, 10.0])),
            "holidays": draw(holidays),
        },
        "severity": draw(
            st.sampled_from([{"1": 1.0, "2": 0.5, "3": 0.2}, {"1": 1.0}, {"1": 0.9, "2": 1 / 3}])
        ),
    }


def _unique(draw: st.DrawFn, of: st.SearchStrategy[Any], low: int, high: int) -> list[Any]:
    return draw(st.lists(of, min_size=low, max_size=high, unique=True))


def _pairs(draw: st.DrawFn, first: list[str], second: list[str], high: int) -> list[Any]:
    if not first or not second:
        return []
    pair = st.tuples(st.sampled_from(first), st.sampled_from(second))
    return _unique(draw, pair, 0, high)


@st.composite
def raw_portfolios(
    draw: st.DrawFn, max_tasks: int = 6
) -> tuple[dict[str, object], dict[str, pd.DataFrame]]:
    """Draw settings and tables of raw cells that make a valid portfolio.

    Links run from earlier to later tasks only, nobody is asked for more than they have, and dates
    are in order.
    """
    settings = raw_settings()
    setting = draw(settings)
    status = setting["status_date"]
    ids = texts()
    projects = _unique(draw, ids, 1, 3)
    tasks = _unique(draw, ids, 1, max_tasks)
    resources = _unique(draw, ids, 1, 4)
    services = _unique(draw, ids, 1, 4)
    people = _unique(draw, ids, 0, 3)
    teams = _unique(draw, texts(), 0, 2)
    who = st.sampled_from(people) if people else st.none()
    tables: dict[str, list[dict[str, object]]] = {
        "projects": [
            {
                "project": project,
                "name": draw(maybe(texts())),
                "sponsor": draw(maybe(who)),
                "priority": draw(maybe(st.integers(1, 9))),
                "due": draw(maybe(days(0, 400))),
                "cost_of_delay_per_day": draw(maybe(amounts())),
            }
            for project in projects
        ],
        "tasks": [draw(_task(task, projects, status)) for task in tasks],
        "resources": [
            {
                "resource": resource,
                "name": draw(maybe(texts())),
                "team": draw(maybe(st.sampled_from(teams))) if teams else None,
                "kind": draw(st.sampled_from(["person", "team"])),
                "capacity_fte": draw(amounts(1.0, 9.0)),
                "cost_per_day": draw(maybe(amounts())),
            }
            for resource in resources
        ],
        "services": [
            {
                "service": service,
                "name": draw(maybe(texts())),
                "owner": draw(maybe(who)),
                "tier": draw(maybe(st.integers(1, 4))),
                "outage_cost_per_hour": draw(maybe(amounts())),
                "protected": draw(maybe(st.booleans())),
            }
            for service in services
        ],
        "stakeholders": [
            {
                "stakeholder": person,
                "name": draw(maybe(texts())),
                "role": draw(maybe(texts())),
                "side": draw(st.sampled_from(["service", "project", "senior"])),
            }
            for person in people
        ],
    }
    tables["links"] = [
        {
            "predecessor": tasks[min(a, b)],
            "successor": tasks[max(a, b)],
            "type": draw(st.sampled_from(["FS", "SS", "FF", "SF", None])),
            "lag_days": draw(maybe(st.sampled_from([0, 1, 0.1 + 0.2, 2.5, -0.5]))),
        }
        for a, b in _pairs(draw, range(len(tasks)), range(len(tasks)), 4)  # type: ignore[arg-type]
        if a < b
    ]
    tables["absences"] = []
    for resource in _unique(draw, st.sampled_from(resources), 0, 2):
        first = draw(st.integers(0, 90))
        tables["absences"].append(
            {
                "resource": resource,
                "start": (DAY_ZERO + timedelta(days=first)).date(),
                "end": (DAY_ZERO + timedelta(days=first + draw(st.integers(0, 9)))).date(),
                "fte": draw(maybe(amounts(0.1, 1.0))),
            }
        )
    skills = _unique(draw, texts(), 1, 2)
    tables["skills"] = [
        {"resource": resource, "skill": skill, "speed": draw(maybe(amounts(0.1, 2.0)))}
        for resource, skill in _pairs(draw, resources, skills, 4)
    ]
    tables["assignments"] = [
        {
            "task": task,
            "resource": resource,
            "units_fte": draw(maybe(amounts(0.1, 1.0))),
            "skill": draw(maybe(st.sampled_from(had))) if (had := _had(tables, resource)) else None,
        }
        for task, resource in _pairs(draw, tasks, resources, 6)
    ]
    tables["service_links"] = [
        {"service": service, "needs": needs, "impact": draw(maybe(amounts(0.0, 1.0)))}
        for service, needs in _pairs(draw, services, services, 4)
        if service != needs
    ]
    tables["support"] = [
        {
            "service": service,
            "resource": resource,
            "bau_fte": draw(maybe(st.just(0.0))),
            "incident_fte": draw(maybe(amounts(0.0, 1.0))),
        }
        for service, resource in _pairs(draw, services, resources, 4)
    ]
    tables["changes"] = [
        {"task": task, "service": service, "effect": draw(st.sampled_from(["changes", "uses"]))}
        for task, service in _pairs(draw, tasks, services, 4)
    ]
    tables["freezes"] = [
        {"service": draw(maybe(st.sampled_from(services))), "start": start, "end": end}
        for start, end in draw(st.lists(_spells(), max_size=2))
    ]
    tables["interests"] = [
        {
            "stakeholder": person,
            "item": item,
            "interest": draw(st.sampled_from(["owns", "decides", "tests", "informed"])),
            "stage": draw(maybe(st.sampled_from(["scope", "test"]))),
        }
        for person, item in _pairs(draw, people, services, 3)
    ]
    tables["acceptance"] = [
        {
            "project": project,
            "service": service,
            "criterion": draw(texts()),
            "measure": draw(maybe(texts())),
            "target": draw(maybe(texts())),
            "achieved": draw(maybe(texts())),
            "status": draw(st.sampled_from(["met", "open", "failed"])),
        }
        for project, service in _pairs(draw, projects, services, 3)
    ]
    tables["incidents"] = [
        {
            "incident": incident,
            "service": draw(st.sampled_from(services)),
            "severity": 1,
            "opened": opened,
            "restored": draw(st.sampled_from([restored, None])),
        }
        for incident, (opened, restored) in zip(
            _unique(draw, ids, 0, 3),
            draw(st.lists(_spells(-400, -1), min_size=3, max_size=3)),
            strict=False,
        )
    ]
    columns = load_schema()
    return setting, {
        name: pd.DataFrame(rows, columns=list(columns[name]), dtype="object")
        for name, rows in tables.items()
    }


def _had(tables: dict[str, list[dict[str, object]]], resource: str) -> list[object]:
    return [row["skill"] for row in tables["skills"] if row["resource"] == resource]


@st.composite
def _spells(draw: st.DrawFn, first: int = 0, last: int = 400) -> tuple[datetime, datetime]:
    start = draw(moments(first, last))
    return start, start + timedelta(seconds=draw(st.integers(60, 10**6)))


@st.composite
def _task(
    draw: st.DrawFn, task: str, projects: list[str], status: datetime | None
) -> dict[str, object]:
    likely = draw(st.one_of(st.sampled_from([0.0, 0.1 + 0.2, 5.0, 7.5]), amounts(0.0, 60.0)))
    spread = draw(st.booleans())
    row: dict[str, object] = {
        "task": task,
        "project": draw(st.sampled_from(projects)),
        "name": draw(maybe(texts())),
        "stage": draw(maybe(st.sampled_from(["scope", "design", "delivery", "transition"]))),
        "activity": draw(maybe(st.sampled_from(["work", "service_test", "handover"]))),
        "duration_days": likely,
        "optimistic_days": likely / 2 if spread else None,
        "pessimistic_days": likely * 2 if spread else None,
        "planned_start": draw(maybe(moments(0, 300))),
        "can_start_early": draw(maybe(st.booleans())),
    }
    state = draw(st.sampled_from(["waits", "runs", "done"])) if status else "waits"
    if state != "waits":
        row["actual_start"] = status - timedelta(days=draw(st.integers(2, 4)))
        row["done_fraction"] = draw(amounts(0.1, 0.9)) if state == "runs" else 1.0
    if state == "done":
        row["actual_finish"] = status - timedelta(minutes=draw(st.integers(0, 999)))
    return row


def portfolios(max_tasks: int = 6) -> st.SearchStrategy[Portfolio]:
    """Draw valid portfolios with up to so many tasks, and every table filled now and then."""
    return raw_portfolios(max_tasks).map(lambda raw: build_portfolio(*raw))
