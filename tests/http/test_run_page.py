"""The pages of a run as answers: what they load, and what they let bytes do."""

import json
import re

import httpx
import pytest

from tests.http.client import Api, detail

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def artifact(api: Api, run: str, name: str, body: bytes, content_type: str) -> str:
    uploaded = api.upload(run, name, body, content_type=content_type)
    return f"/runs/{run}/artifacts/{uploaded['id']}"


def test_a_picture_is_answered_as_one_that_may_do_nothing(
    api: Api, http: httpx.Client, run: str
) -> None:
    answer = http.get(artifact(api, run, "a.png", PNG, "image/png") + "/picture")
    assert answer.content == PNG
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'; sandbox" in answer.headers["Content-Security-Policy"]
    again = http.get(answer.request.url, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(SVG, "image/svg+xml"), (SVG, "image/png"), (PNG, "text/html"), (b"", "image/png")],
)
def test_nothing_else_is_answered_as_a_picture(
    api: Api, http: httpx.Client, run: str, body: bytes, content_type: str
) -> None:
    address = artifact(api, run, "a.png", body, content_type)
    assert http.get(f"{address}/picture").status_code == 404
    assert http.get(address).status_code == 200


def test_a_preview_escapes_what_it_shows_and_says_how_much_it_is(
    api: Api, http: httpx.Client, run: str
) -> None:
    text = http.get(artifact(api, run, "<b>.txt", SVG * 5_000, "text/html")).text
    assert "<svg xmlns=&#39;" not in text
    assert "&lt;svg xmlns=" in text
    assert "<b>.txt" not in text
    assert "256 of 346 KiB" in text
    assert not re.search(r"<script>|<style|\sstyle=|\son[a-z]+=", text)


def test_an_artifact_is_looked_at_under_its_own_run(api: Api, http: httpx.Client, run: str) -> None:
    address = artifact(api, run, "a.txt", b"a", "text/plain")
    other = api.start()
    assert http.get(address.replace(run, other)).status_code == 404


def test_a_page_with_all_that_is_hostile_needs_no_inline_script(
    api: Api, http: httpx.Client
) -> None:
    evil = "'\"><script>alert(1)</script>"
    run = api.start(name=evil, tags={evil: evil}, env={evil: evil, "packages": {evil: evil}})
    api.post(f"/api/w/runs/{run}/params", {evil: [evil] * 20})
    api.post(f"/api/note/{run}", {"note": evil})
    api.upload(run, evil.replace("/", ""), b"", content_type="text/plain")
    api.post(f"/api/w/runs/{run}/metrics", {"metrics": {f"{evil}</template>": 1.0}})
    text = http.get(f"/runs/{run}").text
    assert text.count("alert(1)") > 10
    assert not re.search(r"<script>|<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert text.count("</template>") == 1


def test_the_table_has_some_of_many_metrics_and_all_if_asked_for(
    api: Api, http: httpx.Client, run: str
) -> None:
    keys = [f"metric{number:03}" for number in range(250)]
    api.post(f"/api/w/runs/{run}/metrics", {"metrics": dict.fromkeys(keys, 0.25)})
    for asked, shown in (("", keys[:200]), ("?metrics=all", keys)):
        text = http.get(f"/runs/{run}{asked}").text
        table = text.partition('id="run-metrics"')[2]
        assert re.findall(r'scope="row" class="cut" title="(\w+)"', table) == shown
        assert ("Show all 250 metrics" in table) is (asked == "")
        [known] = re.findall(r"<template data-latest>(.*)</template>", text)
        assert json.loads(known) == [[key, "0.2500"] for key in keys]


@pytest.mark.parametrize("asked", ["colour=red", "metrics=some", "artifact=a&artifact=b"])
def test_a_bad_question_gets_a_page_that_says_why(http: httpx.Client, run: str, asked: str) -> None:
    answer = http.get(f"/runs/{run}?{asked}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_markdown_is_rendered_and_nothing_is_saved(api: Api, http: httpx.Client) -> None:
    html = api.post("/api/markdown", {"text": "**a** <script>"})["html"]
    assert html == "<p><strong>a</strong> &lt;script&gt;</p>\n"
    assert "text" in detail(http.post("/api/markdown", json={}), 400)


def test_a_child_leads_to_its_parent_from_its_head(api: Api, http: httpx.Client) -> None:
    parent = api.start(name="sweep")
    text = http.get(f"/runs/{api.start(parent_run_id=parent)}").text
    crumbs = text[
        text.index('aria-label="Breadcrumb"') : text.index("</nav>", text.index("crumbs"))
    ]
    assert f'href="/runs/{parent}" title="sweep, its parent"' in crumbs
    assert "its parent" not in http.get(f"/runs/{parent}").text
