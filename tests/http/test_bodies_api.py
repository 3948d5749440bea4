"""JSON bodies over HTTP: what is no valid body is the caller's mistake, and says so."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection

import httpx
import pytest
from chachaml_ui import Ui

from tests.http.client import JSON, Api, detail

START = "/api/w/runs"


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=UTF-8", "Application/JSON"]
)
def test_json_is_json_however_it_is_called(http: httpx.Client, content_type: str) -> None:
    answer = http.post(START, content=b"{}", headers={"Content-Type": content_type})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "\xe9"],
)
def test_another_content_type_is_told_what_to_send(http: httpx.Client, content_type: str) -> None:
    headers = {b"Content-Type": content_type.encode("latin-1")}
    answer = http.post(START, content=b"{}", headers=headers)
    assert "send application/json" in detail(answer, 400)


def test_a_body_without_a_content_type_is_told_what_to_send(http: httpx.Client) -> None:
    assert "send application/json" in detail(http.post(START, content=b"{}"), 400)


def test_an_unknown_field_is_named_with_the_allowed_ones(http: httpx.Client) -> None:
    said = detail(http.post(START, json={"expriment": "iris"}), 400)
    assert "'expriment'" in said
    assert "experiment, name, tags" in said


def test_an_unknown_field_deep_inside_is_named_with_its_place(http: httpx.Client) -> None:
    said = detail(http.post(START, json={"datasets": [{}, {"rows": 1}]}), 400)
    assert "'rows' at $.datasets[...]" in said or "'rows' at $.datasets[1]" in said
    assert "role, name, n_rows" in said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": 3}, "$.name"),
        ({"tags": {"a": 1}}, "$.tags"),
        ({"tags": ["a"]}, "$.tags"),
        ({"datasets": [{"n_rows": "many"}]}, "$.datasets[0].n_rows"),
        ({"datasets": [{"n_rows": -1}]}, "n_rows"),
        ({"datasets": [{"n_rows": 1.5}]}, "n_rows is 1.5; it must be a whole number"),
        ({"datasets": [{"n_rows": 2**70}]}, "n_rows"),
        ({"experiment": " "}, "experiment"),
        ({"experiment": "a\nb"}, "control character"),
        ({"name": "x" * 251}, "250"),
        ({"tags": {"": "x"}}, "tag key"),
        ([], "object"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(http: httpx.Client, body: object, said: str) -> None:
    assert said in detail(http.post(START, json=body), 400)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nope",
        b'{"name": "x"} {}',
        b'{"name": "x",}',
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b'{"env": {"x": "\\ud800", "y": NaN}}',
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"env":' * 100_000,
        b'{"env": {"x": NaN, "y": ' + b"[" * 100_000,
        b'{"env": {"x": 1e400}}',
        b'{"env": {"x": 1e400, "y": NaN}}',
        b'{"env": {"x": ' + b"9" * 5_000 + b"}}",
        b'{"env": {"x": ' + b"9" * 5_000 + b', "y": NaN}}',
        b'{"env": {"y": NaN, "x": -' + b"9" * 4_300 + b"}}",
        b'{"name": "a", "name": "b"}',
        b'{"env": {"a": 1, "a": 2}}',
        "{}".encode("utf-16"),
    ],
)
def test_a_malformed_body_is_the_callers_mistake(api: Api, run: str, body: bytes) -> None:
    detail(api.http.post(f"/api/note/{run}", content=body, headers=JSON), 400)
    if body:
        detail(api.http.post(START, content=body, headers=JSON), 400)


def nested(depth: int) -> bytes:
    """Return so many arrays and objects, by turns, within each other."""
    pairs, odd = divmod(depth, 2)
    return b'[{"a":' * pairs + b"[" * odd + b"1" + b"]" * odd + b"}]" * pairs


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/w/runs/{}/params", b'{"deep": [%b, %b]}'),
        ("/api/w/runs", b'{"env": {"deep": [%b, %b]}}'),
        ("/api/w/runs", b'{"datasets": [{"features": [%b, %b]}]}'),
        ("/api/w/runs/{}/datasets", b'{"features": [%b, %b]}'),
    ],
)
@pytest.mark.parametrize("beside", [b"1", b"NaN"], ids=["strictly read", "tolerantly read"])
def test_a_value_may_be_nested_64_levels_deep_and_no_deeper(
    api: Api, run: str, path: str, body: bytes, beside: bytes
) -> None:
    path = path.format(run)
    for depth in (63, 64):
        answer = api.send(path.replace(run, api.start()), body % (nested(depth - 1), beside))
        assert answer.status_code == 200, answer.text
    for depth in (65, 500, 900, 2_000, 100_000):
        answer = api.send(path, body % (nested(depth - 1), beside))
        assert "nested" in detail(answer, 400)


def test_what_a_client_sent_is_not_quoted_at_any_length(api: Api, run: str) -> None:
    body = b'{"%b": true}' % (b"x" * 1_000_000)
    said = detail(api.send(f"/api/w/runs/{run}/metrics", body), 400)
    assert said.startswith("metric 'xxx")
    assert said.endswith("a value is a number or one of 'NaN', 'Infinity' and '-Infinity'")
    assert len(said) < 11_000


def test_a_body_with_a_length_over_the_limit_is_refused_unread(http: httpx.Client) -> None:
    answer = http.post(START, content=b" " * (Ui().max_body + 1), headers=JSON)
    assert "max_body" in detail(answer, 413, "too large")


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("metrics", b'[%b, {"a": true}]', "'a' is true"),
        ("params", b'{"a": [%b, {"a": 1, "a": 2}]}', "'a' twice"),
    ],
)
def test_others_are_answered_while_a_long_body_is_read(
    api: Api, run: str, path: str, body: bytes, said: str
) -> None:
    body %= b", ".join([b'{"a": 1}'] * 500_000)
    answered = 0
    with ThreadPoolExecutor(1) as threads:
        sending = threads.submit(api.send, f"/api/w/runs/{run}/{path}", body)
        while not sending.done():
            assert api.http.get("/healthz").status_code == 200
            answered += 1
    assert said in detail(sending.result(), 400)
    assert answered >= 10


def test_a_client_that_goes_on_sending_for_a_while_reads_why_it_is_refused(
    http: httpx.Client,
) -> None:
    def slowly() -> Iterator[bytes]:
        yield b" " * (Ui().max_body + 1)
        for _ in range(15):
            time.sleep(0.1)
            yield b" " * 1_000_000

    # This one reads no answer before it has sent all.
    with closing(HTTPConnection(http.base_url.host, http.base_url.port)) as connection:
        connection.request(
            "POST", START, slowly(), {**JSON, "Transfer-Encoding": "chunked"}, encode_chunked=True
        )
        assert connection.getresponse().status == 413
