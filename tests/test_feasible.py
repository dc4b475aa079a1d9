"""The checker of outcomes finds every breach that is planted in a right one."""

from types import SimpleNamespace

import numpy as np
import pytest
from feasible import violations
from naive import Result
from plan_arrays import plan_arrays


def outcome(start, finish, segments, interruptions=None) -> Result:
    return Result(start, finish, interruptions or [0] * len(start), segments)


def told(fields, result, takes=(), holds=(), **options) -> str:
    return "\n".join(violations(SimpleNamespace(**fields), result, takes, holds, **options))


def pair(link_type: str, lag: float):
    """Give A 8 h from 2 on and B 4 h; nobody is needed."""
    return plan_arrays([8, 4], release=[2, 0], links=[(0, 1, link_type, lag)])


@pytest.mark.parametrize(
    ("link_type", "lag", "gate"),
    [
        ("FS", 0, 10), ("FS", 3, 13), ("FS", -3, 7), ("FS", -9, 2),
        ("SS", 0, 2), ("SS", 3, 5), ("SS", -1, 2),
    ],
)  # fmt: skip
def test_a_start_before_its_gate_is_told(link_type, lag, gate):
    """A start on its gate passes, one just before it does not, and one after it is idle."""
    fields = pair(link_type, lag)

    def begin_at(begin):
        segments = [(0, 2, 10, 1.0), (1, begin, begin + 4, 1.0)]
        return told(fields, outcome([2, begin], [10, begin + 4], segments))

    assert begin_at(gate) == ""
    assert f"task 1 starts at {gate - 0.5} before its {link_type} gate at" in begin_at(gate - 0.5)
    assert "task 1 waits with a share of 1.0 free" in begin_at(gate + 0.5)


@pytest.mark.parametrize(
    ("link_type", "lag", "gate"),
    [("FF", 0, 10), ("FF", 3, 13), ("FF", -3, 7), ("SF", 0, 2), ("SF", 5, 7), ("SF", -1, 2)],
)
def test_a_finish_off_its_gate_is_told(link_type, lag, gate):
    """A finish belongs where its work and its gates have come to an end."""
    fields = pair(link_type, lag)

    def end_at(end):
        return told(fields, outcome([2, 0], [10, end], [(0, 2, 10, 1.0), (1, 0, 4, 1.0)]))

    due = float(max(gate, 4))
    assert end_at(due) == ""
    assert f"task 1 finishes at {due + 1}, its work and gates at" in end_at(due + 1)
    assert f"task 1 finishes at {due - 0.5}, its work and gates at" in end_at(due - 0.5)


def test_a_lead_on_short_handed_work_is_told_by_work_left():
    """8 h at a share of 0.5 have 3 h left after 10 h, not 3 h before the end."""
    fields = plan_arrays([8, 1], needs=[{0: 1}, {}], capacity=[0.5], links=[(0, 1, "FS", -3)])
    assert told(fields, outcome([0, 10], [16, 11], [(0, 0, 16, 0.5), (1, 10, 11, 1)])) == ""
    late = told(fields, outcome([0, 13], [16, 14], [(0, 0, 16, 0.5), (1, 13, 14, 1)]))
    assert "task 1 waits" in late


ONE = plan_arrays([4], needs=[{0: 1}], capacity=[1])
TWO = plan_arrays([4, 4], needs=[{0: 1}, {0: 1}], capacity=[1.4])


