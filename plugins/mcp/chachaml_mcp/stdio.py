"""The protocol on the standard streams of a process, which a client starts."""

import signal

from chachaml_kernel.kernel import Kernel
from mcp.server.stdio import stdio_server

from chachaml_mcp.plugin import Mcp
from chachaml_mcp.server import server


async def serve(settings: Mcp, kernel: Kernel) -> None:
    """Answer what comes on stdin until that ends, or until a signal ends the process."""
    # A thread waits for stdin, and nothing can interrupt it; so Ctrl-C does as SIGTERM does.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    serving = server(settings, kernel)
    async with stdio_server() as (incoming, outgoing):
        await serving.run(incoming, outgoing, serving.create_initialization_options())
