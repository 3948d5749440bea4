"""Texts that nobody wishes for, and what they do to a page that cannot bear them."""

from playwright.sync_api import Page

HOSTILE = (
    "<script>document.title = 'mine'</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "\u202egnp.exe \u2066evil",
    "مرحبا بالعالم",
    "🚀 👩‍👩‍👧‍👦 Z̸̡̛̬̺̲̍͋̊",
    "W" * 250,
)


def sideways(page: Page) -> int:
    """Return by how many pixels the page can be scrolled sideways, with all its styles there."""
    page.wait_for_load_state()
    root = "document.documentElement"
    return int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))
