"""The routes of exports: tables to save."""

from typing import Annotated, Literal, TypeAlias
from urllib.parse import parse_qs

import msgspec
from aiohttp import web
from chachaml_kernel.domain.bulk import MAX_RUNS
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.errors import Invalid
from chachaml_kernel.services.exports import Export
from msgspec import Meta, Struct

from chachaml_ui.api import streams
from chachaml_ui.api.bodies import FORM, JSON
from chachaml_ui.api.complaints import complain
from chachaml_ui.api.json_bodies import read_typed
from chachaml_ui.api.run_queries import Query, Status, read_archived, read_query, read_status
from chachaml_ui.api.table import Nothing, Route, WebCall, route
from chachaml_ui.api.wire.values import Id

Format: TypeAlias = Annotated[
    str,
    Meta(
        description="A format that an exporter plugin of this server writes",
        examples=["csv", "parquet"],
    ),
]


MEDIA = ("text/csv", "application/vnd.apache.parquet")
"""What the exporters that come with the kernel write."""


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """Of which runs, what, and in which format."""

    q: Query | None = None
    experiment: str | None = None
    status: Status | None = None
    format: Format = "csv"
    what: Literal["runs", "metrics"] = "runs"


class Chosen(Struct, frozen=True, forbid_unknown_fields=True):
    """Which runs, what of them, and in which format."""

    ids: Annotated[list[Id], Meta(extra_json_schema={"minItems": 1, "maxItems": MAX_RUNS})]
    format: Format = "csv"
    what: Literal["runs", "metrics"] = "runs"


async def export(call: WebCall[Nothing, Asked, None]) -> web.StreamResponse:
    """Return a table: a row a run, or a row a point."""
    asked = call.query
    where = read_query(asked.q)
    query = RunQuery(
        experiment=asked.experiment,
        status=read_status(asked.status),
        archived=read_archived(None, where),
        where=where,
    )
    file = await call.kernel.exports.export(asked.what, query, format=asked.format)
    return await _save(call.request, file)


async def export_runs(call: WebCall[Nothing, Nothing, bytes]) -> web.StreamResponse:
    """Return a table of up to 1,000 runs, or of their points; a form of a page may ask for it."""
    is_form = call.request.content_type == FORM
    asked = _read_form(call.body) if is_form else read_typed(call.body or b"{}", Chosen)
    file = await call.kernel.exports.export_runs(asked.what, asked.ids, format=asked.format)
    return await _save(call.request, file)


def _read_form(body: bytes) -> Chosen:
    """Return what a form says, which has `ids` once for each run; raise `Invalid`."""
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True)
    except ValueError as error:  # no UTF-8
        raise Invalid(f"the body is not a form: {error}") from None
    said = {name: texts if name == "ids" else texts[-1] for name, texts in fields.items()}
    try:
        return msgspec.convert(said, Chosen)
    except msgspec.ValidationError as error:
        raise complain(error, Chosen, where="body") from None


async def _save(request: web.Request, file: Export) -> web.StreamResponse:
    headers = {
        "Content-Type": file.content_type,
        "Content-Disposition": streams.attachment(file.filename),
        "Cache-Control": "no-store",
    }
    answer = web.StreamResponse(headers=headers)
    return await streams.stream(request, answer, file.chunks)


def routes() -> list[Route]:
    """Return the routes of exports."""
    return [
        route("GET", "/api/export", export, tag="exports", media=MEDIA),
        route(
            "POST",
            "/api/export",
            export_runs,
            tag="exports",
            media=MEDIA,
            accepts=(JSON, FORM),
            schema=(Chosen,),
        ),
    ]
