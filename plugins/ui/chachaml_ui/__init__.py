"""The HTTP API and the web pages of chachaml-kernel."""

from chachaml_ui.settings import Ui

__all__ = ["Ui"]
