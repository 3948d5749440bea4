"""The pages in a browser, on each pair of a store and an artifact store: one walk through them."""

from pathlib import Path

from chachaml_kernel.domain.metrics import Points
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.logbook import START, Logbook, bytes_of, serve_written
from tests.servers.pair_fixtures import Homes
from tests.servers.pairs import Pair


async def one_run(logbook: Logbook) -> None:
    run = await logbook.run("walked", metric=("accuracy", 0.9))
    await logbook.kernel.runs.resume(run)
    curve = Points([0.5, 0.25, 0.125], [START] * 3, [1, 2, 3])
    await logbook.kernel.metrics.append(run, {"loss": curve})
    await logbook.kernel.artifacts.upload(
        run, "words.txt", bytes_of(b"kept and ", b"found"), content_type="text/plain"
    )


def test_a_run_its_chart_and_its_artifact_are_found(
    visit: Visit, homes: Homes, pair: Pair, tmp_path: Path
) -> None:
    home = homes(pair, tmp_path)
    with serve_written(home.folder, one_run, config=home.config) as server:
        page = visit(server)
        page.get_by_role("link", name="walked").click()
        expect(page).to_have_title("walked · chachaml")
        expect(page.locator('figure[data-key="loss"] canvas')).to_be_visible()
        page.get_by_role("link", name="words.txt", exact=True).click()
        expect(page.get_by_role("dialog").locator("#preview")).to_contain_text("kept and found")
