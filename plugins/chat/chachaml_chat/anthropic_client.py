"""Anthropic's SDK, as providers use it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chachaml_kernel.domain.conversation import Conversation, OfferedTool

from chachaml_chat.anthropic_words import Reading, messages_of, tools_of
from chachaml_chat.service import RETRIES, Service

if TYPE_CHECKING:
    from anthropic import APIStatusError, AsyncAnthropic, AsyncStream
    from anthropic.types import RawMessageStreamEvent

STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
}
"""What an error within a stream, whose own status is a success, would have been answered with."""


@dataclass(frozen=True, slots=True)
class AnthropicClient:
    """Asks a service of messages."""

    sdk: "AsyncAnthropic"
    max_tokens: int

    async def models(self) -> Sequence[str]:
        """Return the names of the models that the service lists."""
        return [model.id async for model in self.sdk.models.list(limit=1_000)]

    async def ask(
        self, conversation: Conversation, tools: Sequence[OfferedTool], *, model: str
    ) -> "AsyncStream[RawMessageStreamEvent]":
        """Return the events of a model's reply."""
        return await self.sdk.messages.create(
            model=model,
            system=conversation.instructions,
            messages=messages_of(conversation),
            tools=tools_of(tools),
            max_tokens=self.max_tokens,
            cache_control={"type": "ephemeral"},
            stream=True,
        )

    def reading(self) -> Reading:
        """Return what reads the events of one reply."""
        return Reading()


@asynccontextmanager
async def connect(service: Service, key: str, *, model: str) -> AsyncIterator[AnthropicClient]:
    """Yield a client, which is closed at the end; its errors become those of the port."""
    # The first use imports the SDK, and each reads certificates: seconds, and milliseconds.
    sdk = await asyncio.to_thread(_open, service, key)
    from anthropic import APIConnectionError, APIStatusError, APITimeoutError
    from httpx2 import HTTPError, TimeoutException

    try:
        async with sdk:
            yield AnthropicClient(sdk, service.max_tokens)
    except APIStatusError as error:
        raise service.refused(
            _status(error),
            error.api_message or error.message,
            key=key,
            model=model,
            headers=error.response.headers,
        ) from None
    except (APITimeoutError, TimeoutException):
        raise service.silent() from None
    except (APIConnectionError, HTTPError) as error:
        raise service.away(error.__cause__ or error) from None


def _status(error: "APIStatusError") -> int:
    if error.status_code >= 300:
        return error.status_code
    return STATUSES.get(error.type or "", 500)


def _open(service: Service, key: str) -> "AsyncAnthropic":
    from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient, Timeout

    return AsyncAnthropic(
        api_key=key,
        base_url=service.base_url,
        timeout=Timeout(service.timeout, connect=service.connect_timeout),
        max_retries=RETRIES,
        http_client=DefaultAsyncHttpxClient(follow_redirects=False),
        open_telemetry=False,
    )
