"""Notebooks run again: with other parameters, with what went wrong, with a record."""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from svcimpact import rerun
from svcimpact.cli import app
from svcimpact.errors import InputError, describe, listed
from svcimpact.io import read, write

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = """TITLE = "Ada"  # who
HOURS = 4.0  # hours
COUNT = 3
DEEP = True
PORTFOLIO = "../data"  # where
SEED = 1"""


EXAMPLE = {"tags": ["example"]}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working directory with a small notebook and its input."""
    cells = [
        nbformat.v4.new_markdown_cell(
            "# How long does it take <b>?\n\n**Four hours, for Ada.**", metadata=EXAMPLE
        ),
        nbformat.v4.new_code_cell(NOTEBOOK, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("assert HOURS < 50, 'too long'\nprint(TITLE, HOURS, COUNT)"),
        nbformat.v4.new_markdown_cell("Ada needs four.", metadata=EXAMPLE),
        nbformat.v4.new_markdown_cell("## Why\n\nBecause."),
    ]
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tasks.csv").write_text("task\nA\n")
    (tmp_path / "data" / "README.md").write_text("No input.")
    held = nbformat.v4.new_notebook(cells=cells)
    held.metadata = {"kernelspec": {"name": "python3", "display_name": "P", "language": "python"}}
    nbformat.write(held, folder / "05-long.ipynb")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(*words: str) -> str:
    """Run the command, and return what it says."""
    result = CliRunner().invoke(app, ["run", *words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_a_notebook_runs_with_other_parameters_and_is_recorded(place: Path) -> None:
    """The page shows the result, the manifest what it was made from; then what changed."""
    before = (place / "notebooks" / "05-long.ipynb").read_bytes()
    output = said("05", "--set", "hours=6", "--set", "TITLE=Grace = H.", "--out", "july",
                  "--hide-code")  # fmt: skip
    assert "Written: july" in output
    page = (place / "july" / "05-long.html").read_text(encoding="utf-8")
    assert "Grace = H. 6.0 3" in page
    assert "assert HOURS" not in page
    assert "https://" not in page.split("<body")[1].replace("https://jupyter.org", "")
    ran = nbformat.read(place / "july" / "05-long.ipynb", as_version=4)
    assert [c.execution_count for c in ran.cells if c.cell_type == "code"][-1] is not None
    assert (place / "notebooks" / "05-long.ipynb").read_bytes() == before
    held = json.loads((place / "july" / "manifest.json").read_text(encoding="utf-8"))
    (one,) = held["notebooks"]
    assert one["parameters"]["HOURS"] == 6.0
    assert one["parameters"]["COUNT"] == 3
    assert one["seed"] == 1
    assert one["inputs"] == {"tasks.csv": rerun.digest(place / "data" / "tasks.csv")}
    index = (place / "july" / "index.html").read_text(encoding="utf-8")
    assert "How long does it take &lt;b&gt;?" in index
    assert said("--check", "--out", "july") == "Nothing changed: the same figures come out.\n"
    (place / "data" / "tasks.csv").write_text("task\nB\n")
    assert said("--check", "--out", "july") == "05-long: the input tasks.csv changed\n"


def test_what_is_said_of_the_example_stays_with_the_example(place: Path) -> None:
    """On anything else its sentences are gone, headings stay, and what it ran with is told."""

    def texts(*words: str) -> list[str]:
        said("05", "--out", "july", *words)
        ran = nbformat.read(place / "july" / "05-long.ipynb", as_version=4)
        return [cell.source for cell in ran.cells if cell.cell_type == "markdown"]

    assert "Ada needs four." in texts()
    assert "Ada needs four." in texts("--set", "HOURS=4")
    other = texts("--set", "HOURS=6")
    assert other[0].splitlines()[0] == "# How long does it take <b>?"
    assert "Run with `HOURS = 6.0`" in other[0]
    assert other[1:] == ["## Why\n\nBecause."]
    assert "Ada" not in " ".join(other)


def test_a_cell_that_fails_is_told_and_nothing_is_left(place: Path) -> None:
    """Which cell, what it said, and no half of a result."""
    with pytest.raises(InputError) as caught:
        said("05", "--set", "HOURS=60", "--out", "july")
    assert describe(caught.value.faults) == [
        "05-long, cell 3: found AssertionError: too long, expected a cell that runs through. "
        "Look at its parameters; the notebook itself is as it was."
    ]
    assert not (place / "july").exists()


def test_settings_that_are_none_are_told_at_once(place: Path) -> None:
    """Each with what would do."""
    wrong = ["--set", "HORUS=1", "--set", "COUNT=1.5", "--set", "DEEP=maybe", "--set", "HOURS=long",
             "--set", "SEED"]  # fmt: skip
    with pytest.raises(InputError) as caught:
        said("all", *wrong)
    assert describe(caught.value.faults) == [
        "--set: found 'HORUS', expected one of TITLE, HOURS, COUNT, DEEP, PORTFOLIO, SEED; did you "
        "mean 'HOURS'?",
        "--set, COUNT: found '1.5', expected a whole number.",
        "--set, DEEP: found 'maybe', expected True or False.",
        "--set, HOURS: found 'long', expected a number.",
        "--set: found 'SEED', expected NAME=VALUE.",
    ]
    assert not (place / "run").exists()


def test_what_is_not_there_is_told(place: Path) -> None:
    """A notebook, a portfolio, a manifest."""
    with pytest.raises(InputError) as caught:
        said("06")
    assert describe(caught.value.faults)[0].startswith(
        "notebook: found '06', expected all, or one of 05-long"
    )
    with pytest.raises(InputError):
        said("05", "--portfolio", "nowhere")
    with pytest.raises(InputError) as caught:
        said("--check", "--out", "nowhere")
    assert describe(caught.value.faults) == [
        "manifest.json: found no manifest, or something else, expected the folder of an earlier "
        "run. Name the folder that svcimpact run wrote to."
    ]
    shutil.rmtree(place / "notebooks")
    assert rerun.home() == ROOT / "notebooks"


def test_ours_runs_on_their_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notebook 00 on a workbook, by number; its page has the other portfolio's name."""
    monkeypatch.chdir(ROOT)
    book = write(read("data/tiny"), tmp_path / "mine.xlsx")
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    monkeypatch.chdir(tmp_path)
    # A path is seen from where the user is, not from the notebooks.
    output = said("00", "--set", f"PORTFOLIO={book.name}", "--out", "out", "--set", "RUNS=20",
                  "--set", "START=2026-01-06 13:00")  # fmt: skip
    assert "index.html" in output
    held = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert list(held["notebooks"][0]["inputs"]) == ["mine.xlsx"]


