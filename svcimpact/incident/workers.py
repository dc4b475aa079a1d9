"""Where the pieces of a sweep are made: here, in processes beside, or on a Dask cluster."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Future,
    ProcessPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from math import ceil
from multiprocessing import get_context
from typing import Any
from uuid import uuid4

from svcimpact.errors import InvalidScenarioError, MissingRequirementError, SvcimpactError
from svcimpact.incident.pieces import pack, versions
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.simulate import simulate
from svcimpact.portfolio import Portfolio

# A piece to make is its number and scenario; a piece made is its number and text, or its faults.
Job = tuple[int, Scenario]
Made = tuple[int, str | list[dict[str, str]]]
Keep = Callable[[Made], None]

ATTEMPTS = 3
# Runs times tasks up to which a piece is small: a trip to a worker should be worth it.
SMALL = 100_000
_NO_EXTRA = (
    "a sweep on a cluster needs the packages dask and distributed, which are not installed: run "
    'pip install "svcimpact[cluster]"'
)
_held: list[Portfolio] = []


def make(portfolio: Portfolio, job: Job, threads: int | None = 1) -> Made:
    """Make one piece.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    job : tuple of int and Scenario
        The piece's number and what to simulate.
    threads : int, optional
        How many threads to run on; all processors for None.

    Returns
    -------
    tuple of int and (str or list of dict)
        The number, and the packed tables or what is wrong with the scenario.
    """
    number, scenario = job
    try:
        return number, pack(simulate(portfolio, scenario, threads=threads))
    except InvalidScenarioError as error:
        rows = error.faults.to_dict("records")
        return number, [{str(k): str(v) for k, v in row.items()} for row in rows]


def make_here(portfolio: Portfolio, jobs: Sequence[Job], threads: int | None, keep: Keep) -> None:
    """Make pieces one after another, each on all the threads.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    jobs : sequence of job
        What to make.
    threads : int, optional
        How many; all processors for None.
    keep : callable
        Is given each piece as it comes.
    """
    for job in jobs:
        keep(make(portfolio, job, threads))


def make_in_processes(
    portfolio: Portfolio, jobs: Sequence[Job], processes: int, keep: Keep
) -> None:
    """Make pieces in processes of this machine, one thread each.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    jobs : sequence of job
        What to make.
    processes : int
        How many.
    keep : callable
        Is given each piece as it comes.

    Raises
    ------
    SvcimpactError
        When processes die again and again.
    """
    left = dict(jobs)

    def done(made: Made) -> None:
        keep(made)
        left.pop(made[0], None)

    for _ in range(ATTEMPTS):
        if left:
            _run_pool(portfolio, list(left.items()), min(processes, len(left)), done)
    if left:
        raise SvcimpactError(
            f"processes of this sweep died {ATTEMPTS} times: check the memory, ask for fewer of "
            'them, and let a script ask for them under if __name__ == "__main__"'
        )


def _run_pool(portfolio: Portfolio, jobs: list[Job], processes: int, done: Keep) -> None:
    """Do jobs until all are done or a process dies."""
    # A fresh process is the same on every system; a fork of one with threads may hang.
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _settle, (portfolio,))
    waiting: set[Future[Made]] = set()
    rest = iter(jobs)
    try:
        # One for each process and none in line, so that an interrupt waits for these alone.
        waiting.update(pool.submit(_make_held, job) for job in islice(rest, processes))
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                made = future.result()
                waiting.update(pool.submit(_make_held, job) for job in islice(rest, 1))
                done(made)
                waiting.discard(future)
    except BrokenProcessPool:
        pass
    finally:
        pool.shutdown(cancel_futures=True)
        # What was finished by the time that a process died or the user had enough.
        for future in waiting:
            if future.done() and not future.cancelled() and future.exception() is None:
                done(future.result())


def _settle(portfolio: Portfolio) -> None:
    """Get a new process ready; an interrupt is for the parent to deal with."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _held[:] = [portfolio]


def _make_held(job: Job) -> Made:
    return make(_held[0], job)


def make_on_cluster(portfolio: Portfolio, jobs: Sequence[Job], client: Any, keep: Keep) -> None:
    """Make pieces on the workers of a Dask cluster, one per thread of theirs.

    The scheduler keeps the portfolio and gives what a lost worker had in hands to another.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    jobs : sequence of job
        What to make.
    client : distributed.Client or str
        The cluster, or the address of its scheduler.
    keep : callable
        Is given each piece as it comes.

    Raises
    ------
    MissingRequirementError
        When a worker's programs are not those here, or the extra `cluster` is missing.
    SvcimpactError
        When the cluster goes away, or a piece kills one worker after another.
    TypeError
        When `client` is something else.
    """
    cluster, ours = connect(client)
    try:
        _ask(cluster, portfolio, jobs, keep)
    finally:
        if ours:
            cluster.close()


