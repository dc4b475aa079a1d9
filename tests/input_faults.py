"""Faults in what a run is given: plans (part 4 of the model) and disruptions (part 3)."""

from __future__ import annotations

from faults import faults_in

PAPER = ("tests/test_kernel.py::test_kernel_against_paper",)
PLAN = ("tests/test_plan.py",)
PEOPLE = ("tests/test_disruption.py",)
MANY = (
    "tests/test_simulate.py::test_every_run_has_numbers_of_its_own",
    "tests/test_simulate.py::test_a_project_ends_with_the_last_of_its_tasks_in_every_run",
    "tests/test_simulate.py::test_delay_is_taken_run_by_run_on_the_same_numbers",
    "tests/test_simulate.py::test_no_effect_is_the_baseline_to_the_bit",
)

LAYOUT = faults_in(
    "engine/program.py",
    (*PAPER, *PLAN),
    (
        "Tasks are dispatched in row order.",
        "rank[plan.dispatch] = np.arange(n)",
        "rank[:] = np.arange(n)",
    ),
    (
        "Everything is one component, so that a stranger's events move bits (locality).",
        "component = rank[inverse].astype(np.int64)",
        "component = 0 * rank[inverse].astype(np.int64)",
    ),
    (
        "A need of nothing counts as a need.",
        "real = plan.need_units > 0",
        "real = plan.need_units >= 0",
    ),
    (
        "An SS link holds the finish.",
        "holds_start = kind <= 1",
        "holds_start = kind < 1",
    ),
    (
        "An FF lead passes only when its predecessor has finished.",
        "((kind == 0) | (kind == 2))",
        "(kind == 0)",
    ),
    (
        "The least need of a resource is that of its last task.",
        "np.minimum.at(least, needed, units)",
        "least[needed] = units",
    ),
    (
        "Planned freezes hold nobody.",
        "plan.hold_until - plan.hold_from > 1e-9",
        "plan.hold_until - plan.hold_from > 1e9",
    ),
    (
        "Capacity stays what it was at first.",
        "later = np.isfinite(plan.capacity_time) & ",
        "later = np.isnan(plan.capacity_time) & ",
    ),
)
TABLES = faults_in(
    "engine/plan.py",
    PLAN,
    (
        "Planned start comes before priority in dispatch order.",
        "np.lexsort((np.arange(len(start)), start, priority))",
        "np.lexsort((np.arange(len(start)), priority, start))",
    ),
    (
        "A project without a priority comes first.",
        "na_value=np.inf",
        "na_value=-np.inf",
    ),
    (
        "A task that may start early waits for its planned start.",
        "release=np.where(early, 0.0, start)",
        "release=start",
    ),
    (
        "Lags are taken as hours, not as days.",
        'links["lag_days"].to_numpy(np.float64) * day',
        'links["lag_days"].to_numpy(np.float64)',
    ),
    (
        "Everyday support takes nothing from projects.",
        "min(absent, capacity[k]) - everyday[k]",
        "min(absent, capacity[k])",
    ),
    (
        "Absences that overlap take more than the person.",
        "- min(absent, capacity[k])",
        "- absent",
    ),
    (
        "The last day of an absence is a working day.",
        'absences["end"].to_numpy() + day',
        'absences["end"].to_numpy()',
    ),
    (
        "A planned freeze holds the tasks that use the service, too.",
        'portfolio.changes[portfolio.changes["effect"] == "changes"]',
        "portfolio.changes",
    ),
    (
        "A planned freeze of one service holds every task that changes any.",
        'whole = pd.isna(row["service"])',
        "whole = True",
    ),
    (
        "A task that wants more than there ever is goes unnoticed at min_share below 1.",
        "min_share * plan.need_units > room + 1e-9",
        "min_share * plan.need_units > room / min_share + 1e-9",
    ),
)
IN_RUNS = faults_in(
    "engine/many.py",
    PEOPLE,
    (
        "The aftermath takes as many people as the incident.",
        "s.aftermath[k] * s.take_fte[x]",
        "s.take_fte[x]",
    ),
    (
        "A change freeze ends with the restoration.",
        "s.begin[e], s.thawed[e]",
        "s.begin[e], s.restored[e]",
    ),
    (
        "What uses the service is held until the change freeze ends.",
        "d.hold_task[holds] = s.use_task[x]\n"
        "            d.hold_from[holds], d.hold_until[holds] = s.begin[e], s.restored[e]",
        "d.hold_task[holds] = s.use_task[x]\n"
        "            d.hold_from[holds], d.hold_until[holds] = s.begin[e], s.thawed[e]",
    ),
    (
        "People stay away until the aftermath is over.",
        "d.take_from[takes], d.take_until[takes] = s.begin[e], s.restored[e]",
        "d.take_from[takes], d.take_until[takes] = s.begin[e], s.over[e]",
    ),
) + faults_in(
    "engine/many.py",
    MANY,
    (
        "Every batch has the incidents of the first.",
        "expand(s, run, d)",
        "expand(s, x, d)",
    ),
    (
        "A second batch of runs begins from how the first batch left the workplace.",
        "    for project in range(len(w.seen)):\n        w.seen[project] = -1\n",
        "",
    ),
    (
        "A project is as late as in the run before.",
        "latest[i] = b.finish[i]\n        changes",
        "changes",
    ),
    (
        "Uncertain durations are as planned.",
        "w.tasks[var_task[v]].hours = var_hours[run, v]",
        "pass",
    ),
)
INCIDENTS = faults_in(
    "incident/disruption.py",
    PEOPLE,
    (
        "Severity does not scale the pull.",
        ".to_numpy(np.float64) * share * weight",
        ".to_numpy(np.float64) * weight",
    ),
    (
        "Every dependent pulls as if it were struck itself.",
        ".to_numpy(np.float64) * share * weight",
        ".to_numpy(np.float64) * share * (weight > 0)",
    ),
    (
        "People are pulled beyond their capacity.",
        "np.minimum(own, capacity)",
        "own",
    ),
    (
        "Pull and cascade together go beyond capacity.",
        "np.minimum(cascade, capacity - own)",
        "np.minimum(cascade, capacity)",
    ),
    (
        "Dependents pull though the cascade is switched off.",
        'if "cascade" in without',
        'if "cascade " in without',
    ),
    (
        "Relief is the whole everyday load, not in proportion to the pull.",
        "_sums(who, bau * busy[who], minlength",
        "_sums(who, bau * (busy[who] > 0), minlength",
    ),
    (
        "Relief is not given back to projects.",
        "return self.own + self.cascade + self.cover + self.gone - self.relief",
        "return self.own + self.cascade + self.cover + self.gone",
    ),
    (
        "Covering costs projects nothing.",
        "return self.own + self.cascade + self.cover + self.gone - self.relief",
        "return self.own + self.cascade + self.gone - self.relief",
    ),
    (
        "Everyday support of a service that is down is covered.",
        'up = ~staff["service"].isin(down).to_numpy()',
        'up = staff["service"].notna().to_numpy()',
    ),
    (
        "Cover goes by capacity, not by what the pull leaves of it.",
        "bau[up] * busy[who[up]], capacity - pull)",
        "bau[up] * busy[who[up]], capacity)",
    ),
    (
        "The one who drops a load covers part of it.",
        "who[(what == y) & (who != k)]",
        "who[(what == y) & (who >= 0)]",
    ),
    (
        "Colleagues cover in equal parts.",
        "left[row] * free[able] / free[able].sum()",
        "left[row] * np.ones(len(able)) / len(able)",
    ),
    (
        "Colleagues cover more than they have free.",
        "out=np.ones_like(given), where=given > spare)",
        "out=np.ones_like(given), where=given > np.inf)",
    ),
    (
        "What a full one cannot take is not offered again.",
        "spare[fits < 1.0] = 0.0",
        "spare[:] = 0.0",
    ),
    (
        "Tasks that use a service are held as long as tasks that change it, and the other way.",
        "return tuple(dict.fromkeys(changing)), tuple(dict.fromkeys(using))",
        "return tuple(dict.fromkeys(using)), tuple(dict.fromkeys(changing))",
    ),
    (
        "Every service in the blast radius freezes its tasks, down or not.",
        '_held(portfolio, down) if "freeze"',
        '_held(portfolio, tuple(weights)) if "freeze"',
    ),
) + faults_in(
    "incident/strikes.py",
    (*PEOPLE, "tests/test_simulate.py::test_mechanisms_switched_off_against_paper"),
    (
        "Every incident has the staffing of severity 1.",
        "shares[s.severity]",
        "shares[1]",
    ),
    (
        "The aftermath goes on though it is switched off.",
        '0.0 if "aftermath" in without else s.aftermath_share',
        "s.aftermath_share",
    ),
    (
        "Hours of freeze and aftermath run on the working clock, not around the clock.",
        "clock.after(arrivals.start, arrivals.hours + more[kind].T)",
        "clock.after(arrivals.start, arrivals.hours) + more[kind].T",
    ),
    (
        "Hours to restoration run on the working clock, not around the clock.",
        "(np.ascontiguousarray(hours) for hours in after)",
        "(np.ascontiguousarray(hours) for hours in after)\n"
        "    restored = clock.hours(arrivals.start) + arrivals.hours",
    ),
    (
        "Mechanisms that are switched off work on.",
        "shares[s.severity], without=without, kept",
        "shares[s.severity], kept",
    ),
)

