"""Artifacts in S3 when S3, or the way to it, fails."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from typing import Any

import pytest
from chachaml_artifacts_s3.bucket import Bucket
from chachaml_artifacts_s3.client import connect, pool
from chachaml_artifacts_s3.credentials import find_keys
from chachaml_kernel.errors import ConfigError, Upstream

from tests.integration.artifact_bucket import PART, objects, opened, pieces, read, uploads
from tests.servers.s3 import BUCKET, KEYS, READERS_KEYS, S3Server

MUCH = random.Random(13).randbytes(3 * PART + 17)
SHORT: dict[str, Any] = {"timeout": 1.0, "attempts": 2}

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(answer: Answer) -> AsyncIterator[str]:
    """Let `answer` see to every connection; yield the address."""

    async def answer_and_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(ConnectionError):
            await answer(reader, writer)

    async with await asyncio.start_server(answer_and_close, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def writing(then: Callable[[], None]) -> AsyncIterator[bytes]:
    """Return chunks of an upload during which something happens."""

    async def chunks() -> AsyncIterator[bytes]:
        yield MUCH
        then()
        yield MUCH

    return chunks()


async def test_a_server_that_dies_during_an_upload_has_nothing_of_it_afterwards(
    mortal_s3: S3Server,
) -> None:
    def die() -> None:
        assert uploads(mortal_s3) == ["run/artifact"]
        mortal_s3.kill()

    async with opened(mortal_s3, **SHORT) as store:
        with pytest.raises(Upstream, match="cannot be reached"):
            await store.write("run/artifact", writing(die))
        mortal_s3.start()
    assert (uploads(mortal_s3), objects(mortal_s3)) == ([], [])


async def test_a_server_that_says_nothing_is_not_waited_for_and_frees_all_when_it_speaks_again(
    mortal_s3: S3Server,
) -> None:
    async with opened(mortal_s3, **SHORT, threads=2) as store:
        await store.write("run/before", pieces(b"x"))
        with pytest.raises(Upstream, match="does not answer in time"):
            await store.write("run/artifact", writing(mortal_s3.freeze))
        with pytest.raises(Upstream, match="does not answer in time"):
            await store.ping()
        everybody = [read(store, "run/before") for _ in range(20)]
        for outcome in await asyncio.gather(*everybody, return_exceptions=True):
            assert isinstance(outcome, Upstream)
        mortal_s3.thaw()
        assert await read(store, "run/before") == b"x"
    assert (uploads(mortal_s3), objects(mortal_s3)) == ([], ["run/before"])


async def test_a_read_goes_on_when_its_connection_broke(mortal_s3: S3Server) -> None:
    content = random.Random(17).randbytes(8 * PART)
    async with opened(mortal_s3) as store:
        await store.write("run/artifact", pieces(content))
        async with store.open("run/artifact", offset=5, length=len(content) - 7) as chunks:
            found = await anext(chunks)
            mortal_s3.kill()
            mortal_s3.start()
            found += b"".join([chunk async for chunk in chunks])
    assert found == content[5:-2]


async def test_a_read_that_cannot_go_on_is_told(mortal_s3: S3Server) -> None:
    async with opened(mortal_s3, **SHORT) as store:
        await store.write("run/artifact", pieces(MUCH))
        async with store.open("run/artifact") as chunks:
            await anext(chunks)
            mortal_s3.kill()
            with pytest.raises(Upstream):
                _ = [chunk async for chunk in chunks]


@pytest.mark.parametrize("size", [PART, 2 * PART], ids=["whole", "in parts"])
async def test_bytes_that_are_changed_on_their_way_are_refused(
    s3: S3Server, prefix: str, size: int
) -> None:
    async def change(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        port = s3.ports["s3.port"]
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        with closing(far_writer):
            await asyncio.gather(_copy(reader, far_writer, change=True), _copy(far_reader, writer))

    async with listening(change) as endpoint, opened(s3, prefix, endpoint=endpoint) as store:
        with pytest.raises(Upstream, match="refuses"):
            await store.write("run/artifact", pieces(MUCH[:size]))
    assert (uploads(s3, prefix), objects(s3, prefix)) == ([], [])


async def test_parts_that_are_not_put_together_are_told() -> None:
    body = b"<Error><Code>InternalError</Code></Error>"

    async def fail_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n")
        writer.write(b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        writer.close()

    async with listening(fail_late) as endpoint:
        http = pool(timeout=5, attempts=1, ca_file=None)
        keys = find_keys(KEYS["access_key"], KEYS["secret_key"], "")
        client = connect(endpoint, http, keys, region="us-east-1", virtual_host=False)
        bucket = Bucket(client, BUCKET, prefix="", endpoint=endpoint)
        with pytest.raises(Upstream, match="did not put the parts"):
            await asyncio.to_thread(bucket.complete, "run/artifact", "id", [], size=1)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"secret_key": "wrong-secret"}, "refuses: SignatureDoesNotMatch"),
        ({"access_key": "wrong-key"}, "refuses: InvalidAccessKeyId"),
        (READERS_KEYS, "refuses: AccessDenied"),
        ({"bucket": "missing"}, "set make_bucket = true"),
        ({"endpoint": "http://127.0.0.1:1"}, "cannot be reached"),
        ({"endpoint": "http://s3.invalid"}, "has a host that is not known"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_configured_wrongly_stops_the_start_in_one_line(
    s3: S3Server, settings: dict[str, Any], said: str
) -> None:
    detail = await refusal(s3, **settings)
    assert detail.startswith("[plugins.artifacts_s3] the bucket")
    assert said in detail
    for secret in (KEYS["secret_key"], "wrong-secret", READERS_KEYS["secret_key"]):
        assert secret not in detail


async def test_a_server_that_is_not_trusted_stops_the_start(s3: S3Server) -> None:
    assert "set ca_file" in await refusal(s3, endpoint=s3.tls_endpoint)


async def test_a_server_without_tls_is_not_taken_for_one_with_it(s3: S3Server) -> None:
    plain = s3.endpoint.replace("http:", "https:")
    assert "is not trusted" in await refusal(s3, endpoint=plain)


async def test_what_is_no_s3_stops_the_start(s3: S3Server) -> None:
    other = f"http://127.0.0.1:{s3.ports['master.port']}"
    assert "does not answer as S3 does" in await refusal(s3, endpoint=other)


async def test_a_black_hole_stops_the_start(s3: S3Server) -> None:
    async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(-1)

    async with listening(say_nothing) as endpoint:
        assert "does not answer in time" in await refusal(s3, endpoint=endpoint)


async def test_a_bucket_that_is_missing_is_made_if_it_may_be(mortal_s3: S3Server) -> None:
    for _ in range(2):
        async with opened(mortal_s3, bucket="made", make_bucket=True) as store:
            await store.write("run/artifact", pieces(b"x"))
    assert mortal_s3.client.stat_object("made", "run/artifact").size == 1


async def refusal(s3: S3Server, **settings: Any) -> str:
    """Return the one line that stops a start, which must not take long."""
    with pytest.raises(ConfigError) as refused:
        await opened(s3, **{**SHORT, **settings}).__aenter__()
    assert "\n" not in refused.value.detail
    return refused.value.detail


async def _copy(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, change: bool = False
) -> None:
    """Hand on what comes; change the last byte of whatever comes together and is long."""
    while received := bytearray(await reader.read(2**16)):
        if change and len(received) > 2**12:
            received[-1] ^= 1
        writer.write(received)
        await writer.drain()
    writer.close()
