"""Where pieces are made: the same bits everywhere, and a lost worker costs its piece alone."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_tables import built, table

from svcimpact.errors import MissingRequirementError, SvcimpactError
from svcimpact.incident import pieces, workers
from svcimpact.incident.crossing import cross
from svcimpact.incident.scenario import Incident, Scenario
from svcimpact.incident.sweep import Sweep, sweep
from svcimpact.incident.workers import Job, Made
from svcimpact.portfolio import Portfolio

# Processes are started once and shared; every wait ends before a test would hang.
pytestmark = pytest.mark.xdist_group("workers")
PATIENCE = 60.0
LOG = "SVCIMPACT_TEST_LOG"
VICTIM = 3


@pytest.fixture(autouse=True)
def _interruptible():
    """Let an interrupt be heard, also where whoever started the tests ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    return built(
        tasks=pd.DataFrame(
            {
                "task": ["T1", "T2", "T3"],
                "project": ["P1", "P1", "P2"],
                "duration_days": [1, 2, 3],
                "optimistic_days": [0.5, 1, 2],
                "pessimistic_days": [3, 4, 9],
            }
        ),
        support=table(
            "service resource incident_fte", ("payments", "ana", 1), ("orders", "ben", 1)
        ),
    )


@pytest.fixture(scope="module")
def scenarios(portfolio: Portfolio) -> tuple[Scenario, ...]:
    """Return six scenarios in which both restoration and durations are random."""
    half = Incident("payments", start="2026-01-05", median_hours=6, p90_hours=40)
    starts = pd.date_range("2026-01-05 10:00", periods=3, freq="D")
    return cross(portfolio, starts=starts, template=Scenario(incidents=(half,), runs=60, seed=7))


@pytest.fixture(scope="module")
def here(portfolio: Portfolio, scenarios: tuple[Scenario, ...]) -> Sweep:
    return sweep(portfolio, scenarios, threads=1)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as made:
        yield made


@pytest.fixture
def client(cluster: Any) -> Iterator[Any]:
    from distributed import Client

    with Client(cluster) as made:
        made.wait_for_workers(1, timeout=PATIENCE)
        yield made


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file in which every piece begun is noted, by processes started from now on."""
    path = tmp_path / "begun"
    monkeypatch.setenv(LOG, str(path))
    return path


def same(one: Sweep, other: Sweep) -> bool:
    for name, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, other.tables[name], check_exact=True)
    return True


def note(path: str, number: int) -> bool:
    """Note that a piece is begun, by whom; return whether it is the first time."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(f"{number} {os.getpid()}\n")
    return begun(Path(path))[number] == 1


def begun(path: Path) -> Counter[int]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return Counter(int(line.split()[0]) for line in lines)


def wait_for(what: Any) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.02)
    return False


# What workers are given instead of the real functions; they are in other processes, so these
# stand in the module, and tell by files.


def noted_batch(batch: list[tuple[str, Job]], portfolio: Portfolio, made_with: str) -> list[Made]:
    """Note the pieces; wait to be killed at the victim's first turn."""
    for path, (number, _) in batch:
        if note(path, number) and number == VICTIM:
            time.sleep(PATIENCE)
    return workers.make_batch([job for _, job in batch], portfolio, made_with)


def deadly_batch(*_: object, **__: object) -> list[Made]:
    os.kill(os.getpid(), signal.SIGKILL)
    return []


def noted_held(job: Job) -> Made:
    """Note the piece; die at the victim's first turn."""
    if note(os.environ[LOG], job[0]) and job[0] == VICTIM:
        os.kill(os.getpid(), signal.SIGKILL)
    return workers.make(workers._held[0], job)


def slow_held(job: Job) -> Made:
    """Note the piece; take a second for all but the first."""
    note(os.environ[LOG], job[0])
    time.sleep(1.0 if job[0] else 0.0)
    return workers.make(workers._held[0], job)


def test_threads_give_the_same_bits(
    portfolio: Portfolio, scenarios: tuple[Scenario, ...], here: Sweep
) -> None:
    """The number of threads moves nothing."""
    assert here.projects["delay_mean_days"].gt(0).any()
    assert same(here, sweep(portfolio, scenarios, threads=3))
    assert same(here, sweep(portfolio, scenarios))


def test_a_cluster_gives_the_same_bits(
    portfolio: Portfolio, scenarios: tuple[Scenario, ...], here: Sweep, client: Any
) -> None:
    """Worker processes of a Dask cluster, by client and by address, give the very figures."""
    assert same(here, sweep(portfolio, scenarios, client=client))
    assert same(here, sweep(portfolio, scenarios, client=client.scheduler.address))
    assert client.status == "running"


