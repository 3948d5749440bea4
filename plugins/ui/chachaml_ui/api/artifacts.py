"""Routes of artifacts: bytes in, bytes out."""

import re
from collections.abc import AsyncIterator
from typing import Annotated

from aiohttp import web
from chachaml_kernel.domain.artifacts import MAX_NAME_BYTES, Artifact
from chachaml_kernel.domain.names import MAX_NAME
from chachaml_kernel.errors import Invalid
from msgspec import Meta, Struct

from chachaml_ui.answers import problem
from chachaml_ui.api import streams
from chachaml_ui.api.runs import RunPath
from chachaml_ui.api.table import Call, Nothing, Route, route
from chachaml_ui.api.wire import artifacts as wire_artifacts
from chachaml_ui.api.wire.values import Id
from chachaml_ui.security import SANDBOX

_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_MEDIA_TYPE = re.compile(rf'{_TOKEN}/{_TOKEN}(\s*;\s*{_TOKEN}=({_TOKEN}|"[ !#-\[\]-~]*"))*')
"""A media type with its parameters (RFC 9110, 8.3.1)."""

_PLAIN = r"[^/\\\u0000-\u001f\u007f-\u009f]"
_NO_DOT = r"[^./\\\u0000-\u001f\u007f-\u009f]"
_FOLDER = rf"({_NO_DOT}{_PLAIN}*|\.{_NO_DOT}{_PLAIN}*|\.\.{_PLAIN}+)"
"""A part of an artifact's name: not empty, `.` or `..`, no backslash, no control character."""


class ArtifactPath(Struct, frozen=True):
    """An artifact by its id."""

    id: Id


class Upload(Struct, frozen=True, forbid_unknown_fields=True):
    """What the bytes are called, and what they are."""

    name: Annotated[
        str,
        Meta(
            description="`/` separates folders; at most 1,000 bytes",
            examples=["model.pkl"],
            extra_json_schema={"pattern": f"^{_FOLDER}(/{_FOLDER})*$", "maxLength": MAX_NAME_BYTES},
        ),
    ]
    content_type: Annotated[
        str,
        Meta(extra_json_schema={"pattern": f"^{_TOKEN}/{_TOKEN}(;.*)?$", "maxLength": MAX_NAME}),
    ] = "application/octet-stream"


async def upload_artifact(
    call: Call[RunPath, Upload, AsyncIterator[bytes]],
) -> wire_artifacts.Uploaded:
    """Store bytes as an artifact of a run, in place of the one that has its name."""
    content_type = call.query.content_type
    if not _MEDIA_TYPE.fullmatch(content_type):
        raise Invalid(
            f"content_type is {content_type!r}; it must be a media type such as text/plain"
        )
    artifact = await call.kernel.artifacts.upload(
        call.path.id, call.query.name, call.body, content_type=content_type, once=call.once
    )
    return wire_artifacts.Uploaded(True, artifact.id, artifact.name, artifact.sha256, artifact.size)


async def download_artifact(call: Call[ArtifactPath, Nothing, None]) -> web.StreamResponse:
    """Return the bytes of an artifact, or the part of them that `Range` asks for."""
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
    return await _send(call, artifact, span)


async def _send(
    call: Call[ArtifactPath, Nothing, None], artifact: Artifact, span: streams.Span | None
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
            statuses=(200, 206, 304),
            media=("*/*",),
        ),
    ]
