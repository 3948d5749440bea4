"""A real server on a real socket for all tests of the HTTP API, on each pair of stores."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TypeAlias

import httpx
import pytest
from chachaml_kernel import Server, serve

from tests.browser.logbook import Write, serve_written
from tests.http.client import Api
from tests.servers.pair_fixtures import Homes
from tests.servers.pairs import Home, Kept, Pair, furnish

Served: TypeAlias = tuple[Home, Server]
ServeWritten: TypeAlias = Callable[[Write], Server]


@pytest.fixture(scope="session")
def servers(
    homes: Homes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Pair], Served]]:
    """Return what serves on a pair; started once, since tests change from pair to pair."""
    with ExitStack() as stack:

        def started(pair: Pair) -> Served:
            home = homes(pair, tmp_path_factory.mktemp("data"))
            server = serve(home.config, data=home.folder, host="127.0.0.1", port=0)
            return home, stack.enter_context(server)

        yield cache(started)


@pytest.fixture(scope="session")
def served(servers: Callable[[Pair], Served], pair: Pair) -> Served:
    return servers(pair)


@pytest.fixture(scope="session")
def server(served: Served) -> Server:
    return served[1]


@pytest.fixture(scope="session")
def kept(served: Served) -> Kept:
    """Return what the server keeps of artifacts, seen from beside it."""
    return served[0].kept


@pytest.fixture(scope="session")
def http(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def api(http: httpx.Client) -> Api:
    return Api(http)


@pytest.fixture
def run(api: Api) -> str:
    """Return the id of a new run."""
    return str(api.post("/api/w/runs", {})["id"])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return an empty home on SQLite and files."""
    return furnish(tmp_path, dsn=None, bucket=None, prefix="")


@pytest.fixture
def paired_home(homes: Homes, pair: Pair, tmp_path: Path) -> Home:
    """Return an empty home on the pair."""
    return homes(pair, tmp_path)


@pytest.fixture(scope="module")
def written(
    homes: Homes, pair: Pair, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServeWritten]:
    """Return what serves, on the pair, runs that are there before the server starts."""
    with ExitStack() as stack:

        def start(write: Write) -> Server:
            home = homes(pair, tmp_path_factory.mktemp("site"))
            return stack.enter_context(serve_written(home.folder, write, config=home.config))

        yield start
