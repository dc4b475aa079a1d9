"""Cases solved on paper, with the working beside each answer.

Tasks are A, B, C ... in row order, resources k0, k1 ...; times are working hours. Unless said
otherwise a task needs 1 FTE of k0 and k0 has 1 FTE.
"""

from __future__ import annotations

from paper_case import NEVER, NOBODY, ONE, Case, alone, shared
from plan_arrays import plan_arrays

BASICS = [
    Case("one task", shared([8]), [0], [8]),
    Case("no tasks", plan_arrays([]), [], []),
    Case("nobody needed, so nobody to wait for", alone([8, 3]), [0, 0], [8, 3]),
    Case("0 units take nothing", shared([8], needs=[{0: 0.0}], capacity=[0]), [0], [8]),
    Case("released at 5", shared([2], release=[5]), [5], [7]),
    Case(
        "hours of this run in place of the planned", shared([8]), [0], [3], options={"hours": [3.0]}
    ),
    Case(
        "FS chain",
        alone([4, 6, 2], links=[(0, 1, "FS", 0), (1, 2, "FS", 0)]),
        [0, 4, 10],
        [4, 10, 12],
    ),
    Case(
        # Both milestones take no time, so B starts the moment A ends.
        "chain of milestones",
        alone([3, 0, 0, 2], links=[(0, 1, "FS", 0), (1, 2, "FS", 0), (2, 3, "FS", 0)]),
        [0, 3, 3, 3],
        [3, 3, 3, 5],
    ),
    Case(
        # The same chain listed, and dispatched, back to front.
        "chain of milestones against dispatch order",
        alone([2, 0, 0, 3], links=[(3, 2, "FS", 0), (2, 1, "FS", 0), (1, 0, "FS", 0)]),
        [3, 3, 3, 0],
        [5, 3, 3, 3],
    ),
]

LINKS = [
    Case("FS + 3", alone([4, 2], links=[(0, 1, "FS", 3)]), [0, 7], [4, 9]),
    Case("SS", alone([5, 4], release=[1, 0], links=[(0, 1, "SS", 0)]), [1, 1], [6, 5]),
    Case("SS + 2", alone([5, 4], links=[(0, 1, "SS", 2)]), [0, 2], [5, 6]),
    Case("FF: B works 0-2 and waits for A", alone([5, 2], links=[(0, 1, "FF", 0)]), [0, 0], [5, 5]),
    Case("FF + 1", alone([5, 2], links=[(0, 1, "FF", 1)]), [0, 0], [5, 6]),
    Case("FF that is not binding", alone([2, 5], links=[(0, 1, "FF", 1)]), [0, 0], [2, 5]),
    Case(
        "SF: B ends when A starts",
        alone([2, 1], release=[4, 0], links=[(0, 1, "SF", 0)]),
        [4, 0],
        [6, 4],
    ),
    Case("SF + 3", alone([2, 1], release=[4, 0], links=[(0, 1, "SF", 3)]), [4, 0], [6, 7]),
    Case(
        "SF with A starting late for want of k0",
        shared([6, 2, 1], needs=[ONE, ONE, NOBODY], links=[(1, 2, "SF", 0)]),
        [0, 6, 0],
        [6, 8, 6],
    ),
    Case("lead of 3 on FS", alone([8, 4], links=[(0, 1, "FS", -3)]), [0, 5], [8, 9]),
    Case(
        "lead longer than the work",
        alone([2, 4], release=[1, 0], links=[(0, 1, "FS", -5)]),
        [1, 1],
        [3, 5],
    ),
    Case(
        # A works at half rate: 8 h last 16, and 3 h are left after 10.
        "lead of 3 on FS, A at half rate",
        shared([8, 1], needs=[ONE, NOBODY], capacity=[0.5], links=[(0, 1, "FS", -3)]),
        [0, 10],
        [16, 11],
    ),
    Case("lead of 2 on FF", alone([8, 2], links=[(0, 1, "FF", -2)]), [0, 0], [8, 6]),
    Case(
        "lead on SS passes when A starts",
        alone([5, 1], release=[3, 0], links=[(0, 1, "SS", -2)]),
        [3, 3],
        [8, 4],
    ),
    Case(
        "lead on SF passes when A starts",
        alone([5, 1], release=[3, 0], links=[(0, 1, "SF", -2)]),
        [3, 0],
        [8, 3],
    ),
    Case(
        # A has 4 h left at 4, so the gate has passed. A is held 5-7 and has 3 + 3 h left from 7:
        # the gate stays passed, and B starts once k0 comes at 7.5. A ends at 7 + 6.
        "a lead's gate that has passed stays passed",
        shared(
            [8, 1], needs=[NOBODY, ONE], capacity=[[(NEVER, 0), (7.5, 1)]], links=[(0, 1, "FS", -4)]
        ),
        [0, 7.5],
        [13, 8.5],
        [1, 0],
        holds=[(0, 5, 7)],
        options={"resume_hours": 3},
    ),
    Case(
        # FF: B and C have no work left at 1; A ends at 5, so B may end, and so C, all at 5.
        "finish gates opening one another",
        alone([1, 1, 5], links=[(2, 1, "FF", 0), (1, 0, "FF", 0)]),
        [0, 0, 0],
        [5, 5, 5],
    ),
    Case(
        # A lets C end at 2 + 5, and B, known later, at 4: the last of both counts.
        "the longer of two finish gates is known first",
        alone([2, 4, 1], links=[(0, 2, "FF", 5), (1, 2, "FF", 0)]),
        [0, 0, 0],
        [2, 4, 7],
    ),
    Case(
        "the longer of two start gates is known first",
        alone([2, 4, 1], links=[(0, 2, "FS", 5), (1, 2, "FS", 0)]),
        [0, 0, 7],
        [2, 4, 8],
    ),
    Case(
        # At 5, C ends, so B, so A, all before anyone starts: D is there in time to be first on k0.
        "finish gates open before anyone starts",
        shared(
            [1, 1, 5, 2, 2],
            needs=[NOBODY, NOBODY, NOBODY, ONE, ONE],
            release=[0, 0, 0, 0, 5],
            links=[(1, 0, "FF", 0), (2, 1, "FF", 0), (0, 3, "FS", 0)],
        ),
        [0, 0, 0, 5, 7],
        [5, 5, 5, 7, 9],
    ),
    Case(
        # B works 0-2, then waits for A holding nobody: C has k0 from 2.
        "waiting at an FF gate holds nobody",
        shared([6, 2, 3], needs=[NOBODY, ONE, ONE], links=[(0, 1, "FF", 0)]),
        [0, 0, 2],
        [6, 6, 5],
    ),
    Case(
        # The milestone M starts at 0 with nothing to do, and ends when A starts, at 4.
        "SF onto a milestone",
        alone([2, 0], release=[4, 0], links=[(0, 1, "SF", 0)]),
        [4, 0],
        [6, 4],
    ),
]

