"""The contract suite of artifact stores whose bytes may go past the server."""
# ruff: noqa: D102  the name of a test is its docstring

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

import pytest

from chachaml_kernel.errors import NotFound
from chachaml_kernel.ports import (
    ArtifactStore,
    DirectArtifactStore,
    DirectTransfer,
    Permission,
    Stored,
)
from chachaml_kernel.testing.artifact_bytes import MUCH, SOME, each, read

KEY = "run/artifact"


@pytest.mark.asyncio
class DirectTransferSuite:
    """What every artifact store promises of bytes that go past the server.

    Subclass it as `Test…` and give it the fixture of `ArtifactStoreSuite`, with a store that is
    also a `DirectArtifactStore` and set up to transfer bytes so.
    """

    @pytest.mark.parametrize("content", [b"", SOME, MUCH], ids=["nothing", "small", "large"])
    async def test_what_is_sent_by_permission_is_under_the_key(
        self, artifact_store: ArtifactStore, content: bytes
    ) -> None:
        direct = transfer(artifact_store)
        assert await send(await direct.upload(KEY, stored(content)), content) < 300
        assert (await direct.sent(KEY)).stored == stored(content)
        assert await read(artifact_store, KEY) == content

    async def test_nothing_is_under_a_key_before_it_is_sent(
        self, artifact_store: ArtifactStore
    ) -> None:
        direct = transfer(artifact_store)
        await direct.upload(KEY, stored(SOME))
        with pytest.raises(NotFound, match=KEY) as refusal:
            await direct.sent(KEY)
        assert refusal.value.error == "no such artifact bytes"

    @pytest.mark.parametrize("content", [SOME[::-1], SOME[:-1], SOME + b"x", b""])
    async def test_other_bytes_than_were_promised_are_refused(
        self, artifact_store: ArtifactStore, content: bytes
    ) -> None:
        direct = transfer(artifact_store)
        permission = await direct.upload(KEY, stored(SOME))
        of_these = {**permission.headers, "Content-Length": str(len(content))}
        for headers in (of_these, {}):
            assert await send(replace(permission, headers=headers), content) >= 400
        with pytest.raises(NotFound):
            await direct.sent(KEY)

    async def test_bytes_that_came_stay_as_they_are_whatever_is_sent_later(
        self, artifact_store: ArtifactStore
    ) -> None:
        direct = transfer(artifact_store)
        permission = await direct.upload(KEY, stored(SOME))
        assert await send(permission, SOME) < 300
        assert await send(permission, SOME[::-1]) >= 400
        await send(permission, SOME)
        assert await read(artifact_store, KEY) == SOME

    async def test_a_permission_is_for_one_key(self, artifact_store: ArtifactStore) -> None:
        direct = transfer(artifact_store)
        permission = await direct.upload(KEY, stored(SOME))
        other = replace(permission, url=permission.url.replace("/artifact?", "/other?"))
        assert await send(other, SOME) >= 400
        address = await direct.download(KEY, {})
        await artifact_store.write("run/other", each([SOME]))
        assert (await get(address.replace("/artifact?", "/other?")))[0] >= 400

    async def test_what_was_stored_otherwise_is_known_too(
        self, artifact_store: ArtifactStore
    ) -> None:
        await artifact_store.write(KEY, each([MUCH]))
        assert (await transfer(artifact_store).sent(KEY)).stored == stored(MUCH)

    async def test_an_address_is_answered_with_the_bytes_and_what_is_said_of_them(
        self, artifact_store: ArtifactStore
    ) -> None:
        await artifact_store.write(KEY, each([SOME]))
        said = {
            "Content-Type": "application/octet-stream",
            "Content-Disposition": "attachment; filename=\"a b\"; filename*=UTF-8''%C3%A9%22.html",
            "Cache-Control": "private, no-cache",
        }
        address = await transfer(artifact_store).download(KEY, said)
        status, headers, content = await get(address)
        assert (status, content) == (200, SOME)
        assert {name: headers[name.lower()] for name in said} == said

    async def test_a_part_is_read_by_an_address(self, artifact_store: ArtifactStore) -> None:
        await artifact_store.write(KEY, each([MUCH]))
        address = await transfer(artifact_store).download(KEY, {})
        status, headers, content = await get(address, {"Range": "bytes=5-1048580"})
        assert (status, content) == (206, MUCH[5:1048581])
        assert headers["content-range"] == f"bytes 5-1048580/{len(MUCH)}"

    async def test_no_address_is_shown(self, artifact_store: ArtifactStore) -> None:
        permission = await transfer(artifact_store).upload(KEY, stored(SOME))
        assert permission.url not in repr(permission)


def transfer(store: ArtifactStore) -> DirectTransfer:
    """Return how bytes go past the server, which a store under this suite knows."""
    assert isinstance(store, DirectArtifactStore)
    assert store.direct is not None
    return store.direct


def stored(content: bytes) -> Stored:
    """Return what is promised of some bytes."""
    return Stored(len(content), hashlib.sha256(content).hexdigest())


async def send(permission: Permission, content: bytes) -> int:
    """Send bytes as a client does and return the status of the answer."""
    asked = permission.method, permission.url, content, permission.headers
    return (await asyncio.to_thread(_exchange, *asked))[0]


async def get(
    address: str, headers: Mapping[str, str] | None = None
) -> tuple[int, Mapping[str, str], bytes]:
    """Return status, headers by their names in lower case, and bytes of an address."""
    return await asyncio.to_thread(_exchange, "GET", address, None, headers or {})


def _exchange(
    method: str, address: str, content: bytes | None, headers: Mapping[str, str]
) -> tuple[int, Mapping[str, str], bytes]:
    parts = urlsplit(address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.netloc, timeout=60)
    try:
        connection.request(method, f"{parts.path}?{parts.query}", content, dict(headers))
        answer: HTTPResponse = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, told, answer.read()
    finally:
        connection.close()
