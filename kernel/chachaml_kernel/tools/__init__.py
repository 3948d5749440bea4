"""What language models may do here: read runs, metrics, models and artifacts, and annotate runs.

The chat and MCP call these tools; each is a function over the kernel's services. Plugins may add
their own.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.errors import Forbidden, Invalid, NotFound
from chachaml_kernel.tools import (
    annotations,
    artifacts,
    experiments,
    exports,
    lists,
    metrics,
    models,
    runs,
)
from chachaml_kernel.tools.tool import AnyTool, Arguments, Schema, Tool

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel

__all__ = ["TOOLS", "AnyTool", "Arguments", "Schema", "Tool", "Tools"]

TOOLS: Sequence[AnyTool] = tuple(
    chain.from_iterable(
        room.TOOLS
        for room in (lists, runs, metrics, experiments, models, artifacts, exports, annotations)
    )
)
"""The tools that every kernel has."""

HINTS = {
    "no such run": "list_runs and find_runs show ids",
    "no such metric": "get_run shows the metrics of a run",
    "no such model": "list_models shows the names",
    "no such experiment": "list_experiments shows the names",
}
"""What helps a model on that asked for what is not there."""


MAX_ANSWER = 100_000
"""Bytes of JSON that an answer may have. Few answers can: long lists of long values."""


class Tools(Struct, frozen=True):
    """The tools of a kernel, by name."""

    kernel: "Kernel"
    by_name: Mapping[str, AnyTool]

    def offered(self, *, annotate: bool) -> Sequence[AnyTool]:
        """Return the tools, those that annotate among them if they may."""
        return [tool for tool in self.by_name.values() if annotate or not tool.annotates]

    async def call(
        self, name: str, arguments: Mapping[str, JsonValue], *, annotate: bool = False
    ) -> msgspec.Struct:
        """Return what the tool `name` returns for some arguments.

        Raises the errors of `chachaml_kernel.errors`, whose texts say to a model how to go on:
        `Invalid` for arguments that it does not take or an answer that would be too long,
        `Forbidden` for a tool that annotates where that is not allowed.
        """
        tool = self.by_name.get(name)
        if tool is None:
            known = ", ".join(each.name for each in self.offered(annotate=annotate))
            raise Invalid(f"no tool is named {name[:100]!r}; there are {known}")
        if tool.annotates and not annotate:
            raise Forbidden(f"{name} changes something, and here may only be read")
        asked = tool.read(arguments)
        try:
            result: msgspec.Struct = await tool.call(self.kernel, asked)
        except NotFound as error:
            hint = HINTS.get(error.error)
            if hint is None:
                raise
            raise NotFound(
                error.error.removeprefix("no such "), f"{error.detail}; {hint}"
            ) from None
        if not tool.annotates:
            _check_size(name, result)
        return result


def _check_size(name: str, result: msgspec.Struct) -> None:
    size = len(msgspec.json.encode(result))
    if size > MAX_ANSWER:
        raise Invalid(
            f"the answer of {name} has {size:,} bytes, and {MAX_ANSWER:,} are the most; ask for "
            "less, such as a smaller limit"
        )
