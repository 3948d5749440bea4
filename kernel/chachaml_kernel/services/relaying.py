"""Relaying: kernels that share a store tell each other what they wrote.

A kernel sends what has gathered since it last did, twice a second at most, however much is written.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress

from msgspec import DecodeError, Struct, json

from chachaml_kernel.domain.live import ANY, Names, What
from chachaml_kernel.errors import Upstream
from chachaml_kernel.ports import Relay
from chachaml_kernel.ports.relay import MAX_MESSAGE
from chachaml_kernel.services.changes import Changes, Outbox
from chachaml_kernel.services.news import News, anything, listed

logger = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds after which what could not be sent is sent again."""
LAST = 2.0
"""Seconds that a kernel which ends takes to say what it wrote last."""
MAX_MESSAGES = 20
"""Messages of one telling; where more were needed, one says that anything may have changed."""


class Told(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A message: what changed of runs with the metrics that got points, and names; null is any."""

    runs: Mapping[str, tuple[list[What], list[str] | None]] = {}
    models: list[str] | None = []
    experiments: list[str] | None = []


@asynccontextmanager
async def relaying(relay: Relay, changes: Changes, *, pause: float = PAUSE) -> AsyncIterator[None]:
    """Tell other kernels of changes and hear of theirs, for the length of the block."""
    with changes.outbox() as outbox:
        tasks = [
            asyncio.create_task(_send(relay, outbox, pause), name="chachaml-relay-send"),
            asyncio.create_task(_hear(relay, changes), name="chachaml-relay-hear"),
        ]
        for task in tasks:
            task.add_done_callback(_report)
        try:
            yield
            changes.tell()
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST):
                    await outbox.empty.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)


def _report(task: "asyncio.Task[None]") -> None:
    """Say that kernels do not hear of each other any more, which is no reason to end."""
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("relaying has ended, start the server again", exc_info=error)


async def _send(relay: Relay, outbox: Outbox, pause: float) -> None:
    while True:
        news = await outbox.take()
        try:
            for message in messages(news):
                await relay.send(message)
        except Upstream as error:
            logger.warning("other kernels will hear later of what changed here: %s", error.detail)
            outbox.put(news)
            await asyncio.sleep(pause)


async def _hear(relay: Relay, changes: Changes) -> None:
    async with aclosing(relay.receive()) as received:
        async for message in received:
            changes.hear(anything() if message is None else read(message))


def messages(news: News) -> list[str]:
    """Return what other kernels are told, none longer than a relay takes."""
    told = [
        Told(models=_listed(news.models)),
        Told(experiments=_listed(news.experiments)),
        Told(
            runs={
                run_id: (sorted(change.what), _listed(change.keys))
                for run_id, change in news.runs.items()
            }
        ),
    ]
    parts = [part for one in told if one != NO_TOLD for part in _fitting(one)]
    too_many = news.anything or len(parts) > MAX_MESSAGES
    return [ANYTHING] if too_many else parts


def read(message: str) -> News:
    """Return what another kernel told; anything, where it speaks another version's language."""
    if message == ANYTHING:
        return anything()
    try:
        told = json.decode(message, type=Told)
    except DecodeError:
        return anything()
    news = News(models=_names(told.models), experiments=_names(told.experiments))
    for run_id, (what, keys) in told.runs.items():
        news.run(run_id, what, _names(keys))
    news.listed = listed(news.runs)
    return news


ANYTHING = "*"
NO_TOLD = Told()


def _fitting(told: Told) -> list[str]:
    """Return a message, or several where it is too long for one; names are left out at last."""
    message = json.encode(told)
    if len(message) <= MAX_MESSAGE:
        return [message.decode()]
    runs = list(told.runs.items())
    if len(runs) > 1:
        half = len(runs) // 2
        return _fitting(Told(dict(runs[:half]))) + _fitting(Told(dict(runs[half:])))
    shorter = Told(
        {run_id: (what, None) for run_id, (what, _) in runs},
        models=told.models and None,
        experiments=told.experiments and None,
    )
    return [json.encode(shorter).decode()]


def _listed(names: Names) -> list[str] | None:
    return None if names.more else sorted(names.names)


def _names(names: list[str] | None) -> Names:
    return ANY if names is None else Names(frozenset(names))
