"""docs/tools.md and the tools."""

import re

import msgspec
import pytest
from chachaml_kernel.tools import TOOLS, AnyTool
from chachaml_tools_params import ToolsParams

from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "tools.md"
ALL = (*TOOLS, *ToolsParams().chachaml_tools())
ROWS = {
    name: (arguments, says)
    for name, arguments, says in re.findall(
        r"^\| `(\w+)` \| (.*?) \| (.*) \|$", PAGE.read_text(), flags=re.MULTILINE
    )
}


def test_the_page_has_all_tools_and_no_others() -> None:
    assert list(ROWS) == [
        tool.name
        for tools, annotates in ((TOOLS, False), (TOOLS, True), (ALL[len(TOOLS) :], False))
        for tool in tools
        if tool.annotates is annotates
    ]


@pytest.mark.parametrize("tool", ALL, ids=lambda tool: tool.name)
def test_a_row_says_what_the_tool_says(tool: AnyTool) -> None:
    arguments, says = ROWS[tool.name]
    fields = msgspec.structs.fields(tool.arguments)
    assert arguments == ", ".join(
        f"`{field.name}`{'' if field.required else '?'}" for field in fields
    )
    assert says == " ".join(tool.description.partition("\n\n")[0].split())
