"""Live updates, as somebody who looks at a page sees them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from chachaml_kernel import Server, serve
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import Serve, Visit
from tests.browser.listed import names
from tests.browser.logbook import Logbook

LOW: ViewportSize = {"width": 1200, "height": 500}


async def many_runs(logbook: Logbook) -> None:
    for i in range(60):
        await logbook.run(f"old {i:02}", metric=("loss", 0.5), lasted=None)


@dataclass(frozen=True, slots=True)
class Trainer:
    """Writes to a server as a client does."""

    http: httpx.Client

    def start(self, name: str) -> str:
        return str(self.http.post("/api/w/runs", json={"name": name}).json()["id"])

    def log(self, run: str, *values: float) -> None:
        body = {"metrics": {"loss": list(values)}}
        self.http.post(f"/api/w/runs/{run}/metrics", json=body).raise_for_status()


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Wait longer than usual: a page rests after each reading, the longer the slower that was."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def server(serve_runs: Serve) -> Server:
    return serve_runs(many_runs)


@pytest.fixture
def trainer(server: Server) -> Iterator[Trainer]:
    with httpx.Client(base_url=server.url) as http:
        yield Trainer(http)


def scroll(page: Page, to: int) -> None:
    page.get_by_role("region", name="Table of runs").evaluate(f"table => table.scrollTop = {to}")


def test_a_run_that_starts_appears_by_itself(
    visit: Visit, server: Server, trainer: Trainer
) -> None:
    page = visit(server)
    expect(names(page).first).to_have_text("old 59")
    run = trainer.start("young")
    expect(names(page).first).to_have_text("young")
    expect(page.get_by_text("61 runs, newest first")).to_be_visible()
    trainer.log(run, 0.125)
    expect(page.get_by_role("row", name="young")).to_contain_text("0.1250")
    trainer.http.post(f"/api/w/runs/{run}/end", json={})
    expect(page.get_by_role("row", name="young").get_by_text("completed").last).to_be_visible()


def test_what_is_read_stays_where_it_is_while_new_runs_wait(
    visit: Visit, server: Server, trainer: Trainer
) -> None:
    page = visit(server, window=LOW)
    scroll(page, 400)
    link = page.get_by_role("link", name="old 40")
    link.focus()
    before = link.bounding_box()
    run = str(trainer.http.get("/api/runs", params={"name": "old 40"}).json()[0]["id"])
    trainer.log(run, 7.0)
    for name in ("new 1", "new 2"):
        trainer.start(name)
    expect(page.get_by_role("button", name="2 new runs")).to_be_visible()
    expect(page.get_by_role("row", name="old 40")).to_contain_text("7.0000")
    assert link.bounding_box() == before
    expect(link).to_be_focused()
    expect(names(page)).to_have_count(60)
    assert barriers(page) == []
    page.get_by_role("button", name="2 new runs").click()
    expect(names(page).first).to_have_text("new 2")
    expect(names(page).first).to_be_in_viewport()
    expect(page.get_by_role("button", name="2 new runs")).to_be_hidden()


def test_paused_the_page_counts_what_waits(visit: Visit, server: Server, trainer: Trainer) -> None:
    page = visit(server)
    live = page.get_by_role("switch")
    expect(live).to_be_checked()
    trainer.start("before")
    expect(names(page).first).to_have_text("before")
    page.get_by_text("Live", exact=True).click()
    for name in ("one", "two", "three"):
        trainer.start(name)
    expect(page.get_by_text("Paused, 3 new")).to_be_visible()
    expect(names(page).first).to_have_text("before")
    page.get_by_text("Paused, 3 new").click()
    expect(names(page).first).to_have_text("three")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()


def test_a_lost_connection_is_said_and_then_the_page_catches_up(
    visit: Visit, server: Server, trainer: Trainer, tmp_path: Path
) -> None:
    page = visit(server, refusals=[0])
    trainer.start("before")
    expect(names(page).first).to_have_text("before")
    server.stop()
    lost = page.locator(".lost")
    expect(lost).to_contain_text("what you see is from")
    assert barriers(page) == []
    with again(server, tmp_path):
        trainer.start("meanwhile")
        expect(names(page).first).to_have_text("meanwhile")
        expect(lost).to_have_count(0)


def again(server: Server, data: Path) -> Server:
    """Serve what a server that was stopped did, at its address."""
    return serve(data=data, host="127.0.0.1", port=int(server.url.rpartition(":")[2]))


FOLLOW = """async (runs) => {
  const root = document.querySelector('script[src*="js/frame"]').src;
  const { Live } = await import(new URL("live.js", root));
  const told = Object.fromEntries(runs.map((run) => [run, []]));
  const live = new Live({
    points({ run, points }) {
      told[run].push(...points.value);
      document.body.dataset.last = runs.map((each) => told[each].at(-1)).join(" ");
    },
    hello: () => document.body.dataset.hellos = 1 + Number(document.body.dataset.hellos ?? 0),
  });
  live.subscribe(runs, [{ run: runs[0], key: "loss", count: 0 }, { run: runs[1], key: "loss" }]);
  Object.assign(window, { told, live });
}"""


def test_each_point_comes_once_through_breaks_and_pauses(
    visit: Visit, server: Server, trainer: Trainer, tmp_path: Path
) -> None:
    runs = [trainer.start("followed"), trainer.start("from now on")]
    log_each(trainer, runs, 0.0, 1.0)
    page = visit(server, refusals=[0])
    page.evaluate(FOLLOW, runs)
    expect(page.locator("body")).to_have_attribute("data-hellos", "1")
    log_each(trainer, runs, 2.0)
    server.stop()
    with again(server, tmp_path):
        log_each(trainer, runs, 3.0, 4.0)
        expect(page.locator("body")).to_have_attribute("data-hellos", "2")
        page.evaluate("live.pause()")
        log_each(trainer, runs, 5.0)
        page.evaluate("live.resume()")
        log_each(trainer, runs, 6.0)
        expect(page.locator("body")).to_have_attribute("data-last", "6 6")
        assert page.evaluate("told") == {runs[0]: [0, 1, 2, 3, 4, 5, 6], runs[1]: [2, 3, 4, 5, 6]}


def log_each(trainer: Trainer, runs: list[str], *values: float) -> None:
    for run in runs:
        trainer.log(run, *values)


MORPH = """async ([before, after, whole]) => {
  const root = document.querySelector('script[src*="js/frame"]').src;
  const { morphRows } = await import(new URL("morph.js", root));
  const body = (html) => {
    const table = document.createElement("table");
    table.innerHTML = `<tbody>${html}</tbody>`;
    return table.tBodies[0];
  };
  const old = body(before);
  document.body.append(old.parentNode);
  old.querySelector("[data-run=b] input").checked = true;
  old.querySelector("[data-run=c] a").focus();
  const left = morphRows(old, body(after), { whole });
  return {
    left,
    rows: [...old.rows].map((row) => row.textContent.trim()),
    checked: [...old.querySelectorAll(":checked")].map((box) => box.closest("tr").dataset.run),
    focused: document.activeElement.closest("tr")?.dataset.run,
  };
}"""


def row(run: str, text: str) -> str:
    return f'<tr data-run="{run}"><td><input type="checkbox"><a href="#">{text}</a></td></tr>'


@pytest.mark.parametrize(
    ("whole", "left", "rows"),
    [
        (False, 1, ["A", "b", "C", "d"]),
        (True, 0, ["new", "C", "A", "b"]),
    ],
)
def test_rows_change_and_what_somebody_did_stays(
    visit: Visit, server: Server, whole: bool, left: int, rows: list[str]
) -> None:
    page = visit(server)
    before = "".join(row(run, run) for run in "abcd")
    after = row("n", "new") + row("c", "C") + row("a", "A")
    found = page.evaluate(MORPH, [before, after, whole])
    assert found == {"left": left, "rows": rows, "checked": ["b"], "focused": "c"}
