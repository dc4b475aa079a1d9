"""Plan files through MPXJ: two small ones written here, broken ones, and missing Java."""

from __future__ import annotations

import struct
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from plan_examples import MSPDI, XER, day, need_java

from svcimpact.errors import InputError, MissingRequirementError
from svcimpact.exchange import PLAN_SUFFIXES, jvm, plan_file, read_plans
from svcimpact.exchange.intact import cut_short
from svcimpact.exchange.plan_file import read_records
from svcimpact.exchange.records import count_records
from svcimpact.io import read, write

A_PLAN = "a project plan, such as .mpp, MSPDI .xml, .xer or PMXML"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Write the small MSPDI plan."""
    need_java()
    path = tmp_path / "small.xml"
    path.write_text(MSPDI, encoding="utf-8")
    return path


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Write the small Primavera file of two projects."""
    need_java()
    path = tmp_path / "two.xer"
    path.write_text(XER, encoding="ascii")
    return path


def lines(paths: list[Path]) -> list[str]:
    """Return what is said of files that cannot be read."""
    with pytest.raises(InputError) as caught:
        read_plans(paths)
    return str(caught.value).splitlines()


def test_mspdi_plan_against_its_own_text(small: Path) -> None:
    """Every table of a plan whose answer is known from how it was written."""
    made = read_plans([small])
    assert made.settings.name == "Small & whole"
    assert made.settings.start == day(5, 0)
    assert made.settings.currency == "GBP"
    assert made.settings.hours_per_day == 7.5
    assert made.settings.day_start == "08:30"
    assert made.settings.holidays == (date(2026, 1, 16),)
    assert made.settings.status_date == day(8, 16)
    tasks = made.tasks.set_index("task")
    assert tasks["duration_days"].to_dict() == {
        "small-1": 2, "small-2": 4, "small-5": 1, "small-6": 2, "small-7": 1, "small-8": 0,
    }  # fmt: skip
    assert tasks["stage"].tolist() == [
        "scope", "delivery", "test", "test", "transition", "transition",
    ]  # fmt: skip
    assert tasks["done_fraction"].tolist() == [1, 0.5, 0, 0, 0, 0]
    assert tasks.loc["small-1", "actual_finish"] == day(6, 16)
    assert tasks.loc["small-6", "name"] == "Testing / System"
    links = [tuple(row) for row in made.links.itertuples(index=False)]
    assert links == [
        ("small-1", "small-2", "FS", 0),
        ("small-2", "small-5", "FS", -1),
        ("small-5", "small-6", "FS", 0),
        ("small-6", "small-7", "FS", 1.5),
        ("small-7", "small-8", "FS", 1),
    ]
    ana, testers = made.resources.to_dict("records")
    assert (ana["team"], ana["cost_per_day"], ana["kind"]) == ("Delivery", 450, "person")
    assert (testers["capacity_fte"], testers["kind"]) == (3, "team")
    assert [tuple(row[:3]) for row in made.assignments.itertuples(index=False)] == [
        ("small-2", "ana", 1), ("small-6", "testers", 2),
    ]  # fmt: skip
    assert made.absences[["start", "end"]].to_numpy(dtype="object").tolist() == [
        [day(19, 0), day(20, 0)]
    ]


def test_mspdi_counts_are_those_of_its_own_text(small: Path) -> None:
    """Raw counts, before anything is left out."""
    (plan,) = read_records([small])
    assert count_records(plan) == {
        "tasks": 7, "leaf_tasks": 6, "milestones": 1, "links": 5, "FS": 5, "SS": 0, "FF": 0,
        "SF": 0, "links_with_lag": 3, "links_between_plans": 0, "resources": 3,
        "work_resources": 2, "assignments": 3, "placeholders": 1, "assigned_work_h": 60,
    }  # fmt: skip


