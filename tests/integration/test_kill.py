"""`kill -9` under load: what was answered is there, once, and nothing is half there."""

import asyncio
import hashlib
import random
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.command import Serving, serving

KILLS = 50
WRITERS = 16
WRITES_BETWEEN_KILLS = (1, 300)


@dataclass
class Writer:
    """Writes one thing after another to a run of its own, each until it is acknowledged.

    Write number n is a point at step n, or an artifact for each tenth, or a param for each
    seventh. A retry has the key of its first try, so it must not take effect twice.
    """

    name: str
    run_id: str = ""
    acknowledged: int = 0
    artifacts: dict[str, str] = field(default_factory=dict)

    async def start(self, http: aiohttp.ClientSession) -> None:
        answer = await self._post(http, "/api/w/runs", json={"name": self.name})
        self.run_id = answer["id"]

    async def write_on(self, http: aiohttp.ClientSession, moment: "Moment") -> None:
        """Write until the server is gone."""
        while True:
            try:
                await self._write(http, self.acknowledged)
            except aiohttp.ClientConnectionError:
                return
            self.acknowledged += 1
            moment.note()

    async def _write(self, http: aiohttp.ClientSession, number: int) -> None:
        run = f"/api/w/runs/{self.run_id}"
        if number % 10 == 9:
            name = f"part-{number % 3}/{number}.bin"
            content = random.Random(f"{self.name}-{number}").randbytes(50_000)
            answer = await self._post(
                http,
                f"{run}/artifacts?name={name}",
                data=content,
                headers={"Content-Type": "application/octet-stream"},
                key=number,
            )
            assert answer["sha256"] == hashlib.sha256(content).hexdigest()
            self.artifacts[name] = answer["sha256"]
        elif number % 7 == 6:
            await self._post(http, f"{run}/params", json={f"p{number}": number}, key=number)
        else:
            body = {"loss": 1 / (number + 1), "step": number}
            await self._post(http, f"{run}/metrics", json=body, key=number)

    async def _post(
        self,
        http: aiohttp.ClientSession,
        path: str,
        *,
        key: int = -1,
        headers: dict[str, str] | None = None,
        **body: Any,
    ) -> Any:
        headers = {**(headers or {}), "Idempotency-Key": f"{self.name}-{key}"}
        async with http.post(path, headers=headers, **body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()


class Moment:
    """A moment that comes after a random number of acknowledged writes."""

    def __init__(self, chance: random.Random) -> None:
        self._left = chance.randint(*WRITES_BETWEEN_KILLS)
        self.come = asyncio.Event()

    def note(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.come.set()


def client(server: Serving) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(server.url, connector=aiohttp.TCPConnector(limit=0))


async def load_and_kill(server: Serving, writers: list[Writer], chance: random.Random) -> None:
    moment = Moment(chance)
    async with client(server) as http, asyncio.TaskGroup() as group:
        for writer in writers:
            group.create_task(writer.write_on(http, moment))
        await moment.come.wait()
        server.process.kill()


def check_files(folder: Path) -> None:
    """Check the database, and that each artifact in it has its bytes; nothing serves now."""
    connection = sqlite3.connect(folder / "chachaml.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    stored = connection.execute("SELECT run_id, id, size, sha256 FROM artifacts").fetchall()
    connection.close()
    for run_id, artifact_id, size, sha256 in stored:
        content = (folder / "chachaml-artifacts" / run_id / artifact_id).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (size, sha256)


async def check_answers(http: aiohttp.ClientSession, writer: Writer) -> None:
    numbers = range(writer.acknowledged)
    async with http.get(f"/api/runs/{writer.run_id}") as answer:
        run = await answer.json()
    assert {each["name"]: each["sha256"] for each in run["artifacts"]} == writer.artifacts
    params = [number for number in numbers if number % 10 != 9 and number % 7 == 6]
    assert run["params"] == {f"p{number}": number for number in params}
    async with http.get(f"/api/runs/{writer.run_id}/metrics?key=loss") as answer:
        points = (await answer.json())["points"]
    steps = [number for number in numbers if number % 10 != 9 and number % 7 != 6]
    assert points["step"] == steps
    assert points["value"] == [1 / (step + 1) for step in steps]


async def test_fifty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(20_261)
    writers = [Writer(f"writer-{number}") for number in range(WRITERS)]
    with serving(tmp_path) as server:
        async with client(server) as http:
            await asyncio.gather(*(writer.start(http) for writer in writers))
    for _ in range(KILLS):
        with serving(tmp_path) as server:
            await load_and_kill(server, writers, chance)
        check_files(tmp_path)
    with serving(tmp_path) as server:
        async with client(server) as http:
            for writer in writers:
                await writer._write(http, writer.acknowledged)  # the one that a kill cut off
                writer.acknowledged += 1
                await check_answers(http, writer)
