"""Faults in what is decided while an incident lasts, in why it is late, and in what to do."""

from __future__ import annotations

from faults import faults_in

LEVERS = tuple(
    f"tests/test_levers.py::test_{name}"
    for name in (
        "levers_on_paper",
        "what_is_left_is_slower_and_handing_over_is_not",
        "what_happened_before_the_decision_is_kept",
        "a_lead_that_has_passed_stays_passed",
        "a_task_joins_another_part_of_the_plan",
        "the_skill_table_tells_how_fast_another_works",
        "of_two_who_take_over_the_slower_sets_the_pace",
        "a_task_starts_early",
        "a_priority_changes_who_comes_next_and_stops_nobody",
        "orders_of_handing_back",
        "a_responder_who_is_kept_is_missed",
        "faults_of_an_action",
    )
)
EXPLAINED = tuple(
    f"tests/test_attribution.py::test_{name}"
    for name in (
        "parts_on_paper",
        "the_aftermath_on_paper",
        "what_came_through_a_link_from_another_project_is_knock_on",
        "a_queue_for_a_shared_person_is_knock_on",
        "drivers_are_what_is_saved_without_them",
        "an_incident_taken_away_freezes_nothing",
        "what_is_decided_explains_nothing",
        "what_is_lost_anyway_is_no_cause",
        "float_takes_up_what_is_lost_first",
        "busy_elsewhere_is_said_where_it_is_so",
        "the_chain_goes_through_a_finish_gate",
        "a_lead_passes_on_what_its_predecessor_lost",
        "nobody_is_hit_who_could_not_start_before_its_predecessor",
        "only_the_chain_that_sets_the_date_is_critical",
        "one_thing_after_another_keeps_a_task",
    )
)
EXPOSED = tuple(
    f"tests/test_exposure.py::test_{name}"
    for name in (
        "a_day_of_outage_costs_a_day_of_the_task_it_takes_from",
        "a_year_is_the_rate_times_an_incident_and_holds_its_error",
        "limits_against_a_published_table",
        "the_absent_are_missed_on_paper",
        "the_absent_are_missed_by_projects_too",
    )
)
RESERVED = tuple(
    f"tests/test_exposure.py::test_{name}"
    for name in (
        "one_reserve_for_two_that_are_late_together",
        "a_plan_that_gains_by_incidents_needs_no_reserve",
    )
)
STUCK = tuple(
    f"tests/test_response.py::test_{name}"
    for name in (
        "who_is_away_is_not_stuck_but_those_who_wait_for_them_are",
        "a_planned_freeze_is_told_with_its_end",
        "who_was_stopped_before_the_status_date",
        "only_what_follows_at_once_keeps_somebody_stuck",
        "an_aftermath_that_takes_all_keeps_somebody_stuck",
        "who_works_on_what_comes_first_is_not_stuck",
    )
)
ANSWERED = tuple(
    f"tests/test_response.py::test_{name}"
    for name in (
        "the_best_lever_on_paper",
        "bringing_somebody_in_on_paper",
        "disturbance_counts_people_and_tasks_without_any",
        "who_is_brought_in_is_paid_from_the_decision_on",
        "sets_keep_their_order_of_work",
        "of_equal_sets_the_smaller_is_told_and_once",
        "escalate_or_hold_on_paper",
        "what_others_lose_counts",
        "a_gain_likely_enough_is_not_worth_a_loss_on_average",
        "a_protected_service_never_loses",
        "hand_back_on_paper",
        "people_are_back_once_the_aftermath_is_over",
    )
)
WATCHED = (
    *(
        f"tests/test_watching.py::test_{name}"
        for name in (
            "several_are_back_with_the_product_of_their_chances",
            "a_median_is_told_as_it_was_typed",
            "without_a_responder_the_median_is_as_much_later",
            "nobody_is_back_before_the_service",
            "only_who_is_still_needed_is_asked_for_and_once",
            "no_news_until_it_is_over_in_95_of_100_futures",
            "a_project_that_is_not_watched_yet_is_looked_at_too",
        )
    ),
    "tests/test_informing.py::test_only_the_liaison_is_not_sent_to_themselves",
)

