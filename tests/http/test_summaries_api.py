"""Many runs summed up over HTTP: counts, families, groups, sparks."""

import httpx
import pytest

from tests.http.client import Api, Json, detail


@pytest.fixture
def experiment(api: Api) -> str:
    """Return an experiment of a failed run, its two children, and an archived run."""
    name = api.experiment()
    parent = api.start(experiment=name, name="sweep", created_by="maria")
    for rate in (0.1, 0.2):
        child = api.start(experiment=name, name=f"child-{rate}", parent_run_id=parent)
        api.post(f"/api/w/runs/{child}/params", {"lr": rate})
    archived = api.start(experiment=name)
    api.post(f"/api/w/runs/{archived}/archive", {})
    api.post(f"/api/w/runs/{parent}/end", {"status": "failed"})
    return name


def counts(**some: int) -> Json:
    return {"total": 0, "running": 0, "completed": 0, "failed": 0, "archived": 0, **some}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, counts(total=3, running=2, failed=1, archived=1)),
        ({"status": "failed", "limit": "1"}, counts(total=3, running=2, failed=1, archived=1)),
        ({"param.lr": "0.10"}, counts(total=1, running=1)),
        ({"roots": "true"}, counts(total=1, failed=1, archived=1)),
        ({"created_by": "maria"}, counts(total=1, failed=1)),
        ({"created_by": "nobody"}, counts()),
    ],
)
def test_runs_are_counted_by_status(
    api: Api, experiment: str, query: dict[str, str], expected: Json
) -> None:
    assert api.get("/api/runs/counts", experiment=experiment, **query) == expected


def test_a_query_chooses_what_is_counted_and_grouped(api: Api, experiment: str) -> None:
    query = f'experiment = "{experiment}"'
    assert api.get("/api/runs/counts", q=query) == counts(total=3, running=2, failed=1, archived=1)
    query += " and param.lr > 0.1"
    assert api.get("/api/runs/counts", q=query) == counts(total=1, running=1)
    groups = api.get("/api/runs/groups", q=query, by="param.lr")["groups"]
    assert [(group["label"], group["count"]) for group in groups] == [(0.2, 1)]


def test_all_runs_are_counted(api: Api, experiment: str) -> None:
    before = api.get("/api/runs/counts")
    api.start(experiment=experiment)
    after = api.get("/api/runs/counts")
    assert after["running"] == before["running"] + 1
    assert after["total"] == before["total"] + 1


def test_an_experiment_has_its_counts(api: Api, experiment: str) -> None:
    listed = {row["name"]: row for row in api.get("/api/experiments", limit=1_000)}
    assert listed[experiment]["counts"] == api.get("/api/runs/counts", experiment=experiment)


def test_children_are_folded_under_their_parents(api: Api, experiment: str) -> None:
    [root] = api.get("/api/runs", experiment=experiment, roots="true")
    assert (root["name"], root["children"]) == ("sweep", 2)
    children = api.get("/api/runs", parent_run_id=root["id"])
    assert [row["name"] for row in children] == ["child-0.2", "child-0.1"]
    assert [row["children"] for row in children] == [0, 0]


def test_a_comparison_says_what_is_best_and_what_differs(api: Api) -> None:
    first = api.start(env={"python": "3.12", "os": "Linux"}, datasets=[{"name": "a.csv"}])
    second = api.start(env={"python": "3.13", "os": "Linux"}, datasets=[{"name": "b.csv"}])
    api.post(f"/api/w/runs/{first}/metrics", [{"loss": 3, "f1": 0.5}, {"loss": 2}])
    api.post(f"/api/w/runs/{second}/metrics", {"loss": 2.5, "f1": 0.6, "auc": 0.5})
    compared = api.get("/api/compare", ids=f"{first},{second}")
    assert compared["summaries"]["loss"] == {
        first: {"latest": 2.0, "count": 2, "min": 2.0, "max": 3.0},
        second: {"latest": 2.5, "count": 1, "min": 2.5, "max": 2.5},
    }
    assert compared["best"] == {"auc": [], "f1": [second], "loss": [first]}
    assert compared["env"]["python"] == {first: "3.12", second: "3.13"}
    assert compared["env_differing"] == ["python"]
    assert compared["datasets"][second][0]["name"] == "b.csv"
    assert compared["datasets_differ"] is True


