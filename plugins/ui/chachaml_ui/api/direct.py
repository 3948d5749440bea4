"""Routes of artifacts whose bytes clients send to S3 by themselves."""

from msgspec import Struct

from chachaml_ui.api.runs import RunPath
from chachaml_ui.api.table import Call, Nothing, Route, route
from chachaml_ui.api.wire import artifacts as wire_artifacts
from chachaml_ui.api.wire.values import Id


class UploadPath(Struct, frozen=True):
    """A direct upload to a run."""

    id: Id
    upload: Id


async def begin_direct_upload(
    call: Call[RunPath, Nothing, wire_artifacts.Promised],
) -> wire_artifacts.Begun:
    """Return the request by which a client sends an artifact's bytes to S3 by itself.

    Nothing is there before the upload is finished. It can be begun any number of times.
    """
    promised = wire_artifacts.to_promised(call.body)
    upload_id, permission = await call.kernel.direct.begin(call.path.id, promised)
    return wire_artifacts.Begun(
        ok=True,
        id=upload_id,
        method=permission.method,
        url=permission.url,
        headers=dict(permission.headers),
        expires_at=permission.expires_at,
    )


async def finish_direct_upload(
    call: Call[UploadPath, Nothing, wire_artifacts.Promised],
) -> wire_artifacts.Uploaded:
    """Make an artifact of bytes that were sent, in place of the one that has its name.

    The body is that of the upload's beginning. Said again, it is answered as before.
    """
    promised = wire_artifacts.to_promised(call.body)
    artifact = await call.kernel.direct.finish(call.path.id, call.path.upload, promised)
    return wire_artifacts.from_new_artifact(artifact)


def routes() -> list[Route]:
    """Return the routes of direct uploads."""
    path = "/api/w/runs/{id}/artifacts/direct"
    return [
        route("POST", path, begin_direct_upload, tag="artifacts", problems=(404, 409)),
        route(
            "POST",
            f"{path}/{{upload}}",
            finish_direct_upload,
            tag="artifacts",
            problems=(404, 409),
        ),
    ]
