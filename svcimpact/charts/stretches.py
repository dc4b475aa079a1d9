"""Stretches of work on a time axis: merged where they touch, and those the incident causes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from svcimpact.charts.dates import positions

if TYPE_CHECKING:
    from svcimpact.incident.outcome import Outcome

_TINY = 1e-6


Key = tuple[str, ...]


def merged(segments: pd.DataFrame, by: Sequence[str]) -> dict[Key, list[tuple[float, float]]]:
    """Merge segments that touch in working hours, so that nights leave no gap.

    Parameters
    ----------
    segments : pandas.DataFrame
        Rows of `Outcome.segments`.
    by : sequence of str
        Columns; only segments that are alike in them are merged.

    Returns
    -------
    dict of tuple to list of (float, float)
        By what stands in those columns: where each stretch begins on the date axis, and how wide
        it is.
    """
    # Plain lists: a chart asks this of every row, and picking from a frame costs far more.
    keys = list(zip(*(segments[column].tolist() for column in by), strict=True))
    hours = segments["start_hours"].to_numpy(), segments["finish_hours"].to_numpy()
    columns = (*hours, positions(segments["start"]), positions(segments["finish"]))
    order = np.argsort(hours[0], kind="stable")
    out: dict[Key, list[tuple[float, float]]] = {}
    reach: dict[Key, float] = {}
    for k, begin, end, left, right in zip(
        order.tolist(), *(c[order].tolist() for c in columns), strict=True
    ):
        key = keys[k]
        mine = out.setdefault(key, [])
        if mine and begin <= reach[key] + _TINY:
            x, width = mine[-1]
            mine[-1] = (x, max(width, right - x))
        else:
            mine.append((left, right - left))
        reach[key] = max(reach.get(key, -np.inf), end)
    return out


def windows(outcome: Outcome) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Return for each stated incident when it begins and when its last effect is over.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.

    Returns
    -------
    list of (pandas.Timestamp, pandas.Timestamp)
        Start, and median restoration plus what follows it (change freeze, aftermath).
    """
    out = []
    for incident, restored in zip(
        outcome.scenario.incidents, outcome.incidents["restored_p50"], strict=True
    ):
        after = max(incident.freeze_after_hours, incident.aftermath_hours)
        out.append((incident.start, restored + pd.Timedelta(hours=after)))
    return out


def caused(outcome: Outcome) -> pd.DataFrame:
    """Return the stretches in which the incident leaves a task held or short-handed.

    Absences, planned freezes and busy colleagues do so without any incident; those stretches
    are left out, as far as they are the same without it.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned.

    Returns
    -------
    pandas.DataFrame
        Rows of `Outcome.segments` of the case with the incident.
    """
    frame = outcome.segments
    struck = frame["case"] == "incident"
    trouble = frame[struck & frame["state"].isin(["held", "short-handed"])]
    near = np.zeros(len(trouble), dtype=bool)
    for begin, end in windows(outcome):
        near |= ((trouble["start"] < end) & (trouble["finish"] > begin)).to_numpy()
    trouble = trouble[near]
    calm = frame[~struck & frame["state"].isin(["held", "short-handed"])]
    calm = calm[calm["task"].isin(trouble["task"])]
    if calm.empty:
        return trouble
    pairs = trouble.reset_index().merge(calm, on=["task", "state"], suffixes=("", "_calm"))
    same = (pairs["start_hours"] >= pairs["start_hours_calm"] - _TINY) & (
        pairs["finish_hours"] <= pairs["finish_hours_calm"] + _TINY
    )
    as_short = pairs["share"] >= pairs["share_calm"] - _TINY
    return trouble[~trouble.index.isin(pairs.loc[same & as_short, "index"])]
