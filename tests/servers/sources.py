"""Where the servers of the tests come from.

An address in the environment comes first, then containers where `CHACHAML_TEST_CONTAINERS` asks for
them, then the programs of this machine. A server that is not there is a failure that says what to
install; nothing is skipped for want of one.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import asyncpg
import httpx

from tests.servers import containers, postgres
from tests.servers.buckets import Bucket
from tests.servers.pairs import POSTGRES_VERSIONS
from tests.servers.s3 import S3Server

CONTAINERS = "CHACHAML_TEST_CONTAINERS"
"""Set to anything, it has servers run as containers."""

POSTGRES = "CHACHAML_TEST_POSTGRES_{}"
"""With a version: the DSN of one who may make databases on a server of that version."""

S3 = "CHACHAML_TEST_S3"
"""The address of a bucket, written as `Bucket.at` reads it; a bucket that is not there is made."""

VARIABLES = {CONTAINERS, S3, *map(POSTGRES.format, POSTGRES_VERSIONS), *containers.IMAGES}
"""All that say where the servers of the tests are."""

ANSWER_SECONDS = 10


@contextmanager
def postgres_of(version: int) -> Iterator[str]:
    """Yield the DSN of a server of that version where databases can be made."""
    if given := os.environ.get(POSTGRES.format(version)):
        with ThreadPoolExecutor(1) as thread:  # a loop may run in this one
            yield thread.submit(asyncio.run, _checked(given, version)).result()
    elif os.environ.get(CONTAINERS):
        with containers.postgres(version) as dsn:
            yield dsn
    else:
        with postgres.postgres(version) as server:
            yield server.dsn


@contextmanager
def bucket(own: Callable[[], S3Server]) -> Iterator[Bucket]:
    """Yield a bucket; on the server that `own` returns where nothing else is asked for."""
    if given := os.environ.get(S3):
        named = Bucket.at(given)
        _require_answer(named)
        named.make()
        yield named
    elif os.environ.get(CONTAINERS):
        with containers.bucket() as made:
            yield made
    else:
        yield own().bucket


def _require_answer(named: Bucket) -> None:
    try:
        httpx.get(named.endpoint, timeout=ANSWER_SECONDS)
    except httpx.TransportError as error:
        raise AssertionError(f"no server answers where {S3} says: {error}") from None


async def _checked(dsn: str, version: int) -> str:
    """Return `dsn` if it leads to a server of that version."""
    named = POSTGRES.format(version)
    try:
        connection = await asyncpg.connect(dsn, timeout=ANSWER_SECONDS)
    except OSError as error:
        raise AssertionError(f"no server answers where {named} says: {error}") from None
    found = connection.get_server_version().major
    await connection.close()
    assert found == version, f"{named} names a server of version {found}"
    return dsn