PLACES = (
    "tests/test_workplaces.py::test_room_is_taken_again_by_whom_it_is_large_enough_for",
    "tests/test_workplaces.py::test_two_people_asked_again_and_again",
)
AGAIN = (
    faults_in(
        "incident/workplaces.py",
        PLACES,
        (
            "The run without incidents is that of the rules asked for first.",
            "kept is None or kept.rules != rules",
            "kept is None",
        ),
        (
            "Finishes are measured against those of the simulation before.",
            "work.count.stamp = work.count.laid = 0",
            "work.count.stamp = 0",
        ),
        (
            "Work is what the simulation before drew last.",
            "work.tasks.hours = program.hours",
            "pass",
        ),
        (
            "Room for smaller incidents is lent for larger ones.",
            "if takes <= place.takes and holds <= place.holds:",
            "if takes >= 0:",
        ),
    )
    + faults_in(
        "incident/batches.py",
        ("tests/test_memory.py::test_too_many_changes_are_refused_by_the_first_runs",),
        (
            "What incidents change takes no memory.",
            "changed += len(changes.task)",
            "changed += 0",
        ),
    )
    + faults_in(
        "incident/simulate.py",
        ("tests/test_memory.py::test_what_is_kept_of_every_task_counts_beside_what_changes",),
        (
            "What is kept of every task takes no memory beside what incidents change.",
            "    room = _check(portfolio, scenario, plan, keep)",
            "    _check(portfolio, scenario, plan, keep)\n    room = Room.of(portfolio, scenario)",
        ),
    )
)

INPUT_FAULTS = (*LAYOUT, *TABLES, *IN_RUNS, *INCIDENTS, *AGAIN)
