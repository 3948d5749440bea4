"""Plugins as small as can be, for tests of what loads and runs plugins."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec
from chachaml_kernel import Kernel, hookimpl
from chachaml_kernel.domain.paging import Page
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunDetail, RunRow
from chachaml_kernel.errors import ConfigError, Forbidden, Invalid, Upstream
from chachaml_kernel.memory import MemoryArtifactStore, MemoryStore
from chachaml_kernel.mounts import Mount
from chachaml_kernel.ports import Announce, Caller, Principal
from chachaml_kernel.tools import AnyTool, Arguments, Tool


@dataclass(frozen=True)
class Stores:
    """Provides a store and an artifact store that nothing can be done with."""

    @hookimpl
    def chachaml_store(self) -> AbstractAsyncContextManager[Any]:
        return nullcontext()

    @hookimpl
    def chachaml_artifact_store(self) -> AbstractAsyncContextManager[Any]:
        return nullcontext()


@dataclass(frozen=True)
class LoggingStore:
    """Provides a store that writes down when it is opened and closed, or refuses to be opened."""

    log: Path = Path("store.log")
    refusal: str | None = None

    @hookimpl
    def chachaml_store(self) -> AbstractAsyncContextManager[Any]:
        return self._open()

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[None]:
        if self.refusal:
            raise ConfigError(self.refusal)
        self.log.write_text("opened\n")
        try:
            yield
        finally:
            # On a thread of an executor, as real stores do, which must still take work then.
            await asyncio.to_thread(self.log.write_text, "opened\nclosed\n")


class Nothing(Arguments, frozen=True):
    """No arguments."""


class Pong(msgspec.Struct, frozen=True):
    """What `ping` returns."""

    at: int


async def ping(kernel: Kernel, _: Nothing) -> Pong:
    """Return the kernel's time."""
    return Pong(kernel.now())


async def get_run(_: Kernel, __: Nothing) -> Pong:
    """Return nothing of a run."""
    return Pong(0)


@dataclass(frozen=True)
class Pinging:
    """Provides a tool, or one that the kernel has itself."""

    taken: bool = False

    @hookimpl
    def chachaml_tools(self) -> Sequence[AnyTool]:
        return [Tool(get_run if self.taken else ping, Nothing, Pong)]


@dataclass(frozen=True)
class Trouble:
    """Provides stores in memory that nobody reaches until the file `back` is there.

    A run cannot be read even then, in a way that nobody foresaw.
    """

    back: Path

    @hookimpl
    def chachaml_store(self) -> AbstractAsyncContextManager[Any]:
        return nullcontext(_Troubled(self.back))

    @hookimpl
    def chachaml_artifact_store(self) -> AbstractAsyncContextManager[Any]:
        return nullcontext(MemoryArtifactStore())


class _Troubled(MemoryStore):
    def __init__(self, back: Path) -> None:
        super().__init__()
        self.back = back

    async def list_runs(self, query: RunQuery) -> Page[RunRow]:
        if not self.back.exists():
            raise Upstream("the database is away", retry_after=2)
        return await super().list_runs(query)

    async def get_run(self, run_id: str, *, headline: Sequence[str] = ()) -> RunDetail:
        raise ZeroDivisionError(f"the secret of {run_id} {headline}")


@dataclass(frozen=True)
class ArtifactsOnly:
    """Provides an artifact store that nothing can be done with."""

    @hookimpl
    def chachaml_artifact_store(self) -> AbstractAsyncContextManager[Any]:
        return nullcontext()


@dataclass(frozen=True)
class Echo:
    """A front end that greets, answers a line with itself, and says "closing" if it is."""

    host: str = "127.0.0.1"
    port: int = 8080
    greeting: str = "ready"

    @hookimpl
    async def chachaml_frontend(self, kernel: Kernel, announce: Announce) -> None:
        assert kernel.authenticator is None
        under_way: dict[asyncio.StreamWriter, asyncio.Future[None]] = {}

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            under_way[writer] = asyncio.get_running_loop().create_future()
            writer.write(f"{self.greeting}\n".encode())
            writer.write(await reader.readline())
            await writer.drain()
            writer.close()
            under_way.pop(writer).set_result(None)

        try:
            server = await asyncio.start_server(answer, self.host, self.port)
        except OSError as error:
            raise ConfigError(f"cannot listen on port {self.port}: it is in use") from error
        try:
            host, port = server.sockets[0].getsockname()
            announce(f"http://{host}:{port}")
            await asyncio.Event().wait()
        finally:
            server.close()
            for writer in under_way:
                writer.write(b"closing\n")
            await asyncio.gather(*under_way.values())


