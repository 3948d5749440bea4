"""A bucket on some S3 server, as the plugin and the tests reach it."""

from dataclasses import dataclass, field
from typing import TypedDict
from urllib.parse import urlsplit

from minio import Minio

REGION = "us-east-1"


class BucketSettings(TypedDict):
    """What the plugin is told of a bucket."""

    bucket: str
    endpoint: str
    access_key: str
    secret_key: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket that is there, and the keys of one who may do everything in it."""

    name: str
    endpoint: str
    access_key: str
    secret_key: str = field(repr=False)

    @classmethod
    def at(cls, address: str) -> "Bucket":
        """Read an address such as `http://KEY:SECRET@127.0.0.1:8333/BUCKET`."""
        parts = urlsplit(address)
        name, access_key, secret_key = parts.path.strip("/"), parts.username, parts.password
        if not (name and access_key and secret_key):
            raise ValueError("an S3 address is written http://KEY:SECRET@HOST:PORT/BUCKET")
        endpoint = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        return cls(name, endpoint, access_key, secret_key)

    @property
    def settings(self) -> BucketSettings:
        return {
            "bucket": self.name,
            "endpoint": self.endpoint,
            "access_key": self.access_key,
            "secret_key": self.secret_key,
        }

    @property
    def client(self) -> Minio:
        """Return a client that looks into the bucket past what is tested."""
        scheme, _, host = self.endpoint.partition("://")
        return Minio(
            host,
            access_key=self.access_key,
            secret_key=self.secret_key,
            secure=scheme == "https",
            region=REGION,
        )

    def make(self) -> None:
        """Make the bucket if it is not there."""
        if not self.client.bucket_exists(self.name):
            self.client.make_bucket(self.name)
