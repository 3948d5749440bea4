"""The settings of artifacts in S3, before anything is asked of a server."""

from pathlib import Path
from typing import Any

import pytest
from chachaml_artifacts_s3 import ArtifactsS3
from chachaml_artifacts_s3.client import connect, pool
from chachaml_artifacts_s3.credentials import find_keys
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.ports import Stored


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("bucket", "Runs", "lower-case"),
        ("bucket", "ab", "3 to 63"),
        ("endpoint", "s3.example:9000", "such as https://"),
        ("endpoint", "ftp://s3.example", "such as https://"),
        ("endpoint", "https://s3.example/bucket", "no more"),
        ("endpoint", "https://s3.example:port", "such as https://"),
        ("endpoint", "https://user:hidden@s3.example", "no more"),
        ("prefix", "/runs", "folders of letters"),
        ("prefix", "a//b", "folders of letters"),
        ("prefix", "a/../b", "folders of letters"),
        ("ca_file", Path("missing.pem"), "missing.pem is no file"),
        ("access_key", "alone", "go together"),
        ("secret_key", "hidden", "go together"),
        ("part_size", 2**20, "from 5242880 to 536870912"),
        ("uploads", 0, "from 1 to 1000"),
        ("threads", 0, "from 1 to 256"),
        ("timeout", 0.0, "from 0.1 to 3600"),
        ("attempts", 0, "from 1 to 10"),
        ("abandoned_hours", -1.0, "from 0 to 10000"),
        ("direct_seconds", 0, "from 1 to 43200"),
        ("direct_seconds", 43_201, "from 1 to 43200"),
        ("public_endpoint", "s3.example", "such as https://"),
        ("public_endpoint", "https://user:hidden@s3.example", "no more"),
    ],
)
def test_a_setting_that_cannot_be_right_is_refused(setting: str, value: Any, said: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        ArtifactsS3(**{"bucket": "runs", setting: value})
    assert refusal.value.detail.startswith((setting, "access_key"))
    assert said in refusal.value.detail
    assert "hidden" not in refusal.value.detail


@pytest.mark.parametrize("prefix", ["", "a", "a/", "a/b.c/d-e_f"])
def test_a_prefix_is_folders(prefix: str) -> None:
    assert ArtifactsS3(bucket="runs", prefix=prefix).prefix == prefix


def test_no_key_is_shown() -> None:
    plugin = ArtifactsS3(
        bucket="runs", access_key="hidden-1", secret_key="hidden-2", session_token="hidden-3"
    )
    assert "runs" in repr(plugin)
    assert "hidden" not in repr(plugin)


@pytest.mark.parametrize(
    ("endpoint", "virtual_host", "address"),
    [
        ("http://s3.example:9000", False, "http://s3.example:9000/runs/a"),
        ("https://s3.example", True, "https://runs.s3.example/a"),
        ("https://s3.amazonaws.com", False, "https://runs.s3.eu-west-1.amazonaws.com/a"),
    ],
)
def test_the_bucket_is_named_in_the_path_or_before_the_host(
    endpoint: str, virtual_host: bool, address: str
) -> None:
    http = pool(timeout=1, attempts=1, ca_file=None)
    keys = find_keys("key", "secret", "")
    client = connect(endpoint, http, keys, region="eu-west-1", virtual_host=virtual_host)
    assert client.presigned_get_object("runs", "a").partition("?")[0] == address


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({}, "https://inside.example:9000/runs/folder/run/artifact"),
        ({"public_endpoint": "https://s3.example"}, "https://s3.example/runs/folder/run/artifact"),
        (
            {"public_endpoint": "https://s3.example", "virtual_host": True},
            "https://runs.s3.example/folder/run/artifact",
        ),
    ],
)
def test_signed_addresses_are_those_that_clients_know(
    settings: dict[str, Any], address: str
) -> None:
    plugin = ArtifactsS3(
        bucket="runs",
        prefix="folder",
        endpoint="https://inside.example:9000",
        access_key="key",
        secret_key="hidden",
        session_token="of+a/role=",
        **settings,
    )
    signer = plugin.signer()
    for signed in (signer.get("run/artifact", {}), signer.put("run/artifact", Stored(0, "00")).url):
        assert signed.partition("?")[0] == address
        assert "X-Amz-Security-Token=of%2Ba%2Frole%3D&" in signed
        assert "hidden" not in signed
    assert "hidden" not in repr(signer)


def test_an_address_signs_all_that_an_upload_has_to_say() -> None:
    signer = ArtifactsS3(bucket="runs", access_key="key", secret_key="secret").signer()
    permission = signer.put("run/artifact", Stored(3, "00ff"))
    assert permission.headers == {
        "Content-Length": "3",
        "Content-Type": "application/octet-stream",
        "x-amz-checksum-sha256": "AP8=",
    }
    signed = "content-length%3Bcontent-type%3Bhost%3Bx-amz-checksum-sha256"
    assert f"X-Amz-SignedHeaders={signed}&X-Amz-Signature=" in permission.url
    assert permission.url.count("X-Amz-Signature=") == 1
