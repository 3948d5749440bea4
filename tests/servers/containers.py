"""Servers as containers, by testcontainers, where a Docker engine answers.

`make test-containers` sees to the engine and the images; each image has a variable that names it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers.buckets import Bucket

IMAGES = {
    "CHACHAML_TEST_POSTGRES_15_IMAGE": "postgres:15",
    "CHACHAML_TEST_POSTGRES_18_IMAGE": "postgres:18",
    "CHACHAML_TEST_S3_IMAGE": "chrislusf/seaweedfs:4.48",
    "CHACHAML_TEST_HAPROXY_IMAGE": "haproxy:3.2-alpine",
    "CHACHAML_TEST_PYTHON_IMAGE": "python:3.13-slim",
}
"""The variables that name images, and what they name where they are not set."""

PORT = 8333
START_SECONDS = 60
SETTINGS = ("fsync=off", "full_page_writes=off", "max_connections=200")
WEED = ("mini", "-dir=/data", f"-s3.port={PORT}", "-master.telemetry=false", "-admin.ui=false")


@contextmanager
def postgres(version: int) -> Iterator[str]:
    """Run PostgreSQL for the length of the block; yield the DSN of its superuser."""
    from testcontainers.community.postgres import PostgresContainer  # it asks for Docker at once

    options = " ".join(f"-c {setting}" for setting in SETTINGS)
    image = image_of(f"CHACHAML_TEST_POSTGRES_{version}_IMAGE")
    server = PostgresContainer(image, driver=None).with_command(f"postgres {options}")
    with server:
        yield server.get_connection_url()


@contextmanager
def bucket() -> Iterator[Bucket]:
    """Run an S3 server for the length of the block; yield an empty bucket on it."""
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import HttpWaitStrategy

    keys = {"AWS_ACCESS_KEY_ID": "testers-key", "AWS_SECRET_ACCESS_KEY": "testers-secret"}
    ready = HttpWaitStrategy(PORT, "/healthz").for_status_code(200)
    server = DockerContainer(image_of("CHACHAML_TEST_S3_IMAGE")).with_command(list(WEED))
    server.with_envs(**keys).with_exposed_ports(PORT)
    with server.waiting_for(ready.with_startup_timeout(START_SECONDS)):
        address = f"http://{server.get_container_host_ip()}:{server.get_exposed_port(PORT)}"
        made = Bucket("artifacts", address, *keys.values())
        made.make()
        yield made


def image_of(variable: str) -> str:
    """Return the image that a variable names, or that stands there for it."""
    return os.environ.get(variable) or IMAGES[variable]
