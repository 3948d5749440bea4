"""What is asked of S3: the objects of one bucket, and uploads of them in parts."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Protocol

from chachaml_kernel.errors import Upstream
from minio import Minio
from minio.datatypes import Part
from minio.deleteobjects import DeleteObject
from minio.error import S3Error

from chachaml_artifacts_s3.faults import told_of

PAGE = 1_000
"""Objects that S3 names at a time."""
PROBE = ".writable"
"""The object that is written to see whether that can be done; no key can name it."""
MISMATCHES = ("BadDigest", "XAmzContentChecksumMismatch")
"""How Amazon, and MinIO, refuse bytes that do not have their checksum."""
ALREADY_THERE = ("BucketAlreadyOwnedByYou", "BucketAlreadyExists")


class Body(Protocol):
    """Bytes of an object as they come."""

    def read(self, amount: int, /) -> bytes:
        """Return `amount` bytes, or fewer at the end."""
        ...

    def close(self) -> None:
        """Free the connection."""
        ...


class Bucket:
    """A bucket, or the part of it whose names begin with `prefix`.

    All methods wait for S3 and raise `Upstream`; any number are called at a time, on any threads.

    The client has public methods for uploads that it reads by itself, on a thread each, and without
    a checksum. Parts that are sent as they come need what lies below those, methods with a `_` in
    front of their names; nothing else here uses them.
    """

    def __init__(self, client: Minio, name: str, *, prefix: str, endpoint: str) -> None:
        """Keep who is asked and how messages name it; ask nothing."""
        self._client = client
        self._name = name
        self._prefix = prefix
        self.place = f"the bucket {name!r} at {endpoint}"

    def prepare(self, *, make: bool) -> None:
        """See that objects can be put there; make the bucket first if it is missing and may be."""
        with self._told():
            try:
                self._probe()
            except S3Error as error:
                if error.code != "NoSuchBucket" or not make:
                    raise
                self._make()
                self._probe()

    def ping(self) -> None:
        """Raise `Upstream` if no object can be put there now."""
        with self._told():
            self._probe()

    def compares(self) -> bool:
        """Tell whether bytes are refused that are not those of the SHA-256 that is sent along."""
        wrong: dict[str, str | list[str] | tuple[str]]
        wrong = {
            "x-amz-checksum-sha256": b64encode(hashlib.sha256(b"other bytes").digest()).decode()
        }
        with self._told():
            try:
                self._client._put_object(self._name, self._prefix + PROBE, b"", wrong)
            except S3Error as error:
                return error.code in MISMATCHES
        return False

    def stat(self, key: str) -> tuple[int, str | None, datetime] | None:
        """Return the size of an object, its SHA-256 in base64 if S3 knows it, and its time."""
        asked: dict[str, str | list[str] | tuple[str]] = {"x-amz-checksum-mode": "ENABLED"}
        with self._told():
            try:
                found = self._client.stat_object(
                    self._name, self._prefix + key, extra_headers=asked
                )
            except S3Error as error:
                if error.code == "NoSuchKey":
                    return None
                raise
        if found.size is None or found.last_modified is None:
            raise Upstream(f"{self.place} does not say how large an object is, or since when")
        told = (found.metadata or {}).get("x-amz-checksum-sha256")
        return found.size, told, found.last_modified

    def put(self, key: str, content: bytes) -> None:
        """Store a whole object."""
        with self._told():
            self._client._put_object(self._name, self._prefix + key, content, _checksum(content))

    def begin(self, key: str) -> str:
        """Begin an upload in parts and return its id."""
        with self._told():
            return self._client._create_multipart_upload(self._name, self._prefix + key, {})

    def put_part(self, key: str, upload: str, number: int, content: bytes) -> Part:
        """Store a part."""
        name, checksum = self._prefix + key, _checksum(content)
        with self._told():
            return Part(
                number,
                self._client._upload_part(self._name, name, content, checksum, upload, number),
            )

    def complete(self, key: str, upload: str, parts: list[Part], *, size: int) -> None:
        """Make an object of `size` bytes of the parts; done twice, it is done."""
        name = self._prefix + key
        with self._told():
            try:
                done = self._client._complete_multipart_upload(self._name, name, upload, parts)
            except S3Error as error:
                # The answer to an attempt that succeeded may have been lost.
                if error.code != "NoSuchUpload" or self._size(name) != size:
                    raise
            else:
                # S3 may say 200 before it knows, and tell of an error only in the body.
                if not done.etag:
                    raise Upstream(f"{self.place} did not put the parts of an object together")

    def uploads(self, key: str = "") -> Iterator[tuple[str, str, datetime]]:
        """Yield the key, the id and the beginning of each unfinished upload, of one key or all."""
        marker: str | None = ""
        while marker is not None:
            with self._told():
                page = self._client._list_multipart_uploads(
                    self._name, prefix=self._prefix + key, key_marker=marker
                )
            for upload in page.uploads:
                if upload.object_name and upload.upload_id and upload.initiated_time:
                    own = upload.object_name.removeprefix(self._prefix)
                    yield own, upload.upload_id, upload.initiated_time
            marker = page.next_key_marker if page.is_truncated else None

    def abort(self, key: str, upload: str) -> None:
        """Free the parts of an upload; one that is not there is no error."""
        with self._told():
            try:
                self._client._abort_multipart_upload(self._name, self._prefix + key, upload)
            except S3Error as error:
                if error.code != "NoSuchUpload":
                    raise

    def read(self, key: str, offset: int, length: int | None) -> Body | None:
        """Return the bytes from `offset` on, or None if there is no such object."""
        name = self._prefix + key
        with self._told():
            try:
                if length == 0:
                    self._size(name)
                    return BytesIO()
                body = self._client.get_object(self._name, name, offset, length or 0)
            except S3Error as error:
                if error.code == "InvalidRange":
                    return BytesIO()
                if error.code == "NoSuchKey":
                    return None
                raise
        if body.status != 206 and (offset or length):
            body.close()
            raise Upstream(f"{self.place} ignores ranges; use a service that knows them")
        return body

    def names(self) -> list[str]:
        """Return the keys of all objects."""
        with self._told():
            found = self._client.list_objects(self._name, prefix=self._prefix, recursive=True)
            return [str(one.object_name).removeprefix(self._prefix) for one in found]

    def remove(self, keys: Sequence[str]) -> None:
        """Free objects; one that is not there is no error."""
        named = [DeleteObject(self._prefix + key) for key in keys]
        with self._told():
            for error in self._client.remove_objects(self._name, named):
                raise Upstream(f"{self.place} does not delete: {error.code}, {error.message}")

    def found(self) -> Iterator[Sequence[tuple[str, int, datetime]]]:
        """Yield the key, the size and the time of each object, a page of them at a time."""
        objects = self._client.list_objects(self._name, prefix=self._prefix, recursive=True)
        while True:
            with self._told():
                page = list(islice(objects, PAGE))
            if not page:
                return
            yield [
                (one.object_name.removeprefix(self._prefix), one.size or 0, one.last_modified)
                for one in page
                if one.object_name and one.last_modified
            ]

    def _told(self) -> AbstractContextManager[None]:
        return told_of(self.place)

    def _probe(self) -> None:
        self._client.put_object(self._name, self._prefix + PROBE, BytesIO(), 0)

    def _make(self) -> None:
        try:
            self._client.make_bucket(self._name)
        except S3Error as error:
            if error.code not in ALREADY_THERE:
                raise

    def _size(self, name: str) -> int | None:
        return self._client.stat_object(self._name, name).size


def _checksum(content: bytes) -> dict[str, str | list[str] | tuple[str]]:
    """Return the header by which S3 refuses bytes that were changed on their way.

    Every service looks at this one (RFC 1864), not every one at the digest in a signature; those of
    `x-amz-checksum-sha256` would have to be told again when parts are put together.
    """
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    return {"Content-MD5": b64encode(digest).decode()}
