"""Faults in what projects touch, take and displace, and in what their stages need."""

from __future__ import annotations

from faults import faults_in

_SCOPE, _STAGES = "tests/test_scope.py::test_", "tests/test_stages.py::test_"
TOUCHED = tuple(
    _SCOPE + name
    for name in (
        "services_touched_and_reached_by_hand",
        "what_is_only_used_leads_on_without_change_weight",
        "a_touched_service_stays_touched_where_another_reaches_it",
        "the_heaviest_way_counts_whichever_is_looked_at_last",
        "lead_time_counts_working_days",
        "finished_tasks_are_left_out",
        "from_the_status_date_on_what_is_left_is_taken_and_displaced",
    )
)
TAKEN = (f"{_SCOPE}hours_by_hand", f"{_SCOPE}hours_agree_with_counting_quarters_of_an_hour")
MOVED = (
    f"{_SCOPE}displaced_work_by_hand",
    f"{_SCOPE}nobody_is_displaced_by_more_than_there_is",
    f"{_SCOPE}displaced_work_agrees_with_counting_quarters_of_an_hour",
)
HELD = tuple(
    _SCOPE + name
    for name in (
        "stakeholders_and_dates_by_hand",
        "gaps_by_hand",
        "an_owner_is_involved_by_an_interest_in_the_project",
        "who_counts_as_decider",
        "the_sponsor_who_owns_the_service_is_involved",
    )
)
NEEDED = tuple(
    _STAGES + name
    for name in (
        "involvement_by_hand",
        "gaps_by_hand",
        "sentences_by_hand",
        "what_nobody_is_assigned_to_falls_to_the_lead_team",
        "a_person_who_supports_two_touched_services_counts_half_for_each",
        "windows_end_where_work_breaks_off",
        "a_window_lasts_until_its_last_task_ends",
        "from_the_status_date_on_what_is_left_counts",
        "late_work_of_others_still_takes_its_people",
        "who_is_named_to_test_is_needed_for_the_least",
        "named_stakeholders",
        "needed_and_free_agree_with_counting_quarters_of_an_hour",
        "nearest_windows_agree_with_trying_every_day",
    )
)

REACHED = faults_in(
    "planning/reached.py",
    TOUCHED,
    (
        "The heaviest way to a service counts, not the last one.",
        "if reached not in best or weight > best[reached][0]:",
        "if True:",
    ),
    (
        "What only something used leads to has no weight of a change.",
        "if source in changed:",
        "if source:",
    ),
    (
        "A service that is touched has weight 1, whatever else reaches it.",
        "1.0 if tasks else weight,",
        "weight if tasks else 0.5 * weight,",
    ),
    (
        "A decision is needed before the first task, by the lead time.",
        'frame["decide_by"] = calendar.day(start - lead_hours)',
        'frame["decide_by"] = calendar.day(start + lead_hours)',
    ),
)

WORK_AHEAD = faults_in(
    "planning/ahead.py",
    ("tests/test_ahead.py",),
    (
        "What should have begun already begins at the status date.",
        "np.where(over, planned, np.maximum(planned, plan.now))",
        "planned",
    ),
    (
        "A running task goes on at the status date.",
        "start = np.where(runs, plan.now,",
        "start = np.where(runs, planned,",
    ),
    (
        "Of a running task only what is left is counted.",
        "np.where(runs, 1.0 - plan.done, 1.0)",
        "1.0",
    ),
    (
        "What is said to be done of a task that has not begun is left aside.",
        "np.where(runs, 1.0 - plan.done, 1.0)",
        "np.where(over, 1.0, 1.0 - plan.done)",
    ),
    (
        "Finished tasks have no work ahead.",
        "left = np.where(np.isnan(plan.ended), finish - start, 0.0)",
        "left = finish - start",
    ),
)
LATE_FIXES = (
    *faults_in(
        "planning/remedies.py",
        ("tests/test_ahead.py",),
        (
            "A late task is moved from where it can still be done.",
            "start, finish = times_ahead(bench.plan)\n    day",
            "start, finish = bench.plan.forward_pass\n    day",
        ),
        (
            "Who takes a late task over has to be free when it can still be done.",
            "start, finish = times_ahead(bench.plan)\n    assigned",
            "start, finish = bench.plan.forward_pass\n    assigned",
        ),
        (
            "A late task that is moved is planned from the status date on.",
            "base, _ = times_ahead(plan)",
            "base, _ = plan.forward_pass",
        ),
        (
            "A late task has float from the status date on.",
            "start, finish = times_ahead(plan)\n    count",
            "start, finish = plan.forward_pass\n    count",
        ),
    ),
    *faults_in(
        "planning/weighing.py",
        ("tests/test_ahead.py",),
        (
            "A late task is in a conflict when it can still be done.",
            "start, finish = times_ahead(self.bench.plan)\n        begin, end",
            "start, finish = self.bench.plan.forward_pass\n        begin, end",
        ),
        (
            "The other side's late work is in the way when it can still be done.",
            "start, finish = times_ahead(self.bench.plan)\n            sides",
            "start, finish = self.bench.plan.forward_pass\n            sides",
        ),
    ),
)
FINISHED = faults_in(
    "planning/touch.py",
    TOUCHED,
    (
        "Finished tasks touch nothing any more.",
        "found = found[np.isnan(plan.ended)[row]]",
        "found = found[:]",
    ),
)