SHARES = [
    Case("two tasks, one person", shared([4, 3]), [0, 4], [4, 7]),
    Case("two tasks, one person, B first", shared([4, 3], dispatch=[1, 0]), [3, 0], [7, 3]),
    Case("half a person takes twice as long", shared([4], capacity=[0.5]), [0], [8]),
    Case(
        # A has 1 of 1.5; B starts on half, has done 2 h by 4, and goes on in full.
        "short-handed beside A",
        shared([4, 4], capacity=[1.5]),
        [0, 0],
        [4, 6],
    ),
    Case(
        "a share of 0.4 is too little to start on", shared([4, 4], capacity=[1.4]), [0, 4], [4, 8]
    ),
    Case(
        # 1.2 - 0.9 is a little under 0.3 in floating point. B: 0.3 x 2 h, then 1.4 h in full.
        "a share of exactly min_share starts",
        shared([2, 2], needs=[{0: 0.9}, ONE], capacity=[1.2]),
        [0, 0],
        [2, 3.4],
        options={"min_share": 0.3},
    ),
    Case(
        # A's share is 0.5 for want of k0, so it leaves half of k1, which is all B needs.
        "what a short-handed task does not use is free",
        shared([2, 3], needs=[{0: 1, 1: 1}, {1: 0.5}], capacity=[0.5, 1]),
        [0, 0],
        [4, 3],
    ),
    Case(
        # k0 falls to 0.25 at 2: the 2 h left take 8. Going on does not need min_share.
        "capacity falls in mid-task",
        shared([4], capacity=[[(NEVER, 1), (2, 0.25), (50, 1)]]),
        [0],
        [10],
    ),
    Case(
        # 0.3 FTE from 2 on: enough for A, too little for B, who waits for all of k0 at 5.
        "too little for one is enough for another",
        shared(
            [2, 1],
            needs=[{0: 0.25}, ONE],
            capacity=[[(NEVER, 0), (2, 0.3), (5, 1)]],
        ),
        [2, 5],
        [4, 6],
    ),
    Case("nearly all is not all", shared([19], capacity=[0.95]), [0], [20]),
    Case(
        # From 2 on there is 0.8 for A and B; floating point leaves C a millionth of a billionth.
        "0.8 less 0.5 less 0.3 is nothing",
        shared([4, 4, 4], needs=[{0: 0.5}, {0: 0.3}, {0: 0.2}], capacity=[[(NEVER, 1), (2, 0.8)]]),
        [0, 0, 0],
        [4, 4, 6],
        [0, 0, 1],
    ),
    Case("capacity below 0 is none", shared([2], capacity=[[(NEVER, -0.5), (3, 1)]]), [3], [5]),
    Case(
        # -0.5 plus 1 given back leaves 0.5: the floor comes last.
        "relief is added before the floor",
        shared([2], capacity=[[(NEVER, -0.5), (9, 1)]]),
        [0],
        [4],
        takes=[(0, 0, 4, -1.0)],
    ),
    Case(
        # At 2, B has k0's 0.4; A starts on the 0.6 of k0 left, C on what A leaves of k1. With A
        # running, A has all of both; B and C come to a halt until 4.
        "started and squeezed out at the same time",
        shared(
            [2, 4, 2], needs=[{0: 1, 1: 1}, {0: 0.4}, {1: 0.5}], capacity=[1, 1], release=[2, 0, 2]
        ),
        [2, 0, 2],
        [4, 6, 6],
        [0, 1, 1],
    ),
    Case(
        # B is first in dispatch order but waits for A's start; when the pass reaches A, it has
        # gone by, so C, later in the same pass, has k0 until 3.
        "a gate opened behind the pass",
        shared([5, 2, 3], needs=[NOBODY, ONE, ONE], dispatch=[1, 0, 2], links=[(0, 1, "SS", 0)]),
        [0, 3, 0],
        [5, 5, 3],
    ),
    Case(
        # A starts before the pass reaches B, so B has k0 and C waits.
        "a gate opened ahead of the pass",
        shared([5, 2, 3], needs=[NOBODY, ONE, ONE], links=[(0, 1, "SS", 0)]),
        [0, 0, 2],
        [5, 2, 5],
    ),
    Case(
        # With no work there is nothing to take, so B has all of k0 in the same pass, and C waits.
        "a milestone takes nobody's time",
        shared([0, 2, 1], needs=[{0: 0.5}, ONE, {0: 0.5}]),
        [0, 0, 2],
        [0, 2, 3],
        options={"min_share": 1.0},
    ),
    Case("a milestone still waits for its people", shared([2, 0]), [0, 2], [2, 2]),
    Case(
        # A and B end at 3; C and D compete for k2, and D is first in dispatch order.
        "a tie goes by dispatch order",
        shared(
            [3, 3, 2, 4],
            needs=[{0: 1}, {1: 1}, {2: 1}, {2: 1}],
            capacity=[1, 1, 1],
            dispatch=[0, 1, 3, 2],
            links=[(0, 2, "FS", 0), (1, 3, "FS", 0)],
        ),
        [0, 0, 7, 3],
        [3, 3, 9, 7],
    ),
    Case(
        # B's gate passes at 0.1 + 0.2, which floating point puts after 0.3, when k0 comes: one
        # time, so B, first in dispatch order, gets k0 and C waits for it.
        "0.1 + 0.2 is 0.3",
        shared(
            [0.1, 1, 1],
            needs=[NOBODY, ONE, ONE],
            capacity=[[(NEVER, 0), (0.3, 1)]],
            links=[(0, 1, "FS", 0.2)],
        ),
        [0, 0.3, 1.3],
        [0.1, 1.3, 2.3],
    ),
]

