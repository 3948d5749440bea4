"""The route that shows how a note will look."""

import asyncio
from typing import Annotated

from chachaml_kernel.domain.names import check_text
from msgspec import Meta, Struct

from chachaml_ui.api.table import Call, Nothing, Route, route
from chachaml_ui.api.wire.values import Text
from chachaml_ui.prose import prose


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Markdown, as notes have it."""

    text: Annotated[Text, Meta(examples=["**good**: $e = mc^2$"])]


class Rendered(Struct, frozen=True):
    """What it becomes on a page: HTML without scripts, styles and images."""

    html: str


async def render_markdown(call: Call[Nothing, Nothing, Source]) -> Rendered:
    """Return Markdown with maths as HTML, as the page of a run shows notes; nothing is saved."""
    text = check_text("text", call.body.text)
    return Rendered(str(await asyncio.to_thread(prose, text)))


def routes() -> list[Route]:
    """Return the route of previews of notes."""
    return [route("POST", "/api/markdown", render_markdown, tag="annotations")]
