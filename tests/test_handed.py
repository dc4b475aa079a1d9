"""Arrays handed to compiled code by one address: what it reads, writes and is refused."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from svcimpact.engine.compiled import compiled, inner
from svcimpact.engine.handed import Handed
from svcimpact.engine.plan import Floats
from svcimpact.engine.state import Disruption

PAIR = np.dtype([("left", "f8"), ("right", "u4"), ("spare", "u4")])


@dataclass(frozen=True, eq=False)
class Things(Handed):
    """One field of every kind."""

    hours: Floats
    table: Annotated[Floats, 2]
    cube: Annotated[NDArray[np.int32], 3]
    flags: NDArray[np.uint8]
    pairs: Annotated[Any, PAIR]
    now: float
    count: int


def things(n: int = 5) -> Things:
    """Make them, every number another."""
    pairs = np.zeros(n, PAIR).view(np.recarray)
    pairs.left, pairs.right = np.arange(n) + 0.5, np.arange(n) + 100
    return Things(
        hours=np.arange(n) * 1.5,
        table=np.arange(n * 3.0).reshape(n, 3),
        cube=np.arange(n * 6, dtype=np.int32).reshape(n, 2, 3),
        flags=np.ones(n, np.uint8),
        pairs=pairs,
        now=-2.25,
        count=2**40,
    )


@inner
def weigh(x: Things, i: int) -> float:
    """Read every field."""
    return (
        x.hours[i]
        + 10.0 * x.table[i, 2]
        + 100.0 * x.cube[i, 1, 2]
        + 1e3 * x.flags[i]
        + 1e4 * x.pairs[i].left
        + 1e6 * x.pairs[i].right
        + x.now
    )


@dataclass(frozen=True, eq=False)
class Other(Handed):
    """Its fields lie elsewhere in the book."""

    now: float
    flags: NDArray[np.uint8]
    hours: Floats


@compiled
def last_hour(x: Things | Other) -> float:
    """Read a field that both have, from each where it has it."""
    return float(x.hours[-1])


@compiled
def weigh_all(x: Things, out: Floats) -> int:
    """Read all, and change some on the way."""
    for i in range(len(x.hours)):
        out[i] = weigh(x, i)
        x.table[i, 0] = -1.0
        x.pairs[i].right += 1
        x.cube[i, 0, 0] = x.cube.shape[0] * 100 + x.cube.shape[1] * 10 + x.cube.shape[2]
    return x.count


@pytest.mark.parametrize("n", [0, 1, 5])
def test_compiled_code_reads_what_python_reads(n: int) -> None:
    """Each field of each kind, of any size, and scalars to the bit."""
    given, out = things(n), np.zeros(n)
    wanted = [weigh(given, i) for i in range(n)]
    assert weigh_all(given, out) == 2**40
    assert out.tolist() == wanted


def test_classes_are_told_apart() -> None:
    """A field of one class is not looked up where another class has it, be their names alike."""

    @dataclass(frozen=True, eq=False)
    class Things(Handed):
        flags: NDArray[np.uint8]
        hours: Floats

    few = np.ones(1, np.uint8)
    assert last_hour(things()) == 6.0
    assert last_hour(Other(0.0, few, np.array([4.0, 5.0]))) == 5.0
    assert last_hour(Things(few, np.array([8.0]))) == 8.0


def test_what_compiled_code_writes_is_there_in_python() -> None:
    """The arrays are the same, not copies."""
    given = things()
    weigh_all(given, np.zeros(5))
    assert given.table[:, 0].tolist() == [-1.0] * 5
    assert given.pairs.right.tolist() == [101, 102, 103, 104, 105]
    assert given.cube[:, 0, 0].tolist() == [523] * 5


def test_a_replaced_array_is_the_one_that_is_read() -> None:
    """Each object has a book of its own; the others go on as they were."""
    one = things()
    other = replace(one, hours=np.full(5, 7.0), now=1.0)
    out = np.zeros((2, 5))
    weigh_all(one, out[0])
    weigh_all(other, out[1])
    assert (out[1] - out[0]).tolist() == [7.0 - 1.5 * i + 3.25 + 1e6 - 10.0 * 0 for i in range(5)]


def test_a_copy_has_a_book_of_its_own() -> None:
    """An object from elsewhere, as a worker gets it, does not point to where it came from."""
    given = things()
    other = pickle.loads(pickle.dumps(given))  # noqa: S301 (our own)
    out = np.zeros((2, 5))
    weigh_all(other, out[0])
    weigh_all(given, out[1])
    assert out[0].tolist() == out[1].tolist()
    assert given.address != other.address


def test_a_disruption_is_copied_as_far_as_it_is_filled() -> None:
    """How much of it counts is a field that nobody gives."""
    rows, times = np.zeros(3, np.int64), np.zeros(3)
    one = Disruption(rows, times, times, times, rows, times, times)
    one.filled[:] = 2, 1
    assert copy.deepcopy(one).filled.tolist() == [2, 1]
    assert replace(one, hold_task=rows[:2]).filled.tolist() == [3, 2]


def test_a_locked_copy_is_copied_once_more() -> None:
    """What comes out of shared memory cannot be written to."""
    buffers: list[pickle.PickleBuffer] = []
    given = things()
    said = pickle.dumps(given, protocol=5, buffer_callback=buffers.append)
    other = pickle.loads(said, buffers=[bytes(b) for b in buffers])  # noqa: S301 (our own)
    out = np.zeros((2, 5))
    weigh_all(other, out[0])
    weigh_all(given, out[1])
    assert out[0].tolist() == out[1].tolist()
    assert other.pairs.right[0] == 101


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("hours", np.arange(5), "is no array(float64, 1d, C) but array(int64, 1d)"),
        ("hours", np.arange(9.0)[::2], "but array(float64, 1d) that lies scattered or is locked"),
        ("table", np.arange(5.0), "is no array(float64, 2d, C) but array(float64, 1d)"),
        ("table", np.zeros((3, 5)).T, "but array(float64, 2d) that lies scattered or is locked"),
        ("hours", np.broadcast_to(1.0, 5), "that lies scattered or is locked"),
        ("pairs", np.zeros(5, PAIR[["left", "right"]]), "but array("),
    ],
)
def test_what_does_not_fit_is_refused(field: str, value: Any, said: str) -> None:
    """Compiled code would read beyond its end, or numbers that are not there."""
    with pytest.raises(TypeError) as caught:
        replace(things(), **{field: value})
    assert str(caught.value).startswith(f"Things.{field} is no ")
    assert said in str(caught.value)


def test_a_locked_array_is_refused() -> None:
    """Compiled code could write to it."""
    locked = np.zeros(5)
    locked.flags.writeable = False
    with pytest.raises(TypeError, match=r"^Things\.hours"):
        replace(things(), hours=locked)


def test_a_class_of_a_class_is_refused() -> None:
    """The fields that it inherits would not be in its book."""
    with pytest.raises(TypeError, match="More would lose the fields that it inherits"):

        class More(Things):
            extra: Floats