def _ask(client: Any, portfolio: Portfolio, jobs: Sequence[Job], keep: Keep) -> None:
    import dask

    distributed: Any = import_module("distributed")
    lots = batches(jobs, len(portfolio.tasks), sum(client.nthreads().values()))
    mark = uuid4().hex
    # In the graph, not scattered: what only a lost worker has cannot be had again.
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):
        shared = client.submit(_same, portfolio, key=f"portfolio-{mark}", pure=False)
        names = [f"sweep-{mark}-{number}" for number in range(len(lots))]
        futures = client.map(
            make_batch, lots, portfolio=shared, made_with=versions(), key=names, pure=False
        )
    waiting = set(futures)
    try:
        for future in distributed.as_completed(futures):
            for made in future.result():
                keep(made)
            waiting.discard(future)
            future.release()
    except distributed.KilledWorker as error:
        raise SvcimpactError(
            f"a piece of this sweep took down {error.allowed_failures + 1} of the workers that "
            "tried it: check their memory; what was finished before is kept in the folder, if one "
            "was given"
        ) from error
    except CancelledError as error:
        raise SvcimpactError(
            "the cluster was closed or restarted before the sweep was finished; what was "
            "finished before is kept in the folder, if one was given"
        ) from error
    finally:
        for future in waiting:
            if future.status == "finished":
                for made in future.result():
                    keep(made)
        client.cancel([*waiting, shared])


def make_batch(batch: Iterable[Job], portfolio: Portfolio, made_with: str) -> list[Made]:
    """Make some pieces on a worker of a cluster.

    Parameters
    ----------
    batch : iterable of job
        What to make.
    portfolio : Portfolio
        Validated tables.
    made_with : str
        The programs of whoever asks.

    Returns
    -------
    list of piece
        In order.

    Raises
    ------
    MissingRequirementError
        When the programs here are others, so that the bits might differ.
    """
    if made_with != versions():
        raise MissingRequirementError(
            f"the workers of the cluster need what the client has ({made_with}), but one has "
            f"{versions()}: install the same on all of them"
        )
    return [make(portfolio, job) for job in batch]


def batches(jobs: Sequence[Job], tasks: int, threads: int) -> list[list[Job]]:
    """Return jobs in batches: small pieces together, yet enough batches for all workers.

    Parameters
    ----------
    jobs : sequence of job
        What to make.
    tasks : int
        Tasks of the portfolio.
    threads : int
        Threads of all workers.

    Returns
    -------
    list of list of job
        In order.

    Examples
    --------
    >>> jobs = [(number, Scenario(runs=100)) for number in range(20)]
    >>> [len(batch) for batch in batches(jobs, tasks=5, threads=2)]
    [3, 3, 3, 3, 3, 3, 2]
    >>> len(batches(jobs, tasks=5000, threads=2))
    20
    """
    most = ceil(len(jobs) / (4 * max(threads, 1)))
    lots: list[list[Job]] = []
    room = 0
    for job in jobs:
        if room <= 0 or len(lots[-1]) == most:
            lots.append([])
            room = SMALL
        lots[-1].append(job)
        room -= job[1].runs * tasks
    return lots


def connect(client: Any) -> tuple[Any, bool]:
    """Return the client of a cluster, and whether it is ours to close.

    Parameters
    ----------
    client : distributed.Client or str
        A client, or the address of a scheduler.

    Returns
    -------
    client : distributed.Client
        Connected.
    ours : bool
        Whether it was made here.

    Raises
    ------
    MissingRequirementError
        When the extra `cluster` is not installed.
    SvcimpactError
        When nobody answers at the address.
    TypeError
        When it is neither, or a client for asynchronous use.
    """
    if find_spec("distributed") is None:
        raise MissingRequirementError(_NO_EXTRA)
    distributed: Any = import_module("distributed")
    if isinstance(client, str):
        try:
            return distributed.Client(client), True
        except (OSError, ValueError) as error:
            raise SvcimpactError(f"no Dask scheduler answers at {client!r}") from error
    if not isinstance(client, distributed.Client):
        raise TypeError(
            "client has to be a distributed.Client or the address of a scheduler, "
            f"not {type(client).__name__}"
        )
    if client.asynchronous:
        raise TypeError("client has to be one without asynchronous=True")
    return client, False


def _same(portfolio: Portfolio) -> Portfolio:
    return portfolio
