"""Saved views of the list of runs over HTTP."""

from urllib.parse import quote

import pytest

from tests.http.client import Api, Json, detail

QUERY = "experiment=a%20b&tag.g%3D%26=%23&param.lr=0.1&sort=metric.val%2Floss&columns=x&group=y"


@pytest.fixture
def name(api: Api) -> str:
    """Return the name of a view that no other test uses."""
    return api.experiment()


def save(api: Api, name: str, query: str, **more: Json) -> Json:
    return api.post("/api/w/views", {"name": name, "query": query, **more})


def listed(api: Api) -> dict[str, str]:
    return {view["name"]: view["query"] for view in api.get("/api/views", limit=1000)}


def test_a_view_is_saved_and_listed(api: Api, name: str) -> None:
    view = save(api, name, QUERY, created_by="ada")
    assert list(view) == ["name", "query", "created_by", "created_at", "updated_at"]
    assert (view["query"], view["created_by"]) == (QUERY, "ada")
    assert view in api.get("/api/views", limit=1000)


def test_saving_a_name_again_replaces_its_query(api: Api, name: str) -> None:
    first = save(api, name, "status=failed", created_by="ada")
    again = save(api, name, "", created_by="bob")
    assert again == {**first, "query": "", "updated_at": again["updated_at"]}
    assert listed(api)[name] == ""


@pytest.mark.parametrize("odd", ["a/b", "a b", "50%", "a?b#c", "a%2Fb", "<b>", "日本"])
def test_a_view_of_any_name_is_renamed_and_deleted(api: Api, name: str, odd: str) -> None:
    odd, other = f"{odd} {name}", f"{name} {odd}"
    save(api, odd, "status=failed")
    renamed = api.post(f"/api/w/views/{quote(odd, safe='')}", {"name": other})
    assert renamed["name"] == other
    assert odd not in listed(api)
    path = f"/api/w/views/{quote(other, safe='')}"
    assert api.http.delete(path).json() == {"ok": True}
    assert other not in listed(api)
    detail(api.http.delete(path), 404, "no such view")
    detail(api.http.post(path, json={"name": odd}), 404, "no such view")


def test_a_name_is_not_taken_from_another_view(api: Api, name: str) -> None:
    save(api, name, "")
    save(api, f"{name} 2", "status=failed")
    answer = api.http.post(f"/api/w/views/{name}", json={"name": f"{name} 2"})
    assert f"{name} 2" in detail(answer, 409)
    assert listed(api)[f"{name} 2"] == "status=failed"


@pytest.mark.parametrize(
    "query",
    [
        "?status=failed",
        "/runs?status=failed",
        "https://elsewhere.example/?status=failed",
        "javascript:alert(1)",
        "status=failed#x",
        "status=failed&",
        "&status=failed",
        "status",
        "=failed",
        "experiment=a b",
        "experiment=größe",
        "experiment=%zz",
        'experiment="><script>',
        "experiment=a\n",
        "experiment=a\u202eb",
        "cursor=x",
        "color=red",
        "metric.loss=1",
        "tag=x",
        "experiment=" + "x" * 8_000,
    ],
)
def test_a_view_is_nothing_but_parameters_of_the_page(api: Api, name: str, query: str) -> None:
    answer = api.http.post("/api/w/views", json={"name": name, "query": query})
    assert "query" in detail(answer, 400)
    assert name not in listed(api)


@pytest.mark.parametrize("odd", ["", " ", "a\nb", "x" * 251, "..", 1])
def test_a_view_has_a_name(api: Api, name: str, odd: Json) -> None:
    body = {"name": odd, "query": ""}
    assert "name" in detail(api.http.post("/api/w/views", json=body), 400)
    save(api, name, "")
    assert "name" in detail(api.http.post(f"/api/w/views/{name}", json={"name": odd}), 400)


def test_a_retried_deletion_is_answered_alike(api: Api, name: str) -> None:
    save(api, name, "")
    key = {"Idempotency-Key": f"delete-{name}"}
    for _ in range(2):
        answer = api.http.delete(f"/api/w/views/{name}", headers=key)
        assert answer.json() == {"ok": True}


def test_a_long_list_of_views_is_paged(api: Api, name: str) -> None:
    for i in range(3):
        save(api, f"{name} {i}", "")
    first = api.http.get("/api/views", params={"limit": 2})
    second = api.http.get(first.links["next"]["url"])
    names = [view["name"] for view in first.json() + second.json()]
    assert names[:3] == [f"{name} {i}" for i in (2, 1, 0)]
