"""What the API answers about direct transfer where it is off: on every pair, unless it is set."""

import pytest

from tests.http.artifacts import BODY, artifacts, download
from tests.http.client import Api, detail
from tests.http.direct import finish, promise


def test_a_direct_upload_is_refused_and_the_plain_way_named(api: Api, run: str) -> None:
    begun = api.http.post(f"/api/w/runs/{run}/artifacts/direct", json=promise())
    finished = finish(api, run, "0" * 32, promise())
    for answer in (begun, finished):
        said = detail(answer, 409, "conflict")
        assert "send them to /api/w/runs/{id}/artifacts" in said
        assert "direct = true in [plugins.artifacts_s3]" in said
    assert artifacts(api, run) == []


@pytest.mark.parametrize("asked", [{}, {"Range": "bytes=0-"}])
def test_a_download_leads_nowhere_else(api: Api, run: str, asked: dict[str, str]) -> None:
    artifact = str(api.upload(run, "a", BODY)["id"])
    answer = download(api, artifact, **asked)
    assert answer.is_success
    assert answer.content == BODY
