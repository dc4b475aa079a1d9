"""Conflicts in real work: ten years of a firm's tasks, and real plans of several firms together.

The tasks are those of the SiP data (Jones and Cullum, arXiv:1901.01621), whose developers work
for several projects.
"""

from __future__ import annotations

import time
from dataclasses import replace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawn import assert_readable
from plan_examples import REAL, need_java

from svcimpact import charts
from svcimpact.exchange import read_plans
from svcimpact.planning.conflicts import conflict_register
from svcimpact.planning.overload import over_allocation
from svcimpact.planning.weighing import weigh_conflicts
from svcimpact.portfolio import Portfolio, Settings, build_portfolio

SIP = REAL / "sip_tasks"
PLANS = REAL / "plans" / "files"


@pytest.fixture(scope="module")
def work() -> pd.DataFrame:
    """Return a row per task and developer: days from start to completion, FTE over them.

    The hours booked are spread evenly over these days; where more than a whole day fell on each,
    the work is taken to have lasted as long as its hours at full time.
    """
    if not SIP.is_dir():
        pytest.skip("the SiP tasks are not on this machine (SVCIMPACT_REAL_DATA)")
    done = pd.read_csv(SIP / "task_info.csv.gz", encoding="latin1")
    dates = pd.read_csv(SIP / "est_act_dates.csv.gz").drop_duplicates("TaskNumber")
    rows = done.merge(dates, on="TaskNumber")
    for column in ("StartedOn", "CompletedOn"):
        rows[column] = pd.to_datetime(rows[column], errors="coerce")
    hours = rows["DeveloperHoursActual"]
    rows = rows[(rows["CompletedOn"] >= rows["StartedOn"]) & hours.between(0, 500, "neither")]
    rows = rows.drop_duplicates(["TaskNumber", "DeveloperID"]).reset_index(drop=True)
    first = np.busday_offset(rows["StartedOn"].to_numpy("datetime64[D]"), 0, roll="forward")
    last = np.maximum(rows["CompletedOn"].to_numpy("datetime64[D]"), first)
    days = np.maximum(np.busday_count(first, last + np.timedelta64(1, "D")), 1)
    needed = rows["DeveloperHoursActual"].to_numpy() / 7.5
    return pd.DataFrame(
        {
            "task": rows["TaskNumber"].astype(str) + "/" + rows["DeveloperID"].astype(str),
            "project": rows["ProjectCode"].astype(str),
            "resource": "D" + rows["DeveloperID"].astype(str),
            "planned_start": pd.to_datetime(first),
            "duration_days": np.maximum(days, needed),
            "units_fte": needed / np.maximum(days, needed),
        }
    )


def portfolio_of(work: pd.DataFrame) -> Portfolio:
    """Return the portfolio of such work."""
    return build_portfolio(
        Settings(name="SiP", start=work["planned_start"].min()),
        {
            "projects": work[["project"]].drop_duplicates(),
            "tasks": work[["task", "project", "planned_start", "duration_days"]],
            "resources": work[["resource"]].drop_duplicates(),
            "assignments": work[["task", "resource", "units_fte"]],
            "services": pd.DataFrame(columns=["service"]),
            "support": pd.DataFrame(columns=["service", "resource"]),
        },
    )


def test_shared_developers_of_ten_years(work: pd.DataFrame) -> None:
    """Most developers work for several projects; whom the register names is who was overbooked.

    Person-days over are counted independently: 30 slots of a quarter of an hour a day.
    """
    begin = time.process_time()
    register = conflict_register(portfolio_of(work))
    took = time.process_time() - begin
    projects = work.groupby("resource")["project"].nunique()
    assert (projects > 1).sum() >= 10
    assert took < 5.0
    conflicts = register.conflicts
    assert set(conflicts["kind"]) <= {"people", "alone"}
    over = conflicts.groupby("via")["over_days"].sum()
    slots = {name: np.zeros(4000 * 30) for name in over.index}
    origin = work["planned_start"].min().to_numpy().astype("datetime64[D]")
    monday = np.busday_offset(origin, 0, roll="forward")
    for row in work.itertuples():
        if row.resource in slots:
            start = 30 * int(np.busday_count(monday, np.datetime64(row.planned_start, "D")))
            whole = row.duration_days * 30
            full = int(whole)
            slots[row.resource][start : start + full] += row.units_fte
            slots[row.resource][start + full] += row.units_fte * (whole - full)
    counted = {name: float(np.maximum(x - 1.0, 0).sum()) / 30 for name, x in slots.items()}
    # Within the quarter of an hour in which a task ends the count is an approximation.
    assert over.to_dict() == pytest.approx(counted, rel=0.02, abs=0.3)
    pairs = register.pairs[register.pairs["other_kind"] == "project"]
    top = pairs.sort_values("over_days", ascending=False).iloc[0]
    assert {top["project"], top["other"]} == {"PC2", "PC9"}  # 6,300 of 7,600 rows are theirs
    shared = conflicts.loc[conflicts["kind"] == "people", "via"]
    assert set(shared) <= set(projects[projects > 1].index)
    assert top["level"] == "joint plan"


def test_a_year_of_it_can_be_weighed(work: pd.DataFrame) -> None:
    """The busiest year, levelled with and without the other project, gives delays and fixes."""
    year = work[work["planned_start"].dt.year == 2007].reset_index(drop=True)
    register = weigh_conflicts(conflict_register(portfolio_of(year)), top=2)
    top = register.pairs.iloc[0]
    assert {top["project"], top["other"]} <= set(year["project"])
    assert register.runs == 1
    assert len(register.fixes) > 0
    assert np.isfinite(register.pairs["delay_days"].iloc[:2]).any()


@pytest.mark.skipif(not PLANS.is_dir(), reason="the real plans are not on this machine")
def test_real_plans_together_break_no_chart() -> None:
    """Nine plans of real organisations as one portfolio: register, charts and words hold."""
    need_java()
    paths = sorted(p for p in PLANS.iterdir() if p.suffix in {".mpp", ".xml", ".xer"})[:9]
    portfolio = read_plans(paths, name="Nine")
    # Their status dates lie years apart; what is past for one is to come for another.
    portfolio = replace(portfolio, settings=replace(portfolio.settings, status_date=None))
    register = conflict_register(portfolio)
    over = over_allocation(portfolio).weeks["over_days"].sum()
    assert register.pairs["over_days"].sum() == pytest.approx(over)
    with mpl.rc_context({"backend": "Agg"}):
        assert_readable(charts.conflict_pairs(register))
        assert_readable(charts.conflict_weeks(register))
        ax = charts.conflict_network(register)
        ax.get_figure(root=True).canvas.draw()
        plt.close("all")
    assert all(text.endswith(".") for text in register.sentences())
