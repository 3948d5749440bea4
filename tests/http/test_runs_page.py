"""The pages as answers: their statuses, headers and markup, without a browser."""

import http.client
import math
import re
from collections.abc import Iterator

import httpx
import pytest
from chachaml_ui.pages import words
from chachaml_ui.pages.figures import figure
from chachaml_ui.pages.frame import EXPERIMENTS

from tests.browser.logbook import Logbook
from tests.http.conftest import ServeWritten
from tests.http.serving import kernel, serving

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
NEW_YEAR = 1_767_225_600_000
HOSTILE = "\"'><script>alert(1)</script>&amp;\u202e"


async def two_runs(logbook: Logbook) -> None:
    await logbook.run("plain", experiment="a", tags={"goal": "paper"})
    await logbook.run(HOSTILE, experiment=HOSTILE, created_by=HOSTILE, metric=(HOSTILE, math.inf))


@pytest.fixture(scope="module")
def site(written: ServeWritten) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=written(two_runs).url) as client:
        yield client


def test_the_root_leads_to_the_runs(site: httpx.Client) -> None:
    answer = site.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/runs")


def test_a_page_is_html_that_is_asked_for_anew_each_time(site: httpx.Client) -> None:
    answer = site.get("/runs")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_page_is_compressed_for_those_who_can_read_that(
    site: httpx.Client, encoding: str
) -> None:
    pressed = site.get("/runs", headers={"Accept-Encoding": encoding})
    plain = site.get("/runs", headers={"Accept-Encoding": "identity"})
    assert pressed.headers["Content-Encoding"] == encoding
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == pressed.headers["Vary"] == "Accept-Encoding"
    assert int(pressed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 3
    assert pressed.text.rstrip().endswith("</html>")
    assert plain.text.rstrip().endswith("</html>")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("sort=colour", "colour"),
        ("sort=name&order=up", "asc"),
        ("status=lost", "running, completed, failed"),
        ("archived=perhaps", "true, false, any"),
        ("cursor=damaged", "first page"),
        ("limit=0", "from 1 to 1000"),
        ("limit=many", "limit"),
        ("colour=red", "colour"),
        ("name=a&name=b", "twice"),
        ("columns=colour", "param.KEY, metric.KEY or tag.KEY"),
        ("columns=" + ",".join(f"tag.{i}" for i in range(51)), "up to 50"),
        ("open=" + ",".join(map(str, range(21))), "up to 20"),
        ("group=colour", "experiment, status, created_by, param.KEY or tag.KEY"),
    ],
)
def test_a_bad_address_gets_a_page_that_says_why_and_leads_back(
    site: httpx.Client, asked: str, said: str
) -> None:
    answer = site.get(f"/runs?{asked}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert said in answer.text
    assert '<a class="btn solid" href="/runs">' in answer.text


def test_an_error_quotes_the_address_as_text(site: httpx.Client) -> None:
    answer = site.get("/runs", params={"sort": HOSTILE})
    assert answer.status_code == 400
    assert "<script>" not in answer.text


def test_text_of_users_is_escaped_wherever_it_stands(site: httpx.Client) -> None:
    text = site.get("/runs", params={"experiment": HOSTILE, "created_by": HOSTILE}).text
    assert "<script>" not in text
    assert text.count("&#34;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;") > 5
    assert "Infinity" in text


def test_markup_needs_nothing_that_a_strict_policy_forbids(site: httpx.Client) -> None:
    text = site.get("/runs").text
    assert not re.search(r"<script>|<style|\sstyle=|\son[a-z]+=|javascript:", text)


def test_filters_without_a_field_stay_and_can_be_removed(site: httpx.Client) -> None:
    text = site.get("/runs?tag.goal=paper&sort=name&cursor=").text
    assert '<input type="hidden" name="tag.goal" value="paper">' in text
    assert '<a class="chip" href="/runs?sort=name"' in text
    assert "plain" in text
    assert "Infinity" not in text


def test_every_file_that_a_page_needs_is_there_for_good(site: httpx.Client) -> None:
    files = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', site.get("/runs").text))
    root = "/".join(min(files).split("/")[:3])
    fonts = re.findall(r"url\(\"(fonts/[^\"]+)", site.get(f"{root}/tokens.css").text)
    assert len(fonts) == 2
    for file in files | {f"{root}/{name}" for name in (*fonts, "chevron.svg", "fonts/OFL.txt")}:
        answer = site.get(file)
        assert answer.status_code == 200, file
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_file_of_another_version_is_not_kept(site: httpx.Client) -> None:
    answer = site.get("/static/0123456789abcdef/tokens.css")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/css"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    ["", "fonts", "fonts/", "VENDOR.md", "../__init__.py", "fonts/../tokens.css", "%2e%2e/keys.py"],
)
def test_nothing_but_the_files_is_served(site: httpx.Client, path: str) -> None:
    connection = http.client.HTTPConnection(site.base_url.host, site.base_url.port)
    connection.request("GET", f"/static/0/{path}")
    assert connection.getresponse().status == 404
    connection.close()


def test_the_first_page_ever_tells_the_address_it_was_reached_by(written: ServeWritten) -> None:
    async def nothing(_: Logbook) -> None: ...

    url = written(nothing).url
    text = httpx.get(f"{url}/runs", headers={"Host": "localhost:1$(x)"}).text
    assert "HOST=&#39;http://localhost:1$(x)&#39;" in text
    assert "host = &#34;http://localhost:1$(x)&#34;" in text


async def test_a_page_asks_for_no_more_experiments_than_it_offers() -> None:
    served = kernel()
    for number in range(EXPERIMENTS + 1):
        await served.runs.start(experiment=f"series {number}")
    async with serving(served) as (url, _), httpx.AsyncClient(base_url=url) as client:
        text = (await client.get("/runs")).text
        one = (await client.get(f"/runs?experiment=series {EXPERIMENTS}")).text
    assert text.count("<option") == 1 + EXPERIMENTS
    assert ">201 runs, newest first</span>" in text
    assert ">1 run, newest first</span>" in one


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (-5, "just now"),
        (59 * SECOND, "just now"),
        (35 * MINUTE, "35 min ago"),
        (23 * HOUR, "23 h ago"),
        (2 * DAY, "30 Dec 2025"),
    ],
)
def test_moments_are_told_from_now(ago: int, text: str) -> None:
    assert words.moment(NEW_YEAR - ago, now=NEW_YEAR) == text


def test_a_moment_of_this_year_has_its_hour() -> None:
    assert words.moment(NEW_YEAR, now=NEW_YEAR + DAY) == "1 Jan 00:00"
    assert words.precise(NEW_YEAR) == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (42 * SECOND, "42 s"),
        (6 * MINUTE + 2 * SECOND, "6 min 02 s"),
        (54 * MINUTE + 20_999, "54 min 20 s"),
        (41 * HOUR + 6 * MINUTE, "41 h 06 min"),
        (9 * DAY + 5 * HOUR, "9 d 05 h"),
    ],
)
def test_durations_have_two_units_at_most(length: int, text: str) -> None:
    assert words.duration(length) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.94312, "0.9431"),
        (-2.0, "-2.0000"),
        (0.0, "0.0000"),
        (12_345.6, "12,345.6000"),
        (3.2e-7, "3.200e-07"),
        (1e300, "1.000e+300"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
    ],
)
def test_figures_line_up_and_hide_nothing(value: float, text: str) -> None:
    assert figure(value) == text
