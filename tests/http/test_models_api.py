"""The model registry over HTTP."""

from urllib.parse import quote

import pytest

from tests.http.client import Api, Json, detail


@pytest.fixture
def name(api: Api) -> str:
    """Return the name of a model that no other test uses."""
    return api.experiment()


@pytest.fixture
def trained(api: Api, run: str) -> str:
    """Return a run that has an artifact named `model`."""
    api.upload(run, "model", b"weights")
    return run


def register(api: Api, name: str, run: str, **more: str) -> Json:
    body = {"name": name, "run_id": run, "artifact": "model", **more}
    return api.post("/api/w/models", body)


def stages(api: Api, name: str) -> dict[int, str]:
    model = api.get(f"/api/models/{quote(name, safe='')}")
    return {version["version"]: version["stage"] for version in model["versions"]}


def test_a_version_is_registered_with_all_that_is_known(api: Api, trained: str, name: str) -> None:
    version = register(api, name, trained, description="first cut", stage="staging")
    assert list(version) == [
        "name",
        "version",
        "stage",
        "stage_since",
        "description",
        "run_id",
        "artifact",
        "created_by",
        "created_at",
    ]
    assert (version["version"], version["stage"]) == (1, "staging")
    assert list(version["artifact"]) == ["id", "name", "sha256", "size"]
    assert register(api, name, trained)["version"] == 2


@pytest.mark.parametrize("created_by", ["", " ", "a\nb", "x" * 251])
def test_who_registers_a_version_has_a_name(
    api: Api, trained: str, name: str, created_by: str
) -> None:
    body = {"name": name, "run_id": trained, "artifact": "model", "created_by": created_by}
    assert "created_by" in detail(api.http.post("/api/w/models", json=body), 400)


def test_promoting_one_version_archives_the_other(api: Api, trained: str, name: str) -> None:
    register(api, name, trained, stage="production")
    register(api, name, trained)
    moved = api.post(f"/api/w/models/{name}/versions/2/stage", {"stage": "production"})
    assert (moved["version"], moved["stage"]) == (2, "production")
    assert stages(api, name) == {2: "production", 1: "archived"}


def test_a_model_is_listed_with_its_production_version(api: Api, trained: str, name: str) -> None:
    register(api, name, trained)
    first = api.get("/api/models", limit=1000)[0]
    assert list(first) == [
        "name",
        "description",
        "production",
        "version_count",
        "created_at",
        "updated_at",
    ]
    assert (first["name"], first["production"], first["version_count"]) == (name, None, 1)
    api.post(f"/api/w/models/{name}/versions/1/stage", {"stage": "production"})
    assert api.get("/api/models")[0]["production"]["version"] == 1


def test_a_description_is_replaced(api: Api, trained: str, name: str) -> None:
    register(api, name, trained)
    assert api.post(f"/api/w/models/{name}", {"description": "new"})["description"] == "new"
    assert api.get(f"/api/models/{name}")["description"] == "new"


@pytest.mark.parametrize(
    "odd", ["a/b", "a b", "modèle", "50%", "a?b#c", "a%2Fb", "{x}", "a:b", "stage", "日本", "a+b"]
)
def test_any_name_can_be_asked_for(api: Api, trained: str, name: str, odd: str) -> None:
    odd = f"{odd} {name}"
    register(api, odd, trained)
    path = quote(odd, safe="")
    assert api.get(f"/api/models/{path}")["name"] == odd
    api.post(f"/api/w/models/{path}", {"description": "x"})
    api.post(f"/api/w/models/{path}/versions/1/stage", {"stage": "staging"})
    api.post(f"/api/w/models/{path}/versions/1", {"description": "y"})
    assert len(api.get(f"/api/models/{path}/history")) == 1
    assert api.get(f"/api/diff/{path}/1/1")["name"] == odd


def test_two_versions_are_put_side_by_side(api: Api, name: str) -> None:
    for number, rate in ((1, 0.1), (2, 0.2)):
        run = api.start()
        api.upload(run, "model", b"x" * number)
        api.post(f"/api/w/runs/{run}/params", {"lr": rate})
        api.send(f"/api/w/runs/{run}/metrics", b'{"loss": Infinity}')
        register(api, name, run)
    diff = api.get(f"/api/diff/{name}/1/2")
    assert [version["version"] for version in diff["versions"]] == [1, 2]
    assert diff["artifact"]["size"] == {"1": 1, "2": 2}
    assert diff["params"] == {"lr": {"1": 0.1, "2": 0.2}}
    assert diff["metrics"] == {"loss": {"1": "Infinity", "2": "Infinity"}}
    assert diff["differing"] == ["lr"]


def test_a_stage_that_is_none_is_refused_with_the_allowed_ones(
    api: Api, trained: str, name: str
) -> None:
    register(api, name, trained)
    answer = api.http.post(f"/api/w/models/{name}/versions/1/stage", json={"stage": "live"})
    assert "none, staging, production, archived" in detail(answer, 400)


@pytest.mark.parametrize("version", ["0", "-1", "x", "1.5", str(2**70)])
def test_a_version_that_is_no_number_from_1_on_is_refused(
    api: Api, trained: str, name: str, version: str
) -> None:
    register(api, name, trained)
    path = f"/api/w/models/{name}/versions/{version}/stage"
    assert "'version'" in detail(api.http.post(path, json={"stage": "none"}), 400)


def test_what_is_not_registered_is_not_found(api: Api, trained: str, name: str) -> None:
    for path in ("/api/models/no-such-model", "/api/models/no-such-model/history"):
        detail(api.http.get(path), 404, "no such model")
    register(api, name, trained)
    path = f"/api/w/models/{name}/versions/2/stage"
    detail(api.http.post(path, json={"stage": "none"}), 404, "no such version")
    path = f"/api/w/models/{name}/versions/2"
    detail(api.http.post(path, json={"description": ""}), 404, "no such version")
    detail(api.http.get(f"/api/diff/{name}/1/2"), 404, "no such version")
    body = {"name": name, "run_id": trained, "artifact": "other"}
    assert "other" in detail(api.http.post("/api/w/models", json=body), 404, "no such artifact")


def test_a_retried_registration_makes_one_version(api: Api, trained: str, name: str) -> None:
    body = {"name": name, "run_id": trained, "artifact": "model"}
    key = {"Idempotency-Key": f"register-{name}"}
    assert api.post("/api/w/models", body, headers=key) == api.post(
        "/api/w/models", body, headers=key
    )
    assert stages(api, name) == {1: "none"}
