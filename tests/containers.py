"""`make test-containers`: what runs on real servers runs on servers in containers, and so does
what `deploy/` describes.

It takes the Docker engine that answers or starts one, and images from a registry or made here.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

import pytest

from tests.servers.engine import NoEngine, engine
from tests.servers.images import images
from tests.servers.sources import CONTAINERS

TESTS = ("tests/contract/test_store_postgres.py", "tests/contract/test_artifact_stores.py")
ON_SERVERS = ("-k", "postgres or TestArtifactsS3")  # the rest there runs on stores in memory
SPREAD = ("--dist", "loadfile", "--no-loadscope-reorder")
IMAGE = ("tests/image",)  # and all that compose.yaml names, one after the other
PAIRS = ("postgres15-s3", "postgres18-s3")
DEFAULTS = {
    # Also in a container whose engine runs beside it, and where no registry has the reaper.
    "TESTCONTAINERS_RYUK_DISABLED": "true",
    "TESTCONTAINERS_CONNECTION_MODE": "docker_host",
    "TESTCONTAINERS_HOST_OVERRIDE": "127.0.0.1",
    "TC_MAX_TRIES": "30",  # seconds that a server may take to start
}


def main() -> int:
    """Run the tests, with more options of pytest if they are given; return pytest's status."""
    pairs = [part for pair in PAIRS for part in ("--pair", pair)]
    servers = ["-n", "auto", *SPREAD, *ON_SERVERS, *TESTS, "tests/http", *pairs]
    try:
        with engine() as address:
            variables = {**os.environ, **address, **images(address), CONTAINERS: "1"}
            found = {_test(tests, {**DEFAULTS, **variables}) for tests in (servers, IMAGE)}
            return max(found - {pytest.ExitCode.NO_TESTS_COLLECTED}, default=1)
    except NoEngine as error:
        print(error, file=sys.stderr)  # noqa: T201  (a command)
        return 1


def _test(tests: Sequence[str], environment: Mapping[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", *tests, *sys.argv[1:]]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
