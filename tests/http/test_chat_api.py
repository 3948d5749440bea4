"""Questions over HTTP, answered by scripted servers through the real SDKs."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from chachaml_chat import ChatOpenai
from chachaml_kernel import Kernel

from tests.http.client import detail
from tests.http.serving import kernel, serving
from tests.servers import openai_wire as wire
from tests.servers.scripted import Service, scripted

KEY = "sk-configured-on-the-server"


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with scripted() as service:
        yield service


@pytest.fixture
def served(service: Service) -> Kernel:
    plugin = ChatOpenai(base_url=f"{service.url}/v1", api_key=KEY, model="m")
    return kernel(providers=plugin.chachaml_llm_providers())


@pytest.fixture
async def http(served: Kernel) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(served) as (url, _), httpx.AsyncClient(base_url=url, timeout=60) as client:
        yield client


async def ask(http: httpx.AsyncClient, **body: Any) -> Any:
    asked = {"question": "Which run is best?", "provider": "openai", **body}
    answer = await http.post("/api/chat", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_question_is_answered_with_what_the_tools_found(
    http: httpx.AsyncClient, served: Kernel, service: Service
) -> None:
    run = await served.runs.start(experiment="iris", name="good")
    service.will(
        wire.calls(("list_runs", '{"experiment": "iris"}'), ("list_experiments", "")),
        wire.text("The best is ", f"[good](/runs/{run.id})."),
    )
    answer = await ask(http)
    assert answer["answer"] == f"The best is [good](/runs/{run.id})."
    assert (answer["iterations"], answer["ending"], answer["note"]) == (2, "end", None)
    assert answer["usage"] == {"input_tokens": 300, "output_tokens": 30}
    assert [call["name"] for call in answer["tool_calls"]] == ["list_runs", "list_experiments"]
    assert run.id in answer["tool_calls"][0]["result"]


async def test_a_server_without_providers_says_how_to_get_one() -> None:
    async with serving() as (url, _), httpx.AsyncClient(base_url=url) as http:
        answer = await http.post("/api/chat", json={"question": "q", "provider": "openai"})
        assert "[plugins.chat_openai]" in detail(answer, 400)
        assert (await http.get("/api/chat/providers")).json() == []