def test_runs_on_the_same_data_do_not_differ_in_it(api: Api) -> None:
    ids = [api.start(datasets=[{"name": "a.csv", "n_rows": 3}]) for _ in range(2)]
    compared = api.get("/api/compare", ids=",".join(ids))
    assert compared["datasets_differ"] is False
    assert compared["env_differing"] == []


def test_small_curves_of_many_runs_come_together(api: Api) -> None:
    runs = [api.start() for _ in range(3)]
    series: list[list[Json]] = [[3, 1, 2], [5, "NaN"]]
    for run, values in zip(runs, series, strict=False):
        columns = {"step": [*range(len(values))], "metrics": {"loss": values}}
        api.post(f"/api/w/runs/{run}/metrics", columns)
    assert api.get("/api/sparks", runs=",".join(runs), key="loss", points=2) == {
        runs[0]: {"count": 3, "step": [0, 2], "value": [3.0, 2.0]},
        runs[1]: {"count": 2, "step": [0, 1], "value": [5.0, "NaN"]},
    }
    assert api.get("/api/sparks", runs=runs[2], key="loss") == {}


def test_an_experiment_says_how_it_goes(api: Api) -> None:
    name, bare = api.experiment(), api.experiment()
    api.start(experiment=bare)
    first = api.start(experiment=name, name="first")
    api.post(f"/api/w/runs/{first}/metrics", [{"val_loss": 5}, {"val_loss": 2}])
    second = api.start(experiment=name)
    api.post(f"/api/w/runs/{second}/metrics", {"val_loss": "NaN"})
    listed = {row["name"]: row for row in api.get("/api/experiments", limit=1_000)}
    assert listed[bare]["headline"] is None
    assert listed[name]["headline"] == {
        "key": "val_loss",
        "higher_is_better": False,
        "best": {"id": first, "name": "first", "value": 2.0},
        "recent": [{"id": first, "value": 2.0}, {"id": second, "value": "NaN"}],
    }


def test_runs_are_grouped_with_what_their_metrics_come_to(api: Api) -> None:
    name = api.experiment()
    for rate, loss in ((0.1, 1), (0.1, 3), (0.2, "NaN"), (None, 9)):
        run = api.start(experiment=name)
        if rate is not None:
            api.post(f"/api/w/runs/{run}/params", {"lr": rate, "fixed": [1]})
        api.post(f"/api/w/runs/{run}/metrics", {"loss": loss})
    query = {"by": "param.lr", "metrics": "loss", "sort": "metric.loss", "order": "asc"}
    found = api.get("/api/runs/groups", experiment=name, agreeing="fixed", limit=2, **query)
    none = {"count": 0, "mean": None, "deviation": None, "min": None, "max": None}
    assert found["more"] is True
    assert found["groups"][0] == {
        "label": 0.1,
        "missing": False,
        "count": 2,
        "metrics": {
            "loss": {
                "count": 2,
                "left_out": 0,
                "mean": 2.0,
                "deviation": pytest.approx(2**0.5),
                "min": 1.0,
                "max": 3.0,
            }
        },
        "params": {"fixed": [1]},
    }
    assert found["groups"][1]["missing"] is True
    whole = api.get("/api/runs/groups", experiment=name, **query)
    assert [group["label"] for group in whole["groups"]] == [0.1, None, 0.2]
    assert whole["groups"][2]["metrics"]["loss"] == {**none, "left_out": 1}
    assert whole["more"] is False


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/runs?roots=perhaps", "one of true, false"),
        ("/api/sparks?runs=a", "'key' is missing"),
        ("/api/sparks?runs=a&key=loss&points=1", "from 2 to 1000"),
        ("/api/sparks?key=loss&runs=" + ",".join(map(str, range(101))), "101 runs are too many"),
        ("/api/runs/groups", "'by' is missing"),
        ("/api/runs/groups?by=colour", "cannot group by 'colour'"),
        ("/api/runs/groups?by=param", "param.KEY"),
        ("/api/runs/groups?by=status&sort=name", "count or metric.KEY"),
        ("/api/runs/groups?by=status&sort=metric.loss", "none of the metrics"),
        ("/api/runs/groups?by=status&cursor=x", "no further pages"),
        ("/api/runs/groups?by=status&metrics=a,b,c,d,e,f,g,h,i,j,k", "11 metrics are too many"),
        ("/api/runs/counts?limit=0", "from 1 to 1000"),
        ("/api/runs/counts?colour=red", "'colour'; allowed: limit"),
    ],
)
def test_a_bad_question_is_told_what_is_right(http: httpx.Client, path: str, said: str) -> None:
    assert said in detail(http.get(path), 400)
