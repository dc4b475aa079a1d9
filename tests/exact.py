"""What a simulation of fixed incidents comes to, worked out from the tables in exact fractions.

A second reading of the model from end to end: the calendar by walking through days, the blast
radius by walking every path, cover by rounds of offers, and the run by looking at everything at
every time at which anything could change. No tolerance and no rounding: every figure is a
`Fraction`. It reads the tables and shares no code with the package.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.portfolio import Portfolio

NOTHING = Fraction(0)
ALL = Fraction(1)
HALF = Fraction(1, 2)
NEVER = None


def exact(number: Any) -> Fraction:
    """Return the decimal that a table shows as a fraction."""
    return Fraction(repr(float(number)))


def rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give the rows of a table, blank cells as None."""
    for row in frame.to_dict("records"):
        yield {str(k): None if pd.isna(v) else v for k, v in row.items()}


class Clock:
    """Working hours from the portfolio's first day on, counted day by day."""

    def __init__(self, portfolio: Portfolio) -> None:
        """Keep what the settings say of working time."""
        s = portfolio.settings
        assert not isinstance(s.holidays, str)
        self.first: date = s.start.date()
        self.length = exact(s.hours_per_day)
        self.opens = Fraction(int(s.day_start[:2])) + Fraction(int(s.day_start[3:]), 60)
        self.week = s.working_days
        self.free = set(s.holidays)
        self.zone = ZoneInfo(s.timezone)

    def works(self, day: date) -> bool:
        """Whether a day is worked."""
        return day.strftime("%a") in self.week and day not in self.free

    def hours(self, local: datetime) -> Fraction:
        """Return working hours at a time on the wall clock, negative before the first day."""
        day, total = self.first, NOTHING
        step = timedelta(days=1)
        while day < local.date():
            total += self.length * self.works(day)
            day += step
        while day > local.date():
            day -= step
            total -= self.length * self.works(day)
        if self.works(day):
            time = local - datetime.combine(day, datetime.min.time())
            passed = Fraction(time // timedelta(microseconds=1), 3_600_000_000) - self.opens
            total += min(max(passed, NOTHING), self.length)
        return total

    def moment(self, local: datetime) -> datetime:
        """Return a time on the wall clock as the moment it is everywhere."""
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def after(self, local: datetime, elapsed: Fraction) -> datetime:
        """Return the wall clock some real hours later."""
        later = self.moment(local) + timedelta(microseconds=round(elapsed * 3_600_000_000))
        return later.astimezone(self.zone).replace(tzinfo=None)


# Part 3: from an incident to a disruption.


@dataclass
class Strike:
    """One incident: what it takes of whom while it lasts, what it holds, and until when."""

    begin: Fraction
    restored: Fraction
    thawed: Fraction
    over: Fraction
    moments: tuple[datetime, datetime]
    share_after: Fraction
    weight: dict[str, Fraction]
    pull: dict[str, Fraction]
    relief: dict[str, Fraction]
    cover: dict[str, Fraction]
    uncovered: dict[str, Fraction]
    changing: set[str]
    using: set[str]

    def taken(self, who: str, now: Fraction) -> Fraction:
        """Return what projects lose of a person at a time."""
        whole = self.pull[who] + self.cover[who] - self.relief[who]
        if self.begin <= now < self.restored:
            return whole
        return whole * self.share_after if self.restored <= now < self.over else NOTHING

    def weighted_hours(self) -> Fraction:
        """Return working hours of incident, the aftermath by its share."""
        return self.restored - self.begin + self.share_after * (self.over - self.restored)


def weights(portfolio: Portfolio, struck: str) -> dict[str, Fraction]:
    """Walk every path away from the service struck; keep the heaviest way to each service."""
    needed_by = defaultdict(list)
    for row in rows(portfolio.service_links):
        needed_by[row["needs"]].append((row["service"], exact(row["impact"])))
    heaviest: dict[str, Fraction] = defaultdict(Fraction)

    def walk(path: list[str], weight: Fraction) -> None:
        heaviest[path[-1]] = max(heaviest[path[-1]], weight)
        for service, impact in needed_by[path[-1]]:
            if service not in path:
                walk([*path, service], weight * impact)

    walk([struck], ALL)
    return heaviest


def covered(
    dropped: dict[tuple[str, str], Fraction],
    supporters: dict[str, set[str]],
    free: dict[str, Fraction],
) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Offer what each puller dropped on each service to its others, until no one is left.

    Return what each person covers, and what is left by service.
    """
    room = dict(free)
    while True:
        offers = {}
        for (puller, service), load in dropped.items():
            able = {j: free[j] for j in supporters[service] - {puller} if room[j] > 0}
            if load > 0 and able:
                for j in able:
                    offers[puller, service, j] = load * able[j] / sum(able.values())
        if not offers:
            break
        asked: dict[str, Fraction] = defaultdict(Fraction)
        for (_, _, j), load in offers.items():
            asked[j] += load
        for (puller, service, j), load in offers.items():
            dropped[puller, service] -= load * min(ALL, room[j] / asked[j])
        for j in asked:
            room[j] -= min(asked[j], room[j])
    uncovered: dict[str, Fraction] = defaultdict(Fraction)
    for (_, service), load in dropped.items():
        uncovered[service] += load
    return {j: free[j] - room[j] for j in free}, uncovered


def strike(portfolio: Portfolio, incident: Incident, without: tuple[str, ...]) -> Strike:
    """Work out what one incident does."""
    clock = Clock(portfolio)
    share = exact(dict(portfolio.settings.severity)[incident.severity])
    weight = weights(portfolio, incident.service)
    down = {service for service, w in weight.items() if w >= HALF}
    capacity = {r["resource"]: exact(r["capacity_fte"]) for r in rows(portfolio.resources)}
    staff = list(rows(portfolio.support))
    pull = {}
    for who, most in capacity.items():
        parts = {
            r["service"]: exact(r["incident_fte"]) * share * weight.get(r["service"], NOTHING)
            for r in staff
            if r["resource"] == who
        }
        itself = min(most, parts.pop(incident.service, NOTHING))
        others = min(most - itself, sum(parts.values(), NOTHING))
        if "pull" in without:
            itself, others = NOTHING, min(most, sum(parts.values(), NOTHING))
        pull[who] = itself + (NOTHING if "cascade" in without else others)
    relief: dict[str, Fraction] = defaultdict(Fraction)
    dropped = {}
    supporters = defaultdict(set)
    for r in staff:
        who, service = r["resource"], r["service"]
        supporters[service].add(who)
        load = exact(r["bau_fte"]) * pull[who] / capacity[who]
        relief[who] += load
        if service not in down:
            dropped[who, service] = load
    free = {who: capacity[who] - pull[who] for who in capacity}
    cover, uncovered = covered(dropped, supporters, free)
    if "cover" in without:
        cover = dict.fromkeys(cover, NOTHING)
    touched = [] if "freeze" in without else list(rows(portfolio.changes))
    start = incident.start.to_pydatetime()
    lasts = exact(incident.hours)
    restored = clock.after(start, lasts)
    return Strike(
        begin=clock.hours(start),
        restored=clock.hours(restored),
        thawed=clock.hours(clock.after(start, lasts + exact(incident.freeze_after_hours))),
        over=clock.hours(clock.after(start, lasts + exact(incident.aftermath_hours))),
        moments=(clock.moment(start), clock.moment(start) + timedelta(hours=float(lasts))),
        share_after=NOTHING if "aftermath" in without else exact(incident.aftermath_share),
        weight=weight,
        pull=pull,
        relief=relief,
        cover=cover,
        uncovered=uncovered,
        changing={r["task"] for r in touched if r["service"] in down and r["effect"] == "changes"},
        using={r["task"] for r in touched if r["service"] in down and r["effect"] == "uses"},
    )


# Part 4: one run.


@dataclass
class Job:
    """A task, and how far it has come."""

    name: str
    left: Fraction
    release: Fraction
    units: dict[str, Fraction]
    start: Fraction | None = NEVER
    finish: Fraction | None = NEVER
    share: Fraction = NOTHING
    held: bool = False
    interruptions: int = 0
    waits: list[tuple[str, str, Fraction]] = field(default_factory=list)
    leads_passed: set[tuple[str, str]] = field(default_factory=set)

    @property
    def busy(self) -> bool:
        """Whether it has begun and has work left."""
        return self.start is not NEVER and self.finish is NEVER and self.left > 0


class World:
    """Everything that a run looks at."""

    def __init__(self, portfolio: Portfolio, scenario: Scenario, strikes: list[Strike]) -> None:
        """Read the tables as they stand when time begins."""
        self.scenario, self.strikes = scenario, strikes
        clock = Clock(portfolio)
        day = exact(portfolio.settings.hours_per_day)
        status = portfolio.settings.status_date
        self.now = NOTHING if status is None else clock.hours(status.to_pydatetime())
        self.capacity = {r["resource"]: exact(r["capacity_fte"]) for r in rows(portfolio.resources)}
        self.everyday: dict[str, Fraction] = defaultdict(Fraction)
        for r in rows(portfolio.support):
            self.everyday[r["resource"]] += exact(r["bau_fte"])
        self.absences = [
            (
                r["resource"],
                clock.hours(r["start"].to_pydatetime()),
                clock.hours(r["end"].to_pydatetime() + timedelta(days=1)),
                self.capacity[r["resource"]] if r["fte"] is None else exact(r["fte"]),
            )
            for r in rows(portfolio.absences)
        ]
        self.freezes: list[tuple[str, Fraction, Fraction]] = [
            (
                change["task"],
                clock.hours(r["start"].to_pydatetime()),
                clock.hours(r["end"].to_pydatetime()),
            )
            for r in rows(portfolio.freezes)
            for change in rows(portfolio.changes)
            if change["effect"] == "changes" and r["service"] in (None, change["service"])
        ]
        for s in strikes:
            self.freezes += [(task, s.begin, s.thawed) for task in s.changing]
            self.freezes += [(task, s.begin, s.restored) for task in s.using]
        rank = {r["project"]: r["priority"] for r in rows(portfolio.projects)}
        self.jobs: dict[str, Job] = {}
        keys = {}
        for r in rows(portfolio.tasks):
            planned = r["planned_start"]
            at = NOTHING if planned is None else clock.hours(planned.to_pydatetime())
            job = Job(
                r["task"],
                exact(r["duration_days"]) * day,
                NOTHING if r["can_start_early"] else at,
                {
                    a["resource"]: exact(a["units_fte"])
                    for a in rows(portfolio.assignments)
                    if a["task"] == r["task"] and a["units_fte"] > 0
                },
            )
            if status is not None and r["actual_finish"] is not None:
                job.finish = clock.hours(r["actual_finish"].to_pydatetime())
                job.start, job.left = job.finish, NOTHING
            if status is not None and r["actual_start"] is not None:
                job.start = clock.hours(r["actual_start"].to_pydatetime())
                job.left *= 1 - exact(r["done_fraction"])
            self.jobs[job.name] = job
            first = rank[r["project"]]
            keys[job.name] = (first is None, first or 0, at, len(keys))
        self.order = [self.jobs[name] for name in sorted(keys, key=lambda name: keys[name])]
        for r in rows(portfolio.links):
            wait = (r["type"], r["predecessor"], exact(r["lag_days"]) * day)
            self.jobs[r["successor"]].waits.append(wait)

    def frozen(self, job: Job) -> bool:
        """Whether a freeze holds a task now."""
        return any(name == job.name and a <= self.now < b for name, a, b in self.freezes)

    def for_projects(self) -> dict[str, Fraction]:
        """Return what everybody has for projects now."""
        found = {}
        for who, fte in self.capacity.items():
            away = [x for k, a, b, x in self.absences if k == who and a <= self.now < b]
            left = fte - min(fte, sum(away, NOTHING)) - self.everyday[who]
            found[who] = max(NOTHING, left - sum(s.taken(who, self.now) for s in self.strikes))
        return found

    def opens(self, job: Job, kind: str, other: str, lag: Fraction) -> Fraction | None:
        """Return when a link lets its successor pass; None while nobody can tell."""
        before = self.jobs[other]
        if kind in ("SS", "SF"):
            return NEVER if before.start is NEVER else before.start + max(lag, NOTHING)
        if lag >= 0:
            return NEVER if before.finish is NEVER else before.finish + lag
        if before.start is not NEVER and before.left <= -lag:
            job.leads_passed.add((kind, other))
        return before.start if (kind, other) in job.leads_passed else NEVER

    def passed(self, job: Job, kinds: tuple[str, str]) -> bool:
        """Whether all links of these two types let a task pass."""
        times = [self.opens(job, *wait) for wait in job.waits if wait[0] in kinds]
        return all(time is not NEVER and time <= self.now for time in times)

    def share(self, job: Job, free: dict[str, Fraction]) -> Fraction:
        """Return the share of its needs that a task can have."""
        if self.frozen(job):
            return NOTHING
        return min([ALL, *(free[who] / units for who, units in job.units.items())])

    def give(self, job: Job, share: Fraction, free: dict[str, Fraction]) -> None:
        """Take a task's share from what is free."""
        job.share = share
        for who, units in job.units.items():
            free[who] -= share * units

    def end_what_can(self) -> bool:
        """Finish what has no work left and whose gates have passed; tell whether any did."""
        ended = False
        again = True
        while again:
            again = False
            for job in self.order:
                ready = job.start is not NEVER and job.finish is NEVER and job.left == 0
                if ready and self.passed(job, ("FF", "SF")):
                    job.finish, job.share = self.now, NOTHING
                    ended = again = True
        return ended

    def hand_out(self) -> None:
        """Give everybody to the tasks under way, and start what can, until none starts."""
        least = exact(self.scenario.min_share)
        started = True
        while started:
            started = False
            free = self.for_projects()
            for job in self.order:
                job.share = NOTHING
                if job.busy:
                    self.give(job, self.share(job, free), free)
            for job in self.order:
                if job.start is not NEVER or job.release > self.now:
                    continue
                if not self.passed(job, ("FS", "SS")) or self.frozen(job):
                    continue
                share = self.share(job, free)
                if share >= least:
                    job.start, started = self.now, True
                    if job.left > 0:
                        self.give(job, share, free)

    def settle(self) -> None:
        """Do all that happens at one time."""
        self.end_what_can()
        self.hand_out()
        while self.end_what_can():
            self.hand_out()
        for job in self.order:
            if job.busy and job.share == 0 and not job.held:
                job.held, job.interruptions = True, job.interruptions + 1
            elif job.busy and job.share > 0 and job.held:
                job.held = False
                job.left += exact(self.scenario.resume_hours)

    def next_time(self) -> Fraction:
        """Return the next time at which anything could change."""
        times: list[Fraction | None] = [job.release for job in self.order]
        times += [t for _, a, b, _ in self.absences for t in (a, b)]
        times += [t for _, a, b in self.freezes for t in (a, b)]
        times += [t for s in self.strikes for t in (s.begin, s.restored, s.over)]
        for job in self.order:
            if job.share > 0:
                times.append(self.now + job.left / job.share)
            for kind, other, lag in job.waits:
                times.append(self.opens(job, kind, other, lag))
                before = self.jobs[other]
                if lag < 0 and before.share > 0:
                    times.append(self.now + (before.left + lag) / before.share)
        return min(t for t in times if t is not NEVER and t > self.now)

    def run(self) -> dict[str, Job]:
        """Let time pass until every task has finished."""
        self.settle()
        while any(job.finish is NEVER for job in self.order):
            then = self.next_time()
            for job in self.order:
                job.left -= job.share * (then - self.now)
            self.now = then
            self.settle()
        return self.jobs


def strikes_of(portfolio: Portfolio, scenario: Scenario) -> list[Strike]:
    """Work out what every incident of a scenario does; all restorations are fixed."""
    return [strike(portfolio, incident, scenario.without) for incident in scenario.incidents]


def run(portfolio: Portfolio, scenario: Scenario, strikes: list[Strike]) -> dict[str, Job]:
    """Run a portfolio under the rules of a scenario once."""
    return World(portfolio, scenario, strikes).run()


def outage(service: str, strikes: list[Strike]) -> float:
    """Return for how many real hours a service is down, told once where incidents overlap."""
    stretches = sorted(s.moments for s in strikes if s.weight.get(service, NOTHING) >= HALF)
    total, until = timedelta(0), datetime.min.replace(tzinfo=UTC)
    for begin, end in stretches:
        total += max(end - max(begin, until), timedelta(0))
        until = max(until, end)
    return total / timedelta(hours=1)
