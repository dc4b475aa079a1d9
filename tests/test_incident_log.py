"""Exports of ServiceNow and Jira become the table `incidents`, or tell every fault at once."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest
from paper import paper

from svcimpact.errors import InputError, describe
from svcimpact.exchange import merge_log, read_incident_log
from svcimpact.portfolio import Portfolio

SERVICES = [
    {"service": "payments", "name": "Payments"},
    {"service": "ledger", "name": "General ledger"},
    {"service": "idp", "name": "Identity & sign-in"},
]


def portfolio(timezone: str = "Europe/London") -> Portfolio:
    return paper({"timezone": timezone}, services=SERVICES)


SERVICENOW = '''\
"number","opened_at","short_description","priority","state","business_service","cmdb_ci",\
"resolved_at","closed_at","reopen_count"
"INC0010001","2025-03-03 10:00:00","Payments
down, ""again""","1 - Critical","Closed","Payments","","2025-03-03 13:30:00",\
"2025-03-08 14:00:00","0"
"INC0010002","2025-03-04 10:00:00","slow","2 - High","Resolved","identity & sign in","",\
"2025-03-04 12:00:00","","0"
"INC0010003","2025-03-05 10:00:00","odd","3 - Moderate","In Progress","ledger","","","","0"
'''
JIRA = """\
Summary,Issue key,Issue id,Status,Priority,Resolution,Created,Resolved,Labels,Labels,\
Custom field (Affected services),Custom field (Affected services),Comment,Comment
Payments down,OPS-1,10001,Done,Highest,Done,03/Mar/25 10:00 AM,03/Mar/25 1:30 PM,a,b,Payments,,\
"one, two","x
y"
Slow,OPS-2,10002,Done,High,Done,04/Mar/25 10:00 AM,04/Mar/25 12:00 PM,,,idp,,,
Odd,OPS-3,10003,Waiting for support,Medium,,05/Mar/25 10:00 AM,,,,General ledger,,,
"""
EXPECTED = [
    ["payments", 1, "2025-03-03 10:00", "2025-03-03 13:30"],
    ["idp", 2, "2025-03-04 10:00", "2025-03-04 12:00"],
    ["ledger", 3, "2025-03-05 10:00", "NaT"],
]


def put(folder: Path, text: str, *, encoding: str = "utf-8", name: str = "log.csv") -> Path:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


def cells(frame: pd.DataFrame) -> list[list[object]]:
    shown = frame.drop(columns="incident")
    return [
        [service, level, str(opened)[:16], str(restored)[:16]]
        for service, level, opened, restored in shown.itertuples(index=False)
    ]


def told(action) -> list[str]:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError) as caught:
        action()
    return str(caught.value).splitlines()[1:]


@pytest.mark.parametrize(("text", "tool"), [(SERVICENOW, "ServiceNow"), (JIRA, "Jira")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_both_exports_are_the_same_log(
    tmp_path: Path, text: str, tool: str, encoding: str, mark: str
) -> None:
    """Quoted line ends, repeated columns, any encoding and separator: the same three incidents."""
    if mark != ",":
        text = text.replace('"one, two"', "one").replace('down, ""again""', "down")
        text = text.replace(",", mark)
    found = read_incident_log(put(tmp_path, text, encoding=encoding), portfolio())
    assert cells(found.incidents) == EXPECTED
    assert found.tool == tool
    assert found.rows == 3
    assert [str(t) for t in found.incidents.dtypes] == [
        "str", "str", "int64", "datetime64[us]", "datetime64[us]"
    ]  # fmt: skip


def test_labels_and_other_formats_of_servicenow(tmp_path: Path) -> None:
    """Headings by label, the day first with dots, as a German user exports them."""
    text = (
        "Number;Opened;Priority;State;Business service;Resolved\n"
        "INC1;03.03.2025 10:00:00;1 - Critical;Closed;Payments;03.03.2025 13:30:00\n"
    )
    found = read_incident_log(put(tmp_path, text, encoding="cp1252"), portfolio())
    assert cells(found.incidents) == EXPECTED[:1]
    assert found.columns["opened"] == "Opened"


@pytest.mark.parametrize(
    ("opened", "day_first", "expected"),
    [
        ("25/02/2025 10:00", None, "2025-02-25 10:00"),
        ("02/25/2025 10:00 PM", None, "2025-02-25 22:00"),
        ("03-04-2025 10:00:00", True, "2025-04-03 10:00"),
        ("03-04-2025 10:00:00", False, "2025-03-04 10:00"),
        ("3/4/25 12:05 AM", False, "2025-03-04 00:05"),
        ("25/févr./25 9:05 PM", None, "2025-02-25 21:05"),
        ("04/Mai/25 10:00", None, "2025-05-04 10:00"),
        ("Mar 4, 2025, 10:00:30 AM", None, "2025-03-04 10:00"),
        ("2025-07-04T10:00:00.000+0000", None, "2025-07-04 11:00"),
        ("2025-07-04 10:00 UTC", None, "2025-07-04 11:00"),
        ("2025-07-04T10:00:00-05:00", None, "2025-07-04 16:00"),
    ],
)
def test_dates_as_the_tools_write_them(
    tmp_path: Path, opened: str, day_first: bool | None, expected: str
) -> None:
    """Every way of writing a moment is that moment, on the wall clock of London."""
    text = f"number;opened_at;business_service;resolved_at\nI1;{opened};ledger;\n"
    found = read_incident_log(put(tmp_path, text), portfolio(), day_first=day_first)
    assert str(found.incidents["opened"].iloc[0])[:16] == expected


def test_times_of_another_zone_are_brought_to_the_portfolios(tmp_path: Path) -> None:
    """Ten in New York in March is 14:00 in London, before its own clocks change."""
    found = read_incident_log(put(tmp_path, JIRA), portfolio(), timezone="America/New_York")
    assert str(found.incidents["opened"].iloc[0]) == "2025-03-03 15:00:00"
    assert not any("without a time zone" in line for line in describe(found.warnings))


def test_clocks_set_back_are_no_fault(tmp_path: Path) -> None:
    """Open at 01:50 summer time, restored at 01:10 winter time, twenty minutes later: told."""
    text = (
        "number,opened_at,business_service,resolved_at\n"
        "I1,2025-10-26T00:50:00Z,ledger,2025-10-26T01:10:00Z\n"
    )
    found = read_incident_log(put(tmp_path, text), portfolio())
    assert found.incidents["restored"].iloc[0] == found.incidents["opened"].iloc[0]
    assert describe(found.warnings) == [
        "log.csv, row 2: found a restoration in the hour that the end of summer time repeats "
        "(1 row), expected clocks that only go forward. It counts as restored at once."
    ]


FAULTY = """\
number,opened_at,priority,state,business_service,resolved_at
I1,2025-03-03 10:00,Urgent,Closed,Paymnts,2025-03-02 10:00
I2,soon,1 - Critical,Closed,Payments,2025-03-03 10:00
I3,2025-03-03 10:00,2 - High,Resolved,,
,2025-03-03 10:00,2 - High,New,Ledgr,
I5,,2 - High,New,ledger,
I6,2025-02-30 10:00,2 - High,New,ledger,
I7,2025-03-03 10:00,2 - High,New,ledger,
I7,2025-03-04 10:00,2 - High,New,ledger,
"""


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """Priority, service, dates, order, missing cells, the same number twice: row by row."""
    assert told(lambda: read_incident_log(put(tmp_path, FAULTY), portfolio())) == [
        "log.csv, row 2, priority: found 'Urgent', expected a priority such as '1 - Critical', P2 "
        "or High. Say which severity it is: --severity 'Urgent=2'; 'Urgent=' leaves it out.",
        "log.csv, row 2, business_service: found 'Paymnts', expected a service of the portfolio, "
        "by its id or name; did you mean 'payments'? Say --service 'Paymnts=ID', or "
        "--skip-unknown to leave such rows out.",
        "log.csv, row 2, restored: found 2025-03-02T10:00, before it opened at 2025-03-03T10:00, "
        "expected a restoration after the strike. Correct the ticket, or take another column: "
        "--column restored=HEADING.",
        "log.csv, row 3, opened_at: found 'soon', expected a date and time such as "
        "2026-03-09 10:00 or 09/Mar/26 10:00 AM.",
        "log.csv, row 4, business_service: found nothing, expected the service that was down. Name "
        "another column: --column service=HEADING; or say --skip-unknown.",
        "log.csv, row 4, resolved_at: found nothing, though it is closed, expected when the "
        "service was back. Export it with the time of resolution, or correct the ticket.",
        "log.csv, row 5, business_service: found 'Ledgr', expected a service of the portfolio, by "
        "its id or name; did you mean 'ledger'? Say --service 'Ledgr=ID', or --skip-unknown to "
        "leave such rows out.",
        "log.csv, row 5, incident: found nothing, expected the number of the incident.",
        "log.csv, row 6, opened_at: found nothing, expected a date and time such as "
        "2026-03-09 10:00 or 09/Mar/26 10:00 AM.",
        "log.csv, row 7, opened_at: found '2025-02-30 10:00', expected a date and time such as "
        "2026-03-09 10:00 or 09/Mar/26 10:00 AM.",
        "log.csv, row 9, number: found 'I7' again, other than in row 8, expected every incident "
        "once. Export one line per incident, with its last values.",
    ]


def test_maps_of_the_user_cure_them(tmp_path: Path) -> None:
    """A priority and a name can be mapped, or left out; unknown services can be skipped."""
    text = (
        "number,opened_at,priority,business_service,resolved_at\n"
        "I1,2025-03-03 10:00,Urgent,SAP,2025-03-03 12:00\n"
        "I2,2025-03-03 10:00,4 - Low,ledger,2025-03-03 12:00\n"
        "I3,2025-03-03 10:00,5 - Planning,ledger,2025-03-03 12:00\n"
        "I4,2025-03-03 10:00,2 - High,Intranet,2025-03-03 12:00\n"
        "I5,2025-03-03 10:00,2 - High,Canteen,2025-03-03 12:00\n"
        "I6,2025-03-03 10:00,P1,Canteen,2025-03-03 12:00\n"
    )
    found = read_incident_log(
        put(tmp_path, text),
        portfolio(),
        severities={"urgent": 1, "4 - Low": 3},
        services={"SAP": "ledger", "intranet": ""},
        skip_unknown=True,
    )
    assert found.incidents["incident"].tolist() == ["I1", "I2"]
    assert found.incidents["severity"].tolist() == [1, 3]
    assert describe(found.warnings)[:2] == [
        "log.csv, row 4: found priority '5 - Planning' (1 row), expected a severity that pulls "
        "people. They were left out; say --severity '5 - Planning=3' to keep them.",
        "log.csv, rows 5, 6 and 7: found a service left out (3 rows), expected services of the "
        "portfolio. They were left out.",
    ]
    assert found.severities.set_index("found")["severity"].to_dict()["Urgent"] == 1
    assert found.services.set_index("found")["service"].to_dict()["SAP"] == "ledger"
    assert (
        found.sentences()[0]
        == "6 rows of ServiceNow: 2 incidents, 0 of them still open; 4 left out."
    )


def test_what_was_assumed_is_told(tmp_path: Path) -> None:
    """Reopened, cancelled, closed without resolution, dates alone, repeats, several services."""
    text = (
        "number,opened_at,state,business_service,resolved_at,closed_at,reopen_count\n"
        "I1,2025-03-03 10:00,In Progress,ledger,2025-03-03 12:00,,1\n"
        "I2,2025-03-03 10:00,Closed,ledger,2025-03-03 12:00,,2\n"
        "I3,2025-03-03 10:00,Canceled,ledger,,,0\n"
        "I4,2025-03-03 10:00,Closed,ledger,,2025-03-08 10:00,0\n"
        "I5,2025-03-03,Closed,\"ledger, Payments\",2025-03-04,,0\n"
        "I5,2025-03-03,Closed,\"ledger, Payments\",2025-03-04,,0\n"
    )  # fmt: skip
    found = read_incident_log(put(tmp_path, text), portfolio())
    assert found.incidents["restored"].isna().tolist() == [True, False, False, False]
    assert found.incidents["severity"].tolist() == [1] * 4
    assert describe(found.warnings) == [
        "log.csv, row 2: found an open ticket that was resolved before (1 row), expected tickets "
        "that stay closed. It was reopened, and counts as still open.",
        "log.csv, row 3: found a ticket that was reopened and resolved again (1 row), expected one "
        "restoration. The last one counts; the time in between is part of the outage.",
        "log.csv, row 4: found a cancelled or duplicate ticket (1 row), expected outages that "
        "happened. They were left out.",
        "log.csv, row 5: found a closed ticket without a time of restoration (1 row), expected "
        "when the service was back. The time the ticket was closed was taken, which is often days "
        "later.",
        "log.csv, rows 6 and 7: found several services (2 rows), expected the one that was struck. "
        "The first one was taken; what depends on it follows from the portfolio.",
        "log.csv, rows 6 and 7: found a date without a time of day (2 rows), expected a date "
        "and a time. They were read as midnight; lengths may be off by a day.",
        "log.csv, row 7: found the same row again (1 row), expected every incident once. They "
        "were left out.",
        "log.csv: found times without a time zone, expected the zone of the program's user. They "
        "were read as Europe/London; say --timezone otherwise.",
    ]


AMBIGUOUS = "number,opened_at,business_service,resolved_at\nI1,{},ledger,{}\n"


@pytest.mark.parametrize(
    ("opened", "restored", "line"),
    [
        ("03/04/2025 10:00", "04/04/2025 10:00",
         "log.csv: found dates whose day and month may be either, such as '03/04/2025 10:00', "
         "expected one order throughout, shown by at least one date. Say --day-first or "
         "--month-first (in Python day_first=True or False)."),
        ("13/04/2025 10:00", "04/15/2025 10:00",
         "log.csv: found dates with the day and dates with the month first, such as "
         "'13/04/2025 10:00' and '04/15/2025 10:00', expected one order throughout, shown by at "
         "least one date. Export it again in one format."),
    ],
)  # fmt: skip
def test_ambiguous_dates_are_not_guessed(
    tmp_path: Path, opened: str, restored: str, line: str
) -> None:
    """3 April or 4 March: nobody can tell from the file, so it is asked."""
    file = put(tmp_path, AMBIGUOUS.format(opened, restored))
    assert told(lambda: read_incident_log(file, portfolio()))[0] == line


def test_one_clear_date_decides_for_all(tmp_path: Path) -> None:
    """With 25/02 in the file, 03/04 is 3 April."""
    file = put(tmp_path, AMBIGUOUS.format("25/02/2025 10:00", "03/04/2025 10:00"))
    found = read_incident_log(file, portfolio())
    assert str(found.incidents["restored"].iloc[0]) == "2025-04-03 10:00:00"


def test_any_csv_with_its_columns_named(tmp_path: Path) -> None:
    """A tool of one's own: columns by name; those that are wrong are told with the nearest."""
    text = "Ref,Start,End,System\nA1,2025-03-03 10:00,2025-03-03 13:30,payments\n"
    file = put(tmp_path, text)
    columns = {"incident": "ref", "opened": "Start", "restored": "End", "service": "System"}
    found = read_incident_log(file, portfolio(), columns=columns)
    assert cells(found.incidents) == EXPECTED[:1]
    assert found.tool == "another program"
    assert told(lambda: read_incident_log(file, portfolio())) == [
        "log.csv: found no column for incident and opened and service among 'Ref', 'Start', 'End', "
        "'System', expected an export of ServiceNow (number, opened_at, …) or Jira (Issue key, "
        "Created, …). Export it with them, or say which they are: --column incident=HEADING "
        "--column opened=HEADING --column service=HEADING.",
    ]
    wrong = {**columns, "service": "Sytem", "opend": "Start"}
    assert told(lambda: read_incident_log(file, portfolio(), columns=wrong))[:2] == [
        "log.csv, service: found no column 'Sytem', expected the heading of a column in the file; "
        "did you mean 'System'?",
        "--column: found 'opend', expected one of incident, opened, service, restored, closed, "
        "severity, state, category, resolution, reopened; did you mean 'opened'?",
    ]


def test_a_blank_column_gives_way_to_the_next(tmp_path: Path) -> None:
    """Where business_service is blank throughout, the service is read from cmdb_ci."""
    text = "number,opened_at,business_service,cmdb_ci\nI1,2025-03-03 10:00,,ledger\n"
    found = read_incident_log(put(tmp_path, text), portfolio())
    assert found.columns["service"] == "cmdb_ci"
    assert found.incidents["service"].tolist() == ["ledger"]


def test_options_that_do_not_fit_the_portfolio(tmp_path: Path) -> None:
    """A service, a severity and a time zone that there are not, all at once."""
    file = put(tmp_path, SERVICENOW)
    lines = told(
        lambda: read_incident_log(
            file, portfolio(), services={"SAP": "leger"}, severities={"Urgent": 7},
            timezone="Europe/Londn",
        )
    )  # fmt: skip
    assert lines == [
        "--timezone: found 'Europe/Londn', expected an IANA name such as Europe/London; did you "
        "mean 'Europe/London'?",
        "--service, sap: found 'leger', expected the id of a service of the portfolio, or nothing "
        "to leave it out; did you mean 'ledger'?",
        "--severity, Urgent: found 7, expected one of 1, 2, 3, or nothing to leave it out. Give it "
        "a share in the severity setting of the portfolio.",
    ]


def test_severities_the_portfolio_does_not_have(tmp_path: Path) -> None:
    """A moderate ticket in a portfolio of two levels is a fault in its row."""
    two = paper({"severity": {"1": 1, "2": 0.5}}, services=SERVICES)
    assert told(lambda: read_incident_log(put(tmp_path, SERVICENOW), two)) == [
        "log.csv, row 5, priority: found '3 - Moderate', which is severity 3, expected a severity "
        "of the portfolio: 1 and 2. Say which it is: --severity '3 - Moderate=LEVEL'; "
        "'3 - Moderate=' leaves it out."
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "log.csv: found nothing, expected a row of column headings. Export it again, as CSV."),
        ('number,opened_at,service\nI1,"2025-03-03,ledger\n',
         "log.csv, row 2: found text that cannot be taken apart (unexpected end of data), expected "
         "cells with a comma, a semicolon or a tab between them. Look for a double quote (\") that "
         "is not closed, or export it again."),
        ("number,opened_at,service\nI1,2025-03-03 10:00,ledger,more\n",
         "log.csv, row 2: found 4 values, expected 3, one for each heading. Put text that holds a "
         'separator or a quote in "double quotes".'),
    ],
)  # fmt: skip
def test_files_that_are_no_table(tmp_path: Path, text: str, line: str) -> None:
    """Nothing in it, a quote that never ends, a row too long."""
    assert told(lambda: read_incident_log(put(tmp_path, text), portfolio()))[0] == line


def test_files_that_are_not_there(tmp_path: Path) -> None:
    """A slip in the name is told with the file that is there; a folder is no export."""
    put(tmp_path, SERVICENOW, name="incidents.csv")
    assert told(lambda: read_incident_log(tmp_path / "incident.csv", portfolio())) == [
        f"{tmp_path / 'incident.csv'}: found no such file, expected a CSV export of ServiceNow or "
        f"Jira; did you mean '{tmp_path / 'incidents.csv'}'?"
    ]
    assert "found a folder" in told(lambda: read_incident_log(tmp_path, portfolio()))[0]


def test_our_own_table_reads_back(tmp_path: Path) -> None:
    """The table as svcimpact writes it, by itself, with any severity and without a portfolio."""
    text = (
        "incident,service,severity,opened,restored\n"
        "A,core,5,2025-03-03T10:00,2025-03-03T12:00\nB,mail,,2025-03-04,\n"
    )
    found = read_incident_log(put(tmp_path, text))
    assert found.incidents["severity"].tolist() == [5, 1]
    assert found.incidents["service"].tolist() == ["core", "mail"]


def test_a_log_by_itself_needs_no_service(tmp_path: Path) -> None:
    """Lengths can be fitted where nobody wrote down what was struck."""
    found = read_incident_log(put(tmp_path, "number,opened_at\nI1,2025-03-03 10:00\n"))
    assert found.incidents["service"].tolist() == ["no service"]


def test_merging_replaces_by_number_and_keeps_the_rest(tmp_path: Path) -> None:
    """One closes that was open, two are new, one stays."""
    old = [
        {"incident": "INC0010001", "service": "payments", "opened": "2025-03-03 10:00"},
        {"incident": "OLD", "service": "idp", "opened": "2025-01-01", "restored": "2025-01-02"},
    ]
    base = paper({"timezone": "Europe/London"}, services=SERVICES, incidents=old)
    log = read_incident_log(put(tmp_path, SERVICENOW), base)
    merged, added, replaced = merge_log(base, log)
    assert (added, replaced) == (2, 1)
    assert merged.incidents["incident"].tolist() == [
        "OLD", "INC0010001", "INC0010002", "INC0010003"
    ]  # fmt: skip
    assert merged.incidents["restored"].iloc[1] == pd.Timestamp("2025-03-03 13:30")
    assert len(base.incidents) == 2
    assert merge_log(merged, log)[1:] == (0, 3)


def test_a_name_of_two_services_leads_to_neither(tmp_path: Path) -> None:
    """Two services called Mail: the name alone is a fault, an id is not."""
    twins = paper(
        {"timezone": "Europe/London"},
        services=[{"service": "m1", "name": "Mail"}, {"service": "m2", "name": "Mail"}],
    )
    text = "number,opened_at,business_service\nI1,2025-03-03 10:00,{}\n"
    assert (
        "found 'Mail'"
        in told(lambda: read_incident_log(put(tmp_path, text.format("Mail")), twins))[0]
    )
    found = read_incident_log(put(tmp_path, text.format("m2")), twins)
    assert found.incidents["service"].tolist() == ["m2"]


def test_a_log_packed_with_gzip(tmp_path: Path) -> None:
    """It is the same log; one that does not unpack is told."""
    plain, packed = put(tmp_path, SERVICENOW), tmp_path / "log.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    found = read_incident_log(packed, portfolio())
    assert found.incidents.equals(read_incident_log(plain, portfolio()).incidents)
    for broken in (packed.read_bytes()[:-9], plain.read_bytes()):
        packed.write_bytes(broken)
        assert told(lambda: read_incident_log(packed, portfolio())) == [
            "log.csv.gz: found a file that gzip cannot unpack, expected a whole .gz file. Fetch or "
            "pack it again."
        ]
