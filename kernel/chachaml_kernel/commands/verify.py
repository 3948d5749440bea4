"""`verify`: everything that is stored is there and sound."""

import asyncio
from argparse import Namespace

from chachaml_kernel.commands import places
from chachaml_kernel.commands.command import Command
from chachaml_kernel.commands.display import described, progress_shown, say
from chachaml_kernel.config import Config


def _run(options: Namespace) -> int:
    return asyncio.run(_verify(places.configured(options)))


async def _verify(config: Config) -> int:
    async with places.open_kernel(config) as kernel:
        faults = 0
        with progress_shown() as tell:
            async for fault in kernel.keeping.verify(tell=tell):
                faults += 1
                say(fault)
        holdings = described(await kernel.keeping.holdings())
    say(f"{faults:,} faults in {holdings}" if faults else f"all is sound: {holdings}")
    return 1 if faults else 0


VERIFY = Command("verify", "check that all that is stored is there and sound", lambda _: None, _run)
