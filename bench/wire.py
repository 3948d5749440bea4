"""HTTP/1.1 by hand, so that what generates load leaves the machine to the servers."""

import asyncio
import json
from typing import Any, Self
from urllib.parse import urlsplit


class Wire:
    """One connection that is kept open."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str
    ) -> None:
        """Use an open connection to `host`."""
        self._reader = reader
        self._writer = writer
        self._host = host

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect to the server at `url`."""
        address = urlsplit(url)
        streams = await asyncio.open_connection(address.hostname, address.port, limit=2**26)
        return cls(*streams, address.netloc)

    async def send(self, method: str, path: str, body: bytes = b"") -> bytes:
        """Return the body of the answer, which must be a 200."""
        self._writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        if b"transfer-encoding: chunked" in head:
            answer = await self._chunks()
        else:
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
            answer = await self._reader.readexactly(length)
        assert head.startswith(b"http/1.1 200 "), head + answer
        return answer

    async def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
        """Send JSON, if any, and return the JSON of the answer."""
        content = b"" if body is None else json.dumps(body).encode()
        return json.loads(await self.send(method, path, content))

    async def close(self) -> None:
        """Close the connection."""
        self._writer.close()
        await self._writer.wait_closed()

    async def _chunks(self) -> bytes:
        parts = []
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            parts.append((await self._reader.readexactly(size + 2))[:-2])
        await self._reader.readexactly(2)
        return b"".join(parts)
