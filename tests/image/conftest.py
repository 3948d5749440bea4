"""Tests of the image, which take a Docker engine: `make test-containers` runs them."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.environments import ROOT
from tests.image.stack import Stack, stack
from tests.servers.containers import image_of
from tests.servers.ports import held_ports
from tests.servers.sources import CONTAINERS

collect_ignore_glob = [] if os.environ.get(CONTAINERS) else ["*"]


@pytest.fixture(scope="session")
def image() -> str:
    """Return the name of the image, built from the checkout."""
    name = "chachaml-test/kernel"
    base = image_of("CHACHAML_TEST_PYTHON_IMAGE")
    # Without a firewall of its own an engine leads containers nowhere but to itself.
    options = ["--network=host", "--build-arg", f"BASE={base}", "--tag", name]
    command = ["docker", "build", *options, "--file", "deploy/Dockerfile", "."]
    subprocess.run(command, cwd=ROOT, check=True)
    return name


@pytest.fixture(scope="module")
def running(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Return all that `compose.yaml` names, running, and ready at the proxy."""
    variables = {
        "CHACHAML_IMAGE": image,
        "POSTGRES_IMAGE": image_of("CHACHAML_TEST_POSTGRES_18_IMAGE"),
        "S3_IMAGE": image_of("CHACHAML_TEST_S3_IMAGE"),
        "HAPROXY_IMAGE": image_of("CHACHAML_TEST_HAPROXY_IMAGE"),
        "POSTGRES_PASSWORD": "told-to-nobody",
        "S3_ACCESS_KEY": "testers-key",
        "S3_SECRET_KEY": "testers-secret",
    }
    folder: Path = tmp_path_factory.mktemp("stack")
    with (
        held_ports(1) as (port,),  # Compose takes no 0
        stack({**variables, "TRACKER_PORT": str(port)}, folder) as started,
    ):
        yield started
