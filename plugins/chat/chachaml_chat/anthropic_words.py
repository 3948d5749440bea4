"""Conversations in the words of Anthropic's messages, and replies out of them.

https://platform.claude.com/docs/en/api/messages
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from chachaml_kernel.domain.conversation import (
    Conversation,
    Message,
    OfferedTool,
    Question,
    Replied,
    Reply,
    StopReason,
    ToolCall,
    ToolResult,
    Usage,
    read_arguments,
)
from chachaml_kernel.errors import Invalid

if TYPE_CHECKING:
    from anthropic.types import (
        MessageDeltaUsage,
        MessageParam,
        RawContentBlockDelta,
        RawMessageStreamEvent,
        ToolParam,
        ToolResultBlockParam,
    )
    from anthropic.types import Usage as TheirUsage

STOPS = {
    "end_turn": StopReason.END,
    "stop_sequence": StopReason.END,
    "tool_use": StopReason.TOOLS,
    "max_tokens": StopReason.LENGTH,
    "model_context_window_exceeded": StopReason.LENGTH,
    "refusal": StopReason.REFUSAL,
    "pause_turn": StopReason.PAUSE,
}


def messages_of(conversation: Conversation) -> list["MessageParam"]:
    """Return the messages of a request."""
    return [_said(message) for message in conversation.messages]


def _said(message: Message) -> "MessageParam":
    if isinstance(message, Question):
        return {"role": "user", "content": message.text}
    if isinstance(message, Reply):
        # What it has thought is signed, and wanted back as it was.
        native = cast(Any, message.native)
        return {"role": "assistant", "content": native or message.text}
    return {"role": "user", "content": [_result(result) for result in message.results]}


def _result(result: ToolResult) -> "ToolResultBlockParam":
    return {
        "type": "tool_result",
        "tool_use_id": result.call_id,
        "content": result.text,
        "is_error": result.is_error,
    }


def tools_of(tools: Sequence[OfferedTool]) -> list["ToolParam"]:
    """Return the tools of a request."""
    return [
        {
            "name": tool.name,
            "description": tool.description,
            "input_schema": dict(tool.schema),
        }
        for tool in tools
    ]


@dataclass(slots=True)
class Reading:
    """A reply, read from its events. `blocks` are its parts in the service's own words."""

    blocks: dict[int, dict[str, Any]] = field(default_factory=dict)
    arguments: dict[int, str] = field(default_factory=dict)
    stop: str | None = None
    ended: bool = False
    read: int = 0
    written: int = 0

    def take(self, event: "RawMessageStreamEvent") -> str:
        """Take an event; return the text in it."""
        match event.type:
            case "message_start":
                self._count(event.message.usage)
            case "content_block_start":
                self.blocks[event.index] = event.content_block.to_dict(mode="json")
                return str(self.blocks[event.index].get("text", ""))
            case "content_block_delta":
                return self._add(event.index, event.delta)
            case "message_delta":
                self.stop = event.delta.stop_reason
                self._count(event.usage)
            case "message_stop":
                self.ended = True
        return ""

    def _add(self, index: int, delta: "RawContentBlockDelta") -> str:
        block = self.blocks[index]
        match delta.type:
            case "text_delta":
                block["text"] += delta.text
                return delta.text
            case "input_json_delta":
                self.arguments[index] = self.arguments.get(index, "") + delta.partial_json
            case "thinking_delta":
                block["thinking"] += delta.thinking
            case "signature_delta":
                block["signature"] = delta.signature
        return ""

    def _count(self, usage: "TheirUsage | MessageDeltaUsage") -> None:
        """Count tokens: later counts are of all until then, and parts of them may be missing."""
        parts = (
            usage.input_tokens,
            usage.cache_creation_input_tokens,
            usage.cache_read_input_tokens,
        )
        self.read = max(self.read, sum(part or 0 for part in parts))
        self.written = int(usage.output_tokens or 0)

    def replied(self) -> Replied:
        """Return the whole reply."""
        stop = STOPS.get(self.stop or "", StopReason.UNKNOWN)
        native: list[dict[str, Any]] = []
        calls, text = [], ""
        for index, block in self.blocks.items():
            if block["type"] == "text":
                text += block["text"]
                native += [block] if block["text"] else []
                continue
            if block["type"] == "tool_use":
                written = self.arguments.get(index, "")
                calls.append(ToolCall(block["id"], block["name"], written))
                block["input"] = _readable(written)
            native.append(block)
        return Replied(Reply(text, calls, native), stop, Usage(self.read, self.written))


def _readable(arguments: str) -> dict[str, Any]:
    """Return arguments as an object, which the service wants back even if it sent none."""
    try:
        return read_arguments(arguments)
    except Invalid:
        return {}
