"""Questions as tests ask them: a kernel on real stores, real SDKs, and a scripted service."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from chachaml_kernel import Kernel
from chachaml_kernel.config import load_config
from chachaml_kernel.kernel import open_kernel
from chachaml_ui import Ui

from tests.http.events import Events
from tests.http.serving import serving
from tests.servers.pairs import Home
from tests.servers.scripted import Service, scripted

KEY = "sk-configured-on-the-server"
OWN = "sk-of-the-caller"
EVENTS = {"Accept": "text/event-stream"}


@dataclass(frozen=True, slots=True)
class Chatting:
    """A server with the providers `openai` and `anthropic`, both of them the same service."""

    http: httpx.AsyncClient
    kernel: Kernel
    service: Service

    def asked(self, **given: Any) -> Any:
        return {"question": "Which run is best?", "provider": "openai", **given}

    async def post(self, **given: Any) -> httpx.Response:
        return await self.http.post("/api/chat", json=self.asked(**given))

    async def ask(self, **given: Any) -> Any:
        answer = await self.post(**given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    @asynccontextmanager
    async def streamed(self, **given: Any) -> AsyncIterator[Events]:
        asked = self.asked(**given)
        async with self.http.stream("POST", "/api/chat", json=asked, headers=EVENTS) as answer:
            assert answer.headers["Content-Type"] == "text/event-stream"
            yield Events(answer.aiter_lines())


@asynccontextmanager
async def chatting(
    home: Home,
    *,
    key: str = KEY,
    model: str = "m",
    silence: float = 60,
    heartbeat: float = 60,
    **limits: Any,
) -> AsyncIterator[Chatting]:
    """Run all of it for the length of the block; `limits` are the kernel's, without `chat_`."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        service = await enter(scripted())
        given = {"api_key": key, "model": model, "timeout": silence}
        tables = {
            "kernel": {f"chat_{name}": value for name, value in limits.items()},
            "plugins.chat_openai": {"base_url": f"{service.url}/v1", **given},
            "plugins.chat_anthropic": {"base_url": service.url, **given},
            "plugins.tools_params": {},
        }
        with home.config.open("a") as config:
            config.writelines(_written(name, table) for name, table in tables.items())
        configured = load_config(file=home.config, data=home.folder, env={})
        kernel = await enter(open_kernel(configured))
        settings = Ui(port=0, heartbeat=heartbeat, access_log=True)
        url, _ = await enter(serving(kernel, settings))
        http = await enter(httpx.AsyncClient(base_url=url, timeout=120))
        yield Chatting(http, kernel, service)


def _written(name: str, table: Mapping[str, Any]) -> str:
    lines = [f"\n[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    return "\n".join(lines)
