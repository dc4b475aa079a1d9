"""Faults in one run: the rules of part 4 of the model, as the kernel has them."""

from __future__ import annotations

from faults import faults_in

ON_PAPER = "tests/test_kernel.py::test_kernel_against_paper"
AGAINST_TWIN = "tests/test_kernel.py::test_kernel_against_naive_as_plain_python"
RUNS = (ON_PAPER, AGAINST_TWIN)
HEAP = ("tests/test_heap.py",)

WORK_DONE = faults_in(
    "engine/kernel.py",
    RUNS,
    (
        "Short-handed work is done as fast as fully staffed work.",
        "w.real[i, LEFT] -= rate * (t - w.real[i, SINCE])",
        "w.real[i, LEFT] -= t - w.real[i, SINCE]",
    ),
    (
        "A lead's work left is reckoned as if its task were fully staffed.",
        "left = w.real[i, LEFT] - w.real[i, RATE] * (t - w.real[i, SINCE])",
        "left = w.real[i, LEFT] - (t - w.real[i, SINCE])",
    ),
    (
        "A task with no work left keeps its people.",
        "leave(w, i)\n                work_off",
        "work_off",
    ),
    (
        "A task finishes before the time of its finish gates.",
        "if w.real[i, END_GATE] > t + EPS:",
        "if w.real[i, END_GATE] > np.inf:",
    ),
    (
        "A task of no hours does not finish at the time it starts.",
        "            close(w, t, finish)\n        settle",
        "        settle",
    ),
)
CHANGES_DUE = faults_in(
    "engine/kernel.py",
    RUNS,
    (
        "Of two freezes that overlap, the first to end lets the task go.",
        "w.whole[index, FROZEN] += 1 if kind == HELD else -1",
        "w.whole[index, FROZEN] = 1 if kind == HELD else 0",
    ),
    (
        "A waiting task is not tried when its freeze ends.",
        "if w.whole[index, STATUS] == OPEN and w.whole[index, FROZEN] == 0:",
        "if w.whole[index, STATUS] == OPEN and w.whole[index, FROZEN] < 0:",
    ),
    (
        "A freeze does not stop a running task until something else does.",
        "soil_needs(w, index)",
        "pass",
    ),
    (
        "A task that needs nobody works on through a freeze.",
        "w.real[index, SHARE] = 1.0 if w.whole[index, FROZEN] == 0 else 0.0",
        "w.real[index, SHARE] = 1.0",
    ),
    (
        "A change of capacity gives no running task another share.",
        "w.supply[index, CAPACITY] = capacity\n            soil(w, index)",
        "w.supply[index, CAPACITY] = capacity",
    ),
)
SHARES = faults_in(
    "engine/kernel.py",
    RUNS,
    (
        "A frozen task that runs keeps its share.",
        "if w.whole[i, FROZEN] == 0:\n            share = 1.0",
        "if w.whole[i, FROZEN] >= 0:\n            share = 1.0",
    ),
    (
        "A running task's share is that of its last resource, not of the scarcest.",
        "share = min(share, max(free, 0.0) / w.units[e])",
        "share = min(1.0, max(free, 0.0) / w.units[e])",
    ),
    (
        "A running task takes all it needs, however small its share.",
        "if w.staff[k, DIRTY] == 1:\n                w.supply[k, FREE] -= share * w.units[e]",
        "if w.staff[k, DIRTY] == 1:\n                w.supply[k, FREE] -= w.units[e]",
    ),
    (
        "What stands behind a task in the order is served before it.",
        "if other >= e:\n            break",
        "if other == e:\n            continue",
    ),
    (
        "A share that changed is not passed on to the task's other resources.",
        "if w.staff[k, DIRTY] == 0:\n                    w.supply",
        "if w.staff[k, DIRTY] > 1:\n                    w.supply",
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
    "engine/kernel.py",
    RUNS,
    (
        "A task starts with any share, be it less than min_share.",
        "if share == 0.0 or share < min_share - EPS:",
        "if share == 0.0:",
    ),
    (
        "A task does not start with a share of exactly min_share.",
        "if share == 0.0 or share < min_share - EPS:",
        "if share == 0.0 or share < min_share + EPS:",
    ),
    (
        "A resource with exactly min_share of a need left is passed over.",
        "/ w.supply[k, LEAST] < min_share - EPS:",
        "/ w.supply[k, LEAST] < min_share + EPS:",
    ),
    (
        "A starting task's share is that of its last resource, not of the scarcest.",
        "share = min(share, max(w.supply[w.need[e, RESOURCE], FREE], 0.0) / w.units[e])",
        "share = max(w.supply[w.need[e, RESOURCE], FREE], 0.0) / w.units[e]",
    ),
    (
        "A starting task takes all it needs, however small its share.",
        "w.supply[k, FREE] -= share * w.units[e]\n                put",
        "w.supply[k, FREE] -= w.units[e]\n                put",
    ),
    (
        "Steps 3 and 4 are not repeated after a task with people started.",
        "soil(w, k)\n        begin(",
        "pass\n        begin(",
    ),
    (
        "A frozen task starts.",
        "if w.whole[i, FROZEN] > 0:\n            continue",
        "if w.whole[i, FROZEN] > 99:\n            continue",
    ),
    (
        "A frozen milestone starts.",
        "if w.whole[i, FROZEN] > 0:\n            continue",
        "if w.whole[i, FROZEN] > 0 and w.real[i, LEFT] > EPS:\n            continue",
    ),
    (
        "A milestone holds people that it does not use.",
        "if w.real[i, LEFT] <= EPS:\n            # No work",
        "if w.real[i, LEFT] < 0:\n            # No work",
    ),
    (
        "A task that a start lets in waits for the next pass, though its turn is still to come.",
        "if j > i:",
        "if j > i + 999:",
    ),
    (
        "A task starts before its release.",
        "w.real[i, GATE] = p.release[i]",
        "w.real[i, GATE] = -np.inf",
    ),
)
SETTLING = faults_in(
    "engine/kernel.py",
    RUNS,
    (
        "An interruption is counted again at every event that touches the task.",
        "stops = share == 0.0 and w.whole[i, STOPPED] == 0",
        "stops = share == 0.0",
    ),
    (
        "Interruptions are not counted.",
        "interruptions[i] += 1",
        "interruptions[i] += 0",
    ),
    (
        "Getting back into the work takes no time.",
        "w.real[i, LEFT] += resume_hours",
        "w.real[i, LEFT] += 0.0",
    ),
    (
        "An interruption goes on after the task got going, and is resumed from again and again.",
        "w.whole[i, STOPPED] = 0\n            w.real",
        "w.real",
    ),
    (
        "Work done before the last event is subtracted twice.",
        "w.real[i, SINCE] = t\n            w.real[i, RATE] = share",
        "w.real[i, RATE] = share",
    ),
)
STATUS_DATE = faults_in(
    "engine/kernel.py",
    RUNS,
    (
        "Of a task that runs at the status date, the work done is left and the rest is not.",
        "w.real[i, LEFT] = w.real[i, HOURS] * (1.0 - p.done[i])",
        "w.real[i, LEFT] = w.real[i, HOURS] * p.done[i]",
    ),
    (
        "A finish before the status date counts for its links as if it were at it.",
        "end(w, i, finish[i], now)",
        "end(w, i, now, now)",
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
        "if w.real[i, LEFT] <= EPS:\n                schedule(w, i, now)",
        "if w.real[i, LEFT] < 0:\n                schedule(w, i, now)",
    ),
)
GATES = faults_in(
    "engine/gates.py",
    RUNS,
    (
        "The last link to be known sets the start, though another's lag is longer.",
        "w.real[j, GATE] = max(w.real[j, GATE], time)",
        "w.real[j, GATE] = time",
    ),
    (
        "The last link to be known sets the finish, though another's lag is longer.",
        "w.real[j, END_GATE] = max(w.real[j, END_GATE], time)",
        "w.real[j, END_GATE] = time",
    ),
    (
        "A task starts with one of its predecessors still to come.",
        "if w.whole[j, GATES] > 0 or",
        "if w.whole[j, GATES] > 1 or",
    ),
    (
        "A task with no work left finishes though its finish gates are not known.",
        "if w.whole[i, END_GATES] == 0:",
        "if w.whole[i, END_GATES] >= 0:",
    ),
    (
        "A finish gate that is known before the work is done closes the task.",
        "if w.whole[j, END_GATES] == 0 and w.whole[j, STATUS] == WORKED:",
        "if w.whole[j, END_GATES] == 0:\n        w.whole[j, STATUS] = WORKED",
    ),
    (
        "The lag of an SS link is forgotten.",
        "== SS:\n            open_start(w, w.link[e, SUCCESSOR], at + w.lag[e], t)",
        "== SS:\n            open_start(w, w.link[e, SUCCESSOR], at, t)",
    ),
    (
        "The lag of an SF link is forgotten.",
        "== SF:\n            open_finish(w, w.link[e, SUCCESSOR], at + w.lag[e])",
        "== SF:\n            open_finish(w, w.link[e, SUCCESSOR], at)",
    ),
    (
        "The lag of an FS link is forgotten.",
        "PASSED] = 1\n            open_start(w, w.link[e, SUCCESSOR], at + w.lag[e], t)",
        "PASSED] = 1\n            open_start(w, w.link[e, SUCCESSOR], at, t)",
    ),
    (
        "The lag of an FF link is forgotten.",
        "PASSED] = 1\n            open_finish(w, w.link[e, SUCCESSOR], at + w.lag[e])",
        "PASSED] = 1\n            open_finish(w, w.link[e, SUCCESSOR], at)",
    ),
    (
        "A lead passes only when its predecessor has no work left.",
        "left > slack(w.real[i, RATE], t) - w.lag[e]:",
        "left > slack(w.real[i, RATE], t) + w.lag[e]:",
    ),
    (
        "The moment at which a lead passes is no event for a short-handed predecessor.",
        "soon = min(soon, w.real[i, SINCE] + (w.real[i, LEFT] + w.lag[e]) / rate)",
        "soon = min(soon, w.real[i, SINCE] + w.real[i, LEFT] / rate + w.lag[e])",
    ),
    (
        "A lead that has passed counts once more when its predecessor finishes.",
        "        if w.link[e, PASSED] == 1:\n            continue\n",
        "",
    ),
    (
        "Tasks are tried in the order in which they came to be free, not in dispatch order.",
        "while place > first and lists[row, place - 1] > value:",
        "while place > first and lists[row, place - 1] < value:",
    ),
    (
        "People are dealt out to the last in dispatch order first.",
        "while place > first and table[place - 1, column] > value:",
        "while place > first and table[place - 1, column] < value:",
    ),
)
QUEUE = faults_in(
    "engine/heap.py",
    HEAP,
    (
        "Of two events below, the later one moves up.",
        "and w.real[w.lists[DUE, below + 1], KEY] < w.real[w.lists[DUE, below], KEY]",
        "and w.real[w.lists[DUE, below + 1], KEY] > w.real[w.lists[DUE, below], KEY]",
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
        "rise(w, place)\n            sink(w, w.whole[j, PLACE])",
        "sink(w, w.whole[j, PLACE])",
    ),
    (
        "What fills the place of an event taken out does not move down.",
        "rise(w, place)\n            sink(w, w.whole[j, PLACE])",
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
        "d.hold_until[e], LET_GO, i,",
        "d.hold_until[e] + 1e6, LET_GO, i,",
    ),
)

KERNEL_FAULTS = (
    *WORK_DONE,
    *CHANGES_DUE,
    *SHARES,
    *STARTS,
    *SETTLING,
    *STATUS_DATE,
    *GATES,
    *QUEUE,
    *CAPACITY,
)
