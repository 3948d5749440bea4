"""Appends that wait at the same time go into one transaction, with few statements for them all."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from chachaml_kernel.errors import NotFound, Overloaded, Upstream
from chachaml_store_sql import Append, Grown, Runner, append_group, append_one
from chachaml_store_sql.series.append import Appender

from chachaml_store_postgres.failures import InDoubt, Unreachable

MAX_GROUP = 500
"""Appends that share a commit at most, so that none waits long for the others."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An append, and who waits for it."""

    append: Append
    done: asyncio.Future[Sequence[Grown]]

    def settle(self, outcome: Sequence[Grown] | BaseException) -> None:
        """Tell what came of it, unless whoever waited has gone."""
        if self.done.done():
            return
        if isinstance(outcome, BaseException):
            self.done.set_exception(outcome)
        else:
            self.done.set_result(outcome)


@dataclass(slots=True)
class Groups:
    """What waits to be appended; one transaction is under way while the next group gathers."""

    write: Runner
    max_waiting: int
    waiting: list[Waiting] = field(default_factory=list)
    unsettled: set[asyncio.Future[Sequence[Grown]]] = field(default_factory=set)
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)

    async def append(self, append: Append, /) -> Sequence[Grown]:
        """Append together with the others that wait; alone, where there is an idempotency key."""
        if append.once is not None:
            return await self.write(partial(append_one, append=append))
        if len(self.waiting) >= self.max_waiting:
            raise Overloaded(
                f"{self.max_waiting} appends wait for the database already; try again in a second"
            )
        done: asyncio.Future[Sequence[Grown]] = asyncio.get_running_loop().create_future()
        self.unsettled.add(done)
        done.add_done_callback(self.unsettled.discard)
        self.waiting.append(Waiting(append, done))
        self._wanted.set()
        return await done

    async def run(self) -> None:
        """Append what waits until cancelled."""
        while True:
            await self._wanted.wait()
            group, self.waiting = self.waiting[:MAX_GROUP], self.waiting[MAX_GROUP:]
            if not self.waiting:
                self._wanted.clear()
            await self._append_together(group)

    async def _append_together(self, group: Sequence[Waiting]) -> None:
        """Append a group; where that fails and nothing was written, each of it alone."""
        appends = [one.append for one in group]
        outcomes: Sequence[Sequence[Grown] | NotFound | Upstream]
        try:
            outcomes = await self.write(partial(append_group, appends=appends))
        except (InDoubt, Unreachable) as error:
            outcomes = [error] * len(group)
        except Exception:  # whichever of them is at fault, it is alone in it
            await asyncio.gather(*map(self._append_alone, group))
            return
        for one, outcome in zip(group, outcomes, strict=True):
            one.settle(outcome)

    async def _append_alone(self, one: Waiting) -> None:
        try:
            one.settle(await self.write(partial(append_one, append=one.append)))
        except Exception as error:  # it belongs to whoever waits
            one.settle(error)


@asynccontextmanager
async def appending(write: Runner, *, max_waiting: int) -> AsyncIterator[Appender]:
    """Append in groups for the length of the block, which ends when nothing waits any more."""
    groups = Groups(write, max_waiting)
    task = asyncio.create_task(groups.run(), name="chachaml-postgres-append")
    try:
        yield groups.append
    finally:
        if groups.unsettled:
            await asyncio.wait(groups.unsettled)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
