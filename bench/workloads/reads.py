"""Reading something again and again, for a while."""

import statistics
import time
from collections.abc import Callable

from bench.targets import Read
from bench.wire import Connection
from bench.workload import verify

AT_MOST = 200


def median_ms(port: int, read: Read, *, expected: Callable[[int], bool], seconds: float) -> float:
    """Return the median of the milliseconds until an answer is whole; each is checked afterwards.

    The first warms up, unless it takes longer than all of the time there is: then it counts.
    """
    connection, took = Connection(port), []
    deadline = time.perf_counter() + seconds
    while True:
        spent, bodies = connection.timed(read.ask())
        count = read.count(bodies)
        verify(f"rows or points read ({count})", expected(count), expected=True)
        took.append(spent)
        if time.perf_counter() >= deadline or len(took) > AT_MOST:
            break
    connection.close()
    return statistics.median(took[1:] or took) * 1e3
