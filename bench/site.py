"""The servers that one target has for one workload."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from bench.processes import pause, resume, settle
from bench.serving import Server, new_server
from bench.targets import Program


@dataclass(slots=True)
class Site:
    """Servers, which run only while it is their turn: some take much even when idle."""

    stack: ExitStack
    """Ends them, and whatever else belongs to the workload."""

    servers: list[Server] = field(default_factory=list)

    def serve(self, program: Program) -> Server:
        """Serve with new and empty data, until the workload is over; return once it is calm."""
        server = self.stack.enter_context(new_server(program))
        self.servers.append(server)
        settle(server.leader)
        return server

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let the servers run for the length of the block."""
        for server in self.servers:
            resume(server.leader)
        yield
        for server in self.servers:
            pause(server.leader)
