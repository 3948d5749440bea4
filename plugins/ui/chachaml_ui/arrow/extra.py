"""The library behind the extra `arrow`, imported by the first request that needs it."""

import asyncio
import sys
from importlib import import_module

from chachaml_kernel.errors import Invalid

MODULES = ("chachaml_ui.arrow.bodies", "chachaml_ui.arrow.answers")


async def require_arrow() -> None:
    """Import what reads and writes Arrow streams, off the event loop: it takes a third of a second.

    Raises `Invalid` where the extra is not installed.
    """
    if not sys.modules.keys() >= set(MODULES):
        await asyncio.to_thread(_import)


def _import() -> None:
    try:
        for module in MODULES:
            import_module(module)
    except ModuleNotFoundError as error:
        raise Invalid(
            f"this server has no {error.name}, which Arrow streams need; use application/json, "
            "or install the extra 'arrow' for the server: pip install 'chachaml-kernel[arrow]'"
        ) from None
