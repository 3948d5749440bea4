"""What can go wrong between us and S3, in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import ParseError

from chachaml_kernel.errors import Upstream
from minio.error import InvalidResponseError, MinioException, S3Error
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

FAULTS = (MinioException, HTTPError, OSError, ParseError, ValueError)
"""What the client raises; `ValueError` where no keys are found, or an answer is no text."""

KEYS = "see that access_key, secret_key and region are right"
WAYS_OUT = {
    "InvalidAccessKeyId": KEYS,
    "SignatureDoesNotMatch": KEYS,
    "InvalidToken": KEYS,
    "ExpiredToken": KEYS,
    "AuthorizationHeaderMalformed": KEYS,
    "PermanentRedirect": "set the region, and the endpoint, that the bucket is in",
    "AccessDenied": "let these keys put, get, list and delete objects there",
    "NoSuchBucket": "make it, or set make_bucket = true",
    "RequestTimeTooSkewed": "set this machine's clock right",
}
"""What helps against an error that S3 names."""


@contextmanager
def told_of(place: str) -> Iterator[None]:
    """Raise `Upstream` about `place` for anything that S3, or the way to it, does wrong."""
    try:
        yield
    except FAULTS as error:
        raise Upstream(f"{place} {_fault(error)}") from error


def _fault(error: Exception) -> str:
    """Return what is wrong and what helps; no part of it is a secret."""
    match error:
        case MaxRetryError(reason=Exception() as reason):
            return _fault(reason)
        case ProtocolError(args=(_, Exception() as cause)):
            return _fault(cause)
        case S3Error():
            way_out = WAYS_OUT.get(error.code or "", "see what its own log says")
            said = " ".join((error.message or "no more is said").split())
            return f"refuses: {error.code}, {said.rstrip('.')}; {way_out}"
        case NameResolutionError():
            return "has a host that is not known; see that endpoint is right"
        case NewConnectionError():
            return "cannot be reached; see that endpoint is right, and that it runs"
        case ConnectTimeoutError() | ReadTimeoutError() | TimeoutError():
            return "does not answer in time; see that it runs, and that timeout is long enough"
        case SSLError():
            return f"is not trusted: {error}; see that endpoint is right, or set ca_file"
        case InvalidResponseError():
            return "does not answer as S3 does; see that endpoint is right"
        case ValueError():
            return f"cannot be asked: {error}; set access_key and secret_key"
        case _:
            return f"fails: {error}; see what its own log says"
