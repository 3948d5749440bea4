"""Routes of artifacts: bytes in, bytes out."""

from collections.abc import AsyncIterator

from aiohttp import web
from chachaml_kernel.domain.artifacts import Artifact
from msgspec import Struct

from chachaml_ui.answers import problem
from chachaml_ui.api import streams
from chachaml_ui.api.runs import RunPath
from chachaml_ui.api.table import Call, Nothing, Route, WebCall, route
from chachaml_ui.api.wire import artifacts as wire_artifacts
from chachaml_ui.api.wire.values import Id
from chachaml_ui.security import SANDBOX


class ArtifactPath(Struct, frozen=True):
    """An artifact by its id."""

    id: Id


class Upload(Struct, frozen=True, forbid_unknown_fields=True):
    """What the bytes are called, and what they are."""

    name: wire_artifacts.ArtifactName
    content_type: wire_artifacts.ContentType = "application/octet-stream"


async def upload_artifact(
    call: Call[RunPath, Upload, AsyncIterator[bytes]],
) -> wire_artifacts.Uploaded:
    """Store bytes as an artifact of a run, in place of the one that has its name."""
    content_type = wire_artifacts.check_content_type(call.query.content_type)
    artifact = await call.kernel.artifacts.upload(
        call.path.id, call.query.name, call.body, content_type=content_type, once=call.once
    )
    return wire_artifacts.from_new_artifact(artifact)


async def download_artifact(call: WebCall[ArtifactPath, Nothing, None]) -> web.StreamResponse:
    """Return the bytes of an artifact, or the part of them that `Range` asks for.

    Where the server is set up so, it answers with the address where they are instead.
    """
    artifact = await call.kernel.artifacts.get(call.path.id)
    headers = call.request.headers
    etag = f'"{artifact.sha256}"'
    if streams.names_etag(headers.get("If-None-Match"), etag):
        return web.Response(status=304, headers=_headers(artifact))
    asked = headers.get("Range") if headers.get("If-Range", etag) == etag else None
    try:
        span = streams.read_range(asked, artifact.size)
    except streams.Unsatisfiable:
        return problem(
            416,
            "range not satisfiable",
            f"the artifact has {artifact.size} bytes, none of them in {asked!r}",
            {"Content-Range": f"bytes */{artifact.size}"},
        )
    if call.request.method == "GET" and "If-Range" not in headers:
        address = await call.kernel.direct.address(artifact, _headers_elsewhere(artifact))
        if address is not None:
            found = {"Location": address, "Cache-Control": "private, no-store"}
            return web.Response(status=307, headers=found)
    return await _send(call, artifact, span)


async def _send(
    call: WebCall[ArtifactPath, Nothing, None], artifact: Artifact, span: streams.Span | None
) -> web.StreamResponse:
    answer = web.StreamResponse(headers=_headers(artifact))
    answer.content_length = artifact.size if span is None else span.length
    offset = 0 if span is None else span.offset
    if span is not None:
        last = span.offset + span.length - 1
        answer.set_status(206)
        answer.headers["Content-Range"] = f"bytes {span.offset}-{last}/{artifact.size}"
    if call.request.method == "HEAD":
        return answer
    length = answer.content_length
    async with call.kernel.artifacts.open(artifact, offset=offset, length=length) as chunks:
        return await streams.stream(call.request, answer, chunks)


def _headers(artifact: Artifact) -> dict[str, str]:
    """Return what is said about bytes that somebody uploaded: never to be shown as ours."""
    return {
        "Content-Type": artifact.content_type,
        "Content-Disposition": streams.attachment(artifact.name),
        "Content-Security-Policy": SANDBOX,
        "Cache-Control": "private, no-cache",
        "ETag": f'"{artifact.sha256}"',
        "Accept-Ranges": "bytes",
    }


def _headers_elsewhere(artifact: Artifact) -> dict[str, str]:
    """Return what another server says of the bytes, which knows no policy and allows guessing."""
    return {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": streams.attachment(artifact.name),
        "Cache-Control": "private, no-cache",
    }


def routes() -> list[Route]:
    """Return the routes of artifacts."""
    return [
        route(
            "POST",
            "/api/w/runs/{id}/artifacts",
            upload_artifact,
            tag="artifacts",
            problems=(404, 409),
        ),
        route(
            "GET",
            "/api/artifacts/{id}/download",
            download_artifact,
            tag="artifacts",
            problems=(404, 416),
            statuses=(200, 206, 304, 307),
            media=("*/*",),
        ),
    ]