def test_xer_projects_and_the_link_between_them(two: Path) -> None:
    """Two projects of one Primavera file, linked; the link out of the file is told."""
    made = read_plans([two])
    assert made.projects["project"].tolist() == ["net", "app"]
    assert made.projects["name"].tolist() == ["Network", "Application"]
    assert made.tasks["task"].tolist() == ["net-A10", "app-B10"]
    assert made.tasks["duration_days"].tolist() == [2, 1]
    assert made.links[["predecessor", "successor"]].to_numpy().tolist() == [["net-A10", "app-B10"]]
    told = made.warnings.set_index("column").loc["file"]
    assert told["table"] == "two.xer [NET]"
    assert told["found"] == "1 of 2 links that lead to tasks outside the file"


def test_several_files_become_one_portfolio(small: Path, two: Path) -> None:
    """Projects of all files, in their order, under the name given."""
    made = read_plans([two, small], name="All of it")
    assert made.projects["project"].tolist() == ["net", "app", "small"]
    assert made.settings.name == "All of it"
    assert made.settings.hours_per_day == 8
    assert made.tasks.loc[made.tasks["project"] == "small", "duration_days"].tolist() == [
        2, 4, 1, 2, 1, 0,
    ]  # fmt: skip


def test_reading_changes_no_file_and_repeats_itself(small: Path) -> None:
    """The same plan read twice gives the same tables."""
    before = small.read_bytes()
    assert read_plans([small]).equals(read_plans([str(small)]))
    assert small.read_bytes() == before


