"""The pairs of a store and an artifact store that everything runs on, and the places to run in."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Protocol

from chachaml_artifacts_fs import ArtifactsFs
from chachaml_kernel.config import DEFAULT_PLUGINS

from tests.servers.buckets import Bucket

REPLACED = ("store_sqlite", "artifacts_fs")


@dataclass(frozen=True, slots=True)
class Pair:
    """Where rows are, and where artifacts are."""

    store: str
    artifacts: str

    def __str__(self) -> str:
        return f"{self.store}-{self.artifacts}"

    @property
    def postgres(self) -> int | None:
        """The version of PostgreSQL that the rows are in, if they are."""
        version = self.store.removeprefix("postgres")
        return int(version) if version != self.store else None


POSTGRES_VERSIONS = (15, 18)
"""The oldest version that the plugin takes, and the newest that there is."""

STORES = ("sqlite", *(f"postgres{version}" for version in POSTGRES_VERSIONS))
PAIRS = tuple(Pair(*names) for names in product(STORES, ("files", "s3")))


class Kept(Protocol):
    """What an artifact store keeps, looked at and damaged from beside it."""

    def names(self) -> list[str]:
        """Return all that is there, sorted."""

    def cut(self, key: str, *, size: int) -> None:
        """Leave of an artifact's bytes the first `size`."""

    def remove(self, key: str) -> None:
        """Take an artifact's bytes away."""


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """The files below a folder."""

    folder: Path

    def names(self) -> list[str]:
        return sorted(str(path) for path in self.folder.rglob("*") if path.is_file())

    def cut(self, key: str, *, size: int) -> None:
        with (self.folder / key).open("r+b") as file:
            file.truncate(size)

    def remove(self, key: str) -> None:
        (self.folder / key).unlink()


@dataclass(frozen=True, slots=True)
class KeptObjects:
    """The objects below a prefix, and the uploads in parts that somebody began there."""

    bucket: Bucket
    prefix: str

    def names(self) -> list[str]:
        client, below = self.bucket.client, f"{self.prefix}/"
        objects = client.list_objects(self.bucket.name, prefix=below, recursive=True)
        begun = client._list_multipart_uploads(self.bucket.name, prefix=below).uploads
        return sorted(str(one.object_name) for one in [*objects, *begun])

    def cut(self, key: str, *, size: int) -> None:
        name = f"{self.prefix}/{key}"
        begin = self.bucket.client.get_object(self.bucket.name, name, length=size)
        with begin:
            left = begin.read()
        self.bucket.client.put_object(self.bucket.name, name, BytesIO(left), len(left))

    def remove(self, key: str) -> None:
        self.bucket.client.remove_object(self.bucket.name, f"{self.prefix}/{key}")


@dataclass(frozen=True, slots=True)
class Home:
    """A folder with the config file of a kernel whose stores are empty at first."""

    folder: Path
    kept: Kept

    @property
    def config(self) -> Path:
        return self.folder / "chachaml.toml"


def furnish(folder: Path, *, dsn: str | None, bucket: Bucket | None, prefix: str) -> Home:
    """Write the config file of a kernel on this database and bucket, or on SQLite and files."""
    tables: dict[str, Mapping[str, object]]
    tables = {name: {} for name in DEFAULT_PLUGINS if name not in REPLACED}
    tables["store_postgres" if dsn else "store_sqlite"] = {"dsn": dsn} if dsn else {}
    if bucket:
        tables["artifacts_s3"] = {**bucket.settings, "prefix": prefix}
    else:
        tables["artifacts_fs"] = {}
    home = Home(
        folder, KeptObjects(bucket, prefix) if bucket else KeptFiles(folder / ArtifactsFs().folder)
    )
    lines = [
        line
        for name, settings in tables.items()
        for line in (f"[plugins.{name}]", *(f'{key} = "{said}"' for key, said in settings.items()))
    ]
    home.config.write_text("\n".join(lines))
    return home
