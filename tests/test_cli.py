"""The command line as a user meets it: what it prints, what it leaves, how it ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from svcimpact import cli
from svcimpact.incident.scenario import Incident
from svcimpact.incident.simulate import simulate
from svcimpact.io import read, write
from svcimpact.io.results import write_results
from svcimpact.portfolio import build_portfolio

TINY = "data/tiny"
SCENARIO = "data/tiny/incident.toml"


@pytest.fixture
def call(monkeypatch, capsys):
    """Return a function that runs one command and returns its exit code and output."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["svcimpact", *map(str, words)])
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def broken(folder: Path) -> Path:
    """Write the tiny portfolio with two faults in it."""
    write(read(TINY), folder)
    tasks = folder / "tasks.csv"
    tasks.write_text(tasks.read_text().replace("checkout", "chekout", 1))
    support = folder / "support.csv"
    support.write_text(support.read_text().replace("0.25", "-0.25", 1))
    return folder


def test_check_says_no_faults(call):
    """A sound portfolio is named, and told to be without faults, with exit code 0."""
    code, out, err = call("check", TINY)
    assert (code, err) == (0, "")
    assert "2 projects, 5 tasks, 3 resources, 2 services" in out
    assert out.endswith("No faults.\n")


def test_check_tells_every_fault_with_exit_code_2(call, tmp_path):
    """Faults in two tables are told at once, with the cure, and nothing else is printed."""
    code, out, err = call("check", broken(tmp_path / "p"))
    assert (code, out) == (2, "")
    assert "did you mean 'checkout'?" in err
    assert "support, row 2, bau_fte: found '-0.25', expected at least 0" in err
    assert "Traceback" not in err


def test_a_portfolio_that_is_not_there(call, tmp_path):
    """A wrong path is the user's fault and is told in words."""
    code, _, err = call("check", tmp_path / "nowhere")
    assert code == 2
    assert "nowhere" in err
    assert "Traceback" not in err


def test_simulate_prints_the_hand_solved_delay_and_writes_its_tables(call, tmp_path):
    """The tiny incident costs the checkout 1.75 days, on screen and in the table written."""
    code, out, _ = call("simulate", TINY, "--scenario", SCENARIO, "--out", tmp_path / "out")
    assert code == 0
    assert "1.75 ± 0.00" in out
    projects = pd.read_csv(tmp_path / "out" / "projects.csv").set_index("project")
    assert projects.loc["checkout", "delay_mean_days"] == 1.75
    assert projects.loc["checkout", "cost_mean"] == 700
    names = {file.stem for file in (tmp_path / "out").iterdir()}
    told = "projects tasks resources services incidents segments takes assumptions"
    assert names == set(told.split())


def test_simulate_takes_one_incident_in_options(call):
    """An incident told in options is the same as in a file."""
    words = ("--service", "payments", "--start", "2026-01-06 13:00", "--hours", "26")
    code, out, _ = call("simulate", TINY, *words, "--runs", "3", "--seed", "2")
    assert code == 0
    assert "'Payments fails': 3 runs, seed 2" in out


PAYMENTS = ("--service", "payments", "--start", "2026-03-09", "--median-hours", 16)


def test_simulate_stops_when_it_knows_enough(call):
    """Within 50 days the first 500 runs do; within 0.01 not even the most that are allowed."""
    words = ("simulate", "data/meridian", *PAYMENTS, "--p90-hours", 72, "--until", "p80")
    for within, runs in ((50, 500), (0.01, 600)):
        code, out, _ = call(*words, "--within-days", within, "--runs", 600)
        assert code == 0
        assert out.startswith(f"Outcome of 'Payments fails': {runs} runs, seed 1\n")


def test_simulate_samples_as_in_python(call, tmp_path):
    """A Latin hypercube gives the figures that it gives in Python, not those of random runs."""
    incident = Incident("payments", start="2026-03-09", median_hours=16, p90_hours=72)
    words = ("simulate", "data/meridian", *PAYMENTS, "--p90-hours", 72, "--runs", 200)
    found = {}
    for sampling in ("random", "latin-hypercube"):
        code, _, _ = call(*words, "--sampling", sampling, "--out", tmp_path / sampling)
        assert code == 0
        found[sampling] = pd.read_csv(tmp_path / sampling / "projects.csv")["delay_mean_days"]
        here = simulate(read("data/meridian"), incident, runs=200, sampling=sampling)
        assert found[sampling].to_numpy() == pytest.approx(here.projects["delay_mean_days"])
    assert (found["random"] != found["latin-hypercube"]).any()


