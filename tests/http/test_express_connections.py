"""Connections with short posts on them: pauses, failures, endings, clients that go away."""

import asyncio
import re
import socket
from contextlib import suppress

import pytest
from chachaml_ui import Ui

from tests.http.raw import LAST, connect, post, request
from tests.http.serving import serving
from tests.http.short import METRICS, POINT, USUAL, SlowStore, short_posts
from tests.http.twins import comparable, still

HALF = len(POINT) - 3
SOON = 0.02
"""Seconds after which connections of these tests are idle for long."""


async def test_a_short_post_passes_the_framework_by_and_others_do_not() -> None:
    async with short_posts() as short:
        client = await connect(short.url)
        for sent in (POINT, USUAL, POINT):
            assert (await client.answer(sent)).startswith(b"HTTP/1.1 200 OK\r\n")
        assert short.store.short == [True, False, True]
        client.transport.close()


async def until_refused(url: str) -> None:
    """Wait until the server accepts nothing more; the loop may need a round to close the socket."""
    with suppress(OSError):
        while True:
            (await connect(url)).transport.close()


@pytest.mark.parametrize("begun", [HALF, len(POINT)])
async def test_a_short_post_under_way_is_answered_before_the_server_ends(begun: int) -> None:
    store = SlowStore()
    settings = Ui(port=0, shutdown_timeout=3_600)
    async with serving(await still(store), settings) as (url, task):
        client = await connect(url)
        await client.send(POINT[:begun])
        task.cancel()
        await until_refused(url)
        assert not task.done()
        store.told.set()
        if begun < len(POINT):
            await client.send(POINT[begun:])
        answer = await client.all()
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"\r\nConnection: close\r\n" in answer
        await asyncio.wait([task])
        assert store.short == [True]


async def test_a_short_post_that_does_not_end_is_given_up_when_the_server_ends() -> None:
    store = SlowStore()
    async with serving(await still(store), Ui(port=0, shutdown_timeout=0)) as (url, task):
        client = await connect(url)
        await client.send(POINT)
        await store.asked.wait()
        task.cancel()
        assert await client.all() == b""
        await asyncio.wait([task])
        assert store.given_up


async def test_a_client_that_pauses_for_too_long_is_told_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chachaml_ui.express.connection.PATIENCE", 0)
    async with serving(await still(), Ui(port=0, body_timeout=0.01)) as (url, _):
        client = await connect(url)
        answer = await client.answer(POINT[:HALF])
        client.transport.abort()
        assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert b"body_timeout" in answer


async def test_a_client_that_goes_on_after_a_pause_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chachaml_ui.express.connection.PATIENCE", 0)
    async with short_posts() as short:
        client = await connect(short.url)
        assert b" 200 OK\r\n" in await client.answer(POINT[:HALF], POINT[HALF:])
        assert b" 200 OK\r\n" in await client.answer(POINT)
        assert short.store.short == [False, True]
        client.transport.close()


async def test_a_server_that_ends_waits_for_a_client_that_pauses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chachaml_ui.express.connection.PATIENCE", 0)
    async with short_posts() as short:
        client = await connect(short.url)
        short.drain.ending = True
        await client.send(POINT[:HALF])
        assert short.drain.under_way == 1
        await client.send(POINT[HALF:])
        assert b"\r\nConnection: close\r\n" in await client.all()
        assert short.store.short == [True]


@pytest.mark.parametrize(
    "sent", [[], [POINT], [POINT, USUAL], [USUAL, POINT], [POINT + POINT], [POINT, b"G"]]
)
async def test_a_connection_is_closed_when_it_was_idle_for_long(sent: list[bytes]) -> None:
    async with short_posts(keepalive_timeout=SOON) as short:
        client = await connect(short.url)
        await client.send(*sent)
        told = await client.all()
        assert told.count(b"HTTP/1.1 200 OK\r\n") == b"".join(sent).count(b"POST ")


