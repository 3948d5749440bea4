"""A download that leads to the bucket, as a browser follows it from a page."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.logbook import Logbook, bytes_of, serve_written
from tests.http.direct import switch_on
from tests.servers.buckets import Bucket
from tests.servers.pair_fixtures import Homes
from tests.servers.pairs import Pair

HOSTILE = b"<!doctype html><title>mine</title><script>document.title = 'run'</script>"


async def a_hostile_artifact(logbook: Logbook) -> None:
    run = await logbook.run("walked", lasted=None)
    await logbook.kernel.artifacts.upload(
        run, "report.html", bytes_of(HOSTILE), content_type="text/html"
    )


def test_a_browser_saves_what_the_bucket_has_and_runs_none_of_it(
    chromium: Browser, homes: Homes, bucket: Bucket, tmp_path: Path
) -> None:
    home = switch_on(homes(Pair("sqlite", "s3"), tmp_path))
    said: list[str] = []
    elsewhere: list[str] = []
    with (
        serve_written(home.folder, a_hostile_artifact, config=home.config) as server,
        chromium.new_context() as context,
    ):
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on(
            "request",
            lambda it: None if it.url.startswith(f"{server.url}/") else elsewhere.append(it.url),
        )
        page.goto(f"{server.url}/runs")
        page.get_by_role("link", name="walked").click()
        page.wait_for_url("**/runs/*")  # with its scripts: before them the link leads to a page
        page.get_by_role("link", name="report.html", exact=True).click()
        page.get_by_role("dialog").locator("#preview").get_by_text("document.title").wait_for()
        assert elsewhere == []
        with page.expect_download() as downloading:
            page.get_by_role("dialog").get_by_role("link", name="Download").click()
        saved = downloading.value
        assert saved.suggested_filename == "report.html"
        assert Path(saved.path()).read_bytes() == HOSTILE
        assert page.title() == "walked · chachaml"
    assert said == []
    assert len(elsewhere) == 1
    assert elsewhere[0].startswith(f"{bucket.endpoint}/")
