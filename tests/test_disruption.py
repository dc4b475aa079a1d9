"""Incidents to disruption: part 3 of the model, on two to four people worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper import paper, people, staff, tasks

from svcimpact.engine.many import expand
from svcimpact.engine.plan import compile_plan
from svcimpact.engine.program import lay_out
from svcimpact.incident.batches import room_for
from svcimpact.incident.disruption import MECHANISMS, Effect, effect_of
from svcimpact.incident.draws import draw_incidents
from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.incident.strikes import strike
from svcimpact.portfolio import Portfolio

P = [{"project": "P"}]
UP_AND_DOWN = [{"service": "down"}, {"service": "up"}]


def by_name(portfolio: Portfolio, values: np.ndarray) -> dict[str, float]:
    """Return a figure per resource by its id, those of 0 left out."""
    found = zip(portfolio.resources["resource"], values, strict=True)
    return {name: pytest.approx(float(value)) for name, value in found if abs(value) > 1e-12}


def uncovered(portfolio: Portfolio, effect: Effect) -> dict[str, float]:
    """Return uncovered FTE by service, those of 0 left out."""
    found = zip(portfolio.services["service"], effect.uncovered, strict=True)
    return {name: pytest.approx(float(value)) for name, value in found if value > 1e-12}


def needs(*links: tuple[str, str, float]) -> list[dict[str, object]]:
    """Return rows of `service_links` from (service, what it needs, impact)."""
    return [{"service": a, "needs": b, "impact": impact} for a, b, impact in links]


@pytest.fixture
def four() -> Portfolio:
    """Four people; `core` fails, `shop` needs it wholly, `intranet` a little, `mail` not."""
    return paper(
        resources=people(ana=1, ben=1, cy=2, dee=1),
        services=[{"service": s} for s in ("core", "shop", "intranet", "mail")],
        service_links=needs(("shop", "core", 0.8), ("intranet", "shop", 0.5)),
        support=staff(
            ("core", "ana", 0.25, 0.5),
            ("core", "ben", 0.0, 0.25),
            ("shop", "ben", 0.25, 0.5),
            ("shop", "cy", 0.5, 1.0),
            ("intranet", "cy", 0.25, 1.0),
            ("mail", "ana", 0.25, 1.0),
            ("mail", "dee", 0.25, 1.0),
            ("intranet", "dee", 0.0, 0.0),
        ),
    )


def test_four_people_against_paper(four: Portfolio) -> None:
    """Blast radius, pull, cascade, relief, cover: every figure worked out by hand."""
    effect = effect_of(four, "core", 1.0)
    assert effect.weights == pytest.approx({"core": 1.0, "shop": 0.8, "intranet": 0.4})
    assert effect.down == ("core", "shop")
    assert by_name(four, effect.own) == {"ana": 0.5, "ben": 0.25}
    # ben 0.5 x 0.8; cy 1 x 0.8 + 1 x 0.4
    assert by_name(four, effect.cascade) == {"ben": 0.4, "cy": 1.2}
    assert by_name(four, effect.pull) == {"ana": 0.5, "ben": 0.65, "cy": 1.2}
    # ana 0.5 x 0.5; ben 0.25 x 0.65; cy 0.75 x 1.2 / 2
    assert by_name(four, effect.relief) == {"ana": 0.25, "ben": 0.1625, "cy": 0.45}
    # intranet is up: of cy's 0.25 x 0.6 = 0.15 dee takes all, being the other supporter;
    # mail is up: of ana's 0.25 x 0.5 = 0.125 dee takes all.
    assert by_name(four, effect.cover) == {"dee": 0.275}
    assert uncovered(four, effect) == {}
    taken = {"ana": 0.25, "ben": 0.4875, "cy": 0.75, "dee": 0.275}
    assert by_name(four, effect.taken) == taken


def test_severity_scales_the_pull(four: Portfolio) -> None:
    """Half the severity share halves pull, relief and cover, and leaves the blast radius."""
    whole, half = effect_of(four, "core", 1.0), effect_of(four, "core", 0.5)
    assert half.weights == whole.weights
    assert half.down == whole.down
    for name in ("own", "cascade", "relief", "cover", "taken"):
        np.testing.assert_allclose(getattr(half, name), getattr(whole, name) / 2, atol=1e-12)


def test_pull_is_capped_at_capacity() -> None:
    """Nobody is pulled beyond their capacity, the failed service itself coming first."""
    portfolio = paper(
        resources=people(ana=1, ben=0.5),
        services=[{"service": "core"}, {"service": "shop"}],
        service_links=needs(("shop", "core", 1.0)),
        support=staff(
            ("core", "ana", 0.25, 0.75), ("shop", "ana", 0.25, 0.75), ("core", "ben", 0, 2)
        ),
    )
    effect = effect_of(portfolio, "core", 1.0)
    assert by_name(portfolio, effect.own) == {"ana": 0.75, "ben": 0.5}
    assert by_name(portfolio, effect.cascade) == {"ana": 0.25}
    assert by_name(portfolio, effect.relief) == {"ana": 0.5}


def test_nobody_with_no_capacity_is_pulled() -> None:
    """A resource without capacity is asked for and cannot come; nothing is divided by it."""
    portfolio = paper(
        resources=people(ana=0),
        services=[{"service": "core"}],
        support=staff(("core", "ana", 0, 1)),
    )
    effect = effect_of(portfolio, "core", 1.0)
    assert effect.pull.tolist() == effect.relief.tolist() == effect.taken.tolist() == [0.0]


def test_impact_is_the_largest_product_over_paths() -> None:
    """Of two paths the heavier counts, cycles do no harm, and 0.5 is down."""
    portfolio = paper(
        services=[{"service": s} for s in "abcd"],
        service_links=needs(
            ("b", "a", 0.5), ("c", "b", 0.8), ("c", "a", 0.3), ("a", "c", 1.0), ("d", "c", 0.5)
        ),
    )
    effect = effect_of(portfolio, "a", 1.0)
    assert effect.weights == pytest.approx({"a": 1.0, "b": 0.5, "c": 0.4, "d": 0.2})
    assert effect.down == ("a", "b")


def test_cover_goes_by_what_the_pull_leaves() -> None:
    """Dropped load is shared in proportion to capacity less pull, the puller left out."""
    portfolio = paper(
        resources=people(ana=1, ben=1, cy=1.5, dee=9),
        services=UP_AND_DOWN,
        support=staff(
            ("down", "ana", 0, 0.8), ("down", "ben", 0, 0.5),
            ("up", "ana", 0.5, 0), ("up", "ben", 0, 0), ("up", "cy", 0.25, 0),
        ),
    )  # fmt: skip
    effect = effect_of(portfolio, "down", 1.0)
    # ana drops 0.5 x 0.8 = 0.4; ben has 0.5 free, cy 1.5: a quarter and three quarters.
    assert by_name(portfolio, effect.cover) == {"ben": 0.1, "cy": 0.3}
    assert uncovered(portfolio, effect) == {}


def test_two_pullers_cover_for_each_other() -> None:
    """Each puller's load falls on the others, another puller among them."""
    portfolio = paper(
        resources=people(ana=1, ben=1),
        services=UP_AND_DOWN,
        support=staff(
            ("down", "ana", 0, 0.5), ("down", "ben", 0, 0.25),
            ("up", "ana", 0.4, 0), ("up", "ben", 0.4, 0),
        ),
    )  # fmt: skip
    effect = effect_of(portfolio, "down", 1.0)
    assert by_name(portfolio, effect.cover) == {"ana": 0.1, "ben": 0.2}


