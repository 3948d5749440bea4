"""Tests that ask for a `pair` run on each, or on those that `--pair` names."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import pytest

from tests.servers import sources
from tests.servers.buckets import Bucket
from tests.servers.pairs import PAIRS, Home, Pair, furnish
from tests.servers.postgres import standing
from tests.servers.postgres_fixtures import Versions
from tests.servers.s3 import S3Server

Homes: TypeAlias = Callable[[Pair, Path], Home]
"""Makes an empty home for a kernel in a folder, on a pair."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pair",
        action="append",
        choices=[str(pair) for pair in PAIRS],
        help="run on this pair of a store and an artifact store only; may be given again",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "pair" in metafunc.fixturenames:
        named = metafunc.config.getoption("--pair")
        pairs = [pair for pair in PAIRS if named is None or str(pair) in named]
        metafunc.parametrize("pair", pairs, ids=str, scope="session")


@pytest.fixture(scope="session")
def bucket(request: pytest.FixtureRequest) -> Iterator[Bucket]:
    """Yield a bucket that many tests use, each below a prefix of its own."""

    def own() -> S3Server:
        server = request.getfixturevalue("s3")
        assert isinstance(server, S3Server)
        return server

    with sources.bucket(own) as found:
        yield found


@pytest.fixture(scope="session")
def homes(request: pytest.FixtureRequest, postgres_servers: Versions) -> Iterator[Homes]:
    """Return what makes a home; its database goes at the end of the session."""
    with ExitStack() as stack:

        def made(pair: Pair, folder: Path) -> Home:
            dsn, bucket = None, None
            if pair.postgres:
                dsn = stack.enter_context(standing(postgres_servers(pair.postgres)))
            if pair.artifacts == "s3":
                bucket = _bucket(request)
            return furnish(folder, dsn=dsn, bucket=bucket, prefix=uuid4().hex)

        yield made


def _bucket(request: pytest.FixtureRequest) -> Bucket:
    found = request.getfixturevalue("bucket")
    assert isinstance(found, Bucket)
    return found
