"""Direct uploads: begun, sent to S3, finished, on every store; and nothing there in between."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache

import pytest

from tests.http.artifacts import BODY, SHA256, artifacts, download
from tests.http.client import Api, Json, detail
from tests.http.direct import begin, fetch, finish, promise, send, serving_direct, upload
from tests.servers.pair_fixtures import Homes
from tests.servers.pairs import PAIRS, Kept, Pair

ON_S3 = [pair for pair in PAIRS if pair.artifacts == "s3"]


@pytest.fixture(scope="module")
def servers(
    homes: Homes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Pair], tuple[Api, Kept]]]:
    """Return what serves on a pair with direct transfer."""
    with ExitStack() as stack:

        def started(pair: Pair) -> tuple[Api, Kept]:
            home = homes(pair, tmp_path_factory.mktemp("direct"))
            return stack.enter_context(serving_direct(home)), home.kept

        yield cache(started)


@pytest.fixture(params=ON_S3, ids=str)
def served(
    servers: Callable[[Pair], tuple[Api, Kept]], request: pytest.FixtureRequest
) -> tuple[Api, Kept]:
    return servers(request.param)


@pytest.fixture
def api(served: tuple[Api, Kept]) -> Api:
    return served[0]


@pytest.fixture
def kept(served: tuple[Api, Kept]) -> Kept:
    return served[1]


def test_what_was_sent_and_finished_is_an_artifact(api: Api, run: str) -> None:
    said = promise("folder/model.pkl", content_type="text/csv")
    begun = begin(api, run, said)
    assert begun["method"] == "PUT"
    assert send(begun, BODY).status_code == 200
    answer = finish(api, run, begun["id"], said).json()
    name = "folder/model.pkl"
    assert answer == {"ok": True, "id": begun["id"], "name": name, "sha256": SHA256, "size": 10}
    (listed,) = artifacts(api, run)
    assert (listed["id"], listed["content_type"]) == (begun["id"], "text/csv")
    assert fetch(api, begun["id"]) == BODY


def test_what_was_not_finished_is_nowhere(api: Api, run: str) -> None:
    begun = begin(api, run, promise())
    send(begun, BODY).raise_for_status()
    assert artifacts(api, run) == []
    detail(download(api, begun["id"]), 404, "no such artifact")


def test_what_was_never_sent_cannot_be_finished(api: Api, run: str) -> None:
    begun = begin(api, run, promise())
    answer = finish(api, run, begun["id"], promise())
    assert "no bytes came" in detail(answer, 404, "no such upload")
    send(begun, BODY).raise_for_status()
    assert finish(api, run, begun["id"], promise()).status_code == 200


@pytest.mark.parametrize("content", [b"9876543210", b"012345678", b"0123456789x"])
def test_other_bytes_do_not_even_come(api: Api, run: str, kept: Kept, content: bytes) -> None:
    begun = begin(api, run, promise())
    length = {"Content-Length": str(len(content))}
    assert send(begun, content, {**begun["headers"], **length}).status_code in (400, 403)
    assert send(begun, content, {}).status_code == 403
    assert not any(begun["id"] in name for name in kept.names())
    detail(finish(api, run, begun["id"], promise()), 404, "no such upload")


@pytest.mark.parametrize(
    "other",
    [
        {"size": 11},
        {"sha256": "0" * 64},
        {"size": 11, "sha256": "0" * 64},
    ],
)
def test_bytes_that_are_not_those_of_the_end_make_no_artifact(
    api: Api, run: str, other: Json
) -> None:
    begun = begin(api, run, promise())
    send(begun, BODY).raise_for_status()
    answer = finish(api, run, begun["id"], {**promise(), **other})
    assert f"10 bytes with the SHA-256 {SHA256} were sent" in detail(answer, 409, "conflict")
    assert artifacts(api, run) == []


def test_bytes_that_somebody_else_put_there_are_read_before_they_are_believed(
    api: Api, run: str, kept: Kept
) -> None:
    begun = begin(api, run, promise())
    send(begun, BODY).raise_for_status()
    kept.cut(f"{run}/{begun['id']}", size=4)
    answer = finish(api, run, begun["id"], promise())
    assert "4 bytes with the SHA-256 1be2e452" in detail(answer, 409, "conflict")


def test_all_may_be_done_twice(api: Api, run: str) -> None:
    again = begin(api, run, promise())
    begun = begin(api, run, promise())
    for _ in range(2):
        send(begun, BODY).raise_for_status()
    answers = [finish(api, run, begun["id"], promise()) for _ in range(2)]
    send(begun, BODY).raise_for_status()
    answers.append(finish(api, run, begun["id"], promise()))
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert [artifact["id"] for artifact in artifacts(api, run)] == [begun["id"]]
    assert fetch(api, begun["id"]) == BODY
    assert again["id"] != begun["id"]


def test_many_who_finish_one_upload_at_once_make_one_artifact(api: Api, run: str) -> None:
    begun = begin(api, run, promise())
    send(begun, BODY).raise_for_status()
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(finish, api, run, begun["id"], promise()) for _ in range(16)]
        answers = [one.result() for one in asked]
    assert [answer.status_code for answer in answers] == [200] * 16
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert [artifact["id"] for artifact in artifacts(api, run)] == [begun["id"]]
    assert fetch(api, begun["id"]) == BODY


def test_an_upload_is_finished_as_one_thing(api: Api, run: str) -> None:
    begun = begin(api, run, promise())
    send(begun, BODY).raise_for_status()
    finish(api, run, begun["id"], promise()).raise_for_status()
    other = finish(api, run, begun["id"], promise("another name"))
    assert "was finished as other than this" in detail(other, 409, "conflict")
    elsewhere = finish(api, api.start(), begun["id"], promise())
    assert "was finished as other than this" in detail(elsewhere, 409, "conflict")


def test_a_name_that_is_uploaded_again_is_replaced_and_its_bytes_are_freed(
    api: Api, run: str, kept: Kept
) -> None:
    old = upload(api, run, "a")
    new = upload(api, run, "a", b"new")
    assert [artifact["id"] for artifact in artifacts(api, run)] == [new]
    assert not any(old in name for name in kept.names())
    detail(finish(api, run, old, promise("a")), 404, "no such upload")
    assert [artifact["id"] for artifact in artifacts(api, run)] == [new]


def test_a_run_that_ended_takes_none_and_one_that_was_deleted_takes_them_along(
    api: Api, run: str, kept: Kept
) -> None:
    done = upload(api, run, "a")
    late = begin(api, run, promise("late"))
    send(late, BODY).raise_for_status()
    api.post(f"/api/w/runs/{run}/end", {})
    begun = api.http.post(f"/api/w/runs/{run}/artifacts/direct", json=promise())
    detail(begun, 404, "no such run")
    detail(finish(api, run, late["id"], promise("late")), 404, "no such run")
    assert finish(api, run, done, promise("a")).status_code == 200
    api.post(f"/api/w/runs/{run}/archive", {})
    api.http.delete(f"/api/w/runs/{run}").raise_for_status()
    assert not any(done in name for name in kept.names())
    detail(finish(api, run, done, promise("a")), 404, "no such run")


@pytest.mark.parametrize("upload", ["x", "0" * 31, "..%2Fother", "0" * 32])
def test_an_upload_that_never_was_is_not_found(api: Api, run: str, upload: str) -> None:
    assert "no bytes came" in detail(finish(api, run, upload, promise()), 404, "no such upload")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "../a"}, "'..'"),
        ({"name": ""}, "needs a name"),
        ({"size": -1}, "size is -1"),
        ({"size": 5 * 2**30 + 1}, "at most 5368709120 bytes"),
        ({"sha256": SHA256.upper()}, "64 lower-case hex digits"),
        ({"sha256": "é"}, "64 lower-case hex digits"),
        ({"content_type": "text"}, "media type"),
        ({"content_type": "text/html\r\nX: y"}, "media type"),
    ],
)
def test_a_promise_that_is_none_is_refused(api: Api, run: str, wrong: Json, said: str) -> None:
    path = f"/api/w/runs/{run}/artifacts/direct"
    assert said in detail(api.http.post(path, json={**promise(), **wrong}), 400)
