"""Simulations of fixed incidents against the same worked out from the tables in fractions."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from exact import Clock, Job, Strike, outage, run, strikes_of
from shaken_portfolios import portfolio_and_scenario

from svcimpact.incident.outcome import Finishes, Outcome
from svcimpact.incident.simulate import simulate

SEEDS = range(64)
NEAR = 1e-6


class Answer:
    """One random portfolio: what the simulation says, and what the fractions say."""

    def __init__(self, seed: int) -> None:
        """Work both out."""
        self.portfolio, self.scenario = portfolio_and_scenario(seed)
        self.outcome: Outcome = simulate(self.portfolio, self.scenario, keep="tasks", threads=1)
        self.strikes: list[Strike] = strikes_of(self.portfolio, self.scenario)
        self.calm = run(self.portfolio, self.scenario, [])
        self.late = run(self.portfolio, self.scenario, self.strikes)

    def ends(self, jobs: dict[str, Job], project: str) -> Fraction | None:
        """Return when the last task of a project ends."""
        tasks = self.portfolio.tasks
        mine = tasks.loc[tasks["project"] == project, "task"]
        return max((jobs[task].finish for task in mine), default=None)


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    return [Answer(seed) for seed in SEEDS]


def test_everything_comes_up(answers: list[Answer]) -> None:
    """Held, interrupted, uncovered, overlapping, covered: nothing that is compared is rare."""
    seen: Counter[str] = Counter()
    for a in answers:
        moved = [n for n in a.late if a.late[n].finish != a.calm[n].finish]
        s = a.portfolio.settings
        kinds = a.portfolio.links["type"].value_counts()
        seen += Counter(
            {
                "delayed": bool(moved),
                "interrupted": any(j.interruptions for j in a.late.values()),
                "resumed": a.scenario.resume_hours > 0
                and any(j.interruptions for j in a.late.values()),
                "several incidents": len(a.scenario.incidents) > 1,
                "uncovered": any(any(x.uncovered.values()) for x in a.strikes),
                "covered": any(any(x.cover.values()) for x in a.strikes),
                "aftermath": any(x.share_after and x.over > x.restored for x in a.strikes),
                "held for change": any(x.changing for x in a.strikes),
                "held for use": any(x.using for x in a.strikes),
                "grazed": any(0 < w < Fraction(1, 2) for x in a.strikes for w in x.weight.values()),
                "status date": s.status_date is not None,
                "clocks change": s.timezone != "UTC",
                "planned freeze": len(a.portfolio.freezes) > 0,
                "mechanism switched off": bool(a.scenario.without),
                "lead": bool((a.portfolio.links["lag_days"] < 0).any()),
                **{kind: int(kinds.get(kind, 0)) for kind in ("FS", "SS", "FF", "SF")},
            }
        )
    assert {name: count for name, count in seen.items() if count < 8} == {}


def test_starts_and_finishes(answers: list[Answer]) -> None:
    """Every task starts and finishes when it should, with the incidents and without."""
    wrong = []
    for a in answers:
        cases: tuple[tuple[Finishes, dict[str, Job]], ...] = (
            (a.outcome.levelled, a.calm),
            (a.outcome.with_incident, a.late),
        )
        for held, jobs in cases:
            for name, job in jobs.items():
                for frame, time in ((held.task_start, job.start), (held.task_finish, job.finish)):
                    assert frame is not None
                    if abs(frame[name].iloc[0] - float(time or 0)) > NEAR:
                        wrong.append((a.scenario.seed, name))
    assert wrong == []


def test_interruptions(answers: list[Answer]) -> None:
    """Every task is interrupted as often as it should be."""
    for a in answers:
        found = dict(
            zip(a.outcome.tasks["task"], a.outcome.tasks["interruptions_mean"], strict=True)
        )
        assert found == {name: job.interruptions for name, job in a.late.items()}


def test_delay_money_and_due_dates(answers: list[Answer]) -> None:
    """Delay and its cost by working day, and whether the end of the due day is missed."""
    for a in answers:
        clock, day = Clock(a.portfolio), a.portfolio.settings.hours_per_day
        for row in a.outcome.projects.to_dict("records"):
            calm, late = a.ends(a.calm, row["project"]), a.ends(a.late, row["project"])
            if calm is None or late is None:
                assert np.isnan(row["delay_mean_days"])
                continue
            days = float(late - calm) / day
            for column in ("mean", "p50", "p80", "p95"):
                assert row[f"delay_{column}_days"] == pytest.approx(days, abs=NEAR)
            for column in ("cost_mean", "cost_p80", "cost_p95"):
                assert row[column] == pytest.approx(days * row["cost_of_delay_per_day"], abs=1e-3)
            assert row["chance_delayed"] == float(late > calm)
            for column, end in (("chance_late_levelled", calm), ("chance_late", late)):
                if pd.isna(row["due"]):
                    assert np.isnan(row[column])
                else:
                    limit = clock.hours(row["due"].to_pydatetime() + timedelta(days=1))
                    assert row[column] == float(end > limit)
            for column, end in (("levelled_finish", calm), ("finish_p50", late)):
                told = clock.hours(row[column].to_pydatetime())
                assert abs(told - end) <= Fraction(1, 120)  # dates are told to the minute


def test_people(answers: list[Answer]) -> None:
    """Pull, cover and relief, in FTE at the most and in working hours, aftermath by its share."""
    for a in answers:
        for row in a.outcome.resources.to_dict("records"):
            lost = 0.0
            for name, sign in (("pull", 1), ("cover", 1), ("relief", -1)):
                fte = [getattr(s, name)[row["resource"]] for s in a.strikes]
                hours = float(
                    sum(f * s.weighted_hours() for f, s in zip(fte, a.strikes, strict=True))
                )
                assert row[f"{name}_fte"] == pytest.approx(float(max(fte)), abs=1e-9)
                assert row[f"{name}_hours"] == pytest.approx(hours, abs=NEAR)
                lost += sign * hours
            assert row["lost_hours"] == pytest.approx(lost, abs=NEAR)


def test_services(answers: list[Answer]) -> None:
    """Weights, hours of outage around the clock and their cost, and what nobody covers."""
    for a in answers:
        for row in a.outcome.services.to_dict("records"):
            name = row["service"]
            hours = outage(name, a.strikes)
            price = a.portfolio.services.set_index("service")["outage_cost_per_hour"][name]
            weight = max(s.weight.get(name, Fraction(0)) for s in a.strikes)
            uncovered = [s.uncovered[name] for s in a.strikes]
            during = sum(u * s.weighted_hours() for u, s in zip(uncovered, a.strikes, strict=True))
            assert row["weight"] == pytest.approx(float(weight))
            assert row["down"] == (weight >= Fraction(1, 2))
            assert row["outage_hours"] == pytest.approx(hours, abs=NEAR)
            assert row["outage_cost"] == pytest.approx(hours * price, abs=1e-3)
            assert row["uncovered_fte"] == pytest.approx(float(max(uncovered)), abs=1e-9)
            assert row["uncovered_hours"] == pytest.approx(float(during), abs=NEAR)
