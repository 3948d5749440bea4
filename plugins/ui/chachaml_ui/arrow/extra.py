"""The library behind the extra `arrow`, imported by the first request that needs it."""

import asyncio
from dataclasses import dataclass
from importlib import import_module

from chachaml_kernel.errors import Invalid

MODULES = ("chachaml_ui.arrow.bodies", "chachaml_ui.arrow.answers")


@dataclass(slots=True, eq=False)
class Extra:
    """Whether what reads and writes Arrow streams has been imported."""

    is_there: bool = False

    async def require(self) -> None:
        """Import it, off the event loop since that takes a third of a second.

        Raises `Invalid` where the extra is not installed.
        """
        if not self.is_there:
            await asyncio.to_thread(_import)
            self.is_there = True


def _import() -> None:
    try:
        for module in MODULES:
            import_module(module)
    except ModuleNotFoundError as error:
        raise Invalid(
            f"this server has no {error.name}, which Arrow streams need; use application/json, "
            "or install the extra 'arrow' for the server: pip install 'chachaml-kernel[arrow]'"
        ) from None
