"""What models remember of their versions' moves, over HTTP."""

import asyncio

import httpx
import pytest

from tests.http.client import Api, Json, detail


@pytest.fixture
def name(api: Api, run: str) -> str:
    """Return the name of a new model: version 1 is in production, 2 and 3 are in no stage."""
    name = api.experiment()
    api.upload(run, "model", b"weights")
    for stage in ("production", "none", "none"):
        body = {"name": name, "run_id": run, "artifact": "model", "stage": stage}
        api.post("/api/w/models", body)
    return name


def move(api: Api, name: str, version: int, **body: Json) -> httpx.Response:
    return api.http.post(f"/api/w/models/{name}/versions/{version}/stage", json=body)


def history(api: Api, name: str) -> list[Json]:
    return list(api.get(f"/api/models/{name}")["history"])


def test_a_promotion_is_kept_with_who_when_and_why(api: Api, name: str) -> None:
    moved = move(api, name, 2, stage="production", reason="better on 7s", moved_by="ada").json()
    own, displaced, registered = history(api, name)
    same = {"at": moved["stage_since"], "by": "ada", "reason": "better on 7s"}
    assert own == {
        "version": 2,
        "from": "none",
        "to": "production",
        **same,
        "displaced_by": None,
    }
    assert displaced == {
        "version": 1,
        "from": "production",
        "to": "archived",
        **same,
        "displaced_by": 2,
    }
    assert (registered["version"], registered["from"], registered["to"]) == (
        1,
        "none",
        "production",
    )


def test_a_move_to_the_same_stage_is_not_kept(api: Api, name: str) -> None:
    before = api.get(f"/api/models/{name}")
    assert move(api, name, 1, stage="production", reason="again").status_code == 200
    assert api.get(f"/api/models/{name}") == before


def test_a_promotion_that_would_displace_another_version_is_refused(api: Api, name: str) -> None:
    before = api.get(f"/api/models/{name}")
    for seen in (2, None):
        answer = move(api, name, 3, stage="production", displaces=seen)
        assert "version 1 of model" in detail(answer, 409)
    assert api.get(f"/api/models/{name}") == before
    assert move(api, name, 3, stage="production", displaces=1).status_code == 200
    assert "version 3 of model" in detail(move(api, name, 2, stage="production", displaces=1), 409)


def test_a_first_promotion_can_expect_none_in_production(api: Api, name: str) -> None:
    move(api, name, 1, stage="none")
    assert "no version" in detail(move(api, name, 2, stage="production", displaces=1), 409)
    assert move(api, name, 2, stage="production", displaces=None).status_code == 200


async def test_of_promotions_at_the_same_time_one_is_made(api: Api, name: str) -> None:
    body = {"stage": "production", "displaces": 1}
    async with httpx.AsyncClient(base_url=api.http.base_url, timeout=60) as http:
        answers = await asyncio.gather(
            *(
                http.post(f"/api/w/models/{name}/versions/{2 + i % 2}/stage", json=body)
                for i in range(10)
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert len(history(api, name)) == 3


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"stage": "staging", "displaces": 1}, "displaces"),
        ({"stage": "none", "displaces": None}, "displaces"),
        ({"stage": "production", "displaces": "1"}, "displaces"),
        ({"stage": "production", "displaces": 0}, "displaces"),
        ({"stage": "staging", "moved_by": " "}, "moved_by"),
        ({"stage": "staging", "reason": "x" * 1_001}, "reason"),
        ({"stage": "staging", "reason": "\0"}, "reason"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused(
    api: Api, name: str, body: dict[str, Json], said: str
) -> None:
    assert said in detail(move(api, name, 2, **body), 400)
    assert len(history(api, name)) == 1


def test_a_long_history_is_paged(api: Api, name: str) -> None:
    for i in range(101):
        move(api, name, 2, stage=("staging", "none")[i % 2], reason=str(i))
    shown = history(api, name)
    assert [one["reason"] for one in shown] == [str(i) for i in range(100, 0, -1)]
    first = api.http.get(f"/api/models/{name}/history", params={"limit": 60})
    assert first.json() == shown[:60]
    second = api.http.get(first.links["next"]["url"])
    assert [one["reason"] for one in second.json()] == [*(str(i) for i in range(40, -1, -1)), ""]
    assert "next" not in second.links


def test_a_version_can_be_described(api: Api, name: str) -> None:
    path = f"/api/w/models/{name}/versions/2"
    assert api.post(path, {"description": "smaller"})["description"] == "smaller"
    versions = api.get(f"/api/models/{name}")["versions"]
    assert [version["description"] for version in versions] == ["", "smaller", ""]


def test_a_run_names_its_versions_and_they_outlive_it(api: Api, run: str, name: str) -> None:
    assert api.get(f"/api/runs/{run}")["model_versions"] == [
        {"name": name, "version": 3, "stage": "none"},
        {"name": name, "version": 2, "stage": "none"},
        {"name": name, "version": 1, "stage": "production"},
    ]
    api.post(f"/api/w/runs/{run}/metrics", {"accuracy": 0.75})
    page = api.http.get(f"/models/{name}").text
    assert page.count(f'<a href="/runs/{run}"') == page.count('title="accuracy: 0.75"') == 3
    api.post(f"/api/w/runs/{run}/archive", {})
    assert api.http.delete(f"/api/w/runs/{run}").status_code == 200
    assert len(history(api, name)) == 1
    assert api.http.get(f"/models/{name}").text.count(f'title="{run}">deleted') == 3
    assert move(api, name, 3, stage="production", displaces=1).status_code == 200
