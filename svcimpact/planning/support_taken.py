"""Services that projects touch and reach, and the hours of support staff that they take."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from svcimpact.engine.plan import positions
from svcimpact.graph.blast import dependents, heaviest_paths, is_down
from svcimpact.planning.scope_result import EFFECTS
from svcimpact.planning.steps import Floats, work_pieces
from svcimpact.planning.touch import STAGES, support_staff, team_of
from svcimpact.portfolio import Portfolio


def _services(portfolio: Portfolio, stakes: Stakes, lead_hours: float) -> pd.DataFrame:
    """Return what each project touches and reaches."""
    needed_by = dependents(portfolio)
    place = {str(s): at for at, s in enumerate(portfolio.services["service"])}
    walks = {
        str(s): heaviest_paths(needed_by, str(s)) for s in stakes.touch["service"].unique()
    }
    by_project = dict(iter(stakes.touch.groupby("project", sort=False)))
    rows = []
    for project in portfolio.projects["project"]:
        if project not in by_project:
            continue
        touch = by_project[project]
        mine = dict(iter(touch.groupby("service", sort=False)))
        changed = {str(s) for s in touch.loc[touch["effect"] == "changes", "service"]}
        best: dict[str, tuple[float, str]] = {}
        change: dict[str, float] = {}
        for source in sorted((str(s) for s in mine), key=lambda s: (s not in changed, place[s])):
            for reached, weight in walks[source][0].items():
                if reached not in best or weight > best[reached][0]:
                    best[reached] = (weight, source)
                if source in changed:
                    change[reached] = max(change.get(reached, 0.0), weight)
        found = []
        for service, (weight, via) in best.items():
            own = mine.get(service)
            effect = "reached" if own is None else "changes" if service in changed else "uses"
            source = service if own is not None else via
            told: tuple[object, ...] = (0, "", np.nan, np.nan)
            if own is not None:
                stages = ", ".join(s for s in STAGES if (own["stage"] == s).any())
                told = (len(own), stages, own["start_hours"].min(), own["finish_hours"].max())
            found.append(
                (str(project), service, effect, weight if own is None else 1.0,
                 change.get(service, 0.0), source, walks[source][1][service], *told)
            )  # fmt: skip
        rows += sorted(found, key=lambda r: (EFFECTS.index(r[2]), -r[3], place[r[1]]))
    return _service_frame(portfolio, rows, lead_hours)


def _service_frame(
    portfolio: Portfolio, rows: list[tuple[Any, ...]], lead_hours: float
) -> pd.DataFrame:
    table = portfolio.services.set_index("service")
    names = table["name"].to_dict()
    columns = [
        "project", "service", "effect", "weight", "change_weight", "via", "path", "tasks",
        "stages", "start", "finish",
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    frame["path"] = [" → ".join(names[step] for step in path) for path in frame["path"]]
    at = positions(frame["service"].astype("str"), portfolio.services["service"])
    for place, column in enumerate(("name", "tier", "protected"), 2):
        frame.insert(place, column, portfolio.services[column].take(at).to_numpy())
    frame["tier"] = frame["tier"].astype(portfolio.services["tier"].dtype)
    start = frame.pop("start").to_numpy(np.float64)
    finish = frame.pop("finish").to_numpy(np.float64)
    frame.insert(frame.columns.get_loc("via"), "down", [is_down(w) for w in frame["weight"]])  # type: ignore[arg-type]
    calendar = portfolio.calendar
    frame["first_start"] = calendar.when(start)
    frame["last_finish"] = calendar.when(finish, side="finish")
    frame["decide_by"] = calendar.day(start - lead_hours).astype("datetime64[us]")
    status = portfolio.settings.status_date
    now = 0.0 if status is None else float(calendar.hours(status))
    frame["overdue"] = start - lead_hours < now - 1e-9
    texts = ("project", "service", "name", "effect", "via", "path", "stages")
    return frame.astype(
        dict.fromkeys(texts, "str")
        | {"weight": "float64", "change_weight": "float64", "tasks": "int64", "down": "bool",
           "protected": "bool"}
    )  # fmt: skip


def _hours(portfolio: Portfolio, segments: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series[int]]:
    """Return the hours of support staff by project, team, month and stage; and how many people."""
    task, (who, begin, until, fte) = work_pieces(portfolio, segments)
    kept = support_staff(portfolio)[who]
    task, who, begin, until, fte = (a[kept] for a in (task, who, begin, until, fte))
    calendar, tasks = portfolio.calendar, portfolio.tasks
    first = calendar.day(begin).astype("datetime64[M]").astype(np.int64)
    last = calendar.day(until, side="finish").astype("datetime64[M]").astype(np.int64)
    many_months = np.maximum(last - first + 1, 1)
    piece = np.repeat(np.arange(task.size), many_months)
    month = first[piece] + np.arange(piece.size)
    month -= np.repeat(np.cumsum(many_months) - many_months, many_months)
    edges = np.arange(
        month.min(initial=0), month.max(initial=0) + 2
    ) if month.size else np.zeros(1, np.int64)
    edge_hours = np.asarray(calendar.hours(edges.astype("datetime64[M]")))
    at = month - edges[0]
    length = np.minimum(until[piece], edge_hours[at + 1]) - np.maximum(
        begin[piece], edge_hours[at]
    ) if month.size else np.zeros(0)
    project = positions(tasks["project"], portfolio.projects["project"])[task]
    team = team_of(portfolio)
    frame = pd.DataFrame(
        {
            "row": project[piece],
            "team": team.take(who[piece]).to_numpy(),
            "month": month.astype("datetime64[M]").astype("datetime64[us]"),
            "stage": tasks["stage"].take(task[piece]).to_numpy(),
            "hours": fte[piece] * length,
        }
    )
    frame = frame[frame["hours"] > 1e-9]
    keys = ["row", "month", "team", "stage"]
    order = {stage: at for at, stage in enumerate(STAGES)}
    total = frame.groupby(keys, as_index=False, sort=False)["hours"].sum()
    total = total.sort_values(
        keys, key=lambda c: c.map(order) if c.name == "stage" else c, ignore_index=True
    )
    total.insert(0, "project", portfolio.projects["project"].take(total.pop("row")).to_numpy())
    total["days"] = total["hours"] / portfolio.settings.hours_per_day
    pairs = pd.DataFrame({"project": project, "who": who}).drop_duplicates()
    staff = pairs.groupby("project")["who"].size().reindex(
        range(len(portfolio.projects)), fill_value=0
    )
    columns = ["project", "team", "month", "stage", "hours", "days"]
    texts = dict.fromkeys(["project", "team", "stage"], "str")
    return total[columns].astype(texts), staff


