"""The Model Context Protocol for chachaml-kernel: what its tools can do, for any client of it."""

from chachaml_mcp.plugin import Mcp

__all__ = ["Mcp"]
