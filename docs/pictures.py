"""Draw the pictures of the README from the embedded example; run by ``make pictures``."""

from pathlib import Path

import matplotlib as mpl

import svcimpact as si

mpl.use("agg")
HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "data" / "meridian"

portfolio = si.read(EXAMPLE)
outcome = si.simulate(portfolio, si.Scenario.read(EXAMPLE / "payments-down.toml"))
ax = si.charts.delays(outcome)
ax.figure.savefig(HERE / "delays.png", dpi=100)
