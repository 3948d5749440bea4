"""Artifacts over HTTP: bytes in, bytes out, and nothing left of what broke off."""

import hashlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from chachaml_artifacts_fs import ArtifactsFs
from chachaml_kernel import Server

from tests.http.client import OCTETS, Api, Json, detail, exchange

BODY = b"0123456789"
FOLDER = ArtifactsFs().folder
SHA256 = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def artifact(api: Api, run: str) -> str:
    return str(api.upload(run, "model.pkl", BODY)["id"])


def download(api: Api, artifact: str, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.http.get(f"/api/artifacts/{artifact}/download", headers=sent)


def artifacts(api: Api, run: str) -> list[Json]:
    return list(api.get(f"/api/runs/{run}")["artifacts"])


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
        ("a\x00b", "control character"),
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


def test_a_download_is_saved_and_never_shown_as_a_page_of_ours(api: Api, run: str) -> None:
    artifact = api.upload(run, "a/é.html", b"<script>", content_type="text/html")["id"]
    answer = download(api, artifact)
    headers = answer.headers
    assert headers["Content-Type"] == "text/html"
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%C3%A9.html" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "private, no-cache"


def test_a_download_is_known_by_its_digest(api: Api, artifact: str) -> None:
    answer = download(api, artifact)
    assert answer.content == BODY
    assert answer.headers["ETag"] == f'"{SHA256}"'
    assert answer.headers["Content-Length"] == "10"
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_bytes_that_the_client_has_are_not_sent_again(api: Api, artifact: str) -> None:
    answer = download(api, artifact, If_None_Match=f'"other", "{SHA256}"')
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == f'"{SHA256}"'
    assert download(api, artifact, If_None_Match='"other"').status_code == 200


@pytest.mark.parametrize(
    ("asked", "content", "content_range"),
    [
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
    ],
)
def test_a_part_is_answered_as_one(
    api: Api, artifact: str, asked: str, content: bytes, content_range: str
) -> None:
    answer = download(api, artifact, Range=asked)
    assert (answer.status_code, answer.content) == (206, content)
    assert answer.headers["Content-Range"] == content_range
    assert answer.headers["Content-Length"] == str(len(content))


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "lines=1-2", "bytes=5-2"])
def test_a_range_that_is_no_single_one_gets_all(api: Api, artifact: str, asked: str) -> None:
    answer = download(api, artifact, Range=asked)
    assert (answer.status_code, answer.content) == (200, BODY)


def test_a_part_of_other_bytes_gets_all(api: Api, artifact: str) -> None:
    same = download(api, artifact, Range="bytes=2-4", If_Range=f'"{SHA256}"')
    other = download(api, artifact, Range="bytes=2-4", If_Range='"other"')
    assert (same.status_code, same.content) == (206, b"234")
    assert (other.status_code, other.content) == (200, BODY)


def test_a_part_outside_says_how_much_there_is(api: Api, artifact: str) -> None:
    answer = download(api, artifact, Range="bytes=10-")
    assert "10 bytes" in detail(answer, 416, "range not satisfiable")
    assert answer.headers["Content-Range"] == "bytes */10"


def test_the_head_of_a_download_has_its_headers_and_no_bytes(api: Api, artifact: str) -> None:
    answer = api.http.head(f"/api/artifacts/{artifact}/download")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == "10"
    assert answer.headers["ETag"] == f'"{SHA256}"'


def test_an_artifact_that_is_not_there_is_not_found(api: Api) -> None:
    detail(download(api, "0" * 32), 404, "no such artifact")


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


def stored(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


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
    server: Server, api: Api, run: str, data: Path, framing: str
) -> None:
    before = stored(data / FOLDER)
    head = f"POST /api/w/runs/{run}/artifacts?name=a HTTP/1.1\r\nHost: localhost\r\n"
    head += f"Content-Type: application/octet-stream\r\n{framing}"
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port)) as sock:
        sock.sendall(head.encode() + b"x" * 100)
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65_536):
            pass
    assert artifacts(api, run) == []
    assert stored(data / FOLDER) == before


def test_chunks_that_are_none_are_refused(server: Server, api: Api, run: str) -> None:
    head = f"POST /api/w/runs/{run}/artifacts?name=a HTTP/1.1\r\nHost: localhost\r\n"
    head += "Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n"
    answer = exchange(
        server.url, head.encode() + b"Connection: close\r\n\r\nzz\r\nnope\r\n0\r\n\r\n"
    )
    assert answer.split(b" ")[1] == b"400"
    assert artifacts(api, run) == []


def test_a_client_that_asks_first_is_refused_before_it_sends(server: Server) -> None:
    head = f"POST /api/w/runs/{'0' * 32}/artifacts?name=a HTTP/1.1\r\nHost: localhost\r\n"
    head += "Content-Type: application/octet-stream\r\nContent-Length: 5\r\n"
    head += "Expect: 100-continue\r\nConnection: close\r\n\r\n"
    with socket.create_connection(
        (urlsplit(server.url).hostname, urlsplit(server.url).port)
    ) as sock:
        sock.sendall(head.encode())
        assert sock.recv(12) == b"HTTP/1.1 404"


def test_a_client_that_asks_first_is_asked_for_its_bytes(
    server: Server, api: Api, run: str
) -> None:
    head = f"POST /api/w/runs/{run}/artifacts?name=a HTTP/1.1\r\nHost: localhost\r\n"
    head += "Content-Type: application/octet-stream\r\nContent-Length: 10\r\n"
    head += "Expect: 100-continue\r\nConnection: close\r\n\r\n"
    with socket.create_connection(
        (urlsplit(server.url).hostname, urlsplit(server.url).port)
    ) as sock:
        sock.sendall(head.encode())
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(BODY)
        assert sock.recv(12) == b"HTTP/1.1 200"
    assert artifacts(api, run)[0]["sha256"] == SHA256


@pytest.fixture
def damaged(api: Api, run: str, data: Path) -> str:
    """Return an artifact of which somebody has cut off all but four bytes."""
    artifact = str(api.upload(run, "damaged", BODY)["id"])
    os.truncate(data / FOLDER / run / artifact, 4)
    return artifact


def test_a_download_that_ends_early_is_never_taken_for_the_whole(api: Api, damaged: str) -> None:
    for asked in ({}, {"Range": "bytes=2-9"}):
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
            download(api, damaged, **asked)
    assert download(api, damaged, Range="bytes=0-3").content == BODY[:4]


def test_a_part_that_was_lost_altogether_is_told(api: Api, damaged: str) -> None:
    answer = download(api, damaged, Range="bytes=6-9")
    assert "lost 4 bytes" in detail(answer, 503, "temporarily unavailable")


def test_bytes_that_are_gone_are_our_fault_and_told(api: Api, run: str, data: Path) -> None:
    artifact = str(api.upload(run, "gone", BODY)["id"])
    os.unlink(data / FOLDER / run / artifact)
    assert "lost 10 bytes" in detail(download(api, artifact), 503, "temporarily unavailable")
