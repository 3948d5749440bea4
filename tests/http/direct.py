"""Clients that send artifacts to S3, and read them there, by themselves."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
from chachaml_kernel import serve

from tests.http.artifacts import BODY
from tests.http.client import Api, Json
from tests.servers.pairs import Home


def switch_on(home: Home) -> Home:
    """Let clients of a home on S3 reach the bucket themselves."""
    said, table = home.config.read_text(), "[plugins.artifacts_s3]"
    home.config.write_text(said.replace(table, f"{table}\ndirect = true"))
    return home


@contextmanager
def serving_direct(home: Home) -> Iterator[Api]:
    """Serve from a home on S3, whose clients reach the bucket themselves."""
    with (
        serve(switch_on(home).config, data=home.folder, host="127.0.0.1", port=0) as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        yield Api(http)


def promise(name: str = "model.pkl", content: bytes = BODY, **more: str) -> Json:
    """Return what a client says of bytes before it sends them, and when it has."""
    digest = hashlib.sha256(content).hexdigest()
    return {"name": name, "size": len(content), "sha256": digest, **more}


def begin(api: Api, run: str, said: Json) -> Json:
    return api.post(f"/api/w/runs/{run}/artifacts/direct", said)


def send(begun: Json, content: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """Send bytes where the answer to the beginning says."""
    sent = begun["headers"] if headers is None else headers
    return httpx.request(begun["method"], begun["url"], content=content, headers=sent)


def finish(api: Api, run: str, upload: str, said: Json) -> httpx.Response:
    return api.http.post(f"/api/w/runs/{run}/artifacts/direct/{upload}", json=said)


def upload(api: Api, run: str, name: str, content: bytes = BODY, **more: str) -> str:
    """Send an artifact from first to last and return its id."""
    said = promise(name, content, **more)
    begun = begin(api, run, said)
    send(begun, content).raise_for_status()
    finish(api, run, begun["id"], said).raise_for_status()
    return str(begun["id"])


def fetch(api: Api, artifact: str) -> bytes:
    """Return what a client gets that goes where the server sends it."""
    answer = api.http.get(f"/api/artifacts/{artifact}/download", follow_redirects=True)
    return answer.raise_for_status().content
