"""HAProxy with the configuration of `deploy/`, as a process of its own."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.environments import ROOT
from tests.servers.ports import held_ports

SETTINGS = ROOT / "deploy" / "haproxy.cfg"
PROGRAM = shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


@contextmanager
def proxy(kernels: Sequence[str], log: Path) -> Iterator[str]:
    """Pass requests on to kernels at two addresses; yield the address, once one of them is ready.

    HAProxy is told its port, as it cannot say which one it was given.
    """
    assert PROGRAM is not None, "there is no program haproxy; run `make setup`"
    one, other = (urlsplit(url).netloc for url in kernels)
    with held_ports(1) as (port,):
        address = f"127.0.0.1:{port}"
        with log.open("wb") as said:
            process = subprocess.Popen(
                [PROGRAM, "-db", "-f", SETTINGS],
                env={"BIND": address, "KERNEL_1": one, "KERNEL_2": other},
                stdout=said,
                stderr=said,
            )
        try:
            _wait(f"http://{address}", process, log)
            yield f"http://{address}"
        finally:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    retries = httpx.HTTPTransport(retries=10)  # with growing pauses between them
    with httpx.Client(base_url=url, transport=retries) as http:
        answer = http.get("/readyz")
    assert answer.status_code == 200, log.read_text()
    assert process.poll() is None, log.read_text()