def test_cover_of_what_is_down_is_not_needed() -> None:
    """Nobody covers everyday support of the failed service, or of others that are down."""
    portfolio = paper(
        resources=people(ana=1, ben=1),
        services=[{"service": s} for s in ("core", "shop")],
        service_links=needs(("shop", "core", 0.5)),
        support=staff(("core", "ana", 0.5, 1), ("core", "ben", 0.25, 0), ("shop", "ana", 0.25, 0)),
    )
    effect = effect_of(portfolio, "core", 1.0)
    assert by_name(portfolio, effect.relief) == {"ana": 0.75}
    assert by_name(portfolio, effect.cover) == {}
    assert uncovered(portfolio, effect) == {}


def test_what_nobody_can_cover_is_uncovered() -> None:
    """Load beyond what the others have free, or of a lone supporter, is told as uncovered."""
    portfolio = paper(
        resources=people(ana=4, ben=0.5),
        services=[*UP_AND_DOWN, {"service": "lone"}],
        support=staff(
            ("down", "ana", 0, 4), ("up", "ana", 1.5, 0), ("up", "ben", 0.25, 0),
            ("lone", "ana", 0.75, 0),
        ),
    )  # fmt: skip
    effect = effect_of(portfolio, "down", 1.0)
    assert by_name(portfolio, effect.cover) == {"ben": 0.5}
    assert uncovered(portfolio, effect) == {"up": 1.0, "lone": 0.75}


