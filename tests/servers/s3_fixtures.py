"""S3 servers of our own, and a place on them for each test."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.servers.s3 import S3Server, s3_server


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """Yield a server for all tests that leave it running."""
    with s3_server() as server:
        yield server


@pytest.fixture
def mortal_s3() -> Iterator[S3Server]:
    """Yield a server that a test may kill."""
    with s3_server() as server:
        yield server


@pytest.fixture
def prefix() -> str:
    """Return a prefix that no other test uses: a bucket of its own would take seconds."""
    return uuid4().hex
