"""A real server with data, and clients of the protocol that reach it over HTTP or start."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from chachaml_kernel import Server, serve

from tests.http.client import Api
from tests.mcp.connecting import Place
from tests.mcp.logged import Logged, log


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a folder with the configurations of a server."""
    return Place(tmp_path_factory.mktemp("tracker"))


@pytest.fixture(scope="session")
def server(place: Place) -> Iterator[Server]:
    with serve(place.config(), port=0, data=place.folder) as server:
        yield server


@pytest.fixture(scope="session")
def annotated(place: Place) -> Iterator[Server]:
    """Return a server on the same data that lets clients annotate."""
    config: Path = place.config(allow_annotate=True)
    with serve(config, port=0, data=place.folder) as server:
        yield server


@pytest.fixture(scope="session")
def api(server: Server) -> Iterator[Api]:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        yield Api(client)


@pytest.fixture(scope="session")
def logged(api: Api) -> Logged:
    return log(api)