def test_what_a_full_one_cannot_take_is_offered_again() -> None:
    """Nobody covers more than they have free in all services; the rest goes to colleagues."""
    portfolio = paper(
        resources=people(ana=4, ben=1, cy=1, dee=2),
        services=[{"service": s} for s in ("down", "x", "y", "z")],
        support=staff(
            ("down", "ana", 0, 4),
            ("x", "ana", 1.5, 0), ("x", "ben", 0, 0), ("x", "cy", 0, 0), ("x", "dee", 0, 0),
            ("y", "ana", 1.0, 0), ("y", "ben", 0, 0),
            ("z", "ana", 0.25, 0), ("z", "cy", 0, 0),
        ),
    )  # fmt: skip
    effect = effect_of(portfolio, "down", 1.0)
    # x offers 1.5 as 0.375, 0.375, 0.75; y offers all of 1.0 to ben, who has 1 free of 1.375
    # and takes 1/1.375 of each: of x 3/11, of y 8/11; z goes to cy. Left of x 9/88 for cy and
    # dee, still 1 to 2 though z has cy busier; left of y 3/11 for nobody.
    rest = 0.375 - 0.375 / 1.375
    expected = {"ben": 1.0, "cy": 0.25 + 0.375 + rest / 3, "dee": 0.75 + 2 * rest / 3}
    assert by_name(portfolio, effect.cover) == expected
    assert uncovered(portfolio, effect) == {"y": 1 - 1 / 1.375}


def test_tasks_held() -> None:
    """What changes a service that is down is held until the thaw, what uses it until restored."""
    rows = [("A", "core", "changes"), ("B", "shop", "uses"), ("C", "shop", "changes")]
    rows += [("A", "shop", "uses"), ("D", "lite", "changes")]
    portfolio = paper(
        projects=P,
        tasks=tasks(("A", 8), ("B", 8), ("C", 8), ("D", 8)),
        services=[{"service": s} for s in ("core", "shop", "lite")],
        service_links=needs(("shop", "core", 0.5), ("lite", "core", 0.49)),
        changes=[{"task": t, "service": s, "effect": e} for t, s, e in rows],
    )
    effect = effect_of(portfolio, "core", 0.2)
    assert (effect.changing, effect.using) == (("A", "C"), ("B", "A"))
    effect = effect_of(portfolio, "lite", 1.0)
    assert (effect.changing, effect.using) == (("D",), ())


def test_mechanisms_switched_off(four: Portfolio) -> None:
    """Each mechanism can be left out, and takes with it only what follows from it."""
    whole = effect_of(four, "core", 1.0)
    pull = effect_of(four, "core", 1.0, without=("pull",))
    assert by_name(four, pull.own) == {}
    assert by_name(four, pull.cascade) == {"ben": 0.4, "cy": 1.2}
    assert by_name(four, pull.relief) == {"ben": 0.1, "cy": 0.45}
    cascade = effect_of(four, "core", 1.0, without=("cascade",))
    assert by_name(four, cascade.pull) == {"ana": 0.5, "ben": 0.25}
    assert cascade.down == whole.down
    cover = effect_of(four, "core", 1.0, without=("cover",))
    assert by_name(four, cover.cover) == {}
    np.testing.assert_array_equal(cover.relief, whole.relief)
    nothing = effect_of(four, "core", 1.0, without=MECHANISMS)
    assert not nothing.taken.any()
    assert (nothing.changing, nothing.using) == ((), ())


def test_freeze_switched_off_holds_nothing() -> None:
    """Without freeze neither changes nor uses are held."""
    portfolio = paper(
        projects=P,
        tasks=tasks(("A", 8)),
        services=[{"service": "s"}],
        changes=[{"task": "A", "service": "s", "effect": "uses"}],
    )
    assert effect_of(portfolio, "s", 1.0).using == ("A",)
    assert effect_of(portfolio, "s", 1.0, without=("freeze",)).using == ()