def test_scope_tells_each_project_and_writes_a_page(call, tmp_path):
    """One sentence per project, or all on one with its page, and the tables."""
    code, out, _ = call("scope", TINY)
    assert code == 0
    assert out.splitlines()[0] == "Move the staff pages touches no service."
    assert "takes 6 person-days of support staff" in out
    page, book = tmp_path / "checkout.html", tmp_path / "scope.xlsx"
    words = ("--project", "checkout", "--lead-days", "0", "--page", page, "--out", book)
    code, out, _ = call("scope", TINY, *words)
    assert code == 0
    assert "Payments has no owner: name one, by 5 January 2026." in out
    assert "A decision is needed 0 working days before the first task" in out
    assert out.endswith(f"Written: {page}\nWritten: {book}\n")
    assert "<h1>New checkout for the shop</h1>" in page.read_text(encoding="utf-8")
    assert pd.read_excel(book, "hours", engine="calamine")["hours"].sum() == 48


def test_stages_tells_gaps_and_what_they_rest_on(call, tmp_path):
    """The gap of the tiny portfolio, the assumption behind it, and the tables."""
    code, out, _ = call("stages", TINY, "--least-fte", "0.25", "--out", tmp_path / "s")
    assert code == 0
    assert out.startswith("delivery, Ana: 1 day needed 5\N{EN DASH}8 January, 0 free;")
    assert "needs at least 0.25 FTE of its support staff" in out
    gaps = pd.read_csv(tmp_path / "s" / "gaps.csv")
    assert gaps["later_start"].tolist() == ["2026-01-12"]
    code, out, _ = call("stages", TINY, "--within-days", "2")
    assert "no window near has the time" in out
    code, out, _ = call("stages", TINY, "--project", "pages")
    assert (code, out.count("\n")) == (0, 1 + len(pd.read_csv(tmp_path / "s" / "assumptions.csv")))
    assert out.startswith("What the stages need of service delivery is planned")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("scope", TINY, "--page", "x.html"), "found --page without --project"),
        (("scope", TINY, "--project", "chekout"), "did you mean 'checkout'"),
        (("scope", TINY, "--lead-days", "-3"), "lead_days: found -3.0, expected a number of"),
        (("stages", TINY, "--least-fte", "-1"), "least_fte: found -1.0, expected a number of FTE"),
    ],
)
def test_faults_in_the_options_of_scope_and_stages(call, words, told):
    """Each is told in words with exit code 2."""
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    assert told in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            (),
            "command line: found no incident, expected --scenario FILE, or --service with --start",
        ),
        (
            ("--scenario", SCENARIO, "--service", "payments"),
            "command line: found both --scenario and an incident told in options, expected one of",
        ),
        (
            ("--scenario", SCENARIO, "--severity", "2"),
            "command line: found both --scenario and an incident told in options, expected one of",
        ),
        (("--service", "payments", "--start", "soon", "--hours", "1"), "start: found 'soon'"),
        (("--service", "paymens", "--start", "2026-01-06", "--hours", "1"), "mean 'payments'?"),
        (("--service", "payments", "--start", "2026-01-06"), "restoration: found nothing"),
        (("--scenario", "nowhere.toml"), "nowhere.toml: found no such file"),
        (("--scenario", SCENARIO, "--runs", "0"), "runs: found 0, expected a whole number, 1 or"),
        (("--scenario", SCENARIO, "--until", "p90"), "until: found 'p90', expected 'p50' or 'p80'"),
        (
            ("--scenario", SCENARIO, "--until", "p80", "--within-days", "0"),
            "within_days: found 0.0, expected a number above 0",
        ),
        (
            ("--scenario", SCENARIO, "--within-days", "1"),
            "command line: found --within-days without --until, expected both, or neither",
        ),
        (
            ("--scenario", SCENARIO, "--sampling", "latin"),
            "sampling: found 'latin', expected 'random' or 'latin-hypercube'",
        ),
    ],
)
def test_simulate_tells_what_is_unclear(call, words, told):
    """An incident that is missing, told twice or wrong ends with exit code 2 and the cure."""
    code, _, err = call("simulate", TINY, *words)
    assert code == 2
    assert told in err
    assert "Traceback" not in err


