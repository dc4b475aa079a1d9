"""Faults in one run: the rules of part 4 of the model, as the kernel has them."""

from __future__ import annotations

from faults import faults_in

ON_PAPER = "tests/test_kernel.py::test_kernel_against_paper"
AGAINST_TWIN = "tests/test_kernel.py::test_kernel_against_naive_as_plain_python"
RUNS = (ON_PAPER, AGAINST_TWIN)
REPLAYS = ("tests/test_replay.py",)
HEAP = ("tests/test_heap.py",)

WORK_DONE = faults_in(
    "engine/kernel.py",
    RUNS,
    (
        "Short-handed work is done as fast as fully staffed work.",
        "task.left -= rate * (t - task.since)",
        "task.left -= t - task.since",
    ),
    (
        "A lead's work left is reckoned as if its task were fully staffed.",
        "left = task.left - task.rate * (t - task.since)",
        "left = task.left - (t - task.since)",
    ),
    (
        "A task with no work left keeps its people.",
        "leave(w, i)\n            work_off",
        "work_off",
    ),
    (
        "A task finishes before the time of its finish gates.",
        "if task.end_gate > t + EPS:",
        "if task.end_gate > np.inf:",
    ),
    (
        "A task of no hours does not finish at the time it starts.",
        "        close(w, t, finish)\n    settle",
        "    settle",
    ),
)
CHANGES_DUE = faults_in(
    "engine/kernel.py",
    RUNS,
    (
        "Of two freezes that overlap, the first to end lets the task go.",
        "task.frozen -= 1",
        "task.frozen = 0",
    ),
    (
        "A waiting task is not tried when its freeze ends.",
        "if task.status == OPEN and task.frozen == 0:",
        "if task.status == OPEN and task.frozen < 0:",
    ),
    (
        "A freeze does not stop a running task until something else does.",
        "soil_needs(w, index)",
        "pass",
    ),
    (
        "A task that needs nobody works on through a freeze.",
        "task.share = 1.0 if task.frozen == 0 else 0.0",
        "task.share = 1.0",
    ),
    (
        "A change of capacity gives no running task another share.",
        "w.people[index].capacity = capacity\n            soil(w, index)",
        "w.people[index].capacity = capacity",
    ),
)
SHARES = faults_in(
    "engine/shares.py",
    RUNS,
    (
        "A frozen task that runs keeps its share.",
        "if task.frozen == 0:\n            share = 1.0",
        "if task.frozen >= 0:\n            share = 1.0",
    ),
    (
        "A running task's share is that of its last resource, not of the scarcest.",
        "share = min(share, max(free, 0.0) / need.units)\n            share = rounded",
        "share = min(1.0, max(free, 0.0) / need.units)\n            share = rounded",
    ),
    (
        "A running task takes all it needs, however small its share.",
        "if person.dirty > 0:\n                person.free -= share * need.units",
        "if person.dirty > 0:\n                person.free -= need.units",
    ),
    (
        "What stands behind a task in the order is served before it.",
        "if other >= e:\n            break",
        "if other == e:\n            continue",
    ),
    (
        "A share that changed is not passed on to the task's other resources.",
        "if person.dirty == 0:\n                    person.free",
        "if person.dirty > 9:\n                    person.free",
    ),
    (
        "A share of nine tenths counts as a whole one.",
        "if share >= 1.0 - EPS:",
        "if share >= 0.9:",
    ),
    (
        "Rounding dust of a share counts as a share.",
        "return share if share > EPS else 0.0",
        "return share",
    ),
)
STARTS = faults_in(
    "engine/starts.py",
    RUNS,
    (
        "A task starts with any share, be it less than min_share.",
        "min_share - 2 * EPS)\n        if share == 0.0 or share < min_share - EPS:",
        "0.0)\n        if share == 0.0:",
    ),
    (
        "A task does not start with a share of exactly min_share.",
        "if share == 0.0 or share < min_share - EPS:",
        "if share == 0.0 or share < min_share + EPS:",
    ),
    (
        "A resource with exactly min_share of a need left is passed over.",
        "person.enough = person.least * (min_share - 2 * EPS)",
        "person.enough = person.least * (min_share + 2 * EPS)",
    ),
    (
        "A task with exactly min_share of a need left is passed over.",
        "share = share_left(w, i, min_share - 2 * EPS)",
        "share = share_left(w, i, min_share + 2 * EPS)",
    ),
    (
        "A starting task takes all it needs, however small its share.",
        "person.free -= share * need.units\n                put",
        "person.free -= need.units\n                put",
    ),
    (
        "Steps 3 and 4 are not repeated after a task with people started.",
        "soil(w, need.resource)\n                    person.dirty = TAKEN_FROM",
        "pass",
    ),
    (
        "A frozen task starts.",
        "if task.frozen > 0:\n            continue",
        "if task.frozen > 99:\n            continue",
    ),
    (
        "A frozen milestone starts.",
        "if task.frozen > 0:\n            continue",
        "if task.frozen > 0 and task.left > EPS:\n            continue",
    ),
    (
        "A milestone holds people that it does not use.",
        "works = task.left > EPS",
        "works = task.left > -1.0",
    ),
    (
        "A task that a start lets in waits for the next pass, though its turn is still to come.",
        "if j > i:",
        "if j > i + 999:",
    ),
)
SETTLING = faults_in(
    "engine/kernel.py",
    RUNS,
    (
        "An interruption is counted again at every event that touches the task.",
        "stops = share == 0.0 and task.stopped == 0",
        "stops = share == 0.0",
    ),
    (
        "Interruptions are not counted.",
        "interruptions[i] += 1",
        "interruptions[i] += 0",
    ),
    (
        "Getting back into the work takes no time.",
        "task.left += resume_hours",
        "task.left += 0.0",
    ),
    (
        "An interruption goes on after the task got going, and is resumed from again and again.",
        "task.stopped = 0\n            task.left",
        "task.left",
    ),
    (
        "Work done before the last event is subtracted twice.",
        "task.since = t\n            task.rate = share",
        "task.rate = share",
    ),
)
BEGINNING = faults_in(
    "engine/set_up.py",
    RUNS,
    (
        "A task starts before its release.",
        "task.gate = p.release[i]",
        "task.gate = -np.inf",
    ),
    (
        "Of a task that runs at the status date, the work done is left and the rest is not.",
        "task.left = task.hours * (1.0 - p.done[i])",
        "task.left = task.hours * p.done[i]",
    ),
    (
        "A finish before the status date counts for its links as if it were at it.",
        "end(w, i, finish[i])",
        "end(w, i, now)",
    ),
    (
        "A start before the status date counts for its links as if it were at it.",
        "begin(w, i, start[i], now)",
        "begin(w, i, now, now)",
    ),
    (
        "A task done with no actual start has no start.",
        "start[i] = p.ended[i] if np.isnan(p.began[i]) else p.began[i]",
        "start[i] = p.began[i]",
    ),
    (
        "A task that runs at the status date with all its work done never finishes.",
        "if task.left <= EPS:\n                schedule(w, i, now)",
        "if task.left < 0:\n                schedule(w, i, now)",
    ),
)
GATES = faults_in(
    "engine/gates.py",
    RUNS,
    (
        "The last link to be known sets the start, though another's lag is longer.",
        "task.gate = max(task.gate, time)",
        "task.gate = time",
    ),
    (
        "The last link to be known sets the finish, though another's lag is longer.",
        "task.end_gate = max(task.end_gate, time)",
        "task.end_gate = time",
    ),
    (
        "A task starts with one of its predecessors still to come.",
        "if task.gates == 0 and task.status == WAITING:",
        "if task.gates <= 1 and task.status == WAITING:",
    ),
    (
        "A task with no work left finishes though its finish gates are not known.",
        "if w.tasks[i].end_gates == 0:",
        "if w.tasks[i].end_gates >= 0:",
    ),
    (
        "A finish gate that is known before the work is done closes the task.",
        "if task.end_gates == 0 and task.status == WORKED:",
        "if task.end_gates == 0:\n        task.status = WORKED",
    ),
    (
        "The lag of an SS link is forgotten.",
        "== SS:\n            open_start(w, link.successor, at + link.lag)",
        "== SS:\n            open_start(w, link.successor, at)",
    ),
    (
        "The lag of an SF link is forgotten.",
        "== SF:\n            open_finish(w, link.successor, at + link.lag)",
        "== SF:\n            open_finish(w, link.successor, at)",
    ),
    (
        "The lag of an FS link is forgotten.",
        "passed = 1\n            open_start(w, link.successor, at + link.lag)",
        "passed = 1\n            open_start(w, link.successor, at)",
    ),
    (
        "The lag of an FF link is forgotten.",
        "passed = 1\n            open_finish(w, link.successor, at + link.lag)",
        "passed = 1\n            open_finish(w, link.successor, at)",
    ),
    (
        "A lead passes only when its predecessor has no work left.",
        "left > slack(w.tasks[i].rate, t) - link.lag:",
        "left > slack(w.tasks[i].rate, t) + link.lag:",
    ),
    (
        "The moment at which a lead passes is no event for a short-handed predecessor.",
        "soon = min(soon, task.since + (task.left + link.lag) / task.rate)",
        "soon = min(soon, task.since + task.left / task.rate + link.lag)",
    ),
    (
        "A lead that has passed counts once more when its predecessor finishes.",
        "        if link.passed == 1:\n            continue\n",
        "",
    ),
    (
        "Tasks are tried, and people dealt out, to the last in dispatch order first.",
        "while place > first and row[place - 1] > value:",
        "while place > first and row[place - 1] < value:",
    ),
)
QUEUE = faults_in(
    "engine/heap.py",
    HEAP,
    (
        "Of two events below, the later one moves up.",
        "and w.tasks[w.due[below + 1]].key < w.tasks[w.due[below]].key",
        "and w.tasks[w.due[below + 1]].key > w.tasks[w.due[below]].key",
    ),
    (
        "An event that comes earlier than it was stays where it was.",
        "elif time < before:\n        rise(w, place)",
        "elif time < before:\n        pass",
    ),
    (
        "An event that comes later than it was stays where it was.",
        "    else:\n        sink(w, place)",
        "    else:\n        pass",
    ),
    (
        "What fills the place of an event taken out does not move up.",
        "rise(w, place)\n            sink(w, signed(w.tasks[j].place) - 1)",
        "sink(w, signed(w.tasks[j].place) - 1)",
    ),
    (
        "What fills the place of an event taken out does not move down.",
        "rise(w, place)\n            sink(w, signed(w.tasks[j].place) - 1)",
        "rise(w, place)",
    ),
)
CAPACITY = faults_in(
    "engine/events.py",
    RUNS,
    (
        "What an incident takes is not given back at its end, but at the next event.",
        "d.take_until[e] > t + EPS:",
        "d.take_until[e] > t - EPS:",
    ),
    (
        "Of several takes of a person the last alone counts.",
        "w.take_next[e] = after",
        "w.take_next[e] = -1",
    ),
    (
        "What an incident takes is taken from the next event on, not from its beginning.",
        "if d.take_from[e] <= t + EPS",
        "if d.take_from[e] < t - EPS",
    ),
    (
        "A capacity step takes effect at the next event.",
        "if p.capacity_time[middle] <= t + EPS:",
        "if p.capacity_time[middle] < t - EPS:",
    ),
    (
        "Of several incidents only the last takes people.",
        "value -= d.take_fte[e]",
        "value = p.capacity_value[low] - d.take_fte[e]",
    ),
    (
        "Relief goes to a resource that everyday support leaves less than nothing of.",
        "value: float = p.capacity_value[low]",
        "value: float = max(p.capacity_value[low], 0.0)",
    ),
    (
        "A freeze of an incident never ends.",
        "d.hold_until[e], LET_GO, i)",
        "d.hold_until[e] + 1e6, LET_GO, i)",
    ),
) + faults_in(
    "engine/events.py",
    ("tests/test_kernel.py::test_the_order_of_takes_changes_no_bit",),
    (
        "What several incidents take is summed in their order.",
        "while after >= 0 and d.take_fte[after] < d.take_fte[e]:",
        "while after >= 0 and d.take_fte[after] < 0.0:",
    ),
)

