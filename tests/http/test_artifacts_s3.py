"""Artifacts over HTTP, of a server whose config file names SQLite and S3."""

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from chachaml_kernel import serve

from tests.http.client import OCTETS, Api, detail
from tests.integration.artifact_bucket import PART, objects, uploads
from tests.servers.s3 import KEYS, S3Server

CONFIG = """
[plugins.store_sqlite]

[plugins.artifacts_s3]
bucket = "artifacts"
endpoint = "{endpoint}"
prefix = "of/this/server"
access_key = "{access_key}"
secret_key = "${{S3_SECRET}}"
part_size = {part}
timeout = 2.0
attempts = 2

[plugins.ui]
port = 0
"""
BODY = random.Random(19).randbytes(3 * PART + 17)


@pytest.fixture
def config(mortal_s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("S3_SECRET", KEYS["secret_key"])
    file = tmp_path / "chachaml.toml"
    endpoint, access_key = mortal_s3.endpoint, KEYS["access_key"]
    file.write_text(CONFIG.format(endpoint=endpoint, access_key=access_key, part=PART))
    return file


@contextmanager
def serving(config: Path) -> Iterator[Api]:
    with (
        serve(config, data=config.parent) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        yield Api(client)


@pytest.fixture
def calls(config: Path) -> Iterator[Api]:
    with serving(config) as calls:
        yield calls


def test_an_artifact_is_in_s3_comes_back_and_goes_with_its_run(
    calls: Api, mortal_s3: S3Server
) -> None:
    run = calls.start()
    artifact = calls.upload(run, "model.pkl", BODY)
    assert artifact["sha256"] == hashlib.sha256(BODY).hexdigest()
    assert objects(mortal_s3) == [f"of/this/server/{run}/{artifact['id']}"]
    address = f"/api/artifacts/{artifact['id']}/download"
    assert calls.http.get(address).content == BODY
    middle = calls.http.get(address, headers={"Range": f"bytes={PART - 5}-{2 * PART + 4}"})
    assert (middle.status_code, middle.content) == (206, BODY[PART - 5 : 2 * PART + 5])
    calls.post(f"/api/w/runs/{run}/archive", {})
    assert calls.http.delete(f"/api/w/runs/{run}").status_code == 200
    assert objects(mortal_s3) == []


def test_an_upload_during_which_s3_dies_is_answered_with_503_and_leaves_nothing(
    config: Path, mortal_s3: S3Server
) -> None:
    def chunks() -> Iterator[bytes]:
        # Sockets hold some of what was sent, so how much it takes is not known.
        for _ in range(20):
            yield BODY
            if uploads(mortal_s3):
                break
        assert len(uploads(mortal_s3)) == 1
        mortal_s3.kill()
        yield BODY

    with serving(config) as calls:
        run = calls.start()
        address = f"/api/w/runs/{run}/artifacts?name=a"
        answer = calls.http.post(address, content=chunks(), headers=OCTETS)
        assert "the bucket 'artifacts'" in detail(answer, 503)
        assert answer.headers["Retry-After"] == "5"
        assert detail(calls.http.get("/readyz"), 503)
        assert calls.get(f"/api/runs/{run}")["artifacts"] == []
        mortal_s3.start()
        assert calls.http.get("/readyz").status_code == 200
    assert (uploads(mortal_s3), objects(mortal_s3)) == ([], [])


def test_a_black_hole_lets_the_rest_go_on(calls: Api, mortal_s3: S3Server) -> None:
    run = calls.start()
    artifact = calls.upload(run, "a", b"x")["id"]
    mortal_s3.freeze()
    download = calls.http.get(f"/api/artifacts/{artifact}/download")
    assert "does not answer in time" in detail(download, 503)
    assert "does not answer in time" in detail(calls.http.get("/readyz"), 503)
    calls.post(f"/api/w/runs/{run}/metrics", {"loss": 0.5, "step": 1})
    assert calls.latest(run)["loss"]["value"] == 0.5
    mortal_s3.thaw()
    assert calls.http.get(f"/api/artifacts/{artifact}/download").content == b"x"
