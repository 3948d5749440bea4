"""An artifact that is looked at: its preview, and the picture in it.

Its bytes are never a document of this server: the preview is text that the server wrote, and a
picture is answered as one, whatever else the bytes might be.
"""

import asyncio

from aiohttp import web
from chachaml_kernel.domain.artifacts import Artifact
from chachaml_kernel.errors import NotFound
from chachaml_kernel.kernel import Kernel

from chachaml_ui.api import streams
from chachaml_ui.keys import KERNEL
from chachaml_ui.pages.frame import load_frame, render
from chachaml_ui.previews.kinds import HEAD, picture_type
from chachaml_ui.previews.preview import MOST, preview
from chachaml_ui.security import SANDBOX


async def show_artifact(request: web.Request) -> web.Response:
    """Show what can be shown of an artifact, and how to get all of it."""
    kernel = request.app[KERNEL]
    artifact = await _artifact(request)
    head = await _head(kernel, artifact, MOST)
    detail = await kernel.runs.get(artifact.run_id)
    return render(
        request,
        "run/artifact.html",
        frame=await load_frame(request),
        run=detail.run,
        artifact=artifact,
        shown=await asyncio.to_thread(preview, artifact, head),
        most=MOST,
    )


async def show_picture(request: web.Request) -> web.StreamResponse:
    """Answer with a raster image to be drawn within a page; with nothing else."""
    kernel = request.app[KERNEL]
    artifact = await _artifact(request)
    type_ = picture_type(artifact, await _head(kernel, artifact, HEAD))
    if type_ is None:
        raise NotFound("picture", f"artifact {artifact.id!r} is no PNG, JPEG, GIF, WebP or AVIF")
    headers = {
        "Content-Type": type_,
        "Content-Disposition": "inline",
        "Content-Security-Policy": SANDBOX,
        "Cache-Control": "private, no-cache",
        "ETag": f'"{artifact.sha256}"',
    }
    if streams.names_etag(request.headers.get("If-None-Match"), headers["ETag"]):
        return web.Response(status=304, headers=headers)
    answer = web.StreamResponse(headers=headers)
    answer.content_length = artifact.size
    async with kernel.artifacts.open(artifact) as chunks:
        return await streams.stream(request, answer, chunks)


async def _artifact(request: web.Request) -> Artifact:
    run_id, artifact_id = request.match_info["id"], request.match_info["artifact"]
    artifact = await request.app[KERNEL].artifacts.get(artifact_id)
    if artifact.run_id != run_id:
        raise NotFound("artifact", f"run {run_id!r} has no artifact {artifact_id!r}")
    return artifact


async def _head(kernel: Kernel, artifact: Artifact, size: int) -> bytes:
    async with kernel.artifacts.open(artifact, length=size) as chunks:
        return b"".join([chunk async for chunk in chunks])
