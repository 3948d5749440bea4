"""An artifact that tests send, and how they ask for artifacts."""

import hashlib

import httpx

from tests.http.client import Api, Json

BODY = b"0123456789"
SHA256 = hashlib.sha256(BODY).hexdigest()


def download(api: Api, artifact: str, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.http.get(f"/api/artifacts/{artifact}/download", headers=sent)


def artifacts(api: Api, run: str) -> list[Json]:
    return list(api.get(f"/api/runs/{run}")["artifacts"])
