"""A scripted language model behind a server with runs, for tests of the chat."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chachaml_kernel import Server
from playwright.sync_api import Page

from tests.browser.logbook import Write, serve_written
from tests.servers.scripted import Service, scripted


@contextmanager
def service_in_thread() -> Iterator[Service]:
    """Run a scripted server beside whatever drives a browser."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    running = scripted()
    try:
        yield asyncio.run_coroutine_threadsafe(running.__aenter__(), loop).result()
        asyncio.run_coroutine_threadsafe(running.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def serve_talking(
    folder: Path, service: Service, write: Write, *, key: str, limits: str = ""
) -> Server:
    """Serve runs, and a chat with the scripted model; without a key, callers bring theirs.

    `limits` are lines of the table of the kernel.
    """
    config = folder / "c.toml"
    config.write_text(
        f"[kernel]\n{limits}\n"
        "[plugins.store_sqlite]\n[plugins.artifacts_fs]\n[plugins.ui]\n"
        f'[plugins.chat_openai]\nbase_url = "{service.url}/v1"\nmodel = "small"\n'
        + (f'api_key = "{key}"\n' if key else "")
    )
    return serve_written(folder, write, config=config)


def ask(page: Page, question: str) -> None:
    """Ask a question on the page."""
    page.get_by_role("textbox", name="Question").fill(question)
    page.keyboard.press("Enter")
