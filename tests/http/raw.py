"""Connections on which tests say byte by byte what they send, and requests to send."""

import asyncio
import re
from collections.abc import Iterable, Sequence

PATIENCE = 10
"""Seconds after which a test fails that waits for an answer in vain."""
TURNS = 6
"""Turns of the loop in which a server reads what was sent. An answer may take more."""
JSON = "Content-Type: application/json"
LAST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    """Return a request with a `Host` before the other headers."""
    lines = (f"{line} HTTP/1.1", "Host: localhost", *headers)
    return "\r\n".join((*lines, "\r\n")).encode("latin-1") + body


def post(path: str, body: bytes, *headers: str) -> bytes:
    """Return what is a short post, but for its `headers` maybe."""
    return request(f"POST {path}", JSON, f"Content-Length: {len(body)}", *headers, body=body)


class Client(asyncio.Protocol):
    """One connection, which keeps all that it is told, however the server ends it."""

    def __init__(self) -> None:
        self.told = b""
        self.transport: asyncio.Transport
        self.more = asyncio.Event()
        self.ended = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.told += data
        self.more.set()

    def connection_lost(self, exc: BaseException | None) -> None:  # noqa: ARG002
        self.ended.set()
        self.more.set()

    async def send(self, *pieces: bytes, pause: int = TURNS) -> None:
        """Send pieces, with so many turns of the loop for the server to read each."""
        for piece in pieces:
            self.transport.write(piece)
            for _ in range(pause):
                await asyncio.sleep(0)

    async def answer(self, *pieces: bytes) -> bytes:
        """Send pieces, and return the answer to what they are the end of."""
        self.told = b""
        await self.send(*pieces)
        async with asyncio.timeout(PATIENCE):
            while not is_whole(self.told):
                assert not self.ended.is_set(), self.told
                self.more.clear()
                await self.more.wait()
        return self.told

    async def all(self) -> bytes:
        """Return all that was told, once the server has ended the connection."""
        async with asyncio.timeout(PATIENCE):
            await self.ended.wait()
        return self.told


async def connect(url: str) -> Client:
    """Return a connection to a server."""
    port = int(url.rpartition(":")[2])
    return (await asyncio.get_running_loop().create_connection(Client, "127.0.0.1", port))[1]


def is_whole(answer: bytes) -> bool:
    """Tell whether an answer, which has a length, has come wholly."""
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    return bool(end) and length is not None and len(body) >= int(length[1])


def cut(whole: bytes, places: Iterable[int]) -> Sequence[bytes]:
    """Return `whole` in pieces, which begin at `places`."""
    begins = sorted({0, *(place % len(whole) for place in places)})
    return [whole[begin:end] for begin, end in zip(begins, [*begins[1:], None], strict=True)]
