"""Where the keys come from."""

from minio.credentials.providers import (
    AWSConfigProvider,
    ChainedProvider,
    EnvAWSProvider,
    EnvMinioProvider,
    IamAwsProvider,
    Provider,
    StaticProvider,
)
from urllib3 import PoolManager, Timeout

INSTANCE_SECONDS = 2.0
"""How long a machine's own service of keys may take; where there is none, nobody answers."""


def find_keys(access_key: str, secret_key: str, session_token: str) -> Provider:
    """Return these keys, or the first that the surroundings give when a request is made.

    Asked in this order: the variables `AWS_ACCESS_KEY_ID` and its companions, those of MinIO, the
    file `~/.aws/credentials`, and the role of the machine or container, whose keys are renewed.
    """
    if access_key:
        return StaticProvider(access_key, secret_key, session_token or None)
    http = PoolManager(timeout=Timeout(total=INSTANCE_SECONDS), retries=False)
    return ChainedProvider(
        [
            EnvAWSProvider(),
            EnvMinioProvider(),
            AWSConfigProvider(),
            IamAwsProvider(http_client=http),
        ]
    )
