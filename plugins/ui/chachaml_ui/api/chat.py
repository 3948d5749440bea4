"""Routes of questions to language models."""

from aiohttp import web
from chachaml_kernel.domain.chat import Asked, Event
from chachaml_kernel.errors import ChachamlError

from chachaml_ui.answers import VARY, status_of
from chachaml_ui.api.bodies import JSON
from chachaml_ui.api.negotiation import prefers
from chachaml_ui.api.streams import EVENTS
from chachaml_ui.api.table import Call, Nothing, Route, WebCall, route
from chachaml_ui.api.telling import telling
from chachaml_ui.api.wire import chat as wire_chat
from chachaml_ui.connection import while_connected


async def ask(
    call: WebCall[Nothing, Nothing, wire_chat.Ask],
) -> wire_chat.Answered | web.StreamResponse:
    """Answer a question about the experiments by a language model, which calls tools.

    A client that goes away ends the work. With `Accept: text/event-stream` the answer is told as it
    comes: `text`, `tool_call`, `tool_result` and `usage`, `beat` where it is quiet, and at the end
    `done` or `error`.
    """
    asked = wire_chat.asked(call.body)
    async with while_connected(call.request):
        if prefers(call.request.headers.get("Accept", ""), EVENTS, over=JSON):
            return await _stream(call, asked)
        events: list[Event] = []

        async def remember(event: Event) -> None:
            events.append(event)

        answer = await call.kernel.chat.ask(asked, remember)
    return wire_chat.answered(answer, events)


async def _stream(
    call: WebCall[Nothing, Nothing, wire_chat.Ask], asked: Asked
) -> web.StreamResponse:
    """Answer with events; an error before the first one is answered as any other."""
    async with telling(call.request, **VARY) as told:

        async def tell(event: Event) -> None:
            await told.send(wire_chat.told(event))

        try:
            await told.send(wire_chat.done(await call.kernel.chat.ask(asked, tell)))
        except ChachamlError as error:
            if not told.answer.prepared:
                raise
            await told.send(wire_chat.failed(error, status_of(error)))
    await told.answer.write_eof()
    return told.answer


async def list_providers(call: Call[Nothing, Nothing, None]) -> list[wire_chat.Provider]:
    """List the configured providers of language models."""
    return [
        wire_chat.Provider(offer.name, offer.model, offer.has_key)
        for offer in call.kernel.chat.providers()
    ]


async def list_provider_models(
    call: Call[Nothing, Nothing, wire_chat.AskModels],
) -> wire_chat.Models:
    """List the models of a provider, as it tells them."""
    body = call.body
    return wire_chat.Models([*await call.kernel.chat.models(body.provider, key=body.api_key)])


def routes() -> list[Route]:
    """Return the routes of questions to language models."""
    return [
        route("POST", "/api/chat", ask, tag="chat", media=(EVENTS,)),
        route("GET", "/api/chat/providers", list_providers, tag="chat"),
        route("POST", "/api/chat/models", list_provider_models, tag="chat"),
    ]
