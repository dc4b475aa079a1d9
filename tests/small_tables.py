"""A small portfolio without fault or warning, and what is said when something in it is changed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest

from svcimpact.errors import InvalidPortfolioError, describe
from svcimpact.portfolio import Portfolio, build_portfolio

SETTINGS: dict[str, object] = {"name": "Small", "start": "2026-01-05"}


def table(columns: str, *rows: tuple[object, ...]) -> pd.DataFrame:
    """Return a table of raw cells."""
    return pd.DataFrame([list(row) for row in rows], columns=columns.split(), dtype=object)


def clean_tables() -> dict[str, pd.DataFrame]:
    """Return the required tables, with nothing in them to complain of."""
    return {
        "projects": table("project", ("P1",), ("P2",)),
        "tasks": table(
            "task project duration_days", ("T1", "P1", 1), ("T2", "P1", 2), ("T3", "P2", 3)
        ),
        "resources": table("resource", ("ana",), ("ben",)),
        "assignments": table(
            "task resource units_fte", ("T1", "ana", 0.5), ("T2", "ben", 0.5), ("T3", "ben", 0.5)
        ),
        "services": table("service", ("payments",), ("orders",)),
        "support": table("service resource", ("payments", "ana"), ("orders", "ben")),
    }


def built(settings: Mapping[str, object] | None = None, **changes: pd.DataFrame) -> Portfolio:
    """Return the small portfolio with some tables and settings replaced."""
    return build_portfolio({**SETTINGS, **(settings or {})}, {**clean_tables(), **changes})


def faults(settings: Mapping[str, object] | None = None, **changes: pd.DataFrame) -> list[str]:
    """Return what is said of the faults."""
    with pytest.raises(InvalidPortfolioError) as caught:
        built(settings, **changes)
    return describe(caught.value.faults)


def warnings(settings: Mapping[str, object] | None = None, **changes: pd.DataFrame) -> list[str]:
    """Return what is said of the warnings."""
    return describe(built(settings, **changes).warnings)
