"""A made-up Outcome of any size, with the columns the real one has; for charts and reports."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from svcimpact.errors import fault, fault_frame
from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.portfolio import Portfolio, Settings, build_portfolio

STAGES = ("scope", "design", "delivery", "test", "transition")
PLACES = ("Ledger move", "Branch telephony", "Identity renewal", "Data hall exit", "Open banking")
START = pd.Timestamp("2026-01-05")
STRUCK = pd.Timestamp("2026-03-09 10:00")
RESTORED = pd.Timestamp("2026-03-11 02:00")


def project_names(count: int) -> list[str]:
    """Return readable project names."""
    return [f"{PLACES[i % 5]}{'' if i < 5 else f' {i // 5 + 1}'}" for i in range(count)]


def fake_portfolio(
    names: list[str], *, tasks: int = 6, due: bool = True, text: str = ""
) -> Portfolio:
    """Return a small valid portfolio; `text` is put into every free-text field."""
    count = len(names)
    ids = [f"P{i + 1}" for i in range(count)]
    dues = [START + pd.Timedelta(days=75 + 9 * (i % 9)) for i in range(count)]
    rows = [(p, t) for p in range(count) for t in range(tasks)]
    staff = pd.DataFrame(
        {
            "resource": ["ana", "ben", "cho", "ops"],
            "name": [f"Ana Ruiz{text}", f"Ben Ode{text}", f"Cho Min{text}", f"Night shift{text}"],
            "team": [f"Payments operations{text}"] * 4,
            "capacity_fte": [1.0, 1.0, 1.0, 4.0],
        }
    )
    return build_portfolio(
        Settings(name=f"Example portfolio{text}", start=START, currency="GBP"),
        {
            "projects": pd.DataFrame(
                {
                    "project": ids,
                    "name": names,
                    "priority": range(1, count + 1),
                    "due": [d if due and i % 4 != 3 else pd.NaT for i, d in enumerate(dues)],
                    "cost_of_delay_per_day": [4000.0 - 30 * i for i in range(count)],
                }
            ),
            "tasks": pd.DataFrame(
                {
                    "task": [f"{ids[p]}-{t + 1}" for p, t in rows],
                    "project": [ids[p] for p, _ in rows],
                    "name": [f"Step {t + 1} of {names[p]}" for p, t in rows],
                    "stage": [STAGES[min(t * 5 // tasks, 4)] for _, t in rows],
                    "duration_days": [float(5 + (3 * p + 2 * t) % 9) for p, t in rows],
                }
            ),
            "resources": staff,
            "assignments": pd.DataFrame(
                {
                    "task": [f"{ids[p]}-{t + 1}" for p, t in rows],
                    "resource": [staff["resource"][(p + t) % 4] for p, t in rows],
                    "units_fte": 0.5,
                }
            ),
            "services": pd.DataFrame(
                {
                    "service": ["payments", "portal"],
                    "name": [f"Payments{text}", f"Customer portal{text}"],
                    "outage_cost_per_hour": [12_000.0, 3_000.0],
                }
            ),
            "support": pd.DataFrame(
                {
                    "service": ["payments", "portal"],
                    "resource": ["ana", "ben"],
                    "bau_fte": [0.2, 0.3],
                    "incident_fte": [1.0, 0.5],
                }
            ),
        },
    )


def _segments(portfolio: Portfolio, late: float, each: float) -> pd.DataFrame:
    """Return one run: tasks in a row per project, those under way held by the incident."""
    calendar = portfolio.calendar
    struck, restored = float(calendar.hours(STRUCK)), float(calendar.hours(RESTORED))
    rows = []
    for case in ("levelled", "incident"):
        for index, project in enumerate(portfolio.projects["project"]):
            now = 15.0 * (index % 6)
            own = portfolio.tasks[portfolio.tasks["project"] == project]
            for number, task in enumerate(own.itertuples()):
                work = float(str(task.duration_days)) * 7.5
                finish = now + work
                held = case == "incident" and late > 0 and index % each == 0
                if held and now <= struck < finish:
                    rest = finish - struck
                    rows.append((case, task.task, now, struck, 1.0, "working"))
                    rows.append((case, task.task, struck, restored + late, 0.0, "held"))
                    slow = restored + late + 15.0
                    rows.append((case, task.task, restored + late, slow, 0.5, "short-handed"))
                    finish = slow + max(rest - 7.5, 0.0)
                    rows.append((case, task.task, slow, finish, 1.0, "working"))
                else:
                    rows.append((case, task.task, now, finish, 1.0, "working"))
                now = finish + (7.5 if number % 2 else 0.0)
    frame = pd.DataFrame(
        rows, columns=["case", "task", "start_hours", "finish_hours", "share", "state"]
    )
    frame.insert(2, "start", calendar.when(frame["start_hours"].to_numpy(), side="start"))
    frame.insert(3, "finish", calendar.when(frame["finish_hours"].to_numpy(), side="finish"))
    return frame


def _spread(samples: np.ndarray, name: str) -> dict[str, np.ndarray]:
    """Return mean and percentiles over runs with their errors."""
    out = {f"{name}_mean": samples.mean(axis=0)}
    error = samples.std(axis=0) / np.sqrt(len(samples))
    out[f"{name}_mean_se"] = error
    for level in (50, 80, 95):
        out[f"{name}_p{level}"] = np.quantile(samples, level / 100, axis=0)
        out[f"{name}_p{level}_se"] = 1.4 * error
    return out


def fake_outcome(
    count: int = 8,
    *,
    names: list[str] | None = None,
    delay: bool = True,
    each: int = 2,
    due: bool = True,
    runs: int = 400,
    tasks: int = 6,
    text: str = "",
) -> SimpleNamespace:
    """Return a made-up Outcome; every `each`-th project is delayed, none unless `delay`."""
    names = project_names(count) if names is None else names
    portfolio = fake_portfolio(names, tasks=tasks, due=due, text=text)
    projects, calendar = portfolio.projects, portfolio.calendar
    segments = _segments(portfolio, 30.0 if delay else 0.0, each)
    of_task = portfolio.tasks.set_index("task")["project"]
    ends = segments.assign(project=segments["task"].map(of_task))
    ends = ends.groupby(["case", "project"])["finish_hours"].max()
    ids = list(projects["project"])
    rng = np.random.default_rng(7)
    base = ends["levelled"].loc[ids].to_numpy() + rng.normal(0, 9, (runs, count)).round(2)
    hit = np.array([delay and i % each == 0 for i in range(count)], dtype=float)
    extra = rng.lognormal(np.log(20), 0.8, (runs, 1)) * hit * np.linspace(1, 0.3, count)
    late, days = base + extra, extra / 7.5
    cost = days * projects["cost_of_delay_per_day"].to_numpy()
    delays = {}
    for key, value in _spread(days, "delay").items():
        stem, error = key.removesuffix("_se"), "_se" if key.endswith("_se") else ""
        delays[f"{stem}_days{error}"] = value
    finish = {}
    for level in (50, 80, 95):
        hours = np.quantile(late, level / 100, axis=0)
        finish[f"finish_p{level}"] = calendar.when(hours, side="finish")
        finish[f"finish_p{level}_se_days"] = np.full(count, 0.1)
    due_hours = np.where(
        projects["due"].notna(),
        calendar.hours((projects["due"].fillna(START) + pd.Timedelta(days=1)).to_numpy()),
        np.nan,
    )
    known = ~np.isnan(due_hours)
    missed = np.where(known, (late > due_hours).mean(axis=0), np.nan)
    missed_before = np.where(known, (base > due_hours).mean(axis=0), np.nan)
    money = {k: v for k, v in _spread(cost, "cost").items() if "p50" not in k}
    zero = np.zeros(count)
    planned = calendar.when(np.quantile(base, 0.5, axis=0) - 7.5, side="finish")
    project_frame = pd.DataFrame(
        {
            **{c: projects[c] for c in ("project", "name", "priority", "due")},
            "cost_of_delay_per_day": projects["cost_of_delay_per_day"],
            "planned_finish": planned,
            "levelled_finish": calendar.when(np.quantile(base, 0.5, axis=0), side="finish"),
            "levelled_finish_se_days": zero + 0.1,
            "levelled_delay_days": zero + 1.0,
            **finish,
            **delays,
            "chance_delayed": (days > 1e-9).mean(axis=0),
            "chance_delayed_se": zero + 0.01,
            "chance_late": missed,
            "chance_late_se": np.sqrt(missed * (1 - missed) / runs),
            "chance_late_levelled": missed_before,
            "chance_late_levelled_se": np.sqrt(missed_before * (1 - missed_before) / runs),
            **money,
        }
    )
    spans = segments.groupby(["case", "task"]).agg(start=("start", "min"), finish=("finish", "max"))
    order = portfolio.tasks["task"]
    levelled, struck = spans.loc["levelled"].loc[order], spans.loc["incident"].loc[order]
    shift = (struck["finish"] - levelled["finish"]).dt.total_seconds().to_numpy() / 86400
    task_frame = pd.DataFrame(
        {
            **{c: portfolio.tasks[c] for c in ("task", "project", "name", "stage")},
            "planned_start": levelled["start"].to_numpy(),
            "planned_finish": levelled["finish"].to_numpy(),
            "levelled_start": levelled["start"].to_numpy(),
            "levelled_start_se_days": 0.0,
            "levelled_finish": levelled["finish"].to_numpy(),
            "levelled_finish_se_days": 0.0,
            "start_p50": struck["start"].to_numpy(),
            "start_p50_se_days": 0.1,
            "finish_p50": struck["finish"].to_numpy(),
            "finish_p50_se_days": 0.1,
            "finish_p80": struck["finish"].to_numpy(),
            "finish_p80_se_days": 0.1,
            "delay_mean_days": shift,
            "delay_mean_days_se": 0.1,
            "delay_p80_days": shift,
            "delay_p80_days_se": 0.1,
            "chance_delayed": (shift > 0).astype(float),
            "chance_delayed_se": 0.0,
            "interruptions_mean": (shift > 0).astype(float),
            "interruptions_mean_se": 0.0,
        }
    )
    staff = portfolio.resources
    hours = {"pull": [90.0, 0, 0, 40.0], "cover": [0.0, 16, 0, 0], "relief": [12.0, 0, 0, 0]}
    resource_frame = pd.DataFrame(
        {
            **{c: staff[c] for c in ("resource", "name", "team", "capacity_fte")},
            "everyday_fte": [0.2, 0.3, 0.0, 0.0],
            **{f"{k}_fte": [v / 60 for v in values] for k, values in hours.items()},
            **{f"{k}_hours": values for k, values in hours.items()},
            **{f"{k}_hours_se": [v / 50 for v in values] for k, values in hours.items()},
            "lost_hours": [78.0, 16, 0, 40],
            "lost_hours_se": [1.5, 0.3, 0, 0.8],
        }
    )
    services = portfolio.services
    service_frame = pd.DataFrame(
        {
            **{c: services[c] for c in ("service", "name")},
            "weight": [1.0, 0.4],
            "down": [True, False],
            "outage_hours": [31.0, 0.0],
            "outage_hours_se": [1.1, 0.0],
            "outage_cost": [372_000.0, 0.0],
            "outage_cost_se": [13_000.0, 0.0],
            "held_tasks": [4, 0],
            "uncovered_fte": [0.0, 0.12],
            "uncovered_hours": [0.0, 6.2],
            "uncovered_hours_se": [0.0, 0.2],
        }
    )
    incidents = pd.DataFrame(
        {
            "service": ["payments"],
            "name": [services["name"][0]],
            "severity": [1],
            "start": [STRUCK],
            "restoration": ["median 16 h, P90 72 h, lognormal"],
            "restored_p50": [RESTORED],
            "restored_p80": [RESTORED + pd.Timedelta(days=1)],
            "restoration_hours_mean": [31.0],
            "restoration_hours_mean_se": [1.1],
        }
    )
    columns = pd.Index(ids)
    return SimpleNamespace(
        projects=project_frame,
        tasks=task_frame,
        resources=resource_frame,
        services=service_frame,
        segments=segments,
        incidents=incidents,
        project_finish=pd.DataFrame(late, columns=columns),
        levelled=SimpleNamespace(project_finish=pd.DataFrame(base, columns=columns)),
        hours_per_day=7.5,
        scenario=Scenario(
            name=f"Payments fails{text}",
            incidents=(Incident("payments", start=STRUCK, median_hours=16, p90_hours=72),),
            runs=runs,
            resume_hours=2.0,
        ),
        portfolio=portfolio,
        runs=runs,
        seed=1,
        assumptions=("Tasks start with at least half of their people.", f"Made up{text}."),
        warnings=fault_frame([fault("scenario", column="aftermath", found=f"none given{text}")]),
    )


def fake_weekly(
    people: int = 12, weeks: int = 20, *, text: str = "", over: bool = True
) -> pd.DataFrame:
    """Return made-up weekly loads with the columns of the planning frame."""
    rng = np.random.default_rng(3)
    rows = []
    for index in range(people):
        name = ("Ana Ruiz" if index == 0 else f"Person {index + 1}") + text
        for week in range(weeks):
            capacity = 0.0 if (index, week) in {(1, 4), (2, 7)} else 37.5
            top = 1.0 + 0.42 * (index == 0 and week == 8) if over else 0.96
            load = rng.uniform(0, 0.98) * 37.5 if index else 37.5 * min(0.3 + 0.09 * week, top)
            if over and index % 3 == 0 and week in (8, 9):
                load = capacity * (1.42 - 0.01 * index - 0.05 * (week - 8))
            if not over and capacity == 0:
                load = 0.0
            rows.append((f"r{index}", name, "Operations", week, load, capacity))
    frame = pd.DataFrame(
        rows, columns=["resource", "name", "team", "week", "load_hours", "capacity_hours"]
    )
    frame["week"] = pd.to_datetime("2026-01-12") + pd.to_timedelta(frame["week"] * 7, unit="D")
    frame["over_hours"] = (frame["load_hours"] - frame["capacity_hours"]).clip(lower=0)
    return frame
