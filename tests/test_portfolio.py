"""Portfolio: built once, built again, replaced in part, shown."""

from __future__ import annotations

import string
from datetime import date, datetime, time
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_tables import SETTINGS, built, clean_tables, table

from svcimpact.calendar import Calendar
from svcimpact.errors import InvalidPortfolioError, fault
from svcimpact.portfolio import Portfolio, Settings, build_portfolio
from svcimpact.schema import load_schema


def test_calendar_follows_the_settings():
    """The clock is that of the settings."""
    small = built({"hours_per_day": 8, "day_start": "08:00", "holidays": ["2026-01-06"]})
    assert isinstance(small.calendar, Calendar)
    assert small.calendar.hours(np.datetime64("2026-01-07T12:00")) == 12
    assert small.calendar is small.calendar


def test_tables_come_in_the_order_of_the_schema():
    """Every table of the schema but the settings."""
    assert list(built().tables) == [name for name in load_schema() if name != "portfolio"]


def test_what_is_handed_in_stays_as_it_is():
    """Neither the tables nor the settings of the caller change."""
    tables, before = clean_tables(), clean_tables()
    raw = {**SETTINGS, "calendar": {"hours_per_day": 8}}
    build_portfolio(raw, tables)
    assert raw == {**SETTINGS, "calendar": {"hours_per_day": 8}}
    for name, frame in tables.items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_all_faults_in_one_error():
    """Faults of a reader, the settings, the cells and between cells come together, in order."""
    tables = clean_tables()
    tables["tasks"].loc[1, "duration_days"] = "x"
    tables["tasks"].loc[0, "project"] = "P7"
    tables["support"].loc[0, "service"] = "mail"
    with pytest.raises(InvalidPortfolioError) as caught:
        build_portfolio(
            {"name": "Small", "start": "soon"},
            tables,
            source="data/small",
            faults=[fault("links.csv", "4", found="2 values", expected="3", cure="Add one.")],
            notes=[fault("tasks", cure="It was read as UTF-8.")],
        )
    assert str(caught.value) == (
        "data/small has 5 faults.\n"
        "links.csv, row 4: found 2 values, expected 3. Add one.\n"
        "portfolio, start: found 'soon', expected an ISO date such as 2026-03-31. "
        "Write year, month and day in order.\n"
        "tasks, row 2, project: found 'P7', expected an id from projects. "
        "Correct the id, or add 'P7' to projects.\n"
        "tasks, row 3, duration_days: found 'x', expected a number of working days. "
        "Write the number alone.\n"
        "support, row 2, service: found 'mail', expected an id from services. "
        "Correct the id, or add 'mail' to services."
    )
    assert caught.value.warnings["cure"].iloc[0] == "It was read as UTF-8."


def test_notes_of_a_reader_become_warnings():
    """What a reader assumed stands first among the warnings."""
    note = fault("tasks", found="a file in Latin-1", expected="UTF-8", cure="Read as Latin-1.")
    portfolio = build_portfolio(SETTINGS, clean_tables(), notes=[note])
    assert portfolio.warnings.to_dict("records") == [note]


def test_equals():
    """Portfolios are equal if settings and tables are; warnings and the way there do not count."""
    assert built().equals(built())
    assert not built().equals(built({"hours_per_day": 8}))
    assert not built().equals(built(projects=table("project priority", ("P1", 1), ("P2", None))))
    assert not built().equals("Small")
    spaced = built(projects=table("project", ("P1 ",), (None,), ("P2",)))
    assert spaced.equals(built())


def test_with_tables():
    """Replacing a table makes a new portfolio and leaves the old one."""
    old = built()
    new = old.with_tables(projects=table("project priority", ("P1", 2), ("P2", 1)))
    assert old.projects["priority"].isna().all()
    assert new.projects["priority"].tolist() == [2, 1]
    assert new.tasks.equals(old.tasks)
    with pytest.raises(InvalidPortfolioError, match="found 'P2', expected an id from projects"):
        old.with_tables(projects=table("project", ("P1",)))
    with pytest.raises(TypeError, match=r"no table 'project'; did you mean 'projects'\?"):
        old.with_tables(project=old.projects)
    with pytest.raises(TypeError, match=r"no table 'zzz'$"):
        old.with_tables(zzz=old.projects)


def test_repr():
    """The repr is short and the same for the same portfolio."""
    assert repr(built()) == (
        "<Portfolio 'Small' from 2026-01-05: 2 projects, 3 tasks, 2 resources, 2 services>"
    )


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen, self.text = [], set(), []

    def handle_starttag(self, tag, attrs):  # noqa: ARG002
        self.open.append(tag)
        self.seen.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("name", ["Small", "<script>alert(1)</script> & 'more'"])
def test_html(name):
    """The table of tables is well-formed, and names cannot inject markup."""
    portfolio = built({"name": name, "status_date": "2026-02-02T12:00", "currency": "<b>"})
    tags = _Tags()
    tags.feed(portfolio._repr_html_())
    assert tags.open == []
    assert "script" not in tags.seen
    text = "".join(tags.text)
    assert text.startswith(
        f"{name} from 2026-01-05, status 2026-02-02 12:00, UTC, 7.5 h a day, <b>"
    )
    assert text.endswith("1 warning, see .warnings")


