"""The lines of docs/http.md by which a file goes to S3, run as they stand there."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.docs.pages import HTTP, sections
from tests.http.direct import serving_direct
from tests.servers.pair_fixtures import Homes
from tests.servers.pairs import Pair


@pytest.mark.parametrize("size", [37, 3 * 2**20])
def test_a_file_goes_to_s3_as_the_page_says(homes: Homes, tmp_path: Path, size: int) -> None:
    section = sections(HTTP, 3)["POST /api/w/runs/{id}/artifacts/direct"]
    lines = re.findall(r"^\$ (.*)$", section, re.MULTILINE)
    assert len(lines) == 6
    content = os.urandom(size)
    (tmp_path / "model.pkl").write_bytes(content)
    with serving_direct(homes(Pair("sqlite", "s3"), tmp_path)) as api:
        run = api.start()
        given = {"HOST": str(api.http.base_url), "RUN": run}
        done = subprocess.run(
            ["bash", "-euc", "\n".join(["JSON='Content-Type: application/json'", *lines])],
            cwd=tmp_path,
            env={**os.environ, **given},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        (artifact,) = api.get(f"/api/runs/{run}")["artifacts"]
        answer = api.http.get(f"/api/artifacts/{artifact['id']}/download", follow_redirects=True)
        assert answer.content == content
