"""What a serious incident does to a project portfolio that shares people with operations.

>>> import svcimpact as si
>>> portfolio = si.read("data/tiny")
>>> incident = si.Incident("payments", start="2026-01-06 13:00", hours=26)
>>> outcome = si.simulate(portfolio, incident, runs=100, seed=1)
>>> float(outcome.projects["delay_mean_days"].max())
0.75
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from svcimpact import charts, planning, response
    from svcimpact.dashboard import explore
    from svcimpact.incident.scenario import Incident, Scenario
    from svcimpact.incident.simulate import simulate
    from svcimpact.incident.sweep import sweep
    from svcimpact.io import write
    from svcimpact.portfolio import Portfolio as Portfolio
    from svcimpact.reading import read

__version__ = "0.1.0"

__all__ = [
    "Incident",
    "Scenario",
    "charts",
    "explore",
    "planning",
    "read",
    "response",
    "simulate",
    "sweep",
    "write",
]

# Nothing heavy is loaded until it is used.
_HOMES = {
    "Incident": "svcimpact.incident.scenario",
    "Portfolio": "svcimpact.portfolio",
    "Scenario": "svcimpact.incident.scenario",
    "explore": "svcimpact.dashboard",
    "read": "svcimpact.reading",
    "simulate": "svcimpact.incident.simulate",
    "sweep": "svcimpact.incident.sweep",
    "write": "svcimpact.io",
}

_MODULES = ("charts", "graph", "planning", "response")


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _MODULES:
        return import_module(f"svcimpact.{name}")
    raise AttributeError(f"module 'svcimpact' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *_HOMES, *_MODULES, "__version__"})
