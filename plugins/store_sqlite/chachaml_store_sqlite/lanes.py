"""Threads that run functions on a connection of their own, and hand results to the event loop."""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from chachaml_kernel.errors import Overloaded
from sqlalchemy import Connection

T = TypeVar("T")

REST_SECONDS = 5.0
"""A thread for which nothing came for so long lets its connection rest."""


@dataclass(slots=True)
class Job:
    """A function to run, and what came of it."""

    function: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


Apply: TypeAlias = Callable[[Connection, Sequence[Job]], None]
"""Runs jobs and notes in each its result or its error; what it raises is the error of them all."""
Rest: TypeAlias = Callable[[Connection], None]
"""Makes a connection hold less while it has nothing to do."""


@dataclass(slots=True)
class Lane:
    """A queue of jobs and the threads that serve it.

    Each thread takes up to `group` jobs that wait, applies them together, and answers all of them
    with a single wake-up of the event loop. Jobs that come in one turn of the loop are handed over
    at its end: a thread that the first of them woke would apply that one alone.
    """

    name: str
    apply: Apply
    group: int
    max_waiting: int
    loop: asyncio.AbstractEventLoop
    rest_seconds: float = REST_SECONDS
    coming: list[Job] = field(default_factory=list)
    jobs: queue.SimpleQueue[Job | None] = field(default_factory=queue.SimpleQueue)
    threads: list[threading.Thread] = field(default_factory=list)
    resting: set[int] = field(default_factory=set)

    def start(self, connections: Sequence[Connection], rest: Rest) -> None:
        """Start a thread for each connection, which is its own from now on.

        After `rest_seconds` without a job it lets the connection rest, once until the next one.
        """
        for number, connection in enumerate(connections):
            name = f"{self.name}-{number}"
            thread = threading.Thread(
                target=self._serve, args=(connection, rest), name=name, daemon=True
            )
            self.threads.append(thread)
            thread.start()

    @property
    def rests(self) -> bool:
        """Whether all threads rest."""
        return len(self.resting) == len(self.threads)

    async def run(self, function: Callable[[Connection], T], /) -> T:
        """Return what `function` returns; raise `Overloaded` if too much is waiting already."""
        if self.jobs.qsize() + len(self.coming) >= self.max_waiting:
            raise Overloaded(
                f"{self.max_waiting} requests wait for the database already; try again in a second"
            )
        future: asyncio.Future[T] = self.loop.create_future()
        if not self.coming:
            self.loop.call_soon(self.hand_over)
        self.coming.append(Job(function, future))
        return await future

    def hand_over(self) -> None:
        """Let the threads have what came, now and not at the end of the loop's turn."""
        for job in self.coming:
            self.jobs.put(job)
        self.coming.clear()

    def stop(self) -> None:
        """Let the threads end what waits, and wait for them."""
        for _ in self.threads:
            self.jobs.put(None)
        for thread in self.threads:
            thread.join()

    def _serve(self, connection: Connection, rest: Rest) -> None:
        try:
            while (first := self._next(connection, rest)) is not None:
                jobs, ended = self._gather(first)
                try:
                    self.apply(connection, jobs)
                except BaseException as error:  # the thread must live on, and nobody wait for ever
                    for job in jobs:
                        job.error = job.error or error
                self.loop.call_soon_threadsafe(_settle, jobs)
                if ended:
                    return
        finally:
            connection.close()

    def _next(self, connection: Connection, rest: Rest) -> Job | None:
        """Return the job that comes next, or none at the end; rest once while none comes."""
        try:
            return self.jobs.get(timeout=self.rest_seconds)
        except queue.Empty:
            me = threading.get_ident()
            self.resting.add(me)
            with suppress(Exception):  # the thread must live on, rested or not
                rest(connection)
            job = self.jobs.get()
            self.resting.discard(me)
            return job

    def _gather(self, first: Job) -> tuple[list[Job], bool]:
        """Return the jobs that wait now, up to a group, and whether the end came behind them."""
        jobs = [first]
        while len(jobs) < self.group:
            try:
                job = self.jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return jobs, True
            jobs.append(job)
        return jobs, False


def _settle(jobs: Sequence[Job]) -> None:
    for job in jobs:
        if job.future.done():  # whoever waited has gone
            continue
        if job.error is None:
            job.future.set_result(job.result)
        elif isinstance(job.error, StopIteration):  # which a future refuses
            job.future.set_exception(RuntimeError(repr(job.error)))
        else:
            job.future.set_exception(job.error)
