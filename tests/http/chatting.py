"""Questions as tests ask them: a kernel on SQLite, real SDKs, and a scripted service."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from chachaml_chat import ChatAnthropic, ChatOpenai
from chachaml_kernel import Kernel
from chachaml_kernel.domain.chat import Budget
from chachaml_store_sqlite import StoreSqlite
from chachaml_tools_params import ToolsParams

from tests.http.events import Events
from tests.http.serving import kernel, serving
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
    folder: Path, *, key: str = KEY, model: str = "m", silence: float = 60, **budget: Any
) -> AsyncIterator[Chatting]:
    """Run all of it for the length of the block."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        service = await enter(scripted())
        given: dict[str, Any] = {"api_key": key, "model": model, "timeout": silence}
        plugins = (
            ChatOpenai(base_url=f"{service.url}/v1", **given),
            ChatAnthropic(base_url=service.url, **given),
        )
        served = kernel(
            store=await enter(StoreSqlite(path=folder / "chachaml.db").chachaml_store()),
            providers=[each for plugin in plugins for each in plugin.chachaml_llm_providers()],
            budget=Budget(**budget),
        )
        served = replace(
            served, further_tools={tool.name: tool for tool in ToolsParams().chachaml_tools()}
        )
        url, _ = await enter(serving(served))
        http = await enter(httpx.AsyncClient(base_url=url, timeout=120))
        yield Chatting(http, served, service)
