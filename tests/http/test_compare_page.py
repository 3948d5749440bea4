"""The page of a comparison as an answer: what it shows of which runs, without a browser."""

import re
from html import unescape

import httpx
import pytest

from tests.http.client import Api

GONE = "0" * 32
HOSTILE = "\"'><script>alert(1)</script>&amp;\u202e"


@pytest.fixture
def two(api: Api) -> list[str]:
    """Return the ids of two runs that differ."""
    experiment = api.experiment()
    first = api.start(
        experiment=experiment,
        name="first",
        tags={"goal": "paper"},
        env={"git": {"sha": "a1"}, "python": "3.12"},
        datasets=[{"role": "train", "name": "digits"}],
    )
    second = api.start(
        experiment=experiment,
        name="second",
        tags={"goal": "demo"},
        env={"git": {"sha": "b2"}, "python": "3.12"},
        datasets=[{"role": "train", "name": "words"}],
    )
    for run, lr, loss in ((first, 0.1, 0.5), (second, 0.2, "NaN")):
        api.post(f"/api/w/runs/{run}/params", {"lr": lr, "batch": 8})
        api.post(f"/api/w/runs/{run}/metrics", {"acc": 0.75, "step": 0})
        api.post(f"/api/w/runs/{run}/metrics", {"acc": 0.5 + lr, "loss": loss, "step": 1})
    return [first, second]


def show(http: httpx.Client, *ids: str, status: int = 200, **query: str | int) -> str:
    answer = http.get("/compare", params={"ids": ",".join(ids), **query})
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return answer.text


def rows(text: str) -> dict[str, list[str]]:
    """Return the cells of each row by its key, odd ones marked with `*`, best ones with `!`."""
    found = {}
    for row in re.findall(r'<tr[^>]*><th scope="row".*?</tr>', text, re.DOTALL):
        key, *cells = re.findall(r"<(th|td)([^>]*)>(.*?)</(?:th|td)>", row, re.DOTALL)
        shown = [(attributes, re.sub(r"<[^>]+>", "", cell)) for _, attributes, cell in cells]
        marks = [
            ("*" if " dif" in attributes else "") + ("!" if " best" in attributes else "")
            for attributes, _ in shown
        ]
        name = re.search(r"<bdi>(.*?)</bdi>", key[2], re.DOTALL)
        assert name is not None
        texts = zip(shown, marks, strict=True)
        found[unescape(name[1])] = [unescape(text).strip() + mark for (_, text), mark in texts]
    return found


def links(text: str, words: str) -> list[str]:
    return [
        unescape(link)
        for link in re.findall(rf'href="([^"]+)"[^>]*>(?:<svg(?:(?!</svg>).)*</svg>)?{words}', text)
    ]


def test_everything_that_runs_have_stands_side_by_side(http: httpx.Client, two: list[str]) -> None:
    found = rows(show(http, *two))
    assert found["lr"] == ["0.1", "0.2"]
    assert found["acc"] == ["0.6000", "0.7000!"]
    assert found["loss"] == ["0.5000", "NaN"]
    assert found["goal"] == ["paper", "demo"]
    assert found["git.sha"] == ["a1", "b2"]
    assert found["train.name"] == ["digits", "words"]
    assert found["Status"] == ["running", "running"]


def test_what_differs_comes_first_and_what_does_not_is_marked(
    http: httpx.Client, two: list[str]
) -> None:
    text = show(http, *two)
    keys = list(rows(text))
    assert keys.index("lr") < keys.index("batch")
    assert re.search(r'<tr class="same"><th[^>]*title="batch"', text)
    assert not re.search(r'<tr class="same"><th[^>]*title="lr"', text)
    assert "1 of 2 params" in text


def test_the_odd_ones_among_several_are_marked(
    api: Api, http: httpx.Client, two: list[str]
) -> None:
    third = api.start(name="third")
    api.post(f"/api/w/runs/{third}/params", {"lr": 0.1})
    assert rows(show(http, *two, third))["lr"] == ["0.1", "0.2*", "0.1"]
    assert rows(show(http, *two, third))["batch"] == ["8", "8", "—*"]


@pytest.mark.parametrize(("figure", "shown"), [("min", "0.6000"), ("max", "0.7500")])
def test_metrics_are_shown_by_their_extremes_too(
    http: httpx.Client, two: list[str], figure: str, shown: str
) -> None:
    assert rows(show(http, *two, show=figure))["acc"][0].rstrip("!") == shown


