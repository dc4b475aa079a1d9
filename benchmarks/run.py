"""Measure ourselves and peers on the same portfolios in the same run, and write the table.

python benchmarks/run.py                      everything; writes docs/benchmarks.md
python benchmarks/run.py --quick              everything at small sizes; writes nothing
python benchmarks/run.py --only portfolio     one benchmark; writes nothing
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from against_loops import critical_path, schedules
from against_programs import mcprojsim, programs
from against_simpy import portfolio
from answers import first, whatif
from growth import disturbance, growth, memory
from section import Section

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BENCHMARKS: dict[str, Callable[..., list[Section]]] = {
    "portfolio": portfolio,
    "schedules": schedules,
    "critical_path": critical_path,
    "programs": programs,
    "whatif": whatif,
    "first": first,
    "growth": growth,
    "disturbance": disturbance,
    "memory": memory,
}
INTRODUCTION = """\
# Benchmarks

Written by `make bench`; nothing here is typed in. Peers and ourselves take turns on the same
portfolios (A B A B ...) in the same run, with the garbage collector off. Figures are medians
over the turns with the least and the most in brackets. A ratio is taken turn by turn: how many
times as long as ours, by processor time (CPU) or by the clock (wall); below 1 the other one is
faster. Portfolios are drawn from a seed, so anybody can repeat this.
"""
LEFT_OUT = """\
## What each peer does not model

| peer | does not model |
| --- | --- |
| SimPy | a toolkit, not a model: both models are ours, with the rules of a run; neither draws, \
pairs futures, sums them up or costs them |
| parallel scheme, forward pass | shares, interruptions, freezes, capacity that changes, \
releases, lags, links other than FS |
| mcprojsim | several projects, incidents and services, interruption, part-time shares, \
links other than FS; draws triangular durations where ours are PERT |
| TaskJuggler | anything random, incidents, paired futures; one schedule per scenario; it may \
split a task at any hour |
| PyJobShop (CP-SAT) | anything random, incidents, interruption by events that nobody foresees; \
it searches for the least makespan, which ours does not |
"""


def library_versions() -> list[str]:
    """Name Python and the libraries that matter, with their versions."""
    found = [f"Python {platform.python_version()}"]
    for name in ("svcimpact", "numba", "numpy", "pandas", "simpy", "pyjobshop", "ortools"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return [*found, f"mcprojsim {asked(mcprojsim())}", f"TaskJuggler {asked('tj3')}"]


def asked(command: str | None) -> str:
    """Ask a program for its version: the first of its words that begins with a digit."""
    try:
        done = subprocess.run([command or "", "--version"], capture_output=True, text=True)  # noqa: PLW1510
    except OSError:
        return "not installed"
    words = (done.stdout + done.stderr).replace("(", " ").replace(")", " ").split()
    return next((word for word in words if word[0].isdigit()), "of unknown version")


def page(sections: list[Section], today: date, load: float) -> str:
    """Give the whole page; `load` is how many programs wanted to run before we began."""
    where = (
        f"Measured on {today.isoformat()} on {os.cpu_count()} cores ({platform.machine()}), "
        f"{platform.system()}: {', '.join(library_versions())}. "
        f"Load average before: {load:.1f}"
        + ("; others were at work, so trust CPU before wall." if load > 1 else ".")
    )
    return "\n".join([INTRODUCTION, where + "\n", *(s.markdown() for s in sections), LEFT_OUT])


def main(arguments: list[str]) -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, under a minute")
    parser.add_argument("--only", choices=BENCHMARKS, action="append", help="one benchmark")
    parser.add_argument("--out", type=Path, help="where to write the page")
    asked_for = parser.parse_args(arguments)
    chosen = asked_for.only or list(BENCHMARKS)
    load = os.getloadavg()[0]
    sections = []
    for name in chosen:
        began = time.perf_counter()
        made = BENCHMARKS[name](quick=asked_for.quick)
        for section in made:
            print(section.markdown(), flush=True)
        print(f"({name}: {time.perf_counter() - began:.0f} s)\n", flush=True)
        sections += made
    out = asked_for.out or (None if asked_for.quick or asked_for.only else PAGE)
    if out:
        out.write_text(page(sections, date.today(), load), encoding="utf-8")
        print(f"Written: {out}")


if __name__ == "__main__":
    main(sys.argv[1:])
