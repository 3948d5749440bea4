"""Direct downloads: an answer that leads to S3, where the same bytes are as harmless as here."""

import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from chachaml_artifacts_s3 import ArtifactsS3
from chachaml_kernel.errors import Unauthenticated
from chachaml_kernel.ports import Caller, Principal
from chachaml_ui.security import PAGE_POLICY

from tests.http.artifacts import BODY, SHA256, download
from tests.http.client import Api, detail
from tests.http.direct import begin, finish, promise, send, serving_direct, upload
from tests.http.serving import kernel, serving
from tests.servers.buckets import Bucket
from tests.servers.pair_fixtures import Homes
from tests.servers.pairs import Pair

HERE = "/api/artifacts/{}/download"
CLIENTS = ("httpx", "httpcore")
"""Loggers of the tests' own client, which names what it asks for."""


@pytest.fixture(scope="module")
def api(homes: Homes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with serving_direct(homes(Pair("sqlite", "s3"), tmp_path_factory.mktemp("direct"))) as api:
        yield api


@pytest.fixture
def artifact(api: Api, run: str) -> str:
    return upload(api, run, "a/é.html", b"0123456789", content_type="text/html")


def followed(api: Api, artifact: str, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.http.get(HERE.format(artifact), headers=sent, follow_redirects=True)


def test_a_download_leads_to_the_bucket_for_a_short_time(
    api: Api, artifact: str, bucket: Bucket
) -> None:
    answer = download(api, artifact)
    assert (answer.status_code, answer.content) == (307, b"")
    assert answer.headers["Location"].startswith(f"{bucket.endpoint}/{bucket.name}/")
    assert "X-Amz-Expires=300&" in answer.headers["Location"]
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_what_it_leads_to_is_saved_and_is_no_page(api: Api, artifact: str) -> None:
    answer = followed(api, artifact)
    assert (answer.status_code, answer.content) == (200, BODY)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%C3%A9.html" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_what_is_said_of_the_bytes_cannot_be_changed(api: Api, artifact: str) -> None:
    address = download(api, artifact).headers["Location"]
    assert httpx.get(address.replace("octet-stream", "xhtml%2Bxml")).status_code == 403
    assert httpx.get(address.replace("attachment", "inline")).status_code == 403
    assert httpx.get(address.replace("&response-content-type", "&other")).status_code == 403


def test_an_artifact_that_went_through_the_server_is_downloaded_directly_too(
    api: Api, run: str
) -> None:
    through = str(api.upload(run, "a", BODY)["id"])
    assert download(api, through).status_code == 307
    assert followed(api, through).content == BODY


@pytest.mark.parametrize(("asked", "content"), [("bytes=2-4", b"234"), ("bytes=-2", b"89")])
def test_a_part_is_answered_by_s3(api: Api, artifact: str, asked: str, content: bytes) -> None:
    answer = followed(api, artifact, Range=asked)
    assert len(answer.history) == 1
    assert (answer.status_code, answer.content) == (206, content)


def test_a_part_of_what_the_client_has_already_is_one_of_the_same_bytes(
    api: Api, artifact: str
) -> None:
    same = download(api, artifact, Range="bytes=2-4", If_Range=f'"{SHA256}"')
    other = download(api, artifact, Range="bytes=2-4", If_Range='"other"')
    assert (same.status_code, same.content) == (206, b"234")
    assert (other.status_code, other.content) == (200, BODY)


def test_a_part_outside_leads_nowhere(api: Api, artifact: str) -> None:
    answer = download(api, artifact, Range="bytes=10-")
    assert "10 bytes" in detail(answer, 416, "range not satisfiable")


def test_bytes_that_the_client_has_are_not_sent_again(api: Api, artifact: str) -> None:
    assert download(api, artifact, If_None_Match=f'"{SHA256}"').status_code == 304
    assert followed(api, artifact, If_None_Match='"other"').content == BODY


def test_the_head_of_a_download_is_answered_here(api: Api, artifact: str) -> None:
    answer = api.http.head(HERE.format(artifact))
    assert (answer.status_code, answer.headers["Content-Length"]) == (200, "10")
    assert answer.headers["ETag"] == f'"{SHA256}"'
    assert answer.headers["Content-Type"] == "text/html"


def test_what_was_deleted_is_gone_from_every_address(api: Api, run: str, artifact: str) -> None:
    address = download(api, artifact).headers["Location"]
    api.post(f"/api/w/runs/{run}/archive", {})
    api.http.delete(f"/api/w/runs/{run}").raise_for_status()
    detail(download(api, artifact), 404, "no such artifact")
    assert httpx.get(address).status_code == 404


class Closed:
    """Lets in who has the key."""

    async def authenticate(self, caller: Caller) -> Principal:
        if caller.headers.get("authorization") != "Bearer right":
            raise Unauthenticated("send a key")
        return Principal("maria")


async def test_who_may_not_come_in_gets_no_address(bucket: Bucket, prefix: str) -> None:
    right = {"Authorization": "Bearer right"}
    plugin = ArtifactsS3(**bucket.settings, prefix=prefix, direct=True)
    async with (
        plugin.chachaml_artifact_store() as store,
        serving(kernel(artifact_store=store, authenticator=Closed())) as (url, _),
        httpx.AsyncClient(base_url=url) as http,
    ):
        run = (await http.post("/api/w/runs", headers=right)).json()["id"]
        path = f"/api/w/runs/{run}/artifacts/direct"
        begun = (await http.post(path, json=promise(), headers=right)).json()
        await http.put(begun["url"], content=BODY, headers=begun["headers"])
        asked = [
            http.build_request("POST", path, json=promise()),
            http.build_request("POST", f"{path}/{begun['id']}", json=promise()),
            http.build_request("GET", HERE.format(begun["id"])),
        ]
        for request in asked:
            refused = await http.send(request)
            assert refused.status_code == 401
            assert "X-Amz" not in f"{refused.text}{refused.headers}"
        for request, status in zip(asked, (200, 200, 307), strict=True):
            request.headers.update(right)
            assert (await http.send(request)).status_code == status


def test_previews_and_pictures_come_from_here_and_pages_trust_no_bucket(api: Api, run: str) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(64)
    shown = upload(api, run, "a.png", picture, content_type="image/png")
    answer = api.http.get(f"/runs/{run}/artifacts/{shown}/picture")
    assert (answer.status_code, answer.content) == (200, picture)
    page = api.http.get(f"/runs/{run}/artifacts/{shown}")
    assert page.status_code == 200
    assert "X-Amz" not in page.text
    assert page.headers["Content-Security-Policy"] == PAGE_POLICY
    assert "http" not in PAGE_POLICY


def test_curl_saves_it_under_its_name(api: Api, artifact: str, tmp_path: Path) -> None:
    address = f"{api.http.base_url}{HERE.format(artifact)}"
    subprocess.run(["curl", "-fsSLOJ", address], cwd=tmp_path, check=True)
    (saved,) = tmp_path.iterdir()
    assert saved.name == "_.html"
    assert saved.read_bytes() == BODY


def test_no_signature_is_logged(api: Api, run: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = promise()
    begun = begin(api, run, said)
    send(begun, BODY).raise_for_status()
    finish(api, run, begun["id"], said).raise_for_status()
    assert followed(api, begun["id"]).content == BODY
    logged = [it.getMessage() for it in caplog.records if it.name.partition(".")[0] not in CLIENTS]
    assert any(begun["id"] in message for message in logged)
    assert not any("Signature" in message for message in logged)
    assert urlsplit(begun["url"]).query not in "".join(logged)
