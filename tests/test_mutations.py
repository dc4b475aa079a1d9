"""The deliberate faults can all be planted, and the script tells caught from survived."""

from dataclasses import replace

import pytest
from faults import Fault
from mutations import FAULTS, ROOT, PlantingError, asked_for, failed_test, main, plant, try_out

HARMLESS = Fault(
    "svcimpact/engine/heap.py",
    "Nothing at all.",
    '"""A binary heap of tasks',
    '"""A heap of tasks',
    ("tests/test_heap.py::test_taking_out_what_is_not_in_changes_nothing",),
)


def test_every_fault_has_one_place():
    """Every old text stands in its file exactly once, and the new one is another."""
    for fault in FAULTS:
        text = (ROOT / fault.file).read_text()
        assert text.count(fault.old) == 1, f"{fault.file}: {fault.old}"
        assert fault.new != fault.old


def test_no_fault_is_listed_twice():
    """No two faults make the same change, or say the same."""
    assert len({(fault.file, fault.old, fault.new) for fault in FAULTS}) == len(FAULTS)
    assert len({fault.breaks for fault in FAULTS}) == len(FAULTS)


def test_every_module_of_the_rules_is_among_the_faults():
    """No part of the rules is left out."""
    engine = (
        "kernel",
        "shares",
        "starts",
        "set_up",
        "gates",
        "heap",
        "events",
        "program",
        "many",
        "midway",
        "plain",
        "plan",
        "replay",
        "scheme",
        "wake",
    )
    modules = {f"svcimpact/engine/{name}.py" for name in engine}
    around = ("disruption", "strikes", "draws", "restoration", "estimates", "blocks", "tables")
    around += ("project_table",)
    modules |= {f"svcimpact/incident/{name}.py" for name in (*around, "simulate")}
    decided = ("levers", "acting", "actions", "attribution", "causes", "exposure", "reserves")
    modules |= {f"svcimpact/incident/{name}.py" for name in decided}
    practised = ("judge", "search", "escalate", "recover")
    modules |= {f"svcimpact/response/{name}.py" for name in practised}
    assert {fault.file for fault in FAULTS} >= modules


@pytest.mark.parametrize("file", ["engine/kernel", "engine/program", "incident/estimates"])
def test_a_fault_is_caught(file: str):
    """The first fault of a file, planted in a copy, is told by a test on that copy."""
    fault = next(fault for fault in FAULTS if fault.file == f"svcimpact/{file}.py")
    assert try_out(fault).startswith(fault.tests[0].partition("::")[0])


def test_what_changes_nothing_survives():
    """A change of a comment passes the tests."""
    assert try_out(HARMLESS) == ""


@pytest.mark.parametrize(
    ("failed", "count", "told"),
    [
        (
            "",
            1,
            "SURVIVED   0.0 s  engine/heap.py: Nothing at all.\n0 caught, 1 survived, 0 lost\n",
        ),
        (
            "a test",
            0,
            "caught     0.0 s  engine/heap.py: Nothing at all.\n{by}1 caught, 0 survived, 0 lost\n",
        ),
    ],
)
def test_what_is_printed(monkeypatch, capsys, failed: str, count: int, told: str):
    """Every fault gets a line, and the test that told it another; a count closes the list."""
    monkeypatch.setattr("mutations.try_out", lambda _: failed)
    monkeypatch.setattr("mutations.check_faultless", lambda _: None)
    assert main([HARMLESS]) == count
    assert capsys.readouterr().out == told.format(by=f"{'':18}by a test\n")


def test_what_has_no_place_any_more_is_lost_and_the_rest_goes_on(monkeypatch, capsys):
    """A fault that cannot be planted is told with what was looked for, and is no success."""
    monkeypatch.setattr("mutations.check_faultless", lambda _: None)
    monkeypatch.setattr("mutations.failed_test", lambda *_: "a test")
    assert main([replace(HARMLESS, old="gone\nfor good"), HARMLESS]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("LOST ")
    assert lines[0].endswith(" s  engine/heap.py: Nothing at all.")
    assert lines[1].strip() == "svcimpact/engine/heap.py has this 0 times, not once:"
    assert [line.strip() for line in lines[2:4]] == ["gone", "for good"]
    assert lines[4].startswith("caught ")
    assert lines[-1] == "1 caught, 0 survived, 1 lost"


def test_faults_by_words():
    """Words choose by file and description; a minus leaves out."""
    assert asked_for([]) == list(FAULTS)
    chosen = asked_for(["engine", "LAG", "-forgotten"])
    files = {f"svcimpact/engine/{name}.py" for name in ("gates", "plan", "plain", "scheme")}
    assert {f.file for f in chosen} <= files
    assert {"svcimpact/engine/gates.py", "svcimpact/engine/plan.py"} <= {f.file for f in chosen}
    assert not any("forgotten" in f.breaks for f in chosen)
    assert all("engine" not in f.file for f in asked_for(["-engine"]))


@pytest.mark.parametrize(("old", "times"), [("no such text", 0), ("import", 5)])
def test_a_text_that_does_not_stand_there_once_is_an_error(tmp_path, old: str, times: int):
    """A fault that has no place, or several, is refused."""
    file = tmp_path / HARMLESS.file
    file.parent.mkdir(parents=True)
    file.write_text("import " * 5)
    with pytest.raises(PlantingError, match=rf"heap\.py has this {times} times, not once:\n{old}"):
        plant(replace(HARMLESS, old=old), tmp_path)


def test_tests_that_do_not_run_are_an_error(tmp_path):
    """A copy whose tests cannot be collected says nothing about a fault."""
    with pytest.raises(PlantingError, match=r"the tests did not run:\n(?s:.*)no_such_test"):
        failed_test(tmp_path, ["no_such_test.py"])


def test_what_fails_without_a_fault_is_an_error(monkeypatch):
    """Nothing is planted where the tests fail anyway."""
    monkeypatch.setattr("mutations.failed_test", lambda *_: "a test")
    with pytest.raises(PlantingError, match="without any fault: a test"):
        main([HARMLESS])
