"""Worker processes: several kernels of one configuration that share a port."""

import asyncio
import os
import select
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from chachaml_kernel import serve
from chachaml_kernel.config import Config, KernelSettings
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.settings import Variable
from chachaml_kernel.workers.crew import Crew
from chachaml_kernel.workers.orders import Orders, read_orders, write_orders
from chachaml_ui import Ui
from chachaml_ui.telemetry import Telemetry, render

from tests.command import COMMAND, Serving, clean_environment, serving
from tests.http.events import PATIENCE, listening
from tests.integration.kernels import insist

WORKERS = 2


@pytest.fixture
def config(postgres_dsn: str, tmp_path: Path) -> Path:
    """Return a config file of a server with several workers."""
    file = tmp_path / "chachaml.toml"
    file.write_text(
        f'[plugins.store_postgres]\ndsn = "{postgres_dsn}"\n[plugins.artifacts_fs]\n'
        f"[plugins.export_csv]\n[plugins.ui]\nport = 0\nworkers = {WORKERS}\n"
    )
    return file


@pytest.fixture
def server(config: Path) -> Iterator[Serving]:
    """Return such a server."""
    with serving(config.parent, "--config", str(config)) as one:
        yield one


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """Return what closes all connections at the end."""
    async with AsyncExitStack() as opened:
        yield opened


async def met(url: str, stack: AsyncExitStack) -> Mapping[str, httpx.AsyncClient]:
    """Return a connection to each of the workers, by its number."""
    found: dict[str, httpx.AsyncClient] = {}
    async with asyncio.timeout(PATIENCE):
        while len(found) < WORKERS:
            http = await stack.enter_async_context(
                httpx.AsyncClient(base_url=url, timeout=PATIENCE)
            )
            found.setdefault(await worker_of(http), http)
    return found


async def worker_of(http: httpx.AsyncClient) -> str:
    """Return the number that all figures of a worker have."""
    lines = (await http.get("/metrics")).text.splitlines()
    figures = [line for line in lines if not line.startswith("#")]
    [number] = {line.partition('worker="')[2].partition('"')[0] for line in figures}
    return number


