"""Calls of tools, as a model wants them: side by side, and answered whatever comes of them."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from chachaml_kernel.domain.chat import Called, Event, Returned
from chachaml_kernel.domain.conversation import (
    OfferedTool,
    ToolCall,
    ToolResult,
    ToolResults,
    read_arguments,
)
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.errors import ChachamlError, Invalid

MAX_CALLS = 16
"""Calls of one reply that are done; further ones are told to come later."""
MAX_RESULT = 30_000
"""Characters of a result that a model reads."""
FAILED = "the tool failed, for a reason that is in the server's log; go on without it"
"""What a model reads of a fault that nobody foresaw."""

logger = logging.getLogger(__name__)

Tell = Callable[[Event], Awaitable[None]]
"""Tells whoever asked what happens."""


class Described(Protocol):
    """A tool, as far as it is described to models."""

    @property
    def name(self) -> str:
        """What calls name."""
        ...

    @property
    def description(self) -> str:
        """What models read."""
        ...

    @property
    def input_schema(self) -> Mapping[str, Any]:
        """The JSON Schema of the arguments."""
        ...


class Toolbox(Protocol):
    """The tools of a kernel."""

    def offered(self, *, annotate: bool) -> Sequence[Described]:
        """Return the tools, those that annotate among them if they may."""
        ...

    async def call(
        self, name: str, arguments: Mapping[str, JsonValue], *, annotate: bool = False
    ) -> msgspec.Struct:
        """Return what a tool returns; its errors say how to go on."""
        ...


@dataclass(slots=True)
class Calls:
    """Does the calls of all replies to one question.

    They are told of by ids of their own, since a service may give those of two replies the same.
    """

    tools: Toolbox
    annotate: bool
    tell: Tell
    begun: int = 0

    def offered(self) -> Sequence[OfferedTool]:
        """Return the tools that the model may call."""
        return [
            OfferedTool(tool.name, tool.description, tool.input_schema)
            for tool in self.tools.offered(annotate=self.annotate)
        ]

    async def do(self, calls: Sequence[ToolCall]) -> ToolResults:
        """Return the results of all calls of one reply, in their order."""
        ids = [f"call_{self.begun + place}" for place in range(1, len(calls) + 1)]
        self.begun += len(calls)
        for own, call in zip(ids, calls, strict=True):
            await self.tell(Called(own, call.name, call.arguments))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_timed(self._do(call))) for call in calls[:MAX_CALLS]]
        late = f"only {MAX_CALLS} calls are done at a time; call this one again"
        results = [task.result() for task in tasks]
        results += [(ToolResult(call.id, late, is_error=True), 0) for call in calls[MAX_CALLS:]]
        for own, call, (result, took) in zip(ids, calls, results, strict=True):
            await self.tell(Returned(own, call.name, result.text, result.is_error, took))
        return ToolResults([result for result, _ in results])

    async def _do(self, call: ToolCall) -> ToolResult:
        try:
            arguments = read_arguments(call.arguments)
            result = await self.tools.call(call.name, arguments, annotate=self.annotate)
        except Invalid as error:
            return ToolResult(call.id, error.detail, is_error=True)
        except ChachamlError as error:
            return ToolResult(call.id, f"{error.error}: {error.detail}", is_error=True)
        except Exception:  # a plugin's tool may have any fault, and the answer can do without it
            logger.exception("the tool %s failed", call.name)
            return ToolResult(call.id, FAILED, is_error=True)
        return ToolResult(call.id, capped(msgspec.json.encode(result).decode()))


async def _timed(work: Awaitable[ToolResult]) -> tuple[ToolResult, int]:
    """Return a result, and how many milliseconds it took."""
    begin = time.perf_counter()
    result = await work
    return result, round(1_000 * (time.perf_counter() - begin))


def capped(text: str) -> str:
    """Return what fits of a result, and how much did not."""
    if len(text) <= MAX_RESULT:
        return text
    left_out = len(text) - MAX_RESULT
    return (
        f"{text[:MAX_RESULT]}\n({left_out} characters more were left out; "
        "ask for less, for example with limit)"
    )
