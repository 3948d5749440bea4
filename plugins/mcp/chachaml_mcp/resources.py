"""Runs, experiments and models as resources: what the tools say of one, by its address."""

from urllib.parse import quote, unquote

import msgspec
from chachaml_kernel.errors import ChachamlError
from mcp import MCPError
from mcp.server import ServerRequestContext
from mcp.types import (
    INVALID_PARAMS,
    ListResourcesResult,
    ListResourceTemplatesResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)
from msgspec import Struct

from chachaml_mcp.tools import OfferedTools, fault

JSON = "application/json"
PAGE = 100
"""Resources of a page of their list."""


class Kind(Struct, frozen=True):
    """A kind of resource: the tool that shows one, and the tool that lists them, if any does."""

    description: str
    tool: str
    argument: str
    lists: str = ""


KINDS = {
    "run": Kind("A run with its params, metrics, tags, note and artifacts", "get_run", "run_id"),
    "experiment": Kind(
        "An experiment with its runs by status and the best of them",
        "get_experiment",
        "name",
        "experiments",
    ),
    "model": Kind("A model with its versions and their moves", "get_model", "name", "models"),
}
"""The kinds by the scheme of their addresses."""
LISTED = [scheme for scheme, kind in KINDS.items() if kind.lists]
"""The kinds that are listed, in this order. Runs are too many; tools find them."""


class Resources:
    """What clients may read by address."""

    def __init__(self, tools: OfferedTools) -> None:
        """Read with these tools."""
        self._tools = tools

    async def list(
        self, _: ServerRequestContext, asked: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        """Return one page of all experiments and then all models, newest first."""
        begin = f"{LISTED[0]}:"
        scheme, __, cursor = ((asked and asked.cursor) or begin).partition(":")
        if scheme not in LISTED:
            raise MCPError(INVALID_PARAMS, "the cursor is none of a list of resources")
        kind = KINDS[scheme]
        try:
            page = await self._tools.result(f"list_{kind.lists}", cursor=cursor or None, limit=PAGE)
        except ChachamlError as error:
            raise fault(error) from None
        found = [
            Resource(
                uri=f"{scheme}://{quote(row.name, safe='')}",
                name=row.name,
                description=row.description,
                mime_type=JSON,
            )
            for row in getattr(page, kind.lists)
        ]
        return ListResourcesResult(resources=found, next_cursor=_next(scheme, page.cursor))

    async def templates(
        self, _: ServerRequestContext, __: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        """Return how the addresses are made."""
        return ListResourceTemplatesResult(
            resource_templates=[
                ResourceTemplate(
                    uri_template=f"{scheme}://{{{kind.argument}}}",
                    name=scheme,
                    description=kind.description,
                    mime_type=JSON,
                )
                for scheme, kind in KINDS.items()
            ]
        )

    async def read(
        self, _: ServerRequestContext, asked: ReadResourceRequestParams
    ) -> ReadResourceResult:
        """Return what is at an address, as JSON."""
        scheme, separator, name = asked.uri.partition("://")
        kind = KINDS.get(scheme)
        if kind is None or not separator:
            known = ", ".join(f"{scheme}://{{{kind.argument}}}" for scheme, kind in KINDS.items())
            raise MCPError(
                INVALID_PARAMS, f"no resource is at {asked.uri[:200]!r}; there are {known}"
            )
        try:
            result = await self._tools.result(kind.tool, **{kind.argument: unquote(name)})
        except ChachamlError as error:
            raise fault(error) from None
        text = msgspec.json.encode(result).decode()
        return ReadResourceResult(
            contents=[TextResourceContents(uri=asked.uri, mime_type=JSON, text=text)]
        )


def _next(scheme: str, cursor: str | None) -> str | None:
    """Return the cursor behind a page: within its kind, or at the first page of the next one."""
    if cursor is not None:
        return f"{scheme}:{cursor}"
    following = LISTED[LISTED.index(scheme) + 1 :]
    return f"{following[0]}:" if following else None