FOLLOWING = faults_in(
    "engine/replay.py",
    REPLAYS,
    (
        "A task that finishes otherwise than recorded is not foreseen.",
        "            suspect(w, i)\n        for",
        "            pass\n        for",
    ),
    (
        "A task that is late for its recorded finish is not noticed.",
        "due = task.status != FINISHED and time >= b.finish[i] - AHEAD",
        "due = False",
    ),
    (
        "A replay ends while somebody is still away.",
        "quiet = is_quiet(d, now)",
        "quiet = True",
    ),
    (
        "A task with other work left counts as alike.",
        "entry.left == task.left",
        "entry.left >= 0.0",
    ),
    (
        "Gates that are known to be later count as alike.",
        "if status == WAITING and gate != task.gate and max(gate, task.gate) > now:",
        "if status == WAITING and gate != task.gate and max(gate, task.gate) > np.inf:",
    ),
    (
        "Interruptions before all was alike again are forgotten.",
        "w.extra[i] = stops[i] - (signed(b.entries[e].stops) if e >= 0 else 0)",
        "w.extra[i] = 0",
    ),
    (
        "Moments that rounding might put into one are passed over.",
        "if b.moments[x] != time:",
        "if b.moments[x] != b.moments[x]:",
    ),
    (
        "A task held while it waits is not woken.",
        "w.tasks[index].held = 2\n                set_alarm(w, index, b.opens[index] - AHEAD)",
        "w.tasks[index].held = 2",
    ),
    (
        "A new incident finds the state of before the last one.",
        "now = max(now, b.moments[before - 1])",
        "now = b.moments[before - 1]",
    ),
)
WAKING = faults_in(
    "engine/wake.py",
    REPLAYS,
    (
        "Who waits for a resource that is taken in goes on sleeping.",
        "        elif b.entries[entry_at(b, i, now)].status != WORKED:\n            want(w, i)\n",
        "",
    ),
    (
        "Who will need a resource that is taken in is not minded.",
        "set_alarm(w, i, b.opens[i] - AHEAD)\n        elif",
        "pass\n        elif",
    ),
    (
        "A predecessor that sleeps does not tell.",
        "schedule(w, i, b.finish[i])",
        "schedule(w, i, np.inf)",
    ),
    (
        "Successors of a task under suspicion sleep on.",
        "if not at_once and task.suspect == 0:",
        "if not at_once:",
    ),
    (
        "Successors by their start sleep on.",
        "by_start = link.kind == SS or link.kind == SF",
        "by_start = False",
    ),
    (
        "A task held at the moment it wakes is free.",
        "task.frozen += 1",
        "task.frozen += 0",
    ),
    (
        "The interruptions recorded before a task wakes are forgotten.",
        "stops[i] += entry.stops",
        "stops[i] += 0",
    ),
)

KERNEL_FAULTS = (
    *WORK_DONE,
    *CHANGES_DUE,
    *SHARES,
    *STARTS,
    *SETTLING,
    *BEGINNING,
    *GATES,
    *QUEUE,
    *CAPACITY,
    *FOLLOWING,
    *WAKING,
)
