"""How a front end says that it serves."""

from collections.abc import Callable
from typing import TypeAlias

Announce: TypeAlias = Callable[[str], None]
"""Called once by a front end when it accepts requests, with the address where it does."""
