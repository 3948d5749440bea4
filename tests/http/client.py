"""A client of the API for tests, and the questions that they ask of every answer."""

import socket
import uuid
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import httpx

JSON = {"Content-Type": "application/json"}
OCTETS = {"Content-Type": "application/octet-stream"}


Json: TypeAlias = Any
"""What a body says; tests look into it without further ado."""


@dataclass(frozen=True, slots=True)
class Api:
    """Calls routes and returns what they say; a status other than the expected one fails."""

    http: httpx.Client

    def get(self, path: str, **query: str | int) -> Json:
        return _success(self.http.get(path, params=query))

    def post(self, path: str, body: Json, headers: dict[str, str] | None = None) -> Json:
        return _success(self.http.post(path, json=body, headers=headers))

    def send(self, path: str, body: bytes) -> httpx.Response:
        return self.http.post(path, content=body, headers=JSON)

    def upload(self, run: str, name: str, body: bytes, **query: str) -> Json:
        return _success(
            self.http.post(
                f"/api/w/runs/{run}/artifacts",
                content=body,
                params={"name": name, **query},
                headers=OCTETS,
            )
        )

    def experiment(self) -> str:
        """Return the name of an experiment that no other test uses."""
        return f"experiment-{uuid.uuid4().hex[:8]}"

    def start(self, **body: Json) -> str:
        return str(self.post("/api/w/runs", body)["id"])

    def latest(self, run: str) -> dict[str, Any]:
        """Return a run's metrics by key."""
        return {metric["key"]: metric for metric in self.get(f"/api/runs/{run}")["metrics"]}


def _success(answer: httpx.Response) -> Json:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    return answer.json()


def detail(answer: httpx.Response, status: int, error: str = "") -> str:
    """Return the detail of an error, which must have this status and the one form of errors."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    body = answer.json()
    assert list(body) == ["error", "detail"]
    assert error in body["error"]
    assert "Traceback" not in body["detail"]
    return str(body["detail"])


def exchange(url: str, request: bytes) -> bytes:
    """Send bytes to a server and return all that it answers until it closes the connection."""
    address = urlsplit(url)
    assert address.hostname is not None
    with socket.create_connection((address.hostname, address.port or 80), timeout=30) as sock:
        sock.sendall(request)
        answer = b""
        while received := sock.recv(65_536):
            answer += received
    return answer
