"""Conversations in the words of OpenAI's chat completions, and replies out of them.

https://platform.openai.com/docs/api-reference/chat
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chachaml_kernel.domain.conversation import (
    Conversation,
    Message,
    OfferedTool,
    Question,
    Replied,
    Reply,
    StopReason,
    ToolCall,
    Usage,
    read_arguments,
)
from chachaml_kernel.errors import Invalid

if TYPE_CHECKING:
    from openai.types.chat import (
        ChatCompletionChunk,
        ChatCompletionFunctionToolParam,
        ChatCompletionMessageParam,
    )
    from openai.types.chat.chat_completion_chunk import ChoiceDelta, ChoiceDeltaToolCall

STOPS = {
    "stop": StopReason.END,
    "tool_calls": StopReason.TOOLS,
    "function_call": StopReason.TOOLS,
    "length": StopReason.LENGTH,
    "content_filter": StopReason.FILTER,
}


def messages_of(conversation: Conversation) -> list["ChatCompletionMessageParam"]:
    """Return the messages of a request."""
    said = [each for message in conversation.messages for each in _said(message)]
    return [{"role": "system", "content": conversation.instructions}, *said]


def _said(message: Message) -> Iterator["ChatCompletionMessageParam"]:
    if isinstance(message, Question):
        yield {"role": "user", "content": message.text}
    elif isinstance(message, Reply):
        if message.tool_calls:
            calls = [_call(call) for call in message.tool_calls]
            yield {"role": "assistant", "content": message.text or None, "tool_calls": calls}
        else:
            yield {"role": "assistant", "content": message.text}
    else:
        for result in message.results:
            text = f"Error: {result.text}" if result.is_error else result.text
            yield {"role": "tool", "tool_call_id": result.call_id, "content": text}


def _call(call: ToolCall) -> Any:  # noqa: ANN401
    """Return a call as it was made; servers that read the arguments get some that can be read."""
    try:
        arguments = json.dumps(read_arguments(call.arguments))
    except Invalid:
        arguments = "{}"
    function = {"name": call.name, "arguments": arguments}
    return {"type": "function", "id": call.id, "function": function}


def tools_of(tools: Sequence[OfferedTool]) -> list["ChatCompletionFunctionToolParam"]:
    """Return the tools of a request."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.schema),
            },
        }
        for tool in tools
    ]


@dataclass(slots=True)
class Call:
    """A call of which the pieces come one after the other."""

    id: str
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class Reading:
    """A reply, read from its pieces."""

    text: str = ""
    finish: str | None = None
    refused: bool = False
    usage: Usage = field(default_factory=Usage)
    calls: list[Call] = field(default_factory=list)
    _open: dict[int, Call] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Tell whether the reply's end was among the pieces."""
        return self.finish is not None

    def take(self, chunk: "ChatCompletionChunk") -> str:
        """Take a piece; return the text in it."""
        if chunk.usage:
            read, written = chunk.usage.prompt_tokens, chunk.usage.completion_tokens
            self.usage = Usage(int(read or 0), int(written or 0))
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        self.finish = choice.finish_reason or self.finish
        text = self._delta(choice.delta) if choice.delta else ""
        self.text += text
        return text

    def _delta(self, delta: "ChoiceDelta") -> str:
        for piece in delta.tool_calls or ():
            self._piece(piece)
        self.refused = self.refused or bool(delta.refusal)
        return (delta.content or "") + (delta.refusal or "")

    def _piece(self, piece: "ChoiceDeltaToolCall") -> None:
        """Add to a call, or begin one: some servers give all calls of a reply the same index."""
        call = self._open.get(piece.index)
        if call is None or (piece.id and piece.id != call.id):
            call = Call(piece.id or f"call_{len(self.calls)}")
            self._open[piece.index] = call
            self.calls.append(call)
        if piece.function:
            call.name += piece.function.name or ""
            call.arguments += piece.function.arguments or ""

    def replied(self) -> Replied:
        """Return the whole reply."""
        stop = STOPS.get(self.finish or "", StopReason.UNKNOWN)
        if self.refused:
            stop = StopReason.REFUSAL
        calls = [ToolCall(call.id, call.name, call.arguments) for call in self.calls]
        return Replied(Reply(self.text, calls), stop, self.usage)
