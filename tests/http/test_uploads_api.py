"""Uploads: bytes that come in, and nothing left of what broke off."""

import hashlib
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from chachaml_kernel import Server

from tests.http.artifacts import BODY, SHA256, artifacts, download
from tests.http.client import OCTETS, Api, Json, detail, exchange
from tests.servers.pairs import Kept


def test_an_upload_answers_size_and_digest(api: Api, run: str) -> None:
    answer = api.upload(run, "folder/model.pkl", BODY)
    assert answer == {
        "ok": True,
        "id": answer["id"],
        "name": "folder/model.pkl",
        "sha256": SHA256,
        "size": 10,
    }
    (listed,) = artifacts(api, run)
    assert list(listed) == ["id", "name", "size", "content_type", "sha256", "created_at"]
    assert listed["content_type"] == "application/octet-stream"


def test_an_upload_in_chunks_is_as_good_as_one_with_a_length(api: Api, run: str) -> None:
    def chunks() -> Iterator[bytes]:
        yield BODY[:3]
        yield BODY[3:]

    answer = api.http.post(f"/api/w/runs/{run}/artifacts?name=a", content=chunks(), headers=OCTETS)
    assert answer.json()["sha256"] == SHA256


def test_an_empty_artifact_is_one(api: Api, run: str) -> None:
    artifact = api.upload(run, "empty", b"")["id"]
    answer = download(api, artifact)
    assert (answer.status_code, answer.content) == (200, b"")
    assert download(api, artifact, Range="bytes=0-").status_code == 416


def test_many_megabytes_come_back_as_they_were(api: Api, run: str) -> None:
    body = bytes(range(256)) * 4096 * 8
    artifact = api.upload(run, "big", body)["id"]
    answer = download(api, artifact)
    assert hashlib.sha256(answer.content).digest() == hashlib.sha256(body).digest()
    middle = download(api, artifact, Range="bytes=1000000-4999999")
    assert middle.content == body[1_000_000:5_000_000]


def test_a_name_that_is_uploaded_again_is_replaced_in_the_list(api: Api, run: str) -> None:
    api.upload(run, "a", b"old")
    new = api.upload(run, "a", b"new")["id"]
    assert [artifact["id"] for artifact in artifacts(api, run)] == [new]


def test_a_registered_version_keeps_its_bytes(api: Api, run: str) -> None:
    name = api.experiment()
    old = api.upload(run, "a", b"old")["id"]
    api.post("/api/w/models", {"name": name, "run_id": run, "artifact": "a"})
    api.upload(run, "a", b"new")
    assert download(api, old).content == b"old"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "needs a name"),
        ("../a", "'..'"),
        ("/a", "absolute"),
        ("a//b", "empty"),
        ("a\\b", "backslash"),
        ("a\x00b", "NUL character"),
        ("a\nb", "control character"),
        ("é" * 501, "1002 bytes"),
    ],
)
def test_a_name_that_is_none_is_refused(api: Api, run: str, name: str, said: str) -> None:
    answer = api.http.post(
        f"/api/w/runs/{run}/artifacts", params={"name": name}, content=BODY, headers=OCTETS
    )
    assert said in detail(answer, 400)
    assert artifacts(api, run) == []


def test_an_upload_without_a_name_is_refused(api: Api, run: str) -> None:
    answer = api.http.post(f"/api/w/runs/{run}/artifacts", content=BODY, headers=OCTETS)
    assert "'name' is missing" in detail(answer, 400)


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "application/json"}])
def test_an_upload_says_that_it_is_octets(api: Api, run: str, headers: dict[str, str]) -> None:
    answer = api.http.post(f"/api/w/runs/{run}/artifacts?name=a", content=BODY, headers=headers)
    assert "send application/octet-stream" in detail(answer, 400)


@pytest.mark.parametrize("content_type", ["", "text", "text/", "a/b\r\nX: y", "é/b", "a/b;c"])
def test_a_content_type_that_is_none_is_refused(api: Api, run: str, content_type: str) -> None:
    answer = api.http.post(
        f"/api/w/runs/{run}/artifacts",
        params={"name": "a", "content_type": content_type},
        content=BODY,
        headers=OCTETS,
    )
    assert "media type" in detail(answer, 400)