@pytest.mark.parametrize("sent", [POINT, USUAL, POINT + POINT])
async def test_a_connection_in_use_is_not_idle(sent: bytes) -> None:
    async with short_posts(keepalive_timeout=SOON) as short:
        client = await connect(short.url)
        await client.answer(POINT)
        short.store.told.clear()
        await client.send(sent)
        later = await connect(short.url)
        await later.answer(LAST.replace(b"Connection: close\r\n", b""))
        await later.all()  # since it was idle, for longer than the other took until now
        assert not client.ended.is_set()
        short.store.told.set()
        assert b" 200 OK\r\n" in await client.answer()


async def test_a_failure_is_answered_logged_and_counted_as_without_short_posts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with short_posts() as short:
        client = await connect(short.url)
        short.store.fault = RuntimeError("the disk is gone")
        answers = [comparable(await client.answer(sent)) for sent in (POINT, USUAL)]
        short.store.fault = None
        assert b" 200 OK\r\n" in await client.answer(POINT)
        figures = await client.answer(request("GET /metrics"))
        client.transport.close()
    assert short.store.short == [True, False, True]
    assert answers[0].startswith(b"HTTP/1.1 500 Internal Server Error\n")
    assert answers[0] == answers[1]
    logged = [record.getMessage() for record in caplog.records]
    assert logged == [f"POST {METRICS} failed"] * 2
    assert all(record.exc_info is not None for record in caplog.records)
    counts = re.findall(rb'requests_total.*runs/{id}/metrics",status="(\d+)"} (\d)', figures)
    assert dict(counts) == {b"500": b"2", b"200": b"1"}


async def test_a_post_without_an_answer_ends_the_connection() -> None:
    async with short_posts() as short:
        short.store.fault = asyncio.CancelledError()
        client = await connect(short.url)
        await client.send(POINT)
        assert await client.all() == b""


@pytest.mark.parametrize("sent", [POINT[:HALF], POINT, POINT + POINT[:HALF]])
async def test_a_client_that_goes_away_leaves_nothing_under_way(sent: bytes) -> None:
    async with short_posts() as short:
        short.store.told.clear()
        client = await connect(short.url)
        await client.send(sent)
        assert short.drain.under_way == 1
        client.transport.abort()
        await client.ended.wait()
        short.store.told.set()
        other = await connect(short.url)
        assert b" 200 OK\r\n" in await other.answer(POINT)
        assert short.drain.under_way == 0
        other.transport.close()


async def test_what_comes_while_a_post_is_answered_waits() -> None:
    async with short_posts() as short:
        short.store.told.clear()
        client = await connect(short.url)
        await client.send(POINT, POINT, POINT[:HALF], POINT[HALF:])
        assert short.store.short == [True]
        assert client.told == b""
        short.store.told.set()
        await client.send(LAST)
        assert (await client.all()).count(b"HTTP/1.1 200 OK\r\n") == 4
        assert len(short.store.short) == 3


async def test_a_short_post_waits_for_the_answer_to_the_request_before_it() -> None:
    async with short_posts() as short:
        short.store.told.clear()
        client = await connect(short.url)
        await client.send(USUAL, post(METRICS, b"no"))
        assert short.store.short == [False]
        assert client.told == b""
        short.store.told.set()
        await client.send(LAST)
        statuses = re.findall(rb"HTTP/1.1 (\d+)", await client.all())
        assert statuses == [b"200", b"400", b"200"]


async def test_a_client_that_reads_no_answers_is_not_read_for_ever() -> None:
    async with short_posts() as short:
        short.server.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        client = await connect(short.url)
        client.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096
        )
        client.transport.pause_reading()
        wrong = post(METRICS, b'{"' + b"x" * 9_000 + b'": "a"}')
        number = 0
        while client.transport.get_write_buffer_size() == 0:
            await client.send(wrong)
            number += 1
            assert number < 5_000
        client.transport.abort()


async def test_after_an_answer_to_half_a_request_the_framework_has_the_connection() -> None:
    async with short_posts() as short:
        client = await connect(short.url)
        half = request("GET /healthz", "Content-Length: 5", body=b"half")
        assert b" 200 OK\r\n" in await client.answer(half)
        await client.send(b"!")
        assert b" 200 OK\r\n" in await client.answer(POINT)
        assert short.store.short == [False]
        client.transport.close()
