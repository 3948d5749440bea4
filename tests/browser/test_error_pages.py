"""What somebody sees while the server, or the store behind it, is in trouble."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from chachaml_kernel import Server, serve
from playwright.sync_api import expect

from tests.browser.accessibility import barriers
from tests.browser.conftest import STRANGER, Serve, Theme, Visit
from tests.browser.listed import no_runs
from tests.distributions import install


@pytest.fixture
def back(tmp_path: Path) -> Path:
    """Return the file with which the store comes back."""
    return tmp_path / "back"


@pytest.fixture
def server(tmp_path: Path, back: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.syspath_prepend(tmp_path)
    install(tmp_path, "small", plugins={"trouble": "tests.small_plugins:Trouble"})
    config = tmp_path / "c.toml"
    config.write_text(f"[plugins.trouble]\nback = '{back}'\n[plugins.ui]\nport = 0\n")
    with serve(config) as server:
        yield server


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_fault_of_ours_is_said_without_its_secrets(
    server: Server, visit: Visit, theme: Theme
) -> None:
    page = visit(server, "/runs/x", status=500, theme=theme)
    expect(page.get_by_role("heading", level=1)).to_have_text("Internal error")
    expect(page.get_by_text("its log says why")).to_be_visible()
    expect(page.get_by_role("link", name="Try again")).to_be_visible()
    assert "secret" not in page.content()
    assert "ZeroDivision" not in page.content()
    assert barriers(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_while_the_store_is_away_the_page_tries_again_by_itself(
    server: Server, visit: Visit, back: Path, theme: Theme
) -> None:
    assert httpx.get(f"{server.url}/runs").headers["Retry-After"] == "2"
    page = visit(server, "/runs", status=503, theme=theme)
    expect(page.get_by_role("heading", level=1)).to_have_text("Temporarily unavailable")
    expect(page.get_by_text("tries again by itself in")).to_be_visible()
    assert barriers(page) == []
    with page.expect_response(lambda answer: answer.status == 503):
        pass  # it looked once more, and in vain
    back.touch()
    expect(page.get_by_role("heading", name="Log your first run")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_server_that_is_not_reached_by_this_name_says_so_in_its_own_dress(
    serve_runs: Serve, visit: Visit, theme: Theme
) -> None:
    page = visit(serve_runs(no_runs), "/runs", host=STRANGER, status=403, theme=theme)
    expect(page.get_by_role("heading", level=1)).to_have_text("Forbidden")
    expect(page.get_by_text("add the name to the setting allowed_hosts")).to_be_visible()
    expect(page.locator(".oops")).to_have_css("text-align", "center")
    assert barriers(page) == []
