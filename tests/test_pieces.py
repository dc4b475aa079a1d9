"""Pieces of a sweep: not a bit is lost on disk, and their names follow what they come from."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import built, clean_tables, table

from svcimpact.errors import InputError, describe, fault_frame
from svcimpact.incident import pieces
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.pieces import (
    KEPT,
    Shelf,
    digest,
    pack,
    piece_key,
    portfolio_digest,
    unpack,
    versions,
)
from svcimpact.incident.scenario import Incident, RandomIncidents, Scenario
from svcimpact.incident.simulate import simulate

INCIDENT = Incident("payments", start="2026-01-06 10:00", median_hours=4, p90_hours=30)
SCENARIO = Scenario("Payments", (INCIDENT,), runs=40)


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return simulate(built(), SCENARIO)


def same_bits(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Return whether two tables hold the same types and bits, signs of zeros too."""
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    numbers = [c for c in one if one[c].dtype == "float64"]
    return all((np.signbit(one[c]) == np.signbit(other[c])).all() for c in numbers)


def test_an_outcome_comes_back_to_the_bit(outcome: Outcome) -> None:
    """Tables packed and unpacked are the tables, types, index and missing values included."""
    piece = unpack(pack(outcome))
    assert list(piece.tables) == list(KEPT)
    assert all(same_bits(getattr(outcome, name), piece.tables[name]) for name in KEPT)
    assert isinstance(piece.tables["projects"].index, pd.RangeIndex)


def test_tables_without_rows_keep_their_types(outcome: Outcome) -> None:
    """A portfolio without services still has typed columns."""
    bare = replace(outcome, services=outcome.services.iloc[:0].reset_index(drop=True))
    found = unpack(pack(bare)).tables["services"]
    pd.testing.assert_frame_equal(found, bare.services)


@settings(deadline=None, max_examples=60)
@given(
    # Which of the many bit patterns of NaN it is means nothing.
    numbers=st.lists(st.floats(allow_nan=False) | st.just(float("nan")), max_size=6),
    whole=st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=6),
    texts=st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), max_size=6),
    moments=st.lists(st.just(pd.NaT) | st.datetimes(), max_size=6),
    flags=st.lists(st.booleans(), max_size=6),
)
def test_any_cell_comes_back_to_the_bit(
    numbers: list[float],
    whole: list[int | None],
    texts: list[str | None],
    moments: list[object],
    flags: list[bool],
) -> None:
    """Any number, whole number, text, moment and flag survives, missing ones too."""
    frames = {
        "projects": pd.DataFrame({"x": pd.Series(numbers, dtype="float64")}),
        "resources": pd.DataFrame({"x": pd.Series(texts, dtype="str")}),
        "services": pd.DataFrame({"x": pd.Series(whole, dtype="Int64")}),
    }
    held = {"tables": {k: pieces._content(v) for k, v in frames.items()}, "warnings": []}
    found = unpack(pieces.json.dumps(held)).tables
    assert all(same_bits(frames[name], found[name]) for name in KEPT)
    frames["projects"] = pd.DataFrame({"x": pd.Series(moments, dtype="datetime64[us]")})
    frames["resources"] = pd.DataFrame({"x": pd.Series(flags, dtype="bool")})
    held = {"tables": {k: pieces._content(v) for k, v in frames.items()}, "warnings": []}
    found = unpack(pieces.json.dumps(held)).tables
    assert all(same_bits(frames[name], found[name]) for name in KEPT)


def test_warnings_come_back(outcome: Outcome) -> None:
    """What to be careful with is kept beside the tables."""
    few = replace(outcome, warnings=fault_frame([pieces._useless(Path("a"), "b")]))
    assert describe(fault_frame(unpack(pack(few)).warnings)) == describe(few.warnings)


CHANGES: dict[str, Callable[[Scenario], Scenario]] = {
    "runs": lambda s: replace(s, runs=41),
    "seed": lambda s: replace(s, seed=2),
    "rule": lambda s: replace(s, min_share=0.6),
    "without": lambda s: replace(s, without=("freeze",)),
    "service": lambda s: replace(s, incidents=(replace(INCIDENT, service="orders"),)),
    "start": lambda s: replace(s, incidents=(replace(INCIDENT, start="2026-01-06 10:01"),)),
    "severity": lambda s: replace(s, incidents=(replace(INCIDENT, severity=2),)),
    "hours": lambda s: replace(s, incidents=(replace(INCIDENT, p90_hours=math.nextafter(30, 31)),)),
    "more": lambda s: replace(s, incidents=(INCIDENT, INCIDENT)),
    "random": lambda s: replace(
        s, random_incidents=RandomIncidents(10, rates={"a": 1.0}, median_hours=2, p90_hours=3)
    ),
}