def test_conflicts_names_who_is_wanted_twice(call, tmp_path):
    """Cy is wanted for 1.25 FTE by both projects; the sentence and the tables say so."""
    code, out, _ = call("conflicts", TINY, "--out", tmp_path / "c.xlsx")
    assert code == 0
    assert "Cy" in out
    weeks = pd.read_excel(tmp_path / "c.xlsx", sheet_name="over-weeks", engine="calamine")
    assert weeks["resource"].tolist() == ["cy"]
    assert weeks["over_hours"].sum() == pytest.approx(24 * 0.25)


def test_conflicts_weighs_the_worst_pairs_and_writes_them(call, tmp_path):
    """Half a day of delay by hand, the fix and the assumptions on screen, tables and a page."""
    page = tmp_path / "c.html"
    code, out, err = call("conflicts", TINY, "--out", tmp_path / "out", "--report", page)
    assert (code, err) == (0, "")
    assert "New checkout for the shop ends 0.5 ± 0.0 working days later because of it." in out
    assert "- Communication: inform" in out
    pairs = pd.read_csv(tmp_path / "out" / "pairs.csv")
    assert pairs["other_delay_days"].tolist() == [0.5]
    fixes = pd.read_csv(tmp_path / "out" / "fixes.csv")
    assert sorted(fixes["kind"]) == ["later", "reorder"]
    assert "Who has to talk to whom" in page.read_text(encoding="utf-8")


def test_conflicts_without_simulation(call):
    """With --top 0 no delay is told; with --show fewer pairs are, and the rest counted."""
    code, out, _ = call("conflicts", "data/meridian", "--top", 0, "--show", 2)
    assert code == 0
    assert "because of it" not in out
    assert "… and 85 more pairs" in out
    assert call("conflicts", TINY, "--runs", 0)[0] == 2


def test_report_with_and_without_an_incident(call, tmp_path):
    """Both kinds of report are one page that names the project."""
    with_incident, without = tmp_path / "incident.html", tmp_path / "conflicts.html"
    assert call("report", TINY, "--scenario", SCENARIO, "--out", with_incident)[0] == 0
    assert call("report", TINY, "--out", without)[0] == 0
    assert "New checkout for the shop" in with_incident.read_text(encoding="utf-8")
    assert "Cy" in without.read_text(encoding="utf-8")


def test_new_makes_a_template_that_checks(call, tmp_path):
    """The template is a portfolio without faults, and is not overwritten unasked."""
    file = tmp_path / "mine.xlsx"
    assert call("new", file)[0] == 0
    assert call("check", file)[1].endswith("No faults.\n")
    before = file.read_bytes()
    code, _, err = call("new", file)
    assert code == 2
    assert "exists" in err
    assert file.read_bytes() == before


def test_demo_leaves_a_report_to_open(call, tmp_path):
    """The demo writes report and tables of the embedded example and says where."""
    code, out, _ = call("demo", "--out", tmp_path / "demo", "--runs", "30")
    assert code == 0
    assert "Open the report: file://" in out
    assert (tmp_path / "demo" / "report.html").stat().st_size > 10_000
    assert (tmp_path / "demo" / "tables" / "projects.csv").exists()


def test_demo_outside_a_clone(call, tmp_path, monkeypatch):
    """Without the example, the demo says where to run it."""
    monkeypatch.chdir(tmp_path)
    there = tmp_path / "lib" / "svcimpact" / "cli" / "during.py"
    monkeypatch.setattr(cli.during, "__file__", str(there))
    code, _, err = call("demo")
    assert code == 2
    assert "data/meridian: found no such folder" in err
    assert "Run this in a clone of the project." in err


def test_import_without_a_plan_in_the_file(call, tmp_path):
    """A file that is no plan is told by name, with exit code 2."""
    file = tmp_path / "not-a-plan.mpp"
    file.write_text("hello")
    code, _, err = call("import", file, "--out", tmp_path / "out")
    assert code == 2
    assert "not-a-plan.mpp" in err
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()


