"""Plant every deliberate fault in a copy of the package, and see whether the tests tell.

    python tests/mutations.py             # all of them; a few seconds each
    python tests/mutations.py gates lead  # those whose file or description has all these words
    python tests/mutations.py -engine     # those whose file and description lack the word

A fault that no test tells is a rule that nothing holds: write the test, never drop the fault. A
fault whose place in the code is gone is told as LOST, and counts as not caught: write it anew.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from faults import Fault
from input_faults import INPUT_FAULTS
from involvement_faults import INVOLVEMENT_FAULTS
from kernel_faults import KERNEL_FAULTS
from response_faults import RESPONSE_FAULTS
from restoration_faults import RESTORATION_FAULTS
from scheme_faults import SCHEME_FAULTS
from statistics_faults import STATISTICS_FAULTS

FAULTS = (
    *KERNEL_FAULTS,
    *INPUT_FAULTS,
    *STATISTICS_FAULTS,
    *RESTORATION_FAULTS,
    *SCHEME_FAULTS,
    *INVOLVEMENT_FAULTS,
    *RESPONSE_FAULTS,
)
ROOT = Path(__file__).resolve().parents[1]
LONGEST = 300  # seconds; a run without an end is told, too

# Stops everything when it is not the copy that is tested.
GUARD = """
from pathlib import Path

import svcimpact

assert Path(svcimpact.__file__).is_relative_to(Path(__file__).parents[1]), svcimpact.__file__
"""


class PlantingError(RuntimeError):
    """A fault that cannot be planted, or tests that cannot run: neither caught nor survived."""


def copied(to: Path) -> None:
    """Copy what the tests need."""
    leave_out = shutil.ignore_patterns("__pycache__", "*.nbi", "*.nbc")
    for name in ("svcimpact", "tests", "data"):
        shutil.copytree(ROOT / name, to / name, ignore=leave_out)
    shutil.copy(ROOT / "pyproject.toml", to)
    (to / "tests" / "conftest.py").write_text(GUARD)


def plant(fault: Fault, where: Path) -> None:
    """Change the one place of the code that a fault is about."""
    file = where / fault.file
    text = file.read_text()
    times = text.count(fault.old)
    if times != 1:
        raise PlantingError(f"{fault.file} has this {times} times, not once:\n{fault.old}")
    file.write_text(text.replace(fault.old, fault.new))


def failed_test(where: Path, tests: Iterable[str], longest: float | None = LONGEST) -> str:
    """Run tests on a copy, nothing compiled; return the first that fails, or nothing."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    # The same examples every time, so that caught today is caught tomorrow.
    command += ["-p", "_hypothesis_pytestplugin", "--hypothesis-seed=0", *tests]
    environment = os.environ | {
        "NUMBA_DISABLE_JIT": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": str(where),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    try:
        done = subprocess.run(  # noqa: S603
            command,
            cwd=where,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=longest,
        )
    except subprocess.TimeoutExpired:
        return f"no end after {longest} s"
    if done.returncode == 0:
        return ""
    told = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    if done.returncode != 1 or not told:
        raise PlantingError(f"the tests did not run:\n{done.stdout}{done.stderr}")
    return told[0].removeprefix("FAILED ").split(" - ")[0]


def try_out(fault: Fault) -> str:
    """Return the test that tells a fault, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        copied(where)
        plant(fault, where)
        return failed_test(where, fault.tests)


def check_faultless(faults: Iterable[Fault]) -> None:
    """Make sure that all tests pass before anything is planted."""
    tests = dict.fromkeys(test for fault in faults for test in fault.tests)
    with tempfile.TemporaryDirectory() as folder:
        copied(Path(folder))
        if failed := failed_test(Path(folder), tests, None):
            raise PlantingError(f"without any fault: {failed}")


def asked_for(words: Iterable[str]) -> list[Fault]:
    """Return the faults that have all words, and none of those with a minus before them."""
    wanted = [word.lower() for word in words]
    return [
        fault
        for fault in FAULTS
        for text in (f"{fault.file} {fault.breaks}".lower(),)
        if all((word[1:] not in text) if word[0] == "-" else (word in text) for word in wanted)
    ]


def main(faults: Iterable[Fault]) -> int:
    """Try faults one after the other; return how many were not caught."""
    faults = list(faults)
    check_faultless(faults)
    count = {"caught": 0, "SURVIVED": 0, "LOST": 0}
    for fault in faults:
        began = time.monotonic()
        try:
            by = try_out(fault)
            found = "caught" if by else "SURVIVED"
        except PlantingError as error:
            found, by = "LOST", str(error).replace("\n", "\n" + 20 * " ")
        count[found] += 1
        sys.stdout.write(
            f"{found:8} {time.monotonic() - began:5.1f} s  "
            f"{fault.file.removeprefix('svcimpact/')}: {fault.breaks}\n"
            + (f"                  {'by ' if found == 'caught' else ''}{by}\n" if by else "")
        )
        sys.stdout.flush()
    caught, survived, lost = count.values()
    sys.stdout.write(f"{caught} caught, {survived} survived, {lost} lost\n")
    return survived + lost


if __name__ == "__main__":
    sys.exit(1 if main(asked_for(sys.argv[1:])) else 0)
