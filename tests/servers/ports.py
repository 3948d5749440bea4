"""Ports for servers that are started later, and perhaps more than once."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager


@contextmanager
def held_ports(count: int) -> Iterator[list[int]]:
    """Yield ports of 127.0.0.1 where servers may listen, which nobody else is given in the block.

    Each has a socket that does not listen. Linux lets servers listen beside it, since all of them
    set SO_REUSEADDR, and refuses those who connect while none does; and whoever asks for any port,
    to listen or to connect, gets another one.
    """
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for held in sockets:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind(("127.0.0.1", 0))
        yield [held.getsockname()[1] for held in sockets]
