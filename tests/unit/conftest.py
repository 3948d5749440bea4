"""What the tests of plugins and of serving share."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.distributions import Install, install


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return what installs a distribution for the length of a test."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)
    yield partial(install, tmp_path)
    for module in set(sys.modules) - before:
        if Path(getattr(sys.modules[module], "__file__", None) or "/").is_relative_to(tmp_path):
            del sys.modules[module]
