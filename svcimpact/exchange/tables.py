"""One plan to rows of the tables `projects`, `tasks` and `assignments`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from svcimpact.exchange.clock import PlanClock
from svcimpact.exchange.links import Key
from svcimpact.exchange.names import unique
from svcimpact.exchange.notes import Notes, called, count
from svcimpact.exchange.progress import Progress, progress
from svcimpact.exchange.records import PlanRecord, TaskRecord
from svcimpact.exchange.stages import STAGES, guess_stage
from svcimpact.exchange.traits import tell_assumed, tell_finishes, tell_traits

Row = dict[str, Any]


@dataclass
class PlanTables:
    """Rows made of one plan; tasks and their progress by key, in the plan's order."""

    project: Row
    tasks: dict[Key, Row] = field(default_factory=dict)
    progressed_until: datetime | None = None


def kept_tasks(plan: PlanRecord, notes: Notes) -> dict[int, tuple[int, ...]]:
    """Return which tasks of a plan stay: active ones with no task under them.

    Parameters
    ----------
    plan : PlanRecord
        The plan.
    notes : Notes
        Takes what was left out.

    Returns
    -------
    dict of int to tuple of int
        For every row of the plan its leaves: itself, or those under a summary task; none where
        all were left out.
    """
    rows = {task.uid: task for task in plan.tasks}
    parents = {task.parent for task in plan.tasks}
    kept = [task for task in plan.tasks if _is_kept(task)]
    leaves: dict[int, list[int]] = {uid: [] for uid in rows}
    for task in kept:
        for uid in (task.uid, *(above.uid for above in _above(task, rows))):
            leaves[uid].append(task.uid)
    blank = sum(task.blank for task in plan.tasks)
    left_out = {
        "inactive task": [t for t in plan.tasks if not t.blank and not t.active],
        "external task": [t for t in plan.tasks if t.active and t.external],
        "empty summary task": [
            t for t in plan.tasks
            if t.summary and t.active and not t.external and t.level > 0 and t.uid not in parents
        ],
    }  # fmt: skip
    if blank:
        notes.add(
            "blank rows", found=count(blank, "row") + " without a task", expected="tasks; left out",
            cure="Nothing to do.",
        )  # fmt: skip
    cures = ("Activate them in the plan.", "Import the other plan too.", "Remove them.")
    for (topic, tasks), cure in zip(left_out.items(), cures, strict=True):
        if tasks:
            notes.add(
                "tasks", map(called, tasks), found=count(len(tasks), topic),
                expected="tasks that are worked on; left out with their links and assignments",
                cure=cure,
            )  # fmt: skip
    return {uid: tuple(each) for uid, each in leaves.items()}


def _is_kept(task: TaskRecord) -> bool:
    return task.active and not (task.blank or task.summary or task.external)


def _above(task: TaskRecord, rows: dict[int, TaskRecord]) -> list[TaskRecord]:
    """Return the summary tasks over a task, the nearest first."""
    chain: list[TaskRecord] = []
    uid = task.parent
    while uid is not None and uid in rows and rows[uid] not in chain:
        chain.append(rows[uid])
        uid = rows[uid].parent
    return chain


