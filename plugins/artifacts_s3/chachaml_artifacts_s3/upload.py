"""One artifact on its way into the bucket."""

import hashlib

from chachaml_kernel.errors import Invalid
from chachaml_kernel.ports import Stored
from minio.datatypes import Part

from chachaml_artifacts_s3.bucket import Bucket

MOST_PARTS = 10_000
"""Of one object; a limit of S3."""


class Upload:
    """An object that is there when all of it was sent: small ones at once, others in parts.

    Its methods wait for S3 and raise `Upstream`; one is called at a time, on any thread.
    """

    def __init__(self, bucket: Bucket, key: str) -> None:
        """Keep where the bytes go; ask nothing."""
        self._bucket = bucket
        self._key = key
        self._size = 0
        self._digest = hashlib.sha256()
        self._begun = False
        self._id = ""
        self._parts: list[Part] = []
        self._finishing = False

    def send(self, content: bytes) -> None:
        """Send a part; all but the last must have the same size, which S3 limits."""
        if len(self._parts) == MOST_PARTS:
            raise Invalid(
                f"an artifact may have {self._size} bytes here, and this one has more; "
                "raise part_size in [plugins.artifacts_s3]"
            )
        if not self._id:
            self._begun = True
            self._id = self._bucket.begin(self._key)
        number = len(self._parts) + 1
        self._parts.append(self._bucket.put_part(self._key, self._id, number, content))
        self._count(content)

    def finish(self, content: bytes) -> Stored:
        """Send the last bytes and make an object of all; the object is durable then."""
        if self._parts:
            self.send(content)
            self._finishing = True
            self._bucket.complete(self._key, self._id, self._parts, size=self._size)
        else:
            self._finishing = True
            self._bucket.put(self._key, content)
            self._count(content)
        return Stored(self._size, self._digest.hexdigest())

    def discard(self) -> None:
        """Free whatever of it S3 has."""
        if self._begun:
            # The answer that named the upload may have been lost.
            found = [self._id] if self._id else [it for _, it, _ in self._bucket.uploads(self._key)]
            for upload in found:
                self._bucket.abort(self._key, upload)
        if self._finishing:
            self._bucket.remove([self._key])

    def _count(self, content: bytes) -> None:
        self._digest.update(content)
        self._size += len(content)
