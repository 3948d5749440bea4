"""Clients that each do one request after the other, all at the same time, on one thread."""

import select
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from bench.wire import Call, Connection

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: seconds from the first request to the last answer, and of each answer."""

    seconds: float
    latencies: "array[float]"
    results: list[object]

    @property
    def rate(self) -> float:
        """Requests answered a second."""
        return len(self.latencies) / self.seconds


def drive(port: int, calls: Sequence[Call[object]]) -> Load:
    """Do every call at one server, as `drive_each` does."""
    return drive_each([(port, call) for call in calls])


def drive_each(calls: Sequence[tuple[int, Call[object]]]) -> Load:
    """Do every call over a connection of its own to its port, until the last one has ended.

    The time of a request goes from before it is sent until its answer is whole. What a call does
    between its requests is not counted in that, but is in the seconds of the whole.
    """
    connections = [Connection(port) for port, _ in calls]
    poll = select.epoll()
    clients, begun = {}, {}
    results: list[object] = [None] * len(calls)
    latencies = array("d")
    clock = time.perf_counter
    begin = clock()
    for place, (connection, (_, call)) in enumerate(zip(connections, calls, strict=True)):
        number = connection.socket.fileno()
        poll.register(number, select.EPOLLIN)
        clients[number] = (place, connection, call)
        begun[number] = clock()
        connection.send(next(call))
    while clients:
        for number, _ in poll.poll():
            place, connection, call = clients[number]
            answer = connection.receive()
            if answer is None:
                continue
            latencies.append(clock() - begun[number])
            try:
                request = call.send(answer)
            except StopIteration as end:
                results[place] = end.value
                poll.unregister(number)
                del clients[number]
            else:
                begun[number] = clock()
                connection.send(request)
    seconds = clock() - begin
    for connection in connections:
        connection.close()
    return Load(seconds, latencies, results)