@pytest.mark.parametrize("seed", range(6))
def test_strangers_move_no_bit_of_the_cover(seed: int) -> None:
    """People and services put between the rows change no figure of the others, to the bit."""
    draw = np.random.default_rng(seed)
    names = [f"r{i}" for i in range(13)]
    own = 1 + draw.random(13)
    rows = [("down", names[0], 0.3, 1.0), ("down", names[1], 0.1, 0.7)]
    rows += [(f"s{j}", k, draw.random() / 20, 0) for j in range(3) for k in names]
    alone = paper(
        resources=people(**dict(zip(names, own, strict=True))),
        services=[{"service": s} for s in ("down", "s0", "s1", "s2")],
        support=staff(*rows),
    )
    many = [f"x{i}" for i in range(40)]
    crowd = list(many)
    places = np.sort(draw.choice(53, 13, replace=False))
    for place, k in zip(places, names, strict=True):
        crowd.insert(place, k)
    capacity = dict.fromkeys(crowd, 1.0) | dict(zip(names, own, strict=True))
    strangers = [("other", k, 0.31 / (i + 1), 0.9) for i, k in enumerate(many)]
    together = paper(
        resources=people(**capacity),
        services=[{"service": s} for s in ("other", "down", "s0", "s1", "s2")],
        support=staff(*strangers[:20], *rows, *strangers[20:]),
    )
    one, both = effect_of(alone, "down", 1.0), effect_of(together, "down", 1.0)
    mine = [crowd.index(k) for k in names]
    for name in ("own", "cascade", "relief", "cover", "taken"):
        np.testing.assert_array_equal(getattr(both, name)[mine], getattr(one, name))
    np.testing.assert_array_equal(both.uncovered[1:], one.uncovered)


FTE = st.sampled_from([0.0, 0.05, 0.1, 0.25, 1 / 3, 0.5, 1.0, 2.0])


@st.composite
def supported(draw: st.DrawFn) -> Portfolio:
    """Draw services, needs between them, and people who support them within their capacity."""
    services = [f"s{i}" for i in range(draw(st.integers(1, 4)))]
    names = [f"r{i}" for i in range(draw(st.integers(1, 5)))]
    pairs = [(s, k) for s in services for k in names]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=12))
    rows = [(s, k, draw(FTE), draw(FTE)) for s, k in chosen]
    links = draw(
        st.lists(st.sampled_from([(a, b) for a in services for b in services]), unique=True)
    )
    impacts = st.sampled_from([0.0, 0.3, 0.5, 0.9, 1.0])
    return paper(
        resources=people(**{k: draw(st.sampled_from([0.5, 1.0, 3.0])) for k in names}),
        services=[{"service": s} for s in services],
        service_links=needs(*[(a, b, draw(impacts)) for a, b in links if a != b]),
        support=staff(*rows),
    )


@settings(max_examples=30, deadline=None)
@given(supported(), st.sampled_from([0.2, 0.5, 1.0]))
def test_dropped_load_is_covered_or_told(portfolio: Portfolio, share: float) -> None:
    """Cover and uncovered make up the load dropped on services that are up; nobody is overfull."""
    effect = effect_of(portfolio, "s0", share)
    capacity = portfolio.resources["capacity_fte"].to_numpy()
    assert (effect.pull <= capacity + 1e-12).all()
    assert (effect.cover <= capacity - effect.pull + 1e-9).all()
    busy = dict(zip(portfolio.resources["resource"], effect.pull / capacity, strict=True))
    dropped = everyday = 0.0
    for row in portfolio.support.to_dict("records"):
        load = row["bau_fte"] * busy[row["resource"]]
        everyday += load
        dropped += load if row["service"] not in effect.down else 0.0
    assert effect.relief.sum() == pytest.approx(everyday)
    assert effect.cover.sum() + effect.uncovered.sum() == pytest.approx(dropped, abs=1e-9)
    down = portfolio.services["service"].isin(effect.down).to_numpy()
    assert not effect.uncovered[down].any()
    assert (effect.uncovered >= 0).all()


