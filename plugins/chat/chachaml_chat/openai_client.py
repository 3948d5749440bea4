"""OpenAI's SDK, as providers use it for all services that speak its protocol."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chachaml_kernel.domain.conversation import Conversation, OfferedTool

from chachaml_chat.openai_words import Reading, messages_of, tools_of
from chachaml_chat.service import RETRIES, Service

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk


@dataclass(frozen=True, slots=True)
class OpenAIClient:
    """Asks a service of chat completions."""

    sdk: "AsyncOpenAI"
    max_tokens: int

    async def models(self) -> Sequence[str]:
        """Return the names of the models that the service lists."""
        return [model.id async for model in self.sdk.models.list()]

    async def ask(
        self, conversation: Conversation, tools: Sequence[OfferedTool], *, model: str
    ) -> "AsyncStream[ChatCompletionChunk]":
        """Return the chunks of a model's reply."""
        return await self.sdk.chat.completions.create(
            model=model,
            messages=messages_of(conversation),
            tools=tools_of(tools),
            max_completion_tokens=self.max_tokens,
            stream=True,
            stream_options={"include_usage": True},
        )

    def reading(self) -> Reading:
        """Return what reads the chunks of one reply."""
        return Reading()


@asynccontextmanager
async def connect(service: Service, key: str, *, model: str) -> AsyncIterator[OpenAIClient]:
    """Yield a client, which is closed at the end; its errors become those of the port."""
    # The first use imports the SDK, and each reads certificates: seconds, and milliseconds.
    sdk = await asyncio.to_thread(_open, service, key)
    from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

    try:
        async with sdk:
            yield OpenAIClient(sdk, service.max_tokens)
    except APIStatusError as error:
        raise service.refused(
            error.status_code,
            error.message,
            key=key,
            model=model,
            headers=error.response.headers,
        ) from None
    except APITimeoutError:
        raise service.silent() from None
    except APIConnectionError as error:
        raise service.away(error.__cause__ or error) from None
    except APIError as error:
        raise service.refused(500, error.message, key=key, model=model, headers={}) from None


def _open(service: Service, key: str) -> "AsyncOpenAI":
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout

    return AsyncOpenAI(
        api_key=key,
        base_url=service.base_url,
        timeout=Timeout(service.timeout, connect=service.connect_timeout),
        max_retries=RETRIES,
        http_client=DefaultAsyncHttpxClient(follow_redirects=False),
    )
