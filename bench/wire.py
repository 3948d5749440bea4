"""HTTP/1.1 by hand, so that what generates load leaves the machine to the servers."""

import json
import socket
import time
from collections.abc import Generator
from typing import Final, TypeAlias, TypeVar

T = TypeVar("T")

Body: TypeAlias = bytes | bytearray

Call: TypeAlias = Generator[bytes, Body, T]
"""Yields requests, is sent the body of the answer to each, and returns what came of it."""

JSON: Final = "application/json"
BUFFER: Final = 4 * 2**20
PART: Final = 2**16
LONG: Final = 2**20
"""A body from this length on is received straight into its place."""

LAST_CHUNK: Final = b"0\r\n\r\n"


class Refused(Exception):
    """The server answered with something else than 200."""

    def __init__(self, status: int, answer: bytes) -> None:
        """Keep the status, and the beginning of the answer for the message."""
        super().__init__(f"{status}: {answer[:1_000].decode(errors='replace')}")
        self.status = status


def request(
    method: str, path: str, body: bytes = b"", *, kind: str = JSON, headers: str = ""
) -> bytes:
    """Return a whole request; each of the `headers` ends with a line break."""
    return head(method, path, len(body), kind=kind, headers=headers) + body


def head(method: str, path: str, length: int, *, kind: str = JSON, headers: str = "") -> bytes:
    """Return what goes before a body of `length` bytes."""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}"
        f"Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def post(path: str, body: object, *, headers: str = "") -> bytes:
    """Return a request with JSON."""
    content = json.dumps(body, separators=(",", ":")).encode()
    return request("POST", path, content, headers=headers)


def get(path: str, *, headers: str = "") -> bytes:
    """Return a request without a body."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode()


def alone(request: bytes) -> Call[Body]:
    """Return a call of one request, which returns the body of its answer."""
    return (yield request)


def ask(port: int, call: Call[T]) -> T:
    """Do all of a call over a new connection; return its result.

    For what is not measured: a connection that waits meanwhile may be closed by the server.
    """
    connection = Connection(port)
    try:
        return connection.timed(call)[1]
    finally:
        connection.close()


class Connection:
    """One connection that is kept open; one request is under way at a time."""

    def __init__(self, port: int) -> None:
        """Connect to a server on loopback."""
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        self._answer = Answer()

    def send(self, request: bytes) -> None:
        """Send a request."""
        self.socket.sendall(request)

    def receive(self) -> Body | None:
        """Take what has come, waiting if there is nothing; return the body once it is whole.

        Raises `Refused` if the answer is no 200.
        """
        answer = self._answer
        body = answer.take(self.socket)
        if body is not None:
            self._answer = Answer()
            if answer.status != 200:
                raise Refused(answer.status, bytes(body))
        return body

    def timed(self, call: Call[T]) -> tuple[float, T]:
        """Do all of a call; return the seconds since its first request, and its result."""
        request = next(call)
        begin = time.perf_counter()
        while True:
            self.send(request)
            while (body := self.receive()) is None:
                pass
            try:
                request = call.send(body)
            except StopIteration as end:
                return time.perf_counter() - begin, end.value

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()


class Answer:
    """An answer as it comes in."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.status = 0
        self._read = bytearray()
        self._begin = 0  # of the body
        self._length = -1  # of the body, where the head says it
        self._rest = memoryview(b"")  # what of a long body is still to be filled

    def take(self, connection: socket.socket) -> Body | None:
        """Take a part from the socket; return the body once it is whole."""
        if self._rest:
            self._rest = self._rest[_some(connection.recv_into(self._rest)) :]
            return None if self._rest else self._read
        part = connection.recv(PART)
        _some(len(part))
        self._read += part
        if not self.status and not self._take_head():
            return None
        if self._length < 0:
            return _unchunked(self._read, self._begin) if part.endswith(LAST_CHUNK) else None
        have = len(self._read) - self._begin
        if have < self._length > LONG:
            long = bytearray(self._length)
            long[:have] = self._read[self._begin :]
            self._read, self._rest = long, memoryview(long)[have:]
            return None
        return bytes(self._read[self._begin :]) if have >= self._length else None

    def _take_head(self) -> bool:
        end = self._read.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = self._read[:end].lower()
        self.status = int(head[9:12])
        self._begin = end + 4
        if b"transfer-encoding: chunked" not in head:
            self._length = int(head.partition(b"content-length:")[2].partition(b"\r")[0])
        return True


def _some(count: int) -> int:
    if not count:
        raise ConnectionError("the server closed the connection in the middle of an answer")
    return count


def _unchunked(answer: bytearray, begin: int) -> bytes | None:
    """Return the body whose chunks begin at `begin`, or None if the last is still to come."""
    view = memoryview(answer)
    parts: list[memoryview] = []
    while begin < len(answer):
        line = answer.index(b"\r\n", begin)
        size = int(answer[begin:line].partition(b";")[0], 16)
        begin = line + 2 + size + 2
        if not size:
            return b"".join(parts)
        parts.append(view[line + 2 : line + 2 + size])
    return None
