"""`python -m bench.watch PORT RUN COUNT`: watchers of one metric, in a process of their own.

It says "ready" once all of them watch. Told on its input how many points there are in all, it waits
until each watcher was told of all of them, and says as JSON by how many milliseconds.
"""

import asyncio
import json
import sys
import time

from bench.targets import SERIES

LONGEST_EVENT = 16 * 2**20


async def _main(port: int, run: str, count: int) -> None:
    loop = asyncio.get_running_loop()
    late: list[float] = []
    told = [0] * count
    enough = asyncio.Event()
    expected = sys.maxsize

    async def watch(number: int, watching: asyncio.Event) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=LONGEST_EVENT)
        path = f"/api/live?runs={run}&key.{SERIES}=0"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        while line := await reader.readline():
            if line.startswith(b"event: hello"):
                watching.set()
            if b'"thinned"' not in line:
                continue
            now = time.time() * 1_000
            points = json.loads(line.removeprefix(b"data: "))
            late.extend(now - at for at in points["points"]["timestamp"])
            told[number] += points["count"]
            if min(told) >= expected:
                enough.set()

    tasks = []
    for number in range(count):
        watching = asyncio.Event()
        tasks.append(asyncio.create_task(watch(number, watching)))
        await watching.wait()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    expected = int(await loop.run_in_executor(None, sys.stdin.readline))
    if min(told) < expected:
        await enough.wait()
    late.sort()
    sys.stdout.write(json.dumps({"told": told, "p50": late[len(late) // 2], "worst": late[-1]}))
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
