"""The load generator's HTTP, and the copies of rows that fill the peers."""

import socket
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from bench.targets.databases import Template, multiply, size
from bench.wire import LONG, Answer, Body, get, post


def answer(*parts: bytes) -> tuple[int, Body]:
    """Let an answer come in, part by part; return its status and its body."""
    ours, theirs = socket.socketpair()
    taken = Answer()
    with closing(ours), closing(theirs):
        body = receive(taken, ours, theirs, parts)
    assert body is not None
    return taken.status, body


def receive(
    taken: Answer, ours: socket.socket, theirs: socket.socket, parts: Sequence[bytes]
) -> Body | None:
    body = None
    for part in parts:
        assert body is None, "it was whole too early"
        theirs.sendall(part)
        body = taken.take(ours)
    return body


def test_an_answer_with_a_length_is_whole_when_so_much_has_come() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n"
    assert answer(head + b'{"ok": true}') == (200, b'{"ok": true}')


def test_an_answer_may_come_in_pieces() -> None:
    pieces = (b"HTTP/1.1 409 Con", b"flict\r\ncontent-length: 4\r\n", b"\r\nab", b"cd")
    assert answer(*pieces) == (409, b"abcd")


def test_an_answer_may_be_empty() -> None:
    assert answer(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") == (200, b"")


def test_an_answer_may_come_in_chunks() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert answer(head, b"4\r\nabcd\r\n", b"A;x=1\r\n0123456789\r\n0\r\n\r\n") == (
        200,
        b"abcd0123456789",
    )


def test_what_looks_like_the_last_chunk_is_not_taken_for_it() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert answer(head, b"C\r\nabcde0\r\n\r\n", b"fg\r\n0\r\n\r\n") == (200, b"abcde0\r\n\r\nfg")


def test_a_long_answer_is_received_whole() -> None:
    content = bytes(range(256)) * (LONG // 256 + 1)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content)
    parts = (
        head + content[:100],
        *(content[i : i + 50_000] for i in range(100, len(content), 50_000)),
    )
    assert answer(*parts) == (200, content)


def test_an_answer_that_breaks_off_is_an_error() -> None:
    ours, theirs = socket.socketpair()
    with closing(ours):
        theirs.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{")
        theirs.close()
        taken = Answer()
        assert taken.take(ours) is None
        with pytest.raises(ConnectionError, match="in the middle of an answer"):
            taken.take(ours)


def test_a_request_says_how_long_it_is() -> None:
    assert post("/p", {"a": [1, 2]}, headers="X: y\r\n") == (
        b"POST /p HTTP/1.1\r\nHost: 127.0.0.1\r\nX: y\r\n"
        b'Content-Type: application/json\r\nContent-Length: 11\r\n\r\n{"a":[1,2]}'
    )
    assert get("/p?q=1") == b"GET /p?q=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def test_rows_of_a_run_are_copied_with_changes(tmp_path: Path) -> None:
    database = tmp_path / "some.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE metrics (run TEXT, key TEXT, value REAL)")
        rows = [("a", "x", 1.0), ("a", "y", 2.0), ("b", "x", 9.0)]
        connection.executemany("INSERT INTO metrics VALUES (?, ?, ?)", rows)
    added = multiply(
        Template(database, "run", "a"),
        "metrics",
        numbers=range(5, 7),
        changes={"run": lambda n, _: f"r{n}", "value": lambda n, old: n if old == 1.0 else old},
    )
    assert added == 4
    with closing(sqlite3.connect(database)) as connection:
        copies = connection.execute("SELECT * FROM metrics WHERE run LIKE 'r%' ORDER BY 1, 2")
        assert copies.fetchall() == [
            *(("r5", "x", 5.0), ("r5", "y", 2.0), ("r6", "x", 6.0), ("r6", "y", 2.0))
        ]


def test_empty_pages_are_taken_but_not_used(tmp_path: Path) -> None:
    database = tmp_path / "some.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x)")
        connection.executemany("INSERT INTO t VALUES (?)", ((b"." * 1_000,) for _ in range(100)))
    full = size(database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DELETE FROM t")
    emptied = size(database)
    assert full.used == full.taken == emptied.taken
    assert emptied.used < full.used / 5
