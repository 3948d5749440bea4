"""A real browser in front of a real server."""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import pytest
from chachaml_kernel import Server
from playwright.sync_api import Browser, Page, Request, ViewportSize, expect, sync_playwright

from bench.browser import find_chromium
from tests.browser.listed import a_few_runs
from tests.browser.logbook import Write, serve_written
from tests.browser.talking import serve_talking, service_in_thread
from tests.servers.scripted import Service

STRANGER = "stranger.test"
"""A name by which the browser finds the server, and which the server does not know."""

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    f"--host-resolver-rules=MAP {STRANGER} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

Theme: TypeAlias = Literal["light", "dark"]
Serve: TypeAlias = Callable[[Write], Server]

WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


class Visit(Protocol):
    """Opens a page in a fresh browser, at a window's size, in a theme and a time zone.

    The page has `status`; what it asks for later may be answered with one of `refusals` too, among
    which 0 is no answer at all. Without `scripts` none of them runs. The server
    is called by the name `host`.
    """

    def __call__(
        self,
        server: Server,
        path: str = "/runs",
        *,
        window: ViewportSize | None = None,
        theme: Theme = "light",
        status: int = 200,
        refusals: Collection[int] = (),
        scripts: bool = True,
        zone: str = "UTC",
        host: str = "127.0.0.1",
    ) -> Page: ...


@dataclass(frozen=True, slots=True)
class Witness:
    """Notes whatever a page must not do.

    To get one of `refusals` for an answer is expected; 0 among them stands for no answer.
    """

    home: str
    refusals: Collection[int]
    offences: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", lambda said: self._read(said.text))
        page.on("pageerror", lambda error: self.offences.append(f"page: {error}"))
        page.on("requestfailed", lambda request: self._miss(request))
        page.on("request", lambda request: self._check_address(request.url))

    def _read(self, said: str) -> None:
        # The browser itself says on its console which answers were errors.
        expected = [f"responded with a status of {status} " for status in self.refusals]
        if 0 in self.refusals:
            expected += ["net::ERR_INTERNET_DISCONNECTED", "net::ERR_CONNECTION_REFUSED"]
        if STRANGER in self.home:  # no such policy without TLS, it says, but for loopback
            expected.append("Cross-Origin-Opener-Policy header has been ignored")
        if not any(text in said for text in expected):
            self.offences.append(f"console: {said}")

    def _miss(self, request: Request) -> None:
        # The browser gives a download up as a page, and goes on with it as a file; and a page that
        # is left ends its live connection. Without scripts, it refuses to preload them as if a
        # policy said so; a policy that is really broken is also told of on the console.
        if 0 not in self.refusals and request.failure not in {"net::ERR_ABORTED", "csp"}:
            self.offences.append(f"failed: {request.url}")

    def _check_address(self, url: str) -> None:
        if not url.startswith(f"{self.home}/"):
            self.offences.append(f"asked another server: {url}")


@pytest.fixture(scope="module")  # while it runs, no test of this thread can have a loop
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=30_000)  # a busy machine takes its time
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def serve_runs(tmp_path: Path) -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda write: stack.enter_context(serve_written(tmp_path, write))


@pytest.fixture
def visit(chromium: Browser, serve_runs: Serve) -> Iterator[Visit]:
    """Return what opens a page in a fresh browser; each is watched until the test ends."""
    _ = serve_runs  # whose servers outlive the pages
    witnesses: list[Witness] = []
    with ExitStack() as stack:

        def open_page(
            server: Server,
            path: str = "/runs",
            *,
            window: ViewportSize | None = None,
            theme: Theme = "light",
            status: int = 200,
            refusals: Collection[int] = (),
            scripts: bool = True,
            zone: str = "UTC",
            host: str = "127.0.0.1",
        ) -> Page:
            home = server.url.rstrip("/").replace("127.0.0.1", host)
            witness = Witness(home, refusals={status, *refusals})
            witnesses.append(witness)
            context = chromium.new_context(
                viewport=window, color_scheme=theme, java_script_enabled=scripts, timezone_id=zone
            )
            page = stack.enter_context(context).new_page()
            witness.watch(page)
            answer = page.goto(f"{witness.home}{path}")
            assert answer is not None
            assert answer.status == status
            return page

        yield open_page
    assert [offence for witness in witnesses for offence in witness.offences] == []


@pytest.fixture
def service() -> Iterator[Service]:
    with service_in_thread() as service:
        yield service


@pytest.fixture
def talk(tmp_path: Path, service: Service) -> Iterator[Callable[..., Server]]:
    """Return what serves a few runs and a chat, with a key or without."""
    with ExitStack() as stack:
        yield lambda write=a_few_runs, key="sk-server", **given: stack.enter_context(
            serve_talking(tmp_path, service, write, key=key, **given)
        )
