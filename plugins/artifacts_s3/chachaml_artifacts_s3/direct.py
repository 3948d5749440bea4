"""Bytes that go between clients and the bucket, past the server."""

import hashlib
import logging
from base64 import b64decode
from collections.abc import Mapping
from functools import partial

from chachaml_kernel.errors import Conflict, Invalid, NotFound
from chachaml_kernel.ports import Permission, Sent, Stored

from chachaml_artifacts_s3.bucket import Bucket
from chachaml_artifacts_s3.download import Download
from chachaml_artifacts_s3.faults import told_of
from chachaml_artifacts_s3.keys import checked
from chachaml_artifacts_s3.signing import Signer
from chachaml_artifacts_s3.uploads import Uploads

logger = logging.getLogger(__name__)

MOST = 5 * 2**30
"""Bytes that one request may store; a limit of S3."""


class BucketTransfer:
    """Keeps the promises of `DirectTransfer`; `compares` tells whether the service does."""

    def __init__(self, bucket: Bucket, signer: Signer, uploads: Uploads, *, compares: bool) -> None:
        """Keep who signs and who looks at what came; ask nothing."""
        self._bucket = bucket
        self._signer = signer
        self._run = uploads.run
        self._compares = compares

    async def download(self, key: str, headers: Mapping[str, str]) -> str:
        """Return the address of an object, which says `headers` of it."""
        return await self._run(self._get, checked(key), headers)

    async def upload(self, key: str, promised: Stored) -> Permission:
        """Return the request that stores an object of these bytes, and of no others."""
        if promised.size > MOST:
            raise Invalid(
                f"size is {promised.size}; S3 takes at most {MOST} bytes in one request: send them "
                "to the server"
            )
        if not self._compares:
            raise Conflict(f"{_trusting(self._bucket)}; send the bytes to the server")
        return await self._run(self._put, checked(key), promised)

    async def sent(self, key: str) -> Sent:
        """Return what an object is by the service's own account, or read it where it gives none."""
        found = await self._run(self._bucket.stat, checked(key))
        if found is None:
            raise NotFound("artifact bytes", f"nothing is stored under {key!r}")
        size, checksum, modified = found
        at = int(modified.timestamp() * 1_000)
        if checksum is None:
            return Sent(await self._read(key), at)
        return Sent(Stored(size, b64decode(checksum).hex()), at)

    def _get(self, key: str, headers: Mapping[str, str]) -> str:
        with told_of(self._bucket.place):
            return self._signer.get(key, headers)

    def _put(self, key: str, promised: Stored) -> Permission:
        with told_of(self._bucket.place):
            return self._signer.put(key, promised)

    async def _read(self, key: str) -> Stored:
        download = Download(self._bucket, key, 0, None)
        await self._run(download.begin)
        try:
            size, digest = 0, hashlib.sha256()
            while read := await self._run(partial(_take, download, digest)):
                size += read
        finally:
            download.close()
        return Stored(size, digest.hexdigest())


def try_comparison(bucket: Bucket) -> bool:
    """Tell whether the service compares checksums, by sending a wrong one; warn if it does not."""
    compares = bucket.compares()
    if not compares:
        logger.warning("%s; direct uploads are refused", _trusting(bucket))
    return compares


def _trusting(bucket: Bucket) -> str:
    return f"{bucket.place} does not compare the SHA-256 of what it is sent"


def _take(download: Download, digest: "hashlib._Hash") -> int:
    piece = download.next()
    digest.update(piece)
    return len(piece)
