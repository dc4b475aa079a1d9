"""Level a plan by dispatch rules, and say what levelling alone costs each project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from svcimpact.engine.critical import alike, groups, latest
from svcimpact.engine.dispatch import RULES, Stakes, dispatch_order
from svcimpact.engine.justify import justified_order
from svcimpact.engine.plan import Integers, Plan, compile_plan, impossible_tasks
from svcimpact.engine.runs import Run, StuckError
from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.incident.simulate import END_OF_TIME, last_hour
from svcimpact.nearest import Nearest
from svcimpact.planning.level_tables import project_table, rule_table, stacked, task_table
from svcimpact.planning.levelling import Levelling, Way
from svcimpact.portfolio import Portfolio

IMPROVEMENTS = ("forward_backward",)


def level(
    portfolio: Portfolio,
    *,
    rules: str | Sequence[str] = tuple(RULES),
    improve: str | None = None,
    min_share: float = 0.5,
    resume_hours: float = 0.0,
) -> Levelling:
    """Give people to tasks in the order of dispatch rules, with no incident and no luck.

    Every schedule is a run of the model as it is simulated: links, releases, absences,
    everyday support, planned freezes and the status date hold in it. Durations are as planned.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    rules : str or sequence of str
        Dispatch rules by name, all of them where not given. The first is the one that is told
        of project by project; the others stand beside it.

        - ``"plan"``: project priority, planned start, row
        - ``"lst"``, ``"lft"``: the earliest late start, or late finish, first
        - ``"least_float"``: the least total float first
        - ``"cost_of_delay"``: the most cost of delay per remaining working hour times FTE first
        - ``"shortest_project"``: the project with the shortest remaining critical path first

        What a rule finds equal stays in the order of the plan.
    improve : {"forward_backward"}, optional
        Whether to try one forward-backward pass after each rule: shift the schedule right,
        then left again (double justification). Projects that share people or links keep it
        only if neither their last finish nor their mean delay is worse.
    min_share : float
        Least share of its needs with which a task starts, above 0 and up to 1.
    resume_hours : float
        Hours added to a task's work each time it is taken up again.

    Returns
    -------
    Levelling
        Dates and costs per rule, per project and per task.

    Raises
    ------
    InputError
        If a rule or an option is unknown or out of range, or a task can never start.

    Notes
    -----
    What levelling alone costs a project is its levelled finish less its finish if there were
    always enough people: the delay over the critical path of Lova and Tormos (2001, Annals of
    Operations Research 102, 263-286). It is part of the delay against the planned date, which
    also has what links, freezes and the status date already cost. It is negative only where
    `resume_hours` is above 0 and a task waits for people until a freeze is over, that would
    have interrupted it.

    Examples
    --------
    >>> from svcimpact.io import read
    >>> found = level(read("data/tiny"))
    >>> found.projects.loc[found.projects["rule"] == "plan", ["project", "levelling_days"]]
        project  levelling_days
    0     pages             0.0
    1  checkout             0.5
    >>> found.rules.set_index("rule").loc[["plan", "lst"], "mean_delay_days"].tolist()
    [0.25, 0.25]
    """
    rules = [rules] if isinstance(rules, str) else list(dict.fromkeys(rules))
    _check(portfolio, rules, improve, min_share, resume_hours)
    plan = compile_plan(portfolio)
    stuck = impossible_tasks(plan, min_share)
    if len(stuck):
        raise _never(portfolio, stuck, min_share)
    way = Way(improve, float(min_share), float(resume_hours))
    stakes = Stakes.of(portfolio, plan)
    try:
        unlevelled = way.run(without_needs(plan))
        runs = {rule: _passes(stakes, rule, way) for rule in rules}
    except StuckError as error:
        raise _never(portfolio, np.array([error.task]), min_share) from None
    _check_ends(portfolio, [run for pair in runs.values() for run in pair])
    kept = {rule: pair[-1] for rule, pair in runs.items()}
    return Levelling(
        portfolio=portfolio,
        way=way,
        rules=rule_table(portfolio, stakes, unlevelled, runs),
        projects=stacked(kept, lambda run: project_table(portfolio, stakes, unlevelled, run)),
        tasks=stacked(kept, lambda run: task_table(portfolio, plan, unlevelled, run)),
    )


def without_needs(plan: Plan) -> Plan:
    """Return the plan as if there were always enough people.

    Parameters
    ----------
    plan : Plan
        The compiled portfolio.

    Returns
    -------
    Plan
        The same, with tasks that need nobody.
    """
    return replace(
        plan,
        need_ptr=np.zeros_like(plan.need_ptr),
        need_resource=plan.need_resource[:0],
        need_units=plan.need_units[:0],
    )


def _passes(stakes: Stakes, rule: str, way: Way) -> tuple[Run, Run]:
    """Return the run in the order of a rule, and the one that is kept after improving it."""
    order = dispatch_order(stakes, rule)
    plan = replace(stakes.plan, dispatch=order)
    first = way.run(plan)
    if way.improve is None:
        return first, first
    other = justified_order(plan, first, min_share=way.min_share)
    second = way.run(replace(plan, dispatch=other))
    better = _better(stakes, first, second)
    if not better.any():
        return first, first
    # What shares nothing has nothing to order among itself, so that two orders can be mixed.
    rank = np.where(better, np.argsort(other), np.argsort(order))
    return first, way.run(replace(plan, dispatch=np.lexsort((rank,)).astype(np.int64)))


def _better(stakes: Stakes, first: Run, second: Run) -> np.ndarray:
    """Tell, per task, whether the second run is better for all projects it hangs together with."""
    plan, count = stakes.plan, len(stakes.due)
    group = groups(plan, count)
    size = int(group.max(initial=-1)) + 1
    ends = [alike(latest(run.finish, plan.project, count)) for run in (first, second)]
    last = [latest(end, group, size) for end in ends]
    total = [np.bincount(group, np.nan_to_num(end), size).round(6) for end in ends]
    no_worse = (last[1] <= last[0]) & (total[1] <= total[0])
    better = no_worse & ((last[1] < last[0]) | (total[1] < total[0]))
    found: np.ndarray = better[group][plan.project]
    return found


def _check(
    portfolio: object, rules: list[str], improve: object, min_share: Any, resume_hours: Any
) -> None:
    """Raise every argument that is no good."""
    faults = []

    def add(column: str, found: object, expected: str, nearest: str = "", cure: str = "") -> None:
        near = repr(nearest) if nearest else ""
        row = fault(
            "level", column=column, found=repr(found), expected=expected, nearest=near, cure=cure
        )
        faults.append(row)

    if not isinstance(portfolio, Portfolio):
        add("portfolio", portfolio, "a portfolio", cure="Read one first: si.read('my-portfolio').")
    if not rules:
        add("rules", rules, f"at least one of {', '.join(RULES)}")
    for rule in rules:
        if rule not in RULES:
            expected = f"one of {', '.join(RULES)}"
            add("rules", rule, expected, Nearest(RULES)(str(rule)))
    if improve is not None and improve not in IMPROVEMENTS:
        add("improve", improve, "'forward_backward' or None", Nearest(IMPROVEMENTS)(str(improve)))
    if not _number(min_share) or not 0 < min_share <= 1:
        add("min_share", min_share, "a number above 0 and up to 1")
    if not _number(resume_hours) or not 0 <= resume_hours < np.inf:
        add("resume_hours", resume_hours, "a number of hours, 0 or more")
    if faults:
        raise InputError("The plan cannot be levelled.", fault_frame(faults))


def _number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _never(portfolio: Portfolio, tasks: Integers, min_share: float) -> InputError:
    """Return the error that names tasks that can never start or go on."""
    ids = portfolio.tasks["task"]
    faults = [
        fault(
            "tasks",
            column="task",
            found=f"{ids[int(i)]!r}, which can never start or go on",
            expected=f"{min_share:g} of its units within its resources' project capacity",
            cure="Lower units_fte, raise capacity_fte, or lower min_share.",
        )
        for i in tasks
    ]
    return InputError("The plan cannot be levelled.", fault_frame(faults))


def _check_ends(portfolio: Portfolio, runs: list[Run]) -> None:
    """Raise which tasks end so late that no calendar has a date for it."""
    finish = np.max([run.finish for run in runs], axis=0)
    faults = [
        fault(
            "tasks",
            column="task",
            found=f"{task!r}, which ends after {END_OF_TIME[:4]}",
            expected="an end that a calendar has a date for",
            cure="Lower duration_days, or give its people more time for it.",
        )
        for task in portfolio.tasks["task"][finish > last_hour(portfolio)]
    ]
    if faults:
        raise InputError("The plan cannot be levelled.", fault_frame(faults))