def plan_tables(
    plan: PlanRecord,
    number: int,
    project: str,
    leaves: dict[int, tuple[int, ...]],
    clock: PlanClock,
    notes: Notes,
) -> PlanTables:
    """Convert one plan into rows of `projects` and `tasks`.

    Parameters
    ----------
    plan : PlanRecord
        The plan.
    number : int
        Which plan of those read together this is; part of every key.
    project : str
        The project's id.
    leaves : dict of int to tuple of int
        As made by `kept_tasks`.
    clock : PlanClock
        The plan's clock.
    notes : Notes
        Takes what was changed or assumed.

    Returns
    -------
    PlanTables
        One project row, and a task row per task that stays.
    """
    rows = {task.uid: task for task in plan.tasks}
    kept = [task for task in plan.tasks if _is_kept(task)]
    whole = {uid for uid, each in leaves.items() if len(each) == len(kept) and rows[uid].summary}
    made = PlanTables({"project": project, "name": plan.title or plan.code or plan.file.stem})
    ids: set[str] = set()
    stages: dict[str, Counter[str]] = {stage: Counter() for stage in STAGES}
    told: dict[str, list[str]] = {}
    done = [progress(task, plan.status_date, clock, told) for task in kept]
    for task, state in zip(kept, done, strict=True):
        chain = [above.name for above in _above(task, rows) if above.uid not in whole]
        stage, source = guess_stage(task.name, chain)
        stages[stage or "delivery"][source] += 1
        given = unique(f"{project}-{task.code or task.uid}", ids)
        ids.add(given)
        made.tasks[number, task.uid] = {
            "task": given,
            "project": project,
            "name": " / ".join([*[name for name in chain[:1] if name], task.name or "unnamed"]),
            "stage": stage or "delivery",
            "duration_days": _duration_days(task, clock, told),
            "planned_start": None if task.start is None else clock.move(task.start),
            "done_fraction": state.done,
            "actual_start": state.start,
            "actual_finish": state.finish,
        }
    _tell_stages(stages, notes)
    tell_assumed(told, notes)
    tell_traits(kept, plan.application, notes)
    days = [row["duration_days"] for row in made.tasks.values()]
    tell_finishes(kept, days, clock, notes)
    made.project["due"] = _due(plan, kept, notes)
    made.progressed_until = _until(done)
    return made


def _until(states: list[Progress]) -> datetime | None:
    return max((state.until for state in states if state.until is not None), default=None)


def _duration_days(task: TaskRecord, clock: PlanClock, told: dict[str, list[str]]) -> float:
    between = task.start is not None and task.finish is not None
    if task.duration is None or task.elapsed:
        if task.elapsed:
            told.setdefault("elapsed", []).append(called(task))
        elif between:
            told.setdefault("no duration", []).append(called(task))
        else:
            told.setdefault("no dates", []).append(called(task))
        if task.start is not None and task.finish is not None:
            return round(max(0.0, clock.days(task.start, task.finish)), 9)
        return (task.duration or 0.0) / 24 * len(clock.portfolio.working_days) / 7
    if task.start is None:
        told.setdefault("no start", []).append(called(task))
    # Some programs leave a rounding error below zero.
    return max(0.0, task.duration / clock.hours)


def _tell_stages(stages: dict[str, Counter[str]], notes: Notes) -> None:
    said = []
    for stage, sources in stages.items():
        if total := sum(sources.values()):
            names = [f"'{name}'" for name, _ in sources.most_common() if name]
            more = f" and {len(names) - 4} more" if len(names) > 4 else ""
            blank = f"{sources['']:,} for want of a word" if sources[""] else ""
            why = "; ".join(part for part in (", ".join(names[:4]) + more, blank) if part)
            said.append(f"{stage} {total:,} ({why})")
    if said:
        notes.add(
            "stage", found="no stages in the plan",
            expected=f"a stage for every task; guessed from names: {', '.join(said)}",
            cure="Correct stage in tasks where the guess is wrong.",
        )  # fmt: skip


def _due(plan: PlanRecord, kept: list[TaskRecord], notes: Notes) -> datetime | None:
    top = [t.deadline for t in plan.tasks if t.summary and t.level == 0 and t.deadline]
    finishes = [task.finish for task in kept if task.finish is not None]
    due, source = plan.finish, "finish"
    if plan.must_finish_by is not None:
        due, source = plan.must_finish_by, "must-finish-by date"
    elif top:
        due, source = top[0], "deadline"
    elif finishes:
        due = max(finishes)
    if due is None:
        return None
    notes.add(
        "due", found="no due date" if source == "finish" else f"a {source}",
        expected=f"a due date; the plan's {source}, {due:%Y-%m-%d}, is taken",
        cure="Correct due in projects if another date was promised.",
    )  # fmt: skip
    return datetime(due.year, due.month, due.day)
