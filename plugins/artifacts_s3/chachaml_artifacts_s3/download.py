"""One artifact on its way out of the bucket."""

from chachaml_kernel.errors import NotFound, Upstream

from chachaml_artifacts_s3.bucket import Bucket
from chachaml_artifacts_s3.faults import told_of

HOP = 2**20
"""Bytes that are read at one time."""


class Download:
    """The bytes of an object from `offset` on, `length` of them or all that follow.

    A connection that breaks, or that S3 gives up while a slow client holds it, is taken up again
    where it ended: what is under a key never changes.
    Its methods wait for S3 and raise `Upstream`; one is called at a time, on any thread.
    """

    def __init__(self, bucket: Bucket, key: str, offset: int, length: int | None) -> None:
        """Keep what is wanted; ask nothing."""
        self._bucket = bucket
        self._key = key
        self._offset = offset
        self._left = length

    def begin(self) -> None:
        """Ask for the bytes; raise `NotFound` if there are none."""
        body = self._bucket.read(self._key, self._offset, self._left)
        if body is None:
            raise NotFound("artifact bytes", f"nothing is stored under {self._key!r}")
        self._body = body

    def next(self) -> bytes:
        """Return some bytes, none at the end."""
        try:
            piece = self._read()
        except Upstream as broken:
            self.close()
            body = self._bucket.read(self._key, self._offset, self._left)
            if body is None:
                raise broken from None
            self._body = body
            piece = self._read()
        self._offset += len(piece)
        if self._left is not None:
            self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Free the connection; wait for nothing."""
        self._body.close()

    def _read(self) -> bytes:
        with told_of(self._bucket.place):
            return self._body.read(HOP)