def test_import_keeps_its_warnings(call, tmp_path, monkeypatch):
    """What an import assumed stands in a text beside the tables, and the folder still checks."""
    from svcimpact import exchange
    from svcimpact.errors import fault, fault_frame

    tiny = read(TINY)
    told = fault_frame([fault("plan.mpp", column="due", found="nothing", cure="Look at it.")])
    object.__setattr__(tiny, "warnings", told)
    monkeypatch.setattr(exchange, "read_plans", lambda _: tiny)
    code, out, _ = call("import", "plan.mpp", "--out", tmp_path / "mine")
    assert code == 0
    text = (tmp_path / "mine" / "mine-import-warnings.txt").read_text()
    assert text == "plan.mpp, due: found nothing. Look at it.\n"
    assert text.strip() in out
    assert call("check", tmp_path / "mine")[1].endswith("No faults.\n")


def test_new_refuses_a_folder(call, tmp_path):
    """A folder is not replaced by a workbook."""
    folder = tmp_path / "taken"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    code, _, err = call("new", folder)
    assert code == 2
    assert "The template is an Excel workbook." in err
    assert (folder / "notes.txt").read_text() == "mine"


def test_results_never_become_formulas(tmp_path):
    """A name that begins like a formula is text in the CSV file and in the workbook."""
    table = pd.DataFrame({"name": ["=1+1", "@x", "-y", "plain"], "days": [-1.0, 2.0, None, 3.0]})
    write_results({"projects": table}, tmp_path / "csv")
    lines = (tmp_path / "csv" / "projects.csv").read_text().splitlines()
    assert lines[1:] == ["'=1+1,-1.0", "'@x,2.0", "'-y,", "plain,3.0"]
    write_results({"projects": table}, tmp_path / "r.xlsx")
    back = pd.read_excel(tmp_path / "r.xlsx", engine="calamine")
    pd.testing.assert_frame_equal(back, table.astype({"name": "str"}), check_dtype=False)


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="needs a disk that is full")
def test_output_that_goes_nowhere_is_no_bug(tmp_path):
    """A full disk gets one sentence, or none where it cannot be told, and exit code 2."""

    def run(target: str, **streams: object) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "svcimpact", "check", target]
        return subprocess.run(command, check=False, text=True, **streams)  # noqa: S603

    with Path("/dev/full").open("w") as full:
        found = run(TINY, stdout=full, stderr=subprocess.PIPE)
        assert found.stderr == "There is no room left on the disk: make some, and run it again.\n"
        assert found.returncode == 2
        assert run(str(tmp_path / "no"), stdout=full, stderr=full).returncode == 2


