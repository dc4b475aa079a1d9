"""Faults in the plain scheme, and in telling where it holds."""

from __future__ import annotations

from faults import faults_in

TESTS = ("tests/test_scheme.py",)

SCHEME_FAULTS = (
    *faults_in(
        "engine/scheme.py",
        TESTS,
        (
            "By the plain scheme, those who wait are tried in the order in which they came.",
            "w.queue[place - 1].task > i:",
            "w.queue[place - 1].task > len(w.queue):",
        ),
        (
            "By the plain scheme, what falls due is in the order in which it came.",
            "w.agenda[place - 1].time < time:",
            "w.agenda[place - 1].time < -1.0:",
        ),
        (
            "By the plain scheme, the last predecessor sets the start, though a lag is longer.",
            "task.gate = max(task.gate, t + w.links[e].lag)",
            "task.gate = t + w.links[e].lag",
        ),
        (
            "By the plain scheme, whoever waits is not tried when its people become free.",
            "crew.freed = stamp\n            waits",
            "crew.freed = 0\n            waits",
        ),
        (
            "By the plain scheme, a task that could start short-handed waits.",
            "if free < least * ask.quanta:",
            "if free < ask.quanta:",
        ),
        (
            "By the plain scheme, a task starts with the first of its people free.",
            "return signed(ask.resource)",
            "return short",
        ),
        (
            "By the plain scheme, a task without work holds people.",
            "if hours > EPS:",
            "if hours > -1.0:",
        ),
        (
            "What rounding puts off is not recorded as such by the plain scheme.",
            "if w.agenda[x].time != t:\n            count.ragged = 1",
            "if w.agenda[x].time != t:\n            count.ragged = 0",
        ),
        (
            "What was recorded before the plain scheme gave up is recorded twice.",
            "count.entries, count.moments = before",
            "pass",
        ),
        (
            "What began before its predecessor ended begins anew by the plain scheme.",
            "task.gates if task.status == WAITING else NEVER",
            "task.gates",
        ),
        (
            "The plain scheme takes over who works short-handed.",
            ".share != 1.0:\n                return False",
            ".share < 0.0:\n                return False",
        ),
        (
            "The plain scheme takes over who runs, but not what they take.",
            "        if task.status == RUNNING:\n            for e",
            "        if task.status == FINISHED:\n            for e",
        ),
        (
            "The plain scheme takes over who runs as if they had begun only now.",
            "expect(w, dues, i, task.key, GATE",
            "expect(w, dues, i, t + task.hours, GATE",
        ),
        (
            "The plain scheme takes over who waits for gates without the lags of those known.",
            "w.lean[i].gate = task.gate",
            "w.lean[i].gate = p.release[i]",
        ),
    ),
    *faults_in(
        "engine/plain.py",
        TESTS,
        (
            "A component with links of other types is run by the plain scheme.",
            "plain[component[hindered]] = 0",
            "pass",
        ),
        (
            "A component in which freezes or absences are known is run by the plain scheme.",
            "(eventful == 0).astype(np.uint8)",
            "(eventful >= 0).astype(np.uint8)",
        ),
        (
            "Thirds of a person are rounded for the plain scheme.",
            "<= 1e-15 * QUANTA * size",
            "<= QUANTA * size",
        ),
    ),
)
