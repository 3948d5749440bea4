"""The plugin."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chachaml_kernel.hookspecs import hookimpl

if TYPE_CHECKING:
    from chachaml_kernel.tools import AnyTool


@dataclass(frozen=True, slots=True)
class ToolsParams:
    """The plugin; it has no settings."""

    @hookimpl
    def chachaml_tools(self) -> "Sequence[AnyTool]":
        """Return the tool `rank_params`."""
        from chachaml_tools_params.tool import TOOLS

        return TOOLS
