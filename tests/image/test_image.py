"""The image alone: who it runs as, what it may write, how it ends."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.image.stack import docker, state, wait_until_healthy

CONTENT = b"x" * 1_000


@pytest.fixture
def container(image: str) -> Iterator[str]:
    """Return a container with the default plugins, locked down as far as the docs say."""
    started = docker(
        *("run", "--detach", "--read-only", "--cap-drop", "ALL", "--volume", "/data"),
        *("--health-interval", "1s"),
        *("--security-opt", "no-new-privileges", "--publish", "127.0.0.1::8080", image),
    )
    wait_until_healthy(started)
    yield started
    docker("rm", "--force", "--volumes", started)


def address(container: str) -> str:
    return docker("port", container, "8080/tcp")


def test_the_image_serves_as_nobody_in_particular_from_a_file_system_that_it_cannot_write(
    container: str,
) -> None:
    assert docker("exec", container, "id", "-u") == "10001"
    written = docker("exec", container, "sh", "-c", "touch /opt/x 2>/dev/null || echo refused")
    assert written == "refused"
    with httpx.Client(base_url=f"http://{address(container)}") as http:
        assert http.get("/readyz").json() == {"status": "ok"}
        assert http.post("/api/w/runs", json={}).status_code == 200


def test_the_image_has_what_the_lock_names_and_no_tools_that_built_it(container: str) -> None:
    installed = docker("exec", container, "ls", "/opt/chachaml/bin")
    assert "chachaml-kernel" in installed.split()
    assert docker("exec", container, "sh", "-c", "command -v uv || echo none") == "none"
    listed = docker("exec", container, "chachaml-kernel", "plugins")
    assert {"store_postgres", "artifacts_s3", "auth_proxy"} <= set(listed.split())


def test_a_request_under_way_is_answered_before_the_container_ends(container: str) -> None:
    where = address(container)
    run_id = httpx.post(f"http://{where}/api/w/runs", json={}).json()["id"]
    host, port = where.split(":")
    head = (
        f"POST /api/w/runs/{run_id}/artifacts?name=a HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/octet-stream\r\nContent-Length: {len(CONTENT)}\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(head.encode() + CONTENT[:1])
        docker("kill", "--signal", "TERM", container)
        connection.sendall(CONTENT[1:])
        assert connection.makefile("rb").readline() == b"HTTP/1.1 200 OK\r\n"
    assert docker("wait", container) == "0"
    assert state(container)["OOMKilled"] is False
