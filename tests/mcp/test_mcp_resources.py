"""Resources and prompts, as clients of the protocol see them."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from chachaml_kernel import Server
from mcp import Client, MCPError
from mcp.types import INVALID_PARAMS, TextContent, TextResourceContents

from tests.http.client import Api
from tests.mcp.connecting import Place, reached
from tests.mcp.logged import HOSTILE, MODEL, Logged

ABOUT = {
    "compare_last_runs": {"experiment": "iris"},
    "summarise_experiment": {"experiment": "a/b & <c>"},
}


async def read(client: Client, uri: str) -> Any:
    """Return the JSON that a resource is."""
    [content] = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    assert (content.uri, content.mime_type) == (uri, "application/json")
    return json.loads(content.text)


async def refusal(client: Client, uri: str) -> str:
    with pytest.raises(MCPError) as caught:
        await client.read_resource(uri)
    assert caught.value.code == INVALID_PARAMS
    return caught.value.message


@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_what_is_listed_can_be_read_and_runs_by_their_template(
    transport: str, server: Server, place: Place, logged: Logged
) -> None:
    over_http = transport == "http"
    async with reached(server.url) if over_http else place.started(place.config()) as client:
        listed = await client.list_resources()
        rest = await client.list_resources(cursor=listed.next_cursor)
        assert rest.next_cursor is None
        uris = [resource.uri for resource in (*listed.resources, *rest.resources)]
        assert {"experiment://iris", "experiment://a%2Fb%20%26%20%3Cc%3E"} < {*uris}
        assert uris[-1] == "model://iris%20classifier"
        for uri in uris:
            found = await read(client, uri)
            about = found.get("model", found)
            assert uri == f"{uri.partition(':')[0]}://{quote(about['name'], safe='')}"
        templates = (await client.list_resource_templates()).resource_templates
        assert {template.uri_template for template in templates} == {
            "run://{run_id}",
            "experiment://{name}",
            "model://{name}",
        }
        run = await read(client, f"run://{logged.hostile}")
        assert run["note"].startswith(HOSTILE)
        assert len(json.dumps(run)) < 7_000


async def test_a_long_list_of_resources_comes_page_by_page(
    server: Server, api: Api, logged: Logged
) -> None:
    del logged
    made = {f"made-{i:03}" for i in range(101)}
    for name in made:
        api.post("/api/w/experiments", {"name": name})
    names: list[str] = []
    async with reached(server.url) as client:
        page = await client.list_resources()
        names += [resource.name for resource in page.resources]
        while page.next_cursor is not None:
            page = await client.list_resources(cursor=page.next_cursor)
            names += [resource.name for resource in page.resources]
    assert made < {*names}
    assert names[-1] == MODEL
    assert len(names) == len({*names})


async def test_what_is_no_resource_is_refused_with_what_is(server: Server, logged: Logged) -> None:
    del logged
    async with reached(server.url) as client:
        assert "list_runs and find_runs show ids" in await refusal(client, "run://nobody")
        assert "list_models shows the names" in await refusal(client, "model://x%2F..%2Fy")
        assert "there are run://{run_id}" in await refusal(client, "file:///etc/passwd")
        assert "there are run://{run_id}" in await refusal(client, "run")
        assert len(await refusal(client, "run://" + "x" * 5_000)) < 2_100
        for cursor in ("nonsense", "experiment:nonsense", "run:"):
            with pytest.raises(MCPError, match="cursor") as caught:
                await client.list_resources(cursor=cursor)
            assert caught.value.code == INVALID_PARAMS


async def test_prompts_name_what_is_asked_about(server: Server, logged: Logged) -> None:
    about = {**ABOUT, "explain_failure": {"run_id": logged.hostile}}
    async with reached(server.url) as client:
        prompts = (await client.list_prompts()).prompts
        assert {prompt.name for prompt in prompts} == about.keys()
        for prompt in prompts:
            [argument] = prompt.arguments or []
            [(name, thing)] = about[prompt.name].items()
            assert (argument.name, argument.required) == (name, True)
            [message] = (await client.get_prompt(prompt.name, about[prompt.name])).messages
            assert isinstance(message.content, TextContent)
            assert json.dumps(thing) in message.content.text


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("drop", {}, "there are compare_last_runs, explain_failure, summarise_experiment"),
        ("explain_failure", {}, "the prompt explain_failure takes run_id"),
        ("explain_failure", {"run_id": "x"}, "list_runs and find_runs show ids"),
        ("compare_last_runs", {"experiment": "none"}, "list_experiments shows the names"),
        ("compare_last_runs", {"experiment": "iris", "n": "1"}, "and no more"),
    ],
)
async def test_a_prompt_about_nothing_is_refused(
    server: Server, logged: Logged, name: str, arguments: dict[str, str], said: str
) -> None:
    del logged
    async with reached(server.url) as client:
        with pytest.raises(MCPError, match=said) as caught:
            await client.get_prompt(name, arguments)
        assert caught.value.code == INVALID_PARAMS