def others_of(pid: int) -> set[int]:
    """Return the process ids of the workers that a process has started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return {int(child) for task in tasks for child in task.read_text().split()}


@contextmanager
def ending(processes: Iterable[int]) -> Iterator[Callable[[], None]]:
    """Yield what waits until all of the processes have ended."""
    with ExitStack() as stack:
        files = [os.pidfd_open(process) for process in processes]
        for file in files:
            stack.callback(os.close, file)

        def wait() -> None:
            for file in files:
                assert select.select([file], [], [], PATIENCE)[0]

        yield wait


async def test_all_workers_serve_the_same_at_one_address(
    server: Serving, stack: AsyncExitStack
) -> None:
    clients = await met(server.url, stack)
    assert sorted(clients) == ["0", "1"]
    run_id = (await clients["0"].post("/api/w/runs", json={})).json()["id"]
    for number in range(WORKERS):
        point = {"m": float(number), "step": number}
        answer = await clients[str(number)].post(f"/api/w/runs/{run_id}/metrics", json=point)
        assert answer.status_code == 200
    for http in clients.values():
        history = (await http.get(f"/api/runs/{run_id}/metrics?key=m")).json()
        assert history["points"]["value"] == [0.0, 1.0]


async def test_who_watches_at_one_worker_hears_of_what_another_takes(
    server: Serving, stack: AsyncExitStack
) -> None:
    clients = await met(server.url, stack)
    run_id = (await clients["0"].post("/api/w/runs", json={})).json()["id"]
    async with listening(clients["0"], [run_id], m="0") as events:
        await clients["1"].post(f"/api/w/runs/{run_id}/metrics", json={"m": 7.0})
        assert (await events.told("points"))["points"]["value"] == [7.0]


async def test_a_worker_that_is_killed_is_replaced_and_nothing_acknowledged_is_lost(
    server: Serving, stack: AsyncExitStack
) -> None:
    before = others_of(server.process.pid)
    clients = await met(server.url, stack)
    run_id = (await clients["0"].post("/api/w/runs", json={})).json()["id"]
    path = f"/api/w/runs/{run_id}/metrics"
    for value, http in enumerate(clients.values()):
        await insist([http], path, float(value), key=str(value))
    with ending([min(before)]) as ended:
        os.kill(min(before), signal.SIGKILL)
        ended()
    for value, http in enumerate(clients.values(), start=WORKERS):
        await insist([http], path, float(value), key=str(value))
    history = (await (await met(server.url, stack))["0"].get(f"{path[:4]}{path[6:]}?key=m")).json()
    assert sorted(history["points"]["value"]) == [float(value) for value in range(2 * WORKERS)]
    after = others_of(server.process.pid)
    assert len(after) == WORKERS - 1
    assert len(after - before) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_in_order(server: Serving, number: signal.Signals) -> None:
    with ending(others_of(server.process.pid)) as ended:
        server.process.send_signal(number)
        assert server.process.communicate(timeout=PATIENCE) == ("", "")
        assert server.process.returncode == 0
        ended()


def test_requests_are_logged_whichever_worker_answers(config: Path) -> None:
    config.write_text(config.read_text() + "access_log = true\n")
    with serving(config.parent, "--config", str(config)) as server:
        for _ in range(20):
            assert httpx.get(f"{server.url}/healthz").status_code == 200
        server.process.send_signal(signal.SIGTERM)
        said = server.process.communicate(timeout=PATIENCE)[1]
    assert said.count("GET /healthz ") == 20


def test_workers_end_when_the_one_that_started_them_is_killed(server: Serving) -> None:
    with ending(others_of(server.process.pid)) as ended:
        server.process.kill()
        ended()


async def test_requests_under_way_are_answered_by_each_worker(
    server: Serving, stack: AsyncExitStack
) -> None:
    clients = await met(server.url, stack)
    run_id = (await clients["0"].post("/api/w/runs", json={})).json()["id"]
    halves = {number: asyncio.Event() for number in clients}
    begun = {number: asyncio.Event() for number in clients}

    async def body(number: str) -> AsyncIterator[bytes]:
        yield b'{"m": '
        begun[number].set()
        await halves[number].wait()
        yield b"1.0}"

    async def log(number: str) -> int:
        headers = {"Content-Type": "application/json"}
        path = f"/api/w/runs/{run_id}/metrics"
        return (await clients[number].post(path, content=body(number), headers=headers)).status_code

    async with asyncio.TaskGroup() as group:
        answers = [group.create_task(log(number)) for number in clients]
        for event in begun.values():
            await event.wait()
        server.process.send_signal(signal.SIGTERM)
        for event in halves.values():
            event.set()
    assert [answer.result() for answer in answers] == [200] * WORKERS


def test_a_server_in_the_background_has_workers_until_it_stops(config: Path) -> None:
    before = others_of(os.getpid())
    with serve(config, data=config.parent) as server:
        workers = others_of(os.getpid()) - before
        assert len(workers) == WORKERS - 1
        assert httpx.get(f"{server.url}/healthz").status_code == 200
    assert not others_of(os.getpid()) & workers


def test_no_secret_is_in_what_others_see_of_a_worker(server: Serving, postgres_dsn: str) -> None:
    for pid in others_of(server.process.pid):
        for seen in ("cmdline", "environ"):
            assert postgres_dsn.encode() not in Path(f"/proc/{pid}/{seen}").read_bytes()


def test_a_port_that_is_in_use_is_not_shared(server: Serving, config: Path) -> None:
    port = server.url.rpartition(":")[2]
    assert f"port {port} on 127.0.0.1 is in use" in refused(config, "--port", port)


def test_a_store_of_one_process_has_no_workers(tmp_path: Path) -> None:
    file = tmp_path / "one.toml"
    file.write_text(
        "[plugins.store_sqlite]\n[plugins.artifacts_fs]\n[plugins.ui]\nport = 0\nworkers = 2\n"
    )
    assert refused(file) == (
        "chachaml-kernel: [plugins.ui] wants 2 workers, but no plugin lets them hear of each "
        "other's writes, as store_postgres does; use that, or 1 worker\n"
    )


def refused(config: Path, *arguments: str) -> str:
    """Return what a server says that does not start."""
    done = subprocess.run(
        [COMMAND, "--config", config, *arguments],
        cwd=config.parent,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


async def test_a_worker_that_cannot_serve_says_why(tmp_path: Path) -> None:
    config = Config(plugins={"store_sqlite": {}, "artifacts_fs": {}, "ui": {}}, data=tmp_path)
    crew = Crew(config=config, plugin="ui", shared=True)
    with pytest.raises(ExceptionGroup) as caught:
        await crew.run(1, ready=pytest.fail, port=-1)
    why = r"worker 1 cannot serve: \[plugins.ui\] port is -1; it must be from 0 to 65535"
    assert caught.group_contains(ConfigError, match=why)


async def test_a_worker_that_cannot_be_started_is_an_error_like_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "gone"))
    config = Config(plugins={"store_sqlite": {}, "artifacts_fs": {}, "ui": {}}, data=tmp_path)
    crew = Crew(config=config, plugin="ui", shared=True)
    with pytest.raises(ExceptionGroup) as caught:
        await crew.run(1, ready=pytest.fail)
    assert caught.group_contains(ConfigError, match="worker 1 cannot be started: .*No such file")


async def test_what_python_says_first_in_a_worker_is_not_taken_for_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('hello')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    config = Config(plugins={"store_sqlite": {}, "artifacts_fs": {}, "ui": {}}, data=tmp_path)
    crew = Crew(config=config, plugin="ui", shared=True)
    ready = asyncio.Event()
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        running = group.create_task(crew.run(1, ready=ready.set, port=0))
        await ready.wait()
        running.cancel()


def test_orders_say_the_whole_configuration() -> None:
    config = Config(
        kernel=KernelSettings(headline=("f1",), chat_seconds=3.5),
        plugins={"a": {"port": Variable("PORT", "80"), "list": [1, 2.5, "x"]}, "b": {}},
        data=Path("/somewhere"),
    )
    line = write_orders(Orders(config, "a", 4))
    assert line.index(b"\n") == len(line) - 1
    assert read_orders(line) == Orders(config, "a", 4)


def test_less_than_one_worker_is_refused() -> None:
    with pytest.raises(ValueError, match="workers is 0; it must be at least 1"):
        Ui(workers=0)


def test_figures_of_a_server_without_workers_name_none() -> None:
    assert b"worker=" not in render(Telemetry())[0]
