"""Bodies as bytes: of the right media type, and whole or not at all."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from aiohttp import web
from aiohttp.client_exceptions import ClientError
from chachaml_kernel.errors import Invalid

from chachaml_ui.api.unpacking import Unpacker
from chachaml_ui.budget import Share
from chachaml_ui.keys import BODY_TIMEOUT

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
ARROW = "application/vnd.apache.arrow.stream"
UTF8 = ("utf-8", "utf8")


async def expect(request: web.Request) -> None:
    """Leave `Expect: 100-continue` to `receive`: who is refused need not send a body at all.

    Other expectations are ignored, as RFC 9110, 10.1.1, allows.
    """


async def receive(request: web.Request) -> AsyncGenerator[bytes, None]:
    """Yield the body as it comes, unpacked.

    Raises `Invalid` if it breaks off, pauses, or is not packed as it says.
    """
    unpacker = _unpacker(request)
    await _invite(request)
    seconds = request.app[BODY_TIMEOUT]
    try:
        while not request.content.at_eof():
            async with asyncio.timeout(seconds):
                chunk = await request.content.readany()
            for piece in unpacker.unpack(chunk):
                yield piece
    except TimeoutError:
        raise Invalid(
            f"nothing more of the body came for {seconds:g} s (setting body_timeout); send it again"
        ) from None
    except (web.RequestPayloadError, ClientError, ConnectionError) as error:
        raise _broken(error) from None
    unpacker.end()


async def receive_whole(request: web.Request, share: Share, media: Sequence[str]) -> bytes:
    """Return the body of a request, whose bytes `share` holds; empty if there is none.

    Raises `Invalid` unless the body says that it is one of `media`; a missing one need not.
    """
    if "Content-Type" in request.headers or request.can_read_body:
        check_media_type(request, *media)
    return await receive_any(request, share)


async def receive_any(request: web.Request, share: Share) -> bytes:
    """Return the body of a request, whatever it is, whose bytes `share` holds."""
    content = request.content
    if content.is_eof() and not _unpacker(request).packed:  # it came whole, together with its head
        whole = content.read_nowait()
        share.grow(len(whole))
        return whole
    body = bytearray()
    share.check(request.content_length or 0)
    async with aclosing(receive(request)) as chunks:
        async for chunk in chunks:
            body += chunk
            share.grow(len(body))
    return bytes(body)


def check_media_type(request: web.Request, *media: str) -> None:
    """Raise `Invalid` unless the `Content-Type` is one of `media`, and JSON in UTF-8."""
    sent = request.headers.get("Content-Type")
    if sent in media:
        return
    wanted = " or ".join(media)
    if sent is None:
        raise Invalid(f"there is no Content-Type; send {wanted}")
    is_foreign = request.content_type == JSON and (request.charset or "utf-8").lower() not in UTF8
    if request.content_type not in media or is_foreign:
        raise Invalid(f"Content-Type is {sent!r}; send {wanted}")


def _unpacker(request: web.Request) -> Unpacker:
    codings = request.headers.getall("Content-Encoding", ["identity"])
    return Unpacker(", ".join(codings))


async def _invite(request: web.Request) -> None:
    """Ask for the body, if the client waits to be asked (RFC 9110, 10.1.1)."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun


def _broken(error: Exception) -> Invalid:
    said = str(error).rpartition("message:")[2].strip()  # behind the framework's own status
    why = said.partition("\n")[0].rstrip(":") or type(error).__name__
    return Invalid(f"the body broke off or is framed wrongly: {why}")
