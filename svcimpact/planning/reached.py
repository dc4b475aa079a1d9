"""Which services each project changes, uses and reaches, with what weight."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from svcimpact.engine.plan import positions
from svcimpact.graph.blast import dependents, heaviest_paths, is_down
from svcimpact.planning.stakes import Stakes
from svcimpact.planning.touch import STAGES, hours_now
from svcimpact.portfolio import Portfolio

EFFECTS = ("changes", "uses", "reached")


def service_table(portfolio: Portfolio, stakes: Stakes, lead_hours: float) -> pd.DataFrame:
    """Return what each project touches, and what that reaches.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    stakes : Stakes
        Its touching tasks.
    lead_hours : float
        Working hours before the first task by which a decision is needed.

    Returns
    -------
    pandas.DataFrame
        The table `ScopeImpact.services`.
    """
    needed_by = dependents(portfolio)
    place = {str(s): at for at, s in enumerate(portfolio.services["service"])}
    sources = {s: None for services in stakes.touched.values() for s in services}
    walks = {service: heaviest_paths(needed_by, service) for service in sources}
    rows: list[tuple[Any, ...]] = []
    for project in portfolio.projects["project"]:
        mine = stakes.touched.get(str(project), {})
        changed = {s for s, tasks in mine.items() if any(t.effect == "changes" for t in tasks)}
        best: dict[str, tuple[float, str]] = {}
        change: dict[str, float] = {}
        # What is changed comes first, so that it leads on where both lead as far.
        for source in sorted(mine, key=lambda s: (s not in changed, place[s])):
            for reached, weight in walks[source][0].items():
                if reached not in best or weight > best[reached][0]:
                    best[reached] = (weight, source)
                if source in changed:
                    change[reached] = max(change.get(reached, 0.0), weight)
        found: list[tuple[Any, ...]] = []
        for service, (weight, source) in best.items():
            tasks = mine.get(service, [])
            effect = "changes" if service in changed else "uses" if tasks else "reached"
            via = service if tasks else source
            found.append(
                (
                    str(project),
                    service,
                    effect,
                    1.0 if tasks else weight,
                    change.get(service, 0.0),
                    via,
                    walks[via][1][service],
                    len(tasks),
                    ", ".join(dict.fromkeys(s for s in STAGES for t in tasks if t.stage == s)),
                    min((t.start_hours for t in tasks), default=np.nan),
                    max((t.finish_hours for t in tasks), default=np.nan),
                )
            )
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
    frame["overdue"] = start - lead_hours < hours_now(portfolio) - 1e-9
    texts = ("project", "service", "name", "effect", "via", "path", "stages")
    return frame.astype(
        dict.fromkeys(texts, "str")
        | {"weight": "float64", "change_weight": "float64", "tasks": "int64", "down": "bool",
           "protected": "bool"}
    )  # fmt: skip
