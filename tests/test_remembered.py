"""What is worked out of a portfolio is kept with it, and no longer than it is there."""

import gc
import threading
import weakref
from dataclasses import dataclass

import pytest

import svcimpact as si
from svcimpact.engine.plan import compile_plan
from svcimpact.engine.program import lay_out
from svcimpact.remembered import MOST, remembered


@dataclass(frozen=True, eq=False)
class Thing:
    """Something that never changes."""

    size: int


@pytest.fixture
def calls():
    """Return what the function below was asked for."""
    return []


@pytest.fixture
def times(calls):
    """Return a function that is remembered."""

    @remembered
    def times(thing: Thing, by: int, *, more: int = 0) -> list[int]:
        """Multiply."""
        calls.append((thing.size, by, more))
        return [thing.size * by + more]

    return times


def test_nothing_is_worked_out_twice(calls, times):
    """The same question about the same thing gets the same object; others get their own."""
    one, other = Thing(2), Thing(2)
    assert times(one, 3) is times(one, 3)
    assert times(one, 3, more=1) == [7]
    assert times(other, 3) is not times(one, 3)
    assert calls == [(2, 3, 0), (2, 3, 1), (2, 3, 0)]
    assert times.__name__ == "times"
    assert times.__doc__ == "Multiply."


def test_what_fails_is_tried_again():
    """An error is not kept."""
    failed = []

    @remembered
    def fails(thing: Thing) -> int:
        if not failed:
            failed.append(thing)
            raise ValueError("once")
        return thing.size

    thing = Thing(2)
    with pytest.raises(ValueError, match="once"):
        fails(thing)
    assert fails(thing) == 2


def test_not_more_than_so_much_is_kept(calls, times):
    """Very many different questions do not fill the memory."""
    thing = Thing(1)
    for by in range(MOST + 1):
        times(thing, by)
    times(thing, 0)
    assert calls[-1] == (1, 0, 0)
    assert len(calls) == MOST + 2


def test_what_is_kept_goes_with_the_thing(times):
    """Neither the thing nor what it gave stays when nobody holds it any more."""
    thing = Thing(2)
    gone = weakref.ref(thing)
    times(thing, 3)
    del thing
    gc.collect()
    assert gone() is None


def test_threads_may_ask_at_once(times):
    """Everybody gets the right answer."""
    thing, found = Thing(2), []
    asked = [
        threading.Thread(target=lambda: found.extend(times(thing, n)[0] for n in range(200)))
        for _ in range(8)
    ]
    for one in asked:
        one.start()
    for one in asked:
        one.join()
    assert sorted(found) == sorted([2 * n for n in range(200)] * 8)


def test_a_portfolio_is_compiled_once():
    """Plan and layout are those of the first time, and go when the portfolio goes."""
    portfolio = si.read("data/tiny")
    incident = si.Incident("payments", start="2026-01-06 10:00", hours=8)
    plan = compile_plan(portfolio)
    assert compile_plan(portfolio) is plan
    assert lay_out(plan) is lay_out(plan)
    gone = weakref.ref(portfolio), weakref.ref(plan)
    si.simulate(portfolio, incident, runs=3)
    del portfolio, plan
    gc.collect()
    assert [one() for one in gone] == [None, None]