def test_the_command_itself_ends_with_the_exit_code(tmp_path):
    """The installed command passes the exit code on to the shell."""
    command = [sys.executable, "-m", "svcimpact", "check", str(tmp_path / "nowhere")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 2
    assert "nowhere" in done.stderr


@pytest.mark.parametrize(
    "words", [("--start", "2026-01-06", "--hours", "5"), ("--severity", "2"), ("--runs", "9")]
)
def test_a_report_leaves_no_word_on_an_incident_unheard(call, tmp_path, words):
    """Half an incident is asked about, not passed over for a report on conflicts alone."""
    code, _, err = call("report", TINY, *words, "--out", tmp_path / "r.html")
    assert code == 2
    assert "found no incident, expected --scenario FILE, or --service with --start" in err
    assert not (tmp_path / "r.html").exists()


def test_one_run_has_no_error_and_is_one_run(call):
    """The error of a single random run is not known, and nothing stands in its place."""
    words = ("--service", "payments", "--start", "2026-03-09", "--median-hours", "5")
    code, out, _ = call("simulate", "data/meridian", *words, "--p90-hours", "9", "--runs", "1")
    assert code == 0
    assert ": 1 run, seed 1" in out
    assert "nan" not in out
    assert "Warnings: 1\n  scenario, runs: found 1, expected 73 or more" in out


def test_an_incident_beside_the_plan_is_told(call):
    """A start in the wrong year shows in a warning, not in a table of zeros alone."""
    words = ("simulate", TINY, "--service", "payments", "--hours", "5", "--runs", "73", "--start")
    _, out, _ = call(*words, "2062-01-06 13:00")
    assert (
        "  incident 1, start: found 2062-01-06 13:00, expected a time before the last project "
        "ends, 2026-01-14 13:00. It delays nothing; correct the start if it is a slip.\n"
    ) in out
    _, out, _ = call(*words, "2025-01-06 13:00")
    assert (
        "  incident 1, start: found 2025-01-06 13:00, expected a time from when the simulation "
        "begins, 2026-01-05 09:00. What of it lies before then is left out; correct the start if "
        "it is a slip.\n"
    ) in out
    assert "Warnings" not in call(*words, "2026-01-05 07:00")[1]


def test_simulate_tells_what_the_tables_made_it_assume(call, tmp_path):
    """Warnings of the tables are told beside those of the scenario, each once."""
    folder = tmp_path / "doubtful"
    shutil.copytree(TINY, folder)
    rows = (folder / "assignments.csv").read_text().splitlines()
    rows[1] = f"{rows[1].rsplit(',', 1)[0]},1.5"
    (folder / "assignments.csv").write_text("\n".join(rows))
    words = ("--service", "payments", "--start", "2026-01-06 13:00", "--hours", "5", "--runs", "9")
    _, checked, _ = call("check", folder)
    told = next(line for line in checked.splitlines() if "short-handed" in line)
    code, out, _ = call("simulate", folder, *words)
    lines = out.splitlines()
    assert code == 0
    assert lines.count("Warnings: 2") == 1
    assert lines.index(told) < next(n for n, line in enumerate(lines) if "73 or more" in line)


def test_the_list_of_commands_cuts_no_sentence_short(call):
    """Every command is told in one whole line."""
    _, out, _ = call("--help")
    assert "..." not in out.split("Commands:")[1]


def test_names_go_through_an_encoding_that_lacks_their_letters(tmp_path):
    """Output kept in a file by a Windows console has no Polish letters; it is no bug of ours."""
    tables = read(TINY).tables
    tables["projects"] = tables["projects"].assign(name="\u0141\u00f3d\u017a")
    place = write(build_portfolio(read(TINY).settings, tables), tmp_path / "p")
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-m", "svcimpact", "conflicts", str(place)],
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"?\xf3d?" in done.stdout


def test_level_tells_what_levelling_costs_and_writes_both(call, tmp_path):
    """The tiny checkout loses half a day; tables and a plan with the levelled dates are left."""
    new, tables = tmp_path / "new", tmp_path / "tables.xlsx"
    words = ("--rule", "plan", "--rule", "lst", "--improve", "--write", new, "--out", tables)
    code, out, err = call("level", TINY, *words)
    assert (code, err) == (0, "")
    assert "New checkout for the shop: 0.5 working days (€200), to 14 January 2026." in out
    assert f"Written: {tables}\nWritten: {new}\nLevelled again in plan order" in out
    assert list(pd.read_excel(tables, sheet_name=None, engine="calamine")) == [
        "rules",
        "projects",
        "tasks",
    ]
    assert read(new).tasks["planned_start"].notna().all()
    assert call("level", TINY, "--write", new)[0] == 2
    assert call("level", TINY, "--write", new, "--overwrite")[0] == 0


def test_level_tells_an_unknown_rule(call):
    """A slip in a rule's name ends with exit code 2 and the right one; so does a share of 2."""
    code, out, err = call("level", TINY, "--rule", "least-float", "--min-share", "2")
    assert (code, out) == (2, "")
    assert "did you mean 'least_float'?" in err
    assert "min_share: found 2.0, expected a number above 0 and up to 1" in err


EXPORT = """\
number,opened_at,priority,state,business_service,resolved_at
I1,2025-03-03 10:00,1 - Critical,Closed,payments,2025-03-03 13:30
I2,2025-03-04 10:00,2 - High,In Progress,Reports,
"""


def test_import_log_replaces_one_table_and_nothing_else(call, tmp_path):
    """Incidents go into the folder; the other files stay to the byte; twice changes nothing."""
    folder = tmp_path / "p"
    shutil.copytree(TINY, folder)
    before = {f.name: f.read_bytes() for f in folder.iterdir()}
    log = tmp_path / "log.csv"
    log.write_text(EXPORT)
    code, out, err = call("import-log", log, "--into", folder)
    assert (code, err) == (0, "")
    assert "2 incidents added, 0 replaced; 2 in the log." in out
    assert "Severity: '1 - Critical' is 1, '2 - High' is 2." in out
    after = {f.name: f.read_bytes() for f in folder.iterdir()}
    assert {name: data for name, data in after.items() if name in before} == before
    assert set(after) - set(before) == {"incidents.csv"}
    assert read(folder).incidents["service"].tolist() == ["payments", "reports"]
    assert (
        "0 incidents added, 2 replaced; 2 in the log."
        in call("import-log", log, "--into", folder)[1]
    )
    assert (folder / "incidents.csv").read_bytes() == after["incidents.csv"]


def test_import_log_into_a_workbook_needs_a_new_place(call, tmp_path):
    """A workbook's looks would be lost, so it is not written over; a new one is made."""
    book, log = tmp_path / "p.xlsx", tmp_path / "log.csv"
    write(read(TINY), book)
    log.write_text(EXPORT)
    before = book.read_bytes()
    code, _, err = call("import-log", log, "--into", book)
    assert code == 2
    assert "A workbook would lose its looks and notes: say --out for a new one." in err
    assert book.read_bytes() == before
    code, _, _ = call("import-log", log, "--into", book, "--out", tmp_path / "new.xlsx")
    assert code == 0
    assert len(read(tmp_path / "new.xlsx").incidents) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--service", "SAP"), "command line, --service: found 'SAP', expected two texts with ="),
        (("--column", "service="), "--column: found 'service=', expected two texts with ="),
        (("--severity", "Low=x"), "--severity: found 'Low=x', expected a whole number after the ="),
        (("--timezone", "Mars"), "--timezone: found 'Mars', expected an IANA name"),
    ],
)
def test_import_log_tells_what_is_unclear(call, tmp_path, words, told):
    """Options that say nothing end with exit code 2, and nothing is written."""
    log = tmp_path / "log.csv"
    log.write_text(EXPORT)
    shutil.copytree(TINY, tmp_path / "p")
    code, _, err = call("import-log", log, "--into", tmp_path / "p", *words)
    assert code == 2
    assert told in err
    assert not (tmp_path / "p" / "incidents.csv").exists()


