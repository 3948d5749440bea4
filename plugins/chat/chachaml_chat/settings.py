"""The plugins: their settings, and the providers that they offer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import urlsplit

from chachaml_kernel.domain.chat import check_key
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.hookspecs import hookimpl
from chachaml_kernel.ports import LLMProvider

from chachaml_chat.client import Connect, Piece
from chachaml_chat.provider import Provider
from chachaml_chat.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a service at `base_url` is asked.

    `model` is asked unless a caller names one. Without `api_key` every caller has to bring a key.
    `max_tokens` is what one reply may be long, `timeout` how many seconds the service may be
    silent.
    """

    api_key: str = field(default="", repr=False)
    model: str = ""
    base_url: str
    max_tokens: int = 4096
    timeout: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatAnthropic(Settings):
    """Asks the models of Anthropic, or of whatever speaks the same protocol at `base_url`."""

    base_url: str = "https://api.anthropic.com"

    def __post_init__(self) -> None:
        """Raise `ValueError` or `Invalid` for a setting that cannot work."""
        _check(self)

    @hookimpl
    def chachaml_llm_providers(self) -> Sequence[LLMProvider]:
        """Offer the provider `anthropic`."""
        from chachaml_chat.anthropic_client import connect

        return [_provider("anthropic", self, connect)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatOpenai(Settings):
    """Asks the models of OpenAI, or of any server that speaks its protocol of chat completions.

    Such are Ollama, vLLM, llama.cpp and LM Studio, by their `base_url`.
    """

    base_url: str = "https://api.openai.com/v1"

    def __post_init__(self) -> None:
        """Raise `ValueError` or `Invalid` for a setting that cannot work."""
        _check(self)

    @hookimpl
    def chachaml_llm_providers(self) -> Sequence[LLMProvider]:
        """Offer the provider `openai`."""
        from chachaml_chat.openai_client import connect

        return [_provider("openai", self, connect)]


def _check(settings: Settings) -> None:
    if settings.api_key:
        check_key(settings.api_key)
    if not _is_address(settings.base_url):
        raise ValueError(
            f"base_url is {settings.base_url!r}; "
            "it must be http:// or https:// and a host, such as http://localhost:11434/v1"
        )
    if settings.max_tokens < 1:
        raise ValueError(f"max_tokens is {settings.max_tokens}; it must be at least 1")
    if not 0 < settings.timeout < float("inf"):
        raise ValueError(f"timeout is {settings.timeout}; it must be a number of seconds above 0")


def _is_address(url: str) -> bool:
    try:
        address = urlsplit(url)
        is_whole = bool(address.hostname) and address.port != 0  # looks at the port
    except ValueError:
        return False
    return is_whole and address.scheme in ("http", "https") and not re.search(r"\s", url)


def _provider(package: str, settings: Settings, connect: Connect[Piece]) -> Provider[Piece]:
    """Return the provider that is called as the package of its SDK is.

    Raises `ConfigError` if that is not installed; it is not imported yet, which takes long.
    """
    if find_spec(package) is None:
        raise ConfigError(
            f"plugin 'chat_{package}' needs the package {package!r}; "
            f"pip install 'chachaml-chat[{package}]' brings it"
        )
    service = Service(
        name=package,
        base_url=settings.base_url,
        model=settings.model or None,
        api_key=settings.api_key or None,
        max_tokens=settings.max_tokens,
        timeout=settings.timeout,
    )
    return Provider(service, connect)