def test_relative_path_holds_after_the_working_directory_changed(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Java keeps the directory it started in; we do not."""
    read_plans([small])
    monkeypatch.chdir(small.parent)
    assert len(read_plans([Path("small.xml")]).tasks) == 6


def test_faults_of_all_files_are_told_at_once(small: Path) -> None:
    """A line per file, with what was found and the cure; nothing of Java."""
    folder = small.parent
    (folder / "empty.mpp").touch()
    (folder / "random.mpp").write_bytes(bytes(range(256)) * 40)
    (folder / "letter.mpp").write_text("Dear PMO,\nhere is the plan.\n", encoding="ascii")
    (folder / "other.xml").write_text("<a><b/></a>", encoding="ascii")
    (folder / "cut.xml").write_text(MSPDI[:3000], encoding="utf-8")
    names = ["empty.mpp", "random.mpp", "letter.mpp", "other.xml", "cut.xml", "gone.mpp"]
    got = lines([small, small, folder, *(folder / name for name in names)])
    again = "Open it in its own program and save it again, or as MSPDI .xml."
    no_plan = f"found a file that is no plan, or a damaged one, expected {A_PLAN}. {again}"
    assert got[0] == "cannot read 8 plan files:"
    assert got[1:] == [
        f"{small}: found the same file twice, expected {A_PLAN}. Name each file once.",
        f"{folder}: found a folder, expected {A_PLAN}. Name the plan files in it.",
        f"{folder / 'empty.mpp'}: found an empty file, expected {A_PLAN}. "
        "Copy or export it again, whole.",
        f"{folder / 'gone.mpp'}: found no such file, expected {A_PLAN}. Correct the path.",
        *(f"{folder / name}: {no_plan}" for name in names[1:4]),
        f"{folder / 'cut.xml'}: found a damaged file (XML document structures must start and end "
        f"within the same entity.), expected {A_PLAN}. {again}",
    ]


def test_no_file_at_all_is_told() -> None:
    """An empty list of plans is no portfolio."""
    assert lines([]) == [
        "cannot read 1 plan file:",
        f"plans: found no file, expected {A_PLAN}. Name a plan file.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("<UID>5</UID><ID>5</ID>", "<ID>5</ID>", "tasks or resources without a unique id"),
        (
            "2026-01-12T08:30:00</Start>",
            "17358-01-12T08:30:00</Start>",
            "a damaged file (a date in the year",
        ),
        (
            "<Duration>PT15H0M0S</Duration>",
            "<Duration>PT9999999999999H0M0S</Duration>",
            "a damaged file (task 1 lasts 9,999,999,999,999 hours)",
        ),
        (
            "<Duration>PT15H0M0S</Duration>",
            "<Duration>PT-15H0M0S</Duration>",
            "a damaged file (task 1 lasts -15 hours)",
        ),
        (
            "2026-01-12T08:30:00</Start>",
            "9999-01-12T08:30:00</Start>",
            "tasks on 9999-01-12, expected dates from 1901 to 2199. Correct the year in the plan.",
        ),
        ("<Name>Build</Name>", "<Name>\0</Name>", "a damaged file"),
    ],
)
def test_plans_with_senseless_values_are_told(small: Path, old: str, new: str, found: str) -> None:
    """What MPXJ lets pass but nothing can be made of."""
    assert old in MSPDI
    small.write_text(MSPDI.replace(old, new), encoding="utf-8")
    assert f"found {found}" in lines([small])[1]


def test_file_that_may_not_be_opened_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lack of permission is named."""
    path = tmp_path / "secret.mpp"
    path.write_bytes(b"x")

    def refuse(_: Path) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("svcimpact.exchange.plan_file.cut_short", refuse)
    assert lines([path])[1] == (
        f"{path}: found a file that cannot be opened (Permission denied), expected {A_PLAN}. "
        "Allow reading it."
    )


def test_xer_cut_off_is_refused(tmp_path: Path) -> None:
    """Without its last line a Primavera file would be read in part and in silence."""
    path = tmp_path / "cut.xer"
    path.write_text(XER[: len(XER) // 2], encoding="ascii")
    assert "found a Primavera file cut off before its end (no %E line)" in lines([path])[1]


def compound(sectors: int) -> bytes:
    """Return a compound file whose table says that so many sectors of 512 bytes are used."""
    head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    struct.pack_into("<H", head, 0x1E, 9)
    struct.pack_into("<109I", head, 0x4C, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", *[1] * sectors, *[0xFFFFFFFF] * (128 - sectors))
    return bytes(head) + table + bytes(512 * (sectors - 1))


@pytest.mark.parametrize(
    ("left", "found"),
    [
        (512 * 5, ""),
        (512 * 4 + 1, ""),
        (512 * 4, "a file cut off after 2,048 of 2,560 bytes"),
        (700, "a file cut off after 700 bytes"),
        (300, "a file cut off after 300 bytes"),
    ],
)
def test_compound_file_knows_its_own_length(tmp_path: Path, left: int, found: str) -> None:
    """Four sectors and the header are 2,560 bytes; the last sector may be short."""
    path = tmp_path / "plan.mpp"
    path.write_bytes(compound(4)[:left])
    assert cut_short(path) == found


def test_files_of_one_name_are_told_apart_by_their_folders(small: Path) -> None:
    """Warnings name the folder where the name alone would not do."""
    other = small.parent / "b" / "small.xml"
    other.parent.mkdir()
    other.write_bytes(small.read_bytes())
    labels = [plan.label for plan in read_records([small, other])]
    assert labels == [f"{small.parent.name}/small.xml", "b/small.xml"]


def test_password_is_named(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked plan gets its own cure."""
    monkeypatch.setattr(
        "svcimpact.exchange.plan_file._reason", lambda _: "File is password protected"
    )
    small.write_text(MSPDI[:3000], encoding="utf-8")
    assert lines([small])[1].endswith(
        f"found a file locked by a password, expected {A_PLAN}. Save it without its password."
    )


def test_suffixes_hold_the_plans_people_send() -> None:
    """The face tells plans from tables by these."""
    assert {".mpp", ".xml", ".xer", ".planner", ".gan"} <= set(PLAN_SUFFIXES)
    assert not {".csv", ".xlsx", ".toml", ".parquet"} & set(PLAN_SUFFIXES)


@pytest.mark.parametrize("missing", ["jpype", "mpxj"])
def test_missing_extra_is_told_with_its_cure(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without JPype1 or mpxj: one sentence with what to install."""
    usual = jvm.find_spec
    monkeypatch.setattr(jvm, "find_spec", lambda name: None if name == missing else usual(name))
    with pytest.raises(MissingRequirementError) as caught:
        jvm.start_java()
    assert str(caught.value) == (
        "reading plan files needs the packages mpxj and JPype1, which are not installed: run "
        'pip install "svcimpact[plans]"'
    )


def test_mpxj_without_its_jars_counts_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hollow package helps nobody."""
    hollow = SimpleNamespace(submodule_search_locations=["/nowhere"])
    monkeypatch.setattr(jvm, "find_spec", lambda _: hollow)
    with pytest.raises(MissingRequirementError, match=r"svcimpact\[plans\]"):
        jvm.start_java()


class FakeJpype:
    """As much of `jpype` as is needed to fail."""

    class JVMNotFoundException(Exception):  # noqa: N818
        """Raised where there is no Java."""

    class JVMNotSupportedException(Exception):  # noqa: N818
        """Raised where Java is of another kind."""

    class JException(Exception):  # noqa: N818
        """Raised by Java."""

    def __init__(self, *, found: bool = True, started: bool = False) -> None:
        self.found, self.started = found, started

    def isJVMStarted(self) -> bool:  # noqa: N802
        """Return whether Java runs."""
        return self.started

    def getDefaultJVMPath(self) -> str:  # noqa: N802
        """Find Java, or not."""
        if not self.found:
            raise self.JVMNotFoundException("No JVM shared library file (libjvm.so) found.")
        return "libjvm.so"

    def startJVM(self, *_: object, **__: object) -> None:  # noqa: N802
        """Fail to start."""
        raise OSError("wrong ELF class\nsecond line")

    def JClass(self, name: str) -> None:  # noqa: N802
        """Fail to find a class."""
        raise TypeError(f"Class {name} is not found")


@pytest.mark.parametrize(
    ("fake", "words"),
    [
        (
            FakeJpype(found=False),
            "reading plan files needs Java 11 or later, which was not found: install it (Debian "
            "or Ubuntu: sudo apt install default-jre-headless; macOS: brew install --cask "
            "temurin; Windows: winget install EclipseAdoptium.Temurin.21.JRE), open a new "
            "terminal and try again",
        ),
        (
            FakeJpype(),
            "Java was found but did not start (wrong ELF class): install Java 11 or later of the "
            "same processor type as Python, and let JAVA_HOME point to it or be unset",
        ),
        (
            FakeJpype(started=True),
            "another library has started Java in this Python process without the plan reader: "
            "read the plans in a fresh Python process",
        ),
    ],
)
def test_missing_java_is_told_in_one_sentence(
    fake: FakeJpype, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not found, not starting, taken by another library: each with its cure."""
    pytest.importorskip("mpxj")
    monkeypatch.setattr(jvm, "import_module", lambda _: fake)
    with pytest.raises(MissingRequirementError) as caught:
        jvm.start_java()
    assert str(caught.value) == words


def test_importing_the_package_starts_no_java() -> None:
    """Java and JPype cost a second; they come with the first plan."""
    code = "import sys, svcimpact.exchange; print('jpype' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert run.stdout.strip() == "False"


def test_reading_is_quiet(small: Path) -> None:
    """Nothing of Java's own chatter reaches the terminal."""
    code = (
        "import sys; from svcimpact.exchange import read_plans; "
        "print(len(read_plans([sys.argv[1]]).tasks))"
    )
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "error", "-c", code, str(small)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (run.stdout, run.stderr) == ("6\n", "")


def test_warnings_have_the_columns_of_faults(small: Path) -> None:
    """One frame of warnings, all text, each with a cure."""
    warnings = read_plans([small]).warnings
    assert isinstance(warnings, pd.DataFrame)
    assert (warnings["cure"] != "").all()
    assert (warnings["found"] != "").all()


def test_imported_plans_survive_a_folder(small: Path, two: Path) -> None:
    """What is imported can be written and read again, empty tables and all."""
    made = read_plans([small, two])
    folder = write(made, small.parent / "imported")
    assert read(folder).equals(made)


def test_bytes_of_a_broken_file_do_not_reach_the_terminal() -> None:
    """What Java says is left out where it quotes control characters of the file."""

    def reason(message: str) -> str:
        return plan_file._reason(SimpleNamespace(getCause=lambda: None, getMessage=lambda: message))

    assert reason("no such entry: Props") == "no such entry: Props"
    assert reason("no such entry: \x1b[31mProps") == ""