def test_restoration_of_a_portfolio_and_of_a_log(call, tmp_path):
    """The example's incidents by severity, what is left after six hours, tables and report."""
    words = ("--severity", 2, "--elapsed", 6, "--out", tmp_path / "out")
    code, out, err = call("restoration", "data/meridian", *words)
    assert (code, err) == (0, "")
    assert "Of severity 2 incidents, half are over within 4.1 hours" in out
    assert "After 6 hours, half are over within 5.7 hours more" in out
    names = ["fits", "groups", "observed", "quantiles", "warnings", "remaining", "curve"]
    assert {file.stem for file in (tmp_path / "out").iterdir()} == set(names)
    page = tmp_path / "report.html"
    code, again, _ = call("restoration", "data/meridian/incidents.csv", *words[:4], "--out", page)
    assert code == 0
    assert "166 rows of svcimpact: 166 incidents, 2 of them still open" in again
    assert "Of severity 2 incidents, half are over within 4.1 hours" in again
    html = page.read_text()
    assert "How long our incidents last" in html
    assert html.count("<svg") == 4


def test_restoration_of_too_short_a_log(call):
    """A portfolio without a log says how to get one."""
    code, _, err = call("restoration", TINY)
    assert code == 2
    assert "found 0 closed incidents, expected at least 8. Import a longer log" in err


def test_transition_names_what_a_service_cannot_accept(call, tmp_path):
    """Verdicts in words, assumptions below, and every table in a file."""
    code, out, _ = call("transition", TINY, "--out", tmp_path / "t.xlsx")
    assert code == 0
    assert "Payments cannot accept New checkout for the shop" in out
    assert "Assumed:" in out
    with pd.ExcelFile(tmp_path / "t.xlsx", engine="calamine") as book:
        assert book.sheet_names == ["sheet", "checks", "criteria", "early_life", "delays"]


def test_transition_without_runs_is_the_users_mistake(call):
    """Nothing can be said from no run at all."""
    code, _, err = call("transition", TINY, "--runs", "0")
    assert code == 2
    assert "expected a whole number, at least 1" in err