def test_others_are_held_against_a_baseline(http: httpx.Client, two: list[str]) -> None:
    text = show(http, *two, baseline=two[0])
    assert rows(text)["acc"] == ["0.6000", "0.7000+0.1000, +16.7 %!"]
    assert rows(text)["lr"] == ["0.1", "0.2*"]
    back = rows(show(http, *two, baseline=two[1]))
    assert back["acc"][0] == "0.6000\u22120.1000, \u221214.3 %"
    assert back["loss"] == ["0.5000", "NaN"]


def test_a_run_is_removed_and_moved_by_links(http: httpx.Client, two: list[str]) -> None:
    text = show(http, *two, baseline=two[0], show="max")
    first, second = two
    removing = links(text, "Remove from here")
    assert removing == [
        f"/compare?ids={second}&show=max",
        f"/compare?ids={first}&baseline={first}&show=max",
    ]
    assert links(text, "Move to the left") == [
        f"/compare?ids={second},{first}&baseline={first}&show=max"
    ]


def test_missing_runs_are_named_and_the_others_shown(http: httpx.Client, two: list[str]) -> None:
    text = show(http, two[0], GONE, two[1])
    assert rows(text)["lr"] == ["0.1", "0.2"]
    assert GONE in text
    assert links(text, "Go on without") == [f"/compare?ids={two[0]},{two[1]}"]


def test_where_no_run_is_left_the_page_says_so(http: httpx.Client) -> None:
    text = show(http, GONE, "nobody", status=404)
    assert "none of the runs to compare exists" in text.lower()
    assert 'href="/runs"' in text


def test_one_run_twice_is_one_run_and_asks_for_another(http: httpx.Client, two: list[str]) -> None:
    text = show(http, two[0], two[0])
    assert rows(text)["lr"] == ["0.1"]
    assert "One run alone" in text


def test_no_run_at_all_shows_how_to_choose(http: httpx.Client) -> None:
    text = show(http)
    assert "Tick two runs or more" in text
    assert 'name="add"' in text


def test_more_runs_than_can_be_compared_are_refused_with_the_bound(http: httpx.Client) -> None:
    assert "100 runs at most" in show(http, *map(str, range(101)), status=400)


def test_a_run_is_added_by_id_or_by_name(api: Api, http: httpx.Client, two: list[str]) -> None:
    name = f"only {two[0]}"
    third = api.start(name=name)
    for text in (third, f" {name} "):
        answer = http.get("/compare", params={"ids": ",".join(two), "show": "min", "add": text})
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"/compare?ids={','.join(two)},{third}&show=min"


def test_of_several_runs_of_one_name_one_is_chosen(
    api: Api, http: httpx.Client, two: list[str]
) -> None:
    name = f"twin of {two[0]}"
    twins = [api.start(name=name) for _ in range(2)]
    text = show(http, two[0], add=name)
    for twin in twins:
        assert f"/compare?ids={two[0]},{twin}" in unescape(text)
    assert "No run has the id or the name" in show(http, two[0], add="nobody at all")
    assert "No run has the id or the name" in show(http, add="nobody at all")


def test_keys_are_found_and_many_are_not_all_drawn(
    api: Api, http: httpx.Client, two: list[str]
) -> None:
    for run, least in zip(two, (0, 1), strict=True):
        keys = {f"layer/{n:03}": n if n < 200 else n + least for n in range(250)}
        api.post(f"/api/w/runs/{run}/params", keys)
    found = rows(show(http, *two))
    assert "layer/249" in found  # one that differs
    assert "layer/199" not in found
    assert "layer/199" in rows(show(http, *two, find="YER/1"))
    assert "lr" not in rows(show(http, *two, find="YER/1"))
    assert "layer/199" in rows(show(http, *two, rows=300))
    assert "No key has" in show(http, *two, find="nothing like this")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("show=mean", "latest"),
        ("only=same", "only"),
        ("rows=0", "rows"),
        ("colour=1", "colour"),
    ],
)
def test_a_bad_address_says_why(http: httpx.Client, asked: str, said: str) -> None:
    answer = http.get(f"/compare?{asked}")
    assert answer.status_code == 400
    assert said in answer.text


def test_text_of_users_is_escaped_wherever_it_stands(api: Api, http: httpx.Client) -> None:
    ids = [api.start(name=HOSTILE, tags={HOSTILE: HOSTILE}, env={HOSTILE: HOSTILE}) for _ in "ab"]
    for run in ids:
        api.post(f"/api/w/runs/{run}/params", {HOSTILE: HOSTILE})
        api.post(f"/api/w/runs/{run}/metrics", {HOSTILE: 1.0})
    text = show(http, *ids, add=HOSTILE, find="alert")
    assert "<script>" not in text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert rows(text)[HOSTILE] == [HOSTILE, HOSTILE]
