"""The plugin: its settings and its hook."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from chachaml_kernel.errors import ConfigError
from chachaml_kernel.hookspecs import hookimpl
from chachaml_kernel.ports import ArtifactStore, Place
from minio import Minio
from minio.credentials.providers import Provider

from chachaml_artifacts_s3.bucket import Bucket
from chachaml_artifacts_s3.client import connect, pool
from chachaml_artifacts_s3.credentials import find_keys
from chachaml_artifacts_s3.place import S3Place
from chachaml_artifacts_s3.signing import Signer, now
from chachaml_artifacts_s3.store import open_store
from chachaml_artifacts_s3.uploads import Limits

MEBIBYTE = 2**20
SMALLEST_PART = 5 * MEBIBYTE
LARGEST_PART = 512 * MEBIBYTE
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
PREFIX = re.compile(r"([A-Za-z0-9._-]*[A-Za-z0-9_-]/)*[A-Za-z0-9._-]*[A-Za-z0-9_-]/?|")
FILES_AT_A_TIME = 16
"""Files that may be written to a place side by side, however few uploads of artifacts may be."""
RANGES = {
    "part_size": (SMALLEST_PART, LARGEST_PART),
    "uploads": (1, 1_000),
    "threads": (1, 256),
    "timeout": (0.1, 3_600),
    "attempts": (1, 10),
    "abandoned_hours": (0, 10_000),
    "direct_seconds": (1, 12 * 3_600),
}
"""From where to where a number may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactsS3:
    """Artifacts in one bucket, which several servers may share.

    - `bucket`, `prefix`: where the bytes are; `prefix` begins the name of every object.
    - `endpoint`, `region`, `virtual_host`, `ca_file`: how the service is reached; see `connect`.
    - `access_key`, `secret_key`, `session_token`: the keys; without them, see `find_keys`.
    - `make_bucket`: make the bucket at the start if there is none.
    - `part_size`, `uploads`, `threads`: how much is under way at a time; see `Limits`.
    - `timeout`, `attempts`: how long to wait for an answer, in seconds, and how often to ask.
    - `abandoned_hours`: how old an unfinished upload is that a start takes for a dead server's.
    - `direct`, `direct_seconds`, `public_endpoint`: whether clients may read and write objects by
      themselves, for how long at a time, and where they reach the service if not at `endpoint`.
    """

    bucket: str
    endpoint: str = "https://s3.amazonaws.com"
    region: str = "us-east-1"
    prefix: str = ""
    virtual_host: bool = False
    ca_file: Path | None = None
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)
    make_bucket: bool = False
    part_size: int = 8 * MEBIBYTE
    uploads: int = 16
    threads: int = 16
    timeout: float = 10.0
    attempts: int = 3
    abandoned_hours: float = 24.0
    direct: bool = False
    direct_seconds: int = 300
    public_endpoint: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be right, before anything is asked of the service."""
        _check_names(self.bucket, self.prefix)
        _check_endpoint("endpoint", self.endpoint)
        if self.public_endpoint:
            _check_endpoint("public_endpoint", self.public_endpoint)
        if self.ca_file is not None and not self.ca_file.is_file():
            raise ConfigError(f"ca_file {self.ca_file} is no file; name one of certificates in PEM")
        if bool(self.access_key) != bool(self.secret_key):
            raise ConfigError("access_key and secret_key go together; set both or neither")
        for name, (least, most) in RANGES.items():
            if not least <= getattr(self, name) <= most:
                value = getattr(self, name)
                raise ConfigError(f"{name} is {value}; it must be from {least} to {most}")

    @hookimpl
    def chachaml_artifact_store(self) -> AbstractAsyncContextManager[ArtifactStore]:
        """Return the store; opening it raises `ConfigError` if nothing can be stored there."""
        return open_store(
            self._open(self.bucket, self.prefix),
            self._limits(),
            make_bucket=self.make_bucket,
            abandoned_hours=self.abandoned_hours,
            signer=self.signer() if self.direct else None,
        )

    @hookimpl
    def chachaml_places(self) -> Sequence[Place]:
        """Offer `s3://BUCKET/PREFIX`: any bucket that this service has, and these keys may use."""
        limits = self._limits()
        side_by_side = max(limits.uploads, FILES_AT_A_TIME)
        return [S3Place(self._open, replace(limits, uploads=side_by_side))]

    def signer(self, *, clock: Callable[[], datetime] = now) -> Signer:
        """Return what signs addresses in the bucket, by a clock of the caller's choice."""
        return Signer(
            connect=self._connect(self.public_endpoint or self.endpoint),
            keys=self._keys(),
            region=self.region,
            bucket=self.bucket,
            prefix=_folder(self.prefix),
            seconds=self.direct_seconds,
            clock=clock,
        )

    def _open(self, bucket: str, prefix: str) -> Bucket:
        _check_names(bucket, prefix)
        client = self._connect(self.endpoint)(self._keys())
        return Bucket(client, bucket, prefix=_folder(prefix), endpoint=self.endpoint)

    def _connect(self, endpoint: str) -> Callable[[Provider], Minio]:
        """Return what makes clients of an endpoint, which share their connections."""
        http = pool(timeout=self.timeout, attempts=self.attempts, ca_file=self.ca_file)
        return lambda keys: connect(
            endpoint, http, keys, region=self.region, virtual_host=self.virtual_host
        )

    def _keys(self) -> Provider:
        return find_keys(self.access_key, self.secret_key, self.session_token)

    def _limits(self) -> Limits:
        return Limits(
            part_size=self.part_size,
            uploads=self.uploads,
            threads=self.threads,
            patience=self.timeout,
        )


def _folder(prefix: str) -> str:
    return f"{prefix.rstrip('/')}/" if prefix else ""


def _check_names(bucket: str, prefix: str) -> None:
    if not NAME.fullmatch(bucket):
        raise ConfigError(
            f"bucket is {bucket!r}; it must be 3 to 63 lower-case letters, digits, hyphens and dots"
        )
    if not PREFIX.fullmatch(prefix):
        raise ConfigError(
            f"prefix is {prefix!r}; it must be folders of letters, digits, '.', '-' and '_', such "
            "as chachaml/artifacts"
        )


def _check_endpoint(setting: str, endpoint: str) -> None:
    """Refuse what is no address; say nothing of it, since it may hold a password."""
    wrong = ConfigError(f"{setting} must be an address such as https://s3.example:9000, no more")
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        raise wrong from None
    rest = (parts.path.rstrip("/"), parts.query, parts.fragment, parts.username, parts.password)
    if parts.scheme not in ("http", "https") or not parts.hostname or any(rest) or port == 0:
        raise wrong