MIDWAY = faults_in(
    "engine/midway.py",
    (*LEVERS, "tests/test_midway.py::test_a_change_of_plan_against_naive"),
    (
        "What was done since the last event before a decision is to be done again.",
        "left = max(0.0, left - task.rate * (until - task.since))",
        "left = max(0.0, left)",
    ),
    (
        "Handing over takes the slower one longer.",
        "left = left * turn.factor[at] + turn.extra[at]",
        "left = (left + turn.extra[at]) * turn.factor[at]",
    ),
    (
        "Interruptions before a decision are forgotten.",
        "times[2][x, at] = stops[i] + standing.stops[x, at]",
        "times[2][x, at] = stops[i]",
    ),
    (
        "Who stands still at a decision need not get back into the work.",
        "p.stopped[i] = standing.stopped[x, at]",
        "p.stopped[i] = 0",
    ),
    (
        "A lead that has passed before a decision is to pass again.",
        "p.reached[i] = standing.reached[x, at]",
        "p.reached[i] = np.inf",
    ),
)
REPLAYED = (
    *faults_in(
        "engine/replay.py",
        ("tests/test_replay.py::test_waking_everybody_against_full_runs",),
        (
            "A held task is alike one that is free.",
            "if task.status != status or task.frozen != frozen:",
            "if task.status != status:",
        ),
    ),
    *faults_in(
        "engine/wake.py",
        ("tests/test_replay.py::test_replays_against_full_runs",),
        (
            "Who works short-handed takes all they need of a resource taken in.",
            "free -= task.share * w.needs[e].units",
            "free -= w.needs[e].units",
        ),
        (
            "A predecessor awake that has begun is taken to have finished.",
            "(not by_finish and other.status >= RUNNING)",
            "other.status >= RUNNING",
        ),
    ),
)
PULLED = (
    *faults_in(
        "incident/levers.py",
        LEVERS,
        (
            "Of two who take over, the last sets the pace.",
            "self.factor[row] = max(self.paces[row])",
            "self.factor[row] = slower",
        ),
        (
            "A task that may start early starts later than planned.",
            "min(self.release[row], self._hours(action.start, self.now))",
            "self._hours(action.start, self.now)",
        ),
        (
            "Who is brought in stays for good.",
            "level[(steps >= begin) & (steps < end)] += fte",
            "level[steps >= begin] += fte",
        ),
        (
            "What of a restoration is over takes longer too without a responder.",
            "hours=elapsed + (arrivals.hours - elapsed) * factor",
            "hours=arrivals.hours * factor",
        ),
        (
            "Any skill of the one who takes over sets the pace.",
            'skills["skill"].isin(mine["skill"].dropna())',
            'skills["skill"].notna()',
        ),
    ),
    *faults_in(
        "incident/acting.py",
        LEVERS,
        (
            "All is done before a decision.",
            "            self.when,\n            parts,",
            "            np.inf,\n            parts,",
        ),
        (
            "A decision looks at the parts of the old plan that have the numbers of the new.",
            "return np.unique(component[laid.task[inside]]).astype(np.int64)",
            "return decided.parts",
        ),
    ),
    *faults_in(
        "incident/actions.py",
        LEVERS,
        (
            "A pause may end as it begins.",
            "return bool(start < until)",
            "return bool(start <= until)",
        ),
        (
            "A pause of a task and a project at once is taken.",
            "(action.task is None) == (action.project is None)",
            "action.task is None and action.project is None",
        ),
        (
            "Nobody can be brought in.",
            '(value > 0 or name != "fte")',
            '(value >= 0 or name != "fte")',
        ),
    ),
)
WHY = (
    *faults_in(
        "incident/attribution.py",
        EXPLAINED,
        (
            "Every set of mechanisms weighs the same.",
            "weight = factorial(size) * factorial(n - size - 1) / factorial(n)",
            "weight = 1.0 / 2 ** (n - 1)",
        ),
        (
            "An incident taken away goes on freezing.",
            "aftermath_hours=0.0, freeze_after_hours=0.0",
            "aftermath_hours=0.0",
        ),
        (
            "What was decided explains delay away.",
            'replace(outcome.scenario, actions=(), order="plan")',
            "outcome.scenario",
        ),
    ),
    *faults_in(
        "incident/causes.py",
        EXPLAINED,
        (
            "The chain of the task that ends first is critical.",
            "last = int(mine[finish[run, mine].argmax()])",
            "last = int(mine[finish[run, mine].argmin()])",
        ),
        (
            "What is lost without the incident too is its doing.",
            "spare = min(before.get(loss.why, 0.0), loss.hours)",
            "spare = 0.0",
        ),
        (
            "Float takes up what is lost last.",
            "    for loss in losses:\n        less",
            "    for loss in reversed(losses):\n        less",
        ),
        (
            "What nothing explains is put down to people.",
            "if busy else",
            "if True else",
        ),
        (
            "Who is pulled covers.",
            '"is pulled to" if effect.pull[r] > 1e-9',
            '"is pulled to" if effect.pull[r] < 0.0',
        ),
        (
            "A wait has one cause.",
            "turns = {x for span in spans for x in span[1:] if a + SAME < x < b - SAME}",
            "turns: set[float] = set()",
        ),
        (
            "Nobody is ever away.",
            "for since, until, wholly in away(plan, r):",
            "for since, until, wholly in away(plan, r)[:0]:",
        ),
    ),
    *faults_in(
        "incident/hits.py",
        EXPLAINED,
        (
            "The leave that a task is shifted into hit the task itself.",
            "np.clip(inside, 0.0, np.maximum(longer[:, i], 0.0))",
            "np.maximum(longer[:, i], 0.0)",
        ),
        (
            "A lead lets a task start before its predecessor.",
            "np.maximum(let, start[:, a])",
            "let",
        ),
    ),
    *faults_in(
        "incident/chains.py",
        EXPLAINED,
        (
            "The chain ends at a lead longer than the work it is of.",
            "if gate < start[a] else",
            "if False else",
        ),
    ),
    *faults_in(
        "incident/windows.py",
        EXPLAINED,
        (
            "What two incidents hit at once is counted twice.",
            "last - np.maximum(begin, told)",
            "last - np.maximum(begin, since)",
        ),
        (
            "People come back before the aftermath is over.",
            "(self.after, s.over)",
            "(self.after, s.restored)",
        ),
    ),
)
YEARS = (
    *faults_in(
        "incident/exposure.py",
        EXPOSED,
        (
            "The error of a year lacks that of the rate.",
            "days_var += times_var * d**2 + times**2",
            "days_var += times**2",
        ),
        (
            "Who is absent still works on projects.",
            "look.delay(source, (who,), ratio)",
            "look.delay(source, (), ratio)",
        ),
    ),
    *faults_in(
        "incident/rates.py",
        EXPOSED,
        (
            "The upper limit of a count is that of the count below.",
            "2 * count + 2) / 2)",
            "2 * count) / 2)",
        ),
    ),
    *faults_in(
        "incident/reserves.py",
        RESERVED,
        (
            "A pool is as large as the largest of its delays.",
            "known.sum(axis=1)[:, None]",
            "known.max(axis=1)[:, None]",
        ),
        (
            "The levelled finish is that with the incidents.",
            "quantile(calm, 0.5)",
            "quantile(late, 0.5)",
        ),
        (
            "What a plan gains by incidents makes up for what it loses by others.",
            "days = np.maximum(late - calm, 0.0)",
            "days = (late - calm)",
        ),
    ),
)
HELD = (
    *faults_in(
        "response/holds.py",
        STUCK,
        (
            "Whatever is to come keeps somebody stuck.",
            "np.where(begin <= last + SAME, np.maximum(last, end), last)",
            "np.maximum(last, end)",
        ),
        (
            "A planned freeze holds nobody.",
            "return freezes + [stretch",
            "return [stretch",
        ),
        (
            "Who stood still at the status date was stopped then.",
            "return max(first, began)",
            "return start",
        ),
    ),
    *faults_in(
        "response/morale.py",
        STUCK,
        (
            "Who is on leave is stuck.",
            "[not holds.is_away(k) for k in",
            "[True for _ in",
        ),
        (
            "A task that waits for people at work elsewhere is held.",
            "[holds.is_known(row) for row in",
            "[True for _ in",
        ),
    ),
)
DECIDED = (
    *faults_in(
        "response/judge.py",
        ANSWERED,
        (
            "A set forgets its order of work when a lever is added.",
            'order = self.order if other.order == "plan" else other.order',
            "order = other.order",
        ),
        (
            "A task that moves counts once, whatever people it needs.",
            "moved[first:last] = shift @ self.weights[tasks]",
            "moved[first:last] = shift.sum(axis=1)",
        ),
        (
            "A task that needs nobody moves unseen.",
            "return np.where(units > 0, units, 1.0)",
            "return units",
        ),
        (
            "Who is brought in is paid before the decision.",
            "max(when, float(clock.hours(action.start)))",
            "float(clock.hours(action.start))",
        ),
    ),
    *faults_in(
        "response/search.py",
        ANSWERED,
        (
            "Of equal sets the larger is told.",
            "key=lambda one: (-value(one), len(one.members))",
            "key=lambda one: (-value(one), -len(one.members))",
        ),
        (
            "Equal sets are told more than once.",
            "if first and not (as_good & better).any():",
            "if not (as_good & better).any():",
        ),
    ),
    *faults_in(
        "response/escalate.py",
        ANSWERED,
        (
            "What other projects lose does not count.",
            "net = gain - loss - others",
            "net = gain - loss",
        ),
        (
            "A likely gain is asked for though it is a loss on average.",
            'told["likelihood"] >= threshold and told["net"] > 0',
            'told["likelihood"] >= threshold',
        ),
        (
            "A protected service loses its people.",
            "kept_free = set().union(*pulled, set()) - protected",
            "kept_free = set().union(*pulled, set())",
        ),
    ),
    *faults_in(
        "response/recover.py",
        ANSWERED,
        (
            "People are back when the service is, whatever its aftermath.",
            "stated[row].aftermath_hours if aftermath[row] > 0 else 0.0",
            "0.0",
        ),
        (
            "A day of an earlier return is one of fewer days where there is an aftermath.",
            "np.where(strikes.aftermath[strikes.kind] > 0, strikes.over, strikes.restored)",
            "strikes.restored",
        ),
        (
            "What an earlier return saves is told whole, not by the day.",
            'table.loc[k, f"day_{name}"] = value / days if days > 0 else 0.0',
            'table.loc[k, f"day_{name}"] = value',
        ),
    ),
    *faults_in(
        "response/recover.py",
        WATCHED,
        (
            "Who is asked of one service is asked of the next too.",
            "        worth = worth.drop(index=mine.index)\n",
            "",
        ),
        (
            "People are asked for from a service that is back.",
            "if one.state != OVER]",
            "]",
        ),
    ),
    *faults_in(
        "response/restored.py",
        WATCHED,
        (
            "Several services are back when the slowest is by itself.",
            "if len(rows) > 1 and back(low) < q:",
            "if len(rows) > 2 and back(low) < q:",
        ),
        (
            "All incidents begin with the first.",
            "(clock.utc(starts) - clock.utc(starts[0])) / _HOUR",
            "0.0 * ((clock.utc(starts) - clock.utc(starts[0])) / _HOUR)",
        ),
        (
            "Who is given back at night is back the evening before.",
            'clock.when(hours, side="start")',
            'clock.when(hours, side="finish")',
        ),
    ),
    *faults_in(
        "response/looks.py",
        WATCHED,
        (
            "News is told though it is within its error.",
            "surely = share - Z95 * error",
            "surely = share",
        ),
        (
            "The next look is a step of the grid.",
            "while something - nothing > 1:",
            "while something - nothing > 99:",
        ),
        (
            "Only projects that are watched already are looked at.",
            'told = watched | set(table.loc[table["changes"], "project"])',
            "told = watched",
        ),
        (
            "It is over when half of the futures are.",
            "judge.futures.arrivals, rows, 0.95)",
            "judge.futures.arrivals, rows, 0.5)",
        ),
    ),
    *faults_in(
        "response/note_text.py",
        WATCHED,
        (
            "Who has no liaison to ask is everybody.",
            "watch.liaison_id != reader",
            "watch.liaison_id == reader",
        ),
    ),
    *faults_in(
        "incident/sums.py",
        WATCHED,
        (
            "Without a responder the median is that with all of them.",
            "lengthened(portfolio, scenario, one, kept).hours for one in runs",
            "one.hours for one in runs",
        ),
    ),
)

RESPONSE_FAULTS = (*MIDWAY, *REPLAYED, *PULLED, *WHY, *YEARS, *HELD, *DECIDED)
