"""Run many scenarios, keep each as it comes, and set their tables one below the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from svcimpact.errors import InvalidScenarioError, fault_frame
from svcimpact.incident.crossing import cross, ready, under
from svcimpact.incident.pieces import KEPT, Piece, Shelf, piece_key, portfolio_digest, unpack
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.workers import Made, make_here, make_in_processes, make_on_cluster
from svcimpact.portfolio import Portfolio

__all__ = ["Sweep", "cross", "sweep"]


@dataclass(frozen=True, eq=False, repr=False)
class Sweep:
    """The result of a sweep: the tables of every scenario's outcome, one below the other.

    Every table begins with `scenario`, `service`, `severity` and `start`: the scenario's name
    and the incident it states, blank where it states none or several.

    Attributes
    ----------
    portfolio : Portfolio
        What was simulated.
    scenarios : pandas.DataFrame
        One row per scenario: how many incidents it states, whether it has random ones, runs,
        seed, rules, and the key of its piece.
    projects, resources : pandas.DataFrame
        One row per scenario and project or resource; then the columns of `Outcome`.
    services : pandas.DataFrame
        One row per scenario and service. Here `struck` is the service that the incident
        strikes, and `service` the one the row is about.
    warnings : pandas.DataFrame
        Files in the folder that were of no use, and what to be careful with.
    """

    portfolio: Portfolio
    scenarios: pd.DataFrame
    projects: pd.DataFrame
    resources: pd.DataFrame
    services: pd.DataFrame
    warnings: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {name: getattr(self, name) for name in ("scenarios", *KEPT)}

    @cached_property
    def _summary(self) -> pd.DataFrame:
        """The worst of each scenario as a person reads it."""
        late = self.projects.sort_values("delay_mean_days", ascending=False, kind="stable")
        worst = late.drop_duplicates("scenario").set_index("scenario")
        rows = worst.reindex(self.scenarios["scenario"])
        pairs = zip(rows["delay_mean_days"], rows["delay_mean_days_se"], strict=True)
        return pd.DataFrame(
            {
                "scenario": self.scenarios["scenario"],
                "hit hardest": rows["project"].where(rows["delay_mean_days"] > 0, "").to_numpy(),
                "delay, days": ["" if pd.isna(m) else f"{m:z.2f} ± {e:.2f}" for m, e in pairs],
                "late": ["" if pd.isna(x) else f"{x:.0%}" for x in rows["chance_late"]],
                "cost of delay": ["" if pd.isna(x) else f"{x:z,.0f}" for x in rows["cost_mean"]],
            }
        )

    def __repr__(self) -> str:
        table = self._summary.to_string(index=False, max_colwidth=60, max_rows=20)
        return f"{self._head(self.portfolio.settings.name)}\n{table}"

    def _repr_html_(self) -> str:
        table = self._summary.to_html(index=False, escape=True, border=0, max_rows=20)
        # Escaped names hold no tags: every <td> is a cell.
        table = table.replace("<td>", '<td style="white-space: nowrap">')
        return f"<p>{self._head(escape(self.portfolio.settings.name))}</p>{table}"

    def _head(self, name: str) -> str:
        counts = {"scenario": len(self.scenarios), "project": len(self.portfolio.projects)}
        told = [f"{count:,} {what}{'s' * (count != 1)}" for what, count in counts.items()]
        return f"Sweep of {name}: {', '.join(told)}"


def sweep(
    portfolio: Portfolio,
    scenarios: Iterable[Scenario] | Mapping[str, Scenario],
    *,
    client: Any = None,
    folder: str | Path | None = None,
    threads: int | None = None,
    processes: int | None = None,
    progress: bool = False,
    runs: int | None = None,
    seed: int | None = None,
) -> Sweep:
    """Simulate many scenarios; the figures are those of `simulate`, wherever it runs.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    scenarios : sequence or mapping of Scenario
        What to simulate; a mapping gives them its keys as names. `cross` makes them from
        services, severities and starts.
    client : distributed.Client or str, optional
        A Dask cluster to run on, or the address of its scheduler.
    folder : path, optional
        Where each finished scenario is kept as it comes. The same call with the same folder
        goes on where an earlier one stopped.
    threads : int, optional
        How many threads to run on here, scenario by scenario; all processors if not given.
    processes : int, optional
        How many processes to run in here instead, one scenario each; faster for many short
        simulations. In a script this belongs under ``if __name__ == "__main__":``.
    progress : bool
        Whether to show a progress bar.
    runs : int, optional
        How many futures; each scenario's own number if not given.
    seed : int, optional
        Seed of all randomness; each scenario's own if not given.

    Returns
    -------
    Sweep
        Tables of projects, resources and services over all scenarios.

    Raises
    ------
    InvalidScenarioError
        When any scenario does not fit the portfolio; every fault is told before anything runs.
    InputError
        When the folder cannot be written to.
    MissingRequirementError
        When the extra `cluster` is missing, or a worker has other versions of what figures
        hang on.
    SvcimpactError
        When the cluster goes away, or workers die again and again.
    TypeError
        When `client` is something else.
    ValueError
        When `threads` or `processes` is no number from 1, or more than one place is named.

    Examples
    --------
    >>> from svcimpact.io import read
    >>> from svcimpact.incident.scenario import Incident
    >>> portfolio = read("data/tiny")
    >>> half_a_day = Incident("payments", start="2026-01-05", hours=12)
    >>> days = ["2026-01-06 13:00", "2026-01-07 13:00"]
    >>> scenarios = cross(portfolio, services="payments", starts=days, template=half_a_day)
    >>> found = sweep(portfolio, scenarios, runs=100).projects
    >>> found[["start", "project", "delay_mean_days"]]
                    start   project  delay_mean_days
    0 2026-01-06 13:00:00     pages             0.00
    1 2026-01-06 13:00:00  checkout             0.25
    2 2026-01-07 13:00:00     pages             0.00
    3 2026-01-07 13:00:00  checkout             0.25
    """
    _check_places(client, threads, processes)
    made_of = ready(portfolio, scenarios, runs=runs, seed=seed)
    shelf = Shelf(None if folder is None else Path(folder).expanduser())
    digest = portfolio_digest(portfolio)
    keys = [piece_key(digest, scenario) for scenario in made_of]
    warnings: list[dict[str, str]] = []
    pieces: dict[str, Piece] = {}
    for key in dict.fromkeys(keys):
        if piece := shelf.take(key, warnings):
            pieces[key] = piece
    # Of scenarios that differ in name alone, one is run.
    first = {key: number for number, key in reversed(list(enumerate(keys)))}
    jobs = [(n, s) for n, s in enumerate(made_of) if first[keys[n]] == n and keys[n] not in pieces]
    faults: list[dict[str, str]] = []
    with tqdm(
        total=len(set(keys)), initial=len(pieces), desc="sweep", unit=" scenarios",
        disable=not progress,
    ) as bar:  # fmt: skip

        def keep(made: Made) -> None:
            number, found = made
            if isinstance(found, str):
                shelf.put(keys[number], found)
                pieces[keys[number]] = unpack(found)
            else:
                faults.extend(under(made_of[number].name, row) for row in found)
            bar.update()

        if client is not None:
            make_on_cluster(portfolio, jobs, client, keep)
        elif processes is not None:
            make_in_processes(portfolio, jobs, processes, keep)
        else:
            make_here(portfolio, jobs, threads, keep)
    if faults:
        raise InvalidScenarioError("Some scenarios cannot be simulated.", fault_frame(faults))
    return _gather(portfolio, made_of, keys, pieces, warnings)


def _check_places(client: Any, threads: int | None, processes: int | None) -> None:
    counts = {"threads": threads, "processes": processes}
    for name, value in counts.items():
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name} has to be a whole number, 1 or more, not {value!r}")
    named = [n for n, v in {"client": client, **counts}.items() if v is not None]
    if len(named) > 1:
        raise ValueError(f"a sweep runs in one place: give only one of {' and '.join(named)}")


def _gather(
    portfolio: Portfolio,
    scenarios: tuple[Scenario, ...],
    keys: list[str],
    pieces: dict[str, Piece],
    warnings: list[dict[str, str]],
) -> Sweep:
    """Set the tables of all scenarios one below the other."""
    about = _about(scenarios)
    tables = {}
    for name in KEPT:
        parts = [pieces[key].tables[name] for key in keys]
        rows = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        before = about.iloc[rows].reset_index(drop=True)
        if name == "services":
            before = before.rename(columns={"service": "struck"})
        tables[name] = pd.concat([before, pd.concat(parts, ignore_index=True)], axis=1)
    for scenario, key in zip(scenarios, keys, strict=True):
        warnings.extend(under(scenario.name, row) for row in pieces[key].warnings)
    rules = pd.DataFrame(
        {
            "incidents": [len(s.incidents) for s in scenarios],
            "random_incidents": [s.random_incidents is not None for s in scenarios],
            "runs": [s.runs for s in scenarios],
            "seed": [s.seed for s in scenarios],
            "min_share": [float(s.min_share) for s in scenarios],
            "resume_hours": [float(s.resume_hours) for s in scenarios],
            "order": pd.Series([s.order for s in scenarios], dtype="str"),
            "without": pd.Series([", ".join(s.without) for s in scenarios], dtype="str"),
            "piece": pd.Series(keys, dtype="str"),
        }
    )
    listed = pd.concat([about, rules], axis=1)
    return Sweep(portfolio, listed, warnings=fault_frame(warnings), **tables)


def _about(scenarios: tuple[Scenario, ...]) -> pd.DataFrame:
    """Return each scenario's name and the one incident it states."""
    only = [s.incidents[0] if len(s.incidents) == 1 else None for s in scenarios]
    return pd.DataFrame(
        {
            "scenario": pd.Series([s.name for s in scenarios], dtype="str"),
            "service": pd.Series([i.service if i else None for i in only], dtype="str"),
            "severity": pd.Series([i.severity if i else None for i in only], dtype="Int64"),
            "start": pd.Series([i.start if i else None for i in only], dtype="datetime64[us]"),
        }
    )