def test_a_cluster_is_left_as_it_was(
    portfolio: Portfolio, scenarios: tuple[Scenario, ...], cluster: Any, client: Any
) -> None:
    """When a sweep is done, the scheduler holds nothing of it."""
    sweep(portfolio, scenarios, client=client)
    assert wait_for(lambda: not cluster.scheduler.tasks)


def test_a_killed_worker_costs_its_piece_alone(
    portfolio: Portfolio,
    scenarios: tuple[Scenario, ...],
    here: Sweep,
    client: Any,
    log: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A worker is killed in the midst of a piece: that piece alone is made twice, same bits."""
    folder = tmp_path / "pieces"
    client.wait_for_workers(2, timeout=PATIENCE)

    def with_log(*given: Any) -> list[list[Any]]:
        # The workers run already: the log's place has to travel with the jobs.
        return [[(str(log), job) for job in batch] for batch in batches(*given)]

    batches = workers.batches
    monkeypatch.setattr(workers, "batches", with_log)
    monkeypatch.setattr(workers, "make_batch", noted_batch)
    killed: list[int] = []

    def kill() -> None:
        assert wait_for(lambda: begun(log)[VICTIM])
        wait_for(lambda: len(list(folder.glob("*.piece"))) == 5)
        lines = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
        killed.extend(int(pid) for number, pid in lines if int(number) == VICTIM)
        os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    found = sweep(portfolio, scenarios, client=client, folder=folder)
    killer.join()
    assert len(killed) == 1
    assert begun(log) == {n: 2 if n == VICTIM else 1 for n in range(6)}
    assert same(here, found)


def test_a_piece_that_kills_workers_is_told(
    portfolio: Portfolio,
    scenarios: tuple[Scenario, ...],
    cluster: Any,
    client: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A piece that takes workers down ends the sweep in a sentence."""
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    monkeypatch.setattr(workers, "make_batch", deadly_batch)
    with pytest.raises(SvcimpactError) as caught:
        sweep(portfolio, scenarios[:1], client=client)
    assert str(caught.value) == (
        "a piece of this sweep took down 1 of the workers that tried it: check their memory; what "
        "was finished before is kept in the folder, if one was given"
    )


def test_workers_with_other_programs_are_refused(
    portfolio: Portfolio,
    scenarios: tuple[Scenario, ...],
    client: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Workers that might give other bits are told, and what they have."""
    monkeypatch.setattr(workers, "versions", lambda: "svcimpact 99")
    with pytest.raises(MissingRequirementError) as caught:
        sweep(portfolio, scenarios, client=client)
    assert str(caught.value) == (
        "the workers of the cluster need what the client has (svcimpact 99), but one has "
        f"{pieces.versions()}: install the same on all of them"
    )


def test_a_cluster_that_goes_away_is_told(
    portfolio: Portfolio,
    scenarios: tuple[Scenario, ...],
    client: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When the tasks are cancelled from elsewhere the sweep ends in a sentence."""
    monkeypatch.setattr(client, "map", _cancelled(client))
    with pytest.raises(SvcimpactError) as caught:
        sweep(portfolio, scenarios[:2], client=client)
    assert str(caught.value) == (
        "the cluster was closed or restarted before the sweep was finished; what was finished "
        "before is kept in the folder, if one was given"
    )


def _cancelled(client: Any) -> Any:
    ask = client.map

    def asked(*given: Any, **options: Any) -> Any:
        futures = ask(*given, **options)
        client.cancel(futures)
        return futures

    return asked


def test_an_interrupted_cluster_sweep_loses_nothing(
    portfolio: Portfolio,
    scenarios: tuple[Scenario, ...],
    here: Sweep,
    client: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl-C while a piece is put away: what the workers have finished is kept, then it ends."""
    put, calls = pieces.Shelf.put, []

    def interrupted(shelf: pieces.Shelf, key: str, text: str) -> None:
        calls.append(key)
        if len(calls) == 1:
            time.sleep(2)
            raise KeyboardInterrupt
        put(shelf, key, text)

    monkeypatch.setattr(pieces.Shelf, "put", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sweep(portfolio, scenarios, client=client, folder=tmp_path)
    assert len(list(tmp_path.glob("*.piece"))) == len(calls) - 1 >= 1
    monkeypatch.setattr(pieces.Shelf, "put", put)
    assert same(here, sweep(portfolio, scenarios, folder=tmp_path))


def test_processes_give_the_same_bits_though_one_dies(
    portfolio: Portfolio,
    scenarios: tuple[Scenario, ...],
    here: Sweep,
    log: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A process dies in the midst of a piece: that piece alone is made twice, same bits."""
    monkeypatch.setattr(workers, "_make_held", noted_held)
    assert same(here, sweep(portfolio, scenarios, processes=1))
    assert begun(log) == {n: 2 if n == VICTIM else 1 for n in range(6)}


def test_processes_that_keep_dying_are_told(
    portfolio: Portfolio, scenarios: tuple[Scenario, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processes that die whatever is tried end the sweep in a sentence, at the third time."""
    tried: list[int] = []

    def dead(_: Portfolio, jobs: list[Job], processes: int, *__: object) -> None:
        tried.append(processes)
        assert jobs == list(enumerate(scenarios))

    monkeypatch.setattr(workers, "_run_pool", dead)
    with pytest.raises(SvcimpactError) as caught:
        sweep(portfolio, scenarios, processes=40)
    assert tried == [6, 6, 6]
    assert str(caught.value) == (
        "processes of this sweep died 3 times: check the memory, ask for fewer of them, and let a "
        'script ask for them under if __name__ == "__main__"'
    )


def test_an_interrupted_process_sweep_loses_nothing(
    portfolio: Portfolio,
    scenarios: tuple[Scenario, ...],
    here: Sweep,
    log: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl-C while processes work: every piece they had begun is kept."""
    monkeypatch.setattr(workers, "_make_held", slow_held)
    folder = tmp_path / "pieces"

    def interrupt() -> None:
        wait_for(lambda: len(list(folder.glob("*.piece"))) >= 1)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        sweep(portfolio, scenarios, processes=2, folder=folder)
    thread.join()
    kept = len(list(folder.glob("*.piece")))
    assert kept == len(begun(log))
    assert 1 < kept < 6
    monkeypatch.undo()
    assert same(here, sweep(portfolio, scenarios, folder=folder))


def test_small_pieces_travel_together() -> None:
    """Small pieces share a trip while every thread has four; large ones travel alone."""

    def sizes(runs: list[int], tasks: int, threads: int) -> list[int]:
        jobs = [(n, Scenario(runs=r)) for n, r in enumerate(runs)]
        lots = workers.batches(jobs, tasks, threads)
        assert [job for lot in lots for job in lot] == jobs
        return [len(lot) for lot in lots]

    assert sizes([10] * 80, 10, 2) == [10] * 8
    assert sizes([10] * 80, 10, 100) == [1] * 80
    assert sizes([10_000] * 8, 100, 1) == [1] * 8
    assert sizes([500] * 40, 50, 1) == [4] * 10
    assert sizes([1, 10_000, 1, 1], 100, 0) == [1, 1, 1, 1]
    assert sizes([], 100, 4) == []


def test_a_missing_package_is_told(
    portfolio: Portfolio, scenarios: tuple[Scenario, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without distributed, one sentence says what to install."""
    monkeypatch.setattr(workers, "find_spec", lambda _: None)
    with pytest.raises(MissingRequirementError) as caught:
        sweep(portfolio, scenarios, client="tcp://127.0.0.1:1")
    assert str(caught.value) == (
        "a sweep on a cluster needs the packages dask and distributed, which are not installed: "
        'run pip install "svcimpact[cluster]"'
    )


def test_something_else_than_a_client_is_refused(
    portfolio: Portfolio, scenarios: tuple[Scenario, ...]
) -> None:
    """A client is a distributed.Client for ordinary use, or an address that is well formed."""
    distributed = pytest.importorskip("distributed")
    with pytest.raises(TypeError) as caught:
        sweep(portfolio, scenarios, client=8786)
    assert str(caught.value) == (
        "client has to be a distributed.Client or the address of a scheduler, not int"
    )

    class Later(distributed.Client):  # type: ignore[misc]
        asynchronous = True

    with pytest.raises(TypeError) as caught:
        workers.connect(object.__new__(Later))
    assert str(caught.value) == "client has to be one without asynchronous=True"


def test_nobody_at_an_address_is_told(
    portfolio: Portfolio, scenarios: tuple[Scenario, ...]
) -> None:
    """An address where no scheduler is, or that is none, ends in a sentence."""
    dask = pytest.importorskip("dask")
    with dask.config.set({"distributed.comm.timeouts.connect": "200ms"}):
        for address in ("tcp://127.0.0.1:1", "nowhere://x"):
            with pytest.raises(SvcimpactError) as caught:
                sweep(portfolio, scenarios, client=address)
            assert str(caught.value) == f"no Dask scheduler answers at {address!r}"
