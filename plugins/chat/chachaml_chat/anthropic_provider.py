"""The provider of Anthropic's models."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chachaml_kernel.domain.conversation import Conversation, OfferedTool, Replied, Text

from chachaml_chat.anthropic_words import Reading, messages_of, tools_of
from chachaml_chat.service import CONNECT_SECONDS, RETRIES, Service

if TYPE_CHECKING:
    from anthropic import APIStatusError, AsyncAnthropic

STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
}
"""What an error within a stream, whose own status is a success, would have been answered with."""


@dataclass(frozen=True, slots=True)
class AnthropicProvider:
    """Asks one service; each answer has a connection of its own, which ends with it."""

    service: Service

    @property
    def name(self) -> str:
        """What users call it."""
        return self.service.name

    @property
    def model(self) -> str | None:
        """The configured model."""
        return self.service.model

    @property
    def has_key(self) -> bool:
        """Tell whether a key is configured."""
        return self.service.api_key is not None

    async def models(self, *, key: str | None = None) -> Sequence[str]:
        """Return the names of the models that the service lists."""
        async with self._client(self.service.key(key), model="") as client:
            return [model.id async for model in client.models.list(limit=1_000)]

    async def answer(
        self,
        conversation: Conversation,
        tools: Sequence[OfferedTool],
        *,
        model: str,
        key: str | None = None,
    ) -> AsyncGenerator[Text | Replied, None]:
        """Yield the reply as its pieces come, and then all of it."""
        reading = Reading()
        async with self._client(self.service.key(key), model=model) as client:
            stream = await client.messages.create(
                model=model,
                system=conversation.instructions,
                messages=messages_of(conversation),
                tools=tools_of(tools),
                max_tokens=self.service.max_tokens,
                cache_control={"type": "ephemeral"},
                stream=True,
            )
            async with stream:
                async for event in stream:
                    text = reading.take(event)
                    if text:
                        yield Text(text)
        if not reading.ended:
            raise self.service.broken("it has no end")
        yield reading.replied()

    @asynccontextmanager
    async def _client(self, key: str, *, model: str) -> AsyncIterator["AsyncAnthropic"]:
        """Yield a client, which is closed at the end; its errors become those of the port."""
        # The first use imports the SDK, and each reads certificates: seconds, and milliseconds.
        client = await asyncio.to_thread(_connect, self.service, key)
        from anthropic import APIConnectionError, APIStatusError, APITimeoutError
        from httpx2 import HTTPError, TimeoutException

        try:
            async with client:
                yield client
        except APIStatusError as error:
            raise self.service.refused(
                _status(error),
                error.api_message or error.message,
                key=key,
                model=model,
                headers=error.response.headers,
            ) from None
        except (APITimeoutError, TimeoutException):
            raise self.service.silent() from None
        except (APIConnectionError, HTTPError) as error:
            raise self.service.away(error) from None
        except ValueError:
            raise self.service.broken("it is no JSON") from None


def _status(error: "APIStatusError") -> int:
    if error.status_code >= 400:
        return error.status_code
    return STATUSES.get(error.type or "", 500)


def _connect(service: Service, key: str) -> "AsyncAnthropic":
    from anthropic import AsyncAnthropic, Timeout

    return AsyncAnthropic(
        api_key=key,
        base_url=service.base_url,
        timeout=Timeout(service.timeout, connect=min(CONNECT_SECONDS, service.timeout)),
        max_retries=RETRIES,
        open_telemetry=False,
    )