# A on its own, then B on k0, then D on its own; C, behind B in line for k0, is long.
CHAIN = [(0, 1, "FS", 0), (1, 3, "FS", 0)]
ANOMALY = shared([2, 3, 6, 6], needs=[NOBODY, ONE, ONE, NOBODY], links=CHAIN)

HELD = [
    Case("frozen 2-5", shared([4]), [0], [7], [1], holds=[(0, 2, 5)]),
    Case("frozen before it can start", shared([4]), [3], [7], [0], holds=[(0, 0, 3)]),
    Case(
        "a freeze that ends as the task is released",
        shared([4], release=[3]),
        [3],
        [7],
        [0],
        holds=[(0, 1, 3)],
    ),
    Case(
        "a freeze that begins as the task is released",
        shared([4], release=[3]),
        [6],
        [10],
        [0],
        holds=[(0, 3, 6)],
    ),
    Case("a freeze that begins as the task ends", shared([4]), [0], [4], [0], holds=[(0, 4, 6)]),
    Case("planned freeze", shared([4], holds=[(0, 2, 5)]), [0], [7], [1]),
    Case(
        "two freezes that meet are one interruption",
        shared([4], holds=[(0, 2, 3)]),
        [0],
        [7],
        [1],
        holds=[(0, 3, 5)],
    ),
    Case("two freezes apart are two", shared([4]), [0], [7], [2], holds=[(0, 1, 3), (0, 4, 5)]),
    Case(
        "getting back into it takes 1.5 h",
        shared([4]),
        [0],
        [8.5],
        [1],
        holds=[(0, 2, 5)],
        options={"resume_hours": 1.5},
    ),
    Case(
        # B has k0 while A is frozen; at 5 A, ahead in dispatch order, takes k0 back until 7.
        "a frozen task lends its people",
        shared([4, 4]),
        [0, 2],
        [7, 8],
        [1, 1],
        holds=[(0, 2, 5)],
    ),
    Case(
        "a milestone cannot start in a freeze",
        alone([3, 0], links=[(0, 1, "FS", 0)]),
        [0, 6],
        [3, 6],
        holds=[(1, 2, 6)],
    ),
    Case(
        # B has worked 0-2 and only waits for A's end at 5; a freeze stops work, not this.
        "a freeze does not hold up a finish",
        alone([5, 2], links=[(0, 1, "FF", 0)]),
        [0, 0],
        [5, 5],
        [0, 0],
        holds=[(1, 3, 9)],
    ),
    Case("k0 is away 2-6", shared([4]), [0], [8], [1], takes=[(0, 2, 6, 1.0)]),
    Case(
        # Shares 1, 0.25, 0, 0.25, 1: 2 + 0.5 + 0 + 0.5 h are done by 8, 2 of the 5 are left.
        "takes add up and leave no less than none",
        shared([5]),
        [0],
        [10],
        [1],
        takes=[(0, 2, 6, 0.75), (0, 4, 8, 0.75)],
    ),
    Case(
        # No outage: C has k0 first, B 6-9, D 9-15.
        "anomaly: no outage",
        ANOMALY,
        [0, 6, 0, 9],
        [2, 9, 6, 15],
    ),
    Case(
        # C begins when k0 is back at 1 and B waits for it until 7.
        "anomaly: an outage of 1 h ends at 16",
        ANOMALY,
        [0, 7, 1, 10],
        [2, 10, 7, 16],
        takes=[(0, 0, 1, 1.0)],
    ),
    Case(
        # When k0 is back at 2, B is ready too and comes first; C and D both run 5-11.
        "anomaly: an outage of 2 h ends at 11",
        ANOMALY,
        [0, 2, 5, 5],
        [2, 5, 11, 11],
        takes=[(0, 0, 2, 1.0)],
    ),
]

