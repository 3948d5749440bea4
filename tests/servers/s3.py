"""A real S3 server: SeaweedFS in one process on loopback addresses, with everything it has."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TypedDict

import httpx
import trustme
from minio import Minio

from tests.servers.buckets import Bucket
from tests.servers.ports import held_ports


class Keys(TypedDict):
    """Who calls, as settings of the plugin."""

    access_key: str
    secret_key: str


WEED = Path(sys.executable).with_name("weed")
KEYS = Keys(access_key="testers-key", secret_key="testers-secret")
READERS_KEYS = Keys(access_key="readers-key", secret_key="readers-secret")
BUCKET = "artifacts"
START_SECONDS = 60
PARTS = ("s3.port", "master.port", "volume.port", "filer.port", "admin.port")
PORTS = (*PARTS, "s3.port.https", *(f"{part}.grpc" for part in PARTS))
QUIET = (
    "-master.telemetry=false",
    "-webdav=false",
    "-admin.ui=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-s3.autoCreateBucket=false",
)


@dataclass
class S3Server:
    """A server whose data are in `folder`; it can be killed and started again as it was."""

    folder: Path
    ports: dict[str, int]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.ports['s3.port']}"

    @property
    def tls_endpoint(self) -> str:
        return f"https://127.0.0.1:{self.ports['s3.port.https']}"

    @property
    def authority(self) -> Path:
        """Return the file of the authority that signed the server's certificate."""
        return self.folder / "authority.pem"

    @property
    def bucket(self) -> Bucket:
        return Bucket(BUCKET, self.endpoint, **KEYS)

    @property
    def client(self) -> Minio:
        """Return a client that looks into the server past what is tested."""
        return self.bucket.client

    def start(self) -> None:
        """Start the server; return once it answers, and knows where the bytes are that it holds."""
        given = {
            **self.ports,
            "dir": self.folder,
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "s3.config": self.folder / "identities.json",
            "s3.cert.file": self.folder / "server.pem",
            "s3.key.file": self.folder / "server.key",
            "s3.localSocket": self.folder / "s3.sock",
            "filer.localSocket": self.folder / "filer.sock",
        }
        options = [f"-{name}={value}" for name, value in given.items()]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [WEED, "mini", *options, *QUIET],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "HOME": str(self.folder)},
                stdout=log,
                stderr=log,
            )
        self._wait()

    def kill(self) -> None:
        """End the server as a crash does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def freeze(self) -> None:
        """Let connections be made, and say nothing on them, until `thaw`."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on where `freeze` stopped."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def _wait(self) -> None:
        assert self.process is not None
        volumes = [path.stem.rpartition("_")[2] for path in self.folder.glob("*.dat")]
        lookup = f"http://127.0.0.1:{self.ports['master.port']}/dir/lookup?volumeId="
        asked = [f"{self.endpoint}/healthz", *(lookup + volume for volume in volumes)]
        end = time.monotonic() + START_SECONDS
        with httpx.Client(trust_env=False) as http:
            while time.monotonic() < end and self.process.poll() is None:
                with suppress(httpx.TransportError):
                    if all(http.get(url).is_success for url in asked):
                        return
                time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text()[-3_000:])


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Run a server with an empty bucket; what it kept is removed at the end."""
    with held_ports(len(PORTS)) as numbers:
        # Not below pytest's folder: a path to a socket may be 107 bytes long.
        folder = Path(tempfile.mkdtemp(prefix="s3-"))
        server = S3Server(folder, dict(zip(PORTS, numbers, strict=True)))
        _write_keys(folder)
        try:
            server.start()
            server.client.make_bucket(BUCKET)
            # The first bytes make it lay out its volumes, which may take a second.
            server.client.put_object(BUCKET, "first", BytesIO(b"x"), 1)
            server.client.remove_object(BUCKET, "first")
            yield server
        finally:
            server.kill()
            shutil.rmtree(folder, ignore_errors=True)
            for port in numbers:  # it puts some sockets there whatever it is told
                for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                    path.unlink()


def _write_keys(folder: Path) -> None:
    """Write who may call the server, and the certificate by which it is known."""
    everything = ["Admin", "Read", "Write", "List", "Tagging"]
    identities = [
        {
            "name": keys["access_key"],
            "credentials": [{"accessKey": keys["access_key"], "secretKey": keys["secret_key"]}],
            "actions": actions,
        }
        for keys, actions in ((KEYS, everything), (READERS_KEYS, ["Read", "List"]))
    ]
    (folder / "identities.json").write_text(json.dumps({"identities": identities}))
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    certificate.private_key_pem.write_to_path(folder / "server.key")
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(folder / "server.pem", append=True)
