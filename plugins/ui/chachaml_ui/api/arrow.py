"""Points as Arrow streams over HTTP: what is read and written off the event loop, and when."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiohttp import web
from chachaml_kernel.domain.metrics import Points

from chachaml_ui.answers import VARY
from chachaml_ui.api import streams
from chachaml_ui.api.bodies import ARROW, JSON
from chachaml_ui.api.negotiation import prefers
from chachaml_ui.api.table import Call
from chachaml_ui.api.turns import in_turns
from chachaml_ui.arrow.extra import require_arrow


def is_wanted(request: web.Request) -> bool:
    """Tell whether a request asks for an Arrow stream rather than for JSON."""
    return prefers(",".join(request.headers.getall("Accept", ())), ARROW, over=JSON)


async def read_stream(call: Call[Any, Any, bytes], now: int) -> Mapping[str, Points]:
    """Return the points that a body logs; those without a timestamp were logged at `now`.

    The body counts at its full size, as it is once it is unpacked.
    """
    await require_arrow()
    from chachaml_ui.arrow.bodies import read_points
    from chachaml_ui.arrow.messages import unpacked_size

    body = call.body
    size = await in_turns(len(body), unpacked_size, body)
    call.share.grow(max(size, len(body)))
    return await in_turns(size, read_points, body, now)


async def answer_stream(
    request: web.Request, key: str, blocks: AsyncIterator[Points], count: int | None = None
) -> web.StreamResponse:
    """Send a series; `count` is how many points were asked for, if not all are in `blocks`."""
    await require_arrow()
    from chachaml_ui.arrow.answers import pieces_of_history

    headers = {"Content-Type": ARROW, "Cache-Control": "no-store", **VARY}
    if request.method == "HEAD":
        await anext(blocks, None)  # there is such a series, or an error
    pieces = pieces_of_history(key, blocks, count)
    return await streams.stream(request, web.StreamResponse(headers=headers), pieces)
