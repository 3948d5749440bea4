"""Where the keys come from."""

from minio.credentials.credentials import Credentials
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
from urllib3.exceptions import HTTPError

INSTANCE_SECONDS = 2.0
"""How long a machine's own service of keys may take; where there is none, nobody answers."""


def find_keys(access_key: str, secret_key: str, session_token: str) -> Provider:
    """Return these keys, or the first that the surroundings give when a request is made.

    Asked in this order: the variables `AWS_ACCESS_KEY_ID` and its companions, those of MinIO, the
    file `~/.aws/credentials`, and the role of the machine or container, whose keys are renewed.
    """
    if access_key:
        return StaticProvider(access_key, secret_key, session_token or None)
    return ChainedProvider(
        [
            EnvAWSProvider(),
            EnvMinioProvider(),
            AWSConfigProvider(),
            RoleProvider(),
        ]
    )


class RoleProvider(Provider):
    """The keys of the machine's or container's role, where it has one."""

    def __init__(self) -> None:
        """Keep where to ask; ask nothing."""
        http = PoolManager(timeout=Timeout(total=INSTANCE_SECONDS), retries=False)
        self._provider = IamAwsProvider(http_client=http)

    def retrieve(self) -> Credentials:
        """Return the keys; raise `ValueError` if there are none, as a chain expects."""
        try:
            return self._provider.retrieve()
        except (HTTPError, OSError) as error:
            raise ValueError(f"no role gives keys here: {error}") from error
