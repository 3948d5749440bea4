import asyncio
import gc
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path

import pytest
from chachaml_kernel import serve
from chachaml_kernel.config import Config
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.serving import check, run

from tests.distributions import Install

SMALL = {
    "stores": "Stores",
    "log": "LoggingStore",
    "artifacts": "ArtifactsOnly",
    "echo": "Echo",
    "also": "Echo",
    "silent": "Silent",
    "broken": "Broken",
    "plain": "Plain",
    "witness": "Witness",
}
CONFIG = "[plugins.log]\n[plugins.artifacts]\n[plugins.echo]\nport = 0\n"


@pytest.fixture(autouse=True)
def _small(add: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add("small", plugins={name: f"tests.small_plugins:{it}" for name, it in SMALL.items()})
    monkeypatch.chdir(tmp_path)
    Path("c.toml").write_text(CONFIG)


def config(*frontends: str, refusal: str | None = None) -> Config:
    settings: dict[str, dict[str, object]] = {
        "echo": {"port": 0},
        "also": {"port": 0, "greeting": "ready as well"},
    }
    tables: dict[str, dict[str, object]] = {name: settings.get(name, {}) for name in frontends}
    return Config(plugins={"log": {"refusal": refusal}, "artifacts": {}, **tables})


def nobody_listens(addresses: Sequence[str]) -> None:
    raise AssertionError(f"serves at {addresses}, but should not")


def log(name: str = "store.log") -> list[str]:
    file = Path(name)
    return file.read_text().split() if file.exists() else []


class Client:
    """A connection to a small front end that is ready to answer a line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def line(self) -> str:
        return (await self.reader.readline()).decode().strip()

    async def ask(self, line: str) -> str:
        self.writer.write(f"{line}\n".encode())
        answer = await self.line()
        self.writer.close()
        await self.writer.wait_closed()
        return answer


async def connect(url: str) -> Client:
    host, port = url.removeprefix("http://").split(":")
    client = Client(*await asyncio.open_connection(host, int(port)))
    assert (await client.line()).startswith("ready")
    return client


class Running:
    """`run` as a task of its own, with the addresses that it told."""

    def __init__(self, config: Config) -> None:
        self.told: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
        self.task = asyncio.create_task(
            run(config, ready=lambda addresses: self.told.set_result(list(addresses)))
        )

    async def addresses(self) -> list[str]:
        await asyncio.wait((self.told, self.task), return_when=asyncio.FIRST_COMPLETED)
        if self.task.done():
            await self.task
        return self.told.result()

    async def end(self) -> None:
        self.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self.task


async def test_front_ends_serve_until_cancelled_and_then_the_store_is_closed() -> None:
    running = Running(config("echo"))
    [url] = await running.addresses()
    assert log() == ["opened"]
    assert await (await connect(url)).ask("hello") == "hello"
    await running.end()
    assert log() == ["opened", "closed"]


async def test_a_plugin_is_built_once_and_asked_once() -> None:
    running = Running(config("echo", "witness"))
    await running.addresses()
    await running.end()
    assert log("witness.log") == ["built", "asked"]


async def test_all_front_ends_serve_and_their_addresses_come_at_once_in_order() -> None:
    running = Running(config("also", "echo"))
    addresses = await running.addresses()
    assert len(set(addresses)) == 2
    for url in addresses:
        assert await (await connect(url)).ask("hello") == "hello"
    await running.end()


async def test_a_request_under_way_is_answered_before_anything_is_closed() -> None:
    running = Running(config("echo"))
    client = await connect((await running.addresses())[0])
    running.task.cancel()
    assert await client.line() == "closing"
    assert log() == ["opened"]
    assert await client.ask("hello") == "hello"
    with pytest.raises(asyncio.CancelledError):
        await running.task
    assert log() == ["opened", "closed"]


async def test_a_port_in_use_is_told_as_itself_and_the_store_is_closed() -> None:
    running = Running(config("echo"))
    [url] = await running.addresses()
    port = int(url.rpartition(":")[2])
    taken = Config(plugins={"log": {}, "artifacts": {}, "echo": {"port": port}})
    with pytest.raises(ConfigError, match=f"cannot listen on port {port}: it is in use"):
        await run(taken, ready=nobody_listens)
    assert log() == ["opened", "closed"]
    await running.end()


async def test_a_store_that_cannot_be_opened_is_told_as_itself() -> None:
    with pytest.raises(ConfigError, match="the folder is read-only"):
        await run(config("echo", refusal="the folder is read-only"), ready=nobody_listens)


async def test_an_error_that_is_not_ours_stays_whole() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        await run(config("broken"), ready=nobody_listens)
    assert caught.group_contains(ZeroDivisionError)
    assert log() == ["opened", "closed"]


async def test_a_front_end_that_ends_before_it_served_is_named() -> None:
    with pytest.raises(ConfigError, match="front end of plugin 'silent' ended before it served"):
        await run(config("silent"), ready=nobody_listens)


async def test_a_front_end_hook_must_return_a_coroutine() -> None:
    with pytest.raises(ConfigError, match="chachaml_frontend of plugin 'plain' must return a cor"):
        await run(config("plain"), ready=nobody_listens)


async def test_without_a_front_end_nothing_is_opened() -> None:
    with pytest.raises(ConfigError) as caught:
        await run(config(), ready=nobody_listens)
    assert caught.value.detail == "no plugin provides a front end; add [plugins.ui]"
    assert log() == []


def test_checking_opens_nothing() -> None:
    check(config("echo"))
    assert log() == []


async def test_a_server_in_the_background_serves_until_it_is_stopped() -> None:
    server = serve("c.toml")
    assert await (await connect(server.url)).ask("hello") == "hello"
    server.stop()
    assert log() == ["opened", "closed"]
    with pytest.raises(OSError, match="Connect call failed"):
        await connect(server.url)


async def test_stopping_twice_is_stopping_once() -> None:
    server = serve("c.toml")
    client = await connect(server.url)
    first, second = (asyncio.create_task(asyncio.to_thread(server.stop)) for _ in range(2))
    assert await client.line() == "closing"
    assert await client.ask("hello") == "hello"
    await asyncio.gather(first, second)
    server.stop()


def test_a_server_is_a_context_that_stops_it(tmp_path: Path) -> None:
    with serve(Path("c.toml"), data=tmp_path / ".") as server:
        assert server.url.startswith("http://127.0.0.1:")
    assert log() == ["opened", "closed"]


def test_a_server_that_cannot_start_raises_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve("c.toml") as server:
        port = server.url.rpartition(":")[2]
        monkeypatch.setenv("CHACHAML_ECHO_PORT", port)
        with pytest.raises(ConfigError, match=f"cannot listen on port {port}"):
            serve("c.toml")


@pytest.mark.parametrize("frontend", ["silent", "plain", "broken"])
def test_a_start_that_failed_closes_the_store_and_leaves_no_thread(frontend: str) -> None:
    Path("c.toml").write_text(f"{CONFIG}[plugins.{frontend}]\n")
    before = set(threading.enumerate())
    with pytest.raises((ConfigError, ExceptionGroup)):
        serve("c.toml")
    assert log() == ["opened", "closed"]
    assert not [thread.name for thread in set(threading.enumerate()) - before]


def test_a_server_that_was_stopped_is_forgotten() -> None:
    with serve("c.toml") as server:
        forgotten = weakref.ref(server)
    del server
    gc.collect()
    assert forgotten() is None


def test_two_servers_run_side_by_side() -> None:
    with serve("c.toml") as one, serve("c.toml") as other:
        assert one.url != other.url
