"""A real server on a real socket, with the default plugins, for all tests of the HTTP API."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from chachaml_kernel import Server, serve

from tests.http.client import Api


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder where the server keeps everything."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def server(data: Path) -> Iterator[Server]:
    with serve(data=data, host="127.0.0.1", port=0) as server:
        yield server


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
