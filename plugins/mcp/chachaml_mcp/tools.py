"""The kernel's tools as the protocol has them."""

import logging
from typing import Any

import msgspec
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.errors import ChachamlError, Invalid, NotFound
from chachaml_kernel.kernel import Kernel
from chachaml_kernel.tools import AnyTool, Schema
from mcp import MCPError
from mcp.server import ServerRequestContext
from mcp.types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)

from chachaml_mcp.addresses import absolute
from chachaml_mcp.plugin import Mcp

logger = logging.getLogger(__name__)


class OfferedTools:
    """The tools that clients may call, by name."""

    def __init__(self, settings: Mcp, kernel: Kernel) -> None:
        """Offer those tools of a kernel that the settings allow."""
        self._settings = settings
        self._tools = kernel.tools
        offered = self._tools.offered(annotate=settings.allow_annotate)
        self._offered = {tool.name: _described(tool) for tool in offered}

    def input_schema(self, name: str) -> Schema | None:
        """Return what the arguments of a tool must be, none for one that is not offered."""
        tool = self._offered.get(name)
        return None if tool is None else tool.input_schema

    async def list(
        self, _: ServerRequestContext, __: PaginatedRequestParams | None
    ) -> ListToolsResult:
        """Return all tools, on one page."""
        return ListToolsResult(tools=[*self._offered.values()])

    async def call(self, _: ServerRequestContext, asked: CallToolRequestParams) -> CallToolResult:
        """Return what a tool returns, as JSON and as its text; errors say how to go on."""
        try:
            text = msgspec.json.encode(await self.result(asked.name, **(asked.arguments or {})))
        except ChachamlError as error:
            return CallToolResult(content=[TextContent(text=said(error))], is_error=True)
        return CallToolResult(
            content=[TextContent(text=text.decode())], structured_content=msgspec.json.decode(text)
        )

    async def result(self, tool: str, /, **arguments: JsonValue) -> Any:  # noqa: ANN401
        """Return the result of a tool, with whole addresses; raise what the kernel raises.

        Of what nobody foresaw the log says more than the client may know.
        """
        annotate = self._settings.allow_annotate
        try:
            result = await self._tools.call(tool, arguments, annotate=annotate)
        except ChachamlError:
            raise
        except Exception:
            logger.exception("%s failed", tool)
            raise MCPError(
                INTERNAL_ERROR, "the server failed on this request; its log says why"
            ) from None
        return absolute(result, self._settings.url)


def said(error: ChachamlError) -> str:
    """Return what an error says, for a model to go on."""
    return f"{error.error}: {error.detail}"


def fault(error: ChachamlError) -> MCPError:
    """Return an error as the protocol has it, of requests that are no calls of tools."""
    wrong = isinstance(error, Invalid | NotFound)
    return MCPError(INVALID_PARAMS if wrong else INTERNAL_ERROR, said(error))


def _described(tool: AnyTool) -> Tool:
    hints = ToolAnnotations(
        read_only_hint=not tool.annotates,
        destructive_hint=tool.annotates,
        idempotent_hint=True,
        open_world_hint=False,
    )
    return Tool(
        name=tool.name,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=hints,
    )
