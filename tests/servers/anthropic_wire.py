"""Answers in the wire format of Anthropic's messages."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec

from tests.servers.scripted import Scripted, error


def event(kind: str, **fields: Any) -> bytes:
    said = msgspec.json.encode({"type": kind, **fields})
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), said)


def start() -> bytes:
    tokens = {"input_tokens": 60, "cache_read_input_tokens": 40, "output_tokens": 1}
    message = {"id": "m1", "type": "message", "role": "assistant", "model": "m", "content": []}
    return event("message_start", message={**message, "stop_reason": None, "usage": tokens})


def block(index: int, content: Any, *deltas: Any) -> list[bytes]:
    """Return a part of a reply: how it begins, what is added to it, and its end."""
    return [
        event("content_block_start", index=index, content_block=content),
        *(event("content_block_delta", index=index, delta=delta) for delta in deltas),
        event("content_block_stop", index=index),
    ]


def text_block(index: int, pieces: Sequence[str]) -> list[bytes]:
    deltas = [{"type": "text_delta", "text": piece} for piece in pieces]
    return block(index, {"type": "text", "text": ""}, *deltas)


def call_block(index: int, name: str, arguments: str) -> list[bytes]:
    half = len(arguments) // 2
    parts = (arguments[:half], arguments[half:])
    deltas = [{"type": "input_json_delta", "partial_json": part} for part in parts]
    content = {"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": {}}
    return block(index, content, *deltas)


def end(stop: str | None) -> Iterator[bytes]:
    yield event("message_delta", delta={"stop_reason": stop}, usage={"output_tokens": 10})
    yield event("message_stop")


def reply(*blocks: Sequence[bytes], stop: str | None = "end_turn") -> Scripted:
    """Return a reply of these blocks."""
    return Scripted([start(), *(each for block in blocks for each in block), *end(stop)])


def text(*pieces: str, stop: str | None = "end_turn") -> Scripted:
    """Return a reply of text in pieces."""
    return reply(text_block(0, pieces), stop=stop)


def calls(*wanted: tuple[str, str], says: Sequence[str] = ()) -> Scripted:
    """Return a reply that calls tools by name, with the text of their arguments in two pieces."""
    blocks = [call_block(index, *call) for index, call in enumerate(wanted, start=1)]
    return reply(text_block(0, says), *blocks, stop="tool_use")


def broken(*pieces: str, then: Literal["end", "abort", "hang"] = "end") -> Scripted:
    """Return a reply without its end."""
    return Scripted([start(), *text_block(0, pieces)], then=then)


def failing(kind: str, message: str) -> Scripted:
    """Return a reply that becomes an error."""
    said = event("error", error={"type": kind, "message": message})
    return Scripted([start(), *text_block(0, ["half"]), said])


def refused(status: int, kind: str, message: str, **headers: str) -> Scripted:
    """Return an error as the service says it."""
    return error(status, {"type": "error", "error": {"type": kind, "message": message}}, **headers)


def models(*names: str) -> Scripted:
    """Return a list of models."""
    at = "2026-01-01T00:00:00Z"
    rows = [
        {"type": "model", "id": name, "display_name": name, "created_at": at, "lifecycle": "active"}
        for name in names
    ]
    ends = {"first_id": names[0], "last_id": names[-1]}
    return error(200, {"data": rows, "has_more": False, **ends})
