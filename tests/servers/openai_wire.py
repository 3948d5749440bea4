"""Answers in the wire format of OpenAI's chat completions."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from tests.servers.scripted import Scripted, error

DONE = b"data: [DONE]\n\n"


def chunk(**fields: Any) -> bytes:
    """Return an event; `delta` and `finish_reason` are of its only choice."""
    choice = {"index": 0, "delta": {}, "finish_reason": None, **fields}
    return event({"choices": [choice]})


def event(fields: Mapping[str, Any]) -> bytes:
    whole = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", **fields}
    return b"data: " + msgspec.json.encode(whole) + b"\n\n"


def usage(read: int, written: int) -> bytes:
    tokens = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
    return event({"choices": [], "usage": tokens})


def text(*pieces: str, finish: str = "stop") -> Scripted:
    """Return a reply of text in pieces."""
    said = [chunk(delta={"content": piece}) for piece in pieces]
    return Scripted([*said, chunk(finish_reason=finish), usage(100, 10), DONE])


def calls(*wanted: tuple[str, str], finish: str = "tool_calls") -> Scripted:
    """Return a reply that calls tools by name, with the text of their arguments in two pieces."""
    said = []
    for index, (name, arguments) in enumerate(wanted):
        half = len(arguments) // 2
        head = {"name": name, "arguments": arguments[:half]}
        said.append(piece(index, id=f"call-{index}", type="function", function=head))
        said.append(piece(index, function={"arguments": arguments[half:]}))
    return Scripted([*said, chunk(finish_reason=finish), usage(200, 20), DONE])


def piece(index: int, **fields: Any) -> bytes:
    return chunk(delta={"tool_calls": [{"index": index, **fields}]})


def broken(*pieces: str, then: Literal["end", "abort", "hang"] = "end") -> Scripted:
    """Return a reply without its end."""
    return Scripted([chunk(delta={"content": piece}) for piece in pieces], then=then)


def refused(status: int, message: str, **headers: str) -> Scripted:
    """Return an error as the service says it."""
    body = {"error": {"message": message, "type": "some_error", "param": None, "code": None}}
    return error(status, body, **headers)


def models(*names: str) -> Scripted:
    """Return a list of models."""
    rows = [{"id": name, "object": "model", "created": 1, "owned_by": "o"} for name in names]
    return error(200, {"object": "list", "data": rows})
