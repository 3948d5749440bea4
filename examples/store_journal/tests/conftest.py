"""What the tests share: failed assertions of the contract suite show their values."""

import pytest

pytest.register_assert_rewrite("chachaml_kernel.testing")