def test_portfolio_is_frozen():
    """No table can be put in place of another by accident."""
    with pytest.raises(AttributeError):
        built().tasks = None


# Built again

ODD_TEXT = st.text(st.characters(codec=None), max_size=12).filter(lambda t: not t.startswith("#"))
IDS = st.text(string.ascii_letters + string.digits + "-_ é\u0301\u200b\t", min_size=1, max_size=6)
NUMBERS = st.one_of(
    st.floats(0, 1000),
    st.integers(0, 50),
    st.sampled_from(["2,5", " 3 ", "1e2", "0,125", None]),
)
MOMENTS = st.one_of(
    st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1)),
    st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1)).map(datetime.isoformat),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda t: f"{t:%Y-%m-%d %H:%M}Z"),
    st.dates(date(1950, 1, 1), date(2150, 1, 1)),
    st.none(),
)
CHOICES = st.sampled_from(["design", "Test", " delivery ", None])
FLAGS = st.sampled_from([True, False, "yes", "No", 1, 0, None, ""])


@st.composite
def raw_portfolios(draw):
    """Draw raw settings and tables of the messy kind that can be read."""

    def ids(least=1):
        drawn = draw(st.lists(IDS, min_size=least, max_size=4))
        made = {
            "".join(name.split()).replace("\u200b", "") + f"{k}": None
            for k, name in enumerate(drawn)
        }
        return list(made)

    def table(rows, **columns):
        return pd.DataFrame(
            {
                name: [draw(cells) for _ in range(rows)]
                if isinstance(cells, st.SearchStrategy)
                else cells
                for name, cells in columns.items()
            },
            dtype=object,
        )

    projects, tasks, people, services = ids(), ids(), ids(), ids()
    pick = st.sampled_from
    pairs = draw(st.lists(st.tuples(pick(tasks), pick(people)), max_size=5, unique=True))
    supports = draw(st.lists(st.tuples(pick(services), pick(people)), max_size=5, unique=True))
    days = draw(st.lists(st.dates(date(2020, 1, 1), date(2030, 1, 1)), max_size=3))
    raw = {
        "name": draw(st.sampled_from(["Meridian", "Ä & <b>", " x\r\ny "])),
        "start": draw(st.dates(date(2020, 1, 1), date(2030, 1, 1))),
        "timezone": draw(st.sampled_from(["UTC", "Europe/Berlin", "america/new_york"])),
        "working_days": draw(st.sampled_from(["Mon Tue", ["Sunday", "mon"]])),
        "day_start": draw(st.sampled_from(["8:00", "08:00", time(9, 30)])),
        "holidays": draw(st.sampled_from([days, "GB-ENG", "de", None])),
    }
    return raw, {
        "projects": table(
            len(projects),
            project=projects,
            name=ODD_TEXT,
            due=MOMENTS,
            priority=st.one_of(st.integers(1, 9), st.none(), st.just("2.0")),
            cost_of_delay_per_day=NUMBERS,
        ),
        "tasks": table(
            len(tasks),
            task=tasks,
            project=pick(projects),
            name=ODD_TEXT,
            duration_days=NUMBERS.filter(lambda n: n is not None),
            stage=CHOICES,
            planned_start=MOMENTS,
            can_start_early=FLAGS,
        ),
        "resources": table(
            len(people),
            resource=people,
            team=ODD_TEXT,
            capacity_fte=st.sampled_from([1, "1,5", None, 3.25]),
        ),
        "assignments": table(
            len(pairs),
            task=[a for a, _ in pairs],
            resource=[b for _, b in pairs],
            units_fte=st.sampled_from([0.5, "0,25", None]),
        ),
        "services": table(len(services), service=services, protected=FLAGS, tier=pick([1, "2"])),
        "support": table(
            len(supports),
            service=[a for a, _ in supports],
            resource=[b for _, b in supports],
            incident_fte=NUMBERS,
        ),
        "absences": table(
            1, resource=people[:1], start=["2026-01-01"], end=["2026-01-03"], fte=NUMBERS
        ),
    }


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(raw_portfolios())
def test_building_again_changes_nothing(drawn):
    """Normalised settings and tables are what they are read as."""
    raw, tables = drawn
    once = build_portfolio(raw, tables)
    again = build_portfolio(once.settings, once.tables)
    assert again.equals(once)
    assert isinstance(again, Portfolio)
    for name, frame in once.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], frame)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(raw_portfolios())
def test_text_and_typed_cells_are_read_alike(drawn):
    """All cells as ISO text give the portfolio that the typed cells give."""
    raw, tables = drawn
    once = build_portfolio(raw, tables)

    def as_text(cell):
        if pd.isna(cell):
            return None
        return cell.isoformat() if isinstance(cell, datetime) else str(cell)

    texts = {name: frame.astype(object).map(as_text) for name, frame in once.tables.items()}
    assert build_portfolio(once.settings, texts).equals(once)


def test_settings_are_part_of_the_module():
    """Settings can be handed in ready made."""
    ready = Settings(name="Small", start=pd.Timestamp("2026-01-05"))
    assert build_portfolio(ready, clean_tables()).settings == ready
