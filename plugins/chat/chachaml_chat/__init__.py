"""Language models for chachaml-kernel: Anthropic, and all that speak OpenAI's protocol."""

from chachaml_chat.settings import ChatAnthropic, ChatOpenai

__all__ = ["ChatAnthropic", "ChatOpenai"]
