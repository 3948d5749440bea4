"""What all tests share."""

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("chachaml_kernel.testing")

# How long an example takes depends on what else the machine does.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

pytest_plugins = (
    "tests.servers.postgres_fixtures",
    "tests.servers.s3_fixtures",
    "tests.servers.pair_fixtures",
)
