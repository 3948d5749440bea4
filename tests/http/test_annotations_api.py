"""Tags, notes, datasets and experiments over HTTP."""

from urllib.parse import quote

import pytest

from tests.http.client import Api, detail


def test_tags_change_at_any_time(api: Api, run: str) -> None:
    api.post(f"/api/w/runs/{run}/end", {})
    assert api.post(f"/api/tags/{run}", {"key": "goal", "value": "paper"}) == {"ok": True}
    api.post(f"/api/tags/{run}", {"key": "goal", "value": "talk"})
    assert api.get(f"/api/tags/{run}") == {"goal": "talk"}


def test_a_tag_can_be_removed_twice(api: Api, run: str) -> None:
    api.post(f"/api/tags/{run}", {"key": "a", "value": "b"})
    for _ in range(2):
        assert api.http.delete(f"/api/tags/{run}?key=a").json() == {"ok": True}
    assert api.get(f"/api/tags/{run}") == {}


def test_a_tag_to_remove_is_named(api: Api, run: str) -> None:
    assert "'key' is missing" in detail(api.http.delete(f"/api/tags/{run}"), 400)


@pytest.mark.parametrize(
    "body", [{}, {"key": "a"}, {"key": "a", "value": 1}, {"key": "", "value": ""}]
)
def test_a_tag_has_a_key_and_a_text(api: Api, run: str, body: dict[str, object]) -> None:
    detail(api.http.post(f"/api/tags/{run}", json=body), 400)


def test_a_note_changes_at_any_time(api: Api, run: str) -> None:
    api.post(f"/api/w/runs/{run}/end", {})
    assert api.post(f"/api/note/{run}", {"note": "looks *good*\n"}) == {"ok": True}
    assert api.get(f"/api/runs/{run}")["note"] == "looks *good*\n"


def test_a_note_says_when_and_by_whom_it_was_saved(api: Api, run: str) -> None:
    assert api.get(f"/api/runs/{run}")["note_saved"] is None
    api.post(f"/api/note/{run}", {"note": "x", "saved_by": "ada"})
    saved = api.get(f"/api/runs/{run}")["note_saved"]
    assert (list(saved), saved["by"]) == (["at", "by"], "ada")
    api.post(f"/api/note/{run}", {"note": "x"})
    assert api.get(f"/api/runs/{run}")["note_saved"]["by"] is None


def test_an_edit_of_a_note_that_somebody_saved_meanwhile_is_refused(api: Api, run: str) -> None:
    path = f"/api/note/{run}"
    for author in ("ada", "bob"):
        body = {"note": f"by {author}", "previous": "", "saved_by": author}
        answer = api.http.post(path, json=body)
        if author == "bob":
            assert "saved by ada meanwhile" in detail(answer, 409)
    assert api.get(f"/api/runs/{run}")["note"] == "by ada"
    api.post(path, {"note": "by ada", "previous": ""})
    api.post(path, {"note": "by both", "previous": "by ada"})
    api.post(path, {"note": "by force"})
    assert api.get(f"/api/runs/{run}")["note"] == "by force"


@pytest.mark.parametrize("note", ["x" * 100_001, "a\0b"])
def test_a_note_is_a_text_of_bounded_length(api: Api, run: str, note: str) -> None:
    assert "note" in detail(api.http.post(f"/api/note/{run}", json={"note": note}), 400)
    api.post(f"/api/note/{run}", {"note": "🙂" * 100_000})


def test_datasets_are_answered_newest_first(api: Api, run: str) -> None:
    added = api.post(f"/api/w/runs/{run}/datasets", {"name": "a", "hash": "x", "source": "s3"})
    assert list(added) == [
        "id",
        "run_id",
        "role",
        "name",
        "n_rows",
        "n_cols",
        "features",
        "hash",
        "source",
        "created_at",
    ]
    api.post(f"/api/w/runs/{run}/datasets", {"name": "b", "role": "test", "n_rows": 150.0})
    assert [row["name"] for row in api.get(f"/api/datasets/{run}")] == ["b", "a"]


def test_a_run_that_is_not_there_has_no_tags_notes_or_datasets(api: Api) -> None:
    gone = "0" * 32
    tag = {"key": "a", "value": "b"}
    detail(api.http.get(f"/api/tags/{gone}"), 404, "no such run")
    detail(api.http.post(f"/api/tags/{gone}", json=tag), 404, "no such run")
    detail(api.http.post(f"/api/note/{gone}", json={"note": ""}), 404, "no such run")
    detail(api.http.get(f"/api/datasets/{gone}"), 404, "no such run")


def test_an_experiment_is_made_and_updated(api: Api) -> None:
    name = api.experiment()
    made = api.post("/api/w/experiments", {"name": name, "description": "flowers"})
    assert list(made) == [
        "name",
        "description",
        "owner",
        "run_count",
        "last_updated",
        "created_at",
        "counts",
    ]
    updated = api.post("/api/w/experiments", {"name": name, "owner": "maria"})
    assert (updated["description"], updated["owner"]) == ("flowers", "maria")


def test_description_and_owner_of_an_experiment_are_cleared(api: Api) -> None:
    name = f"a/b {api.experiment()}"
    body = {"name": name, "description": "flowers", "owner": "maria"}
    api.post("/api/w/experiments", body)
    cleared = api.post("/api/w/experiments", {"name": name, "description": "", "owner": ""})
    assert (cleared["description"], cleared["owner"]) == ("", None)
    found = api.get(f"/api/experiments/{quote(name, safe='')}")
    assert found == {**cleared, "headline": None}
    detail(api.http.get("/api/experiments/no-such"), 404, "no such experiment")


@pytest.mark.parametrize(
    "wrong", [{"owner": "x" * 251}, {"owner": " "}, {"owner": "a\nb"}, {"description": "\0"}]
)
def test_who_owns_an_experiment_has_a_name(api: Api, wrong: dict[str, str]) -> None:
    (field,) = wrong
    body = {"name": api.experiment(), **wrong}
    assert field in detail(api.http.post("/api/w/experiments", json=body), 400)


def test_an_experiment_that_only_a_run_named_is_listed(api: Api) -> None:
    name = api.experiment()
    api.start(experiment=name)
    listed = {row["name"]: row for row in api.get("/api/experiments", limit=1000)}
    assert listed[name]["run_count"] == 1


def test_an_experiment_needs_a_name(api: Api) -> None:
    assert "name" in detail(api.http.post("/api/w/experiments", json={}), 400)
