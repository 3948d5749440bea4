"""What axe-core finds on a page, by the rules of WCAG 2.2 AA and its own best practices."""

from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def barriers(page: Page) -> Sequence[str]:
    """Return what keeps people from using `page` once it has its styles, each with where it is."""
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]
