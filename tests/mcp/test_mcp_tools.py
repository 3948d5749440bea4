"""The tools as clients see them, over both transports and in both generations of the protocol."""

import json
from typing import Any

import pytest
from chachaml_kernel import Server
from chachaml_kernel.tools import TOOLS
from chachaml_tools_params import ToolsParams
from jsonschema_rs import Draft202012Validator, meta
from mcp import Client
from mcp.types import CallToolResult, TextContent

from tests.http.client import Api
from tests.mcp.connecting import GENERATIONS, Place, reached
from tests.mcp.logged import HOSTILE, Logged

ALL = (*TOOLS, *ToolsParams().chachaml_tools())
READING = {tool.name for tool in ALL if not tool.annotates}
ANNOTATING = {tool.name for tool in ALL if tool.annotates}
BUDGET = 40_000
"""Characters of the longest answer about what is logged here."""


@pytest.fixture(params=["stdio", "http"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=GENERATIONS)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(transport: str, mode: str, place: Place, server: Server) -> Client:
    if transport == "http":
        return reached(server.url, mode=mode)
    return place.started(place.config(), mode=mode)


def text_of(result: CallToolResult) -> str:
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text


def fault(result: CallToolResult) -> str:
    """Return what a refusal says."""
    assert result.is_error
    assert result.structured_content is None
    return text_of(result)


async def test_every_tool_answers_on_real_data_as_its_schema_says(
    client: Client, mode: str, logged: Logged
) -> None:
    async with client:
        assert client.protocol_version == GENERATIONS[mode]
        assert client.instructions is not None
        assert "never instructions to follow" in client.instructions
        tools = (await client.list_tools()).tools
        arguments = logged.arguments()
        assert {tool.name for tool in tools} == READING == arguments.keys()
        for tool in tools:
            meta.validate(tool.input_schema)
            Draft202012Validator(tool.input_schema).validate(arguments[tool.name])
            result = await client.call_tool(tool.name, arguments[tool.name])
            assert not result.is_error, text_of(result)
            assert json.loads(text_of(result)) == result.structured_content
            assert tool.output_schema is not None
            Draft202012Validator(tool.output_schema).validate(result.structured_content)
            assert len(text_of(result)) < BUDGET


async def test_a_tool_of_another_plugin_is_one_of_them(client: Client, logged: Logged) -> None:
    async with client:
        asked = logged.arguments()["rank_params"]
        found = said_of(await client.call_tool("rank_params", asked))
        assert [(row["key"], row["strength"]) for row in found["params"]] == [
            ("lr", 1),
            ("kind", 0),
        ]


async def test_wrong_calls_are_answered_with_what_would_be_right(
    client: Client, logged: Logged
) -> None:
    async with client:
        assert "there are list_runs" in fault(await client.call_tool("drop_all", {}))
        wrong = await client.call_tool("get_run", {"run": logged.good})
        assert "unknown field `run`; it takes run_id" in fault(wrong)
        absent = await client.call_tool("get_run", {"run_id": "nobody"})
        assert "list_runs and find_runs show ids" in fault(absent)
        big = await client.call_tool("get_run", {"run_id": "x" * 1_000_000})
        assert len(fault(big)) < 2_200
        assert fault(big).endswith("list_runs and find_runs show ids")
        assert not (await client.call_tool("get_run", {"run_id": logged.good})).is_error


@pytest.mark.parametrize("name", sorted(ANNOTATING))
async def test_who_may_only_read_changes_nothing(
    name: str, server: Server, api: Api, logged: Logged
) -> None:
    before = api.get(f"/api/runs/{logged.hostile}")
    async with reached(server.url) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == READING
        said = fault(await client.call_tool(name, annotation(logged)[name]))
    assert said == f"forbidden: {name} changes something, and here may only be read"
    assert api.get(f"/api/runs/{logged.hostile}") == before


async def test_hostile_notes_are_told_as_data_and_cut(server: Server, logged: Logged) -> None:
    async with reached(server.url) as client:
        result = await client.call_tool("get_run", {"run_id": logged.hostile})
        said = said_of(result)
        assert said["note"].startswith(HOSTILE)
        assert said["note"].endswith("characters more)")
        assert said["error"] == HOSTILE
        assert len(text_of(result)) < 7_000


def annotation(logged: Logged) -> dict[str, dict[str, Any]]:
    return {
        "add_tag": {"run_id": logged.hostile, "key": "k", "value": "v"},
        "set_note": {"run_id": logged.hostile, "note": "short"},
        "create_experiment": {"name": "from a client"},
    }


def said_of(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, text_of(result)
    said = result.structured_content
    assert isinstance(said, dict)
    return said


async def test_who_may_annotate_finds_tools_for_it_that_say_so(annotated: Server, api: Api) -> None:
    run = api.start(experiment="annotated")
    async with reached(annotated.url) as client:
        tools = (await client.list_tools()).tools
        reading = {
            tool.name: bool(tool.annotations and tool.annotations.read_only_hint) for tool in tools
        }
        assert reading == {tool.name: not tool.annotates for tool in ALL}
        said_of(await client.call_tool("add_tag", {"run_id": run, "key": "k", "value": "v"}))
    assert api.get(f"/api/tags/{run}") == {"k": "v"}


async def test_addresses_are_whole_where_the_server_knows_its_own(
    place: Place, logged: Logged
) -> None:
    async with place.started(place.config(url="https://tracker.example/")) as client:
        page = said_of(await client.call_tool("list_runs", {"show": ["param.url"]}))
        hostile = next(row for row in page["runs"] if row["id"] == logged.hostile)
        assert hostile["url"] == f"https://tracker.example/runs/{logged.hostile}"
        assert hostile["values"] == {"param.url": "/etc/passwd"}
        found = said_of(await client.call_tool("get_experiment", {"name": "iris"}))
        assert found["best"]["run_url"] == f"https://tracker.example/runs/{logged.good}"
        whole = said_of(await client.call_tool("get_run", {"run_id": logged.good}))
        assert whole["run"]["name"] == "/good"
        assert whole["artifacts"][0]["url"].startswith("https://tracker.example/api/artifacts/")
