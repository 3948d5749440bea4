"""The client of S3, with time-outs and retries of our own."""

from pathlib import Path

from minio import Minio
from minio.credentials.providers import Provider
from urllib3 import PoolManager, Retry, Timeout

CONNECTIONS = 64
"""Connections to one host that are kept for the next request."""
PAUSE = 0.1
"""Seconds before the second repetition of a request; before each further one, twice as many."""
PASSING = (429, 500, 502, 503, 504)
"""Statuses that another attempt may change."""


def pool(*, timeout: float, attempts: int, ca_file: Path | None) -> PoolManager:
    """Return connections on which nothing waits for longer than `timeout` seconds.

    Every request may be repeated, those that are no GET too: what this package asks of S3 has the
    same effect twice. Servers are known by the certificates in `ca_file`, or by the system's.
    """
    return PoolManager(
        maxsize=CONNECTIONS,
        timeout=Timeout(total=timeout),
        retries=Retry(
            total=attempts - 1,
            allowed_methods=None,
            status_forcelist=PASSING,
            raise_on_status=False,
            respect_retry_after_header=False,  # it may ask for longer than anybody waits here
            backoff_factor=PAUSE,
        ),
        cert_reqs="CERT_REQUIRED",
        ca_certs=None if ca_file is None else str(ca_file),
    )


def connect(
    endpoint: str, http: PoolManager, keys: Provider, *, region: str, virtual_host: bool
) -> Minio:
    """Return a client of the service at `endpoint`, which is not asked anything yet.

    The bucket is named in the path, or with `virtual_host` in front of the host's name, which is
    what Amazon's own endpoints get in any case.
    """
    scheme, _, address = endpoint.rstrip("/").partition("://")
    client = Minio(
        address, credentials=keys, secure=scheme == "https", region=region, http_client=http
    )
    if virtual_host:
        client.enable_virtual_style_endpoint()  # type: ignore[no-untyped-call]
    return client
