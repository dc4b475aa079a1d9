"""Links of plans to links between tasks: lags in working days, summary tasks expanded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from svcimpact.exchange.clock import PlanClock
from svcimpact.exchange.notes import Notes, called, count
from svcimpact.exchange.records import LinkRecord, PlanRecord, TaskRecord

# A task of any plan read: the number of its plan, and its `uid` there.
Key = tuple[int, int]

# More links than this for one link of a plan, and a milestone gathers them.
MOST_LINKS = 100


@dataclass(frozen=True)
class Tie:
    """A link between two tasks that stay; its lag is in working days."""

    predecessor: Key
    successor: Key
    type: str
    lag_days: float


@dataclass(frozen=True)
class Gate:
    """A milestone that stands for the end of a summary task with many tasks."""

    key: Key
    name: str
    after: tuple[Key, ...]


@dataclass(frozen=True)
class Network:
    """All tasks of all plans, and the tasks that stay under each of them.

    Parameters
    ----------
    tasks : mapping of Key to TaskRecord
        Every row of every plan.
    leaves : mapping of Key to tuple of Key
        For every row the tasks that stay: itself, or those under a summary task.
    holding : tuple of (Key, Key, str)
        The links without a lead within a plan, as written, between any of its rows.
    idle : frozenset of Key
        The tasks that have not started; work under way may have broken its links.
    """

    tasks: Mapping[Key, TaskRecord]
    leaves: Mapping[Key, tuple[Key, ...]]
    holding: tuple[tuple[Key, Key, str], ...] = ()
    idle: frozenset[Key] = frozenset()

    def first(self, key: Key) -> Key:
        """Return the task under a summary task that starts first, in the plan."""
        return min(self.leaves[key], key=lambda leaf: _order(self.tasks[leaf].start))

    def ends(self, key: Key) -> tuple[Key, ...]:
        """Return the tasks under a summary task after which none of it is left to do.

        A task is left out if links within the summary task let another finish after it only.
        """
        members = set(self.leaves[key]) & self.idle
        implied: set[Key] = set()
        for before, after, kind in self._within(members, {"FS", "FF"}):
            later = set(self.leaves[after]) if kind == "FS" else {self.last(after)}
            if later & members:
                implied |= set(self.leaves[before]) & members
        return tuple(leaf for leaf in self.leaves[key] if leaf not in implied) or self.leaves[key]

    def starts(self, key: Key) -> tuple[Key, ...]:
        """Return the tasks under a summary task before which none of it can start."""
        members = set(self.leaves[key]) & self.idle
        implied: set[Key] = set()
        for before, after, kind in self._within(members, {"FS", "SS"}):
            earlier = set(self.leaves[before]) if kind == "FS" else {self.first(before)}
            if earlier & members:
                implied |= set(self.leaves[after]) & members
        return tuple(leaf for leaf in self.leaves[key] if leaf not in implied) or self.leaves[key]

    def _within(self, members: set[Key], kinds: set[str]) -> list[tuple[Key, Key, str]]:
        if len(members) < 2:
            return []
        return [
            link
            for link in self.holding
            if link[2] in kinds
            and not members.isdisjoint(self.leaves[link[0]][:1])
            and not members.isdisjoint(self.leaves[link[1]][:1])
        ]

    def last(self, key: Key) -> Key:
        """Return the task under a summary task that finishes last, in the plan."""
        return max(self.leaves[key], key=lambda leaf: _order(self.tasks[leaf].finish))


def network_of(
    plans: Sequence[PlanRecord], leaves: Sequence[Mapping[int, Sequence[int]]]
) -> Network:
    """Return the tasks of all plans as one network.

    Parameters
    ----------
    plans : sequence of PlanRecord
        The plans.
    leaves : sequence of mapping of int to sequence of int
        For each plan, as made by `svcimpact.exchange.tables.kept_tasks`.

    Returns
    -------
    Network
        Keyed by the number of the plan and the task's `uid`.
    """
    own = {
        (n, uid): tuple((n, leaf) for leaf in each)
        for n, by_uid in enumerate(leaves)
        for uid, each in by_uid.items()
    }
    holding = [
        ((n, link.predecessor), (n, link.successor), link.type)
        for n, plan in enumerate(plans)
        for link in plan.links
        if link.from_plan is None and link.lag >= 0
    ]
    tasks = {(n, task.uid): task for n, plan in enumerate(plans) for task in plan.tasks}
    return Network(
        tasks,
        own,
        tuple(
            link
            for link in holding
            if own.get(link[0]) and own.get(link[1]) and not set(own[link[0]]) & set(own[link[1]])
        ),
        frozenset(
            key for key, task in tasks.items() if task.actual_start is None and not task.percent
        ),
    )


def _order(when: object) -> str:
    return "" if when is None else str(when)


def plan_ties(
    number: int, plan: PlanRecord, network: Network, clock: PlanClock, notes: Notes
) -> tuple[list[Tie], list[Gate]]:
    """Return the links between tasks that the links of one plan mean.

    From a summary task, FS and FF mean all of its tasks, SS and SF the one that starts first;
    to a summary task, FS and SS mean all of its tasks, FF and SF the one that finishes last. A
    task whose turn follows from its links to others of the summary task needs no link of its own.

    Parameters
    ----------
    number : int
        Which plan this is.
    plan : PlanRecord
        The plan.
    network : Network
        The tasks of all plans.
    clock : PlanClock
        The plan's clock.
    notes : Notes
        Takes what was changed or left out.

    Returns
    -------
    ties : list of Tie
        One per pair of tasks and type, with the longest lag where a plan has several.
    gates : list of Gate
        Milestones to add, each after all tasks of a summary task.
    """
    found: dict[tuple[Key, Key, str], float] = {}
    gates: dict[Key, Gate] = {}
    told = _Told()
    for link in plan.links:
        base = number if link.from_plan is None else number - plan.index + link.from_plan
        before, after = (base, link.predecessor), (number, link.successor)
        if link.from_plan == -1 or not network.leaves.get(before) or not network.leaves.get(after):
            told.lost.append(_pair(network, before, after))
            continue
        if set(network.leaves[before]) & set(network.leaves[after]):
            told.inside.append(_pair(network, before, after))
            continue
        lag = _lag_days(link, network.tasks[before], clock, told)
        pairs = _pairs(link.type, before, after, network, gates)
        if network.leaves[before] != (before,) or network.leaves[after] != (after,):
            told.expanded.append(called(network.tasks[before]))
            told.expansions += len(pairs)
        for pair in pairs:
            told.doubled += (*pair, link.type) in found
            found[*pair, link.type] = max(lag, found.get((*pair, link.type), lag))
        if link.from_plan is not None:
            told.between.append(_pair(network, before, after))
    told.tell(notes)
    ties = [Tie(before, after, kind, lag) for (before, after, kind), lag in found.items()]
    ties += [Tie(leaf, gate.key, "FS", 0.0) for gate in gates.values() for leaf in gate.after]
    return ties, list(gates.values())


def _pair(network: Network, before: Key, after: Key) -> str:
    names = [called(task) if (task := network.tasks.get(key)) else "?" for key in (before, after)]
    return " to ".join(names)


def _pairs(
    kind: str, before: Key, after: Key, network: Network, gates: dict[Key, Gate]
) -> list[tuple[Key, Key]]:
    """Return the pairs of tasks that a link stands for; a gate may be added."""
    sources = network.ends(before) if kind in {"FS", "FF"} else (network.first(before),)
    targets = network.starts(after) if kind in {"FS", "SS"} else (network.last(after),)
    if len(sources) * len(targets) > MOST_LINKS and len(sources) > 1 and len(targets) > 1:
        key = (before[0], -1 - before[1])
        name = network.tasks[before].name or "summary task"
        gates[before] = Gate(key, f"End of {name}", sources)
        sources = (key,)
    return [(source, target) for source in sources for target in targets]


def _lag_days(link: LinkRecord, before: TaskRecord, clock: PlanClock, told: _Told) -> float:
    """Return a lag in working days, negative for a lead."""
    if not link.lag:
        return 0.0
    if link.unit == "h":
        return link.lag / clock.hours
    hours = link.lag
    if link.unit in {"%", "elapsed %"}:
        told.percent.append(f"{called(before)} ({link.lag:g} %)")
        hours = link.lag / 100 * (before.duration or 0.0)
        if link.unit == "%" and not before.elapsed:
            return hours / clock.hours
    told.elapsed.append(f"{called(before)} ({hours:g} h)")
    anchor = before.finish if link.type in {"FS", "FF"} else before.start
    if anchor is None:
        return hours / 24 * len(clock.portfolio.working_days) / 7
    return clock.days(anchor, anchor + timedelta(hours=hours))


class _Told:
    """What happened to the links of one plan, kept for the warnings."""

    def __init__(self) -> None:
        self.lost: list[str] = []
        self.inside: list[str] = []
        self.expanded: list[str] = []
        self.expansions = 0
        self.doubled = 0
        self.between: list[str] = []
        self.percent: list[str] = []
        self.elapsed: list[str] = []

    def tell(self, notes: Notes) -> None:
        if self.expanded:
            notes.add(
                "links on summary tasks", dict.fromkeys(self.expanded),
                found=f"{count(len(self.expanded), 'link')} from or to a summary task",
                expected=f"links between tasks; {count(self.expansions, 'link')} to and from the "
                "tasks under it taken instead",
                cure="Link the tasks themselves where only one of them matters.",
            )  # fmt: skip
        if self.percent:
            notes.add(
                "lag", self.percent,
                found=f"{count(len(self.percent), 'lag')} in percent of the predecessor's duration",
                expected="working days; converted with the planned duration",
                cure="Give the lag in days where it should not follow the duration.",
            )  # fmt: skip
        if self.elapsed:
            notes.add(
                "lag", self.elapsed,
                found=f"{count(len(self.elapsed), 'lag')} in elapsed time, nights and weekends "
                "counted",
                expected="working days; those between the same two times in the plan are taken",
                cure="Correct lag_days in links where the tasks move over a weekend.",
            )  # fmt: skip
        if self.doubled:
            notes.add(
                "links",
                found=f"{count(self.doubled, 'repeated link')} between the same tasks",
                expected="one of a type; the longest lag is kept",
                cure="Nothing to do.",
            )
        if self.between:
            notes.add(
                "links between plans", self.between,
                found=f"{count(len(self.between), 'link')} from another project of the file",
                expected="a link across projects; kept as one",
                cure="Nothing to do.",
            )  # fmt: skip
        if self.inside:
            notes.add(
                "links", self.inside,
                found=f"{count(len(self.inside), 'link')} between a summary task and a task in it",
                expected="links between different tasks; left out",
                cure="Remove them from the plan.",
            )  # fmt: skip
        if self.lost:
            notes.add(
                "links", self.lost,
                found=f"{count(len(self.lost), 'link')} from or to a task that is left out",
                expected="two tasks of the portfolio; left out, the planned starts still hold",
                cure="Add the link to links if the other task is in the portfolio.",
            )  # fmt: skip
