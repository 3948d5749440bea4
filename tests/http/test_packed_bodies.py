"""Packed bodies over HTTP: they are unpacked whole, or refused."""

import gzip
import hashlib
import random
import zlib

import httpx
import pytest
from chachaml_ui import Ui

from tests.http.client import JSON, OCTETS, Api, detail

START = "/api/w/runs"
RANDOM = random.Random(7).randbytes(700_000)
"""What hardly packs, so that it comes in several pieces."""


def packed(coding: str, body: bytes) -> bytes:
    if coding == "raw deflate":  # which some take for "deflate"
        return zlib.compress(body)[2:-4]
    return gzip.compress(body) if coding == "gzip" else zlib.compress(body)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw deflate"])
@pytest.mark.parametrize("body", [b"", b"a", bytes(900_000), RANDOM], ids=len)
def test_a_packed_body_is_unpacked(api: Api, run: str, coding: str, body: bytes) -> None:
    headers = {**OCTETS, "Content-Encoding": coding.removeprefix("raw ")}
    path = f"/api/w/runs/{run}/artifacts?name=a"
    answer = api.http.post(path, content=packed(coding, body), headers=headers)
    assert answer.json()["sha256"] == hashlib.sha256(body).hexdigest()
    streamed = (packed(coding, body)[at : at + 50_000] for at in range(0, 900_000, 50_000))
    assert api.http.post(path, content=streamed, headers=headers).json()["size"] == len(body)


def test_what_gzip_packed_may_have_several_parts(api: Api, run: str) -> None:
    headers = {**OCTETS, "Content-Encoding": "gzip"}
    body = gzip.compress(b"one, ") + gzip.compress(b"") + gzip.compress(b"two")
    answer = api.http.post(f"/api/w/runs/{run}/artifacts?name=a", content=body, headers=headers)
    assert answer.json()["sha256"] == hashlib.sha256(b"one, two").hexdigest()


def test_a_packed_body_may_be_left_out(http: httpx.Client) -> None:
    answer = http.post(START, content=b"", headers={**JSON, "Content-Encoding": "gzip"})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_packed_body_that_ends_too_early_leaves_nothing(api: Api, run: str, coding: str) -> None:
    for body, left_out in [(RANDOM, 1), (RANDOM, 300_000), (b"{}", 4), (b'{"a": 1}', 5)]:
        for path, media in [("artifacts?name=a", OCTETS), ("metrics", JSON)]:
            answer = api.http.post(
                f"/api/w/runs/{run}/{path}",
                content=packed(coding, body)[:-left_out],
                headers={**media, "Content-Encoding": coding},
            )
            assert f"packed with {coding}, ends too early" in detail(answer, 400)
    found = api.get(f"/api/runs/{run}")
    assert found["artifacts"] == found["metrics"] == []


@pytest.mark.parametrize(
    ("coding", "body", "said"),
    [
        ("gzip", b"{}", "the body is not packed with gzip: incorrect header check"),
        ("gzip", gzip.compress(b"{}", mtime=0) + b"{}", "not packed with gzip: "),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-8] + bytes(8), "not packed with gzip: "),
        ("deflate", b"xyz", "not packed with deflate: "),
        ("deflate", zlib.compress(b"{}") + b"{}", "goes on behind the end"),
        ("deflate", zlib.compress(b"{}")[:-4] + bytes(4), "not packed with deflate: "),
    ],
)
def test_a_body_that_is_not_packed_as_it_says_is_refused(
    http: httpx.Client, coding: str, body: bytes, said: str
) -> None:
    answer = http.post(START, content=body, headers={**JSON, "Content-Encoding": coding})
    assert said in detail(answer, 400)


@pytest.mark.parametrize("encoding", ["compress", "br", "zstd", "gzip, gzip", ""])
def test_an_unknown_encoding_is_told_what_to_send(http: httpx.Client, encoding: str) -> None:
    answer = http.post(START, content=b"{}", headers={**JSON, "Content-Encoding": encoding})
    assert f"{encoding!r}; send gzip, deflate or none" in detail(answer, 400)


def test_two_encodings_are_not_taken_for_one(http: httpx.Client) -> None:
    headers = [*JSON.items(), ("Content-Encoding", "gzip"), ("Content-Encoding", "identity")]
    answer = http.post(START, content=gzip.compress(b"{}"), headers=headers)
    assert "'gzip, identity'; send gzip, deflate or none" in detail(answer, 400)


@pytest.mark.parametrize("encoding", ["identity", "GZIP"])
def test_an_encoding_may_be_none_or_in_capitals(http: httpx.Client, encoding: str) -> None:
    body = b"{}" if encoding == "identity" else gzip.compress(b"{}")
    answer = http.post(START, content=body, headers={**JSON, "Content-Encoding": encoding})
    assert answer.status_code == 200, answer.text


def test_a_compressed_bomb_counts_at_its_full_size(http: httpx.Client) -> None:
    bomb = gzip.compress(b" " * (Ui().max_body + 1))
    answer = http.post(START, content=bomb, headers={**JSON, "Content-Encoding": "gzip"})
    assert "max_body" in detail(answer, 413, "too large")
