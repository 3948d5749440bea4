"""What docs/mcp.md gives to clients works when it is pasted."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from chachaml_kernel import Server
from mcp import Client, StdioServerParameters

from tests.command import COMMAND
from tests.docs.pages import ROOT, blocks
from tests.mcp.logged import Logged

PAGE = ROOT / "docs" / "mcp.md"
BLOCKS = blocks(PAGE)
SNIPPETS = [json.loads(block.text) for block in BLOCKS if block.language == "json"]
ENTRIES: list[dict[str, Any]] = [
    entry
    for snippet in SNIPPETS
    for servers in (snippet.get("mcpServers"), snippet.get("servers"))
    for entry in (servers or {}).values()
]
STARTED = {(each["command"], *each["args"]) for each in ENTRIES if "command" in each}
ADDRESSES = {each["url"] for each in ENTRIES if "url" in each}


def test_all_clients_are_told_the_same() -> None:
    [started], [address] = STARTED, ADDRESSES
    [added] = (block.text for block in BLOCKS if block.language == "console")
    assert shlex.split(added.partition(" -- ")[2]) == list(started)
    [over_http] = re.findall(r"`claude mcp add --transport http chachaml (\S+)`", PAGE.read_text())
    assert over_http == address
    assert len(ENTRIES) == 5


async def test_the_command_of_the_page_is_a_server_of_the_configuration_of_the_page(
    tmp_path: Path,
) -> None:
    [(command, *arguments)] = STARTED
    [config] = (block for block in BLOCKS if block.file == "chachaml.toml")
    (tmp_path / "chachaml.toml").write_text(config.text)
    assert command == COMMAND.name
    started = StdioServerParameters(
        command=str(COMMAND),
        args=[each.replace("/srv/tracker", str(tmp_path)) for each in arguments],
    )
    async with Client(started) as client:
        assert (await client.call_tool("list_runs", {})).structured_content == {
            **{"runs": [], "total": 0, "remaining": 0, "cursor": None}
        }
    assert (tmp_path / "chachaml.db").exists()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_address_of_the_page_is_where_a_server_answers(
    server: Server, logged: Logged, mode: str
) -> None:
    [address] = ADDRESSES
    async with Client(address.replace("http://localhost:8080", server.url), mode=mode) as client:
        found = await client.call_tool("get_run", {"run_id": logged.good})
        assert not found.is_error
