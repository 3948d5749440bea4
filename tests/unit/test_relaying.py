"""Kernels that share a store tell each other what they wrote, in few and short messages."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager

import pytest
from chachaml_kernel.domain.live import What
from chachaml_kernel.errors import Upstream
from chachaml_kernel.memory import MemoryRelay
from chachaml_kernel.ports.relay import MAX_MESSAGE
from chachaml_kernel.services.changes import Changes
from chachaml_kernel.services.news import MAX_RUNS, News, RunChange
from chachaml_kernel.services.relaying import ANYTHING, messages, read, relaying
from msgspec import field

PATIENCE = 60.0


@asynccontextmanager
async def two() -> AsyncIterator[tuple[Changes, Changes, MemoryRelay]]:
    """Yield the hubs of two kernels that hear each other, and the relay of the second one."""
    relay, first, second = MemoryRelay(), Changes(interval=0), Changes(interval=0)
    other = relay.another()
    async with relaying(relay, first), relaying(other, second):
        await asyncio.sleep(0)  # so that both listen
        yield first, second, other


def gathered(told: Mapping[str, RunChange]) -> News:
    """Return the news of some runs after they went through messages."""
    news = News()
    for message in messages(News(runs=dict(told))):
        assert len(message.encode()) <= MAX_MESSAGE
        news.add(read(message))
    return news


def changed(*keys: str) -> RunChange:
    change = RunChange()
    change.add({What.POINTS}, set(keys))
    return change


async def test_what_one_kernel_writes_is_told_at_another() -> None:
    async with two() as (first, second, _):
        with second.listen(["r"]) as listener:
            first.run("r", What.POINTS, {"loss"})
            first.run("other", What.STARTED)
            first.model("m")
            first.experiment("e")
            news = await listener.hear(PATIENCE)
            while not (news.runs and news.models and news.experiments):
                news.add(await listener.hear(PATIENCE))
    assert news.runs["r"].what == {What.POINTS}
    assert news.runs["r"].keys.names == {"loss"}
    assert news.listed.run_ids.names == {"r", "other"}
    assert (news.listed.started, news.listed.changed) == (1, 1)
    assert news.models.names == {"m"}
    assert news.experiments.names == {"e"}


async def test_what_another_kernel_told_is_not_told_on() -> None:
    async with two() as (first, second, relay):
        third = relay.another().receive()
        async with aclosing(third):
            assert await anext(third) is None
            with second.listen(["r"]) as listener:
                first.run("r", What.NOTE)
                await listener.hear(PATIENCE)
                second.run("r", What.TAGS)
                told = [read(str(await anext(third))).runs["r"].what for _ in range(2)]
    assert told == [{What.NOTE}, {What.TAGS}]


async def test_after_a_break_anything_may_have_changed() -> None:
    async with two() as (_, second, relay):
        with second.listen(["r"]) as listener:
            relay.interrupt()
            news = await listener.hear(PATIENCE)
    assert news.runs["r"].what == {*What}
    assert news.runs["r"].keys.more
    assert news.models.more
    assert news.experiments.more
    assert news.listed.run_ids.more


async def test_what_was_written_last_is_told_before_a_kernel_ends() -> None:
    relay, ending = MemoryRelay(), Changes(interval=3_600)
    async with aclosing(relay.another().receive()) as received:
        assert await anext(received) is None
        async with relaying(relay, ending):
            ending.run("r", What.STARTED)
            await anext(received)
            ending.run("r", What.ENDED)
        assert read(str(await anext(received))).runs["r"].what == {What.ENDED}


class Shaky(MemoryRelay, frozen=True, eq=False):
    """Fails to send whatever it is asked to send first."""

    asked: list[str] = field(default_factory=list)

    async def send(self, message: str) -> None:
        self.asked.append(message)
        if len(self.asked) == 1:
            raise Upstream("the way is broken")
        await MemoryRelay.send(self, message)


async def test_what_could_not_be_told_is_told_later(caplog: pytest.LogCaptureFixture) -> None:
    relay, changes = Shaky(), Changes(interval=0)
    async with aclosing(relay.another().receive()) as received:
        assert await anext(received) is None
        async with relaying(relay, changes, pause=0):
            changes.run("r", What.NOTE)
            assert read(str(await anext(received))).runs["r"].what == {What.NOTE}
    assert len(relay.asked) == 2
    assert "the way is broken" in caplog.text


def test_many_runs_go_in_several_messages_and_arrive_whole() -> None:
    runs = {f"{i:032x}": changed("loss", "größe") for i in range(500)}
    assert gathered(runs).runs == runs


def test_a_run_with_too_many_metrics_is_told_without_their_names() -> None:
    news = gathered({"r": changed(*(f"metric {i}" for i in range(1_000))), "s": changed("loss")})
    assert news.runs["r"].keys.more
    assert news.runs["s"].keys.names == {"loss"}


def test_names_that_are_too_long_are_left_out() -> None:
    news = News()
    for name in (f"{i:03}" * 80 for i in range(100)):
        news.models = news.models.plus({name}, 100)
    (message,) = messages(news)
    assert read(message).models.more
    assert not read(message).experiments


def test_very_much_is_told_as_anything() -> None:
    runs = {f"{i:032x}": changed(*(str(i) for i in range(50))) for i in range(MAX_RUNS)}
    assert messages(News(runs=runs)) == [ANYTHING]
    assert read(ANYTHING).anything


@pytest.mark.parametrize(
    "message", ["", "{", '{"runs": 3}', '{"later": []}', '{"runs":{"r":[["new"],[]]}}']
)
def test_what_another_version_tells_may_be_anything(message: str) -> None:
    assert read(message).anything


def test_news_that_nobody_takes_are_remembered_in_little_room() -> None:
    news = News()
    for i in range(10 * MAX_RUNS):
        news.add(News(runs={str(i): changed("loss")}))
    assert news.anything
    assert not news.runs
