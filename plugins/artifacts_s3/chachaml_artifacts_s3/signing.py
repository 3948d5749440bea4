"""Addresses that carry a permission for one object, for some time."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlsplit

from chachaml_kernel.ports import Permission, Stored
from minio import Minio
from minio.credentials.credentials import Credentials
from minio.credentials.providers import Provider, StaticProvider
from minio.signer import sign_v4_s3

UNSIGNED = "UNSIGNED-PAYLOAD"
"""What stands in a signature for a body that is not known; its checksum is among the headers."""


def now() -> datetime:
    """Return the time by which addresses expire."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Signs requests to a bucket for others, by version 4 of Amazon's signatures.

    `connect` makes a client of the service, as those reach it whom an address is for; it is asked
    nothing. Keys that come from elsewhere may be waited for.
    """

    connect: Callable[[Provider], Minio]
    keys: Provider
    region: str
    bucket: str
    prefix: str
    seconds: int
    clock: Callable[[], datetime] = now

    def get(self, key: str, headers: Mapping[str, str]) -> str:
        """Return the address of an object, which is answered with `headers` of its own."""
        overrides = {f"response-{name.lower()}": value for name, value in headers.items()}
        return self._address("GET", key, self.keys.retrieve(), self.clock(), overrides)

    def put(self, key: str, promised: Stored) -> Permission:
        """Return the request by which these bytes, and no others, become an object.

        That holds where the service compares the checksum. A checksum in the address would be
        ignored by Amazon, so it is a header, and the address signs that it has to be sent.
        """
        keys, at = self.keys.retrieve(), self.clock()
        headers = {
            "Content-Length": str(promised.size),
            "Content-Type": "application/octet-stream",
            "x-amz-checksum-sha256": b64encode(bytes.fromhex(promised.sha256)).decode(),
        }
        address = self._address("PUT", key, keys, at, {})
        expires_at = int((at + timedelta(seconds=self.seconds)).timestamp() * 1_000)
        return Permission("PUT", self._with_headers(address, headers, keys), headers, expires_at)

    def _address(
        self, method: str, key: str, keys: Credentials, at: datetime, overrides: Mapping[str, str]
    ) -> str:
        client = self.connect(
            StaticProvider(keys.access_key, keys.secret_key, keys.session_token or None)
        )
        return client.get_presigned_url(
            method,
            self.bucket,
            self.prefix + key,
            expires=timedelta(seconds=self.seconds),
            response_headers=dict(overrides),
            request_date=at,
        )

    def _with_headers(self, address: str, headers: Mapping[str, str], keys: Credentials) -> str:
        """Return `address` signed anew, for a request that has `headers`.

        The client signs addresses for the header `Host` alone, and what it signs other requests
        with is the same computation: of its answer, the signature is what is needed.
        """
        parts = urlsplit(address)
        signed = {"host": parts.netloc, **{name.lower(): it for name, it in headers.items()}}
        query = dict(parse_qsl(parts.query))
        del query["X-Amz-Signature"]
        query["X-Amz-SignedHeaders"] = ";".join(sorted(signed))
        asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        authorization = sign_v4_s3(
            method="PUT",
            url=parts._replace(query=asked),
            region=self.region,
            headers=dict(signed),
            credentials=keys,
            content_sha256=UNSIGNED,
            date=datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC),
        )["Authorization"]
        signature = str(authorization).rpartition("Signature=")[2]
        return parts._replace(query=f"{asked}&X-Amz-Signature={signature}").geturl()
