"""The route of exports: tables to save."""

from typing import Annotated, Literal

from aiohttp import web
from chachaml_kernel.domain.query import RunQuery
from msgspec import Meta, Struct

from chachaml_ui.api import streams
from chachaml_ui.api.run_queries import Query, Status, read_archived, read_query, read_status
from chachaml_ui.api.table import Call, Nothing, Route, route


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """Of which runs, what, and in which format."""

    q: Query | None = None
    experiment: str | None = None
    status: Status | None = None
    format: Annotated[
        str,
        Meta(
            description="A format that an exporter plugin of this server writes",
            extra_json_schema={"enum": ["csv"]},
        ),
    ] = "csv"
    what: Literal["runs", "metrics"] = "runs"


async def export(call: Call[Nothing, Asked, None]) -> web.StreamResponse:
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
    headers = {
        "Content-Type": file.content_type,
        "Content-Disposition": streams.attachment(file.filename),
        "Cache-Control": "no-store",
    }
    answer = web.StreamResponse(headers=headers)
    return await streams.stream(call.request, answer, file.chunks)


def routes() -> list[Route]:
    """Return the route of exports."""
    return [route("GET", "/api/export", export, tag="exports", media=("text/csv",))]