def test_a_second_run_into_a_folder_keeps_the_first(place: Path) -> None:
    """Manifest and index hold both; a run is never begun from what came out of one."""
    more = nbformat.read(place / "notebooks" / "05-long.ipynb", as_version=4)
    more.cells[0].source = "# Another?"
    nbformat.write(more, place / "notebooks" / "06-other.ipynb")
    said("05", "--set", "HOURS=6", "--out", "july")
    said("06", "--out", "july")
    held = json.loads((place / "july" / "manifest.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in held["notebooks"]] == ["05-long", "06-other"]
    assert held["notebooks"][0]["parameters"]["HOURS"] == 6.0
    index = (place / "july" / "index.html").read_text(encoding="utf-8")
    assert index.index("05-long.html") < index.index("06-other.html")
    assert "Another?" in index


def test_a_setting_that_not_all_have_is_told(place: Path) -> None:
    """Whoever runs all learns which of them listen."""
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Another?")])
    other.metadata = {"kernelspec": {"name": "python3", "display_name": "P", "language": "python"}}
    nbformat.write(other, place / "notebooks" / "06-other.ipynb")
    output = said("all", "--set", "HOURS=6", "--out", "july")
    assert "HOURS is a parameter of 05-long alone." in output


def test_what_came_out_is_no_source(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a manifest is passed over, and an injected cell is not taken along."""
    said("05", "--set", "HOURS=6", "--out", "july")
    monkeypatch.chdir(place / "july")
    assert rerun.home() != place / "july"
    ran = rerun.run_notebook(place / "july" / "05-long.ipynb", place / "again")
    text = ran.notebook.read_text(encoding="utf-8")
    assert "injected-parameters" not in text
    assert ran.parameters["HOURS"] == 4.0


def test_places_that_cannot_be_written_to(place: Path) -> None:
    """The notebooks' own folder, and a file, are refused, and nothing is lost."""
    before = (place / "notebooks" / "05-long.ipynb").read_bytes()
    (place / "afile").write_text("mine")
    for out, found in (("notebooks", "the folder of the notebooks"), ("afile", "a file where")):
        with pytest.raises(InputError) as caught:
            CliRunner().invoke(app, ["run", "05", "--out", out], catch_exceptions=False)
        assert found in describe(caught.value.faults)[0]
    assert (place / "notebooks" / "05-long.ipynb").read_bytes() == before
    assert (place / "afile").read_text() == "mine"


def test_what_another_portfolio_has_not_is_asked_for_at_once() -> None:
    """Every notebook that asks for a service or a time that is not there, and those that are."""
    paths = sorted((Path(__file__).parents[1] / "notebooks").glob("0[57]-*.ipynb"))
    portfolio = read("data/tiny")
    with pytest.raises(InputError, match="ask for what the portfolio has not") as caught:
        rerun.check_asked(paths, {"SERVICE": "checkout"}, portfolio)
    services = listed(list(portfolio.services["service"]))
    when = (
        "found '2026-03-09 10:00', expected a time at which projects are at work, "
        "2026-01-05 to 2026-01-13. Say --set START='2026-01-08 10:00', or so."
    )
    assert describe(caught.value.faults) == [
        f"--set, SERVICE: found 'checkout', expected a service of the portfolio, such as "
        f"{services}. Say --set SERVICE=ID.",
        f"05-serious-incident, START: {when}",
        f"07-escalate-or-hold, START: {when}",
    ]
    first = portfolio.services["service"].iloc[0]
    for start in ("2026-01-05 09:00", "2026-01-12 10:00"):
        rerun.check_asked(paths, {"SERVICE": first, "START": start}, portfolio)


@pytest.mark.parametrize("start", ["next week", "", "2026-01-12T10:00Z"])
def test_a_start_has_to_be_a_time(start: str) -> None:
    """Told before anything is run, with how a time is written."""
    portfolio = read("data/tiny")
    values = {"SERVICE": portfolio.services["service"].iloc[0], "START": start}
    paths = sorted((Path(__file__).parents[1] / "notebooks").glob("05-*.ipynb"))
    with pytest.raises(InputError) as caught:
        rerun.check_asked(paths, values, portfolio)
    assert describe(caught.value.faults) == [
        f"--set, START: found {start!r}, expected a date and time such as 2026-03-09 10:00, "
        "without a time zone."
    ]


def test_a_plan_without_services_is_told_what_is_missing() -> None:
    """There is no service to name yet."""
    portfolio = read("data/tiny")
    tables = {"services": portfolio.services.iloc[:0], "support": portfolio.support.iloc[:0]}
    paths = sorted((Path(__file__).parents[1] / "notebooks").glob("05-*.ipynb"))
    with pytest.raises(InputError) as caught:
        rerun.check_asked(paths, {"START": "2026-01-12 10:00"}, replace(portfolio, **tables))
    assert describe(caught.value.faults) == [
        "05-serious-incident, SERVICE: found 'payments', expected a service, but the portfolio "
        "has none. Fill in the tables services and support."
    ]


def test_notebooks_that_ask_for_no_service_run_on_any_portfolio() -> None:
    """The conflicts of a plan long past are of use without an incident."""
    paths = sorted((Path(__file__).parents[1] / "notebooks").glob("03-*.ipynb"))
    rerun.check_asked(paths, {}, read("data/tiny"))


def test_one_notebook_that_fails_does_not_stop_the_others(place: Path) -> None:
    """The others are run and indexed; the failure is told at the end."""
    more = nbformat.read(place / "notebooks" / "05-long.ipynb", as_version=4)
    more.cells[2].source = "raise ValueError('no')"
    nbformat.write(more, place / "notebooks" / "04-broken.ipynb")
    with pytest.raises(InputError, match="1 of 2 notebooks could not be run"):
        CliRunner().invoke(app, ["run", "all", "--out", "july"], catch_exceptions=False)
    assert (place / "july" / "05-long.html").is_file()
    held = json.loads((place / "july" / "manifest.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in held["notebooks"]] == ["05-long"]


def add(place: Path, name: str, *cells: str) -> None:
    """Put another notebook beside the first, with its parameters and cells of its own."""
    more = nbformat.read(place / "notebooks" / "05-long.ipynb", as_version=4)
    own = next(c for c in more.cells if "parameters" in c.metadata.get("tags", []))
    more.cells = [own, *map(nbformat.v4.new_code_cell, cells)]
    nbformat.write(more, place / "notebooks" / f"{name}.ipynb")


def test_a_notebook_that_begins_with_code_is_run(place: Path) -> None:
    """What it ran with is told in a cell of its own."""
    add(place, "06-other", "print(HOURS)")
    source = place / "notebooks" / "06-other.ipynb"
    for minor in (5, 4):
        held = nbformat.read(source, as_version=4)
        held.nbformat_minor = minor
        for cell in held.cells if minor == 4 else []:
            del cell["id"]
        nbformat.write(held, source)
        said("06", "--set", "HOURS=6", "--out", "july")
        ran = nbformat.read(place / "july" / "06-other.ipynb", as_version=4)
        assert "Run with `HOURS = 6.0`" in ran.cells[0].source


def started(place: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start a run whose second notebook never ends, and wait for that."""
    add(place, "06-endless", f"import time, pathlib\npathlib.Path({str(place / 'on')!r}).touch()",
        "time.sleep(600)")  # fmt: skip
    words = (sys.executable, "-m", "svcimpact", "run", "all", *words)
    run = subprocess.Popen(words, cwd=place, stdout=subprocess.DEVNULL)  # noqa: S603
    end = time.monotonic() + 120
    while not (place / "on").exists():
        assert run.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)
    return run


def entries(folder: Path) -> dict[str, dict]:
    """Return what a manifest has, by notebook."""
    held = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {one["name"]: one for one in held["notebooks"]}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_run_that_is_killed_leaves_a_manifest_that_holds(place: Path) -> None:
    """Each page has the settings that the manifest tells; another run waits for its end."""
    said("05", "--out", "july")
    run = started(place, "--set", "SEED=7", "--out", "july")
    try:
        with pytest.raises(InputError) as caught:
            said("05", "--set", "SEED=8", "--out", "july")
        assert describe(caught.value.faults) == [
            f"july: found another run into it, process {run.pid}, expected one run at a time. Wait "
            "for its end, or choose another with --out; if there is none, delete july/run.lock."
        ]
        assert "a run into the folder is under way" in said("--check", "--out", "july")
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()
    assert entries(place / "july")["05-long"]["seed"] == 7
    assert "SEED = 7" in (place / "july" / "05-long.ipynb").read_text(encoding="utf-8")
    assert list(entries(place / "july")) == ["05-long"]
    assert said("--check", "--out", "july") == (
        "a run into the folder is under way, or was broken off\n"
    )
    # The lock of a process that is gone stands in nobody's way.
    said("05", "--set", "SEED=8", "--out", "july")
    assert entries(place / "july")["05-long"]["seed"] == 8
    assert not list((place / "july").glob("run.lock*"))
    assert said("--check", "--out", "july").startswith("Nothing changed")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_first_run_that_is_killed_has_what_was_finished(place: Path) -> None:
    """In the manifest and in the index."""
    run = started(place, "--out", "new")
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert list(entries(place / "new")) == ["05-long"]
    assert "05-long.html" in (place / "new" / "index.html").read_text(encoding="utf-8")


def test_a_page_being_replaced_is_in_no_manifest(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken off between its page and its notebook: the one is not the other's."""
    said("05", "--out", "july")

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("svcimpact.rerun.run._copy", broken)
        with pytest.raises(KeyboardInterrupt):
            rerun.run_notebook(place / "notebooks" / "05-long.ipynb", "july",
                               values={"SEED": 7}, record=rerun.Record("july"))  # fmt: skip
    assert entries(place / "july") == {}
    assert "05-long.html" not in (place / "july" / "index.html").read_text(encoding="utf-8")
    assert said("--check", "--out", "july").splitlines() == [
        "05-long.html is of no run that was finished",
        "05-long.ipynb is of no run that was finished",
    ]


def test_pages_that_are_not_those_of_the_manifest_are_told(place: Path) -> None:
    """Changed by hand, gone, or put there by somebody."""
    said("05", "--out", "july")
    shutil.copy(place / "july" / "05-long.html", place / "july" / "06-other.html")
    (place / "july" / "05-long.html").write_text("mine")
    (place / "july" / "05-long.ipynb").unlink()
    assert said("--check", "--out", "july").splitlines() == [
        "05-long.html is not as it was written",
        "05-long.ipynb is gone",
        "06-other.html is of no run that was finished",
    ]


def test_changed_code_of_the_same_version_is_told(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a hash over the files of the package; what the old code made is in no new manifest."""
    package = place / "package"
    package.mkdir()
    (package / "a.py").write_text("A = 1\n")
    hashes = {rerun.code_digest(package)}
    (package / "a.py").write_text("A = 2\n")
    hashes.add(rerun.code_digest(package))
    (package / "a.py").rename(package / "b.py")
    hashes.add(rerun.code_digest(package))
    assert len(hashes) == 3
    (package / "notes.txt").touch()
    assert rerun.code_digest(package) in hashes
    said("05", "--out", "july")
    monkeypatch.setattr("svcimpact.rerun.manifest.code_digest", lambda: "other")
    assert said("--check", "--out", "july") == (
        "the code of svcimpact changed, though its version did not\n"
    )
    add(place, "06-other", "1")
    said("06", "--out", "july")
    assert list(entries(place / "july")) == ["06-other"]


def test_a_manifest_of_another_svcimpact_is_told(place: Path) -> None:
    """It cannot be compared, but is run into again."""
    said("05", "--out", "july")
    old = {"format": 1, "svcimpact": "0.0.9", "notebooks": [{"name": "05-long"}]}
    (place / "july" / "manifest.json").write_text(json.dumps(old))
    with pytest.raises(InputError) as caught:
        said("--check", "--out", "july")
    assert describe(caught.value.faults) == [
        "manifest.json: found one of another svcimpact, expected the folder of an earlier run. "
        "Run the notebooks into it again."
    ]
    said("05", "--out", "july")
    assert said("--check", "--out", "july").startswith("Nothing changed")


@pytest.mark.parametrize("name", ["index.html", "manifest.json", "05-long.html", "05-long.ipynb"])
def test_files_of_somebody_else_are_not_replaced(place: Path, name: str) -> None:
    """A folder with a site in it, or with a notebook that somebody changed, is no place."""
    (place / "site").mkdir()
    (place / "site" / name).write_text('{"name": "My site"}')
    with pytest.raises(InputError) as caught:
        said("05", "--out", "site")
    assert describe(caught.value.faults) == [
        f"site: found {name}, which is not of svcimpact run, expected a new folder, or that of an "
        "earlier run. Choose another with --out, or move the file out of the way."
    ]
    assert [path.name for path in (place / "site").iterdir()] == [name]
    assert (place / "site" / name).read_text() == '{"name": "My site"}'


def test_an_index_put_in_the_place_of_ours_is_not_replaced(place: Path) -> None:
    """Nor is anything else in the folder then."""
    said("05", "--out", "july")
    (place / "july" / "index.html").write_text("<h1>Mine</h1>")
    with pytest.raises(InputError) as caught:
        said("05", "--set", "SEED=7", "--out", "july")
    assert "found index.html, which is not of svcimpact run" in describe(caught.value.faults)[0]
    assert entries(place / "july")["05-long"]["seed"] == 1


def test_a_portfolio_is_no_place_to_run_into(place: Path) -> None:
    """Its own, or another; told once, and nothing is left in it."""
    shutil.copytree(ROOT / "data" / "tiny", place / "pf")
    before = sorted(path.name for path in (place / "pf").iterdir())
    add(place, "06-other", "1")
    with pytest.raises(InputError) as caught:
        said("all", "--portfolio", "pf", "--out", "pf")
    assert describe(caught.value.faults) == [
        "pf: found the folder of a portfolio, expected a folder for what comes out. Choose another "
        "with --out, such as pf/run."
    ]
    assert sorted(path.name for path in (place / "pf").iterdir()) == before


def test_locks_of_others_hold(place: Path) -> None:
    """Of another machine, of nobody knows whom; one of this process is from before a restart."""
    (place / "july").mkdir()
    lock = place / "july" / "run.lock"
    node = platform.node()
    # Windows tells by the open file whether a process of this machine has it.
    alive = [] if os.name == "nt" else [f"{os.getppid()} {node}"]
    for told in ("123 another-machine", "", *alive):
        lock.write_text(told)
        with pytest.raises(InputError, match="one run at a time"):
            said("05", "--out", "july")
        assert lock.read_text() == told
    lock.write_text(f"{os.getpid()} {node}")
    said("05", "--out", "july")
    assert not lock.exists()


FAILS = """from svcimpact.errors import {error}, fault, fault_frame
rows = [fault({where}, found=repr({found}), expected="something else", cure="Look again.")]
raise {error}("It has faults.", fault_frame(rows))"""


def test_what_we_say_in_a_cell_is_told_as_the_setting_it_is_about(place: Path) -> None:
    """Once for all notebooks; no folder is left, nor those above it."""
    cell = FAILS.format(error="InvalidScenarioError", where='"scenario", column="hours"',
                        found="HOURS")  # fmt: skip
    add(place, "06-other", cell)
    add(place, "05-long", cell)
    with pytest.raises(InputError, match="2 of 2 notebooks could not be run") as caught:
        said("all", "--set", "HOURS=-3", "--out", "a/b")
    assert describe(caught.value.faults) == [
        "--set, HOURS: found -3.0, expected something else. Look again."
    ]
    assert not (place / "a").exists()


def test_what_we_say_of_part_of_a_setting_is_told_as_that_setting(place: Path) -> None:
    """A setting that holds many things is a table in what we say."""
    cell = FAILS.format(error="InputError", where='"hours", column="day"', found="HOURS")
    add(place, "05-long", cell)
    with pytest.raises(InputError) as caught:
        said("05", "--set", "HOURS=-3")
    assert describe(caught.value.faults) == [
        "--set, HOURS: found -3.0, expected something else. Look again."
    ]


def test_what_we_say_in_a_cell_is_passed_on(place: Path) -> None:
    """As it is, where it is about no setting, or about a column that is called like one."""
    cell = FAILS.format(error="InvalidScenarioError", where='"scenario", column="hours"', found="4")
    add(place, "05-long", cell)
    with pytest.raises(InputError) as caught:
        said("05", "--set", "SEED=7")
    assert describe(caught.value.faults) == [
        "05-long, cell 3: It has faults.",
        "05-long, cell 3: scenario, hours: found 4, expected something else. Look again.",
    ]
    where = '"incidents", "5", "hours"'
    add(place, "05-long", FAILS.format(error="InvalidPortfolioError", where=where, found="4"))
    with pytest.raises(InputError) as caught:
        said("05", "--set", "HOURS=7")
    assert "05-long, cell 3: incidents, row 5, hours: found 4" in describe(caught.value.faults)[1]


def test_a_portfolio_that_is_set_and_not_there_is_told_at_once(place: Path) -> None:
    """Before anything is run."""
    with pytest.raises(InputError, match="nowhere cannot be read"):
        said("05", "--set", "PORTFOLIO=nowhere")
    assert not (place / "run").exists()


def test_a_practice_s_own_word_for_a_setting_is_the_setting(place: Path) -> None:
    """Where no table is named before it."""
    cell = FAILS.format(error="InputError", where='"hours"', found="HOURS")
    add(place, "05-long", cell)
    with pytest.raises(InputError) as caught:
        said("05", "--set", "HOURS=-3")
    assert describe(caught.value.faults) == [
        "--set, HOURS: found -3.0, expected something else. Look again."
    ]


def test_a_python_that_ends_in_a_cell_is_told(place: Path) -> None:
    """The others are run, and nothing is left of it."""
    add(place, "04-dies", "import os\nos._exit(9)")
    with pytest.raises(InputError, match="1 of 2 notebooks could not be run") as caught:
        said("all", "--out", "july")
    assert describe(caught.value.faults) == [
        "04-dies: found an end of its Python in the middle of a cell, expected a cell that runs "
        "through. Most often memory ran out: lower RUNS, or close other programs."
    ]
    assert list(entries(place / "july")) == ["05-long"]


def test_a_manifest_changed_by_hand_is_run_over(place: Path) -> None:
    """What can no longer be read of it is left out."""
    said("05", "--out", "july")
    path = place / "july" / "manifest.json"
    held = json.loads(path.read_text(encoding="utf-8"))
    for notebooks in ([{}], [None], [{"name": "05-long"}]):
        path.write_text(json.dumps({**held, "notebooks": notebooks}))
        with pytest.raises(InputError, match="Nothing can be compared"):
            said("--check", "--out", "july")
        add(place, "06-other", "1")
        said("06", "--out", "july")
        assert list(entries(place / "july")) == ["06-other"]
