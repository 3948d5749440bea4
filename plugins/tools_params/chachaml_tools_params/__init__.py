"""A tool for language models, for chachaml-kernel: which params go along with a metric."""

from chachaml_tools_params.plugin import ToolsParams

__all__ = ["ToolsParams"]