STATUS = [
    Case(
        # At 10, A is done (at 8) and B half done: 4 h left. C: 8 + 5. D: after B.
        "status date",
        alone(
            [9, 8, 1, 1],
            links=[(0, 2, "FS", 5), (1, 3, "FS", 0)],
            now=10,
            began={0: 0, 1: 6},
            ended={0: 8},
            done={0: 1, 1: 0.5},
        ),
        [0, 6, 13, 14],
        [8, 14, 14, 15],
    ),
    Case("nothing starts before the status date", shared([4], now=10), [10], [14]),
    Case(
        "done with no actual start: it starts where it ends",
        alone([4, 2], links=[(0, 1, "SS", 3)], now=10, ended={0: 9}),
        [9, 12],
        [9, 14],
    ),
    Case(
        "done fraction of this run's hours",
        alone([4], now=10, began={0: 5}, done={0: 0.25}),
        [5],
        [16],
        options={"hours": [8.0]},
    ),
    Case(
        "all work done, waiting at a gate",
        alone([4, 3], links=[(1, 0, "FF", 1)], now=10, began={0: 5}, done={0: 1}),
        [5, 10],
        [14, 13],
    ),
    Case(
        "all work done, nothing to wait for",
        shared([4], now=10, began={0: 5}, done={0: 1}),
        [5],
        [10],
    ),
    Case(
        "lead of 3 from a task with 2 h left",
        alone([4, 1], links=[(0, 1, "FS", -3)], now=10, began={0: 5}, done={0: 0.5}),
        [5, 10],
        [12, 11],
    ),
    Case(
        "running but held at the status date",
        shared([4], now=10, began={0: 5}, done={0: 0.5}),
        [5],
        [15],
        [1],
        holds=[(0, 9, 12)],
        options={"resume_hours": 1},
    ),
    Case(
        # Both run at the status date; B comes first, A is interrupted until 12.
        "two running tasks, one person",
        shared([4, 4], dispatch=[1, 0], now=10, began={0: 5, 1: 5}, done={0: 0.5, 1: 0.5}),
        [5, 5],
        [14, 12],
        [1, 0],
    ),
]

CASES = [*BASICS, *LINKS, *SHARES, *HELD, *STATUS]