@dataclass(frozen=True)
class Plain:
    """A front end whose hook returns no coroutine."""

    @hookimpl
    def chachaml_frontend(self) -> None:
        return


@dataclass(frozen=True)
class Waiting:
    """A front end, and a command, that says that it starts, and then never gets ready."""

    @hookimpl
    async def chachaml_frontend(self) -> None:
        sys.stderr.write("starting\n")
        sys.stderr.flush()
        await asyncio.Event().wait()

    chachaml_command = chachaml_frontend


@dataclass(frozen=True)
class Silent:
    """A front end that ends at once, without ever having served."""

    @hookimpl
    async def chachaml_frontend(self) -> None:
        return


@dataclass(frozen=True)
class Broken:
    """A front end that fails in a way that nobody foresaw."""

    @hookimpl
    async def chachaml_frontend(self) -> None:
        raise ZeroDivisionError("nobody foresaw this")


@dataclass(frozen=True)
class Text:
    """An exporter of one format that writes nothing; and the plugin that provides it."""

    format: str = "text"
    content_type: str = "text/plain"

    @hookimpl
    def chachaml_exporters(self) -> Sequence[Any]:
        return [self]


@dataclass(frozen=True)
class Corner:
    """Mounts a path that nothing answers at; and has a command that says which."""

    path: str = "/corner"
    sides: int = 2

    @hookimpl
    def chachaml_mounts(self) -> Sequence[Mount]:
        return [Mount(self.path, lambda _: nullcontext())]  # type: ignore[arg-type, return-value]

    @hookimpl
    async def chachaml_command(self, kernel: Kernel) -> None:
        sys.stdout.write(f"{', '.join(kernel.mounts)}\n")


@dataclass(frozen=True)
class Tape:
    """A place that opens nothing; and the plugin that provides it."""

    scheme: str = "tape"
    drive: int = 1

    @hookimpl
    def chachaml_places(self) -> Sequence[Any]:
        return [self]


@dataclass(frozen=True)
class Witness:
    """Writes down when it is built, and when it is asked for exporters, of which it has none."""

    log: Path = Path("witness.log")

    def __post_init__(self) -> None:
        self._note("built")

    @hookimpl
    def chachaml_exporters(self) -> Sequence[Any]:
        self._note("asked")
        return []

    def _note(self, what: str) -> None:
        with self.log.open("a") as log:
            log.write(f"{what}\n")


@dataclass(frozen=True)
class Doorman:
    """Provides an authenticator that lets nobody in; or none, if it is off."""

    name: str = "doorman"
    off: bool = False

    @hookimpl
    def chachaml_authenticator(self) -> "Doorman | None":
        return None if self.off else self

    async def authenticate(self, caller: Caller) -> Principal:
        raise Forbidden(f"nobody may see {caller.path}")


@dataclass(frozen=True)
class Choosy:
    """Has a setting of every kind; none of them does anything."""

    name: str
    count: int = 1
    ratio: float = 0.5
    flag: bool = False
    mode: Literal["fast", "slow"] = "fast"
    folder: Path = Path("here")
    other: Path | None = None
    hosts: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)
    pin: int = field(default=0, repr=False)

    def __post_init__(self) -> None:
        if self.count < 0:
            raise Invalid(f"count is {self.count}; it must not be negative")
        if self.ratio > 1:
            raise ValueError(f"ratio is {self.ratio}; it must be at most 1")
        if self.name == "nobody":
            raise ConfigError("nobody is no name")

    @hookimpl
    def chachaml_exporters(self) -> Sequence[Any]:
        return []
