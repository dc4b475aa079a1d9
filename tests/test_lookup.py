"""Looking ids up, and sums by id that hang on no other id."""

from __future__ import annotations

import numpy as np
import pandas as pd
from paper import Rows, assigned, paper, people, staff, tasks

from svcimpact.checks.lookup import among, positions, totals
from svcimpact.engine.plan import compile_plan
from svcimpact.graph import shared_resources
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.portfolio import Portfolio


def test_positions_are_the_first_rows() -> None:
    """An id stands where it comes first; one that is missing or unknown stands nowhere."""
    of = pd.Series(["b", None, "a", "b"], dtype="str")
    ids = pd.Series(["a", "b", "c", None], dtype="str")
    assert positions(ids, of).tolist() == [2, 0, -1, -1]
    assert among(ids, of).tolist() == [True, True, False, False]


def test_totals_by_hand() -> None:
    """Values add up by id; ids without any have 0, and values of unknown ids count nowhere."""
    ids = pd.Series(["b", "a", "b", "c", None], dtype="str")
    found = totals([1, 2, 4, 8, 16], ids, pd.Series(["a", "b", "d"], dtype="str"))
    assert found.tolist() == [2.0, 5.0, 0.0]
    assert totals([], pd.Series(dtype="str"), pd.Series(dtype="str")).tolist() == []


def test_totals_hang_on_no_stranger() -> None:
    """Sums are those of a plain loop over the rows of an id, whatever stands between."""
    draw = np.random.default_rng(0)
    for _ in range(100):
        ids = pd.Series(draw.choice(["a", "b", "c"], 30))
        values = draw.random(30) * 10.0 ** draw.integers(-3, 4, 30)
        for one, found in zip("abc", totals(values, ids, pd.Series(list("abc"))), strict=True):
            expected = 0.0
            for value in values[(ids == one).to_numpy()]:
                expected += value
            assert found == expected


def supported(seed: int, stranger: bool) -> Portfolio:
    """Return Ana, who supports eight services a little, and Bob between her rows."""
    draw = np.random.default_rng(seed)
    rows: list[tuple[str, str, float, float]] = []
    for i in range(8):
        mine, other = draw.random(2) / 20
        rows += [(f"s{i}", "ana", mine, 0.1)] + [(f"s{i}", "bob", other, 0.1)] * stranger
    work: Rows = tasks(("A", 8)) + tasks(("B", 8)) * stranger
    return paper(
        projects=[{"project": "P"}],
        tasks=work,
        resources=people(ana=1, **({"bob": 1.0} if stranger else {})),
        assignments=assigned(A="ana", **({"B": "bob"} if stranger else {})),
        services=[{"service": f"s{i}"} for i in range(8)],
        support=staff(*rows),
    )


def test_strangers_support_moves_no_bit_of_anybodys_capacity() -> None:
    """Everyday support of Bob, row by row between Ana's, changes none of her figures."""
    for seed in range(30):
        alone, beside = supported(seed, False), supported(seed, True)
        assert compile_plan(alone).capacity_value[0] == compile_plan(beside).capacity_value[0]
        for table in (shared_resources, lambda p: simulate(p, Scenario(runs=1)).resources):
            one, other = (table(p).set_index("resource").loc["ana"] for p in (alone, beside))
            pd.testing.assert_series_equal(one, other, check_exact=True)
