"""`python -m bench.scale`: very many runs and points, on SQLite and, copied from there, PostgreSQL.

A SQLite file is filled with runs of 20 params, 20 metrics of a point and two curves each. The
command `copy` moves everything to a PostgreSQL, counting and comparing. Then a kernel on each
answers the lists and pages of workload 12 and reads a curve, in turn. PostgreSQL flushes to the
disk as it does by itself.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import asyncpg

from bench.deep import KEYS as CURVES
from bench.deep import deepen
from bench.figures import Figure, digits
from bench.processes import peak, settle
from bench.runner import tell
from bench.serving import Server, serve
from bench.targets import Read, once
from bench.targets.configured import COMMAND, Configured
from bench.targets.databases import size
from bench.wide import KEYS, fill
from bench.wire import Body, alone, ask, get
from bench.workload import verify
from bench.workloads.queries import ASKED, PAGES, read
from bench.workloads.reads import median_ms
from tests.servers.postgres import Postgres, postgres


def main() -> None:
    """Fill, copy, read; print what each took."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--points", type=int, default=500, help="of each of the two curves")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each list in each round")
    options = parser.parse_args()
    with ExitStack() as stack:
        database = stack.enter_context(postgres(durable=True))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-scale-")))
        sqlite, postgresql = _configs(folder, database)
        _fill(folder / "chachaml.db", options.runs, options.points)
        _copy(sqlite, postgresql)
        _say_sizes(folder / "chachaml.db", database, _points(options.runs, options.points))
        servers = [stack.enter_context(_served(config)) for config in (sqlite, postgresql)]
        _compare(servers, options.points, rounds=options.rounds, seconds=options.seconds)
        for server in servers:
            name = server.folder.name
            _say(f"highest memory of the kernel on {name}: {peak(server.leader):.0f} MiB")


def _configs(folder: Path, database: Postgres) -> tuple[Path, Path]:
    stores = {
        "sqlite": f'[plugins.store_sqlite]\npath = "{folder / "chachaml.db"}"\n',
        "postgresql": f'[plugins.store_postgres]\ndsn = "{database.dsn}"\n',
    }
    for name, store in stores.items():
        (folder / name).mkdir()
        rest = f'[plugins.artifacts_fs]\nfolder = "{folder / name}"\n[plugins.ui]\n'
        (folder / name / "chachaml.toml").write_text(store + rest)
    return folder / "sqlite" / "chachaml.toml", folder / "postgresql" / "chachaml.toml"


def _points(runs: int, points: int) -> int:
    return runs * (KEYS + len(CURVES) * points)


def _fill(file: Path, runs: int, points: int) -> None:
    tell(f"filling {file.name} with {_points(runs, points):,} points")
    begin = time.perf_counter()
    fill(file, runs)
    deepen(file, points)
    tell(f"filled in {time.perf_counter() - begin:.0f} s")


def _copy(source: Path, target: Path) -> None:
    command = [COMMAND, "copy"]
    begin = time.perf_counter()
    with subprocess.Popen([*command, "--from", str(source), "--to", str(target)]) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    verify("exit code of copy", process.returncode, expected=0)
    took = time.perf_counter() - begin
    _say(
        f"copy: {took:.0f} s, of which its processor {used.ru_utime + used.ru_stime:.0f} s; "
        f"{used.ru_maxrss / 1024:.0f} MiB at most"
    )


def _say_sizes(file: Path, database: Postgres, points: int) -> None:
    sizes = {"SQLite": size(file).taken, "PostgreSQL": asyncio.run(_size(database.dsn))}
    for name, taken in sizes.items():
        _say(f"{name}: {taken / 1e9:.2f} GB for {points:,} points")


async def _size(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        return int(await connection.fetchval("SELECT pg_database_size(current_database())"))
    finally:
        await connection.close()


@contextmanager
def _served(config: Path) -> Iterator[Server]:
    with serve(Configured(config, config.parent.name), config.parent) as server:
        settle(server.leader)
        yield server


def _compare(servers: Sequence[Server], points: int, *, rounds: int, seconds: float) -> None:
    titles = {f"queries_{name}": title for name, (title, _) in (ASKED | PAGES).items()}
    titles |= {"queries_complete": "completion of a metric's key", "curve": "a curve, whole"}
    values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for number in range(rounds):
        for server in servers:
            tell(f"reads: {number + 1}/{rounds} {server.folder.name}")
            curve = _curve(server, points, seconds)
            for name, took in {**read(server.port, seconds), "curve": curve}.items():
                values[name][server.folder.name].append(took)
    for name, of in values.items():
        _say(f"{titles[name]}: " + ", ".join(_told(where, took) for where, took in of.items()))


def _curve(server: Server, points: int, seconds: float) -> float:
    run = json.loads(ask(server.port, alone(get("/api/runs?limit=1"))))[0]["id"]
    path = f"/api/runs/{run}/metrics?{urlencode({'key': CURVES[0]})}"
    asked = Read(once(get(path)), _values)
    return median_ms(server.port, asked, expected=points.__eq__, seconds=seconds)


def _values(bodies: Sequence[Body]) -> int:
    return len(json.loads(bodies[0])["points"]["value"])


def _told(where: str, took: Sequence[float]) -> str:
    figure = Figure(tuple(took))
    return f"{where} {digits(figure.median)} ms ({digits(figure.low)} to {digits(figure.high)})"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
