"""Orphans and unfinished uploads, in each place for artifacts."""

from io import BytesIO

from chachaml_kernel.kernel import open_kernel

from tests.integration.artifact_bucket import objects, uploads
from tests.integration.kept import dsns, fill, ignored, on_servers
from tests.servers.s3 import BUCKET, S3Server

__all__ = ["dsns"]


async def test_what_lies_in_a_bucket_is_freed_unless_somebody_may_need_it(
    dsns: list[str], s3: S3Server
) -> None:
    config = on_servers(dsns[0], s3)
    prefix = str(config.plugins["artifacts_s3"]["prefix"])
    key = f"{'0' * 32}/{'1' * 32}"
    async with open_kernel(config) as kernel:
        await fill(kernel)
        own = objects(s3, prefix)
        for name in (key, "photos/cat", ".writable", "README"):
            s3.client.put_object(BUCKET, f"{prefix}/{name}", BytesIO(b"abc"), 3)
        s3.client._create_multipart_upload(BUCKET, f"{prefix}/{key}", {})
        free = kernel.keeping.free_orphans
        young = await free(older_than=3_600_000, dry_run=False)
        assert (young.keys, young.unfinished) == (0, 0)
        # S3 says times in whole seconds, by its own clock.
        ahead = -60_000
        found = await free(older_than=ahead, dry_run=True)
        assert (found.keys, found.bytes, found.unfinished) == (1, 3, 1)
        assert f"{prefix}/{key}" in objects(s3, prefix)
        assert await free(older_than=ahead, dry_run=False) == found
        assert uploads(s3, prefix) == []
        assert set(objects(s3, prefix)) == {*own, f"{prefix}/photos/cat", f"{prefix}/README"}
        assert [fault async for fault in kernel.keeping.verify(tell=ignored)] == []
        assert [one.object_name for one in s3.client.list_objects(BUCKET, f"{prefix}/.")]
