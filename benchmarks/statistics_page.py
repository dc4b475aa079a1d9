"""Measure what the errors and ways of sampling are worth, and write docs/statistics.md.

python benchmarks/statistics_page.py                 everything, a few minutes
python benchmarks/statistics_page.py --quick         small sizes; writes nothing
"""

from __future__ import annotations

import sys
from pathlib import Path

from intervals import coverage, paired, stopping
from samplings import gains
from section import Section

PAGE = Path(__file__).parents[1] / "docs" / "statistics.md"
INTRODUCTION = """\
# How far to trust a figure

Written by `make statistics`; nothing here is typed in. Every estimate of an outcome has its
Monte Carlo standard error beside it: that of `x` is `x_se`, that of a date `x_se_days`. Errors
are made for intervals: the estimate, less and more 1.96 errors, is to hold the truth in 95 of
100 simulations. They tell the error of the simulation, not of the input.

- **Means** have the standard deviation over the root of the runs. A delay that few runs have, or
  that has a long tail, needs runs enough: see below. Where no run shows any delay the error is 0,
  and `chance_delayed_se` tells how much that says.
- **Quantiles** have the farther of the two order statistics that hold the quantile in 95 of 100
  experiments, so that runs with one value in common, such as no delay at all, are covered too.
- **Chances** have the farther end of Wilson's interval, so that never is not certain.
- **Delays** are differences run by run on the same random numbers, and so are their errors.
"""
DECISION = """\
# Random, or better than random

`simulate(..., sampling="latin-hypercube")`, or `sampling = "latin-hypercube"` in a scenario file,
draws runs in blocks of 64: of each block every source of randomness has one draw in each 64th of
its distribution, in an order of its own. What a source does by itself is then the same in every
block; what sources do together is left to chance. Sources keep their streams, so that adding one
moves no other, and the first runs of many are the runs of few. Errors come from what differs
between blocks, which are independent, and widen as Student's t does where there are few; under 512
runs they are those of random runs. That of a mean is never told smaller than half of what random
runs have. The figures stay those of `random` unless it is asked for.

Antithetic pairs gain little: delays bend too much. Sobol points gain a little more than the Latin
hypercube, but every source needs a dimension of its own, so that a task added in the middle
would move the draws of all tasks behind it, and the runs have to be a power of 2. So the Latin
hypercube is built, the others are not. It is worth asking for where dates and chances of a stated
incident are wanted; delays by random incidents, of which there are few a run, gain next to nothing.
"""


def page(errors: list[Section], ways: list[Section]) -> str:
    """Give the whole page."""
    return "\n".join(
        [INTRODUCTION, *(s.markdown() for s in errors), DECISION, *(s.markdown() for s in ways)]
    )


def main(arguments: list[str]) -> None:
    """Measure, print and write."""
    quick = "--quick" in arguments
    errors = [*coverage(quick=quick), *paired(quick=quick), *stopping(quick=quick)]
    text = page(errors, gains(quick=quick))
    print(text)
    if not quick:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
