"""The provider of all services that speak OpenAI's protocol of chat completions."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chachaml_kernel.domain.conversation import Conversation, OfferedTool, Replied, Text

from chachaml_chat.openai_words import Reading, messages_of, tools_of
from chachaml_chat.service import CONNECT_SECONDS, RETRIES, Service

if TYPE_CHECKING:
    from openai import AsyncOpenAI


@dataclass(frozen=True, slots=True)
class OpenAIProvider:
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
            return [model.id async for model in client.models.list()]

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
            stream = await client.chat.completions.create(
                model=model,
                messages=messages_of(conversation),
                tools=tools_of(tools),
                max_completion_tokens=self.service.max_tokens,
                stream=True,
                stream_options={"include_usage": True},
            )
            async with stream:
                async for chunk in stream:
                    text = reading.take(chunk)
                    if text:
                        yield Text(text)
        if reading.finish is None:
            raise self.service.broken("it has no end")
        yield reading.replied()

    @asynccontextmanager
    async def _client(self, key: str, *, model: str) -> AsyncIterator["AsyncOpenAI"]:
        """Yield a client, which is closed at the end; its errors become those of the port."""
        # The first use imports the SDK, and each reads certificates: seconds, and milliseconds.
        client = await asyncio.to_thread(_connect, self.service, key)
        from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError

        try:
            async with client:
                yield client
        except APIStatusError as error:
            raise self.service.refused(
                error.status_code,
                error.message,
                key=key,
                model=model,
                headers=error.response.headers,
            ) from None
        except APITimeoutError:
            raise self.service.silent() from None
        except APIConnectionError as error:
            raise self.service.away(error.__cause__ or error) from None  # type: ignore[arg-type]
        except APIError as error:
            raise self.service.refused(
                500, error.message, key=key, model=model, headers={}
            ) from None
        except ValueError:
            raise self.service.broken("it is no JSON") from None


def _connect(service: Service, key: str) -> "AsyncOpenAI":
    from openai import AsyncOpenAI, Timeout

    return AsyncOpenAI(
        api_key=key,
        base_url=service.base_url,
        timeout=Timeout(service.timeout, connect=min(CONNECT_SECONDS, service.timeout)),
        max_retries=RETRIES,
    )