SUPPORT_TAKEN = faults_in(
    "planning/support_taken.py",
    TAKEN,
    (
        "Only people who support a service count.",
        "kept = support_staff(portfolio)[who]",
        "kept = support_staff(portfolio)[who] | True",
    ),
    (
        "Work is cut where a month ends.",
        "length = np.minimum(until[piece], closes[at]) - np.maximum(begin[piece], opens[at])",
        "length = until[piece] - np.maximum(begin[piece], opens[at])",
    ),
    (
        "Hours are counted times FTE.",
        "hours = fte[piece] * length",
        "hours = 1.0 * length",
    ),
)

DISPLACED = faults_in(
    "planning/displaced.py",
    MOVED,
    (
        "Others cannot lose more than they would have had.",
        "np.minimum(others, there) - np.minimum",
        "others - np.minimum",
    ),
    (
        "Others keep what the project leaves.",
        "np.maximum(0.0, there - own))",
        "np.maximum(0.0, there - total))",
    ),
    (
        "Who is away is not there to be displaced from.",
        "there = steps.capacity[at] + steps.everyday[at] + steps.incident[at]",
        "there = steps.capacity[at] + steps.everyday[at] + steps.absent[at]",
    ),
    (
        "It is shared out by what each asks for.",
        "weight = moved[busy] / others[busy] * steps.length[at][busy]",
        "weight = moved[busy] * steps.length[at][busy]",
    ),
    (
        "The project of lower priority gives way by the plan's rule.",
        "rank[other[to_project]] > rank[own[to_project]]",
        "rank[other[to_project]] < rank[own[to_project]]",
    ),
)

STAKES = faults_in(
    "planning/stakes.py",
    HELD,
    (
        "A senior decider on the project does not speak for the service.",
        'by_service_side = [held for held in in_project if side[held.stakeholder] == "service"]',
        "by_service_side = in_project",
    ),
    (
        "A decision in one stage covers no other.",
        'stage not in covered and "" not in covered]',
        "not covered]",
    ),
    (
        "An interest in one stage dates from the first task of that stage.",
        "stages = [held.stage] if held.stage else STAGES",
        "stages = STAGES",
    ),
    (
        "Being informed is no judgement on a change.",
        'elif part == {"informed"} and any',
        "elif not part and any",
    ),
    (
        "Who sponsors a project has a part in it.",
        '        ("project", portfolio.projects, "sponsor", "sponsors"),\n',
        "",
    ),
)

INVOLVEMENT = faults_in(
    "planning/involvement.py",
    NEEDED,
    (
        "A window ends where work breaks off.",
        "if window is None or begin > window.until + _TOUCHING:",
        "if window is None:",
    ),
    (
        "A window lasts as long as its longest task.",
        "window.until = max(window.until, until)",
        "window.until = until",
    ),
    (
        "A person is shared over the services that a task touches.",
        "share = 1.0 / sum(k in crew.of_service[s] for s in touched)",
        "share = 1.0",
    ),
    (
        "What is planned counts towards the least that is needed.",
        "window.missing += max(0.0, least_fte - planned) * hours",
        "window.missing += least_fte * hours",
    ),
    (
        "A task can need the least and no less than nothing.",
        "window.missing += max(0.0, least_fte - planned) * hours",
        "window.missing += (least_fte - planned) * hours",
    ),
)

FREE_TIME = faults_in(
    "planning/free_time.py",
    NEEDED,
    (
        "The load left aside is free.",
        "reached = reached + profile.regained(at, without)",
        "reached = reached + 0.0",
    ),
    (
        "Only the share that belongs to the window is left aside.",
        "(first, end, fte * share)",
        "(first, end, fte)",
    ),
    (
        "Nobody has less than no time.",
        "return np.where(free > _NEGLIGIBLE, free, 0.0)",
        "return free",
    ),
)

WINDOWS = faults_in(
    "planning/nearest_windows.py",
    NEEDED,
    (
        "The last window that begins before the planned one is the nearest.",
        "begins[begins < first][-1:]",
        "begins[begins < first][:1]",
    ),
    (
        "A window is as long as the planned one.",
        "long = max(math.ceil(row.window.until / day - 1e-9) - first, 1)",
        "long = max(math.ceil(row.window.until / day - 1e-9) - first, 1) + 1",
    ),
    (
        "The gap's own tasks take nothing from it.",
        "self.levelled.daily(k, low, end, row.window.own.get(k))",
        "self.levelled.daily(k, low, end)",
    ),
    (
        "No window begins before the status date.",
        "low = min(max(today, first - self.within), first)",
        "low = first - self.within",
    ),
)

NAMED = faults_in(
    "planning/stages.py",
    NEEDED,
    (
        "Who only owns, decides or advises is not needed for the least.",
        "sum(whole.hours.values()) if interest in _WORKING else 0.0",
        "sum(whole.hours.values())",
    ),
    (
        "What is planned of who is named counts towards the least.",
        "max(0.0, least - given),",
        "least,",
    ),
    (
        "What nobody is assigned to falls to the lead team.",
        "missing = window.missing / len(lead) if team in lead else 0.0",
        "missing = window.missing",
    ),
    (
        "Free time is that of whoever supports the service.",
        "members = [k for k in supporters if crew.team[k] == team]",
        "members = supporters",
    ),
)

INVOLVEMENT_FAULTS = (
    *REACHED,
    *WORK_AHEAD,
    *LATE_FIXES,
    *FINISHED,
    *SUPPORT_TAKEN,
    *DISPLACED,
    *STAKES,
    *INVOLVEMENT,
    *FREE_TIME,
    *WINDOWS,
    *NAMED,
)
