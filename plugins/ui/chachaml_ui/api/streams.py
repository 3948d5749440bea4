"""Answers that are streamed, and what part of them is asked for."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

from aiohttp import web
from msgspec import Struct

EVENTS = "text/event-stream"
EVENT_HEADERS = {"Content-Type": EVENTS, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""The last one tells nginx to pass on each event as it comes."""
_RANGE = re.compile(r"bytes=[ \t]*(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})[ \t]*")


class Span(Struct, frozen=True):
    """A part of some bytes."""

    offset: int
    length: int


class Unsatisfiable(Exception):
    """No byte of what is there lies in the range that was asked for."""


def read_range(header: str | None, size: int) -> Span | None:
    """Return the part that a `Range` header (RFC 9110, 14.2) asks for, or none for all.

    What it does not say in the form of one range of bytes is ignored, as the standard allows.
    """
    match = _RANGE.fullmatch(header or "")
    if match is None or not (match["first"] or match["last"]):
        return None
    if not match["first"]:
        length = min(int(match["last"]), size)
        if length == 0:
            raise Unsatisfiable
        return Span(size - length, length)
    first = int(match["first"])
    last = int(match["last"]) if match["last"] else size - 1
    if match["last"] and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return Span(first, min(last, size - 1) - first + 1)


def names_etag(header: str | None, etag: str) -> bool:
    """Tell whether `etag`, quoted, is one of those in an `If-None-Match` header."""
    if header is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return etag in tags or "*" in tags


def attachment(name: str) -> str:
    """Return the `Content-Disposition` (RFC 6266) that saves bytes as the last part of `name`."""
    last = name.rpartition("/")[2]
    plain = re.sub(r"[^ !#-\[\]-~]", "_", last)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(last, safe='')}"


async def stream(
    request: web.Request, answer: web.StreamResponse, chunks: AsyncIterator[bytes]
) -> web.StreamResponse:
    """Send `chunks` as they come; only the head, where no more is asked for.

    An error before the first one leaves nothing sent, so that it can be answered as any other; a
    later one breaks the connection off, so that nobody takes a part for the whole.
    """
    if request.method == "HEAD":
        return answer
    first = await anext(chunks, b"")
    await answer.prepare(request)
    await answer.write(first)
    async for chunk in chunks:
        await answer.write(chunk)
    await answer.write_eof()
    return answer
