"""Whether the people there are can carry what is asked of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from svcimpact.cells.doubt import show
from svcimpact.cells.text import quoted
from svcimpact.checks.lookup import among, positions, totals
from svcimpact.errors import Ledger, listed
from svcimpact.tables import Draft

# A task starts once this share of its people is free, unless a scenario says otherwise.
MIN_SHARE = 0.5
_CLOSE = 1e-9


def check_capacity(draft: Draft, ledger: Ledger) -> None:
    """Find tasks that need more of somebody than there ever is.

    Everybody's project capacity is their capacity less all everyday support. A task that needs
    somebody who has none never starts, or never goes on. One of `units` starts only where the
    scenario's `min_share` times them is not above it, which is a warning where that takes less
    than the usual half; if `units` alone is above, it is always short-handed.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the faults and the warnings.
    """
    needs, rows = draft.frames["assignments"], draft.rows["assignments"]
    people = _people(draft)
    room = _of_people(people, "room", needs["resource"])
    units = needs["units_fte"].to_numpy(dtype=np.float64)
    done, running = _progress(draft, needs["task"])
    open_ = (units > 0) & ~done
    nobody = open_ & (room <= 0)
    seldom = open_ & ~nobody & ~running & (MIN_SHARE * units > room + _CLOSE)
    for at in np.flatnonzero(nobody | seldom):
        who = people.loc[needs["resource"][at]]
        found = f"{_fte(units[at])} FTE of {quoted(needs['resource'][at])}"
        left = f"{quoted(needs['resource'][at])} has {_fte(who['room'])} FTE for projects"
        if who["everyday"]:
            left += f" ({_fte(who['capacity'])} less {_fte(who['everyday'])} of everyday support)"
        task = quoted(needs["task"][at])
        if nobody[at]:
            fate = "is running and could never go on" if running[at] else "could never start"
            ledger.fault(
                "assignments",
                rows[at],
                "units_fte",
                found=found,
                expected=f"somebody who has time for it: {left}",
                cure=f"Lower it, or raise the capacity: {task} {fate}.",
            )
            continue
        ledger.warn(
            "assignments",
            [rows[at]],
            "units_fte",
            found=found,
            expected=f"at most {_fte(room[at] / MIN_SHARE)} FTE, because {left} and a task starts "
            "when half of what it needs is free",
            cure=f"Lower it, or raise the capacity; {task} starts only in a scenario whose "
            f"min_share is {_rounded_down(room[at] / units[at])} or less.",
        )
    short = open_ & ~nobody & ~seldom & (units > room + _CLOSE)
    if short.any():
        told = [
            f"{_fte(unit)} FTE of {quoted(who)} ({_fte(free)} free for projects)"
            for unit, who, free in zip(
                units[short], needs["resource"][short], room[short], strict=True
            )
        ]
        ledger.warn(
            "assignments",
            rows[short],
            "units_fte",
            found=listed(dict.fromkeys(told)),
            expected="no more than the resource has for projects",
            cure="The task goes on short-handed, and slower.",
        )


def check_support(draft: Draft, ledger: Ledger) -> None:
    """Warn of support and absences beyond the capacity of the resource.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the warnings.
    """
    support = draft.frames["support"]
    if support.empty and draft.frames["absences"].empty:
        return
    people = _people(draft)
    over = people[people["everyday"] > people["capacity"] + _CLOSE]
    if not over.empty:
        theirs = among(support["resource"], over.index.to_series())
        ledger.warn(
            "support",
            draft.rows["support"][theirs],
            "bau_fte",
            found=listed(
                f"{_fte(load)} FTE of {quoted(who)} (capacity {_fte(capacity)})"
                for who, load, capacity in over[["everyday", "capacity"]].itertuples()
            ),
            expected="no more everyday support than capacity_fte",
            cure="Nothing is left for projects.",
        )
    for table, column, expected, cure in (
        ("support", "incident_fte", "no more than capacity_fte", "An incident pulls all there is."),
        ("absences", "fte", "no more than capacity_fte", "All of the resource is away."),
    ):
        frame = draft.frames[table]
        capacity = _of_people(people, "capacity", frame["resource"])
        beyond = frame[column].to_numpy(dtype=np.float64) > capacity + _CLOSE
        if beyond.any():
            told = [
                f"{_fte(load)} FTE of {quoted(who)} (capacity {_fte(there)})"
                for load, who, there in zip(
                    frame[column][beyond], frame["resource"][beyond], capacity[beyond], strict=True
                )
            ]
            ledger.warn(
                table,
                draft.rows[table][beyond],
                column,
                found=listed(told),
                expected=expected,
                cure=cure,
            )


def check_speed(draft: Draft, ledger: Ledger) -> None:
    """Find skills at speed 0, with which no work would ever end.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the faults.
    """
    skills = draft.frames["skills"]
    for at in np.flatnonzero(skills["speed"] == 0):
        ledger.fault(
            "skills",
            draft.rows["skills"][at],
            "speed",
            found="0",
            expected="more than 0",
            cure="Remove the row if they do not have the skill.",
        )


def check_severity(draft: Draft, ledger: Ledger) -> None:
    """Find incidents of a severity the settings give no share for.

    Parameters
    ----------
    draft : Draft
        Typed tables.
    ledger : Ledger
        Takes the faults.
    """
    levels = [level for level, _ in draft.settings.severity]
    severity = draft.frames["incidents"]["severity"]
    for at in np.flatnonzero(severity.notna() & ~severity.isin(levels)):
        found = int(severity[at])
        ledger.fault(
            "incidents",
            draft.rows["incidents"][at],
            "severity",
            found=show(found),
            expected=f"one of the levels {listed(levels, limit=9)}",
            nearest=show(min(levels, key=lambda level: abs(level - found))),
            cure=f"Correct it, or give level {found} a share in the severity setting.",
        )


def _people(draft: Draft) -> pd.DataFrame:
    """Return capacity, everyday support and what it leaves (`room`) by resource."""
    resources = draft.frames["resources"].dropna(subset=["resource"])
    resources = resources.drop_duplicates("resource").set_index("resource")
    support = draft.frames["support"]
    people = pd.DataFrame({"capacity": resources["capacity_fte"]})
    load = support["bau_fte"].fillna(0.0)
    people["everyday"] = totals(load, support["resource"], people.index.to_series())
    people["room"] = (people["capacity"] - people["everyday"]).clip(lower=0.0)
    return people


def _of_people(people: pd.DataFrame, column: str, who: pd.Series) -> npt.NDArray[np.float64]:
    """Return a column of `people` for each resource named; NaN where there is no such one."""
    figures = np.append(people[column].to_numpy(dtype=np.float64), np.nan)
    return np.asarray(figures[positions(who, people.index.to_series())], dtype=np.float64)


def _progress(draft: Draft, ids: pd.Series) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which of the tasks are done, and which are running, at the status date."""
    if draft.settings.status_date is None:
        return np.zeros(len(ids), dtype=bool), np.zeros(len(ids), dtype=bool)
    tasks = draft.frames["tasks"]
    done = among(ids, tasks["task"][tasks["actual_finish"].notna()])
    started = among(ids, tasks["task"][tasks["actual_start"].notna()])
    return done, started & ~done


def _fte(value: float) -> str:
    return f"{value:.6g}"


def _rounded_down(share: float) -> str:
    """Return a share with two digits, never more than it is."""
    digits = 1 - int(np.floor(np.log10(share)))
    return f"{np.floor(share * 10.0**digits + _CLOSE) / 10.0**digits:.2g}"
