"""A conversation with a language model, in no provider's own words."""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

from msgspec import Struct, field

from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.errors import Invalid


class Question(Struct, frozen=True):
    """What a person says."""

    text: str


class ToolCall(Struct, frozen=True):
    """A tool that the model wants called; `arguments` are the JSON that it wrote, right or not."""

    id: str
    name: str
    arguments: str


class Reply(Struct, frozen=True):
    """What the model says. `native` is the same in its provider's words, which only that reads."""

    text: str
    tool_calls: Sequence[ToolCall] = ()
    native: JsonValue = None


class ToolResult(Struct, frozen=True):
    """What a call came to, as JSON or, if `is_error`, as a sentence that says how to go on."""

    call_id: str
    text: str
    is_error: bool = False


class ToolResults(Struct, frozen=True):
    """The results of all calls of the reply before."""

    results: Sequence[ToolResult]


Message: TypeAlias = Question | Reply | ToolResults


class Conversation(Struct, frozen=True):
    """All that was said, oldest first, below the instructions to the model."""

    instructions: str
    messages: Sequence[Message]


class OfferedTool(Struct, frozen=True):
    """A tool as a model reads it; `schema` is the JSON Schema of its arguments, an object."""

    name: str
    description: str
    schema: Mapping[str, Any]


class Usage(Struct, frozen=True):
    """Tokens that were read and written; 0 where a provider does not tell."""

    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Return both together."""
        return Usage(
            self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens
        )

    @property
    def total(self) -> int:
        """All tokens."""
        return self.input_tokens + self.output_tokens


class StopReason(StrEnum):
    """Why a model stopped."""

    END = "end"
    TOOLS = "tools"
    LENGTH = "length"
    REFUSAL = "refusal"
    FILTER = "filter"
    PAUSE = "pause"
    UNKNOWN = "unknown"


class Text(Struct, frozen=True):
    """A piece of a reply, as it comes."""

    text: str


class Replied(Struct, frozen=True):
    """The whole reply, after all its pieces."""

    reply: Reply
    stop: StopReason
    usage: Usage = field(default_factory=Usage)


def read_arguments(text: str) -> dict[str, JsonValue]:
    """Return what a model wrote as arguments; nothing at all is none.

    Raises `Invalid`, for the model to read, for anything but a JSON object.
    """
    try:
        found = json.loads(text or "{}")
        json.dumps(found, ensure_ascii=False).encode()  # refuses lone surrogates
    except (ValueError, RecursionError) as error:
        said = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise Invalid(f"the arguments are not valid JSON: {said}; send one JSON object") from None
    if not isinstance(found, dict):
        raise Invalid("the arguments are not a JSON object; send one, such as {}")
    return found