def test_a_key_follows_everything_but_the_name() -> None:
    """Whatever can move a figure changes the key; a new name does not."""
    portfolio = portfolio_digest(built())
    keys = [piece_key(portfolio, SCENARIO)]
    keys += [piece_key(portfolio, change(SCENARIO)) for change in CHANGES.values()]
    keys.append(piece_key(portfolio_digest(built({"currency": "USD"})), SCENARIO))
    keys.append(piece_key(portfolio_digest(built({"holidays": [date(2026, 1, 6)]})), SCENARIO))
    assert len(set(keys)) == len(CHANGES) + 3
    assert piece_key(portfolio, replace(SCENARIO, name="Other")) == keys[0]


def test_a_key_follows_every_table() -> None:
    """One more row in any table, and one other cell, give another portfolio."""
    tables = clean_tables()
    changed = {
        "projects": table("project", ("P1",), ("P2",), ("P3",)),
        "tasks": tables["tasks"].assign(duration_days=[1, 2, 4]),
        "resources": table("resource", ("ana",), ("ben",), ("cai",)),
        "assignments": tables["assignments"].assign(units_fte=[0.5, 0.5, 0.4]),
        "services": table("service", ("orders",), ("payments",)),
        "support": tables["support"].assign(service=["orders", "payments"]),
        "links": table("predecessor successor", ("T1", "T2")),
    }
    found = {portfolio_digest(built(**{name: frame})) for name, frame in changed.items()}
    assert len(found | {portfolio_digest(built())}) == len(changed) + 1


def test_a_key_follows_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of svcimpact, or of what computes for it, is another piece."""
    before = piece_key("p", SCENARIO)
    assert versions().startswith("svcimpact ")
    assert "numpy " + np.__version__ in versions()
    monkeypatch.setattr(pieces, "versions", lambda: "svcimpact 99")
    assert piece_key("p", SCENARIO) != before


def test_what_cannot_be_written_down_is_refused() -> None:
    """A value whose content is not known never gets a key by chance."""
    with pytest.raises(TypeError, match="cannot write a set down"):
        digest({1, 2})


def test_a_sound_piece_is_taken(tmp_path: Path, outcome: Outcome) -> None:
    """What was put is taken, without a warning; nothing else is left in the folder."""
    shelf, warnings = Shelf(tmp_path / "new" / "folder"), []
    key = piece_key("p", SCENARIO)
    assert shelf.take(key, warnings) is None
    shelf.put(key, pack(outcome))
    piece = shelf.take(key, warnings)
    assert piece is not None
    assert same_bits(piece.tables["projects"], outcome.projects)
    assert warnings == []
    assert list((tmp_path / "new" / "folder").iterdir()) == [shelf.path(key)]


def test_without_a_folder_nothing_is_kept(outcome: Outcome) -> None:
    """A shelf of nothing takes nothing and gives nothing."""
    shelf = Shelf(None)
    shelf.put("key", pack(outcome))
    assert shelf.take("key", []) is None


def damage(path: Path, how: str, other: bytes) -> None:
    whole = path.read_bytes()
    if how == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "digit":
        at = whole.rindex(b"1")
        path.write_bytes(whole[:at] + b"7" + whole[at + 1 :])
    elif how == "foreign":
        path.write_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR.")
    elif how == "other":
        path.write_bytes(other)
    else:
        path.unlink()
        path.mkdir()


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ("cut", "a damaged piece"),
        ("digit", "a damaged piece"),
        ("empty", "a file that is not this piece"),
        ("foreign", "a file that is not this piece"),
        ("other", "a file that is not this piece"),
        ("folder", "is a directory"),
    ],
)
def test_a_useless_file_is_told(tmp_path: Path, outcome: Outcome, how: str, found: str) -> None:
    """A piece that was cut, changed, swapped or never one is not believed, and told."""
    shelf, warnings = Shelf(tmp_path), []
    key, another = piece_key("p", SCENARIO), piece_key("q", SCENARIO)
    shelf.put(key, pack(outcome))
    shelf.put(another, pack(outcome))
    path = shelf.path(key)
    damage(path, how, shelf.path(another).read_bytes())
    assert shelf.take(key, warnings) is None
    cure = "expected a finished piece of a sweep. It was made anew."
    assert describe(fault_frame(warnings)) == [f"{path}: found {found}, {cure}"]


@pytest.mark.parametrize("text", ["{}", "[1", "[" * 100_000, '{"tables":{"projects":[[1,2,3]]}}'])
def test_a_sealed_file_of_something_else_is_told(tmp_path: Path, text: str) -> None:
    """Even with the right checksum, what does not read as a piece is made anew."""
    shelf, warnings = Shelf(tmp_path), []
    shelf.put("key", text)
    assert shelf.take("key", warnings) is None
    assert [row["found"] for row in warnings] == ["a piece that cannot be read"]


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    """A file where the folder has to be is told before anything runs."""
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    for place in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(InputError) as caught:
            Shelf(place)
        lines = str(caught.value).splitlines()
        assert lines[0] == f"Nothing was written to {place}."
        assert "expected a folder for the finished pieces. Choose another." in lines[1]
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "mine"
