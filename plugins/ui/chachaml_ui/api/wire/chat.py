"""Questions about experiments and their answers, as JSON and as server-sent events."""

from collections.abc import Sequence
from typing import Annotated, Literal

from chachaml_kernel.domain.chat import (
    MAX_QUESTION,
    Answer,
    Asked,
    Called,
    Ending,
    Event,
    Returned,
    Spent,
)
from chachaml_kernel.domain.conversation import Question, Reply, Text, Usage
from chachaml_kernel.errors import ChachamlError
from msgspec import Meta, Struct

from chachaml_ui.api.wire.events import event

ApiKey = Annotated[str, Meta(description="Used for this request alone; not kept, logged or shown")]


class Said(Struct, frozen=True, forbid_unknown_fields=True):
    """What the person (`user`) or the model (`assistant`) said before."""

    role: Literal["user", "assistant"]
    text: str


class Ask(Struct, frozen=True, forbid_unknown_fields=True):
    """A question to a model; `history` is what was said before, oldest first."""

    question: Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": MAX_QUESTION})]
    provider: str
    model: str | None = None
    api_key: ApiKey | None = None
    history: list[Said] = []

    def __repr__(self) -> str:
        """Return what may be shown of it."""
        return f"Ask({self.question!r}, {self.provider!r})"


class AskModels(Struct, frozen=True, forbid_unknown_fields=True):
    """Which provider's models are asked for."""

    provider: str
    api_key: ApiKey | None = None

    def __repr__(self) -> str:
        """Return what may be shown of it."""
        return f"AskModels({self.provider!r})"


class Provider(Struct, frozen=True):
    """A provider that can be asked: its own model, if any, and whether the server has a key."""

    name: str
    model: str | None
    has_key: bool


class Models(Struct, frozen=True):
    """The names of a provider's models, sorted."""

    models: list[str]


class ToolCall(Struct, frozen=True):
    """A tool that the model called: `arguments` as it wrote them, `result` as it was told it.

    The result is JSON, if need be cut, or a sentence if `is_error`; it took `milliseconds`.
    """

    id: str
    name: str
    arguments: str
    result: str
    is_error: bool
    milliseconds: int


class Tokens(Struct, frozen=True):
    """Tokens of the whole question; 0 where a provider does not tell."""

    input_tokens: int
    output_tokens: int


class Done(Struct, frozen=True):
    """The last reply, of `iterations`; `note` says what is missing, unless `ending` is `end`."""

    answer: str
    iterations: int
    ending: Ending
    note: str | None
    usage: Tokens


class Answered(Done, frozen=True):
    """The last reply, and all calls of tools, in the order in which they came."""

    tool_calls: list[ToolCall]


class Piece(Struct, frozen=True):
    """A piece of a reply."""

    text: str


class CallBegun(Struct, frozen=True):
    """A call of a tool."""

    id: str
    name: str
    arguments: str


class CallEnded(Struct, frozen=True):
    """What a call came to, after `milliseconds`."""

    id: str
    name: str
    result: str
    is_error: bool
    milliseconds: int


class Failed(Struct, frozen=True):
    """An error after the answer had begun; `status` is what it would have been answered with."""

    error: str
    detail: str
    status: int


def asked(body: Ask) -> Asked:
    """Return what a body asks."""
    return Asked(
        question=body.question,
        provider=body.provider,
        model=body.model,
        key=body.api_key,
        history=[
            Question(said.text) if said.role == "user" else Reply(said.text)
            for said in body.history
        ],
    )


def answered(answer: Answer, events: Sequence[Event]) -> Answered:
    """Return an answer with the calls among the events on the way to it."""
    called = {each.id: each for each in events if isinstance(each, Called)}
    calls = [
        ToolCall(
            each.id,
            each.name,
            called[each.id].arguments,
            each.text,
            each.is_error,
            each.milliseconds,
        )
        for each in events
        if isinstance(each, Returned)
    ]
    done = from_answer(answer)
    return Answered(done.answer, done.iterations, done.ending, done.note, done.usage, calls)


def from_answer(answer: Answer) -> Done:
    """Return an answer by itself."""
    return Done(answer.text, answer.iterations, answer.ending, answer.note, _tokens(answer.usage))


def told(happened: Event) -> bytes:
    """Return what a client is told of what happens."""
    if isinstance(happened, Text):
        return event("text", Piece(happened.text))
    if isinstance(happened, Called):
        return event("tool_call", CallBegun(happened.id, happened.name, happened.arguments))
    if isinstance(happened, Spent):
        return event("usage", _tokens(happened.usage))
    text, is_error, took = happened.text, happened.is_error, happened.milliseconds
    return event("tool_result", CallEnded(happened.id, happened.name, text, is_error, took))


def done(answer: Answer) -> bytes:
    """Return the last thing that a client is told."""
    return event("done", from_answer(answer))


def failed(error: ChachamlError, status: int) -> bytes:
    """Return what a client is told of an error after the answer had begun."""
    return event("error", Failed(error.error, error.detail, status))


def _tokens(usage: Usage) -> Tokens:
    return Tokens(usage.input_tokens, usage.output_tokens)
