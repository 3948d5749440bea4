"""Downloads: whole or in part, known by their digest, and never a part taken for the whole."""

import httpx
import pytest

from tests.http.artifacts import BODY, SHA256, download
from tests.http.client import Api, detail
from tests.servers.pairs import Kept


@pytest.fixture
def artifact(api: Api, run: str) -> str:
    return str(api.upload(run, "model.pkl", BODY)["id"])


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


@pytest.fixture
def damaged(api: Api, run: str, kept: Kept) -> str:
    """Return an artifact of which somebody has cut off all but four bytes."""
    artifact = str(api.upload(run, "damaged", BODY)["id"])
    kept.cut(f"{run}/{artifact}", size=4)
    return artifact


def test_a_download_that_ends_early_is_never_taken_for_the_whole(api: Api, damaged: str) -> None:
    for asked in ({}, {"Range": "bytes=2-9"}):
        with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
            download(api, damaged, **asked)
    assert download(api, damaged, Range="bytes=0-3").content == BODY[:4]


def test_a_part_that_was_lost_altogether_is_told(api: Api, damaged: str) -> None:
    answer = download(api, damaged, Range="bytes=6-9")
    assert "lost 4 bytes" in detail(answer, 503, "temporarily unavailable")


def test_bytes_that_are_gone_are_our_fault_and_told(api: Api, run: str, kept: Kept) -> None:
    artifact = str(api.upload(run, "gone", BODY)["id"])
    kept.remove(f"{run}/{artifact}")
    assert "lost 10 bytes" in detail(download(api, artifact), 503, "temporarily unavailable")