@pytest.mark.parametrize(
    ("fields", "result", "more", "message"),
    [
        (ONE, outcome([np.nan], [4], [(0, 0, 4, 1)]), {}, "task 0 has no start or finish"),
        (ONE, outcome([5], [4], []), {}, "task 0 finishes at 4.0 before it starts at 5.0"),
        (ONE, outcome([0], [3], [(0, 0, 3, 1)]), {}, "task 0 worked 3.0 h of 4.0"),
        (ONE, outcome([0], [4], [(0, 0, 4, 1)]), {"hours": [5.0]}, "task 0 worked 4.0 h of 5.0"),
        (
            ONE,
            outcome([0], [4], [(0, 0, 4, 1)], [1]),
            {},
            "halts 0 times, 1 interruptions reported",
        ),
        (
            ONE,
            outcome([0], [5], [(0, 0, 2, 1), (0, 3, 5, 1)]),
            {},
            "halts 1 times, 0 interruptions",
        ),
        (
            ONE,
            outcome([0], [5], [(0, 0, 2, 1), (0, 3, 5, 1)], [1]),
            {},
            "share of 0.0, not 1.0, at 2.5",
        ),
        (
            ONE,
            outcome([0], [5], [(0, 0, 2, 1), (0, 3, 5, 1)], [1]),
            {"holds": [(0, 2, 3)], "resume_hours": 1},
            "task 0 worked 4.0 h of 5.0",
        ),
        (
            ONE,
            outcome([1], [4], [(0, 0, 4, 1)]),
            {},
            "works over 0.0-4.0, outside its start and finish",
        ),
        (ONE, outcome([0], [2], [(0, 0, 2, 2)]), {}, "task 0 has a share of 2.0"),
        (ONE, outcome([0], [2], [(0, 0, 2, 2)]), {}, "resource 0 gives 2.0 FTE of 1.0 at 1.0"),
        (
            ONE,
            outcome([0], [3], [(0, 0, 3, 1), (0, 2, 3, 1)]),
            {},
            "task 0 works twice over 2.0-3.0",
        ),
        (ONE, outcome([0], [8], [(0, 0, 8, 0.5)]), {}, "share of 0.5, not 1.0, at 4.0"),
        (ONE, outcome([0], [4], [(0, 0, 4, 1)]), {"holds": [(0, 1, 2)]}, "in its freeze 1.0-2.0"),
        (ONE, outcome([0], [4], [(0, 0, 4, 1)]), {"takes": [(0, 1, 2, 0.5)]}, "FTE of 0.5 at 1.5"),
        (
            ONE,
            outcome([1], [6], [(0, 2, 6, 1)], [1]),
            {"holds": [(0, 0, 2)]},
            "task 0 starts at 1.0 inside a freeze",
        ),
        (
            ONE | {"release": np.array([1.0])},
            outcome([0], [4], [(0, 0, 4, 1)]),
            {},
            "starts at 0.0 before its release or the status date",
        ),
        (
            ONE | {"now": 1.0, "began": np.array([0.0]), "done": np.array([0.5])},
            outcome([1], [3], [(0, 1, 3, 1)]),
            {},
            "task 0 does not start at its actual start",
        ),
        (
            ONE | {"now": 9.0, "began": np.array([0.0]), "ended": np.array([5.0])},
            outcome([0], [4], []),
            {},
            "task 0 does not finish at its actual finish",
        ),
        (
            TWO,
            outcome([0, 1], [4, 6.8], [(0, 0, 4, 1), (1, 1, 4, 0.4), (1, 4, 6.8, 1)]),
            {},
            "task 1 starts at 1.0 on a share of 0.4",
        ),
        (
            ONE,
            outcome([0], [10], [(0, 0, 10, 0.4)]),
            {"takes": [(0, 0, 10, 0.6)]},
            "task 0 starts at 0.0, resource 0 at 0.4 of 1.0",
        ),
    ],
)
def test_a_planted_breach_is_told(fields, result, more, message):
    """Each rule that an outcome breaks is told in words that name the task or resource."""
    assert message in told(fields, result, **more)


def test_right_outcomes_pass():
    """What the planted breaches started from is itself in order."""
    assert told(ONE, outcome([0], [4], [(0, 0, 4, 1)])) == ""
    assert told(TWO, outcome([0, 4], [4, 8], [(0, 0, 4, 1), (1, 4, 8, 1)])) == ""