@settings(max_examples=20, deadline=None)
@given(supported())
def test_what_is_uncovered_has_no_free_colleague(portfolio: Portfolio) -> None:
    """Load stays uncovered only when every other supporter of that service is full."""
    effect = effect_of(portfolio, "s0", 1.0)
    free = portfolio.resources["capacity_fte"].to_numpy() - effect.pull - effect.cover
    spare = dict(zip(portfolio.resources["resource"], free, strict=True))
    busy = dict(zip(portfolio.resources["resource"], effect.pull, strict=True))
    left = dict(zip(portfolio.services["service"], effect.uncovered, strict=True))
    for service, rows in portfolio.support.groupby("service"):
        if left[str(service)] > 1e-9:
            able = [k for k in rows["resource"] if spare[k] > 1e-9]
            # One who is free and cannot help is the one whose own load it is.
            assert len(able) <= 1
            assert all(busy[k] > 0 for k in able)


def disruption(portfolio: Portfolio, scenario: Scenario) -> tuple[list, list]:
    """Return the takes (resource, from, until, FTE) and holds (task, from, until) of a run."""
    program = lay_out(compile_plan(portfolio))
    struck = strike(portfolio, program, draw_incidents(portfolio, scenario), scenario.without)
    room = room_for(struck)
    expand(struck.strikes, 0, room)
    takes, holds = room.filled.tolist()
    assert (takes, holds) == (struck.most_takes, struck.most_holds)
    people = portfolio.resources["resource"]
    tasks = portfolio.tasks["task"]
    found = [
        (people[room.take_resource[e]], room.take_from[e], room.take_until[e], room.take_fte[e])
        for e in range(takes)
    ]
    held = [
        (tasks[program.task[room.hold_task[e]]], room.hold_from[e], room.hold_until[e])
        for e in range(holds)
    ]
    return found, held


STRUCK = Incident(
    "core", start="2026-01-05 13:00", hours=20, aftermath_hours=6, aftermath_share=0.5,
    freeze_after_hours=24,
)  # fmt: skip


@pytest.fixture
def struck_portfolio() -> Portfolio:
    return paper(
        projects=P,
        tasks=tasks(("A", 8), ("B", 8)),
        resources=people(ana=1, ben=1),
        services=[{"service": "core"}, {"service": "mail"}],
        changes=[
            {"task": "B", "service": "core", "effect": "changes"},
            {"task": "A", "service": "core", "effect": "uses"},
        ],
        support=staff(("core", "ana", 0, 0.5), ("mail", "ben", 0, 0.25)),
    )


def test_moments_against_paper(struck_portfolio: Portfolio) -> None:
    """Pull to restoration, its aftermath after; changes held a day longer than uses."""
    # Down on Monday 13:00, h 4; restored 20 h later at 09:00, h 8; aftermath to 15:00, h 14;
    # freeze to Wednesday 09:00, h 16.
    takes, held = disruption(struck_portfolio, Scenario(incidents=(STRUCK,), runs=1))
    assert takes == [("ana", 4.0, 8.0, 0.5), ("ana", 8.0, 14.0, 0.25)]
    assert held == [("B", 4.0, 16.0), ("A", 4.0, 8.0)]


def test_aftermath_switched_off_ends_with_the_restoration(struck_portfolio: Portfolio) -> None:
    """Without aftermath everybody is back at restoration; the freeze is none of it."""
    scenario = Scenario(incidents=(STRUCK,), runs=1, without=("aftermath",))
    takes, held = disruption(struck_portfolio, scenario)
    assert takes == [("ana", 4.0, 8.0, 0.5)]
    assert held == [("B", 4.0, 16.0), ("A", 4.0, 8.0)]


def test_incidents_add_up(struck_portfolio: Portfolio) -> None:
    """Several incidents, the same service twice among them, each take and hold their own."""
    again = replace(STRUCK, severity=2, aftermath_share=0.0, freeze_after_hours=0.0)
    mail = Incident("mail", start="2026-01-06 09:00", hours=8, severity=3)
    scenario = Scenario(incidents=(STRUCK, again, mail), runs=1)
    takes, held = disruption(struck_portfolio, scenario)
    assert sorted(takes) == [
        ("ana", 4.0, 8.0, 0.25),
        ("ana", 4.0, 8.0, 0.5),
        ("ana", 8.0, 14.0, 0.25),
        ("ben", 8.0, 16.0, pytest.approx(0.05)),
    ]
    assert sorted(held) == [("A", 4, 8), ("A", 4, 8), ("B", 4, 8), ("B", 4, 16)]


def test_no_incident_is_no_disruption(struck_portfolio: Portfolio) -> None:
    """A scenario without incidents takes and holds nothing."""
    assert disruption(struck_portfolio, Scenario(runs=1)) == ([], [])
