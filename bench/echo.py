"""A server that does nothing but answer: against it, the load generator shows its own limit.

python -m bench.echo PORT
"""

import asyncio
import sys

ANSWER = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"ok": true}'
)


class Echo(asyncio.Protocol):
    """Answers whatever comes, which is one small request at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to answer."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:  # noqa: ARG002
        """Answer."""
        self._transport.write(ANSWER)


async def serve(port: int) -> None:
    """Answer on loopback until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