def test_a_retried_upload_is_applied_once(api: Api, run: str) -> None:
    def upload() -> Json:
        headers = {**OCTETS, "Idempotency-Key": f"upload-{run}"}
        return api.http.post(
            f"/api/w/runs/{run}/artifacts?name=a", content=BODY, headers=headers
        ).json()

    assert upload() == upload()
    assert download(api, upload()["id"]).content == BODY


def test_a_retried_upload_is_answered_as_before_when_its_run_was_deleted(
    api: Api, run: str
) -> None:
    def upload(body: bytes) -> httpx.Response:
        headers = {**OCTETS, "Idempotency-Key": f"deleted-{run}"}
        return api.http.post(f"/api/w/runs/{run}/artifacts?name=a", content=body, headers=headers)

    first = upload(BODY)
    api.post(f"/api/w/runs/{run}/archive", {})
    api.http.delete(f"/api/w/runs/{run}").raise_for_status()
    assert upload(BODY).json() == first.json()
    detail(upload(b"others"), 409)
    detail(api.http.get(f"/api/artifacts/{first.json()['id']}/download"), 404)


def test_a_key_belongs_to_the_bytes_of_its_upload(api: Api, run: str) -> None:
    headers = {**OCTETS, "Idempotency-Key": f"bytes-{run}"}
    path = f"/api/w/runs/{run}/artifacts?name=a"
    api.http.post(path, content=BODY, headers=headers).raise_for_status()
    other = api.http.post(path, content=b"others", headers=headers)
    assert "another request" in detail(other, 409)
    assert artifacts(api, run)[0]["sha256"] == SHA256


@pytest.mark.parametrize("run_id", ["a.b", "..%2F..%2Fetc", "0" * 32])
@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "upload-to-nowhere"}])
def test_an_upload_to_no_run_writes_nothing_whatever_its_id(
    http: httpx.Client, run_id: str, key: dict[str, str]
) -> None:
    path = f"/api/w/runs/{run_id}/artifacts?name=model"
    answer = http.post(path, content=b"bytes", headers={**OCTETS, **key})
    detail(answer, 404, "no such run")


@pytest.mark.parametrize(
    "framing", ["Content-Length: 1000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n100\r\n"]
)
def test_an_upload_that_breaks_off_leaves_nothing(
    server: Server, api: Api, run: str, kept: Kept, framing: str
) -> None:
    before = kept.names()
    head = f"POST /api/w/runs/{run}/artifacts?name=a HTTP/1.1\r\nHost: localhost\r\n"
    head += f"Content-Type: application/octet-stream\r\n{framing}"
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port)) as sock:
        sock.sendall(head.encode() + b"x" * 100)
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65_536):
            pass
    assert artifacts(api, run) == []
    assert kept.names() == before


def test_chunks_that_are_none_are_refused(server: Server, api: Api, run: str) -> None:
    head = f"POST /api/w/runs/{run}/artifacts?name=a HTTP/1.1\r\nHost: localhost\r\n"
    head += "Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n"
    answer = exchange(
        server.url, head.encode() + b"Connection: close\r\n\r\nzz\r\nnope\r\n0\r\n\r\n"
    )
    assert answer.split(b" ")[1] == b"400"
    assert artifacts(api, run) == []


def ask_first(server: Server, run: str) -> socket.socket:
    """Send the head of an upload that waits to be asked for its bytes."""
    head = f"POST /api/w/runs/{run}/artifacts?name=a HTTP/1.1\r\nHost: localhost\r\n"
    head += f"Content-Type: application/octet-stream\r\nContent-Length: {len(BODY)}\r\n"
    head += "Expect: 100-continue\r\nConnection: close\r\n\r\n"
    address = urlsplit(server.url)
    connection = socket.create_connection((address.hostname, address.port))
    connection.sendall(head.encode())
    return connection


def test_a_client_that_asks_first_is_refused_before_it_sends(server: Server) -> None:
    with ask_first(server, "0" * 32) as connection:
        assert connection.recv(12) == b"HTTP/1.1 404"


def test_a_client_that_asks_first_is_asked_for_its_bytes(
    server: Server, api: Api, run: str
) -> None:
    with ask_first(server, run) as connection:
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(BODY)
        assert connection.recv(12) == b"HTTP/1.1 200"
    assert artifacts(api, run)[0]["sha256"] == SHA256
